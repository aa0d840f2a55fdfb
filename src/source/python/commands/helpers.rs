//! Functions that run one of their parameters: `def run(cmd): print(cmd); os.system(cmd)`.
//!
//! Why it can be wrong: a function that only prints what it is given runs nothing. So the parameter itself must be what
//! is handed to a call that runs commands.
//!
//! Example: for the function above, `run("python train.py --lr 1")` runs its first argument.

use std::collections::BTreeMap;

use ruff_python_ast as ast;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};

use super::position;
use crate::source::python::expression::{Names, callee};

/// Which parameter a function runs.
#[derive(Debug, Clone)]
pub(in super::super) struct Helper {
    pub(super) position: usize,
    pub(super) name: String,
}

/// All of a file's helpers, by name.
pub(super) fn find(body: &[ast::Stmt], names: &Names<'_>) -> BTreeMap<String, Helper> {
    let mut search = Search {
        names,
        inside: Vec::new(),
        found: BTreeMap::new(),
    };
    for statement in body {
        search.visit_stmt(statement);
    }
    search.found
}

struct Search<'n, 't> {
    names: &'n Names<'t>,
    /// The functions around: name and parameters.
    inside: Vec<(String, Vec<String>)>,
    found: BTreeMap<String, Helper>,
}

impl<'a> Visitor<'a> for Search<'_, '_> {
    fn visit_stmt(&mut self, statement: &'a ast::Stmt) {
        let ast::Stmt::FunctionDef(def) = statement else {
            return walk_stmt(self, statement);
        };
        let parameters = def
            .parameters
            .iter_non_variadic_params()
            .map(|parameter| parameter.parameter.name.to_string())
            .filter(|name| name != "self" && name != "cls")
            .collect();
        self.inside.push((def.name.to_string(), parameters));
        walk_stmt(self, statement);
        self.inside.pop();
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        if let ast::Expr::Call(call) = expr
            && let Some((function, parameters)) = self.inside.last()
            && let Some(callee) = callee(&call.func)
            && let Some(at) = position(&self.names.resolved(&callee))
            && let Some(ast::Expr::Name(given)) = call.arguments.args.get(at)
            && let Some(position) = parameters.iter().position(|name| *name == given.id.as_str())
        {
            self.found.insert(
                function.clone(),
                Helper {
                    position,
                    name: given.id.to_string(),
                },
            );
        }
        walk_expr(self, expr);
    }
}
