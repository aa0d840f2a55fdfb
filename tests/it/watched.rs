//! What the record of a timed run watches: everything that the run was given, whether Git ignores it or not, and what it
//! says where it cannot.
//!
//! The run is made once; then one file after the other is changed, and put back.
//!
//! Why it can be wrong: a record that watches nothing never goes stale. So each file is changed alone, and the claim that
//! rests on the record must fall for it and stand again without it; files that are no input must not move it.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::Value;

use super::program::{Run, World};

const SCRIPT: &str = r#"import argparse
import json
import os
import sys
import time

import lengths

parser = argparse.ArgumentParser()
parser.add_argument("--manifest", default="data/test.csv")
parser.add_argument("--config", default="conf/eval.yaml")
parser.add_argument("--model")
parser.add_argument("--other")
parser.add_argument("--output-dir", default="results")
parser.add_argument("--words-dir", default="words")
args = parser.parse_args()
root = "prompts"
open(os.path.join(root, "system.txt")).read(), open(f"{root}/few/shots.json").read()
name = "alpaca"
open(os.path.join("templates", f"{name}.json")).read()
open(args.manifest).read(), open(args.config).read(), open("prompts/eval.txt").read()
# The numbers of another paper are in notes/other.md.
os.makedirs("results", exist_ok=True)
with open("results/found.json", "w") as out:
    json.dump({"seconds": time.time()}, out)
print("batch_size=10", flush=True)
for batch in range(5):
    sys.stderr.write(f"\rEval:  {25 * batch}%|###       | {batch}/4 [00:01<00:08, 50.00it/s]")
    sys.stderr.flush()
    time.sleep(0.05)
"#;

const CLAIMS: &str = r#"[document]
root = "."

[run.eval]
engine = "command"
command = ["python3", "evaluate.py", "--model=models/tiny", "--other", "elsewhere/more.csv"]
population = 40
batch-size = 10

[[claim]]
id = "batch"
kind = "batch-size"
value = 10
run = "eval"
"#;

fn world() -> World {
    let world = World::new(&[
        ("evaluate.py", SCRIPT),
        ("lengths.py", "SECONDS = 2\nTABLE = 'tables/lengths.csv'\n"),
        ("claims.toml", CLAIMS),
        (".gitignore", "data/\n*.safetensors\nclips/\n"),
        ("data/test.csv", "id,label\n1,a\n2,b\n"),
        ("data/train.csv", "id,label\n3,a\n"),
        ("conf/eval.yaml", "clips: clips/test\nrate: 16000\n"),
        ("clips/test/a.wav", "RIFF a"),
        ("clips/test/b.wav", "RIFF b"),
        ("models/tiny/model.safetensors", "weights"),
        ("models/tiny/config.json", "{\"layers\": 2}"),
        ("prompts/eval.txt", "Is this speech?"),
        ("prompts/system.txt", "You hear a clip."),
        ("prompts/few/shots.json", "[]"),
        ("results/old/shots.json", "[]"),
        ("templates/alpaca.json", "{}"),
        ("words/a.txt", "speech"),
        ("tables/lengths.csv", "a,1\n"),
        ("notes/other.md", "Nothing of the run."),
        ("results/found.json", "{}"),
        (".git/HEAD", "ref: refs/heads/main\n"),
    ]);
    // Another disk: nothing of it is read.
    symlink("/usr", world.path().join("elsewhere")).expect("a link");
    world
}

fn timed(world: &World) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(["run", "claims.toml", "--allow-commands"])
        .current_dir(world.path())
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .output()
        .expect("the binary starts");
    Run::of(output)
}

/// Files and their roles; what is not watched.
fn watched(world: &World) -> (BTreeMap<String, String>, Vec<String>) {
    let record: Value = serde_json::from_str(&world.read("runs/eval.json")).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let subjects = record["subject"].as_array().expect("subjects").iter();
    let roles = subjects.map(|one| (text(&one["name"]), text(&one["annotations"]["role"])));
    let unwatched = record["predicate"]["unwatched"].as_array().cloned().unwrap_or_default();
    (
        roles.collect(),
        unwatched.iter().map(|gap| text(&gap["file"])).collect(),
    )
}

