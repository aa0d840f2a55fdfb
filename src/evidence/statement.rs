//! A statement: somewhere, something says a value of something.
//!
//! Why it can be wrong: a subject that is too wide makes a character limit of 300 a sample count. So a statement
//! keeps the identifier as written, everything it stands inside of (`owner`), and the conditions around it (`guards`).
//!
//! Example: `sample_rate: int = 16000` in a method is the setting `sample_rate`, form `Parameter`, owner
//! `["QwenAudio", "_pad_audio"]`, value 16000, grade `configured`.

use serde::{Deserialize, Serialize};

use super::{Expr, Hashed, Job, Reading, Sound, StatementId, TimedRun, Witness};
use crate::place::Place;
use crate::quantity::{Number, Stated, Unit};

/// How strong a kind of evidence is. Ordered: the greater the stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// A person says so.
    Vouched,
    /// README, docstring, comment, a command in prose, the table of cards.
    Documented,
    /// A manifest, a scheduler request: a limit is a bound, not a duration.
    Declared,
    /// A configuration file, an option's default, a code default, a constant, an import, a call.
    Configured,
    /// A launch line in the repository.
    Launched,
    /// A job log, a result file, a tracker's record of a run.
    Logged,
    /// A run record, an accounting row, an NVML reading, rows counted, an audio file decoded, an installed package.
    Measured,
}

impl Grade {
    pub const ALL: [Grade; 7] = [
        Grade::Measured,
        Grade::Logged,
        Grade::Launched,
        Grade::Configured,
        Grade::Declared,
        Grade::Documented,
        Grade::Vouched,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Grade::Vouched => "vouched",
            Grade::Documented => "documented",
            Grade::Declared => "declared",
            Grade::Configured => "configured",
            Grade::Launched => "launched",
            Grade::Logged => "logged",
            Grade::Measured => "measured",
        }
    }

    pub fn of_name(name: &str) -> Option<Grade> {
        Grade::ALL.into_iter().find(|grade| grade.name() == name)
    }
}

/// One thing that one place says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub subject: Subject,
    pub form: Form,
    pub value: Expr,
    pub place: Place,
    pub grade: Grade,
    /// The names it stands inside of, outermost first: class, function, script option group, configuration section,
    /// heading, callee of the call. The file is not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owner: Vec<String>,
    /// The unit a comment, help text or column says the bare number is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// Conditions under which it runs, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Guard>,
    /// A comment on its line, without the comment sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Why nothing runs it, where nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<Dead>,
}

impl Statement {
    /// A call that takes something by a text: `getattr(torch.optim, name)` is the callee `torch.optim.?`.
    pub fn looks_up_by_text(&self) -> bool {
        matches!(&self.subject, Subject::Call { callee } if callee.rsplit('.').next() == Some("?"))
            && matches!(&self.value, Expr::Call { callee, .. } if LOOKUPS.contains(&callee.as_str()))
    }
}

/// Functions that take something by its name as a text.
const LOOKUPS: &[&str] = &["getattr", "importlib.import_module", "__import__", "eval"];

