//! Libraries that a manifest declares and no code imports, where all Python was read whole.
//!
//! Why it can be wrong: a package may be there for another one, for its commands, or be taken by a name that only a text
//! has. So this is said of libraries alone that are there to be imported, and not at all where code is vendored, a file
//! was not read, a module is imported by a computed name, or any text or command names the library. It is a remark: a
//! declaration that nobody uses is a declaration all the same.
//!
//! Example: `seaborn` in requirements.txt, and 14 files of Python none of which imports it.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Evidence, Expr, Form, Gap, GapReason, Grade, Statement, Subject};
use crate::quantity::Value;
use crate::quantity::packages::canonical;
use crate::source::python::{Module, packages::of_import};

/// Libraries whose only use is to be imported, and that no library of this list imports unasked.
const LIBRARIES: &[&str] = &[
    "albumentations",
    "catboost",
    "gensim",
    "jiwer",
    "librosa",
    "lightgbm",
    "matplotlib",
    "networkx",
    "nltk",
    "opencv-python",
    "pandas",
    "plotly",
    "scikit-image",
    "scikit-learn",
    "seaborn",
    "shap",
    "statsmodels",
    "torchaudio",
    "umap-learn",
    "xgboost",
];
/// Manifests that people write.
const WRITTEN: &[&str] = &[
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "pipfile",
    "environment.yml",
    "environment.yaml",
];

/// Each of them with the number of Python files.
pub(in crate::source) fn unimported(evidence: &Evidence, files: &BTreeSet<String>) -> BTreeMap<String, u64> {
    let unread =
        |gap: &Gap| gap.why == GapReason::Vendored || gap.file.ends_with(".py") || gap.file.ends_with(".ipynb");
    if files.is_empty() || evidence.gaps.iter().any(unread) {
        return BTreeMap::new();
    }
    let declared: BTreeSet<String> = evidence
        .statements
        .iter()
        .filter_map(|statement| match &statement.subject {
            Subject::Dependency { package, .. } if is_written(statement) => Some(canonical(package)),
            _ => None,
        })
        .filter(|package| LIBRARIES.contains(&package.as_str()))
        .collect();
    if declared.is_empty() || evidence.statements.iter().any(Statement::looks_up_by_text) {
        return BTreeMap::new();
    }
    let mut used: BTreeSet<String> = BTreeSet::new();
    for statement in &evidence.statements {
        if let Subject::Import { package, .. } = &statement.subject {
            used.insert(canonical(package));
        }
        let mut texts = Vec::new();
        if !matches!(statement.subject, Subject::Dependency { .. }) {
            written(&statement.value, &mut texts);
        }
        used.extend(texts.into_iter().flat_map(words));
    }
    used.extend(evidence.launches.iter().flat_map(|launch| words(&launch.command)));
    declared
        .into_iter()
        .filter(|package| !used.contains(package))
        .map(|package| (package, files.len() as u64))
        .collect()
}

/// The Python that was read: files, and notebooks with their cells as one.
pub(in crate::source) fn python_files(modules: &[Module]) -> BTreeSet<String> {
    modules.iter().map(|module| module.path().to_string()).collect()
}

/// A requirement of a manifest that a person writes, for whoever installs it.
fn is_written(statement: &Statement) -> bool {
    let name = statement
        .place
        .file
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let plain = matches!(
        &statement.subject,
        Subject::Dependency {
            extra: None,
            marker: None,
            locked: false,
            ..
        }
    );
    plain
        && statement.form == Form::Requirement
        && statement.grade == Grade::Declared
        && statement.dead.is_none()
        && statement.owner.first().is_none_or(|owner| owner != "constraint")
        && (WRITTEN.contains(&name.as_str()) || name.starts_with("requirements") && name.ends_with(".txt"))
}

fn written<'e>(value: &'e Expr, found: &mut Vec<&'e str>) {
    match value {
        Expr::Value(Value::Text(text)) => found.push(text),
        Expr::List(items) => items.iter().for_each(|item| written(item, found)),
        Expr::Map(entries) => entries.iter().for_each(|(_, item)| written(item, found)),
        Expr::Call { args, .. } => args.iter().for_each(|arg| written(&arg.value, found)),
        _ => {}
    }
}

/// Packages that the words of a text may stand for.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    let packages = words
        .filter(|word| !word.is_empty())
        .flat_map(|word| [of_import(word), word.to_string()]);
    packages.map(|package| canonical(&package)).collect()
}
