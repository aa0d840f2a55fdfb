//! Telemetry of a timed run: a thread that looks at the machine now and then, and what it saw as conditions.
//!
//! A look costs something, most of it reading `/proc`. The thread measures its own processor time, and waits so long
//! between looks that it takes at most 1/400 of one processor, half of the 0.5 % that a run may lose to being watched.
//!
//! Why it can be wrong: between two looks anything may happen to a card; processor time, stolen time and memory pressure
//! are counters of the kernel, and nothing between looks is lost of them. A threshold is a judgement: those here and
//! their reasons stand beside [`OTHERS`], [`STEAL`] and [`PRESSURE`].
//!
//! Example: a neighbour's job that takes a quarter of the processors for the whole run is the condition
//! `other-processes`, which disturbs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use super::load::{Between, Load};
use crate::evidence::{Condition, Telemetry};

/// Share of all processor time that others may take: above a tenth a run on all cores is slower by about as much, which
/// is more than what predictions are asked to be precise to.
const OTHERS: f64 = 0.10;
/// Share that the hypervisor may give away. It is taken from the run itself, so half of a precision of 5 % is the limit.
const STEAL: f64 = 0.025;
/// Share of the time in which tasks may wait for memory.
const PRESSURE: f64 = 0.05;
/// Bytes that a program takes of a card before it does anything there: a CUDA context is of 100 MB (T4) to 500 MB (H100).
const CONTEXT: u64 = 100 << 20;
/// Seconds between two looks at least.
const SHORTEST: f64 = 2.0;
/// The thread waits so many times as long as a look took.
const WAITS: f64 = 400.0;

/// One look at one card.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CardLook {
    pub index: u32,
    /// By which people know it: `0 NVIDIA GeForce RTX 3090`.
    pub name: String,
    pub used_bytes: Option<u64>,
    /// Utilisation in percent.
    pub percent: Option<f64>,
    /// Processes on the card.
    pub processes: BTreeSet<u32>,
    /// Reasons why its clocks are held down that are none of the program's own making: heat, power brake, hardware.
    pub throttled: BTreeSet<String>,
    pub clock_mhz: Option<u32>,
    pub power_limit_milliwatts: Option<u32>,
}

/// How cards are looked at; nothing where there are none.
pub type Cards = Box<dyn FnMut() -> Vec<CardLook> + Send>;

/// The thread that looks.
#[derive(Debug)]
pub struct Watch {
    stop: Sender<()>,
    thread: JoinHandle<Seen>,
}

/// All looks of a run, put together.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    first: Load,
    last: Load,
    seconds: f64,
    /// The most of the three in any stretch between two looks.
    worst: Option<Between>,
    looks: u64,
    own_seconds: f64,
    peak_bytes: u64,
    cards: CardsSeen,
}

#[derive(Debug, Clone, Default)]
struct CardsSeen {
    first: Vec<CardLook>,
    last: Vec<CardLook>,
    peak_bytes: Option<u64>,
    /// Utilisation at each look, by the card's number.
    percents: BTreeMap<u32, Vec<f64>>,
    /// The most memory in use, by the card's number.
    peaks: BTreeMap<u32, u64>,
    /// Numbers of the cards that a process of the run was on.
    own: BTreeSet<u32>,
    /// Processes on a card that are none of the run's.
    strangers: BTreeSet<u32>,
    throttled: BTreeSet<String>,
    slowest_mhz: Option<u32>,
}

impl Watch {
    /// Begins to look; `root` is the process whose descendants are the run's own.
    pub fn start(root: u32, mut cards: Cards) -> Watch {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || look_on(root, &mut cards, &stopped));
        Watch { stop, thread }
    }

    /// Ends it with a last look.
    pub fn stop(self) -> Seen {
        let _ = self.stop.send(());
        self.thread.join().unwrap_or_default()
    }
}

