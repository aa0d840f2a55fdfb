//! The report as JSON, for scripts: own types, versioned, described by `schema/report.schema.json`.
//!
//! Keys and verdicts are what people script against. Texts are always English; code and values stand beside them, so
//! that a reader need not take sentences apart. What is not known is `null`, never left out, but for the parts that
//! most claims do not have (`paper`, `latex`, `patch`, `note`).
//!
//! Why it can be wrong: a type that serialises a part of the inner types changes the format when they change. So every
//! type here is this file's own, and the committed schema is compared with them in a test.
//!
//! Example: `{"schema": 1, …, "claims": [{"id": "batch", "verdict": "supported", "grade": "launched", …}], "exit": 4}`.

mod runs;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::catalogue::sentence;
use super::{Format, Judged, Language, Options, Report, Status, Tally, no_companions};
use crate::evidence::{Evidence, GapReason, Grade};
use crate::place::Place;
use crate::verdict::{Citation, Message, Recommendation, Stance, Step, Target, Verdict};

pub(super) const FORMAT: Format = Format {
    name: "json",
    render,
    companions: no_companions,
    about: "everything, for scripts; `schema/report.schema.json` describes it",
};

/// Version of these types; a change that a script would notice raises it.
const SCHEMA: u32 = 1;

fn render(report: &Report<'_>, _: &Options) -> String {
    let wire = WireReport::of(report);
    let mut text = serde_json::to_string_pretty(&wire).expect("types of texts, numbers and lists always serialise");
    text.push('\n');
    text
}

/// What `verify` found out about the claims of a document.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "verify report", deny_unknown_fields)]
struct WireReport {
    /// Version of this format.
    schema: u32,
    tool: WireTool,
    document: WireDocument,
    summary: WireSummary,
    claims: Vec<WireClaim>,
    /// The timed runs that claims rest on.
    runs: Vec<runs::WireRun>,
    /// What could not be read, and why.
    gaps: Vec<WireGap>,
    /// The exit code of the run.
    exit: u8,
}

/// The program that wrote the report.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireTool {
    name: String,
    version: String,
}

/// What was checked.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireDocument {
    title: String,
    claim_files: Vec<String>,
    root: String,
    /// The day the claims were held against, as YYYY-MM-DD.
    as_of: String,
}

/// How many claims have which verdict; drafts have none.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(deny_unknown_fields)]
struct WireSummary {
    claims: usize,
    supported: usize,
    needs_clarification: usize,
    minor_discrepancy: usize,
    discrepancy: usize,
    no_evidence: usize,
    not_run: usize,
    drafts: usize,
    accepted: usize,
    grades: WireGrades,
}

/// On which grade the supported claims rest.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireGrades {
    measured: usize,
    logged: usize,
    launched: usize,
    configured: usize,
    declared: usize,
    documented: usize,
    vouched: usize,
}

/// One claim with what was decided.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireClaim {
    id: String,
    kind: String,
    /// The claim file, and the line of its `[[claim]]`.
    claim_file: String,
    claim_line: Option<u32>,
    section: Option<String>,
    title: Option<String>,
    quote: Option<String>,
    /// null for a draft.
    verdict: Option<Verdict>,
    /// The grade of the strongest evidence that voted with the verdict.
    grade: Option<Grade>,
    because: WireMessage,
    /// What the paper says, with the bounds used.
    expected: String,
    found: Option<String>,
    evidence: Vec<WireEvidence>,
    /// The steps along which the value travelled, first the one that gave it.
    chain: Vec<WireStep>,
    caveats: Vec<WireMessage>,
    draft: bool,
    accepted: Option<WireAccepted>,
    /// What changed since `verify.lock`; null where no lock was read or nothing changed.
    drift: Option<String>,
    recommendations: Vec<WireRecommendation>,
    /// Where the quote stands, where it was looked up and found.
    #[serde(skip_serializing_if = "Option::is_none")]
    paper: Option<WirePaper>,
}

/// A sentence: its code, its values, and the two as English.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireMessage {
    code: String,
    values: BTreeMap<String, String>,
    text: String,
}

/// A place with what it says.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireEvidence {
    stance: Stance,
    grade: Grade,
    /// Relative to the root.
    file: String,
    /// One-based and inclusive, as is `end_line`.
    line: Option<u32>,
    end_line: Option<u32>,
    /// Row of a table, from 1, the header not counted.
    row: Option<u64>,
    job: Option<String>,
    device: Option<String>,
    time: Option<String>,
    excerpt: String,
    value: String,
    /// SHA-256 of the file, hexadecimal.
    digest: Option<String>,
    /// Why it stands so, where the stance alone does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<WireMessage>,
}

