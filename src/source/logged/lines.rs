//! Settings in logs: `name=value`, `name: value`, `Namespace(lr=0.1)`, `{"lr": 0.1}`.
//!
//! Only names that a claim asks for are looked for, as whole identifiers, and only in logs that a claim's `in` names: a
//! log says much that nobody asks.
//!
//! Why it can be wrong: a learning rate that decays along the log, or one value for each of two stages, is not the first
//! of them. A name with several values in one log is undecidable, and what stands behind the value (`3/10`, `0.1 s`,
//! a sentence) makes it unknown.
//!
//! Example: `12:00:01 INFO Namespace(lr=0.1, batch_size=32)` says `lr` 0.1 and `batch_size` 32.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{jobs, setting};
use crate::evidence::{Ask, Expr, GapReason, Printed};
use crate::place::SourceText;
use crate::source::{File, FileFacts, Reader, config};

/// Reads `*.log`, `*.out` and `*.err`.
pub const LOGS: Reader = Reader {
    name: "logs",
    about: include_str!("lines.rs"),
    reads: |path| [".log", ".out", ".err"].iter().any(|ending| path.ends_with(ending)),
    read,
};

/// Bytes of a log that is read.
const LARGEST: usize = 64 * 1024 * 1024;
/// Values that are kept of a run's output.
const MOST_PRINTED: usize = 100;
/// Values of one name that are shown.
const SHOWN: usize = 4;

/// A name with what is said behind it; its first letter stands behind no letter of a name.
static SAID: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = r#"(?:^|[\s,;|({\['"])(?:--)?(?P<name>[A-Za-z_][\w.\-]*)['"]?"#;
    let value = r#"(?P<value>"[^"\n]*"|'[^'\n]*'|[^\s,;|(){}\[\]'"=]+)?"#;
    Regex::new(&format!(
        r"(?m){name}(?P<sign>=|[ \t]*:[ \t]+|:|[ \t]+=[ \t]+){value}(?P<rest>[^\n]{{0,3}})"
    ))
    .ok()
});

fn read(file: &File, asks: &[Ask]) -> FileFacts {
    let names: BTreeSet<String> = asks
        .iter()
        .filter_map(|ask| match ask {
            Ask::Setting { names } => Some(names),
            _ => None,
        })
        .flatten()
        .map(|name| normal(name))
        .collect();
    let timed = asks.iter().any(|ask| matches!(ask, Ask::Runtime));
    if names.is_empty() && !timed {
        return FileFacts::default();
    }
    let Some(text) = &file.text else {
        return file.gap(GapReason::NotText, "").into();
    };
    if file.bytes.len() > LARGEST {
        return file.gap(GapReason::TooLarge, "a log is read up to 64 MB").into();
    }
    let mut found: BTreeMap<String, Vec<(Range<usize>, Expr)>> = BTreeMap::new();
    for (path, range, value) in said(text, &names) {
        let values = found.entry(path).or_default();
        if values.len() <= SHOWN && values.iter().all(|(_, other)| *other != value) {
            values.push((range, value));
        }
    }
    let mut facts = FileFacts::default();
    for (path, values) in found {
        let Some((range, first)) = values.first() else { continue };
        let value = match values.len() {
            1 => first.clone(),
            _ => {
                let all: Vec<&str> = values.iter().map(|(range, _)| written(text, range)).collect();
                Expr::Opaque(all.join(" … "))
            }
        };
        let mut owner: Vec<String> = path.split('.').map(str::to_string).collect();
        let name = owner.pop().unwrap_or_default();
        facts
            .statements
            .push(setting(&name, owner, value, text.place(range.clone())));
    }
    facts.statements.sort_by_key(|statement| statement.place.bytes);
    facts.statements.extend(jobs::job(text).filter(|_| timed));
    facts
}

/// What the output of a run says under these names, each with its line; a name with several values has them all.
pub fn printed(output: &str, names: &[String]) -> Vec<Printed> {
    let wanted: BTreeSet<String> = names.iter().map(|name| normal(name)).collect();
    let text = SourceText::new("output", output);
    let mut found: Vec<Printed> = Vec::new();
    for (path, range, value) in said(&text, &wanted) {
        // What is no value of its own (`3/10`, a call) is not one of the setting's.
        if value.literal().is_none() {
            continue;
        }
        let printed = Printed {
            name: path.rsplit('.').next().unwrap_or(&path).to_string(),
            value: value.to_string(),
            line: text.line_text(text.line(range.start)).trim().to_string(),
        };
        let again = |other: &Printed| (&other.name, &other.value) == (&printed.name, &printed.value);
        if found.len() < MOST_PRINTED && !found.iter().any(again) {
            found.push(printed);
        }
    }
    found
}

