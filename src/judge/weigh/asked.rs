//! Processes and machines of a launch where its command does not say them all: what its job asks for, what counts twice.
//!
//! Why it can be wrong: a batch per step is a product, and a factor that is missing or counted twice halves or doubles
//! it. A job's directives speak only for what its launch starts by them, and a count of all machines' processes is not
//! multiplied by the machines again.
//!
//! Example: `#SBATCH --ntasks-per-node=4` before `srun python train.py` is four processes on each node.

use super::scope::InScope;
use super::setting::{Live, Seen, Sight};
use crate::evidence::{Evidence, Form, Graph, Launch, Outcome, StatementId, Subject};
use crate::judge::Case;
use crate::quantity::Value;

/// Accelerate's `num_processes` counts the processes of all machines, on the command line and in its file: beside it,
/// `num_machines` multiplies nothing. Other launchers' counts are of one machine (`num_gpus`).
pub(crate) fn drop_counted_machines(graph: &Graph<'_>, processes: &Sight, nodes: &mut Sight) {
    let named = |seen: &Seen, name: &str| {
        seen.live.iter().any(|live| {
            matches!(&graph.statement(live.id).subject, Subject::Setting { name: theirs } if theirs.replace('-', "_") == name)
        })
    };
    // What no launch gives fills every launch that is silent on it, as in the product.
    let together = |a: &Seen, b: &Seen| a.launch == b.launch || a.launch.is_none() || b.launch.is_none();
    nodes.occasions.retain(|machines| {
        let counted = processes
            .occasions
            .iter()
            .any(|seen| together(seen, machines) && named(seen, "num_processes"));
        !(counted && named(machines, "num_machines"))
    });
}

/// A count that the launcher is told speaks before what the code only learns when it runs (`args.world_size`).
pub(crate) fn launcher_speaks(case: &Case<'_>, graph: &Graph<'_>, sight: &mut Sight) {
    for seen in &mut sight.occasions {
        let Some(launch) = seen.launch.map(|id| &case.evidence.launches[id]) else {
            continue;
        };
        let told = |live: &Live| launch.factors.contains(&live.id) && live.resolved.value().is_some();
        if seen.live.iter().any(told) {
            seen.live
                .retain(|live| live.resolved.value().is_some() || graph.statement(live.id).form == Form::Flag);
        }
    }
}

/// Where a launch says nothing of its processes: the tasks that `srun` starts, or the GPUs that its job asks for.
pub(crate) fn gpus_asked_for(case: &Case<'_>, scope: &InScope<'_>, sight: &mut Sight) {
    for (id, launch) in case.evidence.launches.iter().enumerate() {
        let told = sight.occasions.iter().any(|seen| seen.launch == Some(id));
        if told || launch.command.is_empty() || !scope.has(&launch.place.file) {
            continue;
        }
        let tasks = by_srun(launch)
            .then(|| asked(case.evidence, launch, "tasks-per-node").or_else(|| asked(case.evidence, launch, "tasks")))
            .flatten();
        if let Some((directive, value)) = tasks.or_else(|| asked(case.evidence, launch, "gpus")) {
            sight.occasions.push(Seen::of_one(id, directive, value));
        }
    }
}

/// The nodes of a job whose `srun` starts the same tasks on each.
pub(crate) fn nodes_asked_for(case: &Case<'_>, scope: &InScope<'_>, sight: &mut Sight) {
    for (id, launch) in case.evidence.launches.iter().enumerate() {
        let told = sight.occasions.iter().any(|seen| seen.launch == Some(id));
        let each = by_srun(launch) && asked(case.evidence, launch, "tasks-per-node").is_some();
        if told || !each || !launch.factors.is_empty() || !scope.has(&launch.place.file) {
            continue;
        }
        if let Some((directive, value)) = asked(case.evidence, launch, "nodes") {
            sight.occasions.push(Seen::of_one(id, directive, value));
        }
    }
}

/// `--nnodes=$SLURM_JOB_NUM_NODES` is what the job asks for.
pub(crate) fn told_by_the_job(case: &Case<'_>, seen: &mut Seen) {
    let (Some(id), [live]) = (seen.launch, seen.live.as_slice()) else {
        return;
    };
    let Outcome::Unknown(text) = &live.resolved.outcome else {
        return;
    };
    let key = match text.trim_matches(['$', '{', '}', '"']) {
        "SLURM_JOB_NUM_NODES" | "SLURM_NNODES" => "nodes",
        "SLURM_GPUS_ON_NODE" | "SLURM_GPUS_PER_NODE" => "gpus",
        "SLURM_NTASKS_PER_NODE" => "tasks-per-node",
        _ => return,
    };
    if let Some((directive, value)) = asked(case.evidence, &case.evidence.launches[id], key) {
        *seen = Seen::of_one(id, directive, value);
    }
}

fn by_srun(launch: &Launch) -> bool {
    launch
        .command
        .split_whitespace()
        .any(|word| word == "srun" || word.ends_with("/srun"))
}

/// What a launch's job asks for: the last directive of a key is the one that counts.
fn asked(evidence: &Evidence, launch: &Launch, wanted: &str) -> Option<(StatementId, Value)> {
    let mut asked = evidence.statements.iter().enumerate().filter(|(_, statement)| {
        statement.place.file == launch.place.file
            && statement.dead.is_none()
            && statement.form == Form::Directive
            && matches!(&statement.subject, Subject::Directive { key, .. } if key == wanted)
    });
    let (id, statement) = asked.next_back()?;
    statement.value.literal().map(|value| (id, value.clone()))
}
