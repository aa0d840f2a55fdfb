//! The record of a timed run: an in-toto Statement (v1) that says what was run, how long it took, and on what.
//!
//! Subjects are SHA-256 digests of the code, data and model that were run; the predicate holds the command, the machine,
//! the settings the run itself printed, the time of every batch and what is made of them. While the subjects' digests
//! hold, the record speaks for the files that are there.
//!
//! Why it can be wrong: a record outlives what it is of. So it says nothing without its subjects: one that changed makes
//! it stale, and a stale, disturbed or failed run has no time. Times of a machine are seconds of a monotonic clock.
//!
//! Example: 2,000 of 21,340 clips in 1,120 s, cut off, predict 3 h 19 min, between 3 h 15 min and 3 h 23 min.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Gap, ReadCard, Repeats, Tool};

/// The type of an in-toto Statement, by its specification (v1).
pub const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// The type of our predicate. A name and no address: nothing has to be there for a record to be checked.
pub const PREDICATE: &str = "urn:verify-claims:timed-run:1";

/// A record as its file has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// [`STATEMENT`].
    #[serde(rename = "_type")]
    pub statement: String,
    /// [`PREDICATE`]. It stands before the subjects, so that the head of the file says what it is.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What was run, each by its digest.
    pub subject: Vec<Hashed>,
    pub predicate: TimedRun,
}

/// A file that was run or read, by its content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hashed {
    /// Relative to the root, with forward slashes.
    pub name: String,
    pub digest: Digests,
    pub annotations: Role,
}

/// A digest set with the one algorithm that is used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// Hexadecimal.
    pub sha256: String,
}

/// What the file was to the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "role", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Role {
    Code,
    Data,
    Model,
    Container,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Role::Code => "code",
            Role::Data => "data",
            Role::Model => "model",
            Role::Container => "container",
        }
    }
}

/// What was run, on what, and how long it took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimedRun {
    pub tool: Tool,
    /// The tool's version.
    pub version: String,
    /// NAME of `[run.NAME]`.
    pub name: String,
    pub engine: Engine,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandLine>,
    /// What the claim file asked the run for.
    pub asked: Asked,
    /// UTC, RFC 3339.
    pub started: String,
    pub ending: Ending,
    /// The exit status, where the program came to its own end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<i32>,
    /// What the run's own output says of its settings.
    pub settings: Vec<Printed>,
    /// One for each process that was timed: today one, several where a run is spread over an array.
    pub parts: Vec<Part>,
    /// The time of the whole evaluation, where enough was timed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Total>,
    /// Why there is none, or why it is not tight enough, and what would help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanting: Option<Wanting>,
    /// Whether the same samples got faster or other answers when they were fed again, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeats>,
    /// What disturbed the run; empty where nothing did. A disturbed run decides nothing.
    pub disturbed: Vec<String>,
    /// What the run was given, or its code names, and no digest watches: should it change, the record does not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unwatched: Vec<Gap>,
    /// The end of the run's output.
    pub output: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    Command,
    Candle,
}

/// A command as it was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandLine {
    /// The program and its arguments, placeholders filled in; no shell reads them.
    pub arguments: Vec<String>,
    /// Relative to the root.
    pub directory: String,
    /// Names of the environment variables that were passed on; their values are nobody's business.
    pub environment: Vec<String>,
}

impl CommandLine {
    /// The digest that `--allow-commands=DIGEST` takes: SHA-256 of the three parts as compact JSON, keys in this order.
    pub fn digest(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        hexadecimal(&Sha256::digest(text.as_bytes()))
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What `[run.NAME]` says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<u64>,
    pub warm_up: u64,
    /// Half the interval's width over the estimate at most.
    pub precision: f64,
    pub budget_seconds: f64,
    pub repeats: u64,
    pub seed: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtype: Option<String>,
}

/// How the run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Every sample of the population was evaluated.
    Complete,
    /// The program came to its end over the samples it was given, which are not all.
    Finished,
    /// Ended by `verify`: the prediction was tight enough, or decides the claim.
    CutOff,
    /// Ended by `verify`: the budget was spent.
    BudgetSpent,
    /// The program ended with an error.
    Failed,
    /// Something else ended the program.
    Killed,
    /// Ended by the user.
    Interrupted,
    /// The same samples were faster the second time: something keeps answers, and there is no time.
    Cached,
}

impl Ending {
    /// Whether the times of such a run say anything.
    pub fn has_time(self) -> bool {
        matches!(
            self,
            Ending::Complete | Ending::Finished | Ending::CutOff | Ending::BudgetSpent
        )
    }

    pub fn name(self) -> &'static str {
        match self {
            Ending::Complete => "complete",
            Ending::Finished => "finished",
            Ending::CutOff => "cut-off",
            Ending::BudgetSpent => "budget-spent",
            Ending::Failed => "failed",
            Ending::Killed => "killed",
            Ending::Interrupted => "interrupted",
            Ending::Cached => "cached",
        }
    }
}

