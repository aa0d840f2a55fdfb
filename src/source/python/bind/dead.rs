//! What nothing runs or reads: parameters, functions, options.
//!
//! Why it can be wrong: a function may be called by a framework, by its name in a registry, or through a base class;
//! an option may be read by whoever gets all of them. Each of these counts as a use, so what is called dead here is.
//!
//! Example: `def pad(x, pad_target_ms=2000): return x` never reads `pad_target_ms`.

use std::collections::{BTreeMap, BTreeSet};

use super::super::module::{Module, Scope, ScopeId, ScopeKind};
use super::super::reach::entries_among;
use super::keys::unread_keys;
use super::lookup::{looked_up, words};
use super::unused::{Unused, unused};
use super::world::World;
use crate::evidence::{Dead, Expr, Form, StatementId, Subject};
use crate::quantity::Value;

/// Methods and functions that frameworks call.
const HOOKS: &str = "
    main forward backward training_step validation_step test_step predict_step configure_optimizers
    setup teardown prepare_data train_dataloader val_dataloader test_dataloader predict_dataloader
    collate_fn compute_loss training_epoch_end validation_epoch_end test_epoch_end run call build setUp
    tearDown setUpClass";

/// Decorators that call nobody.
const PLAIN: &[&str] = &[
    "staticmethod",
    "classmethod",
    "property",
    "abstractmethod",
    "no_grad",
    "inference_mode",
    "lru_cache",
    "cache",
    "cached_property",
    "contextmanager",
    "wraps",
    "dataclass",
    "script",
    "jit",
    "override",
    "overload",
    "total_ordering",
    "enable_grad",
    "setter",
    "final",
];

/// Callees that only show what they are given.
pub(super) const SHOWS: &[&str] = &[
    "print",
    "pprint",
    "pformat",
    "info",
    "debug",
    "warning",
    "log",
    "dump",
    "dumps",
    "str",
    "repr",
    "vars",
    "len",
    "type",
    "init",
    "write",
    "getattr",
    "setattr",
    "hasattr",
    "isinstance",
    "format",
    "items",
    "add_text",
    "save",
    "sorted",
    "dir",
];

/// Whether frameworks call what bears this name.
pub(super) fn is_hook(name: &str) -> bool {
    HOOKS.split_ascii_whitespace().any(|hook| hook == name)
        || name.starts_with('<')
        || (name.starts_with("__") && name.ends_with("__"))
        || name.starts_with("on_")
        || name.starts_with("test")
        || name.starts_with("Test")
}

/// Whether a decorator may call it, or put it where it is called from.
pub(super) fn is_taken_over(scope: &Scope) -> bool {
    scope
        .decorators
        .iter()
        .any(|decorator| !PLAIN.contains(&decorator.rsplit('.').next().unwrap_or(decorator)))
}

/// The dead statements and why.
pub(super) fn dead(world: &World<'_>, called: &BTreeSet<String>) -> Vec<(StatementId, Dead)> {
    if entries_among(world.modules, &world.imports).is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let unused = unused(world);
    unread_parameters(world, &unused, &mut found);
    unread_options(world, called, &unused, &mut found);
    unread_keys(world, called, &mut found);
    for (module, local, shown) in &unused.variables {
        let why = if *shown { Dead::OnlyShown } else { Dead::NeverRead };
        found.push((world.modules[*module].id(*local), why));
    }
    let mut uncalled_in: BTreeMap<usize, BTreeSet<ScopeId>> = BTreeMap::new();
    for (module, scope) in uncalled(world) {
        uncalled_in.entry(module).or_default().insert(scope);
    }
    for (module, scopes) in uncalled_in {
        let inner = &world.modules[module];
        for (local, site) in inner.sites.iter().enumerate() {
            if outwards(inner, site.scope).any(|around| scopes.contains(&around)) {
                found.push((inner.id(local), Dead::NeverCalled));
            }
        }
        let parameters = scopes.iter().flat_map(|scope| &inner.scopes[*scope].parameters);
        found.extend(parameters.map(|parameter| (inner.id(parameter.statement), Dead::NeverCalled)));
    }
    found
}

/// Whether a scope is another or inside of it.
pub(super) fn within(module: &Module, inner: ScopeId, outer: ScopeId) -> bool {
    outwards(module, inner).any(|scope| scope == outer)
}

/// A scope and those around it.
fn outwards(module: &Module, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
    std::iter::successors(Some(scope), |scope| module.scopes[*scope].parent)
}

/// Every scope with the scopes inside of it.
fn children(module: &Module) -> Vec<Vec<ScopeId>> {
    let mut found: Vec<Vec<ScopeId>> = vec![Vec::new(); module.scopes.len()];
    for (scope, inner) in module.scopes.iter().enumerate() {
        if let Some(parent) = inner.parent {
            found[parent].push(scope);
        }
    }
    found
}

