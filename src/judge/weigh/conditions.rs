//! What a claim of a run time asks beside the time: samples, batch size, card; and what is known to differ.
//!
//! Why it can be wrong: a job with batches of 64 says nothing of one with batches of 50. What is known to differ is no
//! occasion; what nothing tells may be the claim's.
//!
//! Example: `samples = "21,340"`, and the job script passes `--max_samples 64`.

use super::cards::known_card;
use super::compared::{How, compare_value};
use super::jobs::Row;
use super::scope::InScope;
use super::setting::look;
use super::timed::Conditions;
use super::vote::Stand;
use crate::claim::Claim;
use crate::evidence::{Graph, LaunchId, Subject};
use crate::judge::Case;
use crate::quantity::Value;
use crate::verdict::Message;

/// The conditions that a launch can show, with the settings that show them.
pub(crate) const CONDITIONS: [(&str, &[&str]); 2] = [
    (
        "batch-size",
        &[
            "batch_size",
            "batchsize",
            "eval_batch_size",
            "per_device_eval_batch_size",
            "test_batch_size",
        ],
    ),
    (
        "samples",
        &[
            "max_samples",
            "num_samples",
            "n_samples",
            "max_eval_samples",
            "limit",
            "subset_size",
        ],
    ),
];

/// What the claim asks of a timed run beside its time.
pub(crate) fn conditions<'a>(case: &Case<'a>) -> Conditions<'a> {
    let fields = &case.claim.fields;
    Conditions {
        samples: fields.stated("samples"),
        batch_size: fields.stated("batch-size"),
        batch_names: CONDITIONS[0].1,
        model: fields.text("model").map(str::to_string).or_else(|| only_gpu(case)),
    }
}

/// Why a job of the accounting is no occasion: its script is known to run with another batch size, number of samples or
/// card, or it had cards of another label.
pub(crate) fn job_differs(
    case: &Case<'_>,
    graph: &Graph<'_>,
    scope: &InScope<'_>,
    (_, job): Row<'_>,
) -> Option<Message> {
    let wanted = case
        .claim
        .fields
        .text("model")
        .map(str::to_string)
        .or_else(|| only_gpu(case));
    let card = wanted.as_deref().and_then(|name| known_card(name).ok());
    let other = job
        .allocated
        .gpu_types
        .iter()
        .filter_map(|label| known_card(label).ok())
        .find(|found| card.is_some_and(|card| card != *found));
    if let Some(other) = other {
        return Some(
            Message::new("other-condition")
                .with("condition", "model")
                .with("found", other.name()),
        );
    }
    let scripts = case
        .evidence
        .statements
        .iter()
        .filter_map(|statement| match &statement.subject {
            Subject::Directive { key, .. } if key == "job-name" => {
                let name = statement.value.literal()?.to_string();
                (Some(&name) == job.name.as_ref()).then_some(&statement.place.file)
            }
            _ => None,
        });
    scripts
        .into_iter()
        .find_map(|script| differs(case, graph, scope, script))
}

/// Why a job is no occasion: it is known to run with another batch size, number of samples or card than claimed.
pub(crate) fn differs(case: &Case<'_>, graph: &Graph<'_>, scope: &InScope<'_>, job: &str) -> Option<Message> {
    let claim = case.claim;
    for (key, names) in CONDITIONS {
        let Some(stated) = claim.fields.stated(key) else {
            continue;
        };
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let condition = Claim {
            take: None,
            value: Some(stated.clone()),
            of: None,
            ..claim.clone()
        };
        let looked = look(
            &Case {
                claim: &condition,
                ..*case
            },
            graph,
            scope,
            &names,
            None,
        );
        let here = |launch: LaunchId| case.evidence.launches[launch].place.file == job;
        for seen in looked.occasions.iter().filter(|seen| seen.launch.is_some_and(here)) {
            // A setting that may mean "all" (none, 0) tells nothing.
            let told: Vec<&Value> = seen
                .values()
                .filter(|value| **value != Value::Null && value.to_string() != "0")
                .collect();
            let other =
                |value: &&Value| compare_value(&condition, stated, value, None, How::EXACT).stand == Stand::Against;
            if !told.is_empty() && told.iter().all(other) {
                let found = told.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                return Some(
                    Message::new("other-condition")
                        .with("condition", key)
                        .with("found", found),
                );
            }
        }
    }
    let wanted = claim
        .fields
        .text("model")
        .map(str::to_string)
        .or_else(|| only_gpu(case));
    let wanted = known_card(&wanted?).ok()?;
    let cards: Vec<&str> = case
        .evidence
        .statements
        .iter()
        .filter(|statement| statement.place.file == job && statement.dead.is_none())
        .filter_map(|statement| match &statement.subject {
            Subject::Card {
                card,
                alternatives: false,
            } => known_card(card).ok(),
            _ => None,
        })
        .filter(|card| *card != wanted)
        .map(|card| card.name())
        .collect();
    let found = cards.first()?;
    Some(
        Message::new("other-condition")
            .with("condition", "model")
            .with("found", found),
    )
}

/// The card of the file's one `gpu` claim.
fn only_gpu(case: &Case<'_>) -> Option<String> {
    let mut gpus = case
        .file
        .claims
        .iter()
        .filter(|other| other.kind == "gpu" && !other.draft);
    match (gpus.next(), gpus.next()) {
        (Some(one), None) => one.fields.text("model").map(str::to_string),
        _ => None,
    }
}
