//! Tables: how many rows there are, how many are empty or stand twice, what the columns are called.
//!
//! Why it can be wrong: a newline within quotes ends no row, a blank line is none, a first row that is taken for a
//! header hides a sample. Quotes join lines in CSV alone. The first row is the header unless a cell of it is empty, a
//! number, or stands again in its own column, or is made like every other cell of its column (`LJ049-0022.wav`); the
//! claim may settle it. Runs that were appended to one file repeat the whole header, and a row behind `#` may be commented
//! out: neither is counted, and both are said.
//!
//! Example: `clip,label\na.wav,1\nb.wav,0\n` has two rows, and the columns `clip` and `label`.

use std::collections::HashSet;
use std::io::{Cursor, Read};

use sha2::{Digest, Sha256};

use super::header::{Below, is_number};
use super::{File, FileFacts, binary, select, statement, whole};
use crate::evidence::{Gap, GapReason, Grade, Statement, Subject};
use crate::place::Place;
use crate::source::config::{Kind, json_tree};

/// Bytes of a JSON list: parsed it takes fifteen times as many.
const LARGEST_LIST: usize = 64 * 1024 * 1024;
/// What a line of a plain text may be split at, in this order; blanks come last.
const SPLITS: &[u8] = b"\t|;,";
/// Bytes of a column's name at most: longer cells of a first row are data. (The header of LJ Speech's lists, which have
/// none, would otherwise be a sentence of 100 characters.)
const LONGEST_NAME: usize = 64;
/// Lines below a comment that show what it is.
const SHOWN: usize = 20;

/// Adds the statement of the file's rows, where it is a table. What the claim says of the header is kept as the owner
/// `header = true` or `header = false`: another claim may say otherwise.
pub(super) fn rows(file: &File, header: Option<bool>, facts: &mut FileFacts) {
    let mut counter = Counter {
        header,
        ..Counter::default()
    };
    let lower = file.path.to_lowercase();
    let mut gap = |why, detail: String| facts.gaps.push(file.gap(why, detail));
    match lower.rsplit('.').next().unwrap_or("") {
        "csv" => {
            let body = body(&file.bytes, None);
            for record in csv_reader(body, body).into_byte_records() {
                match record {
                    Ok(record) => counter.see(record.iter().map(<[u8]>::to_vec).collect()),
                    Err(error) => gap(GapReason::Broken, error.to_string()),
                }
            }
        }
        "tsv" | "tab" => lines(body(&file.bytes, Some(b'\t'))).for_each(|line| counter.see(split(line, b'\t'))),
        "txt" | "dat" => {
            let Some(at) = common_split(&file.bytes) else { return };
            lines(&file.bytes).for_each(|line| counter.see(at.cells(line)));
        }
        "jsonl" | "ndjson" => {
            counter.header = Some(false);
            for line in lines(&file.bytes) {
                let line = line.trim_ascii();
                // Python writes NaN into JSON, which strict parsers refuse; the row is there all the same.
                if line.starts_with(b"{") && line.ends_with(b"}") {
                    counter.see(vec![line.to_vec()]);
                } else {
                    counter.broken += 1;
                }
            }
            if counter.broken > 0 {
                gap(GapReason::Broken, format!("{} lines are no objects", counter.broken));
            }
            counter.columns = lines(&file.bytes).next().map(keys).unwrap_or_default();
        }
        "json" if file.bytes.len() > LARGEST_LIST => {
            gap(
                GapReason::TooLarge,
                format!("{} MB of JSON", file.bytes.len() / 1024 / 1024),
            );
            return;
        }
        "json" => match objects(&file.bytes) {
            Ok(Some(objects)) => {
                counter.header = Some(false);
                counter.columns = objects.columns;
                objects.rows.into_iter().for_each(|row| counter.see(vec![row]));
            }
            Ok(None) => return,
            Err(detail) => {
                gap(GapReason::Broken, detail);
                return;
            }
        },
        _ => {
            binary::rows(&file.path, header, &mut Cursor::new(&file.bytes), facts);
            return;
        }
    }
    let counted = counter.done();
    facts.gaps.extend(counted.uneven(&file.path));
    let subject = Subject::Rows {
        empty: counted.empty,
        duplicates: counted.duplicates,
        columns: counted.columns,
        guessed: counted.guessed,
        unseen: false,
        broken: counted.broken,
    };
    // The whole of a text has lines; the excerpt is its first ones.
    let place = match &file.text {
        Some(text) => Place {
            excerpt: text.place_of_lines(1, 2).excerpt,
            ..text.place_of_lines(1, text.lines())
        },
        None => Place::whole(&file.path),
    };
    facts
        .statements
        .push(counted_rows(subject, counted.rows, place, header));
}

