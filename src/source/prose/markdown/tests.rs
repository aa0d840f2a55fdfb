//! Documents in the shapes of real READMEs; lines counted by hand.

use super::*;
use crate::evidence::{Expr, Form, Statement, Subject};

fn facts(text: &str, asks: &[Ask]) -> FileFacts {
    facts_of("README.md", text, asks)
}

fn facts_of(path: &str, text: &str, asks: &[Ask]) -> FileFacts {
    let file = File {
        path: path.to_string(),
        bytes: text.into(),
        text: Some(SourceText::new(path, text)),
    };
    read(&file, asks)
}

fn setting(names: &[&str]) -> Ask {
    Ask::Setting {
        names: names.iter().map(ToString::to_string).collect(),
    }
}

fn prose(words: &[&str]) -> Ask {
    Ask::Prose {
        words: words.iter().map(ToString::to_string).collect(),
    }
}

/// `line: what it says`, for a table of expectations.
fn shown_statement(statement: &Statement) -> String {
    let value = match &statement.value {
        Expr::Value(value) => value.to_string(),
        other => format!("{other:?}"),
    };
    let unit = statement.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    let line = statement.place.line.unwrap();
    let owner = statement.owner.join("/");
    let form = if statement.form == Form::Cell {
        "cell"
    } else {
        "sentence"
    };
    match &statement.subject {
        Subject::Setting { name } => format!("{line} {form} setting {name}={value}{unit} [{owner}]"),
        Subject::Card { card, alternatives } => format!(
            "{line} {form} card {card} <{value}>{} [{owner}]",
            if *alternatives { " one of" } else { "" }
        ),
        Subject::Prose {
            stated,
            words,
            alternatives,
        } => {
            format!(
                "{line} {form} prose {stated}{} ({}) [{owner}]",
                if *alternatives { " one of" } else { "" },
                words.join(" ")
            )
        }
        other => format!("{line} {other:?}"),
    }
}

fn said(text: &str, asks: &[Ask]) -> Vec<String> {
    facts(text, asks).statements.iter().map(shown_statement).collect()
}

#[test]
fn sentences_and_lists() {
    let text = "# Tool 2\n\n[![ci](https://x.org/50.svg)](https://x.org) trained with a\nbatch size of **50** samples.\n\n## Setup\n\n- `lr = 2e-5`\n- **Optimizer**: AdamW\n1. Dropout 0.1 [12]\n\n```yaml\nbatch_size: 99\n```\n\nA character limit of 300.\n";
    let asks = [
        setting(&["batch_size"]),
        setting(&["lr", "learning_rate"]),
        setting(&["optimizer"]),
        setting(&["dropout"]),
        prose(&["samples"]),
    ];
    assert_eq!(
        said(text, &asks),
        [
            "4 sentence setting batch_size=50 [Tool 2]",
            "4 sentence prose 50 (samples batch size) [Tool 2]",
            "8 sentence setting lr=2e-5 [Tool 2/Setup]",
            "8 sentence prose 2e-5 (lr) [Tool 2/Setup]",
            "9 sentence setting Optimizer=AdamW [Tool 2/Setup]",
            "10 sentence setting Dropout=0.1 [Tool 2/Setup]",
            "10 sentence prose 0.1 (dropout) [Tool 2/Setup]",
        ]
    );
}

#[test]
fn cards_and_memory() {
    let text = "## Hardware\n\n- **GPU**: 1x RTX 3090\n- **CPU**: 8 cores\n\n## Requisitos\n\n- **GPU:** 40GB+ VRAM para training, 24GB para inference (RTX 3090, A6000, V100)\n\nWe train on four V100 GPUs with 32 GB of memory.\n";
    assert_eq!(
        said(text, &[Ask::Cards]),
        [
            "3 sentence card RTX 3090 <1x RTX 3090> [Hardware]",
            "8 sentence card RTX 3090 <RTX 3090> one of [Requisitos]",
            "8 sentence card RTX A6000 <A6000> one of [Requisitos]",
            "8 sentence card V100 <V100> one of [Requisitos]",
            "8 sentence prose 40 GB one of (vram gpu training inference rtx 3090 a6000 v100) [Requisitos]",
            "8 sentence prose 24 GB one of (gpu vram training inference rtx 3090 a6000 v100) [Requisitos]",
            "10 sentence card V100 <four V100> one of [Requisitos]",
            "10 sentence prose 32 GB one of (memory v100 gpus) [Requisitos]",
        ]
    );
}

