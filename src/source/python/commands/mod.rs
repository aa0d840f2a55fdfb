//! Commands that Python runs: `os.system("…")`, `subprocess.run([...])`, and functions of the file that hand them on.
//!
//! Texts and lists that are assigned to names are remembered with the conditions around them, so that a command which is
//! put together over several lines is read as it stands where it is run. It is a launch under the flags and the branch
//! that reach it: a text that is printed, returned and never run, or stands in a docstring, starts nothing.
//!
//! Why it can be wrong: a command with a part that is not understood looks like one without it. Such a part stays in the
//! command as a word of unknown value, and what is appended in a loop is one of unknown length.
//!
//! Example: `cmd = f"python train.py --lr {args.lr}"` and `os.system(cmd)` give a command whose fourth word is the
//! reference `${args.lr}`, filled from a statement that refers to `args.lr` where the text stands.

mod emit;
mod formats;
mod held;
mod helpers;
mod letters;
mod notebooks;
mod parts;
mod text;
mod turns;

use std::collections::BTreeMap;

use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::expression::keyword;
use super::module::Local;
use super::walk::Walk;
use crate::evidence::{Guard, Link};
use crate::source::Command;
pub(super) use held::Held;
pub(super) use helpers::Helper;
use parts::Variant;

/// Callees that run what their first argument says.
const RUNNERS: &[&str] = &[
    "os.system",
    "os.popen",
    "subprocess.run",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.Popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "commands.getoutput",
    "asyncio.create_subprocess_shell",
    "asyncio.create_subprocess_exec",
];
/// Callees that run what their second argument says.
const EXECUTORS: &[&str] = &["os.execv", "os.execvp", "os.execve", "os.execvpe"];
/// Words without which a file runs no command.
const SIGNS: &[&str] = &[
    "os.system",
    "popen",
    "subprocess",
    "os.exec",
    "check_call",
    "check_output",
    "Popen",
    "execute_notebook",
];

/// What a file's commands are read from, while it is walked.
#[derive(Default)]
pub(super) struct Commands {
    /// Whether the file runs commands at all: else nothing is remembered.
    pub(super) reads: bool,
    pub(super) commands: Vec<Command>,
    pub(super) links: Vec<Link>,
    held: Vec<Held>,
    /// What the file's functions return, by name.
    returns: BTreeMap<String, Vec<Variant>>,
    /// Functions that run one of their parameters, by name.
    helpers: BTreeMap<String, Helper>,
    /// Names that a `for` over literals sets, with the items, innermost last.
    turns: Vec<turns::Turn>,
    /// The names in conditions, by the condition's first byte: statements that refer to them.
    tests: BTreeMap<usize, Vec<(String, Local)>>,
}

impl Commands {
    pub(super) fn new(source: &str, body: &[ast::Stmt], names: &super::expression::Names<'_>) -> Commands {
        let reads = SIGNS.iter().any(|sign| source.contains(sign));
        Commands {
            reads,
            helpers: if reads {
                helpers::find(body, names)
            } else {
                BTreeMap::new()
            },
            ..Commands::default()
        }
    }
}

/// Whether a resolved callee runs a command, and at which position it takes it.
fn position(resolved: &str) -> Option<usize> {
    if RUNNERS.contains(&resolved) {
        return Some(0);
    }
    EXECUTORS.contains(&resolved).then_some(1)
}

/// Whether a resolved callee runs a command.
pub(super) fn is_runner(resolved: &str) -> bool {
    position(resolved).is_some() || notebooks::runs_notebook(resolved)
}

impl<'a> Walk<'a> {
    /// A call that may run a command.
    pub(super) fn runs_command(&mut self, call: &'a ast::ExprCall, resolved: &str) {
        if !self.running.reads || self.dead.is_some() {
            return;
        }
        if notebooks::runs_notebook(resolved) {
            return self.executes_notebook(call);
        }
        let (given, named) = match position(resolved) {
            Some(at) => (call.arguments.args.get(at), "args"),
            None => {
                let last = resolved.rsplit('.').next().unwrap_or(resolved);
                let Some(helper) = self.running.helpers.get(last) else {
                    return;
                };
                let named = helper.name.clone();
                let given = call.arguments.args.get(helper.position);
                return self.run_given(call, given.or_else(|| keyword(call, &named)));
            }
        };
        self.run_given(call, given.or_else(|| keyword(call, named)));
    }

    fn run_given(&mut self, call: &'a ast::ExprCall, given: Option<&'a ast::Expr>) {
        let Some(given) = given else { return };
        let spread = match given {
            // `create_subprocess_exec(*cmd)`.
            ast::Expr::Starred(starred) => &starred.value,
            other => other,
        };
        let Some(variants) = self.text_of(spread, 0) else {
            return;
        };
        let directory = match keyword(call, "cwd") {
            Some(ast::Expr::StringLiteral(folder)) => Some(folder.value.to_str().to_string()),
            _ => None,
        };
        let here: Vec<Guard> = self.guards.clone();
        for variant in variants {
            self.emit(call.start().to_usize(), variant, &here, directory.as_deref());
        }
    }
}
