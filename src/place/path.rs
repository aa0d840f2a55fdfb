//! Paths as files write them, relative to a folder of the root.
//!
//! Why it can be wrong: `../data.yaml` in the root's own folder is a file outside of what is examined, and one inside
//! of the same name is not it. So a path that leaves the root is none.
//!
//! Example: `../b.yaml` from `conf/model` is `conf/b.yaml`; from the root it is nothing.

/// A path relative to a folder (empty: the root), `.` and `..` taken out; `None` where it leaves the root.
#[must_use]
pub fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    let steps = folder.split('/').chain(path.split('/'));
    for part in steps.filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_within_the_root() {
        for (folder, path, expected) in [
            ("conf/model", "../b.yaml", Some("conf/b.yaml")),
            ("conf", "./x/../b.yaml", Some("conf/b.yaml")),
            ("", "b.yaml", Some("b.yaml")),
            (".", "a//b", Some("a/b")),
            ("conf", "..", Some("")),
            ("", "../b.yaml", None),
            ("conf", "../../b.yaml", None),
            ("conf", "../../conf/b.yaml", None),
        ] {
            assert_eq!(joined(folder, path).as_deref(), expected, "{folder} {path}");
        }
    }
}
