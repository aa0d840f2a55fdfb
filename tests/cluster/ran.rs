//! The jobs of all tests: submitted together, disturbed where their script says so, and come to their end.
//!
//! Why it can be wrong: a job that is looked at before its record has reached the database has no row. So the jobs count
//! as run when `sacct` says so, not when the controller does.
//!
//! Example: the job `again` is put back into the queue while it runs, and has two records.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::fixture::{Cluster, note};

/// A cluster on which all jobs have run.
pub(crate) struct Ran {
    cluster: Cluster,
    jobs: Vec<String>,
    /// A repository with the scripts of the jobs, for claims about them.
    repository: tempfile::TempDir,
}

/// A job to submit: its script, its arguments, and what is done to it.
struct Job(&'static str, &'static [&'static str], Done);

#[derive(Clone, Copy)]
enum Done {
    Nothing,
    /// Put back into the queue while it runs.
    Requeued,
    /// Its limit is moved to a few seconds from now.
    Cut,
    /// Stopped for ten seconds while it runs.
    Suspended,
    /// Cancelled while it waits.
    Cancelled,
    /// It runs until the cluster ends.
    Left,
}

const JOBS: &[Job] = &[
    Job("cut.sh", &[], Done::Cut),
    Job("requeued.sh", &[], Done::Requeued),
    Job("suspended.sh", &[], Done::Suspended),
    Job("waited.sh", &[], Done::Nothing),
    Job("array.sh", &[], Done::Nothing),
    Job("steps.sh", &[], Done::Nothing),
    Job("completed.sh", &["--comment=table-2, 3f2a91c"], Done::Nothing),
    Job("failed.sh", &[], Done::Nothing),
    Job("gpu.sh", &[], Done::Nothing),
    Job("named.sh", &["--job-name=eval|part one"], Done::Nothing),
    Job("elsewhere.sh", &["--partition=short"], Done::Nothing),
    Job(
        "completed.sh",
        &["--job-name=given-up", "--begin=now+1hour"],
        Done::Cancelled,
    ),
    Job("cut.sh", &["--job-name=still-going"], Done::Left),
];

/// One cluster for all tests; whoever comes first starts it, and the others wait.
static RAN: Mutex<Option<Result<Arc<Ran>, String>>> = Mutex::new(None);

/// The cluster with its jobs.
pub(crate) fn ran() -> Result<Arc<Ran>, String> {
    let mut ran = RAN.lock().unwrap_or_else(PoisonError::into_inner);
    ran.get_or_insert_with(|| Ran::run().map(Arc::new)).clone()
}

/// Ends the cluster, where one was started.
pub(crate) fn stop() -> bool {
    let ran = RAN.lock().unwrap_or_else(PoisonError::into_inner).take();
    ran.is_some()
}

impl Ran {
    fn run() -> Result<Ran, String> {
        let cluster = Cluster::start()?;
        note("up in", cluster.up);
        let began = Instant::now();
        let repository = repository().map_err(|error| format!("no repository: {error}"))?;
        let mut jobs = Vec::new();
        for Job(script, args, _) in JOBS {
            jobs.push(cluster.submit(repository.path(), script, args)?);
        }
        // A job of the name of another, of another project: a second, and nobody's evidence here.
        let stranger = ["--job-name=eval-full", "--begin=now"];
        cluster.submit(cluster.folder(), "array.sh", &stranger)?;
        let done: Vec<Result<(), String>> = std::thread::scope(|scope| {
            let disturbing: Vec<_> = JOBS
                .iter()
                .zip(&jobs)
                .map(|(Job(_, _, done), id)| {
                    let cluster = &cluster;
                    scope.spawn(move || disturb(cluster, *done, id))
                })
                .collect();
            disturbing
                .into_iter()
                .map(|one| one.join().unwrap_or_else(|_| Err("a thread panicked".to_string())))
                .collect()
        });
        done.into_iter().collect::<Result<(), String>>()?;
        let ran = Ran {
            cluster,
            jobs,
            repository,
        };
        Cluster::wait("every job has its record", 90, || ran.is_recorded())
            .map_err(|error| format!("{error}:\n{}", ran.records().unwrap_or_default()))?;
        note("jobs done in", began.elapsed());
        Ok(ran)
    }

    pub(crate) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The repository with the scripts.
    pub(crate) fn folder(&self) -> &Path {
        self.repository.path()
    }

    /// Runs `verify` in a folder, with this cluster's tools on its search path: standard output, and the exit code.
    pub(crate) fn verify_in(&self, folder: &Path, args: &[&str]) -> Result<(String, i32), String> {
        let output = self
            .cluster
            .command(env!("CARGO_BIN_EXE_verify"))
            .args(args)
            .current_dir(folder)
            .output()
            .map_err(|error| error.to_string())?;
        let code = output.status.code().unwrap_or(-1);
        let said = String::from_utf8_lossy(&output.stderr);
        if matches!(code, 0 | 1 | 4) {
            Ok((String::from_utf8_lossy(&output.stdout).into_owned(), code))
        } else {
            Err(format!("verify {}: exit {code}: {said}", args.join(" ")))
        }
    }

    /// The ids of all jobs, as `sacct --jobs` takes them.
    pub(crate) fn ids(&self) -> String {
        self.jobs.join(",")
    }

    fn records(&self) -> Result<String, String> {
        let fields = "--format=JobIDRaw,JobID,State,Start,End";
        self.cluster
            .ask("sacct", &["-n", "-P", "-X", fields, "-j", &self.ids()])
    }

    /// Whether the accounting has every job, and each but the one that is left has come to its end.
    fn is_recorded(&self) -> Result<bool, String> {
        let rows = self.records()?;
        let rows: Vec<Vec<&str>> = rows.lines().map(|row| row.split('|').collect()).collect();
        let has_all = self.jobs.iter().all(|id| {
            rows.iter()
                .any(|row| row[0] == id || row[1].split('_').next() == Some(id))
        });
        let open = rows
            .iter()
            .filter(|row| ["PENDING", "RUNNING", "SUSPENDED", "REQUEUED"].contains(&row[2]))
            .count();
        let left = JOBS.iter().filter(|Job(_, _, done)| matches!(done, Done::Left)).count();
        Ok(has_all && open == left)
    }
}

/// The scripts as a repository has them.
fn repository() -> std::io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join("jobs"))?;
    for script in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/jobs"))? {
        let script = script?;
        std::fs::copy(script.path(), folder.path().join("jobs").join(script.file_name()))?;
    }
    Ok(folder)
}

fn disturb(cluster: &Cluster, done: Done, id: &str) -> Result<(), String> {
    let running = || Cluster::wait(&format!("job {id} runs"), 60, || Ok(cluster.state(id)? == "RUNNING"));
    match done {
        Done::Nothing => {}
        Done::Left => {
            running()?;
        }
        Done::Requeued => {
            running()?;
            std::thread::sleep(Duration::from_secs(2));
            cluster.ask("scontrol", &["requeue", id])?;
        }
        Done::Cut => {
            running()?;
            cluster.ask("scontrol", &["update", &format!("jobid={id}"), "EndTime=now+3"])?;
        }
        Done::Suspended => {
            running()?;
            std::thread::sleep(Duration::from_secs(1));
            cluster.ask("scontrol", &["suspend", id])?;
            std::thread::sleep(Duration::from_secs(10));
            cluster.ask("scontrol", &["resume", id])?;
        }
        Done::Cancelled => {
            cluster.ask("scancel", &[id])?;
        }
    }
    Ok(())
}
