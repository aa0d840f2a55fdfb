//! A setting seen through its occasions: which launches, entry scripts and definitions speak of it, and what it is there.
//!
//! An occasion is one launch in scope; where no launch in scope reaches an entry script in scope, that script's
//! launches from elsewhere, else the script without flags; and each definition in scope that none of these reach. A file
//! that a command starts is an entry script, whoever imports it as well.
//!
//! Within an occasion a statement that takes its value from another statement of the same name is a use of it, and
//! the one that gives it is the value. What is left are the live values: one is the answer, several that differ
//! cannot be decided.
//!
//! Why it can be wrong: a live value that is missed makes a conflict look like an answer. So every statement of the
//! name is either live, a use, overridden, dead or prose, and all of them are cited.
//!
//! Example: three jobs pass `--batch_size 50`; the option's default 32 is overridden, `evaluate(batch_size=…)` a use.

use std::collections::BTreeSet;

use super::branches::{laid_over, read_in_no_branch_taken};
use super::effective::{drop_counters, prefer_stronger_source};
use super::held::{holders, is_held};
use super::identity::{bears, nearest_owner, owned};
use super::occasions::{launches, ruled_out};
use super::scope::InScope;
use crate::evidence::{Expr, Form, Graph, LaunchId, Occasion, Outcome, Resolved, Statement, StatementId, Subject};
use crate::judge::Case;
use crate::quantity::Value;

/// One live value of the setting within an occasion.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    pub(crate) id: StatementId,
    pub(crate) resolved: Resolved,
}

/// One occasion with what the setting is there.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) launch: Option<LaunchId>,
    /// Distinct live values in the order in which they stand in the repository.
    pub(crate) live: Vec<Live>,
    /// Statements of the name whose value was replaced, and by which.
    pub(crate) overridden: Vec<(StatementId, StatementId)>,
    /// Uses of the value: they take it from the live statement.
    pub(crate) uses: Vec<StatementId>,
    /// Statements of the name that give their value to another statement of the name.
    pub(crate) feeders: Vec<StatementId>,
    /// The ways along which values travelled to their uses.
    pub(crate) ways: Vec<Vec<StatementId>>,
    /// Bear the name in a branch that is not taken here, or are read in such branches alone.
    pub(crate) not_taken: Vec<StatementId>,
    /// Statements of the name from which another that takes their place is computed, and which that is.
    pub(crate) remade: Vec<(StatementId, StatementId)>,
}

impl Seen {
    /// An occasion with one literal value that bears another name (GPUs asked for, as processes).
    pub(crate) fn of_one(launch: LaunchId, id: StatementId, value: Value) -> Seen {
        let resolved = Resolved::literal(id, value);
        Seen {
            launch: Some(launch),
            live: vec![Live { id, resolved }],
            overridden: Vec::new(),
            uses: Vec::new(),
            feeders: Vec::new(),
            ways: Vec::new(),
            not_taken: Vec::new(),
            remade: Vec::new(),
        }
    }

    /// Every value that is known here.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.live.iter().filter_map(|live| live.resolved.value())
    }
}

/// Everything that bears the setting's name.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    pub(crate) occasions: Vec<Seen>,
    /// Bear the name, and nothing runs them.
    pub(crate) dead: Vec<StatementId>,
    /// Bear the name in branches that no occasion takes.
    pub(crate) not_taken: Vec<StatementId>,
    /// Sentences and cells in scope.
    pub(crate) prose: Vec<StatementId>,
    /// Comments and docstrings beside the code: they have no vote where the code speaks.
    pub(crate) remarks: Vec<StatementId>,
    pub(crate) commented_out: Vec<StatementId>,
    /// Owners of statements that bear the name, where `of` names none of them.
    pub(crate) other_owners: BTreeSet<String>,
}

