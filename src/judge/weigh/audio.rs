//! The audio files that a claim's `in` names: each is an occasion, by its header and as it decodes.
//!
//! Why it can be wrong: two files that say the same agree with each other, not with the claim; a file whose header and
//! data differ supports whichever is claimed. So both are compared: a claim that only one of them bears out is open. A
//! codec that adds silence makes a file longer than what was put in, so a length that lies within what it may have added
//! is open as well. Over hundreds of files a list hides what matters: the first few of each sort are shown, all counted.
//!
//! Example: 499 of 500 clips are at 16 kHz, one at 44.1 kHz: to be clarified, and the one is named.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;

use super::cite::cite;
use super::compared::{How, apply, compare_value};
use super::scope::InScope;
use super::unread;
use super::vote::{Ballot, Stand};
use crate::claim::{Claim, KindSpec, Take};
use crate::evidence::{Ask, Gap, Grade, Sound, Statement, Subject, Witness, is_audio};
use crate::judge::Case;
use crate::quantity::{Number, Stated, Unit, Value};
use crate::verdict::{Message, Stance};

/// Files of one sort that are shown; the others are counted.
const SHOWN: usize = 5;
/// What the number of channels is called.
const CHANNELS: &[&str] = &["channels", "num_channels", "n_channels", "nchannels", "audio_channels"];

/// What the audio files in scope say.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) ballots: Vec<Ballot>,
    pub(crate) caveats: Vec<Message>,
    /// Why none of them says anything, where they are named and none was read.
    pub(crate) silence: Option<Message>,
}

/// Which property of an audio file a claim is about; none where a file has no such property, or the claim names an owner.
fn sound(claim: &Claim, spec: &KindSpec) -> Option<Sound> {
    let is_channels = |name: &String| CHANNELS.contains(&name.to_lowercase().replace('-', "_").as_str());
    let sound = match spec.name {
        "sampling-rate" => Sound::SamplingRate,
        "duration" => Sound::Length,
        "parameter" if !claim.names.is_empty() && claim.names.iter().all(is_channels) => Sound::Channels,
        _ => return None,
    };
    let of_files = claim.of.is_none() && claim.formula.is_none() && !claim.scope.include.is_empty();
    of_files.then_some(sound)
}

/// What a claim about audio files asks.
pub(crate) fn asks(claim: &Claim, spec: &KindSpec) -> Option<Ask> {
    sound(claim, spec).map(|_| Ask::Audio {
        scope: claim.scope.clone(),
    })
}

/// A property of one file, as its header and its data have it.
#[derive(Clone, Copy, Default)]
struct Both<'a> {
    header: Option<&'a Statement>,
    decoded: Option<&'a Statement>,
}

/// Every audio file in scope against the claim.
pub(crate) fn heard(case: &Case<'_>, scope: &InScope<'_>, spec: &KindSpec, how: How) -> Heard {
    let (Some(sound), Some(stated)) = (sound(case.claim, spec), &case.claim.value) else {
        return Heard::default();
    };
    if !scope.names_audio() {
        return Heard::default();
    }
    let mut files: BTreeMap<&str, Both<'_>> = BTreeMap::new();
    for statement in &case.evidence.statements {
        let Subject::Audio { sound: about, by, .. } = &statement.subject else {
            continue;
        };
        let file = statement.place.file.as_str();
        if *about != sound || !scope.has(file) || scope.excludes(file) {
            continue;
        }
        let both = files.entry(file).or_default();
        match by {
            Witness::Header => both.header = Some(statement),
            Witness::Decoded => both.decoded = Some(statement),
        }
    }
    let unread = unread::unread(case, scope, |gap: &Gap| {
        is_audio(&gap.file) && !files.contains_key(gap.file.as_str())
    });
    if files.is_empty() {
        return Heard {
            silence: (!unread.is_empty()).then(|| unread::message(&unread)),
            ..Heard::default()
        };
    }
    let against = Against {
        claim: case.claim,
        stated,
        how,
    };
    // A rate that only decoding shows is no doubt; a length that no header says may be one that was cut off.
    let files: Vec<Both<'_>> = files
        .into_values()
        .map(|both| Both {
            header: both.header.or(both.decoded.filter(|_| sound != Sound::Length)),
            ..both
        })
        .collect();
    let mut ballots = match case.claim.take {
        Some(take) => vec![against.together(take, &files)],
        None => files.iter().map(|both| against.one(*both)).collect(),
    };
    let mut caveats: Vec<Message> = differences(&files).into_iter().collect();
    if case.claim.take.is_none() {
        caveats.extend(shortened(&mut ballots));
    }
    ballots.extend(unread::ballot(&unread, Grade::Measured));
    Heard {
        ballots,
        caveats,
        silence: None,
    }
}

