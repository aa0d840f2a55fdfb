//! One table in SQLite's memory, and statements that can read it and nothing else.
//!
//! Why it can be wrong: SQLite takes an unknown name in double quotes for a text, counts a text as 0 in a sum, makes 0 of `7 / 8`,
//! and gives the first of several rows to a scalar: each of them is a number that nobody measured. So quoted names must be
//! columns, what is computed with must hold numbers, a quotient is one of reals, and every row comes back with its number.
//!
//! A claim file may be somebody else's: an authorizer lets a statement read the one table and call plain functions; time
//! and memory are bounded. (SQLite's own heap limit is one for the process; what stands in a table is bounded before.)
//!
//! Example: `avg(acc) where split = 'test'` over 3 test rows gives one value, from the rows 1, 4 and 5.

mod doubtful;
mod list;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};

use super::sheet::{Cell, Sheet};
use crate::evidence::selection::Term;
use crate::quantity::{Number, Unit, Value};
use list::{calls, names, of_reals, only_compared, only_of_counts, only_of_texts};

/// How long one selection may take.
const LONGEST: Duration = Duration::from_secs(5);
/// Bytes of a text or of a statement.
const LARGEST: i32 = 10_000_000;
/// Rows that a selection may give; more are no result.
const MOST: usize = 100_000;
/// The column that holds the number of a row in [`Sheet::rows`].
const PLACE: &str = "verify place";
/// Functions that read nothing but what they are given, and need no time and memory to speak of.
const FUNCTIONS: &str =
    "abs avg ceil ceiling coalesce count exp floor glob ifnull iif instr length like ln log log10 log2
    lower ltrim max median min mod nullif pow power replace round rtrim sign sqrt substr substring sum total trim trunc
    typeof unicode upper";
/// Of these, the ones that make one value of many rows.
const AGGREGATES: &[&str] = &["avg", "count", "max", "min", "sum", "total"];
/// Functions whose argument need not be a number.
const OF_TEXTS: &[&str] = &[
    "count", "length", "lower", "upper", "trim", "substr", "replace", "typeof", "instr",
];

/// A value that a term gives, and the rows (indices into the sheet's) that it is from.
#[derive(Debug, PartialEq)]
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) unit: Option<Unit>,
    pub(super) rows: Vec<usize>,
    /// Rows that were left out because the cell holds nothing.
    pub(super) blank: u64,
}

/// Why a term gives nothing.
#[derive(Debug, PartialEq)]
pub(super) enum Refused {
    /// The table has no such column.
    Column(String),
    /// A column that is computed with holds a text: column, text, row.
    Text(String, String, usize),
    /// A term that must be one value gives so many: term, count.
    Several(String, u64),
    /// Anything else, in SQLite's words.
    Sql(String),
}

/// A sheet as SQLite's table.
pub(super) struct Table<'s> {
    sheet: &'s Sheet,
    cells: Vec<Vec<Cell>>,
    /// For each column: the unit that all of its numbers have.
    units: Vec<Option<Unit>>,
    connection: Connection,
}

