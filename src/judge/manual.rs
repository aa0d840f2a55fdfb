//! A person vouches for what no source can show.
//!
//! ## What it checks
//! Nothing but its own freshness: `see` names lines with their hash; when those lines have changed, somebody has to
//! look again.
//!
//! ## Why it can be wrong
//! It is a person's word. Its grade is the weakest, and every report says who vouched, when and why.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "annotators"
//! kind = "manual"
//! by = "the authors"
//! on = 2026-05-01
//! why = "the annotation contract is not in the repository"
//! ```

use super::weigh::cite::cite;
use super::{Case, Kind};
use crate::claim::{Field, Key, KindSpec, Shape};
use crate::evidence::{Ask, Grade, Statement, Subject};
use crate::verdict::{Citation, Message, Ruling, Stance, Verdict};

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "manual",
        about: include_str!("manual.rs"),
        keys: &[
            Key {
                name: "by",
                shape: Shape::Text,
                required: true,
                about: "Who vouches.",
            },
            Key {
                name: "on",
                shape: Shape::Date,
                required: true,
                about: "The day on which they did.",
            },
            Key {
                name: "why",
                shape: Shape::Text,
                required: true,
                about: "Why no source can show it, or what was looked at.",
            },
            Key {
                name: "see",
                shape: Shape::See,
                required: false,
                about: "Lines it rests on, with their SHA-256: when they change, it is stale.",
            },
        ],
        shared: &[],
        says: &[],
        subject: None,
        exact: true,
        usual_names: &[],
        deciding: Grade::Vouched,
        check: |_| Ok(()),
        dimension: None,
    },
    asks: |claim, _| match claim.fields.get("see") {
        Some(Field::See { at, .. }) => {
            let first = at.line.unwrap_or(1);
            vec![Ask::Lines {
                file: at.file.clone(),
                first,
                last: at.end_line.unwrap_or(first),
            }]
        }
        _ => Vec::new(),
    },
    judge,
};

fn judge(case: &Case<'_>) -> Ruling {
    let claim = case.claim;
    let by = claim.fields.text("by").unwrap_or_default();
    let why = claim.fields.text("why").unwrap_or_default();
    let on = match claim.fields.get("on") {
        Some(Field::Date(day)) => day.to_string(),
        _ => String::new(),
    };
    let own = Citation {
        stance: Stance::Supports,
        grade: Grade::Vouched,
        place: claim.place.clone(),
        value: by.to_string(),
        note: None,
    };
    let vouched = Message::new("vouched").with("by", by).with("on", &on).with("why", why);
    let (verdict, because, citation) = match claim.fields.get("see") {
        Some(Field::See { at, sha256 }) => match seen(case, &at.file, at.line) {
            Some(lines)
                if lines
                    .value
                    .literal()
                    .is_some_and(|value| value.to_string() == sha256.to_lowercase()) =>
            {
                (Verdict::Supported, vouched, Some(cite(lines, Stance::Context)))
            }
            Some(lines) => {
                let because = Message::new("vouched-stale")
                    .with("place", lines.place.short())
                    .with("by", by);
                (
                    Verdict::NeedsClarification,
                    because,
                    Some(cite(lines, Stance::Contradicts)),
                )
            }
            None => (
                Verdict::NeedsClarification,
                Message::new("vouched-lines-gone").with("file", &at.file),
                None,
            ),
        },
        _ => (Verdict::Supported, vouched, None),
    };
    Ruling {
        verdict,
        grade: Some(Grade::Vouched),
        because,
        expected: claim.title.clone().unwrap_or_else(|| claim.id.clone()),
        found: None,
        citations: citation.into_iter().chain([own]).collect(),
        chain: Vec::new(),
        caveats: Vec::new(),
        recommendations: Vec::new(),
    }
}

fn seen<'a>(case: &Case<'a>, file: &str, line: Option<u32>) -> Option<&'a Statement> {
    case.evidence.statements.iter().find(|statement| {
        statement.subject == Subject::Lines
            && statement.place.file == file
            && statement.place.line == Some(line.unwrap_or(1))
    })
}
