//! Keys of the configurations that Hydra composes which nothing reads.
//!
//! The composed object is followed by name: the parameter of the function under `@hydra.main`, what `compose` gives,
//! variables, attributes and parameters that it is handed to. A key lives as soon as its name is any name or word of the
//! code, something it stands in is used whole, or another key refers to it.
//!
//! Why it can be wrong: a key that is called dead although a library reads it silences true evidence. So where the object
//! goes anywhere as a whole that is not seen (`**cfg`, `Model(cfg)` of a library, `cfg[name]`, a loop over it), every
//! key lives; only showing it (`print`, `json.dumps`) and handing it to the repository's own functions reads nothing.
//!
//! Example: `cv_maxlen: 8` in `conf/config.yaml`, where the code reads `args.lr` and logs `args`, is never read.

use std::collections::BTreeSet;

use super::super::module::{Bound, Module, ScopeId};
use super::composed::{Composed, OF_HYDRA};
use super::dead::SHOWS;
use super::world::World;
use crate::evidence::{Dead, Expr, Form, Statement, StatementId, Subject};

/// Members of a configuration object that give all of it.
const WHOLE: &[&str] = &[
    "items",
    "values",
    "__dict__",
    "to_dict",
    "to_container",
    "dict",
    "copy",
    "pop",
    "popitem",
];
/// Callees beside [`SHOWS`] that only show or check what they are given.
const ONLY_SHOWS: &[&str] = &[
    "to_yaml",
    "set_struct",
    "set_readonly",
    "resolve",
    "missing_keys",
    "is_missing",
    "print_config",
];
/// Of [`SHOWS`], those that reach for a member by a name that is computed.
const READS: &[&str] = &["vars", "getattr", "items"];
/// Callees that give the same configuration in another form.
const CONVERTS: &[&str] = &["dict", "to_container", "vars", "deepcopy", "to_object"];

/// The dead keys.
pub(super) fn unread_keys(world: &World<'_>, called: &BTreeSet<String>, found: &mut Vec<(StatementId, Dead)>) {
    let keys = read_by_name(world, called);
    if keys.is_empty() {
        return;
    }
    let known = names(world);
    let unread = keys.into_iter().filter(|(_, name)| !known.contains(*name));
    found.extend(unread.map(|(id, _)| (id, Dead::NeverRead)));
}

/// Keys of composed configurations that only code which names them can read.
pub(super) fn read_by_name<'w>(world: &World<'w>, called: &BTreeSet<String>) -> Vec<(StatementId, &'w str)> {
    let composed = Composed::of(world);
    if composed.keys.is_empty() || Objects::follow(world).go_out_of_sight(world, called) {
        return Vec::new();
    }
    let all = world.statements.iter().filter(|statement| statement.form == Form::Key);
    let referred: BTreeSet<String> = all
        .flat_map(|statement| interpolated(&statement.place.excerpt))
        .collect();
    let whole = used_whole(world);
    let targets: BTreeSet<(&str, &[String])> = composed
        .keys
        .iter()
        .filter(|(_, _, name)| *name == "_target_")
        .map(|(_, statement, _)| (statement.place.file.as_str(), statement.owner.as_slice()))
        .collect();
    let otherwise = |statement: &Statement, name: &str| {
        let file = statement.place.file.as_str();
        let mut around = composed.around(file);
        around.extend(statement.owner.iter().map(String::as_str));
        let top = statement.owner.first().map_or(name, String::as_str);
        let of_hydra = OF_HYDRA.contains(&top) || around.iter().any(|part| OF_HYDRA.contains(part));
        // What is instantiated takes all that stands beside and below its target.
        let built = (0..=statement.owner.len()).any(|to| targets.contains(&(file, &statement.owner[..to])));
        let taken = around.iter().any(|part| whole.contains(part));
        referred.contains(name) || taken || built || of_hydra || name.starts_with('_')
    };
    composed
        .keys
        .iter()
        .filter(|(_, statement, name)| !otherwise(statement, name))
        .map(|&(id, _, name)| (id, name))
        .collect()
}

