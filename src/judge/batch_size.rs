//! The batch size, as the setting stands, per device, or per optimisation step.
//!
//! ## What it checks
//! `per` absent: a parameter with the usual names. `per = "device"`: the same setting, unless the code divides it
//! over devices. `per = "step"`: per device × accumulation (1 where nothing sets it) × processes × nodes (1 where no
//! launcher names any), each factor followed and placed on its own.
//!
//! ## Why it can be wrong
//! "Batch size" in a paper is often the product, and in the code often one factor. A factor that nothing gives comes
//! from `given`, else the verdict is needs-clarification and names it. Evaluation's batch sizes have names of their own.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "effective-batch"
//! kind = "batch-size"
//! per = "step"
//! value = 128
//! given = { devices = 8 }
//! ```

use bigdecimal::BigDecimal;

use super::weigh::compared::How;
use super::weigh::effective::count_devices;
use super::weigh::product::Factor;
use super::weigh::scope::InScope;
use super::weigh::setting::{Live, Seen, Sight, look};
use super::weigh::{impossible, named, recommend};
use super::{Case, Kind};
use crate::claim::{Key, KindSpec, Shape};
use crate::evidence::{Ask, Form, Grade, Graph, Subject};
use crate::verdict::{Message, Ruling, Verdict};

const ACCUMULATION: &[&str] = &[
    "gradient_accumulation_steps",
    "accumulation_steps",
    "grad_accumulation_steps",
    "gradient_accumulation",
    "accumulate_grad_batches",
    "grad_accum",
    "grad_accum_steps",
    "update_freq",
];
const PER_DEVICE: &[&str] = &[
    "per_device_train_batch_size",
    "per_gpu_train_batch_size",
    "train_micro_batch_size_per_gpu",
    "micro_batch_size",
];
/// Processes on one machine; accelerate's `num_processes` counts those of all machines.
const PROCESSES: &[&str] = &[
    "nproc_per_node",
    "nproc-per-node",
    "num_processes",
    "cuda_visible_devices",
    "num_gpus",
    "gpus_per_node",
];
const NODES: &[&str] = &["nnodes", "num_nodes", "num_machines"];

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "batch-size",
        about: include_str!("batch_size.rs"),
        keys: &[Key {
            name: "per",
            shape: Shape::OneOf(&["device", "step"]),
            required: false,
            about: "`device`: what one device takes at a time; `step`: what one optimisation step sees; absent: as the setting stands.",
        }],
        shared: &[
            "name",
            "of",
            "value!",
            "tolerance",
            "take",
            "given",
            "for",
            "grade",
            "run",
            "in",
        ],
        usual_names: &[
            "batch_size",
            "batchsize",
            "train_batch_size",
            "per_device_train_batch_size",
            "per_gpu_train_batch_size",
            "micro_batch_size",
            "train_micro_batch_size_per_gpu",
        ],
        deciding: Grade::Configured,
        check: |_| Ok(()),
        dimension: None,
    },
    asks: |claim, _| {
        let mut asks = named::asks(claim, &KIND.spec);
        if claim.fields.text("per").is_some() {
            for names in [ACCUMULATION, PROCESSES, NODES] {
                asks.push(Ask::Setting { names: owned(names) });
            }
            asks.push(Ask::Scheduler);
        }
        asks
    },
    judge,
};

fn judge(case: &Case<'_>) -> Ruling {
    match case.claim.fields.text("per") {
        Some("step") => per_step(case),
        Some("device") => per_device(case),
        _ => named::judge(case, &KIND.spec, How::EXACT),
    }
}

/// As the setting stands, unless something divides it by a number of devices on its way.
fn per_device(case: &Case<'_>) -> Ruling {
    let mut ruling = named::judge(case, &KIND.spec, How::EXACT);
    let names = named::names(case.claim, &KIND.spec);
    let scope = InScope::of(case);
    let divided = case.evidence.statements.iter().find(|statement| {
        scope.has(&statement.place.file)
            && matches!(&statement.subject, crate::evidence::Subject::Setting { name } if super::weigh::setting::bears(name, &names))
            && divides(&statement.value)
    });
    if let Some(statement) = divided
        && ruling.verdict == Verdict::Supported
    {
        ruling.verdict = Verdict::NeedsClarification;
        ruling.because = Message::new("divided-over-devices")
            .with("place", statement.place.short())
            .with("found", ruling.found.clone().unwrap_or_default());
    }
    ruling
}

