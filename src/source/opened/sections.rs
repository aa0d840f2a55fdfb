//! Sections of a configuration that are handed on whole: `Net(**config["model"])`.
//!
//! Why it can be wrong: what the file holds sets the parameters, and what it does not hold leaves their defaults; but only
//! in a launch whose file has that section. Elsewhere the call may set anything, and stays undecided.
//!
//! Example: with `model: {hidden: 256}` in the launch's file, `Net(**hps.model)` gives the parameter `hidden` 256 and
//! leaves `layers=6` as it is.

use std::collections::{BTreeMap, BTreeSet};

use super::keys::behind_holder;
use crate::evidence::{Expr, Form, Launch, Link, LinkKind, Statement, StatementId, Subject};

/// A call that hands a section on, and the parameters it may set.
struct Handed<'s> {
    call: StatementId,
    section: Vec<&'s str>,
    parameters: Vec<StatementId>,
}

/// Links the keys of sections to the parameters that they set, launch by launch; a call whose section is known there
/// may set nothing else.
pub(super) fn link(statements: &[Statement], launches: &[Launch], links: &mut Vec<Link>) {
    let handed = handed(statements, links);
    let mut keys: BTreeMap<&str, Vec<StatementId>> = BTreeMap::new();
    for (id, statement) in statements.iter().enumerate() {
        if statement.form == Form::Key && statement.dead.is_none() {
            keys.entry(&statement.place.file).or_default().push(id);
        }
    }
    let mut found: Vec<Link> = Vec::new();
    let mut seen: BTreeSet<StatementId> = BTreeSet::new();
    let mut open: Vec<(StatementId, usize)> = Vec::new();
    for one in &handed {
        for (id, launch) in launches.iter().enumerate() {
            if !launch.runs(&statements[one.call]) {
                continue;
            }
            let loaded = launch
                .configs
                .iter()
                .filter_map(|file| keys.get(file.as_str()))
                .flatten();
            let within: Vec<StatementId> = loaded
                .filter(|&&key| ends_with(&statements[key].owner, &one.section))
                .copied()
                .collect();
            if within.is_empty() {
                open.push((one.call, id));
                continue;
            }
            seen.insert(one.call);
            for &parameter in &one.parameters {
                for &key in within
                    .iter()
                    .filter(|&&key| name(&statements[key]) == name(&statements[parameter]))
                {
                    found.push(Link {
                        from: key,
                        to: parameter,
                        kind: LinkKind::Config,
                        slot: None,
                        launch: Some(id),
                    });
                }
            }
        }
    }
    // Where the section is known, the call is seen: it stays open in the other launches alone.
    links.retain(|link| !(link.kind == LinkKind::Possible && link.launch.is_none() && seen.contains(&link.from)));
    for one in handed.iter().filter(|one| seen.contains(&one.call)) {
        for (call, launch) in open.iter().filter(|(call, _)| *call == one.call) {
            found.extend(one.parameters.iter().map(|&parameter| Link {
                from: *call,
                to: parameter,
                kind: LinkKind::Possible,
                slot: None,
                launch: Some(*launch),
            }));
        }
    }
    links.extend(found);
}

fn handed<'s>(statements: &'s [Statement], links: &[Link]) -> Vec<Handed<'s>> {
    let mut parameters: BTreeMap<StatementId, Vec<StatementId>> = BTreeMap::new();
    for link in links
        .iter()
        .filter(|link| link.kind == LinkKind::Possible && link.launch.is_none())
    {
        parameters.entry(link.from).or_default().push(link.to);
    }
    let mut found = Vec::new();
    for (call, parameters) in parameters {
        let Expr::Call { args, .. } = &statements[call].value else {
            continue;
        };
        let mut spread = args
            .iter()
            .filter(|arg| arg.keyword.as_deref().is_some_and(|word| word.starts_with('*')));
        let (Some(only), None) = (spread.next(), spread.next()) else {
            continue;
        };
        let Expr::Ref(path) = &only.value else { continue };
        let path: Vec<&str> = path.split('.').collect();
        if let Some(section) = behind_holder(&path).filter(|section| !section.is_empty()) {
            found.push(Handed {
                call,
                section: section.to_vec(),
                parameters,
            });
        }
    }
    found
}

fn name(statement: &Statement) -> Option<&str> {
    match &statement.subject {
        Subject::Setting { name } => Some(name),
        _ => None,
    }
}

fn ends_with(owner: &[String], section: &[&str]) -> bool {
    let owner: Vec<&str> = owner.iter().map(String::as_str).collect();
    owner.ends_with(section)
}
