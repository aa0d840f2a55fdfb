//! Which declarations are of one environment: a manifest, with the lock that locks it.
//!
//! Why it can be wrong: a lock is its tool's, and two tools may lie in one folder. A lock of uv says nothing of a
//! Pipfile; a freeze belongs to the file whose name it has, else to the project.
//!
//! Example: `requirements-frozen.txt` is the lock of `requirements.txt`, `poetry.lock` that of `pyproject.toml`.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Evidence, Grade, LinkKind, Statement, Subject};

/// Declarations by environment: one manifest each; a lock and the manifest it locks are one, and so are a range and the
/// pin of a file that its own includes.
pub(crate) fn manifests<'s>(evidence: &'s Evidence, declared: &[&'s Statement]) -> Vec<Vec<&'s Statement>> {
    let files: BTreeSet<&str> = declared.iter().map(|s| s.place.file.as_str()).collect();
    let mut environment: BTreeMap<&str, &str> = files.iter().map(|file| (*file, *file)).collect();
    let locks: BTreeSet<&str> = declared
        .iter()
        .filter(|s| pins(s))
        .map(|s| s.place.file.as_str())
        .collect();
    for &lock in &locks {
        for &manifest in files
            .difference(&locks)
            .filter(|manifest| locks_that(lock, manifest, &files))
        {
            if environment[manifest] == manifest {
                environment.insert(manifest, environment[lock]);
            } else {
                environment.insert(lock, environment[manifest]);
            }
        }
    }
    for (range, pin) in included(evidence, declared) {
        let (from, to) = (
            environment[pin.place.file.as_str()],
            environment[range.place.file.as_str()],
        );
        environment
            .values_mut()
            .filter(|own| **own == from)
            .for_each(|own| *own = to);
    }
    let mut groups: Vec<(&str, Vec<&Statement>)> = Vec::new();
    for &statement in declared {
        let key = environment[statement.place.file.as_str()];
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, lines)) => lines.push(statement),
            None => groups.push((key, vec![statement])),
        }
    }
    groups.into_iter().map(|(_, lines)| lines).collect()
}

/// Ranges, each with the pin of an included file that speaks for it.
pub(crate) fn included<'s>(
    evidence: &'s Evidence,
    declared: &[&'s Statement],
) -> impl Iterator<Item = (&'s Statement, &'s Statement)> {
    let among = |id: usize| {
        declared
            .iter()
            .copied()
            .find(|s| std::ptr::eq(*s, &evidence.statements[id]))
    };
    evidence
        .links
        .iter()
        .filter(|link| link.kind == LinkKind::Override)
        .filter_map(move |link| Some((among(link.to)?, among(link.from)?)))
}

/// Whether a line is one of a constraints file.
pub(crate) fn constrains(statement: &Statement) -> bool {
    statement.owner.first().is_some_and(|owner| owner == "constraint")
}

/// Whether a lock is that of a manifest: by its tool, by its name without `lock` or `frozen`, else the project's.
fn locks_that(lock: &str, manifest: &str, files: &BTreeSet<&str>) -> bool {
    let base = |file: &str| file.rsplit('/').next().unwrap_or(file).to_lowercase();
    if folder_of(lock) != folder_of(manifest) {
        return false;
    }
    let (lock_base, manifest_base) = (base(lock), base(manifest));
    let is_project = matches!(manifest_base.as_str(), "pyproject.toml" | "setup.py" | "setup.cfg");
    match lock_base.as_str() {
        "poetry.lock" | "uv.lock" | "pdm.lock" => is_project,
        "pipfile.lock" => manifest_base == "pipfile",
        ".python-version" => is_project || manifest_base == "pipfile",
        name if name.starts_with("pylock.") => is_project,
        _ => {
            let same = |file: &str| {
                file != lock && folder_of(file) == folder_of(lock) && stem(&base(file)) == stem(&lock_base)
            };
            if files.iter().any(|file| same(file)) {
                same(manifest)
            } else {
                is_project
            }
        }
    }
}

/// A file's name without its ending and without the words that call it a lock.
fn stem(base: &str) -> String {
    let words = base.split(['-', '_', '.']);
    let own = words.filter(|word| !matches!(*word, "txt" | "in" | "lock" | "locked" | "frozen" | "freeze" | "pip"));
    own.collect::<Vec<_>>().join("-")
}

/// A lock's line, or the Python that a folder is pinned to.
pub(crate) fn pins(statement: &Statement) -> bool {
    locked(statement) || statement.place.file.rsplit('/').next() == Some(".python-version")
}

pub(crate) fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

pub(crate) fn locked(statement: &Statement) -> bool {
    matches!(&statement.subject, Subject::Dependency { locked: true, .. })
}

/// What was installed where a run ran, as its tracker wrote it down.
pub(crate) fn of_a_run(statement: &Statement) -> bool {
    statement.grade == Grade::Logged && statement.owner.first().is_some_and(|owner| owner == "installed")
}
