//! A function's own `**kwargs`: what it takes out of them with a default, and what it puts in before it hands them on.
//!
//! Why it can be wrong: `kwargs.pop("lr", 0.1)` is 0.1 only for callers that pass no `lr`. So it is linked as a parameter
//! would be: a caller's keyword sets it, a call without it leaves it to its default.
//!
//! Example: `kwargs.setdefault("heads", 8)`, then `Net(**kwargs)`: `Net` gets 8 heads, unless the caller says otherwise.

use super::super::module::ParameterKind;
use super::arguments::{Bound, Calls, Made, hand_on};
use super::callees::Target;
use super::world::World;
use crate::evidence::{Expr, LinkKind, StatementId};

/// What a function takes out of its `**kwargs` with a default of its own: `kwargs.pop("lr", 0.1)`.
pub(super) fn taken_out<'w>(world: &World<'w>, target: Target) -> Vec<(&'w str, StatementId)> {
    let Target::Function { module, scope, .. } = target else {
        return Vec::new();
    };
    let inner = &world.modules[module];
    let rest = inner.scopes[scope]
        .parameters
        .iter()
        .find(|parameter| parameter.kind == ParameterKind::Keywords);
    let Some(rest) = rest else { return Vec::new() };
    let entries = inner.assigned.iter().filter(|assigned| {
        let own = inner.sites[assigned.statement].scope == scope;
        own && assigned.path.ends_with('?')
    });
    entries
        .filter_map(|assigned| {
            let name = assigned.path.strip_prefix(rest.name.as_str())?.strip_prefix('.')?;
            Some((name.strip_suffix('?')?, inner.id(assigned.statement)))
        })
        .collect()
}

/// What a function put into its own `**kwargs` before it hands them on: `kwargs.setdefault("heads", 8)`.
pub(super) fn put_in(
    world: &World<'_>,
    bound: &Bound<'_>,
    target: Target,
    kind: LinkKind,
    names: &[(String, StatementId, bool)],
    all: &Calls<'_, '_>,
    made: &mut Made,
) {
    let module = &world.modules[bound.module];
    for spread in &bound.call.spreads {
        let Expr::Ref(path) = &spread.value else { continue };
        for assigned in &module.assigned {
            let site = module.sites[assigned.statement];
            let name = assigned
                .path
                .strip_prefix(path.as_str())
                .and_then(|rest| rest.strip_prefix('.')?.strip_suffix('?'));
            let before = site.scope == bound.call.scope && site.at < bound.call.at;
            let (Some(name), true) = (name, before && module.put_in.contains(&assigned.statement)) else {
                continue;
            };
            if bound.names(name) {
                continue;
            }
            let from = module.id(assigned.statement);
            match names.iter().find(|(parameter, ..)| parameter == name) {
                Some((_, parameter, _)) => made.link(from, *parameter, kind),
                None => hand_on(world, target, name, from, all, made, 0),
            }
        }
    }
}