/// A step of a chain.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireStep {
    what: String,
    value: String,
    /// The step's own value, where the one that arrived took its place.
    instead_of: Option<String>,
    file: String,
    line: Option<u32>,
    end_line: Option<u32>,
}

/// A finding that the claim file accepts.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireAccepted {
    verdict: Verdict,
    reason: String,
    /// The last day it holds, as YYYY-MM-DD.
    until: String,
}

/// What to change.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireRecommendation {
    target: Target,
    code: String,
    values: BTreeMap<String, String>,
    text: String,
    /// The corrected sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    latex: Option<String>,
    /// Lines to add to a file of the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<WirePatch>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WirePatch {
    file: String,
    text: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WirePaper {
    file: String,
    line: Option<u32>,
}

/// What could not be read.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct WireGap {
    file: String,
    why: GapReason,
    detail: String,
}

impl WireReport {
    fn of(report: &Report<'_>) -> WireReport {
        WireReport {
            schema: SCHEMA,
            tool: WireTool {
                name: env!("CARGO_PKG_NAME").to_string(),
                version: env!("CARGO_PKG_VERSION").to_string(),
            },
            document: WireDocument {
                title: report.title.clone(),
                claim_files: report.claim_files.clone(),
                root: report.root.clone(),
                as_of: report.as_of.to_string(),
            },
            summary: WireSummary::of(&report.tally()),
            claims: report
                .claims
                .iter()
                .map(|judged| WireClaim::of(judged, report.evidence))
                .collect(),
            runs: report
                .runs()
                .iter()
                .map(|run| runs::WireRun::of(run, report.evidence))
                .collect(),
            gaps: report
                .evidence
                .gaps
                .iter()
                .map(|gap| WireGap {
                    file: gap.file.clone(),
                    why: gap.why,
                    detail: gap.detail.clone(),
                })
                .collect(),
            exit: report.exit,
        }
    }
}

impl WireSummary {
    fn of(tally: &Tally) -> WireSummary {
        let verdict = |name| {
            tally
                .verdicts
                .iter()
                .find(|(verdict, _)| *verdict == name)
                .map_or(0, |(_, count)| *count)
        };
        let grade = |name| {
            tally
                .grades
                .iter()
                .find(|(grade, _)| *grade == name)
                .map_or(0, |(_, count)| *count)
        };
        WireSummary {
            claims: tally.claims,
            supported: verdict(Verdict::Supported),
            needs_clarification: verdict(Verdict::NeedsClarification),
            minor_discrepancy: verdict(Verdict::MinorDiscrepancy),
            discrepancy: verdict(Verdict::Discrepancy),
            no_evidence: verdict(Verdict::NoEvidence),
            not_run: verdict(Verdict::NotRun),
            drafts: tally.drafts,
            accepted: tally.accepted,
            grades: WireGrades {
                measured: grade(Grade::Measured),
                logged: grade(Grade::Logged),
                launched: grade(Grade::Launched),
                configured: grade(Grade::Configured),
                declared: grade(Grade::Declared),
                documented: grade(Grade::Documented),
                vouched: grade(Grade::Vouched),
            },
        }
    }
}

impl WireClaim {
    fn of(judged: &Judged<'_>, evidence: &Evidence) -> WireClaim {
        let (claim, ruling) = (judged.claim, &judged.ruling);
        WireClaim {
            id: claim.id.clone(),
            kind: claim.kind.to_string(),
            claim_file: judged.claim_file.to_string(),
            claim_line: claim.place.line,
            section: claim.section.clone(),
            title: claim.title.clone(),
            quote: claim.quote.clone(),
            verdict: judged.verdict(),
            grade: ruling.grade,
            because: WireMessage::of(&ruling.because),
            expected: ruling.expected.clone(),
            found: ruling.found.clone(),
            evidence: ruling
                .citations
                .iter()
                .map(|citation| WireEvidence::of(citation, evidence))
                .collect(),
            chain: ruling.chain.iter().map(WireStep::of).collect(),
            caveats: ruling.caveats.iter().map(WireMessage::of).collect(),
            draft: judged.status == Status::Draft,
            accepted: match &judged.status {
                Status::Accepted(accept) => Some(WireAccepted {
                    verdict: accept.verdict,
                    reason: accept.reason.clone(),
                    until: accept.until.to_string(),
                }),
                Status::Counted | Status::Draft => None,
            },
            drift: None,
            recommendations: ruling.recommendations.iter().map(WireRecommendation::of).collect(),
            paper: judged.quote_place.as_ref().map(|place| WirePaper {
                file: place.file.clone(),
                line: place.line,
            }),
        }
    }
}

