//! What the record of a timed run says of a claim that rests on it (`run = "NAME"`).
//!
//! The run is one more occasion: its time for `runtime`, the settings that it printed for the kinds that compare
//! settings. Launches of the repository keep their votes beside it, for a run shows what the program does under the
//! flags that the claim file gave it.
//!
//! Why it can be wrong: a record of other code, of a disturbed machine or of other settings than the claim's is true and
//! says nothing of the claim. Such a record has no vote, and the ruling says why. A number of samples that the run was
//! limited to is not the number that there are.
//!
//! Example: 3 h 15 min to 3 h 23 min predicted from 2,000 clips lies inside `3-4 hours`; had `evaluate.py` changed since,
//! the claim would be not-run.

use super::cite::{cite, noted};
use super::compared::{How, compare_setting, compare_value};
use super::readings::{self, Wanted};
use super::several::elapsed;
use super::vote::{Ballot, Stand};
use crate::claim::Claim;
use crate::evidence::{Ask, Grade, Hashed, LaunchId, Part, ReadCard, Role, Stale, Statement, Subject, TimedRun, Total};
use crate::judge::Case;
use crate::place::joined;
use crate::quantity::{Number, Outcome, Precision, Quantity, Stated, Unit, Value, compare_interval};
use crate::verdict::{Citation, Message, Stance};

/// What a record gives to the vote.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) ballots: Vec<Ballot>,
    pub(crate) context: Vec<Citation>,
    pub(crate) caveats: Vec<Message>,
    /// Why the record that the claim names does not vote.
    pub(crate) silence: Option<Message>,
}

impl Recorded {
    /// The record is shown, and does not vote.
    fn refused(statement: &Statement, why: Message) -> Recorded {
        Recorded {
            context: vec![noted(statement, Stance::Context, why.clone())],
            silence: Some(why),
            ..Recorded::default()
        }
    }
}

/// The record that a claim names.
pub(crate) fn ask(claim: &Claim, file: &crate::claim::ClaimFile) -> Option<Ask> {
    let declared = file.runs.iter().find(|run| Some(&run.name) == claim.run.as_ref())?;
    Some(Ask::Record {
        claims: file.path.clone(),
        run: declared.name.clone(),
        path: declared.record.clone(),
    })
}

/// The record that the claim names, and why it cannot speak, where it cannot.
fn own<'a>(case: &Case<'a>) -> Option<Result<(&'a Statement, &'a TimedRun), Recorded>> {
    let name = case.claim.run.as_ref()?;
    let found = case
        .evidence
        .statements
        .iter()
        .find_map(|statement| match &statement.subject {
            Subject::Timed {
                claims,
                run,
                timed,
                stale,
                ..
            } if run == name && *claims == case.file.path => Some((statement, timed, stale)),
            _ => None,
        });
    let Some((statement, timed, stale)) = found else {
        return Some(Err(Recorded {
            silence: Some(Message::new("no-record").with("run", name)),
            ..Recorded::default()
        }));
    };
    Some(match stale {
        Some(Stale::Changed { file }) => Err(Recorded::refused(
            statement,
            Message::new("record-stale").with("run", name).with("file", file),
        )),
        Some(Stale::Gone { file }) => Err(Recorded::refused(
            statement,
            Message::new("record-of-what-is-gone")
                .with("run", name)
                .with("file", file),
        )),
        None => match other_run(case, timed) {
            Some(why) => Err(Recorded::refused(statement, why)),
            None => Ok((statement, timed)),
        },
    })
}

/// Whether the claim file declares another run now than the one that was recorded.
fn other_run(case: &Case<'_>, timed: &TimedRun) -> Option<Message> {
    let declared = case.file.runs.iter().find(|run| run.name == timed.name)?;
    let (asked, was) = (declared.asked(), &timed.asked);
    let other = |what: &str, found: String| {
        Message::new("record-of-another-run")
            .with("run", &timed.name)
            .with("what", what)
            .with("found", found)
    };
    let command = declared.command(was);
    if command != timed.command {
        let was = timed.command.as_ref();
        return Some(other(
            "command",
            was.map(|command| command.arguments.join(" ")).unwrap_or_default(),
        ));
    }
    let number = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    [
        ("population", number(asked.population), number(was.population)),
        ("batch-size", number(asked.batch_size), number(was.batch_size)),
        (
            "device",
            asked.device.unwrap_or_default(),
            was.device.clone().unwrap_or_default(),
        ),
        (
            "dtype",
            asked.dtype.unwrap_or_default(),
            was.dtype.clone().unwrap_or_default(),
        ),
    ]
    .into_iter()
    .find(|(_, now, then)| now != then)
    .map(|(what, _, then)| other(what, then))
}

