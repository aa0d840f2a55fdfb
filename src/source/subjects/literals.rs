//! Paths that stand in code and configuration which a run reaches: the default of an option, the file behind `open`, the
//! value of a key.
//!
//! Why it can be wrong: a word in quotes is a path only where it looks like one and something lies there, relative to the
//! folder that the command starts in or to the file's own. Where nothing does, it may be the end of a path that is put
//! together (`os.path.join(args.data, "test.csv")`, `f"{root}/test.csv"`): the few files that end so are taken, but for
//! results. What a line writes is no input; where that is not seen, the file changes while the run goes on, and is then
//! taken off the list.
//!
//! Example: `parser.add_argument("--manifest", default="data/test.csv")` names `data/test.csv`.

use std::collections::BTreeSet;

use super::words::is_output;
use crate::evidence::{Gap, GapReason};
use crate::place::joined;
use crate::source::file::Repository;

/// Longer texts are no paths.
const LONGEST: usize = 200;

/// Words of calls by which something is written, and what `to_…` writes.
const WRITES: &[&str] = &[
    "write", "dump", "save", "savefig", "savetxt", "savez", "mkdir", "makedirs",
];
const FORMATS: &[&str] = &["csv", "json", "parquet", "pickle", "excel", "feather"];
/// Words of calls by which something is read.
const READS: &[&str] = &[
    "open",
    "load",
    "loads",
    "read",
    "from",
    "parse",
    "genfromtxt",
    "loadtxt",
];

/// Folders that runs write into.
const RESULTS: &[&str] = &[
    "results",
    "result",
    "outputs",
    "output",
    "out",
    "logs",
    "log",
    "runs",
    "wandb",
    "mlruns",
    "lightning_logs",
    "multirun",
];
/// Files that a path may end in; more say that the name is nobody's own.
const FEW: usize = 5;

/// Documents by the beginning of their names, and files for people by their endings: code names them (`setup.py` reads the
/// README), and no evaluation depends on them.
const DOCUMENTS: &[&str] = &[
    "readme",
    "changelog",
    "changes",
    "license",
    "licence",
    "contributing",
    "citation",
];
const FOR_PEOPLE: &[&str] = &[".tex", ".bib", ".pdf", ".png", ".jpg", ".jpeg", ".svg", ".gif"];

/// Paths that stand in a file.
#[derive(Debug, Default)]
pub(super) struct Literals {
    /// Below the root, and something is there, or may be.
    pub(super) paths: BTreeSet<String>,
    /// Out of the root, and something is there.
    pub(super) outside: Vec<Gap>,
}

/// The paths that stand in this file, relative to the folder that the command starts in or to its own.
pub(super) fn paths(repository: &Repository, directory: &str, file: &str) -> Literals {
    let Ok(read) = repository.read(file) else {
        return Literals::default();
    };
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    // A notebook's code stands in quotes already, its own are escaped.
    let text = String::from_utf8_lossy(&read.bytes).replace("\\\"", " ");
    let quoted_only = file.ends_with(".py");
    let mut literals = Literals::default();
    let found = &mut literals.paths;
    for line in text.lines().filter(|line| !is_written(line)) {
        let words: Vec<&str> = if quoted_only { quoted(line) } else { split(line) };
        let speaks_of_folders = speaks_of_folders(line);
        let is_meant = |word: &&str| looks_like_a_path(word) || (speaks_of_folders && names_a_folder(word));
        for word in words.into_iter().filter(is_meant) {
            let below = [directory, folder]
                .into_iter()
                .filter_map(|base| match word.starts_with('/') {
                    true => repository.relative(word),
                    false => joined(base, word),
                });
            let whole: Vec<String> = below.filter(|path| repository.may_hold(path)).collect();
            if whole.is_empty() && repository.lies_outside(directory, word) {
                literals.outside.push(Gap {
                    file: word.to_string(),
                    why: GapReason::OutsideRoot,
                    detail: format!("it lies outside of the root; {file} names it"),
                });
            } else if whole.is_empty() {
                found.extend(ending_in(repository, end_of(word)));
            }
            found.extend(whole);
        }
    }
    found.remove("");
    literals
}

/// What is known of a path that a program fills in: `{root}/test.csv` ends in `test.csv`.
fn end_of(word: &str) -> &str {
    let end = word.rsplit_once('}').map_or(word, |(_, end)| end);
    end.trim_start_matches("./").trim_matches('/')
}

/// The files that a path ends in, where they are few; none of them is code, or a result of an earlier run.
fn ending_in(repository: &Repository, end: &str) -> Vec<String> {
    let is_name = end.rsplit_once('.').is_some_and(|(name, _)| !name.is_empty());
    if !is_name || [".py", ".sh", ".ipynb"].iter().any(|code| end.ends_with(code)) {
        return Vec::new();
    }
    let is_result = |path: &str| {
        path.split('/')
            .any(|name| RESULTS.contains(&name.to_lowercase().as_str()))
    };
    let ends = |path: &str| path.strip_suffix(end).is_some_and(|rest| rest.ends_with('/'));
    let entries = repository.entries().iter().filter(|entry| entry.vendored.is_none());
    let few: Vec<&str> = entries
        .map(|entry| entry.path.as_str())
        .filter(|path| ends(path) && !is_result(path))
        .take(FEW + 1)
        .collect();
    if few.len() > FEW {
        return Vec::new();
    }
    few.into_iter().map(str::to_string).collect()
}

