//! A stream of terminal output cut into pieces: lines, and bars that are drawn over one another.
//!
//! A piece ends at `\r`, `\n`, or an escape sequence that moves the cursor or clears; those that only colour are dropped.
//! The time of a piece is that of its last byte, not of what ended it: a bar is drawn at once, and ended by the next.
//!
//! Why it can be wrong: a piece may come in two reads. So the open one is told after each read too, and whoever reads it
//! must see for himself that it is whole.
//!
//! Example: `\r 5/30` at 1 s and `\r10/30` at 2 s: ` 5/30` at 1 s, told open at 1 s and closed at 2 s.

use std::time::Duration;

/// Bytes of a piece at most; the rest of a longer one is dropped.
const LONGEST: usize = 65_536;
/// Bytes of an open piece that is told; a bar is shorter.
const LONGEST_OPEN: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Pieces {
    open: Vec<u8>,
    at: Duration,
    escape: Escape,
}

/// Where in an escape sequence the stream is (ECMA-48).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Escape {
    #[default]
    Outside,
    /// Behind `ESC`.
    Begun,
    /// Behind `ESC [`, until a byte from `@` to `~`.
    Control,
    /// Behind `ESC ]`, until BEL or `ESC \`.
    Title,
}

impl Pieces {
    /// Tells `each` of every piece: its time, its text, and whether it is closed.
    pub(super) fn feed(&mut self, at: Duration, mut bytes: &[u8], each: &mut dyn FnMut(Duration, &str, bool)) {
        while let Some(first) = bytes.first().copied() {
            if self.escape != Escape::Outside {
                self.escaped(first, each);
                bytes = &bytes[1..];
                continue;
            }
            let end = memchr::memchr3(b'\r', b'\n', 0x1b, bytes).unwrap_or(bytes.len());
            let (text, rest) = bytes.split_at(end);
            if !text.is_empty() {
                let room = LONGEST - self.open.len();
                self.open.extend_from_slice(&text[..text.len().min(room)]);
                self.at = at;
            }
            match rest.first() {
                Some(0x1b) => self.escape = Escape::Begun,
                Some(_) => self.close(each),
                None => {}
            }
            bytes = rest.get(1..).unwrap_or_default();
        }
        if !self.open.is_empty() && self.open.len() <= LONGEST_OPEN {
            each(self.at, &String::from_utf8_lossy(&self.open), false);
        }
    }

    pub(super) fn finish(&mut self, each: &mut dyn FnMut(Duration, &str, bool)) {
        self.close(each);
    }

    fn close(&mut self, each: &mut dyn FnMut(Duration, &str, bool)) {
        if !self.open.is_empty() {
            each(self.at, &String::from_utf8_lossy(&self.open), true);
            self.open.clear();
        }
    }

    fn escaped(&mut self, byte: u8, each: &mut dyn FnMut(Duration, &str, bool)) {
        self.escape = match (self.escape, byte) {
            (Escape::Begun, b'[') => Escape::Control,
            (Escape::Begun, b']') => Escape::Title,
            (Escape::Control, b'm') | (Escape::Title, 0x07) => Escape::Outside,
            (Escape::Control, 0x40..=0x7e) => {
                self.close(each);
                Escape::Outside
            }
            (Escape::Title, 0x1b) => Escape::Begun,
            (Escape::Control | Escape::Title, _) => self.escape,
            (Escape::Begun | Escape::Outside, _) => Escape::Outside,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(parts: &[&[u8]]) -> Vec<(u64, String)> {
        let (mut pieces, mut found) = (Pieces::default(), Vec::new());
        let mut add = |at: Duration, text: &str, closed: bool| {
            if closed {
                found.push((at.as_secs(), text.to_string()));
            }
        };
        for (second, part) in (1..).zip(parts) {
            pieces.feed(Duration::from_secs(second), part, &mut add);
        }
        pieces.finish(&mut add);
        found
    }

    #[test]
    fn a_piece_has_the_time_of_its_last_byte() {
        let found = closed(&[b"\r 5/30", b"\r10/", b"30", b"", b"\n"]);
        assert_eq!(found, [(1, " 5/30".to_string()), (3, "10/30".to_string())]);
    }

    #[test]
    fn colours_are_dropped_and_moves_end_a_piece_wherever_the_stream_is_cut() {
        let text = b"\x1b[?25l\r\x1b[2Ka\x1b[35m 0%\x1b[0m b\x1b[1A\x1b]0;title\x07\xe2\x94\x81c\x1b[K";
        for cut in 0..text.len() {
            let found = closed(&[&text[..cut], &text[cut..]]);
            let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!(texts, ["a 0% b", "\u{2501}c"], "{cut}");
        }
    }

    #[test]
    fn a_line_without_end_is_bounded() {
        let mut pieces = Pieces::default();
        for _ in 0..100 {
            pieces.feed(Duration::ZERO, &[0; 60_000], &mut |_, _, _| {});
        }
        assert_eq!(pieces.open.len(), LONGEST);
    }
}
