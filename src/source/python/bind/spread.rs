//! What `**x` and `*x` hand over: the entries that are known, and whether there may be others.
//!
//! Why it can be wrong: `Net(**json.load(f))` sets whatever stands in the file. A parameter's default counts only where
//! every key that is handed over is known and is another's. A function's own `**kwargs` are known by its callers.
//!
//! Example: `conf = {"dim": 1}`, then `Net(**conf)`: `dim` is handed over, the other defaults stand.

use super::super::module::{ParameterKind, Positional};
use super::super::values::is_dictionary;
use super::arguments::{Bound, Calls, parameters};
use super::callees::Target;
use super::world::{Definition, Here, Holder, STEPS, World};
use crate::evidence::{Expr, StatementId};

/// Parameters by name, with whether a position fills them.
type Names = [(String, StatementId, bool)];

/// The entries that `**x` hands over: of a dictionary, of a dataclass, of parsed options that fit the parameters.
pub(super) fn members(world: &World<'_>, here: Here, spread: &Positional, names: &Names) -> Vec<(String, StatementId)> {
    let mut found: Vec<(String, StatementId)> = Vec::new();
    let path = match &spread.value {
        Expr::Ref(path) => path.strip_suffix(".__dict__").unwrap_or(path).to_string(),
        Expr::Call { callee, args } if ["vars", "asdict"].contains(&callee.rsplit('.').next().unwrap_or("")) => {
            match args.first().map(|arg| &arg.value) {
                Some(Expr::Ref(path)) => path.clone(),
                Some(Expr::Call { callee, .. }) => {
                    let classes = world.classes(here, callee, 0);
                    return classes.iter().flat_map(|class| world.members(class)).collect();
                }
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
    // `kw["lr"] = 0.1` before the call.
    for (name, ..) in names {
        if !found.iter().any(|(other, _)| other == name) {
            let set = world.assigned_before(here, &format!("{path}.{name}")).0;
            found.extend(set.into_iter().map(|id| (name.clone(), id)));
        }
    }
    found
}

/// Whether every key that a spread value has is known.
pub(super) fn is_seen(world: &World<'_>, here: Here, value: &Expr, names: &Names) -> bool {
    seen(world, here, value, names, 0)
}

fn seen(world: &World<'_>, here: Here, value: &Expr, names: &Names, steps: usize) -> bool {
    if steps > STEPS {
        return false;
    }
    match value {
        Expr::Map(_) | Expr::Value(_) => true,
        Expr::Choice { then, otherwise, .. } => {
            seen(world, here, then, names, steps + 1) && seen(world, here, otherwise, names, steps + 1)
        }
        Expr::Binary { op, left, right } if op == "or" => {
            seen(world, here, left, names, steps + 1) && seen(world, here, right, names, steps + 1)
        }
        Expr::Ref(path) => seen_path(
            world,
            here,
            path.strip_suffix(".__dict__").unwrap_or(path),
            names,
            steps + 1,
        ),
        Expr::Call { callee, args } => {
            let last = callee.rsplit('.').next().unwrap_or("");
            if last == "parse_args" || ["vars", "asdict"].contains(&last) && args.len() == 1 {
                return match args.first().map(|arg| &arg.value) {
                    Some(Expr::Ref(path)) => seen_object(world, here, path, names),
                    Some(Expr::Call { callee, .. }) => !world.classes(here, callee, 0).is_empty(),
                    _ => last == "parse_args",
                };
            }
            if is_dictionary(callee) || ["copy", "deepcopy"].contains(&last) && !args.is_empty() {
                return args
                    .iter()
                    .filter(|arg| matches!(arg.keyword.as_deref(), None | Some("**")))
                    .all(|arg| seen(world, here, &arg.value, names, steps + 1));
            }
            if let (Some(object), true) = (callee.strip_suffix(".copy"), args.is_empty()) {
                return seen_path(world, here, object, names, steps + 1);
            }
            let functions = world.functions(here, callee, steps + 1);
            let mut returned = functions.iter().flat_map(|(module, scope)| {
                let inner = &world.modules[*module].scopes[*scope];
                inner.returns.iter().map(move |(value, at)| {
                    let there = Here {
                        module: *module,
                        scope: *scope,
                        block: inner.body,
                        at: *at,
                    };
                    (there, value)
                })
            });
            !functions.is_empty() && returned.all(|(there, value)| seen(world, there, value, names, steps + 2))
        }
        _ => false,
    }
}

/// Whether the object at a path has members that are all known: parsed options, an object of a class.
fn seen_object(world: &World<'_>, here: Here, path: &str, names: &Names) -> bool {
    let holders = world.holders(here, &path.split('.').collect::<Vec<_>>(), 0);
    let known = |holder: &Holder| match holder {
        Holder::Options(module) => names
            .iter()
            .any(|(name, ..)| !world.options_named(*module, name).is_empty()),
        Holder::Parsed(_) | Holder::Class { .. } | Holder::Entries { .. } => true,
        Holder::Module(_) => false,
    };
    !holders.is_empty() && holders.iter().all(known)
}

fn seen_path(world: &World<'_>, here: Here, path: &str, names: &Names, steps: usize) -> bool {
    let module = &world.modules[here.module];
    let filled = format!("{path}.update");
    if steps > STEPS
        || module
            .calls
            .iter()
            .any(|call| call.scope == here.scope && call.callee == filled)
    {
        return false;
    }
    let of_statement = |id: StatementId| match world.owner_of(id) {
        Some((module, local)) => {
            let value = world.value(module, local);
            seen(world, world.here(module, local), value, names, steps + 1)
        }
        None => false,
    };
    if path.contains('.') {
        let statements = world.resolve(here, path);
        return if statements.is_empty() {
            seen_object(world, here, path, names)
        } else {
            statements.into_iter().all(of_statement)
        };
    }
    let definitions = world.lookup(here, path, 0);
    let known = |definition: &Definition| match definition {
        Definition::Statement { module, local } => of_statement(world.modules[*module].id(*local)),
        Definition::Parameter { module, scope, index } => {
            let parameter = &world.modules[*module].scopes[*scope].parameters[*index];
            let passed = world.passed.get(&world.modules[*module].id(parameter.statement));
            match (parameter.kind, passed) {
                (ParameterKind::Keywords, _) => true,
                (_, Some(passed)) => passed
                    .iter()
                    .all(|(there, value)| seen(world, *there, value, names, steps + 2)),
                (_, None) => seen_object(world, here, path, names),
            }
        }
        Definition::Element { .. } => seen_object(world, here, path, names),
        Definition::Scope { .. } => true,
        Definition::Module(_) | Definition::Unknown => false,
    };
    if definitions.is_empty() {
        seen_object(world, here, path, names)
    } else {
        definitions.iter().all(known)
    }
}

/// How many positions `*rest` carries at most, where it is a function's own rest of positions and every caller in the
/// repository says how many it gives.
pub(super) fn rest_length(world: &World<'_>, bound: &Bound<'_>, starred: &Expr, all: &Calls<'_, '_>) -> Option<usize> {
    longest_rest(world, bound, starred, all, 0)
}

fn longest_rest(
    world: &World<'_>,
    bound: &Bound<'_>,
    starred: &Expr,
    all: &Calls<'_, '_>,
    steps: usize,
) -> Option<usize> {
    let Expr::Ref(name) = starred else { return None };
    if steps > STEPS {
        return None;
    }
    let own = world.modules[bound.module].scopes[bound.call.scope]
        .parameters
        .iter()
        .any(|parameter| parameter.kind == ParameterKind::Rest && parameter.name == *name);
    if !own {
        return None;
    }
    let here = |target: &Target| matches!(target, Target::Function { module, scope, .. } if (*module, *scope) == (bound.module, bound.call.scope));
    let mut longest = 0;
    for caller in all.callers.get(&(bound.module, bound.call.scope)).into_iter().flatten() {
        let more = match &caller.call.starred {
            None => 0,
            Some(starred) => longest_rest(world, caller, starred, all, steps + 1)?,
        };
        let given = caller.call.positional.len().saturating_sub(caller.skip) + more;
        for target in caller.callees.all().filter(here) {
            let positions = parameters(world, target)
                .into_iter()
                .filter(|(.., position)| *position)
                .count();
            longest = longest.max(given.saturating_sub(positions));
        }
    }
    Some(longest)
}
