//! The files with settings that a command names: by flag, by a launcher's option, by Hydra's groups, by position.
//!
//! Why it can be wrong: a file that is named but not loaded gives the run values it never had. So a flag with a data
//! file's ending counts only where its name speaks of settings, and every file has to be one of the repository.
//!
//! Example: `train.py --config configs/base.yaml optimizer=adamw` loads `configs/base.yaml` and, where it is there,
//! `conf/optimizer/adamw.yaml`.

use std::collections::BTreeSet;

use super::Binder;
use super::flags::{self, Flag};
use super::options::At;
use super::strip::Stripped;
use crate::evidence::Expr;
use crate::source::{Command, Word};

/// Parts of a flag's name that speak of settings.
const SPEAKS: &str = "config cfg conf hparams params settings deepspeed args yaml recipe";

impl Binder<'_> {
    /// Files with settings that the command names.
    pub(super) fn configs(
        &self,
        command: &Command,
        script: &str,
        stripped: &Stripped,
        read: &[Flag],
        at: &At<'_>,
        configs: &mut BTreeSet<String>,
    ) {
        let reads_files = self.options.reads_files(at.reach);
        let directory = command.directory.as_deref();
        let find = |text: &str| self.paths.file(text, directory, script);
        for &at in &stripped.configs {
            let text = command.words[at].text.as_str();
            configs.extend(find(
                text.split_once('=')
                    .filter(|_| text.starts_with('-'))
                    .map_or(text, |(_, path)| path),
            ));
        }
        let mut hydra: Option<(Option<String>, String)> = None;
        for flag in read {
            let known = known_texts(&flag.value, &command.words[flag.words.0..=flag.words.1], flag);
            // `-c` says what its option is called.
            let named = self.options.named(&flag.written, at).unwrap_or(&flag.name);
            let speaks = speaks_of_settings(named);
            for text in &known {
                // `vit.py:b16,cifar10` hands what stands behind the colon to the file's `get_config`.
                let text = match text.split_once(".py:") {
                    Some((file, _)) if speaks => &format!("{file}.py"),
                    _ => text,
                };
                if holds_settings(named, text) {
                    configs.extend(find(text));
                }
                match flag.name.as_str() {
                    "config-name" | "config_name" | "cn" if !flag.assigns => {
                        hydra.get_or_insert((None, String::new())).1 = text.clone();
                    }
                    "config-path" | "config_path" | "cp" if !flag.assigns => {
                        hydra.get_or_insert((None, String::new())).0 = Some(text.clone());
                    }
                    _ => {}
                }
                if flag.assigns && !text.contains(['$', '/', '.']) {
                    let group: Vec<&str> = flag
                        .owner
                        .iter()
                        .map(String::as_str)
                        .chain([flag.name.as_str()])
                        .collect();
                    configs.extend(self.paths.group(&group.join("/"), text));
                }
            }
        }
        if let Some((folder, name)) = hydra.filter(|(_, name)| !name.is_empty()) {
            let name = if has_ending(&name, &[".yaml", ".yml"]) {
                name
            } else {
                format!("{name}.yaml")
            };
            let path = folder
                .as_ref()
                .map_or(name.clone(), |folder| format!("{folder}/{name}"));
            configs.extend(find(&path).or_else(|| find(&name)));
        }
        for at in flags::positionals(&command.words, stripped.arguments, read) {
            let text = command.words[at].text.as_str();
            let named = reads_files || text.contains("config") || text.contains("cfg");
            if has_ending(text, &[".yaml", ".yml", ".toml", ".gin"]) || (named && has_ending(text, &[".py", ".json"])) {
                configs.extend(find(text));
            }
        }
    }
}

/// Whether the file that a flag names holds settings, by its ending and the flag's name.
pub(super) fn holds_settings(flag: &str, text: &str) -> bool {
    has_ending(
        text,
        &[".yaml", ".yml", ".toml", ".gin", ".ini", ".cfg", ".jsonnet", ".conf"],
    ) || (speaks_of_settings(flag) && has_ending(text, &[".json", ".py", ".txt"]))
}

fn speaks_of_settings(flag: &str) -> bool {
    let flag = flag.to_ascii_lowercase();
    SPEAKS.split_ascii_whitespace().any(|word| flag.contains(word))
}

/// The texts of a flag's value that are known.
fn known_texts(value: &Expr, words: &[Word], flag: &Flag) -> Vec<String> {
    match value {
        Expr::Value(value) => vec![value.to_string()],
        Expr::List(items) => items
            .iter()
            .filter_map(Expr::literal)
            .map(ToString::to_string)
            .collect(),
        Expr::Ref(_) | Expr::Opaque(_) => {
            let Some(word) = words.last() else { return Vec::new() };
            let text = match word.text.split_once('=').filter(|_| flag.words.0 == flag.words.1) {
                Some((_, behind)) => behind,
                None => word.text.as_str(),
            };
            vec![text.to_string()]
        }
        _ => Vec::new(),
    }
}

fn has_ending(text: &str, endings: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    endings.iter().any(|ending| text.ends_with(ending))
}
