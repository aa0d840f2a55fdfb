//! Bars of tqdm.
//!
//! `NAME:  17%|█▋        | 5/30 [00:00<00:00, 46.41it/s, wer=0.12]`, without a total `5it [00:00, 49.69it/s]`, without
//! the bar itself where its width is 0. What follows the closing bracket is another's.
//!
//! Tried on tqdm 4.70.1 (Python 3.11), into a pipe and a pseudo-terminal: plain, nested with `leave=False`, `unit` with
//! `unit_scale` and a postfix, slow (`s/it`), without a total, `ncols=0`, `ascii=True`, a name with a count in it, two
//! bars one after the other.
//!
//! Why it can be wrong: a `bar_format` of one's own looks otherwise; a pattern reads it. A bar is whole once its bracket
//! closes, so an open piece is safe.
//!
//! Example: `Epochs:  33%|███▎      | 1/3 [00:00<00:00,  3.25it/s]` is one of three.

use std::sync::LazyLock;

use regex::Regex;

use super::numbers::count;
use super::shown::Shown;

#[expect(
    clippy::unwrap_used,
    reason = "the patterns are constants, and a test reads with each"
)]
static WITH_TOTAL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?P<name>.*?)\s*\b\d{1,3}%(?:\|[^|]*\||\s)\s*(?P<done>[\d.]+[kMGT]?)/(?P<total>[\d.]+[kMGT]?)",
        r" \[\d+:\d\d(?::\d\d)?<[^,\]]*, *(?P<rate>[^,\]]*)[^\]]*\]"
    ))
    .unwrap()
});
#[expect(
    clippy::unwrap_used,
    reason = "the patterns are constants, and a test reads with each"
)]
static WITHOUT_TOTAL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:(?P<name>.*): )?(?P<done>\d[\d.]*[kMGT]?)\D{0,20}",
        r" \[\d+:\d\d(?::\d\d)?, *(?P<rate>[^,\]]*/[^,\]]*)[^\]]*\]"
    ))
    .unwrap()
});
#[expect(
    clippy::unwrap_used,
    reason = "the patterns are constants, and a test reads with each"
)]
static UNIT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:(?:\?|[\d.]+[kMGT]?)(?P<a>[^/\d]+)/s|[\d.?]+s/(?P<b>.+))$").unwrap());

/// The bar that a piece shows.
pub(super) fn shown(text: &str) -> Option<Shown> {
    // Most of what a program prints is no bar, and looking for a bracket costs next to nothing.
    if !text.contains("/s") && !text.contains("s/") || !text.contains('[') {
        return None;
    }
    let (found, total) = match WITH_TOTAL.captures(text) {
        Some(found) => {
            let total = count(&found["total"])?;
            (found, Some(total))
        }
        None => (WITHOUT_TOTAL.captures(text)?, None),
    };
    let (done, exact) = count(&found["done"])?;
    let name = found.name("name").map_or("", |name| name.as_str());
    let unit = UNIT.captures(&found["rate"]);
    let unit = unit.and_then(|unit| unit.name("a").or(unit.name("b")).map(|unit| unit.as_str().to_string()));
    Some(Shown {
        name: name.trim().trim_end_matches(':').to_string(),
        unit: unit.unwrap_or_default(),
        done,
        total: total.map(|(total, _)| total),
        exact: exact && total.is_none_or(|(_, exact)| exact),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As tqdm prints them.
    #[test]
    fn bars_are_read_as_printed() {
        let cases = [
            ("  0%|          | 0/30 [00:00<?, ?it/s]", ("", "it", 0, Some(30), true)),
            (
                " 17%|█▋        | 5/30 [00:00<00:00, 49.71it/s]",
                ("", "it", 5, Some(30), true),
            ),
            (
                "Epochs:  33%|███▎      | 1/3 [00:00<00:00,  3.25it/s]",
                ("Epochs", "it", 1, Some(3), true),
            ),
            (
                "Evaluating:   5%|▌         | 1.07k/21.3k [00:00<00:00, 35.2kclip/s, wer=0.12]",
                ("Evaluating", "clip", 1070, Some(21_300), false),
            ),
            (
                " 33%|███▎      | 1/3 [00:01<00:02,  1.20s/it]",
                ("", "it", 1, Some(3), true),
            ),
            ("100% 20/20 [00:00<00:00, 48.28it/s]", ("", "it", 20, Some(20), true)),
            (
                "a: b 5/9:  25%|##5       | 5/20 [00:00<00:00, 46.52it/s]",
                ("a: b 5/9", "it", 5, Some(20), true),
            ),
            ("15it [00:00, 47.51it/s]", ("", "it", 15, None, true)),
            ("0it [00:00, ?it/s]", ("", "it", 0, None, true)),
            (
                "Map: 15 examples [00:00, 47.51 examples/s]",
                ("Map", " examples", 15, None, true),
            ),
            (
                "100%|██| 9/9 [1:02:03<00:00,  2.5s/it]INFO done",
                ("", "it", 9, Some(9), true),
            ),
        ];
        for (text, (name, unit, done, total, exact)) in cases {
            let expected = Shown {
                name: name.into(),
                unit: unit.into(),
                done,
                total,
                exact,
            };
            assert_eq!(shown(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_whole_bar_is_none() {
        for text in [
            " 17%|█▋        | 5/30 [00:00<00:00, 49.71it/s",
            " 17%|█▋        | 5/3",
            "50% of 5/30 runs [see 00:10, 3 it/s]",
            "throughput [12 samples/s]",
            "",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
