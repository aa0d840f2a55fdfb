//! Quantities inside prose: `trained with batch size 50 for 3-4 hours at 16~kHz`, each with its place.
//!
//! It can be wrong by taking a name for a number: `A100`, `gpt-4`, `§4.1.2`, `v1.2`, `2025-12-22`, `(Smith, 2023)`. What may
//! be one of those is left out, since a missing sentence is asked about and a wrong one is believed. Example: in
//! `about 3 hours on 2 A100s` the finds are `about 3 hours` and `2`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::labels::{LABELS, MONTHS, YEAR_WORDS};
use super::phrase::{ABOUT, BOUNDS};
use super::{Locale, Stated, Unit};

/// A quantity in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Bytes of the text, the hedge and the unit included.
    pub span: Range<usize>,
    /// What stands there.
    pub stated: Stated,
}

/// How far before a number its hedge and the word that makes it a year or a section are looked for, in bytes.
const LOOK_BEHIND: usize = 48;

/// Finds the quantities of `text`, which may be prose, Markdown or LaTeX whose macros are expanded.
#[must_use]
pub fn scan(text: &str, locale: Locale) -> Vec<Found> {
    let number = if locale.is_spanish() {
        &*SPANISH_NUMBER
    } else {
        &*ENGLISH_NUMBER
    };
    let mut finds = Vec::new();
    let mut at = 0;
    while let Some(first) = number.find_at(text, at) {
        let candidate = Candidate {
            text,
            number,
            locale,
            first: first.range(),
        };
        match candidate.read() {
            Ok(found) => {
                at = found.span.end.max(first.end());
                finds.push(found);
            }
            // Past the whole name, so that its later digits are not taken for numbers.
            Err(skip_to) => at = skip_to.max(first.end()),
        }
    }
    finds
}

/// Digits in groups, a fraction, an exponent, a power of ten, a suffix; or a number word.
fn number_pattern(decimal: &str, words: &str) -> Regex {
    // Word boundaries of ASCII keep the search fast; what stands beside a find is looked at again anyway.
    let pattern = format!(
        r"(?x)
        [-−+]? (?: {decimal} | [0-9]{{1,3}} (?: (?: , | \{{,\}} | \\, | \x{{2009}} | \x{{202f}} ) [0-9]{{3}} )+ (?-u:\b) (?: \.[0-9]+ )?
                 | [0-9]+ (?: _[0-9]+ )+ | [0-9]+ (?: \.[0-9]+ )? | \.[0-9]+ )
        (?: [eE] [-+]? [0-9]+ )?
        (?: [$]? [\ ~]? (?: \\times | × | \\cdot | · ) [\ ~]? [$]? 10 (?: \^ \{{? [-−+]? [0-9]+ \}}? | [⁻⁺]? [⁰¹²³⁴⁵⁶⁷⁸⁹]+ ) )?
        (?: [kKMB] (?-u:\b) )?
        | 10 (?: \^ \{{? [-−+]? [0-9]+ \}}? | [⁻⁺]? [⁰¹²³⁴⁵⁶⁷⁸⁹]+ )
        | (?-u:\b) (?i: {words} ) (?-u:\b)"
    );
    Regex::new(&pattern).expect("the pattern is a constant that the tests compile")
}

static ENGLISH_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    number_pattern(
        r"10 \^ \{? [-−+]? [0-9]+ \}?",
        "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve",
    )
});

static SPANISH_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    number_pattern(
        r"10 \^ \{? [-−+]? [0-9]+ \}? | [0-9]{1,3} (?: \.[0-9]{3} )+ (?-u:\b) (?: ,[0-9]+ )? | [0-9]+ , [0-9]{1,2} (?-u:\b) | 0,[0-9]+",
        "un|una|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce",
    )
});

/// What joins the ends of a range; a plain hyphen only without blanks.
static ENGLISH_DASH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\$?(?:\s?(?:--|–|—)\s?|-|\s+to\s+)\$?").expect("a constant that the tests compile"));
static SPANISH_DASH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\$?(?:\s?(?:--|–|—)\s?|-|\s+(?:to|a)\s+)\$?").expect("a constant that the tests compile")
});

