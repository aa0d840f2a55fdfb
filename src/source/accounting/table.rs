//! Tables of `sacct -P` and `squeue -o`: a header line, then a row a line.
//!
//! A file may hold several such tables, also a whole terminal session with the commands between them. The header says
//! which columns there are, in any order; its own separator is the delimiter.
//!
//! Why it can be wrong: a delimiter within a name shifts what stands behind it. A row with too many fields is mended
//! where one column alone is free text, and else left out with its line; a row that a newline in a name split is put
//! together again. A table whose columns are blanks cuts words off (`CANCELLED+`), and is not read.
//!
//! Example: under `JobID|JobName|State`, `28|weird|name|COMPLETED` is the job `weird|name`.

use super::rows::split;
use super::units::{duration, limit, limit_in_minutes, resources, size, time};
use crate::evidence::{Job, JobState, Limit};

/// What a column holds; columns that say nothing we use are `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    IdRaw,
    Name,
    User,
    Comment,
    State,
    Elapsed,
    ElapsedRaw,
    Suspended,
    Limit,
    LimitRaw,
    Submit,
    Start,
    End,
    Partition,
    Nodes,
    Cpus,
    NodeList,
    Allocated,
    Requested,
    RequestedMemory,
    Exit,
    Restarts,
    Command,
    Directory,
    PeakBytes,
    Free,
    Other,
}

/// The name that `sacct` or `squeue` prints over a column.
fn column(name: &str) -> Column {
    match name.trim().to_ascii_lowercase().as_str() {
        "jobid" => Column::Id,
        "jobidraw" => Column::IdRaw,
        "jobname" | "name" => Column::Name,
        "user" => Column::User,
        "comment" => Column::Comment,
        "state" => Column::State,
        "elapsed" | "time" => Column::Elapsed,
        "elapsedraw" => Column::ElapsedRaw,
        "suspended" => Column::Suspended,
        "timelimit" | "time_limit" => Column::Limit,
        "timelimitraw" => Column::LimitRaw,
        "submit" => Column::Submit,
        "start" => Column::Start,
        "end" => Column::End,
        "partition" => Column::Partition,
        "nnodes" | "allocnodes" | "nodes" => Column::Nodes,
        "alloccpus" | "ncpus" | "cpus" => Column::Cpus,
        "nodelist" => Column::NodeList,
        "alloctres" => Column::Allocated,
        "reqtres" => Column::Requested,
        "reqmem" => Column::RequestedMemory,
        "exitcode" => Column::Exit,
        "restarts" => Column::Restarts,
        "submitline" => Column::Command,
        "workdir" => Column::Directory,
        "maxrss" => Column::PeakBytes,
        // Free text that may hold the delimiter.
        "reason" | "admincomment" | "systemcomment" | "wckey" | "extra" | "container" | "constraints" => Column::Free,
        _ => Column::Other,
    }
}

/// Columns whose text a user writes.
fn is_free(column: Column) -> bool {
    matches!(
        column,
        Column::Name | Column::Comment | Column::Command | Column::Directory | Column::Free
    )
}

/// The head of a table.
#[derive(Debug, Clone)]
pub(super) struct Header {
    columns: Vec<Column>,
    pub(super) delimiter: Vec<u8>,
    id: usize,
    /// The columns that are summed up, the seconds before the clock.
    summed: Vec<(usize, Column)>,
}

impl Header {
    /// Reads a line as a header: `JobID` and another known column between delimiters.
    pub(super) fn of(line: &[u8]) -> Option<Header> {
        let text = std::str::from_utf8(line).ok()?;
        if !text.to_ascii_lowercase().contains("jobid") || text.contains('=') {
            return None;
        }
        // What stands behind the first name and is no letter is the delimiter: `|`, `\x1f`, `,`, `<US>`.
        let at = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        let rest = &text[at..];
        let delimiter = match rest.strip_prefix('<').and_then(|inner| inner.find('>')) {
            Some(end) => &rest[..end + 2],
            None => &rest[..rest.chars().next()?.len_utf8()],
        };
        if delimiter.trim().is_empty() && delimiter != "\t" {
            return None;
        }
        let mut columns: Vec<Column> = text.split(delimiter).map(column).collect();
        let id = columns.iter().position(|column| *column == Column::Id)?;
        // `squeue` calls the plain number of a task by the same name.
        for later in columns.iter_mut().skip(id + 1).filter(|column| **column == Column::Id) {
            *later = Column::IdRaw;
        }
        let known = columns.iter().filter(|column| **column != Column::Other).count();
        let place = |wanted: Column| Some((columns.iter().position(|column| *column == wanted)?, wanted));
        let summed = [Column::State, Column::ElapsedRaw, Column::Elapsed, Column::Allocated];
        let summed = summed.into_iter().filter_map(place).collect();
        (known > 1).then(|| Header {
            delimiter: delimiter.as_bytes().to_vec(),
            summed,
            columns,
            id,
        })
    }

