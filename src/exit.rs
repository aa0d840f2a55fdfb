//! Exit codes: one enum, the same for every format.
//!
//! Why it can be wrong: a code that depends on the format, or that is 0 where nothing was judged, makes a gate that
//! passes for the wrong reason.
//!
//! Example: the seed's fixture, with one claim to clarify and one minor discrepancy, ends with [`Exit::Discrepancy`]
//! or [`Exit::BelowSupported`] by what the worst finding is.

use crate::report::{Judged, Status};
use crate::verdict::Verdict;

/// What a run ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Every claim is supported, or its finding is accepted.
    Fine = 0,
    /// A discrepancy.
    Discrepancy = 1,
    /// The arguments or a claim file are wrong, or there was nothing to judge.
    Usage = 2,
    /// `verify` itself could not finish.
    Failed = 3,
    /// No discrepancy, but something below supported, a draft, or a quote that is gone.
    BelowSupported = 4,
}

/// What each code means, for `--help` and the README.
pub const MEANINGS: [(Exit, &str); 5] = [
    (Exit::Fine, "every claim is supported, or its finding is accepted"),
    (Exit::Discrepancy, "a discrepancy"),
    (
        Exit::Usage,
        "the arguments or a claim file are wrong, or there was nothing to judge",
    ),
    (Exit::Failed, "verify itself could not finish"),
    (
        Exit::BelowSupported,
        "no discrepancy, but something below supported, a draft, or a quote that is gone",
    ),
];

impl Exit {
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The code of a check. `fail_on`: verdicts less grave than this one no longer count; `strict`: caveats do.
    pub fn of(claims: &[Judged<'_>], fail_on: Option<Verdict>, strict: bool) -> Exit {
        if claims.is_empty() {
            return Exit::Usage;
        }
        let mut exit = Exit::Fine;
        for judged in claims {
            let (verdict, caveats) = match &judged.status {
                Status::Accepted(_) => (Verdict::Supported, false),
                Status::Draft => (Verdict::NeedsClarification, false),
                Status::Counted => (judged.ruling.verdict, !judged.ruling.caveats.is_empty()),
            };
            let counts = fail_on.is_none_or(|least| verdict >= least);
            let this = match verdict {
                Verdict::Supported if strict && caveats => Exit::BelowSupported,
                Verdict::Supported => Exit::Fine,
                _ if !counts => Exit::Fine,
                Verdict::Discrepancy => Exit::Discrepancy,
                Verdict::MinorDiscrepancy | Verdict::NeedsClarification | Verdict::NotRun | Verdict::NoEvidence => {
                    Exit::BelowSupported
                }
            };
            exit = worse(exit, this);
        }
        exit
    }
}

fn worse(a: Exit, b: Exit) -> Exit {
    match (a, b) {
        (Exit::Discrepancy, _) | (_, Exit::Discrepancy) => Exit::Discrepancy,
        (Exit::BelowSupported, _) | (_, Exit::BelowSupported) => Exit::BelowSupported,
        _ => Exit::Fine,
    }
}