/// What a claim asks of a run beside its time; the model with what the claim, or its file's one `gpu` claim, says.
#[derive(Debug)]
pub(crate) struct Conditions<'a> {
    pub(crate) samples: Option<&'a Stated>,
    pub(crate) batch_size: Option<&'a Stated>,
    /// Names under which a run prints its batch size.
    pub(crate) batch_names: &'a [&'a str],
    pub(crate) model: Option<String>,
}

/// Why the record that the claim names says nothing of a card; nothing where it was seen on one, or where the claim names
/// no record.
pub(crate) fn without_card(case: &Case<'_>) -> Option<Recorded> {
    let (statement, timed) = match own(case)? {
        Err(refused) => return Some(refused),
        Ok(found) => found,
    };
    if !timed.ending.has_time() {
        return Some(Recorded::refused(statement, failed(timed)));
    }
    let seen = timed.parts.iter().any(|part| part.used().next().is_some());
    (!seen).then(|| Recorded::refused(statement, on_no_card(timed)))
}

/// What a run used that came to nothing is of no evaluation.
fn failed(timed: &TimedRun) -> Message {
    Message::new("record-of-a-failure")
        .with("run", &timed.name)
        .with("ending", timed.ending.name())
}

/// The run was seen on no card: what was there, and what was not.
fn on_no_card(timed: &TimedRun) -> Message {
    let there = timed.parts.iter().flat_map(|part| &part.devices);
    let there: Vec<String> = there.map(ReadCard::shown).collect();
    let hosts: Vec<&str> = timed.parts.iter().map(|part| part.machine.processor.as_str()).collect();
    Message::new("record-on-no-card")
        .with("run", &timed.name)
        .with("found", hosts.join(", "))
        .with("there", there.join(", "))
}

/// That a run was on another card than the claim's.
pub(crate) fn elsewhere(run: &str, found: String, claimed: &str) -> Message {
    Message::new("record-of-other-hardware")
        .with("run", run)
        .with("found", found)
        .with("claimed", claimed)
        .with("time", "")
}

/// The time of the whole evaluation against `stated`.
pub(crate) fn duration(case: &Case<'_>, stated: &Stated, conditions: &Conditions<'_>) -> Recorded {
    let (statement, timed) = match own(case) {
        None => return Recorded::default(),
        Some(Err(refused)) => return refused,
        Some(Ok(found)) => found,
    };
    let name = &timed.name;
    let mut caveats = Vec::new();
    if let Some(disturbed) = timed.disturbed.first() {
        let why = Message::new("record-disturbed")
            .with("run", name)
            .with("what", disturbed);
        return Recorded::refused(statement, why);
    }
    let Some(total) = timed.time() else {
        return Recorded::refused(statement, without_time(timed));
    };
    match other_card(timed, conditions.model.as_deref()) {
        Card::Other(found) => {
            let claimed = conditions.model.as_deref().unwrap_or_default();
            let why = elsewhere(name, found, claimed).with("time", interval(total));
            return Recorded::refused(statement, why);
        }
        Card::None => return Recorded::refused(statement, on_no_card(timed)),
        Card::Unknown => caveats.push(Message::new("record-condition-unknown").with("condition", "model")),
        Card::Fits => {}
    }
    let count = |number: u64| Value::from(i64::try_from(number).unwrap_or(i64::MAX));
    let differs = |wanted: &Stated, found: &Value| {
        let condition = Claim {
            take: None,
            ..case.claim.clone()
        };
        compare_value(&condition, wanted, found, None, How::EXACT).stand == Stand::Against
    };
    let other = |condition: &str, found: &Value| {
        Message::new("record-of-other-settings")
            .with("run", name)
            .with("condition", condition)
            .with("found", found)
    };
    if let Some(wanted) = conditions.samples {
        let found = count(total.population);
        if differs(wanted, &found) {
            return Recorded::refused(statement, other("samples", &found));
        }
    }
    if let Some(wanted) = conditions.batch_size {
        let printed = printed(case, conditions.batch_names);
        match printed.iter().find(|(_, value)| differs(wanted, value)) {
            Some((_, value)) => return Recorded::refused(statement, other("batch-size", value)),
            None if printed.is_empty() => {
                caveats.push(Message::new("record-condition-unknown").with("condition", "batch-size"));
            }
            None => {}
        }
    }
    let mut ballot = against(case, stated, statement, timed, total);
    caveats.extend(stand_in(timed));
    ballot.caveats.extend(caveats);
    Recorded {
        ballots: vec![ballot],
        ..Recorded::default()
    }
}

