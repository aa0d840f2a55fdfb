//! Evidence that says something else: the statements at some places with other values, or about other things.
//!
//! Why it can be wrong: a statement that is taken away proves little, for a silent repository supports nothing anyway.
//! So what a place says is changed first ([`Depth::Value`]), and only where the claim rests on its being there at all (an
//! import, a call) what it is about ([`Depth::Subject`]).
//!
//! Example: `--batch_size 50` at `slurm/04.job:58` becomes `--batch_size 59050`; `import scipy` is one of another package.

use bigdecimal::BigDecimal;

use super::values::NOWHERE;
use crate::evidence::{Evidence, Expr, Job, Limit, ReadCard, Statement, Subject};
use crate::place::Place;
use crate::quantity::{Number, Quantity, Stated, Value};

/// What of a statement is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What it says.
    Value,
    /// What it is about.
    Subject,
}

/// Changes every statement at these places; whether there was one.
pub(crate) fn changed_at(evidence: &mut Evidence, places: &[Place], depth: Depth) -> bool {
    let mut found = false;
    for statement in &mut evidence.statements {
        if places.contains(&statement.place)
            && !matches!(statement.subject, Subject::Quote { .. } | Subject::Printed { .. })
        {
            found |= match depth {
                Depth::Value => value(statement),
                Depth::Subject => subject(statement),
            };
        }
    }
    for (number, place) in places.iter().enumerate().filter(|(_, place)| place.line.is_none()) {
        found |= match depth {
            Depth::Value => content(evidence, &place.file, number),
            Depth::Subject => gone(evidence, &place.file),
        };
    }
    found
}

/// A file that is cited as a whole is cited by its content: another one, and unlike that of any other file.
fn content(evidence: &mut Evidence, file: &str, number: usize) -> bool {
    let digest = evidence.digests.get_mut(file);
    digest.map(|digest| *digest = format!("{:064x}", number + 1)).is_some()
}

/// Or by its being there at all.
fn gone(evidence: &mut Evidence, file: &str) -> bool {
    let mut found = false;
    for scope in &mut evidence.scopes {
        let before = scope.files.len();
        scope.files.retain(|other| other != file);
        found |= scope.files.len() < before;
    }
    evidence
        .statements
        .iter_mut()
        .filter(|statement| {
            statement.place.file == file && matches!(statement.subject, Subject::File | Subject::Present)
        })
        .for_each(|statement| statement.place.file = NOWHERE.to_string());
    found
}

/// Whether the statement says something that could be changed.
fn value(statement: &mut Statement) -> bool {
    match &mut statement.subject {
        Subject::Card { card, .. } => {
            // Eleven gigabytes are rare; the other card has sixteen.
            let other = if card.contains("2080 Ti") || card.contains("1080 Ti") {
                "Tesla T4"
            } else {
                "RTX 2080 Ti"
            };
            *card = other.to_string();
            // No job has as many of them.
            statement.value = Expr::Value(Value::Text(format!("1987 {other}")));
            true
        }
        Subject::Prose { stated, .. } => {
            *stated = other_stated(stated);
            expression(&mut statement.value);
            true
        }
        Subject::Dependency { .. } => {
            statement.value = Expr::Value(Value::Text(">=9876.5".to_string()));
            true
        }
        Subject::Job { job, .. } => {
            other_job(job);
            true
        }
        // A run of another length, that printed other numbers, on one card more: none of it is in the value that is shown.
        Subject::Timed { timed, .. } => {
            let other = |sign: char| {
                sign.to_digit(10)
                    .and_then(|digit| char::from_digit((digit + 1) % 10, 10))
            };
            let printed: String = timed.output.chars().map(|sign| other(sign).unwrap_or(sign)).collect();
            let differs = printed != timed.output;
            timed.output = printed;
            let is_timed = timed.total.as_mut().is_some_and(|total| {
                for seconds in [
                    &mut total.low_seconds,
                    &mut total.estimate_seconds,
                    &mut total.high_seconds,
                ] {
                    *seconds = *seconds * 1_000.0 + 9_050.0;
                }
                true
            });
            let one_more = timed.parts.iter_mut().map(|part| {
                let index = part.devices.iter().map(|card| card.index + 1).max();
                let used = part.used().last().cloned();
                let (Some(index), Some(used)) = (index, used) else {
                    return false;
                };
                part.devices.push(ReadCard { index, ..used });
                part.telemetry.cards_used.push(index);
                true
            });
            let on_more = one_more.fold(false, |found, more| more | found);
            differs || is_timed || on_more
        }
        // Another card, of another size, that is no slice of the old one.
        Subject::Reading(reading) => {
            let card = &mut reading.card;
            let (other, mib) = if card.model.contains("2080 Ti") || card.model.contains("1080 Ti") {
                ("Tesla T4", 15_360)
            } else {
                ("NVIDIA GeForce RTX 2080 Ti", 11_264)
            };
            card.model = other.to_string();
            card.total_bytes = Some(mib * 1024 * 1024);
            card.slice = None;
            statement.value = Expr::Value(Value::Text(other.to_string()));
            true
        }
        _ => expression(&mut statement.value),
    }
}