/// Every place where one of these names has a value: its dotted path, the bytes, the value.
fn said(text: &SourceText, names: &BTreeSet<String>) -> Vec<(String, Range<usize>, Expr)> {
    let Some(pattern) = SAID.as_ref() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(hit) = pattern.captures_at(text.text(), at) {
        let (Some(name), Some(sign)) = (hit.name("name"), hit.name("sign")) else {
            break;
        };
        // What stands behind one name may be the next one.
        at = name.end();
        let last = name.as_str().rsplit('.').next().unwrap_or_default();
        if !names.contains(&normal(last)) {
            continue;
        }
        let rest = hit.name("rest").map_or("", |rest| rest.as_str());
        let (range, value) = match hit.name("value") {
            Some(value) => (name.start()..value.end(), value_of(value.as_str(), sign.as_str(), rest)),
            // `shape=[…`: a list, a call.
            None if rest.trim_start().is_empty() => continue,
            None => (name.start()..sign.end(), Expr::Opaque("…".to_string())),
        };
        found.push((name.as_str().to_string(), range, value));
    }
    found
}

fn value_of(value: &str, sign: &str, rest: &str) -> Expr {
    let inner = value.trim_matches(['"', '\'']);
    if inner.len() != value.len() {
        return config::quoted(inner);
    }
    // A full stop, or the colon before a remark, ends the sentence and not the number.
    let bare = value.trim_end_matches(['.', ':']);
    let unknown = || Expr::Opaque(value.to_string());
    let behind = rest.trim_start();
    let ends = rest.trim().is_empty() || rest.starts_with([',', ';', ')', '}', ']', '|', '\'', '"', '\r']);
    if config::number(bare).is_some() {
        // `0.1 -> 0.01`, `3 / 10`, `5 %`; another pair or a word may follow.
        let goes_on = behind.starts_with(['-', '/', '%', '*', '+', '×', '(', '[', '=']);
        return if goes_on { unknown() } else { config::plain(bare) };
    }
    if sign.trim() == ":" && !ends || bare.starts_with(|first: char| first.is_ascii_digit()) || bare.is_empty() {
        // A sentence, a time, a quantity with its unit.
        return unknown();
    }
    config::plain(bare)
}

fn written<'t>(text: &'t SourceText, range: &Range<usize>) -> &'t str {
    let whole = text.text().get(range.clone()).unwrap_or_default();
    whole.rsplit(['=', ':']).next().unwrap_or(whole).trim()
}

/// `-` is `_`, and constants are in upper case.
fn normal(name: &str) -> String {
    name.replace('-', "_").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_logs_write_them() {
        let cases = [
            ("Namespace(lr=0.1, batch_size=32)\n", "0.1"),
            ("2024-01-01 INFO lr: 0.1\n", "0.1"),
            ("{\"lr\": 0.1, \"x\": [1]}\n", "0.1"),
            ("{'optim.lr': 0.1}\n", "0.1"),
            ("lr = 0.1\nlr: 0.1\n", "0.1"),
            ("epoch 1 lr: 0.1\nepoch 2 lr: 0.01\n", "opaque 0.1 … 0.01"),
            ("lr: see the paper\n", "opaque see"),
            ("lr: 1/10\n", "opaque 1/10"),
            ("lr=0.1 -> 0.01\n", "opaque 0.1"),
            ("lr=[0.1, 0.2]\n", "opaque …"),
            ("max_lr=0.1 lrs: 3 color: 1\n", ""),
            ("lr='1e-4'\n", "1e-4"),
            ("python train.py --lr=0.1\n", "0.1"),
        ];
        for (text, want) in cases {
            let file = File {
                path: "x.log".to_string(),
                bytes: text.as_bytes().to_vec(),
                text: Some(SourceText::new("x.log", text)),
            };
            let asks = [Ask::Setting {
                names: vec!["lr".to_string()],
            }];
            let facts = read(&file, &asks);
            let got: Vec<String> = facts
                .statements
                .iter()
                .map(|statement| match &statement.value {
                    Expr::Opaque(text) => format!("opaque {text}"),
                    other => other.to_string(),
                })
                .collect();
            assert_eq!(got.join(" | "), want, "{text:?}");
        }
    }
}