/// The statement of a table's rows.
pub(super) fn counted_rows(subject: Subject, rows: u64, place: Place, header: Option<bool>) -> Statement {
    Statement {
        owner: header.map(|header| format!("header = {header}")).into_iter().collect(),
        ..statement(subject, whole(rows), place, Grade::Measured)
    }
}

pub(super) type Cells = Vec<Vec<u8>>;

/// Whether the first of some rows is their header, and the columns' names.
pub(super) fn header(rows: impl Iterator<Item = Cells>) -> (bool, Vec<String>) {
    let mut counter = Counter::default();
    rows.for_each(|cells| counter.see(cells));
    let counted = counter.done();
    (counted.headed, counted.columns)
}

#[derive(Default)]
pub(super) struct Counter {
    pub(super) header: Option<bool>,
    first: Option<Cells>,
    /// Whether some cell of the first row stood again in its column, in a row that is another.
    again: bool,
    /// Rows that are the first one again, cell by cell.
    repeated: u64,
    /// Rows behind a `#` that the first row does not have; they are among those counted.
    commented: u64,
    /// The first row is the header.
    headed: bool,
    /// For each column: whether all cells below the first row are numbers, and made like the first.
    below: Vec<Below>,
    /// The first row was taken for a header, and nothing shows that it is one.
    pub(super) guessed: bool,
    pub(super) columns: Vec<String>,
    /// Rows that stand twice are not looked for: there are too many rows to remember.
    forgets: bool,
    seen: HashSet<[u8; 32]>,
    pub(super) rows: u64,
    pub(super) empty: u64,
    duplicates: u64,
    pub(super) ragged: u64,
    pub(super) broken: u64,
}

impl Counter {
    /// One that does not remember rows.
    pub(super) fn forgetting(header: Option<bool>) -> Counter {
        Counter {
            header,
            forgets: true,
            ..Counter::default()
        }
    }

    pub(super) fn see(&mut self, cells: Cells) {
        let Some(first) = &self.first else {
            self.first = Some(cells);
            return;
        };
        let filled = first.iter().any(|cell| !trimmed(cell).is_empty());
        let same = |(one, other): (&Vec<u8>, &Vec<u8>)| trimmed(one) == trimmed(other);
        if filled && first.len() == cells.len() && first.iter().zip(&cells).all(same) {
            self.repeated += 1;
            return;
        }
        let hashed = |cells: &Cells| cells.first().is_some_and(|cell| trimmed(cell).starts_with(b"#"));
        if hashed(&cells) && !hashed(first) {
            self.commented += 1;
            self.count(&cells);
            return;
        }
        self.again |= first
            .iter()
            .zip(&cells)
            .any(|(first, cell)| trimmed(first) == trimmed(cell));
        self.below.resize(first.len(), Below::default());
        for ((first, cell), below) in first.iter().zip(&cells).zip(&mut self.below) {
            below.see(trimmed(first), trimmed(cell));
        }
        self.ragged += u64::from(first.len() != cells.len());
        self.count(&cells);
    }

    fn count(&mut self, cells: &Cells) {
        self.rows += 1;
        if cells.iter().all(|cell| trimmed(cell).is_empty()) {
            self.empty += 1;
            return;
        }
        if !self.forgets {
            self.duplicates += u64::from(!self.seen.insert(hash(cells)));
        }
    }

