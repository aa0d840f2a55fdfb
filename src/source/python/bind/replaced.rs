//! An object made again with other values: `dataclasses.replace`, `copy.replace`, `attrs.evolve`, a tuple's `_replace`.
//!
//! Why it can be wrong: the old object is still there with the old values. Only where nobody reads the member of it do
//! the new values take their place; else both are live.
//!
//! Example: `plan = replace(BASE, epochs=30)`: `plan.epochs` is 30, whatever the field's default says.

use std::collections::BTreeSet;

use super::super::module::{Bound, CallSite, Module};
use super::holders::is_replacing;
use super::world::{Here, World};
use crate::evidence::{Expr, Link, LinkKind};

/// Links each keyword of such a call to the field that it sets.
pub(super) fn replaced(world: &World<'_>, found: &mut BTreeSet<Link>) {
    for (index, module) in world.modules.iter().enumerate() {
        for call in &module.calls {
            let Some(object) = object_of(call) else { continue };
            let here = Here {
                module: index,
                scope: call.scope,
                block: call.block,
                at: call.at,
            };
            let base: Vec<&str> = object.split('.').collect();
            for (name, local) in &call.keywords {
                let from = module.id(*local);
                let segments: Vec<&str> = base.iter().copied().chain([name.as_str()]).collect();
                let kind = if old_is_read(world, index, call, &base, name) {
                    LinkKind::Argument
                } else {
                    LinkKind::Override
                };
                for to in world.replaced(here, &segments).into_iter().filter(|to| *to != from) {
                    found.insert(Link {
                        from,
                        to,
                        kind,
                        slot: None,
                        launch: None,
                    });
                }
            }
        }
    }
}

/// The path of the object that is made again.
fn object_of(call: &CallSite) -> Option<String> {
    match call.positional.first().map(|argument| &argument.value) {
        Some(Expr::Ref(path)) if is_replacing(&call.resolved) => Some(path.clone()),
        _ => call.callee.strip_suffix("._replace").map(str::to_string),
    }
}

/// Whether somebody reads the member of the object as it was, under the object's name.
fn old_is_read(world: &World<'_>, index: usize, call: &CallSite, base: &[&str], name: &str) -> bool {
    let Some(last) = base.last() else { return false };
    let tail = format!("{last}.{name}");
    // In `plan = replace(plan, …)` the name holds the new object from here on.
    let anew = rebound(world, &world.modules[index], call, last);
    world.modules.iter().enumerate().any(|(other, module)| {
        module.scopes.iter().enumerate().any(|(scope, inner)| {
            inner.reads.iter().any(|(path, at)| {
                let whole = *path == tail || path.ends_with(&format!(".{tail}"));
                let new = other == index && scope == call.scope && anew.is_some_and(|set| *at >= set);
                whole && !new
            })
        })
    })
}

/// From where a name holds the call's result, where the call stands in an assignment to that name.
fn rebound(world: &World<'_>, module: &Module, call: &CallSite, name: &str) -> Option<usize> {
    let bindings = module.scopes[call.scope].bindings.get(name)?;
    let next = bindings.iter().find(|binding| binding.at > call.at)?;
    let Bound::Statement { local, .. } = next.what else {
        return None;
    };
    let (start, _) = world.statements[module.id(local)].place.bytes?;
    (start <= call.at).then_some(next.at)
}
