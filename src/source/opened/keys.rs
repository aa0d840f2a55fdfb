//! Names in code that stand for a key of a configuration file.
//!
//! Why it can be wrong: `cfg.lr` is a key only where `cfg` holds a loaded file. So the object has to be called what such
//! objects are called, the path behind it has to end the key's, and the file has to be one that the launch loads.
//!
//! Example: `config["optimizer"]["lr"]` stands for `lr` below `optimizer`, and for `lr` of Hydra's `optimizer/adam.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Form, Link, LinkKind, Statement, StatementId, Subject};

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
///
/// `lookups` are defaults that stand for keys that are missing: where the key is there, it takes their place.
pub fn bind_keys(statements: &[Statement], links: &mut Vec<Link>, lookups: &[(StatementId, String)]) {
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
            let Some(tail) = behind_holder(&path).filter(|tail| !tail.is_empty()) else {
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
    for (to, name) in lookups {
        let path: Vec<&str> = name.split('.').collect();
        let Some(tail) = behind_holder(&path).filter(|tail| !tail.is_empty()) else {
            continue;
        };
        let candidates = tail.last().and_then(|last| keys.get(last)).into_iter().flatten();
        for &from in candidates.filter(|&&key| ends_with(&statements[key], tail)) {
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

/// What stands behind the object that holds a configuration.
pub(super) fn behind_holder<'p, 's>(path: &'p [&'s str]) -> Option<&'p [&'s str]> {
    let holder = path
        .iter()
        .rposition(|part| HOLDERS.contains(&part.trim_start_matches('_').to_lowercase().as_str()));
    holder.map(|at| &path[at + 1..])
}

/// Whether a key's path ends with what the code names; the folders of its file are groups of Hydra's.
fn ends_with(key: &Statement, tail: &[&str]) -> bool {
    let (_, above) = tail.split_last().unwrap_or((&"", &[]));
    let folders = key.place.file.rsplit_once('/').map_or("", |(folders, _)| folders);
    let owner: Vec<&str> = folders.split('/').chain(key.owner.iter().map(String::as_str)).collect();
    owner.ends_with(above)
}