fn subject(statement: &mut Statement) -> bool {
    match &mut statement.subject {
        Subject::Dependency { package, .. } => *package = NOWHERE.to_string(),
        Subject::Import { package, symbol, via } => {
            *package = NOWHERE.to_string();
            *symbol = NOWHERE.to_string();
            *via = None;
        }
        Subject::Call { callee: name } | Subject::Definition { symbol: name } | Subject::Setting { name } => {
            *name = NOWHERE.to_string();
        }
        Subject::Directive { system, .. } => *system = NOWHERE.to_string(),
        Subject::Selected { select: text, .. } | Subject::Hit { pattern: text } => *text = NOWHERE.to_string(),
        Subject::Card { .. }
        | Subject::Prose { .. }
        | Subject::Rows { .. }
        | Subject::NothingSelected { .. }
        | Subject::Audio { .. }
        | Subject::Job { .. }
        | Subject::Timed { .. }
        | Subject::Observed { .. }
        | Subject::Reading(_)
        | Subject::NoReading { .. }
        | Subject::File
        | Subject::Present
        | Subject::Lines
        | Subject::Quote { .. }
        | Subject::Printed { .. } => return false,
    }
    true
}

/// Other literals in the same expression; whether there was one.
fn expression(expr: &mut Expr) -> bool {
    match expr {
        Expr::Value(value) => {
            *value = other(value);
            true
        }
        Expr::Unary { operand, .. } => expression(operand),
        Expr::Binary { left, right, .. } => expression(left) | expression(right),
        Expr::List(items) => items.iter_mut().fold(false, |found, item| expression(item) | found),
        Expr::Map(entries) => entries
            .iter_mut()
            .fold(false, |found, (_, value)| expression(value) | found),
        Expr::Call { args, .. } => args
            .iter_mut()
            .fold(false, |found, arg| expression(&mut arg.value) | found),
        Expr::Choice { then, otherwise, .. } => expression(then) | expression(otherwise),
        Expr::Ref(_) | Expr::Opaque(_) => false,
    }
}

fn other(value: &Value) -> Value {
    match value {
        Value::Null => Value::from(59_000),
        Value::Bool(value) => Value::Bool(!value),
        Value::Number(number) => Value::Number(other_number(number)),
        Value::Text(text) => match Number::parse_literal(text) {
            Some(number) => Value::Text(other_number(&number).text),
            None => Value::Text(NOWHERE.to_string()),
        },
        Value::List(items) if items.is_empty() => Value::List(vec![Value::from(59_000)]),
        Value::List(items) => Value::List(items.iter().map(other).collect()),
        Value::Map(entries) => Value::Map(entries.iter().map(|(key, value)| (key.clone(), other(value))).collect()),
    }
}

/// A job of another length, in another place, with more of everything than any job has.
fn other_job(job: &mut Job) {
    let other = |count: &mut Option<u64>| *count = count.map(|count| count.saturating_mul(1_000).saturating_add(9_050));
    other(&mut job.elapsed);
    for resources in [&mut job.allocated, &mut job.requested] {
        for count in [
            &mut resources.nodes,
            &mut resources.cpus,
            &mut resources.memory_bytes,
            &mut resources.gpus,
        ] {
            other(count);
        }
        resources
            .gpu_types
            .iter_mut()
            .for_each(|label| *label = "t4".to_string());
    }
    if let Limit::Seconds(seconds) = &mut job.limit {
        *seconds = seconds.saturating_mul(1_000).saturating_add(9_050);
    }
    job.partition = job.partition.as_ref().map(|_| NOWHERE.to_string());
}

fn other_number(number: &Number) -> Number {
    Number::from_decimal(&(number.value.abs() * BigDecimal::from(1_000) + BigDecimal::from(9_050)))
}

fn other_stated(stated: &Stated) -> Stated {
    match stated.quantity() {
        Some(quantity) => Stated::Exact(Quantity {
            number: other_number(&quantity.number),
            unit: quantity.unit,
        }),
        None => Stated::Text(NOWHERE.to_string()),
    }
}
