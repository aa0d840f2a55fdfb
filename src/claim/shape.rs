//! One value of a claim file against the shape its key's table gives it.
//!
//! Why it can be wrong: a value of the wrong type that is read "somehow" is another claim than the author's. Nothing is
//! converted here but what the shape says (one text for a list of texts, a text for a date).
//!
//! Example: `count = "two"` under [`Shape::Integer`] is "`count` takes a whole number, this is a text", at the text.

use std::ops::Range;

use chrono::NaiveDate;
use toml::de::DeValue;

use super::node::{Node, inside, printed_number, type_of};
use super::problem::{Problem, listed, nearest};
use super::{Field, Key, Quorum, Shape, names, paths, texts, value};
use crate::quantity::{Dimension, Locale};

/// A scope of `[scope]`.
#[derive(Debug)]
pub(super) struct NamedScope {
    pub(super) name: String,
    pub(super) globs: Vec<String>,
}

/// The file being read, and what was found wrong so far.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) text: &'a str,
    pub(super) problems: Vec<Problem>,
    pub(super) scopes: Vec<NamedScope>,
    pub(super) locale: Locale,
}

/// Verdicts that can be accepted.
pub(super) const ACCEPTABLE: &[&str] = &[
    "discrepancy",
    "minor-discrepancy",
    "needs-clarification",
    "not-run",
    "no-evidence",
];

impl Shape {
    /// What the shape takes, as a message says it.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Shape::Text | Shape::OneOf(_) | Shape::Regex | Shape::Select => "a text",
            Shape::Progress => "a text: `tqdm`, `rich`, `json`, `trainer` or `/regex/`",
            Shape::Device => "a device: `cpu`, `cuda`, `cuda:1` or `metal`",
            Shape::Version => "a version or a range of versions, as a text",
            Shape::Unit => "a unit, as a text",
            Shape::Tolerance => "a tolerance, as a text: `10 %` or a quantity",
            Shape::At => "a place, as a text: `README.md:101`",
            Shape::Path => "a path relative to the root, as a text",
            Shape::Texts | Shape::Names | Shape::Scope | Shape::Globs | Shape::Variables => "a text or a list of texts",
            Shape::Words => "a list of texts",
            Shape::Integer => "a whole number",
            Shape::Count => "a whole number of at least 1",
            Shape::Bool => "`true` or `false`",
            Shape::BoolOrText => "`true`, `false` or a text",
            Shape::Stated => "a quantity, a text, a truth value or a list of them",
            Shape::Duration => "a duration, as a text: `10 min`",
            Shape::Frequency => "a frequency, as a text: `16 kHz`",
            Shape::Share => "a share between 0 and 100 %, as a text: `5 %`",
            Shape::Arguments => "a table of arguments by name, or a list of them by position",
            Shape::See => "a table: `{ at = \"src/a.py:119-121\", sha256 = \"…\" }`",
            Shape::Accept => "a table: `{ verdict = \"…\", reason = \"…\", until = 2026-12-31 }`",
            Shape::Given => "a table of names and values: `{ nodes = 8 }`",
            Shape::Quorum => "`\"all\"`, `\"any\"` or a least count",
            Shape::Date => "a date: `2026-12-31`",
            Shape::Sha256 => "a SHA-256 digest in hexadecimal, as a text",
        }
    }
}

impl<'a> Reading<'a> {
    pub(super) fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// A problem with the value of a key.
    pub(super) fn refuse(&mut self, span: Range<usize>, message: impl Into<String>) -> Option<Field> {
        self.problem(Problem::new(span, message));
        None
    }

