//! Values where they are set: variables, attributes, fields, entries of dictionaries.
//!
//! Why it can be wrong: `total += 1` in a loop is not `total + 1`; it has as many values as the loop has turns. Such a
//! value is opaque. And an entry three dictionaries deep must keep the names of all three, or any `lr` is the `lr`.
//!
//! Example: `config = {"optimizer": {"lr": 1e-3}}` gives the entry `lr`, owner `["config", "optimizer"]`, value 1e-3.

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::calls::is_declaration;
use super::expression::{identifier, lookup, path};
use super::module::{Assigned, Bound, EntryFact, Local, Scope, ScopeKind};
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
    fn below(&self, key: &str) -> Holder {
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
                let expr = self.names.expr(value);
                if let Some((local, name)) = self.set(target, expr, range, false) {
                    if walk {
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
    fn set(
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

    /// Walks an expression: reads, calls, entries.
    pub(super) fn expr(&mut self, expr: &'a ast::Expr, held: Option<&Holder>) {
        self.deeper(|walk| walk.expr_here(expr, held));
    }

    fn expr_here(&mut self, expr: &'a ast::Expr, held: Option<&Holder>) {
        match expr {
            ast::Expr::Name(name) => self.read(name.id.to_string(), expr.start().to_usize()),
            ast::Expr::Attribute(attribute) => match path(expr) {
                Some(path) => self.read_path(path, expr.range()),
                None => {
                    self.read(format!("?.{}", attribute.attr), expr.start().to_usize());
                    self.expr(&attribute.value, None);
                }
            },
            ast::Expr::Subscript(subscript) => match path(expr) {
                Some(path) => self.read_path(path, expr.range()),
                None => {
                    self.expr(&subscript.value, None);
                    self.expr(&subscript.slice, None);
                }
            },
            ast::Expr::StringLiteral(text) => self.words(text.value.to_str()),
            ast::Expr::FString(joined) => {
                for element in joined.value.elements() {
                    if let ast::InterpolatedStringElement::Interpolation(inner) = element {
                        self.expr(&inner.expression, None);
                    }
                }
            }
            ast::Expr::Dict(dict) => self.dict(dict, held),
            ast::Expr::List(ast::ExprList { elts, .. })
            | ast::Expr::Tuple(ast::ExprTuple { elts, .. })
            | ast::Expr::Set(ast::ExprSet { elts, .. }) => {
                let within = held.map(|held| Holder {
                    root: None,
                    ..held.clone()
                });
                elts.iter().for_each(|inner| self.expr(inner, within.as_ref()));
            }
            ast::Expr::Call(call) => self.call(call, held),
            ast::Expr::If(choice) => {
                self.expr(&choice.test, None);
                for (inner, holds) in [(&choice.body, true), (&choice.orelse, false)] {
                    let guard = self.guard(&choice.test, holds);
                    self.guards.push(guard);
                    self.expr(inner, held);
                    self.guards.pop();
                }
            }
            ast::Expr::BoolOp(all) => all.values.iter().for_each(|inner| self.expr(inner, None)),
            ast::Expr::BinOp(binary) => {
                self.expr(&binary.left, None);
                self.expr(&binary.right, None);
            }
            ast::Expr::UnaryOp(unary) => self.expr(&unary.operand, None),
            ast::Expr::Compare(compare) => {
                self.expr(&compare.left, None);
                compare.comparators.iter().for_each(|inner| self.expr(inner, None));
            }
            ast::Expr::Named(named) => {
                self.expr(&named.value, None);
                let value = self.names.expr(&named.value);
                self.set(&named.target, value, named.range, false);
            }
            ast::Expr::Lambda(lambda) => self.lambda(lambda),
            ast::Expr::ListComp(ast::ExprListComp { elt, generators, .. })
            | ast::Expr::SetComp(ast::ExprSetComp { elt, generators, .. })
            | ast::Expr::Generator(ast::ExprGenerator { elt, generators, .. }) => {
                self.comprehension(&[elt], generators)
            }
            ast::Expr::DictComp(comp) => {
                let parts: Vec<&'a ast::Expr> = comp.key.iter().map(|key| &**key).chain([&*comp.value]).collect();
                self.comprehension(&parts, &comp.generators);
            }
            ast::Expr::Await(ast::ExprAwait { value, .. })
            | ast::Expr::YieldFrom(ast::ExprYieldFrom { value, .. })
            | ast::Expr::Starred(ast::ExprStarred { value, .. }) => self.expr(value, None),
            ast::Expr::Yield(given) => given.value.iter().for_each(|inner| self.expr(inner, None)),
            ast::Expr::Slice(slice) => {
                slice
                    .lower
                    .iter()
                    .chain(&slice.upper)
                    .chain(&slice.step)
                    .for_each(|inner| self.expr(inner, None));
            }
            _ => {}
        }
    }

    /// A dotted path that is read; a symbol that needs a package is seen here where its module was imported whole.
    fn read_path(&mut self, path: String, range: TextRange) {
        let resolved = self.names.resolved(&path);
        if resolved != path || resolved.contains('.') {
            self.push_need(&resolved, range);
        }
        self.read(path, range.start().to_usize());
    }

    /// Identifiers inside a text: what a registry or `getattr` may look up.
    fn words(&mut self, text: &str) {
        if text.len() <= 120 && !text.contains([' ', '\n']) {
            for part in text.split(['.', ':', '/']) {
                if let Some(word) = identifier(part) {
                    self.module.words.insert(word.to_string());
                }
            }
        }
    }

    fn dict(&mut self, dict: &'a ast::ExprDict, held: Option<&Holder>) {
        let open = Holder {
            root: None,
            owner: self.owner.clone(),
            path: Vec::new(),
        };
        let holder = held.unwrap_or(&open).clone();
        for item in &dict.items {
            match &item.key {
                Some(ast::Expr::StringLiteral(key)) => {
                    let range = TextRange::new(key.range.start(), item.value.range().end());
                    self.entry(key.value.to_str(), &item.value, range, &holder);
                }
                Some(key) => {
                    self.expr(key, None);
                    self.expr(&item.value, None);
                }
                None => self.expr(&item.value, None),
            }
        }
    }

    /// One entry of a dictionary, and what it holds in turn.
    pub(super) fn entry(&mut self, key: &str, value: &'a ast::Expr, range: TextRange, holder: &Holder) {
        let expr = self.names.expr(value);
        let local = self.setting(key, Form::Entry, expr, range, holder.owner.clone());
        let below = holder.below(key);
        self.module.entries.push(EntryFact {
            statement: local,
            root: holder.root,
            path: below.path.clone(),
        });
        self.words(key);
        self.expr(value, Some(&below));
    }

    fn lambda(&mut self, lambda: &'a ast::ExprLambda) {
        let scope = self.inner_scope("<lambda>");
        if let Some(parameters) = &lambda.parameters {
            for parameter in parameters.iter() {
                if let Some(default) = parameter.default() {
                    self.expr(default, None);
                }
            }
            let before = std::mem::replace(&mut self.scope, scope);
            for parameter in parameters.iter() {
                self.bind(
                    parameter.name().as_str(),
                    lambda.range.start().to_usize(),
                    Bound::Unknown,
                );
            }
            self.scope = before;
        }
        let before = std::mem::replace(&mut self.scope, scope);
        self.expr(&lambda.body, None);
        self.scope = before;
    }

    fn comprehension(&mut self, parts: &[&'a ast::Expr], generators: &'a [ast::Comprehension]) {
        let scope = self.inner_scope("<comprehension>");
        if let Some(first) = generators.first() {
            self.expr(&first.iter, None);
        }
        let before = std::mem::replace(&mut self.scope, scope);
        for (index, generator) in generators.iter().enumerate() {
            if index > 0 {
                self.expr(&generator.iter, None);
            }
            self.unknown_target(&generator.target);
            generator.ifs.iter().for_each(|test| self.expr(test, None));
        }
        parts.iter().for_each(|part| self.expr(part, None));
        self.scope = before;
    }

    fn inner_scope(&mut self, name: &str) -> usize {
        let mut scope = Scope::new(ScopeKind::Function, name.to_string(), Some(self.scope));
        scope.body = self.block;
        self.module.scopes.push(scope);
        self.module.scopes.len() - 1
    }

    /// `d.get("k", default)` and its like: the default is an entry of its own.
    pub(super) fn lookup_default(&mut self, call: &'a ast::ExprCall) -> bool {
        let Some(found) = lookup(call) else { return false };
        let range = call.range();
        self.read(found.path(), range.start().to_usize());
        if let Some(default) = found.default {
            let value = self.names.expr(default);
            let local = self.setting(found.key, Form::Entry, value, range, self.owner_of(&found.base));
            self.module.assigned.push(Assigned {
                path: format!("{}?", found.path()),
                statement: local,
            });
            self.expr_held(default, local, found.key);
        }
        if let ast::Expr::Attribute(attribute) = &*call.func
            && attribute.attr.as_str() == "getenv"
        {
            self.expr(&attribute.value, None);
        }
        true
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
