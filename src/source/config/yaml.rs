//! YAML, read as PyYAML and its relatives do, with a byte range for each value.
//!
//! Why it can be wrong: an alias stands for what was written elsewhere, `<<` fills in keys that nobody sees on the
//! page, and a few lines of aliases can stand for more values than fit into memory. Aliases and merges are put in,
//! within a budget; tags that change a value (`!ref <lr>`) are read, unknown ones keep the value as it stands.
//!
//! Example: `<<: *defaults` beside `lr: 1e-4` gives all keys of the anchor but `lr`.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag};

use super::tree::{Entry, Kind, Node, Tree};
use super::{MOST_NODES, scalar};
use crate::evidence::Expr;
use crate::quantity::Value;

/// Lock files: they are long, and nobody sets anything there.
const LOCKS: &[&str] = &["pnpm-lock.yaml", "conda-lock.yml", "conda-lock.yaml", "pixi.lock"];

pub(super) fn reads(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    (name.ends_with(".yaml") || name.ends_with(".yml")) && !LOCKS.contains(&name)
}

/// A collection whose end has not come yet.
enum Open {
    List {
        at: usize,
        flow: bool,
        anchor: usize,
        items: Vec<Node>,
    },
    Map {
        at: usize,
        anchor: usize,
        tag: Option<String>,
        entries: Vec<Entry>,
        key: Option<(String, usize)>,
    },
}

#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    tree: Tree,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
}

pub(in crate::source) fn tree(text: &str) -> Tree {
    let options = granit_parser::options! { emit_comments: false, emit_unresolved_aliases: true };
    let mut builder = Builder {
        text,
        ..Builder::default()
    };
    let mut end = 0;
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                let bytes = span.byte_range().unwrap_or(end..end);
                end = bytes.end;
                builder.see(event, bytes);
            }
            Err(fault) => {
                let at = fault.marker().byte_offset().unwrap_or(end);
                builder.tree.faults.push((at, fault.info().to_string()));
                break;
            }
        }
        if builder.nodes > MOST_NODES {
            builder.tree.too_many = true;
            break;
        }
    }
    // After a fault the collections around it are still open.
    while !builder.open.is_empty() {
        builder.close(end);
    }
    builder.tree
}

impl Builder<'_> {
    fn see(&mut self, event: Event<'_>, bytes: Range<usize>) {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let kind = Kind::Scalar(typed(&value, style, tag.as_deref()));
                // An empty value is reported with a sign that does not stand in the text.
                let bytes = if style == ScalarStyle::Plain && bytes.is_empty() {
                    bytes.start..bytes.start
                } else {
                    bytes
                };
                let text = if value == "~" && bytes.is_empty() { "" } else { &value };
                self.add(Node { bytes, kind }, anchor, Some(text));
            }
            Event::SequenceStart(style, anchor, _) => self.open.push(Open::List {
                at: bytes.start,
                flow: style == StructureStyle::Flow,
                anchor,
                items: Vec::new(),
            }),
            Event::MappingStart(_, anchor, tag) => self.open.push(Open::Map {
                at: bytes.start,
                anchor,
                tag: tag.map(|tag| tag.original()),
                entries: Vec::new(),
                key: None,
            }),
            Event::SequenceEnd | Event::MappingEnd => self.close(bytes.end),
            Event::Alias(anchor) => {
                let Some(target) = self.anchors.get(&anchor).cloned() else {
                    return;
                };
                self.nodes += size(&target);
                if self.nodes <= MOST_NODES {
                    let kind = target.kind;
                    self.add(Node { bytes, kind }, 0, None);
                }
            }
            Event::UnresolvedAlias(name) => {
                let kind = Kind::Scalar(Expr::Opaque(format!("*{name}")));
                self.tree
                    .faults
                    .push((bytes.start, format!("`*{name}` stands for nothing")));
                self.add(Node { bytes, kind }, 0, Some(&name));
            }
            _ => {}
        }
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let (node, anchor) = match open {
            Open::List {
                at,
                flow,
                anchor,
                items,
            } => {
                // The end of an indented list is reported where the next key begins.
                let last = items.last().map(|item| item.bytes.end).filter(|_| !flow);
                (
                    Node {
                        bytes: at..last.unwrap_or(end).max(at),
                        kind: Kind::List(items),
                    },
                    anchor,
                )
            }
            Open::Map {
                at,
                anchor,
                tag,
                entries,
                ..
            } => {
                let bytes = at..end.max(at);
                // `{{ x }}` is a template that YAML takes for a map in a map.
                let template = self.text.get(bytes.clone()).filter(|text| text.starts_with("{{"));
                let kind = match (template, tag.as_deref()) {
                    (Some(text), _) => Kind::Scalar(Expr::Opaque(text.trim().to_string())),
                    _ => Kind::Map(merged(entries)),
                };
                (Node { bytes, kind }, anchor)
            }
        };
        self.add(node, anchor, None);
    }

    /// Puts a node where it belongs; `text` is what it is called where it stands as a key.
    fn add(&mut self, node: Node, anchor: usize, text: Option<&str>) {
        self.nodes += 1;
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.tree.roots.push(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => match key.take() {
                None => {
                    let name = text
                        .or_else(|| self.text.get(node.bytes.clone()))
                        .unwrap_or("")
                        .to_string();
                    *key = Some((name, node.bytes.start));
                }
                Some((key, key_at)) => entries.push(Entry {
                    key,
                    key_at,
                    value: node,
                }),
            },
        }
    }
}

/// Puts in what `<<` brings: what is written here wins, then the earlier of several.
fn merged(entries: Vec<Entry>) -> Vec<Entry> {
    if !entries.iter().any(|entry| entry.key == "<<") {
        return entries;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.key == "<<");
    for merge in merges {
        let maps = match merge.value.kind {
            Kind::List(items) => items,
            _ => vec![merge.value],
        };
        for map in maps {
            let Kind::Map(inherited) = map.kind else { continue };
            for entry in inherited {
                if !own.iter().any(|known| known.key == entry.key) {
                    own.push(entry);
                }
            }
        }
    }
    own
}

fn size(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::Scalar(_) => 0,
        Kind::List(items) => items.iter().map(size).sum(),
        Kind::Map(entries) => entries.iter().map(|entry| 1 + size(&entry.value)).sum(),
    }
}

fn typed(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Expr {
    let core = tag.and_then(Tag::core_suffix);
    if let Some(kind) = core {
        return match kind {
            "str" => Expr::Value(Value::Text(text.to_string())),
            // A cast that cannot be: what stands there is kept.
            _ => scalar::plain(text.trim()),
        };
    }
    match tag.map(Tag::original).as_deref() {
        // HyperPyYAML: one key in angle brackets stands for its value, anything more is computed.
        Some("!ref") => match text.trim().strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
            Some(name) if !name.contains(['<', '>']) => Expr::Ref(text.trim().to_string()),
            _ => Expr::Opaque(format!("!ref {text}")),
        },
        // `!PLACEHOLDER` must be given on the command line; others build objects.
        Some(tag) if text.is_empty() || text == "~" => Expr::Opaque(tag.to_string()),
        _ if style == ScalarStyle::Plain => scalar::plain(text),
        _ => scalar::quoted(text),
    }
}
