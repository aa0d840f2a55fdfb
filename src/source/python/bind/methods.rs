//! Methods: those of a known class, and those that only one class of the repository has.
//!
//! Why it can be wrong: `loader.load(path)` on an object that nobody knows may be a library's `load`. A name that
//! libraries have too is nobody's, and a call that does not fit the method's parameters is not its call.
//!
//! Example: `model.encode_batch(x)` is `Encoder.encode_batch` where no other class has such a method.

use std::collections::BTreeMap;

use super::super::module::{CallSite, ParameterKind, ScopeId, ScopeKind};
use super::arguments::parameters;
use super::callees::Target;
use super::world::{Definition, Here, World};
use crate::evidence::Expr;

/// Method names that libraries have too: on an unknown object they are nobody's.
const COMMON: &str = "
    forward step get update append fit train eval save load run predict transform close open read write
    add set items keys values pop copy to cuda cpu log reset render encode decode generate sample apply
    backward from_pretrained save_pretrained state_dict load_state_dict evaluate score format join split
    start stop call build init compute process info plot show mean sum item filter map select compile
    push";

/// Whether a callee could be called like this: it takes every position and keyword, and lacks nothing.
pub(super) fn fits(world: &World<'_>, target: Target, call: &CallSite) -> bool {
    let names = parameters(world, target);
    let (rest, keywords, required) = match target {
        Target::Function { module, scope, skip } => {
            let module = &world.modules[module];
            let inner = &module.scopes[scope].parameters;
            let has = |kind: ParameterKind| inner.iter().any(|parameter| parameter.kind == kind);
            let required: Vec<&str> = inner
                .iter()
                .skip(usize::from(skip))
                .filter(|parameter| matches!(parameter.kind, ParameterKind::Positional | ParameterKind::KeywordOnly))
                .filter(|parameter| {
                    world.statements[module.id(parameter.statement)].value == Expr::Opaque(String::new())
                })
                .map(|parameter| parameter.name.as_str())
                .collect();
            (has(ParameterKind::Rest), has(ParameterKind::Keywords), required)
        }
        Target::Fields { .. } => (false, false, Vec::new()),
    };
    let positions: Vec<&str> = names
        .iter()
        .filter(|(.., position)| *position)
        .map(|(name, ..)| name.as_str())
        .collect();
    let given = call.positional.len();
    let open = call.starred.is_some() || !call.spreads.is_empty();
    let named = |name: &str| call.keywords.iter().any(|(keyword, _)| keyword == name);
    (rest || given <= positions.len())
        && (keywords
            || call
                .keywords
                .iter()
                .all(|(keyword, _)| names.iter().any(|(name, ..)| name == keyword)))
        && (open
            || required
                .iter()
                .all(|name| named(name) || positions.iter().take(given).any(|filled| filled == name)))
}

pub(super) fn is_static(world: &World<'_>, module: usize, scope: ScopeId) -> bool {
    world.modules[module].scopes[scope]
        .decorators
        .iter()
        .any(|decorator| decorator == "staticmethod")
}

pub(super) fn method_target(world: &World<'_>, module: usize, class: ScopeId, name: &str) -> Option<Target> {
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

pub(super) fn constructor(world: &World<'_>, module: usize, class: ScopeId) -> Option<Target> {
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
pub(super) fn object_call(world: &World<'_>, module: usize, class: ScopeId) -> Option<Target> {
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
    if COMMON.split_ascii_whitespace().any(|common| common == last)
        || last.starts_with("__")
        || before == "super"
        || before.starts_with("super.")
    {
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
