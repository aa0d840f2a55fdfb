//! What to change, in the paper or in the code, after a claim was refuted or left open.
//!
//! Why it can be wrong: a corrected sentence that changes more than the number puts words into somebody's paper. The
//! sentence is the claim's own quote with the claimed value replaced, and only where that value stands in it once.
//!
//! Example: `with batch size 50 for evaluation` becomes `with batch size 32 for evaluation`.

use crate::claim::Claim;
use crate::verdict::{Message, Recommendation, Ruling, Target, Verdict};

/// Adds what follows from the verdict alone: correct the paper, or the code.
pub(crate) fn add_usual(claim: &Claim, ruling: &mut Ruling) {
    let Some(found) = ruling.found.clone() else { return };
    if !matches!(ruling.verdict, Verdict::Discrepancy | Verdict::MinorDiscrepancy) || found.contains(" / ") {
        return;
    }
    let place = ruling
        .citations
        .first()
        .map(|citation| citation.place.short())
        .unwrap_or_default();
    ruling.recommendations.push(Recommendation {
        target: Target::Paper,
        text: Message::new("correct-the-paper")
            .with("found", &found)
            .with("place", &place),
        latex: corrected(claim, &ruling.expected, &found),
        patch: None,
    });
    ruling.recommendations.push(Recommendation {
        target: Target::Code,
        text: Message::new("or-correct-the-code")
            .with("expected", &ruling.expected)
            .with("place", place),
        latex: None,
        patch: None,
    });
}

/// The claim's quote with its value replaced, where that value stands in it exactly once.
pub(crate) fn corrected(claim: &Claim, stated: &str, found: &str) -> Option<String> {
    let quote = claim.quote.as_deref()?;
    let mut spellings = vec![stated.to_string(), stated.replace(' ', "~"), stated.replace('-', "--")];
    if let Some(quantity) = claim.value.as_ref().and_then(crate::quantity::Stated::quantity) {
        spellings.push(quantity.to_string());
        if quantity.unit.is_none() {
            spellings.push(quantity.number.text.clone());
        }
    }
    spellings
        .iter()
        .find(|spelling| !spelling.is_empty() && quote.matches(spelling.as_str()).count() == 1)
        .map(|spelling| quote.replace(spelling.as_str(), found))
}

/// A recommendation for the paper without a corrected sentence.
pub(crate) fn paper(text: Message, latex: Option<String>) -> Recommendation {
    Recommendation {
        target: Target::Paper,
        text,
        latex,
        patch: None,
    }
}

/// A recommendation for a file of the repository, with the line to add.
pub(crate) fn code(text: Message, patch: Option<(String, String)>) -> Recommendation {
    Recommendation {
        target: Target::Code,
        text,
        latex: None,
        patch,
    }
}
