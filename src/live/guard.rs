//! The guard: a process between us and a timed command that leaves nobody behind.
//!
//! It is this program once more, started with [`FIRST_ARGUMENT`] before everything else. It declares itself the parent
//! of orphans (`PR_SET_CHILD_SUBREAPER`, prctl(2)), starts the command through a third short life of this program, the
//! starter, which leaves our session (`setsid`), asks to die with the guard (`PR_SET_PDEATHSIG`) and becomes the
//! command by `exec`. Then the guard waits: for the end of the command, or for the end of the line to us, which the
//! kernel closes however we end, `SIGKILL` too. Either way it ends every descendant, first with `SIGTERM` and a moment
//! where the command still runs, then with `SIGKILL` until it has no child left. A process that leaves its group, its
//! session or its parent stays a descendant; that the guard has no child left means there is none.
//!
//! Why it can be wrong: what another service starts on the command's behalf (`sbatch`, `docker run`, `systemd-run`) is
//! nobody's descendant here. A process that waits inside the kernel (a dead network file system) ends when the kernel
//! lets it; what is left after ten seconds is reported by its number. Something that kills the guard itself with
//! `SIGKILL` takes the command with it, but not what the command started.
//!
//! Example: `sh -c 'setsid sleep 1000 & sleep 1000'`, our own process killed: both sleeps are gone within milliseconds.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, Signal, WaitOptions, WaitStatus, getpid, getppid, ioctl_tiocsctty, kill_process, kill_process_group,
    set_child_subreaper, set_parent_process_death_signal, setsid, wait,
};
use serde::{Deserialize, Serialize};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use super::load;

/// The hidden first argument that makes this program the guard of a run.
pub const FIRST_ARGUMENT: &str = "--guard-a-timed-run";
/// The hidden first argument of the starter, which becomes the command.
const STARTER: &str = "--start-a-timed-run";
/// The exit code for arguments that nobody but us should give.
const WRONG_ARGUMENTS: u8 = 2;
/// How long the command may tidy up after `SIGTERM`.
const GRACE: Duration = Duration::from_secs(1);
/// How long the guard tries to end what is left.
const SWEEP: Duration = Duration::from_secs(10);
/// All of it, with a margin: who waits longer for a guard waits for a dead one.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// What is to be started, as it goes through the arguments of guard and starter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) arguments: Vec<String>,
    pub(super) directory: std::path::PathBuf,
    /// Names of the variables that the command gets; their values come with our own environment.
    pub(super) environment: Vec<String>,
    /// The output is a terminal, which becomes the command's own.
    pub(super) terminal: bool,
}

/// What the guard says at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) end: End,
    /// A signal told the guard to end.
    pub(super) told: bool,
    /// Processes that could not be ended.
    pub(super) left: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum End {
    NotStarted(String),
    Exited(i32),
    Signaled(i32),
}

/// The arguments that make this program a guard.
pub(super) fn arguments(task: &Task) -> serde_json::Result<[String; 2]> {
    Ok([FIRST_ARGUMENT.to_string(), serde_json::to_string(task)?])
}

/// Plays guard or starter where the arguments ask for it, and says the exit code; `main` asks this before anything else.
pub fn play(words: impl IntoIterator<Item = OsString>) -> Option<u8> {
    let mut words = words.into_iter();
    let role = words.next()?;
    let starter = role == STARTER;
    if !starter && role != FIRST_ARGUMENT {
        return None;
    }
    let told = words.next().unwrap_or_default();
    let Ok(task) = serde_json::from_slice::<Task>(told.as_encoded_bytes()) else {
        return Some(WRONG_ARGUMENTS);
    };
    Some(if starter {
        start(&task, words.next())
    } else {
        u8::from(guard(&told).is_err())
    })
}

/// The starter: becomes the command, or tells the guard through its own input why not.
fn start(task: &Task, guard: Option<OsString>) -> u8 {
    let failed = |error: &dyn std::fmt::Display| {
        // Its input is the write end of a pipe to the guard.
        if let Ok(input) = io::stdin().as_fd().try_clone_to_owned() {
            let _ = std::fs::File::from(input).write_all(error.to_string().as_bytes());
        }
        1
    };
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        return failed(&error);
    }
    // The guard may have ended before the line above.
    let parent = getppid().map(|pid| pid.as_raw_nonzero().to_string());
    if parent.map(OsString::from) != guard {
        return 1;
    }
    // A session of its own: Ctrl-C in our terminal is ours to handle.
    if let Err(error) = setsid() {
        return failed(&error);
    }
    if task.terminal
        && let Err(error) = ioctl_tiocsctty(io::stdout())
    {
        return failed(&error);
    }
    let Some((program, rest)) = task.arguments.split_first() else {
        return failed(&"no program is named");
    };
    // Kept open beside the command's own input, and closed by the kernel once the command runs.
    let Ok(to_guard) = io::stdin().as_fd().try_clone_to_owned() else {
        return 1;
    };
    let values = task
        .environment
        .iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)));
    let error = Command::new(program)
        .args(rest)
        .env_clear()
        .envs(values)
        .current_dir(&task.directory)
        .stdin(Stdio::null())
        .exec();
    let _ = std::fs::File::from(to_guard).write_all(error.to_string().as_bytes());
    1
}

