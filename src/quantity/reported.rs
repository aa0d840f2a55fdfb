//! Names of cards as drivers report them: `NVIDIA A100-SXM4-80GB`, `Tesla T4`, `NVIDIA A40-12Q`.
//!
//! In prose the table's name within a longer text is the card. What a driver reports is the whole name, and each of its
//! words counts: a word that is neither the maker's, nor the form factor, nor the memory makes it another product
//! (`RTX 3090 Laptop GPU`). A virtual GPU bears the name of the card that it is a share of.
//!
//! Why it can be wrong: a word that is taken for decoration makes two products one, and one that is not makes one product
//! two. Such a difference is open, never for or against.
//!
//! Example: `NVIDIA GeForce RTX 3090` is the card `RTX 3090`, all of it; `NVIDIA H100 PCIe` is the `H100`, form `pcie`.

use std::sync::LazyLock;

use regex::Regex;

use super::cards::{Card, named};

/// What a reported name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    pub card: &'static Card,
    /// The memory in GB that the name gives, where it is one of the card's.
    pub memory: Option<u32>,
    /// `sxm`, `pcie`, `nvl`.
    pub form: Option<&'static str>,
    /// Words that make it another product; empty where there are none.
    pub more: String,
    /// It is a share of the card, by the profile in its name.
    pub shared: Option<String>,
}

/// Words that are no part of what tells two products apart.
static DECORATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?:nvidia|geforce|tesla|quadro|amd|instinct|radeon|grid|gpu|card|graphics|edition|founders|generation|tensor|core|sxm[0-9]?|pci|pcie|e|nvl|hbm[0-9]?e?|[0-9]+g(?:i?b)?)$",
    )
    .expect("a constant pattern")
});

/// The end of a virtual GPU's name: its memory in GB, and what it is licensed for.
static VIRTUAL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:-[0-9])?-[0-9]{1,3}(?:Q|B|C|A|V|ME)$").expect("a constant pattern"));

/// What the name says; nothing where it names no card of the table, or several.
pub fn reported(name: &str) -> Option<Reported> {
    let name = name.trim();
    let (name, shared) = match VIRTUAL.find(name) {
        Some(profile) => (&name[..profile.start()], Some(name.to_string())),
        None => (name, None),
    };
    let found = named(name)?;
    let lower = name.to_lowercase();
    // Lowering a letter may change its length: without the words of the name there is nothing left to tell.
    let outside = match (lower.get(..found.span.start), lower.get(found.span.end..)) {
        (Some(before), Some(behind)) if lower.len() == name.len() => format!("{before} {behind}"),
        _ => lower.clone(),
    };
    let more: Vec<&str> = outside
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !DECORATION.is_match(word))
        .collect();
    Some(Reported {
        card: found.card,
        memory: found.memory,
        form: form(&lower),
        more: more.join(" "),
        shared,
    })
}

/// The form factor that a name says. HBM3 alone names the SXM board of the H100, whose PCIe boards say so.
fn form(lower: &str) -> Option<&'static str> {
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.find_map(|word| match word {
        "pcie" => Some("pcie"),
        "nvl" => Some("nvl"),
        "hbm3" => Some("sxm"),
        word if word.starts_with("sxm") => Some("sxm"),
        _ => None,
    })
}

/// The size that was sold, in GB, of a card that reports this many MiB: the driver keeps at most a tenth for itself, and
/// reports no more than was sold.
pub fn nominal(card: &Card, mib: u64) -> Option<u32> {
    card.memory()
        .iter()
        .copied()
        .filter(|gb| {
            let sold = u64::from(*gb) * 1024;
            mib <= sold && mib * 10 >= sold * 9
        })
        .min_by_key(|gb| u64::from(*gb) * 1024 - mib)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_drivers_report_them() {
        type Row<'r> = (&'r str, Option<(&'r str, Option<u32>, Option<&'r str>, &'r str, bool)>);
        let rows: &[Row<'_>] = &[
            ("NVIDIA GeForce RTX 3090", Some(("RTX 3090", None, None, "", false))),
            ("GeForce RTX 3090", Some(("RTX 3090", None, None, "", false))),
            (
                "NVIDIA GeForce RTX 3090 Ti",
                Some(("RTX 3090 Ti", None, None, "", false)),
            ),
            (
                "NVIDIA GeForce RTX 3090 Laptop GPU",
                Some(("RTX 3090", None, None, "laptop", false)),
            ),
            (
                "NVIDIA GeForce RTX 3080 Laptop GPU",
                Some(("RTX 3080 Laptop", None, None, "", false)),
            ),
            (
                "NVIDIA A100-SXM4-80GB",
                Some(("A100", Some(80), Some("sxm"), "", false)),
            ),
            ("A100-PCIE-40GB", Some(("A100", Some(40), Some("pcie"), "", false))),
            (
                "NVIDIA A100 80GB PCIe",
                Some(("A100", Some(80), Some("pcie"), "", false)),
            ),
            (
                "NVIDIA H100 80GB HBM3",
                Some(("H100", Some(80), Some("sxm"), "", false)),
            ),
            ("NVIDIA H100 PCIe", Some(("H100", None, Some("pcie"), "", false))),
            ("NVIDIA H100 NVL", Some(("H100", None, Some("nvl"), "", false))),
            ("NVIDIA GH200 480GB", Some(("GH200", None, None, "", false))),
            ("Tesla V100-SXM2-32GB", Some(("V100", Some(32), Some("sxm"), "", false))),
            ("Tesla T4", Some(("T4", None, None, "", false))),
            ("NVIDIA RTX A5000", Some(("RTX A5000", None, None, "", false))),
            (
                "NVIDIA RTX 4000 SFF Ada Generation",
                Some(("RTX 4000 SFF Ada", None, None, "", false)),
            ),
            (
                "NVIDIA RTX 6000 Ada Generation",
                Some(("RTX 6000 Ada", None, None, "", false)),
            ),
            ("NVIDIA A40-12Q", Some(("A40", None, None, "", true))),
            ("GRID T4-16Q", Some(("T4", None, None, "", true))),
            ("Graphics Device", None),
            ("NVIDIA DGX Display", None),
            ("", None),
        ];
        for (name, wanted) in rows {
            let found = reported(name);
            let found = found.as_ref().map(|one| {
                (
                    one.card.name(),
                    one.memory,
                    one.form,
                    one.more.as_str(),
                    one.shared.is_some(),
                )
            });
            assert_eq!(found, *wanted, "{name}");
        }
    }

    /// Totals that public captures show.
    #[test]
    fn what_a_card_reports_is_a_size_that_was_sold() {
        let rows = [
            ("NVIDIA GeForce RTX 3090", 24_576, Some(24)),
            ("NVIDIA RTX A5000", 24_564, Some(24)),
            ("Tesla T4", 15_360, Some(16)),
            ("Tesla T4", 15_109, Some(16)),
            ("NVIDIA L40S", 46_068, Some(48)),
            ("NVIDIA H100 80GB HBM3", 81_559, Some(80)),
            ("NVIDIA A100-SXM4-80GB", 81_920, Some(80)),
            ("NVIDIA A100-SXM4-40GB", 40_536, Some(40)),
            ("NVIDIA RTX 4000 SFF Ada Generation", 20_475, Some(20)),
            // No such card was sold with it: a share of one, or an edited line.
            ("NVIDIA GeForce RTX 3090", 12_288, None),
            ("NVIDIA GeForce RTX 3090", 49_152, None),
        ];
        for (name, mib, wanted) in rows {
            assert_eq!(nominal(reported(name).unwrap().card, mib), wanted, "{name} {mib}");
        }
    }
}