    pub(super) fn done(mut self) -> Counter {
        let Some(first) = self.first.take() else { return self };
        let names = || {
            first
                .iter()
                .map(|cell| String::from_utf8_lossy(trimmed(cell)).into_owned())
        };
        // A sentence is no column's name, however its column goes on.
        let unnamed = names().any(|name| name.is_empty() || is_number(&name) || name.len() > LONGEST_NAME);
        let alike = self.below.iter().any(|below| below.cells > 1 && below.alike);
        let over_numbers = self.below.iter().any(|below| below.cells > 0 && !below.words);
        // A first row that stands again is a header that was written again, or a row that stands twice.
        let again = self.again || self.repeated > 0 && !over_numbers;
        self.headed = self.header.unwrap_or(!again && !unnamed && !alike);
        // Where most rows begin with a `#`, it is how they begin.
        if self.commented * 2 <= self.rows {
            self.rows -= self.commented;
            self.broken += self.commented;
        }
        if self.headed {
            self.columns = names().collect();
            self.guessed = self.header.is_none() && !over_numbers;
            self.broken += self.repeated;
        } else {
            let is_empty = first.iter().all(|cell| trimmed(cell).is_empty());
            self.rows += 1 + self.repeated;
            self.empty += u64::from(is_empty);
            if !self.forgets {
                self.duplicates += self.repeated;
            }
            if self.columns.is_empty() {
                self.columns = (1..=first.len()).map(|index| format!("c{index}")).collect();
            }
        }
        self
    }

    /// What is said of rows that are longer or shorter than the first.
    pub(super) fn uneven(&self, path: &str) -> Option<Gap> {
        (self.ragged > 0).then(|| Gap {
            file: path.to_string(),
            why: GapReason::Broken,
            detail: format!("{} rows have another number of cells than the first", self.ragged),
        })
    }
}

/// Lengths keep `a|bc` and `ab|c` apart.
fn hash(cells: &Cells) -> [u8; 32] {
    let mut hash = Sha256::new();
    for cell in cells {
        hash.update((cell.len() as u64).to_le_bytes());
        hash.update(cell);
    }
    hash.finalize().into()
}

/// Without blanks, a byte order mark, and the quotes that formats other than CSV leave.
fn trimmed(cell: &[u8]) -> &[u8] {
    let cell = cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell).trim_ascii();
    cell.strip_prefix(b"\"")
        .and_then(|inner| inner.strip_suffix(b"\""))
        .unwrap_or(cell)
}

/// What splits a CSV. Where its first line has no comma, what else stands there does: `;` is the comma of countries that
/// write `0,5`.
pub(super) fn delimiter(beginning: &[u8]) -> u8 {
    let first = beginning.split(|byte| *byte == b'\n').next().unwrap_or(beginning);
    [b',', b';', b'\t', b'|']
        .into_iter()
        .find(|byte| first.contains(byte))
        .unwrap_or(b',')
}

/// A table without the byte order mark and the comments above it; `at` is what splits it, where that is known.
pub(super) fn body(bytes: &[u8], at: Option<u8>) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    &bytes[comments_above(bytes, at)..]
}

