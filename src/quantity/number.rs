//! One decimal number, with how it was printed: `0.930` is 0.93 known to a thousandth, `21k` is 21000 known to a thousand.
//!
//! It can be wrong where the same characters are different numbers to different people: `21.340` is twenty-one to an
//! English reader and twenty-one thousand to a Spanish one. [`Locale`] says who wrote it. Numbers beyond 400 digits
//! or an exponent of 400 are no numbers here, so that `1e999999999` costs nothing.

use std::cmp::Ordering;
use std::fmt;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::numeral::{literal, read, split_suffix};

/// Who wrote a number: where the comma and the dot are read differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Locale {
    /// `21,340` and `1,234.5`; number words in English.
    #[default]
    English,
    /// Also `93,7`, `1.234,5`, and number words in Spanish. A comma before three digits still groups thousands.
    Spanish,
    /// Spanish, where only counts are expected: one dot before three digits groups thousands (`21.340`).
    SpanishCounts,
}

impl Locale {
    /// Whether Spanish words and the decimal comma are read.
    #[must_use]
    pub fn is_spanish(self) -> bool {
        self != Self::English
    }
}

/// A decimal number with how it was printed. Equal and ordered by value: `0.930` equals `0.93`.
///
/// Serializes as its text, where that alone reads back as the same number, else with value and step beside it.
#[derive(Debug, Clone)]
pub struct Number {
    /// The exact value.
    pub value: BigDecimal,
    /// Weight of the last printed digit: 0.01 for `3.14`, 1 for `21340`, 1000 for `21k`, 1e-5 for `5e-5`.
    pub step: BigDecimal,
    /// The number as written.
    pub text: String,
}

impl Number {
    /// Reads a whole text as one number as people, LaTeX, Python and YAML write it: `21,340`, `21{,}340`, `4_000`,
    /// `5e-5`, `$5\times10^{-5}$`, `5×10⁻⁵`, `.5`, `0x10`, `−3`, `twelve`.
    #[must_use]
    pub fn parse(text: &str, locale: Locale) -> Option<Self> {
        let text = text.trim();
        let (value, step) = read(text, locale)?;
        Some(Self {
            value,
            step,
            text: text.to_owned(),
        })
    }

    /// As [`Number::parse`], and with the suffixes of prose: `21k`, `1.5M`, `7B`. Never for code, where `7B` is a name.
    #[must_use]
    pub fn parse_stated(text: &str, locale: Locale) -> Option<Self> {
        if let Some(number) = Self::parse(text, locale) {
            return Some(number);
        }
        let text = text.trim();
        let (body, power) = split_suffix(text)?;
        let (value, step) = read(body, locale)?;
        let scale = BigDecimal::new(BigInt::from(1), -power);
        Some(Self {
            value: value * &scale,
            step: step * scale,
            text: text.to_owned(),
        })
    }

    /// Reads a number literal of code: digits with `_` between them, a fraction, an exponent; `0x`, `0o`, `0b`.
    ///
    /// `012` is twelve here; a reader of YAML 1.1 types its octals itself.
    #[must_use]
    pub fn parse_literal(text: &str) -> Option<Self> {
        let text = text.trim();
        let (value, step) = literal(text)?;
        Some(Self {
            value,
            step,
            text: text.to_owned(),
        })
    }

    /// A whole number.
    #[must_use]
    pub fn from_i64(value: i64) -> Self {
        Self {
            value: BigDecimal::from(value),
            step: BigDecimal::from(1),
            text: value.to_string(),
        }
    }

    /// The shortest decimal that reads back as `value`; none for infinities and NaN.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let size = value.abs();
        let text = if value == 0.0 || (1e-4..1e16).contains(&size) {
            value.to_string()
        } else {
            format!("{value:e}")
        };
        Self::parse_literal(&text)
    }

    /// A computed number, printed in full; its step is the last digit that is not zero, and at most one.
    #[must_use]
    pub fn from_decimal(value: &BigDecimal) -> Self {
        let value = value.normalized();
        let scale = value.fractional_digit_count();
        Self {
            text: print_decimal(&value),
            step: BigDecimal::new(BigInt::from(1), scale.max(0)),
            value,
        }
    }

    /// Whether a suffix (`21k`) says that the number is rounded to its step.
    #[must_use]
    pub fn has_suffix(&self) -> bool {
        split_suffix(&self.text).is_some() && literal(&self.text).is_none()
    }

    /// Weight of the last digit that is not zero: 1000 for `21000`, 0.01 for `0.930`; the step for zero.
    #[must_use]
    pub fn last_significant_step(&self) -> BigDecimal {
        if self.value.is_zero() {
            return self.step.clone();
        }
        let (_, scale) = self.value.normalized().into_bigint_and_scale();
        BigDecimal::new(BigInt::from(1), scale)
    }

    /// Whether the value has no fraction.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.value.is_integer()
    }
}

