//! How often the predicted interval holds the true time, and how wide it is: 1,000 evaluations of each of six shapes.
//!
//! `cargo bench --bench coverage` writes a table to standard output and `reports/coverage.svg`. The shapes and how a run
//! of them is cut off stand in `src/live/predict/tests/shapes.rs`; every number is drawn by a fixed seed. A second table
//! says how often a claim is judged wrongly, with the run cut off as soon as its claim is decided. With `-- --wide` there
//! is a third, of the settings in `src/live/predict/tests/held_out.rs`, and no plot.
//!
//! "Decided": the interval is within the precision of 5 %. The judge uses wider ones too, so what all intervals hold is
//! counted beside it.
//!
//! Why it can be wrong: a share out of 1,000 is itself only within about 1.4 %, one out of 200 within 3 %.
//!
//! Example: `constant: 99 % held, 2 % undecided`.

#![allow(clippy::print_stdout, reason = "a benchmark says what it found")]

use plotters::prelude::*;
use verify::live::predict;

#[path = "../src/live/predict/tests/held_out.rs"]
mod held_out;
#[path = "../src/live/predict/tests/shapes.rs"]
mod shapes;

use shapes::{Claimed, Decision, Setting, Shape, decision};

const EVALUATIONS: u64 = 1000;
/// Evaluations that are run once more for each claim.
const CLAIMED: u64 = 200;
/// Evaluations of each held-out setting.
const HELD_OUT: u64 = 200;
/// The number of the first. None of these was looked at before the method was as it is; the ranges of the shapes were.
const FIRST: u64 = 700_000;
/// What is claimed, over the true time; each with a tolerance of 10 %.
const CLAIMS: [f64; 5] = [0.8, 0.88, 1.0, 1.12, 1.2];

/// What became of all evaluations of a shape or setting.
struct Row {
    name: String,
    count: usize,
    decided: usize,
    held: usize,
    /// Those that have an interval, and those of them whose interval holds.
    given: [usize; 2],
    timed: f64,
    /// Half widths over the estimate of all that have an interval, sorted.
    widths: Vec<f64>,
    oracle: Vec<f64>,
    /// Estimate over truth less one, of all that have one.
    errors: Vec<f64>,
}

impl Row {
    fn of(name: String, count: u64, setting: impl Fn(u64) -> Setting + Sync) -> Row {
        let runs: Vec<(f64, f64, Decision)> = at_once(count, |seed| {
            let setting = setting(seed);
            let evaluation = setting.run(seed);
            (setting.oracle(), evaluation.truth, decision(&evaluation, None))
        });
        let decided = runs.iter().filter(|run| run.2.undecided.is_none());
        let given = runs.iter().filter(|run| run.2.interval.is_some());
        let error = |run: &(f64, f64, Decision)| run.2.interval.map(|[_, estimate, _]| estimate / run.1 - 1.0);
        Row {
            name,
            count: runs.len(),
            decided: decided.clone().count(),
            held: decided.filter(|run| run.2.holds(run.1)).count(),
            given: [given.clone().count(), given.filter(|run| run.2.holds(run.1)).count()],
            timed: runs.iter().map(|run| run.2.timed).sum::<f64>() / runs.len() as f64,
            widths: sorted(runs.iter().filter_map(|run| run.2.width())),
            oracle: sorted(runs.iter().map(|run| run.0)),
            errors: sorted(runs.iter().filter_map(error)),
        }
    }

    fn held_share(&self) -> f64 {
        self.held as f64 / self.decided as f64
    }

    fn given_share(&self) -> f64 {
        self.given[1] as f64 / self.given[0] as f64
    }

    fn undecided_share(&self) -> f64 {
        1.0 - self.decided as f64 / self.count as f64
    }

    fn print(&self) {
        let sizes = sorted(self.errors.iter().map(|error| error.abs()));
        let percent = |share: f64| {
            if share.is_finite() {
                format!("{:.1} %", 100.0 * share)
            } else {
                "–".to_string()
            }
        };
        let fine = |share: f64| {
            if share.is_finite() {
                format!("{:.2} %", 100.0 * share)
            } else {
                "–".to_string()
            }
        };
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            self.name,
            percent(self.undecided_share()),
            percent(self.held_share()),
            percent(self.given_share()),
            fine(quantile(&self.widths, 0.5)),
            fine(quantile(&self.oracle, 0.5)),
            fine(quantile(&sizes, 0.5)),
            percent(self.timed),
        );
    }
}

/// Every seed once, on all processors.
fn at_once<T: Send>(count: u64, one: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let part = |thread: u64| (FIRST..FIRST + count).filter(move |seed| seed % threads == thread);
    std::thread::scope(|scope| {
        let one = &one;
        let started: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || part(thread).map(one).collect::<Vec<T>>()))
            .collect();
        started
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .flatten()
            .collect()
    })
}

