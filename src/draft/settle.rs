//! What the repository calls the drafted settings, and where it runs them.
//!
//! Why it can be wrong: a name chosen because its value agrees makes every draft look true. So names and files are
//! chosen by words alone, whatever their values are; a phrase that no setting bears is left out.
//!
//! Example: of `learning_rate`, `lr`, `base_lr` the repository has `lr`: that is proposed.

use std::collections::BTreeSet;

use super::phrase::Phrase;
use super::text::literal;
use super::{Draft, Found, scope};
use crate::evidence::{Ask, Evidence, Form, Statement, Subject};
use crate::judge::Kind;
use crate::quantity::packages::canonical;
use crate::quantity::{Dimension, Unit};

/// Names that one claim proposes.
const NAMES: usize = 3;
/// Names of a batch size besides the kind's usual ones.
const BATCHES: &str = "bs bsz batch minibatch_size mini_batch_size train_bs n_batch batch_sz";
/// Settings that name an optimizer.
const OPTIMIZERS: &str = "optimizer optim optimizer_type opt optimizer_name optim_type";

/// What has to be known to settle the names.
pub fn asks(found: &Found) -> Vec<Ask> {
    let mut asks = Vec::new();
    for draft in &found.drafts {
        let names = looked_for(draft);
        asks.extend((!names.is_empty()).then_some(Ask::Setting { names }));
        if let Some(symbol) = text(draft, "symbol") {
            asks.push(Ask::Usage { symbol });
        }
        if let Some(package) = text(draft, "package") {
            asks.push(Ask::Dependency { package });
        }
        if draft.kind == "samples" {
            asks.push(Ask::Prose {
                words: draft.names.clone(),
            });
        }
    }
    asks
}

fn looked_for(draft: &Draft) -> Vec<String> {
    let mut names: Vec<String> = draft.names.iter().chain(&draft.weak).cloned().collect();
    names.extend(usual(draft.kind).iter().map(ToString::to_string));
    let more = match draft.kind {
        "batch-size" => BATCHES,
        "usage" => OPTIMIZERS,
        _ => "",
    };
    names.extend(more.split_whitespace().map(str::to_string));
    names.extend(draft.phrase.iter().flat_map(Phrase::stems));
    names
}

pub(super) fn usual(kind: &str) -> &'static [&'static str] {
    match kind {
        "batch-size" | "sampling-rate" | "duration" => Kind::of_name(kind).map_or(&[], |kind| kind.spec.usual_names),
        _ => &[],
    }
}

/// The text of one of the draft's keys.
fn text(draft: &Draft, key: &str) -> Option<String> {
    let (_, text) = draft.keys.iter().find(|(name, _)| *name == key)?;
    Some(text.trim_matches('"').to_string())
}

/// The drafts with the repository's names, without those that it has no setting for.
pub fn settle(mut found: Found, evidence: &Evidence) -> Found {
    let mut kept = Vec::new();
    for mut draft in std::mem::take(&mut found.drafts) {
        if named(&mut draft, evidence) {
            scope::launches(&mut draft, evidence);
            kept.push(draft);
        } else if draft.kind == "parameter" {
            found.unnamed += 1;
        }
    }
    found.drafts = kept;
    found
}

/// Proposes names; whether the draft stays.
fn named(draft: &mut Draft, evidence: &Evidence) -> bool {
    match draft.kind {
        "usage" => {
            optimizer(draft, evidence);
            true
        }
        "samples" => {
            scope::samples(draft, evidence);
            true
        }
        "dependency" => {
            let versioned = draft.keys.iter().any(|(key, _)| *key == "version");
            versioned || text(draft, "package").is_some_and(|package| has_package(&package, evidence))
        }
        "parameter" => {
            let bear = borne(&draft.names, evidence);
            let bear = if bear.is_empty() {
                borne(&draft.weak, evidence)
            } else {
                bear
            };
            let bear = match &draft.phrase {
                Some(phrase) if bear.is_empty() => alike(phrase, evidence),
                _ => bear,
            };
            if bear.is_empty() {
                draft.names.truncate(NAMES - 1);
                return draft.sure && !draft.names.is_empty();
            }
            draft.names = bear;
            true
        }
        "batch-size" | "sampling-rate" => {
            let own = borne(&draft.names, evidence);
            let usual: Vec<String> = usual(draft.kind).iter().map(ToString::to_string).collect();
            let other: Vec<String> = BATCHES.split(' ').map(str::to_string).collect();
            let known = !borne(&usual, evidence).is_empty();
            draft.names = match (draft.names.is_empty(), own.is_empty(), draft.kind) {
                (false, false, _) => own,
                (false, true, _) => draft.names.iter().take(NAMES - 1).cloned().collect(),
                (true, _, "batch-size") if !known => borne(&other, evidence),
                _ => Vec::new(),
            };
            true
        }
        "duration" => {
            draft.names = lengths(&draft.weak, evidence);
            true
        }
        _ => {
            draft.names.clear();
            true
        }
    }
}

