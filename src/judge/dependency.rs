//! A package is depended on, in a version.
//!
//! ## What it checks
//! What manifests, install lines, images and modules declare, and what an environment holds that `in` names, or that a
//! reading of the machine holds which the claim file names: a lock or pin speaks before a range of the same environment,
//! every other manifest is its own occasion. An import is a trace, never a declaration: used but not declared asks for clarification.
//!
//! ## Why it can be wrong
//! `torch>=2.0` is no proof that 2.1.0 ran: a pin inside an open range is not settled by it. `installed` asks for a
//! lock, a freeze, a record or an installed environment.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "transformers"
//! kind = "dependency"
//! package = "transformers"
//! version = "≥4.40"
//! ```

use std::collections::BTreeSet;

use super::weigh::cite::{cite, noted};
use super::weigh::declared::{allows, ballot, expected, not_installed, package, undecided, within};
use super::weigh::environments::{constrains, folder_of, included, locked, manifests, of_a_run};
use super::weigh::readings::{self, Installed};
use super::weigh::recommend;
use super::weigh::scope::InScope;
use super::weigh::undeclared::{a_few, silence, undeclared};
use super::weigh::vote::{Ballot, Question};
use super::{Case, Kind};
use crate::claim::{Claim, Field, Key, KindSpec, Shape};
use crate::evidence::{Ask, Dead, Form, Grade, Statement, Subject};
use crate::quantity::packages::canonical;
use crate::verdict::{Citation, Message, Ruling, Stance, Verdict};

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "dependency",
        about: include_str!("dependency.rs"),
        keys: &[
            Key {
                name: "package",
                shape: Shape::Text,
                required: true,
                about: "The package's name, also `python`, `cuda`, `cudnn`, `driver`; `pytorch` is torch.",
            },
            Key {
                name: "version",
                shape: Shape::Version,
                required: false,
                about: "What the paper says of its version: `2.x`, `≥4.40`, `2.6.0`, `\"source\"`.",
            },
            Key {
                name: "works-with",
                shape: Shape::Version,
                required: false,
                about: "A range that must lie inside what is declared: `3.8-3.11`.",
            },
            Key {
                name: "installed",
                shape: Shape::Version,
                required: false,
                about: "The version that was there: a lock, freeze, record or installed environment decides.",
            },
            Key {
                name: "extra",
                shape: Shape::BoolOrText,
                required: false,
                about: "`false`: a core dependency; `true`: any extra; a name: that extra.",
            },
        ],
        shared: &["for", "grade", "in"],
        says: &["version", "works-with", "installed", "extra"],
        subject: Some("package"),
        exact: true,
        usual_names: &[],
        deciding: Grade::Declared,
        check: |claim| {
            let given = ["version", "works-with", "installed"]
                .iter()
                .filter(|key| claim.fields.get(key).is_some())
                .count();
            if given > 1 {
                Err("at most one of `version`, `works-with` and `installed`".to_string())
            } else {
                Ok(())
            }
        },
        dimension: None,
    },
    asks: |claim, file| {
        let own = Ask::Dependency {
            package: package(claim),
        };
        std::iter::once(own).chain(readings::asks(file)).collect()
    },
    judge,
};

