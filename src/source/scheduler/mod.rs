//! What a job script asks its scheduler for: `#SBATCH`, `#PBS`, `#BSUB`, `#$` lines, and the same options on a
//! command line.
//!
//! Keys are the same for all systems: `partition`, `constraint`, `nodes`, `gpus`, `gpu-type`, `cpus`, `memory`,
//! `time-limit`, `tasks`, `array`, `account`, `job-name`, `output`, `nodelist`, `exclude`.
//!
//! Why it can be wrong: `--time=30` is minutes and `--time=1-12` a day and a half; Slurm's `G` counts by 1024; a line
//! `##SBATCH` asks for nothing, nor does one behind the first command. Formats are from the manuals of sbatch, qsub
//! (PBS and Grid Engine) and bsub.
//!
//! Example: `#SBATCH --gres=gpu:rtx3090:2` asks for `gpus` = 2 and `gpu-type` = `rtx3090`.

mod others;
mod sizes;
mod slurm;

use std::ops::Range;

use crate::evidence::Expr;
use crate::quantity::{Unit, Value};
use crate::source::Word;
use crate::source::shell::{lex, literal};
use sizes::number_of;

/// One thing that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// `slurm`, `pbs`, `lsf` or `sge`.
    pub(crate) system: &'static str,
    pub(crate) key: &'static str,
    pub(crate) value: Expr,
    /// Seconds of a time limit, the unit of a memory size.
    pub(crate) unit: Option<Unit>,
    /// Bytes of the option with its value.
    pub(crate) range: Range<usize>,
    pub(crate) state: Standing,
}

/// Whether the scheduler reads the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Read,
    /// Behind the script's first command.
    NotRead,
    /// `##SBATCH`, `# SBATCH`.
    CommentedOut,
}

const SYSTEMS: [(&str, &str); 5] = [
    ("SBATCH", "slurm"),
    ("PBS", "pbs"),
    ("BSUB", "lsf"),
    ("$", "sge"),
    ("QSUB", "pbs"),
];

/// The directives of a script that stands in `range` of `text`.
pub(crate) fn directives(text: &str, range: Range<usize>) -> Vec<Request> {
    let mut out = Vec::new();
    let mut commands_began = false;
    let mut at = range.start;
    for line in text.get(range).unwrap_or("").split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim_start();
        let Some(behind) = trimmed.strip_prefix('#') else {
            commands_began |= !trimmed.trim().is_empty();
            continue;
        };
        let Some((system, body, commented)) = directive(behind) else {
            continue;
        };
        let indented = trimmed.len() < line.len();
        let state = match commented || (indented && system == "slurm") {
            true => Standing::CommentedOut,
            false if commands_began && matches!(system, "slurm" | "pbs") => Standing::NotRead,
            false => Standing::Read,
        };
        let from = start + (line.len() - body.len());
        let end = from + body.trim_end().len();
        let words: Vec<Span> = without_comment(text, from..end);
        let (requests, _) = read_options(system, &words);
        out.extend(requests.into_iter().map(|request| Request { state, ..request }));
    }
    totals(out)
}

/// The options of `srun`, `sbatch`, `salloc` before their first argument, and how many words they take.
pub(crate) fn options(system: &'static str, words: &[Word]) -> (Vec<Request>, usize) {
    let spans: Vec<Span> = words
        .iter()
        .map(|word| {
            let range = word.place.bytes.map_or(0..0, |(start, end)| start..end);
            let raw = match &word.value {
                Expr::Ref(raw) | Expr::Opaque(raw) => raw.clone(),
                _ => word.text.clone(),
            };
            Span {
                text: word.text.clone(),
                raw,
                range,
            }
        })
        .collect();
    let (requests, taken) = read_options(system, &spans);
    (totals(requests), taken)
}

/// The system of `#`'s rest of the line, what stands behind its name, and whether the line is commented out.
fn directive(behind: &str) -> Option<(&'static str, &str, bool)> {
    let unhashed = behind.trim_start_matches(['#', ' ', '\t']);
    let commented = unhashed.len() < behind.len();
    for (name, system) in SYSTEMS {
        if let Some(body) = unhashed.strip_prefix(name)
            && body.starts_with([' ', '\t'])
            && body.trim_start().starts_with('-')
        {
            return Some((system, body, commented));
        }
    }
    None
}

/// A word with where it stands.
#[derive(Debug, Clone)]
struct Span {
    /// With known variables put in.
    text: String,
    /// As written, without quotes.
    raw: String,
    range: Range<usize>,
}

