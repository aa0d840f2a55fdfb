//! A package that is used and not declared: where it is used, and what to do about it.
//!
//! Why it can be wrong: an import is a trace and no declaration, so it never supports; and a hundred of them are no more
//! than one. A few are cited, one for each file, and how many more there are is said.
//!
//! Example: `BitsAndBytesConfig` is imported, and no manifest declares `bitsandbytes`.

use std::collections::BTreeSet;

use super::scope::InScope;
use super::{named, recommend};
use crate::evidence::{Form, Statement, Subject};
use crate::judge::Case;
use crate::verdict::{Message, Verdict};

/// Uses that are cited.
const FEW: usize = 8;

/// A few of many uses: the first of each file, in the order in which they stand.
pub(crate) fn a_few<'s>(traces: &[&'s Statement]) -> Vec<&'s Statement> {
    if traces.len() <= FEW {
        return traces.to_vec();
    }
    let mut files: BTreeSet<&str> = BTreeSet::new();
    let first = traces.iter().filter(|s| files.insert(&s.place.file));
    first.copied().take(FEW).collect()
}

/// What is said where nothing declares the package: nothing, or that it is used all the same.
pub(crate) fn silence(
    case: &Case<'_>,
    scope: &InScope<'_>,
    package: &str,
    traces: &[&Statement],
) -> (Verdict, Message) {
    if traces.is_empty() {
        return (named::silent_verdict(case), scope.silence(package));
    }
    let places: Vec<String> = traces.iter().map(|s| s.place.short()).take(6).collect();
    let guard = traces
        .iter()
        .find_map(|s| s.guards.last())
        .map(|guard| guard.text.clone())
        .unwrap_or_default();
    // The symbol that needs the package, where it is not the package's own module that is imported.
    let symbol = traces
        .iter()
        .find_map(|trace| match &trace.subject {
            Subject::Import { via: Some(via), .. } => Some(via.clone()),
            _ => None,
        })
        .unwrap_or_default();
    let because = Message::new("used-but-not-declared")
        .with("package", package)
        .with("places", places.join(", "))
        .with("condition", guard)
        .with("symbol", symbol);
    (Verdict::NeedsClarification, because)
}

/// Declare it, or say in the paper how it comes in.
pub(crate) fn undeclared(case: &Case<'_>, package: &str, traces: &[&Statement]) -> Vec<crate::verdict::Recommendation> {
    let manifests: Vec<&str> = case
        .evidence
        .statements
        .iter()
        .filter(|s| matches!(s.subject, Subject::Dependency { .. }) && s.form == Form::Requirement)
        // What is installed somewhere is no manifest.
        .filter(|s| s.owner.first().is_none_or(|owner| owner != "installed"))
        .map(|s| s.place.file.as_str())
        .collect();
    let requirements = manifests.iter().find(|file| file.ends_with("requirements.txt"));
    let manifest = requirements
        .or(manifests.first())
        .map_or("requirements.txt", |file| file)
        .to_string();
    let line = if manifest.ends_with(".toml") {
        format!("\"{package}\",")
    } else {
        package.to_string()
    };
    let via = traces
        .iter()
        .find_map(|s| match &s.subject {
            Subject::Import { via: Some(via), .. } => via.split('.').next().map(str::to_string),
            _ => None,
        })
        .unwrap_or_default();
    let add = Message::new("declare-the-package")
        .with("package", package)
        .with("file", &manifest);
    let say = Message::new("say-how-it-comes-in")
        .with("package", package)
        .with("via", via);
    vec![
        recommend::code(add, Some((manifest, line))),
        recommend::paper(say, None),
    ]
}
