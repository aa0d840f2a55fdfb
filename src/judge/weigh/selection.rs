//! What a `select` gives, against the claim: what `metric` and `samples` share.
//!
//! Why it can be wrong: a selection that gives several values and picks one of them would be a guess: it is to be
//! clarified and lists them, unless `take` or `for` says what to do with them.
//!
//! Example: `$.results.accuracy` in `summary.json` gives 0.937 at its line.

use bigdecimal::BigDecimal;

use super::cite::{cite, noted};
use super::compared::{Compared, How, apply, compare_value};
use super::identity::owned;
use super::rounding::{self, Made};
use super::scope::InScope;
use super::told::{Told, told};
use super::vote::{Ballot, Question, Stand, distinct};
use super::{impossible, named, recommend};
use crate::claim::{Claim, Quorum, Take};
use crate::evidence::{Ask, Grade, Statement, Subject, Unselected};
use crate::judge::Case;
use crate::quantity::{Stated, Unit, Value};
use crate::verdict::{Message, Ruling, Stance, Verdict};

/// What a claim with `select` asks.
pub(crate) fn asks_of(claim: &Claim) -> Vec<Ask> {
    let select = claim.fields.text("select").unwrap_or_default().to_string();
    if of_a_run(claim) {
        // The run's output alone is searched.
        return Vec::new();
    }
    vec![Ask::Select {
        scope: claim.scope.clone(),
        select,
    }]
}

/// Whether the output of a run is searched, and no file: a result that a run printed.
fn of_a_run(claim: &Claim) -> bool {
    claim.kind == "metric" && claim.run.is_some()
}

/// The selected values against the claim.
pub(crate) fn judge_selection(case: &Case<'_>, how: How, deciding: Grade) -> Ruling {
    let claim = case.claim;
    let scope = InScope::of(case);
    let Some(stated) = &claim.value else {
        return impossible::ruling(case, Message::new("claim-without-value"));
    };
    let wanted = claim.fields.text("select").unwrap_or_default();
    let told = if of_a_run(claim) {
        told(case, wanted)
    } else {
        Told::default()
    };
    let mut found = Found::of(case, &scope, wanted);
    found.cells.extend(&told.cells);
    let ballots = ballots(claim, stated, how, &found, deciding);
    let mut caveats = if of_a_run(claim) { Vec::new() } else { scope.caveats() };
    caveats.extend(told.recorded.caveats);
    caveats.extend(found.caveats(wanted));
    let (nowhere, undecided) = found.nowhere(claim);
    let silence = if let Some(why) = told.recorded.silence {
        (Verdict::NotRun, why)
    } else if scope.files().is_empty() {
        (named::silent_verdict(case), scope.silence(wanted))
    } else if let Some(why) = undecided {
        (Verdict::NeedsClarification, why)
    } else {
        let because = nowhere.unwrap_or_else(|| {
            Message::new("nothing-selected")
                .with("select", wanted)
                .with("files", scope.files().len())
        });
        (named::silent_verdict(case), because)
    };
    let context = found
        .terms
        .iter()
        .map(|term| cite(term, Stance::Context))
        .chain(
            found
                .nothing
                .iter()
                .take(3)
                .filter(|_| found.cells.is_empty())
                .map(|table| cite(table, Stance::Context)),
        )
        .chain(told.recorded.context)
        .collect();
    let right = ballots.iter().find_map(|ballot| ballot.right.clone());
    let mut ruling = Question {
        expected: stated.to_string(),
        ballots: ballots.into_iter().map(|judged| judged.ballot).collect(),
        context,
        caveats,
        deciding,
        floor: claim.floor,
        quorum: claim.quorum,
        silence,
    }
    .decide();
    // What is to be printed is the number at the paper's precision, not all of its digits.
    let full = ruling.found.clone();
    ruling.found = right.or(ruling.found);
    recommend::add_usual(claim, &mut ruling);
    ruling.found = full;
    ruling
}

/// What the evidence has of a selection.
struct Found<'e> {
    cells: Vec<&'e Statement>,
    /// What the results are made of.
    terms: Vec<&'e Statement>,
    /// Tables that gave nothing.
    nothing: Vec<&'e Statement>,
}

