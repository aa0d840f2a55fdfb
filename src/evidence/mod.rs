//! What was found: statements, the links along which values travel, launches, what was asked, what could not be read.
//!
//! Sources fill it, judges read it, and it is the only thing between them: it is saved (`--save-evidence`), replayed
//! (`--evidence`), and a judgement from it is the same on every machine. Nothing here knows a claim.
//!
//! Why it can be wrong: a value that is lost between a source and here is a claim without evidence, one that is
//! linked wrongly is a green mark that is not true. So a statement always has a place, and a link says how it travels.
//!
//! Example: `--batch_size 50` in a job script is a statement (form `Flag`), the option it sets another (form
//! `Option`, value 32), and a link of kind `Flag` leads from the first to the second within the job's launch.

mod audio;
mod branches;
mod compute;
mod evaluate;
mod expr;
mod foreign;
mod graph;
mod job;
mod needed;
mod probed;
mod reading;
mod record;
mod repeats;
mod resolved;
mod saved;
pub mod selection;
mod statement;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use audio::{Sound, Witness, is_audio};
pub use expr::{Arg, DIGITS, Expr};
pub use graph::Graph;
pub use job::{Job, JobState, Limit, Resources};
pub use probed::{Allocation, Container, Environment, Gpus, Host, PROBED, Probed, ProbedError};
pub use reading::{CardProcess, Instrument, ReadCard, Reading, Slice};
pub(crate) use record::hexadecimal;
pub use record::{
    Asked, CommandLine, Condition, Digests, Ending, Engine, Hashed, Machine, PREDICATE, Part, Printed, Record,
    RecordError, Role, STATEMENT, Telemetry, TimedRun, Total, Wanting,
};
pub use repeats::{Differing, Repeats};
pub use resolved::{Occasion, Outcome, Resolved};
pub use saved::{ReplayError, SCHEMA};
pub use statement::{Dead, Form, Grade, Guard, Stale, Statement, Subject, Unselected};

use crate::place::Place;

/// Index of a statement within its evidence.
pub type StatementId = usize;
/// Index of a launch within its evidence.
pub type LaunchId = usize;

/// Everything that was found, in the order in which it stands in the repository (by file, then by byte).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Says who wrote it, early in the file: saved evidence is never evidence.
    pub tool: Tool,
    /// Version of this layout.
    pub schema: u32,
    /// The day that `accept` dates and record ages are held against.
    pub as_of: NaiveDate,
    pub asks: Vec<Ask>,
    /// SHA-256 (hexadecimal) of every file that a statement, launch or gap names.
    pub digests: BTreeMap<String, String>,
    /// For every scope that was asked about: the files it matches.
    pub scopes: Vec<ScopeFiles>,
    /// Git-ignored files that were read because a scope matches them, and no launch names: evidence for the claims with
    /// such a scope alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<String>,
    /// Files that are run from the command line: they have a `__main__` block or top-level work, and no other file imports them.
    pub entries: Vec<String>,
    pub statements: Vec<Statement>,
    pub links: Vec<Link>,
    pub launches: Vec<Launch>,
    /// Options and keys that the code reads nowhere but under conditions. Sorted by statement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_under: Vec<ReadUnder>,
    /// Libraries that a manifest declares and no code imports, each with the number of Python files, all of them read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unimported: BTreeMap<String, u64>,
    pub gaps: Vec<Gap>,
}

/// An option or key with all the statements that read it, each of them under some condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadUnder {
    pub statement: StatementId,
    pub readers: Vec<StatementId>,
}

/// The program that wrote a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    pub name: String,
}

impl Default for Tool {
    fn default() -> Tool {
        Tool {
            name: crate::place::TOOL.to_string(),
        }
    }
}

/// How a value travels from one statement to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The statement that gives the value.
    pub from: StatementId,
    /// The statement that takes it.
    pub to: StatementId,
    pub kind: LinkKind,
    /// For [`LinkKind::Reference`]: the name in `to`'s expression that `from` fills, as written there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
    /// The link holds only within this launch (a flag, a configuration file named on the command line).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch: Option<LaunchId>,
}

