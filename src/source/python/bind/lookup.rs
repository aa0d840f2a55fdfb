//! Names that are looked up as text: `getattr(module, name)`, a registry's keys, a configuration's `_target_`.
//!
//! Why it can be wrong: a function that only a text names looks as if nobody calls it. So whatever may be looked up by
//! a name that some text spells counts as called.
//!
//! Example: `_target_: models.net.Net` in a configuration keeps `Net` alive.

use super::super::module::{Module, ScopeId};
use super::world::{Here, Holder, World};
use crate::evidence::Expr;
use std::collections::BTreeSet;

/// Modules and classes whose members are looked up by a name that is computed: any of them may be meant.
pub(super) fn looked_up(world: &World<'_>) -> BTreeSet<(usize, ScopeId)> {
    let mut found = BTreeSet::new();
    let every =
        |found: &mut BTreeSet<(usize, ScopeId)>| found.extend((0..world.modules.len()).map(|module| (module, 0)));
    for (index, module) in world.modules.iter().enumerate() {
        // `models.__dict__[name](…)`.
        for (scope, inner) in module.scopes.iter().enumerate() {
            for (path, at) in &inner.reads {
                let Some(object) = path.strip_suffix(".__dict__") else {
                    continue;
                };
                let here = Here {
                    module: index,
                    scope,
                    block: inner.body,
                    at: *at,
                };
                for holder in world.holders(here, &object.split('.').collect::<Vec<_>>(), 0) {
                    if let Holder::Module(module) = holder {
                        found.insert((module, 0));
                    }
                }
            }
        }
        for call in &module.calls {
            let here = Here {
                module: index,
                scope: call.scope,
                block: call.block,
                at: call.at,
            };
            let first = call.positional.first().map(|argument| &argument.value);
            match (call.resolved.as_str(), first) {
                ("fire.Fire" | "Fire", None) => every(&mut found),
                ("globals" | "locals" | "eval" | "exec", _) => {
                    found.insert((index, 0));
                }
                ("getattr" | "vars" | "fire.Fire" | "Fire", Some(Expr::Ref(path))) => {
                    let mut known = false;
                    for holder in world.holders(here, &path.split('.').collect::<Vec<_>>(), 0) {
                        known = true;
                        match holder {
                            Holder::Module(module) => found.insert((module, 0)),
                            Holder::Class { module, scope } => found.insert((module, scope)),
                            _ => false,
                        };
                    }
                    let imported = world.resolve(here, path).iter().any(|id| {
                        matches!(&world.statements[*id].value, Expr::Call { callee, .. } if callee.contains("import"))
                    });
                    if !known && imported {
                        every(&mut found);
                    }
                }
                ("getattr", Some(Expr::Opaque(text))) if text.contains("sys.modules") => {
                    found.insert((index, 0));
                }
                ("getattr", Some(Expr::Call { callee, .. })) if callee.contains("import") => every(&mut found),
                _ => {}
            }
        }
    }
    found
}

/// Every word of what a scope reads.
pub(super) fn words(module: &Module, scope: ScopeId) -> impl Iterator<Item = String> {
    let scope = &module.scopes[scope];
    scope
        .reads
        .iter()
        .flat_map(|(path, _)| path.split('.'))
        .chain(scope.bases.iter().flat_map(|base| base.split('.')))
        .map(str::to_string)
        .collect::<Vec<_>>()
        .into_iter()
}
