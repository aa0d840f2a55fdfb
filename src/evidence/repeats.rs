//! The same samples fed to a run again: whether they got faster, and whether they got the same answers.
//!
//! Why it can be wrong: that nothing got faster shows that this program kept nothing from one start to the next. A cache
//! that was filled before the first start looks the same both times.
//!
//! Example: 1,500 samples compared, the middle one at 0.99 of its first time, no answer another one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What came of feeding the same samples again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeats {
    /// How often the command was run over them, the first time included.
    pub times: u64,
    /// Stretches of samples (one, or a batch) whose times were compared; the first is set aside.
    pub compared: u64,
    /// The later time over the first, of the stretch in the middle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Stretches that took less than half of their first time.
    pub halved: u64,
    /// Stretches that took more than twice their first time.
    pub doubled: u64,
    /// Samples whose answers were compared.
    pub answers: u64,
    /// Samples that got another answer.
    pub differing: u64,
    /// The first few of those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Differing>,
    /// Why the times say nothing of a cache, where they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unchecked: Option<String>,
}

/// A sample that got two answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Differing {
    pub id: String,
    pub first: String,
    pub later: String,
}
