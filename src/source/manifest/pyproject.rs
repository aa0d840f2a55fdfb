//! `pyproject.toml`: dependencies of `[project]`, its extras and groups, Poetry's tables, console scripts.
//!
//! Why it can be wrong: a package of an extra or of a developers' group is not what a plain install brings, and a
//! Poetry specifier (`^1.2`) is not PEP 440. Extras and groups are kept as `extra`, and the owner is the table.
//!
//! Example: `requires-python = ">=3.8"` is the package `python` with the specifier `>=3.8`.

use super::nodes::{at, entries, forms, is_true, text_of, texts_of};
use super::requirement::{Requirement, normal};
use super::{File, FileFacts, declared};
use crate::evidence::{Form, Gap, GapReason, Grade, Statement, Subject};
use crate::place::SourceText;
use crate::source::config::{Entry, Kind, Node, toml_tree};

pub(super) fn reads(path: &str) -> bool {
    path.rsplit('/').next() == Some("pyproject.toml")
}

pub(super) fn read(file: &File) -> FileFacts {
    let mut facts = FileFacts::default();
    let mut gap = |why, detail: String| facts.gaps.push(file.gap(why, detail));
    let Some(text) = &file.text else {
        gap(GapReason::NotText, String::new());
        return facts;
    };
    let tree = toml_tree(text.text());
    for (at, said) in &tree.faults {
        gap(GapReason::Broken, format!("line {}: {said}", text.line(*at)));
    }
    let Some(root) = tree.roots.first() else { return facts };
    let mut project = Project {
        text,
        path: &file.path,
        facts,
    };
    project.standard(root);
    project.poetry(root);
    project.tools(root);
    project.scripts(root);
    project.facts.statements.sort_by_key(|statement| statement.place.bytes);
    project.facts
}

struct Project<'a> {
    text: &'a SourceText,
    path: &'a str,
    facts: FileFacts,
}

