//! What a person is told while something runs: on standard error, as it happens.
//!
//! Why it can be wrong: what is said here is in no report. So it is nothing that a verdict rests on.
//!
//! Example: the command in full, before it is started.

use std::io::Write as _;

/// Says it, on a line of its own; a reader who went away is no failure.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}\n");
}
