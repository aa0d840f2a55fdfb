//! Options, exit codes, what is read and what is not, as a user meets them.
//!
//! Why it can be wrong: an option that is taken and ignored looks like one that works. So each test has a world in which
//! the run with the option ends otherwise than the run without it.

use serde_json::Value;

use crate::program::{AS_OF, World, copy, files_below, package, verify};

const TRAIN: &str = "import argparse


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument(\"--lr\", type=float, default=0.1)
    parser.add_argument(\"--epochs\", type=int, default=20)
    args = parser.parse_args()
    print(args.lr, args.epochs)


if __name__ == \"__main__\":
    main()
";

fn claim(id: &str, name: &str, value: &str) -> String {
    format!("[[claim]]\nid = \"{id}\"\nkind = \"parameter\"\nname = \"{name}\"\nvalue = {value}\n\n")
}

/// `lr = 0.1` holds.
fn supported() -> String {
    claim("lr", "lr", "0.1")
}

/// `epochs = 30` does not.
fn refuted() -> String {
    claim("epochs", "epochs", "30")
}

/// Nothing speaks of `dropout`.
fn unknown() -> String {
    claim("dropout", "dropout", "0.5")
}

fn world(claims: &str) -> World {
    World::new(&[("train.py", TRAIN), ("claims.toml", claims)])
}

/// The report as JSON of `verify claims.toml ARGS…`.
fn json(world: &World, args: &[&str]) -> Value {
    world
        .verify(&[&["claims.toml", "--format", "json"], args].concat())
        .json()
}

fn verdicts(report: &Value) -> Vec<&str> {
    report["claims"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|claim| claim["verdict"].as_str().unwrap_or("null"))
        .collect()
}

fn gap<'v>(report: &'v Value, file: &str) -> &'v str {
    let gaps = report["gaps"].as_array().expect("the report has gaps");
    gaps.iter()
        .find(|gap| gap["file"].as_str().unwrap_or_default().trim_end_matches('/') == file)
        .and_then(|gap| gap["why"].as_str())
        .unwrap_or("read")
}

// --- exit codes ---------------------------------------------------------------------------

#[test]
fn the_exit_code_is_that_of_the_worst_finding() {
    let table = [
        (supported(), 0),
        (supported() + &unknown(), 4),
        (supported() + &unknown() + &refuted(), 1),
        (refuted(), 1),
    ];
    for (claims, code) in table {
        for format in ["terminal", "markdown", "json"] {
            world(&claims).verify(&["claims.toml", "--format", format]).exits(code);
        }
    }
}

#[test]
fn without_anything_to_judge_it_ends_with_2() {
    World::new(&[("train.py", TRAIN)]).verify(&["claims.toml"]).exits(2);
    World::new(&[("train.py", TRAIN), ("claims/README.md", "none yet")])
        .verify(&["claims/"])
        .exits(2);
}

#[test]
fn a_file_of_drafts_alone_ends_with_4() {
    let draft = supported().replace("value = 0.1\n", "value = 0.1\ndraft = true\n");
    let world = world(&draft);
    let report = json(&world, &[]);
    assert_eq!(report["claims"][0]["verdict"], Value::Null);
    assert_eq!(report["claims"][0]["draft"], true);
    world.verify(&["claims.toml"]).exits(4);
}

#[test]
fn fail_on_leaves_out_what_is_milder() {
    let table = [
        (unknown(), "no-evidence", 4),
        (unknown(), "not-run", 0),
        (unknown(), "discrepancy", 0),
        (refuted(), "discrepancy", 1),
        (refuted() + &unknown(), "minor-discrepancy", 1),
    ];
    for (claims, least, code) in table {
        world(&claims).verify(&["claims.toml", "--fail-on", least]).exits(code);
    }
    let run = world(&supported())
        .verify(&["claims.toml", "--fail-on", "supported"])
        .exits(2);
    assert!(run.stderr.contains("no-evidence"), "{}", run.stderr);
}

#[test]
fn strict_counts_caveats() {
    // A claim without a quote has a caveat.
    let world = world(&supported());
    world.verify(&["claims.toml"]).exits(0);
    world.verify(&["claims.toml", "--strict"]).exits(4);
}

