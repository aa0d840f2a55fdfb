//! How many GPUs a job has: what it asks for, the processes its launch starts, the number before a card in a sentence, the
//! cards that a timed run was seen on.
//!
//! Where the claim names a card as well, card and number must be of one occasion: one job, or one sentence.
//!
//! Why it can be wrong: "8 A100" stands in one sentence and `CUDA_VISIBLE_DEVICES=0,1` before a demo, and together they
//! would show two A100. A number without the card settles no such claim; and where an occasion has both, a launch in
//! the code that counts otherwise still stands against it, since it may be the one that is meant.
//!
//! Example: `8x A100 (80GB)` supports `model = "A100"`, `count = 8`; "8 A100 on each of 4 nodes" leaves the count open.

use std::collections::BTreeSet;

use super::ballot::ballot;
use super::cards::known_card;
use super::cite::cite;
use super::compared::{How, compare_value};
use super::effective::count_devices;
use super::machines;
use super::named;
use super::readings::{self, Wanted};
use super::recorded::{self, Recorded};
use super::scope::InScope;
use super::setting::look;
use super::vote::{Ballot, Question, Stand, distinct, first_place};
use crate::claim::Claim;
use crate::evidence::{Form, Grade, Graph, Part, ReadCard, Statement, Subject};
use crate::judge::Case;
use crate::quantity::{Quantity, Stated, Value, cards};
use crate::verdict::{Citation, Message, Ruling, Stance, Verdict};

/// Settings of launchers that count the GPUs of one job.
pub(crate) const PER_JOB: &[&str] = &[
    "nproc_per_node",
    "num_processes",
    "gpus_per_node",
    "num_gpus",
    "n_gpus",
    "cuda_visible_devices",
];

/// Words beside a count that make it one of several machines'.
const PER_MACHINE: &[&str] = &[
    "each", "per", "node", "nodes", "machine", "machines", "server", "servers",
];

/// A count, and whether the card that the claim names is of the same occasion.
struct Counted {
    ballot: Ballot,
    joined: bool,
}

/// The ruling on the count. `silence` is said where nothing counts.
pub(crate) fn count_ruling(case: &Case<'_>, count: &Stated, deciding: Grade, silence: Message) -> Ruling {
    let scope = InScope::of(case);
    let model = case.claim.fields.text("model");
    let jobs = model.map(|model| jobs_with(case, model));
    let mut counted: Vec<Counted> = directives(case, &scope, count, jobs.as_ref());
    counted.extend(launches(case, &scope, count, jobs.as_ref()));
    counted.extend(sentences(case, &scope, count, model));
    counted.extend(accounted(case, count, model));
    let (joined, apart): (Vec<Counted>, Vec<Counted>) = counted.into_iter().partition(|one| one.joined);
    let recorded = recorded(case, count, model);
    let mut ballots: Vec<Ballot> = joined.into_iter().map(|one| one.ballot).collect();
    ballots.extend(recorded.ballots);
    let mut apart: Vec<Ballot> = apart.into_iter().map(|one| one.ballot).collect();
    if ballots.is_empty() && !apart.is_empty() {
        ballots.push(without_card(&apart, model.unwrap_or_default()));
    } else if ballots.iter().any(|ballot| ballot.stand == Stand::For) {
        let (against, rest) = apart
            .into_iter()
            .partition(|ballot| ballot.stand == Stand::Against && ballot.grade > Grade::Documented);
        ballots.extend::<Vec<Ballot>>(against);
        apart = rest;
    }
    Question {
        expected: format!("{} GPU", shown_count(count)),
        ballots,
        context: apart.into_iter().flat_map(as_context).chain(recorded.context).collect(),
        caveats: scope.caveats().into_iter().chain(recorded.silence.clone()).collect(),
        deciding,
        floor: case.claim.floor,
        quorum: case.claim.quorum,
        silence: (
            named::silent_verdict(case).max(Verdict::NotRun),
            recorded.silence.unwrap_or(silence),
        ),
    }
    .decide()
}

