//! `verify probe`: this machine, and cards that a stand-in for NVIDIA's library shows.
//!
//! The stand-in is `tests/standin/nvml_standin.c`, built here and loaded through the path of the real library; nothing
//! else of that path is faked. It says itself that it is one, and every reading made on it says so as well.
//!
//! Why it can be wrong: a stand-in does what its author thinks that the library does. Names and sizes are those of public
//! captures; what a real card does beyond that, no test here shows.
//!
//! Example: `VERIFY_STANDIN=rtx3090,rtx3090 verify probe --nvml libnvml_standin.so` shows two cards.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::program::{Run, World, package};

/// The stand-in, built once a run of the tests.
fn standin() -> &'static Path {
    static BUILT: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, library) = BUILT.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let library = folder.path().join("libnvml_standin.so");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .arg(package().join("tests/standin/nvml_standin.c"))
            .output()
            .expect("a C compiler, as the SQLite of the program needs one");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        (folder, library)
    });
    library
}

/// Runs `verify probe` on the stand-in that shows these cards.
fn probe(world: &World, cards: &str, more: &[&str], variables: &[(&str, &str)]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(["probe", "--nvml"])
        .arg(standin())
        .args(more)
        .current_dir(world.path())
        .env_clear()
        .env("NO_COLOR", "1")
        .env("VERIFY_STANDIN", cards)
        .envs(variables.iter().copied())
        .output()
        .expect("the binary starts");
    Run::of(output)
}

/// The reading that a probe of these cards writes.
fn reading(cards: &str) -> Value {
    let world = World::new(&[]);
    probe(&world, cards, &["--output", "evidence/node.json"], &[]).exits(0);
    serde_json::from_str(&world.read("evidence/node.json")).expect("JSON")
}

#[test]
fn two_cards_with_all_that_the_library_says() {
    let found = reading("rtx3090,t4");
    assert_eq!(found["tool"]["name"], "verify-claims");
    assert_eq!((&found["schema"], &found["stand-in"]), (&1.into(), &true.into()));
    assert_eq!(found["gpus"]["driver"], "stand-in 550.54.15");
    assert_eq!(found["gpus"]["cuda"], "12.4");
    let cards = found["gpus"]["cards"].as_array().expect("cards");
    assert_eq!(cards.len(), 2);
    let (first, second) = (&cards[0], &cards[1]);
    assert_eq!(
        (&first["model"], &first["index"]),
        (&"NVIDIA GeForce RTX 3090".into(), &0.into())
    );
    // 24576, 1 and 316 MiB.
    assert_eq!(first["total-bytes"], 25_769_803_776_u64);
    assert_eq!(first["used-bytes"], 1_048_576);
    assert_eq!(first["reserved-bytes"], 331_350_016);
    assert_eq!(first["power-limit-watts"], 350.0);
    assert_eq!(
        (&first["graphics-mhz"], &first["memory-mhz"]),
        (&210.into(), &405.into())
    );
    // A card without ECC says that it has none, and an idle card is not held down.
    assert_eq!(first["unread"][0], "ecc: not supported");
    assert_eq!(first.get("throttle"), None);
    assert_eq!((&second["model"], &second["ecc"]), (&"Tesla T4".into(), &true.into()));
}

#[test]
fn a_card_in_slices_is_its_slices() {
    let found = reading("a100-mig");
    let cards = found["gpus"]["cards"].as_array().expect("cards");
    let told: Vec<(String, u64)> = cards
        .iter()
        .map(|card| {
            (
                card["slice"]["profile"].as_str().unwrap_or("none").to_string(),
                card["total-bytes"].as_u64().unwrap_or(0) / 1_048_576,
            )
        })
        .collect();
    assert_eq!(told, [("3g.20gb".to_string(), 19_968), ("1g.5gb".to_string(), 4_864)]);
    assert!(cards.iter().all(|card| card["model"] == "NVIDIA A100-SXM4-40GB"));
}

#[test]
fn a_card_held_down_and_a_card_shared() {
    let found = reading("throttled,shared");
    let cards = &found["gpus"]["cards"];
    assert_eq!(
        cards[0]["throttle"],
        serde_json::json!(["sw-power-cap", "sw-thermal-slowdown"])
    );
    let processes = &cards[1]["processes"];
    assert_eq!(
        *processes,
        serde_json::json!([
            {"pid": 4001, "program": "python", "used-bytes": 3_145_728_000_u64},
            {"pid": 4002, "used-bytes": 6_291_456_000_u64},
        ])
    );
}

