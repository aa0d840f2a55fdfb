//! Methods of texts, lists and tables in a `setup.py`: those that give something, and those that change their holder.
//!
//! Why it can be wrong: a method that is not known may do anything to a list. One that takes away makes it unknown.
//!
//! Example: `REQUIRED.append("einops")` adds a part; `"a\nb".splitlines()` are two texts, each where it stands.

use std::ops::Range;

use ruff_python_ast as ast;

use super::held::Held;
use super::run::{Run, range};

/// Methods that leave lines lines.
const OF_LINES: &[&str] = &[
    "read",
    "readlines",
    "splitlines",
    "split",
    "strip",
    "rstrip",
    "lstrip",
    "read_text",
    "open",
    "decode",
    "replace",
];

impl<'a> Run<'a> {
    /// What a method gives that changes nothing.
    pub(super) fn method(&mut self, holder: Held, name: &str, call: &'a ast::ExprCall) -> Option<Held> {
        let at = range(call);
        let argument = |run: &mut Self, index: usize| call.arguments.args.get(index).map(|argument| run.eval(argument));
        match (holder, name) {
            (file @ Held::File(..), _) if OF_LINES.contains(&name) => Some(file),
            // `Path("requirements.txt").read_text()`
            (Held::Text(path, at), "read_text" | "open" | "read_bytes") => Some(Held::File(path, at)),
            (Held::Text(text, at), "strip" | "rstrip" | "lstrip") if call.arguments.args.is_empty() => {
                Some(Held::Text(text.trim().to_string(), at))
            }
            (Held::Text(_, at), "splitlines") => Some(Held::List(self.pieces(&at, &['\n']))),
            (Held::Text(_, at), "split") => match argument(self, 0) {
                None => Some(Held::List(self.pieces(&at, &[' ', '\t', '\n', '\r']))),
                Some(Held::Text(sign, _)) if sign == "\n" => Some(Held::List(self.pieces(&at, &['\n']))),
                Some(_) => None,
            },
            (Held::Map(entries), "values") => Some(Held::List(entries.into_iter().map(|(_, held)| held).collect())),
            (Held::Map(entries), "keys") => Some(Held::List(
                entries
                    .into_iter()
                    .map(|(key, _)| Held::Text(key, at.clone()))
                    .collect(),
            )),
            (Held::Map(entries), "items") => {
                let pair = |(key, held)| Held::List(vec![Held::Text(key, at.clone()), held]);
                Some(Held::List(entries.into_iter().map(pair).collect()))
            }
            (map @ Held::Map(_), "get") => {
                let key = argument(self, 0)?;
                map.entry(key.text()?).cloned().or_else(|| argument(self, 1))
            }
            (held @ (Held::Map(_) | Held::List(_)), "copy") => Some(held),
            _ => None,
        }
    }

    /// The lines or words of a literal, each where it stands.
    fn pieces(&self, literal: &Range<usize>, signs: &[char]) -> Vec<Held> {
        let source = self.text.get(literal.clone()).unwrap_or("");
        let body = source.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let quote = if body.starts_with("\"\"\"") || body.starts_with("'''") {
            3
        } else {
            1
        };
        let first = literal.start + (source.len() - body.len()) + quote;
        let last = literal.end.saturating_sub(quote).max(first);
        let mut out = Vec::new();
        let mut at = first;
        for piece in self.text.get(first..last).unwrap_or("").split(signs) {
            let lead = piece.len() - piece.trim_start().len();
            let piece_at = at + lead..at + lead + piece.trim().len();
            if !piece.trim().is_empty() {
                out.push(Held::Text(piece.trim().to_string(), piece_at));
            }
            at += piece.len() + 1;
        }
        out
    }

    /// An expression that stands alone: `setup(…)`, or a method that changes its holder.
    pub(super) fn effect(&mut self, expr: &'a ast::Expr) {
        let ast::Expr::Call(call) = expr else { return };
        let ast::Expr::Attribute(attribute) = &*call.func else {
            self.eval(expr);
            return;
        };
        let arguments = &call.arguments.args;
        let at = range(call);
        let change: Option<Held> = match (attribute.attr.as_str(), &arguments[..]) {
            ("append" | "add", [part]) => Some(Held::List(vec![self.eval(part)])),
            ("insert", [_, part]) => Some(Held::List(vec![self.eval(part)])),
            ("extend" | "update", [parts]) => Some(self.eval(parts)),
            ("setdefault", [key, default]) => {
                let (key, held) = (self.eval(key), self.eval(default));
                key.text().map(|key| Held::Map(vec![(key.to_string(), held)]))
            }
            ("remove" | "pop" | "clear" | "discard", _) => Some(Held::Unknown(at.clone())),
            _ => {
                self.eval(expr);
                return;
            }
        };
        let Some(holder) = self.place(&attribute.value) else {
            return;
        };
        *holder = match (std::mem::replace(holder, Held::Unknown(at.clone())), change) {
            (_, None) => Held::Unknown(at),
            (Held::Map(mut entries), Some(Held::Map(more))) => {
                let keeps = attribute.attr.as_str() == "setdefault";
                for (key, held) in more {
                    match entries.iter_mut().find(|(name, _)| *name == key) {
                        Some((_, old)) if !keeps => *old = held,
                        Some(_) => {}
                        None => entries.push((key, held)),
                    }
                }
                Held::Map(entries)
            }
            (Held::Map(_), Some(_)) => Held::Unknown(at),
            (before, Some(change)) => before.joined(change, at),
        };
    }
}