/// Grade of the claim, and what is said of the record.
fn judged(world: &World) -> (String, String) {
    let report = world.verify(&["claims.toml", "--format", "json"]).json();
    let claim = &report["claims"][0];
    let notes = report["runs"][0]["notes"].as_array().cloned().unwrap_or_default();
    let notes: Vec<&str> = notes.iter().filter_map(|note| note["text"].as_str()).collect();
    (claim["grade"].as_str().unwrap_or("none").to_string(), notes.join("\n"))
}

#[test]
fn a_record_watches_what_the_run_was_given() {
    let world = world();
    let ran = timed(&world);
    let (roles, unwatched) = watched(&world);
    let expected = [
        ("clips/test/", "data"),
        ("clips/test/a.wav", "data"),
        ("clips/test/b.wav", "data"),
        ("conf/eval.yaml", "code"),
        ("data/test.csv", "data"),
        ("evaluate.py", "code"),
        ("lengths.py", "code"),
        ("models/tiny/", "data"),
        ("models/tiny/config.json", "code"),
        ("models/tiny/model.safetensors", "model"),
        ("prompts/", "data"),
        ("prompts/eval.txt", "data"),
        ("prompts/few/shots.json", "data"),
        ("prompts/system.txt", "data"),
        ("tables/lengths.csv", "data"),
        ("templates/", "data"),
        ("templates/alpaca.json", "data"),
        ("words/", "data"),
        ("words/a.txt", "data"),
    ];
    let roles: Vec<(&str, &str)> = roles
        .iter()
        .map(|(name, role)| (name.as_str(), role.as_str()))
        .collect();
    assert_eq!(roles, expected, "{}", ran.all());
    assert_eq!(unwatched, ["elsewhere/more.csv"]);
    assert!(
        ran.stdout.contains("elsewhere/more.csv (a link out of the root"),
        "{}",
        ran.all()
    );

    let (grade, notes) = judged(&world);
    assert_eq!(grade, "measured", "{notes}");
    assert!(notes.contains("does not watch `elsewhere/more.csv`"), "{notes}");

    for (file, _) in expected.into_iter().filter(|(file, _)| !file.ends_with('/')) {
        let before = world.read(file);
        world.write(file, format!("{before}\n"));
        let (grade, notes) = judged(&world);
        assert!(grade != "measured" && notes.contains(file), "{file}: {grade}: {notes}");
        world.write(file, before);
        assert_eq!(judged(&world).0, "measured", "{file}");
    }
    world.write("clips/test/c.wav", "RIFF c");
    let (grade, notes) = judged(&world);
    assert!(
        grade != "measured" && notes.contains("clips/test/c.wav"),
        "one clip more: {grade}: {notes}"
    );
    std::fs::remove_file(world.path().join("clips/test/c.wav")).expect("removed");
    assert!(!judged(&world).1.contains("names and sizes"));
    // No input: another table of the folder, a remark, what the run writes.
    for file in ["data/train.csv", "notes/other.md", "results/found.json"] {
        world.write(file, "another\n");
        assert_eq!(judged(&world).0, "measured", "{file}");
    }
}