fn unread_parameters(world: &World<'_>, unused: &Unused, found: &mut Vec<(StatementId, Dead)>) {
    let redefined = redefined(world);
    for (index, module) in world.modules.iter().enumerate() {
        let children = children(module);
        for (scope, inner) in module.scopes.iter().enumerate() {
            if inner.kind != ScopeKind::Function || inner.parameters.is_empty() || inner.stub {
                continue;
            }
            let class = inner
                .parent
                .filter(|parent| module.scopes[*parent].kind == ScopeKind::Class);
            if let Some(class) = class
                && inner.name != "__init__"
                && shared_method(world, &redefined, (index, class), &inner.name)
            {
                continue;
            }
            let mut read: BTreeSet<&str> = BTreeSet::new();
            let mut shown: BTreeSet<&str> = BTreeSet::new();
            let mut open = vec![scope];
            let mut all = false;
            while let Some(at) = open.pop() {
                all |= module.scopes[at].reads_all;
                for (path, offset) in &module.scopes[at].reads {
                    let head = path.split('.').next().unwrap_or(path);
                    if !unused.is_idle(index, *offset) {
                        read.insert(head);
                    } else if unused.is_shown(world, index, *offset) {
                        shown.insert(head);
                    }
                }
                open.extend(&children[at]);
            }
            if all {
                continue;
            }
            for (position, parameter) in inner.parameters.iter().enumerate() {
                use super::super::module::ParameterKind::{Keywords, Rest};
                let object = class.is_some() && position == 0;
                let starred = matches!(parameter.kind, Rest | Keywords);
                if !object && !starred && !parameter.name.starts_with('_') && !read.contains(parameter.name.as_str()) {
                    let why = if shown.contains(parameter.name.as_str()) {
                        Dead::OnlyShown
                    } else {
                        Dead::NeverRead
                    };
                    found.push((module.id(parameter.statement), why));
                }
            }
        }
    }
}

/// A class by its module and scope.
type Class = (usize, ScopeId);

/// For every class, the functions that its direct subclasses define.
fn redefined<'w>(world: &World<'w>) -> BTreeMap<Class, BTreeSet<&'w str>> {
    let mut found: BTreeMap<Class, BTreeSet<&str>> = BTreeMap::new();
    for (index, module) in world.modules.iter().enumerate() {
        for (scope, inner) in module.scopes.iter().enumerate() {
            if inner.kind != ScopeKind::Class || inner.bases.is_empty() {
                continue;
            }
            let defined = inner.bindings.keys().map(String::as_str);
            let defined: Vec<&str> = defined
                .filter(|name| module.defined_in(scope, name).is_some())
                .collect();
            for base in world.bases(index, scope).0 {
                found.entry(base).or_default().extend(&defined);
            }
        }
    }
    found
}

/// Whether a method's shape may be given by a base class, or taken over by a subclass.
fn shared_method(
    world: &World<'_>,
    redefined: &BTreeMap<Class, BTreeSet<&str>>,
    (module, class): Class,
    name: &str,
) -> bool {
    let (bases, foreign) = world.bases(module, class);
    foreign
        || name.starts_with("__")
        || bases
            .iter()
            .any(|(at, base)| world.method(*at, *base, name, 0).is_some())
        || redefined
            .get(&(module, class))
            .is_some_and(|names| names.contains(name))
}

fn unread_options(world: &World<'_>, called: &BTreeSet<String>, unused: &Unused, found: &mut Vec<(StatementId, Dead)>) {
    let mut read: BTreeSet<&str> = BTreeSet::new();
    let mut shown: BTreeSet<&str> = BTreeSet::new();
    for (index, module) in world.modules.iter().enumerate() {
        for scope in &module.scopes {
            for (path, at) in &scope.reads {
                let into = if unused.is_idle(index, *at) {
                    &mut shown
                } else {
                    &mut read
                };
                into.extend(path.split('.').skip(1));
            }
            if scope.kind == ScopeKind::Function {
                // Options of click and typer are read as parameters.
                read.extend(
                    scope
                        .parameters
                        .iter()
                        .filter(|_| !scope.decorators.is_empty())
                        .map(|parameter| parameter.name.as_str()),
                );
            }
        }
        read.extend(module.words.iter().map(String::as_str));
    }
    for (index, module) in world.modules.iter().enumerate() {
        if handed_over_whole(world, index, called) {
            continue;
        }
        for local in 0..module.sites.len() {
            let id = module.id(local);
            let statement = &world.statements[id];
            let (Subject::Setting { name }, Form::Option { .. }) = (&statement.subject, &statement.form) else {
                continue;
            };
            let parameter = module.scopes[module.sites[local].scope]
                .parameters
                .iter()
                .any(|parameter| parameter.name == *name);
            if !read.contains(name.as_str()) && !parameter {
                let why = if shown.contains(name.as_str()) {
                    Dead::OnlyShown
                } else {
                    Dead::NeverRead
                };
                found.push((id, why));
            }
        }
    }
}

