//! `verify` finds out whether what a paper says about its experimental setup is true.
//!
//! ```text
//! claim file ──> claim ──> asks ──> source ──> evidence ──> judge ──> verdict ──> report
//!                                     ▲                                  │
//!                               repository                             gate ──> exit code
//! ```
//!
//! The rooms, in the order in which the data flows; imports run the other way only.

pub mod claim;
pub mod cli;
pub mod draft;
pub mod evidence;
pub mod exit;
pub mod gate;
pub mod judge;
pub mod live;
pub mod perturb;
pub mod place;
pub mod quantity;
pub mod report;
pub mod run;
pub mod source;
pub mod uncovered;
pub mod verdict;
pub mod write;
