//! Units of time, frequency, memory and share, and what they are in the base of their dimension.
//!
//! It can be wrong where a short word means two things: `m` is metres or minutes, `_s` ends a plural or seconds, `Mb` is
//! megabits. Such words are no units here, so the claim asks for `unit` instead of guessing. Example: `sample_rate_hz`
//! is in [`Unit::Hertz`], `16~kHz` is 16 [`Unit::Kilohertz`].

use std::fmt;

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a unit measures. Only units of one dimension convert into each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dimension {
    /// Base: the second.
    Time,
    /// Base: the hertz.
    Frequency,
    /// Base: the byte.
    Memory,
    /// Base: one; `10 %` is 0.1.
    Fraction,
    /// A difference between fractions; base: one. `28.96 pp` is 0.2896.
    PercentagePoints,
}

/// A unit that papers and code use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the units' own")]
pub enum Unit {
    Nanosecond,
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Hertz,
    Kilohertz,
    Megahertz,
    Gigahertz,
    Byte,
    Kilobyte,
    Megabyte,
    Gigabyte,
    Terabyte,
    Kibibyte,
    Mebibyte,
    Gibibyte,
    Tebibyte,
    Percent,
    PercentagePoint,
}

struct Entry {
    unit: Unit,
    dimension: Dimension,
    symbol: &'static str,
    /// The unit is `factor * 10^exponent` of the base.
    factor: i64,
    exponent: i64,
    /// Spelled exactly so.
    exact: &'static [&'static str],
    /// Spelled in any case.
    words: &'static [&'static str],
    /// The last word of an identifier.
    suffixes: &'static [&'static str],
}

use Dimension::{Fraction, Frequency, Memory, PercentagePoints, Time};

