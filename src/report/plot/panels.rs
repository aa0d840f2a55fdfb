//! The two panels of a plot: what a sample took, and what the whole takes.
//!
//! A panel is made as shapes over values and then drawn: its name and legend above, so that neither covers data, the axes
//! with their ticks, the shapes in order.
//!
//! Why it can be wrong: one batch that took a hundred times as long makes a flat line of all others, and one that is left
//! out is not seen. Such an axis is logarithmic, and says so.
//!
//! Example: `Time per sample (ms)` over `Samples done`, with a dot for each batch and a line at their median.

use minijinja::context;

use super::super::runs::RunRecord;
use super::super::runs::facts::{self, Words, grouped};
use super::axis::{Axis, TimeUnit};
use super::label;
use super::paper::{Anchor, At, Ink, Paper, fit, width};
use super::series::{Track, quantile};

/// Where a batch took more than so many times the median, the axis is logarithmic.
const BEYOND: f64 = 4.0;
/// A logarithmic axis begins at this share of the median, where any batch lies below it.
const SHORTEST: f64 = 1e-3;
/// How much longer a claimed time may be than what was found, to be in the picture.
const FAR: f64 = 20.0;
const NAME: f64 = 13.5;
const SMALL: f64 = 12.0;
/// Room on the left for ticks, below for ticks and the axis's name, on the right for a bar's cap.
const LEFT: f64 = 48.0;
const BELOW: f64 = 42.0;
const RIGHT: f64 = 20.0;
const ROW: f64 = 20.0;

/// What is drawn, over values.
enum Shape {
    Area(Vec<At>, Ink),
    Line(Vec<At>, f64, Ink),
    Dashed(At, At, f64, Ink),
    Dots(Vec<At>, f64, Ink),
    /// Upright, with caps; its middle is a dot.
    Bar {
        at: f64,
        low: f64,
        middle: f64,
        high: f64,
    },
    /// The time before the first sample, beside the axis; high enough to be seen.
    StartUp(f64),
}

/// How an entry of the legend looks.
#[derive(Clone, Copy)]
enum Sign {
    Dot(Ink),
    Line(Ink),
    Dashed(Ink, Ink),
    Block(Ink, Option<Ink>),
}

pub(super) struct Panel {
    name: String,
    below: String,
    legend: Vec<(Sign, String)>,
    high: At,
    /// Where a logarithmic axis of times begins; none where it begins at 0.
    low: Option<f64>,
    shapes: Vec<Shape>,
}

/// What a sample took, over the samples done.
pub(super) fn per_sample(tracks: &[Track], words: Words) -> Panel {
    let mut sorted: Vec<f64> = tracks.iter().flat_map(|track| track.sorted.iter().copied()).collect();
    sorted.sort_by(f64::total_cmp);
    let (median, most) = (quantile(&sorted, 0.5), sorted.last().copied().unwrap_or(0.0));
    let least = sorted.first().copied().unwrap_or(0.0).max(median * SHORTEST);
    let logarithmic = most > BEYOND * median;
    let unit = TimeUnit::of(median);
    let done = tracks.iter().map(|track| track.end().0).fold(0.0, f64::max);
    let (mut shapes, mut legend) = (Vec::new(), Vec::new());
    let per_bin = tracks.iter().map(|track| track.per_bin).max().unwrap_or(1);
    let in_unit = |seconds: f64| seconds / unit.seconds;
    for track in tracks {
        let of =
            |cost: fn(&super::series::Bin) -> f64| track.bins.iter().map(move |bin| (bin.samples, in_unit(cost(bin))));
        if track.per_bin > 1 {
            let back: Vec<At> = of(|bin| bin.least).collect();
            let range = of(|bin| bin.most).chain(back.into_iter().rev()).collect();
            shapes.push(Shape::Area(range, Ink::RANGE));
        }
        let middle: Vec<At> = of(|bin| bin.median).collect();
        if track.per_bin > 1 {
            shapes.push(Shape::Line(middle, 1.5, Ink::TIMED));
        } else {
            shapes.push(Shape::Line(middle.clone(), 1.0, Ink::RANGE));
            shapes.push(Shape::Dots(middle, 2.6, Ink::TIMED));
        }
    }
    if per_bin > 1 {
        let values = context! { count => per_bin };
        legend.push((Sign::Line(Ink::TIMED), words.say("plot-median-of", values)));
        legend.push((Sign::Block(Ink::RANGE, None), label(words, "plot-range")));
    } else {
        legend.push((Sign::Dot(Ink::TIMED), label(words, "plot-batch")));
        shapes.push(Shape::Dashed(
            (0.0, in_unit(median)),
            (done, in_unit(median)),
            1.2,
            Ink::FORETOLD,
        ));
        let values = context! { time => shown(median) };
        let said = words.say("plot-median", values);
        legend.push((Sign::Dashed(Ink::FORETOLD, Ink::FORETOLD), said));
    }
    Panel {
        name: words.say("plot-per-sample", context! { unit => unit.sign, logarithmic }),
        below: label(words, "plot-samples"),
        legend,
        high: (done, in_unit(most) * if logarithmic { 1.4 } else { 1.12 }),
        low: logarithmic.then(|| in_unit(least) / 1.4),
        shapes,
    }
}

