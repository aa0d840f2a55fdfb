//! Installed environments, read without running anything: `*.dist-info/METADATA`, `pyvenv.cfg`, `conda-meta/*.json`.
//!
//! Why it can be wrong: an environment that lies beside the code may be another machine's, or another year's. So it is
//! read only where a claim's `in` names it; what it says then is what was installed there, to the last part.
//!
//! `verify probe --python PREFIX` reads an environment of the machine in the same way ([`environment`]).
//!
//! Example: `venv/lib/python3.10/site-packages/torch-2.1.0.dist-info/METADATA` with `Version: 2.1.0+cu118` is the
//! package `torch`, `==2.1.0+cu118`, grade measured.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::evidence::{Ask, Environment, Expr, Form, GapReason, Grade, Statement, Subject};
use crate::place::SourceText;
use crate::quantity::Value;
use crate::quantity::packages::normalised;
use crate::source::config::{Kind, json_tree};
use crate::source::{File, FileFacts, Reader, ini};

/// Records that an installer leaves.
pub const INSTALLED: Reader = Reader {
    name: "installed",
    about: include_str!("installed.rs"),
    reads,
    read,
};

fn reads(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or(path);
    let folder = parts.next().unwrap_or("");
    name == "pyvenv.cfg"
        || name == "metadata" && folder.ends_with(".dist-info")
        || name.ends_with(".json") && folder == "conda-meta"
}

fn read(file: &File, _: &[Ask]) -> FileFacts {
    let Some(text) = &file.text else {
        return file.gap(GapReason::NotText, "not UTF-8").into();
    };
    let found = if file.path.ends_with(".json") {
        of_conda(text)
    } else if file.path.ends_with(".cfg") {
        of_virtual_environment(text)
    } else {
        of_pip(text)
    };
    let Some(Installed { package, version, at }) = found else {
        return file.gap(GapReason::Broken, "no name and version").into();
    };
    FileFacts {
        statements: vec![Statement {
            subject: Subject::Dependency {
                package: normalised(&package),
                extra: None,
                marker: None,
                locked: true,
            },
            form: Form::Requirement,
            value: Expr::Value(Value::Text(format!("=={version}"))),
            place: text.place(at),
            grade: Grade::Measured,
            owner: vec!["installed".to_string()],
            unit: None,
            guards: Vec::new(),
            comment: None,
            dead: None,
        }],
        ..FileFacts::default()
    }
}

struct Installed {
    package: String,
    version: String,
    at: Range<usize>,
}

/// `version = 3.10.12`, or `version_info`, which goes on with `.final.0`.
fn of_virtual_environment(text: &SourceText) -> Option<Installed> {
    let (sections, _) = ini::sections(text.text());
    let keys = sections.iter().flat_map(|section| &section.keys);
    let key = keys
        .into_iter()
        .find(|key| matches!(key.name.as_str(), "version" | "version_info"))?;
    let value = key.value();
    let version: Vec<&str> = value
        .split('.')
        .take_while(|part| part.parse::<u32>().is_ok())
        .collect();
    Some(Installed {
        package: "python".to_string(),
        version: version.join("."),
        at: key.bytes(),
    })
}

/// The head of a METADATA file, up to its first empty line.
fn of_pip(text: &SourceText) -> Option<Installed> {
    let (mut package, mut version) = (None, None);
    let mut at = 0;
    for line in text.text().split_inclusive('\n') {
        let body = line.trim_end();
        if body.is_empty() {
            break;
        }
        if let Some(name) = body.strip_prefix("Name:") {
            package = Some(name.trim().to_string());
        }
        if let Some(found) = body.strip_prefix("Version:") {
            version = Some((found.trim().to_string(), at..at + body.len()));
        }
        at += line.len();
    }
    let (version, at) = version?;
    Some(Installed {
        package: package?,
        version,
        at,
    })
}

fn of_conda(text: &SourceText) -> Option<Installed> {
    let tree = json_tree(text.text());
    let Kind::Map(entries) = &tree.roots.first()?.kind else {
        return None;
    };
    let field = |name: &str| {
        entries
            .iter()
            .find(|entry| entry.key == name)
            .and_then(|entry| match &entry.value.kind {
                Kind::Scalar(Expr::Value(Value::Text(text))) => Some((text.clone(), entry)),
                _ => None,
            })
    };
    let (package, _) = field("name")?;
    let (version, entry) = field("version")?;
    Some(Installed {
        package,
        version,
        at: entry.key_at..entry.value.bytes.end,
    })
}

