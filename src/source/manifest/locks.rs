//! Lock files: `poetry.lock`, `uv.lock`, `pdm.lock`, `pylock.toml` (PEP 751), `Pipfile.lock`.
//!
//! Why it can be wrong: a lock holds what the whole environment needs, not only what the project asks for, and may hold
//! one package in two versions, for two Pythons. Each is kept with its marker; the project itself, which some tools
//! list too, is left out.
//!
//! Example: `[[package]]` with `name = "torch"`, `version = "2.1.0"` pins the package `torch` to `==2.1.0`, locked.

use std::ops::Range;

use super::nodes::{at, entries, entry, items, text_of, texts_of};
use super::requirement::{Requirement, normal};
use super::{File, FileFacts, declared};
use crate::evidence::{GapReason, Subject};
use crate::source::config::{Node, json_tree, toml_tree};

pub(super) fn reads(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let pylock = name.starts_with("pylock.") && name.ends_with(".toml");
    pylock || matches!(name, "poetry.lock" | "uv.lock" | "pdm.lock" | "pipfile.lock")
}

pub(super) fn read(file: &File) -> FileFacts {
    let Some(text) = &file.text else {
        return file.gap(GapReason::NotText, String::new()).into();
    };
    let mut lock = Lock {
        file,
        facts: FileFacts::default(),
        offset: 0,
    };
    if file.path.to_lowercase().ends_with("pipfile.lock") {
        let tree = json_tree(text.text());
        lock.faults(&tree.faults);
        if tree.too_many {
            let detail = "more packages than are read";
            lock.facts.gaps.push(file.gap(GapReason::TooLarge, detail));
        }
        tree.roots.iter().for_each(|root| lock.pipenv(root));
        return lock.facts;
    }
    for chunk in chunks(text.text()) {
        let tree = toml_tree(&text.text()[chunk.clone()]);
        lock.offset = chunk.start;
        lock.faults(&tree.faults);
        let Some(root) = tree.roots.first() else { continue };
        for package in items(root, &["package"]).iter().chain(items(root, &["packages"])) {
            lock.package(package);
        }
        // A PEP 751 file stands for itself; the others repeat their manifest's.
        if let Some(python) = entry(root, "requires-python").filter(|_| file.path.to_lowercase().contains("pylock."))
            && let Some(specifier) = text_of(&python.value)
        {
            let bytes = python.key_at..python.value.bytes.end;
            lock.add("python", specifier, None, bytes, false);
        }
    }
    lock.facts
}

/// The head of a lock, and each package by itself: a lock of hundreds of packages, each with the hashes of dozens of
/// files, is no larger a tree than the largest of them.
fn chunks(text: &str) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let header = line.trim();
        let inside =
            header.starts_with("[package.") || header.starts_with("[packages.") || header.starts_with("[[packages.");
        let nested = header.starts_with("[[package.");
        if line.starts_with('[') && !inside && !nested && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(text.len());
    starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

struct Lock<'a> {
    file: &'a File,
    facts: FileFacts,
    /// Where the part that is read begins.
    offset: usize,
}

impl Lock<'_> {
    fn faults(&mut self, faults: &[(usize, String)]) {
        let Some(text) = &self.file.text else { return };
        for (at, said) in faults {
            let detail = format!("line {}: {said}", text.line(at + self.offset));
            self.facts.gaps.push(self.file.gap(GapReason::Broken, detail));
        }
    }

    /// One `[[package]]` of poetry, uv, pdm or PEP 751.
    fn package(&mut self, package: &Node) {
        let Some(name) = entry(package, "name") else { return };
        let Some(text) = text_of(&name.value) else { return };
        let field = |path: &[&str]| at(package, path).and_then(text_of);
        // The project that is locked: `source = { virtual = "." }`.
        let is_self = ["virtual", "editable", "directory"]
            .iter()
            .any(|key| field(&["source", key]) == Some("."))
            || field(&["path"]) == Some(".")
            || field(&["directory", "path"]) == Some(".");
        if is_self {
            return;
        }
        let git = field(&["source", "git"])
            .or_else(|| field(&["git"]))
            .or_else(|| field(&["vcs", "url"]))
            .or_else(|| field(&["source", "url"]).filter(|_| field(&["source", "type"]) == Some("git")));
        let commit = ["resolved_reference", "reference"]
            .iter()
            .find_map(|key| field(&["source", key]));
        let commit = commit
            .or_else(|| field(&["revision"]))
            .or_else(|| field(&["vcs", "commit-id"]));
        let version = entry(package, "version");
        let specifier = match (git, version.and_then(|version| text_of(&version.value))) {
            (Some(url), _) => {
                let scheme = if url.starts_with("git+") { "" } else { "git+" };
                format!(
                    "{scheme}{url}{}",
                    commit.map(|commit| format!("@{commit}")).unwrap_or_default()
                )
            }
            (None, Some(version)) => format!("=={version}"),
            (None, None) => String::new(),
        };
        let marker = field(&["marker"]).or_else(|| field(&["markers"])).map(str::to_string);
        let forks = at(package, &["resolution-markers"]).map(texts_of).unwrap_or_default();
        let marker = marker.or_else(|| (!forks.is_empty()).then(|| forks.join(" or ")));
        let end = version.map_or(name.value.bytes.end, |version| version.value.bytes.end);
        let (start, end) = (name.key_at.min(end), end.max(name.value.bytes.end));
        self.add(&normal(text), &specifier, marker, start..end, true);
    }

    /// `default` and `develop` of Pipenv; what developers need is in both.
    fn pipenv(&mut self, root: &Node) {
        for group in ["default", "develop"] {
            for package in entries(root, &[group]) {
                let field = |key: &str| at(&package.value, &[key]).and_then(text_of);
                let specifier = match (field("git"), field("version")) {
                    (Some(url), _) => {
                        format!(
                            "git+{url}{}",
                            field("ref").map(|commit| format!("@{commit}")).unwrap_or_default()
                        )
                    }
                    (None, version) => version.unwrap_or("").to_string(),
                };
                let marker = field("markers").map(str::to_string);
                let before = self.facts.statements.len();
                let version = entry(&package.value, "version");
                let end = version.map_or(package.key_at + package.key.len() + 2, |version| {
                    version.value.bytes.end
                });
                let start = version.map_or(package.key_at, |version| version.key_at);
                self.add(&normal(&package.key), &specifier, marker, start.min(end)..end, true);
                if group == "develop"
                    && let Some(statement) = self.facts.statements.get_mut(before)
                    && let Subject::Dependency { extra, .. } = &mut statement.subject
                {
                    *extra = Some("dev".to_string());
                }
            }
        }
    }

    fn add(&mut self, package: &str, specifier: &str, marker: Option<String>, bytes: Range<usize>, lock: bool) {
        let Some(text) = &self.file.text else { return };
        let requirement = Requirement {
            package: package.to_string(),
            specifier: specifier.to_string(),
            marker,
        };
        let mut statement = declared(
            requirement,
            None,
            &[],
            text.place(bytes.start + self.offset..bytes.end + self.offset),
        );
        if let Subject::Dependency { locked, .. } = &mut statement.subject {
            *locked = lock;
        }
        self.facts.statements.push(statement);
    }
}
