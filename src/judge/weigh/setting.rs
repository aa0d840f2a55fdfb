//! A setting seen through its occasions: which launches, entry scripts and definitions speak of it, and what it is there.
//!
//! An occasion is one launch in scope; where no launch in scope reaches an entry script in scope, that script's
//! launches from elsewhere, else the script without flags; and each definition in scope that none of these reach.
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

use super::cite::{cite, graded, noted, shown, step};
use super::compared::{Compared, How, compare_setting};
use super::scope::InScope;
use super::vote::{Ballot, Stand};
use crate::evidence::{
    Dead, Evidence, Expr, Form, Grade, Graph, Launch, LaunchId, Occasion, Outcome, Resolved, Statement, StatementId,
    Subject,
};
use crate::judge::Case;
use crate::quantity::Value;
use crate::verdict::{Citation, Message, Stance};

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
    /// Sentences and cells in scope.
    pub(crate) prose: Vec<StatementId>,
    /// Comments and docstrings beside the code: they have no vote where the code speaks.
    pub(crate) remarks: Vec<StatementId>,
    pub(crate) commented_out: Vec<StatementId>,
    /// Owners of statements that bear the name, where `of` names none of them.
    pub(crate) other_owners: BTreeSet<String>,
}

/// Whether an identifier is one of the names: `-` is `_`, constants also in upper case.
pub(crate) fn bears(name: &str, names: &[String]) -> bool {
    let name = name.replace('-', "_");
    names.iter().any(|wanted| {
        let wanted = wanted.replace('-', "_");
        name == wanted || name == wanted.to_uppercase()
    })
}

/// Whether `of` names an enclosing owner: its dotted parts stand in a row among the owners, the file's name among them.
pub(crate) fn owned(statement: &Statement, of: &str) -> bool {
    let file = statement.place.file.as_str();
    let base = file.rsplit('/').next().unwrap_or(file);
    let stem = base.split('.').next().unwrap_or(base);
    let wanted: Vec<&str> = of.split(['.', '/']).filter(|part| !part.is_empty()).collect();
    if of == file || of == base || of == stem || file.ends_with(&format!("/{of}")) {
        return true;
    }
    let owners: Vec<&str> = std::iter::once(stem)
        .chain(statement.owner.iter().flat_map(|owner| owner.split('.')))
        .collect();
    let alike = |a: &str, b: &str| a.replace('-', "_") == b.replace('-', "_");
    if statement.owner.iter().any(|owner| alike(owner, of)) {
        return true;
    }
    !wanted.is_empty()
        && owners
            .windows(wanted.len())
            .any(|window| window.iter().zip(&wanted).all(|(owner, part)| alike(owner, part)))
}

