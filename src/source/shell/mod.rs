//! Shell and job scripts: variables, commands and scheduler directives.
//!
//! The script is walked in the order in which it runs, with what each variable can hold; nothing is executed. A
//! function's body is walked where it is called, `bash -c "…"` and here-documents that are scripts are walked in place.
//!
//! Why it can be wrong: a value taken from a branch that does not run, or a command that is only printed. So every
//! statement has its guards, `echo` lines are no commands, and a variable has all assignments that can reach a use.
//!
//! Example: `lr=1e-5` and `python train.py --lr $lr` give the variable `lr`, form `ShellVariable`, and a command whose
//! third word is the reference `$lr` to that statement.

mod arithmetic;
mod assign;
mod branch;
mod builtin;
mod command;
mod condition;
mod install;
mod items;
pub(crate) mod lex;
pub(crate) mod literal;
mod recipes;
mod redirect;
mod starters;
mod state;
mod toolchain;
mod variants;
mod walk;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::evidence::{
    Ask, Dead, Expr, Form, Gap, GapReason, Grade, Guard, Link, LinkKind, Statement, StatementId, Subject,
};
use crate::place::{Place, SourceText};
use crate::source::{Command, File, FileFacts, Reader, scheduler};

pub(crate) use recipes::Recipes;
pub(crate) use starters::kept;
use state::{Definition, State};

/// Shell and job scripts.
pub const SHELL: Reader = Reader {
    name: "shell",
    about: include_str!("mod.rs"),
    reads,
    read,
};

/// Larger files are generated; the tree needs about 60 bytes for each of theirs.
pub(crate) const LARGEST: usize = 4 << 20;
const EXTENSIONS: [&str; 9] = [
    ".sh", ".bash", ".job", ".slurm", ".sbatch", ".pbs", ".qsub", ".lsf", ".zsh",
];
/// Statements and commands of one script; what is beyond comes from a script that calls itself over and over.
const STATEMENTS: usize = 20_000;
const COMMANDS: usize = 2_000;
/// Fragments (function bodies, nested scripts) that are walked for one file.
const FRAGMENTS: usize = 2_000;

/// Whether the path is that of a shell or job script by its name.
pub(crate) fn is_script(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    EXTENSIONS.iter().any(|extension| path.ends_with(extension))
}

fn reads(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    is_script(path) || (!name.contains('.') && name != "makefile" && name != "gnumakefile")
}

fn read(file: &File, _asks: &[Ask]) -> FileFacts {
    let named = is_script(&file.path);
    if !named && !has_shell_shebang(&file.bytes) {
        return FileFacts::default();
    }
    if file.bytes.len() > LARGEST {
        return file
            .gap(GapReason::TooLarge, "shell scripts are read up to 4 MB")
            .into();
    }
    let Some(source) = &file.text else {
        return file.gap(GapReason::NotText, "not UTF-8").into();
    };
    // A byte order mark is no part of the first word.
    let start = if file.bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    read_range(source, start..source.text().len(), Grade::Launched)
}

/// A `#!` line that names a shell.
fn has_shell_shebang(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Some(rest) = line.strip_prefix(b"#!") else {
        return false;
    };
    let rest = String::from_utf8_lossy(&rest[..rest.len().min(200)]).to_string();
    rest.split_whitespace()
        .any(|word| matches!(word.rsplit('/').next(), Some("sh" | "bash" | "zsh" | "ksh" | "dash")))
}

/// Reads shell that stands within another file: a fenced block of prose, a string in code.
///
/// Places are those of `source`; `grade` is [`Grade::Documented`] in prose.
pub(crate) fn read_range(source: &SourceText, range: Range<usize>, grade: Grade) -> FileFacts {
    let mut script = Script::new(source, grade);
    script.fragment(range, true);
    script.finish()
}

/// Where something stands, and the marks of the calls and turns that lead there: a function's body is walked once a
/// call, a loop's once a turn.
type At = (usize, Vec<usize>);

