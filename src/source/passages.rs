//! The text that claims are drafted from: a paper with its input files, or a README, passage by passage.
//!
//! Why it can be wrong: a claim whose quote is not found again is worse than none. So a text that gives passages also
//! finds quotes, in the very way in which the check looks them up.
//!
//! Example: the passage `All audio is resampled to 16 kHz …` of the section `§4.1.3 Inference Parameters`.

use std::path::Path;

use super::file::{Repository, SourceError, read_named};
use super::latex::{Missing, Paper, find_in_text};
use super::prose;
use crate::place::{Place, SourceText};
use crate::quantity::Locale;

/// A sentence or a row of a table, as a person reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// White space folded; the cells of a row are parted by tabs.
    pub text: String,
    pub row: bool,
    pub place: Place,
    /// The headings over it, outermost first.
    pub titles: Vec<String>,
    /// The innermost numbered heading: `§4.1 Setup`.
    pub section: Option<String>,
}

/// A text to draft claims from.
#[derive(Debug)]
pub enum Text {
    /// LaTeX, over its input files.
    Paper(Box<Paper>),
    /// Anything else: its quotes say where they stand.
    Plain(SourceText),
}

impl Text {
    pub fn passages(&self) -> Vec<Passage> {
        match self {
            Text::Paper(paper) => paper.passages(),
            Text::Plain(source) => prose::passages::passages(source),
        }
    }

    /// Where the check finds this quote.
    pub fn find(&self, quote: &str, near: &Place) -> Option<Place> {
        match self {
            Text::Paper(paper) => paper.find(quote),
            Text::Plain(source) => {
                let lines = near.line.map(|first| (first, near.end_line.unwrap_or(first)));
                find_in_text(source, lines, quote)
            }
        }
    }

    /// Input files that could not be read.
    pub fn missing(&self) -> &[Missing] {
        match self {
            Text::Paper(paper) => paper.missing(),
            Text::Plain(_) => &[],
        }
    }

    /// Spanish where its words are clearly that.
    pub fn language(&self) -> Locale {
        let passages = self.passages();
        let text: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
        prose::language(&text.join(" "))
    }
}

/// White space folded to one blank each; what groups the digits of a number stays.
pub(crate) fn folded(chars: impl Iterator<Item = char>) -> String {
    let all: Vec<char> = chars.collect();
    let mut text = String::new();
    for (at, &c) in all.iter().enumerate() {
        let digit = |index: Option<usize>| {
            index
                .and_then(|index| all.get(index))
                .is_some_and(|c| c.is_ascii_digit())
        };
        let groups = matches!(c, '\u{2009}' | '\u{202f}') && digit(at.checked_sub(1)) && digit(Some(at + 1));
        if c.is_whitespace() && !groups {
            if !text.ends_with(' ') && !text.is_empty() {
                text.push(' ');
            }
        } else if !c.is_control() && !matches!(c, '\u{200b}' | '\u{feff}' | '\u{ad}') {
            text.push(c);
        }
    }
    text.truncate(text.trim_end_matches(' ').len());
    text
}

/// Main files of papers under a root, by path; only what Git does not ignore.
///
/// # Errors
/// A root that cannot be walked.
pub fn papers(root: &Path) -> Result<Vec<String>, SourceError> {
    let repository = Repository::open(root, &[])?;
    let main = |path: &str| {
        read_named(&root.join(path), path).is_ok_and(|source| {
            source.text().contains("\\documentclass") && source.text().contains("\\begin{document}")
        })
    };
    Ok(repository
        .entries()
        .iter()
        .filter(|entry| !entry.ignored && entry.vendored.is_none() && entry.path.to_lowercase().ends_with(".tex"))
        .filter(|entry| main(&entry.path))
        .map(|entry| entry.path.clone())
        .collect())
}

/// The README at the top of a root, read.
///
/// # Errors
/// A root that cannot be walked, a README that cannot be read.
pub fn readme(root: &Path) -> Result<Option<SourceText>, SourceError> {
    let repository = Repository::open(root, &[])?;
    let named = |path: &str| {
        let path = path.to_lowercase();
        matches!(
            path.as_str(),
            "readme.md" | "readme.markdown" | "readme.rst" | "readme.txt" | "readme"
        )
    };
    let Some(entry) = repository.entries().iter().find(|entry| named(&entry.path)) else {
        return Ok(None);
    };
    read_named(&root.join(&entry.path), &entry.path).map(Some)
}