/// The ways a value travels, strongest first: where several supply one statement within a launch, the first wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// A file that the code lays over the options when they are parsed (`args.__dict__.update(…)`): it wins over flags.
    Overlay,
    /// A flag on a command line sets an option or a configuration key.
    Flag,
    /// An environment variable of the launch.
    Environment,
    /// An assignment that runs after the value was set (`args.x = …`, the child of a configuration).
    Override,
    /// A configuration file that is loaded sets an option or field.
    Config,
    /// `parser.set_defaults(x=…)`.
    SetDefault,
    /// A call's argument sets the callee's parameter.
    Argument,
    /// A call that leaves the callee's parameter to its default: what other calls pass does not replace it there.
    Default,
    /// A call that may set it with something that is not seen (`f(**loaded)`): what it holds otherwise may hold as well.
    /// From a call its value is unknown, from anything else it is that statement's.
    Possible,
    /// A name in an expression stands for another statement's value (`args.lr`, `BATCH`, `$lr`).
    Reference,
}

impl LinkKind {
    /// Whether the giver replaces the taker's own value, rather than filling a name inside it or leaving it as it is.
    pub fn supplies(self) -> bool {
        !matches!(self, LinkKind::Reference | LinkKind::Default)
    }
}

/// A command that runs the code, or an entry script that nothing launches (a launch without flags).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Launch {
    pub place: Place,
    /// The command as a reader would type it, continuation lines joined; empty for an entry script on its own.
    pub command: String,
    /// [`Grade::Launched`], or [`Grade::Documented`] for a command in prose, or [`Grade::Configured`] for an entry script on its own.
    pub grade: Grade,
    /// The script or module that it starts, where that lies in the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Statements of form `Flag` that stand on the command line.
    pub flags: Vec<StatementId>,
    /// Configuration files that the command names.
    pub configs: Vec<String>,
    /// Processes and machines that the launcher starts, where it says so (`--nproc_per_node`, `--nnodes`, visible devices).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<StatementId>,
    /// Conditions under which the command runs (a shell `if`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Guard>,
    /// Files whose code runs: the entry, what it imports, the configuration it loads. Sorted.
    pub reach: Vec<String>,
    /// Code in these files that it does not come to. Sorted, and none within another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub idle: Vec<Idle>,
}

/// A function or class that a launch never comes to although it imports its file, or the `__main__` block of a file that
/// it only imports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idle {
    pub file: String,
    /// Where it stands: from its first byte to behind its last.
    pub bytes: (usize, usize),
    /// `Class.method`, or `__main__` for such a block.
    pub name: String,
}

impl Launch {
    /// Whether its code comes to a statement: the file is one it runs, and nothing idle is around the statement.
    pub fn runs(&self, statement: &Statement) -> bool {
        self.runs_at(&statement.place)
    }

    /// Whether its code comes to a place.
    pub fn runs_at(&self, place: &Place) -> bool {
        self.reach.binary_search(&place.file).is_ok() && self.idle_at(place).is_none()
    }

    /// Which of the idle parts a place is in.
    fn idle_at(&self, place: &Place) -> Option<usize> {
        let (start, _) = place.bytes?;
        let after = self
            .idle
            .partition_point(|idle| (idle.file.as_str(), idle.bytes.0) <= (place.file.as_str(), start));
        let idle = self.idle.get(after.checked_sub(1)?)?;
        (idle.file == place.file && start < idle.bytes.1).then(|| after - 1)
    }
}

