//! The commands beside the check: `explain`, `mutate`, `uncovered`.
//!
//! Why it can be wrong: a command that explains another verdict than the check gives, or that finds every verdict
//! falsifiable because it changes nothing. So answers are held against the check's, and against worlds in which the
//! right one is known.

use verify::perturb::{self, Change};
use verify::verdict::Verdict;

use crate::corpus::{self, CHECKED};
use crate::program::{AS_OF, Run, World, package, verify};

/// A program with two options, a job that sets one of them, and a paper.
const TRAIN: &str = "import argparse\n\nparser = argparse.ArgumentParser()\nparser.add_argument(\"--lr\", type=float, default=0.1)\n\
    parser.add_argument(\"--epochs\", type=int, default=10)\nparser.add_argument(\"--out\", default=\"runs\")\nargs = parser.parse_args()\n\
    print(args.lr, args.epochs, args.out)\n";
const JOB: &str = "#!/bin/bash\n#SBATCH --time=02:00:00\npython train.py --lr 0.2 --epochs 10 --out runs/one\n";
const OTHER: &str = "#!/bin/bash\npython train.py --lr 0.3 --epochs 20 --out runs/two\n";
const PAPER: &str = "\\documentclass{article}\n\\begin{document}\n\\section{Training Details}\nWe train for 10 epochs at 16~kHz (Smith, 2021, pp.~3--4)\n\
    with a learning rate of 0.2 on 4 GPUs.\n\\section{Results}\nAccuracy is 93.7~\\% after 2 hours.\n\\end{document}\n";

fn claim(id: &str, name: &str, value: &str) -> String {
    format!("[[claim]]\nid = \"{id}\"\nkind = \"parameter\"\nname = \"{name}\"\nvalue = {value}\n\n")
}

fn world(claims: &str) -> World {
    World::new(&[
        ("claims.toml", claims),
        ("train.py", TRAIN),
        ("job.sh", JOB),
        ("paper.tex", PAPER),
    ])
}

fn run(world: &World, args: &[&str]) -> Run {
    verify(world.path(), &[args, &["--as-of", AS_OF]].concat())
}

// --- mutate --------------------------------------------------------------------------------

#[test]
fn every_supported_and_refuted_verdict_of_the_committed_claim_files_moves() {
    let (mut changes, mut supported, mut stuck) = (0, 0, Vec::new());
    for file in corpus::all() {
        let run = verify(package(), &["mutate", &file.path, "--lang", "en", "--as-of", AS_OF]);
        let text = &run.stdout;
        changes += text
            .lines()
            .filter(|line| line.starts_with("    the claim says") || line.starts_with("    all "))
            .count();
        supported += text
            .lines()
            .filter(|line| line.starts_with('✓') && line.contains("(supported)"))
            .count();
        if run.code != 0 {
            stuck.push(format!("{}\n{}", file.path, run.all()));
        }
    }
    assert!(stuck.is_empty(), "{}", stuck.join("\n"));
    assert!(
        supported > 100 && changes > 300,
        "{supported} supported claims, {changes} changes"
    );
}

#[test]
fn a_supported_verdict_that_ignores_its_evidence_is_found_out() {
    // A ruling that every change leaves as it is, as a judge that looks at nothing would give.
    let tried = perturb::Tried {
        before: verify::verdict::Ruling {
            verdict: Verdict::Supported,
            grade: None,
            because: verify::verdict::Message::new("values-agree"),
            expected: "50".to_string(),
            found: None,
            citations: Vec::new(),
            chain: Vec::new(),
            caveats: Vec::new(),
            recommendations: Vec::new(),
        },
        trials: vec![perturb::Trial {
            change: Change::Claim {
                key: "value",
                now: "51".to_string(),
            },
            after: Verdict::Supported,
            moved: false,
        }],
        untried: None,
    };
    let claims = [verify::report::answers::Mutated {
        id: "batch",
        claim_file: "claims.toml",
        tried,
    }];
    assert!(!claims[0].holds());
    let options = verify::report::Options::default();
    let text = verify::report::answers::mutate(&claims, verify::report::Language::English, &options);
    assert!(text.contains("DOES NOT MOVE") && text.contains("1 did not"), "{text}");
}

#[test]
fn mutate_says_on_what_nothing_was_tried() {
    let world = world(&(claim("lr", "lr", "0.2") + &claim("dropout", "dropout", "0.5")));
    let run = run(&world, &["mutate", "claims.toml"]).exits(0);
    assert!(run.stdout.contains("nothing was tried on 1"), "{}", run.stdout);
    assert!(
        run.stdout.contains("job.sh:3"),
        "the one place is named:\n{}",
        run.stdout
    );
    let quiet = verify(world.path(), &["mutate", "claims.toml", "--quiet"]).exits(0);
    assert!(!quiet.stdout.contains("dropout"), "{}", quiet.stdout);
}

// --- explain -------------------------------------------------------------------------------