fn against(case: &Case<'_>, stated: &Stated, statement: &Statement, timed: &TimedRun, total: &Total) -> Ballot {
    let seconds = |number: f64| {
        Number::from_f64(number).map(|number| Quantity {
            number,
            unit: Some(Unit::Second),
        })
    };
    let compared = compare_interval(
        stated,
        seconds(total.low_seconds).as_ref(),
        seconds(total.high_seconds).as_ref(),
        Precision::Runtime,
        case.claim.tolerance.as_ref(),
    );
    let found = interval(total);
    let (stand, stance) = match compared.outcome {
        Outcome::Agrees => (Stand::For, Stance::Supports),
        Outcome::Disagrees => (Stand::Against, Stance::Contradicts),
        Outcome::Overlaps | Outcome::Undecidable(_) => {
            let more = timed.wanting.as_ref().and_then(|wanting| wanting.more_samples);
            let why = Message::new("record-overlaps")
                .with("found", &found)
                .with("rule", &compared.rule)
                .with("more", more.map(|more| more.to_string()).unwrap_or_default());
            (Stand::Undecided(why), Stance::Context)
        }
    };
    let mut citation = cite(statement, stance);
    citation.value.clone_from(&found);
    citation.note = Some(
        Message::new("timed-of")
            .with("timed", total.timed)
            .with("population", total.population)
            .with("level", percent(total.level)),
    );
    Ballot::new(stand, Grade::Measured, found, vec![citation]).by(compared.rule)
}

/// `3 h 15 min to 3 h 23 min`; one time where all was timed.
pub fn interval(total: &Total) -> String {
    let shown = |seconds: f64| elapsed(seconds.round() as u64);
    let (low, high) = (shown(total.low_seconds), shown(total.high_seconds));
    if low == high { low } else { format!("{low} to {high}") }
}

fn percent(level: f64) -> String {
    format!("{:.0} %", level * 100.0)
}

fn without_time(timed: &TimedRun) -> Message {
    let why = timed.wanting.as_ref();
    Message::new("record-without-time")
        .with("run", &timed.name)
        .with("ending", timed.ending.name())
        .with("why", why.map(|wanting| wanting.why.as_str()).unwrap_or_default())
        .with(
            "more",
            why.and_then(|wanting| wanting.more_samples)
                .map(|more| more.to_string())
                .unwrap_or_default(),
        )
}

/// A card that was made up for tests is said to be one, wherever its run speaks.
fn stand_in(timed: &TimedRun) -> Option<Message> {
    let made_up = timed.parts.iter().any(|part| part.machine.stand_in);
    made_up.then(|| Message::new("record-on-a-stand-in").with("run", &timed.name))
}

enum Card {
    Fits,
    Unknown,
    Other(String),
    /// It was seen on none: such a time is the processor's.
    None,
}

/// Whether the run was on the card that the claim is about.
fn other_card(timed: &TimedRun, wanted: Option<&str>) -> Card {
    let Some(wanted) = wanted else { return Card::Fits };
    let Some(wanted) = Wanted::of(wanted) else {
        return Card::Unknown;
    };
    let cards: Vec<&ReadCard> = timed.parts.iter().flat_map(Part::used).collect();
    if cards.is_empty() {
        return Card::None;
    }
    let stands = cards.iter().map(|card| (readings::model(card, &wanted), card));
    let mut open = false;
    for (stand, card) in stands {
        match stand {
            Stand::For => {}
            Stand::Against => return Card::Other(card.shown()),
            // A slice of the card, or a variant of it.
            Stand::Undecided(_) => open = true,
        }
    }
    if open { Card::Unknown } else { Card::Fits }
}

/// What the run printed under one of these names.
fn printed<'a>(case: &Case<'a>, names: &[&str]) -> Vec<(&'a Statement, &'a Value)> {
    let Some(own) = case.claim.run.as_ref() else {
        return Vec::new();
    };
    let alike = |name: &str| {
        let plain = |name: &str| name.replace('-', "_").to_lowercase();
        names.iter().any(|wanted| plain(wanted) == plain(name))
    };
    case.evidence
        .statements
        .iter()
        .filter(|statement| {
            matches!(&statement.subject, Subject::Observed { claims, run, name }
                if run == own && *claims == case.file.path && alike(name))
        })
        .filter_map(|statement| Some((statement, statement.value.literal()?)))
        .collect()
}

