//! What a run's record says of how it decoded: settings that it printed, and whether the same sample got the same answer.
//!
//! Why it can be wrong: a `temperature` that is printed beside no `do_sample` may be a default that has no effect, so
//! another one than 0 says nothing. Equal answers prove nothing (a fixed seed gives them to sampling too), and other
//! answers do not refute greedy decoding: other batches, or kernels that add up in another order, change a near tie. They
//! make it undecided.
//!
//! Example: `do_sample=False num_beams=1` in the output supports greedy, unless clip-17 got two answers.

use super::cite::noted;
use super::compared::How;
use super::recorded::{Recorded, own, printed, settings};
use super::vote::{Ballot, Stand};
use crate::claim::Claim;
use crate::evidence::Grade;
use crate::judge::Case;
use crate::quantity::{Locale, Number, Quantity, Stated};
use crate::verdict::{Message, Stance};

/// What the run printed under these names, against a value.
pub(crate) fn value(case: &Case<'_>, names: &[&str], stated: &Stated) -> Recorded {
    let claim = Claim {
        value: Some(stated.clone()),
        take: None,
        ..case.claim.clone()
    };
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let case = Case { claim: &claim, ..*case };
    settings(&case, &names, How::EXACT)
}

/// No sampling: `do_sample` is false, or the temperature 0.
pub(crate) fn greedy(case: &Case<'_>, sample: &[&str], temperature: &[&str]) -> Recorded {
    let (statement, timed) = match own(case) {
        None => return Recorded::default(),
        Some(Err(refused)) => return refused,
        Some(Ok(found)) => found,
    };
    if let Some(again) = timed.repeats.as_ref().filter(|again| again.differing > 0) {
        let example = again.examples.first();
        let why = Message::new("record-answers-differ")
            .with("run", &timed.name)
            .with("count", again.differing)
            .with("of", again.answers)
            .with("id", example.map(|one| one.id.as_str()).unwrap_or_default());
        let citation = noted(statement, Stance::Context, why.clone());
        let found = format!("{} of {} answers differ", again.differing, again.answers);
        return Recorded {
            ballots: vec![Ballot::new(
                Stand::Undecided(why),
                Grade::Measured,
                found,
                vec![citation],
            )],
            ..Recorded::default()
        };
    }
    let zero = Stated::Exact(Quantity::bare(Number::from_i64(0)));
    let cold = value(case, temperature, &zero);
    let is_cold = cold.ballots.iter().any(|ballot| ballot.stand == Stand::For);
    let sampling = value(case, sample, &Stated::Bool(false));
    let samples = sampling.ballots.iter().any(|ballot| ballot.stand == Stand::Against);
    match printed(case, sample).is_empty() {
        true if !is_cold => sampling,
        false if !(samples && is_cold) => named(sampling, "do_sample"),
        _ => named(cold, "temperature"),
    }
}

/// Sampling: `do_sample` is true, and the temperature, where it was printed, is above 0.
pub(crate) fn sampling(case: &Case<'_>, sample: &[&str], temperature: &[&str]) -> Recorded {
    if let Ok(above) = Stated::parse("> 0", Locale::English) {
        let warm = value(case, temperature, &above);
        if warm.ballots.iter().any(|ballot| ballot.stand == Stand::Against) {
            return named(warm, "temperature");
        }
    }
    value(case, sample, &Stated::Bool(true))
}

fn named(mut recorded: Recorded, name: &str) -> Recorded {
    for ballot in &mut recorded.ballots {
        ballot.found = format!("{name}={}", ballot.found);
    }
    recorded
}
