//! `verify explain`: everything known about one claim.
//!
//! The verdict and the rule that gave it, the way of the value, every place with its grade and stance, the caveats, what
//! would give another verdict, what to change, and where the kind of claim can be wrong.
//!
//! Why it can be wrong: "what would change it" that is argued and not tried is a guess. Every line of it is a change that
//! was made in memory and judged.
//!
//! Example: `slurm/04_eval_base.job:58 says something else: needs clarification`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, presets};
use minijinja::context;

use super::{headed, say, trial};
use crate::claim::KindSpec;
use crate::perturb::Trial;
use crate::report::catalogue::{sentence, word};
use crate::report::terminal::strong;
use crate::report::{Judged, Language, Options, markup, place_text, stance_name};
use crate::verdict::{Citation, Stance, Target, Verdict};

/// One claim with what was tried on it.
#[derive(Debug)]
pub struct Explained<'a> {
    pub judged: Judged<'a>,
    pub kind: &'a KindSpec,
    /// Changes and the verdicts they lead to.
    pub trials: Vec<Trial>,
}

/// The answer for a terminal.
pub fn explain(explained: &Explained<'_>, language: Language, options: &Options) -> String {
    let judged = &explained.judged;
    let (claim, ruling) = (judged.claim, &judged.ruling);
    let mut out = String::new();
    let head = format!("{} {}: {}", judged.symbol(), claim.id, judged.title());
    let _ = writeln!(out, "{}", strong(&markup::line(&head), options));
    let at = format!("{} · {}", claim.kind, claim.place.short());
    out.push_str(&super::super::terminal::wrapped(&markup::line(&at), 2, options));
    if let Some(quote) = &claim.quote {
        let place = judged
            .quote_place
            .as_ref()
            .map(|place| format!(" — {}", place_text(place, language)));
        let text = format!("“{quote}”{}", place.unwrap_or_default());
        out.push_str(&super::super::terminal::wrapped(&markup::line(&text), 2, options));
    }
    headed(
        &mut out,
        &word("word.verdict", language),
        &decided(explained, language),
        options,
    );
    let chain: Vec<String> = ruling
        .chain
        .iter()
        .map(|step| {
            let instead = step
                .instead_of
                .as_ref()
                .map(|own| format!(" ({} {own})", word("word.instead-of", language)));
            let place = place_text(&step.place, language);
            format!("{place}: {} → {}{}", step.what, step.value, instead.unwrap_or_default())
        })
        .collect();
    headed(&mut out, &word("word.chain", language), &chain, options);
    places(&mut out, &ruling.citations, language, options);
    let caveats: Vec<String> = ruling
        .caveats
        .iter()
        .map(|caveat| format!("! {}", sentence(caveat, language)))
        .collect();
    headed(&mut out, &word("word.caveats", language), &caveats, options);
    let would: Vec<String> = explained.trials.iter().map(|one| trial(one, language)).collect();
    headed(&mut out, &say("would-change", language, context! {}), &would, options);
    let advice: Vec<String> = ruling
        .recommendations
        .iter()
        .map(|one| {
            let target = match one.target {
                Target::Paper => word("word.for-the-paper", language),
                Target::Code => word("word.for-the-code", language),
            };
            let latex = one.latex.as_ref().map(|latex| format!(" → {latex}"));
            format!(
                "{target}: {}{}",
                sentence(&one.text, language),
                latex.unwrap_or_default()
            )
        })
        .collect();
    headed(&mut out, &word("word.recommendations", language), &advice, options);
    let doubts = section(explained.kind.about, "Why it can be wrong");
    let heading = say("doubts", language, context! { kind => claim.kind });
    headed(&mut out, &heading, &[doubts], options);
    out
}

/// Verdict, rule, both sides, and the grade beside the one that decides.
fn decided(explained: &Explained<'_>, language: Language) -> Vec<String> {
    let judged = &explained.judged;
    let ruling = &judged.ruling;
    let mut lines = vec![
        format!(
            "{} — {}",
            super::verdict(ruling.verdict, language),
            sentence(&ruling.because, language)
        ),
        format!("{}: {}", word("word.paper-says", language), ruling.expected),
    ];
    if let Some(found) = &ruling.found {
        lines.push(format!("{}: {found}", word("word.found", language)));
    }
    let deciding = explained.judged.claim.floor.unwrap_or(explained.kind.deciding);
    let name = |grade: crate::evidence::Grade| word(&format!("grade.{}", grade.name()), language);
    lines.push(match ruling.grade {
        Some(grade) => say(
            "rests-on",
            language,
            context! { grade => name(grade), deciding => name(deciding) },
        ),
        None => say("rests-on-nothing", language, context! { deciding => name(deciding) }),
    });
    if ruling.verdict == Verdict::Supported && ruling.citations.iter().any(|one| one.stance == Stance::Contradicts) {
        lines.push(say("contradicted-too", language, context! {}));
    }
    lines
}

/// Every place, those of one stance together: grade, place, value, and why it stands so.
fn places(out: &mut String, citations: &[Citation], language: Language, options: &Options) {
    let mut by_stance: BTreeMap<Stance, Vec<&Citation>> = BTreeMap::new();
    for citation in citations {
        by_stance.entry(citation.stance).or_default().push(citation);
    }
    for (stance, citations) in by_stance {
        let heading = word(&format!("stance.{}", stance_name(stance)), language);
        let _ = write!(out, "\n{}\n", strong(&heading, options));
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(options.width)
            .force_no_tty();
        for citation in citations {
            let note = citation
                .note
                .as_ref()
                .map(|note| format!("\n{}", sentence_or_reason(note, language)));
            let value = markup::line(&citation.value);
            table.add_row([
                Cell::new(word(&format!("grade.{}", citation.grade.name()), language)),
                Cell::new(markup::line(&place_text(&citation.place, language))),
                Cell::new(format!("{value}{}", note.unwrap_or_default())),
            ]);
        }
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((if index == 0 { 2 } else { 0 }, 2));
            if index < 2 {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        for line in table.lines() {
            let _ = writeln!(out, "{}", line.trim_end());
        }
    }
}

/// A note is a sentence, or a short reason.
fn sentence_or_reason(note: &crate::verdict::Message, language: Language) -> String {
    let reason = word(&format!("reason.{}", note.code), language);
    if reason.starts_with("reason.") {
        sentence(note, language)
    } else {
        reason
    }
}

/// A section of a kind's head, its comment signs taken off, its lines joined.
fn section(about: &str, title: &str) -> String {
    about
        .lines()
        .map(|line| line.trim_start_matches("//!").trim())
        .skip_while(|line| line.trim_start_matches('#').trim() != title || !line.starts_with('#'))
        .skip(1)
        .take_while(|line| !line.starts_with('#') && !line.starts_with("use "))
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
