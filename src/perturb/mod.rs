//! Claims and evidence changed in memory, to see whether verdicts move as they must.
//!
//! A judge is pure, so every verdict can be proven falsifiable: of a supported claim each thing it says is changed to
//! one that no evidence shows, then all evidence that voted for it; of a refuted claim the value found is claimed
//! instead. A supported verdict must fall, a refuted one must not stay refuted.
//!
//! Why it can be wrong: a change that the bounds still hold, or that another place shows, proves nothing. New values
//! stand nowhere in the evidence and lie outside of any tolerance; what cannot be tried is said, never counted as moved.
//!
//! Example: "batch size 50" supported by three jobs: with 51 claimed it is a discrepancy, with the three flags changed
//! it is one, too.

mod claims;
mod evidence;
mod values;

use crate::claim::{Claim, Quorum};
use crate::judge::{self, Case};
use crate::place::Place;
use crate::verdict::{Ruling, Stance, Verdict};

pub(crate) use claims::found_instead;
pub(crate) use evidence::{Depth, changed_at};

/// What was changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A key of the claim, to something that no evidence shows.
    Claim { key: &'static str, now: String },
    /// Everything that voted for the claim, together.
    Evidence { places: Vec<Place> },
    /// The value found is claimed.
    Found { key: &'static str, now: String },
    /// One place alone says something else.
    Place(Place),
    /// The claim names its owner.
    Owner(String),
    /// The claim says how many occasions must agree.
    Quorum(&'static str),
}

/// A change, and the verdict it led to.
#[derive(Debug, Clone)]
pub struct Trial {
    pub change: Change,
    pub after: Verdict,
    /// Whether the verdict moved as it must.
    pub moved: bool,
}

/// What was tried on one claim.
#[derive(Debug)]
pub struct Tried {
    pub before: Ruling,
    pub trials: Vec<Trial>,
    /// Why nothing was tried, or not all: a code of the catalogue's table `untried`.
    pub untried: Option<&'static str>,
}

/// Rounds of changing what still supports after the first places were changed: a job script has dozens of directives.
const ROUNDS: usize = 64;

/// Changes the claim and its evidence in every way that must move the verdict.
pub fn tried(case: &Case<'_>) -> Tried {
    let before = judge::judge(case);
    let (trials, untried) = match before.verdict {
        _ if case.claim.draft => (Vec::new(), Some("draft")),
        Verdict::Supported => supported(case, &before),
        Verdict::Discrepancy | Verdict::MinorDiscrepancy => refuted(case, &before),
        Verdict::NeedsClarification | Verdict::NoEvidence | Verdict::NotRun => (Vec::new(), Some("undecided")),
    };
    Tried {
        before,
        trials,
        untried,
    }
}

fn supported(case: &Case<'_>, before: &Ruling) -> (Vec<Trial>, Option<&'static str>) {
    let mut trials: Vec<Trial> = claims::mutants(case)
        .into_iter()
        .map(|mutant| {
            let after = with_claim(case, &mutant.claim).verdict;
            Trial {
                change: Change::Claim {
                    key: mutant.key,
                    now: mutant.now,
                },
                after,
                moved: after != Verdict::Supported,
            }
        })
        .collect();
    let by_evidence = evidence_changed(case, before);
    let untried = match (&by_evidence, trials.is_empty()) {
        (None, _) => Some("nothing-cited"),
        (Some(_), true) => Some("nothing-claimed"),
        (Some(_), false) => None,
    };
    trials.extend(by_evidence);
    (trials, untried)
}

/// All that supports is changed: what the places say, then, where a claim rests on their being there, what they are
/// about. Where other, weaker places then support, those as well.
fn evidence_changed(case: &Case<'_>, before: &Ruling) -> Option<Trial> {
    let mut changed = case.evidence.clone();
    let mut places: Vec<Place> = Vec::new();
    let mut ruling = before.clone();
    for _ in 0..ROUNDS {
        let more: Vec<Place> = supporting(&ruling)
            .into_iter()
            .filter(|place| !places.contains(place))
            .collect();
        if more.is_empty() {
            break;
        }
        places.extend(more.iter().cloned());
        for depth in [Depth::Value, Depth::Subject] {
            if !changed_at(&mut changed, &more, depth) {
                continue;
            }
            ruling = judge::judge(&Case {
                evidence: &changed,
                ..*case
            });
            if ruling.verdict != Verdict::Supported {
                break;
            }
        }
        if ruling.verdict != Verdict::Supported {
            break;
        }
    }
    (changed != *case.evidence).then(|| Trial {
        change: Change::Evidence { places },
        after: ruling.verdict,
        moved: ruling.verdict != Verdict::Supported,
    })
}

/// The places that a ruling rests on.
fn supporting(ruling: &Ruling) -> Vec<Place> {
    ruling
        .citations
        .iter()
        .filter(|citation| citation.stance == Stance::Supports)
        .map(|citation| citation.place.clone())
        .collect()
}

fn refuted(case: &Case<'_>, before: &Ruling) -> (Vec<Trial>, Option<&'static str>) {
    let Some(mutant) = found_instead(case, before) else {
        return (Vec::new(), Some("nothing-found"));
    };
    // Where all must agree and some do, no single value is right.
    if before
        .citations
        .iter()
        .any(|citation| citation.stance == Stance::Supports)
    {
        return (Vec::new(), Some("some-agree"));
    }
    let after = with_claim(case, &mutant.claim);
    let refuted = matches!(after.verdict, Verdict::Discrepancy | Verdict::MinorDiscrepancy);
    // What was impossible in itself may still be refuted by the evidence, for another reason.
    let by_itself = before.grade.is_none();
    let trial = Trial {
        change: Change::Found {
            key: mutant.key,
            now: mutant.now,
        },
        after: after.verdict,
        moved: !refuted || (by_itself && after.because.code != before.because.code),
    };
    (vec![trial], None)
}

/// Places that are changed one by one at most: a reader looks at the first few.
const PLACES: usize = 8;
/// Owners that are tried at most.
const OWNERS: usize = 12;

/// What else would give another verdict, none of which must: one voting place alone, the claim with an owner, or with a
/// number of occasions that must agree.
pub fn counterfactuals(case: &Case<'_>, before: &Ruling) -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut trial = |change: Change, after: Verdict| {
        let moved = after != before.verdict;
        if moved {
            trials.push(Trial { change, after, moved });
        }
    };
    for place in voting(before).into_iter().take(PLACES) {
        let mut changed = case.evidence.clone();
        if changed_at(&mut changed, std::slice::from_ref(&place), Depth::Value) {
            let evidence = &changed;
            let after = judge::judge(&Case { evidence, ..*case }).verdict;
            trial(Change::Place(place), after);
        }
    }
    if before.verdict != Verdict::NeedsClarification {
        return trials;
    }
    for owner in owners(case, before).into_iter().take(OWNERS) {
        let claim = Claim {
            of: Some(owner.clone()),
            ..case.claim.clone()
        };
        let after = with_claim(case, &claim).verdict;
        if after != Verdict::NoEvidence {
            trial(Change::Owner(owner), after);
        }
    }
    if case.claim.quorum == Quorum::Unsaid {
        for (word, quorum) in [("all", Quorum::All), ("any", Quorum::Any)] {
            let claim = Claim {
                quorum,
                ..case.claim.clone()
            };
            trial(Change::Quorum(word), with_claim(case, &claim).verdict);
        }
    }
    trials
}

/// The places that voted, each once.
fn voting(ruling: &Ruling) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for citation in &ruling.citations {
        let votes = matches!(citation.stance, Stance::Supports | Stance::Contradicts);
        if votes && !places.contains(&citation.place) {
            places.push(citation.place.clone());
        }
    }
    places
}

/// The owners of what the ruling cites, as `of` takes them; none where the kind takes no owner or the claim
/// names one.
fn owners(case: &Case<'_>, ruling: &Ruling) -> Vec<String> {
    let takes = judge::Kind::of_name(case.claim.kind).is_some_and(|kind| kind.spec.takes("of"));
    if !takes || case.claim.of.is_some() {
        return Vec::new();
    }
    let mut owners: Vec<String> = Vec::new();
    for citation in &ruling.citations {
        let statements = case.evidence.statements.iter();
        for statement in statements.filter(|statement| statement.place == citation.place) {
            for owner in statement
                .owner
                .iter()
                .filter(|owner| !matches!(owner.as_str(), "__init__" | "self" | "cls"))
            {
                if !owners.contains(owner) {
                    owners.push(owner.clone());
                }
            }
        }
    }
    owners
}

/// The ruling on another claim in this one's place.
pub(crate) fn with_claim(case: &Case<'_>, claim: &Claim) -> Ruling {
    judge::judge(&Case { claim, ..*case })
}
