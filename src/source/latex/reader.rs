//! LaTeX source to the words a reader of the paper sees, over its input files.
//!
//! Why it can be wrong: TeX can only be read by running it. This reads what papers do: text, the usual commands,
//! macros without arguments. What it does not know loses its name and keeps its text. Expansion, depth, files and output have
//! budgets, so no paper is too clever to be read.
//!
//! Example: `resampled to \SI{16}{\kilo\hertz}~\cite{x}` is read as `resampled to 16 kHz `.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::prose::read::{ReadChar, ReadText, characters};
use super::commands::{accented, dropped_arguments, is_accent, symbol};
use super::input::{Input, behind_comment};
use super::{Heading, Missing};
use crate::place::SourceText;

/// Characters that macros may expand to in all.
const EXPANSION: usize = 500_000;
/// Macros, input files and arguments inside each other.
pub(super) const DEPTH: usize = 40;
/// Input files of one paper.
pub(super) const FILES: usize = 1_000;
/// Characters of one paper.
pub(super) const LENGTH: usize = 20_000_000;

pub(super) struct LatexReader<'r> {
    pub(super) out: ReadText,
    pub(super) files: Vec<SourceText>,
    pub(super) headings: Vec<Heading>,
    pub(super) missing: Vec<Missing>,
    /// Bodies of macros without arguments.
    pub(super) macros: BTreeMap<String, Vec<char>>,
    /// `%` begins a comment; not so in a quote.
    pub(super) comments: bool,
    pub(super) folder: String,
    pub(super) load: &'r mut dyn FnMut(&str) -> Option<SourceText>,
    /// Paths of the files being read, so that a circle ends.
    pub(super) open: Vec<String>,
    pub(super) footnotes: Vec<ReadChar>,
    pub(super) counters: [u32; 6],
    pub(super) appendix: bool,
    expansion: usize,
    pub(super) ended: bool,
}

