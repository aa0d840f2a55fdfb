//! One timed run from start to end: the command started and watched, its progress read, its time foretold, and cut off as
//! soon as the claim is decided or the interval is narrow enough.
//!
//! Why it can be wrong: a bar that counts batches read as samples makes the whole as many times too short. So a bar counts
//! only where its total is the number of samples or of batches that the claim file declares; any other is said to be
//! neither, and there is no time. A run that something disturbed keeps its figures and says what disturbed it.
//!
//! Example: `python evaluate.py --max-samples 2000` with a bar of 40 batches of 50, cut off after 900 of 21,340 samples.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::again::{self, Again};
use super::child::{self, Event, Flow, How, Limits, StartError, Surroundings};
use super::nvml::{self, Library};
use super::predict::looks::{Looks, MISSES};
use super::predict::{Prediction, Question, predict};
use super::progress::{Bar, Format, PERCENT, Reader, SAMPLE};
use super::watch::{CardLook, Cards, Rest, Watch};
use super::{environment, host};
use crate::evidence::{
    Asked, CommandLine, Ending, Engine, Gpus, Machine, Part, ReadCard, TimedRun, Tool, Total, Wanting,
};

/// Bytes of output that a record keeps.
const OUTPUT: usize = 64 * 1024;
/// How long the machine is looked at before and after the run.
const REST: Duration = Duration::from_secs(1);

/// A run as it is declared.
#[derive(Debug, Clone)]
pub struct Declared {
    pub name: String,
    pub engine: Engine,
    pub command: CommandLine,
    pub asked: Asked,
    /// The root that the command's directory is relative to.
    pub root: PathBuf,
    /// How progress is printed; by bars unless it is said.
    pub progress: Option<String>,
    /// Another NVML library than the system's.
    pub nvml: Option<PathBuf>,
}

/// Runs it; `decides` says of an interval in seconds whether it settles every claim that rests on the run.
///
/// # Errors
/// Where the command or its guard did not start.
pub fn run(declared: &Declared, decides: &dyn Fn(f64, f64) -> bool) -> Result<TimedRun, StartError> {
    let asked = &declared.asked;
    let format = declared
        .progress
        .as_deref()
        .and_then(Format::declared)
        .unwrap_or(Format::Tqdm);
    // Many bars are printed for a terminal alone, and into a pipe lines come late.
    let limits = Limits {
        budget: Duration::from_secs_f64(asked.budget_seconds.max(0.0)),
        output_bytes: OUTPUT,
        pty: true,
    };
    let around = Surroundings::here(&declared.root)?;
    let (gpus, looking) = cards(declared.nvml.as_deref());
    let mut looking = Some(looking);
    let before = Rest::look(REST);
    let mut progress = Progress::new(asked, format);
    let mut watch: Option<Watch> = None;
    let shown = bar(progress.limit);
    let started = host::now();
    let line = environment::with_needed(&declared.command, environment::present());
    let ended = child::run(&line, &around, &limits, &mut |event| match event {
        Event::Started { guard } => {
            watch = looking.take().map(|looking| Watch::start(guard, looking));
            Flow::GoOn
        }
        Event::Bytes { at, bytes } => {
            if let Some((done, told)) = progress.hear(at, bytes, decides) {
                shown.set_position(done);
                told.into_iter().for_each(|told| shown.set_message(told));
            }
            if progress.enough { Flow::Stop } else { Flow::GoOn }
        }
        Event::Tick { .. } => {
            shown.tick();
            Flow::GoOn
        }
    });
    shown.finish_and_clear();
    let seen = watch.map(Watch::stop).unwrap_or_default();
    let ended = ended?;
    progress.reader.finish();
    let after = Rest::look(REST);
    let conditions = seen.conditions(&before, &after);
    let disturbed = conditions.iter().filter(|condition| condition.disturbs);
    let mut ending = progress.ending(ended.how);
    let again = Again {
        line: &line,
        around: &around,
        limits: &limits,
        times: if ending.has_time() { asked.repeats } else { 1 },
    };
    let (repeats, said) = match again.check(progress.reader.fed())? {
        Some((repeats, true)) => {
            ending = Ending::Cached;
            let why = again::kept(&repeats);
            (Some(repeats), why)
        }
        repeats => (repeats.map(|(repeats, _)| repeats), ended.message()),
    };
    let (total, wanting) = progress.told(ending, ended.how, ended.seconds, &said);
    let (samples, seconds) = progress.marks();
    Ok(TimedRun {
        tool: Tool::default(),
        version: env!("CARGO_PKG_VERSION").to_string(),
        name: declared.name.clone(),
        engine: declared.engine,
        command: Some(declared.command.clone()),
        asked: asked.clone(),
        started,
        ending,
        exit: match ended.how {
            How::Exited(code) => Some(code),
            _ => None,
        },
        settings: Vec::new(),
        disturbed: disturbed
            .map(|condition| format!("{}: {}", condition.name, condition.during))
            .collect(),
        parts: vec![Part {
            machine: machine(&gpus),
            devices: gpus.cards.clone(),
            start_up_seconds: seconds.first().copied().unwrap_or(0.0),
            samples,
            seconds,
            telemetry: seen.telemetry(&gpus.cards.iter().map(card_look).collect::<Vec<_>>()),
            conditions,
        }],
        total,
        wanting,
        repeats,
        unwatched: Vec::new(),
        output: ended.output(),
    })
}

