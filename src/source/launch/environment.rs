//! Variables of a launch's environment that its Python code looks up.
//!
//! Why it can be wrong: `LR=1e-4` in a script is no variable of the environment until it is exported, and code keeps its
//! fallback; but one that is exported, or stands before the command, replaces the fallback for every process of the launch.
//!
//! Example: `export LR=1e-4` before `python train.py` gives `os.environ.get("LR", "1e-3")` its value there.

use super::Binder;
use crate::evidence::{Form, LaunchId, LinkKind, StatementId, Subject};
use crate::source::Command;

impl Binder<'_> {
    /// Links what a command's environment holds to the lookups of that name in the code that it runs.
    pub(super) fn environment(&mut self, command: &Command, reach: &[String], launch: LaunchId) {
        for (name, from) in &command.environment {
            let takers: Vec<StatementId> = self
                .statements
                .iter()
                .enumerate()
                .filter(|(_, statement)| {
                    let looked_up =
                        statement.form == Form::Entry && statement.owner.last().is_some_and(|owner| owner == "environ");
                    let named = matches!(&statement.subject, Subject::Setting { name: theirs } if theirs == name);
                    looked_up && named && reach.binary_search(&statement.place.file).is_ok()
                })
                .map(|(id, _)| id)
                .collect();
            for to in takers {
                self.link(*from, to, LinkKind::Environment, None, Some(launch));
            }
        }
    }
}
