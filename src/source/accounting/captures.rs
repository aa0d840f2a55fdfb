//! What two versions of Slurm really printed (`fixtures/accounting/`), held against counts made with awk and grep.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;

fn capture(name: &str) -> Accounting {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/accounting")
        .join(name);
    read(std::io::BufReader::new(std::fs::File::open(path).unwrap())).unwrap()
}

/// File, jobs by state, faults. Tables: rows whose id has no full stop, by their state column, with awk; job 28 of the first
/// file stands there with a shifted state, job 30 on two lines. Records: `JobState=`, with grep. JSON: the states of `jobs`,
/// with Python.
const COUNTS: &[(&str, &str, usize)] = &[
    (
        "sacct-P-main-byjobid.txt",
        "CANCELLED 14, COMPLETED 30, DEADLINE 1, FAILED 8, NODE_FAIL 2, REQUEUED 1, TIMEOUT 1",
        0,
    ),
    (
        "sacct-P-two-nodes-het-extern-preempt.txt",
        "COMPLETED 12, PREEMPTED 2",
        0,
    ),
    (
        "v24.11-sacct-P-main.txt",
        "CANCELLED 3, COMPLETED 9, FAILED 3, REQUEUED 1, TIMEOUT 1",
        0,
    ),
    (
        "sacct-P-ALL.txt",
        "CANCELLED 2, COMPLETED 7, FAILED 1, REQUEUED 1, TIMEOUT 1",
        0,
    ),
    (
        "v24.11-sacct-P-ALL.txt",
        "COMPLETED 4, FAILED 1, REQUEUED 1, TIMEOUT 1",
        0,
    ),
    ("sacct-requeue.txt", "COMPLETED 2, FAILED 1, NODE_FAIL 1, REQUEUED 1", 0),
    // One row that two free texts may have shifted, and two rows without a head.
    ("sacct-hostile-names.txt", "COMPLETED 3", 3),
    ("sacct-array-while-running.txt", "", 0),
    ("sacct-default-table.txt", "", 1),
    (
        "jobcomp-filetxt.txt",
        "CANCELLED 2, COMPLETED 6, FAILED 3, TIMEOUT 1",
        0,
    ),
    (
        "scontrol-show-job-finished.txt",
        "CANCELLED 10, COMPLETED 7, DEADLINE 1, FAILED 3, NODE_FAIL 1, TIMEOUT 1",
        0,
    ),
    ("scontrol-show-job-running.txt", "RUNNING 3", 0),
    ("scontrol-show-job-het-multinode.txt", "COMPLETED 4", 0),
    // Five lines of the job's log stand below its table.
    ("overmemorykill.txt", "FAILED 1", 5),
    ("sacct-json-job1-raw.json", "COMPLETED 1", 0),
    (
        "sacct-json-many-minified.json",
        "CANCELLED 7, COMPLETED 6, FAILED 2, NODE_FAIL 1, REQUEUED 1, TIMEOUT 1",
        0,
    ),
    ("sacct-json-two-nodes-minified.json", "COMPLETED 3", 0),
    (
        "v24.11-sacct-json-many-minified.json",
        "CANCELLED 3, COMPLETED 7, FAILED 2, REQUEUED 1, TIMEOUT 1",
        0,
    ),
    ("v24.11-sacct-json-v0.0.40-minified.json", "COMPLETED 1, TIMEOUT 1", 0),
    ("v24.11-sacct-json-v0.0.41-minified.json", "COMPLETED 1, TIMEOUT 1", 0),
    (
        "squeue-json-6jobs-reindented.json",
        "CANCELLED 2, COMPLETED 3, TIMEOUT 1",
        0,
    ),
    ("v24.11-squeue-json-minified.json", "RUNNING 1", 0),
    // Three tables with blanks for columns each; the one with a delimiter is read.
    ("squeue.txt", "RUNNING 1", 3),
    ("squeue-array-pending.txt", "PENDING 1, RUNNING 2", 2),
    ("sacct-yaml-job1.txt", "", 1),
    ("sinfo.txt", "", 1),
];

