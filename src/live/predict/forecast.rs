//! The mean cost of what is still to come, from the slow waves of what was timed.
//!
//! Of the costs of the steady batches only their mean and their slowest waves are used: the first q coefficients of a
//! cosine transform. For any series without trend and with a finite memory these are independent and normal with one
//! variance, the long-run variance over the samples, however the batches depend on each other from one to the next
//! (Müller and Watson, Review of Economic Studies 83, 2016, "Measuring uncertainty about long-run predictions"; q by the
//! rule 0.4 n^(2/3) of Lazarus, Lewis, Stock and Watson, JBES 36, 2018), once [`super::memory`] made the spectrum flat. So
//! autocorrelation needs no block length, and batches that came several at a time between two marks lose nothing that is
//! used.
//!
//! A straight trend shows in the odd coefficients, of a series that tells the level alone ([`super::settled::levels`]). From
//! a tenth of a run a small trend cannot be told from none, and "none to be seen" is no reason to take it for none: where
//! the noise is large, a trend that adds a fifth to the time is not to be seen either. So the forecast is always taken over
//! all sizes that a trend may have, each weighted by how well it explains the coefficients and by Jeffreys's heavy-tailed
//! prior for its size (Theory of Probability, 1961, chapter 5): narrow where trends that matter are ruled out, wide where
//! they are not. With independent batches of standard deviation σ, n of them timed and a tenth of all, the total is known
//! to about 16 σ/√n: for 5 % at 95 %, σ/√n must be below 0.16 %. No method that holds for straight drifts does better.
//!
//! Why it can be wrong: a trend that begins or bends later is in no data. Costs so skewed that the dear ones have not been
//! seen yet are not either; see [`super::settled`] for what is refused.
//!
//! Example: 266 batches of 2,668 with 2 % jitter and no trend to be seen: the whole within about 4 %; with 5 %, 10 %.

use super::memory::Memory;

/// Half of all trends change the cost by less than this over the whole run, before looking.
const TREND: f64 = 0.3;
/// Waves at most: more would follow the batches' own noise and not what lasts.
const WAVES: usize = 32;
/// Waves at least, for a t quantile that means something.
pub(super) const FEWEST_WAVES: usize = 6;
/// Chance of a bend below which it is one.
pub(super) const BENT: f64 = 0.02;
/// Points at which the size of a trend is integrated, on either side.
const STEPS: i32 = 40;

/// Samples that were done in one stretch between two marks, and the seconds it took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    pub(super) samples: f64,
    pub(super) seconds: f64,
}

impl Stretch {
    pub(super) fn cost(&self) -> f64 {
        self.seconds / self.samples
    }
}

/// What the slow waves say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Waves {
    /// Samples in the steady part.
    pub(super) samples: f64,
    /// Seconds a sample.
    pub(super) mean: f64,
    /// How many coefficients.
    pub(super) count: f64,
    /// The trend's best size: change of the cost over the steady part, in seconds a sample.
    pub(super) slope: f64,
    /// Sum of squares of the straight line's own coefficients.
    weight: f64,
    /// Sum of squares of the coefficients that the best trend leaves.
    rest: f64,
    /// The bend of the cost, in its standard errors.
    bend: f64,
}

impl Waves {
    /// None where there are too few stretches.
    pub(super) fn of(stretches: &[Stretch], memory: &Memory) -> Option<Waves> {
        let count = (0.4 * (stretches.len() as f64).powf(2.0 / 3.0)) as usize;
        (stretches.len() >= 2 * FEWEST_WAVES)
            .then(|| Waves::counted(stretches, memory, count.clamp(FEWEST_WAVES, WAVES)))
            .flatten()
    }

    /// Of stretches that are known to be independent, so that few of them do.
    pub(super) fn of_means(stretches: &[Stretch]) -> Option<Waves> {
        (stretches.len() >= 4)
            .then(|| {
                Waves::counted(
                    stretches,
                    &Memory::none(stretches.len()),
                    (stretches.len() - 1).min(WAVES),
                )
            })
            .flatten()
    }

