//! What one Python file defines, imports, calls and reads: all that binding across files needs, without the tree.
//!
//! Statement ids count within the file; [`Module::shift`] moves them all at once when files are merged, and every use
//! goes through [`Module::id`].
//!
//! Why it can be wrong: a name that is bound by something not listed here (a `for`, a `with`, an import) would be
//! taken for the constant of the same name further out. So every binding is kept, those of unknown value too.
//!
//! Example: `from config import LR` binds `LR` in scope 0 to the symbol `LR` of the module `config`.

use std::collections::{BTreeMap, BTreeSet};

use super::takes::Shape;
use crate::evidence::{Expr, Guard, StatementId};
use crate::place::SourceText;

/// Index of a scope within its module; scope 0 is the module itself.
pub(super) type ScopeId = usize;
/// Index of a block within its module; block 0 is the module's body.
pub(super) type BlockId = usize;
/// A statement's index within its own file.
pub(super) type Local = usize;

/// A Python file, as binding sees it.
#[derive(Debug)]
pub struct Module {
    pub(super) source: SourceText,
    /// Id of the file's first statement among all.
    pub(super) base: StatementId,
    /// Where each statement of the file stands, by local index.
    pub(super) sites: Vec<Site>,
    pub(super) scopes: Vec<Scope>,
    pub(super) blocks: Vec<Block>,
    pub(super) calls: Vec<CallSite>,
    pub(super) imports: Vec<ImportName>,
    pub(super) assigned: Vec<Assigned>,
    pub(super) entries: Vec<EntryFact>,
    /// Variables and attributes that hold a callable chosen when the code runs.
    pub(super) picks: BTreeMap<Local, Pick>,
    /// `d.setdefault("x", …)`: what it puts in stays in.
    pub(super) put_in: BTreeSet<Local>,
    /// `parser.set_defaults(x=…)`: the keyword statements.
    pub(super) set_defaults: Vec<Local>,
    /// What each option takes on the command line.
    pub(super) shapes: Vec<(Local, Shape)>,
    /// Bytes that only one subcommand runs, and that subcommand's path.
    pub(super) commanded: Vec<(Vec<String>, (usize, usize))>,
    /// Identifiers inside string literals: a function may be looked up by its name.
    pub(super) words: BTreeSet<String>,
    /// Offsets of reads that only print or log what they read.
    pub(super) shown: BTreeSet<usize>,
    /// Where the calls that only print or log begin.
    pub(super) shows: BTreeSet<usize>,
    /// It has a `__main__` block, or work at module level that a script does.
    pub(super) works: bool,
    /// The bodies of its `__main__` blocks, in bytes.
    pub(super) mains: Vec<(usize, usize)>,
    /// Names in `__all__`: offered to importers, read by nobody yet.
    pub(super) offered: BTreeSet<String>,
}

/// Where a statement stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site {
    pub scope: ScopeId,
    pub block: BlockId,
    /// Byte offset from which its value holds (its end, for an assignment).
    pub at: usize,
}

/// A run of statements that are executed one after the other.
#[derive(Debug)]
pub(super) struct Block {
    pub parent: Option<BlockId>,
    /// The body of a `for` or `while`.
    pub repeats: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    Class,
    Function,
}

#[derive(Debug)]
pub(super) struct Scope {
    pub kind: ScopeKind,
    pub name: String,
    /// From its decorators to its end, in bytes; nothing for the module and for inner scopes of expressions.
    pub range: (usize, usize),
    pub parent: Option<ScopeId>,
    pub bindings: BTreeMap<String, Vec<Binding>>,
    /// Names that `global` or `nonlocal` send outwards.
    pub outer: BTreeSet<String>,
    /// Dotted paths that are read, with their offset; a head that is no name is `?`.
    pub reads: Vec<(String, usize)>,
    pub parameters: Vec<Parameter>,
    /// Base classes as written.
    pub bases: Vec<String>,
    /// Decorators as written, resolved through imports.
    pub decorators: Vec<String>,
    /// The block of its body.
    pub body: BlockId,
    /// What it returns, and where.
    pub returns: Vec<(Expr, usize)>,
    /// The body is a docstring, `pass`, `...` or `raise NotImplementedError`.
    pub stub: bool,
    /// It gives control away in the middle: `yield`, `await`.
    pub pauses: bool,
    /// The body sees all of its names at once: `locals()`, `save_hyperparameters()`.
    pub reads_all: bool,
}

#[derive(Debug)]
pub(super) struct Parameter {
    pub name: String,
    pub kind: ParameterKind,
    pub statement: Local,
    /// The annotation, as a dotted name where it is one.
    pub annotation: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ParameterKind {
    Positional,
    KeywordOnly,
    /// `*args`.
    Rest,
    /// `**kwargs`.
    Keywords,
}

#[derive(Debug)]
pub(super) struct Binding {
    pub at: usize,
    pub block: BlockId,
    pub what: Bound,
}

#[derive(Debug, Clone)]
pub(super) enum Bound {
    /// An assignment; augmented ones read the name they set.
    Statement {
        local: Local,
        augmented: bool,
    },
    /// Part of a value that is unpacked: `a, b = f()`.
    Element {
        value: Expr,
        index: usize,
    },
    Parameter(usize),
    /// A class or function.
    Scope(ScopeId),
    Import {
        module: String,
        symbol: Option<String>,
    },
    /// `for`, `with`, `except … as`, `del`, a comprehension: known to be something, unknown what.
    Unknown,
}

/// One imported name, or a whole module.
#[derive(Debug)]
pub(super) struct ImportName {
    /// Absolute, or with leading dots.
    pub module: String,
    /// `*` for a star import.
    pub symbol: Option<String>,
    pub statement: Option<Local>,
    /// It never runs: type checking, a branch not taken.
    pub dead: bool,
}

/// A callable that is chosen when the code runs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pick {
    /// What this path means: `getattr(models, "resnet")`.
    Path(String),
    /// One of these: `{"a": A, "b": B}[name]`, `A if big else B`.
    Of(Vec<Expr>),
    /// One of what this holds: `registry[name]`, `registry.get(name)`.
    From(String),
    /// A member of this, by a name that is computed: `getattr(models, name)`.
    Member(String),
    /// A name of this file that is computed: `globals()[name]`.
    Global,
    /// What a call of this gives back: `build(name)(x)`.
    Result(String),
}

