//! Logs of the Hugging Face Trainer where it draws no bar: `{'loss': 0.31, 'learning_rate': 1e-05, 'epoch': 0.13}`.
//!
//! Its bars are those of tqdm. Its logs tell the epoch as a fraction; with `Num Epochs = 3`, which it logs at the start, a
//! thousandth of an epoch is what is counted.
//!
//! Why it can be wrong: epochs are rounded to two digits, so the times between are too; such a bar is not exact. Logs of an
//! evaluation after an epoch repeat the epoch, which is no progress. Written after the Trainer's source
//! (transformers 4.56), not run against it.
//!
//! Example: epoch 0.13 of 3: 130 of 3,000.

use std::sync::LazyLock;

use regex::Regex;

use super::shown::Shown;

pub(super) const UNIT: &str = "epoch/1000";
/// Parts of an epoch.
pub(super) const PARTS: u64 = 1000;

#[expect(clippy::unwrap_used, reason = "the pattern is a constant, and a test reads with it")]
static EPOCH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\{'[^{}]*'epoch': '?(\d+(?:\.\d+)?)'?[^{}]*\}"#).unwrap());
#[expect(clippy::unwrap_used, reason = "the pattern is a constant, and a test reads with it")]
static EPOCHS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"Num Epochs = ([\d,]+)\s*$").unwrap());

/// The progress that a log tells.
pub(super) fn shown(text: &str) -> Option<Shown> {
    if !text.contains("'epoch'") {
        return None;
    }
    let epoch: f64 = EPOCH.captures(text)?[1].parse().ok()?;
    Some(Shown {
        name: String::new(),
        unit: UNIT.to_string(),
        done: (epoch * PARTS as f64).round() as u64,
        total: None,
        exact: false,
    })
}

/// How many epochs there will be.
pub(super) fn epochs(text: &str) -> Option<u64> {
    EPOCHS.captures(text)?[1].replace(',', "").parse().ok()
}
