//! The timed runs that claims rest on, as every format shows them.
//!
//! A run is here when a claim of the report names it and its record could be read, whatever became of it since: a stale
//! or disturbed record is what the reader has to hear of. What speaks against a record stands in its notes, and these
//! come before any figure.
//!
//! Why it can be wrong: a time that is shown beside a record that says nothing is believed. So the notes are the
//! judges' own, of all claims that rest on the run, and none of them is left out because another was said.
//!
//! Example: the run `eval` of `claims/setup.toml`, on which the claims 9 and 13 rest.

pub(super) mod facts;

use super::{Judged, Report};
use crate::evidence::{Hashed, Role, Stale, Subject, TimedRun, Total};
use crate::judge;
use crate::place::Place;
use crate::quantity::{Dimension, Precision, Unit, accepted_ends};
use crate::verdict::{Message, Stance};

/// A record, with the claims that rest on it.
#[derive(Debug)]
pub(super) struct RunRecord<'r> {
    pub(super) timed: &'r TimedRun,
    /// What was run, as it was then.
    pub(super) subjects: &'r [Hashed],
    pub(super) stale: Option<&'r Stale>,
    /// Of these, what is not here to be looked at.
    unseen: &'r [String],
    /// The record itself.
    pub(super) place: &'r Place,
    pub(super) claim_file: &'r str,
    /// In the order of the report, never empty.
    pub(super) claims: Vec<&'r Judged<'r>>,
    /// Part of the name of files that are about this run; no other run of the report has it.
    pub(super) slug: String,
}

impl Report<'_> {
    /// In the order of the first claim that rests on each.
    pub(super) fn runs(&self) -> Vec<RunRecord<'_>> {
        let mut runs: Vec<RunRecord<'_>> = Vec::new();
        for judged in &self.claims {
            let Some(name) = &judged.claim.run else { continue };
            let known = |run: &&mut RunRecord<'_>| run.timed.name == *name && run.claim_file == judged.claim_file;
            if let Some(run) = runs.iter_mut().find(known) {
                run.claims.push(judged);
                continue;
            }
            let found = self
                .evidence
                .statements
                .iter()
                .find_map(|statement| match &statement.subject {
                    Subject::Timed {
                        claims,
                        run,
                        timed,
                        subjects,
                        stale,
                        unseen,
                    } if run == name && claims == judged.claim_file => {
                        Some((timed, subjects, (stale.as_ref(), unseen), &statement.place))
                    }
                    _ => None,
                });
            let Some((timed, subjects, (stale, unseen), place)) = found else {
                continue;
            };
            let slug = slug(name, &runs);
            runs.push(RunRecord {
                timed,
                subjects,
                stale,
                unseen,
                place,
                claim_file: judged.claim_file,
                claims: vec![judged],
                slug,
            });
        }
        runs
    }
}

/// The run's name as part of a file name; two claim files may each have a run of one name.
fn slug(name: &str, taken: &[RunRecord<'_>]) -> String {
    let plain: String = name
        .chars()
        .map(|sign| {
            if sign.is_alphanumeric() || sign == '_' {
                sign
            } else {
                '-'
            }
        })
        .collect();
    let free = |slug: &String| !taken.iter().any(|run| run.slug.to_lowercase() == slug.to_lowercase());
    let numbered = (2_u64..).map(|number| format!("{plain}-{number}"));
    std::iter::once(plain.clone())
        .chain(numbered)
        .find(free)
        .unwrap_or(plain)
}

impl RunRecord<'_> {
    /// What speaks against the record, or limits what it says: first what holds for all claims, then for some.
    pub(super) fn notes(&self) -> Vec<Message> {
        let timed = self.timed;
        let mut notes = Vec::new();
        match self.stale {
            Some(Stale::Changed { file }) => {
                notes.push(Message::new("record-stale").with("run", &timed.name).with("file", file));
            }
            Some(Stale::Gone { file }) => {
                notes.push(
                    Message::new("record-of-what-is-gone")
                        .with("run", &timed.name)
                        .with("file", file),
                );
            }
            None => {}
        }
        for what in &timed.disturbed {
            notes.push(
                Message::new("record-disturbed")
                    .with("run", &timed.name)
                    .with("what", what),
            );
        }
        notes.extend(judge::limits_of_a_record(timed, self.subjects, self.unseen));
        let of_record = |place: &Place| place.file == self.place.file;
        let cited = self
            .claims
            .iter()
            .flat_map(|judged| &judged.ruling.citations)
            .filter(|citation| citation.stance == Stance::Context && of_record(&citation.place))
            .filter_map(|citation| citation.note.as_ref());
        for note in cited {
            // What the interval is made of stands among the figures.
            if note.code != "timed-of" && !notes.contains(note) {
                notes.push(note.clone());
            }
        }
        notes
    }

    pub(super) fn is_on_a_stand_in(&self) -> bool {
        self.timed.parts.iter().any(|part| part.machine.stand_in)
    }

    /// The time of the whole; none of a run that ended so that its times say nothing.
    pub(super) fn total(&self) -> Option<&Total> {
        self.timed.total.as_ref().filter(|_| self.timed.ending.has_time())
    }

    /// Samples of the whole, where that is known.
    pub(super) fn population(&self) -> Option<u64> {
        let total = self.timed.total.as_ref().map(|total| total.population);
        total.or(self.timed.asked.population)
    }

    /// How many of its files were what to the run, in the order of [`Role`].
    pub(super) fn roles(&self) -> Vec<(Role, usize)> {
        [Role::Code, Role::Data, Role::Model, Role::Container]
            .into_iter()
            .map(|role| {
                let of = self.subjects.iter().filter(|subject| subject.annotations == role);
                (role, of.count())
            })
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// What the claims of a run time that rest on it accept, in seconds, each as the paper has it; an open end is none.
    pub(super) fn claimed(&self) -> Vec<Claimed> {
        let mut claimed: Vec<Claimed> = Vec::new();
        for judged in self.claims.iter().filter(|judged| judged.claim.kind == "runtime") {
            let Some(stated) = &judged.claim.value else { continue };
            if stated.unit().map(Unit::dimension) != Some(Dimension::Time) {
                continue;
            }
            let tolerance = judged.claim.tolerance.as_ref();
            if let Some((low, high)) = accepted_ends(stated, Precision::Runtime, tolerance) {
                let one = Claimed {
                    said: stated.to_string(),
                    low,
                    high,
                };
                if !claimed.contains(&one) {
                    claimed.push(one);
                }
            }
        }
        claimed
    }
}

/// A run time that the paper claims.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claimed {
    /// `3-4 hours`.
    pub(super) said: String,
    /// Seconds that it accepts.
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
}
