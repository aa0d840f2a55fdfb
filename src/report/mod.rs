//! Reports: pure functions from one ordered list of rulings to bytes, one file per format.
//!
//! Why it can be wrong: an outcome that one format leaves out looks like a clean run there. Every format renders the
//! same [`Report`], its counts are made once, here, and a test holds all formats against them.
//!
//! Example: `json::render(&report)` gives the document of `fixtures/report.schema.json`.

use chrono::NaiveDate;

use crate::claim::{Accept, Claim};
use crate::evidence::{Evidence, Grade};
use crate::place::Place;
use crate::verdict::{Message, Ruling, Verdict};

/// What all formats render.
#[derive(Debug)]
pub struct Report<'a> {
    /// `Experimental Setup (§4)`, else the claim file's name.
    pub title: String,
    /// Claim files, as the user named them.
    pub claim_files: Vec<String>,
    /// The root as the claim file or the command line names it; never absolute unless the user wrote it so.
    pub root: String,
    pub language: Language,
    /// `--as-of`, else the day of the run.
    pub as_of: NaiveDate,
    /// In the order of the claim files.
    pub claims: Vec<Judged<'a>>,
    pub evidence: &'a Evidence,
    /// The exit code that this run will have, the same for every format.
    pub exit: u8,
}

/// A claim with what was decided.
#[derive(Debug)]
pub struct Judged<'a> {
    pub claim: &'a Claim,
    /// The claim file it stands in.
    pub claim_file: &'a str,
    pub ruling: Ruling,
    pub status: Status,
    /// Where the quote stands in the paper, where it was looked up and found.
    pub quote_place: Option<Place>,
}

/// How a ruling counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    Counted,
    /// Written by `verify init` and not read by a person yet: its verdict is shown as null and counts as below supported.
    Draft,
    /// A known finding that does not fail the gate.
    Accepted(Accept),
}

/// The language of the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    Spanish,
}

/// How many claims have which verdict, and on which grade the supported ones rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    pub claims: usize,
    /// In the order of [`Verdict::ALL`].
    pub verdicts: Vec<(Verdict, usize)>,
    pub drafts: usize,
    pub accepted: usize,
    /// Grades of the supported claims, strongest first, those with a count only.
    pub grades: Vec<(Grade, usize)>,
}

impl Report<'_> {
    pub fn tally(&self) -> Tally {
        let counted = || self.claims.iter().filter(|judged| judged.status != Status::Draft);
        let supported = |grade| {
            counted()
                .filter(|j| j.ruling.verdict == Verdict::Supported && j.ruling.grade == Some(grade))
                .count()
        };
        Tally {
            claims: self.claims.len(),
            verdicts: Verdict::ALL
                .into_iter()
                .map(|verdict| {
                    (
                        verdict,
                        counted().filter(|judged| judged.ruling.verdict == verdict).count(),
                    )
                })
                .collect(),
            drafts: self.claims.len() - counted().count(),
            accepted: self
                .claims
                .iter()
                .filter(|judged| matches!(judged.status, Status::Accepted(_)))
                .count(),
            grades: Grade::ALL
                .into_iter()
                .map(|grade| (grade, supported(grade)))
                .filter(|(_, count)| *count > 0)
                .collect(),
        }
    }

    /// Caveats over all claims: shown after the table, never on the terminal only.
    pub fn caveats(&self) -> impl Iterator<Item = (&str, &Message)> {
        self.claims.iter().flat_map(|judged| {
            judged
                .ruling
                .caveats
                .iter()
                .map(|caveat| (judged.claim.id.as_str(), caveat))
        })
    }
}
