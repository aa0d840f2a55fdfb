//! Runs that a check makes itself (`when = "check"`): only with leave, only where no good record is there, never on a login
//! node, and never into the repository.
//!
//! The script draws what tqdm draws and adds a line to a file each time it starts, so how often it ran is counted.
//!
//! Why it can be wrong: a busy machine disturbs the run, whose time then decides nothing. So the word is taken out of the
//! record that was kept, and the next check judges by it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::program::{Run, World, files_below};

const SCRIPT: &str = r#"import sys
import time

batch_size = 50
with open("/dev/stdout", "a") as out:
    out.write("samples=4000 batch_size=50\n")
with open("started.log", "a") as log:
    log.write("once\n")
for batch in range(81):
    sys.stderr.write(f"\rEvaluating:  {100 * batch // 80}%|###       | {batch}/80 [00:01<00:08, 50.00it/s]")
    sys.stderr.flush()
    time.sleep(0.01)
"#;

const CLAIMS: &str = r#"[document]
root = "."

[run.smoke]
engine = "command"
when = "check"
command = ["python3", "evaluate.py"]
population = 4000
batch-size = 50
budget = "1 min"

[[claim]]
id = "time"
kind = "runtime"
value = "<= 30 min"
run = "smoke"

[[claim]]
id = "wrong"
kind = "runtime"
value = ">= 1 hour"
run = "smoke"
"#;

/// A repository, and a cache beside it.
struct Checked {
    world: World,
    cache: tempfile::TempDir,
    /// Inside a job of Slurm.
    job: bool,
    path: Vec<PathBuf>,
}

impl Checked {
    fn new(claims: &str) -> Checked {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Checked {
            world: World::new(&[("evaluate.py", SCRIPT), ("claims.toml", claims)]),
            cache: tempfile::tempdir().expect("a temporary folder"),
            job: true,
            path: std::env::split_paths(&path).collect(),
        }
    }

    fn check(&self, more: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_verify"));
        command
            .args(["claims.toml", "--format", "json", "--as-of", "2026-01-01"])
            .args(more)
            .current_dir(self.world.path())
            .env_clear()
            .env("PATH", std::env::join_paths(&self.path).expect("a search path"))
            .env("XDG_CACHE_HOME", self.cache.path());
        if self.job {
            command.env("SLURM_JOB_ID", "4711");
        }
        let output = command.output().expect("the binary starts");
        Run::of(output)
    }

    fn started(&self) -> usize {
        let path = self.world.path().join("started.log");
        std::fs::read_to_string(path).map_or(0, |log| log.lines().count())
    }

    /// The one record that is kept.
    fn kept(&self) -> PathBuf {
        let found = files_below(self.cache.path());
        let [one] = found.as_slice() else {
            panic!("one record is kept: {found:?}");
        };
        self.cache.path().join(one)
    }

    /// Takes out of the record what the machine did beside the run.
    fn undisturbed(&self) {
        let text = std::fs::read_to_string(self.kept()).expect("the record");
        let mut record: Value = serde_json::from_str(&text).expect("JSON");
        record["predicate"]["disturbed"] = Value::Array(Vec::new());
        let text = serde_json::to_string_pretty(&record).expect("JSON");
        std::fs::write(self.kept(), text).expect("the record is written");
    }

    #[track_caller]
    fn judged(&self, run: &Run, expected: [&str; 2]) {
        let report = run.json();
        let claims = report["claims"].as_array().expect("claims").iter();
        let verdicts: Vec<&str> = claims
            .map(|claim| claim["verdict"].as_str().unwrap_or_default())
            .collect();
        assert_eq!(verdicts, expected, "{}", run.all());
        assert!(!self.world.has("runs"), "a check wrote into the repository");
    }
}

/// Why the run was not started, where the report says so.
fn left(run: &Run) -> Option<String> {
    let report = run.json();
    let gaps = report["gaps"].as_array().expect("gaps").iter();
    let mut of_runs = gaps.filter(|gap| gap["why"] == "not-started");
    let text = |gap: &Value| gap["detail"].as_str().unwrap_or_default().to_string();
    of_runs.next().map(text)
}

fn digest(detail: &str) -> String {
    let words = detail.split([' ', '=', ';', '\n']);
    let mut digests = words.filter(|word| word.len() == 64 && word.chars().all(|sign| sign.is_ascii_hexdigit()));
    digests.next().expect("a digest").to_string()
}

