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

use std::collections::{BTreeMap, BTreeSet};

use super::super::module::{Bound, Module, ScopeId};
use super::dead::SHOWS;
use super::world::World;
use crate::evidence::{Dead, Expr, Form, Statement, StatementId, Subject};
use crate::place::joined;
use crate::quantity::Value;

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
/// Top-level keys that Hydra reads.
const OF_HYDRA: &[&str] = &["hydra", "defaults"];

/// The dead keys.
pub(super) fn unread_keys(world: &World<'_>, called: &BTreeSet<String>, found: &mut Vec<(StatementId, Dead)>) {
    let composed = Composed::of(world);
    if composed.keys.is_empty() {
        return;
    }
    let objects = Objects::follow(world);
    if objects.go_out_of_sight(world, called) {
        return;
    }
    let mut known = names(world);
    let all = world.statements.iter().filter(|statement| statement.form == Form::Key);
    known.extend(all.flat_map(|statement| interpolated(&statement.place.excerpt)));
    let whole = used_whole(world);
    let targets: BTreeSet<(&str, &[String])> = composed
        .keys
        .iter()
        .filter(|(_, _, name)| *name == "_target_")
        .map(|(_, statement, _)| (statement.place.file.as_str(), statement.owner.as_slice()))
        .collect();
    for &(id, statement, name) in &composed.keys {
        let file = statement.place.file.as_str();
        let mut around = composed.around(file);
        around.extend(statement.owner.iter().map(String::as_str));
        let top = statement.owner.first().map_or(name, String::as_str);
        let of_hydra = OF_HYDRA.contains(&top) || around.iter().any(|part| OF_HYDRA.contains(part));
        // What is instantiated takes all that stands beside and below its target.
        let built = (0..=statement.owner.len()).any(|to| targets.contains(&(file, &statement.owner[..to])));
        let taken = around.iter().any(|part| whole.contains(part));
        if !(known.contains(name) || taken || built || of_hydra || name.starts_with('_')) {
            found.push((id, Dead::NeverRead));
        }
    }
}

/// The configurations that `@hydra.main` composes: those it names, and the groups and files of their lists of defaults.
struct Composed<'w> {
    /// Keys with their names.
    keys: Vec<(StatementId, &'w Statement, &'w str)>,
    /// The folders from which they are composed, relative to the root.
    folders: BTreeSet<String>,
    /// Groups with the package that a list of defaults puts them in.
    groups: BTreeSet<(&'w str, &'w str)>,
}

impl<'w> Composed<'w> {
    fn of(world: &World<'w>) -> Composed<'w> {
        let (folders, mut named) = mains(world);
        let mut composed = Composed {
            keys: Vec::new(),
            folders,
            groups: BTreeSet::new(),
        };
        let keys: Vec<(StatementId, &Statement, &str)> = world
            .statements
            .iter()
            .enumerate()
            .filter(|(_, statement)| statement.form == Form::Key && statement.dead.is_none())
            .filter_map(|(id, statement)| match &statement.subject {
                Subject::Setting { name } => Some((id, statement, name.as_str())),
                _ => None,
            })
            .filter(|(_, statement, _)| composed.below(&statement.place.file).is_some())
            .collect();
        let mut first: BTreeMap<&str, u32> = BTreeMap::new();
        for (_, statement, name) in &keys {
            let line = statement.place.line.unwrap_or(0);
            let least = first.entry(&statement.place.file).or_insert(line);
            *least = line.min(*least);
            if statement.owner.is_empty() && *name == "defaults"
                || statement.owner.len() == 2 && statement.owner[0] == "defaults"
            {
                let group = name.rsplit(' ').next().unwrap_or(name).trim_start_matches('/');
                let (group, package) = group.split_once('@').unwrap_or((group, ""));
                composed.groups.insert((group, package));
            }
            if statement.owner.is_empty() && *name == "defaults" {
                named.extend(texts(&statement.value).into_iter().map(str::to_string));
            }
        }
        composed.keys = keys
            .into_iter()
            .filter(|(_, statement, _)| {
                let file = statement.place.file.as_str();
                let (folder, stem) = split(composed.below(file).unwrap_or(file));
                if folder.is_empty() {
                    return named.contains(stem);
                }
                // Above its first key a file of a group may say into which package it goes.
                let headed = first.get(file) != Some(&1);
                !headed && composed.groups.iter().any(|(group, _)| is_group(folder, group))
            })
            .collect();
        composed
    }

    /// A file's path from the folder it is composed from.
    fn below<'f>(&self, file: &'f str) -> Option<&'f str> {
        self.folders
            .iter()
            .find_map(|folder| file.strip_prefix(folder.as_str())?.strip_prefix('/'))
    }

    /// The names that a file's keys stand inside of by where the file lies.
    fn around<'f>(&self, file: &'f str) -> Vec<&'f str>
    where
        'w: 'f,
    {
        let (folder, stem) = split(self.below(file).unwrap_or(file));
        let packages = self
            .groups
            .iter()
            .filter(|(group, _)| is_group(folder, group))
            .flat_map(|(_, package)| package.split('.'));
        folder
            .split('/')
            .chain([stem])
            .chain(packages)
            .filter(|part| !part.is_empty())
            .collect()
    }
}

/// Whether a folder is that of a group; groups of inner lists count from the folder of their own file.
fn is_group(folder: &str, group: &str) -> bool {
    folder
        .strip_suffix(group)
        .is_some_and(|above| above.is_empty() || above.ends_with('/'))
}

/// Folder and name without its ending.
fn split(path: &str) -> (&str, &str) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    (folder, name.split('.').next().unwrap_or(name))
}

fn texts(value: &Expr) -> Vec<&str> {
    match value {
        Expr::Value(Value::Text(text)) => vec![text.as_str()],
        Expr::List(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The folders and names of `@hydra.main(config_path=…, config_name=…)`.
fn mains(world: &World<'_>) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut folders, mut named) = (BTreeSet::new(), BTreeSet::new());
    for module in world.modules {
        let folder = module.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        for call in module.calls.iter().filter(|call| call.resolved == "hydra.main") {
            let argument = |wanted: &str, at: usize| {
                let by_name = call.keywords.iter().find(|(name, _)| name == wanted);
                let value = by_name
                    .map(|(_, local)| &world.statements[module.id(*local)].value)
                    .or_else(|| call.positional.get(at).map(|argument| &argument.value));
                match value {
                    Some(Expr::Value(Value::Text(text))) => Some(text.as_str()),
                    _ => None,
                }
            };
            let Some(path) = argument("config_path", 0) else {
                continue;
            };
            folders.extend(joined(folder, path).filter(|folder| !folder.is_empty()));
            named.extend(argument("config_name", 1).map(|name| split(name).1.to_string()));
        }
    }
    (folders, named)
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
