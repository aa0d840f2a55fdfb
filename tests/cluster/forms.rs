//! The same jobs in every form in which Slurm's tools print them, read by our readers.
//!
//! Why it can be wrong: a column that is read as another one shows in one form alone. So what each job did is written
//! here once, from its script, and held against all forms; what a form does not have is said beside it.
//!
//! Example: `held-up` runs for 3 s and is suspended for 10: its elapsed time is below 10 s in all of them.

use std::io::Cursor;

use verify::evidence::{Job, JobState, Limit};
use verify::source::accounting::read;

use crate::ran::Ran;

/// What a job did, by its script: its state, how many seconds it ran, and which limit it had in minutes.
struct Did {
    name: &'static str,
    state: JobState,
    seconds: (u64, u64),
    gpus: Option<u64>,
    partition: &'static str,
}

const MEGABYTE: u64 = 1 << 20;

fn did() -> Vec<Did> {
    let job = |name, state, seconds| Did {
        name,
        state,
        seconds,
        gpus: None,
        partition: "3090",
    };
    vec![
        job("eval-full", JobState::Completed, (4, 9)),
        job("eval-broken", JobState::Failed, (4, 9)),
        job("eval-cut", JobState::Timeout, (3, 75)),
        job("again", JobState::Completed, (4, 9)),
        job("two-steps", JobState::Completed, (8, 15)),
        job("waited", JobState::Completed, (1, 6)),
        job("held-up", JobState::Completed, (2, 9)),
        job("eval|part one", JobState::Completed, (4, 9)),
        Did {
            gpus: Some(1),
            ..job("on-gpu", JobState::Completed, (4, 9))
        },
        Did {
            partition: "short",
            ..job("elsewhere", JobState::Completed, (4, 9))
        },
        job("given-up", JobState::Cancelled(Some(0)), (0, 0)),
    ]
}

/// A form, and what it cannot say.
struct Form {
    what: &'static str,
    text: String,
    /// It has the earlier attempts of a requeued job.
    attempts: bool,
    /// It says how long a job was suspended, or leaves it out of the run time.
    elapsed: bool,
    gpus: bool,
}

pub(crate) fn every_form_says_the_same(ran: &Ran) -> Result<(), String> {
    let (cluster, ids) = (ran.cluster(), ran.ids());
    let form = |what, text| Form {
        what,
        text,
        attempts: true,
        elapsed: true,
        gpus: true,
    };
    let columns =
        "--format=JobID,State,Elapsed,Timelimit,Submit,Start,End,Partition,AllocTRES,ReqMem,MaxRSS,ExitCode,JobName";
    let raw =
        "--format=ExitCode,JobIDRaw,JobID,JobName,ElapsedRaw,TimelimitRaw,Partition,AllocTRES,ReqTRES,NNodes,State";
    let each = ids.split(',').map(|id| cluster.ask("scontrol", &["show", "job", id]));
    let shown: String = each.collect::<Result<_, _>>()?;
    let forms = [
        form(
            "collected",
            ran.verify_in(ran.folder(), &["slurm", "collect", "--jobs", &ids])?.0,
        ),
        form(
            "sacct with steps",
            cluster.ask("sacct", &["-P", "-D", columns, "-j", &ids])?,
        ),
        form(
            "sacct with raw columns",
            cluster.ask(
                "sacct",
                &["--parsable2", "-X", "-D", "--delimiter=\u{1f}", raw, "-j", &ids],
            )?,
        ),
        Form {
            attempts: false,
            ..form(
                "sacct without duplicates",
                cluster.ask("sacct", &["-P", columns, "-j", &ids])?,
            )
        },
        form("sacct as JSON", cluster.ask("sacct", &["--json", "-j", &ids])?),
        Form {
            attempts: false,
            ..form("scontrol", shown)
        },
        Form {
            attempts: false,
            // What it had of each resource is no column of it that we read.
            gpus: false,
            ..form(
                "squeue",
                cluster.ask(
                    "squeue",
                    &["--states=all", "--format=%i|%P|%T|%M|%l|%S|%e|%j", "--jobs", &ids],
                )?,
            )
        },
    ];
    let faults: Vec<String> = forms.iter().flat_map(faults_of).collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n"))
    }
}

fn faults_of(form: &Form) -> Vec<String> {
    let found = match read(Cursor::new(&form.text)) {
        Ok(found) => found,
        Err(error) => return vec![format!("{}: {error}", form.what)],
    };
    let mut faults: Vec<String> = found
        .faults
        .iter()
        .map(|(line, why)| format!("{}: line {line:?}: {why}", form.what))
        .collect();
    let jobs: Vec<&Job> = found.jobs.iter().map(|found| &found.job).collect();
    let mut say = |what: String| faults.push(format!("{}: {what}", form.what));
    for did in did() {
        let rows: Vec<&&Job> = jobs
            .iter()
            .filter(|job| job.name.as_deref() == Some(did.name) && !job.superseded)
            .collect();
        let [job] = rows.as_slice() else {
            say(format!("{} rows of {}", rows.len(), did.name));
            continue;
        };
        // Who cancelled it is said by some forms alone.
        let cancelled = |state: &JobState| matches!(state, JobState::Cancelled(_));
        if job.state != did.state && !(cancelled(&job.state) && cancelled(&did.state)) {
            say(format!("{} is {}", did.name, job.state));
        }
        let elapsed = job.elapsed.unwrap_or(0);
        if form.elapsed && !(did.seconds.0..=did.seconds.1).contains(&elapsed) {
            say(format!("{} took {:?} s", did.name, job.elapsed));
        }
        if job.partition.as_deref() != Some(did.partition) {
            say(format!("{} ran in {:?}", did.name, job.partition));
        }
        let limit = if did.state == JobState::Timeout {
            job.limit
        } else {
            Limit::Seconds(600)
        };
        if job.limit != limit {
            say(format!("{} has the limit {:?}", did.name, job.limit));
        }
        if form.gpus && did.state != JobState::Cancelled(Some(0)) {
            if job.allocated.gpus.unwrap_or(0) != did.gpus.unwrap_or(0) {
                say(format!("{} has {:?} GPUs", did.name, job.allocated.gpus));
            }
            let memory = if did.name == "eval-full" { 200 } else { 100 };
            if job.allocated.memory_bytes != Some(memory * MEGABYTE) {
                say(format!("{} has {:?} bytes", did.name, job.allocated.memory_bytes));
            }
        }
    }
    let attempts = jobs.iter().filter(|job| job.name.as_deref() == Some("again")).count();
    let expected = if form.attempts { 2 } else { 1 };
    if attempts != expected {
        say(format!("{attempts} attempts of the requeued job"));
    }
    let mut tasks: Vec<(String, String)> = jobs
        .iter()
        .filter(|job| job.name.as_deref() == Some("sweep"))
        .map(|job| {
            (
                job.id.split_once('_').map_or("?", |(_, task)| task).to_string(),
                job.state.to_string(),
            )
        })
        .collect();
    tasks.sort();
    let expected = [
        ("0", "COMPLETED"),
        ("1", "COMPLETED"),
        ("2", "FAILED"),
        ("3", "COMPLETED"),
    ];
    let expected = expected.map(|(task, state)| (task.to_string(), state.to_string()));
    if tasks != expected {
        say(format!("tasks of the array: {tasks:?}"));
    }
    faults
}
