//! Scripts that read other scripts: `source conf/base.sh` sets in this script what that one sets.
//!
//! Why it can be wrong: what is sourced counts from there on, so an assignment before it is replaced and one behind it
//! replaces. A default (`SEED=${SEED:-13}`) gives way to what was set before.
//!
//! Example: with `LR=2e-5` in `base.sh`, `source base.sh` and `python train.py --lr $LR` pass 2e-5.

use std::collections::{BTreeMap, BTreeSet};

use super::callers::{name_of, written_names};
use super::entry::Paths;
use crate::evidence::{Expr, Form, Link, LinkKind, Statement, StatementId, Subject};
use crate::source::shell::{lex, literal};
use crate::source::{Command, Word};

/// Scripts that source scripts that source scripts: deeper is a loop.
const DEPTH: usize = 4;

/// What sourcing adds.
pub(super) struct Sourced {
    /// The commands, without those that source.
    pub(super) commands: Vec<Command>,
    /// By script: the files it sources, theirs included.
    pub(super) files: BTreeMap<String, Vec<String>>,
    /// Scripts that take every `--name` as their variable of that name, by Kaldi's `parse_options.sh`.
    pub(super) open: BTreeSet<String>,
}

/// Whether a command reads another script into this one.
pub(super) fn sources(command: &Command) -> bool {
    matches!(
        command.words.first().map(|word| word.text.as_str()),
        Some("source" | ".")
    )
}

/// Fills the names of each script from the scripts that it sources.
pub(super) fn fill(
    commands: &[Command],
    statements: &[Statement],
    links: &mut Vec<Link>,
    paths: &Paths<'_>,
) -> Sourced {
    let mut read: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    let mut open = BTreeSet::new();
    for command in commands.iter().filter(|command| sources(command)) {
        let script = &command.place.file;
        if command
            .words
            .get(1)
            .is_some_and(|word| word.text.ends_with("parse_options.sh"))
        {
            open.insert(script.clone());
            continue;
        }
        let found = command
            .words
            .get(1)
            .and_then(|word| paths.file(&word.text, command.directory.as_deref(), script));
        if let (Some(file), Some((at, _))) = (found.filter(|file| file != script), command.place.bytes) {
            read.entry(script.clone()).or_default().push((at, file));
        }
    }
    let commands: Vec<Command> = commands.iter().filter(|command| !sources(command)).cloned().collect();
    if read.is_empty() {
        return Sourced {
            commands,
            files: BTreeMap::new(),
            open,
        };
    }
    let mut sets = Sets {
        statements,
        by_file: BTreeMap::new(),
        givers: BTreeMap::new(),
    };
    for (id, statement) in statements.iter().enumerate() {
        if statement.form == Form::ShellVariable && statement.dead.is_none() {
            sets.by_file.entry(statement.place.file.as_str()).or_default().push(id);
        }
    }
    for link in links.iter().filter(|link| link.kind == LinkKind::Reference) {
        sets.givers
            .entry(link.to)
            .or_default()
            .push((link.slot.clone(), link.from));
    }
    let mut files = BTreeMap::new();
    let mut filled = commands;
    let mut made: Vec<Link> = Vec::new();
    for (script, sources) in &read {
        let mut all: Vec<(usize, String)> = Vec::new();
        for (at, file) in sources {
            let mut inner = Vec::new();
            closure(file, &read, 0, &mut inner);
            all.extend(inner.into_iter().map(|file| (*at, file)));
        }
        for (at, file) in &all {
            let given = sets.of(file);
            made.extend(sets.within(script, *at, &given));
            for command in filled.iter_mut().filter(|command| {
                command.place.file == *script && command.place.bytes.is_some_and(|(start, _)| start > *at)
            }) {
                command.words = sets.filled(&command.words, &given);
            }
        }
        files.insert(script.clone(), all.into_iter().map(|(_, file)| file).collect());
    }
    links.extend(made);
    Sourced {
        commands: filled,
        files,
        open,
    }
}

/// A file with all that it sources, those first.
fn closure(file: &str, read: &BTreeMap<String, Vec<(usize, String)>>, depth: usize, out: &mut Vec<String>) {
    if depth > DEPTH || out.iter().any(|known| known == file) {
        return;
    }
    for (_, inner) in read.get(file).into_iter().flatten() {
        closure(inner, read, depth + 1, out);
    }
    out.push(file.to_string());
}

/// What scripts set.
struct Sets<'s> {
    statements: &'s [Statement],
    by_file: BTreeMap<&'s str, Vec<StatementId>>,
    givers: BTreeMap<StatementId, Vec<(Option<String>, StatementId)>>,
}

