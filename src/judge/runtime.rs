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
use super::weigh::conditions::{CONDITIONS, conditions, differs, job_differs};
use super::weigh::jobs;
use super::weigh::scope::InScope;
use super::weigh::several::time;
use super::weigh::timed;
use super::weigh::vote::{Ballot, Question, Stand};
use super::weigh::{impossible, recommend};
use super::{Case, Kind};
use crate::claim::{Claim, Key, KindSpec, Shape};
use crate::evidence::{Ask, Form, Grade, Graph, Statement, Subject};
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
        says: &[],
        subject: None,
        exact: false,
        usual_names: &[],
        deciding: Grade::Logged,
        check: |_| Ok(()),
        dimension: Some(Dimension::Time),
    },
    asks: |claim, file| {
        let mut asks = vec![Ask::Runtime, Ask::Scheduler, Ask::Cards];
        asks.extend(jobs::asks(file));
        for (key, names) in CONDITIONS {
            if claim.fields.get(key).is_some() {
                asks.push(Ask::Setting {
                    names: names.iter().map(ToString::to_string).collect(),
                });
            }
        }
        asks
    },
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
    let graph = Graph::new(case.evidence);
    let mut limited = Vec::new();
    let mut limits: Vec<String> = Vec::new();
    for statement in &case.evidence.statements {
        let live = statement.form != Form::CommentedOut && statement.dead.is_none();
        if !live || !scope.has(&statement.place.file) || !scope.may_speak(statement) {
            continue;
        }
        match &statement.subject {
            Subject::Directive { key, .. } if key == "time-limit" && runs(case, &statement.place.file) => {
                if let Some(differs) = differs(case, &graph, &scope, &statement.place.file) {
                    context.push(noted(statement, Stance::Context, differs));
                    continue;
                }
                let before = ballots.len();
                limit(claim, stated, statement, &mut ballots, &mut context);
                if let Some(ballot) = ballots.get(before) {
                    limited.push(statement.place.file.clone());
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
    let bound = jobs::bound(case, |script| runs(case, script));
    let accounted = jobs::times(claim, stated, &bound, |row| job_differs(case, &graph, &scope, row));
    ballots.extend(accounted.ballots);
    context.extend(accounted.context);
    let recorded = timed::duration(case, stated, &conditions(case));
    ballots.extend(recorded.ballots);
    context.extend(recorded.context);
    let silence = if let Some(why) = &recorded.silence {
        (Verdict::NotRun, why.clone())
    } else if scope.files().is_empty() {
        (Verdict::NoEvidence, scope.silence("runtime"))
    } else if let Some(because) = nobody_is(case, &scope).filter(|_| bound.is_empty()) {
        (Verdict::NoEvidence, because)
    } else {
        (
            Verdict::NotRun,
            Message::new("no-run-on-record").with("claim", &claim.id),
        )
    };
    let mut caveats = scope.caveats();
    caveats.extend(recorded.silence.filter(|_| !ballots.is_empty()));
    caveats.extend(accounted.caveats);
    let mut ruling = Question {
        expected: expected(claim, stated),
        ballots,
        context,
        caveats,
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
            .with("jobs", limited.join(", "))
            .with("bounds", ruling.because.values.get("rule").cloned().unwrap_or_default());
        ruling.recommendations.push(recommend::paper(
            Message::new("look-at-the-accounting").with("claimed", stated),
            None,
        ));
    }
    match jobs::summary(&accounted.seconds) {
        Some((range, median)) => {
            let text = Message::new("say-what-was-accounted")
                .with("count", accounted.seconds.len())
                .with("range", &range)
                .with("median", median);
            let sentence = recommend::corrected(claim, &ruling.expected, &range);
            ruling.recommendations.push(recommend::paper(text, sentence));
        }
        None => recommend::add_for_the_paper(claim, &mut ruling),
    }
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

/// `of` names a script or job that is nowhere in the repository: those that there are.
fn nobody_is(case: &Case<'_>, scope: &InScope<'_>) -> Option<Message> {
    let of = case.claim.of.as_deref()?;
    let base = |path: &str| path.rsplit('/').next().unwrap_or(path).to_string();
    let launches = &case.evidence.launches;
    let mut known: Vec<String> = launches
        .iter()
        .flat_map(|launch| launch.entry.iter().chain([&launch.place.file]))
        .chain(&case.evidence.entries)
        .map(|file| base(file))
        .chain(jobs::names(case))
        .collect();
    known.sort();
    known.dedup();
    let stem = |name: &str| name.split('.').next().unwrap_or(name).to_string();
    let named = known.iter().any(|name| *name == base(of) || stem(name) == of)
        || launches.iter().any(|launch| launch.command.contains(of))
        || scope.files().iter().any(|file| base(file) == base(of));
    (!named).then(|| {
        Message::new("no-such-run")
            .with("of", of)
            .with("known", known.join(", "))
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
