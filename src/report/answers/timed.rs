//! `verify run`: how the run ended, the time of the whole, what disturbed it, and where its record is.
//!
//! Why it can be wrong: a time shown beside a run that was disturbed is believed. What speaks against the time stands
//! before it.
//!
//! Example: `eval: cut off after 900 of 21,340 samples; the whole takes 3 h 14 min to 3 h 25 min`.

use super::repeats;
use crate::evidence::{Gap, TimedRun};
use crate::judge::shown_interval;

/// The run in a few lines; `kept`: a record of an earlier run lies there, and stays.
pub fn timed(run: &TimedRun, gaps: &[Gap], followed: bool, record: &str, kept: bool) -> String {
    let mut lines = told(run);
    if kept {
        lines.push(format!(
            "record: {record} is left as it was: it holds the time of an earlier run"
        ));
        return lines.join("\n") + "\n";
    }
    let what = if followed {
        "the program and all it reaches"
    } else {
        "all code of the repository"
    };
    lines.push(format!(
        "record: {record} (good while {what}, and the data it names, stay as they are)"
    ));
    for gap in gaps {
        let why = match gap.detail.as_str() {
            "" => gap.why.name(),
            detail => detail,
        };
        lines.push(format!("  not among what is watched: {} ({why})", gap.file));
    }
    lines.join("\n") + "\n"
}

/// The run of a batch job that is over.
pub fn submitted(run: &TimedRun, job: &str, record: &str) -> String {
    let mut lines = told(run);
    lines.push(format!("record: {record} (by the job {job})"));
    lines.join("\n") + "\n"
}

/// How it ended, what disturbed it, the time of the whole, what it printed.
fn told(run: &TimedRun) -> Vec<String> {
    let mut lines = Vec::new();
    let population = run
        .total
        .as_ref()
        .map(|total| total.population)
        .or(run.asked.population);
    let of = population
        .map(|population| format!(" of {population}"))
        .unwrap_or_default();
    lines.push(format!(
        "{}: {} after {}{of} samples",
        run.name,
        run.ending.name(),
        run.timed()
    ));
    for disturbed in &run.disturbed {
        lines.push(format!("  disturbed, and so without a time that counts: {disturbed}"));
    }
    if let Some(total) = &run.total {
        lines.push(format!(
            "  the whole takes {} ({})",
            shown_interval(total),
            total.method
        ));
    }
    if let Some(wanting) = &run.wanting {
        let more = wanting
            .more_samples
            .map(|more| format!("; about {more} more samples would do"));
        lines.push(format!("  {}{}", wanting.why, more.unwrap_or_default()));
    }
    lines.extend(repeats::lines(run));
    if run.parts.iter().any(|part| part.machine.stand_in) {
        lines.push("  its card is a stand-in for tests: there is no such card".to_string());
    }
    for printed in &run.settings {
        lines.push(format!("  it printed {} = {}", printed.name, printed.value));
    }
    lines
}
