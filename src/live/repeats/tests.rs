//! What is a cache and what is not: runs made up of lines at given times, the outcome worked out by hand.

use super::*;

/// A run with a line for each sample, so many seconds after the one before; the answer is `yes`.
fn run(samples: impl IntoIterator<Item = (u32, f64)>) -> Vec<Fed> {
    let mut at = 5.0;
    let one = |(id, seconds): (u32, f64)| {
        at += seconds;
        Fed {
            ids: vec![format!("clip-{id}")],
            at,
            seconds: None,
            answer: Some("yes".to_string()),
        }
    };
    samples.into_iter().map(one).collect()
}

fn steady(count: u32, seconds: f64) -> Vec<Fed> {
    run((0..count).map(|id| (id, seconds)))
}

/// More or less a fifth, other numbers for other seeds; none is twice another.
fn jitter(id: u32, seed: u32) -> f64 {
    let bits = (id + 1).wrapping_mul(2_654_435_761).wrapping_mul(2 * seed + 1) >> 16;
    0.9 + 0.2 * f64::from(bits % 1000) / 1000.0
}

#[test]
fn what_gets_faster_is_kept_and_what_only_differs_is_not() {
    let first = steady(100, 0.5);
    let jittered = |seed: u32, by: f64| run((0..100).map(move |id| (id, by * 0.5 * jitter(id, seed))));
    let cases: [(&str, Vec<Fed>, bool); 11] = [
        ("the same", first.clone(), false),
        ("all of it kept", steady(100, 0.01), true),
        // Trap: what was loaded for the first sample is there, and no other sample is faster.
        (
            "a warm disk for the first",
            run((0..100).map(|id| (id, if id == 0 { 0.001 } else { 0.5 }))),
            false,
        ),
        // Trap: 99 of 99 are faster, as any sign test says; by 5 %.
        ("5 % faster", steady(100, 0.475), false),
        ("5 % faster by chance", jittered(7, 0.95), false),
        ("slower", steady(100, 1.5), false),
        // Trap: the order of the lines is no order of pairs; the first pair is another one.
        ("kept, in another order", run((0..100).rev().map(|id| (id, 0.01))), true),
        (
            "not kept, in another order",
            run((0..100).rev().map(|id| (id, 0.5))),
            false,
        ),
        // Trap: half of them are not there; the others are all kept.
        ("half are missing", run((0..50).map(|id| (2 * id, 0.01))), true),
        // Trap: the middle ratio is 1; 30 of 99 cost nothing.
        (
            "a part is kept",
            run((0..100).map(|id| (id, if id % 10 < 3 { 0.001 } else { 0.5 }))),
            true,
        ),
        // Trap: a tail: some are much faster, and as many are much slower.
        (
            "a heavy tail",
            run((0..100).map(|id| (id, 0.5 * [1.0, 0.3, 3.0, 1.0, 1.0][id as usize % 5]))),
            false,
        ),
    ];
    for (name, again, expected) in cases {
        let (repeats, kept) = compare(&first, &[again]);
        assert_eq!(kept, expected, "{name}: {repeats:?}");
        assert_eq!(repeats.unchecked, None, "{name}");
    }
}

/// Of 100 samples 50 were fed again, and the first of them is set aside.
#[test]
fn what_was_compared_is_counted() {
    let first = steady(100, 0.5);
    let (repeats, _) = compare(&first, &[run((0..50).map(|id| (2 * id, 0.5)))]);
    assert_eq!((repeats.times, repeats.compared, repeats.answers), (2, 49, 50));
    assert!(repeats.ratio.is_some_and(|ratio| (ratio - 1.0).abs() < 1e-6));
}

