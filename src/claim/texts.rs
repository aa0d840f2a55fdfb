//! Texts with a grammar of their own: regular expressions, selections, digests, names of variables and devices.
//!
//! Why it can be wrong: an expression that is checked under other options than it is run with is another expression. So
//! [`regex`] is what the source runs: `^` and `$` match at every line.
//!
//! Example: `'lr = ([0-9.]+'` is "unclosed group", at the parenthesis.

use regex::{Regex, RegexBuilder};
use rusqlite::{Connection, Error};
use serde_json_path::JsonPath;

use crate::evidence::selection::{self, Piece, Selection};

/// What is wrong in a text, and at which of its bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: Option<usize>,
    pub(super) message: String,
}

/// Compiles a `pattern`, or the inside of a `/regex/` selection: `^ $` per line.
pub(super) fn regex(text: &str) -> Result<Regex, Fault> {
    RegexBuilder::new(text)
        .multi_line(true)
        .build()
        .map_err(|error| syntax(text, &error))
}

/// Whether a `select` parses, as far as it can be told without its table.
///
/// `$…` is JSONPath; `/…/` is a regular expression with one capture; all else is SQL.
pub(super) fn select(text: &str) -> Result<(), Fault> {
    let blanks = text.len() - text.trim_start().len();
    let shifted = |fault: Fault, by: usize| Fault {
        at: fault.at.map(|at| at + by),
        ..fault
    };
    let trimmed = text.trim();
    if trimmed.starts_with('$') {
        return JsonPath::parse(trimmed).map(|_| ()).map_err(|error| Fault {
            // Bytes from 0, whatever the library's documentation says.
            at: Some(blanks + error.position()),
            message: match error.message() {
                "parser error" => "`select` is no JSONPath: it does not go on here".to_string(),
                message => format!("`select` is no JSONPath: {message}"),
            },
        });
    }
    if let Some(rest) = trimmed.strip_prefix('/') {
        let Some(inner) = rest.strip_suffix('/') else {
            return Err(Fault {
                at: None,
                message: "`select` begins with `/` but does not end with it".to_string(),
            });
        };
        let compiled = regex(inner).map_err(|fault| shifted(fault, blanks + 1))?;
        return one_capture(&compiled, "select");
    }
    sql(trimmed).map_err(|fault| shifted(fault, blanks))
}

/// Whether a `/regex/` reads progress: one capture for what was done, or a second for the total.
pub(super) fn progress(text: &str) -> Result<(), Fault> {
    let Some(inner) = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) else {
        return Err(Fault {
            at: None,
            message: "`progress` begins with `/` but does not end with it".to_string(),
        });
    };
    let compiled = regex(inner).map_err(|fault| Fault {
        at: fault.at.map(|at| at + 1),
        ..fault
    })?;
    match compiled.captures_len() - 1 {
        1 | 2 => Ok(()),
        0 => Err(Fault {
            at: None,
            message: "`progress` has no capture; parentheses around the number that is done say what is read"
                .to_string(),
        }),
        several => Err(Fault {
            at: None,
            message: format!(
                "`progress` has {several} captures; the first is what was done, a second the total, and `(?:…)` groups without capturing"
            ),
        }),
    }
}

/// A regular expression that picks a value has one capture, which is that value.
pub(super) fn one_capture(regex: &Regex, key: &str) -> Result<(), Fault> {
    match regex.captures_len() - 1 {
        1 => Ok(()),
        0 => Err(Fault {
            at: None,
            message: format!("`{key}` has no capture; parentheses around the value say what is read"),
        }),
        several => Err(Fault {
            at: None,
            message: format!("`{key}` has {several} captures where one was expected; `(?:…)` groups without capturing"),
        }),
    }
}

/// The message and place in `regex`'s error, whose picture underlines the fault with `^` four columns in.
fn syntax(text: &str, error: &regex::Error) -> Fault {
    let picture = error.to_string();
    let message = picture
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("error: "))
        .unwrap_or(&picture);
    let at = (!text.contains('\n'))
        .then(|| {
            picture
                .lines()
                .find(|line| line.trim_start().starts_with('^'))
                .and_then(|line| line.find('^'))
        })
        .flatten()
        .and_then(|column| column.checked_sub(4))
        .and_then(|column| text.char_indices().nth(column).map(|(at, _)| at).or(Some(text.len())));
    Fault {
        at,
        message: format!("the regular expression does not parse: {message}"),
    }
}

/// Words of SQL that tables have as names of columns.
const KEYWORDS: &[&str] = &[
    "add",
    "all",
    "alter",
    "and",
    "as",
    "between",
    "by",
    "case",
    "check",
    "collate",
    "column",
    "commit",
    "constraint",
    "create",
    "default",
    "delete",
    "desc",
    "asc",
    "distinct",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exists",
    "foreign",
    "from",
    "group",
    "having",
    "in",
    "index",
    "insert",
    "intersect",
    "into",
    "is",
    "join",
    "key",
    "limit",
    "match",
    "not",
    "null",
    "of",
    "offset",
    "on",
    "or",
    "order",
    "primary",
    "references",
    "row",
    "select",
    "set",
    "table",
    "then",
    "to",
    "transaction",
    "union",
    "unique",
    "update",
    "using",
    "values",
    "view",
    "when",
    "where",
    "with",
];