    fn wrong_type(&mut self, key: &Key, node: &Node<'_>) -> Option<Field> {
        let (span, value) = (node.span(), node.get_ref());
        let mut problem = Problem::new(
            span.clone(),
            format!(
                "`{}` takes {}; this is {}",
                key.name,
                key.shape.expected(),
                type_of(value)
            ),
        );
        let written = self.text.get(span).unwrap_or("").trim();
        let scalar = matches!(
            value,
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_)
        );
        let number = matches!(key.shape, Shape::Integer | Shape::Count | Shape::Bool | Shape::Quorum);
        if let DeValue::String(text) = value
            && number
            && (text.trim().replace([',', '_'], "").parse::<i64>().is_ok() || matches!(text.as_ref(), "true" | "false"))
        {
            problem = problem.hint(format!("write `{}` without quotes", text.trim().replace(',', "_")));
        } else if scalar && !number && !matches!(key.shape, Shape::Date | Shape::See | Shape::Accept | Shape::Given) {
            problem = problem.hint(format!("write it in quotes: `\"{written}\"`"));
        } else if key.shape == Shape::Words && matches!(value, DeValue::String(_)) {
            problem = problem.hint("no shell reads it: one text for the program and one for each argument");
        }
        self.problem(problem);
        None
    }

    /// The value of `key`, or none with the problem noted.
    pub(super) fn field(&mut self, key: &Key, node: &Node<'_>) -> Option<Field> {
        let span = node.span();
        match (key.shape, node.get_ref()) {
            (Shape::Bool | Shape::BoolOrText, DeValue::Boolean(truth)) => Some(Field::Bool(*truth)),
            (Shape::Integer | Shape::Count, DeValue::Integer(_)) => self.integer(key, node),
            (Shape::Quorum, DeValue::Integer(_)) => self.integer(key, node).and_then(|field| match field {
                Field::Integer(0) => self.refuse(span, "`for = 0` asks for no occasion, so the check could not fail"),
                Field::Integer(least) => Some(Field::Quorum(Quorum::AtLeast(u32::try_from(least).unwrap_or(u32::MAX)))),
                _ => None,
            }),
            (Shape::Quorum, DeValue::String(word)) => match word.as_ref() {
                "all" => Some(Field::Quorum(Quorum::All)),
                "any" => Some(Field::Quorum(Quorum::Any)),
                _ => self.unknown_word(key, node, word, &["all", "any"]),
            },
            (Shape::Stated, DeValue::Table(_) | DeValue::Datetime(_)) => self.wrong_type(key, node),
            (Shape::Stated, _) => value::stated(node, self.text, self.locale)
                .map_err(|(at, message)| self.refuse(at, format!("`{}`: {message}", key.name)))
                .ok()
                .map(Field::Stated),
            (Shape::Arguments, DeValue::Table(_) | DeValue::Array(_)) => self.arguments(key, node),
            (Shape::Given, DeValue::Table(_)) => self.given(key, node),
            (Shape::See, DeValue::Table(_)) => self.see(key, node),
            (Shape::Accept, DeValue::Table(_)) => self.accept(key, node),
            (Shape::Date, DeValue::Datetime(_) | DeValue::String(_)) => self.date(key, node).map(Field::Date),
            (Shape::Texts | Shape::Names | Shape::Scope | Shape::Globs | Shape::Variables, DeValue::String(_))
            | (
                Shape::Texts | Shape::Names | Shape::Scope | Shape::Globs | Shape::Variables | Shape::Words,
                DeValue::Array(_),
            ) => self.texts(key, node),
            (
                Shape::Text
                | Shape::BoolOrText
                | Shape::OneOf(_)
                | Shape::Regex
                | Shape::Select
                | Shape::Version
                | Shape::At
                | Shape::Path
                | Shape::Duration
                | Shape::Frequency
                | Shape::Share
                | Shape::Tolerance
                | Shape::Unit
                | Shape::Progress
                | Shape::Device
                | Shape::Sha256,
                DeValue::String(text),
            ) => self.one_text(key, node, text),
            _ => self.wrong_type(key, node),
        }
    }

    fn one_text(&mut self, key: &Key, node: &Node<'_>, text: &str) -> Option<Field> {
        let span = node.span();
        if text.trim().is_empty() {
            return self.refuse(span, format!("`{}` is empty", key.name));
        }
        let here = |at: usize| inside(&span, self.text, text, at..at + 1);
        let read = match key.shape {
            Shape::OneOf(words) if words.contains(&text) => Ok(Field::Text(text.to_string())),
            Shape::OneOf(words) => return self.unknown_word(key, node, text, words),
            Shape::Regex => texts::regex(text)
                .map(|_| Field::Text(text.to_string()))
                .map_err(|fault| (fault.at.map(here), fault.message)),
            Shape::Select => texts::select(text)
                .map(|()| Field::Text(text.to_string()))
                .map_err(|fault| (fault.at.map(here), fault.message)),
            Shape::Version => value::version(key.name, text)
                .map(|()| Field::Text(text.trim().to_string()))
                .map_err(|message| (None, message)),
            Shape::Tolerance => value::tolerance(text)
                .map(Field::Tolerance)
                .map_err(|message| (None, message)),
            Shape::Unit => value::unit(text).map(Field::Unit).map_err(|message| (None, message)),
            Shape::At => paths::at(text).map(Field::At).map_err(|message| (None, message)),
            Shape::Path => paths::path(text).map(Field::Text).map_err(|message| (None, message)),
            Shape::Duration => value::of_dimension(text, Dimension::Time, self.locale)
                .map(|()| Field::Text(text.trim().to_string()))
                .map_err(|message| (None, message)),
            Shape::Frequency => value::of_dimension(text, Dimension::Frequency, self.locale)
                .map(|()| Field::Text(text.trim().to_string()))
                .map_err(|message| (None, message)),
            Shape::Share => value::share(text, self.locale)
                .map(|()| Field::Text(text.trim().to_string()))
                .map_err(|message| (None, message)),
            Shape::Progress if super::PROGRESS.contains(&text) => Ok(Field::Text(text.to_string())),
            Shape::Progress if !text.starts_with('/') => return self.unknown_progress(node, text),
            Shape::Progress => texts::progress(text)
                .map(|()| Field::Text(text.to_string()))
                .map_err(|fault| (fault.at.map(here), fault.message)),
            Shape::Device if texts::device(text) => Ok(Field::Text(text.to_string())),
            Shape::Device => Err((
                None,
                format!("`{text}` is no device; `device` takes `cpu`, `cuda`, `cuda:1` or `metal`"),
            )),
            Shape::Sha256 => texts::sha256(text).map(Field::Text).map_err(|message| (None, message)),
            _ => Ok(Field::Text(text.to_string())),
        };
        read.map_err(|(at, message)| self.refuse(at.unwrap_or(span), message))
            .ok()
    }

    fn unknown_word(&mut self, key: &Key, node: &Node<'_>, word: &str, words: &[&str]) -> Option<Field> {
        let mut problem = Problem::new(
            node.span(),
            format!("`{word}` is no `{}`; there are {}", key.name, listed(words)),
        );
        if let Some(near) = nearest(word, words.iter().copied()) {
            problem = problem.hint(format!("did you mean `{near}`?"));
        }
        self.problem(problem);
        None
    }

    fn unknown_progress(&mut self, node: &Node<'_>, word: &str) -> Option<Field> {
        let names = listed(super::PROGRESS);
        let mut problem = Problem::new(
            node.span(),
            format!("`{word}` is no `progress`; there are {names}, and a pattern"),
        );
        problem = problem.hint(match nearest(word, super::PROGRESS.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => r"a pattern stands between slashes: '/step (\d+)\/(\d+)/'".replace(r"\\", r"\"),
        });
        self.problem(problem);
        None
    }

    /// A whole number that is not negative, from 1 for [`Shape::Count`].
    fn integer(&mut self, key: &Key, node: &Node<'_>) -> Option<Field> {
        let least = i64::from(key.shape == Shape::Count);
        match printed_number(node, self.text).and_then(|printed| printed.parse::<i64>().ok()) {
            Some(number) if number >= least => Some(Field::Integer(number)),
            Some(number) => self.refuse(
                node.span(),
                format!("`{}` is at least {least}, this is {number}", key.name),
            ),
            None => self.refuse(node.span(), format!("`{}` is a number beyond all counting", key.name)),
        }
    }

    /// The texts of a list (or the one text), each with its span. An empty list or text is a problem.
    fn items(&mut self, key: &Key, node: &Node<'_>) -> Vec<(String, Range<usize>)> {
        let nodes: Vec<&Node<'_>> = match node.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![node],
        };
        if nodes.is_empty() {
            self.problem(
                Problem::new(node.span(), format!("`{}` is an empty list", key.name))
                    .hint(format!("leave `{}` out, or say what belongs to it", key.name)),
            );
        }
        let mut items = Vec::new();
        for item in nodes {
            match item.get_ref() {
                DeValue::String(text) if text.trim().is_empty() && key.shape != Shape::Words => {
                    self.refuse(item.span(), format!("`{}` holds an empty text", key.name));
                }
                DeValue::String(text) => items.push((text.to_string(), item.span())),
                _ => {
                    self.wrong_type(key, item);
                }
            }
        }
        items
    }

    fn texts(&mut self, key: &Key, node: &Node<'_>) -> Option<Field> {
        let before = self.problems.len();
        let items = self.items(key, node);
        let mut found = Vec::new();
        for (text, span) in &items {
            match key.shape {
                Shape::Names => match names::parse(text) {
                    Ok(names::Name::Formula(formula, _)) if items.len() > 1 => {
                        self.refuse(
                            span.clone(),
                            format!("a list under `{}` names one thing in several ways; the arithmetic `{formula}` stands alone", key.name),
                        );
                    }
                    Ok(_) => found.push(text.trim().to_string()),
                    Err((at, message)) => {
                        let place = inside(span, self.text, text, at..at + 1);
                        self.refuse(place, format!("`{}`: {message}", key.name));
                    }
                },
                Shape::Scope | Shape::Globs => found.extend(self.scope_entry(key, text.trim(), span)),
                Shape::Variables if !texts::variable(text) => {
                    self.refuse(span.clone(), format!("`{text}` is no name of an environment variable"));
                }
                _ => found.push(text.clone()),
            }
        }
        (self.problems.len() == before).then_some(Field::Texts(found))
    }

    /// A scope's globs for its name, or the glob itself.
    fn scope_entry(&mut self, key: &Key, text: &str, span: &Range<usize>) -> Vec<String> {
        if key.shape == Shape::Scope
            && let Some(scope) = self.scopes.iter().find(|scope| scope.name == text)
        {
            return scope.globs.clone();
        }
        if paths::looks_like_path(text) {
            return match paths::glob(text) {
                Ok(glob) => vec![glob],
                Err(message) => {
                    self.refuse(span.clone(), format!("`{}`: {message}", key.name));
                    Vec::new()
                }
            };
        }
        let known: Vec<&str> = self.scopes.iter().map(|scope| scope.name.as_str()).collect();
        let remedy = match nearest(text, known.iter().copied()).filter(|_| key.shape == Shape::Scope) {
            Some(near) => format!("did you mean the scope `{near}`?"),
            None => format!("a file of that name is `./{text}`, a folder `{text}/**`"),
        };
        let message = if key.shape == Shape::Scope {
            format!("`{text}` is no scope of `[scope]`, no glob and no file")
        } else {
            format!("`{text}` is no glob and no file; a scope is made of those, not of other scopes")
        };
        self.problem(Problem::new(span.clone(), message).hint(remedy));
        Vec::new()
    }

    fn date(&mut self, key: &Key, node: &Node<'_>) -> Option<NaiveDate> {
        let written = match node.get_ref() {
            DeValue::String(text) => text.trim().to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => String::new(),
        };
        let date = NaiveDate::parse_from_str(&written, "%Y-%m-%d").ok();
        if date.is_none() {
            self.refuse(
                node.span(),
                format!("`{}` takes a date such as `2026-12-31`, this is `{written}`", key.name),
            );
        }
        date
    }
}
