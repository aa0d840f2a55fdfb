//! A claim file drafted from a paper: its sentences about the setup as claims, with what the repository says above each.
//!
//! Two rounds: what the text says ([`candidates`]), each with the identifiers that code may have for it ([`asks`]); then,
//! with the evidence for these, the names and files that the repository has ([`settle`]). [`text::file`] writes it down.
//!
//! Why it can be wrong: a draft of everything helps nobody, and one that looks finished is believed. So only what names
//! a setting is drafted, what is no setting of a known name only where the repository bears it, and every claim is a
//! draft: its verdict is null until a person takes the line out.
//!
//! Example: "with batch size 50 for evaluation" is a `batch-size` claim of 50, `in` the job scripts named after it.

mod counts;
mod lexicon;
mod numbers;
mod phrase;
mod quote;
mod scope;
mod section;
mod settle;
pub mod text;
mod words;

use std::ops::Range;

use self::phrase::Phrase;
use self::section::Section;
use self::text::literal;
use crate::place::Place;
use crate::quantity::{Locale, Stated, Unit, scan};
use crate::source::passages::{Passage, Text};

pub use scope::scopes;
pub use settle::{asks, settle};

/// A claim that nobody has read yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub id: String,
    pub kind: &'static str,
    pub section: Option<String>,
    pub quote: String,
    /// `README.md:12`, where the quote is not of the paper.
    pub at: Option<String>,
    /// Before [`settle`]: what it may be called; then: what is proposed.
    pub names: Vec<String>,
    /// Names that other things bear too.
    weak: Vec<String>,
    /// The kind's keys in their order, each as TOML.
    pub keys: Vec<(&'static str, String)>,
    pub scope: Vec<String>,
    /// Lines of comment above it.
    pub remarks: Vec<String>,
    phrase: Option<Phrase>,
    /// It is a setting whatever the repository calls it.
    sure: bool,
    sentence: String,
    place: Place,
    section_is: Section,
}

/// What was drafted, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub drafts: Vec<Draft>,
    /// Numbers of sections with results.
    pub results: usize,
    /// Numbers whose words no setting of the repository bears.
    pub unnamed: usize,
}

/// What one place of a passage says, before it is a claim.
#[derive(Debug, Clone)]
struct Hit {
    stem: String,
    kind: &'static str,
    /// As TOML.
    values: Vec<String>,
    keys: Vec<(&'static str, String)>,
    names: Vec<String>,
    weak: Vec<String>,
    /// The words that may be its name, where it is no setting of the lexicon.
    phrase: Option<Phrase>,
    /// Bytes of the passage that its quote has to hold.
    span: Range<usize>,
    sure: bool,
    /// Several values are one list, in this order.
    ordered: bool,
}

impl Hit {
    fn new(stem: String, kind: &'static str, span: Range<usize>, value: String) -> Hit {
        Hit {
            stem,
            kind,
            values: if value.is_empty() { Vec::new() } else { vec![value] },
            keys: Vec::new(),
            names: Vec::new(),
            weak: Vec::new(),
            phrase: None,
            span,
            sure: true,
            ordered: false,
        }
    }