/// The time since the start, over all samples there are.
pub(super) fn whole(tracks: &[Track], run: &RunRecord<'_>, words: Words) -> Panel {
    let total = run.total();
    let done = tracks.iter().map(|track| track.end().0).fold(0.0, f64::max);
    let timed = tracks.iter().map(|track| track.end().1).fold(0.0, f64::max);
    let samples = total.map_or(done, |total| (total.population as f64).max(done));
    let reached = total.map_or(timed, |total| total.high_seconds.max(timed));
    let claimed = run.claimed();
    let far = claimed.iter().flat_map(|one| [one.low, one.high]).flatten();
    let seen = far.filter(|end| *end <= FAR * reached).fold(reached, f64::max);
    let unit = TimeUnit::of(seen);
    let in_unit = |seconds: f64| seconds / unit.seconds;
    let over = |points: &[At]| points.iter().map(|(x, y)| (*x, in_unit(*y))).collect::<Vec<At>>();
    let high = (samples * 1.03, in_unit(seen) * 1.08);
    let (mut shapes, mut legend) = (Vec::new(), Vec::new());
    for one in &claimed {
        let low = one.low.unwrap_or(0.0);
        let top = one.high.map_or(high.1, in_unit);
        let drawn = in_unit(low) < high.1;
        if drawn {
            let corners = vec![(0.0, in_unit(low)), (high.0, in_unit(low)), (high.0, top), (0.0, top)];
            shapes.push(Shape::Area(corners, Ink::CLAIMED));
            for end in [one.low, one.high].into_iter().flatten().map(in_unit) {
                if end < high.1 {
                    shapes.push(Shape::Line(vec![(0.0, end), (high.0, end)], 1.0, Ink::CLAIMED_EDGE));
                }
            }
        }
        let values = context! { said => one.said.as_str(), drawn };
        let block = Sign::Block(Ink::CLAIMED, Some(Ink::CLAIMED_EDGE));
        legend.push((block, words.say("plot-claimed", values)));
    }
    if let (Some(total), [track]) = (total, tracks)
        && total.population as f64 > track.end().0
    {
        let (end, at) = (track.end(), total.population as f64);
        let wedge = [end, (at, total.low_seconds), (at, total.high_seconds)];
        shapes.push(Shape::Area(over(&wedge), Ink::WEDGE));
        let middle = over(&[end, (at, total.estimate_seconds)]);
        shapes.push(Shape::Dashed(middle[0], middle[1], 1.5, Ink::FORETOLD));
    }
    if let Some(total) = total.filter(|total| total.high_seconds > total.low_seconds) {
        shapes.push(Shape::Bar {
            at: total.population as f64,
            low: in_unit(total.low_seconds),
            middle: in_unit(total.estimate_seconds),
            high: in_unit(total.high_seconds),
        });
        let values = context! { level => format!("{:.0} %", total.level * 100.0) };
        let sign = Sign::Dashed(Ink::FORETOLD, Ink::WEDGE);
        legend.push((sign, words.say("plot-foretold", values)));
    }
    for track in tracks {
        shapes.push(Shape::Line(over(&track.line), 2.2, Ink::TIMED));
        if track.start_up > 0.0 {
            shapes.push(Shape::StartUp(in_unit(track.start_up)));
        }
    }
    let values = context! { samples => grouped(run.timed.timed()) };
    legend.insert(0, (Sign::Line(Ink::TIMED), words.say("plot-timed", values)));
    let start_up = tracks.iter().map(|track| track.start_up).fold(0.0, f64::max);
    if start_up > 0.0 {
        let values = context! { time => facts::seconds(start_up) };
        legend.insert(0, (Sign::Line(Ink::START_UP), words.say("plot-start-up", values)));
    }
    Panel {
        name: words.say("plot-whole", context! { unit => unit.sign }),
        below: label(words, "plot-samples"),
        legend,
        high,
        low: None,
        shapes,
    }
}

/// `560 ms`, `3.2 s`.
fn shown(seconds: f64) -> String {
    let unit = TimeUnit::of(seconds);
    let value = seconds / unit.seconds;
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text} {}", unit.sign)
}