fn look_on(root: u32, cards: &mut Cards, stopped: &Receiver<()>) -> Seen {
    let mut seen = Seen::default();
    let mut at = Instant::now();
    loop {
        let began = Instant::now();
        let load = Load::read(Some(root));
        let looks = cards();
        seen.add(load, looks, (began - at).as_secs_f64());
        at = began;
        let cost = processor_seconds() - seen.own_seconds;
        seen.own_seconds += cost;
        let wait = Duration::from_secs_f64((cost * WAITS).clamp(SHORTEST, 60.0));
        match stopped.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                // The run has ended; its processes are gone, and so is their processor time from what can be read.
                seen.cards.end(cards());
                return seen;
            }
        }
    }
}

/// Processor seconds of this thread.
fn processor_seconds() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

impl Seen {
    fn add(&mut self, load: Load, cards: Vec<CardLook>, seconds: f64) {
        self.looks += 1;
        self.peak_bytes = self.peak_bytes.max(load.own_bytes);
        self.cards.add(cards, &load.own, self.looks == 1);
        if self.looks == 1 {
            self.first = load.clone();
        } else {
            let between = Between::of(&self.last, &load, seconds);
            self.seconds += seconds;
            self.worst = Some(match self.worst {
                None => between,
                Some(worst) => Between {
                    others: worst.others.max(between.others),
                    steal: worst.steal.max(between.steal),
                    pressure: worst.pressure.zip(between.pressure).map(|(a, b)| a.max(b)),
                },
            });
        }
        self.last = load;
    }

    /// What was measured beside the run; `before` it, the cards were these.
    pub fn telemetry(&self, before: &[CardLook]) -> Telemetry {
        let used = self.cards.used(before);
        let percents: Vec<f64> = used
            .iter()
            .filter_map(|index| self.cards.percents.get(index))
            .flatten()
            .copied()
            .collect();
        Telemetry {
            looks: self.looks,
            own_seconds: self.own_seconds,
            peak_rss_bytes: self.peak_bytes,
            peak_vram_bytes: self.cards.peak_bytes,
            gpu_percent: (!percents.is_empty()).then(|| percents.iter().sum::<f64>() / percents.len() as f64),
            cards_used: used.into_iter().collect(),
        }
    }

    /// What makes the time doubtful, with the machine as it was `before` the run and `after` it.
    pub fn conditions(&self, before: &Rest, after: &Rest) -> Vec<Condition> {
        let whole = (self.looks > 1).then(|| Between::of(&self.first, &self.last, self.seconds));
        let shares = |of: fn(&Between) -> Option<f64>| {
            let (mean, worst) = (whole.as_ref().and_then(of), self.worst.as_ref().and_then(of));
            mean.zip(worst)
        };
        let line = |name: &str, of: fn(&Between) -> Option<f64>, limit: f64| {
            let found = shares(of);
            Condition {
                name: name.to_string(),
                before: of(&before.between).map(percent).unwrap_or_default(),
                during: found
                    .map(|(mean, worst)| format!("{} (at most {})", percent(mean), percent(worst)))
                    .unwrap_or_default(),
                after: of(&after.between).map(percent).unwrap_or_default(),
                disturbs: found.is_some_and(|(mean, _)| mean > limit),
            }
        };
        let mut conditions = vec![
            line("other-processes", |between| Some(between.others), OTHERS),
            line("steal", |between| Some(between.steal), STEAL),
        ];
        conditions.extend(
            self.last
                .pressure_seconds
                .map(|_| line("memory-pressure", |between| between.pressure, PRESSURE)),
        );
        conditions.push(Condition {
            name: "runnable".to_string(),
            before: before.runnable.map(|count| count.to_string()).unwrap_or_default(),
            during: self.last.runnable.map(|count| count.to_string()).unwrap_or_default(),
            after: after.runnable.map(|count| count.to_string()).unwrap_or_default(),
            disturbs: false,
        });
        conditions.extend(self.cards.conditions());
        conditions
    }
}

