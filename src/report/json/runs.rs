//! The timed runs in JSON: the record's figures as numbers, and what speaks against it as codes.
//!
//! Why it can be wrong: the times of all batches would be most of a report. They stand in the record, whose name and
//! digest are here; a script that wants them reads it there.
//!
//! Example: `{"name": "eval", "ending": "cut-off", "timed": 2000, "total": {"low_seconds": 11700.0, …}, …}`.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::Language;
use super::super::catalogue::Dress;
use super::super::runs::RunRecord;
use super::super::runs::facts::{self, Words};
use super::WireMessage;
use crate::evidence::{Condition, Evidence, Hashed, Part, Printed, ReadCard, Repeats, Stale, TimedRun, Total, Wanting};

/// A timed run on which claims rest, by its record.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct WireRun {
    name: String,
    claim_file: String,
    /// The ids of the claims that rest on it.
    claims: Vec<String>,
    /// The record, and its SHA-256.
    record: String,
    digest: Option<String>,
    /// What speaks against the record, or limits what it says.
    notes: Vec<WireMessage>,
    /// The file that is another one now, or gone; null where all are what they were.
    stale: Option<WireStale>,
    /// What disturbed it.
    disturbed: Vec<String>,
    /// What it was given, or its code names, and no digest watches.
    unwatched: Vec<String>,
    /// The program and its arguments; null where the run is no command.
    command: Option<Vec<String>>,
    /// Relative to the root.
    directory: Option<String>,
    /// UTC.
    started: String,
    ending: String,
    /// The exit status, where the program came to its own end.
    exit: Option<i32>,
    /// Samples that were timed.
    timed: u64,
    /// Samples of the whole.
    population: Option<u64>,
    total: Option<WireTotal>,
    wanting: Option<WireWanting>,
    /// The same samples fed again; null where that was not asked for.
    repeats: Option<Repeats>,
    settings: Vec<WireSetting>,
    parts: Vec<WirePart>,
    /// What it was made with.
    subjects: Vec<WireSubject>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireStale {
    file: String,
    /// Whether it is not there at all.
    gone: bool,
}

/// The time of the whole.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireTotal {
    low_seconds: f64,
    estimate_seconds: f64,
    high_seconds: f64,
    /// How often such an interval holds the true time; 1 where all was timed.
    level: f64,
    method: String,
    text: String,
}

/// What the prediction lacks.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireWanting {
    why: String,
    more_samples: Option<u64>,
}

/// What the run printed of its settings.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireSetting {
    name: String,
    value: String,
}

/// One process that was timed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WirePart {
    host: String,
    processor: String,
    cores: u64,
    memory_bytes: u64,
    kernel: String,
    job: Option<String>,
    /// The cards are a stand-in for tests: there are none such.
    stand_in: bool,
    cards: Vec<WireCard>,
    /// Why no card was read.
    no_card: Option<String>,
    start_up_seconds: f64,
    /// How many times its progress was seen.
    marks: usize,
    /// Samples and seconds at the last of them.
    samples: u64,
    seconds: f64,
    gpu_percent: Option<f64>,
    peak_vram_bytes: Option<u64>,
    peak_rss_bytes: u64,
    /// How often the machine was looked at, and the processor seconds that took.
    looks: u64,
    looks_seconds: f64,
    conditions: Vec<WireCondition>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireCard {
    model: String,
    total_bytes: Option<u64>,
    driver: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireCondition {
    name: String,
    before: String,
    during: String,
    after: String,
    disturbs: bool,
}

/// A file that the run was made with.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireSubject {
    name: String,
    role: String,
    sha256: String,
}

