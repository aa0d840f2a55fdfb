//! Whether what a claim says is what was found.
//!
//! It can be wrong towards a green mark that is not true (a unit guessed, a text found inside another) and towards a false
//! alarm (16 kHz against 16000). So a unit is never guessed: where the claim has one and the evidence none, the outcome is
//! undecidable and names the unit that would settle it. Every comparison carries the bounds it used.
//! Example: `16 kHz` against 16000 in hertz agrees, by the rule `= 16000 Hz`.

use super::bounds::{Tolerance, print};
use super::measure::{Seen, judge_readings, rounding_note, same_dimension};
use super::{Locale, Number, Quantity, Stated, Unit, Value, fold, text_matches};

/// A value that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// The value, as its language types it.
    pub value: Value,
    /// What a bare number in it is in: the claim's `unit`, the name's suffix, a comment, or the kind's own.
    pub unit: Option<Unit>,
}

/// How a kind of claim compares its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Settings and counts: equal after unit conversion.
    Exact,
    /// Results: equal when rounded to what the claim prints.
    Printed,
    /// Run times: as results, and `~x` is at least 5 % wide.
    Runtime,
    /// Memory: exact; GB is read as GB or GiB (as it is for every quantity of memory).
    Memory,
}

/// The outcome of a comparison with the bounds it used.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Whether the two agree.
    pub outcome: Outcome,
    /// The bounds used: `[2.5 h, 4.5 h]`, `= 16000 Hz`, `93.65 % to 93.75 %`.
    pub rule: String,
    /// What a reader should know beside the outcome.
    pub notes: Vec<Note>,
}

/// Whether a claim and a value agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The value is what the claim says.
    Agrees,
    /// It is not.
    Disagrees,
    /// An observed interval lies partly inside what the claim accepts.
    Overlaps,
    /// The two cannot be compared.
    Undecidable(Why),
}

/// Why two values cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The evidence is a bare number; if it is in this unit, `unit` of the claim says so.
    UnitMissing(Unit),
    /// The claim is a bare number and would agree in this unit.
    ClaimUnitMissing(Unit),
    /// They are of different kinds, named here.
    NotComparable {
        /// What the claim is.
        stated: String,
        /// What was found.
        observed: String,
    },
}

/// What a reader should know beside the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// They agree only when a decimal unit of memory is read as the binary one: GB as GiB.
    GbOrGib,
    /// The evidence is a rounded number (`21k`) that the claim's rounds to.
    ObservedRounded,
    /// The evidence prints fewer digits than the claim, and may be the same number rounded.
    ObservedCoarser,
}

impl Comparison {
    pub(super) fn new(outcome: Outcome, rule: impl Into<String>) -> Self {
        Self {
            outcome,
            rule: rule.into(),
            notes: Vec::new(),
        }
    }

    pub(super) fn decided(agrees: bool, rule: impl Into<String>) -> Self {
        Self::new(if agrees { Outcome::Agrees } else { Outcome::Disagrees }, rule)
    }

    pub(super) fn not_comparable(stated: &Stated, observed: &str) -> Self {
        let why = Why::NotComparable {
            stated: kind(stated).to_owned(),
            observed: observed.to_owned(),
        };
        Self::new(Outcome::Undecidable(why), format!("= {stated}"))
    }
}

fn kind(stated: &Stated) -> &'static str {
    match stated {
        Stated::List(_) => "list",
        Stated::Bool(_) => "truth value",
        Stated::Null => "none",
        Stated::Text(_) => "text",
        _ => "number",
    }
}

/// Compares what a claim says with a value that was found.
///
/// `tolerance`, where the claim has one, stands in place of `precision`'s width.
#[must_use]
pub fn compare(
    stated: &Stated,
    observed: &Observed,
    precision: Precision,
    tolerance: Option<&Tolerance>,
) -> Comparison {
    match stated {
        Stated::Bool(value) => compare_bool(stated, *value, &observed.value),
        Stated::Null => {
            let none = match &observed.value {
                Value::Null => true,
                Value::Text(text) => is_none_word(text),
                _ => false,
            };
            Comparison::decided(none, "= none")
        }
        Stated::Text(text) => compare_text(stated, text, &observed.value),
        Stated::List(items) => compare_list(stated, items, observed, precision, tolerance),
        _ => compare_number(stated, observed, precision, tolerance),
    }
}

