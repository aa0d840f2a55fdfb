//! Options that a shell script parses itself: `while … case $1 in --lr) lr=$2`, `getopts`, Kaldi's `parse_options.sh`.
//!
//! Why it can be wrong: `bash train.sh --lr 1e-3` replaces the `lr=1e-4` at the script's top; read without the parser the
//! script's default looks as if it held. Only what the script's own parser takes is an option of it.
//!
//! Example: `--lr=*) lr="${1#*=}"` makes `--lr=4e-5` of a caller the value of `lr`.

use crate::evidence::{Expr, Guard, Statement, Subject};
use crate::source::Word;

/// An option of a script.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ScriptOption {
    /// `--lr`, `-l`.
    flag: String,
    /// The variable that it sets.
    pub(super) variable: String,
    /// What it sets it to; nothing where the caller says it.
    sets: Option<Expr>,
}

/// An option that a caller passes: the words it stands in, and its value.
#[derive(Debug, Clone)]
pub(super) struct Passed {
    pub(super) variable: String,
    pub(super) value: Expr,
    /// Indices of the option's word and of the value's.
    pub(super) words: (usize, usize),
}

/// The options that an assignment in a script is one of, by the conditions around it.
pub(super) fn options(statement: &Statement) -> Vec<ScriptOption> {
    let Subject::Setting { name } = &statement.subject else {
        return Vec::new();
    };
    let Some((subject, patterns)) = statement.guards.iter().rev().find_map(case_of) else {
        return Vec::new();
    };
    let sets = match &statement.value {
        value if takes_argument(value) => None,
        value => Some(value.clone()),
    };
    let letters = !subject
        .trim_matches(['"', '$', '{', '}'])
        .starts_with(|c: char| c.is_ascii_digit());
    patterns
        .into_iter()
        .filter_map(|pattern| {
            let flag = pattern
                .trim_matches(['"', '\''])
                .trim_end_matches('*')
                .trim_end_matches('=');
            // `getopts` hands out letters without their dash.
            let flag = match flag.chars().count() {
                1 if letters && flag.starts_with(|c: char| c.is_ascii_alphabetic()) => format!("-{flag}"),
                _ => flag.to_string(),
            };
            (flag.len() > 1 && flag.starts_with('-')).then(|| ScriptOption {
                flag,
                variable: name.clone(),
                sets: sets.clone(),
            })
        })
        .collect()
}

/// Whether an assignment stands in a parser of options: its value is what a caller passes, or stands under an option.
pub(super) fn is_parsing(statement: &Statement) -> bool {
    !options(statement).is_empty()
}

/// The subject and the patterns of a `case` branch that is taken.
fn case_of(guard: &Guard) -> Option<(&str, Vec<&str>)> {
    let (subject, patterns) = guard
        .text
        .strip_prefix("case ")
        .filter(|_| guard.holds)?
        .split_once(" in ")?;
    let patterns = patterns.trim().trim_start_matches('(').trim_end_matches(')');
    Some((subject, patterns.split('|').map(str::trim).collect()))
}

/// `$2`, `$OPTARG`, `${1#*=}`.
fn takes_argument(value: &Expr) -> bool {
    let text = match value {
        Expr::Ref(text) | Expr::Opaque(text) => text.trim_matches('"'),
        _ => return false,
    };
    let inner = text.trim_start_matches('$').trim_start_matches('{');
    text.starts_with('$') && (inner.starts_with("OPTARG") || inner.starts_with(|c: char| c.is_ascii_digit()))
}

/// The options among a caller's words. `any`: whatever is called `--name` sets the variable `name`.
pub(super) fn passed(words: &[Word], options: &[ScriptOption], any: bool) -> Vec<Passed> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let text = words[at].text.as_str();
        let (flag, inline) = match text.split_once('=').filter(|_| text.starts_with('-')) {
            Some((flag, value)) => (flag, Some(value)),
            None => (text, None),
        };
        let known: Vec<&ScriptOption> = options.iter().filter(|option| option.flag == flag).collect();
        let mut takes = 0;
        for option in &known {
            let value = match (&option.sets, inline) {
                (Some(sets), _) => Some((sets.clone(), at)),
                (None, Some(value)) => Some((crate::source::shell::literal::expr(value), at)),
                (None, None) => words.get(at + 1).map(|word| (word.value.clone(), at + 1)),
            };
            if let Some((value, last)) = value {
                takes = takes.max(last - at);
                out.push(Passed {
                    variable: option.variable.clone(),
                    value,
                    words: (at, last),
                });
            }
        }
        if any
            && known.is_empty()
            && let Some(name) = flag.strip_prefix("--").filter(|name| !name.is_empty())
            && let Some(word) = words.get(at + 1)
        {
            takes = 1;
            out.push(Passed {
                variable: name.replace('-', "_"),
                value: word.value.clone(),
                words: (at, at + 1),
            });
        }
        at += 1 + takes;
    }
    out
}
