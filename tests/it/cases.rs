//! The verdict, grade and deciding places of every claim against those written beside it.
//!
//! Why it can be wrong: a test that stops at the first difference hides the others. All are gathered and printed
//! together, places that are missing apart from claims that are missing or not expected.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use serde_json::Value;
use verify::judge::KINDS;
use verify::verdict::Verdict;

use crate::corpus::{self, Expected, File, Where};
use crate::program::package;

#[test]
fn the_cases_get_the_verdicts_written_beside_them() {
    hold("fixtures/cases/");
}

#[test]
fn the_projects_own_claims_get_the_verdicts_written_beside_them() {
    hold("claims/");
}

/// Holds every claim file below a folder, and prints all that differs.
#[track_caller]
fn hold(folder: &str) {
    let mut differences = Differences::default();
    let (mut files, mut claims) = (0, 0);
    for checked in corpus::CHECKED
        .iter()
        .filter(|checked| checked.file.path.starts_with(folder))
    {
        files += 1;
        claims += checked.file.claims.len();
        differences.hold(&checked.file, &checked.json);
    }
    let text = differences.table();
    assert!(claims > 0, "no claim below {folder}");
    assert!(text.is_empty(), "{files} files, {claims} claims\n{text}");
}

#[derive(Debug, Default)]
struct Differences {
    verdicts: Vec<[String; 4]>,
    grades: Vec<[String; 4]>,
    places: Vec<[String; 4]>,
    missing: Vec<String>,
    unexpected: Vec<String>,
}

impl Differences {
    fn hold(&mut self, file: &File, report: &Value) {
        let claims = report["claims"].as_array().expect("the report has claims");
        let ids: BTreeSet<&str> = claims.iter().filter_map(|claim| claim["id"].as_str()).collect();
        let wanted: BTreeSet<&str> = file.claims.iter().map(|claim| claim.id.as_str()).collect();
        let name = |id: &str| format!("{} {id}", file.path);
        self.missing.extend(wanted.difference(&ids).map(|id| name(id)));
        self.unexpected.extend(ids.difference(&wanted).map(|id| name(id)));
        for expected in &file.claims {
            let found = claims.iter().find(|claim| claim["id"] == expected.id.as_str());
            if let Some(found) = found {
                self.claim(&name(&expected.id), expected, found);
            }
        }
    }

    fn claim(&mut self, name: &str, expected: &Expected, found: &Value) {
        let because = found["because"]["text"].as_str().unwrap_or_default();
        let row = |wanted: &str, got: &str| [name, wanted, got, because].map(str::to_string);
        let verdict = found["verdict"].as_str().unwrap_or("null");
        if verdict != expected.verdict.name() {
            self.verdicts.push(row(expected.verdict.name(), verdict));
            return;
        }
        let grade = found["grade"].as_str().unwrap_or("none");
        if let Some(wanted) = expected.grade.filter(|wanted| wanted.name() != grade) {
            self.grades.push(row(wanted.name(), grade));
        }
        let evidence = found["evidence"].as_array().expect("a claim has evidence");
        for wanted in &expected.places {
            if !evidence
                .iter()
                .any(|place| stands(expected, place) && is_at(wanted, place))
            {
                self.places.push(row(&shown(wanted), &cited(evidence)));
            }
        }
    }

    fn table(&self) -> String {
        let mut text = String::new();
        for (head, rows) in [
            ("verdicts", &self.verdicts),
            ("grades", &self.grades),
            ("places that are not cited", &self.places),
        ] {
            if !rows.is_empty() {
                let _ = writeln!(text, "\n{head} ({}):", rows.len());
            }
            for [name, wanted, got, because] in rows {
                let _ = writeln!(text, "  {name}\n      expected {wanted}, got {got}\n      {because}");
            }
        }
        for (head, rows) in [
            ("claims that the report lacks", &self.missing),
            ("claims that nobody expects", &self.unexpected),
        ] {
            if !rows.is_empty() {
                let _ = writeln!(text, "\n{head} ({}):\n  {}", rows.len(), rows.join("\n  "));
            }
        }
        text
    }
}

