//! The repository's files: the only place through which a file is found or read.
//!
//! Why it can be wrong: a file that is found twice votes twice, one that is passed over in silence looks like a
//! repository that says nothing, and a report that `verify` wrote itself, read as evidence, agrees with any claim. So
//! every path has one entry, whatever is left out is a [`Gap`], and own reports and claim files are refused by what
//! stands in them. Nothing outside the root is read but under the folders that the command line allows, and Git's own
//! list of tracked names.
//!
//! Example: `Repository::open(root, &[])?.matches(&scope)` gives the files of `slurm/0[467]_*.job`, sorted, and
//! `read("slurm/04_eval_base.job")` the text of one of them.

mod arguments;
mod digest;
mod named;
mod opened;
mod own;
mod scope;
mod tracked;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

pub use arguments::claim_files;
pub use digest::{Measured, digest};
pub use opened::Opened;
pub use own::CLAIM_FILE;

use super::File;
use crate::evidence::{Gap, GapReason, Scope, ScopeFiles};
use crate::place::SourceText;

/// Bytes of a file that is read whole; larger ones are only hashed and counted ([`Repository::opened`]).
pub const LARGEST_READ: u64 = 512 * 1024 * 1024;

/// Why the files could not be had at all. What concerns one file of the repository is a [`Gap`] instead.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("there is no folder `{}`", .0.display())]
    NoRoot(PathBuf),
    #[error(
        "the claim file may not read `{root}`: it lies outside its project `{}`\n\nhelp: name it on the command line: --root for the code, --allow-read for the rest",
        top.display()
    )]
    RootOutside { root: String, top: PathBuf },
    #[error("there is no paper `{}`\n\nhelp: `paper` is relative to the claim file's folder", .0.display())]
    NoPaper(PathBuf),
    #[error("`{}` is a file; the root is the folder that holds the code", .0.display())]
    RootIsFile(PathBuf),
    #[error("cannot read `{}`: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("`{}` is larger than {} MB", .0.display(), LARGEST_READ / 1024 / 1024)]
    TooLarge(PathBuf),
    #[error("`{}` is not UTF-8 text", .0.display())]
    NotText(PathBuf),
    #[error("no claim file: there is no file or folder `{0}`")]
    NoClaimFile(String),
    #[error("no claim file: the folder `{0}` holds no `*.toml` of its own (subfolders are not searched)")]
    NoClaimsInFolder(String),
    #[error("no claim file: nothing matches `{0}`")]
    NothingMatches(String),
    #[error("`{glob}` is not a glob: {reason}")]
    BadGlob { glob: String, reason: String },
}

/// One file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the root, with forward slashes.
    pub path: String,
    pub bytes: u64,
    /// Git-ignored and not tracked: read only when an `in` matches it, or a command names it.
    pub ignored: bool,
    /// The vendored or generated folder it lies in: read only when an `in` names that folder.
    pub vendored: Option<String>,
    /// Where it really lies; differs from root and path below an allowed folder that a link leads to.
    real: PathBuf,
}

/// Files as something in the repository names them.
#[derive(Debug, Default)]
pub struct Named {
    /// Relative to the root.
    pub paths: BTreeSet<String>,
    /// What a path ends with, from the start of a folder's or the file's name on.
    pub endings: BTreeSet<String>,
}

impl Named {
    fn holds(&self, path: &str) -> bool {
        let whole = std::iter::once(path);
        let mut ends = whole.chain(path.match_indices('/').map(|(at, _)| &path[at + 1..]));
        self.paths.contains(path) || ends.any(|end| self.endings.contains(end))
    }
}

/// The files under one root.
#[derive(Debug)]
pub struct Repository {
    walk: walk::Walk,
    /// Sorted by path.
    entries: Vec<Entry>,
    closed: Vec<walk::Closed>,
    /// Folders that were closed until a scope led there.
    opened: Vec<walk::Closed>,
    aliases: Vec<walk::Alias>,
    gaps: Vec<Gap>,
    /// Paths that some scope matched.
    matched: BTreeSet<String>,
    reads: Mutex<BTreeMap<String, u32>>,
}

