//! `verify run` from start to end: a small evaluation script is started, watched, cut off and recorded, and `verify`
//! judges by the record.
//!
//! The script needs no module: it writes what tqdm writes, and sleeps. How long anything takes is asserted nowhere but in
//! ranges that any machine keeps. A machine that does other things meanwhile disturbs the run, which is then said, and
//! decides nothing; so a test takes the word out of the record where it wants to see the judgement.
//!
//! Why it can be wrong: nothing is started is also what a broken command looks like. So the script leaves a mark where it ran.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::program::{Run, World, package};

/// Batches of 50 clips of 21,340, drawn as tqdm draws; about 20 ms a batch.
const SCRIPT: &str = r#"import os
import sys
import time

batch_size = 50


def evaluate(samples):
    open("ran.txt", "w").close()
    print(f"samples={samples} batch_size={batch_size}")
    print("token:", os.environ.get("HF_TOKEN"), os.environ.get("AWS_SECRET_ACCESS_KEY"), os.environ.get("NAMED"), flush=True)
    batches = -(-samples // batch_size)
    for batch in range(batches + 1):
        sys.stderr.write(f"\rEvaluating:  {100 * batch // batches}%|###       | {batch}/{batches} [00:01<00:08, 50.00it/s]")
        sys.stderr.flush()
        time.sleep(0.02)


evaluate(21340)
"#;

const RUN: &str = r#"[document]
root = "."

[run.eval]
engine = "command"
command = ["python3", "evaluate.py"]
population = 21340
batch-size = 50
precision = "20 %"
budget = "2 min"
environment = ["NAMED"]
"#;

const CLAIMS: &str = r#"
[[claim]]
id = "time"
kind = "runtime"
value = "<= 1 hour"
run = "eval"

[[claim]]
id = "batch"
kind = "batch-size"
value = 50
run = "eval"

[[claim]]
id = "samples"
kind = "samples"
name = "samples"
value = "21,340"
run = "eval"
"#;

/// Other values of the same, in a file of their own.
const WRONG: &str = r#"
[[claim]]
id = "time"
kind = "runtime"
value = ">= 1 hour"
run = "eval"

[[claim]]
id = "batch"
kind = "batch-size"
value = 32
run = "eval"

[[claim]]
id = "samples"
kind = "samples"
name = "samples"
value = "20,000"
run = "eval"
"#;

fn world(script: &str) -> World {
    World::new(&[
        ("evaluate.py", script),
        ("claims.toml", &format!("{RUN}{CLAIMS}")),
        ("wrong.toml", &format!("{RUN}{WRONG}")),
    ])
}

/// `verify run claims.toml ARGS…`, with a path to find Python by, two secrets and one variable that the run names.
fn run(world: &World, args: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(["run", "claims.toml"])
        .args(args)
        .current_dir(world.path())
        .env_clear()
        .envs(
            ["PATH", "HOME"]
                .into_iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .envs([
            ("NO_COLOR", "1"),
            ("HF_TOKEN", "hf_secret"),
            ("AWS_SECRET_ACCESS_KEY", "aws_secret"),
            ("NAMED", "value of NAMED"),
        ])
        .output()
        .expect("the binary starts");
    Run::of(output)
}

/// The record's text as JSON, which its schema takes.
fn record(world: &World) -> Value {
    let record: Value = serde_json::from_str(&world.read("runs/eval.json")).expect("JSON");
    let schema = std::fs::read_to_string(package().join("schema/record.schema.json")).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(&record).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    record
}

/// Takes out of the record what the machine did beside the run.
fn undisturbed(world: &World) {
    let mut record = record(world);
    record["predicate"]["disturbed"] = Value::Array(Vec::new());
    world.write("runs/eval.json", serde_json::to_string_pretty(&record).expect("JSON"));
}

/// Verdict, grade and reason of each claim.
fn judged(world: &World, claims: &str) -> Vec<(String, String, String)> {
    let report = world.verify(&[claims, "--format", "json"]).json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let claims = report["claims"].as_array().expect("claims").iter();
    claims
        .map(|claim| {
            (
                text(&claim["verdict"]),
                text(&claim["grade"]),
                text(&claim["because"]["text"]),
            )
        })
        .collect()
}

#[track_caller]
fn verdicts(world: &World, claims: &str, expected: [&str; 3]) {
    let found = judged(world, claims);
    let verdicts: Vec<&str> = found.iter().map(|(verdict, _, _)| verdict.as_str()).collect();
    assert_eq!(verdicts, expected, "{found:#?}");
}

#[test]
fn nothing_runs_that_was_not_allowed() {
    let world = world(SCRIPT);
    let shown = run(&world, &[]).exits(2);
    assert!(
        shown.stderr.contains(r#""python3" "evaluate.py""#) && shown.stderr.contains("NAMED"),
        "{}",
        shown.stderr
    );
    let digest: Vec<&str> = shown
        .stderr
        .split_whitespace()
        .filter(|word| word.len() == 64 && word.chars().all(|sign| sign.is_ascii_hexdigit()))
        .collect();
    let digest = digest.first().expect("a digest").to_string();
    assert!(
        shown.stderr.contains(&format!("--allow-commands={digest}")),
        "{}",
        shown.stderr
    );
    let other = "0".repeat(64);
    let refused = run(&world, &[&format!("--allow-commands={other}")]).exits(2);
    assert!(
        refused.stderr.contains(r#""python3" "evaluate.py""#) && refused.stderr.contains(&other),
        "{}",
        refused.stderr
    );
    assert!(!world.has("ran.txt") && !world.has("runs"), "it ran");
    verdicts(&world, "claims.toml", ["not-run", "supported", "supported"]);

    // The one that is allowed runs, is cut off and recorded.
    let ran = run(&world, &[&format!("--allow-commands={digest}")]);
    assert!(world.has("ran.txt") && world.has("runs/eval.json"), "{}", ran.all());
    let found = record(&world);
    let predicate = &found["predicate"];
    assert_eq!(predicate["ending"], "cut-off", "{}", ran.all());
    assert_eq!(found["subject"][0]["name"], "evaluate.py");
    let timed = predicate["total"]["timed"].as_u64().expect("samples");
    assert!((1000..21_340).contains(&timed) && timed.is_multiple_of(50), "{timed}");
    assert_eq!(
        ran.code,
        if predicate["disturbed"] == serde_json::json!([]) {
            0
        } else {
            4
        }
    );
    let settings: Vec<(&str, &str)> = predicate["settings"]
        .as_array()
        .expect("settings")
        .iter()
        .map(|printed| {
            (
                printed["name"].as_str().unwrap_or(""),
                printed["value"].as_str().unwrap_or(""),
            )
        })
        .collect();
    assert_eq!(settings, [("samples", "21340"), ("batch_size", "50")]);

    // What was not named did not come to it, and no value stands in the record but what the run itself printed.
    let output = predicate["output"].as_str().expect("the output");
    assert!(output.contains("token: None None value of NAMED"), "{output}");
    let text = world.read("runs/eval.json");
    assert!(!text.contains("hf_secret") && !text.contains("aws_secret"));
    assert_eq!(predicate["command"]["environment"], serde_json::json!(["NAMED"]));

    undisturbed(&world);
    verdicts(&world, "claims.toml", ["supported"; 3]);
    verdicts(&world, "wrong.toml", ["discrepancy"; 3]);
    for (_, grade, because) in judged(&world, "claims.toml") {
        assert_eq!(grade, "measured", "{because}");
    }

    // One byte of what ran is another one.
    world.write("evaluate.py", SCRIPT.replace("0.02", "0.03"));
    let found = judged(&world, "claims.toml");
    assert_eq!(found[0].0, "not-run");
    assert!(found[0].2.contains("evaluate.py"), "{}", found[0].2);
    // Trap: the batch size still stands in the script; the record no longer says so.
    assert_ne!(found[1].1, "measured", "{found:#?}");
}

/// A run that something else disturbs is recorded, and decides nothing.
#[test]
fn runs_without_a_time_say_why() {
    let dies = |line: &str| {
        SCRIPT.replace(
            "        time.sleep(0.02)\n",
            &format!("        if batch == 10:\n            {line}\n"),
        )
    };
    let cases = [
        (dies("sys.exit(3)"), "failed", Some(3), "exit code 3"),
        (dies("os.kill(os.getpid(), 9)"), "killed", None, "SIGKILL"),
        (
            "import time\n\ntime.sleep(0.1)\n".to_string(),
            "finished",
            Some(0),
            "no progress was seen",
        ),
        (
            SCRIPT.replace("/{batches}", "/7"),
            "finished",
            Some(0),
            "total of 7 is neither the number of samples (21340) nor of batches",
        ),
        (
            SCRIPT.replace("evaluate(21340)", "evaluate(2000)"),
            "finished",
            Some(0),
            "total of 40 is neither",
        ),
    ];
    std::thread::scope(|scope| {
        for (script, ending, exit, why) in cases {
            scope.spawn(move || {
                let world = world(&script.replace("0.02", "0.002"));
                let ran = run(&world, &["--allow-commands"]).exits(4);
                assert!(ran.stdout.contains(ending) && ran.stdout.contains(why), "{}", ran.all());
                let found = record(&world);
                let predicate = &found["predicate"];
                assert_eq!(predicate["ending"], ending);
                assert_eq!(predicate["exit"].as_i64(), exit);
                assert!(predicate.get("total").is_none(), "{predicate}");
                undisturbed(&world);
                let judged = judged(&world, "claims.toml");
                assert_eq!(judged[0].0, "not-run", "{judged:#?}");
                assert!(judged[0].2.contains(why), "{}", judged[0].2);
            });
        }
    });
}

/// A Python with these modules, or none: then it is said.
fn python_with(modules: &str) -> Option<PathBuf> {
    let named = std::env::var_os("VERIFY_TEST_PYTHON").map(PathBuf::from);
    let python = named.unwrap_or_else(|| PathBuf::from("python3"));
    let has = Command::new(&python)
        .arg("-c")
        .arg(format!("import {modules}"))
        .output();
    let has = has.is_ok_and(|output| output.status.success());
    if !has {
        let named = python.display();
        let said = format!("skipped: no {modules} for {named} (VERIFY_TEST_PYTHON names another Python)");
        let _ = writeln!(std::io::stderr(), "{said}");
    }
    has.then_some(python)
}

/// As printed by each library, of 200 samples in batches of 4, timed to their end: what was done and when is in the record.
#[test]
fn every_format_of_progress_is_read_from_a_real_run() {
    let tqdm = "import time\nfrom tqdm import tqdm\nfor _ in tqdm(range(50)):\n    time.sleep(0.01)\n";
    let rich = "import time\nfrom rich.progress import BarColumn, MofNCompleteColumn, Progress\nwith Progress(BarColumn(), MofNCompleteColumn()) as progress:\n    task = progress.add_task(\"Evaluating\", total=50)\n    for _ in range(50):\n        time.sleep(0.02)\n        progress.advance(task)\n";
    // The Trainer prints its logs between the frames of its bar.
    let trainer = "import time\nfrom tqdm import tqdm\nfor step in tqdm(range(50)):\n    time.sleep(0.01)\n    if step % 10 == 0:\n        print({'loss': 1.2, 'learning_rate': 5e-05, 'epoch': round(step / 50, 2)})\n";
    let json = "import json\nimport time\nfor clip in range(200):\n    time.sleep(0.002)\n    print(json.dumps({'id': f'clip-{clip}', 'answer': 'yes'}))\n";
    let pattern = "import time\nfor step in range(1, 51):\n    time.sleep(0.01)\n    print(f'step {step}/50 done')\n";
    let cases = [
        ("tqdm", tqdm, "tqdm"),
        ("rich", rich, "rich"),
        ("trainer", trainer, "tqdm"),
        ("json", json, "json"),
        (r"/step (\\d+)\\/(\\d+)/", pattern, "time"),
    ];
    for (format, script, modules) in cases {
        let Some(python) = python_with(modules) else { continue };
        let declared = format!(
            "[document]\nroot = \".\"\n[run.eval]\nengine = \"command\"\ncommand = [{python:?}, \"evaluate.py\"]\npopulation = 200\nbatch-size = 4\nprecision = \"0.01 %\"\nprogress = \"{format}\"\n\
             [[claim]]\nid = \"batch\"\nkind = \"batch-size\"\nvalue = 4\nrun = \"eval\"\n"
        );
        let world = World::new(&[("evaluate.py", script), ("claims.toml", &declared)]);
        let ran = run(&world, &["--allow-commands"]);
        let found = record(&world);
        let predicate = &found["predicate"];
        assert_eq!(predicate["ending"], "complete", "{format}: {}\n{predicate}", ran.all());
        let part = &predicate["parts"][0];
        let samples = part["samples"].as_array().expect("samples");
        assert_eq!(
            samples.last().and_then(Value::as_u64),
            Some(200),
            "{format}: {samples:?}"
        );
        assert!(samples.len() > 3, "{format}: {samples:?}");
        assert_eq!(predicate["total"]["level"], 1.0, "{format}");
    }
}

/// What rich draws by default is a percentage.
#[test]
fn a_percentage_tells_no_samples() {
    let Some(python) = python_with("rich") else { return };
    let script = "import time\nfrom rich.progress import track\nfor _ in track(range(50)):\n    time.sleep(0.01)\n";
    let claims = RUN.replace("\"python3\"", &format!("{python:?}")) + "progress = \"rich\"\n" + CLAIMS;
    let world = World::new(&[("evaluate.py", script), ("claims.toml", &claims)]);
    let ran = run(&world, &["--allow-commands"]).exits(4);
    assert!(
        ran.stdout.contains("percentage") && ran.stdout.contains("MofNCompleteColumn"),
        "{}",
        ran.all()
    );
}

#[test]
fn a_pattern_that_does_not_compile_is_a_mistake_at_its_line() {
    let claims = RUN.to_string() + "progress = '/step (\\d+/'\n" + CLAIMS;
    let world = World::new(&[("evaluate.py", SCRIPT), ("claims.toml", &claims)]);
    let refused = run(&world, &["--allow-commands"]).exits(2);
    assert!(
        refused.stderr.contains("claims.toml:12:") && refused.stderr.contains("unclosed group"),
        "{}",
        refused.stderr
    );
    assert!(!world.has("ran.txt"));
}

/// 60 clips, each said with its id; whatever stands in place of `ANSWER` is the answer, and `KEEP` decides whether a clip
/// that was answered before costs anything.
const CLIPS: &str = r#"import json
import os
import time

kept = open("kept.txt").read().split() if os.path.exists("kept.txt") else []
for clip in range(60):
    if not (KEEP and f"clip-{clip}" in kept):
        time.sleep(0.02)
    with open("kept.txt", "a") as file:
        file.write(f"clip-{clip} ")
    print(json.dumps({"id": f"clip-{clip}", "answer": ANSWER}))
"#;

#[test]
fn samples_that_are_fed_again_show_a_cache_and_other_answers() {
    let declared = RUN
        .replace("population = 21340\nbatch-size = 50", "population = 60\nrepeats = 2")
        .replace("20 %", "0.01 %")
        + "progress = \"json\"\n";
    // No claim of a time is there to end the run early; those of the other file rest on its record.
    let no_time = format!("{declared}[[claim]]\nid = \"batch\"\nkind = \"batch-size\"\nvalue = 50\nrun = \"eval\"\n");
    let later = format!("{declared}{CLAIMS}");
    // Keeps answers, answers, whether there is a time, differing answers of 60.
    let cases = [
        ("False", "'yes'", true, 0),
        ("True", "'yes'", false, 0),
        ("False", "os.getpid() if clip % 2 else 'yes'", true, 30),
    ];
    let (no_time, later) = (&no_time, &later);
    std::thread::scope(|scope| {
        for (keep, answer, has_time, differing) in cases {
            scope.spawn(move || {
                let script = CLIPS.replace("KEEP", keep).replace("ANSWER", answer);
                let world = World::new(&[
                    ("evaluate.py", &script),
                    ("claims.toml", no_time),
                    ("later.toml", later),
                ]);
                let ran = run(&world, &["--allow-commands"]);
                let found = record(&world);
                let predicate = &found["predicate"];
                let repeats = &predicate["repeats"];
                assert_eq!(
                    predicate["ending"],
                    if has_time { "complete" } else { "cached" },
                    "{}",
                    ran.all()
                );
                assert_eq!(predicate.get("total").is_some(), has_time, "{}", ran.all());
                assert_eq!(
                    (&repeats["times"], &repeats["answers"]),
                    (&2.into(), &60.into()),
                    "{}",
                    ran.all()
                );
                assert_eq!(repeats["differing"], differing, "{}", ran.all());
                assert!(
                    repeats["compared"].as_u64().is_some_and(|count| count >= 50),
                    "{repeats}"
                );
                undisturbed(&world);
                let judged = judged(&world, "later.toml");
                assert_eq!(
                    judged[0].0,
                    if has_time { "supported" } else { "not-run" },
                    "{judged:#?}"
                );
                assert!(has_time || judged[0].2.contains("fed again"), "{}", judged[0].2);
            });
        }
    });
}

/// A bar names no samples: that nothing was checked is said, and the command does not run again.
#[test]
fn without_ids_nothing_is_fed_again() {
    let world = world(SCRIPT);
    world.write("claims.toml", format!("{RUN}repeats = 3\n{CLAIMS}"));
    let ran = run(&world, &["--allow-commands"]);
    let found = record(&world);
    let repeats = &found["predicate"]["repeats"];
    assert_eq!(repeats["times"], 1);
    let why = repeats["unchecked"].as_str().expect("a reason");
    assert!(
        why.contains("names no samples") && ran.stdout.contains(why),
        "{}",
        ran.all()
    );
}
