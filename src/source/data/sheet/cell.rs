//! What a cell of a results table shows: a number with its unit, a text, or nothing.
//!
//! Why it can be wrong: `0.93 ± 0.01` is 0.93 and `10,670 (50.0%)` is 10,670, but `ResNet (50)` is a name. So what follows a
//! number is left off only where it is a spread or a bracket, and a cell that does not begin with a number is a text.
//!
//! Example: `**93.7%**†` is 93.7 percent; `–`, `n/a` and an empty cell hold nothing.

use crate::evidence::Expr;
use crate::quantity::{Number, Unit, Value};

#[derive(Debug, Clone, PartialEq)]
pub(in crate::source::data) enum Cell {
    Blank,
    Number(Number, Option<Unit>),
    Text(String),
}

/// What people write where there is no value.
const BLANK: &[&str] = &[
    "", "-", "--", "---", "–", "—", "n/a", "na", "n.a.", "nan", "null", "none", "/",
];
/// What stands around a number for looks, or marks it for a footnote.
const MARKS: &[char] = &['*', '†', '‡', '§', '↑', '↓', '`', '_', '$', ' ', '\u{a0}'];

/// Reads a cell.
pub(in crate::source::data) fn read(text: &str) -> Cell {
    let text = text.trim();
    if BLANK.contains(&text.to_lowercase().as_str()) {
        return Cell::Blank;
    }
    let bare = text.trim_matches(MARKS);
    let unmarked = without_footnote(bare);
    let bare = unmarked.unwrap_or(bare);
    [Some(text), Some(bare), without_spread(bare), without_bracket(bare)]
        .into_iter()
        .flatten()
        .find_map(number)
        .unwrap_or_else(|| Cell::Text(text.to_string()))
}

fn number(text: &str) -> Option<Cell> {
    match super::super::shown(text) {
        (Expr::Value(Value::Number(number)), unit) => Some(Cell::Number(number, unit)),
        _ => None,
    }
}

/// `92.1[^1]`, `90.5$^{*}$`, `93.7²`: what stands before the mark of a footnote. A whole number with a small digit behind it
/// may be a power.
fn without_footnote(text: &str) -> Option<&str> {
    let small = text.trim_end_matches(['¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹']);
    let marked = text
        .find("[^")
        .filter(|_| text.ends_with(']'))
        .or_else(|| text.find("$^{").filter(|_| text.ends_with(['}', '$'])))
        .or_else(|| Some(small.len()).filter(|at| *at < text.len() && small.contains('.')))?;
    let digits = text[marked..].starts_with("$^") && text[marked..].contains(|c: char| c.is_ascii_digit());
    Some(text[..marked].trim_end_matches(MARKS)).filter(|_| !digits)
}

/// `0.93 ± 0.01`: what stands before the spread. A percent sign behind it is that of both.
fn without_spread(text: &str) -> Option<&str> {
    let at = ["±", "+/-", "+-", "\\pm"]
        .iter()
        .filter_map(|sign| text.find(sign))
        .min()?;
    Some(text[..at].trim_end_matches(MARKS)).filter(|_| !text.ends_with('%') || text[..at].contains('%'))
}

/// `10,670 (50.0%)`: what stands before the bracket.
fn without_bracket(text: &str) -> Option<&str> {
    let (before, inside) = text.split_once(['(', '['])?;
    let number = inside.strip_suffix([')', ']'])?;
    // A bracket of words may say that it is another thing: `12 (estimated)` stays a text.
    let numeric = number.chars().all(|c| c.is_ascii_digit() || " .,%±+-–~".contains(c));
    numeric.then_some(before.trim_end_matches(MARKS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_what_they_show() {
        let rows = [
            ("0.930", "0.930"),
            ("93.7%", "93.7 %"),
            ("93.7 %", "93.7 %"),
            ("10,670 (50.0%)", "10,670"),
            ("0.93 ± 0.01", "0.93"),
            ("0.93 +/- 0.01", "0.93"),
            ("0.91 (0.02)", "0.91"),
            ("**0.95**", "0.95"),
            ("41.2†", "41.2"),
            ("92.1[^1]", "92.1"),
            ("90.5$^{*}$", "90.5"),
            ("90.5$^{}$", "90.5"),
            ("93.7²", "93.7"),
            ("-1.5", "-1.5"),
            ("1e-4", "1e-4"),
            ("–", "blank"),
            ("nan", "blank"),
            ("", "blank"),
            ("ResNet (50)", "text"),
            ("12 (estimated)", "text"),
            ("GPT-3 (175B, few-shot)", "text"),
            ("3 layers", "text"),
        ];
        for (text, expected) in rows {
            let shown = match read(text) {
                Cell::Blank => "blank".to_string(),
                Cell::Text(_) => "text".to_string(),
                Cell::Number(number, None) => number.text,
                Cell::Number(number, Some(unit)) => format!("{} {unit}", number.text),
            };
            assert_eq!(shown, expected, "{text}");
        }
    }
}