    fn called(mut self, phrase: Phrase) -> Hit {
        self.phrase = Some(phrase);
        self
    }
}

/// What the text says of its setup.
pub fn candidates(text: &Text) -> Found {
    let locale = text.language();
    let passages = text.passages();
    let headed = passages.iter().any(|passage| !passage.titles.is_empty());
    let mut found = Found::default();
    for passage in &passages {
        let section = Section::of(&passage.titles, headed);
        match section {
            Section::Results => found.results += results(passage, locale),
            Section::Other => {}
            Section::Setup | Section::Open => {
                for hit in hits(passage, section, locale) {
                    let Some(quote) = quote::around(passage, &hit.span, text) else {
                        continue;
                    };
                    add(&mut found.drafts, draft(hit, passage, section, quote, text));
                }
            }
        }
    }
    number(&mut found.drafts);
    found
}

/// Quantities that read like results: shares and numbers with a fraction.
fn results(passage: &Passage, locale: Locale) -> usize {
    let result = |stated: &Stated| {
        let share = stated.unit() == Some(Unit::Percent);
        share
            || stated
                .quantity()
                .is_some_and(|quantity| quantity.unit.is_none() && !quantity.number.value.is_integer())
    };
    scan(&passage.text, locale)
        .iter()
        .filter(|found| result(&found.stated))
        .count()
}

fn hits(passage: &Passage, section: Section, locale: Locale) -> Vec<Hit> {
    if passage.row {
        return if section == Section::Setup || tells_settings(passage) {
            numbers::of_row(passage, locale)
        } else {
            Vec::new()
        };
    }
    if is_command(&passage.text) {
        return Vec::new();
    }
    let mut hits = words::of(passage);
    let taken = words::taken(&hits);
    hits.extend(numbers::of_sentence(passage, locale, &taken));
    if section == Section::Open {
        // Outside of the setup a package's or an optimizer's name is mostly talk of others.
        hits.retain(|hit| hit.kind != "dependency" || hit.keys.iter().any(|(key, _)| *key == "version"));
    }
    hits.sort_by_key(|hit| hit.span.start);
    let cards: Vec<String> = hits
        .iter()
        .filter(|hit| hit.kind == "gpu")
        .flat_map(|hit| {
            hit.keys
                .iter()
                .filter(|(key, _)| *key == "model")
                .map(|(_, model)| model.clone())
        })
        .collect();
    if let [card] = cards.as_slice() {
        for hit in hits.iter_mut().filter(|hit| hit.kind == "vram" && hit.keys.is_empty()) {
            hit.keys.push(("model", card.clone()));
        }
    }
    conditions(&mut hits);
    together(hits)
}

/// What a sentence says of a run beside its time: so many samples, in batches of so many.
fn conditions(hits: &mut [Hit]) {
    let only = |kind: &str| {
        let mut of_kind = hits.iter().filter(|hit| hit.kind == kind && hit.values.len() == 1);
        let first = of_kind.next()?.values[0].clone();
        of_kind.next().is_none().then_some(first)
    };
    let (samples, batch) = (only("samples"), only("batch-size"));
    for run in hits.iter_mut().filter(|hit| hit.kind == "runtime") {
        run.keys.extend(samples.clone().map(|samples| ("samples", samples)));
        run.keys.extend(batch.clone().map(|batch| ("batch-size", batch)));
    }
}

/// A command line that the text shows: the check reads those of a README as launches.
fn is_command(text: &str) -> bool {
    let flags = text.split_whitespace().filter(|word| {
        let name = word.trim_start_matches(['-', '–']);
        name.len() < word.len() && name.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    flags.count() > 1
}

/// A row outside of the setup's sections counts where its label is a setting's own name.
fn tells_settings(passage: &Passage) -> bool {
    let label = passage.text.split('\t').next().unwrap_or_default();
    lexicon::label(label, |_| true).is_some()
}

/// What one sentence says of decoding is one claim.
fn together(hits: Vec<Hit>) -> Vec<Hit> {
    let (decoding, mut others): (Vec<Hit>, Vec<Hit>) = hits.into_iter().partition(|hit| hit.kind == "decoding");
    let mut decoding = decoding.into_iter();
    let Some(mut first) = decoding.next() else {
        return others;
    };
    let given = |hit: &mut Hit| {
        let key = match hit.stem.as_str() {
            "beams" => "beams",
            "temperature" => "temperature",
            "top-p" => "top-p",
            "top-k" => "top-k",
            "max-new-tokens" => "max-new-tokens",
            _ => return,
        };
        let value = hit.values.drain(..).next();
        hit.keys.extend(value.map(|value| (key, value)));
    };
    given(&mut first);
    for mut hit in decoding {
        given(&mut hit);
        let new = hit
            .keys
            .iter()
            .all(|(key, _)| !first.keys.iter().any(|(known, _)| known == key));
        if new {
            first.span = first.span.start.min(hit.span.start)..first.span.end.max(hit.span.end);
            first.keys.extend(hit.keys);
        }
    }
    first.stem = "decoding".to_string();
    if first.keys.iter().any(|(key, _)| *key == "beams") && !first.keys.iter().any(|(key, _)| *key == "mode") {
        first.keys.insert(0, ("mode", literal("beam")));
    }
    others.push(first);
    others.sort_by_key(|hit| hit.span.start);
    others
}

fn draft(hit: Hit, passage: &Passage, section: Section, quote: String, text: &Text) -> Draft {
    let mut keys = Vec::new();
    let around = &passage.text;
    match hit.values.as_slice() {
        [] => {}
        [only] => keys.push(("value", only.clone())),
        several => {
            keys.push(("value", format!("[{}]", several.join(", "))));
            if !hit.ordered {
                keys.push(("take", literal("set")));
            }
        }
    }
    if hit.kind == "batch-size"
        && let Some(per) = per(around, &hit.span)
    {
        keys.push(("per", literal(per)));
    }
    keys.extend(hit.keys);
    let weak = if hit.kind == "duration" {
        stems(around, &hit.span)
    } else {
        hit.weak
    };
    let at = match text {
        Text::Paper(_) => None,
        Text::Plain(_) => text.find(&quote, &passage.place).map(|place| place.short()),
    };
    Draft {
        id: hit.stem,
        kind: hit.kind,
        section: passage.section.clone(),
        quote,
        at,
        names: hit.names,
        weak,
        keys,
        scope: Vec::new(),
        remarks: Vec::new(),
        phrase: hit.phrase,
        sure: hit.sure,
        sentence: passage.text.clone(),
        place: passage.place.clone(),
        section_is: section,
    }
}

/// What the words beside a batch size say it is of.
fn per(text: &str, span: &Range<usize>) -> Option<&'static str> {
    let ahead: Vec<&str> = text[..span.start].split_whitespace().rev().take(2).collect();
    let behind: Vec<&str> = text[span.end..].split_whitespace().take(2).collect();
    let ahead = ahead.join(" ").to_lowercase();
    let behind = behind.join(" ").to_lowercase();
    let device = ["gpu", "device", "card"]
        .iter()
        .any(|word| behind.contains(&format!("per {word}")) || behind.starts_with(&format!("per-{word}")));
    if device
        || ["per-gpu", "per-device", "gpu per", "device per"]
            .iter()
            .any(|words| ahead.contains(words))
    {
        return Some("device");
    }
    let step = ["effective", "global", "total", "overall", "efectivo", "aggregate"];
    step.iter().any(|word| ahead.contains(word)).then_some("step")
}

/// Words beside a length of time that may stand in its name.
fn stems(text: &str, span: &Range<usize>) -> Vec<String> {
    let words = text[..span.start]
        .split_whitespace()
        .rev()
        .take(4)
        .chain(text[span.end..].split_whitespace().take(3));
    words
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|word| word.len() > 4 && word.chars().all(|c| c.is_ascii_alphabetic()))
        .map(|word| format!("{}*", word.trim_end_matches("ded").trim_end_matches('s')))
        .collect()
}

/// The same thing said again is one claim, quoted where the setup is described.
fn add(drafts: &mut Vec<Draft>, draft: Draft) {
    let key = |draft: &Draft, name: &str| {
        draft
            .keys
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.clone())
    };
    let same = drafts.iter().position(|known| {
        known.kind == draft.kind
            && match draft.kind {
                "dependency" => {
                    key(known, "package") == key(&draft, "package")
                        && (known.keys == draft.keys || known.keys.len() != draft.keys.len())
                }
                "gpu" => {
                    key(known, "model") == key(&draft, "model")
                        && (known.keys == draft.keys || known.keys.len() != draft.keys.len())
                }
                "scheduler" | "usage" | "decoding" | "vram" => known.keys == draft.keys,
                "samples" => {
                    key(known, "value") == key(&draft, "value")
                        && (known.names == draft.names || known.section == draft.section)
                }
                "sampling-rate" => key(known, "value") == key(&draft, "value"),
                _ => known.id == draft.id && known.keys == draft.keys,
            }
    });
    let Some(at) = same else {
        drafts.push(draft);
        return;
    };
    let known = &drafts[at];
    let says_more = draft.keys.len() > known.keys.len();
    let better = known.section_is > draft.section_is && draft.keys.len() == known.keys.len();
    if says_more || better {
        drafts.remove(at);
        drafts.push(draft);
    }
}

/// Ids that no other draft has.
fn number(drafts: &mut [Draft]) {
    let mut known: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
    for draft in drafts {
        let stem = if draft.id.is_empty() {
            draft.kind.to_string()
        } else {
            draft.id.clone()
        };
        let mut id = stem.clone();
        let mut count = 1;
        while !known.insert(id.clone()) {
            count += 1;
            id = format!("{stem}-{count}");
        }
        draft.id = id;
    }
}

#[cfg(test)]
mod tests;
