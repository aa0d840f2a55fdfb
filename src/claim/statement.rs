//! One `[[claim]]`: its keys against the table of its kind, and what must hold between them.
//!
//! Why it can be wrong: a key that the kind does not look at is a check that is silently not made. It is an error, at the
//! key, that says whose key it is.
//!
//! Example: `kind = "dependency"` with `tolerance = "5 %"` is "a claim of kind `dependency` takes no `tolerance`".

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::node::{Entry, Node, extent, type_of};
use super::problem::{Problem, listed, nearest, suggestion, without_what_follows};
use super::read::{Read, keys_of, missing, no_claims, table_of, text_of, texts_of};
use super::shape::Reading;
use super::{Claim, Document, Field, Fields, Key, KindSpec, Quorum, RunDeclaration, Take, keys, names, sense};
use crate::evidence::{Grade, Scope};
use crate::place::SourceText;
use crate::quantity::Locale;

/// Everything a claim is read against.
#[derive(Debug)]
pub(super) struct Reader<'r, 'a> {
    pub(super) reading: &'r mut Reading<'a>,
    pub(super) source: &'r SourceText,
    pub(super) kinds: &'r [&'r KindSpec],
    pub(super) document: &'r Document,
    pub(super) runs: &'r [RunDeclaration],
    /// The ids so far, each with its place.
    pub(super) ids: Vec<(String, Range<usize>)>,
}

impl KindSpec {
    /// Whether the kind takes a shared key; `exclude` goes with `in`.
    pub fn takes(&self, shared: &str) -> bool {
        let name = if shared == "exclude" { "in" } else { shared };
        self.shared.iter().any(|key| key.trim_end_matches('!') == name)
    }

    /// Whether the kind requires a shared key (`value!`).
    pub fn requires(&self, shared: &str) -> bool {
        self.shared.iter().any(|key| key.strip_suffix('!') == Some(shared))
    }

    /// Every key a claim of this kind may have: its own first, then the shared ones, then those of every claim.
    pub fn all_keys(&self) -> Vec<&'static Key> {
        let own = self.keys.iter();
        let shared = keys::SHARED.iter().filter(|key| self.takes(key.name));
        let mut all: Vec<&'static Key> = Vec::new();
        for key in own.chain(shared).chain(keys::COMMON) {
            if !all.iter().any(|known| known.name == key.name) {
                all.push(key);
            }
        }
        all
    }

    /// The names of the keys that not every claim has.
    fn particular_keys(&self) -> Vec<&'static str> {
        let every = |key: &Key| keys::COMMON.iter().any(|common| common.name == key.name);
        self.all_keys()
            .into_iter()
            .filter(|key| !every(key))
            .map(|key| key.name)
            .collect()
    }
}

impl Key {
    /// The key and what it is, as a remedy.
    pub(super) fn sentence(&self) -> String {
        format!("`{}`: {}", self.name, self.about)
    }
}

