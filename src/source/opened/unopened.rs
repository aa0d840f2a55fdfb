//! Configuration files that nothing opens.
//!
//! Why it can be wrong: a file that is called dead although something opens it by a pattern silences true evidence. So a
//! file counts as opened as soon as anything names it, or any code loads files of its kind at all.
//!
//! Example: a `legacy.yaml` in a repository that never loads YAML is never opened.

use std::collections::BTreeSet;

use super::literals;
use crate::evidence::{Dead, Expr, Form, Launch, Statement, Subject};
use crate::source::Command;

/// What a configuration file's name ends in, with words that code which loads such files bears.
const LOADERS: &[(&[&str], &[&str])] = &[
    (
        &["yaml", "yml"],
        &[
            "yaml",
            "omegaconf",
            "hydra",
            "hyperpyyaml",
            "jsonargparse",
            "yacs",
            "confuse",
            "accelerate",
            "mmcv",
            "mmengine",
        ],
    ),
    (&["json"], &["json", "deepspeed", "transformers", "hparams"]),
    (&["toml"], &["toml", "tomllib", "tomli"]),
    (&["ini", "cfg"], &["configparser", "configobj"]),
    (&["env"], &["dotenv"]),
];

/// Functions that open a file, by the last segment of their name.
const OPENERS: &[&str] = &[
    "open",
    "Path",
    "load",
    "read_text",
    "from_json_file",
    "from_yaml",
    "from_file",
    "fromfile",
    "load_config",
    "parse_json_file",
    "parse_yaml_file",
    "parse_args_into_dataclasses",
    "glob",
    "rglob",
    "iglob",
    "listdir",
    "initialize",
    "compose",
    "merge_from_file",
    "read_yaml",
    "read_json",
    "load_yaml",
    "load_json",
];
/// What an option that takes a configuration file is called.
const TAKES_FILES: &[&str] = &[
    "conf", "cfg", "yaml", "yml", "json", "recipe", "hparams", "file", "path", "param",
];

/// Whether any code opens files that it does not name: by a variable, a pattern, an option that takes such files.
fn opens_by_pattern(statements: &[Statement]) -> bool {
    statements
        .iter()
        .filter(|statement| statement.dead.is_none())
        .any(|statement| match (&statement.form, &statement.subject) {
            (Form::Call, Subject::Call { callee }) => {
                let opener = callee.rsplit('.').next().is_some_and(|last| OPENERS.contains(&last));
                let first = match &statement.value {
                    Expr::Call { args, .. } => args.first().map(|arg| &arg.value),
                    _ => None,
                };
                opener && !callee.contains("torch") && first.is_none_or(|first| !handle_or_literal(first))
            }
            (Form::Option { .. }, Subject::Setting { name }) => {
                let name = name.to_lowercase();
                TAKES_FILES.iter().any(|word| name.contains(word))
            }
            // `@hydra.main(config_path=…)` composes by name.
            (_, Subject::Import { symbol, .. }) => symbol.starts_with("hydra"),
            _ => false,
        })
}

/// A literal path, or a handle that an `open` of its own gave.
fn handle_or_literal(expr: &Expr) -> bool {
    match expr {
        Expr::Value(_) => true,
        Expr::Ref(name) => matches!(
            name.as_str(),
            "f" | "fp" | "file" | "handle" | "fh" | "stream" | "infile" | "fin"
        ),
        Expr::Call { callee, args } => {
            callee.rsplit('.').next() == Some("open") && args.first().is_some_and(|arg| handle_or_literal(&arg.value))
        }
        _ => false,
    }
}

/// Marks the keys of files that nothing names, where no code loads their kind by anything but a name.
pub(super) fn mark_unopened(
    statements: &mut [Statement],
    launches: &[Launch],
    commands: &[Command],
    configs: &BTreeSet<String>,
) {
    let loaders: BTreeSet<String> = statements
        .iter()
        .filter_map(|statement| match &statement.subject {
            Subject::Import { symbol, .. } => Some(symbol.to_lowercase()),
            Subject::Call { callee } => Some(callee.to_lowercase()),
            _ => None,
        })
        .collect();
    let mut texts: BTreeSet<&str> = BTreeSet::new();
    for statement in statements.iter() {
        let mut found = Vec::new();
        literals(&statement.value, &mut found);
        texts.extend(found);
    }
    let by_pattern = opens_by_pattern(statements);
    let mut unopened: BTreeSet<&str> = BTreeSet::new();
    for config in configs {
        let base = config.rsplit('/').next().unwrap_or(config);
        let ending = base.rsplit('.').next().unwrap_or("");
        let loads = LOADERS
            .iter()
            .filter(|(endings, _)| endings.contains(&ending))
            .any(|(_, words)| {
                loaders
                    .iter()
                    .any(|loader| words.iter().any(|word| loader.contains(word)))
            });
        let launched = launches.iter().any(|launch| launch.reach.binary_search(config).is_ok());
        let mentioned =
            texts.iter().any(|text| text.contains(base)) || commands.iter().any(|command| command.text.contains(base));
        let held = texts.iter().any(|text| super::holds(text, config));
        let opened = launched || mentioned || held || (loads && by_pattern);
        if !opened {
            unopened.insert(config);
        }
    }
    for statement in statements.iter_mut() {
        if statement.form == Form::Key && statement.dead.is_none() && unopened.contains(statement.place.file.as_str()) {
            statement.dead = Some(Dead::NeverOpened);
        }
    }
}