/// Whether the run that the claim names starts the script that this launch is without flags: as with any command, it has
/// no launch without flags beside it.
pub(crate) fn starts(case: &Case<'_>, launch: LaunchId) -> bool {
    let Some(launch) = case
        .evidence
        .launches
        .get(launch)
        .filter(|launch| launch.command.is_empty())
    else {
        return false;
    };
    let Some(Ok((_, timed))) = own(case) else {
        return false;
    };
    timed.command.as_ref().is_some_and(|command| {
        let named = |word: &String| joined(&command.directory, word) == launch.entry;
        let module = |pair: &[String]| {
            let path = pair[1].replace('.', "/");
            let files = [format!("{path}.py"), format!("{path}/__main__.py")];
            pair[0] == "-m" && files.iter().any(named)
        };
        command.arguments.iter().any(named) || command.arguments.windows(2).any(module)
    })
}

/// What the script says without flags, beside the run that starts it with its own.
pub(crate) fn replaced(case: &Case<'_>, citation: Citation) -> Citation {
    let run = case.claim.run.as_deref().unwrap_or_default();
    Citation {
        stance: Stance::Overridden,
        note: Some(Message::new("replaced-by-the-run").with("run", run)),
        ..citation
    }
}

/// The settings of these names that the run printed, against the claim's value.
pub(crate) fn settings(case: &Case<'_>, names: &[String], how: How) -> Recorded {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (record, timed) = match own(case) {
        None => return Recorded::default(),
        Some(Err(refused)) => return refused,
        Some(Ok(found)) => found,
    };
    if !timed.ending.has_time() {
        return Recorded::refused(record, failed(timed));
    }
    let found = printed(case, &names);
    let Some((first, value)) = found.first().copied() else {
        let why = Message::new("record-silent")
            .with("run", &timed.name)
            .with("name", names.join(", "));
        return Recorded::refused(record, why);
    };
    let Subject::Observed { name, .. } = &first.subject else {
        return Recorded::default();
    };
    let several = found.iter().any(|(_, other)| *other != value);
    let compared = compare_setting(case.claim, name, value, first.unit, how);
    let stand = if several {
        let values: Vec<String> = found.iter().map(|(_, value)| value.to_string()).collect();
        Stand::Undecided(
            Message::new("two-live-values")
                .with("values", values.join(", "))
                .with("choices", ""),
        )
    } else {
        compared.stand
    };
    let stance = match stand {
        Stand::For => Stance::Supports,
        Stand::Against => Stance::Contradicts,
        Stand::Undecided(_) => Stance::Context,
    };
    let citations = found.iter().map(|(statement, _)| cite(statement, stance)).collect();
    let ballot = Ballot::new(stand, Grade::Measured, value.to_string(), citations)
        .by(compared.rule)
        .noting(compared.caveats.into_iter().chain(stand_in(timed)).collect());
    Recorded {
        ballots: vec![ballot],
        ..Recorded::default()
    }
}

/// The rows of a table that the run was given, counted: the digest of the record still holds, so they are the rows that
/// the run was over. What is said of it where every one of these tables is such a one.
pub(crate) fn was_given(case: &Case<'_>, tables: &[&Statement]) -> Option<Citation> {
    let (statement, timed) = own(case)?.ok()?;
    let Subject::Timed { subjects, .. } = &statement.subject else {
        return None;
    };
    let given = |file: &str| {
        let data = |subject: &Hashed| subject.annotations == Role::Data && subject.name == file;
        subjects.iter().any(data)
    };
    let all = !tables.is_empty() && tables.iter().all(|table| given(&table.place.file));
    (all && timed.ending.has_time()).then(|| {
        let note = Message::new("record-of-these-rows")
            .with("run", &timed.name)
            .with("timed", timed.timed());
        noted(statement, Stance::Supports, note)
    })
}

/// The number of samples that the run printed, where it is not the number that it was limited to.
pub(crate) fn population(case: &Case<'_>, names: &[String]) -> Recorded {
    let limited = match own(case) {
        Some(Ok((_, timed))) => timed
            .asked
            .samples
            .filter(|samples| Some(*samples) != timed.asked.population),
        _ => None,
    };
    let mut recorded = settings(case, names, How::EXACT);
    let Some(limited) = limited.map(|limited| limited.to_string()) else {
        return recorded;
    };
    if recorded.ballots.iter().any(|ballot| ballot.found == limited) {
        let why = Message::new("record-of-limited-samples").with("limit", &limited);
        for ballot in recorded.ballots.drain(..) {
            recorded
                .context
                .extend(ballot.citations.into_iter().map(|citation| Citation {
                    stance: Stance::Context,
                    note: Some(why.clone()),
                    ..citation
                }));
        }
        recorded.silence = Some(why);
    }
    recorded
}
