//! From a repository and asks to evidence: read each file once, bind across files, keep what the asks need.
//!
//! Why it can be wrong: what is read in parallel must come out in one order. Facts are merged in the order of paths,
//! so evidence is the same whatever thread was first.
//!
//! Example: `gather(&mut repository, &wanted)` for the seed's fixture reads its 40 files and keeps what 14 claims ask.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;

use super::file::{Repository, digest};
use super::{
    FileFacts, READERS, Reader, cards, config, data, launch, logged, manifest, notebook, opened, overlay, python,
    quotes, unread,
};
use crate::evidence::{Ask, Evidence, SCHEMA, Scope, ScopeFiles, Statement, Subject, Tool};
use crate::place::SourceText;
use crate::quantity::Value;

/// What is to be found out.
#[derive(Debug)]
pub struct Wanted {
    pub asks: Vec<Ask>,
    /// Every scope that a claim looks at.
    pub scopes: Vec<Scope>,
    /// The paper, where there is one: read by the caller's leave, outside the root or in it.
    pub paper: Option<PaperFile>,
    pub as_of: NaiveDate,
    pub threads: usize,
}

/// Reads an input of the paper by its path as shown; none where it is missing or not allowed.
pub type Load = Box<dyn FnMut(&str) -> Option<SourceText>>;

/// The paper's main file and how its inputs are found.
pub struct PaperFile {
    pub main: SourceText,
    pub load: Load,
}

impl std::fmt::Debug for PaperFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PaperFile")
            .field("main", &self.main.path())
            .finish_non_exhaustive()
    }
}

/// Reads what the asks need, once, and binds it.
pub fn gather(repository: &mut Repository, mut wanted: Wanted) -> Evidence {
    wanted.asks.sort();
    wanted.asks.dedup();
    wanted.scopes.sort();
    wanted.scopes.dedup();
    let mut scopes: Vec<ScopeFiles> = wanted.scopes.iter().map(|scope| repository.matches(scope)).collect();
    // What a claim without `in` looks at does not change with another claim's `in`.
    for files in scopes.iter_mut().filter(|files| files.scope.include.is_empty()) {
        files.files.retain(|file| !logged::is_log(&file.to_lowercase()));
    }
    let scopes = scopes;
    let named: BTreeSet<&str> = scopes
        .iter()
        .flat_map(|scope| scope.files.iter().map(String::as_str))
        .collect();
    let mut paths: Vec<String> = repository
        .entries()
        .iter()
        .filter(|entry| (!entry.ignored && entry.vendored.is_none()) || named.contains(entry.path.as_str()))
        .map(|entry| entry.path.clone())
        .collect();
    let mut read = read_all(repository, &paths, &wanted.asks, &scopes, wanted.threads.max(1));
    let launched = launched_too(repository, &wanted, &scopes, &mut paths, &mut read);
    let ignored: Vec<String> = repository
        .entries()
        .iter()
        .filter(|entry| entry.ignored && named.contains(entry.path.as_str()) && !launched.contains(&entry.path))
        .map(|entry| entry.path.clone())
        .collect();
    let mut merged = Merged::default();
    for facts in read {
        merged.add(facts);
    }
    let mut evidence = bind(merged, &paths);
    evidence.ignored = ignored;
    quotes::quotes(repository, &mut wanted, &mut evidence);
    evidence.asks = wanted.asks;
    evidence.scopes = scopes;
    evidence.as_of = wanted.as_of;
    evidence.gaps.extend(repository.gaps());
    unread::beside(&mut evidence, &paths);
    evidence.gaps.sort();
    evidence.gaps.dedup();
    evidence.needed()
}

/// Reads the ignored files that commands name, and those that these name in turn, into their places among the others.
/// Gives all ignored files that commands name.
fn launched_too(
    repository: &mut Repository,
    wanted: &Wanted,
    scopes: &[ScopeFiles],
    paths: &mut Vec<String>,
    read: &mut Vec<Read>,
) -> BTreeSet<String> {
    let mut launched = BTreeSet::new();
    loop {
        let commands = read.iter().flat_map(|one| &one.facts.commands);
        let found = repository.ignored_among(&launch::named(commands));
        launched.extend(found.iter().cloned());
        let new: Vec<String> = found
            .into_iter()
            .filter(|file| paths.binary_search(file).is_err())
            .collect();
        if new.is_empty() {
            return launched;
        }
        read.extend(read_all(repository, &new, &wanted.asks, scopes, wanted.threads.max(1)));
        read.sort_by(|a, b| a.path.cmp(&b.path));
        paths.extend(new);
        paths.sort();
    }
}