/// Bytes of the comments above a table: lines behind `#` that do not split as the first line below them does. One that does
/// is the header (`# epoch,loss`), unless that line is shown to be it by the numbers below.
pub(super) fn comments_above(beginning: &[u8], at: Option<u8>) -> usize {
    if !beginning.starts_with(b"#") {
        return 0;
    }
    let is_comment = |line: &&[u8]| line.starts_with(b"#");
    let below: Vec<&[u8]> = lines(beginning).skip_while(is_comment).take(SHOWN).collect();
    let Some(&first) = below.first() else { return 0 };
    let at = at.unwrap_or_else(|| delimiter(first));
    let cells = |line: &[u8]| {
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader.has_headers(false).delimiter(at).from_reader(line);
        reader
            .into_byte_records()
            .next()
            .and_then(Result::ok)
            .unwrap_or_default()
    };
    let width = cells(first).len();
    let mut shown = vec![Below::default(); width];
    for line in below.iter().skip(1) {
        for (cell, below) in cells(line).iter().zip(&mut shown) {
            below.see(b"", trimmed(cell));
        }
    }
    let names = |(cell, below): (&[u8], &Below)| {
        let cell = String::from_utf8_lossy(trimmed(cell));
        !cell.is_empty() && !is_number(&cell) && below.cells > 0 && !below.words
    };
    let is_header = cells(first).iter().zip(&shown).any(names);
    let mut bytes = 0;
    for line in beginning.split_inclusive(|byte| *byte == b'\n') {
        let blank = line.trim_ascii().is_empty();
        if !blank && (!line.starts_with(b"#") || !is_header && cells(line).len() == width) {
            break;
        }
        bytes += line.len();
    }
    bytes
}

/// What reads a CSV, as its beginning shows how it is split.
pub(super) fn csv_reader<R: Read>(beginning: &[u8], source: R) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(beginning))
        .from_reader(source)
}

/// Lines that are not blank, without their endings.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty())
}

pub(super) fn split(line: &[u8], at: u8) -> Cells {
    line.split(|byte| *byte == at).map(<[u8]>::to_vec).collect()
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Split {
    At(u8),
    Blanks,
}

impl Split {
    pub(super) fn cells(self, line: &[u8]) -> Cells {
        match self {
            Split::At(byte) => split(line, byte),
            Split::Blanks => line
                .split(u8::is_ascii_whitespace)
                .filter(|cell| !cell.is_empty())
                .map(<[u8]>::to_vec)
                .collect(),
        }
    }
}

/// What splits all lines into equally many cells, two at least; a single line is no table.
pub(super) fn common_split(bytes: &[u8]) -> Option<Split> {
    lines(bytes).nth(1)?;
    let alike = |at: &Split| {
        let mut counts = lines(bytes).map(|line| at.cells(line).len());
        let first = counts.next().unwrap_or(0);
        first > 1 && counts.all(|count| count == first)
    };
    SPLITS
        .iter()
        .map(|byte| Split::At(*byte))
        .chain([Split::Blanks])
        .find(alike)
}

struct Objects {
    columns: Vec<String>,
    rows: Vec<Vec<u8>>,
}

/// The objects of a JSON list; none where the file is another JSON.
fn objects(bytes: &[u8]) -> Result<Option<Objects>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if !bytes.trim_ascii_start().starts_with(b"[") {
        return Ok(None);
    }
    let list: Vec<serde_json::Value> = match serde_json::from_slice(bytes) {
        Ok(list) => list,
        // NaN and comments: what people write for JSON.
        Err(strict) => {
            let tree = json_tree(std::str::from_utf8(bytes).map_err(|error| error.to_string())?);
            match tree.roots.first().map(|root| (&root.kind, tree.too_many)) {
                Some((Kind::List(items), false)) => items.iter().map(select::json).collect(),
                _ => return Err(strict.to_string()),
            }
        }
    };
    if !list.iter().all(serde_json::Value::is_object) || list.is_empty() {
        return Ok(None);
    }
    let mut columns: Vec<String> = Vec::new();
    for object in list.iter().filter_map(serde_json::Value::as_object) {
        for key in object.keys() {
            if !columns.contains(key) {
                columns.push(key.clone());
            }
        }
    }
    Ok(Some(Objects {
        columns,
        rows: list.iter().map(|object| object.to_string().into_bytes()).collect(),
    }))
}

/// The keys of an object in one line, in the order written.
pub(super) fn keys(line: &[u8]) -> Vec<String> {
    let Ok(line) = std::str::from_utf8(line) else {
        return Vec::new();
    };
    match json_tree(line).roots.first().map(|root| &root.kind) {
        Some(Kind::Map(entries)) => entries.iter().map(|entry| entry.key.clone()).collect(),
        _ => Vec::new(),
    }
}
