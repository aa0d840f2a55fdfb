//! Names that a `for` over literals sets: one text for each turn.
//!
//! Why it can be wrong: a loop over what is only known when it runs has no known turns, and `range(1000)` has too many to
//! be shown. Such a name is a hole without a value.
//!
//! Example: in `for lr, seed in [(1e-4, 1), (1e-5, 2)]` the names have two texts each, in the same turns.

use std::rc::Rc;

use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::super::expression::path;
use super::super::walk::Walk;
use super::parts::{Letter, Part, Shape, Variant};

/// Items of a `for` that are written out.
const ITEMS: i64 = 16;

/// A name that a `for` over literals sets.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    pub(super) name: String,
    pub(super) of: usize,
    pub(super) items: Rc<Vec<Vec<Letter>>>,
}

impl<'a> Walk<'a> {
    /// Enters a `for`: names that it sets from literals have one text for each turn. Returns how many.
    pub(in super::super) fn enter_turns(&mut self, repeat: &'a ast::StmtFor) -> usize {
        if !self.running.reads {
            return 0;
        }
        let of = repeat.start().to_usize();
        let before = self.running.turns.len();
        match &*repeat.target {
            ast::Expr::Name(name) => {
                if let Some(items) = self.items(&repeat.iter) {
                    self.running.turns.push(Turn {
                        name: name.id.to_string(),
                        of,
                        items: Rc::new(items),
                    });
                }
            }
            ast::Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                let (ast::Expr::List(ast::ExprList { elts: rows, .. })
                | ast::Expr::Tuple(ast::ExprTuple { elts: rows, .. })) = &*repeat.iter
                else {
                    return 0;
                };
                for (index, target) in elts.iter().enumerate() {
                    let ast::Expr::Name(name) = target else { continue };
                    let cells: Option<Vec<&'a ast::Expr>> = rows
                        .iter()
                        .map(|row| match row {
                            ast::Expr::Tuple(ast::ExprTuple { elts, .. })
                            | ast::Expr::List(ast::ExprList { elts, .. }) => elts.get(index),
                            _ => None,
                        })
                        .collect();
                    let items: Option<Vec<Vec<Letter>>> =
                        cells.and_then(|cells| cells.into_iter().map(|cell| self.item(cell)).collect());
                    if let Some(items) = items.filter(|items| items.len() as i64 <= ITEMS) {
                        self.running.turns.push(Turn {
                            name: name.id.to_string(),
                            of,
                            items: Rc::new(items),
                        });
                    }
                }
            }
            _ => {}
        }
        self.running.turns.len() - before
    }

    pub(in super::super) fn leave_turns(&mut self, count: usize) {
        let left = self.running.turns.len().saturating_sub(count);
        self.running.turns.truncate(left);
    }

    /// The texts that a `for` runs over.
    fn items(&mut self, iter: &'a ast::Expr) -> Option<Vec<Vec<Letter>>> {
        if let ast::Expr::Call(call) = iter
            && path(&call.func).as_deref() == Some("range")
        {
            let numbers: Option<Vec<i64>> = call.arguments.args.iter().map(integer).collect();
            let (from, to) = match numbers?.as_slice() {
                [to] => (0, *to),
                [from, to] => (*from, *to),
                _ => return None,
            };
            let at = iter.start().to_usize();
            return (to > from && to - from <= ITEMS).then(|| {
                (from..to)
                    .map(|item| item.to_string().chars().map(|c| (c, at)).collect())
                    .collect()
            });
        }
        let found = self.text_of(iter, 0)?;
        let [
            Variant {
                shape: Shape::Words(words),
                guards,
            },
        ] = found.as_slice()
        else {
            return None;
        };
        if !guards.is_empty() || words.len() as i64 > ITEMS {
            return None;
        }
        words.iter().map(|word| only_letters(word)).collect()
    }

    fn item(&mut self, cell: &'a ast::Expr) -> Option<Vec<Letter>> {
        let found = self.embedded(cell, true, 0);
        match found.as_slice() {
            [
                Variant {
                    shape: Shape::Line(parts),
                    guards,
                },
            ] if guards.is_empty() => only_letters(parts),
            _ => None,
        }
    }
}

fn only_letters(parts: &[Part]) -> Option<Vec<Letter>> {
    let mut out = Vec::new();
    for part in parts {
        let Part::Letters(letters) = part else { return None };
        out.extend(letters);
    }
    Some(out)
}

fn integer(expr: &ast::Expr) -> Option<i64> {
    match expr {
        ast::Expr::NumberLiteral(ast::ExprNumberLiteral {
            value: ast::Number::Int(value),
            ..
        }) => value.as_i64(),
        _ => None,
    }
}
