//! The machine itself: processor, memory, kernel, the container and the Slurm job that the program runs in.
//!
//! Why it can be wrong: inside a container the host's memory and processors may not be the job's to use, and a variable
//! of Slurm's may come from a shell that was started in another job. So the container is said with the sign that shows it,
//! and the allocation as Slurm's own variables have it, unread. No user, account or address is kept.
//!
//! Example: 16 threads, 64 GiB, kernel `5.15.0`, inside `apptainer` (`APPTAINER_CONTAINER`), job 4711 on partition `gpu`.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

use crate::evidence::{Allocation, Container, Host};

/// Variables of an allocation that say what a job was given.
const ALLOCATED: &[&str] = &[
    "SLURM_CLUSTER_NAME",
    "SLURM_JOB_NAME",
    "SLURM_JOB_PARTITION",
    "SLURM_JOB_NUM_NODES",
    "SLURM_JOB_NODELIST",
    "SLURMD_NODENAME",
    "SLURM_ARRAY_JOB_ID",
    "SLURM_ARRAY_TASK_ID",
    "SLURM_NTASKS",
    "SLURM_CPUS_PER_TASK",
    "SLURM_CPUS_ON_NODE",
    "SLURM_MEM_PER_NODE",
    "SLURM_MEM_PER_CPU",
    "SLURM_MEM_PER_GPU",
    "SLURM_GPUS",
    "SLURM_GPUS_ON_NODE",
    "SLURM_GPUS_PER_NODE",
    "SLURM_JOB_GPUS",
    "SLURM_STEP_GPUS",
    "CUDA_VISIBLE_DEVICES",
];

/// The time in UTC to the second, as RFC 3339 has it.
pub fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// The machine's name.
pub fn name() -> String {
    System::host_name().ok().unwrap_or_else(|| "unknown".to_string())
}

/// Processor, memory and system.
pub fn host() -> Host {
    let what = RefreshKind::nothing()
        .with_cpu(CpuRefreshKind::nothing())
        .with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(what).ok();
    let cpus = system.as_ref().map(System::cpus).unwrap_or_default();
    Host {
        processor: cpus
            .first()
            .map(|cpu| cpu.brand().trim().to_string())
            .filter(|brand| !brand.is_empty()),
        threads: u64::try_from(crate::source::cores()).unwrap_or(0),
        cores: System::physical_core_count()
            .ok()
            .and_then(|cores| u64::try_from(cores).ok()),
        memory_bytes: system.as_ref().map_or(0, System::total_memory),
        kernel: System::kernel_version().ok(),
        system: System::long_os_version().ok(),
    }
}

/// The container around the program, where something shows one.
pub fn container() -> Option<Container> {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    container_by(&variable, &|path| fs::read_to_string(path).ok(), &|path| {
        Path::new(path).exists()
    })
}

fn container_by(
    variable: &dyn Fn(&str) -> Option<String>,
    text: &dyn Fn(&str) -> Option<String>,
    is_there: &dyn Fn(&str) -> bool,
) -> Option<Container> {
    let found = |kind: &str, sign: &str, image: Option<String>| {
        Some(Container {
            kind: kind.to_string(),
            sign: sign.to_string(),
            image,
        })
    };
    for sign in ["APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"] {
        if let Some(image) = variable(sign) {
            let file = image.rsplit('/').next().map(str::to_string);
            return found("apptainer", sign, file);
        }
    }
    if is_there("/.singularity.d") {
        return found("apptainer", "/.singularity.d", None);
    }
    if let Some(text) = text("/run/.containerenv") {
        let image = text.lines().find_map(|line| line.strip_prefix("image="));
        let image = image.map(|image| image.trim_matches('"').to_string());
        return found("podman", "/run/.containerenv", image);
    }
    if is_there("/.dockerenv") {
        return found("docker", "/.dockerenv", None);
    }
    if variable("KUBERNETES_SERVICE_HOST").is_some() {
        return found("kubernetes", "KUBERNETES_SERVICE_HOST", None);
    }
    None
}

/// The Slurm job that the program runs in.
pub fn allocation() -> Option<Allocation> {
    allocation_by(&|name| env::var(name).ok())
}

fn allocation_by(variable: &dyn Fn(&str) -> Option<String>) -> Option<Allocation> {
    let job = variable("SLURM_JOB_ID").filter(|job| !job.is_empty())?;
    let variables: BTreeMap<String, String> = ALLOCATED
        .iter()
        .filter_map(|name| Some(((*name).to_string(), variable(name)?)))
        .collect();
    Some(Allocation { job, variables })
}

/// Whether this is a machine from which jobs are submitted: Slurm's `sbatch` is here, and no job is around us.
pub fn is_login_node() -> bool {
    allocation().is_none() && env::var_os("PATH").is_some_and(|path| has_slurm(&path))
}

