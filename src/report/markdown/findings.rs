//! What all claims come to: the counts, the summary of findings, what to change, the conclusion.
//!
//! Why it can be wrong: a conclusion in words that does not follow from the counts is the first thing that is read and
//! the last that is checked. Each of its parts is there only where its count is not 0.
//!
//! Example: "12 of 14 claims are supported; 1 needs clarification (claim 4)."

use std::collections::BTreeMap;

use minijinja::context;
use minijinja::value::Value;

use super::super::{Judged, Language, Report, Status, catalogue, markup, place_text};
use super::{Numbered, claim, say, sentence};
use crate::verdict::{Recommendation, Target, Verdict};

/// One line per verdict that some claim has, and the drafts: how many, on which grades, or which.
pub(super) fn counts(report: &Report<'_>, claims: &[Numbered<'_>]) -> Vec<Value> {
    let language = report.language;
    let tally = report.tally();
    let mut lines = Vec::new();
    for (verdict, count) in tally.verdicts.iter().filter(|(_, count)| *count > 0) {
        let text = say(&format!("finding.{}", verdict.name()), language, context! { count });
        let supported = *verdict == Verdict::Supported;
        let grades: Vec<String> = tally
            .grades
            .iter()
            .filter(|_| supported)
            .map(|(grade, count)| say(&format!("tally-grade.{}", grade.name()), language, context! { count }))
            .collect();
        let which = if supported {
            String::new()
        } else {
            references(claims, language, |judged| judged.verdict() == Some(*verdict))
        };
        lines.push(context! { symbol => verdict.symbol(), text, grades => grades.join(", "), which });
    }
    if tally.drafts > 0 {
        let text = say("finding.draft", language, context! { count => tally.drafts });
        let which = references(claims, language, |judged| judged.status == Status::Draft);
        lines.push(context! { symbol => "📝", text, grades => "", which });
    }
    lines
}

/// The claims that hold, each with its value and its place.
pub(super) fn supported(claims: &[Numbered<'_>], language: Language) -> Vec<String> {
    let line = |claim: &Numbered<'_>| {
        let judged = claim.judged;
        let found = judged
            .ruling
            .found
            .as_deref()
            .map_or_else(String::new, |found| format!(": {}", markup::code(found)));
        let place = judged.deciding().map_or_else(String::new, |citation| {
            format!(" ({})", markup::code(&place_text(&citation.place, language)))
        });
        format!("{} {}{found}{place}", judged.symbol(), claim.title())
    };
    claims.iter().filter(|claim| claim.is_supported()).map(line).collect()
}