#[derive(Debug)]
pub(super) struct CallSite {
    /// Its statement of form `Call`.
    pub statement: Local,
    pub scope: ScopeId,
    pub block: BlockId,
    pub at: usize,
    /// As written: `self.model.generate`.
    pub callee: String,
    /// As resolved through the file's imports.
    pub resolved: String,
    /// Named arguments: name and the keyword's statement.
    pub keywords: Vec<(String, Local)>,
    /// Positional arguments, before any `*`.
    pub positional: Vec<Positional>,
    /// The first `*x`: which positions are filled from there on is not written.
    pub starred: Option<Expr>,
    /// `**x`.
    pub spreads: Vec<Positional>,
    /// What is called is no path.
    pub pick: Option<Pick>,
    pub guards: Vec<Guard>,
    /// Enclosing names, without the callee.
    pub owner: Vec<String>,
    pub dead: bool,
}

#[derive(Debug)]
pub(super) struct Positional {
    pub value: Expr,
    pub start: usize,
    pub end: usize,
}

/// `args.x = …`, `self.x = …`, `config["x"] = …`.
#[derive(Debug)]
pub(super) struct Assigned {
    /// The whole path, dotted.
    pub path: String,
    pub statement: Local,
}

/// An entry of a dictionary, and whose dictionary it is.
#[derive(Debug)]
pub(super) struct EntryFact {
    pub statement: Local,
    /// The variable, attribute, keyword or default that holds the dictionary.
    pub root: Option<Local>,
    /// Keys from the root down to the entry's own.
    pub path: Vec<String>,
}

impl Module {
    pub(super) fn new(source: SourceText) -> Module {
        Module {
            source,
            base: 0,
            sites: Vec::new(),
            scopes: vec![Scope::new(ScopeKind::Module, String::new(), None)],
            blocks: vec![Block {
                parent: None,
                repeats: false,
            }],
            calls: Vec::new(),
            imports: Vec::new(),
            assigned: Vec::new(),
            entries: Vec::new(),
            picks: BTreeMap::new(),
            put_in: BTreeSet::new(),
            set_defaults: Vec::new(),
            shapes: Vec::new(),
            commanded: Vec::new(),
            words: BTreeSet::new(),
            shown: BTreeSet::new(),
            shows: BTreeSet::new(),
            works: false,
            mains: Vec::new(),
            offered: BTreeSet::new(),
        }
    }

    /// Relative to the root.
    pub fn path(&self) -> &str {
        self.source.path()
    }

    /// Moves every statement id by `by`: the file's statements now stand behind those of other files.
    pub fn shift(&mut self, by: usize) {
        self.base += by;
    }

    pub(super) fn id(&self, local: Local) -> StatementId {
        self.base + local
    }

    /// The local index of a statement, where it is one of this file's.
    pub(super) fn local(&self, id: StatementId) -> Option<Local> {
        id.checked_sub(self.base).filter(|local| *local < self.sites.len())
    }

    /// Whether `outer` is `inner` or encloses it.
    pub(super) fn encloses(&self, outer: BlockId, inner: BlockId) -> bool {
        let mut here = Some(inner);
        while let Some(block) = here {
            if block == outer {
                return true;
            }
            here = self.blocks[block].parent;
        }
        false
    }

    /// The loops around a block, innermost first.
    pub(super) fn loops(&self, block: BlockId) -> Vec<BlockId> {
        let mut found = Vec::new();
        let mut here = Some(block);
        while let Some(at) = here {
            if self.blocks[at].repeats {
                found.push(at);
            }
            here = self.blocks[at].parent;
        }
        found
    }

    /// The class whose method a scope is in, nested functions included.
    pub(super) fn class_of(&self, scope: ScopeId) -> Option<ScopeId> {
        let mut here = Some(scope);
        while let Some(at) = here {
            if self.scopes[at].kind == ScopeKind::Class {
                return Some(at);
            }
            here = self.scopes[at].parent;
        }
        None
    }

    /// The scopes defined directly in another, by name.
    pub(super) fn defined_in(&self, scope: ScopeId, name: &str) -> Option<ScopeId> {
        self.scopes[scope]
            .bindings
            .get(name)?
            .iter()
            .rev()
            .find_map(|binding| match binding.what {
                Bound::Scope(found) => Some(found),
                _ => None,
            })
    }
}

impl Scope {
    pub(super) fn new(kind: ScopeKind, name: String, parent: Option<ScopeId>) -> Scope {
        Scope {
            kind,
            name,
            range: (0, 0),
            parent,
            bindings: BTreeMap::new(),
            outer: BTreeSet::new(),
            reads: Vec::new(),
            parameters: Vec::new(),
            bases: Vec::new(),
            decorators: Vec::new(),
            body: 0,
            returns: Vec::new(),
            stub: false,
            pauses: false,
            reads_all: false,
        }
    }
}
