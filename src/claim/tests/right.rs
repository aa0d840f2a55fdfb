//! Right files, and what they mean.

use super::*;
use crate::claim::{At, Field, Quorum, Take};
use crate::quantity::{Stated, Value};

/// Every table and most keys, as a researcher would write them.
pub(super) const SETUP: &str = r#"
[document]
title = "Experimental Setup (§4)"
paper = "../paper/main.tex"
root = "../code"
language = "es"
exclude = ["docs/old/**"]

[scope]
eval = ["slurm/0[467]_*.job", "./scripts/evaluate_*.py"]
readme = "README.md"

[slurm]
accounting = ["evidence/sacct.txt"]
[machine]
readings = ["evidence/node17.json"]
max-age = "365 days"

[run.eval-base]
engine = "command"
command = ["python", "scripts/evaluate.py", "--limit", ""]
directory = "scripts"
environment = ["PATH", "HF_HOME"]
progress = "tqdm"
population = 21_340
samples = 640
precision = "5 %"
budget = "10 min"

[run.own]
engine = "candle"
when = "check"
model = "/models/base"
data = "data/test.csv"
sampling-rate = "16 kHz"
container = "2000 ms"
decoding = "greedy"
record = "records/own.json"

[[claim]]
id = "batch"
kind = "batch-size"
section = "§4.1.3 Inference Parameters"
quote = "with batch size 50 for evaluation"
at = "README.md:101"
in = ["eval", "Makefile", "src/**/*.py"]
exclude = "scripts/evaluate_old.py"
value = 50
per = "device"
given = { nodes = 8, model_size = "large", amp = true }
accept = { verdict = "needs-clarification", reason = "as discussed", until = 2026-12-31 }

[[claim]]
id = "step"
kind = "parameter"
name = "per_device_train_batch_size * gradient_accumulation_steps"
value = 0x100
for = 3
run = "eval-base"
grade = "measured"
draft = true

[[claim]]
id = "accuracy"
kind = "parameter"
name = ["acc", "accuracy"]
of = "evaluate"
value = 0.930
tolerance = "10 %"
take = "max"

[[claim]]
id = "betas"
kind = "parameter"
name = "betas"
value = [0.9, 0.95]
for = "any"

[[claim]]
id = "clips"
kind = "samples"
in = "readme"
value = "21.340 = 970 * 22"

[[claim]]
id = "torch"
kind = "dependency"
package = "pytorch"
version = "source"

[[claim]]
id = "once"
kind = "pattern"
in = ["a.py"]
pattern = '^lr = \d+$'
matches = 0

[[claim]]
id = "pad"
kind = "usage"
symbol = "RandomCrop"
used = true
with = [32, "same"]

[claim.accept]
verdict = "no-evidence"
reason = "dynamic"
until = "2027-01-01"

[[claim]]
id = "seen"
kind = "manual"
by = "the authors"
on = 2026-01-01
why = "read"
see = { at = "src/a.py:119-121", sha256 = "DEADBEEF" }
"#;

fn setup() -> ClaimFile {
    read(SETUP).unwrap_or_else(|problems| panic!("{}", crate::claim::render(&problems, "f", SETUP, false)))
}

fn claim<'a>(file: &'a ClaimFile, id: &str) -> &'a Claim {
    file.claims
        .iter()
        .find(|claim| claim.id == id)
        .unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn tables_at_the_top_are_read() {
    let file = setup();
    assert_eq!(file.document.paper.as_deref(), Some("../paper/main.tex"));
    assert_eq!(file.document.language.as_deref(), Some("es"));
    assert_eq!(file.accounting, ["evidence/sacct.txt"]);
    assert_eq!(file.readings, ["evidence/node17.json"]);
    assert_eq!(file.readings_max_age.as_deref(), Some("365 days"));
    let ids: Vec<&str> = file.claims.iter().map(|claim| claim.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "batch", "step", "accuracy", "betas", "clips", "torch", "once", "pad", "seen"
        ]
    );
}

#[test]
fn a_run_has_its_settings_and_a_record() {
    let file = setup();
    let records: Vec<(&str, &str, &str)> = file
        .runs
        .iter()
        .map(|run| (run.name.as_str(), run.engine.as_str(), run.record.as_str()))
        .collect();
    assert_eq!(
        records,
        [
            ("eval-base", "command", "runs/eval-base.json"),
            ("own", "candle", "records/own.json")
        ]
    );
    let run = &file.runs[0];
    assert_eq!(run.settings.integer("population"), Some(21_340));
    assert_eq!(
        run.settings.texts("command"),
        ["python", "scripts/evaluate.py", "--limit", ""]
    );
    assert_eq!((run.place.line, run.place.end_line), (Some(19), Some(28)));
}

#[test]
fn scope_names_become_their_globs() {
    let file = setup();
    let batch = claim(&file, "batch");
    assert_eq!(
        batch.scope.include,
        ["slurm/0[467]_*.job", "scripts/evaluate_*.py", "Makefile", "src/**/*.py"]
    );
    assert_eq!(batch.scope.exclude, ["scripts/evaluate_old.py", "docs/old/**"]);
    assert_eq!(claim(&file, "clips").scope.include, ["README.md"]);
    assert_eq!(claim(&file, "betas").scope.include, Vec::<String>::new());
}

