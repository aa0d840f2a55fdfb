//! `nvidia-smi --query-gpu=… --format=csv`: a header that names the fields, then a row a card; or the rows alone.
//!
//! Tried on headers and rows that public logs and documentation show; rows without a header on one of them.
//!
//! Why it can be wrong: without a header nobody sees whether a number of MiB is the total, what is used or what is free. So
//! there it is the total only where it is one that a card of that name reports, and where it is the only one.
//!
//! Example: `name, memory.total [MiB]`, below it `NVIDIA GeForce RTX 3090, 24576 MiB`.

use std::sync::LazyLock;

use regex::Regex;

use super::{Found, Line, NO_NAME, Printed, given, mebibytes, megahertz, number, switched};
use crate::evidence::{ReadCard, Slice};
use crate::quantity::reported::{nominal, reported};

/// A field of a header: `memory.total [MiB]`, `name`.
static FIELD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[a-z][a-z0-9_.]*(?: \[[A-Za-z/%]+\])?$").expect("a constant pattern"));

/// Fields that no other table has under this name.
const OWN: &[&str] = &[
    "memory.total",
    "memory.used",
    "memory.free",
    "driver_version",
    "pci.bus_id",
    "gpu_bus_id",
    "power.limit",
    "power.draw",
    "utilization.gpu",
    "temperature.gpu",
    "compute_cap",
    "mig.mode.current",
    "gpu_name",
    "uuid",
    "gpu_uuid",
];

/// How names begin that drivers give.
const MAKERS: &[&str] = &["NVIDIA", "Tesla", "Quadro", "GeForce", "GRID", "Graphics Device"];

/// How a row without a header begins.
static BARE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s:\]])(?:(?P<index>[0-9]+), )?(?P<name>(?:NVIDIA|Tesla|Quadro|GeForce|GRID|A[0-9]{2,3}-)[^,|]*), (?P<rest>.*[0-9]+ MiB.*)$")
        .expect("a constant pattern")
});

pub(super) fn read(lines: &[Line<'_>]) -> Found {
    let mut found = Found::default();
    let mut header: Option<Vec<String>> = None;
    let mut index = 0;
    for line in lines {
        if let Some(fields) = fields(line.text) {
            header = Some(fields);
            index = 0;
            continue;
        }
        if let Some(fields) = &header {
            let values: Vec<&str> = line.text.split(", ").map(str::trim).collect();
            if values.len() == fields.len()
                && let Some(card) = row(fields, &values, index)
            {
                found.printed.push(Printed {
                    card,
                    time: of(fields, &values, "timestamp").map(str::to_string),
                    at: line.range(),
                });
                index += 1;
                continue;
            }
            header = None;
        }
        if let Some(card) = bare(line.text, index) {
            index += 1;
            found.printed.push(Printed {
                card,
                time: None,
                at: line.range(),
            });
        } else {
            index = 0;
        }
    }
    found
}

/// The fields that a header names, without their units.
fn fields(text: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = text.trim().split(", ").collect();
    if !parts.iter().all(|part| FIELD.is_match(part)) {
        return None;
    }
    let names: Vec<String> = parts
        .iter()
        .map(|part| part.split(' ').next().unwrap_or(part).to_string())
        .collect();
    let own = names.iter().any(|name| OWN.contains(&name.as_str()));
    let name = names.iter().any(|name| name == "name" || name == "gpu_name");
    (own && name).then_some(names)
}

fn of<'v>(fields: &[String], values: &[&'v str], wanted: &str) -> Option<&'v str> {
    let at = fields.iter().position(|field| field == wanted)?;
    values.get(at).copied().and_then(given)
}

/// A row below a header; none where the name is no card's, for there the table is over.
fn row(fields: &[String], values: &[&str], index: u32) -> Option<ReadCard> {
    let of = |wanted: &str| of(fields, values, wanted);
    let model = of("name").or(of("gpu_name"))?;
    let is_name =
        reported(model).is_some() || NO_NAME.contains(&model) || MAKERS.iter().any(|maker| model.starts_with(maker));
    if !is_name {
        return None;
    }
    // `nounits` leaves the unit to the header.
    let memory = |wanted: &str| {
        let value = of(wanted)?;
        mebibytes(value).or_else(|| value.parse::<u64>().ok()?.checked_mul(1024 * 1024))
    };
    let clock = |wanted: &str| {
        let value = of(wanted)?;
        megahertz(value).or_else(|| value.parse().ok())
    };
    let cut_up = of("mig.mode.current").and_then(switched) == Some(true);
    Some(ReadCard {
        index: of("index").and_then(|index| index.parse().ok()).unwrap_or(index),
        model: model.to_string(),
        slice: cut_up.then(Slice::default),
        total_bytes: memory("memory.total"),
        used_bytes: memory("memory.used"),
        reserved_bytes: memory("memory.reserved"),
        driver: of("driver_version").map(str::to_string),
        ecc: of("ecc.mode.current").and_then(switched),
        power_limit_watts: of("power.limit").and_then(number),
        graphics_mhz: clock("clocks.current.graphics").or(clock("clocks.gr")),
        memory_mhz: clock("clocks.current.memory").or(clock("clocks.mem")),
        ..ReadCard::default()
    })
}

/// A row without a header, by its name and its MiB.
fn bare(text: &str, index: u32) -> Option<ReadCard> {
    if !text.contains(" MiB") {
        return None;
    }
    let row = BARE.captures(text)?;
    let name = row["name"].trim();
    let found = reported(name)?;
    let sizes: Vec<u64> = row["rest"].split(", ").filter_map(mebibytes).collect();
    // Every part of the row is a value, and no sentence goes on.
    let is_value = |part: &str| {
        part.split(' ').count() <= 2 && !part.is_empty() && part.chars().any(|c| c.is_ascii_digit())
            || matches!(part, "Enabled" | "Disabled" | "Default" | "[N/A]" | "N/A")
    };
    if sizes.is_empty() || !row["rest"].split(", ").all(is_value) {
        return None;
    }
    let total = match sizes.as_slice() {
        [bytes] => {
            let sold = nominal(found.card, bytes / (1024 * 1024));
            let named = found.memory.is_none() || found.memory == sold;
            let open = found.memory.is_none() && found.card.memory().len() > 1;
            (sold.is_some() && named && !open).then_some(*bytes)
        }
        _ => None,
    };
    Some(ReadCard {
        index: row
            .name("index")
            .and_then(|index| index.as_str().parse().ok())
            .unwrap_or(index),
        model: name.to_string(),
        total_bytes: total,
        ..ReadCard::default()
    })
}
