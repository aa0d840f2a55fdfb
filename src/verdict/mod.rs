//! Verdicts and rulings: what was decided, by which rule, from which places.
//!
//! A ruling always carries both sides of the comparison, the rule with its bounds, and what contradicts, also when the
//! claim holds. Its sentences are codes with values ([`Message`]); one catalogue per language makes them text.
//!
//! Why it can be wrong: a ruling without a place cannot be checked by its reader. `supported` without a citation that
//! supports is refused where rulings are made ([`Ruling::supported`] takes the citations).
//!
//! Example: `batch size 50` is `supported`, grade `launched`, because `values-agree`, cited `slurm/04_eval_base.job:58`.

mod message;

use serde::{Deserialize, Serialize};

pub use message::Message;

use crate::evidence::Grade;
use crate::place::Place;

/// What can be said of a claim. Ordered by how much it troubles a gate: the greater the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Supported,
    NoEvidence,
    NotRun,
    NeedsClarification,
    MinorDiscrepancy,
    Discrepancy,
}

impl Verdict {
    pub const ALL: [Verdict; 6] = [
        Verdict::Supported,
        Verdict::NeedsClarification,
        Verdict::MinorDiscrepancy,
        Verdict::Discrepancy,
        Verdict::NoEvidence,
        Verdict::NotRun,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Verdict::Supported => "supported",
            Verdict::NeedsClarification => "needs-clarification",
            Verdict::MinorDiscrepancy => "minor-discrepancy",
            Verdict::Discrepancy => "discrepancy",
            Verdict::NoEvidence => "no-evidence",
            Verdict::NotRun => "not-run",
        }
    }

    pub fn of_name(name: &str) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|verdict| verdict.name() == name)
    }

    /// One sign that a terminal and markdown both show.
    pub fn symbol(self) -> &'static str {
        match self {
            Verdict::Supported => "✅",
            Verdict::NeedsClarification | Verdict::MinorDiscrepancy => "⚠️",
            Verdict::Discrepancy => "❌",
            Verdict::NoEvidence => "❔",
            Verdict::NotRun => "⏸",
        }
    }
}

/// How a citation stands to the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stance {
    Supports,
    Contradicts,
    /// Another value took its place on the way: it contradicts nothing.
    Overridden,
    /// Speaks of it without a vote.
    Context,
}

/// One place with what it says and how it stands to the claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    pub stance: Stance,
    pub grade: Grade,
    pub place: Place,
    /// The value as found there.
    pub value: String,
    /// Why it stands so, where the stance alone does not say (`never read`, `overridden by slurm/04.job:58`).
    pub note: Option<Message>,
}

/// A step along which a value travelled, first the one that gave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub place: Place,
    /// `--batch_size 50`, `option batch_size`, `keyword batch_size of evaluate`.
    pub what: String,
    /// The value that it holds within the occasion; where it only refers to another's, that reference.
    pub value: String,
    /// Its own value, where the one that arrived took its place.
    pub instead_of: Option<String>,
}

/// What to change, in the paper or in the code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    pub target: Target,
    pub text: Message,
    /// The corrected sentence, where one follows from what was found.
    pub latex: Option<String>,
    /// Lines to add to a file of the repository: its path and the text.
    pub patch: Option<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    Paper,
    Code,
}

/// What a judge says of one claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    pub verdict: Verdict,
    /// The grade of the strongest evidence that voted with the verdict; none where nothing did.
    pub grade: Option<Grade>,
    /// The rule that decided, with its values.
    pub because: Message,
    /// What the paper says, as compared, with the bounds used.
    pub expected: String,
    /// The value found, as compared; none where nothing was.
    pub found: Option<String>,
    pub citations: Vec<Citation>,
    pub chain: Vec<Step>,
    pub caveats: Vec<Message>,
    pub recommendations: Vec<Recommendation>,
}
