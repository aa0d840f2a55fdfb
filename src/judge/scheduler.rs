//! Jobs run under this scheduler, with these requests.
//!
//! ## What it checks
//! The directives of every job script in scope (`#SBATCH`, `#PBS`, `#BSUB`, `#$`) and the flags of `srun` and `sbatch`;
//! each key of the claim must hold in every job. Where the claim file names accounting: what the jobs of its rows had
//! (cores are not compared there, for a row counts those of all tasks).
//!
//! ## Why it can be wrong
//! `##SBATCH` is a comment; a request is what was asked for, not what was used. One job of eight that asks for another
//! partition leaves the claim to be clarified.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "cluster"
//! kind = "scheduler"
//! system = "slurm"
//! partition = "3090"
//! ```

use std::collections::BTreeMap;

use super::weigh::cite::cite;
use super::weigh::compared::{How, compare_value};
use super::weigh::scope::InScope;
use super::weigh::several;
use super::weigh::vote::{Ballot, Question, Stand};
use super::weigh::{self, named, recommend};
use super::{Case, Kind};
use crate::claim::{Field, Key, KindSpec, Shape};
use crate::evidence::{Ask, Expr, Form, Grade, Job, Limit, Statement, Subject};
use crate::quantity::{Locale, Precision, Stated, Unit, Value};
use crate::verdict::{Message, Ruling, Stance};

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "scheduler",
        about: include_str!("scheduler.rs"),
        keys: &[
            Key {
                name: "system",
                shape: Shape::OneOf(&["slurm", "pbs", "lsf", "sge"]),
                required: false,
                about: "Which scheduler the jobs are written for.",
            },
            Key {
                name: "partition",
                shape: Shape::Text,
                required: false,
                about: "The partition or queue.",
            },
            Key {
                name: "constraint",
                shape: Shape::Text,
                required: false,
                about: "The node feature asked for.",
            },
            Key {
                name: "nodes",
                shape: Shape::Stated,
                required: false,
                about: "Nodes per job.",
            },
            Key {
                name: "gpus",
                shape: Shape::Stated,
                required: false,
                about: "GPUs per job.",
            },
            Key {
                name: "cpus",
                shape: Shape::Stated,
                required: false,
                about: "CPU cores per task.",
            },
            Key {
                name: "memory",
                shape: Shape::Stated,
                required: false,
                about: "Host memory per job or node.",
            },
            Key {
                name: "time-limit",
                shape: Shape::Stated,
                required: false,
                about: "The time limit.",
            },
        ],
        shared: &["for", "grade", "in", "tolerance"],
        says: &[
            "system",
            "partition",
            "constraint",
            "nodes",
            "gpus",
            "cpus",
            "memory",
            "time-limit",
        ],
        subject: None,
        exact: true,
        usual_names: &[],
        deciding: Grade::Declared,
        check: |claim| {
            if claim.fields.0.is_empty() {
                Err("a scheduler claim needs at least one of its keys".to_string())
            } else {
                Ok(())
            }
        },
        dimension: None,
    },
    asks: |_, file| {
        let mut asks = vec![Ask::Scheduler];
        asks.extend(weigh::jobs::asks(file));
        asks
    },
    judge,
};

fn judge(case: &Case<'_>) -> Ruling {
    let rulings = case
        .claim
        .fields
        .0
        .iter()
        .map(|(key, field)| one(case, key, field))
        .collect();
    let mut ruling = several::all_must_hold(rulings);
    recommend::add_usual(case.claim, &mut ruling);
    ruling
}

/// Within a job that asks for a key itself, `srun` starts a step: it takes a part of what the job has, and asks for none.
fn drop_steps(lines: &mut Vec<&Statement>) {
    let own = |line: &Statement| line.place.excerpt.trim_start().starts_with('#');
    let step = |line: &Statement| line.place.excerpt.contains("srun");
    if lines.iter().any(|line| own(line)) {
        lines.retain(|line| own(line) || !step(line));
    }
}

/// One key of the claim over every job in scope.
fn one(case: &Case<'_>, key: &str, field: &Field) -> Ruling {
    let scope = InScope::of(case);
    let mut jobs: BTreeMap<&str, Vec<&Statement>> = BTreeMap::new();
    for statement in &case.evidence.statements {
        let Subject::Directive { key: asked, .. } = &statement.subject else {
            continue;
        };
        let live = statement.form != Form::CommentedOut && statement.dead.is_none();
        let speaks = key == "system" || asked == key;
        if live && speaks && scope.has(&statement.place.file) && !scope.excludes(&statement.place.file) {
            jobs.entry(&statement.place.file).or_default().push(statement);
        }
    }
    for lines in jobs.values_mut() {
        drop_steps(lines);
    }
    let expected = match field {
        Field::Stated(stated) => stated.to_string(),
        Field::Text(text) => text.clone(),
        _ => String::new(),
    };
    let mut ballots: Vec<Ballot> = jobs.values().map(|lines| ballot(case, key, field, lines)).collect();
    let bound = weigh::jobs::bound(case, |_| true);
    ballots.extend(
        bound
            .jobs
            .iter()
            .filter_map(|&(row, job)| accounted(case, key, field, row, job)),
    );
    Question {
        expected: format!("{key} {expected}"),
        ballots,
        context: Vec::new(),
        caveats: scope.caveats(),
        deciding: KIND.spec.deciding,
        floor: case.claim.floor,
        quorum: case.claim.quorum,
        silence: (named::silent_verdict(case), scope.silence(key)),
    }
    .decide()
}

