//! The plain table of `nvidia-smi`, in the layout of old drivers and in the wider one since driver 530.
//!
//! Written from descriptions of the form, and tried on rows that public logs and documentation show, of both layouts and of
//! the table of MIG devices.
//!
//! Why it can be wrong: a name longer than its column is cut off with `...`, and the rows of two tasks may be mixed in one
//! log. A cut name is marked; the row with the memory must be of the same task, by what stands before its first bar.
//!
//! Example: `|   0  NVIDIA GeForce ...  On   | 00000000:00:10.0 Off |` is a name of which the model is missing.

use std::sync::LazyLock;

use regex::Regex;

use super::{Found, Line, Printed, mebibytes};
use crate::evidence::{ReadCard, Slice};

/// The first row of a card: its number, name, persistence and address.
static CARD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?P<before>[^|]*)\|\s+(?P<index>[0-9]+)\s+(?P<name>\S.*?)\s+(?:On|Off|N/A)\s*\|\s*[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-9]",
    )
    .expect("a constant pattern")
});

/// The second row: power and memory.
static USAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:/\s*(?P<limit>[0-9]+)W\s*)?\|\s*(?P<used>[0-9]+MiB)\s*/\s*(?P<total>[0-9]+MiB)\s*\|")
        .expect("a constant pattern")
});

/// The versions in the table's head.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\|\s*NVIDIA-SMI\s+\S+\s+Driver Version:\s*(?P<driver>\S+)(?:\s+CUDA Version:\s*(?P<cuda>[0-9.]+))?")
        .expect("a constant pattern")
});

/// A slice in the table of MIG devices: card, GPU instance, compute instance, number, memory.
static SLICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\|\s*(?P<card>[0-9]+)\s+[0-9]+\s+[0-9]+\s+(?P<index>[0-9]+)\s*\|\s*(?P<used>[0-9]+MiB)\s*/\s*(?P<total>[0-9]+MiB)\s*\|")
        .expect("a constant pattern")
});

/// The time above the table: `Fri May  3 11:54:37 2024`.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?P<time>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +[0-9]{1,2} [0-9:]{8} [0-9]{4})$")
        .expect("a constant pattern")
});

/// Rows between a card's name and the end of its cell, at most.
const ROWS: usize = 3;

pub(super) fn read(lines: &[Line<'_>]) -> Found {
    let mut found = Found::default();
    let (mut time, mut driver, mut cuda) = (None, None, None);
    // Cards of the table that is being read, which the table of slices below it may replace.
    let mut first = 0;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.text.contains('|')) {
        if let Some(head) = HEAD.captures(line.text) {
            first = found.printed.len();
            driver = Some(head["driver"].to_string());
            cuda = head.name("cuda").map(|cuda| cuda.as_str().to_string());
            let above = lines[..at].iter().rev().take(ROWS);
            time = above
                .filter_map(|line| TIME.captures(line.text))
                .map(|found| found["time"].to_string())
                .next();
        } else if let Some(row) = CARD.captures(line.text) {
            let (name, cut) = match row["name"].strip_suffix("...") {
                Some(name) => (name.trim_end(), true),
                None => (&row["name"], false),
            };
            let mut card = ReadCard {
                index: row["index"].parse().unwrap_or(0),
                model: name.to_string(),
                cut,
                driver: driver.clone(),
                cuda: cuda.clone(),
                ..ReadCard::default()
            };
            let own = lines[at + 1..]
                .iter()
                .filter(|line| line.text.split('|').next() == Some(&row["before"]))
                .take(ROWS)
                .take_while(|line| !CARD.is_match(line.text));
            for below in own {
                if let Some(usage) = USAGE.captures(below.text).filter(|_| card.total_bytes.is_none()) {
                    card.total_bytes = mebibytes(&usage["total"]);
                    card.used_bytes = mebibytes(&usage["used"]);
                    card.power_limit_watts = usage.name("limit").and_then(|limit| limit.as_str().parse().ok());
                }
                // The last row of the cell says whether the card is cut up.
                if below.text.trim_end_matches(['|', ' ']).ends_with("Enabled") {
                    card.slice = Some(Slice::default());
                }
            }
            found.printed.push(Printed {
                card,
                time: time.clone(),
                at: line.range(),
            });
        } else if let Some(row) = SLICE.captures(line.text) {
            slice(&mut found.printed, first, line, &row);
        }
    }
    found
}

/// A slice takes the place of its card.
fn slice(printed: &mut Vec<Printed>, first: usize, line: &Line<'_>, row: &regex::Captures<'_>) {
    let Ok(card) = row["card"].parse::<u32>() else { return };
    let own = |one: &Printed| one.card.index == card && one.card.slice.is_some();
    let Some(at) = printed.iter().skip(first).position(own).map(|at| first + at) else {
        return;
    };
    let whole = &printed[at];
    let slice = Printed {
        card: ReadCard {
            slice: Some(Slice {
                profile: None,
                index: row["index"].parse().ok(),
            }),
            total_bytes: mebibytes(&row["total"]),
            used_bytes: mebibytes(&row["used"]),
            ..whole.card.clone()
        },
        time: whole.time.clone(),
        at: line.range(),
    };
    let replaces = whole.card.slice == Some(Slice::default());
    if replaces {
        printed[at] = slice;
    } else {
        printed.push(slice);
    }
}
