//! JSON Lines and a JSON list of objects as tables: keys are columns, what is nested stays as it is written.
//!
//! Why it can be wrong: a number that goes through a float loses its last zero. Leaves are taken as written.
//!
//! Example: `{"seed": 1, "acc": 0.930}` is a row with `seed` 1 and `acc` 0.930.

use super::super::File;
use super::{Row, Sheet};
use crate::evidence::Expr;
use crate::quantity::Value;
use crate::source::config::{Kind, Node, json_tree};

/// A file with an object in every line. A line that is broken or no object would be a row less than there are, so with
/// one the file is no table; empty lines are none.
pub(super) fn lines(file: &File) -> Result<Option<Sheet>, String> {
    let Some(text) = file.text.as_ref().map(|text| text.text()) else {
        return Ok(None);
    };
    let mut found = Objects::default();
    let mut start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let tree = json_tree(line.trim_end());
        match tree.roots.first() {
            Some(root) if !tree.too_many && matches!(root.kind, Kind::Map(_)) => found.see(root, line, start),
            _ if line.trim_start_matches('\u{feff}').trim().is_empty() => {}
            _ => return Err(format!("line {} is no JSON object", index + 1)),
        }
        start += line.len();
    }
    Ok(Some(found.sheet()))
}

/// A list of objects; none where the file is another JSON.
pub(super) fn list(file: &File) -> Result<Option<Sheet>, String> {
    let Some(text) = file.text.as_ref().map(|text| text.text()) else {
        return Ok(None);
    };
    if !text.trim_start_matches('\u{feff}').trim_start().starts_with('[') {
        return Ok(None);
    }
    let tree = json_tree(text);
    if tree.too_many {
        return Err("a list too long to be selected from".to_string());
    }
    let Some(Node {
        kind: Kind::List(items),
        ..
    }) = tree.roots.first()
    else {
        return Ok(None);
    };
    if !items.iter().all(|item| matches!(item.kind, Kind::Map(_))) {
        return Ok(None);
    }
    let mut found = Objects::default();
    items.iter().for_each(|item| found.see(item, text, 0));
    Ok(Some(found.sheet()))
}

#[derive(Default)]
struct Objects {
    columns: Vec<String>,
    rows: Vec<Row>,
}

impl Objects {
    /// An object of a text that begins at `start` of the file.
    fn see(&mut self, node: &Node, text: &str, start: usize) {
        let Kind::Map(entries) = &node.kind else { return };
        let mut printed = vec![String::new(); self.columns.len()];
        for entry in entries {
            let at = self
                .columns
                .iter()
                .position(|column| *column == entry.key)
                .unwrap_or_else(|| {
                    self.columns.push(entry.key.clone());
                    printed.push(String::new());
                    self.columns.len() - 1
                });
            printed[at] = shown(&entry.value, text);
        }
        self.rows.push(Row {
            printed,
            bytes: start + node.bytes.start..start + node.bytes.end,
        });
    }

    fn sheet(self) -> Sheet {
        Sheet::new(Vec::new(), self.columns, self.rows)
    }
}

fn shown(node: &Node, text: &str) -> String {
    match &node.kind {
        Kind::Scalar(Expr::Value(Value::Text(text)) | Expr::Opaque(text) | Expr::Ref(text)) => text.clone(),
        Kind::Scalar(Expr::Value(Value::Null)) => String::new(),
        Kind::Scalar(Expr::Value(value)) => value.to_string(),
        _ => text.get(node.bytes.clone()).unwrap_or_default().to_string(),
    }
}
