//! `sacct --json` and `squeue --json`, of the versions that were seen: 22.05 (openapi) and 24.11 (data_parser v0.0.40 to
//! v0.0.42).
//!
//! Why it can be wrong: what may be unset is null in one version and `{"set": false, …}` in the next, a state is a text or
//! a list, a limit is in minutes, and memory is in MB. Each is read in every form it was seen in, and a job of which the
//! id or the state is not understood is left out by name, never half read. An unlimited job of 22.05 has the same null as
//! one with the partition's limit: its limit is not known. Its `return_code` was 0 for a job that ended with 3; the state is
//! right, so nothing rests on the code.
//!
//! Example: `"state": {"current": ["TIMEOUT"]}` and `"state": {"current": "TIMEOUT"}` say the same.

use serde_json::Value;

use super::units::epoch;
use crate::evidence::{Job, JobState, Limit, Resources};

/// Data parsers that were tried on real output.
const KNOWN: &[&str] = &["v0.0.38", "v0.0.40", "v0.0.41", "v0.0.42"];

/// What a document says.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) jobs: Vec<Job>,
    /// What could not be read of it.
    pub(super) faults: Vec<String>,
}

/// Whether the document is accounting at all.
pub(super) fn is_accounting(value: &Value) -> bool {
    value.get("jobs").is_some_and(Value::is_array)
        && value
            .get("meta")
            .is_some_and(|meta| meta.get("Slurm").is_some() || meta.get("slurm").is_some())
}

pub(super) fn document(value: &Value) -> Document {
    let mut found = Document::default();
    let parser = value
        .pointer("/meta/plugin/data_parser")
        .or_else(|| value.pointer("/meta/plugin/type"))
        .and_then(Value::as_str)
        .unwrap_or("none");
    if !KNOWN.iter().any(|known| parser.ends_with(known)) {
        found.faults.push(format!(
            "its data parser is `{parser}`, and tried were {}",
            KNOWN.join(", ")
        ));
    }
    for error in value.get("errors").and_then(Value::as_array).into_iter().flatten() {
        found.faults.push(format!("Slurm said: {error}"));
    }
    for (at, one) in value
        .get("jobs")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .enumerate()
    {
        match job(one) {
            Ok(job) => found.jobs.push(job),
            Err(what) => found
                .faults
                .push(format!("job {} of the list has no {what} that is understood", at + 1)),
        }
    }
    found
}

fn job(value: &Value) -> Result<Job, &'static str> {
    let raw = number(value.get("job_id")).ok_or("id")?;
    let (states, squeue) = match value.pointer("/state/current").or_else(|| value.get("job_state")) {
        Some(Value::String(text)) => (vec![text.as_str()], value.get("job_state").is_some()),
        Some(Value::Array(items)) => (
            items.iter().filter_map(Value::as_str).collect(),
            value.get("job_state").is_some(),
        ),
        _ => return Err("state"),
    };
    // `["PENDING", "REQUEUED"]`: the attempt that ended so.
    let named = if states.contains(&"REQUEUED") {
        Some(&"REQUEUED")
    } else {
        states.first()
    };
    let mut state = JobState::of(named.ok_or("state")?);
    if let JobState::Cancelled(by) = &mut state {
        *by = value.get("kill_request_user").and_then(|user| match user {
            Value::String(text) => text.parse().ok(),
            other => number(Some(other)),
        });
    }
    let text = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_string)
    };
    let time = |path: &str| number(value.pointer(path)).and_then(|seconds| epoch(i64::try_from(seconds).ok()?));
    let at = |flat: &'static str, nested: &'static str| if squeue { flat } else { nested };
    let steps = value
        .get("steps")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let submit = value
        .get("submit_line")
        .and_then(Value::as_str)
        .filter(|line| !line.is_empty());
    Ok(Job {
        id: id(value, raw),
        name: text("name"),
        user: text("user").or_else(|| text("user_name")).or_else(|| {
            let user = value.pointer("/association/user").and_then(Value::as_str);
            user.map(str::to_string)
        }),
        comment: value
            .pointer("/comment/job")
            .or_else(|| value.get("comment"))
            .and_then(Value::as_str)
            .filter(|comment| !comment.is_empty())
            .map(str::to_string),
        state,
        elapsed: number(value.pointer("/time/elapsed")),
        suspended: number(value.pointer("/time/suspended")),
        limit: limit(value.pointer(at("/time_limit", "/time/limit"))),
        submit: time(at("/submit_time", "/time/submission")),
        start: time(at("/start_time", "/time/start")),
        end: time(at("/end_time", "/time/end")),
        partition: text("partition"),
        node_list: text("nodes").filter(|nodes| nodes != "None assigned"),
        allocated: resources(value.pointer("/tres/allocated")),
        requested: resources(value.pointer("/tres/requested")),
        exit: exit(value.get("exit_code")),
        restarts: number(value.get("restart_cnt")),
        command: submit.map(str::to_string).or_else(|| text("command")),
        directory: text("working_directory").or_else(|| text("current_working_directory")),
        peak_bytes: steps.iter().filter_map(peak).max(),
        steps: steps.len() as u64,
        bad_steps: steps.iter().filter(|step| !completed(step)).count() as u64,
        superseded: false,
    })
}

