//! A run as a batch job: submitted once, followed at a distance, found again when the terminal was lost.
//!
//! What is known of it is a small file beside the record ([`Submitted`]), written before anybody waits: who has that file
//! can go on following from anywhere. A job that is put back into the queue keeps its id, and is followed on; only its last
//! attempt counts.
//!
//! Why it can be wrong: job ids are used again, and a job of the same id may be somebody else's a year later. So a job is
//! the one that was submitted only while its name agrees, and it did not enter the queue before that. A controller that
//! does not answer for some minutes is no end of a job: the follower goes on asking, and gives up with the job untouched.
//!
//! Example: `verify run --slurm` submits job 1234; after a lost connection `verify run --resume` reads 1234 from the file
//! and finds it running, or over.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, SubsecRound as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::accounting::{Asked, DELIMITER, accounting};
use super::{LIMIT, NoAnswer, call};
use crate::evidence::{Job, JobState, Tool};
use crate::source::accounting::read;
use crate::source::today;

/// What a scheduler's tool says of one job at most.
const MOST: u64 = 1 << 20;
/// Clocks of two machines of a cluster are not further apart.
const APART: TimeDelta = TimeDelta::minutes(5);
/// Calls in a row that may fail while a job is followed: about ten minutes at the usual pace.
const FAILURES: u32 = 20;
/// How often the accounting is asked for the end of a job that the controller says is over.
const TRIES: u32 = 10;

/// What is asked of the scheduler.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The job's name.
    pub name: String,
    /// The program and its arguments; no shell reads them but to split them again.
    pub command: Vec<String>,
    /// Where it runs.
    pub directory: PathBuf,
    /// What it prints; a second attempt is added behind the first.
    pub log: PathBuf,
    /// Options of `sbatch` with their values, such as `partition`, `gpus`, `time`, `account`, `mem`.
    pub options: Vec<(&'static str, String)>,
}

/// A job that was submitted, as its file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submitted {
    pub tool: Tool,
    /// The version of this layout.
    pub schema: u32,
    pub job: String,
    /// The job's name.
    pub name: String,
    /// When, in UTC.
    pub submitted: DateTime<Utc>,
    /// What the job prints.
    pub log: PathBuf,
    /// Where it writes the record of its run.
    pub record: PathBuf,
}

/// A file that is none of a submitted job.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    #[error("no file of a submitted job: {0}")]
    Broken(#[from] serde_json::Error),
    #[error("a file of a submitted job of another version ({0}); this is {SCHEMA}")]
    Version(u32),
}

/// The version of the file of a submitted job.
const SCHEMA: u32 = 1;

impl Submitted {
    /// # Errors
    /// A text that is no such file, or of another version.
    pub fn of_text(text: &str) -> Result<Submitted, Lost> {
        let submitted: Submitted = serde_json::from_str(text)?;
        match submitted.schema {
            SCHEMA => Ok(submitted),
            other => Err(Lost::Version(other)),
        }
    }

    /// Its file's text.
    ///
    /// # Errors
    /// A path that is not UTF-8.
    pub fn text(&self) -> Result<String, Lost> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Whether a row of the accounting is of this job: another one may have had its id.
    fn is(&self, job: &Job) -> bool {
        let entered = job.submit.as_deref().and_then(utc);
        job.name.as_deref() == Some(&self.name) && entered.is_none_or(|entered| entered + APART >= self.submitted)
    }
}

fn utc(text: &str) -> Option<DateTime<Utc>> {
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%SZ").ok()?;
    Some(time.and_utc())
}

/// Submits the job; `record` is where it writes the record of its run.
///
/// # Errors
/// No `sbatch`, a request that the scheduler refuses, no answer in time.
pub fn submit(request: &Request, record: PathBuf) -> Result<Submitted, NoAnswer> {
    let mut command = Command::new("sbatch");
    command
        .args(["--parsable", "--requeue", "--open-mode=append"])
        .arg(format!("--job-name={}", request.name))
        .arg(format!("--chdir={}", request.directory.display()))
        // `%` begins a pattern in a log's path.
        .arg(format!(
            "--output={}",
            request.log.display().to_string().replace('%', "%%")
        ));
    for (option, value) in &request.options {
        command.arg(format!("--{option}={value}"));
    }
    command.arg(format!("--wrap=exec {}", quoted(&request.command)));
    let submitted = Utc::now().trunc_subsecs(0);
    let said = call(command, LIMIT, MOST)?;
    let said = String::from_utf8_lossy(&said);
    // `1234`, or `1234;cluster`.
    let job = said.trim().split(';').next().unwrap_or_default().to_string();
    if job.is_empty() || !job.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoAnswer::Refused {
            program: "sbatch".to_string(),
            said: format!("no job id but `{}`", said.trim()),
        });
    }
    Ok(Submitted {
        tool: Tool::default(),
        schema: SCHEMA,
        job,
        name: request.name.clone(),
        submitted,
        log: request.log.clone(),
        record,
    })
}

