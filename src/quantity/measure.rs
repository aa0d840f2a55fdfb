//! Numbers against numbers, in the base of their dimension: who has a unit, and what a unit of memory may mean.
//!
//! It can be wrong where a unit stands on one side only. A fraction needs none (`10 %` is 0.1); anything else that the
//! claim has a unit for and the evidence has not is undecidable. Example: `24 GB` against 24576 MiB agrees, read as GiB.
//! The tables that test this stand beside [`compare`](super::compare()).

use bigdecimal::BigDecimal;

use super::bounds::{Accepted, Interval, Tolerance, accepted, describe};
use super::{Comparison, Dimension, Note, Outcome, Precision, Quantity, Stated, Unit, Why};

pub(super) fn same_dimension(one: &Quantity, other: &Quantity) -> bool {
    one.unit.map(Unit::dimension) == other.unit.map(Unit::dimension)
}

/// Whether the evidence, printed with fewer digits than the claim, may be the same number.
pub(super) fn rounding_note(stated: &Stated, observed: &Quantity, precision: Precision) -> Option<Note> {
    let Stated::Exact(exact) = stated else {
        return None;
    };
    let (claimed, found) = if exact.unit.is_none() || observed.unit.is_none() {
        let bare = |q: &Quantity| match q.unit.map(Unit::dimension) {
            Some(Dimension::Fraction | Dimension::PercentagePoints) => (q.base(), q.base_step()),
            _ => (q.number.value.clone(), q.number.step.clone()),
        };
        (bare(exact), bare(observed))
    } else {
        (
            (exact.base(), exact.base_step()),
            (observed.base(), observed.base_step()),
        )
    };
    let within: bool = (claimed.0 - found.0).abs() * BigDecimal::from(2) <= found.1;
    if !within {
        None
    } else if observed.number.has_suffix() {
        Some(Note::ObservedRounded)
    } else if matches!(precision, Precision::Printed | Precision::Runtime) && found.1 > claimed.1 {
        Some(Note::ObservedCoarser)
    } else {
        None
    }
}

/// What was found: one value (both ends the same) or an interval.
pub(super) struct Seen<'a> {
    pub(super) low: Option<&'a Quantity>,
    pub(super) high: Option<&'a Quantity>,
}

impl Seen<'_> {
    fn unit(&self) -> Option<Unit> {
        self.low.or(self.high).and_then(|q| q.unit)
    }

    /// The interval in base units, every end by its own unit; a bare number stands for itself.
    fn interval(&self, reading: &dyn Fn(Unit) -> Unit) -> Interval {
        let base = |end: Option<&Quantity>| {
            end.map(|q| match q.unit {
                Some(unit) => &q.number.value * reading(unit).factor(),
                None => q.number.value.clone(),
            })
        };
        Interval::closed(base(self.low), base(self.high))
    }

    /// The interval of the bare numbers, whatever their units.
    fn bare(&self) -> Interval {
        let value = |end: Option<&Quantity>| end.map(|q| q.number.value.clone());
        Interval::closed(value(self.low), value(self.high))
    }

    /// The interval with each bare number read as being in `unit`.
    fn read_in(&self, unit: Unit) -> Interval {
        let base = |end: Option<&Quantity>| end.map(|q| &q.number.value * unit.factor());
        Interval::closed(base(self.low), base(self.high))
    }
}

fn outcome_of(accepted: &Interval, seen: &Interval) -> Outcome {
    if accepted.holds(seen) {
        Outcome::Agrees
    } else if accepted.is_disjoint(seen) {
        Outcome::Disagrees
    } else {
        Outcome::Overlaps
    }
}

/// Compares in base units, as the units stand and, for memory, with each decimal unit read as the binary one.
pub(super) fn judge_readings(
    stated: &Stated,
    seen: &Seen<'_>,
    precision: Precision,
    tolerance: Option<&Tolerance>,
) -> Comparison {
    let accept = |stated: &Stated| match accepted(stated, precision, tolerance) {
        Ok(Some(accepted)) => Ok(accepted),
        Ok(None) => Err(Comparison::not_comparable(stated, "number")),
        Err(why) => Err(Comparison::new(Outcome::Undecidable(why), format!("= {stated}"))),
    };
    let as_written = match accept(stated) {
        Ok(accepted) => accepted,
        Err(comparison) => return comparison,
    };
    let is_fraction = |unit: Unit| matches!(unit.dimension(), Dimension::Fraction | Dimension::PercentagePoints);
    let literal = |unit: Unit| unit;
    let plain = |accepted: &Accepted, interval: &Interval| {
        Comparison::new(outcome_of(&accepted.interval, interval), accepted.rule.clone())
    };
    match (stated.unit(), seen.unit()) {
        (None, None) => plain(&as_written, &seen.bare()),
        // A fraction needs no unit: 10 % is 0.1. A bare 10 may be percent, or far off.
        (Some(unit), None) if is_fraction(unit) => {
            let comparison = plain(&as_written, &seen.bare());
            if comparison.outcome != Outcome::Agrees
                && outcome_of(&as_written.interval, &seen.read_in(unit)) == Outcome::Agrees
            {
                return Comparison::new(Outcome::Undecidable(Why::UnitMissing(unit)), as_written.rule);
            }
            comparison
        }
        (Some(unit), None) => Comparison::new(Outcome::Undecidable(Why::UnitMissing(unit)), as_written.rule),
        (None, Some(unit)) if is_fraction(unit) => {
            let comparison = plain(&as_written, &seen.interval(&literal));
            if comparison.outcome != Outcome::Agrees
                && outcome_of(&as_written.interval, &seen.bare()) == Outcome::Agrees
            {
                return Comparison::new(Outcome::Undecidable(Why::ClaimUnitMissing(unit)), as_written.rule);
            }
            comparison
        }
        // The claim prints the bare number that stands in the code, `2000` for `pad_ms = 2000`.
        (None, Some(_)) => plain(&as_written, &seen.bare()),
        (Some(claimed), Some(found)) if claimed.dimension() != found.dimension() => {
            let why = Why::NotComparable {
                stated: describe(Some(claimed)),
                observed: describe(Some(found)),
            };
            Comparison::new(Outcome::Undecidable(why), as_written.rule)
        }
        (Some(claimed), Some(_)) => {
            let comparison = plain(&as_written, &seen.interval(&literal));
            if claimed.dimension() != Dimension::Memory || comparison.outcome == Outcome::Agrees {
                return comparison;
            }
            let binary = |unit: Unit| unit.binary_sibling().unwrap_or(unit);
            let binary_stated = stated.with_units(&binary);
            let Ok(as_binary) = accept(&binary_stated) else {
                return comparison;
            };
            let readings = [
                (&as_binary, seen.interval(&literal)),
                (&as_written, seen.interval(&binary)),
                (&as_binary, seen.interval(&binary)),
            ];
            for (accepted, interval) in readings {
                if outcome_of(&accepted.interval, &interval) == Outcome::Agrees {
                    let mut agreed = Comparison::decided(true, accepted.rule.clone());
                    agreed.notes.push(Note::GbOrGib);
                    return agreed;
                }
            }
            comparison
        }
    }
}
