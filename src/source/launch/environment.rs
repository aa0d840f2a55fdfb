//! Variables of a launch's environment that its Python code looks up.
//!
//! Why it can be wrong: `LR=1e-4` in a script is no variable of the environment until it is exported, and code keeps its
//! fallback; but one that is exported, or stands before the command, replaces the fallback for every process of the launch.
//!
//! Example: `export LR=1e-4` before `python train.py` gives `os.environ.get("LR", "1e-3")` its value there.

use std::collections::BTreeMap;

use super::Binder;
use crate::evidence::{Form, LaunchId, LinkKind, Statement, StatementId, Subject};
use crate::source::Command;

/// Where code looks a variable of the environment up, by its name.
pub(super) fn lookups(statements: &[Statement]) -> BTreeMap<String, Vec<StatementId>> {
    let mut found: BTreeMap<String, Vec<StatementId>> = BTreeMap::new();
    for (id, statement) in statements.iter().enumerate() {
        let looked_up = statement.form == Form::Entry && statement.owner.last().is_some_and(|owner| owner == "environ");
        if let (true, Subject::Setting { name }) = (looked_up, &statement.subject) {
            found.entry(name.clone()).or_default().push(id);
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
        }
    }
}
