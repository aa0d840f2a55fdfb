//! How a number stands in its sentence: a label and no quantity, a bound, one of several.
//!
//! Why it can be wrong: a bound that is read as a value (`at least 24 GB`) makes a requirement a fact, a year that is read as a count supports anything.
//!
//! Example: `Table 3`, `[12]`, `in 2019` and `10 times` are no quantities; `8, 16 or 32` are three of one setting.

use super::super::lexicon::{BOUND_BEFORE, BOUND_BEHIND, NUMBERED, PARTIAL, YEARLY};
use super::tokens::Sentence;
use crate::quantity::{Quantity, Stated};

/// Tokens of one citation at most.
const CITED: usize = 40;

impl Sentence<'_> {
    /// Years, citations, numbers of sections, steps and pages.
    pub(super) fn is_numbering(&self, at: usize, stated: &Stated) -> bool {
        let before = at.checked_sub(1);
        if before
            .and_then(|at| self.lower(at))
            .is_some_and(|word| NUMBERED.contains(word.trim_end_matches('.')))
            || before.and_then(|at| self.sign(at)) == Some('.')
                && at >= 2
                && self.lower(at - 2).is_some_and(|word| NUMBERED.contains(word.as_str()))
        {
            return true;
        }
        self.is_citation(at) || self.is_year(at, stated) || self.is_factor(at) || self.is_model_size(at)
    }

    /// `10 times smaller`.
    fn is_factor(&self, at: usize) -> bool {
        self.lower(at + 1)
            .is_some_and(|word| matches!(word.as_str(), "times" | "fold" | "veces"))
    }

    /// `7B` in `Zephyr 7B Beta`: billions are a count only of parameters or tokens.
    fn is_model_size(&self, at: usize) -> bool {
        const COUNTED: &[&str] = &["param", "token", "parám", "palabra", "word", "byte"];
        let text = &self.text[self.tokens[at].0.clone()];
        let billions = text
            .strip_suffix('B')
            .is_some_and(|number| number.ends_with(|c: char| c.is_ascii_digit()));
        billions
            && !self
                .lower(at + 1)
                .is_some_and(|word| COUNTED.iter().any(|counted| word.starts_with(counted)))
    }

    /// `[12]`, `[3, 4]`, `[5-7]`.
    fn is_citation(&self, at: usize) -> bool {
        let inside = |at: usize| self.is_number(at) || matches!(self.sign(at), Some(',' | '-' | '–' | ';'));
        let open = (at.saturating_sub(CITED)..at).rev().find(|&at| !inside(at));
        let close = (at..self.tokens.len().min(at + CITED)).find(|&at| !inside(at));
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
            .is_some_and(|word| YEARLY.contains(word.as_str()));
        let venue = before
            .and_then(|at| self.word(at))
            .is_some_and(|word| word.chars().filter(|c| c.is_uppercase()).count() >= 3);
        let named = matches!(before.and_then(|at| self.sign(at)), Some('=' | ':')) || !self.names(at).0.is_empty();
        yearly || venue || (self.content(at + 1).is_none() && !named)
    }

    /// `at least 24 GB`, `40GB+`, `up to 512`, `4 or more`.
    pub(super) fn is_bound(&self, at: usize, stated: &Stated) -> bool {
        if matches!(stated, Stated::Bound(..)) || self.sign(at + 1) == Some('+') {
            return true;
        }
        let before: Vec<String> = (at.saturating_sub(3)..at).filter_map(|at| self.lower(at)).collect();
        let behind: Vec<String> = (at + 1..at + 5).map_while(|at| self.lower(at)).collect();
        let before = format!(" {} ", before.join(" "));
        let behind = format!(" {} ", behind.join(" "));
        let sign = at.checked_sub(1).and_then(|at| self.sign(at));
        let partial = at
            .checked_sub(1)
            .and_then(|at| self.lower(at))
            .is_some_and(|word| PARTIAL.contains(word.as_str()));
        partial
            || matches!(sign, Some('<' | '>' | '≥' | '≤'))
            || BOUND_BEFORE
                .iter()
                .any(|phrase| before.contains(&format!(" {phrase} ")))
            || BOUND_BEHIND
                .iter()
                .any(|phrase| behind.contains(&format!(" {phrase} ")))
    }

    /// One of several values: `8, 16 or 32`, `1e-4 and 1e-5`.
    pub(super) fn is_listed(&self, at: usize, behind: usize) -> bool {
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
}
