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
mod keys;
mod unopened;

use super::{Command, config};
use crate::evidence::{Expr, Form, Launch, Link, Statement, Subject};
use crate::quantity::Value;

pub use keys::bind_keys;

/// Adds to every launch the configuration files that its code opens and inherits, and marks those that nothing opens.
pub fn bind(
    statements: &mut [Statement],
    links: &mut Vec<Link>,
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
    let defaults = config::hydra::Defaults::new(statements, files);
    let keys = composed::Keys::new(statements);
    for (id, launch) in launches.iter_mut().enumerate() {
        let parts = composed::parts(statements, launch, &defaults, files);
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
        // A composition says itself which files it has.
        let composed: BTreeSet<&str> = parts.iter().flatten().map(|part| part.file.as_str()).collect();
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
        let mut reach: BTreeSet<String> = launch.reach.drain(..).collect();
        reach.extend(loaded.iter().cloned());
        launch.reach = reach.into_iter().collect();
        launch.configs = loaded.into_iter().collect();
        composed::link(&keys, parts.as_deref().unwrap_or_default(), launch, id, links);
    }
    if !entries.is_empty() {
        unopened::mark_unopened(statements, launches, commands, &configs);
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
