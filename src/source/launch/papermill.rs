//! Notebooks that papermill runs: `papermill in.ipynb out.ipynb -p lr 0.1 -y "{epochs: 3}" -f params.yaml`.
//!
//! What is passed is put behind the cell that is tagged `parameters`, and so replaces what that cell sets; without such a
//! cell it is put before the first one, and what the notebook sets itself replaces it.
//!
//! Why it can be wrong: the value that stands in the tagged cell is read by everyone and used by no such run. What the
//! cell computes from it, however, was computed before: of that nothing is known here. Papermill has an order of its own
//! (`-b`, `-f`, `-y`, `-p`, `-r`), whatever the order on the command line.
//!
//! Example: with `lr = 1e-3` in the tagged cell, `papermill train.ipynb out.ipynb -p lr 0.1` trains with 0.1.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Binder;
use super::flags::{self, Flag};
use super::strip::Program;
use crate::evidence::{Dead, Expr, Form, LaunchId, LinkKind, StatementId, Subject};
use crate::quantity::Value;
use crate::source::config::{Kind, yaml_tree};
use crate::source::{Command, Word};

/// Options of papermill that take one word.
const VALUED: &str = "-b --parameters_base64 -f --parameters_file -y --parameters_yaml -k --kernel -l --language \
    --engine --cwd --log-level --start-timeout --start_timeout --execution-timeout --autosave-cell-every \
    --stdout-file --stderr-file --progress-description";
/// For each notebook with a cell tagged `parameters`: the bytes of that cell in the text that is read.
pub type Cells = BTreeMap<String, Range<usize>>;

/// What a command hands to its notebook.
#[derive(Debug, Default)]
pub(super) struct Handed {
    /// Parameters, the later ones counting.
    pub(super) flags: Vec<Flag>,
    /// Words that name files with parameters.
    files: Vec<usize>,
    /// Words that may hold any parameter.
    open: Vec<usize>,
}

/// The word that names the notebook: the first that belongs to no option. Nothing where no notebook is run.
pub(super) fn notebook(words: &[Word], from: usize) -> Option<usize> {
    let mut at = from;
    let mut found = None;
    while let Some(word) = words.get(at) {
        match word.text.as_str() {
            "--prepare-only" => return None,
            "-p" | "--parameters" | "-r" | "--parameters_raw" => at += 3,
            text if text.starts_with('-') && text.len() > 1 => at += 1 + usize::from(takes_word(text)),
            _ => {
                found = found.or(Some(at));
                at += 1;
            }
        }
    }
    found
}

/// What such a command starts: its options stand before, between and behind the notebooks.
pub(super) fn program(words: &[Word], from: usize) -> Option<Program> {
    let notebook = words.get(notebook(words, from)?)?.text.clone();
    notebook.ends_with(".ipynb").then_some(Program::Notebook(notebook))
}

fn takes_word(option: &str) -> bool {
    VALUED.split_ascii_whitespace().any(|known| known == option)
}

/// The parameters of a command, the weakest first.
pub(super) fn read(words: &[Word], from: usize) -> Handed {
    let mut handed = Handed::default();
    let (mut inline, mut typed, mut raw) = (Vec::new(), Vec::new(), Vec::new());
    let mut at = from;
    while let Some(word) = words.get(at) {
        let (option, joined) = match word.text.split_once('=') {
            Some((option, _)) if option.starts_with("--") => (option, true),
            _ => (word.text.as_str(), false),
        };
        let value = if joined { at } else { at + 1 };
        match option {
            "-p" | "--parameters" | "-r" | "--parameters_raw" => {
                let is_raw = matches!(option, "-r" | "--parameters_raw");
                if let (Some(name), Some(given)) = (words.get(at + 1), words.get(at + 2)) {
                    let value = match &given.value {
                        Expr::Value(_) if is_raw => Expr::Value(Value::Text(given.text.clone())),
                        known => known.clone(),
                    };
                    let list = if is_raw { &mut raw } else { &mut typed };
                    list.push(parameter(&name.text, value, (at, at + 2)));
                }
                at += 3;
                continue;
            }
            "-y" | "--parameters_yaml" => match words.get(value).map(|word| of_yaml(word, joined, (at, value))) {
                Some(Some(found)) => inline.extend(found),
                Some(None) => handed.open.push(value),
                None => {}
            },
            "-b" | "--parameters_base64" if value < words.len() => handed.open.push(value),
            "-f" | "--parameters_file" if value < words.len() => handed.files.push(value),
            // A variable of which nothing is known may hold any option.
            _ if word.text.starts_with('$') => handed.open.push(at),
            _ => {}
        }
        at += if takes_word(option) && !joined { 2 } else { 1 };
    }
    handed.flags = [inline, typed, raw].concat();
    handed
}

