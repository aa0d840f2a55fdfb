//! Binding across files: which statement gives which other its value, and what nothing runs.
//!
//! Why it can be wrong: a link that should not be makes a value travel that never did. A name is linked only to what
//! reaches it in the order of execution, an attribute only through an object that is known; the rest stays as written.
//!
//! Example: `Trainer(batch_size=args.batch_size)` links the option `batch_size` to the keyword (a reference), and the
//! keyword to the parameter `batch_size` of `Trainer.__init__` (an argument).

mod arguments;
mod branches;
mod callees;
mod composed;
mod dead;
mod holders;
mod keys;
mod keywords;
mod later;
mod look;
mod lookup;
mod members;
mod methods;
mod remade;
mod replaced;
mod running;
mod spread;
mod unused;
mod updates;
mod world;

use std::collections::BTreeSet;

pub use running::Running;
pub use updates::LaidOver;

use super::module::{Module, ScopeId};
use crate::evidence::{Dead, Link, LinkKind, ReadUnder, Statement, StatementId, Subject};
use arguments::{Calls, Made};
use callees::Callees;
use world::{Here, World};

/// What only the code as a whole tells, beside links and marks.
#[derive(Debug, Default)]
pub struct Found {
    /// Options and keys that are read under conditions alone.
    pub read_under: Vec<ReadUnder>,
    /// Calls that lay a mapping over the parsed options.
    pub laid_over: Vec<LaidOver>,
}

/// Links the statements of all Python files and marks the dead ones. Keywords that are written as positions or come
/// from a spread dictionary are added behind the statements there are.
pub fn bind(statements: &mut Vec<Statement>, links: &mut Vec<Link>, modules: &[Module]) -> Found {
    let mut found: BTreeSet<Link> = BTreeSet::new();
    let (added, own, dead, gives) = {
        let mut world = World::new(statements, modules);
        let mut bound = calls(&world);
        hand_arguments(&mut world, &bound);
        // Now that parameters are known to hold options and objects, so are methods on them.
        bind_methods(&world, &mut bound);
        hand_arguments(&mut world, &bound);
        let mut made = Made::default();
        let all = Calls::new(&world, &bound);
        for one in &bound {
            arguments::link(&world, one, &all, &mut made);
        }
        arguments::decorated_options(&world, &mut made);
        // A default that no call replaces needs nobody to leave it.
        let passed: BTreeSet<StatementId> = made
            .links
            .iter()
            .filter(|link| link.kind == LinkKind::Argument)
            .map(|link| link.to)
            .collect();
        let links = std::mem::take(&mut made.links);
        found.extend(
            links
                .into_iter()
                .filter(|link| link.kind != LinkKind::Default || passed.contains(&link.to)),
        );
        let own = own_imports(&world);
        references(&world, &made.statements, &mut found);
        set_defaults(&world, &mut found);
        overrides(&world, &mut found);
        replaced::replaced(&world, &mut found);
        let mut dead = later::shadowed(&world, &mut found);
        let called: BTreeSet<String> = bound
            .iter()
            .filter(|one| !one.callees.is_empty())
            .filter_map(|one| one.call.resolved.rsplit('.').next().map(str::to_string))
            .collect();
        let mut marks = dead::dead(&world, &called);
        let never: BTreeSet<(usize, ScopeId)> = marks
            .iter()
            .filter(|(_, why)| *why == Dead::NeverCalled)
            .filter_map(|(id, _)| world.owner_of(*id))
            .map(|(module, local)| (module, world.modules[module].sites[local].scope))
            .collect();
        let mut added = Vec::new();
        for (mut statement, here) in made.statements {
            // A position in a function that is never called is not called either.
            if statement.dead.is_none() && never.contains(&(here.module, here.scope)) {
                statement.dead = Some(Dead::NeverCalled);
            }
            added.push(statement);
        }
        dead.append(&mut marks);
        let gives = Found {
            read_under: branches::read_under(&world, &called),
            laid_over: updates::updates(&world),
        };
        (added, own, dead, gives)
    };
    for (id, why) in dead {
        if statements[id].dead.is_none() {
            statements[id].dead = Some(why);
        }
    }
    for id in own {
        if let Subject::Import { package, .. } = &mut statements[id].subject {
            package.clear();
        }
    }
    statements.extend(added);
    links.extend(found);
    gives
}

