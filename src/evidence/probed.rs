//! A machine as `verify probe` found it: the file that `[machine] readings` names.
//!
//! Why it can be wrong: a file that anybody can edit proves nothing by itself. It carries the SHA-256 of its own content,
//! so that an edit that was not meant to deceive is told; whoever means to deceive can seal it anew. Reading it back is
//! strict: an unknown key, another layout or another seal is refused, with what is wrong and where.
//!
//! The seal is the SHA-256 of the document as [`Probed::text`] writes it, with the seal itself left empty: white space
//! may change, what it says may not.
//!
//! Example: `evidence/node17.json`, made on 2026-01-01 on `node17`, holds two cards and `"schema": 1`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::record::hexadecimal;
use super::{ReadCard, Tool};

/// The layout this version writes and reads.
pub const PROBED: u32 = 1;

/// What was found of a machine, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Probed {
    /// Stands first, so that the head of the file says what it is.
    pub tool: Tool,
    /// [`PROBED`].
    pub schema: u32,
    /// The tool's version.
    pub version: String,
    /// UTC, RFC 3339.
    pub time: String,
    pub host: String,
    /// The library that was asked is a stand-in for tests: there is no such card.
    pub stand_in: bool,
    pub gpus: Gpus,
    pub host_system: Host,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slurm: Option<Allocation>,
    /// Python environments that were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub python: Vec<Environment>,
    /// SHA-256 (hexadecimal) of the rest.
    pub sha256: String,
}

/// What NVML said of the machine's cards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Gpus {
    /// The driver's version, as the library has it; a stand-in says there that it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// The newest CUDA version that the driver serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cuda: Option<String>,
    pub cards: Vec<ReadCard>,
    /// What could not be read, and why: no library, no driver, a lost card.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// Processor, memory and system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Host {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor: Option<String>,
    /// Cores that programs can use, each thread counted.
    pub threads: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<u64>,
    /// Host memory: never that of a card.
    pub memory_bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
}

/// The container it was made in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Container {
    /// `docker`, `podman`, `apptainer`, `kubernetes`.
    pub kind: String,
    /// What shows it: a file or a variable.
    pub sign: String,
    /// The image, where the container says which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// The Slurm job it was made in, by its environment; no user, no account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Allocation {
    pub job: String,
    /// Variables of the allocation as Slurm set them: partition, nodes, GPUs, CPUs, memory.
    pub variables: BTreeMap<String, String>,
}

/// An installed Python environment, read and not executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Environment {
    /// The folder as it was named.
    pub prefix: String,
    /// Name to version.
    pub packages: BTreeMap<String, String>,
    /// What could not be read, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// Why a file is no reading, or not one any more.
#[derive(Debug, thiserror::Error)]
pub enum ProbedError {
    #[error("it is no reading of `verify probe`: {0}")]
    NotReading(#[from] serde_json::Error),
    #[error("it has layout {found}, this version reads layout {PROBED}: probe again")]
    OtherLayout { found: u64 },
    #[error("it was edited after it was made: its content has the SHA-256 {found}, and it says {said}")]
    Edited { found: String, said: String },
    #[error("`time` is `{0}`, and no time as RFC 3339 has them")]
    NoTime(String),
}

impl Probed {
    /// With the seal over all the rest.
    ///
    /// # Errors
    /// Where a number is none (not finite).
    pub fn sealed(self) -> Result<Probed, serde_json::Error> {
        let sha256 = self.digest()?;
        Ok(Probed { sha256, ..self })
    }

    /// The document, which ends with a newline.
    ///
    /// # Errors
    /// Where a number is none (not finite).
    pub fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    fn digest(&self) -> Result<String, serde_json::Error> {
        let open = Probed {
            sha256: String::new(),
            ..self.clone()
        };
        Ok(hexadecimal(&Sha256::digest(open.text()?.as_bytes())))
    }

    /// Reads a document strictly.
    ///
    /// # Errors
    /// Where it is none, of another layout, without a time, or edited; the message names line and column of what does not
    /// fit.
    pub fn of_text(text: &str) -> Result<Probed, ProbedError> {
        let layout = |text: &str| {
            let value: serde_json::Value = serde_json::from_str(text)?;
            let named = value.get("tool").and_then(|tool| tool.get("name"));
            let ours = named.and_then(serde_json::Value::as_str) == Some(crate::place::TOOL);
            Ok::<_, serde_json::Error>(
                ours.then(|| value.get("schema").and_then(serde_json::Value::as_u64).unwrap_or(0)),
            )
        };
        match layout(text)? {
            Some(found) if found != u64::from(PROBED) => return Err(ProbedError::OtherLayout { found }),
            _ => {}
        }
        // From the text and not from the value: only so an error has its line.
        let probed: Probed = serde_json::from_str(text)?;
        if chrono::DateTime::parse_from_rfc3339(&probed.time).is_err() {
            return Err(ProbedError::NoTime(probed.time));
        }
        let found = probed.digest()?;
        if found != probed.sha256 {
            return Err(ProbedError::Edited {
                found,
                said: probed.sha256,
            });
        }
        Ok(probed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probed() -> Probed {
        Probed {
            tool: Tool::default(),
            schema: PROBED,
            version: "0.1.0".to_string(),
            time: "2025-12-01T08:00:00Z".to_string(),
            host: "node17".to_string(),
            stand_in: true,
            gpus: Gpus {
                cards: vec![ReadCard {
                    model: "Tesla T4".to_string(),
                    power_limit_watts: Some(70.0),
                    ..ReadCard::default()
                }],
                ..Gpus::default()
            },
            host_system: Host::default(),
            container: None,
            slurm: None,
            python: Vec::new(),
            sha256: String::new(),
        }
        .sealed()
        .unwrap()
    }

    #[test]
    fn a_reading_is_read_back_whatever_its_white_space() {
        let probed = probed();
        let text = probed.text().unwrap();
        assert_eq!(Probed::of_text(&text).unwrap(), probed);
        let narrow = serde_json::to_string(&probed).unwrap();
        assert_eq!(Probed::of_text(&narrow).unwrap(), probed);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let text = probed().text().unwrap();
        let told = |text: &str| Probed::of_text(text).unwrap_err().to_string();
        assert!(told(&text.replace("Tesla T4", "NVIDIA A100")).starts_with("it was edited after it was made"));
        assert!(told(&text.replace("\"stand-in\": true", "\"stand-in\": false")).starts_with("it was edited"));
        assert!(told(&text.replace("\"schema\": 1", "\"schema\": 7")).contains("layout 7"));
        let more = told(&text.replace("\"host\":", "\"colour\": 1,\n  \"host\":"));
        assert!(
            more.contains("unknown field `colour`") && more.contains("line 8"),
            "{more}"
        );
        assert!(told(&text.replace("\"2025-12-01T08:00:00Z\"", "\"yesterday\"")).contains("`yesterday`"));
        assert!(told(&text[..text.len() / 2]).contains("line"));
        assert!(told("[]").starts_with("it is no reading"));
    }
}
