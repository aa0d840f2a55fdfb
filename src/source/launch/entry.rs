//! Which file of the repository a command's path or module means.
//!
//! Why it can be wrong: `python train.py` in a repository with two of that name. A path is looked up where the command
//! runs, beside its script, at the root, and then by its end, which must be unique.
//!
//! Example: `python $ROOT/src/train.py` is `src/train.py`; `python -m pkg.train` is `src/pkg/train.py`.

use std::collections::{BTreeMap, BTreeSet};

use crate::place::joined;

/// The files of the repository.
pub(super) struct Paths<'f> {
    files: BTreeSet<&'f str>,
    /// Files by their last part.
    named: BTreeMap<&'f str, Vec<&'f str>>,
}

impl<'f> Paths<'f> {
    pub(super) fn new(files: &'f [String]) -> Paths<'f> {
        let mut named: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for file in files {
            named.entry(last(file)).or_default().push(file);
        }
        Paths {
            files: files.iter().map(String::as_str).collect(),
            named,
        }
    }

    /// Files that end in these parts.
    fn ending(&self, end: &str) -> impl Iterator<Item = &'f str> {
        let same = self.named.get(last(end)).cloned().unwrap_or_default();
        let end = end.to_string();
        same.into_iter().filter(move |file| {
            file.strip_suffix(end.as_str())
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        })
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// A path as a command has it, run in `directory` by the script `from`.
    pub(super) fn file(&self, written: &str, directory: Option<&str>, from: &str) -> Option<String> {
        let written = written.trim_start_matches("file://");
        if !written.contains(['$', '`']) && !written.starts_with(['/', '~']) {
            let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
            for base in directory.into_iter().chain([folder, ""]) {
                if let Some(path) = joined(base, written).filter(|path| self.has(path)) {
                    return Some(path);
                }
            }
        }
        self.by_end(written)
    }

    /// The one file that ends as the path does; of an absolute path or one behind a variable at least two parts, where
    /// it has as many.
    fn by_end(&self, written: &str) -> Option<String> {
        let all: Vec<&str> = written
            .split('/')
            .filter(|part| !matches!(*part, "" | "." | ".."))
            .collect();
        // Behind the last variable, only literal parts are left.
        let from = all
            .iter()
            .rposition(|part| part.contains(['$', '`', '~']))
            .map_or(0, |at| at + 1);
        let parts = &all[from..];
        if parts.is_empty() {
            return None;
        }
        let foreign = written.starts_with(['/', '~']);
        let relative = !foreign && from == 0;
        for skip in 0..parts.len() {
            let left = parts.len() - skip;
            if (skip > 0 && relative) || (left < 2 && (skip > 0 || foreign)) {
                break;
            }
            let end = parts[skip..].join("/");
            if self.has(&end) {
                return Some(end);
            }
            let mut found = self.ending(&end);
            if let Some(only) = found.next() {
                return found.next().is_none().then(|| only.to_string());
            }
        }
        None
    }

    /// A module: `pkg.mod` is `pkg/mod.py` or `pkg/mod/__main__.py`, at the root, under `src`, where the command runs,
    /// or by its end.
    pub(super) fn module(&self, module: &str, directory: Option<&str>, from: &str) -> Option<String> {
        let path = module.replace('.', "/");
        if path.is_empty() || path.contains(['$', '`']) {
            return None;
        }
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        for end in [format!("{path}.py"), format!("{path}/__main__.py")] {
            for base in directory.into_iter().chain(["", "src", folder]) {
                if let Some(found) = joined(base, &end).filter(|path| self.has(path)) {
                    return Some(found);
                }
            }
        }
        if !module.contains('.') {
            return None;
        }
        [format!("{path}.py"), format!("{path}/__main__.py")]
            .iter()
            .find_map(|end| {
                let mut found = self.ending(end);
                let only = found.next()?;
                found.next().is_none().then(|| only.to_string())
            })
    }

    /// A file under a folder of that name: Hydra's `model=big` is `conf/model/big.yaml`.
    pub(super) fn group(&self, group: &str, option: &str) -> Option<String> {
        let ends = [format!("{group}/{option}.yaml"), format!("{group}/{option}.yml")];
        let mut found = ends.iter().flat_map(|end| self.ending(end));
        let only = found.next()?;
        found.next().is_none().then(|| only.to_string())
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_where_the_command_runs() {
        let files: Vec<String> = [
            "train.py",
            "scripts/run.sh",
            "scripts/eval.py",
            "src/pkg/train.py",
            "src/pkg/tool/__main__.py",
            "a/x.py",
            "b/x.py",
            "conf/model/big.yaml",
        ]
        .map(String::from)
        .to_vec();
        let paths = Paths::new(&files);
        let from = "scripts/run.sh";
        let cases = [
            ("train.py", None, Some("train.py")),
            ("./train.py", None, Some("train.py")),
            ("eval.py", None, Some("scripts/eval.py")),
            ("../train.py", None, Some("train.py")),
            ("x.py", Some("a"), Some("a/x.py")),
            ("x.py", None, None),
            ("$ROOT/src/pkg/train.py", None, Some("src/pkg/train.py")),
            ("$ROOT/train.py", None, Some("train.py")),
            ("/home/me/repo/src/pkg/train.py", None, Some("src/pkg/train.py")),
            ("/opt/tool/train.py", None, None),
            ("pkg/train.py", None, Some("src/pkg/train.py")),
            ("nowhere.py", None, None),
            ("other/eval.py", None, None),
            ("$SCRIPT", None, None),
            ("", None, None),
        ];
        for (written, directory, expected) in cases {
            assert_eq!(paths.file(written, directory, from).as_deref(), expected, "{written}");
        }
        let modules = [
            ("pkg.train", Some("src/pkg/train.py")),
            ("pkg.tool", Some("src/pkg/tool/__main__.py")),
            ("train", Some("train.py")),
            ("scripts.eval", Some("scripts/eval.py")),
            ("torch.distributed.run", None),
        ];
        for (module, expected) in modules {
            assert_eq!(paths.module(module, None, from).as_deref(), expected, "{module}");
        }
        assert_eq!(paths.group("model", "big").as_deref(), Some("conf/model/big.yaml"));
        assert_eq!(paths.group("odel", "big"), None);
    }
}
