//! Simulated evaluations of six shapes, and how a run of each is cut off: for the benchmark and the unit test alike.
//!
//! Every evaluation draws its own size and speed: 21,340 samples in batches of 4 to 16 (5,335 to 1,334 batches), 0.03 s
//! to 2 s a batch, 3 s to 60 s of start-up; a bar that shows itself every 0.1 s at most, as tqdm does. What the shapes
//! draw beside that stands at [`Shape::costs`]. The last short batch costs a fifth of a full one and its share of the
//! rest. The decision is taken as a run would take it: looks by the plan, cut off at the first whose interval is within
//! 5 %, at a tenth of the samples at the latest.
//!
//! Why it can be wrong: six shapes are not all, and a drift is a straight line here. Their ranges were written down before
//! the method was tuned, and hold undecidable evaluations too. The method's thresholds were chosen on evaluations below
//! number 600; the benchmark counts others.
//!
//! Example: `evaluation(Shape::Drift, 7)` is the eighth evaluation with a drift.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "the benchmark and the unit test each use a part of it"
)]

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::predict::looks::Looks;
use super::predict::{Question, predict};

/// Samples of every evaluation.
pub const POPULATION: u64 = 21_340;
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

    /// Cost of each batch, around one.
    ///
    /// - constant: jitter with a standard deviation of 0.5 % to 4 %;
    /// - drift: that, on a straight line that changes by 5 % to 100 % over the whole run (log-uniform), one in four falls
    ///   (to no less than a half);
    /// - warm-up: that, after a head 0.5 to 3 times as dear that fades with 2 to 20 batches, the first batch 5 to 50 more;
    /// - heavy tail: a fifth is overhead, the rest a lognormal for each sample (σ 0.4 to 1.0); every hundredth batch on
    ///   average stalls, for as long as 1 to any number of batches by Pareto's law with α = 2.5;
    /// - autocorrelated: the logarithm is a first-order autoregression, ρ 0.5 to 0.95, standard deviation 2 % to 10 %;
    /// - two speeds: stays of 2 to 20 batches at each, every stay up to a fifth longer or shorter, the slow one 1.2 to 2.5
    ///   times as dear, jitter as constant.
    fn costs(self, batches: usize, batch: u64, draw: &mut Draw) -> (Vec<f64>, f64) {
        let jitter = draw.between(0.005, 0.04);
        let mut costs: Vec<f64> = (0..batches).map(|_| 1.0 + jitter * draw.normal()).collect();
        // What an oracle that knows the shape knows: the standard deviation of a batch, and of the long run.
        let mut long_run = jitter;
        match self {
            Shape::Constant => {}
            Shape::Drift => {
                let size = draw.log_between(0.05, 1.0);
                let change = if draw.share() < 0.25 { -0.5 * size } else { size };
                for (index, cost) in costs.iter_mut().enumerate() {
                    *cost += change * index as f64 / batches as f64;
                }
            }
            Shape::WarmUp => {
                let (extra, fades) = (draw.between(0.5, 3.0), draw.between(2.0, 20.0));
                for (index, cost) in costs.iter_mut().enumerate() {
                    *cost += extra * (-(index as f64) / fades).exp();
                }
                costs[0] += draw.between(5.0, 50.0);
            }
            Shape::HeavyTail => {
                let sigma = draw.between(0.4, 1.0);
                let mean = (0.5 * sigma * sigma).exp();
                for cost in &mut costs {
                    let work: f64 = (0..batch).map(|_| (sigma * draw.normal()).exp() / mean).sum();
                    let stall = if draw.share() < 0.01 {
                        draw.share().max(1e-12).powf(-1.0 / 2.5)
                    } else {
                        0.0
                    };
                    *cost = 0.2 + 0.8 * work / batch as f64 + stall;
                }
                let of_work = 0.64 * ((sigma * sigma).exp() - 1.0) / batch as f64;
                // The stall's second moment is α/(α−2) = 5, its mean α/(α−1) = 5/3.
                long_run = (of_work + 0.01 * 5.0 - (0.01_f64 * 5.0 / 3.0).powi(2)).sqrt();
            }
            Shape::Autocorrelated => {
                let (keeps, deviation) = (draw.between(0.5, 0.95), draw.between(0.02, 0.1));
                let fresh = deviation * (1.0 - keeps * keeps).sqrt();
                let mut level = deviation * draw.normal();
                for cost in &mut costs {
                    *cost = level.exp();
                    level = keeps * level + fresh * draw.normal();
                }
                long_run = deviation * ((1.0 + keeps) / (1.0 - keeps)).sqrt();
            }
            Shape::Alternating => {
                let stays = [draw.between(2.0, 20.0), draw.between(2.0, 20.0)];
                let slow = draw.between(1.2, 2.5);
                let mut speed = usize::from(draw.share() < 0.5);
                let mut ends = 0;
                for (index, cost) in costs.iter_mut().enumerate() {
                    if index >= ends {
                        speed = 1 - speed;
                        ends = index + ((stays[speed] * draw.between(0.8, 1.2)).round() as usize).max(1);
                    }
                    if speed == 1 {
                        *cost *= slow;
                    }
                }
                // Renewal theory: the variance of the slow share a batch; a stay's variance is (0.4 of it)²/12 and rounding.
                let [fast, dear] = stays;
                let spread = |stay: f64| (0.4 * stay).powi(2) / 12.0 + 1.0 / 12.0;
                let share = (fast * fast * spread(dear) + dear * dear * spread(fast)) / (fast + dear).powi(3);
                long_run = ((slow - 1.0).powi(2) * share + jitter * jitter).sqrt();
            }
        }
        (costs, long_run)
    }
}

