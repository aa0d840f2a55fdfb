//! Values of a claim file as quantities: TOML numbers, truth values, texts and lists to what the room `quantity` reads.
//!
//! Why it can be wrong: `value = 0.930` and `value = "0.930"` are the same statement, and a number that went through a
//! float is another one. So a TOML number is read from the characters of the file.
//!
//! Example: `value = [0.9, 0.95]` is a list of two quantities, `value = "16 kHz"` one of 16 kHz.

use std::ops::Range;

use bigdecimal::{BigDecimal, Zero};
use toml::de::DeValue;

use super::node::{Node, printed_number, type_of};
use crate::quantity::version::Specifier;
use crate::quantity::{Dimension, Locale, Number, Quantity, Stated, Tolerance, Unit, Value};

/// What a value says; on a mistake: where it stands and what it is.
///
/// `locale` is for texts: a TOML number is written one way in every language.
pub(super) fn stated(node: &Node<'_>, text: &str, locale: Locale) -> Result<Stated, (Range<usize>, String)> {
    let refused = |message: String| (node.span(), message);
    match node.get_ref() {
        DeValue::String(written) => Stated::parse(written, locale).map_err(|error| refused(error.to_string())),
        DeValue::Boolean(truth) => Ok(Stated::Bool(*truth)),
        DeValue::Integer(_) | DeValue::Float(_) => {
            let number = printed_number(node, text).and_then(|printed| Number::parse_literal(&printed));
            let number = number.ok_or_else(|| refused("this is no number that could be compared".to_string()))?;
            Ok(Stated::Exact(Quantity::bare(number)))
        }
        DeValue::Array(items) if items.is_empty() => Err(refused("the list is empty".to_string())),
        DeValue::Array(items) => items
            .iter()
            .map(|item| stated(item, text, locale))
            .collect::<Result<_, _>>()
            .map(Stated::List),
        other @ (DeValue::Datetime(_) | DeValue::Table(_)) => Err(refused(format!(
            "a quantity, a text, a truth value or a list was expected; this is {}",
            type_of(other)
        ))),
    }
}

/// A value as code would hold it (`given = { nodes = 8 }`).
pub(super) fn literal(node: &Node<'_>, text: &str) -> Option<Value> {
    match node.get_ref() {
        DeValue::String(written) => Some(Value::Text(written.to_string())),
        DeValue::Boolean(truth) => Some(Value::Bool(*truth)),
        DeValue::Integer(_) | DeValue::Float(_) => printed_number(node, text)
            .and_then(|printed| Number::parse_literal(&printed))
            .map(Value::Number),
        DeValue::Array(items) if !items.is_empty() => items
            .iter()
            .map(|item| literal(item, text))
            .collect::<Option<_>>()
            .map(Value::List),
        _ => None,
    }
}

/// A version or range under `key`; `version` alone also takes `"source"`.
pub(super) fn version(key: &str, text: &str) -> Result<(), String> {
    let text = text.trim();
    if text == "source" {
        return if key == "version" {
            Ok(())
        } else {
            Err(format!("`{key}` takes a version; only `version` can be `source`"))
        };
    }
    let specifier = Specifier::parse(text).map_err(|error| format!("`{key}`: {error}"))?;
    if specifier.is_everything() {
        return Err(format!("every version is `{text}`: a check that could not fail"));
    }
    if specifier.is_empty() {
        return Err(format!("no version is `{text}`: a check that could not hold"));
    }
    Ok(())
}

/// A tolerance that leaves something to fail.
pub(super) fn tolerance(text: &str) -> Result<Tolerance, String> {
    let tolerance = Tolerance::parse(text)
        .ok_or_else(|| format!("`{text}` is no tolerance; a share (`10 %`) or a distance (`0.5 h`) was expected"))?;
    match &tolerance {
        Tolerance::Relative(share) if *share >= 1 => Err(format!(
            "with a tolerance of `{text}` even nothing would agree: a check that could not fail"
        )),
        _ => Ok(tolerance),
    }
}

/// A unit by its symbol or word.
pub(super) fn unit(text: &str) -> Result<Unit, String> {
    Unit::parse(text).ok_or_else(|| {
        let symbols: Vec<&str> = Unit::symbols().collect();
        format!(
            "there is no unit `{text}`; units are {}",
            super::problem::listed(&symbols)
        )
    })
}

/// A quantity above zero with a unit of the dimension.
pub(super) fn of_dimension(text: &str, dimension: Dimension, locale: Locale) -> Result<(), String> {
    let quantity = Quantity::parse(text, locale);
    let found = quantity
        .as_ref()
        .and_then(|quantity| quantity.unit)
        .map(Unit::dimension);
    match quantity {
        Some(quantity) if found == Some(dimension) && quantity.number.value > BigDecimal::zero() => Ok(()),
        _ => Err(format!(
            "`{text}` is no {} above zero: {} was expected",
            dimension_name(dimension),
            example(dimension)
        )),
    }
}

/// A share between nothing and all: `5 %`.
pub(super) fn share(text: &str, locale: Locale) -> Result<(), String> {
    match Quantity::parse(text, locale) {
        Some(quantity)
            if quantity.unit == Some(Unit::Percent) && quantity.base() > BigDecimal::zero() && quantity.base() < 1 =>
        {
            Ok(())
        }
        _ => Err(format!("`{text}` is no share between 0 % and 100 %: `5 %`")),
    }
}

/// A dimension in a message.
pub(super) fn dimension_name(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Time => "duration",
        Dimension::Frequency => "frequency",
        Dimension::Memory => "amount of memory",
        Dimension::Fraction => "share",
        Dimension::PercentagePoints => "difference in percentage points",
    }
}

/// A quantity of the dimension as one would write it.
pub(super) fn example(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Time => "`2 h`, `2000 ms`",
        Dimension::Frequency => "`16 kHz`, `22050 Hz`",
        Dimension::Memory => "`24 GB`, `512 MiB`",
        Dimension::Fraction => "`93.7 %`, `0.937`",
        Dimension::PercentagePoints => "`1.5 pp`",
    }
}
