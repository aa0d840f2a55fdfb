//! `verify uncovered`: settings and numbers that no claim mentions.
//!
//! Why it can be wrong: "nothing" is no answer where nothing was looked at. The last line says over how many launches
//! and how many numbers of the paper it was found.
//!
//! Example: `temperature (otherwise 1.0)`, and below it `= 0.7 — slurm/04.job:61`.

use minijinja::context;

use super::{headed, say};
use crate::report::catalogue::{Dress, words};
use crate::report::terminal::strong;
use crate::report::{Language, Options, place_text};
use crate::uncovered::{Number, Setting, Uncovered};

/// Places that are named for one value.
const PLACES: usize = 3;
/// Characters of the sentence on each side of a number.
const AROUND: usize = 60;

/// The answer for a terminal.
pub fn uncovered(found: &Uncovered, language: Language, options: &Options) -> String {
    let mut out = String::new();
    let settings: Vec<String> = found.settings.iter().flat_map(|one| setting(one, language)).collect();
    headed(
        &mut out,
        &say("uncovered-settings", language, context! {}),
        &settings,
        options,
    );
    let numbers: Vec<String> = found.numbers.iter().map(|one| number(one, language)).collect();
    headed(
        &mut out,
        &say("uncovered-numbers", language, context! {}),
        &numbers,
        options,
    );
    let summary = say(
        "uncovered-summary",
        language,
        context! {
            settings => found.settings.len(),
            launches => found.launches,
            numbers => found.numbers.len(),
            quantities => found.quantities,
        },
    );
    out.push('\n');
    out.push_str(&strong(&summary, options));
    out.push('\n');
    out.trim_start().to_string()
}

/// The name with its default, then a line for each value.
fn setting(setting: &Setting, language: Language) -> Vec<String> {
    let default = setting.default.as_ref().map(|default| {
        let default = default.to_string();
        format!(" ({})", say("otherwise", language, context! { default }))
    });
    let mut lines = vec![format!("{}{}", setting.name, default.unwrap_or_default())];
    lines.extend(setting.values.iter().map(|(value, places)| {
        let mut named: Vec<String> = places
            .iter()
            .take(PLACES)
            .map(|place| place_text(place, language))
            .collect();
        if places.len() > PLACES {
            let count = places.len() - PLACES;
            named.push(words("word.and-more", language, Dress::Plain, context! { count }));
        }
        format!("= {value} — {}", named.join(", "))
    }));
    lines
}

fn number(number: &Number, language: Language) -> String {
    let (before, stated, after) = &number.sentence;
    let place = place_text(&number.place, language);
    format!("{place}: …{}[{stated}]{}…", last(before), first(after))
}

fn last(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    signs[signs.len().saturating_sub(AROUND)..].iter().collect()
}

fn first(text: &str) -> String {
    text.chars().take(AROUND).collect()
}
