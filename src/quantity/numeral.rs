//! The ways in which people, LaTeX and code write one number: groups of thousands, powers of ten, words, suffixes.
//!
//! It can be wrong by joining what is apart (`1,5` is a list or one and a half) or reading a name (`1.2.3`). What no
//! locale writes is no number. Example: `5\times10^{-5}` is 0.00005, printed to 0.00001. The tables that test this
//! stand beside [`Number`](super::Number).

use std::str::FromStr;

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;

use super::Locale;

/// The most digits a number may have, and the largest exponent either way; a 64-bit float needs 308.
const LARGEST: i64 = 400;

/// The body and the power of ten of `21k`, `21K`, `1.5M`, `7B`; the suffix follows a digit directly.
pub(super) fn split_suffix(text: &str) -> Option<(&str, i64)> {
    let power = match text.chars().next_back()? {
        'k' | 'K' => 3,
        'M' => 6,
        'B' => 9,
        _ => return None,
    };
    let body = &text[..text.len() - 1];
    body.ends_with(|c: char| c.is_ascii_digit()).then_some((body, power))
}

/// The value and the step of a number as people write it.
pub(super) fn read(text: &str, locale: Locale) -> Option<(BigDecimal, BigDecimal)> {
    if text.is_empty() || text.len() > 2 * LARGEST as usize {
        return None;
    }
    if let Some(plain) = literal(text) {
        // One dot before three digits may group thousands; everything else reads as code does.
        if locale != Locale::SpanishCounts {
            return Some(plain);
        }
        return match grouped(text.trim_start_matches(['-', '+']), '.') {
            Some(digits) => signed(text, &digits),
            None => Some(plain),
        };
    }
    if let Some(word) = number_word(text, locale) {
        return Some((BigDecimal::from(word), BigDecimal::from(1)));
    }
    let text = unwrap_math(text);
    let (negative, body) = split_sign(&text);
    let (value, step) = if let Some((mantissa, power)) = split_power_of_ten(body) {
        let (value, step) = if mantissa.is_empty() {
            (BigDecimal::from(1), BigDecimal::from(1))
        } else {
            ungroup(mantissa, locale)?
        };
        let scale = BigDecimal::new(BigInt::from(1), -power);
        (value * &scale, step * scale)
    } else {
        ungroup(body, locale)?
    };
    Some((if negative { -value } else { value }, step))
}

/// Takes off `$…$`, `\(…\)`, `\num{…}` and the blanks they leave.
fn unwrap_math(text: &str) -> String {
    let mut text = text.trim();
    for (open, close) in [("\\(", "\\)"), ("\\num{", "}"), ("\\numprint{", "}")] {
        if let Some(inner) = text.strip_prefix(open).and_then(|t| t.strip_suffix(close)) {
            text = inner.trim();
        }
    }
    let dollars = text.matches('$').count();
    if dollars > 0 && dollars.is_multiple_of(2) {
        text.replace('$', "").trim().to_owned()
    } else {
        text.to_owned()
    }
}

fn split_sign(text: &str) -> (bool, &str) {
    for minus in ["-", "\u{2212}", "{-}"] {
        if let Some(rest) = text.strip_prefix(minus) {
            return (true, rest);
        }
    }
    (false, text.strip_prefix('+').unwrap_or(text))
}

/// The signs that stand for a multiplication before a power of ten.
const TIMES: [&str; 5] = ["\\times", "\\cdot", "×", "·", " x "];

/// The mantissa and the exponent of `5\times10^{-5}`, `5×10⁻⁵`, `10^{-4}`; none for other texts.
fn split_power_of_ten(text: &str) -> Option<(&str, i64)> {
    for times in TIMES {
        if let Some((left, right)) = text.split_once(times) {
            let left = left.trim_end_matches([' ', '~', '\u{a0}']);
            if left.is_empty() {
                return None;
            }
            return exponent_of_ten(right.trim_start()).map(|power| (left, power));
        }
    }
    exponent_of_ten(text).map(|power| ("", power))
}

fn exponent_of_ten(text: &str) -> Option<i64> {
    let rest = text.strip_prefix("10")?;
    let digits: String = if let Some(power) = rest.strip_prefix('^') {
        let power = power.trim();
        let power = power
            .strip_prefix('{')
            .and_then(|p| p.strip_suffix('}'))
            .unwrap_or(power);
        power.trim().replace('\u{2212}', "-")
    } else {
        rest.chars().map(superscript).collect::<Option<String>>()?
    };
    small_exponent(&digits)
}

/// The digit or sign that a raised one stands for.
pub(crate) fn superscript(c: char) -> Option<char> {
    Some(match c {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴' => '4',
        '⁵' => '5',
        '⁶' => '6',
        '⁷' => '7',
        '⁸' => '8',
        '⁹' => '9',
        '⁻' => '-',
        '⁺' => '+',
        _ => return None,
    })
}

fn small_exponent(text: &str) -> Option<i64> {
    let power = i64::from_str(text).ok()?;
    (power.abs() <= LARGEST).then_some(power)
}

