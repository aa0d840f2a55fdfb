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
use super::commands::{
    accented, dropped_arguments, environment_arguments, heading, is_accent, is_hidden, is_verbatim, symbol, unit,
};
use super::{Heading, Missing};
use crate::place::SourceText;

/// Characters that macros may expand to in all.
const EXPANSION: usize = 500_000;
/// Macros, input files and arguments inside each other.
const DEPTH: usize = 40;
/// Input files of one paper.
const FILES: usize = 1_000;
/// Characters of one paper.
const LENGTH: usize = 20_000_000;
/// Characters within which an optional argument closes.
const OPTIONAL: usize = 600;

/// Characters with the partner of each brace.
pub(super) struct Input {
    chars: Vec<ReadChar>,
    /// For `{`: the index of its `}`; for others 0.
    partner: Vec<u32>,
}

impl Input {
    pub(super) fn new(chars: Vec<ReadChar>, comments: bool) -> Input {
        let mut partner = vec![0_u32; chars.len()];
        let mut open = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            match chars[at].c {
                '\\' => at += 1,
                '%' if comments => {
                    while chars.get(at).is_some_and(|read| read.c != '\n') {
                        at += 1;
                    }
                }
                '{' => open.push(at),
                '}' => {
                    if let Some(start) = open.pop() {
                        partner[start] = u32::try_from(at).unwrap_or(0);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Input { chars, partner }
    }

    fn c(&self, at: usize, end: usize) -> Option<char> {
        if at < end {
            self.chars.get(at).map(|read| read.c)
        } else {
            None
        }
    }

    fn text(&self, range: Range<usize>) -> String {
        self.chars[range].iter().map(|read| read.c).collect()
    }

    /// First index from `at` that is no blank; a blank line is not skipped.
    fn skip_blanks(&self, mut at: usize, end: usize) -> usize {
        let mut lines = 0;
        let start = at;
        while let Some(c) = self.c(at, end).filter(|c| c.is_whitespace()) {
            lines += usize::from(c == '\n');
            if lines > 1 {
                return start;
            }
            at += 1;
        }
        at
    }

    /// The inside of the group in braces at `at` (blanks before it allowed), and what follows it.
    fn group(&self, at: usize, end: usize) -> Option<(Range<usize>, usize)> {
        let at = self.skip_blanks(at, end);
        if self.c(at, end) != Some('{') {
            return None;
        }
        let close = self.partner[at] as usize;
        (close > at && close < end).then_some((at + 1..close, close + 1))
    }

    /// What follows an optional argument at `at`; `at` itself where there is none.
    fn behind_optional(&self, at: usize, end: usize) -> usize {
        if self.c(at, end) != Some('[') {
            return at;
        }
        let mut here = at + 1;
        while here < end.min(at + OPTIONAL) {
            match self.chars[here].c {
                ']' => return here + 1,
                '{' if self.partner[here] as usize > here => here = self.partner[here] as usize,
                '\\' => here += 1,
                _ => {}
            }
            here += 1;
        }
        at
    }

    /// Index of a text from `at` on.
    fn position(&self, at: usize, end: usize, wanted: &str) -> Option<usize> {
        let wanted: Vec<char> = wanted.chars().collect();
        (at..end.saturating_sub(wanted.len() - 1))
            .find(|&here| wanted.iter().zip(&self.chars[here..]).all(|(c, read)| *c == read.c))
    }
}

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
    open: Vec<String>,
    footnotes: Vec<ReadChar>,
    counters: [u32; 6],
    appendix: bool,
    expansion: usize,
    ended: bool,
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

    fn read(&mut self, input: &Input, range: Range<usize>, depth: usize) {
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

    fn emit(&mut self, text: &str, from: ReadChar, next: usize) -> usize {
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

    fn paragraph(&mut self, from: ReadChar) {
        self.emit("\n\n", from, 0);
        self.flush_footnotes();
    }

    /// Footnotes follow the paragraph they stand in, as on the page.
    fn flush_footnotes(&mut self) {
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

    /// Commands that are more than a text: definitions, files, headings, environments, siunitx.
    fn structure(
        &mut self,
        name: &str,
        input: &Input,
        from: ReadChar,
        behind: usize,
        end: usize,
        depth: usize,
    ) -> Option<usize> {
        if depth >= DEPTH {
            return None;
        }
        let optional = input.behind_optional(behind, end);
        Some(match name {
            "newcommand" | "renewcommand" | "providecommand" | "DeclareRobustCommand" => {
                self.define(input, behind, end)
            }
            "def" | "gdef" | "edef" | "xdef" => self.define_plain(input, behind, end),
            "input" | "include" | "subfile" => self.include(input, from, behind, end, depth),
            "import" | "subimport" => {
                let (folder, next) = input.group(behind, end)?;
                let (file, next) = input.group(next, end)?;
                let path = format!("{}/{}", input.text(folder).trim_end_matches('/'), input.text(file));
                self.load_file(&path, from, depth);
                next
            }
            "begin" => self.begin(input, from, behind, end, depth)?,
            "end" => {
                let (inside, next) = input.group(behind, end)?;
                if input.text(inside) == "document" {
                    self.flush_footnotes();
                    self.ended = depth == 0;
                } else {
                    self.emit("\n", from, 0);
                }
                next
            }
            "item" => {
                self.paragraph(from);
                input.skip_blanks(optional, end)
            }
            "iffalse" => input.position(behind, end, "\\fi").map_or(end, |at| at + 3),
            "appendix" => {
                self.appendix = true;
                self.counters = [0; 6];
                behind
            }
            "footnote" | "footnotetext" => {
                let (inside, next) = input.group(optional, end)?;
                let main = std::mem::take(&mut self.out.chars);
                self.read(input, inside, depth + 1);
                let note = std::mem::replace(&mut self.out.chars, main);
                self.footnotes.extend(note);
                self.footnotes.push(ReadChar { c: '\n', ..from });
                next
            }
            "caption" | "captionof" => {
                let (inside, next) = input.group(optional, end)?;
                self.paragraph(from);
                self.read(input, inside, depth + 1);
                self.paragraph(from);
                next
            }
            "verb" | "lstinline" | "path" => self.inline_verbatim(input, optional, end)?,
            "frac" | "tfrac" | "dfrac" | "nicefrac" | "sfrac" => {
                let (above, next) = input.group(optional, end)?;
                let (below, next) = input.group(next, end)?;
                self.read(input, above, depth + 1);
                self.emit("/", from, 0);
                self.read(input, below, depth + 1);
                next
            }
            "texorpdfstring" => {
                let (shown, next) = input.group(behind, end)?;
                self.read(input, shown, depth + 1);
                input.group(next, end).map_or(next, |(_, next)| next)
            }
            "num" => {
                let (inside, next) = input.group(optional, end)?;
                self.read(input, inside, depth + 1);
                next
            }
            "si" | "unit" => {
                let (inside, next) = input.group(optional, end)?;
                self.emit(&unit(&input.text(inside)), from, next)
            }
            "SI" | "qty" => {
                let (number, next) = input.group(optional, end)?;
                let (measure, next) = input.group(input.behind_optional(next, end), end)?;
                self.read(input, number, depth + 1);
                self.measure(&input.text(measure), from);
                next
            }
            "SIrange" | "qtyrange" | "numrange" => {
                let (low, next) = input.group(optional, end)?;
                let (high, mut next) = input.group(next, end)?;
                self.read(input, low, depth + 1);
                self.emit("–", from, 0);
                self.read(input, high, depth + 1);
                if name != "numrange" {
                    let (measure, behind) = input.group(next, end)?;
                    self.measure(&input.text(measure), from);
                    next = behind;
                }
                next
            }
            _ if heading(name).is_some() => self.heading(name, input, from, behind, end, depth)?,
            _ => return None,
        })
    }

    fn measure(&mut self, source: &str, from: ReadChar) {
        self.emit(" ", from, 0);
        self.emit(&unit(source), from, 0);
    }

    /// `\newcommand{\name}{body}`; one with arguments is left alone.
    fn define(&mut self, input: &Input, at: usize, end: usize) -> usize {
        let start = input.skip_blanks(at, end);
        let (name, next) = match input.group(start, end) {
            Some((inside, next)) => (input.text(inside), next),
            None => match control_word(input, start, end) {
                Some(next) => (input.text(start..next), next),
                None => return at,
            },
        };
        let body = input.skip_blanks(next, end);
        let behind = input.behind_optional(body, end);
        let behind = input.behind_optional(input.skip_blanks(behind, end), end);
        let Some((inside, next)) = input.group(behind, end) else {
            return next;
        };
        if behind == body {
            self.keep_macro(name.trim(), input, inside);
        }
        next
    }

    /// `\def\name{body}`; one with parameters is left alone.
    fn define_plain(&mut self, input: &Input, at: usize, end: usize) -> usize {
        let start = input.skip_blanks(at, end);
        let Some(behind) = control_word(input, start, end) else {
            return at;
        };
        let brace = (behind..end.min(behind + 40)).find(|&here| input.chars[here].c == '{');
        let Some((inside, next)) = brace.and_then(|brace| input.group(brace, end)) else {
            return behind;
        };
        if brace == Some(input.skip_blanks(behind, end)) {
            self.keep_macro(&input.text(start..behind), input, inside);
        }
        next
    }

    fn keep_macro(&mut self, name: &str, input: &Input, body: Range<usize>) {
        let Some(name) = name.strip_prefix('\\') else { return };
        let body: Vec<char> = input.chars[body].iter().map(|read| read.c).collect();
        // A macro that names itself wraps the old meaning; left to its built-in one.
        if !name.is_empty() && !body.iter().collect::<String>().contains(&format!("\\{name}")) {
            self.macros.insert(name.to_string(), body);
        }
    }

    fn include(&mut self, input: &Input, from: ReadChar, behind: usize, end: usize, depth: usize) -> usize {
        let (path, next) = match input.group(behind, end) {
            Some((inside, next)) => (input.text(inside), next),
            None => {
                // The primitive form: `\input sections/setup`.
                let start = input.skip_blanks(behind, end);
                let stop = (start..end)
                    .find(|&here| {
                        matches!(input.chars[here].c, '\\' | '{' | '}' | '%') || input.chars[here].c.is_whitespace()
                    })
                    .unwrap_or(end);
                (input.text(start..stop), stop)
            }
        };
        self.load_file(path.trim(), from, depth);
        next
    }

    fn load_file(&mut self, path: &str, from: ReadChar, depth: usize) {
        if path.is_empty() || self.files.len() >= FILES || self.out.chars.len() >= LENGTH {
            return;
        }
        let here = self
            .files
            .get(usize::from(from.file))
            .map(|file| folder(file.path()).to_string());
        let mut tried = Vec::new();
        for base in [Some(self.folder.clone()), here].into_iter().flatten() {
            let joined = join(&base, path);
            for name in [format!("{joined}.tex"), joined] {
                if !tried.contains(&name) {
                    tried.push(name);
                }
            }
        }
        if path.ends_with(".tex") {
            tried.retain(|name| !name.ends_with(".tex.tex"));
        }
        match tried.iter().find_map(|name| (self.load)(name)) {
            Some(text) => self.file(text, depth + 1),
            None => {
                let place = self
                    .files
                    .get(usize::from(from.file))
                    .map(|file| file.place(from.start as usize..from.end as usize));
                self.missing.extend(place.map(|place| Missing {
                    path: path.to_string(),
                    place,
                }));
            }
        }
    }

    fn begin(&mut self, input: &Input, from: ReadChar, behind: usize, end: usize, depth: usize) -> Option<usize> {
        let (inside, next) = input.group(behind, end)?;
        let environment = input.text(inside);
        if environment == "document" {
            // What the preamble left is no text of the paper; a chapter file may have one of its own.
            if depth == 0 {
                self.out.chars.clear();
                self.headings.clear();
                self.footnotes.clear();
            }
            return Some(next);
        }
        if is_hidden(&environment) || is_verbatim(&environment) {
            let close = format!("\\end{{{environment}}}");
            let stop = input.position(next, end, &close);
            if is_verbatim(&environment) {
                self.paragraph(from);
                self.out
                    .chars
                    .extend_from_slice(&input.chars[next..stop.unwrap_or(end)]);
                self.paragraph(from);
            }
            return Some(stop.map_or(end, |at| at + close.chars().count()));
        }
        let mut next = input.behind_optional(next, end);
        for _ in 0..environment_arguments(&environment) {
            next = input.behind_optional(next, end);
            let Some((_, behind)) = input.group(next, end) else {
                break;
            };
            next = behind;
        }
        self.emit("\n", from, 0);
        Some(next)
    }

    fn inline_verbatim(&mut self, input: &Input, at: usize, end: usize) -> Option<usize> {
        let open = input.c(at, end)?;
        let close = if open == '{' { '}' } else { open };
        let stop = (at + 1..end)
            .take_while(|&here| input.chars[here].c != '\n')
            .find(|&here| input.chars[here].c == close)?;
        self.out.chars.extend_from_slice(&input.chars[at + 1..stop]);
        Some(stop + 1)
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

    fn heading(
        &mut self,
        name: &str,
        input: &Input,
        from: ReadChar,
        behind: usize,
        end: usize,
        depth: usize,
    ) -> Option<usize> {
        let rank = heading(name)?;
        let starred = input.chars[behind - 1].c == '*';
        let (inside, next) = input.group(input.behind_optional(behind, end), end)?;
        self.paragraph(from);
        let start = self.out.chars.len();
        self.read(input, inside, depth + 1);
        let title = start..self.out.chars.len();
        let number = if starred { String::new() } else { self.count(rank) };
        if let Some(place) = self.out.place(title.clone(), &self.files) {
            let text = self.out.string(title.clone()).0;
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            self.headings.push(Heading {
                rank,
                number,
                title: text,
                place,
                at: title.start,
            });
        }
        self.paragraph(from);
        Some(next)
    }

    /// Counts the heading and gives its number: `4.1.3`, `A.2`.
    fn count(&mut self, rank: u8) -> String {
        let rank = usize::from(rank);
        self.counters[rank] += 1;
        self.counters[rank + 1..].fill(0);
        let first = if self.counters[0] > 0 { 0 } else { 1 };
        let parts = (first..=rank).map(|level| {
            let count = self.counters[level];
            match (self.appendix && level == first, u8::try_from(count)) {
                (true, Ok(count @ 1..=26)) => char::from(b'A' + count - 1).to_string(),
                _ => count.to_string(),
            }
        });
        parts.collect::<Vec<_>>().join(".")
    }
}

/// What follows a comment: the next line's first word, or the blank line behind it.
fn behind_comment(input: &Input, at: usize, end: usize) -> usize {
    let mut behind = at;
    while input.c(behind, end).is_some_and(|c| c != '\n') {
        behind += 1;
    }
    let line = (behind + 1).min(end);
    let mut next = line;
    while input.c(next, end).is_some_and(|c| matches!(c, ' ' | '\t' | '\r')) {
        next += 1;
    }
    // A blank line behind a comment still ends the paragraph.
    if input.c(next, end) == Some('\n') && at > 0 {
        next
    } else {
        next.max(line)
    }
}

fn control_word(input: &Input, at: usize, end: usize) -> Option<usize> {
    if input.c(at, end) != Some('\\') {
        return None;
    }
    let mut behind = at + 1;
    while input
        .c(behind, end)
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '@')
    {
        behind += 1;
    }
    (behind > at + 1).then_some(behind)
}

pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path against a folder, `.` and `..` taken out; `..` above the top is kept for the caller to refuse.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
