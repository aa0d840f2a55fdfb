//! Reports: pure functions from one ordered list of rulings to bytes, one file per format.
//!
//! Why it can be wrong: an outcome that one format leaves out looks like a clean run there. Every format renders the
//! same [`Report`], its counts are made once, here, and a test holds all formats against them.
//!
//! Adding a format is one file with its `FORMAT`, and its line in [`FORMATS`]; a test holds the list against the folder.
//!
//! Example: `format("json")` renders the document that `schema/report.schema.json` describes.

pub mod answers;
pub mod catalogue;
mod json;
mod markdown;
mod markup;
mod plot;
mod runs;
mod terminal;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::claim::{Accept, Claim};
use crate::evidence::{Evidence, Gap, GapReason, Grade};
use crate::place::Place;
use crate::verdict::{Citation, Ruling, Stance, Verdict};

/// A format of the report.
#[derive(Debug)]
pub struct Format {
    /// As `--format` takes it.
    pub name: &'static str,
    pub render: fn(&Report<'_>, &Options) -> String,
    /// What the report links to, to be written beside it; nothing where it is printed.
    pub companions: fn(&Report<'_>, &Options) -> Vec<Companion>,
    /// One sentence for the help.
    pub about: &'static str,
}

/// A file that stands beside a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// Its name, without a folder.
    pub name: String,
    pub text: String,
}

/// Of formats that are one file.
fn no_companions(_: &Report<'_>, _: &Options) -> Vec<Companion> {
    Vec::new()
}

pub const FORMATS: &[Format] = &[terminal::FORMAT, markdown::FORMAT, json::FORMAT];

pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// What a format may be told beside the report; none of it changes what was found.
#[derive(Debug, Clone)]
pub struct Options {
    /// Columns of the terminal.
    pub width: u16,
    pub color: bool,
    /// Only what is not supported, and the summary line.
    pub quiet: bool,
    /// The way from the folder of the report to the root, for links: empty, or ending in `/`.
    pub links: String,
    /// Files that lie beside the root and are named from where `verify` was started: records, readings, accounting.
    pub beside: BTreeSet<String>,
    /// The way from the folder of the report to where `verify` was started, for links to these.
    pub here: String,
    /// The name of the report's own file without its ending, where it has one: companions begin with it.
    pub stem: Option<String>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            width: 100,
            color: false,
            quiet: false,
            links: String::new(),
            beside: BTreeSet::new(),
            here: String::new(),
            stem: None,
        }
    }
}

impl Options {
    /// `[shown](way/to/file#anchor)`; only what is shown, where no path in a report leads to the file (the user's cache, a
    /// folder that was allowed by its whole path).
    pub(crate) fn link(&self, shown: &str, file: &str, anchor: &str) -> String {
        if file.starts_with(['/', '~', '$']) {
            return shown.to_string();
        }
        format!(
            "[{shown}]({}{}{anchor})",
            markup::target(self.way_to(file)),
            markup::target(file)
        )
    }

    /// What stands before a file's path in a link to it.
    pub fn way_to(&self, file: &str) -> &str {
        if self.beside.contains(file) {
            &self.here
        } else {
            &self.links
        }
    }
}

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

    /// What was not read, by reason; within one, in the order of the evidence. Why a run was not started is said by the
    /// claims that rest on it.
    fn gaps(&self) -> BTreeMap<GapReason, Vec<&Gap>> {
        let mut gaps: BTreeMap<GapReason, Vec<&Gap>> = BTreeMap::new();
        let unread = self.evidence.gaps.iter();
        for gap in unread.filter(|gap| gap.why != GapReason::NotStarted) {
            gaps.entry(gap.why).or_default().push(gap);
        }
        gaps
    }

    /// The entry of the catalogue's table `exit` that says what the exit code means for this very run.
    fn exit_meaning(&self) -> String {
        let open = self.claims.iter().any(|judged| !judged.holds());
        let contradicted = self
            .claims
            .iter()
            .any(|judged| !judged.holds() && judged.verdict() == Some(Verdict::Discrepancy));
        match self.exit {
            0 if open => "exit.0-fail-on".to_string(),
            1 if !contradicted => "exit.1-drift".to_string(),
            4 if !open => "exit.4-strict".to_string(),
            code => format!("exit.{code}"),
        }
    }
}

impl Judged<'_> {
    /// The claim's title, else its id.
    fn title(&self) -> &str {
        self.claim.title.as_deref().unwrap_or(&self.claim.id)
    }

    /// None for a draft.
    fn verdict(&self) -> Option<Verdict> {
        (self.status != Status::Draft).then_some(self.ruling.verdict)
    }

    /// Whether it is supported or accepted: nothing that the exit code counts.
    fn holds(&self) -> bool {
        match self.status {
            Status::Counted => self.ruling.verdict == Verdict::Supported,
            Status::Draft => false,
            Status::Accepted(_) => true,
        }
    }

    /// The entry of the catalogue's tables `verdict` and `mark`.
    fn verdict_name(&self) -> &'static str {
        self.verdict().map_or("draft", Verdict::name)
    }

    fn symbol(&self) -> &'static str {
        self.verdict().map_or("📝", Verdict::symbol)
    }

    /// The place to look at first: of the stance that the verdict follows, of the grade it rests on.
    fn deciding(&self) -> Option<&Citation> {
        let order = match self.ruling.verdict {
            Verdict::Discrepancy | Verdict::MinorDiscrepancy => [Stance::Contradicts, Stance::Supports],
            _ => [Stance::Supports, Stance::Contradicts],
        };
        let citations = &self.ruling.citations;
        let rests = |citation: &&Citation| Some(citation.grade) == self.ruling.grade;
        order
            .into_iter()
            .find_map(|stance| {
                let mut of_stance = citations.iter().filter(|citation| citation.stance == stance);
                of_stance.clone().find(rests).or_else(|| of_stance.next())
            })
            .or_else(|| citations.first())
    }
}

/// `slurm/04.job:7`, `runs.parquet row 2`, `evidence/sacct.txt:3 (job 1234, 2025-12-01)`.
fn place_text(place: &Place, language: Language) -> String {
    let said = |name: &str, value: String| {
        let values = catalogue::named([(name.to_string(), value.into())]);
        catalogue::words(&format!("word.{name}"), language, catalogue::Dress::Plain, values)
    };
    let at = match place.row {
        Some(row) if place.line.is_none() => format!("{} {}", place.file, said("row", row.to_string())),
        _ => place.short(),
    };
    let job = place.job.clone().map(|job| said("job", job));
    let device = place.device.clone().map(|device| said("device", device));
    let more: Vec<String> = [job, device, place.time.clone()].into_iter().flatten().collect();
    if more.is_empty() {
        at
    } else {
        format!("{at} ({})", more.join(", "))
    }
}

/// The entry of the catalogue's tables `stance` and `stance-verb`.
fn stance_name(stance: Stance) -> &'static str {
    match stance {
        Stance::Supports => "supports",
        Stance::Contradicts => "contradicts",
        Stance::Overridden => "overridden",
        Stance::Context => "context",
    }
}
