//! What a call calls: the functions and classes of the repository behind a callee's path.
//!
//! Why it can be wrong: `model.generate(max_new_tokens=64)` may call a library's `generate` although the repository
//! has one too. An object is followed to its class; where nobody knows it, a method is taken only if its name is one
//! class's alone and every keyword is one of its parameters.
//!
//! Example: `net = Net(); net(x)` calls `Net.forward`.

use super::super::module::{CallSite, Pick, ScopeId, ScopeKind};
use super::dead::within;
use super::methods::{constructor, fits, method_target, object_call};
use super::world::{Definition, Here, Holder, World};
use crate::evidence::{Expr, StatementId};

/// A callee in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// `skip`: the first parameter is the object.
    Function { module: usize, scope: ScopeId, skip: bool },
    /// A class without a constructor of its own: its fields are its parameters.
    Fields { module: usize, scope: ScopeId },
}

/// The functions and classes that may be behind a callee.
#[derive(Debug, Default)]
pub(super) struct Callees {
    /// One of these is called.
    pub sure: Vec<Target>,
    /// These may be: their names are computed, or they are registered somewhere.
    pub perhaps: Vec<Target>,
    /// What a `partial` on the way has filled already.
    pub filled: Vec<(Target, String)>,
}

impl Callees {
    fn extend(&mut self, more: Callees) {
        self.sure.extend(more.sure);
        self.perhaps.extend(more.perhaps);
        self.filled.extend(more.filled);
    }

    /// Whether a `partial` on the way fills a parameter of a target.
    pub(super) fn fills(&self, target: Target, name: &str) -> bool {
        self.filled.iter().any(|(of, filled)| *of == target && filled == name)
    }

