//! A command run again over the samples that its first run was fed, as often as `repeats` says.
//!
//! The command is the same, its arguments too; which samples it takes, in which order and by which seed is its own
//! affair. What it says of each sample is taken from JSON lines with an `id`; a later run ends once every sample of the
//! first had its line, and at the latest when its budget is spent.
//!
//! Why it can be wrong: a later run that fails says nothing of the first, whose time stands; that nothing was checked is
//! then said with its reason. Nobody watches the machine meanwhile: a later run that others slowed down hides a cache
//! that is half as fast, though not one whose answers cost nothing.
//!
//! Example: `repeats = 2`, cut off after 2,000 clips: the command runs once more, until those 2,000 had their line again.

use std::collections::BTreeSet;
use std::time::Duration;

use super::child::{self, Event, Flow, How, Limits, StartError, Surroundings};
use super::progress::{Fed, Format, Reader};
use super::repeats::compare;
use crate::evidence::{CommandLine, Repeats};

/// How a command is run.
pub(super) struct Again<'a> {
    pub(super) line: &'a CommandLine,
    pub(super) around: &'a Surroundings<'a>,
    pub(super) limits: &'a Limits,
    /// How often, the first time included.
    pub(super) times: u64,
}

impl Again<'_> {
    /// Runs it again and holds what it says against the `first` run; the second says whether something was kept. Nothing
    /// where one time was asked for.
    pub(super) fn check(&self, first: &[Fed]) -> Result<Option<(Repeats, bool)>, StartError> {
        if self.times < 2 {
            return Ok(None);
        }
        if first.is_empty() {
            let why = "its output names no samples: JSON lines with an `id` would (`progress = \"json\"`)";
            return Ok(Some((unchecked(1, why.to_string()), false)));
        }
        let wanted: BTreeSet<&str> = ids(first).collect();
        let mut laps = Vec::new();
        for time in 2..=self.times {
            let (lap, how, message) = self.lap(&wanted)?;
            if !matches!(how, How::Exited(0) | How::Stopped | How::Budget) {
                let why = format!("the command was run over the same samples, the time number {time}: {message}");
                return Ok(Some((unchecked(time, why), false)));
            }
            laps.push(lap);
        }
        Ok(Some(compare(first, &laps)))
    }

    /// One more run: what it says of the samples that are wanted, and how it ended.
    fn lap(&self, wanted: &BTreeSet<&str>) -> Result<(Vec<Fed>, How, String), StartError> {
        let mut reader = Reader::new(Format::Json, Vec::new());
        let (mut open, mut lines) = (wanted.clone(), 0);
        let mut feed = |reader: &mut Reader, at: Duration, bytes: &[u8]| {
            // A bar is not looked for: lines about samples are all that counts.
            reader.feed(at, bytes);
            for id in reader.fed().iter().skip(lines).flat_map(|fed| &fed.ids) {
                open.remove(id.as_str());
            }
            lines = reader.fed().len();
            open.is_empty()
        };
        let ended = child::run(self.line, self.around, self.limits, &mut |event| match event {
            Event::Bytes { at, bytes } if feed(&mut reader, at, bytes) => Flow::Stop,
            _ => Flow::GoOn,
        })?;
        reader.finish();
        Ok((reader.fed().to_vec(), ended.how, ended.message()))
    }
}

fn ids(fed: &[Fed]) -> impl Iterator<Item = &str> {
    fed.iter().flat_map(|fed| fed.ids.iter().map(String::as_str))
}

fn unchecked(times: u64, why: String) -> Repeats {
    Repeats {
        times,
        unchecked: Some(why),
        ..Repeats::default()
    }
}

/// Why a run whose samples got faster has no time.
pub(super) fn kept(repeats: &Repeats) -> String {
    let middle = repeats.ratio.unwrap_or(1.0) * 100.0;
    format!(
        "the same samples took {middle:.0} % of their first time when they were fed again ({} of {} less than half): something keeps what was computed or read, and nobody knows what new samples take",
        repeats.halved, repeats.compared
    )
}
