//! The time of a whole evaluation, foretold from a part of it.
//!
//! Total = what was timed, start-up and slow first batches included as they were, plus the samples to come at the cost of
//! the steady ones. The interval is one of prediction: it holds how little is known of the mean, of a trend, and of the
//! batches to come themselves. Where it cannot be trusted there is none, and [`Wanting`] says why and what would help.
//! Nothing here looks at a clock, and nothing is drawn at random: the same marks give the same answer.
//!
//! How: [`settled`] tells the start-up apart, [`memory`] how batches depend on each other, [`forecast`] knows the mean cost
//! to come, [`looks`] when a run may be cut off.
//!
//! Why it can be wrong: it knows what was timed. An evaluation whose data is sorted, so that the last tenth is unlike all
//! before, or a drift that begins after the cut-off, is foretold wrongly, with an interval that looks good. So the level is
//! that of runs whose batches go on as they were or on a straight line; `benches/coverage.rs` counts how often it holds.
//!
//! Example: 2,000 of 21,340 clips in 1,120 s: 3 h 19 min, between 3 h 13 min and 3 h 25 min.

mod forecast;
pub mod looks;
mod memory;
mod settled;
#[cfg(test)]
mod tests;

use crate::evidence::{Total, Wanting};
use forecast::{BENT, Forecast, Stretch, Waves};
use memory::Memory;

/// Chance of a trend below which it is said to show.
const SHOWN: f64 = 0.03;
/// The same where the level of the cost shows none: so seldom that it is no chance of many looks.
const PLAIN: f64 = 0.005;
/// Independent stretches that what was timed is worth at least.
const INDEPENDENT: f64 = 6.0;

/// What is to be foretold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// Samples of the whole.
    pub population: u64,
    /// Samples in a batch, where it is known.
    pub batch: Option<u64>,
    /// Batches that are set aside whatever they cost.
    pub warm_up: u64,
    /// Half the interval's width over the estimate at most.
    pub precision: f64,
    /// Share of intervals that may miss: 0.05, or what [`looks`] gives.
    pub misses: f64,
}

/// What is foretold.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// From the start of the program to its first mark.
    pub start_up_seconds: f64,
    /// Samples after the first mark that were set aside as not yet steady.
    pub set_aside: u64,
    /// None where no interval can be trusted.
    pub total: Option<Total>,
    /// Why there is no total, or why it is not narrow enough.
    pub wanting: Option<Wanting>,
}

/// Foretells the time of the whole from the samples that were done at each mark and the seconds since the start.
pub fn predict(samples: &[u64], seconds: &[f64], question: &Question) -> Prediction {
    let marks = distinct(samples, seconds);
    let mut prediction = Prediction {
        start_up_seconds: marks.first().map_or(0.0, |mark| mark.1),
        set_aside: 0,
        total: None,
        wanting: None,
    };
    let Some(&(done, so_far)) = marks.last() else {
        prediction.wanting = wanting("no sample was seen to be done", None);
        return prediction;
    };
    if done >= question.population {
        prediction.total = Some(total(
            question.population,
            question.population,
            [so_far; 3],
            1.0,
            "all of it was timed",
        ));
        return prediction;
    }
    let stretches = stretches(&marks);
    let aside = stretches.len().min(declared_warm_up(&stretches, question));
    let head = settled::head(&stretches[aside..]);
    let aside = aside + head;
    let steady = &stretches[aside..];
    prediction.set_aside = stretches[..aside].iter().map(|stretch| stretch.samples as u64).sum();
    let left = question.population - done;
    let between = settled::between_speeds(steady);
    let cycles = between.map(|between| settled::cycles(steady, between));
    if let Some(cycles) = cycles.as_ref().filter(|cycles| cycles.len() < settled::CYCLES) {
        let samples: f64 = steady.iter().map(|stretch| stretch.samples).sum();
        let times = settled::CYCLES as f64 / (cycles.len() as f64 + 0.5) - 1.0;
        prediction.wanting = wanting(
            "batches run at two speeds, and the speed changed too seldom to know the share of each",
            Some(((samples * times).ceil() as u64).clamp(1, left)),
        );
        return prediction;
    }
    if steady.len() < 2 * forecast::FEWEST_WAVES {
        let lacking = 2 * forecast::FEWEST_WAVES - steady.len();
        let each = question.batch.unwrap_or_else(|| (done / marks.len() as u64).max(1));
        prediction.wanting = wanting(
            "too few batches were timed after the start-up",
            Some((lacking as u64 * each).min(left)),
        );
        return prediction;
    }
    let levels = settled::levels(steady, between);
    let (memory, level_memory) = (Memory::of(steady), Memory::of(&levels));
    let spread = match &cycles {
        Some(cycles) => Waves::of_means(cycles),
        None => Waves::of(steady, &memory),
    };
    let Some((spread, level)) = spread.zip(Waves::of(&levels, &level_memory)) else {
        prediction.wanting = wanting("the batches took no time that could be measured", None);
        return prediction;
    };
    let independent = match &cycles {
        Some(_) => level_memory.independent(),
        None => memory.independent().min(level_memory.independent()),
    };
    if independent < INDEPENDENT {
        let samples: f64 = steady.iter().map(|stretch| stretch.samples).sum();
        let more = samples * (INDEPENDENT / independent - 1.0);
        prediction.wanting = wanting(
            "the cost of a batch depends on those before it for about as long as was timed",
            Some((more.ceil() as u64).clamp(1, left)),
        );
        return prediction;
    }
    // A trend of the whole that its level does not show is one of the rare dear batches, or of the share of a speed.
    let level = if spread.chance_of_trend() < PLAIN && level.chance_of_trend() >= SHOWN {
        spread
    } else {
        level
    };
    if level.chance_of_bend() < BENT {
        prediction.wanting = wanting(
            "the cost of a batch drifts, and not on a straight line",
            Some(done.min(left)),
        );
        return prediction;
    }
    let rest = Rest {
        question,
        so_far,
        left: left as f64,
    };
    let interval = rest.interval(&Forecast::of(
        &spread,
        &level,
        done as f64 - spread.samples,
        left as f64,
    ));
    let width = relative_width(interval);
    let method = "slow waves of the steady batches, averaged over trends";
    prediction.total = Some(total(question.population, done, interval, 1.0 - looks::MISSES, method));
    if width > question.precision {
        let why = if level.chance_of_trend() < SHOWN {
            "the cost of a batch drifts, and the interval is wider than the precision asked for"
        } else {
            "the interval is wider than the precision asked for: a drift cannot be ruled out yet"
        };
        // The error of a trend falls with the samples' power of one and a half.
        let more = level.samples * ((width / question.precision).powf(2.0 / 3.0) - 1.0);
        prediction.wanting = wanting(why, Some((more.ceil() as u64).clamp(1, left)));
    }
    prediction
}

