//! Words around a number that may be a setting's name: noun phrases, symbols, identifiers.
//!
//! Why it can be wrong: a phrase is no identifier. What is made of one is only asked for, and a claim is drafted where
//! the repository bears it; an identifier that the paper prints is taken as it stands.
//!
//! Example: "overlap threshold of 0.2" may be `overlap_threshold`, `overlap_thresh`, `overlap_thr`.

use std::sync::LazyLock;

use regex::Regex;

/// Names made of one phrase at most.
const NAMES: usize = 12;

/// Words that belong to no name.
const NO_NAMES: &str = "a an the of our their its this that with we use using uses used and or to is are was for in on at by from as set into \
    each all per only one two where which than fixed default standard value values over same any both then when total \
    et al about approximately around roughly más el la los las un una de del y con para por en que se";

/// A word with what code writes for it.
const SHORTENED: &[(&str, &[&str])] = &[
    ("maximum", &["max"]),
    ("minimum", &["min"]),
    ("probability", &["prob", "p"]),
    ("threshold", &["thresh", "thr"]),
    ("dimension", &["dim"]),
    ("dimensionality", &["dim"]),
    ("length", &["len"]),
    ("coefficient", &["coef", "coeff"]),
    ("weight", &["lambda", "w"]),
    ("frequency", &["freq"]),
    ("temperature", &["temp"]),
    ("iterations", &["iters"]),
    ("ratio", &["rate", "frac"]),
    ("fraction", &["frac", "ratio"]),
    ("validation", &["val"]),
    ("evaluation", &["eval"]),
    ("embedding", &["emb", "embed"]),
];

static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<words>(?:[A-Za-z][A-Za-z'-]*\s+){0,4}[A-Za-z][A-Za-z-]+)(?:\s+\(?(?:[A-Za-zα-ωΑ-Ω]|[A-Za-zα-ωΑ-Ω]_\{?\w+\}?)\)?)?\s*(?:=|:|\b(?:of|is|was|are|at|to|set to|fixed to|fixed at|is set to|was set to|are set to)\s)\s*$",
    )
});
static SYMBOL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[\s(,;])(?P<symbol>[A-Za-zα-ωΑ-Ω]{1,2}(?:_\{?\w+\}?)?)\s*(?:=|>|≥|<|≤)\s*$"));
static DENOTES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^[\s,)]*(?:is|denotes|as|are|controls)\s+(?:the|an?|our)\s+(?P<words>(?:[A-Za-z][A-Za-z-]*\s+){0,3}[A-Za-z][A-Za-z-]+)")
});
static IDENTIFIER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?P<name>[A-Za-z][A-Za-z0-9]+(?:_[A-Za-z0-9]+)+)["'`]?\)?\s*(?:=|:|→|\b(?:is|of|to|at|is set to|set to|was|was set to)\s)?\s*$"#)
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant that the tests compile")
}

/// A name that is to be looked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    /// For the claim's id.
    pub(super) stem: String,
    pub(super) names: Vec<String>,
    /// Where the words begin, of those that stand before the number.
    pub(super) start: usize,
    /// Where they end, of those that stand behind it.
    pub(super) end: Option<usize>,
    /// The paper prints the identifier itself.
    pub(super) sure: bool,
}

/// What a number may be the value of, by the words before and behind it.
pub(super) fn of(before: &str, after: &str) -> Option<Phrase> {
    identifier(before)
        .or_else(|| denoted(before, after))
        .or_else(|| noun_phrase(before))
}

/// `max_new_tokens = `, but no symbol with an index.
fn identifier(before: &str) -> Option<Phrase> {
    let name = IDENTIFIER.captures(before)?.name("name")?;
    let text = name.as_str();
    let telling = text.split('_').all(|part| !part.is_empty()) && text.split('_').any(|part| part.len() > 2) && text.len() > 4;
    telling.then(|| Phrase {
        stem: slug(text),
        names: vec![text.to_string()],
        start: name.start(),
        end: None,
        sure: true,
    })
}

/// `θ = 0.2 is the overlap threshold`.
fn denoted(before: &str, after: &str) -> Option<Phrase> {
    let symbol = SYMBOL.captures(before)?.name("symbol")?;
    let words = DENOTES.captures(after)?.name("words")?;
    let mut kept: Vec<&str> = Vec::new();
    for word in words.as_str().split_whitespace() {
        if is_no_name(word) {
            break;
        }
        kept.push(word);
    }
    let last = kept.last()?;
    let end = last.as_ptr() as usize - after.as_ptr() as usize + last.len();
    named(&kept, symbol.start(), Some(end))
}

fn noun_phrase(before: &str) -> Option<Phrase> {
    let words = BEFORE.captures(before)?.name("words")?;
    let all: Vec<(usize, &str)> = words
        .as_str()
        .split_whitespace()
        .map(|word| (word.as_ptr() as usize - before.as_ptr() as usize, word))
        .collect();
    let from = all.iter().rposition(|(_, word)| is_no_name(word)).map_or(0, |at| at + 1);
    let kept: Vec<&str> = all[from..].iter().map(|(_, word)| *word).collect();
    let start = all.get(from)?.0;
    named(&kept, start, None)
}

fn named(words: &[&str], start: usize, end: Option<usize>) -> Option<Phrase> {
    let words: Vec<String> = words
        .iter()
        .flat_map(|word| word.split('-'))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let names = names(&words);
    (!names.is_empty()).then(|| Phrase {
        stem: words.join("-"),
        names,
        start,
        end,
        sure: false,
    })
}

/// Identifiers of at least two words that code may have for the phrase, the longest first.
fn names(words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for from in 0..words.len().saturating_sub(1) {
        let tail = &words[from..];
        let mut spelled = vec![tail.to_vec()];
        for (at, word) in tail.iter().enumerate() {
            let short = SHORTENED.iter().filter(|(long, _)| long == word).flat_map(|(_, short)| short.iter());
            for short in short {
                let more: Vec<Vec<String>> = spelled
                    .iter()
                    .map(|words| {
                        let mut words = words.clone();
                        words[at] = (*short).to_string();
                        words
                    })
                    .collect();
                spelled.extend(more);
            }
        }
        for words in spelled {
            let name = words.join("_");
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found.truncate(NAMES);
    found
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
    fn phrases_become_names_to_look_for() {
        let first = |before: &str, after: &str| of(before, after).map(|phrase| (phrase.names[0].clone(), phrase.sure));
        let rows: &[(&str, &str, Option<(&str, bool)>)] = &[
            ("with an overlap threshold of ", "", Some(("overlap_threshold", false))),
            ("applied at a primary diameter d_p = ", " with", Some(("primary_diameter", false))),
            ("where θ_o = ", " is the overlap threshold, ensuring", Some(("overlap_threshold", false))),
            ("max_new_tokens is ", ", ", Some(("max_new_tokens", true))),
            ("w_m = ", ".", None),
            ("We have ", " of them", None),
            ("threshold of ", "", None),
        ];
        for (before, after, wanted) in rows {
            let wanted = wanted.map(|(name, sure)| (name.to_string(), sure));
            assert_eq!(first(before, after), wanted, "{before}|{after}");
        }
    }

    #[test]
    fn short_forms_are_looked_for_too() {
        let names = of("a cell probability threshold of ", "").expect("a phrase").names;
        for name in ["cell_probability_threshold", "cell_prob_threshold", "cell_prob_thresh", "probability_threshold"] {
            assert!(names.contains(&name.to_string()), "{name} in {names:?}");
        }
    }
}
