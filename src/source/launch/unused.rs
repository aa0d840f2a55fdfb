//! Flags that come to nothing: the program defines no such flag, or nothing uses the option that it sets.
//!
//! Why it can be wrong: an option that is defined somewhere else (by a library, from a dataclass) looks like none. So a
//! flag is called not defined only where all options of the program are known.
//!
//! Example: `python train.py --warmup 500`, where the parser of `train.py` has no `--warmup`.

use std::collections::BTreeMap;

use crate::evidence::{Dead, Launch, Link, LinkKind, Statement, StatementId, Subject};

/// Marks them. `closed`: whether all options of a program are known, by the files whose code it runs.
pub fn mark_flags(
    statements: &mut [Statement],
    links: &[Link],
    launches: &[Launch],
    closed: &dyn Fn(&[String]) -> bool,
) {
    let mut takers: BTreeMap<StatementId, Vec<StatementId>> = BTreeMap::new();
    for link in links.iter().filter(|link| link.kind == LinkKind::Flag) {
        takers.entry(link.from).or_default().push(link.to);
    }
    let mut known: BTreeMap<&[String], bool> = BTreeMap::new();
    let mut dead: Vec<(StatementId, Dead)> = Vec::new();
    for launch in launches.iter().filter(|launch| launch.entry.is_some()) {
        for &flag in &launch.flags {
            let why = match takers.get(&flag) {
                None => {
                    let all = is_passed(launch, &statements[flag])
                        && *known.entry(&launch.reach).or_insert_with(|| closed(&launch.reach));
                    all.then_some(Dead::NotDefined)
                }
                Some(takers) => {
                    let why = |id: &StatementId| match &statements[*id].dead {
                        Some(why @ (Dead::NeverRead | Dead::OnlyShown)) => Some(why.clone()),
                        _ => None,
                    };
                    takers
                        .iter()
                        .map(why)
                        .collect::<Option<Vec<Dead>>>()
                        .and_then(|mut all| all.pop())
                }
            };
            dead.extend(why.map(|why| (flag, why)));
        }
    }
    for (flag, why) in dead {
        statements[flag].dead.get_or_insert(why);
    }
}

/// Whether a flag is a long one of the program's own, and none of what starts the program.
fn is_passed(launch: &Launch, flag: &Statement) -> bool {
    let Subject::Setting { name } = &flag.subject else {
        return false;
    };
    let entry = launch.entry.as_deref().unwrap_or_default();
    let stem = entry.rsplit('/').next().unwrap_or(entry).trim_end_matches(".py");
    let path: Vec<&str> = flag.owner.iter().map(String::as_str).chain([name.as_str()]).collect();
    let written = format!("--{}", path.join("."));
    match (launch.command.find(stem), launch.command.rfind(&written)) {
        (Some(program), Some(at)) => !stem.is_empty() && program < at,
        _ => false,
    }
}
