//! The table of GPU cards: their names as people spell them, and the memory of one card.
//!
//! It can be wrong in three ways: a name that is something else (`Table A2`, layer `L4`) is taken for a card, one card
//! for its neighbour (`RTX 3090 Ti` for `RTX 3090`), or a size that was sold is missing and a true claim is called
//! impossible. So names are matched whole, the longest first; short names count in prose only beside a word that speaks
//! of GPUs; and the table can refute, never support.
//!
//! Example: `4x NVIDIA A100-SXM4-80GB` is the card `A100`, four of them, of the variant with 80 GB.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

/// One card of the table.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    memory: Vec<u32>,
    #[serde(default)]
    reported: Vec<u32>,
    #[serde(default)]
    bare: bool,
    #[serde(default)]
    short: bool,
}

/// A card that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// With the makers' words, the count and the variant: `2x NVIDIA A100-SXM4-80GB`.
    pub span: Range<usize>,
    pub card: &'static Card,
    /// The variant's memory in GB, where the text says it and it is one of the card's.
    pub memory: Option<u32>,
    /// How many of them, where the text says it: `2x`, `8 A100 GPUs`, `four V100s`.
    pub count: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    card: Vec<Card>,
}

/// Embedded at build time; a test reads it, so it cannot fail later.
static TABLE: LazyLock<Vec<Card>> = LazyLock::new(|| {
    toml::from_str::<Table>(include_str!("cards.toml"))
        .expect("the committed table of cards is valid, as a test holds")
        .card
});

/// Every spelling with its card, longest first, so that `RTX 3090 Ti` is tried before `RTX 3090`.
static SPELLINGS: LazyLock<Vec<(Vec<char>, &'static Card)>> = LazyLock::new(|| {
    let mut spellings: Vec<(Vec<char>, &Card)> = Vec::new();
    for card in TABLE.iter() {
        for name in std::iter::once(&card.name).chain(&card.aliases) {
            let lower = name.to_lowercase();
            spellings.push((without_maker(&lower).chars().collect(), card));
        }
    }
    spellings.sort_by_key(|(spelling, _)| std::cmp::Reverse(spelling.len()));
    spellings
});

/// Words before a name that belong to it.
const MAKERS: &[&str] = &["nvidia", "geforce", "tesla", "quadro", "amd", "instinct", "radeon"];

/// Words that say that a short name is a card.
static SPEAKS_OF_GPUS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:gpus?|gpu's|vram|nvidia|tesla|cuda|graphics cards?|tarjetas? gráficas?|accelerators?|gres|partitions?)\b")
        .expect("a constant pattern")
});

/// What may stand behind a name and belongs to it: form factor, then the variant's memory.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^
        (?: [\s_~-]* (?: sxm[0-9]? | pci-?e | hbm[23]e? | nvl | tensor[\ -]core | gpus? | cards? ) \b )*
        (?: [\s_~(-]* (?P<gb>[0-9]{1,3}) [\s_~-]? (?:gb|gib|g) (?:\b|_) (?P<ram>\s*(?:of\s+)?(?:system\s+|host\s+|cpu\s+)?ram\b)? \)? )?",
    )
    .expect("a constant pattern")
});

/// A count behind the name: `A100 x 8`, `RTX 3090 × 4`, `A100x8`.
static COUNT_BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:\s*[-_]?\s*[0-9]{1,3}\s?gi?b)?(?:\s+gpus?)?\s*[(]?[x×*]\s?(?P<count>[0-9]{1,4})\b\)?")
        .expect("a constant pattern")
});

/// A count, a size and the makers' words before the name: `8 x 80GB NVIDIA`, `four Tesla`, `a single`.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
        (?: (?:^|[^\w.,/-]) (?P<count> [0-9]{1,4} | one | single | two | three | four | five | six | seven | eight | ten | twelve | sixteen
                                 | una? | dos | tres | cuatro | ocho ) (?: \s*[x×*]\s* | [\s~]+ ) )?
        (?P<words> (?: (?: [0-9]{1,3}[\s~-]?gi?b | nvidia | geforce | tesla | quadro | amd | instinct | radeon ) [\s_~-]* )* ) $",
    )
    .expect("a constant pattern")
});

/// A number in a list behind a card.
static LISTED_BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^s?(?:\s+gpus?)?(?:\s*[,/|&+]\s*(?:(?:and|or|y|o)\s+)?|\s+(?:and|or|y|o|vs\.?)\s+)(?:(?:an?|the|una?)\s+)?(?P<number>[0-9]{3,4})s?\b")
        .expect("a constant pattern")
});

/// A number in a list before a card.
static LISTED_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?P<number>[0-9]{3,4})s?(?:\s+gpus?)?(?:\s*[,/|&+]\s*(?:(?:and|or|y|o)\s+)?|\s+(?:and|or|y|o|vs\.?)\s+)(?:(?:an?|the|una?)\s+)?$")
        .expect("a constant pattern")
});

