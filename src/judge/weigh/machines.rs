//! Whether the GPUs that a launch counts are those of one of several machines.
//!
//! Why it can be wrong: `--nproc_per_node=8` beside `--nnodes=4` is 32 processes, and 8 would be confirmed. So a count of one
//! machine is open wherever the launch has more than one, or an unknown number; what counts all machines' processes
//! (`num_processes`) is left alone, and so is a `num_nodes` of a graph beside an option that is not said to be per node.
//!
//! Example: `gpus_per_node=args.ngpus, nodes=args.nodes` under `--nodes 4` says of 8 that they are those of one node.

use super::processes::told_by_the_job;
use super::scope::InScope;
use super::setting::{Seen, Sight, look};
use crate::evidence::{Form, Graph, StatementId, Subject};
use crate::judge::Case;
use crate::quantity::Value;

/// Settings that say how many machines a launch has.
pub(crate) const MACHINES: &[&str] = &["nnodes", "num_nodes", "nodes"];

/// How many machines each launch has, as far as anything says so.
pub(super) fn look_at(case: &Case<'_>, graph: &Graph<'_>, scope: &InScope<'_>) -> Sight {
    let names: Vec<String> = MACHINES.iter().map(ToString::to_string).collect();
    let mut sight = look(case, graph, scope, &names, None);
    for seen in &mut sight.occasions {
        told_by_the_job(case, seen);
    }
    sight
}

/// Where the launch of a count says that it has several machines, or a number of them that is not known.
pub(super) fn several(graph: &Graph<'_>, seen: &Seen, machines: &Sight) -> Option<StatementId> {
    let launch = seen.launch?;
    let factors = &graph.evidence().launches[launch].factors;
    let counts_all = |id: StatementId| named(graph, id, |name| name == "num_processes");
    if travelled(seen).any(counts_all) {
        return None;
    }
    let per_node = travelled(seen).any(|id| {
        graph.statement(id).form != Form::ShellVariable && named(graph, id, |name| name.ends_with("_per_node"))
    });
    let mut nodes = machines
        .occasions
        .iter()
        .filter(|machines| machines.launch == Some(launch))
        .flat_map(|machines| &machines.live)
        .filter(|live| live.resolved.value() != Some(&Value::from(1)));
    let counted = nodes.find(|live| per_node || factors.contains(&live.id) || is_directive(graph, live.id))?;
    Some(counted.resolved.origin())
}

/// The count, all that it came by and its uses.
fn travelled(seen: &Seen) -> impl Iterator<Item = StatementId> {
    let paths = seen.live.iter().flat_map(|live| &live.resolved.path);
    paths.chain(&seen.uses).chain(&seen.feeders).copied()
}

fn is_directive(graph: &Graph<'_>, id: StatementId) -> bool {
    graph.statement(id).form == Form::Directive
}

fn named(graph: &Graph<'_>, id: StatementId, is: impl Fn(&str) -> bool) -> bool {
    matches!(&graph.statement(id).subject, Subject::Setting { name } if is(&name.to_lowercase().replace('-', "_")))
}