/// The words of a directive line up to a comment.
fn without_comment(text: &str, range: Range<usize>) -> Vec<Span> {
    let mut out = Vec::new();
    for range in lex::split(text, range) {
        let written = text.get(range.clone()).unwrap_or("");
        if written.starts_with('#') {
            break;
        }
        let plain: String = written.chars().filter(|letter| !matches!(letter, '"' | '\'')).collect();
        out.push(Span {
            raw: plain.clone(),
            text: plain,
            range,
        });
    }
    out
}

fn read_options(system: &'static str, words: &[Span]) -> (Vec<Request>, usize) {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if !word.text.starts_with('-') || word.text == "-" {
            break;
        }
        if word.text == "--" {
            at += 1;
            break;
        }
        let (name, inline) = option_name(system, &word.text);
        let raw_inline = option_name(system, &word.raw).1;
        let takes = inline.is_none() && takes_value(system, &name);
        let next = words.get(at + 1).filter(|_| takes);
        let (value, raw) = match (&inline, next) {
            (Some(value), _) => (value.clone(), raw_inline.unwrap_or_else(|| value.clone())),
            (None, Some(next)) => (next.text.clone(), next.raw.clone()),
            (None, None) => (String::new(), String::new()),
        };
        let range = word.range.start..next.map_or(word.range.end, |next| next.range.end.max(word.range.end));
        for (key, value, unit) in asked(system, &name, &value, &raw) {
            out.push(Request {
                system,
                key,
                value,
                unit,
                range: range.clone(),
                state: Standing::Read,
            });
        }
        at += 1 + usize::from(next.is_some());
    }
    (out, at.min(words.len()))
}

/// `--gres=gpu:1` is `--gres` with `gpu:1`, `-n4` is `-n` with `4`.
fn option_name(system: &str, word: &str) -> (String, Option<String>) {
    if word.starts_with("--") {
        return match word.split_once('=') {
            Some((name, value)) => (name.to_string(), Some(value.to_string())),
            None => (word.to_string(), None),
        };
    }
    let mut letters = word.char_indices();
    let (_, second) = (letters.next(), letters.next());
    match (second, letters.next()) {
        // Only Slurm and PBS write the value right behind a letter; `-pe`, `-gpu` are names.
        (Some((_, letter)), Some((at, _))) if system == "slurm" && takes_value(system, &format!("-{letter}")) => {
            let value = word[at..].strip_prefix('=').unwrap_or(&word[at..]);
            (word[..at].to_string(), Some(value.to_string()))
        }
        (Some((_, letter)), Some((at, _))) if system == "pbs" && takes_value(system, &format!("-{letter}")) => {
            (word[..at].to_string(), Some(word[at..].to_string()))
        }
        _ => (word.to_string(), None),
    }
}

/// Slurm's options without a value; all others take one.
const SLURM_SWITCHES: &str = "\
    --exclusive --requeue --no-requeue --wait -W --parsable --hold -H --contiguous -k --no-kill --overcommit -O \
    --oversubscribe -s --spread-job --test-only --use-min-nodes -h --help --usage -V --version -Q --quiet -v \
    --verbose -vv -vvv --pty -l --label -u --unbuffered -K --kill-on-bad-exit -Z --no-allocate -X \
    --disable-status --overlap --exact --ignore-pbs --reboot --multi-prog --preserve-env -E --no-shell \
    --immediate -I --whole --interactive --get-user-env --nice --propagate";
const LSF_SWITCHES: &str = "\
    -x -K -I -Is -Ip -B -N -r -rn -H -env";
const SGE_SWITCHES: &str = "\
    -cwd -V -verify -terse -notify -h -clear -w";
const PBS_SWITCHES: &str = "\
    -V -I -X -h -z -f";

fn takes_value(system: &str, name: &str) -> bool {
    let switches = match system {
        "slurm" => SLURM_SWITCHES,
        "lsf" => LSF_SWITCHES,
        "sge" => SGE_SWITCHES,
        _ => PBS_SWITCHES,
    };
    !switches.split_ascii_whitespace().any(|switch| switch == name)
}

