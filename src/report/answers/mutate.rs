//! `verify mutate`: what was changed of every claim, and whether its verdict moved.
//!
//! Why it can be wrong: a summary that counts only what moved hides what was never tried. So claims on which nothing was
//! tried are listed with the reason.
//!
//! Example: `✓ batch-size: claimed 51: discrepancy; 3 places said something else: discrepancy`.

use minijinja::context;

use super::{say, trial};
use crate::perturb::Tried;
use crate::report::terminal::{strong, wrapped};
use crate::report::{Language, Options, markup};

/// A claim with what was tried on it.
#[derive(Debug)]
pub struct Mutated<'a> {
    pub id: &'a str,
    pub claim_file: &'a str,
    pub tried: Tried,
}

impl Mutated<'_> {
    /// Whether every change that was tried moved the verdict.
    pub fn holds(&self) -> bool {
        self.tried.trials.iter().all(|trial| trial.moved)
    }
}

/// The answer for a terminal.
pub fn mutate(claims: &[Mutated<'_>], language: Language, options: &Options) -> String {
    let mut out = String::new();
    let mut file = "";
    for claim in claims {
        if options.quiet && claim.holds() {
            continue;
        }
        if claim.claim_file != file {
            file = claim.claim_file;
            out.push_str(&strong(&markup::line(file), options));
            out.push('\n');
        }
        let sign = match (claim.holds(), claim.tried.trials.is_empty()) {
            (false, _) => "✗",
            (true, true) => "–",
            (true, false) => "✓",
        };
        let before = super::verdict(claim.tried.before.verdict, language);
        let head = format!("{sign} {} ({before})", claim.id);
        out.push_str(&wrapped(&markup::line(&head), 0, options));
        for one in &claim.tried.trials {
            let stays = if one.moved {
                String::new()
            } else {
                format!(" — {}", say("does-not-move", language, context! {}))
            };
            out.push_str(&wrapped(
                &markup::line(&format!("{}{stays}", trial(one, language))),
                4,
                options,
            ));
        }
        if let Some(why) = claim.tried.untried {
            out.push_str(&wrapped(
                &say(&format!("untried-{why}"), language, context! {}),
                4,
                options,
            ));
        }
    }
    let trials = || claims.iter().flat_map(|claim| &claim.tried.trials);
    let (count, moved) = (trials().count(), trials().filter(|trial| trial.moved).count());
    let untried = claims.iter().filter(|claim| claim.tried.trials.is_empty()).count();
    let summary = say(
        "mutate-summary",
        language,
        context! { claims => claims.len(), count, moved, untried },
    );
    out.push('\n');
    out.push_str(&strong(&summary, options));
    out.push('\n');
    out
}
