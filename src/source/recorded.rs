//! Records of timed runs that claim files declare, held against the files that are there now.
//!
//! Why it can be wrong: a record beside the claim file is read whatever `in` says, and must then speak for this
//! repository alone: its subjects are hashed anew, and the first that differs makes it stale. What is no record, or one
//! of another run, is a gap with its reason, and the claims that name it stay not-run.
//!
//! Example: `[run.eval]` in `claims/setup.toml` has its record in `claims/runs/eval.json`.

use std::path::Path;

use super::FileFacts;
use super::config::scalar_of;
use super::file::{Repository, digest, read_named};
use super::subjects;
use crate::evidence::{Ask, Expr, Form, Gap, GapReason, Grade, Record, Statement, Subject};
use crate::place::Place;
use crate::quantity::{Number, Unit, Value};

/// What the records say that these asks name; `shown` gives a path as the report has it, where it may be read.
pub(super) fn records(repository: &Repository, asks: &[Ask], shown: &dyn Fn(&Path) -> Option<String>) -> FileFacts {
    let mut facts = FileFacts::default();
    for ask in asks {
        let Ask::Record { claims, run, path } = ask else {
            continue;
        };
        let folder = Path::new(claims).parent().unwrap_or(Path::new(""));
        let file = folder.join(path);
        if !file.exists() {
            continue;
        }
        let Some(name) = shown(&file) else {
            facts.gaps.push(Gap {
                file: path.clone(),
                why: GapReason::OutsideRoot,
                detail: "a record lies in the project of its claim file".to_string(),
            });
            continue;
        };
        match read_named(&file, &name) {
            Ok(text) => one(repository, (claims, run), &name, text.text(), &mut facts),
            Err(error) => facts.gaps.push(Gap {
                file: name,
                why: GapReason::Unreadable,
                detail: error.to_string(),
            }),
        }
    }
    facts
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
    let stale = subjects::stale(repository, &record.subject);
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
    for printed in &timed.settings {
        let at = text.lines().position(|line| line.contains(&printed.line)).map(|line| line as u32 + 1);
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
        facts.statements.push(statement(subject, scalar_of(&printed.value), None, place));
    }
    let total = timed.total.as_ref().and_then(|total| Number::from_f64(total.estimate_seconds));
    let value = total.map_or(Expr::Opaque(String::new()), |seconds| Expr::Value(Value::Number(seconds)));
    let whole = place(String::new());
    let subject = Subject::Timed {
        claims: claims.to_string(),
        run: run.to_string(),
        timed: Box::new(timed),
        stale,
    };
    facts.statements.push(statement(subject, value, Some(Unit::Second), whole));
    facts.digests.push((file.to_string(), digest(text.as_bytes())));
}
