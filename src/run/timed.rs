//! `verify run`: the timed evaluation that a claim file declares, and its record.
//!
//! Why it can be wrong: a run that came to nothing must not replace the record of one that did, and a record of a machine
//! that nobody meant (the login node of a cluster) is of that machine. So the first stays, and of the second is warned.
//!
//! Example: `verify run claims/setup.toml eval --allow-commands` writes `claims/runs/eval.json`.

use super::execution::{self, Execution, record_at, record_path};
use super::gathered::read_claims;
use super::submitted::{self, Batch};
use super::{Done, Failure, Terminal};
use crate::claim::{ClaimFile, RunDeclaration};
use crate::cli::Run;
use crate::evidence::{CommandLine, Ending};
use crate::exit::Exit;
use crate::live::{host, say};
use crate::report::answers;
use crate::write;

/// `verify run`.
pub(super) fn run(arguments: &Run, terminal: Terminal) -> Result<Done, Failure> {
    let claims = std::slice::from_ref(&arguments.claims);
    let files = read_claims(claims, terminal.colored(&arguments.shown))?;
    let [file] = files.as_slice() else {
        return Err(usage("a run is declared in one claim file; name that file".to_string()));
    };
    let declaration = choose(file, arguments.name.as_deref())?;
    let path = record_path(file, declaration);
    if arguments.on_slurm.resume {
        return submitted::resumed(&path);
    }
    let Some(command) = declaration.command(&declaration.asked()) else {
        return Err(usage(format!(
            "`[run.{}]` has `engine = \"{}\"`, which is not built in this version",
            declaration.name, declaration.engine
        )));
    };
    let shown = allowed(arguments, &command)?;
    let how = (&arguments.reading, &arguments.shown, terminal);
    let execution = Execution::prepared(file, declaration, command, how)?;
    if arguments.on_slurm.slurm {
        return submitted::submitted(
            arguments,
            &Batch {
                name: &declaration.name,
                command: &execution.command,
                budget_seconds: execution.asked.budget_seconds,
                repeats: execution.asked.repeats,
                record: &path,
            },
        );
    }
    say(&shown);
    if host::is_login_node() {
        say(
            "warning: Slurm is here and this is no job of it: on a login node the run takes what is everybody's, and its time is of this machine\n\nhelp: --slurm submits it as a job",
        );
    }
    let executed = execution.run(arguments.nvml.clone())?;
    // What a signal ended says nothing of the run that was timed before.
    let keeps = matches!(executed.run.ending, Ending::Interrupted | Ending::Killed)
        && record_at(&path).is_some_and(|record| record.predicate.time().is_some());
    let answer = answers::timed(
        &executed.run,
        &executed.subjects.gaps,
        executed.subjects.followed,
        &path.display().to_string(),
        keeps,
    );
    let exit = match executed.run.time() {
        Some(_) => Exit::Fine,
        None => Exit::BelowSupported,
    };
    if !keeps {
        write::new_folder_and_file(&path, executed.record()?.as_bytes())?;
    }
    Ok(Done { output: answer, exit })
}

/// The run that is meant.
fn choose<'a>(file: &'a ClaimFile, name: Option<&str>) -> Result<&'a RunDeclaration, Failure> {
    let known = || {
        let names: Vec<&str> = file.runs.iter().map(|run| run.name.as_str()).collect();
        names.join(", ")
    };
    match (name, file.runs.as_slice()) {
        (_, []) => Err(usage(format!(
            "{} declares no run\n\nhelp: declare one as `[run.NAME]` with `engine = \"command\"` and `command = [\"python\", \"evaluate.py\"]`",
            file.path
        ))),
        (None, [one]) => Ok(one),
        (None, _) => Err(usage(format!(
            "{} declares several runs: {}; name one",
            file.path,
            known()
        ))),
        (Some(name), runs) => runs
            .iter()
            .find(|run| run.name == name)
            .ok_or_else(|| usage(format!("{} declares no run `{name}`; there are {}", file.path, known()))),
    }
}

/// What the command line lets start, as it is shown; what it does not allow is an error that says what would.
fn allowed(arguments: &Run, command: &CommandLine) -> Result<String, Failure> {
    let (shown, digest) = (execution::shown(command), command.digest());
    match arguments.allow_commands.as_deref() {
        None => Err(usage(format!(
            "{shown}\n\nhelp: allow it with --allow-commands, in CI with --allow-commands={digest}"
        ))),
        Some("") => Ok(shown),
        Some(allowed) if allowed == digest => Ok(shown),
        Some(other) => Err(usage(format!(
            "{shown}\n\nand --allow-commands allows another one: {other}"
        ))),
    }
}

fn usage(problem: String) -> Failure {
    Failure::Usage(vec![problem])
}
