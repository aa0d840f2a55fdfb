//! What a launch comes to within the files it imports: the functions and classes whose names it reads on its way.
//!
//! Importing a file runs its module level, not its `__main__` block, and no function in it. From the entry on, a name
//! that running code reads makes what bears it run too; methods run with their class where a framework calls them.
//!
//! Why it can be wrong: code that is taken for idle although something calls it by other means is evidence that is lost.
//! So names are enough, whatever object they are of, and texts, registries and computed look-ups count as reads.
//!
//! Example: `train.py` imports `lib.py` for `Net`; `def legacy_loss(margin=0.2)` there is idle in its launches.

use std::collections::{BTreeMap, BTreeSet};

use super::super::module::{Module, Scope, ScopeId, ScopeKind};
use super::super::reach::reached;
use super::dead::{has_foreign_base, is_hook, is_taken_over, named_outside};
use super::lookup::looked_up;
use super::world::World;
use crate::evidence::{Idle, Statement};

/// A name's number.
type Word = usize;

/// All that telling what runs needs, for any entry.
#[derive(Debug)]
pub struct Running<'m> {
    modules: &'m [Module],
    by_path: BTreeMap<&'m str, usize>,
    /// What each module imports directly.
    imports: Vec<BTreeSet<usize>>,
    words: BTreeMap<String, Word>,
    /// For every module, its scopes.
    scopes: Vec<Vec<Reads>>,
    /// Words that running a module says beside what its scopes read: texts, other names of imported symbols.
    said: Vec<Vec<Word>>,
    /// Words of texts outside of Python.
    outside: Vec<Word>,
}

/// A scope by the names in it.
#[derive(Debug)]
struct Reads {
    name: Word,
    words: Vec<Word>,
    /// Read in a `__main__` block.
    in_main: Vec<Word>,
    /// It runs with whatever is around it.
    always: bool,
    children: Vec<ScopeId>,
}

impl<'m> Running<'m> {
    pub fn new(statements: &[Statement], modules: &'m [Module]) -> Running<'m> {
        let world = World::new(statements, modules);
        let mut words: BTreeMap<String, Word> = BTreeMap::new();
        let mut number = |word: &str| -> Word {
            if let Some(known) = words.get(word) {
                return *known;
            }
            let next = words.len();
            words.insert(word.to_string(), next);
            next
        };
        let open = looked_up(&world);
        let outside = named_outside(&world).iter().map(|word| number(word)).collect();
        let mut scopes = Vec::new();
        let mut said = Vec::new();
        for (index, module) in modules.iter().enumerate() {
            let mut found: Vec<Reads> = Vec::new();
            for (scope, inner) in module.scopes.iter().enumerate() {
                let (in_main, plain): (Vec<_>, Vec<_>) = inner.reads.iter().partition(|(_, at)| in_main(module, *at));
                let mut all = |reads: Vec<&(String, usize)>| -> Vec<Word> {
                    let all: BTreeSet<Word> = reads
                        .iter()
                        .flat_map(|(path, _)| path.split('.'))
                        .map(&mut number)
                        .collect();
                    all.into_iter().collect()
                };
                let (words, in_main) = (all(plain), all(in_main));
                let always = inner
                    .parent
                    .is_none_or(|parent| open.contains(&(index, parent)) || always(&world, index, inner, parent));
                found.push(Reads {
                    name: number(&inner.name),
                    words,
                    in_main,
                    always,
                    children: Vec::new(),
                });
                if let Some(parent) = inner.parent {
                    found[parent].children.push(scope);
                }
            }
            scopes.push(found);
            let renamed = module
                .scopes
                .iter()
                .flat_map(|scope| &scope.bindings)
                .flat_map(|(name, bindings)| {
                    bindings.iter().filter_map(move |binding| match &binding.what {
                        super::super::module::Bound::Import {
                            symbol: Some(symbol), ..
                        } if symbol != name => Some(symbol),
                        _ => None,
                    })
                });
            said.push(module.words.iter().chain(renamed).map(|word| number(word)).collect());
        }
        Running {
            modules,
            by_path: modules
                .iter()
                .enumerate()
                .map(|(index, module)| (module.path(), index))
                .collect(),
            imports: world.imports,
            words,
            scopes,
            said,
            outside,
        }
    }

    /// The files whose code an entry runs: itself and all that it imports, directly or not. Sorted.
    pub fn reach(&self, entry: &str) -> Vec<String> {
        let Some(&start) = self.by_path.get(entry) else {
            return Vec::new();
        };
        let mut found: Vec<String> = reached(start, &self.imports)
            .into_iter()
            .map(|file| self.modules[file].path().to_string())
            .collect();
        found.sort();
        found
    }

    /// The code in the files that an entry runs to which it never comes. Sorted; of nested ones the outermost.
    pub fn idle(&self, entry: &str) -> Vec<Idle> {
        let Some(start) = self.by_path.get(entry).copied() else {
            return Vec::new();
        };
        let files: Vec<usize> = reached(start, &self.imports).into_iter().collect();
        let running = Run::new(self, start, &files).finish();
        let mut found = Vec::new();
        for &file in &files {
            let module = &self.modules[file];
            let idle = |bytes, name: String| Idle {
                file: module.path().to_string(),
                bytes,
                name,
            };
            for (scope, inner) in module.scopes.iter().enumerate() {
                let outermost = inner.parent.is_some_and(|parent| running.contains(&(file, parent)));
                if outermost && !running.contains(&(file, scope)) {
                    found.push(idle(inner.range, qualified(module, scope)));
                }
            }
            if file != start {
                let blocks = module.mains.iter().map(|&bytes| idle(bytes, "__main__".to_string()));
                // What is defined in such a block goes with it.
                for block in blocks {
                    found.retain(|other: &Idle| {
                        other.file != block.file || other.bytes.0 < block.bytes.0 || other.bytes.1 > block.bytes.1
                    });
                    found.push(block);
                }
            }
        }
        found.sort();
        found
    }
}

/// One entry's way through the files.
struct Run<'r, 'm> {
    all: &'r Running<'m>,
    start: usize,
    running: BTreeSet<(usize, ScopeId)>,
    read: Vec<bool>,
    /// Definitions whose surroundings run, by name, until the name is read.
    waiting: BTreeMap<Word, Vec<(usize, ScopeId)>>,
    open: Vec<(usize, ScopeId)>,
}

impl<'r, 'm> Run<'r, 'm> {
    fn new(all: &'r Running<'m>, start: usize, files: &[usize]) -> Run<'r, 'm> {
        let mut run = Run {
            all,
            start,
            running: BTreeSet::new(),
            read: vec![false; all.words.len()],
            waiting: BTreeMap::new(),
            open: files.iter().map(|&file| (file, 0)).collect(),
        };
        for &word in all.outside.iter().chain(files.iter().flat_map(|&file| &all.said[file])) {
            run.read[word] = true;
        }
        run
    }

