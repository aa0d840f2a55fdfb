//! Paths, globs and `FILE:LINE` as a claim file writes them, held against what may be named there.
//!
//! Why it can be wrong: a glob that climbs out of the root would make a stranger's file evidence, and one that does not
//! parse matches nothing, which looks like a repository that says nothing. Both are errors here, before anything is read.
//!
//! Example: `../other/*.py` "leaves the root"; `README.md:101-103` is lines 101 to 103 of `README.md`.

use super::At;

/// A glob or file relative to the root, without a leading `./`; else what is wrong with it.
pub(super) fn glob(text: &str) -> Result<String, String> {
    let text = text.trim();
    stays_inside(text)?;
    if let Err(error) = globset::GlobBuilder::new(text).literal_separator(true).build() {
        return Err(format!("`{text}` is no glob: {}", error.kind()));
    }
    Ok(text.strip_prefix("./").unwrap_or(text).to_string())
}

/// A path relative to the root, without wildcards' meaning; else what is wrong with it.
pub(super) fn path(text: &str) -> Result<String, String> {
    let text = text.trim();
    stays_inside(text)?;
    Ok(text.strip_prefix("./").unwrap_or(text).to_string())
}

/// `README.md:101`, `src/a.py:119-121`, `README.md`.
pub(super) fn at(text: &str) -> Result<At, String> {
    let text = text.trim();
    let (file, lines) = match text.rsplit_once(':') {
        Some((file, lines)) if lines.starts_with(|c: char| c.is_ascii_digit()) => (file, Some(lines)),
        Some((_, "")) => return Err(format!("`{text}` ends with `:` but names no line")),
        _ => (text, None),
    };
    let file = path(file)?;
    let Some(lines) = lines else {
        return Ok(At {
            file,
            line: None,
            end_line: None,
        });
    };
    let (first, last) = lines.split_once(['-', '–']).unwrap_or((lines, lines));
    let number = |part: &str| part.trim().parse::<u32>().ok().filter(|&line| line > 0);
    let (Some(first), Some(last)) = (number(first), number(last)) else {
        return Err(format!(
            "`{lines}` is no line; lines count from 1: `{file}:101` or `{file}:101-103`"
        ));
    };
    if last < first {
        return Err(format!("line {last} is before line {first}"));
    }
    Ok(At {
        file,
        line: Some(first),
        end_line: Some(last),
    })
}

/// Whether an entry of `in` is a glob or a file rather than the name of a scope.
pub(super) fn looks_like_path(text: &str) -> bool {
    text.contains(['*', '?', '[', '{', '/', '.', '\\']) || FILES_WITHOUT_DOT.contains(&text)
}

/// File names that repositories have and that bear neither a dot nor a slash.
const FILES_WITHOUT_DOT: &[&str] = &[
    "Makefile",
    "makefile",
    "GNUmakefile",
    "Dockerfile",
    "Containerfile",
    "Singularity",
    "Apptainer",
    "Snakefile",
    "Pipfile",
    "Procfile",
    "Justfile",
    "justfile",
    "SConstruct",
    "Jenkinsfile",
    "README",
    "LICENSE",
    "NOTICE",
    "CHANGELOG",
    "VERSION",
];

fn stays_inside(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("an empty text is no path".to_string());
    }
    if text.chars().any(char::is_control) {
        return Err("a path has no control characters".to_string());
    }
    let drive = text.len() >= 2 && text.as_bytes()[1] == b':' && text.as_bytes()[0].is_ascii_alphabetic();
    if text.starts_with(['/', '\\', '~']) || drive {
        return Err(format!("`{text}` is not relative to the root"));
    }
    if text.split(['/', '\\', '{', '}', ',']).any(|part| part == "..") {
        return Err(format!("`{text}` leaves the root"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_and_lines() {
        let at_lines = |file: &str, line, end_line| {
            Ok(At {
                file: file.into(),
                line,
                end_line,
            })
        };
        let cases: &[(&str, Result<At, &str>)] = &[
            ("README.md:101", at_lines("README.md", Some(101), Some(101))),
            ("src/a.py:119-121", at_lines("src/a.py", Some(119), Some(121))),
            ("./README.md", at_lines("README.md", None, None)),
            ("odd:name.md", at_lines("odd:name.md", None, None)),
            ("README.md:0", Err("is no line")),
            ("README.md:7-3", Err("line 3 is before line 7")),
            ("README.md:", Err("names no line")),
            ("a/../../b.md:3", Err("leaves the root")),
            ("/etc/hosts:1", Err("not relative")),
        ];
        for (text, expected) in cases {
            match (at(text), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, *expected, "{text}"),
                (Err(found), Err(part)) => assert!(found.contains(part), "{text}: {found}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn globs_stay_inside_the_root() {
        for good in ["slurm/0[467]_*.job", "**", "a..b/*.py", "{a,b}/**", "./x.py"] {
            assert!(glob(good).is_ok(), "{good}");
        }
        for bad in [
            "../x",
            "a/../../x",
            "{a,../b}/*",
            "/abs",
            "~/x",
            "C:\\x",
            "a[",
            "{a",
            "",
        ] {
            assert!(glob(bad).is_err(), "{bad}");
        }
    }
}