/// Looks at the setting through all its occasions.
pub(crate) fn look(
    case: &Case<'_>,
    graph: &Graph<'_>,
    scope: &InScope<'_>,
    names: &[String],
    of: Option<&str>,
) -> Sight {
    let evidence = case.evidence;
    let mut sight = Sight::default();
    let mut code = Vec::new();
    let holders = holders(evidence, of);
    for (id, statement) in evidence.statements.iter().enumerate() {
        let Subject::Setting { name } = &statement.subject else {
            continue;
        };
        if !bears(name, names) || scope.excludes(&statement.place.file) {
            continue;
        }
        if let Some(of) = of
            && !owned(statement, of)
            && !is_held(statement, &holders)
        {
            sight.other_owners.insert(statement.owner.join("."));
            continue;
        }
        let in_scope = scope.has(&statement.place.file);
        match statement.form {
            Form::CommentedOut if in_scope => sight.commented_out.push(id),
            Form::Comment | Form::Docstring => sight.remarks.push(id),
            Form::Sentence | Form::Cell => {
                if in_scope && scope.may_speak(statement) {
                    sight.prose.push(id);
                }
            }
            Form::CommentedOut => {}
            _ => code.push(id),
        }
    }
    nearest_owner(evidence, of, &mut code);
    let alive_asked = !evidence.entries.is_empty();
    let (dead, code): (Vec<StatementId>, Vec<StatementId>) = code
        .into_iter()
        .partition(|&id| alive_asked && evidence.statements[id].dead.is_some());
    // What nothing runs, and what docstrings and comments say, is shown where a reader would meet it: in scope, or in
    // the files that a launch in scope runs.
    let met = |id: &StatementId| scope.reaches(evidence, &evidence.statements[*id].place.file);
    sight.dead = dead.into_iter().filter(met).collect();
    sight.remarks.retain(met);

    let mut covered: BTreeSet<StatementId> = ruled_out(case, graph);
    for launch in launches(case, graph, scope) {
        let seen = through(graph, case, launch, &code, &mut covered);
        sight.not_taken.extend(&seen.not_taken);
        if !seen.live.is_empty() {
            sight.occasions.push(seen);
        }
    }
    let alone: Vec<StatementId> = code
        .into_iter()
        .filter(|id| !covered.contains(id) && scope.has(&evidence.statements[*id].place.file))
        .collect();
    sight.occasions.extend(standing_alone(graph, case, scope, &alone));
    let spoken: BTreeSet<StatementId> = sight
        .occasions
        .iter()
        .flat_map(|seen| seen.live.iter().flat_map(|live| &live.resolved.path).chain(&seen.uses))
        .copied()
        .collect();
    sight.not_taken.sort_unstable();
    sight.not_taken.dedup();
    sight.not_taken.retain(|id| !spoken.contains(id));
    sight
}

/// The setting within one launch.
fn through(
    graph: &Graph<'_>,
    case: &Case<'_>,
    launch_id: LaunchId,
    code: &[StatementId],
    covered: &mut BTreeSet<StatementId>,
) -> Seen {
    let launch = &case.evidence.launches[launch_id];
    let occasion = Occasion {
        launch: Some(launch_id),
        given: &case.claim.given,
        ..Occasion::default()
    };
    let mut candidates: Vec<StatementId> = Vec::new();
    for &id in code {
        let statement = graph.statement(id);
        let here = match statement.form {
            Form::Flag => launch.flags.contains(&id) || launch.factors.contains(&id),
            // A shell variable speaks through the flags that use it.
            Form::ShellVariable => {
                statement.place.file == launch.place.file
                    && launch.flags.iter().chain(&launch.factors).any(|&flag| {
                        graph.statement(flag).dead.is_none()
                            && graph
                                .resolve(flag, occasion)
                                .iter()
                                .any(|resolved| resolved.path.contains(&id))
                    })
            }
            _ => launch.runs(statement),
        };
        if here {
            covered.insert(id);
            candidates.push(id);
        } else if statement.form == Form::Flag && launch.place.file == statement.place.file {
            // A flag of another launch in the same script: that launch's own occasion, or out of scope.
            covered.insert(id);
        } else if launch.reach.binary_search(&statement.place.file).is_ok() {
            // Its file is run, and the launch never comes to it: it does not speak for itself either.
            covered.insert(id);
        }
    }
    let (unread, candidates): (Vec<StatementId>, Vec<StatementId>) = candidates
        .into_iter()
        .partition(|&id| read_in_no_branch_taken(graph, occasion, id));
    let replaced: Vec<(StatementId, StatementId)> = candidates
        .iter()
        .filter_map(|&id| Some((id, laid_over(graph, launch_id, id)?)))
        .collect();
    let candidates: Vec<StatementId> = candidates
        .into_iter()
        .filter(|id| replaced.iter().all(|(flag, _)| flag != id))
        .collect();
    let mut seen = live_among(graph, occasion, &candidates, Some(launch_id));
    seen.not_taken.extend(unread);
    seen.overridden.extend(replaced);
    prefer_stronger_source(graph, launch, &mut seen);
    drop_counters(graph, &mut seen);
    seen
}

