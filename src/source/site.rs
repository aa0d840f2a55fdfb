//! Which repository and paper a claim file is about, and how far it may reach.
//!
//! `root` may climb to the top of the project that the claim file lies in (the git work tree, else the nearest folder
//! with a manifest), and no further: a claim file from a stranger reads nothing else. `--root` may be anywhere.
//!
//! Why it can be wrong: a root that is too wide reads what the author did not mean to publish, one that is too narrow
//! makes every claim silent.
//!
//! Example: `claims/setup.toml` with `root = "../fixtures/opro2"` is about `fixtures/opro2`.

use std::path::{Component, Path, PathBuf};

use chrono::NaiveDate;

use super::accounted::{self, Answer};
use super::file::{Repository, SourceError, read_named};
use super::gather::{PaperFile, Wanted, gather as gather_from};
use super::latex::Paper;
use super::passages::Text;
use super::readings;
use super::recorded::{self, Kept};
use crate::evidence::{Ask, Evidence, Scope};

/// What a claim file says of its repository; paths are relative to its folder.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The claim file.
    pub path: &'a str,
    pub root: Option<&'a str>,
    pub paper: Option<&'a str>,
}

/// What the command line says over the claim files.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    pub root: Option<&'a Path>,
    pub paper: Option<&'a Path>,
    pub allow: &'a [PathBuf],
    /// Nothing is read: the root and the paper need not be there.
    pub replayed: bool,
}

/// A repository with the claim files about it.
#[derive(Debug, Clone)]
pub struct Site {
    pub root: PathBuf,
    /// The root as the user wrote it.
    pub shown: String,
    pub paper: Option<PathBuf>,
    pub allow: Vec<PathBuf>,
    /// Up to where the paper's inputs may lie.
    top: PathBuf,
    /// Indices of the claim files.
    pub files: Vec<usize>,
    /// Records in the user's cache, which stand in the place of those in the repository.
    pub kept: Vec<Kept>,
}

/// Manifests and folders that mark the top of a project.
const TOP_MARKS: &[&str] = &[
    ".git",
    ".hg",
    "pyproject.toml",
    "Cargo.toml",
    "setup.py",
    "requirements.txt",
];

/// The repositories that the claim files are about, in their order; files about the same one share it.
///
/// # Errors
/// A root that is missing or lies outside the project, a paper that is missing.
pub fn sites(files: &[About<'_>], settings: &Settings<'_>) -> Result<Vec<Site>, SourceError> {
    let mut sites: Vec<Site> = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let site = site(file, settings, index)?;
        match sites
            .iter_mut()
            .find(|other| other.root == site.root && other.paper == site.paper)
        {
            Some(other) => other.files.push(index),
            None => sites.push(site),
        }
    }
    Ok(sites)
}

fn site(file: &About<'_>, settings: &Settings<'_>, index: usize) -> Result<Site, SourceError> {
    let folder = Path::new(file.path)
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let folder = if folder.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        folder
    };
    let top = top_of(&folder);
    let (root, shown) = match (settings.root, file.root) {
        (Some(root), _) => (root.to_path_buf(), root.to_string_lossy().into_owned()),
        (None, Some(root)) => {
            let root = folder.join(root);
            let shown = tidy(&root);
            if settings.replayed {
                return Ok(Site {
                    root,
                    shown,
                    paper: None,
                    allow: Vec::new(),
                    top,
                    files: vec![index],
                    kept: Vec::new(),
                });
            }
            let real = root
                .canonicalize()
                .map_err(|_| SourceError::NoRoot(PathBuf::from(&shown)))?;
            if !real.starts_with(&top) {
                return Err(SourceError::RootOutside { root: shown, top });
            }
            (root, shown)
        }
        (None, None) => {
            let shown = way_to(&folder, &top);
            (top.clone(), shown)
        }
    };
    let paper = match (settings.paper, file.paper) {
        (Some(paper), _) => Some(paper.to_path_buf()),
        (None, Some(_)) if settings.replayed => None,
        (None, Some(paper)) => {
            let paper = folder.join(paper);
            let real = paper
                .canonicalize()
                .map_err(|_| SourceError::NoPaper(PathBuf::from(tidy(&paper))))?;
            let allowed = |folder: &PathBuf| folder.canonicalize().is_ok_and(|folder| real.starts_with(folder));
            if !real.starts_with(&top) && !settings.allow.iter().any(allowed) && !allowed(&root) {
                return Err(SourceError::RootOutside {
                    root: tidy(&paper),
                    top,
                });
            }
            Some(paper)
        }
        (None, None) => None,
    };
    Ok(Site {
        root,
        shown,
        paper,
        allow: settings.allow.to_vec(),
        top,
        files: vec![index],
        kept: Vec::new(),
    })
}

