//! One claim in markdown: its quote, the places grouped by how they stand to it, the chain, the analysis, the status.
//!
//! Why it can be wrong: several job scripts often say the very same line; shown one by one they bury the one place
//! that contradicts. So places with the same text share it, under one `# file:line` each, and each stance has its group.
//!
//! Example: three jobs with `#SBATCH --time=02:00:00` are three `#` lines over one.

use minijinja::context;
use minijinja::value::Value;

use super::super::{Language, Status, catalogue, markup, place_text, stance_name};
use super::{Numbered, grade_name, say, sentence};
use crate::evidence::Grade;
use crate::verdict::{Citation, Recommendation, Stance};

const STANCES: [Stance; 4] = [
    Stance::Supports,
    Stance::Contradicts,
    Stance::Overridden,
    Stance::Context,
];

pub(super) fn value(claim: Numbered<'_>, language: Language) -> Value {
    let (judged, ruling) = (claim.judged, &claim.judged.ruling);
    let mut notes: Vec<String> = ruling.caveats.iter().map(|caveat| sentence(caveat, language)).collect();
    if let Some(note) = &judged.claim.note {
        notes.push(format!(
            "{}: {}",
            catalogue::word("word.claim-note", language),
            markup::inline(note)
        ));
    }
    let chain: Vec<String> = ruling
        .chain
        .iter()
        .map(|step| {
            let place = markup::code(&place_text(&step.place, language));
            let instead = step
                .instead_of
                .as_ref()
                .map(|own| {
                    format!(
                        " ({} {})",
                        catalogue::word("word.instead-of", language),
                        markup::code(own)
                    )
                })
                .unwrap_or_default();
            format!(
                "{place}: {} → {}{instead}",
                markup::code(&step.what),
                markup::code(&step.value)
            )
        })
        .collect();
    context! {
        number => claim.number,
        symbol => judged.symbol(),
        title => claim.title(),
        quote => quote(claim, language),
        groups => groups(&ruling.citations, language),
        chain,
        because => sentence(&ruling.because, language),
        expected => markup::code(&ruling.expected),
        found => ruling.found.as_deref().map_or_else(|| "–".to_string(), markup::code),
        notes,
        status => status(claim, language),
        recommendations => recommendations(&ruling.recommendations, language),
    }
}

/// What to change, as lines; where there are several ways, each is called an option.
pub(super) fn recommendations(recommendations: &[Recommendation], language: Language) -> Vec<String> {
    let several = recommendations.len() > 1;
    let line = |(index, recommendation): (usize, &Recommendation)| {
        let text = sentence(&recommendation.text, language);
        if several {
            format!(
                "{}: {text}",
                say("word.option", language, context! { number => index + 1 })
            )
        } else {
            text
        }
    };
    recommendations.iter().enumerate().map(line).collect()
}

/// The quoted words, and where they stand: in the paper, or in the file that `at` names.
fn quote(claim: Numbered<'_>, language: Language) -> Option<Value> {
    let judged = claim.judged;
    let text = judged.claim.quote.as_deref()?;
    let label = match &judged.claim.at {
        Some(at) => markup::code(&at.file),
        None => catalogue::word("word.paper", language),
    };
    let place = judged
        .quote_place
        .as_ref()
        .map(|place| markup::code(&place_text(place, language)));
    Some(context! { label, text => markup::inline(text), place })
}

fn status(claim: Numbered<'_>, language: Language) -> String {
    let mut status = claim.verdict(language);
    match &claim.judged.status {
        Status::Draft => {
            return format!("{status}. {}", say("word.draft-verdict", language, context! {}));
        }
        Status::Accepted(accept) => {
            let values = context! { until => accept.until.to_string(), reason => accept.reason.as_str() };
            status = format!("{status} – {}", say("word.accepted-until", language, values));
        }
        Status::Counted => {}
    }
    match claim.judged.ruling.grade {
        Some(grade) => {
            let rests_on = say(
                "word.rests-on",
                language,
                context! { grade => grade_name(grade, language) },
            );
            format!("{status} ({rests_on})")
        }
        None => status,
    }
}

