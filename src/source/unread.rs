//! Files that say what runs or what it needs, in formats that no reader reads.
//!
//! Why it can be wrong: "everything was read" beside a `pixi.toml` whose dependencies nobody looked at is a lie that a
//! reader believes. So manifests and code of other formats are gaps: shown, and never evidence of absence.
//!
//! Example: `analysis/fit.R` is a gap; `pixi.toml` is one as a manifest.

use std::collections::BTreeSet;

use super::file::CLAIM_FILE;
use crate::evidence::{Evidence, Gap, GapReason};

/// Manifests by their whole name, in lower case.
const MANIFESTS: &[&str] = &[
    "pixi.toml",
    "pixi.lock",
    "conda-lock.yml",
    "conda-lock.yaml",
    "meta.yaml",
    "package.json",
    "cargo.toml",
];
/// Endings of code that is not read.
const CODE: &[&str] = &[
    "pyx", "r", "rmd", "jl", "m", "lua", "c", "cc", "cpp", "cxx", "cu", "h", "hpp", "java", "scala", "kt", "go", "rs",
    "pl", "swift", "ps1",
];

/// Adds these gaps, and leaves claim files out of the files of scopes: nobody looks into them.
pub(super) fn beside(evidence: &mut Evidence, paths: &[String]) {
    evidence.gaps.extend(paths.iter().filter_map(|path| gap(path)));
    let claims = evidence.gaps.iter().filter(|gap| gap.detail == CLAIM_FILE);
    let claims: BTreeSet<String> = claims.map(|gap| gap.file.clone()).collect();
    for scope in &mut evidence.scopes {
        scope.files.retain(|file| !claims.contains(file));
    }
    // A claim file is no evidence, and nobody expects it to be.
    evidence.gaps.retain(|gap| gap.detail != CLAIM_FILE);
}

/// The gap of a file that is a manifest or code of a format that is not read.
fn gap(path: &str) -> Option<Gap> {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let events = name.starts_with("events.out.tfevents.");
    let detail = if events {
        "TensorBoard's events"
    } else if MANIFESTS.contains(&name.as_str()) {
        "as a manifest"
    } else if CODE.contains(&ending) {
        ""
    } else {
        return None;
    };
    Some(Gap {
        file: path.to_string(),
        why: GapReason::UnknownFormat,
        detail: detail.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_and_code_that_no_reader_reads_are_gaps() {
        let cases = [
            ("pixi.toml", Some("as a manifest")),
            ("env/conda-lock.yml", Some("as a manifest")),
            ("setup.py", None),
            ("docker/Dockerfile.cuda", None),
            ("notebooks/train.ipynb", None),
            ("ops/kernel.cu", Some("")),
            ("runs/a/events.out.tfevents.1709.node", Some("TensorBoard's events")),
            ("train.py", None),
            ("configs/environment/base.yaml", None),
            ("requirements.txt", None),
            ("figure.png", None),
        ];
        for (path, want) in cases {
            assert_eq!(gap(path).map(|gap| gap.detail), want.map(str::to_string), "{path}");
        }
    }
}
