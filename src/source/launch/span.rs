//! The place of several words of a command.
//!
//! Why it can be wrong: words that a variable brings stand elsewhere, and what lies between is none of the command. Then
//! the first word's place is theirs.
//!
//! Example: `--lr 0.1` over two lines of a job script is both lines.

use crate::place::Place;
use crate::source::Word;

/// From the first word to the last; where they stand apart (a variable's words), the first.
pub(super) fn spanning(words: &[Word]) -> Place {
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return Place::default();
    };
    let (first, last) = (&first.place, &last.place);
    match (first.bytes, last.bytes) {
        (Some((start, end)), Some((_, stop))) if first.file == last.file && stop > end && stop - end < 2_000 => {
            let same_line = first.line == last.end_line;
            let excerpt = if same_line || first.excerpt == last.excerpt {
                first.excerpt.clone()
            } else {
                format!("{}\n{}", first.excerpt, last.excerpt)
            };
            Place {
                end_line: last.end_line,
                bytes: Some((start, stop)),
                excerpt,
                ..first.clone()
            }
        }
        _ => first.clone(),
    }
}
