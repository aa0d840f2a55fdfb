//! Settings beside the six shapes, one for each line of the wide table. No constant of the method was set by them, but
//! the table was looked at between changes.
//!
//! Around a common one (21,340 samples in batches of 8, 0.5 s each, jitter 2 %) one thing is changed at a time: noise,
//! drift, memory, warm-up, tails, periods, population, batch.
//!
//! Why it can be wrong: a list is not the world. Those marked as unseen change after the run was cut off, so that no
//! method could know.
//!
//! Example: `drift +20 %, noise 10 %`.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "the benchmark and the unit test each use a part of it"
)]

use super::shapes::{Course, Setting, Shape};

/// One line of the wide table.
pub struct HeldOut {
    pub shape: Shape,
    pub name: String,
    pub setting: Setting,
    /// Whether what changes comes after the cut-off alone.
    pub is_unseen: bool,
}

const COMMON: Setting = Setting {
    population: 21_340,
    batch: 8,
    each: 0.5,
    start_up: 20.0,
    jitter: 0.02,
    course: Course::Constant,
};

pub fn all() -> Vec<HeldOut> {
    let mut all = Vec::new();
    let mut add = |shape, name: String, setting| {
        all.push(HeldOut {
            shape,
            name,
            setting,
            is_unseen: false,
        });
    };
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    for jitter in [0.01, 0.02, 0.05, 0.1, 0.2] {
        let name = format!("noise {}", percent(jitter));
        add(Shape::Constant, name, Setting { jitter, ..COMMON });
    }
    for (population, batch) in [
        (500, 1),
        (500, 8),
        (2000, 1),
        (2000, 8),
        (2000, 50),
        (21_340, 1),
        (21_340, 50),
        (21_340, 512),
        (200_000, 8),
        (200_000, 50),
        (200_000, 512),
    ] {
        let name = format!("{population} samples in batches of {batch}");
        let setting = Setting {
            population,
            batch,
            ..COMMON
        };
        add(Shape::Constant, name, setting);
    }
    let quick = Setting { each: 0.02, ..COMMON };
    add(Shape::Constant, "five batches between two marks".to_string(), quick);
    for jitter in [0.01, 0.02, 0.05, 0.1] {
        for change in [-0.5, -0.2, -0.1, 0.1, 0.2, 0.5] {
            let name = format!("{:+.0} %, noise {}", 100.0 * change, percent(jitter));
            let course = Course::Drift { change, from: 0.0 };
            add(
                Shape::Drift,
                name,
                Setting {
                    jitter,
                    course,
                    ..COMMON
                },
            );
        }
    }
    for (population, batch) in [(2000, 1), (2000, 8), (200_000, 8), (200_000, 512)] {
        let name = format!("+20 %, {population} samples in batches of {batch}");
        let course = Course::Drift { change: 0.2, from: 0.0 };
        let setting = Setting {
            population,
            batch,
            course,
            ..COMMON
        };
        add(Shape::Drift, name, setting);
    }
    for from in [0.05, 0.3] {
        for change in [0.1, 0.5] {
            let name = format!("{:+.0} %, from {} of the run on", 100.0 * change, percent(from));
            let course = Course::Drift { change, from };
            add(Shape::Drift, name, Setting { course, ..COMMON });
        }
    }
    for fades in [1.0, 5.0, 20.0] {
        for extra in [0.3, 2.0] {
            let name = format!("{extra} times more, fades with {fades} batches");
            let course = Course::WarmUp {
                extra,
                fades,
                first: 20.0,
            };
            add(Shape::WarmUp, name, Setting { course, ..COMMON });
        }
    }
    for (until, times) in [
        (0.002, 3.0),
        (0.01, 2.0),
        (0.03, 1.5),
        (0.06, 1.5),
        (0.09, 1.5),
        (0.15, 1.5),
    ] {
        let name = format!("first {:.1} % of the run {times} times as dear", 100.0 * until);
        let course = Course::SlowStart { until, times };
        add(Shape::WarmUp, name, Setting { course, ..COMMON });
    }
    for sigma in [0.5, 1.0, 1.5] {
        for batch in [1, 8, 50] {
            let name = format!("lognormal with σ = {sigma}, batches of {batch}");
            let course = Course::Lognormal { sigma };
            add(
                Shape::HeavyTail,
                name,
                Setting {
                    course,
                    batch,
                    ..COMMON
                },
            );
        }
    }
    for alpha in [1.5, 2.5, 3.5] {
        for batch in [1, 8, 50] {
            let name = format!("Pareto with α = {alpha}, batches of {batch}");
            let course = Course::Pareto { alpha };
            add(
                Shape::HeavyTail,
                name,
                Setting {
                    course,
                    batch,
                    ..COMMON
                },
            );
        }
    }
    for keeps in [0.5, 0.8, 0.95, 0.99] {
        for deviation in [0.01, 0.03, 0.1] {
            let name = format!("ρ = {keeps}, deviation {}", percent(deviation));
            let course = Course::Autocorrelated { keeps, deviation };
            add(Shape::Autocorrelated, name, Setting { course, ..COMMON });
        }
    }
    for period in [2.0_f64, 10.0, 50.0, 100.0] {
        for (duty, slow) in [(0.5_f64, 1.5), (0.2, 1.5), (0.5, 1.1), (0.2, 3.0)] {
            let dear = (period * duty).max(1.0);
            let stays = [(period - dear).max(1.0), dear];
            let name = format!("{slow} times for {dear} of {} batches", stays[0] + dear);
            let wobble = 0.1;
            let course = Course::Alternating { stays, wobble, slow };
            add(Shape::Alternating, name, Setting { course, ..COMMON });
        }
    }
    for one in &mut all {
        one.is_unseen = match one.setting.course {
            Course::Drift { from, .. } => from >= 0.1,
            Course::SlowStart { until, .. } => until >= 0.1,
            _ => false,
        };
    }
    all
}
