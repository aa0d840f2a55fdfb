//! What a `select` gives, against the claim: what `metric` and `samples` share.
//!
//! Why it can be wrong: a selection that gives several values and picks one of them would be a guess: it is to be
//! clarified and lists them, unless `take` or `for` says what to do with them.
//!
//! Example: `$.results.accuracy` in `summary.json` gives 0.937 at its line.

use super::cite::cite;
use super::compared::{How, compare_value};
use super::scope::InScope;
use super::vote::{Ballot, Question, Stand};
use super::{impossible, named, recommend};
use crate::claim::{Claim, Quorum};
use crate::evidence::{Ask, Grade, Statement, Subject};
use crate::judge::Case;
use crate::quantity::Value;
use crate::verdict::{Message, Ruling, Stance, Verdict};

/// What a claim with `select` asks.
pub(crate) fn asks_of(claim: &Claim) -> Vec<Ask> {
    let select = claim.fields.text("select").unwrap_or_default().to_string();
    vec![Ask::Select {
        scope: claim.scope.clone(),
        select,
    }]
}

/// Whether a selection is one of those that are read: JSONPath and `/regex/`.
fn is_read(select: &str) -> bool {
    select.starts_with('$') || (select.starts_with('/') && select.ends_with('/') && select.len() > 1)
}

/// The selected values against the claim.
pub(crate) fn judge_selection(case: &Case<'_>, how: How, deciding: Grade) -> Ruling {
    let claim = case.claim;
    let scope = InScope::of(case);
    let Some(stated) = &claim.value else {
        return impossible::ruling(case, Message::new("claim-without-value"));
    };
    let wanted = claim.fields.text("select").unwrap_or_default();
    let cells: Vec<&Statement> = case
        .evidence
        .statements
        .iter()
        .filter(|s| matches!(&s.subject, Subject::Selected { select } if select == wanted))
        .filter(|s| scope.has(&s.place.file) && scope.may_speak(s) && !scope.excludes(&s.place.file))
        .collect();
    let values: Vec<Value> = cells.iter().filter_map(|cell| cell.value.literal().cloned()).collect();
    let grade = cells.iter().map(|cell| cell.grade).max().unwrap_or(deciding);
    let each = |cell: &Statement, value: &Value| {
        let compared = compare_value(claim, stated, value, claim.unit.or(cell.unit), how);
        let stance = match compared.stand {
            Stand::For => Stance::Supports,
            Stand::Against => Stance::Contradicts,
            Stand::Undecided(_) => Stance::Context,
        };
        let citations = vec![cite(cell, stance)];
        let found = value.to_string();
        Ballot::new(compared.stand, cell.grade, found, citations)
            .by(compared.rule)
            .noting(compared.caveats)
    };
    let ballots: Vec<Ballot> = if cells.is_empty() {
        Vec::new()
    } else if claim.take.is_some() {
        let compared = compare_value(claim, stated, &Value::List(values.clone()), claim.unit, how);
        let stance = if compared.stand == Stand::For {
            Stance::Supports
        } else {
            Stance::Contradicts
        };
        let citations = cells.iter().map(|cell| cite(cell, stance)).collect();
        let found = Value::List(values).to_string();
        vec![
            Ballot::new(compared.stand, grade, found, citations)
                .by(compared.rule)
                .noting(compared.caveats),
        ]
    } else if cells.len() == 1 || claim.quorum != Quorum::Unsaid {
        cells
            .iter()
            .zip(&values)
            .map(|(cell, value)| each(cell, value))
            .collect()
    } else {
        let listed: Vec<String> = cells
            .iter()
            .zip(&values)
            .take(12)
            .map(|(cell, value)| format!("{value} ({})", cell.place.short()))
            .collect();
        let why = Message::new("several-selected")
            .with("count", cells.len())
            .with("values", listed.join(", "));
        let citations = cells.iter().map(|cell| cite(cell, Stance::Context)).collect();
        let found = super::vote::distinct(
            values
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str),
        );
        vec![Ballot::new(
            Stand::Undecided(why),
            grade,
            found.unwrap_or_default(),
            citations,
        )]
    };
    let silence = if scope.files().is_empty() {
        (named::silent_verdict(case), scope.silence(wanted))
    } else if is_read(wanted) {
        let because = Message::new("nothing-selected")
            .with("select", wanted)
            .with("files", scope.files().len());
        (named::silent_verdict(case), because)
    } else {
        // A selection in SQL comes with a later version, and says so.
        (
            Verdict::NoEvidence,
            Message::new("sql-not-built").with("select", wanted),
        )
    };
    let mut ruling = Question {
        expected: stated.to_string(),
        ballots,
        context: Vec::new(),
        caveats: scope.caveats(),
        deciding,
        floor: claim.floor,
        quorum: claim.quorum,
        silence,
    }
    .decide();
    recommend::add_usual(claim, &mut ruling);
    ruling
}
