//! `verify` on a real Slurm: jobs of ours are submitted, and claims about them judged from what `sacct` says then.
//!
//! The cluster is started once, the jobs once, and every test looks at what they left. Where a program of the cluster is
//! missing, each test is counted as ignored with the package that brings it: none passes that looked at nothing.
//!
//! Why it can be wrong: a busy machine stretches every duration. So what is claimed of one has room above, and the false
//! claims are far away.
//!
//! Example: `cargo test --test cluster -- live`.

mod fixture;
mod forms;
mod judged;
mod lost;
mod ran;
mod timed;

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use fixture::{Cluster, missing, note};
use ran::{Ran, ran};

/// Says what this program is where a test starts it again.
const MODE: &str = "VERIFY_CLUSTER_TEST";

fn main() -> ExitCode {
    match std::env::var(MODE).as_deref() {
        Ok("hold") => return hold(),
        Ok("submit") => return lost::submitter(),
        Ok("follow") => return lost::follower(),
        _ => {}
    }
    let began = Instant::now();
    let mut arguments = Arguments::from_args();
    // All of them wait for the same jobs: as many threads as tests.
    arguments.test_threads.get_or_insert(16);
    let trials = vec![
        on_cluster("jobs_end_as_their_scripts_say", jobs_end_as_their_scripts_say),
        on_cluster("every_form_says_the_same", forms::every_form_says_the_same),
        on_cluster(
            "live_and_recorded_give_the_same_verdicts",
            judged::live_and_recorded_give_the_same_verdicts,
        ),
        on_cluster("a_job_outlives_its_submitter", lost::a_job_outlives_its_submitter),
        on_cluster(
            "a_run_outlives_its_terminal_and_its_first_attempt",
            timed::a_run_outlives_its_terminal_and_its_first_attempt,
        ),
        without_jobs("a_killed_test_leaves_nothing", a_killed_test_leaves_nothing),
    ];
    let conclusion = libtest_mimic::run(&arguments, trials);
    if ran::stop() {
        note("all of it", began.elapsed());
    }
    conclusion.exit_code()
}

type Judged = Result<(), String>;

/// A test that looks at the jobs.
fn on_cluster(name: &str, test: fn(&Ran) -> Judged) -> Trial {
    without_jobs(name, move || test(&*ran()?))
}

/// A test that needs the programs alone.
fn without_jobs(name: &str, test: impl FnOnce() -> Judged + Send + 'static) -> Trial {
    Trial::ignorable_test(name, move || match missing() {
        Some(what) => Ok(Completion::ignored_with(what)),
        None => test().map(|()| Completion::Completed).map_err(Failed::from),
    })
}

/// The states that `sacct` has for the allocation of each job, its last record, beside what the script does.
fn jobs_end_as_their_scripts_say(ran: &Ran) -> Judged {
    let rows = ran.cluster().ask(
        "sacct",
        &[
            "-n",
            "-P",
            "-X",
            "-D",
            "--delimiter=\t",
            "-o",
            "JobID,State,ExitCode,JobName",
            "-j",
            &ran.ids(),
        ],
    )?;
    let mut found: Vec<(String, String, String)> = Vec::new();
    for row in rows.lines() {
        let cells: Vec<&str> = row.splitn(4, '\t').collect();
        let [id, state, exit, name] = cells.as_slice() else {
            return Err(format!("a row of other columns: {row}"));
        };
        let task = id
            .split_once('_')
            .map(|(_, task)| format!(" {task}"))
            .unwrap_or_default();
        let state = state.split(' ').next().unwrap_or_default();
        found.push((format!("{name}{task}"), state.to_string(), (*exit).to_string()));
    }
    found.sort();
    let mut expected: Vec<(String, String, String)> = [
        ("again", "COMPLETED", "0:0"),
        ("again", "REQUEUED", "0:0"),
        ("elsewhere", "COMPLETED", "0:0"),
        ("eval-broken", "FAILED", "3:0"),
        ("eval-cut", "TIMEOUT", "0:0"),
        ("eval-full", "COMPLETED", "0:0"),
        ("eval|part one", "COMPLETED", "0:0"),
        ("given-up", "CANCELLED", "0:0"),
        ("held-up", "COMPLETED", "0:0"),
        ("on-gpu", "COMPLETED", "0:0"),
        ("still-going", "RUNNING", "0:0"),
        ("sweep 0", "COMPLETED", "0:0"),
        ("sweep 1", "COMPLETED", "0:0"),
        ("sweep 2", "FAILED", "1:0"),
        ("sweep 3", "COMPLETED", "0:0"),
        ("two-steps", "COMPLETED", "0:0"),
        ("waited", "COMPLETED", "0:0"),
    ]
    .map(|(name, state, exit)| (name.to_string(), state.to_string(), exit.to_string()))
    .to_vec();
    expected.sort();
    if found == expected {
        Ok(())
    } else {
        Err(format!("found {found:#?}\nexpected {expected:#?}"))
    }
}

/// A process that holds a cluster and is killed leaves no daemon, no job and no folder.
fn a_killed_test_leaves_nothing() -> Judged {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut holder = Command::new(own)
        .env(MODE, "hold")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut said = String::new();
    if let Some(stdout) = holder.stdout.take() {
        use std::io::BufRead as _;
        let _ = std::io::BufReader::new(stdout).read_line(&mut said);
    }
    let killed = holder.kill().and_then(|()| holder.wait());
    killed.map_err(|error| error.to_string())?;
    let folder = said.trim();
    if !folder.starts_with("/tmp/vslurm") {
        return Err(format!("no cluster was held: {folder}"));
    }
    Cluster::wait("the folder is gone", 60, || Ok(!std::path::Path::new(folder).exists()))?;
    Cluster::wait("every process is gone", 10, || {
        let left = processes_of(folder);
        Ok(left.is_empty())
    })
    .map_err(|error| format!("{error}: {:?}", processes_of(folder)))?;
    Ok(())
}

/// Command lines of the processes that name a folder in their arguments, or as their configuration.
fn processes_of(folder: &str) -> Vec<String> {
    let configuration = format!("SLURM_CONF={folder}/etc/slurm.conf");
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter(|process| process.file_name().to_string_lossy().parse::<u32>().is_ok())
        .filter_map(|process| {
            let read = |file: &str| {
                let bytes = std::fs::read(process.path().join(file)).unwrap_or_default();
                String::from_utf8_lossy(&bytes).replace('\0', " ")
            };
            let (command, environment) = (read("cmdline"), read("environ"));
            (command.contains(folder) || environment.contains(&configuration)).then_some(command)
        })
        .collect()
}

/// Starts a cluster with a job on it, says where, and never ends of itself.
fn hold() -> ExitCode {
    use std::io::Write as _;
    let held = Cluster::start().and_then(|cluster| {
        let job = cluster.submit(cluster.folder(), "cut.sh", &[])?;
        Cluster::wait("the job runs", 60, || Ok(cluster.state(&job)? == "RUNNING"))?;
        Ok(cluster)
    });
    let said = match &held {
        Ok(cluster) => cluster.folder().to_string_lossy().into_owned(),
        Err(error) => error.clone(),
    };
    let _ = writeln!(std::io::stdout(), "{said}");
    if held.is_ok() {
        std::thread::sleep(Duration::from_secs(600));
    }
    ExitCode::FAILURE
}
