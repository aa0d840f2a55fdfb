//! TOML that is no manifest, with a byte range for each value; a broken file keeps what was understood.
//!
//! Why it can be wrong: after a fault the parser makes values up. A value without bytes, or with a fault in it, is none.
//!
//! Example: `[train]\nlr = 1e-4` is the setting `lr`, owner `["train"]`.

use std::ops::Range;

use ::toml::de::{DeTable, DeValue};

use super::tree::{Entry, Kind, Node, Tree};
use super::{MOST_NODES, scalar};
use crate::evidence::Expr;
use crate::quantity::Value;

/// Manifests, read as such or not at all.
const MANIFESTS: &[&str] = &["pyproject.toml", "cargo.toml", "pixi.toml"];

pub(super) fn reads(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".toml") && !name.starts_with("pylock.") && !MANIFESTS.contains(&name)
}

pub(in crate::source) fn tree(text: &str) -> Tree {
    // The parser takes no byte order mark, and offsets count from the file's first byte.
    let mark = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let text = &text[mark..];
    let (table, errors) = DeTable::parse_recoverable(text);
    let faults: Vec<Range<usize>> = errors.iter().filter_map(|error| error.span()).collect();
    let mut builder = Builder {
        text,
        mark,
        faults,
        nodes: 0,
    };
    let root = Node {
        bytes: mark..mark + text.len(),
        kind: builder.table(table.get_ref()),
    };
    let faults = errors
        .iter()
        .map(|error| {
            (
                error.span().map_or(0, |span| span.start) + mark,
                error.message().to_string(),
            )
        })
        .collect();
    Tree {
        roots: vec![root],
        faults,
        too_many: builder.nodes > MOST_NODES,
    }
}

struct Builder<'t> {
    text: &'t str,
    mark: usize,
    faults: Vec<Range<usize>>,
    nodes: usize,
}

impl Builder<'_> {
    fn table(&mut self, table: &DeTable<'_>) -> Kind {
        let mut entries: Vec<Entry> = table
            .iter()
            .filter_map(|(key, value)| {
                let value_node = self.node(value.get_ref(), value.span())?;
                Some(Entry {
                    key: key.get_ref().to_string(),
                    key_at: key.span().start + self.mark,
                    value: value_node,
                })
            })
            .collect();
        // The table is ordered by name; statements stand in the order of the file.
        entries.sort_by_key(|entry| entry.key_at);
        Kind::Map(entries)
    }

    fn node(&mut self, value: &DeValue<'_>, span: Range<usize>) -> Option<Node> {
        self.nodes += 1;
        let scalar = !matches!(value, DeValue::Array(_) | DeValue::Table(_));
        let faulty = self
            .faults
            .iter()
            .any(|fault| fault.start < span.end && span.start < fault.end);
        if scalar && (span.is_empty() || faulty) || self.nodes > MOST_NODES {
            return None;
        }
        let written = self.text.get(span.clone()).unwrap_or("");
        let kind = match value {
            DeValue::String(text) => Kind::Scalar(scalar::quoted(text)),
            // `012` is no TOML, so the octal rule of YAML cannot strike here.
            DeValue::Integer(_) | DeValue::Float(_) => Kind::Scalar(match scalar::number(written) {
                Some(number) => Expr::Value(Value::Number(number)),
                None => Expr::Value(Value::Text(written.to_string())),
            }),
            DeValue::Boolean(truth) => Kind::Scalar(Expr::Value(Value::Bool(*truth))),
            DeValue::Datetime(time) => Kind::Scalar(Expr::Value(Value::Text(time.to_string()))),
            DeValue::Array(items) => Kind::List(
                items
                    .iter()
                    .filter_map(|item| self.node(item.get_ref(), item.span()))
                    .collect(),
            ),
            DeValue::Table(table) => self.table(table),
        };
        Some(Node {
            bytes: span.start + self.mark..span.end + self.mark,
            kind,
        })
    }
}