impl WireRun {
    pub(super) fn of(run: &RunRecord<'_>, evidence: &Evidence) -> WireRun {
        let TimedRun {
            tool: _,
            version: _,
            name,
            engine: _,
            command,
            asked: _,
            started,
            ending,
            exit,
            settings,
            parts,
            total,
            wanting,
            repeats,
            disturbed,
            unwatched,
            output: _,
        } = run.timed;
        WireRun {
            name: name.clone(),
            claim_file: run.claim_file.to_string(),
            claims: run.claims.iter().map(|judged| judged.claim.id.clone()).collect(),
            record: run.place.file.clone(),
            digest: evidence.digests.get(&run.place.file).cloned(),
            notes: run.notes().iter().map(WireMessage::of).collect(),
            stale: run.stale.map(WireStale::of),
            disturbed: disturbed.clone(),
            unwatched: unwatched.iter().map(|gap| gap.file.clone()).collect(),
            command: command.as_ref().map(|command| command.arguments.clone()),
            directory: command.as_ref().map(|command| command.directory.clone()),
            started: started.clone(),
            ending: ending.name().to_string(),
            exit: *exit,
            timed: run.timed.timed(),
            population: run.population(),
            total: total.as_ref().map(WireTotal::of),
            wanting: wanting.as_ref().map(WireWanting::of),
            repeats: repeats.clone(),
            settings: settings.iter().map(WireSetting::of).collect(),
            parts: parts.iter().map(WirePart::of).collect(),
            subjects: run.subjects.iter().map(WireSubject::of).collect(),
        }
    }
}

impl WireStale {
    fn of(stale: &Stale) -> WireStale {
        let (file, gone) = match stale {
            Stale::Changed { file } => (file, false),
            Stale::Gone { file } => (file, true),
        };
        WireStale {
            file: file.clone(),
            gone,
        }
    }
}

impl WireTotal {
    fn of(total: &Total) -> WireTotal {
        let english = Words {
            language: Language::English,
            dress: Dress::Plain,
        };
        WireTotal {
            low_seconds: total.low_seconds,
            estimate_seconds: total.estimate_seconds,
            high_seconds: total.high_seconds,
            level: total.level,
            method: total.method.clone(),
            text: facts::interval(total, english),
        }
    }
}

impl WireWanting {
    fn of(wanting: &Wanting) -> WireWanting {
        WireWanting {
            why: wanting.why.clone(),
            more_samples: wanting.more_samples,
        }
    }
}

impl WireSetting {
    fn of(printed: &Printed) -> WireSetting {
        WireSetting {
            name: printed.name.clone(),
            value: printed.value.clone(),
        }
    }
}

impl WirePart {
    fn of(part: &Part) -> WirePart {
        let (machine, telemetry) = (&part.machine, &part.telemetry);
        WirePart {
            host: machine.host.clone(),
            processor: machine.processor.clone(),
            cores: machine.cores,
            memory_bytes: machine.memory_bytes,
            kernel: machine.kernel.clone(),
            job: machine.job.clone(),
            stand_in: machine.stand_in,
            cards: part.devices.iter().map(WireCard::of).collect(),
            no_card: machine.no_card.clone(),
            start_up_seconds: part.start_up_seconds,
            marks: part.samples.len(),
            samples: part.samples.last().copied().unwrap_or(0),
            seconds: part.seconds.last().copied().unwrap_or(0.0),
            gpu_percent: telemetry.gpu_percent,
            peak_vram_bytes: telemetry.peak_vram_bytes,
            peak_rss_bytes: telemetry.peak_rss_bytes,
            looks: telemetry.looks,
            looks_seconds: telemetry.own_seconds,
            conditions: part.conditions.iter().map(WireCondition::of).collect(),
        }
    }
}

impl WireCard {
    fn of(card: &ReadCard) -> WireCard {
        WireCard {
            model: card.shown(),
            total_bytes: card.total_bytes,
            driver: card.driver.clone(),
        }
    }
}

impl WireCondition {
    fn of(condition: &Condition) -> WireCondition {
        WireCondition {
            name: condition.name.clone(),
            before: condition.before.clone(),
            during: condition.during.clone(),
            after: condition.after.clone(),
            disturbs: condition.disturbs,
        }
    }
}

impl WireSubject {
    fn of(subject: &Hashed) -> WireSubject {
        WireSubject {
            name: subject.name.clone(),
            role: subject.annotations.name().to_string(),
            sha256: subject.digest.sha256.clone(),
        }
    }
}
