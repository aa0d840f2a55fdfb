//! Words of a shell, taken apart into text and expansions.
//!
//! The syntax tree says where a word begins and ends; what stands inside it is read here from the bytes, because the
//! tree's own nodes are wrong in places (`${3:-1e-4}` comes as a variable named `1e` and a word `-4`, a blank before
//! an expansion belongs to the expansion).
//!
//! Why it can be wrong: a quote that is taken for text, or an expansion for a literal, gives a value no run had. What
//! is not understood is [`Kind::Other`], keeps its text and has no value.
//!
//! Example: `--out="runs/$name"` is the text `--out=runs/` and the variable `name`, written `$name`, quoted.

use std::ops::Range;

/// One stretch of a word.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    pub(crate) kind: Kind,
    /// Inside quotes: not split at blanks.
    pub(crate) quoted: bool,
    /// Bytes in the file.
    pub(crate) range: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// Quotes and escapes removed.
    Text(String),
    Variable(Variable),
    /// `$((…))`: the bytes between the parentheses.
    Arithmetic(Range<usize>),
    /// `$(…)` and backquotes: the bytes of the command.
    Command(Range<usize>),
    /// An expansion that changes what it expands (`${x%.*}`, `${!x}`).
    Other,
}

/// `$x`, `${x}`, `${x[1]}`, `${x[@]}`, `${x:-default}`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) part: Part,
    /// The bytes of a default (`:-`, `-`, `:=`, `=`).
    pub(crate) default: Option<Range<usize>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    /// `[@]` and `[*]`.
    All,
    /// `[0]`, `[$i]`.
    Index(String),
    /// `${@:3}`: the arguments from that one on.
    From(usize),
}

/// Takes the bytes of one word apart. `double` when they stand inside double quotes already.
pub(crate) fn pieces(text: &str, range: Range<usize>, double: bool) -> Vec<Piece> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        end: range.end.min(text.len()),
        out: Vec::new(),
    };
    lexer.run(range.start, double);
    lexer.out
}

/// The ranges of the words in `range`, split at unquoted blanks, as the shell splits a line.
pub(crate) fn split(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let end = range.end.min(bytes.len());
    let mut out = Vec::new();
    let mut at = range.start;
    while at < end {
        if blank(bytes, at, end) {
            at += 1;
            continue;
        }
        let start = at;
        while at < end && !blank(bytes, at, end) {
            at = step(bytes, at, end);
        }
        let at_end = at.min(end);
        out.push(start..at_end);
    }
    out
}

/// White space, or a backslash before a line's end.
fn blank(bytes: &[u8], at: usize, end: usize) -> bool {
    bytes[at].is_ascii_whitespace() || (bytes[at] == b'\\' && at + 1 < end && matches!(bytes[at + 1], b'\n' | b'\r'))
}

/// Behind the character, quoted text or expansion that starts at `at`.
fn step(bytes: &[u8], at: usize, end: usize) -> usize {
    match bytes[at] {
        b'\\' => at + 2,
        b'\'' => find(bytes, at + 1, end, b'\'').map_or(end, |close| close + 1),
        b'"' => {
            let mut inner = at + 1;
            while inner < end && bytes[inner] != b'"' {
                inner = match bytes[inner] {
                    b'\\' => inner + 2,
                    b'$' | b'`' => expansion_end(bytes, inner, end),
                    _ => inner + 1,
                };
            }
            inner + 1
        }
        b'$' | b'`' => expansion_end(bytes, at, end),
        _ => at + 1,
    }
    .min(end)
    .max(at + 1)
}

/// Behind the expansion that starts at `at` with `$` or a backquote; `at + 1` where it is none.
fn expansion_end(bytes: &[u8], at: usize, end: usize) -> usize {
    if bytes[at] == b'`' {
        return find(bytes, at + 1, end, b'`').map_or(end, |close| close + 1);
    }
    match bytes.get(at + 1).copied().filter(|_| at + 1 < end) {
        Some(b'{') => closing(bytes, at + 1, end, b'{', b'}'),
        Some(b'(') => closing(bytes, at + 1, end, b'(', b')'),
        Some(byte) if byte == b'_' || byte.is_ascii_alphabetic() => {
            let mut last = at + 2;
            while last < end && (bytes[last] == b'_' || bytes[last].is_ascii_alphanumeric()) {
                last += 1;
            }
            last
        }
        Some(byte) if byte.is_ascii_digit() || b"@*#?-$!".contains(&byte) => at + 2,
        _ => at + 1,
    }
}

