//! Numbers of a sentence or a row to the settings they are values of.
//!
//! Why it can be wrong: a number beside a word is not the word's value (`we compare 3 learning rates`). So a name must
//! stand right before its value, what is counted right behind it, and the value must be one that the setting can have.
//!
//! Example: "for 10 epochs with a learning rate of 5e-5" gives `epochs` 10 and `learning-rate` 5e-5.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::lexicon::{self, About, Fits, Thing};
use super::text::value;
use super::{Hit, counts, phrase};
use crate::quantity::{Dimension, Found, Locale, Quantity, Stated, Unit, scan};
use crate::source::passages::Passage;

/// Cells of a row that may still be a setting with its values.
const CELLS: usize = 4;
/// Words of a row's label.
const LABEL: usize = 6;

/// What a number behind it only identifies.
static NO_QUANTITY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:arxiv|doi|isbn|https?|issue|commit|grant|license|no\.|number)[\s:#.]*$"));
/// What comes before it was not done.
static WOULD: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s+(?:would|could|might)\b"));
/// What comes behind it was not done.
static CONTRAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:rather than|instead of|than|unlike|versus|vs\.?|compared (?:to|with)|en lugar de|frente a)\s+(?:an?\s|the\s|un[ao]?\s)?$",
    )
});
static LASTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:takes?|took|requires?|required|trained (?:for|in)|training (?:time|for)|train(?:s)? (?:for|in)|finish\w*|complet\w*|runs? (?:for|in)|ran for|wall|runtime|run time|gpu[- ]hours?|tarda\w*|duración del? entrenamiento)",
    )
});
static EACH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:per|for each|for every|/|a|each)\s?(?:step|epoch|sample|batch|image|iteration|example|query|clip|audio|frame|of\b)|^\s*of\b",
    )
});
static AUDIO: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)sampl|audio|speech|waveform|record|muestre|voz"));
static BAND: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)band|cut-?off|low-?pass|high-?pass|filter|notch|mel\b|range|filtro|banda"));
static SPAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)container|clip|window|segment|crop|chunk|audio|utterance|frame|hop|stride|pad|trim|length|duration|contenedor|ventana|segmento|duración",
    )
});
static MEMORY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)vram|gpu|graphics|memory per card|device memory"));
static HOST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^\W{0,3}(?:of\s)?(?:system |host |cpu |main )?(?:ram|disk|storage|checkpoint)"));
static LIST: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\}?\s*(?:,|/|;|and|or|,\s*and|,\s*or|&|y|o)\s*\{?$"));
static AGAIN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s+(?:for|on|in|during|para)\s+[^.;:0-9]{2,50}?,?\s*(?:and|or|y|,)\s*$"));

pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant that the tests compile")
}

/// What of the passage speaks of low rank or of generated text.
pub(super) fn about(passage: &Passage) -> Vec<About> {
    static LOW_RANK: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)lora\b|low-rank|dora\b|adapter|peft"));
    static DECODING: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)decod|sampling|generat|infer|greedy|nucleus|beam|respons|rollout|prompt|top-?[pk]\b|language model|llm|decodific",
        )
    });
    static TRAINED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)contrastive|infonce|distill|softmax|\bloss|\bτ|tau\b"));
    let around = format!("{} {}", passage.titles.join(" "), passage.text);
    let mut about = vec![About::Anything];
    about.extend(LOW_RANK.is_match(&around).then_some(About::LowRank));
    about.extend((DECODING.is_match(&around) && !TRAINED.is_match(&passage.text)).then_some(About::Decoding));
    about
}

/// A value with what it is of.
struct Setting {
    found: Found,
    thing: Option<&'static Thing>,
    hit: Hit,
}

