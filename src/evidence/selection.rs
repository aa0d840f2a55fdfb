//! What a `select` is made of: a JSONPath, a pattern, or selections in SQL with arithmetic between them.
//!
//! Why it can be wrong: `(a where x) - (b where x)` is two selections, `avg(a) where (x or y)` is one; a bracket that is
//! taken for the wrong sort gives a statement that nobody wrote. So a bracket holds a selection of its own only where a
//! `where` stands directly in it and none stands outside of all brackets.
//!
//! Example: `avg(BA) where axis = 'snr'` is one selection, its list `avg(BA)` and the rest from `where` on.

use std::ops::Range;

/// A `select` by its sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// RFC 9535, with its `$`.
    Path(String),
    /// A regular expression without its slashes.
    Pattern(String),
    /// SQL: one term, or several with arithmetic between.
    Table(Vec<Piece>),
}

/// A part of a selection in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Term(Term),
    /// Operators, numbers and brackets, as written.
    Between(String),
}

/// One selection: SQL's SELECT and WHERE without the words SELECT and FROM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What is selected.
    pub list: String,
    /// From the first of `where`, `group by`, `having`, `order by` and `limit` on; empty where none stands there.
    pub rest: String,
}

impl Term {
    /// As written.
    pub fn text(&self) -> String {
        format!("{} {}", self.list, self.rest).trim().to_string()
    }

    /// The condition alone, with its `where`; empty where there is none.
    pub fn condition(&self) -> &str {
        if !self
            .rest
            .get(..5)
            .is_some_and(|word| word.eq_ignore_ascii_case("where"))
        {
            return "";
        }
        let words = words(&self.rest);
        let end = words
            .iter()
            .find(|word| word.depth == 0 && is_tail(&self.rest[word.bytes.clone()]) && word.bytes.start > 0)
            .map_or(self.rest.len(), |word| word.bytes.start);
        self.rest[..end].trim_end()
    }

    /// Whether the rest makes groups of rows.
    pub fn groups(&self) -> bool {
        let words = words(&self.rest);
        words
            .iter()
            .any(|word| word.depth == 0 && self.rest[word.bytes.clone()].eq_ignore_ascii_case("group"))
    }
}

/// What is wrong in a selection, and at which of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectionFault {
    pub at: usize,
    pub message: String,
}

/// Reads a `select`. Whether the SQL of its terms parses is for SQLite to say.
///
/// # Errors
/// For quotes and brackets that are not closed, several statements or columns, and anything but arithmetic between terms.
pub fn parse(text: &str) -> Result<Selection, SelectionFault> {
    let trimmed = text.trim();
    let lead = text.len() - text.trim_start().len();
    if trimmed.starts_with('$') {
        return Ok(Selection::Path(trimmed.to_string()));
    }
    if let Some(inside) = trimmed.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        return Ok(Selection::Pattern(inside.to_string()));
    }
    pieces(trimmed).map(Selection::Table).map_err(|fault| SelectionFault {
        at: fault.at + lead,
        ..fault
    })
}

/// The words that end a selection's list.
fn is_tail(word: &str) -> bool {
    ["group", "having", "order", "limit"]
        .iter()
        .any(|tail| word.eq_ignore_ascii_case(tail))
}

/// A word outside of quotes, or a mark that matters, and how many brackets are open around it.
struct Word {
    bytes: Range<usize>,
    depth: usize,
}

/// Names, and the marks `(`, `)`, `,` and `;`, outside of quotes and in order.
fn words(text: &str) -> Vec<Word> {
    let (mut found, mut depth) = (Vec::new(), 0_usize);
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        match c {
            '\'' | '"' | '`' => {
                rest.by_ref().find(|(_, other)| *other == c);
            }
            '(' | ')' | ',' | ';' => {
                if c == ')' {
                    depth = depth.saturating_sub(1);
                }
                found.push(Word {
                    bytes: at..at + 1,
                    depth,
                });
                if c == '(' {
                    depth += 1;
                }
            }
            _ if c.is_alphanumeric() || c == '_' => {
                let mut end = at + c.len_utf8();
                while let Some((next, c)) = rest.next_if(|(_, c)| c.is_alphanumeric() || *c == '_') {
                    end = next + c.len_utf8();
                }
                found.push(Word { bytes: at..end, depth });
            }
            _ => {}
        }
    }
    found
}

