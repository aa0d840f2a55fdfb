//! GPU cards that a claim or a place names: found in the table, and whether the place may vote.
//!
//! Why it can be wrong: "RTX 3090, A6000 or V100" names three cards and says of none that it was used. What is one of
//! several, or a requirement of something else, is context.
//!
//! Example: `#SBATCH --partition=3090` names the RTX 3090, at the grade of a request.

use super::cite::noted;
use super::scope::InScope;
use crate::evidence::{Form, Statement, Subject};
use crate::judge::Case;
use crate::quantity::cards;
use crate::verdict::{Citation, Message, Stance};

/// The card named by a claim, or the nearest names where the table has none such.
pub(crate) fn known_card(name: &str) -> Result<&'static cards::Card, String> {
    cards::named(name)
        .map(|found| found.card)
        .ok_or_else(|| cards::nearest(name).join(", "))
}

/// Cards named in scope that may vote, by occasion: a job, or a sentence on its own.
pub(crate) struct Named<'a> {
    pub(crate) votes: Vec<(&'static cards::Card, &'a Statement)>,
    pub(crate) context: Vec<Citation>,
}

pub(crate) fn named_cards<'a>(case: &Case<'a>, scope: &InScope<'_>) -> Named<'a> {
    let mut named = Named {
        votes: Vec::new(),
        context: Vec::new(),
    };
    for statement in &case.evidence.statements {
        let Subject::Card { card, alternatives } = &statement.subject else {
            continue;
        };
        if !scope.has(&statement.place.file) || !scope.may_speak(statement) {
            continue;
        }
        if *alternatives || statement.form == Form::CommentedOut || statement.dead.is_some() {
            let note = Message::new(if *alternatives {
                "one-of-alternatives"
            } else {
                "commented-out"
            });
            named.context.push(noted(statement, Stance::Context, note));
        } else if let Some(card) = cards::named(card).map(|found| found.card) {
            named.votes.push((card, statement));
        }
    }
    named
}

/// A label, the card that it names, and the row it stands in.
pub(crate) type Labelled<'a> = (&'a str, &'static cards::Card, &'a Statement);

/// The labels that an administrator gave to the cards of the jobs that the claim is about: his word, no reading.
pub(crate) fn labelled<'a>(case: &Case<'a>) -> Vec<Labelled<'a>> {
    let bound = super::jobs::bound(case, |_| true);
    let rows = bound.jobs.into_iter().flat_map(|(row, job)| {
        let labels = job.allocated.gpu_types.iter();
        labels.filter_map(move |label| Some((label.as_str(), known_card(label).ok()?, row)))
    });
    rows.collect()
}
