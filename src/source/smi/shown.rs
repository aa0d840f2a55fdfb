//! Whether documentation that shows an output of `nvidia-smi` says that the machine was used.
//!
//! Why it can be wrong: most of what is pasted into documentation shows how the output ought to look on a reader's own
//! machine. So it counts only where the lines above it, up to the heading, tell of runs, and none of them tells the reader
//! what to expect or to check. Where it was meant otherwise it is one vote less, and none is invented.
//!
//! Example: `The benchmarks were run on a single H100. Below is nvidia-smi:` tells of runs; `Expected output:` does not.

use std::sync::LazyLock;

use regex::Regex;

use super::Line;

/// Lines above the output that are looked at.
const ABOVE: usize = 40;

static USED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        \b(?:we|our)\b.*\b(?:use|used|ran|run|train|trained|evaluat\w+)\b
        | \b(?:experiments?|benchmarks?|results?|runs?|training|evaluations?)\b.*\b(?:was|were|on|with|using)\b
        | \b(?:trained|evaluated|tested|measured|benchmarked|ran|run|conducted|performed)\s+(?:on|with|using)\b
        | \b(?:experimentos?|entren\w+|ejecut\w+|evaluamos)\b",
    )
    .expect("a constant pattern")
});

static SHOWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:expect\w*|examples?|samples?|should|similar|might|may|would|like|verify|verifying|check|checking|confirm|troubleshoot\w*|errors?|require\w*|recommend\w*|minimum|you|your|install\w*|esper\w+|ejemplos?|deber\w+|comprob\w+|comprueb\w+|verific\w+|instal\w+)\b",
    )
    .expect("a constant pattern")
});

/// Whether the lines above this place tell of runs.
pub(super) fn was_used(lines: &[Line<'_>], at: usize) -> bool {
    let row = lines.partition_point(|line| line.at <= at).saturating_sub(1);
    let mut words = String::new();
    for line in lines[..row].iter().rev().take(ABOVE) {
        let text = line.text.trim_start();
        // The output itself, and the fence around it.
        if text.starts_with(['|', '+', '`']) || text.contains("NVIDIA-SMI") {
            continue;
        }
        words.insert_str(0, &format!("{} ", text.to_lowercase()));
        if text.starts_with('#') {
            break;
        }
    }
    USED.is_match(&words) && !SHOWN.is_match(&words)
}
