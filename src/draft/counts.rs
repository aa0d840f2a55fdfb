//! How many samples a sentence says there are.
//!
//! Why it can be wrong: a size (`512×512 tiles`), a rate (`4 samples per prompt`) and a few of many are no data set. So the
//! number stands right before what data sets hold, in the plural, and is none of these.
//!
//! Example: "180 microscopy images (144 training, 36 validation)" are three counts of images.

use std::sync::LazyLock;

use regex::Regex;

use super::numbers::{is_count, pattern, sized};
use super::{Hit, phrase};
use crate::quantity::Found;

/// Fewer are seldom a data set.
const FEWEST: u32 = 10;

static SAMPLES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s?[-–~]?\s?(?P<words>(?:[a-z][\w/-]*\s){0,3})(?P<noun>samples?|examples?|utterances?|images?|clips?|sentences?|recordings?|patients?|subjects?|participants?|volumes?|scans?|pairs?|tiles?|videos?|documents?|questions?|prompts?|instances?|trajectories|episodes?|demonstrations?|cells?|speakers?|reviews?|tweets?|articles?|records?|graphs?|conversations?|dialogues?|captions?|queries|passages|problems|molecules|muestras|ejemplos|imágenes|audios|frases|pacientes)\b(?P<per>\s+(?:per|each|por)\b)?",
    )
});
static SPLIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s(?:for\s|are\s|in\s)?(?:the\s)?(?P<part>train(?:ing)?|validation|val|dev(?:elopment)?|test(?:ing)?|held-out)(?:\s(?:set|split))?\s*(?:[,;).]|\sand\b|$)",
    )
});
/// What a sentence counted before.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\d[\d,.]*k?\s(?:[a-z][\w/-]*\s){0,3}?(?P<noun>samples|examples|utterances|images|clips|sentences|recordings|patients|subjects|volumes|scans|pairs|videos|documents|questions|instances)\b",
    )
});

/// A part of the samples that the sentence counts: `180 images (144 training, 36 validation)`.
pub(super) fn split(text: &str, found: &Found, printed: &str) -> Option<Hit> {
    let (before, after) = (&text[..found.span.start], &text[found.span.end..]);
    let part = SPLIT.captures(after)?.name("part")?;
    let noun = COUNTED
        .captures_iter(before)
        .last()?
        .name("noun")?
        .as_str()
        .to_lowercase();
    let many = found
        .stated
        .quantity()
        .is_some_and(|quantity| is_count(quantity) && quantity.number.value >= FEWEST);
    let stem = phrase::slug(&format!("{} {noun}", part.as_str()));
    many.then(|| Hit {
        names: vec![noun],
        ..Hit::new(
            stem,
            "samples",
            found.span.start..found.span.end + part.end(),
            printed.to_string(),
        )
    })
}

/// So many of what data sets hold.
pub(super) fn samples(text: &str, found: &Found, printed: &str) -> Option<Hit> {
    let (before, after) = (&text[..found.span.start], &text[found.span.end..]);
    let counted = SAMPLES.captures(after)?;
    let words = counted.name("words").map_or("", |words| words.as_str());
    let clean = words.split_whitespace().all(|word| {
        !matches!(
            word,
            "of" | "the" | "and" | "or" | "for" | "in" | "with" | "to" | "on" | "per" | "from" | "by" | "are" | "is"
        )
    });
    let many = found
        .stated
        .quantity()
        .is_some_and(|quantity| is_count(quantity) && quantity.number.value >= FEWEST);
    let noun = counted.name("noun")?;
    // `512×512 tiles` are of that size; `128 tile split` is of a split.
    let sized = sized(before, after) || before.trim_end().ends_with('/') || after.trim_start().starts_with('/');
    let plural = noun.as_str().ends_with(['s', 'S']) || after.starts_with(['-', '–']);
    if !clean || !many || !plural || sized || counted.name("per").is_some() {
        return None;
    }
    let stem = phrase::slug(&format!("{words}{}", noun.as_str()));
    Some(Hit {
        names: vec![noun.as_str().to_lowercase()],
        ..Hit::new(
            stem,
            "samples",
            found.span.start..found.span.end + noun.end(),
            printed.to_string(),
        )
    })
}
