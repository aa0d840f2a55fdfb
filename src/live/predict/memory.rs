//! How long the cost of a batch is remembered by the batches after it.
//!
//! The slow waves tell the long-run variance only where the spectrum is flat. With a long memory it falls already there,
//! and what is read off it is too small. So it is made flat first by the first-order autoregression that fits best
//! (prewhitening: Andrews and Monahan, Econometrica 60, 1992). Its coefficient is estimated beside a straight line, from
//! single stretches and from means of five, for noise that is forgotten at once hides a slow wave from single ones; the
//! larger counts. The estimate is too low by (2 + 4ρ)/n beside a line, and corrected (Kendall, Biometrika 41, 1954;
//! Shaman and Stine, JASA 83, 1988).
//!
//! Why it can be wrong: a memory about as long as what was timed cannot be told from a trend; [`Memory::independent`] is
//! small then, and nothing is foretold.
//!
//! Example: ρ = 0.95 over 266 batches: worth 6 or 7 independent ones.

use super::forecast::Stretch;

/// Stretches in a mean.
const GROUP: usize = 5;
/// Means at least, for a coefficient of them.
const FEWEST_MEANS: usize = 20;

/// What one stretch keeps of the one before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Memory {
    keeps: f64,
    count: f64,
}

impl Memory {
    pub(super) fn of(stretches: &[Stretch]) -> Memory {
        let costs: Vec<f64> = stretches.iter().map(Stretch::cost).collect();
        let means: Vec<f64> = costs
            .chunks_exact(GROUP)
            .map(|group| group.iter().sum::<f64>() / GROUP as f64)
            .collect();
        let single = corrected(beside_line(&costs), costs.len());
        let count = means.len() as f64;
        let of_means = beside_line(&means);
        // Means that are not beyond chance correlated say nothing.
        let slow = if means.len() >= FEWEST_MEANS && of_means > 2.0 / count.sqrt() {
            kept_by_means(corrected(of_means, means.len()))
        } else {
            0.0
        };
        Memory {
            keeps: single.max(slow).clamp(0.0, 0.995),
            count: costs.len() as f64,
        }
    }

    /// Of stretches that are known to be independent.
    pub(super) fn none(count: usize) -> Memory {
        Memory {
            keeps: 0.0,
            count: count as f64,
        }
    }

    /// How many independent stretches they are worth.
    pub(super) fn independent(&self) -> f64 {
        self.count * (1.0 - self.keeps) / (1.0 + self.keeps)
    }

    /// Square root of the spectrum at a wave, over that at none.
    pub(super) fn share(&self, wave: usize) -> f64 {
        let turn = wave as f64 * std::f64::consts::PI / self.count;
        let keeps = self.keeps;
        (1.0 - keeps) / (1.0 - 2.0 * keeps * turn.cos() + keeps * keeps).sqrt()
    }
}

/// Correlation of neighbours after the best straight line is taken off.
fn beside_line(costs: &[f64]) -> f64 {
    let count = costs.len() as f64;
    let (middle, mean) = (0.5 * (count - 1.0), costs.iter().sum::<f64>() / count);
    let at = |index: usize| index as f64 - middle;
    let product: f64 = costs.iter().enumerate().map(|(index, cost)| at(index) * cost).sum();
    let slope = product / (0..costs.len()).map(|index| at(index).powi(2)).sum::<f64>();
    let rest: Vec<f64> = costs
        .iter()
        .enumerate()
        .map(|(index, cost)| cost - mean - slope * at(index))
        .collect();
    let squares: f64 = rest.iter().map(|value| value * value).sum();
    let neighbours: f64 = rest.windows(2).map(|pair| pair[0] * pair[1]).sum();
    // Costs that are equal but for rounding remember nothing; clocks are no better.
    let least = count * (1e-6 * mean).powi(2);
    if squares > least { neighbours / squares } else { 0.0 }
}

/// Without its bias, and one standard error more: a memory that may be longer is taken for longer.
fn corrected(keeps: f64, count: usize) -> f64 {
    let count = count.max(1) as f64;
    let keeps = (keeps + (2.0 + 4.0 * keeps) / count).clamp(-1.0, 1.0);
    keeps + ((1.0 - keeps * keeps) / count).sqrt()
}

/// The coefficient of single stretches whose means have this one.
fn kept_by_means(of_means: f64) -> f64 {
    let size = GROUP as f64;
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..30 {
        let keeps = 0.5 * (low + high);
        let gone = 1.0 - keeps.powf(size);
        let means = keeps * gone * gone / (size * (1.0 - keeps * keeps) - 2.0 * keeps * gone);
        if means < of_means { low = keeps } else { high = keeps }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A first-order autoregression, driven by numbers that need no generator.
    fn remembering(keeps: f64, count: usize) -> Vec<Stretch> {
        let mut level = 0.0;
        let mut state = 12_345_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        let mut stretch = |_| {
            level = keeps * level + 0.01 * (next() + next() + next());
            Stretch {
                samples: 1.0,
                seconds: 1.0 + level,
            }
        };
        (0..count).map(&mut stretch).collect()
    }

    #[test]
    fn a_long_memory_is_worth_few() {
        let of = |keeps: f64| Memory::of(&remembering(keeps, 1000));
        assert!(of(0.0).keeps < 0.15 && of(0.0).share(10) > 0.95, "{:?}", of(0.0));
        assert!((0.45..0.65).contains(&of(0.5).keeps), "{:?}", of(0.5));
        assert!(
            of(0.95).independent() < 50.0 && of(0.95).share(30) < 0.6,
            "{:?}",
            of(0.95)
        );
        // Trap: noise that is forgotten at once hides it from single stretches.
        let mut hidden = remembering(0.95, 1000);
        for (index, stretch) in hidden.iter_mut().enumerate() {
            stretch.seconds += 0.05 * ((index * 7919 % 101) as f64 / 50.0 - 1.0);
        }
        assert!(Memory::of(&hidden).keeps > 0.7, "{:?}", Memory::of(&hidden));
    }

    #[test]
    fn a_straight_line_is_no_memory() {
        let mut line = remembering(0.0, 500);
        for (index, stretch) in line.iter_mut().enumerate() {
            stretch.seconds += 0.01 * index as f64;
        }
        assert!(Memory::of(&line).keeps < 0.2, "{:?}", Memory::of(&line));
        assert!(Memory::of(&[]).keeps <= 1.0);
    }
}
