//! Branches: `if`, `case`, and what stands behind `&&` and `||`.
//!
//! Why it can be wrong: a command in an `else` branch that is taken for one that always runs. Each branch starts from
//! what held before it, its statements and commands carry its guard, and what can hold behind it is the union.
//!
//! Example: `if [ $set == full ]; then n=1; else n=2; fi` gives `n` twice, with the guard held and not held.

use std::ops::Range;

use tree_sitter::Node;

use super::state::State;
use super::walk::children;
use super::{Script, condition, lex};
use crate::evidence::{Dead, Expr, Guard};
use crate::quantity::Value;

impl Script<'_> {
    /// `if … then … elif … else … fi`.
    pub(super) fn branches(&mut self, node: Node<'_>) {
        let outer = self.guards.len();
        let parts = children(node);
        let (first, rest) = split_at_then(&parts);
        let mut after: Option<State> = None;
        let clause = |nodes: &[Node<'_>], kinds: [&str; 2]| -> Vec<usize> {
            nodes
                .iter()
                .enumerate()
                .filter(|(_, n)| kinds.contains(&n.kind()))
                .map(|(at, _)| at)
                .collect()
        };
        let clauses = clause(rest, ["elif_clause", "else_clause"]);
        let body_end = clauses.first().copied().unwrap_or(rest.len());
        self.walk_all(first);
        let test = self.guard(first);
        let mut has_else = false;
        self.branch(&rest[..body_end], Some(test.clone()), &mut after);
        self.guards.push(Guard { holds: false, ..test });
        for &at in &clauses {
            let inner = children(rest[at]);
            if rest[at].kind() == "else_clause" {
                has_else = true;
                self.branch(&inner, None, &mut after);
                continue;
            }
            let (condition, body) = split_at_then(&inner);
            self.walk_all(condition);
            let test = self.guard(condition);
            self.branch(body, Some(test.clone()), &mut after);
            self.guards.push(Guard { holds: false, ..test });
        }
        self.guards.truncate(outer);
        if !has_else {
            join(&mut after, self.state.clone());
        }
        if let Some(after) = after {
            self.state = after;
        }
    }

    /// Walks one branch from what holds before it; the state before it is kept for the next one.
    fn branch(&mut self, body: &[Node<'_>], guard: Option<Guard>, after: &mut Option<State>) {
        let before = self.state.clone();
        let outer = self.guards.len();
        let dead = self.dead.clone();
        if let Some(guard) = guard {
            self.guards.push(guard);
        }
        let never = self
            .guards
            .iter()
            .any(|guard| matches!(truth(&guard.test), Some(holds) if holds != guard.holds));
        if never && self.dead.is_none() {
            self.dead = Some(Dead::BranchNotTaken);
        }
        self.walk_all(body);
        self.guards.truncate(outer);
        self.dead = dead;
        let reached = std::mem::replace(&mut self.state, before);
        if !never {
            join(after, reached);
        }
    }

    /// Remembers what the names in a condition refer to.
    fn note_tested(&mut self, start: usize, range: Range<usize>) {
        let mut variables = Vec::new();
        for word in lex::split(self.text, range.clone()) {
            variables.extend(self.word(word, false).variables);
        }
        let inner = self.slice(range).trim_matches(['(', ')', ' ']).to_string();
        if !inner.contains(['[', '"']) {
            for side in inner.split(['<', '>', '=', '!']) {
                self.look_up_arithmetic(side, &mut variables);
            }
        }
        if !variables.is_empty() {
            self.tested.insert((start, self.calls.clone()), variables);
        }
    }

    /// The guard that a condition's nodes make.
    fn guard(&mut self, condition: &[Node<'_>]) -> Guard {
        let range = span(condition);
        let text = self.slice(range.clone()).trim().trim_end_matches(';').trim_end();
        let range = range.start..range.start + text.len();
        self.note_tested(range.start, range.clone());
        Guard {
            text: text.to_string(),
            test: condition::parse(text),
            holds: true,
            place: self.place(range),
        }
    }

    pub(super) fn case(&mut self, node: Node<'_>) {
        let parts = children(node);
        let word_range = parts.iter().find(|part| part.is_named()).map_or(0..0, Node::byte_range);
        let word = self.slice(word_range.clone());
        let outer = self.guards.len();
        let mut after: Option<State> = None;
        let mut has_default = false;
        self.in_case += 1;
        for item in parts.iter().filter(|part| part.kind() == "case_item") {
            let inner = children(*item);
            let close = inner.iter().position(|part| part.kind() == ")").unwrap_or(0);
            let patterns: Vec<&str> = inner[..close]
                .iter()
                .filter(|part| part.is_named())
                .map(|part| self.slice(part.byte_range()))
                .collect();
            let body = &inner[(close + 1).min(inner.len())..];
            if patterns == ["*"] {
                has_default = true;
                self.branch(body, None, &mut after);
                continue;
            }
            let range = item.start_byte()..inner.get(close).map_or(item.end_byte(), Node::end_byte);
            self.note_tested(range.start, word_range.clone());
            let guard = Guard {
                text: format!("case {word} in {}", self.slice(range.clone())),
                test: condition::case(word, &patterns),
                holds: true,
                place: self.place(range),
            };
            self.branch(body, Some(guard.clone()), &mut after);
            self.guards.push(Guard { holds: false, ..guard });
        }
        self.in_case -= 1;
        self.guards.truncate(outer);
        if !has_default {
            join(&mut after, self.state.clone());
        }
        if let Some(after) = after {
            self.state = after;
        }
    }

    /// `a && b || c`: a test guards what stands behind it. Long chains nest to the left, so they are unrolled.
    pub(super) fn list(&mut self, node: Node<'_>) {
        let mut links: Vec<(bool, Vec<Node<'_>>)> = Vec::new();
        let mut left = node;
        loop {
            let parts = children(left);
            let Some(at) = parts.iter().position(|part| matches!(part.kind(), "&&" | "||")) else {
                self.walk_all(&parts);
                break;
            };
            links.push((parts[at].kind() == "&&", parts[at + 1..].to_vec()));
            match parts[..at] {
                [inner] if inner.kind() == "list" => left = inner,
                [first] => {
                    left = first;
                    self.walk(first);
                    break;
                }
                _ => {
                    self.walk_all(&parts[..at]);
                    break;
                }
            }
        }
        let mut tests = self.is_test(left);
        for (holds, nodes) in links.into_iter().rev() {
            if tests {
                let start = left.start_byte();
                let end = nodes.first().map_or(left.end_byte(), Node::start_byte);
                let written = self
                    .slice(start..end)
                    .trim_end()
                    .trim_end_matches(['&', '|'])
                    .trim_end();
                self.note_tested(start, start..start + written.len());
                let guard = Guard {
                    text: written.to_string(),
                    test: condition::parse(written),
                    holds,
                    place: self.place(start..start + written.len()),
                };
                let mut after = None;
                self.branch(&nodes, Some(guard), &mut after);
                join(&mut after, self.state.clone());
                if let Some(after) = after {
                    self.state = after;
                }
            } else {
                self.behind(&nodes, holds);
            }
            tests &= nodes.iter().all(|node| self.is_test(*node));
        }
    }

    /// What stands behind a command: `cd x && python y` runs it, `cd x || exit 1` does not.
    fn behind(&mut self, nodes: &[Node<'_>], runs: bool) {
        if runs {
            return self.walk_all(nodes);
        }
        let before = self.state.clone();
        self.walk_all(nodes);
        let reached = std::mem::replace(&mut self.state, before);
        let before = self.state.clone();
        // The first command's success is the way that is meant: its folder stays.
        let directory = before.directory.clone();
        self.state = before.joined(reached);
        self.state.directory = directory;
    }

    fn is_test(&self, node: Node<'_>) -> bool {
        match node.kind() {
            "test_command" => true,
            "command" => {
                let text = self.slice(node.byte_range());
                let first = lex::split(text, 0..text.len())
                    .first()
                    .map(|range| &text[range.clone()]);
                matches!(first, Some("test" | "["))
            }
            "list" | "negated_command" => children(node).iter().filter(|n| n.is_named()).all(|n| self.is_test(*n)),
            // `(( n > 3 ))`
            "compound_statement" => self.slice(node.byte_range()).starts_with("(("),
            _ => false,
        }
    }
}

/// The truth value of a condition that is one (`if false`).
fn truth(test: &Expr) -> Option<bool> {
    match test {
        Expr::Value(Value::Bool(holds)) => Some(*holds),
        _ => None,
    }
}

fn join(after: &mut Option<State>, reached: State) {
    *after = Some(match after.take() {
        Some(before) => before.joined(reached),
        None => reached,
    });
}

/// The nodes before `then` (without `if`) and those behind it.
fn split_at_then<'a, 't>(parts: &'a [Node<'t>]) -> (&'a [Node<'t>], &'a [Node<'t>]) {
    let start = usize::from(parts.first().is_some_and(|part| matches!(part.kind(), "if" | "elif")));
    match parts.iter().position(|part| part.kind() == "then") {
        Some(then) => (&parts[start.min(then)..then], &parts[then + 1..]),
        None => (&parts[start..start], &parts[start..]),
    }
}

fn span(nodes: &[Node<'_>]) -> Range<usize> {
    let named: Vec<&Node<'_>> = nodes
        .iter()
        .filter(|node| node.is_named() || node.kind() == "!")
        .collect();
    match (named.first(), named.last()) {
        (Some(first), Some(last)) => first.start_byte()..last.end_byte(),
        _ => 0..0,
    }
}
