//! The interval that a stated quantity accepts: exactly itself, or widened by what its printing leaves open.
//!
//! It can be wrong by being too wide (a green mark that is not true) or too narrow (a false alarm). The widths: nothing
//! for settings and counts; half a unit of the last printed digit for results and run times; for `~x` half a unit of the
//! last non-zero digit, at most 10 % of x, for run times at least 5 %. Example: run time `3-4 hours` accepts [2.5 h, 4.5 h].

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, Signed, ToPrimitive};

use super::compare::{Precision, Why};
use super::{BoundOp, Dimension, Locale, Quantity, Stated, Unit};

/// What a claim allows instead of the precision of its kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Tolerance {
    /// A share of the stated value: 0.1 for `10 %`.
    Relative(BigDecimal),
    /// A distance: `0.5 h`; without a unit it is in the claim's own.
    Absolute(Quantity),
}

impl Tolerance {
    /// Reads `10 %` (a share) or `0.5 h`, `3`, `1 pp` (a distance); none for anything else, and below zero.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let quantity = Quantity::parse(text, Locale::English)?;
        if quantity.number.value.is_negative() {
            return None;
        }
        Some(if quantity.unit == Some(Unit::Percent) {
            Self::Relative(quantity.base())
        } else {
            Self::Absolute(quantity)
        })
    }

    /// The distance allowed from `quantity`, in its base.
    fn distance(&self, quantity: &Quantity) -> Result<BigDecimal, Why> {
        match self {
            Self::Relative(share) => Ok(share * quantity.base().abs()),
            Self::Absolute(distance) => match (distance.unit, quantity.unit) {
                (None, Some(unit)) => Ok(&distance.number.value * unit.factor()),
                (None, None) => Ok(distance.number.value.clone()),
                (Some(unit), stated) if measures_difference(unit, stated) => Ok(distance.base()),
                (Some(unit), stated) => Err(Why::NotComparable {
                    stated: describe(stated),
                    observed: format!("tolerance in {unit}"),
                }),
            },
        }
    }
}

/// Whether a distance in `unit` makes sense for values in `stated`: percentage points lie between fractions.
fn measures_difference(unit: Unit, stated: Option<Unit>) -> bool {
    let stated = stated.map(Unit::dimension);
    match unit.dimension() {
        Dimension::PercentagePoints => {
            matches!(stated, None | Some(Dimension::Fraction | Dimension::PercentagePoints))
        }
        dimension => stated == Some(dimension),
    }
}

pub(super) fn describe(unit: Option<Unit>) -> String {
    unit.map_or_else(
        || "number without a unit".to_owned(),
        |unit| format!("quantity in {unit}"),
    )
}

/// One end of an interval, in base units.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct End {
    pub(super) value: BigDecimal,
    /// Whether the value itself belongs to the interval.
    pub(super) closed: bool,
}

/// An interval in base units; an absent end is open to infinity.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Interval {
    pub(super) low: Option<End>,
    pub(super) high: Option<End>,
}

impl Interval {
    pub(super) fn closed(low: Option<BigDecimal>, high: Option<BigDecimal>) -> Self {
        let end = |value| End { value, closed: true };
        Self {
            low: low.map(end),
            high: high.map(end),
        }
    }

    /// Whether all of `other` lies inside.
    pub(super) fn holds(&self, other: &Self) -> bool {
        let low = match (&self.low, &other.low) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(mine), Some(theirs)) => {
                theirs.value > mine.value || theirs.value == mine.value && (mine.closed || !theirs.closed)
            }
        };
        let high = match (&self.high, &other.high) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(mine), Some(theirs)) => {
                theirs.value < mine.value || theirs.value == mine.value && (mine.closed || !theirs.closed)
            }
        };
        low && high
    }

    /// Whether nothing lies in both.
    pub(super) fn is_disjoint(&self, other: &Self) -> bool {
        let below = |high: &Option<End>, low: &Option<End>| match (high, low) {
            (Some(high), Some(low)) => {
                high.value < low.value || high.value == low.value && !(high.closed && low.closed)
            }
            _ => false,
        };
        below(&self.high, &other.low) || below(&other.high, &self.low)
    }
}

/// What a stated quantity accepts, and how that is printed.
#[derive(Debug, Clone)]
pub(super) struct Accepted {
    pub(super) interval: Interval,
    /// The interval in the claim's own unit.
    pub(super) rule: String,
}