fn judge(case: &Case<'_>) -> Ruling {
    let claim = case.claim;
    let wanted = package(claim);
    let scope = InScope::of(case);
    let statements = &case.evidence.statements;
    let mut declared: Vec<&Statement> = Vec::new();
    // What one run had installed is no manifest: it says what was there, or what a claim that names the run asks.
    let speaks_of_runs = claim.fields.get("installed").is_some() || !claim.scope.include.is_empty();
    let mut commented: Vec<&Statement> = Vec::new();
    let mut traces: Vec<&Statement> = Vec::new();
    let mut caveats = scope.caveats();
    for statement in statements
        .iter()
        .filter(|statement| !scope.excludes(&statement.place.file))
    {
        match &statement.subject {
            Subject::Dependency { package, .. } if canonical(package) == wanted => {
                let speaks = match readings::installed(case, statement) {
                    Installed::Elsewhere => {
                        scope.has(&statement.place.file) && (speaks_of_runs || !of_a_run(statement))
                    }
                    Installed::Here => true,
                    Installed::Silent(why) => {
                        caveats.extend(why);
                        false
                    }
                };
                if !speaks {
                    continue;
                }
                if statement.form == Form::CommentedOut {
                    commented.push(statement);
                } else {
                    declared.push(statement);
                }
            }
            Subject::Import { package, .. }
                if canonical(package) == wanted && statement.dead != Some(Dead::BranchNotTaken) =>
            {
                traces.push(statement);
            }
            _ => {}
        }
    }
    // What nothing runs (a stage that is thrown away, a branch that is never taken) speaks only where nothing else does.
    if declared.iter().any(|s| s.dead.is_none()) {
        declared.retain(|s| s.dead.is_none());
    }
    let (declared, in_extras) = by_extra(claim, declared);
    if declared.is_empty() && !in_extras.is_empty() {
        return extra_only(case, &wanted, &in_extras);
    }
    let mut manifests = manifests(case.evidence, &declared);
    for (range, pin) in included(case.evidence, &declared) {
        // A pin outside of the range is met by nothing: then both speak.
        if within(pin, range) {
            manifests
                .iter_mut()
                .for_each(|lines| lines.retain(|line| !std::ptr::eq(*line, range)));
        }
    }
    // What nobody installs may be true, and is not shown to be.
    let nothing = declared.iter().all(|s| s.dead.is_some() || constrains(s));
    let mut ballots: Vec<Ballot> = manifests
        .iter()
        .map(|lines| match lines.first().filter(|_| nothing) {
            Some(first) => undecided(ballot(claim, lines, &mut caveats), not_installed(&wanted, first)),
            None => ballot(claim, lines, &mut caveats),
        })
        .collect();
    let mut context: Vec<Citation> = commented
        .iter()
        .map(|s| noted(s, Stance::Context, Message::new("commented-out")))
        .collect();
    if claim.fields.get("extra").is_none() {
        let extras: Vec<String> = declared.iter().filter_map(|s| extra_of(s)).collect();
        if !extras.is_empty() {
            caveats.push(
                Message::new("declared-in-extra")
                    .with("package", &wanted)
                    .with("extras", extras.join(", ")),
            );
        }
    }
    if claim.fields.get("installed").is_some() {
        ballots.retain(|ballot| ballot.grade >= Grade::Declared);
        // Where something decides it, what merely allows it does not vote.
        let decides = |lines: &Vec<&Statement>| lines.iter().any(|s| locked(s));
        if manifests.iter().any(decides) {
            let open: Vec<Ballot> = manifests
                .iter()
                .filter(|lines| !decides(lines) && lines.iter().all(|s| allows(claim, s)))
                .map(|lines| ballot(claim, lines, &mut Vec::new()))
                .collect();
            ballots.retain(|ballot| !open.iter().any(|open| open.citations == ballot.citations));
        }
    }
    if let Some(files) = case.evidence.unimported.get(&wanted)
        && !ballots.is_empty()
        && traces.is_empty()
    {
        caveats.push(
            Message::new("declared-and-not-imported")
                .with("package", &wanted)
                .with("count", files),
        );
    }
    let silence = silence(case, &scope, &wanted, &traces);
    let mentions = traces
        .iter()
        .map(|s| noted(s, Stance::Context, Message::new("import-is-a-trace")));
    if ballots.is_empty() {
        let shown = a_few(&traces);
        let more = traces.len() - shown.len();
        if more > 0 {
            caveats.push(
                Message::new("more-imports")
                    .with("package", &wanted)
                    .with("count", more),
            );
        }
        context.extend(shown.into_iter().map(|s| cite(s, Stance::Contradicts)));
    } else {
        context.extend(mentions.take(3));
    }
    let recommendations = if ballots.is_empty() && !traces.is_empty() {
        undeclared(case, &wanted, &traces)
    } else {
        Vec::new()
    };
    let mut ruling = Question {
        expected: expected(claim),
        ballots,
        context,
        caveats,
        deciding: Grade::Declared,
        floor: claim.floor,
        quorum: claim.quorum,
        silence,
    }
    .decide();
    ruling.recommendations.extend(recommendations);
    if ruling.verdict == Verdict::Discrepancy {
        recommend::add_usual(claim, &mut ruling);
    }
    ruling
}

fn extra_of(statement: &Statement) -> Option<String> {
    match &statement.subject {
        Subject::Dependency { extra, .. } => extra.clone(),
        _ => None,
    }
}

/// Those declarations that the claim's `extra` lets count, and those in extras that it does not. A lock holds all that
/// an environment needs, so it says of what its folder's manifest declares there, and nothing by itself.
fn by_extra<'s>(claim: &Claim, declared: Vec<&'s Statement>) -> (Vec<&'s Statement>, Vec<&'s Statement>) {
    let Some(wanted) = claim.fields.get("extra") else {
        return (declared, Vec::new());
    };
    let fits = |statement: &Statement| match (wanted, extra_of(statement)) {
        (Field::Bool(false), extra) => extra.is_none(),
        (Field::Bool(true), extra) => extra.is_some(),
        (Field::Text(name), Some(extra)) => *name == extra,
        (_, _) => false,
    };
    let tells = |statement: &Statement| !locked(statement) || extra_of(statement).is_some();
    let folders: BTreeSet<&str> = declared
        .iter()
        .filter(|s| tells(s) && fits(s))
        .map(|s| folder_of(&s.place.file))
        .collect();
    let counts = |statement: &Statement| match tells(statement) {
        true => fits(statement),
        false => folders.contains(folder_of(&statement.place.file)),
    };
    let (counted, others): (Vec<_>, Vec<_>) = declared.into_iter().partition(|s| counts(s));
    (counted, others.into_iter().filter(|s| tells(s)).collect())
}

/// `extra = false`, and it is declared only in an extra.
fn extra_only(case: &Case<'_>, package: &str, places: &[&Statement]) -> Ruling {
    let extras: Vec<String> = places
        .iter()
        .map(|s| extra_of(s).unwrap_or_else(|| "core".to_string()))
        .collect();
    // A claim that names an extra can name but one; `core` is none.
    let named = matches!(case.claim.fields.get("extra"), Some(Field::Text(_)));
    let one = extras.len() == 1 && extras[0] != "core";
    let found = (!named || one).then(|| extras.join(", "));
    Ruling {
        verdict: Verdict::Discrepancy,
        grade: Some(Grade::Declared),
        because: Message::new("declared-elsewhere")
            .with("package", package)
            .with("extras", extras.join(", ")),
        expected: expected(case.claim),
        found,
        citations: places.iter().map(|s| cite(s, Stance::Contradicts)).collect(),
        chain: Vec::new(),
        caveats: Vec::new(),
        recommendations: Vec::new(),
    }
}
