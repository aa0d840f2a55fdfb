//! Slurm as its own tools show it: what its accounting has, and a run as a batch job.
//!
//! Manners on a cluster: one call of `sacct` for a check, a call every half minute while a job is followed, each with an
//! end. Nothing is asked that was not asked for.
//!
//! Why it can be wrong: a tool that hangs on a controller that is down would hang the check, and one that fails in
//! silence looks like a cluster without jobs. So every call has a limit, and what it says when it fails is passed on.
//!
//! Example: `call(sacct, LIMIT, MOST)` gives its rows, or "`sacct` did not answer within 60 s".

mod accounting;
mod batch;
mod shown;

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

pub use accounting::{Asked, DELIMITER, File, accounting, within};
pub use batch::{Lost, Pace, Request, Seen, Submitted, follow, look, submit};
pub use shown::follow_shown;

/// How long an answer may take: a database that is busy needs some seconds for a month of a large cluster.
const LIMIT: Duration = Duration::from_secs(60);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    #[error("there is no `{0}` here: ask on a machine of the cluster")]
    NotThere(String),
    #[error("`{program}` refused: {said}")]
    Refused { program: String, said: String },
    #[error("`{program}` did not answer within {seconds} s")]
    TooLate { program: String, seconds: u64 },
    #[error("`{program}` said more than {mebibytes} MiB: ask for fewer days, one user, or job ids")]
    TooMuch { program: String, mebibytes: u64 },
    #[error("`{0}` has a comma, which separates names: ask by job ids")]
    Comma(String),
    #[error("neither the controller nor the accounting knows the job {0}")]
    NoJob(String),
}

/// Runs a program to its end, not longer than `limit`, and gives what it printed.
fn call(mut command: Command, limit: Duration, most: u64) -> Result<Vec<u8>, NoAnswer> {
    let program = command.get_program().to_string_lossy().into_owned();
    let started = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(NoAnswer::NotThere(program)),
        Err(error) => {
            let said = error.to_string();
            return Err(NoAnswer::Refused { program, said });
        }
    };
    let (told, heard) = channel();
    read_aside(child.stdout.take(), most, told);
    let (told, heard_errors) = channel();
    read_aside(child.stderr.take(), 1 << 16, told);
    let heard = heard.recv_timeout(limit);
    let too_much = matches!(&heard, Ok(bytes) if bytes.len() as u64 > most);
    if heard.is_err() || too_much {
        let _ = child.kill();
        let _ = child.wait();
    }
    let bytes = match heard {
        Ok(_) if too_much => {
            let mebibytes = most >> 20;
            return Err(NoAnswer::TooMuch { program, mebibytes });
        }
        Ok(bytes) => bytes,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            let seconds = limit.as_secs();
            return Err(NoAnswer::TooLate { program, seconds });
        }
    };
    let ended = child.wait();
    if ended.as_ref().is_ok_and(std::process::ExitStatus::success) {
        return Ok(bytes);
    }
    // Whoever says why says it on either; "Slurm accounting storage is disabled" stands on the standard error.
    let said = heard_errors.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    let said = if said.is_empty() { bytes } else { said };
    let lines = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(3)
        .collect();
    let said = match ended {
        Ok(status) if lines.is_empty() => status.to_string(),
        _ => lines.join("; "),
    };
    Err(NoAnswer::Refused { program, said })
}

/// Reads one stream to its end in a thread of its own, a little more than `most` at most.
fn read_aside(stream: Option<impl Read + Send + 'static>, most: u64, told: std::sync::mpsc::Sender<Vec<u8>>) {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            let _ = stream.take(most.saturating_add(1)).read_to_end(&mut bytes);
        }
        let _ = told.send(bytes);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_goes_wrong_is_said() {
        let limit = Duration::from_secs(20);
        let refused = |said: &str| {
            Err(NoAnswer::Refused {
                program: "sh".into(),
                said: said.into(),
            })
        };
        assert_eq!(call(shell("echo a; echo b >&2"), limit, 9), Ok(b"a\n".to_vec()));
        assert_eq!(call(shell("echo no >&2; exit 1"), limit, 9), refused("no"));
        assert_eq!(call(shell("exit 3"), limit, 9), refused("exit status: 3"));
        assert_eq!(
            call(Command::new("no-such-program-here"), limit, 9),
            Err(NoAnswer::NotThere("no-such-program-here".into()))
        );
        let began = std::time::Instant::now();
        let hangs = call(shell("exec sleep 60"), Duration::from_millis(200), 9);
        assert!(matches!(hangs, Err(NoAnswer::TooLate { .. })), "{hangs:?}");
        let floods = call(shell("exec yes"), limit, 1 << 16);
        assert!(matches!(floods, Err(NoAnswer::TooMuch { .. })), "{floods:?}");
        assert!(began.elapsed() < Duration::from_secs(15));
    }
}
