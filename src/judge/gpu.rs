//! The experiments ran on this GPU card, this many per job.
//!
//! ## What it checks
//! Readings decide: the files of `[machine] readings`, which `verify probe` writes, and the output of `nvidia-smi` in files
//! that the claim's `in` names. Until there are any, what jobs ask for and what prose says: a partition or constraint named
//! after a card, `--gres=gpu:TYPE:N`, a sentence that names the card, the processes a launch starts. A reading says which
//! card the machine has, and never how many of them a job had; the record of a timed run (`run`) says how many the run was
//! seen on.
//!
//! ## Why it can be wrong
//! "RTX 3090, A6000 or V100" names three cards and says of none that it was used; "40 GB+ for training" is a
//! requirement. Both are context. A request is not a reading: it supports with a caveat. Card and number must be of one
//! job or one sentence ("8 A100"): a number elsewhere says nothing of these cards. A reading is of the whole name:
//! `RTX 3090 Ti` is another card, `A100 40GB` another than `A100 80GB`, and a slice of a card is not the card.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "gpu"
//! kind = "gpu"
//! model = "RTX 3090"
//! count = 1
//! ```

use std::collections::BTreeMap;

use super::weigh::cards::{Labelled, known_card, labelled, named_cards};
use super::weigh::cite::{cite, graded};
use super::weigh::gpu_count::{PER_JOB, count_ruling};
use super::weigh::jobs;
use super::weigh::machines::MACHINES;
use super::weigh::readings::{self, Read, Wanted};
use super::weigh::recommend;
use super::weigh::scope::InScope;
use super::weigh::several;
use super::weigh::vote::{Ballot, Question, Stand};
use super::{Case, Kind};
use crate::claim::{Key, KindSpec, Shape};
use crate::evidence::{Ask, Expr, Form, Grade, Statement, Subject};
use crate::quantity::{Value, cards};
use crate::verdict::{Citation, Message, Ruling, Stance, Verdict};

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "gpu",
        about: include_str!("gpu.rs"),
        keys: &[
            Key {
                name: "model",
                shape: Shape::Text,
                required: false,
                about: "The card: `RTX 3090`, `A100`.",
            },
            Key {
                name: "count",
                shape: Shape::Stated,
                required: false,
                about: "GPUs per job.",
            },
        ],
        shared: &["for", "grade", "run", "in"],
        says: &["model", "count"],
        subject: None,
        exact: true,
        usual_names: PER_JOB,
        deciding: Grade::Logged,
        check: |claim| {
            let any = claim.fields.get("model").is_some() || claim.fields.get("count").is_some();
            if any {
                Ok(())
            } else {
                Err("a gpu claim needs `model`, `count`, or both".to_string())
            }
        },
        dimension: None,
    },
    asks: |claim, file| {
        let mut asks = vec![Ask::Cards, Ask::Scheduler];
        asks.extend(jobs::asks(file));
        if claim.fields.get("model").is_some() {
            asks.extend(readings::asks(file));
        }
        if claim.fields.get("count").is_some() {
            let names = PER_JOB.iter().chain(MACHINES);
            asks.push(Ask::Setting {
                names: names.map(ToString::to_string).collect(),
            });
        }
        asks
    },
    judge,
};

fn judge(case: &Case<'_>) -> Ruling {
    let mut parts = Vec::new();
    if let Some(model) = case.claim.fields.text("model") {
        parts.push(model_ruling(case, model));
    }
    if let Some(count) = case.claim.fields.stated("count") {
        let silence = silence(case, &InScope::of(case));
        parts.push(count_ruling(case, count, KIND.spec.deciding, silence));
    }
    let mut ruling = several::all_must_hold(parts);
    // What a machine reported is no setting that could be corrected.
    if ruling.grade >= Some(KIND.spec.deciding) {
        recommend::add_for_the_paper(case.claim, &mut ruling);
    } else {
        recommend::add_usual(case.claim, &mut ruling);
    }
    readings::without_repetition(ruling)
}

fn model_ruling(case: &Case<'_>, model: &str) -> Ruling {
    let scope = InScope::of(case);
    let named = named_cards(case, &scope);
    let card = match known_card(model) {
        Ok(card) => card,
        Err(nearest) => return unknown_card(case, &scope, model, &nearest, named.context),
    };
    let mut read = readings::readings(case, &scope);
    let wanted = Wanted::of(model);
    if let Some(wanted) = &wanted {
        readings::without_runs_elsewhere(&mut read, model, &|card| readings::model(card, wanted));
    }
    let size = wanted.as_ref().and_then(|wanted| wanted.reported.memory);
    let mut jobs: BTreeMap<&str, Vec<&(&cards::Card, &Statement)>> = BTreeMap::new();
    for vote in &named.votes {
        jobs.entry(&vote.1.place.file).or_default().push(vote);
    }
    let labels = jobs.values().map(|votes| {
        let stands: Vec<Stand> = votes
            .iter()
            .map(|(theirs, statement)| label(card, size, theirs, statement))
            .collect();
        let stand = match stands.iter().filter(|stand| **stand == Stand::For).count() {
            0 if stands.iter().all(|stand| *stand == Stand::Against) => Stand::Against,
            all if all == votes.len() => Stand::For,
            _ => stands
                .iter()
                .find(|stand| matches!(stand, Stand::Undecided(_)))
                .cloned()
                .unwrap_or_else(|| {
                    Stand::Undecided(Message::new("several-cards").with("place", votes[0].1.place.short()))
                }),
        };
        let citations = votes
            .iter()
            .zip(&stands)
            .map(|((_, statement), stand)| cite(statement, readings::stance(stand)))
            .collect();
        let names: Vec<&str> = votes.iter().map(|(theirs, _)| theirs.name()).collect();
        let grade = votes
            .iter()
            .map(|(_, statement)| statement.grade)
            .max()
            .unwrap_or(Grade::Documented);
        let found = super::weigh::vote::distinct(names.into_iter()).unwrap_or_default();
        Ballot::new(stand, grade, found, citations)
    });
    let by_labels = labelled(case).into_iter().map(|one| by_label(card, size, one));
    let machines = wanted
        .iter()
        .flat_map(|wanted| read.machines.values().map(|cards| machine(cards, wanted)));
    let mut context = named.context;
    context.extend(read.context);
    let mut caveats = scope.caveats();
    caveats.extend(read.caveats);
    Question {
        expected: size.map_or_else(|| card.name().to_string(), |gb| format!("{} {gb}GB", card.name())),
        ballots: machines.chain(labels).chain(by_labels).collect(),
        context,
        caveats,
        deciding: KIND.spec.deciding,
        floor: case.claim.floor,
        quorum: case.claim.quorum,
        silence: (Verdict::NotRun, read.silence.unwrap_or_else(|| silence(case, &scope))),
    }
    .decide()
}

