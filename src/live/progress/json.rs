//! Progress as JSON lines.
//!
//! `{"done": 50, "total": 21340}`, or a line for each sample with its `id`, or `ids` for a batch; an id that came before
//! counts once. Beside its id a line may say what the sample took (`seconds`) and what came of it (`answer`).
//!
//! Why it can be wrong: other JSON lines may have such keys for something else; a `done` that is no whole number is not
//! taken. Text before the object (a bar, a time) is passed over.
//!
//! Example: `{"id": "clip-17", "answer": "yes"}` after 16 others: 17 are done.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::shown::Shown;
use crate::evidence::hexadecimal;

/// The unit of what is counted by ids: nothing but samples have them.
pub const SAMPLE: &str = "sample";

/// Letters of an answer that are kept; of a longer one its digest too.
const ANSWER: usize = 200;
/// Lines about samples that are kept.
const LINES: usize = 1 << 20;

/// A line about a sample, or a batch of them, as it came first.
#[derive(Debug, Clone, PartialEq)]
pub struct Fed {
    pub ids: Vec<String>,
    /// Seconds since the start of the run.
    pub at: f64,
    /// What the run itself says it took.
    pub seconds: Option<f64>,
    pub answer: Option<String>,
}

/// The samples that had a line.
#[derive(Debug, Default)]
pub(super) struct Ids {
    seen: BTreeSet<String>,
    pub(super) repeated: u64,
    /// The last piece, which may come open and then closed.
    last: String,
    /// The time of the piece that is read.
    pub(super) at: Duration,
    pub(super) fed: Vec<Fed>,
}

/// The progress that a piece tells.
pub(super) fn shown(text: &str, ids: &mut Ids) -> Option<Shown> {
    let begin = text.find('{')?;
    let end = text.rfind('}')?;
    let object: Value = serde_json::from_str(text.get(begin..=end)?).ok()?;
    let counted = ids.add(text, &object);
    let (done, unit) = match object.get("done").and_then(Value::as_u64) {
        Some(done) => (done, ""),
        None => (counted?, SAMPLE),
    };
    Some(Shown {
        name: String::new(),
        unit: unit.to_string(),
        done,
        total: object.get("total").and_then(Value::as_u64),
        exact: true,
    })
}

impl Ids {
    fn add(&mut self, text: &str, object: &Value) -> Option<u64> {
        let ids: Vec<&Value> = match (object.get("id"), object.get("ids")) {
            (Some(id), _) => vec![id],
            (None, Some(Value::Array(ids))) => ids.iter().collect(),
            _ => return None,
        };
        if self.last != text {
            self.last = text.to_string();
            let mut new = Vec::new();
            for id in ids {
                if self.seen.insert(id.to_string()) {
                    new.push(id.as_str().map_or_else(|| id.to_string(), str::to_string));
                } else {
                    self.repeated += 1;
                }
            }
            if !new.is_empty() && self.fed.len() < LINES {
                self.fed.push(Fed {
                    ids: new,
                    at: self.at.as_secs_f64(),
                    seconds: object.get("seconds").and_then(Value::as_f64),
                    answer: object.get("answer").map(answer),
                });
            }
        }
        Some(self.seen.len() as u64)
    }
}

/// An answer as it is kept and compared.
fn answer(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_string);
    if text.chars().count() <= ANSWER {
        return text;
    }
    let digest = hexadecimal(&Sha256::digest(text.as_bytes()));
    format!("{}… (SHA-256 {digest})", text.chars().take(ANSWER).collect::<String>())
}
