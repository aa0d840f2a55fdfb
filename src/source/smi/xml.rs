//! `nvidia-smi -q -x`: one XML document, whole in a file or within a log.
//!
//! Why it can be wrong: the elements changed their names over the years (`clocks_throttle_reasons` became
//! `clocks_event_reasons`, `power_readings` became `gpu_power_readings`); both are read. A document that is cut off is
//! broken, and nothing of it is taken: what is missing may be another card.
//!
//! Example: `<product_name>Tesla T4</product_name>` and `<fb_memory_usage><total>15109 MiB</total>`.

use roxmltree::{Document, Node};

use super::{Found, Printed, given, mebibytes, megahertz, number, switched};
use crate::evidence::{CardProcess, ReadCard, Slice};

const OPENS: &str = "<nvidia_smi_log";
const CLOSES: &str = "</nvidia_smi_log>";
/// Reasons that hold a card down; an idle card, or one with a setting of its own, is not held down.
const HOLD: &[&str] = &[
    "sw_power_cap",
    "hw_slowdown",
    "sync_boost",
    "sw_thermal_slowdown",
    "hw_thermal_slowdown",
    "hw_power_brake_slowdown",
];

pub(super) fn read(text: &str) -> Found {
    let mut found = Found::default();
    let mut from = 0;
    while let Some(start) = text[from..].find(OPENS).map(|at| from + at) {
        let Some(end) = text[start..].find(CLOSES).map(|at| start + at + CLOSES.len()) else {
            let what = "an XML document of nvidia-smi that does not end".to_string();
            found.broken.push((start..start + OPENS.len(), what));
            break;
        };
        match Document::parse(&text[start..end]) {
            Ok(document) => log(&document, start, &mut found),
            Err(error) => {
                let what = format!("an XML document of nvidia-smi that does not parse: {error}");
                found.broken.push((start..start + OPENS.len(), what));
            }
        }
        from = end;
    }
    found
}

fn log(document: &Document<'_>, offset: usize, found: &mut Found) {
    let root = document.root_element();
    let said = |name: &str| at(root, &[name]).and_then(|text| given(&text).map(str::to_string));
    let (driver, cuda, time) = (said("driver_version"), said("cuda_version"), said("timestamp"));
    for (index, gpu) in (0_u32..).zip(children(root, "gpu")) {
        let Some(name) = children(gpu, "product_name").next() else {
            found.broken.push((
                offset + gpu.range().start..offset + gpu.range().start,
                "a card without a name".to_string(),
            ));
            continue;
        };
        let card = ReadCard {
            index,
            model: name.text().unwrap_or_default().trim().to_string(),
            driver: driver.clone(),
            cuda: cuda.clone(),
            ..card(gpu)
        };
        let range = name.range();
        let mut print = |card: ReadCard, range: std::ops::Range<usize>| {
            found.printed.push(Printed {
                card,
                time: time.clone(),
                at: offset + range.start..offset + range.end,
            });
        };
        let cut_up = at(gpu, &["mig_mode", "current_mig"]).as_deref().and_then(switched) == Some(true);
        let slices: Vec<Node<'_, '_>> = children(gpu, "mig_devices")
            .flat_map(|devices| children(devices, "mig_device"))
            .collect();
        if !cut_up {
            print(card, range);
        } else if slices.is_empty() {
            print(
                ReadCard {
                    slice: Some(Slice::default()),
                    ..card
                },
                range,
            );
        } else {
            for slice in slices {
                let memory = self::card(slice);
                let index = at(slice, &["index"]).and_then(|index| index.parse().ok());
                let own = ReadCard {
                    slice: Some(Slice { profile: None, index }),
                    total_bytes: memory.total_bytes,
                    used_bytes: memory.used_bytes,
                    reserved_bytes: memory.reserved_bytes,
                    ..card.clone()
                };
                let line = children(slice, "fb_memory_usage")
                    .flat_map(|usage| children(usage, "total"))
                    .next();
                print(own, line.map_or(slice.range(), |line| line.range()));
            }
        }
    }
}

/// All but the name, of a card or a slice.
fn card(node: Node<'_, '_>) -> ReadCard {
    let memory = |what: &str| at(node, &["fb_memory_usage", what]).and_then(|text| mebibytes(&text));
    let first = |ways: &[&[&str]]| {
        ways.iter()
            .find_map(|way| at(node, way).filter(|text| given(text).is_some()))
    };
    let limit = first(&[
        &["gpu_power_readings", "current_power_limit"],
        &["power_readings", "enforced_power_limit"],
        &["power_readings", "current_power_limit"],
        &["power_readings", "power_limit"],
        &["gpu_power_readings", "power_limit"],
    ]);
    ReadCard {
        total_bytes: memory("total"),
        used_bytes: memory("used"),
        reserved_bytes: memory("reserved"),
        ecc: at(node, &["ecc_mode", "current_ecc"]).as_deref().and_then(switched),
        power_limit_watts: limit.as_deref().and_then(number),
        graphics_mhz: at(node, &["clocks", "graphics_clock"]).as_deref().and_then(megahertz),
        memory_mhz: at(node, &["clocks", "mem_clock"]).as_deref().and_then(megahertz),
        throttle: throttle(node),
        processes: processes(node),
        ..ReadCard::default()
    }
}

fn throttle(node: Node<'_, '_>) -> Vec<String> {
    let active = |reason: &&&str| {
        [
            ("clocks_throttle_reasons", "clocks_throttle_reason_"),
            ("clocks_event_reasons", "clocks_event_reason_"),
        ]
        .iter()
        .any(|(group, begins)| at(node, &[group, &format!("{begins}{reason}")]).as_deref() == Some("Active"))
    };
    HOLD.iter()
        .filter(active)
        .map(|reason| reason.replace('_', "-"))
        .collect()
}

fn processes(node: Node<'_, '_>) -> Vec<CardProcess> {
    children(node, "processes")
        .flat_map(|processes| children(processes, "process_info"))
        .filter_map(|process| {
            let name = at(process, &["process_name"]);
            let file = name.as_deref().and_then(given).and_then(|name| {
                let program = name.split_whitespace().next()?;
                program.rsplit('/').next().map(str::to_string)
            });
            Some(CardProcess {
                pid: at(process, &["pid"])?.parse().ok()?,
                program: file.filter(|file| !file.is_empty()),
                used_bytes: at(process, &["used_memory"]).and_then(|text| mebibytes(&text)),
            })
        })
        .collect()
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &'a str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.has_tag_name(name))
}

/// The text of the first element along these names.
fn at(node: Node<'_, '_>, way: &[&str]) -> Option<String> {
    let mut node = node;
    for name in way {
        node = node.children().find(|child| child.has_tag_name(*name))?;
    }
    Some(node.text().unwrap_or_default().trim().to_string())
}
