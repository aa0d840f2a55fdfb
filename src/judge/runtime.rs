//! A run takes this long.
//!
//! ## What it checks
//! Accounting and run records decide. Until there are any: time limits of the jobs in scope, which bound the duration
//! from above and so can refute it, and prose that names the job or script beside a duration.
//!
//! ## Why it can be wrong
//! A limit of 2 h says nothing of how long a job of 1 h takes; it refutes "3-4 hours", and supports only what it
//! implies, such as "<= 2 h". Jobs that run something else than `of` are no occasion.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "runtime"
//! kind = "runtime"
//! value = "3-4 hours"
//! of = "evaluate_simple.py"
//! ```

use super::weigh::cite::{cite, noted};
use super::weigh::scope::InScope;
use super::weigh::several::time;
use super::weigh::vote::{Ballot, Question, Stand};
use super::weigh::{impossible, recommend};
use super::{Case, Kind};
use crate::claim::{Claim, Key, KindSpec, Shape};
use crate::evidence::{Ask, Form, Grade, Statement, Subject};
use crate::quantity::{Dimension, Locale, Outcome, Precision, Quantity, Stated, Unit, Value, compare_interval};
use crate::verdict::{Citation, Message, Ruling, Stance, Verdict};

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "runtime",
        about: include_str!("runtime.rs"),
        keys: &[
            Key {
                name: "samples",
                shape: Shape::Stated,
                required: false,
                about: "How many samples the run evaluates: a run known to differ is no occasion.",
            },
            Key {
                name: "batch-size",
                shape: Shape::Stated,
                required: false,
                about: "With which batch size.",
            },
            Key {
                name: "model",
                shape: Shape::Text,
                required: false,
                about: "On which card; absent: that of the file's one `gpu` claim.",
            },
        ],
        shared: &["value!", "of", "tolerance", "for", "grade", "run", "in"],
        usual_names: &[],
        deciding: Grade::Logged,
        check: |_| Ok(()),
        dimension: Some(Dimension::Time),
    },
    asks: |_, _| vec![Ask::Runtime, Ask::Scheduler],
    judge,
};

fn judge(case: &Case<'_>) -> Ruling {
    if let Some(ruling) = impossible::impossible(case) {
        return ruling;
    }
    let claim = case.claim;
    let scope = InScope::of(case);
    let Some(stated) = &claim.value else {
        return impossible::ruling(case, Message::new("claim-without-value"));
    };
    let mut ballots = Vec::new();
    let mut context: Vec<Citation> = Vec::new();
    let mut jobs = Vec::new();
    let mut limits: Vec<String> = Vec::new();
    for statement in &case.evidence.statements {
        let live = statement.form != Form::CommentedOut && statement.dead.is_none();
        if !live || !scope.has(&statement.place.file) || !scope.may_speak(statement) {
            continue;
        }
        match &statement.subject {
            Subject::Directive { key, .. } if key == "time-limit" && runs(case, &statement.place.file) => {
                let before = ballots.len();
                limit(claim, stated, statement, &mut ballots, &mut context);
                if let Some(ballot) = ballots.get(before) {
                    jobs.push(statement.place.file.clone());
                    limits.push(ballot.found.trim_start_matches("≤ ").to_string());
                }
            }
            Subject::Prose {
                stated: said,
                words,
                alternatives,
            } if is_time(said) && !alternatives && is_named(claim, words) => {
                ballots.extend(prose(claim, stated, said, statement));
            }
            _ => {}
        }
    }
    let silence = if scope.files().is_empty() {
        (Verdict::NoEvidence, scope.silence("runtime"))
    } else {
        (
            Verdict::NotRun,
            Message::new("no-run-on-record").with("claim", &claim.id),
        )
    };
    let mut ruling = Question {
        expected: expected(claim, stated),
        ballots,
        context,
        caveats: scope.caveats(),
        deciding: KIND.spec.deciding,
        floor: claim.floor,
        quorum: claim.quorum,
        silence,
    }
    .decide();
    if ruling.verdict == Verdict::MinorDiscrepancy && ruling.grade == Some(Grade::Declared) {
        limits.dedup();
        ruling.found = Some(limits.join(" / "));
        ruling.because = Message::new("time-limit-below")
            .with("claimed", stated)
            .with("found", limits.join(" / "))
            .with("jobs", jobs.join(", "))
            .with("bounds", ruling.because.values.get("rule").cloned().unwrap_or_default());
        ruling.recommendations.push(recommend::paper(
            Message::new("look-at-the-accounting").with("claimed", stated),
            None,
        ));
    }
    recommend::add_for_the_paper(claim, &mut ruling);
    ruling
}

