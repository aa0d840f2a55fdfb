//! What holds for every claim of every kind, whatever its verdict is.
//!
//! Each property is a test of its own over all claim files: those of the cases, the project's own, and its variants.
//!
//! Why it can be wrong: a property that is checked on claims it does not apply to never fails. So each test says on how
//! many claims it was tried, and fails when there were none.

mod mutation;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;
use verify::claim::ClaimFile;
use verify::evidence::Evidence;
use verify::judge::{self, Case};
use verify::verdict::Verdict;

use crate::corpus::{self, CHECKED, Checked, File, REPORTS};
use crate::program::{AS_OF, Run, check, copy, files_below, package, verify};

/// A claim file in a temporary copy of what it is about.
struct Place {
    folder: tempfile::TempDir,
    /// The claim file, relative to the folder.
    claims: String,
}

impl Place {
    /// A copy with its files created in the order of their names or in the reverse. A project's top is marked, so that
    /// a root may lie beside the claim file's folder.
    fn of(file: &File, reverse: bool) -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join(".git")).expect("a mark of the top");
        let parts: &[&str] = if file.path.starts_with("claims/") {
            &["claims", "fixtures/opro2"]
        } else {
            &[file.folder()]
        };
        for part in parts {
            copy(&package().join(part), &folder.path().join(part), reverse);
        }
        Place {
            folder,
            claims: file.path.clone(),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Replaces the claim file's text.
    fn claim(&self, text: &str) {
        fs::write(self.path().join(&self.claims), text).expect("the claim file is written");
    }

    fn check(&self, more: &[&str]) -> Run {
        check(self.path(), &self.claims, more)
    }
}

/// The claims with their verdicts, by id.
fn verdicts(json: &Value) -> BTreeMap<&str, &str> {
    let claims = json["claims"].as_array().expect("the report has claims");
    claims
        .iter()
        .map(|claim| {
            (
                claim["id"].as_str().unwrap_or_default(),
                claim["verdict"].as_str().unwrap_or("null"),
            )
        })
        .collect()
}

/// Fails with everything that was found, and when there was nothing to look at.
#[track_caller]
fn none(what: &str, tried: usize, found: &[String]) {
    assert!(tried > 0, "{what}: nothing was tried");
    assert!(
        found.is_empty(),
        "{what}: {} of {tried}\n  {}",
        found.len(),
        found.join("\n  ")
    );
}

#[test]
fn without_evidence_nothing_is_supported() {
    let (mut tried, mut found) = (0, Vec::new());
    for Checked { file, evidence, .. } in CHECKED.iter() {
        let claims = ClaimFile::read(&file.path, &file.text, &judge::specs()).expect("the claim file was read before");
        // The same questions and the same files, and nothing said; then no files either.
        let mut silent = evidence.clone();
        silent.statements.clear();
        silent.links.clear();
        silent.launches.clear();
        silent.entries.clear();
        silent.digests.clear();
        let mut empty = silent.clone();
        empty.scopes.iter_mut().for_each(|scope| scope.files.clear());
        for claim in claims.claims.iter().filter(|claim| claim.kind != "manual") {
            let ruled = |evidence: &Evidence| {
                let case = Case {
                    claim,
                    file: &claims,
                    evidence,
                };
                judge::judge(&case).verdict
            };
            tried += 1;
            if ruled(&empty) == Verdict::Supported {
                found.push(format!("{} {}: without files", file.path, claim.id));
            }
            // Absence is shown by files that were read whole and say nothing.
            let absence = claim.fields.bool("used") == Some(false) || claim.fields.integer("matches") == Some(0);
            if !absence && ruled(&silent) == Verdict::Supported {
                found.push(format!("{} {}: without statements", file.path, claim.id));
            }
        }
    }
    none("supported without evidence", tried, &found);
}

#[test]
fn a_supported_claim_with_another_value_is_not_supported() {
    let (mut tried, mut found) = (0, Vec::new());
    for Checked { file, json, .. } in CHECKED.iter() {
        let verdicts = verdicts(json);
        let supported = |id: &str| verdicts.get(id) == Some(&"supported");
        let rounds = file
            .claims
            .iter()
            .map(|claim| mutation::of(claim).len())
            .max()
            .unwrap_or(0);
        let place = Place::of(file, false);
        for round in 0..rounds {
            let mut text = file.head().to_string();
            let mut changed = BTreeMap::new();
            for claim in &file.claims {
                let mutant = mutation::of(claim)
                    .into_iter()
                    .nth(round)
                    .filter(|_| supported(&claim.id));
                if let Some(mutant) = &mutant {
                    changed.insert(claim.id.as_str(), mutant.what.clone());
                }
                text.push_str(mutant.as_ref().map_or(&claim.block, |mutant| &mutant.block));
            }
            if changed.is_empty() {
                continue;
            }
            place.claim(&text);
            let report = place.check(&[]).json();
            let now = self::verdicts(&report);
            for (id, what) in changed {
                tried += 1;
                if now.get(id) == Some(&"supported") {
                    found.push(format!("{} {id}: {what}", file.path));
                }
            }
        }
    }
    none("supported whatever is claimed", tried, &found);
}

