//! Markdown: headings, sentences, list items, tables and fenced commands.
//!
//! Why it can be wrong: a table that is not seen as one is read as a sentence of bars, and a cell that is counted wrongly gives its value to its neighbour's column.
//! comrak finds the blocks; each row is cut at its own bars, so that every cell has its own bytes.
//!
//! Example: in MANIFEST.md's `| 04_eval_base.job | evaluate_simple.py | 2h |` the cell `2h` is a duration with the words of its row.

use std::ops::Range;

use comrak::nodes::{NodeValue, Sourcepos};
use comrak::{Arena, Options, parse_document};

use super::command;
use super::markup;
use super::read::ReadText;
use super::say::{Row, Speaker};
use super::sentence;
use super::wanted::Wanted;
use crate::evidence::Ask;
use crate::place::SourceText;
use crate::quantity::Locale;
use crate::source::{File, FileFacts, Reader};

/// Files larger than this are data.
const LARGEST: usize = 4_000_000;

pub const MARKDOWN: Reader = Reader {
    name: "markdown",
    about: include_str!("markdown.rs"),
    reads: |path| path.ends_with(".md") || path.ends_with(".markdown"),
    read,
};

fn read(file: &File, asks: &[Ask]) -> FileFacts {
    let source = match super::source_of(file, LARGEST) {
        Ok(Some(source)) => source,
        Ok(None) => return FileFacts::default(),
        Err(gap) => return gap.into(),
    };
    let wanted = Wanted::of(asks);
    let (text, gaps) = super::without_long_lines(source);
    let text = without_front_matter(&text);
    let lines = Lines::of(&text);
    let arena = Arena::new();
    let root = parse_document(&arena, &text, &options());
    let mut document = Document {
        source,
        wanted: &wanted,
        text: &text,
        lines,
        locale: super::language(&text),
        headings: Vec::new(),
        cloned: Vec::new(),
        facts: FileFacts {
            gaps,
            ..FileFacts::default()
        },
    };
    let mut header: Vec<String> = Vec::new();
    for node in root.descendants() {
        let (position, value) = {
            let ast = node.data.borrow();
            (ast.sourcepos, ast.value.clone())
        };
        match value {
            NodeValue::Heading(heading) => document.heading(position, heading.level),
            NodeValue::Paragraph => document.paragraph(position),
            NodeValue::TableRow(true) => {
                header = document.cells(position).iter().map(shown).collect();
            }
            NodeValue::TableRow(false) => document.row(position, &header),
            NodeValue::CodeBlock(block) => {
                let fenced = block.fenced;
                document.code(position, fenced, &block.info);
            }
            _ => {}
        }
    }
    document.facts
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options
}

/// A table as it is shown: headings above it, its own header, and rows with where they stand.
pub(crate) struct ShownTable {
    pub(crate) headings: Vec<String>,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<(Vec<String>, Range<usize>)>,
}

/// The tables of a text, in order.
pub(crate) fn shown_tables(source: &SourceText) -> Vec<ShownTable> {
    let text = without_front_matter(source.text());
    let wanted = Wanted::of(&[]);
    let arena = Arena::new();
    let root = parse_document(&arena, &text, &options());
    let mut document = Document {
        source,
        wanted: &wanted,
        text: &text,
        lines: Lines::of(&text),
        locale: super::language(&text),
        headings: Vec::new(),
        cloned: Vec::new(),
        facts: FileFacts::default(),
    };
    let mut found: Vec<ShownTable> = Vec::new();
    for node in root.descendants() {
        let (position, value) = {
            let ast = node.data.borrow();
            (ast.sourcepos, ast.value.clone())
        };
        let cells = |document: &Document<'_>| document.cells(position).iter().map(shown).collect::<Vec<_>>();
        match value {
            NodeValue::Heading(heading) => document.heading(position, heading.level),
            NodeValue::TableRow(true) => found.push(ShownTable {
                headings: document.owner(),
                header: cells(&document),
                rows: Vec::new(),
            }),
            NodeValue::TableRow(false) => {
                let line = document.lines.line(&text, position.start.line);
                if let Some(table) = found.last_mut() {
                    table.rows.push((cells(&document), line));
                }
            }
            _ => {}
        }
    }
    found
}

struct Document<'d> {
    source: &'d SourceText,
    wanted: &'d Wanted,
    /// The file's text, of the same length; front matter blanked.
    text: &'d str,
    lines: Lines,
    locale: Locale,
    /// Level and title of the headings that the place stands under.
    headings: Vec<(u8, String)>,
    cloned: Vec<String>,
    facts: FileFacts,
}

