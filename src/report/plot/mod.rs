//! The plot of a timed run: what each sample took, and what the whole takes by that, as SVG.
//!
//! Above, the time per sample of every batch that was timed; where there are many, their median and their range in bins.
//! Below, the time since the start: the start-up, what was timed, and what is foretold of the rest, with its interval and
//! with what the paper claims. Text is text, in fonts that every machine has, over a white ground.
//!
//! Why it can be wrong: a picture travels without the page that it stood on. So what makes the run doubtful (a stale
//! record, a disturbed machine, a card that is a stand-in) is written in it; what does not fit on an axis is counted.
//!
//! Example: 40 batches of 50 clips around 0.56 s a clip, and a wedge from 2,000 clips to 21,340 that ends at 3 h 15 min
//! to 3 h 24 min.

mod axis;
mod panels;
mod paper;
mod series;

use minijinja::context;

use super::catalogue::{self, Dress};
use super::runs::RunRecord;
use super::runs::facts::{self, Words};
use super::{Language, markup};
use crate::evidence::{ReadCard, Stale};
use crate::place::MARK;
use paper::{Ink, Paper};
use series::Track;

/// Width and height as shown.
const SIZE: (f64, f64) = (860.0, 660.0);
/// Between the picture's edges and what is in it.
const MARGIN: f64 = 16.0;
/// Lines of what makes a run doubtful; the report has all.
const DOUBTS: usize = 3;
/// Between the panels.
const GAP: f64 = 12.0;

/// The picture of a run; none where nothing was timed.
pub(super) fn svg(run: &RunRecord<'_>, language: Language) -> Option<String> {
    let tracks: Vec<Track> = run.timed.parts.iter().filter_map(Track::of).collect();
    if tracks.is_empty() {
        return None;
    }
    let words = Words {
        language,
        dress: Dress::Plain,
    };
    let title = title(run, words);
    let mut text = String::new();
    {
        let paper = Paper::new(&mut text, SIZE)?;
        let top = head(&paper, run, words, &title);
        let size = (SIZE.0 - 2.0 * MARGIN, (SIZE.1 - top - GAP) / 2.0);
        panels::per_sample(&tracks, words).draw(&paper, (MARGIN, top), size);
        let below = (MARGIN, top + size.1 + GAP);
        panels::whole(&tracks, run, words).draw(&paper, below, size);
        paper.done()?;
    }
    Some(marked(&text, &title))
}

/// What stands in place of the picture, for those who do not see it.
pub(super) fn alternative(run: &RunRecord<'_>, language: Language) -> String {
    let words = Words {
        language,
        dress: Dress::Plain,
    };
    words.say("plot-alternative", context! { title => title(run, words) })
}

/// `eval: 2,000 of 21,340 samples in 19 min; the whole takes 3 h 15 min to 3 h 24 min`.
fn title(run: &RunRecord<'_>, words: Words) -> String {
    let values = context! {
        run => run.timed.name.as_str(),
        samples => facts::samples(run, words),
        takes => run.total().map(|total| facts::interval(total, words)).unwrap_or_default(),
    };
    words.say("plot-title", values)
}

/// The title, what ran where and when, and what makes it doubtful; gives where the rest begins.
fn head(paper: &Paper<'_>, run: &RunRecord<'_>, words: Words, title: &str) -> f64 {
    let room = SIZE.0 - 2.0 * MARGIN;
    let mut at = MARGIN + 15.0;
    paper.bold((MARGIN, at), 16.0, Ink::TEXT, &paper::fit(title, 16.0, room * 0.96));
    let machine = run.timed.parts.first().map(|part| {
        let values = context! {
            host => part.machine.host.as_str(),
            cards => part.devices.iter().map(ReadCard::shown).collect::<Vec<_>>().join(", "),
            started => run.timed.started.as_str(),
        };
        words.say("plot-machine", values)
    });
    for (ink, line) in machine
        .map(|line| (Ink::FAINT, line))
        .into_iter()
        .chain(doubts(run, words).into_iter().map(|line| (Ink::WARNING, line)))
    {
        at += 19.0;
        paper.text((MARGIN, at), 12.5, ink, &paper::fit(&line, 12.5, room));
    }
    at + 18.0
}

/// Notes by which the run is not the one that a claim is about, so that what it claims is not held against this.
const OF_OTHERS: [&str; 3] = [
    "record-of-another-run",
    "record-of-other-hardware",
    "record-of-other-settings",
];

/// Why nobody should rest on the picture alone, by line.
fn doubts(run: &RunRecord<'_>, words: Words) -> Vec<String> {
    let mut doubts: Vec<String> = run
        .stale
        .map(|stale| {
            let (Stale::Changed { file } | Stale::Gone { file }) = stale;
            words.say("plot-stale", context! { file })
        })
        .into_iter()
        .collect();
    if !run.timed.ending.has_time() {
        doubts.push(facts::ended(run, words));
    }
    if !run.timed.disturbed.is_empty() {
        let what = run.timed.disturbed.join("; ");
        doubts.push(words.say("plot-disturbed", context! { what }));
    }
    if run.is_on_a_stand_in() {
        doubts.push(words.say("plot-stand-in", context! {}));
    }
    let of_others = run
        .notes()
        .into_iter()
        .filter(|note| OF_OTHERS.contains(&note.code.as_str()));
    let first = (!doubts.is_empty()).then(|| doubts.join("; "));
    first
        .into_iter()
        .chain(of_others.map(|note| catalogue::sentence(&note, words.language)))
        .take(DOUBTS)
        .collect()
}

/// The text with the mark of what `verify` wrote, and its title as the name of the picture.
fn marked(text: &str, title: &str) -> String {
    let (opening, rest) = text.split_once('\n').unwrap_or((text, ""));
    let opening = paper::shown_size(opening, SIZE).replacen("<svg ", "<svg role=\"img\" ", 1);
    let title = paper::sayable(title)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("{opening}\n<!-- {MARK} -->\n<title>{title}</title>\n{rest}")
}

/// The catalogue's table `run`, plain, on one line.
fn label(words: Words, name: &str) -> String {
    markup::line(&catalogue::word(&format!("run.{name}"), words.language))
}