    fn finish(mut self) -> BTreeSet<(usize, ScopeId)> {
        while let Some((file, scope)) = self.open.pop() {
            if !self.running.insert((file, scope)) {
                continue;
            }
            let reads = &self.all.scopes[file][scope];
            let in_main = reads.in_main.iter().filter(|_| file == self.start);
            for &word in reads.words.iter().chain(in_main) {
                if !std::mem::replace(&mut self.read[word], true) {
                    self.open.extend(self.waiting.remove(&word).unwrap_or_default());
                }
            }
            for &child in &reads.children {
                let inner = &self.all.scopes[file][child];
                if inner.always || self.read[inner.name] || self.is_started(file, scope, child) {
                    self.open.push((file, child));
                } else {
                    self.waiting.entry(inner.name).or_default().push((file, child));
                }
            }
        }
        self.running
    }

    /// Whether the command itself calls a definition of the entry: its `main`, or, where nothing at module level works,
    /// whatever a console script names.
    fn is_started(&self, file: usize, parent: ScopeId, scope: ScopeId) -> bool {
        let module = &self.all.modules[file];
        file == self.start && parent == 0 && (!module.works || is_hook(&module.scopes[scope].name))
    }
}

/// Whether something else than its name makes a definition run as soon as what is around it does.
fn always(world: &World<'_>, module: usize, inner: &Scope, parent: ScopeId) -> bool {
    let method = world.modules[module].scopes[parent].kind == ScopeKind::Class;
    inner.name.starts_with('<')
        || is_taken_over(inner)
        || (method && (is_hook(&inner.name) || has_foreign_base(world, module, parent, 0)))
}

fn in_main(module: &Module, at: usize) -> bool {
    module.mains.iter().any(|(start, end)| (*start..*end).contains(&at))
}

fn qualified(module: &Module, scope: ScopeId) -> String {
    let mut names = Vec::new();
    let mut here = Some(scope);
    while let Some(at) = here.filter(|at| *at != 0) {
        names.push(module.scopes[at].name.as_str());
        here = module.scopes[at].parent;
    }
    names.reverse();
    names.join(".")
}
