//! What the paper says: where the claims' quotes stand, and the quantities of its sentences.
//!
//! Why it can be wrong: a quote that is looked up in the wrong file, or in a paper of which a part is missing, seems to
//! be gone. It is looked up where the claim says, and a part that is missing is a gap.
//!
//! Example: `at = "README.md:101"` looks for the quote on that line alone.

use std::collections::BTreeMap;

use super::File;
use super::file::Repository;
use super::gather::Wanted;
use super::latex::{Paper, find_in_text};
use crate::evidence::{Ask, Evidence, Expr, Form, Gap, GapReason, Grade, Statement, Subject};
use crate::place::{Place, SourceText};
use crate::quantity::{Locale, Value};

/// Looks every quote up, in the paper or at its `at`.
pub(super) fn quotes(repository: &Repository, wanted: &mut Wanted, evidence: &mut Evidence) {
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
    let mut texts: BTreeMap<String, Option<SourceText>> = BTreeMap::new();
    for ask in &wanted.asks {
        let Ask::Quote { text, at } = ask else { continue };
        let place = match at {
            None => paper.as_ref().and_then(|paper| paper.find(text)),
            Some(at) => {
                let (file, lines) = split_at(at);
                let source = texts
                    .entry(file.to_string())
                    .or_insert_with(|| match repository.read(file) {
                        Ok(File { text, .. }) => text,
                        Err(gap) => {
                            evidence.gaps.push(Gap {
                                why: GapReason::Unreadable,
                                ..gap
                            });
                            None
                        }
                    });
                source.as_ref().and_then(|source| find_in_text(source, lines, text))
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
