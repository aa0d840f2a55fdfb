//! Scripts that other commands call: `bash run.sh 5` gives `$1` in `run.sh` the value 5.
//!
//! Why it can be wrong: a script with `${1:-42}` that three jobs call with 1, 2 and 3 never runs with 42. So where
//! callers give arguments, each caller is a launch of the script's commands, and the script alone is none.
//!
//! Example: `sbatch job.sbatch large` and, in `job.sbatch`, `python train.py --size $1`: a launch of `train.py`, placed
//! at the `sbatch` line, whose flag `size` is filled by the word `large`.

use std::collections::{BTreeMap, BTreeSet};

use super::Run;
use super::entry::Paths;
use super::parsed::{self, ScriptOption};
use super::strip::{self, Program, Stripped};
use crate::evidence::{Expr, Form, Grade, Link, LinkKind, Statement, StatementId, Subject};
use crate::place::Place;
use crate::source::shell::{lex, literal};
use crate::source::{Command, Word};

/// Scripts that call scripts that call scripts: deeper is a loop.
const DEPTH: usize = 4;
/// Arguments of a script that are told apart (`${12}`).
const ARGUMENTS: usize = 40;
/// Launches that one repository's callers make at most.
const RUNS: usize = 5_000;

/// What a caller gives to a statement of the script, within its launch.
#[derive(Debug, Clone)]
pub(crate) struct Handed {
    pub(super) from: StatementId,
    pub(super) to: StatementId,
    pub(super) kind: LinkKind,
    pub(super) slot: Option<String>,
}

/// The runs of all commands: as they stand, or as they are called.
pub(super) fn runs(
    commands: &[Command],
    statements: &mut Vec<Statement>,
    links: &mut Vec<Link>,
    paths: &Paths<'_>,
    open: &BTreeSet<String>,
) -> Vec<Run> {
    let mut by_file: BTreeMap<&str, Vec<&Command>> = BTreeMap::new();
    for command in commands {
        by_file.entry(command.place.file.as_str()).or_default().push(command);
    }
    let mut givers: BTreeMap<StatementId, Vec<StatementId>> = BTreeMap::new();
    for link in links.iter().filter(|link| link.kind == LinkKind::Reference) {
        givers.entry(link.to).or_default().push(link.from);
    }
    let mut shell: BTreeMap<String, Vec<StatementId>> = BTreeMap::new();
    for (id, statement) in statements.iter().enumerate() {
        if statement.form == Form::ShellVariable {
            shell.entry(statement.place.file.clone()).or_default().push(id);
        }
    }
    let mut calls = Calls {
        by_file,
        givers,
        shell,
        statements,
        paths,
        open,
        out: Vec::new(),
        links: Vec::new(),
        called: BTreeSet::new(),
    };
    let mut plain = Vec::new();
    for command in commands {
        let Some(stripped) = strip::strip(&command.words) else {
            continue;
        };
        match calls.target(command, &stripped, &command.place.file) {
            Some(target) => calls.call(
                command,
                &stripped,
                &target,
                std::slice::from_ref(&command.place.file),
                &BTreeMap::new(),
            ),
            None => plain.push(command),
        }
    }
    let Calls {
        mut out,
        called,
        links: made,
        ..
    } = calls;
    links.extend(made);
    for command in plain {
        // A script's command that its callers run with arguments is a launch of theirs.
        let key = (command.place.file.clone(), command.place.bytes);
        if !called.contains(&key) {
            out.push(Run {
                script: command.place.file.clone(),
                command: command.clone(),
                through: Vec::new(),
                given: Vec::new(),
            });
        }
    }
    out.sort_by(|a, b| {
        (&a.command.place.file, a.command.place.bytes).cmp(&(&b.command.place.file, b.command.place.bytes))
    });
    out
}

struct Calls<'c> {
    by_file: BTreeMap<&'c str, Vec<&'c Command>>,
    givers: BTreeMap<StatementId, Vec<StatementId>>,
    /// Shell variables by file.
    shell: BTreeMap<String, Vec<StatementId>>,
    statements: &'c mut Vec<Statement>,
    paths: &'c Paths<'c>,
    /// Scripts that take every `--name` as their variable of that name.
    open: &'c BTreeSet<String>,
    out: Vec<Run>,
    /// From the variables in a caller's words to the arguments that they are.
    links: Vec<Link>,
    /// Commands that callers in code run with arguments.
    called: BTreeSet<(String, Option<(usize, usize)>)>,
}

/// What a caller gives: by name (`1`, `LR`), the statement; `@` are the words themselves.
struct Gifts {
    named: BTreeMap<String, StatementId>,
    all: Vec<Word>,
    /// Variables that the script's own parser of options sets from what the caller passes.
    parsed: BTreeSet<String>,
}

