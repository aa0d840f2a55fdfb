//! Whether all options that a program takes are known: its parser is argparse's, made and filled in the repository.
//!
//! Why it can be wrong: a library may add options of its own to a parser (`deepspeed.add_config_arguments(parser)`), or make
//! them of a dataclass. Wherever that may be, the program's options count as not all known.
//!
//! Example: `train.py` calls `ArgumentParser()`, `add_argument("--lr")` and `parse_args()`: it takes no `--warmup`.

use std::collections::BTreeSet;

use super::module::{CallSite, Module};
use crate::evidence::Expr;

/// Libraries that make options by themselves.
const MAKERS: &[&str] = &[
    "HfArgumentParser",
    "TrlParser",
    "H4ArgumentParser",
    "tyro",
    "simple_parsing",
    "draccus",
    "pyrallis",
    "jsonargparse",
    "LightningCLI",
    "chz",
    "omegaconf",
    "hydra",
    "datargs",
    "pydantic_settings",
    "fire",
    "typer",
    "click",
    "defopt",
    "plac",
    "sacred",
    "absl",
    "gin",
    "tap",
    "configargparse",
    "fairseq",
    "detectron2",
    "docopt",
    "cyclopts",
];

/// Whether every option of a program is known, by the files whose code it runs.
pub fn closed(files: &[String], modules: &[Module]) -> bool {
    let mut makes = false;
    let mut parses = false;
    let defined: BTreeSet<&str> = modules
        .iter()
        .flat_map(|module| &module.scopes)
        .map(|scope| scope.name.as_str())
        .collect();
    for module in modules
        .iter()
        .filter(|module| files.binary_search_by(|file| file.as_str().cmp(module.path())).is_ok())
    {
        let made = module.imports.iter().any(|import| {
            let parts = import.module.split('.').chain(import.symbol.as_deref());
            parts.into_iter().any(|part| MAKERS.contains(&part))
        });
        if made {
            return false;
        }
        for call in &module.calls {
            let last = call.resolved.rsplit('.').next().unwrap_or("");
            makes |= call.resolved == "argparse.ArgumentParser";
            parses |= last == "parse_args" || last == "parse_known_args";
            // What adds an option is read where it stands; a call that is left has a name that is computed.
            let computed = last == "add_argument";
            let others = call.keywords.iter().any(|(name, _)| name == "parents");
            if computed || others || (hands_parser(call) && !defined.contains(last)) {
                return false;
            }
        }
    }
    makes && parses
}

/// Whether a parser is handed to what is called, or is asked for by a method that no parser has.
fn hands_parser(call: &CallSite) -> bool {
    call.positional.iter().any(|argument| {
        matches!(&argument.value, Expr::Ref(path) if path.rsplit('.').next().unwrap_or(path).ends_with("parser"))
    })
}
