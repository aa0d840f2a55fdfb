//! The cluster of the tests: `cluster.sh` behind a pipe, jobs submitted to it, and what its own tools say.
//!
//! Why it can be wrong: daemons that outlive the test fill the machine, and a cluster that did not come up makes every
//! test pass that looks at nothing. So the script ends with the pipe that this process holds, however it ends; and a test
//! without a cluster fails, or is skipped with the packages that are missing.
//!
//! Example: `Cluster::start()?.submit(folder, "completed.sh", &[])` gives the id of a job that runs for four seconds.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What the cluster consists of, with the Debian packages that bring it.
const PROGRAMS: [(&str, &str); 8] = [
    ("slurmctld", "slurmctld"),
    ("slurmd", "slurmd"),
    ("slurmdbd", "slurmdbd"),
    ("sacct", "slurm-client"),
    ("srun", "slurm-client"),
    ("munged", "munge"),
    ("mariadbd", "mariadb-server"),
    ("mariadb-install-db", "mariadb-server"),
];
/// Daemons lie where an ordinary user's search path does not look.
const BESIDE_PATH: [&str; 2] = ["/usr/sbin", "/sbin"];

pub(crate) struct Cluster {
    guard: Child,
    folder: PathBuf,
    /// From the start of the first daemon until the node was idle.
    pub(crate) up: Duration,
}

/// The first program that is not there, with its package.
pub(crate) fn missing() -> Option<String> {
    let path = search_path();
    PROGRAMS.iter().find_map(|(program, package)| {
        let there = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
        (!there).then(|| format!("skipped: no {program} (package {package})"))
    })
}

fn search_path() -> String {
    let own = std::env::var("PATH").unwrap_or_default();
    format!("{own}:{}", BESIDE_PATH.join(":"))
}

impl Cluster {
    /// A new cluster in a folder of its own; tried again where another process took one of its ports.
    pub(crate) fn start() -> Result<Cluster, String> {
        let mut said = String::new();
        for _ in 0..3 {
            match Cluster::start_once() {
                Ok(cluster) => return Ok(cluster),
                Err(failed) => said = failed,
            }
        }
        Err(said)
    }

    fn start_once() -> Result<Cluster, String> {
        let began = Instant::now();
        // A socket's path is at most 108 bytes, and munge wants every folder above it open to all: not TMPDIR.
        let folder = tempfile::Builder::new()
            .prefix("vslurm")
            .permissions(std::fs::Permissions::from_mode(0o755))
            .tempdir_in("/tmp")
            .map_err(|error| format!("no folder in /tmp: {error}"))?
            .keep();
        let mut guard = Command::new("bash");
        guard
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/cluster.sh"))
            .arg(&folder)
            .args(free_ports()?.map(|port| port.to_string()))
            .env("PATH", search_path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C on the terminal goes to the test alone, and the cluster ends with it.
            .process_group(0);
        let mut guard = guard.spawn().map_err(|error| format!("no bash: {error}"))?;
        let mut said = String::new();
        if let Some(stdout) = guard.stdout.take() {
            let _ = BufReader::new(stdout).read_line(&mut said);
        }
        let cluster = Cluster {
            guard,
            folder,
            up: began.elapsed(),
        };
        if said.trim() == "up" {
            Ok(cluster)
        } else {
            Err(format!("the cluster did not come up: {}", said.trim()))
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A program that talks to this cluster.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", search_path())
            .env("SLURM_CONF", self.folder.join("etc/slurm.conf"))
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    /// What a Slurm tool prints.
    pub(crate) fn ask(&self, program: &str, args: &[&str]) -> Result<String, String> {
        let output = self
            .command(program)
            .env("TZ", "UTC")
            .args(args)
            .output()
            .map_err(|error| format!("{program}: {error}"))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(format!(
                "{program} {}: {}",
                args.join(" "),
                String::from_utf8_lossy(&output.stderr).trim()
            ))
        }
    }

    /// Submits a script of `jobs/` from a folder and gives the job's id.
    pub(crate) fn submit(&self, folder: &Path, script: &str, args: &[&str]) -> Result<String, String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/cluster/jobs")
            .join(script);
        let chdir = format!("--chdir={}", folder.display());
        let mut all = vec!["--parsable", "--output=/dev/null", &chdir];
        all.extend(args);
        let script = script.to_string_lossy().into_owned();
        all.push(&script);
        Ok(self.ask("sbatch", &all)?.trim().to_string())
    }

    /// The state of a job as the controller has it; the first of several records.
    pub(crate) fn state(&self, job: &str) -> Result<String, String> {
        let shown = self.ask("squeue", &["--noheader", "--states=all", "--format=%T", "--jobs", job])?;
        Ok(shown.lines().next().unwrap_or_default().trim().to_string())
    }

    /// Waits until something is so, looking ten times a second.
    pub(crate) fn wait(
        what: &str,
        seconds: u64,
        mut so: impl FnMut() -> Result<bool, String>,
    ) -> Result<Duration, String> {
        let began = Instant::now();
        loop {
            if so()? {
                return Ok(began.elapsed());
            }
            if began.elapsed() > Duration::from_secs(seconds) {
                return Err(format!("{what}: not within {seconds} s"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Cluster {
    /// Ends jobs and daemons, and waits for it.
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// Four ports that nothing listens on just now.
fn free_ports() -> Result<[u16; 4], String> {
    let listen = || std::net::TcpListener::bind("127.0.0.1:0").map_err(|error| format!("no port: {error}"));
    let port = |listener: &std::net::TcpListener| {
        listener
            .local_addr()
            .map(|address| address.port())
            .map_err(|error| format!("no port: {error}"))
    };
    let held = [listen()?, listen()?, listen()?, listen()?];
    Ok([port(&held[0])?, port(&held[1])?, port(&held[2])?, port(&held[3])?])
}

/// Says how long something took, on the terminal of whoever runs the tests.
pub(crate) fn note(what: &str, took: Duration) {
    let _ = writeln!(std::io::stderr(), "cluster: {what} {:.1} s", took.as_secs_f64());
}