/// Whether a citation stands to the claim as its verdict needs it.
fn stands(expected: &Expected, place: &Value) -> bool {
    match expected.verdict {
        // The lines that a person read are shown, and the person supports.
        Verdict::Supported if expected.kind == "manual" => true,
        Verdict::Supported => place["stance"] == "supports",
        Verdict::Discrepancy | Verdict::MinorDiscrepancy => place["stance"] == "contradicts",
        Verdict::NeedsClarification | Verdict::NoEvidence | Verdict::NotRun => true,
    }
}

fn is_at(wanted: &Where, place: &Value) -> bool {
    if place["file"] != wanted.file.as_str() {
        return false;
    }
    let Some((first, last)) = wanted.lines else { return true };
    let Some(from) = place["line"].as_u64() else {
        return false;
    };
    let to = place["end_line"].as_u64().unwrap_or(from);
    from <= last && first <= to
}

fn shown(place: &Where) -> String {
    match place.lines {
        None => place.file.clone(),
        Some((first, last)) if first == last => format!("{}:{first}", place.file),
        Some((first, last)) => format!("{}:{first}-{last}", place.file),
    }
}

fn cited(evidence: &[Value]) -> String {
    let places: Vec<String> = evidence
        .iter()
        .map(|place| {
            let line = place["line"]
                .as_u64()
                .map(|line| format!(":{line}"))
                .unwrap_or_default();
            let text = |key: &str| place[key].as_str().unwrap_or_default().to_string();
            format!("{}{line} ({})", text("file"), text("stance"))
        })
        .collect();
    if places.is_empty() {
        "no place".to_string()
    } else {
        places.join(", ")
    }
}

/// What every kind has cases for: the words for a set of verdicts, and those verdicts.
const SORTS: [(&str, &[Verdict]); 4] = [
    ("supported", &[Verdict::Supported]),
    ("contradicted", &[Verdict::Discrepancy, Verdict::MinorDiscrepancy]),
    ("mixed", &[Verdict::NeedsClarification]),
    ("unknown", &[Verdict::NoEvidence, Verdict::NotRun]),
];
/// A person's word is not contradicted, only stale, and without it there is no claim.
const HAS_NOT: [(&str, &str); 2] = [("manual", "contradicted"), ("manual", "unknown")];

#[test]
fn every_kind_has_a_supported_a_contradicted_a_mixed_and_an_unknown_case() {
    let cases = corpus::cases();
    let mut lacking = Vec::new();
    for kind in KINDS.iter().map(|kind| kind.spec.name) {
        for (sort, verdicts) in SORTS {
            let own = cases
                .iter()
                .filter(|file| file.path.starts_with(&format!("fixtures/cases/{kind}/")));
            let there = own
                .flat_map(|file| &file.claims)
                .any(|claim| claim.kind == kind && verdicts.contains(&claim.verdict));
            if there == HAS_NOT.contains(&(kind, sort)) {
                lacking.push(format!("{kind}: {sort}"));
            }
        }
    }
    assert!(
        lacking.is_empty(),
        "kinds without such a case, or with one they cannot have: {lacking:#?}"
    );
}

#[test]
fn every_folder_of_cases_is_a_kind_and_every_kind_has_one() {
    let mut folders: Vec<String> = fs::read_dir(package().join("fixtures/cases"))
        .expect("the cases")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().expect("a name in UTF-8"))
        .collect();
    folders.sort();
    let mut kinds: Vec<&str> = KINDS.iter().map(|kind| kind.spec.name).collect();
    kinds.sort_unstable();
    assert_eq!(folders, kinds);
}

#[test]
fn ids_are_unique_within_a_world() {
    let mut seen = BTreeSet::new();
    for file in corpus::cases() {
        for claim in &file.claims {
            assert!(
                seen.insert((file.folder().to_string(), claim.id.clone())),
                "{}: `{}` twice",
                file.path,
                claim.id
            );
        }
    }
}

#[test]
fn a_third_of_the_cases_are_traps() {
    let cases = corpus::cases();
    let claims: Vec<&Expected> = cases.iter().flat_map(|file| &file.claims).collect();
    let traps = claims.iter().filter(|claim| claim.block.contains("# Trap:")).count();
    assert!(traps * 3 >= claims.len(), "{traps} traps of {} claims", claims.len());
}
