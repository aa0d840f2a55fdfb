//! Calls that take something by a text: `getattr(torch.optim, name)`, `import_module(name)`, `eval(name)`.
//!
//! Why it can be wrong: no call and no import bears the name of what such a call takes, and yet it is what runs. Beside
//! one that may take the symbol, its absence is not shown, nor its use.
//!
//! Example: `getattr(torch.optim, args.optimizer)` may be `RMSprop`, and `torch.optim.Adam`, and no `torch.nn.Linear`.

use super::cite::shown;
use super::identity::owned;
use super::scope::InScope;
use crate::evidence::{Statement, Subject};
use crate::judge::Case;
use crate::verdict::Message;

/// Calls that take something by a text from where the symbol may be: `getattr(torch.optim, name)` for `RMSprop`, and for
/// `torch.optim.RMSprop`, not for `torch.nn.Linear`.
pub(crate) fn taken_by_text<'a>(case: &Case<'a>, scope: &InScope<'_>, symbol: &str) -> Vec<&'a Statement> {
    let within = symbol.rsplit_once('.').map(|(within, _)| within);
    let may_hold = |callee: &str| {
        let module = callee.strip_suffix(".?").unwrap_or("");
        within.is_none_or(|within| {
            module.is_empty()
                || module == within
                || module.ends_with(&format!(".{within}"))
                || within.ends_with(&format!(".{module}"))
        })
    };
    if symbol.starts_with('-') {
        return Vec::new();
    }
    case.evidence
        .statements
        .iter()
        .filter(|s| s.looks_up_by_text() && s.dead.is_none() && scope.runs(case.evidence, s))
        .filter(|s| !scope.excludes(&s.place.file))
        .filter(|s| matches!(&s.subject, Subject::Call { callee } if may_hold(callee)))
        .filter(|s| case.claim.of.as_deref().is_none_or(|of| owned(s, of)))
        .collect()
}

/// Why nothing is shown to be absent.
pub(crate) fn may_be_named(symbol: &str, first: &Statement) -> Message {
    Message::new("may-be-taken-by-text")
        .with("symbol", symbol)
        .with("text", shown(&first.value))
        .with("place", first.place.short())
}