/// Bytes of an installer's record that are read: its head is what counts.
const HEAD: u64 = 1024 * 1024;

/// The packages of an environment by its folder: a virtual one, conda's, `/usr`, or a folder of packages.
pub fn environment(prefix: &Path) -> Environment {
    let mut packages = BTreeMap::new();
    let mut unread = Vec::new();
    for file in records(prefix, &mut unread) {
        let name = file.to_string_lossy().replace('\\', "/");
        let mut bytes = Vec::new();
        let read = fs::File::open(&file).and_then(|opened| opened.take(HEAD).read_to_end(&mut bytes));
        if let Err(error) = read {
            unread.push(format!("{name}: {error}"));
            continue;
        }
        let text = SourceText::new(name.as_str(), String::from_utf8_lossy(&bytes).as_ref());
        let found = if name.ends_with(".json") {
            of_conda(&text)
        } else if name.ends_with(".cfg") {
            of_virtual_environment(&text)
        } else {
            of_pip(&text)
        };
        match found {
            // What pip says of a package stands before what conda says of the same: it was installed over it.
            Some(found) => {
                packages.entry(normalised(&found.package)).or_insert(found.version);
            }
            None => unread.push(format!("{name}: no name and version")),
        }
    }
    if packages.is_empty() && unread.is_empty() {
        unread.push("no installed package is recorded there".to_string());
    }
    Environment {
        prefix: prefix.to_string_lossy().replace('\\', "/"),
        packages,
        unread,
    }
}

/// The records of installers below a prefix: pip's, then conda's, then the environment's own.
fn records(prefix: &Path, unread: &mut Vec<String>) -> Vec<PathBuf> {
    let mut listed = |folder: &Path| -> Vec<PathBuf> {
        match fs::read_dir(folder) {
            Ok(entries) => {
                let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
                paths.sort();
                paths
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                unread.push(format!("{}: {error}", folder.display()));
                Vec::new()
            }
        }
    };
    let name = |path: &Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().to_lowercase())
            .unwrap_or_default()
    };
    let mut folders = vec![prefix.to_path_buf(), prefix.join("Lib").join("site-packages")];
    for library in ["lib", "lib64"] {
        // `lib64` is often a link to `lib`.
        let library = prefix.join(library);
        if library.is_symlink() {
            continue;
        }
        for python in listed(&library).iter().filter(|path| name(path).starts_with("python")) {
            folders.extend([python.join("site-packages"), python.join("dist-packages")]);
        }
    }
    let mut found = Vec::new();
    for folder in &folders {
        for entry in listed(folder) {
            let record = match name(&entry).rsplit_once('.') {
                Some((_, "dist-info")) => entry.join("METADATA"),
                Some((_, "egg-info")) if entry.is_dir() => entry.join("PKG-INFO"),
                Some((_, "egg-info")) => entry,
                _ => continue,
            };
            found.extend(record.is_file().then_some(record));
        }
    }
    let conda = listed(&prefix.join("conda-meta"));
    found.extend(conda.into_iter().filter(|path| name(path).ends_with(".json")));
    found.extend(Some(prefix.join("pyvenv.cfg")).filter(|path| path.is_file()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, text: &str) -> Option<String> {
        let file = File {
            path: path.to_string(),
            bytes: text.as_bytes().to_vec(),
            text: Some(SourceText::new(path, text)),
        };
        assert!(reads(&path.to_lowercase()));
        let facts = read(&file, &[]);
        facts.statements.first().map(|statement| match &statement.subject {
            Subject::Dependency { package, .. } => {
                format!(
                    "{} {package}{}",
                    statement.place.line.unwrap(),
                    statement.value.literal().unwrap()
                )
            }
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn records_of_installers() {
        let metadata = "Metadata-Version: 2.1\nName: Scikit_Learn\nVersion: 1.3.0\n\nName: no\nVersion: 9\n";
        assert_eq!(
            said("v/x-1.dist-info/METADATA", metadata).as_deref(),
            Some("3 scikit-learn==1.3.0")
        );
        let conda = "{\n  \"name\": \"cudatoolkit\",\n  \"version\": \"11.3.1\"\n}";
        assert_eq!(
            said("e/conda-meta/cudatoolkit-11.3.1-0.json", conda).as_deref(),
            Some("3 cudatoolkit==11.3.1")
        );
        let home = "home = /usr/bin\nversion = 3.10.12\n";
        assert_eq!(said("v/pyvenv.cfg", home).as_deref(), Some("2 python==3.10.12"));
        assert_eq!(said("e/conda-meta/x.json", "{}"), None);
    }
}
