//! What IPython adds to Python: `!command`, `%magic`, `%%cell magic`, `name?`.
//!
//! Why it can be wrong: `!python train.py --lr {lr}` takes `lr` from the cells above it, and a brace may as well belong
//! to the command (`awk '{print}'`). A plain name in braces is that name; anything else in braces is unknown.
//!
//! Example: `%pip install torch==2.1.0` declares `torch`; `%time train(lr)` is `train(lr)`; `%matplotlib inline` is nothing.

use std::ops::Range;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, IpyEscapeKind};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

use super::cells::{Cell, Origin, Tongue};

/// Cell magics whose cell is Python of the notebook.
const PYTHON_CELLS: &[&str] = &["time", "timeit", "capture", "prun"];
/// Cell magics whose cell is a shell script.
const SHELL_CELLS: &[&str] = &["bash", "sh", "script bash", "script sh", "!"];
/// Magics that run the rest of their line as a command.
const SYSTEM: &[&str] = &["system", "sx", "sh"];
/// Magics that are a command of the same name.
const INSTALLERS: &[&str] = &["pip", "conda", "mamba", "micromamba", "uv"];
/// Magics that run the rest of their line as Python.
const TIMERS: &[&str] = &["time", "timeit", "prun"];

/// Adds a cell to the text; what is wrong with it where Python cannot parse it.
pub(super) fn write(cell: &Cell, origin: &mut Origin) -> Result<(), String> {
    origin.open(cell);
    let from = origin.len();
    let text = cell.text.as_str();
    let first = text.len() - text.trim_start().len();
    let mut python = 0;
    if let Some(magic) = text[first..].strip_prefix("%%") {
        let line = magic.lines().next().unwrap_or("").trim();
        let behind = text[first..].find('\n').map_or(text.len(), |at| first + at);
        let named = |names: &[&str]| {
            names
                .iter()
                .any(|name| line == *name || line.starts_with(&format!("{name} ")))
        };
        if named(SHELL_CELLS) {
            blank(cell, 0..behind, origin);
            origin.copy(cell, behind..text.len());
            origin.close(from, Tongue::Shell);
            return Ok(());
        }
        if !named(PYTHON_CELLS) {
            blank(cell, 0..text.len(), origin);
            origin.close(from, Tongue::Python);
            return Ok(());
        }
        python = behind;
    }
    blank(cell, 0..python, origin);
    let found = match escapes(&text[python..]) {
        Ok(found) => found,
        Err((line, said)) => {
            blank(cell, python..text.len(), origin);
            origin.close(from, Tongue::Python);
            let line = line + text[..python].matches('\n').count();
            return Err(format!("line {line}: {said}"));
        }
    };
    let mut at = python;
    for escape in found {
        let range = escape.range.start().to_usize() + python..escape.range.end().to_usize() + python;
        origin.copy(cell, at..range.start);
        stand_in(cell, &escape, range.clone(), origin);
        at = range.end;
    }
    origin.copy(cell, at..text.len());
    origin.close(from, Tongue::Python);
    Ok(())
}

/// Only the line ends of a part of a cell.
fn blank(cell: &Cell, range: Range<usize>, origin: &mut Origin) {
    let ends = cell.text[range.clone()].match_indices('\n');
    for (at, _) in ends {
        origin.copy(cell, range.start + at..range.start + at + 1);
    }
}

/// One line of IPython's own.
struct Escape {
    range: TextRange,
    kind: IpyEscapeKind,
    value: String,
    /// It is a line, not the value of an assignment.
    line: bool,
}

/// The lines of IPython's own, in order; the line of the first fault and what it is.
fn escapes(text: &str) -> Result<Vec<Escape>, (usize, String)> {
    // The nesting of a cell is the author's to choose, and the parser's recursion has no limit of its own.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("cell".to_string())
            .stack_size(crate::source::python::STACK)
            .spawn_scoped(scope, || parsed(text));
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(found)) => found,
            _ => Err((1, "the reader failed on this cell".to_string())),
        }
    })
}

