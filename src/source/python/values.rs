//! Values where they are set: variables, attributes, fields, entries of dictionaries.
//!
//! Why it can be wrong: `total += 1` in a loop is not `total + 1`; it has as many values as the loop has turns. Such a
//! value is opaque. And an entry three dictionaries deep must keep the names of all three, or any `lr` is the `lr`.
//!
//! Example: `config = {"optimizer": {"lr": 1e-3}}` gives the entry `lr`, owner `["config", "optimizer"]`, value 1e-3.

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::calls::is_declaration;
use super::expression::path;
use super::module::{Assigned, Bound, Local, ScopeKind};
use super::remarks;
use super::walk::Walk;
use crate::evidence::{Expr, Form};

/// Whose dictionary an expression is part of.
#[derive(Debug, Clone)]
pub(super) struct Holder {
    /// The statement whose value it is; none where it cannot be addressed (a dictionary in a list).
    pub root: Option<Local>,
    /// All names around an entry of it.
    pub owner: Vec<String>,
    /// Keys from the root down.
    pub path: Vec<String>,
}

impl Holder {
    pub(super) fn below(&self, key: &str) -> Holder {
        let mut below = self.clone();
        below.owner.push(key.to_string());
        below.path.push(key.to_string());
        below
    }
}

/// Constructors that give back the dictionary they are given.
pub(super) const DICTIONARIES: &[&str] = &[
    "dict",
    "EasyDict",
    "edict",
    "AttrDict",
    "Munch",
    "munchify",
    "Box",
    "ConfigDict",
    "Namespace",
    "SimpleNamespace",
    "OrderedDict",
    "DotMap",
    "Dict",
    "addict.Dict",
    "OmegaConf.create",
    "CfgNode",
    "CN",
];

/// Whether a resolved callee makes a dictionary of its arguments.
pub(super) fn is_dictionary(resolved: &str) -> bool {
    let mut parts = resolved.rsplit('.');
    let last = parts.next().unwrap_or("");
    DICTIONARIES.contains(&last) || (last == "create" && parts.next() == Some("OmegaConf"))
}

impl<'a> Walk<'a> {
    /// `target = value`; the value is walked with the first of several targets only.
    pub(super) fn assign(&mut self, target: &'a ast::Expr, value: &'a ast::Expr, range: TextRange, walk: bool) {
        match (target, value) {
            (
                ast::Expr::Tuple(ast::ExprTuple { elts: targets, .. })
                | ast::Expr::List(ast::ExprList { elts: targets, .. }),
                ast::Expr::Tuple(ast::ExprTuple { elts: values, .. })
                | ast::Expr::List(ast::ExprList { elts: values, .. }),
            ) if targets.len() == values.len() && !targets.iter().chain(values).any(ast::Expr::is_starred_expr) => {
                for (target, value) in targets.iter().zip(values) {
                    self.assign(target, value, range, walk);
                }
            }
            (ast::Expr::Tuple(ast::ExprTuple { elts, .. }) | ast::Expr::List(ast::ExprList { elts, .. }), _) => {
                let whole = self.names.expr(value);
                if walk {
                    self.expr(value, None);
                }
                for (index, target) in elts.iter().enumerate() {
                    match target {
                        ast::Expr::Name(name) if !elts[..index].iter().any(ast::Expr::is_starred_expr) => {
                            let what = Bound::Element {
                                value: whole.clone(),
                                index,
                            };
                            self.bind(name.id.as_str(), range.end().to_usize(), what);
                        }
                        other => self.unknown_target(other),
                    }
                }
            }
            _ => {
                self.remember_group(target, value);
                let mut expr = self.names.expr(value);
                // `lr = lr * 0.9` in a loop has as many values as the loop has turns.
                let repeats = !self.module.loops(self.block).is_empty();
                if repeats && path(target).is_some_and(|target| expr.references().contains(&target.as_str())) {
                    expr = self.names.opaque(value.range());
                }
                if let Some((local, name)) = self.set(target, expr, range, false) {
                    let pick = self.names.pick(value);
                    self.module.picks.extend(pick.map(|pick| (local, pick)));
                    if walk && name == "__all__" && self.scope == 0 {
                        let words = std::mem::take(&mut self.module.words);
                        self.expr_held(value, local, &name);
                        let offered = std::mem::replace(&mut self.module.words, words);
                        self.module.offered.extend(offered);
                    } else if walk {
                        self.expr_held(value, local, &name);
                    }
                } else if walk {
                    self.expr(value, None);
                }
                self.read_of_target(target);
            }
        }
    }

    /// `target: annotation = value`, a field where a class says so.
    pub(super) fn annotated(&mut self, assign: &'a ast::StmtAnnAssign) {
        let field = self.in_class();
        let Some(value) = assign.value.as_deref() else {
            if field && let Some(name) = path(&assign.target) {
                let local = self.setting(
                    &name,
                    Form::Field,
                    Expr::Opaque(String::new()),
                    assign.range,
                    self.owner.clone(),
                );
                self.bind(
                    &name,
                    assign.range.end().to_usize(),
                    Bound::Statement {
                        local,
                        augmented: false,
                    },
                );
            }
            return;
        };
        self.assign(&assign.target, value, assign.range, true);
    }

