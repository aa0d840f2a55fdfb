//! No file is read twice, and none that no claim needs.
//!
//! Why it can be wrong: a count of what was opened says nothing where nothing tempts. So the worlds have data tables, clips
//! and arrays that no claim names, a README that is prose and a place of quotes at once, and a test says how many of
//! these were left closed.
//!
//! Example: a claim about `data/test.csv` opens that table; `data/train.csv` and `clips/*.wav` beside it stay closed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use verify::claim::{Claim, ClaimFile};
use verify::evidence::{Evidence, GapReason};
use verify::judge;
use verify::source::file::Repository;
use verify::source::gather::{Wanted, gather};

use crate::corpus;
use crate::program::package;

/// Files that hold data alone: nothing but a claim that names them makes them worth opening.
const DATA: &[&str] = &[
    "csv", "tsv", "jsonl", "ndjson", "parquet", "arrow", "feather", "npy", "npz", "wav", "flac", "mp3", "ogg", "m4a",
    "opus", "bin", "log", "out",
];
/// Settings and cards are read in these where a claim names them.
const LOGS: &[&str] = &["log", "out", "err"];
const AUDIO: &[&str] = &["wav", "flac", "mp3", "ogg", "m4a", "opus"];

fn ends(path: &str, endings: &[&str]) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, ending)| endings.contains(&ending))
}

/// Bytes of a pointer of Git LFS at most: what is longer need not be opened to be counted.
const POINTER: u64 = 1024;

/// Whether a claim has to open this file of its scope.
fn needs(claim: &Claim, root: &Path, path: &str) -> bool {
    let is_short = || fs::metadata(root.join(path)).is_ok_and(|about| about.len() <= POINTER);
    let opens = match claim.kind {
        "samples" => claim.names.is_empty(),
        "file" => {
            is_short()
                || ["sha256", "lines", "same-as"]
                    .iter()
                    .any(|key| claim.fields.get(key).is_some())
        }
        "metric" | "pattern" => true,
        "sampling-rate" | "duration" | "parameter" => ends(path, AUDIO) || ends(path, LOGS),
        "batch-size" | "decoding" | "gpu" | "runtime" | "vram" => ends(path, LOGS),
        _ => false,
    };
    opens && !claim.scope.include.is_empty()
}

/// Reads for the claims of one file, and gives how often each path was opened, with every file that there is.
fn opened(text: &str, root: &Path) -> (ClaimFile, Evidence, BTreeMap<String, u32>, Vec<String>) {
    let file = ClaimFile::read("claims.toml", text, &judge::specs()).expect("a claim file");
    let mut repository = Repository::open(root, &[]).expect("a root");
    let wanted = Wanted {
        beside: Vec::new(),
        asks: file.claims.iter().flat_map(|claim| judge::asks(claim, &file)).collect(),
        scopes: file.claims.iter().flat_map(judge::scopes).collect(),
        paper: None,
        as_of: NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day"),
        threads: 2,
    };
    let evidence = gather(&mut repository, wanted);
    let all = repository.entries().iter().map(|entry| entry.path.clone()).collect();
    (file, evidence, repository.reads(), all)
}

