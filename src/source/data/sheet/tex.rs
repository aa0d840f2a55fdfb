//! The tables of a LaTeX file: `tabular` and its kin, cut at `&` and `\\`.
//!
//! Why it can be wrong: `\multicolumn{2}{c}{Test}` stands over two columns and `\multirow{3}{*}{BERT}` beside three rows;
//! a cell that is counted wrongly gives its value to its neighbour. Both are spread over what they stand for. A first row
//! of spread cells is no header by itself: it is put before the names of the row below it.
//!
//! Example: `BERT & \textbf{84.6} & 83.4 \\` under `Model & MNLI & QQP \\` has `MNLI` 84.6.

use std::ops::Range;

use super::super::File;
use super::{Row, Sheet, header_of};
use crate::source::latex::plain;

const TABLES: &[&str] = &[
    "tabular",
    "tabular*",
    "tabularx",
    "tabulary",
    "longtable",
    "tblr",
    "array",
];
/// Rules and spaces between rows, with how many arguments in braces they have.
const BETWEEN: &[(&str, usize)] = &[
    ("\\hline", 0),
    ("\\toprule", 0),
    ("\\midrule", 0),
    ("\\bottomrule", 0),
    ("\\cmidrule", 1),
    ("\\cline", 1),
    ("\\addlinespace", 0),
    ("\\rowcolor", 1),
    ("\\specialrule", 3),
    ("\\endhead", 0),
    ("\\endfirsthead", 0),
    ("\\endfoot", 0),
    ("\\noalign", 1),
    ("\\centering", 0),
];

pub(super) fn tables(file: &File) -> Vec<Sheet> {
    let Some(source) = &file.text else { return Vec::new() };
    let text = without_comments(source.text());
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((inside, end)) = next_table(&text, at) {
        at = end;
        let owner = caption(&text, inside.start).into_iter().collect();
        found.extend(sheet(&text, inside, owner));
    }
    found
}

/// The text with comments blanked, every byte where it was.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let starts = line.match_indices('%').map(|(at, _)| at);
        let comment = starts
            .filter(|at| line[..*at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0)
            .min()
            .unwrap_or(line.len());
        out.push_str(&line[..comment]);
        out.extend(
            line[comment..]
                .bytes()
                .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
        );
    }
    out
}

/// The inside of the next table from a byte on, its columns' pattern left out, and where it ends.
fn next_table(text: &str, from: usize) -> Option<(Range<usize>, usize)> {
    let mut at = from;
    loop {
        let begin = at + text.get(at..)?.find("\\begin{")?;
        let name_at = begin + "\\begin{".len();
        let name = &text[name_at..name_at + text[name_at..].find('}')?];
        at = name_at;
        if !TABLES.contains(&name) {
            continue;
        }
        let mut start = name_at + name.len() + 1;
        let arguments = if ["tabular*", "tabularx", "tabulary"].contains(&name) {
            2
        } else {
            1
        };
        if text[start..].starts_with('[') {
            start += text[start..].find(']')? + 1;
        }
        for _ in 0..arguments {
            start = group(text, start).map_or(start, |group| group.end + 1);
        }
        let end = start + text[start..].find(&format!("\\end{{{name}}}"))?;
        // A table in a cell of another is read as that cell.
        return Some((start..end, end));
    }
}

