//! Values that are computed from themselves: `steps *= 2`, `args.lr = args.lr * 3`.
//!
//! Why it can be wrong: what reads the value before it is computed anew has the old one. So the new value takes the place
//! of an old one only where nothing looks at it in between; in a loop it has as many values as turns, and is none.
//!
//! Example: `steps = 10`, `if big: steps = 20`, `steps *= 2`: 20, or 40 where it is big.

use std::collections::{BTreeMap, BTreeSet};

use super::super::module::{Bound, Module, ScopeId};
use super::later::Set;
use super::look::looked_at;
use super::world::World;
use crate::evidence::{Link, LinkKind};

/// `steps *= 2`, `lr = lr * 3`: what is computed from the name takes the place of each value that may reach it.
pub(super) fn remade(world: &World<'_>, module: &Module, found: &mut BTreeSet<Link>) {
    for (scope, inner) in module.scopes.iter().enumerate() {
        for (name, bindings) in &inner.bindings {
            let sets: Vec<Set> = bindings
                .iter()
                .filter_map(|binding| match binding.what {
                    Bound::Statement { local, .. } => Some(Set {
                        statement: module.id(local),
                        block: binding.block,
                        at: binding.at,
                    }),
                    _ => None,
                })
                .collect();
            remade_sets(world, module, scope, name, &sets, found);
        }
    }
    let mut paths: BTreeMap<(&str, ScopeId), Vec<Set>> = BTreeMap::new();
    for assigned in module.assigned.iter().filter(|assigned| !assigned.path.ends_with('?')) {
        let site = module.sites[assigned.statement];
        paths.entry((&assigned.path, site.scope)).or_default().push(Set {
            statement: module.id(assigned.statement),
            block: site.block,
            at: site.at,
        });
    }
    for ((path, scope), sets) in paths {
        remade_sets(world, module, scope, path, &sets, found);
    }
}

fn remade_sets(
    world: &World<'_>,
    module: &Module,
    scope: ScopeId,
    path: &str,
    sets: &[Set],
    found: &mut BTreeSet<Link>,
) {
    for (index, later) in sets.iter().enumerate() {
        let statement = &world.statements[later.statement];
        if !statement.value.references().contains(&path) {
            continue;
        }
        let start = statement.place.bytes.map_or(later.at, |(start, _)| start);
        for old in sets[..index].iter().rev() {
            let read = module.scopes[scope].reads.iter().any(|(read, at)| {
                let whole = read == path || read.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
                // A further computation over the name is one of these itself.
                let within = sets.iter().any(|other| {
                    let own = world.statements[other.statement].place.bytes;
                    own.is_some_and(|(first, last)| first <= *at && *at < last)
                });
                whole && !within && *at >= old.at && *at < start
            });
            if !read && !looked_at(world, module, scope, path, (old.at, start)) {
                found.insert(Link {
                    from: later.statement,
                    to: old.statement,
                    kind: LinkKind::Override,
                    slot: None,
                    launch: None,
                });
            }
            if module.encloses(old.block, later.block) {
                break;
            }
        }
    }
}
