//! Progress out of what a run prints: how much of how many was done, and when.
//!
//! The script is not touched: bars of tqdm and rich, JSON lines, the logs of the Hugging Face Trainer, or a pattern. What
//! counts up is a [`Bar`]; a run may show many (shards that are loaded, epochs, batches). The one that matters is, first,
//! the first whose total is expected (the number of samples, or of batches), nested or not; else the outermost with a
//! total: a bar is outermost where no such bar was unfinished when it appeared, the unfinished one before those that are
//! over, and of these the one that took longest; else one without a total.
//!
//! Why it can be wrong: a bar counts whatever its author let it count, so a bar of no expected total
//! ([`Bar::expected`] is false) may be that of loading, and must not decide. A loop that is left early leaves its bar
//! unfinished, and what follows looks nested in it. Bars are redrawn every 0.1 s at most, so a mark may be late by that
//! much and covers several batches. Scaled numbers (`1.07k/21.3k`) and percentages are rounded ([`Bar::exact`] is false).
//! Several processes that draw the same bar are one; what falls but not to nothing is not taken.
//!
//! Example: `100%|██████████| 3/3` for shards, then `17%|█▋        | 5/30 [00:00<00:00, 46.41it/s]`: the bar of 30, with
//! a mark of 5; were 3 expected, the bar of 3.

mod json;
mod numbers;
mod pieces;
mod rich;
mod shown;
mod tqdm;
mod trainer;

use std::time::Duration;

use regex::{Regex, RegexBuilder};

pub use self::json::SAMPLE;
use self::pieces::Pieces;
pub use self::rich::PERCENT;
use self::shown::{Shown, skeleton};

/// Bars that are kept; more are of no use to anybody.
const BARS: usize = 512;

/// So much was done at this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Since the start of the run.
    pub at: Duration,
    pub done: u64,
}

/// Something that counts up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What stands before it; often empty.
    pub name: String,
    /// `it`, `clip`, `%`; empty where it says none.
    pub unit: String,
    pub total: Option<u64>,
    /// Whether its numbers are whole counts and not rounded.
    pub exact: bool,
    /// Whether its total is one of those expected.
    pub expected: bool,
    /// Whether no bar with a total was unfinished when it appeared.
    pub outermost: bool,
    /// Strictly rising.
    pub marks: Vec<Mark>,
}

impl Bar {
    pub fn done(&self) -> u64 {
        self.marks.last().map_or(0, |mark| mark.done)
    }

    pub fn is_finished(&self) -> bool {
        self.total.is_some_and(|total| self.done() >= total)
    }

    fn took(&self) -> Duration {
        let first = self.marks.first().map_or(Duration::ZERO, |mark| mark.at);
        self.marks.last().map_or(Duration::ZERO, |mark| mark.at - first)
    }
}

/// How progress is printed.
#[derive(Debug, Clone)]
pub enum Format {
    Tqdm,
    Rich,
    /// `{"done": 50, "total": 21340}`, or an `id` for each sample.
    Json,
    /// Bars and logs of the Hugging Face Trainer.
    Trainer,
    /// A pattern whose first group is what was done, and its second, if there is one, the total.
    Pattern(Regex),
}

impl Format {
    /// By the name that a claim file gives it.
    pub fn named(name: &str) -> Option<Format> {
        Some(match name {
            "tqdm" => Format::Tqdm,
            "rich" => Format::Rich,
            "json" => Format::Json,
            "trainer" => Format::Trainer,
            _ => return None,
        })
    }

    /// As a claim file declares it: by its name, or as a pattern between slashes.
    pub fn declared(text: &str) -> Option<Format> {
        let pattern = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        match pattern {
            Some(pattern) => Format::pattern(pattern).ok(),
            None => Format::named(text),
        }
    }

    /// # Errors
    /// Where the pattern is none, or has not one or two groups.
    pub fn pattern(pattern: &str) -> Result<Format, String> {
        // As the claim language compiles it.
        let regex = RegexBuilder::new(pattern)
            .multi_line(true)
            .build()
            .map_err(|error| error.to_string())?;
        match regex.captures_len() - 1 {
            1 | 2 => Ok(Format::Pattern(regex)),
            groups => Err(format!(
                "the pattern has {groups} groups; the first is what was done, and a second, if any, the total"
            )),
        }
    }

    /// What a piece of the output shows. `closed`: more of it will not come.
    fn shown(&self, text: &str, closed: bool, ids: &mut json::Ids) -> Option<Shown> {
        match self {
            Format::Tqdm => tqdm::shown(text),
            Format::Rich => rich::shown(text, closed),
            Format::Json => json::shown(text, ids),
            Format::Trainer => tqdm::shown(text).or_else(|| trainer::shown(text)),
            Format::Pattern(pattern) if closed => numbers::by_pattern(pattern, text),
            Format::Pattern(_) => None,
        }
    }
}

