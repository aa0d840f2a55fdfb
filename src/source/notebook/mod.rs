//! Notebooks: the code cells of an `*.ipynb` as one Python module, in the order in which they stand.
//!
//! `!command` and `%run` are commands that the notebook runs, `!pip install` and `%pip` declare packages, a `%%bash` cell
//! is a shell script of its own. Other magics and cells in other languages are left out, and so are the outputs: which
//! run made them, and from which state of the cells, nothing says.
//!
//! A place is the line of the JSON, so that an editor opens it there; its excerpt says the cell (all cells counted, from
//! 1) and the line within the cell.
//!
//! Why it can be wrong: cells can be run in any order and more than once; the order written is the one that "Run all"
//! takes. Where the numbers of the cells show that a name was set in another order, both values stay open. One cell that Python cannot parse must not hide the others, so each is parsed for itself first, and a broken
//! one is a gap.
//!
//! Example: a cell `lr = 1e-4` and a later one `lr = 3e-4` make `lr` 3e-4 where a third one trains with it.

mod cells;
mod escapes;

use std::collections::BTreeMap;

use super::{File, FileFacts, Reader, python, shell};
use crate::evidence::{Ask, Dead, Evidence, Form, GapReason, Grade, Link, LinkKind, Statement, StatementId, Subject};
use crate::place::{Place, SourceText};
use cells::{Origin, Tongue};

/// Bytes of a notebook that is read, outputs and pictures included.
const LARGEST: usize = 64 * 1024 * 1024;

/// Reads `*.ipynb`.
pub const NOTEBOOK: Reader = Reader {
    name: "notebook",
    about: include_str!("mod.rs"),
    reads: |path| path.ends_with(".ipynb"),
    read,
};

/// How the text that was read from a notebook stands in its JSON.
pub type Notebook = Origin;

fn read(file: &File, _: &[Ask]) -> FileFacts {
    let Some(json) = &file.text else {
        return file.gap(GapReason::NotText, "not UTF-8").into();
    };
    if file.bytes.len() > LARGEST {
        let size = file.bytes.len() / 1024 / 1024;
        return file.gap(GapReason::TooLarge, format!("{size} MB of notebook")).into();
    }
    let cells = match cells::cells(json.text()) {
        Ok(cells) => cells,
        Err((why, at, said)) => {
            let line = at.map_or(String::new(), |at| format!("line {}: ", json.line(at)));
            return file.gap(why, format!("{line}{said}")).into();
        }
    };
    let mut origin = Origin::new(json.clone());
    let mut faults = Vec::new();
    for cell in &cells {
        if let Err(said) = escapes::write(cell, &mut origin) {
            faults.push(file.gap(GapReason::Broken, format!("cell {}: {said}", cell.number)));
        }
    }
    let mut facts = python::read_cells(&SourceText::new(file.path.as_str(), origin.text_of(Tongue::Python)));
    for statement in &mut facts.statements {
        // What a `!` line becomes is no call that the notebook wrote.
        if let (Subject::Call { callee }, Some((start, _))) = (&mut statement.subject, statement.place.bytes)
            && origin.escaped(start)
        {
            *callee = "get_ipython.system".to_string();
        }
    }
    for (range, tongue) in origin.shells() {
        let source = SourceText::new(file.path.as_str(), origin.alone(range.clone()));
        let mut more = shell::read_range(&source, range, Grade::Launched);
        if tongue == Tongue::Install {
            // The command itself is among those of the Python.
            more.commands.clear();
            more.links.clear();
            more.statements.retain(|statement| statement.form == Form::Requirement);
        }
        super::merged::append(&mut facts, more);
    }
    facts.gaps.retain(|gap| gap.why != GapReason::Broken);
    facts.gaps.extend(faults);
    facts.notebook = Some(origin);
    facts
}

/// Where the session that a notebook was saved from set a name in another order than the cells stand in, either value may
/// be the one that counted: what stands first is no longer replaced by what stands below.
pub(super) fn reordered(statements: &mut [Statement], links: &mut Vec<Link>, notebooks: &[Notebook]) {
    for notebook in notebooks {
        let mut set: BTreeMap<String, Vec<(StatementId, u32)>> = BTreeMap::new();
        for (id, statement) in statements.iter().enumerate() {
            let (Form::Variable, Subject::Setting { name }) = (&statement.form, &statement.subject) else {
                continue;
            };
            let at = statement
                .place
                .bytes
                .filter(|_| statement.place.file == notebook.path());
            if let Some(turn) = at.and_then(|(start, _)| notebook.turn_at(start)) {
                set.entry(name.clone()).or_default().push((id, turn));
            }
        }
        for cells in set.values() {
            for (index, &(below, turn)) in cells.iter().enumerate() {
                for &(above, _) in cells[..index].iter().filter(|(_, other)| *other > turn) {
                    if let Some(Dead::Shadowed { .. }) = statements[above].dead {
                        statements[above].dead = None;
                    }
                    links.push(Link {
                        from: above,
                        to: below,
                        kind: LinkKind::Possible,
                        slot: None,
                        launch: None,
                    });
                }
            }
        }
    }
}

/// Moves the places of notebooks from the text that was read to the JSON: once everything is bound, which compares them.
pub(super) fn settle(evidence: &mut Evidence, notebooks: &[Notebook]) {
    if notebooks.is_empty() {
        return;
    }
    let by_path: BTreeMap<&str, &Notebook> = notebooks.iter().map(|one| (one.path(), one)).collect();
    let settle = |place: &mut Place| {
        if let Some(notebook) = by_path.get(place.file.as_str()) {
            notebook.settle(place);
        }
    };
    for statement in &mut evidence.statements {
        settle(&mut statement.place);
        statement.guards.iter_mut().for_each(|guard| settle(&mut guard.place));
    }
    for launch in &mut evidence.launches {
        settle(&mut launch.place);
        launch.guards.iter_mut().for_each(|guard| settle(&mut guard.place));
        for idle in &mut launch.idle {
            if let Some(notebook) = by_path.get(idle.file.as_str()) {
                idle.bytes = notebook.bytes(idle.bytes);
            }
        }
    }
}