/// In a checkout that only checks, ignored data is not there: that it is still the same cannot be seen, and is said; code
/// that is gone, and data that Git would have brought, is another matter.
#[test]
fn what_git_ignores_need_not_be_there() {
    let world = world();
    timed(&world);
    for folder in ["data", "clips"] {
        std::fs::remove_dir_all(world.path().join(folder)).expect("removed");
    }
    std::fs::remove_file(world.path().join("models/tiny/model.safetensors")).expect("removed");
    let (grade, notes) = judged(&world);
    assert_eq!(grade, "measured", "{notes}");
    for file in ["data/test.csv", "clips/test/a.wav", "models/tiny/model.safetensors"] {
        assert!(notes.contains(file) && notes.contains("is not here"), "{file}: {notes}");
    }
    // Git LFS leaves a pointer, which names the content.
    let weights = "9aaf82efe713b01f9dfd3a6f6cb8c8d3c1d5fd9bd2c9cd5d2ea1a0e5ba8b0c11";
    world.write(
        "models/tiny/model.safetensors",
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{weights}\nsize 7\n"),
    );
    assert_ne!(judged(&world).0, "measured", "a pointer to other weights");
    let record: Value = serde_json::from_str(&world.read("runs/eval.json")).expect("JSON");
    let subjects = record["subject"].as_array().expect("subjects").iter();
    let mut own = subjects.filter(|one| one["name"] == "models/tiny/model.safetensors");
    let own = own
        .next()
        .and_then(|one| one["digest"]["sha256"].as_str())
        .expect("a digest");
    world.write(
        "models/tiny/model.safetensors",
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{own}\nsize 7\n"),
    );
    assert_eq!(judged(&world).0, "measured", "a pointer to these weights");

    std::fs::remove_file(world.path().join("prompts/eval.txt")).expect("removed");
    let (grade, notes) = judged(&world);
    assert!(
        grade != "measured" && notes.contains("prompts/eval.txt"),
        "{grade}: {notes}"
    );
}

/// The rules of the work tree count, also where the root is a folder of it.
#[test]
fn ignored_above_the_root_is_ignored() {
    let world = World::new(&[
        ("code/evaluate.py", SCRIPT),
        (
            "code/lengths.py",
            "TABLE = '../shared/more.csv'\nOTHER = '../shared/none.csv'\nSIGNS = ['/', '../']\n",
        ),
        ("shared/more.csv", "a,1\n"),
        ("code/data/test.csv", "id,label\n1,a\n"),
        ("code/conf/eval.yaml", "rate: 16000\n"),
        ("code/prompts/eval.txt", "Is this speech?"),
        ("code/prompts/system.txt", "You hear a clip."),
        ("code/prompts/few/shots.json", "[]"),
        ("code/templates/alpaca.json", "{}"),
        ("claims.toml", &CLAIMS.replace("root = \".\"", "root = \"code\"")),
        (".gitignore", "/code/data/\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
    ]);
    timed(&world);
    let (roles, unwatched) = watched(&world);
    assert!(roles.contains_key("data/test.csv"), "{roles:?}");
    // `elsewhere` is not there, and what is not there is not read.
    assert_eq!(unwatched, ["../shared/more.csv"]);
    std::fs::remove_dir_all(world.path().join("code/data")).expect("removed");
    let (grade, notes) = judged(&world);
    assert!(
        grade == "measured" && notes.contains("`data/test.csv`, which is not here"),
        "{grade}: {notes}"
    );
    world.write(".gitignore", "");
    assert_ne!(judged(&world).0, "measured", "nobody ignores it: it is gone");
}

/// A folder of many files is watched by names and sizes.
#[test]
fn a_large_folder_is_watched_by_names_and_sizes() {
    let world = world();
    for number in 0..600 {
        world.write(&format!("clips/test/{number}.wav"), format!("RIFF {number}"));
    }
    timed(&world);
    let (roles, _) = watched(&world);
    assert_eq!(roles.get("clips/test/").map(String::as_str), Some("data"), "{roles:?}");
    assert!(!roles.contains_key("clips/test/7.wav"));
    let (grade, notes) = judged(&world);
    assert!(
        grade == "measured" && notes.contains("names and sizes"),
        "{grade}: {notes}"
    );
    world.write("clips/test/7.wav", "RIFF seven");
    let (grade, notes) = judged(&world);
    assert!(grade != "measured" && notes.contains("clips/test/"), "{grade}: {notes}");
    world.write("clips/test/7.wav", "RIFF 7");
    assert_eq!(judged(&world).0, "measured");
    std::fs::remove_file(world.path().join("clips/test/599.wav")).expect("removed");
    assert_ne!(judged(&world).0, "measured");
    std::fs::remove_dir_all(world.path().join("clips")).expect("removed");
    let (grade, notes) = judged(&world);
    assert!(grade == "measured" && notes.contains("clips/test/"), "{grade}: {notes}");
}
