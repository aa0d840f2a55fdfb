//! The time of a whole evaluation, foretold from a part of it.
//!
//! Total = what was timed, start-up and slow first batches included as they were, plus the samples to come at the cost of
//! the steady ones. The interval is one of prediction: it holds how little is known of the mean, of a trend, and of the
//! batches to come themselves. Where it cannot be trusted there is none, and [`Wanting`] says why and what would help.
//! Nothing here looks at a clock, and nothing is drawn at random: the same marks give the same answer.
//!
//! How: [`settled`] tells the start-up apart, [`forecast`] knows the mean cost to come, [`looks`] when a run may be cut off.
//!
//! Why it can be wrong: it knows what was timed. An evaluation whose data is sorted, so that the last tenth is unlike all
//! before, is foretold wrongly, with an interval that looks good. So the level is that of runs whose batches go on as
//! they were or on a straight line; `benches/coverage.rs` counts how often it holds.
//!
//! Example: 2,000 of 21,340 clips in 1,120 s: 3 h 19 min, between 3 h 13 min and 3 h 25 min.

mod forecast;
pub mod looks;
mod settled;
#[cfg(test)]
mod tests;

use crate::evidence::{Total, Wanting};
use forecast::{BENT, Forecast, Stretch, Waves};

/// Chance of a trend from which on there is none to be seen.
const NONE_SEEN: f64 = 0.07;
/// The same for a trend that would carry the time out of what is allowed for it.
const NONE_FEARED: f64 = 0.15;
/// Share of what is allowed for an unseen trend that the likeliest one may take up.
const FITS: f64 = 0.6;
/// The same where what changes is known (two speeds, the end of a head that faded): a trend beside it has to be plainer.
const NONE_BESIDE: f64 = 0.03;
/// Share of the samples from which on a trend that is not to be seen may be taken for none.
const ENOUGH: f64 = 0.09;
/// What is allowed for the trend that was not to be seen, as a share of the time to come: half the interval at least.
const UNSEEN: f64 = 0.0499;

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
    let cycles = settled::cycles(steady);
    if let Some(cycles) = cycles.as_ref().filter(|cycles| cycles.len() < settled::CYCLES) {
        let samples: f64 = steady.iter().map(|stretch| stretch.samples).sum();
        let times = settled::CYCLES as f64 / (cycles.len() as f64 + 0.5) - 1.0;
        prediction.wanting = wanting(
            "batches run at two speeds, and the speed changed too seldom to know the share of each",
            Some(((samples * times).ceil() as u64).clamp(1, left)),
        );
        return prediction;
    }
    let waves = match &cycles {
        Some(cycles) => Waves::of_means(cycles),
        None => Waves::of(steady),
    };
    let Some(waves) = waves else {
        let lacking = (2 * forecast::FEWEST_WAVES).saturating_sub(steady.len());
        let each = question.batch.unwrap_or_else(|| (done / marks.len() as u64).max(1));
        prediction.wanting = wanting(
            "too few batches were timed after the start-up",
            Some((lacking as u64 * each).min(left)),
        );
        return prediction;
    };
    let rest = Rest {
        question,
        so_far,
        left: left as f64,
    };
    let forecast = Forecast::of(&waves, done as f64 - waves.samples, left as f64);
    // After a head that faded, a falling trend is what is left of it, and no drift that goes on.
    let is_explained = cycles.is_some() || (head > 1 && forecast.trend < 0.0);
    let drifts = waves.chance_of_trend() < if is_explained { NONE_BESIDE } else { NONE_SEEN };
    if drifts && waves.chance_of_bend() < BENT {
        prediction.wanting = wanting(
            "the cost of a batch drifts, and not on a straight line",
            Some(done.min(left)),
        );
        return prediction;
    }
    let over_trends = rest.interval(&forecast);
    let seen = done as f64 / question.population as f64;
    // What the likeliest trend adds to the total, against what is allowed for one that was not to be seen.
    let (to_come, carried) = (
        left as f64 * waves.mean,
        forecast.trend.abs() * left as f64 * waves.mean,
    );
    let fits = is_explained || carried < FITS * UNSEEN * (so_far + to_come);
    let is_feared = !fits && waves.chance_of_trend() < NONE_FEARED;
    let may_be_steady = seen >= ENOUGH && !drifts && !is_feared;
    let steady = may_be_steady.then(|| rest.allowing(rest.interval(&Forecast::steady(&waves, left as f64))));
    let (interval, method) = match steady {
        Some(steady) if relative_width(steady) < relative_width(over_trends) => (
            steady,
            "slow waves of the steady batches, 5 % allowed for a trend too small to be seen",
        ),
        _ => (over_trends, "slow waves of the steady batches, averaged over trends"),
    };
    let width = relative_width(interval);
    prediction.total = Some(total(question.population, done, interval, 1.0 - looks::MISSES, method));
    if width > question.precision {
        let (why, power) = if drifts {
            (
                "the cost of a batch drifts, and the interval is wider than the precision asked for",
                2.0 / 3.0,
            )
        } else if steady.is_none() {
            (
                "the interval is wider than the precision asked for: a drift cannot be ruled out yet",
                2.0 / 3.0,
            )
        } else {
            ("the interval is wider than the precision asked for", 2.0)
        };
        // The width falls with the square root of the samples, that of a trend with their power of one and a half.
        let more = waves.samples * ((width / question.precision).powf(power) - 1.0);
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

    /// Wide enough for the trend that was not to be seen.
    fn allowing(&self, [low, estimate, high]: [f64; 3]) -> [f64; 3] {
        let allowed = UNSEEN * estimate;
        [low.min(estimate - allowed), estimate, high.max(estimate + allowed)]
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
