//! Statements from sentences and cells: what [`super::clause`] read, as far as an ask needs it.
//!
//! Why it can be wrong: a value that is said under a condition, as an example or as a bound would count as one that was used. Such numbers stay prose
//! with `alternatives` set, and give no setting.
//!
//! Example: `batch size of 50` gives a setting and prose; `at least 24 GB` prose alone, marked.

use std::ops::Range;

use super::clause::{self, Mention, Reading};
use super::lexicon::REQUIREMENT_HEADINGS;
use super::read::ReadText;
use super::sentence;
use super::unused::unused;
use super::wanted::{Wanted, identifier};
use crate::evidence::{Expr, Form, Grade, Statement, Subject};
use crate::place::SourceText;
use crate::quantity::{Dimension, Locale, Stated, Unit, Value};
use crate::source::cards;

/// Where statements go, and what they share within a file.
pub(crate) struct Speaker<'s> {
    pub(crate) source: &'s SourceText,
    pub(crate) wanted: &'s Wanted,
    pub(crate) locale: Locale,
    pub(crate) statements: &'s mut Vec<Statement>,
}

/// A row of a table, for one of its cells.
pub(crate) struct Row<'r> {
    pub(crate) cells: &'r [ReadText],
    pub(crate) header: &'r [String],
    pub(crate) column: usize,
}

/// A text, and the bytes of the file that each byte of it stands for.
struct Span<'t> {
    read: &'t ReadText,
    index: Vec<usize>,
}

impl Span<'_> {
    /// The bytes in the file of a range of the text.
    fn bytes(&self, range: Range<usize>) -> Range<usize> {
        let first = self.index.get(range.start).map_or(0, |at| self.read.chars[*at].start);
        let last = self
            .index
            .get(range.end.saturating_sub(1))
            .map_or(first, |at| self.read.chars[*at].end);
        first as usize..last.max(first) as usize
    }
}

