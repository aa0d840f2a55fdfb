//! Texts and lists that names hold where a command is run.
//!
//! Why it can be wrong: `if args.fp16: cmd += " --fp16"` gives two commands, and only one of them runs. Each assignment
//! splits what the name may hold into the way under its conditions and the ways beside it.
//!
//! Example: `cmd = ["python", "train.py"]`, `if big: cmd += ["--lr", "1"]` hold two lists, under `big` and not under it.

use super::super::module::{BlockId, ScopeId};
use super::super::walk::Walk;
use super::parts::{Shape, Variant};
use crate::evidence::Guard;
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

/// Ways to put a command together that are told apart.
pub(super) const VARIANTS: usize = 16;

/// One assignment of a text or list, or of something that is not understood.
#[derive(Debug, Clone)]
pub(in super::super) struct Held {
    name: String,
    scope: ScopeId,
    block: BlockId,
    at: usize,
    guards: Vec<Guard>,
    appends: bool,
    value: Option<Vec<Variant>>,
}

impl<'a> Walk<'a> {
    /// `name = value`, `name += value`.
    pub(in super::super) fn hold(&mut self, target: &ast::Expr, value: &'a ast::Expr, appends: bool) {
        let ast::Expr::Name(name) = target else { return };
        self.hold_name(name.id.as_str(), value, appends, value.end().to_usize());
    }

    fn hold_name(&mut self, name: &str, value: &'a ast::Expr, appends: bool, at: usize) {
        if !self.running.reads || self.dead.is_some() {
            return;
        }
        let value = self.text_of(value, 0);
        let held = Held {
            name: name.to_string(),
            scope: self.scope,
            block: self.block,
            at,
            guards: self.guards.clone(),
            appends,
            value,
        };
        self.running.held.push(held);
    }

    /// `cmd.append("--lr")`, `cmd.extend([...])`.
    pub(in super::super) fn hold_method(&mut self, call: &'a ast::ExprCall, method: &str) {
        if !self.running.reads || !matches!(method, "append" | "extend" | "insert" | "remove" | "clear" | "pop") {
            return;
        }
        let ast::Expr::Attribute(attribute) = &*call.func else {
            return;
        };
        let (ast::Expr::Name(name), Some(first)) = (&*attribute.value, call.arguments.args.first()) else {
            return;
        };
        let known = self.running.held.iter().any(|held| held.name == name.id.as_str());
        if !known || self.dead.is_some() {
            return;
        }
        let at = call.end().to_usize();
        self.hold_name(name.id.as_str(), first, method == "append" || method == "extend", at);
        if let (Some(last), "append") = (self.running.held.last_mut(), method) {
            // One word, whatever it is; a list in a list is none.
            last.value = last.value.take().map(|variants| {
                variants
                    .into_iter()
                    .map(|variant| Variant {
                        shape: match variant.shape {
                            Shape::Line(parts) => Shape::Words(vec![parts]),
                            words => words,
                        },
                        ..variant
                    })
                    .collect()
            });
        }
    }

    /// `return cmd`: what callers of the function get.
    pub(in super::super) fn hold_return(&mut self, value: &'a ast::Expr) {
        if !self.running.reads || self.dead.is_some() {
            return;
        }
        let name = self.module.scopes[self.scope].name.clone();
        let Some(mut variants) = self.text_of(value, 0) else {
            return;
        };
        let guards = self.guards.clone();
        for variant in &mut variants {
            variant.under(&guards);
        }
        let returned = self.running.returns.entry(name).or_default();
        if returned.len() + variants.len() <= VARIANTS {
            returned.extend(variants);
        }
    }

    /// What a name may hold here; nothing where that is no text, or something else may have set it.
    pub(super) fn held_by(&mut self, name: &str, at: usize) -> Option<Vec<Variant>> {
        let mut scope = Some(self.scope);
        let scope = loop {
            let here = scope?;
            if self
                .running
                .held
                .iter()
                .any(|held| held.scope == here && held.name == name)
            {
                break here;
            }
            let inner = &self.module.scopes[here];
            if inner.bindings.contains_key(name) || inner.parameters.iter().any(|known| known.name == name) {
                return None;
            }
            scope = inner.parent;
        };
        let own = scope == self.scope;
        let loops = self.module.loops(self.block);
        let all: Vec<Held> = self
            .running
            .held
            .iter()
            .filter(|held| held.scope == scope && held.name == name && (!own || held.at <= at))
            .cloned()
            .collect();
        let mut ways: Vec<(Option<Variant>, Vec<Guard>)> = vec![(None, Vec::new())];
        for held in all {
            if own && clash(&held.guards, &self.guards) {
                continue;
            }
            let repeated = own
                && self
                    .module
                    .loops(held.block)
                    .iter()
                    .any(|repeats| !loops.contains(repeats));
            let extra: Vec<Guard> = held
                .guards
                .iter()
                .filter(|guard| !(own && self.guards.iter().any(|known| same(known, guard))))
                .cloned()
                .collect();
            let mut next = Vec::new();
            for (before, guards) in ways {
                for (guards, applies) in split(guards, &extra) {
                    match applies {
                        false => next.push((before.clone(), guards)),
                        true => next.extend(applied(before.as_ref(), &guards, &held, repeated)),
                    }
                }
            }
            next.truncate(VARIANTS);
            ways = next;
        }
        let found: Vec<Variant> = ways
            .into_iter()
            .filter_map(|(variant, guards)| {
                let mut variant = variant?;
                variant.under(&guards);
                Some(variant)
            })
            .collect();
        (!found.is_empty()).then_some(found)
    }
}

/// What the name holds behind an assignment that runs.
fn applied(
    before: Option<&Variant>,
    guards: &[Guard],
    held: &Held,
    repeated: bool,
) -> Vec<(Option<Variant>, Vec<Guard>)> {
    let unknown = vec![(None, guards.to_vec())];
    if held.appends {
        let Some(before) = before else { return unknown };
        let Some(values) = held.value.as_ref().filter(|_| !repeated) else {
            return vec![(Some(before.with_unknown(held.at)), guards.to_vec())];
        };
        let joined = values.iter().filter_map(|value| before.joined(value));
        return joined.map(|variant| (Some(variant), guards.to_vec())).collect();
    }
    let Some(values) = held.value.as_ref().filter(|_| !repeated) else {
        return unknown;
    };
    values
        .iter()
        .filter(|value| !clash(&value.guards, guards))
        .map(|value| (Some(value.clone()), guards.to_vec()))
        .collect()
}

/// The ways in which conditions hold together with others, and those in which they do not.
fn split(guards: Vec<Guard>, extra: &[Guard]) -> Vec<(Vec<Guard>, bool)> {
    let Some((first, rest)) = extra.split_first() else {
        return vec![(guards, true)];
    };
    if guards.iter().any(|known| same(known, first)) {
        return split(guards, rest);
    }
    if clash(std::slice::from_ref(first), &guards) {
        return vec![(guards, false)];
    }
    let mut without = guards.clone();
    without.push(Guard {
        holds: !first.holds,
        ..first.clone()
    });
    let mut with = guards;
    with.push(first.clone());
    let mut out = vec![(without, false)];
    out.extend(split(with, rest));
    out
}

pub(super) fn same(a: &Guard, b: &Guard) -> bool {
    a.place.bytes == b.place.bytes && a.holds == b.holds
}

/// Whether one of the conditions holds in one list and does not in the other.
pub(super) fn clash(a: &[Guard], b: &[Guard]) -> bool {
    a.iter().any(|one| {
        b.iter()
            .any(|other| one.place.bytes == other.place.bytes && one.holds != other.holds)
    })
}
