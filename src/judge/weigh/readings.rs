//! Cards as machines reported them, and which of them a claim is judged from.
//!
//! A file of readings that the claim file names speaks for its claims whatever `in` says. The output of `nvidia-smi` in a
//! file speaks where the claim's `in` names that file: nobody can see from a log that its job is the paper's. Each file is
//! one occasion, since it is of one machine at one time.
//!
//! Why it can be wrong: the machine that was read need not be the one of the experiments, and nothing in a reading can
//! show that it is. So where and when it was made stands beside the verdict; one that is too old has no vote; and a name
//! that is cut off, a slice of a card, or a variant that the table does not know decides nothing.
//!
//! Example: `NVIDIA GeForce RTX 3090` bears `RTX 3090` out, and stands against `RTX 3090 Ti`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};

use super::cite::noted;
use super::recorded;
use super::scope::InScope;
use super::vote::Stand;
use crate::claim::{Claim, ClaimFile};
use crate::evidence::{Ask, Grade, ReadCard, Reading, Statement, Subject};
use crate::judge::Case;
use crate::quantity::cards::Card;
use crate::quantity::reported::{Reported, nominal, reported};
use crate::quantity::{Locale, Quantity, Stated, Unit};
use crate::verdict::{Citation, Message, Ruling, Stance};

/// The card that a claim names, with all that its name says.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) reported: Reported,
    pub(crate) text: String,
}

impl Wanted {
    /// Where the claim names a card of the table.
    pub(crate) fn of(model: &str) -> Option<Wanted> {
        Some(Wanted {
            reported: reported(model)?,
            text: model.to_string(),
        })
    }
}

/// One card as read.
pub(crate) type Read<'a> = (&'a Statement, &'a Reading);

/// The readings that may vote on a claim, and those that may not.
#[derive(Debug, Default)]
pub(crate) struct Readings<'a> {
    /// By file.
    pub(crate) machines: BTreeMap<&'a str, Vec<Read<'a>>>,
    pub(crate) context: Vec<Citation>,
    pub(crate) caveats: Vec<Message>,
    /// Why those that are there say nothing.
    pub(crate) silence: Option<Message>,
}

/// The files of readings that a claim file names.
pub(crate) fn asks(file: &ClaimFile) -> impl Iterator<Item = Ask> {
    file.readings.iter().map(|path| Ask::Readings {
        claims: file.path.clone(),
        path: path.clone(),
    })
}

/// Everything that machines said of their cards, as far as this claim may look at it.
pub(crate) fn readings<'a>(case: &Case<'a>, scope: &InScope<'_>) -> Readings<'a> {
    let mut found = Readings::default();
    for statement in &case.evidence.statements {
        let place = &statement.place;
        match &statement.subject {
            Subject::NoReading { claims } if *claims == case.file.path => {
                let why = statement.value.literal().map(ToString::to_string).unwrap_or_default();
                let silent = Message::new("reading-says-nothing")
                    .with("file", &place.file)
                    .with("why", why);
                found.caveats.push(silent.clone());
                found.silence = Some(silent);
            }
            // Its record speaks for the claims that name it, and below is seen whether it does.
            Subject::Reading(reading) if reading.run.is_some() => {
                let own = reading.run == case.claim.run && reading.claims.as_ref() == Some(&case.file.path);
                // A machine without a card would agree with every claim: none is begun for another's.
                if let Some(read) = own.then_some((statement, &**reading)) {
                    found.machines.entry(&place.file).or_default().push(read);
                }
            }
            Subject::Reading(reading) if looks_at(case.claim, &case.file.path, scope, statement, reading) => {
                match reading
                    .claims
                    .as_ref()
                    .and(stale(case, reading.host.as_deref(), reading.time.as_deref()))
                {
                    Some(why) => {
                        found.context.push(noted(statement, Stance::Context, why.clone()));
                        found.caveats.push(why.clone());
                        found.silence = Some(why);
                    }
                    None => found
                        .machines
                        .entry(&place.file)
                        .or_default()
                        .push((statement, reading)),
                }
            }
            _ => {}
        }
    }
    for cards in found.machines.values_mut() {
        without_cut_names(cards);
    }
    if let Some(refused) = recorded::without_card(case) {
        found.machines.retain(|_, cards| !of_a_run(cards));
        found.context.extend(refused.context);
        found.caveats.extend(refused.silence.clone());
        found.silence = refused.silence;
    }
    found
}

