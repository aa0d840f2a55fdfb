//! Settings that are laid over others when the code runs: a Python configuration over the ones it builds on, a YAML file
//! over yacs's defaults, a flag over all of them.
//!
//! Why it can be wrong: `_C.SOLVER.LR = 0.001` is what the code says and no run has, where every run merges a file. So
//! within a launch the key of the same path is linked over the default, and only where the code merges files at all;
//! a path is compared as a whole, behind the object that holds the settings.
//!
//! Example: `config = common.get_config(); config.batch = 1024` in `configs/vit.py` stands over `config.batch = 512` of
//! `configs/common.py`; `model = dict(backbone=dict(depth=101))` over the entry `depth` of a file named in `_base_`.

use std::collections::{BTreeMap, BTreeSet};

use super::keys::behind_holder;
use crate::evidence::{Expr, Form, Launch, LaunchId, Link, LinkKind, Statement, StatementId, Subject};
use crate::place::joined;
use crate::quantity::Value;
use crate::source::python::is_python;

/// Calls that merge a file over settings that stand in code.
const MERGES: &[&str] = &[
    "merge_from_file",
    "merge_from_other_cfg",
    "cfg_from_file",
    "merge_cfg_from_file",
    "_merge_a_into_b",
    "merge_a_into_b",
    "merge_from_list",
];
/// Calls that make the object that holds such settings.
const OBJECTS: &[&str] = &[
    "CN",
    "CfgNode",
    "ConfigDict",
    "edict",
    "EasyDict",
    "AttrDict",
    "Config",
    "clone",
];

/// The settings that stand in Python files, with their paths.
pub(super) struct Settings<'s> {
    pub(super) statements: &'s [Statement],
    /// By file: attributes of objects (the path behind the object), entries and variables (the whole path).
    by_file: BTreeMap<&'s str, Vec<Setting<'s>>>,
    /// By file: names in code that stand for a member of an object of settings, and the path behind the object.
    names: BTreeMap<&'s str, Vec<Name<'s>>>,
    /// By file: the last parts of what it calls.
    calls: BTreeMap<&'s str, BTreeSet<&'s str>>,
}

pub(super) struct Setting<'s> {
    pub(super) id: StatementId,
    pub(super) path: Vec<&'s str>,
    /// An attribute of an object that a constructor of settings made.
    made: bool,
}

/// A name in code that stands for a member of an object of settings.
struct Name<'s> {
    id: StatementId,
    written: &'s str,
    /// The path behind the object.
    behind: Vec<&'s str>,
    /// Files whose statements fill it already.
    filled: Vec<&'s str>,
}

