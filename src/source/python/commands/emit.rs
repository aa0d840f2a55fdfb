//! From a text or list of words to the commands that a shell makes of it.
//!
//! Why it can be wrong: `cd sub && CUDA_VISIBLE_DEVICES=0 python train.py` is one command in a folder with a variable of
//! its own, and a list of words is not split at all. So texts go through the shell's splitting, and lists do not.
//!
//! Example: `["python", "train.py", "--lr", str(lr)]` has four words, the last the reference `${lr}`.

use std::collections::BTreeMap;
use std::ops::Range;

use ruff_text_size::TextRange;

use super::super::module::Local;
use super::super::walk::Walk;
use super::held::clash;
use super::parts::{Letter, Part, Shape, Variant};
use crate::evidence::{Expr, Form, Grade, Guard, Link, LinkKind, StatementId};
use crate::place::joined;
use crate::source::prose::command::{Piece, simple_commands};
use crate::source::shell::{kept, literal};
use crate::source::{Command, Word};

/// Commands that one call runs in all turns of the loops around it.
const TURNS: usize = 32;

impl<'a> Walk<'a> {
    /// The commands of one way a text can be.
    pub(super) fn emit(&mut self, at: usize, variant: Variant, here: &[Guard], directory: Option<&str>) {
        if clash(&variant.guards, here) {
            return;
        }
        let mut guards = here.to_vec();
        let mut whole = Variant { ..variant };
        whole.under(here);
        for guard in &whole.guards {
            if !guards.contains(guard) {
                guards.push(guard.clone());
            }
        }
        self.note_tests(&guards);
        for shape in turns(whole.shape) {
            match shape {
                Shape::Line(parts) => {
                    let mut holes = BTreeMap::new();
                    let letters = lettered(&parts, &mut holes);
                    let mut folder = directory.map(str::to_string);
                    for pieces in simple_commands(&letters) {
                        self.simple(at, &pieces, &holes, &guards, &mut folder);
                    }
                }
                Shape::Words(words) => {
                    let mut holes = BTreeMap::new();
                    let pieces: Vec<Piece> = words.iter().filter_map(|word| whole_word(word, &mut holes)).collect();
                    self.simple(at, &pieces, &holes, &guards, &mut directory.map(str::to_string));
                }
            }
        }
    }

    fn simple(
        &mut self,
        at: usize,
        pieces: &[Piece],
        holes: &BTreeMap<String, Local>,
        guards: &[Guard],
        folder: &mut Option<String>,
    ) {
        let set = pieces.iter().take_while(|piece| is_assignment(&piece.text)).count();
        let exports = pieces.get(set).is_some_and(|piece| piece.text == "export");
        let Some(first) = pieces.get(set) else { return };
        if first.text == "cd" {
            let to = pieces.get(set + 1).map_or("", |piece| piece.text.as_str());
            *folder = (!to.is_empty() && !to.starts_with(['/', '~', '$', '-']))
                .then(|| joined(folder.as_deref().unwrap_or(""), to))
                .flatten();
            return;
        }
        if exports {
            return;
        }
        let environment: Vec<(String, StatementId)> = pieces[..set]
            .iter()
            .filter_map(|piece| self.variable(piece, holes))
            .collect();
        let mut words: Vec<Word> = pieces[set..].iter().map(|piece| self.word(piece, holes)).collect();
        let name = words[0].text.rsplit('/').next().unwrap_or("").to_string();
        if !kept(&name, &words) {
            return;
        }
        for guard in guards {
            let Some((start, _)) = guard.place.bytes else { continue };
            let tested = self.running.tests.get(&start).cloned().unwrap_or_default();
            words[0].variables.extend(tested);
        }
        let text: Vec<&str> = pieces.iter().map(|piece| piece.raw.as_str()).collect();
        let start = pieces[0].letters.first().map_or(at, |letter| letter.1);
        let end = pieces
            .iter()
            .flat_map(|piece| piece.letters.iter())
            .map(|(c, byte)| byte + c.len_utf8())
            .filter(|&end| end > start && end < start + 4_000)
            .max()
            .unwrap_or(start + 1);
        self.running.commands.push(Command {
            place: self.source.place(self.within(start..end)),
            text: text.join(" "),
            words,
            environment,
            guards: guards.to_vec(),
            grade: Grade::Launched,
            directory: folder.clone().filter(|folder| !folder.is_empty()),
        });
    }

    /// `NAME=value` before a command.
    fn variable(&mut self, piece: &Piece, holes: &BTreeMap<String, Local>) -> Option<(String, StatementId)> {
        let (name, value) = piece.text.split_once('=')?;
        let name = name.to_string();
        let shown = match piece.variables.as_slice() {
            [] if name == "CUDA_VISIBLE_DEVICES" => {
                let devices = value.split(',').map(str::trim).filter(|device| !device.is_empty());
                Expr::List(devices.map(|device| Expr::Value(literal::value(device))).collect())
            }
            [] => literal::expr(value),
            [one] if one == value => Expr::Ref(one.clone()),
            _ => Expr::Opaque(value.to_string()),
        };
        let bytes = self.within(span(&piece.letters));
        let range = TextRange::new(
            u32::try_from(bytes.start).unwrap_or_default().into(),
            u32::try_from(bytes.end).unwrap_or_default().into(),
        );
        let local = self.setting(&name, Form::ShellVariable, shown, range, Vec::new());
        self.out[local].grade = Grade::Launched;
        for hole in &piece.variables {
            if let Some(&from) = holes.get(hole) {
                self.running.links.push(Link {
                    from,
                    to: local,
                    kind: LinkKind::Reference,
                    slot: Some(hole.clone()),
                    launch: None,
                });
            }
        }
        Some((name, local))
    }

