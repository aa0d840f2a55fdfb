//! Conditions of a script as expressions: `[ "$set" == full ]`, `[[ -n $X && $n -gt 3 ]]`, `(( n > 3 ))`.
//!
//! Why it can be wrong: a condition that is read as its opposite takes the wrong branch. What is not understood is
//! shown as it is written and takes no branch.
//!
//! Example: `[ "$set" == full ]` is `$set == full`; `[ -z "$X" ]` is `not $X`.

use crate::evidence::Expr;
use crate::quantity::Value;

use super::lex::{self, Kind};
use super::{arithmetic, literal};

/// Reads a condition from its text; [`Expr::Opaque`] where it is none that is known.
pub(super) fn parse(text: &str) -> Expr {
    let tokens = tokens(text);
    let mut parser = Parser { tokens: &tokens, at: 0 };
    match parser.any(0) {
        Some(expr) if parser.at == tokens.len() => expr,
        _ => Expr::Opaque(text.trim().to_string()),
    }
}

/// `case $size in large|big)`: whether the word equals one of the patterns.
pub(super) fn case(word: &str, patterns: &[&str]) -> Expr {
    let left = operand(word);
    let mut tests = patterns.iter().map(|pattern| {
        if pattern.contains(['*', '?', '[']) {
            return Expr::Opaque(format!("{word} in {pattern}"));
        }
        Expr::Binary {
            op: "==".to_string(),
            left: Box::new(left.clone()),
            right: Box::new(operand(pattern)),
        }
    });
    let first = tests.next().unwrap_or_else(|| Expr::Opaque(word.to_string()));
    tests.fold(first, |left, right| Expr::Binary {
        op: "or".to_string(),
        left: Box::new(left),
        right: Box::new(right),
    })
}

fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for range in lex::split(text, 0..text.len()) {
        let mut word = &text[range];
        let mut ends = 0;
        while word.len() > 1 && word.ends_with(';') {
            word = &word[..word.len() - 1];
            ends += 1;
        }
        out.push(word.to_string());
        out.extend(std::iter::repeat_n(";".to_string(), ends));
    }
    while out.last().is_some_and(|last| last == ";") {
        out.pop();
    }
    out
}

struct Parser<'t> {
    tokens: &'t [String],
    at: usize,
}

const CLOSING: [&str; 3] = ["]", "]]", "))"];

impl Parser<'_> {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn take(&mut self, wanted: &[&str]) -> bool {
        let found = wanted.contains(&self.peek()) && self.at < self.tokens.len();
        self.at += usize::from(found);
        found
    }

    fn any(&mut self, depth: usize) -> Option<Expr> {
        let mut left = self.all(depth)?;
        while self.take(&["||", "-o"]) {
            left = binary("or", left, self.all(depth)?);
        }
        Some(left)
    }

    fn all(&mut self, depth: usize) -> Option<Expr> {
        let mut left = self.one(depth)?;
        while self.take(&["&&", "-a"]) {
            left = binary("and", left, self.one(depth)?);
        }
        Some(left)
    }

    fn one(&mut self, depth: usize) -> Option<Expr> {
        if depth > 30 {
            return None;
        }
        if self.take(&["!"]) {
            let operand = self.one(depth + 1)?;
            return Some(Expr::Unary {
                op: "not".to_string(),
                operand: Box::new(operand),
            });
        }
        if self.take(&["[", "[[", "(", "test"]) {
            let opened = self.tokens[self.at - 1].clone();
            let inner = self.any(depth + 1)?;
            let closes = match opened.as_str() {
                "[" => self.take(&["]"]),
                "[[" => self.take(&["]]"]),
                "(" => self.take(&[")"]),
                _ => true,
            };
            return closes.then_some(inner);
        }
        if self.peek().starts_with("((") {
            return self.arithmetic();
        }
        let first = self.peek().to_string();
        match first.as_str() {
            "true" | ":" => {
                self.at += 1;
                return Some(Expr::Value(Value::Bool(true)));
            }
            "false" if depth == 0 => {
                self.at += 1;
                return Some(Expr::Value(Value::Bool(false)));
            }
            "-z" | "-n" => {
                self.at += 1;
                let tested = self.word()?;
                return Some(match first.as_str() {
                    "-n" => tested,
                    _ => Expr::Unary {
                        op: "not".to_string(),
                        operand: Box::new(tested),
                    },
                });
            }
            flag if flag.len() == 2 && flag.starts_with('-') => {
                self.at += 1;
                let tested = self.peek().to_string();
                self.word()?;
                return Some(Expr::Opaque(format!("{flag} {tested}")));
            }
            _ => {}
        }
        // A command as a condition (`if grep -q …`) is only shown.
        if depth == 0 && !first.contains('$') {
            return None;
        }
        let left = self.word()?;
        let op = match self.peek() {
            "=" | "==" | "-eq" => "==",
            "!=" | "-ne" => "!=",
            "-lt" | "<" => "<",
            "-le" | "<=" => "<=",
            "-gt" | ">" => ">",
            "-ge" | ">=" => ">=",
            _ => return Some(left),
        };
        self.at += 1;
        let raw = self.peek().to_string();
        let right = self.word()?;
        if matches!(op, "==" | "!=") && raw.contains('*') && !raw.starts_with(['"', '\'']) {
            return Some(Expr::Opaque(format!("{op} {raw}")));
        }
        Some(binary(op, left, right))
    }

    fn word(&mut self) -> Option<Expr> {
        let word = self.peek();
        if word.is_empty() || CLOSING.contains(&word) || matches!(word, "&&" | "||" | ";") {
            return None;
        }
        let expr = operand(word);
        self.at += 1;
        Some(expr)
    }

    /// `(( n > 3 ))`, its tokens joined again.
    fn arithmetic(&mut self) -> Option<Expr> {
        let mut text = String::new();
        while self.at < self.tokens.len() {
            text.push_str(self.peek());
            text.push(' ');
            self.at += 1;
            if text.trim_end().ends_with("))") {
                break;
            }
        }
        let inner = text.trim().strip_prefix("((")?.strip_suffix("))")?.to_string();
        for op in ["==", "!=", "<=", ">=", "<", ">"] {
            if let Some((left, right)) = inner.split_once(op) {
                return Some(binary(op, arithmetic::parse(left)?, arithmetic::parse(right)?));
            }
        }
        arithmetic::parse(&inner)
    }
}

