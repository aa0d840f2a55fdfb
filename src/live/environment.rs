//! The environment variables that a timed command gets: those that its declaration names, and those without which
//! programs do not find themselves, their libraries, their cards or their job.
//!
//! Nothing else is passed on. What an author's shell holds (keys, tokens, `PYTHONPATH`) is neither the paper's nor the
//! run's, and a run that depends on it should say so: `environment = ["HF_HOME"]`. A record holds names only, and of
//! these the declared ones.
//!
//! Why it can be wrong: a program that needs another variable fails, or finds another model, where the author's own call
//! did not; its output then says so, and the remedy is to name it. What is passed on by a prefix may hold a secret
//! (`SLURM_JWT`), so a name that sounds like one is passed on only where it is declared.
//!
//! Example: `PATH`, `HOME` and `SLURM_JOB_ID` are passed on, `HF_TOKEN`, `SLURM_JWT` and `AWS_SECRET_ACCESS_KEY` are not.

use crate::evidence::CommandLine;

/// Names that programs need.
const NEEDED: &[&str] = &[
    // To be found, and to find their user, libraries and words.
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "LD_LIBRARY_PATH",
    // The Python that is active.
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
    "PYENV_ROOT",
    "PYENV_VERSION",
    // Which cards it may see, and how many threads it takes.
    "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_ORDER",
    "CUDA_HOME",
    "NVIDIA_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
];

/// Beginnings of such names: of the language, and of the job it runs in.
const FAMILIES: &[&str] = &["LC_", "SLURM_"];

/// Parts of names that sound like a secret.
const SECRET: &[&str] = &["TOKEN", "SECRET", "PASSW", "KEY", "CREDENTIAL", "AUTH", "JWT", "COOKIE"];

/// The command with the names of all that it gets of `present`, the names of our own environment.
pub(super) fn with_needed(line: &CommandLine, present: impl IntoIterator<Item = String>) -> CommandLine {
    let needed = present.into_iter().filter(|name| is_needed(name));
    let mut environment: Vec<String> = line.environment.iter().cloned().chain(needed).collect();
    environment.sort();
    environment.dedup();
    CommandLine {
        environment,
        ..line.clone()
    }
}

/// Names of our own environment that are text.
pub(super) fn present() -> impl Iterator<Item = String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())
}

fn is_needed(name: &str) -> bool {
    let of_a_family = FAMILIES.iter().any(|family| name.starts_with(family));
    let is_secret = SECRET.iter().any(|part| name.to_uppercase().contains(part));
    NEEDED.contains(&name) || of_a_family && !is_secret
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_passed_on_only_where_they_are_named() {
        let present = [
            "PATH",
            "HOME",
            "LC_ALL",
            "SLURM_JOB_ID",
            "CUDA_VISIBLE_DEVICES",
            // None of these.
            "AWS_SECRET_ACCESS_KEY",
            "HF_TOKEN",
            "SLURM_JWT",
            "SLURM_AUTH_TYPE",
            "PYTHONPATH",
            "SSH_AUTH_SOCK",
            "PATHS",
            "XLC_ALL",
        ];
        let named = |names: &[&str]| {
            let line = CommandLine {
                arguments: vec!["true".to_string()],
                directory: ".".to_string(),
                environment: names.iter().map(ToString::to_string).collect(),
            };
            with_needed(&line, present.iter().map(ToString::to_string)).environment
        };
        let needed = ["CUDA_VISIBLE_DEVICES", "HOME", "LC_ALL", "PATH", "SLURM_JOB_ID"];
        assert_eq!(named(&[]), needed);
        let with = [
            "CUDA_VISIBLE_DEVICES",
            "HF_TOKEN",
            "HOME",
            "LC_ALL",
            "PATH",
            "SLURM_JOB_ID",
        ];
        assert_eq!(named(&["HF_TOKEN", "PATH"]), with);
    }
}
