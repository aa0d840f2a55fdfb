//! A million rows of accounting, summed up by state, beside Python's `csv.DictReader` over the same file in the same run.
//!
//! Printed are rows a second and the peak memory of each, a process of its own; nothing is judged here, for a machine that
//! is shared gives other figures every day. The rows have the shapes that Slurm printed in `fixtures/accounting/`: jobs with
//! their steps, arrays, requeued and cancelled jobs, with and without cards.
//!
//! `cargo bench --bench accounting`; another number of rows as `cargo bench --bench accounting -- 200000`.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use verify::source::accounting::read_at_most;

/// The same sums as [`read_at_most`] makes of what it does not keep: rows, seconds and cards by state, steps left out.
const PYTHON: &str = r#"
import csv, resource, sys, time
start = time.perf_counter()
sums = {}
with open(sys.argv[1], newline="") as file:
    for row in csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE):
        if "." in row["JobID"]:
            continue
        state = row["State"].split(" ")[0]
        gpus = 0
        for part in row["AllocTRES"].split(","):
            if part.startswith("gres/gpu="):
                gpus = int(part[9:])
        rows, seconds, cards = sums.get(state, (0, 0, 0))
        sums[state] = (rows + 1, seconds + int(row["ElapsedRaw"]), cards + gpus)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
for state in sorted(sums):
    print(state, *sums[state])
"#;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--read") {
        return ours(Path::new(&arguments[at + 1]));
    }
    let rows = arguments
        .iter()
        .find_map(|argument| argument.parse::<u64>().ok())
        .unwrap_or(1_000_000);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sacct.txt");
    let bytes = write(&file, rows);
    println!("{rows} rows, {} MB", bytes / 1_000_000);
    // Turn about, three times each: the best of each is compared, since both suffer from what else the machine does.
    let mut best: [Option<(f64, u64)>; 2] = [None, None];
    let mut sums: [String; 2] = Default::default();
    for _ in 0..3 {
        for (at, said) in [python(&file), own(&file)].into_iter().enumerate() {
            let (first, rest) = said.split_once('\n').expect("a line");
            let figures: Vec<f64> = first.split(' ').map(|word| word.parse().expect("a number")).collect();
            let (seconds, kilobytes) = (figures[0], figures[1] as u64);
            if best[at].is_none_or(|(least, _)| seconds < least) {
                best[at] = Some((seconds, kilobytes));
            }
            sums[at] = rest.to_string();
        }
    }
    assert_eq!(sums[0], sums[1], "both sum up the same");
    let [Some(python), Some(ours)] = best else { return };
    for (name, (seconds, kilobytes)) in [("csv.DictReader", python), ("verify", ours)] {
        println!(
            "{name:15} {:>12.0} rows/s {:>8.1} MB peak memory",
            rows as f64 / seconds,
            kilobytes as f64 / 1024.0
        );
    }
    println!("ratio           {:>12.1}", python.0 / ours.0);
}

/// Writes so many rows, and gives the bytes.
fn write(path: &Path, rows: u64) -> u64 {
    let mut out = BufWriter::new(std::fs::File::create(path).expect("a file"));
    let head = "JobID|JobName|Partition|State|Elapsed|ElapsedRaw|Timelimit|Submit|Start|End|AllocTRES|ReqTRES|NodeList|ExitCode|MaxRSS";
    writeln!(out, "{head}").expect("a line");
    let states = [
        "COMPLETED",
        "COMPLETED",
        "COMPLETED",
        "FAILED",
        "TIMEOUT",
        "CANCELLED by 4242",
        "REQUEUED",
    ];
    for row in 0..rows {
        let job = row / 3;
        let state = states[(job % 7) as usize];
        let seconds = job % 86_400;
        let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds % 3600 / 60, seconds % 60);
        let times = "2026-11-22T10:53:59|2026-11-22T10:54:13|2026-11-22T10:55:34";
        let (cards, asked) = match job % 4 {
            0 => ("", ""),
            _ => (",gres/gpu:rtx3090=2,gres/gpu=2", ",gres/gpu=2"),
        };
        let line = match row % 3 {
            0 if job % 5 == 0 => format!(
                "{}_{}|sweep|3090|{state}|{clock}|{seconds}|00:03:00|{times}|billing=1,cpu=1{cards},mem=100M,node=1|billing=1,cpu=1{asked},mem=100M,node=1|node1|0:0|",
                job / 5,
                job % 100
            ),
            0 => format!(
                "{job}|eval-batch{}|3090|{state}|{clock}|{seconds}|1-12:00:00|{times}|billing=8,cpu=8{cards},mem=48G,node=1|billing=8,cpu=8{asked},mem=48G,node=1|node1|0:0|",
                job % 64
            ),
            1 => format!(
                "{job}.batch|batch||{state}|{clock}|{seconds}||{times}|cpu=8{cards},mem=48G,node=1||node1|0:0|170200K"
            ),
            _ => format!(
                "{job}.0|train||{state}|{clock}|{seconds}||{times}|cpu=8{cards},mem=48G,node=1||node1|0:0|1656K"
            ),
        };
        writeln!(out, "{line}").expect("a line");
    }
    out.flush().expect("written");
    std::fs::metadata(path).expect("a file").len()
}

fn python(file: &Path) -> String {
    let said = Command::new("python3")
        .arg("-c")
        .arg(PYTHON)
        .arg(file)
        .output()
        .expect("python3");
    String::from_utf8(said.stdout).expect("text")
}

fn own(file: &Path) -> String {
    let program = std::env::current_exe().expect("this program");
    let said = Command::new(program)
        .arg("--read")
        .arg(file)
        .output()
        .expect("this program");
    String::from_utf8(said.stdout).expect("text")
}

/// What Python prints, by the reader of `verify`.
fn ours(file: &Path) {
    let start = Instant::now();
    let opened = std::fs::File::open(file).expect("a file");
    let found = read_at_most(BufReader::with_capacity(1 << 16, opened), 0).expect("it is read");
    let seconds = start.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.split_whitespace().next()).unwrap_or("0");
    println!("{seconds} {kilobytes}");
    let mut states = found.beyond.states;
    states.sort_by(|a, b| a.0.cmp(&b.0));
    for (state, sum) in states {
        println!("{state} {} {} {}", sum.rows, sum.seconds, sum.gpus);
    }
}
