//! Slurm's accounting, asked once: which call of `sacct` is made, what it may cost, and what it printed.
//!
//! One call a run, bounded by days, users, job ids or names; allocations without their steps; only the fields that a judge
//! looks at. The line a job was submitted with and its folder are not asked for: they hold names, and sometimes tokens.
//!
//! Why it can be wrong: `sacct` prints times in the zone and the form of whoever asks, hides all but the last attempt of
//! a requeued job unless told otherwise, and does not escape a name with `|` or a line break. So it is asked in UTC, in
//! seconds since the epoch, with duplicates, and with a delimiter that no name has; and the last field is one that
//! nobody words freely, so that a line break in a name is told from the end of a row. (A form of time of our own is no
//! way: Slurm 22.05 cuts it at 19 characters.)
//!
//! Example: `accounting(&Asked { since, ..Asked::default() })` runs `sacct --allocations --duplicates --starttime=…`.

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, Days, NaiveDate};

use super::{LIMIT, NoAnswer, call};

/// The program that knows.
const SACCT: &str = "sacct";
/// What no name has.
pub const DELIMITER: char = '\u{1f}';
/// What is asked for, but the user's name. All of them are in Slurm 22.05 and since.
const FIELDS: &[&str] = &[
    "JobID",
    "JobIDRaw",
    "State",
    "Elapsed",
    "Suspended",
    "Timelimit",
    "Submit",
    "Start",
    "End",
    "Partition",
    "NNodes",
    "NodeList",
    "AllocCPUS",
    "ReqMem",
    "AllocTRES",
    "ReqTRES",
    "JobName",
    "Comment",
    "ExitCode",
];
/// Fields that are times.
const TIMES: [&str; 3] = ["Submit", "Start", "End"];
/// The field with the folder that a job was submitted in.
const FOLDER: &str = "WorkDir";
/// How much it may say: about a million rows.
const MOST: u64 = 256 << 20;
/// How far back a run looks that names no day.
const DAYS: u64 = 30;

/// Which jobs are asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The first day, in UTC; a month back where jobs are not named by their ids.
    pub since: Option<NaiveDate>,
    /// The last day, in UTC.
    pub until: Option<NaiveDate>,
    /// Job ids, `1234` or `1234_5`.
    pub jobs: Vec<String>,
    /// Names of jobs.
    pub names: Vec<String>,
    /// Whose; else those of whoever asks.
    pub user: Option<String>,
    /// Also say whose each job is.
    pub with_user: bool,
    /// Also say in which folder each was submitted, for [`within`].
    pub with_folder: bool,
}

impl Asked {
    /// The first day that is looked at; none where jobs are named by their ids, for then all days are.
    pub fn first_day(&self, today: NaiveDate) -> Option<NaiveDate> {
        let back = || today.checked_sub_days(Days::new(DAYS));
        self.since.or_else(|| self.jobs.is_empty().then(back).flatten())
    }

    /// The arguments of the call.
    fn arguments(&self, today: NaiveDate) -> Result<Vec<String>, NoAnswer> {
        let mut fields: Vec<&str> = FIELDS.to_vec();
        for (name, wanted) in [("User", self.with_user), (FOLDER, self.with_folder)] {
            if wanted {
                fields.insert(fields.len() - 1, name);
            }
        }
        let mut arguments = vec![
            "--parsable2".to_string(),
            format!("--delimiter={DELIMITER}"),
            "--allocations".to_string(),
            "--duplicates".to_string(),
            format!("--format={}", fields.join(",")),
        ];
        if let Some(day) = self.first_day(today) {
            arguments.push(format!("--starttime={day}"));
        }
        // Up to midnight behind the last day.
        if let Some(day) = self.until.and_then(|day| day.succ_opt()) {
            arguments.push(format!("--endtime={day}"));
        }
        for (option, values) in [("jobs", &self.jobs), ("name", &self.names)] {
            if let Some(comma) = values.iter().find(|value| value.contains(',')) {
                return Err(NoAnswer::Comma(comma.clone()));
            }
            if !values.is_empty() {
                arguments.push(format!("--{option}={}", values.join(",")));
            }
        }
        if let Some(user) = &self.user {
            arguments.push(format!("--user={user}"));
        }
        Ok(arguments)
    }
}

