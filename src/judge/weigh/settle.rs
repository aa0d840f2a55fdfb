//! What to write in the claim to settle it: the `of` that tells two values apart, the `given` that takes a branch.
//!
//! Why it can be wrong: an owner that several values share, or a condition that is not understood, would send the reader
//! to write something that changes nothing. So only what tells a value from all others is offered, and else nothing is.
//!
//! Example: `of = "Encoder"` for 512, `of = "Decoder"` for 256.

use super::ballot::shown_outcome;
use super::setting::{Live, owned};
use crate::evidence::{Expr, Graph, Guard, Statement};
use crate::quantity::Value;

/// Names that enclose everything of a kind, and tell nothing apart.
const NO_NAMES: [&str; 4] = ["__init__", "self", "cls", "main"];

/// For each of several values the `of` that takes it alone, where there is one.
pub(crate) fn owners(graph: &Graph<'_>, lives: &[&Live]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for live in lives {
        let others: Vec<&Statement> = lives
            .iter()
            .filter(|other| other.resolved.outcome != live.resolved.outcome)
            .map(|other| graph.statement(other.id))
            .collect();
        let statement = graph.statement(live.id);
        let apart = candidates(statement)
            .into_iter()
            .find(|name| owned(statement, name) && !others.iter().any(|other| owned(other, name)));
        let said = apart.map(|name| format!("`of = \"{name}\"` ({})", shown_outcome(&live.resolved.outcome)));
        found.extend(said.filter(|said| !found.contains(said)));
    }
    found
}

/// Names of what encloses a statement, the innermost first, and at last its file.
fn candidates(statement: &Statement) -> Vec<String> {
    let inner = statement.owner.iter().rev().flat_map(|owner| owner.rsplit('.'));
    let file = statement.place.file.as_str();
    inner
        .filter(|name| !name.is_empty() && !NO_NAMES.contains(name))
        .map(str::to_string)
        .chain([file.rsplit('/').next().unwrap_or(file).to_string(), file.to_string()])
        .collect()
}

/// The owner by which people would name what bears a setting.
pub(crate) fn usual_owner(owner: &str) -> Option<&str> {
    owner
        .rsplit('.')
        .find(|name| !name.is_empty() && !NO_NAMES.contains(name))
}

/// The `given` that takes each of several values, where the conditions around them are simple.
pub(crate) fn branches(graph: &Graph<'_>, lives: &[&Live]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for live in lives {
        let guards = live.resolved.path.iter().flat_map(|&id| &graph.statement(id).guards);
        let said = guards.filter_map(taking).next_back();
        let value = shown_outcome(&live.resolved.outcome);
        let said = said.map(|given| format!("`given = {{ {given} }}` ({value})"));
        found.extend(said.filter(|said| !found.contains(said)));
    }
    found
}

/// `size = "large"`, for a branch under `size == "large"`.
fn taking(guard: &Guard) -> Option<String> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).replace('-', "_");
    match (&guard.test, guard.holds) {
        (Expr::Ref(name), holds) => Some(format!("{} = {holds}", last(name))),
        (Expr::Unary { op, operand }, holds) if op == "not" => match &**operand {
            Expr::Ref(name) => Some(format!("{} = {}", last(name), !holds)),
            _ => None,
        },
        (Expr::Binary { op, left, right }, holds) if (op == "==" && holds) || (op == "!=" && !holds) => {
            match (&**left, &**right) {
                (Expr::Ref(name), Expr::Value(value)) | (Expr::Value(value), Expr::Ref(name)) => {
                    Some(format!("{} = {}", last(name), written(value)?))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// A value as the claim file writes it.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(format!("\"{text}\"")),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}
