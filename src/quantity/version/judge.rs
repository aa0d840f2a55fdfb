//! The rules by which a claimed version is judged against a declared one, in the order of the claim language.
//!
//! They can be wrong in their order: a pin of the paper inside an open range must be asked about before the range's lower
//! bound may support it. So the test is a table with each sentence of the language beside its rows.

use serde::{Deserialize, Serialize};
use uv_pep440::Version;

use super::specifier::{Specifier, SpecifierError};

/// What a manifest, a lock or an environment says about one package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Declared {
    /// A lock, a freeze, an installed package, or `==` in a manifest.
    Pin(Specifier),
    /// Any other specifier.
    Range(Specifier),
    /// Named without a specifier.
    Any,
    /// A VCS or URL reference.
    Source(String),
}

impl Declared {
    /// What a requirement's specifiers declare; an empty text declares any version.
    ///
    /// # Errors
    /// Where the text is no specifier.
    pub fn pep440(text: &str) -> Result<Self, SpecifierError> {
        Self::from_text(text, Specifier::pep440)
    }

    /// What a poetry constraint declares; `*` declares any version.
    ///
    /// # Errors
    /// Where the text is no constraint.
    pub fn poetry(text: &str) -> Result<Self, SpecifierError> {
        Self::from_text(text, Specifier::poetry)
    }

    /// What a conda version declares; nothing and `*` declare any version.
    ///
    /// # Errors
    /// Where the text is no version.
    pub fn conda(text: &str) -> Result<Self, SpecifierError> {
        Self::from_text(text, Specifier::conda)
    }

    fn from_text(
        text: &str,
        parse: impl FnOnce(&str) -> Result<Specifier, SpecifierError>,
    ) -> Result<Self, SpecifierError> {
        if matches!(text.trim(), "" | "*") {
            return Ok(Self::Any);
        }
        let specifier = parse(text)?;
        Ok(if specifier.is_pin() {
            Self::Pin(specifier)
        } else {
            Self::Range(specifier)
        })
    }

    /// What a lock, a freeze or an installed package says: exactly `version`, any local part included in the text.
    ///
    /// # Errors
    /// Where `version` is no version of PEP 440.
    pub fn installed(version: &str) -> Result<Self, SpecifierError> {
        Specifier::pep440(&format!("=={}", version.trim())).map(Self::Pin)
    }
}

/// How a claimed version stands to a declared one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionOutcome {
    /// What is declared is what the claim says.
    Agrees,
    /// It is, but declares versions above the claim's too.
    AgreesNoUpperBound,
    /// It contradicts the claim.
    Disagrees,
    /// It neither supports nor refutes, by the reason of this code.
    Clarify(&'static str),
}

/// The claim pins a version, and the declared range admits others.
const PIN_IN_OPEN_RANGE: &str = "pin-in-open-range";
/// Every declared version fulfils the claim, but the claim says something else.
const INSIDE_CLAIM: &str = "declared-inside-claim";
/// Some declared versions fulfil the claim, some do not.
const OVERLAPPING: &str = "versions-overlap";
/// The package is declared without a version.
const NO_SPECIFIER: &str = "no-specifier";
/// The package is declared by a VCS or URL reference, which bears no version.
const SOURCE_REFERENCE: &str = "source-reference";

