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

use super::super::sheet::{Cell, Sheet};
use super::Refused;
use super::list::names;
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
