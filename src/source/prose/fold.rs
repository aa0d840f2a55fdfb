//! Texts made comparable: what an author, a typesetter and a copy from a PDF write differently for the same words.
//!
//! Why it can be wrong: folded too little, a quote that stands there is called gone; folded too much, `batch size 5` is
//! found in `batch size 50`. So only white space, dashes, quotation marks, grouping of digits and typographic variants of one
//! sign are folded, case never, and a hit must begin and end where a word or number does.
//!
//! Example: `3–4 hours`, `3--4 hours` and `3 - 4 hours` are all `3-4 hours`.

use std::ops::Range;

use super::read::{ReadChar, ReadText};
use crate::quantity::superscript;

/// A folded text, and for each of its bytes the index of the character it comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folded {
    pub(crate) text: String,
    origin: Vec<usize>,
}

/// Signs that need no blank on either side.
fn tight(c: char) -> bool {
    matches!(
        c,
        '≥' | '≤' | '<' | '>' | '=' | '±' | '×' | '·' | '~' | '^' | '/' | '|' | '+' | '-' | '≠'
    )
}

impl Folded {
    pub(crate) fn of(text: &ReadText) -> Folded {
        let mut folded = Folded::default();
        let mut raised = false;
        for (at, read) in text.chars.iter().enumerate() {
            let c = read.c;
            if let Some(plain) = superscript(c) {
                if !raised {
                    folded.push('^', at);
                }
                folded.push(plain, at);
                raised = true;
                continue;
            }
            raised = false;
            match c {
                '{' | '}' | '\u{200b}' | '\u{feff}' | '\u{ad}' => {}
                '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '-' => folded.push('-', at),
                '“' | '”' | '„' | '‟' | '«' | '»' => folded.push('"', at),
                '‘' | '’' | '‚' | '‛' | '`' => folded.push('\'', at),
                '∼' | '≈' | '˜' => folded.push('~', at),
                '⩾' | '≧' => folded.push('≥', at),
                '⩽' | '≦' => folded.push('≤', at),
                '∙' | '⋅' => folded.push('·', at),
                'µ' => folded.push('μ', at),
                '…' => "...".chars().for_each(|dot| folded.push(dot, at)),
                'ﬁ' => "fi".chars().for_each(|letter| folded.push(letter, at)),
                'ﬂ' => "fl".chars().for_each(|letter| folded.push(letter, at)),
                _ if c.is_whitespace() => folded.blank(at, text, c),
                _ => folded.push(c, at),
            }
        }
        while folded.text.ends_with(' ') {
            folded.text.pop();
            folded.origin.pop();
        }
        folded.without_grouping()
    }

    /// The character span of the first hit that does not cut a word or number; `accept` may refuse hits.
    pub(crate) fn find(&self, wanted: &Folded, mut accept: impl FnMut(&Range<usize>) -> bool) -> Option<Range<usize>> {
        if wanted.text.is_empty() {
            return None;
        }
        self.text.match_indices(wanted.text.as_str()).find_map(|(at, hit)| {
            let end = at + hit.len();
            if cuts(&self.text, at) || cuts(&self.text, end) {
                return None;
            }
            let span = self.origin[at]..self.origin[end - 1] + 1;
            accept(&span).then_some(span)
        })
    }

    fn push(&mut self, c: char, at: usize) {
        let last = self.text.chars().next_back();
        if c == '-' && last == Some('-') {
            return;
        }
        let closes = matches!(c, '.' | ',' | ';' | ':' | ')' | ']' | '!' | '?' | '%');
        if last == Some(' ') && (tight(c) || closes) {
            self.text.pop();
            self.origin.pop();
            if c == '-' && self.text.ends_with('-') {
                return;
            }
        }
        self.text.push(c);
        self.origin.resize(self.text.len(), at);
    }

    fn blank(&mut self, at: usize, text: &ReadText, c: char) {
        let last = self.text.chars().next_back();
        let drop = match last {
            None => true,
            Some(last) => last == ' ' || tight(last) || matches!(last, '(' | '['),
        };
        // A thin blank within a number groups its digits.
        let digit = |read: Option<&ReadChar>| read.is_some_and(|read| read.c.is_ascii_digit());
        let groups = matches!(c, '\u{2009}' | '\u{202f}')
            && last.is_some_and(|c| c.is_ascii_digit())
            && digit(text.chars.get(at + 1));
        if groups {
            self.text.push(',');
            self.origin.resize(self.text.len(), at);
        } else if !drop {
            self.text.push(' ');
            self.origin.resize(self.text.len(), at);
        }
    }

