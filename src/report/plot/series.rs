//! What a plot shows of a part's marks: the time per sample of each batch, and the time since the start.
//!
//! Why it can be wrong: tens of thousands of marks make a black bar in which a drift cannot be seen. From [`DOTS`]
//! batches on they are put into bins of equally many; each shows its median and its range, so that no batch is hidden by
//! a mean. The time before the first sample belongs to no batch.
//!
//! Example: marks at 500, 1,000 and 1,500 samples after 300, 580 and 860 s, 20 s of them start-up: 0.56 s a sample, thrice.

use crate::evidence::Part;

/// Batches up to which each is a dot.
const DOTS: usize = 300;
/// Bins of those that are more.
const BINS: usize = 200;
/// Points of the line of time since the start.
const POINTS: usize = 400;

/// Batches that are shown as one: where they lie, and what a sample took in them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bin {
    /// Samples done, in the middle.
    pub(super) samples: f64,
    /// Seconds per sample.
    pub(super) least: f64,
    pub(super) median: f64,
    pub(super) most: f64,
}

/// A part's times.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Track {
    pub(super) start_up: f64,
    /// One for each batch, or for equally many of them.
    pub(super) bins: Vec<Bin>,
    /// Batches in each bin; the last may have fewer.
    pub(super) per_bin: usize,
    /// Seconds per sample of every batch, sorted.
    pub(super) sorted: Vec<f64>,
    /// Samples done and seconds since the start; first the end of the start-up.
    pub(super) line: Vec<(f64, f64)>,
}

impl Track {
    /// None where no batch has a time.
    pub(super) fn of(part: &Part) -> Option<Track> {
        let mut before = (0.0, part.start_up_seconds.max(0.0));
        let mut line = vec![before];
        // Where a batch lies, and what a sample took in it.
        let mut batches: Vec<(f64, f64)> = Vec::new();
        for (samples, seconds) in part.samples.iter().zip(&part.seconds) {
            let (samples, seconds) = (*samples as f64, *seconds);
            // Where no sample was done, time goes on and belongs to the next; what was done while the program started up
            // has no time of its own.
            if samples <= before.0 {
                continue;
            }
            if seconds > before.1 {
                batches.push(((before.0 + samples) / 2.0, (seconds - before.1) / (samples - before.0)));
            }
            before = (samples, seconds.max(before.1));
            line.push(before);
        }
        if batches.is_empty() {
            return None;
        }
        let per_bin = if batches.len() <= DOTS {
            1
        } else {
            batches.len().div_ceil(BINS)
        };
        let mut sorted: Vec<f64> = batches.iter().map(|(_, cost)| *cost).collect();
        sorted.sort_by(f64::total_cmp);
        Some(Track {
            start_up: part.start_up_seconds.max(0.0),
            bins: batches.chunks(per_bin).map(bin).collect(),
            per_bin,
            sorted,
            line: thinned(&line),
        })
    }

    /// The last mark.
    pub(super) fn end(&self) -> (f64, f64) {
        self.line.last().copied().unwrap_or((0.0, self.start_up))
    }
}

fn bin(batches: &[(f64, f64)]) -> Bin {
    let mut costs: Vec<f64> = batches.iter().map(|(_, cost)| *cost).collect();
    costs.sort_by(f64::total_cmp);
    let ends = batches.first().zip(batches.last());
    Bin {
        samples: ends.map_or(0.0, |(first, last)| (first.0 + last.0) / 2.0),
        least: costs.first().copied().unwrap_or(0.0),
        median: quantile(&costs, 0.5),
        most: costs.last().copied().unwrap_or(0.0),
    }
}

/// Of sorted values, the one below which this share lies.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let at = last as f64 * share;
    let (below, above) = (at.floor() as usize, at.ceil() as usize);
    let value = |index: usize| sorted.get(index).copied().unwrap_or(0.0);
    value(below) + (value(above) - value(below)) * at.fract()
}

/// Every so many-th point, and the last.
fn thinned(line: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let step = line.len().div_ceil(POINTS).max(1);
    let last = line.len().saturating_sub(1);
    line.iter()
        .enumerate()
        .filter(|(index, _)| index % step == 0 || *index == last)
        .map(|(_, point)| *point)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Machine, Telemetry};

    fn part(start_up_seconds: f64, marks: &[(u64, f64)]) -> Part {
        Part {
            machine: Machine::default(),
            devices: Vec::new(),
            start_up_seconds,
            samples: marks.iter().map(|(samples, _)| *samples).collect(),
            seconds: marks.iter().map(|(_, seconds)| *seconds).collect(),
            conditions: Vec::new(),
            telemetry: Telemetry::default(),
        }
    }

    #[test]
    fn a_batch_costs_what_passed_since_the_one_before() {
        /// The start-up, marks, and what each batch lies at and cost.
        type Row<'a> = (f64, &'a [(u64, f64)], Option<&'a [(f64, f64)]>);
        let rows: &[Row<'_>] = &[
            (
                20.0,
                &[(500, 300.0), (1000, 580.0)],
                Some(&[(250.0, 0.56), (750.0, 0.56)]),
            ),
            // The bar's first mark ends the start-up.
            (20.0, &[(0, 20.0), (50, 45.0)], Some(&[(25.0, 0.5)])),
            // A mark without a new sample: its time belongs to the next.
            (
                0.0,
                &[(10, 10.0), (10, 15.0), (20, 30.0)],
                Some(&[(5.0, 1.0), (15.0, 2.0)]),
            ),
            // The first batch was done when the start-up ended: it has no time of its own.
            (5.0, &[(10, 5.0), (20, 15.0)], Some(&[(15.0, 1.0)])),
            (5.0, &[(10, 5.0)], None),
            (5.0, &[(0, 5.0)], None),
            (5.0, &[], None),
        ];
        for (start_up, marks, expected) in rows {
            let track = Track::of(&part(*start_up, marks));
            let found = track.map(|track| {
                track
                    .bins
                    .iter()
                    .map(|bin| (bin.samples, bin.median))
                    .collect::<Vec<_>>()
            });
            assert_eq!(found.as_deref(), *expected, "{marks:?}");
        }
    }

    #[test]
    fn many_batches_are_put_together_and_none_is_lost_from_the_range() {
        let mut at = 0.0;
        let marks: Vec<(u64, f64)> = (1..=50_000_u64)
            .map(|count| {
                at += if count == 31_234 { 7.0 } else { 0.5 };
                (count, at)
            })
            .collect();
        let track = Track::of(&part(0.0, &marks)).unwrap();
        assert_eq!((track.bins.len(), track.per_bin), (200, 250));
        assert!(track.line.len() <= POINTS + 1);
        assert_eq!(track.end(), (50_000.0, 25_006.5));
        let most = track.bins.iter().map(|bin| bin.most).fold(0.0, f64::max);
        assert!((most - 7.0).abs() < 1e-6, "{most}");
        assert!(track.bins.iter().all(|bin| (bin.median - 0.5).abs() < 1e-6));
    }

    #[test]
    fn quantiles_lie_between_values() {
        let values = [1.0, 2.0, 3.0, 4.0];
        assert_eq!([0.0, 0.5, 1.0].map(|share| quantile(&values, share)), [1.0, 2.5, 4.0]);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
