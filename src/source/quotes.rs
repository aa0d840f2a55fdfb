//! The paper: where its quotes stand, and the quantities that its sentences print.
//!
//! Why it can be wrong: a part of the paper that could not be read may hold the quotes that are not found. It is a gap.
//!
//! Example: the quote `with batch size 50` stands at `paper/sections/setup.tex:30`.

use std::collections::{BTreeMap, BTreeSet};

use super::File;
use super::file::Repository;
use super::gather::Wanted;
use super::latex::{Paper, find_in_text};
use crate::evidence::{Ask, Evidence, Expr, Form, Gap, GapReason, Grade, Statement, Subject};
use crate::place::{Place, SourceText};
use crate::quantity::{Locale, Value};

/// Files that quotes are said to stand in, as they were read.
pub(super) type Texts = BTreeMap<String, Result<Option<SourceText>, Gap>>;

/// The files that quotes are said to stand in.
pub(super) fn quoted_files(repository: &Repository, asks: &[Ask]) -> BTreeSet<String> {
    let files = asks.iter().filter_map(|ask| match ask {
        Ask::Quote { at: Some(at), .. } => Some(itself(repository, split_at(at).0)),
        _ => None,
    });
    files.collect()
}

/// The file at a path; of a link, the one that it leads to.
fn itself(repository: &Repository, path: &str) -> String {
    let entry = repository.entry(path);
    entry.map_or(path, |entry| entry.path.as_str()).to_string()
}

/// Looks every quote up, in the paper or at its `at`; a file that was read already is not read again.
pub(super) fn quotes(repository: &Repository, wanted: &mut Wanted, mut texts: Texts, evidence: &mut Evidence) {
    let paper = wanted
        .paper
        .as_mut()
        .map(|paper| Paper::read(paper.main.clone(), &mut *paper.load));
    // A part of the paper that is not there may hold the quotes that are not found.
    evidence
        .gaps
        .extend(paper.iter().flat_map(Paper::missing).map(|missing| Gap {
            file: missing.path.clone(),
            why: GapReason::Unreadable,
            detail: format!("\\input of {}", missing.place.short()),
        }));
    for ask in &wanted.asks {
        if let (Ask::Paper { spanish }, Some(paper)) = (ask, &paper) {
            evidence.statements.extend(printed(paper, *spanish));
        }
    }
    for ask in &wanted.asks {
        let Ask::Quote { text, at } = ask else { continue };
        let place = match at {
            None => paper.as_ref().and_then(|paper| paper.find(text)),
            Some(at) => {
                let (file, lines) = split_at(at);
                let source = texts
                    .entry(itself(repository, file))
                    .or_insert_with(|| repository.read(file).map(|File { text, .. }| text));
                match source {
                    Ok(source) => source.as_ref().and_then(|source| find_in_text(source, lines, text)),
                    Err(gap) => {
                        evidence.gaps.push(Gap {
                            why: GapReason::Unreadable,
                            ..gap.clone()
                        });
                        None
                    }
                }
            }
        };
        evidence.statements.extend(place.map(|place| quoted(text, place)));
    }
}

/// The quantities of the paper's sentences.
fn printed(paper: &Paper, spanish: bool) -> Vec<Statement> {
    let locale = if spanish { Locale::Spanish } else { Locale::English };
    paper
        .quantities(locale)
        .into_iter()
        .map(|quantity| {
            let subject = Subject::Printed {
                stated: quantity.stated,
                before: quantity.before,
                after: quantity.after,
            };
            let titles = quantity
                .heading
                .map(|heading| paper.titles(heading))
                .unwrap_or_default();
            sentence(subject, Expr::Opaque(String::new()), quantity.place, titles)
        })
        .collect()
}

fn quoted(text: &str, place: Place) -> Statement {
    let value = Expr::Value(Value::Text(text.to_string()));
    sentence(Subject::Quote { text: text.to_string() }, value, place, Vec::new())
}

/// What stands in the paper.
fn sentence(subject: Subject, value: Expr, place: Place, owner: Vec<String>) -> Statement {
    Statement {
        subject,
        form: Form::Sentence,
        value,
        place,
        grade: Grade::Documented,
        owner,
        unit: None,
        guards: Vec::new(),
        comment: None,
        dead: None,
    }
}

/// `README.md:101-103` as file and lines.
fn split_at(at: &str) -> (&str, Option<(u32, u32)>) {
    let Some((file, lines)) = at.rsplit_once(':') else {
        return (at, None);
    };
    let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) => (file, Some((first, last))),
        _ => (at, None),
    }
}
