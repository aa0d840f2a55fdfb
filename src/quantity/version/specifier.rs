//! One version specifier, from a paper, a PEP 440 line, poetry or conda, as a set of versions.
//!
//! It can be wrong where a writer means another set than PEP 440 does: a bare `2.1` in a paper is every 2.1 release, and
//! `>=1.0.*` in a manifest is `>=1.0`. Such forms are mended before uv's ranges decide, since its plain `contains` and
//! `pep440_rs` both refuse `1.0+cu118` for `==1.0` or worse. Example: `≥4.40` holds 4.40.0 and all above.

use std::collections::Bound;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uv_pep440::{Operator, Version, VersionSpecifier, VersionSpecifiers, release_specifiers_to_ranges};
use version_ranges::Ranges;

use super::spelling::{bare, caret, clauses, open_above, plain, range_ends, successor, tilde};

/// The longest specifier; longer texts are no specifiers.
const MAX_LENGTH: usize = 300;
/// The most digits of one number: what lies above could overflow when its successor is taken.
const MAX_DIGITS: usize = 15;

/// A text that says nothing about versions.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is no version: {reason}")]
pub struct SpecifierError {
    /// As written.
    pub text: String,
    /// What is wrong with it, in lower case.
    pub reason: String,
}

/// A set of versions as someone wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specifier {
    text: String,
    /// The same in PEP 440.
    pep440: VersionSpecifiers,
}

impl Specifier {
    /// Reads a version as a paper or a claim states it: `2.1` (every 2.1), `2.6.0`, `2.x`, `≥4.40`, `\geq 4.40`, `2.0+`,
    /// `3.8-3.11`, and PEP 440 (`<2,>=1.1`, `~=1.2`, `==2.1.*`).
    ///
    /// # Errors
    /// Where the text is no version or set of versions.
    pub fn parse(text: &str) -> Result<Self, SpecifierError> {
        check_size(text)?;
        let plain = plain(text);
        if plain.is_empty() {
            return Err(error(text, "empty"));
        }
        if let Some((low, high)) = range_ends(&plain) {
            // `3.8-3.11` ends with every 3.11.
            let pep440 = format!(
                ">={low},<{}",
                successor(high).ok_or_else(|| error(text, "its end is no release"))?
            );
            return Self::build(text, &pep440);
        }
        if let Some(release) = open_above(&plain) {
            return Self::build(text, &format!(">={release}"));
        }
        if plain.starts_with(|c: char| c.is_ascii_digit()) {
            return Self::build(
                text,
                &bare(&plain).ok_or_else(|| error(text, "not a release such as 2.1 or 2.x"))?,
            );
        }
        if let Some(rest) = plain.strip_prefix('=')
            && !rest.starts_with('=')
        {
            return Self::build(
                text,
                &bare(rest.trim()).ok_or_else(|| error(text, "not a release such as 2.1"))?,
            );
        }
        Self::pep440(&plain).map(|specifier| Self {
            text: text.trim().to_owned(),
            ..specifier
        })
    }

    /// Reads the specifiers of a requirement line, mended where people write what PEP 440 refuses:
    /// `>=1.0.*`, `~=1`, a trailing comma, blanks for commas, parentheses, a local part in a bound.
    ///
    /// # Errors
    /// Where the mended text still is none.
    pub fn pep440(text: &str) -> Result<Self, SpecifierError> {
        check_size(text)?;
        let clauses = clauses(text).ok_or_else(|| error(text, "expected an operator such as >= before a version"))?;
        Self::build(text, &clauses.join(","))
    }

    /// Reads a constraint of poetry: `^1.2`, `~1.2`, `1.2.*`, `>=1,<2`; a bare version is exact.
    ///
    /// # Errors
    /// Where it is none, and for `||`, which no single specifier says.
    pub fn poetry(text: &str) -> Result<Self, SpecifierError> {
        check_size(text)?;
        if text.contains('|') {
            return Err(error(text, "alternatives with || are not read"));
        }
        let mut clauses = Vec::new();
        for clause in text.split(',').map(str::trim).filter(|c| !c.is_empty()) {
            if let Some(version) = clause.strip_prefix('^') {
                clauses.push(caret(version.trim()).ok_or_else(|| error(text, "no release behind ^"))?);
            } else if let Some(version) = clause.strip_prefix('~')
                && !version.starts_with('=')
            {
                clauses.push(tilde(version.trim()).ok_or_else(|| error(text, "no release behind ~"))?);
            } else if clause.starts_with(|c: char| c.is_ascii_digit()) {
                clauses.push(format!("=={clause}"));
            } else {
                clauses.push(clause.to_owned());
            }
        }
        let pep440 = Self::pep440(&clauses.join(","))?.pep440;
        Ok(Self {
            text: text.trim().to_owned(),
            pep440,
        })
    }

