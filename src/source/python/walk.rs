//! The walk over a file's statements: scopes, blocks, conditions, and what never runs.
//!
//! Why it can be wrong: `if False:` and the lines behind a `return` are code to a search and nothing to a run; an
//! `else` holds when its `if` does not. Every statement carries the conditions around it and whether it can run.
//!
//! Example: in `if quantized: import bitsandbytes`, the import has the guard `quantized`, holding.

use std::collections::BTreeMap;

use ruff_python_ast as ast;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Parsed;
use ruff_text_size::{Ranged, TextRange};

use super::expression::{Names, callee, path};
use super::module::{
    Binding, Block, BlockId, Bound, ImportName, Local, Module, Parameter, ParameterKind, Scope, ScopeId, ScopeKind,
    Site,
};
use super::packages;
use crate::evidence::{Dead, Expr, Form, Grade, Guard, Statement, Subject};
use crate::place::SourceText;
use crate::quantity::Unit;

/// Levels of nesting that are walked.
pub(super) const DEEPEST: usize = 3000;

/// The state of the walk.
pub(super) struct Walk<'a> {
    pub names: Names<'a>,
    pub source: SourceText,
    pub module: Module,
    pub out: Vec<Statement>,
    /// Line to the comment on it: text without the sign, and where it starts.
    pub comments: BTreeMap<u32, (String, TextRange)>,
    pub scope: ScopeId,
    pub block: BlockId,
    pub owner: Vec<String>,
    pub guards: Vec<Guard>,
    pub dead: Option<Dead>,
    /// Option groups and subparsers by the variable that holds them.
    pub groups: BTreeMap<String, Vec<String>>,
    depth: usize,
    too_deep: bool,
}

/// Walks a parsed file; whether something was nested too deep to be walked.
pub(super) fn walk(source: &SourceText, parsed: &Parsed<ast::ModModule>) -> (Vec<Statement>, Module, bool) {
    let text = source.text();
    let mut comments = BTreeMap::new();
    for token in parsed
        .tokens()
        .iter()
        .filter(|token| token.kind() == TokenKind::Comment)
    {
        let range = token.range();
        let raw = text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or("");
        let said = raw
            .trim_start_matches(['#', '!', ':', ' ', '\t'])
            .trim_end()
            .to_string();
        comments.insert(source.line(range.start().to_usize()), (said, range));
    }
    let mut aliases = BTreeMap::new();
    collect_aliases(&parsed.syntax().body, &mut aliases, 0);
    let mut walk = Walk {
        names: Names { text, aliases },
        source: source.clone(),
        module: Module::new(source.clone()),
        out: Vec::new(),
        comments,
        scope: 0,
        block: 0,
        owner: Vec::new(),
        guards: Vec::new(),
        dead: None,
        groups: BTreeMap::new(),
        depth: 0,
        too_deep: false,
    };
    walk.statements(&parsed.syntax().body);
    walk.units_from_comments();
    walk.commented_out();
    (walk.out, walk.module, walk.too_deep)
}

/// Names that imports bind anywhere in the file: lazy imports in functions resolve callees there.
fn collect_aliases(body: &[ast::Stmt], aliases: &mut BTreeMap<String, String>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    for statement in body {
        match statement {
            ast::Stmt::Import(import) => {
                for alias in &import.names {
                    let (name, target) = match &alias.asname {
                        Some(name) => (name.as_str(), alias.name.as_str()),
                        None => {
                            let top = alias.name.split('.').next().unwrap_or("");
                            (top, top)
                        }
                    };
                    aliases.insert(name.to_string(), target.to_string());
                }
            }
            ast::Stmt::ImportFrom(import) => {
                let module = from_module(import);
                for alias in import.names.iter().filter(|alias| alias.name.as_str() != "*") {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    let dot = if module.ends_with('.') { "" } else { "." };
                    aliases.insert(name.to_string(), format!("{module}{dot}{}", alias.name));
                }
            }
            _ => for_each_body(statement, &mut |inner| collect_aliases(inner, aliases, depth + 1)),
        }
    }
}