/// The claims that were judged and do not hold, accepted ones too.
pub(super) fn open(claims: &[Numbered<'_>], language: Language) -> Vec<Value> {
    claims
        .iter()
        .filter(|claim| !claim.is_supported() && claim.judged.status != Status::Draft)
        .map(|claim| {
            let number = say("word.claim-number", language, context! { number => claim.number });
            let word = catalogue::word(&format!("verdict.{}", claim.judged.verdict_name()), language);
            context! {
                title => format!("{} ({number}, {} {word})", claim.title(), claim.judged.symbol()),
                issue => sentence(&claim.judged.ruling.because, language),
                ways => claim::recommendations(&claim.judged.ruling.recommendations, language),
            }
        })
        .collect()
}

pub(super) fn drafts(claims: &[Numbered<'_>], language: Language) -> Vec<String> {
    claims
        .iter()
        .filter(|claim| claim.judged.status == Status::Draft)
        .map(|claim| claim.reference(language))
        .collect()
}

/// For the paper: sentences without LaTeX, and one block of LaTeX. For the code: sentences, and lines to add by file.
pub(super) fn recommendations(claims: &[Numbered<'_>], language: Language) -> Value {
    let mut texts: BTreeMap<Target, Vec<String>> = BTreeMap::new();
    let mut latex = Vec::new();
    let mut patches: BTreeMap<&str, (Vec<String>, Vec<&str>)> = BTreeMap::new();
    for claim in claims {
        let recommendations = &claim.judged.ruling.recommendations;
        latex.extend(corrections(*claim, recommendations, language));
        for recommendation in recommendations {
            let text = format!(
                "{}: {}",
                claim.reference(language),
                sentence(&recommendation.text, language)
            );
            if let Some((file, lines)) = &recommendation.patch {
                let (texts, added) = patches.entry(file).or_default();
                texts.push(text);
                added.extend(lines.lines().filter(|line| !added.contains(line)).collect::<Vec<_>>());
            } else if recommendation.latex.is_none() {
                texts.entry(recommendation.target).or_default().push(text);
            }
        }
    }
    let patches: Vec<Value> = patches
        .into_iter()
        .map(|(file, (texts, lines))| {
            let heading = say("word.for-file", language, context! { file });
            context! { heading, texts, block => markup::fence(markup::block_language(file), &lines.join("\n")) }
        })
        .collect();
    context! {
        paper_texts => texts.remove(&Target::Paper).unwrap_or_default(),
        code_texts => texts.remove(&Target::Code).unwrap_or_default(),
        latex => (!latex.is_empty()).then(|| markup::fence("latex", &latex.join("\n\n"))),
        patches,
    }
}

/// The sentence as it stands and as it would be right, under comments; none where nothing was corrected.
fn corrections(claim: Numbered<'_>, recommendations: &[Recommendation], language: Language) -> Option<String> {
    let corrected: Vec<&str> = recommendations.iter().filter_map(|one| one.latex.as_deref()).collect();
    if corrected.is_empty() {
        return None;
    }
    let judged = claim.judged;
    let place = judged
        .quote_place
        .as_ref()
        .map_or_else(String::new, |place| format!(" ({})", place.short()));
    let mut lines = vec![format!("% {}. {}{place}", claim.number, markup::line(judged.title()))];
    if let Some(quote) = &judged.claim.quote {
        lines.push(format!("% {}", catalogue::word("word.latex-now", language)));
        lines.push(quote.clone());
    }
    for text in corrected {
        lines.push(format!("% {}", catalogue::word("word.latex-corrected", language)));
        lines.push(text.to_string());
    }
    Some(lines.join("\n"))
}

pub(super) fn conclusion(report: &Report<'_>, claims: &[Numbered<'_>]) -> String {
    let language = report.language;
    let tally = report.tally();
    let mut parts = Vec::new();
    let mut part = |name: &str, count: usize, which: Option<String>| {
        let text = say(
            &format!("conclusion.{name}"),
            language,
            context! { count, claims => tally.claims },
        );
        parts.push(which.map_or_else(|| text.clone(), |which| format!("{text} ({which})")));
    };
    for (verdict, count) in &tally.verdicts {
        if *verdict == Verdict::Supported {
            part(verdict.name(), *count, None);
        } else if *count > 0 {
            part(
                verdict.name(),
                *count,
                Some(numbers(claims, language, |judged| judged.verdict() == Some(*verdict))),
            );
        }
    }
    if tally.drafts > 0 {
        part(
            "draft",
            tally.drafts,
            Some(numbers(claims, language, |judged| judged.status == Status::Draft)),
        );
    }
    if tally.accepted > 0 {
        part(
            "accepted",
            tally.accepted,
            Some(numbers(claims, language, |judged| {
                matches!(judged.status, Status::Accepted(_))
            })),
        );
    }
    let mut text = format!("{}.", parts.join("; "));
    let contradicts =
        |judged: &Judged<'_>| matches!(judged.verdict(), Some(Verdict::Discrepancy | Verdict::MinorDiscrepancy));
    if !claims.iter().any(|claim| contradicts(claim.judged)) {
        text = format!("{text} {}", catalogue::word("conclusion.none-contradicted", language));
    }
    text
}

/// `bitsandbytes (claim 4), Runtime (claim 9)`.
fn references(claims: &[Numbered<'_>], language: Language, which: impl Fn(&Judged<'_>) -> bool) -> String {
    let of = claims.iter().filter(|claim| which(claim.judged));
    of.map(|claim| claim.reference(language)).collect::<Vec<_>>().join(", ")
}

/// `claims 4, 9`.
fn numbers(claims: &[Numbered<'_>], language: Language, which: impl Fn(&Judged<'_>) -> bool) -> String {
    let of = claims.iter().filter(|claim| which(claim.judged));
    let numbers: Vec<String> = of.map(|claim| claim.number.to_string()).collect();
    say(
        "word.claim-numbers",
        language,
        context! { count => numbers.len(), numbers => numbers.join(", ") },
    )
}
