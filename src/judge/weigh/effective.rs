//! Which of the live values of an occasion remain: the stronger source speaks, counters and scratch values do not.
//!
//! Why it can be wrong: a value that is dropped here cannot contradict. So only what surely is no setting is dropped:
//! an option's default under a flag of the same name, a local variable that hands nothing on, or counts itself up.
//!
//! Example: `--n-epochs 25` in a launch, and `epoch += 1` in the loop of the code: the launch's 25 remains.

use std::collections::BTreeSet;

use super::setting::{Live, Seen, Sight};
use crate::evidence::{Expr, Form, Graph, Launch, Outcome, Statement, StatementId, Subject};
use crate::quantity::Value;

/// A flag speaks before a configuration file, that before an option's default, also where no link was found between
/// them: a program that merges them by itself follows this order or says so in a launch.
pub(super) fn prefer_stronger_source(graph: &Graph<'_>, launch: &Launch, seen: &mut Seen) {
    let rank = |live: &Live| {
        let statement = graph.statement(live.resolved.origin());
        match statement.form {
            Form::Flag | Form::ShellVariable => 0,
            Form::Key if launch.configs.contains(&statement.place.file) => 1,
            Form::Option { .. } | Form::Field | Form::Key => 2,
            // Calls and constants are values of their own: no flag replaces them without a link.
            _ => 3,
        }
    };
    let Some(best) = seen.live.iter().map(rank).min().filter(|best| *best < 2) else {
        return;
    };
    let Some(winner) = seen
        .live
        .iter()
        .find(|live| rank(live) == best)
        .map(|live| live.resolved.origin())
    else {
        return;
    };
    let (kept, replaced): (Vec<Live>, Vec<Live>) = std::mem::take(&mut seen.live)
        .into_iter()
        .partition(|live| rank(live) <= best || rank(live) == 3);
    seen.live = kept;
    seen.overridden
        .extend(replaced.into_iter().map(|live| (live.id, winner)));
}

/// Local variables that are no setting, where an option, key, constant or call bears the name: a scratch value that
/// hands nothing on to the name (`x = 0`), and a counter that the function itself counts up (`epoch += 1`), with all
/// that takes its value.
pub(super) fn drop_counters(graph: &Graph<'_>, seen: &mut Seen) {
    let feeds: BTreeSet<StatementId> = seen.feeders.iter().copied().collect();
    let counted: BTreeSet<(&str, &[String], &str)> = seen
        .live
        .iter()
        .map(|live| graph.statement(live.id))
        .filter(|statement| counts_itself(statement))
        .filter_map(variable)
        .collect();
    let local = |live: &Live| match variable(graph.statement(live.id)) {
        Some(variable) if !variable.1.is_empty() => !feeds.contains(&live.id) || counted.contains(&variable),
        _ => false,
    };
    if seen.live.iter().any(|live| !local(live)) {
        let (kept, counters): (Vec<Live>, Vec<Live>) = std::mem::take(&mut seen.live)
            .into_iter()
            .partition(|live| !local(live));
        seen.live = kept;
        seen.uses.extend(counters.into_iter().map(|live| live.id));
    }
}

/// A variable's file, function and name.
fn variable(statement: &Statement) -> Option<(&str, &[String], &str)> {
    match (&statement.form, &statement.subject) {
        (Form::Variable, Subject::Setting { name }) => Some((&statement.place.file, &statement.owner, name)),
        _ => None,
    }
}

/// `epoch += 1`, `epoch = epoch + 1`.
fn counts_itself(statement: &Statement) -> bool {
    let Subject::Setting { name } = &statement.subject else {
        return false;
    };
    match &statement.value {
        Expr::Opaque(text) => text
            .strip_prefix(name.as_str())
            .is_some_and(|rest| rest.trim_start().starts_with("+=")),
        Expr::Binary { left, .. } => **left == Expr::Ref(name.clone()),
        _ => false,
    }
}

/// Counts the members of a list of visible devices (`CUDA_VISIBLE_DEVICES=0,1` is two), so that it compares with a
/// number of processes.
pub(crate) fn count_devices(graph: &Graph<'_>, sight: &mut Sight) {
    for live in sight.occasions.iter_mut().flat_map(|seen| &mut seen.live) {
        let named = matches!(&graph.statement(live.id).subject, Subject::Setting { name } if name.eq_ignore_ascii_case("cuda_visible_devices"));
        if !named {
            continue;
        }
        let members = match &live.resolved.outcome {
            Outcome::Known(Value::List(items)) => items.len(),
            Outcome::Known(Value::Text(text)) => text.split(',').filter(|part| !part.trim().is_empty()).count(),
            Outcome::Known(Value::Number(_)) => 1,
            _ => continue,
        };
        live.resolved.outcome = Outcome::Known(Value::from(i64::try_from(members).unwrap_or(i64::MAX)));
    }
}
