//! Counts as bars print them: `21340`, `21,340`, `21.3k`.
//!
//! Why it can be wrong: a scaled count is rounded to three digits; it is told as not exact.
//!
//! Example: `1.07k` is 1070, not exact.

use regex::Regex;

use super::shown::Shown;

/// A count, and whether it is exact.
pub(super) fn count(text: &str) -> Option<(u64, bool)> {
    if let Ok(whole) = text.parse() {
        return Some((whole, true));
    }
    let (digits, factor) = match text.chars().last()? {
        'k' | 'K' => (&text[..text.len() - 1], 1e3),
        'M' => (&text[..text.len() - 1], 1e6),
        'G' => (&text[..text.len() - 1], 1e9),
        'T' => (&text[..text.len() - 1], 1e12),
        _ => (text, 1.0),
    };
    let number = digits.parse::<f64>().ok().filter(|number| *number >= 0.0)? * factor;
    (number < 1e15).then_some((number.round() as u64, false))
}

/// What a pattern finds: its first group is what was done, its second the total. Signs between thousands are no matter.
pub(super) fn by_pattern(pattern: &Regex, text: &str) -> Option<Shown> {
    let found = pattern.captures(text)?;
    let plain = |at: usize| {
        let digits: String = found
            .get(at)?
            .as_str()
            .chars()
            .filter(|sign| !matches!(sign, ',' | '_' | ' '))
            .collect();
        count(&digits)
    };
    let (done, exact) = plain(1)?;
    let total = plain(2);
    Some(Shown {
        name: String::new(),
        unit: String::new(),
        done,
        total: total.map(|(total, _)| total),
        exact: exact && total.is_none_or(|(_, exact)| exact),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_printed() {
        for (text, expected) in [
            ("30", Some((30, true))),
            ("1.07k", Some((1070, false))),
            ("0.00", Some((0, false))),
            ("12.5M", Some((12_500_000, false))),
            ("?", None),
            ("-1", None),
            ("k", None),
            ("1é", None),
        ] {
            assert_eq!(count(text), expected, "{text}");
        }
    }
}
