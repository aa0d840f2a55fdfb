//! Dockerfiles and Apptainer definitions: the image they build on, and what they run.
//!
//! Why it can be wrong: an earlier stage of a build is thrown away but for what is copied out of it, an `ARG` is only a
//! default, which `FROM` sees where it stands before the first one, and NVIDIA numbers its images of PyTorch by the month.
//! So what a stage declares that the last one neither builds on nor takes packages from is dead, with the stage as its
//! marker (a program that is copied brings none), and an image whose tag is no version of its package declares the package
//! in no version.
//!
//! Example: `FROM pytorch/pytorch:2.1.0-cuda11.8-cudnn8-runtime` declares `torch` `==2.1.0`, `cuda` `==11.8.*` and
//! `cudnn` `==8.*`; `RUN pip install peft` is a shell command.

mod definition;
mod image;
mod instructions;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::evidence::{Ask, Dead, Expr, Form, GapReason, Grade, Statement, Subject};
use crate::place::SourceText;
use crate::quantity::Value;
use crate::source::shell::{LARGEST, Recipes};
use crate::source::{File, FileFacts, Reader};
use instructions::{Commanded, brings_packages, commanded, filled, instructions, settings, without_comments};

/// Dockerfiles.
pub const DOCKERFILE: Reader = Reader {
    name: "dockerfile",
    about: include_str!("mod.rs"),
    reads: is_dockerfile,
    read: |file: &File, _: &[Ask]| whole(file, dockerfile),
};
/// Definitions of Apptainer and Singularity.
pub const DEFINITION: Reader = Reader {
    name: "apptainer",
    about: include_str!("mod.rs"),
    reads: is_definition,
    read: |file: &File, _: &[Ask]| whole(file, definition::read),
};

fn is_dockerfile(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ["dockerfile", "containerfile"].iter().any(|kind| {
        name == *kind
            || name
                .strip_prefix(kind)
                .is_some_and(|rest| rest.starts_with(['.', '-', '_']))
            || name.strip_suffix(kind).is_some_and(|rest| rest.ends_with('.'))
    })
}

fn is_definition(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "singularity" || name.starts_with("singularity.") || name.ends_with(".def")
}

fn whole(file: &File, read: fn(&SourceText) -> FileFacts) -> FileFacts {
    if file.bytes.len() > LARGEST {
        return file
            .gap(GapReason::TooLarge, "container files are read up to 4 MB")
            .into();
    }
    match &file.text {
        Some(source) => read(source),
        None => file.gap(GapReason::NotText, "not UTF-8").into(),
    }
}

/// A stage of a build: the name it has or its number, what it builds on, the instructions in it.
struct Stage {
    names: Vec<String>,
    image: String,
    image_at: Range<usize>,
    /// What it builds on, and the stages that it copies from, each with what it copies.
    uses: Vec<(String, Option<String>)>,
}

