//! `verify run`: the timed evaluation that a claim file declares, and its record.
//!
//! Why it can be wrong: a claim file from a stranger may declare any command. So nothing is started without
//! `--allow-commands`, the command is shown in full first, and nothing in the repository can allow it. A record that was
//! written while its files changed is of nothing: they are hashed before and after.
//!
//! Example: `verify run claims/setup.toml eval --allow-commands` writes `claims/runs/eval.json`.

use std::path::{Path, PathBuf};

use super::gathered::{Gathered, read_claims};
use super::submitted::{self, Batch};
use super::{Done, Failure, Terminal};
use crate::claim::{ClaimFile, RunDeclaration};
use crate::cli::Run;
use crate::evidence::{CommandLine, Ending, Engine, Gap, GapReason, Hashed, Record, Role};
use crate::exit::Exit;
use crate::judge;
use crate::live::timed::{self, Declared};
use crate::quantity::{Number, Outcome, Precision, Quantity, Stated, Tolerance, Unit, compare_interval};
use crate::report::answers;
use crate::source::file::{Repository, read_named};
use crate::source::{logged, subjects};
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
    let asked = declaration.asked();
    let Some(command) = declaration.command(&asked) else {
        return Err(usage(format!(
            "`[run.{}]` has `engine = \"{}\"`, which is not built in this version",
            declaration.name, declaration.engine
        )));
    };
    allowed(arguments, &command)?;
    let gathered = Gathered::gather(claims, &arguments.reading, &arguments.shown, terminal, |_| {
        subjects::asks()
    })?;
    let site = &gathered.sites[0];
    let hash = || -> Result<subjects::Subjects, Failure> {
        let repository = Repository::open(&site.root, &site.allow).map_err(|error| usage(error.to_string()))?;
        Ok(subjects::of_command(&repository, &gathered.evidence[0], &command))
    };
    let before = hash()?;
    if before.hashed.is_empty() {
        return Err(usage(
            "the command names no file of the repository, and there is no code in it: a record of it could never tell a change\n\nhelp: start a script of the repository".to_string(),
        ));
    }
    if arguments.on_slurm.slurm {
        return submitted::submitted(
            arguments,
            &Batch {
                name: &declaration.name,
                command: &command,
                budget_seconds: asked.budget_seconds,
                repeats: asked.repeats,
                record: &path,
            },
        );
    }
    let decides = |low: f64, high: f64| decides(file, &declaration.name, low, high);
    let mut run = timed::run(
        &Declared {
            name: declaration.name.clone(),
            engine: Engine::Command,
            command: command.clone(),
            asked: asked.clone(),
            root: site.root.clone(),
            progress: declaration.settings.text("progress").map(str::to_string),
            nvml: arguments.nvml.clone(),
        },
        &decides,
    )
    .map_err(anyhow::Error::from)?;
    run.settings = logged::printed(&run.output, &names(file, &declaration.name));
    let mut before = before;
    for file in changed(&before.hashed, &hash()?.hashed) {
        if file.annotations == Role::Data {
            before.gaps.push(written(&file));
        } else {
            run.disturbed.push(format!("{} changed while it ran", file.name));
        }
        before
            .hashed
            .retain(|other| *other != file || file.annotations != Role::Data);
    }
    // What a signal ended says nothing of the run that was timed before.
    let keeps = matches!(run.ending, Ending::Interrupted | Ending::Killed) && has_time(&path);
    let answer = answers::timed(&run, &before.gaps, before.followed, &path.display().to_string(), keeps);
    let exit = if run.time().is_some() {
        Exit::Fine
    } else {
        Exit::BelowSupported
    };
    if !keeps {
        let text = Record::new(before.hashed, run).text().map_err(anyhow::Error::from)?;
        write::new_folder_and_file(&path, text.as_bytes())?;
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

/// Whether the command line lets the command start; what is not allowed is shown, with what would allow it.
fn allowed(arguments: &Run, command: &CommandLine) -> Result<(), Failure> {
    let digest = command.digest();
    let shown = format!(
        "the run starts this command, in `{}`, with the environment {}:\n\n    {}\n\n    SHA-256 {digest}",
        command.directory,
        if command.environment.is_empty() {
            "that programs need (`PATH`, `HOME`, the job's and the cards' variables; no keys or tokens)".to_string()
        } else {
            format!("that programs need, and {}", command.environment.join(", "))
        },
        command
            .arguments
            .iter()
            .map(|word| format!("{word:?}"))
            .collect::<Vec<_>>()
            .join(" ")
    );
    match arguments.allow_commands.as_deref() {
        None => Err(usage(format!(
            "{shown}\n\nhelp: allow it with --allow-commands, in CI with --allow-commands={digest}"
        ))),
        Some("") => Ok(()),
        Some(allowed) if allowed == digest => Ok(()),
        Some(other) => Err(usage(format!(
            "{shown}\n\nand --allow-commands allows another one: {other}"
        ))),
    }
}

/// Names under which the run may print what the claims say that rest on it.
fn names(file: &ClaimFile, run: &str) -> Vec<String> {
    file.claims
        .iter()
        .filter(|claim| claim.run.as_deref() == Some(run))
        .flat_map(|claim| judge::printed_names(claim, file))
        .collect()
}

/// Whether such an interval decides every claim of a run time that rests on the run.
fn decides(file: &ClaimFile, run: &str, low: f64, high: f64) -> bool {
    let mut times = file
        .claims
        .iter()
        .filter(|claim| claim.kind == "runtime" && claim.run.as_deref() == Some(run))
        .filter_map(|claim| Some((claim.value.as_ref()?, claim.tolerance.as_ref())))
        .peekable();
    let seconds = |number: f64| {
        Some(Quantity {
            number: Number::from_f64(number)?,
            unit: Some(Unit::Second),
        })
    };
    let ends = (seconds(low), seconds(high));
    let settled = |stated: &Stated, tolerance: Option<&Tolerance>| {
        let compared = compare_interval(stated, ends.0.as_ref(), ends.1.as_ref(), Precision::Runtime, tolerance);
        matches!(compared.outcome, Outcome::Agrees | Outcome::Disagrees)
    };
    times.peek().is_some() && times.all(|(stated, tolerance)| settled(stated, tolerance))
}

/// Whether a record with a time lies there.
fn has_time(path: &Path) -> bool {
    read_named(path, "")
        .ok()
        .and_then(|text| Record::of_text(text.text()).ok())
        .is_some_and(|record| record.predicate.time().is_some())
}

/// Files that are others after the run, or gone.
fn changed(before: &[Hashed], after: &[Hashed]) -> Vec<Hashed> {
    let other = before.iter().filter(|file| !after.contains(file));
    other.cloned().collect()
}

/// A file beside the code that changed meanwhile is a result of the run, and will change with the next.
fn written(file: &Hashed) -> Gap {
    Gap {
        file: file.name.clone(),
        why: GapReason::Ignored,
        detail: "changed while the run went on, as results do".to_string(),
    }
}

/// Where the record is written and looked for.
fn record_path(file: &ClaimFile, declaration: &RunDeclaration) -> PathBuf {
    Path::new(&file.path)
        .parent()
        .unwrap_or(Path::new(""))
        .join(&declaration.record)
}

fn usage(problem: String) -> Failure {
    Failure::Usage(vec![problem])
}
