//! An axis: from values to places on the paper, with ticks at round values and a unit that people read.
//!
//! Why it can be wrong: `11700` seconds say nothing to a reader, and `0.30000000000000004` less. Units follow the largest
//! value; ticks stand at 1, 2, 2.5 or 5 times a power of ten, with as many digits as their step has.
//!
//! Example: 0 to 12,240 s is shown in hours, with ticks at 0, 0.5, 1, … 3.5.

use super::super::runs::facts::grouped;

/// A unit of time: seconds in it, and its sign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TimeUnit {
    pub(super) seconds: f64,
    pub(super) sign: &'static str,
}

impl TimeUnit {
    /// The unit in which a time of so many seconds is read.
    pub(super) fn of(seconds: f64) -> TimeUnit {
        let (seconds, sign) = match seconds {
            below if below < 0.001 => (1e-6, "µs"),
            below if below < 1.0 => (1e-3, "ms"),
            below if below < 180.0 => (1.0, "s"),
            below if below < 10_800.0 => (60.0, "min"),
            _ => (3600.0, "h"),
        };
        TimeUnit { seconds, sign }
    }
}

/// Values up to `high` on a stretch of the paper, from 0 or, logarithmically, from `low`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    pub(super) low: Option<f64>,
    pub(super) high: f64,
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Axis {
    /// Where a value lies; one beyond the end lies at the end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = match self.low {
            Some(low) if low > 0.0 && low < self.high => (value.max(low) / low).ln() / (self.high / low).ln(),
            _ if self.high > 0.0 => value / self.high,
            _ => 0.0,
        };
        self.from + (self.to - self.from) * share.clamp(0.0, 1.0)
    }

    /// Round values up to the end with how they are written, about as many as wanted.
    pub(super) fn ticks(&self, wanted: f64) -> Vec<(f64, String)> {
        if let Some(low) = self.low {
            return self.powers(low, wanted);
        }
        let Some((step, digits)) = step(self.high, wanted) else {
            return vec![(0.0, "0".to_string())];
        };
        (0_u32..)
            .map(|count| f64::from(count) * step)
            .take_while(|value| *value <= self.high * (1.0 + 1e-9))
            .map(|value| (value, written(value, digits)))
            .collect()
    }
}

impl Axis {
    /// Ticks of a logarithmic axis: at 1, 2 and 5 times the powers of ten, or at the powers alone.
    fn powers(&self, low: f64, wanted: f64) -> Vec<(f64, String)> {
        if !(low > 0.0 && low < self.high && self.high.is_finite()) {
            return Vec::new();
        }
        let powers = || low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        let within = |factors: &[f64]| -> Vec<(f64, String)> {
            powers()
                .flat_map(|power| factors.iter().map(move |factor| (power, factor * 10_f64.powi(power))))
                .filter(|(_, value)| (low..=self.high).contains(value))
                .map(|(power, value)| (value, written(value, power.min(0).unsigned_abs() as usize)))
                .collect()
        };
        let all = within(&[1.0, 2.0, 5.0]);
        if all.len() as f64 <= wanted + 2.0 {
            all
        } else {
            within(&[1.0])
        }
    }
}

/// The step between ticks, and the digits behind its point.
fn step(high: f64, wanted: f64) -> Option<(f64, usize)> {
    let rough = high / wanted;
    if !rough.is_finite() || rough <= 0.0 {
        return None;
    }
    let power = rough.log10().floor();
    // The first that leaves no more ticks than wanted.
    let (factor, own) = [(1.0, 0.0), (2.0, 0.0), (2.5, 1.0), (5.0, 0.0), (10.0, -1.0)]
        .into_iter()
        .find(|(factor, _)| factor * 10_f64.powf(power) >= rough * (1.0 - 1e-9))?;
    Some((factor * 10_f64.powf(power), (own - power).max(0.0) as usize))
}

fn written(value: f64, digits: usize) -> String {
    if value == 0.0 {
        "0".to_string()
    } else if digits == 0 && value < 1e15 {
        grouped(value.round() as u64)
    } else {
        format!("{value:.digits$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_end_with_the_axis() {
        let rows: &[(f64, &[&str])] = &[
            (3.6, &["0", "1", "2", "3"]),
            (21_340.0, &["0", "5,000", "10,000", "15,000", "20,000"]),
            (0.3, &["0", "0.05", "0.10", "0.15", "0.20", "0.25", "0.30"]),
            (1.0, &["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            (12.0, &["0", "2", "4", "6", "8", "10", "12"]),
            (0.0, &["0"]),
            (f64::NAN, &["0"]),
        ];
        for (high, expected) in rows {
            let axis = Axis {
                low: None,
                high: *high,
                from: 0.0,
                to: 100.0,
            };
            let written: Vec<String> = axis.ticks(6.0).into_iter().map(|(_, text)| text).collect();
            assert_eq!(written, *expected, "{high}");
        }
    }

    #[test]
    fn values_beyond_the_end_lie_at_the_end() {
        let mut axis = Axis {
            low: None,
            high: 10.0,
            from: 100.0,
            to: 0.0,
        };
        assert_eq!(
            [0.0, 5.0, 10.0, 99.0].map(|value| axis.at(value)),
            [100.0, 50.0, 0.0, 0.0]
        );
        axis.low = Some(0.1);
        assert_eq!(
            [0.0, 0.1, 1.0, 10.0, 99.0].map(|value| axis.at(value).round()),
            [100.0, 100.0, 50.0, 0.0, 0.0]
        );
    }

    #[test]
    fn a_logarithmic_axis_has_few_ticks_too() {
        for (low, high, expected) in [
            (0.04, 3.0, vec!["0.05", "0.1", "0.2", "0.5", "1", "2"]),
            (
                40.0,
                11_500.0,
                vec!["50", "100", "200", "500", "1,000", "2,000", "5,000", "10,000"],
            ),
            (
                0.5,
                1e6,
                vec!["1", "10", "100", "1,000", "10,000", "100,000", "1,000,000"],
            ),
            (0.0, 10.0, vec![]),
        ] {
            let axis = Axis {
                low: Some(low),
                high,
                from: 0.0,
                to: 1.0,
            };
            let written: Vec<String> = axis.ticks(6.0).into_iter().map(|(_, text)| text).collect();
            assert_eq!(written, expected, "{low} to {high}");
        }
    }

    #[test]
    fn times_are_read_in_units_of_their_size() {
        for (seconds, sign) in [
            (0.000_2, "µs"),
            (0.56, "ms"),
            (20.0, "s"),
            (1140.0, "min"),
            (11_700.0, "h"),
        ] {
            assert_eq!(TimeUnit::of(seconds).sign, sign, "{seconds}");
        }
    }
}
