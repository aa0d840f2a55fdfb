//! What a job's log says of the job: how it was ended, when it began and ended, how far its progress bar came.
//!
//! Slurm writes `*** JOB 5 ON node1 CANCELLED AT … DUE TO TIME LIMIT ***` into it; all else is the script's own: a line of
//! `Start:` and one of `End:` with a date, or the bar of tqdm. Read only in logs that a claim's `in` names, for a claim of
//! a run time.
//!
//! Why it can be wrong: a bar is of one loop, and a date of one line. So a job has a time only from its own start and end,
//! or from the one bar of the log where that came to its end; a log that says the job was cut off gives none, and one with
//! several starts or bars leaves it open. The job's id is that of the file's name (`slurm-1234.out`).
//!
//! Example: `Start: 2026-03-01T20:00:00` and `End: 2026-03-01T22:10:00` in `logs/eval-100.out`: job 100 took 2 h 10 min.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDateTime;
use regex::Regex;

use crate::evidence::{Expr, Form, Grade, Job, JobState, Statement, Subject};
use crate::place::{Place, SourceText};
use crate::quantity::{Number, Unit, Value};

fn pattern(text: &str) -> LazyPattern {
    Regex::new(text).ok()
}

type LazyPattern = Option<Regex>;

/// The number before the ending: of a job, or of a task of an array.
static ID: LazyLock<LazyPattern> = LazyLock::new(|| pattern(r"(?:^|[-_.])(\d{2,}(?:_\d+)?)\.(?:out|log|err)$"));
/// `slurmstepd-node1: error: *** JOB 5 ON node1 CANCELLED AT 2026-11-22T10:55:34 DUE TO TIME LIMIT ***`.
static ENDED: LazyLock<LazyPattern> =
    LazyLock::new(|| pattern(r"\*\*\* JOB (\S+) ON \S+ CANCELLED AT (\S+?)(?: DUE TO ([A-Z ]+?))? \*\*\*"));
/// `Start: …`, `Job started at …`, `Fin: …`.
static MARK: LazyLock<LazyPattern> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:job |run |script )?(?:(?P<start>start(?:ed|ing)?|began|begin|inicio)|(?P<end>end(?:ed)?|finish(?:ed)?|done|fin))(?: time| date)?(?: at| on)?\s*[:=]?\s+(?P<date>\S.*\d.*)$",
    )
});
/// `Evaluating: 100%|██████████| 427/427 [3:20:11<00:00, 28.13s/it]`.
static BAR: LazyLock<LazyPattern> = LazyLock::new(|| {
    pattern(r"(?P<name>[^|\r\n]*?)(?P<percent>\d{1,3})%\|[^|\r\n]*\| *(?P<done>\d+)/(?P<total>\d+) \[(?P<time>[\d:]+)<")
});

/// The job of a log, where the log says something of it.
pub(super) fn job(text: &SourceText) -> Option<Statement> {
    let name = text.path().rsplit('/').next().unwrap_or_default();
    let id = ID.as_ref()?.captures(name)?.get(1)?.as_str().to_string();
    let mut starts: Vec<NaiveDateTime> = Vec::new();
    let mut ends: Vec<(NaiveDateTime, u32)> = Vec::new();
    let mut bars: BTreeMap<String, (u64, u64, u64, u32)> = BTreeMap::new();
    let mut state = JobState::Unknown;
    let mut at = 1;
    for (line, number) in text.text().split('\n').zip(1_u32..) {
        if let Some(found) = ENDED.as_ref().and_then(|pattern| pattern.captures(line)) {
            // A step's line names the step; the job's own decides.
            state = match found.get(3).map(|why| why.as_str()) {
                Some("TIME LIMIT") => JobState::Timeout,
                Some("PREEMPTION") => JobState::Preempted,
                Some("NODE FAILURE") => JobState::NodeFail,
                Some(other) => JobState::Other(other.to_string()),
                None => JobState::Cancelled(None),
            };
            at = number;
        } else if let Some(found) = MARK.as_ref().and_then(|pattern| pattern.captures(line.trim_end())) {
            let Some(time) = found.name("date").and_then(|date| date_of(date.as_str())) else {
                continue;
            };
            if found.name("start").is_some() {
                starts.push(time);
            } else {
                ends.push((time, number));
            }
        }
        for found in BAR.as_ref().into_iter().flat_map(|pattern| pattern.captures_iter(line)) {
            let count = |name: &str| found.name(name).and_then(|text| text.as_str().parse::<u64>().ok());
            if let (Some(done), Some(total), Some(seconds)) = (count("done"), count("total"), clock(&found["time"])) {
                let name = found["name"].trim().trim_end_matches(':').to_string();
                bars.insert(format!("{name} of {total}"), (done, total, seconds, number));
            }
        }
    }
    let cut_off = state != JobState::Unknown;
    let own = match (starts.as_slice(), ends.as_slice()) {
        ([start], [(end, line)]) => u64::try_from((*end - *start).num_seconds())
            .ok()
            .map(|took| (took, *line)),
        ([], []) if bars.len() == 1 => {
            let bar = bars.values().next().filter(|(done, total, ..)| done == total);
            bar.map(|(_, _, seconds, line)| (*seconds, *line))
        }
        _ => None,
    };
    // Where the script says nothing, the file says nothing of the job at all.
    if own.is_none() && !cut_off {
        return None;
    }
    if let Some((_, line)) = own.filter(|_| !cut_off) {
        at = line;
        state = JobState::Completed;
    }
    let elapsed = own.filter(|_| !cut_off).map(|(seconds, _)| seconds);
    let seconds = elapsed.and_then(|seconds| i64::try_from(seconds).ok());
    Some(Statement {
        form: Form::Data,
        value: seconds.map_or(Expr::Opaque(String::new()), |seconds| {
            Expr::Value(Value::Number(Number::from_i64(seconds)))
        }),
        place: Place {
            job: Some(id.clone()),
            ..text.place_of_lines(at, at)
        },
        grade: Grade::Logged,
        owner: Vec::new(),
        unit: Some(Unit::Second),
        guards: Vec::new(),
        comment: None,
        dead: None,
        subject: Subject::Job {
            claims: String::new(),
            job: Box::new(Job {
                id,
                state,
                elapsed,
                ..Job::default()
            }),
        },
    })
}

