//! The batch size, as the setting stands, per device, or per optimisation step.
//!
//! ## What it checks
//! `per` absent: a parameter with the usual names. `per = "device"`: the same setting. `per = "step"`: per device ×
//! accumulation (1 where nothing sets it) × processes × nodes (1 where no launcher names any), each factor followed and
//! placed on its own. Where one process splits the batch over its devices (`nn.DataParallel`), or the code divides the
//! setting by their number, the setting is the step's, and a device has its part.
//!
//! ## Why it can be wrong
//! "Batch size" in a paper is often the product, and in the code often one factor. A factor that nothing gives comes
//! from `given`, else the verdict is needs-clarification and names it. GPUs asked for are no processes unless a launcher
//! or the code starts some. Evaluation's batch sizes have names of their own, and a program that does not train has no step.
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

use std::collections::BTreeSet;

use bigdecimal::BigDecimal;

use super::weigh::cite::{cite, shown};
use super::weigh::compared::How;
use super::weigh::effective::count_devices;
use super::weigh::processes::{
    drop_counted_machines, gpus_asked_for, launcher_speaks, nodes_asked_for, told_by_the_job,
};
use super::weigh::product::Factor;
use super::weigh::scope::InScope;
use super::weigh::setting::{Seen, look};
use super::weigh::spread::{LAYS, Spread, spread, symbols, trains, undivided};
use super::weigh::vote::Question;
use super::weigh::{impossible, named, recommend, stepped};
use super::{Case, Kind};
use crate::claim::{Claim, Key, KindSpec, Shape};
use crate::evidence::{Ask, Evidence, Grade, Graph, LaunchId};
use crate::quantity::Value;
use crate::verdict::{Message, Ruling, Stance, Verdict};

const ACCUMULATION: &[&str] = &[
    "gradient_accumulation_steps",
    "accumulation_steps",
    "grad_accumulation_steps",
    "gradient_accumulation",
    "accumulate_grad_batches",
    "grad_accum",
    "grad_accum_steps",
    "update_freq",
    "iter_size",
    // Whatever else is called an accumulation of steps: `gradient_accumulate_steps`, `accum_iter`.
    "accum*",
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

/// Names under which a run prints what one of its steps sees, beside those of its factors.
pub(super) fn printed() -> impl Iterator<Item = &'static str> {
    [stepped::WHOLE, stepped::PROCESSES].concat().into_iter()
}

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
        says: &[],
        subject: None,
        exact: true,
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
            for names in [ACCUMULATION, PROCESSES, NODES, LAYS] {
                asks.push(Ask::Setting { names: owned(names) });
            }
            asks.push(Ask::Scheduler);
            asks.extend(symbols().map(|symbol| Ask::Usage {
                symbol: symbol.to_string(),
            }));
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

/// As the setting stands; its part where it is split over devices.
fn per_device(case: &Case<'_>) -> Ruling {
    let graph = Graph::new(case.evidence);
    let scope = InScope::of(case);
    let all = named::names(case.claim, &KIND.spec);
    let names = explicit(case, &graph, &scope, &all).unwrap_or_else(|| all.clone());
    let launches: BTreeSet<Option<LaunchId>> = look(case, &graph, &scope, &names, case.claim.of.as_deref())
        .occasions
        .iter()
        .map(|seen| seen.launch)
        .collect();
    let spreads: Vec<Spread> = launches
        .iter()
        .map(|&launch| spread(case, &graph, launch, &names, &owned(ACCUMULATION)))
        .collect();
    let split = |one: &Spread| matches!(one, Spread::Shared(_));
    if !spreads.is_empty() && spreads.iter().all(split) && case.claim.formula.is_none() {
        let whole = undivided(case.evidence);
        let mut ruling = Batch::of(case, &whole, names).part();
        as_written(case.evidence, &whole, &mut ruling);
        let dividing = spreads.iter().find_map(|one| match one {
            Spread::Shared(id) => Some(&case.evidence.statements[*id]),
            _ => None,
        });
        if let Some(statement) = dividing.filter(|_| ruling.verdict == Verdict::NeedsClarification) {
            // Whatever the setting says, here it is made another value than a device takes.
            ruling.citations.retain(|citation| citation.place != statement.place);
            ruling.citations.insert(0, cite(statement, Stance::Contradicts));
        }
        return ruling;
    }
    let speaks = Claim {
        names: if names == all { case.claim.names.clone() } else { names },
        ..case.claim.clone()
    };
    let mut ruling = named::judge(
        &Case {
            claim: &speaks,
            ..*case
        },
        &KIND.spec,
        How::EXACT,
    );
    let open = spreads.iter().find_map(|one| match one {
        Spread::Shared(id) | Spread::Open(id) => Some(*id),
        Spread::Processes | Spread::Accumulated(_) | Spread::Unseen => None,
    });
    if let Some(id) = open
        && ruling.verdict != Verdict::NoEvidence
    {
        ruling.verdict = Verdict::NeedsClarification;
        ruling.because = Message::new("divided-over-devices")
            .with("place", case.evidence.statements[id].place.short())
            .with("found", ruling.found.clone().unwrap_or_default());
        ruling.recommendations.clear();
    }
    ruling
}

