//! The phrases in which a claim says its value: hedges, bounds, ranges, lists, arithmetic.
//!
//! It can be wrong in its order, since one text may fit two phrases: a number comes before a range (`5e-5`), a range before
//! arithmetic, and text is what is left. Example: `about 3 hours`, `$\leq 2$ h`, `3--4 hours`, `[1, 5, 10]`. The tables
//! that test this stand beside [`Stated`].

use bigdecimal::{Signed, ToPrimitive};

use super::arithmetic::{ArithmeticError, evaluate};
use super::{BoundOp, Locale, Number, Quantity, Stated, StatedError, Unit, unit};

/// Longer texts are never quantities; it bounds the work on a pasted file.
const MAX_QUANTITY_LENGTH: usize = 1000;

/// Reads what a claim says, as [`Stated::parse`] documents.
pub(super) fn parse(text: &str, locale: Locale) -> Result<Stated, StatedError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(StatedError::Empty);
    }
    if text.len() > MAX_QUANTITY_LENGTH {
        return Ok(Stated::Text(text.to_owned()));
    }
    if let Some(list) = parse_list(text, locale)? {
        return Ok(list);
    }
    if let Some(quantity) = parse_quantity(text, locale) {
        return Ok(quantity);
    }
    if let Some(equation) = parse_equation(text, locale)? {
        return Ok(equation);
    }
    let plain = without_math(text);
    if let Some(share) = parse_share(&plain, locale) {
        return Ok(share);
    }
    if let Some(bound) = parse_bound(&plain, locale) {
        return Ok(bound);
    }
    if let Some(about) = parse_about(&plain, locale)? {
        return Ok(about);
    }
    if let Some(range) = parse_range(&plain, locale)? {
        return Ok(range);
    }
    if let Some((formula, quantity)) = parse_arithmetic(text)? {
        return Ok(Stated::Arithmetic(formula, quantity));
    }
    Ok(Stated::Text(text.to_owned()))
}

/// A whole quantity, or one whose math signs stand around number and unit together.
fn parse_quantity(text: &str, locale: Locale) -> Option<Stated> {
    Quantity::parse(text, locale)
        .or_else(|| {
            let plain = without_math(text);
            (plain != text).then(|| Quantity::parse(&plain, locale)).flatten()
        })
        .map(Stated::Exact)
}

/// Takes out dollar signs in pairs, and the upright text of units inside math.
fn without_math(text: &str) -> String {
    if !text.contains(['$', '\\']) {
        return text.to_owned();
    }
    let mut plain = text.to_owned();
    if plain.matches('$').count().is_multiple_of(2) {
        plain = plain.replace('$', "");
    }
    for command in ["\\mathrm{", "\\text{", "\\textrm{"] {
        while let Some(at) = plain.find(command) {
            let Some(close) = plain[at..].find('}') else {
                break;
            };
            let inner = plain[at + command.len()..at + close].to_owned();
            plain.replace_range(at..=at + close, &inner);
        }
    }
    plain.trim().to_owned()
}

/// `[1, 5, 10]`, and `(0.9, 0.95)` where every item is a quantity.
fn parse_list(text: &str, locale: Locale) -> Result<Option<Stated>, StatedError> {
    let inner = |open, close| text.strip_prefix(open).and_then(|t: &str| t.strip_suffix(close));
    let (items, brackets) = match (inner('[', ']'), inner('(', ')')) {
        (Some(items), _) => (items.trim(), true),
        (None, Some(items)) => (items.trim(), false),
        (None, None) => return Ok(None),
    };
    if items.is_empty() {
        return if brackets {
            Err(StatedError::EmptyList)
        } else {
            Ok(None)
        };
    }
    let whole = parse_quantity(items, locale);
    if let Some(item) = whole {
        // `(3)` is arithmetic, `[21,340]` a list of one.
        return Ok(brackets.then(|| Stated::List(vec![item])));
    }
    let items: Vec<&str> = if items.contains(", ") {
        items.split(", ").collect()
    } else {
        items.split(',').collect()
    };
    if items.len() == 1 && !brackets {
        return Ok(None);
    }
    let mut list = Vec::with_capacity(items.len());
    for item in items {
        let item = item.trim().trim_end_matches(',');
        let quoted = item.strip_prefix(['"', '\'']).and_then(|t| t.strip_suffix(['"', '\'']));
        match quoted {
            Some(text) => list.push(Stated::Text(text.to_owned())),
            // `[MASK]` and `[a, b]` are names.
            None => match parse_quantity(item, locale) {
                Some(quantity) => list.push(quantity),
                None => return Ok(None),
            },
        }
    }
    Ok(Some(Stated::List(list)))
}

