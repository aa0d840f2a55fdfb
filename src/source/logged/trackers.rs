//! Run folders of wandb, Hydra, Lightning, MLflow and transformers' Trainer.
//!
//! Why it can be wrong: these files look like configurations and manifests, and are neither: a `requirements.txt` in a
//! wandb folder is what was installed there, for that run alone. So a file of a run folder is known by its path,
//! and what is not understood there is a gap.
//!
//! Example: `mlruns/0/8f3c…/params/batch_size` with `32` in it says `batch_size` 32.

use super::setting;
use crate::evidence::{Ask, Expr, Form, GapReason, Statement, Subject};
use crate::quantity::Value;
use crate::quantity::packages::normalised;
use crate::source::config::{self, Entry, Kind, Node};
use crate::source::{File, FileFacts, Reader, cards};

/// Reads run folders.
pub const TRACKERS: Reader = Reader {
    name: "trackers",
    about: include_str!("trackers.rs"),
    reads: |path| format(path).is_some(),
    read,
};

/// Bytes of a record that is read.
const LARGEST: usize = 20 * 1024 * 1024;
/// What moves while a run goes on.
const PROGRESS: &[&str] = &[
    "epoch",
    "step",
    "global_step",
    "best_global_step",
    "best_metric",
    "best_model_checkpoint",
    "log_history",
    "total_flos",
    "is_hyper_param_search",
    "is_local_process_zero",
    "is_world_process_zero",
    "trial_name",
    "trial_params",
    "stateful_callbacks",
];
/// What the Trainer writes.
const RESULTS: &[&str] = &[
    "all_results.json",
    "train_results.json",
    "eval_results.json",
    "test_results.json",
    "predict_results.json",
    "trainer_state.json",
];

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    WandbConfig,
    WandbMetadata,
    Yaml,
    Results,
    Param,
    /// Written by a tracker, and nothing in it is a setting.
    Nothing,
    /// Packages of the run.
    Packages,
}

