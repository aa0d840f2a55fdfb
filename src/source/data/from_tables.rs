//! What a selection in SQL gives in the tables of a file: values, the terms they are made of, or why there is none.
//!
//! Why it can be wrong: a term that gives several values would lend one of them to a difference; a table that lacks the
//! column is another table, and no result of zero rows. Each table answers for itself, and says what it has.
//!
//! Example: `(FP where fold = 1) - (FP where fold = 2)` over a CSV gives one value, and the two it is the difference of.

use bigdecimal::BigDecimal;

use super::sheet::{Sheet, sheets};
use super::sql::{Given, Refused, Table};
use super::{File, FileFacts, statement};
use crate::evidence::selection::{Piece, Term};
use crate::evidence::{Expr, Grade, Statement, Subject, Unselected};
use crate::place::Place;
use crate::quantity::arithmetic::evaluate;
use crate::quantity::{Number, Unit, Value};

/// Adds what the selection gives.
pub(super) fn read(file: &File, select: &str, pieces: &[Piece], facts: &mut FileFacts) {
    let (grade, sheets) = match sheets(file) {
        Ok(found) => found,
        Err((why, detail)) => {
            facts.gaps.push(file.gap(why, detail));
            return;
        }
    };
    for sheet in sheets.iter().filter(|sheet| !sheet.rows.is_empty()) {
        let answer = Table::new(sheet).and_then(|table| {
            let mut found = Answer {
                file,
                sheet,
                select,
                grade,
                statements: Vec::new(),
            };
            match pieces {
                [Piece::Term(term)] => found.of_term(&table, term)?,
                _ => found.of_arithmetic(&table, pieces)?,
            }
            Ok(found.statements)
        });
        let why = match answer {
            Ok(statements) if !statements.is_empty() => {
                facts.statements.extend(statements);
                continue;
            }
            Ok(_) => Unselected::NoRow,
            Err(refused) => unselected(refused),
        };
        let subject = Subject::NothingSelected {
            select: select.to_string(),
            columns: sheet.columns.clone(),
            rows: sheet.rows.len() as u64,
            why,
        };
        let place = sheet.place(file, &[0]);
        let mut nothing = statement(
            subject,
            Expr::Opaque(String::new()),
            Place { row: None, ..place },
            grade,
        );
        nothing.owner.clone_from(&sheet.owner);
        facts.statements.push(nothing);
    }
}

fn unselected(refused: Refused) -> Unselected {
    match refused {
        Refused::Column(name) => Unselected::NoColumn { name },
        Refused::Text(column, text, _) => Unselected::Text { column, text },
        Refused::Several(term, count) => Unselected::Several { term, count },
        Refused::Sql(said) => Unselected::Refused { said },
    }
}

struct Answer<'a> {
    file: &'a File,
    sheet: &'a Sheet,
    select: &'a str,
    grade: Grade,
    statements: Vec<Statement>,
}

impl Answer<'_> {
    fn add(&mut self, given: &Given, term: Option<(u32, String)>) {
        let subject = Subject::Selected {
            select: self.select.to_string(),
            term,
            blank: given.blank,
        };
        let place = self.sheet.place(self.file, &given.rows);
        let mut found = statement(subject, Expr::Value(given.value.clone()), place, self.grade);
        found.unit = given.unit;
        found.owner.clone_from(&self.sheet.owner);
        self.statements.push(found);
    }

    fn of_term(&mut self, table: &Table<'_>, term: &Term) -> Result<(), Refused> {
        for given in table.select(term)? {
            self.add(&given, None);
        }
        // What a mean is of: a best seed that is reported as the mean is told by it.
        let inside = term
            .list
            .get(..4)
            .filter(|word| word.eq_ignore_ascii_case("avg("))
            .and_then(|_| term.list[4..].strip_suffix(')'))
            .filter(|inside| !inside.contains(['(', ')']));
        if let (Some(inside), [_], false) = (inside, self.statements.as_slice(), term.groups()) {
            for (turn, extreme) in (1..).zip(["max", "min"]) {
                let term = Term {
                    list: format!("{extreme}({inside})"),
                    rest: term.condition().to_string(),
                };
                for given in table.select(&term)? {
                    self.add(&given, Some((turn, term.text())));
                }
            }
        }
        Ok(())
    }

    /// Terms are each one value, or the expression has none.
    fn of_arithmetic(&mut self, table: &Table<'_>, pieces: &[Piece]) -> Result<(), Refused> {
        let mut expression = String::new();
        let mut terms: Vec<(Given, String)> = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Between(text) => expression.push_str(&format!(" {text} ")),
                Piece::Term(term) => {
                    let mut given = table.select(term)?;
                    if given.len() > 1 {
                        return Err(Refused::Several(term.text(), given.len() as u64));
                    }
                    let Some(given) = given.pop() else { return Ok(()) };
                    expression.push_str(&format!("( t{} )", terms.len()));
                    terms.push((given, term.text()));
                }
            }
        }
        let unit = terms
            .iter()
            .map(|(given, _)| given.unit)
            .reduce(|a, b| if a == b { a } else { None });
        // A difference is in the unit of its terms; a product or quotient of shares is one of fractions.
        let unit = unit.flatten().filter(|_| !expression.contains(['*', '/']));
        let mut numbers: Vec<BigDecimal> = Vec::new();
        for (given, term) in &terms {
            let Value::Number(number) = &given.value else {
                return Err(Refused::Sql(format!("{term} is no number")));
            };
            let factor = given
                .unit
                .filter(|_| unit.is_none())
                .map_or(BigDecimal::from(1), Unit::factor);
            numbers.push(&number.value * factor);
        }
        let of = |name: &str| numbers.get(name.strip_prefix('t')?.parse::<usize>().ok()?).cloned();
        let value = evaluate(&expression, &of).map_err(|error| Refused::Sql(error.to_string()))?;
        let given = Given {
            value: Value::Number(Number::from_decimal(&value.with_prec(15))),
            unit,
            rows: terms.iter().flat_map(|(given, _)| given.rows.clone()).collect(),
            blank: terms.iter().map(|(given, _)| given.blank).sum(),
        };
        self.add(&given, None);
        for (turn, (given, term)) in (1..).zip(terms) {
            self.add(&given, Some((turn, term)));
        }
        Ok(())
    }
}
