//! Occasions vote: from ballots to a verdict, in the order of the claim language.
//!
//! Those at or above the deciding grade vote; only where there are none, those with weaker evidence. All agree:
//! supported. Some, or undecidable: to be clarified. None: a discrepancy, a minor one where only weak evidence voted.
//!
//! Why it can be wrong: a ballot that is dropped silently turns "some" into "all". Every ballot's citations reach the
//! ruling, whatever became of its vote.
//!
//! Example: three jobs that pass `--batch_size 50` and one documented command that passes 32 make `supported`, grade
//! `launched`, with the documented command listed as contradicting.

use crate::claim::Quorum;
use crate::evidence::Grade;
use crate::verdict::{Citation, Message, Recommendation, Ruling, Stance, Step, Verdict};

/// How one occasion stands to the claim.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stand {
    For,
    Against,
    /// It speaks of the subject, and what it says cannot be decided, because …
    Undecided(Message),
}

/// One occasion's vote.
#[derive(Debug, Clone)]
pub(crate) struct Ballot {
    pub(crate) stand: Stand,
    pub(crate) grade: Grade,
    /// The value found, as shown.
    pub(crate) found: String,
    /// The bounds that the comparison used; empty where nothing was compared by number.
    pub(crate) rule: String,
    pub(crate) citations: Vec<Citation>,
    pub(crate) chain: Vec<Step>,
    pub(crate) caveats: Vec<Message>,
    /// It is a documented command whose program no launch in the code starts.
    pub(crate) documented_alone: bool,
    /// What it found stands in the code or configuration itself; only its launch is weak.
    pub(crate) inherent: bool,
}

impl Ballot {
    pub(crate) fn new(stand: Stand, grade: Grade, found: String, citations: Vec<Citation>) -> Ballot {
        Ballot {
            stand,
            grade,
            found,
            rule: String::new(),
            citations,
            chain: Vec::new(),
            caveats: Vec::new(),
            documented_alone: false,
            inherent: false,
        }
    }

    /// With the bounds that the comparison used.
    pub(crate) fn by(self, rule: String) -> Ballot {
        Ballot { rule, ..self }
    }

    pub(crate) fn noting(self, caveats: Vec<Message>) -> Ballot {
        Ballot { caveats, ..self }
    }

    /// With the way that the value took.
    pub(crate) fn along(self, chain: Vec<Step>) -> Ballot {
        Ballot { chain, ..self }
    }
}

/// What is voted on.
#[derive(Debug)]
pub(crate) struct Question {
    /// What the paper says, as shown.
    pub(crate) expected: String,
    pub(crate) ballots: Vec<Ballot>,
    /// Places that speak of it without a vote.
    pub(crate) context: Vec<Citation>,
    pub(crate) caveats: Vec<Message>,
    pub(crate) deciding: Grade,
    /// The claim's own `grade`: weaker evidence neither supports nor refutes.
    pub(crate) floor: Option<Grade>,
    pub(crate) quorum: Quorum,
    /// The verdict and its reason where nobody votes.
    pub(crate) silence: (Verdict, Message),
}

