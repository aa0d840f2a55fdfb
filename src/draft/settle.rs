//! What the repository calls the drafted settings, and where it runs them.
//!
//! Why it can be wrong: a name chosen because its value agrees makes every draft look true. So names and files are
//! chosen by words alone, whatever their values are; a phrase that no setting bears is left out.
//!
//! Example: of `learning_rate`, `lr`, `base_lr` the repository has `lr`: that is proposed.

use std::collections::BTreeSet;

use super::phrase::Phrase;
use super::text::literal;
use super::{Draft, Found};
use crate::evidence::{Ask, Evidence, Form, Grade, Scope, Statement, Subject};
use crate::judge::Kind;
use crate::quantity::packages::canonical;
use crate::quantity::{Dimension, Unit};

/// Names that one claim proposes.
const NAMES: usize = 3;
/// Files that `in` names.
const FILES: usize = 8;
/// Tables that `in` names.
const TABLES: usize = 3;
/// Tables of data, by their ending.
const DATA: [&str; 5] = ["csv", "tsv", "jsonl", "parquet", "arrow"];
/// Words for a part of the data: a path that says another one is of other samples.
const SPLITS: [&str; 3] = ["train", "val", "test"];
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

/// The tables of data that a count may be of.
pub fn scopes() -> Vec<Scope> {
    vec![Scope {
        include: DATA.iter().map(|end| format!("**/*.{end}")).collect(),
        exclude: Vec::new(),
    }]
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

fn usual(kind: &str) -> &'static [&'static str] {
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
            scope(&mut draft, evidence);
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
            samples(draft, evidence);
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
fn settings(evidence: &Evidence) -> impl Iterator<Item = (&str, &Statement)> {
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

fn plain(name: &str) -> String {
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

/// `in` of a count: the tables whose path says what the sentence says of it; else the documents that count such things.
fn samples(draft: &mut Draft, evidence: &Evidence) {
    let is_split = |word: &String| SPLITS.contains(&word.as_str());
    let mut words: BTreeSet<String> = parts(&draft.quote).filter(|word| !draft.names.contains(word)).collect();
    // `144 training, 36 validation` names two parts, and the count is of its own.
    if parts(&draft.id).any(|word| is_split(&word)) {
        words.retain(|word| !is_split(word));
        words.extend(parts(&draft.id).filter(is_split));
    }
    let data = scopes();
    let tables = evidence
        .scopes
        .iter()
        .filter(|scope| data.contains(&scope.scope))
        .flat_map(|scope| &scope.files);
    let mut told: Vec<(usize, &String)> = tables
        .map(|file| {
            let path: BTreeSet<String> = parts(file).collect();
            let of_split = path
                .iter()
                .filter(|word| is_split(word))
                .all(|word| words.contains(word));
            let shared = words.iter().filter(|word| path.contains(*word)).count();
            (if of_split { shared } else { 0 }, file)
        })
        .filter(|(shared, _)| *shared > 0)
        .collect();
    let most = told.iter().map(|(shared, _)| *shared).max().unwrap_or(0);
    told.retain(|(shared, _)| *shared == most);
    // Many files are of the test data; the one is meant where it is the only one.
    let by_split = |file: &String| {
        words
            .iter()
            .filter(|word| !is_split(word))
            .all(|word| parts(file).all(|part| part != *word))
    };
    if (1..=TABLES).contains(&told.len()) && (told.len() == 1 || !told.iter().any(|(_, file)| by_split(file))) {
        draft.scope = told.into_iter().map(|(_, file)| file.clone()).collect();
        draft.names.clear();
        return;
    }
    let noun = draft
        .names
        .first()
        .map_or("", String::as_str)
        .trim_end_matches('s')
        .to_string();
    let documents: BTreeSet<&str> = evidence
        .statements
        .iter()
        .filter(|statement| {
            let counts = matches!(&statement.subject, Subject::Prose { words, .. } if words.iter().any(|word| word.trim_end_matches('s') == noun));
            counts && matches!(statement.form, Form::Sentence | Form::Cell)
        })
        .map(|statement| statement.place.file.as_str())
        .collect();
    let top = |file: &&&str| !file.contains('/');
    let chosen: Vec<&&str> = match documents.len() {
        0 => return,
        1..=FILES => documents.iter().collect(),
        _ => documents.iter().filter(top).take(FILES).collect(),
    };
    draft.scope = chosen.into_iter().map(ToString::to_string).collect();
}

/// The words of a text or path, in lower case, singular and in one form.
fn parts(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|part| part.len() > 2)
        .map(|part| {
            let part = part.to_lowercase();
            match part.as_str() {
                "training" | "trained" => "train".to_string(),
                "validation" | "valid" | "dev" | "development" => "val".to_string(),
                "testing" | "evaluation" | "evaluating" | "eval" => "test".to_string(),
                _ => part,
            }
        })
}

/// `in`: the job scripts named after what the sentence speaks of, where they are some of all and run the setting.
fn scope(draft: &mut Draft, evidence: &Evidence) {
    if !matches!(
        draft.kind,
        "batch-size" | "parameter" | "decoding" | "sampling-rate" | "duration"
    ) {
        return;
    }
    const STAGES: [(&[&str], &[&str]); 2] = [
        (
            &["train", "fine-tun", "finetun", "epoch", "learning rate", "entren"],
            &["train", "finetune", "pretrain", "sft", "finetuning"],
        ),
        (
            &["evaluat", "inference", "test set", "at test", "decod", "evalu"],
            &[
                "eval",
                "evaluate",
                "evaluation",
                "infer",
                "inference",
                "test",
                "generate",
            ],
        ),
    ];
    let sentence = draft.sentence.to_lowercase();
    let spoken: Vec<&[&str]> = STAGES
        .iter()
        .filter(|(said, _)| said.iter().any(|word| sentence.contains(word)))
        .map(|(_, stems)| *stems)
        .collect();
    let [stems] = spoken.as_slice() else { return };
    let launches = || {
        evidence
            .launches
            .iter()
            .filter(|launch| launch.grade >= Grade::Launched && !launch.command.is_empty())
    };
    let all: BTreeSet<&str> = launches().map(|launch| launch.place.file.as_str()).collect();
    let told: BTreeSet<&str> = all
        .iter()
        .copied()
        .filter(|file| {
            let name = file.rsplit('/').next().unwrap_or(file).to_lowercase();
            name.split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| stems.contains(&word))
        })
        .collect();
    let mut names: Vec<String> = draft.names.iter().map(|name| plain(name)).collect();
    if names.is_empty() {
        names.extend(usual(draft.kind).iter().map(|name| plain(name)));
    }
    let bears: BTreeSet<&str> = settings(evidence)
        .filter(|(name, _)| names.contains(&plain(name)))
        .map(|(_, statement)| statement.place.file.as_str())
        .collect();
    let runs = draft.kind == "decoding"
        || launches()
            .filter(|launch| told.contains(launch.place.file.as_str()))
            .any(|launch| {
                bears.contains(launch.place.file.as_str())
                    || launch.reach.iter().any(|file| bears.contains(file.as_str()))
            });
    if runs && !told.is_empty() && told.len() < all.len() && told.len() <= FILES {
        draft.scope = told.into_iter().map(str::to_string).collect();
    }
}
