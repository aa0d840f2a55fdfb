//! Bars of rich, as they are drawn in a terminal.
//!
//! `Evaluating ━━━━━━━━━╺━━━━━━━━━━  43% 0:00:12`: by default only a percentage, which is rounded; with a column of
//! counts (`MofNCompleteColumn`) `15/30`.
//!
//! Tried on rich 15.0.0 (Python 3.11) in a pseudo-terminal: `track`, and two tasks at once with a column of counts. Into a
//! pipe rich draws its bars once, at the end: there is nothing to read.
//!
//! Why it can be wrong: columns are the author's. Whatever stands behind the bar as `M/N` is taken for its count, else
//! a percentage. A count whose end was not read yet is not taken.
//!
//! Example: ` 43%` of 21,340 clips is 9,176 clips, give or take 107.

use std::sync::LazyLock;

use regex::Regex;

use super::shown::Shown;

/// Of what a percentage is.
const WHOLE: u64 = 100;
pub const PERCENT: &str = "%";

#[expect(clippy::unwrap_used, reason = "the pattern is a constant, and a test reads with it")]
static BAR: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(?P<name>[^━╸╺]*?)\s*[━╸╺]{5,}(?P<rest>.*)$").unwrap());
#[expect(clippy::unwrap_used, reason = "the pattern is a constant, and a test reads with it")]
static COUNT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?:^|\s)(\d+)/(\d+)(\s|$)").unwrap());
#[expect(clippy::unwrap_used, reason = "the pattern is a constant, and a test reads with it")]
static SHARE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?:^|\s)(\d{1,3})%").unwrap());

/// The bar that a piece shows; `closed`: more of it will not come.
pub(super) fn shown(text: &str, closed: bool) -> Option<Shown> {
    if !text.contains('━') && !text.contains('╺') {
        return None;
    }
    let bar = BAR.captures(text)?;
    let (name, rest) = (bar["name"].trim().to_string(), &bar["rest"]);
    if let Some(count) = COUNT.captures(rest) {
        if count[3].is_empty() && !closed {
            return None;
        }
        return Some(Shown {
            name,
            unit: String::new(),
            done: count[1].parse().ok()?,
            total: Some(count[2].parse().ok()?),
            exact: true,
        });
    }
    let share = SHARE.captures(rest)?;
    Some(Shown {
        name,
        unit: PERCENT.to_string(),
        done: share[1].parse().ok().filter(|share| *share <= WHOLE)?,
        total: Some(WHOLE),
        exact: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_percentages_are_read() {
        let shown_as =
            |text: &str, closed: bool| shown(text, closed).map(|shown| (shown.name, shown.done, shown.total));
        let named = |name: &str, done, total| Some((name.to_string(), done, Some(total)));
        assert_eq!(
            shown_as("Evaluating ━━━━╺━━━━  43% 0:00:12", false),
            named("Evaluating", 43, 100)
        );
        assert_eq!(shown_as("clips ━━━━╸━━━━  5/15 -:--:--", false), named("clips", 5, 15));
        assert_eq!(shown_as("clips ━━━━╸━━━━  5/15", true), named("clips", 5, 15));
        assert_eq!(shown_as("clips ━━━━╸━━━━  5/1", false), None);
        assert_eq!(shown_as("clips ━━━━╸━━━━", true), None);
        assert_eq!(shown_as("43% of 5/15", true), None);
    }
}
