//! Which files a claim's `in` and `exclude` name.
//!
//! Why it can be wrong: a glob that silently matches nothing makes "no contradiction found" out of "nothing looked at",
//! and one that crosses folders brings in files the claim did not mean. `*` stays within a folder, `**` crosses, a name
//! without wildcards is that file or everything below that folder, and what matches nothing is listed.
//!
//! Example: `slurm/0[467]_*.job` matches `slurm/04_eval_base.job`, not `slurm/old/04_eval.job`; `data` is `data/**`.

use globset::{GlobBuilder, GlobMatcher};

use super::Entry;
use super::walk::{Alias, Closed};
use crate::evidence::{GapReason, Scope, ScopeFiles};

/// Several globs of one list.
pub(super) struct Globs(Vec<Pattern>);

struct Pattern {
    /// Without `./` and the last `/`.
    text: String,
    /// The glob itself; absent where it means a folder alone (`data/`), or is no glob.
    itself: Option<GlobMatcher>,
    /// Everything below, where it names a folder without wildcards, or with a `/` at its end.
    below: Option<GlobMatcher>,
}

impl Globs {
    pub(super) fn new(globs: &[String]) -> Globs {
        Globs(globs.iter().map(|glob| Pattern::new(glob)).collect())
    }

    /// Whether a file below a closed folder may match.
    pub(super) fn leads_into(&self, folder: &Closed) -> bool {
        self.0.iter().any(|pattern| match folder.why {
            GapReason::Vendored => pattern.names(folder.name()) && pattern.reaches(&folder.path),
            _ => pattern.reaches(&folder.path),
        })
    }

    fn any(&self, path: &str) -> bool {
        self.0.iter().any(|pattern| pattern.matches(path))
    }
}

impl Pattern {
    fn new(glob: &str) -> Pattern {
        let mut text = glob.trim();
        while let Some(rest) = text.strip_prefix("./") {
            text = rest.trim_start_matches('/');
        }
        let folder = text.ends_with('/') || text == "." || text.is_empty();
        let text = text.trim_end_matches('/');
        let text = if text == "." { "" } else { text };
        let compiled = |glob: &str| {
            GlobBuilder::new(glob)
                .literal_separator(true)
                .build()
                .ok()
                .map(|glob| glob.compile_matcher())
        };
        let below = if text.is_empty() {
            "**".to_string()
        } else {
            format!("{text}/**")
        };
        Pattern {
            itself: if folder { None } else { compiled(text) },
            below: if folder || is_literal(text) {
                compiled(&below)
            } else {
                None
            },
            text: text.to_string(),
        }
    }

    fn matches(&self, path: &str) -> bool {
        // A name with brackets in it is first of all itself.
        (self.itself.is_some() && self.text == path)
            || self.itself.as_ref().is_some_and(|glob| glob.is_match(path))
            || self.below.as_ref().is_some_and(|glob| glob.is_match(path))
    }

    /// Whether one of its parts is this folder's name, not a wildcard for any.
    fn names(&self, folder: &str) -> bool {
        self.text.split('/').any(|part| part == folder)
    }

    /// Whether a path below `folder` may match: part by part, as far as both go. Says yes where it cannot tell.
    fn reaches(&self, folder: &str) -> bool {
        let mut parts = self.text.split('/').filter(|part| !part.is_empty());
        for name in folder.split('/') {
            let Some(part) = parts.next() else {
                return self.below.is_some();
            };
            if part.contains("**") || part.contains('{') {
                return true;
            }
            let same = part == name
                || GlobBuilder::new(part)
                    .literal_separator(true)
                    .build()
                    .is_ok_and(|glob| glob.compile_matcher().is_match(name));
            if !same {
                return false;
            }
        }
        parts.next().is_some() || self.below.is_some()
    }
}

fn is_literal(glob: &str) -> bool {
    !glob.contains(['*', '?', '[', '{', '\\'])
}

/// The files of a scope among those that are known.
pub(super) fn files(scope: &Scope, include: &Globs, entries: &[Entry], aliases: &[Alias]) -> ScopeFiles {
    let exclude = Globs::new(&scope.exclude);
    let mut used = vec![false; include.0.len()];
    let mut files = Vec::new();
    for entry in entries {
        let names: Vec<String> = std::iter::once(entry.path.clone())
            .chain(aliases.iter().filter_map(|alias| alias.name_of(&entry.path)))
            .collect();
        let mut taken = include.0.is_empty() && !entry.ignored && entry.vendored.is_none();
        for (pattern, used) in include.0.iter().zip(&mut used) {
            let vendored = entry
                .vendored
                .as_deref()
                .map(|folder| folder.rsplit('/').next().unwrap_or(folder));
            if vendored.is_none_or(|folder| pattern.names(folder)) && names.iter().any(|name| pattern.matches(name)) {
                (taken, *used) = (true, true);
            }
        }
        if taken && !names.iter().any(|name| exclude.any(name)) {
            files.push(entry.path.clone());
        }
    }
    let unmatched = scope
        .include
        .iter()
        .zip(&used)
        .filter(|(_, used)| !**used)
        .map(|(glob, _)| glob.clone())
        .collect();
    ScopeFiles {
        scope: scope.clone(),
        files,
        unmatched,
    }
}