/// A number without sign and power of ten, its groups of thousands joined.
fn ungroup(text: &str, locale: Locale) -> Option<(BigDecimal, BigDecimal)> {
    const THIN: char = '\u{2009}';
    let mut text = text
        .replace("{,}", ",")
        .replace("\\,", "\u{2009}")
        .replace(['\u{202f}', '\u{a0}'], "\u{2009}");
    if text.contains(THIN) {
        let (whole, fraction) = text
            .split_once('.')
            .map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
        let whole = grouped(whole, THIN)?;
        text = match fraction {
            Some(fraction) => format!("{whole}.{fraction}"),
            None => whole,
        };
        return unsigned(&text);
    }
    let commas = text.matches(',').count();
    let dots = text.matches('.').count();
    let plain = match (commas, dots) {
        (0, 0 | 1) => text,
        (0, _) => grouped(&text, '.')?,
        (_, 0) => match grouped(&text, ',') {
            Some(whole) => whole,
            None if commas == 1 && locale.is_spanish() => text.replace(',', "."),
            None => return None,
        },
        (_, 1) if text.rfind('.') > text.rfind(',') => {
            let (whole, fraction) = text.split_once('.')?;
            format!("{}.{fraction}", grouped(whole, ',')?)
        }
        (1, _) if locale.is_spanish() => {
            let (whole, fraction) = text.split_once(',')?;
            format!("{}.{fraction}", grouped(whole, '.')?)
        }
        _ => return None,
    };
    if plain.starts_with(['+', '-']) {
        return None;
    }
    if locale == Locale::SpanishCounts
        && let Some(whole) = grouped(&plain, '.')
    {
        return unsigned(&whole);
    }
    unsigned(&plain)
}

/// `21,340` with its groups joined: the first has one to three digits and no leading zero, the others three.
fn grouped(text: &str, separator: char) -> Option<String> {
    let mut groups = text.split(separator);
    let first = groups.next()?;
    if first.is_empty() || first.len() > 3 || first.starts_with('0') || !all_digits(first) {
        return None;
    }
    let mut joined = first.to_owned();
    let mut more = false;
    for group in groups {
        if group.len() != 3 || !all_digits(group) {
            return None;
        }
        joined.push_str(group);
        more = true;
    }
    more.then_some(joined)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn signed(original: &str, digits: &str) -> Option<(BigDecimal, BigDecimal)> {
    let (value, step) = unsigned(digits)?;
    Some((if original.starts_with('-') { -value } else { value }, step))
}

/// A literal of code, with its sign.
pub(super) fn literal(text: &str) -> Option<(BigDecimal, BigDecimal)> {
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let radix = match body.get(..2) {
        Some("0x" | "0X") => Some(16),
        Some("0o" | "0O") => Some(8),
        Some("0b" | "0B") => Some(2),
        _ => None,
    };
    let (value, step) = match radix {
        Some(radix) => {
            let digits = without_underscores(&body[2..])?;
            if digits.len() > LARGEST as usize || !digits.chars().all(|c| c.is_digit(radix)) {
                return None;
            }
            let whole = BigInt::parse_bytes(digits.as_bytes(), radix)?;
            (BigDecimal::from(whole), BigDecimal::from(1))
        }
        None => unsigned(&without_underscores(body)?)?,
    };
    Some((if negative { -value } else { value }, step))
}

/// Takes out underscores; each must stand between two digits.
fn without_underscores(text: &str) -> Option<String> {
    if !text.contains('_') {
        return Some(text.to_owned());
    }
    let bytes = text.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        if *byte == b'_' {
            let before = index.checked_sub(1).is_some_and(|i| bytes[i].is_ascii_hexdigit());
            let after = bytes.get(index + 1).is_some_and(u8::is_ascii_hexdigit);
            if !before || !after {
                return None;
            }
        }
    }
    Some(text.replace('_', ""))
}

/// `digits[.digits][e[sign]digits]`, at least one digit before the exponent.
fn unsigned(text: &str) -> Option<(BigDecimal, BigDecimal)> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => {
            let power = text[at + 1..].trim_start_matches('+');
            (&text[..at], small_exponent(power)?)
        }
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = whole.len() + fraction.len();
    if digits == 0 || digits > LARGEST as usize || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let scale = i64::try_from(fraction.len()).ok()? - exponent;
    let value = BigInt::from_str(&format!("{whole}{fraction}")).ok()?;
    Some((BigDecimal::new(value, scale), BigDecimal::new(BigInt::from(1), scale)))
}

const ENGLISH_WORDS: [&str; 12] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];
const SPANISH_WORDS: [&str; 12] = [
    "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce",
];

/// A number word up to twelve. Spanish words only in Spanish: `once` is eleven there.
pub(super) fn number_word(text: &str, locale: Locale) -> Option<i64> {
    let position = |words: &[&str]| words.iter().position(|w| w.eq_ignore_ascii_case(text));
    let at = position(&ENGLISH_WORDS).or_else(|| {
        if !locale.is_spanish() {
            return None;
        }
        if text.eq_ignore_ascii_case("un") || text.eq_ignore_ascii_case("una") {
            return Some(0);
        }
        position(&SPANISH_WORDS)
    })?;
    i64::try_from(at + 1).ok()
}