impl<'s> Settings<'s> {
    pub(super) fn new(statements: &'s [Statement], links: &[Link]) -> Settings<'s> {
        let mut roots: BTreeMap<(&str, &[String], &str), bool> = BTreeMap::new();
        let mut calls: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for statement in statements {
            let file = statement.place.file.as_str();
            match (&statement.subject, &statement.form) {
                (Subject::Setting { name }, Form::Variable) => {
                    let made = match &statement.value {
                        Expr::Call { callee, .. } => {
                            callee.rsplit('.').next().is_some_and(|last| OBJECTS.contains(&last))
                        }
                        _ => false,
                    };
                    *roots.entry((file, &statement.owner, name)).or_default() |= made;
                }
                (Subject::Call { callee }, Form::Call) => {
                    calls
                        .entry(file)
                        .or_default()
                        .insert(callee.rsplit('.').next().unwrap_or(callee));
                }
                _ => {}
            }
        }
        let mut by_file: BTreeMap<&str, Vec<Setting>> = BTreeMap::new();
        for (id, statement) in statements.iter().enumerate() {
            let Subject::Setting { name } = &statement.subject else {
                continue;
            };
            let file = statement.place.file.as_str();
            let owner = &statement.owner;
            let whole = || {
                owner
                    .iter()
                    .map(String::as_str)
                    .chain([name.as_str()])
                    .collect::<Vec<&str>>()
            };
            let found = match statement.form {
                Form::Variable if owner.is_empty() => Some((whole(), false)),
                Form::Entry | Form::Attribute => {
                    let root = (0..owner.len()).find_map(|at| {
                        let made = roots.get(&(file, &owner[..at], owner[at].as_str()))?;
                        Some((at, *made))
                    });
                    match (root, &statement.form) {
                        // A dictionary at the top of the file is a setting by its own name.
                        (Some((0, false)), Form::Entry) => Some((whole(), false)),
                        (Some((at, made)), _) => Some((whole().split_off(at + 1), made)),
                        (None, _) => None,
                    }
                }
                _ => None,
            };
            if let Some((path, made)) = found {
                by_file.entry(file).or_default().push(Setting { id, path, made });
            }
        }
        let mut filled: BTreeMap<(StatementId, &str), Vec<&str>> = BTreeMap::new();
        for link in links.iter().filter(|link| link.kind == LinkKind::Reference) {
            let giver = &statements[link.from];
            if let (Some(slot), None) = (link.slot.as_deref(), &giver.dead) {
                // The links grow while settings are laid over others; names are looked up in the statements.
                let name = statements[link.to]
                    .value
                    .references()
                    .into_iter()
                    .find(|name| *name == slot);
                if let Some(name) = name {
                    filled.entry((link.to, name)).or_default().push(&giver.place.file);
                }
            }
        }
        let mut names: BTreeMap<&str, Vec<Name>> = BTreeMap::new();
        for (id, statement) in statements.iter().enumerate() {
            if !is_python(&statement.place.file) {
                continue;
            }
            let guards = statement.guards.iter().flat_map(|guard| guard.test.references());
            for name in statement.value.references().into_iter().chain(guards) {
                let path: Vec<&str> = name.split('.').collect();
                let behind = behind_holder(&path).filter(|behind| !behind.is_empty());
                if let Some(behind) = behind {
                    let file = statement.place.file.as_str();
                    names.entry(file).or_default().push(Name {
                        id,
                        written: name,
                        behind: behind.to_vec(),
                        filled: filled.get(&(id, name)).cloned().unwrap_or_default(),
                    });
                }
            }
        }
        Settings {
            statements,
            by_file,
            names,
            calls,
        }
    }

    pub(super) fn of(&self, file: &str) -> &[Setting<'s>] {
        self.by_file.get(file).map_or(&[], Vec::as_slice)
    }

    /// Whether code of these files calls one of these.
    pub(super) fn calls(&self, files: &[String], names: &[&str]) -> bool {
        files
            .iter()
            .filter_map(|file| self.calls.get(file.as_str()))
            .any(|calls| names.iter().any(|name| calls.contains(name)))
    }

    /// The Python files that a configuration names in `_base_`.
    pub(super) fn bases(&self, file: &str, files: &BTreeSet<&str>) -> Vec<String> {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let named = self.of(file).iter().filter(|setting| setting.path == ["_base_"]);
        named
            .flat_map(|setting| texts(&self.statements[setting.id].value))
            .filter_map(|written| joined(folder, written))
            .filter(|path| path.ends_with(".py") && files.contains(path.as_str()))
            .collect()
    }
}

fn texts(value: &Expr) -> Vec<&str> {
    match value {
        Expr::Value(Value::Text(text)) => vec![text.as_str()],
        Expr::List(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// A Python configuration that a launch names, and the files it builds on, nearest first.
pub(super) struct Layers {
    pub(super) file: String,
    pub(super) below: Vec<String>,
}

/// Links what is laid over what within a launch.
pub(super) fn link(settings: &Settings<'_>, layers: &[Layers], launch: &Launch, id: LaunchId, links: &mut Vec<Link>) {
    let statements = settings.statements;
    let mut link = |from: StatementId, to: StatementId, kind: LinkKind| {
        links.push(Link {
            from,
            to,
            kind,
            slot: None,
            launch: Some(id),
        });
    };
    let mut laid: Vec<&Setting> = Vec::new();
    for layer in layers {
        let mut above: Vec<&Setting> = settings.of(&layer.file).iter().collect();
        for file in &layer.below {
            for lower in settings.of(file) {
                for upper in above.iter().filter(|upper| upper.path == lower.path) {
                    link(upper.id, lower.id, LinkKind::Override);
                }
            }
            above.extend(settings.of(file));
        }
        laid.extend(above);
    }
    if settings.calls(&launch.reach, MERGES) {
        let made: Vec<&Setting> = launch
            .reach
            .iter()
            .flat_map(|file| settings.of(file))
            .filter(|setting| setting.made)
            .collect();
        for (key, statement) in statements.iter().enumerate() {
            let loaded = statement.form == Form::Key && launch.configs.binary_search(&statement.place.file).is_ok();
            if !loaded || statement.dead.is_some() {
                continue;
            }
            let path = path_of(statement);
            for setting in made.iter().filter(|setting| setting.path == path) {
                link(key, setting.id, LinkKind::Config);
            }
        }
        laid.extend(made);
    }
    for &flag in &launch.flags {
        let path = path_of(&statements[flag]);
        // `--config.lr` sets `lr` of what the flag `--config` names.
        let inner = path.get(1..).filter(|inner| !inner.is_empty()).unwrap_or(&path);
        for setting in laid
            .iter()
            .filter(|setting| setting.path == path || setting.path == inner)
        {
            link(flag, setting.id, LinkKind::Flag);
        }
    }
    let here = |file: &&str| launch.reach.binary_search_by(|other| other.as_str().cmp(file)).is_ok();
    for name in launch
        .reach
        .iter()
        .filter_map(|file| settings.names.get(file.as_str()))
        .flatten()
    {
        if name.filled.iter().any(here) {
            continue;
        }
        for setting in laid
            .iter()
            .filter(|setting| setting.path == name.behind && setting.id != name.id)
        {
            links.push(Link {
                from: setting.id,
                to: name.id,
                kind: LinkKind::Reference,
                slot: Some(name.written.to_string()),
                launch: Some(id),
            });
        }
    }
}

pub(super) fn path_of(statement: &Statement) -> Vec<&str> {
    match &statement.subject {
        Subject::Setting { name } => statement
            .owner
            .iter()
            .map(String::as_str)
            .chain([name.as_str()])
            .collect(),
        _ => Vec::new(),
    }
}
