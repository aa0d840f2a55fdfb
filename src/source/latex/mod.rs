//! The paper: its text over all input files, its headings, and where a quote stands in it.
//!
//! Why it can be wrong: a quote is copied from the PDF or from the source, and neither looks like the other. So paper and quote are
//! both read into the words a reader sees and then folded ([`super::prose`]), and the place comes from the source's own bytes.
//!
//! Example: the quotes `Transformers~$\geq$4.40` and `Transformers ≥4.40` are both found in `Transformers~$\geq$4.40`.

mod commands;
mod input;
mod passages;
mod reader;
mod structure;

use std::ops::Range;

use super::prose::fold::Folded;
use super::prose::markup;
use super::prose::read::ReadText;
use super::prose::sentence;
use crate::place::{Place, SourceText};
use crate::quantity::{Locale, Stated, scan};
use reader::LatexReader;

/// A paper that was read.
#[derive(Debug)]
pub struct Paper {
    text: ReadText,
    folded: Folded,
    files: Vec<SourceText>,
    headings: Vec<Heading>,
    missing: Vec<Missing>,
    macros: std::collections::BTreeMap<String, Vec<char>>,
}

/// A heading of the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Chapter 0, section 1, subsection 2, …
    pub rank: u8,
    /// As LaTeX counts it: `4.1.3`, `A.2`; empty for a starred heading.
    pub number: String,
    pub title: String,
    pub place: Place,
    /// Index of the title in the read text.
    at: usize,
}

/// An input file that was not to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// As `\input` names it.
    pub path: String,
    pub place: Place,
}

/// A sentence of the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperSentence {
    /// As read, white space folded.
    pub text: String,
    pub place: Place,
    /// Index of the heading it stands under, in [`Paper::headings`].
    pub heading: Option<usize>,
}

/// A quantity in a sentence of the paper.
#[derive(Debug, Clone, PartialEq)]
pub struct PaperQuantity {
    pub stated: Stated,
    /// The quantity alone.
    pub place: Place,
    /// The sentence up to it and behind it, as read, white space folded.
    pub before: String,
    pub after: String,
    /// Index of the heading it stands under, in [`Paper::headings`].
    pub heading: Option<usize>,
}

/// White space folded, a blank before the quantity kept.
fn folded_end(text: &str) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.ends_with(char::is_whitespace) {
        folded + " "
    } else {
        folded
    }
}

fn folded_start(text: &str) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.starts_with(char::is_whitespace) {
        format!(" {folded}")
    } else {
        folded
    }
}

impl Paper {
    /// Reads a paper. `load` gives the text of an input file by its path, which is built like `main`'s own (so it may
    /// begin with `..`), or nothing where there is none or it may not be read.
    pub fn read(main: SourceText, load: &mut dyn FnMut(&str) -> Option<SourceText>) -> Paper {
        if !is_latex(main.path()) {
            let text = markup::read(main.text());
            let folded = Folded::of(&text);
            return Paper {
                text,
                folded,
                files: vec![main],
                headings: Vec::new(),
                missing: Vec::new(),
                macros: std::collections::BTreeMap::new(),
            };
        }
        let mut reader = LatexReader::new(reader::folder(main.path()).to_string(), load);
        reader.file(main, 0);
        Paper {
            folded: Folded::of(&reader.out),
            text: reader.out,
            files: reader.files,
            headings: reader.headings,
            missing: reader.missing,
            macros: reader.macros,
        }
    }

    /// Where the quote stands, in source form or as read; none where it does not.
    pub fn find(&self, quote: &str) -> Option<Place> {
        let as_source = || {
            let mut none = |_: &str| None;
            let mut reader = LatexReader::new(String::new(), &mut none);
            reader.comments = false;
            reader.macros = self.macros.clone();
            reader.quote(quote);
            reader.out
        };
        let span = self
            .locate(&ReadText::plain(quote))
            .or_else(|| self.locate(&as_source()))
            .or_else(|| self.locate(&markup::read(quote)))?;
        self.text.place(span, &self.files)
    }

    /// Headings in order.
    pub fn headings(&self) -> &[Heading] {
        &self.headings
    }

    /// Input files that could not be read.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// The files it was read from, the main file first.
    pub fn files(&self) -> &[SourceText] {
        &self.files
    }

