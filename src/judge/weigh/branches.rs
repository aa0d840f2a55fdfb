//! What counts only in branches that an occasion does not take: settings that are read there, calls that stand there.
//!
//! Why it can be wrong: a branch whose condition is not decided may be taken, and what stands in it may count. So only a
//! condition that surely fails, in every launch that comes to it, takes the vote away.
//!
//! Example: `patience: 5` beside `lr_sched: step`, where the code reads `patience` under `if cfg.lr_sched == "plateau":`.

use super::scope::InScope;
use crate::evidence::{Form, Graph, LaunchId, LinkKind, Occasion, Statement, StatementId};
use crate::judge::Case;

/// Whether all that reads an option or key, or takes a flag, stands in branches that the occasion does not take.
pub(super) fn read_in_no_branch_taken(graph: &Graph<'_>, occasion: Occasion<'_>, id: StatementId) -> bool {
    let evidence = graph.evidence();
    let unread = |id: StatementId| {
        let found = evidence.read_under.binary_search_by_key(&id, |read| read.statement);
        found.is_ok_and(|at| {
            let mut readers = evidence.read_under[at].readers.iter();
            readers.all(|&reader| graph.runs(&graph.statement(reader).guards, reader, occasion) == Some(false))
        })
    };
    if graph.statement(id).form != Form::Flag {
        return unread(id);
    }
    let mut takers = evidence
        .links
        .iter()
        .filter(|link| link.from == id && link.launch == occasion.launch)
        .map(|link| link.to)
        .peekable();
    takers.peek().is_some() && takers.all(unread)
}

/// The key of a file that is laid over all options that a flag sets.
pub(super) fn laid_over(graph: &Graph<'_>, launch: LaunchId, flag: StatementId) -> Option<StatementId> {
    if graph.statement(flag).form != Form::Flag {
        return None;
    }
    let links = || graph.evidence().links.iter().filter(|link| link.launch == Some(launch));
    let mut over = None;
    for taker in links().filter(|link| link.from == flag && link.kind == LinkKind::Flag) {
        let mut keys = links().filter(|link| link.to == taker.to && link.kind == LinkKind::Overlay);
        over = Some(keys.next()?.from);
    }
    over
}

/// Uses of a symbol.
pub(crate) type Uses<'a> = Vec<(StatementId, &'a Statement)>;

/// Uses apart from those in branches that no launch takes. Where all calls are of that sort, an import is for them.
pub(crate) fn taken<'a>(case: &Case<'a>, scope: &InScope<'_>, uses: Uses<'a>) -> (Uses<'a>, Uses<'a>) {
    let graph = Graph::new(case.evidence);
    let (live, mut idle): (Uses<'a>, Uses<'a>) = uses
        .into_iter()
        .partition(|(id, statement)| !in_no_branch_taken(case, scope, &graph, *id, statement));
    let imported = live.iter().all(|(_, statement)| statement.form == Form::Import);
    if idle.is_empty() || !imported {
        return (live, idle);
    }
    idle.extend(live);
    (Vec::new(), idle)
}

/// Whether the conditions around a statement fail in every launch that comes to it.
fn in_no_branch_taken(
    case: &Case<'_>,
    scope: &InScope<'_>,
    graph: &Graph<'_>,
    id: StatementId,
    at: &Statement,
) -> bool {
    if at.guards.is_empty() {
        return false;
    }
    let fails = |launch: Option<usize>| {
        let occasion = Occasion {
            launch,
            given: &case.claim.given,
            files: launch.is_none().then(|| scope.files()),
        };
        graph.runs(&at.guards, id, occasion) == Some(false)
    };
    let mut launches = scope
        .launches(case.evidence)
        .filter(|(_, launch)| launch.runs(at))
        .peekable();
    match launches.peek() {
        None => fails(None),
        Some(_) => launches.all(|(launch, _)| fails(Some(launch))),
    }
}
