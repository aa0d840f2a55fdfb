//! What configurations take from each other: a base file that a child overrides, a key that stands for another.
//!
//! Why it can be wrong: the base alone says `batch_size: 100` where every run uses a child that says 50. So the child's
//! key is linked to the base's key of the same path, through bases of bases, to the nearest that has it. A base that is
//! named but does not exist gives no link.
//!
//! Example: `_BASE_: updown.yml` beside `SOLVER: {LR: 0.1}` overrides `SOLVER.LR` of `updown.yml`; with Hydra's
//! `defaults: [{db: mysql}]` the key `db.port` overrides `port` of `db/mysql.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Expr, Form, Link, LinkKind, Statement, StatementId, Subject};
use crate::place::joined;
use crate::quantity::Value;

/// Top-level keys that name the file a configuration builds on, in lower case.
const BASE_KEYS: &[&str] = &[
    "_base_",
    "__base__",
    "base",
    "base_config",
    "base_cfg",
    "extends",
    "inherit_from",
    "inherits",
    "inherit",
];
/// What a configuration file's name ends in.
const ENDINGS: &[&str] = &[".yaml", ".yml", ".json", ".toml"];

/// One configuration file that another builds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    pub child: String,
    pub base: String,
    /// The key under which the base's keys stand in the child (`["db"]`); empty where they stand at the top.
    pub package: Vec<String>,
    /// It is named by a list of defaults.
    pub listed: bool,
    /// False where the base is merged after the child (`_self_` before it) and so wins.
    pub child_wins: bool,
}

/// Which configurations build on which, in the order of the statements. `files` are the known paths, sorted.
pub fn bases(statements: &[Statement], files: &[String]) -> Vec<Base> {
    let known: BTreeSet<&str> = files.iter().map(String::as_str).collect();
    let mut bases = Vec::new();
    // Whether `_self_` has come before, in each file with a list of defaults.
    let mut after_self: BTreeSet<&str> = BTreeSet::new();
    for statement in statements
        .iter()
        .filter(|statement| statement.form == Form::Key && statement.dead.is_none())
    {
        let Subject::Setting { name } = &statement.subject else {
            continue;
        };
        let child = statement.place.file.as_str();
        let folder = child.rsplit_once('/').map_or("", |(folder, _)| folder);
        match statement
            .owner
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .as_slice()
        {
            [] if BASE_KEYS.contains(&name.to_lowercase().as_str()) => {
                for written in texts(&statement.value) {
                    if let Some(base) = named(folder, written, &known).or_else(|| named("", written, &known)) {
                        bases.push(Base {
                            child: child.into(),
                            base,
                            package: Vec::new(),
                            listed: false,
                            child_wins: true,
                        });
                    }
                }
            }
            [] if name == "defaults" => {
                for written in texts(&statement.value) {
                    if written == "_self_" {
                        after_self.insert(child);
                    } else if let Some((base, package)) = composed(folder, "", written, &known) {
                        bases.push(Base {
                            child: child.into(),
                            base,
                            package,
                            listed: true,
                            child_wins: !after_self.contains(child),
                        });
                    }
                }
            }
            ["defaults", _] => {
                for written in texts(&statement.value) {
                    if let Some((base, package)) = composed(folder, name, written, &known) {
                        bases.push(Base {
                            child: child.into(),
                            base,
                            package,
                            listed: true,
                            child_wins: !after_self.contains(child),
                        });
                    }
                }
            }
            _ => {}
        }
    }
    bases.retain(|base| base.child != base.base);
    bases
}

/// Links the keys of configurations: a child's to its base's, and those that interpolations stand for.
pub fn bind(statements: &[Statement], links: &mut Vec<Link>, files: &[String]) {
    let bases = bases(statements, files);
    let mut keys: BTreeMap<(&str, Vec<&str>), StatementId> = BTreeMap::new();
    for (id, statement) in statements.iter().enumerate() {
        if let (Form::Key, Subject::Setting { name }, None) = (&statement.form, &statement.subject, &statement.dead) {
            keys.insert((&statement.place.file, path(statement, name)), id);
        }
    }
    let link = |from, to, kind, slot| Link {
        from,
        to,
        kind,
        slot,
        launch: None,
    };
    for ((file, path), &id) in &keys {
        let names_base = matches!(path.as_slice(), [key] if BASE_KEYS.contains(&key.to_lowercase().as_str()))
            || path.first() == Some(&"defaults");
        for base in bases.iter().filter(|base| base.child == *file && !names_base) {
            if let Some(taken) = inherited(file, path, base, &bases, &keys) {
                let (from, to) = if base.child_wins { (id, taken) } else { (taken, id) };
                links.push(link(from, to, LinkKind::Override, None));
            }
        }
        for written in statements[id].value.references() {
            if let Some(from) = meant(written, file, path, &bases, &keys).filter(|from| *from != id) {
                links.push(link(from, id, LinkKind::Reference, Some(written.to_string())));
            }
        }
    }
}

