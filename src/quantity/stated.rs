//! What a claim says: one quantity, about one, a range, a bound, a list, a text, or arithmetic with its result.
//!
//! It can be wrong where a sign means two things: `a-b` without blanks is a range, `a - b` a subtraction, `5e-5` neither.
//! What is no quantity is text, silently, so that model and optimizer names need no quoting of their own.
//! Example: `3-4 hours` is a range of hours, `~16 kHz` about 16 kHz, `21,340 = 970 * 22` an equation.

use std::fmt;

use bigdecimal::Zero;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::arithmetic::ArithmeticError;
use super::{Locale, Quantity, Unit, phrase};

/// Which way a bound points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BoundOp {
    /// `>=`
    AtLeast,
    /// `>`
    MoreThan,
    /// `<=`
    AtMost,
    /// `<`
    LessThan,
}

impl BoundOp {
    /// The operator as reports print it.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::MoreThan => ">",
            Self::AtMost => "<=",
            Self::LessThan => "<",
        }
    }
}

/// What a claim says, read from its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Stated {
    /// `16 kHz`
    Exact(Quantity),
    /// `~3 hours`
    About(Quantity),
    /// `3-4 hours`; both ends carry their unit.
    Range(Quantity, Quantity),
    /// `[1, 5, 10]`, compared in order.
    List(Vec<Stated>),
    /// `>= 4`, `at most 2 h`
    Bound(BoundOp, Quantity),
    /// A truth value of TOML; `"true"` in quotes is text.
    Bool(bool),
    /// Nothing set.
    Null,
    /// Anything else; `*` stands for any characters.
    Text(String),
    /// `970 * 22` and its result.
    Arithmetic(String, Quantity),
    /// `21,340 = 970 * 22`; the sides may differ, which refutes the claim in itself.
    Equation {
        /// The left side.
        total: Quantity,
        /// The right side as written.
        formula: String,
        /// What the right side comes to.
        computed: Quantity,
    },
    /// `33.3 % of 12`; where no whole number out of 12 gives that share, it is refuted in itself.
    Share {
        /// The percentage, which the evidence is held against.
        share: Quantity,
        /// How many there are.
        whole: u64,
    },
}

/// Why a text that looks like a quantity says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatedError {
    /// Only white space.
    #[error("the value is empty")]
    Empty,
    /// `[]`
    #[error("the list is empty")]
    EmptyList,
    /// Arithmetic that has no value.
    #[error("`{formula}` cannot be computed: {reason}")]
    Arithmetic {
        /// As written.
        formula: String,
        /// What is wrong with it.
        reason: ArithmeticError,
    },
    /// `4-3 hours`
    #[error("the range `{0}` ends below its start")]
    RangeReversed(String),
    /// `3 s-4 kHz`
    #[error("the ends of the range `{0}` have different kinds of unit")]
    RangeUnits(String),
    /// `3 - 4 hours`
    #[error("`{0}` is a subtraction below zero; a range is written without blanks around its dash")]
    SubtractionBelowZero(String),
}

impl Stated {
    /// Reads what a claim says. What is no quantity is text.
    ///
    /// # Errors
    /// For an empty value, an empty list, arithmetic without a value and ranges that hold nothing.
    pub fn parse(text: &str, locale: Locale) -> Result<Self, StatedError> {
        phrase::parse(text, locale)
    }

    /// The one quantity that the claim names; none for ranges, lists and what is no quantity.
    #[must_use]
    pub fn quantity(&self) -> Option<&Quantity> {
        match self {
            Self::Exact(quantity)
            | Self::About(quantity)
            | Self::Bound(_, quantity)
            | Self::Arithmetic(_, quantity)
            | Self::Equation { total: quantity, .. }
            | Self::Share { share: quantity, .. } => Some(quantity),
            Self::Range(..) | Self::List(_) | Self::Bool(_) | Self::Null | Self::Text(_) => None,
        }
    }

    /// The unit the claim is stated in; of a list, its first item's.
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        match self {
            Self::Range(_, high) => high.unit,
            Self::List(items) => items.first().and_then(Self::unit),
            _ => self.quantity().and_then(|q| q.unit),
        }
    }

    /// Whether the sides of an equation agree, the total at the precision it is printed; true for all else.
    #[must_use]
    pub fn sides_agree(&self) -> bool {
        let Self::Equation { total, computed, .. } = self else {
            return true;
        };
        let difference = (total.base() - computed.base()).abs();
        if total.number.has_suffix() {
            difference * 2 <= total.base_step()
        } else {
            difference.is_zero()
        }
    }

    /// The same statement with every unit read as `reading` says.
    pub(crate) fn with_units(&self, reading: &dyn Fn(Unit) -> Unit) -> Self {
        let read = |quantity: &Quantity| Quantity {
            number: quantity.number.clone(),
            unit: quantity.unit.map(reading),
        };
        match self {
            Self::Exact(q) => Self::Exact(read(q)),
            Self::About(q) => Self::About(read(q)),
            Self::Range(low, high) => Self::Range(read(low), read(high)),
            Self::Bound(op, q) => Self::Bound(*op, read(q)),
            Self::Arithmetic(formula, q) => Self::Arithmetic(formula.clone(), read(q)),
            Self::Equation {
                total,
                formula,
                computed,
            } => Self::Equation {
                total: read(total),
                formula: formula.clone(),
                computed: read(computed),
            },
            Self::Share { share, whole } => Self::Share {
                share: read(share),
                whole: *whole,
            },
            Self::List(_) | Self::Bool(_) | Self::Null | Self::Text(_) => self.clone(),
        }
    }
}