impl Repository {
    /// Walks `root`. `allow` are folders outside it that links may lead to.
    ///
    /// # Errors
    /// Where the root is missing, is no folder or cannot be listed. Trouble below it is a gap.
    pub fn open(root: &Path, allow: &[PathBuf]) -> Result<Repository, SourceError> {
        if !root.exists() {
            return Err(SourceError::NoRoot(root.to_path_buf()));
        }
        if !root.is_dir() {
            return Err(SourceError::RootIsFile(root.to_path_buf()));
        }
        let unreadable = |reason: std::io::Error| SourceError::Unreadable {
            path: root.to_path_buf(),
            reason: reason.to_string(),
        };
        let real = root.canonicalize().map_err(unreadable)?;
        std::fs::read_dir(&real).map_err(unreadable)?;
        // An allowed folder that does not exist allows nothing.
        let allow = allow.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
        let walk = walk::Walk::new(real, allow);
        let mut repository = Repository {
            entries: Vec::new(),
            closed: Vec::new(),
            opened: Vec::new(),
            aliases: Vec::new(),
            gaps: Vec::new(),
            matched: BTreeSet::new(),
            reads: Mutex::default(),
            walk,
        };
        let found = repository.walk.whole();
        repository.take(found);
        Ok(repository)
    }

    /// Every file that is known, sorted. Ignored and vendored folders are entered once a scope's `include` leads there.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry at a path; a link within the root gives the file that it leads to.
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        let direct = |path: &str| {
            self.entries
                .binary_search_by(|entry| entry.path.as_str().cmp(path))
                .ok()
                .map(|at| &self.entries[at])
        };
        direct(path).or_else(|| self.aliases.iter().find_map(|alias| direct(&alias.target_of(path)?)))
    }

    /// Reads a file whole. Each file is to be read once; [`Repository::reads`] counts.
    ///
    /// # Errors
    /// A gap: no such file, too large, an own report or claim file, an LFS pointer, or what the system said.
    pub fn read(&self, path: &str) -> Result<File, Gap> {
        let gap = |why, detail: String| Gap {
            file: path.to_string(),
            why,
            detail,
        };
        let Some(entry) = self.entry(path) else {
            return Err(gap(GapReason::Unreadable, "no such file under the root".into()));
        };
        if entry.bytes > LARGEST_READ {
            return Err(gap(GapReason::TooLarge, format!("{} MB", entry.bytes / 1024 / 1024)));
        }
        self.count(&entry.path);
        let bytes = read_capped(&entry.real).map_err(|reason| gap(GapReason::Unreadable, reason))?;
        let Some(bytes) = bytes else {
            return Err(gap(GapReason::TooLarge, "it grew while it was read".into()));
        };
        if let Some((why, detail)) = own::refuse(&entry.path, &bytes) {
            return Err(gap(why, detail));
        }
        Ok(file(&entry.path, bytes))
    }

    /// Opens a file of any size without reading it. Like [`Repository::read`] it counts as the one time that it is read.
    ///
    /// # Errors
    /// A gap: no such file, an own report, an LFS pointer, or what the system said.
    pub fn opened(&self, path: &str) -> Result<Opened, Gap> {
        let gap = |why, detail: String| Gap {
            file: path.to_string(),
            why,
            detail,
        };
        let Some(entry) = self.entry(path) else {
            return Err(gap(GapReason::Unreadable, "no such file under the root".into()));
        };
        self.count(&entry.path);
        let mut opened = Opened::at(&entry.real).map_err(|reason| gap(GapReason::Unreadable, reason))?;
        let head = opened.head(own::HEAD as u64);
        let head = head.map_err(|reason| gap(GapReason::Unreadable, reason.to_string()))?;
        match own::refuse(&entry.path, &head) {
            Some((why, detail)) => Err(gap(why, detail)),
            None => Ok(opened),
        }
    }

    fn count(&self, path: &str) {
        if let Ok(mut reads) = self.reads.lock() {
            *reads.entry(path.to_string()).or_default() += 1;
        }
    }

    /// How often each file was read.
    pub fn reads(&self) -> BTreeMap<String, u32> {
        self.reads.lock().map(|reads| reads.clone()).unwrap_or_default()
    }

    /// The files that a scope matches. Opens the ignored and vendored folders that its `include` leads to, so call it
    /// for every scope before anything is read.
    pub fn matches(&mut self, scope: &Scope) -> ScopeFiles {
        let include = scope::Globs::new(&scope.include);
        self.open_where(|folder| include.leads_into(folder));
        let matches = scope::files(scope, &include, &self.entries, &self.aliases);
        self.matched.extend(matches.files.iter().cloned());
        matches
    }

    /// The ignored files among these paths; a path ending means every file that ends so. Opens the ignored folders that a
    /// whole path leads into.
    pub fn ignored_among(&mut self, named: &Named) -> Vec<String> {
        self.open_where(|folder| folder.why == GapReason::Ignored && named.paths.iter().any(|path| folder.holds(path)));
        let found: Vec<String> = self
            .entries
            .iter()
            .filter(|entry| entry.ignored && entry.vendored.is_none() && named.holds(&entry.path))
            .map(|entry| entry.path.clone())
            .collect();
        self.matched.extend(found.iter().cloned());
        found
    }

    /// Walks the closed folders that are to be opened, and those found in them.
    fn open_where(&mut self, wanted: impl Fn(&walk::Closed) -> bool) {
        loop {
            let (open, closed): (Vec<_>, Vec<_>) = std::mem::take(&mut self.closed)
                .into_iter()
                .partition(|folder| wanted(folder));
            self.closed = closed;
            if open.is_empty() {
                break;
            }
            for folder in open {
                let found = self.walk.inside(&folder);
                self.take(found);
                self.opened.push(folder);
            }
        }
    }

    /// What was left out, sorted: after all scopes are matched.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps = self.gaps.clone();
        for folder in self.closed.iter().filter(|folder| folder.speaks()) {
            gaps.push(folder.gap());
        }
        // Of a folder that a scope opened, the rest is one gap, not one for each of ten thousand logs.
        let mut rest: BTreeMap<Gap, u64> = BTreeMap::new();
        let unmatched =
            |entry: &&Entry| (entry.ignored || entry.vendored.is_some()) && !self.matched.contains(&entry.path);
        for entry in self.entries.iter().filter(unmatched) {
            let folder = self
                .opened
                .iter()
                .find(|folder| folder.holds(&entry.path))
                .map(walk::Closed::gap);
            let itself = Gap {
                file: entry.path.clone(),
                why: GapReason::Ignored,
                detail: String::new(),
            };
            *rest.entry(folder.unwrap_or(itself)).or_default() += 1;
        }
        gaps.extend(rest.into_iter().map(|(gap, files)| match gap.file.ends_with('/') {
            true => Gap {
                detail: format!("{files} of its files"),
                ..gap
            },
            false => gap,
        }));
        gaps.sort();
        gaps.dedup();
        gaps
    }

    fn take(&mut self, found: walk::Found) {
        self.entries.extend(found.entries);
        self.entries.sort_by(|a, b| a.path.cmp(&b.path));
        self.entries.dedup_by(|a, b| a.path == b.path);
        self.closed.extend(found.closed);
        self.closed.sort_by(|a, b| a.path.cmp(&b.path));
        self.aliases.extend(found.aliases);
        self.aliases.sort_by(|a, b| a.path.cmp(&b.path));
        self.gaps.extend(found.gaps);
    }
}