/// As `sacct` prints it: a task of an array, a component of a heterogeneous job, or the number.
fn id(value: &Value, raw: u64) -> String {
    let array = number(value.pointer("/array/job_id").or_else(|| value.get("array_job_id"))).filter(|id| *id != 0);
    let task = number(value.pointer("/array/task_id").or_else(|| value.get("array_task_id")));
    let het = number(value.pointer("/het/job_id").or_else(|| value.get("het_job_id"))).filter(|id| *id != 0);
    let offset = number(value.pointer("/het/job_offset").or_else(|| value.get("het_job_offset")));
    match (array, task, het, offset) {
        (Some(array), Some(task), ..) => format!("{array}_{task}"),
        (Some(array), None, ..) => {
            let tasks = value
                .pointer("/array/task")
                .and_then(Value::as_str)
                .filter(|tasks| !tasks.is_empty());
            tasks.map_or_else(|| raw.to_string(), |tasks| format!("{array}_[{tasks}]"))
        }
        (_, _, Some(het), Some(offset)) => format!("{het}+{offset}"),
        _ => raw.to_string(),
    }
}

/// A number, or `{"set": true, "infinite": false, "number": 5}`.
fn number(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::Object(fields) => {
            let is = |key: &str| fields.get(key).and_then(Value::as_bool).unwrap_or(false);
            (is("set") && !is("infinite"))
                .then(|| fields.get("number")?.as_u64())
                .flatten()
        }
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}

/// A limit in minutes.
fn limit(value: Option<&Value>) -> Limit {
    match value {
        Some(Value::Object(fields)) if fields.get("infinite").and_then(Value::as_bool) == Some(true) => {
            Limit::Unlimited
        }
        Some(Value::Object(_)) if number(value).is_none() => Limit::Partition,
        _ => number(value).map_or(Limit::Unknown, |minutes| Limit::Seconds(minutes.saturating_mul(60))),
    }
}

/// A list of `{"type": "gres", "name": "gpu:rtx3090", "count": 1}`; memory of a job is in MB.
fn resources(value: Option<&Value>) -> Resources {
    let mut found = Resources::default();
    let mut typed: Option<u64> = None;
    for one in value.and_then(Value::as_array).into_iter().flatten() {
        let count = one.get("count").and_then(Value::as_u64);
        let name = one.get("name").and_then(Value::as_str).unwrap_or_default();
        match (one.get("type").and_then(Value::as_str).unwrap_or_default(), name) {
            ("cpu", _) => found.cpus = count,
            ("node", _) => found.nodes = count,
            ("mem", _) => found.memory_bytes = count.and_then(|megabytes| megabytes.checked_mul(1 << 20)),
            ("gres", "gpu") => found.gpus = count,
            ("gres", name) => {
                if let Some(label) = name.strip_prefix("gpu:") {
                    found.gpu_types.push(label.to_string());
                    typed = Some(typed.unwrap_or(0).saturating_add(count.unwrap_or(0)));
                }
            }
            _ => {}
        }
    }
    found.gpus = found.gpus.or(typed);
    found.gpu_types.sort();
    found.gpu_types.dedup();
    found
}

