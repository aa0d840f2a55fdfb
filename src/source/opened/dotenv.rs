//! Files of environment variables that code loads: `load_dotenv()`.
//!
//! Why it can be wrong: what a job exports is there already, and a file that is loaded leaves it as it is, unless it is loaded
//! with `override=True`. A file that is loaded under a condition, or behind the place where a variable is read, may have
//! had no part. So it is linked as what may be, and nothing is where the code does not say which file it loads.
//!
//! Example: `.env` with `BATCH=16` and `load_dotenv()` give `os.environ["BATCH"]` 16, and 64 after `export BATCH=64`.

use std::collections::{BTreeMap, BTreeSet};

use super::names;
use crate::evidence::{Arg, Expr, Form, Launch, LaunchId, Link, LinkKind, Statement, StatementId, Subject};
use crate::quantity::Value;
use crate::source::launch::environment::{lookups, readers};

/// A file that a launch loads into its environment.
pub(super) struct Loaded {
    pub(super) file: String,
    call: StatementId,
    /// It replaces what is there.
    over: bool,
}

/// The files of variables that a launch's code loads.
pub(super) fn loaded(statements: &[Statement], launch: &Launch, configs: &BTreeSet<String>) -> Vec<Loaded> {
    let mut found = Vec::new();
    for (call, statement) in statements.iter().enumerate() {
        let Some(args) = loads(statement).filter(|_| launch.runs(statement)) else {
            continue;
        };
        let keyword = |name: &str| args.iter().find(|arg| arg.keyword.as_deref() == Some(name));
        let path = args
            .iter()
            .find(|arg| arg.keyword.is_none())
            .or_else(|| keyword("dotenv_path"));
        let file = match path.map(|arg| &arg.value) {
            None => nearest(&statement.place.file, configs),
            Some(Expr::Call { callee, args }) if args.is_empty() && callee.ends_with("find_dotenv") => {
                nearest(&statement.place.file, configs)
            }
            Some(Expr::Value(Value::Text(text))) => configs.iter().find(|config| names(text, config)).cloned(),
            Some(_) => None,
        };
        let over = keyword("override").is_some_and(|arg| arg.value == Expr::Value(Value::Bool(true)));
        found.extend(file.map(|file| Loaded { file, call, over }));
    }
    found
}

fn loads(statement: &Statement) -> Option<&[Arg]> {
    match (&statement.subject, &statement.value) {
        (Subject::Call { callee }, Expr::Call { args, .. })
            if statement.form == Form::Call
                && statement.dead.is_none()
                && callee.rsplit('.').next() == Some("load_dotenv") =>
        {
            Some(args)
        }
        _ => None,
    }
}

/// The `.env` of a file's folder, or of the nearest one above it.
fn nearest(file: &str, configs: &BTreeSet<String>) -> Option<String> {
    let mut folder = file;
    loop {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        let beside = format!("{folder}/.env");
        let found = configs.get(beside.trim_start_matches('/'));
        if found.is_some() || folder.is_empty() {
            return found.cloned();
        }
    }
}

/// Links the keys of the loaded files to where the code reads their variables, and what is exported to them.
pub(super) fn link(
    statements: &[Statement],
    launches: &[Launch],
    loaded: &[(LaunchId, Loaded)],
    links: &mut Vec<Link>,
) {
    if loaded.is_empty() {
        return;
    }
    let (defaults, reads) = (lookups(statements), readers(statements));
    let keys: BTreeMap<(&str, &str), StatementId> = statements
        .iter()
        .enumerate()
        .filter(|(_, statement)| statement.form == Form::Key)
        .filter_map(|(id, statement)| Some(((statement.place.file.as_str(), name(statement)?), id)))
        .collect();
    let mut found = Vec::new();
    for (launch, one) in loaded {
        let call = &statements[one.call];
        let unsure = call
            .guards
            .iter()
            .any(|guard| !guard.text.to_lowercase().contains("env"));
        for (&(_, name), &key) in keys.iter().filter(|((file, _), _)| *file == one.file) {
            let before = |to: StatementId| {
                let place = &statements[to].place;
                place.file == call.place.file && place.bytes < call.place.bytes
            };
            let runs = |to: &StatementId| launches[*launch].runs(&statements[*to]);
            let mut takers: Vec<(StatementId, Option<&String>)> = Vec::new();
            takers.extend(
                defaults
                    .get(name)
                    .into_iter()
                    .flatten()
                    .filter(|to| runs(to))
                    .map(|&to| (to, None)),
            );
            let read = reads.get(name).into_iter().flatten().filter(|(to, _)| runs(to));
            takers.extend(read.map(|(to, slot)| (*to, Some(slot))));
            let is_given = |link: &Link| {
                link.launch == Some(*launch)
                    && matches!(link.kind, LinkKind::Environment | LinkKind::Reference)
                    && takers
                        .iter()
                        .any(|(to, slot)| link.to == *to && link.slot.as_ref() == *slot)
            };
            let exported = links.iter().find(|link| is_given(link)).map(|link| link.from);
            if exported.is_some() && !one.over {
                // What is there stays; the key of that name counts for nothing.
                found.extend(exported.map(|from| Link {
                    from,
                    to: key,
                    kind: LinkKind::Environment,
                    slot: None,
                    launch: Some(*launch),
                }));
                continue;
            }
            if exported.is_some() && !unsure {
                links.retain(|link| !is_given(link));
            }
            for (to, slot) in takers {
                let kind = match slot {
                    Some(_) if unsure || before(to) => continue,
                    Some(_) => LinkKind::Reference,
                    None if unsure || before(to) => LinkKind::Possible,
                    None => LinkKind::Environment,
                };
                found.push(Link {
                    from: key,
                    to,
                    kind,
                    slot: slot.cloned(),
                    launch: Some(*launch),
                });
            }
        }
    }
    links.extend(found);
}

fn name(statement: &Statement) -> Option<&str> {
    match &statement.subject {
        Subject::Setting { name } => Some(name),
        _ => None,
    }
}
