//! What the judges said of the claims of [`super::world`], one ruling of each standing.

use super::world::{at, cited, lines};
use crate::evidence::Grade;
use crate::place::Place;
use crate::verdict::{Citation, Message, Recommendation, Ruling, Stance, Step, Target, Verdict};

pub(super) fn bitsandbytes() -> Ruling {
    let import = |file, line| {
        cited(
            Stance::Context,
            Grade::Configured,
            at(file, line, "from transformers import BitsAndBytesConfig"),
            "transformers.BitsAndBytesConfig",
        )
    };
    Ruling {
        verdict: Verdict::NeedsClarification,
        grade: Some(Grade::Configured),
        because: Message::new("used-but-not-declared")
            .with("package", "bitsandbytes")
            .with(
                "places",
                "src/qsm/models/qwen_audio.py:140, scripts/opro_classic_optimize.py:127",
            )
            .with("condition", "load_in_4bit or load_in_8bit")
            .with("symbol", "transformers.BitsAndBytesConfig"),
        expected: "bitsandbytes".to_string(),
        found: None,
        citations: vec![
            import("src/qsm/models/qwen_audio.py", 140),
            import("scripts/opro_classic_optimize.py", 127),
        ],
        chain: Vec::new(),
        caveats: vec![Message::new("only-imported").with("symbol", "transformers.BitsAndBytesConfig")],
        recommendations: vec![
            Recommendation {
                target: Target::Code,
                text: Message::new("declare-the-package")
                    .with("package", "bitsandbytes")
                    .with("file", "requirements.txt"),
                latex: None,
                patch: Some(("requirements.txt".to_string(), "bitsandbytes\n".to_string())),
            },
            Recommendation {
                target: Target::Paper,
                text: Message::new("say-how-it-comes-in")
                    .with("package", "bitsandbytes")
                    .with("via", "transformers"),
                latex: Some("bitsandbytes (via transformers' optional dependency)".to_string()),
                patch: None,
            },
        ],
    }
}

pub(super) fn runtime() -> Ruling {
    let limit = |file| {
        cited(
            Stance::Contradicts,
            Grade::Declared,
            at(file, 7, "#SBATCH --time=02:00:00"),
            "2 h",
        )
    };
    Ruling {
        verdict: Verdict::MinorDiscrepancy,
        grade: Some(Grade::Declared),
        because: Message::new("time-limit-below")
            .with("claimed", "3-4 hours")
            .with("found", "≤ 2 h")
            .with(
                "jobs",
                "slurm/04_eval_base.job, slurm/06_eval_base_opro.job, slurm/07_eval_lora_opro.job",
            )
            .with("bounds", "in [2.5 h, 4.5 h]"),
        expected: "3-4 hours, [2.5 h, 4.5 h]".to_string(),
        found: Some("≤ 2 h".to_string()),
        citations: vec![
            limit("slurm/04_eval_base.job"),
            limit("slurm/06_eval_base_opro.job"),
            limit("slurm/07_eval_lora_opro.job"),
            cited(
                Stance::Contradicts,
                Grade::Documented,
                lines(
                    "MANIFEST.md",
                    56,
                    57,
                    "| 04_eval_base.job | 3a | evaluate_simple.py | 3090 | 2h | 48GB |\n| 06_eval_base_opro.job | 6 | `evaluate_simple.py` | 3090 | 2h | 48GB |",
                ),
                "2 h",
            ),
            cited(
                Stance::Context,
                Grade::Measured,
                Place {
                    job: Some("123456".to_string()),
                    time: Some("2025-12-01T10:00:00".to_string()),
                    ..at("evidence/sacct.txt", 3, "123456|01:58:11|TIMEOUT")
                },
                "1:58:11",
            ),
        ],
        chain: Vec::new(),
        caveats: vec![Message::new("limit-permits").with("limit", "≤ 2 h | <sic>")],
        recommendations: vec![
            Recommendation {
                target: Target::Code,
                text: Message::new("look-at-the-accounting").with("claimed", "3-4 hours"),
                latex: None,
                patch: None,
            },
            Recommendation {
                target: Target::Paper,
                text: Message::new("correct-the-paper")
                    .with("found", "≤ 2 h")
                    .with("place", "slurm/04_eval_base.job:7"),
                latex: Some("Evaluating 21,340 samples requires at most 2~hours with batch size 50".to_string()),
                patch: None,
            },
        ],
    }
}