#[test]
fn every_refusal_is_said_and_the_rest_goes_on() {
    let whole = [
        ("init=9", "no card was read: the driver is not loaded"),
        ("init=4", "no card was read: no permission"),
        (
            "init=18",
            "no card was read: RM detects a driver/library version mismatch",
        ),
        ("init=999", "no card was read: an internal driver error occurred"),
        ("init=3", "no card was read: not supported"),
        ("", "the driver shows no card"),
    ];
    for (cards, said) in whole {
        let found = reading(cards);
        assert_eq!(found["gpus"]["cards"], serde_json::json!([]), "{cards}");
        assert_eq!(found["gpus"]["unread"], serde_json::json!([said]), "{cards}");
        assert!(found["host-system"]["memory-bytes"].as_u64() > Some(0), "{cards}");
    }
    let of_one = [
        ("card=15", "card 0: the card is lost: it fell off the bus"),
        ("card=4", "card 0: no permission"),
        ("name=999", "card 0: name: an internal driver error occurred"),
    ];
    for (card, said) in of_one {
        let found = reading(&format!("{card},t4"));
        assert_eq!(found["gpus"]["unread"], serde_json::json!([said]), "{card}");
        assert_eq!(found["gpus"]["cards"][0]["model"], "Tesla T4", "{card}");
        assert_eq!(found["gpus"]["cards"][0]["index"], 1, "{card}");
    }
    let found = reading("memory=15");
    let card = &found["gpus"]["cards"][0];
    assert_eq!(card.get("total-bytes"), None);
    assert_eq!(card["unread"][0], "memory: the card is lost: it fell off the bus");
    let bare = &reading("bare")["gpus"]["cards"][0];
    assert_eq!(bare["total-bytes"], 25_769_803_776_u64);
    let unread = bare["unread"].as_array().expect("what was refused");
    assert_eq!(unread.len(), 6, "{unread:?}");
}

#[test]
fn the_table_says_what_it_is_of() {
    let world = World::new(&[]);
    let job = [
        ("SLURM_JOB_ID", "4711"),
        ("SLURM_JOB_PARTITION", "gpu"),
        ("SLURM_JOB_USER", "somebody"),
    ];
    let run = probe(&world, "rtx3090,init", &[], &[]).exits(0);
    // A word that the stand-in does not know: the library does not start.
    assert!(run.stdout.contains("a supplied argument was invalid"), "{}", run.all());
    let run = probe(&world, "throttled", &[], &job).exits(0);
    let table = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in [
        "NVIDIA GeForce RTX 3090 on ",
        "by a stand-in",
        "there is no such card",
        "24576 MiB",
        "held down by sw-power-cap",
        "slurm job 4711",
        "SLURM_JOB_PARTITION=gpu",
    ] {
        assert!(table.contains(wanted), "{wanted}\n{}", run.all());
    }
    assert!(!run.stdout.contains("somebody"), "{}", run.all());
}

#[test]
fn this_machine_without_any_library_named() {
    let world = World::new(&[]);
    let run = world.verify_plain(&["probe"]).exits(0);
    assert!(run.stdout.contains("host memory"), "{}", run.all());
}

#[test]
fn packages_of_an_environment_are_read_and_nothing_is_executed() {
    let world = World::new(&[
        ("venv/pyvenv.cfg", "home = /usr/bin\nversion = 3.10.12\n"),
        ("venv/bin/python", "#!/bin/sh\ntouch executed\n"),
        (
            "venv/lib/python3.10/site-packages/torch-2.1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: torch\nVersion: 2.1.0+cu118\n\ntext\n",
        ),
        (
            "venv/lib/python3.10/site-packages/Old_Thing-1.0.egg-info/PKG-INFO",
            "Name: Old_Thing\nVersion: 1.0\n",
        ),
        (
            "venv/lib/python3.10/site-packages/bad-1.dist-info/METADATA",
            "no head\n",
        ),
        (
            "conda/conda-meta/numpy-1.26.0-0.json",
            "{\"name\": \"numpy\", \"version\": \"1.26.0\"}",
        ),
    ]);
    let output = ["--python", "venv", "--python", "conda", "--output", "r.json"];
    probe(&world, "t4", &output, &[]).exits(0);
    let found: Value = serde_json::from_str(&world.read("r.json")).expect("JSON");
    assert_eq!(
        found["python"][0]["packages"],
        serde_json::json!({"old-thing": "1.0", "python": "3.10.12", "torch": "2.1.0+cu118"})
    );
    let unread = found["python"][0]["unread"][0].as_str().expect("what was not read");
    assert!(
        unread.ends_with("bad-1.dist-info/METADATA: no name and version"),
        "{unread}"
    );
    assert_eq!(found["python"][1]["packages"], serde_json::json!({"numpy": "1.26.0"}));
    assert!(!world.has("executed"));
}

#[test]
fn mistakes_are_told() {
    let world = World::new(&[("there.json", "{}")]);
    let told = |args: &[&str]| world.verify_plain(args).exits(2).stderr;
    assert!(told(&["probe", "--output", "there.json"]).contains("is there already"));
    assert_eq!(world.read("there.json"), "{}");
    assert!(told(&["probe", "--nvml", "nowhere.so"]).contains("there is no `nowhere.so`"));
    assert!(told(&["probe", "--python", "nowhere"]).contains("there is no `nowhere`"));
    assert!(told(&["probe", "--force"]).contains("--output"));
    probe(&world, "t4", &["--output", "there.json", "--force"], &[]).exits(0);
    assert!(world.read("there.json").contains("Tesla T4"));
}