impl<'s> Table<'s> {
    pub(super) fn new(sheet: &'s Sheet) -> Result<Table<'s>, Refused> {
        let mut cells: Vec<Vec<Cell>> = sheet.rows.iter().map(|row| row.cells()).collect();
        let names: Vec<bool> = (0..sheet.columns.len())
            .map(|column| are_names(sheet, column))
            .collect();
        for (row, printed) in cells.iter_mut().zip(&sheet.rows) {
            for (column, cell) in row.iter_mut().enumerate().filter(|(column, _)| names[*column]) {
                if matches!(cell, Cell::Number(..)) {
                    *cell = Cell::Text(printed.printed[column].trim().to_string());
                }
            }
        }
        let units: Vec<Option<Unit>> = (0..sheet.columns.len()).map(|column| unit_of(&cells, column)).collect();
        let connection = filled(sheet, &cells, &units, &names).map_err(|error| Refused::Sql(error.to_string()))?;
        guard(&connection).map_err(|error| Refused::Sql(error.to_string()))?;
        Ok(Table {
            sheet,
            cells,
            units,
            connection,
        })
    }

    /// The values that a term gives, in order.
    pub(super) fn select(&self, term: &Term) -> Result<Vec<Given>, Refused> {
        let Term { list, rest } = term;
        let columns = self.columns_in(list);
        doubtful::named_twice(self.sheet, list, rest)?;
        doubtful::shares(self.sheet, &self.units, rest)?;
        let plain = self.plain(list);
        let aggregates = calls(list).any(|name| AGGREGATES.contains(&name.as_str())) || term.groups();
        if term.groups() && !calls(list).any(|name| AGGREGATES.contains(&name.as_str())) {
            return Err(Refused::Sql(format!("a group of rows has several values of {list}")));
        }
        let distinct = list.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("distinct "));
        if plain.is_none() && !only_of_texts(list) {
            let computed = columns.iter().copied();
            let computed = computed
                .filter(|column| !only_compared(list, &self.sheet.columns[*column]))
                .collect();
            self.must_be_numbers(&computed, term)?;
        }
        if calls(list).any(|name| name == "round") {
            return Err(Refused::Sql(
                "it rounds, and the comparison rounds again; leave `round` out".to_string(),
            ));
        }
        // A cell alone is what it prints; whatever computes or compares needs one unit.
        let mut compared = self.columns_in(rest);
        if plain.is_none() && !only_of_counts(list) {
            compared.extend(&columns);
        }
        doubtful::mixed(self.sheet, &self.cells, &compared)?;
        doubtful::compared_texts(self.sheet, &self.cells, &self.columns_in(rest), rest)?;
        if !only_of_counts(list) {
            compared.extend(&columns);
        }
        doubtful::commas(self.sheet, &compared)?;
        if aggregates {
            let among = self.rows(term.condition())?;
            doubtful::no_rows(self.sheet, &self.cells, &among, list)?;
            doubtful::totals(self.sheet, &self.cells, &among)?;
        }
        let own = !aggregates && !distinct;
        let (computed, rest) = (of_reals(list), of_reals(rest));
        let statement = if own {
            format!("SELECT {computed}, \"{PLACE}\" FROM t {rest}")
        } else {
            format!("SELECT {computed} FROM t {rest}")
        };
        let among = if own { Vec::new() } else { self.rows(term.condition())? };
        let mut found = Vec::new();
        for row in self.run(&statement)? {
            let mut row = row.into_iter();
            let Some(stored) = row.next() else { continue };
            let rows = match row.next() {
                Some(Stored::Integer(place)) => vec![usize::try_from(place).unwrap_or_default()],
                _ => among.clone(),
            };
            let unit = columns
                .iter()
                .map(|column| self.units[*column])
                .reduce(|a, b| if a == b { a } else { None });
            let counts = only_of_texts(list);
            let unit = unit.flatten().filter(|_| !counts);
            let is_blank = |row: &&usize| columns.iter().any(|column| self.cells[**row][*column] == Cell::Blank);
            let blank = if own || counts {
                0
            } else {
                rows.iter().filter(is_blank).count() as u64
            };
            let value = match (plain, rows.as_slice()) {
                // As the table prints it, to its last zero.
                (Some(column), [row]) if own => match &self.cells[*row][column] {
                    Cell::Number(number, unit) => (Value::Number(number.clone()), *unit),
                    Cell::Text(text) => (Value::Text(text.clone()), None),
                    Cell::Blank => continue,
                },
                _ => match shown(&stored, unit) {
                    Some(value) => (value, unit),
                    None => continue,
                },
            };
            found.push(Given {
                value: value.0,
                unit: value.1,
                rows,
                blank,
            });
        }
        Ok(found)
    }

    /// The column that a list is, where it is nothing else.
    fn plain(&self, list: &str) -> Option<usize> {
        let name = list
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|name| !name.contains('"'))
            .unwrap_or(list);
        self.column(name)
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.sheet
            .columns
            .iter()
            .position(|column| column.eq_ignore_ascii_case(name))
    }

    /// The columns that a list names.
    fn columns_in(&self, list: &str) -> BTreeSet<usize> {
        names(list).iter().filter_map(|name| self.column(name)).collect()
    }

    /// The rows of a condition.
    fn rows(&self, condition: &str) -> Result<Vec<usize>, Refused> {
        let rows = self.run(&format!("SELECT \"{PLACE}\" FROM t {}", of_reals(condition)))?;
        Ok(rows
            .into_iter()
            .filter_map(|row| match row.first() {
                Some(Stored::Integer(place)) => usize::try_from(*place).ok(),
                _ => None,
            })
            .collect())
    }

    /// SQLite takes a text for 0 where it computes.
    fn must_be_numbers(&self, columns: &BTreeSet<usize>, term: &Term) -> Result<(), Refused> {
        for row in self.rows(term.condition())? {
            for &column in columns {
                if let Cell::Text(text) = &self.cells[row][column] {
                    return Err(Refused::Text(self.sheet.columns[column].clone(), text.clone(), row));
                }
            }
        }
        Ok(())
    }

    fn run(&self, statement: &str) -> Result<Vec<Vec<Stored>>, Refused> {
        let refused = |error: rusqlite::Error| refusal(&error);
        let until = Instant::now() + LONGEST;
        self.connection
            .progress_handler(1000, Some(move || Instant::now() > until))
            .map_err(refused)?;
        let mut prepared = self.connection.prepare(statement).map_err(refused)?;
        if !prepared.readonly() {
            return Err(Refused::Sql("it would write".to_string()));
        }
        let width = prepared.column_count();
        let mut rows = prepared.query([]).map_err(refused)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(refused)? {
            if found.len() == MOST {
                return Err(Refused::Sql(format!("more than {MOST} rows")));
            }
            let cells: rusqlite::Result<Vec<Stored>> = (0..width).map(|column| row.get(column)).collect();
            found.push(cells.map_err(refused)?);
        }
        Ok(found)
    }
}

