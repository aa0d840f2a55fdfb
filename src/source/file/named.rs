//! Files that a command or its code names: also below folders that Git ignores, which the walk leaves closed.
//!
//! Why it can be wrong: data usually is ignored, or a link to another disk. What is not entered looks like what is not there;
//! so a path at which something was left out says so.
//!
//! Example: `data/test.csv` with `data/` in `.gitignore` is a file, in a copy of the walk in which `data/` is open; with
//! `data` a link out of the root it is a gap.

use std::collections::BTreeSet;
use std::sync::Mutex;

use super::opened::Opened;
use super::{Entry, Repository, own, walk};
use crate::evidence::{Gap, GapReason};

/// Folders of the system.
const SYSTEM: &[&str] = &[
    "/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/dev", "/proc", "/sys", "/var", "/run",
];

impl Repository {
    /// The same files and those of the ignored folders that these paths lie in, or hold; nothing where there are no such
    /// folders. Scopes and gaps of this walk stay as they are.
    pub fn with_ignored(&self, paths: &BTreeSet<String>) -> Option<Repository> {
        let leads = |folder: &walk::Closed| {
            let all = paths.iter().flat_map(|path| self.names(path));
            folder.why == GapReason::Ignored && all.into_iter().any(|path| meets(folder, &path))
        };
        if !self.closed.iter().any(leads) {
            return None;
        }
        let mut opened = Repository {
            walk: self.walk.clone(),
            entries: self.entries.clone(),
            closed: self.closed.clone(),
            opened: self.opened.clone(),
            aliases: self.aliases.clone(),
            gaps: self.gaps.clone(),
            matched: self.matched.clone(),
            reads: Mutex::new(self.reads()),
        };
        opened.open_where(leads);
        Some(opened)
    }

    /// A file in an ignored folder that stays closed: a folder of a million clips is not walked for one table beside them.
    pub fn opened_unlisted(&self, path: &str) -> Option<Opened> {
        let ignored = self.closed.iter().filter(|folder| folder.why == GapReason::Ignored);
        let real = ignored
            .flat_map(|folder| self.names(path).into_iter().filter_map(|path| folder.real(&path)))
            .find_map(|real| real.canonicalize().ok())?;
        self.walk.may_read(&real).then(|| Opened::at(&real).ok()).flatten()
    }

    /// An absolute path relative to the root; none where it lies elsewhere.
    pub fn relative(&self, path: &str) -> Option<String> {
        self.walk.relative(path)
    }

    /// Whether something lies where a path leads out of the root, relative to a folder of it: data on another disk. What
    /// belongs to the system is nobody's data.
    pub fn lies_outside(&self, folder: &str, path: &str) -> bool {
        let Ok(real) = self.walk.absolute(folder).join(path).canonicalize() else {
            return false;
        };
        let root = self.walk.absolute("");
        // `/` and `..` are where paths begin.
        let is_of_it = real.starts_with(&root) || root.starts_with(&real);
        !is_of_it && !SYSTEM.iter().any(|system| real.starts_with(system))
    }

    /// Files below a folder that are known, sorted by path; a link within the root gives those of the folder it leads to.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = &Entry> {
        let folders: Vec<String> = self.names(folder).into_iter().map(|name| name + "/").collect();
        self.entries
            .iter()
            .filter(move |entry| folders.iter().any(|folder| entry.path.starts_with(folder.as_str())))
    }

    /// Whether something lies at a path, or may lie there unseen.
    pub fn may_hold(&self, path: &str) -> bool {
        self.entry(path).is_some()
            || self.below(path).next().is_some()
            || self.left_out_at(path).is_some()
            || self
                .closed
                .iter()
                .any(|folder| folder.speaks() && self.names(path).iter().any(|path| meets(folder, path)))
    }

    /// What was left out at a path or above it: a link out of the root, a folder of others' code.
    pub fn left_out_at(&self, path: &str) -> Option<Gap> {
        let at = |file: &str| path == file || path.strip_prefix(file).is_some_and(|rest| rest.starts_with('/'));
        let gap = self.gaps.iter().find(|gap| at(&gap.file)).cloned();
        let closed = || {
            let folder = self.closed.iter().find(|folder| folder.speaks() && at(&folder.path))?;
            Some(folder.gap())
        };
        gap.or_else(closed).map(|gap| Gap {
            file: path.to_string(),
            ..gap
        })
    }

    /// The content's SHA-256 as the Git LFS pointer at this path has it.
    pub fn lfs_sha256(&self, path: &str) -> Option<String> {
        let mut opened = Opened::at(&self.entry(path)?.real).ok()?;
        let head = opened.head(own::HEAD as u64).ok()?;
        own::lfs_sha256(&head)
    }

    /// Whether nothing is to be seen of what belongs at a path: Git ignores it and it is not here, or a link out of the root
    /// leads to it.
    pub fn keeps_unseen(&self, path: &str) -> bool {
        let is_folder = path.ends_with('/');
        let path = path.trim_end_matches('/');
        let linked = || {
            self.left_out_at(path)
                .is_some_and(|gap| gap.why == GapReason::OutsideRoot)
        };
        self.entry(path).is_none()
            && self.below(path).next().is_none()
            && (self.walk.ignores(path, is_folder) || linked())
    }

    /// The path, and what it is by the links within the root.
    fn names(&self, path: &str) -> Vec<String> {
        let behind = self.aliases.iter().filter_map(|alias| alias.target_of(path));
        std::iter::once(path.to_string()).chain(behind).collect()
    }
}

/// Whether the path lies in the folder, is it, or holds it.
fn meets(folder: &walk::Closed, path: &str) -> bool {
    let holds = |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
    folder.path == path || folder.holds(path) || holds(path, &folder.path)
}