impl Question {
    /// Counts the votes.
    pub(crate) fn decide(self) -> Ruling {
        let Question {
            expected,
            ballots,
            mut context,
            mut caveats,
            deciding,
            floor,
            quorum,
            silence,
        } = self;
        let line = floor.unwrap_or(deciding);
        let (strong, weak): (Vec<Ballot>, Vec<Ballot>) = ballots.into_iter().partition(|ballot| ballot.grade >= line);
        let by_weak = strong.is_empty();
        let (voters, others) = match (by_weak, floor) {
            (false, _) => (strong, weak),
            (true, None) => (weak, Vec::new()),
            // The floor is written: what is below it is shown, and decides nothing.
            (true, Some(_)) => (Vec::new(), weak),
        };
        let below_floor = floor.is_some() && voters.is_empty() && !others.is_empty();
        let stronger = distinct(voters.iter().map(|ballot| ballot.found.as_str())).unwrap_or_default();
        let weak_word = |stand: Stand, say: fn(&Ballot) -> bool| {
            others
                .iter()
                .find(|ballot| say(ballot) && ballot.stand == stand)
                .map(|ballot| {
                    Message::new("weaker-launch-differs")
                        .with("found", &ballot.found)
                        .with("place", first_place(&ballot.citations))
                        .with("others", &stronger)
                        .with("expected", &expected)
                })
        };
        // A program that only a documented command starts counts against the others' agreement, also where it is not
        // decided, and against their disagreement, as does a value that stands in the code, seen through such a command.
        let undecided = others.iter().find_map(|ballot| match &ballot.stand {
            Stand::Undecided(why) if ballot.documented_alone => Some(why.clone()),
            _ => None,
        });
        let against_support = weak_word(Stand::Against, |ballot| ballot.documented_alone).or(undecided.clone());
        let against_refusal = weak_word(Stand::For, |ballot| ballot.inherent || ballot.documented_alone).or(undecided);
        for ballot in others {
            if ballot.stand == Stand::Against && !below_floor {
                caveats.push(
                    Message::new("weaker-evidence-disagrees")
                        .with("found", &ballot.found)
                        .with("place", first_place(&ballot.citations))
                        .with("grade", ballot.grade.name()),
                );
            }
            let note = below_floor.then(|| Message::new("below-the-floor").with("grade", ballot.grade.name()));
            context.extend(ballot.citations.into_iter().map(|citation| match &note {
                Some(note) => Citation {
                    stance: Stance::Context,
                    note: Some(note.clone()),
                    ..citation
                },
                None => citation,
            }));
        }
        // The strongest speak first: a reader opens the first place.
        let mut voters = voters;
        voters.sort_by_key(|ballot| std::cmp::Reverse(ballot.grade));
        let (verdict, because) = verdict_of(
            &voters,
            by_weak,
            quorum,
            &expected,
            silence,
            below_floor.then_some(line),
        );
        let (verdict, because) = match (verdict, against_support, against_refusal) {
            (Verdict::Supported, Some(differs), _) | (Verdict::Discrepancy, _, Some(differs))
                if !below_floor && quorum == Quorum::Unsaid =>
            {
                (Verdict::NeedsClarification, differs)
            }
            _ => (verdict, because),
        };
        // The grade is that of the strongest voter on the side that the verdict took.
        let side = |ballot: &&Ballot| match verdict {
            Verdict::Supported => ballot.stand == Stand::For,
            Verdict::Discrepancy | Verdict::MinorDiscrepancy => ballot.stand == Stand::Against,
            Verdict::NeedsClarification | Verdict::NoEvidence | Verdict::NotRun => true,
        };
        let speakers: Vec<&Ballot> = voters.iter().filter(side).collect();
        let grade = speakers.iter().map(|ballot| ballot.grade).max();
        let found = distinct(speakers.iter().map(|ballot| ballot.found.as_str()));
        let chain = speakers
            .iter()
            .max_by_key(|ballot| ballot.chain.len())
            .map(|b| b.chain.clone())
            .unwrap_or_default();
        if by_weak && !voters.is_empty() && verdict == Verdict::Supported {
            let strongest = grade.unwrap_or(Grade::Vouched);
            caveats.push(
                Message::new("only-weak-evidence")
                    .with("grade", strongest.name())
                    .with("deciding", line.name()),
            );
        }
        let mut citations = Vec::new();
        for ballot in voters {
            citations.extend(ballot.citations);
            caveats.extend(ballot.caveats);
        }
        citations.extend(context);
        dedup(&mut citations);
        let mut seen = std::collections::BTreeSet::new();
        caveats.retain(|caveat| seen.insert(caveat.clone()));
        Ruling {
            verdict,
            grade: if verdict == Verdict::NoEvidence || verdict == Verdict::NotRun {
                None
            } else {
                grade
            },
            because,
            expected,
            found,
            citations,
            chain,
            caveats,
            recommendations: Vec::<Recommendation>::new(),
        }
    }
}