fn divides(expr: &crate::evidence::Expr) -> bool {
    use crate::evidence::Expr;
    match expr {
        Expr::Binary { op, right, .. } if op == "/" || op == "//" => right.literal().is_none(),
        Expr::Call { callee, args } if callee == "int" => args.iter().any(|arg| divides(&arg.value)),
        _ => false,
    }
}

fn per_step(case: &Case<'_>) -> Ruling {
    if let Some(ruling) = impossible::impossible(case) {
        return ruling;
    }
    let graph = Graph::new(case.evidence);
    let scope = InScope::of(case);
    let of = case.claim.of.as_deref();
    let given = |names: &[&str]| names.iter().find_map(|name| named::given_number(case.claim, name));
    let one = || Some(BigDecimal::from(1));
    let factor = |name: &str, names: &[String], otherwise| {
        let mut sight = look(
            case,
            &graph,
            &scope,
            names,
            if name == "per_device" { of } else { None },
        );
        count_devices(&graph, &mut sight);
        if name == "processes" {
            launcher_speaks(case, &graph, &mut sight);
            gpus_asked_for(case, &scope, &mut sight);
        }
        Factor {
            name: name.to_string(),
            sight,
            otherwise,
        }
    };
    // Names that say "per device" speak before those that may be anybody's (an evaluation's `batch_size`).
    let names = named::names(case.claim, &KIND.spec);
    let explicit: Vec<String> = names
        .iter()
        .filter(|name| PER_DEVICE.contains(&name.as_str()))
        .cloned()
        .collect();
    let spoken = !look(case, &graph, &scope, &explicit, of).occasions.is_empty();
    let names = if spoken { explicit } else { names };
    let processes = given(&["devices", "processes", "gpus", "nproc_per_node", "num_processes"]);
    let factors = [
        factor("per_device", &names, given(&["per_device"])),
        factor(
            "accumulation",
            &owned(ACCUMULATION),
            given(&["accumulation"]).or_else(one),
        ),
        factor("processes", &owned(PROCESSES), processes),
        factor("nodes", &owned(NODES), given(&["nodes"]).or_else(one)),
    ];
    let formula = "per_device * accumulation * processes * nodes";
    let mut question = named::product_ballots(case, &graph, &scope, formula, &factors, How::EXACT, KIND.spec.deciding);
    if factors[0].sight.occasions.is_empty() {
        question.ballots.clear();
    }
    let mut ruling = question.decide();
    recommend::add_usual(case.claim, &mut ruling);
    ruling
}

/// A count that the launcher is told speaks before what the code only learns when it runs (`args.world_size`).
fn launcher_speaks(case: &Case<'_>, graph: &Graph<'_>, sight: &mut Sight) {
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

/// Where a launch says nothing of its processes: the GPUs that its job asks for.
fn gpus_asked_for(case: &Case<'_>, scope: &InScope<'_>, sight: &mut Sight) {
    for (id, launch) in case.evidence.launches.iter().enumerate() {
        let told = sight.occasions.iter().any(|seen| seen.launch == Some(id));
        if told || launch.command.is_empty() || !scope.has(&launch.place.file) {
            continue;
        }
        let mut asked = case.evidence.statements.iter().enumerate().filter(|(_, statement)| {
            statement.place.file == launch.place.file
                && statement.dead.is_none()
                && statement.form == Form::Directive
                && matches!(&statement.subject, Subject::Directive { key, .. } if key == "gpus")
        });
        // The last directive of a key is the one that counts.
        if let Some((directive, statement)) = asked.next_back()
            && let Some(value) = statement.value.literal()
        {
            sight.occasions.push(Seen::of_one(id, directive, value.clone()));
        }
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}
