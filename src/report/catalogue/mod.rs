//! The words of the reports: one TOML catalogue per language, each entry a minijinja template over named values.
//!
//! `[sentence]` holds a sentence per message code, the other tables the reports' own words: verdicts, grades, stances,
//! reasons, the tally, the meaning of the exit code, headings. Two dresses: plain, and markdown, in which
//! values are escaped. Filters: `code` shows a value as code, `plural` picks a form by number, `grade`, `reason`,
//! `verdict`, `ending` and others translate a name.
//!
//! Why it can be wrong: a code without a sentence, or a value that is named otherwise by the judge than here, would
//! leave a caveat unsaid. Tests read every code with its values out of the sources and render it in each language; at
//! run time such a message is shown as its code and values, never as nothing.
//!
//! Example: `no-upper-bound` with `declared` `>=2.0.0` says "`>=2.0.0` sets no upper bound".

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::value::Value;
use minijinja::{Environment, Output, State, UndefinedBehavior};

use super::{Language, markup};
use crate::verdict::Message;

/// How values stand in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dress {
    /// As they are, without characters that act on a terminal.
    Plain,
    /// Escaped, code as code spans.
    Markdown,
}

static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(include_str!("en.toml")));
static SPANISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(include_str!("es.toml")));

/// One language's templates, named `table.entry`, in both dresses.
#[derive(Debug)]
struct Catalogue {
    plain: Environment<'static>,
    markdown: Environment<'static>,
}

impl Catalogue {
    fn read(source: &str) -> Catalogue {
        let tables = tables(source);
        Catalogue {
            plain: environment(&tables, Dress::Plain),
            markdown: environment(&tables, Dress::Markdown),
        }
    }
}

fn catalogue(language: Language) -> &'static Catalogue {
    match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
    }
}

fn tables(source: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    toml::from_str(source).expect("the catalogues are part of the program, and a test reads each")
}

/// A message as a sentence, plain.
pub fn sentence(message: &Message, language: Language) -> String {
    sentence_in(message, language, Dress::Plain)
}

/// A message as a sentence; one that the catalogue cannot say is shown as its code with its values.
pub(crate) fn sentence_in(message: &Message, language: Language, dress: Dress) -> String {
    let values = named(
        message
            .values
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value))),
    );
    render(&format!("sentence.{}", message.code), language, dress, values).unwrap_or_else(|_| bare(message, dress))
}

/// The reports' own words: `name` is `table.entry`.
pub(crate) fn words(name: &str, language: Language, dress: Dress, values: Value) -> String {
    render(name, language, dress, values).unwrap_or_else(|_| name.to_string())
}

/// Words without values, plain.
pub(crate) fn word(name: &str, language: Language) -> String {
    words(name, language, Dress::Plain, Value::from(()))
}

/// Values by name, as a template takes them. (A `Value` collected from pairs is a list of pairs.)
pub(crate) fn named(values: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::from_object(values.into_iter().collect::<BTreeMap<String, Value>>())
}

fn render(name: &str, language: Language, dress: Dress, values: Value) -> Result<String, minijinja::Error> {
    let catalogue = catalogue(language);
    let environment = match dress {
        Dress::Plain => &catalogue.plain,
        Dress::Markdown => &catalogue.markdown,
    };
    environment.get_template(name)?.render(values)
}

fn bare(message: &Message, dress: Dress) -> String {
    let values: Vec<String> = message
        .values
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let text = if values.is_empty() {
        message.code.clone()
    } else {
        format!("{} ({})", message.code, values.join(", "))
    };
    match dress {
        Dress::Plain => markup::line(&text),
        Dress::Markdown => markup::inline(&text),
    }
}

fn environment(tables: &BTreeMap<String, BTreeMap<String, String>>, dress: Dress) -> Environment<'static> {
    let mut environment = Environment::empty();
    // A value that is missing is an error, but may be asked for: `{% if where %} in {{ where }}{% endif %}`.
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_formatter(move |out, state, value| write_value(out, state, value, dress));
    environment.add_filter("plural", plural);
    environment.add_filter("code", move |text: &str| match dress {
        Dress::Plain => Value::from(format!("`{}`", markup::line(text))),
        Dress::Markdown => Value::from_safe_string(markup::code(text)),
    });
    for (filter, table) in [
        ("condition", "condition"),
        ("ending", "ending"),
        ("ending_in_brief", "ending-in-brief"),
        ("gap", "gap"),
        ("grade", "grade"),
        ("reason", "reason"),
        ("role", "role"),
        ("verdict", "mark"),
    ] {
        let names = tables.get(table).cloned().unwrap_or_default();
        environment.add_filter(filter, move |name: &str| {
            names.get(name).cloned().unwrap_or_else(|| name.to_string())
        });
    }
    for (table, entries) in tables {
        for (entry, template) in entries {
            environment
                .add_template_owned(format!("{table}.{entry}"), template.clone())
                .expect("the catalogues are part of the program, and a test compiles each");
        }
    }
    environment
}

fn write_value(out: &mut Output, state: &mut State, value: &Value, dress: Dress) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() => {
            let text = match dress {
                Dress::Plain => markup::line(text),
                Dress::Markdown => markup::inline(text),
            };
            out.write_str(&text).map_err(minijinja::Error::from)
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// `{{ files }} {{ files|plural("file", "files") }}`: one only for the number 1, in both languages.
fn plural(number: &Value, one: &str, many: &str) -> String {
    let is_one = number.as_usize() == Some(1) || number.as_str().is_some_and(|text| text.trim() == "1");
    if is_one { one.to_string() } else { many.to_string() }
}