/// Compares what a claim says with an interval that was found: a hedged number, a prediction, a limit. An absent end is open.
#[must_use]
pub fn compare_interval(
    stated: &Stated,
    low: Option<&Quantity>,
    high: Option<&Quantity>,
    precision: Precision,
    tolerance: Option<&Tolerance>,
) -> Comparison {
    if !matches!(kind(stated), "number") {
        return Comparison::not_comparable(stated, "interval");
    }
    // A unit may stand at one end only.
    let unit = low.and_then(|q| q.unit).or(high.and_then(|q| q.unit));
    let with_unit = |end: Option<&Quantity>| {
        end.map(|q| Quantity {
            number: q.number.clone(),
            unit: q.unit.or(unit),
        })
    };
    let (low, high) = (with_unit(low), with_unit(high));
    match (&low, &high) {
        (None, None) => Comparison::new(Outcome::Overlaps, format!("= {stated}")),
        (Some(low), Some(high)) if !same_dimension(low, high) => {
            Comparison::not_comparable(stated, "interval between different kinds of unit")
        }
        (low, high) => {
            let seen = Seen {
                low: low.as_ref(),
                high: high.as_ref(),
            };
            judge_readings(stated, &seen, precision, tolerance)
        }
    }
}

fn is_none_word(text: &str) -> bool {
    matches!(fold(text).as_str(), "none" | "null" | "~" | "nil")
}

