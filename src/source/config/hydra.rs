//! Hydra's composition: which files make up a configuration, under which keys, and which of them wins.
//!
//! The defaults list of the primary file is followed through the lists of what it names. A choice on the command line
//! stands before an `override` in a list, and that before the list's own option. What is merged later wins.
//!
//! Why it can be wrong: `conf/optimizer/adam.yaml` says 0.001 and the experiment file chooses `sgd`: the run never sees
//! the first. So a group has one option, and a file that no list leads to is no part. What cannot be followed (an
//! option that is an interpolation, a file that is not there) adds nothing.
//!
//! Example: `defaults: [_self_, {optimizer: adam}]` with `optimizer=sgd` gives `train.yaml` at the top, and over it
//! `optimizer/sgd.yaml` under the key `optimizer`.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Expr, Form, Grade, Statement, Subject};
use crate::place::SourceText;
use crate::quantity::Value;

/// Lists within lists at most.
const DEEPEST: usize = 16;
/// Rounds in which `override` entries are gathered: each may lead to lists with more of them.
const ROUNDS: usize = 6;
/// The setting under which a file's header `# @package x` is kept.
pub(super) const PACKAGE: &str = "@package";

/// `# @package _global_` above the first key.
pub(super) fn header(text: &SourceText) -> Option<Statement> {
    let mut at = 0;
    for line in text.text().split_inclusive('\n') {
        let said = line.trim();
        if !said.is_empty() && !said.starts_with('#') {
            return None;
        }
        let package = said.trim_start_matches('#').trim().strip_prefix(PACKAGE).map(str::trim);
        if let Some(package) = package.filter(|package| !package.is_empty() && !package.contains(' ')) {
            return Some(Statement {
                subject: Subject::Setting {
                    name: PACKAGE.to_string(),
                },
                form: Form::Comment,
                value: Expr::Value(Value::Text(package.to_string())),
                place: text.place(at..at + line.trim_end().len()),
                grade: Grade::Documented,
                owner: Vec::new(),
                unit: None,
                guards: Vec::new(),
                comment: None,
                dead: None,
            });
        }
        at += line.len();
    }
    None
}

/// A file of a composed configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub file: String,
    /// The key under which its own keys stand; empty at the top.
    pub package: Vec<String>,
}

/// A composed configuration.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Composition {
    /// In the order in which they are merged: the last wins.
    pub parts: Vec<Part>,
    /// Groups whose option is not known: the group, where its keys would stand, and before how many parts it is merged.
    pub open: Vec<(String, Vec<String>, usize)>,
}

/// The option of a group that is chosen when the command runs.
pub const UNKNOWN: &str = "?";

/// What a command line says of a group: its options, none where the group is taken out.
pub type Choices = BTreeMap<String, Vec<String>>;

/// The defaults lists and package headers of all files.
#[derive(Debug, Default)]
pub struct Defaults {
    lists: BTreeMap<String, Vec<Entry>>,
    headers: BTreeMap<String, String>,
    files: BTreeSet<String>,
}

#[derive(Debug, Clone)]
enum Entry {
    /// `_self_`.
    Own,
    Named {
        /// Empty for a file of the same group, named by itself.
        group: String,
        options: Vec<String>,
        package: Option<String>,
        overrides: bool,
    },
}

impl Defaults {
    pub fn new(statements: &[Statement], files: &[String]) -> Defaults {
        let mut found = Defaults {
            files: files.iter().cloned().collect(),
            ..Defaults::default()
        };
        for statement in statements {
            let Subject::Setting { name } = &statement.subject else {
                continue;
            };
            let file = &statement.place.file;
            match (&statement.form, statement.owner.as_slice()) {
                (Form::Comment, _) if name == PACKAGE => {
                    found.headers.insert(file.clone(), statement.value.to_string());
                }
                (Form::Key, []) if name == "defaults" => {
                    for written in options(&statement.value) {
                        let entry = match written.as_str() {
                            "_self_" => Entry::Own,
                            _ => entry("", vec![written]),
                        };
                        found.lists.entry(file.clone()).or_default().push(entry);
                    }
                }
                (Form::Key, [list, _]) if list == "defaults" => {
                    let entry = entry(name, options(&statement.value));
                    found.lists.entry(file.clone()).or_default().push(entry);
                }
                _ => {}
            }
        }
        found
    }

