//! What is impossible in itself: arithmetic that does not come out, a card without that memory, two claims of one file
//! that cannot both be true. These refute, and never support.
//!
//! Why it can be wrong: two claims about different things that merely look alike. So only claims of one kind with the
//! same subject, scope and conditions are held against each other, and only exact values.
//!
//! Example: `"21,340 = 970 * 23"` is a discrepancy whatever the data say: the right side is 22,310.

use bigdecimal::{BigDecimal, RoundingMode, Signed};

use crate::claim::Claim;
use crate::judge::Case;
use crate::quantity::{Number, Observed, Outcome, Precision, Quantity, Stated, Value, compare};
use crate::verdict::{Citation, Message, Ruling, Stance, Verdict};

/// The ruling, where the claim cannot be true whatever the evidence says.
pub(crate) fn impossible(case: &Case<'_>) -> Option<Ruling> {
    formula(case.claim)
        .or_else(|| share(case.claim))
        .map(|because| ruling(case, because))
}

/// Holds the ruling against the other claims of its file: two exact values of one thing cannot both be true. The one
/// that the evidence supports keeps its verdict and says so; the other is refuted, or was already.
pub(crate) fn against_other_claims(case: &Case<'_>, ruled: Ruling) -> Ruling {
    let Some(because) = contradicted(case) else {
        return ruled;
    };
    match ruled.verdict {
        Verdict::NoEvidence | Verdict::NotRun => Ruling {
            caveats: ruled.caveats,
            ..ruling(case, because)
        },
        Verdict::Supported | Verdict::NeedsClarification | Verdict::MinorDiscrepancy | Verdict::Discrepancy => {
            let mut ruled = ruled;
            ruled.caveats.push(because);
            ruled
        }
    }
}

/// A refutation that rests on the claim alone.
pub(crate) fn ruling(case: &Case<'_>, because: Message) -> Ruling {
    let claim = case.claim;
    let expected = claim.value.as_ref().map(ToString::to_string).unwrap_or_default();
    Ruling {
        verdict: Verdict::Discrepancy,
        grade: None,
        expected: expected.clone(),
        found: because.values.get("found").cloned(),
        citations: vec![Citation {
            stance: Stance::Contradicts,
            grade: crate::evidence::Grade::Documented,
            place: claim.place.clone(),
            value: expected,
            note: None,
        }],
        because,
        chain: Vec::new(),
        caveats: Vec::new(),
        recommendations: Vec::new(),
    }
}

fn formula(claim: &Claim) -> Option<Message> {
    let Some(Stated::Equation {
        total,
        formula,
        computed,
    }) = &claim.value
    else {
        return None;
    };
    let observed = Observed {
        value: Value::Number(computed.number.clone()),
        unit: computed.unit.or(total.unit),
    };
    let comparison = compare(&Stated::Exact(total.clone()), &observed, Precision::Printed, None);
    (comparison.outcome == Outcome::Disagrees).then(|| {
        Message::new("impossible-arithmetic")
            .with("total", total)
            .with("formula", formula)
            .with("found", computed)
    })
}

/// `33.4 % of 12`: 4 of 12 are 33.3 %, and no whole number gives 33.4 %.
fn share(claim: &Claim) -> Option<Message> {
    let Some(Stated::Share { share, whole }) = &claim.value else {
        return None;
    };
    let total = BigDecimal::from(*whole);
    let percent = |count: &BigDecimal| count * BigDecimal::from(100) / &total;
    let below = (&share.number.value * &total / BigDecimal::from(100)).with_scale_round(0, RoundingMode::Floor);
    let around = [below.clone(), below + BigDecimal::from(1)];
    let gives = |count: &BigDecimal| {
        let observed = Observed {
            value: Value::Number(Number::from_decimal(&percent(count))),
            unit: share.unit,
        };
        let possible = !count.is_negative() && *count <= total;
        let stated = Stated::Exact(share.clone());
        possible && compare(&stated, &observed, Precision::Printed, None).outcome == Outcome::Agrees
    };
    if around.iter().any(gives) {
        return None;
    }
    let nearest: Vec<String> = around
        .iter()
        .filter(|count| **count <= total)
        .map(|count| format!("{} of {whole} = {} %", count, percent(count).round(3).normalized()))
        .collect();
    Some(
        Message::new("impossible-share")
            .with("share", share)
            .with("whole", whole)
            .with("found", nearest.join(", ")),
    )
}

/// Another claim of the file about the same thing with another exact value.
fn contradicted(case: &Case<'_>) -> Option<Message> {
    let claim = case.claim;
    let value = exact(claim)?;
    let mut others: Vec<&Claim> = case
        .file
        .claims
        .iter()
        .filter(|other| {
            !std::ptr::eq(*other, claim)
                && other.id != claim.id
                && !other.draft
                && other.kind == claim.kind
                && subject(other) == subject(claim)
                && exact(other).is_some_and(|theirs| apart(value, theirs))
        })
        .collect();
    // All of them, in an order of their own: that of the file must not change a ruling.
    others.sort_by(|a, b| a.id.cmp(&b.id));
    let joined = |say: fn(&Claim) -> String| {
        (!others.is_empty()).then(|| others.iter().map(|other| say(other)).collect::<Vec<_>>().join(", "))
    };
    Some(
        Message::new("contradicts-claim")
            .with("other", joined(|other| other.id.clone())?)
            .with(
                "found",
                joined(|other| other.value.as_ref().map(ToString::to_string).unwrap_or_default())?,
            )
            .with("file", &claim.place.file),
    )
}

fn exact(claim: &Claim) -> Option<&Quantity> {
    match claim.value.as_ref()? {
        Stated::Exact(quantity) => Some(quantity),
        _ => None,
    }
}

/// Whether two printed numbers cannot be the same one: 22 kHz may be 22.05 kHz rounded, 16 kHz may not.
fn apart(ours: &Quantity, theirs: &Quantity) -> bool {
    if ours.unit.map(|unit| unit.dimension()) != theirs.unit.map(|unit| unit.dimension()) {
        return false;
    }
    let agrees = |coarse: &Quantity, fine: &Quantity| {
        let observed = Observed {
            value: Value::Number(fine.number.clone()),
            unit: fine.unit,
        };
        compare(&Stated::Exact(coarse.clone()), &observed, Precision::Printed, None).outcome == Outcome::Agrees
    };
    !agrees(ours, theirs) && !agrees(theirs, ours)
}

/// Everything that says what a claim is about, its value left out. A metric's or pattern's selection is in its fields.
fn subject(claim: &Claim) -> impl PartialEq {
    (
        claim.names.clone(),
        claim.formula.clone(),
        claim.of.clone(),
        claim.scope.clone(),
        claim.take,
        claim.unit,
        claim.quorum,
        format!("{:?}{:?}", claim.given, claim.fields),
    )
}