/// Job scripts whose directives name the card.
fn jobs_with<'a>(case: &Case<'a>, model: &str) -> BTreeSet<&'a str> {
    let card = known_card(model).ok();
    let folded = model.to_lowercase();
    case.evidence
        .statements
        .iter()
        .filter(|s| s.form == Form::Directive && s.dead.is_none())
        .filter(|s| match (&s.subject, card) {
            (Subject::Card { card: theirs, .. }, Some(card)) => theirs == card.name(),
            (Subject::Directive { .. }, None) => s
                .value
                .literal()
                .is_some_and(|value| value.to_string().to_lowercase().split(':').any(|part| part == folded)),
            _ => false,
        })
        .map(|s| s.place.file.as_str())
        .collect()
}

fn directives(case: &Case<'_>, scope: &InScope<'_>, count: &Stated, jobs: Option<&BTreeSet<&str>>) -> Vec<Counted> {
    let mut found = Vec::new();
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
        found.push(Counted {
            ballot: vote(case, count, value, statement),
            joined: jobs.is_none_or(|jobs| jobs.contains(statement.place.file.as_str())),
        });
    }
    found
}

/// What the accounting gave to the jobs that the claim is about; the label of their cards is the administrator's word.
fn accounted(case: &Case<'_>, count: &Stated, model: Option<&str>) -> Vec<Counted> {
    let card = model.and_then(|model| known_card(model).ok());
    let bound = super::jobs::bound(case, |_| true);
    let rows = bound.jobs.iter().filter_map(|&(row, job)| {
        let gpus = i64::try_from(job.allocated.gpus?).ok()?;
        let labels = &job.allocated.gpu_types;
        let is_of = |label: &String| card.is_some() && known_card(label).ok() == card;
        Some(Counted {
            ballot: vote(case, count, &Value::from(gpus), row),
            joined: model.is_none() || (!labels.is_empty() && labels.iter().all(is_of)),
        })
    });
    rows.collect()
}

/// The cards that the run was seen on, whose record the claim names. A run on more cards or fewer is one on other
/// hardware: it does not show that the paper's job had another number, nor that it had this one.
fn recorded(case: &Case<'_>, count: &Stated, model: Option<&str>) -> Recorded {
    let (statement, timed) = match recorded::own(case) {
        None => return Recorded::default(),
        Some(Err(refused)) => return refused,
        Some(Ok(found)) => found,
    };
    if let Some(refused) = recorded::without_card(case) {
        return refused;
    }
    let cards: Vec<&ReadCard> = timed.parts.iter().flat_map(Part::used).collect();
    let shown: Vec<String> = cards.iter().map(|card| card.shown()).collect();
    let wanted = model.and_then(Wanted::of);
    let another = |card: &&ReadCard| {
        let stand = wanted.as_ref().map(|wanted| readings::model(card, wanted));
        stand == Some(Stand::Against)
    };
    let number = Value::from(i64::try_from(cards.len()).unwrap_or(i64::MAX));
    let compared = compare_value(case.claim, count, &number, None, How::EXACT);
    if compared.stand != Stand::For || cards.iter().any(another) {
        let claimed = format!("{} {}", shown_count(count), model.unwrap_or("GPU"));
        let why = recorded::elsewhere(&timed.name, shown.join(", "), &claimed);
        return Recorded::refused(statement, why);
    }
    let mut citation = cite(statement, Stance::Supports);
    citation.value = shown.join(", ");
    let ballot = Ballot::new(Stand::For, Grade::Measured, number.to_string(), vec![citation])
        .by(compared.rule)
        .noting(recorded::limits_of(statement));
    Recorded {
        ballots: vec![ballot],
        ..Recorded::default()
    }
}

