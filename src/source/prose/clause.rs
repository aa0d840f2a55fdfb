//! A sentence's quantities, each with the words that it belongs to and the setting that it is the value of.
//!
//! Why it can be wrong: `3–4 hours with batch size 50` has two numbers and one `batch size`. So words go to the number they stand right before or
//! behind, up to the next number, sign or function word; and years, citations, numbers of sections and parts of names are no quantities.
//!
//! Example: in `Evaluating 21,340 samples with batch size of 50` the words of 21,340 are `samples`, and 50 is the value of `batch_size`.

use std::ops::Range;

use super::lexicon::{
    ADVERBS, BOUND_BEFORE, BOUND_BEHIND, CONNECTORS, FUNCTION_WORDS, HYPOTHETICAL, NUMBERED, QUALIFIERS, REQUIREMENT,
    YEARLY,
};
use crate::quantity::{Dimension, Locale, Quantity, Stated, scan};

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

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    /// Index among the found quantities.
    Number(usize),
    Sign(char),
}

struct Sentence<'s> {
    text: &'s str,
    tokens: Vec<(Range<usize>, Token)>,
}

pub(crate) fn read(text: &str, locale: Locale) -> Reading {
    let addresses = addresses(text);
    let found: Vec<_> = scan(text, locale)
        .into_iter()
        .filter(|found| {
            !addresses
                .iter()
                .any(|address| address.start < found.span.end && found.span.start < address.end)
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
    let (hypothetical, requirement) = (speaks(&words, text, HYPOTHETICAL), speaks(&words, text, REQUIREMENT));
    words.retain(|word| !FUNCTION_WORDS.contains(&word.as_str()));
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

/// Spans of addresses: they say nothing.
fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        if piece.contains("://") || piece.contains("www.") || piece.contains("doi.org") || piece.contains("arXiv:") {
            found.push(start..start + piece.len());
        }
        start += piece.len();
    }
    found
}

/// A part of a name or of a longer number: `ViT-B/16`, `wav2vec2`, `1.2.3`, `10-fold` stays.
fn is_glued(text: &str, span: &Range<usize>) -> bool {
    let mut before = text[..span.start].chars().rev();
    let mut behind = text[span.end..].chars();
    let glued_before = match before.next() {
        Some(c) if c.is_alphanumeric() || matches!(c, '_' | '#' | '§' | '@') => true,
        Some('-' | '/' | '.' | '\\' | '^') => before
            .next()
            .is_some_and(|c| c.is_alphanumeric() && !c.is_ascii_digit() || matches!(c, '/' | '.' | '_')),
        _ => false,
    };
    let glued_behind = match behind.next() {
        Some(c) if c.is_alphanumeric() || c == '_' => true,
        Some('.') => behind.next().is_some_and(|c| c.is_ascii_digit()),
        Some('/') => behind.next().is_some_and(char::is_alphabetic),
        _ => false,
    };
    glued_before || glued_behind
}

fn tokens(text: &str, numbers: &[Range<usize>], addresses: &[Range<usize>]) -> Vec<(Range<usize>, Token)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut number = 0;
    while let Some(c) = text[at..].chars().next() {
        if let Some(span) = numbers.get(number)
            && span.start == at
        {
            tokens.push((span.clone(), Token::Number(number)));
            at = span.end.max(at + 1);
            number += 1;
            continue;
        }
        if let Some(address) = addresses.iter().find(|address| address.start <= at && at < address.end) {
            at = address.end;
            continue;
        }
        let limit = numbers.get(number).map_or(text.len(), |span| span.start);
        if let Some(end) = word_end(&text[..limit], at) {
            tokens.push((at..end, Token::Word(text[at..end].to_string())));
            at = end;
            continue;
        }
        if !c.is_whitespace() {
            tokens.push((at..at + c.len_utf8(), Token::Sign(c)));
        }
        at += c.len_utf8();
    }
    tokens
}

/// Where the word at `at` ends: letters, digits and `_`, with `-`, `.`, `/`, `'` and `@` inside; leading dashes of a flag.
fn word_end(text: &str, at: usize) -> Option<usize> {
    let dashes = text[at..].len() - text[at..].trim_start_matches('-').len();
    let begins = |c: char| c.is_alphanumeric() || c == '_';
    let start = at + dashes;
    if dashes > 2 || !text[start..].chars().next().is_some_and(begins) {
        return None;
    }
    let mut end = start;
    let mut chars = text[start..].char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        let inner = matches!(c, '-' | '.' | '/' | '\'' | '@') && chars.peek().is_some_and(|(_, next)| begins(*next));
        if !begins(c) && !inner {
            break;
        }
        end = start + offset + c.len_utf8();
    }
    Some(end)
}

