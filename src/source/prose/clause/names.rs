//! Which setting a number or word is the value of.
//!
//! Why it can be wrong: `resampled to 16 kHz` is no setting `resampled`, and `50 clips batch size` none of 50. A value follows its name directly, behind `=` or
//! `:`, or behind words that connect the two (`of`, `is set to`).
//!
//! Example: in `the learning rate is initially set to 0.1` the name is `learning_rate`.

use super::super::lexicon::{ADVERBS, CONNECTORS, QUALIFIERS};
use super::tokens::{Sentence, Token, is_code};
use super::{Assigned, NAME};

impl Sentence<'_> {
    /// The settings whose value stands at `at`, and the first token of the first name where something connects them.
    pub(super) fn names(&self, at: usize) -> (Vec<String>, Option<usize>) {
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
                    let adverb = ADVERBS.contains(word.as_str());
                    if !adverb && !CONNECTORS.contains(word.as_str()) {
                        break;
                    }
                    // `at 16 kHz` alone connects nothing; `set to`, `fixed at` do.
                    let weak = matches!(word.as_str(), "to" | "at" | "a" | "en" | "as");
                    let verb = last.checked_sub(2).and_then(|at| self.lower(at));
                    let joined = verb.is_some_and(|verb| CONNECTORS.contains(verb.as_str()) && verb != "of");
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
        // `learning rate (lr) = 1e-5` has two names.
        let short = last.checked_sub(3).filter(|&open| {
            connected
                && self.sign(open) == Some('(')
                && self.content(open + 1).is_some()
                && self.sign(open + 2) == Some(')')
        });
        let end = short.unwrap_or(last);
        let Some(mut start) = self.name_before(end) else {
            return (Vec::new(), None);
        };
        let mut names = vec![self.name(start, end)];
        names.extend(short.map(|open| self.name(open + 1, open + 2)));
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
                    .position(|word| !QUALIFIERS.contains(word.as_str()))
                    .unwrap_or(0);
                said[from..].join("_").replace('-', "_")
            }
        }
    }

    pub(super) fn assigned(&self) -> Vec<Assigned> {
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
