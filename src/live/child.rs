//! A command that `verify` starts and times: its output as it comes, its end, and the end of everything it started.
//!
//! No shell reads the command. Between us and it stands a [guard](super::guard), so nothing survives the budget, Ctrl-C,
//! our own end, or a `SIGKILL` of ours. Standard output and error come through one pipe, in the order in which they were
//! written, or through a pseudo-terminal of 200 columns, for many programs draw no bar without one; its input is
//! `/dev/null`. Every byte is handed on with the time it was read; the beginning and the end are kept.
//!
//! Why it can be wrong: a time is that of our reading, later than the program's writing by what the scheduler takes. A
//! program that buffers its output writes late: Python does so into a pipe (`PYTHONUNBUFFERED=1`, or a terminal), except
//! to standard error, where bars are drawn. The command's own time ends when its descendants are gone, which takes
//! milliseconds. Times come from a clock that does not go back; where one does, the run ends and has no time.
//!
//! Example: `python evaluate.py` for ten minutes at most, its bar read from a pseudo-terminal:
//! `run(&line, &Surroundings::here(root)?, &Limits { budget, output_bytes: 65_536, pty: true }, &mut each)`.

use std::io::{self, Read as _};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::guard::{self, End, PATIENCE, Report, Task};
use super::interrupt::Interrupts;
use super::kept::Kept;
use super::terminal;
use crate::evidence::CommandLine;

/// Time between two ticks of a silent command.
const TICK: Duration = Duration::from_millis(200);
/// How long output may lag behind the end of everybody who could write it.
const LAG: Duration = Duration::from_millis(500);
/// Bytes that are read at once.
const PIECE: usize = 65_536;

/// Where a command runs, and by which clock.
pub struct Surroundings<'a> {
    /// The root that the command's directory is relative to.
    pub root: &'a Path,
    /// The program that plays the guard: `verify` itself.
    pub guard: PathBuf,
    /// Time since any fixed moment, never falling.
    pub clock: &'a dyn Fn() -> Duration,
}

/// How much a command may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub budget: Duration,
    /// Bytes of output that are kept.
    pub output_bytes: usize,
    /// Whether its output is a terminal.
    pub pty: bool,
}

/// What a run tells while it goes on; `at` counts from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// The command runs; it and all it starts are descendants of this process.
    Started {
        guard: u32,
    },
    Bytes {
        at: Duration,
        bytes: &'a [u8],
    },
    /// Some time has passed.
    Tick {
        at: Duration,
    },
}

/// Whether a run is to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    GoOn,
    Stop,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By itself, with this code.
    Exited(i32),
    /// Something else than us ended it by this signal.
    Signaled(i32),
    /// The budget was spent.
    Budget,
    /// Whoever listened wanted no more.
    Stopped,
    /// Ctrl-C, or another signal that asked us to end.
    Interrupted,
    /// The clock went back by so much.
    ClockSetBack(Duration),
    /// Something ended the guard, and the command with it.
    GuardLost,
}

/// A run that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    pub how: How,
    /// The beginning of its output.
    pub head: Vec<u8>,
    /// The end of its output, behind the beginning.
    pub tail: Vec<u8>,
    /// Bytes between the two that were not kept.
    pub left_out: u64,
    /// From its start to the end of all it started.
    pub seconds: f64,
    pub pid_of_guard: u32,
    /// Processes that could not be ended.
    pub left: Vec<u32>,
}

/// Why a command did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the command is empty: name a program")]
    Empty,
    #[error("the command's directory {0} is no folder: `directory` is relative to the root")]
    NoDirectory(PathBuf),
    #[error("`{program}` did not start: {why}")]
    NotStarted { program: String, why: String },
    #[error("the process that guards the command failed: {0}")]
    Guard(#[from] io::Error),
}

impl Surroundings<'_> {
    /// Our own program as the guard, and the machine's monotonic clock.
    ///
    /// # Errors
    /// Where the system does not say which program this is.
    pub fn here(root: &Path) -> io::Result<Surroundings<'_>> {
        Ok(Surroundings {
            root,
            guard: std::env::current_exe()?,
            clock: &monotonic,
        })
    }
}

