//! A run's record in short lines: how it ended, on what machine, what it used, what it foretells.
//!
//! Why it can be wrong: a figure without what it is of misleads, as a peak without its total or a cost without the time
//! it was spent in. What was not read is said to be so, and never shown as 0.
//!
//! Example: `2,000 of 21,340 samples in 19 min`, and `mean utilisation 87 %, at most 18.2 GiB of 24.0 GiB`.

use minijinja::context;
use minijinja::value::Value;

use super::super::Language;
use super::super::catalogue::{self, Dress};
use super::RunRecord;
use crate::evidence::{Part, Repeats, Total};
use crate::judge::shown_seconds;

/// In which language, and for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) language: Language,
    pub(crate) dress: Dress,
}

impl Words {
    /// An entry of the catalogue's table `run`.
    pub(crate) fn say(self, name: &str, values: Value) -> String {
        catalogue::words(&format!("run.{name}"), self.language, self.dress, values)
    }
}

/// One line: the entry of the table `run` that is its label, and what it says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    /// The part it is of, where there are several.
    pub(crate) part: Option<usize>,
    pub(crate) text: String,
}

/// All of them, in the order in which they are read.
pub(crate) fn facts(run: &RunRecord<'_>, words: Words) -> Vec<Fact> {
    let timed = run.timed;
    let mut facts = Vec::new();
    let mut whole = |label, text| {
        facts.push(Fact {
            label,
            part: None,
            text,
        });
    };
    if let Some(command) = &timed.command {
        let arguments = listed(&command.arguments);
        whole(
            "command",
            words.say(
                "command-in",
                context! { arguments, folder => command.directory.as_str() },
            ),
        );
    }
    whole(
        "started",
        words.say("started-at", context! { at => timed.started.as_str() }),
    );
    whole("ended", ended(run, words));
    whole("timed", samples(run, words));
    whole("takes", takes(run, words));
    match &timed.repeats {
        Some(repeats) => whole("again", again(repeats, words)),
        None if timed.ending.has_time() => whole("again", words.say("again-not-asked", context! {})),
        None => {}
    }
    if !timed.settings.is_empty() {
        let printed: Vec<String> = timed
            .settings
            .iter()
            .map(|printed| words.say("setting", context! { name => &printed.name, value => &printed.value }))
            .collect();
        whole("printed", printed.join(", "));
    }
    let several = timed.parts.len() > 1;
    for (index, part) in timed.parts.iter().enumerate() {
        let of = several.then_some(index + 1);
        let lines = [
            ("machine", Some(machine(part, words))),
            ("card", Some(cards(part, words))),
            ("start-up", Some(seconds(part.start_up_seconds))),
            ("use", usage(part, words)),
            ("watching", Some(cost(part, words))),
        ];
        facts.extend(lines.into_iter().filter_map(|(label, text)| {
            Some(Fact {
                label,
                part: of,
                text: text?,
            })
        }));
    }
    facts
}

/// `2 times: 39 stretches of samples compared, the middle one took 99 % of its first time; 40 answers compared, 0 others`.
fn again(repeats: &Repeats, words: Words) -> String {
    let mut said = Vec::new();
    match (&repeats.unchecked, repeats.ratio) {
        (Some(why), _) => said.push(words.say("again-unchecked", context! { why })),
        (None, Some(ratio)) => said.push(words.say(
            "again-compared",
            context! { times => repeats.times, count => repeats.compared, ratio => format!("{:.0} %", ratio * 100.0) },
        )),
        (None, None) => {}
    }
    if repeats.answers > 0 {
        said.push(words.say(
            "again-answers",
            context! { count => repeats.answers, differing => repeats.differing },
        ));
    }
    said.join("; ")
}

/// `cut off: the prediction was tight enough, or decides the claim (exit status 0)`.
pub(crate) fn ended(run: &RunRecord<'_>, words: Words) -> String {
    let values = context! {
        ending => run.timed.ending.name(),
        code => run.timed.exit.map(|code| code.to_string()).unwrap_or_default(),
    };
    words.say("ended-as", values)
}

/// `2,000 of 21,340 samples in 19 min`.
pub(crate) fn samples(run: &RunRecord<'_>, words: Words) -> String {
    let last = run.timed.parts.iter().filter_map(|part| part.seconds.last());
    let took: f64 = last.sum();
    let values = context! {
        count => run.timed.timed(),
        timed => grouped(run.timed.timed()),
        population => run.population().map(grouped).unwrap_or_default(),
        took => if took > 0.0 { seconds(took) } else { String::new() },
    };
    words.say("samples", values)
}

/// The time of the whole, and how sure it is; else why there is none.
pub(crate) fn takes(run: &RunRecord<'_>, words: Words) -> String {
    let mut said = Vec::new();
    if let Some(total) = run.total() {
        let values = context! {
            interval => interval(total, words),
            estimate => shown_seconds(total.estimate_seconds.round() as u64),
            level => format!("{:.0} %", total.level * 100.0),
            certain => total.low_seconds >= total.high_seconds,
            method => total.method.as_str(),
        };
        said.push(words.say("predicted", values));
    }
    if let Some(wanting) = &run.timed.wanting {
        let values = context! {
            why => wanting.why.as_str(),
            more => wanting.more_samples.map(grouped).unwrap_or_default(),
        };
        said.push(words.say("wanting", values));
    }
    if said.is_empty() {
        said.push(words.say("unknown", context! {}));
    }
    said.join("; ")
}

