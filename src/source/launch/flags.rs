//! A program's arguments as flags: `--lr 1e-4`, `--lr=1e-4`, `-b 12`, `--bf16`, `model.lr=1e-4`.
//!
//! Why it can be wrong: nothing on the command line says whether `--fp16 data.json` is a switch and an argument, or a
//! flag with its value. Where the program's option is known, its default says it; else the next word is the value.
//!
//! Example: with an option `--fp16` whose default is false, `--fp16 data.json` is the switch `fp16` = true.

use crate::evidence::{Arg, DIGITS, Expr};
use crate::quantity::Value;
use crate::source::Word;
use crate::source::python::Takes as Defined;
use crate::source::shell::{lex, literal};

/// One flag or override.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flag {
    /// As it stands on the command line, without its value: `--model.lr`, `model.lr`.
    pub(super) written: String,
    /// The identifier alone, without dashes.
    pub(super) name: String,
    /// The dotted path before it.
    pub(super) owner: Vec<String>,
    pub(super) value: Expr,
    /// Indices of the first and the last word.
    pub(super) words: (usize, usize),
    /// `key=value` rather than `--key value`.
    pub(super) assigns: bool,
}

/// What the program's option of a flag takes, where it is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Takes {
    /// Its definition says it.
    Defined(Defined),
    /// It turns the option of this name off.
    Off(String),
    /// Its default is a truth value: alone it is the other one.
    Switch { default: bool },
    /// One value.
    One,
    /// As many as there are.
    Any,
    /// `--no-x` of an option `--x`.
    Negation,
}

/// Reads the words behind the program's name. `takes` says what the program defines for a flag as written.
pub(super) fn read(words: &[Word], from: usize, takes: &dyn Fn(&str) -> Option<Takes>) -> Vec<Flag> {
    let mut out = Vec::new();
    let mut at = from;
    while at < words.len() {
        let text = words[at].text.as_str();
        if is_flag(text) {
            let (flag, next) = flag(words, at, takes);
            out.extend(flag);
            at = next;
            continue;
        }
        out.extend(assignment(words, at));
        at += 1;
    }
    out
}

/// A sweep (`--multirun lr=0.1,0.01`) runs once for each value: which one is not said.
pub(super) fn undecided_sweeps(words: &[Word], from: usize, read: &mut [Flag]) {
    let sweeps = words
        .iter()
        .skip(from)
        .any(|word| matches!(word.text.as_str(), "-m" | "--multirun"));
    for flag in read.iter_mut().filter(|flag| sweeps && flag.assigns) {
        if let Expr::Value(Value::Text(text)) = &flag.value
            && text.contains(',')
        {
            flag.value = Expr::Opaque(text.clone());
        }
    }
}

/// Settings within a flag's one text (`--hparams=batch_size=48,lr=5e-4`), and, where the program merges such a list, pairs
/// of a key and its value (`SOLVER.LR 0.1`, `--opts SOLVER.LR 0.1`).
pub(super) fn within(words: &[Word], from: usize, read: &[Flag], pairs: bool) -> Vec<Flag> {
    let mut found = Vec::new();
    for flag in read.iter().filter(|flag| !flag.assigns) {
        if let Expr::Value(Value::Text(text)) = &flag.value {
            let parts: Option<Vec<(&str, &str)>> = text.split(',').map(|part| part.trim().split_once('=')).collect();
            for (key, value) in parts.unwrap_or_default() {
                if is_path(key) {
                    found.extend(named(key, literal::expr(unquoted(value)), flag.words, true));
                }
            }
        }
    }
    if !pairs {
        return found;
    }
    let mut runs: Vec<Vec<usize>> = vec![positionals(words, from, read)];
    for flag in read
        .iter()
        .filter(|flag| !flag.assigns && flag.words.1 > flag.words.0 + 1)
    {
        runs.push((flag.words.0 + 1..=flag.words.1).collect());
    }
    for run in runs {
        // The last of the positions: what stands before the first key is something else.
        let first = run.iter().position(|&at| is_key(&words[at].text)).unwrap_or(run.len());
        for pair in run[first..].chunks(2) {
            let &[key, value] = pair else { break };
            if !is_key(&words[key].text) {
                break;
            }
            found.extend(named(&words[key].text, words[value].value.clone(), (key, value), true));
        }
    }
    found
}

/// Words that are variables of which nothing is known: each may hold flags. What a script hands on (`"$@"`, `$1`) is
/// nothing unless its caller says so.
pub(super) fn unseen(words: &[Word], from: usize, read: &[Flag]) -> Vec<usize> {
    let named = |text: &str| {
        let name = text.trim_start_matches(['$', '{']);
        name.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic())
    };
    positionals(words, from, read)
        .into_iter()
        .filter(|&at| is_unknown(&words[at]) && named(&words[at].text))
        .collect()
}

