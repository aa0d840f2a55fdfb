//! Judging a named setting from start to end: what `parameter`, `sampling-rate`, `duration` and `batch-size` share.
//!
//! Why it can be wrong: silence has several reasons, and each reads differently to the author: the name stands nowhere,
//! it stands only where nothing runs, the owner does not exist, or the argument is left to the library's default.
//!
//! Example: `weight_decay` of `AdamW`, which is called without it: to be clarified, "library default".

use super::ballot::{ballot, bystanders};
use super::cite::{cite, shown};
use super::compared::{How, compare_setting};
use super::product::{Factor, Missing, products};
use super::scope::InScope;
use super::setting::{Seen, Sight, look};
use super::vote::{Ballot, Question, Stand};
use super::{audio, recommend, recorded, settle};
use crate::claim::{Claim, KindSpec};
use crate::evidence::{Ask, Expr, Form, Grade, Graph, Statement, Subject};
use crate::judge::Case;
use crate::quantity::Value;
use crate::verdict::{Message, Ruling, Stance, Verdict};

/// The names looked for: the claim's own, else the kind's usual ones.
pub(crate) fn names(claim: &Claim, spec: &KindSpec) -> Vec<String> {
    if claim.names.is_empty() {
        spec.usual_names.iter().map(ToString::to_string).collect()
    } else {
        claim.names.clone()
    }
}

/// What a named setting asks: the setting, prose that speaks of it, calls of its owner (a library's default).
pub(crate) fn asks(claim: &Claim, spec: &KindSpec) -> Vec<Ask> {
    let names = names(claim, spec);
    let mut asks = vec![Ask::Setting { names: names.clone() }, Ask::Prose { words: names }];
    if let Some(of) = &claim.of {
        asks.push(Ask::Usage { symbol: of.clone() });
    }
    // A launch whose flag contradicts what the claim gives is no occasion: which option the flag sets has to be known.
    asks.extend((!claim.given.is_empty()).then(|| Ask::Setting {
        names: claim.given.iter().map(|(name, _)| name.clone()).collect(),
    }));
    asks.extend(audio::asks(claim, spec));
    asks
}

/// The whole judgement.
pub(crate) fn judge(case: &Case<'_>, spec: &KindSpec, how: How) -> Ruling {
    if let Some(ruling) = super::impossible::impossible(case) {
        return ruling;
    }
    let graph = Graph::new(case.evidence);
    let scope = InScope::of(case);
    let names = names(case.claim, spec);
    let question = match &case.claim.formula {
        Some(formula) => product_question(case, &graph, &scope, formula, &names, how),
        None => question(case, &graph, &scope, spec, &names, how),
    };
    let mut ruling = question.decide();
    recommend::add_usual(case.claim, &mut ruling);
    ruling
}