fn has_slurm(path: &OsStr) -> bool {
    env::split_paths(path).any(|folder| folder.join("sbatch").is_file())
}

/// The user's cache for this program, and how it is written for people; none where the environment says nothing of it
/// (XDG Base Directory Specification: a relative path does not count).
pub fn cache() -> Option<(PathBuf, String)> {
    cache_by(&|name| env::var(name).ok())
}

fn cache_by(variable: &dyn Fn(&str) -> Option<String>) -> Option<(PathBuf, String)> {
    const NAME: &str = "verify-claims";
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    if let Some(folder) = folder("XDG_CACHE_HOME") {
        return Some((folder.join(NAME), format!("$XDG_CACHE_HOME/{NAME}")));
    }
    let home = folder("HOME")?;
    Some((home.join(".cache").join(NAME), format!("~/.cache/{NAME}")))
}

/// The folder that we were started in.
///
/// # Errors
/// Where it is gone.
pub fn folder() -> std::io::Result<PathBuf> {
    env::current_dir()
}

/// The program that we are.
///
/// # Errors
/// Where the system does not say.
pub fn program() -> std::io::Result<PathBuf> {
    env::current_exe()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_by_their_signs() {
        type Row<'r> = (
            &'r [(&'r str, &'r str)],
            &'r [(&'r str, &'r str)],
            Option<(&'r str, Option<&'r str>)>,
        );
        let rows: &[Row<'_>] = &[
            (&[], &[], None),
            (&[], &[("/.dockerenv", "")], Some(("docker", None))),
            (
                &[("SINGULARITY_CONTAINER", "/home/ann/images/train.sif")],
                &[("/.dockerenv", "")],
                Some(("apptainer", Some("train.sif"))),
            ),
            (
                &[],
                &[("/run/.containerenv", "engine=\"podman-4.9\"\nimage=\"docker.io/x:1\"\n")],
                Some(("podman", Some("docker.io/x:1"))),
            ),
            (
                &[("KUBERNETES_SERVICE_HOST", "10.0.0.1")],
                &[],
                Some(("kubernetes", None)),
            ),
        ];
        let get = |from: &[(&str, &str)], name: &str| {
            from.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_string())
        };
        for (variables, files, wanted) in rows {
            let found = container_by(&|name| get(variables, name), &|path| get(files, path), &|path| {
                get(files, path).is_some()
            });
            let found = found
                .as_ref()
                .map(|found| (found.kind.as_str(), found.image.as_deref()));
            assert_eq!(found, *wanted);
        }
    }

    #[test]
    fn an_allocation_keeps_what_the_job_was_given_and_nobody() {
        let get = |name: &str| match name {
            "SLURM_JOB_ID" => Some("4711".to_string()),
            "SLURM_JOB_PARTITION" => Some("gpu".to_string()),
            "SLURM_JOB_USER" => Some("ann".to_string()),
            _ => None,
        };
        let found = allocation_by(&get).unwrap();
        assert_eq!(found.job, "4711");
        assert_eq!(found.variables.len(), 1);
        assert_eq!(allocation_by(&|_| None), None);
    }

    #[test]
    fn records_are_kept_in_the_users_cache() {
        type Row<'r> = (&'r [(&'r str, &'r str)], Option<(&'r str, &'r str)>);
        let cases: &[Row<'_>] = &[
            (&[], None),
            (
                &[("HOME", "/home/ann")],
                Some(("/home/ann/.cache/verify-claims", "~/.cache/verify-claims")),
            ),
            (
                &[("HOME", "/home/ann"), ("XDG_CACHE_HOME", "/scratch/c")],
                Some(("/scratch/c/verify-claims", "$XDG_CACHE_HOME/verify-claims")),
            ),
            // A relative path does not count.
            (
                &[("HOME", "/home/ann"), ("XDG_CACHE_HOME", "c")],
                Some(("/home/ann/.cache/verify-claims", "~/.cache/verify-claims")),
            ),
            (&[("HOME", "")], None),
        ];
        for (variables, expected) in cases {
            let get = |name: &str| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_string())
            };
            let found = cache_by(&get);
            let found = found
                .as_ref()
                .map(|(path, shown)| (path.to_str().unwrap(), shown.as_str()));
            assert_eq!(found, *expected, "{variables:?}");
        }
    }

    #[test]
    fn slurm_is_where_its_sbatch_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = env::join_paths([Path::new("/nowhere"), folder.path()]).unwrap();
        assert!(!has_slurm(&path));
        fs::write(folder.path().join("sbatch"), "").unwrap();
        assert!(has_slurm(&path));
    }

    #[test]
    fn this_machine_has_memory_and_a_kernel() {
        let host = host();
        assert!(host.memory_bytes > 0 && host.threads > 0);
        assert!(now().ends_with('Z'));
    }
}
