//! Versions as papers print them, against versions as manifests declare them.
//!
//! It can be wrong by taking permission for fact: `torch>=2.0.0` permits 2.6 but does not say it. So a pin of the paper
//! against an open range is never green. Example: `2.x` against `>=2.0.0` agrees, with the caveat that nothing bounds it above.

mod judge;
mod marker;
mod specifier;
mod spelling;

pub use judge::{Declared, VersionOutcome, judge_version, judge_works_with};
pub use marker::{Holds, holds};
pub use specifier::{Specifier, SpecifierError};
