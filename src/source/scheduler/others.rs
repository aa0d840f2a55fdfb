//! The options of PBS, LSF and Grid Engine: what each asks for.
//!
//! Why it can be wrong: the same letter means another thing in each (`-W` is LSF's time limit), and resource lists have
//! colons and commas of their own.
//!
//! Example: `-l nodes=2:ppn=8,walltime=10:00:00` asks PBS for two nodes, eight cores and ten hours.

use super::sizes::{clock, integer, memory, number_of, seconds};
use super::{Asked, or_text, plain_key, text};
use crate::quantity::Unit;

pub(super) fn pbs(name: &str, value: &str) -> Asked {
    if name != "-l" {
        return plain_key("pbs", name).map(|key| text(key, value)).into_iter().collect();
    }
    let mut out = Vec::new();
    // `nodes=2:ppn=8:gpus=1,walltime=10:00:00`, `select=2:ncpus=8:ngpus=1:mem=48gb`.
    for part in value.split(',') {
        for (position, item) in part.split(':').enumerate() {
            let Some((key, value)) = item.split_once('=') else {
                continue;
            };
            match key {
                // A time has colons of its own.
                "walltime" => {
                    let whole = part.split_once("walltime=").map_or(value, |(_, time)| time);
                    out.push(or_text("time-limit", clock(whole), whole));
                    break;
                }
                "nodes" | "select" if position == 0 => out.push(or_text("nodes", integer(value), value)),
                "ncpus" | "ppn" => out.push(or_text("cpus", integer(value), value)),
                // By chunk; `totals` makes the job's.
                "ngpus" | "gpus" => out.push(or_text("gpus-per-node", integer(value), value)),
                "gpu_type" | "gpu_model" => out.push(text("gpu-type", value)),
                "mem" | "pmem" | "vmem" => out.push(or_text("memory", memory(value, Some(Unit::Byte)), value)),
                "host" | "vnode" => out.push(text("nodelist", value)),
                _ => {}
            }
        }
    }
    out
}

pub(super) fn lsf(name: &str, value: &str) -> Asked {
    match name {
        // `[hours:]minutes`, with an optional host behind a slash.
        "-W" => {
            let time = value.split('/').next().unwrap_or(value);
            let parts: Option<Vec<u64>> = time.split(':').map(number_of).collect();
            let minutes = match parts.as_deref() {
                Some([minutes]) => Some(*minutes),
                Some([hours, minutes]) => hours.checked_mul(60).and_then(|hours| hours.checked_add(*minutes)),
                _ => None,
            };
            vec![or_text(
                "time-limit",
                minutes.and_then(|minutes| minutes.checked_mul(60)).map(seconds),
                value,
            )]
        }
        // What a bare number of -M means is the site's setting.
        "-M" => vec![or_text("memory", memory(value, None), value)],
        "-n" => vec![or_text("tasks", integer(value), value)],
        "-gpu" => {
            let mut out = Vec::new();
            for item in value.split(':') {
                match item.split_once('=') {
                    Some(("num", count)) => {
                        let count = count.split('/').next().unwrap_or(count);
                        out.push(or_text("gpus", integer(count), count));
                    }
                    Some(("gmodel", model)) => out.push(text("gpu-type", model)),
                    _ => {}
                }
            }
            out
        }
        "-R" => {
            let mut out = Vec::new();
            if let Some((_, mem)) = value.split_once("mem=") {
                let end = mem.find([',', ']', ':', ' ']).unwrap_or(mem.len());
                out.push(or_text("memory", memory(&mem[..end], None), &mem[..end]));
            }
            if let Some((_, inner)) = value.split_once("select[") {
                out.push(text("constraint", inner.split(']').next().unwrap_or(inner)));
            }
            out
        }
        _ => plain_key("lsf", name).map(|key| text(key, value)).into_iter().collect(),
    }
}

pub(super) fn sge(name: &str, value: &str) -> Asked {
    if name != "-l" {
        return plain_key("sge", name).map(|key| text(key, value)).into_iter().collect();
    }
    let mut out = Vec::new();
    for item in value.split(',') {
        let Some((key, value)) = item.split_once('=') else {
            continue;
        };
        match key {
            "h_rt" => out.push(or_text("time-limit", clock(value), value)),
            "h_vmem" | "mem_free" | "mem" => out.push(or_text("memory", memory(value, Some(Unit::Byte)), value)),
            "gpu" | "gpus" | "ngpus" => out.push(or_text("gpus", integer(value), value)),
            "gpu_type" | "gputype" | "gpu_card" => out.push(text("gpu-type", value)),
            "hostname" | "h" => out.push(text("nodelist", value)),
            _ => {}
        }
    }
    out
}