static BETWEEN_DASH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\$?\s+(?:and|y)\s+\$?").expect("a constant that the tests compile"));

struct Candidate<'a> {
    text: &'a str,
    number: &'a Regex,
    locale: Locale,
    first: Range<usize>,
}

impl Candidate<'_> {
    /// The quantity around the first number, or where to go on when it is none.
    fn read(&self) -> Result<Found, usize> {
        let text = self.text;
        let (start, end) = (self.first.start, self.first.end);
        if self.is_inside_name(start) || self.is_label(start, end) {
            return Err(self.end_of_run(end));
        }
        let is_word = text[start..end].starts_with(char::is_alphabetic);
        let mut end = end;
        let mut unit = unit_after(text, end);
        let mut is_range = false;
        // The second end of a range, behind the first number or its unit.
        let after_first = unit.unwrap_or(end);
        let is_between = self.between_before(start).is_some();
        if let Some(second) = self.second_end(after_first, is_between) {
            is_range = true;
            end = second;
            unit = unit_after(text, end);
        } else if unit.is_some() {
            end = after_first;
        }
        if let Some(unit_end) = unit {
            end = unit_end;
        } else if self.continues_as_name(end) {
            return Err(self.end_of_run(end));
        }
        if unit.is_none() {
            let word = &text[start..end];
            // `one` and `un` are seldom numbers, unless a unit follows.
            if matches!(word.to_lowercase().as_str(), "one" | "un" | "una" | "uno") {
                return Err(end);
            }
            if !is_word && self.is_year(start, end, is_range) {
                return Err(end);
            }
        }
        let from = match self.between_before(start) {
            Some(from) if is_range => from,
            _ => self.hedge_before(start),
        };
        let slice = text[from..end].replace('$', "");
        let parsed = Stated::parse(&slice, self.locale)
            .ok()
            .map(|stated| (from, stated))
            .filter(|(_, stated)| is_quantity(stated))
            .or_else(|| {
                let slice = text[start..end].replace('$', "");
                let stated = Stated::parse(&slice, self.locale).ok()?;
                Some((start, stated)).filter(|(_, stated)| is_quantity(stated))
            });
        match parsed {
            Some((from, stated)) => Ok(Found {
                span: from..end,
                stated,
            }),
            None => Err(end),
        }
    }

    /// Whether the characters before the number make it part of a name, path, date or fraction.
    fn is_inside_name(&self, start: usize) -> bool {
        let before = &self.text[..start];
        let Some(previous) = before.chars().next_back() else {
            return false;
        };
        if previous.is_alphanumeric() || matches!(previous, '_' | '/' | '^' | '\\' | '@' | '#' | '§' | '.') {
            return true;
        }
        // A sign directly behind a letter or digit is a hyphen.
        let first = self.text[start..].chars().next();
        if matches!(first, Some('-' | '+' | '−')) && !previous.is_whitespace() && !"($[=:,{~".contains(previous) {
            return true;
        }
        // The rest of a tight list, or of groups that are none: `4,785/4,824`.
        if previous == ',' && before[..before.len() - 1].ends_with(|c: char| c.is_ascii_digit()) {
            return true;
        }
        if previous == '{' && before[..before.len() - 1].ends_with(['_', '^']) {
            return true;
        }
        // `gpt-4`, `RTX-3090-24GB`, `main.py:101`: letters in the run that leads here.
        if matches!(previous, '-' | ':') {
            let run = before
                .char_indices()
                .rev()
                .take_while(|(_, c)| c.is_alphanumeric() || "_-./:".contains(*c))
                .take(LOOK_BEHIND)
                .last()
                .map_or("", |(at, _)| &before[at..]);
            let names = run.contains(|c: char| c.is_alphabetic());
            return if previous == '-' {
                names || run.len() > 1
            } else {
                run.contains(['.', '/']) || run.ends_with(|c: char| c.is_ascii_digit())
            };
        }
        false
    }

    /// Whether the number continues as a name, a version, a date, a time or a fraction.
    fn continues_as_name(&self, end: usize) -> bool {
        let mut after = self.text[end..].chars();
        let (Some(next), following) = (after.next(), after.next()) else {
            return false;
        };
        let digit_follows = following.is_some_and(|c| c.is_ascii_digit());
        next.is_alphanumeric()
            || matches!(next, '_' | '/')
            || matches!(next, ':' | '-' | ',') && digit_follows
            || next == '.' && following.is_some_and(char::is_alphanumeric)
    }

    /// The end of the unbroken run of letters, digits and inner punctuation that starts here.
    fn end_of_run(&self, from: usize) -> usize {
        let rest = &self.text[from..];
        let mut end = 0;
        let mut chars = rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let inner = "_.:/-,".contains(c) && chars.peek().is_some_and(|(_, next)| next.is_alphanumeric());
            if c.is_alphanumeric() || inner {
                end = at + c.len_utf8();
            } else {
                break;
            }
        }
        from + end
    }

    /// Whether a word before it, or its place in the line, makes the number a label: `Table 3`, `4. Results`, `[12]`.
    fn is_label(&self, start: usize, end: usize) -> bool {
        let before = self.behind(start);
        let word = last_word(before);
        let next_word = first_word(&self.text[end..]);
        if LABELS.contains(word.as_str()) || MONTHS.contains(word.as_str()) || MONTHS.contains(next_word.as_str()) {
            // "may" and "mar" are months only beside a day or a year; a unit says it is none.
            return !(word == "may" && unit_after(self.text, end).is_some());
        }
        // The line's start, if it is near: a number far behind it is no list marker.
        let lead = match before.rfind('\n') {
            Some(at) => before[at + 1..].trim(),
            None if before.len() == start => before.trim(),
            None => "far",
        };
        let after = &self.text[end..];
        if lead.chars().all(|c| c == '#') && !lead.is_empty() {
            return true;
        }
        let numbered = after.starts_with(". ") || after.starts_with(") ") || after.starts_with(".\t");
        if (lead.is_empty() || lead == "(") && numbered && !self.text[start..end].contains(['.', ',']) {
            return true;
        }
        before.ends_with('[') && after.starts_with(']')
    }

    /// Whether a bare whole number between 1900 and 2039 is a year: all but counts such as `2000 samples`.
    fn is_year(&self, start: usize, end: usize, is_range: bool) -> bool {
        let digits = &self.text[start..end];
        let year = |digits: &str| digits.len() == 4 && digits.parse::<u32>().is_ok_and(|n| (1900..2040).contains(&n));
        if is_range {
            return digits.split(['-', '–', '—', ' ']).filter(|d| !d.is_empty()).all(year);
        }
        if !year(digits) {
            return false;
        }
        let word = last_word(self.behind(start));
        if YEAR_WORDS.contains(word.as_str()) {
            return true;
        }
        let after = &self.text[end..];
        let next = first_word(after);
        let counts = after.starts_with([' ', '~']) && next.len() > 3 && next.ends_with('s');
        // `batch_size = 2000` names a setting.
        let assigned = self.behind(start).trim_end().ends_with(['=', ':']);
        !(counts || assigned)
    }

    /// The end of the second number, where a dash and a number follow.
    fn second_end(&self, from: usize, is_between: bool) -> Option<usize> {
        let dash = match (is_between, self.locale.is_spanish()) {
            (true, _) => &BETWEEN_DASH,
            (false, true) => &SPANISH_DASH,
            (false, false) => &ENGLISH_DASH,
        };
        let rest = &self.text[from..];
        let joined = dash.find(rest)?;
        let at = from + joined.end();
        let second = self.number.find_at(self.text, at).filter(|found| found.start() == at)?;
        // `2025-12-22` and `1-2-3` are no ranges, and `3-4bit` is none of 3.
        let end = second.end();
        let next = self.text[end..].chars().next();
        let dated = next == Some('-') && self.text[end + 1..].starts_with(|c: char| c.is_ascii_digit());
        (!dated && (unit_after(self.text, end).is_some() || !self.continues_as_name(end))).then_some(end)
    }

    /// Where the hedge or bound that belongs to the number begins; the number's own start if there is none.
    fn hedge_before(&self, start: usize) -> usize {
        let before = self.behind(start);
        let trimmed = before.trim_end_matches([' ', '\u{a0}', '$', '\n']);
        let tight = before.len() == trimmed.len();
        let lower = trimmed.to_lowercase();
        if lower.len() != trimmed.len() {
            // Case changed the length of the text, so places in it would not hold.
            return start;
        }
        let phrases = ABOUT
            .iter()
            .map(|phrase| (*phrase, true))
            .chain(BOUNDS.iter().map(|(phrase, _)| (*phrase, false)));
        let mut from = start;
        let mut longest = 0;
        for (phrase, about) in phrases {
            let Some(head) = lower.strip_suffix(phrase) else {
                continue;
            };
            let previous = head.chars().next_back();
            let stands_alone = if phrase.starts_with(char::is_alphabetic) {
                !previous.is_some_and(char::is_alphanumeric)
            } else if phrase == "~" {
                // Behind a letter it is LaTeX's blank.
                tight && !previous.is_some_and(|c| c.is_alphanumeric() || ".)}$\\".contains(c))
            } else {
                // `->`, `=>` and `<-` are arrows; `>` at the start of a line quotes in Markdown.
                let quotes = phrase == ">" && head.rsplit('\n').next().is_some_and(|lead| lead.trim().is_empty());
                about || !(quotes || previous.is_some_and(|c| "-=<>".contains(c)))
            };
            if stands_alone && phrase.len() > longest {
                longest = phrase.len();
                from = start - before.len() + head.len();
            }
        }
        from
    }

    /// Where `between` begins that stands before the number.
    fn between_before(&self, start: usize) -> Option<usize> {
        let before = self.behind(start);
        let word = ["between ", "entre "]
            .into_iter()
            .find(|word| before.to_ascii_lowercase().ends_with(word))?;
        let from = start - word.len();
        let inside_word = self.text[..from].ends_with(char::is_alphanumeric);
        (!inside_word).then_some(from)
    }

    /// At most [`LOOK_BEHIND`] bytes before `start`.
    fn behind(&self, start: usize) -> &str {
        let mut from = start.saturating_sub(LOOK_BEHIND);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        &self.text[from..start]
    }
}

