//! Tables that are too large to be held: their rows counted as they pass.
//!
//! Why it can be wrong: what is counted here must be what is counted of a table that is held, or a table that grows changes
//! its header. Both count by the same rules; only rows that stand twice are not looked for, and that is said. A line that
//! does not end within reason is no row of a table.
//!
//! Example: a CSV of 40 GB is read once from its beginning to its end, a record at a time.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use super::FileFacts;
use super::table::{Counter, comments_above, counted_rows, csv_reader, keys, split};
use crate::evidence::{Gap, GapReason, Subject};
use crate::place::Place;

/// Bytes of a line at most.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;
/// Bytes at the beginning that show how a CSV is split.
const BEGINNING: u64 = 64 * 1024;
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether a file's rows can be counted as they pass, by its path in lower case.
pub(in crate::source) fn is_streamed(lower: &str) -> bool {
    matches!(
        lower.rsplit('.').next(),
        Some("csv" | "tsv" | "tab" | "jsonl" | "ndjson")
    )
}

/// Adds the statement of the file's rows, where it is such a table.
pub(in crate::source) fn rows(
    path: &str,
    header: Option<bool>,
    source: &mut (impl Read + Seek),
    facts: &mut FileFacts,
) {
    let lower = path.to_lowercase();
    let mut counter = Counter::forgetting(header);
    let gap = |why, detail: String| Gap {
        file: path.to_string(),
        why,
        detail,
    };
    let counted = match lower.rsplit('.').next() {
        Some("csv") => records(source, &mut counter),
        Some("tsv" | "tab") => beginning(source).and_then(|beginning| {
            let from = start(&beginning, Some(b'\t'));
            lines(source, from, |line| counter.see(split(line, b'\t')))
        }),
        Some("jsonl" | "ndjson") => objects(source, &mut counter).map(|()| {
            let detail = format!("{} lines are no objects", counter.broken);
            facts
                .gaps
                .extend((counter.broken > 0).then(|| gap(GapReason::Broken, detail)));
        }),
        _ => return,
    };
    if let Err((why, detail)) = counted {
        facts.gaps.push(gap(why, detail));
        return;
    }
    let counted = counter.done();
    facts.gaps.extend(counted.uneven(path));
    let subject = Subject::Rows {
        empty: counted.empty,
        duplicates: 0,
        columns: counted.columns,
        guessed: counted.guessed,
        unseen: true,
        broken: counted.broken,
    };
    let found = counted_rows(subject, counted.rows, Place::whole(path), header);
    facts.statements.push(found);
}

type Stopped = (GapReason, String);

fn unreadable(reason: impl ToString) -> Stopped {
    (GapReason::Unreadable, reason.to_string())
}

fn beginning(source: &mut (impl Read + Seek)) -> Result<Vec<u8>, Stopped> {
    let mut beginning = Vec::new();
    source.rewind().map_err(unreadable)?;
    source
        .by_ref()
        .take(BEGINNING)
        .read_to_end(&mut beginning)
        .map_err(unreadable)?;
    Ok(beginning)
}

/// Where a table begins: behind the byte order mark and the comments above it.
fn start(beginning: &[u8], at: Option<u8>) -> usize {
    let mark = if beginning.starts_with(MARK) { MARK.len() } else { 0 };
    mark + comments_above(&beginning[mark..], at)
}

fn records(source: &mut (impl Read + Seek), counter: &mut Counter) -> Result<(), Stopped> {
    let beginning = beginning(source)?;
    let from = start(&beginning, None);
    source.seek(SeekFrom::Start(from as u64)).map_err(unreadable)?;
    let mut reader = csv_reader(&beginning[from..], source);
    let mut record = csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => counter.see(record.iter().map(<[u8]>::to_vec).collect()),
            Ok(false) => return Ok(()),
            Err(error) => return Err((GapReason::Broken, error.to_string())),
        }
    }
}

fn objects(source: &mut (impl Read + Seek), counter: &mut Counter) -> Result<(), Stopped> {
    counter.header = Some(false);
    let mut first = None;
    lines(source, 0, |line| {
        let line = line.trim_ascii();
        first.get_or_insert_with(|| keys(line));
        if line.starts_with(b"{") && line.ends_with(b"}") {
            counter.see(vec![line.to_vec()]);
        } else {
            counter.broken += 1;
        }
    })?;
    counter.columns = first.unwrap_or_default();
    Ok(())
}

/// Every line from a byte on that is not blank, without its ending.
fn lines(source: &mut (impl Read + Seek), from: usize, mut see: impl FnMut(&[u8])) -> Result<(), Stopped> {
    source.seek(SeekFrom::Start(from as u64)).map_err(unreadable)?;
    let mut source = BufReader::new(source);
    let mut line = Vec::new();
    let mut is_first = true;
    loop {
        line.clear();
        let read = source.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
        let read = read.map_err(unreadable)?;
        if read == 0 {
            return Ok(());
        }
        if read as u64 == LONGEST_LINE {
            return Err((GapReason::LongLine, String::new()));
        }
        let mut text = line.as_slice();
        text = text.strip_suffix(b"\n").unwrap_or(text);
        text = text.strip_suffix(b"\r").unwrap_or(text);
        if is_first {
            text = text.strip_prefix(MARK).unwrap_or(text);
            is_first = false;
        }
        if !text.trim_ascii().is_empty() {
            see(text);
        }
    }
}