static SIZE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)([0-9]{1,3})[\s~-]?gi?b").expect("a constant pattern"));

impl Card {
    /// The spelling that reports print: `RTX 3090`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Memory of one card in GB as sold, every variant.
    pub fn memory(&self) -> &[u32] {
        &self.memory
    }

    /// Totals in MiB that drivers were seen to report; empty where no capture was at hand.
    pub fn reported(&self) -> &[u32] {
        &self.reported
    }
}

/// The cards that a text names, in its order. A short name (`T4`, `A10`) needs a word about GPUs, or an unmistakable
/// card, somewhere in the text.
pub fn find(text: &str) -> Vec<Found> {
    let found = spelled(text);
    let speaks = SPEAKS_OF_GPUS.is_match(text) || found.iter().any(|found| !found.card.short);
    if speaks {
        found
    } else {
        found.into_iter().filter(|found| !found.card.short).collect()
    }
}

/// As [`find`], where the surroundings (a heading, a column's name) already say that GPUs are meant.
pub fn find_among_gpus(text: &str) -> Vec<Found> {
    spelled(text)
}

/// The card that a partition, constraint, GPU type or claimed model stands for: the whole label, or one part of it
/// (`gpu_a100`, `nvidia_a100_80gb_pcie`, `a100-80g`); a bare number is the card without suffix (`3090`).
pub fn named(label: &str) -> Option<Found> {
    let mut cards = spelled(label);
    if let Some(first) = cards.first() {
        let same = cards.iter().all(|found| found.card == first.card);
        return same.then(|| cards.swap_remove(0));
    }
    let mut numbers = parts(label).filter_map(|(span, part)| {
        let card = TABLE
            .iter()
            .find(|card| card.bare && card.name.split(' ').next_back() == Some(part))?;
        Some(Found {
            span,
            card,
            memory: None,
            count: None,
        })
    });
    let first = numbers.next()?;
    numbers.all(|other| other.card == first.card).then_some(first)
}

/// Whether a bare number that is another card's name is listed beside a card: `3090 and A100`, `RTX 3080/3090`.
pub fn beside_a_number(text: &str, found: &Found) -> bool {
    let behind = LISTED_BEHIND.captures(&text[found.span.end..]);
    let before = LISTED_BEFORE.captures(&text[..found.span.start]);
    [behind, before].into_iter().flatten().any(|listed| {
        let number = listed.name("number").map_or("", |number| number.as_str());
        TABLE
            .iter()
            .any(|card| card.bare && card != found.card && card.name.split(' ').next_back() == Some(number))
    })
}

/// The names of the table that come nearest to one it does not hold, at most three, nearest first.
pub fn nearest(name: &str) -> Vec<&'static str> {
    let wanted = squeezed(without_maker(&name.to_lowercase()));
    let mut ranked: Vec<(usize, &'static str)> = TABLE
        .iter()
        .map(|card| {
            let near = std::iter::once(&card.name)
                .chain(&card.aliases)
                .map(|alias| distance(&wanted, &squeezed(without_maker(&alias.to_lowercase()))))
                .min();
            (near.unwrap_or(usize::MAX), card.name.as_str())
        })
        .filter(|(far, _)| *far <= 3)
        .collect();
    ranked.sort_by_key(|(far, _)| *far);
    ranked.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Parts of a label between anything that is neither letter nor digit, a leading `gpu` split off (`gpu3090`).
fn parts(label: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    label.split(|c: char| !c.is_alphanumeric()).map(move |part| {
        let part = part
            .strip_prefix("gpu")
            .or_else(|| part.strip_prefix("GPU"))
            .unwrap_or(part);
        let start = part.as_ptr() as usize - label.as_ptr() as usize;
        (start..start + part.len(), part)
    })
}

fn spelled(text: &str) -> Vec<Found> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let begins =
            chars[at].1.is_alphanumeric() && (at == 0 || !chars[at - 1].1.is_alphanumeric() || counted(&chars, at));
        let hit = begins
            .then(|| {
                SPELLINGS
                    .iter()
                    .find_map(|(spelling, card)| Some((spelled_at(&chars, at, spelling)?, *card)))
            })
            .flatten();
        let Some((end, card)) = hit else {
            at += 1;
            continue;
        };
        let byte = |index: usize| chars.get(index).map_or(text.len(), |(byte, _)| *byte);
        let floor = found.last().map_or(0, |found| found.span.end);
        let one = whole(text, floor, byte(at)..byte(end), card);
        at = chars.partition_point(|(byte, _)| *byte < one.span.end).max(end);
        found.push(one);
    }
    found
}

