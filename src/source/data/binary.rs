//! Tables that are no text: which format reads them, and which are not read.
//!
//! Why it can be wrong: a table that is passed over in silence is a sum that lacks a summand. What has the ending of a
//! table and is not read is a gap, whatever the reason.
//!
//! Example: the rows of `train.parquet` stand in its footer; `train.xlsx` is a format that is not read.

use std::io::{Read, Seek};

use super::columnar::{Counted, Refused};
use super::table::counted_rows;
use super::{FileFacts, arrays, columnar};
use crate::evidence::{Gap, GapReason, Subject};
use crate::place::Place;

/// Tables in formats that are not read, by their endings.
const UNREAD: &[&str] = &[
    "xlsx", "xls", "h5", "hdf5", "sqlite", "db", "pkl", "npz", "gz", "bz2", "xz", "zst",
];
/// What may stand under a compression.
const COMPRESSED: &[&str] = &[".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".npy"];

type Count<R> = fn(&mut R) -> Result<Counted, Refused>;

/// What counts the rows of a file with this ending.
fn reader<R: Read + Seek>(ending: &str) -> Option<Count<R>> {
    match ending {
        "parquet" => Some(columnar::parquet),
        "arrow" | "arrows" | "feather" | "ipc" => Some(columnar::arrow),
        "npy" => Some(arrays::npy),
        _ => None,
    }
}

fn is_unread(lower: &str, ending: &str) -> bool {
    let compressed = ["gz", "bz2", "xz", "zst"].contains(&ending);
    let inner = lower.strip_suffix(ending).unwrap_or(lower).trim_end_matches('.');
    UNREAD.contains(&ending) && (!compressed || COMPRESSED.iter().any(|one| inner.ends_with(one)))
}

/// Whether a file is a table that is no text, by its path in lower case: none of it is read but what says its rows.
pub(in crate::source) fn is_binary_table(lower: &str) -> bool {
    let ending = lower.rsplit('.').next().unwrap_or("");
    reader::<std::io::Cursor<&[u8]>>(ending).is_some() || is_unread(lower, ending)
}

/// Adds the statement of the file's rows, where it is such a table.
pub(in crate::source) fn rows<R: Read + Seek>(path: &str, header: Option<bool>, source: &mut R, facts: &mut FileFacts) {
    let lower = path.to_lowercase();
    let ending = lower.rsplit('.').next().unwrap_or("");
    let counted = match reader(ending) {
        Some(count) => count(source),
        None if is_unread(&lower, ending) => Err((
            GapReason::UnknownFormat,
            format!("tables in .{ending} files are not read"),
        )),
        None => return,
    };
    match counted {
        Ok(Counted { rows, columns }) => {
            let subject = Subject::Rows {
                empty: 0,
                duplicates: 0,
                columns,
                guessed: false,
                unseen: true,
                broken: 0,
            };
            facts
                .statements
                .push(counted_rows(subject, rows, Place::whole(path), header));
        }
        Err((why, detail)) => facts.gaps.push(Gap {
            file: path.to_string(),
            why,
            detail,
        }),
    }
}
