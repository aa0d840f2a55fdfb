//! What stands below the first row of a table, column by column: whether that row can be the columns' names.
//!
//! Why it can be wrong: a list of recordings without a header has words in its first row as in any other. What tells is
//! the column: a file's name above files of the same ending is one of them, and so is `LJ049-0022` above `LJ033-0042`.
//! Names of columns are numbered too (`c1`, `layer_2`), so few digits say nothing.
//!
//! Example: `file` above `a.wav` and `b.wav` is a name; `c.wav` above them is a row.

use crate::quantity::{Locale, Number};

/// What stands in a column below the first row; empty cells say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Below {
    pub(super) cells: u64,
    /// Some cell is no number.
    pub(super) words: bool,
    /// Every cell is made like the first row's.
    pub(super) alike: bool,
}

impl Default for Below {
    fn default() -> Below {
        Below {
            cells: 0,
            words: false,
            alike: true,
        }
    }
}

impl Below {
    pub(super) fn see(&mut self, first: &[u8], cell: &[u8]) {
        if cell.is_empty() {
            return;
        }
        self.cells += 1;
        if !self.words {
            self.words = !is_number(&String::from_utf8_lossy(cell));
        }
        if self.alike {
            let is_alike = made(first).is_some_and(|made| made.fits(cell));
            self.alike = is_alike;
        }
    }
}

/// How a cell is made that is one of a series, and no column's name.
enum Made<'c> {
    /// A file's name: its ending, with the dot.
    File(&'c [u8]),
    /// Digits among the same other characters: `LJ049-0022`.
    Numbered(&'c [u8]),
}

fn made(cell: &[u8]) -> Option<Made<'_>> {
    let name = cell.rsplit(|byte| *byte == b'/').next().unwrap_or(cell);
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0);
    let ending = dot.map(|at| &name[at..]).filter(|ending| {
        let letters = &ending[1..];
        (1..=5).contains(&letters.len())
            && letters.iter().all(u8::is_ascii_alphanumeric)
            && letters.iter().any(u8::is_ascii_alphabetic)
    });
    if let Some(ending) = ending.filter(|_| !name.contains(&b' ')) {
        return Some(Made::File(ending));
    }
    // `c1`, `top5` and `layer_2` are names of columns as well.
    let digits = cell.iter().filter(|byte| byte.is_ascii_digit()).count();
    (digits > 3 && digits < cell.len()).then_some(Made::Numbered(cell))
}

impl Made<'_> {
    fn fits(&self, cell: &[u8]) -> bool {
        match (self, made(cell)) {
            (Made::File(ending), Some(Made::File(other))) => ending.eq_ignore_ascii_case(other),
            (Made::Numbered(first), Some(Made::Numbered(other))) => without_digits(first).eq(without_digits(other)),
            _ => false,
        }
    }
}

/// The characters beside the digits, each run of these as one mark.
fn without_digits(cell: &[u8]) -> impl Iterator<Item = u8> {
    let marks = cell.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte });
    let mut last = None;
    marks.filter(move |byte| {
        let again = *byte == b'0' && last == Some(b'0');
        last = Some(*byte);
        !again
    })
}

/// A cell that shows a number: `-0.5`, `21,340`, `nan`.
pub(super) fn is_number(cell: &str) -> bool {
    let bare = cell.trim_start_matches(['-', '+']);
    let word = matches!(bare.to_lowercase().as_str(), "nan" | "inf" | "infinity");
    let digits = bare.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    word || digits && (Number::parse_literal(bare).is_some() || Number::parse(bare, Locale::English).is_some())
}