#[test]
fn every_supported_claim_can_be_changed() {
    let (mut tried, mut found) = (0, Vec::new());
    for Checked { file, json, .. } in CHECKED.iter() {
        let verdicts = verdicts(json);
        for claim in &file.claims {
            if verdicts.get(claim.id.as_str()) == Some(&"supported") && claim.kind != "manual" {
                tried += 1;
                if mutation::of(claim).is_empty() {
                    found.push(format!("{} {}", file.path, claim.id));
                }
            }
        }
    }
    none("supported claims that no test changes", tried, &found);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (mut tried, mut found) = (0, Vec::new());
    for Checked { file, output, .. } in CHECKED.iter() {
        tried += 1;
        let again = verify(package(), &[&[&*file.path, "--threads", "7"], &REPORTS[..]].concat());
        if again.stdout != *output {
            found.push(file.path.clone());
        }
    }
    none("two runs that differ", tried, &found);
}

#[test]
fn the_order_of_claims_changes_only_the_order() {
    let (mut tried, mut found) = (0, Vec::new());
    for Checked { file, json, .. } in CHECKED.iter().filter(|checked| checked.file.claims.len() > 1) {
        let place = Place::of(file, false);
        let blocks: Vec<&str> = file.claims.iter().rev().map(|claim| claim.block.as_str()).collect();
        // A last block without an empty line at its end would run into the next one.
        place.claim(&format!("{}{}", file.head(), blocks.join("\n")));
        let report = place.check(&[]).json();
        let order = |json: &Value| -> Vec<String> {
            json["claims"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|claim| claim["id"].to_string())
                .collect()
        };
        let mut expected = order(json);
        expected.reverse();
        if order(&report) != expected {
            found.push(format!("{}: the order of the report", file.path));
        }
        let (before, after) = (essence(json, file), essence(&report, file));
        for (id, was) in &before {
            tried += 1;
            if after.get(id) != Some(was) {
                found.push(format!(
                    "{} {id}:\n    {was}\n    {}",
                    file.path,
                    after.get(id).cloned().unwrap_or_default()
                ));
            }
        }
        if report["summary"] != json["summary"] || report["exit"] != json["exit"] {
            found.push(format!("{}: summary or exit", file.path));
        }
    }
    none("claims that their order changes", tried, &found);
}

/// A claim's ruling without what names lines of the claim file itself, which move with the claim.
fn essence(json: &Value, file: &File) -> BTreeMap<String, Value> {
    let mut claims = BTreeMap::new();
    for claim in json["claims"].as_array().expect("the report has claims") {
        let mut claim = claim.clone();
        let own = |place: &Value| place["file"] == file.path.as_str() || place["file"] == file.name();
        if let Some(evidence) = claim["evidence"].as_array_mut() {
            evidence.retain(|place| !own(place));
        }
        let moved = Regex::new(&format!(r"{}:\d+(-\d+)?", regex::escape(file.name()))).expect("a pattern");
        let mut text = claim.to_string();
        text = moved.replace_all(&text, file.name()).into_owned();
        let mut claim: Value = serde_json::from_str(&text).expect("still JSON");
        claim["claim_line"] = Value::Null;
        let id = claim["id"].as_str().unwrap_or_default().to_string();
        claims.insert(id, claim);
    }
    claims
}

#[test]
fn the_order_in_which_files_were_made_changes_nothing() {
    let (mut tried, mut found) = (0, Vec::new());
    for file in corpus::all() {
        tried += 1;
        let run = |reverse| Place::of(&file, reverse).check(&[]).stdout;
        if run(false) != run(true) {
            found.push(file.path);
        }
    }
    none("reports that depend on the order of files", tried, &found);
}

