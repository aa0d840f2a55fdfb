//! What a run's own output gives under a `select = "/regex/"`: a number that the run printed.
//!
//! Why it can be wrong: a run that was cut off, or given a part of the samples, prints a number that is not the whole's,
//! however close. So only a run that came to its end over the whole population speaks; any other is shown with its
//! reason. Of a long output the middle is not kept: what stood there is not found.
//!
//! Example: `accuracy: 0.937` in the output of all 21,340 clips, under `/accuracy: ([0-9.]+)/`.

use regex::RegexBuilder;

use super::recorded::{Recorded, limits_of, own};
use crate::evidence::selection::{Selection, parse};
use crate::evidence::{Expr, Statement, Subject, TimedRun};
use crate::judge::Case;
use crate::quantity::{Locale, Quantity, Value};
use crate::verdict::Message;

/// Hits that are looked at.
const MOST: usize = 1000;

/// What the record gives to a selection.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) cells: Vec<Statement>,
    pub(crate) recorded: Recorded,
}

/// The values that the run of the claim printed under its selection; nothing where it names no run.
pub(crate) fn told(case: &Case<'_>, select: &str) -> Told {
    let refused = |recorded: Recorded| Told {
        cells: Vec::new(),
        recorded,
    };
    let (statement, timed) = match own(case) {
        None => return Told::default(),
        Some(Err(why)) => return refused(why),
        Some(Ok(found)) => found,
    };
    if let Some(why) = of_a_part(timed) {
        return refused(Recorded::refused(statement, why));
    }
    let cells = hits(statement, timed, select);
    if cells.is_empty() {
        let why = Message::new("record-silent")
            .with("run", &timed.name)
            .with("name", select);
        return refused(Recorded::refused(statement, why));
    }
    let recorded = Recorded {
        caveats: limits_of(statement),
        ..Recorded::default()
    };
    Told { cells, recorded }
}

/// Why the run's result is not that of the whole.
fn of_a_part(timed: &TimedRun) -> Option<Message> {
    let whole = timed.asked.population;
    let came_to_its_end = timed.exit == Some(0);
    if came_to_its_end && whole.is_some_and(|whole| timed.timed() >= whole) {
        return None;
    }
    let why = Message::new("record-of-a-part")
        .with("run", &timed.name)
        .with("ending", timed.ending.name())
        .with("timed", timed.timed())
        .with("population", whole.map(|whole| whole.to_string()).unwrap_or_default());
    Some(why)
}

fn hits(record: &Statement, timed: &TimedRun, select: &str) -> Vec<Statement> {
    let Ok(Selection::Pattern(pattern)) = parse(select) else {
        return Vec::new();
    };
    let Ok(pattern) = RegexBuilder::new(&pattern).multi_line(true).crlf(true).build() else {
        return Vec::new();
    };
    // A bar ends with a carriage return, and what is printed next stands behind it.
    let output = timed.output.replace("\r\n", "\n").replace('\r', "\n");
    let hit = |found: regex::Captures<'_>| {
        let capture = found.get(1).or_else(|| found.get(0))?;
        let (value, unit) = match Quantity::parse(capture.as_str(), Locale::English) {
            Some(quantity) => (Value::Number(quantity.number), quantity.unit),
            None => (Value::Text(capture.as_str().to_string()), None),
        };
        Some(Statement {
            subject: Subject::Selected {
                select: select.to_string(),
                term: None,
                blank: 0,
            },
            value: Expr::Value(value),
            unit,
            // Its place stays the record's: whoever changes that statement changes what was printed.
            ..record.clone()
        })
    };
    pattern.captures_iter(&output).take(MOST).filter_map(hit).collect()
}
