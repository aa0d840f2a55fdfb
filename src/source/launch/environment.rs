//! Variables of a launch's environment that its Python code looks up.
//!
//! Why it can be wrong: `LR=1e-4` in a script is no variable of the environment until it is exported, and code keeps its
//! fallback; but one that is exported, or stands before the command, replaces the fallback for every process of the launch.
//!
//! Example: `export LR=1e-4` before `python train.py` gives `os.environ.get("LR", "1e-3")` its value there, and
//! `os.environ["LR"]` one at all.

use std::collections::BTreeMap;

use super::Binder;
use crate::evidence::{Form, LaunchId, LinkKind, Statement, StatementId, Subject};
use crate::source::Command;

/// Where code looks a variable of the environment up, by its name.
pub(in crate::source) fn lookups(statements: &[Statement]) -> BTreeMap<String, Vec<StatementId>> {
    let mut found: BTreeMap<String, Vec<StatementId>> = BTreeMap::new();
    for (id, statement) in statements.iter().enumerate() {
        let looked_up = statement.form == Form::Entry && statement.owner.last().is_some_and(|owner| owner == "environ");
        if let (true, Subject::Setting { name }) = (looked_up, &statement.subject) {
            found.entry(name.clone()).or_default().push(id);
        }
    }
    found
}

/// Where code reads a variable without a fallback (`os.environ["LR"]`), by its name: the statement, and the name in its
/// expression.
pub(in crate::source) fn readers(statements: &[Statement]) -> BTreeMap<String, Vec<(StatementId, String)>> {
    let defaults = lookups(statements);
    let mut found: BTreeMap<String, Vec<(StatementId, String)>> = BTreeMap::new();
    for (id, statement) in statements.iter().enumerate() {
        for slot in statement.value.references() {
            let Some((before, name)) = slot.rsplit_once('.') else {
                continue;
            };
            if before.rsplit('.').next() != Some("environ") {
                continue;
            }
            let falls_back = defaults.get(name).into_iter().flatten().any(|&default| {
                let (inner, outer) = (&statements[default].place, &statement.place);
                let within = inner
                    .bytes
                    .zip(outer.bytes)
                    .is_some_and(|(inner, outer)| outer.0 <= inner.0 && inner.1 <= outer.1);
                inner.file == outer.file && within
            });
            if !falls_back {
                found.entry(name.to_string()).or_default().push((id, slot.to_string()));
            }
        }
    }
    found
}

impl Binder<'_> {
    /// Links what a command's environment holds to the lookups of that name in the code that it runs.
    pub(super) fn environment(&mut self, command: &Command, reach: &[String], launch: LaunchId) {
        for (name, from) in &command.environment {
            let takers: Vec<StatementId> = self
                .lookups
                .get(name)
                .into_iter()
                .flatten()
                .copied()
                .filter(|&id| reach.binary_search(&self.statements[id].place.file).is_ok())
                .collect();
            for to in takers {
                self.link(*from, to, LinkKind::Environment, None, Some(launch));
            }
            let read = self.readers.get(name).cloned().unwrap_or_default();
            for (to, slot) in read {
                if reach.binary_search(&self.statements[to].place.file).is_ok() {
                    self.link(*from, to, LinkKind::Reference, Some(slot), Some(launch));
                }
            }
        }
    }
}
