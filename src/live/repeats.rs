//! Whether samples that are fed again get faster, and whether they get the same answers: pure, over what JSON lines said
//! and when.
//!
//! Times are compared in pairs: a stretch of samples in the first run against the same samples in the later ones. A
//! stretch is one sample, or a batch whose lines come together (less than a tenth of the mean pause apart), for of a batch
//! only the first line waited. The first pair is set aside: whatever is loaded, compiled or read from a cold disk
//! for the first sample is not there to be loaded again.
//!
//! Were nothing kept, first and later times of a stretch would be two draws from one distribution, and "twice as fast" as
//! frequent as "twice as slow", however the times are distributed, heavy tails included. That is a sign test (exact,
//! one-sided), and it is made twice. Something is kept where the middle of the ratios is below 0.7 and more stretches are
//! faster than slower, p < 0.01; or, for a cache that holds a part, where at least a tenth of the stretches took less
//! than half their time, against those that took more than twice, p < 0.01. Answers that are kept cost next to nothing,
//! so 0.7 is far from both: a machine whose clock is 5 % higher the second time, or that was 20 % busier the first time,
//! is no cache. Fewer than seven pairs cannot reach p < 0.01 (0.5^7 = 0.008), and nothing is said of them.
//!
//! Why it can be wrong: a first run that something slowed down looks like a cache that is none, and the run has no time;
//! so it errs. A disk that was cold the first time is a cache as well as any: the time of samples that were not read
//! before is then the first, and of the whole nobody knows. A cache that was filled before the first run is not seen.
//!
//! Example: 200 clips at 0.55 s and then at 0.01 s each: the middle ratio is 0.02, 199 of 199 are faster, cached.

use std::collections::{BTreeMap, BTreeSet};

use super::progress::Fed;
use crate::evidence::{Differing, Repeats};

/// The middle ratio below which samples got faster.
const FASTER: f64 = 0.7;
/// The ratio of a sample that was kept, where others were not; and its inverse.
const HALF: f64 = 0.5;
/// One of so many stretches is kept at least.
const SHARE: u64 = 10;
/// Chance of what was seen where nothing is kept.
const CHANCE: f64 = 0.01;
/// Pairs below which no such chance can come.
const FEWEST: usize = 7;
/// Lines closer than this share of the mean pause belong together.
const TOGETHER: f64 = 0.1;
/// Differing answers that are kept.
const EXAMPLES: usize = 5;

/// Samples that were timed together in the first run.
struct Stretch<'a> {
    ids: BTreeSet<&'a str>,
    seconds: f64,
}

/// Holds the later runs against the first; the second says whether something is kept between them.
pub(super) fn compare(first: &[Fed], later: &[Vec<Fed>]) -> (Repeats, bool) {
    let (answers, differing, examples) = answers(first, later);
    let ratios = ratios(first, later);
    let count = |of: &dyn Fn(f64) -> bool| ratios.iter().filter(|ratio| of(**ratio)).count() as u64;
    let (halved, doubled) = (count(&|ratio| ratio < HALF), count(&|ratio| ratio > 1.0 / HALF));
    let middle = middle(&ratios);
    let repeats = Repeats {
        times: 1 + later.len() as u64,
        compared: ratios.len() as u64,
        ratio: middle,
        halved,
        doubled,
        answers,
        differing,
        examples,
        unchecked: (ratios.len() < FEWEST).then(|| {
            format!(
                "{} stretches of the same samples could be compared, and {FEWEST} are needed",
                ratios.len()
            )
        }),
    };
    if repeats.unchecked.is_some() {
        return (repeats, false);
    }
    let all_faster = middle.is_some_and(|middle| middle < FASTER)
        && chance(count(&|ratio| ratio < 1.0), count(&|ratio| ratio > 1.0)) < CHANCE;
    let some_kept = halved * SHARE >= repeats.compared && chance(halved, doubled) < CHANCE;
    (repeats, all_faster || some_kept)
}

/// The later time over the first of every stretch that was fed again as it was, but for the first pair.
fn ratios(first: &[Fed], later: &[Vec<Fed>]) -> Vec<f64> {
    let by_word = first
        .iter()
        .chain(later.iter().flatten())
        .all(|fed| fed.seconds.is_some());
    let again: Vec<Again<'_>> = later.iter().map(|lap| Again::of(lap, by_word)).collect();
    let mut ratios = Vec::new();
    for stretch in stretches(first, by_word).iter().skip(1) {
        let of_laps: Vec<f64> = again
            .iter()
            .filter_map(|lap| Some(lap.seconds(&stretch.ids)? / stretch.seconds))
            .filter(|ratio| ratio.is_finite())
            .collect();
        // One for each stretch: runs of the same stretch know of each other.
        ratios.extend(middle(&of_laps));
    }
    ratios
}