    fn of(sure: Vec<Target>) -> Callees {
        Callees {
            sure,
            perhaps: Vec::new(),
            filled: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sure.is_empty() && self.perhaps.is_empty()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Target> + '_ {
        self.sure.iter().chain(&self.perhaps).copied()
    }

    fn sorted(mut self) -> Callees {
        for targets in [&mut self.sure, &mut self.perhaps] {
            targets.sort();
            targets.dedup();
        }
        self.perhaps.retain(|target| !self.sure.contains(target));
        self
    }
}

/// The functions and classes that a call's callee means, as far as names and known objects say.
pub(super) fn targets(world: &World<'_>, module: usize, call: &CallSite) -> Callees {
    let here = Here {
        module,
        scope: call.scope,
        block: call.block,
        at: call.at,
    };
    let mut found = match &call.pick {
        Some(pick) => picked(world, here, pick, 0),
        None => path_targets(world, here, &call.callee, &call.resolved, 0),
    };
    found.perhaps.retain(|target| fits(world, *target, call));
    found.sorted()
}

/// The functions and classes that a path means: the function of a `partial`.
pub(super) fn of_path(world: &World<'_>, here: Here, path: &str) -> Callees {
    path_targets(world, here, path, path, 1).sorted()
}

fn path_targets(world: &World<'_>, here: Here, callee: &str, resolved: &str, depth: usize) -> Callees {
    let segments: Vec<&str> = callee.split('.').collect();
    let mut found = Callees::default();
    match segments.as_slice() {
        ["super", method] => {
            if let Some(class) = world.modules[here.module].class_of(here.scope) {
                for (module, class) in world.bases(here.module, class).0 {
                    found.sure.extend(method_target(world, module, class, method));
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
                        Some(target) => found.sure.push(target),
                        None => found.extend(member_call(world, here, &segments, depth)),
                    },
                    Holder::Entries { .. } => {
                        for id in world.member(&holder, last, here, 0) {
                            found.extend(statement_targets(world, id, depth));
                        }
                    }
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
    found
}

/// `self.block(x)`: the class or function that the attribute holds, or, where it holds an object, what calling that runs.
fn member_call(world: &World<'_>, here: Here, segments: &[&str], depth: usize) -> Callees {
    let mut found = Callees::default();
    for id in world.resolve_segments(here, segments, 0) {
        found.extend(statement_targets(world, id, depth));
    }
    if found.is_empty() {
        for inner in world.holders(here, segments, 0) {
            if let Holder::Class { module, scope } = inner {
                found.sure.extend(object_call(world, module, scope));
            }
        }
    }
    found
}

fn statement_targets(world: &World<'_>, id: StatementId, depth: usize) -> Callees {
    match world.owner_of(id) {
        Some((module, local)) => definition_targets(world, &Definition::Statement { module, local }, depth),
        None => Callees::default(),
    }
}

fn definition_targets(world: &World<'_>, definition: &Definition, depth: usize) -> Callees {
    match definition {
        Definition::Scope { module, scope } => Callees::of(match world.modules[*module].scopes[*scope].kind {
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
        }),
        Definition::Statement { module, local } if depth < 4 => {
            let there = world.here(*module, *local);
            match world.modules[*module].picks.get(local) {
                Some(Pick::Result(_)) | None => value_targets(world, there, world.value(*module, *local), depth + 1),
                Some(pick) => picked(world, there, pick, depth + 1),
            }
        }
        // A function that is handed in is each of those that callers hand in.
        Definition::Parameter { module, scope, index } if depth < 4 => {
            let parameter = world.modules[*module].scopes[*scope].parameters[*index].statement;
            let mut found = Callees::default();
            for (there, value) in world
                .passed
                .get(&world.modules[*module].id(parameter))
                .into_iter()
                .flatten()
            {
                // What a function hands over of itself leads back to itself.
                let mut handed = value_targets(world, *there, value, depth + 1);
                let itself = |target: &Target| match target {
                    Target::Function { module, scope, .. } => {
                        *module == there.module && within(&world.modules[*module], there.scope, *scope)
                    }
                    Target::Fields { .. } => false,
                };
                handed.sure.retain(|target| !itself(target));
                handed.perhaps.retain(|target| !itself(target));
                found.extend(handed);
            }
            found
        }
        _ => Callees::default(),
    }
}

/// What calling a value calls.
fn value_targets(world: &World<'_>, here: Here, value: &Expr, depth: usize) -> Callees {
    if depth > 4 {
        return Callees::default();
    }
    match value {
        Expr::Ref(path) => path_targets(world, here, path, path, depth),
        Expr::Choice { then, otherwise, .. } => {
            let mut found = value_targets(world, here, then, depth + 1);
            found.extend(value_targets(world, here, otherwise, depth + 1));
            found
        }
        // With nothing but the function and keywords, positions are the function's own.
        Expr::Call { callee, args } if callee == "functools.partial" || callee == "partial" => {
            match args
                .iter()
                .filter(|arg| arg.keyword.is_none())
                .collect::<Vec<_>>()
                .as_slice()
            {
                [function] => {
                    let mut found = value_targets(world, here, &function.value, depth + 1);
                    let names = args.iter().filter_map(|arg| arg.keyword.as_ref());
                    let filled: Vec<(Target, String)> = names
                        .flat_map(|name| found.all().map(|target| (target, name.clone())).collect::<Vec<_>>())
                        .collect();
                    found.filled.extend(filled);
                    found
                }
                _ => Callees::default(),
            }
        }
        Expr::Call { callee, .. } => Callees::of(
            world
                .classes(here, callee, 0)
                .into_iter()
                .filter_map(|holder| match holder {
                    Holder::Class { module, scope } => object_call(world, module, scope),
                    _ => None,
                })
                .collect(),
        ),
        _ => Callees::default(),
    }
}

/// What a callable that is chosen when the code runs may be.
fn picked(world: &World<'_>, here: Here, pick: &Pick, depth: usize) -> Callees {
    let mut found = Callees::default();
    if depth > 4 {
        return found;
    }
    match pick {
        Pick::Path(path) => return path_targets(world, here, path, path, depth + 1),
        Pick::Of(values) => {
            for value in values {
                found.extend(value_targets(world, here, value, depth + 1));
            }
        }
        Pick::From(path) => {
            let segments: Vec<&str> = path.split('.').collect();
            for holder in world.holders(here, &segments, 0) {
                if let Holder::Class { module, scope } = holder {
                    // `Loader[int](…)` is a class with its type.
                    found.sure.extend(constructor(world, module, scope));
                    continue;
                }
                for (_, id) in world.members(&holder) {
                    found.extend(statement_targets(world, id, depth + 1));
                }
            }
            for id in world.resolve(here, path) {
                if let Expr::List(items) = &world.statements[id].value
                    && let Some((module, local)) = world.owner_of(id)
                {
                    for item in items {
                        found.extend(value_targets(world, world.here(module, local), item, depth + 1));
                    }
                }
            }
            let empty = world
                .resolve(here, path)
                .iter()
                .any(|id| match &world.statements[*id].value {
                    Expr::Map(entries) => entries.is_empty(),
                    Expr::Call { callee, args } => {
                        callee.to_lowercase().contains("regist") || (callee == "dict" && args.is_empty())
                    }
                    _ => false,
                });
            if found.is_empty() && empty {
                found.perhaps = registered(world);
            }
        }
        Pick::Member(path) => {
            let segments: Vec<&str> = path.split('.').collect();
            for holder in world.holders(here, &segments, 0) {
                match holder {
                    Holder::Module(module) => found.perhaps.extend(public(world, module, 0)),
                    Holder::Class { module, scope } => {
                        let methods = world.modules[module].scopes[scope].bindings.keys();
                        let own = methods.filter(|name| !name.starts_with("__"));
                        found
                            .perhaps
                            .extend(own.filter_map(|name| method_target(world, module, scope, name)));
                    }
                    _ => {}
                }
            }
        }
        Pick::Global => found.perhaps = public(world, here.module, 0),
        Pick::Result(callee) => {
            for holder in world.classes(here, callee, 0) {
                if let Holder::Class { module, scope } = holder {
                    found.sure.extend(object_call(world, module, scope));
                }
            }
        }
    }
    found
}

/// The functions and classes that are names of a module, imported ones too.
fn public(world: &World<'_>, module: usize, depth: usize) -> Vec<Target> {
    let here = &world.modules[module];
    let mut found = Vec::new();
    for name in here.scopes[0].bindings.keys().filter(|name| !name.starts_with('_')) {
        for definition in world.in_module(module, name, 0) {
            if matches!(definition, Definition::Scope { .. }) {
                found.extend(definition_targets(world, &definition, 4).sure);
            }
        }
    }
    let stars = here
        .imports
        .iter()
        .filter(|import| import.symbol.as_deref() == Some("*"));
    for import in stars.filter(|_| depth < 3) {
        if let Some(target) = world.files.find(module, &import.module) {
            found.extend(public(world, target, depth + 1));
        }
    }
    found
}

/// What a decorator puts into a registry: `@register("resnet")`, `@MODELS.register_module()`.
fn registered(world: &World<'_>) -> Vec<Target> {
    let mut found = Vec::new();
    for (module, inner) in world.modules.iter().enumerate() {
        for (scope, definition) in inner.scopes.iter().enumerate() {
            let registers = |decorator: &String| decorator.to_lowercase().contains("regist");
            if definition.decorators.iter().any(registers) {
                found.extend(definition_targets(world, &Definition::Scope { module, scope }, 4).sure);
            }
        }
    }
    found
}