/// One script while it is walked.
struct Script<'s> {
    source: &'s SourceText,
    text: &'s str,
    grade: Grade,
    facts: FileFacts,
    links: BTreeSet<Link>,
    /// By the byte it stands at and the calls it stands in: a loop's body is walked twice and says everything once.
    statements: BTreeMap<(usize, Vec<usize>, String), StatementId>,
    commands: BTreeMap<(usize, Vec<usize>, usize), usize>,
    definitions: Vec<Definition>,
    functions: BTreeMap<String, Range<usize>>,
    called: BTreeSet<String>,
    comments: BTreeMap<u32, String>,
    state: State,
    guards: Vec<Guard>,
    /// What the names in a condition refer to, by the condition's first byte and the calls it stands in.
    tested: BTreeMap<At, Vec<(String, StatementId)>>,
    /// Start bytes of the calls that lead here.
    calls: Vec<usize>,
    /// Directives behind the first command.
    unread: Vec<scheduler::Request>,
    fragments: usize,
    depth: usize,
    loops: usize,
    /// Turns of the loops around, multiplied.
    turns: usize,
    in_case: usize,
    dead: Option<Dead>,
    broken: Option<u32>,
}

impl<'s> Script<'s> {
    fn new(source: &'s SourceText, grade: Grade) -> Script<'s> {
        Script {
            source,
            text: source.text(),
            grade,
            facts: FileFacts::default(),
            links: BTreeSet::new(),
            statements: BTreeMap::new(),
            commands: BTreeMap::new(),
            definitions: Vec::new(),
            functions: BTreeMap::new(),
            called: BTreeSet::new(),
            comments: BTreeMap::new(),
            state: State::default(),
            guards: Vec::new(),
            tested: BTreeMap::new(),
            calls: Vec::new(),
            unread: Vec::new(),
            fragments: 0,
            depth: 0,
            loops: 0,
            turns: 1,
            in_case: 0,
            dead: None,
            broken: None,
        }
    }

    /// Parses and walks a stretch of the file as a script; `directives`: with its scheduler directives.
    fn fragment(&mut self, range: Range<usize>, directives: bool) {
        if self.fragments >= FRAGMENTS || range.start >= range.end {
            return;
        }
        self.fragments += 1;
        let Some(tree) = parse(self.text, &range) else { return };
        let root = tree.root_node();
        walk::comments(root, self.text, |at, text| {
            let line = self.source.line(at);
            self.comments.entry(line).or_insert(text);
        });
        if directives {
            for request in scheduler::directives(self.text, range) {
                if request.state == scheduler::Standing::NotRead {
                    // It may stand in a here-document that is a script of its own.
                    self.unread.push(request);
                } else {
                    self.request(request, true);
                }
            }
        }
        if root.has_error() && self.broken.is_none() {
            self.broken = walk::first_error(root).map(|at| self.source.line(at));
        }
        self.walk(root);
    }

    /// A scheduler request as a statement; its value may refer to variables.
    fn request(&mut self, request: scheduler::Request, directive_line: bool) {
        let scheduler::Request {
            system,
            key,
            value,
            unit,
            range,
            state,
        } = request;
        let form = match state {
            scheduler::Standing::CommentedOut => Form::CommentedOut,
            _ => Form::Directive,
        };
        let dead = match state {
            scheduler::Standing::NotRead => Some(Dead::BranchNotTaken),
            _ => self.dead.clone(),
        };
        let key_of = (range.start, self.calls.clone(), format!("#{system}:{key}"));
        if self.statements.contains_key(&key_of) || self.facts.statements.len() >= STATEMENTS {
            return;
        }
        let statement = Statement {
            subject: Subject::Directive {
                system: system.to_string(),
                key: key.to_string(),
            },
            form,
            value,
            place: self.source.place(range),
            grade: if self.grade == Grade::Documented {
                Grade::Documented
            } else {
                Grade::Declared
            },
            owner: Vec::new(),
            unit,
            // A directive line is read before the script runs, whatever stands around it.
            guards: if directive_line {
                Vec::new()
            } else {
                self.guards.clone()
            },
            comment: None,
            dead,
        };
        self.statements.insert(key_of, self.facts.statements.len());
        self.facts.statements.push(statement);
    }

    fn finish(mut self) -> FileFacts {
        // What no call reaches: its variables are shown as such, its commands run nothing.
        let uncalled: Vec<(String, Range<usize>)> = self
            .functions
            .iter()
            .filter(|(name, _)| !self.called.contains(*name))
            .map(|(name, range)| (name.clone(), range.clone()))
            .collect();
        for (_, range) in uncalled {
            self.state = State::default();
            self.guards.clear();
            self.calls = vec![range.start];
            self.dead = Some(Dead::NeverCalled);
            self.fragment(range, false);
        }
        let unread = std::mem::take(&mut self.unread);
        let read: BTreeSet<usize> = self
            .statements
            .keys()
            .filter(|(_, _, name)| name.starts_with('#'))
            .map(|(at, _, _)| *at)
            .collect();
        (self.dead, self.calls) = (None, Vec::new());
        for request in unread
            .into_iter()
            .filter(|request| !read.contains(&request.range.start))
        {
            self.request(request, true);
        }
        self.facts.links = self.links.into_iter().collect();
        if let Some(line) = self.broken {
            self.facts.gaps.push(Gap {
                file: self.source.path().to_string(),
                why: GapReason::Broken,
                detail: format!("line {line}: not understood as shell; what stands around it was read"),
            });
        }
        self.facts
    }

    /// Adds the statement of a variable, once, and the links from the variables in its value.
    fn variable(
        &mut self,
        at: usize,
        name: &str,
        value: Expr,
        range: Range<usize>,
        variables: &[(String, StatementId)],
    ) -> StatementId {
        let key = (at, self.calls.clone(), name.to_string());
        let value = match (name, &value) {
            // A list, whose length is the number of processes.
            ("CUDA_VISIBLE_DEVICES", Expr::Value(devices)) => {
                let devices = devices.to_string();
                let devices = devices.split(',').map(str::trim).filter(|device| !device.is_empty());
                Expr::List(devices.map(|device| Expr::Value(literal::value(device))).collect())
            }
            _ => value,
        };
        let id = match self.statements.get(&key) {
            Some(&id) => id,
            None => {
                let place = self.source.place(range);
                let id = self.facts.statements.len();
                self.facts.statements.push(Statement {
                    subject: Subject::Setting { name: name.to_string() },
                    form: Form::ShellVariable,
                    value,
                    comment: place.end_line.and_then(|line| self.comments.get(&line).cloned()),
                    place,
                    grade: self.grade,
                    owner: Vec::new(),
                    unit: None,
                    guards: self.guards.clone(),
                    dead: self.dead_here(),
                });
                self.statements.insert(key, id);
                id
            }
        };
        let tested = self.tested_by(&self.guards);
        for (slot, from) in variables.iter().chain(&tested) {
            if *from != id {
                self.links.insert(Link {
                    from: *from,
                    to: id,
                    kind: LinkKind::Reference,
                    slot: Some(slot.clone()),
                    launch: None,
                });
            }
        }
        id
    }

    /// The variables that these conditions look at.
    fn tested_by(&self, guards: &[Guard]) -> Vec<(String, StatementId)> {
        let mut out = Vec::new();
        for guard in guards {
            let Some((start, _)) = guard.place.bytes else { continue };
            for calls in (0..=self.calls.len()).rev().map(|depth| &self.calls[..depth]) {
                let Some(found) = self.tested.get(&(start, calls.to_vec())) else {
                    continue;
                };
                out.extend(found.iter().cloned());
                break;
            }
        }
        out
    }

    fn dead_here(&self) -> Option<Dead> {
        self.dead
            .clone()
            .or_else(|| self.state.ended.then_some(Dead::BranchNotTaken))
    }

    fn place(&self, range: Range<usize>) -> Place {
        self.source.place(range)
    }

    fn slice(&self, range: Range<usize>) -> &'s str {
        self.text.get(range).unwrap_or("")
    }