fn of_a_run(cards: &[Read<'_>]) -> bool {
    cards.iter().any(|(_, reading)| reading.run.is_some())
}

/// Takes out the cards of a run that was on others than the claim's: such a run says nothing of the claim, for what was
/// run again elsewhere does not show where the paper's numbers come from.
pub(crate) fn without_runs_elsewhere(found: &mut Readings<'_>, claimed: &str, stand: &dyn Fn(&ReadCard) -> Stand) {
    let (context, caveats, silence) = (&mut found.context, &mut found.caveats, &mut found.silence);
    found.machines.retain(|_, cards| {
        let other = |(_, reading): &&Read<'_>| stand(&reading.card) == Stand::Against;
        let Some((statement, reading)) = cards.iter().filter(|_| of_a_run(cards)).find(other) else {
            return true;
        };
        let run = reading.run.as_deref().unwrap_or_default();
        let why = recorded::elsewhere(run, reading.card.shown(), claimed);
        context.push(noted(statement, Stance::Context, why.clone()));
        caveats.push(why.clone());
        *silence = Some(why);
        false
    });
}

fn looks_at(claim: &Claim, claims: &str, scope: &InScope<'_>, statement: &Statement, reading: &Reading) -> bool {
    match &reading.claims {
        Some(named) => named == claims,
        None => {
            let named = !claim.scope.include.is_empty() || statement.grade <= Grade::Documented;
            named && scope.has(&statement.place.file) && scope.may_speak(statement)
        }
    }
}

/// A name that the table of `nvidia-smi` cut is dropped where the same output has it whole.
fn without_cut_names(cards: &mut Vec<Read<'_>>) {
    let whole: Vec<(u32, String)> = cards
        .iter()
        .filter(|(_, reading)| !reading.card.cut)
        .map(|(_, reading)| (reading.card.index, reading.card.model.clone()))
        .collect();
    cards.retain(|(_, reading)| {
        let card = &reading.card;
        let begins = |(index, model): &(u32, String)| *index == card.index && model.starts_with(card.model.trim_end());
        !card.cut || !whole.iter().any(begins)
    });
}

/// Whether what a reading says is older than it may be.
fn stale(case: &Case<'_>, host: Option<&str>, time: Option<&str>) -> Option<Message> {
    let limit = case.file.readings_max_age.as_deref()?;
    let made: NaiveDate = DateTime::parse_from_rfc3339(time?).ok()?.date_naive();
    let Ok(Stated::Exact(Quantity {
        number,
        unit: Some(unit),
    })) = Stated::parse(limit, Locale::English)
    else {
        return None;
    };
    let seconds = &number.value * unit.factor();
    let age = (case.evidence.as_of - made).num_days();
    (bigdecimal::BigDecimal::from(age) * Unit::Day.factor() > seconds).then(|| {
        Message::new("reading-stale")
            .with("file", host.unwrap_or_default())
            .with("made", made)
            .with("age", age)
            .with("limit", limit)
    })
}

/// What a reading says of an installed package, for a claim of this file.
pub(crate) enum Installed {
    /// It is no reading's.
    Elsewhere,
    Here,
    /// Of another claim file's reading, or too old, with the reason.
    Silent(Option<Message>),
}

/// Whether a package is one of a reading that the claim file names.
pub(crate) fn installed(case: &Case<'_>, statement: &Statement) -> Installed {
    let [kind, claims] = statement.owner.as_slice() else {
        return Installed::Elsewhere;
    };
    if kind != "installed" {
        return Installed::Elsewhere;
    }
    if *claims != case.file.path {
        return Installed::Silent(None);
    }
    let place = &statement.place;
    match stale(case, Some(&place.file), place.time.as_deref()) {
        Some(why) => Installed::Silent(Some(why)),
        None => Installed::Here,
    }
}

/// What is said beside the verdict of a card that voted: a stand-in is none.
pub(crate) fn caveats(cards: &[Read<'_>]) -> Vec<Message> {
    let mut said: Vec<Message> = Vec::new();
    for (statement, reading) in cards.iter().filter(|(_, reading)| reading.stand_in) {
        let caveat = Message::new("reading-by-stand-in")
            .with("file", &statement.place.file)
            .with("driver", reading.card.driver.as_deref().unwrap_or_default());
        if !said.contains(&caveat) {
            said.push(caveat);
        }
    }
    said
}

/// How a card that was read stands to the card that is claimed.
pub(crate) fn model(card: &ReadCard, wanted: &Wanted) -> Stand {
    let open = |code: &'static str| {
        Stand::Undecided(
            Message::new(code)
                .with("found", card.shown())
                .with("claimed", &wanted.text),
        )
    };
    if card.cut {
        return open("reading-cut-off");
    }
    let claimed = &wanted.reported;
    let Some(found) = reported(&card.model) else {
        return if may_be(&card.model, claimed.card) {
            open("reading-of-a-variant")
        } else {
            Stand::Against
        };
    };
    if found.card != claimed.card {
        return Stand::Against;
    }
    if card.slice.is_some() || found.shared.is_some() {
        return open("reading-of-a-slice");
    }
    if found.more != claimed.more {
        return open("reading-of-a-variant");
    }
    match (claimed.form, found.form) {
        (Some(ours), Some(theirs)) if ours != theirs => return Stand::Against,
        (Some(_), None) => return open("reading-of-a-variant"),
        _ => {}
    }
    match (claimed.memory, memory(card, Some(&found))) {
        (None, _) => Stand::For,
        (Some(_), _) if found.card.memory().len() == 1 => Stand::For,
        (Some(ours), Some(theirs)) if ours == theirs => Stand::For,
        (Some(_), Some(_)) => Stand::Against,
        (Some(_), None) => open("reading-of-a-variant"),
    }
}

/// The nominal size in GB of a whole card: by its total, else by its name, or by the table where it comes with one size.
fn memory(card: &ReadCard, found: Option<&Reported>) -> Option<u32> {
    let found = found?;
    let one = match found.card.memory() {
        [size] => Some(*size),
        _ => None,
    };
    match card.total_mib() {
        Some(mib) => nominal(found.card, mib),
        None => found.memory.or(one),
    }
}

/// A name that the table does not have may be the claimed card all the same: a driver that does not know it calls it a
/// device, and one that bears its number may be a variant.
fn may_be(name: &str, card: &Card) -> bool {
    let lower = name.to_lowercase();
    let number = card
        .name()
        .split(' ')
        .find(|word| word.chars().any(|c| c.is_ascii_digit()));
    lower.contains("graphics device")
        || !lower.chars().any(char::is_alphanumeric)
        || number.is_some_and(|number| lower.contains(&number.to_lowercase()))
}

/// The size of a whole card in GB as it is sold, where its total is one that such a card reports.
pub(crate) fn sold(card: &ReadCard) -> Option<u32> {
    let found = reported(&card.model).filter(|_| !card.cut)?;
    let whole = card.slice.is_none() && found.shared.is_none() && found.more.is_empty();
    if whole { memory(card, Some(&found)) } else { None }
}

/// Whether it is only a share of a card, and which card.
pub(crate) fn share_of(card: &ReadCard) -> Option<Option<&'static Card>> {
    let found = reported(&card.model);
    let shared = card.slice.is_some() || found.as_ref().is_some_and(|found| found.shared.is_some());
    shared.then(|| found.map(|found| found.card))
}