#[test]
fn explain_gives_the_verdict_of_the_check() {
    let (mut explained, mut found) = (0, Vec::new());
    // One claim of each file: a process per claim would take too long.
    for checked in CHECKED.iter() {
        let Some(claim) = checked.file.claims.last() else {
            continue;
        };
        let shown = checked.json["claims"]
            .as_array()
            .and_then(|claims| claims.iter().find(|one| one["id"] == claim.id.as_str()))
            .and_then(|one| one["verdict"].as_str())
            .unwrap_or("draft");
        let args = [
            "explain",
            &checked.file.path,
            &claim.id,
            "--lang",
            "en",
            "--as-of",
            AS_OF,
        ];
        let run = verify(package(), &args);
        explained += 1;
        if !run.stdout.contains(&format!("\n  {shown} — ")) {
            found.push(format!(
                "{} {}: not {shown}\n{}",
                checked.file.path,
                claim.id,
                run.all()
            ));
        }
    }
    assert!(explained > 50);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn explain_shows_the_chain_what_was_overridden_and_what_would_change_it() {
    let world = world(&claim("lr", "lr", "0.2"));
    let text = run(&world, &["explain", "claims.toml", "lr"]).exits(0).stdout;
    for wanted in [
        "supported — ",
        "job.sh:3: --lr → 0.2",
        "train.py:4: option --lr → 0.2 (instead of 0.1)",
        "Overridden by job.sh:3.",
        "job.sh:3 says something else: discrepancy",
    ] {
        assert!(text.contains(wanted), "no `{wanted}`:\n{text}");
    }
    // What is said to change the verdict does.
    world.write("job.sh", JOB.replace("0.2", "0.25"));
    run(&world, &["explain", "claims.toml", "lr"]).exits(1);
}

#[test]
fn explain_tries_the_owners_of_two_values() {
    let two = "class Encoder:\n    def __init__(self):\n        self.dropout = 0.1\n\n\nclass Decoder:\n    def __init__(self):\n        self.dropout = 0.3\n\n\n\
        if __name__ == \"__main__\":\n    print(Encoder().dropout, Decoder().dropout)\n";
    let world = World::new(&[("claims.toml", &claim("dropout", "dropout", "0.3")), ("model.py", two)]);
    let text = run(&world, &["explain", "claims.toml", "dropout"]).exits(4).stdout;
    assert!(text.contains("of = \"Decoder\"`: supported"), "{text}");
    assert!(text.contains("of = \"Encoder\"`: discrepancy"), "{text}");
}

#[test]
fn explain_names_the_nearest_id() {
    let run = run(
        &world(&claim("batch-size", "lr", "0.2")),
        &["explain", "claims.toml", "batch-siz"],
    )
    .exits(2);
    assert!(run.stderr.contains("did you mean `batch-size`"), "{}", run.stderr);
}

// --- uncovered -----------------------------------------------------------------------------

#[test]
fn uncovered_lists_settings_that_differ_from_their_default_and_no_others() {
    let world = world(&claim("lr", "lr", "0.2"));
    world.write("other.sh", OTHER);
    let text = run(&world, &["uncovered", "claims.toml"]).exits(4).stdout;
    assert!(
        text.contains("  epochs (otherwise 10)\n    = 20 — other.sh:2\n"),
        "{text}"
    );
    // The claimed one, a path, and the value that is the default anyway.
    for unwanted in ["\n  lr", "\n  out", "job.sh"] {
        assert!(!text.contains(unwanted), "`{unwanted}`:\n{text}");
    }
}

#[test]
fn uncovered_lists_numbers_of_the_setup_and_no_others() {
    let head = "[document]\npaper = \"paper.tex\"\n\n";
    let world = world(&(head.to_string() + &claim("learning-rate", "lr", "0.2")));
    let text = run(&world, &["uncovered", "claims.toml"]).exits(4).stdout;
    for wanted in ["[10] epochs", "[16 kHz]", "[4] GPUs"] {
        assert!(text.contains(wanted), "no `{wanted}`:\n{text}");
    }
    // The learning rate is claimed; a year, pages and a result are no setup.
    for unwanted in ["[0.2]", "[2021]", "[3", "93.7", "2 h"] {
        assert!(!text.contains(unwanted), "`{unwanted}`:\n{text}");
    }
    let all = head.to_string()
        + &claim("learning-rate", "lr", "0.2")
        + &claim("epochs", "epochs", "10")
        + "[[claim]]\nid = \"rate\"\nkind = \"sampling-rate\"\nvalue = \"16 kHz\"\n\n[[claim]]\nid = \"gpus\"\nkind = \"gpu\"\ncount = 4\n";
    world.write("claims.toml", all);
    let text = run(&world, &["uncovered", "claims.toml"]).exits(0).stdout;
    assert!(text.contains("0 settings of 1 launch and 0 of 4 numbers"), "{text}");
}

#[test]
fn uncovered_looks_only_at_launches_that_claims_look_at() {
    let world = world(&claim("lr", "lr", "0.2").replace("value", "in = \"job.sh\"\nvalue"));
    world.write("other.sh", OTHER);
    run(&world, &["uncovered", "claims.toml"]).exits(0);
}
