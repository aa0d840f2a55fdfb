//! Readings of machines that claim files name: what `verify probe` wrote, card by card.
//!
//! Why it can be wrong: a reading beside the claim file is read whatever `in` says, and must be what was written: one that
//! was edited, cut off or is of another layout says nothing, and neither does one of a machine on which no card could be
//! read (a login node). Each of these is a statement with its reason, so that the claims that rest on it can say it.
//!
//! The Python packages of a reading, and its driver, are statements as those of an installed environment: `installed`, then
//! the claim file that names the reading.
//!
//! Example: `readings = ["evidence/node17.json"]` gives one statement a card, cited at the line that names it.

use std::collections::BTreeSet;
use std::path::Path;

use super::FileFacts;
use super::file::{digest, read_named};
use crate::evidence::{
    Ask, Expr, Form, Gap, GapReason, Grade, Instrument, Probed, ReadCard, Reading, Statement, Subject,
};
use crate::place::{Place, SourceText};
use crate::quantity::Value;
use crate::quantity::packages::normalised;

/// What the readings say that these asks name, each with its path and hash; `shown` gives a path as the report has it,
/// where it may be read.
pub(super) fn readings(
    asks: &[Ask],
    shown: &dyn Fn(&Path) -> Option<String>,
) -> Vec<(String, Option<String>, FileFacts)> {
    let named: BTreeSet<(&str, &str)> = asks
        .iter()
        .filter_map(|ask| match ask {
            Ask::Readings { claims, path } => Some((claims.as_str(), path.as_str())),
            _ => None,
        })
        .collect();
    named
        .into_iter()
        .map(|(claims, path)| {
            let file = Path::new(claims).parent().unwrap_or(Path::new("")).join(path);
            let refused = |name: &str, why: GapReason, detail: String| none(claims, name, why, detail);
            if !file.exists() {
                let facts = refused(path, GapReason::Unreadable, "there is no such file".to_string());
                return (path.to_string(), None, facts);
            }
            let Some(name) = shown(&file) else {
                let detail = "a reading lies in the project of its claim file".to_string();
                return (path.to_string(), None, refused(path, GapReason::OutsideRoot, detail));
            };
            match read_named(&file, &name) {
                Ok(text) => {
                    let facts = match Probed::of_text(text.text()) {
                        Ok(probed) => {
                            let mut facts = cards(claims, &text, &probed);
                            facts.statements.extend(packages(claims, &text, &probed));
                            facts
                        }
                        Err(error) => refused(&name, GapReason::Broken, error.to_string()),
                    };
                    let digest = digest(text.text().as_bytes());
                    (name, Some(digest), facts)
                }
                Err(error) => {
                    let facts = refused(&name, GapReason::Unreadable, error.to_string());
                    (name, None, facts)
                }
            }
        })
        .collect()
}

fn cards(claims: &str, text: &SourceText, probed: &Probed) -> FileFacts {
    if probed.gpus.cards.is_empty() {
        let why = probed.gpus.unread.join("; ");
        let detail = format!("on `{}` no card was read: {why}", probed.host);
        return none(claims, text.path(), GapReason::Unreadable, detail);
    }
    let mut at = 0;
    let statements = probed
        .gpus
        .cards
        .iter()
        .map(|card| {
            let range = line_of(text.text(), "model", &card.model, at);
            at = range.end;
            statement(claims, text, probed, card, range)
        })
        .collect();
    FileFacts {
        statements,
        ..FileFacts::default()
    }
}

/// What was installed there: the packages of the environments that were asked for, and the driver.
fn packages(claims: &str, text: &SourceText, probed: &Probed) -> Vec<Statement> {
    let mut at = text.text().find("\"python\"").unwrap_or_default();
    let mut found = Vec::new();
    let mut installed = |package: &str, version: &str, key: &str, at: &mut usize| {
        let range = line_of(text.text(), key, version, *at);
        *at = range.end;
        let place = Place {
            job: probed.slurm.as_ref().map(|slurm| slurm.job.clone()),
            time: Some(probed.time.clone()),
            ..text.place(range)
        };
        found.push(Statement {
            subject: Subject::Dependency {
                package: normalised(package),
                extra: None,
                marker: None,
                locked: true,
            },
            form: Form::Requirement,
            value: Expr::Value(Value::Text(format!("=={version}"))),
            owner: vec!["installed".to_string(), claims.to_string()],
            ..bare(place, "")
        });
    };
    for environment in &probed.python {
        for (package, version) in &environment.packages {
            installed(package, version, package, &mut at);
        }
    }
    if let Some(driver) = probed.gpus.driver.as_ref().filter(|_| !probed.stand_in) {
        installed("driver", driver, "driver", &mut 0);
    }
    found
}

/// The key with this name and value, behind what was found before it.
fn line_of(text: &str, key: &str, value: &str, from: usize) -> std::ops::Range<usize> {
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let (name, written) = (quoted(key), quoted(value));
    let rest = text.get(from..).unwrap_or_default();
    let key = rest.match_indices(&name).find_map(|(key, _)| {
        let value = &rest[key + name.len()..];
        let behind = value.trim_start().strip_prefix(':')?.trim_start();
        behind
            .starts_with(&written)
            .then(|| key..rest.len() - behind.len() + written.len())
    });
    key.map_or(from..from, |key| from + key.start..from + key.end)
}

fn statement(
    claims: &str,
    text: &SourceText,
    probed: &Probed,
    card: &ReadCard,
    range: std::ops::Range<usize>,
) -> Statement {
    let reading = Reading {
        by: Instrument::Nvml,
        claims: Some(claims.to_string()),
        run: None,
        host: Some(probed.host.clone()),
        time: Some(probed.time.clone()),
        job: probed.slurm.as_ref().map(|slurm| slurm.job.clone()),
        stand_in: probed.stand_in,
        card: card.clone(),
    };
    let place = Place {
        job: reading.job.clone(),
        device: Some(card.index.to_string()),
        time: reading.time.clone(),
        ..text.place(range)
    };
    Statement {
        subject: Subject::Reading(Box::new(reading)),
        value: Expr::Value(Value::Text(card.shown())),
        grade: Grade::Measured,
        ..bare(place, &probed.host)
    }
}

/// That a file gives no card, and why.
fn none(claims: &str, file: &str, why: GapReason, detail: String) -> FileFacts {
    FileFacts {
        statements: vec![Statement {
            subject: Subject::NoReading {
                claims: claims.to_string(),
            },
            value: Expr::Value(Value::Text(detail.clone())),
            ..bare(Place::whole(file), "")
        }],
        gaps: vec![Gap {
            file: file.to_string(),
            why,
            detail,
        }],
        ..FileFacts::default()
    }
}

fn bare(place: Place, host: &str) -> Statement {
    Statement {
        subject: Subject::Present,
        form: Form::Data,
        value: Expr::Opaque(String::new()),
        place,
        grade: Grade::Measured,
        owner: Some(host.to_string())
            .filter(|host| !host.is_empty())
            .into_iter()
            .collect(),
        unit: None,
        guards: Vec::new(),
        comment: None,
        dead: None,
    }
}
