//! The GPU has this much memory.
//!
//! ## What it checks
//! Readings decide: the files of `[machine] readings`, and the output of `nvidia-smi` in files that the claim's `in` names,
//! by the total that the card reports. Until there are any: the card named in scope, translated by the card table, at the
//! grade of the place that names it. `model` given: a memory that no such card has is impossible in itself, and readings of
//! other cards are no occasion.
//!
//! ## Why it can be wrong
//! `--mem=48G` is the host's memory and is never looked at. A card of several memory sizes leaves the size open. A driver
//! reports less than was sold (24564 MiB of 24 GB): up to a tenth less is the size that was sold, where the card comes with
//! it. A slice of a card has memory of its own.
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
use super::weigh::cite::{graded, noted};
use super::weigh::impossible;
use super::weigh::readings::{self, Read, Wanted};
use super::weigh::recommend;
use super::weigh::scope::InScope;
use super::weigh::vote::{Ballot, Question, Stand};
use super::{Case, Kind};
use crate::claim::{Key, KindSpec, Shape};
use crate::evidence::{Ask, Grade, ReadCard, Statement};
use crate::quantity::cards::Card;
use crate::quantity::{Dimension, Observed, Outcome, Precision, Stated, Unit, Value, compare};
use crate::verdict::{Citation, Message, Ruling, Stance, Verdict};

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
    asks: |_, file| {
        let mut asks = vec![Ask::Cards, Ask::Scheduler];
        asks.extend(readings::asks(file));
        asks
    },
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
    let mut read = readings::readings(case, &scope);
    let mut context = named.context;
    if let Some((name, Ok(_))) = &model {
        context.extend(of_other_cards(&mut read, name));
    }
    readings::without_runs_elsewhere(&mut read, &stated.to_string(), &|card| of_card(stated, card));
    context.extend(std::mem::take(&mut read.context));
    let mut caveats = scope.caveats();
    caveats.append(&mut read.caveats);
    let machines = read.machines.values().filter_map(|cards| machine(stated, cards));
    let ballots = machines
        .chain(jobs.values().map(|votes| ballot(stated, votes)))
        .collect();
    let silence = match &model {
        Some((model, Err(nearest))) => (
            Verdict::NoEvidence,
            Message::new("unknown-card")
                .with("card", model)
                .with("nearest", nearest),
        ),
        _ => match read.silence {
            Some(why) => (Verdict::NotRun, why),
            None if scope.files().is_empty() => (Verdict::NoEvidence, scope.silence("vram")),
            None => (
                Verdict::NotRun,
                Message::new("no-reading").with("claim", &case.claim.id),
            ),
        },
    };
    let mut ruling = Question {
        expected: stated.to_string(),
        ballots,
        context,
        caveats,
        deciding: KIND.spec.deciding,
        floor: case.claim.floor,
        quorum: case.claim.quorum,
        silence,
    }
    .decide();
    // What a machine reported is no setting that could be corrected.
    if ruling.grade >= Some(KIND.spec.deciding) {
        recommend::add_for_the_paper(case.claim, &mut ruling);
    } else {
        recommend::add_usual(case.claim, &mut ruling);
    }
    readings::without_repetition(ruling)
}

/// Readings of other cards than the claim's are no occasion: they are shown, and that they are all there is, is said.
fn of_other_cards(read: &mut readings::Readings<'_>, model: &str) -> Vec<Citation> {
    let Some(wanted) = Wanted::of(model) else {
        return Vec::new();
    };
    let mut others = Vec::new();
    for cards in read.machines.values_mut() {
        cards.retain(|(statement, reading)| {
            let other = readings::model(&reading.card, &wanted) == Stand::Against;
            if other {
                let why = Message::new("reading-of-other-card")
                    .with("found", readings::named(&reading.card))
                    .with("claimed", model);
                others.push(noted(statement, Stance::Context, why.clone()));
                read.silence.get_or_insert(why);
            }
            !other
        });
    }
    read.machines.retain(|_, cards| !cards.is_empty());
    others
}