fn binary(op: &str, left: Expr, right: Expr) -> Expr {
    Expr::Binary {
        op: op.to_string(),
        left: Box::new(left),
        right: Box::new(right),
    }
}

/// One word: a variable alone is a reference as written without quotes, text a literal.
fn operand(word: &str) -> Expr {
    let pieces = lex::pieces(word, 0..word.len(), false);
    match pieces.as_slice() {
        [] => Expr::Value(literal::text("")),
        [piece] => match &piece.kind {
            Kind::Text(text) => literal::expr(text),
            Kind::Variable(_) => Expr::Ref(word[piece.range.clone()].to_string()),
            _ => Expr::Opaque(word.to_string()),
        },
        // `"x$set" == "xfull"` and the like.
        _ => Expr::Opaque(word.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(expr: &Expr) -> String {
        match expr {
            Expr::Value(value) => value.to_string(),
            Expr::Ref(name) => name.clone(),
            Expr::Binary { op, left, right } => format!("({} {op} {})", shown(left), shown(right)),
            Expr::Unary { op, operand } => format!("({op} {})", shown(operand)),
            Expr::Opaque(text) => format!("?{text}?"),
            _ => "…".to_string(),
        }
    }

    #[test]
    fn conditions_are_read_as_the_shell_tests_them() {
        let cases = [
            ("[ \"$set\" == full ]", "($set == full)"),
            ("[ $set = full ];", "($set == full)"),
            ("[[ -n $X && $n -gt 3 ]]", "($X and ($n > 3))"),
            ("[ -z \"$X\" ]", "(not $X)"),
            ("[ $a = 1 ] && [ $b = 2 ]", "(($a == 1) and ($b == 2))"),
            ("[ $a = 1 ] || [ $b = 2 ]", "(($a == 1) or ($b == 2))"),
            ("! [ $a = 1 ]", "(not ($a == 1))"),
            ("test $a -le 4", "($a <= 4)"),
            ("(( x > 3 ))", "(x > 3)"),
            ("((x==3))", "(x == 3)"),
            ("[ -f x ]", "?-f x?"),
            ("[[ $x == *large* ]]", "?== *large*?"),
            ("false", "false"),
            ("grep -q a b", "?grep -q a b?"),
            ("[ $a = 1", "?[ $a = 1?"),
            ("", "??"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(&parse(text)), expected, "{text}");
        }
        assert_eq!(
            shown(&case("$size", &["large", "big"])),
            "(($size == large) or ($size == big))"
        );
        assert_eq!(shown(&case("$size", &["l*"])), "?$size in l*?");
    }
}
