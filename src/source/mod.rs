//! Reading the world: one file per kind of evidence, each file of the repository read once.
//!
//! A reader turns one file into [`FileFacts`] and knows no claim; the binders then connect what stands in different
//! files (a flag with its option, a call with its callee), and [`gather`] keeps what the asks need.
//!
//! Why it can be wrong: a file that is silently skipped looks like a repository that says nothing. Whatever is not
//! read is a [`Gap`] with its reason.
//!
//! Example: `slurm/04_eval_base.job` is read by `shell`, which emits `#SBATCH` directives and a command; `launch`
//! resolves the command to `scripts/evaluate_simple.py` and links its flags to the options defined there.

pub mod accounted;
pub mod accounting;
mod audio;
pub mod cards;
pub mod config;
pub mod container;
pub mod data;
pub mod file;
pub mod gather;
mod ini;
pub mod installed;
pub mod latex;
pub mod launch;
pub mod logged;
pub mod makefile;
pub mod manifest;
mod measured;
mod merged;
pub mod notebook;
pub mod opened;
pub mod overlay;
pub mod passages;
pub mod prose;
pub mod python;
mod quotes;
mod readings;
pub mod recorded;
pub mod scheduler;
pub mod shell;
pub mod site;
mod smi;
pub mod subjects;
mod unread;

use crate::evidence::{Ask, Expr, Gap, GapReason, Grade, Guard, Link, Statement, StatementId};
use crate::place::{Place, SourceText};

/// A file that was read, as its reader gets it.
#[derive(Debug)]
pub struct File {
    /// Relative to the root, with forward slashes.
    pub path: String,
    pub bytes: Vec<u8>,
    /// The bytes as text, where they are UTF-8 (a byte order mark is kept in the offsets).
    pub text: Option<SourceText>,
}

impl File {
    /// That it was not read, or not all of it.
    pub(crate) fn gap(&self, why: GapReason, detail: impl Into<String>) -> Gap {
        Gap {
            file: self.path.clone(),
            why,
            detail: detail.into(),
        }
    }
}

/// A kind of file: how it is recognised and read.
pub struct Reader {
    pub name: &'static str,
    /// The head of its source file, shown by `verify explain` and in the documentation.
    pub about: &'static str,
    /// By path relative to the root, in lower case.
    pub reads: fn(path: &str) -> bool,
    pub read: fn(file: &File, asks: &[Ask]) -> FileFacts,
}

/// What one file says. Statement ids and links count within this file; merging shifts them.
#[derive(Debug, Default)]
pub struct FileFacts {
    pub statements: Vec<Statement>,
    pub links: Vec<Link>,
    pub commands: Vec<Command>,
    pub gaps: Vec<Gap>,
    /// What a Python file defines, calls and imports, for binding across files.
    pub module: Option<python::Module>,
    /// Where the code of a notebook stands in its file.
    pub notebook: Option<notebook::Notebook>,
}

impl From<Gap> for FileFacts {
    /// What a file says that was not read.
    fn from(gap: Gap) -> FileFacts {
        FileFacts {
            gaps: vec![gap],
            ..FileFacts::default()
        }
    }
}

/// Every reader, in the order of the rooms.
pub const READERS: &[Reader] = &[
    shell::SHELL,
    makefile::MAKEFILE,
    manifest::REQUIREMENTS,
    manifest::PYPROJECT,
    manifest::SETUP_PY,
    manifest::SETUP_CFG,
    manifest::LOCKS,
    manifest::PIPFILE,
    manifest::PYTHON_VERSION,
    manifest::CONDA,
    container::DOCKERFILE,
    container::DEFINITION,
    installed::INSTALLED,
    config::YAML,
    config::JSON,
    config::TOML,
    config::INI,
    python::PYTHON,
    notebook::NOTEBOOK,
    logged::TRACKERS,
    logged::LOGS,
    smi::SMI,
    prose::MARKDOWN,
    prose::PLAIN,
];

/// Today, where no `--as-of` says another day.
pub fn today() -> chrono::NaiveDate {
    chrono::Local::now().date_naive()
}

/// How many threads this machine runs at once.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// A command as a shell script, a Makefile, a string in code or prose has it, before anyone knows what it starts.
#[derive(Debug, Clone)]
pub struct Command {
    pub place: Place,
    /// The command as a reader would type it, continuation lines joined, variables as written.
    pub text: String,
    pub words: Vec<Word>,
    /// Variables set for this command alone (`CUDA_VISIBLE_DEVICES=0 python …`) or exported before it.
    pub environment: Vec<(String, StatementId)>,
    /// Conditions of the script around it.
    pub guards: Vec<Guard>,
    /// [`Grade::Launched`] in code, [`Grade::Documented`] in prose.
    pub grade: Grade,
    /// The folder it runs in relative to the root, where a `cd` with a literal path before it says so.
    pub directory: Option<String>,
}

/// One word of a command, after quotes are removed.
#[derive(Debug, Clone)]
pub struct Word {
    /// With variables that have one known value put in, the others as written (`$1`).
    pub text: String,
    /// A literal, or what is to be known first: [`Expr::Ref`] `$lr` for `"$lr"` alone, [`Expr::Opaque`] for a mix.
    pub value: Expr,
    pub place: Place,
    /// The statements of form `ShellVariable` that its variables refer to: (name as written, e.g. `$lr`, statement).
    pub variables: Vec<(String, StatementId)>,
}