/// The settings of a sentence; `taken` are spans that something else was read from.
pub(super) fn of_sentence(passage: &Passage, locale: Locale, taken: &[Range<usize>]) -> Vec<Hit> {
    let text = passage.text.as_str();
    let about = about(passage);
    let mut settings: Vec<Setting> = Vec::new();
    let mut last: Option<usize> = None;
    for found in scan(text, locale) {
        let free = taken
            .iter()
            .all(|span| found.span.end <= span.start || span.end <= found.span.start);
        let printed = NO_QUANTITY.is_match(&text[..found.span.start]);
        if !free || printed || !is_value(&found.stated) {
            last = None;
            continue;
        }
        // A second value of the one before: a list, or one for another part.
        let previous = last
            .and_then(|at| settings.get(at))
            .filter(|setting| setting.hit.kind == "parameter" || setting.thing.is_some());
        if let Some(previous) = previous {
            let between = &text[previous.hit.span.end.min(found.span.start)..found.span.start];
            let straight = &text[previous.found.span.end..found.span.start];
            let thing = previous.thing.filter(|thing| fits(thing, &found.stated));
            let may =
                thing.is_some() || previous.thing.is_none() && found.stated.unit() == previous.found.stated.unit();
            if may && LIST.is_match(straight) {
                let at = settings.len() - 1;
                let setting = &mut settings[at];
                setting
                    .hit
                    .values
                    .push(value(&text[found.span.clone()], &found.stated, locale));
                setting.hit.span.end = found.span.end;
                setting.found = found;
                last = Some(at);
                continue;
            }
            if let (true, Some(thing)) = (AGAIN.is_match(between), thing) {
                let start = previous.hit.span.start.max(previous.found.span.end);
                let hit = thing_hit(
                    thing,
                    start..found.span.end,
                    value(&text[found.span.clone()], &found.stated, locale),
                );
                settings.push(Setting {
                    found,
                    thing: Some(thing),
                    hit,
                });
                last = Some(settings.len() - 1);
                continue;
            }
        }
        last = None;
        if let Some((thing, hit)) = setting(text, &found, locale, &about) {
            settings.push(Setting { found, thing, hit });
            last = Some(settings.len() - 1);
        }
    }
    let ours = |hit: &Hit| !CONTRAST.is_match(&text[..hit.span.start]) && !WOULD.is_match(&text[hit.span.end..]);
    settings.into_iter().map(|setting| setting.hit).filter(ours).collect()
}

fn setting(text: &str, found: &Found, locale: Locale, about: &[About]) -> Option<(Option<&'static Thing>, Hit)> {
    let (before, after) = (&text[..found.span.start], &text[found.span.end..]);
    let printed = value(&text[found.span.clone()], &found.stated, locale);
    if let Some(hit) = by_unit(text, found, &printed) {
        return Some((None, hit));
    }
    let dimension = found.stated.unit().map(Unit::dimension);
    if dimension.is_some_and(|dimension| dimension != Dimension::Fraction) {
        return None;
    }
    let accepts = |thing: &Thing| about.contains(&thing.about) && fits(thing, &found.stated);
    if let Some((thing, start)) = lexicon::before(before, accepts) {
        return Some((Some(thing), thing_hit(thing, start..found.span.end, printed)));
    }
    if let Some((thing, end)) = lexicon::after(after, accepts) {
        return Some((
            Some(thing),
            thing_hit(thing, found.span.start..found.span.end + end, printed),
        ));
    }
    if let Some(hit) = counts::samples(text, found, &printed).or_else(|| counts::split(text, found, &printed)) {
        return Some((None, hit));
    }
    let phrase = phrase::of(before, after)?;
    let written = text[found.span.clone()].contains(|c: char| c.is_ascii_digit());
    let count = found
        .stated
        .quantity()
        .is_some_and(|quantity| is_count(quantity) && !quantity.number.has_suffix());
    let zero = found
        .stated
        .quantity()
        .is_some_and(|quantity| quantity.number.value == 0);
    // `853×640` is one size, `three stages` a way of speaking, and nothing is set to nothing.
    if sized(before, after) || zero && phrase.identifier.is_none() || phrase.counted && !(written && count) {
        return None;
    }
    let start = phrase.start.unwrap_or(found.span.start);
    let end = found.span.end + phrase.end.unwrap_or_default();
    Some((None, phrase_hit(phrase, start..end, vec![printed])))
}

fn phrase_hit(phrase: phrase::Phrase, span: Range<usize>, values: Vec<String>) -> Hit {
    Hit {
        sure: phrase.identifier.is_some(),
        names: phrase.identifier.iter().cloned().collect(),
        values,
        ..Hit::new(phrase.words.join("-"), "parameter", span, String::new())
    }
    .called(phrase)
}

fn thing_hit(thing: &Thing, span: Range<usize>, printed: String) -> Hit {
    let words = |names: &str| names.split_whitespace().map(str::to_string).collect();
    Hit {
        names: words(thing.names),
        weak: words(thing.weak),
        ..Hit::new(thing.stem.to_string(), thing.kind, span, printed)
    }
}

/// What the unit alone says.
fn by_unit(text: &str, found: &Found, printed: &str) -> Option<Hit> {
    let (before, after) = (&text[..found.span.start], &text[found.span.end..]);
    let hit = |stem: &str, kind| Hit::new(stem.to_string(), kind, found.span.clone(), printed.to_string());
    match found.stated.unit()?.dimension() {
        Dimension::Frequency => {
            let rate = AUDIO.is_match(text) && !BAND.is_match(near(before, after).as_str());
            rate.then(|| hit("sampling-rate", "sampling-rate"))
        }
        Dimension::Memory => {
            let large = matches!(found.stated.unit(), Some(Unit::Gigabyte | Unit::Gibibyte));
            (large && MEMORY.is_match(&near(before, after)) && !HOST.is_match(after)).then(|| hit("vram", "vram"))
        }
        Dimension::Time => {
            let long = matches!(
                found.stated.unit(),
                Some(Unit::Minute | Unit::Hour | Unit::Day | Unit::Week)
            );
            if long && LASTS.is_match(text) && !EACH.is_match(after) {
                return Some(hit("runtime", "runtime"));
            }
            let short = matches!(found.stated.unit(), Some(Unit::Millisecond | Unit::Second));
            let spans = short && SPAN.is_match(&near(before, after)) && !LASTS.is_match(text);
            spans.then(|| hit("duration", "duration"))
        }
        _ => None,
    }
}

