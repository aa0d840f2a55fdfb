//! The claim files of the repository, each claim with the outcome that is written beside it.
//!
//! `# expect: VERDICT [GRADE] [FILE[:LINE[-LINE]]]…` after a claim; what follows the places is for people.
//!
//! Why it can be wrong: an expectation that is not read is one that always holds. A claim without one, or a word where
//! the verdict stands that is none, stops the tests.
//!
//! Example: `# expect: supported launched slurm/04_eval_base.job:58 slurm/06_eval_base_opro.job:58`.

use std::fs;
use std::sync::LazyLock;

use serde_json::Value;
use verify::evidence::{Evidence, Grade};
use verify::verdict::Verdict;

use crate::program::{AS_OF, files_below, package, verify};

/// A claim file with the claims that stand in it.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Relative to the package.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) claims: Vec<Expected>,
}

/// One claim and what must come of it.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) verdict: Verdict,
    pub(crate) grade: Option<Grade>,
    pub(crate) places: Vec<Where>,
    /// The lines of the claim, from `[[claim]]` to the line before the next one.
    pub(crate) block: String,
}

/// A place as an expectation writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Where {
    pub(crate) file: String,
    /// First and last line; absent where only the file is named.
    pub(crate) lines: Option<(u64, u64)>,
}

impl File {
    /// The folder of the claim file, relative to the package.
    pub(crate) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// What stands above the first claim.
    pub(crate) fn head(&self) -> &str {
        self.text.split_once("[[claim]]").map_or(&self.text, |(head, _)| head)
    }
}

/// The claim files of `fixtures/cases`.
pub(crate) fn cases() -> Vec<File> {
    below("fixtures/cases")
        .into_iter()
        .filter(|path| {
            path.rsplit('/')
                .next()
                .is_some_and(|name| name.starts_with("claims") && name.ends_with(".toml"))
        })
        .map(|path| file(&path))
        .collect()
}

/// All claim files: those of the cases, the project's own, and its variants.
pub(crate) fn all() -> Vec<File> {
    let own = below("claims").into_iter().filter(|path| path.ends_with(".toml"));
    own.map(|path| file(&path)).chain(cases()).collect()
}

fn below(folder: &str) -> Vec<String> {
    let text = |path: std::path::PathBuf| path.to_str().expect("a name in UTF-8").replace('\\', "/");
    files_below(&package().join(folder))
        .into_iter()
        .map(|path| format!("{folder}/{}", text(path)))
        .collect()
}

fn file(path: &str) -> File {
    let text = fs::read_to_string(package().join(path)).expect("a claim file");
    let claims = read(path, &text);
    assert!(!claims.is_empty(), "{path} has no claim");
    File {
        path: path.to_string(),
        text,
        claims,
    }
}

fn read(path: &str, text: &str) -> Vec<Expected> {
    text.split("[[claim]]").skip(1).map(|block| one(path, block)).collect()
}

fn one(path: &str, block: &str) -> Expected {
    let key = |key: &str| {
        block
            .lines()
            .find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='))
            .map(|value| value.trim().trim_matches('"').to_string())
    };
    let id = key("id").unwrap_or_else(|| panic!("{path}: a claim without id:\n{block}"));
    let kind = key("kind").unwrap_or_else(|| panic!("{path}: `{id}` has no kind"));
    let mut lines = block.lines().filter_map(|line| line.strip_prefix("# expect: "));
    let expected = lines
        .next()
        .unwrap_or_else(|| panic!("{path}: `{id}` has no `# expect:`"));
    assert_eq!(lines.next(), None, "{path}: `{id}` has two `# expect:`");
    let mut words = expected.split_whitespace().peekable();
    let verdict = words.next().unwrap_or_default();
    let verdict = Verdict::of_name(verdict).unwrap_or_else(|| panic!("{path}: `{id}`: `{verdict}` is no verdict"));
    let grade = words.peek().and_then(|word| Grade::of_name(word));
    if grade.is_some() {
        words.next();
    }
    let mut places = Vec::new();
    for word in words {
        match place(word.trim_end_matches(',')) {
            Some(place) => places.push(place),
            None => break,
        }
        // `slurm/07.job:7, with MANIFEST.md:56`: what follows is for people.
        if word.ends_with(',') {
            break;
        }
    }
    Expected {
        id,
        kind,
        verdict,
        grade,
        places,
        block: format!("[[claim]]{block}"),
    }
}

/// `data/test.csv`, `train.py:12`, `slurm/04.job:2-7`; none where the word is no place.
fn place(word: &str) -> Option<Where> {
    if !word.starts_with(|c: char| c.is_alphanumeric()) || !word.contains(['.', '/']) {
        return None;
    }
    let (file, lines) = match word.rsplit_once(':') {
        Some((file, lines)) => {
            let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
            (file, Some((first.parse().ok()?, last.parse().ok()?)))
        }
        None => (word, None),
    };
    Some(Where {
        file: file.to_string(),
        lines,
    })
}

/// What the binary says of a claim file, with the evidence it saved.
pub(crate) struct Checked {
    pub(crate) file: File,
    /// Standard output: the report as JSON, then as markdown.
    pub(crate) output: String,
    pub(crate) json: Value,
    /// As it was saved.
    pub(crate) saved: String,
    pub(crate) evidence: Evidence,
}

/// How all claim files are checked: both reports on standard output.
pub(crate) const REPORTS: [&str; 7] = [
    "--no-live",
    "--as-of",
    AS_OF,
    "--format",
    "json",
    "--format",
    "markdown",
];

/// All claim files, checked once for all tests.
pub(crate) static CHECKED: LazyLock<Vec<Checked>> = LazyLock::new(|| all().into_iter().map(checked).collect());

fn checked(file: File) -> Checked {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("evidence.json");
    let args = [
        &[&*file.path, "--save-evidence", path.to_str().expect("UTF-8")],
        &REPORTS[..],
    ]
    .concat();
    let run = verify(package(), &args);
    let mut reports = serde_json::Deserializer::from_str(&run.stdout).into_iter();
    let json = reports
        .next()
        .and_then(Result::ok)
        .unwrap_or_else(|| panic!("{}: {}", file.path, run.all()));
    let saved = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}\n{}", file.path, run.all()));
    let evidence = Evidence::replay(&saved).unwrap_or_else(|error| panic!("{}: {error}", file.path));
    Checked {
        file,
        output: run.stdout,
        json,
        saved,
        evidence,
    }
}

#[test]
fn expectations_are_read() {
    let text =
        "[[claim]]\nid = \"x\"\nkind = \"gpu\"\n# expect: supported declared a/b.job:2-7 c.md:3, with d.md:1 (why)\n\n";
    let [claim] = read("a.toml", text).try_into().expect("one claim");
    assert_eq!((claim.id.as_str(), claim.kind.as_str()), ("x", "gpu"));
    assert_eq!(
        (claim.verdict, claim.grade),
        (Verdict::Supported, Some(Grade::Declared))
    );
    let places = [
        Where {
            file: "a/b.job".into(),
            lines: Some((2, 7)),
        },
        Where {
            file: "c.md".into(),
            lines: Some((3, 3)),
        },
    ];
    assert_eq!(claim.places, places);
}
