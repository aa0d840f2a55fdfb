//! Commands that code runs: launches within every launch that comes to them.
//!
//! Why it can be wrong: `os.system(f"python train.py --lr {args.lr}")` passes what the outer command passed, and runs only
//! where that one comes to it. So each outer launch has a launch of its own here, with its flags, and a function that
//! nothing calls starts nothing.
//!
//! Example: `python run_all.py --lr 1e-4` in a job, and the call above in `run_all.py`: a launch of `train.py` with 1e-4.

use std::collections::BTreeSet;

use super::{Binder, Run, callers, strip};
use crate::evidence::{Grade, Idle, LaunchId, Link};
use crate::place::Place;
use crate::source::Command;

/// Programs that start programs that start programs: deeper is a loop.
const NESTED: usize = 3;

impl Binder<'_> {
    /// Commands that code runs: each is a launch within every launch that comes to it, under the flags of that one.
    pub(super) fn run_by_code(&mut self, runs: Vec<Run>) {
        if runs.is_empty() {
            return;
        }
        let started: BTreeSet<String> = runs
            .iter()
            .filter_map(|run| {
                let stripped = strip::strip(&run.command.words)?;
                let (entry, _) = self.started(&run.command, &stripped, &run.script);
                entry
            })
            .collect();
        self.entries_alone(&started);
        // What a launch starts may start others.
        let mut depth = vec![0; self.launches.len()];
        let mut at = 0;
        while at < self.launches.len() {
            let inner: Vec<usize> = runs
                .iter()
                .enumerate()
                .filter(|(_, run)| depth[at] < NESTED && self.comes_to(at, &run.command.place))
                .map(|(index, _)| index)
                .collect();
            let flags: Vec<Link> = match inner.is_empty() {
                true => Vec::new(),
                false => self
                    .links
                    .iter()
                    .filter(|link| link.launch == Some(at))
                    .cloned()
                    .collect(),
            };
            for index in inner {
                let Run {
                    command,
                    script,
                    through,
                    given,
                } = &runs[index];
                let mut given = given.clone();
                given.extend(flags.iter().map(|link| callers::Handed {
                    from: link.from,
                    to: link.to,
                    kind: link.kind,
                    slot: link.slot.clone(),
                }));
                let mut through = through.clone();
                let outer = &self.launches[at];
                // Its own file speaks for itself; what it reads from elsewhere is filled from there.
                through.extend(outer.reach.iter().filter(|file| **file != command.place.file).cloned());
                through.push(outer.place.file.clone());
                let grade = command.grade.min(if outer.command.is_empty() {
                    Grade::Launched
                } else {
                    outer.grade
                });
                let run = Run {
                    command: Command {
                        grade,
                        ..command.clone()
                    },
                    script: script.clone(),
                    through,
                    given,
                };
                self.run(run);
                self.idle_as(at, depth.len());
                depth.resize(self.launches.len(), depth[at] + 1);
            }
            at += 1;
        }
    }

    /// What a launch does not come to, the launches from `first` on that it started do not either, but for their own code.
    fn idle_as(&mut self, outer: LaunchId, first: LaunchId) {
        let idle = self.launches[outer].idle.clone();
        for id in first..self.launches.len() {
            let own = match self.launches[id].entry.clone() {
                Some(entry) => self.reach_of(&entry),
                None => Vec::new(),
            };
            let more = idle
                .iter()
                .filter(|idle| own.binary_search(&idle.file).is_err())
                .cloned();
            let all: BTreeSet<Idle> = self.launches[id].idle.iter().cloned().chain(more).collect();
            self.launches[id].idle = all.into_iter().collect();
        }
    }

    /// Whether a launch comes to a place of its code.
    fn comes_to(&self, launch: LaunchId, place: &Place) -> bool {
        let launch = &self.launches[launch];
        let own = !launch.command.is_empty() && launch.place.file == place.file;
        !own && launch.entry.is_some() && launch.runs_at(place)
    }
}

/// Whether commands of this file are run by code.
pub(super) fn is_code(file: &str) -> bool {
    file.ends_with(".py")
}
