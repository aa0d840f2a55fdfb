//! What `verify run` says of samples that were fed again.
//!
//! Why it can be wrong: a check that was not made must not look like one that was passed. So it is said in a line of its
//! own why nothing was compared, and what would be needed.
//!
//! Example: `fed twice: 1,499 stretches compared, the middle one took 99 % of its first time; no other answer`.

use crate::evidence::TimedRun;

/// One line or two; none where the run has no time that could be doubted.
pub(super) fn lines(run: &TimedRun) -> Vec<String> {
    let Some(repeats) = &run.repeats else {
        let open = run.time().is_some_and(|total| total.timed > 0);
        let remedy = "  not checked whether something keeps answers: `repeats = 2` and JSON lines with `id` would tell";
        return open.then(|| remedy.to_string()).into_iter().collect();
    };
    let mut lines = Vec::new();
    match (&repeats.unchecked, repeats.ratio) {
        (None, Some(ratio)) => lines.push(format!(
            "  fed {} times: {} stretches compared, the middle one took {:.0} % of its first time",
            repeats.times,
            repeats.compared,
            ratio * 100.0
        )),
        (Some(why), _) => lines.push(format!("  not checked whether something keeps answers: {why}")),
        (None, None) => {}
    }
    if repeats.answers > 0 {
        let example = repeats.examples.first();
        let example = example.map(|one| format!(", such as {}: {:?} and then {:?}", one.id, one.first, one.later));
        lines.push(format!(
            "  answers compared: {}, others than the first time: {}{}",
            repeats.answers,
            repeats.differing,
            example.unwrap_or_default()
        ));
    }
    lines
}
