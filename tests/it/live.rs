//! Timed commands and what may go wrong with them: each ends with a clear message, and nobody is left behind.
//!
//! What a test starts carries a number of its own in its arguments, by which `/proc` finds it. Where our own process has
//! to die, this test program is started once more to play it ([`played`]).
//!
//! Why it can be wrong: a process that has not started yet is not found either; so each test first sees that it was there.

use std::ffi::OsString;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, setrlimit};
use verify::evidence::CommandLine;
use verify::live::child::{self, Ended, Event, Flow, How, Limits, StartError, Surroundings};
use verify::live::progress::{Format, Reader};

const LONG: Limits = Limits {
    budget: Duration::from_secs(60),
    output_bytes: 4096,
    pty: false,
};
const SHORT: Limits = Limits {
    budget: Duration::from_millis(1500),
    ..LONG
};
const IN_TERMINAL: Limits = Limits { pty: true, ..LONG };
/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A family that does not want to end: one child in the group, one in a session of its own, a daemon that forked twice
/// and one that will not hear `SIGTERM`; then the head of it hangs.
const FAMILY: &str = "trap '' TERM HUP INT; sleep MARK & setsid sleep MARK & (setsid sh -c 'sleep MARK & sleep MARK' &) ; \
                      echo begun; sleep MARK";

/// A number of seconds that nobody else sleeps for.
fn mark() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("9{}.{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst) + 1001)
}

/// Processes with the mark among their arguments, those that ended and wait to be taken not counted.
fn alive(mark: &str) -> Vec<String> {
    let folders = fs::read_dir("/proc").expect("/proc").flatten();
    folders
        .filter_map(|folder| {
            let read = |name: &str| fs::read(folder.path().join(name)).ok();
            let line = String::from_utf8_lossy(&read("cmdline")?).replace('\0', " ");
            let guard = line.contains("--guard-a-timed-run") || line.contains("--start-a-timed-run");
            (line.contains(mark) && !guard).then(|| format!("{:?}: {line}", folder.file_name()))
        })
        .collect()
}

#[track_caller]
fn nobody(mark: &str) {
    let left = alive(mark);
    assert!(left.is_empty(), "left behind: {left:#?}");
}

#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn shell(script: &str) -> CommandLine {
    line(&["sh", "-c", script])
}

fn line(arguments: &[&str]) -> CommandLine {
    CommandLine {
        arguments: arguments.iter().map(|&word| word.to_string()).collect(),
        directory: ".".into(),
        environment: vec!["PATH".into()],
    }
}