fn dockerfile(source: &SourceText) -> FileFacts {
    let text = without_comments(source.text());
    let instructions = instructions(&text);
    let mut defaults: BTreeMap<String, String> = BTreeMap::new();
    let mut stages: Vec<Stage> = Vec::new();
    for instruction in &instructions {
        let rest = &text[instruction.rest.clone()];
        match instruction.name.as_str() {
            // An ARG of a stage is seen in that stage alone.
            "arg" if stages.is_empty() => {
                for (name, value, _) in settings(&text, instruction.rest.clone()) {
                    defaults.insert(name, text[value].trim_matches(['"', '\'']).to_string());
                }
            }
            "from" => {
                let words: Vec<&str> = rest.split_whitespace().filter(|word| !word.starts_with("--")).collect();
                let Some(image) = words.first() else { continue };
                let start = instruction.rest.start + rest.find(image).unwrap_or(0);
                let alias = words
                    .get(1)
                    .filter(|word| word.eq_ignore_ascii_case("as"))
                    .and_then(|_| words.get(2));
                stages.push(Stage {
                    names: std::iter::once(stages.len().to_string())
                        .chain(alias.map(|alias| alias.to_lowercase()))
                        .collect(),
                    image: filled(image, &defaults),
                    image_at: start..start + image.len(),
                    uses: vec![(filled(image, &defaults).to_lowercase(), None)],
                });
            }
            "copy" => {
                if let (Some(stage), Some(from)) = (
                    stages.last_mut(),
                    rest.split_whitespace().find_map(|word| word.strip_prefix("--from=")),
                ) {
                    // The last word is where it goes.
                    let words: Vec<&str> = rest.split_whitespace().filter(|word| !word.starts_with("--")).collect();
                    let copied = words.len().checked_sub(1).map_or(&words[..], |last| &words[..last]);
                    for what in copied {
                        stage.uses.push((from.to_lowercase(), Some((*what).to_string())));
                    }
                }
            }
            _ => {}
        }
    }
    // What the last stage builds on or copies packages from, through several.
    let mut kept: Vec<usize> = Vec::new();
    let mut open: Vec<usize> = stages.len().checked_sub(1).into_iter().collect();
    while let Some(at) = open.pop() {
        if !kept.contains(&at) {
            kept.push(at);
            let uses = |other: &usize| {
                let end = stages.get(other + 1).map_or(text.len(), |next| next.image_at.start);
                let own = &text[stages[*other].image_at.end..end];
                stages[at].uses.iter().any(|(used, copied)| {
                    let brings = copied.as_deref().is_none_or(|copied| brings_packages(copied, own));
                    stages[*other].names.contains(used) && brings
                })
            };
            open.extend((0..at).filter(uses));
        }
    }
    let Commanded {
        text: commanded,
        joined,
        left_out,
    } = commanded(&text, &instructions);
    let mut recipes = Recipes::new(source, &commanded);
    for (number, instruction) in instructions.iter().enumerate() {
        match instruction.name.as_str() {
            "arg" | "env" => {
                for (name, value, at) in settings(&text, instruction.rest.clone()) {
                    recipes.variable(&name, value, at, "=", false);
                }
            }
            _ if joined.is_some_and(|(_, cmd)| cmd == number) => {}
            "run" | "cmd" | "entrypoint" => {
                let mut rest = instruction.rest.clone();
                if let Some((_, cmd)) = joined.filter(|(entry, _)| *entry == number) {
                    rest.end = instructions[cmd].rest.end;
                }
                let written = &commanded[rest.clone()];
                // `--mount=…` is the builder's.
                let flags: usize = written
                    .split_inclusive(char::is_whitespace)
                    .take_while(|word| word.starts_with("--") || word.trim().is_empty())
                    .map(str::len)
                    .sum();
                recipes.recipe(rest.start + flags..rest.end);
            }
            _ => {}
        }
    }
    let mut facts = recipes.finish();
    for (number, stage) in stages.iter().enumerate() {
        let is_stage = stages[..number]
            .iter()
            .any(|other| other.names.contains(&stage.image.to_lowercase()));
        if !is_stage {
            declare(&mut facts, source, &stage.image, stage.image_at.clone());
        }
        if kept.contains(&number) {
            continue;
        }
        // No package of this stage is in the image.
        let next = stages.get(number + 1).map_or(usize::MAX, |next| next.image_at.start);
        let own = stage.image_at.start..next;
        let name = stage.names.last().map_or("", String::as_str);
        for statement in &mut facts.statements {
            let here = statement.place.bytes.is_some_and(|(start, _)| own.contains(&start));
            if let Subject::Dependency { marker, .. } = &mut statement.subject
                && here
            {
                *marker = Some(format!("build stage {name}"));
                statement.dead = Some(Dead::BranchNotTaken);
            }
        }
    }
    if let Some(at) = left_out {
        let detail = format!(
            "line {}: the command is put together from two instructions",
            source.line(at)
        );
        facts.gaps.push(crate::evidence::Gap {
            file: source.path().to_string(),
            why: GapReason::UnknownFormat,
            detail,
        });
    }
    facts
}

/// Adds what an image brings.
fn declare(facts: &mut FileFacts, source: &SourceText, image: &str, at: Range<usize>) {
    for (package, specifier) in image::brought_by(image) {
        facts.statements.push(Statement {
            subject: Subject::Dependency {
                package: package.to_string(),
                extra: None,
                marker: None,
                locked: false,
            },
            form: Form::Requirement,
            value: Expr::Value(Value::Text(specifier)),
            place: source.place(at.clone()),
            grade: Grade::Declared,
            owner: vec!["image".to_string()],
            unit: None,
            guards: Vec::new(),
            comment: None,
            dead: None,
        });
    }
}

#[cfg(test)]
mod tests;
