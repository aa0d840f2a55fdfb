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

/// Steps that a resolution takes at most; longer chains are cycles or nobody's plain chain.
pub(super) const STEPS: usize = 12;

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
    pub(super) options: BTreeMap<&'w str, Vec<(usize, StatementId)>>,
    /// What each module imports directly.
    pub(super) imports: Vec<BTreeSet<usize>>,
    pub(super) reached: RefCell<BTreeMap<usize, BTreeSet<usize>>>,
    /// Attribute and subscript assignments by module and path.
    pub(super) assigned: Vec<BTreeMap<&'w str, Vec<Local>>>,
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

    pub(super) fn value(&self, module: usize, local: Local) -> &'w Expr {
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

    pub(super) fn resolve_segments(&self, here: Here, segments: &[&str], steps: usize) -> Vec<StatementId> {
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

    pub(super) fn statement_of(&self, definition: &Definition) -> Option<StatementId> {
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
    pub(super) fn assigned_before(&self, here: Here, path: &str) -> (Vec<StatementId>, bool) {
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

    /// The module and local index of a statement.
    pub(super) fn owner_of(&self, id: StatementId) -> Option<(usize, Local)> {
        let after = self.by_base.partition_point(|(base, _)| *base <= id);
        let (_, index) = self.by_base[..after].last()?;
        Some((*index, self.modules[*index].local(id)?))
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