/// What one file gave.
struct Read {
    path: String,
    digest: Option<String>,
    facts: FileFacts,
}

/// Files that a reader or an ask needs, read by as many threads as are asked for, in the order of their paths.
fn read_all(
    repository: &Repository,
    paths: &[String],
    asks: &[Ask],
    scopes: &[ScopeFiles],
    threads: usize,
) -> Vec<Read> {
    let next = AtomicUsize::new(0);
    let mut read: Vec<(usize, Read)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(paths.len().max(1)))
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(path) = paths.get(at) else { break };
                        if let Some(one) = read_one(repository, path, asks, scopes) {
                            mine.push((at, one));
                        }
                    }
                    mine
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_default())
            .collect()
    });
    read.sort_by_key(|(at, _)| *at);
    read.into_iter().map(|(_, one)| one).collect()
}

fn read_one(repository: &Repository, path: &str, asks: &[Ask], scopes: &[ScopeFiles]) -> Option<Read> {
    let lower = path.to_lowercase();
    let record = logged::is_record(&lower);
    // A log says much that nobody asks: it is read where an `in` names it.
    let passed_over = logged::is_log(&lower) && !names(scopes, path);
    let readers: Vec<&Reader> = READERS
        .iter()
        .filter(|reader| (reader.reads)(&lower) && !passed_over)
        .filter(|reader| !record || reader.name == logged::TRACKERS.name)
        .collect();
    let data: Vec<(&Ask, bool)> = asks
        .iter()
        .filter(|ask| wants(ask, path, scopes))
        .map(|ask| (ask, true))
        .collect();
    if readers.is_empty() && data.is_empty() {
        return None;
    }
    let mut facts = FileFacts::default();
    let file = match repository.read(path) {
        Ok(file) => file,
        Err(gap) => {
            facts.gaps.push(gap);
            return Some(Read {
                path: path.to_string(),
                digest: None,
                facts,
            });
        }
    };
    for reader in readers {
        append(&mut facts, (reader.read)(&file, asks));
    }
    if !data.is_empty() {
        append(&mut facts, data::read_data(&file, &data));
    }
    // A file that none of them found anything in needs no hash.
    let digest = (!facts.statements.is_empty() || !facts.commands.is_empty()).then(|| digest(&file.bytes));
    Some(Read {
        path: path.to_string(),
        digest,
        facts,
    })
}

/// Whether the `in` of a claim names this file.
fn names(scopes: &[ScopeFiles], path: &str) -> bool {
    let named = scopes.iter().filter(|files| !files.scope.include.is_empty());
    named
        .into_iter()
        .any(|files| files.files.binary_search_by(|file| file.as_str().cmp(path)).is_ok())
}

/// Whether an ask looks at this file as data.
fn wants(ask: &Ask, path: &str, scopes: &[ScopeFiles]) -> bool {
    let holds = |scope: &Scope| {
        scopes
            .iter()
            .find(|files| files.scope == *scope)
            .is_some_and(|files| files.files.binary_search_by(|file| file.as_str().cmp(path)).is_ok())
    };
    match ask {
        Ask::Rows { scope, .. } | Ask::Select { scope, .. } | Ask::Pattern { scope, .. } | Ask::Files { scope } => {
            holds(scope)
        }
        Ask::Lines { file, .. } => file == path,
        _ => false,
    }
}

/// Everything of all files, with ids shifted to one count.
#[derive(Default)]
struct Merged {
    facts: FileFacts,
    modules: Vec<python::Module>,
    notebooks: Vec<notebook::Notebook>,
    digests: BTreeMap<String, String>,
}