/// Definitions that no occasion reaches: each value stands for itself.
fn standing_alone(graph: &Graph<'_>, case: &Case<'_>, scope: &InScope<'_>, alone: &[StatementId]) -> Vec<Seen> {
    let occasion = Occasion {
        launch: None,
        given: &case.claim.given,
        files: Some(scope.files()),
    };
    let seen = live_among(graph, occasion, alone, None);
    if case.claim.take.is_some() && seen.live.len() > 1 {
        return vec![seen];
    }
    let Seen {
        live,
        mut overridden,
        mut uses,
        ways,
        remade,
        ..
    } = seen;
    live.into_iter()
        .map(|live| Seen {
            launch: None,
            live: vec![live],
            // What was overridden, and the uses, are shown once, with the first value.
            overridden: std::mem::take(&mut overridden),
            uses: std::mem::take(&mut uses),
            feeders: Vec::new(),
            ways: ways.clone(),
            not_taken: Vec::new(),
            remade: remade.clone(),
        })
        .collect()
}

/// Tells live values from uses and overridden ones among statements that bear one name.
fn live_among(graph: &Graph<'_>, occasion: Occasion<'_>, candidates: &[StatementId], launch: Option<LaunchId>) -> Seen {
    let mut seen = Seen {
        launch,
        live: Vec::new(),
        overridden: Vec::new(),
        uses: Vec::new(),
        feeders: Vec::new(),
        ways: Vec::new(),
        not_taken: Vec::new(),
        remade: Vec::new(),
    };
    let mut passed_over: Vec<(StatementId, Option<Value>, StatementId)> = Vec::new();
    let mut handed: Vec<(StatementId, StatementId)> = Vec::new();
    for &id in candidates {
        let statement = graph.statement(id);
        let runs = graph.runs(&statement.guards, id, occasion);
        if runs == Some(false) {
            seen.not_taken.push(id);
            continue;
        }
        for mut resolved in graph.resolve(id, occasion) {
            if resolved.outcome == Outcome::Absent {
                continue;
            }
            resolved.open_branch |= runs.is_none();
            let own = resolved.passed_over.iter().filter(|(step, _)| *step != id);
            passed_over.extend(own.map(|(step, value)| (*step, value.clone(), resolved.origin())));
            let mut replaced: Vec<StatementId> = vec![id];
            for &step in resolved.path.iter().rev() {
                if !replaced.contains(&step) && replaced.iter().any(|later| graph.replaces(*later, step)) {
                    replaced.push(step);
                }
            }
            let giver = resolved
                .path
                .iter()
                .copied()
                .find(|step| candidates.contains(step) && !replaced.contains(step));
            match giver {
                Some(giver) => {
                    seen.feeders.push(giver);
                    handed.push((giver, id));
                    seen.ways.push(resolved.path.clone());
                    if resolved.overridden.contains(&id) && has_own_value(statement) {
                        seen.overridden.push((id, giver));
                    } else {
                        seen.uses.push(id);
                    }
                }
                None => {
                    if resolved.overridden.contains(&id) && has_own_value(statement) {
                        seen.overridden.push((id, resolved.origin()));
                    }
                    // `lr = lr * 3` takes the place of what it is computed from.
                    let before = resolved
                        .path
                        .iter()
                        .filter(|step| **step != id && candidates.contains(step));
                    seen.remade.extend(before.map(|giver| (*giver, id)));
                    seen.live.push(Live { id, resolved });
                }
            }
        }
    }
    // A none that an expression puts a value in the place of (`layers or 10`) is not what took effect.
    let looked_at = |id: StatementId| passed_over.iter().any(|(step, ..)| *step == id);
    let handed: BTreeSet<StatementId> = handed
        .into_iter()
        .filter(|(_, user)| !looked_at(*user))
        .map(|(giver, _)| giver)
        .collect();
    let (over, live): (Vec<Live>, Vec<Live>) = std::mem::take(&mut seen.live).into_iter().partition(|live| {
        !handed.contains(&live.id)
            && passed_over
                .iter()
                .any(|(step, value, by)| *step == live.id && *by != live.id && value.as_ref() == live.resolved.value())
    });
    seen.live = live;
    for live in over {
        let by = passed_over.iter().find(|(step, ..)| *step == live.id);
        seen.overridden.extend(by.map(|(.., by)| (live.id, *by)));
    }
    seen.live
        .dedup_by(|a, b| a.resolved.path == b.resolved.path && a.resolved.outcome == b.resolved.outcome);
    seen
}

pub(super) fn has_own_value(statement: &Statement) -> bool {
    statement.value != Expr::Opaque(String::new())
}
