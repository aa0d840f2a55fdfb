//! Whether a claim says something that could fail and could hold, as far as that can be told without its evidence.
//!
//! Why it can be wrong: a check that cannot fail is a green mark that says nothing, and one that cannot hold sends its
//! author to look for a fault in the code. What only the evidence can tell (a sum that does not add up) is a verdict.
//!
//! Example: `kind = "samples"`, `value = ">= 0"`: there is no data set with fewer, so the check could not fail.

use std::ops::Range;

use bigdecimal::{BigDecimal, Zero};

use super::problem::{Problem, listed};
use super::read::Read;
use super::value::{dimension_name, example};
use super::{Claim, Field, KindSpec, Measure, Shape, texts};
use crate::quantity::{BoundOp, Dimension, Quantity, Stated, Tolerance, Unit};

/// What is wrong with a claim whose keys are all right by themselves.
pub(super) fn problems(claim: &Claim, kind: &KindSpec, read: &[Read], header: &Range<usize>) -> Vec<Problem> {
    let find = |name: &str| read.iter().find(|read| read.name == name);
    let mut found = Vec::new();
    for read in read {
        let stated: Vec<&Stated> = match &read.field {
            Field::Stated(stated) => vec![stated],
            Field::Arguments(arguments) => arguments.iter().map(|(_, stated)| stated).collect(),
            _ => Vec::new(),
        };
        let measure = if read.name == "value" { kind.measure } else { Measure::Any };
        let faults = stated.into_iter().filter_map(|stated| value(stated, measure, kind.name));
        found.extend(faults.map(|(message, hint)| Problem { hint, ..Problem::new(read.span.clone(), message) }));
    }
    match (&claim.value, find("value")) {
        (Some(stated), Some(at)) => found.extend(beside_value(claim, kind, stated, at, read)),
        _ => {
            for name in ["unit", "tolerance", "take"] {
                if let Some(read) = find(name) {
                    found.push(
                        Problem::new(read.key_span.clone(), format!("`{name}` says how `value` is compared, and there is no `value`"))
                            .hint("add the `value`, or leave the key out"),
                    );
                }
            }
        }
    }
    found.extend(pattern(claim, kind, read));
    found.extend(says_nothing(claim, kind, header));
    if !claim.scope.include.is_empty()
        && claim.scope.include.iter().all(|glob| claim.scope.exclude.contains(glob))
        && let Some(read) = find("in")
    {
        found.push(Problem::new(read.span.clone(), "all that `in` names is excluded").hint("no file is left to look at"));
    }
    found
}

type Fault = (String, Option<String>);

/// What is wrong with a value in itself: it measures something else, could not fail, or could not hold.
fn value(stated: &Stated, measure: Measure, kind: &str) -> Option<Fault> {
    match stated {
        Stated::List(items) => return items.iter().find_map(|item| value(item, measure, kind)),
        Stated::Text(text) if text.contains('*') && text.chars().all(|c| c == '*' || c.is_whitespace()) => {
            return Some((format!("`{text}` agrees with every text: a check that could not fail"), None));
        }
        _ => {}
    }
    let takes = match measure {
        Measure::Any => return None,
        Measure::Count => "a number without unit".to_string(),
        Measure::Of(dimension) => format!("a {}: {}", dimension_name(dimension), example(dimension)),
    };
    if matches!(stated, Stated::Text(_) | Stated::Bool(_) | Stated::Null) {
        let what = if let Stated::Text(text) = stated { format!("`{text}`") } else { "a truth value".to_string() };
        return Some((format!("{what} is no quantity; a claim of kind `{kind}` takes {takes}"), None));
    }
    let expected = if let Measure::Of(dimension) = measure { Some(dimension) } else { None };
    if let Some(unit) = stated.unit()
        && Some(unit.dimension()) != expected
    {
        let message = format!("`{unit}` measures a {}; a claim of kind `{kind}` takes {takes}", dimension_name(unit.dimension()));
        return Some((message, None));
    }
    bounds(stated, measure)
}

/// Bounds of what is never negative.
fn bounds(stated: &Stated, measure: Measure) -> Option<Fault> {
    let zero = BigDecimal::zero();
    let below = |quantity: &Quantity| quantity.number.value < zero;
    let fails = |what: String| Some((format!("{what}: a check that could not fail"), None));
    let holds = |what: String| Some((format!("{what}: a check that could not hold"), None));
    match stated {
        Stated::Bound(BoundOp::AtLeast, low) if low.number.value <= zero => fails(format!("nothing is less than {low}")),
        Stated::Bound(BoundOp::MoreThan, low) if below(low) => fails(format!("everything is more than {low}")),
        Stated::Bound(BoundOp::AtMost, high) if below(high) => holds(format!("nothing is at most {high}")),
        Stated::Bound(BoundOp::LessThan, high) if high.number.value <= zero => holds(format!("nothing is less than {high}")),
        Stated::Exact(one) | Stated::About(one) | Stated::Range(_, one) | Stated::Arithmetic(_, one) if below(one) => {
            holds(format!("{one} is below zero"))
        }
        Stated::Exact(one) if measure == Measure::Count && !one.number.is_integer() => {
            holds(format!("{one} is no whole number"))
        }
        _ => None,
    }
}

