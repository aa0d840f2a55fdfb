//! A Parquet file as a table, read row by row.
//!
//! Why it can be wrong: its numbers are binary, so a cell shows the shortest decimal that means it, and no last zero.
//!
//! Example: a column of doubles with 0.93 shows `0.93`.

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::{Row, Sheet};

/// Rows that are read; more are no table of results.
const MOST: usize = 2_000_000;

pub(super) fn rows(bytes: &[u8]) -> Result<Sheet, String> {
    let fail = |error: parquet::errors::ParquetError| error.to_string();
    let held = bytes::Bytes::copy_from_slice(bytes);
    let reader = SerializedFileReader::new(held).map_err(fail)?;
    let fields = reader.metadata().file_metadata().schema().get_fields().to_vec();
    let names = fields.iter().map(|field| field.name().to_string()).collect();
    let mut rows = Vec::new();
    for row in reader.get_row_iter(None).map_err(fail)? {
        if rows.len() == MOST {
            return Err(format!("more than {MOST} rows"));
        }
        let row = row.map_err(fail)?;
        rows.push(Row {
            printed: row.get_column_iter().map(|(_, field)| shown(field)).collect(),
            bytes: 0..0,
        });
    }
    Ok(Sheet::new(Vec::new(), names, rows))
}

fn shown(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Double(number) => number.to_string(),
        Field::Float(number) => number.to_string(),
        other => other.to_string(),
    }
}