fn question(
    case: &Case<'_>,
    graph: &Graph<'_>,
    scope: &InScope<'_>,
    spec: &KindSpec,
    names: &[String],
    how: How,
) -> Question {
    let mut sight = look(case, graph, scope, names, case.claim.of.as_deref());
    let recorded = match spec.name {
        "samples" => recorded::population(case, names),
        _ => recorded::settings(case, names, how),
    };
    let mut replaced = Vec::new();
    if !recorded.ballots.is_empty() {
        let alone = |seen: &Seen| seen.launch.is_some_and(|launch| recorded::starts(case, launch));
        let (without_flags, own) = sight.occasions.into_iter().partition(alone);
        sight.occasions = own;
        replaced = without_flags;
    }
    let mut ballots: Vec<Ballot> = sight
        .occasions
        .iter()
        .map(|seen| ballot(case, graph, seen, how))
        .collect();
    let (mut context, mut caveats) = bystanders(case.evidence, &sight);
    caveats.extend(scope.caveats());
    let (remarks, said) = remarks(
        case,
        &sight,
        how,
        ballots
            .iter()
            .any(|ballot| ballot.grade > Grade::Documented || ballot.inherent),
    );
    ballots.extend(said);
    ballots.extend(prose_ballots(case, &sight.prose, how));
    context.extend(remarks.0);
    caveats.extend(remarks.1);
    let heard = audio::heard(case, scope, spec, how);
    ballots.extend(heard.ballots);
    caveats.extend(heard.caveats);
    let mut silence = silence(case, scope, &sight, names);
    for seen in &replaced {
        let shown = ballot(case, graph, seen, how).citations;
        context.extend(shown.into_iter().map(|citation| recorded::replaced(case, citation)));
    }
    ballots.extend(recorded.ballots);
    context.extend(recorded.context);
    caveats.extend(recorded.caveats);
    match recorded.silence {
        Some(why) if ballots.is_empty() && silence.1.is_none() => silence.0 = (Verdict::NotRun, why),
        why => caveats.extend(why),
    }
    // Files that are named and could not be read are a reason for silence, and beside other evidence a caveat.
    match heard.silence {
        Some(unread) if ballots.is_empty() && silence.1.is_none() => silence.0 = (silent_verdict(case), unread),
        unread => caveats.extend(unread),
    }
    let expected = case.claim.value.as_ref().map(ToString::to_string).unwrap_or_default();
    let (ballots, context) = match silence.1 {
        // What nothing runs, and calls that leave the argument out, are no votes; alone they ask for clarification.
        Some(extra) if ballots.is_empty() => (ballots, [context, extra].concat()),
        _ => (ballots, context),
    };
    Question {
        expected,
        ballots,
        context,
        caveats,
        deciding: spec.deciding,
        floor: case.claim.floor,
        quorum: case.claim.quorum,
        silence: silence.0,
    }
}

type Silence = ((Verdict, Message), Option<Vec<crate::verdict::Citation>>);

fn silence(case: &Case<'_>, scope: &InScope<'_>, sight: &Sight, names: &[String]) -> Silence {
    let name = names.join(", ");
    if scope.files().is_empty() {
        return ((Verdict::NoEvidence, scope.silence(&name)), None);
    }
    if let Some(&first) = sight.dead.first() {
        let place = case.evidence.statements[first].place.short();
        let why = super::ballot::dead_message(case.evidence, &case.evidence.statements[first]);
        let because = Message::new("only-dead-evidence")
            .with("name", &name)
            .with("why", why.code)
            .with("place", place);
        return ((Verdict::NeedsClarification, because), None);
    }
    if let Some(&first) = sight.not_taken.first() {
        let place = case.evidence.statements[first].place.short();
        let because = Message::new("only-in-branches-not-taken")
            .with("name", &name)
            .with("place", place);
        return ((Verdict::NeedsClarification, because), None);
    }
    if let Some(of) = &case.claim.of {
        let calls: Vec<&Statement> = calls_of(case, scope, of);
        if let Some(first) = calls.first() {
            let because = Message::new("library-default")
                .with("name", &name)
                .with("of", of)
                .with("place", first.place.short());
            // The call without the argument is what a reader must look at.
            let cited = calls.iter().map(|call| cite(call, Stance::Contradicts)).collect();
            return ((Verdict::NeedsClarification, because), Some(cited));
        }
        if !sight.other_owners.is_empty() {
            let mut owners: Vec<String> = Vec::new();
            for owner in sight.other_owners.iter().filter_map(|owner| settle::usual_owner(owner)) {
                let said = format!("`of = \"{owner}\"`");
                if !owners.contains(&said) && owners.len() < 8 {
                    owners.push(said);
                }
            }
            let because = Message::new("no-such-owner")
                .with("name", &name)
                .with("of", of)
                .with("owners", owners.join(", "));
            return ((Verdict::NoEvidence, because), None);
        }
    }
    ((silent_verdict(case), scope.silence(&name)), None)
}

/// `not-run` where only a run or a reading could tell, else `no-evidence`.
pub(crate) fn silent_verdict(case: &Case<'_>) -> Verdict {
    if case.claim.run.is_some() || case.claim.floor == Some(Grade::Measured) {
        Verdict::NotRun
    } else {
        Verdict::NoEvidence
    }
}

