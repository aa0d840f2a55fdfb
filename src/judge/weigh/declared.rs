//! What the lines of a manifest say of a claimed version, one by one and together.
//!
//! Why it can be wrong: a line that nobody installs (a constraint, a stage that is thrown away, a marker of another system)
//! reads like any other. It votes for nothing, and alone it refutes nothing.
//!
//! Example: `torch>=2.0` beside a lock with `torch==2.1.2`: the lock speaks.

use super::cite::{cite, shown};
use super::environments::{locked, pins};
use super::vote::{Ballot, Stand};
use crate::claim::Claim;
use crate::evidence::{Grade, Statement, Subject};
use crate::quantity::packages::canonical;
use crate::quantity::version::{Declared, Holds, Specifier, VersionOutcome, holds, judge_version, judge_works_with};
use crate::verdict::{Citation, Message, Stance};

/// The package's normalised name, `pytorch` as `torch`.
pub(crate) fn package(claim: &Claim) -> String {
    canonical(claim.fields.text("package").unwrap_or_default())
}

pub(crate) fn expected(claim: &Claim) -> String {
    let package = claim.fields.text("package").unwrap_or_default();
    let version = ["version", "works-with", "installed"]
        .iter()
        .find_map(|key| claim.fields.text(key));
    match version {
        Some(version) => format!("{package} {version}"),
        None => package.to_string(),
    }
}

/// Whether a pin may be what a range installs.
pub(crate) fn within(pin: &Statement, range: &Statement) -> bool {
    let pinned = Specifier::pep440(&shown(&pin.value));
    match (pinned, declared(range, &shown(&range.value))) {
        (Ok(pinned), Some(range)) => judge_version(&pinned, &range) != VersionOutcome::Disagrees,
        _ => false,
    }
}

/// A vote that is none.
pub(crate) fn undecided(ballot: Ballot, why: Message) -> Ballot {
    let shown = |citation: Citation| Citation {
        stance: Stance::Context,
        ..citation
    };
    Ballot {
        stand: Stand::Undecided(why),
        citations: ballot.citations.into_iter().map(shown).collect(),
        ..ballot
    }
}

/// Why a line installs nothing: it is a constraint, or stands where nothing comes of it.
pub(crate) fn not_installed(package: &str, statement: &Statement) -> Message {
    let place = statement.place.short();
    if statement.dead.is_none() {
        return Message::new("only-constrained")
            .with("package", package)
            .with("place", place);
    }
    Message::new("only-dead-evidence")
        .with("name", package)
        .with("why", "branch-not-taken")
        .with("place", place)
}

/// Where a line holds on another system than Linux alone: its marker.
fn elsewhere(statement: &Statement) -> Option<&str> {
    match &statement.subject {
        Subject::Dependency {
            marker: Some(marker), ..
        } if holds(marker, &[]) == Holds::Elsewhere => Some(marker),
        _ => None,
    }
}

/// One environment's vote: its lock where it has one, else all its lines.
pub(crate) fn ballot(claim: &Claim, lines: &[&Statement], caveats: &mut Vec<Message>) -> Ballot {
    let locks: Vec<&Statement> = lines.iter().copied().filter(|s| pins(s)).collect();
    let speaking = if locks.is_empty() { lines.to_vec() } else { locks };
    let mut stands: Vec<(Stand, &Statement)> = Vec::new();
    for &statement in &speaking {
        stands.push((stand(claim, statement, caveats), statement));
    }
    // For Windows alone: it supports nothing, and refutes only beside what does.
    let everywhere = speaking.iter().any(|s| elsewhere(s).is_none());
    for (stand, statement) in &mut stands {
        if let Some(marker) = elsewhere(statement).filter(|_| *stand == Stand::For || !everywhere) {
            let why = Message::new("only-on-another-system")
                .with("place", statement.place.short())
                .with("marker", marker);
            *stand = Stand::Undecided(why);
        }
    }
    let together = if stands.iter().all(|(stand, _)| *stand == Stand::For) {
        Stand::For
    } else if stands.iter().all(|(stand, _)| *stand == Stand::Against) {
        Stand::Against
    } else {
        let open = stands.iter().find_map(|(stand, _)| match stand {
            Stand::Undecided(why) => Some(why.clone()),
            Stand::For | Stand::Against => None,
        });
        Stand::Undecided(open.unwrap_or_else(|| Message::new("lines-differ").with("place", stands[0].1.place.short())))
    };
    let citations = stands
        .iter()
        .map(|(stand, statement)| {
            let stance = match stand {
                Stand::Against => Stance::Contradicts,
                // What leaves the question open is what a reader must look at.
                Stand::For | Stand::Undecided(_) => Stance::Supports,
            };
            cite(statement, stance)
        })
        .collect();
    let found = speaking.iter().map(|s| display(claim, s)).collect::<Vec<_>>();
    Ballot::new(
        together,
        speaking.iter().map(|s| s.grade).max().unwrap_or(Grade::Declared),
        super::vote::distinct(found.iter().map(String::as_str)).unwrap_or_default(),
        citations,
    )
}

