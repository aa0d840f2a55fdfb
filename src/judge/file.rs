//! Files are there, and are what they are said to be.
//!
//! ## What it checks
//! `sha256` (a prefix is called one) of the one file in scope, `count` of the files that `in` matches, `lines` of the
//! one file, `same-as`: another file with the same bytes.
//!
//! ## Why it can be wrong
//! A Git LFS pointer has a hash and lines of its own; it is reported as what it is, never as the data.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "test-list"
//! kind = "file"
//! lines = 2620
//! in = "data/test.txt"
//! ```

use super::weigh::cite::cite;
use super::weigh::compared::{How, compare_value};
use super::weigh::named;
use super::weigh::scope::InScope;
use super::weigh::vote::{Ballot, Question, Stand};
use super::{Case, Kind};
use crate::claim::{Claim, Key, KindSpec, Quorum, Shape};
use crate::evidence::{Ask, Grade, Scope, Statement, Subject};
use crate::place::Place;
use crate::quantity::{Stated, Value};
use crate::verdict::{Citation, Message, Ruling, Stance};

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "file",
        about: include_str!("file.rs"),
        keys: &[
            Key {
                name: "sha256",
                shape: Shape::Sha256,
                required: false,
                about: "The file's SHA-256, or at least 8 digits of its beginning.",
            },
            Key {
                name: "count",
                shape: Shape::Stated,
                required: false,
                about: "How many files `in` matches.",
            },
            Key {
                name: "lines",
                shape: Shape::Stated,
                required: false,
                about: "How many lines the file has.",
            },
            Key {
                name: "same-as",
                shape: Shape::Text,
                required: false,
                about: "A file with the same bytes.",
            },
        ],
        shared: &["in!", "tolerance"],
        usual_names: &[],
        deciding: Grade::Measured,
        check: |claim| {
            if ["sha256", "count", "lines", "same-as"]
                .iter()
                .any(|key| claim.fields.get(key).is_some())
            {
                Ok(())
            } else {
                Err("a file claim needs `sha256`, `count`, `lines` or `same-as`".to_string())
            }
        },
        dimension: None,
    },
    asks: |claim, _| {
        let mut asks = vec![Ask::Files {
            scope: claim.scope.clone(),
        }];
        asks.extend(other(claim).map(|scope| Ask::Files { scope }));
        asks
    },
    judge,
};

fn other(claim: &Claim) -> Option<Scope> {
    let file = claim.fields.text("same-as")?;
    Some(Scope {
        include: vec![file.to_string()],
        exclude: Vec::new(),
    })
}

fn judge(case: &Case<'_>) -> Ruling {
    let claim = case.claim;
    let scope = InScope::of(case);
    let all = |wanted: &dyn Fn(&str) -> bool| -> Vec<&Statement> {
        case.evidence
            .statements
            .iter()
            .filter(|s| s.subject == Subject::File && wanted(&s.place.file))
            .collect()
    };
    let files = all(&|file| scope.has(file));
    let digest = |file: &str| case.evidence.digests.get(file).map(String::as_str).unwrap_or_default();
    let mut ballots = Vec::new();
    let mut expected = Vec::new();
    let mut say = |stand: Stand, found: String, places: Vec<&Statement>| {
        let stance = if stand == Stand::For {
            Stance::Supports
        } else {
            Stance::Contradicts
        };
        let mut citations: Vec<Citation> = places.iter().take(20).map(|place| cite(place, stance)).collect();
        if citations.is_empty() {
            citations.push(Citation {
                stance,
                grade: Grade::Measured,
                place: Place::whole(claim.scope.include.join(", ")),
                value: found.clone(),
                note: None,
            });
        }
        ballots.push(Ballot {
            rule: String::new(),
            stand,
            grade: Grade::Measured,
            found,
            citations,
            chain: Vec::new(),
            caveats: Vec::new(),
        });
    };
    if let Some(stated) = claim.fields.stated("count") {
        expected.push(stated.to_string());
        let count = i64::try_from(files.len()).unwrap_or(i64::MAX);
        // A glob that matches nothing counts nothing: it may be misspelt, and silence refutes no claim.
        if count > 0 {
            say(compared(claim, stated, count), count.to_string(), files.clone());
        }
    }
    if let Some(stated) = claim.fields.stated("lines") {
        expected.push(stated.to_string());
        for file in &files {
            if let Some(Value::Number(lines)) = file.value.literal() {
                let value = Value::Number(lines.clone());
                say(
                    compare_value(claim, stated, &value, None, How::EXACT).stand,
                    lines.to_string(),
                    vec![file],
                );
            }
        }
    }
    if let Some(hash) = claim.fields.text("sha256") {
        expected.push(hash.to_string());
        for file in &files {
            let found = digest(&file.place.file);
            let stand = if found.starts_with(&hash.to_lowercase()) {
                Stand::For
            } else {
                Stand::Against
            };
            say(stand, found.to_string(), vec![file]);
        }
    }
    if let Some(twin) = claim.fields.text("same-as") {
        expected.push(twin.to_string());
        let twins = all(&|file| file == twin);
        if let Some(twin_file) = twins.first() {
            for file in &files {
                let same = digest(&file.place.file) == digest(&twin_file.place.file);
                let stand = if same { Stand::For } else { Stand::Against };
                say(stand, digest(&file.place.file).to_string(), vec![file, twin_file]);
            }
        }
    }
    let prefix = claim.fields.text("sha256").filter(|hash| hash.len() < 64);
    let mut caveats = scope.caveats();
    caveats.extend(prefix.map(|hash| Message::new("hash-prefix").with("digits", hash.len())));
    Question {
        expected: expected.join(", "),
        ballots,
        context: Vec::new(),
        caveats,
        deciding: Grade::Measured,
        floor: None,
        // Each of the keys must hold: one that does not is a counter-example.
        quorum: Quorum::All,
        silence: (named::silent_verdict(case), scope.silence("file")),
    }
    .decide()
}

fn compared(claim: &Claim, stated: &Stated, count: i64) -> Stand {
    compare_value(claim, stated, &Value::from(count), None, How::EXACT).stand
}
