//! What takes a flag: the program's option, else a field, a parameter or a configuration key of that name.
//!
//! Why it can be wrong: two parsers of one repository define `--lr`, and a dataclass that no parser fills has a field of
//! that name. So options count within the entry's reach, its own first, and fields only where something parses them.
//!
//! Example: `--batch_size 50` sets the option `--batch_size`; argparse takes `--batch` for it too, where no other option
//! begins so.

use std::collections::{BTreeMap, BTreeSet};

use super::flags::{Flag, Takes};
use crate::evidence::{Expr, Form, Idle, Statement, StatementId, Subject};
use crate::quantity::Value;
use crate::source::python::Shape;

/// Libraries that fill the fields of a dataclass from the command line.
const FIELD_PARSERS: &[&str] = &[
    "HfArgumentParser",
    "TrlParser",
    "tyro",
    "simple_parsing",
    "simple-parsing",
    "draccus",
    "pyrallis",
    "jsonargparse",
    "LightningCLI",
    "chz",
    "omegaconf",
    "OmegaConf",
    "hydra",
    "H4ArgumentParser",
    "datargs",
    "pydantic_settings",
    "pydantic-settings",
];
/// Libraries that make flags of a function's parameters.
const PARAMETER_PARSERS: &[&str] = &[
    "fire",
    "typer",
    "click",
    "jsonargparse",
    "tyro",
    "defopt",
    "plac",
    "auto_cli",
    "LightningCLI",
    "ArgumentParser.add_class_arguments",
];

/// Calls that merge a list of keys and values.
const MERGES: &[&str] = &["merge_from_list"];
/// Calls that fill dataclasses from a file of any name.
const READS: &[&str] = &["parse_json_file", "parse_yaml_file", "parse_args_and_config"];

/// Everything in the repository that can take a flag, by file.
pub(super) struct Options {
    /// By file: the option's flags, its default.
    options: BTreeMap<String, Vec<Known>>,
    /// Fields and parameters, by name with underscores.
    fields: BTreeMap<String, Vec<(String, StatementId)>>,
    parameters: BTreeMap<String, Vec<(String, StatementId)>>,
    /// Configuration keys by name, with the path before it.
    keys: BTreeMap<String, Vec<Key>>,
    /// Files that call what merges or reads settings, by the last part of what they call.
    calls: BTreeMap<&'static str, BTreeSet<String>>,
    /// Files that import a library which fills fields or parameters.
    parses_fields: BTreeSet<String>,
    parses_parameters: BTreeSet<String>,
}

/// Where a flag is looked for.
pub(super) struct At<'a> {
    pub(super) entry: Option<&'a str>,
    /// The files whose code the entry runs, sorted.
    pub(super) reach: &'a [String],
    /// What other subcommands run.
    pub(super) other: &'a [Idle],
}

struct Known {
    id: StatementId,
    name: String,
    bytes: (usize, usize),
    flags: Vec<String>,
    /// Those of the flags that turn it off.
    off: Vec<String>,
    takes: Option<Takes>,
}

struct Key {
    id: StatementId,
    file: String,
    owner: Vec<String>,
}

