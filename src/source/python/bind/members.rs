//! Members: the statements behind an option, a field, an attribute, an entry.
//!
//! Why it can be wrong: three scripts of one repository each have a `--lr`. An option is looked for in the file itself,
//! then in what it imports, then in what imports it; and only then taken because there is no other.
//!
//! Example: `self.hidden` in a method is `self.hidden = 256` of the class's constructor, or of a base class's.

use std::collections::BTreeSet;

use super::super::module::{Binding, Bound, Local, ScopeId};
use super::world::{Definition, Here, Holder, STEPS, World};
use crate::evidence::StatementId;

impl World<'_> {
    /// The statements that give a member of what is held.
    pub(super) fn member(&self, holder: &Holder, name: &str, here: Here, steps: usize) -> Vec<StatementId> {
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
        // A parser that is made here, or has options here, has those; one that is handed in may have any.
        let made = self.modules[module]
            .calls
            .iter()
            .any(|call| call.resolved.ends_with("ArgumentParser"));
        if !made && !self.options.values().flatten().any(|(file, _)| near(file)) {
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
}
