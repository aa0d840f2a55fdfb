//! What holds for all formats: the same counts, every place, the words of each language, the same bytes each time.

mod rulings;
mod timed;
pub(crate) mod world;

use std::path::Path;

use super::{FORMATS, Judged, Language, Options, Report, format};
use crate::place::MARK;
use crate::verdict::{Message, Recommendation, Ruling, Target, Verdict};

fn rendered(name: &str, language: Language) -> String {
    let options = Options {
        width: 200,
        ..Options::default()
    };
    world::with_report(language, |report| (format(name).unwrap().render)(report, &options))
}

#[test]
fn the_list_of_formats_and_the_folder_agree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            entry
                .unwrap()
                .file_name()
                .to_str()?
                .strip_suffix(".rs")
                .map(str::to_string)
        })
        .filter(|name| name != "mod")
        .collect();
    files.sort();
    let mut names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    names.sort_unstable();
    assert_eq!(files, names);
}

#[test]
fn all_formats_agree_on_the_counts() {
    // Counted by hand in `world.rs`: the accepted finding counts under its verdict too, the draft under none.
    let json: serde_json::Value = serde_json::from_str(&rendered("json", Language::English)).unwrap();
    let summary = serde_json::json!({
        "claims": 6, "supported": 1, "needs-clarification": 1, "minor-discrepancy": 1, "discrepancy": 2,
        "no-evidence": 0, "not-run": 0, "drafts": 1, "accepted": 1,
        "grades": { "measured": 0, "logged": 0, "launched": 1, "configured": 0, "declared": 0, "documented": 0, "vouched": 0 }
    });
    assert_eq!(json["summary"], summary);
    assert_eq!(json["exit"], 1);
    assert_eq!(json["claims"].as_array().unwrap().len(), 6);

    let terminal = rendered("terminal", Language::English);
    let line =
        "1 supported: 1 launched; 1 needs-clarification; 1 minor-discrepancy; 2 discrepancies; 1 draft; 1 accepted";
    assert!(terminal.contains(line), "{terminal}");
    assert!(terminal.contains("exit 1: a discrepancy"), "{terminal}");

    let markdown = rendered("markdown", Language::English);
    for line in [
        "- ✅ **1 claim is SUPPORTED**: 1 launched\n",
        "- ⚠️ **1 claim needs CLARIFICATION**: bitsandbytes (claim 1)\n",
        "- ⚠️ **1 MINOR DISCREPANCY**: Runtime 3-4 hours for 21,340 samples (claim 3)\n",
        "- ❌ **2 DISCREPANCIES**: Random seed (claim 2), padding (claim 5)\n",
        "- 📝 **1 DRAFT that nobody has read yet**: Layers \\| heads (claim 6)\n",
        "### Supported claims (1)\n",
        "### To clarify or correct (4)\n",
        "### Drafts (1)\n",
        "**Conclusion:** 1 of 6 claims is supported; 1 needs clarification (claim 1); 1 shows a minor discrepancy (claim 3); \
         2 are contradicted by the evidence (claims 2, 5); 1 is a draft without a verdict (claim 6); \
         1 of these findings is accepted (claim 2).\n",
    ] {
        assert!(markdown.contains(line), "{line}\n\n{markdown}");
    }
    assert!(
        !markdown.contains("No claim that was judged is contradicted"),
        "{markdown}"
    );
}

#[test]
fn every_place_stands_in_every_format() {
    let places: Vec<(String, String, Option<u32>)> = world::with_report(Language::English, |report| {
        let citations = report.claims.iter().flat_map(|judged| &judged.ruling.citations);
        citations
            .map(|cited| (cited.place.short(), cited.place.file.clone(), cited.place.line))
            .collect()
    });
    assert_eq!(places.len(), 17);
    let json: serde_json::Value = serde_json::from_str(&rendered("json", Language::English)).unwrap();
    let evidence: Vec<&serde_json::Value> = json["claims"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|claim| claim["evidence"].as_array().unwrap())
        .collect();
    for language in [Language::English, Language::Spanish] {
        let markdown = rendered("markdown", language);
        for (short, file, line) in &places {
            let short = if language == Language::Spanish {
                short.replace(" row ", " fila ")
            } else {
                short.clone()
            };
            assert!(markdown.contains(&format!("# {short}")), "no block shows {short}");
            assert!(markdown.contains(&format!("[`{short}")), "no link leads to {short}");
            assert!(
                evidence
                    .iter()
                    .any(|item| item["file"] == *file && item["line"] == serde_json::json!(line)),
                "{short}"
            );
        }
    }
}

