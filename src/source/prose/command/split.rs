//! A line of shell as simple commands and words, each character with its byte in the file.
//!
//! Why it can be wrong: `<path to data>` in documentation is a placeholder, `< file` a redirection. A `<` with a letter behind it and a `>`
//! soon after is taken for a placeholder.
//!
//! Example: `a --x "b c" > log && d` is the commands `a`, `--x`, `b c` and `d`.

use std::ops::Range;

/// A character of a logical line and its byte in the file.
pub(crate) type Letter = (char, usize);

/// A word before variables are put in.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) text: String,
    /// With its quotation marks.
    pub(crate) raw: String,
    pub(crate) span: Range<usize>,
    /// As written, outside single quotes.
    pub(crate) variables: Vec<String>,
    pub(crate) letters: Vec<Letter>,
}

/// Splits a line at `;`, `&&`, `||`, `|` and `&`; redirections and comments are left out.
pub(crate) fn simple_commands(letters: &[Letter]) -> Vec<Vec<Piece>> {
    let mut commands = vec![Vec::new()];
    let mut at = 0;
    let mut redirected = false;
    while let Some(&(c, _)) = letters.get(at) {
        let boundary = at == 0 || letters[at - 1].0.is_whitespace();
        match c {
            _ if c.is_whitespace() => at += 1,
            '#' if boundary => break,
            ';' | '|' | '&' => {
                // `2>&1`, `&>`
                if c == '&' && (redirected || letters.get(at + 1).is_some_and(|(c, _)| *c == '>')) {
                    at += 1;
                    continue;
                }
                commands.push(Vec::new());
                at += 1;
            }
            '>' | '<' if placeholder(letters, at).is_none() => {
                redirected = true;
                at += 1;
            }
            _ => {
                let (piece, next) = piece(letters, at);
                at = next;
                let descriptor = piece.text.len() == 1
                    && piece.text.starts_with(['1', '2'])
                    && letters.get(at).is_some_and(|(c, _)| *c == '>');
                if !redirected
                    && !descriptor
                    && let Some(command) = commands.last_mut()
                {
                    command.push(piece);
                }
                redirected = false;
            }
        }
    }
    commands.retain(|command| !command.is_empty());
    commands
}

/// End of `<path to data>`: a placeholder, not a redirection.
fn placeholder(letters: &[Letter], at: usize) -> Option<usize> {
    if letters[at].0 != '<' || !letters.get(at + 1).is_some_and(|(c, _)| c.is_alphabetic() || *c == '/') {
        return None;
    }
    let close = letters[at..].iter().take(80).position(|(c, _)| *c == '>')?;
    Some(at + close + 1)
}

fn piece(letters: &[Letter], start: usize) -> (Piece, usize) {
    let mut text = String::new();
    let mut variables = Vec::new();
    let mut at = start;
    let mut quote: Option<char> = None;
    while let Some(&(c, _)) = letters.get(at) {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '<') => match placeholder(letters, at) {
                Some(end) => {
                    text.extend(letters[at..end].iter().map(|(c, _)| *c));
                    at = end;
                    continue;
                }
                None => break,
            },
            (None, ';' | '|' | '&' | '>') => break,
            (None, _) if c.is_whitespace() => break,
            (None | Some('"'), '\\') if at + 1 < letters.len() => {
                at += 1;
                text.push(letters[at].0);
            }
            (None | Some('"'), '$') => {
                let end = variable_end(letters, at);
                let name: String = letters[at..end].iter().map(|(c, _)| *c).collect();
                text.push_str(&name);
                if name.len() > 1 {
                    variables.push(name);
                }
                at = end;
                continue;
            }
            _ => text.push(c),
        }
        at += 1;
    }
    let at = at.max(start + 1).min(letters.len());
    let raw = letters[start..at].iter().map(|(c, _)| *c).collect();
    let end = letters[at - 1].1 + letters[at - 1].0.len_utf8();
    (
        Piece {
            text,
            raw,
            span: letters[start].1..end,
            variables,
            letters: letters[start..at].to_vec(),
        },
        at,
    )
}

/// End of `$name`, `${name}`, `$1`, `$(…)`.
fn variable_end(letters: &[Letter], at: usize) -> usize {
    let close = match letters.get(at + 1).map(|(c, _)| *c) {
        Some('{') => '}',
        Some('(') => ')',
        _ => {
            let name = letters[at + 1..]
                .iter()
                .take_while(|(c, _)| c.is_ascii_alphanumeric() || *c == '_')
                .count();
            return at + 1 + name;
        }
    };
    letters[at..]
        .iter()
        .position(|(c, _)| *c == close)
        .map_or(letters.len(), |offset| at + offset + 1)
}