    /// Its sentences in order, headings left out.
    pub fn sentences(&self) -> Vec<PaperSentence> {
        let mut found = Vec::new();
        for span in sentence::spans(&self.text) {
            let heading = self.headings.iter().rposition(|heading| heading.at <= span.start);
            if heading.is_some_and(|index| self.headings[index].at == span.start) {
                continue;
            }
            let text = self
                .text
                .string(span.clone())
                .0
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            if let (false, Some(place)) = (text.is_empty(), self.text.place(span, &self.files)) {
                found.push(PaperSentence { text, place, heading });
            }
        }
        found
    }

    /// The quantities of its sentences, each with where it stands.
    pub fn quantities(&self, locale: Locale) -> Vec<PaperQuantity> {
        let mut found = Vec::new();
        for span in sentence::spans(&self.text) {
            let heading = self.headings.iter().rposition(|heading| heading.at <= span.start);
            if heading.is_some_and(|index| self.headings[index].at == span.start) {
                continue;
            }
            let (text, indices) = self.text.string(span);
            for quantity in scan(&text, locale) {
                // From the first sign to the last, whatever macros they come from.
                let (Some(&first), Some(&last)) =
                    (indices.get(quantity.span.start), indices.get(quantity.span.end - 1))
                else {
                    continue;
                };
                found.extend(
                    self.text
                        .place(first..last + 1, &self.files)
                        .map(|place| PaperQuantity {
                            stated: quantity.stated,
                            place,
                            before: folded_end(&text[..quantity.span.start]),
                            after: folded_start(&text[quantity.span.end..]),
                            heading,
                        }),
                );
            }
        }
        found
    }

    /// The titles over a place, outermost first.
    pub fn titles(&self, heading: usize) -> Vec<String> {
        let mut titles = Vec::new();
        let mut rank = u8::MAX;
        for heading in self.headings[..=heading].iter().rev() {
            if heading.rank < rank {
                rank = heading.rank;
                titles.push(heading.title.clone());
            }
        }
        titles.reverse();
        titles
    }

    fn locate(&self, quote: &ReadText) -> Option<Range<usize>> {
        self.folded.find(&Folded::of(quote), |_| true)
    }
}

/// A piece of LaTeX as it is read: commands taken off, white space folded.
pub(crate) fn plain(source: &str) -> String {
    let mut none = |_: &str| None;
    let mut reader = LatexReader::new(String::new(), &mut none);
    reader.comments = false;
    reader.quote(source);
    let read = reader.out;
    let text = read.string(0..read.chars.len()).0;
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where a quote stands in a text that is no LaTeX (Markdown's marks are not read), the hit nearest to `lines` first: one that
/// touches them where there is one. The place says where it was found, so a caller can tell that it has moved.
pub fn find_in_text(text: &SourceText, lines: Option<(u32, u32)>, quote: &str) -> Option<Place> {
    if is_latex(text.path()) {
        return Paper::read(text.clone(), &mut |_| None).find(quote);
    }
    let read = if is_markup(text.path()) {
        markup::read
    } else {
        markup::read_code
    };
    let source = read(text.text());
    let folded = Folded::of(&source);
    let far = |span: &Range<usize>| {
        let Some((first, last)) = lines else { return 0 };
        let line = |index: usize| source.chars.get(index).map_or(0, |read| text.line(read.start as usize));
        let (start, end) = (line(span.start), line(span.end - 1));
        if start > last {
            start - last
        } else {
            first.saturating_sub(end)
        }
    };
    let mut best: Option<(u32, Range<usize>)> = None;
    for wanted in [Folded::of(&read(quote)), Folded::of(&ReadText::plain(quote))] {
        folded.find(&wanted, |span| {
            let distance = far(span);
            if best.as_ref().is_none_or(|(nearest, _)| distance < *nearest) {
                best = Some((distance, span.clone()));
            }
            distance == 0
        });
    }
    source.place(best?.1, std::slice::from_ref(text))
}

fn is_latex(path: &str) -> bool {
    let path = path.to_lowercase();
    path.ends_with(".tex") || path.ends_with(".ltx") || path.ends_with(".latex")
}

fn is_markup(path: &str) -> bool {
    let path = path.to_lowercase();
    [".md", ".markdown", ".mdx", ".rst", ".txt"]
        .iter()
        .any(|end| path.ends_with(end))
        || !path.contains('.')
}

#[cfg(test)]
mod tests;
