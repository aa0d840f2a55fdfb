//! A result number.
//!
//! ## What it checks
//! What `select` gives in the files in scope, or in the output of a run that came to its end over the whole population
//! (`run` in place of `in`, with a `/regex/`), at the precision that the paper prints, rounded once.
//!
//! ## Why it can be wrong
//! A selection that gives several values and picks one of them would be a guess: it is to be clarified and lists them,
//! unless `take` or `for` says what to do with them.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "accuracy"
//! kind = "metric"
//! select = "$.results.balanced_accuracy"
//! value = "93.7 %"
//! in = "results/summary.json"
//! ```

use super::weigh::compared::How;
use super::weigh::impossible;
use super::weigh::selection::{asks_of, judge_selection};
use super::{Case, Kind};
use crate::claim::{Key, KindSpec, Shape};
use crate::evidence::Grade;
use crate::quantity::Precision;

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "metric",
        about: include_str!("metric.rs"),
        keys: &[Key {
            name: "select",
            shape: Shape::Select,
            required: true,
            about: "`$…` (JSONPath), `/regex/` with one capture, or SQL over a table.",
        }],
        shared: &["value!", "of", "unit", "tolerance", "take", "for", "grade", "run", "in"],
        says: &[],
        subject: None,
        exact: false,
        usual_names: &[],
        deciding: Grade::Logged,
        check: |claim| {
            let select = claim.fields.text("select").unwrap_or_default().trim();
            match (claim.scope.include.is_empty(), &claim.run) {
                (true, None) => {
                    Err("a metric claim says where its number is found: files (`in`), or a run (`run`)".to_string())
                }
                (false, Some(_)) => {
                    Err("a metric claim rests on files (`in`) or on a run's output (`run`), not on both".to_string())
                }
                (true, Some(_)) if !select.starts_with('/') => Err(
                    "with `run`, `select` is searched for in the run's output: `/regex/` with one capture".to_string(),
                ),
                _ => Ok(()),
            }
        },
        dimension: None,
    },
    asks: |claim, _| asks_of(claim),
    judge: |case: &Case<'_>| {
        if let Some(ruling) = impossible::impossible(case) {
            return ruling;
        }
        judge_selection(
            case,
            How {
                precision: Precision::Printed,
                unit: None,
            },
            KIND.spec.deciding,
        )
    },
};