/// Whether the card bears the very name that a claim gives, which the table does not have.
pub(crate) fn bears(card: &ReadCard, claimed: &str) -> bool {
    let plain = |name: &str| {
        let lower = name.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric());
        let own: Vec<&str> = words
            .filter(|word| !matches!(*word, "" | "nvidia" | "geforce" | "tesla" | "quadro" | "gpu"))
            .collect();
        own.join(" ")
    };
    !card.cut && card.slice.is_none() && plain(&card.model) == plain(claimed)
}

/// The stands of one machine's cards as one: all for, all against, or open.
pub(crate) fn together(cards: &[Read<'_>], stands: &[Stand]) -> Stand {
    let all = |wanted: &Stand| !stands.is_empty() && stands.iter().all(|stand| stand == wanted);
    if all(&Stand::For) {
        return Stand::For;
    }
    if all(&Stand::Against) {
        return Stand::Against;
    }
    let open = stands.iter().find(|stand| matches!(stand, Stand::Undecided(_)));
    open.cloned().unwrap_or_else(|| {
        let place = cards.first().map(|(statement, _)| statement.place.short());
        Stand::Undecided(Message::new("several-cards").with("place", place.unwrap_or_default()))
    })
}

/// The reason of the verdict is not said again as a caveat.
pub(crate) fn without_repetition(mut ruling: Ruling) -> Ruling {
    let because = ruling.because.clone();
    ruling.caveats.retain(|caveat| *caveat != because);
    ruling
}

/// How a place with this stand is cited.
pub(crate) fn stance(stand: &Stand) -> Stance {
    match stand {
        Stand::For => Stance::Supports,
        Stand::Against => Stance::Contradicts,
        Stand::Undecided(_) => Stance::Context,
    }
}

/// The name that a report gives the card: the table's, with its memory where the card has several.
pub(crate) fn named(card: &ReadCard) -> String {
    match reported(&card.model) {
        Some(found) if !card.cut && card.slice.is_none() && found.shared.is_none() && found.more.is_empty() => {
            let several = found.card.memory().len() > 1;
            let size = memory(card, Some(&found)).filter(|_| several);
            let size = size.map(|gb| format!(" {gb}GB")).unwrap_or_default();
            format!("{}{size}", found.card.name())
        }
        _ => card.shown(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Slice;

    fn card(model: &str, mib: u64) -> ReadCard {
        ReadCard {
            model: model.to_string(),
            total_bytes: Some(mib * 1024 * 1024).filter(|bytes| *bytes > 0),
            ..ReadCard::default()
        }
    }

    #[test]
    fn a_card_by_what_its_name_means() {
        const GEFORCE: &str = "NVIDIA GeForce RTX 3090";
        let rows = [
            ("RTX 3090", GEFORCE, 24_576, "for"),
            ("NVIDIA GeForce RTX 3090", GEFORCE, 24_576, "for"),
            ("RTX 3090 Ti", GEFORCE, 24_576, "against"),
            ("RTX 3090", "NVIDIA GeForce RTX 3090 Ti", 24_564, "against"),
            (
                "RTX 3090",
                "NVIDIA GeForce RTX 3090 Laptop GPU",
                16_384,
                "reading-of-a-variant",
            ),
            ("RTX 3090", "Graphics Device", 24_576, "reading-of-a-variant"),
            ("RTX 3090", "Quadro P620", 2_000, "against"),
            ("A100", "NVIDIA A100-SXM4-40GB", 40_960, "for"),
            ("A100 40GB", "NVIDIA A100-SXM4-40GB", 40_960, "for"),
            ("A100 80GB", "NVIDIA A100-SXM4-40GB", 40_960, "against"),
            ("A100 40GB", "NVIDIA A100 80GB PCIe", 81_920, "against"),
            ("H100 80GB", "NVIDIA H100 PCIe", 81_559, "for"),
            ("H100 94GB", "NVIDIA H100 PCIe", 81_559, "against"),
            ("H100 80GB", "NVIDIA H100 PCIe", 0, "reading-of-a-variant"),
            ("A100 SXM", "NVIDIA A100-PCIE-40GB", 40_960, "against"),
            ("A100", "NVIDIA A40-12Q", 12_288, "against"),
            ("A40", "NVIDIA A40-12Q", 12_288, "reading-of-a-slice"),
            ("RTX 4090", "NVIDIA GeForce RTX 4090 D", 24_564, "against"),
        ];
        for (claimed, found, mib, want) in rows {
            let stand = model(&card(found, mib), &Wanted::of(claimed).unwrap());
            let got = match &stand {
                Stand::For => "for",
                Stand::Against => "against",
                Stand::Undecided(why) => why.code.as_str(),
            };
            assert_eq!(got, want, "{claimed}: {found} {mib}");
        }
        let sliced = ReadCard {
            slice: Some(Slice::default()),
            ..card("NVIDIA A100-SXM4-40GB", 19_968)
        };
        let wanted = Wanted::of("A100").unwrap();
        assert!(matches!(model(&sliced, &wanted), Stand::Undecided(why) if why.code == "reading-of-a-slice"));
        let cut = ReadCard {
            cut: true,
            ..card("NVIDIA GeForce", 24_576)
        };
        assert!(matches!(model(&cut, &wanted), Stand::Undecided(why) if why.code == "reading-cut-off"));
    }

    #[test]
    fn names_for_reports() {
        assert_eq!(named(&card("NVIDIA A100-SXM4-40GB", 40_960)), "A100 40GB");
        assert_eq!(named(&card("Tesla T4", 15_360)), "T4");
        assert!(bears(&card("NVIDIA RTX 3095", 0), "GeForce RTX 3095"));
        assert!(!bears(&card("NVIDIA RTX 3095 Ti", 0), "RTX 3095"));
    }
}
