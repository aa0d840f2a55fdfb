//! What to write as `of`: owners that a person would name, and that tell several values apart.
//!
//! Why it can be wrong: "`of` tells them apart: self, __init__" is advice that nobody can follow. Only an owner counts
//! that the value has and no other has, classes and functions before scripts, and never a word of Python's own.
//!
//! Example: `lr` of `Encoder.__init__` and of `Decoder.__init__` are told apart by `of = "Encoder"` and `of = "Decoder"`.

use super::setting::owned;
use crate::evidence::Statement;

/// Owners that name nothing.
const NOBODY: &[&str] = &["self", "cls", "__init__", "__call__", "__main__", "args", "kwargs"];
/// Owners that are proposed at most.
const MOST: usize = 4;

/// `of = "Encoder", of = "Decoder"`; empty where nothing tells them apart.
pub(super) fn telling_apart(values: &[&Statement]) -> String {
    let mut found: Vec<String> = Vec::new();
    for statement in values {
        let others = || values.iter().filter(|other| other.place != statement.place);
        let only = |name: &String| owned(statement, name) && !others().any(|other| owned(other, name));
        if let Some(name) = candidates(statement).into_iter().find(only) {
            let shown = format!("`of = \"{name}\"`");
            if !found.contains(&shown) {
                found.push(shown);
            }
        }
    }
    found.truncate(MOST);
    found.join(", ")
}

/// The owners as a person would name them, outermost first, then the file.
fn candidates(statement: &Statement) -> Vec<String> {
    let inner = named_parts(statement);
    let file = &statement.place.file;
    inner.into_iter().chain([file.clone()]).collect()
}

/// The parts of a statement's owners that name something.
pub(super) fn named_parts(statement: &Statement) -> Vec<String> {
    statement
        .owner
        .iter()
        .flat_map(|owner| owner.split('.'))
        .filter(|part| !part.is_empty() && !NOBODY.contains(part))
        .map(str::to_string)
        .collect()
}
