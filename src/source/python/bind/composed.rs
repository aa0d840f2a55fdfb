//! The configuration files that `@hydra.main` composes, and what their keys stand inside of.
//!
//! Why it can be wrong: a file in the same folder may be some other program's (a launcher's), and a group's keys may go
//! into a package that the file's own head names. So only files count that the decorator or a list of defaults leads to,
//! and of a group only those with nothing above their first key.
//!
//! Example: `@hydra.main(config_path="conf", config_name="config")` composes `conf/config.yaml` and, by its
//! `defaults: [{dset: small}]`, what lies in `conf/dset/`.

use std::collections::{BTreeMap, BTreeSet};

use super::world::World;
use crate::evidence::{Expr, Form, Statement, StatementId, Subject};
use crate::place::joined;
use crate::quantity::Value;

/// Top-level keys that Hydra reads.
pub(super) const OF_HYDRA: &[&str] = &["hydra", "defaults"];

/// The configurations that `@hydra.main` composes: those it names, and the groups and files of their lists of defaults.
pub(super) struct Composed<'w> {
    /// Keys with their names.
    pub(super) keys: Vec<(StatementId, &'w Statement, &'w str)>,
    /// The folders from which they are composed, relative to the root.
    folders: BTreeSet<String>,
    /// Groups with the package that a list of defaults puts them in.
    groups: BTreeSet<(&'w str, &'w str)>,
}

impl<'w> Composed<'w> {
    pub(super) fn of(world: &World<'w>) -> Composed<'w> {
        let (folders, mut named) = mains(world);
        let mut composed = Composed {
            keys: Vec::new(),
            folders,
            groups: BTreeSet::new(),
        };
        let keys: Vec<(StatementId, &Statement, &str)> = world
            .statements
            .iter()
            .enumerate()
            .filter(|(_, statement)| statement.form == Form::Key && statement.dead.is_none())
            .filter_map(|(id, statement)| match &statement.subject {
                Subject::Setting { name } => Some((id, statement, name.as_str())),
                _ => None,
            })
            .filter(|(_, statement, _)| composed.below(&statement.place.file).is_some())
            .collect();
        let mut first: BTreeMap<&str, u32> = BTreeMap::new();
        for (_, statement, name) in &keys {
            let line = statement.place.line.unwrap_or(0);
            let least = first.entry(&statement.place.file).or_insert(line);
            *least = line.min(*least);
            if statement.owner.is_empty() && *name == "defaults"
                || statement.owner.len() == 2 && statement.owner[0] == "defaults"
            {
                let group = name.rsplit(' ').next().unwrap_or(name).trim_start_matches('/');
                let (group, package) = group.split_once('@').unwrap_or((group, ""));
                composed.groups.insert((group, package));
            }
            if statement.owner.is_empty() && *name == "defaults" {
                named.extend(texts(&statement.value).into_iter().map(str::to_string));
            }
        }
        composed.keys = keys
            .into_iter()
            .filter(|(_, statement, _)| {
                let file = statement.place.file.as_str();
                let (folder, stem) = split(composed.below(file).unwrap_or(file));
                if folder.is_empty() {
                    return named.contains(stem);
                }
                // Above its first key a file of a group may say into which package it goes.
                let headed = first.get(file) != Some(&1);
                !headed && composed.groups.iter().any(|(group, _)| is_group(folder, group))
            })
            .collect();
        composed
    }

    /// A file's path from the folder it is composed from.
    fn below<'f>(&self, file: &'f str) -> Option<&'f str> {
        self.folders
            .iter()
            .find_map(|folder| file.strip_prefix(folder.as_str())?.strip_prefix('/'))
    }

    /// The names that a file's keys stand inside of by where the file lies.
    pub(super) fn around<'f>(&self, file: &'f str) -> Vec<&'f str>
    where
        'w: 'f,
    {
        let (folder, stem) = split(self.below(file).unwrap_or(file));
        let packages = self
            .groups
            .iter()
            .filter(|(group, _)| is_group(folder, group))
            .flat_map(|(_, package)| package.split('.'));
        folder
            .split('/')
            .chain([stem])
            .chain(packages)
            .filter(|part| !part.is_empty())
            .collect()
    }
}

/// Whether a folder is that of a group; groups of inner lists count from the folder of their own file.
fn is_group(folder: &str, group: &str) -> bool {
    folder
        .strip_suffix(group)
        .is_some_and(|above| above.is_empty() || above.ends_with('/'))
}

/// Folder and name without its ending.
fn split(path: &str) -> (&str, &str) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    (folder, name.split('.').next().unwrap_or(name))
}

fn texts(value: &Expr) -> Vec<&str> {
    match value {
        Expr::Value(Value::Text(text)) => vec![text.as_str()],
        Expr::List(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The folders and names of `@hydra.main(config_path=…, config_name=…)`.
fn mains(world: &World<'_>) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut folders, mut named) = (BTreeSet::new(), BTreeSet::new());
    for module in world.modules {
        let folder = module.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        for call in module.calls.iter().filter(|call| call.resolved == "hydra.main") {
            let argument = |wanted: &str, at: usize| {
                let by_name = call.keywords.iter().find(|(name, _)| name == wanted);
                let value = by_name
                    .map(|(_, local)| &world.statements[module.id(*local)].value)
                    .or_else(|| call.positional.get(at).map(|argument| &argument.value));
                match value {
                    Some(Expr::Value(Value::Text(text))) => Some(text.as_str()),
                    _ => None,
                }
            };
            let Some(path) = argument("config_path", 0) else {
                continue;
            };
            folders.extend(joined(folder, path).filter(|folder| !folder.is_empty()));
            named.extend(argument("config_name", 1).map(|name| split(name).1.to_string()));
        }
    }
    (folders, named)
}
