//! The claim language: text to typed claims with spans.
//!
//! Two steps: TOML with a span for every key, then each claim against the table of keys of its kind ([`KindSpec`]).
//! The same table makes the schema, the page of kinds and the "did you mean".
//!
//! Why it can be wrong: a key that is silently ignored is a check that is not made. Every key is known or an error, at
//! its line, all errors at once; and a check that could not fail is an error too.
//!
//! Example: `vaule = 50` gives `unknown key `vaule`` at its line, with the remedy `value`.

mod declared;
mod inline;
pub mod keys;
mod names;
mod node;
mod page;
mod paths;
mod problem;
mod read;
mod schema;
mod sense;
mod shape;
mod statement;
mod texts;
mod value;

use chrono::NaiveDate;

pub use page::page;
pub use problem::{Problem, nearest, render};
pub use schema::schema;

use crate::evidence::{Grade, Scope};
use crate::place::{Place, SourceText};
use crate::quantity::{Dimension, Stated, Tolerance, Unit, Value};
use crate::verdict::Verdict;

/// One claim file, read and checked.
#[derive(Debug, Clone)]
pub struct ClaimFile {
    /// As the user named it.
    pub path: String,
    pub text: SourceText,
    pub document: Document,
    /// Recorded accounting (`[slurm] accounting`), relative to the claim file's folder.
    pub accounting: Vec<String>,
    /// Recorded readings (`[machine] readings`), relative to the claim file's folder, and how old they may be.
    pub readings: Vec<String>,
    pub readings_max_age: Option<String>,
    pub runs: Vec<RunDeclaration>,
    pub claims: Vec<Claim>,
}

/// `[document]`.
#[derive(Debug, Clone, Default)]
pub struct Document {
    pub title: Option<String>,
    /// Relative to the claim file's folder.
    pub paper: Option<String>,
    /// Relative to the claim file's folder.
    pub root: Option<String>,
    /// `en` or `es`.
    pub language: Option<String>,
    /// Globs relative to the root that are never evidence.
    pub exclude: Vec<String>,
}

/// `[run.NAME]`: parsed and checked; running it comes with the live run.
#[derive(Debug, Clone)]
pub struct RunDeclaration {
    pub name: String,
    /// `command` or `candle`.
    pub engine: String,
    /// The record's path relative to the claim file's folder.
    pub record: String,
    /// All its keys, by the table [`keys::RUN`].
    pub settings: Fields,
    pub place: Place,
}

/// One `[[claim]]`.
#[derive(Debug, Clone)]
pub struct Claim {
    pub id: String,
    /// The kind's name; its own keys are in `fields`.
    pub kind: &'static str,
    pub section: Option<String>,
    pub title: Option<String>,
    pub note: Option<String>,
    pub quote: Option<String>,
    /// `README.md:101`: where the quote stands when not in the paper; the line is absent where only a file is named.
    pub at: Option<At>,
    /// `in` and `exclude` with scope names put in, and the document's `exclude`.
    pub scope: Scope,
    /// Identifiers of the setting; empty where the kind's usual names count.
    pub names: Vec<String>,
    /// `name` as arithmetic: `per_device_train_batch_size * gradient_accumulation_steps`.
    pub formula: Option<String>,
    pub of: Option<String>,
    pub value: Option<Stated>,
    pub unit: Option<Unit>,
    pub tolerance: Option<Tolerance>,
    pub take: Option<Take>,
    pub given: Vec<(String, Value)>,
    pub quorum: Quorum,
    /// `grade`: the weakest evidence that may decide.
    pub floor: Option<Grade>,
    pub run: Option<String>,
    pub accept: Option<Accept>,
    pub draft: bool,
    pub fields: Fields,
    /// The `[[claim]]` in the claim file.
    pub place: Place,
}

/// A file and, where named, a line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    pub file: String,
    pub line: Option<u32>,
    pub end_line: Option<u32>,
}

/// `take`: what is made of several values before comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    Length,
    Set,
    Contains,
    First,
    Last,
    Min,
    Max,
    Sum,
    Mean,
}

/// `for`: how many occasions must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quorum {
    /// Not written: all; where only some do, to be clarified.
    #[default]
    Unsaid,
    /// `"all"`: one counter-example is a discrepancy.
    All,
    /// `"any"`.
    Any,
    /// At least so many.
    AtLeast(u32),
}

/// `accept = { verdict, reason, until }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accept {
    pub verdict: Verdict,
    pub reason: String,
    /// The last day it holds.
    pub until: NaiveDate,
}