fn pieces(text: &str) -> Result<Vec<Piece>, SelectionFault> {
    let fault = |at: usize, message: &str| SelectionFault {
        at,
        message: message.to_string(),
    };
    balanced(text)?;
    let words = words(text);
    let is = |word: &Word, wanted: &str| text[word.bytes.clone()].eq_ignore_ascii_case(wanted);
    if let Some(word) = words.iter().find(|word| is(word, ";")) {
        return Err(fault(word.bytes.start, "a selection is one statement: `;` ends it"));
    }
    if let Some(word) = words.first().filter(|word| is(word, "select") || is(word, "with")) {
        return Err(fault(
            word.bytes.start,
            "a selection is written without SELECT and FROM: `avg(accuracy) where split = 'test'`",
        ));
    }
    let outside = words
        .iter()
        .any(|word| word.depth == 0 && (is(word, "where") || is_tail(&text[word.bytes.clone()])));
    if outside || !words.iter().any(|word| is(word, "where")) {
        return Ok(vec![Piece::Term(term(text, 0)?)]);
    }
    let mut found = Vec::new();
    let mut at = 0;
    for (index, open) in words.iter().enumerate().filter(|(_, word)| is(word, "(")) {
        if open.bytes.start < at {
            continue;
        }
        let inside = words[index + 1..].iter().take_while(|word| word.depth > open.depth);
        let conditioned = |word: &Word| word.depth == open.depth + 1 && is(word, "where");
        // Beside a selection with a condition, one without it: `(count(*) where a) / (count(*))`.
        let called = text[..open.bytes.start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let is_name = |word: &Word| text[word.bytes.clone()].starts_with(|c: char| c.is_alphabetic() || c == '_');
        let whole = !called && inside.clone().any(is_name) && !inside.clone().any(|word| is(word, "where"));
        if !inside.clone().any(conditioned) && !whole {
            continue;
        }
        let close = words[index + 1..]
            .iter()
            .find(|word| is(word, ")") && word.depth == open.depth)
            .map_or(text.len(), |word| word.bytes.start);
        found.push(between(&text[at..open.bytes.start], at)?);
        found.push(Piece::Term(term(&text[open.bytes.end..close], open.bytes.end)?));
        at = (close + 1).min(text.len());
    }
    found.push(between(&text[at..], at)?);
    found.retain(|piece| !matches!(piece, Piece::Between(text) if text.is_empty()));
    Ok(found)
}

fn between(text: &str, start: usize) -> Result<Piece, SelectionFault> {
    let odd = text
        .char_indices()
        .find(|(_, c)| !c.is_ascii_digit() && !" .()+-*/".contains(*c));
    match odd {
        None => Ok(Piece::Between(text.trim().to_string())),
        Some((at, c)) => Err(SelectionFault {
            at: start + at,
            message: format!("between selections in brackets stands arithmetic alone, not `{c}`"),
        }),
    }
}

fn term(text: &str, start: usize) -> Result<Term, SelectionFault> {
    let words = words(text);
    let is_rest = |word: &&Word| {
        let name = &text[word.bytes.clone()];
        word.depth == 0 && (name.eq_ignore_ascii_case("where") || is_tail(name))
    };
    let split = words.iter().find(is_rest).map_or(text.len(), |word| word.bytes.start);
    let (list, rest) = (text[..split].trim(), text[split..].trim());
    if list.is_empty() {
        return Err(SelectionFault {
            at: start,
            message: "a selection begins with what is selected: `accuracy where …`".to_string(),
        });
    }
    if let Some(comma) = words
        .iter()
        .find(|word| word.depth == 0 && word.bytes.start < split && &text[word.bytes.clone()] == ",")
    {
        return Err(SelectionFault {
            at: start + comma.bytes.start,
            message: "a selection gives one column: another claim selects the other".to_string(),
        });
    }
    let at_top = |name: &str| {
        words
            .iter()
            .find(|word| word.depth == 0 && text[word.bytes.clone()].eq_ignore_ascii_case(name))
    };
    if let (Some(limit), None) = (at_top("limit"), at_top("order")) {
        return Err(SelectionFault {
            at: start + limit.bytes.start,
            message: "`limit` without `order by` picks any of several values".to_string(),
        });
    }
    Ok(Term {
        list: list.to_string(),
        rest: rest.to_string(),
    })
}

/// Quotes and brackets: each that is opened is closed.
fn balanced(text: &str) -> Result<(), SelectionFault> {
    let fault = |at: usize, message: &str| {
        Err(SelectionFault {
            at,
            message: message.to_string(),
        })
    };
    let (mut open, mut quote): (Vec<usize>, Option<(usize, char)>) = (Vec::new(), None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some((_, with)), _) if c == with => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some((at, c)),
            (None, '(') => open.push(at),
            (None, ')') if open.pop().is_none() => return fault(at, "a `)` closes nothing"),
            _ => {}
        }
    }
    match (quote, open.first()) {
        (Some((at, _)), _) => fault(at, "a quote is not closed"),
        (None, Some(at)) => fault(*at, "a `(` is not closed"),
        (None, None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        let Selection::Table(pieces) = parse(text).unwrap() else {
            panic!("{text} is no SQL")
        };
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Term(term) => format!("{} | {}", term.list, term.rest),
                Piece::Between(text) => text.clone(),
            })
            .collect()
    }

    #[test]
    fn selections_and_what_they_are_made_of() {
        let rows: &[(&str, &[&str])] = &[
            ("acc where split = 'test'", &["acc | where split = 'test'"]),
            ("count(distinct clip_id)", &["count(distinct clip_id) | "]),
            ("avg(BA) where (a = 1 or b = 2)", &["avg(BA) | where (a = 1 or b = 2)"]),
            ("n_01 + n_10 WHERE x", &["n_01 + n_10 | WHERE x"]),
            (
                "(FP where a = 1) - (FP where a = 2)",
                &["FP | where a = 1", "-", "FP | where a = 2"],
            ),
            (
                "((x where a) - (y where (b))) / 2",
                &["(", "x | where a", "-", "y | where (b)", ") / 2"],
            ),
            (
                "(count(*) where a) / (count(*))",
                &["count(*) | where a", "/", "count(*) | "],
            ),
            ("\"BA where\" where k = 'a (b'", &["\"BA where\" | where k = 'a (b'"]),
            ("acc order by acc desc limit 1", &["acc | order by acc desc limit 1"]),
            ("(a + b) * 2", &["(a + b) * 2 | "]),
            ("c1 where row = 3", &["c1 | where row = 3"]),
        ];
        for (text, expected) in rows {
            assert_eq!(terms(text), *expected, "{text}");
        }
    }

    #[test]
    fn mistakes_at_their_places() {
        let rows = [
            ("select acc from t", 0, "without SELECT"),
            ("acc; drop table t", 3, "one statement"),
            ("acc, loss where a", 3, "one column"),
            ("(a where b) union (c where d)", 12, "arithmetic alone"),
            ("where a = 1", 0, "begins with"),
            ("acc where a limit 1", 12, "picks any"),
            ("acc where (a", 10, "not closed"),
            ("acc where a = 'b", 14, "quote"),
        ];
        for (text, at, message) in rows {
            let fault = parse(text).unwrap_err();
            assert!(fault.message.contains(message), "{text}: {}", fault.message);
            assert_eq!(fault.at, at, "{text}");
        }
    }

    #[test]
    fn the_condition_without_what_follows() {
        let condition = |text: &str| match parse(text).unwrap() {
            Selection::Table(pieces) => match pieces.first() {
                Some(Piece::Term(term)) => term.condition().to_string(),
                _ => String::new(),
            },
            _ => String::new(),
        };
        assert_eq!(condition("a where b = 'order' order by c"), "where b = 'order'");
        assert_eq!(condition("a order by c"), "");
        assert_eq!(condition("a where (b > 1)"), "where (b > 1)");
    }
}