/// What one machine's cards say of the memory; nothing where none of them says any.
fn machine(stated: &Stated, cards: &[Read<'_>]) -> Option<Ballot> {
    let speaking: Vec<Read<'_>> = cards
        .iter()
        .copied()
        .filter(|(_, reading)| size(&reading.card).is_some())
        .collect();
    let stands: Vec<Stand> = speaking
        .iter()
        .map(|(_, reading)| of_card(stated, &reading.card))
        .collect();
    let grade = speaking.iter().map(|(statement, _)| statement.grade).max()?;
    let citations = speaking
        .iter()
        .zip(&stands)
        .map(|((statement, reading), stand)| {
            let mut citation = graded(statement, readings::stance(stand), statement.grade);
            let mib = reading.card.total_mib().map(|mib| format!(": {mib} MiB"));
            citation.value = format!("{}{}", reading.card.shown(), mib.unwrap_or_default());
            if reading.card.total_bytes.is_none() {
                citation.note = Some(
                    Message::new("by-the-card-table")
                        .with("card", readings::named(&reading.card))
                        .with("sizes", size(&reading.card).unwrap_or_default()),
                );
            }
            citation
        })
        .collect();
    let sizes: Vec<String> = speaking.iter().filter_map(|(_, reading)| size(&reading.card)).collect();
    let found = super::weigh::vote::distinct(sizes.iter().map(String::as_str)).unwrap_or_default();
    let ballot = Ballot::new(readings::together(&speaking, &stands), grade, found, citations);
    Some(ballot.noting(readings::caveats(&speaking)))
}

/// The memory of a card that was read, as a report gives it: the size that was sold, else the total.
fn size(card: &ReadCard) -> Option<String> {
    let sold = readings::sold(card).map(|gb| format!("{gb} GB"));
    sold.or_else(|| card.total_mib().map(|mib| format!("{mib} MiB")))
}

fn of_card(stated: &Stated, card: &ReadCard) -> Stand {
    let fits = |size: i64, unit: Unit, precision: Precision| {
        let observed = Observed {
            value: Value::from(size),
            unit: Some(unit),
        };
        compare(stated, &observed, precision, None).outcome == Outcome::Agrees
    };
    let mib = card.total_mib().and_then(|mib| i64::try_from(mib).ok());
    let total_fits = mib.is_some_and(|mib| fits(mib, Unit::Mebibyte, Precision::Printed));
    if total_fits || readings::sold(card).is_some_and(|gb| fits(i64::from(gb), Unit::Gigabyte, Precision::Memory)) {
        return Stand::For;
    }
    let open =
        |code: &'static str| Stand::Undecided(Message::new(code).with("found", card.shown()).with("claimed", stated));
    if let Some(whole) = readings::share_of(card) {
        let profile = card.slice.as_ref().and_then(|slice| slice.profile.as_deref());
        let own = profile.and_then(|profile| profile.split('.').nth(1)?.strip_suffix("gb")?.parse().ok());
        if own.is_some_and(|gb: i64| fits(gb, Unit::Gigabyte, Precision::Memory)) {
            return Stand::For;
        }
        // The sentence may speak of the card that the slice is of.
        return if whole.is_none_or(|card| has_memory(card, stated)) {
            open("reading-of-a-slice")
        } else {
            Stand::Against
        };
    }
    // Of a card that the table does not have, nobody knows how much its driver keeps for itself.
    let most = mib.map(|mib| (mib, mib + mib / 9));
    let may_be = readings::sold(card).is_none()
        && most.is_some_and(|(least, most)| {
            let sizes = (least / 1024..=most / 1024 + 1).filter(|gb| gb * 1024 >= least && gb * 1024 <= most);
            sizes.into_iter().any(|gb| fits(gb, Unit::Gigabyte, Precision::Memory))
        });
    if may_be {
        open("reading-of-unknown-size")
    } else {
        Stand::Against
    }
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