/// The evidence of one site; `answer` is what its scheduler said, where it was asked.
///
/// # Errors
/// A root that cannot be walked, a paper that cannot be read.
pub fn gather(
    site: &Site,
    mut asks: Vec<Ask>,
    scopes: Vec<Scope>,
    answer: Option<&Answer>,
    as_of: NaiveDate,
    threads: usize,
) -> Result<Evidence, SourceError> {
    let mut repository = Repository::open(&site.root, &site.allow)?;
    let paper = site.paper.as_deref().map(|paper| paper_file(site, paper)).transpose()?;
    // Several claims ask for the same file.
    asks.sort();
    asks.dedup();
    let shown = |file: &Path| shown_below(site, file);
    let mut beside = recorded::records(&repository, &asks, &site.kept, &shown);
    beside.extend(accounted::jobs(&asks, &shown));
    beside.extend(answer.map(accounted::answered));
    beside.extend(readings::readings(&asks, &shown));
    Ok(gather_from(
        &mut repository,
        Wanted {
            asks,
            scopes,
            paper,
            beside,
            as_of,
            threads,
        },
    ))
}

/// A file beside the claim file as the report has it: relative to the root where it lies below it; nothing where it lies
/// outside the project and every folder that may be read.
fn shown_below(site: &Site, file: &Path) -> Option<String> {
    let root = site.root.canonicalize().unwrap_or_else(|_| site.root.clone());
    let real = file.canonicalize().ok()?;
    let mut within = vec![root.clone(), site.top.clone()];
    within.extend(site.allow.iter().filter_map(|folder| folder.canonicalize().ok()));
    if !within.iter().any(|folder| real.starts_with(folder)) {
        return None;
    }
    Some(real.strip_prefix(&root).map_or_else(|_| tidy(file), slashes))
}

/// The paper's main file; its inputs are read only below the project's top, the root or an allowed folder.
fn paper_file(site: &Site, paper: &Path) -> Result<PaperFile, SourceError> {
    if !paper.is_file() {
        return Err(SourceError::NoPaper(paper.to_path_buf()));
    }
    let root = site.root.canonicalize().unwrap_or_else(|_| site.root.clone());
    let real = paper.canonicalize().unwrap_or_else(|_| paper.to_path_buf());
    let shown = real.strip_prefix(&root).map_or_else(|_| tidy(paper), slashes);
    let main = read_named(paper, &shown)?;
    let base = if real.starts_with(&root) {
        root.clone()
    } else {
        PathBuf::from(".")
    };
    let folder = real.parent().map(Path::to_path_buf).unwrap_or_default();
    let mut within: Vec<PathBuf> = vec![root, site.top.clone(), folder];
    within.extend(site.allow.iter().filter_map(|folder| folder.canonicalize().ok()));
    let load = move |path: &str| {
        let at = base.join(path);
        let real = at.canonicalize().ok()?;
        within.iter().any(|folder| real.starts_with(folder)).then_some(())?;
        read_named(&at, path).ok()
    };
    Ok(PaperFile {
        main,
        load: Box::new(load),
    })
}

