//! The gate: which findings are known and accepted.
//!
//! Why it can be wrong: an acceptance that outlives its reason hides a new finding. It has a last day, holds only for
//! a verdict that is no worse than the accepted one, and says so when nothing needs it any more.
//!
//! Example: `accept = { verdict = "minor-discrepancy", reason = "…", until = 2026-12-31 }`.

use chrono::NaiveDate;

use crate::claim::Claim;
use crate::report::Status;
use crate::verdict::{Message, Ruling, Verdict};

/// How a ruling counts on this day, with what is said about the acceptance.
pub fn status(claim: &Claim, ruling: &mut Ruling, as_of: NaiveDate) -> Status {
    if claim.draft {
        return Status::Draft;
    }
    let Some(accept) = &claim.accept else {
        return Status::Counted;
    };
    if ruling.verdict == Verdict::Supported {
        ruling.caveats.push(Message::new("acceptance-unneeded"));
        return Status::Counted;
    }
    if as_of > accept.until {
        ruling
            .caveats
            .push(Message::new("acceptance-expired").with("until", accept.until));
        return Status::Counted;
    }
    if ruling.verdict > accept.verdict {
        ruling
            .caveats
            .push(Message::new("worse-than-accepted").with("accepted", accept.verdict.name()));
        return Status::Counted;
    }
    Status::Accepted(accept.clone())
}
