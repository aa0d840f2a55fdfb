//! Words around a number that may be a setting's name: noun phrases, symbols, identifiers.
//!
//! Why it can be wrong: a phrase is no identifier. What is made of one is only asked for, and a claim is drafted where
//! the repository bears it; an identifier that the paper prints is taken as it stands.
//!
//! Example: "overlap threshold of 0.2" may be `overlap_threshold` or `overlap_thr`, "cell probability threshold" also
//! `cellprob`.

use std::sync::LazyLock;

use regex::Regex;

/// Words that belong to no name.
const NO_NAMES: &str = "a an the of our their its this that with we use using uses used and or to is are was for in on at by from as set into \
    each all per only one two where which than fixed default standard value values over same any both then when total \
    et al about approximately around roughly más el la los las un una de del y con para por en que se";

/// Letters of a word that a name may shorten it to.
const SHORTEST: usize = 3;
/// What a name may begin with that counts something.
const COUNTING: &[&str] = &["number", "num", "max", "n", "k", "nb", "no"];

static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<words>(?:[A-Za-z][A-Za-z'-]*\s+){0,4}[A-Za-z][A-Za-z-]+)(?:\s+\(?(?:[A-Za-zα-ωΑ-Ω]|[A-Za-zα-ωΑ-Ω]_\{?\w+\}?)\)?)?\s*(?:=|:|∈|\b(?:of|is|was|are|(?:is |was |are |be )?(?:set to|fixed to|fixed at|equal to|kept at))\s)\s*[{(\[]?\s*$",
    )
});
static BRACKETED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<word>[A-Za-z][A-Za-z-]{3,})\s+\((?:p|prob|probability|rate|ratio)\s*=\s*$"));
static COUNTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[\s-](?P<words>(?:[a-z][a-z-]+\s+){0,2}[a-z][a-z-]+)"));
static SYMBOL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[\s(,;])(?P<symbol>[A-Za-zα-ωΑ-Ω]{1,2}(?:_\{?\w+\}?)?)\s*(?:=|>|≥|<|≤)\s*$"));
static DENOTES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[\s,)]*(?:is|denotes|as|are|controls)\s+(?:the|an?|our)\s+(?P<words>(?:[A-Za-z][A-Za-z-]*\s+){0,3}[A-Za-z][A-Za-z-]+)",
    )
});
static IDENTIFIER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?P<name>[A-Za-z][A-Za-z0-9]+(?:_[A-Za-z0-9]+)+)["'`]?\)?\s*(?:=|:|→|\b(?:is|of|to|at|is set to|set to|was|was set to)\s)?\s*$"#,
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant that the tests compile")
}

/// Words that may be the name of a setting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Phrase {
    /// In lower case; of an identifier that the paper prints, its parts.
    pub(super) words: Vec<String>,
    /// The number counts them: `num_` may stand before the name.
    pub(super) counted: bool,
    /// Where the words begin, of those that stand before the number.
    pub(super) start: Option<usize>,
    /// Where they end, of those that stand behind it.
    pub(super) end: Option<usize>,
    /// One word whose number stands in brackets behind it: only a name that is this word is meant.
    pub(super) alone: bool,
    /// The paper prints the identifier itself.
    pub(super) identifier: Option<String>,
}

/// What a number may be the value of, by the words before and behind it.
pub(super) fn of(before: &str, after: &str) -> Option<Phrase> {
    identifier(before)
        .or_else(|| denoted(before, after))
        .or_else(|| threshold(before, after))
        .or_else(|| bracketed(before))
        .or_else(|| noun_phrase(before))
        .or_else(|| counted(after).filter(|_| !is_labelled(before)))
}

/// `max_new_tokens = `, but no symbol with an index.
fn identifier(before: &str) -> Option<Phrase> {
    let name = IDENTIFIER.captures(before)?.name("name")?;
    let text = name.as_str();
    let telling = text.split('_').any(|part| part.len() > 2) && text.len() > 4;
    telling.then(|| Phrase {
        words: text.split('_').map(str::to_lowercase).collect(),
        start: Some(name.start()),
        identifier: Some(text.to_string()),
        ..Phrase::default()
    })
}

/// `θ = 0.2 is the overlap threshold`.
fn denoted(before: &str, after: &str) -> Option<Phrase> {
    let symbol = SYMBOL.captures(before)?.name("symbol")?;
    let words = DENOTES.captures(after)?.name("words")?;
    let kept: Vec<&str> = words
        .as_str()
        .split_whitespace()
        .take_while(|word| !is_no_name(word))
        .collect();
    let last = kept.last()?;
    let end = last.as_ptr() as usize - after.as_ptr() as usize + last.len();
    phrase(&kept, Some(symbol.start()), Some(end))
}

fn noun_phrase(before: &str) -> Option<Phrase> {
    let words = BEFORE.captures(before)?.name("words")?;
    let all: Vec<(usize, &str)> = words
        .as_str()
        .split_whitespace()
        .map(|word| (word.as_ptr() as usize - before.as_ptr() as usize, word))
        .collect();
    let from = all
        .iter()
        .rposition(|(_, word)| is_no_name(word))
        .map_or(0, |at| at + 1);
    let kept: Vec<&str> = all[from..].iter().map(|(_, word)| *word).collect();
    phrase(&kept, Some(all.get(from)?.0), None)
}

/// `mixup (p = 0.15)`.
fn bracketed(before: &str) -> Option<Phrase> {
    let word = BRACKETED.captures(before)?.name("word")?;
    let found = phrase(&[word.as_str()], Some(word.start()), None)?;
    Some(Phrase {
        alone: found.words.len() == 1,
        ..found
    })
}

