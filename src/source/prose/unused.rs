//! Whether a sentence names a card without saying that anybody here used it.
//!
//! Why it can be wrong: a card that is not supported, planned, or that of somebody else's work would count as the one of the
//! experiments. So such a mention stays context; where it is a use all the same, it is one vote less, and none is invented.
//!
//! Example: in `It does not run on a V100, but we used an A100` the V100 is denied, and the A100 is not.

use std::ops::Range;

use super::lexicon::{DENIED, OF_OTHERS, PLANNED};

/// What ends a clause whose denial does not reach the next.
const BOUNDARIES: &[&str] = &[
    ";",
    " but ",
    " while ",
    " whereas ",
    " although ",
    " pero ",
    " mientras ",
    " aunque ",
];

/// Words behind a card within which it may be denied: `V100 cards are not supported`.
const BEHIND: usize = 4;

/// Whether the card at `span` of a sentence is denied, planned, merely supported, or somebody else's.
pub(super) fn unused(text: &str, span: &Range<usize>) -> bool {
    // Bytes stay where they are: no other folding is needed for the words of the lists.
    let lower = text.to_ascii_lowercase().replace('\n', " ");
    let (Some(before), Some(behind)) = (lower.get(..span.start), lower.get(span.end..)) else {
        return false;
    };
    let start = BOUNDARIES
        .iter()
        .filter_map(|mark| before.rfind(mark).map(|at| at + mark.len()))
        .max()
        .unwrap_or(0);
    let end = BOUNDARIES
        .iter()
        .filter_map(|mark| behind.find(mark))
        .min()
        .unwrap_or(behind.len());
    // `a V100, not an A40`: behind a comma the denial is of what comes next.
    let near = behind[..end].split(',').next().unwrap_or_default();
    let near = spaced(&near.split_whitespace().take(BEHIND).collect::<Vec<_>>().join(" "));
    let (before, behind) = (spaced(&before[start..]), spaced(&behind[..end]));
    let says = |text: &str, of: &[&str]| of.iter().any(|phrase| text.contains(&format!(" {phrase} ")));
    // Who is supported by a grant has the card.
    let whole = format!("{before}{behind}").replace(" supported by ", " ");
    denied(&before) || denied(&near) || says(&whole, &PLANNED) || says(&behind, &OF_OTHERS) || others(&before)
}

/// `not`, `cannot`, `doesn't`; `not only` denies nothing.
fn denied(words: &str) -> bool {
    let words = words.replace(" not only ", " ");
    DENIED.iter().any(|phrase| words.contains(&format!(" {phrase} ")))
        || words.split_whitespace().any(|word| word.ends_with("n't"))
}

/// The work of others, unless the sentence comes back to its writers: `Following Moore et al., we train on`.
fn others(before: &str) -> bool {
    let last = OF_OTHERS
        .iter()
        .filter_map(|phrase| before.rfind(&format!(" {phrase} ")))
        .max();
    last.is_some_and(|at| {
        let behind = &before[at..];
        ![" we ", " our ", " ours "].iter().any(|own| behind.contains(own))
    })
}

/// Words in lower case with one blank around each.
fn spaced(text: &str) -> String {
    let text = text.replace('’', "'");
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .collect();
    format!(" {} ", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_that_nobody_used() {
        let rows: &[(&str, bool)] = &[
            ("Support for V100 is planned.", true),
            ("This is not supported on V100.", true),
            ("It doesn't run on a V100.", true),
            ("It doesn’t run on a V100.", true),
            ("V100 cards are not supported.", true),
            ("The baseline by Moore et al. was trained on a V100.", true),
            ("We compare with the V100 numbers of Moore et al.", true),
            ("In previous work a V100 was used.", true),
            ("We plan to test a V100.", true),
            ("Multi-node training has been tested by others on V100.", true),
            ("No se ha probado en una V100.", true),
            ("We used a V100, not an A40.", false),
            ("It does not fit on an A40, but we used a V100.", false),
            ("Following Moore et al., we train on a V100.", false),
            ("All experiments ran on a V100.", false),
            ("Not only training but evaluation ran on a V100.", false),
            ("We are supported by a grant and train on a V100.", false),
            ("Training takes 3 hours on a V100, evaluation not included.", false),
            ("Todos los experimentos se hicieron en una V100.", false),
        ];
        for (text, wanted) in rows {
            let at = text.find("V100").expect("the card is named");
            assert_eq!(unused(text, &(at..at + 4)), *wanted, "{text}");
        }
    }
}