impl CardsSeen {
    fn add(&mut self, cards: Vec<CardLook>, own: &BTreeSet<u32>, first: bool) {
        for card in &cards {
            self.peak_bytes = self.peak_bytes.max(card.used_bytes);
            self.percents.entry(card.index).or_default().extend(card.percent);
            let peak = self.peaks.entry(card.index).or_default();
            *peak = (*peak).max(card.used_bytes.unwrap_or(0));
            if !card.processes.is_disjoint(own) {
                self.own.insert(card.index);
            }
            self.strangers.extend(card.processes.difference(own));
            self.throttled.extend(card.throttled.iter().cloned());
            self.slowest_mhz = match (self.slowest_mhz, card.clock_mhz) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        if first {
            self.first.clone_from(&cards);
        }
        self.last = cards;
    }

    /// Numbers of the cards that the run was on: one of its processes was seen there, or its memory was taken and nobody
    /// else was seen there. In a container the library knows no processes, or by other numbers than ours.
    fn used(&self, before: &[CardLook]) -> BTreeSet<u32> {
        let alone = self.strangers.is_empty();
        let grew = before.iter().filter(|card| {
            let peak = self.peaks.get(&card.index).copied().unwrap_or(0);
            alone && card.used_bytes.is_some_and(|used| peak >= used + CONTEXT)
        });
        grew.map(|card| card.index).chain(self.own.iter().copied()).collect()
    }

    /// The look after the run.
    fn end(&mut self, cards: Vec<CardLook>) {
        self.last = cards;
    }

    fn conditions(&self) -> Vec<Condition> {
        if self.first.is_empty() {
            return Vec::new();
        }
        let mut conditions = vec![Condition {
            name: "other-processes-on-the-card".to_string(),
            before: joined(self.first.iter().flat_map(|card| &card.processes)),
            during: joined(&self.strangers),
            after: joined(self.last.iter().flat_map(|card| &card.processes)),
            disturbs: !self.strangers.is_empty(),
        }];
        conditions.push(Condition {
            name: "throttled".to_string(),
            before: joined(self.first.iter().flat_map(|card| &card.throttled)),
            during: joined(&self.throttled),
            after: joined(self.last.iter().flat_map(|card| &card.throttled)),
            disturbs: !self.throttled.is_empty(),
        });
        conditions.push(Condition {
            name: "clock".to_string(),
            before: megahertz(&self.first),
            during: self
                .slowest_mhz
                .map(|clock| format!("{clock} MHz at least"))
                .unwrap_or_default(),
            after: megahertz(&self.last),
            disturbs: false,
        });
        let watts = |milliwatts: u32| format!("{} W", f64::from(milliwatts) / 1000.0);
        let limits =
            |cards: &[CardLook]| joined(cards.iter().filter_map(|card| card.power_limit_milliwatts.map(watts)));
        let (before, after) = (limits(&self.first), limits(&self.last));
        conditions.push(Condition {
            name: "power-limit".to_string(),
            disturbs: before != after,
            before,
            during: String::new(),
            after,
        });
        conditions
    }
}

fn megahertz(cards: &[CardLook]) -> String {
    joined(
        cards
            .iter()
            .filter_map(|card| card.clock_mhz.map(|clock| format!("{clock} MHz"))),
    )
}

/// The machine while the run is not there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rest {
    between: Between,
    runnable: Option<u64>,
}

