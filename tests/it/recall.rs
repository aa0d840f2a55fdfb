//! How right the program is on the cases, per kind: what holds and is found to hold, what does not and is found not to.
//!
//! The table is printed by every run of the tests and stands in the README; `UPDATE_README=1` writes it anew.
//!
//! Why it can be wrong: the share of right verdicts hides the two mistakes that matter. So false green marks and false
//! alarms have columns of their own, and must be none.
//!
//! Example: `parameter | 80 of 80 | 95 of 95 | 0 | 0`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use verify::verdict::Verdict;

use crate::corpus::CHECKED;
use crate::program::package;

const BEGIN: &str = "<!-- recall: generated, see tests/it/recall.rs -->\n";
const END: &str = "<!-- /recall -->\n";

/// What came of the claims of one kind.
#[derive(Debug, Default)]
struct Kind {
    /// Claims that must be supported, and those that are.
    holds: (usize, usize),
    /// The same for a discrepancy, minor ones among them.
    fails: (usize, usize),
    /// The same for those that nothing decides.
    open: (usize, usize),
    /// Supported, and must not be.
    green: usize,
    /// A discrepancy, and must not be.
    alarm: usize,
}

fn kinds() -> BTreeMap<String, Kind> {
    let refuted = |verdict: Verdict| matches!(verdict, Verdict::Discrepancy | Verdict::MinorDiscrepancy);
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    for checked in CHECKED
        .iter()
        .filter(|checked| checked.file.path.starts_with("fixtures/cases/"))
    {
        let claims = checked.json["claims"].as_array().expect("the report has claims");
        for expected in &checked.file.claims {
            let got = claims
                .iter()
                .find(|claim| claim["id"] == expected.id.as_str())
                .and_then(|claim| Verdict::of_name(claim["verdict"].as_str()?));
            let kind = kinds.entry(expected.kind.clone()).or_default();
            let (sort, right) = match expected.verdict {
                Verdict::Supported => (&mut kind.holds, got == Some(Verdict::Supported)),
                wanted if refuted(wanted) => (&mut kind.fails, got.is_some_and(refuted)),
                wanted => (&mut kind.open, got == Some(wanted)),
            };
            sort.0 += 1;
            sort.1 += usize::from(right);
            kind.green += usize::from(got == Some(Verdict::Supported) && expected.verdict != Verdict::Supported);
            kind.alarm += usize::from(got.is_some_and(refuted) && !refuted(expected.verdict));
        }
    }
    kinds
}

fn table(kinds: &BTreeMap<String, Kind>) -> String {
    let mut text = String::from(
        "| kind | true claims confirmed | false claims refuted | left open as they must be | false green marks | false alarms |\n|---|---|---|---|---|---|\n",
    );
    let mut all = Kind::default();
    let mut row = |name: &str, kind: &Kind| {
        let of = |(count, right): (usize, usize)| format!("{right} of {count}");
        let (holds, fails, open) = (of(kind.holds), of(kind.fails), of(kind.open));
        let _ = writeln!(
            text,
            "| {name} | {holds} | {fails} | {open} | {} | {} |",
            kind.green, kind.alarm
        );
    };
    for (name, kind) in kinds {
        row(&format!("`{name}`"), kind);
        for (sum, own) in [
            (&mut all.holds, kind.holds),
            (&mut all.fails, kind.fails),
            (&mut all.open, kind.open),
        ] {
            sum.0 += own.0;
            sum.1 += own.1;
        }
        all.green += kind.green;
        all.alarm += kind.alarm;
    }
    row("all", &all);
    text
}

#[test]
fn no_case_has_a_false_green_mark_or_a_false_alarm() {
    let kinds = kinds();
    // Past the test runner's capture: these figures are for everybody who runs the tests.
    let _ = std::io::stdout().write_all(format!("\n{}\n", table(&kinds)).as_bytes());
    assert!(kinds.len() > 10, "only {} kinds", kinds.len());
    for (name, kind) in &kinds {
        assert_eq!(
            (kind.green, kind.alarm),
            (0, 0),
            "{name}: false green marks, false alarms"
        );
    }
}

#[test]
fn the_readme_states_these_figures() {
    let path = package().join("README.md");
    let readme = std::fs::read_to_string(&path).expect("the README");
    let wanted = table(&kinds());
    let (before, rest) = readme.split_once(BEGIN).expect("the README has the mark");
    let (stated, after) = rest.split_once(END).expect("the README has the closing mark");
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).expect("the README is written");
        return;
    }
    assert_eq!(stated, wanted, "run UPDATE_README=1 cargo test --test it -- recall");
}
