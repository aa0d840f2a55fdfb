//! One occasion's ballot: its live values against the claim, with every place cited.
//!
//! Why it can be wrong: what is seen through an occasion ranks no higher than its launch, and a value that was computed
//! on the way stands where it was computed. Both are taken from the way the value came, not from where it is used.
//!
//! Example: 50 seen through a job's flag is a ballot of grade `launched`, cited at the flag, the option's default 32 at
//! its own place as overridden.

use super::cite::{cite, graded, noted, shown, step};
use super::compared::{Compared, How, compare_setting};
use super::elsewhere;
use super::setting::{Live, Seen, Sight, has_own_value};
use super::vote::{Ballot, Stand};
use crate::evidence::{
    Dead, Evidence, Expr, Form, Grade, Graph, Launch, Outcome, Resolved, Statement, StatementId, Subject,
};
use crate::judge::Case;
use crate::quantity::Value;
use crate::verdict::{Citation, Message, Stance};

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
            let compared = match base_value(case, graph, seen, live, how) {
                Some(why) if compared.stand == Stand::Against => Compared {
                    stand: Stand::Undecided(why),
                    ..compared
                },
                _ => compared,
            };
            let compared = settled_elsewhere(case, graph, seen, live, compared, how);
            caveats.extend(compared.caveats);
            if live.resolved.value() == Some(&Value::Null)
                && compared.stand == Stand::Against
                && may_mean_all(graph, live)
            {
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

/// The comparison, unless every launch of a value that stands alone in scope makes another of it.
fn settled_elsewhere(
    case: &Case<'_>,
    graph: &Graph<'_>,
    seen: &Seen,
    live: &Live,
    compared: Compared,
    how: How,
) -> Compared {
    let compare = |other: &Resolved| match other.value() {
        Some(value) => compare_at(case, graph, live, value, how).stand,
        None => Stand::Undecided(Message::new("not-computed").with("text", shown_outcome(&other.outcome))),
    };
    match elsewhere::replaced(case, graph, seen, live, &compared.stand, compare) {
        Some(why) => Compared {
            stand: Stand::Undecided(why),
            ..compared
        },
        None => compared,
    }
}

/// Where the paper gives the setting as people set it (`--lr 1e-4`), and the code makes another value of it before it is
/// used (`args.lr = args.lr * 3`): which of the two the sentence means, it does not say.
fn base_value(case: &Case<'_>, graph: &Graph<'_>, seen: &Seen, live: &Live, how: How) -> Option<Message> {
    let is_set = |statement: &Statement| match statement.form {
        Form::Flag | Form::Option { .. } | Form::Key | Form::Field | Form::Parameter | Form::Keyword => true,
        Form::Variable => statement.owner.is_empty(),
        _ => false,
    };
    seen.remade
        .iter()
        .filter(|(from, by)| *by == live.id && is_set(graph.statement(*from)))
        .find_map(|(from, _)| {
            let statement = graph.statement(*from);
            let value = statement.value.literal()?;
            let compared = compare_at(case, graph, live, value, how);
            (compared.stand == Stand::For).then(|| {
                Message::new("made-anew")
                    .with("set", shown(&statement.value))
                    .with("place", statement.place.short())
                    .with("found", shown_outcome(&live.resolved.outcome))
                    .with("by", graph.statement(live.id).place.short())
            })
        })
}

/// The name of the function or class whose result the value is, where the claim names one.
fn callee(case: &Case<'_>, graph: &Graph<'_>, live: &Live) -> Option<String> {
    let by_name = matches!(case.claim.value, Some(crate::quantity::Stated::Text(_)));
    let origin = graph.statement(live.resolved.origin());
    match &origin.value {
        // A call through which a value might come is no value itself.
        Expr::Call { callee, .. } if by_name && origin.form != Form::Call => Some(callee.clone()),
        _ => None,
    }
}

/// A documented command that starts a program which no launch in the code starts, or a shell script that none calls: the
/// script's own commands are no launches of it.
fn documented_alone(graph: &Graph<'_>, seen: &Seen) -> bool {
    let launches = &graph.evidence().launches;
    let Some(launch) = seen.launch.map(|id| &launches[id]) else {
        return false;
    };
    let called = |launch: &Launch, script: &str| launch.place.file != script && holds_flags(graph, launch, script);
    let script = launch
        .reach
        .iter()
        .find(|file| !file.ends_with(".py") && !file.ends_with(".ipynb") && called(launch, file));
    let starts = |other: &Launch| {
        other.grade == Grade::Launched
            && other.entry == launch.entry
            && script.is_none_or(|script| called(other, script))
    };
    launch.grade == Grade::Documented && launch.entry.is_some() && !launches.iter().any(starts)
}

/// Whether a launch's flags stand in this file: where they stand apart from its command, the command calls the file.
fn holds_flags(graph: &Graph<'_>, launch: &Launch, file: &str) -> bool {
    let mut words = launch.flags.iter().chain(&launch.factors);
    words.any(|&id| graph.statement(id).place.file == file)
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
    let lives: Vec<&Live> = stands.iter().map(|(_, live)| *live).collect();
    if stands.iter().any(|(_, live)| live.resolved.open_branch) {
        let mut choices = super::settle::branches(graph, &lives);
        // Where no condition is simple enough to be given, an owner may tell the values apart.
        if choices.is_empty() && case.claim.of.is_none() {
            choices = super::settle::owners(graph, &lives);
        }
        return Stand::Undecided(
            Message::new("branches-differ")
                .with("values", places.join(", "))
                .with("choices", choices.join(", ")),
        );
    }
    // What the claim's own `of` leaves is not told apart by another.
    let choices = match case.claim.of {
        None => super::settle::owners(graph, &lives),
        Some(_) => Vec::new(),
    };
    Stand::Undecided(
        Message::new("two-live-values")
            .with("values", places.join(", "))
            .with("choices", choices.join(", ")),
    )
}

/// Whether none at this setting may stand for "all there are": a limit or a number of them, not a size or a rate.
fn may_mean_all(graph: &Graph<'_>, live: &Live) -> bool {
    let Subject::Setting { name } = &graph.statement(live.id).subject else {
        return false;
    };
    let name = name.to_lowercase().replace('-', "_");
    let counts = |word: &str| {
        matches!(
            word,
            "max" | "limit" | "num" | "n" | "count" | "subset" | "samples" | "examples" | "top"
        )
    };
    name.split('_').any(counts)
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
    for &id in &sight.not_taken {
        citations.push(noted(
            &evidence.statements[id],
            Stance::Context,
            Message::new("branch-not-taken-here"),
        ));
    }
    for &id in &sight.commented_out {
        let note = Message::new("commented-out");
        citations.push(noted(&evidence.statements[id], Stance::Context, note));
    }
    (citations, caveats)
}

pub(crate) fn dead_message(evidence: &Evidence, statement: &Statement) -> Message {
    match &statement.dead {
        Some(Dead::OnlyShown) => Message::new("only-shown"),
        Some(Dead::NotDefined) => Message::new("not-defined"),
        Some(Dead::NeverCalled) => Message::new("never-called"),
        Some(Dead::NeverOpened) => Message::new("never-opened"),
        Some(Dead::BranchNotTaken) => Message::new("branch-not-taken"),
        Some(Dead::Shadowed { by }) => {
            Message::new("shadowed-by").with("place", evidence.statements[*by].place.short())
        }
        Some(Dead::NeverRead) | None => Message::new("never-read"),
    }
}