/// A claim's value against what files are.
struct Against<'c> {
    claim: &'c Claim,
    stated: &'c Stated,
    how: How,
}

impl Against<'_> {
    fn compare(&self, value: &Value, unit: Option<Unit>) -> (Stand, String) {
        let compared = compare_value(self.claim, self.stated, value, unit, self.how);
        (compared.stand, compared.rule)
    }

    /// One file is one occasion.
    fn one(&self, both: Both<'_>) -> Ballot {
        let Some(shown) = both.decoded.or(both.header) else {
            return Ballot::new(Stand::Against, Grade::Measured, String::new(), Vec::new());
        };
        let value = |statement: &Statement| statement.value.literal().cloned().unwrap_or(Value::Null);
        let header = both.header.map(value);
        let decoded = both.decoded.map(value);
        let file = shown.place.file.clone();
        let (stand, rule) = self.stand(&file, header.as_ref(), decoded.as_ref(), slack(shown), shown.unit);
        let citations = vec![cite(shown, stance(&stand))];
        Ballot::new(stand, Grade::Measured, measure(shown), citations).by(rule)
    }

    /// All files are one occasion.
    fn together(&self, take: Take, files: &[Both<'_>]) -> Ballot {
        let values = |of: fn(&Both<'_>) -> Option<Value>| files.iter().map(of).collect::<Option<Vec<Value>>>();
        let header = values(|both| both.header?.value.literal().cloned()).map(Value::List);
        let decoded = values(|both| both.decoded?.value.literal().cloned()).map(Value::List);
        let first = files.iter().find_map(|both| both.decoded.or(both.header));
        let unit = first.and_then(|statement| statement.unit);
        let added = files.iter().filter_map(|both| slack(both.decoded.or(both.header)?));
        let added = added.map(|slack| slack.value).sum::<BigDecimal>();
        let slack = (added > BigDecimal::default()).then(|| Number::from_decimal(&added));
        let names: Vec<&str> = files
            .iter()
            .filter_map(|both| Some(both.decoded.or(both.header)?.place.file.as_str()))
            .take(SHOWN)
            .collect();
        let (stand, rule) = self.stand(&names.join(", "), header.as_ref(), decoded.as_ref(), slack, unit);
        let found = decoded.or(header).and_then(|list| apply(take, &list));
        let found = match (found, unit) {
            (Some(found @ Value::Number(_)), Some(unit)) => format!("{found} {}", unit.symbol()),
            (found, _) => found.map(|found| found.to_string()).unwrap_or_default(),
        };
        let cited = files.iter().filter_map(|both| both.decoded.or(both.header));
        let citations = cited.take(SHOWN).map(|file| cite(file, stance(&stand))).collect();
        Ballot::new(stand, Grade::Measured, found, citations).by(rule)
    }

    /// What header and data together say of the claim.
    fn stand(
        &self,
        file: &str,
        header: Option<&Value>,
        decoded: Option<&Value>,
        slack: Option<Number>,
        unit: Option<Unit>,
    ) -> (Stand, String) {
        let by_header = header.map(|value| self.compare(value, unit));
        let by_data = decoded.map(|value| self.compare(value, unit));
        let shown = |value: Option<&Value>| value.map(ToString::to_string).unwrap_or_default();
        let open = || {
            Message::new("audio-one-witness")
                .with("file", file)
                .with("header", shown(header))
                .with("decoded", shown(decoded))
                .with("unit", unit.map(Unit::symbol).unwrap_or_default())
        };
        match (by_header, by_data) {
            (Some((Stand::For, rule)), Some((Stand::For, _))) => (Stand::For, rule),
            (Some((why @ Stand::Undecided(_), rule)), _) | (_, Some((why @ Stand::Undecided(_), rule))) => (why, rule),
            (Some((Stand::For, rule)), _) | (_, Some((Stand::For, rule))) => (Stand::Undecided(open()), rule),
            (Some((Stand::Against, rule)), _) | (_, Some((Stand::Against, rule))) => {
                let may_be = slack.filter(|slack| self.within(header, decoded, slack, unit));
                match may_be {
                    Some(slack) => {
                        let why = Message::new("audio-may-be-shorter")
                            .with("file", file)
                            .with("found", shown(decoded.or(header)))
                            .with("slack", slack)
                            .with("unit", unit.map(Unit::symbol).unwrap_or_default());
                        (Stand::Undecided(why), rule)
                    }
                    None => (Stand::Against, rule),
                }
            }
            (None, None) => (Stand::Against, String::new()),
        }
    }

    /// Whether the claim may be true of a length that is shorter by what a codec adds.
    fn within(&self, header: Option<&Value>, decoded: Option<&Value>, slack: &Number, unit: Option<Unit>) -> bool {
        let taken = |value: &Value| match self.claim.take {
            Some(take) => apply(take, value),
            None => Some(value.clone()),
        };
        let lengths: Vec<BigDecimal> = [header, decoded]
            .into_iter()
            .flatten()
            .filter_map(|value| match taken(value)? {
                Value::Number(number) => Some(number.value),
                _ => None,
            })
            .collect();
        let (Some(least), Some(most)) = (lengths.iter().min(), lengths.iter().max()) else {
            return true;
        };
        let least = least - &slack.value;
        let claimed = self.stated.quantity().filter(|claimed| claimed.unit.is_some());
        let between = claimed.is_some_and(|claimed| {
            let claimed = claimed.base();
            let factor = unit.map_or_else(|| 1.into(), Unit::factor);
            &least * &factor <= claimed && claimed <= most * &factor
        });
        let claim = Claim {
            take: None,
            ..self.claim.clone()
        };
        let shortest = Value::Number(Number::from_decimal(&least));
        between || compare_value(&claim, self.stated, &shortest, unit, self.how).stand != Stand::Against
    }
}

fn slack(statement: &Statement) -> Option<Number> {
    match &statement.subject {
        Subject::Audio { slack, .. } => slack.clone(),
        _ => None,
    }
}

fn stance(stand: &Stand) -> Stance {
    match stand {
        Stand::For => Stance::Supports,
        Stand::Against => Stance::Contradicts,
        Stand::Undecided(_) => Stance::Context,
    }
}

/// `16000 Hz`.
fn measure(statement: &Statement) -> String {
    let value = super::cite::shown(&statement.value);
    match statement.unit {
        Some(unit) => format!("{value} {}", unit.symbol()),
        None => value,
    }
}

/// What is said of files whose header and data differ by more than their codec adds: the first few, and how many.
fn differences(files: &[Both<'_>]) -> Option<Message> {
    let number = |statement: Option<&Statement>| match statement?.value.literal() {
        Some(Value::Number(number)) => Some(number.value.clone()),
        _ => None,
    };
    let differ = |both: &&Both<'_>| {
        let allowed = both
            .decoded
            .and_then(slack)
            .map(|slack| slack.value)
            .unwrap_or_default();
        match (number(both.header), number(both.decoded)) {
            (Some(header), Some(decoded)) => (header - decoded).abs() > allowed,
            _ => true,
        }
    };
    let said = |statement: Option<&Statement>| statement.map_or_else(|| "-".to_string(), measure);
    let differing: Vec<String> = files
        .iter()
        .filter(differ)
        .filter_map(|both| {
            let file = &both.decoded.or(both.header)?.place.file;
            Some(format!("{file} ({} / {})", said(both.header), said(both.decoded)))
        })
        .collect();
    let count = differing.len();
    (count > 0).then(|| {
        Message::new("audio-header-differs")
            .with("count", count)
            .with("files", unread::names(differing))
    })
}

/// Leaves the places of the first few of each sort, and says how many there are.
fn shortened(ballots: &mut [Ballot]) -> Option<Message> {
    let mut seen: [usize; 3] = [0; 3];
    let mut others: Vec<String> = Vec::new();
    for ballot in ballots.iter_mut() {
        let sort = match ballot.stand {
            Stand::For => 0,
            Stand::Against => 1,
            Stand::Undecided(_) => 2,
        };
        seen[sort] += 1;
        if seen[sort] <= SHOWN {
            if sort != 0 {
                others.push(format!(
                    "{} ({})",
                    super::vote::first_place(&ballot.citations),
                    ballot.found
                ));
            }
            continue;
        }
        ballot.citations.clear();
        ballot.found.clear();
    }
    let [agree, against, open] = seen;
    let more = (against + open).saturating_sub(others.len());
    if more > 0 {
        others.push(format!("+ {more}"));
    }
    let is_long = seen.iter().any(|count| *count > SHOWN);
    (is_long && !others.is_empty()).then(|| {
        Message::new("audio-files")
            .with("count", agree + against + open)
            .with("agree", agree)
            .with("others", others.join(", "))
    })
}
