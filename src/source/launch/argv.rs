//! Arguments that a program reads by their position: `sys.argv[1]`.
//!
//! Why it can be wrong: behind `"$@"` or an array nobody knows which position a word has. So positions are counted only
//! as far as every word before is one argument.
//!
//! Example: `python eval.py 0.7 10` gives `float(sys.argv[1])` the value 0.7 within this launch.

use super::Binder;
use super::strip::Stripped;
use crate::evidence::{Expr, LaunchId, LinkKind, Statement, StatementId, Subject};
use crate::source::{Command, Word};

/// How an expression names the arguments.
const ARGUMENTS: &str = "sys.argv";

/// Statements that read arguments by position: the names they use, and their file.
pub(super) fn readers(statements: &[Statement]) -> Vec<(StatementId, String)> {
    let mut found = Vec::new();
    for (id, statement) in statements.iter().enumerate() {
        let guards = statement.guards.iter().flat_map(|guard| guard.test.references());
        for name in statement.value.references().into_iter().chain(guards) {
            if name.starts_with(ARGUMENTS) {
                found.push((id, name.to_string()));
            }
        }
    }
    found.dedup();
    found
}

impl Binder<'_> {
    /// Links a command's words to what reads them by position, in the files that it runs.
    pub(super) fn arguments(&mut self, command: &Command, stripped: &Stripped, reach: &[String], launch: LaunchId) {
        let readers: Vec<(StatementId, String)> = self
            .argv
            .iter()
            .filter(|(id, _)| reach.binary_search(&self.statements[*id].place.file).is_ok())
            .cloned()
            .collect();
        if readers.is_empty() {
            return;
        }
        let all = &command.words[stripped.arguments.min(command.words.len())..];
        let sure = all.iter().position(|word| !is_one(word)).unwrap_or(all.len());
        for (reader, name) in readers {
            let inside = name.strip_prefix(ARGUMENTS).unwrap_or_default();
            let position = inside
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']')?.parse::<usize>().ok());
            let (value, words) = match position {
                // The first is the program itself.
                Some(position) => {
                    let Some(word) = position.checked_sub(1).and_then(|at| all[..sure].get(at)) else {
                        continue;
                    };
                    (word.value.clone(), std::slice::from_ref(word))
                }
                None if inside.is_empty() && sure == all.len() => {
                    let program = Expr::Value(crate::quantity::Value::Text(String::new()));
                    let values = std::iter::once(program).chain(all.iter().map(|word| word.value.clone()));
                    (Expr::List(values.collect()), all)
                }
                None => continue,
            };
            let place = words
                .first()
                .or_else(|| command.words.first())
                .map(|word| word.place.clone());
            let subject = Subject::Setting { name: name.clone() };
            let given = self.add(command, subject, value, place.unwrap_or_default(), &[]);
            self.fill(command, given, words);
            self.link(given, reader, LinkKind::Reference, Some(name), Some(launch));
        }
    }
}

/// Whether a word is surely one argument.
fn is_one(word: &Word) -> bool {
    match &word.value {
        Expr::Value(_) => !word.text.contains('*'),
        Expr::Ref(name) => !name.contains(['@', '*']) && !word.variables.is_empty(),
        _ => false,
    }
}