/// Every call with what it may call by name.
fn calls<'w>(world: &World<'w>) -> Vec<arguments::Bound<'w>> {
    let mut found = Vec::new();
    for (module, inner) in world.modules.iter().enumerate() {
        for call in &inner.calls {
            let mut bound = arguments::Bound {
                module,
                call,
                callees: Callees::default(),
                skip: 0,
            };
            resolve_targets(world, &mut bound);
            found.push(bound);
        }
    }
    found
}

fn resolve_targets(world: &World<'_>, bound: &mut arguments::Bound<'_>) {
    let call = bound.call;
    if call.resolved == "functools.partial" || call.resolved == "partial" {
        let here = Here {
            module: bound.module,
            scope: call.scope,
            block: call.block,
            at: call.at,
        };
        if let Some(crate::evidence::Expr::Ref(path)) = call.positional.first().map(|argument| &argument.value) {
            bound.callees = callees::of_path(world, here, path);
            bound.skip = 1;
        }
        return;
    }
    bound.callees = callees::targets(world, bound.module, call);
}

fn bind_methods(world: &World<'_>, bound: &mut [arguments::Bound<'_>]) {
    let methods = methods::methods(world);
    for one in bound.iter_mut().filter(|one| one.callees.is_empty()) {
        resolve_targets(world, one);
        if one.callees.is_empty() {
            one.callees
                .sure
                .extend(methods::by_name(world, &methods, one.module, one.call));
        }
    }
}

/// Notes what each parameter is handed, for following objects through it.
fn hand_arguments(world: &mut World<'_>, bound: &[arguments::Bound<'_>]) {
    let mut passed: std::collections::BTreeMap<StatementId, Vec<(Here, crate::evidence::Expr)>> =
        std::collections::BTreeMap::new();
    for one in bound {
        let call = one.call;
        let here = Here {
            module: one.module,
            scope: call.scope,
            block: call.block,
            at: call.at,
        };
        for target in one.callees.all() {
            let names = arguments::parameters(world, target);
            for (position, argument) in call.positional.iter().skip(one.skip).enumerate() {
                if let Some((_, parameter, true)) = names.get(position) {
                    passed
                        .entry(*parameter)
                        .or_default()
                        .push((here, argument.value.clone()));
                }
            }
            let spread = call
                .spreads
                .iter()
                .flat_map(|spread| spread::members(world, here, spread, &names));
            for (name, id) in spread.collect::<Vec<_>>() {
                if let Some((_, parameter, _)) = names.iter().find(|(parameter, ..)| *parameter == name)
                    && let Some((module, local)) = world.owner_of(id)
                {
                    let value = world.value(module, local).clone();
                    passed
                        .entry(*parameter)
                        .or_default()
                        .push((world.here(module, local), value));
                }
            }
            for (name, local) in &call.keywords {
                if let Some((_, parameter, _)) = names.iter().find(|(parameter, ..)| parameter == name) {
                    let value = world.statements[world.modules[one.module].id(*local)].value.clone();
                    passed.entry(*parameter).or_default().push((here, value));
                }
            }
        }
    }
    world.passed = passed;
}

/// Imports of the repository's own modules are of no package.
fn own_imports(world: &World<'_>) -> Vec<StatementId> {
    let mut found = Vec::new();
    for (index, module) in world.modules.iter().enumerate() {
        for import in &module.imports {
            if let Some(local) = import.statement
                && world.files.find(index, &import.module).is_some()
            {
                found.push(module.id(local));
            }
        }
    }
    found
}

/// For every name in a statement's expression and in its guards: what gives it its value.
fn references(world: &World<'_>, added: &[(Statement, Here)], found: &mut BTreeSet<Link>) {
    for (index, module) in world.modules.iter().enumerate() {
        for local in 0..module.sites.len() {
            let id = module.id(local);
            refer(world, &world.statements[id], id, world.here(index, local), found);
        }
    }
    for (offset, (statement, here)) in added.iter().enumerate() {
        refer(world, statement, world.statements.len() + offset, *here, found);
    }
}