fn is_quantity(stated: &Stated) -> bool {
    matches!(
        stated,
        Stated::Exact(_) | Stated::About(_) | Stated::Range(..) | Stated::Bound(..)
    )
}

/// The last word before a number, in lower case: letters, and the signs that labels bear.
fn last_word(before: &str) -> String {
    let trimmed = before.trim_end_matches([' ', '~', '\u{a0}', '\n', '(', '$']);
    let start = trimmed
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphabetic() || "§#.©".contains(*c))
        .last()
        .map_or(trimmed.len(), |(at, _)| at);
    trimmed[start..].to_lowercase()
}

/// The word behind a number, in lower case.
fn first_word(after: &str) -> String {
    after
        .trim_start_matches([' ', '~', '\u{a0}', '\n', ','])
        .chars()
        .take_while(|c| c.is_alphabetic())
        .take(LOOK_BEHIND)
        .flat_map(char::to_lowercase)
        .collect()
}

/// Where the unit ends that stands at `from`, glued, or behind one blank, `~`, `\,` or hyphen.
fn unit_after(text: &str, from: usize) -> Option<usize> {
    let rest = &text[from..];
    let mut gap = 0;
    for sign in [
        "$\\,$", "\\,", "$~", "$ ", "$", "~", " ", "\u{a0}", "\u{202f}", "\u{2009}", "\n", "-",
    ] {
        if rest.starts_with(sign) {
            gap = sign.len();
            break;
        }
    }
    let rest = &rest[gap..];
    let word_end = |from: usize| {
        rest[from..]
            .find(|c: char| !(c.is_alphabetic() || matches!(c, '%' | '\\')))
            .map_or(rest.len(), |length| from + length)
    };
    let first = word_end(0);
    // Two words first: `percentage points`, `per cent`.
    let second = rest[first..]
        .starts_with(' ')
        .then(|| word_end(first + 1))
        .filter(|end| *end > first + 1);
    for end in [second, Some(first)].into_iter().flatten().filter(|end| *end > 0) {
        let word = &rest[..end];
        // `5 %d`, `16 ms_per_frame` and `2 s2` are none.
        if rest[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let Some(unit) = Unit::parse(word) else {
            continue;
        };
        let short = matches!(word, "d" | "w" | "B") && matches!(gap, 0);
        let hyphened = text[from..].starts_with('-') && word.len() == 1;
        if !short && !hyphened && unit.symbol() != "w" {
            return Some(from + gap + end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str, locale: Locale) -> Vec<(String, String)> {
        scan(text, locale)
            .into_iter()
            .map(|found| (text[found.span].to_owned(), found.stated.to_string()))
            .collect()
    }

    fn assert_found(text: &str, locale: Locale, expected: &[(&str, &str)]) {
        let finds = found(text, locale);
        let finds: Vec<(&str, &str)> = finds.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(finds, expected, "{text}");
    }

    #[test]
    fn quantities_in_prose() {
        let rows: &[(&str, &[(&str, &str)])] = &[
            ("with batch size 50 for evaluation", &[("50", "50")]),
            ("with batch size~50 for evaluation.", &[("50", "50")]),
            ("sampled at 16 kHz.", &[("16 kHz", "16 kHz")]),
            ("sampled at 16kHz, mono", &[("16kHz", "16 kHz")]),
            ("at 16~kHz and 2000~ms", &[("16~kHz", "16 kHz"), ("2000~ms", "2000 ms")]),
            ("at $16$~kHz", &[("16$~kHz", "16 kHz")]),
            ("took about 3 hours", &[("about 3 hours", "~3 h")]),
            ("took ~3 hours", &[("~3 hours", "~3 h")]),
            ("took $\\sim$3 hours", &[("\\sim$3 hours", "~3 h")]),
            ("takes 3-4 hours on one card", &[("3-4 hours", "3–4 h")]),
            ("takes 3–4 hours", &[("3–4 hours", "3–4 h")]),
            ("takes 3 to 4 hours", &[("3 to 4 hours", "3–4 h")]),
            ("takes between 3 and 4 hours", &[("between 3 and 4 hours", "3–4 h")]),
            ("takes three to four hours", &[("three to four hours", "three–four h")]),
            ("approximately 3--4 hours", &[("approximately 3--4 hours", "3–4 h")]),
            ("21,340 samples (970 speakers)", &[("21,340", "21,340"), ("970", "970")]),
            (
                "21{,}340 and 21\\,340",
                &[("21{,}340", "21{,}340"), ("21\\,340", "21\\,340")],
            ),
            (
                "learning rate of $5\\times10^{-5}$.",
                &[("5\\times10^{-5}", "5\\times10^{-5}")],
            ),
            ("learning rate 5e-5, warm-up 0.1", &[("5e-5", "5e-5"), ("0.1", "0.1")]),
            ("lr=5e-5 seed=42", &[("5e-5", "5e-5"), ("42", "42")]),
            (
                "accuracy of 93.7\\% (+2.1 pp)",
                &[("93.7\\%", "93.7 %"), ("+2.1 pp", "+2.1 pp")],
            ),
            ("accuracy of 93.7% overall", &[("93.7%", "93.7 %")]),
            ("a 7B model, 21k steps", &[("7B", "7B"), ("21k", "21k")]),
            ("at least 40 GB of memory", &[("at least 40 GB", ">= 40 GB")]),
            ("with ≥4 GPUs", &[("≥4", ">= 4")]),
            ("up to 2 hours", &[("up to 2 hours", "<= 2 h")]),
            ("SNR from -5 to 20", &[("-5 to 20", "-5–20")]),
            ("a 24-hour limit", &[("24-hour", "24 h")]),
            ("two GPUs for one hour", &[("two", "two"), ("one hour", "one h")]),
            ("1x RTX 3090 with 24 GB", &[("24 GB", "24 GB")]),
            ("28.96 percentage points", &[("28.96 percentage points", "28.96 pp")]),
            ("for 2000 samples", &[("2000", "2000")]),
            ("max_length: 2000", &[("2000", "2000")]),
            ("context of 2048 tokens", &[("2048", "2048")]),
            ("It uses 50. Then 60.", &[("50", "50"), ("60", "60")]),
            ("(12 layers; 8 heads)", &[("12", "12"), ("8", "8")]),
            ("temperature 0", &[("0", "0")]),
            ("see > 5 epochs", &[("> 5", "> 5")]),
            ("-> 5 epochs", &[("5", "5")]),
        ];
        for (text, expected) in rows {
            assert_found(text, Locale::English, expected);
        }
    }

    #[test]
    fn names_labels_and_dates_are_no_quantities() {
        for text in [
            "on an A100",
            "with v100 cards",
            "gpt-4 and gpt-3.5-turbo",
            "§4.1.2 and Section 3",
            "Table 3, Fig. 4",
            "Sec.~4.1",
            "version 2.0",
            "Python 3.10",
            "numpy 1.2.3",
            "on 2025-12-22",
            "22 December 2025",
            "(Smith, 2023)",
            "in 2024",
            "ICLR 2024",
            "12/22/2025",
            "at 12:30",
            "ratio 16:9",
            "main.py:101",
            "src/v2/a4.py",
            "RTX 3090",
            "RTX-3090-24GB",
            "3090Ti",
            "x_{2}",
            "$x^2$",
            "x_2",
            "[12]",
            "1. Install it",
            "## 4 Results",
            "2nd and 3rd",
            "one of them",
            "once",
            "2.x",
            "sha 550e8400-e29b-41d4",
            "slurm/04_eval.job",
            "2019-2023",
            "3/4",
            "#42",
            "utf8",
            "Qwen2-7B",
            "http://a.b/1/2",
            "8x A100",
            "4,785/4,824",
            "1,5,10",
            "> quoted",
        ] {
            assert_found(text, Locale::English, &[]);
        }
    }

    #[test]
    fn spanish_prose() {
        assert_found("un 93,7 % de acierto", Locale::Spanish, &[("93,7 %", "93,7 %")]);
        assert_found("entre 3 y 4 horas", Locale::Spanish, &[("entre 3 y 4 horas", "3–4 h")]);
        assert_found("unas 3 horas", Locale::Spanish, &[("unas 3 horas", "~3 h")]);
        assert_found("de 3 a 4 horas", Locale::Spanish, &[("3 a 4 horas", "3–4 h")]);
        assert_found("21,340 muestras", Locale::Spanish, &[("21,340", "21,340")]);
        assert_found("once muestras", Locale::Spanish, &[("once", "once")]);
        let counts = scan("21.340 muestras", Locale::SpanishCounts);
        assert_eq!(counts.len(), 1);
        assert_eq!(counts[0].stated, Stated::parse("21340", Locale::English).unwrap());
    }

    proptest! {
        #[test]
        fn spans_lie_in_order_inside_the_text(text in "(\\PC|[0-9.,~ $-]| hours| kHz|about ){0,40}") {
            for locale in [Locale::English, Locale::SpanishCounts] {
                let mut end = 0;
                for found in scan(&text, locale) {
                    prop_assert!(found.span.start >= end, "{:?}", found);
                    prop_assert!(text.get(found.span.clone()).is_some_and(|slice| !slice.is_empty()));
                    end = found.span.end;
                }
            }
        }
    }
}
