//! What the record of a timed run says of a claim that rests on it (`run = "NAME"`).
//!
//! The run is one more occasion: its time for `runtime` ([`timed`](super::timed)), the card that it was seen on, the
//! settings that it printed for the kinds that compare settings. Launches of the repository keep their votes beside it, for a run shows what the program does under the
//! flags that the claim file gave it.
//!
//! Why it can be wrong: a record of other code, of a disturbed machine or of other settings than the claim's is true and
//! says nothing of the claim. Such a record has no vote, and the ruling says why. A number of samples that the run was
//! limited to is not the number that there are.
//!
//! Example: a run that printed `batch_size=50` supports a batch size of 50; had `evaluate.py` changed since, the claim would
//! be not-run.

use super::cite::{cite, noted};
use super::compared::{How, compare_setting};
use super::vote::{Ballot, Stand};
use crate::claim::{Claim, ClaimFile};
use crate::evidence::{
    Ask, Gap, GapReason, Grade, Hashed, LaunchId, ReadCard, Role, Stale, Statement, Subject, TimedRun,
};
use crate::judge::Case;
use crate::place::joined;
use crate::quantity::Value;
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
    pub(super) fn refused(statement: &Statement, why: Message) -> Recorded {
        Recorded {
            context: vec![noted(statement, Stance::Context, why.clone())],
            silence: Some(why),
            ..Recorded::default()
        }
    }
}

/// The record that a claim names.
pub(crate) fn ask(claim: &Claim, file: &ClaimFile) -> Option<Ask> {
    let declared = file.runs.iter().find(|run| Some(&run.name) == claim.run.as_ref())?;
    Some(Ask::Record {
        claims: file.path.clone(),
        run: declared.name.clone(),
        path: declared.record.clone(),
    })
}

/// The record that the claim names, and why it cannot speak, where it cannot.
pub(super) fn own<'a>(case: &Case<'a>) -> Option<Result<(&'a Statement, &'a TimedRun), Recorded>> {
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
        let silence = Message::new("no-record")
            .with("run", name)
            .with("why", not_started(case, name));
        return Some(Err(Recorded {
            silence: Some(silence),
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
        None => match other_run(case.file, timed) {
            Some(why) => Err(Recorded::refused(statement, why)),
            None => Ok((statement, timed)),
        },
    })
}

/// Why a run that is declared for the check was not started in it; nothing where it was not to be, or nobody looked.
fn not_started<'a>(case: &Case<'a>, run: &str) -> &'a str {
    let declared = case.file.runs.iter().find(|declared| declared.name == run);
    let named = declared.map(|declared| declared.named(&case.file.path));
    let of_it = |gap: &&Gap| gap.why == GapReason::NotStarted && Some(&gap.file) == named.as_ref();
    let gap = case.evidence.gaps.iter().find(of_it);
    gap.map(|gap| gap.detail.as_str()).unwrap_or_default()
}

/// Whether the claim file declares another run now than the one that was recorded.
pub fn is_of_another_run(file: &ClaimFile, timed: &TimedRun) -> bool {
    other_run(file, timed).is_some()
}

/// What of the declared run is another one now.
fn other_run(file: &ClaimFile, timed: &TimedRun) -> Option<Message> {
    let declared = file.runs.iter().find(|run| run.name == timed.name)?;
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
pub(super) fn on_no_card(timed: &TimedRun) -> Message {
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

pub(super) fn without_time(timed: &TimedRun) -> Message {
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

/// What is said wherever the run speaks: that its card was made up for tests, that something it was given may change
/// without the record telling, or within its names and sizes, that something of it is not here to be held against the record.
pub fn limits(timed: &TimedRun, subjects: &[Hashed], unseen: &[String]) -> Vec<Message> {
    let made_up = timed.parts.iter().any(|part| part.machine.stand_in);
    let stand_in = made_up.then(|| Message::new("record-on-a-stand-in").with("run", &timed.name));
    let files: Vec<&str> = timed.unwatched.iter().map(|gap| gap.file.as_str()).collect();
    let unwatched = (!files.is_empty()).then(|| {
        Message::new("record-does-not-watch")
            .with("run", &timed.name)
            .with("files", files.join(", "))
    });
    // Weights that were trained once more have the names and sizes of the old ones.
    let folders = subjects.iter().map(|subject| subject.name.as_str());
    // Where the files of a folder are watched each, its names and sizes are only beside them.
    let alone = |name: &str| {
        !subjects
            .iter()
            .any(|file| file.name.len() > name.len() && file.name.starts_with(name))
    };
    let here = |name: &&str| name.ends_with('/') && alone(name) && !unseen.iter().any(|unseen| unseen == name);
    let folders: Vec<&str> = folders.filter(here).collect();
    let by_size = (!folders.is_empty()).then(|| {
        Message::new("record-watches-by-size")
            .with("run", &timed.name)
            .with("files", folders.join(", "))
    });
    let not_here = (!unseen.is_empty()).then(|| {
        Message::new("record-of-what-is-not-here")
            .with("run", &timed.name)
            .with("files", unseen.join(", "))
    });
    let all = [stand_in, unwatched, by_size, not_here];
    all.into_iter().flatten().collect()
}

/// [`limits`] of the run that a statement is about.
pub(super) fn limits_of(statement: &Statement) -> Vec<Message> {
    match &statement.subject {
        Subject::Timed {
            timed,
            subjects,
            unseen,
            ..
        } => limits(timed, subjects, unseen),
        _ => Vec::new(),
    }
}

/// What the run printed under one of these names.
pub(super) fn printed<'a>(case: &Case<'a>, names: &[&str]) -> Vec<(&'a Statement, &'a Value)> {
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
        .noting(compared.caveats.into_iter().chain(limits_of(record)).collect());
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
