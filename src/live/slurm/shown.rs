//! A followed job on the terminal: one line that says how it stands and how to find it again.
//!
//! Why it can be wrong: a line that says "running" for an hour after the controller went away is believed. So it counts
//! the time since the last answer by itself, for the line is redrawn with each look.
//!
//! Example: `⠙ job 1234 waits (Priority), looked at 12 s ago; --resume follows it again after a lost terminal`

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::NoAnswer;
use super::batch::{Pace, Seen, Submitted, follow};
use crate::evidence::Job;

/// Follows the job to its end. Nothing is drawn where standard error is no terminal.
///
/// # Errors
/// As [`follow`].
pub fn follow_shown(submitted: &Submitted) -> Result<Job, NoAnswer> {
    let line = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template(
        "{spinner} {msg}, looked at {elapsed} ago; --resume follows it again after a lost terminal",
    ) {
        line.set_style(style);
    }
    line.enable_steady_tick(Duration::from_millis(200));
    let job = &submitted.job;
    line.set_message(format!("job {job} was submitted"));
    let ended = follow(submitted, Pace::default(), &mut |seen| {
        line.reset_elapsed();
        line.set_message(match seen {
            Seen::Waiting { why } if why.is_empty() || why == "None" => format!("job {job} waits"),
            Seen::Waiting { why } => format!("job {job} waits ({why})"),
            Seen::Running { since } if since.is_empty() => format!("job {job} runs"),
            Seen::Running { since } => format!("job {job} runs since {since}"),
            Seen::Over(_) => format!("job {job} is over"),
            Seen::Unknown => format!("nobody knows job {job} yet"),
        });
    });
    line.finish_and_clear();
    ended
}