impl<'e> Found<'e> {
    fn of(case: &Case<'e>, scope: &InScope<'_>, wanted: &str) -> Found<'e> {
        let claim = case.claim;
        let mut found = Found {
            cells: Vec::new(),
            terms: Vec::new(),
            nothing: Vec::new(),
        };
        let among = case
            .evidence
            .statements
            .iter()
            .filter(|s| scope.has(&s.place.file) && scope.may_speak(s) && !scope.excludes(&s.place.file))
            .filter(|s| claim.of.as_deref().is_none_or(|of| s.owner.is_empty() || owned(s, of)));
        for statement in among {
            match &statement.subject {
                Subject::Selected { select, term, .. } if select == wanted => match term {
                    None => found.cells.push(statement),
                    Some(_) => found.terms.push(statement),
                },
                Subject::NothingSelected { select, .. } if select == wanted => found.nothing.push(statement),
                _ => {}
            }
        }
        found.terms.sort_by_key(|term| match &term.subject {
            Subject::Selected {
                term: Some((turn, _)), ..
            } => *turn,
            _ => 0,
        });
        found
    }

    /// Of one file's results: the numbers that they are made of.
    fn numbers(&self, file: &str) -> Vec<BigDecimal> {
        self.terms
            .iter()
            .filter(|term| term.place.file == file)
            .filter_map(|term| number(term))
            .collect()
    }

    /// What is said beside a result: tables that gave none, rows that an average left out.
    fn caveats(&self, wanted: &str) -> Vec<Message> {
        let mut caveats = Vec::new();
        for cell in &self.cells {
            if let Subject::Selected { blank, .. } = &cell.subject
                && *blank > 0
            {
                caveats.push(
                    Message::new("cells-without-value")
                        .with("place", cell.place.short())
                        .with("count", blank),
                );
            }
        }
        if self.cells.is_empty() {
            return caveats;
        }
        for table in &self.nothing {
            let Subject::NothingSelected { why, .. } = &table.subject else {
                continue;
            };
            // A README has other tables; a folder of results does not.
            let another = matches!(why, Unselected::NoColumn { .. } | Unselected::NoRow) && table.grade < Grade::Logged;
            if !another {
                let message = Message::new("nothing-selected-here")
                    .with("select", wanted)
                    .with("place", table.place.short());
                caveats.push(message);
            }
        }
        caveats
    }

    /// Why nothing was found: what there is; and what cannot be decided.
    fn nowhere(&self, claim: &Claim) -> (Option<Message>, Option<Message>) {
        let wanted = claim.fields.text("select").unwrap_or_default();
        let mut nowhere = None;
        for table in &self.nothing {
            let Subject::NothingSelected { columns, rows, why, .. } = &table.subject else {
                continue;
            };
            let message = |code: &'static str| {
                Message::new(code)
                    .with("select", wanted)
                    .with("place", table.place.short())
            };
            match why {
                Unselected::NoRow => {
                    nowhere.get_or_insert(
                        message("no-row-selected")
                            .with("count", rows)
                            .with("columns", listed(columns)),
                    );
                }
                Unselected::NoColumn { name } => {
                    nowhere.get_or_insert(
                        message("no-such-column")
                            .with("column", name)
                            .with("columns", listed(columns)),
                    );
                }
                Unselected::Several { term, count } => {
                    return (
                        None,
                        Some(message("several-in-a-term").with("term", term).with("count", count)),
                    );
                }
                Unselected::Text { column, text } => {
                    return (
                        None,
                        Some(message("text-among-numbers").with("column", column).with("text", text)),
                    );
                }
                Unselected::Refused { said } => {
                    return (None, Some(message("selection-refused").with("said", said)));
                }
            }
        }
        (nowhere, None)
    }
}

fn listed(columns: &[String]) -> String {
    let shown = columns.iter().take(30).cloned().collect::<Vec<_>>().join(", ");
    if columns.len() > 30 {
        format!("{shown}, …")
    } else {
        shown
    }
}

fn number(statement: &Statement) -> Option<BigDecimal> {
    match statement.value.literal() {
        Some(Value::Number(number)) => Some(number.value.clone()),
        _ => None,
    }
}

/// A ballot, and the number at the paper's precision where it was compared and is another.
struct Judged {
    ballot: Ballot,
    right: Option<String>,
}

