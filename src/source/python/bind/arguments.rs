//! Calls of the repository's own functions: which argument sets which parameter.
//!
//! Why it can be wrong: a position is a parameter's only as long as none before it is spread (`f(*rest, 32)`), and a
//! keyword that a function does not name may travel on by `**kwargs`. It is followed there, a few calls deep.
//!
//! Example: `train(net, 32)` with `def train(model, batch_size=16)` makes the keyword `batch_size`, value 32, and
//! links it to the parameter.

use std::collections::{BTreeMap, BTreeSet};

use super::super::module::{CallSite, Local, ParameterKind, Positional, ScopeId, ScopeKind};
use super::callees::{Callees, Target};
use super::world::{Here, World};
use super::{dead, keywords, spread};
use crate::evidence::{Expr, Form, Grade, Link, LinkKind, Statement, StatementId, Subject};

/// A call and what it may call.
pub(super) struct Bound<'w> {
    pub module: usize,
    pub call: &'w CallSite,
    pub callees: Callees,
    /// Positions to leave out: the function of a `partial`.
    pub skip: usize,
}

impl Bound<'_> {
    pub(super) fn here(&self) -> Here {
        Here {
            module: self.module,
            scope: self.call.scope,
            block: self.call.block,
            at: self.call.at,
        }
    }

    /// Whether it has a keyword of this name.
    pub(super) fn names(&self, name: &str) -> bool {
        self.call.keywords.iter().any(|(keyword, _)| keyword == name)
    }
}