impl fmt::Display for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(quantity) => write!(f, "{quantity}"),
            Self::About(quantity) => write!(f, "~{quantity}"),
            // An en dash, because `-5--3` reads two ways.
            Self::Range(low, high) if low.unit == high.unit => write!(f, "{}–{high}", low.number),
            Self::Range(low, high) => write!(f, "{low}–{high}"),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    match item {
                        Self::Text(text) => write!(f, "\"{text}\"")?,
                        item => write!(f, "{item}")?,
                    }
                }
                f.write_str("]")
            }
            Self::Bound(op, quantity) => write!(f, "{} {quantity}", op.symbol()),
            Self::Share { share, whole } => write!(f, "{share} of {whole}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Null => f.write_str("none"),
            Self::Text(text) => f.write_str(text),
            Self::Arithmetic(formula, Quantity { unit: Some(unit), .. }) => write!(f, "{formula} {unit}"),
            Self::Arithmetic(formula, _) => f.write_str(formula),
            Self::Equation {
                total,
                formula,
                computed,
            } => {
                write!(f, "{total} = {formula}")?;
                match computed.unit {
                    Some(unit) if !formula.ends_with(unit.symbol()) => write!(f, " {unit}"),
                    _ => Ok(()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quantity(text: &str) -> Quantity {
        Quantity::parse(text, Locale::English).unwrap_or_else(|| panic!("{text} is a quantity"))
    }

    fn parse(text: &str) -> Stated {
        Stated::parse(text, Locale::English).unwrap()
    }

    #[test]
    fn reads_what_claims_say() {
        let exact = |text| Stated::Exact(quantity(text));
        let range = |low, high| Stated::Range(quantity(low), quantity(high));
        let rows: &[(&str, Stated)] = &[
            ("50", exact("50")),
            ("16 kHz", exact("16 kHz")),
            ("16~kHz", exact("16 kHz")),
            ("$16$ kHz", exact("16 kHz")),
            ("$16\\,\\mathrm{kHz}$", exact("16 kHz")),
            ("$5\\times10^{-5}$", exact("5e-5")),
            ("5e-5", exact("5e-5")),
            ("93.7\\%", exact("93.7 %")),
            ("28.96 pp", exact("28.96 pp")),
            ("7B", exact("7B")),
            ("twelve", exact("12")),
            ("two hours", exact("2 h")),
            ("~16 kHz", Stated::About(quantity("16 kHz"))),
            ("$\\sim$3 hours", Stated::About(quantity("3 h"))),
            ("about 3 hours", Stated::About(quantity("3 h"))),
            ("Approximately 21k", Stated::About(quantity("21k"))),
            ("3-4 hours", range("3 h", "4 h")),
            ("3–4 hours", range("3 h", "4 h")),
            ("3 – 4 hours", range("3 h", "4 h")),
            ("3--4 hours", range("3 h", "4 h")),
            ("$3$--$4$ hours", range("3 h", "4 h")),
            ("3 to 4 hours", range("3 h", "4 h")),
            ("between 3 and 4 hours", range("3 h", "4 h")),
            ("~3-4 hours", range("3 h", "4 h")),
            ("500 ms-2 s", range("500 ms", "2 s")),
            ("1e-5-1e-4", range("1e-5", "1e-4")),
            ("10-20%", range("10 %", "20 %")),
            ("7-13B", range("7B", "13B")),
            ("500-1k", range("500", "1k")),
            ("-5–-3", range("-5", "-3")),
            (">= 4", Stated::Bound(BoundOp::AtLeast, quantity("4"))),
            ("≥4.5 h", Stated::Bound(BoundOp::AtLeast, quantity("4.5 h"))),
            ("$\\leq 2$ h", Stated::Bound(BoundOp::AtMost, quantity("2 h"))),
            ("more than 20", Stated::Bound(BoundOp::MoreThan, quantity("20"))),
            ("<2 h", Stated::Bound(BoundOp::LessThan, quantity("2 h"))),
            ("[1, 5, 10]", Stated::List(vec![exact("1"), exact("5"), exact("10")])),
            ("[21,340, 5]", Stated::List(vec![exact("21340"), exact("5")])),
            ("[21,340]", Stated::List(vec![exact("21340")])),
            ("(0.9, 0.95)", Stated::List(vec![exact("0.9"), exact("0.95")])),
            (
                "['a', 'b']",
                Stated::List(vec![Stated::Text("a".into()), Stated::Text("b".into())]),
            ),
            ("970 * 22", Stated::Arithmetic("970 * 22".into(), quantity("21340"))),
            (
                "$970 \\times 22$",
                Stated::Arithmetic("$970 \\times 22$".into(), quantity("21340")),
            ),
            ("8 * 2 h", Stated::Arithmetic("8 * 2".into(), quantity("16 h"))),
            (
                "21,340 = 970 * 22",
                Stated::Equation {
                    total: quantity("21340"),
                    formula: "970 * 22".into(),
                    computed: quantity("21340"),
                },
            ),
        ];
        for (text, stated) in rows {
            assert_eq!(&parse(text), stated, "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_text() {
        for text in [
            "adamw",
            "none",
            "true",
            "RTX 3090",
            "gpt-4",
            "16-bit",
            "30 epochs",
            "2d",
            "1.2.3",
            "2025-12-22",
            "2023-10",
            "[MASK]",
            "[CLS, SEP]",
            "<pad>",
            "~foo",
            "torch.*.AdamW",
            "a - b",
            "lr = 3",
            "3-4-5",
            "bert-base-uncased",
            "C++ 17",
            "1e999999999",
            "batch * accumulation",
        ] {
            assert_eq!(parse(text), Stated::Text(text.to_owned()), "{text}");
        }
        let long = "1".repeat(2000);
        assert_eq!(parse(&long), Stated::Text(long.clone()));
    }

    #[test]
    fn reads_spanish() {
        let spanish = |text| Stated::parse(text, Locale::Spanish).unwrap();
        assert_eq!(spanish("93,7 %"), Stated::Exact(quantity("93.7 %")));
        assert_eq!(spanish("3 a 4 horas"), Stated::Range(quantity("3 h"), quantity("4 h")));
        assert_eq!(
            spanish("entre 3 y 4 horas"),
            Stated::Range(quantity("3 h"), quantity("4 h"))
        );
        assert_eq!(spanish("unas 3 horas"), Stated::About(quantity("3 h")));
        assert_eq!(
            spanish("al menos 2 horas"),
            Stated::Bound(BoundOp::AtLeast, quantity("2 h"))
        );
        assert!(spanish("21,340 = 970 * 22").sides_agree());
        let counts = Stated::parse("21.340", Locale::SpanishCounts).unwrap();
        assert_eq!(counts, Stated::Exact(quantity("21340")));
    }

    #[test]
    fn says_what_is_wrong() {
        let rows: &[(&str, &str)] = &[
            ("", "the value is empty"),
            ("[]", "the list is empty"),
            ("970 *", "`970 *` cannot be computed: unexpected end at column 6"),
            ("3 / 0", "`3 / 0` cannot be computed: division by zero"),
            (
                "21,340 = 970 * * 22",
                "`970 * * 22` cannot be computed: unexpected `*` at column 7",
            ),
            ("4-3 hours", "the range `4-3 hours` ends below its start"),
            (
                "3 s-4 kHz",
                "the ends of the range `3 s-4 kHz` have different kinds of unit",
            ),
            (
                "3 - 4 hours",
                "`3 - 4 hours` is a subtraction below zero; a range is written without blanks around its dash",
            ),
        ];
        for (text, message) in rows {
            assert_eq!(Stated::parse(text, Locale::English).unwrap_err().to_string(), *message);
        }
    }

    #[test]
    fn sides_of_an_equation() {
        for (text, agree) in [
            ("21,340 = 970 * 22", true),
            ("21,341 = 970 * 22", false),
            ("21k = 970 * 22", true),
            ("22k = 970 * 22", false),
            ("3 h = 180 min", true),
            ("50", true),
        ] {
            assert_eq!(parse(text).sides_agree(), agree, "{text}");
        }
    }

    #[test]
    fn quantity_and_unit() {
        assert_eq!(parse("~3 h").quantity(), Some(&quantity("3 h")));
        assert_eq!(parse("3-4 hours").quantity(), None);
        assert_eq!(parse("3-4 hours").unit(), Some(Unit::Hour));
        assert_eq!(parse("[2 s, 3 s]").unit(), Some(Unit::Second));
        assert_eq!(parse("adamw").unit(), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,60}") {
            for locale in [Locale::English, Locale::Spanish, Locale::SpanishCounts] {
                let _ = Stated::parse(&text, locale);
            }
        }

        #[test]
        fn printed_statements_read_back(
            text in "(~|>= |< )?-?[0-9]{1,4}(\\.[0-9]{1,3})?(k|e-5)?((-|–)[0-9]{1,3}(\\.[0-9])?)?( (kHz|h|%|pp|GB|ms))?"
        ) {
            if let Ok(stated) = Stated::parse(&text, Locale::English) {
                let again = Stated::parse(&stated.to_string(), Locale::English).unwrap();
                prop_assert_eq!(&again, &stated, "{}", stated);
                let json = serde_json::to_string(&stated).unwrap();
                prop_assert_eq!(serde_json::from_str::<Stated>(&json).unwrap(), stated);
            }
        }
    }
}
