//! What `sbatch` is given on its command line, over what the script itself asks for.
//!
//! Why it can be wrong: `#SBATCH --partition=short` counts only where nobody submits the script with another `-p`. A
//! request is replaced where every command of the code that submits the script makes one of the same key.
//!
//! Example: `sbatch -p long job.slurm` takes the place of `#SBATCH -p short` in `job.slurm`.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::Paths;
use super::strip::{self, Program};
use crate::evidence::{Dead, Form, Grade, Statement, StatementId, Subject};
use crate::source::Command;

/// Marks the requests of scripts that their submitters replace.
pub(super) fn replaced(commands: &[Command], statements: &mut [Statement], paths: &Paths<'_>) {
    // By script: for every submission, the requests on its command line by key.
    let mut submitted: BTreeMap<String, Vec<BTreeMap<String, StatementId>>> = BTreeMap::new();
    for command in commands.iter().filter(|command| command.grade >= Grade::Launched) {
        let submits = command
            .words
            .iter()
            .any(|word| matches!(word.text.rsplit('/').next(), Some("sbatch" | "qsub")));
        let Some(stripped) = strip::strip(&command.words).filter(|_| submits) else {
            continue;
        };
        let Program::Script(path) = &stripped.program else {
            continue;
        };
        let Some(script) = paths.file(path, command.directory.as_deref(), &command.place.file) else {
            continue;
        };
        submitted.entry(script).or_default().push(requests(statements, command));
    }
    let mut found: Vec<(StatementId, StatementId)> = Vec::new();
    for (id, statement) in statements.iter().enumerate() {
        let (Some(key), Some(submissions)) = (key_of(statement), submitted.get(&statement.place.file)) else {
            continue;
        };
        let by: Option<BTreeSet<StatementId>> = submissions.iter().map(|made| made.get(key).copied()).collect();
        found.extend(by.and_then(|by| by.first().map(|&by| (id, by))));
    }
    for (id, by) in found {
        statements[id].dead = Some(Dead::Shadowed { by });
    }
}

/// The requests that stand within a command.
fn requests(statements: &[Statement], command: &Command) -> BTreeMap<String, StatementId> {
    let Some((start, end)) = command.place.bytes else {
        return BTreeMap::new();
    };
    let within = |statement: &Statement| {
        statement.place.file == command.place.file
            && statement
                .place
                .bytes
                .is_some_and(|(first, last)| first >= start && last <= end)
    };
    statements
        .iter()
        .enumerate()
        .filter(|(_, statement)| within(statement))
        .filter_map(|(id, statement)| Some((key_of(statement)?.to_string(), id)))
        .collect()
}

fn key_of(statement: &Statement) -> Option<&str> {
    match &statement.subject {
        Subject::Directive { key, .. } if statement.form == Form::Directive && statement.dead.is_none() => Some(key),
        _ => None,
    }
}
