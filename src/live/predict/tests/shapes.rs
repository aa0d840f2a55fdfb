//! Simulated evaluations of six shapes, and how a run of each is cut off: for the benchmark and the unit test alike.
//!
//! [`Setting::drawn`] draws the size, the speed and the shape of an evaluation from the ranges that stand there;
//! `super::held_out` sets them by hand. A bar shows itself every 0.1 s at most, as tqdm does. The last short batch costs
//! a fifth of a full one and its share of the rest. The decision is taken as a run takes it: looks by the plan, cut off
//! at the first whose interval is narrow enough or decides the claim, at a tenth of the samples at the latest.
//!
//! Why it can be wrong: six shapes are not all, and a drift is a straight line here.
//!
//! Example: `Setting::drawn(Shape::Drift, 7)` is the eighth evaluation with a drift.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "the benchmark and the unit test each use a part of it"
)]

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::predict::looks::Looks;
use super::predict::{Question, predict};

/// Half the interval's width over the estimate at most: what a claim file gets that does not say.
pub const PRECISION: f64 = 0.05;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Constant,
    Drift,
    WarmUp,
    HeavyTail,
    Autocorrelated,
    Alternating,
}

impl Shape {
    pub const ALL: [Shape; 6] = [
        Shape::Constant,
        Shape::Drift,
        Shape::WarmUp,
        Shape::HeavyTail,
        Shape::Autocorrelated,
        Shape::Alternating,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Shape::Constant => "constant",
            Shape::Drift => "drift",
            Shape::WarmUp => "warm-up",
            Shape::HeavyTail => "heavy tail",
            Shape::Autocorrelated => "autocorrelated",
            Shape::Alternating => "two speeds",
        }
    }
}

/// What one batch costs beside another, around one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Course {
    Constant,
    /// A straight line that changes by so much over the whole run, from this share of it on.
    Drift {
        change: f64,
        from: f64,
    },
    /// A head so much dearer that fades with so many batches; the first batch more.
    WarmUp {
        extra: f64,
        fades: f64,
        first: f64,
    },
    /// The first batches, until this share of the run, so many times as dear.
    SlowStart {
        until: f64,
        times: f64,
    },
    /// A fifth is overhead, the rest a lognormal for each sample; every hundredth batch on average stalls, for as long
    /// as 1 to any number of batches by Pareto's law with α = 2.5.
    Lognormal {
        sigma: f64,
    },
    /// A fifth is overhead, the rest follows Pareto's law.
    Pareto {
        alpha: f64,
    },
    /// The logarithm is a first-order autoregression.
    Autocorrelated {
        keeps: f64,
        deviation: f64,
    },
    /// Stays of so many batches at each speed, every one up to this share longer or shorter; the slow one so many times
    /// as dear.
    Alternating {
        stays: [f64; 2],
        wobble: f64,
        slow: f64,
    },
}

/// An evaluation before it runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    pub population: u64,
    pub batch: u64,
    /// Seconds of a batch.
    pub each: f64,
    pub start_up: f64,
    /// Standard deviation of a batch's cost beside its course.
    pub jitter: f64,
    pub course: Course,
}

impl Setting {
    /// 21,340 samples in batches of 4 to 16 (5,335 to 1,334 batches), 0.03 s to 2 s a batch, 3 s to 60 s of start-up;
    ///
    /// - constant: jitter with a standard deviation of 0.5 % to 4 %;
    /// - drift: that, on a straight line that changes by 5 % to 100 % over the whole run (log-uniform), one in four falls
    ///   (to no less than a half);
    /// - warm-up: that, after a head 0.5 to 3 times as dear that fades with 2 to 20 batches, the first batch 5 to 50 more;
    /// - heavy tail: lognormal with σ 0.4 to 1.0, and stalls;
    /// - autocorrelated: ρ 0.5 to 0.95, standard deviation 2 % to 10 %;
    /// - two speeds: stays of 2 to 20 batches, up to a fifth longer or shorter, the slow one 1.2 to 2.5 times as dear.
    pub fn drawn(shape: Shape, seed: u64) -> Setting {
        let mut draw = Draw::new(seed * 6 + shape as u64);
        let batch = draw.log_between(1.0, 8.99).floor() as u64;
        let each = draw.log_between(0.03, 2.0);
        let start_up = draw.between(3.0, 60.0);
        let jitter = draw.log_between(0.003, 0.03);
        let course = match shape {
            Shape::Constant => Course::Constant,
            Shape::Drift => {
                let size = draw.log_between(0.05, 1.0);
                let change = if draw.share() < 0.25 { -0.5 * size } else { size };
                Course::Drift { change, from: 0.0 }
            }
            Shape::WarmUp => Course::WarmUp {
                extra: draw.between(0.5, 3.0),
                fades: draw.log_between(2.0, 20.0),
                first: draw.between(5.0, 50.0),
            },
            Shape::HeavyTail => Course::Lognormal {
                sigma: draw.log_between(0.02, 1.0),
            },
            Shape::Autocorrelated => Course::Autocorrelated {
                keeps: draw.between(0.5, 0.95),
                deviation: draw.log_between(0.005, 0.1),
            },
            Shape::Alternating => Course::Alternating {
                stays: [draw.log_between(2.0, 20.0), draw.log_between(2.0, 20.0)],
                wobble: 0.2,
                slow: draw.between(1.2, 2.5),
            },
        };
        Setting {
            population: 21_340,
            batch,
            each,
            start_up,
            jitter,
            course,
        }
    }

