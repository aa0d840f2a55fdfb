//! Selections that SQLite answers and that nobody should believe: what they compute with may not be what the table means.
//!
//! Why it can be wrong: a refusal costs a reader a clearer selection, an answer costs the paper a wrong number. So what is
//! refused here says what to write instead: columns that two headings name, columns that mix shares with bare numbers,
//! a share compared with a number above one, a row of totals among the rows it is the total of, and rounding before the
//! comparison rounds.
//!
//! Example: `avg(n)` over rows `a`, `b` and `total` counts everything twice; `avg(n) where m <> 'total'` does not.

use std::collections::BTreeSet;

use regex::Regex;

use super::super::sheet::{Cell, Row, Sheet};
use super::Refused;
use super::list::{names, texts};
use crate::quantity::Unit;

/// How the row is called that is made of the others.
const TOTALS: &[&str] = &[
    "total", "totals", "sum", "mean", "average", "avg", "avg.", "overall", "all", "std", "std.", "stddev", "median",
    "gesamt", "media", "promedio",
];

/// A column named twice is none that could be meant.
pub(super) fn named_twice(sheet: &Sheet, list: &str, rest: &str) -> Result<(), Refused> {
    for name in names(list).into_iter().chain(names(rest)) {
        let known = |wanted: &str| sheet.columns.iter().any(|column| column.eq_ignore_ascii_case(wanted));
        if known(&name) && known(&format!("{name}:2")) {
            return Err(Refused::Sql(format!(
                "two columns are called {name}; write the second as \"{name}:2\", and rename the first in the file"
            )));
        }
    }
    Ok(())
}

/// `93.7%` beside a bare `92.1`: whether that is 92.1 % or 9210 % is not said.
pub(super) fn mixed(sheet: &Sheet, cells: &[Vec<Cell>], columns: &BTreeSet<usize>) -> Result<(), Refused> {
    for &column in columns {
        let units: BTreeSet<Option<String>> = cells
            .iter()
            .filter_map(|row| match row.get(column) {
                Some(Cell::Number(_, unit)) => Some(unit.map(|unit| unit.to_string())),
                _ => None,
            })
            .collect();
        if units.len() > 1 && units.contains(&None) {
            return Err(Refused::Sql(format!(
                "the column {} mixes numbers with a unit and bare ones, which cannot be compared",
                sheet.columns[column]
            )));
        }
    }
    Ok(())
}

/// A column of percent is held as shares: `acc > 93` would hold nowhere.
pub(super) fn shares(sheet: &Sheet, units: &[Option<Unit>], rest: &str) -> Result<(), Refused> {
    let percent = sheet
        .columns
        .iter()
        .zip(units)
        .filter(|(_, unit)| **unit == Some(Unit::Percent));
    for (column, _) in percent {
        let compared = format!(
            r#"(?i)(?:^|[^\w"])"?{}"?\s*(?:=|<>|!=|<=|>=|<|>|between|in\s*\()\s*'?(\d+(?:\.\d+)?)"#,
            regex::escape(column)
        );
        let Ok(pattern) = Regex::new(&compared) else { continue };
        let above_one = pattern
            .captures_iter(rest)
            .filter_map(|found| found[1].parse::<f64>().ok())
            .find(|number| *number > 1.0);
        if let Some(number) = above_one {
            return Err(Refused::Sql(format!(
                "the column {column} is in percent: write {} for {number} %",
                number / 100.0
            )));
        }
    }
    Ok(())
}

/// `1,234` where commas are decimal, or may be: 1234 to one reader, 1.234 to another.
pub(super) fn commas(sheet: &Sheet, columns: &BTreeSet<usize>) -> Result<(), Refused> {
    let (Ok(open), Ok(decimal), Ok(grouped)) = (
        Regex::new(r"^[-+−]?[1-9]\d{0,2},\d{3}(?:[^\d,.].*)?$"),
        Regex::new(r"^[-+−]?(?:0,\d+|\d+,(?:\d{1,2}|\d{4,}))\s*%?$"),
        Regex::new(r"^[-+−]?\d{1,3}(?:(?:,\d{3}){2,}(?:\.\d+)?|,\d{3}\.\d+)$|^[-+−]?\d*\.\d{1,2}\s*%?$"),
    ) else {
        return Ok(());
    };
    let printed = |row: &'_ Row, column: usize| row.printed.get(column).map(|text| text.trim().to_string());
    let doubtful = columns.iter().find_map(|&column| {
        let cell = sheet.rows.iter().filter_map(|row| printed(row, column));
        Some((column, cell.into_iter().find(|text| open.is_match(text))?))
    });
    let Some((column, text)) = doubtful else { return Ok(()) };
    let shows = |sign: &Regex| {
        let mut cells = sheet.rows.iter().flat_map(|row| &row.printed);
        cells.any(|text| sign.is_match(text.trim()))
    };
    if !shows(&decimal) && (!sheet.semicolons || shows(&grouped)) {
        return Ok(());
    }
    Err(Refused::Sql(format!(
        "the column {} has {text}: whether its comma groups thousands or is decimal, the file does not say",
        sheet.columns[column]
    )))
}

