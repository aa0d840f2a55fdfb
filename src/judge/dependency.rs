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

use super::weigh::cite::{cite, noted, shown};
use super::weigh::environments::{constrains, folder_of, included, locked, manifests, of_a_run, pins};
use super::weigh::readings::{self, Installed};
use super::weigh::recommend;
use super::weigh::scope::InScope;
use super::weigh::undeclared::{a_few, silence, undeclared};
use super::weigh::vote::{Ballot, Question, Stand};
use super::{Case, Kind};
use crate::claim::{Claim, Field, Key, KindSpec, Shape};
use crate::evidence::{Ask, Dead, Form, Grade, Statement, Subject};
use crate::quantity::packages::canonical;
use crate::quantity::version::{Declared, Holds, Specifier, VersionOutcome, holds, judge_version, judge_works_with};
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

/// The package's normalised name, `pytorch` as `torch`.
fn package(claim: &Claim) -> String {
    canonical(claim.fields.text("package").unwrap_or_default())
}

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

/// Whether the version that is claimed to have been there lies in what is declared.
fn allows(claim: &Claim, statement: &Statement) -> bool {
    let text = shown(&statement.value);
    let claimed = claim
        .fields
        .text("installed")
        .and_then(|text| Specifier::parse(text).ok());
    match (claimed, declared(statement, &text)) {
        (Some(claimed), Some(parsed)) => judge_version(&claimed, &parsed) != VersionOutcome::Disagrees,
        _ => false,
    }
}

