//! Recorded streams of output, their times fed in by hand: what a run says without a process, a clock, or waiting.
//!
//! `fixtures/streams/tqdm.jsonl` holds what tqdm 4.70.1 printed under a clock that was set by hand: 427 batches of 50 of
//! 21,340 clips, the first bar after 6 s, 0.55 s a batch, more or less 4 ms. So the whole takes 6 + 427 × 0.55 = 240.85 s,
//! up to 0.11 s less where the last batch, of 40 clips, costs its share. `tqdm-2000.jsonl` is of a run that was given 2,000
//! of the clips: 40 batches in the same way.

use super::*;
use crate::evidence::{Digests, Hashed, Record, Role, Telemetry};

const STREAM: &str = include_str!("../../../fixtures/streams/tqdm.jsonl");
const OF_2000: &str = include_str!("../../../fixtures/streams/tqdm-2000.jsonl");
/// By hand, as above.
const WHOLE: f64 = 240.8;

fn asked() -> Asked {
    Asked {
        population: Some(21_340),
        batch_size: Some(50),
        precision: 0.05,
        budget_seconds: 600.0,
        repeats: 1,
        ..Asked::default()
    }
}

/// Feeds the stream until enough is seen or `until` seconds are over.
fn replay<'a>(asked: &'a Asked, until: f64, decides: &dyn Fn(f64, f64) -> bool) -> (Progress<'a>, f64) {
    replay_of(STREAM, asked, until, decides)
}

fn replay_of<'a>(
    stream: &str,
    asked: &'a Asked,
    until: f64,
    decides: &dyn Fn(f64, f64) -> bool,
) -> (Progress<'a>, f64) {
    let mut progress = Progress::new(asked, Format::Tqdm);
    let mut last = 0.0;
    for line in stream.lines() {
        let (at, text): (f64, String) = serde_json::from_str(line).unwrap();
        if at > until || progress.enough {
            break;
        }
        last = at;
        progress.hear(Duration::from_secs_f64(at), text.as_bytes(), decides);
    }
    (progress, last)
}

fn nothing(_: f64, _: f64) -> bool {
    false
}

#[test]
fn four_minutes_are_foretold_from_an_eighth_of_them() {
    let asked = asked();
    let (progress, seconds) = replay(&asked, 1e9, &nothing);
    assert!(progress.enough && seconds < 34.0, "{seconds}");
    let ending = progress.ending(How::Stopped);
    let (total, wanting) = progress.told(ending, How::Stopped, seconds, "");
    let total = total.unwrap();
    assert_eq!((ending, &wanting), (Ending::CutOff, &None));
    assert!(total.timed * 8 <= 21_340, "{}", total.timed);
    assert!(
        total.low_seconds < WHOLE && WHOLE < total.high_seconds,
        "{} to {}",
        total.low_seconds,
        total.high_seconds
    );
    assert!(
        (total.estimate_seconds - WHOLE).abs() < 0.01 * WHOLE,
        "{}",
        total.estimate_seconds
    );
    assert!(total.high_seconds - total.low_seconds <= 2.0 * 0.05 * total.estimate_seconds * 1.001);
    let (samples, marks) = progress.marks();
    // The first bar at 6 s, and then batch after batch.
    assert_eq!((samples[0], samples[1], samples[2]), (0, 50, 100));
    assert!((marks[0] - 6.0).abs() < 1e-9 && (marks[1] - 6.55).abs() < 0.005);
    assert_eq!(samples.last(), Some(&total.timed));
    // Its record is read back as one whose times fit.
    let run = TimedRun {
        tool: Tool::default(),
        version: String::new(),
        name: "eval".to_string(),
        engine: Engine::Command,
        command: None,
        asked: asked.clone(),
        started: String::new(),
        ending,
        exit: None,
        settings: Vec::new(),
        parts: vec![Part {
            machine: Machine::default(),
            devices: Vec::new(),
            start_up_seconds: marks[0],
            samples,
            seconds: marks,
            conditions: Vec::new(),
            telemetry: Telemetry::default(),
        }],
        total: Some(total),
        wanting,
        repeats: None,
        disturbed: Vec::new(),
        unwatched: Vec::new(),
        output: String::new(),
    };
    let script = Hashed {
        name: "evaluate.py".to_string(),
        digest: Digests { sha256: "0".repeat(64) },
        annotations: Role::Code,
    };
    let record = Record::new(vec![script], run);
    assert_eq!(Record::of_text(&record.text().unwrap()).unwrap(), record);
    assert!(record.predicate.time().is_some());
}