fn parse_equation(text: &str, locale: Locale) -> Result<Option<Stated>, StatedError> {
    let Some((left, right)) = text.split_once(" = ") else {
        return Ok(None);
    };
    let Some(Stated::Exact(total)) = parse_quantity(left, locale) else {
        return Ok(None);
    };
    let (formula, computed) = match parse_quantity(right, locale) {
        Some(Stated::Exact(quantity)) => (right.trim().to_owned(), quantity),
        _ => compute(right.trim())?,
    };
    Ok(Some(Stated::Equation {
        total,
        formula,
        computed,
    }))
}

/// `33.3 % of 12`, `33,3 % de 12`; what is counted may stand behind it.
fn parse_share(text: &str, locale: Locale) -> Option<Stated> {
    let (left, right) = text.split_once(" of ").or_else(|| text.split_once(" de "))?;
    let Some(Stated::Exact(share)) = parse_quantity(left, locale) else {
        return None;
    };
    if share.unit != Some(Unit::Percent) {
        return None;
    }
    let right = right.trim().strip_prefix("the ").unwrap_or(right.trim());
    let (number, noun) = right.split_once(' ').unwrap_or((right, ""));
    let worded = noun.chars().all(|c| c.is_alphabetic() || c.is_whitespace() || c == '-');
    let whole = Number::parse(number, locale)?.value;
    let whole = whole.is_integer().then(|| whole.to_u64()).flatten()?;
    (worded && whole > 0).then_some(Stated::Share { share, whole })
}

/// Arithmetic between blanks, `970 * 22`, with a unit behind it if there is one.
fn parse_arithmetic(text: &str) -> Result<Option<(String, Quantity)>, StatedError> {
    const BETWEEN_BLANKS: [&str; 7] = [" + ", " - ", " * ", " / ", " // ", " % ", " ** "];
    let has_operator = BETWEEN_BLANKS.iter().any(|o| text.contains(o))
        || ["×", "\\times", "\\cdot", "÷"].iter().any(|o| text.contains(o));
    // `970 *` is arithmetic that someone did not finish; a text with letters is text.
    let only_arithmetic = text
        .chars()
        .all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-*/%().,_×÷$".contains(c))
        && text.contains(|c: char| c.is_ascii_digit())
        && text.contains(|c: char| c.is_whitespace())
        && text.contains(['+', '-', '*', '/', '×', '÷']);
    if !has_operator && !only_arithmetic {
        return Ok(None);
    }
    match compute(text) {
        Ok((formula, quantity)) => {
            let subtraction = text.matches(" - ").count() == 1 && !text.contains(['+', '*', '/', '(']);
            if subtraction && quantity.number.value.is_negative() && !text.starts_with('-') {
                return Err(StatedError::SubtractionBelowZero(text.to_owned()));
            }
            Ok(Some((formula, quantity)))
        }
        Err(StatedError::Arithmetic {
            reason: ArithmeticError::Unexpected { .. } | ArithmeticError::UnknownName(_) | ArithmeticError::Empty,
            ..
        }) if !only_arithmetic => Ok(None),
        Err(error) => Err(error),
    }
}

fn compute(text: &str) -> Result<(String, Quantity), StatedError> {
    let no_names = |_: &str| None;
    match evaluate(text, &no_names) {
        Ok(value) => Ok((text.to_owned(), Quantity::bare(Number::from_decimal(&value)))),
        Err(reason) => {
            if let Some((formula, unit)) = unit::split_trailing(text)
                && let Ok(value) = evaluate(formula, &no_names)
            {
                let number = Number::from_decimal(&value);
                return Ok((
                    formula.to_owned(),
                    Quantity {
                        number,
                        unit: Some(unit),
                    },
                ));
            }
            Err(StatedError::Arithmetic {
                formula: text.to_owned(),
                reason,
            })
        }
    }
}

/// Words and signs that make a quantity a bound, longer ones first; words need a blank behind them.
pub(crate) const BOUNDS: &[(&str, BoundOp)] = &[
    (">=", BoundOp::AtLeast),
    ("≥", BoundOp::AtLeast),
    ("\\geqslant", BoundOp::AtLeast),
    ("\\geq", BoundOp::AtLeast),
    ("\\ge", BoundOp::AtLeast),
    ("at least", BoundOp::AtLeast),
    ("no less than", BoundOp::AtLeast),
    ("al menos", BoundOp::AtLeast),
    ("como mínimo", BoundOp::AtLeast),
    ("<=", BoundOp::AtMost),
    ("≤", BoundOp::AtMost),
    ("\\leqslant", BoundOp::AtMost),
    ("\\leq", BoundOp::AtMost),
    ("\\le", BoundOp::AtMost),
    ("at most", BoundOp::AtMost),
    ("no more than", BoundOp::AtMost),
    ("up to", BoundOp::AtMost),
    ("como máximo", BoundOp::AtMost),
    ("hasta", BoundOp::AtMost),
    (">", BoundOp::MoreThan),
    ("more than", BoundOp::MoreThan),
    ("greater than", BoundOp::MoreThan),
    ("más de", BoundOp::MoreThan),
    ("<", BoundOp::LessThan),
    ("less than", BoundOp::LessThan),
    ("fewer than", BoundOp::LessThan),
    ("under", BoundOp::LessThan),
    ("menos de", BoundOp::LessThan),
];