/// With six pairs nothing can be said: 0.5^6 is 0.016.
#[test]
fn too_few_pairs_say_nothing() {
    let (repeats, kept) = compare(&steady(7, 0.5), &[steady(7, 0.001)]);
    assert!(!kept && repeats.unchecked.is_some_and(|why| why.starts_with("6 stretches")));
    let (repeats, kept) = compare(&steady(8, 0.5), &[steady(8, 0.001)]);
    assert!(kept && repeats.unchecked.is_none());
    // None of them was fed again.
    let others = run((100..200).map(|id| (id, 0.001)));
    let (repeats, kept) = compare(&steady(100, 0.5), &[others]);
    assert!(!kept && repeats.unchecked.is_some() && repeats.answers == 0);
}

/// Of a batch only the first line waited: pairs are batches, and not the nothing between their lines.
#[test]
fn lines_that_come_together_are_one_stretch() {
    let batches =
        |pause: f64, within: f64| run((0..400).map(move |id| (id, if id % 10 == 0 { pause } else { within })));
    let first = batches(1.0, 0.00002);
    // Trap: between the lines of a batch the second run is a fifth as long; the batches are as long as they were.
    let (repeats, kept) = compare(&first, &[batches(1.0, 0.000_004)]);
    assert_eq!((kept, repeats.compared), (false, 39), "{repeats:?}");
    let (repeats, kept) = compare(&first, &[batches(0.02, 0.00002)]);
    assert_eq!((kept, repeats.compared), (true, 39), "{repeats:?}");
    // Other batches are no pairs, though every sample was fed again.
    let shuffled = run((0..400).map(|place| (place * 7 % 400, if place % 10 == 0 { 1.0 } else { 0.00002 })));
    let (repeats, kept) = compare(&first, &[shuffled]);
    assert!(!kept && repeats.unchecked.is_some(), "{repeats:?}");
}

/// Where the run itself says what each sample took, that is compared, whenever its lines came.
#[test]
fn seconds_of_the_run_itself_come_before_pauses() {
    let said = |seconds: f64, pause: f64| {
        let mut lap = steady(50, pause);
        for fed in &mut lap {
            fed.seconds = Some(seconds);
        }
        lap
    };
    let (_, kept) = compare(&said(0.5, 0.6), &[said(0.5, 0.1)]);
    assert!(!kept);
    let (_, kept) = compare(&said(0.5, 0.6), &[said(0.01, 0.6)]);
    assert!(kept);
}

/// One slow lap beside a fast one: what is kept is kept in the middle of the laps.
#[test]
fn of_several_laps_the_middle_counts_for_each_pair() {
    let first = steady(100, 0.5);
    let (repeats, kept) = compare(&first, &[steady(100, 0.01), steady(100, 0.02), steady(100, 0.5)]);
    assert_eq!((kept, repeats.times, repeats.compared), (true, 4, 99));
}

#[test]
fn another_answer_is_shown_with_its_sample() {
    let first = steady(20, 0.5);
    let mut again = run((0..20).rev().map(|id| (id, 0.5)));
    assert_eq!(compare(&first, &[again.clone()]).0.differing, 0);
    // clip-17 is the third from the end.
    again[2].answer = Some("no".to_string());
    again[3].answer = None;
    let (repeats, kept) = compare(&first, &[first.clone(), again]);
    assert_eq!((repeats.answers, repeats.differing, kept), (20, 1, false));
    assert_eq!(repeats.examples[0].id, "clip-17");
    assert_eq!(
        (repeats.examples[0].first.as_str(), repeats.examples[0].later.as_str()),
        ("yes", "no")
    );
}

#[test]
fn chances_are_those_of_a_fair_coin() {
    for (heads, tails, expected) in [(0, 0, 1.0), (1, 0, 0.5), (7, 0, 1.0 / 128.0), (2, 1, 0.5), (0, 5, 1.0)] {
        assert!((chance(heads, tails) - expected).abs() < 1e-9, "{heads} {tails}");
    }
    assert!(chance(20_000, 10_000) < 1e-300);
    assert!((chance(5000, 5000) - 0.504).abs() < 0.001);
}
