//! What a comment beside a value says: itself, and the unit of the bare number.
//!
//! Why it can be wrong: any word can look like a unit, and a `#` inside a quoted value like a comment. The comment
//! begins behind the value's last byte, and a unit is the whole comment, its first word before a comma, stands in
//! brackets, or behind `in`; two different ones settle nothing.
//!
//! Example: `window: 25  # in ms, as in the paper` is in milliseconds.

use crate::quantity::Unit;

/// The comment on the line on which a value ends, without its sign; none where there is none.
pub(in crate::source) fn comment(text: &str, end: usize) -> Option<String> {
    let rest = text.get(end..)?.lines().next()?;
    // What closes the collections around the value, and the comma behind it.
    let rest = rest.trim_start_matches([' ', '\t', ',', ']', '}', '"', '\'']);
    let comment = rest.strip_prefix('#').or_else(|| rest.strip_prefix("//"))?;
    let comment = comment.trim_start_matches(['#', '/']).trim();
    (!comment.is_empty()).then(|| comment.to_string())
}

/// The unit that a comment says a bare number is in.
pub(super) fn unit(comment: &str) -> Option<Unit> {
    let whole = comment.trim().trim_end_matches('.');
    if let Some(unit) = Unit::parse(whole) {
        return Some(unit);
    }
    let words: Vec<&str> = whole.split_whitespace().collect();
    let mut units: Vec<Unit> = Vec::new();
    if let Some((first, _)) = whole.split_once([',', ';', ':']) {
        units.extend(Unit::parse(first));
    }
    for (index, word) in words.iter().enumerate() {
        let bare = word.trim_end_matches([',', ';', '.', ':']);
        let bracketed = bare
            .strip_prefix(['(', '['])
            .and_then(|inner| inner.strip_suffix([')', ']']));
        units.extend(bracketed.and_then(Unit::parse));
        if index > 0 && words[index - 1].eq_ignore_ascii_case("in") {
            units.extend(Unit::parse(bare));
        }
    }
    let first = *units.first()?;
    units.iter().all(|unit| *unit == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_behind_the_value() {
        let cases = [
            ("a: 1  # one", 4, Some("one")),
            ("a: [1, 2]  # both", 5, None),
            ("a: {b: 1}  # both", 8, Some("both")),
            ("\"a\": 1, // one", 6, Some("one")),
            ("a: 1\n# next", 4, None),
            ("a: 1 #", 4, None),
        ];
        for (text, end, want) in cases {
            assert_eq!(comment(text, end).as_deref(), want, "{text:?}");
        }
    }

    #[test]
    fn units_that_a_comment_settles() {
        let cases = [
            ("Hz", Some(Unit::Hertz)),
            ("seconds", Some(Unit::Second)),
            ("in ms, as in the paper", Some(Unit::Millisecond)),
            ("ms, as before", Some(Unit::Millisecond)),
            ("window length (ms)", Some(Unit::Millisecond)),
            ("5 seconds at the start", None),
            ("in ms (seconds)", None),
            ("learning rate", None),
        ];
        for (text, want) in cases {
            assert_eq!(unit(text), want, "{text:?}");
        }
    }
}
