//! Assignments: `lr=1e-5`, `ARGS+=" --x"`, `LRS=(1 2 3)`, `export`, `declare`, `local`.
//!
//! Why it can be wrong: an option parser in a script (`case $1 in --lr) lr=$2`) sets what a caller may pass; read as an
//! assignment that always runs, it hides the default. It is shown, and does not take the default's place.
//!
//! Example: `SEED=${1:-42}` is the variable `SEED`, the reference `${1:-42}`, which the statement `1` = 42 fills.

use std::ops::Range;

use tree_sitter::Node;

use super::lex::{self, Kind, Piece};
use super::state::Definition;
use super::variants::Variant;
use super::walk::children;
use super::words::TEXT;
use super::{Script, literal};
use crate::evidence::{Expr, Guard, StatementId};
use crate::source::Word;

impl Script<'_> {
    /// `export X=1 Y`, `declare -a Z=(1 2)`, `local lr=$1`.
    pub(super) fn declaration(&mut self, node: Node<'_>) {
        let parts = children(node);
        let exports = parts.first().is_some_and(|first| first.kind() == "export")
            || parts
                .iter()
                .any(|part| part.kind() == "word" && self.slice(part.byte_range()).contains("-x"));
        for part in parts.iter().filter(|part| part.is_named()) {
            match part.kind() {
                "variable_assignment" => self.assignment(*part, exports),
                "variable_name" if exports => {
                    let name = self.slice(part.byte_range()).to_string();
                    self.state.exported.insert(name);
                }
                _ => {}
            }
        }
    }

    pub(super) fn assignment(&mut self, node: Node<'_>, exported: bool) {
        let parts = children(node);
        let Some(target) = parts.first() else { return };
        let name = self.slice(target.byte_range()).to_string();
        let appends = parts.iter().any(|part| part.kind() == "+=");
        let value = parts[1..].iter().find(|part| part.is_named());
        let whole = node.start_byte()..value.map_or(node.end_byte(), Node::end_byte);
        if exported {
            self.state.exported.insert(name.clone());
        }
        if target.kind() != "variable_name" {
            // One element of an array (`LRS[0]=1`): shown, the array stays as it was.
            let word = value.map(|value| self.word(value.byte_range(), false));
            let (expr, variables) = word.map_or((empty(), Vec::new()), |word| (word.value, word.variables));
            self.variable(whole.start, &name, expr, whole, &variables);
            return;
        }
        match value {
            Some(value) if value.kind() == "array" => self.array(&name, *value, whole, appends),
            _ => self.scalar(&name, value.copied(), whole, appends),
        }
    }

    fn scalar(&mut self, name: &str, value: Option<Node<'_>>, whole: Range<usize>, appends: bool) {
        let range = value.map_or(whole.end..whole.end, |value| value.byte_range());
        let kind = value.map_or("", |value| value.kind());
        let pieces = lex::pieces(self.text, range.clone(), false);
        let before = self.state.reaching(name);
        // `X=${X:-1}` with nothing before it: the default is X's value, unless the environment has another.
        if let [
            Piece {
                kind: Kind::Variable(variable),
                ..
            },
        ] = pieces.as_slice()
            && variable.name == name
            && before == [None]
            && let Some(default) = variable.default.clone()
        {
            let word = self.word(default, false);
            let statement = self.variable(whole.start, name, word.value.clone(), whole, &word.variables);
            let literal = known_text(&word);
            let definition = Definition {
                statement,
                literal,
                certain: false,
                words: vec![word],
                elements: None,
                guards: self.guards.clone(),
            };
            let id = self.define(definition);
            return self.state.set(name, vec![id]);
        }
        let word = if value.is_some() {
            self.word(range.clone(), false)
        } else {
            self.empty_word(range.clone())
        };
        let quotes = matches!(kind, "string" | "raw_string") && range.len() >= 2;
        let variants = if quotes {
            let inner = range.start + 1..range.end - 1;
            let literal_text = kind == "raw_string";
            let words: Vec<(Range<usize>, bool)> = lex::split(self.text, inner)
                .into_iter()
                .map(|range| (range, true))
                .collect();
            if literal_text {
                vec![self.as_written(&words)]
            } else {
                self.variants(&words)
            }
        } else if value.is_some() {
            self.variants(&[(range, false)])
        } else {
            vec![Variant::default()]
        };
        let under_option = self.in_case > 0 && self.loops > 0 && self.guards.last().is_some_and(names_an_option);
        let parsing_options = under_option
            || self.in_case > 0 && self.loops > 0 && !pieces.is_empty() && {
                pieces.iter().all(|piece| match &piece.kind {
                    Kind::Variable(variable) => {
                        variable.name == "OPTARG" || variable.name.bytes().all(|byte| byte.is_ascii_digit())
                    }
                    Kind::Other => true,
                    _ => false,
                })
            };
        let earlier: Vec<Option<Definition>> = if appends {
            before
                .iter()
                .map(|id| id.map(|id| self.definitions[id].clone()))
                .collect()
        } else {
            vec![None]
        };
        let value = if appends {
            self.appended(&earlier, &word)
        } else {
            word.value.clone()
        };
        let mut variables = word.variables.clone();
        if appends {
            variables.extend(
                earlier
                    .iter()
                    .flatten()
                    .map(|before| (format!("${name}"), before.statement)),
            );
        }
        let statement = self.variable(whole.start, name, value, whole, &variables);
        if parsing_options {
            return;
        }
        let mut ids = Vec::new();
        for before in &earlier {
            for variant in &variants {
                let mut words = before.as_ref().map_or(Vec::new(), |before| before.words.clone());
                words.extend(variant.words.iter().cloned());
                let mut guards = self.guards.clone();
                let carried = before
                    .iter()
                    .flat_map(|before| before.guards.iter())
                    .chain(&variant.guards);
                for guard in carried {
                    if !guards.contains(guard) {
                        guards.push(guard.clone());
                    }
                }
                let literal = match before {
                    Some(before) => before
                        .literal
                        .as_ref()
                        .zip(known_text(&word))
                        .map(|(a, b)| format!("{a}{b}")),
                    None => known_text(&word),
                };
                let certain = word.value.literal().is_some() && before.as_ref().is_none_or(|before| before.certain);
                if ids.len() < 16 {
                    ids.push(self.define(Definition {
                        statement,
                        literal,
                        certain,
                        words,
                        elements: None,
                        guards,
                    }));
                }
            }
        }
        self.state.set(name, ids);
    }

    /// `X+=…`: the text where all of it is known.
    fn appended(&self, earlier: &[Option<Definition>], word: &Word) -> Expr {
        let known = match earlier {
            [Some(before)] => before.literal.clone(),
            [None] => Some(String::new()),
            _ => None,
        };
        match (known, known_text(word)) {
            (Some(before), Some(behind)) => Expr::Value(literal::text(&format!("{before}{behind}"))),
            _ => Expr::Opaque(format!("… {}", word.text)),
        }
    }

    fn array(&mut self, name: &str, node: Node<'_>, whole: Range<usize>, appends: bool) {
        let ranges: Vec<(Range<usize>, bool)> = children(node)
            .iter()
            .filter(|part| part.is_named() && part.kind() != "comment")
            .map(|part| (part.byte_range(), false))
            .collect();
        let entries: Option<Vec<(String, Expr)>> = ranges
            .iter()
            .map(|(range, _)| {
                let (key, value) = self.slice(range.clone()).strip_prefix('[')?.split_once("]=")?;
                Some((
                    key.trim_matches(['"', '\'']).to_string(),
                    literal::expr(value.trim_matches(['"', '\''])),
                ))
            })
            .collect();
        if let Some(entries) = entries.filter(|entries| !entries.is_empty()) {
            let statement = self.variable(whole.start, name, Expr::Map(entries), whole, &[]);
            let id = self.define(Definition {
                statement,
                literal: None,
                certain: false,
                words: Vec::new(),
                elements: None,
                guards: self.guards.clone(),
            });
            return self.state.set(name, vec![id]);
        }
        let variants = self.variants(&ranges);
        let earlier: Vec<Option<Definition>> = if appends {
            self.state
                .reaching(name)
                .iter()
                .map(|id| id.map(|id| self.definitions[id].clone()))
                .collect()
        } else {
            vec![None]
        };
        let mut shown: Option<(Expr, Vec<(String, StatementId)>)> = None;
        let mut made = Vec::new();
        for before in &earlier {
            for variant in &variants {
                let mut words: Vec<Word> = before
                    .as_ref()
                    .and_then(|before| before.elements.clone())
                    .unwrap_or_default();
                words.extend(variant.words.iter().cloned());
                let mut guards = self.guards.clone();
                for guard in before
                    .iter()
                    .flat_map(|before| before.guards.iter())
                    .chain(&variant.guards)
                {
                    if !guards.contains(guard) {
                        guards.push(guard.clone());
                    }
                }
                if shown.is_none() {
                    let value = Expr::List(words.iter().map(|word| word.value.clone()).collect());
                    let variables = words.iter().flat_map(|word| word.variables.iter().cloned()).collect();
                    shown = Some((value, variables));
                }
                made.push((words, guards));
            }
        }
        let (value, variables) = shown.unwrap_or((Expr::List(Vec::new()), Vec::new()));
        let statement = self.variable(whole.start, name, value, whole, &variables);
        let mut ids = Vec::new();
        for (elements, guards) in made.into_iter().take(16) {
            let literal = elements.first().and_then(known_text);
            let certain = elements.first().is_some_and(|first| first.value.literal().is_some());
            // An array without an index is its first element.
            let words = elements.iter().take(1).cloned().collect();
            ids.push(self.define(Definition {
                statement,
                literal,
                certain,
                words,
                elements: Some(elements),
                guards,
            }));
        }
        self.state.set(name, ids);
    }

    /// Words between single quotes: no variable is filled in.
    fn as_written(&self, ranges: &[(Range<usize>, bool)]) -> Variant {
        let words = ranges
            .iter()
            .map(|(range, _)| {
                let text = self.slice(range.clone()).to_string();
                Word {
                    value: literal::expr(&text),
                    text,
                    place: self.place(range.clone()),
                    variables: Vec::new(),
                }
            })
            .collect();
        Variant {
            words,
            guards: Vec::new(),
        }
    }

    fn empty_word(&self, range: Range<usize>) -> Word {
        Word {
            text: String::new(),
            value: empty(),
            place: self.place(range),
            variables: Vec::new(),
        }
    }

    /// The definitions that `name=word` for one command alone makes; the script's own variables stay.
    pub(super) fn for_command(&mut self, node: Node<'_>) -> Option<(String, StatementId)> {
        let parts = children(node);
        let target = parts.first()?;
        let name = self.slice(target.byte_range()).to_string();
        let value = parts[1..].iter().find(|part| part.is_named());
        let word = match value {
            Some(value) => self.word(value.byte_range(), false),
            None => self.empty_word(node.byte_range()),
        };
        let statement = self.variable(
            node.start_byte(),
            &name,
            word.value.clone(),
            node.byte_range(),
            &word.variables,
        );
        Some((name, statement))
    }
}

/// A branch of a `case` over the script's arguments that is one of its options: `--fp16)`.
fn names_an_option(guard: &Guard) -> bool {
    let patterns = guard
        .text
        .strip_prefix("case ")
        .and_then(|text| Some(text.split_once(" in ")?.1));
    guard.holds && patterns.is_some_and(|patterns| patterns.trim_start_matches(['(', '"', '\'']).starts_with('-'))
}

/// The word's text, where every variable in it has one known value.
pub(super) fn known_text(word: &Word) -> Option<String> {
    let known = word.value.literal().is_some() || !word.text.contains(['$', '`']);
    (known && word.text.len() <= TEXT).then(|| word.text.clone())
}

fn empty() -> Expr {
    Expr::Value(literal::text(""))
}
