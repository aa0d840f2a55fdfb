//! Whether a claim says something that could fail and could hold, as far as that can be told without its evidence.
//!
//! Why it can be wrong: a check that cannot fail is a green mark that says nothing, and one that cannot hold sends its
//! author to look for a fault in the code. What only the evidence can tell (a sum that does not add up) is a verdict.
//!
//! Example: `kind = "samples"`, `value = ">= 0"`: there is no data set with fewer, so the check could not fail.

use bigdecimal::{BigDecimal, Zero};

use super::problem::Problem;
use super::read::Read;
use super::value::{dimension_name, example};
use super::{Claim, Field, KindSpec, Shape, texts};
use crate::quantity::{BoundOp, Dimension, Quantity, Stated, Tolerance, Unit};

/// What a quantity of a claim is, as far as its kind or key says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// Whatever the setting is: a number, a text, a truth value.
    Any,
    /// A number, never negative.
    Number,
    /// A number of things: whole, without unit, never negative.
    Count,
    /// A quantity of this dimension, never negative. A bare number is allowed: `unit` or the code says what it is in.
    Of(Dimension),
}

/// Kinds whose `value` is a number of things.
const COUNTS: &[&str] = &["samples", "batch-size"];
/// Keys of kinds that are numbers of things, whatever the kind.
const COUNT_KEYS: &[&str] = &[
    "count",
    "lines",
    "nodes",
    "gpus",
    "cpus",
    "samples",
    "batch-size",
    "beams",
    "top-k",
    "max-new-tokens",
];

impl Measure {
    fn of(key: &str, kind: &KindSpec) -> Measure {
        match (key, kind.dimension) {
            ("value", Some(dimension)) => Measure::Of(dimension),
            ("value", None) if COUNTS.contains(&kind.name) => Measure::Count,
            ("value" | "with", None) => Measure::Any,
            ("memory", _) => Measure::Of(Dimension::Memory),
            ("time-limit", _) => Measure::Of(Dimension::Time),
            _ if COUNT_KEYS.contains(&key) => Measure::Count,
            _ => Measure::Number,
        }
    }
}

/// What is wrong with a claim whose keys are all right by themselves.
pub(super) fn problems(claim: &Claim, kind: &KindSpec, read: &[Read]) -> Vec<Problem> {
    let find = |name: &str| read.iter().find(|read| read.name == name);
    let mut found = Vec::new();
    for read in read {
        let (stated, measure): (Vec<&Stated>, Measure) = match &read.field {
            Field::Stated(stated) => (vec![stated], Measure::of(read.name, kind)),
            Field::Arguments(arguments) => (arguments.iter().map(|(_, stated)| stated).collect(), Measure::Any),
            _ => continue,
        };
        let faults = stated
            .into_iter()
            .filter_map(|stated| value(stated, measure, read.name, kind));
        found.extend(faults.map(|message| Problem::new(read.span.clone(), message)));
    }
    match (&claim.value, find("value")) {
        (Some(stated), Some(at)) => found.extend(beside_value(claim, kind, stated, at, read)),
        _ if kind.takes("value") => {
            for name in ["unit", "tolerance", "take"] {
                if let Some(read) = find(name) {
                    found.push(
                        Problem::new(
                            read.key_span.clone(),
                            format!("`{name}` says how `value` is compared, and there is no `value`"),
                        )
                        .hint("add the `value`, or leave the key out"),
                    );
                }
            }
        }
        _ => {}
    }
    found.extend(pattern(claim, kind, read));
    if !claim.scope.include.is_empty()
        && claim
            .scope
            .include
            .iter()
            .all(|glob| claim.scope.exclude.contains(glob))
        && let Some(read) = find("in")
    {
        found.push(
            Problem::new(read.span.clone(), "all that `in` names is excluded").hint("no file is left to look at"),
        );
    }
    found
}

