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

mod abbreviated;
mod argv;
mod callers;
mod configs;
mod entry;
pub(super) mod environment;
mod factors;
mod flags;
mod launchers;
mod media;
mod named;
mod nested;
mod options;
mod papermill;
mod parsed;
mod requests;
mod sourced;
mod span;
mod strip;
mod subcommands;
mod unused;

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{
    Dead, Expr, Form, Grade, Idle, Launch, LaunchId, Link, LinkKind, Statement, StatementId, Subject,
};
use crate::place::Place;
use crate::source::python::{Commanded, Shape};
use crate::source::shell::is_script;
use crate::source::{Command, Word};

use entry::Paths;
use flags::Flag;
pub use named::named;
use options::Options;
pub use papermill::Cells;
use span::spanning;
use strip::Program;
pub use unused::mark_flags;

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
    /// What options take on the command line.
    pub shapes: &'r BTreeMap<StatementId, Shape>,
    /// Code that one subcommand runs.
    pub commanded: &'r [Commanded],
    /// The cells of notebooks that take parameters.
    pub parameters: &'r Cells,
}

/// Binds commands to what they start. Adds a statement for every flag and factor, and the links that hold within each
/// launch; entries that no command launches become launches without a command.
pub fn bind(
    commands: &[Command],
    statements: &mut Vec<Statement>,
    links: &mut Vec<Link>,
    repository: &Repository<'_>,
) -> Bound {
    let options = Options::new(statements, repository.shapes);
    let paths = Paths::new(repository.files);
    requests::replaced(commands, statements, &paths);
    let sourced = sourced::fill(commands, statements, links, &paths);
    let runs = callers::runs(&sourced.commands, statements, links, &paths, &sourced.open);
    let argv = argv::readers(statements);
    let lookups = environment::lookups(statements);
    let readers = environment::readers(statements);
    let mut binder = Binder {
        repository,
        argv,
        lookups,
        readers,
        unseen: BTreeMap::new(),
        paths,
        sourced: sourced.files,
        options,
        statements,
        links: BTreeSet::new(),
        launches: Vec::new(),
        reach: BTreeMap::new(),
        idle: BTreeMap::new(),
    };
    let (inner, outer): (Vec<Run>, Vec<Run>) = runs
        .into_iter()
        .partition(|run| nested::is_code(&run.command.place.file));
    for run in outer {
        binder.run(run);
    }
    binder.run_by_code(inner);
    binder.entries_alone(&BTreeSet::new());
    let Binder {
        links: found,
        launches,
        unseen,
        ..
    } = binder;
    links.extend(found);
    Bound { launches, unseen }
}

