//! Numbers, units, ranges and versions, as papers print them and as code holds them, and how the two are compared.
//!
//! This room can be wrong in two ways: it reads a text as another number than the author meant (`21.340`), or it calls
//! two numbers equal that are not (`22050 Hz` and `22 kHz`). So every reading keeps the text it came from, and every
//! comparison prints the bounds it used.
//!
//! ```
//! use verify::quantity::{Locale, Observed, Outcome, Number, Precision, Stated, Unit, Value, compare};
//! let stated = Stated::parse("16 kHz", Locale::English)?;
//! let observed = Observed { value: Value::Number(Number::from_i64(16_000)), unit: Some(Unit::Hertz) };
//! let comparison = compare(&stated, &observed, Precision::Exact, None);
//! assert_eq!(comparison.outcome, Outcome::Agrees);
//! assert_eq!(comparison.rule, "= 16000 Hz");
//! # Ok::<(), verify::quantity::StatedError>(())
//! ```

pub mod arithmetic;
mod bounds;
pub mod cards;
mod compare;
mod labels;
mod measure;
mod number;
mod numeral;
pub mod packages;
mod phrase;
pub mod reported;
mod scan;
mod stated;
mod text;
mod unit;
mod value;
pub mod version;

use std::fmt;

use bigdecimal::BigDecimal;
use serde::{Deserialize, Serialize};

pub use bounds::{Tolerance, accepted_ends};
pub use compare::{Comparison, Note, Observed, Outcome, Precision, Why, compare, compare_interval};
pub use number::{Locale, Number};
pub(crate) use numeral::superscript;
pub use scan::{Found, scan};
pub use stated::{BoundOp, Stated, StatedError};
pub use text::{fold, text_matches};
pub use unit::{Dimension, Unit};
pub use value::Value;

/// A number with the unit it is in; without one it is a count, a fraction, or in a unit nobody wrote down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// The number as printed, in `unit`.
    pub number: Number,
    /// The unit, if one was printed or is known.
    pub unit: Option<Unit>,
}

impl Quantity {
    /// A number without a unit.
    #[must_use]
    pub fn bare(number: Number) -> Self {
        Self { number, unit: None }
    }

    /// Reads a whole text as one number and at most one unit: `16 kHz`, `16kHz`, `16~kHz`, `93.7\%`, `7B`, `5e-5`.
    ///
    /// Days, weeks and bytes need a blank before them: `2d` and `7B` are names and billions far more often.
    #[must_use]
    pub fn parse(text: &str, locale: Locale) -> Option<Self> {
        let text = text.trim();
        if let Some(number) = Number::parse_stated(text, locale) {
            return Some(Self::bare(number));
        }
        let (number, unit) = unit::split_trailing(text)?;
        let number = Number::parse_stated(number, locale)?;
        Some(Self {
            number,
            unit: Some(unit),
        })
    }

    /// The value in the base of its dimension: seconds, hertz, bytes, or the fraction itself.
    #[must_use]
    pub fn base(&self) -> BigDecimal {
        self.in_base(&self.number.value)
    }

    /// The weight of the last printed digit, in the base of its dimension.
    #[must_use]
    pub fn base_step(&self) -> BigDecimal {
        self.in_base(&self.number.step)
    }

    fn in_base(&self, number: &BigDecimal) -> BigDecimal {
        match self.unit {
            Some(unit) => number * unit.factor(),
            None => number.clone(),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            Some(unit) => write!(f, "{} {unit}", self.number),
            None => write!(f, "{}", self.number),
        }
    }
}