/// The interval that `stated` accepts; none where it is no quantity.
///
/// # Errors
/// Where the tolerance is in another kind of unit.
pub(super) fn accepted(
    stated: &Stated,
    precision: Precision,
    tolerance: Option<&Tolerance>,
) -> Result<Option<Accepted>, Why> {
    let width = |quantity: &Quantity| match tolerance {
        Some(tolerance) => tolerance.distance(quantity),
        None => Ok(printed_width(quantity, precision)),
    };
    let around = |quantity: &Quantity, width: BigDecimal| {
        let (low, high) = (quantity.base() - &width, quantity.base() + &width);
        let rule = if low == high {
            format!("= {quantity}")
        } else {
            format!("{} to {}", print(&low, quantity.unit), print(&high, quantity.unit))
        };
        Accepted {
            interval: Interval::closed(Some(low), Some(high)),
            rule,
        }
    };
    Ok(Some(match stated {
        Stated::Exact(quantity)
        | Stated::Arithmetic(_, quantity)
        | Stated::Equation { total: quantity, .. }
        | Stated::Share { share: quantity, .. } => around(quantity, width(quantity)?),
        Stated::About(quantity) => {
            let width = match tolerance {
                Some(tolerance) => tolerance.distance(quantity)?,
                None => about_width(quantity, precision),
            };
            around(quantity, width)
        }
        Stated::Range(low, high) => {
            let (below, above) = (low.base() - width(low)?, high.base() + width(high)?);
            Accepted {
                rule: format!("[{}, {}]", print(&below, low.unit), print(&above, high.unit)),
                interval: Interval::closed(Some(below), Some(above)),
            }
        }
        Stated::Bound(op, quantity) => {
            // Printing leaves nothing open here: what was found is below the bound, or it is not.
            let width = match tolerance {
                Some(tolerance) => tolerance.distance(quantity)?,
                None => BigDecimal::from(0),
            };
            let (low, high) = match op {
                BoundOp::AtLeast | BoundOp::MoreThan => (Some(quantity.base() - width), None),
                BoundOp::AtMost | BoundOp::LessThan => (None, Some(quantity.base() + width)),
            };
            let end = low.as_ref().or(high.as_ref()).map(|value| print(value, quantity.unit));
            let rule = format!("{} {}", op.symbol(), end.unwrap_or_default());
            let mut interval = Interval::closed(low, high);
            let closed = matches!(op, BoundOp::AtLeast | BoundOp::AtMost);
            for end in [&mut interval.low, &mut interval.high].into_iter().flatten() {
                end.closed = closed;
            }
            Accepted { interval, rule }
        }
        Stated::List(_) | Stated::Bool(_) | Stated::Null | Stated::Text(_) => return Ok(None),
    }))
}

/// The ends of what `stated` accepts in base units, as a drawing needs them; none where it is no quantity, and an end that
/// is open is none.
#[must_use]
pub fn accepted_ends(
    stated: &Stated,
    precision: Precision,
    tolerance: Option<&Tolerance>,
) -> Option<(Option<f64>, Option<f64>)> {
    let Accepted { interval, .. } = accepted(stated, precision, tolerance).ok()??;
    let end = |end: Option<End>| end.and_then(|end| end.value.to_f64());
    Some((end(interval.low), end(interval.high)))
}

/// Half a unit of the last printed digit where the kind compares so, or a suffix says so; else nothing.
fn printed_width(quantity: &Quantity, precision: Precision) -> BigDecimal {
    match precision {
        Precision::Exact | Precision::Memory if !quantity.number.has_suffix() => BigDecimal::from(0),
        _ => quantity.base_step().half(),
    }
}

/// Half a unit of the last non-zero digit, at most 10 % of the value, for run times at least 5 %.
fn about_width(quantity: &Quantity, precision: Precision) -> BigDecimal {
    let factor = quantity.unit.map_or_else(|| BigDecimal::from(1), Unit::factor);
    let size = quantity.base().abs();
    let percent = |n: i64| &size * BigDecimal::new(BigInt::from(n), 2);
    let half = (quantity.number.last_significant_step() * factor).half();
    let width = half.min(percent(10));
    if precision == Precision::Runtime {
        width.max(percent(5))
    } else {
        width
    }
}

