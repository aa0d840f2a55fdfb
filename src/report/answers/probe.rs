//! `verify probe`: what this machine is, as a table, and in one line where the reading was written.
//!
//! Why it can be wrong: a card that could not be read must not look like one that is not there. What was refused is
//! printed with its reason, and a stand-in is called one before anything that it said.
//!
//! Example: `gpu 0   NVIDIA GeForce RTX 3090   24576 MiB, driver 535.104.05, CUDA 12.2`.

use comfy_table::{ContentArrangement, Table, presets};

use crate::evidence::{Probed, ReadCard};
use crate::report::terminal::strong;
use crate::report::{Options, markup};

/// What is said where a library for tests was asked.
const STAND_IN: &str = "a stand-in for NVIDIA's library was asked: there is no such card";

/// The reading as a table.
pub fn probe(probed: &Probed, options: &Options) -> String {
    let mut rows: Vec<(String, String)> = vec![
        ("host".to_string(), probed.host.clone()),
        ("time".to_string(), probed.time.clone()),
    ];
    if probed.stand_in {
        rows.push(("stand-in".to_string(), STAND_IN.to_string()));
    }
    for card in &probed.gpus.cards {
        rows.push((name(card), described(card)));
    }
    for unread in &probed.gpus.unread {
        rows.push(("gpu, unread".to_string(), unread.clone()));
    }
    let host = &probed.host_system;
    let cores = host.cores.map(|cores| format!(", {cores} cores")).unwrap_or_default();
    let processor = host.processor.as_deref().unwrap_or("unknown");
    rows.push((
        "processor".to_string(),
        format!("{processor}, {} threads{cores}", host.threads),
    ));
    rows.push((
        "host memory".to_string(),
        format!("{} MiB", host.memory_bytes / (1024 * 1024)),
    ));
    let system: Vec<&str> = host.system.iter().chain(&host.kernel).map(String::as_str).collect();
    rows.push(("system".to_string(), system.join(", kernel ")));
    if let Some(container) = &probed.container {
        let image = container.image.as_ref().map(|image| format!(", image {image}"));
        let text = format!(
            "{} (by {}){}",
            container.kind,
            container.sign,
            image.unwrap_or_default()
        );
        rows.push(("container".to_string(), text));
    }
    if let Some(slurm) = &probed.slurm {
        let variables: Vec<String> = slurm
            .variables
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        rows.push((format!("slurm job {}", slurm.job), variables.join(" ")));
    }
    for environment in &probed.python {
        let packages: Vec<String> = environment
            .packages
            .iter()
            .map(|(name, version)| format!("{name} {version}"))
            .chain(environment.unread.iter().cloned())
            .collect();
        rows.push((format!("python {}", environment.prefix), packages.join(", ")));
    }
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(options.width);
    for (what, value) in rows {
        table.add_row([markup::line(&what), markup::line(&value)]);
    }
    let mut out = strong(&probe_in_short(probed), options);
    out.push('\n');
    for line in table.to_string().lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The reading in one line.
pub fn probe_in_short(probed: &Probed) -> String {
    let cards: Vec<String> = probed.gpus.cards.iter().map(ReadCard::shown).collect();
    let cards = match cards.as_slice() {
        [] => "no GPU was read".to_string(),
        cards => cards.join(", "),
    };
    let stand_in = if probed.stand_in { ", by a stand-in" } else { "" };
    format!("{cards} on {}{stand_in}", probed.host)
}

fn name(card: &ReadCard) -> String {
    match card.slice.as_ref().and_then(|slice| slice.index) {
        Some(slice) => format!("gpu {}, slice {slice}", card.index),
        None => format!("gpu {}", card.index),
    }
}

fn described(card: &ReadCard) -> String {
    let mut parts = vec![card.shown()];
    let mib = |bytes: u64| format!("{} MiB", bytes / (1024 * 1024));
    if let Some(total) = card.total_bytes {
        let used = card.used_bytes.map(|used| format!(", {} used", mib(used)));
        let reserved = card
            .reserved_bytes
            .map(|reserved| format!(", {} reserved", mib(reserved)));
        parts.push(format!(
            "{}{}{}",
            mib(total),
            used.unwrap_or_default(),
            reserved.unwrap_or_default()
        ));
    }
    parts.extend(card.driver.as_ref().map(|driver| format!("driver {driver}")));
    parts.extend(card.cuda.as_ref().map(|cuda| format!("CUDA {cuda}")));
    parts.extend(card.ecc.map(|on| format!("ECC {}", if on { "on" } else { "off" })));
    parts.extend(card.power_limit_watts.map(|watts| format!("{watts} W at most")));
    if let (Some(graphics), Some(memory)) = (card.graphics_mhz, card.memory_mhz) {
        parts.push(format!("clocks {graphics} and {memory} MHz"));
    }
    if !card.throttle.is_empty() {
        parts.push(format!("held down by {}", card.throttle.join(", ")));
    }
    if !card.processes.is_empty() {
        parts.push(format!("{} processes on it", card.processes.len()));
    }
    parts.extend(card.unread.iter().map(|unread| format!("unread: {unread}")));
    parts.join("; ")
}