/// The guard; its input is the line to us, its output the command's.
fn guard(told: &OsString) -> io::Result<()> {
    // Neither Ctrl-C nor the end of our terminal may reach it.
    let _ = setsid();
    set_child_subreaper(Some(getpid()))?;
    let mut line = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let (mut woken, wake) = UnixStream::pair()?;
    woken.set_nonblocking(true)?;
    let ended = Arc::new(AtomicBool::new(false));
    signal_hook::low_level::pipe::register(SIGCHLD, wake.try_clone()?)?;
    for signal in [SIGTERM, SIGINT, SIGHUP, SIGQUIT] {
        signal_hook::flag::register(signal, Arc::clone(&ended))?;
        signal_hook::low_level::pipe::register(signal, wake.try_clone()?)?;
    }
    let mut report = Report {
        end: End::Exited(0),
        told: false,
        left: Vec::new(),
    };
    match started(told) {
        Ok(child) => {
            let mut reaped = Reaped { child, status: None };
            watch(&mut reaped, &mut line, &mut woken, &ended)?;
            report.told = ended.load(Ordering::SeqCst);
            report.left = sweep(&mut reaped);
            report.end = match reaped.status {
                Some(status) => end_of(status),
                // It could not be ended and is among those left.
                None => End::Signaled(SIGTERM),
            };
        }
        Err(error) => report.end = End::NotStarted(error.to_string()),
    }
    // Nobody may be there to hear it.
    let _ = line.write_all(&serde_json::to_vec(&report)?);
    Ok(())
}

fn end_of(status: WaitStatus) -> End {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => End::Exited(code),
        (None, Some(signal)) => End::Signaled(signal),
        (None, None) => End::Exited(-1),
    }
}

/// Starts the starter and waits until it is the command.
fn started(told: &OsString) -> io::Result<Pid> {
    let (mut said, say) = io::pipe()?;
    let child = Command::new(std::env::current_exe()?)
        .arg(STARTER)
        .arg(told)
        .arg(getpid().as_raw_nonzero().to_string())
        .stdin(Stdio::from(say))
        .spawn()?;
    let mut why = String::new();
    said.read_to_string(&mut why)?;
    if !why.is_empty() {
        return Err(io::Error::other(why));
    }
    i32::try_from(child.id())
        .ok()
        .and_then(Pid::from_raw)
        .ok_or_else(|| io::Error::other("the command has no number"))
}

/// The command, and how it ended once it did.
struct Reaped {
    child: Pid,
    status: Option<WaitStatus>,
}

impl Reaped {
    /// Takes the ends of all children that ended, orphans too; says whether there are children still.
    fn reap(&mut self) -> bool {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == self.child => self.status = Some(status),
                Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    }
}

/// Until the command has ended, or its time after `SIGTERM` is over.
fn watch(reaped: &mut Reaped, line: &mut UnixStream, woken: &mut UnixStream, ended: &AtomicBool) -> io::Result<()> {
    let mut until: Option<Instant> = None;
    let mut cut = false;
    loop {
        reaped.reap();
        if reaped.status.is_some() || until.is_some_and(|until| Instant::now() >= until) {
            return Ok(());
        }
        if until.is_none() && (cut || ended.load(Ordering::SeqCst)) {
            // Its group has its number, for it leads its session.
            let _ = kill_process_group(reaped.child, Signal::TERM);
            until = Some(Instant::now() + GRACE);
        }
        // A second at most: should a signal be lost, nothing is.
        let wait = until.map_or(Duration::from_secs(1), |until| until - Instant::now());
        let (woke, spoke) = {
            let mut fds = vec![PollFd::new(&*woken, PollFlags::IN)];
            if !cut {
                fds.push(PollFd::new(&*line, PollFlags::IN));
            }
            wait_for(&mut fds, wait)?;
            let said = |at: usize| fds.get(at).is_some_and(|fd| !fd.revents().is_empty());
            (said(0), said(1))
        };
        let mut buffer = [0; 64];
        while woke && matches!(woken.read(&mut buffer), Ok(count) if count > 0) {}
        // We never speak: whatever is heard is the end.
        cut |= spoke;
    }
}

/// `poll(2)` for so long at most; a signal ends it early.
pub(super) fn wait_for(fds: &mut [PollFd<'_>], time: Duration) -> io::Result<()> {
    let time = Timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(time.subsec_nanos()),
    };
    match poll(fds, Some(&time)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Ends all descendants; gives those that do not end.
fn sweep(reaped: &mut Reaped) -> Vec<u32> {
    let own = std::process::id();
    let until = Instant::now() + SWEEP;
    let mut pause = Duration::from_millis(1);
    loop {
        // Every descendant without a living parent is our child: without children there are no descendants.
        if !reaped.reap() {
            return Vec::new();
        }
        let below: BTreeSet<u32> = load::family_of(own).into_iter().filter(|pid| *pid != own).collect();
        for pid in &below {
            if let Some(pid) = i32::try_from(*pid).ok().and_then(Pid::from_raw) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        if Instant::now() >= until {
            return below.into_iter().collect();
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_arguments_are_not_for_the_guard() {
        assert_eq!(play([OsString::from("check")]), None);
        assert_eq!(play([]), None);
    }

    #[test]
    fn a_task_that_cannot_be_read_is_a_mistake_in_the_arguments() {
        assert_eq!(play([FIRST_ARGUMENT, "{"].map(OsString::from)), Some(2));
    }
}
