//! A text as a person reads it, without markup, each character with where it comes from.
//!
//! Why it can be wrong: dropping markup moves every offset behind it. So no offset is ever computed: each character
//! carries its own, and a span of the read text gives its place by its first and last character.
//!
//! Example: `**GPU**: 1x` is read as `GPU: 1x`, whose `1` comes from byte 9.

use std::ops::Range;

use crate::place::{Place, SourceText};

/// One character that is read, and the bytes it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReadChar {
    pub(crate) c: char,
    /// Index among the files of the text; 0 where there is but one.
    pub(crate) file: u16,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// Characters in reading order.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadText {
    pub(crate) chars: Vec<ReadChar>,
}

impl ReadText {
    /// A text without markup, as it stands.
    pub(crate) fn plain(text: &str) -> ReadText {
        ReadText {
            chars: characters(text, 0, 0),
        }
    }

    /// The characters as one string, and for each of its bytes the index of its character.
    pub(crate) fn string(&self, range: Range<usize>) -> (String, Vec<usize>) {
        let mut text = String::new();
        let mut index = Vec::new();
        for (at, read) in self.chars[range.clone()].iter().enumerate() {
            text.push(read.c);
            index.resize(text.len(), range.start + at);
        }
        (text, index)
    }

    /// Where a span of characters stands; a span over several files is placed in its first one.
    pub(crate) fn place(&self, span: Range<usize>, files: &[SourceText]) -> Option<Place> {
        let chars = self.chars.get(span)?;
        let first = chars.first()?;
        let inside = chars.iter().filter(|read| read.file == first.file);
        let start = inside.clone().map(|read| read.start).min()?;
        let end = inside.map(|read| read.end).max()?;
        Some(files.get(usize::from(first.file))?.place(start as usize..end as usize))
    }
}

/// The characters of a text that begins at byte `offset` of its file.
pub(crate) fn characters(text: &str, offset: usize, file: u16) -> Vec<ReadChar> {
    text.char_indices()
        .map(|(at, c)| ReadChar {
            c,
            file,
            start: byte(offset + at),
            end: byte(offset + at + c.len_utf8()),
        })
        .collect()
}

/// Offsets are kept in 32 bits; files that large are not read at all.
pub(crate) fn byte(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
