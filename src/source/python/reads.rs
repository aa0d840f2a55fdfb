//! The walk over an expression: what it reads, the entries, calls and inner scopes in it.
//!
//! Why it can be wrong: the variable of a comprehension is not the one around it, and a branch of `a if t else b` runs
//! under its test. Inner scopes have their own names, branches their guards.
//!
//! Example: `[f(lr=x) for x in rates]` reads `rates`; its keyword `lr` refers to an `x` that has no one value.

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::expression::{identifier, lookup, path};
use super::module::{Assigned, Bound, EntryFact, Module, Scope, ScopeKind};
use super::values::Holder;
use super::walk::Walk;
use crate::evidence::{Form, StatementId};

/// What stands for a key that is missing (`cfg.get("lr", 1e-3)`): its statement, and the dotted path of the key.
pub fn lookups(modules: &[Module]) -> Vec<(StatementId, String)> {
    let of = |module: &Module| {
        let found = module.assigned.iter().filter_map(|one| {
            let path = one.path.strip_suffix('?')?;
            Some((module.id(one.statement), path.to_string()))
        });
        found.collect::<Vec<_>>()
    };
    modules.iter().flat_map(of).collect()
}

/// Whether anything reads a name that a file binds: code of the file, or a file that imports it by that name.
pub fn is_read(modules: &[Module], file: &str, name: &str) -> bool {
    let is_head = |(path, _): &(String, usize)| path.split('.').next() == Some(name);
    modules.iter().any(|module| {
        let stem = file.trim_end_matches(".py").rsplit('/').next();
        let imported = module.imports.iter().any(|import| match import.symbol.as_deref() {
            Some("*") => import.module.rsplit('.').next() == stem,
            symbol => symbol == Some(name),
        });
        let own = module.path() == file;
        let reads = |scope: &Scope| scope.reads_all || scope.reads.iter().any(is_head);
        imported
            || own && (module.words.contains(name) || module.offered.contains(name) || module.scopes.iter().any(reads))
    })
}

/// Variables that torchrun, accelerate, Open MPI and Slurm set for each process.
const LAUNCHER_SETS: [&str; 12] = [
    "WORLD_SIZE",
    "RANK",
    "LOCAL_RANK",
    "LOCAL_WORLD_SIZE",
    "GROUP_RANK",
    "OMPI_COMM_WORLD_SIZE",
    "OMPI_COMM_WORLD_RANK",
    "SLURM_NTASKS",
    "SLURM_NPROCS",
    "SLURM_PROCID",
    "SLURM_LOCALID",
    "SLURM_NNODES",
];

/// Functions that only print or log what they are given.
const PRINTS: &[&str] = &[
    "print",
    "pprint",
    "pprint.pprint",
    "rprint",
    "click.echo",
    "typer.echo",
    "tqdm.write",
    "sys.stdout.write",
    "sys.stderr.write",
    "warnings.warn",
    "accelerator.print",
    "console.print",
    "rank_zero_info",
];
/// Methods of loggers.
const LOGS: &[&str] = &[
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "critical",
    "exception",
    "log",
];

/// Whether a call only shows what it is given: `print(…)`, `logger.info(…)`.
pub(super) fn shows(call: &ast::ExprCall) -> bool {
    let Some(path) = path(&call.func) else { return false };
    if PRINTS.contains(&path.as_str()) {
        return true;
    }
    path.rsplit_once('.').is_some_and(|(object, method)| {
        let object = object.rsplit('.').next().unwrap_or(object).to_lowercase();
        LOGS.contains(&method) && ["log", "logger", "logging", "_logger", "_log"].contains(&object.as_str())
    })
}

/// Whether a call gives back its arguments as a text or number and does nothing else.
fn gives_back(call: &ast::ExprCall) -> bool {
    match &*call.func {
        ast::Expr::Name(name) => [
            "str", "repr", "len", "round", "int", "float", "format", "sorted", "type",
        ]
        .contains(&name.id.as_str()),
        ast::Expr::Attribute(method) => method.attr.as_str() == "format",
        _ => false,
    }
}

impl<'a> Walk<'a> {
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
            ast::Expr::Call(call) => {
                // What a call within computes of its arguments may do anything, unless it is known to give a text or number.
                let before = self.showing;
                self.showing = before.filter(|range| *range == call.range() || gives_back(call));
                self.call(call, held);
                self.showing = before;
            }
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
                for (op, inner) in compare.ops.iter().zip(compare.comparators.iter()) {
                    // `key in self.__dict__` asks for names, and reads no value.
                    let names = matches!(op, ast::CmpOp::In | ast::CmpOp::NotIn)
                        && path(inner).is_some_and(|path| path.ends_with(".__dict__"));
                    if !names {
                        self.expr(inner, None);
                    }
                }
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
            ast::Expr::Await(ast::ExprAwait { value, .. }) | ast::Expr::YieldFrom(ast::ExprYieldFrom { value, .. }) => {
                self.module.scopes[self.scope].pauses = true;
                self.expr(value, None);
            }
            ast::Expr::Starred(starred) => self.expr(&starred.value, None),
            ast::Expr::Yield(given) => {
                self.module.scopes[self.scope].pauses = true;
                given.value.iter().for_each(|inner| self.expr(inner, None));
            }
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
            // What every launcher sets is the default only where nothing is launched.
            let value = if found.base.ends_with("environ") && LAUNCHER_SETS.contains(&found.key) {
                self.names.opaque(range)
            } else {
                self.names.expr(default)
            };
            let local = self.setting(found.key, Form::Entry, value, range, self.owner_of(&found.base));
            self.module.assigned.push(Assigned {
                path: format!("{}?", found.path()),
                statement: local,
            });
            if matches!(&*call.func, ast::Expr::Attribute(method) if method.attr.as_str() == "setdefault") {
                self.module.put_in.insert(local);
            }
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
