//! A notebook's cells out of its JSON, and the way from the text that is read back to it.
//!
//! Why it can be wrong: the source of a cell is one text or a list of lines, with escapes, so an offset in the code is
//! none in the file. Every piece that is copied as it stands is remembered with where it came from.
//!
//! Example: in `"source": ["x = \"a\"\n"]` the code `x = "a"` stands at the bytes of `x = \"a\"`.

use std::ops::Range;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::evidence::GapReason;
use crate::place::{Place, SourceText};

/// A code cell.
#[derive(Debug)]
pub(super) struct Cell {
    /// Among all cells, from 1.
    pub(super) number: usize,
    /// Tagged `parameters`: what papermill passes is put behind it.
    pub(super) parameters: bool,
    /// Its turn in the session that the notebook was saved from.
    pub(super) turn: Option<u32>,
    pub(super) text: String,
    /// Bytes of `text` with where they stand in the JSON, in order: a piece as it stands, or what an escape became.
    pub(super) pieces: Vec<(usize, usize)>,
}

impl Cell {
    /// Where a byte of the cell stands in the JSON.
    pub(super) fn at(&self, offset: usize) -> usize {
        real(&self.pieces, offset)
    }
}

/// The piece that an offset lies in, and how far into it.
fn real(pieces: &[(usize, usize)], offset: usize) -> usize {
    let index = pieces.partition_point(|(start, _)| *start <= offset);
    let Some(&(start, json)) = index.checked_sub(1).and_then(|index| pieces.get(index)) else {
        return 0;
    };
    // What is not copied (a line of ours) ends where the next piece starts.
    let end = pieces.get(index).map_or(usize::MAX, |(_, next)| (*next).max(json + 1));
    (json + (offset - start)).min(end - 1)
}

type Fault = (GapReason, Option<usize>, String);

/// The code cells of a notebook in Python.
pub(super) fn cells(json: &str) -> Result<Vec<Cell>, Fault> {
    let mark = if json.starts_with('\u{feff}') { 3 } else { 0 };
    let body = &json[mark..];
    let parsed = parse_to_ast(body, &CollectOptions::default(), &ParseOptions::default()).map_err(|fault| {
        (
            GapReason::Broken,
            Some(fault.range().start + mark),
            fault.kind().to_string(),
        )
    })?;
    let Some(Value::Object(root)) = &parsed.value else {
        return Err((GapReason::UnknownFormat, None, "no notebook".to_string()));
    };
    if let Some(language) = language(root).filter(|language| !language.to_lowercase().contains("python")) {
        return Err((GapReason::UnknownFormat, None, format!("a notebook in {language}")));
    }
    // Version 3 has its cells in worksheets, and their source under `input`.
    let mut all: Vec<&Object<'_>> = objects(root, "cells");
    for sheet in objects(root, "worksheets") {
        all.extend(objects(sheet, "cells"));
    }
    let mut found = Vec::new();
    for (index, cell) in all.into_iter().enumerate() {
        if cell.get_string("cell_type").is_none_or(|kind| kind.value != "code") {
            continue;
        }
        let source = cell.get("source").or_else(|| cell.get("input"));
        let mut one = Cell {
            number: index + 1,
            parameters: is_tagged(cell, "parameters"),
            turn: turn(cell),
            text: String::new(),
            pieces: Vec::new(),
        };
        match source.map(|source| &source.value) {
            Some(Value::Array(lines)) => lines
                .elements
                .iter()
                .for_each(|line| decode(line, body, mark, &mut one)),
            Some(value) => decode(value, body, mark, &mut one),
            None => {}
        }
        found.push(one);
    }
    Ok(found)
}

/// `execution_count`; version 3 calls it `prompt_number`.
fn turn(cell: &Object<'_>) -> Option<u32> {
    let count = cell
        .get_number("execution_count")
        .or_else(|| cell.get_number("prompt_number"))?;
    count.value.parse().ok()
}

fn is_tagged(cell: &Object<'_>, tag: &str) -> bool {
    let tags = cell
        .get_object("metadata")
        .and_then(|metadata| metadata.get_array("tags"));
    tags.is_some_and(|tags| {
        let mut tags = tags.elements.iter().filter_map(Value::as_string_lit);
        tags.any(|own| own.value == tag)
    })
}

/// The objects in a list of this name.
fn objects<'o, 'a>(object: &'o Object<'a>, name: &str) -> Vec<&'o Object<'a>> {
    let list = object.get_array(name).map_or(&[][..], |list| list.elements.as_slice());
    list.iter().filter_map(Value::as_object).collect()
}

