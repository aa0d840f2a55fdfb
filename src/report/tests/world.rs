//! A report made by hand: one claim of each standing, with everything in it that a format can trip over.
//!
//! The files, lines and values are those of the report that was written by hand once; what is hostile (an escape
//! sequence, backticks, pipes, angle brackets) is added.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::claim::{Accept, At, Claim, Fields, Quorum};
use crate::evidence::{Evidence, Gap, GapReason, Grade, Scope};
use crate::place::Place;
use crate::report::{Judged, Language, Report, Status};
use crate::verdict::{Citation, Message, Recommendation, Ruling, Stance, Step, Target, Verdict};

/// The report, whose claims are: `bitsandbytes` to be clarified, `runtime` a minor discrepancy, `batch` supported,
/// `padding` a discrepancy, `layers` a draft, `seed` an accepted discrepancy.
pub(crate) fn with_report<T>(language: Language, look: impl FnOnce(&Report<'_>) -> T) -> T {
    let (claims, evidence) = (claims(), evidence());
    let rulings = [bitsandbytes(), runtime(), batch(), padding(), layers(), seed()];
    let judged = claims.iter().zip(rulings).map(|(claim, ruling)| Judged {
        claim,
        claim_file: "claims/setup.toml",
        status: match claim.id.as_str() {
            "layers" => Status::Draft,
            "seed" => Status::Accepted(claim.accept.clone().unwrap()),
            _ => Status::Counted,
        },
        quote_place: match claim.id.as_str() {
            "batch" => Some(at("paper/main.tex", 31, "with batch size 50 for evaluation")),
            "runtime" => Some(at("paper/main.tex", 22, "Evaluating 21,340 samples")),
            "padding" => Some(at("README.md", 101, "padded to 3000 ms")),
            _ => None,
        },
        ruling,
    });
    let report = Report {
        title: "Experimental Setup (§4)".to_string(),
        claim_files: vec!["claims/setup.toml".to_string()],
        root: "../fixtures/opro2".to_string(),
        language,
        as_of: day(2025, 12, 22),
        claims: judged.collect(),
        evidence: &evidence,
        exit: 1,
    };
    look(&report)
}

/// A digest for a file; `letter` 64 times.
pub(crate) fn digest(letter: char) -> String {
    letter.to_string().repeat(64)
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn at(file: &str, line: u32, excerpt: &str) -> Place {
    lines(file, line, line, excerpt)
}

fn lines(file: &str, line: u32, end_line: u32, excerpt: &str) -> Place {
    Place {
        line: Some(line),
        end_line: Some(end_line),
        excerpt: excerpt.to_string(),
        ..Place::whole(file)
    }
}

fn cited(stance: Stance, grade: Grade, place: Place, value: &str) -> Citation {
    Citation {
        stance,
        grade,
        place,
        value: value.to_string(),
        note: None,
    }
}

fn claims() -> Vec<Claim> {
    let claim = |id: &str, kind: &'static str, line: u32| Claim {
        id: id.to_string(),
        kind,
        section: None,
        title: None,
        note: None,
        quote: None,
        at: None,
        scope: Scope::default(),
        names: Vec::new(),
        formula: None,
        of: None,
        value: None,
        unit: None,
        tolerance: None,
        take: None,
        given: Vec::new(),
        quorum: Quorum::Unsaid,
        floor: None,
        run: None,
        accept: None,
        draft: false,
        fields: Fields::default(),
        place: at("claims/setup.toml", line, "[[claim]]"),
    };
    let text = |text: &str| Some(text.to_string());
    vec![
        Claim {
            section: text("§4.1.1 Software and Libraries"),
            title: text("bitsandbytes"),
            quote: text("bitsandbytes for quantization"),
            ..claim("bitsandbytes", "dependency", 12)
        },
        Claim {
            section: text("§4.1.2 Hardware and Runtime"),
            title: text("Runtime 3-4 hours for 21,340 samples"),
            quote: text("Evaluating 21,340 samples typically requires 3--4~hours with batch size 50"),
            note: text("the co-authors are asked for the logs"),
            ..claim("runtime", "runtime", 22)
        },
        Claim {
            section: text("§4.1.3 Inference Parameters"),
            title: text("Batch size 50"),
            quote: text("with batch size 50 for evaluation"),
            ..claim("batch", "batch-size", 33)
        },
        Claim {
            section: text("§4.1.3 Inference Parameters"),
            quote: text("padded to 3000~ms"),
            at: Some(At {
                file: "README.md".to_string(),
                line: Some(101),
                end_line: None,
            }),
            ..claim("padding", "duration", 44)
        },
        Claim {
            title: text("Layers | heads"),
            draft: true,
            ..claim("layers", "parameter", 55)
        },
        Claim {
            section: text("§4.1.1 Software and Libraries"),
            title: text("Random seed"),
            accept: Some(Accept {
                verdict: Verdict::Discrepancy,
                reason: "the final run is made again in March".to_string(),
                until: day(2026, 3, 31),
            }),
            ..claim("seed", "parameter", 66)
        },
    ]
}

fn bitsandbytes() -> Ruling {
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

fn runtime() -> Ruling {
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

fn batch() -> Ruling {
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

fn padding() -> Ruling {
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

fn layers() -> Ruling {
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

fn seed() -> Ruling {
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

fn evidence() -> Evidence {
    let gap = |file: String, why, detail: &str| Gap {
        file,
        why,
        detail: detail.to_string(),
    };
    let mut gaps = vec![
        gap("scripts/generated.py".to_string(), GapReason::TooLarge, "1.4 MB"),
        gap(
            "notebooks/old.ipynb".to_string(),
            GapReason::Broken,
            "line 3: expected `,`",
        ),
    ];
    gaps.extend((1..=13).map(|number| gap(format!("logs/eval_{number:02}.out"), GapReason::Ignored, "")));
    Evidence {
        tool: crate::evidence::Tool::default(),
        schema: 1,
        as_of: day(2025, 12, 22),
        asks: Vec::new(),
        digests: BTreeMap::from([
            ("slurm/04_eval_base.job".to_string(), digest('a')),
            ("README.md".to_string(), digest('b')),
        ]),
        scopes: Vec::new(),
        entries: Vec::new(),
        statements: Vec::new(),
        links: Vec::new(),
        launches: Vec::new(),
        gaps,
    }
}
