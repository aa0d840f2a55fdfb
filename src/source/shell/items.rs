//! What a `for` runs over, item by item.
//!
//! Why it can be wrong: `for lr in $LRS` splits its variable whatever the words look like, `{1..100000}` has no end
//! worth writing out, and `for f in *.sh` runs over files that only the machine has. Such items are not known.
//!
//! Example: `for seed in $(seq 1 3)` defines `seed` as 1, 2 and 3.

use std::ops::Range;

use super::lex::{self, Kind, Part, Piece};
use super::state::{Definition, DefinitionId};
use super::variants::Variant;
use super::words::ITEMS;
use super::{Script, literal};
use crate::evidence::Expr;
use crate::source::Word;

impl Script<'_> {
    /// What a `for` runs over: one definition for each item.
    pub(super) fn items(
        &mut self,
        name: &str,
        name_range: Range<usize>,
        ranges: &[Range<usize>],
        given: bool,
    ) -> Vec<DefinitionId> {
        let mut words: Vec<Word> = Vec::new();
        for range in ranges {
            let written = self.slice(range.clone()).to_string();
            if let Some(items) = counted(&written) {
                let place = self.place(range.clone());
                words.extend(items.into_iter().map(|item| Word {
                    value: literal::expr(&item),
                    text: item,
                    place: place.clone(),
                    variables: Vec::new(),
                }));
                continue;
            }
            let mut fillings = self.fillings(range.clone(), false, false);
            // `for x in $LIST` splits, whatever the words look like.
            if let Some(list) = self.split_list(range.clone()) {
                fillings = vec![Variant {
                    words: list,
                    guards: Vec::new(),
                }];
            }
            words.extend(fillings.into_iter().flat_map(|filling| filling.words));
        }
        if !given {
            words.extend(self.state.arguments.clone().unwrap_or_default());
        }
        let mut out = Vec::new();
        for (at, mut word) in words.into_iter().take(ITEMS as usize).enumerate() {
            if word.text.contains(['*', '?']) {
                // Files that are there when it runs.
                word.value = Expr::Opaque(word.text.clone());
            }
            let bytes = word.place.bytes.map_or(name_range.clone(), |(start, end)| start..end);
            // Several items can come from one place (`{1..3}`).
            let key = name_range.start + (at << 32);
            let statement = self.variable(key, name, word.value.clone(), bytes, &word.variables);
            let literal = word.value.literal().map(|_| word.text.clone());
            let certain = literal.is_some();
            let guards = self.guards.clone();
            out.push(self.define(Definition {
                statement,
                literal,
                certain,
                words: vec![word],
                elements: None,
                guards,
            }));
        }
        out
    }

    fn split_list(&mut self, range: Range<usize>) -> Option<Vec<Word>> {
        let pieces = lex::pieces(self.text, range, false);
        let [
            Piece {
                kind: Kind::Variable(variable),
                quoted,
                ..
            },
        ] = pieces.as_slice()
        else {
            return None;
        };
        if *quoted && variable.part != Part::All {
            return None;
        }
        let reaching = self.state.reaching(&variable.name);
        let [Some(id)] = reaching.as_slice() else { return None };
        let definition = &self.definitions[*id];
        let words = match &definition.elements {
            Some(elements) => elements.clone(),
            None => definition.words.clone(),
        };
        (words.len() != 1 || variable.part == Part::All).then_some(words)
    }
}

/// `{1..5}`, `{a,b}`, `$(seq 1 5)` written out.
fn counted(written: &str) -> Option<Vec<String>> {
    if let Some(inner) = written.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        if let Some((from, to)) = inner.split_once("..") {
            let (to, step) = to.split_once("..").unwrap_or((to, "1"));
            return range(from.parse().ok()?, step.parse().ok()?, to.parse().ok()?);
        }
        if inner.contains(',') && !inner.contains(['{', '$', '"', '\'']) {
            return Some(inner.split(',').map(str::to_string).collect());
        }
        return None;
    }
    let inner = written.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    let inner = inner.or_else(|| written.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')))?;
    let numbers: Option<Vec<i64>> = inner
        .trim()
        .strip_prefix("seq ")?
        .split_whitespace()
        .map(|word| word.parse().ok())
        .collect();
    match numbers?.as_slice() {
        [to] => range(1, 1, *to),
        [from, to] => range(*from, 1, *to),
        [from, step, to] => range(*from, *step, *to),
        _ => None,
    }
}

fn range(from: i64, step: i64, to: i64) -> Option<Vec<String>> {
    let step = if from > to { -step.abs() } else { step };
    if step == 0 || (to.checked_sub(from)? / step) >= ITEMS {
        return None;
    }
    let mut out = Vec::new();
    let mut at = from;
    while (step > 0 && at <= to) || (step < 0 && at >= to) {
        out.push(at.to_string());
        at = at.checked_add(step)?;
    }
    Some(out)
}