/// Every name and word of the code that may stand for a key.
fn names(world: &World<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for module in world.modules {
        names.extend(module.words.iter().cloned());
        for scope in &module.scopes {
            names.extend(
                scope
                    .reads
                    .iter()
                    .flat_map(|(path, _)| path.split('.'))
                    .map(str::to_string),
            );
            names.extend(scope.parameters.iter().map(|parameter| parameter.name.clone()));
            names.extend(scope.bindings.keys().cloned());
        }
        names.extend(
            module
                .assigned
                .iter()
                .flat_map(|one| one.path.split('.'))
                .map(str::to_string),
        );
    }
    names
}

/// What is read without a member of it: `Model(**cfg.model)` takes all of `model`.
fn used_whole<'w>(world: &World<'w>) -> BTreeSet<&'w str> {
    world
        .modules
        .iter()
        .flat_map(|module| &module.scopes)
        .flat_map(|scope| &scope.reads)
        .filter_map(|(path, _)| {
            let mut parts: Vec<&str> = path.split('.').collect();
            while parts.last().is_some_and(|last| WHOLE.contains(last) || *last == "?") {
                parts.pop();
            }
            (parts.len() > 1).then(|| parts.last().copied()).flatten()
        })
        .collect()
}

/// Names inside `${…}`.
fn interpolated(text: &str) -> Vec<String> {
    text.split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .flat_map(|(inside, _)| inside.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|part| !part.is_empty())
        .map(str::to_string)
        .collect()
}

/// Where the composed object is known by which name.
#[derive(Default)]
struct Objects {
    /// Variables and parameters: module, scope, name.
    names: BTreeSet<(usize, ScopeId, String)>,
    /// Attributes and entries that hold it, of whatever object.
    members: BTreeSet<String>,
}

impl Objects {
    fn follow(world: &World<'_>) -> Objects {
        let mut objects = Objects::default();
        objects.begin(world);
        loop {
            let before = (objects.names.len(), objects.members.len());
            objects.hand_on(world);
            if before == (objects.names.len(), objects.members.len()) {
                return objects;
            }
        }
    }

    /// The first parameter under `@hydra.main`, and what `compose` gives.
    fn begin(&mut self, world: &World<'_>) {
        for (index, module) in world.modules.iter().enumerate() {
            for (scope, inner) in module.scopes.iter().enumerate() {
                let composes = inner.decorators.iter().any(|decorator| decorator.starts_with("hydra."));
                if let Some(first) = inner.parameters.first().filter(|_| composes) {
                    self.names.insert((index, scope, first.name.clone()));
                }
            }
            for (local, site) in module.sites.iter().enumerate() {
                let statement = &world.statements[module.id(local)];
                let composed = matches!(&statement.value, Expr::Call { callee, .. } if callee.rsplit('.').next() == Some("compose"));
                if let (Form::Variable, Subject::Setting { name }, true) =
                    (&statement.form, &statement.subject, composed)
                {
                    self.names.insert((index, site.scope, name.clone()));
                }
            }
        }
    }

    /// One step of aliases, attributes and arguments.
    fn hand_on(&mut self, world: &World<'_>) {
        for (index, module) in world.modules.iter().enumerate() {
            for (scope, inner) in module.scopes.iter().enumerate() {
                for (name, bindings) in &inner.bindings {
                    let held = bindings.iter().any(|binding| match &binding.what {
                        Bound::Statement { local, .. } => {
                            let at = module.sites[*local].scope;
                            matches!(world.value(index, *local), Expr::Ref(path) if self.holds(module, index, at, path))
                        }
                        _ => false,
                    });
                    if held {
                        self.names.insert((index, scope, name.clone()));
                    }
                }
                for parameter in &inner.parameters {
                    let passed = world.passed.get(&module.id(parameter.statement));
                    let held = passed.into_iter().flatten().any(|(there, value)| {
                        let from = &world.modules[there.module];
                        matches!(value, Expr::Ref(path) if self.holds(from, there.module, there.scope, path))
                    });
                    if held {
                        self.names.insert((index, scope, parameter.name.clone()));
                    }
                }
            }
            for one in &module.assigned {
                let at = module.sites[one.statement].scope;
                if let Expr::Ref(path) = world.value(index, one.statement)
                    && self.holds(module, index, at, path)
                    && let Some(last) = one.path.rsplit('.').next()
                {
                    self.members.insert(last.to_string());
                }
            }
        }
    }

