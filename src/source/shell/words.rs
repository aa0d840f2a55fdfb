//! A word with its variables looked up, and the words that unquoted variables become.
//!
//! Why it can be wrong: `python train.py $ARGS` is not one argument but as many as `ARGS` has words, and another number
//! in each branch. So a command has one variant for each way its variables can be filled.
//!
//! Example: with `ARGS="--lr 1e-4 --bf16"` the command `python train.py $ARGS` has the words `--lr`, `1e-4`, `--bf16`.

use std::ops::Range;

use super::lex::{self, Kind, Part, Piece, Variable};
use super::state::{Definition, DefinitionId};
use super::{Script, arithmetic, literal};
use crate::evidence::{Expr, Guard, StatementId};
use crate::source::Word;

/// Ways to fill a command's variables that are told apart.
const VARIANTS: usize = 16;
/// Words that one command or variable is split into; a text that doubles itself in a loop has more.
const WORDS: usize = 2_000;
/// Bytes of a variable's text that are put into a word.
pub(super) const TEXT: usize = 8_000;
/// Items that a range (`{1..100}`, `seq`) is written out to.
const ITEMS: i64 = 64;

/// A list of words, and what must hold for it.
#[derive(Debug, Clone, Default)]
pub(super) struct Variant {
    pub(super) words: Vec<Word>,
    pub(super) guards: Vec<Guard>,
}