/// Those of the names that some setting of the code bears, at most [`NAMES`].
fn borne(names: &[String], evidence: &Evidence) -> Vec<String> {
    let bears: BTreeSet<String> = settings(evidence).map(|(name, _)| plain(name)).collect();
    let mut found: Vec<String> = names
        .iter()
        .filter(|name| bears.contains(&plain(name)))
        .cloned()
        .collect();
    found.truncate(NAMES);
    found
}

/// The settings that say most of the phrase's words.
fn alike(phrase: &Phrase, evidence: &Evidence) -> Vec<String> {
    let said: BTreeSet<(usize, String)> = settings(evidence)
        .filter_map(|(name, _)| Some((phrase.borne_by(name)?, plain(name))))
        .collect();
    let most = said.iter().next_back().map_or(0, |(words, _)| *words);
    let mut names: Vec<String> = said
        .into_iter()
        .filter(|(words, _)| *words == most)
        .map(|(_, name)| name)
        .collect();
    names.truncate(NAMES);
    names
}

/// Settings of code and configuration: what prose says is no name.
pub(super) fn settings(evidence: &Evidence) -> impl Iterator<Item = (&str, &Statement)> {
    evidence
        .statements
        .iter()
        .filter_map(|statement| match &statement.subject {
            Subject::Setting { name }
                if !matches!(
                    statement.form,
                    Form::Sentence | Form::Cell | Form::Comment | Form::Docstring | Form::CommentedOut
                ) =>
            {
                Some((name.as_str(), statement))
            }
            _ => None,
        })
}

pub(super) fn plain(name: &str) -> String {
    name.trim_start_matches('-').replace('-', "_").to_lowercase()
}

/// Lengths of time whose names hold one of the words.
fn lengths(stems: &[String], evidence: &Evidence) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (name, _) in settings(evidence) {
        let timed = Unit::of_name(name).is_some_and(|unit| unit.dimension() == Dimension::Time);
        let words: Vec<String> = plain(name).split('_').map(str::to_string).collect();
        let told = stems
            .iter()
            .any(|stem| words.iter().any(|word| word.starts_with(stem.trim_end_matches('*'))));
        if timed && told && !found.contains(&name.to_string()) {
            found.push(name.to_string());
        }
    }
    found.sort();
    found.truncate(NAMES);
    found
}

/// An optimizer that the code chooses by its name is a setting, no call.
fn optimizer(draft: &mut Draft, evidence: &Evidence) {
    let Some(symbol) = text(draft, "symbol") else { return };
    let used = evidence.statements.iter().any(|statement| match &statement.subject {
        Subject::Call { callee } => callee.rsplit('.').next() == Some(symbol.as_str()),
        Subject::Import { symbol: path, .. } => path.rsplit('.').next() == Some(symbol.as_str()),
        _ => false,
    });
    let names: Vec<String> = OPTIMIZERS.split(' ').map(str::to_string).collect();
    let chosen = borne(&names, evidence);
    let by_name = settings(evidence).any(|(name, statement)| {
        names.contains(&plain(name))
            && statement
                .value
                .literal()
                .is_some_and(|value| matches!(value, crate::quantity::Value::Text(_)))
    });
    if !used && by_name && !chosen.is_empty() {
        draft.kind = "parameter";
        draft.names = chosen;
        draft.keys = vec![("value", literal(&format!("{}*", symbol.to_lowercase())))];
    }
}

/// Whether anything of the repository declares or imports it.
fn has_package(package: &str, evidence: &Evidence) -> bool {
    evidence.statements.iter().any(|statement| match &statement.subject {
        Subject::Dependency { package: theirs, .. } | Subject::Import { package: theirs, .. } => {
            canonical(theirs) == canonical(package)
        }
        _ => false,
    })
}