/// A key of yacs: dotted, or in upper case; no file.
fn is_key(text: &str) -> bool {
    let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let last = text.rsplit('.').next().unwrap_or(text);
    let file = [
        "yaml", "yml", "json", "toml", "cfg", "py", "txt", "pth", "pt", "ckpt", "bin",
    ]
    .contains(&last);
    is_path(text)
        && !text.contains(['/', '@', ':'])
        && !text.contains("..")
        && (text.bytes().all(upper) || (text.contains('.') && !file))
}

/// The words that are neither flags nor their values.
pub(super) fn positionals(words: &[Word], from: usize, flags: &[Flag]) -> Vec<usize> {
    (from..words.len())
        .filter(|at| !flags.iter().any(|flag| flag.words.0 <= *at && *at <= flag.words.1))
        .filter(|&at| !is_flag(&words[at].text))
        .collect()
}

fn is_flag(text: &str) -> bool {
    text.len() > 1 && text.starts_with('-') && !literal::is_number(text) && text != "--"
}

/// The flag at `at`, and where the next word begins that is not its own.
fn flag(words: &[Word], at: usize, takes: &dyn Fn(&str) -> Option<Takes>) -> (Option<Flag>, usize) {
    let text = words[at].text.as_str();
    let raw = raw(&words[at]);
    if let Some((written, _)) = text.split_once('=') {
        let Some(behind) = raw.split_once('=').map(|(_, behind)| behind) else {
            return (None, at + 1);
        };
        let value = behind_sign(behind, text.split_once('=').map_or("", |(_, known)| known));
        return (named(written, value, (at, at), false), at + 1);
    }
    let next_is_value = |at: usize| {
        words
            .get(at)
            .is_some_and(|word| !is_flag(&word.text) && word.text != "--" && !is_all_arguments(word))
    };
    let known = takes(text);
    // `-b12`: a short option with its value behind it.
    if known.is_none() && !text.starts_with("--") && text.len() > 2 {
        let (short, behind) = text.split_at(text.char_indices().nth(2).map_or(text.len(), |(at, _)| at));
        if literal::is_number(behind)
            && takes(short).is_some_and(|takes| matches!(takes, Takes::One | Takes::Defined(Defined::One)))
        {
            return (named(short, literal::expr(behind), (at, at), false), at + 1);
        }
    }
    let some = |count: usize| {
        let end = (at + 1..=at + count)
            .find(|&at| !next_is_value(at))
            .unwrap_or(at + count + 1);
        let value = match &words[at + 1..end.min(words.len())] {
            [] => Expr::Value(Value::Bool(true)),
            [one] => one.value.clone(),
            many => Expr::List(many.iter().map(|word| word.value.clone()).collect()),
        };
        (named(text, value, (at, end - 1), false), end)
    };
    match known {
        Some(Takes::Off(of)) => {
            let off = named(text, Expr::Value(Value::Bool(false)), (at, at), false);
            (off.map(|flag| Flag { name: of, ..flag }), at + 1)
        }
        Some(Takes::Defined(Defined::Nothing(gives))) => (named(text, gives, (at, at), false), at + 1),
        Some(Takes::Defined(Defined::Perhaps(gives))) if !next_is_value(at + 1) => {
            (named(text, gives, (at, at), false), at + 1)
        }
        Some(Takes::Defined(Defined::Perhaps(_) | Defined::One)) => some(1),
        Some(Takes::Defined(Defined::Exactly(count))) => some(count),
        Some(Takes::Negation) => {
            let written = text.replacen("--no-", "--", 1).replacen("--no_", "--", 1);
            (
                named(&written, Expr::Value(Value::Bool(false)), (at, at), false),
                at + 1,
            )
        }
        Some(Takes::Switch { default }) => {
            if next_is_value(at + 1) && is_truth(&words[at + 1].text) {
                return (named(text, words[at + 1].value.clone(), (at, at + 1), false), at + 2);
            }
            (named(text, Expr::Value(Value::Bool(!default)), (at, at), false), at + 1)
        }
        Some(Takes::One) if next_is_value(at + 1) => {
            (named(text, words[at + 1].value.clone(), (at, at + 1), false), at + 2)
        }
        Some(Takes::One) => (named(text, Expr::Value(Value::Bool(true)), (at, at), false), at + 1),
        _ => {
            let mut end = at + 1;
            // Behind a first value, a variable that nothing is known of holds other flags more often than not.
            while next_is_value(end) && assignment(words, end).is_none() && (end == at + 1 || !is_unknown(&words[end]))
            {
                end += 1;
            }
            let value = match &words[at + 1..end] {
                [] => Expr::Value(Value::Bool(true)),
                [one] => one.value.clone(),
                many => Expr::List(many.iter().map(|word| word.value.clone()).collect()),
            };
            (named(text, value, (at, end - 1), false), end)
        }
    }
}