/// The module of a `from … import`, with its leading dots.
fn from_module(import: &ast::StmtImportFrom) -> String {
    let dots = ".".repeat(import.level as usize);
    format!("{dots}{}", import.module.as_ref().map_or("", |module| module.as_str()))
}

fn for_each_body(statement: &ast::Stmt, see: &mut impl FnMut(&[ast::Stmt])) {
    match statement {
        ast::Stmt::FunctionDef(def) => see(&def.body),
        ast::Stmt::ClassDef(def) => see(&def.body),
        ast::Stmt::If(branch) => {
            see(&branch.body);
            branch.elif_else_clauses.iter().for_each(|clause| see(&clause.body));
        }
        ast::Stmt::For(ast::StmtFor { body, orelse, .. }) | ast::Stmt::While(ast::StmtWhile { body, orelse, .. }) => {
            see(body);
            see(orelse);
        }
        ast::Stmt::With(with) => see(&with.body),
        ast::Stmt::Try(tried) => {
            see(&tried.body);
            for ast::ExceptHandler::ExceptHandler(handler) in &tried.handlers {
                see(&handler.body);
            }
            see(&tried.orelse);
            see(&tried.finalbody);
        }
        ast::Stmt::Match(matched) => matched.cases.iter().for_each(|case| see(&case.body)),
        _ => {}
    }
}

