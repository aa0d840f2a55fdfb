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

mod composed;
mod dotenv;
pub mod generation;
mod inis;
mod keys;
mod laid;
mod sections;
mod taken;
mod unopened;

use super::python::is_python;
use super::{Command, config};
use crate::evidence::{Dead, Expr, Form, Idle, Launch, LaunchId, Link, LinkKind, Statement, StatementId, Subject};
use crate::quantity::Value;

pub use keys::bind_keys;
pub(super) use keys::is_holder;

/// Adds to every launch the configuration files that its code opens and inherits, and marks those that nothing opens.
pub fn bind(
    statements: &mut [Statement],
    links: &mut Vec<Link>,
    launches: &mut [Launch],
    commands: &[Command],
    code: &Code<'_>,
) {
    let Code { entries, files, .. } = *code;
    revive_configurations(statements);
    let configs: BTreeSet<String> = statements
        .iter()
        .filter(|s| s.form == Form::Key)
        .map(|s| s.place.file.clone())
        .collect();
    let named = named_in_code(statements, &configs);
    let bases = config::bases(statements, files);
    let defaults = config::hydra::Defaults::new(statements, files);
    let keys = composed::Keys::new(statements);
    let starts = composed::starts(statements);
    let settings = laid::Settings::new(statements, links);
    let takers = taken::Takers::new(statements);
    let known: BTreeSet<&str> = files.iter().map(String::as_str).collect();
    let mut composed_parts = Vec::new();
    let mut dotenvs = Vec::new();
    let mut by_flag: BTreeMap<LaunchId, Vec<StatementId>> = BTreeMap::new();
    for link in links.iter().filter(|link| link.kind == LinkKind::Flag) {
        by_flag
            .entry(link.launch.unwrap_or_default())
            .or_default()
            .push(link.to);
    }
    for (id, launch) in launches.iter_mut().enumerate() {
        let whole = composed::composition(statements, &starts, launch, &defaults, files).unwrap_or_default();
        let mut passed: BTreeSet<String> = launch
            .flags
            .iter()
            .filter_map(|&id| option_name(&statements[id]))
            .collect();
        // `-c` passes the option that reads it, whatever that is called.
        let set = by_flag.get(&id).into_iter().flatten();
        passed.extend(set.filter_map(|&id| option_name(&statements[id])));
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
        let variables = dotenv::loaded(statements, launch, &configs);
        loaded.extend(variables.iter().map(|one| one.file.clone()));
        dotenvs.extend(variables.into_iter().map(|one| (id, one)));
        // A composition says itself which files it has.
        let composed: BTreeSet<&str> = whole.parts.iter().map(|part| part.file.as_str()).collect();
        loaded.extend(composed.iter().map(ToString::to_string));
        loop {
            let more: Vec<String> = bases
                .iter()
                .filter(|base| loaded.contains(&base.child) && !loaded.contains(&base.base))
                .filter(|base| !(base.listed && composed.contains(base.child.as_str())))
                .map(|base| base.base.clone())
                .collect();
            if more.is_empty() {
                break;
            }
            loaded.extend(more);
        }
        let (executed, by_name) = takers.executed(launch.entry.as_deref().unwrap_or_default(), &known);
        let run = match by_name {
            true => positional_code(launch, &known),
            false => Vec::new(),
        };
        let layers: Vec<laid::Layers> = loaded
            .iter()
            .filter(|file| file.ends_with(".py") && !run.contains(file))
            .map(|file| layers(file, &settings, code, &known))
            .collect();
        let mut reach: BTreeSet<String> = launch.reach.drain(..).collect();
        for layer in &layers {
            let mut idle = std::mem::take(&mut launch.idle);
            idle.extend(
                (code.idle)(&layer.file)
                    .into_iter()
                    .filter(|idle| !reach.contains(&idle.file)),
            );
            idle.sort();
            idle.dedup();
            launch.idle = idle;
        }
        reach.extend(layers.iter().flat_map(|layer| layer.below.iter().cloned()));
        reach.extend(executed.iter().chain(&run).cloned());
        reach.extend(loaded.iter().cloned());
        launch.reach = reach.into_iter().collect();
        launch.configs = loaded.into_iter().collect();
        composed::link(&keys, &whole, launch, id, links);
        inis::link(statements, launch, id, links);
        laid::link(&settings, &layers, launch, id, links);
        composed_parts.extend(whole.parts);
        let globals = by_name || !executed.is_empty();
        let run = taken::Executed {
            launch,
            id,
            files: &run,
            globals,
        };
        taken::link(&takers, &settings, &run, links);
        if let Some(&unseen) = code.unseen.get(&id) {
            taken::link_unseen(&takers, &settings, &run, unseen, links);
        }
    }
    sections::link(statements, launches, links);
    dotenv::link(statements, launches, &dotenvs, links);
    composed::own(statements, &composed_parts);
    if !entries.is_empty() {
        unopened::mark_unopened(statements, launches, commands, &configs);
    }
}

