//! Settings that launches in scope set to another value than the default, and that no claim looks for.
//!
//! A claim looks for every name that it asks about, whatever it is called on the way: `--bs` that sets the option
//! `batch_size` is covered by a claim about either.
//!
//! Why it can be wrong: most of a command line is no setting of the experiment. Where output goes, what a run is called,
//! which port it uses: such names and all paths are left out, as are values that are not known.
//!
//! Example: `--lr 3e-4` where the option's default is 5e-5, in two jobs, is one setting with one value and two places.

use std::collections::{BTreeMap, BTreeSet};

use super::Setting;
use crate::claim::ClaimFile;
use crate::evidence::{Ask, Evidence, Form, Graph, LaunchId, LinkKind, Occasion, StatementId, Subject};
use crate::judge;
use crate::place::Place;
use crate::quantity::Value;

/// Words of a name that say it is no setting of the experiment: where things are, what they are called, how a run is
/// watched or put on machines.
const NO_SETTINGS: &str = "path paths dir dirs directory folder root file files filename output out save log logs logging \
    logger name names id ids tag tags exp experiment run project entity wandb tensorboard port host addr address url \
    rank local master rdzv resume ckpt checkpoint checkpoints cache verbose debug device devices gpu cuda num_workers \
    workers worker threads print report save_steps save_total_limit config cfg conf job jobid task_name token key user \
    email comment overwrite do train eval test predict push hub version suffix prefix note notes desc description nodes \
    node nproc nnodes standalone cluster partition account qos queue";
/// Steps that a value is followed at most.
const STEPS: usize = 12;
/// Characters of a text that may still be the name of a choice (`adamw`, `cosine_with_restarts`).
const CHOICE: usize = 32;

/// The settings, and how many launches were looked at.
pub(super) fn uncovered(files: &[&ClaimFile], evidence: &Evidence) -> (Vec<Setting>, usize) {
    let graph = Graph::new(evidence);
    let covered = covered(files);
    let mut takers: BTreeMap<StatementId, Vec<(LinkKind, StatementId)>> = BTreeMap::new();
    for link in &evidence.links {
        takers.entry(link.from).or_default().push((link.kind, link.to));
    }
    let mut settings: Vec<Setting> = Vec::new();
    let mut looked_at = 0;
    for (id, launch) in evidence.launches.iter().enumerate() {
        let starts = !launch.command.is_empty() && launch.entry.is_some();
        if !starts || !in_scope(files, evidence, &launch.place.file) {
            continue;
        }
        looked_at += 1;
        let configured = evidence.links.iter().filter_map(|link| {
            let key = &evidence.statements[link.from];
            let own = link.kind == LinkKind::Config && launch.configs.contains(&key.place.file);
            own.then_some(link.from)
        });
        let mut given: Vec<StatementId> = launch.flags.iter().copied().chain(configured).collect();
        given.dedup();
        for giver in given {
            let ways = closure(&takers, giver);
            if ways.iter().any(|&step| is_covered(evidence, step, &covered)) {
                continue;
            }
            let Some((name, value)) = told(&graph, giver, id) else {
                continue;
            };
            let default = default(evidence, &takers, giver);
            if default.as_ref().is_some_and(|default| same(default, &value)) {
                continue;
            }
            add(&mut settings, name, value, default, &evidence.statements[giver].place);
        }
    }
    (settings, looked_at)
}

/// Every name that some claim looks for.
fn covered(files: &[&ClaimFile]) -> BTreeSet<String> {
    let asks = files
        .iter()
        .flat_map(|file| file.claims.iter().flat_map(|claim| judge::asks(claim, file)));
    let mut names = BTreeSet::new();
    for ask in asks {
        match ask {
            Ask::Setting { names: asked } => names.extend(asked.iter().map(|name| plain(name))),
            Ask::Usage { symbol } => {
                names.insert(plain(&symbol));
            }
            _ => {}
        }
    }
    names
}

/// `--Batch-Size` is `batch_size`.
fn plain(name: &str) -> String {
    name.trim_start_matches('-').replace('-', "_").to_lowercase()
}

fn is_covered(evidence: &Evidence, id: StatementId, covered: &BTreeSet<String>) -> bool {
    match &evidence.statements[id].subject {
        Subject::Setting { name } => {
            let name = plain(name);
            covered.contains(&name) || name.rsplit('.').next().is_some_and(|last| covered.contains(last))
        }
        _ => false,
    }
}