impl Script<'_> {
    /// The words of `ranges` with unquoted variables split, one list for each way they can be filled.
    pub(super) fn variants(&mut self, ranges: &[(Range<usize>, bool)]) -> Vec<Variant> {
        let mut variants = vec![Variant::default()];
        for (range, double) in ranges {
            let first = variants.iter().all(|variant| variant.words.is_empty());
            let fillings = self.fillings(range.clone(), *double, first);
            let most = |variants: &[Variant]| variants.iter().map(|variant| variant.words.len()).max().unwrap_or(0);
            let many = variants.len() * fillings.len() > VARIANTS || most(&variants) + most(&fillings) > WORDS;
            let fillings = if many {
                // Too many ways: the word as it is written.
                let word = self.word(range.clone(), *double);
                vec![Variant {
                    words: vec![word],
                    guards: Vec::new(),
                }]
            } else {
                fillings
            };
            let mut next = Vec::new();
            for variant in &variants {
                for filling in &fillings {
                    let mut joined = variant.clone();
                    joined.words.extend(filling.words.iter().cloned());
                    for guard in &filling.guards {
                        if !joined.guards.contains(guard) {
                            joined.guards.push(guard.clone());
                        }
                    }
                    if !contradictory(&joined.guards) {
                        next.push(joined);
                    }
                }
            }
            variants = next;
        }
        variants
    }

    /// One word as the shell splits it, for each definition its variable can have.
    fn fillings(&mut self, range: Range<usize>, double: bool, first: bool) -> Vec<Variant> {
        let pieces = lex::pieces(self.text, range.clone(), double);
        let plain = |script: &mut Self| {
            vec![Variant {
                words: vec![script.word(range.clone(), double)],
                guards: Vec::new(),
            }]
        };
        let [
            Piece {
                kind: Kind::Variable(variable),
                quoted,
                ..
            },
        ] = pieces.as_slice()
        else {
            return plain(self);
        };
        let from = match variable.part {
            Part::All => Some(1),
            Part::From(from) => Some(from.max(1)),
            _ => None,
        };
        if let Some(from) = from.filter(|_| variable.name == "@") {
            return match &self.state.arguments {
                Some(arguments) => vec![Variant {
                    words: arguments.iter().skip(from - 1).cloned().collect(),
                    guards: Vec::new(),
                }],
                None => plain(self),
            };
        }
        let splits = variable.part == Part::All || ((!quoted || double) && variable.part == Part::Whole);
        if !splits {
            return plain(self);
        }
        let reaching = self.state.reaching(&variable.name);
        let known: Vec<Definition> = reaching
            .iter()
            .flatten()
            .map(|&id| self.definitions[id].clone())
            .collect();
        let list = |definition: &Definition| match (&definition.elements, &variable.part) {
            (Some(elements), Part::All) => elements.clone(),
            _ => definition.words.clone(),
        };
        let splitting = known.iter().any(|definition| {
            let words = list(definition);
            words.len() != 1 || first || words[0].text.starts_with(['-', '+']) || words[0].text.contains('=')
        });
        if known.is_empty() || !splitting {
            return plain(self);
        }
        let mut out: Vec<Variant> = known
            .iter()
            .map(|definition| Variant {
                words: list(definition),
                guards: definition.guards.clone(),
            })
            .collect();
        if reaching.contains(&None) && variable.default.is_none() && !first {
            out.push(Variant::default());
        }
        if reaching.contains(&None)
            && let Some(default) = variable.default.clone()
        {
            let words = lex::split(self.text, default)
                .into_iter()
                .map(|range| self.word(range, true))
                .collect();
            out.push(Variant {
                words,
                guards: Vec::new(),
            });
        }
        out
    }

    /// One word, its variables looked up and not split.
    pub(super) fn word(&mut self, range: Range<usize>, double: bool) -> Word {
        let pieces = lex::pieces(self.text, range.clone(), double);
        let mut text = String::new();
        let mut raw = String::new();
        let mut variables: Vec<(String, StatementId)> = Vec::new();
        let mut certain = true;
        for piece in &pieces {
            let written = self.slice(piece.range.clone()).to_string();
            match &piece.kind {
                Kind::Text(plain) => {
                    text.push_str(plain);
                    raw.push_str(plain);
                    continue;
                }
                Kind::Variable(variable) => {
                    let (known, sure) = self.look_up(variable, &written, piece.range.clone(), &mut variables);
                    text.push_str(known.as_deref().unwrap_or(&written));
                    certain &= sure && known.is_some();
                }
                Kind::Command(inner) => {
                    let known = self.substitution(inner.clone());
                    text.push_str(known.as_deref().unwrap_or(&written));
                    certain &= known.is_some();
                }
                Kind::Arithmetic(inner) => {
                    let inner = self.slice(inner.clone()).to_string();
                    self.look_up_arithmetic(&inner, &mut variables);
                    text.push_str(&written);
                    certain = false;
                }
                Kind::Other => {
                    text.push_str(&written);
                    certain = false;
                }
            }
            raw.push_str(&written);
        }
        let value = match pieces.as_slice() {
            [
                Piece {
                    kind: Kind::Variable(_),
                    ..
                },
            ] => Expr::Ref(raw),
            [
                Piece {
                    kind: Kind::Arithmetic(inner),
                    ..
                },
            ] => arithmetic::parse(self.slice(inner.clone())).unwrap_or(Expr::Opaque(raw)),
            [
                Piece {
                    kind: Kind::Text(plain),
                    ..
                },
            ] => literal::expr(plain),
            // `--lr=$lr`: whoever splits it at the sign wants the variable.
            [
                Piece {
                    kind: Kind::Text(first),
                    ..
                },
                _,
                ..,
            ] if first.contains('=') => Expr::Opaque(raw),
            _ if certain => literal::expr(&text),
            _ => Expr::Opaque(raw),
        };
        Word {
            text,
            value,
            place: self.place(range),
            variables,
        }
    }

    /// The one known text of a variable, and whether nothing from outside can change it; adds the statements that
    /// give it.
    fn look_up(
        &mut self,
        variable: &Variable,
        written: &str,
        range: Range<usize>,
        variables: &mut Vec<(String, StatementId)>,
    ) -> (Option<String>, bool) {
        let reaching = self.state.reaching(&variable.name);
        let mut texts: Vec<Option<String>> = Vec::new();
        let mut certain = true;
        for id in reaching.iter().flatten() {
            match &variable.part {
                Part::Index(index) => self.elements(*id, variable, index, written, variables, &mut texts),
                _ => {
                    let definition = &self.definitions[*id];
                    push_unique(variables, written, definition.statement);
                    certain &= definition.certain;
                    texts.push(definition.literal.clone());
                }
            }
        }
        let mut outside = reaching.contains(&None);
        if outside
            && let Some(default) = variable.default.clone()
            && self.depth < 60
        {
            self.depth += 1;
            let inner = self.word(default, false);
            self.depth -= 1;
            let statement = self.variable(
                range.start,
                &variable.name,
                inner.value.clone(),
                range,
                &inner.variables,
            );
            push_unique(variables, written, statement);
            texts.push(inner.value.literal().map(|_| inner.text.clone()));
            // Known as far as the script goes, for finding files; a caller can give another.
            outside = texts.len() > 1;
            if !outside {
                return (texts.pop().flatten(), false);
            }
        }
        texts.dedup();
        match (texts.as_slice(), outside) {
            ([Some(text)], false) => (Some(text.clone()), certain),
            _ => (None, false),
        }
    }

    /// `${x[1]}`: that element; with an index that is not known, each of them.
    fn elements(
        &mut self,
        id: DefinitionId,
        variable: &Variable,
        index: &str,
        written: &str,
        variables: &mut Vec<(String, StatementId)>,
        texts: &mut Vec<Option<String>>,
    ) {
        let definition = self.definitions[id].clone();
        let Some(elements) = definition.elements else {
            push_unique(variables, written, definition.statement);
            texts.push(None);
            return;
        };
        let only = index.parse::<usize>().ok();
        for (at, element) in elements.iter().enumerate().take(ITEMS as usize) {
            if only.is_some_and(|only| only != at) {
                continue;
            }
            let bytes = element.place.bytes.map_or(0..0, |(start, end)| start..end);
            let name = format!("{}[{at}]", variable.name);
            let statement = self.variable(bytes.start, &name, element.value.clone(), bytes, &element.variables);
            push_unique(variables, written, statement);
            texts.push(element.value.literal().map(|_| element.text.clone()));
        }
    }

    pub(super) fn look_up_arithmetic(&mut self, text: &str, variables: &mut Vec<(String, StatementId)>) {
        let Some(expr) = arithmetic::parse(text) else { return };
        for written in expr.references() {
            let name = written.trim_start_matches('$').trim_matches(['{', '}']);
            for id in self.state.reaching(name).iter().flatten() {
                push_unique(variables, written, self.definitions[*id].statement);
            }
        }
    }

    /// The text of a command substitution where it says a folder of the repository; commands inside it that start
    /// code are walked.
    fn substitution(&mut self, range: Range<usize>) -> Option<String> {
        let text = self.slice(range.clone()).trim().to_string();
        if text.contains("rev-parse") && text.contains("--show-toplevel") {
            return Some(".".to_string());
        }
        if text.contains("dirname") && (text.contains("$0") || text.contains("BASH_SOURCE")) {
            return Some(self.script_folder(&text));
        }
        if text == "pwd" {
            return Some(self.state.directory.clone().unwrap_or_else(|| ".".to_string()));
        }
        const STARTS: [&str; 8] = [
            "python",
            "sbatch",
            "srun",
            "torchrun",
            "accelerate",
            "deepspeed",
            ".sh",
            "qsub",
        ];
        if STARTS.iter().any(|start| text.contains(start)) && self.depth < 60 {
            let before = self.state.clone();
            self.depth += 1;
            self.fragment(range, false);
            self.depth -= 1;
            self.state = before;
        }
        None
    }

    /// The script's own folder and the `/..` behind `dirname "$0"`, relative to the root.
    fn script_folder(&self, text: &str) -> String {
        let mut folder: Vec<&str> = self.source.path().split('/').collect();
        folder.pop();
        let behind = text.rsplit("dirname").next().unwrap_or("");
        let ups = behind.matches("..").count() + text.matches("dirname").count().saturating_sub(1);
        for _ in 0..ups {
            folder.pop();
        }
        if folder.is_empty() {
            ".".to_string()
        } else {
            folder.join("/")
        }
    }

    /// What a `for` runs over: one definition for each item.
    pub(super) fn items(
        &mut self,
        name: &str,
        name_range: Range<usize>,
        ranges: &[Range<usize>],
        given: bool,
    ) -> Vec<DefinitionId> {
        let mut words: Vec<Word> = Vec::new();
        for range in ranges {
            let written = self.slice(range.clone()).to_string();
            if let Some(items) = counted(&written) {
                let place = self.place(range.clone());
                words.extend(items.into_iter().map(|item| Word {
                    value: literal::expr(&item),
                    text: item,
                    place: place.clone(),
                    variables: Vec::new(),
                }));
                continue;
            }
            let mut fillings = self.fillings(range.clone(), false, false);
            // `for x in $LIST` splits, whatever the words look like.
            if let Some(list) = self.split_list(range.clone()) {
                fillings = vec![Variant {
                    words: list,
                    guards: Vec::new(),
                }];
            }
            words.extend(fillings.into_iter().flat_map(|filling| filling.words));
        }
        if !given {
            words.extend(self.state.arguments.clone().unwrap_or_default());
        }
        let mut out = Vec::new();
        for (at, mut word) in words.into_iter().take(ITEMS as usize).enumerate() {
            if word.text.contains(['*', '?']) {
                // Files that are there when it runs.
                word.value = Expr::Opaque(word.text.clone());
            }
            let bytes = word.place.bytes.map_or(name_range.clone(), |(start, end)| start..end);
            // Several items can come from one place (`{1..3}`).
            let key = name_range.start + (at << 32);
            let statement = self.variable(key, name, word.value.clone(), bytes, &word.variables);
            let literal = word.value.literal().map(|_| word.text.clone());
            let certain = literal.is_some();
            let guards = self.guards.clone();
            out.push(self.define(Definition {
                statement,
                literal,
                certain,
                words: vec![word],
                elements: None,
                guards,
            }));
        }
        out
    }

    fn split_list(&mut self, range: Range<usize>) -> Option<Vec<Word>> {
        let pieces = lex::pieces(self.text, range, false);
        let [
            Piece {
                kind: Kind::Variable(variable),
                quoted,
                ..
            },
        ] = pieces.as_slice()
        else {
            return None;
        };
        if *quoted && variable.part != Part::All {
            return None;
        }
        let reaching = self.state.reaching(&variable.name);
        let [Some(id)] = reaching.as_slice() else { return None };
        let definition = &self.definitions[*id];
        let words = match &definition.elements {
            Some(elements) => elements.clone(),
            None => definition.words.clone(),
        };
        (words.len() != 1 || variable.part == Part::All).then_some(words)
    }

    pub(super) fn define(&mut self, definition: Definition) -> DefinitionId {
        self.definitions.push(definition);
        self.definitions.len() - 1
    }
}