impl Merged {
    fn add(&mut self, read: Read) {
        let Read {
            path,
            digest,
            mut facts,
        } = read;
        if let Some(digest) = digest {
            self.digests.insert(path, digest);
        }
        let by = self.facts.statements.len();
        shift(&mut facts, by);
        self.modules.extend(facts.module.take());
        self.notebooks.extend(facts.notebook.take());
        self.facts.statements.append(&mut facts.statements);
        self.facts.links.append(&mut facts.links);
        self.facts.commands.append(&mut facts.commands);
        self.facts.gaps.append(&mut facts.gaps);
    }
}

/// Adds a reader's facts of the same file.
pub(super) fn append(facts: &mut FileFacts, mut more: FileFacts) {
    shift(&mut more, facts.statements.len());
    facts.statements.append(&mut more.statements);
    facts.links.append(&mut more.links);
    facts.commands.append(&mut more.commands);
    facts.gaps.append(&mut more.gaps);
    if more.module.is_some() {
        facts.module = more.module;
    }
    if more.notebook.is_some() {
        facts.notebook = more.notebook;
    }
}

/// Moves every statement id of these facts behind `by` others.
fn shift(facts: &mut FileFacts, by: usize) {
    for link in &mut facts.links {
        link.from += by;
        link.to += by;
    }
    for command in &mut facts.commands {
        command.environment.iter_mut().for_each(|(_, id)| *id += by);
        for word in &mut command.words {
            word.variables.iter_mut().for_each(|(_, id)| *id += by);
        }
    }
    for statement in &mut facts.statements {
        if let Some(crate::evidence::Dead::Shadowed { by: other }) = &mut statement.dead {
            *other += by;
        }
    }
    if let Some(module) = &mut facts.module {
        module.shift(by);
    }
}

/// Connects what stands in different files.
fn bind(merged: Merged, paths: &[String]) -> Evidence {
    let Merged {
        facts,
        modules,
        notebooks,
        digests,
    } = merged;
    let FileFacts {
        mut statements,
        mut links,
        commands,
        gaps,
        ..
    } = facts;
    cards::from_directives(&mut statements);
    let bound = python::bind(&mut statements, &mut links, &modules);
    config::bind(&statements, &mut links, paths);
    manifest::bind(&statements, &mut links);
    let entries = python::entries(&modules);
    let console = console_scripts(&statements);
    let running = python::Running::new(&statements, &modules);
    let reach = |entry: &str| running.reach(entry);
    let idle = |entry: &str| running.idle(entry);
    let (shapes, commanded) = (python::shapes(&modules), python::commanded(&modules));
    let repository = launch::Repository {
        files: paths,
        entries: &entries,
        console: &console,
        reach: &reach,
        idle: &idle,
        shapes: &shapes,
        commanded: &commanded,
    };
    let launch::Bound { mut launches, unseen } = launch::bind(&commands, &mut statements, &mut links, &repository);
    launch::mark_flags(&mut statements, &links, &launches, &|files| {
        python::closed(files, &modules)
    });
    opened::bind_keys(&statements, &mut links, &python::lookups(&modules));
    let code = opened::Code {
        entries: &entries,
        files: paths,
        reach: &reach,
        idle: &idle,
        unseen: &unseen,
    };
    opened::bind(&mut statements, &mut links, &mut launches, &commands, &code);
    overlay::bind(&statements, &mut links, &launches, &bound.laid_over);
    let mut evidence = Evidence {
        tool: Tool::default(),
        schema: SCHEMA,
        as_of: NaiveDate::default(),
        asks: Vec::new(),
        digests,
        scopes: Vec::new(),
        ignored: Vec::new(),
        entries,
        statements,
        links,
        launches,
        read_under: bound.read_under,
        gaps,
    };
    notebook::settle(&mut evidence, &notebooks);
    evidence
}

/// Console scripts of the manifests: name to dotted module.
fn console_scripts(statements: &[Statement]) -> BTreeMap<String, String> {
    statements
        .iter()
        .filter(|statement| statement.owner.last().is_some_and(|owner| owner == "scripts"))
        .filter_map(|statement| match (&statement.subject, statement.value.literal()) {
            (Subject::Setting { name }, Some(Value::Text(target))) => {
                Some((name.clone(), target.split(':').next().unwrap_or(target).to_string()))
            }
            _ => None,
        })
        .collect()
}
