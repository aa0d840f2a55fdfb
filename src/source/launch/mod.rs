//! Launches: what each command starts, with which flags, configuration files and processes.
//!
//! Binding happens when all files are read: a command's path becomes an entry script, its flags are linked to the
//! options that the entry's code defines, and the arguments of a script that is called to the `$1` inside it.
//!
//! Why it can be wrong: a flag that is linked to another program's option of the same name gives that program a value
//! it never had. So only options within the entry's reach count, and only what is known to read them.
//!
//! Example: `python scripts/evaluate.py --batch_size 50` in a job script is a launch of `scripts/evaluate.py`; the flag
//! is a statement, linked within this launch to the option `--batch_size` defined there.

mod callers;
mod configs;
mod entry;
mod environment;
mod factors;
mod flags;
mod launchers;
mod options;
mod strip;

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{
    Dead, Expr, Form, Grade, Idle, Launch, LaunchId, Link, LinkKind, Statement, StatementId, Subject,
};
use crate::place::Place;
use crate::source::shell::is_script;
use crate::source::{Command, Word};

use entry::Paths;
use flags::Flag;
use options::Options;
use strip::Program;

/// What binding knows of the repository besides its commands and statements.
pub struct Repository<'r> {
    /// All files, relative to the root.
    pub files: &'r [String],
    /// Files that are run from the command line.
    pub entries: &'r [String],
    /// Console scripts: name to dotted module (`pkg.cli` of `pkg.cli:main`).
    pub console: &'r BTreeMap<String, String>,
    /// The files whose code a file runs: itself, what it imports, the configuration it loads.
    pub reach: &'r dyn Fn(&str) -> Vec<String>,
    /// The code in these files that it does not come to.
    pub idle: &'r dyn Fn(&str) -> Vec<Idle>,
}

/// Binds commands to what they start. Adds a statement for every flag and factor, and the links that hold within each
/// launch; entries that no command launches become launches without a command.
pub fn bind(
    commands: &[Command],
    statements: &mut Vec<Statement>,
    links: &mut Vec<Link>,
    repository: &Repository<'_>,
) -> Vec<Launch> {
    let options = Options::new(statements);
    let runs = callers::runs(commands, statements, links, &Paths::new(repository.files));
    let mut binder = Binder {
        repository,
        paths: Paths::new(repository.files),
        options,
        statements,
        links: BTreeSet::new(),
        launches: Vec::new(),
        reach: BTreeMap::new(),
        idle: BTreeMap::new(),
    };
    for run in runs {
        binder.run(run);
    }
    binder.entries_alone();
    let Binder {
        links: found, launches, ..
    } = binder;
    links.extend(found);
    launches
}

/// A command to be bound: one that stands in a file, or one of a script as another command calls it.
pub(crate) struct Run {
    pub(crate) command: Command,
    /// The script that the command stands in.
    pub(crate) script: String,
    /// Files whose commands lead to it, the outermost first.
    pub(crate) through: Vec<String>,
    /// What its callers give to the script's variables.
    pub(crate) given: Vec<callers::Handed>,
}

struct Binder<'b> {
    repository: &'b Repository<'b>,
    paths: Paths<'b>,
    options: Options,
    statements: &'b mut Vec<Statement>,
    links: BTreeSet<Link>,
    launches: Vec<Launch>,
    reach: BTreeMap<String, Vec<String>>,
    idle: BTreeMap<String, Vec<Idle>>,
}

