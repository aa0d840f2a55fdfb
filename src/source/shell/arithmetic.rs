//! Shell arithmetic, `$((BATCH * 2))`, as an expression over variables.
//!
//! Why it can be wrong: shell division is of integers. `/` becomes `//`, as Python writes it.
//!
//! Example: `(a + 1) * 4` is a product of a sum over the variable `a` and of 4.

use crate::evidence::Expr;

use super::literal;

/// Parses `text`; `None` where it is more than sums, products and variables.
pub(crate) fn parse(text: &str) -> Option<Expr> {
    if text.len() > 400 {
        return None;
    }
    let mut parser = Parser { rest: text.trim() };
    let expr = parser.sum(0)?;
    parser.rest.is_empty().then_some(expr)
}

struct Parser<'t> {
    rest: &'t str,
}

impl Parser<'_> {
    fn sum(&mut self, depth: usize) -> Option<Expr> {
        let mut left = self.product(depth)?;
        while let Some(op) = self.take(&["+", "-"]) {
            let right = self.product(depth)?;
            left = Expr::Binary {
                op: op.to_string(),
                left: Box::new(left),
                right: Box::new(right),
            };
        }
        Some(left)
    }

    fn product(&mut self, depth: usize) -> Option<Expr> {
        let mut left = self.power(depth)?;
        while let Some(op) = self.take(&["*", "/", "%"]) {
            let right = self.power(depth)?;
            let op = if op == "/" { "//" } else { op };
            left = Expr::Binary {
                op: op.to_string(),
                left: Box::new(left),
                right: Box::new(right),
            };
        }
        Some(left)
    }

    fn power(&mut self, depth: usize) -> Option<Expr> {
        let left = self.atom(depth)?;
        if self.rest.starts_with("**") {
            self.advance(2);
            let right = self.power(depth + 1)?;
            return Some(Expr::Binary {
                op: "**".to_string(),
                left: Box::new(left),
                right: Box::new(right),
            });
        }
        Some(left)
    }

    fn atom(&mut self, depth: usize) -> Option<Expr> {
        if depth > 40 {
            return None;
        }
        if self.take(&["("]).is_some() {
            let inner = self.sum(depth + 1)?;
            self.take(&[")"])?;
            return Some(inner);
        }
        if self.take(&["-"]).is_some() {
            let operand = self.atom(depth + 1)?;
            return Some(Expr::Unary {
                op: "-".to_string(),
                operand: Box::new(operand),
            });
        }
        let length = if self.rest.starts_with("${") {
            self.rest.find('}')? + 1
        } else {
            let dollar = usize::from(self.rest.starts_with('$'));
            dollar
                + self.rest[dollar..]
                    .bytes()
                    .take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric())
                    .count()
        };
        let (word, _) = self.rest.split_at(length);
        let known = word.starts_with(|first: char| first == '$' || first == '_' || first.is_ascii_alphabetic());
        let expr = match word {
            "" | "$" => return None,
            word if known => Expr::Ref(word.to_string()),
            word if literal::is_number(word) => Expr::Value(literal::number(word)),
            _ => return None,
        };
        self.advance(length);
        Some(expr)
    }

    fn take(&mut self, wanted: &[&'static str]) -> Option<&'static str> {
        let found = wanted.iter().copied().find(|op| self.rest.starts_with(op))?;
        if found == "*" && self.rest.starts_with("**") {
            return None;
        }
        self.advance(found.len());
        Some(found)
    }

    fn advance(&mut self, length: usize) {
        self.rest = self.rest[length..].trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expression in full parentheses.
    fn shown(expr: &Expr) -> String {
        match expr {
            Expr::Value(value) => value.to_string(),
            Expr::Ref(name) => name.clone(),
            Expr::Binary { op, left, right } => format!("({} {op} {})", shown(left), shown(right)),
            Expr::Unary { op, operand } => format!("({op}{})", shown(operand)),
            _ => "?".to_string(),
        }
    }

    #[test]
    fn products_bind_before_sums() {
        let cases = [
            ("BS*2", Some("(BS * 2)")),
            ("$a + b * 3", Some("($a + (b * 3))")),
            ("(a+1) * ${c}", Some("((a + 1) * ${c})")),
            ("8 / 2", Some("(8 // 2)")),
            ("2**3", Some("(2 ** 3)")),
            ("-1", Some("(-1)")),
            ("a ? b : c", None),
            ("i++", None),
            ("", None),
            ("$", None),
            ("é", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).map(|expr| shown(&expr)).as_deref(), expected, "{text}");
        }
    }
}
