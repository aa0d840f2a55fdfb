//! Why a printed result is not what was measured: cut off, rounded twice, percent for fraction, best for mean, a difference
//! of rounded terms.
//!
//! Why it can be wrong: a cause that fits by chance sends an author to the wrong line. Each is named only where it gives
//! exactly the digits that the paper prints, and none of them changes the verdict of a number that is wrong.
//!
//! Example: 0.9379 printed as 0.937 was cut off; rounded once it prints as 0.938.

use bigdecimal::{BigDecimal, RoundingMode, Zero};

use crate::quantity::{Number, Quantity, Stated, Unit, Value};
use crate::verdict::Message;

/// What a result was made of.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Values that a mean is of, or the best and the worst of them.
    pub(crate) of: Vec<BigDecimal>,
    /// The mean of these is what the claim means.
    pub(crate) is_mean: bool,
    /// The terms of a difference, in order, with their text.
    pub(crate) terms: Vec<BigDecimal>,
}

/// A result as the paper would print it, and what went wrong where it printed another.
#[derive(Debug, PartialEq)]
pub(crate) struct Misprint {
    pub(crate) right: String,
    pub(crate) why: Option<Message>,
}

/// The number in the unit that the claim is printed in; none where the two have no common one.
fn in_unit_of(quantity: &Quantity, value: &BigDecimal, unit: Option<Unit>) -> Option<BigDecimal> {
    match (quantity.unit, unit) {
        (None, None) => Some(value.clone()),
        (Some(to), None) if matches!(to, Unit::Percent | Unit::PercentagePoint) => Some(value / to.factor()),
        (Some(to), Some(from)) if to.dimension() == from.dimension() => Some(value * from.factor() / to.factor()),
        (Some(Unit::PercentagePoint), Some(Unit::Percent)) => Some(value.clone()),
        _ => None,
    }
}

/// Rounds to multiples of a step, a tie away from zero.
fn rounded(value: &BigDecimal, step: &BigDecimal) -> BigDecimal {
    (value / step).with_scale_round(0, RoundingMode::HalfUp) * step
}

fn cut(value: &BigDecimal, step: &BigDecimal) -> BigDecimal {
    (value / step).with_scale_round(0, RoundingMode::Down) * step
}

/// Looks for the cause; none where the claim prints no single number or the units have nothing to do with each other.
pub(crate) fn misprint(stated: &Stated, value: &Value, unit: Option<Unit>, made: &Made) -> Option<Misprint> {
    let (Stated::Exact(quantity), Value::Number(found)) = (stated, value) else {
        return None;
    };
    let step = &quantity.number.step;
    if step.is_zero() || quantity.number.has_suffix() {
        return None;
    }
    let claimed = &quantity.number.value;
    let full = in_unit_of(quantity, &found.value, unit)?;
    let right = rounded(&full, step);
    let print = |value: &BigDecimal| {
        let number = value.with_scale(step.fractional_digit_count().max(0));
        let unit = quantity.unit.map_or(String::new(), |unit| format!(" {unit}"));
        format!("{}{unit}", number.to_plain_string())
    };
    let message = |code: &'static str| {
        Message::new(code)
            .with("claimed", quantity)
            .with("full", Number::from_decimal(&full))
            .with("right", print(&right))
    };
    let others: Vec<BigDecimal> = made
        .of
        .iter()
        .filter_map(|value| in_unit_of(quantity, value, unit))
        .collect();
    let terms: Vec<BigDecimal> = made
        .terms
        .iter()
        .filter_map(|value| in_unit_of(quantity, value, unit))
        .collect();
    let best = others
        .iter()
        .max()
        .into_iter()
        .chain(others.iter().min())
        .find(|value| rounded(value, step) == *claimed);
    let hundred = BigDecimal::from(100);
    let close = |value: BigDecimal, step: BigDecimal| (value - &full).abs() * 2 <= step;
    let why = if let Some(best) = best.filter(|_| made.is_mean && right != *claimed) {
        Some(message("best-for-mean").with("best", Number::from_decimal(best)))
    } else if !full.is_zero() && close(claimed * &hundred, step * &hundred) && quantity.unit == Some(Unit::Percent) {
        Some(message("percent-for-fraction"))
    } else if let Some(why) = of_terms(claimed, &right, step, &terms) {
        Some(why(message("difference")))
    } else if right != *claimed && cut(&full, step) == *claimed {
        Some(message("cut-off"))
    } else {
        twice(&full, claimed, step).map(|between| message("rounded-twice").with("between", print_plain(&between)))
    };
    Some(Misprint {
        right: print(&right),
        why,
    })
}

/// Whether a bare number would agree if it were a percentage: `93.7` where 0.937 was found.
pub(crate) fn lacks_its_percent(stated: &Stated, value: &Value, unit: Option<Unit>) -> bool {
    let (Stated::Exact(quantity), Value::Number(found)) = (stated, value) else {
        return false;
    };
    let share = &found.value * BigDecimal::from(100);
    let near = (&quantity.number.value - share).abs() * 2 <= quantity.number.step;
    quantity.unit.is_none() && unit.is_none() && found.value.abs() <= 1 && near && !found.value.is_zero()
}