    fn counted(stretches: &[Stretch], memory: &Memory, count: usize) -> Option<Waves> {
        let samples: f64 = stretches.iter().map(|stretch| stretch.samples).sum();
        let seconds: f64 = stretches.iter().map(|stretch| stretch.seconds).sum();
        if samples <= 0.0 || seconds <= 0.0 {
            return None;
        }
        let coefficients: Vec<f64> = (1..=count)
            .map(|wave| coefficient(stretches, samples, wave) / memory.share(wave))
            .collect();
        let squares: f64 = coefficients.iter().map(|value| value * value).sum();
        // The line s has −2√2/(jπ)² in the odd waves, the parabola s² − s has +2√2/(jπ)² in the even ones.
        let fitted = |parity: usize, sign: f64| {
            let of_shape = |wave: usize| {
                sign * 2.0 * std::f64::consts::SQRT_2
                    / (wave as f64 * std::f64::consts::PI).powi(2)
                    / memory.share(wave)
            };
            let waves = (1..=count).filter(|wave| wave % 2 == parity);
            waves.fold((0.0, 0.0), |(product, weight), wave| {
                let shape = of_shape(wave);
                (product + coefficients[wave - 1] * shape, weight + shape * shape)
            })
        };
        let (product, weight) = fitted(1, -1.0);
        let slope = product / weight;
        let mean = seconds / samples;
        // Costs that are equal to the last digit still leave something: clocks are no better.
        let least = count as f64 * (1e-6 * mean).powi(2);
        let rest = (squares - slope * product).max(least);
        let (bent, bend_weight) = fitted(0, 1.0);
        let after = (rest - bent * bent / bend_weight).max(least);
        let bend = bent / bend_weight.sqrt() / (after / (count as f64 - 2.0)).sqrt();
        Some(Waves {
            samples,
            mean,
            count: count as f64,
            slope,
            weight,
            rest,
            bend,
        })
    }

    /// How seldom so much trend would show where there is none.
    pub(super) fn chance_of_trend(&self) -> f64 {
        let freedom = self.count - 1.0;
        let errors = self.slope / (self.rest / freedom / self.weight).sqrt();
        2.0 * student(-errors.abs(), freedom)
    }

    /// How seldom so much of a bend would show where there is none.
    pub(super) fn chance_of_bend(&self) -> f64 {
        2.0 * student(-self.bend.abs(), self.count - 2.0)
    }

    /// Squares that a trend of this size leaves.
    fn left(&self, slope: f64) -> f64 {
        self.rest + (slope - self.slope).powi(2) * self.weight
    }
}

/// √2 times the integral of the cost against a cosine over the steady part, whose length is 1.
fn coefficient(stretches: &[Stretch], samples: f64, wave: usize) -> f64 {
    let turn = wave as f64 * std::f64::consts::PI;
    let mut done = 0.0;
    let mut before = 0.0;
    let mut sum = 0.0;
    for stretch in stretches {
        done += stretch.samples;
        let sine = (turn * done / samples).sin();
        sum += stretch.cost() * (sine - before);
        before = sine;
    }
    std::f64::consts::SQRT_2 * sum / turn
}

/// One possible trend, its weight, and the mean cost that it foretells.
#[derive(Debug, Clone, Copy)]
struct Possible {
    weight: f64,
    middle: f64,
    scale: f64,
}

/// The distribution of the mean cost of the samples to come.
#[derive(Debug, Clone)]
pub(super) struct Forecast {
    possible: Vec<Possible>,
    freedom: f64,
}

impl Forecast {
    /// Of `after` samples that come right after the steady part, before which `before` samples were done. `level` tells
    /// the trend, `spread` the mean and how far it may be off.
    pub(super) fn of(spread: &Waves, level: &Waves, before: f64, after: f64) -> Forecast {
        let whole = before + spread.samples + after;
        // Change over the whole run, relative to the mean, that a slope of the steady part amounts to.
        let relative = |waves: &Waves| whole / waves.samples / waves.mean;
        let of_level = relative(level);
        let error = (level.rest / (level.count - 1.0) / level.weight).sqrt() * of_level;
        let scale = error.min(TREND);
        let likely = |change: f64| -0.5 * level.count * (level.left(change / of_level) / level.rest).ln();
        let ahead = 0.5 * (spread.samples + after) / whole;
        // Where the best line falls below nothing, the steepest that does not.
        let best = (level.slope * of_level).max(-0.99 / ahead);
        let place = |weight: f64, change: f64| Possible {
            weight,
            middle: spread.mean * (1.0 + change * ahead),
            scale: (spread.left(change / relative(spread)) / spread.count * (1.0 + spread.samples / after)).sqrt(),
        };
        // Points around the best trend and around none, so that neither the likelihood nor the prior falls between two.
        let around = |middle: f64, scale: f64| {
            (-STEPS..=STEPS).map(move |step| middle + scale * (0.15 * f64::from(step)).sinh())
        };
        let mut changes: Vec<f64> = around(best, scale).chain(around(0.0, 0.1 * TREND)).collect();
        // No cost falls below nothing.
        changes.retain(|change| change * ahead > -1.0);
        changes.sort_by(f64::total_cmp);
        let mut possible = Vec::new();
        for index in 0..changes.len() {
            let change = changes[index];
            let (before, after) = (
                changes[index.saturating_sub(1)],
                changes[(index + 1).min(changes.len() - 1)],
            );
            let prior = 1.0 / (std::f64::consts::PI * TREND * (1.0 + (change / TREND).powi(2)));
            possible.push(place(prior * likely(change).exp() * 0.5 * (after - before), change));
        }
        let sum: f64 = possible.iter().map(|one| one.weight).sum();
        for one in &mut possible {
            one.weight /= sum;
        }
        // What weighs nothing is left out: no quantile would move.
        possible.retain(|one| one.weight > 1e-7);
        Forecast {
            possible,
            freedom: spread.count,
        }
    }

