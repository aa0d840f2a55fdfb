//! The characters of a literal, each with its byte in the file.
//!
//! Why it can be wrong: an escape is one character and two bytes, and a backslash at a line's end is none. So the place
//! of each character is kept from here on, wherever the text goes.
//!
//! Example: `"a\\tb"` has three characters, the second at the byte of its backslash.

use ruff_python_ast as ast;
use ruff_text_size::TextRange;

use super::super::walk::Walk;
use super::parts::Letter;

impl Walk<'_> {
    pub(super) fn literal(&self, text: &ast::ExprStringLiteral) -> Vec<Letter> {
        text.value
            .iter()
            .flat_map(|part| self.letters(part.content_range(), part.flags.prefix().is_raw(), false))
            .collect()
    }

    /// A literal's characters, escapes taken out.
    pub(super) fn letters(&self, range: TextRange, raw: bool, braces: bool) -> Vec<Letter> {
        let start = range.start().to_usize();
        let mut out: Vec<Letter> = Vec::new();
        let mut chars = self.names.slice(range).char_indices().peekable();
        while let Some((offset, c)) = chars.next() {
            let at = start + offset;
            if braces && matches!(c, '{' | '}') && chars.peek().is_some_and(|(_, next)| *next == c) {
                chars.next();
                out.push((c, at));
                continue;
            }
            if c != '\\' || raw {
                out.push((c, at));
                continue;
            }
            match chars.next() {
                Some((_, '\n')) => {}
                Some((_, 'n')) => out.push(('\n', at)),
                Some((_, 't' | 'r')) => out.push((' ', at)),
                Some((_, escaped @ ('\\' | '\'' | '"'))) => out.push((escaped, at)),
                Some((_, other)) => out.extend([(c, at), (other, at)]),
                None => out.push((c, at)),
            }
        }
        out
    }
}