/// The word that SQLite stumbles over: `near "index": syntax error`.
fn near(said: &str) -> Option<&str> {
    said.strip_prefix("near \"")?.split('"').next()
}

/// What to do where a column bears a word of SQL as its name; nothing for other words.
fn keyword(word: &str) -> String {
    if !KEYWORDS.contains(&word.to_lowercase().as_str()) {
        return String::new();
    }
    format!("; `{word}` is a word of SQL, and a column of that name stands in double quotes: `\"{word}\"`")
}

/// The terms of a selection in SQL, as SQLite reads them. Which columns there are is for the table to say.
fn sql(text: &str) -> Result<(), Fault> {
    let selection = selection::parse(text).map_err(|fault| {
        // `order where …`: the selection ends before it has begun.
        let first = text.get(fault.at..).and_then(|rest| rest.split_whitespace().next());
        let first = first.filter(|_| fault.message.starts_with("a selection begins"));
        let hint = first.map_or(String::new(), keyword);
        Fault {
            at: Some(fault.at),
            message: format!("`select`: {}{hint}", fault.message),
        }
    })?;
    let Selection::Table(pieces) = selection else {
        return Ok(());
    };
    let Ok(connection) = Connection::open_in_memory() else {
        return Ok(());
    };
    let made = connection.execute_batch("CREATE TABLE t (\"row\")");
    let terms = pieces.iter().filter_map(|piece| match piece {
        Piece::Term(term) if made.is_ok() => Some(term),
        _ => None,
    });
    for term in terms {
        let before = format!("SELECT {} FROM t ", term.list).len();
        let statement = format!("SELECT {} FROM t {}", term.list, term.rest);
        let Err(Error::SqlInputError { msg, offset, .. }) = connection.prepare(&statement) else {
            continue;
        };
        if msg.starts_with("no such column") {
            continue;
        }
        // Its bytes in the claim's text: a term stands there with its list and its rest as written.
        let offset = usize::try_from(offset).unwrap_or_default();
        let at = if offset >= before {
            text.find(&term.rest).map(|start| start + offset - before)
        } else {
            text.find(&term.list)
                .map(|start| start + offset.saturating_sub("SELECT ".len()))
        };
        return Err(Fault {
            at: at.filter(|at| text.is_char_boundary(*at)),
            message: format!("`select` is no SQL: {msg}{}", near(&msg).map_or(String::new(), keyword)),
        });
    }
    Ok(())
}

/// Hexadecimal, at least eight digits (fewer could match by chance), at most 64; in lower case.
pub(super) fn sha256(text: &str) -> Result<String, String> {
    let digits = text.trim();
    if !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(format!(
            "`{digits}` is no SHA-256 digest: it has other signs than 0-9 and a-f"
        ));
    }
    if !(8..=64).contains(&digits.len()) {
        return Err(format!(
            "a SHA-256 digest has 64 digits, a prefix of one at least 8; this has {}",
            digits.len()
        ));
    }
    Ok(digits.to_ascii_lowercase())
}

/// `PATH`, `CUDA_VISIBLE_DEVICES`.
pub(super) fn variable(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `cpu`, `cuda`, `cuda:1`, `metal`.
pub(super) fn device(text: &str) -> bool {
    matches!(text, "cpu" | "cuda" | "metal")
        || text
            .strip_prefix("cuda:")
            .is_some_and(|number| number.parse::<u8>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_where_a_reader_would_look() {
        let cases: &[(&str, Option<usize>, &str)] = &[
            ("$.a[", Some(3), "no JSONPath"),
            ("/lr = ([0-9]+/", Some(6), "unclosed group"),
            ("/ñ(/", Some(3), "unclosed group"),
            ("/lr = [0-9]+/", None, "no capture"),
            ("/(a)(b)/", None, "2 captures"),
            ("/(a)", None, "does not end"),
            ("avg(BA where x = 1", Some(3), "`(` is not closed"),
            ("a where b = 'x", Some(12), "a quote is not closed"),
            ("a) where", Some(1), "closes nothing"),
            ("order where a = 1", Some(0), "`order` is a word of SQL"),
            ("max(index) where a = 1", Some(4), "`index` is a word of SQL"),
            ("acc where group = 'a'", Some(10), "double quotes: `\"group\"`"),
            ("acc where split == = 3", Some(19), "syntax error"),
            ("(a where b = 1) - (c wher d = 2 where)", Some(26), "no SQL"),
            ("median_of(row)", Some(0), "no such function"),
            ("select acc from t", Some(0), "without SELECT"),
        ];
        for (text, at, message) in cases {
            let fault = select(text).unwrap_err();
            assert!(fault.at == *at && fault.message.contains(message), "{text}: {fault:?}");
        }
    }

    #[test]
    fn selections_of_all_three_sorts_parse() {
        for text in [
            "$.results[0].acc",
            "/mAP: ([0-9.]+)/",
            "Average where Model = 'GPT-3 (175B, few-shot)'",
            "count(distinct clip_id)",
            "(FP where a = 1) - (FP where a = 2)",
            "\"n (%)\" where row = 1",
        ] {
            assert_eq!(select(text), Ok(()), "{text}");
        }
    }
}