/// One job: the last directive of a key is the one that counts, as for the scheduler itself.
fn ballot(case: &Case<'_>, key: &str, field: &Field, lines: &[&Statement]) -> Ballot {
    let (stand, deciding, found, caveats) = match (key, field) {
        ("system", Field::Text(system)) => {
            let of =
                |s: &&&Statement| matches!(&s.subject, Subject::Directive { system: theirs, .. } if theirs == system);
            match lines.iter().find(of) {
                Some(line) => (Stand::For, *line, system.clone(), Vec::new()),
                None => (Stand::Against, lines[0], super::weigh::cite::what(lines[0]), Vec::new()),
            }
        }
        _ => {
            let line = lines[lines.len() - 1];
            let text;
            let stated = match field {
                Field::Stated(stated) => stated,
                Field::Text(word) => {
                    text = Stated::Text(word.clone());
                    &text
                }
                _ => return silent(line),
            };
            let precision = if key == "memory" {
                Precision::Memory
            } else {
                Precision::Exact
            };
            let how = How {
                precision,
                unit: line.unit,
            };
            match line.value.literal() {
                Some(value) => {
                    let value = Value::clone(value);
                    let as_text = Value::Text(value.to_string());
                    let observed = if matches!(stated, Stated::Text(_)) {
                        as_text
                    } else {
                        value
                    };
                    let mut compared = compare_value(case.claim, stated, &observed, line.unit, how);
                    // Slurm's M and G are binary; people who ask for 48000 M mean 48 GB.
                    let decimal = line.unit.and_then(Unit::decimal_sibling).filter(|_| key == "memory");
                    if compared.stand == Stand::Against
                        && let Some(unit) = decimal
                    {
                        let again = compare_value(case.claim, stated, &observed, Some(unit), how);
                        if again.stand == Stand::For {
                            compared = again;
                            compared.caveats.push(Message::new("gb-or-gib"));
                        }
                    }
                    (compared.stand, line, shown(line), compared.caveats)
                }
                None => {
                    let why = Message::new("not-computed").with("text", &line.place.excerpt);
                    (Stand::Undecided(why), line, shown(line), Vec::new())
                }
            }
        }
    };
    let stance = match stand {
        Stand::For => Stance::Supports,
        Stand::Against => Stance::Contradicts,
        Stand::Undecided(_) => Stance::Context,
    };
    Ballot::new(stand, deciding.grade, found, vec![cite(deciding, stance)]).noting(caveats)
}

/// What the accounting says that a job had, as it would have been asked for. What a row does not say, and what is told by
/// task or by core, is left out.
fn accounted(case: &Case<'_>, key: &str, field: &Field, row: &Statement, job: &Job) -> Option<Ballot> {
    let count = |count: Option<u64>| {
        let count = i64::try_from(count?).ok()?;
        Some((Expr::Value(Value::from(count)), None))
    };
    let text = |text: &Option<String>| Some((Expr::Value(Value::Text(text.clone()?)), None));
    // Before a job ran nothing was given to it, and a partition may still be one of several.
    let ran = job.start.is_some() || job.elapsed.is_some_and(|seconds| seconds > 0);
    let had = &job.allocated;
    let (value, unit) = match key {
        "system" => (Expr::Value(Value::from("slurm")), None),
        "partition" if ran => text(&job.partition)?,
        "nodes" if ran => count(had.nodes)?,
        "gpus" if ran => count(had.gpus)?,
        "memory" if ran && had.nodes == Some(1) => {
            let mebibytes = had.memory_bytes? / (1024 * 1024);
            match mebibytes % 1024 {
                0 => (count(Some(mebibytes / 1024))?.0, Some(Unit::Gibibyte)),
                _ => (count(Some(mebibytes))?.0, Some(Unit::Mebibyte)),
            }
        }
        "time-limit" => match job.limit {
            Limit::Seconds(seconds) => (count(Some(seconds))?.0, Some(Unit::Second)),
            Limit::Unlimited | Limit::Partition | Limit::Unknown => return None,
        },
        _ => return None,
    };
    let line = Statement {
        subject: Subject::Directive {
            system: "slurm".to_string(),
            key: key.to_string(),
        },
        value,
        unit,
        ..row.clone()
    };
    Some(ballot(case, key, field, &[&line]))
}

fn silent(line: &Statement) -> Ballot {
    let why = Message::new("not-computed").with("text", &line.place.excerpt);
    Ballot::new(
        Stand::Undecided(why),
        line.grade,
        String::new(),
        vec![cite(line, Stance::Context)],
    )
}

/// The request as a quantity with its unit, a bare text otherwise.
fn shown(line: &Statement) -> String {
    let text = super::weigh::cite::shown(&line.value);
    match line.unit {
        Some(Unit::Second) => super::weigh::several::time(&text, Locale::English),
        Some(unit) => format!("{text} {unit}"),
        None => text,
    }
}