fn verdict_of(
    voters: &[Ballot],
    by_weak: bool,
    quorum: Quorum,
    expected: &str,
    silence: (Verdict, Message),
    below_floor: Option<Grade>,
) -> (Verdict, Message) {
    if voters.is_empty() {
        return match below_floor {
            Some(floor) => (
                silence.0,
                Message::new("only-below-the-floor").with("floor", floor.name()),
            ),
            None => silence,
        };
    }
    let count = |wanted: fn(&Stand) -> bool| voters.iter().filter(|ballot| wanted(&ballot.stand)).count();
    let agree = count(|stand| *stand == Stand::For);
    let against = count(|stand| *stand == Stand::Against);
    let found = |stand: fn(&Stand) -> bool| {
        distinct(
            voters
                .iter()
                .filter(|ballot| stand(&ballot.stand))
                .map(|ballot| ballot.found.as_str()),
        )
        .unwrap_or_default()
    };
    let places = |stand: fn(&Stand) -> bool| {
        distinct(
            voters
                .iter()
                .filter(|b| stand(&b.stand))
                .map(|ballot| first_place(&ballot.citations))
                .take(3)
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str),
        )
        .unwrap_or_default()
    };
    let undecided = voters.iter().find_map(|ballot| match &ballot.stand {
        Stand::Undecided(why) => Some(why.clone()),
        Stand::For | Stand::Against => None,
    });
    let supported = |code: &'static str| {
        let because = Message::new(code)
            .with("expected", expected)
            .with("found", found(|stand| *stand == Stand::For))
            .with("rule", rules(voters))
            .with("agree", agree)
            .with("count", voters.len());
        (Verdict::Supported, because)
    };
    let mixed = || {
        Message::new("some-disagree")
            .with("expected", expected)
            .with("found", found(|stand| *stand == Stand::Against))
            .with("agree", agree)
            .with("against", against)
            .with("agreeing", places(|stand| *stand == Stand::For))
            .with("disagreeing", places(|stand| *stand == Stand::Against))
    };
    match quorum {
        Quorum::Any if agree > 0 => return supported("values-agree"),
        Quorum::AtLeast(least) if agree >= least as usize => return supported("values-agree"),
        Quorum::Any if undecided.is_none() => {
            let because = Message::new("none-of-them")
                .with("expected", expected)
                .with("found", found(|stand| *stand == Stand::Against));
            return (Verdict::NoEvidence, because);
        }
        Quorum::AtLeast(least) if agree > 0 => {
            return (
                Verdict::NeedsClarification,
                Message::new("too-few-agree")
                    .with("agree", agree)
                    .with("least", least)
                    .with("expected", expected),
            );
        }
        Quorum::All if agree > 0 && against > 0 => return (Verdict::Discrepancy, mixed()),
        Quorum::Unsaid | Quorum::All | Quorum::Any | Quorum::AtLeast(_) => {}
    }
    match (agree, against, undecided) {
        (_, 0, None) => supported("values-agree"),
        (0, _, None) => {
            let verdict = if by_weak {
                Verdict::MinorDiscrepancy
            } else {
                Verdict::Discrepancy
            };
            let because = Message::new("values-disagree")
                .with("expected", expected)
                .with("found", found(|stand| *stand == Stand::Against))
                .with("rule", rules(voters));
            (verdict, because)
        }
        (_, _, None) => (Verdict::NeedsClarification, mixed()),
        (_, _, Some(why)) => (Verdict::NeedsClarification, why),
    }
}

fn rules(voters: &[Ballot]) -> String {
    distinct(voters.iter().map(|ballot| ballot.rule.as_str())).unwrap_or_default()
}

/// The place that a reader should open first.
pub(crate) fn first_place(citations: &[Citation]) -> String {
    citations
        .first()
        .map(|citation| citation.place.short())
        .unwrap_or_default()
}

/// Distinct values in order of appearance, joined; none where there are none.
pub(crate) fn distinct<'a>(values: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut seen: Vec<&str> = Vec::new();
    for value in values {
        if !value.is_empty() && !seen.contains(&value) {
            seen.push(value);
        }
    }
    (!seen.is_empty()).then(|| seen.join(" / "))
}

/// One citation per place, with its strongest stance; several cards named on one line are one place.
fn dedup(citations: &mut Vec<Citation>) {
    let mut seen = std::collections::BTreeSet::new();
    citations.sort_by_key(|citation| citation.stance);
    citations.retain(|citation| {
        let place = &citation.place;
        seen.insert((
            place.file.clone(),
            place.line,
            place.end_line,
            place.row,
            place.job.clone(),
        ))
    });
}