fn monotonic() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Runs a command to its end; every event is told to `each`, which says whether to go on.
///
/// # Errors
/// Where the command or its guard did not start.
pub fn run(
    line: &CommandLine,
    around: &Surroundings<'_>,
    limits: &Limits,
    each: &mut dyn FnMut(Event<'_>) -> Flow,
) -> Result<Ended, StartError> {
    let program = line.arguments.first().ok_or(StartError::Empty)?;
    let directory = around.root.join(&line.directory);
    if !directory.is_dir() {
        return Err(StartError::NoDirectory(directory));
    }
    let task = Task {
        arguments: line.arguments.clone(),
        directory,
        environment: line.environment.clone(),
        terminal: limits.pty,
    };
    let interrupts = Interrupts::listen()?;
    let began = (around.clock)();
    let mut running = Running::start(&task, &around.guard, limits, interrupts, began)?;
    let mut report = running.follow(around.clock, limits.budget, each)?;
    if let Some(Report {
        end: End::NotStarted(why),
        ..
    }) = &mut report
    {
        return Err(StartError::NotStarted {
            program: program.clone(),
            why: std::mem::take(why),
        });
    }
    Ok(running.ended(report))
}

/// A command while it runs.
struct Running {
    guard: Child,
    /// The line to the guard: what it says at its end; that we close our side makes it end everything.
    line: UnixStream,
    output: OwnedFd,
    open: bool,
    kept: Kept,
    interrupts: Interrupts,
    /// Why we end it, and until when the guard may take for that.
    cut: Option<(How, Instant)>,
    began: Duration,
    last: Duration,
}

impl Running {
    fn start(
        task: &Task,
        program: &Path,
        limits: &Limits,
        interrupts: Interrupts,
        began: Duration,
    ) -> Result<Running, StartError> {
        let (line, theirs) = UnixStream::pair()?;
        line.set_nonblocking(true)?;
        let (output, write) = if task.terminal {
            terminal::open()?
        } else {
            let (read, write) = io::pipe()?;
            (OwnedFd::from(read), OwnedFd::from(write))
        };
        terminal::never_block(&output)?;
        let guard = Command::new(program)
            .args(guard::arguments(task).map_err(io::Error::from)?)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::from(write.try_clone()?))
            .stderr(Stdio::from(write))
            .spawn()?;
        Ok(Running {
            guard,
            line,
            output,
            open: true,
            kept: Kept::new(limits.output_bytes),
            interrupts,
            cut: None,
            began,
            last: began,
        })
    }

    /// Until the guard has ended; gives what it said.
    fn follow(
        &mut self,
        clock: &dyn Fn() -> Duration,
        budget: Duration,
        each: &mut dyn FnMut(Event<'_>) -> Flow,
    ) -> io::Result<Option<Report>> {
        let mut said = Vec::new();
        let mut buffer = vec![0; PIECE];
        let mut ticked = Instant::now();
        self.tell(Event::Started { guard: self.guard.id() }, each);
        loop {
            self.read(&mut buffer, clock, each);
            let at = self.look_at(clock);
            if at >= budget {
                self.end(How::Budget);
            }
            if self.interrupts.came() {
                self.end(How::Interrupted);
            }
            if ticked.elapsed() >= TICK {
                ticked = Instant::now();
                self.tell(Event::Tick { at }, each);
            }
            if self.hears_the_end(&mut said) {
                break;
            }
            if self.cut.is_some_and(|(_, until)| Instant::now() >= until) {
                // The guard itself hangs; what it guards cannot be ended by us.
                self.guard.kill()?;
                break;
            }
            let wait = if self.cut.is_some() {
                TICK
            } else {
                TICK.min(budget.saturating_sub(at))
            };
            self.wait(wait)?;
        }
        self.guard.wait()?;
        // All who could write are gone; a terminal hands on what it holds a little later.
        let until = Instant::now() + LAG;
        while self.open && Instant::now() < until {
            if !self.read(&mut buffer, clock, each) {
                self.wait(Duration::from_millis(20))?;
            }
        }
        self.look_at(clock);
        Ok(serde_json::from_slice(&said).ok())
    }

    /// Time since the start. A clock that goes back ends the run.
    fn look_at(&mut self, clock: &dyn Fn() -> Duration) -> Duration {
        let now = clock();
        if now < self.last {
            self.end(How::ClockSetBack(self.last - now));
        }
        self.last = self.last.max(now);
        self.last - self.began
    }

    /// Ends the run for this reason, unless it is being ended.
    fn end(&mut self, how: How) {
        if self.cut.is_none() {
            self.cut = Some((how, Instant::now() + PATIENCE));
            // Nobody is there any more where this fails.
            let _ = self.line.shutdown(Shutdown::Write);
        }
    }

    fn tell(&mut self, event: Event<'_>, each: &mut dyn FnMut(Event<'_>) -> Flow) {
        if self.cut.is_none() && each(event) == Flow::Stop {
            self.end(How::Stopped);
        }
    }

    /// Reads one piece, if there is one; a program that writes without end does not keep us from the clock.
    fn read(
        &mut self,
        buffer: &mut [u8],
        clock: &dyn Fn() -> Duration,
        each: &mut dyn FnMut(Event<'_>) -> Flow,
    ) -> bool {
        if !self.open {
            return false;
        }
        match rustix::io::read(&self.output, &mut *buffer) {
            Ok(0) => self.open = false,
            Ok(count) => {
                let at = self.look_at(clock);
                let bytes = &buffer[..count];
                self.kept.add(bytes);
                self.tell(Event::Bytes { at, bytes }, each);
                return true;
            }
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
            // A terminal whose last user is gone says EIO.
            Err(_) => self.open = false,
        }
        false
    }

    /// Whether the guard has closed its side; what it said before is added.
    fn hears_the_end(&mut self, said: &mut Vec<u8>) -> bool {
        let mut buffer = [0; 4096];
        loop {
            match self.line.read(&mut buffer) {
                Ok(0) => return true,
                Ok(count) => said.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return error.kind() != io::ErrorKind::WouldBlock,
            }
        }
    }

    fn wait(&self, time: Duration) -> io::Result<()> {
        let mut fds = vec![
            PollFd::new(&self.line, PollFlags::IN),
            PollFd::new(&self.interrupts, PollFlags::IN),
        ];
        if self.open {
            fds.push(PollFd::new(&self.output, PollFlags::IN));
        }
        guard::wait_for(&mut fds, time)
    }

    fn ended(self, report: Option<Report>) -> Ended {
        let how = match (self.cut, &report) {
            (Some((how, _)), _) => how,
            (None, None) => How::GuardLost,
            (None, Some(report)) if report.told => How::Interrupted,
            (None, Some(report)) => match report.end {
                End::Signaled(signal) => How::Signaled(signal),
                End::Exited(code) => How::Exited(code),
                End::NotStarted(_) => How::GuardLost,
            },
        };
        let (head, tail, left_out) = self.kept.parts();
        Ended {
            how,
            head,
            tail,
            left_out,
            seconds: (self.last - self.began).as_secs_f64(),
            pid_of_guard: self.guard.id(),
            left: report.map(|report| report.left).unwrap_or_default(),
        }
    }
}

impl Ended {
    /// What was kept of the output, with what was left out said between.
    pub fn output(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.head).into_owned();
        if self.left_out > 0 {
            text.push_str(&format!("\n[{} bytes left out]\n", self.left_out));
        }
        text.push_str(&String::from_utf8_lossy(&self.tail));
        text
    }

    /// How it ended, in a sentence.
    pub fn message(&self) -> String {
        let seconds = self.seconds;
        let mut message = match self.how {
            How::Exited(0) => format!("the command came to its end after {seconds:.1} s"),
            How::Exited(code) => format!("the command failed with exit code {code} after {seconds:.1} s"),
            How::Signaled(signal) => {
                let name = signal_hook::low_level::signal_name(signal).unwrap_or("unknown");
                format!("something ended the command by signal {signal} ({name}) after {seconds:.1} s")
            }
            How::Budget => format!("the budget was spent: the command was ended after {seconds:.1} s"),
            How::Stopped => format!("enough was seen: the command was ended after {seconds:.1} s"),
            How::Interrupted => format!("interrupted: the command was ended after {seconds:.1} s"),
            How::ClockSetBack(by) => format!(
                "the clock was set back by {:.1} s: the command was ended, and its times say nothing",
                by.as_secs_f64()
            ),
            How::GuardLost => format!(
                "something ended the process that guards the command after {seconds:.1} s; the command ended with it, \
                 but what it had started may still run"
            ),
        };
        if !self.left.is_empty() {
            let pids: Vec<String> = self.left.iter().map(u32::to_string).collect();
            message.push_str(&format!("; these processes could not be ended: {}", pids.join(", ")));
        }
        message
    }
}
