//! What nobody claimed: settings that launches set to something else than the default, and numbers with a unit in the
//! paper's setup sections, that no claim of these files mentions.
//!
//! Why it can be wrong: a list that is long is not read. So what is no setting of an experiment (paths, names, ports),
//! what a launch sets to the default anyway, and what is no quantity (years, citations, pages) is left out; a thing
//! that is listed and should not be is worse here than one that is missing.
//!
//! Example: three jobs pass `--temperature 0.7` and no claim names `temperature`; the paper says "for 3 epochs" and no
//! claim says 3.

mod numbers;
mod settings;

use crate::claim::ClaimFile;
use crate::evidence::{Ask, Evidence};
use crate::place::Place;
use crate::quantity::Value;

/// A setting that launches set.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// As the launch writes it.
    pub name: String,
    /// Each value with the places that set it, in the order of the repository.
    pub values: Vec<(Value, Vec<Place>)>,
    /// What it is where nothing sets it, where that is known.
    pub default: Option<Value>,
}

/// A number of the paper.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// The sentence up to the number, the number, and what follows.
    pub sentence: (String, String, String),
    /// The headings over it, outermost first.
    pub titles: Vec<String>,
    pub place: Place,
}

/// What no claim mentions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Uncovered {
    pub settings: Vec<Setting>,
    pub numbers: Vec<Number>,
    /// Launches and quantities that were looked at, so that nothing found says something.
    pub launches: usize,
    pub quantities: usize,
}

/// What has to be asked beside what the claims ask.
pub fn asks(files: &[ClaimFile]) -> Vec<Ask> {
    let spanish = files.iter().any(|file| file.document.language.as_deref() == Some("es"));
    vec![Ask::Launched, Ask::Paper { spanish }]
}

/// What no claim of these files mentions, in their repository's evidence.
pub fn uncovered(files: &[&ClaimFile], evidence: &Evidence) -> Uncovered {
    let (settings, launches) = settings::uncovered(files, evidence);
    let (numbers, quantities) = numbers::uncovered(files, evidence);
    Uncovered {
        settings,
        numbers,
        launches,
        quantities,
    }
}
