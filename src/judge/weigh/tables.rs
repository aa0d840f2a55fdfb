//! What is said beside the rows that were counted: empty rows, rows that stand twice, faults, what could not be counted.
//!
//! Why it can be wrong: a count around a fault looks like any other. Lines that are no rows and may have been some leave
//! open whatever lies between the count without them and the count with them.
//!
//! Example: two whole lines of JSON and a third that was cut off are two rows or three: a claim of either is open, one of
//! four is refuted.

use bigdecimal::BigDecimal;

use super::unread;
use super::vote::{Ballot, Stand};
use crate::evidence::{Gap, GapReason, Statement, Subject};
use crate::judge::Case;
use crate::quantity::{Stated, Value};
use crate::verdict::{Citation, Message, Stance};

/// Tables whose rows are counted, by their endings.
const COUNTED: &[&str] = &[
    "csv", "tsv", "tab", "jsonl", "ndjson", "parquet", "arrow", "arrows", "feather", "ipc", "npy",
];
/// Tables whose rows are not, and texts that may be tables.
const OTHERS: &[&str] = &[
    "json", "txt", "dat", "gz", "bz2", "xz", "zst", "npz", "xlsx", "xls", "h5", "hdf5", "sqlite", "db", "pkl",
];

/// How a file is called that holds the rows of others.
const WHOLES: &[&str] = &[
    "all",
    "full",
    "total",
    "whole",
    "complete",
    "combined",
    "merged",
    "everything",
];

fn ends(file: &str, endings: &[&str]) -> bool {
    let ending = file.rsplit('.').next().unwrap_or_default().to_lowercase();
    endings.contains(&ending.as_str())
}

pub(crate) fn is_counted(file: &str) -> bool {
    ends(file, COUNTED)
}

/// Whether what was not read is a table. A text that some reader could not make out is none, unless it was not there.
pub(crate) fn is_table(gap: &Gap) -> bool {
    let text = ends(&gap.file, &["json", "txt", "dat"]);
    let absent = matches!(
        gap.why,
        GapReason::LfsPointer | GapReason::TooLarge | GapReason::Unreadable
    );
    is_counted(&gap.file) || ends(&gap.file, OTHERS) && (absent || !text)
}

/// Why a sum over tables may count rows twice: two files are the same, or one is called the whole and has as many rows as
/// the others together.
pub(crate) fn held_twice(case: &Case<'_>, tables: &[&Statement]) -> Option<Message> {
    let message = |whole: &Statement, other: &Statement| {
        Message::new("rows-of-another-table")
            .with("file", &whole.place.file)
            .with("other", &other.place.file)
    };
    let digest = |table: &Statement| case.evidence.digests.get(&table.place.file);
    for (index, table) in tables.iter().enumerate() {
        let same = tables[..index]
            .iter()
            .find(|other| digest(table).is_some() && digest(other) == digest(table));
        if let Some(other) = same {
            return Some(message(table, other));
        }
    }
    let rows = |table: &Statement| match table.value.literal() {
        Some(Value::Number(number)) => number.value.clone(),
        _ => BigDecimal::from(0),
    };
    let total: BigDecimal = tables.iter().map(|table| rows(table)).sum();
    let whole = tables.iter().find(|table| {
        let name = table.place.file.rsplit('/').next().unwrap_or_default().to_lowercase();
        let called = name
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| WHOLES.contains(&word));
        called && rows(table) + rows(table) == total
    })?;
    let other = tables.iter().find(|other| other.place.file != whole.place.file)?;
    Some(message(whole, other))
}

/// Lines of a table that are no rows, and may have been some.
pub(crate) fn broken(table: &Statement) -> u64 {
    match table.subject {
        Subject::Rows { broken, .. } => broken,
        _ => 0,
    }
}

/// Whether the claim may be true of a table with its broken lines: any number between without and with them.
pub(crate) fn may_be(stated: &Stated, table: &Statement) -> bool {
    let (Some(Value::Number(rows)), Some(claimed)) = (table.value.literal(), stated.quantity()) else {
        return true;
    };
    let most = &rows.value + BigDecimal::from(broken(table));
    rows.value <= claimed.number.value && claimed.number.value <= most
}

/// A count around broken lines decides nothing, unless the claim is true of no count with or without them.
pub(crate) fn around_faults(ballot: Ballot, faulty: u64, may_be: bool) -> Ballot {
    if faulty == 0 || ballot.stand == Stand::Against && !may_be {
        return ballot;
    }
    let why = Message::new("counted-around-faults")
        .with("found", &ballot.found)
        .with("count", faulty);
    let citations = ballot.citations.into_iter().map(|citation| Citation {
        stance: Stance::Context,
        ..citation
    });
    Ballot {
        stand: Stand::Undecided(why),
        citations: citations.collect(),
        ..ballot
    }
}

/// What a reader should know of these tables beside their rows.
pub(crate) fn caveats(case: &Case<'_>, tables: &[&Statement]) -> Vec<Message> {
    let mut caveats = Vec::new();
    let mut unlooked = Vec::new();
    for table in tables {
        if let Subject::Rows {
            empty,
            duplicates,
            columns,
            guessed,
            unseen,
            broken: _,
        } = &table.subject
        {
            if *unseen {
                unlooked.push(table.place.file.clone());
            }
            if *guessed {
                caveats.push(
                    Message::new("first-row-as-header")
                        .with("file", &table.place.file)
                        .with("row", columns.join(", ")),
                );
            }
            if *empty > 0 {
                caveats.push(
                    Message::new("empty-rows")
                        .with("file", &table.place.file)
                        .with("count", empty),
                );
            }
            if *duplicates > 0 {
                caveats.push(
                    Message::new("duplicate-rows")
                        .with("file", &table.place.file)
                        .with("count", duplicates),
                );
            }
        }
    }
    // A table that was counted around a fault: what stood there may have been a row.
    for gap in case.evidence.gaps.iter().filter(|gap| gap.why == GapReason::Broken) {
        if is_counted(&gap.file) && tables.iter().any(|table| table.place.file == gap.file) {
            caveats.push(
                Message::new("table-broken")
                    .with("file", &gap.file)
                    .with("detail", &gap.detail),
            );
        }
    }
    if !unlooked.is_empty() {
        let files = unread::names(unlooked);
        caveats.push(Message::new("rows-not-looked-at").with("files", files));
    }
    caveats
}
