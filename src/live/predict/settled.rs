//! Where the start-up ends, and whether what comes after it has settled.
//!
//! All until the first mark is start-up (imports, the model's load, the first batch's compilation). Batches after it can
//! still be slow (compilation of other shapes, caches, clocks). How many to set aside is the problem of the initial
//! transient in simulation; the rule is MSER (White, Simulation 69, 1997; "why MSER works": Franklin and White, Winter
//! Simulation Conference 2008): set aside the head whose removal makes the standard error of the rest's mean smallest,
//! here over means of five stretches (MSER-5), and at most two thirds of them. Of a head that was set aside nothing is lost:
//! its time is part of the total as it was measured.
//!
//! MSER also cuts where a series only wanders or drifts, so a head is set aside only where it begins more than three
//! robust standard deviations (from quartiles, so that a few stalls do not count) above the rest, and fades: half-way
//! through it less than 0.4 of that is left. Then half as much again goes with it: at MSER's cut a fading head is still
//! about half a batch's standard deviation high, and it takes two more of its fade lengths, of the four or five that it had,
//! until it tilts the rest by less than a tenth of the trend's own error. All else is left to the forecast as a trend.
//!
//! Two speeds are told from jitter by the gap between them: cut in two at the best place (Otsu, IEEE Transactions on
//! Systems, Man, and Cybernetics 9, 1979), the two groups explain most of the variance, or their middles are farther apart
//! than a bell's halves ever are. What matters is how often the speed changed: the share of the slow one is known only as
//! well as the number of its stays.
//!
//! A drift (clocks, a leak, a list that grows) makes every batch dearer; a stall or a change of speed does not. So a trend
//! is looked for in the levels: each cost over what is usual at its speed, cut at three robust standard deviations. The
//! mean is taken of the costs as they are.
//!
//! Why it can be wrong: a transient that is longer than what was timed looks like a trend, or like nothing.
//!
//! Example: 1 batch of 40 s, 12 that fall from 1.9 s to 0.6 s, then 0.6 s each: the first 30 or more are set aside.

use super::forecast::Stretch;

/// Stretches that are averaged before a cut is looked for.
const GROUP: usize = 5;
/// Robust standard deviations by which a head differs.
const FAR: f64 = 3.0;
/// What is left in the middle of a head that fades, of what it began with. Of a straight line two thirds are left, of
/// one that fades away about an eighth.
const FADED: f64 = 0.4;
/// Whole cycles of two speeds from which on the share of each is known.
pub(super) const CYCLES: usize = 4;
/// Share of the variance that two speeds explain. A bell's halves explain 0.64, an even spread's 0.75.
const EXPLAINED: f64 = 0.85;
/// Robust standard deviations of either speed between them, the same without what lies between, for a stretch may hold
/// batches of both. A bell's halves are 3 apart.
const GAP: f64 = 4.0;
/// Share of the mean by which two speeds differ at least, to matter.
const APART: f64 = 0.05;

/// How many of the first stretches are set aside.
pub(super) fn head(stretches: &[Stretch]) -> usize {
    let groups: Vec<f64> = stretches.chunks_exact(GROUP).map(mean).collect();
    let most = groups.len() / 2;
    if most == 0 {
        return 0;
    }
    // The standard error of the mean of the rest, from the end on.
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut best = (f64::INFINITY, 0);
    for from in (0..groups.len()).rev() {
        sum += groups[from];
        squares += groups[from] * groups[from];
        let count = (groups.len() - from) as f64;
        let error = (squares - sum * sum / count) / (count * count);
        if from <= most && error <= best.0 {
            best = (error, from);
        }
    }
    let cut = best.1;
    if cut == 0 {
        return first_far(stretches);
    }
    let (middle, spread) = robust(&groups[cut..]);
    let (away, halfway) = (groups[0] - middle, groups[cut / 2] - middle);
    if away > FAR * spread && away > 0.01 * middle && (cut == 1 || halfway < FADED * away) {
        (cut + cut.div_ceil(2)).min(groups.len() * 2 / 3) * GROUP
    } else {
        first_far(stretches)
    }
}