/// What one optimisation step sees.
fn per_step(case: &Case<'_>) -> Ruling {
    if let Some(ruling) = impossible::impossible(case) {
        return ruling;
    }
    let names = named::names(case.claim, &KIND.spec);
    let whole = undivided(case.evidence);
    let batch = Batch::of(case, case.evidence, names.clone());
    let mut question = batch.product();
    let run = stepped::step(case, &names, ACCUMULATION);
    question.ballots.extend(Batch::of(case, &whole, names).shared().ballots);
    question.ballots.extend(run.ballots);
    question.context.extend(run.context);
    question.caveats.extend(run.caveats);
    match run.silence {
        Some(why) if question.ballots.is_empty() => question.silence = (Verdict::NotRun, why),
        why => question.caveats.extend(why),
    }
    question.caveats.extend(batch.left_out());
    let mut ruling = question.decide();
    as_written(case.evidence, &whole, &mut ruling);
    recommend::add_usual(case.claim, &mut ruling);
    ruling
}

/// Shows what stands in the files, where a division was left out to compute.
fn as_written(code: &Evidence, whole: &Evidence, ruling: &mut Ruling) {
    let changed: Vec<_> = code
        .statements
        .iter()
        .zip(&whole.statements)
        .filter(|(own, other)| own.value != other.value)
        .collect();
    for (own, other) in changed {
        let (now, written) = (shown(&other.value), shown(&own.value));
        for citation in ruling
            .citations
            .iter_mut()
            .filter(|citation| citation.place == own.place)
        {
            if citation.value == now {
                citation.value.clone_from(&written);
            }
        }
        for step in ruling.chain.iter_mut().filter(|step| step.place == own.place) {
            if step.value == now {
                step.value.clone_from(&written);
            }
        }
    }
}

/// Names that say "per device" speak before those that may be anybody's (an evaluation's `batch_size`), where any does.
fn explicit(case: &Case<'_>, graph: &Graph<'_>, scope: &InScope<'_>, names: &[String]) -> Option<Vec<String>> {
    let explicit: Vec<String> = names
        .iter()
        .filter(|name| PER_DEVICE.contains(&name.as_str()))
        .cloned()
        .collect();
    let sight = look(case, graph, scope, &explicit, case.claim.of.as_deref());
    (!sight.occasions.is_empty()).then_some(explicit)
}

/// The batch of every launch, with how each spreads it.
struct Batch<'a> {
    /// With the evidence from which values are taken: as it is, or with divisions by devices left out.
    case: Case<'a>,
    graph: Graph<'a>,
    /// As it is: who divides is seen here.
    code: &'a Case<'a>,
    code_graph: Graph<'a>,
    scope: InScope<'a>,
    names: Vec<String>,
    /// Where a setting that bears a name of "per device" speaks, processes multiply it whoever starts them.
    explicit: bool,
}

