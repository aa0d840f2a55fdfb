//! A batch job whose submitter dies and that is put back into the queue, followed to its end by another process.
//!
//! Why it can be wrong: two attempts of a job may both leave a result, and one who follows may take the end of the first
//! for the end of the job. So the first attempt is stopped in its middle, by the scheduler, after nobody follows any more.
//!
//! Example: the process of [`submitter`] is killed while the job runs; that of [`follower`] reads its file, and sees the job
//! wait, run and end.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use verify::live::slurm::{Pace, Request, Seen, Submitted, follow, submit};

use crate::MODE;
use crate::fixture::Cluster;
use crate::ran::Ran;

/// The first attempt works for ten minutes; the second does what is left, and writes the result.
const WORK: &str = "echo attempt $SLURM_RESTART_COUNT; \
    if [ \"${SLURM_RESTART_COUNT:-0}\" -eq 0 ]; then sleep 600; fi; sleep 1; echo 'it is done' >> record";
const PACE: Duration = Duration::from_millis(300);

pub(crate) fn a_job_outlives_its_submitter(ran: &Ran) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let text = |file: &str| std::fs::read_to_string(folder.path().join(file)).unwrap_or_default();
    let mut first = start(ran.cluster(), "submit", folder.path())?;
    if !heard(&mut first)?.any(|line| line.starts_with("running")) {
        return Err("the job was not seen running".to_string());
    }
    first
        .kill()
        .and_then(|()| first.wait())
        .map_err(|error| error.to_string())?;
    let submitted = Submitted::of_text(&text("pending.json")).map_err(|error| error.to_string())?;
    ran.cluster().ask("scontrol", &["requeue", &submitted.job])?;
    let mut second = start(ran.cluster(), "follow", folder.path())?;
    let seen: Vec<String> = heard(&mut second)?.collect();
    let _ = second.wait();
    let order = ["waiting", "running", "COMPLETED"].map(|word| seen.iter().rposition(|line| line.starts_with(word)));
    if order.contains(&None) || !order.is_sorted() {
        return Err(format!("seen: {seen:?}"));
    }
    if text("record") != "it is done\n" {
        return Err(format!("the record: {:?}", text("record")));
    }
    let log = text("job 100%.log");
    let attempts: Vec<&str> = log.lines().filter(|line| line.starts_with("attempt")).collect();
    if attempts != ["attempt", "attempt 1"] {
        return Err(format!("the log: {log}"));
    }
    Ok(())
}

/// Starts this program again as one of the two processes below.
fn start(cluster: &Cluster, mode: &str, folder: &Path) -> Result<Child, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command: Command = cluster.command(&own.to_string_lossy());
    command
        .env(MODE, mode)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())
}

fn heard(child: &mut Child) -> Result<impl Iterator<Item = String> + use<>, String> {
    let stdout = child.stdout.take().ok_or("no standard output")?;
    Ok(BufReader::new(stdout).lines().map_while(Result::ok))
}

/// Submits a job, writes its file, and follows it.
pub(crate) fn submitter() -> ExitCode {
    let Ok(folder) = std::env::current_dir() else {
        return ExitCode::FAILURE;
    };
    let request = Request {
        name: "verify-eval".to_string(),
        command: ["sh", "-c", WORK].map(str::to_string).to_vec(),
        log: folder.join("job 100%.log"),
        directory: folder.clone(),
        options: vec![("mem", "50M".to_string()), ("time", "20".to_string())],
    };
    let written = submit(&request, folder.join("record"))
        .map_err(|error| error.to_string())
        .and_then(|submitted| {
            let text = submitted.text().map_err(|error| error.to_string())?;
            std::fs::write("pending.json", text).map_err(|error| error.to_string())
        });
    match written {
        Ok(()) => follower(),
        Err(error) => say(&error),
    }
}

/// Follows the job that the file names.
pub(crate) fn follower() -> ExitCode {
    let text = std::fs::read_to_string("pending.json").unwrap_or_default();
    let submitted = match Submitted::of_text(&text) {
        Ok(submitted) => submitted,
        Err(error) => return say(&error.to_string()),
    };
    let followed = follow(&submitted, Pace::of_a_test(PACE), &mut |seen| {
        say(&match seen {
            Seen::Waiting { why } => format!("waiting {why}"),
            Seen::Running { since } => format!("running {since}"),
            Seen::Over(job) => format!("over {}", job.state),
            Seen::Unknown => "unknown".to_string(),
        });
    });
    match followed {
        Ok(job) => say(&format!("{} after {:?} s", job.state, job.elapsed)),
        Err(error) => say(&error.to_string()),
    }
}

fn say(line: &str) -> ExitCode {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    ExitCode::FAILURE
}
