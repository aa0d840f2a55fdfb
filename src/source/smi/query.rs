//! `nvidia-smi -q`: keys and values, indented by what they belong to.
//!
//! The head of a card's block was seen in public logs; the rest was written from descriptions of the form, and tried on no
//! real output.
//!
//! Why it can be wrong: `Total` stands below `FB Memory Usage` and below `BAR1 Memory Usage`; which of them it is, only the
//! indentation says. A block ends where the next card begins, or where a line is not indented.
//!
//! Example: `    Product Name                          : Tesla T4`.

use super::{Found, Line, Printed, given, mebibytes, megahertz, number, switched};
use crate::evidence::{ReadCard, Slice};

/// A card while its block is read.
struct Block {
    card: ReadCard,
    named_at: Option<std::ops::Range<usize>>,
    cut_up: bool,
    slices: Vec<(ReadCard, std::ops::Range<usize>)>,
}

pub(super) fn read(lines: &[Line<'_>]) -> Found {
    let mut found = Found::default();
    let mut at = 0;
    while at < lines.len() {
        if lines[at].text.contains("NVSMI LOG") {
            at = log(lines, at, &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// One output, from its first line on; the line behind it.
fn log(lines: &[Line<'_>], first: usize, found: &mut Found) -> usize {
    // What a launcher puts before each line.
    let own = lines[first].text.find("==").unwrap_or(0);
    let prefix = &lines[first].text[..own];
    let (mut time, mut driver, mut cuda) = (None, None, None);
    let mut block: Option<Block> = None;
    let mut path: Vec<(usize, String)> = Vec::new();
    let mut index = 0;
    let mut at = first + 1;
    while let Some(line) = lines.get(at) {
        let Some(text) = line.text.strip_prefix(prefix.trim_end()) else {
            break;
        };
        let text = text.get(prefix.len() - prefix.trim_end().len()..).unwrap_or("");
        at += 1;
        if text.trim().is_empty() {
            continue;
        }
        let indent = text.len() - text.trim_start().len();
        let (key, value) = match text.split_once(" : ") {
            Some((key, value)) => (key.trim(), Some(value.trim())),
            None => (text.trim(), None),
        };
        if indent == 0 {
            match (key, value) {
                ("Timestamp", Some(value)) => time = given(value).map(str::to_string),
                ("Driver Version", Some(value)) => driver = given(value).map(str::to_string),
                ("CUDA Version", Some(value)) => cuda = given(value).map(str::to_string),
                ("Attached GPUs", Some(_)) => {}
                (key, None) if key.starts_with("GPU ") && key.contains(':') => {
                    finish(block.take(), time.as_ref(), found);
                    block = Some(Block {
                        card: ReadCard {
                            index,
                            driver: driver.clone(),
                            cuda: cuda.clone(),
                            ..ReadCard::default()
                        },
                        named_at: None,
                        cut_up: false,
                        slices: Vec::new(),
                    });
                    index += 1;
                    path.clear();
                }
                _ => {
                    at -= 1;
                    break;
                }
            }
            continue;
        }
        path.retain(|(at, _)| *at < indent);
        let Some(block) = &mut block else { continue };
        match value {
            None => {
                if key == "MIG Device" {
                    let slice = ReadCard {
                        slice: Some(Slice::default()),
                        ..block.card.clone()
                    };
                    block.slices.push((
                        ReadCard {
                            total_bytes: None,
                            used_bytes: None,
                            reserved_bytes: None,
                            ..slice
                        },
                        line.range(),
                    ));
                }
                path.push((indent, key.to_string()));
            }
            Some(value) => {
                let way: Vec<&str> = path.iter().map(|(_, name)| name.as_str()).collect();
                said(block, &way, key, value, line);
            }
        }
    }
    finish(block, time.as_ref(), found);
    at
}

fn said(block: &mut Block, way: &[&str], key: &str, value: &str, line: &Line<'_>) {
    if way.contains(&"MIG Device") {
        let Some((slice, at)) = block.slices.last_mut() else {
            return;
        };
        match (way.last(), key) {
            (Some(&"MIG Device"), "Index") => {
                if let Some(slice) = &mut slice.slice {
                    slice.index = value.parse().ok();
                }
            }
            (Some(&"FB Memory Usage"), "Total") => {
                slice.total_bytes = mebibytes(value);
                *at = line.range();
            }
            (Some(&"FB Memory Usage"), "Used") => slice.used_bytes = mebibytes(value),
            (Some(&"FB Memory Usage"), "Reserved") => slice.reserved_bytes = mebibytes(value),
            _ => {}
        }
        return;
    }
    let card = &mut block.card;
    match (way, key) {
        ([], "Product Name") => {
            card.model = value.to_string();
            block.named_at = Some(line.range());
        }
        (["MIG Mode"], "Current") => block.cut_up = switched(value) == Some(true),
        (["FB Memory Usage"], "Total") => card.total_bytes = mebibytes(value),
        (["FB Memory Usage"], "Used") => card.used_bytes = mebibytes(value),
        (["FB Memory Usage"], "Reserved") => card.reserved_bytes = mebibytes(value),
        (["Ecc Mode" | "ECC Mode"], "Current") => card.ecc = switched(value),
        (["Power Readings" | "GPU Power Readings"], "Enforced Power Limit" | "Current Power Limit" | "Power Limit") => {
            card.power_limit_watts = number(value).or(card.power_limit_watts);
        }
        (["Clocks"], "Graphics") => card.graphics_mhz = megahertz(value),
        (["Clocks"], "Memory") => card.memory_mhz = megahertz(value),
        _ => {}
    }
}

fn finish(block: Option<Block>, time: Option<&String>, found: &mut Found) {
    let Some(block) = block else { return };
    let Some(at) = block.named_at else { return };
    let mut print = |card: ReadCard, at: std::ops::Range<usize>| {
        found.printed.push(Printed {
            card,
            time: time.cloned(),
            at,
        });
    };
    if !block.cut_up {
        print(block.card, at);
    } else if block.slices.is_empty() {
        print(
            ReadCard {
                slice: Some(Slice::default()),
                ..block.card
            },
            at,
        );
    } else {
        for (slice, at) in block.slices {
            // The name may stand below the slices.
            print(
                ReadCard {
                    model: block.card.model.clone(),
                    ..slice
                },
                at,
            );
        }
    }
}
