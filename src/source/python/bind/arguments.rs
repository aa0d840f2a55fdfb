//! Calls of the repository's own functions: which argument sets which parameter.
//!
//! Why it can be wrong: a position is a parameter's only as long as none before it is spread (`f(*rest, 32)`), and a
//! keyword that a function does not name may travel on by `**kwargs`. It is followed there, a few calls deep.
//!
//! Example: `train(net, 32)` with `def train(model, batch_size=16)` makes the keyword `batch_size`, value 32, and
//! links it to the parameter.

use super::super::module::{CallSite, Local, ParameterKind, Positional, ScopeKind};
use super::callees::Target;
use super::world::{Here, Holder, World};
use crate::evidence::{Expr, Form, Grade, Link, LinkKind, Statement, StatementId, Subject};

/// A call and what it may call.
pub(super) struct Bound<'w> {
    pub module: usize,
    pub call: &'w CallSite,
    pub targets: Vec<Target>,
    /// Positions to leave out: the function of a `partial`.
    pub skip: usize,
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
