//! The arguments that a training script wrote beside what it made: `training_args.json`, `args.json` in a run's folder.
//!
//! Why it can be wrong: a file of that name may as well be what a run is configured by. So it is a run's record only
//! where the run's other traces lie beside it (its weights, its state, a tracker's folder), no code does, and no launch
//! loads it. The root of the repository is no run's folder.
//!
//! Example: `out/base/args.json` beside `out/base/trainer_state.json` says what that run was started with, `logged`.

use std::collections::BTreeSet;

use crate::evidence::{Dead, Form, Grade, Launch, Link, Statement};

/// What scripts call the file.
const NAMES: &[&str] = &["training_args.json", "train_args.json", "args.json"];
/// Files that only a run leaves behind.
const TRACES: &[&str] = &[
    "trainer_state.json",
    "all_results.json",
    "train_results.json",
    "eval_results.json",
    "pytorch_model.bin",
    "model.safetensors",
    "adapter_model.safetensors",
    "adapter_model.bin",
    "training_args.bin",
];
/// Endings of weights.
const WEIGHTS: &[&str] = &[".ckpt", ".pth", ".pt", ".safetensors"];

/// Marks the settings of such files as logged by their run. Whatever bears the names of their keys in code takes nothing
/// from them.
pub(in crate::source) fn of_runs(
    statements: &mut [Statement],
    links: &mut Vec<Link>,
    launches: &[Launch],
    files: &[String],
) {
    let loaded = |file: &str| {
        let has = |list: &[String]| list.iter().any(|other| other == file);
        launches.iter().any(|launch| has(&launch.configs) || has(&launch.reach))
    };
    let keys = statements.iter().filter(|statement| statement.form == Form::Key);
    let mut found: BTreeSet<String> = keys.map(|statement| statement.place.file.clone()).collect();
    found.retain(|file| is_of_run(file, files) && !loaded(file));
    if found.is_empty() {
        return;
    }
    let mut logged = BTreeSet::new();
    for (id, statement) in statements.iter_mut().enumerate() {
        if statement.form != Form::Key || !found.contains(&statement.place.file) {
            continue;
        }
        (statement.form, statement.grade) = (Form::Data, Grade::Logged);
        // What was written down was never meant to be opened or read.
        if matches!(statement.dead, Some(Dead::NeverOpened | Dead::NeverRead)) {
            statement.dead = None;
        }
        logged.insert(id);
    }
    links.retain(|link| !logged.contains(&link.from) && !logged.contains(&link.to));
}

fn is_of_run(path: &str, files: &[String]) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else {
        return false;
    };
    if !NAMES.contains(&name) {
        return false;
    }
    let within = format!("{folder}/");
    let mut traces = false;
    for rest in files.iter().filter_map(|file| file.strip_prefix(&within)) {
        match rest.split_once('/') {
            None if rest.ends_with(".py") || rest.ends_with(".sh") || rest.ends_with(".ipynb") => return false,
            None => {
                traces |= TRACES.contains(&rest) || WEIGHTS.iter().any(|ending| rest.ends_with(ending));
            }
            Some((sub, _)) => traces |= matches!(sub, ".hydra" | "wandb") || sub.starts_with("checkpoint-"),
        }
    }
    traces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runs_folder_is_known_by_what_else_lies_in_it() {
        let cases: &[(&str, &[&str], bool)] = &[
            ("out/args.json", &["out/args.json", "out/trainer_state.json"], true),
            (
                "out/args.json",
                &["out/args.json", "out/checkpoint-10/model.safetensors"],
                true,
            ),
            (
                "out/args.json",
                &["out/args.json", "out/wandb/run-1/files/config.yaml"],
                true,
            ),
            ("out/args.json", &["out/args.json", "out/train.py", "out/a.ckpt"], false),
            ("configs/args.json", &["configs/args.json", "configs/other.json"], false),
            ("args.json", &["args.json", "wandb/run-1/files/config.yaml"], false),
            ("out/config.json", &["out/config.json", "out/trainer_state.json"], false),
        ];
        for (path, files, want) in cases {
            let files: Vec<String> = files.iter().map(|file| file.to_string()).collect();
            assert_eq!(is_of_run(path, &files), *want, "{path} {files:?}");
        }
    }
}