    /// Reads a version of a conda specification: `=1.2` (every 1.2), `==1.2`, `=1.2=py39_0`, `>=1.2,<2`, `1.2.*`.
    ///
    /// # Errors
    /// Where it is none, and for `|`, which no single specifier says.
    pub fn conda(text: &str) -> Result<Self, SpecifierError> {
        check_size(text)?;
        if text.contains('|') {
            return Err(error(text, "alternatives with | are not read"));
        }
        let mut clauses = Vec::new();
        for clause in text.split(',').map(str::trim).filter(|c| !c.is_empty()) {
            let single = clause.strip_prefix('=').filter(|rest| !rest.starts_with('='));
            let version = match single {
                // The build behind a second `=` says nothing about the version, but makes it exact.
                Some(rest) => match rest.split_once('=') {
                    Some((version, _build)) => format!("=={version}"),
                    None => format!("=={}.*", rest.trim_end_matches(".*")),
                },
                None if clause.starts_with(|c: char| c.is_ascii_digit()) => match clause.split_once(['=', ' ']) {
                    Some((version, _build)) => format!("=={version}"),
                    None => format!("=={clause}"),
                },
                None => clause.to_owned(),
            };
            clauses.push(version);
        }
        let pep440 = Self::pep440(&clauses.join(","))?.pep440;
        Ok(Self {
            text: text.trim().to_owned(),
            pep440,
        })
    }

    fn build(text: &str, pep440: &str) -> Result<Self, SpecifierError> {
        check_size(pep440)?;
        let parsed = VersionSpecifiers::from_str(pep440).map_err(|problem| {
            // The library's message shows the place over several lines; its first says what is wrong.
            let message = problem.to_string();
            error(
                text,
                message.lines().next().unwrap_or("not PEP 440").trim_end_matches(':'),
            )
        })?;
        if parsed.is_empty() {
            return Err(error(text, "empty"));
        }
        Ok(Self {
            text: text.trim().to_owned(),
            pep440: parsed,
        })
    }

    /// Whether `version` is in the set; none where it is no version of PEP 440.
    #[must_use]
    pub fn contains(&self, version: &str) -> Option<bool> {
        check_size(version).ok()?;
        let parsed = Version::from_str(version.trim()).ok()?;
        // PEP 440 has `===` compare the text.
        let same_text = |s: &VersionSpecifier| s.version().to_string().eq_ignore_ascii_case(version.trim());
        if let Some(exact) = self.arbitrary() {
            return Some(same_text(exact));
        }
        Some(self.ranges().contains(&parsed))
    }

    /// Whether this names one release, or one series of them: `==2.1.0`, `==2.1.*`, `===1.0`.
    #[must_use]
    pub fn is_pin(&self) -> bool {
        self.pep440.iter().any(|s| {
            matches!(
                s.operator(),
                Operator::Equal | Operator::EqualStar | Operator::ExactEqual
            )
        })
    }

    fn arbitrary(&self) -> Option<&VersionSpecifier> {
        self.pep440.iter().find(|s| *s.operator() == Operator::ExactEqual)
    }

    /// The set by PEP 440, pre-releases and local parts included.
    pub(super) fn ranges(&self) -> Ranges<Version> {
        Ranges::from(self.pep440.clone())
    }

    /// The set of final releases alone, in which `==3.8.*` starts where `>=3.8` does.
    pub(super) fn release_ranges(&self) -> Ranges<Version> {
        release_specifiers_to_ranges(self.pep440.clone())
    }

    /// Whether every version of the set is one of `other`.
    ///
    /// Between plain releases, pre-releases do not count: `~=2.0` ends at 3.0's first pre-release and `<3` before it,
    /// which no writer means to tell apart.
    pub(super) fn is_inside(&self, other: &Self) -> bool {
        self.ranges().subset_of(&other.ranges())
            || self.names_releases()
                && other.names_releases()
                && self.release_ranges().subset_of(&other.release_ranges())
    }

