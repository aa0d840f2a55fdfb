//! Paths that stand in code and configuration which a run reaches: the default of an option, the file behind `open`, the
//! value of a key.
//!
//! Why it can be wrong: a word in quotes is a path only where it looks like one and something lies there, relative to the
//! folder that the command starts in or to the file's own. What a line writes is no input; where that is not seen, the file
//! changes while the run goes on, and is then taken off the list.
//!
//! Example: `parser.add_argument("--manifest", default="data/test.csv")` names `data/test.csv`.

use std::collections::BTreeSet;

use super::words::is_output;
use crate::place::joined;
use crate::source::file::Repository;

/// Longer texts are no paths.
const LONGEST: usize = 200;

/// Calls and words by which something is written.
const WRITES: &[&str] = &[
    "write", "dump", "savefig", "savetxt", "savez", "mkdir", "makedirs", "csv", "json", "parquet", "pickle",
];

/// Paths below the root that stand in this file, and at which something is or may be.
pub(super) fn paths(repository: &Repository, directory: &str, file: &str) -> BTreeSet<String> {
    let Ok(read) = repository.read(file) else {
        return BTreeSet::new();
    };
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let text = String::from_utf8_lossy(&read.bytes);
    let quoted_only = file.ends_with(".py") || file.ends_with(".ipynb");
    let mut found = BTreeSet::new();
    for line in text.lines().filter(|line| !is_written(line)) {
        let words: Vec<&str> = if quoted_only { quoted(line) } else { split(line) };
        for word in words.into_iter().filter(|word| looks_like_a_path(word)) {
            for base in [directory, folder] {
                if let Some(path) = joined(base, word)
                    && repository.may_hold(&path)
                {
                    found.insert(path);
                }
            }
        }
    }
    found.remove("");
    found
}

/// `data/`, `data/test.csv`, `test.csv`; a bare word is a key more often than a folder.
fn looks_like_a_path(word: &str) -> bool {
    let of_a_file = word
        .rsplit_once('.')
        .is_some_and(|(name, ending)| !name.is_empty() && (1..=12).contains(&ending.len()));
    word.len() <= LONGEST && (word.contains('/') || of_a_file) && !word.contains("://") && !word.starts_with('/')
}

/// What stands between quotes, of either sort.
fn quoted(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(begin) = rest.find(['"', '\'']) {
        let quote = &rest[begin..=begin];
        let inside = &rest[begin + 1..];
        let Some(end) = inside.find(quote) else {
            break;
        };
        found.push(&inside[..end]);
        rest = &inside[end + 1..];
    }
    found
}

/// Words of a script or configuration, without what surrounds them.
fn split(line: &str) -> Vec<&str> {
    let parts = line.split(|sign: char| sign.is_whitespace() || "\"'`,;=()[]{}<>|".contains(sign));
    parts
        .map(|part| part.trim_end_matches(':'))
        .filter(|part| !part.is_empty())
        .collect()
}

/// Whether the line says that something is written there: `open(path, "w")`, `--output`, `out.to_csv(…)`.
fn is_written(line: &str) -> bool {
    let modes = [
        "\"w\"", "'w'", "\"wb\"", "'wb'", "\"a\"", "'a'", "\"w+\"", "'w+'", "\"x\"", "'x'",
    ];
    if modes.iter().any(|mode| line.contains(mode)) {
        return true;
    }
    // Words of what stands outside of quotes, and of an option's name inside.
    let outside: String = line.split(['"', '\'']).step_by(2).collect::<Vec<_>>().join(" ");
    let options = quoted(line);
    let options = options.iter().filter(|word| word.starts_with("--"));
    let names = outside.split(|sign: char| !(sign.is_alphanumeric() || sign == '_' || sign == '-'));
    names
        .filter(|name| !name.is_empty())
        .chain(options.copied())
        .any(|name| is_output(name) || writes(name))
}

/// `to_csv`, `json.dump`, `write_text`.
fn writes(name: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    match words.as_slice() {
        ["to", kind] => WRITES.contains(kind),
        _ => words
            .iter()
            .any(|word| WRITES.contains(word) && !matches!(*word, "csv" | "json" | "parquet" | "pickle")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_path() {
        for (word, expected) in [
            ("data/test.csv", true),
            ("test.csv", true),
            ("data/", true),
            ("data", false),
            ("./prompts/eval.txt", true),
            ("openai/whisper-tiny", true),
            ("https://example.org/a.csv", false),
            ("/etc/hosts", false),
            ("", false),
            (".", false),
            (".hidden", false),
            ("a sentence that ends with a full stop.", false),
        ] {
            assert_eq!(looks_like_a_path(word), expected, "{word}");
        }
    }

    #[test]
    fn words_of_a_line() {
        assert_eq!(
            quoted(r#"add("--manifest", default='data/a b.csv')"#),
            ["--manifest", "data/a b.csv"]
        );
        assert_eq!(quoted("it's one quote"), Vec::<&str>::new());
        assert_eq!(
            split("data: {path: data/test.csv, n: 3}"),
            ["data", "path", "data/test.csv", "n", "3"]
        );
        assert_eq!(
            split("python a.py --manifest=\"data/x.csv\""),
            ["python", "a.py", "--manifest", "data/x.csv"]
        );
    }

    #[test]
    fn what_a_line_writes_is_no_input() {
        for (line, expected) in [
            (r#"rows = open("data/test.csv")"#, false),
            (r#"rows = open("data/test.csv", "r")"#, false),
            (r#"out = open("results/a.json", "w")"#, true),
            (r#"frame.to_csv("results/a.csv")"#, true),
            (r#"frame = pd.read_csv("data/a.csv")"#, false),
            (r#"json.dump(found, file)"#, true),
            (r#"config = json.load(open("conf/a.json"))"#, false),
            (r#"parser.add_argument("--output-dir", default="runs/a")"#, true),
            (r#"parser.add_argument("--manifest", default="data/a.csv")"#, false),
            (r#"Path("results/a.txt").write_text(text)"#, true),
            ("output_dir: runs/a", true),
            ("manifest: data/a.csv", false),
            (r#"model.save_pretrained("models/a")"#, true),
            (r#"model = load("models/a.pt")"#, false),
        ] {
            assert_eq!(is_written(line), expected, "{line}");
        }
    }
}