impl Document<'_> {
    fn owner(&self) -> Vec<String> {
        self.headings.iter().map(|(_, title)| title.clone()).collect()
    }

    fn heading(&mut self, position: Sourcepos, level: u8) {
        self.headings.retain(|(above, _)| *above < level);
        self.paragraph(position);
        let read = self.read(position);
        let title = shown(&read);
        self.headings
            .push((level, title.trim_end_matches('#').trim().to_string()));
    }

    fn read(&self, position: Sourcepos) -> ReadText {
        markup::read_range(self.text, self.lines.range(self.text, position))
    }

    fn paragraph(&mut self, position: Sourcepos) {
        let owner = self.owner();
        for code in self.inline_commands(position) {
            let line = [(code.start, &self.text[code])];
            command::read(&line, true, self.source, &owner, &mut self.cloned, &mut self.facts);
        }
        if self.wanted.is_empty() {
            return;
        }
        let mut read = self.read(position);
        // A command in inline code is a command, not a sentence.
        for code in self.inline_commands(position) {
            for part in read
                .chars
                .iter_mut()
                .filter(|part| code.contains(&(part.start as usize)))
            {
                part.c = ' ';
            }
        }
        let mut speaker = Speaker {
            source: self.source,
            wanted: self.wanted,
            locale: self.locale,
            statements: &mut self.facts.statements,
        };
        for span in sentence::spans(&read) {
            speaker.sentence(&read, span, &owner);
        }
    }

    /// The bytes of spans of inline code that are commands.
    fn inline_commands(&self, position: Sourcepos) -> Vec<Range<usize>> {
        let range = self.lines.range(self.text, position);
        let mut found = Vec::new();
        let mut open: Option<usize> = None;
        for (at, _) in self.text[range.clone()].match_indices('`') {
            let at = range.start + at;
            match open.take() {
                Some(start) if command::is_inline(&self.text[start..at]) => found.push(start..at),
                Some(start) if start < at => {}
                _ => open = Some(at + 1),
            }
        }
        found
    }

    /// The cells of a row, cut at its own bars.
    fn cells(&self, position: Sourcepos) -> Vec<ReadText> {
        let line = self.lines.line(self.text, position.start.line);
        let column = position.start.column.saturating_sub(1);
        let start = (line.start + column).min(line.end);
        let start = (start..=line.end)
            .find(|&at| self.text.is_char_boundary(at))
            .unwrap_or(line.end);
        cut_row(&self.text[start..line.end])
            .into_iter()
            .map(|cell| markup::read_cell(self.text, start + cell.start..start + cell.end))
            .collect()
    }

    fn row(&mut self, position: Sourcepos, header: &[String]) {
        if self.wanted.is_empty() {
            return;
        }
        let cells = self.cells(position);
        let owner = self.owner();
        let mut speaker = Speaker {
            source: self.source,
            wanted: self.wanted,
            locale: self.locale,
            statements: &mut self.facts.statements,
        };
        for column in 0..cells.len().min(header.len()) {
            speaker.cell(
                &Row {
                    cells: &cells,
                    header,
                    column,
                },
                &owner,
            );
        }
    }

    fn code(&mut self, position: Sourcepos, fenced: bool, info: &str) {
        let shell = command::is_shell(info);
        if !shell && !info.trim().is_empty() && info.trim() != "text" {
            return;
        }
        let (first, last) = if fenced {
            (position.start.line + 1, position.end.line)
        } else {
            (position.start.line, position.end.line)
        };
        let lines: Vec<(usize, &str)> = (first..=last)
            .filter_map(|number| {
                let line = self.lines.line(self.text, number);
                let body = &self.text[line.clone()];
                // A block quote's marks.
                let inside = body.trim_start_matches(['>', ' ', '\t']);
                let fence = fenced && number == last && (inside.starts_with("```") || inside.starts_with("~~~"));
                let marked = body.trim_start().starts_with('>');
                let start = if marked {
                    line.start + body.len() - inside.len()
                } else {
                    line.start
                };
                (!fence).then_some((start, &self.text[start..line.end]))
            })
            .collect();
        let owner = self.owner();
        command::read(&lines, shell, self.source, &owner, &mut self.cloned, &mut self.facts);
    }
}

fn shown(read: &ReadText) -> String {
    read.string(0..read.chars.len())
        .0
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Byte ranges of a row's cells between bars that are not escaped; the bars at its ends belong to no cell.
fn cut_row(row: &str) -> Vec<Range<usize>> {
    let end = row.trim_end().len();
    let lead = row.len() - row.trim_start().len();
    let mut start = lead + usize::from(row[lead..].starts_with('|'));
    let mut cells = Vec::new();
    let mut escaped = false;
    let body = start;
    for (at, c) in row[..end].char_indices().filter(|(at, _)| *at >= body) {
        match c {
            '\\' => escaped = !escaped,
            '|' if !escaped => {
                cells.push(start..at);
                start = at + 1;
            }
            _ => escaped = false,
        }
    }
    if start < end {
        cells.push(start..end);
    }
    cells
}

/// Lines as comrak counts them: after `\n`, `\r\n` or a lone `\r`.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Lines {
        let bytes = text.as_bytes();
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
            .map(|at| at + 1);
        Lines(std::iter::once(0).chain(ends).collect())
    }

    /// The bytes of a one-based line without its ending.
    fn line(&self, text: &str, number: usize) -> Range<usize> {
        let start = number
            .checked_sub(1)
            .and_then(|index| self.0.get(index))
            .copied()
            .unwrap_or(text.len());
        let end = self.0.get(number).copied().unwrap_or(text.len()).max(start);
        let body = text[start..end].trim_end_matches(['\n', '\r']);
        start..start + body.len()
    }

    /// The bytes of a node; columns are one-based bytes, the last included.
    fn range(&self, text: &str, position: Sourcepos) -> Range<usize> {
        let first = self.line(text, position.start.line);
        let last = self.line(text, position.end.line);
        let boundary = |mut at: usize| {
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = boundary((first.start + position.start.column.saturating_sub(1)).min(first.end));
        let end = boundary((last.start + position.end.column).min(last.end));
        start..end.max(start)
    }
}

/// The text with a byte order mark and front matter blanked, every byte after them where it was.
fn without_front_matter(text: &str) -> String {
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let body = &text[mark..];
    let mut end = 0;
    if body.starts_with("---\n") || body.starts_with("---\r\n") {
        let mut at = 0;
        for (number, line) in body.split_inclusive('\n').enumerate() {
            at += line.len();
            if number > 0 && matches!(line.trim_end(), "---" | "...") {
                end = at;
                break;
            }
        }
    }
    let blank: String = text[..mark + end]
        .bytes()
        .map(|byte| {
            if matches!(byte, b'\n' | b'\r') {
                char::from(byte)
            } else {
                ' '
            }
        })
        .collect();
    blank + &text[mark + end..]
}

#[cfg(test)]
mod tests;
