//! Commands that change what the script knows: `cd`, `shift`, `read`, `exit`, `eval`, and calls of its functions.
//!
//! Why it can be wrong: `cd sub` moves all paths behind it, and a function's `$1` is not the script's. So a call gives
//! its arguments to the body and takes them back behind it, and a folder that is not known is none.
//!
//! Example: `run() { python train.py --lr $1; }` and `run 1e-4` give the command with `1e-4`.

use super::Script;
use super::variants::Variant;
use super::walk::TURN;
use crate::place::joined;
use crate::source::Word;

/// Calls of functions inside one another that are followed.
const CALLS: usize = 6;

impl Script<'_> {
    /// Commands that change what the script knows; true where there is nothing more to them.
    pub(super) fn changes_state(&mut self, name: &str, words: &[Word], at: usize) -> bool {
        match name {
            "cd" | "pushd" => {
                let to = words.get(1).map_or("", |word| word.text.as_str());
                self.state.directory = entered(self.state.directory.as_deref(), to);
                true
            }
            "popd" => {
                self.state.directory = None;
                true
            }
            "exit" | "return" => {
                self.state.ended = true;
                true
            }
            "shift" => {
                if self.in_case == 0 {
                    self.state.shift();
                }
                true
            }
            "read" | "mapfile" | "readarray" | "getopts" => {
                for word in words[1..].iter().filter(|word| !word.text.starts_with('-')) {
                    self.state.unset(&word.text);
                }
                true
            }
            "eval" => {
                match words {
                    [_, only] if only.text.contains(' ') => self.nested(only, false),
                    _ => {
                        let words = words[1..].to_vec();
                        let range = words.first().and_then(|word| word.place.bytes).unwrap_or((at, at));
                        let variant = Variant {
                            words,
                            guards: Vec::new(),
                        };
                        self.simple(range.0.min(at)..range.1.max(at), 0, variant, &[], &[]);
                    }
                }
                true
            }
            _ if self.functions.contains_key(name) => {
                self.call(name, &words[1..], at);
                true
            }
            _ => false,
        }
    }

    /// A function of the script: its body with the arguments it is given.
    fn call(&mut self, name: &str, words: &[Word], at: usize) {
        self.called.insert(name.to_string());
        let inside = self.calls.iter().filter(|&&mark| mark >> TURN == 0).count();
        if inside >= CALLS {
            return;
        }
        let Some(body) = self.functions.get(name).cloned() else {
            return;
        };
        let outer = self.state.clone();
        for position in 1..10 {
            match words.get(position - 1) {
                Some(word) => {
                    let name = position.to_string();
                    let bytes = word.place.bytes.map_or(at..at, |(start, end)| start..end);
                    let statement = self.variable(bytes.start, &name, word.value.clone(), bytes, &word.variables);
                    let definition = super::state::Definition {
                        statement,
                        literal: super::assign::known_text(word),
                        certain: word.value.literal().is_some(),
                        words: vec![word.clone()],
                        elements: None,
                        guards: self.guards.clone(),
                    };
                    let id = self.define(definition);
                    self.state.set(&name, vec![id]);
                }
                None => self.state.unset(&position.to_string()),
            }
        }
        self.state.arguments = Some(words.to_vec());
        self.calls.push(at);
        self.fragment(body, false);
        self.calls.pop();
        self.state.arguments = outer.arguments.clone();
        self.state.ended = outer.ended;
        for position in 1..10 {
            let name = position.to_string();
            let before: Vec<usize> = outer.reaching(&name).into_iter().flatten().collect();
            if before.is_empty() {
                self.state.unset(&name);
            } else {
                self.state.set(&name, before);
            }
        }
    }
}

/// The folder behind `cd to`, relative to the root; `None` where that is not known.
fn entered(from: Option<&str>, to: &str) -> Option<String> {
    if to.is_empty() || to.starts_with(['/', '~', '-']) || to.contains(['$', '`', '*']) {
        return None;
    }
    let folder = joined(from.unwrap_or(""), to)?;
    Some(if folder.is_empty() { ".".to_string() } else { folder })
}
