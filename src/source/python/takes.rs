//! What an option takes on the command line, as its definition says: nothing, one value, several; and which command it
//! belongs to.
//!
//! Why it can be wrong: `--ema` of an option that is a switch gives what the switch says, not the opposite of the
//! default: with `store_true` and a default of `True` it gives `True`. And an option of the subcommand `pretrain` is none
//! of `finetune`, though both stand in one file. So both are read where the option is defined, and never guessed from
//! its default where the definition says it.
//!
//! Example: `add_argument("--betas", nargs=2)` takes two words; `--shuffle/--no-shuffle` is a switch with an off side.

use std::collections::BTreeMap;

use ruff_python_ast as ast;

use super::expression::{keyword, path};
use super::module::{Local, Module};
use super::options::text;
use super::walk::Walk;
use crate::evidence::{Expr, StatementId};
use crate::quantity::Value;

/// What an option takes behind its flag.
#[derive(Debug, Clone, PartialEq)]
pub enum Takes {
    /// Nothing: alone it gives this.
    Nothing(Expr),
    One,
    Exactly(usize),
    /// As many as there are.
    Any,
    /// One or none; alone it gives this.
    Perhaps(Expr),
}

/// An option's shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// None where the definition does not say it (an action of its own, `**kwargs`).
    pub takes: Option<Takes>,
    /// Flags that turn it off.
    pub off: Vec<String>,
}

/// Code that only one subcommand runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Commanded {
    pub file: String,
    /// The subcommands, outermost first.
    pub command: Vec<String>,
    pub bytes: (usize, usize),
}

/// The shapes of all options.
pub fn shapes(modules: &[Module]) -> BTreeMap<StatementId, Shape> {
    modules
        .iter()
        .flat_map(|module| {
            let shapes = module.shapes.iter();
            shapes.map(|(local, shape)| (module.id(*local), shape.clone()))
        })
        .collect()
}

/// All code that only one subcommand runs.
pub fn commanded(modules: &[Module]) -> Vec<Commanded> {
    let of = |module: &Module| {
        let path = module.path().to_string();
        let parts = module.commanded.iter().cloned();
        parts
            .map(|(command, bytes)| Commanded {
                file: path.clone(),
                command,
                bytes,
            })
            .collect::<Vec<_>>()
    };
    modules.iter().flat_map(of).collect()
}

impl Walk<'_> {
    pub(super) fn shaped(&mut self, local: Local, takes: Option<Takes>, off: Vec<String>) {
        self.module.shapes.push((local, Shape { takes, off }));
    }

    /// What argparse, optparse and click take for an option, and the flags that turn it off.
    pub(super) fn takes_of(&self, call: &ast::ExprCall, flags: &[String]) -> (Option<Takes>, Vec<String>) {
        let truth = |value| Expr::Value(Value::Bool(value));
        let action = keyword(call, "action").map(|action| text(action).or_else(|| path(action)).unwrap_or_default());
        let constant = || keyword(call, "const").map_or(Expr::Value(Value::Null), |value| self.names.expr(value));
        match action
            .as_deref()
            .map(|action| action.rsplit('.').next().unwrap_or(action))
        {
            Some("store_true") => return (Some(Takes::Nothing(truth(true))), Vec::new()),
            Some("store_false") => return (Some(Takes::Nothing(truth(false))), flags.to_vec()),
            Some("store_const") => return (Some(Takes::Nothing(constant())), Vec::new()),
            Some("BooleanOptionalAction") => {
                let long = flags.iter().filter_map(|flag| flag.strip_prefix("--"));
                let off = long.map(|name| format!("--no-{name}")).collect();
                return (Some(Takes::Nothing(truth(true))), off);
            }
            Some("append" | "append_const" | "extend" | "count" | "help" | "version") => return (None, Vec::new()),
            // A class of its own takes what the parser takes.
            None | Some(_) => {}
        }
        if call.arguments.keywords.iter().any(|keyword| keyword.arg.is_none()) {
            return (None, Vec::new());
        }
        let takes = match keyword(call, "nargs") {
            None => Some(Takes::One),
            Some(nargs) => match (self.names.expr(nargs), text(nargs).as_deref()) {
                (_, Some("+" | "*")) => Some(Takes::Any),
                (_, Some("?")) => Some(Takes::Perhaps(constant())),
                (Expr::Value(Value::Number(number)), _) => {
                    use bigdecimal::ToPrimitive;
                    number.value.to_usize().filter(|count| *count > 0).map(Takes::Exactly)
                }
                _ => None,
            },
        };
        (takes, Vec::new())
    }
}
