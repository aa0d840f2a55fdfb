//! Prose: Markdown, reStructuredText and plain text, and what their sentences, lists, tables and commands say.
//!
//! Why it can be wrong: a number near a word is not a value of it (a character limit of 300 is not 300 samples), and what is recommended or
//! listed is not what was used. So a value counts only beside its own subject, lists and requirements are marked as
//! alternatives, and links, badges, citations, changelogs and numbering say nothing.
//!
//! Example: `- **GPU**: 1x RTX 3090` names a card; `batch size of 50` is the setting `batch_size`, 50, in a sentence.

mod clause;
pub(crate) mod command;
pub(crate) mod fold;
mod lexicon;
mod markdown;
pub(crate) mod markup;
pub(crate) mod passages;
mod plain;
pub(crate) mod read;
mod say;
pub(crate) mod sentence;
mod unused;
mod wanted;

pub use markdown::MARKDOWN;
pub(crate) use markdown::shown_tables;
pub use plain::PLAIN;

use std::borrow::Cow;

use crate::evidence::{Gap, GapReason};
use crate::place::SourceText;
use crate::quantity::Locale;
use crate::source::File;

/// The text of a file of prose; nothing for a changelog, whose numbers are of other versions.
fn source_of(file: &File, largest: usize) -> Result<Option<&SourceText>, Gap> {
    if file.bytes.len() > largest {
        return Err(file.gap(
            GapReason::TooLarge,
            format!("prose is read up to {} MB", largest / 1_000_000),
        ));
    }
    match &file.text {
        Some(source) => Ok((!is_changelog(&file.path)).then_some(source)),
        None => Err(file.gap(GapReason::NotText, "not UTF-8")),
    }
}

/// Bytes of a line that a person would still read; longer ones are embedded pictures and data.
const LONGEST_LINE: usize = 20_000;

/// The text with lines that are too long blanked, every byte after them where it was; a gap names them.
fn without_long_lines(source: &SourceText) -> (Cow<'_, str>, Vec<Gap>) {
    let text = source.text();
    if text.split('\n').all(|line| line.len() <= LONGEST_LINE) {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut read = String::with_capacity(text.len());
    let mut long = Vec::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let body = line.trim_end_matches(['\n', '\r']);
        if body.len() > LONGEST_LINE {
            long.push((index + 1).to_string());
            read.extend(std::iter::repeat_n(' ', body.len()));
            read.push_str(&line[body.len()..]);
        } else {
            read.push_str(line);
        }
    }
    let detail = format!("lines over 20 KB were left out: {}", long.join(", "));
    let gap = Gap {
        file: source.path().to_string(),
        why: GapReason::LongLine,
        detail,
    };
    (Cow::Owned(read), vec![gap])
}

fn is_changelog(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let stem = name.split('.').next().unwrap_or(&name).replace(['-', '_'], "");
    matches!(
        stem.as_str(),
        "changelog" | "changes" | "history" | "news" | "releases" | "releasenotes" | "whatsnew"
    )
}

/// Spanish where its function words outnumber the English ones: there a comma may stand before decimals.
pub(crate) fn language(text: &str) -> Locale {
    let mut spanish = 0_i64;
    for word in text.split_whitespace().take(5_000) {
        match word.to_lowercase().as_str() {
            "el" | "los" | "las" | "que" | "para" | "con" | "del" | "una" | "por" | "se" | "y" => spanish += 1,
            "the" | "and" | "of" | "to" | "is" | "with" | "for" | "that" | "are" | "we" => spanish -= 1,
            _ => {}
        }
    }
    if spanish > 0 { Locale::Spanish } else { Locale::English }
}