fn started(line: &CommandLine, limits: Limits, each: &mut dyn FnMut(Event<'_>) -> Flow) -> Result<Ended, StartError> {
    let began = Instant::now();
    timed(line, limits, &|| began.elapsed(), each)
}

fn timed(
    line: &CommandLine,
    limits: Limits,
    clock: &dyn Fn() -> Duration,
    each: &mut dyn FnMut(Event<'_>) -> Flow,
) -> Result<Ended, StartError> {
    let around = Surroundings {
        root: Path::new(env!("CARGO_MANIFEST_DIR")),
        guard: env!("CARGO_BIN_EXE_verify").into(),
        clock,
    };
    child::run(line, &around, &limits, each)
}

fn ended(script: &str, limits: Limits) -> Ended {
    started(&shell(script), limits, &mut |_| Flow::GoOn).expect("a run")
}

#[test]
fn a_command_that_ends_says_how() {
    let cases = [
        ("echo out; echo err >&2", How::Exited(0), "came to its end"),
        ("exit 3", How::Exited(3), "failed with exit code 3"),
        ("kill -9 $$", How::Signaled(9), "by signal 9 (SIGKILL)"),
        ("kill -SEGV $$", How::Signaled(11), "by signal 11 (SIGSEGV)"),
    ];
    for limits in [LONG, IN_TERMINAL] {
        for (script, how, message) in cases {
            let ended = ended(script, limits);
            assert_eq!(ended.how, how, "{script}");
            assert!(ended.message().contains(message), "{}", ended.message());
        }
        assert_eq!(ended(cases[0].0, limits).output(), "out\nerr\n");
    }
}

#[test]
fn what_a_command_leaves_behind_ends_with_it() {
    for limits in [LONG, IN_TERMINAL] {
        let mark = mark();
        let script = format!("setsid sleep {mark} & (sleep {mark} &); sleep {mark} & sleep 0.3; exit 4");
        let mut most = 0;
        let ended = started(&shell(&script), limits, &mut |_| {
            most = most.max(alive(&mark).len());
            Flow::GoOn
        })
        .expect("a run");
        assert_eq!(ended.how, How::Exited(4));
        assert!(most >= 3, "only {most} were there");
        nobody(&mark);
    }
}

#[test]
fn at_the_end_of_the_budget_everybody_ends() {
    for limits in [SHORT, Limits { pty: true, ..SHORT }] {
        let mark = mark();
        let mut most = 0;
        let ended = started(&shell(&FAMILY.replace("MARK", &mark)), limits, &mut |_| {
            most = most.max(alive(&mark).len());
            Flow::GoOn
        })
        .expect("a run");
        assert_eq!(ended.how, How::Budget);
        assert!(ended.message().contains("the budget was spent"), "{}", ended.message());
        assert!(ended.seconds < 10.0, "{}", ended.seconds);
        assert_eq!((ended.output().as_str(), ended.left.as_slice()), ("begun\n", &[][..]));
        assert!(most >= 5, "only {most} were there");
        nobody(&mark);
    }
}

#[test]
fn a_command_may_tidy_up_before_it_ends() {
    let ended = ended(
        "trap 'echo tidied; exit 0' TERM; echo begun; while :; do sleep 0.05; done",
        SHORT,
    );
    // The shell may say of its own child that it was terminated.
    let output = ended.output();
    assert_eq!(ended.how, How::Budget);
    assert!(
        output.starts_with("begun\n") && output.ends_with("tidied\n"),
        "{output}"
    );
}

#[test]
fn a_silent_command_ticks() {
    let (mut ticks, mut bytes) = (Vec::new(), 0);
    let ended = started(&shell("exec >&- 2>&-; sleep 60"), SHORT, &mut |event| {
        match event {
            Event::Tick { at } => ticks.push(at),
            Event::Bytes { .. } => bytes += 1,
            Event::Started { .. } => {}
        }
        Flow::GoOn
    })
    .expect("a run");
    assert_eq!((ended.how, bytes), (How::Budget, 0));
    assert!((2..10).contains(&ticks.len()) && ticks.is_sorted(), "{ticks:?}");
}

#[test]
fn whoever_listens_may_stop() {
    let mark = mark();
    let ended = started(
        &shell(&format!("echo begun; sleep {mark}")),
        LONG,
        &mut |event| match event {
            Event::Bytes { bytes, .. } if bytes.starts_with(b"begun") => Flow::Stop,
            _ => Flow::GoOn,
        },
    )
    .expect("a run");
    assert_eq!(ended.how, How::Stopped);
    nobody(&mark);
}

#[test]
fn a_gigabyte_of_output_is_read_and_its_ends_are_kept() {
    let mut reader = Reader::new(Format::Tqdm, Vec::new());
    let (mut seen, script) = (0_u64, "echo begin; head -c 1073741824 /dev/zero; echo end");
    let ended = started(&shell(script), LONG, &mut |event| {
        if let Event::Bytes { at, bytes } = event {
            seen += bytes.len() as u64;
            reader.feed(at, bytes);
        }
        Flow::GoOn
    })
    .expect("a run");
    assert_eq!(ended.how, How::Exited(0));
    assert_eq!(seen, 1_073_741_824 + 10);
    assert!(ended.head.starts_with(b"begin\n") && ended.tail.ends_with(b"end\n"));
    assert_eq!(ended.head.len() + ended.tail.len(), 4096);
    assert_eq!(ended.left_out, seen - 4096);
    assert!(ended.output().contains(&format!("[{} bytes left out]", seen - 4096)));
}

/// Output without end does not keep anybody from the clock.
#[test]
fn the_budget_ends_a_flood() {
    let mark = mark();
    let ended = ended(&format!("sleep {mark} & yes"), SHORT);
    assert_eq!(ended.how, How::Budget);
    nobody(&mark);
}

#[test]
fn a_clock_that_goes_back_ends_the_run() {
    let mark = mark();
    let looks = AtomicU32::new(0);
    // Half a second a look, and from the sixth look on ten seconds less.
    let clock = || {
        let look = looks.fetch_add(1, Ordering::SeqCst);
        Duration::from_millis(100_000 + u64::from(look) * 500 - if look < 6 { 0 } else { 10_000 })
    };
    let mut times = Vec::new();
    let ended = timed(&shell(&format!("sleep {mark}")), LONG, &clock, &mut |event| {
        if let Event::Bytes { at, .. } | Event::Tick { at } = event {
            times.push(at);
        }
        Flow::GoOn
    })
    .expect("a run");
    assert_eq!(ended.how, How::ClockSetBack(Duration::from_millis(9500)));
    assert!(ended.message().contains("set back by 9.5 s"), "{}", ended.message());
    assert!(times.is_sorted(), "{times:?}");
    nobody(&mark);
}

/// Four hours within a moment: a test replays what it likes.
#[test]
fn the_budget_is_of_the_clock_that_was_given() {
    let looks = AtomicU32::new(0);
    let clock = || Duration::from_secs(u64::from(looks.fetch_add(1, Ordering::SeqCst)) * 3600);
    let limits = Limits {
        budget: Duration::from_secs(4 * 3600),
        ..LONG
    };
    let began = Instant::now();
    let ended = timed(&shell("sleep 60"), limits, &clock, &mut |_| Flow::GoOn).expect("a run");
    assert_eq!(ended.how, How::Budget);
    assert!(ended.seconds >= 4.0 * 3600.0 && began.elapsed() < PATIENCE);
}

#[test]
fn a_terminal_is_one_for_the_command_and_nobody_else() {
    let script = "test -t 1 && test -t 2 && stty size < /dev/tty; read word || echo nothing to read; printf 'a\\nb'";
    assert_eq!(ended(script, IN_TERMINAL).output(), "50 200\nnothing to read\na\nb");
    assert_eq!(ended("test -t 1 || test -t 2 || echo no", LONG).output(), "no\n");
}

#[test]
fn a_command_gets_what_was_named_and_no_shell() {
    let plain = started(&line(&["printf", "%s", "$HOME; *"]), LONG, &mut |_| Flow::GoOn).expect("a run");
    assert_eq!(plain.output(), "$HOME; *");
    let environment = started(&line(&["env"]), LONG, &mut |_| Flow::GoOn).expect("a run");
    let path = std::env::var("PATH").expect("a path");
    assert_eq!(environment.output(), format!("PATH={path}\n"));
    let folder = CommandLine {
        directory: "src/live".into(),
        ..line(&["pwd", "-P"])
    };
    let folder = started(&folder, LONG, &mut |_| Flow::GoOn).expect("a run");
    assert!(folder.output().ends_with("src/live\n"), "{}", folder.output());
}

#[test]
fn what_does_not_start_says_why() {
    let elsewhere = CommandLine {
        directory: "no/such/folder".into(),
        ..line(&["true"])
    };
    let cases = [
        (
            line(&["no-such-program-anywhere"]),
            "`no-such-program-anywhere` did not start: No such file",
        ),
        (
            line(&["./Cargo.toml"]),
            "`./Cargo.toml` did not start: Permission denied",
        ),
        (line(&[]), "name a program"),
        (elsewhere, "no/such/folder is no folder"),
    ];
    for (line, message) in cases {
        let error = started(&line, LONG, &mut |_| Flow::GoOn)
            .expect_err("no run")
            .to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn without_its_guard_the_command_ends_and_the_loss_is_told() {
    let mark = mark();
    let ended = started(&shell(&format!("exec sleep {mark}")), LONG, &mut |event| {
        if let Event::Started { guard } = event {
            until("the command runs", || !alive(&mark).is_empty());
            kill(guard, Signal::KILL);
        }
        Flow::GoOn
    })
    .expect("a run");
    assert_eq!(ended.how, How::GuardLost);
    assert!(
        ended.message().contains("something ended the process that guards"),
        "{}",
        ended.message()
    );
    until("the command ended", || alive(&mark).is_empty());
}

/// What a batch system does to every process of a job.
#[test]
fn a_guard_that_is_told_to_end_ends_everybody() {
    let mark = mark();
    let ended = started(&shell(&FAMILY.replace("MARK", &mark)), LONG, &mut |event| {
        if let Event::Started { guard } = event {
            until("the family is there", || alive(&mark).len() >= 5);
            kill(guard, Signal::TERM);
        }
        Flow::GoOn
    })
    .expect("a run");
    assert_eq!(ended.how, How::Interrupted);
    nobody(&mark);
}

#[test]
fn bars_are_read_while_they_are_drawn() {
    let script =
        r"for i in 0 1 2 3; do printf '\r%3d%%|##  | %d/3 [00:00<00:00, 10.00it/s]' $((i * 33)) $i; sleep 0.2; done";
    for limits in [LONG, IN_TERMINAL] {
        let mut reader = Reader::new(Format::Tqdm, vec![3]);
        started(&shell(script), limits, &mut |event| {
            if let Event::Bytes { at, bytes } = event {
                reader.feed(at, bytes);
            }
            Flow::GoOn
        })
        .expect("a run");
        let bar = reader.chosen().expect("a bar");
        assert!(bar.expected && bar.is_finished());
        let between: Vec<u128> = bar
            .marks
            .windows(2)
            .map(|two| (two[1].at - two[0].at).as_millis())
            .collect();
        assert_eq!(between.len(), 3);
        assert!(between.iter().all(|millis| (150..2000).contains(millis)), "{between:?}");
    }
}

fn kill(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).expect("a number")).expect("a process");
    kill_process(pid, signal).expect("a signal");
}

/// This test program once more, to do what the two words say.
fn play(role: &str, with: &str) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["live::played", "--exact", "--nocapture"])
        .env("PLAYED_ROLE", role)
        .env("PLAYED_WITH", with)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process")
}

