//! Paths that a command names: its program, its script or module, its data, each relative to the root.
//!
//! Why it can be wrong: a folder for results is no input, and an option without a value may stand before a file that is
//! read. So a word behind an option whose name says that something is written there is left out, unless it is a file that is there.
//!
//! Example: `python evaluate.py --manifest=data/test.csv --output-dir runs/a` names `evaluate.py` and `data/test.csv`.

use std::collections::BTreeSet;

use crate::evidence::{CommandLine, Gap, GapReason};
use crate::place::joined;
use crate::source::file::Repository;

/// Paths below the root, whether something is there or not; and those elsewhere on the machine.
pub(super) fn paths(repository: &Repository, command: &CommandLine) -> (BTreeSet<String>, Vec<Gap>) {
    let (mut paths, mut elsewhere) = (BTreeSet::new(), Vec::new());
    let is_file = |path: &String| repository.entry(path).is_some();
    // The program itself may lie anywhere: `/usr/bin/python3`.
    let own = command.arguments.first().filter(|program| !program.starts_with('/'));
    let mut words = own.into_iter().chain(command.arguments.iter().skip(1)).peekable();
    let mut written = false;
    while let Some(word) = words.next() {
        let (option, value) = word.split_once('=').unwrap_or((word, ""));
        let is_there = below(repository, &command.directory, word)
            .as_ref()
            .is_some_and(is_file);
        if std::mem::take(&mut written) && !option.starts_with('-') && !is_there {
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
            let files = [format!("{path}.py"), format!("{path}/__main__.py")];
            let files = files.iter().filter_map(|file| joined(&command.directory, file));
            paths.extend(files.filter(is_file));
        }
        // `--data=data/test.csv`, `data.path=data/test.csv`.
        for part in [Some(word.as_str()), word.split_once('=').map(|(_, value)| value)]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty() && !part.starts_with('-'))
        {
            match below(repository, &command.directory, part) {
                Some(path) => {
                    paths.insert(path);
                }
                None => elsewhere.push(Gap {
                    file: part.to_string(),
                    why: GapReason::OutsideRoot,
                    detail: "it lies outside of the root".to_string(),
                }),
            }
        }
    }
    paths.remove("");
    (paths, elsewhere)
}

/// A path of the command below the root.
fn below(repository: &Repository, directory: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        repository.relative(path)
    } else {
        joined(directory, path)
    }
}

/// Whether an option names where results go: `--output_dir`, `--save-path`, `-o`.
pub(super) fn is_output(option: &str) -> bool {
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
}