/// Of runs that are cut off as soon as the claim is decided: how many are, and how many of them wrongly.
fn print_claims(shape: Shape) {
    for factor in CLAIMS {
        let told: Vec<(bool, Option<bool>)> = at_once(CLAIMED, |seed| {
            let evaluation = Setting::drawn(shape, seed).run(seed);
            let truth = evaluation.truth;
            let claimed: Claimed = 0.9 * factor * truth..=1.1 * factor * truth;
            (
                claimed.contains(&truth),
                decision(&evaluation, Some(&claimed)).says(&claimed),
            )
        });
        let count = |said: bool| told.iter().filter(|one| one.1 == Some(said)).count();
        let wrong = told
            .iter()
            .filter(|one| one.1.is_some_and(|said| said != one.0))
            .count();
        let decided = count(true) + count(false);
        println!(
            "| {} | {factor} of the truth, ± 10 % | {} | {} | {} | {wrong} of {decided} |",
            shape.name(),
            count(true),
            count(false),
            told.len() - decided,
        );
    }
}

const HEADER: &str = "| | undecided | held among decided | held among all intervals | half width, median | oracle's | error, median | samples timed |\n|---|---:|---:|---:|---:|---:|---:|---:|";

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1) as f64;
    sorted.get((last * share).round() as usize).copied().unwrap_or(f64::NAN)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{HEADER}");
    if std::env::args().any(|argument| argument == "--wide") {
        for one in held_out::all() {
            let unseen = if one.is_unseen {
                " (changes after the cut-off)"
            } else {
                ""
            };
            let name = format!("{}: {}{unseen}", one.shape.name(), one.name);
            Row::of(name, HELD_OUT, |_| one.setting).print();
        }
        return Ok(());
    }
    let mut rows = Vec::new();
    for shape in Shape::ALL {
        let row = Row::of(shape.name().to_string(), EVALUATIONS, |seed| {
            Setting::drawn(shape, seed)
        });
        row.print();
        rows.push(row);
    }
    plot(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/coverage.svg"), &rows)?;
    println!("\n| | claimed | supported | discrepancy | neither | wrong |\n|---|---|---:|---:|---:|---:|");
    Shape::ALL.into_iter().for_each(print_claims);
    Ok(())
}

/// A bar for each shape above (how often the interval held, and how many were undecided), errors and widths below.
fn plot(path: &str, rows: &[Row]) -> Result<(), Box<dyn std::error::Error>> {
    let held = RGBColor(46, 125, 50);
    let undecided = RGBColor(158, 158, 158);
    let root = SVGBackend::new(path, (900, 640)).into_drawing_area();
    root.fill(&WHITE)?;
    let (above, below) = root.split_vertically(320);
    let count = rows.len() as f64;
    let names = |at: &f64| {
        let index = (at - 0.5).round();
        let is_middle = (at - 0.5 - index).abs() < 1e-6 && index >= 0.0;
        let row = rows.get(index as usize).filter(|_| is_middle);
        row.map_or(String::new(), |row| row.name.clone())
    };

    let mut chart = ChartBuilder::on(&above)
        .caption(
            "Intervals that hold the true time (green, of those decided; red line: 93 %), and undecided runs (grey)",
            ("sans-serif", 17),
        )
        .margin(12)
        .x_label_area_size(28)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..count, 0.0..100.0)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(2 * rows.len() + 1)
        .x_label_formatter(&names)
        .y_label_formatter(&|share| format!("{share:.0}"))
        .max_light_lines(0)
        .y_desc("% of 1,000 evaluations")
        .draw()?;
    for (index, row) in rows.iter().enumerate() {
        let from = index as f64;
        let shares = [(0.15, held, row.held_share()), (0.55, undecided, row.undecided_share())];
        for (left, color, share) in shares {
            let bar = [(from + left, 0.0), (from + left + 0.3, 100.0 * share)];
            chart.draw_series([Rectangle::new(bar, color.filled())])?;
            let label = format!("{:.1}", 100.0 * share);
            let place = (
                from + left + 0.04,
                if share > 0.12 {
                    (100.0 * share - 2.0).min(88.0)
                } else {
                    100.0 * share + 8.0
                },
            );
            let color = if share > 0.12 { &WHITE } else { &BLACK };
            chart.draw_series([Text::new(label, place, ("sans-serif", 13).into_font().color(color))])?;
        }
    }
    chart.draw_series([PathElement::new([(0.0, 93.0), (count, 93.0)], RED)])?;

    let mut chart = ChartBuilder::on(&below)
        .caption(
            "Errors of the estimate, 2.5 % to 97.5 % (blue), median interval (black), an oracle's (orange)",
            ("sans-serif", 17),
        )
        .margin(12)
        .x_label_area_size(28)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..count, -20.0..20.0)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(2 * rows.len() + 1)
        .x_label_formatter(&names)
        .y_label_formatter(&|share| format!("{share:.0}"))
        .max_light_lines(0)
        .y_desc("% of the true time")
        .draw()?;
    for (index, row) in rows.iter().enumerate() {
        let from = index as f64;
        let span = [quantile(&row.errors, 0.025), quantile(&row.errors, 0.975)];
        let half = |widths: &[f64]| [-quantile(widths, 0.5), quantile(widths, 0.5)];
        let spans = [
            (0.2, BLUE, span),
            (0.45, BLACK, half(&row.widths)),
            (0.7, RGBColor(239, 108, 0), half(&row.oracle)),
        ];
        for (left, color, [low, high]) in spans {
            let bar = [(from + left, 100.0 * low), (from + left + 0.12, 100.0 * high)];
            chart.draw_series([Rectangle::new(bar, color.mix(0.7).filled())])?;
        }
    }
    root.present()?;
    Ok(())
}
