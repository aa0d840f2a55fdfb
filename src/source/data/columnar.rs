//! Rows of columnar files, from what they say of themselves: Parquet's footer, the headers of Arrow's record batches.
//!
//! Why it can be wrong: a number in a footer is as good as its file is whole. Parquet says its rows twice, once for the
//! file and once for each row group: both must agree. Arrow says them batch by batch, and each batch must lie within the
//! file: one that was cut off is broken, never shorter. The stream format, as Hugging Face datasets write it, has no
//! footer: it is walked from message to message, the data between them skipped.
//!
//! Example: `train.parquet` with row groups of 1000 and 200 rows has 1200, and none of its columns was read.

use std::io::{Read, Seek, SeekFrom};

use arrow_ipc::{Message, MessageHeader, Schema, root_as_footer, root_as_message};
use parquet::file::metadata::ParquetMetaDataReader;

use crate::evidence::GapReason;

/// What a file says of its rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) rows: u64,
    pub(super) columns: Vec<String>,
}

/// Why rows were not counted.
pub(super) type Refused = (GapReason, String);

pub(super) fn broken(detail: impl ToString) -> Refused {
    (GapReason::Broken, detail.to_string())
}

/// What both ends of a Parquet file and of an Arrow file are.
const PARQUET: &[u8; 4] = b"PAR1";
const PARQUET_ENCRYPTED: &[u8; 4] = b"PARE";
const ARROW: &[u8; 6] = b"ARROW1";
/// What the first version of Feather begins with, another format.
const FEATHER_1: &[u8; 4] = b"FEA1";
/// Stands before the length of a message since Arrow 0.15.
const CONTINUATION: u32 = u32::MAX;
/// Bytes of a footer or of a message's header at most: they hold names and lengths.
const LARGEST_HEADER: u64 = 256 * 1024 * 1024;

pub(super) fn parquet(source: &mut (impl Read + Seek)) -> Result<Counted, Refused> {
    let size = source.seek(SeekFrom::End(0)).map_err(broken)?;
    if size < 12 {
        return Err(broken("too short for a Parquet file"));
    }
    let begins = bytes_at(source, 0, 4)?;
    let end = bytes_at(source, size - 8, 8)?;
    let (length, magic) = end.split_at(4);
    if magic == PARQUET_ENCRYPTED {
        return Err((GapReason::UnknownFormat, "its footer is encrypted".into()));
    }
    if begins != PARQUET || magic != PARQUET {
        return Err(broken("no footer of a Parquet file at its end"));
    }
    let length = u64::from(little(length));
    let at = (size - 8).checked_sub(length).filter(|at| *at >= 4);
    let footer = bytes_at(
        source,
        at.ok_or_else(|| broken("its footer is longer than the file"))?,
        length,
    )?;
    let footer = ParquetMetaDataReader::decode_metadata(&footer).map_err(broken)?;
    let about = footer.file_metadata();
    let groups: i64 = footer.row_groups().iter().map(|group| group.num_rows()).sum();
    if groups != about.num_rows() {
        let detail = format!("{} rows by its footer, {groups} by its row groups", about.num_rows());
        return Err(broken(detail));
    }
    let fields = about.schema().get_fields().iter();
    Ok(Counted {
        rows: u64::try_from(groups).map_err(broken)?,
        columns: fields.map(|field| field.name().to_string()).collect(),
    })
}

/// Arrow's file format (also called Feather, version 2) and its stream format.
pub(super) fn arrow(source: &mut (impl Read + Seek)) -> Result<Counted, Refused> {
    let size = source.seek(SeekFrom::End(0)).map_err(broken)?;
    let begins = bytes_at(source, 0, size.min(8))?;
    if begins.starts_with(FEATHER_1) {
        return Err((GapReason::UnknownFormat, "Feather, version 1".into()));
    }
    if begins.starts_with(ARROW) {
        arrow_file(source, size)
    } else {
        arrow_stream(source, size)
    }
}

