//! Which launches are occasions of a claim.
//!
//! Why it can be wrong: a launch that is left out cannot contradict. Those in scope count; those from elsewhere only where
//! an entry script in scope has none, and a file that a command starts is an entry script, whoever imports it as well.
//!
//! Example: `in = "finetune.py"` brings in the README's `python finetune.py --mixup 0.8`.

use std::collections::BTreeSet;

use super::scope::InScope;
use crate::evidence::{Graph, Launch, LaunchId, Occasion};
use crate::judge::Case;

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
        launch.guards.is_empty() || graph.runs(&launch.guards, at, occasion) != Some(false)
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