#[rustfmt::skip]
const UNITS: &[Entry] = &[
    Entry { unit: Unit::Nanosecond, dimension: Time, symbol: "ns", factor: 1, exponent: -9, exact: &["ns"],
        words: &["nsec", "nanosecond", "nanoseconds", "nanosegundo", "nanosegundos"],
        suffixes: &["ns", "nanos", "nanosecond", "nanoseconds"] },
    Entry { unit: Unit::Microsecond, dimension: Time, symbol: "us", factor: 1, exponent: -6, exact: &["us", "µs", "μs"],
        words: &["usec", "microsecond", "microseconds", "microsegundo", "microsegundos"],
        suffixes: &["us", "usec", "micros", "microsecond", "microseconds"] },
    Entry { unit: Unit::Millisecond, dimension: Time, symbol: "ms", factor: 1, exponent: -3, exact: &["ms"],
        words: &["msec", "msecs", "millis", "millisecond", "milliseconds", "milisegundo", "milisegundos"],
        suffixes: &["ms", "msec", "msecs", "millis", "millisecond", "milliseconds"] },
    Entry { unit: Unit::Second, dimension: Time, symbol: "s", factor: 1, exponent: 0, exact: &["s"],
        words: &["sec", "secs", "second", "seconds", "seg", "segundo", "segundos"],
        suffixes: &["sec", "secs", "second", "seconds"] },
    Entry { unit: Unit::Minute, dimension: Time, symbol: "min", factor: 60, exponent: 0, exact: &[],
        words: &["min", "mins", "minute", "minutes", "minuto", "minutos"],
        suffixes: &["mins", "minute", "minutes"] },
    Entry { unit: Unit::Hour, dimension: Time, symbol: "h", factor: 3600, exponent: 0, exact: &["h"],
        words: &["hr", "hrs", "hour", "hours", "hora", "horas"],
        suffixes: &["hr", "hrs", "hour", "hours"] },
    Entry { unit: Unit::Day, dimension: Time, symbol: "d", factor: 86_400, exponent: 0, exact: &["d"],
        words: &["day", "days", "día", "días", "dia", "dias"],
        suffixes: &["day", "days"] },
    Entry { unit: Unit::Week, dimension: Time, symbol: "w", factor: 604_800, exponent: 0, exact: &["w"],
        words: &["week", "weeks", "semana", "semanas"],
        suffixes: &["week", "weeks"] },
    Entry { unit: Unit::Hertz, dimension: Frequency, symbol: "Hz", factor: 1, exponent: 0, exact: &[],
        words: &["hz", "hertz", "hercio", "hercios"], suffixes: &["hz", "hertz"] },
    Entry { unit: Unit::Kilohertz, dimension: Frequency, symbol: "kHz", factor: 1, exponent: 3, exact: &[],
        words: &["khz", "kilohertz"], suffixes: &["khz"] },
    Entry { unit: Unit::Megahertz, dimension: Frequency, symbol: "MHz", factor: 1, exponent: 6, exact: &["MHz", "MHZ", "Mhz"],
        words: &["megahertz"], suffixes: &["mhz"] },
    Entry { unit: Unit::Gigahertz, dimension: Frequency, symbol: "GHz", factor: 1, exponent: 9, exact: &[],
        words: &["ghz", "gigahertz"], suffixes: &["ghz"] },
    Entry { unit: Unit::Byte, dimension: Memory, symbol: "B", factor: 1, exponent: 0, exact: &["B"],
        words: &["byte", "bytes"], suffixes: &["byte", "bytes"] },
    Entry { unit: Unit::Kilobyte, dimension: Memory, symbol: "kB", factor: 1, exponent: 3, exact: &["kB", "KB", "kb"],
        words: &["kilobyte", "kilobytes"], suffixes: &["kb"] },
    Entry { unit: Unit::Megabyte, dimension: Memory, symbol: "MB", factor: 1, exponent: 6, exact: &["MB", "mb"],
        words: &["megabyte", "megabytes"], suffixes: &["mb"] },
    Entry { unit: Unit::Gigabyte, dimension: Memory, symbol: "GB", factor: 1, exponent: 9, exact: &["GB", "gb"],
        words: &["gigabyte", "gigabytes"], suffixes: &["gb"] },
    Entry { unit: Unit::Terabyte, dimension: Memory, symbol: "TB", factor: 1, exponent: 12, exact: &["TB", "tb"],
        words: &["terabyte", "terabytes"], suffixes: &["tb"] },
    Entry { unit: Unit::Kibibyte, dimension: Memory, symbol: "KiB", factor: 1 << 10, exponent: 0, exact: &[],
        words: &["kib", "kibibyte", "kibibytes"], suffixes: &["kib"] },
    Entry { unit: Unit::Mebibyte, dimension: Memory, symbol: "MiB", factor: 1 << 20, exponent: 0, exact: &[],
        words: &["mib", "mebibyte", "mebibytes"], suffixes: &["mib"] },
    Entry { unit: Unit::Gibibyte, dimension: Memory, symbol: "GiB", factor: 1 << 30, exponent: 0, exact: &[],
        words: &["gib", "gibibyte", "gibibytes"], suffixes: &["gib"] },
    Entry { unit: Unit::Tebibyte, dimension: Memory, symbol: "TiB", factor: 1 << 40, exponent: 0, exact: &[],
        words: &["tib", "tebibyte", "tebibytes"], suffixes: &["tib"] },
    Entry { unit: Unit::Percent, dimension: Fraction, symbol: "%", factor: 1, exponent: -2, exact: &["%", "\\%"],
        words: &["percent", "per cent", "pct", "por ciento"], suffixes: &["percent", "pct"] },
    Entry { unit: Unit::PercentagePoint, dimension: PercentagePoints, symbol: "pp", factor: 1, exponent: -2,
        exact: &["pp", "p.p."],
        words: &["percentage point", "percentage points", "puntos porcentuales", "punto porcentual"], suffixes: &[] },
];