impl Panel {
    /// Draws it with its upper left corner at `corner`.
    pub(super) fn draw(&self, paper: &Paper<'_>, corner: At, size: (f64, f64)) {
        let mut top = corner.1 + ROW / 2.0;
        paper.bold((corner.0, top), NAME, Ink::TEXT, &self.name);
        let named = width(&self.name, NAME) + 24.0;
        let needed: f64 = self.legend.iter().map(|(_, text)| entry_width(text)).sum();
        let beside = named + needed <= size.0;
        let from = if beside {
            corner.0 + size.0 - needed
        } else {
            top += ROW;
            corner.0
        };
        top = self.draw_legend(paper, (from, top), corner, size.0) + ROW / 2.0 + 4.0;
        let x = Axis {
            low: None,
            high: self.high.0,
            from: corner.0 + LEFT,
            to: corner.0 + size.0 - RIGHT,
        };
        let y = Axis {
            low: self.low,
            high: self.high.1,
            from: corner.1 + size.1 - BELOW,
            to: top,
        };
        for (value, text) in y.ticks(6.0) {
            let at = y.at(value);
            paper.line(&[(x.from, at), (x.to, at)], 1.0, Ink::GRID);
            paper.anchored((x.from - 8.0, at), Anchor::Right, SMALL, Ink::FAINT, &text);
        }
        for shape in &self.shapes {
            shape.draw(paper, &x, &y);
        }
        paper.line(&[(x.from, y.to), (x.from, y.from), (x.to, y.from)], 1.0, Ink::AXIS);
        for (value, text) in x.ticks(8.0) {
            let at = x.at(value);
            paper.line(&[(at, y.from), (at, y.from + 4.0)], 1.0, Ink::AXIS);
            paper.anchored((at, y.from + 13.0), Anchor::Middle, SMALL, Ink::FAINT, &text);
        }
        let middle = ((x.from + x.to) / 2.0, y.from + 29.0);
        paper.anchored(middle, Anchor::Middle, SMALL, Ink::FAINT, &self.below);
    }

    /// Entries beside each other, on as many rows as they need; gives the last row.
    fn draw_legend(&self, paper: &Paper<'_>, from: At, corner: At, room: f64) -> f64 {
        let (mut x, mut y) = from;
        for (sign, text) in &self.legend {
            let text = fit(text, SMALL, room - 40.0);
            if x > corner.0 && x + entry_width(&text) > corner.0 + room + 1.0 {
                (x, y) = (corner.0, y + ROW);
            }
            sign.draw(paper, (x, y));
            paper.text((x + 24.0, y), SMALL, Ink::TEXT, &text);
            x += entry_width(&text);
        }
        y
    }
}

fn entry_width(text: &str) -> f64 {
    24.0 + width(text, SMALL) + 18.0
}

impl Sign {
    fn draw(self, paper: &Paper<'_>, (x, y): At) {
        let block = |height: f64| {
            let (above, below) = (y - height / 2.0, y + height / 2.0);
            [(x, above), (x + 18.0, above), (x + 18.0, below), (x, below)]
        };
        match self {
            Sign::Dot(ink) => paper.dot((x + 9.0, y), 2.8, ink),
            Sign::Line(ink) => paper.line(&[(x, y), (x + 18.0, y)], 2.4, ink),
            Sign::Dashed(ink, ground) => {
                if ink != ground {
                    paper.area(&block(11.0), ground);
                }
                paper.line(&[(x, y), (x + 7.0, y)], 1.5, ink);
                paper.line(&[(x + 11.0, y), (x + 18.0, y)], 1.5, ink);
            }
            Sign::Block(ink, edge) => {
                let corners = block(11.0);
                paper.area(&corners, ink);
                if let Some(edge) = edge {
                    paper.line(&corners[..2], 1.0, edge);
                    paper.line(&corners[2..], 1.0, edge);
                }
            }
        }
    }
}

impl Shape {
    fn draw(&self, paper: &Paper<'_>, x: &Axis, y: &Axis) {
        let place = |(across, up): &At| (x.at(*across), y.at(*up));
        let places = |points: &[At]| points.iter().map(place).collect::<Vec<At>>();
        match self {
            Shape::Area(points, ink) => paper.area(&places(points), *ink),
            Shape::Line(points, width, ink) => paper.line(&apart(places(points)), *width, *ink),
            Shape::Dashed(from, to, width, ink) => paper.dashed(place(from), place(to), *width, *ink),
            Shape::Dots(points, radius, ink) => {
                for point in points {
                    paper.dot(place(point), *radius, *ink);
                }
            }
            Shape::Bar { at, low, middle, high } => {
                let (across, low, high) = (x.at(*at), y.at(*low), y.at(*high));
                paper.line(&[(across, low), (across, high)], 1.8, Ink::FORETOLD);
                for end in [low, high] {
                    paper.line(&[(across - 5.0, end), (across + 5.0, end)], 1.8, Ink::FORETOLD);
                }
                paper.dot((across, y.at(*middle)), 2.4, Ink::FORETOLD);
            }
            Shape::StartUp(time) => {
                let (left, below) = (x.from + 0.5, y.from);
                let above = y.at(*time).min(below - 4.0);
                let corners = [(left, below), (left, above), (left + 5.0, above), (left + 5.0, below)];
                paper.area(&corners, Ink::START_UP);
            }
        }
    }
}

/// The points without those that lie so near to the one before that nobody sees them; the last stays.
fn apart(points: Vec<At>) -> Vec<At> {
    let last = points.len().saturating_sub(1);
    let mut kept: Vec<At> = Vec::new();
    for (index, point) in points.into_iter().enumerate() {
        let near = |before: &At| (point.0 - before.0).hypot(point.1 - before.1) < 2.0;
        if index == last || !kept.last().is_some_and(near) {
            kept.push(point);
        }
    }
    kept
}
