//! What the commands beside the check print, for a terminal: one claim explained, changes that moved verdicts, what no
//! claim mentions. Pure, as the formats are.
//!
//! Why it can be wrong: an answer in words of its own says another thing than the report. Sentences, verdicts, grades
//! and places are printed by what prints them in the formats.
//!
//! Example: `explain(&explained, Language::English, &options)` is what `verify explain claims/setup.toml batch` prints.

mod explain;
mod mutate;
mod probe;
mod timed;
mod uncovered;

use minijinja::{Value, context};

pub use explain::{Explained, explain};
pub use mutate::{Mutated, mutate};
pub use probe::{probe, probe_in_short};
pub use timed::{submitted, timed};
pub use uncovered::uncovered;

use super::catalogue::{self, Dress};
use super::{Language, Options, markup, place_text};
use crate::perturb::{Change, Trial};

/// A word of the catalogue's table `answer`.
fn say(name: &str, language: Language, values: Value) -> String {
    catalogue::words(&format!("answer.{name}"), language, Dress::Plain, values)
}

fn verdict(verdict: crate::verdict::Verdict, language: Language) -> String {
    catalogue::word(&format!("mark.{}", verdict.name()), language)
}

/// `claimed 51: discrepancy`.
fn trial(trial: &Trial, language: Language) -> String {
    let change = match &trial.change {
        Change::Claim { key, now } => say("claimed", language, context! { key => *key, now => now.as_str() }),
        Change::Found { key, now } => say("found-claimed", language, context! { key => *key, now => now.as_str() }),
        Change::Evidence { places } => {
            let count = places.len();
            match places.as_slice() {
                [place] => say(
                    "place-changed",
                    language,
                    context! { place => place_text(place, language) },
                ),
                _ => say("places-changed", language, context! { count }),
            }
        }
        Change::Place(place) => say(
            "place-changed",
            language,
            context! { place => place_text(place, language) },
        ),
        Change::Owner(of) => say("with-key", language, context! { text => format!("of = \"{of}\"") }),
        Change::Quorum(word) => say("with-key", language, context! { text => format!("for = \"{word}\"") }),
    };
    format!("{change}: {}", verdict(trial.after, language))
}

/// A heading above lines that are indented.
fn headed(out: &mut String, heading: &str, lines: &[String], options: &Options) {
    if lines.is_empty() {
        return;
    }
    out.push('\n');
    out.push_str(&super::terminal::strong(heading, options));
    out.push('\n');
    for line in lines {
        // What belongs to the line above stands further in.
        let indent = if line.starts_with("= ") { 4 } else { 2 };
        out.push_str(&super::terminal::wrapped(&markup::line(line), indent, options));
    }
}
