//! The words of the paper that a claim quotes.
//!
//! Why it can be wrong: a quote that stands twice is found at its first place, and one that the check does not find makes
//! the claim useless. So every quote is looked up as the check does, and grows until it is found where it was read.
//!
//! Example: around `16 kHz` it is `audio is resampled to 16 kHz and padded to`.

use std::ops::Range;

use crate::place::Place;
use crate::source::passages::{Passage, Text};

/// Words ahead and behind that are tried, the fewest first; the last is the whole sentence.
const WORDS: [(usize, usize); 4] = [(3, 2), (5, 4), (9, 8), (usize::MAX, usize::MAX)];
/// Characters of a quote; a longer one is no quote.
const LONGEST: usize = 400;

/// The shortest quote around a span of the passage that is found in it; else one that is found anywhere.
pub(super) fn around(passage: &Passage, span: &Range<usize>, text: &Text) -> Option<String> {
    let mut elsewhere = None;
    for (ahead, behind) in WORDS {
        // Cells are parted by nothing that LaTeX typesets, by `|` in Markdown.
        let parted = if matches!(text, Text::Paper(_)) { " " } else { " | " };
        let quote = words(&passage.text, span, ahead, behind).replace('\t', parted);
        if quote.is_empty() || quote.chars().count() > LONGEST {
            continue;
        }
        match text.find(&quote, &passage.place) {
            Some(place) if touches(&place, &passage.place) => return Some(quote),
            Some(_) => elsewhere = elsewhere.or(Some(quote)),
            None => {}
        }
    }
    elsewhere
}

fn touches(found: &Place, own: &Place) -> bool {
    found.file == own.file
        && match (found.bytes, own.bytes) {
            (Some((start, end)), Some((first, last))) => start < last && first < end,
            _ => found.line == own.line,
        }
}

/// The span with so many words ahead and behind, cut at the clause's ends.
fn words(text: &str, span: &Range<usize>, ahead: usize, behind: usize) -> String {
    let mut start = whole_word(text, span.start, false);
    for _ in 0..ahead {
        let before = text[..start].trim_end();
        if before.is_empty() || (ahead != usize::MAX && before.ends_with([',', ';', ':', '(', '.', '—', '"'])) {
            break;
        }
        start = whole_word(before, before.len().saturating_sub(1), false);
    }
    let mut end = whole_word(text, span.end, true);
    for _ in 0..behind {
        let after = &text[end..];
        let skipped = after.len() - after.trim_start().len();
        if after.trim_start().is_empty() || (behind != usize::MAX && skipped == 0) {
            break;
        }
        let next = whole_word(text, end + skipped + 1, true);
        let word = &text[end + skipped..next];
        if behind != usize::MAX && word.starts_with(['(', '—', '[']) {
            break;
        }
        end = next;
        if behind != usize::MAX && word.ends_with([',', ';', ':', ')', '.']) {
            break;
        }
    }
    if behind != usize::MAX {
        end = without_tail(text, span.end, end);
    }
    text[start..end]
        .trim()
        .trim_end_matches([',', ';', ':', '.'])
        .trim_start_matches([',', ';', ':', ')'])
        .trim()
        .to_string()
}

/// Words that lead on to something the quote leaves out.
const LEADING_ON: &str =
    "and or with the a an for of to so that in on is are by at from as into than which was were y con de para";

/// Where the quote ends without words that lead on.
fn without_tail(text: &str, least: usize, mut end: usize) -> usize {
    loop {
        let quote = text[..end].trim_end();
        let start = quote.rfind(char::is_whitespace).map_or(0, |blank| blank + 1);
        let word = quote[start..].trim_end_matches([',', ';']);
        if start <= least || !LEADING_ON.split(' ').any(|other| other.eq_ignore_ascii_case(word)) {
            return end;
        }
        end = text[..start].trim_end().len();
    }
}

/// The end of the word around a place, or its start.
fn whole_word(text: &str, at: usize, end: bool) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    if end {
        // Behind a full word nothing is added.
        if at > 0 && text[..at].ends_with(char::is_whitespace) {
            return at;
        }
        at + text[at..].find(char::is_whitespace).unwrap_or(text.len() - at)
    } else {
        text[..at].rfind(char::is_whitespace).map_or(0, |blank| {
            blank + text[blank..].chars().next().map_or(1, char::len_utf8)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_a_few_words_of_its_clause() {
        let text = "We use greedy decoding (temperature = 0), with batch size 50 for evaluation.";
        let at = |part: &str| {
            let start = text.find(part).expect("it stands there");
            start..start + part.len()
        };
        for (part, wanted) in [
            ("batch size 50", "with batch size 50 for evaluation"),
            ("greedy decoding", "We use greedy decoding"),
            ("We", "We use greedy"),
        ] {
            assert_eq!(words(text, &at(part), 3, 2), wanted);
        }
        assert_eq!(
            words(text, &at("50"), usize::MAX, usize::MAX),
            text.trim_end_matches('.')
        );
    }
}
