//! Names in code that stand for a key of a configuration file.
//!
//! Why it can be wrong: `cfg.lr` is a key only where `cfg` holds a loaded file. So the object has to be called what such
//! objects are called, the path behind it has to end the key's, and the file has to be one that the launch loads.
//!
//! Example: `config["optimizer"]["lr"]` stands for `lr` below `optimizer`, and for `lr` of Hydra's `optimizer/adam.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use super::taken;
use crate::evidence::{Form, Link, LinkKind, Statement, StatementId, Subject};
use crate::source::python::is_python;

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
    "parser",
    "cp",
    "ini",
];

/// Links names in code that stand for a key of a configuration file (`config["optimizer"]["lr"]`, `h.learning_rate`) to
/// the keys of that path. Only in files of one launch's reach do they meet: the graph follows no link out of it.
///
/// `lookups` are defaults that stand for keys that are missing: where the key is there, it takes their place.
pub fn bind_keys(statements: &[Statement], links: &mut Vec<Link>, lookups: &[(StatementId, String)]) {
    let mut keys: BTreeMap<String, Vec<StatementId>> = BTreeMap::new();
    for (id, statement) in statements.iter().enumerate() {
        if let (Form::Key, Subject::Setting { name }) = (&statement.form, &statement.subject) {
            keys.entry(in_small(name, &statement.place.file)).or_default().push(id);
        }
    }
    let filled: BTreeSet<(StatementId, String)> = links
        .iter()
        .filter(|link| link.kind == LinkKind::Reference && statements[link.from].dead.is_none())
        .filter_map(|link| link.slot.clone().map(|slot| (link.to, slot)))
        .collect();
    let filled_by_code = settings_in_code(statements);
    for (to, statement) in statements.iter().enumerate() {
        if !is_python(&statement.place.file) {
            continue;
        }
        let guards = statement.guards.iter().flat_map(|guard| guard.test.references());
        for name in statement.value.references().into_iter().chain(guards) {
            let path: Vec<&str> = name.split('.').collect();
            let Some(tail) = behind_holder(&path).filter(|tail| !tail.is_empty()) else {
                continue;
            };
            if filled.contains(&(to, name.to_string())) {
                continue;
            }
            let holder = path[path.len() - tail.len() - 1].to_lowercase();
            if let ([only], true) = (tail, holds_options(&holder)) {
                let given = filled_by_code
                    .get(only)
                    .into_iter()
                    .flatten()
                    .filter(|&&from| from != to);
                links.extend(given.map(|&from| Link {
                    from,
                    to,
                    kind: LinkKind::Reference,
                    slot: Some(name.to_string()),
                    launch: None,
                }));
            }
            for from in keyed(statements, &keys, tail) {
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
    for (to, name) in lookups {
        let path: Vec<&str> = name.split('.').collect();
        let Some(tail) = behind_holder(&path).filter(|tail| !tail.is_empty()) else {
            continue;
        };
        for from in keyed(statements, &keys, tail) {
            // A key of the same name further down may be another one.
            let exact = statements[from].owner.len() < tail.len();
            links.push(Link {
                from,
                to: *to,
                kind: if exact { LinkKind::Config } else { LinkKind::Possible },
                slot: None,
                launch: None,
            });
        }
    }
}

fn is_ini(file: &str) -> bool {
    file.ends_with(".ini") || file.ends_with(".cfg")
}

/// A key as its file's reader takes it: configparser makes all of them small.
fn in_small(name: &str, file: &str) -> String {
    if is_ini(file) {
        name.to_lowercase()
    } else {
        name.to_string()
    }
}

/// The keys of a path. What a section of an INI file lacks, its `DEFAULT` has.
fn keyed(statements: &[Statement], keys: &BTreeMap<String, Vec<StatementId>>, tail: &[&str]) -> Vec<StatementId> {
    let Some((last, above)) = tail.split_last() else {
        return Vec::new();
    };
    let small = last.to_lowercase();
    let written = keys.get(*last).into_iter().flatten();
    let others = keys.get(&small).into_iter().flatten().filter(|_| small != **last);
    let named: Vec<StatementId> = written
        .copied()
        .chain(others.copied().filter(|&key| is_ini(&statements[key].place.file)))
        .collect();
    let exact = |key: &StatementId| ends_with(&statements[*key], tail);
    let of = |key: StatementId| statements[key].place.file.as_str();
    let default = |key: &StatementId| {
        is_ini(of(*key))
            && above.len() == 1
            && statements[*key].owner == ["DEFAULT"]
            && !named.iter().any(|other| exact(other) && of(*other) == of(*key))
    };
    named.iter().copied().filter(|key| exact(key) || default(key)).collect()
}

/// What an object of settings holds that code itself makes: fields of a class that a parser fills, keywords of an object
/// of hyperparameters, entries of which a program makes its options.
fn settings_in_code(statements: &[Statement]) -> BTreeMap<&str, Vec<StatementId>> {
    let mut parsers: BTreeSet<&str> = BTreeSet::new();
    let mut computed = false;
    for statement in statements {
        match &statement.subject {
            Subject::Import { symbol, .. } if symbol.split('.').any(|part| part.ends_with("ArgumentParser")) => {
                parsers.insert(&statement.place.file);
            }
            // An option whose flag is written out is no such call.
            Subject::Call { callee } => {
                let last = callee.rsplit('.').next().unwrap_or(callee);
                computed |= last == "add_argument";
                if last == "HfArgumentParser" || last == "TrlParser" {
                    parsers.insert(&statement.place.file);
                }
            }
            _ => {}
        }
    }
    let dictionaries = taken::whole_dictionaries(statements);
    let mut found: BTreeMap<&str, Vec<StatementId>> = BTreeMap::new();
    for (id, statement) in statements.iter().enumerate() {
        let Subject::Setting { name } = &statement.subject else {
            continue;
        };
        let taken = match statement.form {
            Form::Field => parsers.contains(statement.place.file.as_str()),
            Form::Keyword => statement.owner.last().is_some_and(|last| last == "HParams"),
            Form::Entry => computed && dictionaries.contains(&id),
            _ => false,
        };
        if taken {
            found.entry(name).or_default().push(id);
        }
    }
    found
}

/// Whether an object is called what parsed options are called: `config` may be a model's own.
fn holds_options(holder: &str) -> bool {
    holder.contains("arg") || ["opt", "opts", "options", "flags", "hparams", "hps", "hp", "params"].contains(&holder)
}

/// What stands behind the object that holds a configuration.
pub(super) fn behind_holder<'p, 's>(path: &'p [&'s str]) -> Option<&'p [&'s str]> {
    let holder = path.iter().rposition(|part| is_holder(part));
    holder.map(|at| &path[at + 1..])
}

/// Whether an object is called what such objects are called.
pub(in crate::source) fn is_holder(name: &str) -> bool {
    let name = name.trim_start_matches('_').to_lowercase();
    HOLDERS.contains(&name.as_str())
        || ["_config", "_cfg", "_args", "_conf", "_opts", "_parser"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// Whether a key's path ends with what the code names; the folders of its file are groups of Hydra's.
fn ends_with(key: &Statement, tail: &[&str]) -> bool {
    let (_, above) = tail.split_last().unwrap_or((&"", &[]));
    let folders = key.place.file.rsplit_once('/').map_or("", |(folders, _)| folders);
    let owner: Vec<&str> = folders.split('/').chain(key.owner.iter().map(String::as_str)).collect();
    owner.ends_with(above)
}
