//! A function, class, module or option is used, or is not.
//!
//! ## What it checks
//! Calls and imports of `symbol` in scope, with the arguments `with` by keyword or position. `used = false` holds only
//! over files that were all read whole, and says how many.
//!
//! ## Why it can be wrong
//! An import is a use, and so is a call; the ruling says which. A file that could not be read whole might hold the use, and
//! so might a call that takes something by a text (`getattr(torch.optim, name)`): beside one, nothing is shown to be absent.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "crop"
//! kind = "usage"
//! symbol = "RandomCrop"
//! used = true
//! with = { padding = 4 }
//! ```

use super::weigh::ballot::dead_message;
use super::weigh::branches::taken;
use super::weigh::by_text::{may_be_named, taken_by_text};
use super::weigh::cite::{cite, noted};
use super::weigh::compared::{How, compare_value};
use super::weigh::identity::owned;
use super::weigh::named;
use super::weigh::scope::InScope;
use super::weigh::vote::{Ballot, Question, Stand};
use super::{Case, Kind};
use crate::claim::{Field, Key, KindSpec, Shape};
use crate::evidence::{Arg, Ask, Expr, Form, GapReason, Grade, Graph, Occasion, Statement, StatementId, Subject};
use crate::quantity::Stated;
use crate::verdict::{Citation, Message, Ruling, Stance, Verdict};

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "usage",
        about: include_str!("usage.rs"),
        keys: &[
            Key {
                name: "symbol",
                shape: Shape::Text,
                required: true,
                about: "Function, class, module or option, any suffix of its dotted name.",
            },
            Key {
                name: "used",
                shape: Shape::Bool,
                required: false,
                about: "`true` (the default) or `false`.",
            },
            Key {
                name: "with",
                shape: Shape::Arguments,
                required: false,
                about: "Arguments of the call, by keyword or position.",
            },
        ],
        shared: &["of", "for", "grade", "in", "given"],
        says: &["used", "with"],
        subject: Some("symbol"),
        exact: true,
        usual_names: &[],
        deciding: Grade::Configured,
        check: |claim| {
            let unused = claim.fields.bool("used") == Some(false);
            if unused && claim.fields.get("with").is_some() {
                Err("`with` says how it is used: it cannot stand beside `used = false`".to_string())
            } else {
                Ok(())
            }
        },
        dimension: None,
    },
    asks: |claim, _| {
        let symbol = claim.fields.text("symbol").unwrap_or_default().to_string();
        let last = symbol
            .trim_start_matches('-')
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_string();
        let owner = claim.of.iter().map(|of| Ask::Usage { symbol: of.clone() });
        [Ask::Usage { symbol }, Ask::Setting { names: vec![last] }]
            .into_iter()
            .chain(owner)
            .collect()
    },
    judge,
};

