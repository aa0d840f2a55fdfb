//! Claims about the jobs, judged from live `sacct` and from every recorded form of it: the same verdicts.
//!
//! The verdicts stand beside the claims in `claims/`, worked out from the scripts in `jobs/`.
//!
//! Why it can be wrong: a claim that is judged alike from all forms may be judged wrongly from all. So each stands beside
//! its verdict, and what is true and what is not are claimed alike often.
//!
//! Example: `verify right.toml wrong.toml --live-slurm` in the repository of the scripts.

use std::path::Path;

use serde_json::Value;

use crate::ran::Ran;

/// The claim files, with the verdicts beside the claims.
const CLAIMS: [(&str, &str); 2] = [
    ("right", include_str!("claims/right.toml")),
    ("wrong", include_str!("claims/wrong.toml")),
];

/// Where the rows come from: what the claim files name, and what the command line asks for.
type Source<'a> = (&'a str, Option<&'a str>, &'a [&'a str]);

pub(crate) fn live_and_recorded_give_the_same_verdicts(ran: &Ran) -> Result<(), String> {
    let (cluster, ids, root) = (ran.cluster(), ran.ids(), ran.folder());
    let written = |file: &str, text: String| {
        std::fs::write(root.join("evidence").join(file), text).map_err(|error| format!("{file}: {error}"))
    };
    std::fs::create_dir_all(root.join("evidence")).map_err(|error| error.to_string())?;
    ran.verify_in(
        root,
        &["slurm", "collect", "--jobs", &ids, "--output", "evidence/collected.txt"],
    )?;
    let columns =
        "--format=JobID,State,Elapsed,Timelimit,Submit,Start,End,Partition,NNodes,AllocTRES,MaxRSS,Comment,JobName";
    let rows = cluster.ask("sacct", &["-P", "-D", "--delimiter=\u{1f}", columns, "-j", &ids])?;
    written("sacct.txt", rows)?;
    written("sacct.json", cluster.ask("sacct", &["--json", "-j", &ids])?)?;
    let sources: [Source<'_>; 6] = [
        ("live", None, &["--live-slurm"]),
        ("live by ids", None, &["--live-slurm", "--jobs", &ids]),
        ("collected", Some("evidence/collected.txt"), &[]),
        ("recorded with steps", Some("evidence/sacct.txt"), &[]),
        ("recorded as JSON", Some("evidence/sacct.json"), &[]),
        ("recorded and live", Some("evidence/collected.txt"), &["--live-slurm"]),
    ];
    let mut faults = Vec::new();
    for source in sources {
        faults.extend(judged(ran, root, source)?);
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n"))
    }
}

/// What is judged otherwise than it stands beside the claims.
fn judged(ran: &Ran, root: &Path, (what, recorded, args): Source<'_>) -> Result<Vec<String>, String> {
    let accounting = recorded.map_or_else(String::new, |file| format!("[slurm]\naccounting = [\"{file}\"]\n\n"));
    let mut faults = Vec::new();
    for (name, claims) in CLAIMS {
        let file = format!("{name}.toml");
        let head = format!("[document]\ntitle = \"Jobs\"\nroot = \".\"\n\n{accounting}");
        std::fs::write(root.join(&file), head + claims).map_err(|error| error.to_string())?;
        let (report, _) = ran.verify_in(root, &[&[file.as_str(), "--format", "json"], args].concat())?;
        let report: Value = serde_json::from_str(&report).map_err(|error| error.to_string())?;
        let found: Vec<(&str, String)> = report["claims"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|claim| {
                let word = |key: &str| claim[key].as_str().unwrap_or("-");
                (word("id"), format!("{} {}", word("verdict"), word("grade")))
            })
            .collect();
        let expected = expected(claims, args == ["--live-slurm"] && recorded.is_none());
        if found.len() != expected.len() {
            faults.push(format!("{what}: {} verdicts of {}", found.len(), expected.len()));
        }
        for ((id, verdict), (theirs, wanted)) in found.iter().zip(&expected) {
            if id != theirs || !verdict.starts_with(wanted) {
                faults.push(format!("{what}: {name}.toml {id}: {verdict}, expected {wanted}"));
            }
        }
    }
    Ok(faults)
}

/// The ids and verdicts of a claim file; the grade only where one stands there. Asked by days alone, `sacct` says less.
fn expected(claims: &str, by_days: bool) -> Vec<(String, String)> {
    let mut id = String::new();
    let mut expected = Vec::new();
    for line in claims.lines() {
        if let Some(named) = line.strip_prefix("id = ") {
            id = named.trim_matches('"').to_string();
        }
        if let Some(verdict) = line.strip_prefix("# expect: ") {
            expected.push((id.clone(), verdict.to_string()));
        }
        if let (Some(verdict), true, Some(last)) =
            (line.strip_prefix("# in the window: "), by_days, expected.last_mut())
        {
            last.1 = verdict.to_string();
        }
    }
    expected
}