impl Unit {
    /// Reads a unit's symbol or name in English or Spanish; unknown words (`epochs`) are no units.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // Longer than any name of the table, so that folding stays cheap.
        if text.is_empty() || text.len() > 40 {
            return None;
        }
        if let Some(entry) = UNITS.iter().find(|e| e.exact.contains(&text)) {
            return Some(entry.unit);
        }
        let folded = text.to_lowercase();
        let folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
        UNITS
            .iter()
            .find(|e| e.words.contains(&folded.as_str()))
            .map(|e| e.unit)
    }

    /// The unit that an identifier ends in: `pad_target_ms`, `SAMPLE_RATE_HZ`, `max-memory-gb`, `timeoutSeconds`.
    #[must_use]
    pub fn of_name(identifier: &str) -> Option<Self> {
        let words = words_of(identifier);
        let last = words.last()?;
        if last == "s" {
            // Alone it also ends plurals and names (`lambda_s`), so another word must speak of time.
            let timed = words.iter().any(|word| SECONDS_BEFORE.contains(&word.as_str()));
            return timed.then_some(Self::Second);
        }
        UNITS
            .iter()
            .find(|e| e.suffixes.contains(&last.as_str()))
            .map(|e| e.unit)
    }

    /// How much of the base of its dimension the unit is: 60 for minutes, 0.01 for percent, 2^30 for GiB.
    #[must_use]
    pub fn factor(self) -> BigDecimal {
        let entry = self.entry();
        BigDecimal::new(BigInt::from(entry.factor), -entry.exponent)
    }

    /// What the unit measures.
    #[must_use]
    pub fn dimension(self) -> Dimension {
        self.entry().dimension
    }

    /// The symbol that reports print.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        self.entry().symbol
    }

    /// The symbols of all units, for messages that say what was expected.
    pub fn symbols() -> impl Iterator<Item = &'static str> {
        UNITS.iter().map(|e| e.symbol)
    }

    /// The binary unit that people also mean by a decimal one: `GB` is read as GiB too.
    #[must_use]
    pub fn binary_sibling(self) -> Option<Self> {
        match self {
            Self::Kilobyte => Some(Self::Kibibyte),
            Self::Megabyte => Some(Self::Mebibyte),
            Self::Gigabyte => Some(Self::Gibibyte),
            Self::Terabyte => Some(Self::Tebibyte),
            _ => None,
        }
    }

    /// The decimal unit that people mean by a binary one: Slurm's `--mem=48000` (MiB) is asked for as 48 GB.
    #[must_use]
    pub fn decimal_sibling(self) -> Option<Self> {
        [Self::Kilobyte, Self::Megabyte, Self::Gigabyte, Self::Terabyte]
            .into_iter()
            .find(|unit| unit.binary_sibling() == Some(self))
    }

    fn entry(self) -> &'static Entry {
        UNITS
            .iter()
            .find(|e| e.unit == self)
            .expect("every unit has its row, as a test holds")
    }
}

/// Words before a final `_s` that make it seconds.
const SECONDS_BEFORE: &[&str] = &[
    "duration", "time", "timeout", "length", "len", "window", "interval", "delay", "elapsed", "latency", "hop", "wait",
    "segment", "budget", "overlap",
];

/// The words of an identifier in lower case, split at `_`, `-`, `.`, blanks and capitals.
fn words_of(identifier: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut previous_lower = false;
    for c in identifier.chars() {
        if !c.is_alphanumeric() {
            words.push(std::mem::take(&mut word));
            previous_lower = false;
            continue;
        }
        if c.is_uppercase() && previous_lower {
            words.push(std::mem::take(&mut word));
        }
        previous_lower = c.is_lowercase() || c.is_ascii_digit();
        word.extend(c.to_lowercase());
    }
    words.push(word);
    words.retain(|w| !w.is_empty());
    words
}