/// One, where the very first stretch is slow beyond all others; the others' own noise decides.
fn first_far(stretches: &[Stretch]) -> usize {
    let Some((first, others)) = stretches.split_first() else {
        return 0;
    };
    let slowest = others.iter().map(Stretch::cost).fold(0.0, f64::max);
    usize::from(!others.is_empty() && first.cost() > slowest)
}

fn mean(stretches: &[Stretch]) -> f64 {
    joined(stretches).cost()
}

/// Median, and the standard deviation that the quartiles of a bell would have.
fn robust(values: &[f64]) -> (f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share).round() as usize];
    (at(0.5), (at(0.75) - at(0.25)) / 1.349)
}

/// Where the costs have two speeds, the cost between them.
pub(super) fn between_speeds(stretches: &[Stretch]) -> Option<f64> {
    let costs: Vec<f64> = stretches.iter().map(Stretch::cost).collect();
    let mut sorted = costs.clone();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let total: f64 = sorted.iter().sum();
    let overall = total / count;
    let variance: f64 = sorted.iter().map(|cost| (cost - overall).powi(2)).sum::<f64>();
    let mut below = 0.0;
    let mut best = (0.0, 0.0);
    for (index, pair) in sorted.windows(2).enumerate() {
        below += pair[0];
        let lower = (index + 1) as f64;
        let apart = (total - below) / (count - lower) - below / lower;
        let between = lower * (count - lower) / count * apart * apart;
        // A few stalls are a tail and no speed.
        let is_speed = lower.min(count - lower) >= (0.05 * count).max(3.0);
        if is_speed && apart > APART * overall && between > best.0 {
            best = (between, 0.5 * (pair[0] + pair[1]));
        }
    }
    let (fast, slow) = sorted.split_at(sorted.partition_point(|cost| *cost < best.1));
    if fast.is_empty() || slow.is_empty() {
        return None;
    }
    let ((low, below), (high, above)) = (robust(fast), robust(slow));
    let is_apart = high - low > GAP * below.max(above);
    (is_apart || best.0 > EXPLAINED * variance).then_some(best.1)
}

/// Stretches joined to whole cycles of a stay at one speed and one at the other.
pub(super) fn cycles(stretches: &[Stretch], between: f64) -> Vec<Stretch> {
    let costs: Vec<f64> = stretches.iter().map(Stretch::cost).collect();
    // A cycle begins where the speed turns to what it was not at first; what is before and after whole ones is left out.
    let first = costs[0] < between;
    let begins = |index: &usize| (costs[index - 1] < between) == first && (costs[*index] < between) != first;
    let starts: Vec<usize> = (1..costs.len()).filter(begins).collect();
    let whole = starts.windows(2).map(|pair| joined(&stretches[pair[0]..pair[1]]));
    whole.collect()
}

/// The stretches as far as they tell the level of the cost: each speed by its own mean, and stalls cut to what is usual.
pub(super) fn levels(stretches: &[Stretch], between: Option<f64>) -> Vec<Stretch> {
    let is_slow = |stretch: &Stretch| between.is_some_and(|between| stretch.cost() >= between);
    let usual = |slow: bool| {
        let of_speed = stretches.iter().filter(|one| is_slow(one) == slow);
        let costs: Vec<f64> = of_speed.map(Stretch::cost).collect();
        if costs.is_empty() { 1.0 } else { robust(&costs).0 }
    };
    let usual = [usual(false), usual(true)];
    // Where most marks came together with the one before, nothing is usual.
    if usual.iter().any(|cost| cost.is_nan() || *cost <= 0.0) {
        return stretches.to_vec();
    }
    let level = |stretch: &Stretch| stretch.cost() / usual[usize::from(is_slow(stretch))];
    let levels: Vec<f64> = stretches.iter().map(level).collect();
    let (middle, spread) = robust(&levels);
    let fence = FAR * spread.max(0.002 * middle);
    let cut = |(stretch, level): (&Stretch, f64)| Stretch {
        samples: stretch.samples,
        seconds: stretch.samples * level.clamp(middle - fence, middle + fence),
    };
    stretches.iter().zip(levels).map(cut).collect()
}