/// By stance, then by grade, in the order in which a grade first appears; the label says both where there is more than one.
fn groups(citations: &[Citation], language: Language) -> Vec<Value> {
    let mut groups: Vec<(Stance, Grade, Vec<&Citation>)> = Vec::new();
    for stance in STANCES {
        for citation in citations.iter().filter(|citation| citation.stance == stance) {
            match groups
                .iter_mut()
                .find(|(of, grade, _)| *of == stance && *grade == citation.grade)
            {
                Some((_, _, members)) => members.push(citation),
                None => groups.push((stance, citation.grade, vec![citation])),
            }
        }
    }
    let alone = groups.len() == 1 && groups[0].0 == Stance::Supports;
    groups
        .into_iter()
        .map(|(stance, grade, members)| {
            let label = (!alone).then(|| {
                let stance = catalogue::word(&format!("stance.{}", stance_name(stance)), language);
                format!("**{stance}** – {}", grade_name(grade, language))
            });
            context! { label, blocks => blocks(&members, language), notes => notes(&members, language) }
        })
        .collect()
}

/// One fenced block per language, in the order in which a language first appears.
fn blocks(citations: &[&Citation], language: Language) -> Vec<String> {
    let mut blocks: Vec<(&str, Vec<Shown>)> = Vec::new();
    for citation in citations {
        let shown = Shown::of(citation, language);
        let name = markup::block_language(&citation.place.file);
        let at = blocks.iter().position(|(of, _)| *of == name).unwrap_or_else(|| {
            blocks.push((name, Vec::new()));
            blocks.len() - 1
        });
        let entries = &mut blocks[at].1;
        match entries.iter_mut().find(|entry| entry.text == shown.text) {
            Some(entry) => entry.heads.extend(shown.heads),
            None => entries.push(shown),
        }
    }
    blocks
        .into_iter()
        .map(|(name, entries)| {
            let texts: Vec<String> = entries
                .into_iter()
                .map(|entry| format!("{}\n{}", entry.heads.join("\n"), entry.text))
                .collect();
            markup::fence(name, &texts.join("\n\n"))
        })
        .collect()
}

/// A place in a block: its `#` lines, and the text they stand over.
struct Shown {
    heads: Vec<String>,
    text: String,
}

impl Shown {
    fn of(citation: &Citation, language: Language) -> Shown {
        let place = &citation.place;
        let mut head = format!("# {}", markup::line(&place_text(place, language)));
        let value = markup::line(&citation.value);
        if place.excerpt.trim().is_empty() {
            return Shown {
                heads: vec![head],
                text: value,
            };
        }
        if !value.is_empty() && !place.excerpt.contains(&value) {
            head.push_str(&format!(" → {value}"));
        }
        let mut text = place.excerpt.trim_end().to_string();
        let lines = place
            .line
            .zip(place.end_line)
            .map_or(1, |(first, last)| last.saturating_sub(first) as usize + 1);
        if text.lines().count() < lines {
            text.push_str("\n…");
        }
        Shown {
            heads: vec![head],
            text,
        }
    }
}

fn notes(citations: &[&Citation], language: Language) -> Vec<String> {
    let mut said: Vec<(String, Vec<String>)> = Vec::new();
    for citation in citations {
        let Some(note) = &citation.note else { continue };
        let (sentence, place) = (
            sentence(note, language),
            markup::code(&place_text(&citation.place, language)),
        );
        match said.iter_mut().find(|(other, _)| *other == sentence) {
            Some((_, places)) => places.push(place),
            None => said.push((sentence, vec![place])),
        }
    }
    said.into_iter()
        .map(|(sentence, places)| format!("{}: {sentence}", places.join(", ")))
        .collect()
}