/// 2,000 of the 21,340 clips are given, and fewer are enough for a claim of 3 to 5 minutes, which is [2.5 min, 5.5 min].
#[test]
fn a_claim_is_decided_from_less_than_a_tenth_of_them() {
    let asked = Asked {
        samples: Some(2000),
        ..asked()
    };
    let decides = |low: f64, high: f64| 150.0 <= low && high <= 330.0;
    let (progress, seconds) = replay_of(OF_2000, &asked, 1e9, &decides);
    assert!(progress.enough);
    let ending = progress.ending(How::Stopped);
    let (total, _) = progress.told(ending, How::Stopped, seconds, "");
    let total = total.unwrap();
    assert_eq!((ending, total.population), (Ending::CutOff, 21_340));
    assert!(total.timed < 2000, "{}", total.timed);
    let (low, high) = (total.low_seconds, total.high_seconds);
    assert!((150.0..WHOLE).contains(&low), "{low}");
    assert!(WHOLE < high && high <= 330.0, "{high}");
}

/// Whatever the precision: an interval that settles the claim is enough.
#[test]
fn a_claim_that_is_decided_ends_the_run() {
    let asked = Asked {
        precision: 0.0001,
        ..asked()
    };
    let (progress, _) = replay(&asked, 1e9, &nothing);
    assert!(!progress.enough);
    // 3 to 5 minutes.
    let (progress, seconds) = replay(&asked, 1e9, &|low, high| 150.0 <= low && high <= 330.0);
    assert!(progress.enough && seconds < 31.0, "{seconds}");
}

#[test]
fn how_it_ended_decides_whether_there_is_a_time() {
    let asked = asked();
    let cases = [
        (How::Budget, Ending::BudgetSpent, true),
        // Its 427 batches were not done.
        (How::Exited(0), Ending::Finished, true),
        (How::Exited(3), Ending::Failed, false),
        (How::Signaled(9), Ending::Killed, false),
        (How::Interrupted, Ending::Interrupted, false),
        (How::ClockSetBack(Duration::from_secs(1)), Ending::Killed, false),
        (How::GuardLost, Ending::Killed, false),
    ];
    for (how, expected, timed) in cases {
        let (progress, seconds) = replay(&asked, 22.0, &nothing);
        let ending = progress.ending(how);
        let (total, wanting) = progress.told(ending, how, seconds, "why");
        assert_eq!((ending, total.is_some()), (expected, timed), "{how:?}");
        assert!(timed || wanting.is_some_and(|wanting| wanting.why == "why"), "{how:?}");
    }
}

/// A bar of 427 under a claim file that says neither how many samples are in a batch nor that there are 427.
#[test]
fn a_bar_of_something_else_gives_no_time() {
    let cases = [
        (
            asked().population,
            None,
            "427 is neither the number of samples (21340) nor of batches",
        ),
        // 854 batches.
        (
            asked().population,
            Some(25),
            "427 is neither the number of samples (21340) nor of batches",
        ),
        (None, Some(50), "neither `population` nor `samples`"),
    ];
    for (population, batch_size, why) in cases {
        let asked = Asked {
            population,
            batch_size,
            ..asked()
        };
        let (progress, seconds) = replay(&asked, 22.0, &nothing);
        let (total, wanting) = progress.told(Ending::BudgetSpent, How::Budget, seconds, "");
        let found = wanting.unwrap().why;
        assert!(total.is_none() && found.contains(why), "{found}");
    }
}
