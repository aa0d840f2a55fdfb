//! How the source is built: who may import whom, who may touch the world, and the shape of every file.
//!
//! Why it can be wrong: a rule that nobody checks is broken by the next change. A reader that finds no file holds
//! everything, so each test says how many lines it looked at.
//!
//! Example: `use crate::report::Report;` in `src/source/gather.rs` is refused, for a source knows no report.

use std::fs;

use regex::Regex;
use verify::judge::KINDS;

use crate::program::{files_below, package};

/// Rooms from the top down: a room imports itself and the rooms below it. Those on one line stand side by side.
const ROOMS: &[&[&str]] = &[
    &["main"],
    &["run"],
    &["cli"],
    &["gate", "exit"],
    &["report"],
    &["draft", "perturb", "uncovered"],
    &["judge", "write"],
    &["live"],
    &["source"],
    &["claim"],
    &["verdict"],
    &["evidence"],
    &["quantity", "place"],
];
/// Lines of a file at most, its tests not counted.
const LINES: usize = 450;

/// A file of the source.
struct Source {
    /// Relative to `src`, with forward slashes.
    path: String,
    text: String,
}

impl Source {
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Whether all of it is compiled for tests only.
    fn is_test(&self) -> bool {
        self.path.split('/').any(|part| matches!(part, "tests" | "tests.rs"))
    }

    /// Without the block for tests at the end.
    fn own_text(&self) -> &str {
        let end = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        &self.text[..end]
    }

    /// Lines of code with their numbers, without comments and tests.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.own_text()
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line.split(" //").next().unwrap_or(line)))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn sources() -> Vec<Source> {
    let folder = package().join("src");
    let files: Vec<Source> = files_below(&folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| Source {
            text: fs::read_to_string(folder.join(&path)).expect("a source file"),
            path: path.to_str().expect("a name in UTF-8").replace('\\', "/"),
        })
        .collect();
    assert!(files.len() > 50, "only {} files", files.len());
    files
}

#[track_caller]
fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn every_file_lies_in_a_room() {
    let strangers: Vec<String> = sources()
        .iter()
        .filter(|source| source.path != "lib.rs" && level(source.room()).is_none())
        .map(|source| source.path.clone())
        .collect();
    none("files in no room", &strangers);
}

fn level(room: &str) -> Option<usize> {
    ROOMS.iter().position(|rooms| rooms.contains(&room))
}

#[test]
fn imports_run_downwards_only() {
    // In the binary the library is `verify`.
    let path = Regex::new(r"\b(?:crate|verify)::(\w+)").expect("a pattern");
    let group = Regex::new(r"\b(?:crate|verify)::\{([^}]*)\}").expect("a pattern");
    let (mut imports, mut found) = (0, Vec::new());
    for source in sources()
        .iter()
        .filter(|source| !source.is_test() && source.path != "lib.rs")
    {
        let Some(own) = level(source.room()) else { continue };
        for (number, line) in source.code() {
            let mut rooms: Vec<String> = path.captures_iter(line).map(|found| found[1].to_string()).collect();
            for found in group.captures_iter(line) {
                rooms.extend(
                    found[1]
                        .split(',')
                        .filter_map(|item| item.trim().split("::").next().map(str::to_string)),
                );
            }
            for room in rooms {
                let Some(theirs) = level(&room) else { continue };
                imports += 1;
                if room != source.room() && theirs <= own {
                    found.push(format!(
                        "{}:{number}: {} imports {room}: {}",
                        source.path,
                        source.room(),
                        line.trim()
                    ));
                }
            }
        }
    }
    assert!(imports > 100, "only {imports} imports");
    none("imports that do not run downwards", &found);
}

#[test]
fn a_source_knows_no_claim_and_no_verdict() {
    let path = Regex::new(r"\bcrate::(claim|verdict|judge)\b").expect("a pattern");
    let mut found = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| source.room() == "source" && !source.is_test())
    {
        for (number, line) in source.code().filter(|(_, line)| path.is_match(line)) {
            found.push(format!("{}:{number}: {}", source.path, line.trim()));
        }
    }
    none("sources that know claims", &found);
}

