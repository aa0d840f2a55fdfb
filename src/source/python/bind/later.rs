//! Assignments that take the place of earlier ones: the last that runs wins.
//!
//! In one block the earlier is gone, unless something read it in between; from a branch further in, it is replaced
//! where the branch is taken.
//!
//! Why it can be wrong: an early read makes both values count, and a loop's assignment comes after its first turn. So
//! neither is linked.
//!
//! Example: `self.decay = 0.8`, then `if size == "large": self.decay = 0.9` in the same function.

use std::collections::BTreeSet;

use super::super::module::{Binding, BlockId, Bound, Local, Module, ScopeId};
use super::look::looked_at;
use super::world::World;
use super::{dead, remade};
use crate::evidence::{Dead, Link, LinkKind, StatementId};

/// Assignments that another of the same block takes the place of before anything reads them.
pub(super) fn shadowed(world: &World<'_>, found: &mut BTreeSet<Link>) -> Vec<(StatementId, Dead)> {
    let mut dead = Vec::new();
    for module in world.modules {
        for (scope, inner) in module.scopes.iter().enumerate() {
            for (name, bindings) in &inner.bindings {
                for pair in bindings.windows(2) {
                    replaced_pair(module, scope, name, &pair[0], &pair[1], found, &mut dead);
                }
                further_in(world, module, scope, name, bindings, found);
            }
        }
        assigned_pairs(world, module, found, &mut dead);
        remade::remade(world, module, found);
        assigned_further_in(world, module, found);
    }
    dead
}

fn replaced_pair(
    module: &Module,
    scope: ScopeId,
    name: &str,
    first: &Binding,
    second: &Binding,
    found: &mut BTreeSet<Link>,
    dead: &mut Vec<(StatementId, Dead)>,
) {
    let (Bound::Statement { local: old, .. }, Bound::Statement { local: new, augmented }) = (&first.what, &second.what)
    else {
        return;
    };
    if first.block != second.block || first.at >= second.at || old == new {
        return;
    }
    let reads = |scope: ScopeId| {
        module.scopes[scope]
            .reads
            .iter()
            .filter(|(path, at)| path.split('.').next() == Some(name) && *at >= first.at && *at < second.at)
            .count()
    };
    let elsewhere = (0..module.scopes.len())
        .filter(|other| *other != scope && dead::within(module, *other, scope))
        .any(|other| {
            module.scopes[other]
                .reads
                .iter()
                .any(|(path, _)| path.split('.').next() == Some(name))
        });
    let called_between = module
        .calls
        .iter()
        .any(|call| call.scope == scope && call.at >= first.at && call.at < second.at);
    if elsewhere && (called_between || module.scopes[scope].pauses) {
        return;
    }
    link_pair(module, *old, *new, reads(scope), *augmented, found, dead);
}

/// `self.x = 1` and again `self.x = 2` in the same block.
fn assigned_pairs(world: &World<'_>, module: &Module, found: &mut BTreeSet<Link>, dead: &mut Vec<(StatementId, Dead)>) {
    for (index, first) in module.assigned.iter().enumerate() {
        let site = module.sites[first.statement];
        let later = module.assigned[index + 1..].iter().find(|other| {
            let there = module.sites[other.statement];
            other.path == first.path && there.scope == site.scope && there.block == site.block
        });
        let Some(second) = later.filter(|_| !first.path.ends_with('?')) else {
            continue;
        };
        let until = module.sites[second.statement].at;
        let mut reads = 0;
        for (path, at) in &module.scopes[site.scope].reads {
            let touches = *path == first.path || path.starts_with(&format!("{}.", first.path));
            reads += usize::from(touches && *at >= site.at && *at < until);
        }
        let called =
            module.scopes[site.scope].pauses || looked_at(world, module, site.scope, &first.path, (site.at, until));
        if !called {
            link_pair(module, first.statement, second.statement, reads, false, found, dead);
        }
    }
}

/// One assignment in its block.
#[derive(Clone, Copy)]
pub(super) struct Set {
    pub statement: StatementId,
    pub block: BlockId,
    pub at: usize,
}

