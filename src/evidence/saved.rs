//! Evidence as a file: saved, and replayed to the same rulings, byte for byte.
//!
//! Why it can be wrong: evidence of another layout, or collected for other claims, must not be judged as if it were
//! whole. The layout has a version, and a claim whose asks are not among those saved is refused: collect again.
//!
//! Example: `verify claims/setup.toml --save-evidence e.json`, then `verify claims/setup.toml --evidence e.json` on a
//! machine without the repository.

use super::{Ask, Evidence};

/// The layout this version writes and reads.
pub const SCHEMA: u32 = 1;

/// Why saved evidence cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("the evidence file is not readable: {0}")]
    NotEvidence(#[from] serde_json::Error),
    #[error("the evidence file has layout {found}, this version reads layout {SCHEMA}: collect again")]
    OtherLayout { found: u64 },
    #[error("the evidence file is damaged: {0}")]
    Damaged(String),
}

impl Evidence {
    /// The evidence as a document that ends with a newline; equal evidence gives equal bytes.
    pub fn save(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Reads saved evidence.
    ///
    /// # Errors
    /// Where the text is no evidence, of another layout, or refers to statements that it does not hold.
    pub fn replay(text: &str) -> Result<Evidence, ReplayError> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        let found = value.get("schema").and_then(serde_json::Value::as_u64).unwrap_or(0);
        if found != u64::from(SCHEMA) {
            return Err(ReplayError::OtherLayout { found });
        }
        let evidence: Evidence = serde_json::from_value(value)?;
        evidence.check()?;
        Ok(evidence)
    }

    /// Ids point at what is there; whatever is read from a file may be wrong.
    fn check(&self) -> Result<(), ReplayError> {
        let statements = self.statements.len();
        let damaged = |what: &str| Err(ReplayError::Damaged(what.to_string()));
        let links = self.links.iter().all(|link| {
            link.from < statements
                && link.to < statements
                && link.launch.is_none_or(|launch| launch < self.launches.len())
        });
        if !links {
            return damaged("a link leads to a statement or launch that is not there");
        }
        let launches = self
            .launches
            .iter()
            .all(|l| l.flags.iter().chain(&l.factors).all(|&id| id < statements));
        if !launches {
            return damaged("a launch names a statement that is not there");
        }
        let readers = self
            .read_under
            .iter()
            .all(|read| read.statement < statements && read.readers.iter().all(|&id| id < statements));
        if !readers {
            return damaged("a statement is read by one that is not there");
        }
        let shadows = self.statements.iter().all(|statement| match statement.dead {
            Some(super::Dead::Shadowed { by }) => by < statements,
            _ => true,
        });
        if shadows {
            Ok(())
        } else {
            damaged("a statement is shadowed by one that is not there")
        }
    }

    /// Those of the wanted asks that were not asked when this was collected.
    pub fn missing<'a>(&self, wanted: &'a [Ask]) -> Vec<&'a Ask> {
        wanted.iter().filter(|ask| !self.asks.contains(ask)).collect()
    }
}
