//! Redirections: here-documents, the files they go to, and the words that stand behind them.
//!
//! Why it can be wrong: `cat <<EOF > train.sh` writes a script and runs nothing, `bash <<EOF` runs one, and the
//! grammar takes an argument behind `> log.txt` for a part of the redirection.
//!
//! Example: `python train.py > log.txt --lr 1` has the arguments `--lr 1`.

use std::ops::Range;

use tree_sitter::Node;

use super::Script;
use super::walk::children;

/// A here-document, and the file it is written to.
pub(super) struct Heredoc {
    pub(super) range: Range<usize>,
    pub(super) quoted: bool,
    pub(super) into: Option<String>,
}

impl Script<'_> {
    pub(super) fn heredoc(&self, redirect: Node<'_>) -> Option<Heredoc> {
        if redirect.kind() != "heredoc_redirect" {
            return None;
        }
        let mut cursor = redirect.walk();
        let parts: Vec<Node<'_>> = redirect.children(&mut cursor).collect();
        let body = parts.iter().find(|part| part.kind() == "heredoc_body")?;
        let start = parts.iter().find(|part| part.kind() == "heredoc_start")?;
        let quoted = self.slice(start.byte_range()).starts_with(['"', '\'', '\\']);
        let into = redirect
            .parent()
            .into_iter()
            .flat_map(children)
            .chain(parts.iter().copied())
            .filter(|part| part.kind() == "file_redirect")
            .find_map(|part| {
                let destination = children(part).into_iter().rev().find(|part| part.is_named())?;
                Some(
                    self.slice(destination.byte_range())
                        .trim_matches(['"', '\''])
                        .to_string(),
                )
            });
        Some(Heredoc {
            range: body.byte_range(),
            quoted,
            into,
        })
    }
}

pub(super) fn is_redirect(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "file_redirect" | "heredoc_redirect" | "herestring_redirect"
    )
}

/// Words that stand behind a redirection's file: they are arguments of the command.
pub(super) fn words_behind(redirect: Node<'_>) -> Vec<Range<usize>> {
    if redirect.kind() != "file_redirect" {
        return Vec::new();
    }
    let words = children(redirect)
        .into_iter()
        .filter(|part| part.is_named() && part.kind() != "file_descriptor");
    words.skip(1).map(|part| part.byte_range()).collect()
}
