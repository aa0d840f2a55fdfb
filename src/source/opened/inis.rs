//! INI files that are read one after the other: a later one replaces what an earlier one says.
//!
//! Why it can be wrong: a file that is read under a condition may not have been. So only what one parser reads without
//! any is laid over what it read before.
//!
//! Example: after `cfg.read(["base.ini", "large.ini"])` the `lr` of `large.ini` counts.

use std::collections::BTreeMap;

use super::names;
use crate::evidence::{Expr, Form, Launch, LaunchId, Link, LinkKind, Statement, StatementId, Subject};
use crate::quantity::Value;

/// Links the keys of later files to those of earlier ones, within a launch.
pub(super) fn link(statements: &[Statement], launch: &Launch, id: LaunchId, links: &mut Vec<Link>) {
    let mut read: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for statement in statements {
        let (Form::Call, Subject::Call { callee }, Expr::Call { args, .. }) =
            (&statement.form, &statement.subject, &statement.value)
        else {
            continue;
        };
        let reads = callee.ends_with(".read") && statement.guards.is_empty() && statement.dead.is_none();
        if !reads || !launch.runs(statement) {
            continue;
        }
        let texts = match args.first().map(|arg| &arg.value) {
            Some(Expr::List(items)) => items.iter().map(Expr::literal).collect(),
            Some(value) => vec![value.literal()],
            None => continue,
        };
        let order = read.entry((&statement.place.file, callee)).or_default();
        for text in texts {
            let Some(Value::Text(text)) = text else { continue };
            let is_ini = |file: &&String| file.ends_with(".ini") || file.ends_with(".cfg");
            order.extend(
                launch
                    .configs
                    .iter()
                    .filter(is_ini)
                    .find(|file| names(text, file))
                    .map(String::as_str),
            );
        }
    }
    for order in read.values().filter(|order| order.len() > 1) {
        let mut last: BTreeMap<(&[String], String), StatementId> = BTreeMap::new();
        for file in order {
            for (key, statement) in statements.iter().enumerate() {
                let Subject::Setting { name } = &statement.subject else {
                    continue;
                };
                if statement.form != Form::Key || statement.place.file != **file {
                    continue;
                }
                let before = last.insert((&statement.owner, name.to_lowercase()), key);
                links.extend(
                    before
                        .filter(|before| statements[*before].place.file != **file)
                        .map(|before| Link {
                            from: key,
                            to: before,
                            kind: LinkKind::Override,
                            slot: None,
                            launch: Some(id),
                        }),
                );
            }
        }
    }
}