/// Calls of a library's function or class in scope: those whose definition is not in the repository.
fn calls_of<'a>(case: &Case<'a>, scope: &InScope<'_>, of: &str) -> Vec<&'a Statement> {
    let last = of.rsplit('.').next().unwrap_or(of);
    let statements = &case.evidence.statements;
    let own = statements.iter().any(
        |statement| matches!(&statement.subject, Subject::Definition { symbol } if symbol.rsplit('.').next() == Some(last)),
    );
    if own {
        return Vec::new();
    }
    statements
        .iter()
        .filter(|statement| scope.has(&statement.place.file) && statement.form == Form::Call)
        .filter(|statement| {
            matches!(&statement.subject, Subject::Call { callee } if callee == of || callee.rsplit('.').next() == Some(last))
        })
        .collect()
}

type Remarks = (Vec<crate::verdict::Citation>, Vec<Message>);

/// Comments and docstrings: context beside code, with a caveat where they say something else than the claim; where no
/// code speaks, weak ballots like other prose.
fn remarks(case: &Case<'_>, sight: &Sight, how: How, code_speaks: bool) -> (Remarks, Vec<Ballot>) {
    let scope = InScope::of(case);
    let may: Vec<_> = sight
        .remarks
        .iter()
        .copied()
        .filter(|&id| scope.may_speak(&case.evidence.statements[id]))
        .collect();
    if !code_speaks {
        let in_scope = may
            .into_iter()
            .filter(|&id| scope.has(&case.evidence.statements[id].place.file))
            .collect::<Vec<_>>();
        return (Remarks::default(), prose_ballots(case, &in_scope, how));
    }
    let code: Vec<(&Statement, &Value)> = sight
        .occasions
        .iter()
        .flat_map(|seen| &seen.live)
        .filter_map(|live| {
            let origin = &case.evidence.statements[live.resolved.origin()];
            Some((origin, live.resolved.value()?))
        })
        .collect();
    let mut citations = Vec::new();
    let mut caveats = Vec::new();
    for id in may {
        let statement = &case.evidence.statements[id];
        let Some(said) = statement.value.literal() else {
            continue;
        };
        citations.push(cite(statement, Stance::Context));
        let agrees = |value: &Value| Expr::Value(value.clone()).same_value(said);
        let unit_of = |statement: &Statement| match &statement.subject {
            Subject::Setting { name } => statement.unit.or_else(|| crate::quantity::Unit::of_name(name)),
            _ => statement.unit,
        };
        // In another unit the same is another number.
        let in_one_unit = |unit| statement.unit.is_none() || statement.unit == unit;
        // The code beside it, where the code of its own file speaks.
        let beside = code
            .iter()
            .find(|(origin, _)| origin.place.file == statement.place.file)
            .or(code.first());
        let differs = !code.iter().any(|(_, value)| agrees(value));
        if let Some((origin, value)) = beside.filter(|(origin, _)| differs && in_one_unit(unit_of(origin))) {
            caveats.push(
                Message::new("remark-disagrees")
                    .with("place", statement.place.short())
                    .with("found", said)
                    .with("value", value)
                    .with("code", origin.place.short()),
            );
        }
    }
    ((citations, caveats), Vec::new())
}

/// Prose that bears the name with a value: weak ballots.
fn prose_ballots(case: &Case<'_>, prose: &[crate::evidence::StatementId], how: How) -> Vec<Ballot> {
    prose
        .iter()
        .filter_map(|&id| {
            let statement = &case.evidence.statements[id];
            let Subject::Setting { name } = &statement.subject else {
                return None;
            };
            let value: &Value = statement.value.literal()?;
            let compared = compare_setting(case.claim, name, value, statement.unit, how);
            let stance = match compared.stand {
                Stand::For => Stance::Supports,
                Stand::Against => Stance::Contradicts,
                Stand::Undecided(_) => return None,
            };
            Some(
                Ballot::new(
                    compared.stand,
                    statement.grade,
                    shown(&statement.value),
                    vec![cite(statement, stance)],
                )
                .by(compared.rule)
                .noting(compared.caveats),
            )
        })
        .collect()
}

