//! Python, CUDA and cuDNN as scripts bring them in: environment modules, interpreters, packages of the system.
//!
//! Why it can be wrong: a module's name is its site's own. What is read is a name and the version behind it, as
//! `module load` takes them; a name without a version declares nothing, and what is unloaded is not there.
//!
//! Example: `module load cuDNN/8.6.0.163-CUDA-11.8.0` declares `cudnn` `==8.6.0.163` and `cuda` `==11.8.0`.

use super::install::Requirement;
use crate::quantity::packages::normalised;
use crate::source::Word;
use crate::source::manifest::platform::exact;

/// What such a line declares; none where it is no such line.
pub(super) fn requirements(words: &[Word]) -> Option<Vec<Requirement>> {
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let program = text(0).rsplit('/').next().unwrap_or("");
    let behind = |at: usize| words.get(at..).unwrap_or_default();
    let named = |words: &[Word], read: fn(&str) -> Vec<(String, String)>| {
        let of_word = |word: &Word| {
            let made = |(package, specifier)| Requirement {
                package,
                specifier,
                word: word.clone(),
            };
            read(&word.text).into_iter().map(made).collect::<Vec<_>>()
        };
        words.iter().flat_map(of_word).collect::<Vec<Requirement>>()
    };
    match (program, text(1)) {
        ("module", "load" | "add") => Some(named(behind(2), module)),
        // What is swapped in stands last.
        ("module", "swap" | "switch") => Some(named(behind(3.max(words.len().saturating_sub(1))), module)),
        ("module", _) => Some(Vec::new()),
        ("ml", "load" | "add") => Some(named(behind(2), module)),
        ("ml", "unload" | "purge" | "swap" | "avail" | "list") => Some(Vec::new()),
        ("ml", _) => Some(named(behind(1), module)),
        ("pyenv", "install" | "local" | "global") => Some(named(behind(2), python)),
        ("uv", "python") => Some(named(behind(3), python)),
        ("uv", "venv") | ("virtualenv", _) => {
            let at = words
                .iter()
                .position(|word| matches!(word.text.as_str(), "-p" | "--python"));
            let given = words.iter().find_map(|word| {
                let version = word.text.strip_prefix("--python=")?;
                Some((python(version), word))
            });
            let mut out = at.map_or(Vec::new(), |at| {
                named(words.get(at + 1..at + 2).unwrap_or_default(), python)
            });
            if let Some((versions, word)) = given {
                out.extend(versions.into_iter().map(|(package, specifier)| Requirement {
                    package,
                    specifier,
                    word: word.clone(),
                }));
            }
            Some(out)
        }
        ("apt" | "apt-get" | "dnf" | "yum", _) if words.iter().any(|word| word.text == "install") => {
            Some(named(behind(1), system))
        }
        _ => None,
    }
}

/// `CUDA/11.8.0`, `nvidia/cuda-11.7`, `PyTorch/1.12.1-foss-2022a-CUDA-11.7.0`.
fn module(word: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let (path, last) = match word.rsplit_once('/') {
        Some((path, last)) => (path.rsplit('/').next().unwrap_or(path), last),
        None => ("", word),
    };
    // `cuda-11.7`, with the version behind a dash.
    let dashed = last
        .split_once('-')
        .filter(|(name, _)| name.starts_with(|c: char| c.is_ascii_alphabetic()));
    let (name, written) = match dashed {
        Some((name, version)) => (name, version),
        None => (path, last),
    };
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    if let Some(version) = version(written).filter(|_| !name.is_empty()) {
        out.push((normalised(name), exact(version)));
    }
    let lower = last.to_lowercase();
    if dashed.is_none()
        && let Some((_, behind)) = lower.split_once("-cuda-")
        && let Some(version) = version(behind)
    {
        out.push(("cuda".to_string(), exact(version)));
    }
    out
}

/// `3.11`, `python3.11`, `cpython@3.11`.
fn python(word: &str) -> Vec<(String, String)> {
    let bare = word.rsplit('/').next().unwrap_or(word);
    let bare = ["cpython@", "cpython-", "python"]
        .iter()
        .find_map(|head| bare.strip_prefix(head))
        .unwrap_or(bare);
    let whole = version(bare).filter(|version| version.len() == bare.len());
    whole
        .map(|version| ("python".to_string(), exact(version)))
        .into_iter()
        .collect()
}

/// `python3.10`, `cuda-toolkit-11-8`, `cuda-11-8`.
fn system(word: &str) -> Vec<(String, String)> {
    if let Some(rest) = word.strip_prefix("python")
        && rest.contains('.')
    {
        return python(rest);
    }
    let digits = word
        .strip_prefix("cuda-toolkit-")
        .or_else(|| word.strip_prefix("cuda-"));
    let dotted = digits.map(|digits| digits.replace('-', "."));
    match dotted.as_deref().and_then(version) {
        Some(found) if Some(found.len()) == dotted.as_ref().map(String::len) => {
            vec![("cuda".to_string(), exact(found))]
        }
        _ => Vec::new(),
    }
}

/// The digits and points that a text begins with.
fn version(text: &str) -> Option<&str> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let version = text[..end].trim_end_matches('.');
    version.starts_with(|c: char| c.is_ascii_digit()).then_some(version)
}
