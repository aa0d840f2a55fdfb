//! Everything that files say, put together: statements, links and commands of all of them under one count.
//!
//! Why it can be wrong: ids count within a file, and one that is not moved with the rest names another file's statement.
//! So whatever holds an id is moved here and nowhere else.
//!
//! Example: the third statement of a file that is added behind 40 others is the 43rd, and so do its links say.

use std::collections::BTreeMap;

use super::{FileFacts, notebook, python};

/// Everything of all files, with ids shifted to one count.
#[derive(Default)]
pub(super) struct Merged {
    pub(super) facts: FileFacts,
    pub(super) modules: Vec<python::Module>,
    pub(super) notebooks: Vec<notebook::Notebook>,
    pub(super) digests: BTreeMap<String, String>,
}

impl Merged {
    /// Adds what a file says, and its hash where it has one.
    pub(super) fn add(&mut self, path: String, digest: Option<String>, mut facts: FileFacts) {
        if let Some(digest) = digest {
            self.digests.insert(path, digest);
        }
        let by = self.facts.statements.len();
        shift(&mut facts, by);
        self.modules.extend(facts.module.take());
        self.notebooks.extend(facts.notebook.take());
        self.facts.statements.append(&mut facts.statements);
        self.facts.links.append(&mut facts.links);
        self.facts.commands.append(&mut facts.commands);
        self.facts.gaps.append(&mut facts.gaps);
    }
}

/// Adds a reader's facts of the same file.
pub(super) fn append(facts: &mut FileFacts, mut more: FileFacts) {
    shift(&mut more, facts.statements.len());
    facts.statements.append(&mut more.statements);
    facts.links.append(&mut more.links);
    facts.commands.append(&mut more.commands);
    facts.gaps.append(&mut more.gaps);
    if more.module.is_some() {
        facts.module = more.module;
    }
    if more.notebook.is_some() {
        facts.notebook = more.notebook;
    }
}

/// Moves every statement id of these facts behind `by` others.
fn shift(facts: &mut FileFacts, by: usize) {
    for link in &mut facts.links {
        link.from += by;
        link.to += by;
    }
    for command in &mut facts.commands {
        command.environment.iter_mut().for_each(|(_, id)| *id += by);
        for word in &mut command.words {
            word.variables.iter_mut().for_each(|(_, id)| *id += by);
        }
    }
    for statement in &mut facts.statements {
        if let Some(crate::evidence::Dead::Shadowed { by: other }) = &mut statement.dead {
            *other += by;
        }
    }
    if let Some(module) = &mut facts.module {
        module.shift(by);
    }
}