fn parameter(name: &str, value: Expr, words: (usize, usize)) -> Flag {
    Flag {
        written: name.to_string(),
        name: name.to_string(),
        owner: Vec::new(),
        value,
        words,
        assigns: false,
    }
}

/// The parameters of an inline YAML; nothing where they cannot be told.
fn of_yaml(word: &Word, joined: bool, words: (usize, usize)) -> Option<Vec<Flag>> {
    let text = match word.text.split_once('=') {
        Some((_, behind)) if joined => behind,
        _ => word.text.as_str(),
    };
    if text.contains(['$', '`']) {
        return None;
    }
    let tree = yaml_tree(text);
    let mut found = Vec::new();
    for root in tree.roots {
        let Kind::Map(entries) = root.kind else { return None };
        for entry in entries {
            let value = match entry.value.kind {
                Kind::Scalar(value) => value,
                _ => Expr::Opaque(text.to_string()),
            };
            found.push(parameter(&entry.key, value, words));
        }
    }
    (tree.faults.is_empty() && !found.is_empty()).then_some(found)
}

impl Binder<'_> {
    /// What a parameter of this name sets: the last assignment of it up to the end of the tagged cell.
    pub(super) fn parameters(&self, notebook: &str, name: &str) -> Vec<StatementId> {
        let Some(cell) = self.repository.parameters.get(notebook) else {
            return Vec::new();
        };
        let set = self.assigned(notebook, name);
        let before = set.into_iter().filter(|(at, _)| *at < cell.end);
        before.max().map(|(_, id)| id).into_iter().collect()
    }

    /// Assignments of a name at the top of a notebook, with their first bytes.
    fn assigned(&self, notebook: &str, name: &str) -> Vec<(usize, StatementId)> {
        let top = |id: &StatementId| {
            let statement = &self.statements[*id];
            statement.form == Form::Variable
                && statement.place.file == notebook
                && statement.owner.is_empty()
                && matches!(&statement.subject, Subject::Setting { name: own } if own == name)
        };
        (0..self.statements.len())
            .filter(top)
            .filter_map(|id| Some((self.statements[id].place.bytes?.0, id)))
            .collect()
    }

    /// A parameter that the notebook sets again before anything reads it comes to nothing.
    pub(super) fn set_again(&mut self, notebook: &str, name: &str, parameter: StatementId) {
        let end = self.repository.parameters.get(notebook).map_or(0, |cell| cell.end);
        let set = self.assigned(notebook, name);
        let replaced = set
            .iter()
            .filter(|(at, _)| *at < end)
            .max()
            .is_none_or(|(_, id)| self.statements[*id].dead.is_some());
        let unconditional = |id: &StatementId| self.statements[*id].guards.is_empty();
        let behind = set.iter().filter(|(at, id)| *at >= end && unconditional(id)).min();
        if let Some((_, by)) = behind.filter(|_| replaced) {
            self.statements[parameter].dead = Some(Dead::Shadowed { by: *by });
        }
    }

    /// What the tagged cell computes from a parameter was computed before the parameter was put in.
    pub(super) fn computed_before(&mut self, command: &Command, notebook: &str, flag: &Flag, launch: LaunchId) {
        let Some(cell) = self.repository.parameters.get(notebook).cloned() else {
            return;
        };
        let early: Vec<StatementId> = (0..self.statements.len())
            .filter(|id| {
                let statement = &self.statements[*id];
                statement.form == Form::Variable
                    && statement.place.file == notebook
                    && statement.place.bytes.is_some_and(|(at, _)| cell.contains(&at))
                    && statement.value.references().iter().any(|name| *name == flag.name)
            })
            .collect();
        for to in early {
            let subject = self.statements[to].subject.clone();
            let value = Expr::Opaque(self.statements[to].place.excerpt.clone());
            let place = self.statements[to].place.clone();
            let from = self.add(command, subject, value, place, &[]);
            self.link(from, to, LinkKind::Flag, None, Some(launch));
        }
    }

    /// Parameters in files, and what cannot be told.
    pub(super) fn handed_otherwise(
        &mut self,
        command: &Command,
        script: &str,
        notebook: &str,
        handed: &Handed,
        launch: LaunchId,
        configs: &mut BTreeSet<String>,
    ) {
        // Of two files with the same key the last one counts.
        let mut keys: BTreeMap<StatementId, StatementId> = BTreeMap::new();
        for &at in &handed.files {
            let text = command.words[at].text.as_str();
            let path = text
                .split_once('=')
                .filter(|_| text.starts_with("--"))
                .map_or(text, |(_, path)| path);
            let Some(file) = self.paths.file(path, command.directory.as_deref(), script) else {
                self.anything(command, at, notebook, launch);
                continue;
            };
            let found: Vec<(StatementId, String)> = self
                .statements
                .iter()
                .enumerate()
                .filter(|(_, one)| one.form == Form::Key && one.place.file == file && one.owner.is_empty())
                .filter_map(|(id, one)| match &one.subject {
                    Subject::Setting { name } => Some((id, name.clone())),
                    _ => None,
                })
                .collect();
            for (from, name) in found {
                keys.extend(self.parameters(notebook, &name).into_iter().map(|to| (to, from)));
            }
            configs.insert(file);
        }
        for (to, from) in keys {
            self.link(from, to, LinkKind::Config, None, Some(launch));
        }
        for &at in &handed.open {
            self.anything(command, at, notebook, launch);
        }
    }

    /// A word that may hold any parameter: whatever the tagged cell sets may be another value.
    fn anything(&mut self, command: &Command, at: usize, notebook: &str, launch: LaunchId) {
        let Some(cell) = self.repository.parameters.get(notebook).cloned() else {
            return;
        };
        let word = &command.words[at];
        let name = word.text.trim_matches(['$', '{', '}', '"']).to_string();
        let value = Expr::Opaque(word.text.clone());
        let set: Vec<StatementId> = (0..self.statements.len())
            .filter(|id| {
                let statement = &self.statements[*id];
                statement.form == Form::Variable
                    && statement.place.file == notebook
                    && statement.place.bytes.is_some_and(|(at, _)| cell.contains(&at))
            })
            .collect();
        let from = self.add(command, Subject::Setting { name }, value, word.place.clone(), &[]);
        for to in set {
            self.link(from, to, LinkKind::Possible, None, Some(launch));
        }
        self.unseen.insert(launch, from);
    }
}