/// Where a path lies that a claim file names relative to its own folder.
pub(super) fn lies_at(claims: &str, path: &str) -> PathBuf {
    Path::new(claims).parent().unwrap_or(Path::new("")).join(path)
}

/// SHA-256 of a file outside the walk, read in pieces; none where it cannot be read.
pub(super) fn digest_of(path: &Path) -> Option<String> {
    let mut file = std::fs::File::open(path).ok()?;
    digest::measure(&mut file).ok().map(|measured| measured.sha256)
}

/// Reads a text file that the user named: a claim file, the paper. `shown` is the name it has in places.
///
/// # Errors
/// Where it cannot be read, is too large, or is no text.
pub fn read_named(path: &Path, shown: &str) -> Result<SourceText, SourceError> {
    let bytes = read_capped(path)
        .map_err(|reason| SourceError::Unreadable {
            path: path.to_path_buf(),
            reason,
        })?
        .ok_or_else(|| SourceError::TooLarge(path.to_path_buf()))?;
    let text = String::from_utf8(bytes).map_err(|_| SourceError::NotText(path.to_path_buf()))?;
    Ok(SourceText::new(shown, text))
}

/// The text as readers get it.
fn file(path: &str, bytes: Vec<u8>) -> File {
    // NUL never stands in a text that people write; files of fixed records are often UTF-8 by chance.
    let is_text = memchr::memchr(0, &bytes[..bytes.len().min(8192)]).is_none();
    let text = is_text.then(|| std::str::from_utf8(&bytes).ok()).flatten();
    File {
        path: path.to_string(),
        text: text.map(|text| SourceText::new(path, text)),
        bytes,
    }
}

/// The bytes, or none where there are more than [`LARGEST_READ`].
fn read_capped(path: &Path) -> Result<Option<Vec<u8>>, String> {
    // Opening a pipe or a device can block or have effects: regular files only.
    let about = std::fs::metadata(path).map_err(|reason| reason.to_string())?;
    if !about.is_file() {
        return Err("not a regular file".into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(about.len().min(LARGEST_READ)).unwrap_or(0));
    let file = std::fs::File::open(path).map_err(|reason| reason.to_string())?;
    file.take(LARGEST_READ + 1)
        .read_to_end(&mut bytes)
        .map_err(|reason| reason.to_string())?;
    Ok((bytes.len() as u64 <= LARGEST_READ).then_some(bytes))
}

#[cfg(test)]
mod tests;