/// What a place that names a card says of the claimed one; `size` is the memory in GB that the claim's name gives.
fn label(card: &cards::Card, size: Option<u32>, theirs: &cards::Card, statement: &Statement) -> Stand {
    if theirs != card {
        return Stand::Against;
    }
    let Some(size) = size.filter(|_| card.memory().len() > 1) else {
        return Stand::For;
    };
    let written = statement.value.literal().map(ToString::to_string).unwrap_or_default();
    match cards::named(&written).and_then(|found| found.memory) {
        Some(theirs) if theirs == size => Stand::For,
        Some(_) => Stand::Against,
        None => {
            let sizes: Vec<String> = card.memory().iter().map(|gb| format!("{gb} GB")).collect();
            Stand::Undecided(
                Message::new("several-memory-sizes")
                    .with("card", card.name())
                    .with("sizes", sizes.join(" / ")),
            )
        }
    }
}

/// What one machine's cards say of the model.
fn machine(cards: &[Read<'_>], wanted: &Wanted) -> Ballot {
    let stands: Vec<Stand> = cards
        .iter()
        .map(|(_, reading)| readings::model(&reading.card, wanted))
        .collect();
    let citations = cards
        .iter()
        .zip(&stands)
        .map(|((statement, _), stand)| cite(statement, readings::stance(stand)))
        .collect();
    let names: Vec<String> = cards
        .iter()
        .map(|(_, reading)| readings::named(&reading.card))
        .collect();
    let grade = cards.iter().map(|(statement, _)| statement.grade).max();
    let found = super::weigh::vote::distinct(names.iter().map(String::as_str)).unwrap_or_default();
    Ballot::new(
        readings::together(cards, &stands),
        grade.unwrap_or(Grade::Documented),
        found,
        citations,
    )
    .noting(readings::caveats(cards))
}

/// A job whose cards bear this label in the accounting: the administrator's word, whatever row it stands in.
fn by_label(card: &cards::Card, size: Option<u32>, (text, theirs, row): Labelled<'_>) -> Ballot {
    let written = Statement {
        value: Expr::Value(Value::Text(text.to_string())),
        ..row.clone()
    };
    let stand = label(card, size, theirs, &written);
    let mut citation = graded(row, readings::stance(&stand), Grade::Declared);
    citation.value = text.to_string();
    citation.note = Some(Message::new("label-of-the-administrator"));
    Ballot::new(stand, Grade::Declared, theirs.name().to_string(), vec![citation])
}

/// Nothing names a card: only a reading could tell.
fn silence(case: &Case<'_>, scope: &InScope<'_>) -> Message {
    if scope.files().is_empty() {
        scope.silence("gpu")
    } else {
        Message::new("no-reading").with("claim", &case.claim.id)
    }
}

fn unknown_card(case: &Case<'_>, scope: &InScope<'_>, model: &str, nearest: &str, context: Vec<Citation>) -> Ruling {
    // A place in scope that bears the very name speaks for it; only the table's memory check is left out.
    let folded = model.to_lowercase();
    let bearing: Vec<&Statement> = case
        .evidence
        .statements
        .iter()
        .filter(|s| scope.has(&s.place.file) && scope.may_speak(s))
        .filter(|s| match &s.subject {
            Subject::Card { card, alternatives } => !alternatives && card.to_lowercase() == folded,
            Subject::Directive { key, .. } => {
                matches!(key.as_str(), "partition" | "constraint" | "gpu-type")
                    && s.form != Form::CommentedOut
                    && s.value
                        .literal()
                        .is_some_and(|value| value.to_string().to_lowercase() == folded)
            }
            _ => false,
        })
        .collect();
    let read = readings::readings(case, scope);
    let mut caveats = scope.caveats();
    caveats.extend(read.caveats);
    let machines = read.machines.values().flatten();
    let bearing_too = machines.filter(|(_, reading)| readings::bears(&reading.card, model));
    let bearing: Vec<&Statement> = bearing_too.map(|(statement, _)| *statement).chain(bearing).collect();
    let ballots = bearing
        .iter()
        .map(|statement| {
            Ballot::new(
                Stand::For,
                statement.grade,
                model.to_string(),
                vec![cite(statement, Stance::Supports)],
            )
            .noting(vec![Message::new("card-not-in-table").with("card", model)])
        })
        .collect();
    Question {
        expected: model.to_string(),
        ballots,
        context,
        caveats,
        deciding: KIND.spec.deciding,
        floor: case.claim.floor,
        quorum: case.claim.quorum,
        silence: (
            Verdict::NoEvidence,
            Message::new("unknown-card")
                .with("card", model)
                .with("nearest", nearest),
        ),
    }
    .decide()
}