/// `code:signal`, as the text form has it.
fn exit(value: Option<&Value>) -> Option<String> {
    let value = value?;
    let code = number(value.get("return_code")).unwrap_or(0);
    let signal = value.get("signal");
    let signal = number(
        signal
            .and_then(|signal| signal.get("signal_id"))
            .or_else(|| signal.and_then(|signal| signal.get("id"))),
    );
    Some(format!("{code}:{}", signal.unwrap_or(0)))
}

fn completed(step: &Value) -> bool {
    let state = match step.get("state") {
        Some(Value::Array(items)) => items.first().and_then(Value::as_str),
        Some(other) => other.as_str(),
        None => None,
    };
    state == Some("COMPLETED")
}

/// The most resident bytes of a step: its `max` memory is in bytes.
fn peak(step: &Value) -> Option<u64> {
    let list = step.pointer("/tres/requested/max").and_then(Value::as_array)?;
    let memory = |one: &&Value| one.get("type").and_then(Value::as_str) == Some("mem");
    list.iter()
        .find(memory)?
        .get("count")?
        .as_u64()
        .filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Document {
        document(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn both_shapes_say_the_same() {
        let old = r#"{"meta": {"plugin": {"type": "openapi/dbv0.0.38"}, "Slurm": {}}, "errors": [], "jobs": [{
            "job_id": 5, "name": "too-slow", "array": {"job_id": 0, "task_id": null}, "het": {"job_id": 0},
            "state": {"current": "TIMEOUT"}, "time": {"elapsed": 81, "start": 1795344853, "limit": 1},
            "exit_code": {"status": "SUCCESS", "return_code": 0}, "kill_request_user": null,
            "tres": {"allocated": [{"type": "mem", "name": null, "count": 100}, {"type": "gres", "name": "gpu", "count": 1}]}}]}"#;
        let new = r#"{"meta": {"plugin": {"data_parser": "data_parser/v0.0.42"}, "slurm": {}}, "errors": [], "jobs": [{
            "job_id": 5, "name": "too-slow", "array": {"job_id": 0, "task_id": {"set": false, "infinite": false, "number": 0}},
            "state": {"current": ["TIMEOUT"]},
            "time": {"elapsed": 81, "start": 1795344853, "limit": {"set": true, "infinite": false, "number": 1}},
            "exit_code": {"status": ["SUCCESS"], "return_code": {"set": true, "infinite": false, "number": 0}},
            "kill_request_user": "",
            "tres": {"allocated": [{"type": "mem", "name": "", "count": 100}, {"type": "gres", "name": "gpu", "count": 1}]}}]}"#;
        let (old, new) = (read(old), read(new));
        assert!(
            old.faults.is_empty() && new.faults.is_empty(),
            "{:?}",
            (&old.faults, &new.faults)
        );
        assert_eq!(old.jobs, new.jobs);
        let job = &old.jobs[0];
        assert_eq!(
            (&job.state, job.elapsed, job.limit),
            (&JobState::Timeout, Some(81), Limit::Seconds(60))
        );
        assert_eq!(
            (job.allocated.gpus, job.allocated.memory_bytes),
            (Some(1), Some(104_857_600))
        );
        assert_eq!(job.exit.as_deref(), Some("0:0"));
    }

    #[test]
    fn an_unknown_version_is_read_as_far_as_it_is_understood_and_said() {
        let found = read(
            r#"{"meta": {"plugin": {"data_parser": "data_parser/v9.9.9"}, "slurm": {}}, "jobs": [
                {"job_id": 1, "state": {"current": ["COMPLETED"]}, "time": {"elapsed": 3}}, {"id": "x"}, {"job_id": 2}]}"#,
        );
        assert_eq!(found.jobs.len(), 1);
        assert_eq!(found.faults.len(), 3);
        assert!(found.faults[0].contains("v9.9.9"), "{:?}", found.faults);
    }
}
