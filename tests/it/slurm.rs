//! `verify slurm collect` and `--live-slurm` as a user meets them, with a program in the place of `sacct`.
//!
//! Why it can be wrong: a program that stands in for `sacct` says what we believe `sacct` says. Here it shows only which
//! calls are made, and what is made of answers and of none; what a real Slurm answers is looked at in `tests/cluster`.
//!
//! Example: two claim files about two repositories make one call together.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::program::{Run, World};

/// What a call must be up to its bounds.
const FIELDS: &str = "--parsable2 --delimiter=\u{1f} --allocations --duplicates --format=JobID,JobIDRaw,State,Elapsed,\
    Suspended,Timelimit,Submit,Start,End,Partition,NNodes,NodeList,AllocCPUS,ReqMem,AllocTRES,ReqTRES,JobName,Comment,\
    ExitCode";

/// A folder with a `sacct` that writes down how it was called and does what the script says.
fn with_sacct(script: &str) -> World {
    let world = World::new(&[]);
    world.write(
        "bin/sacct",
        format!("#!/bin/sh\necho \"TZ=$TZ $SLURM_TIME_FORMAT $*\" >> called\n{script}\n"),
    );
    let program = world.path().join("bin/sacct");
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("it may be run");
    world
}

/// An answer with one job of the name.
fn answers(name: &str) -> String {
    let header = FIELDS.split("--format=").nth(1).expect("fields").replace(',', "\u{1f}");
    let row = [
        "7",
        "7",
        "COMPLETED",
        "03:20:00",
        "00:00:00",
        "10:00:00",
        "1795344000",
        "1795344793",
        "1795356793",
        "3090",
        "1",
        "node17",
        "4",
        "32G",
        "billing=4,cpu=4,gres/gpu:rtx3090=1,gres/gpu=1,mem=32G,node=1",
        "billing=4,cpu=4,gres/gpu=1,mem=32G,node=1",
        name,
        "",
        "0:0",
    ]
    .join("\u{1f}");
    format!("cat <<'ROWS'\n{header}\n{row}\nROWS")
}

/// Runs `verify` with a search path that begins in the folder's `bin`.
fn verify(world: &World, path: &str, args: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(args)
        .current_dir(world.path())
        .env_clear()
        .env("PATH", format!("{}{path}", world.path().join("bin").display()))
        .output()
        .expect("the binary starts");
    Run::of(output)
}

fn collect(world: &World, args: &[&str]) -> Run {
    verify(world, ":/usr/bin:/bin", &[&["slurm", "collect"], args].concat())
}

#[test]
fn one_call_makes_a_file_with_dates_and_without_names() {
    let world = with_sacct(&answers("eval"));
    let run = collect(
        &world,
        &[
            "--since",
            "2026-11-01",
            "--name",
            "eval",
            "--output",
            "evidence/sacct.txt",
        ],
    )
    .exits(0);
    assert_eq!(
        world.read("called"),
        format!("TZ=UTC %s {FIELDS} --starttime=2026-11-01 --name=eval\n")
    );
    assert_eq!(
        world.read("evidence/sacct.txt"),
        "JobID|JobIDRaw|State|Elapsed|Suspended|Timelimit|Submit|Start|End|Partition|NNodes|NodeList|AllocCPUS|ReqMem|\
         AllocTRES|ReqTRES|JobName|Comment|ExitCode\n\
         7|7|COMPLETED|03:20:00|00:00:00|10:00:00|2026-11-22T10:40:00Z|2026-11-22T10:53:13Z|2026-11-22T14:13:13Z|3090|1|\
         node17|4|32G|billing=4,cpu=4,gres/gpu:rtx3090=1,gres/gpu=1,mem=32G,node=1|\
         billing=4,cpu=4,gres/gpu=1,mem=32G,node=1|eval||0:0\n"
    );
    for word in [
        "evidence/sacct.txt: 1 row since 2026-11-01 (UTC): 1 COMPLETED",
        "accounting = [",
    ] {
        assert!(run.stdout.contains(word), "no `{word}`: {}", run.stdout);
    }
}