fn joined(stretches: &[Stretch]) -> Stretch {
    Stretch {
        samples: stretches.iter().map(|stretch| stretch.samples).sum(),
        seconds: stretches.iter().map(|stretch| stretch.seconds).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(costs: impl IntoIterator<Item = f64>) -> Vec<Stretch> {
        costs
            .into_iter()
            .map(|cost| Stretch {
                samples: 1.0,
                seconds: cost,
            })
            .collect()
    }

    /// Jitter of 2 % that needs no generator.
    fn jitter(index: usize) -> f64 {
        0.02 * ((index * 7919 % 101) as f64 / 50.0 - 1.0)
    }

    #[test]
    fn a_slow_head_is_set_aside_and_nothing_else_is() {
        let falling = |index: usize| 1.0 + 3.0 * (-(index as f64) / 5.0).exp() + jitter(index);
        let cut = head(&of((0..200).map(falling)));
        assert!((10..=100).contains(&cut), "{cut}");
        // Trap: one batch that compiles, and nothing after it.
        assert_eq!(
            head(&of((0..200).map(|index| if index == 0 {
                30.0
            } else {
                1.0 + jitter(index)
            }))),
            10
        );
        assert!(head(&of((0..200).map(|index| 1.0 + jitter(index)))) <= 1);
        // Trap: a drift is no start-up.
        assert!(head(&of((0..200).map(|index| 2.0 - index as f64 / 200.0 + jitter(index)))) <= 1);
        assert_eq!(head(&[]), 0);
    }

    #[test]
    fn two_speeds_are_joined_to_whole_cycles() {
        let speeds = |stay: usize| {
            of((0..240).map(|index| if (index / stay).is_multiple_of(2) { 1.0 } else { 1.5 } + jitter(index)))
        };
        let cycles = |stretches: &[Stretch]| between_speeds(stretches).map(|between| cycles(stretches, between));
        assert_eq!(cycles(&speeds(80)).map(|whole| whole.len()), Some(0));
        let whole = cycles(&speeds(10)).unwrap();
        assert!(
            whole.len() == 11 && whole.iter().all(|cycle| cycle.samples == 20.0),
            "{whole:?}"
        );
        // Trap: jitter and a straight drift have no two speeds.
        assert_eq!(cycles(&of((0..240).map(|index| 1.0 + jitter(index)))), None);
        assert_eq!(cycles(&of((0..240).map(|index| 1.0 + index as f64 / 240.0))), None);
    }

    #[test]
    fn a_level_is_that_of_every_speed_and_knows_no_stalls() {
        let cost = |index: usize| if (index / 5).is_multiple_of(2) { 1.0 } else { 1.5 } * (1.0 + jitter(index));
        let mut stretches = of((0..240).map(cost));
        stretches[100].seconds = 40.0;
        // Trap: the stall alone is farther from the rest than one speed from the other.
        let between = between_speeds(&of((0..240).map(cost)));
        let levels = levels(&stretches, between);
        assert!(
            levels.iter().all(|level| (level.cost() - 1.0).abs() < 0.1),
            "{levels:?}"
        );
        // A drift stays in them.
        let drifting = levels_of_drift();
        assert!(drifting[239].cost() - drifting[0].cost() > 0.08, "{drifting:?}");
    }

    fn levels_of_drift() -> Vec<Stretch> {
        levels(
            &of((0..240).map(|index| 1.0 + index as f64 / 2400.0 + jitter(index))),
            None,
        )
    }
}
