//! What a selection's list of columns says: the names in it, the functions it calls, what becomes of its divisions.
//!
//! Why it can be wrong: it is read by its signs, not parsed; SQLite parses it. Texts in quotes are left out of all of this,
//! and what is not understood is left to SQLite.
//!
//! Example: `sum(n_01) / count(*)` names `sum`, `n_01` and `count`, of which it calls two.

use super::OF_TEXTS;

/// With divisions of reals: SQLite's own makes 0 of `7 / 8`.
pub(super) fn of_reals(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '/') => out.push_str("* 1.0 "),
            _ => {}
        }
        out.push(c);
    }
    out
}

/// Names in a list, those in double quotes without them; texts are left out.
pub(super) fn names(list: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = list.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' => {
                rest.by_ref().find(|other| *other == '\'');
            }
            '"' | '`' => found.push(rest.by_ref().take_while(|other| *other != c).collect()),
            _ if c.is_alphabetic() || c == '_' => {
                let mut name = String::from(c);
                while let Some(next) = rest.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    name.push(next);
                }
                found.push(name);
            }
            _ => {}
        }
    }
    found
}

/// Texts in single quotes, each with what stands before it, its blanks aside.
pub(super) fn texts(list: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut rest = list.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if c == '"' || c == '`' {
            rest.by_ref().find(|(_, other)| *other == c);
        } else if c == '\'' {
            let mut text = String::new();
            while let Some((_, c)) = rest.next() {
                // Two quotes in a text are one.
                if c == '\'' && rest.next_if(|(_, next)| *next == '\'').is_none() {
                    break;
                }
                text.push(c);
            }
            found.push((list[..at].trim_end(), text));
        }
    }
    found
}

/// Whether a column stands only before a comparison: `sum(split = 'dev')` computes with truths, not with texts.
pub(super) fn only_compared(list: &str, column: &str) -> bool {
    let (list, column) = (list.to_lowercase(), column.to_lowercase());
    let mut uses = list
        .match_indices(column.as_str())
        .map(|(at, _)| &list[at + column.len()..]);
    let compares = |rest: &str| {
        let rest = rest.trim_start_matches('"').trim_start();
        ["=", "<>", "!=", "like ", "in ", "in(", "is "]
            .iter()
            .any(|sign| rest.starts_with(sign))
    };
    uses.all(compares)
}

/// Functions that a list calls, in lower case.
pub(super) fn calls(list: &str) -> impl Iterator<Item = String> {
    let found = names(list);
    let lower = list.to_lowercase();
    found.into_iter().map(|name| name.to_lowercase()).filter(move |name| {
        lower
            .match_indices(name.as_str())
            .any(|(at, _)| lower[at + name.len()..].trim_start().starts_with('('))
    })
}

/// Whether a list is one call of a function that takes texts as well.
pub(super) fn only_of_texts(list: &str) -> bool {
    let Some((name, rest)) = list.split_once('(') else {
        return false;
    };
    let one_call = rest
        .strip_suffix(')')
        .is_some_and(|inside| !inside.contains(['(', ')', '+', '/']));
    one_call && OF_TEXTS.contains(&name.trim().to_lowercase().as_str())
}

/// Whether a list is a count of rows or values, which no unit changes.
pub(super) fn only_of_counts(list: &str) -> bool {
    calls(list).all(|name| name == "count") && list.to_lowercase().starts_with("count")
}
