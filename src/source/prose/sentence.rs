//! Sentences of a text that was read.
//!
//! Why it can be wrong: a full stop also ends abbreviations and stands in numbers, and a sentence cut there loses the noun its number belongs to.
//! So a stop ends a sentence only before a blank and something that can begin one, and not behind a known abbreviation.
//!
//! Example: `We use approx. 50 clips (cf. Fig. 3). Each is 2.5 s long.` has two sentences.

use std::ops::Range;

use super::read::ReadText;

/// Words whose full stop ends no sentence.
const ABBREVIATIONS: &[&str] = &[
    "e.g", "i.e", "eg", "ie", "vs", "cf", "fig", "figs", "sec", "sect", "eq", "eqs", "tab", "al", "approx", "ca",
    "resp", "no", "nos", "vol", "pp", "p", "ch", "app", "ref", "refs", "etc", "dr", "prof", "mr", "ms", "st", "inc",
    "ver", "w.r.t", "aprox", "p.ej", "ej", "núm", "pág",
];

/// Spans of the sentences, blanks at their ends left out. A blank line ends one too.
pub(crate) fn spans(text: &ReadText) -> Vec<Range<usize>> {
    let chars = &text.chars;
    let c = |at: usize| chars.get(at).map(|read| read.c);
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < chars.len() {
        let here = chars[at].c;
        let ends = match here {
            '\n' => c(at + 1) == Some('\n'),
            '.' | '!' | '?' => stops(text, start, at),
            _ => false,
        };
        at += 1;
        if ends {
            // Brackets and quotation marks behind the stop belong to the sentence.
            while here != '\n' && c(at).is_some_and(|c| matches!(c, ')' | ']' | '"' | '”' | '\'')) {
                at += 1;
            }
            found.push(start..at);
            start = at;
        }
    }
    found.push(start..chars.len());
    found
        .into_iter()
        .map(|span| trimmed(text, span))
        .filter(|span| !span.is_empty())
        .collect()
}

fn trimmed(text: &ReadText, span: Range<usize>) -> Range<usize> {
    let blank = |at: &usize| text.chars[*at].c.is_whitespace();
    let start = span.clone().find(|at| !blank(at)).unwrap_or(span.end);
    let end = span.clone().rev().find(|at| !blank(at)).map_or(start, |last| last + 1);
    start..end.max(start)
}

fn stops(text: &ReadText, start: usize, at: usize) -> bool {
    let chars = &text.chars;
    let mut next = at + 1;
    while chars
        .get(next)
        .is_some_and(|read| matches!(read.c, ')' | ']' | '"' | '”' | '\''))
    {
        next += 1;
    }
    let Some(behind) = chars.get(next) else { return true };
    if !behind.c.is_whitespace() {
        return false;
    }
    let Some(first) = chars[next..]
        .iter()
        .take(400)
        .map(|read| read.c)
        .find(|c| !c.is_whitespace())
    else {
        return true;
    };
    if first.is_lowercase() || matches!(first, ',' | ';' | ')') {
        return false;
    }
    if chars[at].c != '.' {
        return true;
    }
    let word: String = chars[start..at]
        .iter()
        .rev()
        .take_while(|read| read.c.is_alphanumeric() || read.c == '.')
        .take(12)
        .map(|read| read.c)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect::<String>()
        .to_lowercase();
    let initial = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    !initial && !ABBREVIATIONS.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_a_reader_stops() {
        let rows: &[(&str, &[&str])] = &[
            (
                "We use approx. 50 clips (cf. Fig. 3). Each is 2.5 s long.",
                &["We use approx. 50 clips (cf. Fig. 3).", "Each is 2.5 s long."],
            ),
            ("One\n\nTwo", &["One", "Two"]),
            ("One\nstill one", &["One\nstill one"]),
            ("Done! (Yes.) No", &["Done!", "(Yes.)", "No"]),
            ("Run train.py. It takes 2 h.", &["Run train.py.", "It takes 2 h."]),
            ("by J. Doe et al. In it", &["by J. Doe et al. In it"]),
            ("  ", &[]),
        ];
        for (text, wanted) in rows {
            let read = ReadText::plain(text);
            let found: Vec<String> = spans(&read).into_iter().map(|span| read.string(span).0).collect();
            assert_eq!(found, *wanted, "{text}");
        }
    }
}
