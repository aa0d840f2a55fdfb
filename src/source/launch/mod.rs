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
mod entry;
mod flags;
mod launchers;
mod options;
mod strip;

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{
    Arg, Dead, Expr, Form, Grade, Idle, Launch, LaunchId, Link, LinkKind, Statement, StatementId, Subject,
};
use crate::place::Place;
use crate::source::shell::{is_script, literal};
use crate::source::{Command, Word};

use entry::Paths;
use flags::Flag;
use options::Options;
use strip::{Given, Program, Stripped};

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

    /// A launcher's option that is a setting of the run.
    fn setting(&mut self, command: &Command, given: &Given) -> StatementId {
        let words = &command.words[given.option..=given.value];
        let value = value_of(&command.words[given.value], given);
        let owner = [strip_name(command)];
        let subject = Subject::Setting {
            name: given.name.to_string(),
        };
        let statement = self.add(command, subject, value, spanning(words), &owner);
        self.fill(command, statement, words);
        statement
    }

    /// Processes and machines: the launcher's options and the visible devices.
    fn factors(&mut self, command: &Command, stripped: &Stripped) -> Vec<StatementId> {
        let mut out = Vec::new();
        for given in &stripped.factors {
            let words = &command.words[given.option..=given.value];
            let mut value = value_of(&command.words[given.value], given);
            let bears = words[0].text.trim_start_matches('-').split('=').next().unwrap_or("");
            if matches!(bears, "include" | "i") {
                // `localhost:0,1,2` is three devices; several machines are more than this says.
                let Some(devices) = included(&words[words.len() - 1].text) else {
                    continue;
                };
                value = Expr::Value(devices);
            }
            let subject = Subject::Setting {
                name: given.name.to_string(),
            };
            let statement = self.add(command, subject, value, spanning(words), &[]);
            self.fill(command, statement, words);
            out.push(statement);
        }
        for (name, from) in &command.environment {
            if name == VISIBLE_DEVICES {
                out.push(self.visible(command, *from));
            }
        }
        for &at in &stripped.environment {
            let word = &command.words[at];
            if let Some((VISIBLE_DEVICES, devices)) = word.text.split_once('=') {
                let count = devices.split(',').filter(|device| !device.is_empty()).count();
                if !devices.contains('$') {
                    let subject = Subject::Setting {
                        name: VISIBLE_DEVICES.to_string(),
                    };
                    let value = Expr::Value(literal::number(&count.to_string()));
                    out.push(self.add(command, subject, value, word.place.clone(), &[]));
                }
            }
        }
        out
    }

    /// The number of visible devices: the length of the list in the environment.
    fn visible(&mut self, command: &Command, from: StatementId) -> StatementId {
        let slot = VISIBLE_DEVICES.to_string();
        let value = Expr::Call {
            callee: "len".to_string(),
            args: vec![Arg {
                keyword: None,
                value: Expr::Ref(slot.clone()),
            }],
        };
        let place = self.statements[from].place.clone();
        let statement = self.add(command, Subject::Setting { name: slot.clone() }, value, place, &[]);
        self.link(from, statement, LinkKind::Reference, Some(slot), None);
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

    /// Files with settings that the command names.
    fn configs(
        &self,
        command: &Command,
        script: &str,
        stripped: &Stripped,
        read: &[Flag],
        configs: &mut BTreeSet<String>,
    ) {
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
            let speaks = [
                "config",
                "cfg",
                "conf",
                "hparams",
                "params",
                "settings",
                "deepspeed",
                "args",
                "yaml",
                "recipe",
            ]
            .iter()
            .any(|word| flag.name.to_ascii_lowercase().contains(word));
            for text in &known {
                let sure = has_ending(
                    text,
                    &[".yaml", ".yml", ".toml", ".gin", ".ini", ".cfg", ".jsonnet", ".conf"],
                );
                if sure || (speaks && has_ending(text, &[".json", ".py", ".txt"])) {
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
            let named = text.contains("config") || text.contains("cfg");
            if has_ending(text, &[".yaml", ".yml", ".toml", ".gin"]) || (named && has_ending(text, &[".py", ".json"])) {
                configs.extend(find(text));
            }
        }
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

const VISIBLE_DEVICES: &str = "CUDA_VISIBLE_DEVICES";

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

/// The value of a launcher's option: the next word, or what stands behind its `=`.
fn value_of(word: &Word, given: &Given) -> Expr {
    if given.option != given.value {
        return word.value.clone();
    }
    let raw = match &word.value {
        Expr::Opaque(raw) | Expr::Ref(raw) => raw,
        _ => &word.text,
    };
    match (raw.split_once('='), word.text.split_once('=')) {
        (_, Some((_, known))) if !known.contains(['$', '`']) && !raw.contains('$') => literal::expr(known),
        (Some((_, raw)), _) if raw.starts_with('$') => Expr::Ref(raw.to_string()),
        (Some((_, raw)), _) => Expr::Opaque(raw.to_string()),
        _ => Expr::Opaque(raw.clone()),
    }
}

/// Devices of `localhost:0,1,2`, of one machine alone.
fn included(text: &str) -> Option<crate::quantity::Value> {
    let text = text.rsplit('=').next().unwrap_or(text);
    if text.contains(['@', '$']) {
        return None;
    }
    let devices = text.split(':').nth(1)?;
    Some(literal::number(
        &devices
            .split(',')
            .filter(|device| !device.is_empty())
            .count()
            .to_string(),
    ))
}

fn strip_name(command: &Command) -> String {
    let launcher = command
        .words
        .iter()
        .find(|word| matches!(word.text.as_str(), "accelerate" | "deepspeed" | "torchrun"));
    launcher.map_or(String::new(), |word| word.text.clone())
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

#[cfg(test)]
mod tests;