fn expected(claim: &Claim) -> String {
    let package = claim.fields.text("package").unwrap_or_default();
    let version = ["version", "works-with", "installed"]
        .iter()
        .find_map(|key| claim.fields.text(key));
    match version {
        Some(version) => format!("{package} {version}"),
        None => package.to_string(),
    }
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

/// Whether a pin may be what a range installs.
fn within(pin: &Statement, range: &Statement) -> bool {
    let pinned = Specifier::pep440(&shown(&pin.value));
    match (pinned, declared(range, &shown(&range.value))) {
        (Ok(pinned), Some(range)) => judge_version(&pinned, &range) != VersionOutcome::Disagrees,
        _ => false,
    }
}

/// A vote that is none.
fn undecided(ballot: Ballot, why: Message) -> Ballot {
    let shown = |citation: Citation| Citation {
        stance: Stance::Context,
        ..citation
    };
    Ballot {
        stand: Stand::Undecided(why),
        citations: ballot.citations.into_iter().map(shown).collect(),
        ..ballot
    }
}

/// Why a line installs nothing: it is a constraint, or stands where nothing comes of it.
fn not_installed(package: &str, statement: &Statement) -> Message {
    let place = statement.place.short();
    if statement.dead.is_none() {
        return Message::new("only-constrained")
            .with("package", package)
            .with("place", place);
    }
    Message::new("only-dead-evidence")
        .with("name", package)
        .with("why", "branch-not-taken")
        .with("place", place)
}

/// Where a line holds on another system than Linux alone: its marker.
fn elsewhere(statement: &Statement) -> Option<&str> {
    match &statement.subject {
        Subject::Dependency {
            marker: Some(marker), ..
        } if holds(marker, &[]) == Holds::Elsewhere => Some(marker),
        _ => None,
    }
}

/// One environment's vote: its lock where it has one, else all its lines.
fn ballot(claim: &Claim, lines: &[&Statement], caveats: &mut Vec<Message>) -> Ballot {
    let locks: Vec<&Statement> = lines.iter().copied().filter(|s| pins(s)).collect();
    let speaking = if locks.is_empty() { lines.to_vec() } else { locks };
    let mut stands: Vec<(Stand, &Statement)> = Vec::new();
    for &statement in &speaking {
        stands.push((stand(claim, statement, caveats), statement));
    }
    // For Windows alone: it supports nothing, and refutes only beside what does.
    let everywhere = speaking.iter().any(|s| elsewhere(s).is_none());
    for (stand, statement) in &mut stands {
        if let Some(marker) = elsewhere(statement).filter(|_| *stand == Stand::For || !everywhere) {
            let why = Message::new("only-on-another-system")
                .with("place", statement.place.short())
                .with("marker", marker);
            *stand = Stand::Undecided(why);
        }
    }
    let together = if stands.iter().all(|(stand, _)| *stand == Stand::For) {
        Stand::For
    } else if stands.iter().all(|(stand, _)| *stand == Stand::Against) {
        Stand::Against
    } else {
        let open = stands.iter().find_map(|(stand, _)| match stand {
            Stand::Undecided(why) => Some(why.clone()),
            Stand::For | Stand::Against => None,
        });
        Stand::Undecided(open.unwrap_or_else(|| Message::new("lines-differ").with("place", stands[0].1.place.short())))
    };
    let citations = stands
        .iter()
        .map(|(stand, statement)| {
            let stance = match stand {
                Stand::Against => Stance::Contradicts,
                // What leaves the question open is what a reader must look at.
                Stand::For | Stand::Undecided(_) => Stance::Supports,
            };
            cite(statement, stance)
        })
        .collect();
    let found = speaking.iter().map(|s| display(claim, s)).collect::<Vec<_>>();
    Ballot::new(
        together,
        speaking.iter().map(|s| s.grade).max().unwrap_or(Grade::Declared),
        super::weigh::vote::distinct(found.iter().map(String::as_str)).unwrap_or_default(),
        citations,
    )
}

fn display(claim: &Claim, statement: &Statement) -> String {
    let package = package(claim);
    format!("{package}{}", shown(&statement.value))
}

fn stand(claim: &Claim, statement: &Statement, caveats: &mut Vec<Message>) -> Stand {
    let text = shown(&statement.value);
    let Some(parsed) = declared(statement, &text) else {
        return Stand::Undecided(Message::new("specifier-not-read").with("declared", &text));
    };
    if let Subject::Dependency {
        marker: Some(marker), ..
    } = &statement.subject
    {
        caveats.push(
            Message::new("under-marker")
                .with("place", statement.place.short())
                .with("marker", marker),
        );
    }
    let version = |key: &str| claim.fields.text(key);
    if version("version") == Some("source") {
        return if matches!(parsed, Declared::Source(_)) {
            Stand::For
        } else {
            Stand::Against
        };
    }
    let outcome = if let Some(range) = version("works-with").and_then(|text| Specifier::parse(text).ok()) {
        judge_works_with(&range, &parsed)
    } else if let Some(installed) = version("installed").and_then(|text| Specifier::parse(text).ok()) {
        if !locked(statement) {
            return Stand::Undecided(Message::new("installed-needs-lock").with("declared", text));
        }
        judge_version(&installed, &parsed)
    } else if let Some(stated) = version("version").and_then(|text| Specifier::parse(text).ok()) {
        judge_version(&stated, &parsed)
    } else {
        return Stand::For;
    };
    // conda's `=1.2.3` is 1.2.3 to whoever prints three parts, whatever rebuilds it may hold beside.
    let outcome = match (release_of_conda(&text), claim_of(claim)) {
        (Some(release), Some(stated)) if matches!(outcome, VersionOutcome::Clarify(_)) => {
            let exact = Declared::pep440(&format!("=={release}"));
            match exact.map(|exact| judge_version(&stated, &exact)) {
                Ok(VersionOutcome::Agrees) => VersionOutcome::Agrees,
                _ => outcome,
            }
        }
        _ => outcome,
    };
    match outcome {
        VersionOutcome::Agrees => Stand::For,
        VersionOutcome::AgreesNoUpperBound => {
            caveats.push(Message::new("no-upper-bound").with("declared", format!("{}{text}", package(claim))));
            Stand::For
        }
        VersionOutcome::Disagrees => Stand::Against,
        VersionOutcome::Clarify(code) => Stand::Undecided(
            Message::new("version-open")
                .with("reason", code)
                .with("declared", text)
                .with("claimed", expected(claim)),
        ),
    }
}

/// The release of three parts or more behind conda's one `=`.
fn release_of_conda(text: &str) -> Option<&str> {
    let release = text.trim().strip_prefix('=')?;
    let digits = release.chars().all(|c| c.is_ascii_digit() || c == '.');
    (digits && release.matches('.').count() >= 2).then_some(release)
}

fn claim_of(claim: &Claim) -> Option<Specifier> {
    let text = claim
        .fields
        .text("version")
        .or_else(|| claim.fields.text("installed"))?;
    Specifier::parse(text).ok()
}

/// What a declaration says, by how its manifest writes it: PEP 440, a reference, else poetry's or conda's own notation.
fn declared(statement: &Statement, text: &str) -> Option<Declared> {
    let text = text.trim();
    if text.contains("://") || text.starts_with("git+") || text.starts_with("file:") {
        return Some(Declared::Source(text.to_string()));
    }
    let conda = statement.owner.last().is_some_and(|owner| owner == "conda");
    if conda && !text.is_empty() {
        return Declared::conda(text).ok();
    }
    let poetry = statement.owner.iter().any(|owner| owner == "poetry");
    if poetry || (text.starts_with(['^', '~']) && !text.starts_with("~=")) {
        return Declared::poetry(text).ok();
    }
    Declared::pep440(text).or_else(|_| Declared::conda(text)).ok()
}
