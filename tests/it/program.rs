//! Running the binary in a scrubbed environment, and small repositories to run it on.
//!
//! Why it can be wrong: colour, width, language or a configuration of the machine that runs the tests would change what
//! is printed. So nothing of the environment is passed on, and the day is given.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The day all tests are held against.
pub(crate) const AS_OF: &str = "2026-01-01";

/// What a run of the binary gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// What the process gave until it ended.
    pub(crate) fn of(output: Output) -> Run {
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("the report is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
        }
    }

    /// The report on standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!(
                "no JSON ({error}), exit {}:\n{}\n{}",
                self.code, self.stdout, self.stderr
            )
        })
    }

    /// The exit code with both streams, for messages.
    pub(crate) fn all(&self) -> String {
        format!(
            "exit {}\n--- stdout\n{}\n--- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{}", self.all());
        self
    }
}

/// Runs `verify` with these arguments in a folder.
pub(crate) fn verify(folder: &Path, args: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary starts");
    Run::of(output)
}

/// Checks a claim file and gives the JSON report's text.
pub(crate) fn check(folder: &Path, claims: &str, more: &[&str]) -> Run {
    let mut args = vec![claims, "--no-live", "--format", "json", "--as-of", AS_OF];
    args.extend(more);
    verify(folder, &args)
}

/// The package's folder.
pub(crate) fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A temporary folder with the files of a small repository.
pub(crate) struct World {
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) fn new(files: &[(&str, &str)]) -> World {
        let world = World {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        for (path, text) in files {
            world.write(path, text);
        }
        world
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder is made");
        fs::write(path, text).expect("the file is written");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.path().join(path).exists()
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `verify ARGS…` in this folder, nothing added.
    pub(crate) fn verify_plain(&self, args: &[&str]) -> Run {
        verify(self.path(), args)
    }

    /// `verify ARGS… --no-live --as-of DAY` in this folder.
    pub(crate) fn verify(&self, args: &[&str]) -> Run {
        let mut all = args.to_vec();
        all.extend(["--no-live", "--as-of", AS_OF]);
        verify(self.path(), &all)
    }
}

/// All files below a folder, relative to it, sorted.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    fn walk(folder: &Path, base: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, base, found);
            } else {
                found.push(path.strip_prefix(base).expect("below its base").to_path_buf());
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}

/// Copies a folder, its files created in the order of their names or in the reverse.
pub(crate) fn copy(from: &Path, to: &Path, reverse: bool) {
    let mut files = files_below(from);
    if reverse {
        files.reverse();
    }
    for file in files {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().expect("a file has a folder")).expect("the folder is made");
        fs::write(&target, fs::read(from.join(&file)).expect("the file is read")).expect("the file is written");
    }
}
