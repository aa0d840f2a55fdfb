//! One observed value against what the claim says: its unit found, `take` applied, compared.
//!
//! Why it can be wrong: a bare 2 is two seconds or two hours. The unit of a bare number is the claim's `unit`, else
//! what a comment on its line says, else the suffix of its name, else the kind's own; where the claim has a unit and
//! nobody says one, nothing is decided, and the ruling names the `unit` that would settle it.
//!
//! Example: `CONTAINER_DURATION_MS = 2000` is 2000 ms by its name, and agrees with `2 s`.

use bigdecimal::BigDecimal;

use super::vote::Stand;
use crate::claim::{Claim, Take};
use crate::quantity::{Comparison, Note, Number, Observed, Outcome, Precision, Stated, Unit, Value, Why, compare};
use crate::verdict::Message;

/// The outcome of one comparison, with what is said beside it.
#[derive(Debug)]
pub(crate) struct Compared {
    pub(crate) stand: Stand,
    /// The bounds used, printed: `= 16000 Hz`, `[2.5 h, 4.5 h]`.
    pub(crate) rule: String,
    pub(crate) caveats: Vec<Message>,
}

/// How a kind compares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    pub(crate) precision: Precision,
    /// The unit of a bare number where nothing else says one (sampling rates are in Hz).
    pub(crate) unit: Option<Unit>,
}

impl How {
    pub(crate) const EXACT: How = How {
        precision: Precision::Exact,
        unit: None,
    };
}

/// Compares a value of the setting `name` (with the unit its place gives) with the claim's `value`.
pub(crate) fn compare_setting(
    claim: &Claim,
    name: &str,
    value: &Value,
    place_unit: Option<Unit>,
    how: How,
) -> Compared {
    let Some(stated) = &claim.value else {
        return undecided(Message::new("claim-without-value"));
    };
    let unit = claim.unit.or(place_unit).or_else(|| Unit::of_name(name)).or(how.unit);
    compare_value(claim, stated, value, unit, how)
}

/// Compares a value with what is stated, after `take`.
pub(crate) fn compare_value(claim: &Claim, stated: &Stated, value: &Value, unit: Option<Unit>, how: How) -> Compared {
    let taken = match claim.take {
        None => value.clone(),
        Some(Take::Contains) => return contains(claim, stated, value, unit, how),
        Some(take) => match apply(take, value) {
            Some(taken) => taken,
            None => {
                return undecided(
                    Message::new("cannot-take")
                        .with("take", word(take))
                        .with("found", value),
                );
            }
        },
    };
    // `5` for a list of one, `[5]` for a bare value: people write both.
    let observed = Observed { value: taken, unit };
    let stated_set;
    let stated = if claim.take == Some(Take::Set) {
        stated_set = sorted(stated.clone());
        &stated_set
    } else {
        stated
    };
    from(
        compare(stated, &observed, how.precision, claim.tolerance.as_ref()),
        stated,
    )
}

fn from(comparison: Comparison, stated: &Stated) -> Compared {
    let caveats = comparison.notes.iter().map(note).collect();
    let stand = match comparison.outcome {
        Outcome::Agrees => Stand::For,
        Outcome::Disagrees => Stand::Against,
        Outcome::Overlaps => Stand::Undecided(Message::new("overlaps").with("rule", &comparison.rule)),
        Outcome::Undecidable(why) => Stand::Undecided(undecidable(&why, stated)),
    };
    Compared {
        stand,
        rule: comparison.rule,
        caveats,
    }
}

fn undecidable(why: &Why, stated: &Stated) -> Message {
    match why {
        Why::UnitMissing(unit) => Message::new("unit-missing").with("claimed", stated).with("unit", unit),
        Why::ClaimUnitMissing(unit) => Message::new("claim-unit-missing")
            .with("claimed", stated)
            .with("unit", unit),
        Why::NotComparable { stated, observed } => Message::new("not-comparable")
            .with("claimed", stated)
            .with("found", observed),
    }
}