/// Words as a shell reads them back.
fn quoted(words: &[String]) -> String {
    let words = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''")));
    words.collect::<Vec<_>>().join(" ")
}

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// In the queue, for the first time or again, and why.
    Waiting { why: String },
    /// Running for so long, as the scheduler prints it.
    Running { since: String },
    /// Over: as the accounting has it, or where that is disabled, with its state alone.
    Over(Box<Job>),
    /// Neither the controller nor the accounting knows it.
    Unknown,
}

/// Looks at the job once: the controller, and the accounting where that has forgotten it or says it is over.
///
/// # Errors
/// Neither answers.
pub fn look(submitted: &Submitted) -> Result<Seen, NoAnswer> {
    let by_controller = controller(submitted);
    let state = match &by_controller {
        Ok(Some((state, why, since))) => match JobState::of(state) {
            JobState::Pending | JobState::Requeued => return Ok(Seen::Waiting { why: why.clone() }),
            // A word that is not known here (`STAGE_OUT`) is none of an end.
            JobState::Running | JobState::Suspended | JobState::Other(_) | JobState::Unknown => {
                return Ok(Seen::Running { since: since.clone() });
            }
            state => Some(state),
        },
        Ok(None) | Err(_) => None,
    };
    match (recorded(submitted), state) {
        (Ok(Some(job)), _) if job.state.is_over() && job.state != JobState::Requeued => Ok(Seen::Over(Box::new(job))),
        (Ok(Some(job)), None) => Ok(match job.state {
            JobState::Running | JobState::Suspended => Seen::Running { since: String::new() },
            _ => Seen::Waiting { why: String::new() },
        }),
        // The controller is ahead of the accounting, or there is no accounting.
        (_, Some(state)) => Ok(Seen::Over(Box::new(Job {
            id: submitted.job.clone(),
            name: Some(submitted.name.clone()),
            state,
            ..Job::default()
        }))),
        (Ok(None), None) => by_controller.map(|_| Seen::Unknown),
        (Err(error), None) => Err(by_controller.err().unwrap_or(error)),
    }
}

/// State, reason and run time by the controller; nothing where it does not know the job, or has another of that id.
fn controller(submitted: &Submitted) -> Result<Option<(String, String, String)>, NoAnswer> {
    let mut command = Command::new("squeue");
    command
        .args(["--noheader", "--states=all"])
        .arg(format!("--jobs={}", submitted.job))
        // The name last: it may hold anything.
        .arg(format!("--format=%T{DELIMITER}%r{DELIMITER}%M{DELIMITER}%j"))
        .env_remove("SQUEUE_FORMAT");
    let said = match call(command, LIMIT, MOST) {
        Ok(said) => String::from_utf8_lossy(&said).into_owned(),
        Err(NoAnswer::Refused { said, .. }) if said.contains("Invalid job id") => return Ok(None),
        Err(error) => return Err(error),
    };
    let fields: Vec<&str> = said.trim_end().splitn(4, DELIMITER).collect();
    Ok(match fields.as_slice() {
        [state, why, since, name] if *name == submitted.name => {
            Some(((*state).to_string(), (*why).to_string(), (*since).to_string()))
        }
        _ => None,
    })
}

/// The last attempt of the job, as the accounting has it.
fn recorded(submitted: &Submitted) -> Result<Option<Job>, NoAnswer> {
    let asked = Asked {
        jobs: vec![submitted.job.clone()],
        ..Asked::default()
    };
    let answer = accounting(&asked, today())?;
    let found = read(answer.as_bytes()).map_err(|error| NoAnswer::Refused {
        program: "sacct".to_string(),
        said: error.to_string(),
    })?;
    let mut rows = found.jobs.into_iter().map(|found| found.job);
    Ok(rows.rfind(|job| submitted.is(job) && !job.superseded))
}

