//! Files that a claim names as data and that could not be read: a pointer of Git LFS, a broken table, a clip cut off.
//!
//! Why it can be wrong: "all agree" over the files that happened to be readable is a green mark over half of the data, and
//! a sum that lacks a file refutes a true claim. So a file that is named and not read leaves a claim open, and where none
//! was read, the reason is said instead of "nothing speaks of it".
//!
//! Example: of three clips two are at 16 kHz and one is a pointer of Git LFS: to be clarified, with the pointer's name.

use super::scope::InScope;
use super::vote::{Ballot, Stand};
use crate::evidence::{Gap, GapReason, Grade};
use crate::judge::Case;
use crate::verdict::{Citation, Message, Stance};

/// Files that are named at most; the others are counted.
const NAMED: usize = 3;

/// The gaps of files in scope, of the wanted ones, each file once.
pub(crate) fn unread<'a>(case: &Case<'a>, scope: &InScope<'_>, wanted: impl Fn(&Gap) -> bool) -> Vec<&'a Gap> {
    let left_out = |gap: &Gap| matches!(gap.why, GapReason::Ignored | GapReason::Vendored | GapReason::OwnReport);
    let mut gaps: Vec<&Gap> = case
        .evidence
        .gaps
        .iter()
        .filter(|gap| !left_out(gap) && scope.has(&gap.file) && !scope.excludes(&gap.file) && wanted(gap))
        .collect();
    gaps.dedup_by(|one, other| one.file == other.file);
    gaps
}

/// That they were not read, and why the first was not.
pub(crate) fn message(gaps: &[&Gap]) -> Message {
    let files = names(gaps.iter().map(|gap| gap.file.clone()).collect());
    let first = gaps.first();
    Message::new("files-not-read")
        .with("count", gaps.len())
        .with("files", files)
        .with("why", first.map(|gap| gap.why.name()).unwrap_or_default())
        .with("detail", first.map(|gap| gap.detail.as_str()).unwrap_or_default())
}

/// The first few of many files, and how many more.
pub(crate) fn names(mut files: Vec<String>) -> String {
    let more = files.len().saturating_sub(NAMED);
    files.truncate(NAMED);
    if more > 0 {
        files.push(format!("+ {more}"));
    }
    files.join(", ")
}

/// A vote that leaves the claim open: what these files hold is not known.
pub(crate) fn ballot(gaps: &[&Gap], grade: Grade) -> Option<Ballot> {
    let cited = gaps.iter().take(NAMED).map(|gap| Citation {
        stance: Stance::Context,
        grade,
        place: crate::place::Place::whole(&gap.file),
        value: String::new(),
        note: None,
    });
    let undecided = Stand::Undecided(message(gaps));
    (!gaps.is_empty()).then(|| Ballot::new(undecided, grade, String::new(), cited.collect()))
}