#[test]
fn spanish_reports_speak_spanish() {
    let markdown = rendered("markdown", Language::Spanish);
    for words in [
        "# Reporte de Verificación: Experimental Setup (§4)\n",
        "**Fecha:** 2025-12-22",
        "**Código:** `../fixtures/opro2`",
        "## Resumen Ejecutivo\n",
        "- ✅ **1 afirmación verificada como CORRECTA**: 1 lanzada\n",
        "### ⚠️ Afirmación 1: bitsandbytes\n",
        "> **Paper:** \"bitsandbytes for quantization\"\n",
        "**Verificación:**\n",
        "**Estado:** ⚠️ **ACLARACIÓN NECESARIA** (evidencia: configurado)\n",
        "**Estado:** ⚠️ **DISCREPANCIA MENOR** (evidencia: declarado)\n",
        "**Estado:** ✅ **CORRECTO** (evidencia: lanzado)\n",
        "**Estado:** ❌ **DISCREPANCIA** – aceptado hasta el 2026-03-31: the final run is made again in March (evidencia: medido)\n",
        "**Recomendaciones:**\n\n- Opción 1: Declarar `bitsandbytes` en `requirements.txt`.\n",
        "## Resumen de Hallazgos\n",
        "### Afirmaciones Correctas (1)\n\n1. ✅ Batch size 50: `50` (`slurm/04_eval_base.job:58`)\n",
        "### Discrepancias/Aclaraciones (4)\n",
        "### Para el Paper\n",
        "### Para `requirements.txt`\n\n- bitsandbytes (afirmación 1): Declarar `bitsandbytes` en `requirements.txt`.\n\n```txt\nbitsandbytes\n```\n",
        "## Evidencia por Archivo\n",
        "## Qué No Se Miró\n",
        "**Conclusión:** 1 de 6 afirmaciones es correcta;",
    ] {
        assert!(markdown.contains(words), "{words}\n\n{markdown}");
    }
    for english in ["Supports", "Verification", "Overridden", "supported", "grade", "Claim"] {
        assert!(!markdown.contains(english), "{english}\n\n{markdown}");
    }
    let terminal = rendered("terminal", Language::Spanish);
    for words in [
        "correcto",
        "aclaración necesaria",
        "discrepancia menor",
        "discrepancia",
        "borrador",
        "aceptado",
        "salida 1",
    ] {
        assert!(terminal.contains(words), "{words}\n\n{terminal}");
    }
    for english in ["supported", "draft", "supports", "contradicts"] {
        assert!(!terminal.contains(english), "{english}\n\n{terminal}");
    }
}

#[test]
fn the_mark_stands_near_the_top() {
    for language in [Language::English, Language::Spanish] {
        assert!(rendered("markdown", language).starts_with(&format!("<!-- {MARK} -->\n")));
    }
    assert!(
        rendered("json", Language::English)
            .starts_with("{\n  \"schema\": 1,\n  \"tool\": {\n    \"name\": \"verify-claims\"")
    );
}

#[test]
fn the_same_report_gives_the_same_bytes_without_escapes() {
    for one in FORMATS {
        let first = rendered(one.name, Language::Spanish);
        assert_eq!(first, rendered(one.name, Language::Spanish), "{}", one.name);
        assert!(
            !first.contains('\u{1b}'),
            "{} lets an escape sequence through",
            one.name
        );
    }
}

