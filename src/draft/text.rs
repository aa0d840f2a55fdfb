//! Drafts as the text of a claim file.
//!
//! Why it can be wrong: LaTeX is full of backslashes and quotes, and TOML reads both. So every text is a literal string
//! where it can be, and is escaped where it cannot.
//!
//! Example: `quote = 'a learning rate of 5 × 10^{-5}'`, and above it `# train.py:40: lr = 5e-5 (configured)`.

use super::{Draft, Found};
use crate::evidence::Grade;
use crate::quantity::{Locale, Stated};

/// Characters of the line that evidence is shown with.
const WIDTH: usize = 72;
/// Places that are shown above one claim.
const PLACES: usize = 3;

/// Where the claims are about, as the head of the file says it.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// The paper or README as the user would name it.
    pub from: String,
    pub title: Option<String>,
    /// Relative to the claim file's folder; none where the claims say it with `at`.
    pub paper: Option<String>,
    /// Relative to the claim file's folder; none where a claim file there may not name it.
    pub root: Option<String>,
    /// What to run to see the evidence.
    pub check: String,
    pub spanish: bool,
    pub notes: Vec<String>,
}

/// A place of the evidence that a claim is shown with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub place: String,
    pub line: String,
    pub grade: Grade,
}

/// The whole file. `shown`: for each draft, what was found.
pub fn file(head: &Head, found: &Found, shown: &[Vec<Shown>]) -> String {
    let mut out = String::new();
    comment(
        &mut out,
        &format!(
            "Drafted by `verify init` from {}. A draft has no verdict: read each claim against the paper,",
            head.from
        ),
    );
    comment(
        &mut out,
        "correct it, and take its line `draft = true` out. Above each claim stands what the repository says.",
    );
    comment(&mut out, &format!("`{}` shows all of it.", head.check));
    for note in &head.notes {
        comment(&mut out, note);
    }
    out.push_str("\n[document]\n");
    for (key, text) in [("title", &head.title), ("paper", &head.paper), ("root", &head.root)] {
        if let Some(text) = text {
            out.push_str(&format!("{key} = {}\n", literal(text)));
        }
    }
    if head.spanish {
        out.push_str("language = \"es\"\n");
    }
    let mut section: Option<&str> = None;
    for (at, draft) in found.drafts.iter().enumerate() {
        if draft.section.as_deref() != section {
            section = draft.section.as_deref();
            out.push('\n');
            comment(&mut out, &format!("--- {} ---", section.unwrap_or("without a section")));
        }
        out.push('\n');
        claim(&mut out, draft, shown.get(at).map(Vec::as_slice));
    }
    out.push('\n');
    for line in left_out(found) {
        comment(&mut out, &line);
    }
    out
}

/// One claim with what was found above it.
pub(super) fn claim(out: &mut String, draft: &Draft, shown: Option<&[Shown]>) {
    if let Some(shown) = shown {
        if shown.is_empty() {
            comment(out, "nothing found that speaks of it");
        }
        for one in shown.iter().take(PLACES) {
            comment(
                out,
                &format!("{}: {} ({})", one.place, cut(&one.line), one.grade.name()),
            );
        }
        if shown.len() > PLACES {
            comment(out, &format!("and {} more", shown.len() - PLACES));
        }
    }
    for remark in &draft.remarks {
        comment(out, remark);
    }
    out.push_str("[[claim]]\n");
    let mut key = |name: &str, value: &str| out.push_str(&format!("{name} = {value}\n"));
    key("id", &literal(&draft.id));
    key("kind", &literal(draft.kind));
    if let Some(section) = &draft.section {
        key("section", &literal(section));
    }
    key("quote", &literal(&draft.quote));
    if let Some(at) = &draft.at {
        key("at", &literal(at));
    }
    if !draft.names.is_empty() {
        key("name", &texts(&draft.names));
    }
    for (name, value) in &draft.keys {
        key(name, value);
    }
    if !draft.scope.is_empty() {
        key("in", &texts(&draft.scope));
    }
    key("draft", "true");
}

fn left_out(found: &Found) -> Vec<String> {
    let count = |count: usize, one: &str, many: &str| {
        (count > 0).then(|| format!("{count} {} left out", if count == 1 { one } else { many }))
    };
    [
        count(found.results, "result number was", "result numbers were"),
        count(
            found.unnamed,
            "number was not drafted because no setting of the repository bears its words, and was",
            "numbers were not drafted because no setting of the repository bears their words, and were",
        ),
    ]
    .into_iter()
    .flatten()
    .map(|line| format!("{line}."))
    .collect()
}

/// A comment of one line, whatever the text holds.
fn comment(out: &mut String, text: &str) {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    out.push_str("# ");
    out.push_str(text.trim());
    out.push('\n');
}

fn cut(line: &str) -> String {
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= WIDTH {
        return line;
    }
    line.chars().take(WIDTH).chain("…".chars()).collect()
}

fn texts(items: &[String]) -> String {
    match items {
        [only] => literal(only),
        items => format!(
            "[{}]",
            items.iter().map(|item| literal(item)).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// A TOML string: between `"` where nothing needs escaping, between `'` where that spares it, else escaped.
pub(super) fn literal(text: &str) -> String {
    let plain = |c: char| !c.is_control();
    if text.chars().all(|c| plain(c) && c != '"' && c != '\\') {
        return format!("\"{text}\"");
    }
    if text.chars().all(|c| plain(c) && c != '\'') {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value as the paper prints it, as TOML: a plain number bare, all else a text.
pub(super) fn value(printed: &str, stated: &Stated, locale: Locale) -> String {
    let text: String = printed.chars().filter(|c| *c != '$').collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = |text: &str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0')) && whole.len() < 16
    };
    if plain(&text) {
        return text;
    }
    let braceless: String = text.chars().filter(|c| !matches!(c, '{' | '}')).collect();
    let same = |text: &str| Stated::parse(text, locale).is_ok_and(|read| read == *stated);
    match [braceless, text].into_iter().find(|text| same(text)) {
        Some(text) => literal(&text),
        None => literal(&stated.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_read_back(text in "\\PC{0,40}|[\\\\'\"{}$\u{1}-\u{1f} a]{0,20}") {
            let file = format!("quote = {}", literal(&text));
            let read: toml::Table = toml::from_str(&file).expect("TOML");
            prop_assert_eq!(read["quote"].as_str(), Some(text.as_str()));
        }
    }

    #[test]
    fn values_stand_as_they_are_printed() {
        let read = |text: &str| {
            value(
                text,
                &Stated::parse(text, Locale::English).expect("a value"),
                Locale::English,
            )
        };
        for (text, wanted) in [
            ("50", "50"),
            ("0.05", "0.05"),
            ("21,340", "\"21,340\""),
            ("2× 10^{-4}", "\"2× 10^-4\""),
            ("16 kHz", "\"16 kHz\""),
            ("3–4 hours", "\"3–4 hours\""),
            ("-3.0", "\"-3.0\""),
            ("1e-4", "\"1e-4\""),
        ] {
            assert_eq!(read(text), wanted);
        }
    }
}