/// The inside of the braces that open at a byte, blanks before them aside.
fn group(text: &str, from: usize) -> Option<Range<usize>> {
    let start = from + text.get(from..)?.find(|c: char| !c.is_whitespace())?;
    if !text[start..].starts_with('{') {
        return None;
    }
    let mut depth = 0;
    let mut escaped = false;
    for (at, c) in text[start..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(start + 1..start + at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The caption of the float around a table.
fn caption(text: &str, table: usize) -> Option<String> {
    let float = |name: &str| text[..table].rfind(&format!("\\begin{{{name}"));
    let start = float("table").max(float("wraptable")).max(float("sidewaystable"))?;
    let end = table
        + text[table..]
            .find("\\end{table")
            .or(text[table..].find("\\end{wraptable"))?;
    if text[start..table].contains("\\end{table") {
        return None;
    }
    let at = start + text[start..end].find("\\caption")? + "\\caption".len();
    let at = if text[at..].starts_with('[') {
        at + text[at..].find(']')? + 1
    } else {
        at
    };
    Some(plain(&text[group(text, at)?]))
}

fn sheet(text: &str, inside: Range<usize>, owner: Vec<String>) -> Option<Sheet> {
    let mut rows: Vec<Row> = Vec::new();
    let mut spread_first = Vec::new();
    // Cells that stand beside further rows: column, rows left, text.
    let mut beside: Vec<(usize, usize, String)> = Vec::new();
    for bytes in pieces(text, inside, "\\\\") {
        let bytes = without_rules(text, bytes);
        if text[bytes.clone()].trim().is_empty() {
            continue;
        }
        let mut printed = Vec::new();
        let mut is_spread = false;
        for cell in pieces(text, bytes.clone(), "&") {
            let cell = read_cell(text[cell].trim(), printed.len(), &mut beside);
            is_spread |= cell.len() > 1;
            printed.extend(cell);
        }
        for (column, left, shown) in &mut beside {
            if let Some(cell) = printed.get_mut(*column).filter(|cell| cell.is_empty() && *left > 0) {
                *cell = shown.clone();
            }
            *left = left.saturating_sub(1);
        }
        if rows.is_empty() && is_spread && spread_first.is_empty() {
            spread_first = printed;
            continue;
        }
        rows.push(Row { printed, bytes });
    }
    if rows.len() < 2 {
        return None;
    }
    let (mut is_header, mut names) = header_of(&rows);
    if !spread_first.is_empty() {
        is_header = true;
        let below = rows[0].printed.clone();
        names = (0..below.len().max(spread_first.len()))
            .map(|at| {
                let part = |row: &[String]| row.get(at).cloned().unwrap_or_default();
                match (part(&spread_first), part(&below)) {
                    // A cell that stands beside both rows.
                    (above, below) if above == below => below,
                    (above, below) => format!("{above} {below}").trim().to_string(),
                }
            })
            .collect();
    }
    if is_header {
        rows.remove(0);
    }
    Some(Sheet::new(owner, names, rows))
}

/// A row without the rules before it.
fn without_rules(text: &str, bytes: Range<usize>) -> Range<usize> {
    let mut start = bytes.start;
    loop {
        start += text[start..bytes.end].len() - text[start..bytes.end].trim_start().len();
        // What `\\[2pt]` leaves.
        if text[start..bytes.end].starts_with('[')
            && let Some(close) = text[start..bytes.end].find(']').filter(|close| *close < 12)
        {
            start += close + 1;
            continue;
        }
        let rest = &text[start..bytes.end];
        let Some((rule, arguments)) = BETWEEN.iter().find(|(rule, _)| rest.starts_with(rule)) else {
            let trimmed = rest.trim_end();
            return start..start + trimmed.len();
        };
        start += rule.len();
        for open in ['(', '['] {
            let close = if open == '(' { ')' } else { ']' };
            if text[start..bytes.end].starts_with(open) {
                start += text[start..bytes.end].find(close).map_or(0, |at| at + 1);
            }
        }
        for _ in 0..*arguments {
            start = group(&text[..bytes.end], start).map_or(start, |group| group.end + 1);
        }
        if text[start..bytes.end].starts_with('(') {
            start += text[start..bytes.end].find(')').map_or(0, |at| at + 1);
        }
    }
}

/// The parts between separators that stand outside of braces and are not escaped.
fn pieces(text: &str, range: Range<usize>, separator: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut found, mut start, mut at, mut depth) = (Vec::new(), range.start, range.start, 0_i32);
    while at < range.end {
        if depth == 0 && text[at..range.end].starts_with(separator) {
            found.push(start..at);
            at += separator.len();
            start = at;
            continue;
        }
        match bytes[at] {
            b'\\' => at += 1,
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
        while at < range.end && !text.is_char_boundary(at) {
            at += 1;
        }
    }
    found.push(start..range.end.max(start));
    found
}

/// The cells that a cell is: several where it stands over several columns.
fn read_cell(cell: &str, column: usize, beside: &mut Vec<(usize, usize, String)>) -> Vec<String> {
    if let Some(rest) = cell.strip_prefix("\\multicolumn")
        && let Some(count) = group(rest, 0)
        && let Some(pattern) = group(rest, count.end + 1)
        && let Some(shown) = group(rest, pattern.end + 1)
    {
        let count = rest[count].trim().parse().unwrap_or(1_usize).clamp(1, 100);
        return vec![plain(&rest[shown]); count];
    }
    if let Some(rest) = cell.strip_prefix("\\multirow") {
        let start = if rest.starts_with('[') {
            rest.find(']').map_or(0, |at| at + 1)
        } else {
            0
        };
        if let Some(count) = group(rest, start)
            && let Some(wide) = rest[count.end + 1..]
                .starts_with('{')
                .then(|| group(rest, count.end + 1))
                .flatten()
            && let Some(shown) = group(rest, wide.end + 1)
        {
            let rows = rest[count].trim().parse().unwrap_or(1_usize);
            let shown = plain(&rest[shown]);
            beside.push((column, rows.min(1000), shown.clone()));
            return vec![shown];
        }
    }
    vec![plain(cell)]
}