impl Sets<'_> {
    fn name(&self, id: StatementId) -> &str {
        match &self.statements[id].subject {
            Subject::Setting { name } => name,
            _ => "",
        }
    }

    /// The assignments of each name that hold at a script's end: the last that always runs, and those behind it.
    fn of(&self, file: &str) -> BTreeMap<String, Vec<StatementId>> {
        let mut out: BTreeMap<String, Vec<StatementId>> = BTreeMap::new();
        for &id in self.by_file.get(file).into_iter().flatten() {
            let name = self.name(id);
            // A default that stands in a use, and an argument's, is no assignment.
            if name.starts_with(|first: char| first.is_ascii_digit()) || !self.assigns(id) {
                continue;
            }
            let known = out.entry(name.to_string()).or_default();
            if self.statements[id].guards.is_empty() {
                known.clear();
            }
            known.push(id);
        }
        out
    }

    fn assigns(&self, id: StatementId) -> bool {
        let statement = &self.statements[id];
        let name = self.name(id);
        let line = statement.place.excerpt.as_str();
        [format!("{name}="), format!("{name}+="), format!("{name}:=")]
            .iter()
            .any(|sign| line.contains(sign.as_str()))
    }

    /// Whether an assignment leaves its name as it is where it has a value.
    fn is_default(&self, id: StatementId) -> bool {
        let (name, line) = (self.name(id), &self.statements[id].place.excerpt);
        [":-", "-", ":=", "="]
            .iter()
            .any(|sign| line.contains(&format!("${{{name}{sign}")))
    }

    /// Links within a script that sources others at a byte: its assignments before it are replaced, its names behind it
    /// are filled.
    fn within(&self, script: &str, at: usize, given: &BTreeMap<String, Vec<StatementId>>) -> Vec<Link> {
        let mut out = Vec::new();
        for &id in self.by_file.get(script).into_iter().flatten() {
            let Some((start, _)) = self.statements[id].place.bytes else {
                continue;
            };
            if start < at {
                let replaced = given.get(self.name(id)).into_iter().flatten();
                out.extend(replaced.filter(|&&from| !self.is_default(from)).map(|&from| Link {
                    from,
                    to: id,
                    kind: LinkKind::Override,
                    slot: None,
                    launch: None,
                }));
                continue;
            }
            for slot in written_names(&self.statements[id].value) {
                let known = self
                    .givers
                    .get(&id)
                    .is_some_and(|givers| givers.iter().any(|(filled, _)| filled.as_deref() == Some(&slot)));
                if known {
                    continue;
                }
                out.extend(given.get(name_of(&slot)).into_iter().flatten().map(|&from| Link {
                    from,
                    to: id,
                    kind: LinkKind::Reference,
                    slot: Some(slot.clone()),
                    launch: None,
                }));
            }
        }
        out
    }

    /// A command's words, the names that nothing in its script fills looked up.
    fn filled(&self, words: &[Word], given: &BTreeMap<String, Vec<StatementId>>) -> Vec<Word> {
        let mut out = Vec::new();
        for word in words {
            let names: Vec<String> = written_names(&word.value)
                .into_iter()
                .filter(|name| !word.variables.iter().any(|(slot, _)| slot == name))
                .collect();
            if let ([name], Expr::Ref(_)) = (names.as_slice(), &word.value)
                && let Some([only]) = given.get(name_of(name)).map(Vec::as_slice)
                && let Some(split) = self.split(*only)
            {
                out.extend(split);
                continue;
            }
            let mut word = word.clone();
            for name in names {
                let Some(givers) = given.get(name_of(&name)) else {
                    continue;
                };
                for &from in givers {
                    word.variables.push((name.clone(), from));
                }
                if let [only] = givers.as_slice()
                    && let Some(value) = self.statements[*only].value.literal()
                {
                    word.text = word.text.replace(&name, &value.to_string());
                }
            }
            out.push(word);
        }
        out
    }

    /// The words that a variable becomes where it holds flags: a text with blanks, an array.
    fn split(&self, id: StatementId) -> Option<Vec<Word>> {
        let statement = &self.statements[id];
        let word = |text: String, value: Expr, variables: Vec<(String, StatementId)>| Word {
            text,
            value,
            place: statement.place.clone(),
            variables,
        };
        match &statement.value {
            Expr::Value(value) => {
                let text = value.to_string();
                let text = text.trim();
                (text.starts_with('-') && text.contains(char::is_whitespace)).then(|| {
                    lex::split(text, 0..text.len())
                        .into_iter()
                        .map(|range| word(text[range.clone()].to_string(), literal::expr(&text[range]), Vec::new()))
                        .collect()
                })
            }
            Expr::List(items) => {
                let words = items.iter().map(|item| {
                    let slots: BTreeSet<String> = written_names(item).into_iter().collect();
                    let variables = self.givers.get(&id).into_iter().flatten();
                    let variables = variables
                        .filter_map(|(slot, from)| Some((slot.clone()?, *from)))
                        .filter(|(slot, _)| slots.contains(slot))
                        .collect();
                    word(item.to_string(), item.clone(), variables)
                });
                Some(words.collect())
            }
            _ => None,
        }
    }
}
