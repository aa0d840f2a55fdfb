//! `verify run --slurm`: the same timed run inside a batch job, followed from here; `--resume` follows it again.
//!
//! The job starts `verify run` itself, on a file system that this machine and the node share, with the one command that
//! was allowed here by its digest, and writes the record where it would be written without Slurm. What is known of the job
//! lies beside the record (`runs/eval.job.json`) until its record is there.
//!
//! Why it can be wrong: a record that was there before the job is older than it, and one of an earlier attempt is of
//! fewer samples. So only a record that names the job, and began after it was submitted, is the job's; the last attempt
//! writes last, and its marks are its own. A job that is still on its way is not submitted a second time, for two would
//! write one record.
//!
//! Example: `verify run claims/setup.toml eval --allow-commands --slurm --partition=3090 --gpus=1`; after a lost
//! connection `verify run claims/setup.toml eval --resume`.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Done, Failure};
use crate::cli::{OnSlurm, Run};
use crate::evidence::{CommandLine, Record, TimedRun};
use crate::exit::Exit;
use crate::live::host;
use crate::live::slurm::{NoAnswer, Request, Submitted, follow_shown, submit};
use crate::report::answers;
use crate::source::file::read_named;
use crate::write;

/// What the job may take beside the run: the program's start, files hashed before and after.
const BESIDE_THE_RUN: f64 = 600.0;
/// Clocks of two machines of a cluster are not further apart.
const APART: TimeDelta = TimeDelta::minutes(5);

/// A run that is to be a batch job.
pub(super) struct Batch<'a> {
    pub(super) name: &'a str,
    /// The command that was allowed.
    pub(super) command: &'a CommandLine,
    pub(super) budget_seconds: f64,
    /// How often the command is run within it.
    pub(super) repeats: u64,
    /// Where the record is written.
    pub(super) record: &'a Path,
}

/// Submits the run as a job, and follows it to its record.
pub(super) fn submitted(arguments: &Run, batch: &Batch<'_>) -> Result<Done, Failure> {
    let file = beside(batch.record);
    if write::exists(&file) {
        let job = known(&file)?;
        return Err(usage(format!(
            "the job {} was submitted for this run, and its record is not there yet (`{}`)\n\nhelp: follow it with --resume; or end it with `scancel {}`, and then --resume says how it ended",
            job.job,
            file.display(),
            job.job,
        )));
    }
    let directory = host::folder().map_err(anyhow::Error::from)?;
    let request = Request {
        name: format!("verify-{}", batch.name),
        command: command(arguments, batch.command)?,
        log: directory.join(batch.record.with_extension("log")),
        directory: directory.clone(),
        options: options(&arguments.on_slurm, batch.budget_seconds * batch.repeats.max(1) as f64),
    };
    write::folder_of(&file)?;
    let job = submit(&request, directory.join(batch.record)).map_err(refused)?;
    // Before anybody waits: whoever has this file finds the job again.
    write::file(&file, job.text().map_err(anyhow::Error::from)?.as_bytes())?;
    followed(&file, &job)
}

/// Follows the job that was submitted before.
pub(super) fn resumed(record: &Path) -> Result<Done, Failure> {
    let file = beside(record);
    if !write::exists(&file) {
        return Err(usage(format!(
            "no job of this run is on its way: there is no `{}`\n\nhelp: submit one with --slurm{}",
            file.display(),
            if write::exists(record) {
                format!("; `{}` holds the record of a run that ended", record.display())
            } else {
                String::new()
            }
        )));
    }
    followed(&file, &known(&file)?)
}

fn followed(file: &Path, job: &Submitted) -> Result<Done, Failure> {
    let ended = follow_shown(job).map_err(|error| {
        Failure::Broken(anyhow::anyhow!(
            "the job {} is left as it is: {error}; follow it again with --resume (what is known of it lies in `{}`)",
            job.job,
            file.display()
        ))
    })?;
    let run = match of_the_job(job) {
        Ok(run) => run,
        Err(why) => {
            write::remove(file)?;
            return Err(Failure::Broken(anyhow::anyhow!(
                "the job {} ended as {}, and {why}\n\nhelp: what it printed lies in `{}`",
                job.job,
                ended.state,
                job.log.display()
            )));
        }
    };
    let exit = match run.time() {
        Some(_) => Exit::Fine,
        None => Exit::BelowSupported,
    };
    let output = answers::submitted(&run, &job.job, &job.record.display().to_string());
    write::remove(file)?;
    Ok(Done { output, exit })
}

/// The record that the job wrote; why there is none.
fn of_the_job(job: &Submitted) -> Result<TimedRun, String> {
    let path = job.record.display();
    let text = read_named(&job.record, &path.to_string()).map_err(|error| {
        format!("its record did not come back ({error}); do this machine and the node share `{path}`?")
    })?;
    let record = Record::of_text(text.text()).map_err(|error| format!("`{path}` cannot be read: {error}"))?;
    let run = record.predicate;
    let of_it = run
        .parts
        .iter()
        .all(|part| part.machine.job.as_deref() == Some(&job.job));
    let began: Option<DateTime<Utc>> = run.started.parse().ok();
    if of_it && began.is_some_and(|began| began + APART >= job.submitted) {
        Ok(run)
    } else {
        Err(format!("it wrote no record: the one in `{path}` is older"))
    }
}

fn known(file: &Path) -> Result<Submitted, Failure> {
    let path = file.display().to_string();
    let text = read_named(file, &path).map_err(|error| usage(error.to_string()))?;
    Submitted::of_text(text.text()).map_err(|error| usage(format!("`{path}`: {error}")))
}

/// `runs/eval.job.json` beside `runs/eval.json`.
fn beside(record: &Path) -> PathBuf {
    record.with_extension("job.json")
}

/// This program with the arguments it was given, but for those of Slurm; the command is allowed by its digest.
fn command(arguments: &Run, allowed: &CommandLine) -> Result<Vec<String>, Failure> {
    let own = host::program().map_err(anyhow::Error::from)?;
    let shown = |path: &Path| path.display().to_string();
    let mut words = vec![shown(&own), "run".to_string(), arguments.claims.clone()];
    words.extend(arguments.name.clone());
    words.push(format!("--allow-commands={}", allowed.digest()));
    let mut option = |name: &str, path: Option<&PathBuf>| {
        words.extend(path.map(|path| format!("--{name}={}", shown(path))));
    };
    option("nvml", arguments.nvml.as_ref());
    option("root", arguments.reading.root.as_ref());
    for allow in &arguments.reading.allow_read {
        option("allow-read", Some(allow));
    }
    words.extend(arguments.reading.threads.map(|threads| format!("--threads={threads}")));
    Ok(words)
}

/// What `sbatch` is asked for. A job without a limit gets the partition's, which may be a week or five minutes: where none
/// is given, it is that of the run and some minutes beside it.
fn options(asked: &OnSlurm, budget_seconds: f64) -> Vec<(&'static str, String)> {
    let minutes = ((budget_seconds + BESIDE_THE_RUN) / 60.0).ceil() as u64;
    let time = asked.time.clone().unwrap_or_else(|| minutes.to_string());
    let mut options = vec![("time", time)];
    let given = [
        ("partition", &asked.partition),
        ("gpus", &asked.gpus),
        ("account", &asked.account),
        ("mem", &asked.mem),
        ("cpus-per-task", &asked.cpus),
    ];
    options.extend(
        given
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.clone()?))),
    );
    options
}

fn refused(error: NoAnswer) -> Failure {
    usage(format!("no job was submitted: {error}"))
}

fn usage(problem: String) -> Failure {
    Failure::Usage(vec![problem])
}
