//! Which configuration files the code opens: those a launch loads beside the ones it names, and those nothing opens.
//!
//! A launch loads what its command names, what the code it reaches names (`open("config.json")`, an option whose
//! default is a configuration file), and what those inherit from.
//!
//! Why it can be wrong: a configuration that is called dead although something opens it by a pattern silences true
//! evidence. So a file counts as opened as soon as anything names it, or any code loads files of its kind at all.
//!
//! Example: `parser.add_argument("--config", default="config_v1.json")` makes `config_v1.json` part of a launch that
//! does not pass `--config`; a `legacy.yaml` in a repository that never loads YAML is never opened.

use std::collections::{BTreeMap, BTreeSet};

use super::{Command, config};
use crate::evidence::{Dead, Expr, Form, Launch, Link, LinkKind, Statement, StatementId, Subject};
use crate::quantity::Value;

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
];

/// Adds to every launch the configuration files that its code opens and inherits, and marks those that nothing opens.
pub fn bind(
    statements: &mut [Statement],
    launches: &mut [Launch],
    commands: &[Command],
    entries: &[String],
    files: &[String],
) {
    let configs: BTreeSet<String> = statements
        .iter()
        .filter(|s| s.form == Form::Key)
        .map(|s| s.place.file.clone())
        .collect();
    let named = named_in_code(statements, &configs);
    let bases = config::bases(statements, files);
    for launch in launches.iter_mut() {
        let passed: BTreeSet<String> = launch
            .flags
            .iter()
            .filter_map(|&id| option_name(&statements[id]))
            .collect();
        let mut loaded: BTreeSet<String> = launch.configs.iter().cloned().collect();
        for (file, mentions) in &named {
            if launch.reach.binary_search(file).is_err() {
                continue;
            }
            for mention in mentions {
                // An option's default is not loaded where the launch passes the option.
                if mention.option.as_ref().is_none_or(|option| !passed.contains(option)) {
                    loaded.insert(mention.config.clone());
                }
            }
        }
        loop {
            let more: Vec<String> = bases
                .iter()
                .filter(|base| loaded.contains(&base.child) && !loaded.contains(&base.base))
                .map(|base| base.base.clone())
                .collect();
            if more.is_empty() {
                break;
            }
            loaded.extend(more);
        }
        let mut reach: BTreeSet<String> = launch.reach.drain(..).collect();
        reach.extend(loaded.iter().cloned());
        launch.reach = reach.into_iter().collect();
        launch.configs = loaded.into_iter().collect();
    }
    if !entries.is_empty() {
        mark_unopened(statements, launches, commands, &configs);
    }
}

/// What an object that holds a loaded configuration is called.
const HOLDERS: &[&str] = &[
    "args",
    "opt",
    "opts",
    "cfg",
    "config",
    "conf",
    "hparams",
    "hps",
    "hp",
    "h",
    "params",
    "settings",
    "configs",
    "c",
    "exp",
    "options",
    "configuration",
    "cfgs",
    "model_args",
    "training_args",
    "data_args",
    "train_cfg",
    "yml",
];

/// Links names in code that stand for a key of a configuration file (`config["optimizer"]["lr"]`, `h.learning_rate`) to
/// the keys of that path. Only in files of one launch's reach do they meet: the graph follows no link out of it.
pub fn bind_keys(statements: &[Statement], links: &mut Vec<Link>) {
    let mut keys: BTreeMap<&str, Vec<StatementId>> = BTreeMap::new();
    for (id, statement) in statements.iter().enumerate() {
        if let (Form::Key, Subject::Setting { name }) = (&statement.form, &statement.subject) {
            keys.entry(name).or_default().push(id);
        }
    }
    let filled: BTreeSet<(StatementId, String)> = links
        .iter()
        .filter(|link| link.kind == LinkKind::Reference)
        .filter_map(|link| link.slot.clone().map(|slot| (link.to, slot)))
        .collect();
    for (to, statement) in statements.iter().enumerate() {
        if !statement.place.file.ends_with(".py") {
            continue;
        }
        let guards = statement.guards.iter().flat_map(|guard| guard.test.references());
        for name in statement.value.references().into_iter().chain(guards) {
            let path: Vec<&str> = name.split('.').collect();
            let holder = path
                .iter()
                .rposition(|part| HOLDERS.contains(&part.trim_start_matches('_').to_lowercase().as_str()));
            let Some(tail) = holder.map(|at| &path[at + 1..]).filter(|tail| !tail.is_empty()) else {
                continue;
            };
            if filled.contains(&(to, name.to_string())) {
                continue;
            }
            let Some(candidates) = tail.last().and_then(|last| keys.get(last)) else {
                continue;
            };
            for &from in candidates.iter().filter(|&&key| ends_with(&statements[key], tail)) {
                links.push(Link {
                    from,
                    to,
                    kind: LinkKind::Reference,
                    slot: Some(name.to_string()),
                    launch: None,
                });
            }
        }
    }
}

/// Whether a key's path ends with what the code names.
fn ends_with(key: &Statement, tail: &[&str]) -> bool {
    let (_, above) = tail.split_last().unwrap_or((&"", &[]));
    let owner: Vec<&str> = key.owner.iter().map(String::as_str).collect();
    owner.ends_with(above)
}

/// A configuration file that a text in code names.
struct Mention {
    config: String,
    /// The option whose default it is.
    option: Option<String>,
}

/// For every file of code: the configuration files it names.
fn named_in_code(statements: &[Statement], configs: &BTreeSet<String>) -> BTreeMap<String, Vec<Mention>> {
    let mut named: BTreeMap<String, Vec<Mention>> = BTreeMap::new();
    for statement in statements {
        if statement.form == Form::Key || statement.dead.is_some() || !statement.place.file.ends_with(".py") {
            continue;
        }
        let mut texts = Vec::new();
        literals(&statement.value, &mut texts);
        for text in texts {
            for config in configs.iter().filter(|config| names(text, config)) {
                named.entry(statement.place.file.clone()).or_default().push(Mention {
                    config: config.clone(),
                    option: option_name(statement),
                });
            }
        }
    }
    named
}

fn option_name(statement: &Statement) -> Option<String> {
    match (&statement.form, &statement.subject) {
        (Form::Option { .. } | Form::Flag, Subject::Setting { name }) => Some(name.replace('-', "_")),
        _ => None,
    }
}

fn literals<'e>(expr: &'e Expr, texts: &mut Vec<&'e str>) {
    match expr {
        Expr::Value(Value::Text(text)) => texts.push(text),
        Expr::Call { args, .. } => args.iter().for_each(|arg| literals(&arg.value, texts)),
        Expr::List(items) => items.iter().for_each(|item| literals(item, texts)),
        Expr::Binary { left, right, .. } => {
            literals(left, texts);
            literals(right, texts);
        }
        _ => {}
    }
}

/// Whether a text is the path of a file, or the end of it from a folder on.
fn names(text: &str, file: &str) -> bool {
    let text = text.trim_start_matches("./");
    !text.is_empty()
        && text.len() > 3
        && (file == text || file.strip_suffix(text).is_some_and(|rest| rest.ends_with('/')))
        && text.contains('.')
}

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
fn mark_unopened(statements: &mut [Statement], launches: &[Launch], commands: &[Command], configs: &BTreeSet<String>) {
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
        let opened = launched || mentioned || (loads && by_pattern);
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
