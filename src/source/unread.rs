//! Files that say what runs or what it needs, in formats that no reader reads.
//!
//! Why it can be wrong: "everything was read" beside a `setup.py` whose dependencies nobody looked at is a lie that a
//! reader believes. So manifests and code of other formats are gaps: shown, and never evidence of absence.
//!
//! Example: `notebooks/train.ipynb` is a gap; `setup.py` is one as a manifest, though its Python is read.

use crate::evidence::{Gap, GapReason};

/// Manifests by their whole name, in lower case.
const MANIFESTS: &[&str] = &[
    "setup.py",
    "setup.cfg",
    "pipfile",
    "pipfile.lock",
    "poetry.lock",
    "pdm.lock",
    "uv.lock",
    "pixi.toml",
    "pixi.lock",
    "conda-lock.yml",
    "conda-lock.yaml",
    "environment.yml",
    "environment.yaml",
    "meta.yaml",
    "package.json",
    "cargo.toml",
];
/// What builds an image, by its name or the name's beginning or ending.
const IMAGES: &[&str] = &["dockerfile", "containerfile", "singularity"];
/// Endings of code that is not read.
const CODE: &[&str] = &[
    "ipynb", "pyx", "r", "rmd", "jl", "m", "lua", "c", "cc", "cpp", "cxx", "cu", "h", "hpp", "java", "scala", "kt",
    "go", "rs", "pl", "swift", "ps1",
];

/// The gap of a file that is a manifest or code of a format that is not read.
pub(super) fn gap(path: &str) -> Option<Gap> {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let conda = name.starts_with("environment") && matches!(ending, "yml" | "yaml");
    let image = IMAGES
        .iter()
        .any(|image| name == *image || name.starts_with(&format!("{image}.")) || ending == *image);
    let detail = if conda || MANIFESTS.contains(&name.as_str()) {
        "as a manifest"
    } else if image || CODE.contains(&ending) {
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