/// `3 h 15 min to 3 h 23 min`; one time where all was timed.
pub(crate) fn interval(total: &Total, words: Words) -> String {
    let shown = |seconds: f64| shown_seconds(seconds.round() as u64);
    let (low, high) = (shown(total.low_seconds), shown(total.high_seconds));
    if low == high {
        low
    } else {
        words.say("interval", context! { low, high })
    }
}

/// `node17, AMD EPYC 7763, 16 cores, 62.5 GiB of memory, kernel 6.1, job 4711`.
pub(crate) fn machine(part: &Part, words: Words) -> String {
    let machine = &part.machine;
    let values = context! {
        host => machine.host.as_str(),
        processor => machine.processor.as_str(),
        cores => machine.cores,
        memory => if machine.memory_bytes > 0 { bytes(machine.memory_bytes) } else { String::new() },
        kernel => machine.kernel.as_str(),
        job => machine.job.as_deref().unwrap_or_default(),
    };
    words.say("machine-of", values)
}

/// The cards that the process could see, and plainly where they are none, or not real.
pub(crate) fn cards(part: &Part, words: Words) -> String {
    if part.devices.is_empty() {
        let why = part.machine.no_card.as_deref().unwrap_or_default();
        return words.say("no-card", context! { why });
    }
    let cards: Vec<String> = part
        .devices
        .iter()
        .map(|card| {
            let values = context! {
                model => card.shown(),
                memory => card.total_bytes.map(bytes).unwrap_or_default(),
                driver => card.driver.as_deref().unwrap_or_default(),
                used => part.telemetry.cards_used.contains(&card.index),
            };
            words.say("card-of", values)
        })
        .collect();
    let cards = cards.join("; ");
    if part.machine.stand_in {
        format!("{cards} – {}", words.say("stand-in", context! {}))
    } else {
        cards
    }
}

/// `mean utilisation 87 %, at most 18.2 GiB of 24.0 GiB of its memory, …`; none where nothing was read.
pub(crate) fn usage(part: &Part, words: Words) -> Option<String> {
    let telemetry = &part.telemetry;
    let mut said = Vec::new();
    if let Some(percent) = telemetry.gpu_percent {
        said.push(words.say("utilisation", context! { percent => format!("{percent:.0} %") }));
    }
    if let Some(peak) = telemetry.peak_vram_bytes {
        let values = context! {
            peak => bytes(peak),
            total => total_vram(part).map(bytes).unwrap_or_default(),
        };
        said.push(words.say("vram", values));
    }
    if telemetry.peak_rss_bytes > 0 {
        said.push(words.say("rss", context! { peak => bytes(telemetry.peak_rss_bytes) }));
    }
    (!said.is_empty()).then(|| said.join(", "))
}

/// The memory of one card, where all have the same.
pub(crate) fn total_vram(part: &Part) -> Option<u64> {
    let (first, others) = part.devices.split_first()?;
    first
        .total_bytes
        .filter(|_| others.iter().all(|card| card.total_bytes == first.total_bytes))
}

/// Processor time that looking took, beside the time of the run.
fn cost(part: &Part, words: Words) -> String {
    let telemetry = &part.telemetry;
    let share = part
        .seconds
        .last()
        .filter(|took| **took > 0.0)
        .map(|took| format!("{:.2} %", telemetry.own_seconds / took * 100.0));
    let values = context! {
        looks => telemetry.looks,
        seconds => format!("{:.2} s", telemetry.own_seconds),
        share => share.unwrap_or_default(),
    };
    words.say("cost", values)
}

/// `["python", "evaluate.py"]`, as a claim file has it.
fn listed(arguments: &[String]) -> String {
    let quoted: Vec<String> = arguments.iter().map(|word| format!("{word:?}")).collect();
    format!("[{}]", quoted.join(", "))
}

/// `21,340`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `62.5 GiB`; below one, in MiB.
pub(crate) fn bytes(count: u64) -> String {
    let mebi = count as f64 / f64::from(1 << 20);
    if mebi < 1024.0 {
        format!("{mebi:.0} MiB")
    } else {
        format!("{:.1} GiB", mebi / 1024.0)
    }
}

/// A time that may be shorter than a second.
pub(crate) fn seconds(count: f64) -> String {
    if count < 10.0 {
        let text = format!("{count:.1}");
        format!("{} s", text.strip_suffix(".0").unwrap_or(&text))
    } else {
        shown_seconds(count.round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(
            [0, 999, 1000, 21_340, 1_234_567].map(grouped),
            ["0", "999", "1,000", "21,340", "1,234,567"]
        );
        assert_eq!(
            [0, 1 << 20, 1 << 30, 25_769_803_776].map(bytes),
            ["0 MiB", "1 MiB", "1.0 GiB", "24.0 GiB"]
        );
        assert_eq!(
            [0.0, 0.44, 2.0, 9.96, 95.0].map(seconds),
            ["0 s", "0.4 s", "2 s", "10 s", "1 min 35 s"]
        );
    }
}