pub(super) fn batch() -> Ruling {
    let flag = |file, line| {
        cited(
            Stance::Supports,
            Grade::Launched,
            at(file, line, "--batch_size 50"),
            "50",
        )
    };
    let option = at(
        "scripts/evaluate_simple.py",
        33,
        "parser.add_argument(\"--batch_size\", type=int, default=32, help=\"Batch size\")",
    );
    Ruling {
        verdict: Verdict::Supported,
        grade: Some(Grade::Launched),
        because: Message::new("values-agree")
            .with("expected", "50")
            .with("found", "50")
            .with("rule", "= 50")
            .with("agree", 3)
            .with("count", 3),
        expected: "50".to_string(),
        found: Some("50".to_string()),
        citations: vec![
            flag("slurm/04_eval_base.job", 58),
            flag("slurm/06_eval_base_opro.job", 58),
            flag("slurm/07_eval_lora_opro.job", 60),
            Citation {
                note: Some(Message::new("overridden-by").with("place", "slurm/04_eval_base.job:58")),
                ..cited(Stance::Overridden, Grade::Configured, option.clone(), "32")
            },
            cited(
                Stance::Contradicts,
                Grade::Documented,
                at("README.md", 88, "Use `--batch_size 64`."),
                "64",
            ),
        ],
        chain: vec![
            Step {
                place: at("slurm/04_eval_base.job", 58, "--batch_size 50"),
                what: "--batch_size 50".to_string(),
                value: "50".to_string(),
                instead_of: None,
            },
            Step {
                place: option,
                what: "option batch_size".to_string(),
                value: "50".to_string(),
                instead_of: Some("8".to_string()),
            },
        ],
        caveats: vec![
            Message::new("weaker-evidence-disagrees")
                .with("found", "64")
                .with("place", "README.md:88")
                .with("grade", "documented"),
        ],
        recommendations: Vec::new(),
    }
}

pub(super) fn padding() -> Ruling {
    Ruling {
        verdict: Verdict::Discrepancy,
        grade: Some(Grade::Configured),
        because: Message::new("values-disagree")
            .with("found", "2000 ms")
            .with("expected", "3000 ms"),
        expected: "3000 ms".to_string(),
        found: Some("2000 ms".to_string()),
        citations: vec![
            cited(
                Stance::Contradicts,
                Grade::Configured,
                lines(
                    "src/qsm/audio/container.py",
                    9,
                    11,
                    "\"\"\"\n```\u{1b}[2J\nCONTAINER_DURATION_MS = 2000  # <ms> | not s",
                ),
                "2000",
            ),
            Citation {
                note: Some(Message::new("never-read")),
                ..cited(
                    Stance::Context,
                    Grade::Configured,
                    at(
                        "src/qsm/models/qwen_audio.py",
                        84,
                        "pad_target_ms: int = 2000,  # Kept for backward compatibility",
                    ),
                    "2000",
                )
            },
        ],
        chain: Vec::new(),
        caveats: vec![
            Message::new("dead-evidence")
                .with("place", "src/qsm/models/qwen_audio.py:84")
                .with("what", "parameter pad_target_ms of __init__")
                .with("why", "never-read")
                .with("comment", "Kept for \u{1b}[2Jbackward compatibility"),
        ],
        recommendations: vec![Recommendation {
            target: Target::Paper,
            text: Message::new("correct-the-paper")
                .with("found", "2000 ms")
                .with("place", "src/qsm/audio/container.py:9-11"),
            latex: Some("padded to 2000~ms".to_string()),
            patch: None,
        }],
    }
}

pub(super) fn layers() -> Ruling {
    Ruling {
        verdict: Verdict::Supported,
        grade: Some(Grade::Configured),
        because: Message::new("values-agree")
            .with("expected", "12")
            .with("found", "12")
            .with("rule", "= 12")
            .with("agree", 1)
            .with("count", 1),
        expected: "12".to_string(),
        found: Some("12".to_string()),
        citations: vec![cited(
            Stance::Supports,
            Grade::Configured,
            at("config/model.yaml", 4, "num_layers: 12"),
            "12",
        )],
        chain: Vec::new(),
        caveats: Vec::new(),
        recommendations: Vec::new(),
    }
}

pub(super) fn seed() -> Ruling {
    Ruling {
        verdict: Verdict::Discrepancy,
        grade: Some(Grade::Measured),
        because: Message::new("values-disagree")
            .with("found", "13")
            .with("expected", "42"),
        expected: "42".to_string(),
        found: Some("13".to_string()),
        citations: vec![
            cited(
                Stance::Contradicts,
                Grade::Measured,
                Place {
                    row: Some(2),
                    ..Place::whole("data/runs.parquet")
                },
                "13",
            ),
            cited(
                Stance::Supports,
                Grade::Configured,
                at("config/model.yaml", 9, "seed: 42"),
                "42",
            ),
        ],
        chain: Vec::new(),
        caveats: Vec::new(),
        recommendations: Vec::new(),
    }
}
