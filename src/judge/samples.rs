//! There are this many samples.
//!
//! ## What it checks
//! The rows of each data table in scope, counted: CSV, TSV, JSON Lines, JSON lists, texts of even columns; Parquet, Arrow
//! (Feather, the streams of Hugging Face datasets) and NumPy's `.npy` by what the file says of itself, its first axis
//! being the rows. With `select`, what it gives; with `name` alone, settings, cells and prose that bear the name or noun.
//!
//! ## Why it can be wrong
//! A header counted as a row is one sample too many: the first row is the header unless a cell of it is empty, a
//! number, stands again in its own column, or is made like every other of its column; `header` settles it. Empty and
//! duplicate rows are counted and said, where the rows were read. A table that is a pointer of Git LFS, broken or cut off
//! has no rows that are known: it leaves the claim open, and never counts as none.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "samples"
//! kind = "samples"
//! value = "21,340 = 970 * 22"
//! in = "data/test_manifest.csv"
//! ```

use super::weigh::cite::cite;
use super::weigh::compared::{How, compare_value};
use super::weigh::scope::InScope;
use super::weigh::vote::{Ballot, Question, Stand};
use super::weigh::{impossible, named, recommend, recorded, selection, tables, unread};
use super::{Case, Kind};
use crate::claim::{Claim, Key, KindSpec, Shape, Take};
use crate::evidence::{Ask, Gap, Grade, Statement, Subject};
use crate::quantity::{Observed, Outcome, Precision, Stated, Value, compare};
use crate::verdict::{Citation, Message, Ruling, Stance};

/// What samples are called in prose, where the claim names no noun.
const NOUNS: &[&str] = &[
    "samples",
    "sample",
    "clips",
    "clip",
    "utterances",
    "utterance",
    "examples",
    "example",
    "rows",
    "images",
    "image",
    "instances",
    "items",
    "segments",
    "recordings",
    "sentences",
    "pairs",
    "documents",
    "questions",
    "muestras",
    "ejemplos",
    "filas",
];

/// Under which names a timed run prints how many samples there are.
pub(super) const PRINTED: &[&str] = &[
    "samples",
    "num_samples",
    "n_samples",
    "total_samples",
    "population",
    "num_examples",
    "n_examples",
    "dataset_size",
    "test_samples",
    "eval_samples",
];

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "samples",
        about: include_str!("samples.rs"),
        keys: &[
            Key {
                name: "select",
                shape: Shape::Select,
                required: false,
                about: "A selection that gives the number.",
            },
            Key {
                name: "header",
                shape: Shape::Bool,
                required: false,
                about: "Whether the first row of the tables is a header.",
            },
        ],
        shared: &[
            "value!",
            "name",
            "of",
            "take",
            "given",
            "tolerance",
            "for",
            "grade",
            "run",
            "in",
        ],
        says: &[],
        subject: None,
        exact: true,
        usual_names: &[],
        deciding: Grade::Measured,
        check: |claim| {
            let counts = claim.names.is_empty() && claim.fields.get("select").is_none();
            if counts && claim.scope.include.is_empty() {
                Err(
                    "samples without `select` or `name` counts the rows of the tables in scope: `in` is required"
                        .to_string(),
                )
            } else {
                Ok(())
            }
        },
        dimension: None,
    },
    asks: |claim, _| {
        if claim.fields.get("select").is_some() {
            return selection::asks_of(claim);
        }
        if !claim.names.is_empty() {
            return vec![
                Ask::Setting {
                    names: claim.names.clone(),
                },
                Ask::Prose {
                    words: claim.names.clone(),
                },
            ];
        }
        let header = claim.fields.bool("header");
        let nouns = NOUNS.iter().map(ToString::to_string).collect();
        vec![
            Ask::Rows {
                scope: claim.scope.clone(),
                header,
            },
            Ask::Prose { words: nouns },
        ]
    },
    judge,
};

