//! Walking the root: which files there are, which are ignored, which folders stay closed, where links lead.
//!
//! Why it can be wrong: ignore rules from above the root, or from a user's own Git configuration, would make the result
//! depend on the machine; a vendored copy of a library has settings of its own that no run of the paper used; a link
//! out of the root reads what nobody agreed to. So rules count from the root down, vendored folders are known by their
//! name or by what marks an environment, and links are followed only within the root or into an allowed folder.
//!
//! Example: `node_modules/` is one closed folder with one gap; `logs/`, which `.gitignore` names, is opened when a
//! claim says `in = "logs/*.out"`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Entry;
use super::tracked::Tracked;
use crate::evidence::{Gap, GapReason};

/// Folders that hold code of others or copies that a tool made, by their names.
const VENDORED: &[&str] = &[
    "site-packages",
    "dist-packages",
    "node_modules",
    "vendor",
    "third_party",
    "third-party",
    ".venv",
    ".tox",
    ".nox",
    ".eggs",
    ".ipynb_checkpoints",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
];
/// Of these, the ones that hold nothing a person could miss: they are closed without a word.
const CACHES: &[&str] = &["__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"];
/// What stands in a virtual environment of Python, and in one of conda.
const ENVIRONMENT_MARKS: &[&str] = &["pyvenv.cfg", "conda-meta"];
/// What version control keeps for itself.
const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".svn", ".jj"];

/// A folder that is not entered until a scope leads there.
#[derive(Debug, Clone)]
pub(super) struct Closed {
    pub(super) path: String,
    /// [`GapReason::Ignored`] or [`GapReason::Vendored`].
    pub(super) why: GapReason,
    real: PathBuf,
    ignored: bool,
}

impl Closed {
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    pub(super) fn gap(&self) -> Gap {
        Gap {
            file: format!("{}/", self.path),
            why: self.why,
            detail: String::new(),
        }
    }

    pub(super) fn holds(&self, path: &str) -> bool {
        path.strip_prefix(&self.path).is_some_and(|rest| rest.starts_with('/'))
    }

    /// A path in the folder as the system names it.
    pub(super) fn real(&self, path: &str) -> Option<PathBuf> {
        let rest = path.strip_prefix(&self.path)?.strip_prefix('/')?;
        Some(self.real.join(rest))
    }

    pub(super) fn speaks(&self) -> bool {
        !CACHES.contains(&self.name())
    }
}

/// A link to a file or folder within the root.
#[derive(Debug, Clone)]
pub(super) struct Alias {
    pub(super) path: String,
    /// Relative to the root; empty for the root itself.
    target: String,
}

impl Alias {
    /// The path that a path through this link stands for.
    pub(super) fn target_of(&self, path: &str) -> Option<String> {
        exchange(path, &self.path, &self.target)
    }

    /// The path through this link that stands for a path.
    pub(super) fn name_of(&self, path: &str) -> Option<String> {
        exchange(path, &self.target, &self.path)
    }
}

fn exchange(path: &str, from: &str, to: &str) -> Option<String> {
    if path == from {
        return Some(to.to_string());
    }
    let rest = if from.is_empty() {
        path
    } else {
        path.strip_prefix(from)?.strip_prefix('/')?
    };
    Some(join(to, rest))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_string()
    } else {
        format!("{folder}/{name}")
    }
}

/// What a walk found, in no order.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) entries: Vec<Entry>,
    pub(super) closed: Vec<Closed>,
    pub(super) aliases: Vec<Alias>,
    pub(super) gaps: Vec<Gap>,
}

/// The root with what decides how it is walked.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    root: PathBuf,
    allow: Vec<PathBuf>,
    tracked: Tracked,
}

/// A folder to be listed.
struct Folder {
    path: String,
    real: PathBuf,
    ignored: bool,
    vendored: Option<String>,
    /// Ignore rules from the root down to here.
    rules: Vec<Rc<Gitignore>>,
    /// Allowed folders that links have led into on the way here: a link back into one would go round.
    through: Vec<PathBuf>,
}

impl Walk {
    /// Both canonical.
    pub(super) fn new(root: PathBuf, allow: Vec<PathBuf>) -> Walk {
        let tracked = Tracked::of(&root);
        Walk { root, allow, tracked }
    }