fn judge(case: &Case<'_>) -> Ruling {
    let claim = case.claim;
    let symbol = claim.fields.text("symbol").unwrap_or_default();
    let scope = InScope::of(case);
    let unused = claim.fields.bool("used") == Some(false);
    let uses: Vec<(StatementId, &Statement)> = case
        .evidence
        .statements
        .iter()
        .enumerate()
        .filter(|(_, s)| is_use(s, symbol) && !scope.excludes(&s.place.file))
        // Absence is claimed of all that is there, use only of what runs.
        .filter(|(_, s)| match unused {
            true => scope.reaches(case.evidence, &s.place.file),
            false => scope.runs(case.evidence, s),
        })
        .filter(|(_, s)| claim.of.as_deref().is_none_or(|of| owned(s, of)))
        .collect();
    let (live, dead): (Vec<_>, Vec<_>) = uses
        .into_iter()
        .partition(|(_, s)| s.dead.is_none() && s.form != Form::CommentedOut);
    let mut context: Vec<Citation> = dead
        .iter()
        .map(|(_, s)| noted(s, Stance::Context, Message::new("never-called")))
        .collect();
    let mut caveats = scope.caveats();
    let gaps = unread(case, &scope);
    let by_text = taken_by_text(case, &scope, symbol);
    let (live, idle) = taken(case, &scope, live);
    let idle_note = || Message::new("branch-not-taken-here");
    context.extend(idle.iter().map(|(_, s)| noted(s, Stance::Context, idle_note())));
    // What no branch taken comes to shows as little of absence as of use.
    if unused && (idle.is_empty() || !live.is_empty()) {
        return not_used(case, &scope, symbol, &live, context, gaps, &by_text);
    }
    let ballots = match claim.fields.get("with") {
        Some(Field::Arguments(wanted)) => called_with(case, &live, wanted),
        _ => live
            .iter()
            .map(|(_, s)| vote(s, Stand::For, Stance::Supports))
            .collect(),
    };
    if ballots.iter().all(|ballot| ballot.stand == Stand::For)
        && live.iter().all(|(_, s)| s.form == Form::Import)
        && !live.is_empty()
    {
        caveats.push(Message::new("only-imported").with("symbol", symbol));
    }
    // With `of`, an owner that was read whole and has no trace of it refutes the claim.
    let mut ballots = ballots;
    let owners = claim
        .of
        .as_deref()
        .map(|of| owner(case, &scope, of))
        .unwrap_or_default();
    if ballots.is_empty()
        && live.is_empty()
        && dead.is_empty()
        && idle.is_empty()
        && gaps.is_empty()
        && by_text.is_empty()
    {
        ballots.extend(
            owners
                .iter()
                .map(|definition| vote(definition, Stand::Against, Stance::Contradicts)),
        );
    }
    let unused_by_owner = live.is_empty() && !ballots.is_empty();
    let nowhere = dead.first().map(|(_, first)| (first, "only-dead-evidence"));
    let silence = match nowhere.or(idle.first().map(|(_, first)| (first, "only-in-branches-not-taken"))) {
        Some((first, why)) if live.is_empty() => {
            let place = first.place.short();
            let because = Message::new(why)
                .with("name", symbol)
                .with("why", dead_message(case.evidence, first).code)
                .with("place", place);
            (Verdict::NeedsClarification, because)
        }
        _ => match by_text.first() {
            Some(first) => (Verdict::NeedsClarification, may_be_named(symbol, first)),
            None => (named::silent_verdict(case), scope.silence(symbol)),
        },
    };
    if live.is_empty() && dead.is_empty() {
        context.extend(by_text.iter().map(|statement| cite(statement, Stance::Context)));
    }
    // Without arguments one use is enough; with them, every call counts.
    let quorum = if claim.fields.get("with").is_some() {
        claim.quorum
    } else {
        crate::claim::Quorum::Any
    };
    let mut ruling = Question {
        expected: expected(case, symbol),
        ballots,
        context,
        caveats,
        deciding: KIND.spec.deciding,
        floor: claim.floor,
        quorum,
        silence,
    }
    .decide();
    if unused_by_owner && ruling.verdict != Verdict::Supported {
        ruling.verdict = Verdict::Discrepancy;
        ruling.grade = Some(Grade::Configured);
        let of = claim.of.as_deref().unwrap_or_default();
        ruling.because = Message::new("owner-does-not-use").with("symbol", symbol).with("of", of);
    }
    ruling.citations.truncate(40);
    ruling
}

fn expected(case: &Case<'_>, symbol: &str) -> String {
    match case.claim.fields.get("with") {
        Some(Field::Arguments(wanted)) => {
            let args: Vec<String> = wanted.iter().map(|(name, stated)| format!("{name}={stated}")).collect();
            format!("{symbol}({})", args.join(", "))
        }
        _ => symbol.to_string(),
    }
}

fn vote(statement: &Statement, stand: Stand, stance: Stance) -> Ballot {
    Ballot::new(
        stand,
        statement.grade,
        super::weigh::cite::what(statement),
        vec![cite(statement, stance)],
    )
}

