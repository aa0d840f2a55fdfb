//! What an image brings, by its name and tag.
//!
//! Why it can be wrong: most tags are their owner's numbers. Only images whose tag is known to begin with a package's
//! version declare one; `cuda11.8` and `cudnn8` in a tag mean the same in all of them.
//!
//! Example: `nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04` brings `cuda` `==11.8.0` and `cudnn` `==8.*`.

use crate::source::manifest::platform::{exact, named, tag};

/// Images whose tag begins with the version of a package.
const TAGGED: &[(&str, &str)] = &[
    ("pytorch/pytorch", "torch"),
    ("nvidia/cuda", "cuda"),
    ("tensorflow/tensorflow", "tensorflow"),
    ("library/python", "python"),
];
/// Images that hold a package, in a version that the tag does not say.
const HOLDS: &[(&str, &str)] = &[("nvidia/pytorch", "torch"), ("nvidia/tensorflow", "tensorflow")];

/// Packages with their specifiers that an image declares by its name and tag.
pub(super) fn brought_by(image: &str) -> Vec<(&'static str, String)> {
    let image = image.trim_start_matches("docker://");
    let image = image.split('@').next().unwrap_or(image).to_lowercase();
    let (path, label) = match image.rsplit_once(':') {
        Some((path, label)) if !label.contains('/') => (path, label),
        _ => (image.as_str(), ""),
    };
    let parts: Vec<&str> = path.split('/').collect();
    let name = match &parts[..] {
        [name] => format!("library/{name}"),
        [.., owner, name] => format!("{owner}/{name}"),
        [] => return Vec::new(),
    };
    let pieces: Vec<&str> = label.split(['-', '_']).collect();
    let mut out = Vec::new();
    let of = |table: &[(&'static str, &'static str)]| {
        table
            .iter()
            .find(|(image, _)| *image == name)
            .map(|(_, package)| *package)
    };
    if let Some(package) = of(TAGGED) {
        let version = pieces[0].trim_start_matches('v');
        let is_version = version.starts_with(|c: char| c.is_ascii_digit())
            && version.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
            && version
                .chars()
                .all(|c| c.is_ascii_digit() || c == '.' || "abrc".contains(c));
        out.push((package, if is_version { exact(version) } else { String::new() }));
    } else if let Some(package) = of(HOLDS) {
        out.push((package, String::new()));
    }
    for piece in pieces {
        for package in ["cuda", "cudnn"] {
            let known = out.iter().any(|(other, _)| *other == package);
            let version = named(piece, package).or_else(|| tag(piece).filter(|_| package == "cuda"));
            if let Some(version) = version.filter(|_| !known) {
                out.push((package, version));
            }
        }
    }
    out
}