/// Whether a claim looks at launches of this file.
fn in_scope(files: &[&ClaimFile], evidence: &Evidence, launch: &str) -> bool {
    files.iter().flat_map(|file| &file.claims).any(|claim| {
        evidence
            .scopes
            .iter()
            .find(|scope| scope.scope == claim.scope)
            .is_some_and(|scope| scope.files.iter().any(|file| file == launch))
    })
}

/// A statement and all that takes its value.
fn closure(takers: &BTreeMap<StatementId, Vec<(LinkKind, StatementId)>>, from: StatementId) -> BTreeSet<StatementId> {
    let mut seen = BTreeSet::from([from]);
    let mut edge = vec![from];
    for _ in 0..STEPS {
        edge = edge
            .iter()
            .flat_map(|id| takers.get(id).into_iter().flatten())
            .map(|(_, taker)| *taker)
            .filter(|taker| seen.insert(*taker))
            .collect();
    }
    seen
}

/// The name and the one known value that a launch gives, where it is a setting of the experiment.
fn told(graph: &Graph<'_>, giver: StatementId, launch: LaunchId) -> Option<(String, Value)> {
    let Subject::Setting { name } = &graph.statement(giver).subject else {
        return None;
    };
    let words: Vec<String> = name
        .to_lowercase()
        .split(['_', '-', '.', '/'])
        .map(str::to_string)
        .collect();
    let listed = |word: &String| NO_SETTINGS.split_ascii_whitespace().any(|other| other == word);
    if words.iter().any(listed) || words.iter().all(String::is_empty) {
        return None;
    }
    let occasion = Occasion {
        launch: Some(launch),
        ..Occasion::default()
    };
    let resolved = graph.resolve(giver, occasion);
    let [only] = resolved.as_slice() else { return None };
    let value = only.value()?.clone();
    let says = match &value {
        Value::Number(_) | Value::Bool(_) => true,
        Value::Text(text) => {
            let choice = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.' | '+');
            !text.is_empty() && text.len() <= CHOICE && text.chars().all(choice) && !is_file(text)
        }
        Value::List(items) => items
            .iter()
            .all(|item| matches!(item, Value::Number(_) | Value::Bool(_))),
        Value::Null | Value::Map(_) => false,
    };
    says.then(|| (name.clone(), value))
}

/// `train.json`, `model.safetensors`: an ending of letters behind a dot.
fn is_file(text: &str) -> bool {
    text.rsplit_once('.').is_some_and(|(stem, end)| {
        !stem.is_empty() && end.len() >= 2 && end.chars().all(|sign| sign.is_ascii_alphabetic())
    })
}

/// What the first option, field, parameter or key that takes the value has of its own.
fn default(
    evidence: &Evidence,
    takers: &BTreeMap<StatementId, Vec<(LinkKind, StatementId)>>,
    giver: StatementId,
) -> Option<Value> {
    takers
        .get(&giver)
        .into_iter()
        .flatten()
        .filter(|(kind, _)| matches!(kind, LinkKind::Flag | LinkKind::Config))
        .map(|(_, taker)| &evidence.statements[*taker])
        .find(|statement| {
            matches!(
                statement.form,
                Form::Option { .. } | Form::Field | Form::Parameter | Form::Key
            )
        })
        .and_then(|statement| statement.value.literal().cloned())
}

/// `"5"` of a shell is 5.
fn same(a: &Value, b: &Value) -> bool {
    a == b || a.to_string().eq_ignore_ascii_case(&b.to_string())
}

fn add(settings: &mut Vec<Setting>, name: String, value: Value, default: Option<Value>, place: &Place) {
    let at = settings
        .iter()
        .position(|setting| plain(&setting.name) == plain(&name))
        .unwrap_or_else(|| {
            settings.push(Setting {
                name,
                values: Vec::new(),
                default,
            });
            settings.len() - 1
        });
    let values = &mut settings[at].values;
    match values.iter_mut().find(|(known, _)| same(known, &value)) {
        Some((_, places)) => {
            if !places.contains(place) {
                places.push(place.clone());
            }
        }
        None => values.push((value, vec![place.clone()])),
    }
}
