//! The output of `nvidia-smi` in files: in a job's log, in a text or an XML file, and pasted into documentation.
//!
//! Read where a claim's `in` names the file, at grade `logged`; what stands in documentation is `documented`, where the text
//! above it tells of runs. Forms: `-q -x` (XML), `-q`, the plain table in both widths, `-L`, and `--query-gpu=… --format=csv` with
//! and without its header, each also within a longer log and behind what a launcher puts before each line.
//!
//! Tried on real output: the XML, of four machines and two layouts; rows of the table in both widths, of the table of MIG
//! devices, of `-L` and of CSV with a header, and the first lines of `-q`, as public logs and documentation show them. Tests
//! hold small documents of our own in the same shape.
//!
//! Why it can be wrong: a log holds more than one machine's output, and a name in the table may be cut off (`...`). What is
//! cut is marked; a name that the driver could not give is a gap.
//!
//! Example: `|   0  NVIDIA GeForce RTX 3090        On  | 00000000:01:00.0 Off |` and the line below it.

mod csv;
mod list;
mod query;
mod shown;
mod table;
mod xml;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::evidence::{Ask, Expr, Form, Gap, GapReason, Grade, Instrument, ReadCard, Reading, Statement, Subject};
use crate::place::{Place, SourceText};
use crate::quantity::Value;
use crate::source::{File, FileFacts, Reader};

/// Reads what `nvidia-smi` printed.
pub(super) const SMI: Reader = Reader {
    name: "nvidia-smi",
    about: include_str!("mod.rs"),
    reads: |path| is_output(path) || is_prose(path),
    read,
};

/// Bytes of a file that is read.
const LARGEST: usize = 64 * 1024 * 1024;

/// What some output of `nvidia-smi` holds, each form at least one of them.
const SIGNS: &[&str] = &[
    "<nvidia_smi_log",
    "NVSMI LOG",
    "NVIDIA-SMI",
    "(UUID: ",
    "MiB",
    "driver_version",
];

/// Names that a driver gives for a card it cannot read.
const NO_NAME: &[&str] = &[
    "ERR!",
    "N/A",
    "[N/A]",
    "Unknown Error",
    "[Unknown Error]",
    "[Not Supported]",
];

/// Slurm's own name for a job's output.
static JOB: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^slurm-([0-9]+(?:_[0-9]+)?)\.(?:out|err)$").expect("a constant pattern"));

/// Files that only a claim's `in` brings in.
pub(super) fn is_output(path: &str) -> bool {
    [".xml", ".txt", ".log", ".out", ".err"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

fn is_prose(path: &str) -> bool {
    [".md", ".markdown", ".rst"].iter().any(|ending| path.ends_with(ending))
}

/// A card that was printed, and where.
struct Printed {
    card: ReadCard,
    time: Option<String>,
    at: Range<usize>,
}

/// What one form gives.
#[derive(Default)]
struct Found {
    printed: Vec<Printed>,
    /// Where something stands that is not whole, and what is wrong with it.
    broken: Vec<(Range<usize>, String)>,
}

fn read(file: &File, asks: &[Ask]) -> FileFacts {
    if !asks.contains(&Ask::Cards) {
        return FileFacts::default();
    }
    let signs = |text: &str| {
        SIGNS
            .iter()
            .any(|sign| memchr::memmem::find(text.as_bytes(), sign.as_bytes()).is_some())
    };
    let Some(text) = &file.text else {
        // A file that is no text is told by the reader of its kind; an XML file has none.
        return if file.path.to_lowercase().ends_with(".xml") {
            file.gap(GapReason::NotText, "not UTF-8").into()
        } else {
            FileFacts::default()
        };
    };
    if !signs(text.text()) {
        return FileFacts::default();
    }
    if file.bytes.len() > LARGEST {
        return file.gap(GapReason::TooLarge, "a log is read up to 64 MB").into();
    }
    let lines = lines(text.text());
    let prose = is_prose(&file.path.to_lowercase());
    let mut facts = FileFacts::default();
    let forms = [
        xml::read(text.text()),
        query::read(&lines),
        table::read(&lines),
        list::read(&lines),
        csv::read(&lines),
    ];
    for found in forms {
        for Printed { card, time, at } in found.printed {
            if prose && !shown::was_used(&lines, at.start) {
                continue;
            }
            if NO_NAME.contains(&card.model.as_str()) {
                let what = format!("card {}: its name is `{}`", card.index, card.model);
                facts.gaps.push(broken(file, text, &at, &what));
            } else {
                facts.statements.push(statement(file, text, card, time, at));
            }
        }
        for (at, what) in found.broken {
            facts.gaps.push(broken(file, text, &at, &what));
        }
    }
    facts.statements.sort_by_key(|statement| statement.place.bytes);
    facts
}

fn broken(file: &File, text: &SourceText, at: &Range<usize>, what: &str) -> Gap {
    let line = text.place(at.clone()).line.unwrap_or(0);
    file.gap(GapReason::Broken, format!("line {line}: {what}"))
}

fn statement(file: &File, text: &SourceText, card: ReadCard, time: Option<String>, at: Range<usize>) -> Statement {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    let job = JOB.captures(name).map(|found| found[1].to_string());
    let prose = is_prose(&file.path.to_lowercase());
    let place = Place {
        job: job.clone(),
        device: Some(card.index.to_string()),
        time: time.clone(),
        ..text.place(at)
    };
    Statement {
        value: Expr::Value(Value::Text(card.shown())),
        subject: Subject::Reading(Box::new(Reading {
            by: Instrument::NvidiaSmi,
            run: None,
            claims: None,
            host: None,
            time,
            job,
            stand_in: false,
            card,
        })),
        form: if prose { Form::Sentence } else { Form::Data },
        place,
        grade: if prose { Grade::Documented } else { Grade::Logged },
        owner: Vec::new(),
        unit: None,
        guards: Vec::new(),
        comment: None,
        dead: None,
    }
}

/// A line with where it begins.
struct Line<'t> {
    at: usize,
    text: &'t str,
}

impl Line<'_> {
    fn range(&self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let begins = at;
            at += line.len();
            Line {
                at: begins,
                text: line.trim_end(),
            }
        })
        .collect()
}

/// `24576 MiB`, `24576MiB`: bytes.
fn mebibytes(text: &str) -> Option<u64> {
    let number = text.trim().strip_suffix("MiB")?.trim();
    number.parse::<u64>().ok()?.checked_mul(1024 * 1024)
}

/// A value that the driver has; `N/A` and the like are none.
fn given(text: &str) -> Option<&str> {
    let text = text.trim();
    let none = text.is_empty() || text.contains("N/A") || text.contains("Not Supported") || text == "None";
    (!none).then_some(text)
}

/// `350.00 W`, `210 MHz`: the number.
fn number(text: &str) -> Option<f64> {
    given(text)?.split_whitespace().next()?.parse().ok()
}

fn megahertz(text: &str) -> Option<u32> {
    let number = given(text)?.strip_suffix("MHz")?.trim();
    number.parse().ok()
}

/// `Enabled`, `Disabled`.
fn switched(text: &str) -> Option<bool> {
    match text.trim() {
        "Enabled" => Some(true),
        "Disabled" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
