//! The words of a command, once for each way its unquoted variables can be filled.
//!
//! Why it can be wrong: `python train.py $ARGS` is not one argument but as many as `ARGS` has words, and another number
//! in each branch. So a command has one variant for each way, and conditions that cannot hold together make none.
//!
//! Example: with `ARGS="--lr 1e-4 --bf16"` the command `python train.py $ARGS` has the words `--lr`, `1e-4`, `--bf16`.

use std::ops::Range;

use super::Script;
use super::lex::{self, Kind, Part, Piece};
use super::state::Definition;
use crate::evidence::Guard;
use crate::source::Word;

/// Ways to fill a command's variables that are told apart.
const VARIANTS: usize = 16;
/// Words that one command or variable is split into; a text that doubles itself in a loop has more.
const WORDS: usize = 2_000;

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
    pub(super) fn fillings(&mut self, range: Range<usize>, double: bool, first: bool) -> Vec<Variant> {
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
}

/// Whether two of the conditions cannot hold together: the same test at the same place, held and not held.
fn contradictory(guards: &[Guard]) -> bool {
    guards.iter().enumerate().any(|(at, guard)| {
        guards[..at]
            .iter()
            .any(|other| other.place == guard.place && other.holds != guard.holds)
    })
}
