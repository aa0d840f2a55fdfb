//! Definitions in scope that every launch replaces, where the scope holds the file and none of these launches.
//!
//! Why it can be wrong: `in = "optimizer.py"` leaves out the only command there is, and the default that this command
//! replaces would be confirmed although no run has it. So what stands alone is looked at through all launches that come
//! to it: where none leaves it as it is, it is to be clarified. Where one does, launches out of scope have no say.
//!
//! Example: `--adam_beta2` has the default 0.98 in `optimizer.py`, and the README's one command passes 0.999.

use super::scope::InScope;
use super::setting::{Live, Seen};
use super::vote::Stand;
use crate::evidence::{Graph, Launch, Occasion, Resolved};
use crate::judge::Case;
use crate::verdict::Message;

/// Why a value that stands alone decides nothing: launches out of scope replace it, all of them. `compare` holds what
/// these have against the claim: a claim that they refute as well is refuted.
pub(super) fn replaced(
    case: &Case<'_>,
    graph: &Graph<'_>,
    seen: &Seen,
    live: &Live,
    stand: &Stand,
    compare: impl Fn(&Resolved) -> Stand,
) -> Option<Message> {
    if seen.launch.is_some() || matches!(stand, Stand::Undecided(_)) {
        return None;
    }
    let scope = InScope::of(case);
    let statement = graph.statement(live.id);
    let comes_to =
        |launch: &Launch| !launch.command.is_empty() && !scope.excludes(&launch.place.file) && launch.runs(statement);
    let mut others: Vec<Resolved> = Vec::new();
    for (id, launch) in graph.evidence().launches.iter().enumerate() {
        if !comes_to(launch) {
            continue;
        }
        let occasion = Occasion {
            launch: Some(id),
            given: &case.claim.given,
            ..Occasion::default()
        };
        let at = launch.flags.first().copied().unwrap_or(live.id);
        if graph.runs(&launch.guards, at, occasion) == Some(false) {
            continue;
        }
        let there = graph.resolve(live.id, occasion);
        if there.is_empty() || there.iter().any(|other| other.outcome == live.resolved.outcome) {
            return None;
        }
        others.extend(there);
    }
    let refuted = *stand == Stand::Against && others.iter().all(|other| compare(other) == Stand::Against);
    let first = others.first().filter(|_| !refuted)?;
    Some(
        Message::new("replaced-out-of-scope")
            .with("value", super::ballot::shown_outcome(&live.resolved.outcome))
            .with("found", super::ballot::shown_outcome(&first.outcome))
            .with("place", graph.statement(first.origin()).place.short()),
    )
}
