//! What a timed run is made with: the files of its command, each by its digest, so that its record can tell whether they
//! are still what they were.
//!
//! The program that the command starts is followed as launches are: its file and all whose code it reaches. Where that is
//! not known (no Python of the repository, modules looked up by name, other programs started), all code and configuration
//! of the repository counts. Files and folders that the command names ([`words`]), and those whose paths stand in that code
//! and configuration ([`literals`]), are its data, whether Git ignores them or not. Of a folder each
//! file is watched, and the names and sizes of all; where they are many, these alone.
//!
//! Why it can be wrong: a file that the run reads and nobody names here may change without making the record stale. So
//! what is not understood widens the list, and what is named and cannot be watched (a link out of the root, a path elsewhere on
//! the machine) is kept in the record and said by the claims that rest on it. A path that the program puts together
//! from pieces is known by its end alone, and where that is no name, not at all; a run that reads such data should be given it on its command line.
//!
//! Example: `python scripts/evaluate.py --manifest data/test.csv` has `scripts/evaluate.py`, `audio/container.py`, which
//! it imports, `data/test.csv`, and `prompts/eval.txt`, which `audio/container.py` opens.

mod literals;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::file::{Entry, Repository, digest};
use crate::evidence::{Ask, CommandLine, Digests, Evidence, Gap, GapReason, Hashed, Role, Stale, Subject};

/// Functions behind which another program or module may run.
const OPEN_ENDS: &[&str] = &[
    "importlib.import_module",
    "__import__",
    "exec",
    "execfile",
    "runpy.run_path",
    "runpy.run_module",
    "hydra.utils.instantiate",
    "subprocess.run",
    "subprocess.Popen",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "os.system",
];

/// Endings of files that may be code or configuration.
const CODE: &[&str] = &[
    "py", "pyx", "ipynb", "sh", "bash", "job", "slurm", "sbatch", "yaml", "yml", "json", "toml", "ini", "cfg", "env",
    "c", "cc", "cpp", "cu", "cuh", "h", "hpp", "rs", "js", "ts", "r", "jl", "lua", "pl", "java", "go",
];

/// Endings of files that hold weights.
const WEIGHTS: &[&str] = &[
    "safetensors",
    "gguf",
    "ggml",
    "bin",
    "pt",
    "pth",
    "ckpt",
    "onnx",
    "h5",
    "msgpack",
    "tflite",
];
/// Endings of container images.
const IMAGES: &[&str] = &["sif", "simg", "sqsh"];

/// The files of a run.
#[derive(Debug, Default)]
pub struct Subjects {
    /// Sorted by name.
    pub hashed: Vec<Hashed>,
    /// Files that are not among them, and why.
    pub gaps: Vec<Gap>,
    /// Whether the program could be followed; else all code counts.
    pub followed: bool,
}

/// What has to be asked of the repository to follow the program.
pub fn asks() -> Vec<Ask> {
    OPEN_ENDS
        .iter()
        .map(|symbol| Ask::Usage {
            symbol: (*symbol).to_string(),
        })
        .collect()
}

/// Files that are read whole of one folder, and their bytes; a larger one is watched by names and sizes, for a check takes
/// no minutes.
const FILES_OF_A_FOLDER: usize = 500;
const BYTES_OF_A_FOLDER: u64 = 256 << 20;

