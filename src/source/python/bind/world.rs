//! What a name means where it is read: variables that reach it, parameters, imports, and what an object holds.
//!
//! Why it can be wrong: `cfg.lr` on an object that nobody knows is not the option `lr`. Only objects that are known to
//! hold parsed options, fields or entries lend their members, and, where nothing is known, those named as such objects
//! usually are. An unknown value that may reach a use makes all of its values unknown.
//!
//! Example: in `lr = 0.1`, `if warm: lr = 0.01`, `train(lr)` both assignments reach the use.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Expr, Form, Statement, StatementId, Subject};

use super::super::module::{Binding, BlockId, Bound, Local, Module, ParameterKind, ScopeId, ScopeKind};
use super::super::reach::Files;
use super::super::values::is_dictionary;

/// Steps that a resolution takes at most; longer chains are cycles or nobody's plain chain.
const STEPS: usize = 12;

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

/// A point in the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Here {
    pub module: usize,
    pub scope: ScopeId,
    pub block: BlockId,
    pub at: usize,
}

/// What a name is bound to at a point.
#[derive(Debug, Clone)]
pub(super) enum Definition {
    Statement {
        module: usize,
        local: Local,
    },
    Element {
        here: Here,
        value: Expr,
        index: usize,
    },
    Parameter {
        module: usize,
        scope: ScopeId,
        index: usize,
    },
    Scope {
        module: usize,
        scope: ScopeId,
    },
    Module(usize),
    /// Something of a library, or of unknown value.
    Unknown,
}

/// What an object holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holder {
    /// Options that this module parses.
    Parsed(usize),
    /// What is named as parsed options usually are, in this module.
    Options(usize),
    /// A class of the repository or an instance of it.
    Class {
        module: usize,
        scope: ScopeId,
    },
    /// A dictionary literal, and the keys down to a part of it.
    Entries {
        module: usize,
        root: Local,
        path: Vec<String>,
    },
    Module(usize),
}

/// Everything that resolution looks at.
pub(super) struct World<'w> {
    pub modules: &'w [Module],
    pub statements: &'w [Statement],
    pub files: Files<'w>,
    /// Modules by their first statement, those without statements left out.
    by_base: Vec<(StatementId, usize)>,
    /// Options by destination: module and statement.
    options: BTreeMap<&'w str, Vec<(usize, StatementId)>>,
    /// What each module imports directly.
    imports: Vec<BTreeSet<usize>>,
    reached: RefCell<BTreeMap<usize, BTreeSet<usize>>>,
    /// Attribute and subscript assignments by module and path.
    assigned: Vec<BTreeMap<&'w str, Vec<Local>>>,
    /// Arguments handed to a parameter: from where, and what.
    pub passed: BTreeMap<StatementId, Vec<(Here, Expr)>>,
}

