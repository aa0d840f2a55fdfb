//! The timed runs below the table: how each ended and what it foretells, on what it ran, and what speaks against it.
//!
//! Why it can be wrong: figures that are left out of a line are looked for elsewhere, notes are not. So what speaks
//! against a run is whole, unless the claims above it have said it already, and the figures are few.
//!
//! Example: `2,000 of 21,340 samples, cut off; in all 3 h 15 min to 3 h 24 min` under `run eval (runs/eval.json)`.

use minijinja::context;

use super::super::catalogue::{Dress, sentence};
use super::super::runs::RunRecord;
use super::super::runs::facts::{self, Words, bytes, grouped};
use super::super::{Judged, Options, Report};
use super::{is_supported, strong, wrapped};
use crate::evidence::ReadCard;
use crate::verdict::Message;

/// A few lines for each run; with `--quiet`, for those on which something rests that is not supported.
pub(super) fn lines(report: &Report<'_>, options: &Options) -> String {
    let words = Words {
        language: report.language,
        dress: Dress::Plain,
    };
    let open = |run: &&RunRecord<'_>| !options.quiet || run.claims.iter().any(|judged| !is_supported(judged));
    report
        .runs()
        .iter()
        .filter(open)
        .map(|run| of_run(run, words, options))
        .collect()
}

fn of_run(run: &RunRecord<'_>, words: Words, options: &Options) -> String {
    let values = context! { name => run.timed.name.as_str(), file => run.place.file.as_str() };
    let mut out = format!("{}\n", strong(&words.say("in-brief", values), options));
    let values = context! {
        timed => grouped(run.timed.timed()),
        population => run.population().map(grouped).unwrap_or_default(),
        ending => run.timed.ending.name(),
        stale => run.stale.is_some(),
        disturbed => !run.timed.disturbed.is_empty(),
        takes => run.total().map(|total| facts::interval(total, words)).unwrap_or_default(),
    };
    out.push_str(&wrapped(&words.say("ended-in-brief", values), 3, options));
    for part in &run.timed.parts {
        let cards: Vec<String> = part.devices.iter().map(ReadCard::shown).collect();
        let telemetry = &part.telemetry;
        let values = context! {
            host => part.machine.host.as_str(),
            cards => cards.join(", "),
            stand_in => part.machine.stand_in,
            percent => telemetry.gpu_percent.map(|percent| format!("{percent:.0} %")).unwrap_or_default(),
            vram => telemetry.peak_vram_bytes.map(bytes).unwrap_or_default(),
            total => facts::total_vram(part).map(bytes).unwrap_or_default(),
        };
        out.push_str(&wrapped(&words.say("on-in-brief", values), 3, options));
    }
    // That the card is a stand-in stands beside its name.
    for note in run.notes().iter().filter(|note| note.code != "record-on-a-stand-in") {
        if !run.claims.iter().any(|judged| says(judged, note)) {
            out.push_str(&wrapped(&format!("! {}", sentence(note, words.language)), 3, options));
        }
    }
    out
}

/// Whether the claim has said it, above.
fn says(judged: &Judged<'_>, note: &Message) -> bool {
    (!is_supported(judged) && judged.ruling.because == *note) || judged.ruling.caveats.contains(note)
}
