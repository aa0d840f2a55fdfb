//! What a script's variables can hold at one point: the assignments that may have run last.
//!
//! Why it can be wrong: taking the last assignment in the text where a branch or a loop decides gives one run's value
//! for all runs. So a variable has every assignment that can reach the point, and "not set here" is one of them.
//!
//! Example: after `if …; then lr=1; else lr=2; fi` the variable `lr` has two definitions, each with its guard.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Guard, StatementId};
use crate::source::Word;

/// One assignment, as it can reach a use. Several may stand for one statement (`ARGS="$ARGS --x"` after a branch).
#[derive(Debug, Clone)]
pub(super) struct Definition {
    pub(super) statement: StatementId,
    /// The text, where it is known whole.
    pub(super) literal: Option<String>,
    /// Nothing from outside (an environment variable, an argument) can change that text.
    pub(super) certain: bool,
    /// The words that an unquoted use of it becomes.
    pub(super) words: Vec<Word>,
    /// The elements, where it is an array.
    pub(super) elements: Option<Vec<Word>>,
    pub(super) guards: Vec<Guard>,
}

/// Index of a definition within the script.
pub(super) type DefinitionId = usize;

/// The variables and the folder at one point of the script.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// By name; `None`: not set here (given from outside, if at all). A name that is absent is not set.
    variables: BTreeMap<String, Vec<Option<DefinitionId>>>,
    pub(super) exported: BTreeSet<String>,
    /// `$@` where it is known: within a function that is called here.
    pub(super) arguments: Option<Vec<Word>>,
    pub(super) directory: Option<String>,
    /// Behind an `exit` nothing runs.
    pub(super) ended: bool,
}

/// Definitions of one variable that are told apart; more are too many to be shown.
const DEFINITIONS: usize = 64;

impl State {
    pub(super) fn reaching(&self, name: &str) -> Vec<Option<DefinitionId>> {
        self.variables.get(name).cloned().unwrap_or_else(|| vec![None])
    }

    pub(super) fn set(&mut self, name: &str, definitions: Vec<DefinitionId>) {
        self.variables
            .insert(name.to_string(), definitions.into_iter().map(Some).collect());
    }

    pub(super) fn unset(&mut self, name: &str) {
        self.variables.insert(name.to_string(), vec![None]);
    }

    /// `shift`: `$2` becomes `$1`.
    pub(super) fn shift(&mut self) {
        for position in 1..9 {
            let next = self.reaching(&(position + 1).to_string());
            self.variables.insert(position.to_string(), next);
        }
        if let Some(arguments) = &mut self.arguments
            && !arguments.is_empty()
        {
            arguments.remove(0);
        }
    }

    /// What can hold where two ways come together.
    pub(super) fn joined(mut self, other: State) -> State {
        if self.ended {
            return other;
        }
        if other.ended {
            return self;
        }
        let names: BTreeSet<String> = self.variables.keys().chain(other.variables.keys()).cloned().collect();
        for name in names {
            let mut both = self.reaching(&name);
            for definition in other.reaching(&name) {
                if !both.contains(&definition) && both.len() < DEFINITIONS {
                    both.push(definition);
                }
            }
            self.variables.insert(name, both);
        }
        self.exported.extend(other.exported);
        if self.directory != other.directory {
            self.directory = None;
        }
        if self.arguments.as_ref().map(Vec::len) != other.arguments.as_ref().map(Vec::len) {
            self.arguments = None;
        }
        self
    }
}