/// A percentage with the digits of the bare fraction that was found: `0.937 %` where 0.9371 was. The number may be in
/// percent after all, which the claim's `unit` says.
pub(crate) fn fraction_with_a_percent_sign(stated: &Stated, value: &Value, unit: Option<Unit>) -> Option<Message> {
    let (Stated::Exact(quantity), Value::Number(found), None) = (stated, value, unit) else {
        return None;
    };
    let near = (&quantity.number.value - &found.value).abs() * 2 <= quantity.number.step;
    let fraction = found.value.abs() <= 1 && !found.value.is_zero();
    (quantity.unit == Some(Unit::Percent) && near && fraction).then(|| {
        let step = &quantity.number.step * BigDecimal::from(100);
        let right = rounded(&(&found.value * BigDecimal::from(100)), &step);
        Message::new("fraction-with-a-percent-sign")
            .with("claimed", quantity)
            .with("found", found)
            .with("right", format!("{} %", print_plain(&right)))
    })
}

type Named = Box<dyn Fn(Message) -> Message>;

/// A difference that was taken after rounding, or is relative.
fn of_terms(claimed: &BigDecimal, right: &BigDecimal, step: &BigDecimal, terms: &[BigDecimal]) -> Option<Named> {
    let [first, second] = terms else { return None };
    if claimed == right {
        return None;
    }
    let named = |code: &'static str, first: &BigDecimal, second: &BigDecimal| -> Named {
        let (first, second) = (print_plain(first), print_plain(second));
        Box::new(move |message: Message| Message {
            code: code.into(),
            ..message.with("first", &first).with("second", &second)
        })
    };
    let (a, b) = (rounded(first, step), rounded(second, step));
    if (&a - &b) == *claimed {
        return Some(named("difference-of-rounded", &a, &b));
    }
    let hundred = BigDecimal::from(100);
    let relative = |of: &BigDecimal| {
        (!of.is_zero()).then(|| rounded(&((first - second) / of * &hundred), step)) == Some(claimed.clone())
    };
    if relative(second) || relative(first) {
        return Some(named("relative-difference", first, second));
    }
    Some(named("difference-does-not-follow", first, second))
}

/// The number between, where rounding first to it and then again gives what is printed.
fn twice(full: &BigDecimal, claimed: &BigDecimal, step: &BigDecimal) -> Option<BigDecimal> {
    let mut finer = step.clone();
    for _ in 0..8 {
        finer = finer / BigDecimal::from(10);
        let between = rounded(full, &finer);
        if between == *full {
            return None;
        }
        if rounded(&between, step) == *claimed && rounded(full, step) != *claimed {
            return Some(between);
        }
    }
    None
}

fn print_plain(value: &BigDecimal) -> String {
    Number::from_decimal(value).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Locale;

    fn why(claimed: &str, found: &str, unit: Option<Unit>, made: &Made) -> String {
        let stated = Stated::parse(claimed, Locale::English).unwrap();
        let found = Value::Number(Number::parse_literal(found).unwrap());
        misprint(&stated, &found, unit, made).map_or("nothing".to_string(), |misprint| {
            let code = misprint.why.map_or("other".to_string(), |why| why.code.to_string());
            format!("{code}: {}", misprint.right)
        })
    }

    #[test]
    fn causes_by_their_digits() {
        let none = Made::default();
        let rows = [
            ("0.937", "0.9379", "cut-off: 0.938"),
            ("93.7 %", "0.9379", "cut-off: 93.8 %"),
            ("0.935", "0.93449", "rounded-twice: 0.934"),
            ("0.938 %", "0.9379", "percent-for-fraction: 93.790 %"),
            ("0.94", "0.9279", "other: 0.93"),
            ("-1.2", "-1.27", "cut-off: -1.3"),
            ("21k", "20400", "nothing"),
        ];
        for (claimed, found, expected) in rows {
            assert_eq!(why(claimed, found, None, &none), expected, "{claimed} {found}");
        }
    }

    #[test]
    fn means_and_differences() {
        let number = |text: &str| Number::parse_literal(text).unwrap().value;
        let seeds = Made {
            of: vec![number("0.912"), number("0.934"), number("0.921")],
            is_mean: true,
            ..Made::default()
        };
        assert_eq!(why("93.4 %", "0.92233", None, &seeds), "best-for-mean: 92.2 %");
        assert_eq!(why("92.0 %", "0.92233", None, &seeds), "other: 92.2 %");
        let terms = |first: &str, second: &str| Made {
            terms: vec![number(first), number(second)],
            ..Made::default()
        };
        // 93.74 - 91.86 is 1.88; of the rounded terms it is 1.8.
        let made = terms("93.74", "91.86");
        assert_eq!(why("1.8", "1.88", None, &made), "difference-of-rounded: 1.9");
        assert_eq!(why("2.0", "1.88", None, &made), "relative-difference: 1.9");
        assert_eq!(why("3.1", "1.88", None, &made), "difference-does-not-follow: 1.9");
    }

    #[test]
    fn a_share_without_its_sign() {
        let lacks = |claimed: &str, found: &str| {
            let stated = Stated::parse(claimed, Locale::English).unwrap();
            lacks_its_percent(&stated, &Value::Number(Number::parse_literal(found).unwrap()), None)
        };
        assert!(lacks("93.7", "0.9371"));
        assert!(!lacks("93.7", "0.9379"));
        assert!(!lacks("0.937", "0.937"));
        assert!(!lacks("93.7 %", "0.937"));
    }
}