/// `unit` and `tolerance` beside the value that they are for.
fn beside_value(claim: &Claim, kind: &KindSpec, stated: &Stated, value: &Read, read: &[Read]) -> Vec<Problem> {
    let mut found = Vec::new();
    let find = |name: &str| read.iter().find(|read| read.name == name);
    let of_kind = if let Measure::Of(dimension) = kind.measure { Some(dimension) } else { None };
    let of_value = stated.unit().map(Unit::dimension).or(of_kind);
    if let (Some(unit), Some(at)) = (claim.unit, find("unit")) {
        if matches!(stated, Stated::Text(_) | Stated::Bool(_) | Stated::Null) {
            found.push(
                Problem::new(at.span.clone(), "`unit` is what a bare number is in, and `value` is no number")
                    .also(value.span.clone(), "the value"),
            );
        } else if let Some(dimension) = of_value
            && dimension != unit.dimension()
        {
            let what = format!("`{unit}` measures a {}, the value is a {}", dimension_name(unit.dimension()), dimension_name(dimension));
            found.push(Problem::new(at.span.clone(), what).also(value.span.clone(), "the value"));
        }
    }
    if let (Some(tolerance), Some(at)) = (&claim.tolerance, find("tolerance")) {
        if matches!(stated, Stated::Text(_) | Stated::Bool(_) | Stated::Null) {
            found.push(
                Problem::new(at.span.clone(), "`tolerance` widens a number, and `value` is none").also(value.span.clone(), "the value"),
            );
        } else if let Tolerance::Absolute(distance) = tolerance
            && let Some(unit) = distance.unit
            && let Some(dimension) = of_value.or(claim.unit.map(Unit::dimension))
            && !shares(dimension, unit.dimension())
        {
            let what = format!(
                "the tolerance is a {}, the value a {}",
                dimension_name(unit.dimension()),
                dimension_name(dimension)
            );
            found.push(Problem::new(at.span.clone(), what).also(value.span.clone(), "the value"));
        }
    }
    found
}

/// Whether a distance of one dimension can stand beside a value of the other: shares differ by percentage points.
fn shares(a: Dimension, b: Dimension) -> bool {
    let share = |dimension| matches!(dimension, Dimension::Fraction | Dimension::PercentagePoints);
    a == b || (share(a) && share(b))
}

/// A pattern with one capture, unless the number of its hits is all that is claimed.
fn pattern(claim: &Claim, kind: &KindSpec, read: &[Read]) -> Option<Problem> {
    let key = kind.keys.iter().find(|key| key.shape == Shape::Regex)?;
    let at = read.iter().find(|read| read.name == key.name)?;
    let matches = claim.fields.integer("matches");
    match (&claim.value, matches) {
        (None, None) => Some(
            Problem::new(at.span.clone(), format!("`{}` without `value` or `matches` claims nothing", key.name))
                .hint("`value` is what the capture reads; `matches` is how often the pattern stands in the files"),
        ),
        (Some(_), Some(0)) => {
            let zero = read.iter().find(|read| read.name == "matches")?;
            Some(Problem::new(zero.span.clone(), "with `matches = 0` there is nothing that could be the `value`")
                .hint("leave one of them out"))
        }
        (None, Some(_)) => None,
        (Some(_), _) => {
            let regex = texts::regex(claim.fields.text(key.name)?).ok()?;
            let fault = texts::one_capture(&regex, key.name).err()?;
            Some(Problem::new(at.span.clone(), fault.message))
        }
    }
}

/// A claim of a kind that requires no key, with none of the keys that would say something.
fn says_nothing(claim: &Claim, kind: &KindSpec, header: &Range<usize>) -> Option<Problem> {
    let required = kind.keys.iter().any(|key| key.required)
        || kind.shared.iter().any(|key| key.ends_with('!') && *key != "in!");
    let says = claim.value.is_some() || !claim.fields.0.is_empty();
    if required || says {
        return None;
    }
    let mut keys: Vec<&str> = kind.keys.iter().map(|key| key.name).collect();
    if kind.takes("value") {
        keys.push("value");
    }
    Some(
        Problem::new(header.clone(), format!("the claim `{}` of kind `{}` claims nothing", claim.id, kind.name))
            .hint(format!("at least one of {} says what", listed(&keys))),
    )
}