    /// Whether the line is the head of a table whose columns are blanks.
    pub(super) fn is_cut_off(line: &[u8]) -> bool {
        let text = String::from_utf8_lossy(line);
        let mut words = text.split_whitespace();
        words.next().is_some_and(|word| word.eq_ignore_ascii_case("jobid"))
            && text.contains("  ")
            && words.any(|word| column(word) != Column::Other)
    }

    /// How many columns it has.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The id of a row, and whether it is that of a step; `fields` is used again.
    pub(super) fn id<'l>(&self, line: &'l [u8], fields: &mut Vec<(usize, usize)>) -> Option<(&'l str, bool)> {
        split(line, &self.delimiter, fields);
        let &(from, to) = fields.get(self.id)?;
        let id = std::str::from_utf8(&line[from..to]).ok()?;
        is_id(id).then(|| (id, id.contains('.')))
    }

    /// Puts a row with too many fields right, where one free text took the delimiter in; whether it is right now.
    pub(super) fn mend(&self, fields: &mut Vec<(usize, usize)>) -> bool {
        let wanted = self.columns.len();
        if fields.len() <= wanted {
            return fields.len() == wanted;
        }
        let free: Vec<usize> = (0..wanted).filter(|&at| is_free(self.columns[at])).collect();
        let [at] = free[..] else { return false };
        let extra = fields.len() - wanted;
        let end = fields[at + extra].1;
        fields[at].1 = end;
        fields.drain(at + 1..=at + extra);
        true
    }

    /// The job of a row that is not a step.
    pub(super) fn job(&self, line: &[u8], fields: &[(usize, usize)]) -> Job {
        let mut job = Job::default();
        for (column, &(from, to)) in self.columns.iter().zip(fields) {
            if *column == Column::Other || from == to {
                continue;
            }
            let text = String::from_utf8_lossy(&line[from..to]);
            set(&mut job, *column, &text);
        }
        job
    }

    /// State, seconds and GPUs of a row, without what else it says.
    pub(super) fn summed<'l>(&self, line: &'l [u8], fields: &[(usize, usize)]) -> (&'l [u8], u64, u64) {
        let (mut state, mut raw, mut clock, mut gpus): (&[u8], Option<u64>, Option<u64>, u64) = (b"", None, None, 0);
        for (at, column) in &self.summed {
            let Some(&(from, to)) = fields.get(*at) else { continue };
            let text = &line[from..to];
            match column {
                Column::State => state = text,
                Column::ElapsedRaw => raw = whole(text),
                Column::Elapsed if raw.is_none() => clock = std::str::from_utf8(text).ok().and_then(duration),
                Column::Allocated => gpus = cards(text),
                _ => {}
            }
        }
        (state, raw.or(clock).unwrap_or(0), gpus)
    }

    /// The resident bytes that a step's row has, and its state.
    pub(super) fn step(&self, line: &[u8], fields: &[(usize, usize)]) -> (JobState, Option<u64>) {
        let (mut state, mut peak) = (JobState::Unknown, None);
        for (column, &(from, to)) in self.columns.iter().zip(fields) {
            match column {
                Column::State => state = JobState::of(&String::from_utf8_lossy(&line[from..to])),
                Column::PeakBytes => peak = size(&String::from_utf8_lossy(&line[from..to])),
                _ => {}
            }
        }
        (state, peak)
    }
}

/// A whole number of digits alone.
fn whole(text: &[u8]) -> Option<u64> {
    let digit = |number: Option<u64>, byte: &u8| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number?.checked_mul(10)?.checked_add(digit)
    };
    (!text.is_empty()).then(|| text.iter().fold(Some(0), digit)).flatten()
}

/// The untyped cards of `…,gres/gpu:a100=2,gres/gpu=2,…`; the typed ones where it lists no others.
fn cards(text: &[u8]) -> u64 {
    let plain = memchr::memmem::find(text, b"gres/gpu=").map(|at| &text[at + 9..]);
    match plain {
        Some(rest) => {
            let end = memchr::memchr(b',', rest).unwrap_or(rest.len());
            whole(&rest[..end]).unwrap_or(0)
        }
        None if memchr::memmem::find(text, b"gres/gpu:").is_none() => 0,
        None => std::str::from_utf8(text).map_or(0, |text| resources(text).gpus.unwrap_or(0)),
    }
}

