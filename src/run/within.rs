//! Runs that a check makes itself (`when = "check"`), so that their claims are judged in the same command.
//!
//! A record beside the claim file that is still good is enough, and nothing is started. Else the command line must allow
//! the command, as it does for `verify run`; the record is kept in the user's cache, for what is committed is made on
//! purpose, and is taken from there the next time while it is good. Without leave, under `--no-live` and with replayed evidence the cache is not
//! looked at: the same check then says the same on every machine.
//!
//! Why it can be wrong: a check that quietly did not run what it was told to run looks like one that ran it. So what was
//! not started, and why, is a gap, and its claims say so. A login node is everybody's, and none of the machines that a paper speaks of.
//!
//! Example: `verify claims/setup.toml --allow-commands` runs `[run.smoke]` for its budget of a minute, and judges its claim.

use std::path::{Path, PathBuf};

use super::execution::{self, Execution, record_at, record_path};
use super::gathered::{located, read_claims};
use super::{Failure, Terminal};
use crate::claim::{ClaimFile, RunDeclaration};
use crate::cli::Check;
use crate::evidence::{CommandLine, Gap, GapReason};
use crate::judge;
use crate::live::{host, say};
use crate::source::file::{Repository, digest};
use crate::source::recorded::Kept;
use crate::source::site::Site;
use crate::source::subjects;
use crate::write;

/// What the runs of a check come to.
#[derive(Debug, Default)]
pub(super) struct Within {
    /// Records in the cache that speak beside those that lie in the repository.
    pub(super) kept: Vec<Kept>,
    /// Runs that were declared and not started: the claim file, and why.
    pub(super) left: Vec<(String, Gap)>,
}

/// Makes the runs that the claim files declare for the check, where that is allowed and needed.
pub(super) fn runs(arguments: &Check, terminal: Terminal) -> Result<Within, Failure> {
    let mut within = Within::default();
    if arguments.no_live || arguments.reading.evidence.is_some() {
        return Ok(within);
    }
    let files = read_claims(&arguments.claims, terminal.colored(&arguments.shown))?;
    if !files.iter().any(|file| declared(file).next().is_some()) {
        return Ok(within);
    }
    let mut other_digests = Vec::new();
    for site in located(&files, &arguments.reading)? {
        for file in site.files.iter().map(|&index| &files[index]) {
            for declaration in declared(file) {
                if is_good(&record_path(file, declaration), file, declaration, &site)? {
                    continue;
                }
                match decided(arguments, declaration) {
                    Err(why) => {
                        if why.is_other {
                            other_digests.push(why.detail.clone());
                        }
                        within
                            .left
                            .push((file.path.clone(), not_started(file, declaration, why.detail)));
                    }
                    Ok((command, folder)) => {
                        let kept = kept_at(file, declaration, &site, &folder);
                        if !is_good(&kept.path, file, declaration, &site)? {
                            made(arguments, terminal, (file, declaration), command, &kept.path)?;
                        }
                        within.kept.push(kept);
                    }
                }
            }
        }
    }
    // A digest that allows nothing is a mistake on the command line.
    let is_for_nothing =
        within.kept.is_empty() && !other_digests.is_empty() && other_digests.len() == within.left.len();
    if is_for_nothing {
        return Err(Failure::Usage(other_digests));
    }
    Ok(within)
}

/// Runs for the check that a claim rests on.
fn declared(file: &ClaimFile) -> impl Iterator<Item = &RunDeclaration> {
    let rests = |run: &&RunDeclaration| file.claims.iter().any(|claim| claim.run.as_ref() == Some(&run.name));
    let in_check = |run: &&RunDeclaration| run.settings.text("when") == Some("check");
    file.runs.iter().filter(in_check).filter(rests)
}

/// Why a run is not started.
struct Refused {
    detail: String,
    /// The digest on the command line is of another command.
    is_other: bool,
}

/// The command that may be started, and where its record is kept.
fn decided(arguments: &Check, declaration: &RunDeclaration) -> Result<(CommandLine, Cache), Refused> {
    let refused = |detail: String| Refused {
        detail,
        is_other: false,
    };
    let Some(command) = declaration.command(&declaration.asked()) else {
        return Err(refused(format!(
            "`engine = \"{}\"` is not built in this version",
            declaration.engine
        )));
    };
    let digest = command.digest();
    match arguments.allow_commands.as_deref() {
        None => {
            return Err(refused(format!(
                "declared for the check; --allow-commands={digest} allows its command"
            )));
        }
        Some(allowed) if !allowed.is_empty() && allowed != digest => {
            return Err(Refused {
                detail: format!(
                    "{}\n\nand --allow-commands allows another one: {allowed}",
                    execution::shown(&command)
                ),
                is_other: true,
            });
        }
        Some(_) => {}
    }
    if host::is_login_node() {
        return Err(refused(
            "Slurm is here and this is no job of it: nothing runs on a login node; `verify run --slurm` submits it"
                .to_string(),
        ));
    }
    match host::cache() {
        Some((folder, shown)) => Ok((command, Cache { folder, shown })),
        None => Err(refused(
            "neither XDG_CACHE_HOME nor HOME says where its record could be kept".to_string(),
        )),
    }
}

/// The user's cache, and how it is written for people.
struct Cache {
    folder: PathBuf,
    shown: String,
}

/// Where a run's record is kept: in a folder of its own for every repository, claim file and run.
fn kept_at(file: &ClaimFile, declaration: &RunDeclaration, site: &Site, cache: &Cache) -> Kept {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let owner = format!(
        "{}\0{}\0{}",
        real(&site.root).display(),
        real(Path::new(&file.path)).display(),
        declaration.name
    );
    let below = format!("runs/{}/{}.json", &digest(owner.as_bytes())[..16], declaration.name);
    Kept {
        claims: file.path.clone(),
        run: declaration.name.clone(),
        path: cache.folder.join(&below),
        shown: format!("{}/{below}", cache.shown),
    }
}

/// Whether the record there is of this run and these files, and has a time.
fn is_good(path: &Path, file: &ClaimFile, declaration: &RunDeclaration, site: &Site) -> Result<bool, Failure> {
    let Some(record) = record_at(path) else {
        return Ok(false);
    };
    let run = &record.predicate;
    if run.name != declaration.name || run.time().is_none() || judge::is_of_another_run(file, run) {
        return Ok(false);
    }
    let repository =
        Repository::open(&site.root, &site.allow).map_err(|error| Failure::Usage(vec![error.to_string()]))?;
    Ok(subjects::standing(&repository, &record.subject).stale.is_none())
}

/// Runs it, and keeps its record.
fn made(
    arguments: &Check,
    terminal: Terminal,
    (file, declaration): (&ClaimFile, &RunDeclaration),
    command: CommandLine,
    path: &Path,
) -> Result<(), Failure> {
    say(&execution::shown(&command));
    let how = (&arguments.reading, &arguments.shown, terminal);
    let execution = Execution::prepared(file, declaration, command, how)?;
    let executed = execution.run(arguments.nvml.clone())?;
    write::new_folder_and_file(path, executed.record()?.as_bytes())?;
    Ok(())
}

fn not_started(file: &ClaimFile, declaration: &RunDeclaration, detail: String) -> Gap {
    Gap {
        file: declaration.named(&file.path),
        why: GapReason::NotStarted,
        detail,
    }
}
