//! A configuration as a tree with bytes, whatever its syntax, and its leaves as statements.
//!
//! Why it can be wrong: a list that is cut into its items has five learning rates instead of one schedule. A list of
//! plain values is one value; a list with maps in it gives the maps' leaves, with the index in the owner.
//!
//! Example: `steps: [1, 2]` is one statement; `layers: [{size: 8}]` is `size` with the owner `["layers", "0"]`.

use std::collections::BTreeMap;
use std::ops::Range;

use super::remark;
use crate::evidence::{Dead, Expr, Form, Grade, Statement, Subject};
use crate::place::SourceText;

/// What a parser made of a file.
#[derive(Debug, Default)]
pub(in crate::source) struct Tree {
    /// One for each document.
    pub(in crate::source) roots: Vec<Node>,
    /// Byte offsets with what is wrong there; the tree holds what was understood.
    pub(in crate::source) faults: Vec<(usize, String)>,
    /// The limit of nodes was reached: the tree is not whole.
    pub(in crate::source) too_many: bool,
}

#[derive(Debug, Clone)]
pub(in crate::source) struct Node {
    pub(in crate::source) bytes: Range<usize>,
    pub(in crate::source) kind: Kind,
}

#[derive(Debug, Clone)]
pub(in crate::source) enum Kind {
    Scalar(Expr),
    List(Vec<Node>),
    /// In the order written; a key may stand twice.
    Map(Vec<Entry>),
}

#[derive(Debug, Clone)]
pub(in crate::source) struct Entry {
    pub(in crate::source) key: String,
    pub(in crate::source) key_at: usize,
    pub(in crate::source) value: Node,
}

impl Node {
    /// Its value as one expression; none where a map stands in it.
    fn plain(&self) -> Option<Expr> {
        match &self.kind {
            Kind::Scalar(value) => Some(value.clone()),
            Kind::List(items) => items.iter().map(Node::plain).collect::<Option<_>>().map(Expr::List),
            Kind::Map(_) => None,
        }
    }
}

/// Adds the leaves below a root to the statements of the documents before it.
pub(in crate::source) fn leaves(statements: Vec<Statement>, text: &SourceText, root: &Node) -> Vec<Statement> {
    let mut leaves = Leaves {
        statements,
        text,
        path: Vec::new(),
    };
    // A list at the top is a table of data.
    if let Kind::Map(entries) = &root.kind {
        leaves.map(entries);
    }
    leaves.statements
}

struct Leaves<'a> {
    statements: Vec<Statement>,
    text: &'a SourceText,
    path: Vec<String>,
}

impl Leaves<'_> {
    fn map(&mut self, entries: &[Entry]) {
        // Every reader in use lets the last of equal keys win.
        let mut before: BTreeMap<&str, Range<usize>> = BTreeMap::new();
        for entry in entries {
            let first = self.statements.len();
            self.entry(entry);
            let mine = first..self.statements.len();
            if let Some(shadowed) = before.insert(&entry.key, mine)
                && first < self.statements.len()
            {
                self.statements[shadowed]
                    .iter_mut()
                    .for_each(|old| old.dead = Some(Dead::Shadowed { by: first }));
            }
        }
    }

    fn entry(&mut self, entry: &Entry) {
        match (&entry.value.kind, entry.value.plain()) {
            (_, Some(value)) => self.leaf(entry, &entry.value, value),
            (Kind::Map(entries), None) => {
                self.path.push(entry.key.clone());
                self.map(entries);
                self.path.pop();
            }
            (Kind::List(items), None) => self.list(entry, items),
            (Kind::Scalar(_), None) => {}
        }
    }

    fn list(&mut self, entry: &Entry, items: &[Node]) {
        for (index, item) in items.iter().enumerate() {
            match (&item.kind, item.plain()) {
                // Beside maps a plain item is a value of the list's own key: `defaults: [base, {db: mysql}]`.
                (_, Some(value)) => self.leaf(entry, item, value),
                (Kind::Map(entries), None) => {
                    self.path.extend([entry.key.clone(), index.to_string()]);
                    self.map(entries);
                    self.path.truncate(self.path.len() - 2);
                }
                (Kind::List(items), None) => {
                    self.path.push(entry.key.clone());
                    let inner = Entry {
                        key: index.to_string(),
                        ..entry.clone()
                    };
                    self.list(&inner, items);
                    self.path.pop();
                }
                (Kind::Scalar(_), None) => {}
            }
        }
    }

    fn leaf(&mut self, entry: &Entry, node: &Node, value: Expr) {
        // An alias or a merged key has its value elsewhere; the item of a list stands alone.
        let own = node.bytes == entry.value.bytes && entry.key_at <= node.bytes.start;
        let start = if own { entry.key_at } else { node.bytes.start };
        // Behind a value of several lines stands the comment of its last item.
        let one_line = self.text.line(node.bytes.start) == self.text.line(node.bytes.end);
        let comment = if one_line {
            remark::comment(self.text.text(), node.bytes.end)
        } else {
            None
        };
        self.statements.push(Statement {
            subject: Subject::Setting {
                name: entry.key.clone(),
            },
            form: Form::Key,
            value,
            place: self.text.place(start..node.bytes.end),
            grade: Grade::Configured,
            owner: self.path.clone(),
            unit: comment.as_deref().and_then(remark::unit),
            guards: Vec::new(),
            comment,
            dead: None,
        });
    }
}
