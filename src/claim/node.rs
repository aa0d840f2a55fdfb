//! The spanned TOML tree: entries in the order of the file, values as printed, types by the names people use.
//!
//! Why it can be wrong: `0.930` read as a float is `0.93`, and a printed zero is lost; a `[[claim]]` item's own span is its
//! header alone. So numbers are taken from the file's text, and the extent of a table is that of all it holds.
//!
//! Example: for `value = 21_340` the printed number is `21340`, and its span is that of `21_340`.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) type Node<'a> = Spanned<DeValue<'a>>;

/// One `key = value`.
#[derive(Debug, Clone)]
pub(super) struct Entry<'a> {
    pub(super) key: &'a str,
    pub(super) key_span: Range<usize>,
    pub(super) node: &'a Node<'a>,
}

/// The entries of a table in the order in which they stand in the file (the parser sorts them by name).
pub(super) fn entries<'a>(table: &'a DeTable<'a>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = table
        .iter()
        .map(|(key, node)| Entry {
            key: key.get_ref().as_ref(),
            key_span: key.span(),
            node,
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    entries
}

/// A value's type, with its article, as a message names it.
pub(super) fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a truth value",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A number as the file prints it, without `_` and a leading `+`; hexadecimal, octal and binary numbers in decimal.
/// None for infinities, NaN, whatever is no number, and digits beyond 128 bits in another base than ten.
pub(super) fn printed_number(node: &Node<'_>, text: &str) -> Option<String> {
    match node.get_ref() {
        DeValue::Integer(integer) if integer.radix() != 10 => i128::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .map(|number| number.to_string()),
        DeValue::Integer(_) | DeValue::Float(_) => {
            let printed: String = text.get(node.span())?.chars().filter(|&c| c != '_').collect();
            let printed = printed.strip_prefix('+').unwrap_or(&printed);
            printed.chars().any(|c| c.is_ascii_digit()).then(|| printed.to_string())
        }
        _ => None,
    }
}

/// The bytes from a table's header to the end of the last value inside it.
pub(super) fn extent(node: &Node<'_>) -> Range<usize> {
    let span = node.span();
    span.start..span.end.max(end(node, 0))
}

/// Nesting is bounded by the parser (80 levels).
fn end(node: &Node<'_>, least: usize) -> usize {
    let own = least.max(node.span().end);
    match node.get_ref() {
        DeValue::Table(table) => table
            .iter()
            .fold(own, |most, (key, value)| end(value, most.max(key.span().end))),
        DeValue::Array(items) => items.iter().fold(own, |most, item| end(item, most)),
        _ => own,
    }
}

/// The bytes of the file that are `part` of a decoded text, where the text has no escapes; else the whole value.
pub(super) fn inside(span: &Range<usize>, text: &str, decoded: &str, part: Range<usize>) -> Range<usize> {
    let Some(source) = text.get(span.clone()) else {
        return span.clone();
    };
    for quotes in [3, 1] {
        let inner = source
            .len()
            .checked_sub(quotes)
            .and_then(|last| source.get(quotes..last));
        if inner == Some(decoded) {
            let at = |offset: usize| span.start + quotes + offset.min(decoded.len());
            return at(part.start)..at(part.end.max(part.start)).max(at(part.start));
        }
    }
    span.clone()
}