/// Whether the parsed options go as a whole to code that is not in the repository, or by `**`.
pub(super) fn handed_over_whole(world: &World<'_>, module: usize, called: &BTreeSet<String>) -> bool {
    let options = |value: &Expr| match value {
        Expr::Ref(path) => {
            let last = path.strip_suffix(".__dict__").unwrap_or(path);
            [
                "args",
                "opt",
                "opts",
                "FLAGS",
                "hparams",
                "params",
                "options",
                "arguments",
                "flags",
            ]
            .contains(&last.rsplit('.').next().unwrap_or(last))
        }
        Expr::Call { callee, args } if callee == "vars" => args.iter().any(|arg| matches!(&arg.value, Expr::Ref(_))),
        _ => false,
    };
    let reads_it = |call: &super::super::module::CallSite| {
        let last = call.resolved.rsplit('.').next().unwrap_or("");
        if call.spreads.iter().any(|spread| options(&spread.value)) {
            return true;
        }
        let dynamic =
            (last == "getattr" || last == "vars") && call.positional.len() > 1 && options(&call.positional[0].value);
        if dynamic {
            return true;
        }
        if SHOWS.contains(&last) || called.contains(last) {
            return false;
        }
        let keywords = call
            .keywords
            .iter()
            .map(|(_, local)| &world.statements[world.modules[module].id(*local)].value);
        call.positional
            .iter()
            .map(|argument| &argument.value)
            .chain(keywords)
            .any(options)
    };
    world.modules[module].calls.iter().any(reads_it)
}

/// Functions and classes that nothing live refers to, outermost only.
fn uncalled(world: &World<'_>) -> Vec<(usize, ScopeId)> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for module in world.modules {
        names.extend(module.words.iter().chain(&module.offered).cloned());
    }
    names.extend(named_outside(world));
    let open = looked_up(world);
    let foreign: BTreeMap<(usize, ScopeId), bool> = world
        .modules
        .iter()
        .enumerate()
        .flat_map(|(index, module)| (0..module.scopes.len()).map(move |scope| (index, scope)))
        .filter(|(index, scope)| world.modules[*index].scopes[*scope].kind == ScopeKind::Class)
        .map(|(index, scope)| ((index, scope), has_foreign_base(world, index, scope, 0)))
        .collect();
    let mut live: BTreeSet<(usize, ScopeId)> = BTreeSet::new();
    loop {
        let before = live.len();
        for (index, module) in world.modules.iter().enumerate() {
            for (scope, inner) in module.scopes.iter().enumerate() {
                if live.contains(&(index, scope)) {
                    continue;
                }
                let Some(parent) = inner.parent else {
                    live.insert((index, scope));
                    names.extend(words(module, scope));
                    continue;
                };
                if !live.contains(&(index, parent)) {
                    continue;
                }
                let name = inner.name.as_str();
                let method = module.scopes[parent].kind == ScopeKind::Class;
                let decorated = is_taken_over(inner);
                let hook = is_hook(name);
                let override_of = method && foreign.get(&(index, parent)).copied().unwrap_or(false);
                if names.contains(name) || decorated || hook || override_of || open.contains(&(index, parent)) {
                    live.insert((index, scope));
                    names.extend(words(module, scope));
                }
            }
        }
        if live.len() == before {
            break;
        }
    }
    let mut found = Vec::new();
    for (index, module) in world.modules.iter().enumerate() {
        for (scope, inner) in module.scopes.iter().enumerate() {
            let outermost = inner.parent.is_some_and(|parent| live.contains(&(index, parent)));
            if !live.contains(&(index, scope)) && outermost {
                found.push((index, scope));
            }
        }
    }
    found
}

/// Words of texts outside of Python: configuration files name what they instantiate, commands what they choose.
pub(super) fn named_outside(world: &World<'_>) -> BTreeSet<String> {
    let python: BTreeSet<&str> = world.modules.iter().map(Module::path).collect();
    let mut names = BTreeSet::new();
    for statement in world
        .statements
        .iter()
        .filter(|statement| !python.contains(statement.place.file.as_str()))
    {
        if let Expr::Value(Value::Text(text)) = &statement.value {
            names.extend(text.split(['.', ':', ' ', '/']).map(str::to_string));
        }
    }
    names
}

pub(super) fn has_foreign_base(world: &World<'_>, module: usize, class: ScopeId, depth: usize) -> bool {
    let (bases, foreign) = world.bases(module, class);
    foreign
        || (depth < 6
            && bases
                .into_iter()
                .any(|(at, base)| has_foreign_base(world, at, base, depth + 1)))
}