/// `name` as arithmetic: each factor followed on its own.
fn product_question(
    case: &Case<'_>,
    graph: &Graph<'_>,
    scope: &InScope<'_>,
    formula: &str,
    names: &[String],
    how: How,
) -> Question {
    let factors: Vec<Factor> = names
        .iter()
        .map(|name| Factor {
            name: name.clone(),
            sight: look(case, graph, scope, std::slice::from_ref(name), case.claim.of.as_deref()),
            otherwise: given_number(case.claim, name),
        })
        .collect();
    product_ballots(case, graph, scope, formula, &factors, how, Grade::Configured)
}

/// The question that a product of factors puts to the vote.
pub(crate) fn product_ballots(
    case: &Case<'_>,
    graph: &Graph<'_>,
    scope: &InScope<'_>,
    formula: &str,
    factors: &[Factor],
    how: How,
    deciding: Grade,
) -> Question {
    let mut ballots = Vec::new();
    for product in products(graph, formula, factors) {
        let mut citations = Vec::new();
        let mut grades = Vec::new();
        let mut chain = Vec::new();
        let mut documented_alone = false;
        let compared = match &product.value {
            Ok(value) => compare_setting(case.claim, formula, value, None, how),
            Err(missing) => super::compared::Compared {
                stand: Stand::Undecided(why_missing(missing)),
                rule: String::new(),
                caveats: Vec::new(),
            },
        };
        for seen in &product.from {
            let mut one = ballot(case, graph, seen, how);
            // What a job asks its scheduler for is part of its launch.
            let asked = seen
                .live
                .iter()
                .all(|live| graph.statement(live.resolved.origin()).form == Form::Directive);
            grades.push(match seen.launch {
                Some(launch) if asked => case.evidence.launches[launch].grade,
                _ => one.grade,
            });
            let stance = match compared.stand {
                Stand::For => Stance::Supports,
                Stand::Against => Stance::Contradicts,
                Stand::Undecided(_) => Stance::Context,
            };
            for citation in &mut one.citations {
                if matches!(citation.stance, Stance::Supports | Stance::Contradicts) {
                    citation.stance = stance;
                }
            }
            if one.chain.is_empty() {
                one.chain = seen
                    .live
                    .first()
                    .map(|live| {
                        let origin = graph.statement(live.resolved.origin());
                        vec![super::cite::step(origin, shown(&origin.value))]
                    })
                    .unwrap_or_default();
            }
            documented_alone |= one.documented_alone;
            citations.extend(one.citations);
            chain.extend(one.chain);
        }
        let found = match &product.value {
            Ok(value) => value.to_string(),
            Err(_) => String::new(),
        };
        // A product is as strong as its weakest factor.
        let grade = grades.into_iter().min().unwrap_or(Grade::Configured);
        let ballot = Ballot::new(compared.stand, grade, found, citations)
            .by(compared.rule)
            .noting(compared.caveats)
            .along(chain);
        ballots.push(Ballot {
            documented_alone,
            ..ballot
        });
    }
    Question {
        expected: case.claim.value.as_ref().map(ToString::to_string).unwrap_or_default(),
        ballots,
        context: Vec::new(),
        caveats: scope.caveats(),
        deciding,
        floor: case.claim.floor,
        quorum: case.claim.quorum,
        silence: (silent_verdict(case), scope.silence(formula)),
    }
}

fn why_missing(missing: &Missing) -> Message {
    match missing {
        Missing::Factors(names) => {
            // As the sentence would say it.
            let keys = names.iter().map(|name| match name.as_str() {
                "processes" => "devices",
                other => other,
            });
            let given: Vec<String> = keys.map(|key| format!("{key} = 2")).collect();
            Message::new("factor-missing")
                .with("factors", names.join(", "))
                .with("given", format!("given = {{ {} }}", given.join(", ")))
        }
        Missing::Undecided { factor, values } => Message::new("factor-undecided")
            .with("factor", factor)
            .with("values", values),
    }
}

/// A factor that only the sentence gives.
pub(crate) fn given_number(claim: &Claim, name: &str) -> Option<bigdecimal::BigDecimal> {
    claim
        .given
        .iter()
        .find(|(key, _)| key == name)
        .and_then(|(_, value)| match value {
            Value::Number(number) => Some(number.value.clone()),
            _ => None,
        })
}