fn arrow_file(source: &mut (impl Read + Seek), size: u64) -> Result<Counted, Refused> {
    let end = bytes_at(source, size.saturating_sub(10), 10)?;
    let (length, magic) = end.split_at(4);
    let length = u64::from(little(length));
    let at = (size - 10).checked_sub(length).filter(|at| *at >= 8);
    let Some(at) = at.filter(|_| magic == ARROW) else {
        return Err(broken("no footer of an Arrow file at its end"));
    };
    let footer = bytes_at(source, at, length)?;
    let footer = root_as_footer(&footer).map_err(broken)?;
    let mut rows = 0_u64;
    for block in footer.recordBatches().iter().flatten() {
        let offset = u64::try_from(block.offset()).map_err(broken)?;
        let header = bytes_at(source, offset, u64::try_from(block.metaDataLength()).map_err(broken)?)?;
        // Behind the continuation and the length, or, as older writers have it, behind the length alone.
        let skipped = if header.len() >= 8 && little(&header) == CONTINUATION {
            8
        } else {
            4
        };
        let message = root_as_message(header.get(skipped..).unwrap_or_default()).map_err(broken)?;
        let body = offset.saturating_add(header.len() as u64);
        within(&message, body, size)?;
        rows = rows.saturating_add(rows_of(&message)?);
    }
    Ok(Counted {
        rows,
        columns: footer.schema().map(names).unwrap_or_default(),
    })
}

fn arrow_stream(source: &mut (impl Read + Seek), size: u64) -> Result<Counted, Refused> {
    let (mut at, mut rows, mut columns) = (0, 0_u64, None);
    // A stream that goes over a wire may end without the mark of its end; of a file nobody knows then whether it is all.
    loop {
        let mut length = little(&bytes_at(source, at, 4)?);
        at += 4;
        if length == CONTINUATION {
            length = little(&bytes_at(source, at, 4)?);
            at += 4;
        }
        if length == 0 {
            break;
        }
        let header = bytes_at(source, at, u64::from(length))?;
        at += u64::from(length);
        let message = root_as_message(&header).map_err(broken)?;
        if let Some(schema) = message.header_as_schema() {
            columns = Some(names(schema));
        } else if columns.is_none() {
            return Err(broken("no Arrow stream: it begins with no schema"));
        }
        if message.header_type() == MessageHeader::RecordBatch {
            rows = rows.saturating_add(rows_of(&message)?);
        }
        at = within(&message, at, size)?;
    }
    let columns = columns.ok_or_else(|| broken("no Arrow stream: it begins with no schema"))?;
    Ok(Counted { rows, columns })
}

/// Where the data of a message ends, which begins at `body`.
fn within(message: &Message<'_>, body: u64, size: u64) -> Result<u64, Refused> {
    let length = u64::try_from(message.bodyLength()).map_err(broken)?;
    let end = body.checked_add(length).filter(|end| *end <= size);
    end.ok_or_else(|| broken("it ends within a batch of rows"))
}

fn rows_of(message: &Message<'_>) -> Result<u64, Refused> {
    let batch = message.header_as_record_batch();
    let batch = batch.ok_or_else(|| broken("a batch of rows that is none"))?;
    // Each column says its length as well; the first of them is one of the table itself.
    let first = batch
        .nodes()
        .and_then(|nodes| nodes.iter().next().map(|node| node.length()));
    if first.is_some_and(|length| length != batch.length()) {
        return Err(broken("a batch of rows whose columns are of another length"));
    }
    u64::try_from(batch.length()).map_err(broken)
}

fn names(schema: Schema<'_>) -> Vec<String> {
    let fields = schema.fields().into_iter().flatten();
    fields
        .map(|field| field.name().unwrap_or_default().to_string())
        .collect()
}

/// Exactly these bytes.
fn bytes_at(source: &mut (impl Read + Seek), at: u64, length: u64) -> Result<Vec<u8>, Refused> {
    if length > LARGEST_HEADER {
        return Err(broken(format!("a header of {} MB", length / 1024 / 1024)));
    }
    source.seek(SeekFrom::Start(at)).map_err(broken)?;
    let mut bytes = Vec::new();
    source.by_ref().take(length).read_to_end(&mut bytes).map_err(broken)?;
    if (bytes.len() as u64) < length {
        return Err(broken("it ends too early"));
    }
    Ok(bytes)
}

/// A number of four bytes, the lowest first.
fn little(bytes: &[u8]) -> u32 {
    let four = bytes.get(..4).and_then(|four| four.try_into().ok());
    u32::from_le_bytes(four.unwrap_or_default())
}
