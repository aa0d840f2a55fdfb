//! The command line: the check, the commands beside it, their help, and the words for what is not built yet.
//!
//! Why it can be wrong: an option that is taken and ignored is a check that is not made. So every command takes only
//! what it looks at, and what is not built is absent from the help, and its word is answered with that.
//!
//! Example: `verify claims/setup.toml --format markdown=reports/setup.md --lang es`; `verify explain claims/setup.toml batch`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::exit::MEANINGS;
use crate::report::{FORMATS, Language};
use crate::verdict::Verdict;

/// Commands of the design that later versions bring.
const LATER_COMMANDS: &[&str] = &["lock", "accept", "report", "diff"];
/// Options of the design that later versions bring.
const LATER_OPTIONS: &[&str] = &["--locked", "--patch"];
/// Formats of the design that later versions bring.
const LATER_FORMATS: &[&str] = &["html", "sarif", "junit", "github"];

/// Finds out whether what a paper says about its experimental setup is true.
#[derive(Debug, Parser)]
#[command(
    name = "verify",
    version,
    about,
    after_help = after_help(),
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = true,
    subcommand_value_name = "COMMAND",
    subcommand_help_heading = "Commands beside the check"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub check: Check,
}

/// What there is beside the check.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything known about one claim: chain, grades, what contradicts, what would change the verdict.
    Explain(Explain),
    /// Settings and numbers that no claim mentions.
    Uncovered(Uncovered),
    /// Changes every claim and its evidence in memory; verdicts that do not move end with 1.
    Mutate(Mutate),
    /// Drafts a claim file from a paper, or from the README.
    Init(Init),
    /// Slurm's accounting as evidence.
    #[command(subcommand)]
    Slurm(SlurmCommand),
    /// Runs the timed evaluation that a claim file declares, and writes its record.
    Run(Run),
    /// Reads this machine: GPUs, host, container and Slurm job, as evidence for claims about it.
    Probe(Probe),
    /// The JSON Schema of the claim file.
    Schema,
}

/// The check: claim files against their repositories.
#[derive(Debug, Args)]
pub struct Check {
    /// Claim files, folders of them, or globs.
    #[arg(value_name = "CLAIMS", default_value = "claims/")]
    pub claims: Vec<String>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub shown: Shown,
    /// What to write: a format, or FORMAT=PATH; may be given several times.
    #[arg(long, value_name = "FORMAT[=PATH]", value_parser = output, help = format_help())]
    pub format: Vec<Output>,
    /// Where to write the last format that names no path of its own.
    #[arg(long, short, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// The mildest verdict that still fails: discrepancy, minor-discrepancy, needs-clarification, not-run, no-evidence.
    #[arg(long, value_name = "VERDICT", value_parser = verdict)]
    pub fail_on: Option<Verdict>,
    /// Caveats count, too.
    #[arg(long)]
    pub strict: bool,
    /// Runs nothing, whatever the claim file declares.
    #[arg(long, conflicts_with = "live_slurm")]
    pub no_live: bool,
    /// Starts the commands of runs that the claim file declares for the check (`when = "check"`) where no good record is
    /// there. With DIGEST, only the one whose arguments, environment names and directory have that SHA-256.
    #[arg(long, value_name = "DIGEST", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with_all = ["no_live", "evidence"])]
    pub allow_commands: Option<String>,
    /// For such a run: another NVML library than the system's.
    #[arg(long, value_name = "PATH", requires = "allow_commands")]
    pub nvml: Option<PathBuf>,
    /// Saves the evidence, to be judged again elsewhere.
    #[arg(long, value_name = "FILE")]
    pub save_evidence: Option<PathBuf>,
    /// On the terminal, only what is not supported, and the summary.
    #[arg(long, short, action = ArgAction::SetTrue)]
    pub quiet: bool,
}

/// `verify run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The claim file that declares the run.
    #[arg(value_name = "CLAIMS")]
    pub claims: String,
    /// Which of its runs; the only one, unless given.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Starts the declared command. With DIGEST, only the one whose arguments, environment names and directory have that
    /// SHA-256; without this option the command is shown with its digest, and nothing runs.
    #[arg(long, value_name = "DIGEST", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub allow_commands: Option<String>,
    /// Another NVML library than the system's.
    #[arg(long, value_name = "PATH")]
    pub nvml: Option<PathBuf>,
    #[command(flatten)]
    pub on_slurm: OnSlurm,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub shown: Shown,
}