#[test]
fn what_the_exit_code_means_follows_from_the_claims() {
    let alone = |id: &'static str, exit: u8| {
        world::with_report(Language::English, |report| {
            let claims = report.claims.iter().filter(|judged| judged.claim.id == id);
            let claims = claims.map(|judged| Judged {
                ruling: judged.ruling.clone(),
                status: judged.status.clone(),
                quote_place: None,
                ..*judged
            });
            let report = Report {
                claims: claims.collect(),
                title: String::new(),
                claim_files: Vec::new(),
                root: String::new(),
                exit,
                ..*report
            };
            report.exit_meaning()
        })
    };
    for (id, exit, entry) in [
        ("batch", 0, "exit.0"),
        ("seed", 0, "exit.0"),
        ("runtime", 0, "exit.0-fail-on"),
        ("layers", 0, "exit.0-fail-on"),
        ("padding", 1, "exit.1"),
        ("batch", 1, "exit.1-drift"),
        ("seed", 1, "exit.1-drift"),
        ("runtime", 4, "exit.4"),
        ("layers", 4, "exit.4"),
        ("batch", 4, "exit.4-strict"),
    ] {
        assert_eq!(alone(id, exit), entry, "{id} {exit}");
    }
}

#[test]
fn the_deciding_place_has_the_stance_and_the_grade_of_the_ruling() {
    world::with_report(Language::English, |report| {
        for (id, place) in [
            ("bitsandbytes", "src/qsm/models/qwen_audio.py:140"),
            ("runtime", "slurm/04_eval_base.job:7"),
            ("batch", "slurm/04_eval_base.job:58"),
            ("padding", "src/qsm/audio/container.py:9-11"),
            ("layers", "config/model.yaml:4"),
            ("seed", "data/runs.parquet row 2"),
        ] {
            let judged = report.claims.iter().find(|judged| judged.claim.id == id).unwrap();
            assert_eq!(judged.deciding().unwrap().place.short(), place, "{id}");
        }
    });
}

/// A report without anything: no claim is above it, and nothing was left out.
#[test]
fn a_report_where_all_is_well_says_so() {
    world::with_report(Language::English, |report| {
        let batch = report.claims.iter().find(|judged| judged.claim.id == "batch").unwrap();
        let mut evidence = report.evidence.clone();
        evidence.gaps.clear();
        let judged = Judged {
            ruling: batch.ruling.clone(),
            status: batch.status.clone(),
            quote_place: None,
            ..*batch
        };
        let report = Report {
            claims: vec![judged],
            evidence: &evidence,
            title: report.title.clone(),
            claim_files: report.claim_files.clone(),
            root: report.root.clone(),
            exit: 0,
            ..*report
        };
        let markdown = (format("markdown").unwrap().render)(&report, &Options::default());
        for words in [
            "**Conclusion:** 1 of 1 claim is supported. No claim that was judged is contradicted.\n",
            "Nothing needs to change.\n",
            "Every file of a format that is read was read whole.\n",
            "### To clarify or correct (0)\n\nNone.\n",
        ] {
            assert!(markdown.contains(words), "{words}\n\n{markdown}");
        }
    });
}

#[test]
fn hostile_text_stays_in_its_block() {
    let markdown = rendered("markdown", Language::English);
    // The excerpt of container.py holds a fence of three backticks; its block has four.
    assert!(
        markdown.contains("````python\n# src/qsm/audio/container.py:9-11\n\"\"\"\n```\u{FFFD}[2J\n"),
        "{markdown}"
    );
    let row = markdown.lines().find(|line| line.starts_with("| 6 |")).unwrap();
    assert_eq!(row.replace("\\|", "").matches('|').count(), 7, "{row}");
    assert!(
        markdown.contains("≤ 2 h \\| &lt;sic> permits the claim and does not show it."),
        "{markdown}"
    );
}

/// Read as GitHub reads it, hostile text makes no markup: no HTML but the mark, whole tables, whole blocks.
#[test]
fn markdown_parses_as_it_is_meant() {
    use comrak::nodes::NodeValue;
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    for language in [Language::English, Language::Spanish] {
        let markdown = rendered("markdown", language);
        let arena = comrak::Arena::new();
        let (mut html, mut cells, mut blocks, mut struck) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for node in comrak::parse_document(&arena, &markdown, &options).descendants() {
            match &node.data.borrow().value {
                NodeValue::HtmlBlock(block) => html.push(block.literal.trim().to_string()),
                NodeValue::HtmlInline(text) => html.push(text.clone()),
                NodeValue::TableRow(_) => cells.push(node.children().count()),
                NodeValue::CodeBlock(block) => blocks.push(block.literal.clone()),
                NodeValue::Strikethrough => struck += 1,
                _ => {}
            }
        }
        assert_eq!(html, [format!("<!-- {MARK} -->")]);
        // The heading and six claims.
        assert_eq!(cells, [6; 7]);
        assert_eq!(struck, 0);
        let hostile = "\"\"\"\n```\u{FFFD}[2J\nCONTAINER_DURATION_MS = 2000  # <ms> | not s\n";
        assert!(blocks.iter().any(|block| block.ends_with(hostile)), "{blocks:?}");
    }
}

