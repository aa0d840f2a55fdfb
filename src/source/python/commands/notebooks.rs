//! Notebooks that Python runs: `papermill.execute_notebook("in.ipynb", "out.ipynb", parameters={"lr": 0.1})`.
//!
//! The call is the command `papermill in.ipynb out.ipynb -p lr 0.1` and is bound as one.
//!
//! Why it can be wrong: a dictionary that is not written at the call may hold any parameter. So it is handed on as a word
//! of unknown value, and nothing the notebook sets is taken for what ran.
//!
//! Example: `pm.execute_notebook(path, out, parameters=dict(lr=lr))` in a loop over rates is one launch for each of them.

use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::super::expression::{keyword, path};
use super::super::walk::Walk;
use super::parts::{Part, Shape, Variant, product};

/// Whether a resolved callee runs a notebook.
pub(super) fn runs_notebook(resolved: &str) -> bool {
    resolved.starts_with("papermill.") && resolved.ends_with(".execute_notebook")
}

fn word(parts: Vec<Part>) -> Vec<Variant> {
    vec![Variant {
        shape: Shape::Words(vec![parts]),
        guards: Vec::new(),
    }]
}

fn written(text: &str, at: usize) -> Vec<Variant> {
    word(vec![Part::Letters(text.chars().map(|c| (c, at)).collect())])
}

impl<'a> Walk<'a> {
    /// The launches of such a call.
    pub(super) fn executes_notebook(&mut self, call: &'a ast::ExprCall) {
        let at = call.start().to_usize();
        let given = |position: usize, name: &str| call.arguments.args.get(position).or_else(|| keyword(call, name));
        let prepares =
            matches!(keyword(call, "prepare_only"), Some(ast::Expr::BooleanLiteral(literal)) if literal.value);
        let Some(input) = given(0, "input_path").filter(|_| !prepares) else {
            return;
        };
        let mut ways = written("papermill", at);
        ways = product(&ways, &self.embedded(input, true, 1));
        ways = product(&ways, &written("-", at));
        match given(2, "parameters") {
            None | Some(ast::Expr::NoneLiteral(_)) => {}
            Some(ast::Expr::Dict(dictionary)) => {
                for item in &dictionary.items {
                    ways = match &item.key {
                        Some(ast::Expr::StringLiteral(key)) => {
                            let name = key.value.to_str().to_string();
                            self.with_parameter(&ways, &name, key.start().to_usize(), &item.value)
                        }
                        // `{**defaults, …}`
                        _ => with_anything(&ways, item.value.start().to_usize()),
                    };
                }
            }
            Some(ast::Expr::Call(made))
                if path(&made.func).as_deref() == Some("dict") && made.arguments.args.is_empty() =>
            {
                for given in &made.arguments.keywords {
                    ways = match &given.arg {
                        Some(name) => {
                            let at = given.start().to_usize();
                            self.with_parameter(&ways, name.as_str(), at, &given.value)
                        }
                        None => with_anything(&ways, given.start().to_usize()),
                    };
                }
            }
            Some(other) => ways = with_anything(&ways, other.start().to_usize()),
        }
        let here = self.guards.clone();
        for way in ways {
            self.emit(at, way, &here, None);
        }
    }

    fn with_parameter(&mut self, ways: &[Variant], name: &str, at: usize, value: &'a ast::Expr) -> Vec<Variant> {
        // A text stays one, whatever it looks like.
        let option = if value.is_string_literal_expr() { "-r" } else { "-p" };
        let ways = product(ways, &written(option, at));
        let ways = product(&ways, &written(name, at));
        product(&ways, &self.embedded(value, true, 1))
    }
}

/// `-b` with a word that is not known: any parameter.
fn with_anything(ways: &[Variant], at: usize) -> Vec<Variant> {
    let ways = product(ways, &written("-b", at));
    ways.iter().map(|variant| variant.with_unknown(at)).collect()
}