/// What is wrong with a value in itself: it measures something else, could not fail, or could not hold.
fn value(stated: &Stated, measure: Measure, key: &str, kind: &KindSpec) -> Option<String> {
    match stated {
        Stated::List(items) => return items.iter().find_map(|item| value(item, measure, key, kind)),
        Stated::Text(text) if text.contains('*') && text.chars().all(|c| c == '*' || c.is_whitespace()) => {
            return Some(format!("`{text}` agrees with every text: a check that could not fail"));
        }
        _ => {}
    }
    let takes = match measure {
        Measure::Any => return None,
        Measure::Number => "a number".to_string(),
        Measure::Count => "a number without unit".to_string(),
        Measure::Of(dimension) => format!("a {}: {}", dimension_name(dimension), example(dimension)),
    };
    let owner = if key == "value" {
        format!("a claim of kind `{}`", kind.name)
    } else {
        format!("`{key}`")
    };
    match stated {
        Stated::Text(text) => return Some(format!("`{text}` is no quantity; {owner} takes {takes}")),
        Stated::Bool(truth) => return Some(format!("`{truth}` is no quantity; {owner} takes {takes}")),
        _ => {}
    }
    let allowed = |dimension| match measure {
        Measure::Of(expected) => dimension == expected,
        Measure::Number => dimension == Dimension::Fraction,
        Measure::Any | Measure::Count => false,
    };
    if let Some(unit) = stated.unit()
        && !allowed(unit.dimension())
    {
        let measured = dimension_name(unit.dimension());
        return Some(format!("`{unit}` measures a {measured}; {owner} takes {takes}"));
    }
    bounds(stated, measure)
}

/// Bounds of what is never negative.
fn bounds(stated: &Stated, measure: Measure) -> Option<String> {
    let zero = BigDecimal::zero();
    let below = |quantity: &Quantity| quantity.number.value < zero;
    let fails = |what: String| Some(format!("{what}: a check that could not fail"));
    let holds = |what: String| Some(format!("{what}: a check that could not hold"));
    match stated {
        Stated::Bound(BoundOp::AtLeast, low) if low.number.value <= zero => {
            fails(format!("nothing is less than {low}"))
        }
        Stated::Bound(BoundOp::MoreThan, low) if below(low) => fails(format!("everything is more than {low}")),
        Stated::Bound(BoundOp::AtMost, high) if below(high) => holds(format!("nothing is at most {high}")),
        Stated::Bound(BoundOp::LessThan, high) if high.number.value <= zero => {
            holds(format!("nothing is less than {high}"))
        }
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
    let of_value = stated.unit().map(Unit::dimension).or(kind.dimension);
    if let (Some(unit), Some(at)) = (claim.unit, find("unit")) {
        if matches!(stated, Stated::Text(_) | Stated::Bool(_) | Stated::Null) {
            found.push(
                Problem::new(
                    at.span.clone(),
                    "`unit` is what a bare number is in, and `value` is no number",
                )
                .also(value.span.clone(), "the value"),
            );
        } else if let Some(dimension) = of_value
            && dimension != unit.dimension()
        {
            let what = format!(
                "`{unit}` measures a {}, the value is a {}",
                dimension_name(unit.dimension()),
                dimension_name(dimension)
            );
            found.push(Problem::new(at.span.clone(), what).also(value.span.clone(), "the value"));
        }
    }
    if let (Some(tolerance), Some(at)) = (&claim.tolerance, find("tolerance")) {
        if matches!(stated, Stated::Text(_) | Stated::Bool(_) | Stated::Null) {
            found.push(
                Problem::new(at.span.clone(), "`tolerance` widens a number, and `value` is none")
                    .also(value.span.clone(), "the value"),
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

/// A pattern that reads a value has one capture, and expects at least one hit.
fn pattern(claim: &Claim, kind: &KindSpec, read: &[Read]) -> Option<Problem> {
    let key = kind.keys.iter().find(|key| key.shape == Shape::Regex)?;
    let at = read.iter().find(|read| read.name == key.name)?;
    claim.value.as_ref()?;
    if let Some(matches) = read
        .iter()
        .find(|read| read.name == "matches" && read.field == Field::Integer(0))
    {
        let message = "with `matches = 0` there is nothing that could be the `value`";
        return Some(Problem::new(matches.span.clone(), message).hint("leave one of them out"));
    }
    let regex = texts::regex(claim.fields.text(key.name)?).ok()?;
    let fault = texts::one_capture(&regex, key.name).err()?;
    Some(Problem::new(at.span.clone(), fault.message))
}
