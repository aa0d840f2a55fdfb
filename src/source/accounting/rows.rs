//! Lines of an accounting file and the fields of a line, read in one pass.
//!
//! `sacct -P` is no CSV: nothing is quoted, so a delimiter in a name shifts all columns, and a newline in it splits the
//! row. Lines are found with memchr in a buffer that is used again; nothing holds the file.
//!
//! Why it can be wrong: a line of a gigabyte is no row. What is longer than [`LONGEST`] is skipped to its end, counted,
//! and said.
//!
//! Example: `5|too-slow|TIMEOUT` split at `|` is three fields.

use std::io::{BufRead, Result};

/// Bytes of a row at most; the widest of 118 columns has under two thousand.
pub const LONGEST: usize = 1 << 20;

/// A line and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// There is one in the buffer.
    Read,
    /// It was longer than [`LONGEST`], and is not in the buffer.
    TooLong,
    End,
}

/// Lines of a reader, one at a time.
#[derive(Debug)]
pub struct Lines<R> {
    from: R,
    buffer: Vec<u8>,
    /// The number of the line in the buffer, from 1.
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub fn new(from: R) -> Lines<R> {
        Lines {
            from,
            buffer: Vec::with_capacity(1024),
            number: 0,
        }
    }

    pub fn number(&self) -> u64 {
        self.number
    }

    /// The line, without its newline.
    pub fn line(&self) -> &[u8] {
        &self.buffer
    }

    /// Reads the next line into the buffer.
    ///
    /// # Errors
    /// What the reader says.
    pub fn advance(&mut self) -> Result<Line> {
        self.buffer.clear();
        let mut long = false;
        let mut any = false;
        loop {
            let piece = self.from.fill_buf()?;
            if piece.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', piece);
            let part = &piece[..end.unwrap_or(piece.len())];
            if self.buffer.len() + part.len() > LONGEST {
                long = true;
                self.buffer.clear();
            }
            if !long {
                self.buffer.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.from.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(Line::End);
        }
        self.number += 1;
        if self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        Ok(if long { Line::TooLong } else { Line::Read })
    }
}

/// Where the fields of a line lie; `ends` is used again.
pub fn split(line: &[u8], delimiter: &[u8], ends: &mut Vec<(usize, usize)>) {
    ends.clear();
    let mut from = 0;
    match delimiter {
        [byte] => {
            for at in memchr::memchr_iter(*byte, line) {
                ends.push((from, at));
                from = at + 1;
            }
        }
        _ => {
            for at in memchr::memmem::find_iter(line, delimiter) {
                ends.push((from, at));
                from = at + delimiter.len();
            }
        }
    }
    ends.push((from, line.len()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_long_ones_skipped() {
        let mut text = b"one\r\n\n".to_vec();
        text.extend(vec![b'x'; LONGEST + 1]);
        text.extend(b"\nlast");
        let mut lines = Lines::new(std::io::BufReader::with_capacity(64, text.as_slice()));
        let mut seen = Vec::new();
        loop {
            match lines.advance().unwrap() {
                Line::End => break,
                kind => seen.push((kind, lines.number(), lines.line().to_vec())),
            }
        }
        assert_eq!(
            seen,
            [
                (Line::Read, 1, b"one".to_vec()),
                (Line::Read, 2, Vec::new()),
                (Line::TooLong, 3, Vec::new()),
                (Line::Read, 4, b"last".to_vec()),
            ]
        );
    }

    #[test]
    fn fields_stand_between_delimiters() {
        let mut fields = Vec::new();
        split(b"a||b", b"|", &mut fields);
        assert_eq!(fields, [(0, 1), (2, 2), (3, 4)]);
        split(b"a<US>b", b"<US>", &mut fields);
        assert_eq!(fields, [(0, 1), (5, 6)]);
    }
}
