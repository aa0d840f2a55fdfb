//! `verify run --slurm` on the cluster: its terminal is lost, its job put back into the queue, and it is found again.
//!
//! Why it can be wrong: two attempts of a job evaluate samples twice, and a record that has both, or the first alone, is
//! of no run that took place. So the program notes every sample of each attempt, and the record is held against the
//! second. A verdict that needs no record would be right without one, so the claims are refuted as well.
//!
//! Example: the first attempt is ended after a few batches; the record has the 400 samples of the second.

use std::path::Path;
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::fixture::Cluster;
use crate::ran::Ran;

/// The repository that is evaluated, with the claims about it.
const FILES: [(&str, &str); 4] = [
    ("evaluate.py", include_str!("evaluation/evaluate.py")),
    ("run.toml", include_str!("evaluation/run.toml")),
    ("judged.toml", include_str!("evaluation/judged.toml")),
    ("hours.toml", include_str!("evaluation/hours.toml")),
];
const SAMPLES: usize = 400;
const RECORD: &str = "runs/eval.json";
const JOB: &str = "runs/eval.job.json";

pub(crate) fn a_run_outlives_its_terminal_and_its_first_attempt(ran: &Ran) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let root = folder.path();
    for (name, text) in FILES {
        let path = root.join(name);
        let parent = path.parent().unwrap_or(root);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|error| format!("{name}: {error}"))?;
    }
    let library = standin(root)?;
    let mut submitter = start(ran.cluster(), root, &library)?;
    Cluster::wait("the first attempt has evaluated some batches", 60, || {
        match submitter.try_wait() {
            Ok(None) => Ok(seen(root, 0).len() >= 50),
            ended => Err(format!("the submitter did not follow its job: {ended:?}")),
        }
    })?;
    let job = read(root, JOB)?["job"].as_str().unwrap_or_default().to_string();
    let twice = verify(ran.cluster(), root, &["run", "run.toml", "--allow-commands", "--slurm"])?;
    if twice.1 != 2 || !twice.2.contains(&format!("the job {job} was submitted for this run")) {
        return Err(format!("submitted twice: {twice:?}"));
    }
    // What a lost connection sends.
    let pid = i32::try_from(submitter.id()).ok().and_then(Pid::from_raw);
    kill_process(pid.ok_or("no process")?, Signal::HUP).map_err(|error| error.to_string())?;
    submitter.wait().map_err(|error| error.to_string())?;
    ran.cluster().ask("scontrol", &["requeue", &job])?;
    let (said, code, errors) = verify(ran.cluster(), root, &["run", "run.toml", "--resume"])?;
    let run = read(root, RECORD)?["predicate"].take();
    // A machine that builds beside the test disturbs the run, which then has no time: 4, and a job that "failed" with 4.
    let disturbed = run["disturbed"].as_array().is_some_and(|what| !what.is_empty());
    if code != if disturbed { 4 } else { 0 } {
        let log = std::fs::read_to_string(root.join("runs/eval.log")).unwrap_or_default();
        return Err(format!("--resume: exit {code}\n{said}\n{errors}\n{log}"));
    }
    recorded(root, &job, &run)?;
    let restarts = ran
        .cluster()
        .ask("sacct", &["-n", "-P", "-X", "-D", "-o", "State", "-j", &job])?;
    let last = if disturbed { "FAILED" } else { "COMPLETED" };
    if restarts.lines().collect::<Vec<_>>() != ["REQUEUED", last] {
        return Err(format!("the job's attempts: {restarts}"));
    }
    if root.join(JOB).exists() {
        return Err("the job is over, and still said to be on its way".to_string());
    }
    let again = verify(ran.cluster(), root, &["run", "run.toml", "--resume"])?;
    if again.1 != 2 {
        return Err(format!("resumed twice: {again:?}"));
    }
    judged(ran.cluster(), root, disturbed)
}