    pub fn limit(&self) -> u64 {
        self.population / 10
    }

    fn batches(&self) -> usize {
        self.population.div_ceil(self.batch) as usize
    }

    fn costs(&self, draw: &mut Draw) -> Vec<f64> {
        let batches = self.batches();
        let mut level = draw.normal();
        let (mut speed, mut ends) = (usize::from(draw.share() < 0.5), 0);
        // Wherever in its stay it happens to be.
        let mut first_stay = draw.share();
        let mut cost = |index: usize| {
            let at = index as f64 / batches as f64;
            let course = match self.course {
                Course::Constant => 1.0,
                Course::Drift { change, from } => 1.0 + change * (at - from).max(0.0) / (1.0 - from),
                Course::WarmUp { extra, fades, first } => {
                    1.0 + extra * (-(index as f64) / fades).exp() + if index == 0 { first } else { 0.0 }
                }
                Course::SlowStart { until, times } => {
                    if at < until {
                        times
                    } else {
                        1.0
                    }
                }
                Course::Lognormal { sigma } => {
                    let mean = (0.5 * sigma * sigma).exp();
                    let work: f64 = (0..self.batch).map(|_| (sigma * draw.normal()).exp() / mean).sum();
                    let stall = if draw.share() < 0.01 { draw.pareto(2.5) } else { 0.0 };
                    return 0.2 + 0.8 * work / self.batch as f64 + stall;
                }
                Course::Pareto { alpha } => {
                    let mean = alpha / (alpha - 1.0);
                    let work: f64 = (0..self.batch).map(|_| draw.pareto(alpha) / mean).sum();
                    return 0.2 + 0.8 * work / self.batch as f64;
                }
                Course::Autocorrelated { keeps, deviation } => {
                    let now = (deviation * level).exp();
                    level = keeps * level + (1.0 - keeps * keeps).sqrt() * draw.normal();
                    return now;
                }
                Course::Alternating { stays, wobble, slow } => {
                    if index >= ends {
                        speed = 1 - speed;
                        let stay = stays[speed] * draw.between(1.0 - wobble, 1.0 + wobble) * first_stay;
                        ends = index + (stay.round() as usize).max(1);
                        first_stay = 1.0;
                    }
                    if speed == 1 { slow } else { 1.0 }
                }
            };
            (course * (1.0 + self.jitter * draw.normal())).max(0.01)
        };
        (0..batches).map(&mut cost).collect()
    }

    /// Standard deviation of a batch in the long run, over its mean: what an oracle knows.
    fn long_run(&self) -> f64 {
        match self.course {
            Course::Lognormal { sigma } => {
                let of_work = 0.64 * ((sigma * sigma).exp() - 1.0) / self.batch as f64;
                // The stall's second moment is α/(α−2) = 5, its mean α/(α−1) = 5/3.
                (of_work + 0.01 * 5.0 - (0.01_f64 * 5.0 / 3.0).powi(2)).sqrt()
            }
            // None where the variance is infinite.
            Course::Pareto { alpha } if alpha <= 2.0 => f64::NAN,
            Course::Pareto { alpha } => {
                0.8 * ((alpha - 1.0).powi(2) / alpha / (alpha - 2.0) - 1.0).sqrt() / (self.batch as f64).sqrt()
            }
            Course::Autocorrelated { keeps, deviation } => deviation * ((1.0 + keeps) / (1.0 - keeps)).sqrt(),
            Course::Alternating {
                stays: [fast, dear],
                wobble,
                slow,
            } => {
                // Renewal theory: the variance of the slow share a batch; a stay's variance is (2·wobble)²/12, and rounding.
                let spread = |stay: f64| (2.0 * wobble * stay).powi(2) / 12.0 + 1.0 / 12.0;
                let share = (fast * fast * spread(dear) + dear * dear * spread(fast)) / (fast + dear).powi(3);
                let mean = (fast + slow * dear) / (fast + dear);
                (((slow - 1.0) / mean).powi(2) * share + self.jitter * self.jitter).sqrt()
            }
            _ => self.jitter,
        }
    }

