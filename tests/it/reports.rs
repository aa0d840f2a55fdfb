//! The committed reports are what the program writes today, from the claims and the fixture as they are.
//!
//! `UPDATE_REPORTS=1 cargo test --test it reports` writes them anew, with the plots beside them.

use std::path::Path;

use crate::program::{package, verify};

/// Claims, the report's name, its languages, and the exit code.
const REPORTS: [(&str, &str, &[&str], i32); 3] = [
    ("claims/setup.toml", "setup", &["es", "en"], 4),
    ("claims/variants/one-run.toml", "one-run", &["en"], 0),
    ("claims/variants/other-hardware.toml", "other-hardware", &["en"], 4),
];

#[test]
fn the_committed_reports_are_fresh() {
    for (claims, name, languages, exit) in REPORTS {
        for language in languages {
            // A folder as deep as `reports/`, so that the links are the same.
            let folder = tempfile::tempdir_in(package()).expect("the package can be written");
            let written = folder.path().join(format!("{name}.{language}.md"));
            let output = format!("markdown={}", written.display());
            let words = [claims, "--as-of", "2026-01-01", "--lang", language, "--format", &output];
            verify(package(), &words).exits(exit);
            for file in std::fs::read_dir(folder.path()).expect("the reports") {
                fresh(&file.expect("a file").path());
            }
        }
    }
}

/// Whether a report, or the plot beside it, is the one that is committed.
fn fresh(written: &Path) {
    let name = written.file_name().expect("a name");
    let committed = package().join("reports").join(name);
    let text = std::fs::read_to_string(written).expect("the report was written");
    if std::env::var_os("UPDATE_REPORTS").is_some() {
        std::fs::write(&committed, &text).expect("reports/ can be written");
    }
    let before = std::fs::read_to_string(&committed).unwrap_or_default();
    assert!(
        before == text,
        "{} is stale: UPDATE_REPORTS=1 cargo test --test it reports",
        committed.display()
    );
}
