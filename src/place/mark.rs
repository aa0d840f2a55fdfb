//! The mark of what `verify` writes: the report bears it, the sources refuse what bears it.
//!
//! Why it can be wrong: a report that is read as evidence supports the claims it judged. Writer and reader share these
//! two texts, so neither can change alone.
//!
//! Example: `<!-- generated-by: verify-claims -->` is the first line of a report in Markdown.

/// The tool's name, which JSON carries as `"tool": {"name": "verify-claims"`.
pub const TOOL: &str = "verify-claims";
/// Stands at the head of every text that `verify` writes.
pub const MARK: &str = "generated-by: verify-claims";
