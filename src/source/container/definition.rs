//! Definitions of Apptainer and Singularity: a header, and sections that are scripts.
//!
//! Why it can be wrong: `%labels` and `%help` may hold what looks like commands. Only sections that run are read.
//!
//! Example: `From: python:3.10` below `Bootstrap: docker` is the image; `%post` is a script.

use std::ops::Range;

use super::declare;
use crate::place::SourceText;
use crate::source::FileFacts;
use crate::source::shell::Recipes;

pub(super) fn read(source: &SourceText) -> FileFacts {
    let text = source.text();
    let bootstrap = header(text, "bootstrap");
    if bootstrap.is_none() {
        // Endings are shared: this is no definition of a container.
        return FileFacts::default();
    }
    let mut recipes = Recipes::new(source, text);
    let mut sections: Vec<(String, usize, usize)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix('%')
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
        {
            if let Some(last) = sections.last_mut() {
                last.2 = at;
            }
            let name = name.split_whitespace().next().unwrap_or("").to_lowercase();
            sections.push((name, at + line.len(), text.len()));
        }
        at += line.len();
    }
    for (name, start, end) in &sections {
        if matches!(
            name.as_str(),
            "post" | "runscript" | "startscript" | "environment" | "test"
        ) {
            recipes.recipe(*start..*end);
        }
    }
    let mut facts = recipes.finish();
    let docker = bootstrap.is_some_and(|range| text[range].to_lowercase().contains("docker"));
    if let Some(from) = header(text, "from").filter(|_| docker) {
        declare(&mut facts, source, &text[from.clone()], from);
    }
    facts
}

/// The value of a line `Name: value` before the first section.
fn header(text: &str, name: &str) -> Option<Range<usize>> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with('%') {
            return None;
        }
        if let Some((key, value)) = line.split_once(':')
            && key.trim().eq_ignore_ascii_case(name)
        {
            let start = at + key.len() + 1 + (value.len() - value.trim_start().len());
            return Some(start..start + value.trim().len());
        }
        at += line.len();
    }
    None
}
