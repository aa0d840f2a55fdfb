//! `verify slurm collect`: what the accounting says of some jobs, as a file fit to commit.
//!
//! Why it can be wrong: a file that replaces one with more jobs loses evidence, and one without any looks like a cluster
//! that ran nothing. So it says what it wrote, and an answer without jobs is an error that writes nothing.
//!
//! Example: `verify slurm collect --since 2026-11-01 --name eval --output evidence/sacct.txt`.

use super::{Done, Failure};
use crate::cli::Collect;
use crate::exit::Exit;
use crate::live::slurm::{Asked, File, accounting};
use crate::source::today;
use crate::write;

/// `verify slurm collect`.
pub(super) fn collect(arguments: &Collect) -> Result<Done, Failure> {
    let asked = Asked {
        since: arguments.since,
        until: arguments.until,
        jobs: arguments.jobs.clone(),
        names: arguments.name.clone(),
        user: arguments.user.clone(),
        with_user: arguments.with_user,
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
    let days = asked
        .first_day(today)
        .map_or_else(String::new, |day| format!(" since {day} (UTC)"));
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