/// Splits `16 kHz`, `16~kHz`, `16kHz`, `93.7\%` into the number's text and the unit behind it.
///
/// `d`, `w` and `B` need a blank: `2d`, `7B` are names and billions.
pub(crate) fn split_trailing(text: &str) -> Option<(&str, Unit)> {
    // A name of two words (`percentage points`) starts at the second blank from the end.
    let gap = |c: char| c.is_whitespace() || c == '~';
    let mut blanks = text.char_indices().rev().filter(|(_, c)| gap(*c));
    for _ in 0..3 {
        let Some((at, _)) = blanks.next() else { break };
        let word = text[at..].trim_start_matches(gap);
        if let Some(unit) = Unit::parse(word) {
            return Some((text[..at].trim_end_matches(gap), unit));
        }
    }
    let tail = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphabetic() || matches!(c, '%' | '\\'))
        .take(40)
        .map(|(at, _)| at)
        .last()?;
    let (number, word) = text.split_at(tail);
    let number = ["$\\,$", "\\,", "\\ ", "-"]
        .iter()
        .find_map(|blank| number.strip_suffix(blank))
        .unwrap_or(number);
    let glued = word.len() + number.len() == text.len();
    let unit = Unit::parse(word)?;
    if glued && matches!(unit.symbol(), "d" | "w" | "B") && word.len() == 1 {
        return None;
    }
    Some((number, unit))
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.symbol())
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is no unit")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    #[test]
    fn every_unit_reads_its_own_names_and_only_once() {
        let mut seen = std::collections::HashSet::new();
        for entry in UNITS {
            assert_eq!(entry.unit.symbol(), entry.symbol);
            assert_eq!(Unit::parse(entry.symbol), Some(entry.unit), "{}", entry.symbol);
            for word in entry.exact.iter().chain(entry.words) {
                assert_eq!(Unit::parse(word), Some(entry.unit), "{word}");
                assert!(seen.insert(*word), "{word} stands twice");
            }
            let json = serde_json::to_string(&entry.unit).unwrap();
            assert_eq!(serde_json::from_str::<Unit>(&json).unwrap(), entry.unit);
        }
    }

    #[test]
    fn factors() {
        let rows: &[(Unit, &str)] = &[
            (Unit::Nanosecond, "1e-9"),
            (Unit::Microsecond, "1e-6"),
            (Unit::Millisecond, "0.001"),
            (Unit::Minute, "60"),
            (Unit::Hour, "3600"),
            (Unit::Day, "86400"),
            (Unit::Week, "604800"),
            (Unit::Kilohertz, "1000"),
            (Unit::Gigabyte, "1000000000"),
            (Unit::Kibibyte, "1024"),
            (Unit::Gibibyte, "1073741824"),
            (Unit::Tebibyte, "1099511627776"),
            (Unit::Percent, "0.01"),
            (Unit::PercentagePoint, "0.01"),
        ];
        for (unit, factor) in rows {
            assert_eq!(unit.factor(), BigDecimal::from_str(factor).unwrap(), "{unit}");
        }
    }

    #[test]
    fn words_that_are_no_units() {
        for word in [
            "", "epochs", "m", "samples", "muestras", "Mb", "Gb", "S", "H", "ss", "x", "kg", "mHz", "%%",
        ] {
            assert_eq!(Unit::parse(word), None, "{word}");
        }
    }

    #[test]
    fn units_of_identifiers() {
        let rows: &[(&str, Option<Unit>)] = &[
            ("CONTAINER_DURATION_MS", Some(Unit::Millisecond)),
            ("pad_target_ms", Some(Unit::Millisecond)),
            ("sample_rate_hz", Some(Unit::Hertz)),
            ("sampleRateHz", Some(Unit::Hertz)),
            ("f_max_khz", Some(Unit::Kilohertz)),
            ("max-memory-gb", Some(Unit::Gigabyte)),
            ("size_mb", Some(Unit::Megabyte)),
            ("timeout_sec", Some(Unit::Second)),
            ("timeoutSeconds", Some(Unit::Second)),
            ("duration_s", Some(Unit::Second)),
            ("budget_minutes", Some(Unit::Minute)),
            ("train.hours", Some(Unit::Hour)),
            ("lambda_s", None),
            ("num_samples", None),
            ("params", None),
            ("snr_min", None), // the least one, not minutes
            ("weights_b", None),
            ("", None),
            ("___", None),
        ];
        for (name, unit) in rows {
            assert_eq!(Unit::of_name(name), *unit, "{name}");
        }
    }

    #[test]
    fn splits_a_unit_off_its_number() {
        let rows: &[(&str, Option<(&str, Unit)>)] = &[
            ("16 kHz", Some(("16", Unit::Kilohertz))),
            ("16kHz", Some(("16", Unit::Kilohertz))),
            ("16~kHz", Some(("16", Unit::Kilohertz))),
            ("16\\,kHz", Some(("16", Unit::Kilohertz))),
            ("$16$~kHz", Some(("$16$", Unit::Kilohertz))),
            ("$16$kHz", Some(("$16$", Unit::Kilohertz))),
            ("16$\\,$kHz", Some(("16", Unit::Kilohertz))),
            ("24-hour", Some(("24", Unit::Hour))),
            ("93.7\\%", Some(("93.7", Unit::Percent))),
            ("93.7 per cent", Some(("93.7", Unit::Percent))),
            ("28.96 percentage points", Some(("28.96", Unit::PercentagePoint))),
            ("2 d", Some(("2", Unit::Day))),
            ("2d", None),
            ("30 epochs", None),
            ("16", None),
        ];
        for (text, split) in rows {
            assert_eq!(split_trailing(text), *split, "{text}");
        }
    }
}