/// `{1..5}`, `{a,b}`, `$(seq 1 5)` written out.
fn counted(written: &str) -> Option<Vec<String>> {
    if let Some(inner) = written.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        if let Some((from, to)) = inner.split_once("..") {
            let (to, step) = to.split_once("..").unwrap_or((to, "1"));
            return range(from.parse().ok()?, step.parse().ok()?, to.parse().ok()?);
        }
        if inner.contains(',') && !inner.contains(['{', '$', '"', '\'']) {
            return Some(inner.split(',').map(str::to_string).collect());
        }
        return None;
    }
    let inner = written.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    let inner = inner.or_else(|| written.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')))?;
    let numbers: Option<Vec<i64>> = inner
        .trim()
        .strip_prefix("seq ")?
        .split_whitespace()
        .map(|word| word.parse().ok())
        .collect();
    match numbers?.as_slice() {
        [to] => range(1, 1, *to),
        [from, to] => range(*from, 1, *to),
        [from, step, to] => range(*from, *step, *to),
        _ => None,
    }
}

fn range(from: i64, step: i64, to: i64) -> Option<Vec<String>> {
    let step = if from > to { -step.abs() } else { step };
    if step == 0 || (to.checked_sub(from)? / step) >= ITEMS {
        return None;
    }
    let mut out = Vec::new();
    let mut at = from;
    while (step > 0 && at <= to) || (step < 0 && at >= to) {
        out.push(at.to_string());
        at = at.checked_add(step)?;
    }
    Some(out)
}

fn push_unique(variables: &mut Vec<(String, StatementId)>, written: &str, statement: StatementId) {
    let entry = (written.to_string(), statement);
    if !variables.contains(&entry) {
        variables.push(entry);
    }
}

/// Whether two of the conditions cannot hold together: the same test at the same place, held and not held.
fn contradictory(guards: &[Guard]) -> bool {
    guards.iter().enumerate().any(|(at, guard)| {
        guards[..at]
            .iter()
            .any(|other| other.place == guard.place && other.holds != guard.holds)
    })
}