/// A repository with one job script, and a claim about its time.
fn repository(world: &World, folder: &str) {
    world.write(
        &format!("{folder}/eval.sh"),
        "#!/bin/bash\n#SBATCH --job-name=eval\n#SBATCH --time=10:00:00\npython eval.py\n",
    );
    world.write(&format!("{folder}/eval.py"), "print(1)\n");
    world.write(
        &format!("{folder}/claims.toml"),
        "[document]\nroot = \".\"\n\n[[claim]]\nid = \"time\"\nkind = \"runtime\"\nof = \"eval\"\nvalue = \"3-4 hours\"\n",
    );
}

/// Answers with jobs submitted in these folders below the world's own.
fn answers_from(world: &World, folders: &[&str]) -> String {
    let mut lines: Vec<String> = answers("eval").lines().map(str::to_string).collect();
    let (first, last) = (lines.remove(0), lines.pop().expect("the end"));
    let header = lines[0].replace("\u{1f}ExitCode", "\u{1f}WorkDir\u{1f}ExitCode");
    let rows = folders.iter().zip(7..).map(|(folder, id)| {
        let row = lines[1].replacen('7', &id.to_string(), 1);
        let from = world.path().join(folder);
        row.replace("\u{1f}0:0", &format!("\u{1f}{}\u{1f}0:0", from.display()))
    });
    let rows: Vec<String> = rows.collect();
    format!("{first}\n{header}\n{}\n{last}", rows.join("\n"))
}

fn answering(world: &World, script: &str) {
    world.write(
        "bin/sacct",
        format!(
            "#!/bin/sh\necho \"$*\" >> {}/called\n{script}\n",
            world.path().display()
        ),
    );
    let program = world.path().join("bin/sacct");
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("it may be run");
}

fn check(world: &World, args: &[&str]) -> (Run, Option<String>) {
    let run = verify(world, ":/usr/bin:/bin", &[args, &["--format", "json"]].concat());
    let calls = world.has("called").then(|| world.read("called"));
    (run, calls)
}

#[test]
fn a_check_asks_once_and_only_when_told_to() {
    let world = World::new(&[]);
    for folder in ["one", "two"] {
        repository(&world, folder);
    }
    answering(&world, &answers_from(&world, &["one", "two/jobs", "three"]));
    let claims = ["one/claims.toml", "two/claims.toml"];
    for quiet in [&[][..], &["--no-live"]] {
        let (run, calls) = check(&world, &[&claims, quiet].concat());
        assert_eq!((run.code, calls), (4, None), "{}", run.stderr);
    }
    let (run, calls) = check(
        &world,
        &[&claims[..], &["--live-slurm", "--since", "2026-11-01"]].concat(),
    );
    let report = run.exits(0).json();
    let calls = calls.expect("a call");
    assert_eq!(calls.lines().count(), 1, "{calls}");
    assert!(
        calls.contains("Comment,WorkDir,ExitCode --starttime=2026-11-01"),
        "{calls}"
    );
    for (at, job) in [(0, "7"), (1, "8")] {
        let claim = &report["claims"][at];
        assert_eq!(claim["verdict"], "supported", "{claim}");
        assert_eq!(claim["grade"], "measured");
        let jobs: Vec<&serde_json::Value> = claim["evidence"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["file"] == "sacct")
            .map(|one| &one["job"])
            .collect();
        assert_eq!(jobs, [job], "{claim}");
    }
    let gaps = report["gaps"].to_string();
    assert!(
        gaps.contains("2 of its rows since 2026-11-01 (UTC) are of jobs submitted in other folders"),
        "{gaps}"
    );
}

#[test]
fn jobs_named_by_their_ids_may_have_run_anywhere() {
    let world = World::new(&[]);
    repository(&world, "one");
    answering(&world, &answers("eval"));
    let (run, calls) = check(&world, &["one/claims.toml", "--live-slurm", "--jobs", "7"]);
    run.exits(0);
    let calls = calls.expect("a call");
    assert!(calls.contains(" --jobs=7") && !calls.contains("WorkDir"), "{calls}");
}

#[test]
fn nobody_is_asked_where_no_claim_needs_it() {
    let world = World::new(&[]);
    repository(&world, "one");
    world.write(
        "one/claims.toml",
        "[[claim]]\nid = \"rows\"\nkind = \"file\"\nin = \"eval.py\"\nlines = 1\n",
    );
    answering(&world, &answers("eval"));
    let (run, calls) = check(&world, &["one/claims.toml", "--live-slurm"]);
    assert_eq!((run.exits(0).code, calls), (0, None));
}