/// One evaluation as it would run to its end.
pub struct Evaluation {
    pub samples: Vec<u64>,
    pub seconds: Vec<f64>,
    pub batch: u64,
    /// True seconds of the whole.
    pub truth: f64,
    /// Half the width at 95 %, over the truth, of who knows the shape and its parameters but the mean (a drift's slope is
    /// known to him too), after a tenth of the samples.
    pub oracle: f64,
}

/// The evaluation number `seed` of a shape.
pub fn evaluation(shape: Shape, seed: u64) -> Evaluation {
    let mut draw = Draw(ChaCha8Rng::seed_from_u64(seed * 6 + shape as u64));
    let batch = draw.log_between(4.0, 16.99).floor() as u64;
    let batches = POPULATION.div_ceil(batch) as usize;
    let each = draw.log_between(0.03, 2.0);
    let (costs, long_run) = shape.costs(batches, batch, &mut draw);
    let mut now = draw.between(3.0, 60.0);
    let (mut samples, mut seconds) = (Vec::new(), Vec::new());
    let mut shown = f64::NEG_INFINITY;
    for (index, cost) in costs.iter().enumerate() {
        let done = ((index as u64 + 1) * batch).min(POPULATION);
        let share = (done - index as u64 * batch) as f64 / batch as f64;
        now += each * cost * (0.2 + 0.8 * share);
        if now - shown >= 0.1 {
            samples.push(done);
            seconds.push(now);
            shown = now;
        }
    }
    let timed = 0.1 * batches as f64;
    let left = 0.9 * batches as f64;
    Evaluation {
        samples,
        seconds,
        batch,
        truth: now,
        oracle: 1.96 * each * left * long_run * (1.0 / timed + 1.0 / left).sqrt() / now,
    }
}

/// What became of one evaluation.
pub struct Decision {
    pub holds: bool,
    /// Half the width over the estimate, where there is an interval.
    pub width: Option<f64>,
    /// Estimate over truth, less one.
    pub error: Option<f64>,
    /// Why it is undecided.
    pub undecided: Option<String>,
    /// Share of the samples that were timed.
    pub timed: f64,
}

/// Runs it until its interval is narrow enough, and to a tenth at most.
pub fn decision(evaluation: &Evaluation) -> Decision {
    let limit = POPULATION / 10;
    let mut looks = Looks::new(limit);
    let ends = evaluation.samples.partition_point(|done| *done <= limit);
    for mark in 1..=ends {
        let is_last = mark == ends;
        let misses = match looks.due(evaluation.samples[mark - 1]) {
            _ if is_last => looks.last(),
            Some(misses) => misses,
            None => continue,
        };
        let question = Question {
            population: POPULATION,
            batch: Some(evaluation.batch),
            warm_up: 0,
            precision: PRECISION,
            misses,
        };
        let found = predict(&evaluation.samples[..mark], &evaluation.seconds[..mark], &question);
        if found.wanting.is_some() && !is_last {
            continue;
        }
        let total = found.total.as_ref();
        return Decision {
            holds: total.is_some_and(|total| (total.low_seconds..=total.high_seconds).contains(&evaluation.truth)),
            width: total.map(|total| 0.5 * (total.high_seconds - total.low_seconds) / total.estimate_seconds),
            error: total.map(|total| total.estimate_seconds / evaluation.truth - 1.0),
            undecided: found.wanting.map(|wanting| wanting.why),
            timed: evaluation.samples[mark - 1] as f64 / POPULATION as f64,
        };
    }
    Decision {
        holds: false,
        width: None,
        error: None,
        undecided: Some("nothing was seen".to_string()),
        timed: 0.0,
    }
}

/// Numbers drawn by a named generator.
struct Draw(ChaCha8Rng);

impl Draw {
    fn share(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    fn log_between(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }

    /// By Box and Muller.
    fn normal(&mut self) -> f64 {
        let size = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        size * (2.0 * std::f64::consts::PI * self.share()).cos()
    }
}
