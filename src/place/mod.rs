//! Where something is: a file relative to the root, bytes inside, one-based lines at the edge.
//!
//! Why it can be wrong: an off-by-one line sends a reader to the wrong place and is frozen by any snapshot that was
//! taken after it. So there is one converter from bytes to lines, [`SourceText::place`], and tests hold it against
//! lines counted by hand.
//!
//! Example: bytes 4..9 of `"one\ntwo = 2\n"` are on line 2, and the excerpt is the whole line `two = 2`.

mod mark;
mod path;
mod text;

use serde::{Deserialize, Serialize};

pub use mark::{MARK, TOOL};
pub use path::joined;
pub use text::SourceText;

/// A place of evidence. `line` and `end_line` are one-based and inclusive; `bytes` is half-open.
///
/// A place in a text file has lines; a table's row has `row` (from 1, the header not counted) and, where the table is
/// a text, its line; a job, a device reading and a run record have their own identifiers and a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Place {
    /// Relative to the root, with forward slashes.
    pub file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<(usize, usize)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The text itself, as it stands there; cut at [`text::EXCERPT_LINES`] lines.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub excerpt: String,
}

impl Place {
    /// A file as a whole: its rows counted, its hash taken.
    pub fn whole(file: impl Into<String>) -> Place {
        Place {
            file: file.into(),
            ..Place::default()
        }
    }

    /// `requirements.txt:5`, `slurm/04.job:2-7`, `results.csv row 12`, `data.parquet`.
    pub fn short(&self) -> String {
        match (self.line, self.end_line, self.row) {
            (Some(first), Some(last), _) if last > first => format!("{}:{first}-{last}", self.file),
            (Some(first), _, _) => format!("{}:{first}", self.file),
            (None, _, Some(row)) => format!("{} row {row}", self.file),
            (None, _, None) => self.file.clone(),
        }
    }
}
