//! `environment.yml` of conda, and the lists that conda exports: packages as conda specifies them, and pip's in it.
//!
//! Why it can be wrong: conda's `=1.2` is every 1.2, its `1.2` behind a blank exactly that, and what stands behind a
//! second `=` is a build. The specifier is kept as written, the owner says whose it is; below `pip:` it is pip's.
//!
//! Example: `- pytorch::pytorch=2.1.2` is the package `pytorch`, specifier `=2.1.2`, owner `["conda"]`.

use super::nodes::{items, text_of};
use super::requirement::{Requirement, normal};
use super::requirements::{Meaning, meaning};
use super::{File, FileFacts, declared};
use crate::evidence::{Form, GapReason, Statement, Subject};
use crate::place::SourceText;
use crate::source::config::{Node, yaml_tree};

/// Whose notation a specifier is in.
pub(super) const CONDA: &str = "conda";

/// Any YAML that may be an environment by its name or folder; what is none has no list of `dependencies`.
pub(super) fn reads(path: &str) -> bool {
    let Some(stem) = path.strip_suffix(".yml").or_else(|| path.strip_suffix(".yaml")) else {
        return false;
    };
    let mut parts = stem.rsplit('/');
    let name = parts.next().unwrap_or(stem);
    let folder = parts.next().unwrap_or("");
    let words = |text: &str| {
        text.split(['-', '_', '.'])
            .any(|word| word.starts_with("environment") || word.starts_with("conda") || matches!(word, "env" | "envs"))
    };
    words(name) || words(folder)
}

pub(super) fn read(file: &File) -> FileFacts {
    let Some(text) = &file.text else {
        return FileFacts::default();
    };
    // Faults are the reader's of configurations.
    let tree = yaml_tree(text.text());
    let mut found = Found {
        text,
        facts: FileFacts::default(),
    };
    for root in &tree.roots {
        let dependencies = items(root, &["dependencies"]);
        for item in dependencies {
            match text_of(item) {
                Some(written) => found.conda(written, item, file),
                None => items(item, &["pip"]).iter().for_each(|item| found.pip(item, file)),
            }
        }
    }
    // An export with the build of every package is what was installed.
    let exact = |statement: &Statement| {
        let value = statement.value.literal().map(ToString::to_string).unwrap_or_default();
        value.strip_prefix('=').is_some_and(|rest| rest.contains('='))
    };
    let mut conda = found
        .facts
        .statements
        .iter()
        .filter(|statement| statement.owner == [CONDA])
        .peekable();
    if conda.peek().is_some() && conda.all(exact) {
        for statement in &mut found.facts.statements {
            if let Subject::Dependency { locked, .. } = &mut statement.subject {
                *locked = true;
            }
        }
    }
    found.facts
}

struct Found<'a> {
    text: &'a SourceText,
    facts: FileFacts,
}

impl Found<'_> {
    fn conda(&mut self, written: &str, item: &Node, file: &File) {
        match spec(written) {
            Some((package, specifier)) => {
                let requirement = Requirement {
                    package,
                    specifier,
                    marker: None,
                };
                self.add(requirement, &[CONDA], item);
            }
            None => self.gap(written, item, file),
        }
    }

    fn pip(&mut self, item: &Node, file: &File) {
        let Some(written) = text_of(item) else { return };
        match meaning(written.split(" #").next().unwrap_or(written).trim()) {
            Meaning::Requirement(requirement) => self.add(requirement, &[CONDA, "pip"], item),
            Meaning::Include(name, path) => {
                let requirement = Requirement {
                    package: String::new(),
                    specifier: path,
                    marker: None,
                };
                let mut statement = declared(requirement, None, &[], self.text.place(item.bytes.clone()));
                statement.subject = Subject::Setting { name: name.to_string() };
                self.facts.statements.push(statement);
            }
            Meaning::Nothing | Meaning::Option => {}
            Meaning::Odd => self.gap(written, item, file),
        }
    }

    fn add(&mut self, requirement: Requirement, owner: &[&str], item: &Node) {
        let statement = declared(requirement, None, owner, self.text.place(item.bytes.clone()));
        let comment = crate::source::config::comment(self.text.text(), item.bytes.end);
        self.facts.statements.push(Statement {
            comment,
            form: Form::Requirement,
            ..statement
        });
    }

    fn gap(&mut self, written: &str, item: &Node, file: &File) {
        let line = self.text.line(item.bytes.start);
        let detail = format!("line {line}: `{written}` is no package of conda");
        self.facts.gaps.push(file.gap(GapReason::Broken, detail));
    }
}

/// A package as conda specifies it, with its specifier: `channel::name=1.2=build`, `name >=1,<2`, `name[version='>1']`.
pub(in crate::source) fn spec(written: &str) -> Option<(String, String)> {
    let written = written.split(" #").next().unwrap_or(written).trim();
    let written = written.rsplit("::").next().unwrap_or(written).trim();
    let end = written
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
        .unwrap_or(written.len());
    let (name, rest) = written.split_at(end);
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let rest = rest.trim();
    let specifier = match rest.strip_prefix('[') {
        Some(fields) => {
            let fields = fields.strip_suffix(']')?;
            let version = fields
                .split(',')
                .find_map(|field| field.trim().strip_prefix("version="));
            version.unwrap_or("").trim_matches(['\'', '"']).to_string()
        }
        None => rest.to_string(),
    };
    let specifier = match specifier.strip_prefix("==").and_then(|exact| exact.split_once('=')) {
        // A build behind an exact version.
        Some((version, build)) => format!("={version}={build}"),
        None => specifier,
    };
    let starts = |c: char| c.is_ascii_digit() || "=<>!~*".contains(c);
    if !specifier.is_empty() && !specifier.starts_with(starts) {
        return None;
    }
    let specifier = if specifier.trim_start_matches('=').trim() == "*" {
        String::new()
    } else {
        specifier
    };
    Some((normal(name), specifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_as_conda_specifies_them() {
        for (written, want) in [
            ("python=3.10", Some("python|=3.10")),
            ("pytorch::pytorch=2.1.2", Some("pytorch|=2.1.2")),
            (
                "pytorch=2.1.0=py3.10_cuda11.8_cudnn8.7.0_0",
                Some("pytorch|=2.1.0=py3.10_cuda11.8_cudnn8.7.0_0"),
            ),
            ("numpy >=1.2,<2", Some("numpy|>=1.2,<2")),
            ("numpy 1.26.*", Some("numpy|1.26.*")),
            ("numpy==1.26=py39_0", Some("numpy|=1.26=py39_0")),
            ("Pillow", Some("pillow|")),
            ("pytorch=*", Some("pytorch|")),
            ("x[version='>=1']", Some("x|>=1")),
            ("_libgcc_mutex=0.1=main", Some("libgcc-mutex|=0.1=main")),
            ("two words", None),
            ("", None),
        ] {
            let got = spec(written).map(|(package, specifier)| format!("{package}|{specifier}"));
            assert_eq!(got.as_deref(), want, "{written}");
        }
    }
}
