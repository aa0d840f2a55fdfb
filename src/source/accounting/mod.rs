//! The scheduler's accounting: recorded files of `sacct`, `squeue`, `scontrol show job` and the completion log.
//!
//! A file is known by what stands in it, not by its name. Steps are folded into their job, and of several attempts of one
//! job the last stands for it.
//!
//! Why it can be wrong: a row that is lost or counted twice changes a median that somebody prints. So every line that
//! begins with the id of a job is either read or a gap with its line. Ids are used again after some years: rows of one id
//! are attempts of one job only while name and user agree and the earlier one did not complete.
//!
//! Example: a job that was preempted after two hours and then ran for three has two rows; the second is the job.

mod json;
mod keyed;
pub mod rows;
mod table;
mod units;

use std::collections::BTreeMap;
use std::io::BufRead;

use crate::evidence::{Job, JobState};
use rows::{Line, Lines};
use table::Header;

/// Jobs that are kept of one file. More are no accounting of one paper, and nothing could be said of them one by one.
const MOST: usize = 100_000;
/// Bytes of a JSON document, which is held whole.
const LARGEST_JSON: u64 = 512 * 1024 * 1024;
/// Faults that are named.
const NAMED: usize = 20;

/// A job with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub job: Job,
    /// The line of its row; none in JSON.
    pub line: Option<u64>,
    /// The row as it stands there.
    pub text: String,
}

/// What an accounting file says.
#[derive(Debug, Default)]
pub struct Accounting {
    /// In the order in which they stand there.
    pub jobs: Vec<Found>,
    /// What was not read: its line, and why.
    pub faults: Vec<(Option<u64>, String)>,
    /// There were more faults than are named.
    pub more_faults: u64,
    /// Rows of jobs beyond those that are kept, summed up.
    pub beyond: Sums,
}

/// Rows of jobs that are not kept, by their state.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sums {
    /// As printed, up to a blank (`CANCELLED by 0`), in the order of their first rows.
    pub states: Vec<(String, Sum)>,
}

/// How many rows, how long they ran together in seconds, and how many GPUs they had.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    pub rows: u64,
    pub seconds: u64,
    pub gpus: u64,
}

impl Sums {
    pub fn rows(&self) -> u64 {
        self.states.iter().map(|(_, sum)| sum.rows).sum()
    }

    fn add(&mut self, state: &[u8], seconds: u64, gpus: u64) {
        let word = state.split(|byte| *byte == b' ').next().unwrap_or_default();
        let at = match self.states.iter().position(|(known, _)| known.as_bytes() == word) {
            Some(at) => at,
            None => {
                let known = String::from_utf8_lossy(word).into_owned();
                self.states.push((known, Sum::default()));
                self.states.len() - 1
            }
        };
        let sum = &mut self.states[at].1;
        sum.rows += 1;
        sum.seconds = sum.seconds.saturating_add(seconds);
        sum.gpus = sum.gpus.saturating_add(gpus);
    }
}

impl Accounting {
    fn fault(&mut self, line: Option<u64>, why: impl Into<String>) {
        if self.faults.len() < NAMED {
            self.faults.push((line, why.into()));
        } else {
            self.more_faults += 1;
        }
    }

    fn push(&mut self, most: usize, job: Job, line: Option<u64>, text: &[u8]) {
        if self.jobs.len() >= most {
            let state = job.state.to_string();
            let gpus = job.allocated.gpus.unwrap_or(0);
            return self.beyond.add(state.as_bytes(), job.elapsed.unwrap_or(0), gpus);
        }
        let text = String::from_utf8_lossy(&text[..text.len().min(2000)]).replace('\u{1f}', "|");
        self.jobs.push(Found { job, line, text });
    }
}

/// Reads accounting of any form, in one pass.
///
/// # Errors
/// What the reader says.
pub fn read(from: impl BufRead) -> std::io::Result<Accounting> {
    read_at_most(from, MOST)
}

/// The same; so many jobs are kept one by one, and the rows of all others are summed up.
///
/// # Errors
/// What the reader says.
pub fn read_at_most(mut from: impl BufRead, most: usize) -> std::io::Result<Accounting> {
    let first = from
        .fill_buf()?
        .iter()
        .find(|byte| !byte.is_ascii_whitespace())
        .copied();
    let mut found = if first == Some(b'{') {
        documents(from, most)?
    } else {
        lines(from, most)?
    };
    attempts(&mut found.jobs);
    Ok(found)
}

