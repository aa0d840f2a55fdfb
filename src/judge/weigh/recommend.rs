//! What to change, in the paper or in the code, after a claim was refuted or left open.
//!
//! Why it can be wrong: a corrected sentence that changes more than the number puts words into somebody's paper. The
//! sentence is the claim's own quote with the claimed value replaced, and only where that value stands in it once.
//!
//! Example: `with batch size 50 for evaluation` becomes `with batch size 32 for evaluation`.

use crate::claim::Claim;
use crate::quantity::{Locale, scan};
use crate::verdict::{Citation, Message, Recommendation, Ruling, Stance, Target, Verdict};

/// Adds what follows from the verdict alone: correct the paper, or the code.
pub(crate) fn add_usual(claim: &Claim, ruling: &mut Ruling) {
    add(claim, ruling, true);
}

/// The same where the place found is no setting to correct (a time limit).
pub(crate) fn add_for_the_paper(claim: &Claim, ruling: &mut Ruling) {
    add(claim, ruling, false);
}

fn add(claim: &Claim, ruling: &mut Ruling, code: bool) {
    let Some(found) = ruling.found.clone() else { return };
    if !matches!(ruling.verdict, Verdict::Discrepancy | Verdict::MinorDiscrepancy) || found.contains(" / ") {
        return;
    }
    // The place that has what was found; what speaks for the claim stands before it.
    let has_it = |citation: &&Citation| citation.stance == Stance::Contradicts;
    let place = ruling
        .citations
        .iter()
        .find(has_it)
        .or(ruling.citations.first())
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
    if !code {
        return;
    }
    ruling.recommendations.push(Recommendation {
        target: Target::Code,
        text: Message::new("or-correct-the-code")
            .with("expected", &ruling.expected)
            .with("place", place),
        latex: None,
        patch: None,
    });
}

/// The claim's quote with its value replaced, where that value stands in it exactly once and one value was found.
pub(crate) fn corrected(claim: &Claim, stated: &str, found: &str) -> Option<String> {
    let quote = claim.quote.as_deref()?;
    if found.contains(" / ") || found.contains('≤') {
        return None;
    }
    // The value as the sentence prints it: a quantity in the quote that says the same as the claim.
    let value = claim.value.as_ref().map(ToString::to_string).unwrap_or_default();
    let same: Vec<std::ops::Range<usize>> = scan(quote, Locale::English)
        .into_iter()
        .filter(|found| found.stated.to_string() == value)
        .map(|found| found.span)
        .collect();
    if let [span] = same.as_slice() {
        return Some(format!(
            "{}{}{}",
            &quote[..span.start],
            found.replace(' ', "~"),
            &quote[span.end..]
        ));
    }
    let once = !stated.is_empty() && quote.matches(stated).count() == 1;
    once.then(|| quote.replace(stated, found))
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