/// Judges a claimed version against what one manifest, lock or environment declares.
///
/// Which of several speaks (a lock before its manifest) is the caller's.
#[must_use]
pub fn judge_version(claim: &Specifier, declared: &Declared) -> VersionOutcome {
    let (found, is_pin) = match declared {
        Declared::Any => return VersionOutcome::Clarify(NO_SPECIFIER),
        Declared::Source(_) => return VersionOutcome::Clarify(SOURCE_REFERENCE),
        Declared::Pin(found) => (found, true),
        Declared::Range(found) => (found, false),
    };
    let (wanted, given) = (claim.ranges(), found.ranges());
    let inside = found.is_inside(claim);
    if wanted.is_empty() || given.is_empty() || wanted.is_disjoint(&given) {
        return VersionOutcome::Disagrees;
    }
    if is_pin {
        // A declared series, `==2.1.*`, may hold the claimed pin and others beside it.
        return if inside {
            VersionOutcome::Agrees
        } else {
            VersionOutcome::Clarify(OVERLAPPING)
        };
    }
    if wanted == given {
        return VersionOutcome::Agrees;
    }
    let lower = compare_lower(claim, found);
    if !claim.is_pin() && lower == Lower::ClaimAbove {
        return VersionOutcome::Disagrees;
    }
    if claim.is_pin() && !inside {
        return VersionOutcome::Clarify(PIN_IN_OPEN_RANGE);
    }
    if lower == Lower::Same {
        // The claim ends somewhere and the declared range does not end there.
        return if claim.has_upper() && !inside {
            VersionOutcome::AgreesNoUpperBound
        } else {
            VersionOutcome::Agrees
        };
    }
    VersionOutcome::Clarify(if inside { INSIDE_CLAIM } else { OVERLAPPING })
}

/// Judges a claim that the code works with all versions of `claim`: they must lie inside what is declared.
///
/// Final releases alone count: `requires-python = ">=3.8"` leaves out 3.8's own pre-releases, which nobody means.
#[must_use]
pub fn judge_works_with(claim: &Specifier, declared: &Declared) -> VersionOutcome {
    match declared {
        Declared::Any => VersionOutcome::Clarify(NO_SPECIFIER),
        Declared::Source(_) => VersionOutcome::Clarify(SOURCE_REFERENCE),
        Declared::Pin(found) | Declared::Range(found) => {
            let wanted = claim.release_ranges();
            if !wanted.is_empty() && wanted.subset_of(&found.release_ranges()) {
                VersionOutcome::Agrees
            } else {
                VersionOutcome::Disagrees
            }
        }
    }
}

/// How the lower bounds stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lower {
    Same,
    ClaimAbove,
    /// The claim's is below, or one of them has none.
    Other,
}

