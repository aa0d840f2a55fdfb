//! What an object holds: parsed options, a class's attributes, a dictionary's entries, a module's names.
//!
//! Why it can be wrong: `cfg.lr` after `cfg = yaml.safe_load(f)` is a key of that file, not the option `lr`. An object
//! is followed through assignments, parameters, returns and copies; only where nothing is known does its name decide.
//!
//! Example: `opts = get_args()` holds parsed options, because `get_args` returns `parser.parse_args()`.

use super::super::module::{Local, ScopeId, ScopeKind};
use super::super::values::is_dictionary;
use super::world::{Definition, Here, Holder, STEPS, World};
use crate::evidence::Expr;

/// Names that hold parsed options in nearly every repository.
const OPTION_NAMES: &[&str] = &[
    "args",
    "arg",
    "opt",
    "opts",
    "options",
    "FLAGS",
    "flags",
    "hparams",
    "hps",
    "hp",
    "params",
    "parsed_args",
    "arguments",
    "argv",
    "train_args",
    "cli_args",
    "namespace",
];
/// Names that hold them as parameters of functions.
const CONFIG_NAMES: &[&str] = &["cfg", "config", "conf", "configs", "settings"];

impl World<'_> {
    /// What the object at a path holds.
    pub(super) fn holders(&self, here: Here, segments: &[&str], steps: usize) -> Vec<Holder> {
        if steps > STEPS {
            return Vec::new();
        }
        let mut found = Vec::new();
        match segments {
            [] => {}
            [name] => {
                let definitions = self.lookup(here, name, steps);
                if definitions.is_empty() && OPTION_NAMES.contains(name) {
                    found.push(Holder::Options(here.module));
                }
                for definition in &definitions {
                    found.extend(self.holders_of(definition, name, steps + 1));
                }
            }
            [before @ .., last] => {
                let outer = self.holders(here, before, steps + 1);
                for holder in &outer {
                    match holder {
                        Holder::Module(module) => {
                            let inner = self.in_module(*module, last, steps + 1);
                            found.extend(
                                inner
                                    .iter()
                                    .flat_map(|definition| self.holders_of(definition, last, steps + 1)),
                            );
                        }
                        Holder::Entries { module, root, path } => {
                            let mut path = path.clone();
                            path.push((*last).to_string());
                            found.push(Holder::Entries {
                                module: *module,
                                root: *root,
                                path,
                            });
                        }
                        _ => {}
                    }
                }
                let statements = self.resolve_segments(here, segments, steps + 1);
                for id in &statements {
                    if let Some((module, local)) = self.owner_of(*id) {
                        found.extend(self.holders_of(&Definition::Statement { module, local }, last, steps + 1));
                    }
                }
                // `self.args.lr` where nothing says what `self.args` is: the name does.
                if statements.is_empty()
                    && outer.iter().all(|holder| matches!(holder, Holder::Class { .. }))
                    && OPTION_NAMES.contains(last)
                {
                    found.push(Holder::Options(here.module));
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }

    fn holders_of(&self, definition: &Definition, name: &str, steps: usize) -> Vec<Holder> {
        match definition {
            Definition::Module(module) => vec![Holder::Module(*module)],
            Definition::Scope { module, scope } if self.modules[*module].scopes[*scope].kind == ScopeKind::Class => {
                vec![Holder::Class {
                    module: *module,
                    scope: *scope,
                }]
            }
            Definition::Statement { module, local } => {
                let here = self.here(*module, *local);
                let value = self.value(*module, *local);
                if let Some(holder) = self.entries_of(*module, *local, value) {
                    return vec![holder];
                }
                let found = self.holders_of_value(here, value, steps + 1);
                if found.is_empty() && OPTION_NAMES.contains(&name) && !loads(value) {
                    return vec![Holder::Options(*module)];
                }
                found
            }
            Definition::Element { here, value, index } => self.holders_of_element(*here, value, *index, steps + 1),
            Definition::Parameter { module, scope, index } => {
                self.holders_of_parameter(*module, *scope, *index, steps + 1)
            }
            Definition::Scope { .. } | Definition::Unknown => Vec::new(),
        }
    }

    /// A statement whose value is a dictionary with known entries.
    fn entries_of(&self, module: usize, local: Local, value: &Expr) -> Option<Holder> {
        let made = match value {
            Expr::Map(_) | Expr::Opaque(_) => true,
            Expr::Call { callee, .. } => is_dictionary(callee),
            _ => false,
        };
        let known = made
            && self.modules[module]
                .entries
                .iter()
                .any(|entry| entry.root == Some(local));
        known.then(|| Holder::Entries {
            module,
            root: local,
            path: Vec::new(),
        })
    }

    fn holders_of_parameter(&self, module: usize, scope: ScopeId, index: usize, steps: usize) -> Vec<Holder> {
        let inner = &self.modules[module].scopes[scope];
        let parameter = &inner.parameters[index];
        let method = inner
            .parent
            .filter(|parent| self.modules[module].scopes[*parent].kind == ScopeKind::Class);
        if let (Some(class), 0) = (method, index)
            && ["self", "cls"].contains(&parameter.name.as_str())
        {
            return vec![Holder::Class { module, scope: class }];
        }
        if let Some(annotation) = &parameter.annotation {
            let here = Here {
                module,
                scope: inner.parent.unwrap_or(0),
                block: 0,
                at: usize::MAX,
            };
            let classes = self.classes(here, annotation, steps);
            if !classes.is_empty() {
                return classes;
            }
        }
        if steps > STEPS {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (here, value) in self
            .passed
            .get(&self.modules[module].id(parameter.statement))
            .into_iter()
            .flatten()
        {
            found.extend(self.holders_of_value(*here, value, steps + 2));
        }
        let name = parameter.name.as_str();
        if found.is_empty() && (OPTION_NAMES.contains(&name) || CONFIG_NAMES.contains(&name)) {
            found.push(Holder::Options(module));
        }
        found
    }

    /// The classes of the repository that a dotted name means.
    pub(super) fn classes(&self, here: Here, name: &str, steps: usize) -> Vec<Holder> {
        let segments: Vec<&str> = name.split('.').collect();
        let mut found = match segments.as_slice() {
            [one] => self
                .lookup(here, one, steps + 1)
                .iter()
                .filter_map(as_class(self))
                .collect::<Vec<_>>(),
            _ => self.holders(here, &segments, steps + 1),
        };
        if found.is_empty() {
            found.extend(
                self.by_resolved_path(here, name, steps)
                    .iter()
                    .filter_map(as_class(self)),
            );
        }
        found
            .into_iter()
            .filter(|holder| matches!(holder, Holder::Class { .. }))
            .collect()
    }

    fn holders_of_value(&self, here: Here, value: &Expr, steps: usize) -> Vec<Holder> {
        if steps > STEPS {
            return Vec::new();
        }
        match value {
            Expr::Ref(path) => {
                if path == "FLAGS" || path.ends_with(".FLAGS") {
                    return vec![Holder::Options(here.module)];
                }
                let path = path.strip_suffix(".__dict__").unwrap_or(path);
                self.holders(here, &path.split('.').collect::<Vec<_>>(), steps + 1)
            }
            Expr::Choice { then, otherwise, .. } => {
                let mut found = self.holders_of_value(here, then, steps + 1);
                found.extend(self.holders_of_value(here, otherwise, steps + 1));
                found
            }
            Expr::Binary { op, left, right } if op == "or" => {
                let mut found = self.holders_of_value(here, left, steps + 1);
                found.extend(self.holders_of_value(here, right, steps + 1));
                found
            }
            Expr::Call { callee, args } => {
                let last = callee.rsplit('.').next().unwrap_or("");
                if ["parse_args", "parse_known_args", "parse_intermixed_args"].contains(&last) && callee.contains('.') {
                    return vec![Holder::Parsed(here.module)];
                }
                if is_replacing(callee) {
                    let object = args.iter().find(|arg| arg.keyword.is_none());
                    return object
                        .map(|arg| self.holders_of_value(here, &arg.value, steps + 1))
                        .unwrap_or_default();
                }
                if let Some(object) = callee.strip_suffix("._replace") {
                    return self.holders(here, &object.split('.').collect::<Vec<_>>(), steps + 1);
                }
                let through =
                    ["vars", "asdict", "copy", "deepcopy", "dataclass_asdict"].contains(&last) || is_dictionary(callee);
                if through {
                    return args
                        .iter()
                        .filter(|arg| matches!(arg.keyword.as_deref(), None | Some("**")))
                        .flat_map(|arg| self.holders_of_value(here, &arg.value, steps + 1))
                        .collect();
                }
                let classes = self.classes(here, callee, steps + 1);
                if !classes.is_empty() {
                    return classes;
                }
                self.returned(here, callee, None, steps + 1)
            }
            _ => Vec::new(),
        }
    }

    /// What a function of the repository gives back, or one element of it.
    fn returned(&self, here: Here, callee: &str, index: Option<usize>, steps: usize) -> Vec<Holder> {
        if steps > STEPS {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (module, scope) in self.functions(here, callee, steps + 1) {
            let inner = &self.modules[module].scopes[scope];
            for (value, at) in &inner.returns {
                let there = Here {
                    module,
                    scope,
                    block: inner.body,
                    at: *at,
                };
                found.extend(match index {
                    Some(index) => self.holders_of_element(there, value, index, steps + 2),
                    None => self.holders_of_value(there, value, steps + 2),
                });
            }
        }
        found
    }

    /// The functions of the repository that a callee's path means, without looking into objects.
    pub(super) fn functions(&self, here: Here, callee: &str, steps: usize) -> Vec<(usize, ScopeId)> {
        let segments: Vec<&str> = callee.split('.').collect();
        let definitions = match segments.as_slice() {
            [name] => self.lookup(here, name, steps),
            [before @ .., last] => self
                .holders(here, before, steps + 1)
                .iter()
                .flat_map(|holder| match holder {
                    Holder::Module(module) => self.in_module(*module, last, steps + 1),
                    Holder::Class { module, scope } => self
                        .method(*module, *scope, last, 0)
                        .map(|(module, scope)| Definition::Scope { module, scope })
                        .into_iter()
                        .collect(),
                    _ => Vec::new(),
                })
                .collect(),
            [] => Vec::new(),
        };
        let mut found: Vec<(usize, ScopeId)> = definitions
            .iter()
            .filter_map(|definition| match definition {
                Definition::Scope { module, scope }
                    if self.modules[*module].scopes[*scope].kind == ScopeKind::Function =>
                {
                    Some((*module, *scope))
                }
                _ => None,
            })
            .collect();
        if found.is_empty() && definitions.is_empty() {
            found.extend(
                self.by_resolved_path(here, callee, steps)
                    .iter()
                    .filter_map(|definition| match definition {
                        Definition::Scope { module, scope }
                            if self.modules[*module].scopes[*scope].kind == ScopeKind::Function =>
                        {
                            Some((*module, *scope))
                        }
                        _ => None,
                    }),
            );
        }
        found
    }

    /// A path as resolved through imports (`lib.config.get_args`) rather than as written; relative ones have lost their dots.
    fn by_resolved_path(&self, here: Here, path: &str, steps: usize) -> Vec<Definition> {
        let Some((before, last)) = path.rsplit_once('.') else {
            return Vec::new();
        };
        for dots in ["", ".", "..", "..."] {
            if let Some(module) = self.files.find(here.module, &format!("{dots}{before}")) {
                let found = self.in_module(module, last, steps + 1);
                if !found.is_empty() {
                    return found;
                }
            }
        }
        Vec::new()
    }

    fn holders_of_element(&self, here: Here, value: &Expr, index: usize, steps: usize) -> Vec<Holder> {
        match value {
            Expr::List(items) => items
                .get(index)
                .map(|item| self.holders_of_value(here, item, steps + 1))
                .unwrap_or_default(),
            Expr::Call { callee, .. } => {
                let last = callee.rsplit('.').next().unwrap_or("");
                match last {
                    "parse_known_args" if index == 0 => vec![Holder::Parsed(here.module)],
                    "parse_args_into_dataclasses" | "parse_json_file" | "parse_yaml_file" | "parse_dict" => {
                        self.parsed_dataclass(here, callee, index, steps + 1)
                    }
                    _ => self.returned(here, callee, Some(index), steps + 1),
                }
            }
            Expr::Choice { then, otherwise, .. } => {
                let mut found = self.holders_of_element(here, then, index, steps + 1);
                found.extend(self.holders_of_element(here, otherwise, index, steps + 1));
                found
            }
            _ => Vec::new(),
        }
    }

    /// `HfArgumentParser((ModelArguments, DataArguments))` and the element of its result.
    fn parsed_dataclass(&self, here: Here, callee: &str, index: usize, steps: usize) -> Vec<Holder> {
        let Some((parser, _)) = callee.rsplit_once('.') else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for id in self.resolve_segments(here, &parser.split('.').collect::<Vec<_>>(), steps + 1) {
            let Some((module, local)) = self.owner_of(id) else {
                continue;
            };
            let Expr::Call { args, .. } = self.value(module, local) else {
                continue;
            };
            let there = self.here(module, local);
            let first = args
                .iter()
                .find(|arg| matches!(arg.keyword.as_deref(), None | Some("dataclass_types")));
            let class = match first.map(|arg| &arg.value) {
                Some(Expr::List(classes)) => classes.get(index),
                Some(one) if index == 0 => Some(one),
                _ => None,
            };
            if let Some(Expr::Ref(class)) = class {
                found.extend(self.classes(there, class, steps + 1));
            }
        }
        found
    }
}

/// `dataclasses.replace(plan, epochs=30)`: the object again, with other values.
pub(super) fn is_replacing(callee: &str) -> bool {
    ["dataclasses.replace", "copy.replace", "attr.evolve", "attrs.evolve"].contains(&callee)
}

fn as_class<'a>(world: &'a World<'_>) -> impl Fn(&Definition) -> Option<Holder> + 'a {
    |definition| match definition {
        Definition::Scope { module, scope } if world.modules[*module].scopes[*scope].kind == ScopeKind::Class => {
            Some(Holder::Class {
                module: *module,
                scope: *scope,
            })
        }
        _ => None,
    }
}

/// Whether a value comes from a file or a model: its members are no options of a command line.
fn loads(value: &Expr) -> bool {
    match value {
        Expr::Call { callee, .. } => {
            let callee = callee.to_lowercase();
            [
                "load",
                "yaml",
                "json",
                "omegaconf",
                "from_pretrained",
                "read",
                "open",
                "dict",
                "config",
            ]
            .iter()
            .any(|word| callee.contains(word))
        }
        Expr::Ref(_) | Expr::Opaque(_) => false,
        _ => true,
    }
}
