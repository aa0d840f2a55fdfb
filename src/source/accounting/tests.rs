//! Accounting as two versions of Slurm printed it, and as nobody should print it.

use super::*;

fn read_text(text: &str) -> Accounting {
    read(text.as_bytes()).unwrap()
}

fn ids(found: &Accounting) -> Vec<String> {
    found
        .jobs
        .iter()
        .map(|found| {
            format!(
                "{} {}{}",
                found.job.id,
                found.job.state,
                if found.job.superseded { " (earlier)" } else { "" }
            )
        })
        .collect()
}

#[test]
fn steps_are_folded_and_the_job_row_decides() {
    let found = read_text(
        "JobID|State|ElapsedRaw|ExitCode|MaxRSS\n5|TIMEOUT|81|0:0|\n5.batch|CANCELLED|86|0:9|12M\n5.0|CANCELLED|81|0:15|1780K\n6|COMPLETED|3|0:0|\n6.2|FAILED|0|1:0|\n",
    );
    assert_eq!(ids(&found), ["5 TIMEOUT", "6 COMPLETED"]);
    assert_eq!(
        (found.jobs[0].job.steps, found.jobs[0].job.peak_bytes),
        (2, Some(12 << 20))
    );
    assert_eq!(found.jobs[1].job.bad_steps, 1);
    assert!(found.faults.is_empty());
}

#[test]
fn the_last_attempt_stands_for_the_job_wherever_its_row_is() {
    let found = read_text(
        "JobID|JobName|State|Submit|ElapsedRaw\n6|eval|PREEMPTED|2026-11-22T11:00:00|7\n8|other|COMPLETED|2026-11-22T11:00:01|1\n6|eval|COMPLETED|2026-11-22T11:00:30|9\n",
    );
    assert_eq!(ids(&found), ["6 PREEMPTED (earlier)", "8 COMPLETED", "6 COMPLETED"]);
}

#[test]
fn an_id_that_was_used_again_is_another_job() {
    let found = read_text(
        "JobID|JobName|User|State|Submit\n6|eval|ana|FAILED|2021-11-22T11:00:00\n6|train|ben|COMPLETED|2026-11-22T11:00:30\n",
    );
    assert_eq!(ids(&found), ["6 FAILED", "6 COMPLETED"]);
}

#[test]
fn the_same_row_twice_is_one_job() {
    let found = read_text(
        "JobID|JobName|State|Submit\n6|eval|COMPLETED|2026\n\n$ sacct again\nJobID|JobName|State|Submit\n6|eval|COMPLETED|2026\n",
    );
    assert_eq!(ids(&found), ["6 COMPLETED (earlier)", "6 COMPLETED"]);
}

#[test]
fn a_newline_in_a_name_is_put_together() {
    let found = read_text("JobID|JobName|State\n30|nl\nname|COMPLETED\n30.batch|batch|COMPLETED\n");
    assert_eq!(ids(&found), ["30 COMPLETED"]);
    assert_eq!(found.jobs[0].job.name.as_deref(), Some("nl\nname"));
    assert!(found.faults.is_empty(), "{:?}", found.faults);
}

#[test]
fn what_is_not_read_is_said_with_its_line() {
    for (text, line, says) in [
        (
            "JobID|JobName|State|Comment\n28|weird|name|COMPLETED|c|d\n",
            Some(2),
            "delimiter",
        ),
        ("JobID|State|ElapsedRaw\n5|TIMEOUT|81\n6|COMPL", Some(3), "cut off"),
        (
            "JobID           JobName      State\n------ ----\n1  ok  CANCELLED+\n",
            Some(1),
            "sacct -P",
        ),
        ("hello\nworld\n", None, "no accounting"),
        ("", None, "no accounting"),
        ("{\"jobs\": [", Some(1), "cut off"),
        ("{\"a\": 1}", None, "no accounting"),
        ("JobID|State\n5|COMPLETED\nslurmdbd: error\n", Some(3), "no row"),
    ] {
        let found = read_text(text);
        let named = found.faults.iter().any(|(at, why)| *at == line && why.contains(says));
        assert!(named, "{text:?}: {:?}", found.faults);
    }
}

#[test]
fn a_line_of_megabytes_is_skipped_and_the_rest_is_read() {
    let mut text = b"JobID|State\n1|COMPLETED\n".to_vec();
    text.extend(vec![b'#'; 3 << 20]);
    text.extend(b"\n2|FAILED\n");
    let found = read(text.as_slice()).unwrap();
    assert_eq!(ids(&found), ["1 COMPLETED", "2 FAILED"]);
    assert_eq!(found.faults[0].0, Some(3));
}

#[test]
fn two_hundred_columns_are_read_by_their_head() {
    let names: Vec<String> = (0..198).map(|at| format!("Extra{at}")).collect();
    let row: Vec<String> = (0..198).map(|at| at.to_string()).collect();
    let text = format!("JobID|{}|State\n7|{}|TIMEOUT\n", names.join("|"), row.join("|"));
    assert_eq!(ids(&read_text(&text)), ["7 TIMEOUT"]);
}

/// By hand: rows 1, 2 and 4 are jobs; two cards of one label are not four; 90 s and 1 min 30 s are 180 s.
#[test]
fn rows_beyond_those_that_are_kept_are_summed_up() {
    let text = "JobID|State|Elapsed|AllocTRES\n1|COMPLETED|00:01:30|cpu=1,gres/gpu:a100=2,gres/gpu=2\n1.batch|COMPLETED|00:01:30|cpu=1\n2|CANCELLED by 0|00:00:05|cpu=1\n3_0|COMPLETED|00:01:30|gres/gpu:a100=1,gres/gpu:v100=1\n";
    let found = read_at_most(text.as_bytes(), 0).unwrap();
    assert!(found.jobs.is_empty() && found.faults.is_empty());
    let completed = Sum {
        rows: 2,
        seconds: 180,
        gpus: 4,
    };
    let cancelled = Sum {
        rows: 1,
        seconds: 5,
        gpus: 0,
    };
    assert_eq!(
        found.beyond.states,
        [
            ("COMPLETED".to_string(), completed),
            ("CANCELLED".to_string(), cancelled)
        ]
    );
    assert_eq!(read_at_most(text.as_bytes(), 1).unwrap().beyond.rows(), 2);
}

proptest::proptest! {
    #[test]
    fn no_bytes_end_the_reader(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let _ = read(bytes.as_slice());
        let mut table = b"JobID|JobName|State|Elapsed|Timelimit|AllocTRES\n".to_vec();
        table.extend(&bytes);
        let _ = read(table.as_slice());
    }

    #[test]
    fn every_row_with_an_id_is_read_or_said(text in "[0-9a-z_.|+\n ]{0,200}") {
        let found = read(format!("JobID|JobName|State\n{text}").as_bytes()).unwrap();
        let jobs = text.lines().filter(|line| {
            let id = line.split('|').next().unwrap_or("");
            table::is_id(id) && !id.contains('.') && line.contains('|')
        }).count();
        let said = found.faults.len() + found.more_faults as usize;
        proptest::prop_assert!(found.jobs.len() + said >= jobs, "{:?} {:?}", found.jobs, found.faults);
    }
}