impl Binder<'_> {
    fn run(&mut self, run: Run) {
        let Run {
            command,
            script,
            through,
            given,
        } = run;
        let Some(stripped) = strip::strip(&command.words) else {
            return;
        };
        let directory = command.directory.as_deref();
        let entry = match &stripped.program {
            Program::File(path) => self.paths.file(path, directory, &script),
            Program::Module(module) => self.paths.module(module, directory, &script),
            Program::Console(name) => {
                let module = self.repository.console.get(name);
                module.and_then(|module| self.paths.module(module, directory, &script))
            }
            // A script's own commands are its launches.
            Program::Script(path) => match self.paths.file(path, directory, &script) {
                Some(_) => return,
                None if is_script(path) => return,
                None => None,
            },
        };
        let foreign = matches!(&stripped.program, Program::Console(_) | Program::Script(_));
        let reach = entry.as_deref().map_or(Vec::new(), |entry| self.reach_of(entry));
        let takes = |flag: &str| self.options.takes(flag, entry.as_deref(), &reach);
        let read = flags::read(&command.words, stripped.arguments, &takes);
        if foreign && entry.is_none() && read.is_empty() {
            return;
        }
        let id = self.launches.len();
        let mut configs = BTreeSet::new();
        self.configs(&command, &script, &stripped, &read, &mut configs);
        let factors = self.factors(&command, &stripped);
        let mut flags: Vec<StatementId> = Vec::new();
        flags.extend(stripped.settings.iter().map(|given| self.setting(&command, given)));
        let name_of = |flag: &Flag| (flag.owner.clone(), flag.name.replace('-', "_"));
        let last: BTreeMap<(Vec<String>, String), usize> =
            read.iter().enumerate().map(|(at, flag)| (name_of(flag), at)).collect();
        let mut shadowed: Vec<(StatementId, (Vec<String>, String))> = Vec::new();
        let mut counts: BTreeMap<(Vec<String>, String), StatementId> = BTreeMap::new();
        for (at, flag) in read.iter().enumerate() {
            let statement = self.flag(&command, flag);
            let name = name_of(flag);
            // Of a flag that is passed twice the last one counts.
            if last.get(&name) != Some(&at) {
                shadowed.push((statement, name));
                continue;
            }
            for taker in self.options.takers(flag, entry.as_deref(), &reach, &configs) {
                self.link(statement, taker, LinkKind::Flag, None, Some(id));
            }
            counts.insert(name, statement);
            flags.push(statement);
        }
        for (statement, name) in shadowed {
            self.statements[statement].dead = counts.get(&name).map(|&by| Dead::Shadowed { by });
        }
        self.environment(&command, &reach, id);
        let idle = entry.as_deref().map_or(Vec::new(), |entry| self.idle_in(entry));
        for callers::Handed { from, to, kind, slot } in given {
            self.link(from, to, kind, slot, Some(id));
        }
        let mut reach: BTreeSet<String> = reach.into_iter().collect();
        reach.extend(entry.clone());
        reach.extend(configs.iter().cloned());
        reach.insert(script);
        reach.extend(through);
        self.launches.push(Launch {
            place: command.place.clone(),
            command: command.text.clone(),
            grade: command.grade,
            entry,
            flags,
            configs: configs.into_iter().collect(),
            factors,
            guards: command.guards.clone(),
            reach: reach.into_iter().collect(),
            idle,
        });
    }

    /// A flag as a statement, with what its variables refer to.
    fn flag(&mut self, command: &Command, flag: &Flag) -> StatementId {
        let words = &command.words[flag.words.0..=flag.words.1];
        let place = spanning(words);
        let statement = self.add(
            command,
            Subject::Setting {
                name: flag.name.clone(),
            },
            flag.value.clone(),
            place,
            &flag.owner,
        );
        self.fill(command, statement, words);
        statement
    }

    fn add(&mut self, command: &Command, subject: Subject, value: Expr, place: Place, owner: &[String]) -> StatementId {
        self.statements.push(Statement {
            subject,
            form: Form::Flag,
            value,
            place,
            grade: command.grade,
            owner: owner.to_vec(),
            unit: None,
            guards: command.guards.clone(),
            comment: None,
            dead: None,
        });
        self.statements.len() - 1
    }

    /// Links the variables of a flag's words, and of the conditions around the command, to the flag.
    fn fill(&mut self, command: &Command, statement: StatementId, words: &[Word]) {
        let tests = command.words.first().into_iter().chain(words);
        let variables: Vec<(String, StatementId)> = tests.flat_map(|word| word.variables.iter().cloned()).collect();
        let guards: Vec<String> = command
            .guards
            .iter()
            .flat_map(|guard| guard.test.references())
            .map(str::to_string)
            .collect();
        let names: Vec<String> = self.statements[statement]
            .value
            .references()
            .iter()
            .map(|name| name.to_string())
            .chain(guards)
            .collect();
        for (slot, from) in variables {
            if names.contains(&slot) {
                self.link(from, statement, LinkKind::Reference, Some(slot), None);
            }
        }
    }

    fn link(
        &mut self,
        from: StatementId,
        to: StatementId,
        kind: LinkKind,
        slot: Option<String>,
        launch: Option<LaunchId>,
    ) {
        self.links.insert(Link {
            from,
            to,
            kind,
            slot,
            launch,
        });
    }

    fn reach_of(&mut self, entry: &str) -> Vec<String> {
        if let Some(known) = self.reach.get(entry) {
            return known.clone();
        }
        let mut found = (self.repository.reach)(entry);
        found.push(entry.to_string());
        found.sort();
        found.dedup();
        self.reach.insert(entry.to_string(), found.clone());
        found
    }

    fn idle_in(&mut self, entry: &str) -> Vec<Idle> {
        let find = self.repository.idle;
        self.idle
            .entry(entry.to_string())
            .or_insert_with(|| find(entry))
            .clone()
    }

    /// Entry scripts that no command launches.
    fn entries_alone(&mut self) {
        let launched: BTreeSet<String> = self.launches.iter().filter_map(|launch| launch.entry.clone()).collect();
        for entry in self.repository.entries {
            if launched.contains(entry) {
                continue;
            }
            let reach = self.reach_of(entry);
            let idle = self.idle_in(entry);
            self.launches.push(Launch {
                place: Place::whole(entry.clone()),
                command: String::new(),
                grade: Grade::Configured,
                entry: Some(entry.clone()),
                flags: Vec::new(),
                configs: Vec::new(),
                factors: Vec::new(),
                guards: Vec::new(),
                reach,
                idle,
            });
        }
    }
}

/// From the first word to the last; where they stand apart (a variable's words), the first.
fn spanning(words: &[Word]) -> Place {
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return Place::default();
    };
    let (first, last) = (&first.place, &last.place);
    match (first.bytes, last.bytes) {
        (Some((start, end)), Some((_, stop))) if first.file == last.file && stop > end && stop - end < 2_000 => {
            let same_line = first.line == last.end_line;
            let excerpt = if same_line || first.excerpt == last.excerpt {
                first.excerpt.clone()
            } else {
                format!("{}\n{}", first.excerpt, last.excerpt)
            };
            Place {
                end_line: last.end_line,
                bytes: Some((start, stop)),
                excerpt,
                ..first.clone()
            }
        }
        _ => first.clone(),
    }
}

#[cfg(test)]
mod tests;