#[test]
fn a_claim_of_which_nothing_speaks_says_so() {
    world::with_report(Language::English, |report| {
        let padding = report
            .claims
            .iter()
            .find(|judged| judged.claim.id == "padding")
            .unwrap();
        let ruling = Ruling {
            verdict: Verdict::NoEvidence,
            grade: None,
            because: Message::new("nothing-in-scope")
                .with("subject", "padding")
                .with("files", 1),
            expected: "3000 ms".to_string(),
            found: None,
            citations: Vec::new(),
            chain: Vec::new(),
            caveats: Vec::new(),
            recommendations: Vec::new(),
        };
        let report = Report {
            claims: vec![Judged {
                ruling,
                status: padding.status.clone(),
                quote_place: None,
                ..*padding
            }],
            title: report.title.clone(),
            claim_files: report.claim_files.clone(),
            root: report.root.clone(),
            exit: 4,
            ..*report
        };
        for (name, words) in [
            (
                "markdown",
                "**Verification:**\n\nNo place in scope speaks of this claim.\n\n**Analysis:** Nothing speaks of `padding`",
            ),
            ("markdown", "**Status:** ❔ **NO EVIDENCE**\n"),
            ("markdown", "| 1 | padding | ❔ **NO EVIDENCE** | – | – | – |\n"),
            (
                "markdown",
                "0 of 1 claim are supported; for 1 there is no evidence (claim 1). No claim that was judged is contradicted.\n",
            ),
            ("terminal", "   Nothing speaks of `padding` in the 1 file in scope.\n"),
            ("terminal", "\n1 no-evidence\n"),
            ("json", "\"grade\": null"),
        ] {
            let text = (format(name).unwrap().render)(&report, &Options::default());
            assert!(text.contains(words), "{words}\n\n{text}");
        }
    });
}

#[test]
fn links_take_the_way_to_the_root() {
    let options = Options {
        links: "../fixtures/opro2/".to_string(),
        ..Options::default()
    };
    let markdown = world::with_report(Language::English, |report| {
        (format("markdown").unwrap().render)(report, &options)
    });
    assert!(
        markdown.contains(
            "[`slurm/04_eval_base.job:58`](../fixtures/opro2/slurm/04_eval_base.job#L58): claim 4 (supports)"
        ),
        "{markdown}"
    );
}

#[test]
fn a_new_verdict_has_its_words() {
    for language in [Language::English, Language::Spanish] {
        for name in Verdict::ALL.map(Verdict::name).into_iter().chain(["draft"]) {
            for table in ["verdict", "mark", "tally", "finding", "conclusion"] {
                let entry = format!("{table}.{name}");
                let values = minijinja::context! { count => 2, claims => 3 };
                let text = super::catalogue::words(&entry, language, super::catalogue::Dress::Plain, values);
                assert_ne!(text, entry, "{language:?}");
            }
        }
    }
}

/// A recommendation without LaTeX and without lines is a sentence under its target.
#[test]
fn recommendations_without_a_block_are_sentences() {
    let markdown = rendered("markdown", Language::English);
    let plain = |one: &&Recommendation| one.latex.is_none() && one.patch.is_none() && one.target == Target::Code;
    let count = world::with_report(Language::English, |report| {
        report
            .claims
            .iter()
            .flat_map(|judged| &judged.ruling.recommendations)
            .filter(plain)
            .count()
    });
    assert_eq!(count, 1);
    assert!(
        markdown.contains(
            "### For the code\n\n- Runtime 3-4 hours for 21,340 samples (claim 3): Look up how long the jobs really took"
        ),
        "{markdown}"
    );
}

#[test]
fn looks() {
    for (name, language) in [("markdown_en", Language::English), ("markdown_es", Language::Spanish)] {
        insta::assert_snapshot!(name, rendered("markdown", language));
    }
    insta::assert_snapshot!(
        "json",
        rendered("json", Language::English).replace(env!("CARGO_PKG_VERSION"), "VERSION")
    );
}