/// Texts that a condition compares and that only SQLite holds for others: `''` with a cell that holds nothing, which is
/// null; `'true'` with `True`.
pub(super) fn compared_texts(
    sheet: &Sheet,
    cells: &[Vec<Cell>],
    columns: &BTreeSet<usize>,
    rest: &str,
) -> Result<(), Refused> {
    let found = texts(rest);
    let of_columns = || {
        cells
            .iter()
            .flat_map(|row| columns.iter().filter_map(|column| Some((*column, row.get(*column)?))))
    };
    let equals_nothing = found
        .iter()
        .any(|(before, text)| text.is_empty() && !before.ends_with("<>") && !before.ends_with("!="));
    if equals_nothing && let Some((column, _)) = of_columns().find(|(_, cell)| **cell == Cell::Blank) {
        return Err(Refused::Sql(format!(
            "a cell that holds nothing is null: write \"{}\" is null",
            sheet.columns[column]
        )));
    }
    let lower = rest.to_lowercase();
    if ["like", "glob", "lower", "upper", "nocase"]
        .iter()
        .any(|word| lower.contains(word))
    {
        return Ok(());
    }
    for (_, text) in found {
        let by_case = of_columns().find_map(|(column, cell)| match cell {
            Cell::Text(other) if *other != text && other.to_lowercase() == text.to_lowercase() => Some((column, other)),
            _ => None,
        });
        if let Some((column, other)) = by_case {
            let name = &sheet.columns[column];
            return Err(Refused::Sql(format!(
                "the column {name} has {other} as well, which differs from '{text}' by case: write lower(\"{name}\") = '{}' for both, \"{name}\" glob '{text}' for one",
                text.to_lowercase()
            )));
        }
    }
    Ok(())
}

/// Rows of an aggregate that are none: the header once more, a row behind `#`, one of empty cells that is counted.
pub(super) fn no_rows(sheet: &Sheet, cells: &[Vec<Cell>], rows: &[usize], list: &str) -> Result<(), Refused> {
    let first = |row: usize| sheet.rows[row].printed.first().map_or("", |text| text.trim());
    let hashed = (0..sheet.rows.len()).filter(|row| first(*row).starts_with('#')).count();
    let is_header = |row: usize| {
        let printed = &sheet.rows[row].printed;
        sheet
            .columns
            .iter()
            .zip(printed)
            .all(|(name, cell)| *name == cell.trim())
    };
    let refused = |row: usize, what: &str, condition: String| {
        let row = row + 1;
        Err(Refused::Sql(format!(
            "row {row} {what}; leave it out: where {condition}"
        )))
    };
    let Some(name) = sheet.columns.first() else {
        return Ok(());
    };
    let counts = list.to_lowercase().replace(' ', "");
    let counts = counts.contains("count(*)") || counts.contains("count(1)");
    for &row in rows {
        if is_header(row) {
            return refused(row, "is the header once more", format!("\"{name}\" <> '{name}'"));
        }
        if first(row).starts_with('#') && hashed * 2 <= sheet.rows.len() {
            return refused(row, "may be commented out", format!("\"{name}\" not like '#%'"));
        }
        if counts && cells[row].iter().all(|cell| *cell == Cell::Blank) {
            return refused(row, "is empty", format!("\"{name}\" is not null"));
        }
    }
    Ok(())
}

/// A row of totals, means or the like among other rows of an aggregate.
pub(super) fn totals(sheet: &Sheet, cells: &[Vec<Cell>], rows: &[usize]) -> Result<(), Refused> {
    let label = |row: usize| {
        cells[row].iter().enumerate().find_map(|(column, cell)| match cell {
            Cell::Text(text) if TOTALS.contains(&text.trim().to_lowercase().as_str()) => Some((column, text)),
            _ => None,
        })
    };
    let made = rows.iter().find_map(|&row| Some((row, label(row)?)));
    let Some((row, (column, text))) = made.filter(|_| !rows.iter().all(|&row| label(row).is_some())) else {
        return Ok(());
    };
    Err(Refused::Sql(format!(
        "row {} is called {text}, and may be made of the others; leave it out: where \"{}\" <> '{text}'",
        row + 1,
        sheet.columns[column]
    )))
}
