//! Tables to select from: columns, and rows of cells as they are printed, with where each row stands.
//!
//! Why it can be wrong: a header that is taken for a row is a value that nobody measured, and a number that is typed on
//! the way in loses its last zero. So cells stay texts until they are asked for, and headers are told as where rows are counted.
//!
//! Example: `results.csv` is one table; a README has as many as it shows, each with the headings above it.

mod cell;
mod json;
mod markdown;
mod parquet;
mod tex;
mod text;

use std::ops::Range;

pub(super) use cell::{Cell, read as read_cell};

use super::File;
use crate::evidence::{GapReason, Grade};
use crate::place::Place;

/// Bytes of a table that is held for selections.
const LARGEST: usize = 128 * 1024 * 1024;

/// A table.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// Headings above it and its caption, outermost first.
    pub(super) owner: Vec<String>,
    /// Each with another name.
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// It is split at `;`, as where a comma stands in numbers.
    pub(super) semicolons: bool,
}

/// A row of a table.
#[derive(Debug)]
pub(super) struct Row {
    /// As printed, marks of the format taken off.
    pub(super) printed: Vec<String>,
    /// Where it stands in the file's text; empty where the file is none.
    pub(super) bytes: Range<usize>,
}

impl Row {
    pub(super) fn cells(&self) -> Vec<Cell> {
        self.printed.iter().map(|text| cell::read(text)).collect()
    }
}

impl Sheet {
    /// A table whose columns have these names; equal ones are told apart, empty ones called `c1`, `c2`, ….
    fn new(owner: Vec<String>, names: Vec<String>, rows: Vec<Row>) -> Sheet {
        let width = rows
            .iter()
            .map(|row| row.printed.len())
            .max()
            .unwrap_or(0)
            .max(names.len());
        let mut columns: Vec<String> = Vec::with_capacity(width);
        for index in 0..width {
            let name = names.get(index).map_or("", |name| name.trim());
            let mut unique = if name.is_empty() {
                format!("c{}", index + 1)
            } else {
                name.to_string()
            };
            let is_taken =
                |columns: &[String], name: &str| columns.iter().any(|other| other.eq_ignore_ascii_case(name));
            let mut turn = 2;
            while is_taken(&columns, &unique) {
                unique = format!("{name}:{turn}");
                turn += 1;
            }
            columns.push(unique);
        }
        let mut rows = rows;
        rows.iter_mut().for_each(|row| row.printed.resize(width, String::new()));
        Sheet {
            owner,
            columns,
            rows,
            semicolons: false,
        }
    }

    /// Where rows stand: from the first of them to the last, with the number of the first.
    pub(super) fn place(&self, file: &File, rows: &[usize]) -> Place {
        let (Some(&first), Some(&last)) = (rows.iter().min(), rows.iter().max()) else {
            return Place::whole(&file.path);
        };
        let number = (first == last).then_some(first as u64 + 1);
        match &file.text {
            Some(text) => Place {
                row: number,
                ..text.place(self.rows[first].bytes.start..self.rows[last].bytes.end)
            },
            None => Place {
                row: number,
                ..Place::whole(&file.path)
            },
        }
    }
}

/// The tables of a file, and how much what they say weighs; none where it is no file of tables.
pub(super) fn sheets(file: &File) -> Result<(Grade, Vec<Sheet>), (GapReason, String)> {
    if file.bytes.len() > LARGEST {
        return Err((
            GapReason::TooLarge,
            format!("{} MB of table", file.bytes.len() / 1024 / 1024),
        ));
    }
    let lower = file.path.to_lowercase();
    let broken = |detail: String| (GapReason::Broken, detail);
    let logged = |sheets: Vec<Sheet>| (Grade::Logged, sheets);
    match lower.rsplit('.').next().unwrap_or("") {
        "csv" => text::csv(file).map(|sheet| logged(vec![sheet])).map_err(broken),
        "tsv" | "tab" => Ok(logged(vec![text::lines(file, text::TAB)])),
        "txt" | "dat" => Ok(logged(text::plain(file).into_iter().collect())),
        "jsonl" | "ndjson" => json::lines(file)
            .map(|sheet| logged(sheet.into_iter().collect()))
            .map_err(broken),
        "json" => json::list(file)
            .map(|sheet| logged(sheet.into_iter().collect()))
            .map_err(broken),
        "parquet" => parquet::rows(&file.bytes)
            .map(|sheet| logged(vec![sheet]))
            .map_err(broken),
        "md" | "markdown" => Ok((Grade::Documented, markdown::tables(file))),
        "tex" => Ok((Grade::Documented, tex::tables(file))),
        _ => Ok(logged(Vec::new())),
    }
}

/// Whether the first of some rows is their header, and the columns' names.
pub(super) fn header_of(rows: &[Row]) -> (bool, Vec<String>) {
    let cells = |row: &Row| {
        row.printed
            .iter()
            .map(|cell| cell.clone().into_bytes())
            .collect::<Vec<_>>()
    };
    super::table::header(rows.iter().map(cells))
}