/// Time between two looks at a job: the first, and the one it comes to by growing half again each time.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    first: Duration,
    last: Duration,
}

impl Default for Pace {
    /// Twice a minute, for a controller serves thousands of jobs; sooner at first, for many jobs are short.
    fn default() -> Pace {
        Pace {
            first: Duration::from_secs(2),
            last: Duration::from_secs(30),
        }
    }
}

impl Pace {
    /// For a cluster that serves one test.
    #[doc(hidden)]
    pub fn of_a_test(every: Duration) -> Pace {
        Pace {
            first: every,
            last: every,
        }
    }

    /// Waits for the next look; the one after it is later.
    fn wait(&mut self) {
        std::thread::sleep(self.first);
        self.first = self.first.mul_f64(1.5).min(self.last);
    }
}

/// Follows the job to its end; `told` hears how it stands at each look. The job itself is never touched.
///
/// # Errors
/// Nobody answered for ten minutes, or nobody knew the job.
pub fn follow(submitted: &Submitted, mut pace: Pace, told: &mut dyn FnMut(&Seen)) -> Result<Job, NoAnswer> {
    let (mut failures, mut unknown) = (0, 0);
    loop {
        match look(submitted) {
            Ok(seen) => {
                failures = 0;
                told(&seen);
                match seen {
                    Seen::Over(job) if job.elapsed.is_some() => return Ok(*job),
                    Seen::Over(job) => return Ok(settled(submitted, *job, pace)),
                    // The database hears of a new job some moments after the controller.
                    Seen::Unknown if unknown < FAILURES => unknown += 1,
                    Seen::Unknown => return Err(NoAnswer::NoJob(submitted.job.clone())),
                    Seen::Waiting { .. } | Seen::Running { .. } => unknown = 0,
                }
            }
            Err(_) if failures < FAILURES => failures += 1,
            Err(error) => return Err(error),
        }
        pace.wait();
    }
}

/// What the accounting has of a job that is over: it may come to it some moments later.
fn settled(submitted: &Submitted, job: Job, pace: Pace) -> Job {
    for _ in 0..TRIES {
        std::thread::sleep(pace.first.min(Duration::from_secs(1)));
        match recorded(submitted) {
            Ok(Some(recorded)) if recorded.state.is_over() => return recorded,
            Ok(_) => {}
            // No accounting at all.
            Err(_) => break,
        }
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submitted() -> Submitted {
        Submitted {
            tool: Tool::default(),
            schema: SCHEMA,
            job: "7".into(),
            name: "verify-eval".into(),
            submitted: utc("2026-11-22T10:53:13Z").unwrap(),
            log: "runs/eval.log".into(),
            record: "runs/eval.json".into(),
        }
    }

    #[test]
    fn its_file_is_read_back_and_no_other() {
        let text = submitted().text().unwrap();
        assert_eq!(Submitted::of_text(&text).unwrap(), submitted());
        assert!(matches!(
            Submitted::of_text(&text.replace("\"schema\": 1", "\"schema\": 2")),
            Err(Lost::Version(2))
        ));
        assert!(matches!(Submitted::of_text("{}"), Err(Lost::Broken(_))));
        assert!(matches!(Submitted::of_text(&text[..40]), Err(Lost::Broken(_))));
    }

    #[test]
    fn a_job_of_the_same_id_may_be_another() {
        for (name, submit, expected) in [
            ("verify-eval", Some("2026-11-22T10:53:14Z"), true),
            // Put back into the queue a day later: its later attempt says so.
            ("verify-eval", Some("2026-11-23T09:00:00Z"), true),
            ("verify-eval", Some("2025-11-22T10:53:14Z"), false),
            ("train", Some("2026-11-22T10:53:14Z"), false),
            ("verify-eval", None, true),
        ] {
            let job = Job {
                id: "7".into(),
                name: Some(name.into()),
                submit: submit.map(str::to_string),
                ..Job::default()
            };
            assert_eq!(submitted().is(&job), expected, "{name} {submit:?}");
        }
    }

    #[test]
    fn a_command_is_split_as_it_was_given() {
        let words = ["verify", "run", "it's a.toml", "", "$HOME `x` \"y\""].map(str::to_string);
        let shown = std::process::Command::new("sh")
            .arg("-c")
            .arg(format!("printf '%s\\n' {}", quoted(&words)))
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(shown.stdout).unwrap(),
            words.map(|word| word + "\n").concat()
        );
    }
}