/// Of statements that `of` owns, those it encloses most closely: the parameter of a class speaks before the entry of a
/// dictionary somewhere inside it.
fn nearest_owner(evidence: &Evidence, of: Option<&str>, code: &mut Vec<StatementId>) {
    let Some(of) = of else { return };
    let last = of.rsplit(['.', '/']).next().unwrap_or(of);
    let distance = |id: &StatementId| {
        let inner = evidence.statements[*id]
            .owner
            .iter()
            .flat_map(|owner| owner.split('.'))
            .filter(|part| *part != "__init__");
        let owners: Vec<&str> = inner.collect();
        owners
            .iter()
            .rposition(|owner| *owner == last)
            .map_or(usize::MAX, |at| owners.len() - 1 - at)
    };
    let Some(nearest) = code.iter().map(distance).min() else {
        return;
    };
    code.retain(|id| distance(id) == nearest);
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
    for (id, statement) in evidence.statements.iter().enumerate() {
        let Subject::Setting { name } = &statement.subject else {
            continue;
        };
        if !bears(name, names) || scope.excludes(&statement.place.file) {
            continue;
        }
        if let Some(of) = of
            && !owned(statement, of)
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

    let mut covered: BTreeSet<StatementId> = BTreeSet::new();
    for launch in launches(case, graph, scope) {
        let seen = through(graph, case, launch, &code, &mut covered);
        if !seen.live.is_empty() {
            sight.occasions.push(seen);
        }
    }
    let alone: Vec<StatementId> = code
        .into_iter()
        .filter(|id| !covered.contains(id) && scope.has(&evidence.statements[*id].place.file))
        .collect();
    sight.occasions.extend(standing_alone(graph, case, scope, &alone));
    sight
}

/// The launches that are occasions of this claim.
fn launches(case: &Case<'_>, graph: &Graph<'_>, scope: &InScope<'_>) -> Vec<LaunchId> {
    let evidence = case.evidence;
    let runs = |launch: &Launch| {
        let at = launch.flags.first().copied().unwrap_or(0);
        let occasion = Occasion {
            given: &case.claim.given,
            ..Occasion::default()
        };
        launch.guards.is_empty() || graph.runs(&launch.guards, at, occasion) != Some(false)
    };
    let command = |launch: &Launch| !launch.command.is_empty() && !scope.excludes(&launch.place.file);
    let mut chosen: Vec<LaunchId> = Vec::new();
    for (id, launch) in evidence.launches.iter().enumerate() {
        if command(launch) && scope.has(&launch.place.file) && runs(launch) {
            chosen.push(id);
        }
    }
    let in_scope = chosen.clone();
    for entry in evidence.entries.iter().filter(|entry| scope.has(entry)) {
        let reached = in_scope.iter().any(|&id| {
            let launch = &evidence.launches[id];
            launch.entry.as_ref() == Some(entry) || launch.reach.binary_search(entry).is_ok()
        });
        if reached {
            continue;
        }
        let starts = |launch: &Launch| launch.entry.as_ref() == Some(entry);
        let elsewhere: Vec<LaunchId> = evidence
            .launches
            .iter()
            .enumerate()
            .filter(|(_, launch)| command(launch) && starts(launch) && runs(launch))
            .map(|(id, _)| id)
            .collect();
        if elsewhere.is_empty() {
            let alone = evidence
                .launches
                .iter()
                .position(|launch| launch.command.is_empty() && starts(launch));
            chosen.extend(alone);
        } else {
            chosen.extend(elsewhere);
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
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
                        graph
                            .resolve(flag, occasion)
                            .iter()
                            .any(|resolved| resolved.path.contains(&id))
                    })
            }
            _ => launch.reach.binary_search(&statement.place.file).is_ok(),
        };
        if here {
            covered.insert(id);
            candidates.push(id);
        } else if statement.form == Form::Flag && launch.place.file == statement.place.file {
            // A flag of another launch in the same script: that launch's own occasion, or out of scope.
            covered.insert(id);
        }
    }
    let mut seen = live_among(graph, occasion, &candidates, Some(launch_id));
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
    };
    for &id in candidates {
        let statement = graph.statement(id);
        let runs = graph.runs(&statement.guards, id, occasion);
        if runs == Some(false) {
            continue;
        }
        for mut resolved in graph.resolve(id, occasion) {
            if resolved.outcome == Outcome::Absent {
                continue;
            }
            resolved.open_branch |= runs.is_none();
            let giver = resolved
                .path
                .iter()
                .copied()
                .find(|step| *step != id && candidates.contains(step));
            match giver {
                Some(giver) => {
                    seen.feeders.push(giver);
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
                    seen.live.push(Live { id, resolved });
                }
            }
        }
    }
    seen.live
        .dedup_by(|a, b| a.resolved.path == b.resolved.path && a.resolved.outcome == b.resolved.outcome);
    seen
}

fn has_own_value(statement: &Statement) -> bool {
    statement.value != Expr::Opaque(String::new())
}

