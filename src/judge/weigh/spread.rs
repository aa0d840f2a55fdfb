//! How a launch spreads a batch over devices: a process each, one process that splits it, or a setting that is divided.
//!
//! Why it can be wrong: the same `--batch_size 32` on four cards is 32 a step under `nn.DataParallel` and where the code
//! divides it by the world size, and 128 where four processes are started. What is asked of the scheduler says how many
//! cards there are, and nothing of how the code uses them.
//!
//! Example: `args.batch_size //= world_size` in a file that the launch runs: the setting is the step's, a device has a part.

use super::identity::bears;
use crate::evidence::{Evidence, Expr, Form, Graph, LaunchId, Occasion, Statement, StatementId, Subject};
use crate::judge::Case;
use crate::quantity::Value;

/// Calls that start a process for each device, or that only run in one of several.
const PROCESSES: &[&str] = &[
    "init_process_group",
    "DistributedDataParallel",
    "FullyShardedDataParallel",
    "spawn",
    "Accelerator",
    "init_distributed",
    "init_distributed_mode",
    "launch",
    "notebook_launcher",
];
/// One process that splits what it is given over its devices.
const SPLITS: &[&str] = &["DataParallel"];
/// Calls of a program that trains; one that has none of them has no optimisation step.
const TRAINS: &[&str] = &[
    "backward",
    "fit",
    "Trainer",
    "Seq2SeqTrainer",
    "SFTTrainer",
    "train_on_batch",
    "minimize",
    "apply_gradients",
    "GradientTape",
    "value_and_grad",
];
/// Words of a divisor that counts devices or processes.
const DEVICES: &str =
    "world gpu gpus ngpu ngpus device devices replica replicas rank ranks nproc procs processes num_gpus";

/// Symbols that a judge has to ask for, so that they are kept.
pub(crate) fn symbols() -> impl Iterator<Item = &'static str> {
    [PROCESSES, SPLITS, TRAINS].into_iter().flatten().copied()
}

/// How the batch of one launch is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Each process has the setting's batch for itself.
    Processes,
    /// One process has it, and splits it over its devices; or the setting is divided by their number. The place that does.
    Shared(StatementId),
    /// Each process has the setting's batch, and accumulates so much less that the step stays the same; or one process
    /// lays the model over all devices. The place.
    Accumulated(StatementId),
    /// The code may do either.
    Open(StatementId),
    /// Nothing is seen that uses several devices.
    Unseen,
}

/// Looks at what a launch runs (without one, at what stands in scope). `names`: the setting that says the batch.
/// `accumulation`: the names of steps that are accumulated.
pub(crate) fn spread(
    case: &Case<'_>,
    graph: &Graph<'_>,
    launch: Option<LaunchId>,
    names: &[String],
    accumulation: &[String],
) -> Spread {
    let evidence = case.evidence;
    let found = |wanted: &dyn Fn(&Statement) -> bool| {
        let mut open = None;
        for (id, statement) in evidence.statements.iter().enumerate() {
            if !wanted(statement) || statement.dead.is_some() || !runs(evidence, launch, statement) {
                continue;
            }
            let occasion = Occasion {
                launch,
                given: &case.claim.given,
                ..Occasion::default()
            };
            match graph.runs(&statement.guards, id, occasion) {
                Some(true) => return (Some(id), None),
                None => open = open.or(Some(id)),
                Some(false) => {}
            }
        }
        (None, open)
    };
    let (divided, may_divide) = found(&|statement| divides_a_batch(statement, names));
    if let Some(id) = divided.or(may_divide) {
        // Where it is not divided there is one process, and the batch is the step's all the same.
        return Spread::Shared(id);
    }
    let (divided, may_divide) = found(&|statement| divides_a_batch(statement, accumulation));
    if let Some(id) = divided.or(may_divide) {
        return Spread::Accumulated(id);
    }
    let launcher = launch.is_some_and(|launch| {
        let launch = &evidence.launches[launch];
        let tasks = |statement: &Statement| {
            statement.place.file == launch.place.file
                && matches!(&statement.subject, Subject::Directive { key, .. } if matches!(key.as_str(), "tasks" | "tasks-per-node"))
        };
        let srun = launch.command.split_whitespace().any(|word| word == "srun");
        (srun && evidence.statements.iter().any(tasks)) || launch.factors.iter().any(|&id| {
            !matches!(&evidence.statements[id].subject, Subject::Setting { name } if name.eq_ignore_ascii_case("cuda_visible_devices"))
        })
    });
    // One process that lays the model over its devices: the batch is one device's and the step's alike.
    let (laid, may_lay) = found(&lays_the_model);
    if let Some(id) = laid.or(may_lay).filter(|_| !launcher) {
        return Spread::Accumulated(id);
    }
    let (splits, may_split) = found(&|statement| calls(statement, SPLITS));
    let (starts, may_start) = found(&|statement| calls(statement, PROCESSES));
    match (launcher || starts.is_some(), splits, may_split) {
        (true, _, _) => Spread::Processes,
        (false, Some(id), _) if may_start.is_none() => Spread::Shared(id),
        (false, Some(id), _) | (false, None, Some(id)) => Spread::Open(id),
        (false, None, None) if may_start.is_some() => Spread::Processes,
        (false, None, None) => Spread::Unseen,
    }
}

