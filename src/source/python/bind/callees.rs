//! What a call calls: the functions and classes of the repository behind a callee's path.
//!
//! Why it can be wrong: `model.generate(max_new_tokens=64)` may call a library's `generate` although the repository
//! has one too. An object is followed to its class; where nobody knows it, a method is taken only if its name is one
//! class's alone and every keyword is one of its parameters.
//!
//! Example: `net = Net(); net(x)` calls `Net.forward`.

use std::collections::BTreeMap;

use super::super::module::{CallSite, ScopeId, ScopeKind};
use super::arguments::parameters;
use super::world::{Definition, Here, Holder, World};
use crate::evidence::Expr;

/// A callee in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// `skip`: the first parameter is the object.
    Function { module: usize, scope: ScopeId, skip: bool },
    /// A class without a constructor of its own: its fields are its parameters.
    Fields { module: usize, scope: ScopeId },
}

/// Method names that libraries have too: on an unknown object they are nobody's.
const COMMON: &[&str] = &[
    "forward",
    "step",
    "get",
    "update",
    "append",
    "fit",
    "train",
    "eval",
    "save",
    "load",
    "run",
    "predict",
    "transform",
    "close",
    "open",
    "read",
    "write",
    "add",
    "set",
    "items",
    "keys",
    "values",
    "pop",
    "copy",
    "to",
    "cuda",
    "cpu",
    "log",
    "reset",
    "render",
    "encode",
    "decode",
    "generate",
    "sample",
    "apply",
    "backward",
    "from_pretrained",
    "save_pretrained",
    "state_dict",
    "load_state_dict",
    "evaluate",
    "score",
    "format",
    "join",
    "split",
    "start",
    "stop",
    "call",
    "build",
    "init",
    "compute",
    "process",
    "info",
    "plot",
    "show",
    "mean",
    "sum",
    "item",
    "filter",
    "map",
    "select",
    "compile",
    "push",
];

/// The functions and classes that a call's callee means, as far as names and known objects say.
pub(super) fn targets(world: &World<'_>, module: usize, call: &CallSite) -> Vec<Target> {
    let here = Here {
        module,
        scope: call.scope,
        block: call.block,
        at: call.at,
    };
    path_targets(world, here, &call.callee, &call.resolved, 0)
}

/// The functions and classes that a path means: the function of a `partial`.
pub(super) fn of_path(world: &World<'_>, here: Here, path: &str) -> Vec<Target> {
    path_targets(world, here, path, path, 1)
}

fn path_targets(world: &World<'_>, here: Here, callee: &str, resolved: &str, depth: usize) -> Vec<Target> {
    let segments: Vec<&str> = callee.split('.').collect();
    let mut found: Vec<Target> = Vec::new();
    match segments.as_slice() {
        ["super", method] => {
            if let Some(class) = world.modules[here.module].class_of(here.scope) {
                for (module, class) in world.bases(here.module, class).0 {
                    found.extend(method_target(world, module, class, method));
                }
            }
        }
        [name] => {
            for definition in world.lookup(here, name, 0) {
                found.extend(definition_targets(world, &definition, depth));
            }
        }
        [before @ .., last] => {
            for holder in world.holders(here, before, 0) {
                match holder {
                    Holder::Module(module) => {
                        for definition in world.in_module(module, last, 0) {
                            found.extend(definition_targets(world, &definition, depth));
                        }
                    }
                    Holder::Class { module, scope } => match method_target(world, module, scope, last) {
                        Some(target) => found.push(target),
                        // `self.net(x)` runs the object itself.
                        None => {
                            for inner in world.holders(here, &segments, 0) {
                                if let Holder::Class { module, scope } = inner {
                                    found.extend(object_call(world, module, scope));
                                }
                            }
                        }
                    },
                    _ => {}
                }
            }
        }
        [] => {}
    }
    if found.is_empty() && resolved != callee && depth == 0 && resolved.contains('.') {
        // The file's imports know the path better than its objects: a lazy import in another function.
        if let Some((head, last)) = resolved.rsplit_once('.')
            && let Some(module) = world.files.find(here.module, head)
        {
            for definition in world.in_module(module, last, 0) {
                found.extend(definition_targets(world, &definition, 1));
            }
        }
    }
    found.dedup();
    found
}

