//! What else the machine does while a run is timed: processor time of others, stolen time, memory pressure.
//!
//! Read from `/proc/stat`, `/proc/PID/stat` and `/proc/pressure/memory` (proc(5); units there are clock ticks and
//! microseconds). What a source does not say is absent, never zero.
//!
//! Why it can be wrong: the run's own processes are busy too. What others took is what all took, less what the run and
//! everything it started took; a child that ended is counted with its parent (`cutime`), and one that left its parent
//! before it ended is counted as another's.
//!
//! Example: two cores, 10 s, all busy 14 s, the run's own 9 s: others took 5 of 20 processor seconds, 25 %.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Clock ticks a second that Linux shows to programs (`USER_HZ`), on every architecture it is built for today.
const TICKS: f64 = 100.0;

/// One look at the machine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Load {
    /// Processor seconds that were not idle, over all cores, since boot.
    pub busy_seconds: f64,
    /// All processor seconds, idle ones too.
    pub all_seconds: f64,
    /// Seconds that the hypervisor gave to others.
    pub steal_seconds: f64,
    /// Processes that could run.
    pub runnable: Option<u64>,
    /// Processor seconds of the run and all it started.
    pub own_seconds: f64,
    /// Resident bytes of the run and all it started.
    pub own_bytes: u64,
    /// Seconds in which some task waited for memory, since boot; absent where the kernel does not say.
    pub pressure_seconds: Option<f64>,
    /// Processes of the run.
    pub own: BTreeSet<u32>,
}

impl Load {
    /// Looks at this machine; `root` is the process whose descendants are the run's own.
    pub fn read(root: Option<u32>) -> Load {
        let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let mut load = Load::of_stat(&text("/proc/stat"));
        load.pressure_seconds = pressure(&text("/proc/pressure/memory"));
        let Some(root) = root else { return load };
        let processes = processes();
        for pid in family(root, &processes) {
            if let Some(process) = processes.get(&pid) {
                load.own_seconds += process.seconds;
                load.own_bytes += process.bytes;
            }
            load.own.insert(pid);
        }
        load
    }

    /// The first lines of `/proc/stat`.
    fn of_stat(stat: &str) -> Load {
        let mut load = Load::default();
        for line in stat.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("cpu") => {
                    // user nice system idle iowait irq softirq steal; guest time is within user.
                    let ticks: Vec<f64> = words.take(8).filter_map(|word| word.parse().ok()).collect();
                    let at = |index: usize| ticks.get(index).copied().unwrap_or(0.0) / TICKS;
                    load.all_seconds = (0..8).map(at).sum();
                    load.steal_seconds = at(7);
                    load.busy_seconds = load.all_seconds - at(3) - at(4) - at(7);
                }
                Some("procs_running") => load.runnable = words.next().and_then(|word| word.parse().ok()),
                _ => {}
            }
        }
        load
    }
}

/// What happened between two looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Between {
    /// Share of all processor time that others than the run took, from 0 to 1.
    pub others: f64,
    /// Share that the hypervisor gave away.
    pub steal: f64,
    /// Share of the time in which some task waited for memory.
    pub pressure: Option<f64>,
}

impl Between {
    pub fn of(before: &Load, after: &Load, wall_seconds: f64) -> Between {
        let all = (after.all_seconds - before.all_seconds).max(1.0 / TICKS);
        let busy = after.busy_seconds - before.busy_seconds;
        let own = (after.own_seconds - before.own_seconds).max(0.0);
        let pressure = before.pressure_seconds.zip(after.pressure_seconds);
        Between {
            others: ((busy - own) / all).clamp(0.0, 1.0),
            steal: ((after.steal_seconds - before.steal_seconds) / all).clamp(0.0, 1.0),
            pressure: pressure.map(|(before, after)| ((after - before) / wall_seconds.max(0.01)).clamp(0.0, 1.0)),
        }
    }
}