impl Sentence<'_> {
    fn words(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().filter_map(|(_, token)| match token {
            Token::Word(word) => Some(word.trim_start_matches('-')),
            _ => None,
        })
    }

    fn word(&self, at: usize) -> Option<&str> {
        match self.tokens.get(at) {
            Some((_, Token::Word(word))) => Some(word),
            _ => None,
        }
    }

    fn lower(&self, at: usize) -> Option<String> {
        self.word(at).map(str::to_lowercase)
    }

    fn sign(&self, at: usize) -> Option<char> {
        match self.tokens.get(at) {
            Some((_, Token::Sign(c))) => Some(*c),
            _ => None,
        }
    }

    fn is_number(&self, at: usize) -> bool {
        matches!(self.tokens.get(at), Some((_, Token::Number(_))))
    }

    /// A word that can belong to a quantity or a name.
    fn content(&self, at: usize) -> Option<&str> {
        self.word(at)
            .filter(|word| !FUNCTION_WORDS.contains(&word.to_lowercase().as_str()))
    }

    /// Years, citations, numbers of sections, steps and pages.
    fn is_numbering(&self, at: usize, stated: &Stated) -> bool {
        let before = at.checked_sub(1);
        if before
            .and_then(|at| self.lower(at))
            .is_some_and(|word| NUMBERED.contains(&word.trim_end_matches('.')))
            || before.and_then(|at| self.sign(at)) == Some('.')
                && at >= 2
                && self.lower(at - 2).is_some_and(|word| NUMBERED.contains(&word.as_str()))
        {
            return true;
        }
        self.is_citation(at) || self.is_year(at, stated)
    }

    /// `[12]`, `[3, 4]`, `[5-7]`.
    fn is_citation(&self, at: usize) -> bool {
        let inside = |at: usize| self.is_number(at) || matches!(self.sign(at), Some(',' | '-' | '–' | ';'));
        let open = (0..at).rev().find(|&at| !inside(at));
        let close = (at..self.tokens.len()).find(|&at| !inside(at));
        let cited =
            open.is_some_and(|at| self.sign(at) == Some('[')) && close.is_some_and(|at| self.sign(at) == Some(']'));
        // `kernel [3, 3]` and `betas = [0.9, 0.98]` are lists, not sources.
        cited
            && open.is_none_or(|at| at == 0 || !matches!(self.sign(at - 1), Some('=' | ':')))
            && self.tokens[at].0.len() <= 3
    }

    /// A whole number from 1900 to 2099 without a noun behind it, or behind a word that years follow.
    fn is_year(&self, at: usize, stated: &Stated) -> bool {
        let text = &self.text[self.tokens[at].0.clone()];
        let Stated::Exact(Quantity { unit: None, .. }) = stated else {
            return false;
        };
        if text.len() != 4
            || !text.bytes().all(|byte| byte.is_ascii_digit())
            || !(text.starts_with("19") || text.starts_with("20"))
        {
            return false;
        }
        let before = at.checked_sub(1);
        let yearly = before
            .and_then(|at| self.lower(at))
            .is_some_and(|word| YEARLY.contains(&word.as_str()));
        let venue = before
            .and_then(|at| self.word(at))
            .is_some_and(|word| word.chars().filter(|c| c.is_uppercase()).count() >= 3);
        let named = matches!(before.and_then(|at| self.sign(at)), Some('=' | ':')) || !self.names(at).0.is_empty();
        yearly || venue || (self.content(at + 1).is_none() && !named)
    }

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
        while behind < first + NAME && self.content(behind).is_some() {
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
        let mut words: Vec<String> = lower(first..behind).collect();
        let named = name_start.map_or(before..at, |start| start..at);
        for word in lower(named).chain(lower(before..at)) {
            if !words.contains(&word) && !FUNCTION_WORDS.contains(&word.as_str()) {
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

    /// The settings whose value stands at `at`, and the first token of the first name where something connects them.
    fn names(&self, at: usize) -> (Vec<String>, Option<usize>) {
        let mut last = at;
        let mut connected = false;
        let bracketed = last > 0 && self.sign(last - 1) == Some('(') && self.sign(at + 1) == Some(')');
        if bracketed {
            last -= 1;
            connected = true;
        }
        while last > 0 && at - last < 5 {
            let joins = match &self.tokens[last - 1].1 {
                Token::Sign('=' | ':' | '~' | '≈') => true,
                Token::Word(word) => {
                    let word = word.to_lowercase();
                    let adverb = ADVERBS.contains(&word.as_str());
                    if !adverb && !CONNECTORS.contains(&word.as_str()) {
                        break;
                    }
                    // `at 16 kHz` alone connects nothing; `set to`, `fixed at` do.
                    let weak = matches!(word.as_str(), "to" | "at" | "a" | "en" | "as");
                    let verb = last.checked_sub(2).and_then(|at| self.lower(at));
                    let joined = verb.is_some_and(|verb| CONNECTORS.contains(&verb.as_str()) && verb != "of");
                    if weak && !joined && !self.is_set_before(last - 1) {
                        break;
                    }
                    !adverb
                }
                _ => break,
            };
            connected |= joins;
            last -= 1;
        }
        let Some(mut start) = self.name_before(last) else {
            return (Vec::new(), None);
        };
        let mut names = vec![self.name(start, last)];
        // `temperature and top_p were set to 0`
        let plural = self
            .lower(last)
            .is_some_and(|word| matches!(word.as_str(), "are" | "were" | "son"));
        if plural
            && start > 1
            && self
                .lower(start - 1)
                .is_some_and(|word| matches!(word.as_str(), "and" | "y" | "e"))
            && let Some(other) = self.name_before(start - 1)
        {
            names.insert(0, self.name(other, start - 1));
            start = other;
        }
        names.retain(|name| !name.is_empty());
        (names, connected.then_some(start))
    }

    /// `set the batch size` before a `to`.
    fn is_set_before(&self, end: usize) -> bool {
        let Some(start) = self.name_before(end) else {
            return false;
        };
        let verbs = (start.saturating_sub(2)..start).filter_map(|at| self.lower(at));
        verbs
            .into_iter()
            .any(|word| matches!(word.as_str(), "set" | "sets" | "setting" | "fix" | "fixed" | "fixing"))
    }

    /// First token of the name that ends before `end`.
    fn name_before(&self, end: usize) -> Option<usize> {
        let mut start = end;
        while start > 0 && end - start < NAME && self.content(start - 1).is_some() {
            start -= 1;
            if self.word(start).is_some_and(is_code) {
                break;
            }
        }
        if start > 0 && start < end && self.is_number(start - 1) && !self.word(end - 1).is_some_and(is_code) {
            // `50 clips batch size`: what stands behind a number may be its noun.
            start += 1;
        }
        (start < end).then_some(start)
    }

    fn name(&self, start: usize, end: usize) -> String {
        let words: Vec<&str> = (start..end).filter_map(|at| self.word(at)).collect();
        match words.as_slice() {
            [one] => one.trim_start_matches('-').to_string(),
            many => {
                let said: Vec<String> = many.iter().map(|word| word.to_lowercase()).collect();
                let from = said
                    .iter()
                    .position(|word| !QUALIFIERS.contains(&word.as_str()))
                    .unwrap_or(0);
                said[from..].join("_").replace('-', "_")
            }
        }
    }

    /// `at least 24 GB`, `40GB+`, `up to 512`, `4 or more`.
    fn is_bound(&self, at: usize, stated: &Stated) -> bool {
        if matches!(stated, Stated::Bound(..)) || self.sign(at + 1) == Some('+') {
            return true;
        }
        let before: Vec<String> = (at.saturating_sub(3)..at).filter_map(|at| self.lower(at)).collect();
        let behind: Vec<String> = (at + 1..at + 5).map_while(|at| self.lower(at)).collect();
        let before = format!(" {} ", before.join(" "));
        let behind = format!(" {} ", behind.join(" "));
        let sign = at.checked_sub(1).and_then(|at| self.sign(at));
        matches!(sign, Some('<' | '>' | '≥' | '≤'))
            || BOUND_BEFORE
                .iter()
                .any(|phrase| before.contains(&format!(" {phrase} ")))
            || BOUND_BEHIND
                .iter()
                .any(|phrase| behind.contains(&format!(" {phrase} ")))
    }

    /// One of several values: `8, 16 or 32`, `1e-4 and 1e-5`.
    fn is_listed(&self, at: usize, behind: usize) -> bool {
        let joins = |at: usize| {
            matches!(self.sign(at), Some(',' | '/' | '|'))
                || self
                    .lower(at)
                    .is_some_and(|word| matches!(word.as_str(), "or" | "and" | "o" | "y" | "to" | "vs"))
        };
        let after =
            |from: usize| joins(from) && (self.is_number(from + 1) || joins(from + 1) && self.is_number(from + 2));
        let ahead = |from: usize| {
            from > 1
                && joins(from - 1)
                && (self.is_number(from - 2) || from > 2 && joins(from - 2) && self.is_number(from - 3))
        };
        // With a noun between them they count different things: `970 clips, 22 conditions`.
        after(at + 1) || ahead(at) || behind == at + 1 && after(behind)
    }

    fn assigned(&self) -> Vec<Assigned> {
        let mut found = Vec::new();
        for at in 1..self.tokens.len() {
            if !matches!(self.sign(at), Some('=' | ':')) || self.is_number(at + 1) {
                continue;
            }
            let (Some(start), Some(value)) = (self.name_before(at), self.word(at + 1)) else {
                continue;
            };
            let mut last = at + 1;
            // A value of prose may have three words; behind `=` it is one.
            while self.sign(at) == Some(':') && last < at + 4 && self.word(last + 1).is_some() {
                last += 1;
            }
            let whole = self.tokens[start].0.start..self.tokens[last].0.end;
            let value = if last == at + 1 {
                value
            } else {
                &self.text[self.tokens[at + 1].0.start..whole.end]
            };
            if last < at + 4 {
                found.push(Assigned {
                    name: self.name(start, at),
                    value: value.to_string(),
                    whole,
                });
            }
        }
        found
    }
}

/// A word that is written as in code.
fn is_code(word: &str) -> bool {
    word.contains('_') || word.starts_with("--")
}

#[cfg(test)]
mod tests;