/// What claims are drafted from: the site's paper, or the text that stands in its place.
///
/// # Errors
/// A paper that cannot be read; one that is no LaTeX and lies outside of the root.
pub fn text(site: &Site) -> Result<Text, SourceError> {
    let paper = site.paper.as_deref().unwrap_or(Path::new("paper.tex"));
    let mut file = paper_file(site, paper)?;
    let latex = Paper::read(file.main.clone(), &mut *file.load);
    if latex.is_latex() {
        return Ok(Text::Paper(Box::new(latex)));
    }
    let root = site.root.canonicalize().unwrap_or_else(|_| site.root.clone());
    let real = paper.canonicalize().unwrap_or_else(|_| paper.to_path_buf());
    if real.starts_with(&root) {
        return Ok(Text::Plain(file.main));
    }
    Err(SourceError::RootOutside {
        root: tidy(paper),
        top: root,
    })
}

/// Whether a claim file in this folder may name the path: both lie in one project.
pub fn may_name(folder: &Path, path: &Path) -> bool {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    real.starts_with(top_of(&existing(folder).0))
}

/// A path as seen from a folder, which need not be there yet.
pub fn way_between(folder: &Path, to: &Path) -> String {
    let (real, below) = existing(folder);
    let way = way_to(&real, to);
    let up = "../".repeat(below);
    match (below, way.as_str()) {
        (0, _) => way,
        (_, ".") => up.trim_end_matches('/').to_string(),
        _ => up + &way,
    }
}

/// The nearest folder above that is there, and how many are missing below it.
fn existing(folder: &Path) -> (PathBuf, usize) {
    let mut missing = 0;
    for above in folder.ancestors() {
        let above = if above.as_os_str().is_empty() {
            Path::new(".")
        } else {
            above
        };
        if above.is_dir() {
            return (above.to_path_buf(), missing);
        }
        missing += 1;
    }
    (PathBuf::from("."), missing)
}

/// The top of the project that a folder lies in; the folder itself where nothing marks one.
fn top_of(folder: &Path) -> PathBuf {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let git = real.ancestors().find(|above| above.join(".git").exists());
    let marked = || {
        real.ancestors()
            .find(|above| TOP_MARKS.iter().any(|mark| above.join(mark).exists()))
    };
    git.or_else(marked).unwrap_or(&real).to_path_buf()
}

/// Whether a file that a report names lies beside the root: it is named from where we were started.
pub fn lies_beside(site: &Site, file: &str) -> bool {
    !site.root.join(file).exists() && Path::new(file).exists()
}

/// The way from a report's folder to the root, ending in `/`; none where there is no relative way.
pub fn way(report: &Path, root: &Path) -> Option<String> {
    let folder = report
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let way = way_to(&folder.canonicalize().ok()?, &root.canonicalize().ok()?);
    if way == "." {
        Some(String::new())
    } else {
        Some(way + "/")
    }
}

/// One folder as seen from another.
fn way_to(from: &Path, to: &Path) -> String {
    let (from, to) = (
        from.canonicalize().unwrap_or_else(|_| from.to_path_buf()),
        to.canonicalize().unwrap_or_else(|_| to.to_path_buf()),
    );
    let shared = from
        .components()
        .zip(to.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = from.components().skip(shared).map(|_| "..".to_string());
    let down = to
        .components()
        .skip(shared)
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let way: Vec<String> = up.chain(down).collect();
    if way.is_empty() { ".".to_string() } else { way.join("/") }
}

/// A path without `a/../`, for people to read.
fn tidy(path: &Path) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if parts.last().is_some_and(|last| last != ".." && last != "/") => {
                parts.pop();
            }
            other => parts.push(other.as_os_str().to_string_lossy().into_owned()),
        }
    }
    if parts.is_empty() {
        ".".to_string()
    } else {
        parts.join("/").replace("//", "/")
    }
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