    /// A configuration and its parts. `root` is the folder of all groups, `primary` the file's path below it without its
    /// ending.
    pub fn compose(&self, root: &str, primary: &str, choices: &Choices) -> Option<Composition> {
        self.file(root, primary)?;
        let mut overrides = Choices::new();
        for _ in 0..ROUNDS {
            let mut way = Way {
                all: self,
                root,
                choices,
                overrides: &overrides,
                found: Choices::new(),
                used: BTreeSet::new(),
                parts: Vec::new(),
                open: Vec::new(),
            };
            way.file("", primary, &[], 0);
            // What the command line adds to the list (`+experiment=x`), and what it only could have meant so.
            let added: Vec<(String, Vec<String>)> = choices
                .iter()
                .filter(|(group, _)| !way.used.contains(*group))
                .map(|(group, options)| (group.clone(), options.clone()))
                .collect();
            for (group, options) in added {
                let (group, at) = match group.split_once('@') {
                    Some((group, at)) => (group, Some(at)),
                    None => (group.as_str(), None),
                };
                for option in options {
                    way.option(group, &option, at, &[], false, 0);
                }
            }
            let Way { found, parts, open, .. } = way;
            if found == overrides {
                return Some(Composition { parts, open });
            }
            overrides = found;
        }
        None
    }

    /// The groups of a folder: whether `group` is one.
    pub fn is_group(&self, root: &str, group: &str) -> bool {
        let folder = format!("{}/", within(root, group));
        self.files
            .range(folder.clone()..)
            .take_while(|file| file.starts_with(&folder))
            .any(|file| is_yaml(file))
    }

    fn file(&self, root: &str, path: &str) -> Option<String> {
        let stem = path
            .strip_suffix(".yaml")
            .or_else(|| path.strip_suffix(".yml"))
            .unwrap_or(path);
        ["yaml", "yml"]
            .map(|ending| within(root, &format!("{stem}.{ending}")))
            .into_iter()
            .find(|file| self.files.contains(file))
    }
}

/// One way through the lists.
struct Way<'d> {
    all: &'d Defaults,
    root: &'d str,
    choices: &'d Choices,
    overrides: &'d Choices,
    /// `override` entries met on this way.
    found: Choices,
    /// Groups of the command line that a list has.
    used: BTreeSet<String>,
    parts: Vec<Part>,
    open: Vec<(String, Vec<String>, usize)>,
}

impl Way<'_> {
    /// A file of a group; `package` is where its own keys stand.
    fn file(&mut self, group: &str, path: &str, package: &[String], depth: usize) {
        let Some(file) = self.all.file(self.root, path).filter(|_| depth < DEEPEST) else {
            return;
        };
        let own = Part {
            file: file.clone(),
            package: package.to_vec(),
        };
        let list = self.all.lists.get(&file).cloned().unwrap_or_default();
        // Without `_self_` a file stands behind its list.
        let has_own = list.iter().any(|entry| matches!(entry, Entry::Own));
        for entry in list {
            let Entry::Named {
                group: written,
                options,
                package: at,
                overrides,
            } = entry
            else {
                self.parts.push(own.clone());
                continue;
            };
            if written.is_empty() {
                for option in options {
                    match option.strip_prefix('/') {
                        Some(absolute) => self.option("", absolute, at.as_deref(), package, false, depth),
                        None => self.option(group, &option, at.as_deref(), package, true, depth),
                    }
                }
                continue;
            }
            let whole = match written.strip_prefix('/') {
                Some(absolute) => absolute.to_string(),
                None if group.is_empty() => written,
                None => format!("{group}/{written}"),
            };
            let key = match &at {
                Some(at) => format!("{whole}@{}", placed(package, at).join(".")),
                None => whole.clone(),
            };
            if overrides {
                self.found.insert(key, options);
                continue;
            }
            if self.choices.contains_key(&key) {
                self.used.insert(key.clone());
            }
            let chosen = self.choices.get(&key).or_else(|| self.overrides.get(&key));
            for option in chosen.cloned().unwrap_or(options) {
                self.option(&whole, &option, at.as_deref(), package, false, depth);
            }
        }
        if !has_own {
            self.parts.push(own);
        }
    }

    /// One option; a `sibling` is named by itself, and stands where the file stands that names it.
    fn option(&mut self, group: &str, option: &str, at: Option<&str>, above: &[String], sibling: bool, depth: usize) {
        let path = within(group, option);
        if option == UNKNOWN {
            let package = placed(above, &at.map_or(group.replace('/', "."), str::to_string));
            self.open.push((group.to_string(), package, self.parts.len()));
            return;
        }
        let Some(file) = self.all.file(self.root, &path) else {
            return;
        };
        let folder = |path: &str| {
            path.rsplit_once('/')
                .map_or(String::new(), |(folder, _)| folder.to_string())
        };
        let header = self.all.headers.get(&file).map(String::as_str);
        let own = folder(if sibling { option } else { &path });
        let written = match at.or(header) {
            None | Some("_group_") => own.replace('/', "."),
            Some("_here_") => String::new(),
            Some(written) => written.to_string(),
        };
        let package = placed(above, &written);
        self.file(&folder(&path), &path, &package, depth + 1);
    }
}

