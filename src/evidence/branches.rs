//! Branches that decide between values: whether they leave a way out, and what one that is taken hides.
//!
//! Why it can be wrong: a value that a branch replaces looks as live as its replacement where nobody asks whether the
//! branch is taken.
//!
//! Example: after `DEV=500` and `case $TASK in CB) DEV=100`, a run of CB uses 100 and nothing else.

use super::{Form, Guard, Statement};

/// Whether a shell variable is set again, in a branch, between an assignment and a use of it.
pub(super) fn set_between(first: &Statement, again: &Statement, used: &Statement) -> bool {
    let shell = |statement: &Statement| statement.form == Form::ShellVariable;
    let file = &used.place.file;
    let starts = |statement: &Statement| statement.place.bytes.map(|(start, _)| start);
    let (Some(a), Some(b), Some(c)) = (starts(first), starts(again), starts(used)) else {
        return false;
    };
    // A condition that both stand under decides nothing between them.
    let branch = again.guards.iter().any(|guard| !first.guards.contains(guard));
    shell(first) && shell(again) && branch && &first.place.file == file && &again.place.file == file && a < b && b < c
}

/// Whether conditions leave no way out: one of them is empty, or for some test they cover both outcomes.
pub(super) fn every_way(ways: &[Vec<&Guard>]) -> bool {
    if ways.iter().any(Vec::is_empty) {
        return true;
    }
    let Some(first) = ways.first().and_then(|guards| guards.first()) else {
        return false;
    };
    [true, false].into_iter().all(|holds| {
        let left: Vec<Vec<&Guard>> = ways
            .iter()
            .filter_map(|guards| match guards.split_first() {
                Some((guard, rest)) if guard.place == first.place => (guard.holds == holds).then(|| rest.to_vec()),
                _ => None,
            })
            .collect();
        every_way(&left)
    })
}
