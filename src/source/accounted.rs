//! Jobs out of the accounting that claim files name, as statements.
//!
//! Why it can be wrong: an accounting file lies beside the claim file and is read whatever `in` says; it speaks for the
//! claims of that file alone. What was not read of it is a gap, each fault with its line.
//!
//! Example: `[slurm] accounting = ["evidence/sacct.txt"]` makes one statement of every row of an allocation.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::FileFacts;
use super::accounting::{self, Accounting, Found};
use super::file::{digest, digest_of, lies_at};
use crate::evidence::{Ask, Expr, Form, Gap, GapReason, Grade, Statement, Subject};
use crate::place::Place;
use crate::quantity::{Number, Unit, Value};

/// The jobs of every accounting file that these asks name, with its path and hash; `shown` gives a path as the report has
/// it, where it may be read.
pub(super) fn jobs(asks: &[Ask], shown: &dyn Fn(&Path) -> Option<String>) -> Vec<(String, Option<String>, FileFacts)> {
    asks.iter()
        .filter_map(|ask| match ask {
            Ask::Accounting { claims, path } => Some((claims, path)),
            _ => None,
        })
        .map(|(claims, path)| {
            let file = lies_at(claims, path);
            let gap = |why, detail: String| Gap {
                file: path.clone(),
                why,
                detail,
            };
            if !file.exists() {
                let gap = gap(
                    GapReason::Unreadable,
                    format!("the accounting that {claims} names is not there"),
                );
                return (path.clone(), None, gap.into());
            }
            let Some(name) = shown(&file) else {
                let gap = gap(
                    GapReason::OutsideRoot,
                    "accounting lies in the project of its claim file".into(),
                );
                return (path.clone(), None, gap.into());
            };
            match File::open(&file).and_then(|opened| accounting::read(BufReader::with_capacity(1 << 16, opened))) {
                Ok(found) => {
                    // What nothing is said of needs no hash; it may be a gigabyte of something else.
                    let digest = if found.jobs.is_empty() { None } else { digest_of(&file) };
                    (name.clone(), digest, facts(claims, &name, found))
                }
                Err(error) => {
                    let gap = gap(GapReason::Unreadable, error.to_string());
                    (name, None, gap.into())
                }
            }
        })
        .collect()
}

/// What the scheduler said when it was asked now.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The rows as its tool prints them, or why there are none.
    pub rows: Result<String, String>,
    /// What was left out of them, in words.
    pub aside: Option<String>,
}

/// Where the jobs of an answer stand in a report: no file, but the tool that printed them.
const ASKED: &str = "sacct";

/// The jobs of an answer: they speak for the claims of every file.
pub(super) fn answered(answer: &Answer) -> (String, Option<String>, FileFacts) {
    let gap = |detail: &str| Gap {
        file: ASKED.to_string(),
        why: GapReason::NoAnswer,
        detail: detail.to_string(),
    };
    let (digest, mut said) = match &answer.rows {
        Ok(rows) => match accounting::read(rows.as_bytes()) {
            Ok(found) => (Some(digest(rows.as_bytes())), facts("", ASKED, found)),
            Err(error) => (None, gap(&error.to_string()).into()),
        },
        Err(why) => (None, gap(why).into()),
    };
    said.gaps.extend(answer.aside.as_deref().map(gap));
    (ASKED.to_string(), digest, said)
}

/// What accounting says, as statements at its places; `claims` is the claim file that names it.
pub(super) fn facts(claims: &str, file: &str, found: Accounting) -> FileFacts {
    let mut facts = FileFacts::default();
    for (line, why) in &found.faults {
        let detail = match line {
            Some(line) => format!("line {line}: {why}"),
            None => why.clone(),
        };
        facts.gaps.push(Gap {
            file: file.to_string(),
            why: GapReason::Broken,
            detail,
        });
    }
    if found.more_faults > 0 {
        facts.gaps.push(Gap {
            file: file.to_string(),
            why: GapReason::Broken,
            detail: format!("and {} more such lines", found.more_faults),
        });
    }
    if found.beyond.rows() > 0 {
        let states: Vec<String> = found
            .beyond
            .states
            .iter()
            .map(|(state, sum)| format!("{state} {}", sum.rows))
            .collect();
        facts.gaps.push(Gap {
            file: file.to_string(),
            why: GapReason::TooLarge,
            detail: format!(
                "more than 100,000 jobs; the rest is not looked at ({}). Record those of the paper (`sacct --name`)",
                states.join(", ")
            ),
        });
    }
    facts.statements = found
        .jobs
        .into_iter()
        .map(|found| statement(claims, file, found))
        .collect();
    facts
}

fn statement(claims: &str, file: &str, found: Found) -> Statement {
    let Found { job, line, text } = found;
    let line = line.and_then(|line| u32::try_from(line).ok());
    let elapsed = job.elapsed.and_then(|seconds| i64::try_from(seconds).ok());
    Statement {
        place: Place {
            line,
            end_line: line,
            job: Some(job.id.clone()),
            time: job.end.clone().or_else(|| job.start.clone()),
            excerpt: text,
            ..Place::whole(file)
        },
        form: Form::Data,
        value: elapsed.map_or(Expr::Opaque(String::new()), |seconds| {
            Expr::Value(Value::Number(Number::from_i64(seconds)))
        }),
        grade: Grade::Measured,
        owner: job.name.iter().cloned().collect(),
        unit: Some(Unit::Second),
        guards: Vec::new(),
        comment: None,
        dead: None,
        subject: Subject::Job {
            claims: claims.to_string(),
            job: Box::new(job),
        },
    }
}