/// Behind the bracket that closes the one at `open`; the end where none does.
fn closing(bytes: &[u8], open: usize, end: usize, left: u8, right: u8) -> usize {
    let mut depth = 0usize;
    let mut at = open;
    while at < end {
        let byte = bytes[at];
        if byte == b'\\' {
            at += 2;
            continue;
        }
        if byte == b'\'' && left == b'(' {
            at = find(bytes, at + 1, end, b'\'').map_or(end, |close| close + 1);
            continue;
        }
        if byte == left {
            depth += 1;
        } else if byte == right {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
        at += 1;
    }
    end
}

fn find(bytes: &[u8], from: usize, end: usize, wanted: u8) -> Option<usize> {
    bytes
        .get(from..end)?
        .iter()
        .position(|&byte| byte == wanted)
        .map(|at| at + from)
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    end: usize,
    out: Vec<Piece>,
}

impl Lexer<'_> {
    fn run(&mut self, start: usize, mut double: bool) {
        let inside = double;
        let mut at = start;
        while at < self.end {
            match self.bytes[at] {
                b'\\' => at = self.escape(at, double),
                b'"' if !inside => {
                    if !double && self.bytes.get(at + 1) == Some(&b'"') {
                        // An empty string is a word too.
                        self.text(at..at + 1, "", true);
                    }
                    double = !double;
                    at += 1;
                }
                b'\'' if !double => {
                    let close = find(self.bytes, at + 1, self.end, b'\'').unwrap_or(self.end);
                    let inner = self.slice(at + 1..close).to_string();
                    self.text(at..(close + 1).min(self.end), &inner, true);
                    at = close + 1;
                }
                b'$' if !double && matches!(self.bytes.get(at + 1), Some(b'\'' | b'"')) => at += 1,
                b'$' | b'`' => {
                    let stop = expansion_end(self.bytes, at, self.end);
                    if stop == at + 1 {
                        self.text(at..stop, "$", double);
                    } else {
                        let kind = self.expansion(at..stop);
                        self.out.push(Piece {
                            kind,
                            quoted: double,
                            range: at..stop,
                        });
                    }
                    at = stop;
                }
                b'\r' if at + 1 >= self.end || self.bytes[at + 1] == b'\n' => at += 1,
                _ => {
                    let from = at;
                    while at < self.end && !matches!(self.bytes[at], b'\\' | b'"' | b'\'' | b'$' | b'`' | b'\r') {
                        at += 1;
                    }
                    // A quote that is text here, inside the other kind of quotes.
                    let at_least = at.max(from + 1);
                    let plain = self.slice(from..at_least).to_string();
                    self.text(from..at_least, &plain, double);
                    at = at_least;
                }
            }
        }
    }

    /// Behind the escape at `at`.
    fn escape(&mut self, at: usize, double: bool) -> usize {
        let Some(next) = self.bytes.get(at + 1).copied().filter(|_| at + 1 < self.end) else {
            self.text(at..at + 1, "\\", double);
            return at + 1;
        };
        match next {
            b'\n' => at + 2,
            b'\r' => at + if self.bytes.get(at + 2) == Some(&b'\n') { 3 } else { 2 },
            _ if double && !b"$`\"\\".contains(&next) => {
                self.text(at..at + 1, "\\", double);
                at + 1
            }
            _ => {
                let width = self
                    .text
                    .get(at + 1..)
                    .and_then(|rest| rest.chars().next())
                    .map_or(1, char::len_utf8);
                let escaped = self.slice(at + 1..at + 1 + width).to_string();
                self.text(at..at + 1 + width, &escaped, true);
                at + 1 + width
            }
        }
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }

    fn text(&mut self, range: Range<usize>, text: &str, quoted: bool) {
        if let Some(Piece {
            kind: Kind::Text(last),
            quoted: before,
            range: old,
        }) = self.out.last_mut()
        {
            last.push_str(text);
            *before |= quoted;
            old.end = range.end;
            return;
        }
        self.out.push(Piece {
            kind: Kind::Text(text.to_string()),
            quoted,
            range,
        });
    }

    fn expansion(&self, range: Range<usize>) -> Kind {
        let written = self.slice(range.clone());
        if let Some(inner) = written.strip_prefix("$((").and_then(|rest| rest.strip_suffix("))")) {
            return Kind::Arithmetic(range.start + 3..range.start + 3 + inner.len());
        }
        if let Some(inner) = written.strip_prefix("$[").and_then(|rest| rest.strip_suffix(']')) {
            return Kind::Arithmetic(range.start + 2..range.start + 2 + inner.len());
        }
        if let Some(inner) = written.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')')) {
            return Kind::Command(range.start + 2..range.start + 2 + inner.len());
        }
        if let Some(inner) = written.strip_prefix('`') {
            let inner = inner.strip_suffix('`').unwrap_or(inner);
            return Kind::Command(range.start + 1..range.start + 1 + inner.len());
        }
        if let Some(inner) = written.strip_prefix("${") {
            return match inner.strip_suffix('}') {
                Some(inner) => braced(inner, range.start + 2),
                None => Kind::Other,
            };
        }
        let name = written.trim_start_matches('$');
        let part = if matches!(name, "@" | "*") {
            Part::All
        } else {
            Part::Whole
        };
        Kind::Variable(Variable {
            name: if part == Part::All { "@" } else { name }.to_string(),
            part,
            default: None,
        })
    }
}

