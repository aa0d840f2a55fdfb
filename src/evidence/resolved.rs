//! What resolving a statement gives: a value or none, with the way it came.
//!
//! Why it can be wrong: "no value" and "a value that is not understood" read alike and mean opposite things. They are
//! two cases of [`Outcome`], and neither is ever a value.
//!
//! Example: `int(args.batch / gpus)` without `gpus` is [`Outcome::Unknown`], a parameter that nobody supplies and that has
//! no default [`Outcome::Absent`].

use super::{LaunchId, StatementId};
use crate::quantity::Value;

/// Within which resolution takes place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Occasion<'a> {
    /// None: nothing is launched, each definition stands for itself.
    pub launch: Option<LaunchId>,
    /// What only the claim's sentence says: takes branches. Names are whole identifiers, compared at their last segment.
    pub given: &'a [(String, Value)],
    /// Where nothing is launched: the files in scope; a configuration elsewhere that inherits from one of them, or
    /// overrides it, has no say.
    pub files: Option<&'a [String]>,
}

/// One value that a statement may hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    pub outcome: Outcome,
    /// The statements along which the value came: the last is the one that was asked for.
    pub path: Vec<StatementId>,
    /// The statement that gave the value: where it stands as a literal, or where it was computed.
    pub giver: StatementId,
    /// Statements whose own value was replaced on the way.
    pub overridden: Vec<StatementId>,
    /// The value was computed on the way (`int(args.lr * 2)`), not only handed on.
    pub computed: bool,
    /// A condition that could not be decided stands on the way.
    pub open_branch: bool,
    /// What an expression looked at and did not take: `layers or 10` takes the place of a `layers` that is none.
    pub passed_over: Vec<(StatementId, Option<Value>)>,
}

/// A value, or the text of what could not be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Known(Value),
    /// Shown as it stands in the source.
    Unknown(String),
    /// The statement has no value of its own and nothing supplies one (a parameter without default that nobody calls).
    Absent,
}

impl Resolved {
    pub fn origin(&self) -> StatementId {
        self.giver
    }

    pub fn value(&self) -> Option<&Value> {
        match &self.outcome {
            Outcome::Known(value) => Some(value),
            Outcome::Unknown(_) | Outcome::Absent => None,
        }
    }

    /// A literal value where it stands.
    pub fn literal(id: StatementId, value: Value) -> Resolved {
        Resolved::own(id, Outcome::Known(value))
    }

    pub(super) fn own(id: StatementId, outcome: Outcome) -> Resolved {
        Resolved {
            outcome,
            path: vec![id],
            giver: id,
            overridden: Vec::new(),
            computed: false,
            open_branch: false,
            passed_over: Vec::new(),
        }
    }
}