    fn word(&self, piece: &Piece, holes: &BTreeMap<String, Local>) -> Word {
        let variables: Vec<(String, StatementId)> = piece
            .variables
            .iter()
            .filter_map(|name| Some((name.clone(), *holes.get(name)?)))
            .collect();
        let value = match piece.variables.as_slice() {
            [] => literal::expr(&piece.text),
            [one] if *one == piece.text => Expr::Ref(one.clone()),
            _ => Expr::Opaque(piece.text.clone()),
        };
        Word {
            text: piece.text.clone(),
            value,
            place: self.source.place(self.within(span(&piece.letters))),
            variables,
        }
    }

    /// A range that ends within the file, at characters.
    fn within(&self, range: Range<usize>) -> Range<usize> {
        let text = self.names.text;
        let mut end = range.end.min(text.len());
        while end > range.start && !text.is_char_boundary(end) {
            end -= 1;
        }
        range.start.min(end)..end
    }
}

/// The bytes of the letters that stand together, from the first on.
fn span(letters: &[Letter]) -> Range<usize> {
    let Some(&(first, start)) = letters.first() else {
        return 0..0;
    };
    let mut end = start + first.len_utf8();
    for &(c, byte) in &letters[1..] {
        if byte < start || byte > end + 2 {
            break;
        }
        end = end.max(byte + c.len_utf8());
    }
    start..end
}

/// The text as a shell gets it: holes as variables, a new line as the end of a command.
fn lettered(parts: &[Part], holes: &mut BTreeMap<String, Local>) -> Vec<Letter> {
    let mut out: Vec<Letter> = Vec::new();
    for part in parts {
        match part {
            Part::Letters(letters) => {
                for &(c, byte) in letters {
                    match (c, out.last()) {
                        ('\n', Some(('\\', _))) => {
                            out.pop();
                            out.push((' ', byte));
                        }
                        ('\n', _) => out.push((';', byte)),
                        _ => out.push((c, byte)),
                    }
                }
            }
            Part::Hole { name, local, at } => {
                holes.insert(name.clone(), *local);
                out.extend(name.chars().map(|c| (c, *at)));
            }
            Part::Turn { .. } => {}
            Part::Unknown { at } => out.extend(" ${@} ".chars().map(|c| (c, *at))),
        }
    }
    out
}

/// A word of a list: nothing in it is split.
fn whole_word(parts: &[Part], holes: &mut BTreeMap<String, Local>) -> Option<Piece> {
    let mut text = String::new();
    let mut letters: Vec<Letter> = Vec::new();
    let mut variables = Vec::new();
    for part in parts {
        match part {
            Part::Letters(inner) => {
                text.extend(inner.iter().map(|(c, _)| *c));
                letters.extend(inner);
            }
            Part::Hole { name, local, at } => {
                holes.insert(name.clone(), *local);
                text.push_str(name);
                variables.push(name.clone());
                letters.extend(name.chars().map(|c| (c, *at)));
            }
            Part::Turn { .. } => {}
            Part::Unknown { at } => {
                text.push_str("${@}");
                variables.push("${@}".to_string());
                letters.extend("${@}".chars().map(|c| (c, *at)));
            }
        }
    }
    let span = span(&letters);
    Some(Piece {
        raw: text.clone(),
        text,
        span,
        variables,
        letters,
    })
    .filter(|piece| !piece.letters.is_empty())
}

/// The shape once for each turn of the loops whose names stand in it.
fn turns(shape: Shape) -> Vec<Shape> {
    let mut out = vec![shape];
    loop {
        let next = out.iter().flat_map(parts_of).find_map(|part| match part {
            Part::Turn { of, items } => Some((*of, items.len())),
            _ => None,
        });
        let Some((of, count)) = next else { return out };
        let known = out.len() * count <= TURNS;
        let mut after = Vec::new();
        for shape in &out {
            if !known {
                after.push(turned(shape, of, None));
                continue;
            }
            after.extend((0..count).map(|turn| turned(shape, of, Some(turn))));
        }
        out = after;
    }
}

fn parts_of(shape: &Shape) -> Vec<&Part> {
    match shape {
        Shape::Line(parts) => parts.iter().collect(),
        Shape::Words(words) => words.iter().flatten().collect(),
    }
}

/// The shape in one turn of a loop; where there are too many, what the loop sets is not known.
fn turned(shape: &Shape, wanted: usize, turn: Option<usize>) -> Shape {
    let fill = |parts: &[Part]| -> Vec<Part> {
        parts
            .iter()
            .map(|part| match part {
                Part::Turn { of, items } if *of == wanted => match turn.and_then(|turn| items.get(turn)) {
                    Some(letters) => Part::Letters(letters.clone()),
                    None => Part::Unknown { at: wanted },
                },
                other => other.clone(),
            })
            .collect()
    };
    match shape {
        Shape::Line(parts) => Shape::Line(fill(parts)),
        Shape::Words(words) => Shape::Words(words.iter().map(|word| fill(word)).collect()),
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    })
}