/// No test, but what [`play`] starts: our own process, which others end.
#[test]
fn played() {
    let with = std::env::var("PLAYED_WITH").unwrap_or_default();
    let told = match std::env::var_os("PLAYED_ROLE").as_ref().and_then(|role| role.to_str()) {
        Some("run") => ended(&with, LONG).message(),
        Some("run, then wait") => {
            let message = ended(&with, LONG).message();
            let mut stdout = std::io::stdout();
            stdout
                .write_all(message.as_bytes())
                .and_then(|()| stdout.flush())
                .expect("a line");
            std::thread::sleep(PATIENCE);
            "heard nothing".to_string()
        }
        Some("write") => {
            let limit = Rlimit {
                current: Some(4096),
                maximum: Some(4096),
            };
            setrlimit(Resource::Fsize, limit).expect("a limit");
            match verify::write::file(Path::new(&with), &[b'x'; 1 << 20]) {
                Ok(()) => "written".to_string(),
                Err(error) => format!("{error:#}"),
            }
        }
        _ => return,
    };
    std::io::stdout().write_all(told.as_bytes()).expect("a line");
}

#[test]
fn when_we_are_killed_nobody_is_left() {
    let mark = mark();
    let mut ours = play("run", &FAMILY.replace("MARK", &mark));
    until("the family is there", || alive(&mark).len() >= 5);
    ours.kill().expect("SIGKILL");
    ours.wait().expect("its end");
    until("everybody ended", || alive(&mark).is_empty());
}

