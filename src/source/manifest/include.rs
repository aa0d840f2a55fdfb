//! Requirements files that include others: a pin in an included file speaks before a range of the file that includes it.
//!
//! Why it can be wrong: `torch` without a version beside `-c constraints.txt` with `torch==2.1.0` installs 2.1.0, and
//! the open line alone would leave it unclear. The other way round nothing is linked: the included file is a manifest
//! of its own, and what it says alone stays said.
//!
//! Example: `-r base.txt` with `numpy==1.26` there overrides `numpy>=1.20` here.

use std::collections::BTreeSet;

use crate::evidence::{Expr, Form, Link, LinkKind, Statement, Subject};
use crate::place::joined;
use crate::quantity::Value;

/// Links the pins of included files to the ranges of those that include them, through several files.
pub fn bind(statements: &[Statement], links: &mut Vec<Link>) {
    let includes: Vec<(&str, String)> = statements
        .iter()
        .filter(|statement| statement.form == Form::Requirement && matches!(statement.subject, Subject::Setting { .. }))
        .filter_map(|statement| {
            let Expr::Value(Value::Text(path)) = &statement.value else {
                return None;
            };
            Some((statement.place.file.as_str(), beside(&statement.place.file, path)?))
        })
        .collect();
    let files: BTreeSet<&str> = includes.iter().map(|(file, _)| *file).collect();
    for file in files {
        let mut included: BTreeSet<&str> = BTreeSet::new();
        let mut open = vec![file];
        while let Some(next) = open.pop() {
            for (_, path) in includes.iter().filter(|(from, path)| *from == next && path != file) {
                if included.insert(path) {
                    open.push(path);
                }
            }
        }
        for (to, range) in statements
            .iter()
            .enumerate()
            .filter(|(_, range)| range.place.file == file)
        {
            let Some((package, marker)) = required(range).filter(|_| !is_pin(range)) else {
                continue;
            };
            for (from, pin) in statements.iter().enumerate() {
                if included.contains(pin.place.file.as_str()) && is_pin(pin) && required(pin) == Some((package, marker))
                {
                    links.push(Link {
                        from,
                        to,
                        kind: LinkKind::Override,
                        slot: None,
                        launch: None,
                    });
                }
            }
        }
    }
}

/// Package and marker, which must be the same for one line to speak for the other.
fn required(statement: &Statement) -> Option<(&str, Option<&str>)> {
    match &statement.subject {
        Subject::Dependency { package, marker, .. } if statement.form == Form::Requirement => {
            Some((package, marker.as_deref()))
        }
        _ => None,
    }
}

fn is_pin(statement: &Statement) -> bool {
    let Expr::Value(Value::Text(specifier)) = &statement.value else {
        return false;
    };
    specifier.starts_with("==") && !specifier.contains([',', '*'])
}

/// A path as it is written in `file`, relative to that file's folder; none where it leaves the root.
fn beside(file: &str, written: &str) -> Option<String> {
    if written.starts_with('/') || written.contains("://") {
        return None;
    }
    joined(file.rsplit_once('/').map_or("", |(folder, _)| folder), written)
}
