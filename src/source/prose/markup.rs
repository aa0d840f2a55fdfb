//! Inline markup of Markdown (and what looks like it elsewhere) taken off a text.
//!
//! Why it can be wrong: `*` and `_` are emphasis, products and parts of names. They are dropped only where they touch a word on one side
//! alone, and a quote is read the same way as the text it is looked for in.
//!
//! Example: `**Batch size** is [`50`](config.md)` is read as `Batch size is 50`.

use std::ops::Range;

use super::read::{ReadChar, ReadText, byte};

/// Characters within which a link or tag closes.
const REACH: usize = 600;

/// A text of Markdown or plain text, marks at the start of its lines dropped too.
pub(crate) fn read(text: &str) -> ReadText {
    read_range(text, 0..text.len())
}

/// A part of a text, as [`read`]; `range` lies on character boundaries.
pub(crate) fn read_range(text: &str, range: Range<usize>) -> ReadText {
    let mut out = ReadText::default();
    for (start, line) in lines(text, range) {
        let body = behind_marks(line);
        let skipped = line.len() - body.len();
        if is_rule(body) {
            push(&mut out, '\n', start + skipped, line.len());
            continue;
        }
        inline(body, start + skipped, &mut out);
    }
    out
}

/// A cell of a table: within a line, so no marks of lines.
pub(crate) fn read_cell(text: &str, range: Range<usize>) -> ReadText {
    let mut out = ReadText::default();
    inline(&text[range.clone()], range.start, &mut out);
    out
}

/// A text in another language: signs of a comment at the start of a line are dropped, nothing else.
pub(crate) fn read_code(text: &str) -> ReadText {
    let mut out = ReadText::default();
    for (start, line) in lines(text, 0..text.len()) {
        let body = line.trim_start().trim_start_matches(['#', '/', '%', ';']);
        let offset = start + line.len() - body.len();
        out.chars.extend(super::read::characters(body, offset, 0));
    }
    out
}

/// Lines with their ending, and where they start.
fn lines(text: &str, range: Range<usize>) -> impl Iterator<Item = (usize, &str)> {
    let mut start = range.start;
    text[range].split_inclusive('\n').map(move |line| {
        let here = start;
        start += line.len();
        (here, line)
    })
}

/// The line behind quotation marks, list marks, a checkbox and the signs of a heading.
fn behind_marks(line: &str) -> &str {
    let mut body = line.trim_start_matches([' ', '\t']);
    loop {
        let quoted = body.strip_prefix('>').map(|rest| rest.trim_start_matches([' ', '\t']));
        let listed = ["- ", "* ", "+ ", "• ", "- [ ] ", "- [x] "]
            .iter()
            .rev()
            .find_map(|mark| body.strip_prefix(mark));
        let Some(rest) = quoted.or(listed) else { break };
        body = rest.trim_start_matches([' ', '\t']);
    }
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=3).contains(&digits)
        && let Some(rest) = body[digits..]
            .strip_prefix(". ")
            .or_else(|| body[digits..].strip_prefix(") "))
    {
        body = rest.trim_start_matches(' ');
    }
    let heading = body.trim_start_matches('#');
    let signs = body.len() - heading.len();
    if (1..=6).contains(&signs) && heading.starts_with([' ', '\t']) {
        heading.trim_start_matches([' ', '\t'])
    } else {
        body
    }
}

/// The rule under a table's header, under a heading, or between parts.
fn is_rule(body: &str) -> bool {
    let marks = body.trim();
    marks.len() >= 3
        && marks.contains(['-', '=', '*', '~', '_'])
        && marks
            .chars()
            .all(|c| matches!(c, '-' | '=' | '|' | ':' | ' ' | '*' | '_' | '~' | '+'))
}

fn push(out: &mut ReadText, c: char, start: usize, width: usize) {
    out.chars.push(ReadChar {
        c,
        file: 0,
        start: byte(start),
        end: byte(start + width),
    });
}

fn inline(body: &str, offset: usize, out: &mut ReadText) {
    let mut at = 0;
    // Where links whose text is being read go on behind their address.
    let mut jumps: Vec<(usize, usize)> = Vec::new();
    while let Some(c) = body[at..].chars().next() {
        if let Some(&(from, to)) = jumps.last()
            && from == at
        {
            jumps.pop();
            at = to;
            continue;
        }
        let rest = &body[at..];
        let before = body[..at].chars().next_back();
        let after = rest.chars().nth(1);
        let next = at + c.len_utf8();
        at = match c {
            '`' => next,
            '\\' if after.is_some_and(|c| c.is_ascii_punctuation()) => {
                let escaped = after.unwrap_or(c);
                push(out, escaped, offset + at, 2);
                at + 2
            }
            '!' if after == Some('[') => match link(rest, 1) {
                Some((_, end)) => at + end,
                None => keep(out, c, offset + at, next),
            },
            '[' => match link(rest, 0) {
                Some((text, end)) => {
                    jumps.push((at + text.end, at + end));
                    next
                }
                None => keep(out, c, offset + at, next),
            },
            '<' if after.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!')) => match tag(rest) {
                Some(end) => {
                    let breaks = rest[..end].to_ascii_lowercase().starts_with("<br");
                    // A break ends a line of a cell, and with it its sentence.
                    let sign = if breaks { '\n' } else { ' ' };
                    push(out, sign, offset + at, end);
                    if breaks {
                        push(out, sign, offset + at, end);
                    }
                    at + end
                }
                None => keep(out, c, offset + at, next),
            },
            '&' => match entity(rest) {
                Some((sign, width)) => {
                    push(out, sign, offset + at, width);
                    at + width
                }
                None => keep(out, c, offset + at, next),
            },
            '*' | '_' if is_emphasis(c, before, rest) => at + rest.len() - rest.trim_start_matches(c).len(),
            '~' if after == Some('~') => at + 2,
            _ => keep(out, c, offset + at, next),
        };
    }
}

