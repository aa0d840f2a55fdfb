//! The pipeline on one screen: claim files, asks, evidence, rulings; then what the command makes of them.
//!
//! Why it can be wrong: two commands that gather or judge in ways of their own disagree about one claim. So all of them
//! start from the same [`Gathered`], and its [`Gathered::cases`] are what every one judges.
//!
//! Example: `run(&Cli::parse(), terminal)` is the whole of `verify claims/setup.toml`.

mod beside;
mod check;
mod execution;
mod gathered;
mod init;
mod probe;
mod slurm;
mod submitted;
mod timed;
mod within;

use crate::claim;
use crate::cli::{Cli, Color, Command, Shown, SlurmCommand};
use crate::exit::Exit;
use crate::judge;

/// What standard output can show.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Columns.
    pub width: u16,
    pub color: bool,
}

impl Terminal {
    /// Whether colours are written, by what the command line says of them.
    fn colored(self, shown: &Shown) -> bool {
        match shown.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => self.color,
        }
    }
}

/// A command that came to its end.
#[derive(Debug)]
pub struct Done {
    /// What goes to standard output.
    pub output: String,
    pub exit: Exit,
}

/// Why a command could not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Mistakes in claim files, rendered with their lines and remedies.
    #[error("{0}")]
    ClaimFiles(String),
    /// Arguments, paths and saved evidence that cannot be used, each on its line.
    #[error("{}", .0.iter().map(|problem| format!("error: {problem}\n")).collect::<String>())]
    Usage(Vec<String>),
    /// We could not finish.
    #[error("error: {0:#}\n")]
    Broken(#[from] anyhow::Error),
}

impl Failure {
    pub fn exit(&self) -> Exit {
        match self {
            Failure::ClaimFiles(_) | Failure::Usage(_) => Exit::Usage,
            Failure::Broken(_) => Exit::Failed,
        }
    }
}

/// Everything, from arguments to what is printed.
pub fn run(cli: &Cli, terminal: Terminal) -> Result<Done, Failure> {
    match &cli.command {
        None => check::check(&cli.check, terminal),
        Some(Command::Explain(explain)) => beside::explain(explain, terminal),
        Some(Command::Mutate(mutate)) => beside::mutate(mutate, terminal),
        Some(Command::Uncovered(uncovered)) => beside::uncovered(uncovered, terminal),
        Some(Command::Init(arguments)) => init::init(arguments),
        Some(Command::Run(arguments)) => timed::run(arguments, terminal),
        Some(Command::Probe(arguments)) => probe::probe(arguments, terminal),
        Some(Command::Slurm(SlurmCommand::Collect(arguments))) => slurm::collect(arguments),
        Some(Command::Schema) => schema(),
    }
}

/// `verify schema`.
fn schema() -> Result<Done, Failure> {
    let schema = claim::schema(&judge::specs());
    let text = serde_json::to_string_pretty(&schema).map_err(anyhow::Error::from)?;
    Ok(Done {
        output: text + "\n",
        exit: Exit::Fine,
    })
}