#[test]
fn cells_of_tables() {
    let text = "# Jobs\nAll of them:\n| Job | Programa | Partición | Tiempo | RAM |\n|-----|----------|------|-----|------|\n| 04_eval.job | evaluate_simple.py | 3090 | 2h | 48GB |\n| 05_eval.job | `a\\|b` | 3090 | ~1h | 64GB |\n";
    assert_eq!(
        said(text, &[Ask::Runtime, Ask::Cards]),
        [
            "5 cell card RTX 3090 <RTX 3090> [Jobs/04_eval.job/Partición]",
            "5 cell prose 2 h (tiempo 04_eval.job evaluate_simple.py 3090 48gb) [Jobs/04_eval.job/Tiempo]",
            "5 cell prose 48 GB (ram 04_eval.job evaluate_simple.py 3090 2h) [Jobs/04_eval.job/RAM]",
            "6 cell card RTX 3090 <RTX 3090> [Jobs/05_eval.job/Partición]",
            "6 cell prose ~1 h (tiempo 05_eval.job a b 3090 64gb) [Jobs/05_eval.job/Tiempo]",
            "6 cell prose 64 GB (ram 05_eval.job a b 3090 ~1h) [Jobs/05_eval.job/RAM]",
        ]
    );
    let text = "| Parameter | Base | Large |\n|---|---|---|\n| Batch size | 32 | 64 |\n| Layerwise LR decay | 0.8 | 0.9 |\n| Optimizer | Adam | AdamW |\n\n| Model | lr | Time (h) |\n|---|---|---|\n| A | 1e-4 | 3 |\n";
    assert_eq!(
        said(
            text,
            &[
                setting(&["batch-size"]),
                setting(&["optimizer"]),
                setting(&["lr"]),
                Ask::Runtime
            ]
        ),
        [
            "3 cell setting batch_size=32 [Batch size/Base]",
            "3 cell prose 32 (base batch size) [Batch size/Base]",
            "3 cell setting batch_size=64 [Batch size/Large]",
            "3 cell prose 64 (large batch size) [Batch size/Large]",
            "4 cell prose 0.8 (base layerwise lr decay) [Layerwise LR decay/Base]",
            "4 cell prose 0.9 (large layerwise lr decay) [Layerwise LR decay/Large]",
            "5 cell setting Optimizer=Adam [Optimizer/Base]",
            "5 cell setting Optimizer=AdamW [Optimizer/Large]",
            "9 cell setting lr=1e-4 [A/lr]",
            "9 cell prose 1e-4 (lr a) [A/lr]",
            "9 cell prose 3 h (time a 1e-4) [A/Time (h)]",
        ]
    );
}

#[test]
fn commands_of_fences() {
    let text = "---\ntitle: x 50\n---\n# Run\n\n1. Train:\n\n   ```bash\n   python train.py \\\n     --lr 1e-4\n   ```\n\n```python\nbatch_size = 50\n```\n\n> ```\n> $ python eval.py\n> ok\n> ```\n\n    python indented.py --k 1\n\nRun `python one.py --lr 3` or `a.py`.\n";
    let found = facts(text, &[]);
    let commands: Vec<(&str, Option<u32>, Option<u32>)> = found
        .commands
        .iter()
        .map(|command| (command.text.as_str(), command.place.line, command.place.end_line))
        .collect();
    assert_eq!(
        commands,
        [
            ("python train.py --lr 1e-4", Some(9), Some(10)),
            ("python eval.py", Some(18), Some(18)),
            ("python indented.py --k 1", Some(22), Some(22)),
            ("python one.py --lr 3", Some(24), Some(24)),
        ]
    );
}

#[test]
fn what_says_nothing() {
    let asks = [setting(&["batch_size"]), Ask::Cards, Ask::Runtime, prose(&["samples"])];
    for path in ["CHANGELOG.md", "docs/HISTORY.md", "NEWS.md", "release-notes.md"] {
        assert!(
            facts_of(path, "Batch size of 50 on an A100\n", &asks)
                .statements
                .is_empty(),
            "{path}"
        );
    }
    for text in [
        "If it fails, reduce the batch size to 4.",
        "For example, a batch size of 8.",
        "<!-- batch size 50 -->",
        "![batch size 50](a.png)",
        "See [it](https://x.org/batch_size=50).",
        "Samples were taken in 2019.",
    ] {
        let settings: Vec<String> = said(text, &asks)
            .into_iter()
            .filter(|said| !said.contains("one of"))
            .collect();
        assert!(settings.is_empty(), "{text}: {settings:?}");
    }
    assert!(said("batch size of 50", &[]).is_empty());
}

#[test]
fn long_lines_are_left_out_and_said() {
    let text = format!("![x](data:{})\n\nlr = 0.1\n", "A".repeat(30_000));
    let found = facts(&text, &[setting(&["lr"])]);
    assert_eq!(found.statements[0].place.line, Some(3));
    assert_eq!(found.gaps[0].why, crate::evidence::GapReason::LongLine);
    assert!(found.gaps[0].detail.ends_with(": 1"), "{}", found.gaps[0].detail);
}

#[test]
fn offsets_survive_marks_and_endings() {
    let asks = [setting(&["lr"])];
    for (text, line, bytes) in [
        ("\u{feff}# T\r\n\r\nlr = 0.1\r\n", 3, (10, 18)),
        ("a\rb\r\n\r\nlr = 0.1", 3, (7, 15)),
        ("é | `lr = 0.1`", 1, (6, 14)),
        ("> - é\n>\n> lr = 0.1\n", 3, (11, 19)),
    ] {
        let found = facts(text, &asks);
        let setting = found
            .statements
            .iter()
            .find(|statement| matches!(statement.subject, Subject::Setting { .. }))
            .unwrap();
        assert_eq!(
            (setting.place.line, setting.place.bytes),
            (Some(line), Some(bytes)),
            "{text:?}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn any_document_is_read(text in "[-a-z0-9 |`*#>\n\r:=.\\\\\u{0}é\u{feff}$<\\[\\]()]{0,120}") {
        let asks = [setting(&["a"]), Ask::Cards, Ask::Runtime, Ask::Scheduler, prose(&["b"])];
        for statement in facts(&text, &asks).statements {
            let (start, end) = statement.place.bytes.unwrap();
            proptest::prop_assert!(text.get(start..end).is_some());
        }
    }
}