#[test]
fn a_check_runs_what_it_was_allowed_to_and_keeps_the_record() {
    let checked = Checked::new(CLAIMS);
    let without = checked.check(&[]);
    checked.judged(&without, ["not-run"; 2]);
    let digest = digest(&left(&without).expect("it says that it was not started"));
    let because = without.json()["claims"][0]["because"]["text"].to_string();
    assert!(
        because.contains(&format!("--allow-commands={digest}")),
        "the claim says what is to be done: {because}"
    );
    let silent = checked.check(&["--no-live"]);
    checked.judged(&silent, ["not-run"; 2]);
    assert_eq!((left(&silent), checked.started()), (None, 0));

    // A digest that allows nothing is a mistake, and shows what would be started.
    let other = checked
        .check(&[&format!("--allow-commands={}", "0".repeat(64))])
        .exits(2);
    assert!(
        other.stderr.contains(r#""python3" "evaluate.py""#) && other.stderr.contains(&digest),
        "{}",
        other.all()
    );
    assert_eq!(checked.started(), 0);

    let allow = format!("--allow-commands={digest}");
    let ran = checked.check(&[&allow]);
    assert_eq!(checked.started(), 1, "{}", ran.all());
    assert!(ran.stderr.contains(r#""python3" "evaluate.py""#), "{}", ran.all());
    checked.undisturbed();
    let again = checked.check(&["--allow-commands"]);
    checked.judged(&again, ["supported", "discrepancy"]);
    assert_eq!(checked.started(), 1, "what is kept is good, and it ran again");
    let report = again.json();
    let evidence = &report["claims"][0]["evidence"][0];
    let file = evidence["file"].as_str().expect("a file");
    assert!(
        file.starts_with("$XDG_CACHE_HOME/verify-claims/runs/") && file.ends_with("/smoke.json"),
        "{file}"
    );
    let markdown = checked.check(&["--allow-commands", "--format", "markdown"]).stdout;
    assert!(
        markdown.contains(file) && !markdown.contains(&format!("({file}")),
        "{markdown}"
    );

    // Saved with the evidence, it speaks without the cache; without leave, the cache is not looked at.
    checked.check(&["--allow-commands", "--save-evidence", "saved.json"]);
    checked.judged(
        &checked.check(&["--evidence", "saved.json"]),
        ["supported", "discrepancy"],
    );
    checked.judged(&checked.check(&[]), ["not-run"; 2]);

    // Other code is another run.
    checked.world.write("evaluate.py", SCRIPT.replace("0.01", "0.011"));
    checked.check(&["--allow-commands"]);
    assert_eq!(checked.started(), 2);
    checked.undisturbed();
    checked.judged(&checked.check(&["--allow-commands"]), ["supported", "discrepancy"]);
    assert_eq!(checked.started(), 2);

    // A good record of the repository is enough.
    let kept = std::fs::read(checked.kept()).expect("the record");
    std::fs::remove_file(checked.kept()).expect("removed");
    checked.world.write("runs/smoke.json", kept);
    let report = checked.check(&["--allow-commands"]).json();
    assert_eq!(
        report["claims"][0]["evidence"][0]["file"], "runs/smoke.json",
        "{report}"
    );
    assert_eq!(checked.started(), 2);
    assert!(files_below(checked.cache.path()).is_empty());
}

#[test]
fn nothing_runs_on_a_login_node() {
    let mut checked = Checked::new(CLAIMS);
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("sbatch"), "").expect("written");
    checked.path.push(folder.path().to_path_buf());
    checked.job = false;
    let refused = checked.check(&["--allow-commands"]);
    checked.judged(&refused, ["not-run"; 2]);
    let why = left(&refused).expect("it says why");
    assert!(why.contains("login node"), "{why}");
    assert_eq!(checked.started(), 0);
    // The same machine, inside a job.
    checked.job = true;
    checked.check(&["--allow-commands"]);
    assert_eq!(checked.started(), 1);
}

/// A run that is only to be made when it is asked for, one that no claim rests on, and one of an engine that is not there.
#[test]
fn other_runs_are_not_started() {
    for (from, to, why) in [
        ("when = \"check\"\n", "when = \"asked\"\n", None),
        ("when = \"check\"\n", "", None),
        ("run = \"smoke\"\n", "", None),
        (
            "engine = \"command\"\nwhen = \"check\"\ncommand = [\"python3\", \"evaluate.py\"]\n",
            "engine = \"candle\"\nwhen = \"check\"\nmodel = \"m\"\ndata = \"d.csv\"\n",
            Some("not built"),
        ),
    ] {
        let checked = Checked::new(&CLAIMS.replace(from, to));
        let ran = checked.check(&["--allow-commands"]);
        assert_eq!(checked.started(), 0, "{to}");
        let found = left(&ran);
        assert_eq!(found.is_some(), why.is_some(), "{to}: {}", ran.all());
        assert!(
            why.is_none_or(|why| found.as_deref().is_some_and(|found| found.contains(why))),
            "{found:?}"
        );
    }
}

/// What a path in the cache is to be told by: the repository, the claim file and the run.
#[test]
fn two_repositories_share_no_record() {
    let (one, mut two) = (Checked::new(CLAIMS), Checked::new(CLAIMS));
    one.check(&["--allow-commands"]);
    two.cache = one.cache;
    two.check(&["--allow-commands"]);
    assert_eq!(two.started(), 1);
    assert_eq!(files_below(Path::new(two.cache.path())).len(), 2);
}
