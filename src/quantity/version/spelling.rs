//! How people write versions, in the words of PEP 440: papers, requirement lines, poetry's `^` and `~`.
//!
//! It can be wrong where a form means another set than it is rewritten to: `^0.2` is `<0.3`, not `<1`, and `2.1` in a
//! paper is every 2.1. What is no such form is none, and the reader of specifiers says so.
//! Example: `$\geq$4.40` is `>=4.40`, `^1.2` is `>=1.2,<2`.

use std::str::FromStr;

use uv_pep440::Version;

/// A paper's text with its TeX and Unicode signs as plain operators.
pub(super) fn plain(text: &str) -> String {
    let mut plain = text.replace(['$', '{', '}'], "").replace(['\u{a0}', '\t'], " ");
    for (sign, operator) in [
        ("\\geqslant", ">="),
        ("\\leqslant", "<="),
        ("\\geq", ">="),
        ("\\leq", "<="),
        ("\\ge", ">="),
        ("\\le", "<="),
        ("\\neq", "!="),
        ("\\sim", "~"),
        ("≥", ">="),
        ("≤", "<="),
        ("≠", "!="),
        ("≈", "~"),
        ("–", "-"),
        ("—", "-"),
        ("--", "-"),
    ] {
        plain = plain.replace(sign, operator);
    }
    let mut rest = plain.trim();
    // In LaTeX `~` is a blank; before a version it says "about", which is what a bare version says too.
    while let Some(after) = rest.strip_prefix('~')
        && !after.starts_with('=')
    {
        rest = after.trim_start();
    }
    for word in ["at least ", "version ", "versión ", "v. "] {
        if let Some(after) = rest.strip_prefix(word) {
            rest = after.trim_start();
            if word == "at least " {
                return format!(">={rest}");
            }
        }
    }
    if let Some(after) = rest.strip_prefix(['v', 'V'])
        && after.starts_with(|c: char| c.is_ascii_digit())
    {
        rest = after;
    }
    rest.to_owned()
}

/// The ends of `3.8-3.11` or `3.8 to 3.11`: two releases.
pub(super) fn range_ends(text: &str) -> Option<(&str, &str)> {
    let (low, high) = text.split_once(" to ").or_else(|| text.split_once('-'))?;
    let (low, high) = (low.trim(), high.trim());
    (is_release(low) && is_release(high)).then_some((low, high))
}

/// The release of `2.0+`, `2.0 or later`.
pub(super) fn open_above(text: &str) -> Option<&str> {
    ["+", " or later", " or newer", " or above", " or higher"]
        .iter()
        .find_map(|end| text.strip_suffix(end))
        .map(str::trim)
        .filter(|release| is_release(release))
}

/// A bare version holds at the parts it prints; `2.x` is a range.
pub(super) fn bare(text: &str) -> Option<String> {
    if let Some(release) = ["x", "X", "*"]
        .iter()
        .find_map(|wild| text.strip_suffix(wild)?.strip_suffix('.'))
    {
        return is_release(release).then(|| Some(format!(">={release},<{}", successor(release)?)))?;
    }
    if is_release(text) && text.matches('.').count() < 2 {
        return Some(format!("=={text}.*"));
    }
    Version::from_str(text).is_ok().then(|| format!("=={text}"))
}

fn is_release(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// `3.11` to `3.12`.
pub(super) fn successor(release: &str) -> Option<String> {
    bumped(release, release.matches('.').count())
}

/// The release with its part `at` one higher and none behind it.
fn bumped(release: &str, at: usize) -> Option<String> {
    if !is_release(release) {
        return None;
    }
    let mut parts: Vec<u64> = release.split('.').map(|p| p.parse().ok()).collect::<Option<_>>()?;
    parts.truncate(at + 1);
    let last = parts.last_mut()?;
    *last += 1;
    Some(parts.iter().map(u64::to_string).collect::<Vec<_>>().join("."))
}

/// `^1.2` is `>=1.2,<2`: the first part that is not zero, or the last one written, may not change.
pub(super) fn caret(release: &str) -> Option<String> {
    let first = release
        .split('.')
        .position(|part| !part.trim_start_matches('0').is_empty());
    let at = first.unwrap_or(release.matches('.').count());
    Some(format!(">={release},<{}", bumped(release, at)?))
}

/// `~1.2.3` is `>=1.2.3,<1.3`, `~1` is `>=1,<2`.
pub(super) fn tilde(release: &str) -> Option<String> {
    let at = release.matches('.').count().min(1);
    Some(format!(">={release},<{}", bumped(release, at)?))
}

/// The clauses of a requirement's specifiers, each mended; none where one has no operator.
pub(super) fn clauses(text: &str) -> Option<Vec<String>> {
    const OPERATORS: [&str; 8] = ["===", "==", "~=", "!=", ">=", "<=", ">", "<"];
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        text = inner.trim();
    }
    let mut clauses = Vec::new();
    let mut operator: Option<&str> = None;
    for word in text.split(|c: char| c == ',' || c.is_whitespace()) {
        let mut word = word;
        while !word.is_empty() {
            if let Some(found) = OPERATORS.iter().find(|o| word.starts_with(**o)) {
                if operator.is_some() {
                    return None;
                }
                operator = Some(found);
                word = &word[found.len()..];
                continue;
            }
            // `>=1.0<2` without a comma.
            let end = word.find(['<', '>', '=', '!', '~']).unwrap_or(word.len());
            clauses.push(mended(operator.take()?, &word[..end])?);
            word = &word[end..];
            if word.starts_with(['=', '~', '!', '<', '>']) && !OPERATORS.iter().any(|o| word.starts_with(*o)) {
                return None;
            }
        }
    }
    operator.is_none().then_some(clauses)
}

/// One clause that PEP 440 takes.
fn mended(operator: &str, version: &str) -> Option<String> {
    let ordered = matches!(operator, ">=" | "<=" | ">" | "<" | "~=");
    let mut version = version;
    if ordered {
        version = version.trim_end_matches(".*");
        // PEP 440 knows no local part in a bound.
        version = version.split_once('+').map_or(version, |(public, _)| public);
    }
    if version.is_empty() {
        return None;
    }
    if operator == "~=" && is_release(version) && !version.contains('.') {
        return Some(format!(">={version}"));
    }
    Some(format!("{operator}{version}"))
}