#[test]
fn all_formats_agree_on_the_counts() {
    let (mut tried, mut found) = (0, Vec::new());
    let run_line = Regex::new(r"(?m)^run \S+ \(.*\.json\)$").expect("a pattern");
    for file in corpus::all() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let to = |format: &str| format!("{format}={}", folder.path().join(format).display());
        let (json, markdown, terminal) = (to("json"), to("markdown"), to("terminal"));
        let args = [
            &file.path,
            "--no-live",
            "--as-of",
            AS_OF,
            "--lang",
            "en",
            "--format",
            &json,
            "--format",
            &markdown,
            "--format",
            &terminal,
        ];
        let run = verify(package(), &args);
        let read = |format: &str| {
            fs::read_to_string(folder.path().join(format))
                .unwrap_or_else(|error| panic!("{format}: {error}\n{}", run.all()))
        };
        let report: Value = serde_json::from_str(&read("json")).expect("JSON");
        let (terminal, markdown) = (read("terminal"), read("markdown"));
        for verdict in Verdict::ALL {
            tried += 1;
            let claims = report["claims"].as_array().into_iter().flatten();
            let counts = [
                report["summary"][verdict.name()].as_u64().unwrap_or(u64::MAX),
                claims.filter(|claim| claim["verdict"] == verdict.name()).count() as u64,
                in_summary_line(&terminal, verdict),
                in_findings(&markdown, verdict),
                in_overview(&markdown, verdict),
            ];
            if counts.iter().any(|count| *count != counts[0]) {
                found.push(format!(
                    "{} {}: summary {}, claims {}, terminal {}, findings {}, overview {}",
                    file.path,
                    verdict.name(),
                    counts[0],
                    counts[1],
                    counts[2],
                    counts[3],
                    counts[4]
                ));
            }
        }
        let runs = [
            report["runs"].as_array().map_or(0, Vec::len),
            markdown.matches("\n### Run `").count(),
            run_line.find_iter(&terminal).count(),
        ];
        if runs.iter().any(|count| *count != runs[0]) {
            found.push(format!(
                "{}: {} timed runs in JSON, {} in markdown, {} on the terminal",
                file.path, runs[0], runs[1], runs[2]
            ));
        }
        if report["exit"] != run.code {
            found.push(format!(
                "{}: exit {} in JSON, {} in fact",
                file.path, report["exit"], run.code
            ));
        }
    }
    none("formats that disagree", tried, &found);
}

/// `12 supported: …; 1 needs-clarification; 1 minor-discrepancy`.
fn in_summary_line(terminal: &str, verdict: Verdict) -> u64 {
    let stem = verdict
        .name()
        .strip_suffix("discrepancy")
        .map_or(verdict.name().to_string(), |stem| format!("{stem}discrepanc(?:y|ies)"));
    let pattern = Regex::new(&format!(r"(?m)^(?:.*; )?(\d+) {stem}(?:[:;]|$)")).expect("a pattern");
    let last = terminal.lines().rev().find_map(|line| pattern.captures(line));
    last.map_or(0, |found| found[1].parse().expect("a number"))
}

/// `- ✅ **12 claims are SUPPORTED**: …` in the summary.
fn in_findings(markdown: &str, verdict: Verdict) -> u64 {
    let word = shouted(verdict);
    let pattern = Regex::new(&format!(
        r"(?m)^- \S+ \*\*(\d+) (?:claims? (?:is |are |needs? )?)?{word}"
    ))
    .expect("a pattern");
    pattern
        .captures(markdown)
        .map_or(0, |found| found[1].parse().expect("a number"))
}

/// Rows of the overview with the verdict.
fn in_overview(markdown: &str, verdict: Verdict) -> u64 {
    let word = if verdict == Verdict::NeedsClarification {
        "NEEDS CLARIFICATION".to_string()
    } else {
        shouted(verdict)
    };
    let cell = Regex::new(&format!(r"(?m)^\| \d+ \|.*\| \S+ \*\*{word}\*\*")).expect("a pattern");
    cell.find_iter(markdown).count() as u64
}

fn shouted(verdict: Verdict) -> String {
    match verdict {
        Verdict::Supported => "SUPPORTED",
        Verdict::NeedsClarification => "CLARIFICATION",
        Verdict::MinorDiscrepancy => "MINOR DISCREPANC(?:Y|IES)",
        Verdict::Discrepancy => "DISCREPANC(?:Y|IES)",
        Verdict::NoEvidence => "(?:WITHOUT |NO )?EVIDENCE",
        Verdict::NotRun => "NOT RUN",
    }
    .to_string()
}

#[test]
fn saved_evidence_judges_the_same_without_the_repository() {
    let (mut tried, mut found) = (0, Vec::new());
    for Checked {
        file, output, saved, ..
    } in CHECKED.iter()
    {
        tried += 1;
        // Only the claim file and the evidence are left.
        let bare = tempfile::tempdir().expect("a temporary folder");
        let target: PathBuf = bare.path().join(&file.path);
        fs::create_dir_all(target.parent().expect("a folder")).expect("the folder is made");
        fs::write(&target, &file.text).expect("the claim file is written");
        fs::write(bare.path().join("saved.json"), saved).expect("the evidence is written");
        assert_eq!(files_below(bare.path()).len(), 2, "nothing of the repository is there");
        let here = verify(
            bare.path(),
            &[&[&*file.path, "--evidence", "saved.json"], &REPORTS[..]].concat(),
        );
        if here.stdout != *output {
            found.push(format!("{}: {}", file.path, difference(output, &here)));
        }
    }
    none("replayed reports that differ", tried, &found);
}

/// The first line that differs.
fn difference(there: &str, here: &Run) -> String {
    let lines = there.lines().zip(here.stdout.lines()).find(|(a, b)| a != b);
    match lines {
        Some((a, b)) => format!("\n    with    {a}\n    without {b}"),
        None => format!("one ends before the other\n{}", here.stderr),
    }
}