/// What stands between `${` and `}`; `base` is the first byte's offset in the file.
fn braced(inner: &str, base: usize) -> Kind {
    let name_length = match inner.as_bytes().first() {
        Some(b'@' | b'*' | b'#' | b'?') if inner.len() == 1 => 1,
        Some(b'@' | b'*') => 1,
        Some(byte) if byte.is_ascii_digit() => inner.bytes().take_while(u8::is_ascii_digit).count(),
        _ => inner
            .bytes()
            .take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric())
            .count(),
    };
    if name_length == 0 {
        return Kind::Other;
    }
    let (name, mut rest) = inner.split_at(name_length);
    let mut part = Part::Whole;
    let mut name = name.to_string();
    if matches!(name.as_str(), "@" | "*") {
        (part, name) = (Part::All, "@".to_string());
    }
    if let Some(bracket) = rest.strip_prefix('[') {
        let Some(close) = bracket.find(']') else {
            return Kind::Other;
        };
        let index = &bracket[..close];
        part = if matches!(index, "@" | "*") {
            Part::All
        } else {
            Part::Index(index.to_string())
        };
        rest = &bracket[close + 1..];
    }
    if part == Part::All
        && let Some(from) = rest.strip_prefix(':').and_then(|from| from.trim().parse().ok())
    {
        let part = Part::From(from);
        return Kind::Variable(Variable {
            name,
            part,
            default: None,
        });
    }
    let operator = [":-", ":=", "-", "=", ":?", "?"]
        .into_iter()
        .find(|operator| rest.starts_with(operator));
    match operator {
        Some(":?" | "?") => Kind::Variable(Variable {
            name,
            part,
            default: None,
        }),
        Some(operator) => {
            let start = base + inner.len() - rest.len() + operator.len();
            Kind::Variable(Variable {
                name,
                part,
                default: Some(start..base + inner.len()),
            })
        }
        None if rest.is_empty() => Kind::Variable(Variable {
            name,
            part,
            default: None,
        }),
        None => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces in short: text as it is, variables as `<name>` with `=default`, arithmetic as `(…)`.
    fn short(word: &str) -> String {
        pieces(word, 0..word.len(), false)
            .iter()
            .map(|piece| match &piece.kind {
                Kind::Text(text) => text.clone(),
                Kind::Variable(variable) => {
                    let default = variable
                        .default
                        .clone()
                        .map_or(String::new(), |range| format!("={}", &word[range]));
                    format!("<{}{default}>", variable.name)
                }
                Kind::Arithmetic(range) => format!("({})", &word[range.clone()]),
                Kind::Command(range) => format!("!{}!", &word[range.clone()]),
                Kind::Other => "?".to_string(),
            })
            .collect()
    }

    #[test]
    fn words_come_apart() {
        let cases = [
            ("train.py", "train.py"),
            ("$lr", "<lr>"),
            ("${lr}", "<lr>"),
            ("\"$lr\"", "<lr>"),
            ("'$lr'", "$lr"),
            ("${3:-1e-4}", "<3=1e-4>"),
            ("${X:-${Y:-5}}", "<X=${Y:-5}>"),
            ("--out=\"runs/$name/x\"", "--out=runs/<name>/x"),
            ("$((BS*2))", "(BS*2)"),
            ("$(seq 1 3)", "!seq 1 3!"),
            ("${x%.*}", "?"),
            ("${!x}", "?"),
            ("${#x[@]}", "?"),
            ("a\\ b", "a b"),
            ("\"a\\\"b\"", "a\"b"),
            ("\"a\\nb\"", "a\\nb"),
            ("\"it's\"", "it's"),
            ("\"\"", ""),
            ("$1", "<1>"),
            ("$10", "<1>0"),
            ("${10}", "<10>"),
            ("5$", "5$"),
            ("a\r", "a"),
        ];
        for (word, expected) in cases {
            assert_eq!(short(word), expected, "{word}");
        }
    }

    #[test]
    fn lines_split_as_the_shell_splits() {
        let line = "python 'a b' --x=\"c d\" $(seq 1 2) \\\n  ${y:-1 2}";
        let words: Vec<&str> = split(line, 0..line.len())
            .into_iter()
            .map(|range| &line[range])
            .collect();
        assert_eq!(words, ["python", "'a b'", "--x=\"c d\"", "$(seq 1 2)", "${y:-1 2}"]);
    }

    #[test]
    fn broken_words_do_not_panic() {
        for word in [
            "$", "${", "${}", "$(", "$((", "`", "\"", "'", "\\", "\"$", "${a", "${a[", "${a[1", "é\\é", "\\\r",
        ] {
            let _ = pieces(word, 0..word.len(), false);
            let _ = pieces(word, 0..word.len(), true);
            let _ = split(word, 0..word.len());
        }
    }
}