impl Speaker<'_> {
    /// One sentence, given as a span of a read text.
    pub(crate) fn sentence(&mut self, read: &ReadText, span: Range<usize>, owner: &[String]) {
        self.text(read, span, owner, None);
    }

    /// One cell of a table's body.
    pub(crate) fn cell(&mut self, row: &Row<'_>, owner: &[String]) {
        let read = &row.cells[row.column];
        let shown = |at: usize| {
            row.cells
                .get(at)
                .map(|cell| cell.string(0..cell.chars.len()).0.trim().to_string())
                .unwrap_or_default()
        };
        let header = row.header.get(row.column).cloned().unwrap_or_default();
        let label = shown(0);
        let mut owner = owner.to_vec();
        owner.extend(
            [label.clone(), header.clone()]
                .into_iter()
                .filter(|name| !name.is_empty()),
        );
        let text = shown(row.column);
        if text.is_empty() {
            return;
        }
        let (text_all, index) = read.string(0..read.chars.len());
        let lead = text_all.len() - text_all.trim_start().len();
        let span = Span { read, index };
        let whole = lead..lead + text.len();
        self.cards(&text_all, &span, &owner, false, Some(&header));
        let (column, unit) = split_unit(&header);
        if let Some(stated) = whole_quantity(&text, self.locale, unit) {
            let others = (0..row.cells.len())
                .filter(|&at| at != row.column)
                .map(shown)
                .collect::<Vec<_>>();
            let words = cell_words(&column, &label, &others, clause::dimension(&stated), row.column > 0);
            self.name_cell(&stated, &[column, label], row.column, &span, whole.clone(), &owner);
            let mention = Mention {
                span: whole.clone(),
                whole,
                stated,
                words,
                names: Vec::new(),
                alternatives: false,
            };
            self.prose(&mention, &mention.words, &span, &owner, Form::Cell);
            return;
        }
        if row.column > 0 && text.split_whitespace().count() <= 4 && !text.contains(',') {
            let names = [column, label.clone()]
                .into_iter()
                .filter(|name| is_name(name) && self.wanted.setting(name))
                .collect::<Vec<_>>();
            for name in names {
                let value = Expr::Value(typed(&text));
                self.push(
                    Subject::Setting { name: name_of(&name) },
                    Form::Cell,
                    value,
                    None,
                    span.bytes(whole.clone()),
                    &owner,
                );
            }
        }
        for span in sentence::spans(read) {
            self.text(read, span, &owner, Some(&[header.clone(), label.clone()]));
        }
    }

    /// A sentence, or a cell that is more than a value; `about`: the names of its column and row.
    fn text(&mut self, read: &ReadText, span: Range<usize>, owner: &[String], about: Option<&[String]>) {
        let (text, index) = read.string(span);
        let span = Span { read, index };
        let required = owner.iter().any(|heading| {
            heading
                .to_lowercase()
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| REQUIREMENT_HEADINGS.contains(word))
        });
        let form = if about.is_some() { Form::Cell } else { Form::Sentence };
        let reading = clause::read(&text, self.locale);
        if about.is_none() {
            self.cards(
                &text,
                &span,
                owner,
                reading.requirement || reading.hypothetical || required,
                None,
            );
        }
        for mention in &reading.mentions {
            let mut mention = mention.clone();
            let memory = clause::dimension(&mention.stated) == Some(Dimension::Memory);
            mention.alternatives |= required && memory;
            self.settings(&mention, &span, owner, &form);
            let mut words = mention.words.clone();
            let time = clause::dimension(&mention.stated) == Some(Dimension::Time);
            if memory || time {
                let around = about
                    .unwrap_or_default()
                    .iter()
                    .flat_map(|name| words_of(name))
                    .chain(reading.words.iter().cloned());
                for word in around {
                    if !words.contains(&word) {
                        words.push(word);
                    }
                }
            }
            self.prose(&mention, &words, &span, owner, form.clone());
        }
        if !reading.hypothetical && !required {
            self.assigned(&reading, &span, owner, &form);
        }
    }

    fn cards(&mut self, text: &str, span: &Span<'_>, owner: &[String], requirement: bool, header: Option<&str>) {
        if !self.wanted.cards {
            return;
        }
        let form = if header.is_some() { Form::Cell } else { Form::Sentence };
        for (range, mut subject, value) in cards::in_text(text, header, requirement) {
            if let Subject::Card { alternatives, .. } = &mut subject {
                *alternatives |= header.is_none() && unused(text, &range);
            }
            self.push(subject, form.clone(), value, None, span.bytes(range), owner);
        }
    }

    fn settings(&mut self, mention: &Mention, span: &Span<'_>, owner: &[String], form: &Form) {
        if mention.alternatives {
            return;
        }
        for name in mention.names.iter().filter(|name| self.wanted.setting(name)) {
            let (value, unit) = value_of(&mention.stated);
            let name = name_of(name);
            self.push(
                Subject::Setting { name },
                form.clone(),
                value,
                unit,
                span.bytes(mention.whole.clone()),
                owner,
            );
        }
    }

    fn assigned(&mut self, reading: &Reading, span: &Span<'_>, owner: &[String], form: &Form) {
        for assigned in reading
            .assigned
            .iter()
            .filter(|assigned| self.wanted.setting(&assigned.name))
        {
            let value = Expr::Value(typed(&assigned.value));
            let name = name_of(&assigned.name);
            self.push(
                Subject::Setting { name },
                form.clone(),
                value,
                None,
                span.bytes(assigned.whole.clone()),
                owner,
            );
        }
    }

    /// A whole cell as the value of its column's or its row's name.
    fn name_cell(
        &mut self,
        stated: &Stated,
        names: &[String],
        column: usize,
        span: &Span<'_>,
        range: Range<usize>,
        owner: &[String],
    ) {
        if column == 0 {
            return;
        }
        for name in names.iter().filter(|name| is_name(name) && self.wanted.setting(name)) {
            let (value, unit) = value_of(stated);
            self.push(
                Subject::Setting { name: name_of(name) },
                Form::Cell,
                value,
                unit,
                span.bytes(range.clone()),
                owner,
            );
        }
    }

    fn prose(&mut self, mention: &Mention, words: &[String], span: &Span<'_>, owner: &[String], form: Form) {
        let needed = self.wanted.speaks(&mention.words)
            || match clause::dimension(&mention.stated) {
                Some(Dimension::Time) => self.wanted.runtime && !is_short(&mention.stated),
                Some(Dimension::Memory) => self.wanted.cards && speaks_of_memory(words),
                _ => false,
            };
        if !needed {
            return;
        }
        let (value, unit) = value_of(&mention.stated);
        let subject = Subject::Prose {
            stated: mention.stated.clone(),
            words: words.to_vec(),
            alternatives: mention.alternatives,
        };
        self.push(subject, form, value, unit, span.bytes(mention.whole.clone()), owner);
    }

    fn push(
        &mut self,
        subject: Subject,
        form: Form,
        value: Expr,
        unit: Option<Unit>,
        bytes: Range<usize>,
        owner: &[String],
    ) {
        self.statements.push(Statement {
            subject,
            form,
            value,
            place: self.source.place(bytes),
            grade: Grade::Documented,
            owner: owner.to_vec(),
            unit,
            guards: Vec::new(),
            comment: None,
            dead: None,
        });
    }
}