fn documents(from: impl BufRead, most: usize) -> std::io::Result<Accounting> {
    let mut found = Accounting::default();
    let mut bytes = Vec::new();
    let read = std::io::Read::read_to_end(&mut std::io::Read::take(from, LARGEST_JSON + 1), &mut bytes)?;
    if read as u64 > LARGEST_JSON {
        found.fault(None, "more than 512 MB of JSON; `sacct -P` is read without holding it");
        return Ok(found);
    }
    match serde_json::from_slice(&bytes) {
        Ok(value) if json::is_accounting(&value) => {
            let document = json::document(&value);
            for fault in document.faults {
                found.fault(None, fault);
            }
            for job in document.jobs {
                let text = format!(
                    "job {} {} {} elapsed {} s",
                    job.id,
                    job.name.as_deref().unwrap_or_default(),
                    job.state,
                    job.elapsed.map(|elapsed| elapsed.to_string()).unwrap_or_default()
                );
                found.push(most, job, None, text.as_bytes());
            }
        }
        Ok(_) => found.fault(None, "JSON without `meta.slurm` and `jobs`: no accounting"),
        Err(error) => found.fault(
            u64::try_from(error.line()).ok().filter(|line| *line > 0),
            format!("JSON that is broken or cut off: {error}"),
        ),
    }
    Ok(found)
}

/// What the lines are being read as.
enum Mode {
    /// Nothing yet, or what is not understood.
    Between,
    Table(Header),
    /// A table with blanks for columns, said once.
    CutOff,
}

fn lines(from: impl BufRead, most: usize) -> std::io::Result<Accounting> {
    let mut found = Accounting::default();
    let mut lines = Lines::new(from);
    let mut mode = Mode::Between;
    let mut fields = Vec::new();
    let mut reading = Reading {
        most,
        ..Reading::default()
    };
    let mut understood = false;
    loop {
        match lines.advance()? {
            Line::End => break,
            Line::TooLong => {
                reading.end(&mut found);
                found.fault(Some(lines.number()), "a line of more than 1 MB, which no row is");
                continue;
            }
            Line::Read => {}
        }
        let (line, number) = (lines.line(), lines.number());
        // Of a million lines nearly all are rows: they begin with a digit, which no head and no record does.
        if let Mode::Table(header) = &mode
            && line.first().is_some_and(u8::is_ascii_digit)
        {
            reading.row(header, line, number, &mut fields, &mut found);
            continue;
        }
        if let Some(header) = header(line) {
            reading.end(&mut found);
            mode = Mode::Table(header);
            understood = true;
            continue;
        }
        if Header::is_cut_off(line) {
            reading.end(&mut found);
            mode = Mode::CutOff;
            understood = true;
            found.fault(
                Some(number),
                "a table that cuts its words off (`CANCELLED+`); record it with `sacct -P`",
            );
            continue;
        }
        if std::str::from_utf8(line).is_ok_and(keyed::begins) {
            reading.end(&mut found);
            mode = Mode::Between;
            understood = true;
            reading.keyed = Some((number, line.to_vec()));
            continue;
        }
        if let Some((_, record)) = &mut reading.keyed {
            if line.first().is_some_and(u8::is_ascii_whitespace) && line.contains(&b'=') {
                record.push(b' ');
                record.extend_from_slice(line);
                continue;
            }
            reading.end(&mut found);
        }
        let Mode::Table(header) = &mode else {
            if matches!(mode, Mode::Between) && is_row(line) {
                found.fault(
                    Some(number),
                    "a row, and no head of a table above it; record it without `-n`",
                );
            }
            continue;
        };
        if line.is_empty() || line.starts_with(b"$ ") {
            reading.end(&mut found);
            if line.starts_with(b"$ ") {
                mode = Mode::Between;
            }
            continue;
        }
        reading.row(header, line, number, &mut fields, &mut found);
    }
    reading.end(&mut found);
    if !understood {
        found.fault(
            None,
            "no accounting: neither a table with `JobID` in its head, nor `JobId=…`, nor JSON of Slurm",
        );
    }
    Ok(found)
}

fn header(line: &[u8]) -> Option<Header> {
    // Cheap for the million lines that are none.
    let first = line.iter().find(|byte| !byte.is_ascii_whitespace())?;
    if first.is_ascii_digit() { None } else { Header::of(line) }
}

/// The id of a job before a delimiter.
fn is_row(line: &[u8]) -> bool {
    line.iter()
        .position(|byte| *byte == b'|')
        .and_then(|at| std::str::from_utf8(&line[..at]).ok())
        .is_some_and(table::is_id)
}

/// The record that is being read.
#[derive(Debug, Default)]
struct Reading {
    /// How many jobs are kept.
    most: usize,
    /// Lines of a record of pairs, with the number of the first.
    keyed: Option<(u64, Vec<u8>)>,
    /// A row that is short of fields: a newline in a name may have split it.
    split: Option<(u64, Vec<u8>)>,
}