fn language(root: &Object<'_>) -> Option<String> {
    let metadata = root.get_object("metadata")?;
    let said = |of: &str, name: &str| {
        let text = metadata.get_object(of)?.get_string(name)?;
        Some(text.value.to_string())
    };
    said("language_info", "name").or_else(|| said("kernelspec", "language"))
}

/// Adds a text of the JSON to a cell.
fn decode(value: &Value<'_>, json: &str, mark: usize, cell: &mut Cell) {
    let Value::StringLit(_) = value else { return };
    let range = value.range();
    let (from, to) = (range.start + 1, range.end.saturating_sub(1));
    let Some(written) = json.get(from..to) else { return };
    let mut rest = written.char_indices().peekable();
    let mut copied = false;
    let mut high: Option<u32> = None;
    while let Some((at, letter)) = rest.next() {
        if letter != '\\' {
            if !copied {
                cell.pieces.push((cell.text.len(), mark + from + at));
            }
            copied = true;
            cell.text.push(letter);
            continue;
        }
        copied = false;
        cell.pieces.push((cell.text.len(), mark + from + at));
        match rest.next().map(|(_, letter)| letter) {
            Some('n') => cell.text.push('\n'),
            Some('t') => cell.text.push('\t'),
            // Python takes a carriage return for the end of a line; a line of the cell ends once.
            Some('r') => cell.text.push(' '),
            Some('b' | 'f') => cell.text.push(' '),
            Some('u') => {
                let digits: String = (0..4).filter_map(|_| rest.next().map(|(_, digit)| digit)).collect();
                let code = u32::from_str_radix(&digits, 16).unwrap_or(0xFFFD);
                let code = match high.take() {
                    Some(first) if (0xDC00..0xE000).contains(&code) => {
                        0x10000 + ((first - 0xD800) << 10) + (code - 0xDC00)
                    }
                    _ => code,
                };
                if (0xD800..0xDC00).contains(&code) {
                    high = Some(code);
                } else {
                    cell.text.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                }
            }
            Some(other) => cell.text.push(other),
            None => {}
        }
    }
}

/// What a stretch of the text is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    Python,
    /// A `%%bash` cell.
    Shell,
    /// A line that installs packages: Python, and read for what it declares as well.
    Install,
}

/// The text that is read, cell after cell, with where it stands in the notebook.
#[derive(Debug)]
pub struct Origin {
    json: SourceText,
    text: String,
    /// As the cells have it: line for line with `text`.
    written: String,
    pieces: Vec<(usize, usize)>,
    /// First line and number of each cell.
    cells: Vec<(u32, usize)>,
    /// Where each cell begins, and its turn.
    turns: Vec<(usize, Option<u32>)>,
    /// The first cell that is tagged `parameters`.
    parameters: Option<Range<usize>>,
    spans: Vec<(Range<usize>, Tongue)>,
    /// Lines of `text` that are no Python of the author's.
    escaped: Vec<Range<usize>>,
}

impl Origin {
    pub(super) fn new(json: SourceText) -> Origin {
        Origin {
            json,
            text: String::new(),
            written: String::new(),
            pieces: Vec::new(),
            cells: Vec::new(),
            turns: Vec::new(),
            parameters: None,
            spans: Vec::new(),
            escaped: Vec::new(),
        }
    }

    pub(super) fn path(&self) -> &str {
        self.json.path()
    }

    /// Starts a cell.
    pub(super) fn open(&mut self, cell: &Cell) {
        let line = u32::try_from(self.text.matches('\n').count()).unwrap_or(u32::MAX) + 1;
        self.cells.push((line, cell.number));
        self.turns.push((self.text.len(), cell.turn));
        if cell.parameters && self.parameters.is_none() {
            self.parameters = Some(self.text.len()..usize::MAX);
        }
        self.written.push_str(&cell.text);
        self.written.push('\n');
    }

    /// The turn of the cell that a byte of the text lies in.
    pub(super) fn turn_at(&self, at: usize) -> Option<u32> {
        let after = self.turns.partition_point(|(start, _)| *start <= at);
        self.turns.get(after.checked_sub(1)?)?.1
    }

    /// Ends a cell, and what it is read as.
    pub(super) fn close(&mut self, from: usize, tongue: Tongue) {
        self.text.push('\n');
        self.spans.push((from..self.text.len(), tongue));
        let end = self.text.len();
        if let Some(open) = self.parameters.as_mut().filter(|cell| cell.end == usize::MAX) {
            open.end = end;
        }
    }