    /// `target op= value`: the value refers to the target, unless a loop repeats it.
    pub(super) fn augmented(&mut self, assign: &'a ast::StmtAugAssign) {
        self.expr(&assign.value, None);
        self.expr(&assign.target, None);
        let op = assign.op.as_str();
        let known = ["+", "-", "*", "/", "//", "%", "**"].contains(&op) && self.module.loops(self.block).is_empty();
        let value = match (path(&assign.target), known) {
            (Some(target), true) => Expr::Binary {
                op: op.to_string(),
                left: Box::new(Expr::Ref(target)),
                right: Box::new(self.names.expr(&assign.value)),
            },
            _ => self.names.opaque(assign.range),
        };
        self.set(&assign.target, value, assign.range, true);
    }

    fn in_class(&self) -> bool {
        self.module.scopes[self.scope].kind == ScopeKind::Class
    }

    /// One target gets a value; the statement and the name that it holds.
    pub(super) fn set(
        &mut self,
        target: &'a ast::Expr,
        value: Expr,
        range: TextRange,
        augmented: bool,
    ) -> Option<(Local, String)> {
        let at = range.end().to_usize();
        if let ast::Expr::Name(name) = target {
            let name = name.id.to_string();
            let form = if self.in_class() { Form::Field } else { Form::Variable };
            let local = self.setting(&name, form, value, range, self.owner.clone());
            self.bind(&name, at, Bound::Statement { local, augmented });
            if self.in_class() {
                self.field_default(local);
            }
            return Some((local, name));
        }
        let whole = path(target)?;
        let (base, name) = whole.rsplit_once('.')?;
        let form = if target.is_subscript_expr() {
            Form::Entry
        } else {
            Form::Attribute
        };
        let owner = self.owner_of(base);
        let name = name.to_string();
        let local = self.setting(&name, form, value, range, owner);
        self.module.assigned.push(Assigned {
            path: whole,
            statement: local,
        });
        Some((local, name))
    }

    /// The enclosing names and the segments of a path.
    pub(super) fn owner_of(&self, path: &str) -> Vec<String> {
        self.owner
            .iter()
            .cloned()
            .chain(path.split('.').filter(|part| !part.is_empty()).map(str::to_string))
            .collect()
    }

    /// The base of `a.b = …` is read.
    fn read_of_target(&mut self, target: &'a ast::Expr) {
        if let ast::Expr::Attribute(ast::ExprAttribute { value, .. })
        | ast::Expr::Subscript(ast::ExprSubscript { value, .. }) = target
            && !path(value).is_some_and(|path| path.ends_with(".__dict__"))
        {
            self.expr(value, None);
        }
        if let ast::Expr::Subscript(subscript) = target
            && !subscript.slice.is_string_literal_expr()
        {
            self.expr(&subscript.slice, None);
        }
    }

    /// `field(default=…)`, `Field(…)`: the value is the default inside.
    fn field_default(&mut self, local: Local) {
        let Expr::Call { callee, args } = &self.out[local].value else {
            return;
        };
        let last = callee.rsplit('.').next().unwrap_or("");
        if !is_declaration(last, callee) {
            return;
        }
        let named = |name: &str| {
            args.iter()
                .find(|arg| arg.keyword.as_deref() == Some(name))
                .map(|arg| arg.value.clone())
        };
        let help = args.iter().find_map(|arg| match (&arg.keyword, &arg.value) {
            (Some(keyword), Expr::Map(entries)) if keyword == "metadata" => entries
                .iter()
                .find(|(key, _)| key == "help")
                .and_then(|(_, text)| text_of(text)),
            (Some(keyword), text) if keyword == "description" => text_of(text),
            _ => None,
        });
        let positional = args
            .first()
            .filter(|arg| arg.keyword.is_none() && last == "Field")
            .map(|arg| arg.value.clone());
        let value = named("default").or(positional).or_else(|| {
            match named("default_factory").or_else(|| named("factory"))? {
                Expr::Opaque(lambda) => Some(lambda_body(&lambda)),
                Expr::Ref(name) if name == "list" || name == "set" || name == "tuple" => Some(Expr::List(Vec::new())),
                Expr::Ref(name) if name == "dict" => Some(Expr::Map(Vec::new())),
                Expr::Ref(name) => Some(Expr::Call {
                    callee: self.names.resolved(&name),
                    args: Vec::new(),
                }),
                _ => None,
            }
        });
        let unit = help.as_deref().and_then(remarks::unit);
        self.out[local].value = value.unwrap_or(Expr::Opaque(String::new()));
        self.documented_unit(local, unit);
    }

    /// An expression whose dictionaries belong to a statement.
    pub(super) fn expr_held(&mut self, expr: &'a ast::Expr, root: Local, name: &str) {
        let mut owner = self.out[root].owner.clone();
        owner.push(name.to_string());
        self.expr(
            expr,
            Some(&Holder {
                root: Some(root),
                owner,
                path: Vec::new(),
            }),
        );
    }
}

pub(super) fn text_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(crate::quantity::Value::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

/// The body of `lambda: [0.9, 0.95]`, read anew from its text.
fn lambda_body(text: &str) -> Expr {
    let body = text
        .strip_prefix("lambda")
        .and_then(|rest| rest.trim_start().strip_prefix(':'))
        .map(str::trim);
    let parsed = body.and_then(|body| Some((body, ruff_python_parser::parse_expression(body).ok()?)));
    match parsed {
        Some((body, parsed)) => super::expression::Names {
            text: body,
            aliases: std::collections::BTreeMap::new(),
        }
        .expr(parsed.expr()),
        None => Expr::Opaque(text.to_string()),
    }
}
