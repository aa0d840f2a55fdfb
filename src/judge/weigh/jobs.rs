//! Jobs of the accounting: which of them a claim is about, and what they say of its time.
//!
//! A job belongs to a claim by `of` (its id, its name, a word of its comment, its script, a program that its script
//! starts), else by the names of the job scripts that `in` takes in (`--job-name`, or the script's file name, which is
//! Slurm's default). With neither, every job of the file does; of the jobs that the scheduler knows, those of the names of
//! the job scripts that there are.
//!
//! Why it can be wrong: another job of two hours would make a sentence about three false, and a job that was cut off after
//! three would make it true. So a job of another name is no occasion, only a job that completed has a time, and of several
//! attempts the last stands for all. How many jobs were left out is said.
//!
//! Example: jobs `eval` of 2 h, 3 h 20 min and 4 h against `3-4 hours`: one of three is outside of [2.5 h, 4.5 h].

use std::collections::BTreeSet;

use super::cite::noted;
use super::scope::InScope;
use super::several::elapsed;
use super::vote::{Ballot, Stand};
use crate::claim::{Claim, ClaimFile};
use crate::evidence::{Ask, Form, Grade, Job, Statement, Subject};
use crate::judge::Case;
use crate::quantity::{Number, Outcome, Precision, Quantity, Stated, Unit, compare_interval};
use crate::verdict::{Citation, Message, Stance};

/// The accounting that the claim file names.
pub(crate) fn asks(file: &ClaimFile) -> Vec<Ask> {
    file.accounting
        .iter()
        .map(|path| Ask::Accounting {
            claims: file.path.clone(),
            path: path.clone(),
        })
        .collect()
}

/// A job with the row it stands in.
pub(crate) type Row<'a> = (&'a Statement, &'a Job);

/// The jobs that a claim is about.
#[derive(Debug, Default)]
pub(crate) struct Bound<'a> {
    pub(crate) jobs: Vec<Row<'a>>,
    /// Earlier attempts of theirs.
    pub(crate) earlier: Vec<Row<'a>>,
    /// How many jobs of other names there are.
    pub(crate) others: usize,
}

impl Bound<'_> {
    /// Whether the accounting has no such job at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.earlier.is_empty()
    }
}

/// The jobs that the claim is about; `starts` says whether a job script runs what `of` names.
pub(crate) fn bound<'a>(case: &Case<'a>, starts: impl Fn(&str) -> bool) -> Bound<'a> {
    let scope = InScope::of(case);
    let names = wanted(case, &scope, starts);
    let says_which = case.claim.of.is_some() || !case.claim.scope.include.is_empty();
    let mut found = Bound::default();
    let rows = || {
        case.evidence
            .statements
            .iter()
            .filter_map(|statement| match &statement.subject {
                Subject::Job { claims, job } => Some((statement, claims, &**job)),
                _ => None,
            })
    };
    let of_file = |claims: &String| *claims == case.file.path;
    let known = |job: &'a Job| (&job.id, &job.name, &job.state, job.elapsed);
    let in_file: BTreeSet<_> = rows()
        .filter(|(_, claims, _)| of_file(claims))
        .map(|(_, _, job)| known(job))
        .collect();
    for (statement, claims, job) in rows() {
        // One that stands in the file and is known to the scheduler, too, is one job.
        if !of_file(claims) && (!claims.is_empty() || in_file.contains(&known(job))) {
            continue;
        }
        // A file of jobs was made for its claims; the scheduler that was asked knows every job of a month.
        let all = !says_which && !claims.is_empty();
        let of = case.claim.of.as_deref();
        let ours = match statement.grade {
            // A log is looked into where `in` names it; what it is of stands in its name alone.
            Grade::Logged => scope.has(&statement.place.file) && of.is_none_or(|of| is(job, of) || logs(statement, of)),
            _ => all || named(job, &names) || of.is_some_and(|of| is(job, of)),
        };
        if !ours {
            found.others += 1;
        } else if job.superseded {
            found.earlier.push((statement, job));
        } else {
            found.jobs.push((statement, job));
        }
    }
    found
}

/// The names of the job scripts that the claim is about: those that run what `of` names, else those in scope.
fn wanted(case: &Case<'_>, scope: &InScope<'_>, starts: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let by_of = case.claim.of.is_some();
    let mut names = BTreeSet::new();
    // A job script asks for something, or at least starts something.
    let asking = case.evidence.statements.iter().filter_map(|statement| {
        let asks = matches!(statement.subject, Subject::Directive { .. });
        asks.then_some(statement.place.file.as_str())
    });
    let commands = case
        .evidence
        .launches
        .iter()
        .filter(|launch| !launch.command.is_empty());
    let scripts: BTreeSet<&str> = asking
        .chain(commands.map(|launch| launch.place.file.as_str()))
        .filter(|file| case.claim.scope.include.is_empty() || scope.has(file))
        .filter(|file| !by_of || starts(file))
        .collect();
    for script in scripts {
        let own: Vec<&Statement> = case
            .evidence
            .statements
            .iter()
            .filter(|statement| {
                let live = statement.form != Form::CommentedOut && statement.dead.is_none();
                live && statement.place.file == script
                    && matches!(&statement.subject, Subject::Directive { key, .. } if key == "job-name")
            })
            .collect();
        match own.last().and_then(|statement| statement.value.literal()) {
            Some(name) => names.insert(name.to_string()),
            None => names.insert(base(script).to_string()),
        };
    }
    names
}