/// Whether a bare word of the line may be a folder: `osp.join("templates", f"{name}.json")`, `--wavs_dir`, `root: clips`.
fn speaks_of_folders(line: &str) -> bool {
    const WORDS: &[&str] = &["dir", "dirs", "directory", "folder", "path", "root"];
    let is_one = |name: &str| {
        name.split(['_', '-'])
            .any(|word| WORDS.contains(&word.to_lowercase().as_str()))
    };
    let is_put_together = ["join(", "Path(", " / ", "listdir(", "glob("]
        .iter()
        .any(|sign| line.contains(sign));
    is_put_together || names(line).iter().any(|name| is_one(name))
}

/// A bare word that may be a folder of inputs.
fn names_a_folder(word: &str) -> bool {
    let is_name = word.starts_with(|sign: char| sign.is_alphanumeric() || sign == '_')
        && word.chars().all(|sign| sign.is_alphanumeric() || "_-".contains(sign));
    is_name && !RESULTS.contains(&word.to_lowercase().as_str())
}

/// `data/`, `data/test.csv`, `test.csv`; a bare word is a key more often than a folder.
fn looks_like_a_path(word: &str) -> bool {
    let of_a_file = word
        .rsplit_once('.')
        .is_some_and(|(name, ending)| !name.is_empty() && (1..=12).contains(&ending.len()));
    !is_document(word) && word.len() <= LONGEST && (word.contains('/') || of_a_file) && !word.contains("://")
}

/// Whether a file is there for people.
pub(super) fn is_document(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    DOCUMENTS.iter().any(|begin| name.starts_with(begin))
        || FOR_PEOPLE.iter().any(|end| name.ends_with(end))
        || name == ".gitignore"
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

/// Whether the line says that something is written there: `open(path, "w")`, `out.to_csv(…)`, `--output`. A name that
/// sounds like output is not enough where the line reads: `out = np.load("data/a.npy")`.
fn is_written(line: &str) -> bool {
    let modes = [
        "\"w\"", "'w'", "\"wb\"", "'wb'", "\"a\"", "'a'", "\"w+\"", "'w+'", "\"x\"", "'x'",
    ];
    if modes.iter().any(|mode| line.contains(mode)) {
        return true;
    }
    let names = names(line);
    let is_called = |name: &str| line.contains(&format!("{name}("));
    if names.iter().any(|name| writes(name) && is_called(name)) {
        return true;
    }
    let reads = names.iter().any(|name| reads(name) && is_called(name));
    !reads && names.iter().any(|name| is_output(name))
}

/// Names that stand outside of quotes, and those of options inside.
fn names(line: &str) -> Vec<&str> {
    let is_sign = |sign: char| !(sign.is_alphanumeric() || sign == '_' || sign == '-');
    let outside = line.split(['"', '\'']).step_by(2);
    let names = outside
        .flat_map(|text| text.split(is_sign))
        .filter(|name| !name.is_empty());
    let options = quoted(line).into_iter().filter(|word| word.starts_with("--"));
    names.chain(options).collect()
}

/// `to_csv`, `dump`, `write_text`, `save_pretrained`.
fn writes(call: &str) -> bool {
    match call.split('_').collect::<Vec<_>>().as_slice() {
        ["to", kind] => FORMATS.contains(kind),
        words => words.iter().any(|word| WRITES.contains(word)),
    }
}

/// `open`, `load`, `read_csv`, `from_pretrained`.
fn reads(call: &str) -> bool {
    call.split('_')
        .any(|word| READS.contains(&word.to_lowercase().as_str()))
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
            ("prompts/judge.md", true),
            ("README.md", false),
            ("docs/Readme.rst", false),
            ("figures/a.png", false),
            ("https://example.org/a.csv", false),
            ("/scratch/data/test.csv", true),
            ("", false),
            (".", false),
            (".hidden", false),
            ("a sentence that ends with a full stop.", false),
        ] {
            assert_eq!(looks_like_a_path(word), expected, "{word}");
        }
    }

    #[test]
    fn the_end_of_a_path_that_is_filled_in() {
        for (word, expected) in [
            ("{root}/test.csv", "test.csv"),
            ("{root}/{split}/clips/a.csv", "clips/a.csv"),
            ("{root}/{split}.csv", ".csv"),
            ("./test.csv", "test.csv"),
            ("data/test.csv", "data/test.csv"),
        ] {
            assert_eq!(end_of(word), expected, "{word}");
        }
    }

    #[test]
    fn lines_that_speak_of_folders() {
        for (line, expected) in [
            (r#"parser.add_argument("--input_wavs_dir", default="test_files")"#, true),
            (r#"file = osp.join("templates", name)"#, true),
            ("root: clips", true),
            (r#"DATA_ROOT = "data""#, true),
            (r#"model = "models""#, false),
            ("split: test", false),
        ] {
            assert_eq!(speaks_of_folders(line), expected, "{line}");
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
            (r#"out = np.load("data/a.npy")"#, false),
            (r#"state = torch.load(os.path.join(args.save_dir, "best.pt"))"#, false),
            (r#"outputs = pd.read_csv("data/a.csv")"#, false),
            (r#"out_path = Path("results/a.json")"#, true),
            (r#"plt.savefig("figures/a.dat")"#, true),
        ] {
            assert_eq!(is_written(line), expected, "{line}");
        }
    }
}
