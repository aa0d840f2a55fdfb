//! Where a drafted claim is looked at: the job scripts, tables and documents that its words name.
//!
//! Why it can be wrong: a scope chosen because its values agree hides those that do not. So files are chosen by the words
//! of their paths and of the sentence, and none where several sets would do.
//!
//! Example: "with batch size 50 for evaluation" is looked at `in` the job scripts whose names say `eval`.

use std::collections::BTreeSet;

use super::Draft;
use super::settle::{plain, settings, usual};
use crate::evidence::{Evidence, Form, Grade, Scope, Subject};

/// Files that `in` names.
const FILES: usize = 8;
/// Tables that `in` names.
const TABLES: usize = 3;
/// Tables of data, by their ending.
const DATA: [&str; 5] = ["csv", "tsv", "jsonl", "parquet", "arrow"];
/// Words for a part of the data: a path that says another one is of other samples.
const SPLITS: [&str; 3] = ["train", "val", "test"];

/// The tables of data that a count may be of.
pub fn scopes() -> Vec<Scope> {
    vec![Scope {
        include: DATA.iter().map(|end| format!("**/*.{end}")).collect(),
        exclude: Vec::new(),
    }]
}

/// `in` of a count: the tables whose path says what the sentence says of it; else the documents that count such things.
pub(super) fn samples(draft: &mut Draft, evidence: &Evidence) {
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
pub(super) fn launches(draft: &mut Draft, evidence: &Evidence) {
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