fn judge(case: &Case<'_>) -> Ruling {
    if let Some(ruling) = impossible::impossible(case) {
        return ruling;
    }
    if case.claim.fields.get("select").is_some() {
        return selection::judge_selection(case, How::EXACT, Grade::Logged);
    }
    if !case.claim.names.is_empty() {
        return by_name(case);
    }
    by_rows(case)
}

/// The rows of each table, each an occasion unless they are summed.
fn by_rows(case: &Case<'_>) -> Ruling {
    let claim = case.claim;
    let scope = InScope::of(case);
    let Some(stated) = &claim.value else {
        return impossible::ruling(case, Message::new("claim-without-value"));
    };
    let tables: Vec<&Statement> = case
        .evidence
        .statements
        .iter()
        .filter(|s| {
            matches!(s.subject, Subject::Rows { .. })
                && asked_so(s, claim)
                && scope.has(&s.place.file)
                && !scope.excludes(&s.place.file)
        })
        .collect();
    let mut caveats = scope.caveats();
    caveats.extend(tables::caveats(case, &tables));
    let counted = |gap: &Gap| tables.iter().any(|table| table.place.file == gap.file);
    let (open, beside): (Vec<&Gap>, Vec<&Gap>) =
        unread::unread(case, &scope, |gap| !counted(gap) && tables::is_table(gap))
            .into_iter()
            .partition(|gap| claim.take.is_some() || tables::is_counted(&gap.file));
    let mut ballots = if claim.take.is_some() && !tables.is_empty() {
        let counts: Vec<Value> = tables
            .iter()
            .filter_map(|table| table.value.literal().cloned())
            .collect();
        let together = whole(claim, stated, &tables, &Value::List(counts));
        let faulty: u64 = tables.iter().map(|table| tables::broken(table)).sum();
        let together = match (claim.take, tables::held_twice(case, &tables)) {
            (Some(Take::Sum), Some(why)) => Ballot {
                stand: Stand::Undecided(why),
                ..together
            },
            _ => together,
        };
        vec![tables::around_faults(together, faulty, true)]
    } else {
        tables
            .iter()
            .filter_map(|table| {
                let ballot = one(claim, stated, table, table.value.literal()?);
                Some(tables::around_faults(
                    ballot,
                    tables::broken(table),
                    tables::may_be(stated, table),
                ))
            })
            .collect()
    };
    let mut silence = scope.silence("rows");
    if tables.is_empty() {
        let unread = [open, beside].concat();
        if !unread.is_empty() {
            silence = unread::message(&unread);
        }
    } else {
        ballots.extend(unread::ballot(&open, KIND.spec.deciding));
        caveats.extend((!beside.is_empty()).then(|| unread::message(&beside)));
    }
    let names: Vec<String> = PRINTED.iter().map(ToString::to_string).collect();
    let recorded = recorded::population(case, &names);
    let given = recorded::was_given(case, &tables);
    let printed = !recorded.ballots.is_empty();
    ballots.extend(recorded.ballots);
    let mut context = prose(case, &scope, stated);
    match given {
        // The run need not print what its data shows.
        Some(citation) if !printed => {
            let agrees = ballots.iter().all(|ballot| ballot.stand == Stand::For);
            let stance = if agrees { citation.stance } else { Stance::Context };
            context.push(Citation { stance, ..citation });
        }
        _ => {
            caveats.extend(recorded.silence);
            context.extend(recorded.context);
        }
    }
    let mut ruling = Question {
        expected: stated.to_string(),
        ballots,
        context,
        caveats,
        deciding: KIND.spec.deciding,
        floor: claim.floor,
        quorum: claim.quorum,
        silence: (named::silent_verdict(case), silence),
    }
    .decide();
    recommend::add_usual(claim, &mut ruling);
    ruling
}

/// Whether rows were counted with the header that this claim settles.
fn asked_so(statement: &Statement, claim: &Claim) -> bool {
    let settled = claim.fields.bool("header").map(|header| format!("header = {header}"));
    statement.owner.first() == settled.as_ref()
}

