//! The script's structure: each node in the order in which it runs, with loops and functions.
//!
//! Why it can be wrong: what the end of a loop's body sets reaches its start, so a loop that is walked once shows the
//! start a value too few. Each body is walked twice, and what can hold behind it is the union.
//!
//! Example: `n=1; for f in a b; do python train.py --n $n; n=2; done` has both values of `n` reach the command.

use std::ops::Range;

use tree_sitter::Node;

use super::Script;
use super::state::DefinitionId;

/// Structures inside one another that are walked; a script by hand has fewer than ten.
const DEPTH: usize = 50;
/// Loops inside one another whose body is walked twice, so that what its end sets reaches its start.
const TWICE: usize = 3;
/// Turns of loops inside one another that are told apart.
const TURNS: usize = 32;
/// Where a turn's number stands in its mark, above the loop's first byte: marks of calls have none.
pub(super) const TURN: u32 = 32;

/// The named children, by cursor: asking for a child by its number is slow.
pub(super) fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}

/// Every comment with its offset, without the comment sign.
pub(super) fn comments(root: Node<'_>, text: &str, mut found: impl FnMut(usize, String)) {
    let mut cursor = root.walk();
    'tree: loop {
        let node = cursor.node();
        if node.kind() == "comment" {
            let comment = text.get(node.byte_range()).unwrap_or("").trim_start_matches('#').trim();
            if !comment.is_empty() {
                found(node.start_byte(), comment.to_string());
            }
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'tree;
            }
        }
    }
}

/// Where the first stretch begins that the grammar did not take.
pub(super) fn first_error(root: Node<'_>) -> Option<usize> {
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            return Some(node.start_byte());
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return None;
            }
        }
    }
}

impl Script<'_> {
    pub(super) fn walk(&mut self, node: Node<'_>) {
        if self.depth >= DEPTH {
            return;
        }
        self.depth += 1;
        match node.kind() {
            "if_statement" => self.branches(node),
            "case_statement" => self.case(node),
            "for_statement" => self.for_loop(node),
            "while_statement" | "c_style_for_statement" => self.while_loop(node),
            "function_definition" => self.function(node),
            "list" => self.list(node),
            "subshell" => {
                let before = self.state.clone();
                self.walk_all(&children(node));
                self.state = before;
            }
            "command" => self.command(node, &[]),
            "redirected_statement" => self.redirected(node),
            "declaration_command" => self.declaration(node),
            "variable_assignment" => self.assignment(node, false),
            "unset_command" => {
                for name in children(node).iter().filter(|child| child.is_named()) {
                    let name = self.slice(name.byte_range()).to_string();
                    self.state.unset(&name);
                }
            }
            "test_command" | "comment" | "heredoc_body" | "string" | "raw_string" => {}
            _ => self.walk_all(&children(node)),
        }
        self.depth -= 1;
    }

    pub(super) fn walk_all(&mut self, nodes: &[Node<'_>]) {
        for node in nodes {
            if node.is_named() {
                self.walk(*node);
            }
        }
    }

    fn for_loop(&mut self, node: Node<'_>) {
        let parts = children(node);
        let Some(name) = parts.iter().find(|part| part.kind() == "variable_name") else {
            return self.walk_all(&parts);
        };
        let name_text = self.slice(name.byte_range()).to_string();
        let body: Vec<Node<'_>> = parts
            .iter()
            .copied()
            .filter(|part| matches!(part.kind(), "do_group" | "compound_statement"))
            .collect();
        let given = parts.iter().position(|part| part.kind() == "in");
        let items: Vec<Range<usize>> = given.map_or(Vec::new(), |from| {
            let values = parts[from + 1..]
                .iter()
                .take_while(|part| part.kind() != "do_group" && part.kind() != ";");
            values
                .filter(|part| part.is_named())
                .map(|part| part.byte_range())
                .collect()
        });
        let definitions = self.items(&name_text, name.byte_range(), &items, given.is_some());
        let known = definitions.iter().all(|&id| self.definitions[id].literal.is_some());
        if known && !definitions.is_empty() && self.turns * definitions.len() <= TURNS {
            return self.turns(name.start_byte(), &name_text, &definitions, &body);
        }
        self.repeated(&body, |script| match definitions.is_empty() {
            true => script.state.unset(&name_text),
            false => script.state.set(&name_text, definitions.clone()),
        });
    }

    fn while_loop(&mut self, node: Node<'_>) {
        let parts = children(node);
        let body: Vec<Node<'_>> = parts
            .iter()
            .copied()
            .filter(|part| matches!(part.kind(), "do_group" | "compound_statement"))
            .collect();
        let condition: Vec<Node<'_>> = parts.into_iter().filter(|part| !body.contains(part)).collect();
        if node.kind() == "c_style_for_statement" {
            for part in &condition {
                if part.kind() == "variable_assignment"
                    && let Some(name) = children(*part).first()
                {
                    let name = self.slice(name.byte_range()).to_string();
                    self.state.unset(&name);
                }
            }
        } else {
            self.walk_all(&condition);
        }
        self.repeated(&body, |_| {});
    }

    /// A loop over known items: its body once for each of them, as it runs. What stands in it is told apart by its turn.
    fn turns(&mut self, at: usize, name: &str, definitions: &[DefinitionId], body: &[Node<'_>]) {
        let outer = self.turns;
        self.turns *= definitions.len();
        for (turn, &definition) in definitions.iter().enumerate() {
            self.state.set(name, vec![definition]);
            self.calls.push(at | (turn + 1) << TURN);
            self.walk_all(body);
            self.calls.pop();
            self.state.ended = false;
        }
        self.turns = outer;
    }

    /// A loop's body: once from what holds before it, once more from what holds at its end.
    fn repeated(&mut self, body: &[Node<'_>], mut start: impl FnMut(&mut Self)) {
        let before = self.state.clone();
        let passes = if self.loops < TWICE { 2 } else { 1 };
        self.loops += 1;
        let mut entry = before.clone();
        for _ in 0..passes {
            self.state = entry.clone();
            start(self);
            self.walk_all(body);
            let mut end = self.state.clone();
            end.ended = false;
            entry = entry.joined(end);
        }
        self.loops -= 1;
        self.state = entry;
    }

    /// `f() { … }`: remembered, and walked where it is called.
    fn function(&mut self, node: Node<'_>) {
        let parts = children(node);
        let Some(name) = parts.iter().find(|part| part.kind() == "word") else {
            return;
        };
        let Some(body) = parts
            .iter()
            .rev()
            .find(|part| part.is_named() && part.id() != name.id())
        else {
            return;
        };
        let mut range = body.byte_range();
        if matches!(body.kind(), "compound_statement" | "subshell") && range.len() >= 2 {
            range = range.start + 1..range.end - 1;
        }
        let name = self.slice(name.byte_range()).to_string();
        self.functions.insert(name, range);
    }
}