/// A call or import of the symbol, or an option of that name that a launch passes.
fn is_use(statement: &Statement, symbol: &str) -> bool {
    let path = match &statement.subject {
        Subject::Call { callee } => callee,
        Subject::Import { symbol, .. } => symbol,
        Subject::Setting { name } if statement.form == Form::Flag => {
            return symbol.starts_with('-')
                && name.replace('-', "_") == symbol.trim_start_matches('-').replace('-', "_");
        }
        _ => return false,
    };
    let wanted: Vec<&str> = symbol.split('.').collect();
    let parts: Vec<&str> = path.split('.').collect();
    // Any suffix of the dotted name; a module also by its beginning (`wandb` in `wandb.init`).
    parts.ends_with(&wanted)
        || (statement.form == Form::Import && parts.starts_with(&wanted))
        || parts.starts_with(&wanted)
        || (statement.form == Form::Call && parts.ends_with(&wanted[1..]) && is_written(statement, symbol))
}

/// Whether a call stands there under this very name, its head an alias of the file (`np.random.beta`).
fn is_written(call: &Statement, name: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let text = call.place.excerpt.as_str();
    name.contains('.')
        && text.match_indices(name).any(|(at, _)| {
            let behind = text[at + name.len()..].trim_start();
            !text[..at].ends_with(inside) && behind.starts_with('(')
        })
}

fn called_with(case: &Case<'_>, live: &[(StatementId, &Statement)], wanted: &[(String, Stated)]) -> Vec<Ballot> {
    let graph = Graph::new(case.evidence);
    live.iter()
        .filter_map(|&(id, statement)| {
            let Expr::Call { args, .. } = &statement.value else {
                return None;
            };
            let stands: Vec<Stand> = wanted
                .iter()
                .map(|(name, stated)| argument(case, &graph, id, args, name, stated))
                .collect();
            let stand = stands
                .iter()
                .find(|stand| matches!(stand, Stand::Undecided(_)))
                .cloned()
                .unwrap_or_else(|| {
                    if stands.iter().all(|stand| *stand == Stand::For) {
                        Stand::For
                    } else {
                        Stand::Against
                    }
                });
            let stance = match stand {
                Stand::For => Stance::Supports,
                Stand::Against => Stance::Contradicts,
                Stand::Undecided(_) => Stance::Context,
            };
            let mut ballot = vote(statement, stand, stance);
            ballot.found = super::weigh::cite::shown(&statement.value);
            Some(ballot)
        })
        .collect()
}

/// One wanted argument of one call: by keyword, or by position where the name is a number.
fn argument(case: &Case<'_>, graph: &Graph<'_>, call: StatementId, args: &[Arg], name: &str, stated: &Stated) -> Stand {
    let place = graph.statement(call).place.short();
    let found = match name.parse::<usize>() {
        Ok(position) => args.iter().filter(|arg| arg.keyword.is_none()).nth(position),
        Err(_) => args.iter().find(|arg| arg.keyword.as_deref() == Some(name)),
    };
    let Some(arg) = found else {
        let spread = args
            .iter()
            .any(|arg| arg.keyword.as_deref().is_some_and(|keyword| keyword.starts_with('*')));
        let code = if spread {
            "argument-in-spread"
        } else {
            "argument-not-passed"
        };
        return Stand::Undecided(Message::new(code).with("name", name).with("place", place));
    };
    if let Some(value) = arg.value.literal() {
        return compare_value(case.claim, stated, value, None, How::EXACT).stand;
    }
    // The argument as a statement of its own, whose value is followed.
    let statements = &case.evidence.statements;
    let own = statements.iter().position(|s| {
        s.form == Form::Keyword
            && s.place.file == graph.statement(call).place.file
            && within(s, graph.statement(call))
            && matches!(&s.subject, Subject::Setting { name: theirs } if theirs == name)
    });
    let occasion = Occasion {
        given: &case.claim.given,
        ..Occasion::default()
    };
    let values = own.map(|id| graph.resolve(id, occasion)).unwrap_or_default();
    match values.as_slice() {
        [one] => match one.value() {
            Some(value) => compare_value(case.claim, stated, value, None, How::EXACT).stand,
            None => Stand::Undecided(Message::new("not-computed").with("text", super::weigh::cite::shown(&arg.value))),
        },
        _ => Stand::Undecided(Message::new("not-computed").with("text", super::weigh::cite::shown(&arg.value))),
    }
}

