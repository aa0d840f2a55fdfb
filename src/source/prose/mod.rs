//! Prose: Markdown, reStructuredText and plain text, and what their sentences, lists, tables and commands say.
//!
//! Why it can be wrong: a number near a word is not a value of it (a character limit of 300 is not 300 samples), and what is recommended or
//! listed is not what was used. So a value counts only beside its own subject, lists and requirements are marked as
//! alternatives, and links, badges, citations, changelogs and numbering say nothing.
//!
//! Example: `- **GPU**: 1x RTX 3090` names a card; `batch size of 50` is the setting `batch_size`, 50, in a sentence.

pub(crate) mod fold;
pub(crate) mod markup;
pub(crate) mod read;
pub(crate) mod sentence;
