//! What is never evidence: what `verify` wrote, claim files, and pointers that stand where data should.
//!
//! Why it can be wrong: a claim file under the root says `temperature = 0` in TOML, and so does a configuration; read
//! as one, a claim supports itself. Known by what stands in the file, never by its name: people rename reports. The
//! other way round, a page that merely explains the mark must stay evidence, so the mark has to begin its line.
//!
//! Example: `<!-- generated-by: verify-claims 0.1.0 -->` at the top of a report.

use crate::evidence::{GapReason, PREDICATE};
use crate::place::{MARK, TOOL};

/// What is said of a claim file under the root.
pub const CLAIM_FILE: &str = "a claim file";
/// Bytes in which the mark stands, at the beginning of a line behind the signs of a comment.
pub(super) const HEAD: usize = 2048;
/// First line of a Git LFS pointer, by the specification of its format.
const LFS_HEAD: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Why a file's content is not read, where it is not.
pub(super) fn refuse(path: &str, bytes: &[u8]) -> Option<(GapReason, String)> {
    if bytes.starts_with(LFS_HEAD) && bytes.len() < 1024 {
        return Some((
            GapReason::LfsPointer,
            "a Git LFS pointer; fetch the file with `git lfs pull`".into(),
        ));
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]);
    let head = head.trim_start_matches('\u{feff}');
    if has_mark(head) || names_tool(head) {
        return Some((GapReason::OwnReport, "written by `verify`".into()));
    }
    if path.to_lowercase().ends_with(".toml") && is_claim_file(bytes) {
        return Some((GapReason::OwnReport, CLAIM_FILE.into()));
    }
    None
}

/// The digest that a Git LFS pointer names (`oid sha256:…`, as its specification has it).
pub(super) fn lfs_sha256(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|_| bytes.starts_with(LFS_HEAD))?;
    let oid = text.lines().find_map(|line| line.strip_prefix("oid sha256:"))?;
    Some(oid.trim().to_string())
}

fn has_mark(head: &str) -> bool {
    head.lines().any(|line| {
        line.trim_start_matches(|c: char| !c.is_alphanumeric())
            .starts_with(MARK)
    })
}

/// Whether a JSON object has `"tool": {"name": "verify-claims"` at its top level, or is the record of a timed run.
fn names_tool(head: &str) -> bool {
    if !head.trim_start().starts_with('{') {
        return false;
    }
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in head.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => {
                if !quoted && depth == 1 && (is_tool(&head[at..]) || is_record(&head[at..])) {
                    return true;
                }
                quoted = !quoted;
            }
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth -= 1,
            _ => {}
        }
    }
    false
}

/// Whether the text goes on with `"tool": {"name": "verify-claims"`, white space aside.
fn is_tool(text: &str) -> bool {
    goes_on(text, &["\"tool\"", ":", "{", "\"name\"", ":", &format!("\"{TOOL}\"")])
}

/// Whether the text goes on with the predicate type of a record.
fn is_record(text: &str) -> bool {
    goes_on(text, &["\"predicateType\"", ":", &format!("\"{PREDICATE}\"")])
}

fn goes_on(text: &str, parts: &[&str]) -> bool {
    let mut rest = text;
    parts.iter().all(|part| {
        let found = rest.trim_start().strip_prefix(part);
        rest = found.unwrap_or("");
        found.is_some()
    })
}

/// A `[[claim]]` with a `kind`, as the claim language has them.
fn is_claim_file(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let mut in_claim = false;
    text.lines()
        .map(|line| line.split('#').next().unwrap_or("").trim())
        .any(|line| {
            if line.starts_with('[') {
                in_claim = line.replace(' ', "") == "[[claim]]";
            }
            in_claim
                && line
                    .strip_prefix("kind")
                    .is_some_and(|rest| rest.trim_start().starts_with('='))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_files_are_known_by_what_stands_in_them() {
        use GapReason::{LfsPointer, OwnReport};
        let deep = format!("{}\n<!-- generated-by: verify-claims -->", "x".repeat(3000));
        let cases: &[(&str, &str, Option<GapReason>)] = &[
            (
                "notes.md",
                "<!-- generated-by: verify-claims 0.1.0 -->\n# Report",
                Some(OwnReport),
            ),
            ("a.yaml", "# generated-by: verify-claims\nx: 1", Some(OwnReport)),
            ("a.tex", "%% generated-by: verify-claims", Some(OwnReport)),
            ("README.md", "Reports carry `x generated-by: verify-claims`.", None),
            ("src/a.rs", "const MARK: &str = \"generated-by: verify-claims\";", None),
            ("late.md", &deep, None),
            (
                "r.json",
                "{\"schema\": 1,\n \"tool\": {\"name\": \"verify-claims\", \"version\": \"0\"}}",
                Some(OwnReport),
            ),
            ("r.json", "{\"tool\":{\"name\":\"verify-claims\"}}", Some(OwnReport)),
            ("r.json", "{\"inner\": {\"tool\": {\"name\": \"verify-claims\"}}}", None),
            ("r.json", "{\"note\": \"{\", \"tool\": {\"name\": \"other\"}}", None),
            ("verify-report.md", "a report by its name alone", None),
            (
                "claims/setup.toml",
                "[document]\n[[claim]]\nid = \"a\"\nkind = \"decoding\"\ntemperature = 0",
                Some(OwnReport),
            ),
            ("setup.toml", "[[ claim ]]\nkind='samples'", Some(OwnReport)),
            ("config.toml", "kind = \"adam\"\n[[claims]]\nkind = 1", None),
            ("notes.md", "[[claim]]\nkind = \"samples\"", None),
            (
                "w.bin",
                "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n",
                Some(LfsPointer),
            ),
        ];
        for (path, text, want) in cases {
            assert_eq!(
                refuse(path, text.as_bytes()).map(|(why, _)| why),
                *want,
                "{path}: {text:.60}"
            );
        }
    }
}
