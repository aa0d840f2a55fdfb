//! `scontrol show job` and the completion log `jobcomp/filetxt`: `Key=Value` pairs.
//!
//! Why it can be wrong: values hold blanks (`Command=script args`, `JobName`, `Reason`), so a pair ends where the next
//! known key begins, not at a blank. `scontrol` forgets a job some minutes after its end: no record is not "no job".
//!
//! Example: `JobId=1 JobName=ok … JobState=COMPLETED … RunTime=00:00:05 TimeLimit=00:02:00`.

use super::units::{duration, limit, limit_in_minutes, resources, time};
use crate::evidence::{Job, JobState};

/// Whether a line begins a record.
pub(super) fn begins(line: &str) -> bool {
    line.trim_start().starts_with("JobId=") && line.contains("Name=")
}

/// A record of one job: all its lines, joined by blanks.
pub(super) fn job(text: &str) -> Job {
    let mut job = Job::default();
    // The completion log has its limit in minutes and no run time.
    let logged = !text.contains("RunTime=");
    for (key, value) in pairs(text) {
        if matches!(value, "" | "(null)" | "N/A" | "None") {
            continue;
        }
        let own = || Some(value.to_string());
        match key {
            "JobId" if job.id.is_empty() => job.id = value.to_string(),
            "ArrayJobId" => job.id = value.to_string(),
            "ArrayTaskId" => job.id = format!("{}_{value}", job.id),
            "HetJobOffset" => job.id = format!("{}+{value}", job.id),
            "HetJobId" => job.id = value.to_string(),
            "JobName" | "Name" => job.name = own(),
            "UserId" => job.user = value.split('(').next().map(str::to_string),
            "Comment" => job.comment = own(),
            "JobState" => job.state = JobState::of(value),
            "RunTime" => job.elapsed = duration(value),
            "TimeLimit" if logged => job.limit = limit_in_minutes(value),
            "TimeLimit" => job.limit = limit(value),
            "SubmitTime" => job.submit = time(value),
            "StartTime" => job.start = time(value),
            "EndTime" => job.end = time(value),
            "Partition" => job.partition = own(),
            "NodeList" => job.node_list = own(),
            "NumNodes" | "NodeCnt" => job.allocated.nodes = job.allocated.nodes.or(leading(value)),
            "NumCPUs" | "ProcCnt" => job.allocated.cpus = job.allocated.cpus.or(leading(value)),
            "TRES" | "AllocTRES" | "Tres" => job.allocated = resources(value),
            "ReqTRES" => job.requested = resources(value),
            "ExitCode" => job.exit = own(),
            "Restarts" => job.restarts = value.parse().ok(),
            "Command" => job.command = own(),
            "WorkDir" => job.directory = own(),
            _ => {}
        }
    }
    if logged && job.elapsed.is_none() {
        job.elapsed = between(job.start.as_deref(), job.end.as_deref());
        // Between start and end it may have been suspended; the log does not say.
        job.suspended = None;
    }
    if job.state == JobState::Pending {
        // What it will have is not what it had.
        job.requested = std::mem::take(&mut job.allocated);
    }
    job
}

/// `1-2` of a range of nodes is its first number.
fn leading(value: &str) -> Option<u64> {
    value.split('-').next()?.parse().ok()
}

fn between(start: Option<&str>, end: Option<&str>) -> Option<u64> {
    let read = |text: &str| chrono::NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y-%m-%dT%H:%M:%S").ok();
    let seconds = (read(end?)? - read(start?)?).num_seconds();
    u64::try_from(seconds).ok()
}

/// Pairs of key and value; a value ends before the next word that is a key with `=`.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let mut from = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        if let Some(equals) = word.find('=') {
            let key = &word[..equals];
            let is_key = key.starts_with(|c: char| c.is_ascii_uppercase())
                && key
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_:/".contains(&byte));
            if is_key {
                starts.push((from, from + equals));
            }
        }
        from += word.len();
    }
    starts
        .iter()
        .enumerate()
        .map(|(at, &(start, equals))| {
            let end = starts.get(at + 1).map_or(text.len(), |next| next.0);
            (&text[start..equals], text[equals + 1..end].trim())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Limit;

    #[test]
    fn a_value_may_hold_blanks() {
        let job = job(
            "JobId=2 JobName=my eval job\n   JobState=TIMEOUT Reason=TimeLimit\n   RunTime=00:01:21 TimeLimit=00:01:00\n   Command=/home/a/eval.sh --lr 0.1\n   WorkDir=/home/a\n   TRES=cpu=1,mem=500M,node=1,billing=1,gres/gpu=1,gres/gpu:rtx3090=1",
        );
        assert_eq!(job.name.as_deref(), Some("my eval job"));
        assert_eq!((job.state, job.elapsed), (JobState::Timeout, Some(81)));
        assert_eq!(job.command.as_deref(), Some("/home/a/eval.sh --lr 0.1"));
        assert_eq!((job.allocated.gpus, job.allocated.nodes), (Some(1), Some(1)));
    }

    #[test]
    fn the_completion_log_has_minutes_and_no_run_time() {
        let job = job(
            "JobId=2 UserId=root(0) GroupId=root(0) Name=eval JobState=COMPLETED Partition=3090 TimeLimit=2 StartTime=2026-11-22T10:53:59 EndTime=2026-11-22T10:54:04 NodeList=node1 NodeCnt=1 ProcCnt=1 WorkDir=/x Tres=cpu=1,mem=500M,node=1,billing=1,gres/gpu=1 ",
        );
        assert_eq!((job.elapsed, job.limit), (Some(5), Limit::Seconds(120)));
        assert_eq!(job.user.as_deref(), Some("root"));
    }

    #[test]
    fn tasks_of_an_array_are_named_as_sacct_does() {
        let job = job("JobId=8 ArrayJobId=7 ArrayTaskId=0 JobName=sweep JobState=COMPLETED RunTime=00:00:01");
        assert_eq!(job.id, "7_0");
    }
}
