//! A claim file's text to its typed tables: every mistake at once, each at its place.
//!
//! Two steps: TOML with a span for every key and value, recovering from broken lines; then each table against its
//! table of keys ([`super::keys`]).
//!
//! Why it can be wrong: one mistake that hides the others makes an author mend a file ten times; one that brings forth
//! others (a broken line, then "no `id`") sends them to lines that are right. So where a line is broken, what merely
//! follows from it is not said.
//!
//! Example: `batch-size = ` is one problem at its line, and the claims below are still checked.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::declared::run;
use super::node::{Entry, Node, entries, type_of};
use super::problem::{Problem, suggestion};
use super::shape::{NamedScope, Reading};
use super::statement::Reader;
use super::{ClaimFile, Document, Field, Key, KindSpec, RunDeclaration, Shape, keys, paths};
use crate::place::SourceText;
use crate::quantity::Locale;

/// A key that was read, with its field and where it stands.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) name: &'static str,
    pub(super) field: Field,
    pub(super) key_span: Range<usize>,
    pub(super) span: Range<usize>,
}

impl ClaimFile {
    /// Reads a claim file. `path` is what messages and places show; `kinds` are the kinds of claims there are.
    ///
    /// # Errors
    /// Every mistake in the file, in the order in which they stand there.
    pub fn read(path: &str, text: &str, kinds: &[&KindSpec]) -> Result<ClaimFile, Vec<Problem>> {
        let (tree, broken) = DeTable::parse_recoverable(text);
        let source = SourceText::new(path, text);
        let mut reading = Reading {
            text,
            problems: Vec::new(),
            scopes: Vec::new(),
            locale: Locale::English,
        };
        let file = file(&mut reading, tree.get_ref(), &source, kinds);
        let mut problems = reading.problems;
        if !broken.is_empty() {
            let at = |error: &toml::de::Error| error.span().unwrap_or(text.len()..text.len());
            let lines: Vec<u32> = broken.iter().map(|error| source.line(at(error).start)).collect();
            problems.retain(|problem| !problem.follows && !lines.contains(&source.line(problem.primary.start)));
            problems.extend(broken.iter().map(|error| {
                Problem::new(at(error), format!("this is no TOML: {}", error.message()))
                    .hint(toml_remedy(error.message()))
            }));
        }
        problems.sort_by_key(|problem| (problem.primary.start, problem.primary.end));
        if problems.is_empty() { Ok(file) } else { Err(problems) }
    }
}

/// What to do about a broken line, by what TOML's parser says of it.
fn toml_remedy(message: &str) -> &'static str {
    if message.contains("duplicate key") {
        "keep one of the two lines"
    } else if message.contains("must be quoted")
        || message.contains("basic string")
        || message.contains("literal string")
    {
        "a text stands in quotes, `key = \"text\"`, and ends on its line"
    } else {
        "a line is `key = value`, `[table]` or `[[claim]]`; a value is a number, a text in quotes, `true`, a list or a table"
    }
}

fn file(reading: &mut Reading<'_>, tree: &DeTable<'_>, source: &SourceText, kinds: &[&KindSpec]) -> ClaimFile {
    let top = entries(tree);
    for entry in top.iter().filter(|entry| !keys::TOP.contains(&entry.key)) {
        reading.problem(unknown_at_top(entry, kinds));
    }
    let section = |name: &str| top.iter().find(|entry| entry.key == name);

    if let Some(entry) = section("scope") {
        scopes(reading, entry);
    }
    let document = section("document").map(|entry| table(reading, entry, keys::DOCUMENT.keys, "[document]"));
    let slurm = section("slurm").map(|entry| table(reading, entry, keys::SLURM.keys, "[slurm]"));
    let machine = section("machine").map(|entry| table(reading, entry, keys::MACHINE.keys, "[machine]"));
    let runs = section("run")
        .map(|entry| runs(reading, entry, source))
        .unwrap_or_default();

    let document = document.unwrap_or_default();
    let document = Document {
        title: text_of(&document, "title"),
        paper: text_of(&document, "paper"),
        root: text_of(&document, "root"),
        language: text_of(&document, "language"),
        exclude: texts_of(&document, "exclude"),
    };
    let machine = machine.unwrap_or_default();
    let mut reader = Reader {
        reading,
        source,
        kinds,
        document: &document,
        runs: &runs,
        ids: Vec::new(),
    };
    let claims = match section("claim") {
        Some(entry) => reader.claims(entry),
        None => {
            if !top
                .iter()
                .any(|entry| entry.key.eq_ignore_ascii_case("claim") || entry.key.starts_with("claim"))
            {
                let end = source.text().trim_end().len();
                reader.reading.problem(no_claims(end..end));
            }
            Vec::new()
        }
    };
    ClaimFile {
        path: source.path().to_string(),
        text: source.clone(),
        accounting: slurm.map(|slurm| texts_of(&slurm, "accounting")).unwrap_or_default(),
        readings: texts_of(&machine, "readings"),
        readings_max_age: text_of(&machine, "max-age"),
        document,
        runs,
        claims,
    }
}

pub(super) fn no_claims(span: Range<usize>) -> Problem {
    Problem::new(span, "the file has no claim")
        .hint("a claim begins with `[[claim]]` and has at least an `id` and a `kind`")
        .following()
}

