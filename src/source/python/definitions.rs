//! Functions and classes: their scopes, parameters, and what a body that says nothing is.
//!
//! Why it can be wrong: a parameter's default is computed where the function is defined, not inside of it; a name in
//! it that the function also binds is another one.
//!
//! Example: `def pad(x, size=SIZE)` reads `SIZE` of the module, and its parameters are owned by `pad`.

use ruff_python_ast as ast;
use ruff_text_size::TextRange;

use super::expression::{callee, path};
use super::module::{Block, BlockId, Bound, Local, Parameter, ParameterKind, Scope, ScopeId, ScopeKind};
use super::walk::Walk;
use crate::evidence::{Expr, Form, Subject};

impl<'a> Walk<'a> {
    pub(super) fn function(&mut self, def: &'a ast::StmtFunctionDef) {
        let options = self.decorator_options(def);
        for decorator in &def.decorator_list {
            if !options.iter().any(|(range, ..)| *range == decorator.range) {
                self.expr(&decorator.expression, None);
            }
        }
        let inner = self.open_scope(ScopeKind::Function, def.name.as_str(), def.range, &def.decorator_list);
        self.module.scopes[inner].stub = is_stub(&def.body);
        self.remember_command(def, inner);
        let (outer, block) = self.enter(inner, def.name.as_str());
        self.parameters(&def.parameters, inner, outer);
        for (range, name, flags, default) in options {
            self.decorated_option(range, &name, flags, default);
        }
        let names: Vec<String> = self.module.scopes[inner]
            .parameters
            .iter()
            .map(|parameter| parameter.name.clone())
            .collect();
        self.docstring(&def.body, &names);
        self.statements(&def.body);
        self.leave(outer, block);
    }

    pub(super) fn class(&mut self, def: &'a ast::StmtClassDef) {
        for decorator in &def.decorator_list {
            self.expr(&decorator.expression, None);
        }
        let inner = self.open_scope(ScopeKind::Class, def.name.as_str(), def.range, &def.decorator_list);
        if let Some(arguments) = &def.arguments {
            for base in &arguments.args {
                self.expr(base, None);
                let base = path(base).unwrap_or_else(|| "?".to_string());
                self.module.scopes[inner].bases.push(base);
            }
            for keyword in &arguments.keywords {
                self.expr(&keyword.value, None);
            }
        }
        let (outer, block) = self.enter(inner, def.name.as_str());
        let fields: Vec<String> = def
            .body
            .iter()
            .filter_map(|inner| match inner {
                ast::Stmt::AnnAssign(assign) => path(&assign.target),
                ast::Stmt::Assign(assign) => assign.targets.first().and_then(path),
                _ => None,
            })
            .collect();
        self.docstring(&def.body, &fields);
        self.statements(&def.body);
        self.leave(outer, block);
    }

    /// Defines a class or function here and makes its scope.
    pub(super) fn open_scope(
        &mut self,
        kind: ScopeKind,
        name: &str,
        range: TextRange,
        decorators: &'a [ast::Decorator],
    ) -> ScopeId {
        let symbol = self
            .owner
            .iter()
            .map(String::as_str)
            .chain([name])
            .collect::<Vec<_>>()
            .join(".");
        let head = TextRange::new(
            range.start(),
            self.names.text[range.start().to_usize()..range.end().to_usize()]
                .find('\n')
                .map_or(range.end(), |line| {
                    range.start() + ruff_text_size::TextSize::try_from(line).unwrap_or_default()
                }),
        );
        self.push(
            Subject::Definition { symbol },
            Form::Definition,
            Expr::Opaque(String::new()),
            head,
            self.owner.clone(),
        );
        let mut scope = Scope::new(kind, name.to_string(), Some(self.scope));
        let start = decorators
            .first()
            .map_or(range.start(), |decorator| decorator.range.start());
        scope.range = (start.min(range.start()).to_usize(), range.end().to_usize());
        for decorator in decorators {
            let written = match &decorator.expression {
                ast::Expr::Call(call) => callee(&call.func),
                other => callee(other),
            };
            scope
                .decorators
                .push(self.names.resolved(&written.unwrap_or_else(|| "?".to_string())));
        }
        if scope.decorators.iter().any(|name| name.ends_with("register_to_config")) {
            scope.reads_all = true;
        }
        self.module.scopes.push(scope);
        let inner = self.module.scopes.len() - 1;
        self.bind(name, range.start().to_usize(), Bound::Scope(inner));
        inner
    }