/// A package as written, below the one it stands in.
fn placed(above: &[String], written: &str) -> Vec<String> {
    let parts = |package: &str| -> Vec<String> {
        let parts = package.split('.').filter(|part| !part.is_empty());
        parts.map(str::to_string).collect()
    };
    match written.strip_prefix("_global_") {
        Some(rest) => parts(rest),
        None => [above, &parts(written)].concat(),
    }
}

/// `override /optimizer@opt: sgd` taken apart.
fn entry(group: &str, options: Vec<String>) -> Entry {
    let mut rest = group.trim();
    let mut overrides = false;
    while let Some((word, behind)) = rest.split_once(' ') {
        match word {
            "override" => overrides = true,
            "optional" => {}
            _ => break,
        }
        rest = behind.trim_start();
    }
    let (group, package) = match rest.split_once('@') {
        Some((group, package)) => (group, Some(package.to_string())),
        None => (rest, None),
    };
    if group.is_empty()
        && let [one] = options.as_slice()
        && let Some((path, package)) = one.split_once('@')
    {
        return Entry::Named {
            group: String::new(),
            options: vec![path.to_string()],
            package: Some(package.to_string()),
            overrides,
        };
    }
    Entry::Named {
        group: group.to_string(),
        options,
        package,
        overrides,
    }
}

/// The options of a group: one, several, none for `null` or what is not known.
pub(in crate::source) fn options(value: &Expr) -> Vec<String> {
    match value {
        Expr::Value(Value::Text(text)) if !text.contains("${") => vec![text.trim().to_string()],
        Expr::Value(Value::Number(_) | Value::Bool(_)) => vec![value.to_string()],
        Expr::Value(Value::List(items)) => items.iter().map(ToString::to_string).collect(),
        Expr::List(items) => items.iter().flat_map(options).collect(),
        _ => Vec::new(),
    }
}

fn within(folder: &str, path: &str) -> String {
    if folder.is_empty() {
        path.to_string()
    } else {
        format!("{folder}/{path}")
    }
}

fn is_yaml(file: &str) -> bool {
    file.ends_with(".yaml") || file.ends_with(".yml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_composed_in_the_order_of_the_lists() {
        let named = |group: &str, option: &str| entry(group, vec![option.to_string()]);
        let none = |group: &str| entry(group, Vec::new());
        let mut all = Defaults {
            files: [
                "conf/train.yaml",
                "conf/data/cifar.yaml",
                "conf/data/imagenet.yaml",
                "conf/data/set/a.yaml",
                "conf/data/set/b.yaml",
                "conf/model/small.yaml",
                "conf/model/large.yaml",
                "conf/exp/big.yaml",
            ]
            .map(str::to_string)
            .into(),
            ..Defaults::default()
        };
        let list = |entries: &[Entry]| entries.to_vec();
        all.lists.insert(
            "conf/train.yaml".into(),
            list(&[
                Entry::Own,
                named("data", "cifar"),
                named("model", "small"),
                none("optional exp"),
            ]),
        );
        all.lists
            .insert("conf/model/large.yaml".into(), list(&[named("", "small")]));
        all.lists.insert(
            "conf/data/imagenet.yaml".into(),
            list(&[named("set@first", "a"), Entry::Own]),
        );
        all.lists.insert(
            "conf/exp/big.yaml".into(),
            list(&[
                named("override /model", "large"),
                named("override /data", "imagenet"),
                named("override /data/set@data.first", "b"),
            ]),
        );
        all.headers.insert("conf/exp/big.yaml".into(), "_global_".into());
        let shown = |choices: &[(&str, &[&str])]| {
            let choices: Choices = choices
                .iter()
                .map(|(group, options)| (group.to_string(), options.iter().map(ToString::to_string).collect()))
                .collect();
            let whole = all.compose("conf", "train", &choices).unwrap_or_default();
            let parts = whole.parts.iter().map(|part| {
                let file = part.file.trim_start_matches("conf/").trim_end_matches(".yaml");
                format!("{file}@{}", part.package.join("."))
            });
            parts.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown(&[]), "train@ data/cifar@data model/small@model");
        assert_eq!(shown(&[("data", &[])]), "train@ model/small@model");
        assert_eq!(
            shown(&[("exp", &["big"])]),
            "train@ data/set/b@data.first data/imagenet@data model/small@model model/large@model exp/big@"
        );
        assert_eq!(
            shown(&[("exp", &["big"]), ("data", &["cifar"])]),
            "train@ data/cifar@data model/small@model model/large@model exp/big@"
        );
        assert_eq!(all.compose("conf", "missing", &Choices::new()), None);
        let unknown = Choices::from([("model".to_string(), vec![UNKNOWN.to_string()])]);
        let open = all.compose("conf", "train", &unknown).unwrap_or_default().open;
        assert_eq!(open, [("model".to_string(), vec!["model".to_string()], 2)]);
        assert!(all.is_group("conf", "data/set") && !all.is_group("conf", "seed"));
    }
}