/// `lr = 0.1`, then `if big: lr = 0.3`: the later takes the place of the nearest before it that surely ran.
fn further_in(
    world: &World<'_>,
    module: &Module,
    scope: ScopeId,
    name: &str,
    bindings: &[Binding],
    found: &mut BTreeSet<Link>,
) {
    for (index, later) in bindings.iter().enumerate() {
        let (
            Bound::Statement {
                local,
                augmented: false,
            },
            Some((around, before)),
        ) = (
            &later.what,
            certain(module, &bindings[..index], later.block, |binding| binding.block),
        )
        else {
            continue;
        };
        let Bound::Statement { local: old, .. } = &bindings[before].what else {
            continue;
        };
        let old = Set {
            statement: module.id(*old),
            block: around,
            at: bindings[before].at,
        };
        let new = Set {
            statement: module.id(*local),
            block: later.block,
            at: later.at,
        };
        link_further_in(world, module, scope, name, old, new, found);
    }
}

/// The same of `self.x = …`, `args.x = …`, `config["x"] = …`.
fn assigned_further_in(world: &World<'_>, module: &Module, found: &mut BTreeSet<Link>) {
    for (index, later) in module.assigned.iter().enumerate() {
        let site = module.sites[later.statement];
        let earlier: Vec<&super::super::module::Assigned> = module.assigned[..index]
            .iter()
            .filter(|other| other.path == later.path && module.sites[other.statement].scope == site.scope)
            .collect();
        let block = |other: &&super::super::module::Assigned| module.sites[other.statement].block;
        let Some((around, before)) = certain(module, &earlier, site.block, block) else {
            continue;
        };
        let old = earlier[before].statement;
        let old = Set {
            statement: module.id(old),
            block: around,
            at: module.sites[old].at,
        };
        let new = Set {
            statement: module.id(later.statement),
            block: site.block,
            at: site.at,
        };
        if !later.path.ends_with('?') {
            link_further_in(world, module, site.scope, &later.path, old, new, found);
        }
    }
}

/// The last of earlier assignments that surely ran before a block, and the block it is in; none where that is the same
/// block, or where a loop is between the two.
fn certain<T>(
    module: &Module,
    earlier: &[T],
    block: BlockId,
    block_of: impl Fn(&T) -> BlockId,
) -> Option<(BlockId, usize)> {
    let index = earlier.iter().rposition(|one| module.encloses(block_of(one), block))?;
    let around = block_of(&earlier[index]);
    let looped = module
        .loops(block)
        .into_iter()
        .any(|repeats| repeats != around && module.encloses(around, repeats));
    (around != block && !looped).then_some((around, index))
}

fn link_further_in(
    world: &World<'_>,
    module: &Module,
    scope: ScopeId,
    path: &str,
    old: Set,
    new: Set,
    found: &mut BTreeSet<Link>,
) {
    let begins =
        |read: &str, whole: &str| read == whole || read.strip_prefix(whole).is_some_and(|rest| rest.starts_with('.'));
    let between = |at: usize| at >= old.at && at < new.at && module.encloses(old.block, new.block);
    let read = module
        .scopes
        .iter()
        .enumerate()
        .filter(|(inner, _)| dead::within(module, *inner, scope))
        .flat_map(|(_, inner)| &inner.reads)
        .filter(|(_, at)| between(*at))
        .any(|(read, _)| begins(read, path));
    let looked_at = looked_at(world, module, scope, path, (old.at, new.at));
    if !read && !looked_at {
        found.insert(Link {
            from: new.statement,
            to: old.statement,
            kind: LinkKind::Override,
            slot: None,
            launch: None,
        });
    }
}

fn link_pair(
    module: &Module,
    old: Local,
    new: Local,
    reads: usize,
    augmented: bool,
    found: &mut BTreeSet<Link>,
    dead: &mut Vec<(StatementId, Dead)>,
) {
    let (old, new) = (module.id(old), module.id(new));
    let link = Link {
        from: new,
        to: old,
        kind: LinkKind::Override,
        slot: None,
        launch: None,
    };
    if reads == 0 {
        found.insert(link);
        dead.push((old, Dead::Shadowed { by: new }));
    } else if augmented && reads == 1 {
        found.insert(link);
    }
}