impl<'r> LatexReader<'r> {
    pub(super) fn new(folder: String, load: &'r mut dyn FnMut(&str) -> Option<SourceText>) -> LatexReader<'r> {
        LatexReader {
            out: ReadText::default(),
            files: Vec::new(),
            headings: Vec::new(),
            missing: Vec::new(),
            macros: BTreeMap::new(),
            comments: true,
            folder,
            load,
            open: Vec::new(),
            footnotes: Vec::new(),
            counters: [0; 6],
            appendix: false,
            expansion: EXPANSION,
            ended: false,
        }
    }

    pub(super) fn file(&mut self, text: SourceText, depth: usize) {
        let Ok(id) = u16::try_from(self.files.len()) else {
            return;
        };
        if self.open.iter().any(|path| path == text.path()) {
            return;
        }
        self.open.push(text.path().to_string());
        let input = Input::new(characters(text.text(), 0, id), true);
        self.files.push(text);
        let end = input.chars.len();
        self.read(&input, 0..end, depth);
        self.flush_footnotes();
        self.open.pop();
    }

    pub(super) fn quote(&mut self, quote: &str) {
        let input = Input::new(characters(quote, 0, 0), false);
        let end = input.chars.len();
        self.read(&input, 0..end, 0);
        self.flush_footnotes();
    }

    pub(super) fn read(&mut self, input: &Input, range: Range<usize>, depth: usize) {
        let end = range.end;
        let mut at = range.start;
        while at < end && !self.ended && self.out.chars.len() < LENGTH {
            let read = input.chars[at];
            let next = input.c(at + 1, end);
            at = match (read.c, next) {
                ('%', _) if self.comments => behind_comment(input, at, end),
                ('\\', Some(_)) => self.command(input, at, end, depth),
                ('\\' | '{' | '}' | '$', _) => at + 1,
                ('~' | '&', _) => self.emit(" ", read, at + 1),
                ('`', Some('`')) | ('\'', Some('\'')) => self.emit("\"", read, at + 2),
                ('\n', _) => self.newline(input, at, end),
                ('^' | '_', Some('{')) => {
                    // Braces are kept, so that a number behind does not run into the exponent.
                    if let Some((inside, behind)) = input.group(at + 1, end).filter(|_| depth < DEPTH) {
                        self.out.chars.extend([read, input.chars[at + 1]]);
                        self.read(input, inside, depth + 1);
                        self.out.chars.push(input.chars[behind - 1]);
                        behind
                    } else {
                        self.out.chars.push(read);
                        at + 1
                    }
                }
                _ => {
                    self.out.chars.push(read);
                    at + 1
                }
            };
        }
    }

    pub(super) fn emit(&mut self, text: &str, from: ReadChar, next: usize) -> usize {
        self.out.chars.extend(text.chars().map(|c| ReadChar { c, ..from }));
        next
    }

    fn newline(&mut self, input: &Input, at: usize, end: usize) -> usize {
        let mut behind = at + 1;
        let mut blank = false;
        while let Some(c) = input.c(behind, end).filter(|c| c.is_whitespace()) {
            blank |= c == '\n';
            behind += 1;
        }
        if blank {
            self.paragraph(input.chars[at]);
        } else {
            self.emit(" ", input.chars[at], at);
        }
        behind
    }

    pub(super) fn paragraph(&mut self, from: ReadChar) {
        self.emit("\n\n", from, 0);
        self.flush_footnotes();
    }

    /// Footnotes follow the paragraph they stand in, as on the page.
    pub(super) fn flush_footnotes(&mut self) {
        let Some(last) = self.footnotes.last().copied() else {
            return;
        };
        self.emit("\n\n", last, 0);
        self.out.chars.append(&mut self.footnotes);
        self.emit("\n\n", last, 0);
    }

    fn command(&mut self, input: &Input, at: usize, end: usize, depth: usize) -> usize {
        let mut behind = at + 1;
        while input
            .c(behind, end)
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '@')
        {
            behind += 1;
        }
        let word = behind > at + 1;
        if !word {
            behind += 1;
        }
        let name = input.text(at + 1..behind);
        let starred = word && input.c(behind, end) == Some('*');
        let behind = behind + usize::from(starred);
        let mut from = input.chars[at];
        from.end = input.chars[behind - 1].end;

        if let Some(next) = self.user_macro(&name, from, behind, depth) {
            return next;
        }
        if let Some(next) = self.structure(&name, input, from, behind, end, depth) {
            return next;
        }
        if is_accent(&name)
            && let Some(next) = self.accent(&name, input, from, behind, end)
        {
            return next;
        }
        if let Some(text) = symbol(&name) {
            if text == "\n\n" {
                self.paragraph(from);
            } else {
                self.emit(text, from, behind);
            }
            let behind = if name == "\\" {
                input.behind_optional(behind, end)
            } else {
                behind
            };
            return if word { input.skip_blanks(behind, end) } else { behind };
        }
        if !word {
            return behind;
        }
        let mut next = input.behind_optional(behind, end);
        let dropped = dropped_arguments(&name);
        for _ in 0..dropped.unwrap_or(0) {
            next = input.behind_optional(next, end);
            let Some((_, behind)) = input.group(next, end) else {
                break;
            };
            next = behind;
        }
        if dropped.is_some() {
            next
        } else {
            input.skip_blanks(next, end)
        }
    }

    /// A macro of the paper's own, expanded in place.
    fn user_macro(&mut self, name: &str, from: ReadChar, behind: usize, depth: usize) -> Option<usize> {
        let body = self.macros.get(name)?;
        if depth >= DEPTH || body.len() >= self.expansion {
            self.expansion = self.expansion.saturating_sub(1);
            return Some(behind);
        }
        self.expansion -= body.len() + 1;
        let chars: Vec<ReadChar> = body.iter().map(|&c| ReadChar { c, ..from }).collect();
        let end = chars.len();
        let input = Input::new(chars, self.comments);
        self.read(&input, 0..end, depth + 1);
        Some(behind)
    }

    fn accent(&mut self, name: &str, input: &Input, from: ReadChar, behind: usize, end: usize) -> Option<usize> {
        let (inside, next) = match input.group(behind, end) {
            Some(found) => found,
            None => {
                let at = input.skip_blanks(behind, end);
                let width = if input.c(at, end)? == '\\' { 2 } else { 1 };
                (at..(at + width).min(end), (at + width).min(end))
            }
        };
        let letters = input.text(inside);
        let letter = letters.trim().trim_start_matches('\\').chars().next();
        match letter.and_then(|letter| accented(name, letter)) {
            Some(letter) => {
                let last = input.chars[next - 1];
                self.out.chars.push(ReadChar {
                    c: letter,
                    end: last.end.max(from.end),
                    ..from
                });
                Some(next)
            }
            None if name.chars().all(|c| c.is_ascii_alphabetic()) => None,
            None => Some(behind),
        }
    }
}

pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