/// What `sacct` prints of these jobs: a header and rows, as [`DELIMITER`] separates them.
///
/// # Errors
/// No `sacct`, an accounting that is disabled or down, no answer in time.
pub fn accounting(asked: &Asked, today: NaiveDate) -> Result<String, NoAnswer> {
    let mut command = Command::new(SACCT);
    command
        .args(asked.arguments(today)?)
        .env("TZ", "UTC")
        .env("SLURM_TIME_FORMAT", "%s")
        // Options that a user has set for every call would change columns and rows.
        .env_remove("SACCT_FORMAT")
        .env_remove("SACCT_FEDERATION")
        .env("LC_ALL", "C.UTF-8");
    let bytes = call(command, LIMIT, MOST)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The rows of the jobs that were submitted in a folder or below it, their folders left out again, and how many others
/// there were: a job of the same name in another project is another job.
pub fn within(answer: &str, folder: &Path) -> (String, usize) {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let folder = real(folder);
    let mut records = records(answer).into_iter();
    let mut header = records.next().unwrap_or_default();
    let Some(at) = header.iter().position(|field| *field == FOLDER) else {
        return (answer.to_string(), 0);
    };
    header.remove(at);
    let mut rows = vec![header];
    let mut others = 0;
    for mut record in records {
        // A row that is short of fields is left to the reader, which says so.
        if record.len() > at {
            let own = record.remove(at);
            if !real(Path::new(own)).starts_with(&folder) {
                others += 1;
                continue;
            }
        }
        rows.push(record);
    }
    let delimiter = DELIMITER.to_string();
    (rows.iter().map(|row| row.join(&delimiter) + "\n").collect(), others)
}

/// The rows of an answer as a file to commit: times as people write them, with their zone, and `|` between the fields
/// unless one of them has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub text: String,
    /// Its rows, by the state that each has, in the order of the alphabet.
    pub states: Vec<(String, usize)>,
}

impl File {
    /// The file of an answer.
    pub fn of(answer: &str) -> File {
        let mut records = records(answer).into_iter();
        let header = records.next().unwrap_or_default();
        let at = |name: &str| header.iter().position(|field| *field == name);
        let times: Vec<usize> = TIMES.iter().filter_map(|name| at(name)).collect();
        let state = at("State");
        let mut rows: Vec<Vec<String>> = vec![header.iter().map(ToString::to_string).collect()];
        let mut states = std::collections::BTreeMap::new();
        for record in records {
            let word = state.and_then(|at| record.get(at)).unwrap_or(&"");
            let word = word.split(' ').next().unwrap_or_default();
            *states.entry(word.to_string()).or_insert(0) += 1;
            let row = record.iter().enumerate();
            rows.push(
                row.map(|(at, field)| match times.contains(&at) {
                    true => dated(field),
                    false => (*field).to_string(),
                })
                .collect(),
            );
        }
        let plain = |field: &String| !field.contains(['|', '\n', '\r']);
        let delimiter = if rows.iter().flatten().all(plain) {
            '|'
        } else {
            DELIMITER
        };
        let lines = rows.iter().map(|row| row.join(&delimiter.to_string()) + "\n");
        File {
            text: lines.collect(),
            states: states.into_iter().collect(),
        }
    }

    pub fn rows(&self) -> usize {
        self.states.iter().map(|(_, count)| count).sum()
    }
}

/// Rows of an answer: a row goes on until it has as many fields as the header, for a name may hold line breaks.
fn records(answer: &str) -> Vec<Vec<&str>> {
    let fields = answer.lines().next().unwrap_or_default().matches(DELIMITER).count();
    let mut records = Vec::new();
    let mut start = 0;
    let mut delimiters = 0;
    for (at, found) in answer.match_indices([DELIMITER, '\n']) {
        if found != "\n" {
            delimiters += 1;
        } else if delimiters >= fields {
            records.push(answer[start..at].split(DELIMITER).collect());
            start = at + 1;
            delimiters = 0;
        }
    }
    if start < answer.len() {
        records.push(answer[start..].split(DELIMITER).collect());
    }
    records
}