fn one(claim: &Claim, stated: &Stated, table: &Statement, value: &Value) -> Ballot {
    let compared = compare_value(claim, stated, value, None, How::EXACT);
    let stance = if compared.stand == Stand::For {
        Stance::Supports
    } else {
        Stance::Contradicts
    };
    Ballot::new(
        compared.stand,
        table.grade,
        value.to_string(),
        vec![cite(table, stance)],
    )
    .by(compared.rule)
    .noting(compared.caveats)
}

/// The tables together, as `take` says.
fn whole(claim: &Claim, stated: &Stated, tables: &[&Statement], counts: &Value) -> Ballot {
    let compared = compare_value(claim, stated, counts, None, How::EXACT);
    let stance = if compared.stand == Stand::For {
        Stance::Supports
    } else {
        Stance::Contradicts
    };
    let sum = match (claim.take, counts) {
        (Some(Take::Sum), Value::List(items)) => {
            let total: bigdecimal::BigDecimal = items
                .iter()
                .filter_map(|item| match item {
                    Value::Number(number) => Some(&number.value),
                    _ => None,
                })
                .sum();
            crate::quantity::Number::from_decimal(&total).to_string()
        }
        _ => counts.to_string(),
    };
    Ballot::new(
        compared.stand,
        tables.iter().map(|table| table.grade).min().unwrap_or(Grade::Measured),
        sum,
        tables.iter().map(|table| cite(table, stance)).collect(),
    )
    .by(compared.rule)
    .noting(compared.caveats)
}

/// Prose that bears the count and a noun: listed with its stance, below the deciding grade.
fn prose(case: &Case<'_>, scope: &InScope<'_>, stated: &Stated) -> Vec<Citation> {
    let mut citations = Vec::new();
    for statement in &case.evidence.statements {
        let Subject::Prose {
            stated: said, words, ..
        } = &statement.subject
        else {
            continue;
        };
        let Stated::Exact(quantity) = said else { continue };
        let counts = words.iter().any(|word| NOUNS.contains(&word.as_str()));
        if !counts || quantity.unit.is_some() || !scope.has(&statement.place.file) || !scope.may_speak(statement) {
            continue;
        }
        let observed = Observed {
            value: Value::Number(quantity.number.clone()),
            unit: None,
        };
        let agrees = compare(stated, &observed, Precision::Exact, None).outcome == Outcome::Agrees;
        let stance = if agrees { Stance::Supports } else { Stance::Context };
        let mut citation = cite(statement, stance);
        citation.value = said.to_string();
        citations.push(citation);
    }
    citations
}

/// Settings, cells and prose that bear the name or noun; no rows are counted.
fn by_name(case: &Case<'_>) -> Ruling {
    let claim = case.claim;
    let mut ruling = named::judge(case, &KIND.spec, How::EXACT);
    let scope = InScope::of(case);
    let Some(stated) = &claim.value else { return ruling };
    if ruling.grade.is_some() {
        return ruling;
    }
    // Nothing in code: a sentence with the number and its noun.
    let mut ballots = Vec::new();
    for statement in &case.evidence.statements {
        let Subject::Prose {
            stated: said,
            words,
            alternatives,
        } = &statement.subject
        else {
            continue;
        };
        let bears = claim
            .names
            .iter()
            .any(|name| words.iter().any(|word| *word == name.to_lowercase()));
        let Stated::Exact(quantity) = said else { continue };
        if !bears || *alternatives || !scope.has(&statement.place.file) || !scope.may_speak(statement) {
            continue;
        }
        ballots.push(one(claim, stated, statement, &Value::Number(quantity.number.clone())));
    }
    if !ballots.is_empty() {
        ruling = Question {
            expected: stated.to_string(),
            ballots,
            context: Vec::new(),
            caveats: scope.caveats(),
            deciding: KIND.spec.deciding,
            floor: claim.floor,
            quorum: claim.quorum,
            silence: (named::silent_verdict(case), scope.silence("samples")),
        }
        .decide();
        recommend::add_usual(claim, &mut ruling);
    }
    ruling
}