/// Whether a launch runs a program that trains.
pub(crate) fn trains(evidence: &Evidence, launch: Option<LaunchId>) -> bool {
    evidence
        .statements
        .iter()
        .any(|statement| calls(statement, TRAINS) && statement.dead.is_none() && runs(evidence, launch, statement))
}

fn runs(evidence: &Evidence, launch: Option<LaunchId>, statement: &Statement) -> bool {
    launch.is_none_or(|launch| evidence.launches[launch].runs(statement))
}

/// Settings by which one process lays a model over several devices.
pub(crate) const LAYS: &[&str] = &["device_map", "model_parallel"];

/// `device_map="auto"`, `model.model_parallel = True`.
fn lays_the_model(statement: &Statement) -> bool {
    let Subject::Setting { name } = &statement.subject else {
        return false;
    };
    let says = match statement.value.literal() {
        Some(Value::Text(text)) => matches!(text.as_str(), "auto" | "balanced" | "sequential"),
        Some(Value::Bool(value)) => *value,
        _ => false,
    };
    says && LAYS.contains(&name.as_str())
}

fn calls(statement: &Statement, symbols: &[&str]) -> bool {
    match &statement.subject {
        Subject::Call { callee } => callee.rsplit('.').next().is_some_and(|last| symbols.contains(&last)),
        _ => false,
    }
}

/// Whether a statement holds a setting of these names divided by a number of devices.
fn divides_a_batch(statement: &Statement, names: &[String]) -> bool {
    let code = !matches!(
        statement.form,
        Form::Sentence | Form::Cell | Form::Comment | Form::Docstring | Form::CommentedOut
    );
    code && division(&statement.value).is_some_and(|left| {
        left.references()
            .iter()
            .any(|name| bears(name.rsplit('.').next().unwrap_or(name), names))
    })
}

/// What is divided by a number of devices, also within `int(…)` or `max(1, …)`.
fn division(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Binary { op, left, right } if matches!(op.as_str(), "/" | "//") => {
            if counts_devices(right) {
                Some(left)
            } else {
                division(left)
            }
        }
        Expr::Binary { left, right, .. } => division(left).or_else(|| division(right)),
        Expr::Call { args, .. } => args.iter().find_map(|arg| division(&arg.value)),
        _ => None,
    }
}

fn counts_devices(expr: &Expr) -> bool {
    let text = match expr {
        Expr::Ref(name) => name.clone(),
        Expr::Call { callee, .. } => callee.clone(),
        Expr::Binary { left, right, .. } => return counts_devices(left) || counts_devices(right),
        _ => return false,
    };
    let last = text.rsplit('.').next().unwrap_or(&text).to_lowercase();
    last.split('_')
        .any(|word| DEVICES.split_ascii_whitespace().any(|device| device == word))
}

/// The evidence with every such division left out: what a setting is before it is divided.
pub(crate) fn undivided(evidence: &Evidence) -> Evidence {
    let mut whole = evidence.clone();
    for statement in &mut whole.statements {
        leave_out(&mut statement.value);
    }
    whole
}

fn leave_out(expr: &mut Expr) {
    if let Expr::Binary { op, left, right } = expr
        && matches!(op.as_str(), "/" | "//")
        && counts_devices(right)
    {
        let mut inner = std::mem::replace(&mut **left, Expr::Opaque(String::new()));
        leave_out(&mut inner);
        *expr = inner;
        return;
    }
    match expr {
        Expr::Unary { operand, .. } => leave_out(operand),
        Expr::Binary { left, right, .. } => {
            leave_out(left);
            leave_out(right);
        }
        Expr::List(items) => items.iter_mut().for_each(leave_out),
        Expr::Map(entries) => entries.iter_mut().for_each(|(_, value)| leave_out(value)),
        Expr::Call { args, .. } => args.iter_mut().for_each(|arg| leave_out(&mut arg.value)),
        Expr::Choice { then, otherwise, .. } => {
            leave_out(then);
            leave_out(otherwise);
        }
        Expr::Value(_) | Expr::Ref(_) | Expr::Opaque(_) => {}
    }
}