/// The files of a command, by evidence that was gathered with [`asks`].
pub fn of_command(repository: &Repository, evidence: &Evidence, command: &CommandLine) -> Subjects {
    let (named, mut gaps) = words::paths(repository, command);
    let code = named
        .iter()
        .filter(|path| is_code(path) && repository.entry(path).is_some());
    let reached = reached(evidence, &code.map(String::as_str).collect());
    let followed = reached.is_some();
    let all = || {
        let own = repository.entries().iter();
        own.filter(|entry| !entry.ignored && entry.vendored.is_none() && is_code(&entry.path))
            .map(|entry| entry.path.clone())
            .collect()
    };
    let code: Vec<String> = reached.unwrap_or_else(all);
    let mut data = named.clone();
    for file in &code {
        let literals = literals::paths(repository, &command.directory, file);
        data.extend(literals.paths);
        gaps.extend(literals.outside);
    }
    let anew = repository.with_ignored(&data);
    let repository = anew.as_ref().unwrap_or(repository);

    let mut roles: BTreeMap<String, Role> = BTreeMap::new();
    for path in data {
        let is_named = named.contains(&path);
        match watched(repository, &path) {
            Watched::File => {
                // A result that is in the repository, and that the code also names, is JSON often enough.
                let role = if is_named { role(&path) } else { data_role(&path) };
                roles.insert(path, role);
            }
            Watched::Files(files) => {
                // A file that comes is as much a change as one that goes.
                roles.insert(format!("{path}/"), Role::Data);
                let files = files.into_iter().filter(|file| !literals::is_document(file));
                roles.extend(files.map(|file| {
                    let role = if is_named { role(&file) } else { data_role(&file) };
                    (file, role)
                }));
            }
            Watched::Listing => {
                roles.insert(format!("{path}/"), Role::Data);
            }
            Watched::Unseen(gap) => gaps.push(gap),
            Watched::Nothing => {}
        }
    }
    roles.extend(code.into_iter().map(|file| (file, Role::Code)));
    let mut hashed = Vec::new();
    for (file, role) in roles {
        match sha256(repository, &file) {
            Ok(sha256) => hashed.push(Hashed {
                name: file,
                digest: Digests { sha256 },
                annotations: role,
            }),
            // What `verify` wrote and claim files are not run.
            Err(gap) if gap.why == GapReason::OwnReport => {}
            Err(gap) => gaps.push(gap),
        }
    }
    gaps.sort();
    gaps.dedup();
    Subjects { hashed, gaps, followed }
}

/// How the files of a record stand now.
#[derive(Debug, Default)]
pub struct Standing {
    /// The first that is another one, or gone.
    pub stale: Option<Stale>,
    /// Data, models and containers that are not here and that Git ignores, or that a link out of the root leads to: whether
    /// they are still the same cannot be seen from here, as on a machine that only checks.
    pub unseen: Vec<String>,
}

/// Holds the files of a record against those that are there.
pub fn standing(repository: &Repository, subjects: &[Hashed]) -> Standing {
    let folders = subjects.iter().filter_map(|subject| subject.name.strip_suffix('/'));
    let anew = repository.with_ignored(&folders.map(str::to_string).collect());
    let repository = anew.as_ref().unwrap_or(repository);
    let mut standing = Standing::default();
    // A file says more than the folder that it lies in.
    let (folders, files): (Vec<_>, Vec<_>) = subjects.iter().partition(|subject| subject.name.ends_with('/'));
    let known: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    for subject in files.iter().chain(&folders) {
        let file = subject.name.clone();
        if file.ends_with('/') && known.iter().any(|known| known.starts_with(&file)) {
            // Each of its files is held against its own digest; what came since is nobody's.
            let came = came_since(repository, &file, &known).map(|file| Stale::Changed { file });
            standing.stale = standing.stale.or(came);
            continue;
        }
        let now = match sha256(repository, &file) {
            // A pointer names the content that it stands for.
            Err(gap) if gap.why == GapReason::LfsPointer => repository.lfs_sha256(&file).ok_or(gap),
            now => now,
        };
        let stale = match now {
            Ok(sha256) if sha256 == subject.digest.sha256 => continue,
            Ok(_) => Stale::Changed { file },
            Err(_) if subject.annotations != Role::Code && repository.keeps_unseen(&file) => {
                standing.unseen.push(file);
                continue;
            }
            Err(_) => Stale::Gone { file },
        };
        standing.stale.get_or_insert(stale);
    }
    standing
}

/// A file below a folder that no record knows, but for those that `verify` wrote.
fn came_since(repository: &Repository, folder: &str, known: &BTreeSet<&str>) -> Option<String> {
    let is_own = |path: &str| matches!(repository.opened(path), Err(gap) if gap.why == GapReason::OwnReport);
    let mut below = repository.below(folder.trim_end_matches('/')).map(|entry| &entry.path);
    let came = below.find(|path| !literals::is_document(path) && !known.contains(path.as_str()) && !is_own(path));
    came.cloned()
}

