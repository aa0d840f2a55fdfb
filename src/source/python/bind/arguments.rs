//! Calls of the repository's own functions: which argument sets which parameter.
//!
//! Why it can be wrong: `model.generate(max_new_tokens=64)` may call a library's `generate` although the repository
//! has one too. An object is followed to its class; where nobody knows it, a method is taken only if its name is one
//! class's alone and every keyword is one of its parameters.
//!
//! Example: `train(net, 32)` with `def train(model, batch_size=16)` makes the keyword `batch_size`, value 32, and
//! links it to the parameter.

use std::collections::BTreeMap;

use super::super::module::{CallSite, Local, ParameterKind, Positional, ScopeId, ScopeKind};
use super::world::{Definition, Here, Holder, World};
use crate::evidence::{Expr, Form, Grade, Link, LinkKind, Statement, StatementId, Subject};

/// A callee in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// `skip`: the first parameter is the object.
    Function { module: usize, scope: ScopeId, skip: bool },
    /// A class without a constructor of its own: its fields are its parameters.
    Fields { module: usize, scope: ScopeId },
}

/// A call and what it may call.
pub(super) struct Bound<'w> {
    pub module: usize,
    pub call: &'w CallSite,
    pub targets: Vec<Target>,
    /// Positions to leave out: the function of a `partial`.
    pub skip: usize,
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

/// Parameters that positions and keywords may set, by name, in order.
pub(super) fn parameters(world: &World<'_>, target: Target) -> Vec<(String, StatementId, bool)> {
    match target {
        Target::Function { module, scope, skip } => {
            let module = &world.modules[module];
            module.scopes[scope]
                .parameters
                .iter()
                .skip(usize::from(skip))
                .filter(|parameter| matches!(parameter.kind, ParameterKind::Positional | ParameterKind::KeywordOnly))
                .map(|parameter| {
                    (
                        parameter.name.clone(),
                        module.id(parameter.statement),
                        parameter.kind == ParameterKind::Positional,
                    )
                })
                .collect()
        }
        Target::Fields { module, scope } => world
            .fields(module, scope, 0)
            .into_iter()
            .map(|(name, id)| (name, id, true))
            .collect(),
    }
}

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

/// What linking calls gives: links, and statements for positions and spread entries.
#[derive(Default)]
pub(super) struct Made {
    pub links: Vec<Link>,
    /// New statements and where they stand; their ids count on from the statements there are.
    pub statements: Vec<(Statement, Here)>,
}

impl Made {
    fn argument(&mut self, from: StatementId, to: StatementId) {
        if from != to {
            self.links.push(Link {
                from,
                to,
                kind: LinkKind::Argument,
                slot: None,
                launch: None,
            });
        }
    }

    /// A keyword that is not written as one.
    fn keyword(
        &mut self,
        world: &World<'_>,
        module: usize,
        call: &CallSite,
        name: &str,
        value: Expr,
        range: (usize, usize),
    ) -> StatementId {
        let mut owner = call.owner.clone();
        owner.extend(
            call.resolved
                .split('.')
                .filter(|part| !part.is_empty())
                .map(str::to_string),
        );
        let statement = Statement {
            subject: Subject::Setting { name: name.to_string() },
            form: Form::Keyword,
            value,
            place: world.modules[module].source.place(range.0..range.1),
            grade: Grade::Configured,
            owner,
            unit: None,
            guards: call.guards.clone(),
            comment: None,
            dead: call.dead.then_some(crate::evidence::Dead::BranchNotTaken),
        };
        let here = Here {
            module,
            scope: call.scope,
            block: call.block,
            at: range.0,
        };
        self.statements.push((statement, here));
        world.statements.len() + self.statements.len() - 1
    }
}