#[test]
fn an_accepted_finding_fails_nothing_until_its_day() {
    let accepted = refuted().replace(
        "value = 30\n",
        "value = 30\naccept = { verdict = \"discrepancy\", reason = \"mended in the next version\", until = \"2026-01-01\" }\n",
    );
    let world = world(&accepted);
    // The last day counts.
    verify(world.path(), &["claims.toml", "--no-live", "--as-of", "2026-01-01"]).exits(0);
    verify(world.path(), &["claims.toml", "--no-live", "--as-of", "2026-01-02"]).exits(1);
    // A worse verdict than the accepted one counts again.
    let milder = accepted.replace("verdict = \"discrepancy\"", "verdict = \"no-evidence\"");
    self::world(&milder).verify(&["claims.toml"]).exits(1);
}

// --- what is written ----------------------------------------------------------------------

#[test]
fn several_formats_are_written_at_once() {
    let world = world(&supported());
    let run = world
        .verify(&[
            "claims.toml",
            "--format",
            "json=out.json",
            "--format",
            "markdown=out.md",
            "--format",
            "terminal",
        ])
        .exits(0);
    assert!(world.read("out.md").contains("SUPPORTED"), "{}", world.read("out.md"));
    let report: Value = serde_json::from_str(&world.read("out.json")).expect("JSON");
    assert_eq!(verdicts(&report), ["supported"]);
    assert!(run.stdout.contains("1 supported"), "{}", run.stdout);
}

#[test]
fn plots_of_timed_runs_are_written_beside_a_report_with_a_path() {
    let world = World::new(&[]);
    copy(
        &package().join("fixtures/cases/runtime/recorded-run"),
        world.path(),
        false,
    );
    let printed = world.verify(&["claims.toml", "--format", "markdown"]).exits(4);
    assert!(
        !world.has("report.eval.svg") && !printed.stdout.contains("!["),
        "{}",
        printed.stdout
    );
    world
        .verify(&["claims.toml", "--format", "markdown=report.md"])
        .exits(4);
    let report = world.read("report.md");
    for name in ["eval", "stale", "disturbed", "other-card"] {
        let plot = world.read(&format!("report.{name}.svg"));
        assert!(
            plot.starts_with("<svg ") && plot.trim_end().ends_with("</svg>"),
            "{plot}"
        );
        assert!(report.contains(&format!("](report.{name}.svg)\n")), "{report}");
    }
    let of_other_card = world.read("report.other-card.svg");
    assert!(
        of_other_card.contains("`Tesla T4`, not on `RTX 3090`"),
        "{of_other_card}"
    );
    // What was written is no evidence; without its mark it would be.
    let claim = "[[claim]]\nid = \"drawn\"\nkind = \"pattern\"\npattern = 'foretold, ([0-9]+) %'\nvalue = 95\n";
    world.write("drawn.toml", format!("{claim}in = \"report.eval.svg\"\n"));
    world.verify(&["drawn.toml"]).exits(4);
    let unmarked: Vec<String> = world.read("report.eval.svg").lines().map(str::to_string).collect();
    world.write("report.eval.svg", unmarked[2..].join("\n"));
    world.verify(&["drawn.toml"]).exits(0);
}

#[test]
fn output_takes_the_format_without_a_path() {
    let world = world(&supported());
    let run = world
        .verify(&["claims.toml", "--format", "markdown", "--output", "out.md"])
        .exits(0);
    assert_eq!(run.stdout, "");
    assert!(world.read("out.md").contains("SUPPORTED"));
    let both = ["claims.toml", "--format", "markdown=a.md", "--output", "b.md"];
    world.verify(&both).exits(2);
    assert!(!world.has("b.md"));
}

#[test]
fn a_report_that_cannot_be_written_is_a_failure() {
    let world = world(&supported());
    let run = world.verify(&["claims.toml", "--format", "json=no/such/folder/out.json"]);
    assert!(run.code == 2 || run.code == 3, "{}", run.all());
    assert!(run.stderr.contains("no/such/folder"), "{}", run.stderr);
}

#[test]
fn quiet_leaves_out_what_is_supported() {
    let world = world(&(supported() + &refuted()));
    let loud = world.verify(&["claims.toml"]).exits(1);
    let quiet = world.verify(&["claims.toml", "--quiet"]).exits(1);
    let rows = |text: &str, id: &str| text.lines().filter(|line| line.contains(id)).count();
    assert!(rows(&loud.stdout, " lr") > 0, "{}", loud.stdout);
    assert_eq!(rows(&quiet.stdout, " lr"), 0, "{}", quiet.stdout);
    assert!(rows(&quiet.stdout, "epochs") > 0, "{}", quiet.stdout);
    assert!(
        quiet.stdout.contains("1 supported"),
        "the summary counts all:\n{}",
        quiet.stdout
    );
}