    fn names_releases(&self) -> bool {
        self.pep440.iter().all(|s| {
            let version = s.version();
            !version.any_prerelease() && !version.is_post() && !version.is_local()
        })
    }

    /// The least version, its parts as written, and whether it belongs to the set.
    pub(super) fn lower(&self) -> Option<(Version, bool)> {
        let ranges = self.ranges();
        match ranges.bounding_range()?.0 {
            Bound::Included(version) => Some((version.clone(), true)),
            Bound::Excluded(version) => Some((version.clone(), false)),
            Bound::Unbounded => None,
        }
    }

    /// Whether no version is in the set: `>=3,<2`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges().is_empty()
    }

    /// Whether every release is in the set: `>=0`.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        Self::pep440(">=0").is_ok_and(|all| all.is_inside(self))
    }

    /// Whether something bounds the set above.
    pub(super) fn has_upper(&self) -> bool {
        let ranges = self.ranges();
        ranges
            .bounding_range()
            .is_none_or(|(_, high)| !matches!(high, Bound::Unbounded))
    }
}

impl fmt::Display for Specifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn error(text: &str, reason: &str) -> SpecifierError {
    SpecifierError {
        text: text.trim().to_owned(),
        reason: reason.to_owned(),
    }
}

fn check_size(text: &str) -> Result<(), SpecifierError> {
    let run = text
        .split(|c: char| !c.is_ascii_digit())
        .map(str::len)
        .max()
        .unwrap_or(0);
    if text.len() > MAX_LENGTH || run > MAX_DIGITS {
        let head: String = text.chars().take(40).collect();
        return Err(error(&head, "too long"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The PEP 440 text that a specifier comes to.
    fn came_to(specifier: Result<Specifier, SpecifierError>) -> String {
        match specifier {
            Ok(specifier) => specifier.pep440.to_string(),
            Err(error) => format!("error: {}", error.reason),
        }
    }

    #[test]
    fn papers() {
        for (text, pep440) in [
            ("2.1", "==2.1.*"),
            ("2", "==2.*"),
            ("2.6.0", "==2.6.0"),
            ("2.1.0+cu118", "==2.1.0+cu118"),
            ("2.0.0rc1", "==2.0.0rc1"),
            ("v2.1", "==2.1.*"),
            ("~2.1", "==2.1.*"),
            ("2.x", ">=2, <3"),
            ("2.1.x", ">=2.1, <2.2"),
            ("≥4.40", ">=4.40"),
            ("\\geq 4.40", ">=4.40"),
            ("$\\geq$4.40", ">=4.40"),
            ("~$\\geq$4.40", ">=4.40"),
            ("≤ 2", "<=2"),
            ("at least 2.0", ">=2.0"),
            ("2.0+", ">=2.0"),
            ("2.0 or later", ">=2.0"),
            ("~=1.2", "~=1.2"),
            ("==2.1.*", "==2.1.*"),
            ("<2,>=1.1", ">=1.1, <2"), // the library puts them in order
            ("=1.2", "==1.2.*"),
            ("3.8-3.11", ">=3.8, <3.12"),
            ("3.8–3.11", ">=3.8, <3.12"),
            ("3.8 to 3.11", ">=3.8, <3.12"),
            ("", "error: empty"),
            ("source", "error: expected an operator such as >= before a version"),
            ("2004d", "error: not a release such as 2.1 or 2.x"),
            ("x", "error: expected an operator such as >= before a version"),
            ("18446744073709551615", "error: too long"),
        ] {
            assert_eq!(came_to(Specifier::parse(text)), pep440, "{text}");
        }
    }

    #[test]
    fn requirement_lines_are_mended() {
        for (text, pep440) in [
            (">=1.0.*", ">=1.0"),
            ("<=2.*", "<=2"),
            ("~=1", ">=1"),
            ("~=1.2.*", "~=1.2"),
            (">=1,", ">=1"),
            (">=1.0 <2", ">=1.0, <2"),
            (">=1.0<2", ">=1.0, <2"),
            (">= 1.0, < 2", ">=1.0, <2"),
            ("(>=5.1.*)", ">=5.1"),
            (">=1.0+cu118", ">=1.0"),
            ("==1.0+cu118", "==1.0+cu118"),
            ("===1.0", "===1.0"),
            ("!=1.0.*,>=0.9", ">=0.9, !=1.0.*"),
            ("1.0", "error: expected an operator such as >= before a version"),
            ("=1.0", "error: expected an operator such as >= before a version"),
            ("^1.2", "error: expected an operator such as >= before a version"),
            (">=", "error: expected an operator such as >= before a version"),
            (">=>=1", "error: expected an operator such as >= before a version"),
            ("", "error: empty"),
        ] {
            assert_eq!(came_to(Specifier::pep440(text)), pep440, "{text}");
        }
    }

    #[test]
    fn poetry_and_conda() {
        for (text, pep440) in [
            ("^1.2.3", ">=1.2.3, <2"),
            ("^1.2", ">=1.2, <2"),
            ("^0.2.3", ">=0.2.3, <0.3"),
            ("^0.0.3", ">=0.0.3, <0.0.4"),
            ("^0.0", ">=0.0, <0.1"),
            ("^0", ">=0, <1"),
            ("~1.2.3", ">=1.2.3, <1.3"),
            ("~1.2", ">=1.2, <1.3"),
            ("~1", ">=1, <2"),
            ("~=1.2", "~=1.2"),
            ("1.2.*", "==1.2.*"),
            ("1.2.3", "==1.2.3"),
            (">=3.8,<3.12", ">=3.8, <3.12"),
            ("^1.2 || ^2", "error: alternatives with || are not read"),
            ("^x", "error: no release behind ^"),
        ] {
            assert_eq!(came_to(Specifier::poetry(text)), pep440, "{text}");
        }
        for (text, pep440) in [
            ("=1.2", "==1.2.*"),
            ("=1.2.*", "==1.2.*"),
            ("==1.2", "==1.2"),
            ("=1.2=py39_0", "==1.2"),
            ("1.2=py39_0", "==1.2"),
            ("1.2", "==1.2"),
            ("1.2.*", "==1.2.*"),
            (">=1.2,<2", ">=1.2, <2"),
            ("1.2|1.3", "error: alternatives with | are not read"),
        ] {
            assert_eq!(came_to(Specifier::conda(text)), pep440, "{text}");
        }
    }

    #[test]
    fn membership_as_pip_has_it() {
        for (text, version, inside) in [
            ("==2.1.0", "2.1.0+cu118", true),
            ("!=2.1.0", "2.1.0+cu118", false),
            ("<=2.1.0", "2.1.0+cu118", true),
            ("==2.1.*", "2.1.3", true),
            ("~=1.2", "1.9", true),
            ("~=1.2", "2.0", false),
            (">=4.40", "4.40.0", true),
            ("===1.0", "1.0", true),
            ("===1.0", "1.0.0", false), // a string compare
            ("==1.0", "1.0.0", true),
        ] {
            assert_eq!(
                Specifier::pep440(text).unwrap().contains(version),
                Some(inside),
                "{text} {version}"
            );
        }
        assert_eq!(Specifier::pep440(">=1").unwrap().contains("nightly"), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,30}", version in "[0-9.*x^~=<>!,+ a-c-]{0,16}") {
            for text in [&text, &version] {
                for parse in [Specifier::parse, Specifier::pep440, Specifier::poetry, Specifier::conda] {
                    if let Ok(specifier) = parse(text) {
                        let _ = (specifier.lower(), specifier.has_upper(), specifier.release_ranges());
                        let json = serde_json::to_string(&specifier).unwrap();
                        prop_assert_eq!(serde_json::from_str::<Specifier>(&json).unwrap(), specifier);
                    }
                }
            }
        }

        #[test]
        fn a_bare_version_holds_itself(a in 0_u32..50, b in 0_u32..50, c in 0_u32..50) {
            let full = format!("{a}.{b}.{c}");
            for text in [format!("{a}"), format!("{a}.{b}"), full.clone(), format!("{a}.x"), format!("{a}.{b}.x")] {
                prop_assert_eq!(Specifier::parse(&text).unwrap().contains(&full), Some(true), "{}", text);
            }
        }
    }
}