/// `$@`, `${@:3}`: flags or values, nobody knows.
fn is_all_arguments(word: &Word) -> bool {
    matches!(&word.value, Expr::Ref(name) if name.contains('@') || name == "$*")
}

fn is_unknown(word: &Word) -> bool {
    matches!(word.value, Expr::Ref(_) | Expr::Opaque(_)) && word.variables.is_empty() && word.text.starts_with('$')
}

fn is_truth(text: &str) -> bool {
    matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "0" | "1" | "yes" | "no" | "on" | "off"
    )
}

/// `key=value`, `+a.b=value`, `~key`.
fn assignment(words: &[Word], at: usize) -> Option<Flag> {
    let text = words[at].text.as_str();
    if let Some(removed) = text.strip_prefix('~').filter(|removed| is_path(removed)) {
        return named(removed, Expr::Value(Value::Null), (at, at), true);
    }
    let (key, known) = text.split_once('=')?;
    let key = key.trim_start_matches('+');
    if !is_path(key) {
        return None;
    }
    let raw = raw(&words[at]);
    let behind = raw.split_once('=').map_or("", |(_, behind)| behind);
    named(key, behind_sign(behind, known), (at, at), true)
}

/// A dotted path of identifiers, with Hydra's group signs.
fn is_path(key: &str) -> bool {
    key.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-/@:[]".contains(&byte))
        && !key.contains("://")
}

/// The value behind `=`: a variable alone is a reference, a known text a literal.
fn behind_sign(raw: &str, known: &str) -> Expr {
    let pieces = lex::pieces(raw, 0..raw.len(), true);
    match pieces.as_slice() {
        [
            lex::Piece {
                kind: lex::Kind::Variable(_),
                ..
            },
        ] => Expr::Ref(raw.to_string()),
        _ if !known.contains(['$', '`']) => literal::expr(unquoted(known)),
        _ => Expr::Opaque(raw.to_string()),
    }
}

/// A number with a variable in it, `${LR}e-5`: put together where the variable is known.
pub(super) fn digits(value: Expr) -> Expr {
    let Expr::Opaque(raw) = &value else { return value };
    let pieces = lex::pieces(raw, 0..raw.len(), true);
    let mut args = Vec::new();
    for piece in &pieces {
        args.push(Arg {
            keyword: None,
            value: match &piece.kind {
                lex::Kind::Text(text)
                    if text
                        .bytes()
                        .all(|byte| byte.is_ascii_digit() || b"eE.-".contains(&byte)) =>
                {
                    Expr::Value(Value::Text(text.clone()))
                }
                lex::Kind::Variable(lex::Variable {
                    part: lex::Part::Whole,
                    default: None,
                    ..
                }) => Expr::Ref(raw[piece.range.clone()].to_string()),
                _ => return value,
            },
        });
    }
    Expr::Call {
        callee: DIGITS.to_string(),
        args,
    }
}

fn unquoted(text: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    text
}

/// The word with its variables as written.
fn raw(word: &Word) -> &str {
    match &word.value {
        Expr::Opaque(raw) | Expr::Ref(raw) => raw,
        _ => &word.text,
    }
}