type Keys<'a> = BTreeMap<(&'a str, Vec<&'a str>), StatementId>;

fn path<'a>(statement: &'a Statement, name: &'a str) -> Vec<&'a str> {
    statement.owner.iter().map(String::as_str).chain([name]).collect()
}

/// The key of the same path in the nearest base that has it.
fn inherited(file: &str, path: &[&str], first: &Base, bases: &[Base], keys: &Keys<'_>) -> Option<StatementId> {
    let mut seen = BTreeSet::from([file.to_string()]);
    let mut open = vec![(first, path.to_vec())];
    while let Some((base, path)) = open.pop() {
        let package: Vec<&str> = base.package.iter().map(String::as_str).collect();
        // `# @package _global_` at a file's top, a comment that no key shows, leaves its keys where they are.
        let stripped = path.strip_prefix(package.as_slice()).map(<[&str]>::to_vec);
        for rest in stripped.into_iter().chain([path.clone()]) {
            if let Some(&id) = keys.get(&(base.base.as_str(), rest)) {
                return Some(id);
            }
        }
        let Some(rest) = path.strip_prefix(package.as_slice()) else {
            continue;
        };
        if seen.insert(base.base.clone()) {
            open.extend(
                bases
                    .iter()
                    .filter(|next| next.child == base.base)
                    .map(|next| (next, rest.to_vec())),
            );
        }
    }
    None
}

/// The key that an interpolation stands for: `${a.b}` from the top, `${.b}` beside it, `<a[b]>` from the top.
fn meant(written: &str, file: &str, path: &[&str], bases: &[Base], keys: &Keys<'_>) -> Option<StatementId> {
    let inside = written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let inside = inside.or_else(|| written.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')))?;
    let dots = inside.len() - inside.trim_start_matches('.').len();
    let parts = inside.split(['.', '[', ']']).filter(|part| !part.is_empty());
    let wanted: Vec<&str> = match dots {
        0 => parts.collect(),
        dots => path
            .get(..path.len().checked_sub(dots)?)?
            .iter()
            .copied()
            .chain(parts)
            .collect(),
    };
    if let Some(&id) = keys.get(&(file, wanted.clone())) {
        return Some(id);
    }
    bases
        .iter()
        .filter(|base| base.child == file)
        .find_map(|base| inherited(file, &wanted, base, bases, keys))
}

fn texts(value: &Expr) -> Vec<&str> {
    match value {
        Expr::Value(Value::Text(text)) => vec![text.as_str()],
        Expr::List(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// A file named relative to the folder of the file that names it.
fn named(folder: &str, written: &str, known: &BTreeSet<&str>) -> Option<String> {
    let is_file = ENDINGS.iter().any(|ending| written.to_lowercase().ends_with(ending));
    let path = resolved(folder, written)?;
    (is_file && known.contains(path.as_str())).then_some(path)
}

/// A group and option of Hydra's defaults: the file, and the package its keys stand under.
fn composed(folder: &str, group: &str, option: &str, known: &BTreeSet<&str>) -> Option<(String, Vec<String>)> {
    let (group, package) = match group.split_once('@') {
        Some((group, package)) => (group, Some(package)),
        None => (group, None),
    };
    let group = group.trim_start_matches("override ").trim().trim_start_matches('/');
    let option = option.trim().trim_start_matches('/');
    let within = if group.is_empty() {
        option.to_string()
    } else {
        format!("{group}/{option}")
    };
    let stem = within.trim_end_matches(".yaml").trim_end_matches(".yml");
    // Groups count from the folder of all configurations, which lies somewhere above.
    let folders = std::iter::successors(Some(folder), |folder| folder.rsplit_once('/').map(|(above, _)| above));
    let path = folders
        .chain([""])
        .flat_map(|folder| ["yaml", "yml"].map(|ending| resolved(folder, &format!("{stem}.{ending}"))))
        .flatten()
        .find(|path| known.contains(path.as_str()))?;
    let default = stem.rsplit_once('/').map_or("", |(group, _)| group).replace('/', ".");
    let package = package.unwrap_or(&default);
    let parts = package
        .split('.')
        .filter(|part| !part.is_empty() && *part != "_global_");
    Some((path, parts.map(str::to_string).collect()))
}

/// `relative` from `folder`; none where it leaves the root.
fn resolved(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with(['/', '~']) {
        return None;
    }
    joined(folder, relative)
}