/// All calls, with those that hand `**kwargs` or `*rest` on and those of each function.
pub(super) struct Calls<'a, 'w> {
    /// By the function they stand in: calls with `**kwargs` of that function, and that argument.
    handing_on: BTreeMap<(usize, ScopeId), Vec<(&'a Bound<'w>, &'w Positional)>>,
    /// By the function they call.
    pub callers: BTreeMap<(usize, ScopeId), Vec<&'a Bound<'w>>>,
}

impl<'a, 'w> Calls<'a, 'w> {
    pub(super) fn new(world: &World<'w>, all: &'a [Bound<'w>]) -> Calls<'a, 'w> {
        let mut calls = Calls {
            handing_on: BTreeMap::new(),
            callers: BTreeMap::new(),
        };
        for bound in all {
            let inside = (bound.module, bound.call.scope);
            let rest = world.modules[bound.module].scopes[bound.call.scope]
                .parameters
                .iter()
                .find(|parameter| parameter.kind == ParameterKind::Keywords);
            for spread in &bound.call.spreads {
                if matches!((&spread.value, rest), (Expr::Ref(path), Some(rest)) if *path == rest.name) {
                    calls.handing_on.entry(inside).or_default().push((bound, spread));
                }
            }
            for target in bound.callees.all() {
                if let Target::Function { module, scope, .. } = target {
                    calls.callers.entry((module, scope)).or_default().push(bound);
                }
            }
        }
        calls
    }

    /// The calls in a function that hand on its `**kwargs`, and where they do.
    fn handing_on(&self, target: Target) -> &[(&'a Bound<'w>, &'w Positional)] {
        match target {
            Target::Function { module, scope, .. } => self.handing_on.get(&(module, scope)).map_or(&[], Vec::as_slice),
            Target::Fields { .. } => &[],
        }
    }
}

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

/// What linking calls gives: links, and statements for positions and spread entries.
#[derive(Default)]
pub(super) struct Made {
    pub links: Vec<Link>,
    /// New statements and where they stand; their ids count on from the statements there are.
    pub statements: Vec<(Statement, Here)>,
}

impl Made {
    pub(super) fn link(&mut self, from: StatementId, to: StatementId, kind: LinkKind) {
        if from != to {
            self.links.push(Link {
                from,
                to,
                kind,
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
pub(super) fn link(world: &World<'_>, bound: &Bound<'_>, all: &Calls<'_, '_>, made: &mut Made) {
    let sure = bound.callees.sure.iter().map(|target| (*target, LinkKind::Argument));
    let perhaps = bound.callees.perhaps.iter().map(|target| (*target, LinkKind::Possible));
    for (target, kind) in sure.chain(perhaps) {
        link_target(world, bound, target, kind, all, made);
    }
    if !bound.callees.is_empty() {
        return;
    }
    for spread in &bound.call.spreads {
        for (name, from) in spread::members(world, bound.here(), spread, &[]) {
            if !bound.names(&name) {
                spread_keyword(world, bound, &name, from, spread, made);
            }
        }
    }
}

fn link_target(
    world: &World<'_>,
    bound: &Bound<'_>,
    target: Target,
    kind: LinkKind,
    all: &Calls<'_, '_>,
    made: &mut Made,
) {
    let (module, call) = (bound.module, bound.call);
    let id = |local: Local| world.modules[module].id(local);
    let names = parameters(world, target);
    // A function that calls itself hands on what it was given: that is no caller of its own.
    let again = matches!(target, Target::Function { module: at, scope, .. } if at == module && dead::within(&world.modules[at], call.scope, scope));
    let find = |name: &str| {
        names
            .iter()
            .find(|(parameter, ..)| parameter == name)
            .map(|(_, id, _)| *id)
    };
    let mut filled: BTreeSet<String> = BTreeSet::new();
    for (position, argument) in call.positional.iter().skip(bound.skip).enumerate() {
        let Some((name, parameter, true)) = names.get(position) else {
            break;
        };
        let range = (argument.start, argument.end);
        let from = made.keyword(world, module, call, name, argument.value.clone(), range);
        if !again {
            made.link(from, *parameter, kind);
        }
        filled.insert(name.clone());
    }
    if again {
        return;
    }
    for (name, local) in &call.keywords {
        match find(name) {
            Some(parameter) => made.link(id(*local), parameter, kind),
            None => hand_on(world, target, name, id(*local), all, made, 0),
        }
        filled.insert(name.clone());
    }
    keywords::put_in(world, bound, target, kind, &names, all, made);
    let mut open = false;
    for spread in &call.spreads {
        if let Expr::Map(entries) = &spread.value {
            for (name, value) in entries {
                let from = made.keyword(world, module, call, name, value.clone(), (spread.start, spread.end));
                match find(name) {
                    Some(parameter) => made.link(from, parameter, kind),
                    None => hand_on(world, target, name, from, all, made, 0),
                }
                filled.insert(name.clone());
            }
        }
        for (name, from) in spread::members(world, bound.here(), spread, &names) {
            match find(&name) {
                Some(parameter) => made.link(from, parameter, kind),
                None => hand_on(world, target, &name, from, all, made, 0),
            }
            filled.insert(name);
        }
        open |= !spread::is_seen(world, bound.here(), &spread.value, &names);
    }
    if call.dead {
        return;
    }
    if open {
        unseen(world, id(call.statement), target, &filled, all, made, 0);
    } else if let Some(carried) = call
        .starred
        .as_ref()
        .map(|starred| spread::rest_length(world, bound, starred, all))
        .filter(|carried| *carried != Some(0))
    {
        let given = call.positional.len().saturating_sub(bound.skip);
        for (name, parameter, position) in names.iter().skip(given).take(carried.unwrap_or(usize::MAX)) {
            if *position && !filled.contains(name) {
                made.link(id(call.statement), *parameter, LinkKind::Possible);
            }
        }
    } else if kind == LinkKind::Argument && bound.skip == 0 && written_out(call) {
        // A partial is no call yet, and what is handed on is the outer caller's to leave out.
        let left = names
            .iter()
            .filter(|(name, ..)| !filled.contains(name) && !bound.callees.fills(target, name));
        for (_, parameter, _) in left {
            made.link(id(call.statement), *parameter, LinkKind::Default);
        }
        for (name, entry) in keywords::taken_out(world, target) {
            if !filled.contains(name) && !bound.callees.fills(target, name) {
                made.link(id(call.statement), entry, LinkKind::Default);
            }
        }
    }
}

/// Whether all that a call passes stands in it: nothing is handed on from `**kwargs` or `*args`.
fn written_out(call: &CallSite) -> bool {
    call.starred.is_none() && call.spreads.iter().all(|spread| matches!(spread.value, Expr::Map(_)))
}

/// Marks what a call may fill with something that is not seen: each parameter it does not name, also further on by `**kwargs`.
fn unseen(
    world: &World<'_>,
    call: StatementId,
    target: Target,
    filled: &BTreeSet<String>,
    all: &Calls<'_, '_>,
    made: &mut Made,
    depth: usize,
) {
    let names = parameters(world, target);
    for (name, parameter, _) in &names {
        if !filled.contains(name) {
            made.link(call, *parameter, LinkKind::Possible);
        }
    }
    let mut taken = filled.clone();
    taken.extend(names.into_iter().map(|(name, ..)| name));
    for (bound, _) in all.handing_on(target).iter().filter(|_| depth <= 3) {
        let mut taken = taken.clone();
        taken.extend(bound.call.keywords.iter().map(|(name, _)| name.clone()));
        for target in bound.callees.all() {
            let positions = parameters(world, target);
            let given = positions
                .iter()
                .take(bound.call.positional.len().saturating_sub(bound.skip));
            let mut taken = taken.clone();
            taken.extend(given.map(|(name, ..)| name.clone()));
            unseen(world, call, target, &taken, all, made, depth + 1);
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

/// A keyword that a function takes by `**kwargs` and hands on.
pub(super) fn hand_on(
    world: &World<'_>,
    target: Target,
    name: &str,
    from: StatementId,
    all: &Calls<'_, '_>,
    made: &mut Made,
    depth: usize,
) {
    if depth > 3 {
        return;
    }
    for (_, entry) in keywords::taken_out(world, target)
        .into_iter()
        .filter(|(taken, _)| *taken == name)
    {
        made.link(from, entry, LinkKind::Argument);
    }
    for (bound, spread) in all.handing_on(target) {
        if bound.callees.is_empty() && !bound.names(name) {
            spread_keyword(world, bound, name, from, spread, made);
        }
        let sure = bound.callees.sure.iter().map(|target| (target, LinkKind::Argument));
        let perhaps = bound.callees.perhaps.iter().map(|target| (target, LinkKind::Possible));
        for (target, kind) in sure.chain(perhaps) {
            match parameters(world, *target)
                .into_iter()
                .find(|(parameter, ..)| parameter == name)
            {
                Some((_, parameter, _)) => made.link(from, parameter, kind),
                None => hand_on(world, *target, name, from, all, made, depth + 1),
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
                made.link(id, module.id(parameter.statement), LinkKind::Argument);
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