/// `8xA100`: the name begins behind a count and its `x`.
fn counted(chars: &[(usize, char)], at: usize) -> bool {
    at >= 2 && matches!(chars[at - 1].1, 'x' | 'X') && chars[at - 2].1.is_ascii_digit()
}

/// The name with what belongs to it on both sides.
fn whole(text: &str, floor: usize, name: Range<usize>, card: &'static Card) -> Found {
    let mut span = name.clone();
    let mut memory = None;
    let mut count = None;
    if let Some(tail) = TAIL.captures(&text[name.end..]) {
        let size = tail
            .name("gb")
            .and_then(|gb| gb.as_str().parse().ok())
            .filter(|gb| card.memory.contains(gb));
        if let (Some(size), None) = (size, tail.name("ram")) {
            memory = Some(size);
            span.end = name.end + tail.get(0).map_or(0, |all| all.end());
        }
    }
    if let Some(behind) = COUNT_BEHIND.captures(&text[name.end..]) {
        count = behind.name("count").and_then(|count| count.as_str().parse().ok());
        span.end = span.end.max(name.end + behind.get(0).map_or(0, |all| all.end()));
    }
    if let Some(head) = HEAD.captures(&text[floor..name.start]) {
        if let Some(words) = head.name("words").filter(|words| !words.is_empty()) {
            span.start = floor + words.start();
            let size = SIZE.captures(words.as_str()).and_then(|size| size[1].parse().ok());
            memory = memory.or(size.filter(|gb| card.memory.contains(gb)));
        }
        if let Some(number) = head.name("count") {
            count = count.or_else(|| counted_word(number.as_str()));
            span.start = floor + number.start();
        }
    }
    Found {
        span,
        card,
        memory,
        count,
    }
}

fn counted_word(word: &str) -> Option<u32> {
    let count = match word.to_lowercase().as_str() {
        "one" | "single" | "un" | "una" => 1,
        "two" | "dos" => 2,
        "three" | "tres" => 3,
        "four" | "cuatro" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" | "ocho" => 8,
        "ten" => 10,
        "twelve" => 12,
        "sixteen" => 16,
        digits => {
            return digits.parse().ok().filter(|count| (1..=2048).contains(count));
        }
    };
    Some(count)
}

/// Where the spelling ends if it stands at `at`, else nothing.
fn spelled_at(chars: &[(usize, char)], at: usize, spelling: &[char]) -> Option<usize> {
    let mut at = at;
    let here = |at: usize| chars.get(at).map(|(_, c)| *c);
    for &wanted in spelling {
        if wanted == ' ' {
            if here(at).is_some_and(|c| matches!(c, ' ' | '-' | '_' | '~' | '\u{a0}' | '\u{2009}' | '\u{202f}')) {
                at += 1;
            }
            continue;
        }
        if here(at)?.to_lowercase().next() != Some(wanted) {
            return None;
        }
        at += 1;
    }
    match here(at) {
        None => Some(at),
        Some(c) if !c.is_alphanumeric() => Some(at),
        // `A100s`, and `A100x8`.
        Some('s') if here(at + 1).is_none_or(|c| !c.is_alphanumeric()) => Some(at + 1),
        Some('x' | '×') if here(at + 1).is_some_and(|c| c.is_ascii_digit()) => Some(at),
        Some(_) => None,
    }
}

fn without_maker(name: &str) -> &str {
    let mut rest = name.trim();
    while let Some(shorter) = MAKERS.iter().find_map(|maker| rest.strip_prefix(maker)) {
        rest = shorter.trim_start_matches([' ', '-', '_']);
    }
    if rest.is_empty() { name } else { rest }
}

fn squeezed(name: &str) -> Vec<char> {
    name.chars().filter(|c| c.is_alphanumeric()).take(40).collect()
}

