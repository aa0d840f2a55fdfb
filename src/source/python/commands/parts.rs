//! Texts and lists of words as they are put together: stretches of characters, holes, turns of loops, and what is unknown.
//!
//! Why it can be wrong: two ways that cannot hold together (`a` under a condition, `b` not under it) would make a
//! command that never runs. Ways are joined only where their conditions do not clash.
//!
//! Example: `"--lr " + x` is the letters `--lr ` and a hole that refers to `x`.

use std::rc::Rc;

use super::super::module::Local;
use super::held::{VARIANTS, clash, same};
use crate::evidence::Guard;

/// A character and its byte in the file.
pub(super) type Letter = (char, usize);

/// A stretch of a text.
#[derive(Debug, Clone)]
pub(super) enum Part {
    Letters(Vec<Letter>),
    /// What an expression gives: the name it is shown by, and the statement that refers to it.
    Hole {
        name: String,
        local: Local,
        at: usize,
    },
    /// What a `for` sets: the loop by its first byte, and the text in each turn.
    Turn {
        of: usize,
        items: Rc<Vec<Vec<Letter>>>,
    },
    /// Any number of words that nothing is known of.
    Unknown {
        at: usize,
    },
}

/// A text, or words that are not split.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    Line(Vec<Part>),
    Words(Vec<Vec<Part>>),
}

/// One way a text can be, and what must hold for it.
#[derive(Debug, Clone)]
pub(super) struct Variant {
    pub(super) shape: Shape,
    pub(super) guards: Vec<Guard>,
}

impl Variant {
    pub(super) fn line(parts: Vec<Part>) -> Variant {
        Variant {
            shape: Shape::Line(parts),
            guards: Vec::new(),
        }
    }

    /// Adds conditions that are not there yet.
    pub(super) fn under(&mut self, guards: &[Guard]) {
        for guard in guards {
            if !self.guards.iter().any(|known| same(known, guard)) {
                self.guards.push(guard.clone());
            }
        }
    }

    /// This and what is appended; nothing where both cannot be.
    pub(super) fn joined(&self, other: &Variant) -> Option<Variant> {
        if clash(&self.guards, &other.guards) {
            return None;
        }
        let shape = match (self.shape.clone(), other.shape.clone()) {
            (Shape::Line(mut a), Shape::Line(b)) => {
                a.extend(b);
                Shape::Line(a)
            }
            (Shape::Words(mut a), Shape::Words(b)) => {
                a.extend(b);
                Shape::Words(a)
            }
            (Shape::Words(mut a), Shape::Line(b)) => {
                a.push(b);
                Shape::Words(a)
            }
            (Shape::Line(_), Shape::Words(_)) => return None,
        };
        let mut out = Variant {
            shape,
            guards: self.guards.clone(),
        };
        out.under(&other.guards);
        Some(out)
    }

    /// This with something behind it that is not known.
    pub(super) fn with_unknown(&self, at: usize) -> Variant {
        let mut out = self.clone();
        match &mut out.shape {
            Shape::Line(parts) => parts.push(Part::Unknown { at }),
            Shape::Words(words) => words.push(vec![Part::Unknown { at }]),
        }
        out
    }
}

pub(super) fn is_words(variants: &[Variant]) -> bool {
    variants.iter().any(|variant| matches!(variant.shape, Shape::Words(_)))
}

pub(super) fn product(left: &[Variant], right: &[Variant]) -> Vec<Variant> {
    let mut out: Vec<Variant> = left
        .iter()
        .flat_map(|a| right.iter().filter_map(move |b| a.joined(b)))
        .collect();
    out.truncate(VARIANTS);
    out
}

/// Newlines as blanks: what is split does not end at them.
pub(super) fn flat(mut variants: Vec<Variant>) -> Vec<Variant> {
    for variant in &mut variants {
        if let Shape::Line(parts) = &mut variant.shape {
            for part in parts {
                if let Part::Letters(letters) = part {
                    letters
                        .iter_mut()
                        .filter(|(c, _)| *c == '\n')
                        .for_each(|letter| letter.0 = ' ');
                }
            }
        }
    }
    variants
}

pub(super) fn joined_by(variant: Variant, separator: &str, at: usize) -> Variant {
    let Variant { shape, guards } = variant;
    let parts = match shape {
        Shape::Line(parts) => parts,
        Shape::Words(words) => {
            let mut parts = Vec::new();
            for (index, word) in words.into_iter().enumerate() {
                if index > 0 {
                    parts.push(Part::Letters(separator.chars().map(|c| (c, at)).collect()));
                }
                parts.extend(word);
            }
            parts
        }
    };
    Variant {
        shape: Shape::Line(parts),
        guards,
    }
}
