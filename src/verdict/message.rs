//! A sentence as a code with values: judges write these, the catalogues of `report/` make them text.
//!
//! Why it can be wrong: a code without a sentence in some language prints nothing where a caveat should stand. A test
//! reads every code out of the sources and holds it against every catalogue.
//!
//! Example: `Message::new("time-limit-below").with("limit", "2 h").with("claimed", "3-4 hours")`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A sentence to be: `code` in kebab-case, `values` by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Message {
    pub code: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

impl Message {
    pub fn new(code: &'static str) -> Message {
        Message {
            code: code.to_string(),
            values: BTreeMap::new(),
        }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Message {
        self.values.insert(name.to_string(), value.to_string());
        self
    }
}