/// Edits between two names (insert, delete, replace).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, from) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Card, memory and count of every hit, and the text it covers.
    fn read(text: &str) -> Vec<(&'static str, Option<u32>, Option<u32>, &str)> {
        find(text)
            .into_iter()
            .map(|found| (found.card.name(), found.memory, found.count, &text[found.span]))
            .collect()
    }

    #[test]
    fn the_table_is_whole() {
        assert!(TABLE.len() >= 80);
        let mut seen = std::collections::BTreeSet::new();
        for card in TABLE.iter() {
            assert!(!card.memory.is_empty(), "{}", card.name);
            assert!(card.memory.is_sorted(), "{}", card.name);
            for name in std::iter::once(&card.name).chain(&card.aliases) {
                assert!(
                    seen.insert(squeezed(without_maker(&name.to_lowercase()))),
                    "{name} stands twice"
                );
                assert_eq!(
                    spelled(name).first().map(|found| found.card.name()),
                    Some(card.name()),
                    "{name}"
                );
            }
            for mib in &card.reported {
                // A driver keeps at most a tenth for itself, and none reports more than was sold.
                assert!(
                    card.memory
                        .iter()
                        .any(|gb| *mib <= gb * 1024 && *mib * 10 >= gb * 1024 * 9),
                    "{}: {mib}",
                    card.name
                );
            }
        }
    }

    #[test]
    fn cards_in_sentences() {
        type Row<'r> = (&'r str, &'r [(&'r str, Option<u32>, Option<u32>, &'r str)]);
        let rows: &[Row<'_>] = &[
            ("GPU: 1x RTX 3090", &[("RTX 3090", None, Some(1), "1x RTX 3090")]),
            (
                "on NVIDIA RTX 3090 GPUs",
                &[("RTX 3090", None, None, "NVIDIA RTX 3090")],
            ),
            (
                "RTX3090, rtx_3090",
                &[
                    ("RTX 3090", None, None, "RTX3090"),
                    ("RTX 3090", None, None, "rtx_3090"),
                ],
            ),
            ("an RTX 3090 Ti", &[("RTX 3090 Ti", None, None, "RTX 3090 Ti")]),
            ("a 3090Ti", &[("RTX 3090 Ti", None, None, "3090Ti")]),
            (
                "NVIDIA A100-SXM4-80GB",
                &[("A100", Some(80), None, "NVIDIA A100-SXM4-80GB")],
            ),
            ("8 x 80GB A100s", &[("A100", Some(80), Some(8), "8 x 80GB A100s")]),
            ("8xA100 (40 GB)", &[("A100", Some(40), Some(8), "8xA100 (40 GB)")]),
            ("trained with four V100 GPUs", &[("V100", None, Some(4), "four V100")]),
            ("A100 x 8", &[("A100", None, Some(8), "A100 x 8")]),
            ("a V100 GPU and 32GB of system RAM", &[("V100", None, None, "V100")]),
            ("2 × L40s GPUs", &[("L40S", None, Some(2), "2 × L40s")]),
            ("8 L20 80 GiB GPUs", &[("L20", None, Some(8), "8 L20")]),
            (
                "on 4 GTX TITAN GPUs with 12GB memory",
                &[("GTX TITAN", None, Some(4), "4 GTX TITAN")],
            ),
            ("one GTX TITAN X", &[("GTX TITAN X", None, Some(1), "one GTX TITAN X")]),
            (
                "(RTX 3090, A6000, V100)",
                &[
                    ("RTX 3090", None, None, "RTX 3090"),
                    ("RTX A6000", None, None, "A6000"),
                    ("V100", None, None, "V100"),
                ],
            ),
            (
                "an RTX 6000 Ada Generation",
                &[("RTX 6000 Ada", None, None, "RTX 6000 Ada Generation")],
            ),
            ("a Tesla T4", &[("T4", None, None, "Tesla T4")]),
            // Not cards.
            ("as Table A2 and Figure A10 show, layer L4 of T4", &[]),
            ("we use a 100 epochs", &[]),
            ("model A1000 and RTX30900", &[]),
            ("wav2vec on 3090 clips", &[]),
            ("", &[]),
        ];
        for (text, wanted) in rows {
            assert_eq!(read(text), *wanted, "{text}");
        }
    }

    #[test]
    fn labels_of_partitions() {
        type Row<'r> = (&'r str, Option<(&'r str, Option<u32>)>);
        let rows: &[Row<'_>] = &[
            ("3090", Some(("RTX 3090", None))),
            ("gpu3090", Some(("RTX 3090", None))),
            ("2080", Some(("RTX 2080", None))),
            ("2080ti", Some(("RTX 2080 Ti", None))),
            ("a100", Some(("A100", None))),
            ("gpu_a100", Some(("A100", None))),
            ("nvidia_a100_80gb_pcie", Some(("A100", Some(80)))),
            ("a100-80g", Some(("A100", Some(80)))),
            ("gpu:rtx3090:2", Some(("RTX 3090", None))),
            ("t4", Some(("T4", None))),
            ("NVIDIA GeForce RTX 3090", Some(("RTX 3090", None))),
            ("a100|v100", None),
            ("gpu", None),
            ("6000", None),
            ("debug", None),
            ("node-13090", None),
        ];
        for (label, wanted) in rows {
            assert_eq!(
                named(label).map(|found| (found.card.name(), found.memory)),
                *wanted,
                "{label}"
            );
        }
    }

    #[test]
    fn unknown_cards_have_neighbours() {
        assert_eq!(nearest("RTX 3091").first(), Some(&"RTX 3090"));
        assert_eq!(nearest("GeForce RTX 3095")[0], "RTX 3090");
        assert!(nearest("abacus of wood").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_fault(text in "\\PC{0,80}") {
            for found in find_among_gpus(&text) {
                proptest::prop_assert!(text.get(found.span.clone()).is_some());
            }
            let _ = (named(&text), nearest(&text));
        }
    }
}