/// Words and signs that say a quantity is not exact.
pub(crate) const ABOUT: &[&str] = &[
    "~",
    "∼",
    "≈",
    "\\approx",
    "\\sim",
    "about",
    "around",
    "approximately",
    "approx.",
    "approx",
    "roughly",
    "circa",
    "ca.",
    "aproximadamente",
    "alrededor de",
    "cerca de",
    "unas",
    "unos",
];

/// The rest of `text` behind `phrase`, in any case; a phrase of letters must end there.
fn after<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    let head = text.get(..phrase.len())?;
    if head.to_lowercase() != phrase {
        return None;
    }
    let rest = &text[phrase.len()..];
    let word = phrase.ends_with(char::is_alphabetic);
    if word && rest.starts_with(char::is_alphabetic) {
        return None;
    }
    Some(rest.trim_start_matches([' ', '~', '\u{a0}', '\t']))
}

fn parse_bound(text: &str, locale: Locale) -> Option<Stated> {
    BOUNDS.iter().find_map(|(phrase, op)| {
        let Some(Stated::Exact(quantity)) = parse_quantity(after(text, phrase)?, locale) else {
            return None;
        };
        Some(Stated::Bound(*op, quantity))
    })
}

fn parse_about(text: &str, locale: Locale) -> Result<Option<Stated>, StatedError> {
    for phrase in ABOUT {
        let Some(rest) = after(text, phrase) else {
            continue;
        };
        if let Some(Stated::Exact(quantity)) = parse_quantity(rest, locale) {
            return Ok(Some(Stated::About(quantity)));
        }
        // "about 3-4 hours": a range already says how wide it is.
        if let Some(range) = parse_range(rest, locale)? {
            return Ok(Some(range));
        }
    }
    Ok(None)
}

fn parse_range(text: &str, locale: Locale) -> Result<Option<Stated>, StatedError> {
    for (open, between, spanish) in [
        ("between ", " and ", false),
        ("from ", " to ", false),
        ("entre ", " y ", true),
        ("de ", " a ", true),
        ("", " to ", false),
        ("", " a ", true),
    ] {
        if spanish && !locale.is_spanish() {
            continue;
        }
        if let Some((low, high)) = after(text, open).and_then(|rest| rest.split_once(between))
            && let Some(range) = range_of(text, low, high, locale)?
        {
            return Ok(Some(range));
        }
    }
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let dash = ["--", "\u{2013}", "\u{2014}", "-"]
            .into_iter()
            .find(|dash| text[at..].starts_with(dash));
        let Some(dash) = dash.filter(|_| at > 0) else {
            at += c.len_utf8();
            continue;
        };
        let (low, high) = (&text[..at], &text[at + dash.len()..]);
        let blanks = low.ends_with(char::is_whitespace) || high.starts_with(char::is_whitespace);
        if !(dash == "-" && blanks)
            && let Some(range) = range_of(text, low, high, locale)?
        {
            return Ok(Some(range));
        }
        at += dash.len();
    }
    Ok(None)
}

/// The range between two texts that are both quantities; the unit, or the suffix, may stand once.
fn range_of(text: &str, low: &str, high: &str, locale: Locale) -> Result<Option<Stated>, StatedError> {
    let (Some(mut low_end), Some(mut high_end)) = (Quantity::parse(low, locale), Quantity::parse(high, locale)) else {
        return Ok(None);
    };
    // `7-13B`: seven to thirteen billion, but `500-1k` is from 500.
    if high_end.number.has_suffix()
        && low_end.unit.is_none()
        && !low_end.number.has_suffix()
        && let Some(suffix) = high_end.number.text.chars().next_back()
        && let Some(number) = Number::parse_stated(&format!("{}{suffix}", low.trim()), locale)
        && number <= high_end.number
    {
        low_end.number = number;
    }
    let has_unit = low_end.unit.is_some() || high_end.unit.is_some();
    match (low_end.unit, high_end.unit) {
        (None, unit) => low_end.unit = unit,
        (unit, None) => high_end.unit = unit,
        (Some(one), Some(other)) if one.dimension() != other.dimension() => {
            return Err(StatedError::RangeUnits(text.to_owned()));
        }
        (Some(_), Some(_)) => {}
    }
    if low_end.base() > high_end.base() {
        // Without a unit it may well be a name or a date: `2023-10`.
        return if has_unit {
            Err(StatedError::RangeReversed(text.to_owned()))
        } else {
            Ok(None)
        };
    }
    Ok(Some(Stated::Range(low_end, high_end)))
}