/// The flags that a command hands to what it starts, where that is a notebook.
pub(super) fn of(program: &Program, words: &[Word], from: usize) -> Option<Handed> {
    matches!(program, Program::Notebook(_)).then(|| {
        let mut handed = read(words, from);
        for flag in &mut handed.flags {
            flag.value = flags::digits(flag.value.clone());
        }
        handed
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;
    use crate::source::shell::literal;

    fn words(line: &[&str]) -> Vec<Word> {
        let word = |text: &&str| Word {
            text: text.to_string(),
            value: match text.starts_with('$') {
                true => Expr::Ref(text.to_string()),
                false => literal::expr(text),
            },
            place: Place::default(),
            variables: Vec::new(),
        };
        line.iter().map(word).collect()
    }

    #[test]
    fn parameters_in_papermills_own_order() {
        let line = words(&[
            "-r",
            "name",
            "007",
            "-p",
            "lr",
            "0.1",
            "in.ipynb",
            "-k",
            "python3",
            "out.ipynb",
            "-y",
            "{lr: 0.2, n: 3}",
        ]);
        assert_eq!(notebook(&line, 0), Some(6));
        let said: Vec<String> = read(&line, 0)
            .flags
            .iter()
            .map(|flag| format!("{}={}", flag.name, flag.value.literal().unwrap()))
            .collect();
        assert_eq!(said, ["lr=0.2", "n=3", "lr=0.1", "name=007"]);
    }

    #[test]
    fn what_cannot_be_told_is_open() {
        let line = words(&["in.ipynb", "out.ipynb", "-b", "e2xyOiAxfQ==", "-y", "$PARAMS"]);
        assert_eq!(read(&line, 0).open, [3, 5]);
        assert_eq!(notebook(&words(&["--prepare-only", "in.ipynb", "out.ipynb"]), 0), None);
    }
}