    /// `21,340` as `21340`: a comma between one to three digits and groups of exactly three.
    fn without_grouping(self) -> Folded {
        let bytes = self.text.as_bytes();
        let digits = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut kept = Folded::default();
        let mut at = 0;
        while at < bytes.len() {
            let alone = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'.' | b','));
            let head = if bytes[at].is_ascii_digit() && alone {
                digits(at)
            } else {
                0
            };
            let mut end = at + head;
            if (1..=3).contains(&head) {
                while bytes.get(end) == Some(&b',') && end + 1 < bytes.len() && digits(end + 1) == 3 {
                    end += 4;
                }
            }
            let end = end.max(at + self.text[at..].chars().next().map_or(1, char::len_utf8));
            for (offset, byte) in bytes[at..end].iter().enumerate() {
                if head == 0 || *byte != b',' {
                    kept.origin.push(self.origin[at + offset]);
                }
            }
            if head == 0 {
                kept.text.push_str(&self.text[at..end]);
            } else {
                kept.text.extend(self.text[at..end].chars().filter(|c| *c != ','));
            }
            at = end;
        }
        kept
    }
}

/// Whether a cut at this byte goes through a word or a number (`2` of `2.5`).
fn cuts(text: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (text[..at].chars().next_back(), text[at..].chars().next()) else {
        return false;
    };
    if before.is_alphanumeric() && after.is_alphanumeric() {
        return true;
    }
    let mut behind = text[at..].chars().skip(1);
    let mut ahead = text[..at].chars().rev().skip(1);
    let point = |c: char| matches!(c, '.' | ',');
    (before.is_ascii_digit() && point(after) && behind.next().is_some_and(|c| c.is_ascii_digit()))
        || (point(before) && after.is_ascii_digit() && ahead.next().is_some_and(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        Folded::of(&ReadText::plain(text)).text
    }

    #[test]
    fn spellings_of_the_same_words() {
        let rows: &[(&str, &str)] = &[
            ("3–4 hours", "3-4 hours"),
            ("3 -- 4  hours\n", "3-4 hours"),
            ("“batch” size", "\"batch\" size"),
            ("≥ 4.40", "≥4.40"),
            ("21,340 samples", "21340 samples"),
            ("1,234,567", "1234567"),
            ("21\u{2009}340", "21340"),
            ("5×10⁻⁵", "5×10^-5"),
            ("5 × 10^{-5}", "5×10^-5"),
            ("50 %", "50%"),
            ("a , b", "a, b"),
            // Not grouping.
            ("1,2345", "1,2345"),
            ("x1,234", "x1,234"),
            ("0.1,234", "0.1,234"),
            ("2, 340", "2, 340"),
            ("1,20,300", "1,20,300"),
        ];
        for (text, wanted) in rows {
            assert_eq!(folded(text), *wanted, "{text}");
        }
    }

    #[test]
    fn hits_never_cut_words_or_numbers() {
        let rows: &[(&str, &str, Option<Range<usize>>)] = &[
            ("a batch size 50.", "batch size 50", Some(2..15)),
            ("a batch size 50.", "batch size 5", None),
            ("batch size 2.5", "batch size 2", None),
            ("batch size 2.5", "5", None),
            ("with  21,340 clips", "21340 clips", Some(6..18)),
            ("two 50, then 50 x", "50 x", Some(13..17)),
            ("Batch", "batch", None),
            ("anything", "", None),
        ];
        for (text, quote, wanted) in rows {
            let found = Folded::of(&ReadText::plain(text)).find(&Folded::of(&ReadText::plain(quote)), |_| true);
            assert_eq!(found, *wanted, "{quote} in {text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_text_holds_itself(text in "[a-z0-9 ,.–\\-{}“~≥\u{2009}⁻⁵…]{0,60}") {
            let folded = Folded::of(&ReadText::plain(&text));
            proptest::prop_assert_eq!(folded.text.len(), folded.origin.len());
            if !folded.text.is_empty() {
                proptest::prop_assert!(folded.find(&folded, |_| true).is_some());
            }
        }
    }
}