type Asked = Vec<(&'static str, Expr, Option<Unit>)>;
/// A value with the unit it is in.
type Size = (Value, Option<Unit>);

/// What one option asks for; `raw` is the value with variables as written.
fn asked(system: &str, name: &str, value: &str, raw: &str) -> Asked {
    if value.contains(['$', '`']) || (raw.contains(['$', '`']) && raw != value) {
        // A variable: the key is known, the value is what it refers to.
        let Some(key) = plain_key(system, name) else {
            return Vec::new();
        };
        let alone = lex::pieces(raw, 0..raw.len(), false);
        let reference = matches!(
            alone.as_slice(),
            [lex::Piece {
                kind: lex::Kind::Variable(_),
                ..
            }]
        );
        let expr = if reference {
            Expr::Ref(raw.to_string())
        } else {
            Expr::Opaque(raw.to_string())
        };
        return vec![(key, expr, None)];
    }
    match system {
        "slurm" => slurm::asked(name, value),
        "pbs" => others::pbs(name, value),
        "lsf" => others::lsf(name, value),
        _ => others::sge(name, value),
    }
}

/// The key of an option whose value is one word.
fn plain_key(system: &str, name: &str) -> Option<&'static str> {
    Some(match (system, name) {
        ("slurm", "-p" | "--partition") | ("pbs" | "lsf" | "sge", "-q") => "partition",
        ("slurm", "-C" | "--constraint") => "constraint",
        ("slurm", "-N" | "--nodes") => "nodes",
        ("slurm", "-G" | "--gpus" | "--gres") => "gpus",
        ("slurm", "--gpus-per-node") => "gpus-per-node",
        ("slurm", "--gpus-per-task") => "gpus-per-task",
        ("slurm", "-c" | "--cpus-per-task") => "cpus",
        ("slurm", "--mem") | ("lsf", "-M") => "memory",
        ("slurm", "--mem-per-cpu") => "memory-per-cpu",
        ("slurm", "--mem-per-gpu") => "memory-per-gpu",
        ("slurm", "-t" | "--time") | ("lsf", "-W") => "time-limit",
        ("slurm", "-n" | "--ntasks") | ("lsf", "-n") => "tasks",
        ("slurm", "--ntasks-per-node") => "tasks-per-node",
        ("slurm", "-a" | "--array") | ("pbs", "-J" | "-t") | ("sge", "-t") => "array",
        ("slurm", "-A" | "--account") | ("pbs" | "sge", "-A") | ("lsf" | "sge", "-P") => "account",
        ("slurm", "-J" | "--job-name") | ("pbs" | "sge", "-N") | ("lsf", "-J") => "job-name",
        ("slurm", "-o" | "--output") | ("pbs" | "lsf" | "sge", "-o") => "output",
        ("slurm", "-w" | "--nodelist") | ("lsf", "-m") => "nodelist",
        ("slurm", "-x" | "--exclude") => "exclude",
        ("slurm", "-q" | "--qos") => "qos",
        ("slurm", "--reservation") => "reservation",
        _ => return None,
    })
}

/// Counts that are by node or by task become counts by job, where the script says how many nodes or tasks.
fn totals(requests: Vec<Request>) -> Vec<Request> {
    let count = |key: &str| {
        let mut found = requests
            .iter()
            .filter(|request| request.key == key && request.state == Standing::Read);
        found.next_back().map(|request| request.value.clone())
    };
    let (nodes, tasks) = (count("nodes"), count("tasks"));
    let one = |count: &Option<Expr>| match count {
        None => true,
        Some(Expr::Value(value)) => value.to_string() == "1",
        Some(_) => false,
    };
    let mut out = Vec::with_capacity(requests.len());
    for request in &requests {
        let times = match request.key {
            "gpus-per-node" => &nodes,
            "gpus-per-task" => &tasks,
            _ => {
                out.push(request.clone());
                continue;
            }
        };
        if one(times) {
            out.push(Request {
                key: "gpus",
                ..request.clone()
            });
            continue;
        }
        out.push(request.clone());
        if let Some(times) = times {
            let value = product(&request.value, times);
            out.push(Request {
                key: "gpus",
                value,
                ..request.clone()
            });
        }
    }
    out
}

/// The product, computed where both are numbers.
fn product(left: &Expr, right: &Expr) -> Expr {
    let whole = |expr: &Expr| expr.literal().and_then(|value| number_of(&value.to_string()));
    match whole(left)
        .zip(whole(right))
        .and_then(|(left, right)| left.checked_mul(right))
    {
        Some(product) => Expr::Value(literal::number(&product.to_string())),
        None => Expr::Binary {
            op: "*".to_string(),
            left: Box::new(left.clone()),
            right: Box::new(right.clone()),
        },
    }
}

fn text(key: &'static str, value: &str) -> (&'static str, Expr, Option<Unit>) {
    (key, Expr::Value(literal::text(value)), None)
}