impl WireMessage {
    fn of(message: &Message) -> WireMessage {
        WireMessage {
            code: message.code.clone(),
            values: message.values.clone(),
            text: sentence(message, Language::English),
        }
    }
}

impl WireEvidence {
    fn of(citation: &Citation, evidence: &Evidence) -> WireEvidence {
        let Place {
            file,
            line,
            end_line,
            bytes: _,
            row,
            job,
            device,
            time,
            excerpt,
        } = citation.place.clone();
        WireEvidence {
            stance: citation.stance,
            grade: citation.grade,
            digest: evidence.digests.get(&file).cloned(),
            file,
            line,
            end_line,
            row,
            job,
            device,
            time,
            excerpt,
            value: citation.value.clone(),
            note: citation.note.as_ref().map(WireMessage::of),
        }
    }
}

impl WireStep {
    fn of(step: &Step) -> WireStep {
        WireStep {
            what: step.what.clone(),
            value: step.value.clone(),
            instead_of: step.instead_of.clone(),
            file: step.place.file.clone(),
            line: step.place.line,
            end_line: step.place.end_line,
        }
    }
}

impl WireRecommendation {
    fn of(recommendation: &Recommendation) -> WireRecommendation {
        let WireMessage { code, values, text } = WireMessage::of(&recommendation.text);
        WireRecommendation {
            target: recommendation.target,
            code,
            values,
            text,
            latex: recommendation.latex.clone(),
            patch: recommendation.patch.as_ref().map(|(file, text)| WirePatch {
                file: file.clone(),
                text: text.clone(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::world;

    fn schema() -> serde_json::Value {
        serde_json::to_value(schemars::SchemaGenerator::default().into_root_schema_for::<WireReport>()).unwrap()
    }

    /// `UPDATE_SCHEMA=1 cargo test --lib schema` writes the file anew.
    #[test]
    fn the_committed_schema_is_that_of_the_types() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/report.schema.json");
        let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), text, "{path} is stale");
    }

    #[test]
    fn a_report_is_valid_and_a_changed_one_is_not() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let text = world::with_report(Language::Spanish, |report| render(report, &Options::default()));
        let good: serde_json::Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = validator.iter_errors(&good).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");

        for (pointer, bad) in [
            ("/claims/0/verdict", serde_json::json!("correct")),
            ("/claims/0/evidence/0/stance", serde_json::json!("agrees")),
            ("/claims/0/evidence/0/line", serde_json::json!("5")),
            ("/gaps/0/why", serde_json::json!("because")),
            ("/summary", serde_json::json!({ "claims": 6 })),
        ] {
            let mut changed = good.clone();
            *changed.pointer_mut(pointer).unwrap() = bad;
            assert!(!validator.is_valid(&changed), "{pointer} takes anything");
        }
    }

    #[test]
    fn drafts_have_no_verdict_and_texts_are_english() {
        let text = world::with_report(Language::Spanish, |report| render(report, &Options::default()));
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        let claim = |id: &str| {
            report["claims"]
                .as_array()
                .unwrap()
                .iter()
                .find(|claim| claim["id"] == id)
                .unwrap()
                .clone()
        };
        assert_eq!(claim("layers")["verdict"], serde_json::Value::Null);
        assert_eq!(claim("layers")["draft"], true);
        assert_eq!(claim("seed")["accepted"]["until"], "2026-03-31");
        assert_eq!(claim("seed")["verdict"], "discrepancy");
        assert_eq!(
            claim("bitsandbytes")["because"]["text"],
            "`bitsandbytes` is used through `transformers.BitsAndBytesConfig` (src/qsm/models/qwen_audio.py:140, \
             scripts/opro_classic_optimize.py:127), under the condition `load_in_4bit or load_in_8bit`, \
             but no manifest in scope declares it."
        );
        assert_eq!(claim("batch")["evidence"][0]["digest"], world::digest('a'));
        assert_eq!(
            claim("batch")["paper"],
            serde_json::json!({ "file": "paper/main.tex", "line": 31 })
        );
    }
}