fn named(written: &str, value: Expr, words: (usize, usize), assigns: bool) -> Option<Flag> {
    let path = written.trim_start_matches('-').split('@').next().unwrap_or("");
    let parts: Vec<&str> = path.split(['.', '/']).filter(|part| !part.is_empty()).collect();
    let (name, owner) = parts.split_last()?;
    if name.starts_with(|first: char| first.is_ascii_digit()) && !owner.is_empty() {
        return None;
    }
    Some(Flag {
        written: written.to_string(),
        name: name.to_string(),
        owner: owner.iter().map(|part| part.to_string()).collect(),
        value,
        words,
        assigns,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;

    fn words(line: &str) -> Vec<Word> {
        line.split_whitespace()
            .map(|word| {
                let value = match word.starts_with('$') {
                    true => Expr::Ref(word.to_string()),
                    false if word.contains('$') => Expr::Opaque(word.to_string()),
                    false => literal::expr(word),
                };
                Word {
                    text: word.to_string(),
                    value,
                    place: Place::default(),
                    variables: Vec::new(),
                }
            })
            .collect()
    }

    fn shown(expr: &Expr) -> String {
        match expr {
            Expr::Value(value) => value.to_string(),
            Expr::Ref(name) => name.clone(),
            Expr::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Expr::Opaque(text) => format!("?{text}?"),
            _ => "…".to_string(),
        }
    }

    fn takes(flag: &str) -> Option<Takes> {
        match flag {
            "--fp16" => Some(Takes::Switch { default: false }),
            "--no_cuda" => Some(Takes::Switch { default: true }),
            "--lr" | "-b" => Some(Takes::One),
            "--no-pin" => Some(Takes::Negation),
            "--sizes" => Some(Takes::Any),
            "--ema" => Some(Takes::Defined(Defined::Nothing(Expr::Value(Value::Bool(true))))),
            "--plain" => Some(Takes::Off("fancy".to_string())),
            "--betas" => Some(Takes::Defined(Defined::Exactly(2))),
            "--log" => Some(Takes::Defined(Defined::Perhaps(literal::expr("all")))),
            "--many" => Some(Takes::Defined(Defined::Any)),
            _ => None,
        }
    }

    #[test]
    fn sweeps_are_not_decided() {
        let shown_of = |line: &str| {
            let words = words(line);
            let mut found = read(&words, 0, &takes);
            undecided_sweeps(&words, 0, &mut found);
            found
                .iter()
                .filter(|flag| flag.assigns)
                .map(|flag| shown(&flag.value))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(shown_of("-m lr=0.1,0.01 seed=1"), "?0.1,0.01? 1");
        assert_eq!(shown_of("lr=0.1,0.01"), "0.1,0.01");
    }

    #[test]
    fn settings_within_flags_and_pairs() {
        let cases = [
            ("--hparams=batch_size=48,lr=5e-4", false, "batch_size=48 lr=5e-4"),
            ("--name a=1,b", false, ""),
            ("SOLVER.LR 0.1 SOLVER.STEPS 20", false, ""),
            ("--cfg x.yml SOLVER.LR 0.1 SEED 20", true, "SOLVER.LR=0.1 SEED=20"),
            (
                "--opts SOLVER.LR 0.1 MODEL.NAME big",
                true,
                "SOLVER.LR=0.1 MODEL.NAME=big",
            ),
            ("data SOLVER.LR", true, ""),
        ];
        for (line, pairs, expected) in cases {
            let words = words(line);
            let found = read(&words, 0, &takes);
            let found: Vec<String> = within(&words, 0, &found, pairs)
                .iter()
                .map(|flag| {
                    let path: Vec<&str> = flag
                        .owner
                        .iter()
                        .map(String::as_str)
                        .chain([flag.name.as_str()])
                        .collect();
                    format!("{}={}", path.join("."), shown(&flag.value))
                })
                .collect();
            assert_eq!(found.join(" "), expected, "{line}");
        }
    }

    #[test]
    fn flags_and_their_values() {
        let cases = [
            ("--lr 1e-4", "lr=1e-4"),
            ("--lr=1e-4 x", "lr=1e-4"),
            ("--lr -1 --x", "lr=-1 x=true"),
            ("-b 12 -b12", "b=12 b=12"),
            ("--fp16 data.json", "fp16=true"),
            ("--fp16 False", "fp16=false"),
            ("--no_cuda", "no_cuda=false"),
            ("--no-pin", "pin=false"),
            ("--ema False", "ema=true"),
            ("--plain x", "fancy=false"),
            ("--betas 0.9 0.98 x", "betas=[0.9 0.98]"),
            ("--betas 0.9 --x", "betas=0.9 x=true"),
            ("--betas", "betas=true"),
            ("--log --x", "log=all x=true"),
            ("--log some x", "log=some"),
            ("--many 1 2 3", "many=[1 2 3]"),
            ("--new data.json", "new=data.json"),
            ("--lr 1 data.json", "lr=1"),
            ("--sizes 1 2 3 --x", "sizes=[1 2 3] x=true"),
            ("--new 1 2", "new=[1 2]"),
            ("k=v +a.b=1 ~d model.lr=$lr", "k=v a.b=1 d=none model.lr=$lr"),
            ("e=[1,2]", "e=[1 2]"),
            ("--cfg-options model.lr=1 x=2", "cfg-options=true model.lr=1 x=2"),
            ("--lr $lr", "lr=$lr"),
            ("--new 1 $EXTRA", "new=1"),
            ("--new 1 $@", "new=1"),
            ("--new $@", "new=true"),
            ("--lr=$lr", "lr=$lr"),
            ("--out=runs/$x", "out=?runs/$x?"),
            ("--model.lr 3", "model.lr=3"),
            ("model/encoder=big", "model.encoder=big"),
            ("-- x", ""),
            ("- --", ""),
            ("a b", ""),
            ("http://x?a=b", ""),
            ("--=1 -= =", ""),
        ];
        for (line, expected) in cases {
            let words = words(line);
            let found: Vec<String> = read(&words, 0, &takes)
                .iter()
                .map(|flag| {
                    let path: Vec<&str> = flag
                        .owner
                        .iter()
                        .map(String::as_str)
                        .chain([flag.name.as_str()])
                        .collect();
                    format!("{}={}", path.join("."), shown(&flag.value))
                })
                .collect();
            assert_eq!(found.join(" "), expected, "{line}");
        }
    }
}
