//! What is wrong in a claim file: a message, where it stands, and what to write instead.
//!
//! Why it can be wrong: a span that lies one line off sends the author to the wrong claim, and a "did you mean" that is
//! far from what was meant is worse than none. So spans come from the TOML parser alone, rendering counts lines with a
//! library, and only a near word is offered.
//!
//! Example: for `vaule = 50` the message is "a claim of kind `batch-size` has no key `vaule`", the hint
//! "did you mean `value`?", and the picture shows the line with `vaule` underlined.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// One mistake in a claim file. Spans are bytes of the file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong and what was expected.
    pub message: String,
    /// What to write instead, where that can be said.
    pub hint: Option<String>,
    /// Where the mistake stands.
    pub primary: Range<usize>,
    /// Other places that belong to it (the first of two equal ids), each with a label.
    pub secondary: Vec<(Range<usize>, String)>,
    /// It may merely follow from another mistake (something is missing that a broken line may hold).
    pub(super) follows: bool,
}

impl Problem {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem {
            message: message.into(),
            hint: None,
            primary: span,
            secondary: Vec::new(),
            follows: false,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn following(mut self) -> Problem {
        self.follows = true;
        self
    }

    pub(super) fn also(mut self, span: Range<usize>, label: impl Into<String>) -> Problem {
        self.secondary.push((span, label.into()));
        self
    }
}

/// All problems as a person reads them, in the order of the file, each with its lines and its remedy.
///
/// `path` is shown as given; lines and columns are one-based.
pub fn render(problems: &[Problem], path: &str, text: &str, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let mut ordered: Vec<&Problem> = problems.iter().collect();
    ordered.sort_by_key(|problem| problem.primary.start);
    ordered
        .iter()
        .map(|problem| one(problem, &renderer, path, text))
        .collect::<Vec<_>>()
        .join("\n")
}

fn one(problem: &Problem, renderer: &Renderer, path: &str, text: &str) -> String {
    let mut snippet = Snippet::source(text)
        .path(path)
        .line_start(1)
        .annotation(AnnotationKind::Primary.span(within(text, &problem.primary)));
    for (span, label) in &problem.secondary {
        snippet = snippet.annotation(AnnotationKind::Context.span(within(text, span)).label(label.as_str()));
    }
    let mut group = Level::ERROR.primary_title(problem.message.as_str()).element(snippet);
    if let Some(hint) = &problem.hint {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    let mut picture = renderer.render(&[group]);
    picture.push('\n');
    picture
}

/// The span cut to the text and moved to whole characters: a picture must never panic.
fn within(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = floor(text, span.start);
    let end = floor(text, span.end).max(start);
    start..end
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Takes out what a misspelled key explains: with `vaule` there is no `value`, and one message says both.
/// `from` is where the table's own problems begin.
pub(super) fn without_what_follows(problems: &mut Vec<Problem>, from: usize) {
    let meant: Vec<String> = problems[from..]
        .iter()
        .filter_map(|problem| {
            problem
                .hint
                .as_deref()?
                .strip_prefix("did you mean ")?
                .strip_suffix('?')
        })
        .map(|key| format!("has no {key}"))
        .collect();
    let mut index = 0;
    problems.retain(|problem| {
        let own = index >= from;
        index += 1;
        !(own && problem.follows && meant.iter().any(|end| problem.message.ends_with(end.as_str())))
    });
}

/// The word nearest to `word`, where one is near: at most a third of its letters differ, or it is the same but for
/// case, `_` and `-`, or one begins with the other.
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = fold(word);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in words {
        let other = fold(candidate);
        let begins = plain.len() >= 3 && other.len() >= 3 && (other.starts_with(&plain) || plain.starts_with(&other));
        let distance = if begins { 1 } else { distance(&plain, &other) };
        let allowed = (plain.chars().count().max(other.chars().count()) / 3).max(1);
        let near = distance <= allowed && distance < plain.chars().count().max(2);
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// "did you mean `x`?" for the nearest word, else the words there are.
pub(super) fn suggestion(word: &str, words: &[&str], there_are: &str) -> Option<String> {
    if let Some(near) = nearest(word, words.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    (!words.is_empty()).then(|| format!("{there_are} {}", listed(words)))
}

/// `a`, `b` and `c`, each in backticks.
pub(super) fn listed<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn fold(word: &str) -> String {
    word.trim().to_lowercase().replace('_', "-")
}

/// Edits between two words, a swap of neighbours counting as one (optimal string alignment). Words are cut at 64
/// characters: nobody means a key that long.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_word_is_offered() {
        let keys = [
            "value",
            "version",
            "works-with",
            "installed",
            "of",
            "in",
            "id",
            "kind",
            "sampling-rate",
            "package",
        ];
        let cases: &[(&str, Option<&str>)] = &[
            ("vaule", Some("value")),
            ("values", Some("value")),
            ("works_with", Some("works-with")),
            ("Version", Some("version")),
            ("smapling-rate", Some("sampling-rate")),
            ("pkg", None),
            ("colour", None),
            ("kidn", Some("kind")),
            ("x", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, keys), *expected, "{word}");
        }
    }

    #[test]
    fn edits_are_counted_as_by_hand() {
        let cases = [
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("vaule", "value", 1),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
        ];
        for (a, b, edits) in cases {
            assert_eq!(distance(a, b), edits, "{a} {b}");
        }
    }

    #[test]
    fn a_span_behind_the_end_or_inside_a_letter_is_shown_all_the_same() {
        let text = "id = \"ñ\"";
        for span in [0..100, 7..7, 100..200, 6..7] {
            let picture = render(&[Problem::new(span, "wrong")], "c.toml", text, false);
            assert!(picture.contains("c.toml:1:"), "{picture}");
        }
    }
}
