//! When a running evaluation is looked at, and how sure a look has to be.
//!
//! A run that is cut off as soon as its interval is narrow enough is looked at again and again, and each look is a chance
//! to be wrong. So looks are few, at sample counts that grow by half, and the share of wrong intervals that is allowed
//! (5 %) is spent over them: up to the fraction t of the samples that may be timed, t³ of it (Kim and DeMets, Biometrika
//! 74, 1987, the power family of Lan and DeMets' spending functions; 3 keeps most for the last, as O'Brien and Fleming's
//! bounds do). The sum of what all looks spend is the 5 %, so that
//! by Bonferroni the interval that is reported holds at 95 % whichever look it comes from, whatever the reason to stop
//! there, the claim's answer included (repeated confidence intervals: Jennison and Turnbull, JRSS B 51, 1989).
//!
//! Why it can be wrong: a look that is left out spends nothing, which is safe; one that is not in the plan is not paid
//! for. So the last one, wherever the run ended, takes only what is left.
//!
//! Example: 2,000 samples may be timed; looks at 100, 150, 225, … 1,140; up to 1,000 an eighth of the 5 % is spent.

/// Share of intervals that may miss the true time, over all looks at one run.
pub const MISSES: f64 = 0.05;
/// The first look is after this share of the samples that may be timed.
const FIRST: f64 = 0.05;
/// From one look to the next.
const GROWTH: f64 = 1.5;

/// The looks at one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Looks {
    limit: u64,
    next: u64,
    spent: f64,
}

impl Looks {
    /// Of a run that times at most `limit` samples.
    pub fn new(limit: u64) -> Looks {
        Looks {
            limit: limit.max(1),
            next: scaled(limit.max(1), FIRST),
            spent: 0.0,
        }
    }

    /// How many samples have to be done before it is worth looking.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Share of misses that a look at `done` samples may have; none where it is not due. Each is given once.
    pub fn due(&mut self, done: u64) -> Option<f64> {
        // One close before the end would leave nothing to the last.
        if done < self.next || done as f64 * GROWTH > self.limit as f64 {
            return None;
        }
        let fraction = done as f64 / self.limit as f64;
        let misses = (MISSES * fraction.powi(3) - self.spent).max(0.0);
        self.spent += misses;
        self.next = scaled(done, GROWTH).max(done + 1);
        Some(misses)
    }

    /// Share of misses that the last look may have, when the run has ended: what is left.
    pub fn last(&self) -> f64 {
        MISSES - self.spent
    }
}

fn scaled(count: u64, factor: f64) -> u64 {
    ((count as f64 * factor).ceil() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_looks_together_spend_what_one_may() {
        for limit in [1, 7, 500, 2134] {
            let mut looks = Looks::new(limit);
            let shares: Vec<f64> = (1..=limit).filter_map(|done| looks.due(done)).collect();
            let spent: f64 = shares.iter().sum();
            assert!((spent + looks.last() - MISSES).abs() < 1e-12, "{limit}");
            assert!(
                shares.iter().all(|share| *share > 0.0) && looks.last() > 0.4 * MISSES,
                "{limit}"
            );
            assert!(shares.len() <= 12, "{limit}");
        }
    }

    #[test]
    fn a_look_is_given_once() {
        let mut looks = Looks::new(2000);
        assert_eq!((looks.next(), looks.due(99)), (100, None));
        // A quarter of the way, and nothing spent before.
        assert_eq!(looks.due(500), Some(MISSES / 64.0));
        assert_eq!((looks.next(), looks.due(500), looks.due(2000)), (750, None, None));
    }
}