    /// Whether a path, read in this scope, is the object itself.
    fn holds(&self, module: &Module, index: usize, scope: ScopeId, path: &str) -> bool {
        match path.rsplit_once('.') {
            Some((_, last)) => self.members.contains(last),
            None => {
                let mut here = Some(scope);
                while let Some(at) = here {
                    if module.scopes[at].bindings.contains_key(path) {
                        return self.names.contains(&(index, at, path.to_string()));
                    }
                    here = module.scopes[at].parent;
                }
                false
            }
        }
    }

    /// Whether the object as a whole goes where its keys may be read by names that are not seen.
    fn go_out_of_sight(&self, world: &World<'_>, called: &BTreeSet<String>) -> bool {
        world.modules.iter().enumerate().any(|(index, module)| {
            let seen = seen_uses(world, module, called);
            let text = module.source.text();
            module.scopes.iter().enumerate().any(|(scope, inner)| {
                inner.reads.iter().any(|(path, at)| {
                    let member = path.rsplit_once('.').is_some_and(|(object, last)| {
                        WHOLE.contains(&last) && self.holds(module, index, scope, object)
                    });
                    let whole = self.holds(module, index, scope, path) && !takes_no_value(text, path, *at);
                    member || (whole && !seen.iter().any(|(from, to)| from <= at && at < to))
                })
            })
        })
    }
}

/// `f(*cfg)` hands over the names of the keys; `cfg.lr = …` and `cfg["lr"] = …` set one.
fn takes_no_value(text: &str, path: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_end();
    let behind = text
        .get(at..)
        .and_then(|here| here.strip_prefix(path))
        .unwrap_or_default();
    let member = [".", "[\"", "['"].iter().any(|sign| behind.starts_with(sign));
    member || (before.ends_with('*') && !before.ends_with("**"))
}

/// Where something is handed to the repository's own code or only shown, and where it is given another name.
fn seen_uses(world: &World<'_>, module: &Module, called: &BTreeSet<String>) -> Vec<(usize, usize)> {
    let is_ref = |value: &Expr| matches!(value, Expr::Ref(_));
    let bytes = |local: usize| world.statements[module.id(local)].place.bytes;
    let value = |local: usize| &world.statements[module.id(local)].value;
    let plain = |local: usize| bytes(local).filter(|_| is_ref(value(local)));
    let mut seen = Vec::new();
    for call in &module.calls {
        let last = call.resolved.rsplit('.').next().unwrap_or("");
        let shows = (SHOWS.contains(&last) || ONLY_SHOWS.contains(&last)) && !READS.contains(&last);
        if !shows && !called.contains(last) {
            continue;
        }
        // `json.dump(dict(cfg), file)` only shows, `build(dict(cfg))` hands on something that is not followed.
        let followed = |value: &Expr| match value {
            Expr::Ref(_) => true,
            Expr::Call { callee, args } if shows => {
                let converts = callee.rsplit('.').next().is_some_and(|last| CONVERTS.contains(&last));
                converts && args.first().is_some_and(|first| is_ref(&first.value))
            }
            _ => false,
        };
        let positions = call.positional.iter().filter(|argument| followed(&argument.value));
        seen.extend(positions.map(|argument| (argument.start, argument.end)));
        let keywords = call.keywords.iter().filter(|(_, local)| followed(value(*local)));
        seen.extend(keywords.filter_map(|(_, local)| bytes(*local)));
    }
    for scope in &module.scopes {
        seen.extend(
            scope
                .bindings
                .values()
                .flatten()
                .filter_map(|binding| match &binding.what {
                    Bound::Statement { local, .. } => plain(*local),
                    _ => None,
                }),
        );
    }
    seen.extend(module.assigned.iter().filter_map(|one| plain(one.statement)));
    seen
}