/// The number and its unit; what is no single number stays its text.
fn value_of(stated: &Stated) -> (Expr, Option<Unit>) {
    match clause::single(stated) {
        Some(quantity) => (Expr::Value(Value::Number(quantity.number.clone())), quantity.unit),
        None => (Expr::Opaque(stated.to_string()), None),
    }
}

fn typed(text: &str) -> Value {
    match text {
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        "none" | "None" | "null" => Value::Null,
        _ => Value::from(text),
    }
}

/// Milliseconds and less are no durations of runs.
fn is_short(stated: &Stated) -> bool {
    let unit = match stated {
        Stated::Exact(quantity) | Stated::About(quantity) | Stated::Range(quantity, _) | Stated::Bound(_, quantity) => {
            quantity.unit
        }
        _ => None,
    };
    matches!(unit, Some(Unit::Nanosecond | Unit::Microsecond | Unit::Millisecond))
}

fn speaks_of_memory(words: &[String]) -> bool {
    const ABOUT: &[&str] = &[
        "vram", "gpu", "gpus", "memory", "memoria", "card", "cards", "ram", "mem", "tarjeta",
    ];
    words
        .iter()
        .any(|word| ABOUT.contains(&word.as_str()) || !cards::in_text(word, None, false).is_empty())
}

/// The quantity that a cell is, where it is one and nothing else; `unit`: its column's.
fn whole_quantity(text: &str, locale: Locale, unit: Option<Unit>) -> Option<Stated> {
    let text = text.trim_end_matches(['*', '†', '‡']).trim();
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let stated = Stated::parse(text, locale).ok()?;
    match stated {
        Stated::Exact(mut quantity) => {
            quantity.unit = quantity.unit.or(unit);
            Some(Stated::Exact(quantity))
        }
        Stated::About(_) | Stated::Range(..) | Stated::Bound(..) => Some(stated),
        _ => None,
    }
}

/// `Time (h)`: the column's name and its unit.
fn split_unit(header: &str) -> (String, Option<Unit>) {
    let header = header.trim();
    for (open, close) in [('(', ')'), ('[', ']')] {
        if let Some((name, rest)) = header.rsplit_once(open)
            && let Some(unit) = rest.trim_end().strip_suffix(close).and_then(Unit::parse)
        {
            return (name.trim().to_string(), Some(unit));
        }
    }
    (header.to_string(), None)
}

/// Words of a whole cell: its column's, its row's, and for times and sizes those of the other cells.
fn cell_words(
    column: &str,
    label: &str,
    others: &[String],
    dimension: Option<Dimension>,
    labelled: bool,
) -> Vec<String> {
    let mut words = words_of(column);
    if labelled {
        words.extend(words_of(label));
    }
    if matches!(dimension, Some(Dimension::Time | Dimension::Memory)) {
        words.extend(others.iter().flat_map(|cell| words_of(cell)));
    }
    let mut seen = std::collections::BTreeSet::new();
    words.retain(|word| seen.insert(word.clone()));
    words
}

/// Words of a label, names of files and options whole.
fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '[' | ']' | '|' | '+' | '=' | ':'))
        .map(|word| word.trim_matches(['.', '-', '`', '*', '"', '\'']).to_lowercase())
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .collect()
}

/// A name of at most five words.
fn is_name(name: &str) -> bool {
    (1..=5).contains(&name.split_whitespace().count()) && name.chars().any(char::is_alphabetic)
}

/// The identifier as written, or its words joined.
fn name_of(name: &str) -> String {
    let name = name.trim();
    if name.contains(char::is_whitespace) {
        identifier(name)
    } else {
        name.trim_start_matches('-').to_string()
    }
}
