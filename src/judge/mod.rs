//! Judging: one file per kind of claim; pure.
//!
//! A kind is a [`Kind`]: its keys, what it asks, and how it judges. [`KINDS`] names them all; a test holds the list
//! against the folder.
//!
//! Why it can be wrong: a judge that looks anywhere but at its [`Case`] gives a ruling that cannot be replayed.
//!
//! Example: the kind `sampling-rate` asks for its usual names, and compares what took effect with `value` in Hz.

mod batch_size;
mod decoding;
mod dependency;
mod duration;
mod file;
mod gpu;
mod manual;
mod metric;
mod parameter;
mod pattern;
mod runtime;
mod samples;
mod sampling_rate;
mod scheduler;
mod usage;
mod vram;
pub(crate) mod weigh;

pub use weigh::recorded::{is_of_another_run, limits as limits_of_a_record};
pub use weigh::several::elapsed as shown_seconds;
pub use weigh::timed::interval as shown_interval;

use crate::claim::{Claim, ClaimFile, KindSpec};
use crate::evidence::{Ask, Evidence};
use crate::verdict::Ruling;

/// A kind of claim.
#[derive(Debug)]
pub struct Kind {
    pub spec: KindSpec,
    pub asks: fn(&Claim, &ClaimFile) -> Vec<Ask>,
    pub judge: fn(&Case<'_>) -> Ruling,
}

/// Everything a judge may look at.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    pub claim: &'a Claim,
    /// The other claims of the file: the one `gpu` claim gives `runtime` its model, and claims can contradict each other.
    pub file: &'a ClaimFile,
    pub evidence: &'a Evidence,
}

/// Every kind, in alphabetical order.
pub const KINDS: &[Kind] = &[
    batch_size::KIND,
    dependency::KIND,
    decoding::KIND,
    duration::KIND,
    file::KIND,
    gpu::KIND,
    manual::KIND,
    metric::KIND,
    parameter::KIND,
    pattern::KIND,
    runtime::KIND,
    samples::KIND,
    sampling_rate::KIND,
    scheduler::KIND,
    usage::KIND,
    vram::KIND,
];

impl Kind {
    pub fn of_name(name: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.spec.name == name)
    }
}

/// The key tables of all kinds, as the claim language's parser takes them.
pub fn specs() -> Vec<&'static KindSpec> {
    KINDS.iter().map(|kind| &kind.spec).collect()
}

/// The ruling on one claim, from what it may see: its kind's judge, then what holds for all kinds.
pub fn judge(case: &Case<'_>) -> Ruling {
    let own = case.evidence.without_foreign(&scopes(case.claim));
    let case = &Case {
        evidence: own.as_ref().unwrap_or(case.evidence),
        ..*case
    };
    let Some(kind) = Kind::of_name(case.claim.kind) else {
        return weigh::impossible::ruling(case, crate::verdict::Message::new("unknown-kind"));
    };
    let mut ruling = weigh::impossible::against_other_claims(case, (kind.judge)(case));
    quote(case, &mut ruling);
    ruling
}

/// What a claim of this kind asks, with the quote that every claim may have.
pub fn asks(claim: &Claim, file: &ClaimFile) -> Vec<Ask> {
    let mut asks = Kind::of_name(claim.kind)
        .map(|kind| (kind.asks)(claim, file))
        .unwrap_or_default();
    asks.extend(quote_ask(claim, file));
    asks.extend(weigh::recorded::ask(claim, file));
    asks
}

/// The names under which a timed run may print what this claim says of it.
pub fn printed_names(claim: &Claim, file: &ClaimFile) -> Vec<String> {
    let own = asks(claim, file).into_iter().filter_map(|ask| match ask {
        Ask::Setting { names } => Some(names),
        _ => None,
    });
    let mut names: Vec<String> = own.flatten().collect();
    if claim.kind == "samples" {
        names.extend(samples::PRINTED.iter().map(ToString::to_string));
    }
    if claim.kind == "batch-size" {
        names.extend(batch_size::printed().map(str::to_string));
    }
    names
}

/// Every scope a judge of this claim may look at.
pub fn scopes(claim: &Claim) -> Vec<crate::evidence::Scope> {
    let mut scopes = vec![claim.scope.clone()];
    if !claim.scope.exclude.is_empty() {
        scopes.push(weigh::scope::excluded(claim));
    }
    scopes.extend(asks_scopes(claim));
    scopes
}

/// Scopes that only an ask names (the other file of `same-as`).
fn asks_scopes(claim: &Claim) -> Vec<crate::evidence::Scope> {
    let file = claim.fields.text("same-as").map(str::to_string);
    file.map(|file| crate::evidence::Scope {
        include: vec![file],
        exclude: Vec::new(),
    })
    .into_iter()
    .collect()
}

/// Where the quote is to be looked up, where it is.
pub fn quote_ask(claim: &Claim, file: &ClaimFile) -> Option<Ask> {
    let text = claim.quote.clone()?;
    let at = claim.at.as_ref().map(|at| match at.line {
        Some(line) => format!("{}:{line}-{}", at.file, at.end_line.unwrap_or(line)),
        None => at.file.clone(),
    });
    (at.is_some() || file.document.paper.is_some()).then_some(Ask::Quote { text, at })
}

/// A quote that is gone makes the verdict needs-clarification, unless the evidence's own is worse; a quote that is not
/// looked up, and a claim without one, are caveats.
fn quote(case: &Case<'_>, ruling: &mut Ruling) {
    use crate::evidence::Subject;
    use crate::verdict::{Message, Verdict};
    let Some(text) = &case.claim.quote else {
        ruling.caveats.push(Message::new("no-quote"));
        return;
    };
    if quote_ask(case.claim, case.file).is_none() {
        ruling.caveats.push(Message::new("quote-not-looked-up"));
        return;
    }
    let stands = case
        .evidence
        .statements
        .iter()
        .any(|s| matches!(&s.subject, Subject::Quote { text: theirs } if theirs == text));
    if stands {
        return;
    }
    let gone = Message::new("quote-gone").with("quote", text);
    if ruling.verdict < Verdict::NeedsClarification {
        ruling.verdict = Verdict::NeedsClarification;
        ruling.because = gone;
    } else {
        ruling.caveats.push(gone);
    }
}