#[test]
fn ctrl_c_ends_the_run_and_then_us_again() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mark = mark();
        let mut ours = play("run, then wait", &FAMILY.replace("MARK", &mark));
        until("the family is there", || alive(&mark).len() >= 5);
        kill(ours.id(), signal);
        let mut output = ours.stdout.take().expect("its output");
        let (mut text, mut buffer) = (String::new(), [0; 256]);
        while !text.contains("after") {
            let count = output.read(&mut buffer).expect("its output");
            assert!(count > 0, "it ended with {text}");
            text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        assert!(text.contains("interrupted: the command was ended after"), "{text}");
        nobody(&mark);
        // The first was the run's; the next is ours and ends us as always.
        kill(ours.id(), signal);
        let status = ours.wait().expect("its end");
        assert_eq!(status.signal(), Some(signal.as_raw()), "{text}");
    }
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("eval.json");
    for before in [None, Some("the record of last week")] {
        if let Some(before) = before {
            fs::write(&target, before).expect("a file");
        }
        let output = play("write", target.to_str().expect("a path"))
            .wait_with_output()
            .expect("its end");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}");
        assert!(
            text.contains("failed to write") && text.contains("File too large"),
            "{text}"
        );
        let names: Vec<OsString> = fs::read_dir(folder.path())
            .expect("a folder")
            .flatten()
            .map(|file| file.file_name())
            .collect();
        assert_eq!(names.len(), usize::from(before.is_some()), "{names:?}");
        assert_eq!(fs::read_to_string(&target).ok().as_deref(), before);
    }
}