/// Reads a stream of bytes as it comes.
#[derive(Debug)]
pub struct Reader {
    format: Format,
    /// Totals of the bar that matters, if known.
    expected: Vec<u64>,
    pieces: Pieces,
    ids: json::Ids,
    /// Epochs that the Trainer said it would do.
    epochs: Option<u64>,
    bars: Vec<Tracked>,
}

/// A bar with that by which it is known again.
#[derive(Debug)]
struct Tracked {
    skeleton: String,
    bar: Bar,
}

impl Reader {
    /// `expected`: the numbers of samples and of batches, where known.
    pub fn new(format: Format, expected: Vec<u64>) -> Reader {
        Reader {
            format,
            expected,
            pieces: Pieces::default(),
            ids: json::Ids::default(),
            epochs: None,
            bars: Vec::new(),
        }
    }

    /// Takes bytes that came at this time; says whether the bar that matters moved.
    pub fn feed(&mut self, at: Duration, bytes: &[u8]) -> bool {
        let before = self.chosen_mark();
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.feed(at, bytes, &mut |at, text, closed| self.piece(at, text, closed));
        self.pieces = pieces;
        before != self.chosen_mark()
    }

    /// Takes what the stream ended with.
    pub fn finish(&mut self) -> bool {
        let before = self.chosen_mark();
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.finish(&mut |at, text, closed| self.piece(at, text, closed));
        before != self.chosen_mark()
    }

    /// All bars in the order in which they appeared.
    pub fn bars(&self) -> impl Iterator<Item = &Bar> {
        self.bars.iter().map(|tracked| &tracked.bar)
    }

    /// Lines about a sample that had a line before.
    pub fn repeated(&self) -> u64 {
        self.ids.repeated
    }

    /// The bar that matters.
    pub fn chosen(&self) -> Option<&Bar> {
        if let Some(bar) = self.bars().find(|bar| bar.expected) {
            return Some(bar);
        }
        let outer = || self.bars().filter(|bar| bar.outermost && bar.total.is_some());
        outer()
            .filter(|bar| !bar.is_finished())
            .last()
            .or_else(|| outer().max_by_key(|bar| bar.took()))
            .or_else(|| self.bars().max_by_key(|bar| bar.took()))
    }

    fn chosen_mark(&self) -> Option<(usize, Mark)> {
        let chosen = self.chosen()?;
        let at = self.bars().position(|bar| std::ptr::eq(bar, chosen))?;
        Some((at, *chosen.marks.last()?))
    }

    fn piece(&mut self, at: Duration, text: &str, closed: bool) {
        if matches!(self.format, Format::Trainer)
            && let Some(epochs) = trainer::epochs(text)
        {
            self.epochs = Some(epochs);
        }
        let Some(mut shown) = self.format.shown(text, closed, &mut self.ids) else {
            return;
        };
        if shown.unit == trainer::UNIT {
            shown.total = self.epochs.map(|epochs| epochs * trainer::PARTS);
        }
        self.take(at, shown);
    }

    fn take(&mut self, at: Duration, shown: Shown) {
        let mark = Mark { at, done: shown.done };
        if let Some(known) = self.known(&shown) {
            let bar = &mut self.bars[known].bar;
            if bar.marks.last().is_none_or(|last| last.done < mark.done) {
                bar.marks.push(mark);
                bar.exact &= shown.exact;
            }
            if shown.done > 0 || bar.done() == 0 {
                return;
            }
            // From nothing again: another turn, below.
        }
        if self.bars.len() >= BARS {
            return;
        }
        let outermost = !self
            .bars()
            .any(|bar| bar.outermost && bar.total.is_some() && !bar.is_finished());
        let bar = Bar {
            expected: shown.total.is_some_and(|total| self.is_expected(total, shown.exact)),
            name: shown.name.clone(),
            unit: shown.unit,
            total: shown.total,
            exact: shown.exact,
            outermost,
            marks: vec![mark],
        };
        self.bars.push(Tracked {
            skeleton: skeleton(&shown.name),
            bar,
        });
    }

    /// The bar that is shown, if it is known: by its total and its name without numbers; where the name changed on the
    /// way, by its total and the count that is nearest below.
    fn known(&self, shown: &Shown) -> Option<usize> {
        let skeleton = skeleton(&shown.name);
        let same = |tracked: &&Tracked| tracked.bar.total == shown.total;
        let place = |found: &Tracked| self.bars.iter().position(|tracked| std::ptr::eq(tracked, found));
        let mut named = self
            .bars
            .iter()
            .filter(same)
            .filter(|tracked| tracked.skeleton == skeleton);
        if let Some(found) = named.next_back() {
            return place(found);
        }
        if shown.done == 0 {
            return None;
        }
        let near = self
            .bars
            .iter()
            .filter(same)
            .filter(|tracked| tracked.bar.done() <= shown.done);
        near.max_by_key(|tracked| tracked.bar.done()).and_then(place)
    }

    fn is_expected(&self, total: u64, exact: bool) -> bool {
        // Three digits are shown of a scaled number.
        let slack = if exact { 0 } else { total / 200 };
        self.expected.iter().any(|expected| expected.abs_diff(total) <= slack)
    }
}

#[cfg(test)]
mod tests;