    /// The notebook, and the bytes of its cell that takes parameters in the text that is read.
    pub(in super::super) fn parameters(&self) -> Option<(String, Range<usize>)> {
        Some((self.path().to_string(), self.parameters.clone()?))
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Copies a part of a cell.
    pub(super) fn copy(&mut self, cell: &Cell, range: Range<usize>) {
        let Some(part) = cell.text.get(range.clone()) else {
            return;
        };
        if part.is_empty() {
            return;
        }
        let by = self.text.len();
        self.pieces.push((by, cell.at(range.start)));
        let inside = cell.pieces.iter().filter(|(start, _)| range.contains(start));
        let inside: Vec<(usize, usize)> = inside.map(|(start, at)| (start - range.start + by, *at)).collect();
        self.pieces.extend(inside.into_iter().filter(|(start, _)| *start > by));
        self.text.push_str(part);
    }

    /// Writes something that stands for the byte at `at` of a cell.
    pub(super) fn insert(&mut self, cell: &Cell, at: usize, text: &str) {
        self.pieces.push((self.text.len(), cell.at(at)));
        self.text.push_str(text);
    }

    /// Marks what was written since `from` as a stand-in, and the part of it that installs something.
    pub(super) fn stand_in(&mut self, from: usize, installs: Option<Range<usize>>) {
        self.escaped.push(from..self.text.len());
        self.spans.extend(installs.map(|range| (range, Tongue::Install)));
    }

    /// Whether a byte lies in a stand-in.
    pub(super) fn escaped(&self, at: usize) -> bool {
        self.escaped.iter().any(|range| range.contains(&at))
    }

    /// The text with blanks for the cells in another tongue.
    pub(super) fn text_of(&self, tongue: Tongue) -> String {
        let mut out = vec![false; self.text.len()];
        for (range, own) in &self.spans {
            if *own == tongue {
                out[range.clone()].fill(true);
            }
        }
        self.keeping(|at| out[at])
    }

    /// The text with blanks for everything else.
    pub(super) fn alone(&self, range: Range<usize>) -> String {
        self.keeping(|at| range.contains(&at))
    }

    fn keeping(&self, keep: impl Fn(usize) -> bool) -> String {
        let mut out = String::with_capacity(self.text.len());
        for (at, letter) in self.text.char_indices() {
            if keep(at) || letter == '\n' {
                out.push(letter);
            } else {
                out.extend(std::iter::repeat_n(' ', letter.len_utf8()));
            }
        }
        out
    }

    /// What is read as shell.
    pub(super) fn shells(&self) -> Vec<(Range<usize>, Tongue)> {
        let shells = self.spans.iter().filter(|(_, tongue)| *tongue != Tongue::Python);
        shells.cloned().collect()
    }

    /// Bytes of the text as bytes of the JSON.
    pub(super) fn bytes(&self, (start, end): (usize, usize)) -> (usize, usize) {
        let first = real(&self.pieces, start);
        let last = real(&self.pieces, end.saturating_sub(1).max(start));
        (first, last + 1)
    }

    /// Moves a place in the text to the JSON.
    pub(super) fn settle(&self, place: &mut Place) {
        let (Some(first), Some(last)) = (place.line, place.end_line) else {
            return;
        };
        let start = |line: u32| {
            let mut starts = self.text.match_indices('\n').map(|(at, _)| at + 1);
            match line {
                0 | 1 => 0,
                line => starts.nth(line as usize - 2).unwrap_or(self.text.len()),
            }
        };
        let whole = (start(first), start(last + 1).saturating_sub(1));
        let bytes = self.bytes(place.bytes.unwrap_or(whole));
        if place.bytes.is_some() {
            place.bytes = Some(bytes);
        }
        place.line = Some(self.json.line(bytes.0));
        place.end_line = Some(self.json.line(bytes.1.saturating_sub(1)).max(self.json.line(bytes.0)));
        let index = self.cells.partition_point(|(line, _)| *line <= first);
        let Some((opens, number)) = index.checked_sub(1).and_then(|index| self.cells.get(index)) else {
            return;
        };
        let written = SourceText::new("", self.written.as_str())
            .place_of_lines(first, last)
            .excerpt;
        place.excerpt = format!("cell {number}, line {}: {written}", first - opens + 1);
    }
}