fn parsed(text: &str) -> Result<Vec<Escape>, (usize, String)> {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Ipython));
    if let Some(error) = parsed.errors().first() {
        let before = &text[..error.range().start().to_usize().min(text.len())];
        return Err((before.matches('\n').count() + 1, error.error.to_string()));
    }
    let mut found = Found(Vec::new());
    if let ast::Mod::Module(module) = parsed.syntax() {
        found.visit_body(&module.body);
    }
    found.0.sort_by_key(|escape| escape.range.start());
    Ok(found.0)
}

struct Found(Vec<Escape>);

impl<'a> Visitor<'a> for Found {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        match stmt {
            ast::Stmt::IpyEscapeCommand(escape) => self.0.push(Escape {
                range: escape.range,
                kind: escape.kind,
                value: escape.value.to_string(),
                line: true,
            }),
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        match expr {
            ast::Expr::IpyEscapeCommand(escape) => self.0.push(Escape {
                range: escape.range,
                kind: escape.kind,
                value: escape.value.to_string(),
                line: false,
            }),
            _ => visitor::walk_expr(self, expr),
        }
    }
}

/// Writes Python for one of IPython's lines, with as many line ends.
fn stand_in(cell: &Cell, escape: &Escape, range: Range<usize>, origin: &mut Origin) {
    let from = origin.len();
    let written = &cell.text[range.clone()];
    let sign = written.len() - written.trim_start_matches(['!', '%']).len();
    let value = written[sign..].trim_start();
    let at = range.end - value.len();
    let magic = value.split_whitespace().next().unwrap_or("");
    let rest = value[magic.len()..].trim_start();
    let command = match escape.kind {
        IpyEscapeKind::Shell | IpyEscapeKind::ShCap => Some((at, "")),
        IpyEscapeKind::Magic if INSTALLERS.contains(&magic) => Some((at, "")),
        IpyEscapeKind::Magic if SYSTEM.contains(&magic) => Some((range.end - rest.len(), "")),
        IpyEscapeKind::Magic if magic == "run" => Some((range.end - rest.len(), "python ")),
        IpyEscapeKind::Magic if TIMERS.contains(&magic) && !rest.is_empty() && !rest.starts_with('-') => {
            origin.copy(cell, range.end - rest.len()..range.end);
            return;
        }
        _ => None,
    };
    let lines = "\n".repeat(written.matches('\n').count());
    let Some((start, before)) = command.filter(|_| escape.line && !escape.value.contains("\"\"\"")) else {
        // The value of `files = !ls` is unknown.
        origin.insert(cell, range.start, if escape.line { "pass" } else { "get_ipython()" });
        origin.insert(cell, range.start, &lines);
        origin.stand_in(from, None);
        return;
    };
    origin.insert(cell, range.start, &format!("os.system(rf\"\"\"{before}"));
    let installs = origin.len();
    holes(cell, start..range.end, origin);
    let installs = installs..origin.len();
    origin.insert(cell, range.end.saturating_sub(1), " \"\"\")");
    let text = &cell.text[start..range.end];
    let installs = INSTALLERS.iter().any(|name| text.contains(name)).then_some(installs);
    origin.stand_in(from, installs);
}

/// A command as the inside of an f-string.
fn holes(cell: &Cell, range: Range<usize>, origin: &mut Origin) {
    let text = &cell.text[range.clone()];
    let mut at = 0;
    while let Some(open) = text[at..].find(['{', '}']).map(|open| at + open) {
        origin.copy(cell, range.start + at..range.start + open);
        let close = text[open..].find('}').map(|close| open + close);
        let (Some(close), true) = (close, text[open..].starts_with('{')) else {
            origin.insert(cell, range.start + open, "}}");
            at = open + 1;
            continue;
        };
        let inside = &text[open + 1..close];
        if is_name(inside) {
            origin.copy(cell, range.start + open..range.start + close + 1);
        } else {
            origin.insert(cell, range.start + open, "{get_ipython()}");
            // A command of several lines stays one.
            let ends = inside.match_indices('\n').map(|(end, _)| range.start + open + 1 + end);
            for end in ends.collect::<Vec<_>>() {
                origin.copy(cell, end..end + 1);
            }
        }
        at = close + 1;
    }
    origin.copy(cell, range.start + at..range.end);
}

fn is_name(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|first: char| first == '_' || first.is_alphabetic())
            && part.chars().all(|letter| letter == '_' || letter.is_alphanumeric())
    };
    text.split('.').all(part)
}