impl Options {
    pub(super) fn new(statements: &[Statement], shapes: &BTreeMap<StatementId, Shape>) -> Options {
        let mut out = Options {
            options: BTreeMap::new(),
            fields: BTreeMap::new(),
            parameters: BTreeMap::new(),
            keys: BTreeMap::new(),
            calls: BTreeMap::new(),
            parses_fields: BTreeSet::new(),
            parses_parameters: BTreeSet::new(),
        };
        for (id, statement) in statements.iter().enumerate() {
            let file = &statement.place.file;
            match (&statement.subject, &statement.form) {
                (Subject::Setting { name }, Form::Option { flags }) => {
                    let shape = shapes.get(&id);
                    let defined = shape.and_then(|shape| shape.takes.clone()).map(Takes::Defined);
                    let known = Known {
                        id,
                        name: name.clone(),
                        bytes: statement.place.bytes.unwrap_or_default(),
                        flags: flags.clone(),
                        off: shape.map(|shape| shape.off.clone()).unwrap_or_default(),
                        takes: defined.or_else(|| takes(&statement.value)),
                    };
                    out.options.entry(file.clone()).or_default().push(known);
                }
                (Subject::Setting { name }, Form::Field) => {
                    out.fields.entry(alike(name)).or_default().push((file.clone(), id));
                }
                (Subject::Setting { name }, Form::Parameter) => {
                    out.parameters.entry(alike(name)).or_default().push((file.clone(), id));
                }
                (Subject::Setting { name }, Form::Key) => {
                    let key = Key {
                        id,
                        file: file.clone(),
                        owner: statement.owner.clone(),
                    };
                    out.keys.entry(alike(name)).or_default().push(key);
                }
                (Subject::Call { callee }, Form::Call) => {
                    let last = callee.rsplit('.').next().unwrap_or(callee);
                    if let Some(known) = MERGES.iter().chain(READS).find(|known| **known == last) {
                        out.calls.entry(known).or_default().insert(file.clone());
                    }
                }
                (Subject::Import { package, symbol, .. }, _) => {
                    let names = |parsers: &[&str]| {
                        parsers
                            .iter()
                            .any(|parser| package == parser || symbol.split('.').any(|part| part == *parser))
                    };
                    if names(FIELD_PARSERS) {
                        out.parses_fields.insert(file.clone());
                    }
                    if names(PARAMETER_PARSERS) {
                        out.parses_parameters.insert(file.clone());
                    }
                }
                _ => {}
            }
        }
        out
    }

    /// What the program's option of this flag takes.
    pub(super) fn takes(&self, flag: &str, at: &At<'_>) -> Option<Takes> {
        let found = self.find(flag, at);
        if let Some(first) = found.first() {
            let off = first.off.iter().any(|off| alike(off) == alike(flag));
            return if off {
                Some(Takes::Off(first.name.clone()))
            } else {
                first.takes.clone()
            };
        }
        let positive = flag.strip_prefix("--no-").or_else(|| flag.strip_prefix("--no_"))?;
        let option = self.find(&format!("--{positive}"), at);
        if option
            .first()
            .is_some_and(|known| matches!(known.takes, Some(Takes::Switch { .. })))
        {
            return Some(Takes::Negation);
        }
        None
    }

    /// The name under which the code reads a flag's option.
    pub(super) fn named(&self, flag: &str, at: &At<'_>) -> Option<&str> {
        self.find(flag, at).first().map(|known| known.name.as_str())
    }

    /// All options that a command line may set.
    pub(super) fn all(&self, at: &At<'_>) -> Vec<StatementId> {
        let within_reach = at.reach.iter().filter_map(|file| self.options.get(file)).flatten();
        within_reach.map(|known| known.id).collect()
    }

    /// Whether code of these files merges a list of keys and values (`opts`).
    pub(super) fn merges_pairs(&self, reach: &[String]) -> bool {
        self.calls_any(MERGES, reach)
    }

    /// Whether code of these files reads its arguments from a file that the command names.
    pub(super) fn reads_files(&self, reach: &[String]) -> bool {
        self.calls_any(READS, reach)
    }

    fn calls_any(&self, names: &[&str], reach: &[String]) -> bool {
        let files = names.iter().filter_map(|name| self.calls.get(name)).flatten();
        files.into_iter().any(|file| reach.binary_search(file).is_ok())
    }

    /// The statements that a flag sets.
    pub(super) fn takers(&self, flag: &Flag, at: &At<'_>, configs: &BTreeSet<String>) -> Vec<StatementId> {
        let At { entry, reach, .. } = *at;
        let within = |file: &String| reach.binary_search(file).is_ok();
        if !flag.assigns {
            let options = self.find(&flag.written, at);
            if !options.is_empty() {
                return options.iter().map(|known| known.id).collect();
            }
        }
        let mut found: Vec<StatementId> = Vec::new();
        if reach.iter().any(|file| self.parses_fields.contains(file)) {
            found.extend(named(&self.fields, &flag.name, &within));
        }
        if found.is_empty() && !flag.assigns {
            let own = |file: &String| entry == Some(file.as_str()) && self.parses_parameters.contains(file);
            found.extend(named(&self.parameters, &flag.name, &own));
        }
        if flag.assigns || !flag.owner.is_empty() {
            let keys: Vec<&Key> = self
                .keys
                .get(&alike(&flag.name))
                .into_iter()
                .flatten()
                .filter(|key| key.is_at(&flag.owner))
                .collect();
            let near: Vec<&&Key> = keys
                .iter()
                .filter(|key| within(&key.file) || configs.contains(&key.file))
                .collect();
            // A path of several parts is told enough to be looked for in files that nothing is known to load.
            match near.is_empty() && !flag.owner.is_empty() {
                true => found.extend(keys.iter().map(|key| key.id)),
                false => found.extend(near.iter().map(|key| key.id)),
            }
        }
        found
    }

