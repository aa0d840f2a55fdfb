//! Slurm's options: what each asks for.
//!
//! Why it can be wrong: `--gres` and `--gpus-per-node` count by node, `--gpus` by job.
//!
//! Example: `--gres=gpu:rtx3090:2` asks for two GPUs a node, of the type `rtx3090`.

use super::sizes::{integer, slurm_memory, slurm_time};
use super::{Asked, plain_key, text};
use crate::evidence::Expr;
use crate::source::shell::literal;

pub(super) fn asked(name: &str, value: &str) -> Asked {
    let Some(key) = plain_key("slurm", name) else {
        return Vec::new();
    };
    let read = match key {
        "gpus" | "gpus-per-node" | "gpus-per-task" => return slurm_gpus(name, value),
        "time-limit" => slurm_time(value),
        "memory" | "memory-per-cpu" | "memory-per-gpu" => slurm_memory(value),
        "nodes" | "cpus" | "tasks" | "tasks-per-node" => integer(value),
        _ => Some((literal::text(value), None)),
    };
    vec![match read {
        Some((value, unit)) => (key, Expr::Value(value), unit),
        None => (key, Expr::Opaque(value.to_string()), None),
    }]
}

/// `gpu:rtx3090:2`, `a100:2`, `2`; of a list (`gpu:1,shard:2`) the GPUs.
pub(super) fn slurm_gpus(name: &str, value: &str) -> Asked {
    let key = match name {
        "--gpus-per-task" => "gpus-per-task",
        "--gres" | "--gpus-per-node" => "gpus-per-node",
        _ => "gpus",
    };
    let mut out = Vec::new();
    for part in value.split(',') {
        let part = part.split('(').next().unwrap_or(part);
        let part = match (name, part.strip_prefix("gpu").or_else(|| part.strip_prefix("gres/gpu"))) {
            (_, Some("")) => "1",
            (_, Some(rest)) if rest.starts_with(':') => &rest[1..],
            ("--gres", _) => continue,
            _ => part,
        };
        let (card, count) = match part.rsplit_once(':') {
            Some((card, count)) => (Some(card), count),
            None if integer(part).is_some() => (None, part),
            None => (Some(part), "1"),
        };
        let count = integer(count).map_or_else(|| Expr::Opaque(part.to_string()), |(count, _)| Expr::Value(count));
        out.push((key, count, None));
        if let Some(card) = card.filter(|card| !card.is_empty()) {
            out.push(text("gpu-type", card));
        }
    }
    out
}