impl<'w> World<'w> {
    pub(super) fn new(statements: &'w [Statement], modules: &'w [Module]) -> World<'w> {
        let files = Files::new(modules);
        let imports = (0..modules.len()).map(|index| files.imports(index)).collect();
        let mut options: BTreeMap<&str, Vec<(usize, StatementId)>> = BTreeMap::new();
        let mut assigned = Vec::new();
        for (index, module) in modules.iter().enumerate() {
            for local in 0..module.sites.len() {
                let id = module.id(local);
                if let (Subject::Setting { name }, Form::Option { .. }) =
                    (&statements[id].subject, &statements[id].form)
                {
                    options.entry(name.as_str()).or_default().push((index, id));
                }
            }
            let mut paths: BTreeMap<&str, Vec<Local>> = BTreeMap::new();
            for one in &module.assigned {
                paths.entry(one.path.as_str()).or_default().push(one.statement);
            }
            assigned.push(paths);
        }
        let mut by_base: Vec<(StatementId, usize)> = modules
            .iter()
            .enumerate()
            .filter(|(_, module)| !module.sites.is_empty())
            .map(|(index, module)| (module.base, index))
            .collect();
        by_base.sort_unstable();
        World {
            modules,
            statements,
            files,
            by_base,
            options,
            imports,
            reached: RefCell::default(),
            assigned,
            passed: BTreeMap::new(),
        }
    }

    pub(super) fn here(&self, module: usize, local: Local) -> Here {
        let site = self.modules[module].sites[local];
        let start = self.statements[self.modules[module].id(local)]
            .place
            .bytes
            .map_or(site.at, |(start, _)| start);
        Here {
            module,
            scope: site.scope,
            block: site.block,
            at: start,
        }
    }

    fn value(&self, module: usize, local: Local) -> &'w Expr {
        &self.statements[self.modules[module].id(local)].value
    }

    /// The statements whose value a dotted path has at a point.
    pub(super) fn resolve(&self, here: Here, path: &str) -> Vec<StatementId> {
        let segments: Vec<&str> = path.split('.').collect();
        let mut found = self.resolve_segments(here, &segments, 0);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn resolve_segments(&self, here: Here, segments: &[&str], steps: usize) -> Vec<StatementId> {
        let Some((last, before)) = segments.split_last() else {
            return Vec::new();
        };
        if steps > STEPS {
            return Vec::new();
        }
        if before.is_empty() {
            let definitions = self.lookup(here, last, steps);
            if definitions
                .iter()
                .any(|definition| matches!(definition, Definition::Unknown | Definition::Element { .. }))
            {
                return Vec::new();
            }
            return definitions
                .iter()
                .filter_map(|definition| self.statement_of(definition))
                .collect();
        }
        let (mut found, certain) = self.assigned_before(here, &segments.join("."));
        if !certain {
            found.extend(self.assigned_by_caller(here, segments, steps));
            for holder in self.holders(here, before, steps + 1) {
                found.extend(self.member(&holder, last, here, steps + 1));
            }
        }
        found
    }

    fn statement_of(&self, definition: &Definition) -> Option<StatementId> {
        match definition {
            Definition::Statement { module, local } => Some(self.modules[*module].id(*local)),
            Definition::Parameter { module, scope, index } => {
                let parameter = &self.modules[*module].scopes[*scope].parameters[*index];
                let plain = matches!(parameter.kind, ParameterKind::Positional | ParameterKind::KeywordOnly);
                plain.then(|| self.modules[*module].id(parameter.statement))
            }
            _ => None,
        }
    }

    /// `h.x = …` in a caller that hands `h` over: what reaches the call reaches the callee.
    fn assigned_by_caller(&self, here: Here, segments: &[&str], steps: usize) -> Vec<StatementId> {
        let mut found = Vec::new();
        let Some((head, rest)) = segments.split_first() else {
            return found;
        };
        if steps > 3 {
            return found;
        }
        for definition in self.lookup(here, head, steps) {
            let Definition::Parameter { module, scope, index } = definition else {
                continue;
            };
            let parameter = self.modules[module].scopes[scope].parameters[index].statement;
            for (there, value) in self
                .passed
                .get(&self.modules[module].id(parameter))
                .into_iter()
                .flatten()
            {
                let Expr::Ref(object) = value else { continue };
                let object: Vec<&str> = object.split('.').chain(rest.iter().copied()).collect();
                found.extend(self.assigned_before(*there, &object.join(".")).0);
                found.extend(self.assigned_by_caller(*there, &object, steps + 1));
            }
        }
        found
    }

    /// Assignments to a whole path in the same scope that reach a point, and whether one of them surely ran.
    fn assigned_before(&self, here: Here, path: &str) -> (Vec<StatementId>, bool) {
        let module = &self.modules[here.module];
        let Some(locals) = self.assigned[here.module].get(path) else {
            return (Vec::new(), false);
        };
        let mut found = Vec::new();
        for local in locals.iter().rev() {
            let site = module.sites[*local];
            if site.scope != here.scope || site.at > here.at {
                continue;
            }
            found.push(module.id(*local));
            if module.encloses(site.block, here.block) {
                return (found, true);
            }
        }
        (found, false)
    }

    /// What a name is bound to at a point: its own scope as far as it ran, scopes around it as a whole.
    pub(super) fn lookup(&self, here: Here, name: &str, steps: usize) -> Vec<Definition> {
        let module = &self.modules[here.module];
        let mut scope = Some(here.scope);
        while let Some(at) = scope {
            let inner = &module.scopes[at];
            let hidden = inner.kind == ScopeKind::Class && at != here.scope;
            if !hidden && let Some(bindings) = inner.bindings.get(name) {
                let reaching = if at == here.scope {
                    let (found, certain) = reaching(module, bindings, here.at, here.block);
                    if found.is_empty() || (!certain && inner.kind == ScopeKind::Class) {
                        // A name of a class body that is not set yet is one further out.
                        if inner.kind == ScopeKind::Class {
                            Vec::new()
                        } else {
                            bindings.iter().collect()
                        }
                    } else {
                        found
                    }
                } else {
                    reaching(module, bindings, usize::MAX, inner.body).0
                };
                if !reaching.is_empty() {
                    return reaching
                        .into_iter()
                        .flat_map(|binding| self.define(here.module, at, binding, steps))
                        .collect();
                }
            }
            scope = inner.parent;
        }
        if steps > STEPS {
            return Vec::new();
        }
        for import in &module.imports {
            if import.symbol.as_deref() == Some("*")
                && let Some(target) = self.files.find(here.module, &import.module)
            {
                let found = self.in_module(target, name, steps + 1);
                if !found.is_empty() {
                    return found;
                }
            }
        }
        Vec::new()
    }

    /// A name at module level, as importers see it.
    pub(super) fn in_module(&self, module: usize, name: &str, steps: usize) -> Vec<Definition> {
        if steps > STEPS {
            return Vec::new();
        }
        let found = self.lookup(
            Here {
                module,
                scope: 0,
                block: 0,
                at: usize::MAX,
            },
            name,
            steps + 1,
        );
        if !found.is_empty() {
            return found;
        }
        let path = self.modules[module].path();
        if path.ends_with("__init__.py") {
            return self
                .files
                .find(module, &format!(".{name}"))
                .map(Definition::Module)
                .into_iter()
                .collect();
        }
        Vec::new()
    }

    fn define(&self, module: usize, scope: ScopeId, binding: &Binding, steps: usize) -> Vec<Definition> {
        match &binding.what {
            Bound::Statement { local, .. } => vec![Definition::Statement { module, local: *local }],
            Bound::Element { value, index } => {
                let here = Here {
                    module,
                    scope,
                    block: binding.block,
                    at: binding.at,
                };
                vec![Definition::Element {
                    here,
                    value: value.clone(),
                    index: *index,
                }]
            }
            Bound::Parameter(index) => vec![Definition::Parameter {
                module,
                scope,
                index: *index,
            }],
            Bound::Scope(inner) => vec![Definition::Scope { module, scope: *inner }],
            Bound::Import { module: name, symbol } => {
                let Some(symbol) = symbol else {
                    return vec![
                        self.files
                            .find(module, name)
                            .map_or(Definition::Unknown, Definition::Module),
                    ];
                };
                if let Some(target) = self.files.find(module, name) {
                    let found = if target == module {
                        Vec::new()
                    } else {
                        self.in_module(target, symbol, steps + 1)
                    };
                    if !found.is_empty() {
                        return found;
                    }
                }
                let dot = if name.ends_with('.') { "" } else { "." };
                vec![
                    self.files
                        .find(module, &format!("{name}{dot}{symbol}"))
                        .map_or(Definition::Unknown, Definition::Module),
                ]
            }
            Bound::Unknown => vec![Definition::Unknown],
        }
    }

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

    /// The module and local index of a statement.
    pub(super) fn owner_of(&self, id: StatementId) -> Option<(usize, Local)> {
        let after = self.by_base.partition_point(|(base, _)| *base <= id);
        let (_, index) = self.by_base[..after].last()?;
        Some((*index, self.modules[*index].local(id)?))
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

    /// The statements that give a member of what is held.
    fn member(&self, holder: &Holder, name: &str, here: Here, steps: usize) -> Vec<StatementId> {
        match holder {
            Holder::Parsed(module) => self.options_parsed(*module, name),
            Holder::Options(module) => {
                let found = self.options_named(*module, name);
                if found.is_empty() && *module != here.module {
                    self.options_named(here.module, name)
                } else {
                    found
                }
            }
            Holder::Class { module, scope } => self.attribute(*module, *scope, name, 0),
            Holder::Entries { module, root, path } => {
                let wanted: Vec<&str> = path.iter().map(String::as_str).chain([name]).collect();
                let entries = self.modules[*module].entries.iter().rev();
                let mut hits = entries.filter(|entry| entry.root == Some(*root) && entry.path == wanted);
                hits.next()
                    .map(|entry| self.modules[*module].id(entry.statement))
                    .into_iter()
                    .collect()
            }
            Holder::Module(module) => {
                let definitions = self.in_module(*module, name, steps + 1);
                if definitions
                    .iter()
                    .any(|definition| matches!(definition, Definition::Unknown | Definition::Element { .. }))
                {
                    return Vec::new();
                }
                definitions
                    .iter()
                    .filter_map(|definition| self.statement_of(definition))
                    .collect()
            }
        }
    }

    /// What an assignment to a member replaces: the option, entry or field of that name.
    pub(super) fn replaced(&self, here: Here, segments: &[&str]) -> Vec<StatementId> {
        let Some((last, before)) = segments.split_last() else {
            return Vec::new();
        };
        let holders = self.holders(here, before, 0);
        holders
            .iter()
            .filter(|holder| !matches!(holder, Holder::Module(_)))
            .flat_map(|holder| self.member(holder, last, here, 1))
            .collect()
    }

    /// All entries directly in what is held, by name: for `**spread`.
    pub(super) fn members(&self, holder: &Holder) -> Vec<(String, StatementId)> {
        match holder {
            Holder::Entries { module, root, path } => self.modules[*module]
                .entries
                .iter()
                .filter(|entry| {
                    entry.root == Some(*root) && entry.path.len() == path.len() + 1 && entry.path.starts_with(path)
                })
                .filter_map(|entry| Some((entry.path.last()?.clone(), self.modules[*module].id(entry.statement))))
                .collect(),
            Holder::Class { module, scope } => self.fields(*module, *scope, 0),
            _ => Vec::new(),
        }
    }

    /// The options of a name that a parser in a module has: those defined there or in what it imports, if any are.
    pub(super) fn options_parsed(&self, module: usize, name: &str) -> Vec<StatementId> {
        let reached = self.reached(module);
        let near = |file: &usize| *file == module || reached.contains(file);
        if !self.options.values().flatten().any(|(file, _)| near(file)) {
            return self.options_named(module, name);
        }
        let found = self.options_named(module, name);
        found
            .into_iter()
            .filter(|id| self.owner_of(*id).is_some_and(|(file, _)| near(&file)))
            .collect()
    }

    /// The options of a name that a module means: its own, those it imports, those of who imports it, the only ones.
    pub(super) fn options_named(&self, module: usize, name: &str) -> Vec<StatementId> {
        let Some(all) = self.options.get(name) else {
            return Vec::new();
        };
        let ids = |keep: &dyn Fn(usize) -> bool| -> Vec<StatementId> {
            all.iter().filter(|(file, _)| keep(*file)).map(|(_, id)| *id).collect()
        };
        let own = ids(&|file| file == module);
        if !own.is_empty() {
            return own;
        }
        let reached = self.reached(module);
        let imported = ids(&|file| reached.contains(&file));
        if !imported.is_empty() {
            return imported;
        }
        let importers = ids(&|file| self.reached(file).contains(&module));
        if !importers.is_empty() {
            return importers;
        }
        let together = ids(&|file| {
            (0..self.modules.len())
                .any(|entry| self.imports[entry].contains(&file) && self.reached(entry).contains(&module))
        });
        if !together.is_empty() {
            return together;
        }
        if all.iter().all(|(file, _)| *file == all[0].0) {
            all.iter().map(|(_, id)| *id).collect()
        } else {
            Vec::new()
        }
    }

    fn reached(&self, module: usize) -> BTreeSet<usize> {
        if let Some(found) = self.reached.borrow().get(&module) {
            return found.clone();
        }
        let mut seen = BTreeSet::new();
        let mut open = vec![module];
        while let Some(here) = open.pop() {
            for next in &self.imports[here] {
                if seen.insert(*next) {
                    open.push(*next);
                }
            }
        }
        self.reached.borrow_mut().insert(module, seen.clone());
        seen
    }

    /// The base classes in the repository, and whether any other is there.
    pub(super) fn bases(&self, module: usize, class: ScopeId) -> (Vec<(usize, ScopeId)>, bool) {
        let scope = &self.modules[module].scopes[class];
        let here = Here {
            module,
            scope: scope.parent.unwrap_or(0),
            block: 0,
            at: usize::MAX,
        };
        let mut found = Vec::new();
        let mut foreign = false;
        for base in &scope.bases {
            let classes = self.classes(here, base, STEPS - 4);
            foreign |= classes.is_empty() && !["object", "ABC", "abc.ABC", "Generic"].contains(&base.as_str());
            for holder in classes {
                if let Holder::Class { module: at, scope } = holder
                    && (at, scope) != (module, class)
                {
                    found.push((at, scope));
                }
            }
        }
        (found, foreign)
    }

    /// A method of a class or of its bases in the repository.
    pub(super) fn method(&self, module: usize, class: ScopeId, name: &str, depth: usize) -> Option<(usize, ScopeId)> {
        if let Some(found) = self.modules[module].defined_in(class, name) {
            return Some((module, found));
        }
        if depth > 6 {
            return None;
        }
        self.bases(module, class)
            .0
            .into_iter()
            .find_map(|(module, class)| self.method(module, class, name, depth + 1))
    }

    /// The fields of a class in the order of its constructor: bases first.
    pub(super) fn fields(&self, module: usize, class: ScopeId, depth: usize) -> Vec<(String, StatementId)> {
        let mut found: Vec<(String, StatementId)> = Vec::new();
        if depth < 6 {
            for (module, class) in self.bases(module, class).0 {
                found.extend(self.fields(module, class, depth + 1));
            }
        }
        let mut own: Vec<(Local, &String)> = Vec::new();
        for (name, bindings) in &self.modules[module].scopes[class].bindings {
            if let Some(Binding {
                what: Bound::Statement { local, .. },
                ..
            }) = bindings.last()
            {
                own.push((*local, name));
            }
        }
        own.sort_unstable();
        for (local, name) in own {
            let id = self.modules[module].id(local);
            match found.iter_mut().find(|(other, _)| other == name) {
                Some(other) => other.1 = id,
                None => found.push((name.clone(), id)),
            }
        }
        found
    }

    /// What sets an attribute of a class: `self.x = …` in its methods, its body, its bases.
    fn attribute(&self, module: usize, class: ScopeId, name: &str, depth: usize) -> Vec<StatementId> {
        let here = &self.modules[module];
        let mut found = Vec::new();
        let mut made = false;
        for local in self.assigned[module]
            .get(format!("self.{name}").as_str())
            .into_iter()
            .flatten()
        {
            let site = here.sites[*local];
            let dead = self.statements[here.id(*local)].dead.is_some();
            if here.class_of(site.scope) == Some(class) && !dead {
                made |= here.scopes[site.scope].name == "__init__";
                found.push((site, here.id(*local)));
            }
        }
        // Of several assignments in one method, an earlier one of the same block is gone.
        let last = |site: &super::super::module::Site| {
            !found
                .iter()
                .any(|(other, _)| other.scope == site.scope && other.block == site.block && other.at > site.at)
        };
        let mut ids: Vec<StatementId> = found.iter().filter(|(site, _)| last(site)).map(|(_, id)| *id).collect();
        if !made && let Some(bindings) = here.scopes[class].bindings.get(name) {
            ids.extend(bindings.iter().rev().find_map(|binding| match binding.what {
                Bound::Statement { local, .. } => Some(here.id(local)),
                _ => None,
            }));
        }
        if ids.is_empty() && depth < 6 {
            for (module, class) in self.bases(module, class).0 {
                let found = self.attribute(module, class, name, depth + 1);
                if !found.is_empty() {
                    return found;
                }
            }
        }
        ids
    }

    /// The default of `cfg.get("lr", 1e-3)` within a range of a module's text.
    pub(super) fn lookup_default(&self, here: Here, path: &str, range: (usize, usize)) -> Option<StatementId> {
        let module = &self.modules[here.module];
        self.assigned[here.module]
            .get(format!("{path}?").as_str())?
            .iter()
            .map(|local| module.id(*local))
            .find(|id| {
                self.statements[*id]
                    .place
                    .bytes
                    .is_some_and(|(start, end)| range.0 <= start && end <= range.1)
            })
    }
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

/// The bindings of a name that reach a point, and whether one of them surely ran.
fn reaching<'b>(module: &Module, bindings: &'b [Binding], at: usize, block: BlockId) -> (Vec<&'b Binding>, bool) {
    let mut found: Vec<&Binding> = Vec::new();
    let mut stopped: Option<BlockId> = None;
    for binding in bindings.iter().rev().filter(|binding| binding.at <= at) {
        found.push(binding);
        if module.encloses(binding.block, block) {
            stopped = Some(binding.block);
            break;
        }
    }
    // What a loop around the use sets further down reaches it in the next turn.
    for around in module.loops(block) {
        if stopped.is_some_and(|stop| module.encloses(around, stop)) {
            break;
        }
        found.extend(
            bindings
                .iter()
                .filter(|binding| binding.at > at && module.encloses(around, binding.block)),
        );
    }
    (found, stopped.is_some())
}