/// The digest of a file's content; of a folder (`data/clips/`) that of its files' names and sizes.
fn sha256(repository: &Repository, name: &str) -> Result<String, Gap> {
    if let Some(folder) = name.strip_suffix('/') {
        let line = |entry: &Entry| format!("{} {}\n", entry.path, entry.bytes);
        let files = repository.below(folder);
        let listing: String = files
            .filter(|entry| !literals::is_document(&entry.path))
            .map(line)
            .collect();
        let nothing = || Gap {
            file: name.to_string(),
            why: GapReason::Unreadable,
            detail: "no such folder under the root".to_string(),
        };
        return (!listing.is_empty())
            .then(|| digest(listing.as_bytes()))
            .ok_or_else(nothing);
    }
    let gap = |reason: std::io::Error| Gap {
        file: name.to_string(),
        why: GapReason::Unreadable,
        detail: reason.to_string(),
    };
    let mut opened = match repository.opened_unlisted(name) {
        Some(opened) => opened,
        None => repository.opened(name)?,
    };
    Ok(opened.measured().map_err(gap)?.sha256)
}

/// What can be watched at a path.
enum Watched {
    File,
    Files(Vec<String>),
    /// Too many files to be read each time.
    Listing,
    /// Something is there, or may be, that is not seen.
    Unseen(Gap),
    Nothing,
}

fn watched(repository: &Repository, path: &str) -> Watched {
    if repository.entry(path).is_some() {
        return Watched::File;
    }
    if let Some(gap) = repository.left_out_at(path) {
        return Watched::Unseen(gap);
    }
    let files: Vec<_> = repository.below(path).collect();
    if path.is_empty() || files.is_empty() {
        return Watched::Nothing;
    }
    let bytes: u64 = files.iter().map(|entry| entry.bytes).sum();
    if files.len() > FILES_OF_A_FOLDER || bytes > BYTES_OF_A_FOLDER {
        return Watched::Listing;
    }
    Watched::Files(files.into_iter().map(|entry| entry.path.clone()).collect())
}

fn is_code(file: &str) -> bool {
    ends_in(file, CODE)
}

fn ends_in(file: &str, endings: &[&str]) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file).to_lowercase();
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| endings.contains(&ending))
}

/// What a file that the command names is to the run, by its ending.
fn role(file: &str) -> Role {
    match file {
        _ if ends_in(file, CODE) => Role::Code,
        _ if ends_in(file, WEIGHTS) => Role::Model,
        _ if ends_in(file, IMAGES) => Role::Container,
        _ => Role::Data,
    }
}

/// What a file is to a run whose code names it: the code itself is followed, and what it writes is told by its changing.
fn data_role(file: &str) -> Role {
    match role(file) {
        Role::Code => Role::Data,
        other => other,
    }
}

/// The files whose code runs when one of these is started; nothing where that cannot be told.
fn reached(evidence: &Evidence, started: &BTreeSet<&str>) -> Option<Vec<String>> {
    let mut files: BTreeSet<&str> = BTreeSet::new();
    for launch in &evidence.launches {
        if launch.entry.as_deref().is_some_and(|entry| started.contains(entry)) {
            // The job script or document that has another command of this program is none of this run.
            let own = |file: &&String| **file != launch.place.file || launch.entry.as_ref() == Some(*file);
            files.extend(launch.reach.iter().filter(own).map(String::as_str));
            files.extend(launch.configs.iter().map(String::as_str));
        }
    }
    if files.is_empty() {
        return None;
    }
    let open = evidence.statements.iter().any(|statement| {
        files.contains(statement.place.file.as_str())
            && (statement.looks_up_by_text()
                || matches!(&statement.subject, Subject::Call { callee } if OPEN_ENDS.contains(&callee.as_str())))
    });
    (!open).then(|| files.into_iter().map(str::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_to_a_run() {
        for (file, expected) in [
            ("scripts/evaluate.py", Role::Code),
            ("conf/eval.yaml", Role::Code),
            ("models/whisper/model.safetensors", Role::Model),
            ("models/whisper/pytorch_model.BIN", Role::Model),
            ("images/train.sif", Role::Container),
            ("data/test.csv", Role::Data),
            ("data/safetensors", Role::Data),
            ("models/whisper/vocab.txt", Role::Data),
        ] {
            assert_eq!(role(file), expected, "{file}");
        }
    }
}
