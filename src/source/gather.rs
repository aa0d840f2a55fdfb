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
use super::merged::{Merged, append};
use super::{
    FileFacts, READERS, Reader, cards, config, data, launch, logged, manifest, measured, notebook, opened, overlay,
    python, quotes, smi, unread,
};
use crate::evidence::{Ask, Evidence, Gap, GapReason, SCHEMA, Scope, ScopeFiles, Statement, Subject, Tool, is_audio};
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
    /// What claim files name beside the repository: each file with its hash and what it says.
    pub beside: Vec<(String, Option<String>, FileFacts)>,
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
    let quoted = quotes::quoted_files(repository, &wanted.asks);
    let looking = Looking {
        of_code: wanted.asks.iter().any(is_of_code),
        quoted: &quoted,
        threads: wanted.threads.max(1),
    };
    let mut read = read_all(repository, &paths, &wanted.asks, &scopes, &looking);
    let launched = launched_too(repository, &wanted, &scopes, &looking, &mut paths, &mut read);
    let texts: quotes::Texts = read
        .iter_mut()
        .filter_map(|one| Some((one.path.clone(), one.quoted.take()?)))
        .collect();
    let ignored: Vec<String> = repository
        .entries()
        .iter()
        .filter(|entry| entry.ignored && named.contains(entry.path.as_str()) && !launched.contains(&entry.path))
        .map(|entry| entry.path.clone())
        .collect();
    let mut merged = Merged::default();
    for Read {
        path, digest, facts, ..
    } in read
    {
        merged.add(path, digest, facts);
    }
    for (path, digest, facts) in wanted.beside.drain(..) {
        merged.add(path, digest, facts);
    }
    let python = manifest::python_files(&merged.modules);
    let mut evidence = bind(merged, &paths);
    evidence.ignored = ignored;
    quotes::quotes(repository, &mut wanted, texts, &mut evidence);
    evidence.asks = wanted.asks;
    evidence.scopes = scopes;
    evidence.as_of = wanted.as_of;
    evidence.gaps.extend(repository.gaps());
    unread::beside(&mut evidence, &paths);
    evidence.gaps.sort();
    evidence.gaps.dedup();
    evidence.unimported = manifest::unimported(&evidence, &python);
    evidence.needed()
}

/// Reads the ignored files that commands name, and those that these name in turn, into their places among the others.
/// Gives all ignored files that commands name.
fn launched_too(
    repository: &mut Repository,
    wanted: &Wanted,
    scopes: &[ScopeFiles],
    looking: &Looking<'_>,
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
        read.extend(read_all(repository, &new, &wanted.asks, scopes, looking));
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
    /// Its text, or why there is none, where a quote is said to stand in it.
    quoted: Option<Result<Option<SourceText>, Gap>>,
}

/// What is looked at beside the files that an ask names.
struct Looking<'a> {
    /// Some ask is about what code, configuration or prose says.
    of_code: bool,
    /// Files that quotes are said to stand in.
    quoted: &'a BTreeSet<String>,
    threads: usize,
}

/// Whether an ask is answered from code, configuration and prose, wherever they stand; the others name their files.
fn is_of_code(ask: &Ask) -> bool {
    !matches!(
        ask,
        Ask::Rows { .. }
            | Ask::Select { .. }
            | Ask::Pattern { .. }
            | Ask::Files { .. }
            | Ask::Present { .. }
            | Ask::Audio { .. }
            | Ask::Lines { .. }
            | Ask::Record { .. }
            | Ask::Readings { .. }
            | Ask::Quote { .. }
            | Ask::Paper { .. }
    )
}