/// Compares lower bounds at the parts that the claim prints: `>=4.40` and `>=4.40.2` are the same to it.
fn compare_lower(claim: &Specifier, found: &Specifier) -> Lower {
    let (Some((wanted, with_itself)), Some((given, given_itself))) = (claim.lower(), found.lower())
    else {
        return Lower::Other;
    };
    let parts = wanted.release().len();
    let cut = |version: &Version| {
        let mut release: Vec<u64> = version.release().iter().copied().take(parts).collect();
        release.resize(parts, 0);
        (version.epoch(), release)
    };
    match cut(&wanted).cmp(&cut(&given)) {
        std::cmp::Ordering::Greater => Lower::ClaimAbove,
        std::cmp::Ordering::Less => Lower::Other,
        // `>2.0` leaves out the 2.0 that `>=2.0` declares.
        std::cmp::Ordering::Equal if !with_itself && given_itself && given <= wanted => {
            Lower::ClaimAbove
        }
        std::cmp::Ordering::Equal => Lower::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use VersionOutcome::{Agrees, AgreesNoUpperBound, Clarify, Disagrees};
    use proptest::prelude::*;

    #[test]
    fn the_rules_in_their_order() {
        let pin = Clarify(PIN_IN_OPEN_RANGE);
        let inside = Clarify(INSIDE_CLAIM);
        let overlap = Clarify(OVERLAPPING);
        let rows: &[(&str, &str, VersionOutcome)] = &[
            // "A lock or pin [...] must lie in C."
            ("2.1.0", "==2.1.0", Agrees),
            ("2.1", "==2.1.3", Agrees),
            ("2.x", "==2.6.0", Agrees),
            (">=4.40", "==4.45.1", Agrees),
            ("1.4.1", "==1.4.0", Disagrees),
            ("2.1", "==2.2.0", Disagrees),
            ("2.x", "==1.13.1", Disagrees),
            (">=4.40", "==4.39.3", Disagrees),
            ("2.1", "==2.1.*", Agrees),
            (">=2.1", "==2.1.*", Agrees),
            ("2.1.x", "==2.1.*", Agrees),
            (">=2.1", "==2.1.0rc1", Disagrees),
            ("2.6.0", "==2.6.0.post1", Disagrees),
            ("2.1.0", "==2.1.*", overlap), // the series may hold it
            // "C a range whose lower bound is above what is declared [...]: discrepancy."
            (">=3.11", ">=3.10.9", Disagrees),
            (">=4.40", ">=4.38", Disagrees),
            ("2.x", ">=1.8", Disagrees),
            (">=4.40.1", ">=4.40", Disagrees),
            (">2.0", ">=2.0", Disagrees),
            // "[...] or disjoint: discrepancy."
            ("<2", ">=2", Disagrees),
            (">=2", "<2", Disagrees),
            ("2.6.0", ">=3", Disagrees),
            ("2.1", ">=2.2,<3", Disagrees),
            // "A pin C inside an open range: needs-clarification."
            ("2.6.0", ">=2.6.0", pin),
            ("==2.6.0", ">=2.6.0", pin),
            ("2.6.0", ">=2.0", pin),
            ("2.1", ">=2.1", pin),
            ("2.6.0", ">=2.6.0,<3", pin), // bounded, but it still admits others
            ("2.1", "<3", pin),
            // "A range with the same lower bound at C's precision: supported"
            (">=4.40", ">=4.40.0", Agrees),
            (">=4.40", ">=4.40", Agrees),
            (">=4.40", ">=4.40.2", Agrees),
            (">=0.10", ">=0.10.0", Agrees),
            (">=4.40", ">=4.40,<5", Agrees),
            (">=4.40", ">=4.40,!=4.41.0", Agrees),
            (">=3.10", ">=3.10.9", Agrees),
            ("2.x", ">=2.0.0,<3", Agrees),
            ("2.x", "~=2.0", Agrees),
            ("2.x", ">=2.3,<2.5", Agrees), // 2.x prints one part, and 2.3 begins with 2
            ("2.1", ">=2.1,<2.2", Agrees), // all that is declared is a 2.1
            ("2.1", "~=2.1.0", Agrees),
            ("<2,>=1.1", ">=1.1,<2", Agrees),
            ("<2", "<2", Agrees),
            // "(a missing upper bound is a caveat)."
            ("2.x", ">=2.0.0", AgreesNoUpperBound),
            ("2.x", ">=2", AgreesNoUpperBound),
            ("2.x", ">=2.3", AgreesNoUpperBound),
            ("2.x", ">=2,<4", AgreesNoUpperBound), // it ends above the claim
            ("~=1.2", ">=1.2", AgreesNoUpperBound),
            // "Inside C otherwise, or overlapping: needs-clarification."
            (">=4.40", ">=4.45", inside),
            ("2.1-2.3", ">=2.2,<2.3", inside),
            ("<2", ">=1.1,<2", inside),
            ("2.1-2.3", ">=2.2", overlap),
            ("<2", ">=1", overlap),
            (">=2", "<3", overlap), // nothing is declared below
            // "No specifier: needs-clarification."
            ("2.x", "", Clarify(NO_SPECIFIER)),
            ("2.1.0", "", Clarify(NO_SPECIFIER)),
            // "`2.1` is the pin `==2.1.*`, `2.6.0` is `==2.6.0` with any local part; `2.x` is `>=2,<3`."
            ("2.1", "==2.1.0", Agrees),
            ("2.1.0", "==2.1.0+cu118", Agrees),
            ("2.1", "==2.1.0+cu118", Agrees),
            (">=2.1", "==2.1.0+cu118", Agrees),
            ("2.1.0+cu118", "==2.1.0", overlap),
            ("2.1.0+cu118", "==2.1.0+cu121", Disagrees),
            ("2.6.0", "==2.6.1", Disagrees),
            ("2.x", "==3.0.0", Disagrees),
            // "(`≥`, `\geq`, `~` are read)"
            ("≥4.40", ">=4.40.0", Agrees),
            ("\\geq 4.40", ">=4.40.0", Agrees),
            ("~=2.1", "~=2.1", Agrees),
            ("~2.1", "==2.1.2", Agrees),
            // `===` names one release by its text.
            ("1.0.0", "===1.0", Agrees),
        ];
        for (claim, declared, outcome) in rows {
            let claim_read = Specifier::parse(claim).unwrap();
            let declared_read = Declared::pep440(declared).unwrap();
            assert_eq!(
                judge_version(&claim_read, &declared_read),
                *outcome,
                "{claim} against {declared}"
            );
        }
    }

    #[test]
    fn other_ways_to_declare() {
        let claim = |text| Specifier::parse(text).unwrap();
        let source = Declared::Source("git+https://example.org/a.git".to_owned());
        assert_eq!(
            judge_version(&claim("2.1"), &source),
            Clarify(SOURCE_REFERENCE)
        );
        assert_eq!(
            judge_version(&claim("2.x"), &Declared::poetry("^2.0").unwrap()),
            Agrees
        );
        assert_eq!(
            judge_version(&claim("2.x"), &Declared::poetry("*").unwrap()),
            Clarify(NO_SPECIFIER)
        );
        assert_eq!(
            judge_version(&claim("1.2"), &Declared::conda("=1.2").unwrap()),
            Agrees
        );
        assert_eq!(
            judge_version(&claim("2.1"), &Declared::installed("2.1.2+cu121").unwrap()),
            Agrees
        );
        assert!(Declared::installed("nightly").is_err());
    }

    #[test]
    fn works_with_must_lie_inside_what_is_declared() {
        let rows: &[(&str, &str, VersionOutcome)] = &[
            ("3.8-3.11", ">=3.8,<3.12", Agrees),
            ("3.8-3.11", ">=3.8", Agrees),
            ("3.8-3.11", ">=3.7,<4", Agrees),
            ("3.8-3.11", "~=3.8", Agrees),
            ("3.8-3.11", ">=3.9", Disagrees),
            ("3.8-3.11", ">=3.8,<3.11", Disagrees),
            ("3.8-3.11", "<=3.11", Disagrees), // leaves out 3.11.1
            ("3.8-3.11", "==3.10.*", Disagrees),
            ("3.10", ">=3.10", Agrees),
            ("3.10", "==3.10.*", Agrees),
            (">=3.8", ">=3.8,<4", Disagrees),
            ("3.8-3.11", "", Clarify(NO_SPECIFIER)),
        ];
        for (claim, declared, outcome) in rows {
            let claim_read = Specifier::parse(claim).unwrap();
            let declared_read = Declared::pep440(declared).unwrap();
            assert_eq!(
                judge_works_with(&claim_read, &declared_read),
                *outcome,
                "{claim} against {declared}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_pin_agrees_with_itself_alone(a in 0_u32..9, b in 0_u32..9, c in 0_u32..9, d in 0_u32..9) {
            let claim = Specifier::parse(&format!("{a}.{b}.{c}")).unwrap();
            let outcome = judge_version(&claim, &Declared::installed(&format!("{a}.{b}.{d}")).unwrap());
            prop_assert_eq!(outcome, if c == d { Agrees } else { Disagrees });
        }

        #[test]
        fn every_specifier_agrees_with_itself(op in "(==|>=|<=|>|<|~=)", a in 0_u32..9, b in 1_u32..9) {
            let text = format!("{op}{a}.{b}");
            let claim = Specifier::parse(&text).unwrap();
            prop_assert_eq!(judge_version(&claim, &Declared::pep440(&text).unwrap()), Agrees);
        }
    }
}
