//! A shell word as a value: a number where it is one, a truth value where it says so, else text.
//!
//! Why it can be wrong: `3090` as a partition is a name and as a batch size a number; it is read as a number, and who
//! wants a name asks for its text.
//!
//! Example: `1e-5` is the number 1e-5, `true` the truth value, `full` a text.

use crate::evidence::Expr;
use crate::quantity::{Number, Value};

/// The word as a number; as text where it is none.
pub(crate) fn number(word: &str) -> Value {
    let plain = word.strip_prefix('+').unwrap_or(word);
    match Number::parse_literal(plain).filter(|_| is_number(word)) {
        Some(number) => Value::Number(number),
        None => text(word),
    }
}

pub(crate) fn text(word: &str) -> Value {
    Value::Text(word.to_string())
}

/// The value of a word as a program's option parser would take it.
pub(crate) fn value(word: &str) -> Value {
    match word {
        "true" | "True" => return Value::Bool(true),
        "false" | "False" => return Value::Bool(false),
        "null" | "None" => return Value::Null,
        _ => {}
    }
    number(word)
}

/// A word as an expression; `[1,2]` and `(1,2)` as a list.
pub(crate) fn expr(word: &str) -> Expr {
    let trimmed = word.trim();
    if let Some(inner) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        if !inner.contains(['[', '{', '$']) {
            let items = inner.split(',').map(str::trim).filter(|item| !item.is_empty());
            return Expr::List(
                items
                    .map(|item| Expr::Value(value(item.trim_matches(['\'', '"']))))
                    .collect(),
            );
        }
        return Expr::Opaque(word.to_string());
    }
    Expr::Value(value(word))
}

/// An integer or decimal number, with exponent; no blanks, no thousands.
pub(crate) fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = all_digits(whole) && all_digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && all_digits(exponent)
    });
    mantissa_fits && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_words() {
        for word in ["1", "-1", "1e-5", "0.5", ".5", "5.", "1E+3", "+2"] {
            assert!(is_number(word), "{word}");
        }
        for word in [
            "", "-", ".", "e5", "1e", "1-2", "0x10", "1,2", "1:30", "v1", "1e-5x", "é",
        ] {
            assert!(!is_number(word), "{word}");
        }
    }
}
