//! A constant that bears no name: what a regular expression captures.
//!
//! ## What it checks
//! `pattern` is searched per line in the files in scope; its one capture is compared with `value`. `matches` (1 unless
//! written) hits are expected: another number asks for clarification and lists them. `matches` without `value`: the
//! number of hits is the claim.
//!
//! ## Why it can be wrong
//! A pattern that is too wide hits what was not meant; that is why the number of hits is part of the claim.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "mel-weight"
//! kind = "pattern"
//! pattern = 'F\.l1_loss\(y_mel, y_g_hat_mel\) \* ([0-9.]+)'
//! value = 45
//! ```

use super::weigh::cite::{cite, graded};
use super::weigh::compared::{How, compare_value};
use super::weigh::scope::InScope;
use super::weigh::vote::{Ballot, Question, Stand};
use super::weigh::{impossible, named, recommend};
use super::{Case, Kind};
use crate::claim::{Key, KindSpec, Quorum, Shape};
use crate::evidence::{Ask, Grade, Statement, Subject};
use crate::quantity::{Stated, Value};
use crate::verdict::{Message, Ruling, Stance};

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "pattern",
        about: include_str!("pattern.rs"),
        keys: &[
            Key {
                name: "pattern",
                shape: Shape::Regex,
                required: true,
                about: "A regular expression; `^` and `$` match per line; one capture where `value` is given.",
            },
            Key {
                name: "matches",
                shape: Shape::Integer,
                required: false,
                about: "How many hits are expected; without `value` the number of hits is the claim.",
            },
        ],
        shared: &["value", "unit", "tolerance", "for", "grade", "in"],
        says: &["matches"],
        subject: None,
        exact: true,
        usual_names: &[],
        deciding: Grade::Configured,
        check: |claim| match (&claim.value, claim.fields.integer("matches")) {
            (None, None) => Err("a pattern needs `value`, `matches`, or both".to_string()),
            _ => Ok(()),
        },
        dimension: None,
    },
    asks: |claim, _| {
        let pattern = claim.fields.text("pattern").unwrap_or_default().to_string();
        vec![Ask::Pattern {
            scope: claim.scope.clone(),
            pattern,
        }]
    },
    judge,
};

fn judge(case: &Case<'_>) -> Ruling {
    if let Some(ruling) = impossible::impossible(case) {
        return ruling;
    }
    let scope = InScope::of(case);
    let wanted = case.claim.fields.text("pattern").unwrap_or_default();
    let hits: Vec<&Statement> = case
        .evidence
        .statements
        .iter()
        .filter(|s| matches!(&s.subject, Subject::Hit { pattern } if pattern == wanted) && scope.has(&s.place.file))
        .filter(|s| !scope.excludes(&s.place.file))
        .collect();
    let expected_hits = case.claim.fields.integer("matches");
    let ballots = match &case.claim.value {
        None => number_of_hits(&hits, expected_hits.unwrap_or(1)),
        Some(stated) => captures(case, stated, &hits, expected_hits),
    };
    let expected = match &case.claim.value {
        Some(stated) => stated.to_string(),
        None => expected_hits.unwrap_or(1).to_string(),
    };
    let silence = if scope.files().is_empty() {
        scope.silence(wanted)
    } else {
        Message::new("pattern-without-hit")
            .with("pattern", wanted)
            .with("files", scope.files().len())
    };
    let mut ruling = Question {
        expected,
        ballots,
        context: Vec::new(),
        caveats: scope.caveats(),
        // A pattern is what the author chose to look at: prose and logs decide as code does.
        deciding: Grade::Documented,
        floor: case.claim.floor,
        quorum: Quorum::Unsaid,
        silence: (named::silent_verdict(case), silence),
    }
    .decide();
    recommend::add_usual(case.claim, &mut ruling);
    ruling
}

/// The number of hits is the claim; none at all is no evidence unless none is claimed.
fn number_of_hits(hits: &[&Statement], expected: i64) -> Vec<Ballot> {
    if hits.is_empty() && expected != 0 {
        return Vec::new();
    }
    let found = i64::try_from(hits.len()).unwrap_or(i64::MAX);
    let stand = if found == expected { Stand::For } else { Stand::Against };
    let stance = if stand == Stand::For {
        Stance::Supports
    } else {
        Stance::Contradicts
    };
    let grade = hits.iter().map(|hit| hit.grade).max().unwrap_or(Grade::Configured);
    vec![Ballot::new(
        stand,
        grade,
        found.to_string(),
        hits.iter().map(|hit| cite(hit, stance)).collect(),
    )]
}

/// The captures against the value: one each, or the list in order.
fn captures(case: &Case<'_>, stated: &Stated, hits: &[&Statement], expected: Option<i64>) -> Vec<Ballot> {
    if hits.is_empty() {
        return Vec::new();
    }
    let values: Vec<Value> = hits.iter().filter_map(|hit| hit.value.literal().cloned()).collect();
    let grade = hits.iter().map(|hit| hit.grade).max().unwrap_or(Grade::Configured);
    let whole = |stand: Stand, found: String| {
        let stance = match stand {
            Stand::For => Stance::Supports,
            Stand::Against => Stance::Contradicts,
            Stand::Undecided(_) => Stance::Context,
        };
        let citations = hits.iter().map(|hit| cite(hit, stance)).collect();
        vec![Ballot::new(stand, grade, found, citations)]
    };
    let count = i64::try_from(hits.len()).unwrap_or(i64::MAX);
    let wanted = expected.unwrap_or(1);
    if count != wanted {
        let listed: Vec<String> = hits.iter().map(|hit| hit.place.short()).take(12).collect();
        let why = Message::new("other-number-of-hits")
            .with("hits", count)
            .with("expected", wanted)
            .with("places", listed.join(", "));
        return whole(Stand::Undecided(why), Value::List(values).to_string());
    }
    if let Stated::List(items) = stated
        && count > 1
        && items.len() == hits.len()
    {
        let compared = compare_value(
            case.claim,
            stated,
            &Value::List(values.clone()),
            case.claim.unit,
            How::EXACT,
        );
        return whole(compared.stand, Value::List(values).to_string());
    }
    hits.iter()
        .zip(&values)
        .map(|(hit, value)| {
            let compared = compare_value(case.claim, stated, value, case.claim.unit.or(hit.unit), How::EXACT);
            let stance = if compared.stand == Stand::For {
                Stance::Supports
            } else {
                Stance::Contradicts
            };
            Ballot::new(
                compared.stand,
                hit.grade,
                value.to_string(),
                vec![graded(hit, stance, hit.grade)],
            )
            .by(compared.rule)
            .noting(compared.caveats)
        })
        .collect()
}