/// The names of all jobs of the accounting.
pub(crate) fn names(case: &Case<'_>) -> BTreeSet<String> {
    let jobs = case
        .evidence
        .statements
        .iter()
        .filter_map(|statement| match &statement.subject {
            Subject::Job { claims, job } if claims.is_empty() || *claims == case.file.path => job.name.clone(),
            _ => None,
        });
    jobs.collect()
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn named(job: &Job, names: &BTreeSet<String>) -> bool {
    job.name.as_ref().is_some_and(|name| names.contains(name))
}

/// Whether the log's name begins with what `of` names: `eval-100.out` is of `eval` and of `eval.sbatch`.
fn logs(statement: &Statement, of: &str) -> bool {
    let stem = base(of).split('.').next().unwrap_or_default();
    let rest = base(&statement.place.file).strip_prefix(stem);
    let number = |rest: &str| rest.starts_with(['-', '_', '.']) && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    !stem.is_empty() && rest.is_some_and(number)
}

/// Whether `of` is this job's id, name, script, or a word of its comment.
fn is(job: &Job, of: &str) -> bool {
    let of_array = |separator: char| {
        let rest = job.id.strip_prefix(of);
        rest.is_some_and(|rest| rest.starts_with(separator))
    };
    let in_words = |text: &Option<String>| {
        text.iter()
            .flat_map(|text| text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')))
            .any(|word| word == of || base(word) == base(of))
    };
    job.id == of
        || (of.bytes().all(|byte| byte.is_ascii_digit()) && (of_array('_') || of_array('+')))
        || job.name.as_deref() == Some(of)
        || in_words(&job.comment)
        || in_words(&job.command)
}

/// What the jobs say of the time that is claimed.
#[derive(Debug, Default)]
pub(crate) struct Times {
    pub(crate) ballots: Vec<Ballot>,
    pub(crate) context: Vec<Citation>,
    pub(crate) caveats: Vec<Message>,
    /// Seconds of the jobs that completed, sorted.
    pub(crate) seconds: Vec<u64>,
}

/// The elapsed time of every job that completed; a job that was cut off, or still runs, took at least its own. `differs`
/// says why a job is no occasion.
pub(crate) fn times(
    claim: &Claim,
    stated: &Stated,
    bound: &Bound<'_>,
    differs: impl Fn(Row<'_>) -> Option<Message>,
) -> Times {
    let mut times = Times::default();
    let mut commits: BTreeSet<String> = BTreeSet::new();
    for &(statement, job) in &bound.jobs {
        let aside = |why: Message| noted(statement, Stance::Context, why);
        if let Some(why) = differs((statement, job)) {
            times.context.push(aside(why));
            continue;
        }
        let state = job.state.to_string();
        let Some(seconds) = job.elapsed else {
            let why = Message::new("job-without-time")
                .with("job", &job.id)
                .with("state", state);
            times.context.push(aside(why));
            continue;
        };
        let completed = job.state.ran_to_its_end();
        if !completed && !job.state.ran_at_least() {
            let why = Message::new("job-not-to-its-end")
                .with("job", &job.id)
                .with("state", state)
                .with("found", elapsed(seconds));
            times.context.push(aside(why));
            continue;
        }
        let ballot = if completed {
            commits.extend(commit(job));
            times.seconds.push(seconds);
            compared(claim, stated, statement, job, seconds, true)
        } else {
            compared(claim, stated, statement, job, seconds, false)
        };
        match ballot {
            Ok(ballot) => times.ballots.push(ballot),
            Err(citation) => times.context.push(*citation),
        }
    }
    for &(statement, job) in &bound.earlier {
        let why = Message::new("earlier-attempt")
            .with("job", &job.id)
            .with("state", job.state.to_string());
        times.context.push(noted(statement, Stance::Context, why));
    }
    if commits.len() > 1 {
        let all: Vec<String> = commits.into_iter().collect();
        times
            .caveats
            .push(Message::new("jobs-of-several-commits").with("commits", all.join(", ")));
    }
    if bound.others > 0 && !bound.jobs.is_empty() {
        times
            .caveats
            .push(Message::new("jobs-of-other-names").with("count", bound.others));
    }
    times.seconds.sort_unstable();
    times
}

/// One job's time: what it took, or what it took at least.
fn compared(
    claim: &Claim,
    stated: &Stated,
    statement: &Statement,
    job: &Job,
    seconds: u64,
    completed: bool,
) -> Result<Ballot, Box<Citation>> {
    let time = Quantity {
        number: Number::from_i64(i64::try_from(seconds).unwrap_or(i64::MAX)),
        unit: Some(Unit::Second),
    };
    let high = completed.then_some(&time);
    let outcome = compare_interval(stated, Some(&time), high, Precision::Runtime, claim.tolerance.as_ref());
    let found = match completed {
        true => elapsed(seconds),
        false => format!("> {}", elapsed(seconds)),
    };
    let (stand, stance) = match outcome.outcome {
        Outcome::Agrees => (Stand::For, Stance::Supports),
        Outcome::Disagrees => (Stand::Against, Stance::Contradicts),
        // What it took at least permits the claim.
        Outcome::Overlaps | Outcome::Undecidable(_) if !completed => {
            let why = Message::new("job-cut-off")
                .with("job", &job.id)
                .with("state", job.state.to_string())
                .with("found", elapsed(seconds));
            return Err(Box::new(noted(statement, Stance::Context, why)));
        }
        Outcome::Overlaps | Outcome::Undecidable(_) => (
            Stand::Undecided(Message::new("overlaps").with("rule", &outcome.rule)),
            Stance::Context,
        ),
    };
    let mut citation = super::cite::cite(statement, stance);
    citation.value.clone_from(&found);
    citation.note = Some(
        Message::new("job-took")
            .with("job", &job.id)
            .with("name", job.name.as_deref().unwrap_or_default())
            .with("state", job.state.to_string())
            .with(
                "steps",
                if job.bad_steps > 0 {
                    job.bad_steps.to_string()
                } else {
                    String::new()
                },
            ),
    );
    Ok(Ballot::new(stand, statement.grade, found, vec![citation]).by(outcome.rule))
}

/// A commit that the job's comment names.
fn commit(job: &Job) -> Option<String> {
    let comment = job.comment.as_deref()?;
    let words = comment.split(|c: char| !c.is_ascii_alphanumeric());
    let is_hash = |word: &&str| {
        (7..=40).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_hexdigit())
            && word.bytes().any(|byte| byte.is_ascii_alphabetic())
            && word.bytes().any(|byte| byte.is_ascii_digit())
    };
    words.into_iter().find(is_hash).map(str::to_string)
}

/// The times as one sentence has them: one, or from the least to the most with the median.
pub(crate) fn summary(seconds: &[u64]) -> Option<(String, String)> {
    let (first, last) = (seconds.first()?, seconds.last()?);
    let median = match seconds.len() {
        count if count % 2 == 1 => seconds[count / 2],
        count => (seconds[count / 2 - 1] + seconds[count / 2]) / 2,
    };
    let range = if elapsed(*first) == elapsed(*last) {
        elapsed(*first)
    } else {
        format!("{} to {}", elapsed(*first), elapsed(*last))
    };
    Some((range, elapsed(median)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: &str, name: &str, comment: &str, command: &str) -> Job {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_string());
        Job {
            id: id.into(),
            name: text(name),
            comment: text(comment),
            command: text(command),
            ..Job::default()
        }
    }

    #[test]
    fn of_names_a_job_by_what_people_know_of_it() {
        for (of, one, expected) in [
            ("1234", job("1234", "", "", ""), true),
            ("123", job("1234", "", "", ""), false),
            ("7", job("7_3", "", "", ""), true),
            ("7", job("71_3", "", "", ""), false),
            ("eval", job("1", "eval", "", ""), true),
            ("eval", job("1", "eval-2", "", ""), false),
            ("table3", job("1", "x", "run table3, seed 1", ""), true),
            ("eval.sh", job("1", "x", "", "sbatch -p gpu jobs/eval.sh 32"), true),
        ] {
            assert_eq!(is(&one, of), expected, "{of} {one:?}");
        }
    }

    #[test]
    fn a_commit_is_a_hash_and_no_word() {
        let found = |comment: &str| commit(&job("1", "", comment, ""));
        assert_eq!(found("commit 3f2a91c"), Some("3f2a91c".into()));
        assert_eq!(found("deadbeef and 12345678"), None);
    }

    #[test]
    fn times_are_summed_up_with_their_median() {
        assert_eq!(
            summary(&[7200, 12_000, 14_400]),
            Some(("2 h to 4 h".into(), "3 h 20 min".into()))
        );
        assert_eq!(summary(&[6600]), Some(("1 h 50 min".into(), "1 h 50 min".into())));
        assert_eq!(summary(&[]), None);
    }
}
