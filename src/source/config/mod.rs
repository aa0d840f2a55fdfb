//! Configuration files: every leaf of YAML, JSON and TOML as a setting, with what it stands inside of.
//!
//! Why it can be wrong: a leaf without its path makes `teacher.lr` the learning rate of the run; a key that stands
//! twice, an alias or an inherited file gives a value that the run never saw. So the owner is the whole path, the first
//! of two equal keys is dead, aliases and `<<` are put in, and [`bind`] says which key overrides which.
//!
//! Example: `trainer: {lr: 1e-4}  # Adam` is the setting `lr`, owner `["trainer"]`, value 0.0001, comment `Adam`.

pub mod hydra;
mod inherit;
mod json;
mod remark;
mod scalar;
mod toml;
mod tree;
mod yaml;

pub use inherit::{bases, bind};
pub(super) use json::tree as json_tree;
pub(super) use remark::comment;
pub(super) use scalar::{number, plain, quoted};
pub(super) use toml::tree as toml_tree;
pub(super) use tree::{Entry, Kind, Node, leaves};
pub(super) use yaml::tree as yaml_tree;

use super::{File, FileFacts, Reader};
use crate::evidence::{Ask, GapReason};
use tree::Tree;

/// Bytes of a configuration file; larger ones are data.
const LARGEST: usize = 20 * 1024 * 1024;
/// Nodes of a configuration, aliases put in. A dozen lines of YAML can stand for a billion.
const MOST_NODES: usize = 50_000;

/// YAML.
pub const YAML: Reader = Reader {
    name: "yaml",
    about: include_str!("yaml.rs"),
    reads: yaml::reads,
    read: read_yaml,
};
/// JSON with comments; JSON Lines and notebooks are read elsewhere.
pub const JSON: Reader = Reader {
    name: "json",
    about: include_str!("json.rs"),
    reads: json::reads,
    read: read_json,
};
/// TOML but manifests.
pub const TOML: Reader = Reader {
    name: "toml",
    about: include_str!("toml.rs"),
    reads: toml::reads,
    read: read_toml,
};

fn read_yaml(file: &File, _: &[Ask]) -> FileFacts {
    let mut facts = read(file, yaml::tree);
    facts.statements.extend(file.text.as_ref().and_then(hydra::header));
    facts
}

fn read_json(file: &File, _: &[Ask]) -> FileFacts {
    read(file, json::tree)
}

fn read_toml(file: &File, _: &[Ask]) -> FileFacts {
    read(file, toml::tree)
}

fn read(file: &File, parse: fn(&str) -> Tree) -> FileFacts {
    let mut facts = FileFacts::default();
    let mut gap = |why, detail: String| facts.gaps.push(file.gap(why, detail));
    let Some(text) = &file.text else {
        gap(GapReason::NotText, String::new());
        return facts;
    };
    if file.bytes.len() > LARGEST {
        gap(
            GapReason::TooLarge,
            format!("{} MB of configuration", file.bytes.len() / 1024 / 1024),
        );
        return facts;
    }
    let tree = parse(text.text());
    if tree.too_many {
        gap(
            GapReason::TooLarge,
            format!("more than {MOST_NODES} values, aliases put in"),
        );
        return facts;
    }
    for (at, said) in &tree.faults {
        gap(GapReason::Broken, format!("line {}: {said}", text.line(*at)));
    }
    facts.statements = tree
        .roots
        .iter()
        .fold(Vec::new(), |before, root| tree::leaves(before, text, root));
    facts
}

#[cfg(test)]
mod tests;