fn keep(out: &mut ReadText, c: char, start: usize, next: usize) -> usize {
    push(out, c, start, c.len_utf8());
    next
}

/// Whether a run of `*` or `_` is a mark: it touches a word or sign on exactly one side, or is doubled.
fn is_emphasis(c: char, before: Option<char>, rest: &str) -> bool {
    let run = rest.chars().take(4).take_while(|&mark| mark == c).count();
    if run > 3 {
        return false;
    }
    let behind = &rest[run..];
    let open = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let after = behind.chars().next();
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    if word(before) && word(after) {
        // `5*8`, `batch_size`; `**bold**text`.
        return c == '*' && run >= 2 && !before.is_some_and(|c| c.is_ascii_digit());
    }
    !(open(before) && open(after))
}

/// The text range of a link or image that begins `marks` bytes into `rest`, and where it ends.
fn link(rest: &str, marks: usize) -> Option<(Range<usize>, usize)> {
    let close = marks + matching(&rest[marks..], '[', ']')?;
    let behind = &rest[close + 1..];
    let (open, shut) = match behind.chars().next()? {
        '(' => ('(', ')'),
        '[' => ('[', ']'),
        _ => return None,
    };
    let end = close + 1 + matching(behind, open, shut)? + 1;
    Some((marks + 1..close, end))
}

/// Byte index of the sign that closes the one at the start.
fn matching(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices().take(REACH) {
        if c == open {
            depth += 1;
        } else if c == close {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        } else if c == '\n' {
            return None;
        }
    }
    None
}

/// Length of a tag or address in angle brackets.
fn tag(rest: &str) -> Option<usize> {
    let (end, _) = rest
        .char_indices()
        .take(REACH)
        .find(|(at, c)| *c == '>' || (*at > 0 && *c == '<'))?;
    rest[end..].starts_with('>').then_some(end + 1)
}

fn entity(rest: &str) -> Option<(char, usize)> {
    const ENTITIES: &[(&str, char)] = &[
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&nbsp;", ' '),
        ("&times;", '×'),
        ("&ge;", '≥'),
        ("&le;", '≤'),
        ("&ndash;", '–'),
        ("&mdash;", '—'),
        ("&quot;", '"'),
        ("&#39;", '\''),
        ("&plusmn;", '±'),
    ];
    ENTITIES
        .iter()
        .find(|(name, _)| rest.starts_with(name))
        .map(|(name, sign)| (*sign, name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_off() {
        let rows: &[(&str, &str)] = &[
            ("- **GPU**: 1x RTX 3090", "GPU: 1x RTX 3090"),
            ("**Batch size** is [`50`](config.md)", "Batch size is 50"),
            ("![build](https://x.org/badge-21340.svg) text", " text"),
            ("[![b](https://a/1.svg)](https://b/2) on", " on"),
            ("see [here][1] and [12]", "see here and [12]"),
            ("`batch_size` and *one* and __two__", "batch_size and one and two"),
            ("5 * 8 is 5*8", "5 * 8 is 5*8"),
            ("a<br>b &ge; <i>4</i>", "a\n\nb ≥  4 "),
            ("x < 5 and y > 3", "x < 5 and y > 3"),
            ("> quoted\n> - item", "quoted\nitem"),
            ("3. third", "third"),
            ("3.5 is no mark", "3.5 is no mark"),
            ("## Title *here*", "Title here"),
            ("|---|:--|\n", "\n"),
            ("\\*not\\* \\| x", "*not* | x"),
            ("~~old~~ new", "old new"),
        ];
        for (text, wanted) in rows {
            let read = read(text);
            assert_eq!(read.string(0..read.chars.len()).0, *wanted, "{text}");
        }
    }

    #[test]
    fn characters_keep_their_bytes() {
        let read = read("- **GPU**: 1x");
        let one = read.chars.iter().find(|read| read.c == '1').unwrap();
        assert_eq!((one.start, one.end), (11, 12));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_in_order(text in "[-a-z0-9*_`\\[\\]()!<>|&#~. \\\\\n]{0,80}") {
            let read = read(&text);
            proptest::prop_assert!(read.chars.is_sorted_by_key(|read| read.start));
            proptest::prop_assert!(read.chars.iter().all(|read| text.get(read.start as usize..read.end as usize).is_some()));
            read_code(&text);
        }
    }
}