/// `batch_size=50`, as the run printed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Printed {
    pub name: String,
    pub value: String,
    /// The line it stood on.
    pub line: String,
}

/// One process that was timed, on one machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub machine: Machine,
    /// The cards that the process could see, as NVML has them.
    pub devices: Vec<ReadCard>,
    /// From the start of the program to its first sample.
    pub start_up_seconds: f64,
    /// Samples that were done at each mark, never falling.
    pub samples: Vec<u64>,
    /// Seconds since the start at each mark, never falling.
    pub seconds: Vec<f64>,
    /// What was read of the machine before, during and after.
    pub conditions: Vec<Condition>,
    pub telemetry: Telemetry,
}

impl Part {
    /// The cards that the run was seen on.
    pub fn used(&self) -> impl Iterator<Item = &ReadCard> {
        let used = &self.telemetry.cards_used;
        self.devices.iter().filter(|card| used.contains(&card.index))
    }
}

/// The machine that a part ran on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    pub host: String,
    pub kernel: String,
    pub processor: String,
    pub cores: u64,
    pub memory_bytes: u64,
    /// The Slurm job it ran in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The library that was asked for cards is a stand-in for tests, and there are no such cards.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stand_in: bool,
    /// Why no card was read, where none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_card: Option<String>,
}

/// One thing that makes a time doubtful, as it was before, at worst during, and after the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// `other-processes`, `runnable`, `steal`, `throttled`, `clock`, `power-limit`, `memory-pressure`.
    pub name: String,
    pub before: String,
    pub during: String,
    pub after: String,
    pub disturbs: bool,
}

/// What was measured beside the run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// How often it was looked.
    pub looks: u64,
    /// Processor seconds that looking took.
    pub own_seconds: f64,
    pub peak_rss_bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_vram_bytes: Option<u64>,
    /// Mean utilisation of the cards that the run was seen on, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu_percent: Option<f64>,
    /// Numbers of the cards that the run was seen on: a process of it, or its memory. Empty: it was seen on none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards_used: Vec<u32>,
}

/// The time of the whole evaluation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Total {
    /// Samples of the whole.
    pub population: u64,
    /// Samples of it that were timed.
    pub timed: u64,
    pub low_seconds: f64,
    pub estimate_seconds: f64,
    pub high_seconds: f64,
    /// How often such an interval holds the true time: 0.95; 1 where all was timed.
    pub level: f64,
    /// How it was made, in a few words.
    pub method: String,
}

/// What the prediction lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanting {
    pub why: String,
    /// About how many samples more would do, where that can be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_samples: Option<u64>,
}

