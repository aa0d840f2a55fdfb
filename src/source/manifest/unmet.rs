//! Requirements that hold on no Python that the manifests beside them declare.
//!
//! Why it can be wrong: a folder may have several manifests, and each may be the one that was used. A requirement is left
//! out only where its marker holds on no Python of any of them; where none declares a Python, nothing is known.
//!
//! Example: `numpy==1.19.5; python_version < "3.8"` beside `requires-python = ">=3.9"` is never installed.

use std::collections::BTreeMap;

use crate::evidence::{Dead, Form, Statement, Subject};
use crate::quantity::Value;
use crate::quantity::version::{Holds, Specifier, holds};

/// Files that say on which Python their folder's project runs.
const SAY: &[&str] = &["pyproject.toml", "setup.py", "setup.cfg", "pipfile", ".python-version"];

/// Marks them as branches that are never taken.
pub(in crate::source) fn unmet(statements: &mut [Statement]) {
    let mut pythons: BTreeMap<String, Vec<Specifier>> = BTreeMap::new();
    for statement in statements
        .iter()
        .filter(|statement| statement.form == Form::Requirement)
    {
        let Subject::Dependency {
            package, marker: None, ..
        } = &statement.subject
        else {
            continue;
        };
        if package != "python" || !says(&statement.place.file) {
            continue;
        }
        if let Some(range) = python(statement) {
            pythons
                .entry(folder(&statement.place.file).to_string())
                .or_default()
                .push(range);
        }
    }
    for statement in statements
        .iter_mut()
        .filter(|statement| statement.form == Form::Requirement)
    {
        let Subject::Dependency {
            marker: Some(marker), ..
        } = &statement.subject
        else {
            continue;
        };
        let known = pythons
            .get(folder(&statement.place.file))
            .map_or(&[][..], Vec::as_slice);
        if statement.dead.is_none() && holds(marker, known) == Holds::Never {
            statement.dead = Some(Dead::BranchNotTaken);
        }
    }
}

fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn says(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file).to_lowercase();
    SAY.contains(&name.as_str()) || name.ends_with(".yml") || name.ends_with(".yaml")
}

/// The Pythons of a declaration, in its manifest's notation; none where it leaves them open or is not understood.
fn python(statement: &Statement) -> Option<Specifier> {
    let Some(Value::Text(text)) = statement.value.literal() else {
        return None;
    };
    let owned = |name: &str| statement.owner.iter().any(|owner| owner == name);
    let read = if owned("poetry") {
        Specifier::poetry(text)
    } else if owned(super::conda::CONDA) {
        Specifier::conda(text)
    } else {
        Specifier::pep440(text)
    };
    read.ok()
}
