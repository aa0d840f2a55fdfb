//! A file's text with its line starts: the one converter from bytes to lines and excerpts.
//!
//! Why it can be wrong: a byte order mark, CRLF endings and a file without a final newline move lines by one where
//! each reader counts for itself. Here a line starts after every `\n`, and `\r` before it belongs to the ending.
//!
//! Example: `SourceText::new("a.py", "x = 1\r\ny = 2").place(7..12).line == Some(2)`.

use std::ops::Range;
use std::sync::Arc;

use super::Place;

/// Lines that an excerpt holds at most; the place still says where it ends.
pub(super) const EXCERPT_LINES: usize = 12;
/// Characters of one excerpt line at most.
pub(super) const EXCERPT_WIDTH: usize = 240;

/// A text that was read once, shared by whoever needs a place in it.
#[derive(Debug, Clone)]
pub struct SourceText {
    path: Arc<str>,
    text: Arc<str>,
    starts: Arc<[usize]>,
}

impl SourceText {
    /// `path` relative to the root.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceText {
        let text: Arc<str> = text.into();
        let starts: Vec<usize> = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
            .collect();
        SourceText {
            path: path.into(),
            text,
            starts: starts.into(),
        }
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// One-based line of a byte offset; an offset behind the end is on the last line.
    pub fn line(&self, offset: usize) -> u32 {
        let index = self.starts.partition_point(|&start| start <= offset);
        u32::try_from(index.max(1)).unwrap_or(u32::MAX)
    }

    /// The text of a one-based line, without its ending; empty where there is no such line.
    pub fn line_text(&self, line: u32) -> &str {
        let Some(index) = (line as usize).checked_sub(1) else {
            return "";
        };
        let Some(&start) = self.starts.get(index) else {
            return "";
        };
        let end = self.starts.get(index + 1).map_or(self.text.len(), |&next| next - 1);
        self.text[start..end.max(start)].trim_end_matches('\r')
    }

    /// Number of lines; a final newline does not open another one.
    pub fn lines(&self) -> u32 {
        let open = self.starts.last().is_some_and(|&start| start == self.text.len()) && self.starts.len() > 1;
        u32::try_from(self.starts.len() - usize::from(open)).unwrap_or(u32::MAX)
    }

    /// The place of a byte range: its lines, and the whole lines as excerpt.
    pub fn place(&self, bytes: Range<usize>) -> Place {
        let first = self.line(bytes.start);
        let last = self.line(bytes.end.saturating_sub(1).max(bytes.start));
        self.placed(first, last, Some((bytes.start, bytes.end)))
    }

    /// The place of whole lines, one-based and inclusive.
    pub fn place_of_lines(&self, first: u32, last: u32) -> Place {
        self.placed(first, last.max(first), None)
    }

    fn placed(&self, first: u32, last: u32, bytes: Option<(usize, usize)>) -> Place {
        let excerpt: Vec<String> = (first..=last)
            .take(EXCERPT_LINES)
            .map(|line| cut(self.line_text(line).trim_end()))
            .collect();
        Place {
            file: self.path.to_string(),
            line: Some(first),
            end_line: Some(last),
            bytes,
            excerpt: dedent(&excerpt),
            ..Place::default()
        }
    }
}

fn cut(line: &str) -> String {
    if line.chars().count() <= EXCERPT_WIDTH {
        return line.to_string();
    }
    line.chars().take(EXCERPT_WIDTH).chain("…".chars()).collect()
}

/// Removes the indentation that all lines share: an excerpt is read, not run.
fn dedent(lines: &[String]) -> String {
    let shared = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0);
    lines
        .iter()
        .map(|line| line.get(shared..).unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_lines_counted_by_hand() {
        let cases: &[(&str, Range<usize>, u32, u32, &str)] = &[
            ("one\ntwo = 2\n", 4..9, 2, 2, "two = 2"),
            ("x = 1\r\ny = 2", 7..12, 2, 2, "y = 2"),
            ("a\n\n  b\n  c\n", 5..10, 3, 4, "b\nc"),
            ("only", 0..4, 1, 1, "only"),
            ("a\nb\n", 0..2, 1, 1, "a"),
        ];
        for (text, range, first, last, excerpt) in cases {
            let place = SourceText::new("f", *text).place(range.clone());
            assert_eq!((place.line, place.end_line), (Some(*first), Some(*last)), "{text:?}");
            assert_eq!(place.excerpt, *excerpt, "{text:?}");
        }
    }

    #[test]
    fn a_final_newline_opens_no_line() {
        for (text, lines) in [("a\nb\n", 2), ("a\nb", 2), ("", 1), ("\n", 1), ("\n\n", 2)] {
            assert_eq!(SourceText::new("f", text).lines(), lines, "{text:?}");
        }
    }
}