/// The marks of a run, and what is foretold from them.
struct Progress<'a> {
    asked: &'a Asked,
    reader: Reader,
    looks: Looks,
    /// Samples that the program is given at most.
    limit: u64,
    /// What the last look said, where it was enough.
    told: Option<Prediction>,
    enough: bool,
}

impl<'a> Progress<'a> {
    fn new(asked: &'a Asked, format: Format) -> Progress<'a> {
        let limit = asked.samples.or(asked.population).unwrap_or(0);
        let batches = asked.batch_size.map(|batch| limit.div_ceil(batch.max(1)));
        let expected = [Some(limit).filter(|limit| *limit > 0), batches];
        Progress {
            asked,
            reader: Reader::new(format, expected.into_iter().flatten().collect()),
            looks: Looks::new(limit),
            limit,
            told: None,
            enough: false,
        }
    }

    /// Takes bytes that came at this time since the start; where the bar moved, the samples done and what is to be shown
    /// of a look that was due. Nothing here looks at a clock: a stream that was recorded gives what it gave when it came.
    fn hear(
        &mut self,
        at: Duration,
        bytes: &[u8],
        decides: &dyn Fn(f64, f64) -> bool,
    ) -> Option<(u64, Option<String>)> {
        self.reader.feed(at, bytes).then(|| (self.done(), self.look(decides)))
    }

    /// Samples in one step of the bar; none where its total is neither that of the samples nor of the batches.
    fn step(&self, bar: &Bar) -> Option<u64> {
        let Some(total) = bar.total else {
            return (bar.unit == SAMPLE).then_some(1);
        };
        let batch = self.asked.batch_size.unwrap_or(1).max(1);
        match total {
            _ if total == self.limit => Some(1),
            _ if total == self.limit.div_ceil(batch) => Some(batch),
            _ => None,
        }
    }

    /// Samples done and seconds since the start at every mark.
    fn marks(&self) -> (Vec<u64>, Vec<f64>) {
        let Some((bar, step)) = self.reader.chosen().and_then(|bar| Some((bar, self.step(bar)?))) else {
            return (Vec::new(), Vec::new());
        };
        let samples = bar.marks.iter().map(|mark| (mark.done * step).min(self.limit));
        (
            samples.collect(),
            bar.marks.iter().map(|mark| mark.at.as_secs_f64()).collect(),
        )
    }

    fn done(&self) -> u64 {
        let chosen = self.reader.chosen().and_then(|bar| Some((bar, self.step(bar)?)));
        chosen.map_or(0, |(bar, step)| (bar.done() * step).min(self.limit))
    }

    fn question(&self, misses: f64) -> Option<Question> {
        Some(Question {
            population: self.asked.population.or(self.asked.samples)?,
            batch: self.asked.batch_size,
            warm_up: self.asked.warm_up,
            precision: self.asked.precision,
            misses,
        })
    }

    /// Looks at the marks where it is due; what is to be shown of it.
    fn look(&mut self, decides: &dyn Fn(f64, f64) -> bool) -> Option<String> {
        if self.done() < self.looks.next() {
            return None;
        }
        let (samples, seconds) = self.marks();
        let misses = self.looks.due(samples.last().copied()?)?;
        let told = predict(&samples, &seconds, &self.question(misses)?);
        let total = told.total.as_ref()?;
        let message = format!("{:.0} s to {:.0} s", total.low_seconds, total.high_seconds);
        self.enough = told.wanting.is_none() || decides(total.low_seconds, total.high_seconds);
        if self.enough {
            self.told = Some(told);
        }
        Some(message)
    }

    fn ending(&self, how: How) -> Ending {
        let population = self.asked.population.or(self.asked.samples);
        match how {
            How::Exited(0) if population.is_some_and(|population| self.done() >= population) => Ending::Complete,
            How::Exited(0) => Ending::Finished,
            How::Exited(_) => Ending::Failed,
            How::Stopped => Ending::CutOff,
            How::Budget => Ending::BudgetSpent,
            How::Interrupted => Ending::Interrupted,
            How::Signaled(_) | How::ClockSetBack(_) | How::GuardLost => Ending::Killed,
        }
    }

    /// The time of the whole, and what it lacks.
    fn told(&self, ending: Ending, how: How, seconds: f64, said: &str) -> (Option<Total>, Option<Wanting>) {
        let because = |why: String| {
            let wanting = Wanting {
                why,
                more_samples: None,
            };
            (None, Some(wanting))
        };
        if !ending.has_time() {
            return because(said.to_string());
        }
        let Some(question) = self.question(self.looks.last().min(MISSES)) else {
            return because("neither `population` nor `samples` says how many samples the whole has".to_string());
        };
        let (samples, marks) = self.marks();
        let Some(&done) = samples.last() else {
            return because(match self.reader.chosen().map(|bar| bar.total) {
                Some(Some(total)) if self.reader.chosen().is_some_and(|bar| bar.unit == PERCENT) => format!(
                    "the bar shows a percentage of {total} and no counts: a column of counts (rich: `MofNCompleteColumn`) tells samples"
                ),
                Some(Some(total)) => format!(
                    "the bar's total of {total} is neither the number of samples ({}) nor of batches",
                    self.limit
                ),
                Some(None) => {
                    "its progress has no total, so nobody can say whether samples or batches are counted".to_string()
                }
                None => "no progress was seen in its output".to_string(),
            });
        };
        if ending == Ending::Complete && how == How::Exited(0) {
            let total = Total {
                population: question.population,
                timed: done,
                low_seconds: seconds,
                estimate_seconds: seconds,
                high_seconds: seconds,
                level: 1.0,
                method: "timed to its end".to_string(),
            };
            return (Some(total), None);
        }
        // What was enough to stop is what is reported: later marks were not looked at.
        let told = match &self.told {
            Some(told) => told.clone(),
            None => predict(&samples, &marks, &question),
        };
        let total = told.total.map(|total| Total { timed: done, ..total });
        (total, told.wanting)
    }
}

/// The cards as they are before the run, and how they are looked at while it goes on: never, where there are none.
fn cards(library: Option<&Path>) -> (Gpus, Cards) {
    let library = match Library::open(library) {
        Ok(library) => library,
        Err(why) => {
            let none = Gpus {
                unread: vec![why],
                ..Gpus::default()
            };
            return (none, Box::new(Vec::new));
        }
    };
    let gpus = library.cards();
    if gpus.cards.is_empty() {
        return (gpus, Box::new(Vec::new));
    }
    let looking = move || {
        let cards = library.cards().cards;
        let busy = |card: &ReadCard| card.slice.is_none().then(|| library.percent(card.index)).flatten();
        cards
            .iter()
            .map(|card| CardLook {
                percent: busy(card),
                ..card_look(card)
            })
            .collect()
    };
    (gpus, Box::new(looking))
}

fn card_look(card: &ReadCard) -> CardLook {
    CardLook {
        index: card.index,
        name: card.shown(),
        used_bytes: card.used_bytes,
        percent: None,
        processes: card.processes.iter().map(|process| process.pid).collect(),
        // A card at its power limit works as it always does under load.
        throttled: card
            .throttle
            .iter()
            .filter(|reason| !matches!(reason.as_str(), "sw-power-cap" | "applications-clocks-setting"))
            .cloned()
            .collect(),
        clock_mhz: card.graphics_mhz,
        power_limit_milliwatts: card.power_limit_watts.map(|watts| (watts * 1000.0) as u32),
    }
}

fn machine(gpus: &Gpus) -> Machine {
    let system = host::host();
    Machine {
        host: host::name(),
        kernel: system.kernel.unwrap_or_default(),
        processor: system.processor.unwrap_or_default(),
        cores: system.threads,
        memory_bytes: system.memory_bytes,
        job: host::allocation().map(|allocation| allocation.job),
        stand_in: nvml::is_stand_in(gpus),
        no_card: gpus.cards.is_empty().then(|| gpus.unread.join("; ")),
    }
}

/// A bar with the estimate; it draws nothing where standard error is no terminal.
fn bar(limit: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} samples, {elapsed}: the whole takes {msg}");
    let bar = ProgressBar::new(limit);
    match style {
        Ok(style) => bar.with_style(style).with_message("…"),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests;