impl<'r> Reader<'r, '_> {
    /// All claims of the file, in its order.
    pub(super) fn claims(&mut self, entry: &Entry<'_>) -> Vec<Claim> {
        match entry.node.get_ref() {
            DeValue::Array(items) if !items.is_empty() => items.iter().filter_map(|item| self.claim(item)).collect(),
            DeValue::Array(_) => {
                self.reading.problem(no_claims(entry.node.span()));
                Vec::new()
            }
            other => {
                let message = format!("`claim` is a list of tables; this is {}", type_of(other));
                let problem =
                    Problem::new(entry.key_span.clone(), message).hint("write `[[claim]]`, with two brackets");
                self.reading.problem(problem);
                Vec::new()
            }
        }
    }

    /// One claim; none where something is wrong with it.
    fn claim(&mut self, node: &Node<'_>) -> Option<Claim> {
        let before = self.reading.problems.len();
        let claim = self.whole_claim(node, before);
        without_what_follows(&mut self.reading.problems, before);
        claim
    }

    fn whole_claim(&mut self, node: &Node<'_>, before: usize) -> Option<Claim> {
        let header = node.span();
        let table = table_of(self.reading, node, "[[claim]]", "claim")?;
        let kind = self.kind(table, &header);
        let counts = kind.is_some_and(|kind| matches!(kind.name, "samples" | "file"));
        self.reading.locale = match (self.document.language.as_deref(), counts) {
            (Some("es"), true) => Locale::SpanishCounts,
            (Some("es"), false) => Locale::Spanish,
            _ => Locale::English,
        };
        let read = self.keys(table, kind);
        let id = self.id(&read, table, &header);
        let kind = kind?;
        self.required(kind, table, id.as_deref(), &header);
        self.declared_run(&read);
        if self.reading.problems.len() > before {
            return None;
        }
        let claim = self.assemble(kind, id?, &read, node);
        let mut found = sense::problems(&claim, kind, &read);
        if found.is_empty()
            && let Err(message) = (kind.check)(&claim)
        {
            found.push(at_the_keys_it_names(&message, &read, &header));
        }
        for problem in &mut found {
            let key = read
                .iter()
                .find(|read| read.span == problem.primary || read.key_span == problem.primary);
            let key = key.and_then(|read| kind.all_keys().into_iter().find(|key| key.name == read.name));
            problem.hint.get_or_insert_with(|| match key {
                Some(key) => key.sentence(),
                None => format!("what it takes is {}", listed(&kind.particular_keys())),
            });
        }
        self.reading.problems.extend(found);
        Some(claim)
    }

    /// The claim's kind, or none with the problem noted.
    fn kind(&mut self, table: &DeTable<'_>, header: &Range<usize>) -> Option<&'r KindSpec> {
        let kinds = self.kinds;
        let Some(node) = table.get("kind") else {
            self.reading.problem(
                Problem::new(header.clone(), "the claim has no `kind`")
                    .hint(self.kinds_there_are())
                    .following(),
            );
            return None;
        };
        // Another type than a text is refused where the key is read.
        let DeValue::String(word) = node.get_ref() else {
            return None;
        };
        let found = kinds.iter().find(|kind| kind.name == word.as_ref());
        if found.is_none() {
            let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
            let near = nearest(word, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            let problem = Problem::new(node.span(), format!("there is no kind `{word}`"))
                .hint(near.unwrap_or_else(|| self.kinds_there_are()));
            self.reading.problem(problem);
        }
        found.copied()
    }

    fn kinds_there_are(&self) -> String {
        let names: Vec<&str> = self.kinds.iter().map(|kind| kind.name).collect();
        format!("the kinds are {}", listed(&names))
    }

    /// The keys of the claim. Where its kind is unknown, only those that mean the same for every kind are read.
    fn keys(&mut self, table: &DeTable<'_>, kind: Option<&KindSpec>) -> Vec<Read> {
        let kinds = self.kinds;
        let known: Vec<&'static Key> = match kind {
            Some(kind) => kind.all_keys(),
            None => keys::COMMON.iter().chain(keys::SHARED).collect(),
        };
        keys_of(self.reading, table, &known, &mut |entry| {
            unknown_key(entry, kind, &known, kinds)
        })
    }

    /// The id, unique in the file.
    fn id(&mut self, read: &[Read], table: &DeTable<'_>, header: &Range<usize>) -> Option<String> {
        let Some(id) = read.iter().find(|read| read.name == "id") else {
            if !table.contains_key("id") {
                self.reading.problem(
                    Problem::new(header.clone(), "the claim has no `id`")
                        .hint("an `id` names the claim in reports and in the lock: `id = \"batch\"`")
                        .following(),
                );
            }
            return None;
        };
        let Field::Text(text) = &id.field else { return None };
        if text.trim() != text || text.chars().any(char::is_control) {
            self.reading.problem(
                Problem::new(id.span.clone(), "an `id` is one line without blanks at its ends")
                    .hint("it stands in reports and on the command line: `id = \"batch\"`"),
            );
        }
        if let Some((_, first)) = self.ids.iter().find(|(known, _)| known == text) {
            self.reading.problem(
                Problem::new(id.span.clone(), format!("two claims have the id `{text}`"))
                    .also(first.clone(), "first here")
                    .hint("an id is unique in its file"),
            );
        } else {
            self.ids.push((text.clone(), id.span.clone()));
        }
        Some(text.clone())
    }

    /// Keys that the kind requires and the claim lacks.
    fn required(&mut self, kind: &KindSpec, table: &DeTable<'_>, id: Option<&str>, header: &Range<usize>) {
        let owner = match id {
            Some(id) => format!("the claim `{id}` of kind `{}`", kind.name),
            None => format!("the claim of kind `{}`", kind.name),
        };
        let own = kind.keys.iter().filter(|key| key.required);
        let shared = keys::SHARED.iter().filter(|key| kind.requires(key.name));
        for key in own.chain(shared).filter(|key| !table.contains_key(key.name)) {
            self.reading.problem(missing(header.clone(), &owner, key));
        }
    }

    /// `run` names a run that the file declares.
    fn declared_run(&mut self, read: &[Read]) {
        let Some(read) = read.iter().find(|read| read.name == "run") else {
            return;
        };
        let Field::Text(name) = &read.field else { return };
        if self.runs.iter().any(|run| run.name == *name) {
            return;
        }
        let names: Vec<&str> = self.runs.iter().map(|run| run.name.as_str()).collect();
        let hint = suggestion(name, &names, "the declared runs are")
            .unwrap_or_else(|| format!("declare it: `[run.{name}]`, with its `engine`"));
        let problem = Problem::new(read.span.clone(), format!("no run `{name}` is declared"))
            .hint(hint)
            .following();
        self.reading.problem(problem);
    }

    fn assemble(&self, kind: &KindSpec, id: String, read: &[Read], node: &Node<'_>) -> Claim {
        let field = |name: &str| read.iter().find(|read| read.name == name).map(|read| &read.field);
        let text = |name: &str| text_of(read, name);
        let mut formula = None;
        let mut identifiers = texts_of(read, "name");
        if let [only] = identifiers.as_slice()
            && let Ok(names::Name::Formula(expression, factors)) = names::parse(only)
        {
            formula = Some(expression);
            identifiers = factors;
        }
        let mut exclude = texts_of(read, "exclude");
        for glob in &self.document.exclude {
            if !exclude.contains(glob) {
                exclude.push(glob.clone());
            }
        }
        let own = |name: &str| kind.keys.iter().any(|key| key.name == name);
        Claim {
            id,
            kind: kind.name,
            section: text("section"),
            title: text("title"),
            note: text("note"),
            quote: text("quote"),
            at: match field("at") {
                Some(Field::At(at)) => Some(at.clone()),
                _ => None,
            },
            scope: Scope {
                include: texts_of(read, "in"),
                exclude,
            },
            names: identifiers,
            formula,
            of: text("of"),
            value: match field("value") {
                Some(Field::Stated(stated)) => Some(stated.clone()),
                _ => None,
            },
            unit: match field("unit") {
                Some(Field::Unit(unit)) => Some(*unit),
                _ => None,
            },
            tolerance: match field("tolerance") {
                Some(Field::Tolerance(tolerance)) => Some(tolerance.clone()),
                _ => None,
            },
            take: text("take").and_then(|word| Take::of_name(&word)),
            given: match field("given") {
                Some(Field::Given(given)) => given.clone(),
                _ => Vec::new(),
            },
            quorum: match field("for") {
                Some(Field::Quorum(quorum)) => *quorum,
                _ => Quorum::Unsaid,
            },
            floor: text("grade").and_then(|word| Grade::of_name(&word)),
            run: text("run"),
            accept: match field("accept") {
                Some(Field::Accept(accept)) => Some(accept.clone()),
                _ => None,
            },
            draft: matches!(field("draft"), Some(Field::Bool(true))),
            fields: Fields(
                read.iter()
                    .map(|read| (read.name, read.field.clone()))
                    .filter(|(name, _)| own(name))
                    .collect(),
            ),
            place: self.source.place(extent(node)),
        }
    }
}

