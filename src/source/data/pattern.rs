//! Hits of a regular expression in a text, each with its line; comments and strings are searched like the rest.
//!
//! Why it can be wrong: `^` and `$` that mean the whole text miss every line but the first, and `$` misses lines that
//! end in `\r\n`. They mean lines here, whichever ending.
//!
//! Example: `range\((\d+)\)` over `for i in range(970):` hits with the value 970.

use regex::RegexBuilder;

use super::{File, FileFacts, not_text, shown, statement};
use crate::evidence::{Gap, GapReason, Grade, Subject};

/// Hits of one pattern in one file; more say that the pattern means something else.
const MOST_HITS: usize = 100_000;

/// The weight of what stands in a kind of file.
pub(super) fn grade(path: &str) -> Grade {
    match path.to_lowercase().rsplit('.').next().unwrap_or("") {
        "md" | "rst" | "tex" => Grade::Documented,
        "log" | "out" | "err" => Grade::Logged,
        _ => Grade::Configured,
    }
}

/// Adds a statement for each hit: its first capture, else the whole hit. A pattern that is none was refused before.
pub(super) fn read(file: &File, pattern: &str, subject: &Subject, grade: Grade, facts: &mut FileFacts) {
    let Some(text) = &file.text else {
        facts.gaps.extend(not_text(file));
        return;
    };
    let Ok(pattern) = RegexBuilder::new(pattern).multi_line(true).crlf(true).build() else {
        return;
    };
    for (index, captures) in pattern.captures_iter(text.text()).enumerate() {
        if index == MOST_HITS {
            let detail = format!("more than {MOST_HITS} hits of `{pattern}`; the rest was not looked at");
            facts.gaps.push(Gap {
                file: file.path.clone(),
                why: GapReason::TooLarge,
                detail,
            });
            break;
        }
        let Some(hit) = captures.get(1).or_else(|| captures.get(0)) else {
            continue;
        };
        let (value, unit) = shown(hit.as_str());
        let mut found = statement(subject.clone(), value, text.place(hit.range()), grade);
        found.unit = unit;
        facts.statements.push(found);
    }
}