fn refusal(error: &rusqlite::Error) -> Refused {
    let said = match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::SqliteFailure(_, Some(said)) => said.clone(),
        other => other.to_string(),
    };
    match said.split_once("no such column: ") {
        Some((_, name)) => Refused::Column(name.split(" - ").next().unwrap_or(name).trim_matches('"').to_string()),
        None => Refused::Sql(if said.contains("interrupted") {
            format!("it takes more than {} seconds", LONGEST.as_secs())
        } else {
            said
        }),
    }
}

/// The table with its rows; column names as written, `row` beside them where none is called so.
fn filled(sheet: &Sheet, cells: &[Vec<Cell>], units: &[Option<Unit>], names: &[bool]) -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // What does not fit is refused, never spilled to a disk.
    connection.pragma_update(None, "temp_store", 2)?;
    let numbered = !sheet.columns.iter().any(|column| column.eq_ignore_ascii_case("row"));
    let quoted = |name: &str, kind: &str| format!("\"{}\" {kind}", name.replace('"', "\"\""));
    let mut columns = vec![format!("\"{PLACE}\" INTEGER")];
    columns.extend(numbered.then(|| "\"row\" INTEGER".to_string()));
    columns.extend(
        sheet
            .columns
            .iter()
            .zip(names)
            .map(|(column, names)| quoted(column, if *names { "TEXT" } else { "NUMERIC" })),
    );
    connection.execute(&format!("CREATE TABLE t ({})", columns.join(", ")), [])?;
    let marks = vec!["?"; columns.len()].join(", ");
    let transaction = connection.unchecked_transaction()?;
    {
        let mut insert = transaction.prepare(&format!("INSERT INTO t VALUES ({marks})"))?;
        for (index, row) in cells.iter().enumerate() {
            let place = i64::try_from(index).unwrap_or(i64::MAX);
            let mut values = vec![Stored::Integer(place)];
            values.extend(numbered.then_some(Stored::Integer(place + 1)));
            values.extend((0..sheet.columns.len()).map(|column| stored(row.get(column), units[column])));
            insert.execute(params_from_iter(values))?;
        }
    }
    transaction.commit()?;
    Ok(connection)
}

/// From here on the connection reads the table, and does nothing else.
fn guard(connection: &Connection) -> rusqlite::Result<()> {
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LENGTH, LARGEST),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000),
    ] {
        connection.set_limit(limit, most)?;
    }
    connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
        AuthAction::Select => Authorization::Allow,
        AuthAction::Read { table_name, .. } if table_name == "t" || table_name.is_empty() => Authorization::Allow,
        AuthAction::Function { function_name } if is_allowed(function_name) => Authorization::Allow,
        _ => Authorization::Deny,
    }))
}

fn is_allowed(function: &str) -> bool {
    FUNCTIONS
        .split_ascii_whitespace()
        .any(|name| name.eq_ignore_ascii_case(function))
}

/// Whether the numbers of a column are names: `007` is not `7`.
fn are_names(sheet: &Sheet, column: usize) -> bool {
    sheet.rows.iter().any(|row| {
        let text = row.printed.get(column).map_or("", |text| text.trim());
        text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The unit of a column: that of all its numbers, where they have the same.
fn unit_of(cells: &[Vec<Cell>], column: usize) -> Option<Unit> {
    let mut units = cells.iter().filter_map(|row| match row.get(column) {
        Some(Cell::Number(_, unit)) => Some(*unit),
        _ => None,
    });
    let first = units.next()?;
    first.filter(|_| units.all(|unit| unit == first))
}

/// A cell as SQLite holds it: a share as a fraction, anything else in the unit of its column.
fn stored(cell: Option<&Cell>, column: Option<Unit>) -> Stored {
    match cell {
        None | Some(Cell::Blank) => Stored::Null,
        Some(Cell::Text(text)) => Stored::Text(text.clone()),
        Some(Cell::Number(number, unit)) => {
            let value = match unit {
                Some(unit) if *unit == Unit::Percent || column.is_none() => &number.value * unit.factor(),
                _ => number.value.clone(),
            };
            let text = value.to_plain_string();
            match text.parse::<i64>() {
                Ok(whole) => Stored::Integer(whole),
                Err(_) => text.parse().map_or(Stored::Null, Stored::Real),
            }
        }
    }
}

/// A value that SQLite computed, in the unit of its columns; none for NULL and for what is no number of this world.
fn shown(stored: &Stored, unit: Option<Unit>) -> Option<Value> {
    let number = match stored {
        Stored::Integer(whole) => Number::from_i64(*whole),
        // The last two digits of a double are noise of adding up.
        Stored::Real(real) => Number::parse_literal(&format!("{real:.14e}"))
            .map(|number| number.value)
            .map(|value| Number::from_decimal(&value))?,
        Stored::Text(text) => {
            return Some(match super::sheet::read_cell(text) {
                Cell::Number(number, None) => Value::Number(number),
                _ => Value::Text(text.clone()),
            });
        }
        Stored::Null | Stored::Blob(_) => return None,
    };
    Some(Value::Number(match unit {
        Some(Unit::Percent) => Number::from_decimal(&(number.value / Unit::Percent.factor())),
        _ => number,
    }))
}

#[cfg(test)]
mod tests;
