//! LaTeX source as characters with matched braces, and the arguments of commands in it.
//!
//! Why it can be wrong: an argument that is cut at the wrong brace swallows the rest of the paper. Braces are matched once, comments and escaped braces
//! left out; one without a partner opens no argument.
//!
//! Example: behind `\emph` in `\emph{a {b} c} d` the group is `a {b} c`, and ` d` follows.

use std::ops::Range;

use super::super::prose::read::ReadChar;

/// Characters within which an optional argument closes.
const OPTIONAL: usize = 600;

/// Characters with the partner of each brace.
pub(super) struct Input {
    pub(super) chars: Vec<ReadChar>,
    /// For `{`: the index of its `}`; for others 0.
    partner: Vec<u32>,
}

impl Input {
    pub(super) fn new(chars: Vec<ReadChar>, comments: bool) -> Input {
        let mut partner = vec![0_u32; chars.len()];
        let mut open = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            match chars[at].c {
                '\\' => at += 1,
                '%' if comments => {
                    while chars.get(at).is_some_and(|read| read.c != '\n') {
                        at += 1;
                    }
                }
                '{' => open.push(at),
                '}' => {
                    if let Some(start) = open.pop() {
                        partner[start] = u32::try_from(at).unwrap_or(0);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Input { chars, partner }
    }

    pub(super) fn c(&self, at: usize, end: usize) -> Option<char> {
        if at < end {
            self.chars.get(at).map(|read| read.c)
        } else {
            None
        }
    }

    pub(super) fn text(&self, range: Range<usize>) -> String {
        self.chars[range].iter().map(|read| read.c).collect()
    }

    /// First index from `at` that is no blank; a blank line is not skipped.
    pub(super) fn skip_blanks(&self, mut at: usize, end: usize) -> usize {
        let mut lines = 0;
        let start = at;
        while let Some(c) = self.c(at, end).filter(|c| c.is_whitespace()) {
            lines += usize::from(c == '\n');
            if lines > 1 {
                return start;
            }
            at += 1;
        }
        at
    }

    /// The inside of the group in braces at `at` (blanks before it allowed), and what follows it.
    pub(super) fn group(&self, at: usize, end: usize) -> Option<(Range<usize>, usize)> {
        let at = self.skip_blanks(at, end);
        if self.c(at, end) != Some('{') {
            return None;
        }
        let close = self.partner[at] as usize;
        (close > at && close < end).then_some((at + 1..close, close + 1))
    }

    /// What follows an optional argument at `at`; `at` itself where there is none.
    pub(super) fn behind_optional(&self, at: usize, end: usize) -> usize {
        if self.c(at, end) != Some('[') {
            return at;
        }
        let mut here = at + 1;
        while here < end.min(at + OPTIONAL) {
            match self.chars[here].c {
                ']' => return here + 1,
                '{' if self.partner[here] as usize > here => here = self.partner[here] as usize,
                '\\' => here += 1,
                _ => {}
            }
            here += 1;
        }
        at
    }

    /// Index of a text from `at` on.
    pub(super) fn position(&self, at: usize, end: usize, wanted: &str) -> Option<usize> {
        let wanted: Vec<char> = wanted.chars().collect();
        (at..end.saturating_sub(wanted.len() - 1))
            .find(|&here| wanted.iter().zip(&self.chars[here..]).all(|(c, read)| *c == read.c))
    }
}

/// What follows a comment: the next line's first word, or the blank line behind it.
pub(super) fn behind_comment(input: &Input, at: usize, end: usize) -> usize {
    let mut behind = at;
    while input.c(behind, end).is_some_and(|c| c != '\n') {
        behind += 1;
    }
    let line = (behind + 1).min(end);
    let mut next = line;
    while input.c(next, end).is_some_and(|c| matches!(c, ' ' | '\t' | '\r')) {
        next += 1;
    }
    // A blank line behind a comment still ends the paragraph.
    if input.c(next, end) == Some('\n') && at > 0 {
        next
    } else {
        next.max(line)
    }
}

/// Where the control word at `at` ends.
pub(super) fn control_word(input: &Input, at: usize, end: usize) -> Option<usize> {
    if input.c(at, end) != Some('\\') {
        return None;
    }
    let mut behind = at + 1;
    while input
        .c(behind, end)
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '@')
    {
        behind += 1;
    }
    (behind > at + 1).then_some(behind)
}
