//! The evidence by file, and what was not read.
//!
//! Why it can be wrong: a place that speaks for two claims and is listed for one hides what a change to it would touch.
//! Here each place names every claim it was cited for, and how it stands to it.
//!
//! Example: ``[`slurm/04_eval_base.job:58`](slurm/04_eval_base.job#L58): claim 13 (supports)``.

use std::collections::BTreeMap;

use minijinja::context;
use minijinja::value::Value;

use super::super::{Language, Options, Report, catalogue, markup, place_text, stance_name};
use super::{Numbered, say};
use crate::evidence::{Evidence, Gap};
use crate::place::Place;

/// Files that are named for one reason.
const FILES: usize = 10;
/// Hexadecimal digits that tell one version of a file from another.
const DIGEST: usize = 12;

/// Files in alphabetical order, their places by line, each with a link from where the report lies.
pub(super) fn by_file(
    claims: &[Numbered<'_>],
    evidence: &Evidence,
    language: Language,
    options: &Options,
) -> Vec<Value> {
    type Key<'r> = (Option<u32>, Option<u32>, Option<u64>, String);
    let mut files: BTreeMap<&str, BTreeMap<Key<'_>, (&Place, Vec<String>)>> = BTreeMap::new();
    for claim in claims {
        for citation in &claim.judged.ruling.citations {
            let place = &citation.place;
            let key = (place.line, place.end_line, place.row, place_text(place, language));
            let (_, speaks) = files
                .entry(&place.file)
                .or_default()
                .entry(key)
                .or_insert((place, Vec::new()));
            let number = say("word.claim-number", language, context! { number => claim.number });
            let verb = catalogue::word(&format!("stance-verb.{}", stance_name(citation.stance)), language);
            let text = format!("{number} ({verb})");
            if !speaks.contains(&text) {
                speaks.push(text);
            }
        }
    }
    files
        .into_iter()
        .map(|(file, places)| {
            let lines: Vec<String> = places
                .into_values()
                .map(|(place, speaks)| format!("{}: {}", link(place, language, options), speaks.join(", ")))
                .collect();
            let digest = evidence
                .digests
                .get(file)
                .and_then(|digest| digest.get(..DIGEST))
                .map(markup::code);
            context! { name => markup::code(file), digest, lines }
        })
        .collect()
}

fn link(place: &Place, language: Language, options: &Options) -> String {
    let anchor = match (place.line, place.end_line) {
        (Some(first), Some(last)) if last > first => format!("#L{first}-L{last}"),
        (Some(first), _) => format!("#L{first}"),
        (None, _) => String::new(),
    };
    options.link(&markup::code(&place_text(place, language)), &place.file, &anchor)
}

/// One line per reason: how many, and the first of them.
pub(super) fn gaps(report: &Report<'_>) -> Vec<String> {
    let name = |gap: &&Gap| {
        let file = markup::code(&gap.file);
        if gap.detail.is_empty() {
            file
        } else {
            format!("{file} ({})", markup::inline(&gap.detail))
        }
    };
    report
        .gaps()
        .into_iter()
        .map(|(why, gaps)| {
            let why = say(&format!("gap.{}", why.name()), report.language, context! {});
            let mut files: Vec<String> = gaps.iter().take(FILES).map(name).collect();
            if gaps.len() > FILES {
                files.push(say(
                    "word.and-more",
                    report.language,
                    context! { count => gaps.len() - FILES },
                ));
            }
            format!("{why} ({}): {}", gaps.len(), files.join(", "))
        })
        .collect()
}