/// What was read, else the text as it is written.
fn or_text(key: &'static str, read: Option<Size>, written: &str) -> (&'static str, Expr, Option<Unit>) {
    match read {
        Some((value, unit)) => (key, Expr::Value(value), unit),
        None => text(key, written),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(expr: &Expr) -> String {
        match expr {
            Expr::Value(value) => value.to_string(),
            Expr::Ref(name) => name.clone(),
            Expr::Binary { op, left, right } => format!("{} {op} {}", shown(left), shown(right)),
            Expr::Opaque(text) => format!("?{text}?"),
            _ => "…".to_string(),
        }
    }

    fn read(script: &str) -> String {
        let found: Vec<String> = directives(script, 0..script.len())
            .iter()
            .map(|request| {
                let mark = match request.state {
                    Standing::Read => "",
                    Standing::NotRead => "!",
                    Standing::CommentedOut => "#",
                };
                let unit = request.unit.map_or(String::new(), |unit| format!(" {unit}"));
                format!("{mark}{}={}{unit}", request.key, shown(&request.value))
            })
            .collect();
        found.join(", ")
    }

    #[test]
    fn slurm_lines_in_long_and_short_form() {
        let cases = [
            ("#SBATCH -p 3090", "partition=3090"),
            ("#SBATCH --partition=3090 # the big ones", "partition=3090"),
            ("#SBATCH --gres=gpu:rtx3090:2", "gpus=2, gpu-type=rtx3090"),
            ("#SBATCH --gres=gpu:2", "gpus=2"),
            ("#SBATCH --gres=gpu", "gpus=1"),
            ("#SBATCH --gres=gpu:a100:4,shard:1", "gpus=4, gpu-type=a100"),
            ("#SBATCH --gpus=a100:2", "gpus=2, gpu-type=a100"),
            ("#SBATCH -G 4", "gpus=4"),
            ("#SBATCH -G4 -c8", "gpus=4, cpus=8"),
            ("#SBATCH --gpus-per-node=8", "gpus=8"),
            (
                "#SBATCH -N 2\n#SBATCH --gpus-per-node=8",
                "nodes=2, gpus-per-node=8, gpus=16",
            ),
            ("#SBATCH --gpus-per-node 8 --nodes 1", "gpus=8, nodes=1"),
            (
                "#SBATCH --gpus-per-task=1 --ntasks=4",
                "gpus-per-task=1, gpus=4, tasks=4",
            ),
            ("#SBATCH --exclusive --mem=48G", "memory=48 GiB"),
            ("#SBATCH -t 1-12 -J \"my job\"", "time-limit=129600 s, job-name=my job"),
            ("#SBATCH --array=0-3%2", "array=0-3%2"),
            ("#SBATCH -C \"a100|h100\"", "constraint=a100|h100"),
            (
                "#SBATCH -w node[1-2] -x node3 -A lab",
                "nodelist=node[1-2], exclude=node3, account=lab",
            ),
            ("#SBATCH --time=$LIMIT", "time-limit=$LIMIT"),
            ("##SBATCH --mem=1G", "#memory=1 GiB"),
            ("# SBATCH --mem=1G", "#memory=1 GiB"),
            (
                "#!/bin/bash\n\n# a comment\n#SBATCH -c 4\r\nexport X=1\n#SBATCH -c 8",
                "cpus=4, !cpus=8",
            ),
            ("#SBATCH lines are read by sbatch", ""),
            ("echo '#SBATCH -c 4'", ""),
        ];
        for (script, expected) in cases {
            assert_eq!(read(script), expected, "{script}");
        }
    }

    #[test]
    fn other_schedulers() {
        let cases = [
            (
                "#PBS -l nodes=2:ppn=8:gpus=1,walltime=10:00:00",
                "nodes=2, cpus=8, gpus-per-node=1, gpus=2, time-limit=36000 s",
            ),
            (
                "#PBS -l select=1:ncpus=8:ngpus=2:mem=48gb",
                "nodes=1, cpus=8, gpus=2, memory=48 GiB",
            ),
            ("#PBS -q gpu -N run", "partition=gpu, job-name=run"),
            ("#BSUB -q gpu -W 2:30 -n 4", "partition=gpu, time-limit=9000 s, tasks=4"),
            ("#BSUB -gpu \"num=2:gmodel=TeslaV100\"", "gpus=2, gpu-type=TeslaV100"),
            ("#BSUB -R \"rusage[mem=4000]\"", "memory=4000"),
            (
                "#$ -q all.q -l h_rt=24:00:00,h_vmem=4G,gpu=1",
                "partition=all.q, time-limit=86400 s, memory=4 GiB, gpus=1",
            ),
            ("#$ -cwd -N run", "job-name=run"),
        ];
        for (script, expected) in cases {
            assert_eq!(read(script), expected, "{script}");
        }
    }
}
