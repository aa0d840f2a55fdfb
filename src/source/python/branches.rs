//! Conditions: which branch a statement stands in, and which can never be taken.
//!
//! Why it can be wrong: an `else` holds when its `if` and every `elif` before it do not; `if TYPE_CHECKING` never does.
//!
//! Example: under `if a: … elif b: …`, the second body has the guards `a`, not holding, and `b`, holding.

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::expression::path;
use super::walk::Walk;
use crate::evidence::{Dead, Expr, Guard};

impl<'a> Walk<'a> {
    pub(super) fn conditional(&mut self, branch: &'a ast::StmtIf) {
        self.expr(&branch.test, None);
        if is_main(&branch.test) && self.scope == 0 {
            self.module.works = true;
            if let (Some(first), Some(last)) = (branch.body.first(), branch.body.last()) {
                let body = (first.start().to_usize(), last.end().to_usize());
                self.module.mains.push(body);
            }
            self.block(&branch.body, false);
            for clause in &branch.elif_else_clauses {
                self.block(&clause.body, false);
            }
            return;
        }
        let first = known(&branch.test);
        let mut earlier: Vec<Guard> = Vec::new();
        let mut taken = first == Some(true);
        let guards = if first.is_some() {
            Vec::new()
        } else {
            vec![self.guard(&branch.test, true)]
        };
        self.branch(&guards, first == Some(false), &branch.body, false);
        if first.is_none() {
            earlier.push(self.guard(&branch.test, false));
        }
        for clause in &branch.elif_else_clauses {
            let mut guards = earlier.clone();
            let mut never = taken;
            if let Some(test) = &clause.test {
                self.expr(test, None);
                match known(test) {
                    None => {
                        guards.push(self.guard(test, true));
                        earlier.push(self.guard(test, false));
                    }
                    Some(true) => taken = true,
                    Some(false) => never = true,
                }
            }
            self.branch(&guards, never, &clause.body, false);
        }
    }

    pub(super) fn case_guard(&self, subject: &ast::Expr, case: &ast::MatchCase) -> Guard {
        let text = format!(
            "{} == {}",
            self.names.slice(subject.range()),
            self.names.slice(case.pattern.range())
        );
        let mut guard = self.guard_of_text(text, case.range);
        if let ast::Pattern::MatchValue(value) = &case.pattern {
            guard.test = Expr::Binary {
                op: "==".to_string(),
                left: Box::new(self.names.expr(subject)),
                right: Box::new(self.names.expr(&value.value)),
            };
        }
        guard
    }

    pub(super) fn guard(&self, test: &ast::Expr, holds: bool) -> Guard {
        let range = test.range();
        Guard {
            text: self.names.slice(range).to_string(),
            test: self.names.expr(test),
            holds,
            place: self.source.place(range.start().to_usize()..range.end().to_usize()),
        }
    }

    /// A condition that is no expression: `except ImportError`, `case "adam"`.
    pub(super) fn guard_of_text(&self, text: String, range: TextRange) -> Guard {
        let place = self
            .source
            .place(range.start().to_usize()..range.start().to_usize() + 1);
        Guard {
            test: Expr::Opaque(text.clone()),
            text,
            holds: true,
            place,
        }
    }

    /// A branch under a test.
    pub(super) fn branch(&mut self, guards: &[Guard], never: bool, body: &'a [ast::Stmt], repeats: bool) {
        let (kept, dead) = (self.guards.len(), self.dead.clone());
        self.guards.extend_from_slice(guards);
        if never && self.dead.is_none() {
            self.dead = Some(Dead::BranchNotTaken);
        }
        self.block(body, repeats);
        self.guards.truncate(kept);
        self.dead = dead;
    }
}

/// Whether a test is known without running: `False`, `0`, `TYPE_CHECKING`.
pub(super) fn known(test: &ast::Expr) -> Option<bool> {
    match test {
        ast::Expr::BooleanLiteral(literal) => Some(literal.value),
        ast::Expr::NoneLiteral(_) => Some(false),
        ast::Expr::NumberLiteral(ast::ExprNumberLiteral {
            value: ast::Number::Int(value),
            ..
        }) => Some(value.as_i64() != Some(0)),
        ast::Expr::UnaryOp(unary) if unary.op == ast::UnaryOp::Not => known(&unary.operand).map(|holds| !holds),
        ast::Expr::BoolOp(all) => {
            let stop = all.op == ast::BoolOp::Or;
            if all.values.iter().any(|value| known(value) == Some(stop)) {
                return Some(stop);
            }
            all.values
                .iter()
                .all(|value| known(value) == Some(!stop))
                .then_some(!stop)
        }
        ast::Expr::Name(_) | ast::Expr::Attribute(_) => {
            let name = path(test)?;
            (name == "TYPE_CHECKING" || name.ends_with(".TYPE_CHECKING")).then_some(false)
        }
        _ => None,
    }
}

fn is_main(test: &ast::Expr) -> bool {
    let ast::Expr::Compare(compare) = test else {
        return false;
    };
    std::iter::once(&*compare.left)
        .chain(compare.comparators.iter())
        .any(|side| path(side).as_deref() == Some("__name__"))
}
