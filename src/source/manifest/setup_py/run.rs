//! Following a `setup.py` from top to bottom, as far as its lists of requirements need it; nothing is executed.
//!
//! Why it can be wrong: code can do anything to a list. Assignments, loops over known lists, branches, functions of the
//! file and the usual methods are followed; a branch leaves its condition on what it adds; all else is unknown.
//!
//! Example: `extras["all"] = extras["a"] + extras["b"]` holds the parts of both.

use std::collections::BTreeMap;
use std::ops::Range;

use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::held::Held;

/// Steps of following; a file of requirements needs some hundreds.
const MOST_STEPS: usize = 50_000;
/// Calls and expressions within each other.
const DEEPEST: usize = 120;

/// One `setup(…)`: where it stands, and its keywords.
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) at: Range<usize>,
    pub(super) keywords: Vec<(String, Held)>,
    /// A `**` of something unknown: there may be more keywords.
    pub(super) more: Option<Range<usize>>,
}

/// The file while it is followed.
pub(super) struct Run<'a> {
    pub(super) text: &'a str,
    pub(super) functions: BTreeMap<String, &'a ast::StmtFunctionDef>,
    pub(super) scopes: Vec<BTreeMap<String, Held>>,
    pub(super) setups: Vec<Setup>,
    pub(super) steps: usize,
    pub(super) depth: usize,
}

pub(super) fn range(node: &impl Ranged) -> Range<usize> {
    node.start().to_usize()..node.end().to_usize()
}

impl<'a> Run<'a> {
    pub(super) fn new(text: &'a str) -> Run<'a> {
        Run {
            text,
            functions: BTreeMap::new(),
            scopes: vec![BTreeMap::new()],
            setups: Vec::new(),
            steps: 0,
            depth: 0,
        }
    }

    pub(super) fn slice(&self, node: &impl Ranged) -> &'a str {
        self.text.get(range(node)).unwrap_or("")
    }

    /// Counts a step down; false where there have been too many.
    pub(super) fn enter(&mut self) -> bool {
        self.steps += 1;
        if self.depth >= DEEPEST || self.steps >= MOST_STEPS {
            return false;
        }
        self.depth += 1;
        true
    }

    /// Statements in order; what a `return` gives.
    pub(super) fn block(&mut self, body: &'a [ast::Stmt]) -> Option<Held> {
        for statement in body {
            if !self.enter() {
                return Some(Held::Unknown(range(statement)));
            }
            let returned = self.statement(statement);
            self.depth -= 1;
            if returned.is_some() {
                return returned;
            }
        }
        None
    }

