//! A report made by hand: one claim of each standing, with everything in it that a format can trip over.
//!
//! The files, lines and values are those of the report that was written by hand once; what is hostile (an escape
//! sequence, backticks, pipes, angle brackets) is added.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::rulings::{batch, bitsandbytes, layers, padding, runtime, seed};
use crate::claim::{Accept, At, Claim, Fields, Quorum};
use crate::evidence::{Evidence, Gap, GapReason, Grade, Scope};
use crate::place::Place;
use crate::report::{Judged, Language, Report, Status};
use crate::verdict::{Citation, Stance, Verdict};

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

pub(super) fn at(file: &str, line: u32, excerpt: &str) -> Place {
    lines(file, line, line, excerpt)
}

pub(super) fn lines(file: &str, line: u32, end_line: u32, excerpt: &str) -> Place {
    Place {
        line: Some(line),
        end_line: Some(end_line),
        excerpt: excerpt.to_string(),
        ..Place::whole(file)
    }
}

pub(super) fn cited(stance: Stance, grade: Grade, place: Place, value: &str) -> Citation {
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
        ignored: Vec::new(),
        read_under: Vec::new(),
        unimported: std::collections::BTreeMap::new(),
        scopes: Vec::new(),
        entries: Vec::new(),
        statements: Vec::new(),
        links: Vec::new(),
        launches: Vec::new(),
        gaps,
    }
}