fn stretches(lap: &[Fed], by_word: bool) -> Vec<Stretch<'_>> {
    let pauses = lap.len().saturating_sub(1).max(1) as f64;
    let whole = lap
        .last()
        .zip(lap.first())
        .map_or(0.0, |(last, first)| last.at - first.at);
    let mut stretches: Vec<Stretch<'_>> = Vec::new();
    for (place, fed) in lap.iter().enumerate() {
        let pause = pause(lap, place);
        let seconds = if by_word { fed.seconds.unwrap_or(0.0) } else { pause };
        let ids = fed.ids.iter().map(String::as_str);
        match stretches.last_mut() {
            Some(open) if pause < TOGETHER * whole / pauses => {
                open.ids.extend(ids);
                open.seconds += seconds;
            }
            _ => stretches.push(Stretch {
                ids: ids.collect(),
                seconds,
            }),
        }
    }
    stretches
}

/// Seconds since the line before; the first has none.
fn pause(lap: &[Fed], place: usize) -> f64 {
    match place
        .checked_sub(1)
        .and_then(|before| lap.get(before))
        .zip(lap.get(place))
    {
        Some((before, fed)) => fed.at - before.at,
        None => 0.0,
    }
}

/// A later run, by its samples.
struct Again<'a> {
    lap: &'a [Fed],
    lines: BTreeMap<&'a str, usize>,
    by_word: bool,
}

impl<'a> Again<'a> {
    fn of(lap: &'a [Fed], by_word: bool) -> Again<'a> {
        let ids = |(place, fed): (usize, &'a Fed)| fed.ids.iter().map(move |id| (id.as_str(), place));
        Again {
            lap,
            lines: lap.iter().enumerate().flat_map(ids).collect(),
            by_word,
        }
    }

    /// What the samples of a stretch took, where they were fed together again and not as the first.
    fn seconds(&self, ids: &BTreeSet<&str>) -> Option<f64> {
        let lines: BTreeSet<usize> = ids
            .iter()
            .map(|id| self.lines.get(id).copied())
            .collect::<Option<_>>()?;
        let (from, to) = (*lines.first()?, *lines.last()?);
        let samples: usize = lines.iter().map(|line| self.lap[*line].ids.len()).sum();
        if from == 0 || samples != ids.len() || to - from + 1 != lines.len() {
            return None;
        }
        let of = |line: &usize| match self.by_word {
            true => self.lap[*line].seconds.unwrap_or(0.0),
            false => pause(self.lap, *line),
        };
        Some(lines.iter().map(of).sum())
    }
}

/// Samples with an answer in the first run and a later one, how many got another one, and the first of these.
fn answers(first: &[Fed], later: &[Vec<Fed>]) -> (u64, u64, Vec<Differing>) {
    let said = |lap: &[Fed]| -> BTreeMap<String, String> {
        let one = |fed: &Fed| Some((fed.ids.first()?.clone(), fed.answer.clone()?));
        lap.iter().filter(|fed| fed.ids.len() == 1).filter_map(one).collect()
    };
    let later: Vec<BTreeMap<String, String>> = later.iter().map(|lap| said(lap)).collect();
    let (mut compared, mut differing, mut examples) = (0, 0, Vec::new());
    for (id, first) in said(first) {
        let mut again = later.iter().filter_map(|lap| lap.get(&id)).peekable();
        if again.peek().is_none() {
            continue;
        }
        compared += 1;
        if let Some(other) = again.find(|answer| **answer != first) {
            differing += 1;
            if examples.len() < EXAMPLES {
                let later = other.clone();
                examples.push(Differing { id, first, later });
            }
        }
    }
    (compared, differing, examples)
}

fn middle(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted.len().checked_sub(1)? / 2, sorted.len() / 2);
    Some(0.5 * (sorted[low] + sorted[high]))
}

/// Chance of at least so many heads in `heads + tails` throws of a fair coin.
fn chance(heads: u64, tails: u64) -> f64 {
    let throws = heads + tails;
    // Of all heads, and from there down.
    let mut log = -(throws as f64) * std::f64::consts::LN_2;
    let mut sum = 0.0;
    for count in (heads..=throws).rev() {
        sum += log.exp();
        if count > 0 {
            log += (count as f64 / (throws - count + 1) as f64).ln();
        }
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests;
