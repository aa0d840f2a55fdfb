//! Options and keys that the code reads under conditions alone: whether they count depends on the launch.
//!
//! Why it can be wrong: a value that is called unused although some code reads it anywhere silences true evidence. So
//! every read of the name in any file counts, whatever object it is a member of, a text that spells it too; and one read
//! that stands in no statement under a condition is enough to say nothing of it.
//!
//! Example: `patience=args.patience` under `if args.schedule == "plateau":` is all that reads `patience`: in a launch
//! with another schedule it is a value of no branch that is taken.

use std::collections::{BTreeMap, BTreeSet};

use super::dead::handed_over_whole;
use super::keys::read_by_name;
use super::world::World;
use crate::evidence::{Form, ReadUnder, StatementId, Subject};

/// For each such option and key: the statements that read it.
pub(super) fn read_under(world: &World<'_>, called: &BTreeSet<String>) -> Vec<ReadUnder> {
    let mut settings = read_by_name(world, called);
    for (index, module) in world.modules.iter().enumerate() {
        let mut options = Vec::new();
        for local in 0..module.sites.len() {
            let id = module.id(local);
            let statement = &world.statements[id];
            if let (Form::Option { .. }, Subject::Setting { name }) = (&statement.form, &statement.subject) {
                options.push((id, name.as_str()));
            }
        }
        if !options.is_empty() && !handed_over_whole(world, index, called) {
            settings.append(&mut options);
        }
    }
    let wanted: BTreeSet<&str> = settings.iter().map(|(_, name)| *name).collect();
    let readers = readers(world, &wanted);
    let mut found: Vec<ReadUnder> = settings
        .into_iter()
        .filter_map(|(statement, name)| {
            let readers = readers.get(name)?.clone()?;
            Some(ReadUnder {
                statement,
                readers: readers.into_iter().collect(),
            })
        })
        .collect();
    found.sort();
    found
}

/// For each name: the conditional statements that read it; nothing where something else does.
fn readers<'n>(world: &World<'_>, wanted: &BTreeSet<&'n str>) -> BTreeMap<&'n str, Option<BTreeSet<StatementId>>> {
    let mut found: BTreeMap<&str, Option<BTreeSet<StatementId>>> = BTreeMap::new();
    for (index, module) in world.modules.iter().enumerate() {
        for &name in wanted.iter().filter(|name| module.words.contains(**name)) {
            found.insert(name, None);
        }
        for scope in &module.scopes {
            for (path, at) in &scope.reads {
                for part in path.split('.').skip(1) {
                    let Some(&name) = wanted.get(part) else { continue };
                    let readers = found.entry(name).or_insert_with(|| Some(BTreeSet::new()));
                    match (readers.as_mut(), reader(world, index, *at)) {
                        (Some(readers), Some(reader)) => {
                            readers.insert(reader);
                        }
                        _ => *readers = None,
                    }
                }
            }
        }
    }
    found
}

/// The innermost statement around a read, where it stands under a condition.
fn reader(world: &World<'_>, module: usize, at: usize) -> Option<StatementId> {
    let module = &world.modules[module];
    let around = (0..module.sites.len()).map(|local| module.id(local)).filter_map(|id| {
        let (start, end) = world.statements[id].place.bytes?;
        (start <= at && at < end).then_some((end - start, id))
    });
    let (_, innermost) = around.min()?;
    (!world.statements[innermost].guards.is_empty()).then_some(innermost)
}