fn refer(world: &World<'_>, statement: &Statement, to: StatementId, here: Here, found: &mut BTreeSet<Link>) {
    let mut names: BTreeSet<&str> = statement.value.references().into_iter().collect();
    names.extend(reads_of_its_name(world, statement, here));
    names.extend(statement.guards.iter().flat_map(|guard| guard.test.references()));
    for name in names {
        if name.starts_with("**") {
            continue;
        }
        let mut from = world.resolve(here, name);
        if from.is_empty()
            && let Some(range) = statement.place.bytes
        {
            from.extend(world.lookup_default(here, name, range));
        }
        // What is there takes the place of the default for what is not.
        let default = statement
            .place
            .bytes
            .and_then(|range| world.lookup_default(here, name, range));
        for from in from.into_iter().filter(|from| *from != to) {
            if let Some(default) = default.filter(|default| *default != from && *default != to) {
                found.insert(Link {
                    from,
                    to: default,
                    kind: LinkKind::Override,
                    slot: None,
                    launch: None,
                });
            }
            found.insert(Link {
                from,
                to,
                kind: LinkKind::Reference,
                slot: Some(name.to_string()),
                launch: None,
            });
        }
    }
}

/// What a value that is not understood reads under the statement's own name: `self.layers = [Layer() for _ in
/// range(layers)]` is a use of `layers`.
fn reads_of_its_name<'w>(world: &World<'w>, statement: &Statement, here: Here) -> Vec<&'w str> {
    let (Subject::Setting { name }, Some((start, end))) = (&statement.subject, statement.place.bytes) else {
        return Vec::new();
    };
    // `total += 5` in a loop, `low = min(low, x)`: computed from itself, turn for turn, and not from the name further out.
    let from_itself = statement.form == crate::evidence::Form::Variable
        && matches!(&statement.value, crate::evidence::Expr::Opaque(text) if !text.starts_with(['[', '{', '(']));
    if from_itself || !statement.value.is_partly_opaque() {
        return Vec::new();
    }
    let module = &world.modules[here.module];
    let mut found = Vec::new();
    for (scope, inner) in module.scopes.iter().enumerate() {
        if !dead::within(module, scope, here.scope) {
            continue;
        }
        let reads = inner.reads.iter().filter(|(_, at)| start <= *at && *at < end);
        found.extend(
            reads
                .filter(|(path, _)| path.rsplit('.').next() == Some(name.as_str()))
                .map(|(path, _)| path.as_str()),
        );
    }
    found
}

fn set_defaults(world: &World<'_>, found: &mut BTreeSet<Link>) {
    for (index, module) in world.modules.iter().enumerate() {
        for local in &module.set_defaults {
            let from = module.id(*local);
            if let Subject::Setting { name } = &world.statements[from].subject {
                for to in world.options_named(index, name) {
                    found.insert(Link {
                        from,
                        to,
                        kind: LinkKind::SetDefault,
                        slot: None,
                        launch: None,
                    });
                }
            }
        }
    }
}

/// `args.x = …` replaces the option's value, `cfg["x"] = …` the entry's, `cfg.x = …` the field's.
fn overrides(world: &World<'_>, found: &mut BTreeSet<Link>) {
    for (index, module) in world.modules.iter().enumerate() {
        for assigned in module.assigned.iter().filter(|assigned| !assigned.path.ends_with('?')) {
            let from = module.id(assigned.statement);
            let segments: Vec<&str> = assigned.path.split('.').collect();
            if segments.first() == Some(&"self") && segments.len() == 2 {
                continue;
            }
            let mut here = world.here(index, assigned.statement);
            here.block = module.sites[assigned.statement].block;
            for to in world.replaced(here, &segments).into_iter().filter(|to| *to != from) {
                found.insert(Link {
                    from,
                    to,
                    kind: LinkKind::Override,
                    slot: None,
                    launch: None,
                });
            }
        }
    }
}