/// A flag speaks before a configuration file, that before an option's default, also where no link was found between
/// them: a program that merges them by itself follows this order or says so in a launch.
fn prefer_stronger_source(graph: &Graph<'_>, launch: &Launch, seen: &mut Seen) {
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
fn drop_counters(graph: &Graph<'_>, seen: &mut Seen) {
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

/// The grade of what is seen through an occasion: never higher than its launch.
fn grade(graph: &Graph<'_>, seen: &Seen, live: &Live) -> Grade {
    let launch = seen.launch.map(|id| &graph.evidence().launches[id]);
    let origin = graph.statement(live.resolved.origin());
    let launched = live.resolved.path.iter().any(|&id| {
        graph.statement(id).form == Form::Flag
            && launch.is_some_and(|launch| launch.flags.contains(&id) || launch.factors.contains(&id))
    });
    match launch {
        Some(launch) if launched => launch.grade.max(origin.grade.min(launch.grade)),
        Some(launch) if !launch.command.is_empty() => origin.grade.min(launch.grade),
        _ => origin.grade,
    }
}

/// One occasion's ballot: its live values against the claim.
pub(crate) fn ballot(case: &Case<'_>, graph: &Graph<'_>, seen: &Seen, how: How) -> Ballot {
    let mut stands: Vec<(Stand, &Live)> = Vec::new();
    let mut caveats = Vec::new();
    let taken = case
        .claim
        .take
        .filter(|_| seen.live.len() > 1)
        .and_then(|_| all_values(seen));
    if let Some(values) = taken {
        let first = &seen.live[0];
        let compared = compare_at(case, graph, first, &Value::List(values), how);
        caveats.extend(compared.caveats);
        stands.extend(seen.live.iter().map(|live| (compared.stand.clone(), live)));
    } else {
        for live in &seen.live {
            let compared = match &live.resolved.outcome {
                Outcome::Known(value) => compare_at(case, graph, live, value, how),
                // A call's value as text is its callee's name.
                Outcome::Unknown(_) if callee(case, graph, live).is_some() => {
                    let callee = callee(case, graph, live).unwrap_or_default();
                    compare_at(case, graph, live, &Value::Text(callee), how)
                }
                Outcome::Unknown(text) => Compared {
                    stand: Stand::Undecided(Message::new("not-computed").with("text", text)),
                    rule: String::new(),
                    caveats: Vec::new(),
                },
                Outcome::Absent => continue,
            };
            caveats.extend(compared.caveats);
            if live.resolved.value() == Some(&Value::Null) && compared.stand == Stand::Against {
                caveats.push(Message::new("none-may-mean-all"));
            }
            stands.push((compared.stand, live));
        }
    }
    // A value of another kind (`validate(…, "final")` beside numbers of epochs) is another use of the name.
    let comparable =
        |(stand, _): &(Stand, &Live)| !matches!(stand, Stand::Undecided(why) if why.code == "not-comparable");
    if stands.iter().any(comparable) {
        stands.retain(comparable);
    }
    let stand = together(graph, case, &stands);
    let mut citations: Vec<Citation> = Vec::new();
    for (stand, live) in &stands {
        let stance = match stand {
            Stand::For => Stance::Supports,
            Stand::Against => Stance::Contradicts,
            Stand::Undecided(_) => Stance::Context,
        };
        citations.extend(cited(graph, seen, live, stance));
    }
    for &(id, by) in &seen.overridden {
        let note = Message::new("overridden-by").with("place", graph.statement(by).place.short());
        citations.push(noted(graph.statement(id), Stance::Overridden, note));
    }
    citations.extend(seen.uses.iter().map(|&id| cite(graph.statement(id), Stance::Context)));
    caveats.extend(
        seen.live
            .iter()
            .filter(|live| live.resolved.open_branch && seen.live.len() == 1)
            .map(|live| Message::new("branch-not-decided").with("place", graph.statement(live.id).place.short())),
    );
    let grade = seen
        .live
        .iter()
        .map(|live| grade(graph, seen, live))
        .max()
        .unwrap_or(Grade::Configured);
    let found = super::vote::distinct(
        seen.live
            .iter()
            .map(|live| shown_outcome(&live.resolved.outcome))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str),
    )
    .unwrap_or_default();
    let chain = seen
        .live
        .first()
        .map(|live| chain(graph, seen, live))
        .unwrap_or_default();
    Ballot {
        documented_alone: documented_alone(graph, seen),
        inherent: inherent(graph, seen),
        ..Ballot::new(stand, grade, found, citations).noting(caveats).along(chain)
    }
}

/// The name of the function or class whose result the value is, where the claim names one.
fn callee(case: &Case<'_>, graph: &Graph<'_>, live: &Live) -> Option<String> {
    let by_name = matches!(case.claim.value, Some(crate::quantity::Stated::Text(_)));
    match &graph.statement(live.resolved.origin()).value {
        Expr::Call { callee, .. } if by_name => Some(callee.clone()),
        _ => None,
    }
}

/// A documented command that starts a program which no launch in the code starts.
fn documented_alone(graph: &Graph<'_>, seen: &Seen) -> bool {
    let launches = &graph.evidence().launches;
    let Some(launch) = seen.launch.map(|id| &launches[id]) else {
        return false;
    };
    let starts = |other: &Launch| other.grade == Grade::Launched && other.entry == launch.entry;
    launch.grade == Grade::Documented && launch.entry.is_some() && !launches.iter().any(starts)
}

/// A value of the code or configuration that is seen through a documented command only.
fn inherent(graph: &Graph<'_>, seen: &Seen) -> bool {
    let documented = seen
        .launch
        .is_some_and(|id| graph.evidence().launches[id].grade == Grade::Documented);
    documented
        && seen
            .live
            .iter()
            .all(|live| graph.statement(live.resolved.origin()).grade >= Grade::Configured)
}

fn all_values(seen: &Seen) -> Option<Vec<Value>> {
    seen.live.iter().map(|live| live.resolved.value().cloned()).collect()
}

fn compare_at(case: &Case<'_>, graph: &Graph<'_>, live: &Live, value: &Value, how: How) -> Compared {
    let name_of = |id: StatementId| match &graph.statement(id).subject {
        Subject::Setting { name } => name.clone(),
        _ => String::new(),
    };
    let place_unit = live.resolved.path.iter().find_map(|&id| graph.statement(id).unit);
    let name = live
        .resolved
        .path
        .iter()
        .map(|&id| name_of(id))
        .find(|name| crate::quantity::Unit::of_name(name).is_some())
        .unwrap_or_else(|| name_of(live.id));
    compare_setting(case.claim, &name, value, place_unit, how)
}

/// Several live values of one occasion, together.
fn together(graph: &Graph<'_>, case: &Case<'_>, stands: &[(Stand, &Live)]) -> Stand {
    let all = |wanted: &Stand| stands.iter().all(|(stand, _)| stand == wanted);
    if all(&Stand::For) {
        return Stand::For;
    }
    if all(&Stand::Against) {
        return Stand::Against;
    }
    if let [(Stand::Undecided(why), _)] = stands {
        return Stand::Undecided(why.clone());
    }
    let places: Vec<String> = stands
        .iter()
        .map(|(_, live)| {
            let origin = graph.statement(live.resolved.origin());
            format!("{} ({})", shown_outcome(&live.resolved.outcome), origin.place.short())
        })
        .collect();
    if stands.iter().any(|(_, live)| live.resolved.open_branch) {
        return Stand::Undecided(Message::new("branches-differ").with("values", places.join(", ")));
    }
    let owners: BTreeSet<String> = stands
        .iter()
        .filter_map(|(_, live)| graph.statement(live.resolved.origin()).owner.last().cloned())
        .collect();
    let names = owners.into_iter().collect::<Vec<_>>().join(", ");
    let known = case.claim.of.as_deref().unwrap_or_default();
    Stand::Undecided(
        Message::new("two-live-values")
            .with("values", places.join(", "))
            .with("owners", names)
            .with("of", known),
    )
}

fn cited(graph: &Graph<'_>, seen: &Seen, live: &Live, stance: Stance) -> Vec<Citation> {
    let grade = grade(graph, seen, live);
    let origin = live.resolved.origin();
    let mut citations = vec![graded(graph.statement(origin), stance, grade)];
    for &id in live.resolved.path.iter().skip(1) {
        let statement = graph.statement(id);
        if statement.form == Form::Flag {
            citations.push(graded(statement, stance, grade));
        } else if !live.resolved.overridden.contains(&id) || !has_own_value(statement) {
            citations.push(cite(statement, Stance::Context));
        }
    }
    citations
}

/// The longest way the value takes to its uses, each step with what stands there; a single definition has none to show.
fn chain(graph: &Graph<'_>, seen: &Seen, live: &Live) -> Vec<crate::verdict::Step> {
    let own = std::iter::once(&live.resolved.path);
    let longest = seen
        .ways
        .iter()
        .filter(|way| way.contains(&live.resolved.origin()))
        .chain(own)
        .max_by_key(|way| way.len());
    let Some(way) = longest.filter(|way| way.len() > 1) else {
        return Vec::new();
    };
    way.iter()
        .map(|&id| {
            let statement = graph.statement(id);
            let own = shown(&statement.value);
            let arrived = shown_outcome(&live.resolved.outcome);
            let has_literal = statement.value.literal().is_some();
            match (has_literal, own == arrived) {
                (true, false) if !live.resolved.computed => crate::verdict::Step {
                    instead_of: Some(own),
                    ..step(statement, arrived)
                },
                (false, _) if own.is_empty() => step(statement, arrived),
                _ => step(statement, own),
            }
        })
        .collect()
}

pub(crate) fn shown_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Known(value) => value.to_string(),
        Outcome::Unknown(text) => text.clone(),
        Outcome::Absent => String::new(),
    }
}