#[test]
fn the_language_is_the_documents_unless_the_command_line_says_another() {
    let spanish = format!("[document]\nlanguage = \"es\"\n\n{}", supported());
    let world = world(&spanish);
    let text = |args: &[&str]| {
        world
            .verify(&[&["claims.toml", "--format", "markdown"], args].concat())
            .exits(0)
            .stdout
    };
    assert!(text(&[]).contains("CORRECTO"), "{}", text(&[]));
    assert!(text(&["--lang", "en"]).contains("SUPPORTED"));
    // JSON is English always.
    let report = json(&world, &["--lang", "es"]);
    assert_eq!(report, json(&world, &["--lang", "en"]));
    world.verify(&["claims.toml", "--lang", "fr"]).exits(2);
}

#[test]
fn colour_is_written_only_when_asked_for() {
    let world = world(&refuted());
    let plain = world.verify(&["claims.toml"]).exits(1);
    let coloured = world.verify(&["claims.toml", "--color", "always"]).exits(1);
    assert!(!plain.stdout.contains('\u{1b}'), "{}", plain.stdout);
    assert!(coloured.stdout.contains('\u{1b}'), "{}", coloured.stdout);
}

#[test]
fn what_is_not_built_is_answered_so_and_absent_from_the_help() {
    let world = world(&supported());
    for (args, word) in [
        (&["claims.toml", "--format", "html"][..], "html"),
        (&["claims.toml", "--locked"], "--locked"),
        (&["lock", "claims.toml"], "lock"),
    ] {
        let run = world.verify(args).exits(2);
        assert!(
            run.stderr.contains(word) && run.stderr.contains("not built"),
            "{}",
            run.stderr
        );
    }
    let help = world.verify(&["--help"]).exits(0).stdout;
    for word in ["html", "--locked", "verify lock"] {
        assert!(!help.contains(word), "`{word}` in the help:\n{help}");
    }
    for word in ["--fail-on", "--save-evidence", "--as-of"] {
        assert!(help.contains(word), "no `{word}` in the help:\n{help}");
    }
}

#[test]
fn an_unknown_option_names_the_nearest() {
    let run = world(&supported()).verify(&["claims.toml", "--stric"]).exits(2);
    assert!(
        run.stderr.contains("--stric") && run.stderr.contains("--strict"),
        "{}",
        run.stderr
    );
    let run = world(&supported())
        .verify(&["claims.toml", "--format", "yaml"])
        .exits(2);
    assert!(
        run.stderr.contains("yaml") && run.stderr.contains("markdown"),
        "{}",
        run.stderr
    );
}

// --- which claims -------------------------------------------------------------------------

#[test]
fn a_folder_means_its_own_files_and_not_its_subfolders() {
    let world = World::new(&[
        ("train.py", TRAIN),
        (
            "claims/a.toml",
            &format!("[document]\nroot = \"..\"\n\n{}", supported()),
        ),
        ("claims/b.toml", &format!("[document]\nroot = \"..\"\n\n{}", refuted())),
        (
            "claims/old/c.toml",
            &format!("[document]\nroot = \"../..\"\n\n{}", unknown()),
        ),
        ("claims/notes.md", "nothing"),
        ("pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\n"),
    ]);
    let ids = |args: &[&str]| -> Vec<String> {
        let run = world.verify(&[args, &["--format", "json"]].concat());
        let report = run.json();
        report["claims"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|claim| claim["id"].as_str().unwrap_or_default().to_string())
            .collect()
    };
    assert_eq!(ids(&["claims"]), ["lr", "epochs"]);
    assert_eq!(ids(&[]), ["lr", "epochs"], "without an argument it is `claims/`");
    assert_eq!(
        ids(&["claims/b.toml", "claims/a.toml"]),
        ["epochs", "lr"],
        "files in the order in which they are named"
    );
    assert_eq!(
        ids(&["claims", "claims/a.toml"]),
        ["lr", "epochs"],
        "a file that is named twice counts once"
    );
    assert_eq!(ids(&["claims/old"]), ["dropout"]);
}

