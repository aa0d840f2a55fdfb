//! One word, with its variables, substitutions and sums looked up.
//!
//! Why it can be wrong: `${LR:-1e-4}` is `1e-4` only where nobody outside sets `LR`, and `$lr` with two assignments is
//! neither of them. Only a text that is the same in every way the script can run counts as known.
//!
//! Example: with `n=3` the word `out_$n` is the text `out_3`, and refers to the statement of `n`.

use std::ops::Range;

use super::lex::{self, Kind, Part, Piece, Variable};
use super::state::{Definition, DefinitionId};
use super::{Script, arithmetic, literal};
use crate::evidence::{Expr, StatementId};
use crate::source::Word;
/// Bytes of a variable's text that are put into a word.
pub(super) const TEXT: usize = 8_000;
/// Items that a range (`{1..100}`, `seq`) is written out to.
pub(super) const ITEMS: i64 = 64;

impl Script<'_> {
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
            if written.contains(":=") || written.contains(&format!("{}=", variable.name)) {
                // From here on the variable holds it.
                let definition = Definition {
                    statement,
                    literal: super::assign::known_text(&inner),
                    certain: false,
                    words: vec![inner.clone()],
                    elements: None,
                    guards: self.guards.clone(),
                };
                let id = self.define(definition);
                let mut all: Vec<DefinitionId> = reaching.iter().copied().flatten().collect();
                all.push(id);
                self.state.set(&variable.name, all);
            }
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

    pub(super) fn define(&mut self, definition: Definition) -> DefinitionId {
        self.definitions.push(definition);
        self.definitions.len() - 1
    }
}

fn push_unique(variables: &mut Vec<(String, StatementId)>, written: &str, statement: StatementId) {
    let entry = (written.to_string(), statement);
    if !variables.contains(&entry) {
        variables.push(entry);
    }
}