impl Project<'_> {
    /// PEP 621 and PEP 735.
    fn standard(&mut self, root: &Node) {
        if let Some(list) = at(root, &["project", "dependencies"]) {
            self.list(list, None, &["project", "dependencies"]);
        }
        for entry in entries(root, &["project", "optional-dependencies"]) {
            self.list(
                &entry.value,
                Some(&entry.key),
                &["project", "optional-dependencies", &entry.key],
            );
        }
        let groups = entries(root, &["dependency-groups"]);
        for entry in groups {
            let owner = ["dependency-groups", entry.key.as_str()];
            for list in included(groups, &entry.key) {
                self.list(list, Some(&entry.key), &owner);
            }
        }
        for entry in entries(root, &["project"])
            .iter()
            .filter(|entry| entry.key == "requires-python")
        {
            if let Some(specifier) = text_of(&entry.value) {
                self.package("python", specifier, None, &["project"], entry);
            }
        }
    }

    /// Poetry's own tables: a name for a specifier, or for a table with `version`, `git`, `path`, `optional`.
    fn poetry(&mut self, root: &Node) {
        let extras = entries(root, &["tool", "poetry", "extras"]);
        let extra_of = |package: &str| {
            let lists = |entry: &&Entry| texts_of(&entry.value).iter().any(|name| normal(name) == package);
            extras
                .iter()
                .find(lists)
                .map_or("optional", |entry| entry.key.as_str())
                .to_string()
        };
        for entry in entries(root, &["tool", "poetry", "dependencies"]) {
            let package = normal(&entry.key);
            for form in forms(&entry.value) {
                let optional = is_true(at(form, &["optional"]));
                let extra = optional.then(|| extra_of(&package));
                self.poetry_package(entry, form, extra.as_deref(), &["tool", "poetry", "dependencies"]);
            }
        }
        for entry in entries(root, &["tool", "poetry", "dev-dependencies"]) {
            for form in forms(&entry.value) {
                self.poetry_package(entry, form, Some("dev"), &["tool", "poetry", "dev-dependencies"]);
            }
        }
        for group in entries(root, &["tool", "poetry", "group"]) {
            for entry in entries(&group.value, &["dependencies"]) {
                for form in forms(&entry.value) {
                    self.poetry_package(entry, form, Some(&group.key), &["tool", "poetry", "group", &group.key]);
                }
            }
        }
    }

    fn poetry_package(&mut self, entry: &Entry, form: &Node, extra: Option<&str>, owner: &[&str]) {
        let field = |name: &str| at(form, &[name]).and_then(text_of);
        let source = ["git", "url", "path"]
            .into_iter()
            .find_map(|key| field(key).map(|text| (key, text)));
        let specifier = match (text_of(form), source) {
            (Some(text), _) => text.to_string(),
            (None, Some(("git", url))) => {
                let reference = ["rev", "tag", "branch"].into_iter().find_map(field);
                format!(
                    "git+{url}{}",
                    reference.map(|name| format!("@{name}")).unwrap_or_default()
                )
            }
            (None, Some((_, location))) => location.to_string(),
            (None, None) => field("version").unwrap_or("*").to_string(),
        };
        let marker = field("markers").or_else(|| field("python")).map(str::to_string);
        let requirement = Requirement {
            package: normal(&entry.key),
            specifier,
            marker,
        };
        self.add(
            requirement,
            extra,
            owner,
            entry.key_at.min(form.bytes.start)..form.bytes.end,
        );
    }

    /// Groups that tools had before PEP 735.
    fn tools(&mut self, root: &Node) {
        if let Some(list) = at(root, &["tool", "uv", "dev-dependencies"]) {
            self.list(list, Some("dev"), &["tool", "uv", "dev-dependencies"]);
        }
        for entry in entries(root, &["tool", "pdm", "dev-dependencies"]) {
            self.list(
                &entry.value,
                Some(&entry.key),
                &["tool", "pdm", "dev-dependencies", &entry.key],
            );
        }
    }

    /// Commands that an install brings: what they start is an entry script.
    fn scripts(&mut self, root: &Node) {
        for path in [["project", "scripts"], ["project", "gui-scripts"]]
            .iter()
            .map(|path| path.as_slice())
            .chain([&["tool", "poetry", "scripts"][..]])
        {
            for entry in entries(root, path) {
                let Some(target) = text_of(&entry.value) else { continue };
                let mut statement = declared(
                    Requirement {
                        package: String::new(),
                        specifier: target.to_string(),
                        marker: None,
                    },
                    None,
                    path,
                    self.text.place(entry.key_at..entry.value.bytes.end),
                );
                statement.subject = Subject::Setting {
                    name: entry.key.clone(),
                };
                (statement.form, statement.grade) = (Form::Key, Grade::Configured);
                self.facts.statements.push(statement);
            }
        }
    }

    fn list(&mut self, list: &Node, extra: Option<&str>, owner: &[&str]) {
        let Kind::List(items) = &list.kind else { return };
        for item in items {
            // `{include-group = "test"}` was followed to its list.
            let Some(written) = text_of(item) else { continue };
            match Requirement::parse(written) {
                Some(requirement) => self.add(requirement, extra, owner, item.bytes.clone()),
                None => {
                    let detail = format!(
                        "line {}: `{written}` is no requirement",
                        self.text.line(item.bytes.start)
                    );
                    self.facts.gaps.push(Gap {
                        file: self.path.to_string(),
                        why: GapReason::Broken,
                        detail,
                    });
                }
            }
        }
    }

    fn package(&mut self, name: &str, specifier: &str, extra: Option<&str>, owner: &[&str], entry: &Entry) {
        let requirement = Requirement {
            package: name.to_string(),
            specifier: specifier.to_string(),
            marker: None,
        };
        self.add(requirement, extra, owner, entry.key_at..entry.value.bytes.end);
    }

    fn add(&mut self, requirement: Requirement, extra: Option<&str>, owner: &[&str], bytes: std::ops::Range<usize>) {
        let statement = declared(
            requirement,
            extra.map(str::to_string),
            owner,
            self.text.place(bytes.clone()),
        );
        let comment = crate::source::config::comment(self.text.text(), bytes.end);
        self.facts.statements.push(Statement { comment, ..statement });
    }
}

/// A group's own list and those of the groups it includes, through several; names as PEP 503 compares them.
fn included<'n>(groups: &'n [Entry], name: &str) -> Vec<&'n Node> {
    let mut seen: Vec<String> = Vec::new();
    let mut open = vec![normal(name)];
    let mut out = Vec::new();
    while let Some(name) = open.pop() {
        if seen.contains(&name) {
            continue;
        }
        for group in groups.iter().filter(|group| normal(&group.key) == name) {
            out.push(&group.value);
            let items = super::nodes::items(&group.value, &[]);
            open.extend(
                items
                    .iter()
                    .filter_map(|item| at(item, &["include-group"]))
                    .filter_map(text_of)
                    .map(normal),
            );
        }
        seen.push(name);
    }
    out
}