    fn push_command(&mut self, at: usize, variant: usize, command: Command) {
        if self.dead_here().is_some() {
            return;
        }
        let key = (at, self.calls.clone(), variant);
        match self.commands.get(&key) {
            Some(&index) => self.facts.commands[index] = command,
            None if self.facts.commands.len() < COMMANDS => {
                self.commands.insert(key, self.facts.commands.len());
                self.facts.commands.push(command);
            }
            None => {}
        }
    }
}

fn parse(text: &str, range: &Range<usize>) -> Option<tree_sitter::Tree> {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
    let point = |at: usize| {
        let before = &text.as_bytes()[..at];
        let row = memchr::memchr_iter(b'\n', before).count();
        let column = at - memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        tree_sitter::Point { row, column }
    };
    if range.start > 0 || range.end < text.len() {
        let included = tree_sitter::Range {
            start_byte: range.start,
            end_byte: range.end,
            start_point: point(range.start),
            end_point: point(range.end),
        };
        parser.set_included_ranges(&[included]).ok()?;
    }
    if text.is_ascii() {
        return parser.parse(text, None);
    }
    // The grammar's scanner asks C's `isdigit` about whole code points, which reads beyond its table. What a node is called is
    // taken from the text itself; for the grammar a letter of another alphabet is a sign that words may have.
    let ascii: Vec<u8> = text
        .bytes()
        .map(|byte| if byte.is_ascii() { byte } else { b':' })
        .collect();
    parser.parse(ascii, None)
}

#[cfg(test)]
mod tests;