/// `Stage 1 trains`: the number belongs to the word before it.
fn is_labelled(before: &str) -> bool {
    let word = before.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
    word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphabetic) && !is_no_name(word)
}

/// `IoU ≥ 0.5 threshold`.
fn threshold(before: &str, after: &str) -> Option<Phrase> {
    let word = before
        .trim_end()
        .rsplit(|c: char| !c.is_alphabetic())
        .next()
        .filter(|word| word.len() > 1)?;
    let behind = after.trim_start();
    behind.starts_with("threshold").then_some(())?;
    let end = after.len() - behind.len() + "threshold".len();
    let start = word.as_ptr() as usize - before.as_ptr() as usize;
    phrase(&[word, "threshold"], Some(start), Some(end))
}

/// `5 nearest neighbours`: what is counted, its noun last.
fn counted(after: &str) -> Option<Phrase> {
    let words = COUNTED.captures(after)?.name("words")?;
    let all: Vec<&str> = words
        .as_str()
        .split_whitespace()
        .take_while(|word| !is_no_name(word))
        .collect();
    let noun = all
        .iter()
        .position(|word| word.len() > 3 && word.ends_with('s') && !word.ends_with("ss"))?;
    let kept = &all[..=noun];
    let last = kept.last()?;
    let end = last.as_ptr() as usize - after.as_ptr() as usize + last.len();
    let found = phrase(kept, None, Some(end))?;
    Some(Phrase { counted: true, ..found })
}

fn phrase(words: &[&str], start: Option<usize>, end: Option<usize>) -> Option<Phrase> {
    let words: Vec<String> = words
        .iter()
        .flat_map(|word| word.split('-'))
        .filter(|word| word.len() >= SHORTEST)
        .map(str::to_lowercase)
        .collect();
    (!words.is_empty()).then(|| Phrase {
        words,
        start,
        end,
        ..Phrase::default()
    })
}

impl Phrase {
    /// What is asked for: every name one of whose words begins like one of these.
    pub(super) fn stems(&self) -> Vec<String> {
        let stem = |word: &String| word.chars().take(4).collect::<String>() + "*";
        self.words.iter().map(stem).collect()
    }

    /// How many of the words an identifier says, where it says nothing else and more than one (of what is counted:
    /// what is counted).
    pub(super) fn borne_by(&self, identifier: &str) -> Option<usize> {
        let whole: String = identifier
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase();
        if self.alone {
            return (self.words.first() == Some(&whole)).then_some(1);
        }
        let mut starts = vec![whole.as_str()];
        if self.counted {
            starts.extend(COUNTING.iter().filter_map(|prefix| {
                let apart = identifier.to_lowercase().starts_with(&format!("{prefix}_"));
                apart.then(|| whole.strip_prefix(prefix)).flatten()
            }));
            starts.remove(0);
        }
        let least = if self.counted { 1 } else { 2 };
        let said = |rest: &str| {
            let most = (0..self.words.len())
                .filter_map(|from| said(&self.words[from..], rest))
                .max();
            most.filter(|said| *said >= least)
        };
        // What is counted has to be named.
        let noun = |rest: &str| {
            let last = self.words.last().map_or("", String::as_str);
            !self.counted || rest.ends_with(last) || rest.ends_with(last.trim_end_matches('s'))
        };
        starts.into_iter().filter(|rest| noun(rest)).filter_map(said).max()
    }
}

/// How many of the words, in order and each whole or shortened, make up the text.
fn said(words: &[String], text: &str) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let (first, rest) = words.split_first()?;
    let taken = (SHORTEST..=first.len())
        .rev()
        .filter(|&length| first.is_char_boundary(length))
        .filter_map(|length| said(rest, text.strip_prefix(&first[..length])?).map(|said| said + 1));
    taken.max().or_else(|| said(rest, text).filter(|_| !rest.is_empty()))
}

fn is_no_name(word: &str) -> bool {
    let word = word.to_lowercase();
    NO_NAMES.split_whitespace().any(|other| other == word)
}

/// Lower case letters and digits with one `-` between words.
pub(super) fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_borne_by_names_that_say_nothing_else() {
        let rows: &[(&str, &str, &[&str], &[&str])] = &[
            (
                "with an overlap threshold of ",
                "",
                &["overlap_threshold", "overlap_thr", "overlapThresh"],
                &["overlap", "threshold", "overlap_area_threshold"],
            ),
            (
                "a cell probability threshold τ_p = ",
                " with",
                &["cellprob", "cellprob_threshold", "cell_prob_thr", "prob_thresh"],
                &["cell", "cell_margin"],
            ),
            (
                "where θ_o = ",
                " is the overlap threshold, ensuring",
                &["overlap_thr"],
                &["theta_o"],
            ),
            (
                "matched using IoU ",
                " threshold",
                &["iou_thr", "iou_threshold"],
                &["iou"],
            ),
            (
                "are the ",
                " nearest morphological neighbors",
                &["n_neighbors", "num_nearest_neighbors", "k_neighbors"],
                &["neighbors", "n_classes"],
            ),
            (
                "mosaic, mixup (p = ",
                "), copy-paste",
                &["mixup"],
                &["mix", "mixup_prob"],
            ),
            ("max_new_tokens is ", ", ", &["max_new_tokens"], &["max_tokens_old"]),
        ];
        for (before, after, bear, others) in rows {
            let phrase = of(before, after).expect(before);
            for name in *bear {
                assert!(phrase.borne_by(name).is_some(), "{name}: {phrase:?}");
            }
            for name in *others {
                assert!(phrase.borne_by(name).is_none(), "{name}: {phrase:?}");
            }
        }
        assert_eq!(of("We have ", " of them"), None);
        assert_eq!(of("In Stage ", " trains the model"), None);
    }
}