/// `some … total=MICROSECONDS` of a pressure file.
fn pressure(text: &str) -> Option<f64> {
    let some = text.lines().find(|line| line.starts_with("some"))?;
    let total = some.split("total=").nth(1)?;
    total.trim().parse::<f64>().ok().map(|micros| micros / 1e6)
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Process {
    parent: u32,
    /// With those of its children that it waited for.
    seconds: f64,
    bytes: u64,
}

fn processes() -> BTreeMap<u32, Process> {
    let Ok(folders) = fs::read_dir("/proc") else {
        return BTreeMap::new();
    };
    folders
        .flatten()
        .filter_map(|folder| folder.file_name().to_str()?.parse::<u32>().ok())
        .filter_map(|pid| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            Some((pid, process(&stat)?))
        })
        .collect()
}

/// A line of `/proc/PID/stat`; the name in parentheses may hold blanks and parentheses.
fn process(stat: &str) -> Option<Process> {
    let behind = stat.rsplit_once(')')?.1;
    let words: Vec<&str> = behind.split_whitespace().collect();
    let number = |at: usize| words.get(at).and_then(|word| word.parse::<f64>().ok());
    // Fields count from 3 (state) behind the name: ppid 4, utime 14, stime 15, cutime 16, cstime 17, rss 24 in pages.
    let ticks = number(11)? + number(12)? + number(13)? + number(14)?;
    let pages = words.get(21)?.parse::<u64>().ok()?;
    Some(Process {
        parent: words.get(1)?.parse().ok()?,
        seconds: ticks / TICKS,
        bytes: pages * rustix::param::page_size() as u64,
    })
}

/// A process with everything below it, as the machine has it now.
pub(super) fn family_of(root: u32) -> BTreeSet<u32> {
    family(root, &processes())
}

/// A process with everything below it.
fn family(root: u32, processes: &BTreeMap<u32, Process>) -> BTreeSet<u32> {
    let mut own = BTreeSet::from([root]);
    loop {
        let more: Vec<u32> = processes
            .iter()
            .filter(|(pid, process)| own.contains(&process.parent) && !own.contains(pid))
            .map(|(pid, _)| *pid)
            .collect();
        if more.is_empty() {
            return own;
        }
        own.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: user 100, nice 0, system 50, idle 800, iowait 20, irq 0, softirq 10, steal 20 ticks; guest is not added.
    #[test]
    fn busy_is_neither_idle_nor_stolen() {
        let load = Load::of_stat("cpu  100 0 50 800 20 0 10 20 7 0\ncpu0 1 1 1 1\nprocs_running 3\n");
        assert!((load.all_seconds - 10.0).abs() < 1e-9);
        assert!((load.busy_seconds - 1.6).abs() < 1e-9);
        assert!((load.steal_seconds - 0.2).abs() < 1e-9);
        assert_eq!(load.runnable, Some(3));
    }

    #[test]
    fn what_others_took_is_what_the_run_did_not() {
        let before = Load::default();
        let after = Load {
            all_seconds: 20.0,
            busy_seconds: 14.0,
            own_seconds: 9.0,
            ..Load::default()
        };
        let between = Between::of(&before, &after, 10.0);
        assert!((between.others - 0.25).abs() < 1e-9);
        assert_eq!(between.pressure, None);
    }

    #[test]
    fn a_name_with_parentheses_shifts_nothing() {
        let rest = "S 41 1 1 0 -1 4194304 100 0 0 0 200 100 30 20 20 0 4 0 5 1000 7 18446744073709551615";
        let found = process(&format!("42 (python (eval) x) {rest}")).unwrap();
        assert_eq!(found.parent, 41);
        assert!((found.seconds - 3.5).abs() < 1e-9);
        assert_eq!(found.bytes, 7 * rustix::param::page_size() as u64);
    }

    #[test]
    fn a_family_goes_down_and_not_up() {
        let one = |parent| Process {
            parent,
            seconds: 0.0,
            bytes: 0,
        };
        let processes = BTreeMap::from([(1, one(0)), (10, one(1)), (11, one(10)), (12, one(11)), (20, one(1))]);
        assert_eq!(family(10, &processes), BTreeSet::from([10, 11, 12]));
    }

    #[test]
    fn a_kernel_that_does_not_say_is_not_taken_for_none() {
        assert_eq!(pressure(""), None);
        assert_eq!(
            pressure("some avg10=0.00 avg60=0.00 avg300=0.00 total=2500000\nfull avg10=0"),
            Some(2.5)
        );
    }
}