/// Whether a test is known without running: `False`, `0`, `TYPE_CHECKING`.
fn known(test: &ast::Expr) -> Option<bool> {
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

impl<'a> Walk<'a> {
    /// Goes one level down, unless that is too deep.
    pub(super) fn deeper(&mut self, go: impl FnOnce(&mut Self)) {
        if self.depth >= DEEPEST {
            self.too_deep = true;
            return;
        }
        self.depth += 1;
        go(self);
        self.depth -= 1;
    }

    /// Adds a statement of the code; `at` is the offset from which its value holds.
    pub(super) fn push(
        &mut self,
        subject: Subject,
        form: Form,
        value: Expr,
        range: TextRange,
        owner: Vec<String>,
    ) -> Local {
        let bytes = range.start().to_usize()..range.end().to_usize();
        let grade = match form {
            Form::Docstring | Form::Comment | Form::CommentedOut => Grade::Documented,
            _ => Grade::Configured,
        };
        let place = self.source.place(bytes.clone());
        let comment = place
            .end_line
            .and_then(|line| self.comments.get(&line))
            .map(|(text, _)| text.clone())
            .filter(|text| !text.is_empty());
        let comment = if matches!(subject, Subject::Setting { .. } | Subject::Import { .. }) {
            comment
        } else {
            None
        };
        self.out.push(Statement {
            subject,
            form,
            value,
            place,
            grade,
            owner,
            unit: None,
            guards: self.guards.clone(),
            comment,
            dead: self.dead.clone(),
        });
        self.module.sites.push(Site {
            scope: self.scope,
            block: self.block,
            at: bytes.end,
        });
        self.out.len() - 1
    }

    pub(super) fn setting(
        &mut self,
        name: &str,
        form: Form,
        value: Expr,
        range: TextRange,
        owner: Vec<String>,
    ) -> Local {
        self.push(Subject::Setting { name: name.to_string() }, form, value, range, owner)
    }

    pub(super) fn bind(&mut self, name: &str, at: usize, what: Bound) {
        let scope = self.bound_scope(name);
        let block = self.block;
        self.module.scopes[scope]
            .bindings
            .entry(name.to_string())
            .or_default()
            .push(Binding { at, block, what });
    }

    /// The scope whose name an assignment here sets: its own, or further out by `global`.
    fn bound_scope(&self, name: &str) -> ScopeId {
        if self.module.scopes[self.scope].outer.contains(name) {
            let mut here = self.module.scopes[self.scope].parent;
            while let Some(scope) = here {
                if scope == 0 || self.module.scopes[scope].bindings.contains_key(name) {
                    return scope;
                }
                here = self.module.scopes[scope].parent;
            }
        }
        self.scope
    }

    pub(super) fn read(&mut self, path: String, at: usize) {
        self.module.scopes[self.scope].reads.push((path, at));
    }

    pub(super) fn documented_unit(&mut self, local: Local, unit: Option<Unit>) {
        if self.out[local].unit.is_none() {
            self.out[local].unit = unit;
        }
    }

    /// A run of statements; what stands behind a `return` or `raise` never runs.
    fn statements(&mut self, body: &'a [ast::Stmt]) {
        let before = self.dead.clone();
        for statement in body {
            self.deeper(|walk| walk.statement(statement));
            let leaves = match statement {
                ast::Stmt::Return(_) | ast::Stmt::Raise(_) | ast::Stmt::Continue(_) | ast::Stmt::Break(_) => true,
                ast::Stmt::Expr(expr) => match &*expr.value {
                    ast::Expr::Call(call) => path(&call.func)
                        .is_some_and(|name| ["exit", "quit", "sys.exit", "os._exit"].contains(&name.as_str())),
                    _ => false,
                },
                _ => false,
            };
            if leaves && self.dead.is_none() {
                self.dead = Some(Dead::BranchNotTaken);
            }
        }
        self.dead = before;
    }

    fn block(&mut self, body: &'a [ast::Stmt], repeats: bool) {
        self.module.blocks.push(Block {
            parent: Some(self.block),
            repeats,
        });
        let before = std::mem::replace(&mut self.block, self.module.blocks.len() - 1);
        self.statements(body);
        self.block = before;
    }

    /// A branch under a test.
    fn branch(&mut self, guards: &[Guard], never: bool, body: &'a [ast::Stmt], repeats: bool) {
        let (kept, dead) = (self.guards.len(), self.dead.clone());
        self.guards.extend_from_slice(guards);
        if never && self.dead.is_none() {
            self.dead = Some(Dead::BranchNotTaken);
        }
        self.block(body, repeats);
        self.guards.truncate(kept);
        self.dead = dead;
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
    fn guard_of_text(&self, text: String, range: TextRange) -> Guard {
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

    fn statement(&mut self, statement: &'a ast::Stmt) {
        match statement {
            ast::Stmt::FunctionDef(def) => self.function(def),
            ast::Stmt::ClassDef(def) => self.class(def),
            ast::Stmt::Import(import) => self.import(import),
            ast::Stmt::ImportFrom(import) => self.import_from(import),
            ast::Stmt::If(branch) => self.conditional(branch),
            ast::Stmt::While(repeat) => {
                self.expr(&repeat.test, None);
                let known = known(&repeat.test);
                let guards = if known.is_some() {
                    Vec::new()
                } else {
                    vec![self.guard(&repeat.test, true)]
                };
                self.works_by(self.scope == 0);
                self.branch(&guards, known == Some(false), &repeat.body, true);
                self.block(&repeat.orelse, false);
            }
            ast::Stmt::For(repeat) => {
                self.expr(&repeat.iter, None);
                self.unknown_target(&repeat.target);
                self.works_by(self.scope == 0 && repeat.body.iter().any(|inner| matches!(inner, ast::Stmt::Expr(_))));
                self.block(&repeat.body, true);
                self.block(&repeat.orelse, false);
            }
            ast::Stmt::With(with) => {
                for item in &with.items {
                    self.expr(&item.context_expr, None);
                    if let Some(target) = &item.optional_vars {
                        self.unknown_target(target);
                    }
                }
                // A `with` neither skips nor repeats: its body is part of the block around it.
                self.statements(&with.body);
            }
            ast::Stmt::Try(tried) => {
                self.block(&tried.body, false);
                for ast::ExceptHandler::ExceptHandler(handler) in &tried.handlers {
                    let what = handler.type_.as_ref().map_or("", |kind| self.names.slice(kind.range()));
                    let guard = self.guard_of_text(format!("except {what}").trim_end().to_string(), handler.range);
                    if let Some(kind) = &handler.type_ {
                        self.expr(kind, None);
                    }
                    if let Some(name) = &handler.name {
                        self.bind(name.as_str(), handler.range.start().to_usize(), Bound::Unknown);
                    }
                    self.branch(&[guard], false, &handler.body, false);
                }
                self.block(&tried.orelse, false);
                self.block(&tried.finalbody, false);
            }
            ast::Stmt::Match(matched) => {
                self.expr(&matched.subject, None);
                for case in &matched.cases {
                    let guard = self.case_guard(&matched.subject, case);
                    self.branch(&[guard], false, &case.body, false);
                }
            }
            ast::Stmt::Assign(assign) => {
                if let (0, ast::Expr::Call(call)) = (self.scope, &*assign.value) {
                    self.works_by(
                        callee(&call.func)
                            .is_some_and(|name| name.contains("parse_args") || name.ends_with("parse_known_args")),
                    );
                }
                for (index, target) in assign.targets.iter().enumerate() {
                    self.assign(target, &assign.value, assign.range, index == 0);
                }
            }
            ast::Stmt::AnnAssign(assign) => self.annotated(assign),
            ast::Stmt::AugAssign(assign) => self.augmented(assign),
            ast::Stmt::Expr(expr) => {
                if self.scope == 0 {
                    self.works_by(self.is_work(&expr.value));
                }
                self.expr(&expr.value, None);
            }
            ast::Stmt::Return(returned) => {
                if let Some(value) = &returned.value {
                    let given = self.names.expr(value);
                    self.module.scopes[self.scope]
                        .returns
                        .push((given, returned.range.start().to_usize()));
                    self.expr(value, None);
                }
            }
            ast::Stmt::Raise(raised) => {
                for value in raised.exc.iter().chain(raised.cause.iter()) {
                    self.expr(value, None);
                }
            }
            ast::Stmt::Assert(assert) => {
                self.expr(&assert.test, None);
                if let Some(message) = &assert.msg {
                    self.expr(message, None);
                }
            }
            ast::Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if let ast::Expr::Name(name) = target {
                        self.bind(name.id.as_str(), delete.range.end().to_usize(), Bound::Unknown);
                    }
                }
            }
            ast::Stmt::Global(ast::StmtGlobal { names, .. }) | ast::Stmt::Nonlocal(ast::StmtNonlocal { names, .. }) => {
                let outer = names.iter().map(|name| name.to_string());
                self.module.scopes[self.scope].outer.extend(outer);
            }
            _ => {}
        }
    }

    fn works_by(&mut self, works: bool) {
        self.module.works |= works && self.dead.is_none();
    }

    /// Whether a call at module level is what a script does, rather than setting something up.
    fn is_work(&self, value: &ast::Expr) -> bool {
        let ast::Expr::Call(call) = value else { return false };
        let Some(name) = callee(&call.func) else { return false };
        let last = name.rsplit('.').next().unwrap_or("");
        let defined = self.module.defined_in(0, &name).is_some();
        defined
            || ["main", "train", "evaluate", "parse_args", "print", "Fire", "spawn"].contains(&last)
            || name == "app.run"
            || name == "typer.run"
            || name == "tf.app.run"
    }

    fn conditional(&mut self, branch: &'a ast::StmtIf) {
        self.expr(&branch.test, None);
        if is_main(&branch.test) && self.scope == 0 {
            self.module.works = true;
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

    fn case_guard(&self, subject: &ast::Expr, case: &ast::MatchCase) -> Guard {
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

    /// Names that a `for` or `with` sets.
    pub(super) fn unknown_target(&mut self, target: &'a ast::Expr) {
        match target {
            ast::Expr::Name(name) => self.bind(name.id.as_str(), name.range.end().to_usize(), Bound::Unknown),
            ast::Expr::Tuple(ast::ExprTuple { elts, .. }) | ast::Expr::List(ast::ExprList { elts, .. }) => {
                elts.iter().for_each(|target| self.unknown_target(target));
            }
            ast::Expr::Starred(starred) => self.unknown_target(&starred.value),
            _ => {}
        }
    }

    fn import(&mut self, import: &'a ast::StmtImport) {
        for alias in &import.names {
            let module = alias.name.to_string();
            let statement = self.push_import(&module, &module, alias.range);
            let (name, target) = match &alias.asname {
                Some(name) => (name.to_string(), module.clone()),
                None => {
                    let top = module.split('.').next().unwrap_or("").to_string();
                    (top.clone(), top)
                }
            };
            self.bind(
                &name,
                import.range.end().to_usize(),
                Bound::Import {
                    module: target,
                    symbol: None,
                },
            );
            self.module.imports.push(ImportName {
                module,
                symbol: None,
                statement: Some(statement),
                dead: self.dead.is_some(),
            });
        }
    }

    fn import_from(&mut self, import: &'a ast::StmtImportFrom) {
        let module = from_module(import);
        for alias in &import.names {
            let symbol = alias.name.to_string();
            let dotted = if symbol == "*" {
                module.trim_start_matches('.').to_string()
            } else {
                format!("{}.{symbol}", module.trim_start_matches('.'))
                    .trim_start_matches('.')
                    .to_string()
            };
            let statement = self.push_import(&module, &dotted, alias.range);
            if symbol != "*" {
                let name = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                let what = Bound::Import {
                    module: module.clone(),
                    symbol: Some(symbol.clone()),
                };
                self.bind(&name, import.range.end().to_usize(), what);
            }
            self.module.imports.push(ImportName {
                module: module.clone(),
                symbol: Some(symbol),
                statement: Some(statement),
                dead: self.dead.is_some(),
            });
        }
    }

    /// An import, and the package that the imported symbol needs; a relative import is of no package.
    fn push_import(&mut self, module: &str, symbol: &str, range: TextRange) -> Local {
        let package = if module.starts_with('.') {
            String::new()
        } else {
            packages::of_import(module)
        };
        let value = Expr::Opaque(String::new());
        let subject = Subject::Import {
            package,
            symbol: symbol.to_string(),
            via: None,
        };
        let local = self.push(subject, Form::Import, value, range, self.owner.clone());
        if !module.starts_with('.') {
            self.push_need(symbol, range);
        }
        local
    }

    /// The package that a symbol needs beside its own, where the table knows one.
    pub(super) fn push_need(&mut self, symbol: &str, range: TextRange) {
        if let Some(package) = packages::needed_by(symbol) {
            let subject = Subject::Import {
                package: package.to_string(),
                symbol: symbol.to_string(),
                via: Some(symbol.to_string()),
            };
            self.push(
                subject,
                Form::Import,
                Expr::Opaque(String::new()),
                range,
                self.owner.clone(),
            );
        }
    }

    fn function(&mut self, def: &'a ast::StmtFunctionDef) {
        let options = self.decorator_options(def);
        for decorator in &def.decorator_list {
            if !options.iter().any(|(range, ..)| *range == decorator.range) {
                self.expr(&decorator.expression, None);
            }
        }
        let inner = self.open_scope(ScopeKind::Function, def.name.as_str(), def.range, &def.decorator_list);
        self.module.scopes[inner].stub = is_stub(&def.body);
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

    fn class(&mut self, def: &'a ast::StmtClassDef) {
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
    fn open_scope(
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
    fn parameters(&mut self, parameters: &'a ast::Parameters, inner: ScopeId, outer: ScopeId) {
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
                self.typer_option(&parameter.parameter, default, local);
            }
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

    fn parameter(
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