/// A decimal in plain digits where that is short, else with an exponent.
pub(crate) fn print_decimal(value: &BigDecimal) -> String {
    let value = value.normalized();
    let (digits, scale) = value.as_bigint_and_scale();
    if scale.abs() <= 30 && digits.bits() <= 200 {
        value.to_plain_string()
    } else {
        value.to_scientific_notation()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

/// The written form of a number whose text alone does not say what it is (`21.340` in Spanish, `7B`, `150 %` as computed).
#[derive(Serialize, Deserialize)]
struct Spelled {
    text: String,
    value: String,
    step: String,
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some((value, step)) = read(&self.text, Locale::English)
            && value == self.value
            && step == self.step
        {
            return serializer.serialize_str(&self.text);
        }
        Spelled {
            text: self.text.clone(),
            value: self.value.to_scientific_notation(),
            step: self.step.to_scientific_notation(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number as text, or its text, value and step")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
                let (value, step) =
                    read(text, Locale::English).ok_or_else(|| E::custom(format!("`{text}` is no number")))?;
                Ok(Number {
                    value,
                    step,
                    text: text.to_owned(),
                })
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Number, A::Error> {
                let spelled = Spelled::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let decimal = |text: &str| {
                    literal(text)
                        .map(|(value, _)| value)
                        .ok_or_else(|| de::Error::custom(format!("`{text}` is no number")))
                };
                Ok(Number {
                    value: decimal(&spelled.value)?,
                    step: decimal(&spelled.step)?,
                    text: spelled.text,
                })
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::str::FromStr;

    fn decimal(text: &str) -> BigDecimal {
        BigDecimal::from_str(text).unwrap()
    }

    #[test]
    fn reads_numbers_as_people_write_them() {
        use Locale::{English as E, Spanish as S, SpanishCounts as C};
        // text, locale, value, step
        let rows: &[(&str, Locale, &str, &str)] = &[
            ("21340", E, "21340", "1"),
            ("21,340", E, "21340", "1"),
            ("21,340", S, "21340", "1"),
            ("21{,}340", E, "21340", "1"),
            ("21\\,340", E, "21340", "1"),
            ("21\u{2009}340", E, "21340", "1"),
            ("1,234,567.25", E, "1234567.25", "0.01"),
            ("21.340", E, "21.34", "0.001"),
            ("21.340", S, "21.34", "0.001"),
            ("21.340", C, "21340", "1"),
            ("-21.340", C, "-21340", "1"),
            ("0.930", C, "0.93", "0.001"),
            ("1.234.567", E, "1234567", "1"),
            ("93,7", S, "93.7", "0.1"),
            ("0,930", S, "0.93", "0.001"),
            ("1.234,5", S, "1234.5", "0.1"),
            ("0.930", E, "0.93", "0.001"),
            ("3.14", E, "3.14", "0.01"),
            ("4_000", E, "4000", "1"),
            ("1_000.5", E, "1000.5", "0.1"),
            ("5e-5", E, "0.00005", "0.00001"),
            ("5E-5", E, "0.00005", "0.00001"),
            ("1.50e+3", E, "1500", "10"),
            (".5", E, "0.5", "0.1"),
            ("5.", E, "5", "1"),
            ("0x10", E, "16", "1"),
            ("-0b101", E, "-5", "1"),
            ("0o17", E, "15", "1"),
            ("012", E, "12", "1"),
            ("−3", E, "-3", "1"),
            ("+3", E, "3", "1"),
            ("$-0.5$", E, "-0.5", "0.1"),
            ("$5\\times10^{-5}$", E, "0.00005", "0.00001"),
            ("$5$\\times$10^{-5}$", E, "0.00005", "0.00001"),
            ("2 \\times 10^{-4}", E, "0.0002", "0.0001"),
            ("1.5 \\cdot 10^{3}", E, "1500", "100"),
            ("5×10⁻⁵", E, "0.00005", "0.00001"),
            ("5 x 10^-5", E, "0.00005", "0.00001"),
            ("10^{-4}", E, "0.0001", "0.0001"),
            ("10⁻⁴", E, "0.0001", "0.0001"),
            ("\\num{5e-5}", E, "0.00005", "0.00001"),
            ("twelve", E, "12", "1"),
            ("Two", E, "2", "1"),
            ("once", C, "11", "1"),
        ];
        for (text, locale, value, step) in rows {
            let number = Number::parse(text, *locale).unwrap_or_else(|| panic!("{text} is a number"));
            assert_eq!(number.value, decimal(value), "value of {text}");
            assert_eq!(number.step, decimal(step), "step of {text}");
            assert_eq!(number.text, *text);
        }
    }

    #[test]
    fn reads_suffixes_only_in_prose() {
        let rows: &[(&str, &str, &str)] = &[
            ("21k", "21000", "1000"),
            ("1.5M", "1500000", "100000"),
            ("7B", "7000000000", "1000000000"),
            ("0.5B", "500000000", "100000000"),
        ];
        for (text, value, step) in rows {
            assert!(Number::parse(text, Locale::English).is_none(), "{text}");
            assert!(Number::parse_literal(text).is_none(), "{text}");
            let number = Number::parse_stated(text, Locale::English).unwrap();
            assert_eq!(number.value, decimal(value), "value of {text}");
            assert_eq!(number.step, decimal(step), "step of {text}");
            assert!(number.has_suffix());
        }
        assert!(!Number::parse_stated("0x1B", Locale::English).unwrap().has_suffix());
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in [
            "",
            " ",
            "-",
            ".",
            "e5",
            "1e",
            "1,5",
            "0,930",
            "1,23,456",
            "1,2345",
            "1.2.3",
            "10.100.20",
            "1__0",
            "_1",
            "1_",
            "0x",
            "0xg",
            "1e999999999",
            "1e401",
            "1e-999999999999999999999",
            "10^{999999}",
            "inf",
            "nan",
            "one two",
            "once",
            "$5",
            "--3",
            "1.5.0",
            "2.x",
            "v100",
            "5 5",
            "×10^3",
        ] {
            assert!(Number::parse(text, Locale::English).is_none(), "{text}");
        }
        let long = "9".repeat(100_000);
        assert!(Number::parse(&long, Locale::English).is_none());
        assert!(Number::parse_literal("21,340").is_none(), "a tuple in Python");
        assert!(Number::parse_literal("two").is_none());
    }

    #[test]
    fn computed_numbers_print_in_full() {
        for (value, text) in [
            (16000.0, "16000"),
            (0.1, "0.1"),
            (5e-5, "5e-5"),
            (1e300, "1e300"),
            (0.0, "0"),
        ] {
            assert_eq!(Number::from_f64(value).unwrap().text, text);
        }
        assert!(Number::from_f64(f64::NAN).is_none());
        assert_eq!(Number::from_decimal(&decimal("2.50")).text, "2.5");
        assert_eq!(Number::from_decimal(&decimal("21340")).step, decimal("1"));
    }

    #[test]
    fn the_last_digit_that_is_not_zero() {
        for (text, step) in [
            ("3000", "1000"),
            ("0.930", "0.01"),
            ("16", "1"),
            ("0", "1"),
            ("5e-5", "0.00001"),
        ] {
            let number = Number::parse(text, Locale::English).unwrap();
            assert_eq!(number.last_significant_step(), decimal(step), "{text}");
        }
    }

    fn assert_round_trip(number: &Number) {
        let json = serde_json::to_string(number).unwrap();
        let back: Number = serde_json::from_str(&json).unwrap();
        assert_eq!(back.value, number.value, "{json}");
        assert_eq!(back.step, number.step, "{json}");
        assert_eq!(back.text, number.text, "{json}");
    }

    #[test]
    fn serializes_as_text_where_that_says_all() {
        let english = |text| Number::parse_stated(text, Locale::English).unwrap();
        assert_eq!(serde_json::to_string(&english("0.930")).unwrap(), "\"0.930\"");
        assert_eq!(serde_json::to_string(&english("21,340")).unwrap(), "\"21,340\"");
        for text in ["7B", "0.930", "$5\\times10^{-5}$"] {
            assert_round_trip(&english(text));
        }
        assert_round_trip(&Number::parse("21.340", Locale::SpanishCounts).unwrap());
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC*") {
            for locale in [Locale::English, Locale::Spanish, Locale::SpanishCounts] {
                if let Some(number) = Number::parse_stated(&text, locale) {
                    assert_round_trip(&number);
                }
            }
        }

        #[test]
        fn numberlike_text_round_trips(text in "[-−+$]?[0-9.,_eEx{}\\\\^×k]{1,14}") {
            for locale in [Locale::English, Locale::Spanish, Locale::SpanishCounts] {
                if let Some(number) = Number::parse_stated(&text, locale) {
                    assert_round_trip(&number);
                    let again = Number::parse_stated(&number.to_string(), locale).unwrap();
                    prop_assert_eq!(again, number);
                }
            }
        }

        #[test]
        fn floats_keep_their_value(value in proptest::num::f64::NORMAL) {
            let number = Number::from_f64(value).unwrap();
            prop_assert_eq!(number.text.parse::<f64>().unwrap(), value);
        }

        #[test]
        fn thousands_read_as_the_plain_number(value in 0_i64..1_000_000_000_000) {
            let mut grouped = String::new();
            let digits = value.to_string();
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index) % 3 == 0 {
                    grouped.push(',');
                }
                grouped.push(digit);
            }
            prop_assert_eq!(Number::parse(&grouped, Locale::English).unwrap(), Number::from_i64(value));
        }
    }
}