/// The timed run as a batch job.
#[derive(Debug, Args)]
pub struct OnSlurm {
    /// Submits the run as a job of Slurm and follows it; the job writes the record, on a file system that the node shares.
    #[arg(long, conflicts_with = "resume")]
    pub slurm: bool,
    /// Follows the job that was submitted before, after a lost terminal.
    #[arg(long, conflicts_with = "allow_commands")]
    pub resume: bool,
    /// With --slurm: the partition.
    #[arg(long, value_name = "NAME", requires = "slurm")]
    pub partition: Option<String>,
    /// With --slurm: GPUs of the job, as `sbatch --gpus` takes them: `1`, `a100:1`.
    #[arg(long, value_name = "N", requires = "slurm")]
    pub gpus: Option<String>,
    /// With --slurm: the job's limit, as `sbatch --time` takes it; the run's budget and ten minutes, unless given.
    #[arg(long, value_name = "TIME", requires = "slurm")]
    pub time: Option<String>,
    /// With --slurm: the account that pays.
    #[arg(long, value_name = "NAME", requires = "slurm")]
    pub account: Option<String>,
    /// With --slurm: the job's memory, as `sbatch --mem` takes it.
    #[arg(long, value_name = "SIZE", requires = "slurm")]
    pub mem: Option<String>,
    /// With --slurm: processors of the job.
    #[arg(long, value_name = "N", requires = "slurm")]
    pub cpus: Option<String>,
}

/// `verify explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The claim file, or a folder or glob in which one claim has the id.
    #[arg(value_name = "CLAIMS")]
    pub claims: String,
    /// The claim's id.
    #[arg(value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub shown: Shown,
}

/// `verify uncovered`.
#[derive(Debug, Args)]
pub struct Uncovered {
    /// Claim files, folders of them, or globs.
    #[arg(value_name = "CLAIMS", default_value = "claims/")]
    pub claims: Vec<String>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub shown: Shown,
}

/// `verify mutate`.
#[derive(Debug, Args)]
pub struct Mutate {
    /// Claim files, folders of them, or globs.
    #[arg(value_name = "CLAIMS", default_value = "claims/")]
    pub claims: Vec<String>,
    /// Only what did not move, and the summary.
    #[arg(long, short, action = ArgAction::SetTrue)]
    pub quiet: bool,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub shown: Shown,
}

/// `verify init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The paper's main file; the only one of the repository, else its README, unless given.
    #[arg(value_name = "PAPER")]
    pub paper: Option<PathBuf>,
    /// The claim file to write, instead of printing it.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replaces the file that is there.
    #[arg(long, requires = "output")]
    pub force: bool,
    /// The code repository, instead of the project that the paper lies in.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// A folder outside the root that may be read; may be given several times.
    #[arg(long, value_name = "DIR")]
    pub allow_read: Vec<PathBuf>,
    /// The day that ages are held against, instead of today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<NaiveDate>,
    /// Threads that read files; as many as there are cores, unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

/// `verify slurm`.
#[derive(Debug, Subcommand)]
pub enum SlurmCommand {
    /// Writes what the accounting says of jobs into a file fit to commit: one call of `sacct`, times in UTC, the fields
    /// that claims are judged by, no user names.
    Collect(Collect),
}

/// `verify slurm collect`.
#[derive(Debug, Args)]
pub struct Collect {
    /// The first day (UTC); a month back, unless --jobs names the jobs.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub since: Option<NaiveDate>,
    /// The last day (UTC).
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub until: Option<NaiveDate>,
    /// Only jobs of this name; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub name: Vec<String>,
    /// Whose jobs; your own (for root: everybody's), unless given.
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Only these jobs.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub jobs: Vec<String>,
    /// The file to write, instead of printing it.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Also whose each job is.
    #[arg(long)]
    pub with_user: bool,
}

/// Slurm's accounting as it is now: one call of `sacct` a run, for claims about jobs.
#[derive(Debug, Args)]
pub struct Live {
    /// Asks Slurm's accounting about jobs: one call of `sacct`, at most a minute, and only where a claim needs it.
    #[arg(long)]
    pub live_slurm: bool,
    /// With --live-slurm: the first day (UTC), instead of a month back.
    #[arg(long, value_name = "YYYY-MM-DD", requires = "live_slurm")]
    pub since: Option<NaiveDate>,
    /// With --live-slurm: whose jobs, instead of your own (for root: everybody's).
    #[arg(long, value_name = "USER", requires = "live_slurm")]
    pub slurm_user: Option<String>,
    /// With --live-slurm: only these jobs.
    #[arg(long, value_name = "IDS", value_delimiter = ',', requires = "live_slurm")]
    pub jobs: Vec<String>,
}

