//! Commands that are more than a text: definitions, input files, environments, headings, siunitx.
//!
//! Why it can be wrong: a definition that is read as text puts its body into a sentence, and an environment whose arguments are read as
//! text puts column letters there. What is taken out here is taken out whole.
//!
//! Example: `\SI{16}{\kilo\hertz}` is `16 kHz`; `\begin{tabular}{lcc}` is nothing but a line's start.

use std::ops::Range;

use super::super::prose::read::ReadChar;
use super::commands::{environment_arguments, heading, is_hidden, is_verbatim, unit};
use super::input::{Input, control_word};
use super::reader::{DEPTH, FILES, LENGTH, LatexReader, folder};
use super::{Heading, Missing};

impl LatexReader<'_> {
    /// Commands that are more than a text: definitions, files, headings, environments, siunitx.
    pub(super) fn structure(
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