    fn statement(&mut self, statement: &'a ast::Stmt) -> Option<Held> {
        match statement {
            ast::Stmt::FunctionDef(function) => {
                self.functions.insert(function.name.to_string(), function);
            }
            ast::Stmt::Assign(assign) => {
                let held = self.eval(&assign.value);
                for target in &assign.targets {
                    self.assign(target, held.clone());
                }
            }
            ast::Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let held = self.eval(value);
                    self.assign(&assign.target, held);
                }
            }
            ast::Stmt::AugAssign(assign) => {
                let before = self.eval(&assign.target);
                let held = self.eval(&assign.value);
                let held = match (&before, &held) {
                    _ if assign.op != ast::Operator::Add => Held::Unknown(range(assign)),
                    (Held::Text(one, at), Held::Text(other, _)) => Held::Text(format!("{one}{other}"), at.clone()),
                    (Held::Unknown(_), _) => before,
                    _ => before.joined(held, range(assign)),
                };
                self.assign(&assign.target, held);
            }
            ast::Stmt::Expr(expression) => self.effect(&expression.value),
            ast::Stmt::Return(returned) => {
                return Some(match &returned.value {
                    Some(value) => self.eval(value),
                    None => Held::List(Vec::new()),
                });
            }
            ast::Stmt::With(with) => {
                for item in &with.items {
                    let held = self.eval(&item.context_expr);
                    if let Some(target) = &item.optional_vars {
                        self.assign(target, held);
                    }
                }
                return self.block(&with.body);
            }
            ast::Stmt::Try(tried) => {
                let returned = self.block(&tried.body);
                return returned
                    .or_else(|| self.block(&tried.orelse))
                    .or_else(|| self.block(&tried.finalbody));
            }
            ast::Stmt::If(branch) => return self.branch(branch),
            ast::Stmt::For(turns) => return self.turns(turns),
            ast::Stmt::While(turns) => {
                let condition = self.slice(&*turns.test).to_string();
                return self.branches(vec![(condition, &turns.body[..])], range(turns));
            }
            _ => {}
        }
        None
    }

    /// `if` with its other branches; a condition that is known chooses.
    fn branch(&mut self, branch: &'a ast::StmtIf) -> Option<Held> {
        let mut taken: Vec<(String, &'a [ast::Stmt])> = Vec::new();
        let mut before: Vec<String> = Vec::new();
        let clauses = std::iter::once((Some(&*branch.test), &branch.body[..])).chain(
            branch
                .elif_else_clauses
                .iter()
                .map(|clause| (clause.test.as_ref(), &clause.body[..])),
        );
        for (test, body) in clauses {
            let known = test.map_or(Some(true), |test| self.truth(test));
            if known == Some(false) {
                continue;
            }
            let own = test
                .filter(|_| known.is_none())
                .map(|test| self.slice(test).to_string());
            let condition: Vec<String> = before
                .iter()
                .map(|text| format!("not ({text})"))
                .chain(own.clone())
                .collect();
            if condition.is_empty() {
                return self.block(body);
            }
            taken.push((condition.join(" and "), body));
            if known == Some(true) {
                return self.all_branches(taken, None, range(branch));
            }
            before.extend(own);
        }
        let otherwise: Vec<String> = before.iter().map(|text| format!("not ({text})")).collect();
        self.all_branches(taken, Some(otherwise.join(" and ")), range(branch))
    }

    /// Bodies that may run or not.
    fn branches(&mut self, bodies: Vec<(String, &'a [ast::Stmt])>, at: Range<usize>) -> Option<Held> {
        let otherwise = bodies
            .iter()
            .map(|(text, _)| format!("not ({text})"))
            .collect::<Vec<_>>();
        self.all_branches(bodies, Some(otherwise.join(" and ")), at)
    }

    /// Runs each body on what there is now, and merges what they leave; `otherwise`: the condition of none of them.
    fn all_branches(
        &mut self,
        bodies: Vec<(String, &'a [ast::Stmt])>,
        otherwise: Option<String>,
        at: Range<usize>,
    ) -> Option<Held> {
        let before = self.scopes.clone();
        let mut after: Vec<(String, Vec<BTreeMap<String, Held>>)> = Vec::new();
        let mut returned = false;
        for (condition, body) in bodies {
            self.scopes = before.clone();
            returned |= self.block(body).is_some();
            after.push((condition, std::mem::take(&mut self.scopes)));
        }
        if let Some(condition) = otherwise {
            after.push((condition, before));
        }
        self.scopes = (0..after[0].1.len()).map(|level| merged(&after, level)).collect();
        returned.then_some(Held::Unknown(at))
    }

    /// A loop over a known list turns for each part; over another file's lines, or the unknown, it is looked at once.
    fn turns(&mut self, turns: &'a ast::StmtFor) -> Option<Held> {
        let over = self.eval(&turns.iter);
        match over {
            Held::List(parts) => {
                for part in parts {
                    self.assign(&turns.target, part);
                    let returned = self.block(&turns.body);
                    if returned.is_some() {
                        return returned;
                    }
                }
                None
            }
            other => {
                self.assign(&turns.target, other.clone());
                if matches!(other, Held::File(..)) {
                    return self.block(&turns.body);
                }
                let condition = format!("for {} in {}", self.slice(&*turns.target), self.slice(&*turns.iter));
                self.branches(vec![(condition, &turns.body[..])], range(turns))
            }
        }
    }

    /// Binds a name, a tuple of names, or an entry of a table.
    pub(super) fn assign(&mut self, target: &'a ast::Expr, held: Held) {
        match target {
            ast::Expr::Name(name) => {
                if let Some(scope) = self.scopes.last_mut() {
                    scope.insert(name.id.to_string(), held);
                }
            }
            ast::Expr::Tuple(ast::ExprTuple { elts, .. }) | ast::Expr::List(ast::ExprList { elts, .. }) => {
                let whole = range(target);
                let parts = match held {
                    Held::List(parts) if parts.len() == elts.len() => parts,
                    _ => vec![Held::Unknown(whole); elts.len()],
                };
                for (target, part) in elts.iter().zip(parts) {
                    self.assign(target, part);
                }
            }
            ast::Expr::Subscript(subscript) => {
                let key = self.eval(&subscript.slice);
                let Some(table) = self.place(&subscript.value) else {
                    return;
                };
                match key.text() {
                    Some(key) => table.put(key, held),
                    None => *table = Held::Unknown(range(target)),
                }
            }
            _ => {}
        }
    }

    /// The holder of a name or of an entry of a table, to be changed in place.
    pub(super) fn place(&mut self, expr: &'a ast::Expr) -> Option<&mut Held> {
        match expr {
            ast::Expr::Name(name) => self
                .scopes
                .iter_mut()
                .rev()
                .find_map(|scope| scope.get_mut(name.id.as_str())),
            ast::Expr::Subscript(subscript) => {
                let key = self.eval(&subscript.slice);
                let key = key.text()?;
                match self.place(&subscript.value)? {
                    Held::Map(entries) => entries.iter_mut().find(|(name, _)| name == key).map(|(_, held)| held),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// What the names of one scope hold behind branches.
fn merged(after: &[(String, Vec<BTreeMap<String, Held>>)], level: usize) -> BTreeMap<String, Held> {
    let names = after
        .iter()
        .filter_map(|(_, scopes)| scopes.get(level))
        .flat_map(BTreeMap::keys);
    let names: std::collections::BTreeSet<&String> = names.collect();
    let held = |name: &String| {
        after
            .iter()
            .map(|(condition, scopes)| {
                (
                    condition.clone(),
                    scopes.get(level).and_then(|scope| scope.get(name)).cloned(),
                )
            })
            .collect()
    };
    names
        .into_iter()
        .map(|name| (name.clone(), Held::merged(held(name))))
        .collect()
}
