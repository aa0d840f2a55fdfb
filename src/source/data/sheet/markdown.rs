//! The tables of a Markdown file, cells without their emphasis and links.
//!
//! Why it can be wrong: two tables of one README hold two data sets; each keeps the headings it stands under.
//!
//! Example: `| **BERT** | [84.6](log.txt) |` under `Model | MNLI` has `MNLI` 84.6 where `Model` is `BERT`.

use super::super::File;
use super::{Row, Sheet};
use crate::source::prose::shown_tables;

pub(super) fn tables(file: &File) -> Vec<Sheet> {
    let Some(source) = &file.text else { return Vec::new() };
    shown_tables(source)
        .into_iter()
        .map(|table| {
            let rows = table.rows.into_iter().map(|(printed, bytes)| Row { printed, bytes });
            Sheet::new(table.headings, table.header, rows.collect())
        })
        .collect()
}
