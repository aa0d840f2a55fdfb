//! What a selection gives in one file: `$…` over JSON (RFC 9535), `/regex/` over text, SQL over its tables.
//!
//! Why it can be wrong: a number that goes through a float comes back as another (`0.930` loses its zero, and with it
//! the precision it was printed at). The nodes are found in a parsed copy, their values are taken as written, and the
//! line with them.
//!
//! Example: `$.test.BA` in `{"test": {"BA": 0.930}}` gives 0.930 with its three digits.

use serde_json::Value as Json;
use serde_json_path::{JsonPath, NormalizedPath, PathElement};

use super::{File, FileFacts, from_tables, pattern, statement};
use crate::evidence::selection::{self, Selection};
use crate::evidence::{Expr, Gap, GapReason, Grade, Subject};
use crate::place::Place;
use crate::quantity::{Number, Value};
use crate::source::config::{Kind, Node, json_tree};

/// Bytes of JSON that are read with places; in larger files a node has none.
const LARGEST_PLACED: usize = 20 * 1024 * 1024;

pub(super) fn read(file: &File, select: &str, facts: &mut FileFacts) {
    let Ok(selection) = selection::parse(select) else {
        return;
    };
    match selection {
        Selection::Path(path) => {
            if file.path.to_lowercase().ends_with(".json")
                && let Ok(path) = JsonPath::parse(&path)
            {
                nodes(file, &path, &selected(select), facts);
            }
        }
        Selection::Pattern(pattern) => pattern::read(file, &pattern, &selected(select), Grade::Logged, facts),
        Selection::Table(pieces) => from_tables::read(file, select, &pieces, facts),
    }
}

fn selected(select: &str) -> Subject {
    Subject::Selected {
        select: select.to_string(),
        term: None,
        blank: 0,
    }
}

fn nodes(file: &File, path: &JsonPath, subject: &Subject, facts: &mut FileFacts) {
    let mut broken = |detail: String| {
        facts.gaps.push(Gap {
            file: file.path.clone(),
            why: GapReason::Broken,
            detail,
        })
    };
    let placed = file.text.as_ref().filter(|_| file.bytes.len() <= LARGEST_PLACED);
    let tree = placed
        .map(|text| (text, json_tree(text.text())))
        .filter(|(_, tree)| !tree.too_many);
    if let Some((text, tree)) = tree {
        for (at, said) in &tree.faults {
            broken(format!("line {}: {said}", text.line(*at)));
        }
        let Some(root) = tree.roots.first() else { return };
        let document = json(root);
        for found in path.query_located(&document).iter() {
            let Some(node) = at(root, found.location()) else {
                continue;
            };
            let place = text.place(node.bytes.clone());
            facts
                .statements
                .push(statement(subject.clone(), value(node), place, Grade::Logged));
        }
        return;
    }
    match serde_json::from_slice::<Json>(&file.bytes) {
        Ok(document) => {
            for found in path.query(&document).all() {
                let place = Place::whole(&file.path);
                facts
                    .statements
                    .push(statement(subject.clone(), value_of(found), place, Grade::Logged));
            }
        }
        Err(error) => broken(error.to_string()),
    }
}

/// The node at a place of the document; of equal keys the last, as in the document.
fn at<'n>(root: &'n Node, path: &NormalizedPath<'_>) -> Option<&'n Node> {
    path.iter().try_fold(root, |node, element| match (element, &node.kind) {
        (PathElement::Index(index), Kind::List(items)) => items.get(*index),
        (PathElement::Name(name), Kind::Map(entries)) => entries
            .iter()
            .rev()
            .find(|entry| entry.key == *name)
            .map(|entry| &entry.value),
        _ => None,
    })
}

/// A copy to search in.
pub(super) fn json(node: &Node) -> Json {
    match &node.kind {
        Kind::Scalar(Expr::Value(Value::Number(number))) => {
            serde_json::from_str(&number.text).unwrap_or_else(|_| Json::String(number.text.clone()))
        }
        Kind::Scalar(Expr::Value(Value::Bool(truth))) => Json::Bool(*truth),
        Kind::Scalar(Expr::Value(Value::Null)) => Json::Null,
        Kind::Scalar(Expr::Value(Value::Text(text)) | Expr::Opaque(text) | Expr::Ref(text)) => {
            Json::String(text.clone())
        }
        Kind::Scalar(_) => Json::Null,
        Kind::List(items) => Json::Array(items.iter().map(json).collect()),
        Kind::Map(entries) => Json::Object(
            entries
                .iter()
                .map(|entry| (entry.key.clone(), json(&entry.value)))
                .collect(),
        ),
    }
}

fn value(node: &Node) -> Expr {
    match &node.kind {
        // What interpolates in a configuration is a text in data.
        Kind::Scalar(Expr::Opaque(text) | Expr::Ref(text)) => Expr::Value(Value::Text(text.clone())),
        Kind::Scalar(value) => value.clone(),
        Kind::List(items) => Expr::List(items.iter().map(value).collect()),
        Kind::Map(entries) => Expr::Map(
            entries
                .iter()
                .map(|entry| (entry.key.clone(), value(&entry.value)))
                .collect(),
        ),
    }
}

fn value_of(found: &Json) -> Expr {
    Expr::Value(match found {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => match Number::parse_literal(&number.to_string()) {
            Some(number) => Value::Number(number),
            None => Value::Text(number.to_string()),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => return Expr::List(items.iter().map(value_of).collect()),
        Json::Object(map) => return Expr::Map(map.iter().map(|(key, found)| (key.clone(), value_of(found))).collect()),
    })
}