/// What binding found.
#[derive(Debug)]
pub struct Bound {
    pub launches: Vec<Launch>,
    /// Launches with a word that may hold any flag (`$FLAGS`, of which nothing is known), and its statement.
    pub unseen: BTreeMap<LaunchId, StatementId>,
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
    /// What reads arguments by their position, and under which name.
    argv: Vec<(StatementId, String)>,
    /// Where code looks variables of the environment up.
    lookups: BTreeMap<String, Vec<StatementId>>,
    readers: BTreeMap<String, Vec<(StatementId, String)>>,
    unseen: BTreeMap<LaunchId, StatementId>,
    paths: Paths<'b>,
    /// The scripts that a script sources.
    sourced: BTreeMap<String, Vec<String>>,
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
        let (entry, own) = self.started(&command, &stripped, &script);
        if own {
            return;
        }
        let foreign = matches!(&stripped.program, Program::Console(_) | Program::Script(_));
        let reach = entry.as_deref().map_or(Vec::new(), |entry| self.reach_of(entry));
        let other = subcommands::not_chosen(&command.words[stripped.arguments..], &reach, self.repository.commanded);
        let at = options::At {
            entry: entry.as_deref(),
            reach: &reach,
            other: &other,
        };
        let takes = |flag: &str| self.options.takes(flag, &at);
        let media = match &stripped.program {
            Program::Console(name) => media::read(name, &command.words, stripped.arguments),
            _ => None,
        };
        let handed = papermill::of(&stripped.program, &command.words, stripped.arguments);
        let mut read = match &handed {
            Some(handed) => handed.flags.clone(),
            None => media.unwrap_or_else(|| flags::read(&command.words, stripped.arguments, &takes)),
        };
        let mut inner = Vec::new();
        if handed.is_none() {
            flags::undecided_sweeps(&command.words, stripped.arguments, &mut read);
            let pairs = self.options.merges_pairs(&reach);
            inner = flags::within(&command.words, stripped.arguments, &read, pairs);
        }
        if foreign && entry.is_none() && read.is_empty() {
            return;
        }
        let id = self.launches.len();
        let mut configs = BTreeSet::new();
        let mut unseen = Vec::new();
        if handed.is_none() {
            self.configs(&command, &script, &stripped, &read, &at, &mut configs);
            unseen = flags::unseen(&command.words, stripped.arguments, &read);
        }
        // The notebook that is run, and what is handed to it.
        let notebook = entry.clone().zip(handed);
        if let Some((notebook, handed)) = &notebook {
            self.handed_otherwise(&command, &script, notebook, handed, id, &mut configs);
        }
        read.extend(inner);
        let factors = self.factors(&command, &stripped);
        let mut flags: Vec<StatementId> = Vec::new();
        flags.extend(stripped.settings.iter().map(|given| self.setting(&command, given)));
        let name_of = |flag: &Flag| (flag.owner.clone(), flag.name.replace('-', "_"));
        let last: BTreeMap<(Vec<String>, String), usize> =
            read.iter().enumerate().map(|(at, flag)| (name_of(flag), at)).collect();
        let mut shadowed: Vec<(StatementId, (Vec<String>, String))> = Vec::new();
        let mut counts: BTreeMap<(Vec<String>, String), StatementId> = BTreeMap::new();
        let mut untaken: Vec<(&String, StatementId)> = Vec::new();
        for (at, flag) in read.iter().enumerate() {
            let statement = self.flag(&command, flag);
            let name = name_of(flag);
            // Of a flag that is passed twice the last one counts.
            if last.get(&name) != Some(&at) {
                shadowed.push((statement, name));
                continue;
            }
            let at = options::At {
                entry: entry.as_deref(),
                reach: &reach,
                other: &other,
            };
            let takers = match &notebook {
                Some((notebook, _)) => {
                    self.set_again(notebook, &flag.name, statement);
                    self.computed_before(&command, notebook, flag, id);
                    self.parameters(notebook, &flag.name)
                }
                None => self.options.takers(flag, &at, &configs),
            };
            if takers.is_empty() && entry.is_some() && flag.written.starts_with("--") {
                untaken.push((&flag.name, statement));
            }
            for taker in takers {
                self.link(statement, taker, LinkKind::Flag, None, Some(id));
            }
            counts.insert(name, statement);
            flags.push(statement);
        }
        self.abbreviations(&untaken, id);
        for at in unseen {
            self.unseen(&command, at, &reach, &other, id);
        }
        for (statement, name) in shadowed {
            self.statements[statement].dead = counts.get(&name).map(|&by| Dead::Shadowed { by });
        }
        self.environment(&command, &reach, id);
        self.arguments(&command, &stripped, &reach, id);
        let idle = entry.as_deref().map_or(Vec::new(), |entry| self.idle_in(entry));
        let idle = subcommands::with(idle, other);
        for callers::Handed { from, to, kind, slot } in given {
            self.link(from, to, kind, slot, Some(id));
        }
        let mut reach: BTreeSet<String> = reach.into_iter().collect();
        reach.extend(entry.clone());
        reach.extend(configs.iter().cloned());
        reach.extend(self.sourced.get(&script).into_iter().flatten().cloned());
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

    /// The file that a command starts, and whether that is a shell script: a script's own commands are its launches.
    fn started(&self, command: &Command, stripped: &strip::Stripped, script: &str) -> (Option<String>, bool) {
        let directory = command.directory.as_deref();
        match &stripped.program {
            Program::File(path) | Program::Notebook(path) => (self.paths.file(path, directory, script), false),
            Program::Module(module) => (self.paths.module(module, directory, script), false),
            Program::Console(name) => {
                let module = self.repository.console.get(name);
                let found = module.and_then(|module| self.paths.module(module, directory, script));
                (found, false)
            }
            Program::Script(path) => {
                let own = self.paths.file(path, directory, script).is_some() || is_script(path);
                (None, own)
            }
        }
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
            flags::digits(flag.value.clone()),
            place,
            &flag.owner,
        );
        self.fill(command, statement, words);
        statement
    }

    /// A word that may hold any flag (`$FLAGS`, of which nothing is known): every option may be set by it.
    fn unseen(&mut self, command: &Command, at: usize, reach: &[String], other: &[Idle], launch: LaunchId) {
        let word = &command.words[at];
        let name = word.text.trim_matches(['$', '{', '}', '"']).to_string();
        let value = Expr::Opaque(word.text.clone());
        let from = self.add(command, Subject::Setting { name }, value, word.place.clone(), &[]);
        let options = self.options.all(&options::At {
            entry: None,
            reach,
            other,
        });
        for to in options {
            self.link(from, to, LinkKind::Possible, None, Some(launch));
        }
        self.unseen.insert(launch, from);
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

    /// Entry scripts that no command launches, but for some.
    fn entries_alone(&mut self, but: &BTreeSet<String>) {
        let launched: BTreeSet<String> = self.launches.iter().filter_map(|launch| launch.entry.clone()).collect();
        for entry in self.repository.entries {
            if launched.contains(entry) || but.contains(entry) {
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

#[cfg(test)]
mod tests;