impl Calls<'_> {
    /// The repository's script that a command calls, where its commands were read.
    fn target(&self, command: &Command, stripped: &Stripped, script: &str) -> Option<String> {
        let Program::Script(path) = &stripped.program else {
            return None;
        };
        let found = self.paths.file(path, command.directory.as_deref(), script)?;
        (self.by_file.contains_key(found.as_str()) && found != script).then_some(found)
    }

    fn call(
        &mut self,
        caller: &Command,
        stripped: &Stripped,
        target: &str,
        through: &[String],
        outer: &BTreeMap<String, StatementId>,
    ) {
        if through.len() > DEPTH || self.out.len() > RUNS {
            return;
        }
        let gifts = self.gifts(caller, stripped, outer, target);
        if gifts.named.is_empty() && gifts.all.is_empty() {
            return;
        }
        for command in self.by_file.get(target).cloned().unwrap_or_default() {
            if !self.depends(command, &gifts) {
                continue;
            }
            let mut inner = command.clone();
            inner.words = self.filled(&command.words, &gifts);
            let given = self.handed(target, &gifts);
            if let Some(stripped) = strip::strip(&inner.words)
                && let Some(next) = self.target(&inner, &stripped, target)
            {
                let mut way = through.to_vec();
                way.push(target.to_string());
                if !through.contains(&next) {
                    self.call(&inner, &stripped, &next, &way, &gifts.named);
                }
                continue;
            }
            if caller.grade >= Grade::Launched {
                self.called.insert((command.place.file.clone(), command.place.bytes));
            }
            inner.text = format!("{} → {}", caller.text, command.text);
            inner.grade = caller.grade.min(command.grade);
            inner.guards = caller.guards.iter().chain(&command.guards).cloned().collect();
            inner.place = caller.place.clone();
            self.out.push(Run {
                command: inner,
                script: target.to_string(),
                through: through.to_vec(),
                given,
            });
        }
    }

    /// The arguments and variables that a caller gives, as statements.
    fn gifts(
        &mut self,
        caller: &Command,
        stripped: &Stripped,
        outer: &BTreeMap<String, StatementId>,
        target: &str,
    ) -> Gifts {
        let mut gifts = Gifts {
            named: BTreeMap::new(),
            all: caller.words[stripped.arguments.min(caller.words.len())..].to_vec(),
            parsed: BTreeSet::new(),
        };
        for (at, word) in gifts.all.iter().enumerate().take(ARGUMENTS) {
            let name = (at + 1).to_string();
            let id = self.add(caller, &name, word.value.clone(), word.place.clone());
            for (slot, from) in &word.variables {
                let slot = Some(slot.clone());
                self.links.push(Link {
                    from: *from,
                    to: id,
                    kind: LinkKind::Reference,
                    slot,
                    launch: None,
                });
            }
            gifts.named.insert(name, id);
        }
        let options: Vec<ScriptOption> = self
            .shell
            .get(target)
            .into_iter()
            .flatten()
            .flat_map(|&id| parsed::options(&self.statements[id]))
            .collect();
        for passed in parsed::passed(&gifts.all, &options, self.open.contains(target)) {
            let words = gifts.all[passed.words.0..=passed.words.1].to_vec();
            let place = super::spanning(&words);
            let id = self.add(caller, &passed.variable, passed.value, place);
            for (slot, from) in words.iter().flat_map(|word| &word.variables) {
                self.links.push(Link {
                    from: *from,
                    to: id,
                    kind: LinkKind::Reference,
                    slot: Some(slot.clone()),
                    launch: None,
                });
            }
            // Which `$1` is left behind the options, nobody says.
            gifts
                .named
                .retain(|name, _| !name.bytes().all(|byte| byte.is_ascii_digit()));
            gifts.named.insert(passed.variable.clone(), id);
            gifts.parsed.insert(passed.variable);
        }
        for (name, id) in &caller.environment {
            gifts.named.insert(name.clone(), *id);
        }
        for &at in &stripped.environment {
            let word = &caller.words[at];
            let list = word.text.strip_prefix("--export=").unwrap_or(&word.text);
            for (name, value) in list.split(',').filter_map(|item| item.split_once('=')) {
                let id = self.add(caller, name, literal::expr(value), word.place.clone());
                gifts.named.insert(name.to_string(), id);
            }
        }
        // What a caller's own caller exported goes on to what it calls.
        for (name, id) in outer
            .iter()
            .filter(|(name, _)| !name.bytes().all(|byte| byte.is_ascii_digit()))
        {
            gifts.named.entry(name.clone()).or_insert(*id);
        }
        gifts
    }

    fn add(&mut self, caller: &Command, name: &str, value: Expr, place: Place) -> StatementId {
        let id = self.statements.len();
        self.statements.push(Statement {
            subject: Subject::Setting { name: name.to_string() },
            form: Form::ShellVariable,
            value,
            place,
            grade: caller.grade,
            owner: Vec::new(),
            unit: None,
            guards: caller.guards.clone(),
            comment: None,
            dead: None,
        });
        id
    }

    /// Whether what a command does depends on what the caller gives.
    fn depends(&self, command: &Command, gifts: &Gifts) -> bool {
        let mut queue: Vec<StatementId> = Vec::new();
        for word in &command.words {
            let alone = matches!(&word.value, Expr::Ref(name) if name_of(name) == "@");
            if alone && !gifts.all.is_empty() {
                return true;
            }
            if mentions(&word.value, gifts) {
                return true;
            }
            queue.extend(word.variables.iter().map(|(_, id)| *id));
        }
        let mut seen: BTreeSet<StatementId> = BTreeSet::new();
        while let Some(id) = queue.pop() {
            if !seen.insert(id) {
                continue;
            }
            let Some(statement) = self.statements.get(id) else {
                continue;
            };
            if self.is_default(statement, gifts).is_some() || mentions(&statement.value, gifts) {
                return true;
            }
            queue.extend(self.givers.get(&id).into_iter().flatten());
        }
        false
    }

    /// The given name that takes the place of a statement's default (`${1:-42}`, `LR=${LR:-1e-4}`).
    fn is_default(&self, statement: &Statement, gifts: &Gifts) -> Option<StatementId> {
        let Subject::Setting { name } = &statement.subject else {
            return None;
        };
        let from = *gifts.named.get(name)?;
        if statement.form != Form::ShellVariable {
            return None;
        }
        if gifts.parsed.contains(name) && !parsed::is_parsing(statement) {
            return Some(from);
        }
        let written = &statement.place.excerpt;
        let defaults = [":-", "-", ":=", "="]
            .iter()
            .any(|sign| written.contains(&format!("${{{name}{sign}")));
        defaults.then_some(from)
    }

    /// The command's words with `$@` spliced and `$1` filled.
    fn filled(&self, words: &[Word], gifts: &Gifts) -> Vec<Word> {
        let mut out = Vec::new();
        for word in words {
            if let Expr::Ref(name) = &word.value
                && name_of(name) == "@"
            {
                let from = name
                    .trim_end_matches('}')
                    .split_once(':')
                    .and_then(|(_, from)| from.parse().ok());
                out.extend(gifts.all.iter().skip(from.unwrap_or(1usize).max(1) - 1).cloned());
                continue;
            }
            let mut word = word.clone();
            for name in written_names(&word.value) {
                let Some(&from) = gifts.named.get(name_of(&name)) else {
                    continue;
                };
                if word.variables.iter().any(|(slot, _)| *slot == name) {
                    continue;
                }
                if let Some(value) = self.statements[from].value.literal() {
                    word.text = word.text.replace(&name, &value.to_string());
                }
                word.variables.push((name, from));
            }
            out.push(word);
        }
        out
    }

    /// What the gifts supply within the script: its defaults, and the variables that are set from `$1`.
    fn handed(&self, target: &str, gifts: &Gifts) -> Vec<Handed> {
        let mut out = Vec::new();
        for &to in self.shell.get(target).into_iter().flatten() {
            let statement = &self.statements[to];
            if let Some(from) = self.is_default(statement, gifts) {
                let environment = matches!(&statement.subject, Subject::Setting { name } if !name.starts_with(|c: char| c.is_ascii_digit()));
                let kind = if environment {
                    LinkKind::Environment
                } else {
                    LinkKind::Argument
                };
                out.push(Handed {
                    from,
                    to,
                    kind,
                    slot: None,
                });
                continue;
            }
            for slot in written_names(&statement.value) {
                let filled = self.givers.get(&to).into_iter().flatten().any(|&giver| {
                    matches!(&self.statements[giver].subject, Subject::Setting { name } if name == name_of(&slot))
                });
                if let Some(&from) = gifts.named.get(name_of(&slot)).filter(|_| !filled) {
                    out.push(Handed {
                        from,
                        to,
                        kind: LinkKind::Reference,
                        slot: Some(slot),
                    });
                }
            }
        }
        out
    }
}

/// Whether an expression refers to one of the gifts.
fn mentions(value: &Expr, gifts: &Gifts) -> bool {
    written_names(value)
        .iter()
        .any(|name| gifts.named.contains_key(name_of(name)))
}

/// Variables as written in an expression; of text that is not understood, those in it.
pub(super) fn written_names(value: &Expr) -> Vec<String> {
    match value {
        Expr::Opaque(text) => lex::pieces(text, 0..text.len(), true)
            .into_iter()
            .filter(|piece| matches!(piece.kind, lex::Kind::Variable(_)))
            .map(|piece| text[piece.range].to_string())
            .collect(),
        other => other.references().into_iter().map(str::to_string).collect(),
    }
}

/// `1` of `$1`, `${1}` and `${1:-42}`.
pub(super) fn name_of(written: &str) -> &str {
    let inner = written
        .trim_start_matches('$')
        .trim_start_matches('{')
        .trim_end_matches('}');
    let end = inner.find([':', '-', '=', '[', '?']).unwrap_or(inner.len());
    match &inner[..end] {
        "*" => "@",
        name => name,
    }
}