impl<'a> Batch<'a> {
    fn of(code: &'a Case<'a>, evidence: &'a Evidence, names: Vec<String>) -> Batch<'a> {
        let case = Case { evidence, ..*code };
        let graph = Graph::new(evidence);
        let scope = InScope::of(&case);
        let explicit = explicit(&case, &graph, &scope, &names);
        let spoken = explicit.is_some();
        Batch {
            code,
            code_graph: Graph::new(code.evidence),
            case,
            names: explicit.unwrap_or(names),
            graph,
            scope,
            explicit: spoken,
        }
    }

    fn spread(&self, launch: Option<LaunchId>) -> Spread {
        match spread(self.code, &self.code_graph, launch, &self.names, &owned(ACCUMULATION)) {
            Spread::Unseen | Spread::Open(_) if self.explicit => Spread::Processes,
            spread => spread,
        }
    }

    /// A factor in the occasions that `wanted` takes.
    fn factor(
        &self,
        name: &str,
        names: &[&str],
        otherwise: Option<BigDecimal>,
        wanted: &dyn Fn(Spread) -> bool,
    ) -> Factor {
        let own: Vec<String>;
        let (names, of) = if name == "per_device" {
            (&self.names, self.case.claim.of.as_deref())
        } else {
            own = owned(names);
            (&own, None)
        };
        let mut sight = look(&self.case, &self.graph, &self.scope, names, of);
        count_devices(&self.graph, &mut sight);
        for seen in &mut sight.occasions {
            told_by_the_job(&self.case, seen);
        }
        if name == "processes" {
            launcher_speaks(&self.case, &self.graph, &mut sight);
            gpus_asked_for(&self.case, &self.scope, &mut sight);
        }
        if name == "nodes" {
            nodes_asked_for(&self.case, &self.scope, &mut sight);
        }
        if name == "per_device" {
            let steps = |seen: &Seen| trains(self.case.evidence, seen.launch);
            let some_train = sight.occasions.iter().any(steps);
            sight
                .occasions
                .retain(|seen| (!some_train || steps(seen)) && wanted(self.spread(seen.launch)));
        }
        // Cards that are there are processes only where something starts them.
        if name == "processes" {
            sight.occasions.retain(|seen| {
                let started = !matches!(self.spread(seen.launch), Spread::Unseen | Spread::Open(_));
                started || seen.values().all(|value| *value == Value::from(1))
            });
        }
        Factor {
            name: name.to_string(),
            sight,
            otherwise,
        }
    }

    /// Programs without an optimisation step that have a batch size all the same.
    fn left_out(&self) -> Option<Message> {
        let of = self.case.claim.of.as_deref();
        let occasions = look(&self.case, &self.graph, &self.scope, &self.names, of).occasions;
        let (steps, others): (Vec<&Seen>, Vec<&Seen>) = occasions
            .iter()
            .partition(|seen| trains(self.case.evidence, seen.launch));
        let place = others
            .into_iter()
            .filter(|_| !steps.is_empty())
            .find_map(|seen| seen.live.first())
            .map(|live| self.case.evidence.statements[live.resolved.origin()].place.short())?;
        Some(Message::new("no-step-there").with("place", place))
    }

    fn given(&self, names: &[&str]) -> Option<BigDecimal> {
        names.iter().find_map(|name| named::given_number(self.case.claim, name))
    }

    fn processes(&self) -> Option<BigDecimal> {
        self.given(&["devices", "processes", "gpus", "nproc_per_node", "num_processes"])
    }

    fn question(&self, formula: &str, factors: &[Factor]) -> Question {
        let (case, graph, scope) = (&self.case, &self.graph, &self.scope);
        let mut question = named::product_ballots(case, graph, scope, formula, factors, How::EXACT, KIND.spec.deciding);
        if factors[0].sight.occasions.is_empty() {
            question.ballots.clear();
        }
        question
    }

    fn accumulation(&self) -> Factor {
        let one = || Some(BigDecimal::from(1));
        let otherwise = self.given(&["accumulation"]).or_else(one);
        self.factor("accumulation", ACCUMULATION, otherwise, &|_| true)
    }

    /// Processes, and the machines by which they are to be multiplied.
    fn spread_over(&self) -> [Factor; 2] {
        let one = || Some(BigDecimal::from(1));
        let processes = self.factor("processes", PROCESSES, self.processes(), &|_| true);
        let mut nodes = self.factor("nodes", NODES, self.given(&["nodes"]).or_else(one), &|_| true);
        drop_counted_machines(&self.graph, &processes.sight, &mut nodes.sight);
        [processes, nodes]
    }

    /// Where each process has a batch of its own.
    fn product(&self) -> Question {
        let own = |spread| !shared(spread);
        let [processes, nodes] = self.spread_over();
        let factors = [
            self.factor("per_device", &[], self.given(&["per_device"]), &own),
            self.accumulation(),
            processes,
            nodes,
        ];
        self.question("per_device * accumulation * processes * nodes", &factors)
    }

    /// Where all devices share one batch.
    fn shared(&self) -> Question {
        let factors = [self.factor("per_device", &[], None, &shared), self.accumulation()];
        self.question("per_device * accumulation", &factors)
    }

    /// A device's part of a batch that all share.
    fn part(&self) -> Ruling {
        let [processes, nodes] = self.spread_over();
        let factors = [self.factor("per_device", &[], None, &|_| true), processes, nodes];
        let mut ruling = self.question("per_device / (processes * nodes)", &factors).decide();
        recommend::add_usual(self.case.claim, &mut ruling);
        ruling
    }
}

/// Whether a step sees what the setting says, however many processes there are.
fn shared(spread: Spread) -> bool {
    matches!(spread, Spread::Shared(_) | Spread::Accumulated(_))
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}
