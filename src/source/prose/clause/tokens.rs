//! A sentence as words, numbers and signs.
//!
//! Why it can be wrong: a number inside a name (`ViT-B/16`, `wav2vec2`) that becomes a token of its own gives a value to the word
//! beside it. Such numbers, and all of an address, are no tokens.
//!
//! Example: `--batch_size of 50` is the words `--batch_size`, `of` and a number.

use std::ops::Range;

use super::super::lexicon::FUNCTION_WORDS;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    /// Index among the found quantities.
    Number(usize),
    Sign(char),
}

pub(super) struct Sentence<'s> {
    pub(super) text: &'s str,
    pub(super) tokens: Vec<(Range<usize>, Token)>,
}

/// Spans of addresses: they say nothing.
pub(super) fn addresses(text: &str) -> Vec<Range<usize>> {
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

/// The address that a byte lies in; they are in order.
pub(super) fn covering(addresses: &[Range<usize>], at: usize) -> Option<&Range<usize>> {
    let behind = addresses.partition_point(|address| address.start <= at);
    addresses[..behind].last().filter(|address| at < address.end)
}

/// A part of a name or of a longer number: `ViT-B/16`, `wav2vec2`, `1.2.3`, `10-fold` stays.
pub(super) fn is_glued(text: &str, span: &Range<usize>) -> bool {
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

pub(super) fn tokens(text: &str, numbers: &[Range<usize>], addresses: &[Range<usize>]) -> Vec<(Range<usize>, Token)> {
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
        if let Some(address) = covering(addresses, at) {
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
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().filter_map(|(_, token)| match token {
            Token::Word(word) => Some(word.trim_start_matches('-')),
            _ => None,
        })
    }

    pub(super) fn word(&self, at: usize) -> Option<&str> {
        match self.tokens.get(at) {
            Some((_, Token::Word(word))) => Some(word),
            _ => None,
        }
    }

    pub(super) fn lower(&self, at: usize) -> Option<String> {
        self.word(at).map(str::to_lowercase)
    }

    pub(super) fn sign(&self, at: usize) -> Option<char> {
        match self.tokens.get(at) {
            Some((_, Token::Sign(c))) => Some(*c),
            _ => None,
        }
    }

    pub(super) fn is_number(&self, at: usize) -> bool {
        matches!(self.tokens.get(at), Some((_, Token::Number(_))))
    }

    /// A word that can belong to a quantity or a name.
    pub(super) fn content(&self, at: usize) -> Option<&str> {
        self.word(at).filter(|word| {
            let word = word.to_lowercase();
            !FUNCTION_WORDS.contains(word.as_str()) && !is_adverb(&word)
        })
    }
}

/// `effectively`, `respectively`: they belong to the verb.
pub(super) fn is_adverb(word: &str) -> bool {
    word.len() > 5 && (word.ends_with("ly") || word.ends_with("mente"))
}

/// A word that is written as in code.
pub(super) fn is_code(word: &str) -> bool {
    word.contains('_') || word.starts_with("--")
}