/// Statements that nothing runs, prose and commented-out lines: shown beside the votes, each with why it has none.
pub(crate) fn bystanders(evidence: &Evidence, sight: &Sight) -> (Vec<Citation>, Vec<Message>) {
    let mut citations = Vec::new();
    let mut caveats = Vec::new();
    for &id in &sight.dead {
        let statement = &evidence.statements[id];
        let why = dead_message(evidence, statement);
        caveats.push(
            Message::new("dead-evidence")
                .with("place", statement.place.short())
                .with("what", super::cite::what(statement))
                .with("why", &why.code)
                .with("comment", statement.comment.as_deref().unwrap_or_default()),
        );
        citations.push(noted(statement, Stance::Context, why));
    }
    for &id in &sight.commented_out {
        let note = Message::new("commented-out");
        citations.push(noted(&evidence.statements[id], Stance::Context, note));
    }
    (citations, caveats)
}

fn dead_message(evidence: &Evidence, statement: &Statement) -> Message {
    match &statement.dead {
        Some(Dead::NeverCalled) => Message::new("never-called"),
        Some(Dead::NeverOpened) => Message::new("never-opened"),
        Some(Dead::BranchNotTaken) => Message::new("branch-not-taken"),
        Some(Dead::Shadowed { by }) => {
            Message::new("shadowed-by").with("place", evidence.statements[*by].place.short())
        }
        Some(Dead::NeverRead) | None => Message::new("never-read"),
    }
}
