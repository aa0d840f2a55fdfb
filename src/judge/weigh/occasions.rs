//! Which launches are occasions of a claim.
//!
//! Why it can be wrong: a launch that is left out cannot contradict. Those in scope count; those from elsewhere only where
//! an entry script in scope has none, and a file that a command starts is an entry script, whoever imports it as well.
//!
//! Example: `in = "finetune.py"` brings in the README's `python finetune.py --mixup 0.8`.

use std::collections::BTreeSet;

use super::scope::InScope;
use crate::evidence::{Graph, Launch, LaunchId, Link, LinkKind, Occasion, StatementId, Subject};
use crate::judge::Case;
use crate::quantity::Value;

/// The launches that are occasions of this claim.
pub(super) fn launches(case: &Case<'_>, graph: &Graph<'_>, scope: &InScope<'_>) -> Vec<LaunchId> {
    let evidence = case.evidence;
    let runs = |id: LaunchId, launch: &Launch| {
        let at = launch.flags.first().copied().unwrap_or(0);
        let occasion = Occasion {
            launch: Some(id),
            given: &case.claim.given,
            ..Occasion::default()
        };
        (launch.guards.is_empty() || graph.runs(&launch.guards, at, occasion) != Some(false))
            && !contradicts(case, graph, id, launch)
    };
    let command = |launch: &Launch| !launch.command.is_empty() && !scope.excludes(&launch.place.file);
    let mut chosen: Vec<LaunchId> = Vec::new();
    for (id, launch) in evidence.launches.iter().enumerate() {
        if command(launch) && scope.has(&launch.place.file) && runs(id, launch) {
            chosen.push(id);
        }
    }
    let in_scope = chosen.clone();
    // A file that others import is an entry as well where a command starts it.
    let started = evidence
        .launches
        .iter()
        .filter(|launch| command(launch))
        .filter_map(|launch| launch.entry.as_ref());
    let entries: BTreeSet<&String> = evidence.entries.iter().chain(started).collect();
    for entry in entries.into_iter().filter(|entry| scope.has(entry)) {
        let reached = in_scope.iter().any(|&id| {
            let launch = &evidence.launches[id];
            launch.entry.as_ref() == Some(entry) || launch.reach.binary_search(entry).is_ok()
        });
        if reached {
            continue;
        }
        let starts = |launch: &Launch| launch.entry.as_ref() == Some(entry);
        let elsewhere: Vec<LaunchId> = evidence
            .launches
            .iter()
            .enumerate()
            .filter(|(id, launch)| command(launch) && starts(launch) && runs(*id, launch))
            .map(|(id, _)| id)
            .collect();
        if elsewhere.is_empty() {
            let alone = evidence
                .launches
                .iter()
                .position(|launch| launch.command.is_empty() && starts(launch));
            chosen.extend(alone);
        } else {
            chosen.extend(elsewhere);
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// What stands on the command lines of launches that the claim rules out, and what these take their values from: it does
/// not speak for itself either.
pub(super) fn ruled_out(case: &Case<'_>, graph: &Graph<'_>) -> BTreeSet<StatementId> {
    let mut found = BTreeSet::new();
    if case.claim.given.is_empty() {
        return found;
    }
    for (id, launch) in case.evidence.launches.iter().enumerate() {
        if !contradicts(case, graph, id, launch) {
            continue;
        }
        let occasion = Occasion {
            launch: Some(id),
            ..Occasion::default()
        };
        for &flag in launch.flags.iter().chain(&launch.factors) {
            found.insert(flag);
            found.extend(graph.resolve(flag, occasion).into_iter().flat_map(|one| one.path));
        }
    }
    found
}

/// Whether a flag of the launch says another value than the claim gives: then it is no occasion of the sentence. A flag is
/// known by its own name and by those of the options it sets (`-a` is `arch`).
fn contradicts(case: &Case<'_>, graph: &Graph<'_>, id: LaunchId, launch: &Launch) -> bool {
    let evidence = case.evidence;
    let name = |statement: StatementId| match &evidence.statements[statement].subject {
        Subject::Setting { name } => name.replace('-', "_").to_lowercase(),
        _ => String::new(),
    };
    let occasion = Occasion {
        launch: Some(id),
        ..Occasion::default()
    };
    case.claim.given.iter().any(|(key, value)| {
        let key = key.replace('-', "_").to_lowercase();
        launch.flags.iter().any(|&flag| {
            let sets = || {
                let own = |link: &&Link| link.from == flag && link.kind == LinkKind::Flag && link.launch == Some(id);
                evidence.links.iter().filter(own).any(|link| name(link.to) == key)
            };
            if name(flag) != key && !sets() {
                return false;
            }
            let resolved = graph.resolve(flag, occasion);
            resolved
                .iter()
                .all(|one| one.value().is_some_and(|found| !same(found, value)))
        })
    })
}

/// `"5"` of a shell is 5, and case says nothing.
fn same(found: &Value, given: &Value) -> bool {
    match (found, given) {
        (Value::Number(a), Value::Number(b)) => a.value == b.value,
        _ => found == given || found.to_string().eq_ignore_ascii_case(&given.to_string()),
    }
}