/// What a statement is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "about",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Subject {
    /// A named value. `name` is the identifier alone (`batch_size`); flags are without dashes (`batch-size`).
    Setting { name: String },
    /// A package in a manifest; the statement's value is the specifier as text (`>=2.0.0`, empty for none, a URL).
    Dependency {
        /// Normalised as PEP 503.
        package: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        extra: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        marker: Option<String>,
        /// A lock file or a freeze: exact, and speaks before a range of the same environment.
        #[serde(default)]
        locked: bool,
    },
    /// An import, or a symbol that needs a package (`transformers.BitsAndBytesConfig`: `via` is the symbol).
    Import {
        package: String,
        /// The dotted module or symbol as imported.
        symbol: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        via: Option<String>,
    },
    /// A call of a function or class, by its dotted path as resolved through imports; the value is the call.
    Call { callee: String },
    /// A function, method or class that is defined here.
    Definition { symbol: String },
    /// What a job script asks its scheduler for: `partition`, `time-limit`, `gpus`, `memory`, …
    Directive { system: String, key: String },
    /// A GPU card that is named here; `alternatives`: one of several in a list, or a requirement of something else.
    Card {
        card: String,
        #[serde(default)]
        alternatives: bool,
    },
    /// A quantity in a sentence or cell, with the words of its clause, in lower case.
    Prose {
        stated: Stated,
        words: Vec<String>,
        #[serde(default)]
        alternatives: bool,
    },
    /// The rows of a table; the value is their number. `empty` and `duplicate` rows are counted beside it.
    Rows {
        empty: u64,
        duplicates: u64,
        columns: Vec<String>,
        /// The first row was taken for a header, and neither the claim nor a column of numbers below it shows that it is.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        guessed: bool,
        /// Their number stands in the file itself (a footer, a header), and the rows were not looked at: whether some are
        /// empty or stand twice is not known.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unseen: bool,
        /// Lines that are no rows as they stand, and may have been some: they are not counted.
        #[serde(default, skip_serializing_if = "is_zero")]
        broken: u64,
    },
    /// What an audio file is; `slack`: by how many seconds its length may be shorter, where its codec adds silence and the
    /// file does not say how much.
    Audio {
        sound: Sound,
        by: Witness,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slack: Option<Number>,
    },
    /// A cell or node that a selection gave.
    Selected {
        select: String,
        /// A term of the selection alone with its turn (1, `FP where split = 'a'`), or what its mean is of: shown, and no
        /// result.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term: Option<(u32, String)>,
        /// Rows that an aggregate left out, because their cell holds nothing.
        #[serde(default)]
        blank: u64,
    },
    /// A table in which a selection found nothing, and why.
    NothingSelected {
        select: String,
        columns: Vec<String>,
        rows: u64,
        why: Unselected,
    },
    /// A hit of a pattern.
    Hit { pattern: String },
    /// A file: its hash is in `digests`, the value is its number of lines.
    File,
    /// That a file is there; the value is its size in bytes.
    Present,
    /// Lines of a file; the value is their SHA-256.
    Lines,
    /// A job as the scheduler's accounting has it; the value is its elapsed time in seconds. It speaks for the claims of the
    /// claim file that names the accounting; for all, where the scheduler was asked (`claims` is empty).
    Job {
        #[serde(default, skip_serializing_if = "String::is_empty")]
        claims: String,
        job: Box<Job>,
    },
    /// A timed run by its record; the value is the time of the whole in seconds, where it has one. `claims` is the claim
    /// file that declares it, `run` its name there.
    Timed {
        claims: String,
        run: String,
        timed: Box<TimedRun>,
        /// What was run, each by its digest as it was then.
        subjects: Vec<Hashed>,
        /// The first of its subjects that is another one now, or is gone: then it speaks of nothing that is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stale: Option<Stale>,
        /// Of its subjects, those that are not here, and of which nobody can say here whether they are still the same.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unseen: Vec<String>,
    },
    /// A setting that a timed run printed; the value is what it printed.
    Observed { claims: String, run: String, name: String },
    /// A card as a machine reported it; the value is its name.
    Reading(Box<Reading>),
    /// A file of readings that gives no card, named by this claim file; the value says why.
    NoReading { claims: String },
    /// Where the paper has the quote; a quote that is not found has no statement.
    Quote { text: String },
    /// A quantity in a sentence of the paper: what might be claimed, never evidence. The owner is its headings.
    Printed {
        stated: Stated,
        /// The sentence up to the quantity, and behind it.
        before: String,
        after: String,
    },
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What became of a file that a timed run was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Stale {
    Changed { file: String },
    Gone { file: String },
}

/// How a statement stands in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "form",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Form {
    /// `--batch_size 50` on a command line.
    Flag,
    /// An option that a program defines: `flags` as written (`--batch_size`, `-b`), the value is its default.
    Option {
        flags: Vec<String>,
    },
    /// A function's parameter; the value is its default, [`Expr::Opaque`] with empty text where it has none.
    Parameter,
    /// A dataclass or model field with its default.
    Field,
    /// A keyword, or a position whose parameter's name is known, in a call.
    Keyword,
    /// A module-level constant or a local variable.
    Variable,
    /// `self.x = …`, `config.a.b = …`.
    Attribute,
    /// An entry of a dictionary literal.
    Entry,
    /// A key of a configuration file.
    Key,
    /// A variable of a shell script, or of a launch's environment.
    ShellVariable,
    /// A line of a manifest.
    Requirement,
    Import,
    Call,
    Definition,
    /// `#SBATCH --time=02:00:00`.
    Directive,
    /// A sentence of prose.
    Sentence,
    /// A cell of a table in prose.
    Cell,
    /// A comment in code.
    Comment,
    /// A docstring.
    Docstring,
    /// Rows, files, selections, pattern hits: counted or read as data.
    Data,
    /// A commented-out line: shown, decides nothing.
    CommentedOut,
}

/// Why a selection gives nothing in a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Unselected {
    /// No row meets the condition, or what is there holds no value.
    NoRow,
    /// The table has no such column.
    NoColumn { name: String },
    /// A term of an arithmetic expression gives several values.
    Several { term: String, count: u64 },
    /// A column that is computed with holds a text.
    Text { column: String, text: String },
    /// The statement cannot be run.
    Refused { said: String },
}

/// A condition around a statement: `if load_in_4bit or load_in_8bit:`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// The condition as written.
    pub text: String,
    pub test: Expr,
    /// False in the `else` branch.
    pub holds: bool,
    pub place: Place,
}

/// Why nothing runs a statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Dead {
    /// A parameter, key or option that nothing reads.
    NeverRead,
    /// An option or parameter whose only readers print or log it.
    OnlyShown,
    /// A flag that the program which is started does not define.
    NotDefined,
    /// Its function is called from nowhere.
    NeverCalled,
    /// A configuration file that nothing opens and no launch names.
    NeverOpened,
    /// `if False:`, a branch behind `if TYPE_CHECKING:`.
    BranchNotTaken,
    /// Another statement takes its place wherever it could count.
    Shadowed { by: StatementId },
}
