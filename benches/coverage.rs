//! How often the predicted interval holds the true time, and how wide it is: 1,000 evaluations of each of six shapes.
//!
//! `cargo bench --bench coverage` writes a table to standard output and `reports/coverage.svg`. The shapes and how a run
//! of them is cut off stand in `src/live/predict/tests/shapes.rs`; every number is drawn by a fixed seed.
//!
//! Why it can be wrong: a share out of 1,000 is itself only within about 1.4 %.
//!
//! Example: `constant: 97 % held, 3 % undecided`.

#![allow(clippy::print_stdout, reason = "a benchmark says what it found")]

use plotters::prelude::*;
use verify::live::predict;

#[path = "../src/live/predict/tests/shapes.rs"]
mod shapes;

use shapes::{Decision, Shape, decision, evaluation};

const EVALUATIONS: u64 = 1000;
/// The number of the first: none of those on which thresholds were chosen.
const FIRST: u64 = 10_000;

/// What became of all evaluations of a shape.
struct Row {
    shape: Shape,
    decided: usize,
    held: usize,
    timed: f64,
    /// Half widths over the estimate of those that were decided, sorted.
    widths: Vec<f64>,
    oracle: Vec<f64>,
    /// Estimate over truth, of all that have one.
    errors: Vec<f64>,
}

impl Row {
    fn of(shape: Shape) -> Row {
        let runs: Vec<(f64, Decision)> = (FIRST..FIRST + EVALUATIONS)
            .map(|seed| evaluation(shape, seed))
            .map(|evaluation| (evaluation.oracle, decision(&evaluation)))
            .collect();
        let decided: Vec<&Decision> = runs
            .iter()
            .map(|run| &run.1)
            .filter(|run| run.undecided.is_none())
            .collect();
        Row {
            shape,
            decided: decided.len(),
            held: decided.iter().filter(|run| run.holds).count(),
            timed: runs.iter().map(|run| run.1.timed).sum::<f64>() / EVALUATIONS as f64,
            widths: sorted(decided.iter().filter_map(|run| run.width)),
            oracle: sorted(runs.iter().map(|run| run.0)),
            errors: sorted(decided.iter().filter_map(|run| run.error)),
        }
    }

    fn held_share(&self) -> f64 {
        self.held as f64 / self.decided.max(1) as f64
    }

    fn undecided_share(&self) -> f64 {
        1.0 - self.decided as f64 / EVALUATIONS as f64
    }
}

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
    let rows: Vec<Row> = Shape::ALL.into_iter().map(Row::of).collect();
    println!(
        "| shape | decided | undecided | held among decided | half width, median | oracle's | error, median | samples timed |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for row in &rows {
        let sizes = sorted(row.errors.iter().map(|error| error.abs()));
        println!(
            "| {} | {} | {:.1} % | {:.1} % | {:.2} % | {:.2} % | {:.2} % | {:.1} % |",
            row.shape.name(),
            row.decided,
            100.0 * row.undecided_share(),
            100.0 * row.held_share(),
            100.0 * quantile(&row.widths, 0.5),
            100.0 * quantile(&row.oracle, 0.5),
            100.0 * quantile(&sizes, 0.5),
            100.0 * row.timed,
        );
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/coverage.svg");
    plot(path, &rows)
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
        row.map_or(String::new(), |row| row.shape.name().to_string())
    };

    let mut chart = ChartBuilder::on(&above)
        .caption(
            "Intervals that hold the true time (green, of those decided), and undecided runs (grey)",
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
        .y_desc("% of 1,000 evaluations")
        .draw()?;
    for (index, row) in rows.iter().enumerate() {
        let from = index as f64;
        let shares = [(0.15, held, row.held_share()), (0.55, undecided, row.undecided_share())];
        for (left, color, share) in shares {
            let bar = [(from + left, 0.0), (from + left + 0.3, 100.0 * share)];
            chart.draw_series([Rectangle::new(bar, color.filled())])?;
            let label = format!("{:.1}", 100.0 * share);
            let place = (from + left + 0.04, (100.0 * share - 2.0).max(9.0));
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
        .build_cartesian_2d(0.0..count, -12.0..12.0)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(2 * rows.len() + 1)
        .x_label_formatter(&names)
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