    /// An absolute path relative to the root; none where it lies elsewhere.
    pub(super) fn relative(&self, path: &str) -> Option<String> {
        let below = Path::new(path).strip_prefix(&self.root).ok()?;
        Some(below.to_str()?.replace(std::path::MAIN_SEPARATOR, "/"))
    }

    /// Whether what really lies there may be read.
    pub(super) fn may_read(&self, real: &Path) -> bool {
        real.starts_with(&self.root) || self.allow.iter().any(|allowed| real.starts_with(allowed))
    }

    /// A folder of the root as the system names it.
    pub(super) fn absolute(&self, folder: &str) -> PathBuf {
        self.root.join(folder)
    }

    /// Whether Git would ignore a path, also where nothing is there: by the rules of the work tree that the root lies in, and
    /// by all above where there is none (a copy without its history).
    pub(super) fn ignores(&self, path: &str, is_folder: bool) -> bool {
        if self.tracked.holds(path) {
            return false;
        }
        let above: Vec<&Path> = self.root.ancestors().collect();
        let top = above
            .iter()
            .position(|folder| folder.join(".git").exists())
            .unwrap_or(above.len() - 1);
        let exclude = own_rules(above[top], &above[top].join(".git/info/exclude"));
        let outer = above[1..=top].iter().rev();
        let outer = outer.filter_map(|folder| own_rules(folder, &folder.join(".gitignore")));
        let mut rules: Vec<Rc<Gitignore>> = exclude.into_iter().chain(outer).collect();
        let mut folder = self.root.clone();
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            rules.extend(own_rules(&folder, &folder.join(".gitignore")));
            folder.push(name);
            if is_ignored(&rules, &folder, is_folder || names.peek().is_some()) {
                return true;
            }
        }
        false
    }

    pub(super) fn whole(&self) -> Found {
        self.walk(Folder {
            path: String::new(),
            real: self.root.clone(),
            ignored: false,
            vendored: None,
            rules: own_rules(&self.root, &self.root.join(".git/info/exclude"))
                .into_iter()
                .collect(),
            through: Vec::new(),
        })
    }

    /// What lies in a closed folder.
    pub(super) fn inside(&self, closed: &Closed) -> Found {
        self.walk(Folder {
            path: closed.path.clone(),
            real: closed.real.clone(),
            ignored: closed.ignored,
            vendored: (closed.why == GapReason::Vendored).then(|| closed.path.clone()),
            rules: Vec::new(),
            through: Vec::new(),
        })
    }

    fn walk(&self, first: Folder) -> Found {
        let mut found = Found::default();
        let mut open = vec![first];
        let mut led_into = BTreeSet::new();
        while let Some(mut folder) = open.pop() {
            let gap = |why, detail: String| Gap {
                file: folder.path.clone(),
                why,
                detail,
            };
            let mut names = match list(&folder.real) {
                Ok(names) => names,
                Err(reason) => {
                    found.gaps.push(gap(GapReason::Unreadable, reason.to_string()));
                    continue;
                }
            };
            names.sort();
            // Below an ignored folder everything is ignored, as Git has it: no rule can take it back.
            if !folder.ignored && folder.vendored.is_none() {
                folder
                    .rules
                    .extend(own_rules(&folder.real, &folder.real.join(".gitignore")));
            }
            for name in names {
                let real = folder.real.join(&name);
                let Some(name) = name.to_str() else {
                    let shown = join(&folder.path, &name.to_string_lossy());
                    found.gaps.push(Gap {
                        file: shown,
                        why: GapReason::Unreadable,
                        detail: "its name is not UTF-8".into(),
                    });
                    continue;
                };
                if VERSION_CONTROL.contains(&name) {
                    continue;
                }
                self.see(
                    join(&folder.path, name),
                    real,
                    &folder,
                    &mut open,
                    &mut led_into,
                    &mut found,
                );
            }
        }
        found
    }

    /// Sorts one name of a folder: file, folder to open, folder to keep closed, link.
    fn see(
        &self,
        path: String,
        real: PathBuf,
        folder: &Folder,
        open: &mut Vec<Folder>,
        led_into: &mut BTreeSet<PathBuf>,
        found: &mut Found,
    ) {
        let gap = |why, detail: &str| Gap {
            file: path.clone(),
            why,
            detail: detail.to_string(),
        };
        let Ok(mut about) = std::fs::symlink_metadata(&real) else {
            found.gaps.push(gap(GapReason::Unreadable, "it cannot be looked at"));
            return;
        };
        let mut real = real;
        let mut through = folder.through.clone();
        if about.is_symlink() {
            let Ok(target) = real.canonicalize() else {
                found.gaps.push(gap(GapReason::Unreadable, "a link that leads nowhere"));
                return;
            };
            if let Ok(inside) = target.strip_prefix(&self.root) {
                if let Some(target) = inside
                    .to_str()
                    .map(|inside| inside.replace(std::path::MAIN_SEPARATOR, "/"))
                {
                    found.aliases.push(Alias { path, target });
                }
                return;
            }
            if !self.allow.iter().any(|allowed| target.starts_with(allowed)) {
                found.gaps.push(gap(
                    GapReason::OutsideRoot,
                    "a link out of the root; `--allow-read` lets it be followed",
                ));
                return;
            }
            let Ok(behind) = std::fs::metadata(&target) else {
                found.gaps.push(gap(GapReason::Unreadable, "it cannot be looked at"));
                return;
            };
            if behind.is_dir()
                && (through.iter().any(|outer| target.starts_with(outer)) || !led_into.insert(target.clone()))
            {
                return;
            }
            through.push(target.clone());
            (about, real) = (behind, target);
        }
        let ignored = !self.tracked.holds(&path)
            && (folder.ignored || is_ignored(&folder.rules, &folder.real.join(last(&path)), about.is_dir()));
        if about.is_file() {
            let vendored = folder.vendored.clone();
            found.entries.push(Entry {
                path,
                bytes: about.len(),
                ignored,
                vendored,
                real,
            });
        } else if about.is_dir() {
            let name = last(&path);
            let is_cache = CACHES.contains(&name);
            let vendored = is_cache || (folder.vendored.is_none() && is_vendored(name, &real));
            if vendored {
                found.closed.push(Closed {
                    path,
                    why: GapReason::Vendored,
                    real,
                    ignored,
                });
            } else if ignored && !folder.ignored && folder.vendored.is_none() && !self.tracked.below(&path) {
                found.closed.push(Closed {
                    path,
                    why: GapReason::Ignored,
                    real,
                    ignored,
                });
            } else {
                let (vendored, rules) = (folder.vendored.clone(), folder.rules.clone());
                open.push(Folder {
                    path,
                    real,
                    ignored,
                    vendored,
                    rules,
                    through,
                });
            }
        } else {
            found.gaps.push(gap(GapReason::Unreadable, "not a regular file"));
        }
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn list(folder: &Path) -> std::io::Result<Vec<std::ffi::OsString>> {
    std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect()
}

fn is_vendored(name: &str, real: &Path) -> bool {
    let lower = name.to_lowercase();
    VENDORED.contains(&lower.as_str())
        || lower.ends_with(".egg-info")
        || lower.ends_with(".dist-info")
        || ENVIRONMENT_MARKS.iter().any(|mark| real.join(mark).exists())
}

/// The rules of one ignore file, counted from `folder`; none where there is no such file. A link is not followed: it
/// may lead out of the root.
fn own_rules(folder: &Path, file: &Path) -> Option<Rc<Gitignore>> {
    if !std::fs::symlink_metadata(file).is_ok_and(|about| about.is_file()) {
        return None;
    }
    let mut builder = GitignoreBuilder::new(folder);
    // A line that is no glob is left out, as Git does; the other lines count.
    builder.add(file);
    builder.build().ok().filter(|rules| !rules.is_empty()).map(Rc::new)
}

/// The nearest rule that speaks of a path decides.
fn is_ignored(rules: &[Rc<Gitignore>], path: &Path, is_folder: bool) -> bool {
    rules
        .iter()
        .rev()
        .map(|rules| rules.matched(path, is_folder))
        .find(|matched| !matched.is_none())
        .is_some_and(|matched| matched.is_ignore())
}
