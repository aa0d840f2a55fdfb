//! Judging: one file per kind of claim; pure.
//!
//! A kind is a [`Kind`]: its keys, what it asks, and how it judges. [`KINDS`] names them all; a test holds the list
//! against the folder.
//!
//! Why it can be wrong: a judge that looks anywhere but at its [`Case`] gives a ruling that cannot be replayed.
//!
//! Example: the kind `sampling-rate` asks for its usual names, and compares what took effect with `value` in Hz.

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
