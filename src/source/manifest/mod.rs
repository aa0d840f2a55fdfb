//! Manifests: what a repository declares that it needs, in requirements files and `pyproject.toml`.
//!
//! Why it can be wrong: a line that was commented out, a package of an extra, a range where the paper means a pin, all
//! name the package. So a statement keeps the specifier as written, its extra and marker, and where it stands; nothing
//! is normalised but the name.
//!
//! Example: `transformers>=4.40  # Qwen2` is the package `transformers`, value `>=4.40`, grade declared.
//!
//! Which syntax a specifier is in, its owner says: below `["tool", "poetry", …]` it is Poetry's, else PEP 440. A line of
//! a constraints file has the owner `["constraint"]`: it pins what others install, and installs nothing.

mod include;
mod pyproject;
mod requirement;
mod requirements;

pub use include::bind;

use super::{File, FileFacts, Reader};
use crate::evidence::{Ask, Expr, Form, Grade, Statement, Subject};
use crate::place::Place;
use crate::quantity::Value;
use requirement::Requirement;

/// `requirements*.txt` and constraints.
pub const REQUIREMENTS: Reader = Reader {
    name: "requirements",
    about: include_str!("requirements.rs"),
    reads: requirements::reads,
    read: |file: &File, _: &[Ask]| requirements::read(file),
};
/// `pyproject.toml`.
pub const PYPROJECT: Reader = Reader {
    name: "pyproject",
    about: include_str!("pyproject.rs"),
    reads: pyproject::reads,
    read: |file: &File, _: &[Ask]| pyproject::read(file),
};

/// The statement of one declared package.
fn declared(requirement: Requirement, extra: Option<String>, owner: &[&str], place: Place) -> Statement {
    Statement {
        subject: Subject::Dependency {
            package: requirement.package,
            extra,
            marker: requirement.marker,
            locked: false,
        },
        form: Form::Requirement,
        value: Expr::Value(Value::Text(requirement.specifier)),
        place,
        grade: Grade::Declared,
        owner: owner.iter().map(|part| part.to_string()).collect(),
        unit: None,
        guards: Vec::new(),
        comment: None,
        dead: None,
    }
}

#[cfg(test)]
mod tests;
