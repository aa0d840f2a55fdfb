//! Data: what is counted, selected, searched or hashed in the files a claim names.
//!
//! Why it can be wrong: a count that takes the header for a row is off by one and looks exact; a pattern that silently
//! skips a file finds "no other hit". What is read depends on what is asked, so nothing is read that no claim names;
//! a file in scope that cannot be read as asked is a gap.
//!
//! Example: `Ask::Rows` over `data/manifest.csv` gives 21,340 rows, none empty, 12 that stand twice.

mod arrays;
mod binary;
mod columnar;
mod from_tables;
mod header;
mod pattern;
mod select;
mod sheet;
mod sql;
mod streamed;
mod table;

pub(super) use binary::{is_binary_table, rows as binary_rows};
pub(super) use streamed::{is_streamed, rows as streamed_rows};

use super::file::{Measured, digest};
use super::{File, FileFacts, audio};
use crate::evidence::{Ask, Expr, Form, Gap, GapReason, Grade, Statement, Subject};
use crate::place::Place;
use crate::quantity::{Locale, Number, Quantity, Unit, Value};

/// Answers the asks about one file; the flag says whether the file is in the ask's scope.
pub fn read_data(file: &File, asks: &[(&Ask, bool)]) -> FileFacts {
    let mut facts = FileFacts::default();
    for (ask, in_scope) in asks {
        match ask {
            Ask::Rows { header, .. } if *in_scope => table::rows(file, *header, &mut facts),
            Ask::Select { select, .. } if *in_scope => select::read(file, select, &mut facts),
            Ask::Pattern { pattern, .. } if *in_scope => {
                let subject = Subject::Hit {
                    pattern: pattern.clone(),
                };
                pattern::read(file, pattern, &subject, pattern::grade(&file.path), &mut facts);
            }
            Ask::Files { .. } if *in_scope => {
                facts.statements.push(file_statement(&file.path, lines_of(&file.bytes)));
            }
            Ask::Present { .. } if *in_scope => {
                facts.statements.push(present(&file.path, file.bytes.len() as u64));
            }
            Ask::Audio { .. } if *in_scope => {
                let bytes = file.bytes.len() as u64;
                audio::read(&file.path, std::io::Cursor::new(file.bytes.clone()), bytes, &mut facts);
            }
            Ask::Lines {
                file: path,
                first,
                last,
            } if *path == file.path => facts.statements.extend(lines(file, *first, *last)),
            _ => {}
        }
    }
    // Two claims may ask the same.
    let mut once: Vec<Statement> = Vec::with_capacity(facts.statements.len());
    for statement in facts.statements.drain(..) {
        let same = matches!(
            statement.subject,
            Subject::File | Subject::Present | Subject::Lines | Subject::Rows { .. } | Subject::Audio { .. }
        ) && once.contains(&statement);
        if !same {
            once.push(statement);
        }
    }
    facts.statements = once;
    facts.gaps.sort();
    facts.gaps.dedup();
    facts
}

/// What [`Ask::Files`] gets for a file that is too large to be read whole.
pub fn measured_file(path: &str, measured: &Measured) -> Statement {
    file_statement(path, measured.lines)
}

/// What [`Ask::Present`] gets for a file that is there.
pub fn present(path: &str, bytes: u64) -> Statement {
    statement(Subject::Present, whole(bytes), Place::whole(path), Grade::Measured)
}

fn file_statement(path: &str, lines: u64) -> Statement {
    statement(Subject::File, whole(lines), Place::whole(path), Grade::Measured)
}

/// Lines of bytes; a last one without its newline counts.
fn lines_of(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64 + u64::from(bytes.last().is_some_and(|last| *last != b'\n'))
}

/// The SHA-256 of lines as `sed -n 3,6p FILE | sha256sum` takes it: each with a `\n` at its end, `\r` aside.
fn lines(file: &File, first: u32, last: u32) -> Option<Statement> {
    let text = file.text.as_ref()?;
    if first == 0 || last < first || last > text.lines() {
        return None;
    }
    let printed: String = (first..=last)
        .map(|line| format!("{}\n", text.line_text(line)))
        .collect();
    let value = Expr::Value(Value::Text(digest(printed.as_bytes())));
    Some(statement(
        Subject::Lines,
        value,
        text.place_of_lines(first, last),
        Grade::Vouched,
    ))
}

fn statement(subject: Subject, value: Expr, place: Place, grade: Grade) -> Statement {
    Statement {
        subject,
        form: Form::Data,
        value,
        place,
        grade,
        owner: Vec::new(),
        unit: None,
        guards: Vec::new(),
        comment: None,
        dead: None,
    }
}

fn whole(count: u64) -> Expr {
    Expr::Value(Value::Number(Number::from_i64(
        i64::try_from(count).unwrap_or(i64::MAX),
    )))
}

/// A text that was found, as what it shows: a number, a number with its unit, or a text.
fn shown(text: &str) -> (Expr, Option<Unit>) {
    let text = text.trim();
    let begins = text
        .trim_start_matches(['-', '+', '−', '.', '$'])
        .starts_with(|c: char| c.is_ascii_digit());
    let number = Number::parse_literal(text).or_else(|| Number::parse(text, Locale::English).filter(|_| begins));
    if let Some(number) = number {
        return (Expr::Value(Value::Number(number)), None);
    }
    match Quantity::parse(text, Locale::English) {
        // `7B` is the name of a model as often as a number.
        Some(Quantity {
            number,
            unit: Some(unit),
        }) if begins && !number.has_suffix() => (Expr::Value(Value::Number(number)), Some(unit)),
        _ => (Expr::Value(Value::Text(text.to_string())), None),
    }
}

/// What to say of a file that is asked for as text and is none; nothing of pictures and archives.
fn not_text(file: &File) -> Option<Gap> {
    let is_binary = memchr::memchr(0, &file.bytes[..file.bytes.len().min(8192)]).is_some();
    let gap = Gap {
        file: file.path.clone(),
        why: GapReason::NotText,
        detail: "text, but not UTF-8".into(),
    };
    (!is_binary).then_some(gap)
}

#[cfg(test)]
mod tests;
