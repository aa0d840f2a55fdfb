//! Small worlds: Python text with what is expected written beside the line it is of.
//!
//! `#: FORM NAME=VALUE` at the end of a line names a setting that starts there; several are separated by ` ;; `. Behind
//! it, each after ` | `: `KIND<-LINE` (or `KIND<-FILE:LINE`) for a link that leads to it, `dead WHY`, `if TEST` and `unless TEST` for guards,
//! `of A.B` for its owner, `unit U`. On a marked line, settings, links, deadness and guards are those written and no
//! others. `#: none` is a line without settings. Markers are taken off before the text is read.

mod bindings;
mod reading;
mod robust;
mod running;
mod values;

use std::fmt::Write;

use super::{Module, PYTHON, bind};
use crate::evidence::{Dead, Expr, Form, Link, Statement, Subject};
use crate::place::SourceText;
use crate::quantity::{Unit, Value};
use crate::source::{File, FileFacts};

pub(super) struct World {
    pub statements: Vec<Statement>,
    pub links: Vec<Link>,
    pub modules: Vec<Module>,
}

pub(super) fn read(path: &str, text: &str) -> FileFacts {
    let file = File {
        path: path.to_string(),
        bytes: text.as_bytes().to_vec(),
        text: Some(SourceText::new(path, text)),
    };
    (PYTHON.read)(&file, &[])
}

fn unmarked(text: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "{}", line.split("#:").next().unwrap_or("").trim_end());
        out
    })
}

/// Reads and binds files as the gatherer does.
pub(super) fn world(files: &[(&str, &str)]) -> World {
    let (mut statements, mut links, mut modules) = (Vec::new(), Vec::new(), Vec::new());
    for (path, text) in files {
        let facts = read(path, &unmarked(text));
        let mut module = facts.module.unwrap();
        module.shift(statements.len());
        statements.extend(facts.statements);
        modules.push(module);
    }
    bind(&mut statements, &mut links, &modules);
    World {
        statements,
        links,
        modules,
    }
}

/// Reads the files and holds every marker against what was found.
pub(super) fn check(files: &[(&str, &str)]) {
    let world = world(files);
    for (path, text) in files {
        for (index, line) in text.lines().enumerate() {
            let Some((_, marker)) = line.split_once("#:") else {
                continue;
            };
            check_line(&world, path, u32::try_from(index + 1).unwrap(), marker);
        }
    }
}

fn check_line(world: &World, path: &str, line: u32, marker: &str) {
    let here: Vec<usize> = (0..world.statements.len())
        .filter(|id| {
            let statement = &world.statements[*id];
            let place = &statement.place;
            matches!(statement.subject, Subject::Setting { .. }) && place.file == path && place.line == Some(line)
        })
        .collect();
    let mut found: Vec<String> = here.iter().map(|id| describe(world, *id, path)).collect();
    let marker = marker.trim();
    let mut expected: Vec<String> = if marker == "none" {
        Vec::new()
    } else {
        marker.split(";;").map(normal).collect()
    };
    // Owner and unit are held only where the marker names them.
    for text in &mut found {
        let wanted = |word: &str| {
            expected
                .iter()
                .any(|marker| head(marker) == head(text) && marker.contains(word))
        };
        let parts: Vec<&str> = text
            .split(" | ")
            .filter(|part| {
                (wanted("| of ") || !part.starts_with("of ")) && (wanted("| unit ") || !part.starts_with("unit "))
            })
            .collect();
        *text = parts.join(" | ");
    }
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "{path}:{line}");
}

fn head(text: &str) -> &str {
    text.split(" | ").next().unwrap_or("")
}

fn normal(marker: &str) -> String {
    let mut parts: Vec<&str> = marker.split(" | ").map(str::trim).collect();
    parts[1..].sort_unstable();
    parts.join(" | ")
}

fn describe(world: &World, id: usize, path: &str) -> String {
    let statement = &world.statements[id];
    let Subject::Setting { name } = &statement.subject else {
        unreachable!("only settings are described")
    };
    let form = match &statement.form {
        Form::Option { .. } => "option".to_string(),
        other => format!("{other:?}").to_lowercase(),
    };
    let mut parts: Vec<String> = Vec::new();
    for link in world.links.iter().filter(|link| link.to == id) {
        let place = &world.statements[link.from].place;
        let line = place.line.unwrap_or(0);
        let from = if place.file == path {
            line.to_string()
        } else {
            format!("{}:{line}", place.file)
        };
        parts.push(format!("{}<-{from}", format!("{:?}", link.kind).to_lowercase()));
    }
    match &statement.dead {
        None => {}
        Some(Dead::Shadowed { by }) => parts.push(format!(
            "dead shadowed {}",
            world.statements[*by].place.line.unwrap_or(0)
        )),
        Some(why) => parts.push(format!("dead {why:?}")),
    }
    for guard in &statement.guards {
        parts.push(format!("{} {}", if guard.holds { "if" } else { "unless" }, guard.text));
    }
    if !statement.owner.is_empty() {
        parts.push(format!("of {}", statement.owner.join(".")));
    }
    if let Some(unit) = statement.unit {
        parts.push(format!("unit {}", Unit::symbol(unit)));
    }
    parts.sort();
    let mut whole = vec![format!("{form} {name}={}", show(&statement.value))];
    whole.append(&mut parts);
    whole.join(" | ")
}

/// An expression in the markers' notation: `@` before a reference, `?` before what is not understood.
pub(super) fn show(expr: &Expr) -> String {
    let all = |items: &[Expr]| items.iter().map(show).collect::<Vec<_>>().join(", ");
    match expr {
        Expr::Value(Value::Text(text)) => format!("'{text}'"),
        Expr::Value(value) => value.to_string(),
        Expr::Ref(name) => format!("@{name}"),
        Expr::Binary { op, left, right } => format!("({} {op} {})", show(left), show(right)),
        Expr::Unary { op, operand } => format!("({op} {})", show(operand)),
        Expr::List(items) => format!("[{}]", all(items)),
        Expr::Map(entries) => {
            format!(
                "{{{}}}",
                entries
                    .iter()
                    .map(|(key, value)| format!("{key}: {}", show(value)))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        Expr::Call { callee, args } => {
            let args: Vec<String> = args
                .iter()
                .map(|arg| match &arg.keyword {
                    Some(keyword) => format!("{keyword}={}", show(&arg.value)),
                    None => show(&arg.value),
                })
                .collect();
            format!("{callee}({})", args.join(", "))
        }
        Expr::Choice { test, then, otherwise } => {
            format!("({} if {} else {})", show(then), show(test), show(otherwise))
        }
        Expr::Opaque(text) => format!("?{text}"),
    }
}