fn unknown_at_top(entry: &Entry<'_>, kinds: &[&KindSpec]) -> Problem {
    let claim_key = keys::COMMON.iter().chain(keys::SHARED).any(|key| key.name == entry.key)
        || kinds
            .iter()
            .any(|kind| kind.keys.iter().any(|key| key.name == entry.key));
    let document_key = keys::DOCUMENT.keys.iter().any(|key| key.name == entry.key);
    let mut problem = Problem::new(
        entry.key_span.clone(),
        format!("a claim file has no `{}` at its top", entry.key),
    );
    problem.hint = match (document_key, claim_key) {
        (true, _) => Some(format!("`{}` belongs under `[document]`", entry.key)),
        (_, true) => Some(format!("`{}` belongs under a `[[claim]]`", entry.key)),
        _ => suggestion(entry.key, keys::TOP, "there are"),
    };
    problem
}

/// A table of the file whose keys are `known`; `owner` is what messages call it.
fn table(reading: &mut Reading<'_>, entry: &Entry<'_>, known: &'static [Key], owner: &str) -> Vec<Read> {
    let known: Vec<&Key> = known.iter().collect();
    match table_of(reading, entry.node, owner, entry.key) {
        Some(table) => keys_of(reading, table, &known, &mut |unknown| {
            let names: Vec<&str> = known.iter().map(|key| key.name).collect();
            let mut problem = Problem::new(
                unknown.key_span.clone(),
                format!("`{owner}` has no key `{}`", unknown.key),
            );
            problem.hint = suggestion(unknown.key, &names, "its keys are");
            Some(problem)
        }),
        None => Vec::new(),
    }
}

/// The node as a table, else a problem that shows how the table is written.
pub(super) fn table_of<'a>(
    reading: &mut Reading<'_>,
    node: &'a Node<'a>,
    owner: &str,
    key: &str,
) -> Option<&'a DeTable<'a>> {
    match node.get_ref() {
        DeValue::Table(table) => Some(table),
        other => {
            let message = format!("`{key}` is a table; this is {}", type_of(other));
            reading.problem(Problem::new(node.span(), message).hint(format!("write `{owner}` on a line of its own")));
            None
        }
    }
}

/// Reads the known keys of a table; `unknown` says what is wrong with another one (none: somebody else says so).
pub(super) fn keys_of(
    reading: &mut Reading<'_>,
    table: &DeTable<'_>,
    known: &[&'static Key],
    unknown: &mut dyn FnMut(&Entry<'_>) -> Option<Problem>,
) -> Vec<Read> {
    let mut read = Vec::new();
    for entry in entries(table) {
        let Some(key) = known.iter().find(|key| key.name == entry.key) else {
            if let Some(problem) = unknown(&entry) {
                reading.problem(problem);
            }
            continue;
        };
        let before = reading.problems.len();
        let field = reading.field(key, entry.node);
        for problem in &mut reading.problems[before..] {
            problem.hint.get_or_insert_with(|| key.sentence());
        }
        if let Some(field) = field {
            read.push(Read {
                name: key.name,
                field,
                key_span: entry.key_span,
                span: entry.node.span(),
            });
        }
    }
    read
}

/// `[scope]`: each name with its globs.
fn scopes(reading: &mut Reading<'_>, entry: &Entry<'_>) {
    const SCOPE: Key = Key {
        name: "scope",
        shape: Shape::Globs,
        required: false,
        about: "",
    };
    let Some(table) = table_of(reading, entry.node, "[scope]", "scope") else {
        return;
    };
    let mut scopes = Vec::new();
    for entry in entries(table) {
        if paths::looks_like_path(entry.key) || entry.key.trim().is_empty() {
            reading.problem(
                Problem::new(
                    entry.key_span.clone(),
                    format!(
                        "the scope `{}` could not be told from a file or glob of that name",
                        entry.key
                    ),
                )
                .hint("a scope's name has none of `* ? [ { / .`"),
            );
        }
        // A scope whose globs are wrong is still one that claims may name: one mistake, one problem.
        let globs = match reading.field(&SCOPE, entry.node) {
            Some(Field::Texts(globs)) => globs,
            _ => Vec::new(),
        };
        scopes.push(NamedScope {
            name: entry.key.to_string(),
            globs,
        });
    }
    reading.scopes = scopes;
}

fn runs(reading: &mut Reading<'_>, entry: &Entry<'_>, source: &SourceText) -> Vec<RunDeclaration> {
    let Some(table) = table_of(reading, entry.node, "[run.NAME]", "run") else {
        return Vec::new();
    };
    entries(table)
        .iter()
        .filter_map(|entry| run(reading, entry, source))
        .collect()
}

/// The text of a key that was read.
pub(super) fn text_of(read: &[Read], name: &str) -> Option<String> {
    read.iter()
        .find(|read| read.name == name)
        .and_then(|read| match &read.field {
            Field::Text(text) => Some(text.clone()),
            _ => None,
        })
}

/// The texts of a key that was read.
pub(super) fn texts_of(read: &[Read], name: &str) -> Vec<String> {
    read.iter()
        .find(|read| read.name == name)
        .and_then(|read| match &read.field {
            Field::Texts(texts) => Some(texts.clone()),
            _ => None,
        })
        .unwrap_or_default()
}

/// The words of a required key that is missing.
pub(super) fn missing(span: Range<usize>, owner: &str, key: &Key) -> Problem {
    Problem::new(span, format!("{owner} has no `{}`", key.name))
        .hint(key.sentence())
        .following()
}