#[test]
fn what_is_not_answered_is_a_gap_and_supports_nothing() {
    let world = World::new(&[]);
    repository(&world, "one");
    for (script, word) in [
        (
            "echo 'Slurm accounting storage is disabled' >&2; exit 1",
            "accounting storage is disabled",
        ),
        ("echo 'JobID'", "it has no job since"),
    ] {
        answering(&world, script);
        let (run, _) = check(&world, &["one/claims.toml", "--live-slurm"]);
        let report = run.exits(4).json();
        assert_eq!(report["claims"][0]["verdict"], "not-run");
        assert!(report["gaps"].to_string().contains(word), "{}", report["gaps"]);
    }
    fs::remove_file(world.path().join("bin/sacct")).expect("it is there");
    let run = verify(&world, "", &["one/claims.toml", "--live-slurm", "--format", "json"]).exits(4);
    assert!(run.stdout.contains("there is no `sacct` here"), "{}", run.stdout);
}

#[test]
fn asking_and_not_asking_together_is_a_mistake() {
    let world = World::new(&[]);
    repository(&world, "one");
    answering(&world, &answers("eval"));
    for (args, word) in [
        (&["--live-slurm", "--no-live"][..], "--no-live"),
        (&["--live-slurm", "--evidence", "saved.json"], "--evidence"),
        (&["--since", "2026-11-01"], "--live-slurm"),
        (&["--jobs", "7"], "--live-slurm"),
        (&["--slurm-user", "ana"], "--live-slurm"),
    ] {
        let (run, calls) = check(&world, &[&["one/claims.toml"], args].concat());
        assert!(run.exits(2).stderr.contains(word));
        assert_eq!(calls, None);
    }
}

#[test]
fn without_a_file_to_write_the_rows_are_printed() {
    let run = collect(&with_sacct(&answers("eval")), &["--jobs", "7"]).exits(0);
    assert!(
        run.stdout.starts_with("JobID|") && run.stdout.lines().count() == 2,
        "{}",
        run.stdout
    );
}

#[test]
fn a_name_with_the_bar_is_kept_by_another_delimiter() {
    let run = collect(&with_sacct(&answers("eval|part one")), &["--jobs", "7"]).exits(0);
    assert!(run.stdout.contains("\u{1f}eval|part one\u{1f}"), "{}", run.stdout);
}

#[test]
fn no_jobs_are_an_error_that_keeps_the_file_that_is_there() {
    let header = answers("").lines().nth(1).expect("a header").to_string();
    let world = with_sacct(&format!("cat <<'ROWS'\n{header}\nROWS"));
    world.write("sacct.txt", "as it was\n");
    let run = collect(&world, &["--since", "2026-11-01", "--output", "sacct.txt"]).exits(2);
    assert!(
        run.stderr.contains("no such job since 2026-11-01") && run.stderr.contains("help:"),
        "{}",
        run.stderr
    );
    assert_eq!(world.read("sacct.txt"), "as it was\n");
}

#[test]
fn what_collect_cannot_do_is_said_and_nothing_is_written() {
    let disabled = with_sacct("echo 'Slurm accounting storage is disabled' >&2; exit 1");
    let none = World::new(&[]);
    for (world, path, args, code, word) in [
        (
            &disabled,
            ":/usr/bin:/bin",
            &["--jobs", "1"][..],
            3,
            "Slurm accounting storage is disabled",
        ),
        (&none, "", &["--jobs", "1"], 3, "there is no `sacct` here"),
        (&none, "", &["--name", "a,b"], 3, "has a comma"),
        (
            &none,
            "",
            &["--since", "2026-11-02", "--until", "2026-11-01"],
            2,
            "--until",
        ),
        (&none, "", &["--since", "yesterday"], 2, "--since"),
    ] {
        let all = [&["slurm", "collect", "--output", "sacct.txt"], args].concat();
        let run = verify(world, path, &all).exits(code);
        assert!(run.stderr.contains(word), "no `{word}`: {}", run.stderr);
        assert!(!world.has("sacct.txt"));
    }
}
