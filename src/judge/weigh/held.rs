//! What is built and held by a variable: `of = "optim_g"` for the arguments of `optim_g = Adam(lr=1e-4)`.
//!
//! Why it can be wrong: a variable is no enclosing name, and two of one class are told apart by nothing else. Only what
//! stands within the value that is assigned belongs to it, in that file.
//!
//! Example: `self.critic = Adam(params, lr=4e-4)` holds that `lr`, and not the one of the line above.

use crate::evidence::{Evidence, Expr, Form, Statement, Subject};
use crate::place::Place;

/// The places where a variable or attribute of this name is given what a call makes.
pub(super) fn holders<'e>(evidence: &'e Evidence, of: Option<&str>) -> Vec<&'e Place> {
    let Some(name) = of.and_then(|of| of.rsplit('.').next()) else {
        return Vec::new();
    };
    evidence
        .statements
        .iter()
        .filter(|statement| matches!(statement.form, Form::Variable | Form::Attribute))
        .filter(|statement| matches!(statement.value, Expr::Call { .. }))
        .filter(|statement| matches!(&statement.subject, Subject::Setting { name: theirs } if theirs == name))
        .map(|statement| &statement.place)
        .collect()
}

/// Whether an argument stands within one of these.
pub(super) fn is_held(statement: &Statement, holders: &[&Place]) -> bool {
    let Some((first, last)) = statement.place.bytes else {
        return false;
    };
    let around = |place: &&Place| {
        place.file == statement.place.file && place.bytes.is_some_and(|(start, end)| start <= first && last <= end)
    };
    matches!(statement.form, Form::Keyword | Form::Entry) && holders.iter().any(around)
}
