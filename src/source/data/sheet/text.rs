//! CSV, TSV and other texts of even columns as tables, each row with its bytes.
//!
//! Why it can be wrong: a quoted cell may hold a line break, so rows are no lines in CSV, and only there.
//!
//! Example: in `id,text\n1,"a\nb"\n` the row 1 stands on the lines 2 and 3.

use std::ops::Range;

use super::super::File;
use super::super::table::{Split, body, common_split, csv_reader, delimiter, lines as lines_of};
use super::{Row, Sheet, header_of};

pub(super) const TAB: Split = Split::At(b'\t');

pub(super) fn csv(file: &File) -> Result<Sheet, String> {
    let bytes = body(&file.bytes, None);
    let lead = file.bytes.len() - bytes.len();
    let mut reader = csv_reader(bytes, bytes);
    let mut record = csv::ByteRecord::new();
    let mut rows = Vec::new();
    loop {
        let start = lead + usize::try_from(reader.position().byte()).unwrap_or_default();
        if !reader
            .read_byte_record(&mut record)
            .map_err(|error| error.to_string())?
        {
            break;
        }
        let end = lead + usize::try_from(reader.position().byte()).unwrap_or_default();
        let cells = record
            .iter()
            .map(|cell| String::from_utf8_lossy(cell).trim().to_string());
        rows.push(Row {
            printed: cells.collect(),
            bytes: shrunk(file, start..end),
        });
    }
    Ok(Sheet {
        semicolons: delimiter(bytes) == b';',
        ..with_header(rows)
    })
}

pub(super) fn lines(file: &File, at: Split) -> Sheet {
    let base = file.bytes.as_ptr() as usize;
    let bytes = match at {
        TAB => body(&file.bytes, Some(b'\t')),
        _ => &file.bytes,
    };
    let rows = lines_of(bytes).map(|line| {
        let start = line.as_ptr() as usize - base;
        let cells = at.cells(line).into_iter();
        Row {
            printed: cells
                .map(|cell| unquoted(&String::from_utf8_lossy(&cell)).to_string())
                .collect(),
            bytes: start..start + line.len(),
        }
    });
    with_header(rows.collect())
}

/// A text whose lines all split alike; none where they do not.
pub(super) fn plain(file: &File) -> Option<Sheet> {
    Some(lines(file, common_split(&file.bytes)?))
}

fn with_header(mut rows: Vec<Row>) -> Sheet {
    let (is_header, names) = header_of(&rows);
    if is_header {
        rows.remove(0);
    }
    Sheet::new(Vec::new(), names, rows)
}

/// Quotes that formats other than CSV leave.
fn unquoted(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('"')
        .and_then(|inner| inner.strip_suffix('"'))
        .unwrap_or(cell)
}

/// Without the line breaks around it, which belong to no row.
fn shrunk(file: &File, bytes: Range<usize>) -> Range<usize> {
    let is_break = |at: &usize| matches!(file.bytes[*at], b'\n' | b'\r');
    let start = bytes.clone().find(|at| !is_break(at)).unwrap_or(bytes.start);
    let end = bytes.clone().rev().find(|at| !is_break(at)).map_or(start, |at| at + 1);
    start..end.max(start)
}
