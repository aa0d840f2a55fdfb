//! An expression's value where its names are filled: which of them it takes, and which it only looks at.
//!
//! Why it can be wrong: `layers or 10` with a `layers` of none is 10, and not a use of none; `2 if debug else epochs` is a
//! use of `epochs` only where it is taken. So the way a value came leaves out what the expression passed over.
//!
//! Example: `kernel = 3 if kernel is None else kernel`, called without: 3, computed here, and the none passed over.

use super::evaluate::{Lookup, chosen, evaluate};
use super::resolved::{Occasion, Outcome, Resolved};
use super::{Expr, Statement, StatementId};
use crate::quantity::Value;

/// The statement's value in one world: each of its names with what fills it.
pub(super) fn evaluated(
    id: StatementId,
    statement: &Statement,
    world: Vec<(String, Resolved)>,
    occasion: Occasion<'_>,
) -> Resolved {
    let fill = |name: &str| match world.iter().find(|(filled, _)| filled == name) {
        Some((_, resolved)) => resolved.value().cloned().map_or(Lookup::Unknown, Lookup::Value),
        None => given(name, occasion.given)
            .cloned()
            .map_or(Lookup::Unknown, Lookup::Value),
    };
    let taken = chosen(&statement.value, &fill);
    let outcome = evaluate(taken, &fill);
    let names = taken.references();
    let (world, over): (Vec<_>, Vec<_>) = world
        .into_iter()
        .partition(|(name, _)| std::ptr::eq(taken, &statement.value) || names.contains(&name.as_str()));
    let mut open_branch = over.iter().any(|(_, resolved)| resolved.open_branch);
    let mut passed_over: Vec<(StatementId, Option<Value>)> = Vec::new();
    for (_, resolved) in &over {
        passed_over.extend(resolved.passed_over.iter().cloned());
        passed_over.extend(resolved.path.iter().map(|&step| (step, resolved.value().cloned())));
    }
    let handed_on = matches!(taken, Expr::Ref(_));
    if handed_on && let [(_, only)] = world.as_slice() {
        let mut resolved = only.clone();
        if resolved.path != [id] {
            resolved.path.push(id);
        }
        resolved.open_branch |= open_branch;
        resolved.passed_over.extend(passed_over);
        return resolved;
    }
    let outcome = match outcome {
        Some(value) => Outcome::Known(value),
        None => Outcome::Unknown(shown(statement)),
    };
    let mut path: Vec<StatementId> = Vec::new();
    let mut overridden = Vec::new();
    for (_, resolved) in &world {
        path.extend(resolved.path.iter().filter(|&&step| step != id));
        overridden.extend(&resolved.overridden);
        open_branch |= resolved.open_branch;
        passed_over.extend(resolved.passed_over.iter().cloned());
    }
    path.dedup();
    path.push(id);
    Resolved {
        outcome,
        path,
        giver: id,
        overridden,
        computed: !handed_on,
        open_branch,
        passed_over,
    }
}

/// What the claim gives for a name, compared at its last segment.
pub(super) fn given<'a>(name: &str, given: &'a [(String, Value)]) -> Option<&'a Value> {
    let last = name.trim_start_matches(['$', '{']).trim_end_matches('}');
    let last = last.rsplit(['.', '/']).next().unwrap_or(last);
    given
        .iter()
        .find(|(key, _)| key.replace('-', "_") == last.replace('-', "_"))
        .map(|(_, value)| value)
}

/// The expression as it stands; what is not understood is shown by its line.
pub(super) fn shown(statement: &Statement) -> String {
    match &statement.value {
        Expr::Opaque(text) if text.is_empty() => {
            statement.place.excerpt.lines().next().unwrap_or("").trim().to_string()
        }
        expr => expr.to_string(),
    }
}