/// Links one call's arguments to its callee's parameters.
pub(super) fn link(world: &World<'_>, bound: &Bound<'_>, all: &[Bound<'_>], made: &mut Made) {
    let (module, call) = (bound.module, bound.call);
    let here = Here {
        module,
        scope: call.scope,
        block: call.block,
        at: call.at,
    };
    let id = |local: Local| world.modules[module].id(local);
    for target in &bound.targets {
        let names = parameters(world, *target);
        let find = |name: &str| {
            names
                .iter()
                .find(|(parameter, ..)| parameter == name)
                .map(|(_, id, _)| *id)
        };
        for (position, argument) in call.positional.iter().skip(bound.skip).enumerate() {
            let Some((name, parameter, true)) = names.get(position) else {
                break;
            };
            let from = made.keyword(
                world,
                module,
                call,
                name,
                argument.value.clone(),
                (argument.start, argument.end),
            );
            made.argument(from, *parameter);
        }
        for (name, local) in &call.keywords {
            match find(name) {
                Some(parameter) => made.argument(id(*local), parameter),
                None => hand_on(world, *target, name, id(*local), all, made, 0),
            }
        }
        for spread in &call.spreads {
            for (name, from) in spread_members(world, here, spread, &names) {
                match find(&name) {
                    Some(parameter) => made.argument(from, parameter),
                    None => hand_on(world, *target, &name, from, all, made, 0),
                }
            }
        }
    }
    if bound.targets.is_empty() {
        for spread in &call.spreads {
            for (name, from) in spread_members(world, here, spread, &[]) {
                if call.keywords.iter().any(|(other, _)| *other == name) {
                    continue;
                }
                spread_keyword(world, bound, &name, from, spread, made);
            }
        }
    }
}

/// A spread entry as a keyword of a library's call, which refers to the entry.
fn spread_keyword(
    world: &World<'_>,
    bound: &Bound<'_>,
    name: &str,
    from: StatementId,
    spread: &Positional,
    made: &mut Made,
) {
    let base = match &spread.value {
        Expr::Ref(path) => path.clone(),
        _ => "**".to_string(),
    };
    let slot = format!("{base}.{name}");
    let range = match &spread.value {
        // A dictionary written in the call itself: the entry is the keyword.
        Expr::Map(_) => return,
        _ => (spread.start, spread.end),
    };
    let to = made.keyword(world, bound.module, bound.call, name, Expr::Ref(slot.clone()), range);
    made.links.push(Link {
        from,
        to,
        kind: LinkKind::Reference,
        slot: Some(slot),
        launch: None,
    });
}

/// The entries that `**x` hands over: of a dictionary, of a dataclass, of parsed options that fit the parameters.
fn spread_members(
    world: &World<'_>,
    here: Here,
    spread: &Positional,
    names: &[(String, StatementId, bool)],
) -> Vec<(String, StatementId)> {
    let mut found = Vec::new();
    let path = match &spread.value {
        Expr::Ref(path) => path.strip_suffix(".__dict__").unwrap_or(path).to_string(),
        Expr::Call { callee, args } if ["vars", "asdict"].contains(&callee.rsplit('.').next().unwrap_or("")) => {
            match args.first().map(|arg| &arg.value) {
                Some(Expr::Ref(path)) => path.clone(),
                _ => return found,
            }
        }
        _ => return found,
    };
    let segments: Vec<&str> = path.split('.').collect();
    for holder in world.holders(here, &segments, 0) {
        match &holder {
            Holder::Options(module) | Holder::Parsed(module) => {
                for (name, ..) in names {
                    found.extend(
                        world
                            .options_named(*module, name)
                            .into_iter()
                            .map(|id| (name.clone(), id)),
                    );
                }
            }
            other => found.extend(world.members(other)),
        }
    }
    found
}

/// A keyword that a function takes by `**kwargs` and hands on.
fn hand_on(
    world: &World<'_>,
    target: Target,
    name: &str,
    from: StatementId,
    all: &[Bound<'_>],
    made: &mut Made,
    depth: usize,
) {
    let Target::Function { module, scope, .. } = target else {
        return;
    };
    let Some(rest) = world.modules[module].scopes[scope]
        .parameters
        .iter()
        .find(|parameter| parameter.kind == ParameterKind::Keywords)
    else {
        return;
    };
    if depth > 3 {
        return;
    }
    for bound in all
        .iter()
        .filter(|bound| bound.module == module && bound.call.scope == scope)
    {
        for spread in bound
            .call
            .spreads
            .iter()
            .filter(|spread| matches!(&spread.value, Expr::Ref(path) if *path == rest.name))
        {
            if bound.targets.is_empty() && !bound.call.keywords.iter().any(|(other, _)| other == name) {
                spread_keyword(world, bound, name, from, spread, made);
            }
            for target in &bound.targets {
                match parameters(world, *target)
                    .into_iter()
                    .find(|(parameter, ..)| parameter == name)
                {
                    Some((_, parameter, _)) => made.argument(from, parameter),
                    None => hand_on(world, *target, name, from, all, made, depth + 1),
                }
            }
        }
    }
}

/// Click's and typer's options set the parameter of the same name.
pub(super) fn decorated_options(world: &World<'_>, made: &mut Made) {
    for module in world.modules {
        for (local, site) in module.sites.iter().enumerate() {
            let id = module.id(local);
            let statement = &world.statements[id];
            let (Subject::Setting { name }, Form::Option { .. }) = (&statement.subject, &statement.form) else {
                continue;
            };
            let scope = &module.scopes[site.scope];
            // An option that stands before the body of the function it belongs to.
            let decorates = scope.parameters.iter().find(|parameter| parameter.name == *name);
            if let Some(parameter) = decorates
                && scope.kind == ScopeKind::Function
                && !is_argparse(world, module, local)
            {
                made.argument(id, module.id(parameter.statement));
            }
        }
    }
}

/// Whether an option is made by a call in a body rather than by a decorator or a parameter's default.
fn is_argparse(world: &World<'_>, module: &super::super::module::Module, local: Local) -> bool {
    let excerpt = &world.statements[module.id(local)].place.excerpt;
    ["add_argument", "add_option", "add_arg", "DEFINE_"]
        .iter()
        .any(|word| excerpt.contains(word))
}