/// Why a file is no record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("it is no record of a timed run: {0}")]
    NotRecord(#[from] serde_json::Error),
    #[error("it is an in-toto statement of type `{0}`, and no timed run of this version")]
    OtherType(String),
    #[error("its times do not fit: {0}")]
    Damaged(&'static str),
    #[error("it names no file that was run, so nothing could show that it is of what is there")]
    OfNothing,
}

impl Record {
    pub fn new(mut subject: Vec<Hashed>, predicate: TimedRun) -> Record {
        subject.sort();
        subject.dedup();
        Record {
            statement: STATEMENT.to_string(),
            predicate_type: PREDICATE.to_string(),
            subject,
            predicate,
        }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// Where the text is no such statement, or its times contradict each other.
    pub fn of_text(text: &str) -> Result<Record, RecordError> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        let said = |key: &str| value.get(key).and_then(serde_json::Value::as_str).unwrap_or("none");
        if said("_type") != STATEMENT || said("predicateType") != PREDICATE {
            return Err(RecordError::OtherType(said("predicateType").to_string()));
        }
        let record: Record = serde_json::from_value(value)?;
        record.predicate.check().map_err(RecordError::Damaged)?;
        // Without subjects no change would ever make it stale.
        if record.subject.is_empty() {
            return Err(RecordError::OfNothing);
        }
        Ok(record)
    }

    /// The record as a document that ends with a newline.
    ///
    /// # Errors
    /// Where a number is none (not finite).
    pub fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

impl TimedRun {
    /// The time of the whole evaluation, where this run says it: not where it failed or was disturbed.
    pub fn time(&self) -> Option<&Total> {
        self.total
            .as_ref()
            .filter(|_| self.ending.has_time() && self.disturbed.is_empty())
    }

    /// Samples that were timed, over all parts.
    pub fn timed(&self) -> u64 {
        self.parts.iter().filter_map(|part| part.samples.last()).sum()
    }

    /// Whatever was written by hand may be wrong: times fall nowhere, and an interval holds its own estimate.
    fn check(&self) -> Result<(), &'static str> {
        let rising = |part: &Part| {
            part.samples.len() == part.seconds.len()
                && part.samples.is_sorted()
                && part.seconds.is_sorted()
                && part.seconds.iter().all(|second| second.is_finite() && *second >= 0.0)
        };
        if !self.parts.iter().all(rising) {
            return Err("the marks of a part fall, or samples and seconds are not as many");
        }
        let Some(total) = &self.total else { return Ok(()) };
        let ordered = 0.0 <= total.low_seconds
            && total.low_seconds <= total.estimate_seconds
            && total.estimate_seconds <= total.high_seconds
            && total.high_seconds.is_finite();
        if !ordered {
            return Err("the interval does not hold its estimate");
        }
        if total.timed != self.timed() || total.timed > total.population {
            return Err("the samples timed are not those of its parts");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let run = TimedRun {
            tool: Tool::default(),
            version: "0.1.0".into(),
            name: "eval".into(),
            engine: Engine::Command,
            command: Some(CommandLine {
                arguments: vec!["python".into(), "evaluate.py".into()],
                directory: ".".into(),
                environment: vec!["PATH".into()],
            }),
            asked: Asked::default(),
            started: "2026-11-28T06:00:00Z".into(),
            ending: Ending::CutOff,
            exit: None,
            settings: Vec::new(),
            parts: vec![Part {
                machine: Machine::default(),
                devices: Vec::new(),
                start_up_seconds: 2.0,
                samples: vec![50, 100],
                seconds: vec![4.0, 6.0],
                conditions: Vec::new(),
                telemetry: Telemetry::default(),
            }],
            total: Some(Total {
                population: 1000,
                timed: 100,
                low_seconds: 40.0,
                estimate_seconds: 42.0,
                high_seconds: 45.0,
                level: 0.95,
                method: "block bootstrap".into(),
            }),
            wanting: None,
            repeats: None,
            disturbed: Vec::new(),
            unwatched: Vec::new(),
            output: String::new(),
        };
        let program = Hashed {
            name: "evaluate.py".into(),
            digest: Digests { sha256: "0".repeat(64) },
            annotations: Role::Code,
        };
        Record::new(vec![program], run)
    }

    #[test]
    fn a_record_of_nothing_never_speaks() {
        let mut record = record();
        record.subject.clear();
        let text = record.text().unwrap();
        assert!(matches!(Record::of_text(&text), Err(RecordError::OfNothing)));
    }

    #[test]
    fn a_record_is_read_back_as_it_was() {
        let record = record();
        let text = record.text().unwrap();
        assert_eq!(Record::of_text(&text).unwrap(), record);
    }

    #[test]
    fn what_contradicts_itself_is_no_record() {
        let broken: [fn(&mut TimedRun); 4] = [
            |run| run.parts[0].seconds[1] = 3.0,
            |run| run.parts[0].samples.truncate(1),
            |run| run.total.as_mut().unwrap().high_seconds = 41.0,
            |run| run.total.as_mut().unwrap().timed = 1000,
        ];
        for (at, change) in broken.iter().enumerate() {
            let mut record = record();
            change(&mut record.predicate);
            let text = record.text().unwrap();
            assert!(matches!(Record::of_text(&text), Err(RecordError::Damaged(_))), "{at}");
        }
    }

    #[test]
    fn another_statement_is_named() {
        let text = record()
            .text()
            .unwrap()
            .replace(PREDICATE, "https://slsa.dev/provenance/v1");
        let error = Record::of_text(&text).unwrap_err().to_string();
        assert!(error.contains("slsa.dev/provenance/v1"), "{error}");
    }

    #[test]
    fn a_failed_or_disturbed_run_has_no_time() {
        let mut run = record().predicate;
        assert!(run.time().is_some());
        run.disturbed.push("steal".into());
        assert!(run.time().is_none());
        run.disturbed.clear();
        run.ending = Ending::Failed;
        assert!(run.time().is_none());
    }

    /// `UPDATE_SCHEMA=1 cargo test --lib schema` writes the file anew.
    #[test]
    fn the_schema_of_a_record_is_that_of_its_types() {
        let schema = serde_json::to_string_pretty(&schemars::schema_for!(Record)).unwrap() + "\n";
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/record.schema.json");
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(&path, &schema).unwrap();
        }
        assert!(std::fs::read_to_string(&path).unwrap() == schema, "{}", path.display());
        let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
        let valid = |record: &Record| validator.is_valid(&serde_json::to_value(record).unwrap());
        let mut record = record();
        assert!(valid(&record));
        record.predicate.parts[0].seconds.clear();
        // What the schema cannot say, reading does.
        assert!(valid(&record) && Record::of_text(&record.text().unwrap()).is_err());
        let mut other = serde_json::to_value(&record).unwrap();
        other["predicate"]["batch"] = serde_json::json!(50);
        assert!(!validator.is_valid(&other));
    }

    /// Worked out with `printf '…' | sha256sum`.
    #[test]
    fn the_digest_of_a_command_is_that_of_its_json() {
        let line = CommandLine {
            arguments: vec!["true".into()],
            directory: ".".into(),
            environment: Vec::new(),
        };
        assert_eq!(
            line.digest(),
            "5c00b8f932c4965df046236f487869aed02686cde4464660a28ab86785de7d9d"
        );
    }
}