    /// Options that bear the flag: exactly, else with `-` for `_`, else as argparse abbreviates; of the entry's own
    /// file, where it has any.
    fn find(&self, flag: &str, at: &At<'_>) -> Vec<&Known> {
        let At { entry, reach, other } = *at;
        let all: Vec<(&String, &Known)> = reach
            .iter()
            .filter_map(|file| self.options.get_key_value(file))
            .flat_map(|(file, known)| known.iter().map(move |known| (file, known)))
            .filter(|(file, known)| {
                !other
                    .iter()
                    .any(|idle| idle.file == **file && within(idle, known.bytes))
            })
            .collect();
        let wanted = alike(flag);
        let fits: [&dyn Fn(&str) -> bool; 2] = [&|other| other == flag, &|other| alike(other) == wanted];
        for fit in fits {
            let found: Vec<(&String, &Known)> = all
                .iter()
                .filter(|(_, known)| known.flags.iter().any(|other| fit(other)))
                .copied()
                .collect();
            if !found.is_empty() {
                return own_first(found, entry);
            }
        }
        if !flag.starts_with("--") || flag.len() < 4 {
            return Vec::new();
        }
        let mut longer: BTreeSet<&str> = BTreeSet::new();
        let found: Vec<(&String, &Known)> = all
            .into_iter()
            .filter(|(_, known)| {
                let hit = known.flags.iter().find(|other| other.starts_with(flag));
                longer.extend(hit.map(String::as_str));
                hit.is_some()
            })
            .collect();
        if longer.len() == 1 {
            own_first(found, entry)
        } else {
            Vec::new()
        }
    }
}

impl Key {
    /// Whether a dotted path leads to this key: from the top of its file, or from the folders that the file stands in
    /// (Hydra's groups).
    fn is_at(&self, path: &[String]) -> bool {
        let wanted: Vec<String> = path.iter().map(|part| alike(part)).collect();
        let owner: Vec<String> = self.owner.iter().flat_map(|part| part.split('.')).map(alike).collect();
        if owner == wanted {
            return true;
        }
        let folders: Vec<&str> = self
            .file
            .rsplit_once('/')
            .map_or(Vec::new(), |(folder, _)| folder.split('/').collect());
        (1..=wanted.len().min(folders.len())).any(|groups| {
            let (above, inside) = wanted.split_at(groups);
            let end: Vec<String> = folders[folders.len() - groups..]
                .iter()
                .map(|part| alike(part))
                .collect();
            end == above && owner == inside
        })
    }
}

fn within(idle: &Idle, bytes: (usize, usize)) -> bool {
    idle.bytes.0 <= bytes.0 && bytes.1 <= idle.bytes.1
}

fn own_first<'k>(found: Vec<(&String, &'k Known)>, entry: Option<&str>) -> Vec<&'k Known> {
    let own: Vec<&Known> = found
        .iter()
        .filter(|(file, _)| entry == Some(file.as_str()))
        .map(|(_, known)| *known)
        .collect();
    if own.is_empty() {
        found.into_iter().map(|(_, known)| known).collect()
    } else {
        own
    }
}

fn named(
    index: &BTreeMap<String, Vec<(String, StatementId)>>,
    name: &str,
    within: &dyn Fn(&String) -> bool,
) -> Vec<StatementId> {
    index
        .get(&alike(name))
        .into_iter()
        .flatten()
        .filter(|(file, _)| within(file))
        .map(|(_, id)| *id)
        .collect()
}

fn alike(name: &str) -> String {
    name.replace('-', "_")
}

/// What an option with this default takes on the command line.
fn takes(default: &Expr) -> Option<Takes> {
    match default {
        Expr::Value(Value::Bool(default)) => Some(Takes::Switch { default: *default }),
        Expr::Value(Value::Number(_) | Value::Text(_)) => Some(Takes::One),
        Expr::List(_) | Expr::Value(Value::List(_)) => Some(Takes::Any),
        _ => None,
    }
}
