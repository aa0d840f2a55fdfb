//! `setup.py`: what its call of `setup(…)` requires, by syntax tree; nothing is executed.
//!
//! Why it can be wrong: a list of requirements is code. Lists, tables by name (`deps["torch"]`), functions of the file
//! and branches are followed (a branch becomes the marker); lines that are read from a requirements file are that
//! file's, not declared twice; whatever is not followed is a gap that names its line.
//!
//! Example: `install_requires=["torch>=1.9"]` is the package `torch`, `extras_require={"dev": ["pytest"]}` the package
//! `pytest` of the extra `dev`, `python_requires=">=3.8"` the package `python`.

mod eval;
mod held;
mod methods;
mod run;
mod tables;

use std::ops::Range;

use held::Held;
use run::{Run, Setup};

use super::requirement::{Requirement, normal};
use super::{File, FileFacts, declared, requirements, script};
use crate::evidence::{Gap, GapReason, Statement, Subject};
use crate::place::SourceText;
use crate::source::ini;
use crate::source::python::on_its_tree;

pub(super) fn reads(path: &str) -> bool {
    path.rsplit('/').next() == Some("setup.py")
}

pub(super) fn read(file: &File) -> FileFacts {
    let Some(text) = &file.text else {
        // The reader of Python has said so.
        return FileFacts::default();
    };
    on_its_tree(text, |text, parsed| {
        let mut run = Run::new(text.text());
        run.block(&parsed.syntax().body);
        let mut found = Found {
            text,
            facts: FileFacts::default(),
        };
        for setup in std::mem::take(&mut run.setups) {
            found.setup(setup);
        }
        found.facts.statements.sort_by_key(|statement| statement.place.bytes);
        found.facts.statements.dedup();
        found.facts
    })
    .unwrap_or_default()
}

struct Found<'a> {
    text: &'a SourceText,
    facts: FileFacts,
}

/// Where a list of requirements stands: its keyword, its extra, the condition of that extra.
#[derive(Clone, Copy)]
struct List<'l> {
    keyword: &'l str,
    extra: Option<&'l str>,
    marker: Option<&'l str>,
}

