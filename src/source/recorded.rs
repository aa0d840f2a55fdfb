//! Records of timed runs that claim files declare, held against the files that are there now.
//!
//! Why it can be wrong: a record beside the claim file is read whatever `in` says, and must then speak for this
//! repository alone: its subjects are hashed anew, and the first that differs makes it stale. One in the cache is read
//! only where a check that may run commands put it there or found it good. What is no record, or one
//! of another run, is a gap with its reason, and the claims that name it stay not-run.
//!
//! Example: `[run.eval]` in `claims/setup.toml` has its record in `claims/runs/eval.json`.

use std::path::{Path, PathBuf};

use super::FileFacts;
use super::config::plain;
use super::file::{Repository, digest, lies_at, read_named};
use super::subjects::{self, Standing};
use crate::evidence::{Ask, Expr, Form, Gap, GapReason, Grade, Instrument, Reading, Record, Statement, Subject};
use crate::place::Place;
use crate::quantity::{Number, Unit, Value};

/// A record in the user's cache: of a run that a check made itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The claim file that declares the run, and its name.
    pub claims: String,
    pub run: String,
    pub path: PathBuf,
    /// The path as reports have it, without the user's name.
    pub shown: String,
}

/// What the records say that these asks name, each with its path and hash; `shown` gives a path as the report has it,
/// where it may be read.
pub(super) fn records(
    repository: &Repository,
    asks: &[Ask],
    kept: &[Kept],
    shown: &dyn Fn(&Path) -> Option<String>,
) -> Vec<(String, Option<String>, FileFacts)> {
    let mut found = Vec::new();
    for ask in asks {
        let Ask::Record { claims, run, path } = ask else {
            continue;
        };
        let kept = kept.iter().find(|kept| kept.claims == *claims && kept.run == *run);
        let file = kept.map_or_else(|| lies_at(claims, path), |kept| kept.path.clone());
        if !file.exists() {
            continue;
        }
        let Some(name) = kept.map(|kept| kept.shown.clone()).or_else(|| shown(&file)) else {
            let gap = Gap {
                file: path.clone(),
                why: GapReason::OutsideRoot,
                detail: "a record lies in the project of its claim file".to_string(),
            };
            found.push((path.clone(), None, gap.into()));
            continue;
        };
        match read_named(&file, &name) {
            Ok(text) => {
                let mut facts = FileFacts::default();
                one(repository, (claims, run), &name, text.text(), &mut facts);
                found.push((name, Some(digest(text.text().as_bytes())), facts));
            }
            Err(error) => {
                let gap = Gap {
                    file: name.clone(),
                    why: GapReason::Unreadable,
                    detail: error.to_string(),
                };
                found.push((name, None, gap.into()));
            }
        }
    }
    found
}

fn one(repository: &Repository, (claims, run): (&str, &str), file: &str, text: &str, facts: &mut FileFacts) {
    let broken = |detail: String| Gap {
        file: file.to_string(),
        why: GapReason::Broken,
        detail,
    };
    let record = match Record::of_text(text) {
        Ok(record) => record,
        Err(error) => return facts.gaps.push(broken(error.to_string())),
    };
    let timed = record.predicate;
    if timed.name != run {
        let detail = format!("it is the record of the run `{}`, not of `{run}`", timed.name);
        return facts.gaps.push(broken(detail));
    }
    let Standing { stale, unseen } = subjects::standing(repository, &record.subject);
    let place = |excerpt: String| Place {
        time: Some(timed.started.clone()),
        job: timed.parts.first().and_then(|part| part.machine.job.clone()),
        device: timed
            .parts
            .first()
            .and_then(|part| part.devices.first())
            .map(|device| device.model.clone()),
        excerpt,
        ..Place::whole(file)
    };
    let statement = |subject: Subject, value: Expr, unit: Option<Unit>, place: Place| Statement {
        subject,
        form: Form::Data,
        value,
        place,
        grade: Grade::Measured,
        owner: vec![run.to_string()],
        unit,
        guards: Vec::new(),
        comment: None,
        dead: None,
    };
    let mut lines = text.lines().zip(1_u32..);
    for printed in &timed.settings {
        // Each stands behind the one before it, written as JSON has it.
        let written = serde_json::to_string(&printed.line).unwrap_or_default();
        let at = lines
            .find(|(line, _)| line.contains(&written))
            .map(|(_, number)| number);
        let place = Place {
            line: at,
            end_line: at,
            ..place(printed.line.clone())
        };
        let subject = Subject::Observed {
            claims: claims.to_string(),
            run: run.to_string(),
            name: printed.name.clone(),
        };
        facts
            .statements
            .push(statement(subject, plain(&printed.value), None, place));
    }
    for part in &timed.parts {
        for card in part.used() {
            let reading = Reading {
                by: Instrument::Nvml,
                claims: Some(claims.to_string()),
                run: Some(run.to_string()),
                host: Some(part.machine.host.clone()),
                time: Some(timed.started.clone()),
                job: part.machine.job.clone(),
                stand_in: part.machine.stand_in,
                card: card.clone(),
            };
            let at = Place {
                device: Some(card.shown()),
                ..place(String::new())
            };
            let value = Expr::Value(Value::Text(card.model.clone()));
            facts
                .statements
                .push(statement(Subject::Reading(Box::new(reading)), value, None, at));
        }
    }
    let total = timed
        .total
        .as_ref()
        .and_then(|total| Number::from_f64(total.estimate_seconds));
    let value = total.map_or(Expr::Opaque(String::new()), |seconds| {
        Expr::Value(Value::Number(seconds))
    });
    let whole = place(String::new());
    let subject = Subject::Timed {
        claims: claims.to_string(),
        run: run.to_string(),
        timed: Box::new(timed),
        subjects: record.subject,
        stale,
        unseen,
    };
    facts
        .statements
        .push(statement(subject, value, Some(Unit::Second), whole));
}