/// The kind's own keys, checked against its table.
#[derive(Debug, Clone, Default)]
pub struct Fields(pub Vec<(&'static str, Field)>);

/// A value of a kind's own key, by the shape its table gives it.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    Text(String),
    Texts(Vec<String>),
    Integer(i64),
    Bool(bool),
    Stated(Stated),
    /// `with = { padding = 4 }`, `with = [32]` (positions count from 0 as text keys).
    Arguments(Vec<(String, Stated)>),
    /// `see = { at = "src/a.py:119-121", sha256 = "…" }`.
    See {
        at: At,
        sha256: String,
    },
    Date(NaiveDate),
    At(At),
    Unit(Unit),
    Tolerance(Tolerance),
    Given(Vec<(String, Value)>),
    Quorum(Quorum),
    Accept(Accept),
}

/// A kind of claim, as the parser, the schema and the page of kinds need it.
#[derive(Debug)]
pub struct KindSpec {
    pub name: &'static str,
    /// The head of the kind's source file (`include_str!`), for KINDS.md and `explain`.
    pub about: &'static str,
    /// The kind's own keys.
    pub keys: &'static [Key],
    /// Which of the shared optional keys it takes: `name`, `of`, `value`, `unit`, `tolerance`, `take`, `given`, `for`, `grade`, `run`, `in`.
    /// A name here with `!` at its end is required (`value!`).
    pub shared: &'static [&'static str],
    /// Keys of its own that say something which can be false (others say where to look, or under which conditions);
    /// `value` does wherever the kind takes it.
    pub says: &'static [&'static str],
    /// The key that can be false where nothing else of the claim can: what must be there.
    pub subject: Option<&'static str>,
    /// Whether `value` compares exactly, as settings and counts do, rather than at the precision it is printed with.
    pub exact: bool,
    /// Identifiers looked for where `name` is absent.
    pub usual_names: &'static [&'static str],
    pub deciding: Grade,
    /// A condition over the claim that the tables cannot say (`at most one of version, works-with, installed`).
    pub check: fn(&Claim) -> Result<(), String>,
    /// What `value` is measured in, where the kind says.
    pub dimension: Option<Dimension>,
}

/// One key of a kind.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// One sentence for schema and page.
    pub about: &'static str,
}

/// Names of the ways in which a command prints its progress.
pub const PROGRESS: &[&str] = &["tqdm", "rich", "json", "trainer"];

/// What a key's value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A text or a list of texts.
    Texts,
    /// A whole number, not negative.
    Integer,
    /// A whole number of at least 1.
    Count,
    Bool,
    /// `true`, `false` or a text.
    BoolOrText,
    /// A quantity, range, bound, list, … as `value` takes.
    Stated,
    /// A regular expression that compiles, with one capture unless `matches` stands alone.
    Regex,
    /// `/regex/`, `$…` JSONPath, or SQL (which is checked when it is built).
    Select,
    /// A version specifier; a key named `version` also takes `"source"`.
    Version,
    Arguments,
    See,
    Date,
    /// A digest in hexadecimal, or its first digits (at least eight).
    Sha256,
    /// A path relative to the root.
    Path,
    /// One or a list of globs and files relative to the root.
    Globs,
    /// As [`Shape::Globs`], and names of scopes.
    Scope,
    /// `name`: one or a list of identifiers, or arithmetic over several.
    Names,
    /// `README.md:101`.
    At,
    Unit,
    Tolerance,
    Given,
    /// `for`: `"all"`, `"any"`, or a least count.
    Quorum,
    Accept,
    /// A list of texts, one a word of a command.
    Words,
    /// One or a list of names of environment variables.
    Variables,
    /// A name of [`PROGRESS`], or `/regex/` whose first capture is what was done and whose second, if any, the total.
    Progress,
    /// `cpu`, `cuda`, `cuda:1`, `metal`.
    Device,
    /// A duration above zero, as a text with its unit.
    Duration,
    /// A frequency above zero, as a text with its unit.
    Frequency,
    /// A share between 0 and 100 %, as a text.
    Share,
}

impl Take {
    pub const ALL: [(&'static str, Take); 9] = [
        ("length", Take::Length),
        ("set", Take::Set),
        ("contains", Take::Contains),
        ("first", Take::First),
        ("last", Take::Last),
        ("min", Take::Min),
        ("max", Take::Max),
        ("sum", Take::Sum),
        ("mean", Take::Mean),
    ];

    pub fn of_name(name: &str) -> Option<Take> {
        Take::ALL
            .into_iter()
            .find(|(word, _)| *word == name)
            .map(|(_, take)| take)
    }
}

impl Fields {
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, field)| field)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Field::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub fn texts(&self, name: &str) -> &[String] {
        match self.get(name) {
            Some(Field::Texts(texts)) => texts,
            Some(Field::Text(text)) => std::slice::from_ref(text),
            _ => &[],
        }
    }

    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Field::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    pub fn bool(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(Field::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    pub fn stated(&self, name: &str) -> Option<&Stated> {
        match self.get(name) {
            Some(Field::Stated(stated)) => Some(stated),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
