//! A sentence's quantities, each with the words that it belongs to and the setting that it is the value of.
//!
//! Why it can be wrong: `3–4 hours with batch size 50` has two numbers and one `batch size`. So words go to the number they stand right before or
//! behind, up to the next number, sign or function word; and years, citations, numbers of sections and parts of names are no quantities.
//!
//! Example: in `Evaluating 21,340 samples with batch size of 50` the words of 21,340 are `samples`, and 50 is the value of `batch_size`.

mod names;
mod standing;
mod tokens;

use std::ops::Range;

use super::lexicon::{FUNCTION_WORDS, HYPOTHETICAL, REQUIREMENT};
use crate::quantity::{Dimension, Locale, Quantity, Stated, scan};
use tokens::{Sentence, Token, addresses, covering, is_adverb, is_glued, tokens};

/// Words of a name at most.
const NAME: usize = 6;

/// A quantity that a sentence states.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mention {
    /// Bytes of the number with its unit.
    pub(crate) span: Range<usize>,
    /// Bytes from the name or first word that belongs to it to the last.
    pub(crate) whole: Range<usize>,
    pub(crate) stated: Stated,
    /// The words right behind it, then those right before it.
    pub(crate) words: Vec<String>,
    /// The settings that it is the value of, as written.
    pub(crate) names: Vec<String>,
    /// One of several, a bound, or what something else requires.
    pub(crate) alternatives: bool,
}

/// A setting with a value that is no number: `optimizer: AdamW`, `do_sample=False`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assigned {
    pub(crate) whole: Range<usize>,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// What a sentence says.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Reading {
    pub(crate) mentions: Vec<Mention>,
    pub(crate) assigned: Vec<Assigned>,
    /// Every word but function words, in lower case.
    pub(crate) words: Vec<String>,
    /// It speaks of what could be, is recommended or expected.
    pub(crate) hypothetical: bool,
    /// It says what something needs.
    pub(crate) requirement: bool,
}

pub(crate) fn read(text: &str, locale: Locale) -> Reading {
    let addresses = addresses(text);
    let found: Vec<_> = scan(text, locale)
        .into_iter()
        .filter(|found| {
            covering(&addresses, found.span.start)
                .or_else(|| covering(&addresses, found.span.end - 1))
                .is_none()
        })
        .filter(|found| !matches!(found.stated, Stated::Text(_) | Stated::Bool(_) | Stated::Null))
        .filter(|found| !is_glued(text, &found.span))
        .collect();
    let spans: Vec<Range<usize>> = found.iter().map(|found| found.span.clone()).collect();
    let sentence = Sentence {
        text,
        tokens: tokens(text, &spans, &addresses),
    };
    let mut words: Vec<String> = sentence.words().map(str::to_lowercase).collect();
    let (hypothetical, requirement) = (speaks(&words, text, &HYPOTHETICAL), speaks(&words, text, &REQUIREMENT));
    words.retain(|word| !FUNCTION_WORDS.contains(word.as_str()));
    let mut reading = Reading {
        assigned: sentence.assigned(),
        hypothetical,
        requirement,
        words,
        mentions: Vec::new(),
    };
    for (at, (_, token)) in sentence.tokens.iter().enumerate() {
        let Token::Number(index) = token else { continue };
        let found = &found[*index];
        if sentence.is_numbering(at, &found.stated) {
            continue;
        }
        reading
            .mentions
            .push(sentence.mention(at, found.span.clone(), found.stated.clone()));
    }
    mark_alternatives(&mut reading);
    reading
}

/// The one quantity of a claim or cell, where the stated value is one.
pub(crate) fn single(stated: &Stated) -> Option<&Quantity> {
    match stated {
        Stated::Exact(quantity) | Stated::About(quantity) => Some(quantity),
        _ => None,
    }
}

/// What the stated value measures.
pub(crate) fn dimension(stated: &Stated) -> Option<Dimension> {
    match stated {
        Stated::Exact(quantity) | Stated::About(quantity) | Stated::Range(quantity, _) | Stated::Bound(_, quantity) => {
            quantity.unit.map(|unit| unit.dimension())
        }
        Stated::List(items) => items.first().and_then(dimension),
        _ => None,
    }
}

/// Several sizes of memory in one sentence belong to several things; what a sentence requires is no record of a run.
fn mark_alternatives(reading: &mut Reading) {
    let memory = |mention: &Mention| dimension(&mention.stated) == Some(Dimension::Memory);
    let sizes = reading.mentions.iter().filter(|mention| memory(mention)).count();
    let (requirement, hypothetical) = (reading.requirement, reading.hypothetical);
    for mention in &mut reading.mentions {
        mention.alternatives |= hypothetical || memory(mention) && (sizes > 1 || requirement);
    }
}

fn speaks(words: &[String], text: &str, of: &[&str]) -> bool {
    let lower = text.to_lowercase();
    of.iter().any(|phrase| {
        if phrase.contains([' ', '.']) {
            lower.contains(phrase)
        } else {
            words.iter().any(|word| word == phrase)
        }
    })
}

impl Sentence<'_> {
    fn mention(&self, at: usize, span: Range<usize>, stated: Stated) -> Mention {
        let mut behind = at + 1;
        if self.sign(behind) == Some('+') {
            behind += 1;
        }
        // `128-dimensional`
        if self.sign(behind) == Some('-')
            && self
                .tokens
                .get(behind)
                .is_some_and(|(range, _)| range.start == span.end)
        {
            behind += 1;
        }
        // `32 GB of memory`
        let measured = dimension(&stated).is_some();
        if measured
            && self
                .lower(behind)
                .is_some_and(|word| matches!(word.as_str(), "of" | "de"))
            && self.content(behind + 1).is_some()
        {
            behind += 1;
        }
        let first = behind;
        let adverb = |at: usize| self.lower(at).is_some_and(|word| is_adverb(&word)) && self.content(at + 1).is_some();
        while behind < first + NAME && (self.content(behind).is_some() || adverb(behind)) {
            behind += 1;
        }
        // The last words before another number are its own: `3 hours batch size 50`.
        if self.is_number(behind) && behind > first + 1 {
            behind = first + 1;
        }
        let (names, name_start) = self.names(at);
        let mut before = at;
        while before > 0 && at - before < NAME && self.content(before - 1).is_some() {
            before -= 1;
        }
        // The first word behind the number before is that one's.
        if before > 0 && self.is_number(before - 1) && before < at {
            before += 1;
        }
        let start = name_start.unwrap_or(before).min(before);
        let lower = |range: Range<usize>| {
            range
                .filter_map(|at| self.lower(at))
                .map(|word| word.trim_start_matches('-').to_string())
        };
        let mut words: Vec<String> = lower(first..behind).filter(|word| !is_adverb(word)).collect();
        let named = name_start.map_or(before..at, |start| start..at);
        for word in lower(named).chain(lower(before..at)) {
            if !words.contains(&word) && !FUNCTION_WORDS.contains(word.as_str()) {
                words.push(word);
            }
        }
        let names = if name_start.is_some() || self.content(first).is_none() {
            names
        } else {
            Vec::new()
        };
        let whole = self.tokens[start].0.start..self.tokens[behind - 1].0.end.max(span.end);
        let alternatives = self.is_bound(at, &stated) || self.is_listed(at, behind);
        Mention {
            span,
            whole,
            stated,
            words,
            names,
            alternatives,
        }
    }
}

#[cfg(test)]
mod tests;
