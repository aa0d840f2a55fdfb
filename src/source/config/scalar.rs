//! A plain text of a configuration as a value: number, truth value, nothing, reference or text.
//!
//! Why it can be wrong: YAML 1.1 and people differ. `1e-4` is a text by the letter of YAML 1.1 and a number to whoever
//! wrote it: the number is kept. `012` is ten there. `1:30` would be ninety there and means a time or a ratio: it
//! stays text. `${a.b}` stands for another key, `${dir}/x` only holds one.
//!
//! Example: `off` in YAML is false, `"off"` in quotes is a text.

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;

use crate::evidence::Expr;
use crate::quantity::{Number, Value};

/// A number as code writes it, sign included; octal as YAML 1.1 has it.
pub(in crate::source) fn number(text: &str) -> Option<Number> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let is_octal =
        digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| matches!(b, b'0'..=b'7' | b'_'));
    if is_octal {
        let value = BigInt::parse_bytes(digits.replace('_', "").as_bytes(), 8)? * sign;
        return Some(Number {
            text: text.to_string(),
            ..Number::from_decimal(&BigDecimal::from(value))
        });
    }
    let number = Number::parse_literal(digits)?;
    let value = if sign < 0 { -number.value } else { number.value };
    Some(Number {
        value,
        text: text.to_string(),
        ..number
    })
}

/// A YAML plain scalar.
pub(in crate::source) fn plain(text: &str) -> Expr {
    let value = match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Value::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Value::Bool(false),
        _ => match number(text) {
            Some(number) => Value::Number(number),
            None => return quoted(text),
        },
    };
    Expr::Value(value)
}

/// A text in quotes: a text, unless it is an interpolation.
pub(in crate::source) fn quoted(text: &str) -> Expr {
    let trimmed = text.trim();
    let inside = trimmed.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    if let Some(name) = inside
        && !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']'))
    {
        return Expr::Ref(trimmed.to_string());
    }
    let is_template = text.contains("${") || text.contains("{{") || text.contains("{%");
    if is_template {
        Expr::Opaque(text.to_string())
    } else {
        Expr::Value(Value::Text(text.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_what_people_mean() {
        let number = |value: &str| Some(value.parse::<BigDecimal>().unwrap());
        let cases: &[(&str, Option<BigDecimal>)] = &[
            ("50", number("50")),
            ("-3", number("-3")),
            ("+3", number("3")),
            ("1e-4", number("0.0001")),
            ("5E-5", number("0.00005")),
            ("1_000", number("1000")),
            ("012", number("10")),
            ("-012", number("-10")),
            ("0o12", number("10")),
            ("0x10", number("16")),
            (".5", number("0.5")),
            ("1.", number("1")),
            ("0", number("0")),
            ("0.10", number("0.1")),
            ("089", number("89")),
            ("1:30", None),
            ("2024-01-02", None),
            ("1.2.3", None),
            ("two", None),
            (".inf", None),
            ("e5", None),
            ("", None),
            ("-", None),
        ];
        for (text, want) in cases {
            let got = match plain(text) {
                Expr::Value(Value::Number(number)) => {
                    assert_eq!(number.text, *text);
                    Some(number.value)
                }
                _ => None,
            };
            assert_eq!(got, *want, "{text:?}");
        }
    }

    #[test]
    fn words_have_their_meaning_only_without_quotes() {
        let text = |text: &str| Expr::Value(Value::Text(text.into()));
        assert_eq!(plain("off"), Expr::Value(Value::Bool(false)));
        assert_eq!(plain("Yes"), Expr::Value(Value::Bool(true)));
        assert_eq!(plain("~"), Expr::Value(Value::Null));
        assert_eq!(plain("y"), text("y"));
        assert_eq!(plain("None"), text("None"));
        assert_eq!(quoted("off"), text("off"));
        assert_eq!(quoted("50"), text("50"));
        assert_eq!(plain("${a.b}"), Expr::Ref("${a.b}".into()));
        assert_eq!(plain("${oc.env:X,1}"), Expr::Opaque("${oc.env:X,1}".into()));
        assert_eq!(plain("${dir}/x"), Expr::Opaque("${dir}/x".into()));
    }
}
