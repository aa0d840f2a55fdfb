//! From statements to citations: the place, the value as found, how it stands.
//!
//! Why it can be wrong: a citation whose value is not what stands at its place. Values shown here are the statement's
//! own, in its own spelling; what was computed from them is in the chain.
//!
//! Example: the option at `evaluate_simple.py:33` with default 32 is cited as overridden, value `32`.

use crate::evidence::{Expr, Form, Grade, Statement, Subject};
use crate::verdict::{Citation, Message, Stance, Step};

/// A statement as a citation with this stance.
pub(crate) fn cite(statement: &Statement, stance: Stance) -> Citation {
    graded(statement, stance, statement.grade)
}

/// The same, at the grade that the occasion lets it have.
pub(crate) fn graded(statement: &Statement, stance: Stance, grade: Grade) -> Citation {
    let value = match &statement.subject {
        Subject::Import { symbol, .. } | Subject::Definition { symbol } => symbol.clone(),
        _ => shown(&statement.value),
    };
    Citation {
        stance,
        grade,
        place: statement.place.clone(),
        value,
        note: None,
    }
}

/// A citation that says why it stands as it does.
pub(crate) fn noted(statement: &Statement, stance: Stance, note: Message) -> Citation {
    Citation {
        note: Some(note),
        ..cite(statement, stance)
    }
}

/// A step of the chain along which a value came.
pub(crate) fn step(statement: &Statement, value: String) -> Step {
    Step {
        place: statement.place.clone(),
        what: what(statement),
        value,
        instead_of: None,
    }
}

/// What a statement is, in the words of its file: `--batch_size`, `option batch_size`, `parameter sample_rate of _pad_audio`.
pub(crate) fn what(statement: &Statement) -> String {
    let name = match &statement.subject {
        Subject::Setting { name } => name.as_str(),
        Subject::Dependency { package, .. } | Subject::Import { package, .. } => package,
        Subject::Call { callee } => callee,
        Subject::Definition { symbol } => symbol,
        Subject::Directive { key, .. } => key,
        Subject::Card { card, .. } => card,
        Subject::Prose { .. } => "prose",
        Subject::Rows { .. } => "rows",
        Subject::Selected { select, term, .. } => term.as_ref().map_or(select, |(_, term)| term),
        Subject::NothingSelected { select, .. } => select,
        Subject::Audio { .. } => "audio",
        Subject::Hit { pattern } => pattern,
        Subject::File | Subject::Present | Subject::Lines => "file",
        Subject::Job { job, .. } => job.name.as_deref().unwrap_or(&job.id),
        Subject::Timed { run, .. } => run,
        Subject::Observed { name, .. } => name,
        Subject::Reading(reading) => &reading.card.model,
        Subject::NoReading { .. } => "reading",
        Subject::Quote { .. } | Subject::Printed { .. } => "quote",
    };
    let owner = statement.owner.last().map(String::as_str);
    match (&statement.form, owner) {
        (Form::Flag, _) => format!("--{name}"),
        (Form::Option { flags }, _) => format!("option {}", flags.first().map_or(name, String::as_str)),
        (Form::Parameter, Some(owner)) => format!("parameter {name} of {owner}"),
        (Form::Keyword, Some(owner)) => format!("argument {name} of {owner}"),
        (Form::Field, Some(owner)) => format!("field {name} of {owner}"),
        (Form::Entry, _) => format!("entry \"{name}\""),
        (Form::Key, _) => format!("key {}", dotted(&statement.owner, name)),
        (Form::ShellVariable, _) => format!("${name}"),
        (Form::Attribute, _) => format!("attribute {}", dotted(&statement.owner, name)),
        _ => name.to_string(),
    }
}

fn dotted(owner: &[String], name: &str) -> String {
    owner
        .iter()
        .map(String::as_str)
        .chain([name])
        .collect::<Vec<_>>()
        .join(".")
}

/// An expression as people read it.
pub(crate) fn shown(expr: &Expr) -> String {
    expr.to_string()
}
