//! One GPU card as something read it on a machine: NVML by `verify probe`, or the output of `nvidia-smi` in a file.
//!
//! Why it can be wrong: a reading is true of one machine at one time. So it keeps where and when it was made; a slice of a
//! card is marked as one, since it has neither the card's memory nor its speed; and what a stand-in said is marked, too.
//! Numbers are bytes, watts and MHz; what the instrument did not say is absent, never zero.
//!
//! Example: `NVIDIA GeForce RTX 3090` on `node17`, 25769803776 bytes (24576 MiB), driver `535.104.05`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A card with where, when and by what it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Reading {
    pub by: Instrument,
    /// The claim file that names the file of readings; it speaks for the claims of that file alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    /// The timed run whose record has it: it was seen on this card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// As the instrument printed it; RFC 3339 in UTC where `verify probe` wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The job it was made in, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The library that was asked is a stand-in for tests, and there is no such card.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stand_in: bool,
    pub card: ReadCard,
}

/// What read the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Instrument {
    /// NVIDIA's management library, asked by `verify probe`.
    Nvml,
    /// The output of `nvidia-smi`, found in a file.
    NvidiaSmi,
}

/// What is known of one card, or of one slice of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReadCard {
    pub index: u32,
    /// The name as reported.
    pub model: String,
    /// The name was cut (`NVIDIA GeForce ...`): what is missing may be another card's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// It is of a slice, and its memory is the slice's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice: Option<Slice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// The newest CUDA version that the driver serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cuda: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecc: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_limit_watts: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graphics_mhz: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mhz: Option<u32>,
    /// Why its clocks are held down, in NVML's words (`sw-power-cap`); an idle card is not held down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub throttle: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<CardProcess>,
    /// What the instrument would not say, and why: `ecc: not supported`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// A part of a card that is used like a card of its own: a MIG instance, or a virtual GPU.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Slice {
    /// `3g.20gb`; absent where it is not said, or where the card is cut up and no slice is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Its number within the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
}

/// A program that has memory of the card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CardProcess {
    pub pid: u32,
    /// The program's file, without its folder and arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_bytes: Option<u64>,
}

impl ReadCard {
    /// The total in whole MiB, as the instruments print it.
    pub fn total_mib(&self) -> Option<u64> {
        self.total_bytes.map(|bytes| bytes / (1024 * 1024))
    }

    /// The name as people read it, with the slice that it is of.
    pub fn shown(&self) -> String {
        let cut = if self.cut { "..." } else { "" };
        match self.slice.as_ref().map(|slice| slice.profile.as_deref()) {
            None => format!("{}{cut}", self.model),
            Some(profile) => format!("{}{cut} ({})", self.model, profile.unwrap_or("slice")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_says_what_it_is_of() {
        let mut card = ReadCard {
            model: "NVIDIA A100-SXM4-40GB".to_string(),
            total_bytes: Some(40_960 * 1024 * 1024),
            ..ReadCard::default()
        };
        assert_eq!(
            (card.shown().as_str(), card.total_mib()),
            ("NVIDIA A100-SXM4-40GB", Some(40_960))
        );
        card.slice = Some(Slice {
            profile: Some("3g.20gb".to_string()),
            index: Some(0),
        });
        assert_eq!(card.shown(), "NVIDIA A100-SXM4-40GB (3g.20gb)");
        let text = serde_json::to_string(&card).unwrap();
        assert_eq!(serde_json::from_str::<ReadCard>(&text).unwrap(), card);
        assert!(serde_json::from_str::<ReadCard>("{\"index\": 0, \"model\": \"x\", \"colour\": 1}").is_err());
    }
}