#[test]
fn the_keys_of_a_claim_are_read() {
    let file = setup();
    let batch = claim(&file, "batch");
    assert_eq!(
        batch.at,
        Some(At {
            file: "README.md".into(),
            line: Some(101),
            end_line: Some(101)
        })
    );
    assert_eq!(batch.fields.text("per"), Some("device"));
    let given: Vec<(&str, String)> = batch
        .given
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_string()))
        .collect();
    assert_eq!(
        given,
        [
            ("nodes", "8".into()),
            ("model_size", "large".into()),
            ("amp", "true".into())
        ]
    );
    assert_eq!(batch.given[2].1, Value::Bool(true));
    let accept = batch.accept.as_ref().unwrap();
    assert_eq!(
        (accept.verdict.name(), accept.until.to_string()),
        ("needs-clarification", "2026-12-31".into())
    );
    assert_eq!((batch.place.line, batch.place.end_line), (Some(40), Some(51)));

    let step = claim(&file, "step");
    assert_eq!(
        step.names,
        ["per_device_train_batch_size", "gradient_accumulation_steps"]
    );
    assert_eq!(
        step.formula.as_deref(),
        Some("per_device_train_batch_size * gradient_accumulation_steps")
    );
    assert_eq!(
        (step.quorum, step.draft, step.run.as_deref()),
        (Quorum::AtLeast(3), true, Some("eval-base"))
    );
    assert_eq!(step.floor, Some(Grade::Measured));

    let accuracy = claim(&file, "accuracy");
    assert_eq!(
        (accuracy.names.len(), accuracy.formula.as_deref(), accuracy.take),
        (2, None, Some(Take::Max))
    );
    assert!(accuracy.tolerance.is_some());
    assert_eq!(claim(&file, "betas").quorum, Quorum::Any);
    assert_eq!(claim(&file, "torch").quorum, Quorum::Unsaid);
    assert_eq!(claim(&file, "torch").fields.text("version"), Some("source"));
    assert_eq!(claim(&file, "once").fields.integer("matches"), Some(0));

    let pad = claim(&file, "pad");
    assert_eq!(pad.fields.bool("used"), Some(true));
    let Some(Field::Arguments(arguments)) = pad.fields.get("with") else {
        panic!("{:?}", pad.fields)
    };
    assert_eq!(arguments[0].0, "0");
    assert_eq!(arguments[1], ("1".to_string(), Stated::Text("same".into())));
    assert_eq!(pad.accept.as_ref().unwrap().verdict.name(), "no-evidence");

    let seen = claim(&file, "seen");
    let Some(Field::See { at, sha256 }) = seen.fields.get("see") else {
        panic!("{:?}", seen.fields)
    };
    assert_eq!(
        (at.line, at.end_line, sha256.as_str()),
        (Some(119), Some(121), "deadbeef")
    );
}

#[test]
fn numbers_keep_what_the_paper_prints() {
    let file = setup();
    let text = |id: &str| {
        claim(&file, id)
            .value
            .as_ref()
            .unwrap()
            .quantity()
            .unwrap()
            .number
            .text
            .clone()
    };
    assert_eq!(text("accuracy"), "0.930");
    assert_eq!(text("batch"), "50");
    assert_eq!(text("step"), "256");
    let Some(Stated::List(betas)) = &claim(&file, "betas").value else {
        panic!()
    };
    assert_eq!(betas.len(), 2);
}

#[test]
fn a_dot_groups_thousands_in_spanish_counts_alone() {
    // (language, kind, whether `21.340` is 21340)
    let cases = [
        ("es", "samples", true),
        ("es", "parameter", false),
        ("en", "samples", false),
    ];
    for (language, kind, thousands) in cases {
        let text = format!(
            "[document]\nlanguage = \"{language}\"\n[[claim]]\nid = \"x\"\nkind = \"{kind}\"\nname = \"n\"\nin = \"a.csv\"\nvalue = \"21.340\"\n"
        );
        let found = match read(&text) {
            Ok(file) => file.claims[0].value.as_ref().unwrap().quantity().unwrap().number.value == 21_340,
            // In English a number of samples with a fraction is a mistake.
            Err(problems) => !problems[0].message.contains("no whole number"),
        };
        assert_eq!(found, thousands, "{language} {kind}");
    }
}

#[test]
fn a_byte_order_mark_and_crlf_move_no_line() {
    let text = format!(
        "\u{feff}{}",
        "[[claim]]\nid = \"x\"\nkind = \"gpu\"\nmodle = \"A\"\n".replace('\n', "\r\n")
    );
    let problems = read(&text).unwrap_err();
    let source = crate::place::SourceText::new("f", text.as_str());
    assert_eq!(source.line(problems[0].primary.start), 4);
    assert_eq!(&text[problems[0].primary.clone()], "modle");
}
