//! The claim files that the command line names: files, folders and globs.
//!
//! Why it can be wrong: a folder that silently holds no claims makes a gate that never fails. Whatever names nothing is
//! an error, and a file that is named twice is checked once.
//!
//! Example: `claims/` means `claims/*.toml`, not `claims/variants/*.toml`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;

use super::SourceError;

/// The claim files in the order of the arguments, those of a folder or glob sorted, each once.
///
/// # Errors
/// All arguments that name nothing.
pub fn claim_files(arguments: &[String]) -> Result<Vec<PathBuf>, Vec<SourceError>> {
    let (mut files, mut errors, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for argument in arguments {
        match named(argument) {
            Ok(found) => {
                for file in found {
                    if seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())) {
                        files.push(file);
                    }
                }
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(files) } else { Err(errors) }
}

fn named(argument: &str) -> Result<Vec<PathBuf>, SourceError> {
    let path = Path::new(argument);
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    if path.is_dir() {
        let files: Vec<PathBuf> = children(path)?
            .into_iter()
            .filter(|child| child.extension().is_some_and(|extension| extension == "toml") && child.is_file())
            .collect();
        return if files.is_empty() {
            Err(SourceError::NoClaimsInFolder(argument.to_string()))
        } else {
            Ok(files)
        };
    }
    if !argument.contains(['*', '?', '[', '{']) {
        return Err(SourceError::NoClaimFile(argument.to_string()));
    }
    let files = matching(argument)?;
    if files.is_empty() {
        Err(SourceError::NothingMatches(argument.to_string()))
    } else {
        Ok(files)
    }
}

/// Files that a glob of the command line matches, sorted.
fn matching(glob: &str) -> Result<Vec<PathBuf>, SourceError> {
    let bad = |error: globset::Error| SourceError::BadGlob {
        glob: glob.to_string(),
        reason: error.kind().to_string(),
    };
    let matcher = GlobBuilder::new(glob)
        .literal_separator(true)
        .build()
        .map_err(bad)?
        .compile_matcher();
    let depth = if glob.contains("**") {
        usize::MAX
    } else {
        glob.split('/').count()
    };
    // The folders before the first wildcard: nothing beside them is listed.
    let fixed: Vec<&str> = glob
        .split('/')
        .take_while(|part| !part.contains(['*', '?', '[', '{']))
        .collect();
    let start = match fixed.join("/") {
        start if start.is_empty() && glob.starts_with('/') => PathBuf::from("/"),
        start => PathBuf::from(start),
    };
    let (mut files, mut open) = (Vec::new(), vec![(start, fixed.len())]);
    while let Some((folder, level)) = open.pop() {
        let listed = if folder.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            folder.clone()
        };
        if !listed.is_dir() {
            continue;
        }
        for child in children(&listed)? {
            let child = folder.join(child.file_name().unwrap_or_default());
            let is_link = std::fs::symlink_metadata(&child).is_ok_and(|about| about.is_symlink());
            if child.is_dir() {
                // A link to a folder can lead in a circle.
                if level + 1 < depth && !is_link && child.file_name().is_some_and(|name| name != ".git") {
                    open.push((child, level + 1));
                }
            } else if matcher.is_match(&child) {
                files.push(child);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let unreadable = |reason: std::io::Error| SourceError::Unreadable {
        path: folder.to_path_buf(),
        reason: reason.to_string(),
    };
    let mut children = std::fs::read_dir(folder)
        .map_err(unreadable)?
        .map(|child| child.map(|child| child.path()).map_err(unreadable))
        .collect::<Result<Vec<_>, _>>()?;
    children.sort();
    Ok(children)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_become_claim_files() {
        let world = tempfile::tempdir().unwrap();
        let at = |name: &str| world.path().join(name).display().to_string();
        std::fs::create_dir_all(world.path().join("claims/variants")).unwrap();
        std::fs::create_dir_all(world.path().join("empty")).unwrap();
        for file in [
            "claims/b.toml",
            "claims/a.toml",
            "claims/notes.md",
            "claims/variants/v.toml",
        ] {
            std::fs::write(world.path().join(file), "").unwrap();
        }
        let cases: &[(&[&str], &[&str])] = &[
            (&["claims"], &["claims/a.toml", "claims/b.toml"]),
            (&["claims/"], &["claims/a.toml", "claims/b.toml"]),
            (&["claims/b.toml", "claims"], &["claims/b.toml", "claims/a.toml"]),
            (&["claims/*.toml"], &["claims/a.toml", "claims/b.toml"]),
            (
                &["claims/**/*.toml"],
                &["claims/a.toml", "claims/b.toml", "claims/variants/v.toml"],
            ),
            (&["claims/[b]*"], &["claims/b.toml"]),
            (&["*/v*/*.toml"], &["claims/variants/v.toml"]),
        ];
        for (arguments, want) in cases {
            let arguments: Vec<String> = arguments.iter().map(|argument| at(argument)).collect();
            let got: Vec<String> = claim_files(&arguments)
                .unwrap()
                .iter()
                .map(|file| file.display().to_string())
                .collect();
            let want: Vec<String> = want.iter().map(|file| at(file)).collect();
            assert_eq!(got, want, "{arguments:?}");
        }
        let wrong: Vec<String> = ["gone.toml", "empty", "none/*.toml", "[a"]
            .iter()
            .map(|name| at(name))
            .collect();
        let said: Vec<String> = claim_files(&wrong)
            .unwrap_err()
            .iter()
            .map(|error| error.to_string())
            .collect();
        assert_eq!(said.len(), 4);
        for (said, word) in said.iter().zip([
            "no file or folder",
            "no `*.toml` of its own",
            "nothing matches",
            "is not a glob",
        ]) {
            assert!(said.contains(word), "{said}");
        }
    }
}