#[test]
fn no_case_reads_a_file_twice_or_data_that_no_claim_names() {
    let (mut files, mut closed, mut wrong) = (0, 0, Vec::new());
    for case in corpus::cases() {
        let root = package().join(case.folder());
        let (file, evidence, reads, all) = opened(&case.text, &root);
        let needed = |path: &str| {
            file.claims
                .iter()
                .filter(|claim| needs(claim, &root, path))
                .any(|claim| {
                    let mut scopes = evidence
                        .scopes
                        .iter()
                        .filter(|scope| judge::scopes(claim).contains(&scope.scope));
                    scopes.any(|scope| scope.files.iter().any(|file| file == path))
                })
        };
        files += reads.len();
        closed += all
            .iter()
            .filter(|path| ends(path, DATA) && !reads.contains_key(*path))
            .count();
        for (path, times) in &reads {
            if *times > 1 {
                wrong.push(format!("{}: {path} was read {times} times", case.path));
            }
            if ends(path, DATA) && !needed(path) {
                wrong.push(format!("{}: {path} was read, and no claim names it", case.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        files > 1000 && closed > 20,
        "{files} files opened, {closed} of data left closed"
    );
}

#[test]
fn what_a_claim_needs_is_opened_once_and_nothing_beside_it() {
    let world = tempfile::tempdir().expect("a folder");
    let long = "0123456789abcdef\n".repeat(100);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";
    let files = [
        ("README.md", "Clips are at 16 kHz, as `sample_rate` says.\n"),
        ("train.py", "sample_rate = 16000\nprint(sample_rate)\n"),
        ("conf.yaml", "sample_rate: 16000\n"),
        ("data/test.csv", "clip,label\na,1\nb,0\n"),
        ("data/train.csv", "clip,label\nc,1\n"),
        ("clips/a.wav", &long),
        ("clips/b.wav", pointer),
    ];
    for (path, text) in files {
        let path = world.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let code = ["README.md", "conf.yaml", "train.py"];
    let cases: &[(&str, &[&str])] = &[
        // A setting: code, configuration and prose, and no data.
        ("kind = 'sampling-rate'\nvalue = '16 kHz'", &code),
        // The README is read for what it says, and looked into for the quote.
        (
            "kind = 'sampling-rate'\nvalue = '16 kHz'\nquote = 'Clips are at 16 kHz'\nat = 'README.md:1'",
            &code,
        ),
        // With a glob that names audio, these files too.
        (
            "kind = 'sampling-rate'\nvalue = '16 kHz'\nin = ['train.py', 'clips/*.wav']",
            &["README.md", "clips/a.wav", "clips/b.wav", "conf.yaml", "train.py"],
        ),
        ("kind = 'file'\nlines = 3\nin = 'data/test.csv'", &["data/test.csv"]),
        // To count files only what is as short as a pointer is looked into.
        ("kind = 'file'\ncount = 2\nin = 'clips/*'", &["clips/b.wav"]),
        (
            "kind = 'metric'\nselect = '/a,(\\d)/'\nvalue = 1\nin = 'data/test.csv'",
            &["data/test.csv"],
        ),
        (
            "kind = 'metric'\nselect = '/a,(\\d)/'\nvalue = 1\nin = 'data/test.csv'\nquote = 'x'\nat = 'README.md:1'",
            &["README.md", "data/test.csv"],
        ),
        (
            "kind = 'pattern'\npattern = 'rate = (\\d+)'\nvalue = 16000\nin = 'train.py'\nquote = 'x'\nat = 'train.py:1'",
            &["train.py"],
        ),
    ];
    for (claim, want) in cases {
        let claim = claim.replace('\'', "'''");
        let text = format!("[document]\ntitle = \"t\"\nroot = \".\"\n\n[[claim]]\nid = \"c\"\n{claim}\n");
        let (_, _, reads, _) = opened(&text, world.path());
        let opened: BTreeSet<&str> = reads.keys().map(String::as_str).collect();
        assert_eq!(opened, want.iter().copied().collect(), "{claim}");
        assert!(reads.values().all(|times| *times == 1), "{claim}: {reads:?}");
    }
}

#[test]
fn ignored_data_is_told_by_its_name_and_read_where_a_claim_names_it() {
    let world = tempfile::tempdir().expect("a folder");
    let root = world.path();
    for folder in [".git", "data", "logs"] {
        fs::create_dir(root.join(folder)).expect("a folder");
    }
    fs::write(root.join(".gitignore"), "data/\nlogs/\n").expect("a file");
    fs::write(root.join("data/test.csv"), "clip,label\na,1\nb,0\n").expect("a file");
    fs::write(root.join("data/train.csv"), "clip,label\nc,1\n").expect("a file");
    fs::write(root.join("logs/run.out"), "done\n").expect("a file");
    fs::write(root.join("train.py"), "rows = 2\nprint(rows)\n").expect("a file");
    let gaps = |claim: &str| {
        let text = format!("[document]\ntitle = \"t\"\nroot = \".\"\n\n[[claim]]\nid = \"c\"\n{claim}\n");
        let (_, evidence, reads, _) = opened(&text, root);
        let told = evidence.gaps.iter().filter(|gap| gap.why == GapReason::Ignored);
        let told: Vec<String> = told.map(|gap| format!("{} {}", gap.file, gap.detail)).collect();
        (told, reads.contains_key("data/test.csv"))
    };
    let (told, read) = gaps("kind = \"parameter\"\nname = \"rows\"\nvalue = 2");
    assert_eq!((told, read), (vec!["data/ ".to_string(), "logs/ ".to_string()], false));
    let (told, read) = gaps("kind = \"samples\"\nvalue = 2\nin = \"data/test.csv\"");
    let rest = vec!["data/ 1 of its files".to_string(), "logs/ ".to_string()];
    assert_eq!((told, read), (rest, true));
}
