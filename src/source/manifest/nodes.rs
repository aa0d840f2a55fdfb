//! A manifest's tree, whatever its syntax: what stands at a path of keys, and the texts in it.
//!
//! Why it can be wrong: a version that is written without quotes may have become a number. What is no text is none here.
//!
//! Example: `at(root, &["tool", "poetry", "dependencies"])` is the table of that name.

use crate::evidence::Expr;
use crate::quantity::Value;
use crate::source::config::{Entry, Kind, Node};

/// The node at a path of keys.
pub(super) fn at<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, key| match &node.kind {
        Kind::Map(entries) => entries.iter().find(|entry| entry.key == *key).map(|entry| &entry.value),
        _ => None,
    })
}

pub(super) fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    match &node.kind {
        Kind::Map(entries) => entries.iter().find(|entry| entry.key == key),
        _ => None,
    }
}

pub(super) fn entries<'n>(node: &'n Node, path: &[&str]) -> &'n [Entry] {
    match at(node, path).map(|node| &node.kind) {
        Some(Kind::Map(entries)) => entries,
        _ => &[],
    }
}

pub(super) fn items<'n>(node: &'n Node, path: &[&str]) -> &'n [Node] {
    match at(node, path).map(|node| &node.kind) {
        Some(Kind::List(items)) => items,
        _ => &[],
    }
}

/// Poetry and Pipenv allow several forms of one package, for different markers.
pub(super) fn forms(node: &Node) -> Vec<&Node> {
    match &node.kind {
        Kind::List(items) => items.iter().collect(),
        _ => vec![node],
    }
}

pub(super) fn text_of(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Scalar(Expr::Value(Value::Text(text)) | Expr::Opaque(text) | Expr::Ref(text)) => Some(text),
        _ => None,
    }
}

pub(super) fn texts_of(node: &Node) -> Vec<&str> {
    match &node.kind {
        Kind::List(items) => items.iter().filter_map(text_of).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn is_true(node: Option<&Node>) -> bool {
    matches!(
        node.map(|node| &node.kind),
        Some(Kind::Scalar(Expr::Value(Value::Bool(true))))
    )
}
