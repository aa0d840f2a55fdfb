//! The names that Git tracks, read from its index: a tracked file is never ignored.
//!
//! Why it can be wrong: a data file that was committed with `git add -f` stands in every clone, yet the ignore rules
//! hide it. No `git` process is run: a repository can configure programs that it would start. An index in a layout that
//! is not understood (a split one, hashes other than SHA-1) tracks nothing, and the ignore rules stand alone.
//!
//! Example: `.git/index` of version 2 holds, for each file, 62 bytes, its path, and one to eight NUL bytes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Bytes of an index that is read: two million files.
const LARGEST_INDEX: u64 = 256 * 1024 * 1024;
/// Bytes of an entry before its path: ten 32-bit numbers, a SHA-1, 16 bits of flags.
const FIXED: usize = 62;

/// Tracked paths relative to the root, in byte order.
#[derive(Debug, Clone, Default)]
pub(super) struct Tracked(BTreeSet<String>);

impl Tracked {
    /// From the `.git` of the root or of the nearest folder above it; nothing where there is none.
    pub(super) fn of(root: &Path) -> Tracked {
        let Some((top, git)) = git_folder(root) else {
            return Tracked::default();
        };
        let index = git.join("index");
        if !std::fs::metadata(&index).is_ok_and(|about| about.is_file() && about.len() <= LARGEST_INDEX) {
            return Tracked::default();
        }
        let names = std::fs::read(index)
            .ok()
            .and_then(|bytes| names(&bytes))
            .unwrap_or_default();
        let Ok(below) = root.strip_prefix(&top) else {
            return Tracked::default();
        };
        let prefix = below.to_str().map(|below| {
            if below.is_empty() {
                String::new()
            } else {
                format!("{below}/")
            }
        });
        let Some(prefix) = prefix else {
            return Tracked::default();
        };
        Tracked(
            names
                .into_iter()
                .filter_map(|name| name.strip_prefix(&prefix).map(str::to_string))
                .collect(),
        )
    }

    pub(super) fn holds(&self, path: &str) -> bool {
        self.0.contains(path)
    }

    /// Whether a tracked file lies below a folder.
    pub(super) fn below(&self, folder: &str) -> bool {
        let prefix = format!("{folder}/");
        self.0
            .range(prefix.clone()..)
            .next()
            .is_some_and(|path| path.starts_with(&prefix))
    }
}

/// The work tree's top and its Git folder; in a linked work tree `.git` is a file that names it.
fn git_folder(root: &Path) -> Option<(PathBuf, PathBuf)> {
    let top = root.ancestors().find(|folder| folder.join(".git").exists())?;
    let git = top.join(".git");
    if git.is_dir() {
        return Some((top.to_path_buf(), git));
    }
    let link = std::fs::read_to_string(&git).ok()?;
    Some((top.to_path_buf(), top.join(link.strip_prefix("gitdir:")?.trim())))
}

/// The paths of an index of version 2, 3 or 4, as `gitformat-index` describes it; none where the layout differs.
fn names(bytes: &[u8]) -> Option<Vec<String>> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let version = number(4)?;
    if bytes.get(..4)? != b"DIRC" || !(2..=4).contains(&version) {
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    let mut path: Vec<u8> = Vec::new();
    let mut at = 12;
    for _ in 0..number(8)? {
        let flags = u16::from_be_bytes(bytes.get(at + 60..at + FIXED)?.try_into().ok()?);
        // The extended flag, from version 3 on, says that 16 more bits follow.
        let start = at + FIXED + if version >= 3 && flags & 0x4000 != 0 { 2 } else { 0 };
        let mut name = start;
        if version == 4 {
            // The path is given as the bytes to cut from the path before, then those to add.
            let (cut, read) = offset(bytes.get(start..)?)?;
            path.truncate(path.len().checked_sub(cut)?);
            name = start + read;
        } else {
            path.clear();
        }
        let end = name + memchr::memchr(0, bytes.get(name..)?)?;
        path.extend_from_slice(&bytes[name..end]);
        at = if version == 4 {
            end + 1
        } else {
            at + (end - at + 8) / 8 * 8
        };
        names.extend(String::from_utf8(path.clone()).ok());
    }
    // Hashes of another length would have shifted everything: then paths are not in order.
    names.is_sorted().then_some(names)
}

/// Git's variable-width offset: seven bits a byte, most significant first, one added for each byte that follows.
fn offset(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = usize::from(bytes.first()? & 0x7f);
    let mut read = 1;
    while bytes[read - 1] & 0x80 != 0 {
        let byte = *bytes.get(read)?;
        value = value.checked_add(1)?.checked_mul(128)? + usize::from(byte & 0x7f);
        read += 1;
    }
    Some((value, read))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(version: u32, entries: &[(&[u8], &str)]) -> Vec<u8> {
        let mut bytes = b"DIRC".to_vec();
        bytes.extend(version.to_be_bytes());
        bytes.extend((entries.len() as u32).to_be_bytes());
        for (before, name) in entries {
            let start = bytes.len();
            bytes.extend([0; 60]);
            bytes.extend((name.len() as u16).to_be_bytes());
            bytes.extend(*before);
            bytes.extend(name.bytes());
            bytes.push(0);
            while version < 4 && !(bytes.len() - start).is_multiple_of(8) {
                bytes.push(0);
            }
        }
        bytes
    }

    #[test]
    fn paths_of_an_index() {
        let two = index(2, &[(b"", "a.py"), (b"", "data/x.csv"), (b"", "data/yy.csv")]);
        assert_eq!(names(&two).unwrap(), ["a.py", "data/x.csv", "data/yy.csv"]);
        // `data/x.csv`, then 5 bytes cut and `yy.csv` added.
        let four = index(4, &[(b"\x00", "data/x.csv"), (b"\x05", "yy.csv")]);
        assert_eq!(names(&four).unwrap(), ["data/x.csv", "data/yy.csv"]);
        assert_eq!(names(b"DIRC\0\0\0\x02\0\0\0\x05short"), None);
        assert_eq!(names(b"something else"), None);
    }

    #[test]
    fn offsets_of_several_bytes() {
        // 0x80 0x00: (0 + 1) * 128 + 0; 0x81 0x00: (1 + 1) * 128.
        assert_eq!(offset(b"\x05rest"), Some((5, 1)));
        assert_eq!(offset(b"\x80\x00"), Some((128, 2)));
        assert_eq!(offset(b"\x81\x00"), Some((256, 2)));
    }
}
