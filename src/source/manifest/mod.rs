//! Manifests: what a repository declares that it needs, in the files of pip, setuptools, Poetry, uv, PDM, Pipenv, conda.
//!
//! Why it can be wrong: a line that was commented out, a package of an extra, a range where the paper means a pin, all
//! name the package. So a statement keeps the specifier as written, its extra and marker, and where it stands; nothing
//! is normalised but the name.
//!
//! Example: `transformers>=4.40  # Qwen2` is the package `transformers`, value `>=4.40`, grade declared.
//!
//! Which syntax a specifier is in, its owner says: below `["tool", "poetry", …]` it is Poetry's, with the owner
//! `["conda"]` conda's, else PEP 440. A line of
//! a constraints file has the owner `["constraint"]`: it pins what others install, and installs nothing.

mod conda;
mod include;
mod locks;
mod nodes;
mod pipfile;
pub(super) mod platform;
mod pyproject;
mod requirement;
mod requirements;
mod setup_cfg;
mod setup_py;
mod unmet;

pub(super) use conda::spec as conda_spec;
pub use include::bind;
pub(super) use unmet::unmet;

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

/// `setup.py`.
pub const SETUP_PY: Reader = Reader {
    name: "setup.py",
    about: include_str!("setup_py/mod.rs"),
    reads: setup_py::reads,
    read: |file: &File, _: &[Ask]| setup_py::read(file),
};

/// `setup.cfg`.
pub const SETUP_CFG: Reader = Reader {
    name: "setup.cfg",
    about: include_str!("setup_cfg.rs"),
    reads: setup_cfg::reads,
    read: |file: &File, _: &[Ask]| setup_cfg::read(file),
};
/// Lock files.
pub const LOCKS: Reader = Reader {
    name: "lock-files",
    about: include_str!("locks.rs"),
    reads: locks::reads,
    read: |file: &File, _: &[Ask]| locks::read(file),
};
/// `Pipfile`.
pub const PIPFILE: Reader = Reader {
    name: "pipfile",
    about: include_str!("pipfile.rs"),
    reads: pipfile::reads,
    read: |file: &File, _: &[Ask]| pipfile::read(file),
};
/// `.python-version`.
pub const PYTHON_VERSION: Reader = Reader {
    name: "python-version",
    about: include_str!("pipfile.rs"),
    reads: pipfile::reads_python_version,
    read: |file: &File, _: &[Ask]| pipfile::read_python_version(file),
};
/// Environments of conda.
pub const CONDA: Reader = Reader {
    name: "conda",
    about: include_str!("conda.rs"),
    reads: conda::reads,
    read: |file: &File, _: &[Ask]| conda::read(file),
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

/// A command that an install brings: what it starts is an entry script.
fn script(name: &str, target: &str, place: Place) -> Statement {
    let requirement = Requirement {
        package: String::new(),
        specifier: target.to_string(),
        marker: None,
    };
    Statement {
        subject: Subject::Setting { name: name.to_string() },
        form: Form::Key,
        grade: Grade::Configured,
        ..declared(requirement, None, &["project", "scripts"], place)
    }
}

#[cfg(test)]
mod tests;
