//! What a name of a `setup.py` holds: texts with the place of their literal, lists, tables, another file's lines.
//!
//! Why it can be wrong: two branches may fill one list differently. What only one of them adds is kept under its
//! condition, and a part that is not known stays in the list as such, so that it is reported and never lost.
//!
//! Example: `["torch"] + extra()` is the text `torch` and an unknown part.

use std::ops::Range;

/// More parts than a person writes: the list is given up.
pub(super) const MOST_PARTS: usize = 5_000;

/// A value, as far as a list of requirements needs it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Held {
    /// A text, and where its literal stands.
    Text(String, Range<usize>),
    List(Vec<Held>),
    Map(Vec<(String, Held)>),
    /// The text or the lines of another file, whose path is as written.
    File(String, Range<usize>),
    /// A part that is there only under a condition.
    Under(String, Box<Held>),
    /// What is not followed, and where it stands.
    Unknown(Range<usize>),
}

impl Held {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Held::Text(text, _) => Some(text),
            _ => None,
        }
    }

    /// The parts of a list; anything else is its only part.
    pub(super) fn parts(self) -> Vec<Held> {
        match self {
            Held::List(parts) => parts,
            Held::Under(condition, inner) => inner
                .parts()
                .into_iter()
                .map(|part| Held::Under(condition.clone(), Box::new(part)))
                .collect(),
            other => vec![other],
        }
    }

    /// One list behind another.
    pub(super) fn joined(self, behind: Held, at: Range<usize>) -> Held {
        let mut parts = self.parts();
        parts.extend(behind.parts());
        if parts.len() > MOST_PARTS {
            return Held::Unknown(at);
        }
        Held::List(parts)
    }

    /// What a key of a table holds.
    pub(super) fn entry(&self, key: &str) -> Option<&Held> {
        match self {
            Held::Map(entries) => entries.iter().rev().find(|(name, _)| name == key).map(|(_, held)| held),
            _ => None,
        }
    }

    pub(super) fn put(&mut self, key: &str, held: Held) {
        if let Held::Map(entries) = self {
            match entries.iter_mut().find(|(name, _)| name == key) {
                Some((_, old)) => *old = held,
                None => entries.push((key.to_string(), held)),
            }
        }
    }

    /// What a name holds behind branches, each with its condition: what all begin with, then the rest of each.
    pub(super) fn merged(branches: Vec<(String, Option<Held>)>) -> Held {
        let first = branches.first().and_then(|(_, held)| held.clone());
        if let Some(first) = &first
            && branches.iter().all(|(_, held)| held.as_ref() == Some(first))
        {
            return first.clone();
        }
        if branches
            .iter()
            .all(|(_, held)| matches!(held, None | Some(Held::Map(_))))
        {
            return Held::merged_maps(branches);
        }
        let lists: Vec<(String, Vec<Held>)> = branches
            .into_iter()
            .map(|(condition, held)| (condition, held.map_or_else(Vec::new, Held::parts)))
            .collect();
        let shared = (0..)
            .take_while(|&at| {
                let part = lists[0].1.get(at);
                part.is_some() && lists.iter().all(|(_, parts)| parts.get(at) == part)
            })
            .count();
        let mut out: Vec<Held> = lists[0].1[..shared].to_vec();
        for (condition, parts) in lists {
            out.extend(
                parts
                    .into_iter()
                    .skip(shared)
                    .map(|part| Held::Under(condition.clone(), Box::new(part))),
            );
        }
        Held::List(out)
    }

    fn merged_maps(branches: Vec<(String, Option<Held>)>) -> Held {
        let mut keys: Vec<String> = Vec::new();
        for (_, held) in &branches {
            if let Some(Held::Map(entries)) = held {
                for (key, _) in entries {
                    if !keys.contains(key) {
                        keys.push(key.clone());
                    }
                }
            }
        }
        let entries = keys.into_iter().map(|key| {
            let of_key = branches
                .iter()
                .map(|(condition, held)| {
                    let entry = held.as_ref().and_then(|held| held.entry(&key));
                    (condition.clone(), entry.cloned())
                })
                .collect();
            let held = Held::merged(of_key);
            (key, held)
        });
        Held::Map(entries.collect())
    }
}