impl Found<'_> {
    fn setup(&mut self, setup: Setup) {
        if let Some(at) = setup.more {
            self.gap(&at);
        }
        for (keyword, held) in &setup.keywords {
            let list = |extra| List {
                keyword,
                extra,
                marker: None,
            };
            match keyword.as_str() {
                "install_requires" => self.list(held, list(None)),
                // What the build or the tests need is not what an install brings.
                "setup_requires" | "tests_require" => self.list(held, list(Some(keyword))),
                "extras_require" => self.extras(held, &setup.at),
                "python_requires" => self.python(held, None),
                "entry_points" => self.entry_points(held),
                _ => {}
            }
        }
    }

    fn extras(&mut self, held: &Held, at: &Range<usize>) {
        match held {
            Held::Map(entries) => {
                for (key, held) in entries {
                    // `gpu:sys_platform == 'linux'`; without a name it is no extra.
                    let (extra, marker) = match key.split_once(':') {
                        Some((extra, marker)) => (extra.trim(), Some(marker.trim())),
                        None => (key.trim(), None),
                    };
                    self.list(
                        held,
                        List {
                            keyword: "extras_require",
                            extra: Some(extra).filter(|extra| !extra.is_empty()),
                            marker,
                        },
                    );
                }
            }
            Held::List(parts) if parts.is_empty() => {}
            Held::Unknown(at) => self.gap(at),
            _ => self.gap(at),
        }
    }

    fn python(&mut self, held: &Held, marker: Option<&str>) {
        match held {
            Held::Text(specifier, at) => {
                let requirement = Requirement {
                    package: "python".to_string(),
                    specifier: specifier.trim().to_string(),
                    marker: marker.map(str::to_string),
                };
                self.add(requirement, None, "python_requires", at);
            }
            Held::Under(condition, inner) => self.python(inner, Some(&both(marker, condition))),
            Held::List(parts) => parts.iter().for_each(|part| self.python(part, marker)),
            Held::Unknown(at) | Held::File(_, at) => self.gap(at),
            Held::Map(_) => {}
        }
    }

    fn list(&mut self, held: &Held, list: List<'_>) {
        match held {
            Held::Text(text, at) => {
                // One text may hold several lines, as in a requirements file.
                for line in text.lines().map(str::trim) {
                    if line.is_empty() || line.starts_with('#') {
                        continue;
                    }
                    match Requirement::parse(line) {
                        Some(requirement) => {
                            let marker = match (requirement.marker, list.marker) {
                                (Some(own), Some(outer)) => Some(both(Some(outer), &own)),
                                (own, outer) => own.or(outer.map(str::to_string)),
                            };
                            self.add(Requirement { marker, ..requirement }, list.extra, list.keyword, at);
                        }
                        None => self.gap(at),
                    }
                }
            }
            Held::List(parts) => parts.iter().for_each(|part| self.list(part, list)),
            Held::Under(condition, inner) => {
                let marker = both(list.marker, condition);
                self.list(
                    inner,
                    List {
                        marker: Some(&marker),
                        ..list
                    },
                );
            }
            Held::File(path, at) => self.include(path, at),
            Held::Unknown(at) => self.gap(at),
            Held::Map(_) => self.gap(&(0..0)),
        }
    }

    /// `entry_points={"console_scripts": ["tag = tagger.cli:main"]}`, or the same as a text in INI's notation.
    fn entry_points(&mut self, held: &Held) {
        match held {
            Held::Map(entries) => {
                for (group, held) in entries {
                    if matches!(group.as_str(), "console_scripts" | "gui_scripts") {
                        self.scripts(held);
                    }
                }
            }
            Held::Text(text, at) => {
                let (sections, _) = ini::sections(text);
                for section in sections {
                    if matches!(section.name.as_str(), "console_scripts" | "gui_scripts") {
                        for key in &section.keys {
                            let place = self.text.place(at.clone());
                            self.facts.statements.push(script(&key.name, &key.value(), place));
                        }
                    }
                }
            }
            Held::Under(_, inner) => self.entry_points(inner),
            Held::List(_) | Held::File(..) | Held::Unknown(_) => {}
        }
    }

    fn scripts(&mut self, held: &Held) {
        match held {
            Held::Text(text, at) => {
                for (name, target) in text.lines().filter_map(|line| line.split_once('=')) {
                    let place = self.text.place(at.clone());
                    self.facts.statements.push(script(name.trim(), target.trim(), place));
                }
            }
            Held::List(parts) => parts.iter().for_each(|part| self.scripts(part)),
            Held::Under(_, inner) => self.scripts(inner),
            Held::Map(_) | Held::File(..) | Held::Unknown(_) => {}
        }
    }

    /// The requirements are another file's: read as that, or not at all.
    fn include(&mut self, path: &str, at: &Range<usize>) {
        if !requirements::reads(&path.to_lowercase()) {
            return self.gap(at);
        }
        let requirement = Requirement {
            package: String::new(),
            specifier: path.to_string(),
            marker: None,
        };
        let mut statement = declared(requirement, None, &[], self.text.place(at.clone()));
        statement.subject = Subject::Setting {
            name: "requirement".to_string(),
        };
        self.facts.statements.push(statement);
    }

    fn add(&mut self, requirement: Requirement, extra: Option<&str>, owner: &str, at: &Range<usize>) {
        let requirement = Requirement {
            package: normal(&requirement.package),
            ..requirement
        };
        let place = self.text.place(at.clone());
        let statement = declared(requirement, extra.map(str::to_string), &[owner], place);
        let comment = crate::source::config::comment(self.text.text(), at.end);
        self.facts.statements.push(Statement { comment, ..statement });
    }

    fn gap(&mut self, at: &Range<usize>) {
        let written = self.text.text().get(at.clone()).unwrap_or("");
        let written: String = written.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = written.chars().take(60).collect();
        let detail = format!(
            "as a manifest, line {}: `{short}` is not followed",
            self.text.line(at.start)
        );
        let gap = Gap {
            file: self.text.path().to_string(),
            why: GapReason::UnknownFormat,
            detail,
        };
        if !self.facts.gaps.contains(&gap) {
            self.facts.gaps.push(gap);
        }
    }
}

/// Two conditions as one.
fn both(outer: Option<&str>, inner: &str) -> String {
    match outer {
        Some(outer) => format!("{outer} and {inner}"),
        None => inner.to_string(),
    }
}

#[cfg(test)]
mod tests;