impl Rest {
    /// Looks at the machine for so long.
    pub fn look(window: Duration) -> Rest {
        let (before, began) = (Load::read(None), Instant::now());
        std::thread::sleep(window);
        let after = Load::read(None);
        Rest {
            between: Between::of(&before, &after, began.elapsed().as_secs_f64()),
            // We are one of them.
            runnable: after.runnable.map(|count| count.saturating_sub(1)),
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn joined<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(all: f64, busy: f64, own: f64) -> Load {
        Load {
            all_seconds: all,
            busy_seconds: busy,
            own_seconds: own,
            own: BTreeSet::from([100]),
            ..Load::default()
        }
    }

    fn rest() -> Rest {
        Rest {
            between: Between {
                others: 0.0,
                steal: 0.0,
                pressure: None,
            },
            runnable: Some(0),
        }
    }

    fn disturbing(seen: &Seen) -> Vec<String> {
        seen.conditions(&rest(), &rest())
            .into_iter()
            .filter(|condition| condition.disturbs)
            .map(|condition| condition.name)
            .collect()
    }

    fn card() -> CardLook {
        CardLook {
            name: "0 card".into(),
            used_bytes: Some(1000),
            percent: Some(50.0),
            processes: BTreeSet::from([100]),
            clock_mhz: Some(1700),
            power_limit_milliwatts: Some(350_000),
            ..CardLook::default()
        }
    }

    #[test]
    fn a_run_alone_on_its_machine_is_not_disturbed() {
        let mut seen = Seen::default();
        seen.add(load(0.0, 0.0, 0.0), vec![card()], 0.0);
        seen.add(load(20.0, 10.5, 10.0), vec![card()], 10.0);
        assert_eq!(disturbing(&seen), Vec::<String>::new());
        let telemetry = seen.telemetry(&[card()]);
        assert_eq!(
            (telemetry.peak_vram_bytes, telemetry.gpu_percent),
            (Some(1000), Some(50.0))
        );
    }

    /// A card that is there is none that the run was on.
    #[test]
    fn a_card_is_used_by_a_process_of_the_run_or_its_memory() {
        const MB: u64 = 1 << 20;
        let look = |used: u64, processes: &[u32]| CardLook {
            index: 3,
            used_bytes: Some(used * MB),
            processes: processes.iter().copied().collect(),
            ..card()
        };
        for (before, during, expected) in [
            (look(1, &[]), look(1, &[]), false),
            (look(1, &[]), look(1, &[100]), true),
            // No process is known by its number, and the memory went somewhere.
            (look(1, &[]), look(8_000, &[]), true),
            (look(1, &[]), look(90, &[]), false),
            // Somebody else's, which was there before or came.
            (look(8_000, &[]), look(8_001, &[]), false),
            (look(1, &[]), look(8_000, &[7]), false),
            (look(1, &[]), look(8_000, &[7, 100]), true),
        ] {
            let mut seen = Seen::default();
            seen.add(load(0.0, 0.0, 0.0), vec![before.clone()], 0.0);
            seen.add(load(20.0, 10.5, 10.0), vec![during.clone()], 10.0);
            let used = seen.telemetry(&[before]).cards_used;
            assert_eq!(used == [3], expected, "{during:?}: {used:?}");
        }
    }

    #[test]
    fn what_disturbs_is_named() {
        let quiet = load(20.0, 10.0, 10.0);
        let stranger = CardLook {
            processes: BTreeSet::from([100, 7]),
            ..card()
        };
        let hot = CardLook {
            throttled: BTreeSet::from(["heat".to_string()]),
            ..card()
        };
        let capped = CardLook {
            power_limit_milliwatts: Some(200_000),
            ..card()
        };
        let cases = [
            (load(20.0, 15.0, 10.0), card(), "other-processes"),
            (quiet.clone(), stranger, "other-processes-on-the-card"),
            (quiet.clone(), hot, "throttled"),
            (quiet.clone(), capped, "power-limit"),
            (
                Load {
                    steal_seconds: 1.0,
                    ..quiet
                },
                card(),
                "steal",
            ),
        ];
        for (after, look, expected) in cases {
            let mut seen = Seen::default();
            seen.add(load(0.0, 0.0, 0.0), vec![card()], 0.0);
            seen.add(after, vec![look], 10.0);
            assert_eq!(disturbing(&seen), [expected]);
        }
    }

    /// The thread's own account of a real second; it may take at most 0.5 % of one processor beyond its first look.
    #[test]
    fn watching_says_what_it_costs() {
        let watch = Watch::start(std::process::id(), Box::new(Vec::new));
        std::thread::sleep(Duration::from_millis(50));
        let telemetry = watch.stop().telemetry(&[]);
        assert_eq!(telemetry.looks, 1);
        assert!(telemetry.own_seconds > 0.0);
        assert!(telemetry.peak_rss_bytes > 0);
    }
}
