//! Which file an import means, which files an entry script runs, and which scripts are entries.
//!
//! Why it can be wrong: `import datasets` beside a `datasets.py` two folders away is the library, not the file. A
//! module is looked for where Python would: beside a script, at the root, in `src`, in the folders above; and by a
//! dotted name's unique end elsewhere.
//!
//! Example: `scripts/train.py` with `from models.net import Net` reaches `models/net.py` and `models/__init__.py`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::module::{ImportName, Module};

/// The repository's Python files by path.
#[derive(Debug)]
pub(super) struct Files<'m> {
    modules: &'m [Module],
    by_path: BTreeMap<&'m str, usize>,
    /// Files by their own name, for imports that are found by their dotted end.
    by_name: BTreeMap<&'m str, Vec<usize>>,
    /// What was found before: binding asks for the same import at every name that it brings.
    found: RefCell<HashMap<(usize, String), Option<usize>>>,
}

impl<'m> Files<'m> {
    pub(super) fn new(modules: &'m [Module]) -> Files<'m> {
        let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, module) in modules.iter().enumerate() {
            by_name.entry(name_of(module.path())).or_default().push(index);
        }
        let by_path = modules
            .iter()
            .enumerate()
            .map(|(index, module)| (module.path(), index))
            .collect();
        Files {
            modules,
            by_path,
            by_name,
            found: RefCell::default(),
        }
    }

    /// The file that a dotted module name (with leading dots where relative) means in a file.
    pub(super) fn find(&self, from: usize, module: &str) -> Option<usize> {
        let key = (from, module.to_string());
        if let Some(known) = self.found.borrow().get(&key) {
            return *known;
        }
        let found = self.look_up(from, module);
        self.found.borrow_mut().insert(key, found);
        found
    }

    fn look_up(&self, from: usize, module: &str) -> Option<usize> {
        let path = self.modules[from].path();
        let folder = parent(path);
        let dots = module.len() - module.trim_start_matches('.').len();
        let name = module.trim_start_matches('.').replace('.', "/");
        if dots > 0 {
            let mut base = folder.to_string();
            for _ in 1..dots {
                base = parent(&base).to_string();
            }
            return self.at(&join(&base, &name), Some(from));
        }
        if name.is_empty() {
            return None;
        }
        let package = self.by_path.contains_key(join(folder, "__init__.py").as_str());
        let mut places = Vec::new();
        if !package || self.modules[from].works {
            places.push(folder.to_string());
        }
        places.extend(["".to_string(), "src".to_string()]);
        let mut above = parent(folder);
        while !above.is_empty() {
            places.push(above.to_string());
            places.push(join(above, "src"));
            above = parent(above);
        }
        if let Some(found) = places.iter().find_map(|place| self.at(&join(place, &name), Some(from))) {
            return Some(found);
        }
        let last = name.rsplit('/').next().unwrap_or("");
        if !name.contains('/') {
            return None;
        }
        let ends = [format!("/{name}.py"), format!("/{name}/__init__.py")];
        let candidates = self.by_name.get(last).into_iter().flatten();
        let mut hits = candidates.filter(|index| {
            ends.iter()
                .any(|end| self.modules[**index].path().ends_with(end.as_str()))
        });
        match (hits.next(), hits.next()) {
            (Some(only), None) => Some(*only),
            _ => None,
        }
    }

    fn at(&self, path: &str, not: Option<usize>) -> Option<usize> {
        let found = if path.is_empty() {
            self.by_path.get("__init__.py")
        } else {
            self.by_path
                .get(format!("{path}.py").as_str())
                .or_else(|| self.by_path.get(format!("{path}/__init__.py").as_str()))
        };
        found.copied().filter(|index| Some(*index) != not)
    }

    /// The files that one import runs: the module, a submodule named by the symbol, the packages around it.
    pub(super) fn imported(&self, from: usize, import: &ImportName) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let whole = match &import.symbol {
            Some(symbol) if symbol != "*" => {
                let dot = if import.module.ends_with('.') { "" } else { "." };
                vec![import.module.clone(), format!("{}{dot}{symbol}", import.module)]
            }
            _ => vec![import.module.clone()],
        };
        for module in whole {
            if let Some(target) = self.find(from, &module) {
                found.insert(target);
                let mut folder = parent(self.modules[target].path());
                while !folder.is_empty() {
                    let Some(package) = self.by_path.get(join(folder, "__init__.py").as_str()) else {
                        break;
                    };
                    found.insert(*package);
                    folder = parent(folder);
                }
            }
        }
        found.remove(&from);
        found
    }

    /// The files that a file's imports run directly, lazy ones in functions too.
    pub(super) fn imports(&self, from: usize) -> BTreeSet<usize> {
        self.modules[from]
            .imports
            .iter()
            .filter(|import| !import.dead)
            .flat_map(|import| self.imported(from, import))
            .collect()
    }
}

/// The last word of a module's name: `net` for `models/net.py`, `models` for `models/__init__.py`.
fn name_of(path: &str) -> &str {
    let stem = path.strip_suffix(".py").unwrap_or(path);
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    stem.rsplit('/').next().unwrap_or(stem)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, name: &str) -> String {
    match (folder.is_empty(), name.is_empty()) {
        (true, _) => name.to_string(),
        (_, true) => folder.to_string(),
        _ => format!("{folder}/{name}"),
    }
}

/// Tests import what they test; that makes no module of a script.
pub(super) fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("test_")
        || name.ends_with("_test.py")
        || name == "conftest.py"
        || path.split('/').any(|part| part == "tests" || part == "test")
}

/// Files that are run: they do work when started, and no other file (but a test) imports them. Sorted.
pub(super) fn entries_among(modules: &[Module], imports: &[BTreeSet<usize>]) -> Vec<String> {
    let mut imported = BTreeSet::<usize>::new();
    for (module, imports) in modules.iter().zip(imports) {
        if !is_test(module.path()) {
            imported.extend(imports);
        }
    }
    let mut found: Vec<String> = modules
        .iter()
        .enumerate()
        .filter(|(index, module)| {
            let name = module.path().rsplit('/').next().unwrap_or("");
            let runs = module.works || name == "__main__.py";
            runs && !imported.contains(index)
                && !["setup.py", "conftest.py", "__init__.py"].contains(&name)
                && !module.path().split('/').any(|part| part == "tests")
        })
        .map(|(_, module)| module.path().to_string())
        .collect();
    found.sort();
    found
}

/// [`entries_among`], where nobody has looked up the imports yet.
pub fn entries(modules: &[Module]) -> Vec<String> {
    let files = Files::new(modules);
    let imports: Vec<BTreeSet<usize>> = (0..modules.len()).map(|index| files.imports(index)).collect();
    entries_among(modules, &imports)
}

/// A file with all that it imports, directly or not; `imports` says what each file imports directly.
pub(super) fn reached(start: usize, imports: &[BTreeSet<usize>]) -> BTreeSet<usize> {
    let mut seen = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(here) = open.pop() {
        open.extend(imports[here].iter().copied().filter(|next| seen.insert(*next)));
    }
    seen
}
