//! `Pipfile`, and `.python-version`, which pyenv and uv read.
//!
//! Why it can be wrong: `"*"` is any version, and what stands in `[dev-packages]` an install does not bring.
//!
//! Example: `[requires]` with `python_version = "3.10"` is the package `python`, specifier `==3.10.*`.

use super::nodes::{at, entries, forms, text_of};
use super::requirement::{Requirement, normal};
use super::{File, FileFacts, declared};
use crate::evidence::GapReason;
use crate::source::config::toml_tree;

pub(super) fn reads(path: &str) -> bool {
    path.rsplit('/').next() == Some("pipfile")
}

pub(super) fn reads_python_version(path: &str) -> bool {
    path.rsplit('/').next() == Some(".python-version")
}

pub(super) fn read(file: &File) -> FileFacts {
    let Some(text) = &file.text else {
        return file.gap(GapReason::NotText, String::new()).into();
    };
    let tree = toml_tree(text.text());
    let mut facts = FileFacts::default();
    for (at, said) in &tree.faults {
        let detail = format!("line {}: {said}", text.line(*at));
        facts.gaps.push(file.gap(GapReason::Broken, detail));
    }
    let Some(root) = tree.roots.first() else { return facts };
    for (table, extra) in [("packages", None), ("dev-packages", Some("dev"))] {
        for entry in entries(root, &[table]) {
            for form in forms(&entry.value) {
                let field = |key: &str| at(form, &[key]).and_then(text_of);
                let specifier = match (text_of(form), field("git")) {
                    (Some(text), _) => text.to_string(),
                    (None, Some(url)) => {
                        format!(
                            "git+{url}{}",
                            field("ref").map(|name| format!("@{name}")).unwrap_or_default()
                        )
                    }
                    (None, None) => field("file")
                        .or(field("path"))
                        .or(field("version"))
                        .unwrap_or("*")
                        .to_string(),
                };
                let requirement = Requirement {
                    package: normal(&entry.key),
                    specifier: if specifier.trim() == "*" {
                        String::new()
                    } else {
                        specifier
                    },
                    marker: field("markers").map(str::to_string),
                };
                let place = text.place(entry.key_at..form.bytes.end.max(entry.key_at));
                facts
                    .statements
                    .push(declared(requirement, extra.map(str::to_string), &[table], place));
            }
        }
    }
    for entry in entries(root, &["requires"]) {
        let Some(version) = text_of(&entry.value) else { continue };
        let specifier = match entry.key.as_str() {
            "python_version" => series(version),
            "python_full_version" => format!("=={version}"),
            _ => continue,
        };
        let requirement = Requirement {
            package: "python".to_string(),
            specifier,
            marker: None,
        };
        let place = text.place(entry.key_at..entry.value.bytes.end);
        facts.statements.push(declared(requirement, None, &["requires"], place));
    }
    facts
}

/// The first line that is a version; `pypy-3.9` or a name of an environment is none of CPython's.
pub(super) fn read_python_version(file: &File) -> FileFacts {
    let Some(text) = &file.text else {
        return file.gap(GapReason::NotText, String::new()).into();
    };
    let mut at = 0;
    for raw in text.text().split_inclusive('\n') {
        let start = at + (raw.len() - raw.trim_start().len());
        at += raw.len();
        let line = raw.trim();
        let version = line
            .strip_prefix("cpython-")
            .or_else(|| line.strip_prefix("cpython@"))
            .unwrap_or(line);
        if !version.starts_with(|c: char| c.is_ascii_digit())
            || !version.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
        {
            continue;
        }
        let requirement = Requirement {
            package: "python".to_string(),
            specifier: series(version),
            marker: None,
        };
        let place = text.place(start..start + line.len());
        return FileFacts {
            statements: vec![declared(requirement, None, &[], place)],
            ..FileFacts::default()
        };
    }
    FileFacts::default()
}

/// A Python of two parts is every release of that series.
pub(super) fn series(version: &str) -> String {
    let version = version.trim();
    if version.matches('.').count() < 2 {
        format!("=={version}.*")
    } else {
        format!("=={version}")
    }
}
