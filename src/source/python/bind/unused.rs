//! Reads that come to nothing: of what is only printed or logged, and of variables that nobody uses in turn.
//!
//! Why it can be wrong: `scale = args.beta` looks like a use of `beta`. It is one only if somebody reads `scale` for more
//! than to show it. But a call may do anything with what it is given, so only plain copies and arithmetic are followed.
//!
//! Example: `clip = args.clip`, and no `clip` further down: the option `clip` is read by nobody.

use std::collections::BTreeSet;

use super::super::module::{Bound, Local, Module, ScopeId, ScopeKind};
use super::dead::{SHOWS, within};
use super::world::World;
use crate::evidence::Expr;

/// What comes to nothing in each module.
pub(super) struct Unused {
    /// Offsets of reads, by module.
    reads: Vec<BTreeSet<usize>>,
    /// Variables that nobody uses: module, statement, and whether somebody shows them.
    pub variables: Vec<(usize, Local, bool)>,
}

impl Unused {
    /// Whether a read only shows what it reads.
    pub(super) fn is_shown(&self, world: &World<'_>, module: usize, at: usize) -> bool {
        let inside = |(of, local, shown): &(usize, Local, bool)| {
            let range = world.statements[world.modules[*of].id(*local)].place.bytes;
            *shown && *of == module && range.is_some_and(|(start, end)| start <= at && at < end)
        };
        world.modules[module].shown.contains(&at) || self.variables.iter().any(inside)
    }

    /// Whether a read comes to nothing.
    pub(super) fn is_idle(&self, module: usize, at: usize) -> bool {
        self.reads[module].contains(&at)
    }
}

/// Finds them: what is shown, and what is copied to a variable that is unused, as often as that finds more.
pub(super) fn unused(world: &World<'_>) -> Unused {
    let mut found = Unused {
        reads: world
            .modules
            .iter()
            .map(|module| match only_shows(module) {
                true => BTreeSet::new(),
                false => module.shown.clone(),
            })
            .collect(),
        variables: Vec::new(),
    };
    let mut done: BTreeSet<(usize, Local)> = BTreeSet::new();
    loop {
        let before = done.len();
        for (index, module) in world.modules.iter().enumerate() {
            for scope in (0..module.scopes.len()).filter(|scope| is_closed(module, *scope)) {
                for (name, bindings) in &module.scopes[scope].bindings {
                    let locals: Option<Vec<Local>> = bindings
                        .iter()
                        .map(|binding| match binding.what {
                            Bound::Statement { local, .. } => Some(local),
                            _ => None,
                        })
                        .collect();
                    let Some(locals) =
                        locals.filter(|locals| locals.iter().all(|local| !done.contains(&(index, *local))))
                    else {
                        continue;
                    };
                    if name.starts_with('_') || !locals.iter().all(|local| is_copy(world.value(index, *local))) {
                        continue;
                    }
                    if let Some(shown) = comes_to_nothing(world, &found, index, scope, name, &locals) {
                        for local in locals {
                            done.insert((index, local));
                            found.variables.push((index, local, shown));
                            let inside = reads_of(world, module, scope, local);
                            found.reads[index].extend(inside);
                        }
                    }
                }
            }
        }
        if done.len() == before {
            return found;
        }
    }
}

/// Whether a file does nothing but show: it calls only what it defines itself, what parses options, and what prints. Then
/// to print is what it does with its options.
fn only_shows(module: &Module) -> bool {
    let own: BTreeSet<&str> = module.scopes.iter().map(|scope| scope.name.as_str()).collect();
    let plain = [
        "ArgumentParser",
        "parse_args",
        "parse_known_args",
        "add_argument_group",
        "vars",
    ];
    module.calls.iter().all(|call| {
        let last = call.resolved.rsplit('.').next().unwrap_or("");
        module.shows.contains(&call.at) || plain.contains(&last) || own.contains(last) || SHOWS.contains(&last)
    })
}

/// Whether a scope's names are known only within it.
fn is_closed(module: &Module, scope: ScopeId) -> bool {
    let inner = &module.scopes[scope];
    let open = (0..module.scopes.len())
        .filter(|other| within(module, *other, scope))
        .any(|other| module.scopes[other].reads_all);
    // A variable of a module may be a setting that somebody takes by executing the file.
    !open && inner.kind == ScopeKind::Function
}

/// A value that is only handed on or computed: nothing is called with it.
fn is_copy(value: &Expr) -> bool {
    match value {
        Expr::Ref(_) | Expr::Value(_) => true,
        Expr::Binary { left, right, .. } => is_copy(left) && is_copy(right),
        Expr::Unary { operand, .. } => is_copy(operand),
        Expr::Choice { test, then, otherwise } => [test, then, otherwise].into_iter().all(|part| is_copy(part)),
        Expr::Call { callee, args } => {
            ["int", "float", "str", "bool", "len", "round"].contains(&callee.as_str())
                && args.iter().all(|arg| arg.keyword.is_none() && is_copy(&arg.value))
        }
        Expr::List(_) | Expr::Map(_) | Expr::Opaque(_) => false,
    }
}

/// Whether nobody uses a variable; then whether somebody shows it.
fn comes_to_nothing(
    world: &World<'_>,
    found: &Unused,
    index: usize,
    scope: ScopeId,
    name: &str,
    locals: &[Local],
) -> Option<bool> {
    let module = &world.modules[index];
    let own: Vec<(usize, usize)> = locals
        .iter()
        .filter_map(|local| world.statements[module.id(*local)].place.bytes)
        .collect();
    let mut shown = false;
    for inner in (0..module.scopes.len()).filter(|inner| within(module, *inner, scope)) {
        if module.scopes[inner].outer.contains(name) {
            return None;
        }
        for (path, at) in &module.scopes[inner].reads {
            let itself = own.iter().any(|(start, end)| start <= at && at < end);
            if path.split('.').next() != Some(name) || itself {
                continue;
            }
            if !found.is_idle(index, *at) {
                return None;
            }
            shown |= found.is_shown(world, index, *at);
        }
    }
    Some(shown)
}

/// Offsets of the reads in a statement.
fn reads_of(world: &World<'_>, module: &Module, scope: ScopeId, local: Local) -> Vec<usize> {
    let Some((start, end)) = world.statements[module.id(local)].place.bytes else {
        return Vec::new();
    };
    let reads = module.scopes[scope].reads.iter();
    reads
        .map(|(_, at)| *at)
        .filter(|at| start <= *at && *at < end)
        .collect()
}
