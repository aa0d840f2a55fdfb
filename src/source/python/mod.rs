//! Python by syntax tree: what a file sets, imports, calls and defines, with the conditions around it.
//!
//! The tree is made once, walked once and dropped, all on one thread with a large stack: nesting is the author's to
//! choose, and a parser's or a tree's own recursion has no limit. What leaves the thread is shallow.
//!
//! Why it can be wrong: a value on a line that never runs looks like any other. So conditions are kept as guards,
//! branches that cannot be taken are dead, and [`bind`] says which parameters, functions and options nothing uses.
//!
//! Example: `parser.add_argument("--batch_size", type=int, default=32)` is the setting `batch_size`, form `Option`,
//! value 32; `Trainer(batch_size=args.batch_size)` is a keyword that refers to it.

mod bind;
mod branches;
mod calls;
mod commands;
mod comments;
mod decorated;
mod definitions;
mod expression;
mod imports;
mod module;
mod options;
pub mod packages;
mod parsers;
mod reach;
mod reads;
mod remarks;
mod takes;
mod values;
mod walk;

#[cfg(test)]
mod tests;

use ruff_python_ast::ModModule;
use ruff_python_parser::{ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::Ranged;

pub use bind::{LaidOver, Running, bind};
pub use module::Module;
pub use parsers::closed;
pub use reach::entries;
pub use reads::{is_read, lookups};
pub use takes::{Commanded, Shape, Takes, commanded, shapes};

use super::{File, FileFacts, Reader};
use crate::evidence::{Ask, Gap, GapReason};
use crate::place::SourceText;

/// Bytes of a Python file that is read; larger ones are data or generated.
const LARGEST: usize = 1024 * 1024;
/// Bytes of its longest line.
const LONGEST_LINE: usize = 20 * 1024;
/// Bytes of the stack on which a file is parsed, walked and dropped; reserved, not used, by an ordinary file.
pub(super) const STACK: usize = 256 * 1024 * 1024;

/// Reads `*.py`.
pub const PYTHON: Reader = Reader {
    name: "python",
    about: include_str!("mod.rs"),
    reads: |path| path.ends_with(".py"),
    read,
};

fn read(file: &File, _asks: &[Ask]) -> FileFacts {
    let gap = |why, detail: String| FileFacts {
        gaps: vec![Gap {
            file: file.path.clone(),
            why,
            detail,
        }],
        ..FileFacts::default()
    };
    let Some(source) = &file.text else {
        return gap(GapReason::NotText, String::new());
    };
    if source.text().len() > LARGEST {
        return gap(
            GapReason::TooLarge,
            format!("{} bytes; Python is read up to {LARGEST}", source.text().len()),
        );
    }
    if let Some(line) = source.text().split('\n').position(|line| line.len() > LONGEST_LINE) {
        return gap(
            GapReason::LongLine,
            format!("line {} is longer than {LONGEST_LINE} bytes", line + 1),
        );
    }
    match on_large_stack(source, facts) {
        Ok(facts) => facts,
        Err((why, detail)) => gap(why, detail),
    }
}

/// What `look` makes of a file's tree, on a stack that is large enough for it; none where the file is not read as
/// Python, which its reader says.
pub(in crate::source) fn on_its_tree<T: Send + 'static>(
    source: &SourceText,
    look: fn(&SourceText, &Parsed<ModModule>) -> T,
) -> Option<T> {
    let text = source.text();
    if text.len() > LARGEST || text.split('\n').any(|line| line.len() > LONGEST_LINE) {
        return None;
    }
    let looked = on_large_stack(source, move |source| Some(look(source, &tree(source)?)));
    looked.ok().flatten()
}

fn on_large_stack<T: Send + 'static>(
    source: &SourceText,
    look: impl FnOnce(&SourceText) -> T + Send + 'static,
) -> Result<T, (GapReason, String)> {
    let shared = source.clone();
    let thread = std::thread::Builder::new()
        .name("python".to_string())
        .stack_size(STACK)
        .spawn(move || look(&shared));
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(looked)) => Ok(looked),
        Ok(Err(_)) => Err((GapReason::Broken, "the reader failed on this file".to_string())),
        Err(error) => Err((GapReason::Unreadable, format!("no thread to read it on: {error}"))),
    }
}

fn tree(source: &SourceText) -> Option<Parsed<ModModule>> {
    parse_unchecked(source.text(), ParseOptions::from(ruff_python_parser::Mode::Module)).try_into_module()
}

/// The code cells of a notebook, which runs when it is opened: an entry.
pub(super) fn read_cells(source: &SourceText) -> FileFacts {
    let file = File {
        path: source.path().to_string(),
        bytes: Vec::new(),
        text: Some(source.clone()),
    };
    let mut facts = read(&file, &[]);
    if let Some(module) = &mut facts.module {
        module.works = true;
    }
    facts
}

/// Whether a file's code is read by syntax tree.
pub fn is_python(path: &str) -> bool {
    path.ends_with(".py") || path.ends_with(".ipynb")
}

/// Runs on the large stack.
fn facts(source: &SourceText) -> FileFacts {
    let Some(parsed) = tree(source) else {
        return FileFacts::default();
    };
    let mut gaps = Vec::new();
    if let Some(error) = parsed.errors().first() {
        let line = source.line(error.range().start().to_usize());
        gaps.push(Gap {
            file: source.path().to_string(),
            why: GapReason::Broken,
            detail: format!("line {line}: {}", error.error),
        });
    }
    let walk::Walked {
        statements,
        module,
        commands,
        links,
        too_deep,
    } = walk::walk(source, &parsed);
    if too_deep {
        let detail = format!("nested deeper than {} levels", walk::DEEPEST);
        gaps.push(Gap {
            file: source.path().to_string(),
            why: GapReason::Broken,
            detail,
        });
    }
    FileFacts {
        statements,
        links,
        commands,
        gaps,
        module: Some(module),
        notebook: None,
    }
}