fn note(note: &Note) -> Message {
    match note {
        Note::GbOrGib => Message::new("gb-or-gib"),
        Note::ObservedRounded => Message::new("observed-rounded"),
        Note::ObservedCoarser => Message::new("observed-coarser"),
    }
}

fn undecided(why: Message) -> Compared {
    Compared {
        stand: Stand::Undecided(why),
        rule: String::new(),
        caveats: Vec::new(),
    }
}

/// Whether any item of a list agrees.
fn contains(claim: &Claim, stated: &Stated, value: &Value, unit: Option<Unit>, how: How) -> Compared {
    let items = match value {
        Value::List(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    let wanted: Vec<&Stated> = match stated {
        Stated::List(wanted) => wanted.iter().collect(),
        one => vec![one],
    };
    let has = |wanted: &Stated| {
        items.iter().any(|item| {
            let observed = Observed {
                value: item.clone(),
                unit,
            };
            compare(wanted, &observed, how.precision, claim.tolerance.as_ref()).outcome == Outcome::Agrees
        })
    };
    let stand = if wanted.iter().all(|wanted| has(wanted)) {
        Stand::For
    } else {
        Stand::Against
    };
    Compared {
        stand,
        rule: format!("∋ {stated}"),
        caveats: Vec::new(),
    }
}

pub(crate) fn apply(take: Take, value: &Value) -> Option<Value> {
    let list = match value {
        Value::List(items) => items.clone(),
        Value::Text(text) if take == Take::Length => {
            return Some(Value::from(i64::try_from(text.chars().count()).ok()?));
        }
        Value::Map(entries) if take == Take::Length => return Some(Value::from(i64::try_from(entries.len()).ok()?)),
        other => vec![other.clone()],
    };
    let numbers = || {
        list.iter()
            .map(|item| match item {
                Value::Number(number) => Some(number.clone()),
                _ => None,
            })
            .collect::<Option<Vec<Number>>>()
    };
    match take {
        Take::Length => Some(Value::from(i64::try_from(list.len()).ok()?)),
        Take::First => list.first().cloned(),
        Take::Last => list.last().cloned(),
        Take::Min => numbers()?
            .into_iter()
            .min_by(|a, b| a.value.cmp(&b.value))
            .map(Value::Number),
        Take::Max => numbers()?
            .into_iter()
            .max_by(|a, b| a.value.cmp(&b.value))
            .map(Value::Number),
        Take::Sum => Some(total(&numbers()?)),
        Take::Mean => {
            let numbers = numbers()?;
            let count = BigDecimal::from(u64::try_from(numbers.len()).ok().filter(|count| *count > 0)?);
            let sum: BigDecimal = numbers.iter().map(|number| &number.value).sum();
            Some(Value::Number(Number::from_decimal(&(sum / count))))
        }
        Take::Set => {
            let mut items = list;
            items.sort_by_key(ToString::to_string);
            items.dedup();
            Some(Value::List(items))
        }
        Take::Contains => None,
    }
}

fn total(numbers: &[Number]) -> Value {
    Value::Number(Number::from_decimal(&numbers.iter().map(|number| &number.value).sum()))
}

fn sorted(stated: Stated) -> Stated {
    match stated {
        Stated::List(mut items) => {
            items.sort_by_key(ToString::to_string);
            items.dedup();
            Stated::List(items)
        }
        one => Stated::List(vec![one]),
    }
}

/// The word of the claim language.
pub(crate) fn word(take: Take) -> &'static str {
    match take {
        Take::Length => "length",
        Take::Set => "set",
        Take::Contains => "contains",
        Take::First => "first",
        Take::Last => "last",
        Take::Min => "min",
        Take::Max => "max",
        Take::Sum => "sum",
        Take::Mean => "mean",
    }
}