fn ballots(claim: &Claim, stated: &Stated, how: How, found: &Found<'_>, deciding: Grade) -> Vec<Judged> {
    let cells: Vec<(&Statement, Value)> = found
        .cells
        .iter()
        .filter_map(|cell| Some((*cell, cell.value.literal()?.clone())))
        .collect();
    let grade = cells.iter().map(|(cell, _)| cell.grade).max().unwrap_or(deciding);
    let all: Vec<Value> = cells.iter().map(|(_, value)| value.clone()).collect();
    if cells.is_empty() {
        Vec::new()
    } else if let Some(take) = claim.take {
        let units: Vec<Option<Unit>> = cells.iter().map(|(cell, _)| unit(claim, stated, cell)).collect();
        let unit = units
            .first()
            .copied()
            .flatten()
            .filter(|_| units.windows(2).all(|two| two[0] == two[1]));
        // `$.seeds` may be one list, or several values.
        let whole = match all.as_slice() {
            [Value::List(items)] => Value::List(items.clone()),
            _ => Value::List(all),
        };
        let compared = compare_value(claim, stated, &whole, unit, how);
        let taken = apply(take, &whole);
        let made = Made {
            of: match (&whole, take) {
                (Value::List(items), Take::Mean) => items.iter().filter_map(of_value).collect(),
                _ => Vec::new(),
            },
            is_mean: take == Take::Mean,
            terms: Vec::new(),
        };
        let statements: Vec<&Statement> = cells.iter().map(|(cell, _)| *cell).collect();
        let shown = taken
            .clone()
            .filter(|value| !matches!(value, Value::List(_)) && take == Take::Mean);
        let shown = shown.map_or(whole.to_string(), |value| value.to_string());
        vec![judged(
            stated,
            compared,
            taken.as_ref(),
            unit,
            &made,
            &statements,
            shown,
            how,
        )]
    } else if cells.len() == 1 || claim.quorum != Quorum::Unsaid {
        let one = |(cell, value): &(&Statement, Value)| {
            let unit = unit(claim, stated, cell);
            let compared = compare_value(claim, stated, value, unit, how);
            let terms = found.numbers(&cell.place.file);
            let select = claim.fields.text("select").unwrap_or_default();
            let is_mean = select.trim_start().to_lowercase().starts_with("avg(");
            let made = if is_mean {
                Made {
                    of: terms,
                    is_mean,
                    terms: Vec::new(),
                }
            } else {
                let difference = select.contains(") - (");
                Made {
                    terms: if difference { terms } else { Vec::new() },
                    ..Made::default()
                }
            };
            judged(
                stated,
                compared,
                Some(value),
                unit,
                &made,
                &[*cell],
                value.to_string(),
                how,
            )
        };
        cells.iter().map(one).collect()
    } else {
        let shown: Vec<String> = cells
            .iter()
            .take(12)
            .map(|(cell, value)| format!("{value} ({})", cell.place.short()))
            .collect();
        let why = Message::new("several-selected")
            .with("count", cells.len())
            .with("values", shown.join(", "));
        let citations = cells.iter().map(|(cell, _)| cite(cell, Stance::Context)).collect();
        let texts: Vec<String> = all.iter().map(ToString::to_string).collect();
        let found = distinct(texts.iter().map(String::as_str)).unwrap_or_default();
        vec![Judged {
            ballot: Ballot::new(Stand::Undecided(why), grade, found, citations),
            right: None,
        }]
    }
}

fn of_value(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Number(number) => Some(number.value.clone()),
        _ => None,
    }
}

/// The unit of a selected value. A difference of percentages is one of percentage points, where the paper says so.
fn unit(claim: &Claim, stated: &Stated, cell: &Statement) -> Option<Unit> {
    let own = claim.unit.or(cell.unit);
    match (stated.unit(), own, &cell.subject) {
        (Some(Unit::PercentagePoint), Some(Unit::Percent), Subject::Selected { .. }) => Some(Unit::PercentagePoint),
        _ => own,
    }
}

#[expect(clippy::too_many_arguments, reason = "one comparison with all that is said of it")]
fn judged(
    stated: &Stated,
    mut compared: Compared,
    value: Option<&Value>,
    unit: Option<Unit>,
    made: &Made,
    cells: &[&Statement],
    shown: String,
    how: How,
) -> Judged {
    let mut right = None;
    let mut said = None;
    if let (Stand::Undecided(_), Some(value)) = (&compared.stand, value)
        && let Some(why) = rounding::fraction_with_a_percent_sign(stated, value, unit)
    {
        compared.stand = Stand::Undecided(why);
    }
    if let (Stand::Against, Some(value)) = (&compared.stand, value) {
        if rounding::lacks_its_percent(stated, value, unit) {
            let why = Message::new("share-without-its-sign")
                .with("claimed", stated)
                .with("found", value);
            compared.stand = Stand::Undecided(why);
        } else if how.precision == crate::quantity::Precision::Printed
            && let Some(misprint) = rounding::misprint(stated, value, unit, made)
        {
            right = Some(misprint.right);
            said = misprint.why;
        }
    }
    let stance = match compared.stand {
        Stand::For => Stance::Supports,
        Stand::Against => Stance::Contradicts,
        Stand::Undecided(_) => Stance::Context,
    };
    let cited = |cell: &&Statement| match &said {
        Some(why) => noted(cell, stance, why.clone()),
        None => cite(cell, stance),
    };
    let grade = cells.iter().map(|cell| cell.grade).max().unwrap_or(Grade::Logged);
    let mut caveats = compared.caveats;
    caveats.extend(said.clone());
    let unit = unit.map_or(String::new(), |unit| format!(" {unit}"));
    let found = if shown.parse::<f64>().is_ok() {
        format!("{shown}{unit}")
    } else {
        shown
    };
    Judged {
        ballot: Ballot::new(compared.stand, grade, found, cells.iter().map(cited).collect())
            .by(compared.rule)
            .noting(caveats),
        right,
    }
}