/// Samples still to come, and what is known beside their mean cost.
struct Rest<'a> {
    question: &'a Question,
    so_far: f64,
    left: f64,
}

impl Rest<'_> {
    fn interval(&self, forecast: &Forecast) -> [f64; 3] {
        let half = 0.5 * self.question.misses;
        let of = |chance: f64, samples: f64| self.so_far + samples * forecast.quantile(chance).max(0.0);
        // A short last batch costs between its share of a full one and a full one.
        let short = self.question.batch.map_or(0.0, |batch| {
            let last = self.question.population % batch.max(1);
            if last == 0 { 0.0 } else { (batch - last) as f64 }
        });
        [
            of(half, self.left),
            of(0.5, self.left + 0.5 * short),
            of(1.0 - half, self.left + short),
        ]
    }
}

fn relative_width([low, estimate, high]: [f64; 3]) -> f64 {
    0.5 * (high - low) / estimate
}

fn total(population: u64, timed: u64, [low, estimate, high]: [f64; 3], level: f64, method: &str) -> Total {
    Total {
        population,
        timed,
        low_seconds: low,
        estimate_seconds: estimate,
        high_seconds: high,
        level,
        method: method.to_string(),
    }
}

fn wanting(why: &str, more_samples: Option<u64>) -> Option<Wanting> {
    Some(Wanting {
        why: why.to_string(),
        more_samples,
    })
}

/// The first mark of each sample count: a bar that is drawn again without a new sample says nothing new.
fn distinct(samples: &[u64], seconds: &[f64]) -> Vec<(u64, f64)> {
    let mut marks: Vec<(u64, f64)> = Vec::with_capacity(samples.len());
    for (&done, &second) in samples.iter().zip(seconds) {
        let is_new = marks
            .last()
            .map_or(done > 0, |&(before, at)| done > before && second >= at);
        if is_new && second.is_finite() {
            marks.push((done, second));
        }
    }
    marks
}

fn stretches(marks: &[(u64, f64)]) -> Vec<Stretch> {
    let stretch = |pair: &[(u64, f64)]| Stretch {
        samples: (pair[1].0 - pair[0].0) as f64,
        seconds: pair[1].1 - pair[0].1,
    };
    marks.windows(2).map(stretch).collect()
}

/// How many stretches the batches hold that are set aside by declaration; the first is in the start-up.
fn declared_warm_up(stretches: &[Stretch], question: &Question) -> usize {
    let after_first = question.warm_up.saturating_sub(1);
    let Some(batch) = question.batch else {
        return after_first as usize;
    };
    let samples = (after_first * batch) as f64;
    let mut done = 0.0;
    let ends = stretches.iter().position(|stretch| {
        done += stretch.samples;
        done >= samples
    });
    if samples == 0.0 {
        0
    } else {
        ends.map_or(stretches.len(), |index| index + 1)
    }
}