fn within(inner: &Statement, outer: &Statement) -> bool {
    match (inner.place.bytes, outer.place.bytes) {
        (Some((a, b)), Some((start, end))) => a >= start && b <= end,
        _ => false,
    }
}

/// Files in scope that were not read whole.
fn unread<'a>(case: &Case<'a>, scope: &InScope<'_>) -> Vec<&'a str> {
    case.evidence
        .gaps
        .iter()
        .filter(|gap| scope.reaches(case.evidence, &gap.file))
        .filter(|gap| !matches!(gap.why, GapReason::Ignored | GapReason::Vendored | GapReason::OwnReport))
        // Of the formats that are not read, notebooks hold Python; a table or a Dockerfile uses nothing.
        .filter(|gap| gap.why != GapReason::UnknownFormat || gap.file.ends_with(".ipynb"))
        .map(|gap| gap.file.as_str())
        .collect()
}

/// The definitions of the owner in scope: what was read whole.
fn owner<'a>(case: &Case<'a>, scope: &InScope<'_>, of: &str) -> Vec<&'a Statement> {
    let last = of.rsplit('.').next().unwrap_or(of);
    case.evidence
        .statements
        .iter()
        .filter(|s| scope.reaches(case.evidence, &s.place.file))
        .filter(|s| matches!(&s.subject, Subject::Definition { symbol } if symbol.rsplit('.').next() == Some(last)))
        .collect()
}

/// How many files of code were read whole: those in scope, and those that launches in scope run.
fn code_files(case: &Case<'_>, scope: &InScope<'_>) -> usize {
    let reached = case
        .evidence
        .launches
        .iter()
        .filter(|launch| scope.has(&launch.place.file))
        .flat_map(|launch| &launch.reach);
    let files: std::collections::BTreeSet<&String> = scope
        .files()
        .iter()
        .chain(reached)
        .filter(|file| file.ends_with(".py") || file.ends_with(".ipynb"))
        .collect();
    files.len()
}

/// Absence: only over at least one file, all read whole.
fn not_used(
    case: &Case<'_>,
    scope: &InScope<'_>,
    symbol: &str,
    live: &[(StatementId, &Statement)],
    context: Vec<Citation>,
    gaps: Vec<&str>,
    by_text: &[&Statement],
) -> Ruling {
    let ballots: Vec<Ballot> = live
        .iter()
        .map(|(_, s)| vote(s, Stand::Against, Stance::Contradicts))
        .collect();
    let code = code_files(case, scope);
    let silence = if scope.files().is_empty() || code == 0 {
        (Verdict::NoEvidence, scope.silence(symbol))
    } else if !gaps.is_empty() {
        (
            Verdict::NeedsClarification,
            Message::new("not-read-whole")
                .with("files", gaps.join(", "))
                .with("symbol", symbol),
        )
    } else if let Some(first) = by_text.first() {
        (Verdict::NeedsClarification, may_be_named(symbol, first))
    } else {
        (
            Verdict::Supported,
            Message::new("not-used").with("symbol", symbol).with("files", code),
        )
    };
    let absent = silence.0 == Verdict::Supported && ballots.is_empty();
    let mut context = context;
    if ballots.is_empty() {
        context.extend(by_text.iter().map(|statement| cite(statement, Stance::Context)));
    }
    let mut ruling = Question {
        expected: format!("not {symbol}"),
        ballots,
        context,
        caveats: scope.caveats(),
        deciding: KIND.spec.deciding,
        floor: case.claim.floor,
        quorum: case.claim.quorum,
        silence,
    }
    .decide();
    if absent {
        ruling.grade = Some(Grade::Configured);
        ruling.found = Some(format!("0 / {code}"));
    }
    ruling
}
