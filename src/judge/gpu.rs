//! The experiments ran on this GPU card, this many per job.
//!
//! ## What it checks
//! Readings and accounting decide; until there are any, what jobs ask for and what prose says: a partition or
//! constraint named after a card, `--gres=gpu:TYPE:N`, a sentence that names the card, the processes a launch starts.
//!
//! ## Why it can be wrong
//! "RTX 3090, A6000 or V100" names three cards and says of none that it was used; "40 GB+ for training" is a
//! requirement. Both are context. A request is not a reading: it supports with a caveat.
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

use super::weigh::ballot::ballot;
use super::weigh::cards::{known_card, named_cards};
use super::weigh::cite::cite;
use super::weigh::compared::{How, compare_value};
use super::weigh::effective::count_devices;
use super::weigh::scope::InScope;
use super::weigh::setting::look;
use super::weigh::several;
use super::weigh::vote::{Ballot, Question, Stand};
use super::weigh::{named, recommend};
use super::{Case, Kind};
use crate::claim::{Claim, Key, KindSpec, Shape};
use crate::evidence::{Ask, Form, Grade, Graph, Statement, Subject};
use crate::quantity::cards;
use crate::quantity::{Quantity, Stated};
use crate::verdict::{Citation, Message, Ruling, Stance, Verdict};

/// Settings of launchers that count the GPUs of one job.
const PER_JOB: &[&str] = &[
    "nproc_per_node",
    "num_processes",
    "gpus_per_node",
    "num_gpus",
    "n_gpus",
    "cuda_visible_devices",
];

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
    asks: |claim, _| {
        let mut asks = vec![Ask::Cards, Ask::Scheduler];
        if claim.fields.get("count").is_some() {
            asks.push(Ask::Setting {
                names: PER_JOB.iter().map(ToString::to_string).collect(),
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
        parts.push(count_ruling(case, count));
    }
    let mut ruling = several::all_must_hold(parts);
    recommend::add_usual(case.claim, &mut ruling);
    ruling
}

fn model_ruling(case: &Case<'_>, model: &str) -> Ruling {
    let scope = InScope::of(case);
    let named = named_cards(case, &scope);
    let card = match known_card(model) {
        Ok(card) => card,
        Err(nearest) => return unknown_card(case, &scope, model, &nearest, named.context),
    };
    let mut jobs: BTreeMap<&str, Vec<&(&cards::Card, &Statement)>> = BTreeMap::new();
    for vote in &named.votes {
        jobs.entry(&vote.1.place.file).or_default().push(vote);
    }
    let ballots = jobs
        .values()
        .map(|votes| {
            let agree = votes.iter().filter(|(theirs, _)| *theirs == card).count();
            let stand = match agree {
                0 => Stand::Against,
                all if all == votes.len() => Stand::For,
                _ => Stand::Undecided(Message::new("several-cards").with("place", votes[0].1.place.short())),
            };
            let citations = votes
                .iter()
                .map(|(theirs, statement)| {
                    cite(
                        statement,
                        if *theirs == card {
                            Stance::Supports
                        } else {
                            Stance::Contradicts
                        },
                    )
                })
                .collect();
            let names: Vec<&str> = votes.iter().map(|(theirs, _)| theirs.name()).collect();
            let grade = votes
                .iter()
                .map(|(_, statement)| statement.grade)
                .max()
                .unwrap_or(Grade::Documented);
            let found = super::weigh::vote::distinct(names.into_iter()).unwrap_or_default();
            Ballot::new(stand, grade, found, citations)
        })
        .collect();
    Question {
        expected: card.name().to_string(),
        ballots,
        context: named.context,
        caveats: scope.caveats(),
        deciding: KIND.spec.deciding,
        floor: case.claim.floor,
        quorum: case.claim.quorum,
        silence: (Verdict::NotRun, silence(case, &scope)),
    }
    .decide()
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
        caveats: scope.caveats(),
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

/// How many GPUs a job has: what it asks for, and the processes its launch starts.
fn count_ruling(case: &Case<'_>, count: &Stated) -> Ruling {
    let scope = InScope::of(case);
    let graph = Graph::new(case.evidence);
    let mut ballots: Vec<Ballot> = Vec::new();
    for statement in &case.evidence.statements {
        let Subject::Directive { key, .. } = &statement.subject else {
            continue;
        };
        let live = statement.form != Form::CommentedOut && statement.dead.is_none();
        if key != "gpus" || !live || !scope.has(&statement.place.file) || scope.excludes(&statement.place.file) {
            continue;
        }
        let Some(value) = statement.value.literal() else {
            continue;
        };
        let compared = compare_value(case.claim, count, value, None, How::EXACT);
        let stance = if compared.stand == Stand::For {
            Stance::Supports
        } else {
            Stance::Contradicts
        };
        ballots.push(
            Ballot::new(
                compared.stand,
                statement.grade,
                value.to_string(),
                vec![cite(statement, stance)],
            )
            .by(compared.rule),
        );
    }
    let counted = Claim {
        value: Some(count.clone()),
        ..case.claim.clone()
    };
    let counting = Case {
        claim: &counted,
        ..*case
    };
    let names: Vec<String> = PER_JOB.iter().map(ToString::to_string).collect();
    let mut sight = look(&counting, &graph, &scope, &names, None);
    count_devices(&graph, &mut sight);
    for seen in &sight.occasions {
        let vote = ballot(&counting, &graph, seen, How::EXACT);
        ballots.push(vote);
    }
    Question {
        expected: format!("{} GPU", shown_count(count)),
        ballots,
        context: Vec::new(),
        caveats: scope.caveats(),
        deciding: KIND.spec.deciding,
        floor: case.claim.floor,
        quorum: case.claim.quorum,
        silence: (named::silent_verdict(case).max(Verdict::NotRun), silence(case, &scope)),
    }
    .decide()
}

fn shown_count(count: &Stated) -> String {
    count
        .quantity()
        .map(|quantity: &Quantity| quantity.number.text.clone())
        .unwrap_or_else(|| count.to_string())
}
