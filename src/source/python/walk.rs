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

use super::branches::known;
use super::commands::{self, Commands};
use super::expression::{Names, callee, path};
use super::imports::collect_aliases;
use super::module::{Binding, Block, BlockId, Bound, Local, Module, ScopeId, Site};
use super::reads::shows;
use crate::evidence::{Dead, Expr, Form, Grade, Guard, Link, Statement, Subject};
use crate::place::SourceText;
use crate::quantity::Unit;
use crate::source::Command;

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
    /// Docstrings, and whose they are.
    pub docstrings: Vec<(TextRange, Vec<String>)>,
    /// The call that is being walked and only shows what it is given.
    pub showing: Option<TextRange>,
    /// Subcommands by the variable that holds their parser, or a group of it.
    pub commands: BTreeMap<String, Vec<String>>,
    pub running: Commands,
    depth: usize,
    too_deep: bool,
}

/// What a file gives.
pub(super) struct Walked {
    pub statements: Vec<Statement>,
    pub module: Module,
    pub commands: Vec<Command>,
    pub links: Vec<Link>,
    /// Something was nested too deep to be walked.
    pub too_deep: bool,
}

/// Walks a parsed file.
pub(super) fn walk(source: &SourceText, parsed: &Parsed<ast::ModModule>) -> Walked {
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
    let names = Names { text, aliases };
    let running = Commands::new(text, &parsed.syntax().body, &names);
    let mut walk = Walk {
        names,
        running,
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
        docstrings: Vec::new(),
        showing: None,
        commands: BTreeMap::new(),
        depth: 0,
        too_deep: false,
    };
    walk.docstring(&parsed.syntax().body, &[]);
    walk.statements(&parsed.syntax().body);
    walk.units_from_comments();
    walk.commented_out();
    walk.remarked();
    walk.described();
    Walked {
        statements: walk.out,
        module: walk.module,
        commands: walk.running.commands,
        links: walk.running.links,
        too_deep: walk.too_deep,
    }
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
        if self.showing.is_some() {
            self.module.shown.insert(at);
        }
        self.module.scopes[self.scope].reads.push((path, at));
    }

    pub(super) fn documented_unit(&mut self, local: Local, unit: Option<Unit>) {
        if self.out[local].unit.is_none() {
            self.out[local].unit = unit;
        }
    }

    /// A run of statements; what stands behind a `return` or `raise` never runs.
    pub(super) fn statements(&mut self, body: &'a [ast::Stmt]) {
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

    pub(super) fn block(&mut self, body: &'a [ast::Stmt], repeats: bool) {
        self.module.blocks.push(Block {
            parent: Some(self.block),
            repeats,
        });
        let before = std::mem::replace(&mut self.block, self.module.blocks.len() - 1);
        self.statements(body);
        self.block = before;
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
                let turns = self.enter_turns(repeat);
                self.block(&repeat.body, true);
                self.leave_turns(turns);
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
                    self.hold(target, &assign.value, false);
                }
            }
            ast::Stmt::AnnAssign(assign) => {
                self.annotated(assign);
                if let Some(value) = &assign.value {
                    self.hold(&assign.target, value, false);
                }
            }
            ast::Stmt::AugAssign(assign) => {
                self.augmented(assign);
                self.hold(&assign.target, &assign.value, assign.op == ast::Operator::Add);
            }
            ast::Stmt::Expr(expr) => {
                if self.scope == 0 {
                    self.works_by(self.is_work(&expr.value));
                }
                let shows = matches!(&*expr.value, ast::Expr::Call(call) if shows(call));
                if shows {
                    self.module.shows.insert(expr.value.start().to_usize());
                }
                let before = std::mem::replace(&mut self.showing, shows.then(|| expr.value.range()));
                self.expr(&expr.value, None);
                self.showing = before;
            }
            ast::Stmt::Return(returned) => {
                if let Some(value) = &returned.value {
                    let given = self.names.expr(value);
                    self.module.scopes[self.scope]
                        .returns
                        .push((given, returned.range.start().to_usize()));
                    self.expr(value, None);
                    self.hold_return(value);
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

    pub(super) fn works_by(&mut self, works: bool) {
        self.module.works |= works && self.dead.is_none();
    }

    /// Whether a call at module level is what a script does, rather than setting something up.
    fn is_work(&self, value: &ast::Expr) -> bool {
        let ast::Expr::Call(call) = value else { return false };
        let Some(name) = callee(&call.func) else { return false };
        let last = name.rsplit('.').next().unwrap_or("");
        let defined = self.module.defined_in(0, &name).is_some();
        defined
            || commands::is_runner(&self.names.resolved(&name))
            || ["main", "train", "evaluate", "parse_args", "print", "Fire", "spawn"].contains(&last)
            || name == "app.run"
            || name == "typer.run"
            || name == "tf.app.run"
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
}