/// `verify probe`.
#[derive(Debug, Args)]
pub struct Probe {
    /// The reading to write, for `[machine] readings` of a claim file; without it a table is printed.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replaces the file that is there.
    #[arg(long, requires = "output")]
    pub force: bool,
    /// A Python environment whose installed packages are read, nothing of it executed; may be given several times.
    #[arg(long, value_name = "PREFIX")]
    pub python: Vec<PathBuf>,
    /// NVIDIA's management library (libnvidia-ml), where the system does not find it.
    #[arg(long, value_name = "PATH")]
    pub nvml: Option<PathBuf>,
}

/// Where the evidence comes from, the same for every command.
#[derive(Debug, Args)]
pub struct Reading {
    /// The code repository, instead of the one that the claim file names.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// The paper's main file, instead of the one that the claim file names.
    #[arg(long, value_name = "FILE")]
    pub paper: Option<PathBuf>,
    /// A folder outside the root that may be read; may be given several times.
    #[arg(long, value_name = "DIR")]
    pub allow_read: Vec<PathBuf>,
    /// Judges from saved evidence; nothing of the repository is read.
    #[arg(long, value_name = "FILE", conflicts_with = "live_slurm")]
    pub evidence: Option<PathBuf>,
    #[command(flatten)]
    pub live: Live,
    /// The day that acceptances and ages are held against, instead of today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<NaiveDate>,
    /// Threads that read files; as many as there are cores, unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

/// How the answer looks, the same for every command.
#[derive(Debug, Args)]
pub struct Shown {
    /// The language of the report, instead of the claim file's.
    #[arg(long, value_name = "LANG", value_parser = language)]
    pub lang: Option<Language>,
    /// Colours on the terminal.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// A format and where it goes; standard output where no path is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub format: String,
    pub path: Option<PathBuf>,
}

fn output(text: &str) -> Result<Output, String> {
    let (format, path) = match text.split_once('=') {
        Some((format, path)) => (format, Some(PathBuf::from(path))),
        None => (text, None),
    };
    let known: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    if LATER_FORMATS.contains(&format) {
        return Err(format!(
            "the format is not built in this version; there are {}",
            known.join(", ")
        ));
    }
    if !known.contains(&format) {
        return Err(format!("there is no such format; there are {}", known.join(", ")));
    }
    Ok(Output {
        format: format.to_string(),
        path,
    })
}

fn language(text: &str) -> Result<Language, String> {
    match text {
        "en" => Ok(Language::English),
        "es" => Ok(Language::Spanish),
        _ => Err("reports are written in `en` and `es`".to_string()),
    }
}

fn verdict(text: &str) -> Result<Verdict, String> {
    match Verdict::of_name(text) {
        Some(Verdict::Supported) | None => {
            Err("one of discrepancy, minor-discrepancy, needs-clarification, not-run, no-evidence".to_string())
        }
        Some(verdict) => Ok(verdict),
    }
}

fn format_help() -> String {
    let formats: Vec<String> = FORMATS
        .iter()
        .map(|format| format!("{}: {}", format.name, format.about))
        .collect();
    format!(
        "What to write: a format, or FORMAT=PATH; may be given several times [{}]",
        formats.join("; ")
    )
}

fn after_help() -> String {
    let codes: Vec<String> = MEANINGS
        .iter()
        .map(|(exit, meaning)| format!("  {}  {meaning}", exit.code()))
        .collect();
    format!("Exit codes, the same for every format:\n{}", codes.join("\n"))
}

/// What is said of a word or option that a later version brings; none where the words are all known.
pub fn not_built(arguments: &[String]) -> Option<String> {
    let first = arguments.first()?;
    if LATER_COMMANDS.contains(&first.as_str()) && !std::path::Path::new(first).exists() {
        return Some(format!(
            "`verify {first}` is not built in this version\n\nhelp: `verify CLAIMS` checks claim files; see `verify --help`"
        ));
    }
    let option = arguments.iter().find_map(|argument| {
        let name = argument.split('=').next().unwrap_or(argument);
        LATER_OPTIONS.contains(&name).then_some(name)
    })?;
    Some(format!(
        "`{option}` is not built in this version\n\nhelp: see `verify --help` for what is"
    ))
}