/// Files that a reader or an ask needs, read by as many threads as are asked for, in the order of their paths.
fn read_all(
    repository: &Repository,
    paths: &[String],
    asks: &[Ask],
    scopes: &[ScopeFiles],
    looking: &Looking<'_>,
) -> Vec<Read> {
    let next = AtomicUsize::new(0);
    let mut read: Vec<(usize, Read)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..looking.threads.min(paths.len().max(1)))
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(path) = paths.get(at) else { break };
                        if let Some(one) = read_one(repository, path, asks, scopes, looking) {
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

fn read_one(
    repository: &Repository,
    path: &str,
    asks: &[Ask],
    scopes: &[ScopeFiles],
    looking: &Looking<'_>,
) -> Option<Read> {
    let lower = path.to_lowercase();
    let record = logged::is_record(&lower);
    // A log says much that nobody asks: it is read where an `in` names it.
    let named = names(scopes, path);
    let passed_over = logged::is_log(&lower) && !named;
    let readers: Vec<&Reader> = READERS
        .iter()
        .filter(|reader| looking.of_code && (reader.reads)(&lower) && !passed_over)
        .filter(|reader| !record || reader.name == logged::TRACKERS.name)
        .filter(|reader| reader.name != smi::SMI.name || named || !smi::is_output(&lower))
        .collect();
    let data: Vec<(&Ask, bool)> = asks
        .iter()
        .filter(|ask| wants(ask, path, scopes))
        .map(|ask| (ask, true))
        .collect();
    if readers.is_empty() && data.is_empty() {
        return None;
    }
    let bytes = repository.entry(path).map_or(0, |entry| entry.bytes);
    let is_quoted = looking.quoted.contains(path);
    let asked: Vec<&Ask> = data.iter().map(|(ask, _)| *ask).collect();
    let measured = |asked: &[&Ask]| {
        let (facts, digest) = measured::read(repository, path, asked);
        Read {
            path: path.to_string(),
            digest,
            facts,
            quoted: None,
        }
    };
    if readers.is_empty() && !is_quoted && asked.iter().all(|ask| measured::answers(ask, &lower, bytes)) {
        return Some(measured(&asked));
    }
    let file = match repository.read(path) {
        Ok(file) => file,
        Err(gap) => {
            // What is too large to be held may still be hashed.
            let files: Vec<&Ask> = asked
                .iter()
                .copied()
                .filter(|ask| gap.why == GapReason::TooLarge && matches!(ask, Ask::Files { .. } | Ask::Present { .. }))
                .collect();
            let mut read = match files.as_slice() {
                [] => Read {
                    path: path.to_string(),
                    digest: None,
                    facts: measured::present(repository, path, &asked),
                    quoted: None,
                },
                files => measured(files),
            };
            read.quoted = is_quoted.then(|| Err(gap.clone()));
            read.facts.gaps.push(gap);
            return Some(read);
        }
    };
    let mut facts = FileFacts::default();
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
        quoted: is_quoted.then_some(Ok(file.text)),
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
            .filter(|files| files.files.binary_search_by(|file| file.as_str().cmp(path)).is_ok())
    };
    match ask {
        Ask::Rows { scope, .. }
        | Ask::Select { scope, .. }
        | Ask::Pattern { scope, .. }
        | Ask::Files { scope }
        | Ask::Present { scope } => holds(scope).is_some(),
        Ask::Audio { scope } => is_audio(path) && holds(scope).is_some_and(ScopeFiles::names_audio),
        Ask::Lines { file, .. } => file == path,
        _ => false,
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
    manifest::platform::beside(&mut statements);
    manifest::unmet(&mut statements);
    let bound = python::bind(&mut statements, &mut links, &modules);
    notebook::reordered(&mut statements, &mut links, &notebooks);
    config::bind(&statements, &mut links, paths);
    manifest::bind(&statements, &mut links);
    let entries = python::entries(&modules);
    let console = console_scripts(&statements);
    let running = python::Running::new(&statements, &modules);
    let reach = |entry: &str| running.reach(entry);
    let idle = |entry: &str| running.idle(entry);
    let parameters: launch::Cells = notebooks.iter().filter_map(notebook::Notebook::parameters).collect();
    let (shapes, commanded) = (python::shapes(&modules), python::commanded(&modules));
    let repository = launch::Repository {
        files: paths,
        entries: &entries,
        console: &console,
        reach: &reach,
        idle: &idle,
        shapes: &shapes,
        commanded: &commanded,
        parameters: &parameters,
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
    let is_read = |file: &str, name: &str| python::is_read(&modules, file, name);
    opened::generation::bind(&mut statements, &mut links, &launches, &is_read);
    overlay::bind(&statements, &mut links, &launches, &bound.laid_over);
    logged::of_runs(&mut statements, &mut links, &launches, paths);
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
        unimported: BTreeMap::new(),
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