fn display(claim: &Claim, statement: &Statement) -> String {
    let package = package(claim);
    format!("{package}{}", shown(&statement.value))
}

fn stand(claim: &Claim, statement: &Statement, caveats: &mut Vec<Message>) -> Stand {
    let text = shown(&statement.value);
    let Some(parsed) = declared(statement, &text) else {
        return Stand::Undecided(Message::new("specifier-not-read").with("declared", &text));
    };
    if let Subject::Dependency {
        marker: Some(marker), ..
    } = &statement.subject
    {
        caveats.push(
            Message::new("under-marker")
                .with("place", statement.place.short())
                .with("marker", marker),
        );
    }
    let version = |key: &str| claim.fields.text(key);
    if version("version") == Some("source") {
        return if matches!(parsed, Declared::Source(_)) {
            Stand::For
        } else {
            Stand::Against
        };
    }
    let outcome = if let Some(range) = version("works-with").and_then(|text| Specifier::parse(text).ok()) {
        judge_works_with(&range, &parsed)
    } else if let Some(installed) = version("installed").and_then(|text| Specifier::parse(text).ok()) {
        if !locked(statement) {
            return Stand::Undecided(Message::new("installed-needs-lock").with("declared", text));
        }
        judge_version(&installed, &parsed)
    } else if let Some(stated) = version("version").and_then(|text| Specifier::parse(text).ok()) {
        judge_version(&stated, &parsed)
    } else {
        return Stand::For;
    };
    // conda's `=1.2.3` is 1.2.3 to whoever prints three parts, whatever rebuilds it may hold beside.
    let outcome = match (release_of_conda(&text), claim_of(claim)) {
        (Some(release), Some(stated)) if matches!(outcome, VersionOutcome::Clarify(_)) => {
            let exact = Declared::pep440(&format!("=={release}"));
            match exact.map(|exact| judge_version(&stated, &exact)) {
                Ok(VersionOutcome::Agrees) => VersionOutcome::Agrees,
                _ => outcome,
            }
        }
        _ => outcome,
    };
    match outcome {
        VersionOutcome::Agrees => Stand::For,
        VersionOutcome::AgreesNoUpperBound => {
            caveats.push(Message::new("no-upper-bound").with("declared", format!("{}{text}", package(claim))));
            Stand::For
        }
        VersionOutcome::Disagrees => Stand::Against,
        VersionOutcome::Clarify(code) => Stand::Undecided(
            Message::new("version-open")
                .with("reason", code)
                .with("declared", text)
                .with("claimed", expected(claim)),
        ),
    }
}

/// The release of three parts or more behind conda's one `=`.
fn release_of_conda(text: &str) -> Option<&str> {
    let release = text.trim().strip_prefix('=')?;
    let digits = release.chars().all(|c| c.is_ascii_digit() || c == '.');
    (digits && release.matches('.').count() >= 2).then_some(release)
}

fn claim_of(claim: &Claim) -> Option<Specifier> {
    let text = claim
        .fields
        .text("version")
        .or_else(|| claim.fields.text("installed"))?;
    Specifier::parse(text).ok()
}

/// What a declaration says, by how its manifest writes it: PEP 440, a reference, else poetry's or conda's own notation.
fn declared(statement: &Statement, text: &str) -> Option<Declared> {
    let text = text.trim();
    if text.contains("://") || text.starts_with("git+") || text.starts_with("file:") {
        return Some(Declared::Source(text.to_string()));
    }
    let conda = statement.owner.last().is_some_and(|owner| owner == "conda");
    if conda && !text.is_empty() {
        return Declared::conda(text).ok();
    }
    let poetry = statement.owner.iter().any(|owner| owner == "poetry");
    if poetry || (text.starts_with(['^', '~']) && !text.starts_with("~=")) {
        return Declared::poetry(text).ok();
    }
    Declared::pep440(text).or_else(|_| Declared::conda(text)).ok()
}

/// Whether the version that is claimed to have been there lies in what is declared.
pub(crate) fn allows(claim: &Claim, statement: &Statement) -> bool {
    let text = shown(&statement.value);
    let claimed = claim
        .fields
        .text("installed")
        .and_then(|text| Specifier::parse(text).ok());
    match (claimed, declared(statement, &text)) {
        (Some(claimed), Some(parsed)) => judge_version(&claimed, &parsed) != VersionOutcome::Disagrees,
        _ => false,
    }
}