    /// Half the width at 95 %, over the truth, of who knows the shape and its parameters but the mean (a drift's slope is
    /// known to him too), after a tenth of the samples.
    pub fn oracle(&self) -> f64 {
        let batches = self.batches() as f64;
        let (timed, left) = (0.1 * batches, 0.9 * batches);
        let steady = 1.96 * 0.9 * self.long_run() * (1.0 / timed + 1.0 / left).sqrt();
        steady / (1.0 + self.start_up / (self.each * batches))
    }

    /// As it would run to its end.
    pub fn run(&self, seed: u64) -> Evaluation {
        let mut draw = Draw::new(0x5eed << 32 | seed);
        let costs = self.costs(&mut draw);
        let mut now = self.start_up;
        let (mut samples, mut seconds) = (Vec::new(), Vec::new());
        let mut shown = f64::NEG_INFINITY;
        for (index, cost) in costs.iter().enumerate() {
            let done = ((index as u64 + 1) * self.batch).min(self.population);
            let share = (done - index as u64 * self.batch) as f64 / self.batch as f64;
            now += self.each * cost * (0.2 + 0.8 * share);
            if now - shown >= 0.1 && done <= self.limit() {
                samples.push(done);
                seconds.push(now);
                shown = now;
            }
        }
        Evaluation {
            setting: *self,
            samples,
            seconds,
            truth: now,
        }
    }
}

/// One evaluation: what was seen of it, and how long it takes in truth.
pub struct Evaluation {
    pub setting: Setting,
    pub samples: Vec<u64>,
    pub seconds: Vec<f64>,
    pub truth: f64,
}

/// What is claimed of the time, in seconds: both ends belong to it.
pub type Claimed = std::ops::RangeInclusive<f64>;

/// What became of one evaluation.
pub struct Decision {
    /// The interval, where there is one.
    pub interval: Option<[f64; 3]>,
    /// Why it is undecided.
    pub undecided: Option<String>,
    /// Share of the samples that were timed.
    pub timed: f64,
}

impl Decision {
    pub fn holds(&self, truth: f64) -> bool {
        self.interval
            .is_some_and(|[low, _, high]| (low..=high).contains(&truth))
    }

    /// Half the width over the estimate.
    pub fn width(&self) -> Option<f64> {
        self.interval.map(|[low, estimate, high]| 0.5 * (high - low) / estimate)
    }

    /// Whether it says that the claim is true; none where it says neither.
    pub fn says(&self, claimed: &Claimed) -> Option<bool> {
        self.interval.and_then(|[low, _, high]| says(claimed, low, high))
    }
}

/// As the judge compares: all of the interval within, or all of it outside.
fn says(claimed: &Claimed, low: f64, high: f64) -> Option<bool> {
    let is_within = claimed.contains(&low) && claimed.contains(&high);
    let is_outside = high < *claimed.start() || low > *claimed.end();
    (is_within || is_outside).then_some(is_within)
}

/// Runs it until its interval is narrow enough or decides the claim, and to a tenth at most.
pub fn decision(evaluation: &Evaluation, claimed: Option<&Claimed>) -> Decision {
    let setting = &evaluation.setting;
    let mut looks = Looks::new(setting.limit());
    let ends = evaluation.samples.len();
    for mark in 1..=ends {
        let is_last = mark == ends;
        let misses = match looks.due(evaluation.samples[mark - 1]) {
            _ if is_last => looks.last(),
            Some(misses) => misses,
            None => continue,
        };
        let question = Question {
            population: setting.population,
            batch: Some(setting.batch),
            warm_up: 0,
            precision: PRECISION,
            misses,
        };
        let found = predict(&evaluation.samples[..mark], &evaluation.seconds[..mark], &question);
        let total = found.total.as_ref();
        let interval = total.map(|total| [total.low_seconds, total.estimate_seconds, total.high_seconds]);
        let decides = claimed
            .zip(interval)
            .is_some_and(|(claimed, [low, _, high])| says(claimed, low, high).is_some());
        if found.wanting.is_some() && !decides && !is_last {
            continue;
        }
        return Decision {
            interval,
            undecided: found.wanting.map(|wanting| wanting.why),
            timed: evaluation.samples[mark - 1] as f64 / setting.population as f64,
        };
    }
    Decision {
        interval: None,
        undecided: Some("nothing was seen".to_string()),
        timed: 0.0,
    }
}

/// Numbers drawn by a named generator.
struct Draw(ChaCha8Rng);

impl Draw {
    fn new(seed: u64) -> Draw {
        Draw(ChaCha8Rng::seed_from_u64(seed))
    }

    fn share(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    fn log_between(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }

    /// One to any number, by Pareto's law.
    fn pareto(&mut self, alpha: f64) -> f64 {
        self.share().max(1e-12).powf(-1.0 / alpha)
    }

    /// By Box and Muller.
    fn normal(&mut self) -> f64 {
        let size = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        size * (2.0 * std::f64::consts::PI * self.share()).cos()
    }
}
