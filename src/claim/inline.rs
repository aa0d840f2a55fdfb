//! Values that are tables of their own: `with`, `given`, `see`, `accept`.
//!
//! Why it can be wrong: a misspelled key inside `accept` would accept a finding for ever. So the keys of `see` and
//! `accept` are all known and all required; those of `with` and `given` are the code's own names and cannot be checked.
//!
//! Example: `accept = { verdict = "not-run", reason = "…", unitl = 2026-12-31 }` has no key `unitl` and no `until`.

use toml::de::DeValue;

use super::node::{Entry, Node, entries, type_of};
use super::problem::{Problem, listed, suggestion};
use super::shape::{ACCEPTABLE, Reading};
use super::{Accept, Field, Key, Shape, value};
use crate::verdict::Verdict;

impl Reading<'_> {
    pub(super) fn arguments(&mut self, key: &Key, node: &Node<'_>) -> Option<Field> {
        let named: Vec<(String, &Node<'_>)> = match node.get_ref() {
            DeValue::Table(table) => entries(table)
                .into_iter()
                .map(|entry| (entry.key.to_string(), entry.node))
                .collect(),
            DeValue::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| (index.to_string(), item))
                .collect(),
            _ => Vec::new(),
        };
        if named.is_empty() {
            return self.refuse(node.span(), format!("`{}` names no argument", key.name));
        }
        let mut arguments = Vec::new();
        for (name, item) in named {
            match value::stated(item, self.text, self.locale) {
                Ok(stated) => arguments.push((name, stated)),
                Err((at, message)) => {
                    self.refuse(at, format!("argument `{name}`: {message}"));
                }
            }
        }
        Some(Field::Arguments(arguments))
    }

    pub(super) fn given(&mut self, key: &Key, node: &Node<'_>) -> Option<Field> {
        let DeValue::Table(table) = node.get_ref() else {
            return None;
        };
        if table.is_empty() {
            return self.refuse(node.span(), format!("`{}` gives nothing", key.name));
        }
        let mut given = Vec::new();
        for entry in entries(table) {
            match value::literal(entry.node, self.text) {
                Some(literal) => given.push((entry.key.to_string(), literal)),
                None => {
                    let found = type_of(entry.node.get_ref());
                    let message = format!(
                        "`{}` gives `{}` {found}; a number, a text or a truth value was expected",
                        key.name, entry.key
                    );
                    self.refuse(entry.node.span(), message);
                }
            }
        }
        Some(Field::Given(given))
    }

    /// The entries of an inline table whose keys are all known and all required, in the order of `names`.
    fn exactly<'t>(&mut self, key: &Key, node: &'t Node<'t>, names: &[&str]) -> Option<Vec<Entry<'t>>> {
        let DeValue::Table(table) = node.get_ref() else {
            return None;
        };
        let found = entries(table);
        let mut whole = true;
        for entry in found.iter().filter(|entry| !names.contains(&entry.key)) {
            whole = false;
            let mut problem = Problem::new(
                entry.key_span.clone(),
                format!("`{}` has no key `{}`", key.name, entry.key),
            );
            problem.hint = suggestion(entry.key, names, "its keys are");
            self.problem(problem);
        }
        let mut ordered = Vec::new();
        for &name in names {
            match found.iter().find(|entry| entry.key == name) {
                Some(entry) => ordered.push(entry.clone()),
                None => {
                    whole = false;
                    self.problem(
                        Problem::new(node.span(), format!("`{}` has no `{name}`", key.name))
                            .hint(format!("{} are all required", listed(names))),
                    );
                }
            }
        }
        whole.then_some(ordered)
    }

    pub(super) fn see(&mut self, key: &Key, node: &Node<'_>) -> Option<Field> {
        let found = self.exactly(key, node, &["at", "sha256"])?;
        let part = |name, shape| Key {
            name,
            shape,
            required: true,
            about: "",
        };
        let [at, sha256] = found.as_slice() else { return None };
        match (
            self.field(&part("at", Shape::At), at.node),
            self.field(&part("sha256", Shape::Sha256), sha256.node),
        ) {
            (Some(Field::At(at)), Some(Field::Text(sha256))) => Some(Field::See { at, sha256 }),
            _ => None,
        }
    }

    pub(super) fn accept(&mut self, key: &Key, node: &Node<'_>) -> Option<Field> {
        let found = self.exactly(key, node, &["verdict", "reason", "until"])?;
        let part = |name, shape| Key {
            name,
            shape,
            required: true,
            about: "",
        };
        let [verdict, reason, until] = found.as_slice() else {
            return None;
        };
        let verdict = self.field(&part("verdict", Shape::OneOf(ACCEPTABLE)), verdict.node);
        let reason = self.field(&part("reason", Shape::Text), reason.node);
        let until = self.field(&part("until", Shape::Date), until.node);
        match (verdict, reason, until) {
            (Some(Field::Text(verdict)), Some(Field::Text(reason)), Some(Field::Date(until))) => {
                Some(Field::Accept(Accept {
                    verdict: Verdict::of_name(&verdict)?,
                    reason,
                    until,
                }))
            }
            _ => None,
        }
    }
}