/// What is known of the code.
pub struct Code<'c> {
    /// Files that are run from the command line.
    pub entries: &'c [String],
    /// All files, relative to the root.
    pub files: &'c [String],
    /// The files whose code a file runs.
    pub reach: &'c dyn Fn(&str) -> Vec<String>,
    /// The code in these files that it does not come to.
    pub idle: &'c dyn Fn(&str) -> Vec<Idle>,
    /// Launches with a word that may hold any flag, and its statement.
    pub unseen: &'c BTreeMap<LaunchId, StatementId>,
}

/// A Python configuration with what it builds on: the files it names in `_base_`, and those it imports.
fn layers(file: &str, settings: &laid::Settings<'_>, code: &Code<'_>, known: &BTreeSet<&str>) -> laid::Layers {
    let mut below: Vec<String> = Vec::new();
    let mut open = vec![file.to_string()];
    while let Some(next) = open.pop() {
        for base in settings.bases(&next, known) {
            if base != file && !below.contains(&base) {
                below.push(base.clone());
                open.insert(0, base);
            }
        }
    }
    let imported = (code.reach)(file).into_iter().filter(|other| other != file);
    below.extend(imported.filter(|other| !below.contains(other)).collect::<Vec<_>>());
    laid::Layers {
        file: file.to_string(),
        below,
    }
}

/// Python files that a command names behind its entry.
fn positional_code(launch: &Launch, known: &BTreeSet<&str>) -> Vec<String> {
    let words = launch
        .command
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'']));
    let named = words.filter(|word| word.ends_with(".py") && !word.starts_with('-'));
    let mut found: Vec<String> = Vec::new();
    for word in named {
        let path = word.trim_start_matches("./");
        if launch.entry.as_deref() != Some(path) && known.contains(path) {
            found.push(path.to_string());
        }
    }
    found
}

/// Where a flag names a Python configuration (`DEFINE_config_file`), its `get_config` is called by the library.
fn revive_configurations(statements: &mut [Statement]) {
    let flagged = statements
        .iter()
        .any(|s| matches!(s.form, Form::Option { .. }) && s.place.excerpt.contains("DEFINE_config_file"));
    if !flagged {
        return;
    }
    for statement in statements.iter_mut() {
        let made = statement.owner.first().is_some_and(|first| first == "get_config");
        if made && statement.dead == Some(Dead::NeverCalled) {
            statement.dead = None;
        }
    }
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
        if statement.form == Form::Key || statement.dead.is_some() || !is_python(&statement.place.file) {
            continue;
        }
        let mut texts = Vec::new();
        literals(&statement.value, &mut texts);
        for text in texts {
            for config in configs
                .iter()
                .filter(|config| names(text, config) || holds(text, config))
            {
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

/// What a folder of a Hugging Face model says of itself, and `from_pretrained` reads.
const OF_MODELS: &[&str] = &[
    "config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "adapter_config.json",
    "tokenizer_config.json",
];

/// Whether a text is the folder of a model whose configuration the file is.
fn holds(text: &str, file: &str) -> bool {
    let Some((folder, name)) = file.rsplit_once('/') else {
        return false;
    };
    let text = text.trim_start_matches("./").trim_end_matches('/');
    !text.is_empty() && OF_MODELS.contains(&name) && folder == text
}

/// Whether a text is the path of a file, or the end of it from a folder on.
fn names(text: &str, file: &str) -> bool {
    let text = text.trim_start_matches("./");
    !text.is_empty()
        && text.len() > 3
        && (file == text || file.strip_suffix(text).is_some_and(|rest| rest.ends_with('/')))
        && text.contains('.')
}
