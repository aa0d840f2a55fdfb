//! Progress as JSON lines.
//!
//! `{"done": 50, "total": 21340}`, or a line for each sample with its `id`, or `ids` for a batch; an id that came before
//! counts once.
//!
//! Why it can be wrong: other JSON lines may have such keys for something else; a `done` that is no whole number is not
//! taken. Text before the object (a bar, a time) is passed over.
//!
//! Example: `{"id": "clip-17", "answer": "yes"}` after 16 others: 17 are done.

use std::collections::BTreeSet;

use serde_json::Value;

use super::shown::Shown;

/// The unit of what is counted by ids: nothing but samples have them.
pub const SAMPLE: &str = "sample";

/// The samples that had a line.
#[derive(Debug, Default)]
pub(super) struct Ids {
    seen: BTreeSet<String>,
    pub(super) repeated: u64,
    /// The last piece, which may come open and then closed.
    last: String,
}

/// The progress that a piece tells.
pub(super) fn shown(text: &str, ids: &mut Ids) -> Option<Shown> {
    let begin = text.find('{')?;
    let end = text.rfind('}')?;
    let object: Value = serde_json::from_str(text.get(begin..=end)?).ok()?;
    let (done, unit) = match object.get("done").and_then(Value::as_u64) {
        Some(done) => (done, ""),
        None => (ids.add(text, &object)?, SAMPLE),
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
            for id in ids {
                if !self.seen.insert(id.to_string()) {
                    self.repeated += 1;
                }
            }
        }
        Some(self.seen.len() as u64)
    }
}
