//! What one optimisation step of a timed run saw, as the run printed it: the product itself, or each of its factors.
//!
//! Why it can be wrong: a factor that the run does not print may be 1 or 8. None is made up: what is neither printed nor
//! given by the claim is named, and the run decides nothing. Processes are those that the run counted itself
//! (`world_size`); cards that it could see are no processes.
//!
//! Example: `per_device_train_batch_size=8 gradient_accumulation_steps=2 world_size=4` is 64 a step.

use bigdecimal::BigDecimal;

use super::cite::cite;
use super::compared::{How, compare_value};
use super::named::given_number;
use super::recorded::{Recorded, limits_of, own, printed, settings};
use super::vote::{Ballot, Stand};
use crate::evidence::{Grade, Statement};
use crate::judge::Case;
use crate::quantity::{Number, Value};
use crate::verdict::{Message, Stance};

/// Names of the whole product.
pub(crate) const WHOLE: &[&str] = &[
    "effective_batch_size",
    "total_batch_size",
    "total_train_batch_size",
    "global_batch_size",
];
/// Names of all processes together.
pub(crate) const PROCESSES: &[&str] = &["world_size", "num_processes", "data_parallel_size"];

/// A factor of the step: its name, the names it is printed under, those a claim gives it by.
struct Factor<'n> {
    name: &'n str,
    printed: &'n [&'n str],
    given: &'n [&'n str],
}

/// The run's step against the claim's value.
pub(crate) fn step(case: &Case<'_>, per_device: &[String], accumulation: &[&str]) -> Recorded {
    let (record, timed) = match own(case) {
        None => return Recorded::default(),
        Some(Err(refused)) => return refused,
        Some(Ok(found)) => found,
    };
    if !printed(case, WHOLE).is_empty() {
        let names: Vec<String> = WHOLE.iter().map(ToString::to_string).collect();
        return settings(case, &names, How::EXACT);
    }
    let own: Vec<&str> = per_device.iter().map(String::as_str).collect();
    let factors = [
        Factor {
            name: "per_device",
            printed: &own,
            given: &["per_device"],
        },
        Factor {
            name: "accumulation",
            printed: accumulation,
            given: &["accumulation"],
        },
        Factor {
            name: "processes",
            printed: PROCESSES,
            given: &["devices", "processes", "gpus", "num_processes"],
        },
    ];
    let mut product = BigDecimal::from(1);
    let (mut shown, mut missing) = (Vec::new(), Vec::new());
    let mut cited: Vec<&Statement> = Vec::new();
    for factor in &factors {
        let said = printed(case, factor.printed);
        let mut numbers = said.iter().map(|(_, value)| match value {
            Value::Number(number) => Some(number.value.clone()),
            _ => None,
        });
        let first = numbers.next().flatten();
        // Two values of one factor are as good as none.
        let one = first.filter(|first| numbers.all(|other| other.as_ref() == Some(first)));
        let given = || factor.given.iter().find_map(|name| given_number(case.claim, name));
        let is_said = one.is_some();
        match one.or_else(|| said.is_empty().then(given).flatten()) {
            Some(number) => {
                let mark = if is_said { "" } else { " (given)" };
                shown.push(format!(
                    "{} {}{mark}",
                    factor.name,
                    number.normalized().to_plain_string()
                ));
                product *= number;
                cited.extend(said.first().map(|(statement, _)| *statement).filter(|_| is_said));
            }
            None => missing.push(factor.name),
        }
    }
    if cited.is_empty() {
        // Nothing of the step was printed: the run does not speak of it.
        let why = Message::new("record-silent")
            .with("run", &timed.name)
            .with("name", "per_device, accumulation, processes");
        return Recorded::refused(record, why);
    }
    let Some(stated) = case.claim.value.as_ref() else {
        return Recorded::default();
    };
    let (stand, rule, found) = if missing.is_empty() {
        let value = Value::Number(Number::from_decimal(&product));
        let compared = compare_value(case.claim, stated, &value, None, How::EXACT);
        (
            compared.stand,
            compared.rule,
            format!("{value} = {}", shown.join(" * ")),
        )
    } else {
        let why = Message::new("record-lacks-factors")
            .with("run", &timed.name)
            .with("found", shown.join(", "))
            .with("missing", missing.join(", "));
        (Stand::Undecided(why), String::new(), shown.join(" * "))
    };
    let stance = match stand {
        Stand::For => Stance::Supports,
        Stand::Against => Stance::Contradicts,
        Stand::Undecided(_) => Stance::Context,
    };
    let citations = cited.into_iter().map(|statement| cite(statement, stance)).collect();
    let ballot = Ballot::new(stand, Grade::Measured, found, citations)
        .by(rule)
        .noting(limits_of(record));
    Recorded {
        ballots: vec![ballot],
        ..Recorded::default()
    }
}
