//! `setup.cfg`: `[options]` with `install_requires`, `python_requires`, the extras, and the console scripts.
//!
//! Why it can be wrong: the file holds the settings of many tools, and only `[options]` and its extras are a manifest's.
//! `file: requirements.txt` declares what that file says, which is read by itself.
//!
//! Example: `[options.extras_require]` with `dev = pytest; black` is both packages, of the extra `dev`.

use super::requirement::Requirement;
use super::{File, FileFacts, declared, requirements, script};
use crate::evidence::{GapReason, Subject};
use crate::source::ini::{self, Key, Line};

pub(super) fn reads(path: &str) -> bool {
    path.rsplit('/').next() == Some("setup.cfg")
}

pub(super) fn read(file: &File) -> FileFacts {
    let Some(text) = &file.text else {
        return file.gap(GapReason::NotText, String::new()).into();
    };
    let mut found = Found {
        file,
        facts: FileFacts::default(),
    };
    for section in ini::sections(text.text()).0 {
        for key in &section.keys {
            // Old files write dashes.
            let name = key.name.to_lowercase().replace('-', "_");
            match (section.name.as_str(), name.as_str()) {
                ("options", "install_requires") => found.list(key, None, "options"),
                ("options", "setup_requires" | "tests_require") => found.list(key, Some(&name), "options"),
                ("options", "python_requires") => found.python(key),
                ("options.entry_points", "console_scripts" | "gui_scripts") => found.scripts(key),
                ("options.extras_require", _) => found.list(key, Some(&key.name), &section.name),
                _ => {}
            }
        }
    }
    found.facts
}

struct Found<'a> {
    file: &'a File,
    facts: FileFacts,
}

impl Found<'_> {
    fn list(&mut self, key: &Key, extra: Option<&str>, section: &str) {
        if let Some(files) = key.value().strip_prefix("file:") {
            let files: Vec<String> = files.split([',', '\n']).map(|path| path.trim().to_string()).collect();
            for path in files.iter().filter(|path| !path.is_empty()) {
                self.include(path, key);
            }
            return;
        }
        // A value on the key's own line is apart by `;`, as setuptools has it, where no marker stands in it.
        for line in &key.lines {
            let pieces = pieces(line, key.lines.len() == 1);
            for piece in pieces {
                match Requirement::parse(&piece.text) {
                    Some(requirement) => self.add(requirement, extra, &[section, &key.name], &piece),
                    None => self.gap(&piece),
                }
            }
        }
    }

    fn python(&mut self, key: &Key) {
        for line in &key.lines {
            let requirement = Requirement {
                package: "python".to_string(),
                specifier: line.text.clone(),
                marker: None,
            };
            self.add(requirement, None, &["options", "python_requires"], line);
        }
    }

    /// `tag = tagger.cli:main`, one a line.
    fn scripts(&mut self, key: &Key) {
        let Some(text) = &self.file.text else { return };
        for line in &key.lines {
            match line.text.split_once('=') {
                Some((name, target)) => {
                    let place = text.place(line.bytes.clone());
                    self.facts.statements.push(script(name.trim(), target.trim(), place));
                }
                None => self.gap(line),
            }
        }
    }

    fn include(&mut self, path: &str, key: &Key) {
        let Some(text) = &self.file.text else { return };
        if !requirements::reads(&path.to_lowercase()) {
            let line = text.line(key.at);
            let detail = format!("as a manifest, line {line}: `{path}` is not read as a requirements file");
            self.facts.gaps.push(self.file.gap(GapReason::UnknownFormat, detail));
            return;
        }
        let requirement = Requirement {
            package: String::new(),
            specifier: path.to_string(),
            marker: None,
        };
        let mut statement = declared(requirement, None, &[], text.place(key.bytes()));
        statement.subject = Subject::Setting {
            name: "requirement".to_string(),
        };
        self.facts.statements.push(statement);
    }

    fn add(&mut self, requirement: Requirement, extra: Option<&str>, owner: &[&str], line: &Line) {
        let Some(text) = &self.file.text else { return };
        let place = text.place(line.bytes.clone());
        let statement = declared(requirement, extra.map(str::to_string), owner, place);
        self.facts.statements.push(statement);
    }

    fn gap(&mut self, line: &Line) {
        let Some(text) = &self.file.text else { return };
        let detail = format!(
            "line {}: `{}` is no requirement",
            text.line(line.bytes.start),
            line.text
        );
        self.facts.gaps.push(self.file.gap(GapReason::Broken, detail));
    }
}

/// The requirements of one line. A value on the key's own line is apart by `;`; that sign begins a marker where what
/// stands behind it is no requirement.
fn pieces(line: &Line, alone: bool) -> Vec<Line> {
    let behind = line.text.split(';').skip(1);
    let are_requirements = |piece: &str| piece.trim().is_empty() || Requirement::parse(piece).is_some();
    if !alone || !behind.into_iter().all(are_requirements) {
        return vec![line.clone()];
    }
    let mut out = Vec::new();
    let mut at = line.bytes.start;
    for piece in line.text.split(';') {
        let lead = piece.len() - piece.trim_start().len();
        if !piece.trim().is_empty() {
            out.push(Line {
                text: piece.trim().to_string(),
                bytes: at + lead..at + lead + piece.trim().len(),
            });
        }
        at += piece.len() + 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::SourceText;

    #[test]
    fn options_and_extras_are_read_and_other_tools_are_not() {
        let source = "[metadata]\nname = x\nrequires = no\n[options]\npython_requires = >=3.8\n\
            install_requires =\n    torch>=1.9\n    # numpy\n    scipy; python_version < '3.9'\n\
            [options.extras_require]\ndev = pytest; black\nall =\n    file: x\n[flake8]\ninstall_requires = nothing\n";
        let file = File {
            path: "setup.cfg".into(),
            bytes: source.as_bytes().to_vec(),
            text: Some(SourceText::new("setup.cfg", source)),
        };
        let facts = read(&file);
        let said: Vec<String> = facts
            .statements
            .iter()
            .map(|statement| match &statement.subject {
                Subject::Dependency {
                    package, extra, marker, ..
                } => {
                    format!("{} {package} {extra:?} {marker:?}", statement.place.line.unwrap())
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            said,
            [
                "5 python None None",
                "7 torch None None",
                "9 scipy None Some(\"python_version < '3.9'\")",
                "11 pytest Some(\"dev\") None",
                "11 black Some(\"dev\") None",
            ]
        );
        assert_eq!(facts.gaps.len(), 1);
    }
}
