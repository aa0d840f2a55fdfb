//! Numbers as a paper prints them: what went wrong with one is named, and with none that is right.
//!
//! Why it can be wrong: a cause that is named for a number that is right makes an author doubt it. So every claim of the world
//! is here with the code that its ruling must have, or none.

use crate::program::{AS_OF, package, verify};

/// The codes that name a cause.
const CAUSES: &[&str] = &[
    "cut-off",
    "rounded-twice",
    "percent-for-fraction",
    "fraction-with-a-percent-sign",
    "share-without-its-sign",
    "best-for-mean",
    "difference-of-rounded",
    "relative-difference",
    "difference-does-not-follow",
];

/// The five of the thirty that are wrong, and how.
const WRONG: &[(&str, &str)] = &[
    ("wer-cut-off", "cut-off"),
    ("f1-rounded-twice", "rounded-twice"),
    ("percent-of-a-fraction", "fraction-with-a-percent-sign"),
    ("best-seed-as-mean", "best-for-mean"),
    ("gain-of-rounded", "difference-of-rounded"),
];

#[test]
fn of_thirty_numbers_the_five_wrong_ones_are_named() {
    let mut seen = 0;
    for file in ["claims.toml", "claims-2.toml"] {
        let path = format!("fixtures/cases/metric/printed-numbers/{file}");
        let run = verify(package(), &[&path, "--format", "json", "--as-of", AS_OF]);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        for claim in report["claims"].as_array().expect("claims") {
            seen += 1;
            let id = claim["id"].as_str().expect("id");
            let caveats = claim["caveats"].as_array().into_iter().flatten();
            let named: Vec<&str> = caveats
                .chain([&claim["because"]])
                .filter_map(|message| message["code"].as_str())
                .filter(|code| CAUSES.contains(code))
                .collect();
            let expected: Vec<&str> = WRONG
                .iter()
                .filter(|(wrong, _)| *wrong == id)
                .map(|(_, code)| *code)
                .collect();
            assert_eq!(named, expected, "{id}");
        }
    }
    assert_eq!(seen, 30);
}