/// `1234`, `7_3`, `14_[3-9%2]`, `1+0`, `1234.batch`, `1+0.0`.
pub(super) fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_+.[]-%,:".contains(&byte))
}

fn set(job: &mut Job, column: Column, text: &str) {
    let own = || {
        let text = text.trim();
        (!matches!(text, "" | "(null)" | "None assigned" | "Unknown")).then(|| text.to_string())
    };
    match column {
        Column::Id => job.id = text.trim().to_string(),
        Column::Name => job.name = Some(text.to_string()),
        Column::User => job.user = own(),
        Column::Comment => job.comment = own(),
        Column::State => job.state = JobState::of(text),
        Column::ElapsedRaw => job.elapsed = text.trim().parse().ok(),
        Column::Elapsed => job.elapsed = job.elapsed.or_else(|| duration(text)),
        Column::Suspended => job.suspended = duration(text),
        Column::Limit => job.limit = limit(text),
        // `Partition_Limit` says more than the empty number beside it.
        Column::LimitRaw if job.limit == Limit::Unknown => job.limit = limit_in_minutes(text),
        Column::Submit => job.submit = time(text),
        Column::Start => job.start = time(text),
        Column::End => job.end = time(text),
        Column::Partition => job.partition = own(),
        Column::NodeList => job.node_list = own(),
        Column::Nodes => job.allocated.nodes = job.allocated.nodes.or_else(|| text.trim().parse().ok()),
        Column::Cpus => job.allocated.cpus = job.allocated.cpus.or_else(|| text.trim().parse().ok()),
        Column::Allocated => {
            let found = resources(text);
            let (nodes, cpus) = (job.allocated.nodes, job.allocated.cpus);
            job.allocated = found;
            job.allocated.nodes = job.allocated.nodes.or(nodes);
            job.allocated.cpus = job.allocated.cpus.or(cpus);
        }
        Column::Requested => {
            let memory = job.requested.memory_bytes;
            job.requested = resources(text);
            job.requested.memory_bytes = job.requested.memory_bytes.or(memory);
        }
        Column::RequestedMemory => job.requested.memory_bytes = job.requested.memory_bytes.or_else(|| size(text)),
        Column::Exit => job.exit = own(),
        Column::Restarts => job.restarts = text.trim().parse().ok(),
        Column::Command => job.command = own(),
        Column::Directory => job.directory = own(),
        Column::PeakBytes => job.peak_bytes = size(text),
        Column::LimitRaw | Column::IdRaw | Column::Free | Column::Other => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(header: &str, line: &str) -> Option<Job> {
        let header = Header::of(header.as_bytes())?;
        let mut fields = Vec::new();
        header.id(line.as_bytes(), &mut fields)?;
        header.mend(&mut fields).then(|| header.job(line.as_bytes(), &fields))
    }

    #[test]
    fn columns_in_any_order() {
        let job = row(
            "State|JobID|Timelimit|ElapsedRaw|AllocTRES|Partition",
            "TIMEOUT|5|00:01:00|81|billing=1,cpu=1,mem=100M,node=1|3090",
        )
        .unwrap();
        assert_eq!((job.id.as_str(), job.elapsed), ("5", Some(81)));
        assert_eq!((job.state, job.limit), (JobState::Timeout, Limit::Seconds(60)));
        assert_eq!(job.partition.as_deref(), Some("3090"));
    }

    #[test]
    fn a_delimiter_in_the_one_free_text_is_put_back() {
        let job = row("JobID|JobName|State", "28|weird|name with spaces|COMPLETED").unwrap();
        assert_eq!(job.name.as_deref(), Some("weird|name with spaces"));
        assert_eq!(job.state, JobState::Completed);
        // Two free texts: nobody knows which of them took it in.
        assert_eq!(row("JobID|JobName|State|Comment", "28|weird|name|COMPLETED|c|d"), None);
    }

    #[test]
    fn what_is_no_header_and_no_row() {
        assert!(Header::of(b"JobId=1 UserId=root(0)").is_none());
        assert!(Header::of(b"JobID           JobName  Partition").is_none());
        assert!(Header::is_cut_off(b"JobID           JobName  Partition"));
        assert!(Header::is_cut_off(
            b"             JOBID PARTITION     NAME     USER ST       TIME"
        ));
        assert_eq!(row("JobID|State", "name|COMPLETED"), None);
    }

    #[test]
    fn other_delimiters() {
        let job = row("JobID\u{1f}State\u{1f}JobName", "28\u{1f}COMPLETED\u{1f}weird|name").unwrap();
        assert_eq!(job.name.as_deref(), Some("weird|name"));
    }
}