/// Seconds since the epoch as a time in UTC; other words (`Unknown`, `None`) as they are.
fn dated(field: &str) -> String {
    let time = field
        .parse()
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.map_or_else(
        || field.to_string(),
        |time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_call_is_bounded_in_time_or_by_ids() {
        let today = day("2026-11-28");
        let of = |asked: Asked| asked.arguments(today).unwrap()[5..].join(" ");
        for (asked, expected) in [
            (Asked::default(), "--starttime=2026-10-29"),
            (
                Asked {
                    since: Some(day("2026-11-01")),
                    until: Some(day("2026-11-30")),
                    user: Some("ana".into()),
                    ..Asked::default()
                },
                "--starttime=2026-11-01 --endtime=2026-12-01 --user=ana",
            ),
            (
                Asked {
                    jobs: vec!["7".into(), "8_2".into()],
                    names: vec!["eval".into()],
                    ..Asked::default()
                },
                "--jobs=7,8_2 --name=eval",
            ),
        ] {
            assert_eq!(of(asked), expected);
        }
        let comma = Asked {
            names: vec!["a,b".into()],
            ..Asked::default()
        };
        assert_eq!(comma.arguments(today), Err(NoAnswer::Comma("a,b".into())));
    }

    #[test]
    fn the_user_is_asked_for_only_when_told_and_never_stands_last() {
        let today = day("2026-11-28");
        let format = |with_user| {
            let asked = Asked {
                with_user,
                ..Asked::default()
            };
            asked.arguments(today).unwrap()[4].clone()
        };
        assert!(!format(false).contains("User"));
        assert!(format(true).ends_with(",User,ExitCode"));
    }

    /// The rows of an answer, fields separated as `sacct` was asked to.
    fn answer(rows: &[&str]) -> String {
        rows.iter().map(|row| row.replace('~', "\u{1f}") + "\n").collect()
    }

    #[test]
    fn jobs_of_other_folders_are_left_out() {
        let text = answer(&[
            "JobID~JobName~WorkDir~ExitCode",
            "1~eval~/home/a/paper~0:0",
            "2~eval~/home/a/paper/runs~0:0",
            "3~eval~/home/a/paper-2~0:0",
            "4~eval~~0:0",
        ]);
        let (rows, others) = within(&text, Path::new("/home/a/paper"));
        assert_eq!(rows, answer(&["JobID~JobName~ExitCode", "1~eval~0:0", "2~eval~0:0"]));
        assert_eq!(others, 2);
    }

    #[test]
    fn a_file_to_commit_has_dates_with_their_zone() {
        let file = File::of(&answer(&[
            "JobID~State~Submit~End~JobName~ExitCode",
            "1~COMPLETED~1795344793~1795344797~eval~0:0",
            "2~CANCELLED by 0~1795344793~Unknown~eval 2~0:0",
        ]));
        assert_eq!(
            file.text,
            "JobID|State|Submit|End|JobName|ExitCode\n\
             1|COMPLETED|2026-11-22T10:53:13Z|2026-11-22T10:53:17Z|eval|0:0\n\
             2|CANCELLED by 0|2026-11-22T10:53:13Z|Unknown|eval 2|0:0\n"
        );
        assert_eq!(
            file.states,
            [("CANCELLED".to_string(), 1), ("COMPLETED".to_string(), 1)]
        );
    }

    #[test]
    fn a_name_with_a_bar_or_a_line_break_keeps_its_row() {
        for name in ["eval|part one", "eval\npart one"] {
            let text = answer(&[
                "JobID~State~JobName~ExitCode",
                &format!("1~FAILED~{name}~1:0"),
                "2~COMPLETED~b~0:0",
            ]);
            let file = File::of(&text);
            assert_eq!(file.rows(), 2, "{name}");
            assert_eq!(file.text, text, "{name}");
        }
    }
}