#[test]
fn judges_share_only_what_weighs() {
    let import = Regex::new(r"(?:super|crate::judge)::(\w+)").expect("a pattern");
    let kinds: Vec<String> = KINDS.iter().map(|kind| kind.spec.name.replace('-', "_")).collect();
    let mut found = Vec::new();
    for source in sources() {
        let Some(own) = source
            .path
            .strip_prefix("judge/")
            .and_then(|path| path.strip_suffix(".rs"))
        else {
            continue;
        };
        if own == "mod" || source.is_test() {
            continue;
        }
        for (number, line) in source.code() {
            for named in import.captures_iter(line) {
                let other = &named[1];
                let judge = kinds.iter().any(|kind| kind == other) && other != own;
                if judge {
                    found.push(format!("{}:{number}: {}", source.path, line.trim()));
                }
            }
        }
    }
    none("judges that import other judges", &found);
}

#[test]
fn only_sources_and_the_writer_touch_the_world() {
    const MAY: [&str; 5] = ["source", "write", "main", "cli", "live"];
    let world = Regex::new(r"\bstd::(?:fs|env|process|net)\b|\bfs::(?:read|write)|\bFile::(?:open|create)\b")
        .expect("a pattern");
    let clock = Regex::new(r"\b(?:Instant|SystemTime|Local|Utc)::now\b").expect("a pattern");
    let mut found = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| !source.is_test() && !MAY.contains(&source.room()))
    {
        for (number, line) in source
            .code()
            .filter(|(_, line)| world.is_match(line) || clock.is_match(line))
        {
            found.push(format!("{}:{number}: {}", source.path, line.trim()));
        }
    }
    none("files, processes, environment or clock outside of the sources", &found);
}

#[test]
fn only_the_writer_writes() {
    let writes = Regex::new(r"\bfs::(?:write|create_dir|remove|rename|copy)|\bFile::create\b|OpenOptions|tempfile::")
        .expect("a pattern");
    let mut found = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| !source.is_test() && source.room() != "write")
    {
        for (number, line) in source.code().filter(|(_, line)| writes.is_match(line)) {
            found.push(format!("{}:{number}: {}", source.path, line.trim()));
        }
    }
    none("files that write", &found);
}

/// A file on a network file system that shrinks while it is mapped kills the program. Mapping needs `unsafe`, which is
/// forbidden here, or a crate that does it for us: there is none.
#[test]
fn no_file_is_memory_mapped() {
    let lock = fs::read_to_string(package().join("Cargo.lock")).expect("the lock file");
    let found: Vec<String> = lock
        .lines()
        .filter(|line| line.starts_with("name = ") && (line.contains("mmap") || line.contains("memmap")))
        .map(str::to_string)
        .collect();
    assert!(lock.lines().filter(|line| line.starts_with("name = ")).count() > 100);
    none("crates that map files", &found);
    let manifest = fs::read_to_string(package().join("Cargo.toml")).expect("the manifest");
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

#[test]
fn every_file_says_what_it_is_for_and_is_of_a_size_to_be_read() {
    let mut found = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//! ") {
            found.push(format!("{} has no head", source.path));
        }
        let lines = source.own_text().lines().count();
        if lines > LINES && !source.is_test() {
            found.push(format!(
                "{} has {lines} lines above its tests, more than {LINES}",
                source.path
            ));
        }
    }
    none("files", &found);
}

#[test]
fn every_kind_has_its_file_and_every_file_is_a_kind() {
    let mut files: Vec<String> = sources()
        .iter()
        .filter_map(|source| {
            source
                .path
                .strip_prefix("judge/")?
                .strip_suffix(".rs")
                .map(str::to_string)
        })
        .filter(|name| !name.contains('/') && name != "mod" && name != "tests")
        .map(|name| name.replace('_', "-"))
        .collect();
    files.sort();
    let mut kinds: Vec<&str> = KINDS.iter().map(|kind| kind.spec.name).collect();
    kinds.sort_unstable();
    assert_eq!(files, kinds);
}
