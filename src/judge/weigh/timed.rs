//! The time that the record of a timed run gives for the whole evaluation, against a claim of it.
//!
//! Why it can be wrong: the time of another card, of another number of samples or of other batches is true and none of the
//! claim's. What is known to differ leaves the claim not-run, with the time beside it; what nothing tells is a caveat.
//!
//! Example: 3 h 15 min to 3 h 23 min, foretold from 2,000 clips, lies inside `3-4 hours`; on a T4 it says nothing of an
//! RTX 3090.

use super::cite::cite;
use super::compared::{How, compare_value};
use super::readings::{self, Wanted};
use super::recorded::{Recorded, elsewhere, limits_of, on_no_card, own, printed, without_time};
use super::several::elapsed;
use super::vote::{Ballot, Stand};
use crate::claim::Claim;
use crate::evidence::{Grade, Part, ReadCard, Statement, TimedRun, Total};
use crate::judge::Case;
use crate::quantity::{Number, Outcome, Precision, Quantity, Stated, Unit, Value, compare_interval};
use crate::verdict::{Message, Stance};

/// What a claim asks of a run beside its time; the model with what the claim, or its file's one `gpu` claim, says.
#[derive(Debug)]
pub(crate) struct Conditions<'a> {
    pub(crate) samples: Option<&'a Stated>,
    pub(crate) batch_size: Option<&'a Stated>,
    /// Names under which a run prints its batch size.
    pub(crate) batch_names: &'a [&'a str],
    pub(crate) model: Option<String>,
}

/// The time of the whole evaluation against `stated`.
pub(crate) fn duration(case: &Case<'_>, stated: &Stated, conditions: &Conditions<'_>) -> Recorded {
    let (statement, timed) = match own(case) {
        None => return Recorded::default(),
        Some(Err(refused)) => return refused,
        Some(Ok(found)) => found,
    };
    let name = &timed.name;
    let mut caveats = Vec::new();
    if let Some(disturbed) = timed.disturbed.first() {
        let why = Message::new("record-disturbed")
            .with("run", name)
            .with("what", disturbed);
        return Recorded::refused(statement, why);
    }
    let Some(total) = timed.time() else {
        return Recorded::refused(statement, without_time(timed));
    };
    match other_card(timed, conditions.model.as_deref()) {
        Card::Other(found) => {
            let claimed = conditions.model.as_deref().unwrap_or_default();
            let why = elsewhere(name, found, claimed).with("time", interval(total));
            return Recorded::refused(statement, why);
        }
        Card::None => return Recorded::refused(statement, on_no_card(timed)),
        Card::Unknown => caveats.push(Message::new("record-condition-unknown").with("condition", "model")),
        Card::Fits => {}
    }
    let count = |number: u64| Value::from(i64::try_from(number).unwrap_or(i64::MAX));
    let differs = |wanted: &Stated, found: &Value| {
        let condition = Claim {
            take: None,
            ..case.claim.clone()
        };
        compare_value(&condition, wanted, found, None, How::EXACT).stand == Stand::Against
    };
    let other = |condition: &str, found: &Value| {
        Message::new("record-of-other-settings")
            .with("run", name)
            .with("condition", condition)
            .with("found", found)
    };
    if let Some(wanted) = conditions.samples {
        let found = count(total.population);
        if differs(wanted, &found) {
            return Recorded::refused(statement, other("samples", &found));
        }
    }
    if let Some(wanted) = conditions.batch_size {
        let printed = printed(case, conditions.batch_names);
        match printed.iter().find(|(_, value)| differs(wanted, value)) {
            Some((_, value)) => return Recorded::refused(statement, other("batch-size", value)),
            None if printed.is_empty() => {
                caveats.push(Message::new("record-condition-unknown").with("condition", "batch-size"));
            }
            None => {}
        }
    }
    let mut ballot = against(case, stated, statement, timed, total);
    caveats.extend(limits_of(statement));
    ballot.caveats.extend(caveats);
    Recorded {
        ballots: vec![ballot],
        ..Recorded::default()
    }
}

fn against(case: &Case<'_>, stated: &Stated, statement: &Statement, timed: &TimedRun, total: &Total) -> Ballot {
    let seconds = |number: f64| {
        Number::from_f64(number).map(|number| Quantity {
            number,
            unit: Some(Unit::Second),
        })
    };
    let compared = compare_interval(
        stated,
        seconds(total.low_seconds).as_ref(),
        seconds(total.high_seconds).as_ref(),
        Precision::Runtime,
        case.claim.tolerance.as_ref(),
    );
    let found = interval(total);
    let (stand, stance) = match compared.outcome {
        Outcome::Agrees => (Stand::For, Stance::Supports),
        Outcome::Disagrees => (Stand::Against, Stance::Contradicts),
        Outcome::Overlaps | Outcome::Undecidable(_) => {
            let more = timed.wanting.as_ref().and_then(|wanting| wanting.more_samples);
            let why = Message::new("record-overlaps")
                .with("found", &found)
                .with("rule", &compared.rule)
                .with("more", more.map(|more| more.to_string()).unwrap_or_default());
            (Stand::Undecided(why), Stance::Context)
        }
    };
    let mut citation = cite(statement, stance);
    citation.value.clone_from(&found);
    citation.note = Some(
        Message::new("timed-of")
            .with("timed", total.timed)
            .with("population", total.population)
            .with("level", percent(total.level)),
    );
    Ballot::new(stand, Grade::Measured, found, vec![citation]).by(compared.rule)
}

/// `3 h 15 min to 3 h 23 min`; one time where all was timed.
pub fn interval(total: &Total) -> String {
    let shown = |seconds: f64| elapsed(seconds.round() as u64);
    let (low, high) = (shown(total.low_seconds), shown(total.high_seconds));
    if low == high { low } else { format!("{low} to {high}") }
}

fn percent(level: f64) -> String {
    format!("{:.0} %", level * 100.0)
}

enum Card {
    Fits,
    Unknown,
    Other(String),
    /// It was seen on none: such a time is the processor's.
    None,
}

/// Whether the run was on the card that the claim is about.
fn other_card(timed: &TimedRun, wanted: Option<&str>) -> Card {
    let Some(wanted) = wanted else { return Card::Fits };
    let Some(wanted) = Wanted::of(wanted) else {
        return Card::Unknown;
    };
    let cards: Vec<&ReadCard> = timed.parts.iter().flat_map(Part::used).collect();
    if cards.is_empty() {
        return Card::None;
    }
    let stands = cards.iter().map(|card| (readings::model(card, &wanted), card));
    let mut open = false;
    for (stand, card) in stands {
        match stand {
            Stand::For => {}
            Stand::Against => return Card::Other(card.shown()),
            // A slice of the card, or a variant of it.
            Stand::Undecided(_) => open = true,
        }
    }
    if open { Card::Unknown } else { Card::Fits }
}