#[test]
fn every_capture_is_read_with_no_row_lost_or_doubled() {
    let mut wrong = Vec::new();
    for (name, states, faults) in COUNTS {
        let found = capture(name);
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for found in &found.jobs {
            *counts.entry(found.job.state.to_string()).or_default() += 1;
        }
        let counted: Vec<String> = counts.iter().map(|(state, count)| format!("{state} {count}")).collect();
        if counted.join(", ") != *states || found.faults.len() != *faults {
            wrong.push(format!("{name}: {} {:?}", counted.join(", "), found.faults));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_capture_that_is_kept_is_held() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/accounting");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let beside = ["README.md", "slurm-out-files.txt", "sacct-memory-units.txt"];
        assert!(
            COUNTS.iter().any(|(known, ..)| *known == name) || beside.contains(&name.as_str()),
            "{name}"
        );
    }
}

fn job<'a>(found: &'a Accounting, id: &str) -> Vec<&'a Job> {
    found
        .jobs
        .iter()
        .map(|found| &found.job)
        .filter(|job| job.id == id)
        .collect()
}

#[test]
fn what_the_rows_say() {
    use crate::evidence::Limit;
    let main = capture("sacct-P-main-byjobid.txt");
    // 5|too-slow|3090|TIMEOUT|00:01:21|81|00:01:00|…, its steps CANCELLED.
    let slow = job(&main, "5")[0];
    assert_eq!(
        (&slow.state, slow.elapsed, slow.limit),
        (&JobState::Timeout, Some(81), Limit::Seconds(60))
    );
    assert_eq!((slow.steps, slow.bad_steps, slow.peak_bytes), (2, 2, Some(12 << 20)));
    // 6|steps: completed, with one of its five steps failed.
    let steps = job(&main, "6")[0];
    assert_eq!(
        (&steps.state, steps.steps, steps.bad_steps),
        (&JobState::Completed, 5, 1)
    );
    // 1: one card, typed and untyped.
    let one = job(&main, "1")[0];
    assert_eq!(
        (one.allocated.gpus, one.allocated.gpu_types.as_slice()),
        (Some(1), &["rtx3090".to_string()][..])
    );
    assert_eq!(one.requested.gpu_types, Vec::<String>::new());
    assert_eq!(job(&main, "12")[0].state, JobState::Cancelled(Some(4242)));
    // 18 was requeued: two rows in one file, the later stands for it.
    let requeued = job(&main, "18");
    assert_eq!(
        requeued.iter().map(|job| job.superseded).collect::<Vec<_>>(),
        [true, false]
    );
    // 47 was suspended for 5 of its 7 seconds.
    assert_eq!(job(&main, "47")[0].elapsed, Some(2));
    assert_eq!(job(&main, "28")[0].name.as_deref(), Some("weird|name with spaces"));
    assert_eq!(job(&main, "30")[0].name.as_deref(), Some("nl\nname"));
    // Two-node file: job 6 was preempted, and its second row comes after job 8.
    let two = capture("sacct-P-two-nodes-het-extern-preempt.txt");
    assert_eq!(
        job(&two, "6").iter().map(|job| job.superseded).collect::<Vec<_>>(),
        [true, false]
    );
}

/// Text and JSON of one cluster say the same of the jobs that are in both.
#[test]
fn text_and_json_agree() {
    for (text, json) in [
        ("sacct-P-main-byjobid.txt", "sacct-json-many-minified.json"),
        ("v24.11-sacct-P-main.txt", "v24.11-sacct-json-many-minified.json"),
    ] {
        let (text, json) = (capture(text), capture(json));
        let mut compared = 0;
        for one in json.jobs.iter().map(|found| &found.job).filter(|job| !job.superseded) {
            let Some(same) = job(&text, &one.id).into_iter().find(|job| !job.superseded) else {
                continue;
            };
            compared += 1;
            // 22.05 names the user who cancelled where the text has a number.
            let state = |job: &Job| (job.state.to_string(), job.elapsed);
            assert_eq!(state(one), state(same), "{}", one.id);
            assert_eq!(one.allocated, same.allocated, "{}", one.id);
            assert_eq!((&one.name, &one.partition), (&same.name, &same.partition), "{}", one.id);
        }
        assert!(compared >= 8, "{compared}");
    }
}