fn definition_targets(world: &World<'_>, definition: &Definition, depth: usize) -> Vec<Target> {
    match definition {
        Definition::Scope { module, scope } => match world.modules[*module].scopes[*scope].kind {
            ScopeKind::Class => constructor(world, *module, *scope).into_iter().collect(),
            _ => {
                let parent = world.modules[*module].scopes[*scope].parent;
                let method =
                    parent.is_some_and(|parent| world.modules[*module].scopes[parent].kind == ScopeKind::Class);
                vec![Target::Function {
                    module: *module,
                    scope: *scope,
                    skip: method,
                }]
            }
        },
        Definition::Statement { module, local } if depth < 4 => {
            let there = world.here(*module, *local);
            match &world.statements[world.modules[*module].id(*local)].value {
                Expr::Ref(path) => path_targets(world, there, path, path, depth + 1),
                Expr::Call { callee, .. } => world
                    .classes(there, callee, 0)
                    .into_iter()
                    .filter_map(|holder| match holder {
                        Holder::Class { module, scope } => object_call(world, module, scope),
                        _ => None,
                    })
                    .collect(),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

fn is_static(world: &World<'_>, module: usize, scope: ScopeId) -> bool {
    world.modules[module].scopes[scope]
        .decorators
        .iter()
        .any(|decorator| decorator == "staticmethod")
}

fn method_target(world: &World<'_>, module: usize, class: ScopeId, name: &str) -> Option<Target> {
    let (module, scope) = world.method(module, class, name, 0)?;
    if world.modules[module].scopes[scope].kind == ScopeKind::Class {
        return constructor(world, module, scope);
    }
    Some(Target::Function {
        module,
        scope,
        skip: !is_static(world, module, scope),
    })
}

fn constructor(world: &World<'_>, module: usize, class: ScopeId) -> Option<Target> {
    if let Some((module, scope)) = world.method(module, class, "__init__", 0) {
        return Some(Target::Function {
            module,
            scope,
            skip: true,
        });
    }
    let fields = !world.fields(module, class, 0).is_empty();
    fields.then_some(Target::Fields { module, scope: class })
}

/// What calling an object runs.
fn object_call(world: &World<'_>, module: usize, class: ScopeId) -> Option<Target> {
    ["__call__", "forward"].iter().find_map(|name| {
        let (module, scope) = world.method(module, class, name, 0)?;
        Some(Target::Function {
            module,
            scope,
            skip: true,
        })
    })
}

/// All methods of the repository by name.
pub(super) fn methods(world: &World<'_>) -> BTreeMap<String, Vec<(usize, ScopeId)>> {
    let mut found: BTreeMap<String, Vec<(usize, ScopeId)>> = BTreeMap::new();
    for (index, module) in world.modules.iter().enumerate() {
        for (scope, inner) in module.scopes.iter().enumerate() {
            let method = inner
                .parent
                .is_some_and(|parent| module.scopes[parent].kind == ScopeKind::Class);
            if method && inner.kind == ScopeKind::Function {
                found.entry(inner.name.clone()).or_default().push((index, scope));
            }
        }
    }
    found
}

/// A method on an object that nobody knows, by its name alone.
pub(super) fn by_name(
    world: &World<'_>,
    methods: &BTreeMap<String, Vec<(usize, ScopeId)>>,
    module: usize,
    call: &CallSite,
) -> Option<Target> {
    let (before, last) = call.callee.rsplit_once('.')?;
    if COMMON.contains(&last) || last.starts_with("__") || before == "super" || before.starts_with("super.") {
        return None;
    }
    let [(at, scope)] = methods.get(last)?.as_slice() else {
        return None;
    };
    let here = Here {
        module,
        scope: call.scope,
        block: call.block,
        at: call.at,
    };
    let head = before.split('.').next().unwrap_or(before);
    // What a library gave is the library's.
    let foreign = world.lookup(here, head, 0).iter().any(|definition| match definition {
        Definition::Unknown => call.resolved != call.callee,
        Definition::Statement { module, local } => match &world.statements[world.modules[*module].id(*local)].value {
            Expr::Call { callee, .. } => world.functions(world.here(*module, *local), callee, 0).is_empty(),
            Expr::Value(_) | Expr::List(_) | Expr::Map(_) => true,
            _ => false,
        },
        _ => false,
    });
    let target = Target::Function {
        module: *at,
        scope: *scope,
        skip: !is_static(world, *at, *scope),
    };
    let names = parameters(world, target);
    let fits = call
        .keywords
        .iter()
        .all(|(name, _)| names.iter().any(|(parameter, ..)| parameter == name));
    let enclosing = *at == module && call.scope == *scope;
    (!foreign && fits && !enclosing && !call.keywords.is_empty()).then_some(target)
}