    /// The mean cost below which it lies with this chance.
    pub(super) fn quantile(&self, chance: f64) -> f64 {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for one in &self.possible {
            high = high.max(one.middle + 60.0 * one.scale);
        }
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if self.below(middle) < chance {
                low = middle
            } else {
                high = middle
            }
        }
        0.5 * (low + high)
    }

    fn below(&self, cost: f64) -> f64 {
        let one = |one: &Possible| one.weight * student((cost - one.middle) / one.scale, self.freedom);
        self.possible.iter().map(one).sum()
    }
}

/// Chance that Student's t lies below, by Wallace's normal approximation (Annals of Mathematical Statistics 30, 1959),
/// which is within 0.02 standard deviations from three degrees of freedom on.
fn student(t: f64, freedom: f64) -> f64 {
    let factor = (8.0 * freedom + 1.0) / (8.0 * freedom + 3.0);
    normal(t.signum() * factor * (freedom * (t * t / freedom).ln_1p()).sqrt())
}

/// Chance that a standard normal lies below: Abramowitz and Stegun 26.2.17, within 1e-7; far tails by 26.2.12.
fn normal(z: f64) -> f64 {
    let size = z.abs();
    let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let tail = if size > 4.0 {
        density / size * (1.0 - 1.0 / (z * z) + 3.0 / z.powi(4) - 15.0 / z.powi(6))
    } else {
        let t = 1.0 / (1.0 + 0.231_641_9 * size);
        let series = 1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429);
        density * t * (0.319_381_530 + t * (-0.356_563_782 + t * series))
    };
    if z < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From printed tables.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (t, freedom, chance) in [
            (2.447, 6.0, 0.975),
            (2.120, 16.0, 0.975),
            (2.037, 32.0, 0.975),
            (3.707, 6.0, 0.995),
        ] {
            assert!(
                (student(t, freedom) - chance).abs() < 6e-4,
                "{t}: {}",
                student(t, freedom)
            );
            assert!((student(-t, freedom) + student(t, freedom) - 1.0).abs() < 1e-9);
        }
        for (z, chance) in [
            (-1.96, 0.024_998),
            (-3.09, 0.001_001),
            (-4.5, 3.398e-6),
            (1.0, 0.841_345),
        ] {
            assert!((normal(z) / chance - 1.0).abs() < 1e-3, "{z}: {}", normal(z));
        }
    }

    fn line(count: usize, cost: impl Fn(f64) -> f64) -> Vec<Stretch> {
        let at = |index: usize| (index as f64 + 0.5) / count as f64;
        let stretch = |index| Stretch {
            samples: 4.0,
            seconds: 4.0 * cost(at(index)),
        };
        (0..count).map(stretch).collect()
    }

    fn of(stretches: &[Stretch]) -> Waves {
        Waves::of(stretches, &Memory::of(stretches)).unwrap()
    }

    #[test]
    fn a_straight_line_is_found_and_a_bend_is_told_from_it() {
        let waves = of(&line(300, |at| 2.0 + 0.5 * at));
        assert!(
            (waves.slope - 0.5).abs() < 0.01 && (waves.mean - 2.25).abs() < 1e-9,
            "{waves:?}"
        );
        assert!(waves.chance_of_trend() < 1e-6);
        let curve = line(300, |at| 1.0 + (-6.0 * at).exp());
        let waves = Waves::of(&curve, &Memory::none(300)).unwrap();
        assert!(waves.chance_of_bend() < BENT, "{waves:?}");
    }

    #[test]
    fn stretches_of_unequal_length_say_the_same() {
        let equal = line(240, |at| 2.0 + (25.0 * at).sin());
        let mut joined = Vec::new();
        let mut from = 0;
        for length in [1, 3, 2, 2].iter().cycle() {
            if from >= equal.len() {
                break;
            }
            let part = &equal[from..(from + length).min(equal.len())];
            joined.push(Stretch {
                samples: part.iter().map(|stretch| stretch.samples).sum(),
                seconds: part.iter().map(|stretch| stretch.seconds).sum(),
            });
            from += length;
        }
        let of = |stretches: &[Stretch]| Waves::of(stretches, &Memory::none(stretches.len())).unwrap();
        assert!((of(&equal).slope - of(&joined).slope).abs() < 0.02);
        assert!((of(&equal).mean - of(&joined).mean).abs() < 1e-12);
    }

    #[test]
    fn too_few_have_no_waves() {
        assert!(Waves::of(&line(11, |_| 1.0), &Memory::none(11)).is_none());
        assert!(Waves::of(&[], &Memory::none(0)).is_none());
    }
}
