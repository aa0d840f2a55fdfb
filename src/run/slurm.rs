//! Slurm's accounting for a run of `verify`: asked once for the claims (`--live-slurm`), or written into a file fit to commit
//! (`verify slurm collect`).
//!
//! Why it can be wrong: a file that replaces one with more jobs loses evidence, and one without any looks like a cluster
//! that ran nothing. So it says what it wrote, and an answer without jobs is an error that writes nothing. For a check,
//! jobs of the same name in other projects would vote: only those submitted below the root do, unless named by their ids.
//!
//! Example: `verify slurm collect --since 2026-11-01 --name eval --output evidence/sacct.txt`.

use std::path::Path;

use chrono::NaiveDate;

use super::{Done, Failure};
use crate::cli::{Collect, Live};
use crate::evidence::Ask;
use crate::exit::Exit;
use crate::live::slurm::{Asked, File, NoAnswer, accounting, within};
use crate::source::accounted::Answer;
use crate::source::today;
use crate::write;

/// What the scheduler said, asked once for all claims; nothing where it was not to be asked, or no claim needs it.
pub(super) struct Accounting {
    said: Option<Result<String, NoAnswer>>,
    /// Whether the jobs were named by their ids.
    named: bool,
    since: String,
}

impl Accounting {
    pub(super) fn of(live: &Live, asks: &[Ask]) -> Accounting {
        let asked = Asked {
            since: live.since,
            jobs: live.jobs.clone(),
            user: live.slurm_user.clone(),
            with_folder: live.jobs.is_empty(),
            ..Asked::default()
        };
        let needed = asks
            .iter()
            .any(|ask| matches!(ask, Ask::Runtime | Ask::Scheduler | Ask::Cards));
        let today = today();
        Accounting {
            said: (live.live_slurm && needed).then(|| accounting(&asked, today)),
            named: !live.jobs.is_empty(),
            since: days(&asked, today),
        }
    }

    /// What of it is about the repository below this root.
    pub(super) fn below(&self, root: &Path) -> Option<Answer> {
        Some(match self.said.as_ref()? {
            Err(error) => Answer {
                rows: Err(error.to_string()),
                aside: None,
            },
            Ok(rows) if self.named => Answer {
                rows: Ok(rows.clone()),
                aside: None,
            },
            Ok(rows) => {
                let (rows, others) = within(rows, root);
                let aside = match (rows.lines().count(), others) {
                    (0 | 1, 0) => Some(format!("it has no job{}", self.since)),
                    (_, 0) => None,
                    (_, others) => Some(format!(
                        "{others} of its rows{} are of jobs submitted in other folders than the root; name their ids with --jobs if they are meant",
                        self.since
                    )),
                };
                Answer { rows: Ok(rows), aside }
            }
        })
    }
}

/// ` since DAY (UTC)`, where there is a first day.
fn days(asked: &Asked, today: NaiveDate) -> String {
    asked
        .first_day(today)
        .map_or_else(String::new, |day| format!(" since {day} (UTC)"))
}

/// `verify slurm collect`.
pub(super) fn collect(arguments: &Collect) -> Result<Done, Failure> {
    let asked = Asked {
        since: arguments.since,
        until: arguments.until,
        jobs: arguments.jobs.clone(),
        names: arguments.name.clone(),
        user: arguments.user.clone(),
        with_user: arguments.with_user,
        with_folder: false,
    };
    let today = today();
    if let (Some(since), Some(until)) = (asked.first_day(today), asked.until)
        && since > until
    {
        return Err(Failure::Usage(vec![format!(
            "--until: {until} is before the first day, {since}"
        )]));
    }
    let answer = accounting(&asked, today).map_err(anyhow::Error::from)?;
    let file = File::of(&answer);
    let days = days(&asked, today);
    if file.rows() == 0 {
        return Err(Failure::Usage(vec![format!(
            "the accounting has no such job{days}; nothing is written\n\nhelp: name an earlier day with --since, or the jobs with --jobs"
        )]));
    }
    let Some(output) = &arguments.output else {
        return Ok(Done {
            output: file.text,
            exit: Exit::Fine,
        });
    };
    let replaced = if write::exists(output) { ", replaced" } else { "" };
    write::new_folder_and_file(output, file.text.as_bytes())?;
    let states: Vec<String> = file
        .states
        .iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    let user = if arguments.with_user {
        "whose jobs they are stands in it"
    } else {
        "user names are left out"
    };
    Ok(Done {
        output: format!(
            "{}{replaced}: {} {}{days}: {}\n{user}; a claim file names it by its path from there:\n\n[slurm]\naccounting = [\"{}\"]\n",
            output.display(),
            file.rows(),
            if file.rows() == 1 { "row" } else { "rows" },
            states.join(", "),
            output.display(),
        ),
        exit: Exit::Fine,
    })
}
