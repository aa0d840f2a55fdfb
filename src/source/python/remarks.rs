//! What comments, help texts and docstrings say about a value: its unit, its default, a line that was switched off.
//!
//! Why it can be wrong: any word may look like a unit (`in h`), any number in a docstring like a default. A unit stands
//! alone, in brackets, or is a whole word behind `in`; a default follows the word `default` in the parameter's own text.
//!
//! Example: `pad_target_ms (int): length of the pad (default: 2000)` documents 2000 for `pad_target_ms`.

use std::sync::OnceLock;

use regex::Regex;

use crate::evidence::Expr;
use crate::quantity::{Number, Unit, Value};

fn regex(cell: &'static OnceLock<Regex>, pattern: &str) -> &'static Regex {
    cell.get_or_init(|| Regex::new(pattern).expect("a constant pattern compiles: tests use each"))
}

/// The unit that a comment or help text says a bare number is in.
pub(super) fn unit(text: &str) -> Option<Unit> {
    static BRACKET: OnceLock<Regex> = OnceLock::new();
    static BEHIND_IN: OnceLock<Regex> = OnceLock::new();
    let whole = text.trim().trim_end_matches('.');
    if let Some(unit) = Unit::parse(whole) {
        return Some(unit);
    }
    let mut found: Vec<Unit> = Vec::new();
    for hit in regex(&BRACKET, r"[\[(]\s*(?:in\s+)?([A-Za-zµ%]{1,14})\s*[\])]").captures_iter(text) {
        found.extend(Unit::parse(&hit[1]));
    }
    for hit in regex(&BEHIND_IN, r"(?i)\bin\s+([A-Za-zµ]{2,14})\b").captures_iter(text) {
        found.extend(Unit::parse(&hit[1]));
    }
    if let Some((word, rest)) = whole.split_once([' ', ',', ';', ':']) {
        // `# ms, as in the paper`
        if rest.starts_with(|c: char| !c.is_alphanumeric()) || whole[word.len()..].starts_with([',', ';', ':']) {
            found.extend(Unit::parse(word));
        }
    }
    found.dedup();
    match found.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// A default or a single quantity that a docstring states for a parameter.
#[derive(Debug, PartialEq)]
pub(super) struct Mention {
    pub name: String,
    pub value: Expr,
    pub unit: Option<Unit>,
    /// Byte offsets within the docstring.
    pub start: usize,
    pub end: usize,
}

/// What a docstring says of the given names.
pub(super) fn mentions(docstring: &str, names: &[String]) -> Vec<Mention> {
    static HEAD: OnceLock<Regex> = OnceLock::new();
    static DEFAULT: OnceLock<Regex> = OnceLock::new();
    static QUANTITY: OnceLock<Regex> = OnceLock::new();
    let head = regex(
        &HEAD,
        r"(?m)^[ \t]*(?:[-*+][ \t]+)?(?::(?:param|parameter|arg|ivar)\s+(?:[\w\[\], |.]+\s+)?|@param\s+)?[`*]{0,2}(\w+)[`*]{0,2}[ \t]*(?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\))?[ \t]*:",
    );
    let default = regex(
        &DEFAULT,
        r#"(?i)\bdefaults?(?:\s+(?:is|value|to|of)|\s+value\s+is)?\s*[:=]?\s*[`'"]{0,3}(-?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|true|false|none|[A-Za-z][\w.+-]*)[`'"]{0,3}\s*([A-Za-zµ%]{1,12})?"#,
    );
    let quantity = regex(
        &QUANTITY,
        r"(?:^|[\s(])(\d[\d,_]*(?:\.\d+)?(?:e[+-]?\d+)?)\s?([A-Za-zµ%]{1,12})\b",
    );
    let heads: Vec<(usize, usize, String)> = head
        .captures_iter(docstring)
        .filter_map(|hit| {
            let whole = hit.get(0)?;
            Some((whole.start(), whole.end(), hit[1].to_string()))
        })
        .collect();
    let mut found = Vec::new();
    for (index, (start, body, name)) in heads.iter().enumerate() {
        if !names.contains(name) {
            continue;
        }
        let next = heads.get(index + 1).map_or(docstring.len(), |(start, _, _)| *start);
        let end = docstring[*body..next].find("\n\n").map_or(next, |blank| body + blank);
        let text = &docstring[*start..end];
        if let Some(hit) = default.captures(text) {
            let unit = hit.get(2).and_then(|word| Unit::parse(word.as_str()));
            if let Some(value) = literal(&hit[1]) {
                let start = start + indent(text);
                found.push(Mention {
                    name: name.clone(),
                    value,
                    unit,
                    start,
                    end: start + text.trim().len(),
                });
            }
            continue;
        }
        let stated: Vec<(Number, Unit)> = quantity
            .captures_iter(&docstring[*body..end])
            .filter_map(|hit| Some((Number::parse_literal(&hit[1].replace(',', ""))?, Unit::parse(&hit[2])?)))
            .collect();
        if let [(number, unit)] = stated.as_slice() {
            let start = start + indent(text);
            let value = Expr::Value(Value::Number(number.clone()));
            found.push(Mention {
                name: name.clone(),
                value,
                unit: Some(*unit),
                start,
                end: start + text.trim().len(),
            });
        }
    }
    found
}

/// What a sentence says a setting is: its name, and right behind it the one number there.
pub(super) fn said_of(text: &str, name: &str) -> Option<Expr> {
    static NUMBER: OnceLock<Regex> = OnceLock::new();
    let number = regex(
        &NUMBER,
        r"^(?:\s*:\s*|\s+=\s+|\s+(?:of|is|was|to|at)\s+|\s+)(-?(?:\d[\d_,]*(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)(?:[\s).,;]|$)",
    );
    if name.len() < 3 {
        return None;
    }
    let lower = text.to_lowercase();
    let name = name.to_lowercase();
    let mut found: Vec<Number> = Vec::new();
    for spelling in [name.clone(), name.replace('_', " "), name.replace('_', "-")] {
        for (at, _) in lower.match_indices(&spelling) {
            let inside = |c: char| c.is_alphanumeric() || c == '_';
            let behind = &lower[at + spelling.len()..];
            if lower[..at].ends_with(inside) || behind.starts_with(inside) {
                continue;
            }
            let said = number.captures(behind).and_then(|hit| hit.get(1));
            found.extend(said.and_then(|said| Number::parse_literal(&said.as_str().replace(',', ""))));
        }
    }
    found.dedup();
    match found.as_slice() {
        [one] => Some(Expr::Value(Value::Number(one.clone()))),
        _ => None,
    }
}

fn indent(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// A default as prose writes it; a word is a text only where it cannot be English (`adamw`, but not `the`).
fn literal(text: &str) -> Option<Expr> {
    let text = text.trim_end_matches(['.', '-', '+']);
    let value = match text.to_lowercase().as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "none" => Value::Null,
        "the" | "a" | "an" | "to" | "is" | "value" | "values" | "behavior" | "behaviour" | "in" | "if" | "of"
        | "for" | "and" | "or" | "it" | "this" | "as" | "from" | "will" | "when" | "with" | "setting" | "settings"
        | "config" | "not" | "we" | "same" => return None,
        _ => match Number::parse_literal(text) {
            Some(number) => Value::Number(number),
            None => Value::Text(text.to_string()),
        },
    };
    Some(Expr::Value(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_stands_alone_in_brackets_or_behind_in() {
        for (text, symbol) in [
            ("ms", Some("ms")),
            ("in seconds", Some("s")),
            ("duration of the pad (ms)", Some("ms")),
            ("milliseconds, as in the paper", Some("ms")),
            ("sampling rate in Hz", Some("Hz")),
            ("in the paper", None),
            ("see figure (a)", None),
            ("kept for backward compatibility", None),
            ("from ms (ms) to seconds (s)", None),
        ] {
            assert_eq!(unit(text).map(Unit::symbol), symbol, "{text}");
        }
    }

    #[test]
    fn a_docstring_documents_its_parameters_defaults() {
        let text = "Pads.\n\n    Args:\n        pad_target_ms: length (default: 2000)\n        rate (int, optional): in Hz. Defaults to 16000.\n        mode: default behaviour\n        window: frames of 25 ms each\n        other: default 7\n";
        let names = ["pad_target_ms", "rate", "mode", "window"].map(String::from);
        let found: Vec<(String, Expr, Option<&str>)> = mentions(text, &names)
            .into_iter()
            .map(|m| (m.name, m.value, m.unit.map(Unit::symbol)))
            .collect();
        let number = |text: &str| Expr::Value(Value::Number(Number::parse_literal(text).unwrap()));
        assert_eq!(
            found,
            [
                ("pad_target_ms".to_string(), number("2000"), None),
                ("rate".to_string(), number("16000"), None),
                ("window".to_string(), number("25"), Some("ms")),
            ]
        );
        let sphinx = ":param int lr: the rate (default 1e-3)\n:param x: no";
        assert_eq!(mentions(sphinx, &["lr".to_string()])[0].value, number("1e-3"));
    }
}