fn truth_word(text: &str) -> Option<bool> {
    match fold(text).as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn compare_bool(stated: &Stated, value: bool, observed: &Value) -> Comparison {
    let rule = format!("= {value}");
    match observed {
        Value::Bool(found) => Comparison::decided(*found == value, rule),
        // A flag of a shell script is text, whatever its program makes of it.
        Value::Text(text) => match truth_word(text) {
            Some(found) => Comparison::decided(found == value, rule),
            None => Comparison::not_comparable(stated, "text"),
        },
        // `amp = 1` is no truth value, and for whoever reads it as one it is true: that refutes nothing.
        Value::Number(number) if number.value == u8::from(value) => Comparison::not_comparable(stated, "number"),
        Value::Null | Value::Number(_) => Comparison::decided(false, rule),
        Value::List(_) | Value::Map(_) => Comparison::not_comparable(stated, observed.kind()),
    }
}

fn compare_text(stated: &Stated, text: &str, observed: &Value) -> Comparison {
    let rule = if text.contains('*') {
        format!("matches `{text}`")
    } else {
        format!("= {text}")
    };
    match observed {
        Value::Text(found) => Comparison::decided(text_matches(text, found), rule),
        Value::Null => Comparison::decided(is_none_word(text), rule),
        Value::Number(number) => Comparison::decided(text_matches(text, &number.text), rule),
        Value::Bool(found) => match truth_word(text) {
            Some(value) => Comparison::decided(*found == value, rule),
            None => Comparison::not_comparable(stated, "truth value"),
        },
        Value::List(_) | Value::Map(_) => Comparison::not_comparable(stated, observed.kind()),
    }
}

fn compare_list(
    stated: &Stated,
    items: &[Stated],
    observed: &Observed,
    precision: Precision,
    tolerance: Option<&Tolerance>,
) -> Comparison {
    let rule = format!("= {stated}, in order");
    let parsed;
    let found = match &observed.value {
        Value::List(found) => found,
        Value::Text(text) => match list_in_text(text) {
            Some(list) => {
                parsed = list;
                &parsed
            }
            None => return Comparison::not_comparable(stated, "text"),
        },
        Value::Null => return Comparison::decided(false, rule),
        other => return Comparison::not_comparable(stated, other.kind()),
    };
    if found.len() != items.len() {
        return Comparison::decided(false, rule);
    }
    let mut result = Comparison::decided(true, rule);
    for (item, value) in items.iter().zip(found) {
        let value = Observed {
            value: value.clone(),
            unit: observed.unit,
        };
        let one = compare(item, &value, precision, tolerance);
        for note in one.notes {
            if !result.notes.contains(&note) {
                result.notes.push(note);
            }
        }
        match one.outcome {
            Outcome::Agrees => {}
            // One item that differs decides, whatever the others are.
            Outcome::Disagrees => {
                result.outcome = Outcome::Disagrees;
                return result;
            }
            undecided => result.outcome = undecided,
        }
    }
    result
}

/// The numbers of a text such as `[1, 5, 10]`.
fn list_in_text(text: &str) -> Option<Vec<Value>> {
    let Ok(Stated::List(items)) = Stated::parse(text, Locale::English) else {
        return None;
    };
    items
        .into_iter()
        .map(|item| match item {
            Stated::Exact(Quantity { number, unit: None }) => Some(Value::Number(number)),
            Stated::Exact(quantity) => Some(Value::Text(quantity.to_string())),
            Stated::Text(text) => Some(Value::Text(text)),
            _ => None,
        })
        .collect()
}

fn compare_number(
    stated: &Stated,
    observed: &Observed,
    precision: Precision,
    tolerance: Option<&Tolerance>,
) -> Comparison {
    let quantity = match &observed.value {
        Value::Number(number) => Quantity {
            number: number.clone(),
            unit: observed.unit,
        },
        Value::Text(text) => match Quantity::parse(text, Locale::English) {
            Some(quantity) => Quantity {
                unit: quantity.unit.or(observed.unit),
                number: quantity.number,
            },
            // A configuration may hold the claim's very words, `3-4 h`.
            None if Stated::parse(text, Locale::English).as_ref() == Ok(stated) => {
                return Comparison::decided(true, format!("= {stated}"));
            }
            None => return Comparison::not_comparable(stated, "text"),
        },
        Value::Null | Value::Bool(_) => return Comparison::decided(false, format!("= {stated}")),
        Value::List(_) | Value::Map(_) => {
            return Comparison::not_comparable(stated, observed.value.kind());
        }
    };
    let seen = Seen {
        low: Some(&quantity),
        high: Some(&quantity),
    };
    let mut comparison = judge_readings(stated, &seen, precision, tolerance);
    if comparison.outcome == Outcome::Disagrees
        && let Some(note) = rounding_note(stated, &quantity, precision)
    {
        if note == Note::ObservedRounded {
            comparison.outcome = Outcome::Agrees;
        }
        comparison.notes.push(note);
    }
    // A single value is shown in its own unit, so that both sides read alike: 16 kHz as 16000 Hz.
    if let Stated::Exact(exact) = stated
        && comparison.rule == format!("= {exact}")
        && let (Some(_), Some(unit)) = (exact.unit, quantity.unit)
        && exact.unit != quantity.unit
        && same_dimension(exact, &quantity)
        && !comparison.notes.contains(&Note::GbOrGib)
    {
        let converted = print(&exact.base(), Some(unit));
        if Quantity::parse(&converted, Locale::English).is_some_and(|q| q.base() == exact.base()) {
            comparison.rule = format!("= {converted}");
        }
    }
    comparison
}

impl From<Number> for Observed {
    fn from(number: Number) -> Self {
        Self {
            value: Value::Number(number),
            unit: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Precision::{Exact, Memory, Printed, Runtime};
    use proptest::prelude::*;

    /// What stands in a table: a number with its unit, or a text in quotes, `none`, `true`, a list.
    fn observed(text: &str) -> Observed {
        let bare = |value| Observed { value, unit: None };
        if let Some(text) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
            return bare(Value::Text(text.to_owned()));
        }
        if let Some(items) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            return bare(Value::List(
                items.split(", ").map(|item| observed(item).value).collect(),
            ));
        }
        match text {
            "none" => bare(Value::Null),
            "true" => bare(Value::Bool(true)),
            "false" => bare(Value::Bool(false)),
            _ => {
                let quantity = Quantity::parse(text, Locale::English).unwrap_or_else(|| panic!("{text} is a quantity"));
                Observed {
                    value: Value::Number(quantity.number),
                    unit: quantity.unit,
                }
            }
        }
    }

    fn word(comparison: &Comparison) -> String {
        let mut word = match &comparison.outcome {
            Outcome::Agrees => "agrees".to_owned(),
            Outcome::Disagrees => "disagrees".to_owned(),
            Outcome::Overlaps => "overlaps".to_owned(),
            Outcome::Undecidable(Why::UnitMissing(_)) => "unit-missing".to_owned(),
            Outcome::Undecidable(Why::ClaimUnitMissing(_)) => "claim-unit-missing".to_owned(),
            Outcome::Undecidable(Why::NotComparable { .. }) => "not-comparable".to_owned(),
        };
        for note in &comparison.notes {
            let note = match note {
                Note::GbOrGib => "gb-or-gib",
                Note::ObservedRounded => "observed-rounded",
                Note::ObservedCoarser => "observed-coarser",
            };
            word = format!("{word}, {note}");
        }
        word
    }

    #[test]
    fn numbers() {
        let rows: &[(&str, &str, Precision, &str, &str)] = &[
            // Settings and counts are exact after unit conversion.
            ("16 kHz", "16000 Hz", Exact, "agrees", "= 16000 Hz"),
            ("22 kHz", "22050 Hz", Exact, "disagrees", "= 22000 Hz"),
            ("16000", "16000 Hz", Exact, "agrees", "= 16000"),
            ("5e-5", "5.4e-5", Exact, "disagrees", "= 5e-5"),
            ("5e-5", "0.00005", Exact, "agrees", "= 5e-5"),
            ("2000 ms", "2 s", Exact, "agrees", "= 2 s"),
            ("2 s", "2000 ms", Exact, "agrees", "= 2000 ms"),
            ("3 h", "100 s", Exact, "disagrees", "= 10800 s"),
            ("100 s", "1 h", Exact, "disagrees", "= 100 s"), // 1/36 h has no end
            ("50", "50.0", Exact, "agrees", "= 50"),
            ("50", "\"50\"", Exact, "agrees", "= 50"),
            ("16 kHz", "\"16 kHz\"", Exact, "agrees", "= 16 kHz"),
            // A unit in the claim and none in the code.
            ("16 kHz", "16000", Exact, "unit-missing", "= 16 kHz"),
            ("2 s", "\"2\"", Exact, "unit-missing", "= 2 s"),
            ("2 s", "2 kHz", Exact, "not-comparable", "= 2 s"),
            // The code's unit and none in the claim.
            ("2000", "2000 ms", Exact, "agrees", "= 2000"),
            ("2", "2000 ms", Exact, "disagrees", "= 2"),
            // Fractions need no unit.
            ("10 %", "0.1", Exact, "agrees", "= 10 %"),
            ("0.1", "10 %", Exact, "agrees", "= 0.1"),
            ("10 %", "10", Exact, "unit-missing", "= 10 %"),
            ("10 %", "20", Exact, "disagrees", "= 10 %"),
            ("10", "10 %", Exact, "claim-unit-missing", "= 10"),
            ("28.96 pp", "0.2896", Printed, "agrees", "28.955 pp to 28.965 pp"),
            (
                "28.96 pp",
                "28.96 %",
                Printed,
                "not-comparable",
                "28.955 pp to 28.965 pp",
            ),
            // Results at the precision printed; a tie goes either way.
            ("93.7 %", "0.937", Printed, "agrees", "93.65 % to 93.75 %"),
            ("93.7 %", "0.93749", Printed, "agrees", "93.65 % to 93.75 %"),
            ("93.7 %", "0.9375", Printed, "agrees", "93.65 % to 93.75 %"),
            ("93.8 %", "0.9375", Printed, "agrees", "93.75 % to 93.85 %"),
            ("93.7 %", "0.93751", Printed, "disagrees", "93.65 % to 93.75 %"),
            ("0.930", "0.9304", Printed, "agrees", "0.9295 to 0.9305"),
            ("0.930", "0.934", Printed, "disagrees", "0.9295 to 0.9305"), // its zero counts
            ("0.93", "0.934", Printed, "agrees", "0.925 to 0.935"),
            (
                "0.934",
                "0.93",
                Printed,
                "disagrees, observed-coarser",
                "0.9335 to 0.9345",
            ),
            ("93.7 %", "0.937", Exact, "agrees", "= 93.7 %"),
            ("93.7 %", "0.9371", Exact, "disagrees", "= 93.7 %"),
            // A suffix compares at its printed precision, on either side.
            ("21k", "21340", Exact, "agrees", "20500 to 21500"),
            ("7B", "7241732096", Exact, "agrees", "6500000000 to 7500000000"),
            ("22k", "21340", Exact, "disagrees", "21500 to 22500"),
            ("21,340", "21k", Exact, "agrees, observed-rounded", "= 21,340"),
            ("21,600", "21k", Exact, "disagrees", "= 21,600"),
            // About.
            ("~3 h", "3.3 h", Runtime, "agrees", "2.7 h to 3.3 h"),
            ("~3 h", "3.4 h", Runtime, "disagrees", "2.7 h to 3.3 h"),
            ("~16 kHz", "16384 Hz", Exact, "agrees", "15.5 kHz to 16.5 kHz"),
            // Ranges: run times widened by half a printed unit, settings not.
            ("3-4 hours", "2.5 h", Runtime, "agrees", "[2.5 h, 4.5 h]"),
            ("3-4 hours", "2 h", Runtime, "disagrees", "[2.5 h, 4.5 h]"),
            ("3-4 hours", "16200 s", Runtime, "agrees", "[2.5 h, 4.5 h]"),
            ("3-4", "3", Exact, "agrees", "[3, 4]"),
            ("3-4", "2.9", Exact, "disagrees", "[3, 4]"),
            ("[3, 4]", "3", Exact, "not-comparable", "= [3, 4]"), // that pair, no range
            // Bounds.
            (">= 40 GB", "48 GB", Memory, "agrees", ">= 40 GB"),
            (">= 4", "4", Exact, "agrees", ">= 4"),
            ("> 4", "4", Exact, "disagrees", "> 4"),
            ("< 4", "3.9", Exact, "agrees", "< 4"),
            // Memory in GB is read as GB or GiB.
            ("48 GB", "48 GiB", Memory, "agrees, gb-or-gib", "= 48 GiB"),
            ("48 GB", "48 GB", Memory, "agrees", "= 48 GB"),
            ("48 GiB", "48 GB", Memory, "agrees, gb-or-gib", "= 48 GiB"),
            ("24 GB", "24576 MiB", Memory, "agrees, gb-or-gib", "= 24 GiB"),
            ("24 GB", "24000 MB", Memory, "agrees", "= 24000 MB"),
            ("48 GB", "40 GB", Memory, "disagrees", "= 48 GB"),
            ("48 GB", "49152 MB", Memory, "agrees, gb-or-gib", "= 48 GiB"),
            // Arithmetic and equations.
            ("970 * 22", "21340", Exact, "agrees", "= 21340"),
            ("21,340 = 970 * 22", "21340", Exact, "agrees", "= 21,340"),
            ("21,340 = 970 * 22", "21341", Exact, "disagrees", "= 21,340"),
            // Other kinds of value.
            ("50", "none", Exact, "disagrees", "= 50"),
            ("1", "true", Exact, "disagrees", "= 1"),
            ("50", "\"auto\"", Exact, "not-comparable", "= 50"),
            ("50", "[50, 60]", Exact, "not-comparable", "= 50"),
            ("3-4 h", "\"3-4 hours\"", Exact, "agrees", "= 3–4 h"),
        ];
        for (stated, found, precision, outcome, rule) in rows {
            let stated_value = Stated::parse(stated, Locale::English).unwrap();
            let comparison = compare(&stated_value, &observed(found), *precision, None);
            assert_eq!(word(&comparison), *outcome, "{stated} against {found}");
            assert_eq!(comparison.rule, *rule, "{stated} against {found}");
        }
    }

    #[test]
    fn texts_lists_and_truth() {
        let text = |text: &str| Stated::Text(text.to_owned());
        let list = |text: &str| Stated::parse(text, Locale::English).unwrap();
        let rows: &[(Stated, &str, &str)] = &[
            (text("AdamW"), "\"torch.optim.AdamW\"", "agrees"),
            (text("Adam"), "\"adamw\"", "disagrees"),
            (text("none"), "none", "agrees"),
            (text("linear"), "none", "disagrees"),
            (text("True"), "true", "agrees"),
            (text("yes"), "true", "not-comparable"),
            (text("large"), "3", "disagrees"),
            (text("large"), "[1, 2]", "not-comparable"),
            (Stated::Bool(true), "true", "agrees"),
            (Stated::Bool(true), "false", "disagrees"),
            (Stated::Bool(false), "0", "not-comparable"), // a truth value is no number, and 0 may be read as one
            (Stated::Bool(true), "1", "not-comparable"),
            (Stated::Bool(true), "0", "disagrees"),
            (Stated::Bool(true), "2", "disagrees"),
            (Stated::Bool(true), "\"True\"", "agrees"),
            (Stated::Bool(true), "\"yes\"", "not-comparable"),
            (Stated::Null, "none", "agrees"),
            (Stated::Null, "\"None\"", "agrees"),
            (Stated::Null, "0", "disagrees"),
            (list("[1, 5, 10]"), "[1, 5, 10]", "agrees"),
            (list("[1, 5, 10]"), "[5, 1, 10]", "disagrees"), // in order
            (list("[1, 5, 10]"), "[1, 5]", "disagrees"),
            (list("[1, 5, 10]"), "\"[1, 5, 10]\"", "agrees"),
            (list("[0.9, 0.95]"), "[0.9, \"auto\"]", "not-comparable"),
            (list("[0.9, 0.95]"), "[0.8, \"auto\"]", "disagrees"),
            (list("[1 s, 2 s]"), "[1, 2]", "unit-missing"),
        ];
        for (stated, found, outcome) in rows {
            let comparison = compare(stated, &observed(found), Exact, None);
            assert_eq!(word(&comparison), *outcome, "{stated} against {found}");
        }
    }

    #[test]
    fn intervals() {
        let rows: &[(&str, Option<&str>, Option<&str>, &str)] = &[
            // A whole interval inside, wholly outside, else.
            ("3-4 hours", Some("3 h"), Some("4.4 h"), "agrees"),
            ("3-4 hours", Some("5 h"), Some("6 h"), "disagrees"),
            ("3-4 hours", Some("2 h"), Some("3 h"), "overlaps"),
            ("3-4 hours", Some("150 min"), Some("4.5 h"), "agrees"),
            // A limit is open below: it can refute, and supports only what it implies.
            ("3-4 hours", None, Some("2 h"), "disagrees"),
            ("3-4 hours", None, Some("3 h"), "overlaps"),
            ("<= 2 h", None, Some("2 h"), "agrees"),
            ("<= 2 h", None, Some("3 h"), "overlaps"),
            (">= 2 h", Some("2 h"), None, "agrees"),
            ("3 h", None, None, "overlaps"),
            ("3 h", Some("2 kHz"), Some("3 kHz"), "not-comparable"),
            ("3 h", Some("2"), Some("3"), "unit-missing"),
            ("adamw", Some("2"), Some("3"), "not-comparable"),
        ];
        for (stated, low, high, outcome) in rows {
            let stated_value = Stated::parse(stated, Locale::English).unwrap();
            let end = |text: &Option<&str>| text.map(|text| Quantity::parse(text, Locale::English).unwrap());
            let (low, high) = (end(low), end(high));
            let comparison = compare_interval(&stated_value, low.as_ref(), high.as_ref(), Runtime, None);
            assert_eq!(word(&comparison), *outcome, "{stated} against {low:?} {high:?}");
        }
    }

    #[test]
    fn a_tolerance_stands_in_place_of_the_precision() {
        let tolerance = |text| Tolerance::parse(text).unwrap();
        let rows: &[(&str, &str, Precision, &str, &str)] = &[
            ("3 h", "3.3 h", Runtime, "10 %", "agrees"),
            ("3 h", "3.4 h", Runtime, "10 %", "disagrees"), // narrower than the printed half hour
            ("50", "52", Exact, "2", "agrees"),
            ("50", "53", Exact, "2", "disagrees"),
            ("93.7 %", "0.942", Printed, "0.5 pp", "agrees"),
            ("3 h", "3 h", Runtime, "1 kHz", "not-comparable"),
        ];
        for (stated, found, precision, allowed, outcome) in rows {
            let stated_value = Stated::parse(stated, Locale::English).unwrap();
            let comparison = compare(&stated_value, &observed(found), *precision, Some(&tolerance(allowed)));
            assert_eq!(word(&comparison), *outcome, "{stated} against {found}, {allowed}");
        }
    }

    const UNITS: [Unit; 9] = [
        Unit::Millisecond,
        Unit::Second,
        Unit::Minute,
        Unit::Hour,
        Unit::Hertz,
        Unit::Kilohertz,
        Unit::Percent,
        Unit::Megabyte,
        Unit::Gibibyte,
    ];

    proptest! {
        #[test]
        fn a_quantity_agrees_with_itself(value in -1e9_f64..1e9, unit in proptest::option::of(0_usize..UNITS.len())) {
            let quantity = Quantity { number: Number::from_f64(value).unwrap(), unit: unit.map(|i| UNITS[i]) };
            let observed = Observed { value: Value::Number(quantity.number.clone()), unit: quantity.unit };
            for precision in [Exact, Printed, Runtime, Memory] {
                for stated in [Stated::Exact(quantity.clone()), Stated::About(quantity.clone())] {
                    prop_assert_eq!(compare(&stated, &observed, precision, None).outcome, Outcome::Agrees);
                }
            }
        }

        #[test]
        fn conversion_goes_both_ways(
            a in 1_i64..100_000, b in 1_i64..100_000, one in 0_usize..UNITS.len(), other in 0_usize..UNITS.len()
        ) {
            let quantity = |n, unit: usize| Quantity { number: Number::from_i64(n), unit: Some(UNITS[unit]) };
            let outcome = |stated: Quantity, found: Quantity| {
                let observed = Observed { value: Value::Number(found.number), unit: found.unit };
                compare(&Stated::Exact(stated), &observed, Exact, None).outcome
            };
            let there = outcome(quantity(a, one), quantity(b, other));
            let back = outcome(quantity(b, other), quantity(a, one));
            prop_assert_eq!(there == Outcome::Agrees, back == Outcome::Agrees);
            prop_assert_eq!(there == Outcome::Disagrees, back == Outcome::Disagrees);
        }

        #[test]
        fn another_number_never_agrees_exactly(a in -1_000_000_i64..1_000_000, b in -1_000_000_i64..1_000_000) {
            prop_assume!(a != b);
            let stated = Stated::Exact(Quantity::bare(Number::from_i64(a)));
            let comparison = compare(&stated, &Number::from_i64(b).into(), Exact, None);
            prop_assert_eq!(comparison.outcome, Outcome::Disagrees);
        }

        #[test]
        fn any_texts_compare_without_panic(stated in "\\PC{0,30}", found in "\\PC{0,30}") {
            if let Ok(stated) = Stated::parse(&stated, Locale::English) {
                let observed = Observed { value: Value::Text(found), unit: None };
                let _ = compare(&stated, &observed, Printed, None);
            }
        }
    }
}
