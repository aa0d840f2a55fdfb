//! A job as the scheduler's accounting has it: one row of an allocation, its steps folded in.
//!
//! Why it can be wrong: a job that was cut off at its limit ends with exit code 0:0, a job that waited a day in the queue
//! ran an hour, and a job that was requeued has several rows. So the state decides what a row says of a duration
//! ([`JobState::ran_to_its_end`]), elapsed time is what Slurm counted (neither waiting nor suspended), and of several
//! attempts the last one stands for the job. What a row does not say is absent, never zero.
//!
//! Example: `5|too-slow|3090|TIMEOUT|00:01:21|81|…|0:0` ran at least 81 s, and says of no evaluation how long it takes.

use serde::{Deserialize, Serialize};

/// A job, or one attempt of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// As printed: `1234`, `7_3`, `1+0`, `14_[3-9%2]`.
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    pub state: JobState,
    /// Seconds it ran, without those in which it was suspended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<u64>,
    #[serde(default, skip_serializing_if = "Limit::is_unknown")]
    pub limit: Limit,
    /// Times as printed, in the zone of who asked; from seconds since the epoch in UTC, with a `Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_list: Option<String>,
    #[serde(default, skip_serializing_if = "Resources::is_empty")]
    pub allocated: Resources,
    #[serde(default, skip_serializing_if = "Resources::is_empty")]
    pub requested: Resources,
    /// `code:signal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restarts: Option<u64>,
    /// The line it was submitted with, or its script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// The most resident bytes of a step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_bytes: Option<u64>,
    /// Its steps: how many, and how many of them did not complete.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub steps: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub bad_steps: u64,
    /// A later row of the same job stands for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub superseded: bool,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What became of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    Pending,
    Running,
    Suspended,
    Completed,
    Failed,
    Timeout,
    /// By whom, as a user id, where it is said.
    Cancelled(Option<u64>),
    NodeFail,
    Preempted,
    Requeued,
    OutOfMemory,
    BootFail,
    Deadline,
    /// A state that a later version brought, as printed.
    Other(String),
    /// The accounting does not say.
    #[default]
    Unknown,
}

impl JobState {
    /// `COMPLETED`, `CANCELLED by 4242`, and the short forms of `squeue` (`CD`, `R`).
    pub fn of(text: &str) -> JobState {
        let text = text.trim();
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match word {
            "" => JobState::Unknown,
            "PENDING" | "PD" => JobState::Pending,
            "RUNNING" | "R" | "COMPLETING" | "CG" | "CONFIGURING" | "CF" => JobState::Running,
            "SUSPENDED" | "S" => JobState::Suspended,
            "COMPLETED" | "CD" => JobState::Completed,
            "FAILED" | "F" => JobState::Failed,
            "TIMEOUT" | "TO" => JobState::Timeout,
            "CANCELLED" | "CA" => JobState::Cancelled(rest.trim_start_matches("by ").trim().parse().ok()),
            "NODE_FAIL" | "NF" => JobState::NodeFail,
            "PREEMPTED" | "PR" => JobState::Preempted,
            "REQUEUED" | "RQ" => JobState::Requeued,
            "OUT_OF_MEMORY" | "OOM" => JobState::OutOfMemory,
            "BOOT_FAIL" | "BF" => JobState::BootFail,
            "DEADLINE" | "DL" => JobState::Deadline,
            _ => JobState::Other(text.to_string()),
        }
    }

    /// Whether its elapsed time is how long its work takes.
    pub fn ran_to_its_end(&self) -> bool {
        *self == JobState::Completed
    }

    /// Whether the work takes at least as long as it ran: it was cut off while it worked, or still works.
    pub fn ran_at_least(&self) -> bool {
        matches!(self, JobState::Timeout | JobState::Running | JobState::Suspended)
    }

    /// Whether it is at its end.
    pub fn is_over(&self) -> bool {
        !matches!(
            self,
            JobState::Pending | JobState::Running | JobState::Suspended | JobState::Unknown
        )
    }
}

impl std::fmt::Display for JobState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            JobState::Pending => "PENDING",
            JobState::Running => "RUNNING",
            JobState::Suspended => "SUSPENDED",
            JobState::Completed => "COMPLETED",
            JobState::Failed => "FAILED",
            JobState::Timeout => "TIMEOUT",
            JobState::Cancelled(_) => "CANCELLED",
            JobState::NodeFail => "NODE_FAIL",
            JobState::Preempted => "PREEMPTED",
            JobState::Requeued => "REQUEUED",
            JobState::OutOfMemory => "OUT_OF_MEMORY",
            JobState::BootFail => "BOOT_FAIL",
            JobState::Deadline => "DEADLINE",
            JobState::Other(text) => text,
            JobState::Unknown => "",
        })
    }
}

/// How long a job might run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    Seconds(u64),
    Unlimited,
    /// The partition's own, which the row does not say.
    Partition,
    #[default]
    Unknown,
}

impl Limit {
    pub fn is_unknown(&self) -> bool {
        *self == Limit::Unknown
    }
}

/// What a job had, or asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpus: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpus: Option<u64>,
    /// The administrator's labels of the cards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gpu_types: Vec<String>,
}

impl Resources {
    pub fn is_empty(&self) -> bool {
        *self == Resources::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_as_slurm_prints_them() {
        for (text, expected) in [
            ("COMPLETED", JobState::Completed),
            ("CANCELLED by 4242", JobState::Cancelled(Some(4242))),
            ("CANCELLED", JobState::Cancelled(None)),
            ("TO", JobState::Timeout),
            ("REVOKED", JobState::Other("REVOKED".into())),
            ("", JobState::Unknown),
        ] {
            assert_eq!(JobState::of(text), expected, "{text}");
        }
    }

    #[test]
    fn only_a_completed_job_says_how_long_its_work_takes() {
        let states = [
            "FAILED",
            "TIMEOUT",
            "CANCELLED",
            "RUNNING",
            "NODE_FAIL",
            "DEADLINE",
            "",
            "REVOKED",
        ];
        assert!(states.iter().all(|state| !JobState::of(state).ran_to_its_end()));
        assert!(JobState::of("TIMEOUT").ran_at_least() && !JobState::of("FAILED").ran_at_least());
    }
}