/// What is wrong with a key that the claim's kind does not have; none where the kind itself is not known and some kind
/// has the key.
fn unknown_key(entry: &Entry<'_>, kind: Option<&KindSpec>, known: &[&Key], kinds: &[&KindSpec]) -> Option<Problem> {
    let owners: Vec<&str> = kinds
        .iter()
        .filter(|kind| kind.keys.iter().any(|key| key.name == entry.key))
        .map(|kind| kind.name)
        .collect();
    let names: Vec<&str> = known.iter().map(|key| key.name).collect();
    let Some(kind) = kind else {
        let mut problem = Problem::new(
            entry.key_span.clone(),
            format!("no kind of claim has a key `{}`", entry.key),
        );
        problem.hint = suggestion(entry.key, &names, "the keys of every claim are");
        return owners.is_empty().then_some(problem);
    };
    let shared = keys::SHARED.iter().any(|key| key.name == entry.key);
    let verb = if shared || !owners.is_empty() {
        "takes no"
    } else {
        "has no key"
    };
    let mut problem = Problem::new(
        entry.key_span.clone(),
        format!("a claim of kind `{}` {verb} `{}`", kind.name, entry.key),
    );
    let own = kind.particular_keys();
    problem.hint = if !owners.is_empty() {
        Some(format!("`{}` belongs to {}", entry.key, listed(&owners)))
    } else if shared {
        Some(format!("what it takes is {}", listed(&own)))
    } else {
        nearest(entry.key, names.iter().copied())
            .map(|near| format!("did you mean `{near}`?"))
            .or_else(|| Some(format!("its keys are {}, beside those of every claim", listed(&own))))
    };
    Some(problem)
}

/// The message of a kind's own condition, at the keys that it names in backticks, else at the claim.
fn at_the_keys_it_names(message: &str, read: &[Read], header: &Range<usize>) -> Problem {
    let mut named: Vec<&Read> = read
        .iter()
        .filter(|read| message.contains(&format!("`{}`", read.name)))
        .collect();
    named.sort_by_key(|read| std::cmp::Reverse(read.key_span.start));
    let mut named = named.into_iter();
    let Some(first) = named.next() else {
        return Problem::new(header.clone(), message).following();
    };
    named.fold(Problem::new(first.key_span.clone(), message), |problem, read| {
        problem.also(read.key_span.clone(), "and this")
    })
}