/// What a file is by its path, in lower case.
fn format(path: &str) -> Option<Format> {
    let parts: Vec<&str> = path.split('/').collect();
    let (name, folders) = parts.split_last()?;
    let run = |part: &&&str| part.starts_with("run-") || part.starts_with("offline-run-") || **part == "latest-run";
    if folders.last() == Some(&"files") && folders.iter().rev().nth(1).filter(run).is_some() {
        return match *name {
            "config.yaml" => Some(Format::WandbConfig),
            "wandb-metadata.json" => Some(Format::WandbMetadata),
            "requirements.txt" => Some(Format::Packages),
            "wandb-summary.json" | "conda-environment.yaml" => Some(Format::Nothing),
            _ => None,
        };
    }
    if folders.last() == Some(&".hydra") {
        // The overrides are in the composed configuration already.
        return match *name {
            "config.yaml" => Some(Format::Yaml),
            "overrides.yaml" | "hydra.yaml" => Some(Format::Nothing),
            _ => None,
        };
    }
    let version = |part: &&str| {
        let number = part.strip_prefix("version_");
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if *name == "hparams.yaml" && (folders.last().is_some_and(version) || folders.contains(&"lightning_logs")) {
        return Some(Format::Yaml);
    }
    if folders.contains(&"mlruns") {
        return match (folders.last(), *name) {
            (Some(&"params"), _) => Some(Format::Param),
            (_, "meta.yaml") => Some(Format::Nothing),
            _ => None,
        };
    }
    RESULTS.contains(name).then_some(Format::Results)
}

fn read(file: &File, _: &[Ask]) -> FileFacts {
    let Some(format) = format(&file.path.to_lowercase()) else {
        return FileFacts::default();
    };
    let Some(text) = &file.text else {
        return file.gap(GapReason::NotText, "").into();
    };
    if file.bytes.len() > LARGEST {
        return file.gap(GapReason::TooLarge, "a record of a run").into();
    }
    let tree = match format {
        Format::Nothing => return FileFacts::default(),
        Format::Packages => return packages(file, text),
        Format::Param => {
            let written = text.text().trim_end();
            let name = file.path.rsplit('/').next().unwrap_or_default();
            let place = text.place(0..written.len());
            // `optimizer.lr` is a file of that name.
            let mut owner: Vec<String> = name.split(['.', '/']).map(str::to_string).collect();
            let name = owner.pop().unwrap_or_default();
            return FileFacts {
                statements: vec![setting(&name, owner, config::plain(written), place)],
                ..FileFacts::default()
            };
        }
        Format::WandbConfig | Format::Yaml => config::yaml_tree(text.text()),
        Format::WandbMetadata | Format::Results => config::json_tree(text.text()),
    };
    let mut facts = FileFacts::default();
    for (at, said) in &tree.faults {
        let said = format!("line {}: {said}", text.line(*at));
        facts.gaps.push(file.gap(GapReason::Broken, said));
    }
    for root in tree.roots {
        let Kind::Map(entries) = root.kind else { continue };
        if format == Format::WandbMetadata {
            facts.statements.extend(metadata(&entries, text));
            continue;
        }
        let kept: Vec<Entry> = entries
            .into_iter()
            .filter_map(|entry| match format {
                Format::WandbConfig => value_of(entry),
                Format::Results => Some(entry).filter(|entry| !PROGRESS.contains(&entry.key.as_str())),
                _ => Some(entry),
            })
            .collect();
        let root = Node {
            bytes: root.bytes,
            kind: Kind::Map(kept),
        };
        let leaves = config::leaves(Vec::new(), text, &root);
        facts.statements.extend(leaves.into_iter().map(|leaf| Statement {
            form: Form::Data,
            grade: crate::evidence::Grade::Logged,
            ..leaf
        }));
    }
    facts
}

/// What was installed where the run ran: `torch==2.1.0`, as `pip freeze` prints it.
fn packages(file: &File, text: &crate::place::SourceText) -> FileFacts {
    let mut facts = FileFacts::default();
    let mut at = 0;
    for line in text.text().split_inclusive('\n') {
        let (start, body) = (at, line.trim_end());
        at += line.len();
        if body.is_empty() || body.starts_with(['#', '-']) {
            continue;
        }
        let (name, version) = match (body.split_once("=="), body.split_once(" @ ")) {
            (_, Some((name, url))) => (name, url.trim().to_string()),
            (Some((name, version)), None) => (name, format!("=={}", version.trim())),
            (None, None) => {
                let detail = format!("line {}: no package with its version", text.line(start));
                facts.gaps.push(file.gap(GapReason::Broken, detail));
                continue;
            }
        };
        let place = text.place(start..start + body.len());
        let mut statement = setting(
            name,
            vec!["installed".to_string()],
            Expr::Value(Value::Text(version)),
            place,
        );
        statement.form = Form::Requirement;
        statement.subject = Subject::Dependency {
            package: normalised(name.trim()),
            extra: None,
            marker: None,
            locked: true,
        };
        facts.statements.push(statement);
    }
    facts
}

/// `lr: {desc: null, value: 3e-4}` is `lr: 3e-4`; wandb's own key is none.
fn value_of(entry: Entry) -> Option<Entry> {
    if entry.key == "_wandb" {
        return None;
    }
    let Kind::Map(inner) = entry.value.kind else {
        return None;
    };
    let value = inner.into_iter().find(|inner| inner.key == "value")?;
    Some(Entry {
        key: entry.key,
        key_at: value.key_at,
        value: value.value,
    })
}

/// The command line and the cards that a run started with.
fn metadata(entries: &[Entry], text: &crate::place::SourceText) -> Vec<Statement> {
    let mut found = Vec::new();
    for entry in entries {
        match (entry.key.as_str(), &entry.value.kind) {
            ("args", Kind::List(items)) => {
                let words: Vec<(&Node, String)> = items.iter().filter_map(|item| Some((item, word(item)?))).collect();
                for (index, (node, word)) in words.iter().enumerate() {
                    let Some(flag) = word.strip_prefix("--").filter(|flag| !flag.is_empty()) else {
                        continue;
                    };
                    let (name, value, end) = match flag.split_once('=') {
                        Some((name, value)) => (name, config::plain(value), node.bytes.end),
                        None => match words.get(index + 1).filter(|(_, next)| !next.starts_with("--")) {
                            // `--betas 0.9 0.95` takes more than one.
                            Some(_) if words.get(index + 2).is_some_and(|(_, more)| !more.starts_with('-')) => {
                                (flag, Expr::Opaque(String::new()), node.bytes.end)
                            }
                            Some((next, value)) => (flag, config::plain(value), next.bytes.end),
                            None => (flag, Expr::Value(Value::Bool(true)), node.bytes.end),
                        },
                    };
                    let place = text.place(node.bytes.start..end);
                    found.push(setting(name, Vec::new(), value, place));
                }
            }
            ("gpu", Kind::Scalar(Expr::Value(Value::Text(card)))) => {
                for (_, subject, value) in cards::in_text(card, Some("gpu"), false) {
                    let place = text.place(entry.key_at..entry.value.bytes.end);
                    let mut statement = setting("gpu", Vec::new(), value, place);
                    statement.subject = subject;
                    found.push(statement);
                }
            }
            _ => {}
        }
    }
    found.retain(|statement| !matches!(&statement.subject, Subject::Setting { name } if name.is_empty()));
    found
}

fn word(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Scalar(Expr::Value(value)) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_known_by_their_path() {
        let cases = [
            ("wandb/run-1-ab/files/config.yaml", Some(Format::WandbConfig)),
            (
                "exp/wandb/offline-run-1-ab/files/requirements.txt",
                Some(Format::Packages),
            ),
            ("run-1/config.yaml", None),
            ("outputs/2024-01-01/12-00-00/.hydra/config.yaml", Some(Format::Yaml)),
            ("lightning_logs/version_3/hparams.yaml", Some(Format::Yaml)),
            ("hparams/train.yaml", None),
            ("hparams.yaml", None),
            ("mlruns/0/8f3c/params/lr", Some(Format::Param)),
            ("mlruns/0/8f3c/metrics/loss", None),
            ("out/trainer_state.json", Some(Format::Results)),
            ("config.json", None),
        ];
        for (path, want) in cases {
            assert_eq!(format(path), want, "{path}");
        }
    }
}
