//! What a timed run is made with: the files of its command, each by its digest, so that its record can tell whether they
//! are still what they were.
//!
//! The program that the command starts is followed as launches are: its file and all whose code it reaches. Where that is
//! not known (no Python of the repository, modules looked up by name, other programs started), all code and configuration
//! of the repository counts. Files and folders that the command names are its data.
//!
//! Why it can be wrong: a file that the run reads and nobody names here may change without making the record stale. So
//! what is not understood widens the list; only data whose path stands in the code alone is missed, and a run that reads
//! such data should be given it on its command line.
//!
//! Example: `python scripts/evaluate.py --manifest data/test.csv` has `scripts/evaluate.py`, `audio/container.py`, which
//! it imports, and `data/test.csv`.

use std::collections::{BTreeMap, BTreeSet};

use super::file::Repository;
use crate::evidence::{Ask, CommandLine, Digests, Evidence, Gap, GapReason, Hashed, Role, Stale, Subject};
use crate::place::joined;

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

/// The files of a command, by evidence that was gathered with [`asks`].
pub fn of_command(repository: &Repository, evidence: &Evidence, command: &CommandLine) -> Subjects {
    let mut roles: BTreeMap<String, Role> = BTreeMap::new();
    let mut gaps = Vec::new();
    let named = named(repository, command, &mut gaps);
    let code = named.iter().filter(|file| is_code(file));
    let reached = reached(evidence, &code.map(String::as_str).collect());
    let followed = reached.is_some();
    let all = || {
        let own = repository.entries().iter();
        own.filter(|entry| !entry.ignored && entry.vendored.is_none() && is_code(&entry.path))
            .map(|entry| entry.path.clone())
            .collect()
    };
    for file in reached.unwrap_or_else(all) {
        roles.insert(file, Role::Code);
    }
    for file in named {
        let role = role(&file);
        roles.entry(file).or_insert(role);
    }
    let mut hashed = Vec::new();
    for (file, role) in roles {
        match repository.opened(&file) {
            Ok(mut opened) => match opened.measured() {
                Ok(measured) => hashed.push(Hashed {
                    name: file,
                    digest: Digests {
                        sha256: measured.sha256,
                    },
                    annotations: role,
                }),
                Err(error) => gaps.push(Gap {
                    file,
                    why: GapReason::Unreadable,
                    detail: error.to_string(),
                }),
            },
            // What `verify` wrote and claim files are not run.
            Err(gap) if gap.why == GapReason::OwnReport => {}
            Err(gap) => gaps.push(gap),
        }
    }
    Subjects { hashed, gaps, followed }
}

/// The first of these files that is another one now, or is gone.
pub fn stale(repository: &Repository, subjects: &[Hashed]) -> Option<Stale> {
    subjects.iter().find_map(|subject| {
        let file = subject.name.clone();
        let Ok(mut opened) = repository.opened(&file) else {
            return Some(Stale::Gone { file });
        };
        match opened.measured() {
            Ok(measured) if measured.sha256 == subject.digest.sha256 => None,
            Ok(_) => Some(Stale::Changed { file }),
            Err(_) => Some(Stale::Gone { file }),
        }
    })
}

/// Files of the repository that the command names, and those in folders that it names.
fn named(repository: &Repository, command: &CommandLine, gaps: &mut Vec<Gap>) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    // The program itself may lie anywhere: `/usr/bin/python3`.
    let own = command.arguments.first().filter(|program| !program.starts_with('/'));
    let mut words = own.into_iter().chain(command.arguments.iter().skip(1)).peekable();
    let mut written = false;
    while let Some(word) = words.next() {
        // A folder for results is not what was run. An option without a value may stand before a file that is read.
        let (option, value) = word.split_once('=').unwrap_or((word, ""));
        let is_file =
            |word: &str| below(&command.directory, word).is_some_and(|path| repository.entry(&path).is_some());
        if std::mem::take(&mut written) && !option.starts_with('-') && !is_file(word) {
            continue;
        }
        if option.starts_with('-') && is_output(option) {
            written = value.is_empty();
            continue;
        }
        if word == "-m"
            && let Some(module) = words.peek()
        {
            let path = module.replace('.', "/");
            for file in [format!("{path}.py"), format!("{path}/__main__.py")] {
                files.extend(below(&command.directory, &file).filter(|file| repository.entry(file).is_some()));
            }
        }
        // `--data=data/test.csv`, `data.path=data/test.csv`.
        for part in [Some(word.as_str()), word.split_once('=').map(|(_, value)| value)]
            .into_iter()
            .flatten()
        {
            if part.is_empty() || part.starts_with('-') {
                continue;
            }
            match below(&command.directory, part) {
                Some(path) if repository.entry(&path).is_some() => {
                    files.insert(path);
                }
                Some(path) if !path.is_empty() => {
                    let folder = format!("{}/", path.trim_end_matches('/'));
                    let inside = repository
                        .entries()
                        .iter()
                        .filter(|entry| entry.path.starts_with(&folder));
                    files.extend(inside.map(|entry| entry.path.clone()));
                }
                Some(_) => {}
                None => gaps.push(Gap {
                    file: part.to_string(),
                    why: GapReason::OutsideRoot,
                    detail: "the run may read it, and whether it changes is not seen".to_string(),
                }),
            }
        }
    }
    files
}

/// Whether an option names where results go: `--output_dir`, `--save-path`, `-o`.
fn is_output(option: &str) -> bool {
    const WORDS: &[&str] = &[
        "o",
        "out",
        "output",
        "outputs",
        "outdir",
        "save",
        "log",
        "logs",
        "logdir",
        "logging",
        "dest",
        "destination",
    ];
    let words = option.trim_start_matches('-').split(['-', '_', '.']);
    words
        .into_iter()
        .any(|word| WORDS.contains(&word.to_lowercase().as_str()))
}

/// A path of the command below the root.
fn below(directory: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        None
    } else {
        joined(directory, path)
    }
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
    fn results_are_no_input() {
        for (option, expected) in [
            ("--output_dir", true),
            ("--save-path", true),
            ("-o", true),
            ("--trainer.log_dir", true),
            ("--manifest", false),
            ("--audio_root", false),
            ("--layout", false),
            ("--model", false),
        ] {
            assert_eq!(is_output(option), expected, "{option}");
        }
    }

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