    pub(super) fn enter(&mut self, scope: ScopeId, name: &str) -> (ScopeId, BlockId) {
        self.module.blocks.push(Block {
            parent: Some(self.block),
            repeats: false,
        });
        let before = (self.scope, self.block);
        self.scope = scope;
        self.block = self.module.blocks.len() - 1;
        self.module.scopes[scope].body = self.block;
        self.owner.push(name.to_string());
        before
    }

    pub(super) fn leave(&mut self, scope: ScopeId, block: BlockId) {
        self.scope = scope;
        self.block = block;
        self.owner.pop();
    }

    /// Parameters as statements of the function; their defaults are computed outside of it.
    pub(super) fn parameters(&mut self, parameters: &'a ast::Parameters, inner: ScopeId, outer: ScopeId) {
        use ParameterKind::{KeywordOnly, Keywords, Positional, Rest};
        let with_default = parameters
            .posonlyargs
            .iter()
            .chain(&parameters.args)
            .map(|parameter| (parameter, Positional));
        for (parameter, kind) in
            with_default.chain(parameters.kwonlyargs.iter().map(|parameter| (parameter, KeywordOnly)))
        {
            let default = parameter.default.as_deref();
            let value = default.map_or(Expr::Opaque(String::new()), |default| self.names.expr(default));
            let local = self.parameter(&parameter.parameter, kind, value, parameter.range, inner);
            if let Some(default) = default {
                // Reads in a default happen in the scope around the function.
                self.scope = outer;
                self.module.sites[local].scope = outer;
                self.expr_held(default, local, parameter.parameter.name.as_str());
                self.scope = inner;
            }
            self.typer_option(&parameter.parameter, default, local);
        }
        for (parameter, kind) in parameters
            .vararg
            .iter()
            .map(|rest| (rest, Rest))
            .chain(parameters.kwarg.iter().map(|rest| (rest, Keywords)))
        {
            self.parameter(parameter, kind, Expr::Opaque(String::new()), parameter.range, inner);
        }
    }

    pub(super) fn parameter(
        &mut self,
        parameter: &'a ast::Parameter,
        kind: ParameterKind,
        value: Expr,
        range: TextRange,
        inner: ScopeId,
    ) -> Local {
        let name = parameter.name.to_string();
        let local = self.setting(&name, Form::Parameter, value, range, self.owner.clone());
        self.module.sites[local].at = range.start().to_usize();
        let annotation = parameter.annotation.as_deref().and_then(annotated_class);
        let index = self.module.scopes[inner].parameters.len();
        self.module.scopes[inner].parameters.push(Parameter {
            name: name.clone(),
            kind,
            statement: local,
            annotation,
        });
        // Bound at the head of the body: before every assignment in it.
        self.bind(&name, range.start().to_usize(), Bound::Parameter(index));
        local
    }
}

/// The class of an annotation: `TrainConfig`, `Optional[TrainConfig]`, `"TrainConfig"`.
fn annotated_class(annotation: &ast::Expr) -> Option<String> {
    match annotation {
        ast::Expr::StringLiteral(text) => super::expression::identifier(text.value.to_str()).map(str::to_string),
        ast::Expr::Subscript(subscript) if path(&subscript.value)?.ends_with("Optional") => {
            annotated_class(&subscript.slice)
        }
        ast::Expr::BinOp(either) if !matches!(&*either.left, ast::Expr::NoneLiteral(_)) => {
            annotated_class(&either.left)
        }
        other => path(other),
    }
}

/// Whether a body says nothing: a docstring, `pass`, `...`, `raise NotImplementedError`.
fn is_stub(body: &[ast::Stmt]) -> bool {
    body.iter().all(|statement| match statement {
        ast::Stmt::Pass(_) => true,
        ast::Stmt::Expr(expr) => matches!(
            &*expr.value,
            ast::Expr::StringLiteral(_) | ast::Expr::EllipsisLiteral(_)
        ),
        ast::Stmt::Raise(raised) => raised.exc.as_deref().is_some_and(|exc| {
            let name = match exc {
                ast::Expr::Call(call) => path(&call.func),
                other => path(other),
            };
            name.as_deref() == Some("NotImplementedError")
        }),
        _ => false,
    })
}