fn launches(case: &Case<'_>, scope: &InScope<'_>, count: &Stated, jobs: Option<&BTreeSet<&str>>) -> Vec<Counted> {
    let claim = Claim {
        value: Some(count.clone()),
        ..case.claim.clone()
    };
    let counting = Case { claim: &claim, ..*case };
    let graph = Graph::new(case.evidence);
    let names: Vec<String> = PER_JOB.iter().map(ToString::to_string).collect();
    let mut sight = look(&counting, &graph, scope, &names, None);
    count_devices(&graph, &mut sight);
    let nodes = machines::look_at(&counting, &graph, scope);
    let in_job = |launch: Option<usize>| {
        let file = launch.map(|launch| case.evidence.launches[launch].place.file.as_str());
        jobs.is_none_or(|jobs| file.is_some_and(|file| jobs.contains(file)))
    };
    sight
        .occasions
        .iter()
        .map(|seen| {
            let mut ballot = ballot(&counting, &graph, seen, How::EXACT);
            if let Some(several) = machines::several(&graph, seen, &nodes) {
                let place = first_place(&ballot.citations);
                ballot.stand = Stand::Undecided(Message::new("count-of-one-machine").with("place", place));
                ballot.citations = as_context(ballot.clone());
                ballot.citations.push(cite(graph.statement(several), Stance::Context));
            }
            Counted {
                ballot,
                joined: in_job(seen.launch),
            }
        })
        .collect()
}

/// Sentences and cells with a number before the card; of another card than the claim's they count nothing.
fn sentences(case: &Case<'_>, scope: &InScope<'_>, count: &Stated, model: Option<&str>) -> Vec<Counted> {
    let card = model.map(known_card);
    let mut found = Vec::new();
    for statement in &case.evidence.statements {
        let Subject::Card {
            card: theirs,
            alternatives: false,
        } = &statement.subject
        else {
            continue;
        };
        let prose = matches!(statement.form, Form::Sentence | Form::Cell) && statement.dead.is_none();
        let wanted = match &card {
            None => true,
            Some(card) => card.as_ref().is_ok_and(|card| card.name() == theirs),
        };
        if !prose || !wanted || !scope.has(&statement.place.file) || !scope.may_speak(statement) {
            continue;
        }
        let written = statement.value.literal().map(ToString::to_string).unwrap_or_default();
        let number = cards::find_among_gpus(&written).first().and_then(|found| found.count);
        let Some(number) = number else { continue };
        let mut ballot = vote(case, count, &Value::from(i64::from(number)), statement);
        if of_one_machine(&statement.place.excerpt) {
            let open = Message::new("count-of-one-machine").with("place", statement.place.short());
            ballot.stand = Stand::Undecided(open);
            ballot.citations = vec![cite(statement, Stance::Context)];
        }
        found.push(Counted { ballot, joined: true });
    }
    found
}

fn of_one_machine(line: &str) -> bool {
    line.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| PER_MACHINE.contains(&word))
}

fn vote(case: &Case<'_>, count: &Stated, value: &Value, statement: &Statement) -> Ballot {
    let compared = compare_value(case.claim, count, value, None, How::EXACT);
    let stance = if compared.stand == Stand::For {
        Stance::Supports
    } else {
        Stance::Contradicts
    };
    let citations = vec![cite(statement, stance)];
    Ballot::new(compared.stand, statement.grade, value.to_string(), citations).by(compared.rule)
}

/// Numbers alone: to be clarified, with their places.
fn without_card(apart: &[Ballot], model: &str) -> Ballot {
    let found = distinct(apart.iter().map(|ballot| ballot.found.as_str())).unwrap_or_default();
    let grade = apart
        .iter()
        .map(|ballot| ballot.grade)
        .max()
        .unwrap_or(Grade::Documented);
    let places = distinct(
        apart
            .iter()
            .map(|ballot| first_place(&ballot.citations))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str),
    );
    let open = Message::new("count-without-card")
        .with("model", model)
        .with("found", &found)
        .with("places", places.unwrap_or_default());
    let citations = apart.iter().cloned().flat_map(as_context).collect();
    Ballot::new(Stand::Undecided(open), grade, found, citations)
}

fn as_context(ballot: Ballot) -> Vec<Citation> {
    let context = |citation| Citation {
        stance: Stance::Context,
        ..citation
    };
    ballot.citations.into_iter().map(context).collect()
}

fn shown_count(count: &Stated) -> String {
    count
        .quantity()
        .map(|quantity: &Quantity| quantity.number.text.clone())
        .unwrap_or_else(|| count.to_string())
}