#[test]
fn the_root_can_be_given_on_the_command_line() {
    let world = World::new(&[
        ("claims/claims.toml", &supported()),
        ("claims/code/train.py", &TRAIN.replace("default=0.1", "default=0.2")),
        ("elsewhere/train.py", TRAIN),
    ]);
    let run = |args: &[&str]| {
        world
            .verify(&[&["claims/claims.toml", "--format", "json"], args].concat())
            .json()
    };
    assert_eq!(verdicts(&run(&["--root", "claims/code"])), ["discrepancy"]);
    let report = run(&["--root", "elsewhere"]);
    assert_eq!(verdicts(&report), ["supported"]);
    assert_eq!(
        report["claims"][0]["evidence"][0]["file"], "train.py",
        "places are relative to the root"
    );
    world.verify(&["claims/claims.toml", "--root", "nowhere"]).exits(2);
}

// --- what is read -------------------------------------------------------------------------

#[test]
fn a_root_outside_of_the_project_needs_the_command_line() {
    let claims = format!("[document]\nroot = \"../../secret\"\n\n{}", supported());
    let world = World::new(&[
        ("project/claims/claims.toml", claims.as_str()),
        ("project/pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\n"),
        ("secret/train.py", TRAIN),
    ]);
    let run = world.verify(&["project/claims/claims.toml"]).exits(2);
    assert!(run.stderr.contains("--root"), "the remedy is named:\n{}", run.stderr);
    world
        .verify(&["project/claims/claims.toml", "--root", "secret"])
        .exits(0);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_root_is_not_followed_unless_it_is_allowed() {
    let world = World::new(&[
        ("project/claims.toml", &supported()),
        ("project/readme.txt", "no settings here"),
        ("outside/train.py", TRAIN),
    ]);
    std::os::unix::fs::symlink(
        world.path().join("outside/train.py"),
        world.path().join("project/train.py"),
    )
    .expect("a link");
    let run = |args: &[&str]| {
        world
            .verify(&[&["project/claims.toml", "--format", "json"], args].concat())
            .json()
    };
    let report = run(&[]);
    assert_eq!(verdicts(&report), ["no-evidence"]);
    assert_eq!(gap(&report, "train.py"), "outside-root");
    assert_eq!(verdicts(&run(&["--allow-read", "outside"])), ["supported"]);
}

#[test]
fn verifys_own_reports_are_no_evidence() {
    let claims = "[[claim]]\nid = \"momentum\"\nkind = \"parameter\"\nname = \"momentum\"\nvalue = 0.9\n";
    let world = World::new(&[
        ("claims.toml", claims),
        ("train.py", TRAIN),
        ("config.yaml", "momentum: 0.9\n"),
    ]);
    let all = [
        "claims.toml",
        "--format",
        "markdown=report.md",
        "--format",
        "json=report.json",
        "--save-evidence",
        "saved.json",
    ];
    world.verify(&all);
    // The reports bear the value; the configuration is gone.
    assert!(world.read("report.md").contains("0.9"), "{}", world.read("report.md"));
    world.write("config.yaml", "other: 1\n");
    // Known by what stands in them, never by their names.
    world.write("results.md", world.read("report.md"));
    world.write("results.json", world.read("report.json"));
    world.write("values.json", world.read("saved.json"));
    let report = json(&world, &[]);
    assert_eq!(verdicts(&report), ["no-evidence"], "{report:#}");
    assert_eq!(gap(&report, "results.md"), "own-report");
    assert_eq!(gap(&report, "results.json"), "own-report");
    assert_eq!(gap(&report, "values.json"), "own-report");
}

#[test]
fn claim_files_in_the_root_are_no_evidence() {
    let claims = "[[claim]]\nid = \"a\"\nkind = \"runtime\"\nvalue = \"2 hours\"\nbatch-size = 50\n";
    let batch = "[[claim]]\nid = \"b\"\nkind = \"batch-size\"\nvalue = 50\n";
    let world = World::new(&[("claims.toml", batch), ("other.toml", claims), ("train.py", TRAIN)]);
    assert_eq!(verdicts(&json(&world, &[])), ["no-evidence"]);
}

#[test]
fn ignored_files_are_read_only_when_a_claim_names_them() {
    let result = "[[claim]]\nid = \"acc\"\nkind = \"metric\"\nselect = '/accuracy: ([0-9.]+)/'\nvalue = 0.9\nin = \"logs/*.log\"\n\n";
    let world = World::new(&[
        (
            "claims.toml",
            &(result.to_string() + &claim("momentum", "momentum", "0.9")),
        ),
        (".gitignore", "logs/\nlocal.yaml\n"),
        ("logs/eval.log", "accuracy: 0.9\n"),
        ("local.yaml", "momentum: 0.9\n"),
        ("train.py", TRAIN),
    ]);
    let report = json(&world, &[]);
    assert_eq!(verdicts(&report), ["supported", "no-evidence"], "{report:#}");
    assert_eq!(gap(&report, "local.yaml"), "ignored");
}

/// Code that reads its settings from the file that `--config` names, and two scripts that start it.
const CONFIGURED: [(&str, &str); 5] = [
    (
        "train.py",
        "import argparse\nimport json\n\nparser = argparse.ArgumentParser()\nparser.add_argument(\"--config\")\n\
         config = json.load(open(parser.parse_args().config))\nprint(config[\"stage\"])\n",
    ),
    ("two.sh", "python train.py --config ./conf/two.json\n"),
    ("three.sh", "python train.py --config conf/three.json\n"),
    ("conf/two.json", "{\n  \"stage\": 2\n}\n"),
    ("conf/three.json", "{\n  \"stage\": 3\n}\n"),
];

#[test]
fn an_ignored_file_that_a_launch_names_is_evidence() {
    for rules in ["*.json\n", "conf/\n"] {
        let world = World::new(&CONFIGURED);
        world.write(".gitignore", rules);
        let scoped = |id: &str, value: u32, scope: &str| {
            format!(
                "[[claim]]\nid = \"{id}\"\nkind = \"parameter\"\nname = \"stage\"\nvalue = {value}\nin = \"{scope}\"\n\n"
            )
        };
        // Both are launched, so both vote where the claim looks at both; each alone for its own script.
        let text = claim("all", "stage", "2") + &scoped("two", 2, "two.sh") + &scoped("three", 2, "three.sh");
        world.write("claims.toml", &text);
        let report = json(&world, &[]);
        let expected = ["needs-clarification", "supported", "discrepancy"];
        assert_eq!(verdicts(&report), expected, "{rules}: {report:#}");
        assert_eq!(gap(&report, "conf/two.json"), "read", "{rules}");
    }
}

#[test]
fn a_claim_changes_nothing_about_the_evidence_of_another() {
    let opens = "import json\n\nconfig = json.load(open(\"local.json\"))\nprint(config[\"stage\"])\n";
    let other = "[[claim]]\nid = \"other\"\nkind = \"parameter\"\nname = \"stage\"\nvalue = 2\nin = \"local.json\"\n";
    let world = World::new(&[
        (".gitignore", "*.json\n"),
        ("local.json", "{\n  \"stage\": 2\n}\n"),
        ("train.py", opens),
    ]);
    // No launch names the ignored file: it is there for the claim that looks at it, and for no other.
    let alone = claim("stage", "stage", "2");
    world.write("claims.toml", &alone);
    assert_eq!(verdicts(&json(&world, &[])), ["no-evidence"]);
    world.write("claims.toml", &(alone + other));
    assert_eq!(verdicts(&json(&world, &[])), ["no-evidence", "supported"]);
    // Replayed evidence is judged the same.
    world.verify(&["claims.toml", "--save-evidence", "saved.json"]);
    let replayed = json(&world, &["--evidence", "saved.json"]);
    assert_eq!(verdicts(&replayed), ["no-evidence", "supported"]);
}

#[test]
fn vendored_code_is_no_evidence() {
    let world = World::new(&[
        ("claims.toml", &claim("momentum", "momentum", "0.9")),
        ("train.py", TRAIN),
        (".venv/pyvenv.cfg", "home = /usr\n"),
        (".venv/lib/settings.py", "momentum = 0.9\n"),
        ("third_party/settings.py", "momentum = 0.9\n"),
    ]);
    assert_eq!(verdicts(&json(&world, &[])), ["no-evidence"]);
}

#[test]
fn python_that_no_person_wrote_is_not_read() {
    let mut long = String::from("momentum = 0.9\nTABLE = \"");
    long.push_str(&"x".repeat(21_000));
    long.push_str("\"\n");
    let large = "momentum = 0.9\n".to_string() + &"# a comment that fills the file up to its limit\n".repeat(22_000);
    assert!(large.len() > 1_000_000 && long.lines().all(|line| line.len() < 22_000));
    let world = World::new(&[
        ("claims.toml", &claim("momentum", "momentum", "0.9")),
        ("train.py", TRAIN),
        ("long.py", &long),
    ]);
    world.write("large.py", &large);
    let report = json(&world, &[]);
    assert_eq!(verdicts(&report), ["no-evidence"]);
    assert_eq!(gap(&report, "long.py"), "long-line");
    assert_eq!(gap(&report, "large.py"), "too-large");
    // Both are said where people look.
    let text = world.verify(&["claims.toml", "--format", "markdown"]).stdout;
    assert!(text.contains("long.py") && text.contains("large.py"), "{text}");
}

#[test]
fn deep_nesting_overflows_no_stack() {
    let deep = format!("momentum = {}0.9{}\n", "(".repeat(3_000), ")".repeat(3_000));
    let world = World::new(&[
        ("claims.toml", &claim("momentum", "momentum", "0.9")),
        ("train.py", TRAIN),
        ("deep.py", &deep),
    ]);
    let run = world.verify(&["claims.toml"]);
    assert!([0, 4].contains(&run.code), "{}", run.all());
}

#[test]
fn odd_bytes_are_a_gap_and_no_failure() {
    let world = world(&supported());
    world.write("data.yaml", b"lr: \xff\xfe 0.2\n");
    world.write("empty.py", "");
    world.write("broken.yaml", "a: [1, 2\nlr 0.2: {\n");
    let report = json(&world, &[]);
    assert_eq!(verdicts(&report), ["supported"]);
    assert_eq!(gap(&report, "data.yaml"), "not-text");
}

#[test]
fn nothing_is_written_that_was_not_asked_for() {
    let world = world(&(supported() + &refuted()));
    let before = files_below(world.path());
    world.verify(&["claims.toml"]);
    world.verify(&["claims.toml", "--format", "json"]);
    assert_eq!(files_below(world.path()), before);
}

// --- evidence saved and replayed ----------------------------------------------------------

#[test]
fn evidence_of_other_claims_is_refused() {
    let world = world(&supported());
    world.verify(&["claims.toml", "--save-evidence", "saved.json"]).exits(0);
    world.verify(&["claims.toml", "--evidence", "saved.json"]).exits(0);
    world.write("claims.toml", claim("dropout", "dropout", "0.5"));
    let run = world.verify(&["claims.toml", "--evidence", "saved.json"]).exits(2);
    assert!(run.stderr.contains("collect again"), "{}", run.stderr);
}

#[test]
fn damaged_evidence_is_refused() {
    let world = world(&supported());
    world.verify(&["claims.toml", "--save-evidence", "saved.json"]).exits(0);
    let saved = world.read("saved.json");
    for (name, text) in [
        ("cut", saved[..saved.len() / 2].to_string()),
        ("layout", saved.replacen("\"schema\": 1", "\"schema\": 99", 1)),
        ("empty", String::new()),
    ] {
        world.write("saved.json", &text);
        let run = world.verify(&["claims.toml", "--evidence", "saved.json"]).exits(2);
        assert!(run.stderr.contains("saved.json"), "{name}: {}", run.stderr);
    }
    world.verify(&["claims.toml", "--evidence", "gone.json"]).exits(2);
}

#[test]
fn the_day_of_saved_evidence_is_kept() {
    let accepted = refuted().replace(
        "value = 30\n",
        "value = 30\naccept = { verdict = \"discrepancy\", reason = \"known\", until = \"2026-01-01\" }\n",
    );
    let world = world(&accepted);
    verify(
        world.path(),
        &[
            "claims.toml",
            "--no-live",
            "--as-of",
            AS_OF,
            "--save-evidence",
            "saved.json",
        ],
    )
    .exits(0);
    // Replayed on any later day without a day of its own.
    verify(world.path(), &["claims.toml", "--no-live", "--evidence", "saved.json"]).exits(0);
}

// --- the rest -----------------------------------------------------------------------------

#[test]
fn the_schema_of_claim_files_is_printed() {
    let run = verify(World::new(&[]).path(), &["schema"]).exits(0);
    let schema: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert!(
        schema["$schema"].is_string() || schema["properties"].is_object(),
        "{schema:#}"
    );
}

#[test]
fn a_declared_run_is_not_run_in_a_check() {
    let claims = "[run.eval]\nengine = \"command\"\ncommand = [\"touch\", \"ran\"]\nwhen = \"check\"\n\n[[claim]]\nid = \"time\"\nkind = \"runtime\"\nvalue = \"2 hours\"\nrun = \"eval\"\n";
    let world = world(claims);
    let report = json(&world, &[]);
    assert_eq!(verdicts(&report), ["not-run"]);
    assert!(!world.has("ran"), "nothing of the claim file is executed");
}