fn expected(claim: &Claim, stated: &Stated) -> String {
    match claim.of.as_deref() {
        Some(of) => format!("{stated} ({of})"),
        None => stated.to_string(),
    }
}

/// Whether the job runs what the claim is about; a job whose commands are not understood may.
fn runs(case: &Case<'_>, job: &str) -> bool {
    let Some(of) = case.claim.of.as_deref() else {
        return true;
    };
    let base = |path: &str| path.rsplit('/').next().unwrap_or(path).to_string();
    if job == of || base(job) == base(of) || base(job).starts_with(&format!("{of}.")) {
        return true;
    }
    let mut launches = case
        .evidence
        .launches
        .iter()
        .filter(|l| l.place.file == job && !l.command.is_empty())
        .peekable();
    if launches.peek().is_none() {
        return false;
    }
    launches.any(|launch| {
        launch
            .entry
            .as_deref()
            .is_some_and(|entry| entry == of || base(entry) == base(of))
            || launch
                .command
                .split_whitespace()
                .any(|word| base(word.trim_matches('"')) == base(of))
    })
}

/// A time limit: the run took at most this long.
fn limit(
    claim: &Claim,
    stated: &Stated,
    statement: &Statement,
    ballots: &mut Vec<Ballot>,
    context: &mut Vec<Citation>,
) {
    let Some(Value::Number(seconds)) = statement.value.literal() else {
        return;
    };
    let high = Quantity {
        number: seconds.clone(),
        unit: Some(statement.unit.unwrap_or(Unit::Second)),
    };
    let compared = compare_interval(stated, None, Some(&high), Precision::Runtime, claim.tolerance.as_ref());
    let found = format!("≤ {}", time(&seconds.to_string(), Locale::English));
    let stand = match compared.outcome {
        Outcome::Disagrees => Stand::Against,
        Outcome::Agrees => Stand::For,
        // It merely permits the claim.
        Outcome::Overlaps | Outcome::Undecidable(_) => {
            context.push(noted(
                statement,
                Stance::Context,
                Message::new("limit-permits").with("limit", found),
            ));
            return;
        }
    };
    let stance = if stand == Stand::For {
        Stance::Supports
    } else {
        Stance::Contradicts
    };
    let mut citation = cite(statement, stance);
    citation.value.clone_from(&found);
    ballots.push(Ballot::new(stand, statement.grade, found, vec![citation]).by(compared.rule));
}

/// A duration in prose, beside the name of the job or script.
fn prose(claim: &Claim, stated: &Stated, said: &Stated, statement: &Statement) -> Option<Ballot> {
    let (low, high) = ends(said)?;
    let compared = compare_interval(
        stated,
        low.as_ref(),
        high.as_ref(),
        Precision::Runtime,
        claim.tolerance.as_ref(),
    );
    let (stand, stance) = match compared.outcome {
        Outcome::Agrees => (Stand::For, Stance::Supports),
        Outcome::Disagrees => (Stand::Against, Stance::Contradicts),
        Outcome::Overlaps => (
            Stand::Undecided(Message::new("overlaps").with("rule", &compared.rule)),
            Stance::Context,
        ),
        Outcome::Undecidable(_) => return None,
    };
    let mut citation = cite(statement, stance);
    citation.value = said.to_string();
    Some(Ballot::new(stand, statement.grade, said.to_string(), vec![citation]).by(compared.rule))
}

fn ends(said: &Stated) -> Option<(Option<Quantity>, Option<Quantity>)> {
    match said {
        Stated::Exact(quantity) | Stated::About(quantity) => Some((Some(quantity.clone()), Some(quantity.clone()))),
        Stated::Range(low, high) => Some((Some(low.clone()), Some(high.clone()))),
        _ => None,
    }
}

fn is_time(said: &Stated) -> bool {
    said.unit().is_some_and(|unit| unit.dimension() == Dimension::Time)
}

/// `of`, or the one job in scope, stands among the words of the sentence or row.
fn is_named(claim: &Claim, words: &[String]) -> bool {
    let Some(of) = claim.of.as_deref() else { return false };
    let base = of.rsplit('/').next().unwrap_or(of).to_lowercase();
    words.iter().any(|word| {
        word.to_lowercase()
            .split_whitespace()
            .any(|part| part.trim_matches('`') == base)
    })
}