/// What a claim needs to know. A claim whose asks are not in the evidence cannot be judged from it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(
    tag = "ask",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Ask {
    /// Declarations, imports and uses of a package, by its normalised name.
    Dependency { package: String },
    /// Calls, imports and definitions of a symbol.
    Usage { symbol: String },
    /// Values of a setting under any of these identifiers.
    Setting { names: Vec<String> },
    /// What job scripts ask the scheduler for, and which scheduler they are written for.
    Scheduler,
    /// Mentions of GPU cards: prose, partitions, constraints.
    Cards,
    /// Durations of jobs and runs: limits, prose with the job's or script's name.
    Runtime,
    /// Prose and table cells that bear one of these words beside a quantity.
    Prose { words: Vec<String> },
    /// Rows of the data tables in scope; `header`: whether the first row is one, where the claim settles it.
    Rows {
        scope: Scope,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<bool>,
    },
    /// A selection (JSONPath, `/regex/`, SQL) in the files in scope.
    Select { scope: Scope, select: String },
    /// Hits of a regular expression in the files in scope.
    Pattern { scope: Scope, pattern: String },
    /// Hash, line count and presence of the files in scope.
    Files { scope: Scope },
    /// The files in scope by their names, and which of them are Git LFS pointers: for their number, whatever is in them.
    Present { scope: Scope },
    /// Rate, channels and length of the audio files in scope, where it names such files.
    Audio { scope: Scope },
    /// Lines of one file with their hash (`see = { at = "src/a.py:119-121" }`).
    Lines { file: String, first: u32, last: u32 },
    /// Recorded accounting that a claim file names: `path` relative to the claim file's folder.
    Accounting { claims: String, path: String },
    /// The record of a timed run that a claim file declares: `path` relative to the claim file's folder.
    Record { claims: String, run: String, path: String },
    /// A file of readings that a claim file names: `path` relative to the claim file's folder.
    Readings { claims: String, path: String },
    /// Whether a quote stands in the paper, or at `at`.
    Quote {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// What launches set, with what takes it: for `verify uncovered`, never for a claim.
    Launched,
    /// The quantities of the paper's sentences: for `verify uncovered`, never for a claim.
    Paper {
        /// Numbers as Spanish readers write them.
        spanish: bool,
    },
}

/// Files by glob, as a claim's `in` and `exclude` say; no `include` means everything under the root that is not ignored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

/// The files a scope matches, sorted, and which of its globs match nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeFiles {
    pub scope: Scope,
    pub files: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmatched: Vec<String>,
}

/// What could not be read, and why. A gap never supports a claim.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// Relative to the root; a folder where all of it was left out.
    pub file: String,
    pub why: GapReason,
    /// What the reader said, in English; shown as it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// Why something was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GapReason {
    /// Larger than this kind of file is read.
    TooLarge,
    /// A line so long that it is generated, not written.
    LongLine,
    /// Neither UTF-8 nor a text.
    NotText,
    /// The operating system refused it.
    Unreadable,
    /// A link that leads out of the root.
    OutsideRoot,
    /// Its syntax is broken; what stands before and after the fault was read.
    Broken,
    /// Git-ignored, and neither a claim's `in` nor a command names it.
    Ignored,
    /// Vendored code, a virtual environment, generated files.
    Vendored,
    /// Written by `verify` itself.
    OwnReport,
    /// A Git LFS pointer instead of the data.
    LfsPointer,
    /// A format that is not read.
    UnknownFormat,
    /// A program that was asked did not answer, or left something out.
    NoAnswer,
    /// A run that is declared for the check and was not started.
    NotStarted,
}

impl GapReason {
    /// Its word in reports' catalogues and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            GapReason::TooLarge => "too-large",
            GapReason::LongLine => "long-line",
            GapReason::NotText => "not-text",
            GapReason::Unreadable => "unreadable",
            GapReason::OutsideRoot => "outside-root",
            GapReason::Broken => "broken",
            GapReason::Ignored => "ignored",
            GapReason::Vendored => "vendored",
            GapReason::OwnReport => "own-report",
            GapReason::LfsPointer => "lfs-pointer",
            GapReason::UnknownFormat => "unknown-format",
            GapReason::NoAnswer => "no-answer",
            GapReason::NotStarted => "not-started",
        }
    }
}
