//! One declared run, executed: its command allowed and shown, its files hashed before and after, and what came of it.
//!
//! Why it can be wrong: a claim file from a stranger may declare any command. So nothing is started that the command line
//! did not allow, and the command is shown in full first; nothing in the repository can allow it. A record that was
//! written while its files changed is of nothing: they are hashed before and after.
//!
//! Example: `verify run` and a check with `when = "check"` both start `python evaluate.py` here, and nowhere else.

use std::path::{Path, PathBuf};

use super::gathered::{Also, Gathered};
use super::{Failure, Terminal};
use crate::claim::{ClaimFile, RunDeclaration};
use crate::cli::{Reading, Shown};
use crate::evidence::{Asked, CommandLine, Engine, Gap, GapReason, Hashed, Record, Role, TimedRun};
use crate::judge;
use crate::live::timed::{self, Declared};
use crate::quantity::{Number, Outcome, Precision, Quantity, Stated, Tolerance, Unit, compare_interval};
use crate::source::file::{Repository, read_named};
use crate::source::{logged, subjects};

/// A declared run whose command may be started.
pub(super) struct Execution<'a> {
    file: &'a ClaimFile,
    declaration: &'a RunDeclaration,
    pub(super) asked: Asked,
    pub(super) command: CommandLine,
    gathered: Gathered,
    before: subjects::Subjects,
}

/// What came of it: the run, and the files that it is of.
pub(super) struct Executed {
    pub(super) run: TimedRun,
    pub(super) subjects: subjects::Subjects,
}

impl Executed {
    /// The text of its record.
    pub(super) fn record(self) -> Result<String, Failure> {
        let record = Record::new(self.subjects.hashed, self.run);
        Ok(record.text().map_err(anyhow::Error::from)?)
    }
}

impl<'a> Execution<'a> {
    /// Reads the repository, and hashes what the command is made of.
    pub(super) fn prepared(
        file: &'a ClaimFile,
        declaration: &'a RunDeclaration,
        command: CommandLine,
        (reading, shown, terminal): (&Reading, &Shown, Terminal),
    ) -> Result<Execution<'a>, Failure> {
        let also = Also {
            asks: |_| subjects::asks(),
            accounting: false,
            ..Also::NOTHING
        };
        let claims = std::slice::from_ref(&file.path);
        let gathered = Gathered::gather(claims, reading, shown, terminal, &also)?;
        let before = hashed(&gathered, &command)?;
        if before.hashed.is_empty() {
            return Err(usage(
                "the command names no file of the repository, and there is no code in it: a record of it could never tell a change\n\nhelp: start a script of the repository".to_string(),
            ));
        }
        Ok(Execution {
            file,
            declaration,
            asked: declaration.asked(),
            command,
            gathered,
            before,
        })
    }

    /// Starts it, and watches it to its end.
    pub(super) fn run(self, nvml: Option<PathBuf>) -> Result<Executed, Failure> {
        let name = &self.declaration.name;
        let decides = |low: f64, high: f64| decides(self.file, name, low, high);
        let declared = Declared {
            name: name.clone(),
            engine: Engine::Command,
            command: self.command.clone(),
            asked: self.asked,
            root: self.gathered.sites[0].root.clone(),
            progress: self.declaration.settings.text("progress").map(str::to_string),
            nvml,
        };
        let mut run = timed::run(&declared, &decides).map_err(anyhow::Error::from)?;
        run.settings = logged::printed(&run.output, &names(self.file, name));
        let mut subjects = self.before;
        run.unwatched.clone_from(&subjects.gaps);
        for file in changed(&subjects.hashed, &hashed(&self.gathered, &self.command)?.hashed) {
            if file.annotations == Role::Data {
                subjects.gaps.push(written(&file));
            } else {
                run.disturbed.push(format!("{} changed while it ran", file.name));
            }
            subjects
                .hashed
                .retain(|other| *other != file || file.annotations != Role::Data);
        }
        Ok(Executed { run, subjects })
    }
}

/// What is started, in full: what a person reads before it is allowed.
pub(super) fn shown(command: &CommandLine) -> String {
    let environment = if command.environment.is_empty() {
        "that programs need (`PATH`, `HOME`, the job's and the cards' variables; no keys or tokens)".to_string()
    } else {
        format!("that programs need, and {}", command.environment.join(", "))
    };
    let words: Vec<String> = command.arguments.iter().map(|word| format!("{word:?}")).collect();
    format!(
        "the run starts this command, in `{}`, with the environment {environment}:\n\n    {}\n\n    SHA-256 {}",
        command.directory,
        words.join(" "),
        command.digest()
    )
}

/// Where the record of a run is written and looked for.
pub(super) fn record_path(file: &ClaimFile, declaration: &RunDeclaration) -> PathBuf {
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    folder.join(&declaration.record)
}

/// The record that lies there; none where there is none, or it cannot be read.
pub(super) fn record_at(path: &Path) -> Option<Record> {
    let text = read_named(path, "").ok()?;
    Record::of_text(text.text()).ok()
}

fn hashed(gathered: &Gathered, command: &CommandLine) -> Result<subjects::Subjects, Failure> {
    let site = &gathered.sites[0];
    let repository = Repository::open(&site.root, &site.allow).map_err(|error| usage(error.to_string()))?;
    Ok(subjects::of_command(&repository, &gathered.evidence[0], command))
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

fn usage(problem: String) -> Failure {
    Failure::Usage(vec![problem])
}
