//! A product over settings: each factor followed and placed on its own, multiplied within one occasion.
//!
//! Why it can be wrong: factors of different launches must not meet. A factor comes from the launch itself; only where
//! the launch says nothing of it does a definition outside of all launches (an accelerate configuration in scope) fill it.
//!
//! Example: `per_device_train_batch_size * gradient_accumulation_steps` with 4 and 4 in one launch is 16.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;

use super::ballot::shown_outcome;
use super::setting::{Live, Seen, Sight};
use crate::evidence::{Graph, LaunchId, Outcome};
use crate::quantity::{Number, Value, arithmetic};

/// One factor: its name in the formula, where it was seen, and what it is where nothing says.
pub(crate) struct Factor {
    pub(crate) name: String,
    pub(crate) sight: Sight,
    /// From the claim's `given`, else a default such as one step of accumulation.
    pub(crate) otherwise: Option<BigDecimal>,
}

/// A product within one occasion.
pub(crate) struct Product {
    pub(crate) value: Result<Value, Missing>,
    /// The occasions that gave the factors, in the order of the factors.
    pub(crate) from: Vec<Seen>,
}

/// Why a product has no value.
pub(crate) enum Missing {
    /// Nothing gives these factors.
    Factors(Vec<String>),
    /// A factor has several values, or one that is not computed.
    Undecided { factor: String, values: String },
}

/// The product in every occasion in which any factor is seen.
pub(crate) fn products(graph: &Graph<'_>, formula: &str, factors: &[Factor]) -> Vec<Product> {
    let launched = |factor: &Factor| -> Vec<Option<LaunchId>> {
        factor
            .sight
            .occasions
            .iter()
            .map(|seen| seen.launch)
            .filter(Option::is_some)
            .collect()
    };
    // A launch that is silent on the first factor, what the product is of, is silent on the product.
    let mut occasions = factors.first().map(launched).unwrap_or_default();
    if occasions.is_empty() {
        occasions = factors.iter().flat_map(launched).collect();
    }
    occasions.sort_unstable();
    occasions.dedup();
    if occasions.is_empty() && factors.iter().any(|factor| !factor.sight.occasions.is_empty()) {
        occasions.push(None);
    }
    occasions
        .into_iter()
        .map(|launch| product(graph, formula, factors, launch))
        .collect()
}

fn product(graph: &Graph<'_>, formula: &str, factors: &[Factor], launch: Option<LaunchId>) -> Product {
    let mut values: BTreeMap<&str, BigDecimal> = BTreeMap::new();
    let mut from = Vec::new();
    let mut absent = Vec::new();
    let mut undecided = None;
    for factor in factors {
        let seen: Vec<&Seen> = {
            let own: Vec<&Seen> = factor
                .sight
                .occasions
                .iter()
                .filter(|seen| seen.launch == launch)
                .collect();
            if own.is_empty() {
                factor
                    .sight
                    .occasions
                    .iter()
                    .filter(|seen| seen.launch.is_none())
                    .collect()
            } else {
                own
            }
        };
        let lives: Vec<&Live> = seen.iter().flat_map(|seen| &seen.live).collect();
        let mut numbers: Vec<Option<BigDecimal>> = lives.iter().map(|live| count(&live.resolved.outcome)).collect();
        numbers.sort();
        numbers.dedup();
        match numbers.as_slice() {
            [] => match &factor.otherwise {
                Some(value) => {
                    values.insert(&factor.name, value.clone());
                }
                None => absent.push(factor.name.clone()),
            },
            [Some(value)] => {
                values.insert(&factor.name, value.clone());
            }
            _ => {
                let shown: Vec<String> = lives
                    .iter()
                    .map(|live| {
                        let place = graph.statement(live.resolved.origin()).place.short();
                        format!("{} ({place})", shown_outcome(&live.resolved.outcome))
                    })
                    .collect();
                undecided = Some(Missing::Undecided {
                    factor: factor.name.clone(),
                    values: shown.join(", "),
                });
            }
        }
        from.extend(seen.into_iter().cloned());
    }
    let value = match (undecided, absent.is_empty()) {
        (Some(undecided), _) => Err(undecided),
        (None, false) => Err(Missing::Factors(absent)),
        (None, true) => arithmetic::evaluate(formula, &|name| values.get(name).cloned())
            .map(|value| Value::Number(Number::from_decimal(&value)))
            .map_err(|_| Missing::Factors(vec![formula.to_string()])),
    };
    Product { value, from }
}

/// A factor as a number.
fn count(outcome: &Outcome) -> Option<BigDecimal> {
    match outcome {
        Outcome::Known(Value::Number(number)) => Some(number.value.clone()),
        Outcome::Known(Value::Text(text)) => Number::parse_literal(text.trim()).map(|number| number.value),
        _ => None,
    }
}
