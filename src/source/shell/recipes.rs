//! The shell that stands in a Makefile's recipes, with the file's variables.
//!
//! Why it can be wrong: each recipe line is a shell of its own; what one sets is gone in the next, make's own variables
//! stay.
//!
//! Example: see `src/source/makefile.rs`.

use std::ops::Range;

use super::assign::known_text;
use super::state::Definition;
use super::{Script, lex};
use crate::evidence::Grade;
use crate::place::SourceText;
use crate::source::FileFacts;

/// A Makefile's variables and recipe lines while they are read.
pub(crate) struct Recipes<'s> {
    script: Script<'s>,
}

impl<'s> Recipes<'s> {
    /// `text` is the source with make's references in shell form, byte for byte where they were.
    pub(crate) fn new(source: &'s SourceText, text: &'s str) -> Recipes<'s> {
        let mut script = Script::new(source, Grade::Launched);
        script.text = text;
        Recipes { script }
    }

    /// `NAME operator value`; `conditional`: inside `ifeq …`, beside what was there.
    pub(crate) fn variable(
        &mut self,
        name: &str,
        value: Range<usize>,
        whole: Range<usize>,
        operator: &str,
        conditional: bool,
    ) {
        let script = &mut self.script;
        let before: Vec<usize> = script.state.reaching(name).into_iter().flatten().collect();
        let word = script.word(value.clone(), true);
        let ranges: Vec<(Range<usize>, bool)> = lex::split(script.text, value)
            .into_iter()
            .map(|range| (range, true))
            .collect();
        let mut words: Vec<_> = script
            .variants(&ranges)
            .into_iter()
            .next()
            .map_or(Vec::new(), |variant| variant.words);
        let statement = script.variable(whole.start, name, word.value.clone(), whole, &word.variables);
        let mut literal = known_text(&word);
        if operator == "+="
            && let Some(&earlier) = before.last()
        {
            let earlier = script.definitions[earlier].clone();
            words = earlier.words.into_iter().chain(words).collect();
            literal = earlier
                .literal
                .zip(literal)
                .map(|(before, behind)| format!("{before} {behind}"));
        }
        // `make NAME=…` and, for `?=`, the environment can give another.
        let id = script.define(Definition {
            statement,
            literal,
            certain: false,
            words,
            elements: None,
            guards: Vec::new(),
        });
        let kept = if conditional { before } else { Vec::new() };
        script.state.set(name, kept.into_iter().chain([id]).collect());
    }

    /// One line of a recipe.
    pub(crate) fn recipe(&mut self, range: Range<usize>) {
        let before = self.script.state.clone();
        self.script.fragment(range, false);
        self.script.state = before;
    }

    pub(crate) fn finish(self) -> FileFacts {
        self.script.finish()
    }
}
