//! Times and memory sizes as schedulers write them.
//!
//! Why it can be wrong: `30` is half an hour to Slurm and half a minute to PBS; `48G` is 48 GiB to both.
//!
//! Example: `1-12` is 129600 s to Slurm.

use super::Size;
use crate::quantity::Unit;
use crate::source::shell::literal;

pub(super) fn integer(value: &str) -> Option<Size> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| (literal::number(value), None))
}

pub(super) fn number_of(value: &str) -> Option<u64> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| value.parse().ok()).flatten()
}

pub(super) fn seconds(total: u64) -> Size {
    (literal::number(&total.to_string()), Some(Unit::Second))
}

/// `MM`, `MM:SS`, `HH:MM:SS`, `D-HH`, `D-HH:MM`, `D-HH:MM:SS` as seconds (sbatch, `--time`).
pub(super) fn slurm_time(value: &str) -> Option<Size> {
    if matches!(value.to_ascii_lowercase().as_str(), "infinite" | "unlimited") {
        return Some((literal::text("unlimited"), None));
    }
    let (days, clock) = match value.split_once('-') {
        Some((days, clock)) => (Some(number_of(days)?), clock),
        None => (None, value),
    };
    let parts: Vec<u64> = clock.split(':').map(number_of).collect::<Option<_>>()?;
    let [hours, minutes, left] = match (days, parts.as_slice()) {
        (Some(_), [hours]) => [*hours, 0, 0],
        (Some(_), [hours, minutes]) => [*hours, *minutes, 0],
        (None, [minutes]) => [0, *minutes, 0],
        (None, [minutes, left]) => [0, *minutes, *left],
        (_, [hours, minutes, left]) => [*hours, *minutes, *left],
        _ => return None,
    };
    let hours = days.unwrap_or(0).checked_mul(24)?.checked_add(hours)?;
    hours
        .checked_mul(3600)?
        .checked_add(minutes.checked_mul(60)?)?
        .checked_add(left)
        .map(seconds)
}

/// `48G`, `500M`, `2T`; a bare number is in megabytes. Slurm counts by 1024.
pub(super) fn slurm_memory(value: &str) -> Option<Size> {
    if value == "0" {
        return Some((literal::text("all of the node"), None));
    }
    memory(value, Some(Unit::Mebibyte))
}

/// A size with a letter that counts by 1024, in the unit that a bare number has.
pub(super) fn memory(value: &str, bare: Option<Unit>) -> Option<Size> {
    let end = value
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(value.len());
    let (digits, suffix) = value.split_at(end);
    if !literal::is_number(digits) {
        return None;
    }
    let unit = match suffix.to_ascii_lowercase().as_str() {
        "" => bare,
        "b" => Some(Unit::Byte),
        "k" | "kb" | "kib" => Some(Unit::Kibibyte),
        "m" | "mb" | "mib" | "mc" | "mn" => Some(Unit::Mebibyte),
        "g" | "gb" | "gib" | "gc" | "gn" => Some(Unit::Gibibyte),
        "t" | "tb" | "tib" => Some(Unit::Tebibyte),
        _ => return None,
    };
    Some((literal::number(digits), unit))
}

/// `[[HH:]MM:]SS` as seconds (qsub of PBS and Grid Engine).
pub(super) fn clock(value: &str) -> Option<Size> {
    let parts: Vec<u64> = value.split(':').map(number_of).collect::<Option<_>>()?;
    if parts.is_empty() || parts.len() > 4 || value.is_empty() {
        return None;
    }
    // PBS takes days too: `D:HH:MM:SS`.
    let weights: &[u64] = &[1, 60, 3600, 86_400];
    let mut total = 0u64;
    for (part, weight) in parts.iter().rev().zip(weights) {
        total = total.checked_add(part.checked_mul(*weight)?)?;
    }
    Some(seconds(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_unit((value, unit): Size) -> String {
        unit.map_or(value.to_string(), |unit| format!("{value} {unit}"))
    }

    /// The formats that `man sbatch` lists for --time, in seconds worked out by hand.
    #[test]
    fn time_limits_are_seconds() {
        let cases = [
            ("30", Some("1800 s")),
            ("0:30", Some("30 s")),
            ("90:00", Some("5400 s")),
            ("02:00:00", Some("7200 s")),
            ("00:02:00", Some("120 s")),
            ("1-12", Some("129600 s")),
            ("3-00:00:00", Some("259200 s")),
            ("2-03:04:05", Some("183845 s")),
            ("1-02:30", Some("95400 s")),
            ("UNLIMITED", Some("unlimited")),
            ("infinite", Some("unlimited")),
            ("two hours", None),
            ("1:2:3:4", None),
            ("", None),
            ("99999999999999999999", None),
        ];
        for (text, expected) in cases {
            assert_eq!(slurm_time(text).map(with_unit).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn memory_counts_by_1024() {
        let cases = [
            ("48G", Some("48 GiB")),
            ("500M", Some("500 MiB")),
            ("4000", Some("4000 MiB")),
            ("2T", Some("2 TiB")),
            ("48GB", Some("48 GiB")),
            ("0", Some("all of the node")),
            ("lots", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(slurm_memory(text).map(with_unit).as_deref(), expected, "{text}");
        }
    }
}