/// A date as `date`, ISO 8601 and `date -R` print it; the zone is left out, since both ends of a job have the same.
fn date_of(text: &str) -> Option<NaiveDateTime> {
    let words: Vec<&str> = text.split_whitespace().collect();
    // `Sun Nov 22 10:53:13 UTC 2026`, `Sun 22 Nov 2026 10:53:13 AM CET`: without the zone's name.
    let is_zone = |word: &&&str| {
        word.len() <= 5 && word.bytes().all(|byte| byte.is_ascii_uppercase()) && !matches!(**word, "AM" | "PM")
            || word.starts_with('+')
    };
    let plain: Vec<&str> = words.iter().filter(|word| !is_zone(word)).copied().collect();
    let plain = plain.join(" ");
    let plain = plain.trim_end_matches('Z');
    let plain = plain.split_once('.').map_or(plain, |(whole, _)| whole);
    [
        "%a %b %e %H:%M:%S %Y",
        "%a %e %b %Y %H:%M:%S",
        "%a %e %b %Y %I:%M:%S %p",
        "%a, %e %b %Y %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M:%S",
        "%Y/%m/%d %H:%M:%S",
    ]
    .iter()
    .find_map(|form| NaiveDateTime::parse_from_str(plain, form).ok())
}

/// `3:20:11`, `20:11` in seconds.
fn clock(text: &str) -> Option<u64> {
    let parts: Vec<u64> = text.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    (2..=3)
        .contains(&parts.len())
        .then(|| parts.iter().fold(0, |sum, part| sum * 60 + part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, text: &str) -> Option<(String, String, Option<u64>)> {
        let found = job(&SourceText::new(name, text))?;
        let Subject::Job { job, .. } = found.subject else {
            return None;
        };
        Some((job.id, job.state.to_string(), job.elapsed))
    }

    #[test]
    fn start_and_end_make_a_time() {
        for text in [
            "Start: 2026-03-01T20:00:00\nwork\nEnd: 2026-03-01T22:10:00\n",
            "Job started at Sun Mar  1 20:00:00 UTC 2026\nJob finished at Sun Mar  1 22:10:00 UTC 2026\n",
            "start time: 2026-03-01 20:00:00.123\nend time: 2026-03-01 22:10:00.999\n",
        ] {
            let expected = ("100".to_string(), "COMPLETED".to_string(), Some(7800));
            assert_eq!(told("logs/eval-100.out", text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_was_cut_off_has_no_time() {
        let text = "Start: 2026-03-01T20:00:00\n100%|██| 5/5 [2:00:00<00:00, 1s/it]\nslurmstepd-node1: error: *** JOB 5 ON node1 CANCELLED AT 2026-11-22T10:55:34 DUE TO TIME LIMIT ***\n";
        assert_eq!(told("slurm-55.out", text), Some(("55".into(), "TIMEOUT".into(), None)));
        let text = "slurmstepd: error: *** JOB 5 ON node1 CANCELLED AT 2026-11-22T10:55:34 ***\n";
        assert_eq!(
            told("slurm-55.out", text),
            Some(("55".into(), "CANCELLED".into(), None))
        );
    }

    #[test]
    fn one_bar_at_its_end_is_a_time_and_others_are_not() {
        let whole = "eval:  50%|█ | 2/4 [1:00:00<1:00:00, 1s/it]\reval: 100%|██| 4/4 [2:00:00<00:00, 1s/it]\n";
        assert_eq!(
            told("slurm-55_3.out", whole),
            Some(("55_3".into(), "COMPLETED".into(), Some(7200)))
        );
        let half = "eval:  50%|█ | 2/4 [1:00:00<1:00:00, 1s/it]\n";
        let two = format!("{whole}test: 100%|██| 9/9 [0:10<00:00, 1s/it]\n");
        for text in [half, &two, "End: 2026-03-01T22:10:00\n", "End: of the list\n", ""] {
            assert_eq!(told("slurm-55.out", text), None, "{text}");
        }
        // No id, no job.
        assert_eq!(told("train.log", whole), None);
    }

    #[test]
    fn a_run_that_was_resumed_leaves_its_time_open() {
        let text = "Start: 2026-03-01T20:00:00\nStart: 2026-03-02T20:00:00\nEnd: 2026-03-02T22:10:00\n";
        assert_eq!(told("slurm-55.out", text), None);
    }
}
