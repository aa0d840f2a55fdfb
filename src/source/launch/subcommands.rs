//! Which subcommand a command line chooses, and what the others would have run.
//!
//! Why it can be wrong: `main.py finetune` never sees the options of `pretrain`, though one function defines both. But a
//! word that only happens to be a subcommand's name chooses nothing that is not asked for: where several are named, or
//! none, nothing is left out.
//!
//! Example: `main.py finetune --lr 2e-5` leaves `pretrain.add_argument("--lr", default=5e-4)` out of its launch.

use std::collections::BTreeSet;

use crate::evidence::Idle;
use crate::source::Word;
use crate::source::python::Commanded;

/// What only subcommands run that these words do not name; nothing where they name none.
pub(super) fn not_chosen(words: &[Word], reach: &[String], commanded: &[Commanded]) -> Vec<Idle> {
    let here: Vec<&Commanded> = commanded
        .iter()
        .filter(|part| reach.binary_search(&part.file).is_ok())
        .collect();
    let names: BTreeSet<&str> = here
        .iter()
        .flat_map(|part| part.command.iter().map(String::as_str))
        .collect();
    let chosen: BTreeSet<&str> = words
        .iter()
        .map(|word| word.text.as_str())
        .filter(|word| names.contains(word))
        .collect();
    if chosen.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Idle> = here
        .into_iter()
        .filter(|part| !part.command.iter().all(|name| chosen.contains(name.as_str())))
        .map(|part| Idle {
            file: part.file.clone(),
            bytes: part.bytes,
            name: part.command.join(" "),
        })
        .collect();
    found.sort();
    found
}

/// Idle parts with others; of nested ones the outermost, sorted.
pub(super) fn with(idle: Vec<Idle>, other: Vec<Idle>) -> Vec<Idle> {
    if other.is_empty() {
        return idle;
    }
    let mut all: Vec<Idle> = idle.into_iter().chain(other).collect();
    all.sort_by(|a, b| (&a.file, a.bytes.0, b.bytes.1).cmp(&(&b.file, b.bytes.0, a.bytes.1)));
    let mut found: Vec<Idle> = Vec::new();
    for part in all {
        let inside = found
            .last()
            .is_some_and(|last| last.file == part.file && part.bytes.1 <= last.bytes.1);
        if !inside {
            found.push(part);
        }
    }
    found
}
