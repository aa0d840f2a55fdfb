//! Other values of the same sort: what a claim or a place could say instead, and does not.
//!
//! Why it can be wrong: a new value that stands somewhere else in the evidence may be supported there, and rightly. So
//! candidates are held against every number of the evidence before one is taken.
//!
//! Example: 50 becomes 51, and where 51 stands somewhere, 52; `adamw` becomes `no-such-value`.

use bigdecimal::BigDecimal;

use crate::evidence::{Evidence, Expr, Subject};
use crate::quantity::{BoundOp, Number, Quantity, Stated, Value};

/// A text that is no value of anything.
pub(super) const NOWHERE: &str = "no-such-value";
/// Candidates that are tried before the last is taken as it is.
const CANDIDATES: i64 = 100;

/// Cards that there are, so that one of them is another card and no spelling mistake.
const CARDS: &[(&str, &str)] = &[
    ("t4", "Tesla T4"),
    ("2080 ti", "RTX 2080 Ti"),
    ("1080 ti", "GTX 1080 Ti"),
];

/// Numbers that the evidence shows anywhere, whatever they are about, and the names of cards that machines read.
#[derive(Debug)]
pub(super) struct Shown(Vec<BigDecimal>, Vec<String>);

impl Shown {
    pub(super) fn of(evidence: &Evidence) -> Shown {
        let mut found = Vec::new();
        for statement in &evidence.statements {
            numbers(&statement.value, &mut found);
            if let Subject::Prose { stated, .. } = &statement.subject {
                found.extend(stated.quantity().map(|quantity| quantity.number.value.clone()));
            }
        }
        found.sort();
        found.dedup();
        let read = evidence
            .statements
            .iter()
            .filter_map(|statement| match &statement.subject {
                Subject::Reading(reading) => Some(reading.card.model.to_lowercase()),
                _ => None,
            });
        Shown(found, read.collect())
    }

    /// A card that is neither this one nor one that a machine read.
    pub(super) fn card(&self, now: &str) -> &'static str {
        let now = now.to_lowercase();
        let free = |(sign, _): &&(&str, &str)| !now.contains(*sign) && !self.1.iter().any(|card| card.contains(*sign));
        CARDS.iter().find(free).map_or(NOWHERE, |(_, card)| card)
    }

    fn has(&self, value: &BigDecimal) -> bool {
        self.0.binary_search(value).is_ok()
    }

    /// The nearest number above that stands nowhere: one step of the last printed digit further, or several.
    pub(super) fn near(&self, number: &Number) -> Number {
        self.first(|count| &number.value + &number.step * BigDecimal::from(count))
    }

    /// A number of another size that stands nowhere: outside of any tolerance, above.
    pub(super) fn far(&self, number: &Number) -> Number {
        self.first(|count| number.value.abs() * BigDecimal::from(1_000) + BigDecimal::from(9_000 + 7 * count))
    }

    /// The same below: closer to zero than any bound reaches.
    fn small(&self, number: &Number) -> Number {
        self.first(|count| number.value.abs() / BigDecimal::from(100_000 + 7 * count))
    }

    fn first(&self, candidate: impl Fn(i64) -> BigDecimal) -> Number {
        let free = (1..CANDIDATES).map(&candidate).find(|value| !self.has(value));
        Number::from_decimal(&free.unwrap_or_else(|| candidate(CANDIDATES)))
    }

    /// Something else in place of what a claim says: far away, whatever its bounds are.
    pub(super) fn other(&self, stated: &Stated) -> Stated {
        let far = |quantity: &Quantity| Quantity {
            number: self.far(&quantity.number),
            unit: quantity.unit,
        };
        match stated {
            Stated::Exact(quantity) | Stated::Arithmetic(_, quantity) => Stated::Exact(far(quantity)),
            Stated::Equation { total: quantity, .. } | Stated::Share { share: quantity, .. } => {
                Stated::Exact(far(quantity))
            }
            Stated::About(quantity) => Stated::About(far(quantity)),
            Stated::Range(low, high) => {
                let low = far(if low.number >= high.number { low } else { high });
                let mut above = low.clone();
                above.number = Number::from_decimal(&(&low.number.value * BigDecimal::from(2)));
                Stated::Range(low, above)
            }
            Stated::List(items) => Stated::List(items.iter().map(|item| self.other(item)).collect()),
            Stated::Bound(op @ (BoundOp::AtLeast | BoundOp::MoreThan), quantity) => Stated::Bound(*op, far(quantity)),
            Stated::Bound(op @ (BoundOp::AtMost | BoundOp::LessThan), quantity) => Stated::Bound(
                *op,
                Quantity {
                    number: self.small(&quantity.number),
                    unit: quantity.unit,
                },
            ),
            Stated::Bool(value) => Stated::Bool(!value),
            Stated::Null => Stated::Exact(Quantity::bare(self.far(&Number::from_i64(1)))),
            Stated::Text(_) => Stated::Text(NOWHERE.to_string()),
        }
    }
}

fn numbers(expr: &Expr, found: &mut Vec<BigDecimal>) {
    match expr {
        Expr::Value(value) => of_value(value, found),
        Expr::Unary { operand, .. } => numbers(operand, found),
        Expr::Binary { left, right, .. } => [left, right].into_iter().for_each(|side| numbers(side, found)),
        Expr::List(items) => items.iter().for_each(|item| numbers(item, found)),
        Expr::Map(entries) => entries.iter().for_each(|(_, value)| numbers(value, found)),
        Expr::Call { args, .. } => args.iter().for_each(|arg| numbers(&arg.value, found)),
        Expr::Choice { then, otherwise, .. } => [then, otherwise].into_iter().for_each(|side| numbers(side, found)),
        Expr::Ref(_) | Expr::Opaque(_) => {}
    }
}

fn of_value(value: &Value, found: &mut Vec<BigDecimal>) {
    match value {
        Value::Number(number) => found.push(number.value.clone()),
        Value::Text(text) => found.extend(Number::parse_literal(text).map(|number| number.value)),
        Value::List(items) => items.iter().for_each(|item| of_value(item, found)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| of_value(value, found)),
        Value::Null | Value::Bool(_) => {}
    }
}