/// The words next to a number.
fn near(before: &str, after: &str) -> String {
    let ahead: Vec<&str> = before.split_whitespace().rev().take(5).collect();
    let behind: Vec<&str> = after.split_whitespace().take(4).collect();
    let ahead: Vec<&str> = ahead.into_iter().rev().collect();
    format!("{} {}", ahead.join(" "), behind.join(" "))
}

/// One side of a size: `512×512`.
pub(super) fn sized(before: &str, after: &str) -> bool {
    before.trim_end().ends_with(['×', '*']) || after.trim_start().starts_with(['×', '*'])
}

/// The settings of a table's row: its label, and one value in each cell.
pub(super) fn of_row(passage: &Passage, locale: Locale) -> Vec<Hit> {
    let cells: Vec<(usize, &str)> = passage
        .text
        .split('\t')
        .map(|cell| (cell.as_ptr() as usize - passage.text.as_ptr() as usize, cell))
        .collect();
    let Some(((_, label), values)) = cells.split_first() else {
        return Vec::new();
    };
    if values.is_empty() || values.len() >= CELLS || label.split_whitespace().count() > LABEL {
        return Vec::new();
    }
    let about = about(passage);
    let mut hits: Vec<Hit> = Vec::new();
    for (start, cell) in values {
        let Some(found) = whole_cell(cell, locale) else {
            return hits;
        };
        let printed: Vec<String> = found
            .iter()
            .map(|found| value(&cell[found.span.clone()], &found.stated, locale))
            .collect();
        let accepts =
            |thing: &Thing| about.contains(&thing.about) && found.iter().all(|found| fits(thing, &found.stated));
        let span = 0..start + cell.len();
        let unitless = found
            .iter()
            .all(|found| found.stated.unit().is_none_or(|unit| unit == Unit::Percent));
        let mut hit = match lexicon::label(label, accepts) {
            Some(thing) if unitless => thing_hit(thing, span, String::new()),
            _ => {
                let Some(phrase) = phrase::of(&format!("{label} = "), "") else {
                    return hits;
                };
                phrase_hit(phrase, span, Vec::new())
            }
        };
        if hits.iter().any(|other| other.values == printed) {
            continue;
        }
        hit.values = printed;
        hits.push(hit);
    }
    hits
}

/// The values of a cell that holds nothing else.
fn whole_cell(cell: &str, locale: Locale) -> Option<Vec<Found>> {
    let found: Vec<Found> = scan(cell, locale)
        .into_iter()
        .filter(|found| is_value(&found.stated))
        .collect();
    let mut rest = cell.to_string();
    for one in found.iter().rev() {
        rest.replace_range(one.span.clone(), "");
    }
    let nothing = rest
        .chars()
        .all(|sign| sign.is_whitespace() || ",;/{}()[]$".contains(sign));
    (nothing && !found.is_empty()).then_some(found)
}

fn is_value(stated: &Stated) -> bool {
    matches!(
        stated,
        Stated::Exact(_) | Stated::About(_) | Stated::Range(..) | Stated::Bound(..)
    )
}

pub(super) fn is_count(quantity: &Quantity) -> bool {
    quantity.unit.is_none() && quantity.number.value.is_integer() && quantity.number.value > 0
}

fn fits(thing: &Thing, stated: &Stated) -> bool {
    let fits = |quantity: &Quantity| match thing.fits {
        // `3B runs` are runs of a model.
        Fits::Count => is_count(quantity) && !quantity.number.has_suffix(),
        Fits::Whole => quantity.unit.is_none() && quantity.number.value.is_integer(),
        Fits::Share => {
            quantity.unit == Some(Unit::Percent)
                || quantity.unit.is_none() && quantity.number.value >= 0 && quantity.number.value <= 1
        }
        Fits::Any => quantity.unit.is_none(),
    };
    match stated {
        // `epochs 1–50` are some of all.
        Stated::Range(low, high) => !matches!(thing.fits, Fits::Count | Fits::Whole) && fits(low) && fits(high),
        _ => stated.quantity().is_some_and(fits),
    }
}