impl Reading {
    fn end(&mut self, found: &mut Accounting) {
        if let Some((number, record)) = self.keyed.take() {
            let job = keyed::job(&String::from_utf8_lossy(&record));
            if table::is_id(&job.id) {
                found.push(self.most, job, Some(number), &record);
            } else {
                found.fault(Some(number), "a record without an id");
            }
        }
        if let Some((number, _)) = self.split.take() {
            found.fault(Some(number), "a row with too few fields; the file may be cut off here");
        }
    }

    fn row(
        &mut self,
        header: &Header,
        line: &[u8],
        number: u64,
        fields: &mut Vec<(usize, usize)>,
        found: &mut Accounting,
    ) {
        let Some((id, is_step)) = header.id(line, fields) else {
            // No id: it goes on with the row before it, or it is nothing of a table.
            if let Some((first, mut row)) = self.split.take() {
                row.push(b'\n');
                row.extend_from_slice(line);
                if row.len() <= rows::LONGEST {
                    return self.whole(header, row, first, fields, found);
                }
                found.fault(Some(first), "a row that never ends");
            } else {
                found.fault(Some(number), "a line that is no row of the table above it");
            }
            return;
        };
        if self.split.is_some() || self.keyed.is_some() {
            self.end(found);
        }
        if fields.len() < header.width() {
            self.split = Some((number, line.to_vec()));
            return;
        }
        take(header, line, number, (id, is_step), fields, found, self.most);
    }

    /// A row that was put together of several lines.
    fn whole(
        &mut self,
        header: &Header,
        row: Vec<u8>,
        number: u64,
        fields: &mut Vec<(usize, usize)>,
        found: &mut Accounting,
    ) {
        let Some((id, is_step)) = header.id(&row, fields).map(|(id, is_step)| (id.to_string(), is_step)) else {
            found.fault(Some(number), "a row without an id");
            return;
        };
        if fields.len() < header.width() {
            self.split = Some((number, row));
            return;
        }
        take(header, &row, number, (&id, is_step), fields, found, self.most);
    }
}

/// Adds the job of a row, or folds a step into the job before it.
fn take(
    header: &Header,
    line: &[u8],
    number: u64,
    (id, is_step): (&str, bool),
    fields: &mut Vec<(usize, usize)>,
    found: &mut Accounting,
    most: usize,
) {
    if !header.mend(fields) {
        found.fault(
            Some(number),
            format!(
                "the row of job {id} has {} fields under a head of {}: a name holds the delimiter; record it with `--delimiter=$'\\x1f'`",
                fields.len(),
                header.width()
            ),
        );
        return;
    }
    if !is_step {
        if found.jobs.len() < most {
            return found.push(most, header.job(line, fields), Some(number), line);
        }
        let (state, seconds, gpus) = header.summed(line, fields);
        return found.beyond.add(state, seconds, gpus);
    }
    if found.beyond.rows() > 0 {
        return;
    }
    let (state, peak) = header.step(line, fields);
    let owner = id.split('.').next().unwrap_or(id);
    // A step stands behind its job; where the job was left out, so is the step.
    if let Some(last) = found.jobs.last_mut().filter(|last| last.job.id == owner) {
        last.job.steps += 1;
        last.job.bad_steps += u64::from(state != JobState::Completed && state != JobState::Unknown);
        last.job.peak_bytes = last.job.peak_bytes.max(peak);
    }
}

/// Marks all but the last attempt of a job.
fn attempts(jobs: &mut [Found]) {
    let mut rows: BTreeMap<(String, Option<String>, Option<String>), Vec<usize>> = BTreeMap::new();
    for (at, found) in jobs.iter().enumerate() {
        let job = &found.job;
        rows.entry((job.id.clone(), job.name.clone(), job.user.clone()))
            .or_default()
            .push(at);
    }
    for attempts in rows.into_values().filter(|attempts| attempts.len() > 1) {
        // By the time of submission, which is that of the requeue; rows without one stand as they came.
        let mut order = attempts;
        order.sort_by_key(|&at| (jobs[at].job.submit.clone(), at));
        for (earlier, later) in order.iter().zip(order.iter().skip(1)) {
            let again = jobs[*earlier] == jobs[*later] || jobs[*earlier].job == jobs[*later].job;
            if again || jobs[*earlier].job.state != JobState::Completed {
                jobs[*earlier].job.superseded = true;
            }
        }
    }
}

#[cfg(test)]
mod captures;
#[cfg(test)]
mod tests;
