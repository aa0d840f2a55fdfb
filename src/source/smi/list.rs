//! `nvidia-smi -L`: one line a card, and one for each slice below it.
//!
//! Written from descriptions of the form, and tried on lines that public documentation shows.
//!
//! Why it can be wrong: a line of a program's own may look alike. So the card's identifier must stand behind its name, as
//! the form has it (`GPU-…`, or `MIG-…` of a slice).
//!
//! Example: `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-…)`, below it `  MIG 3g.20gb     Device  0: (UUID: MIG-…)`.

use std::sync::LazyLock;

use regex::Regex;

use super::{Found, Line, Printed};
use crate::evidence::{ReadCard, Slice};

static CARD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bGPU (?P<index>[0-9]+): (?P<name>[^()]+?)\s+\(UUID: GPU-[0-9A-Za-z-]*").expect("a constant pattern")
});
static SLICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bMIG (?P<profile>[0-9]+c?\.?[0-9]*g\.[0-9]+gb\S*)\s+Device\s+(?P<index>[0-9]+): \(UUID: MIG-")
        .expect("a constant pattern")
});

pub(super) fn read(lines: &[Line<'_>]) -> Found {
    let mut found = Found::default();
    for line in lines.iter().filter(|line| line.text.contains("(UUID: ")) {
        if let Some(card) = CARD.captures(line.text) {
            found.printed.push(Printed {
                card: ReadCard {
                    index: card["index"].parse().unwrap_or(0),
                    model: card["name"].to_string(),
                    ..ReadCard::default()
                },
                time: None,
                at: line.range(),
            });
        } else if let (Some(slice), Some(last)) = (SLICE.captures(line.text), found.printed.last_mut()) {
            let own = ReadCard {
                slice: Some(Slice {
                    profile: Some(slice["profile"].to_string()),
                    index: slice["index"].parse().ok(),
                }),
                ..last.card.clone()
            };
            // The first slice takes the place of its card.
            if last.card.slice.is_none() {
                last.card = own;
                last.at = line.range();
            } else {
                found.printed.push(Printed {
                    card: own,
                    time: None,
                    at: line.range(),
                });
            }
        }
    }
    found
}
