//! `verify probe`: what this machine is, as a dated reading for claims about it.
//!
//! Why it can be wrong: a reading that replaces an older one takes away the evidence that claims rest on. So a file that is
//! there stays unless `--force` is given. What could not be read is said in the reading, and is no failure of the command:
//! a node without a card is a finding as well.
//!
//! Example: `verify probe --output evidence/node17.json`, inside the job that runs the experiments.

use super::{Done, Failure, Terminal};
use crate::cli::Probe;
use crate::evidence::{PROBED, Probed, Tool};
use crate::exit::Exit;
use crate::live::{host, nvml};
use crate::report::{Options, answers};
use crate::source::installed;
use crate::write;

/// `verify probe`.
pub(super) fn probe(arguments: &Probe, terminal: Terminal) -> Result<Done, Failure> {
    if let Some(output) = &arguments.output
        && write::exists(output)
        && !arguments.force
    {
        return Err(usage(format!(
            "`{}` is there already, and claims may rest on it\n\nhelp: name another file with --output, or replace it with --force",
            output.display()
        )));
    }
    let missing = |path: &std::path::PathBuf, what: &str| {
        (!write::exists(path)).then(|| usage(format!("{what}: there is no `{}`", path.display())))
    };
    if let Some(failure) = arguments.nvml.iter().find_map(|path| missing(path, "--nvml")) {
        return Err(failure);
    }
    if let Some(failure) = arguments.python.iter().find_map(|path| missing(path, "--python")) {
        return Err(failure);
    }
    let gpus = nvml::cards(arguments.nvml.as_deref());
    let probed = Probed {
        tool: Tool::default(),
        schema: PROBED,
        version: env!("CARGO_PKG_VERSION").to_string(),
        time: host::now(),
        host: host::name(),
        stand_in: nvml::is_stand_in(&gpus),
        gpus,
        host_system: host::host(),
        container: host::container(),
        slurm: host::allocation(),
        python: arguments
            .python
            .iter()
            .map(|prefix| installed::environment(prefix))
            .collect(),
        sha256: String::new(),
    }
    .sealed()
    .map_err(anyhow::Error::from)?;
    let Some(output) = &arguments.output else {
        let options = Options {
            width: terminal.width,
            color: terminal.color,
            ..Options::default()
        };
        return Ok(Done {
            output: answers::probe(&probed, &options),
            exit: Exit::Fine,
        });
    };
    let text = probed.text().map_err(anyhow::Error::from)?;
    write::new_folder_and_file(output, text.as_bytes())?;
    Ok(Done {
        output: format!("{}: {}\n", output.display(), answers::probe_in_short(&probed)),
        exit: Exit::Fine,
    })
}

fn usage(problem: String) -> Failure {
    Failure::Usage(vec![problem])
}
