//! The GPU has this much memory.
//!
//! ## What it checks
//! Readings and accounting decide. Until there are any: the card named in scope, translated by the card table, at the
//! grade of the place that names it. `model` given: a memory that no such card has is impossible in itself.
//!
//! ## Why it can be wrong
//! `--mem=48G` is the host's memory and is never looked at. A card of several memory sizes leaves the size open.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "vram"
//! kind = "vram"
//! value = "24 GB"
//! ```

use std::collections::BTreeMap;

use super::weigh::cards::{known_card, named_cards};
use super::weigh::cite::graded;
use super::weigh::impossible;
use super::weigh::recommend;
use super::weigh::scope::InScope;
use super::weigh::vote::{Ballot, Question, Stand};
use super::{Case, Kind};
use crate::claim::{Key, KindSpec, Shape};
use crate::evidence::{Ask, Grade, Statement};
use crate::quantity::cards::Card;
use crate::quantity::{Dimension, Observed, Outcome, Precision, Stated, Unit, Value, compare};
use crate::verdict::{Message, Ruling, Stance, Verdict};

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "vram",
        about: include_str!("vram.rs"),
        keys: &[Key {
            name: "model",
            shape: Shape::Text,
            required: false,
            about: "The card: readings of other cards are no occasion.",
        }],
        shared: &["value!", "for", "grade", "run", "in", "tolerance"],
        says: &[],
        subject: None,
        exact: false,
        usual_names: &[],
        deciding: Grade::Logged,
        check: |_| Ok(()),
        dimension: Some(Dimension::Memory),
    },
    asks: |_, _| vec![Ask::Cards, Ask::Scheduler],
    judge,
};

fn judge(case: &Case<'_>) -> Ruling {
    if let Some(ruling) = impossible::impossible(case) {
        return ruling;
    }
    let scope = InScope::of(case);
    let Some(stated) = &case.claim.value else {
        return impossible::ruling(case, Message::new("claim-without-value"));
    };
    let model = case.claim.fields.text("model").map(|model| (model, known_card(model)));
    if let Some((_, Ok(card))) = &model
        && !has_memory(card, stated)
    {
        let because = Message::new("impossible-memory")
            .with("card", card.name())
            .with("found", sizes(card))
            .with("claimed", stated);
        return impossible::ruling(case, because);
    }
    let named = named_cards(case, &scope);
    let mut jobs: BTreeMap<&str, Vec<(&'static Card, &Statement)>> = BTreeMap::new();
    for (card, statement) in named.votes {
        let other = matches!(&model, Some((_, Ok(wanted))) if *wanted != card);
        if !other {
            jobs.entry(&statement.place.file).or_default().push((card, statement));
        }
    }
    let ballots = jobs.values().map(|votes| ballot(stated, votes)).collect();
    let silence = match &model {
        Some((model, Err(nearest))) => (
            Verdict::NoEvidence,
            Message::new("unknown-card")
                .with("card", model)
                .with("nearest", nearest),
        ),
        _ if scope.files().is_empty() => (Verdict::NoEvidence, scope.silence("vram")),
        _ => (
            Verdict::NotRun,
            Message::new("no-reading").with("claim", &case.claim.id),
        ),
    };
    let mut ruling = Question {
        expected: stated.to_string(),
        ballots,
        context: named.context,
        caveats: scope.caveats(),
        deciding: KIND.spec.deciding,
        floor: case.claim.floor,
        quorum: case.claim.quorum,
        silence,
    }
    .decide();
    recommend::add_usual(case.claim, &mut ruling);
    ruling
}

/// One place that names cards: each translated by the table.
fn ballot(stated: &Stated, votes: &[(&'static Card, &Statement)]) -> Ballot {
    let fits = |card: &Card| has_memory(card, stated);
    let open = votes.iter().find(|(card, _)| card.memory().len() > 1 && fits(card));
    let stand = match open {
        Some((card, _)) => Stand::Undecided(
            Message::new("several-memory-sizes")
                .with("card", card.name())
                .with("sizes", sizes(card)),
        ),
        None if votes.iter().all(|(card, _)| fits(card)) => Stand::For,
        None if votes.iter().any(|(card, _)| fits(card)) => {
            Stand::Undecided(Message::new("several-cards").with("place", votes[0].1.place.short()))
        }
        None => Stand::Against,
    };
    let citations = votes
        .iter()
        .map(|(card, statement)| {
            let stance = match (&stand, fits(card)) {
                (Stand::Undecided(_), true) => Stance::Context,
                (_, true) => Stance::Supports,
                (_, false) => Stance::Contradicts,
            };
            let mut citation = graded(statement, stance, statement.grade);
            citation.value = format!("{}: {}", card.name(), sizes(card));
            citation.note = Some(
                Message::new("by-the-card-table")
                    .with("card", card.name())
                    .with("sizes", sizes(card)),
            );
            citation
        })
        .collect();
    let found: Vec<String> = votes.iter().map(|(card, _)| sizes(card)).collect();
    Ballot::new(
        stand,
        votes
            .iter()
            .map(|(_, statement)| statement.grade)
            .max()
            .unwrap_or(Grade::Documented),
        super::weigh::vote::distinct(found.iter().map(String::as_str)).unwrap_or_default(),
        citations,
    )
}

fn sizes(card: &Card) -> String {
    card.memory()
        .iter()
        .map(|size| format!("{size} GB"))
        .collect::<Vec<_>>()
        .join(" / ")
}

/// Whether a card of this kind comes with the stated memory: nominal in GB, or as it reports itself in MiB.
fn has_memory(card: &Card, stated: &Stated) -> bool {
    let fits = |size: &u32, unit: Unit| {
        let observed = Observed {
            value: Value::from(i64::from(*size)),
            unit: Some(unit),
        };
        compare(stated, &observed, Precision::Memory, None).outcome == Outcome::Agrees
    };
    card.memory().iter().any(|size| fits(size, Unit::Gigabyte))
        || card.reported().iter().any(|size| fits(size, Unit::Mebibyte))
}