/// A value in base units, printed in `unit`.
pub(super) fn print(base: &BigDecimal, unit: Option<Unit>) -> String {
    match unit {
        Some(unit) => {
            // Seconds in hours may have no end; fifteen digits show where the bound is.
            let value = base / unit.factor();
            let value = if value.digits() > 15 {
                value.with_prec(15)
            } else {
                value
            };
            format!("{} {unit}", super::number::print_decimal(&value))
        }
        None => super::number::print_decimal(base),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn rule(text: &str, precision: Precision, tolerance: Option<&str>) -> String {
        let stated = Stated::parse(text, Locale::English).unwrap();
        let tolerance = tolerance.map(|text| Tolerance::parse(text).unwrap());
        accepted(&stated, precision, tolerance.as_ref()).unwrap().unwrap().rule
    }

    #[test]
    fn bounds_as_the_language_has_them() {
        use Precision::{Exact, Memory, Printed, Runtime};
        let rows: &[(&str, Precision, Option<&str>, &str)] = &[
            ("16 kHz", Exact, None, "= 16 kHz"),
            ("93.7 %", Printed, None, "93.65 % to 93.75 %"),
            ("0.930", Printed, None, "0.9295 to 0.9305"),
            ("0.93", Printed, None, "0.925 to 0.935"),
            ("21k", Exact, None, "20500 to 21500"),
            ("24 GB", Memory, None, "= 24 GB"),
            ("3-4 hours", Runtime, None, "[2.5 h, 4.5 h]"),
            ("3-4", Exact, None, "[3, 4]"),
            ("3 hours", Runtime, None, "2.5 h to 3.5 h"),
            // half a unit of the last non-zero digit is 500; 10 % of 3000 is 300
            ("~3000", Exact, None, "2700 to 3300"),
            ("~16 kHz", Exact, None, "15.5 kHz to 16.5 kHz"),
            ("~50", Exact, None, "45 to 55"),
            // half of 0.1 is 0.05 h, less than 5 %: 0.175 h
            ("~3.5 h", Runtime, None, "3.325 h to 3.675 h"),
            // half of 1 is 0.5 h, more than 10 %: 0.3 h
            ("~3 h", Runtime, None, "2.7 h to 3.3 h"),
            ("~0", Exact, None, "= 0"),
            (">= 4 h", Runtime, None, ">= 4 h"),
            ("less than 4", Exact, None, "< 4"),
            ("3 hours", Runtime, Some("10 %"), "2.7 h to 3.3 h"),
            (
                "3 hours",
                Runtime,
                Some("10 min"),
                "2.83333333333333 h to 3.16666666666667 h",
            ),
            ("3-4 hours", Runtime, Some("0.25"), "[2.75 h, 4.25 h]"),
            ("93.7 %", Printed, Some("1 pp"), "92.7 % to 94.7 %"),
            (">= 100", Exact, Some("5 %"), ">= 95"),
            ("970 * 22", Exact, None, "= 21340"),
        ];
        for (text, precision, tolerance, expected) in rows {
            assert_eq!(rule(text, *precision, *tolerance), *expected, "{text}");
        }
    }

    #[test]
    fn tolerances() {
        let share = |text| Some(Tolerance::Relative(BigDecimal::from_str(text).unwrap()));
        assert_eq!(Tolerance::parse("10 %"), share("0.1"));
        assert_eq!(Tolerance::parse("0.5\\%"), share("0.005"));
        assert!(matches!(Tolerance::parse("0.5 h"), Some(Tolerance::Absolute(_))));
        for text in ["", "-1", "-10 %", "much", "3-4"] {
            assert_eq!(Tolerance::parse(text), None, "{text}");
        }
        let stated = Stated::parse("3 h", Locale::English).unwrap();
        let wrong = Tolerance::parse("1 kHz").unwrap();
        assert!(accepted(&stated, Precision::Exact, Some(&wrong)).is_err());
    }

    #[test]
    fn intervals() {
        let closed = |low: Option<i64>, high: Option<i64>| Interval::closed(low.map(Into::into), high.map(Into::into));
        let mut above_four = closed(Some(4), None);
        above_four.low.as_mut().unwrap().closed = false;
        // one, other, one holds other, nothing in both
        let rows = [
            (closed(Some(1), Some(3)), closed(Some(1), Some(3)), true, false),
            (closed(Some(1), Some(3)), closed(Some(2), Some(4)), false, false),
            (closed(Some(1), Some(3)), closed(Some(3), Some(4)), false, false),
            (closed(Some(1), Some(3)), closed(Some(4), Some(4)), false, true),
            (closed(None, Some(3)), closed(None, Some(2)), true, false),
            (closed(Some(1), Some(3)), closed(None, Some(2)), false, false),
            (closed(None, None), closed(None, None), true, false),
            (above_four.clone(), closed(Some(4), Some(4)), false, true),
            (above_four.clone(), above_four, true, false),
        ];
        for (one, other, holds, disjoint) in rows {
            assert_eq!(one.holds(&other), holds, "{one:?} {other:?}");
            assert_eq!(one.is_disjoint(&other), disjoint, "{one:?} {other:?}");
            assert_eq!(other.is_disjoint(&one), disjoint, "{one:?} {other:?}");
        }
    }
}
