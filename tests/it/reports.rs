//! The committed reports are what the program writes today, from the claims and the fixture as they are.
//!
//! `UPDATE_REPORTS=1 cargo test --test it reports` writes them anew.

use crate::program::{package, verify};

#[test]
fn the_committed_reports_are_fresh() {
    for language in ["es", "en"] {
        let committed = package().join(format!("reports/setup.{language}.md"));
        // A folder as deep as `reports/`, so that the links are the same.
        let folder = tempfile::tempdir_in(package()).expect("the package can be written");
        let written = folder.path().join("setup.md");
        let output = format!("markdown={}", written.display());
        let words = [
            "claims/setup.toml",
            "--as-of",
            "2026-01-01",
            "--lang",
            language,
            "--format",
            &output,
        ];
        verify(package(), &words).exits(4);
        let text = std::fs::read_to_string(&written).expect("the report was written");
        if std::env::var_os("UPDATE_REPORTS").is_some() {
            std::fs::write(&committed, &text).expect("reports/ can be written");
        }
        let before = std::fs::read_to_string(&committed).expect("the report is committed");
        assert!(
            before == text,
            "reports/setup.{language}.md is stale: UPDATE_REPORTS=1 cargo test --test it reports"
        );
    }
}
