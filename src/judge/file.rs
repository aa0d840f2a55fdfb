//! Files are there, and are what they are said to be.
//!
//! ## What it checks
//! `sha256` (a prefix is called one) of the one file in scope, `count` of the files that `in` matches, `lines` of the
//! one file, `same-as`: another file with the same bytes.
//!
//! ## Why it can be wrong
//! A Git LFS pointer has a hash and lines of its own; it is reported as what it is, never as the data. As a file it counts,
//! which is said.
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
use super::weigh::several;
use super::weigh::unread;
use super::weigh::vote::{Ballot, Question, Stand};
use super::{Case, Kind};
use crate::claim::{Claim, Key, KindSpec, Shape};
use crate::evidence::{Ask, GapReason, Grade, Scope, Statement, Subject};
use crate::quantity::Value;
use crate::verdict::{Message, Ruling, Stance};

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
        shared: &["in!", "tolerance", "for"],
        says: &["sha256", "count", "lines", "same-as"],
        subject: None,
        exact: true,
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
        let scope = claim.scope.clone();
        let has = |key: &str| claim.fields.get(key).is_some();
        let mut asks = Vec::new();
        // To be counted, files need not be opened.
        asks.extend(has("count").then(|| Ask::Present { scope: scope.clone() }));
        let of_content = ["sha256", "lines", "same-as"].into_iter().any(has);
        asks.extend(of_content.then_some(Ask::Files { scope }));
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
    let digest = |file: &Statement| case.evidence.digests.get(&file.place.file).cloned().unwrap_or_default();
    let mut parts = Vec::new();
    if let Some(stated) = claim.fields.stated("count") {
        // A glob that matches nothing counts nothing: it may be misspelt, and silence refutes no claim.
        let there: Vec<&Statement> = case
            .evidence
            .statements
            .iter()
            .filter(|s| s.subject == Subject::Present && scope.has(&s.place.file) && !scope.excludes(&s.place.file))
            .collect();
        let count = i64::try_from(there.len()).unwrap_or(i64::MAX);
        let stand = compare_value(claim, stated, &Value::from(count), None, How::EXACT).stand;
        let ballots = if there.is_empty() {
            Vec::new()
        } else {
            vec![ballot(stand, count.to_string(), &there)]
        };
        let mut ruling = part(case, &scope, format!("count {stated}"), ballots);
        let pointers = unread::unread(case, &scope, |gap| gap.why == GapReason::LfsPointer);
        if !pointers.is_empty() {
            let caveat = Message::new("pointers-counted").with("count", pointers.len());
            ruling.caveats.push(caveat);
        }
        parts.push(ruling);
    }
    if let Some(stated) = claim.fields.stated("lines") {
        let one = |file: &&Statement| {
            let value = file.value.literal()?;
            let stand = compare_value(claim, stated, value, None, How::EXACT).stand;
            Some(ballot(stand, value.to_string(), &[*file]))
        };
        parts.push(of_content(
            case,
            &scope,
            format!("lines {stated}"),
            files.iter().filter_map(one).collect(),
        ));
    }
    if let Some(hash) = claim.fields.text("sha256") {
        let one = |file: &&Statement| {
            let found = digest(file);
            let same = found.starts_with(&hash.to_lowercase());
            ballot(if same { Stand::For } else { Stand::Against }, found, &[*file])
        };
        let mut ruling = of_content(case, &scope, format!("sha256 {hash}"), files.iter().map(one).collect());
        if hash.len() < 64 {
            ruling
                .caveats
                .push(Message::new("hash-prefix").with("digits", hash.len()));
        }
        parts.push(ruling);
    }
    if let Some(twin) = claim.fields.text("same-as") {
        let twins = all(&|file| file == twin);
        let one = |file: &&Statement| {
            let twin = twins.first()?;
            let same = digest(file) == digest(twin);
            Some(ballot(
                if same { Stand::For } else { Stand::Against },
                digest(file),
                &[*file, *twin],
            ))
        };
        parts.push(of_content(
            case,
            &scope,
            format!("same-as {twin}"),
            files.iter().filter_map(one).collect(),
        ));
    }
    several::all_must_hold(parts)
}

/// One key of the claim: each file it is about is an occasion. A file that is there and was not read leaves it open.
fn of_content(case: &Case<'_>, scope: &InScope<'_>, expected: String, mut ballots: Vec<Ballot>) -> Ruling {
    let read = |file: &str| {
        let mut statements = case.evidence.statements.iter();
        statements.any(|statement| statement.subject == Subject::File && statement.place.file == file)
    };
    let unread = unread::unread(case, scope, |gap| !read(&gap.file));
    if unread.is_empty() {
        return part(case, scope, expected, ballots);
    }
    if !ballots.is_empty() {
        ballots.extend(unread::ballot(&unread, Grade::Measured));
        return part(case, scope, expected, ballots);
    }
    Ruling {
        because: unread::message(&unread),
        ..part(case, scope, expected, ballots)
    }
}

fn part(case: &Case<'_>, scope: &InScope<'_>, expected: String, ballots: Vec<Ballot>) -> Ruling {
    Question {
        expected,
        ballots,
        context: Vec::new(),
        caveats: scope.caveats(),
        deciding: Grade::Measured,
        floor: None,
        quorum: case.claim.quorum,
        silence: (named::silent_verdict(case), scope.silence("file")),
    }
    .decide()
}

fn stance(stand: &Stand) -> Stance {
    if *stand == Stand::For {
        Stance::Supports
    } else {
        Stance::Contradicts
    }
}

fn ballot(stand: Stand, found: String, places: &[&Statement]) -> Ballot {
    let stance = stance(&stand);
    Ballot::new(
        stand,
        Grade::Measured,
        found,
        places.iter().take(20).map(|place| cite(place, stance)).collect(),
    )
}