/// The one record: of the second attempt, each sample once, with the node's own readings.
fn recorded(root: &Path, job: &str, run: &Value) -> Result<(), String> {
    let records = std::fs::read_dir(root.join("runs")).map_err(|error| error.to_string())?;
    let records = records
        .flatten()
        .filter(|file| file.path().extension().is_some_and(|end| end == "json"));
    if records.count() != 1 {
        return Err("not one record".to_string());
    }
    let part = &run["parts"][0];
    let marks: Vec<u64> = part["samples"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .collect();
    let rising = marks.windows(2).all(|pair| pair[0] < pair[1]);
    if !rising || marks.last() != Some(&(SAMPLES as u64)) || run["parts"].as_array().map(Vec::len) != Some(1) {
        return Err(format!("marks: {marks:?}"));
    }
    let mut second = seen(root, 1);
    second.sort_unstable();
    if second != (0..SAMPLES).collect::<Vec<_>>() {
        return Err(format!("the second attempt evaluated {} samples", second.len()));
    }
    let first = seen(root, 0).len();
    if first == 0 || first >= SAMPLES {
        return Err(format!("the first attempt evaluated {first} samples"));
    }
    let expected = [
        ("ending", &run["ending"], "complete"),
        ("job", &part["machine"]["job"], job),
        ("card", &part["devices"][0]["model"], "NVIDIA GeForce RTX 3090"),
    ];
    for (what, found, expected) in expected {
        if found.as_str() != Some(expected) {
            return Err(format!("{what}: {found}, and not {expected}"));
        }
    }
    Ok(())
}

/// The verdicts that stand in the claim files; a disturbed run has no time.
fn judged(cluster: &Cluster, root: &Path, disturbed: bool) -> Result<(), String> {
    for (name, text) in FILES.into_iter().filter(|(name, _)| name.ends_with(".toml")) {
        let (report, code, errors) = verify(cluster, root, &[name, "--format", "json"])?;
        let report: Value =
            serde_json::from_str(&report).map_err(|error| format!("{name}: exit {code}: {error}: {errors}"))?;
        let expected = text.lines().filter_map(|line| line.strip_prefix("# expect: "));
        let claims = report["claims"].as_array().into_iter().flatten();
        for (expected, claim) in expected.zip(claims) {
            let expected = if disturbed && claim["kind"] == "runtime" {
                "not-run"
            } else {
                expected
            };
            if claim["verdict"] != expected {
                return Err(format!(
                    "{name} {}: {}, and not {expected}: {}",
                    claim["id"], claim["verdict"], claim["because"]["text"]
                ));
            }
        }
    }
    Ok(())
}

fn start(cluster: &Cluster, root: &Path, library: &Path) -> Result<Child, String> {
    cluster
        .command(env!("CARGO_BIN_EXE_verify"))
        .args(["run", "run.toml", "eval", "--allow-commands", "--slurm"])
        .args(["--partition=3090", "--gpus=1", "--mem=200M", "--cpus=2", "--time=10"])
        .arg(format!("--nvml={}", library.display()))
        .env("VERIFY_STANDIN", "rtx3090+busy")
        .current_dir(root)
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())
}

/// Standard output, exit code and standard error.
fn verify(cluster: &Cluster, root: &Path, args: &[&str]) -> Result<(String, i32, String), String> {
    let output = cluster
        .command(env!("CARGO_BIN_EXE_verify"))
        .args(args)
        .current_dir(root)
        .output()
        .map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((
        text(&output.stdout),
        output.status.code().unwrap_or(-1),
        text(&output.stderr),
    ))
}

/// The stand-in for NVIDIA's library, beside the repository's files.
fn standin(root: &Path) -> Result<std::path::PathBuf, String> {
    let library = root.join("libnvml_standin.so");
    let built = std::process::Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standin/nvml_standin.c"))
        .output()
        .map_err(|error| format!("no C compiler: {error}"))?;
    if built.status.success() {
        Ok(library)
    } else {
        Err(String::from_utf8_lossy(&built.stderr).into_owned())
    }
}

/// Samples that an attempt noted.
fn seen(root: &Path, attempt: u32) -> Vec<usize> {
    let text = std::fs::read_to_string(root.join(format!("seen-{attempt}.txt"))).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

fn read(root: &Path, file: &str) -> Result<Value, String> {
    let text = std::fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))
}
