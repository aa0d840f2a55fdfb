//! Arithmetic as claims write it: `970 * 22`, `(4 + 2) // 3`, `per_device_train_batch_size * gradient_accumulation_steps`.
//!
//! It can be wrong where a sign means two things (`a-b` is a range or a name, `%` is a share or a remainder), and where a
//! small text asks for much work (`9**9**9`). Operators mean what they mean in Python; every step is bounded.
//!
//! ```
//! use verify::quantity::arithmetic::evaluate;
//! let value = evaluate("970 * 22", &|_| None)?;
//! assert_eq!(value.to_string(), "21340");
//! # Ok::<(), verify::quantity::arithmetic::ArithmeticError>(())
//! ```

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, Signed, ToPrimitive, Zero};
use thiserror::Error;

use super::{Locale, Number};

/// The longest expression, in bytes.
const MAX_LENGTH: usize = 4096;
/// How deep parentheses and signs may nest.
const MAX_DEPTH: usize = 64;
/// The most digits, before or behind the point, of any step.
const MAX_DIGITS: i64 = 1000;
/// What an endless division is rounded to at the end: fewer digits than it was computed with (100), so that `1 / 3 * 3` is 1.
const RESULT_DIGITS: u64 = 60;

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ArithmeticError {
    /// Nothing but blanks.
    #[error("the expression is empty")]
    Empty,
    /// A sign or the end where a number was expected, or the other way round.
    #[error("unexpected {what} at column {column}")]
    Unexpected {
        /// What stands there.
        what: String,
        /// One-based, in characters.
        column: usize,
    },
    /// A name that the caller has no value for.
    #[error("`{0}` has no value")]
    UnknownName(String),
    /// `x / 0`, `x // 0`, `x % 0`, `0 ** -1`.
    #[error("division by zero")]
    DivisionByZero,
    /// A power that is no whole number.
    #[error("only whole powers are computed")]
    FractionalPower,
    /// The expression, or a step's result, is beyond what is computed.
    #[error("too large to compute")]
    TooLarge,
}

/// Computes `expression`; names get their value from `lookup`.
///
/// # Errors
/// Where the expression does not parse, a name has no value, or a step cannot be computed.
pub fn evaluate(expression: &str, lookup: &dyn Fn(&str) -> Option<BigDecimal>) -> Result<BigDecimal, ArithmeticError> {
    let tokens = lex(expression)?;
    if tokens.is_empty() {
        return Err(ArithmeticError::Empty);
    }
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        depth: 0,
        inexact: false,
        end: expression.chars().count() + 1,
        lookup,
    };
    let value = parser.sum()?;
    if parser.at < tokens.len() {
        return Err(parser.unexpected());
    }
    Ok(if parser.inexact {
        value.with_prec(RESULT_DIGITS).normalized()
    } else {
        value.normalized()
    })
}

#[derive(Debug, Clone, PartialEq)]
enum Sign {
    Number(Number),
    Name(String),
    Operator(&'static str),
    Open,
    Close,
}

#[derive(Debug, Clone)]
struct Token {
    sign: Sign,
    column: usize,
}

/// Operators, longer ones first, and what they mean.
const OPERATORS: &[(&str, &str)] = &[
    ("**", "**"),
    ("//", "//"),
    ("\\times", "*"),
    ("\\cdot", "*"),
    ("*", "*"),
    ("×", "*"),
    ("·", "*"),
    ("/", "/"),
    ("÷", "/"),
    ("%", "%"),
    ("+", "+"),
    ("-", "-"),
    ("\u{2212}", "-"),
];

fn lex(expression: &str) -> Result<Vec<Token>, ArithmeticError> {
    if expression.len() > MAX_LENGTH {
        return Err(ArithmeticError::TooLarge);
    }
    let mut tokens = Vec::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let column = expression[..expression.len() - rest.len()].chars().count() + 1;
        let mut push = |sign| tokens.push(Token { sign, column });
        if first.is_whitespace() || first == '$' {
            rest = &rest[first.len_utf8()..];
        } else if first == '(' {
            push(Sign::Open);
            rest = &rest[1..];
        } else if first == ')' {
            push(Sign::Close);
            rest = &rest[1..];
        } else if let Some((text, meaning)) = OPERATORS.iter().find(|(text, _)| rest.starts_with(text)) {
            push(Sign::Operator(meaning));
            rest = &rest[text.len()..];
        } else if first.is_ascii_digit() || first == '.' {
            let length = number_length(rest);
            let number =
                Number::parse(&rest[..length], Locale::English).ok_or_else(|| ArithmeticError::Unexpected {
                    what: format!("`{}`", &rest[..length]),
                    column,
                })?;
            push(Sign::Number(number));
            rest = &rest[length..];
        } else if first.is_alphabetic() || first == '_' {
            let length = name_length(rest);
            push(Sign::Name(rest[..length].to_owned()));
            rest = &rest[length..];
        } else {
            return Err(ArithmeticError::Unexpected {
                what: format!("`{first}`"),
                column,
            });
        }
    }
    Ok(tokens)
}

/// Digits, dots, underscores, groups of thousands (`21,340`, `21{,}340`) and an exponent.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        let exponent_sign = matches!(byte, b'+' | b'-')
            && at > 0
            && matches!(bytes[at - 1], b'e' | b'E')
            && !text.starts_with("0x")
            && next.is_some_and(u8::is_ascii_digit);
        let group = byte == b',' && next.is_some_and(u8::is_ascii_digit);
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || exponent_sign || group {
            at += 1;
        } else if text[at..].starts_with("{,}") {
            at += 3;
        } else {
            break;
        }
    }
    at
}

/// Letters, digits, `_`, and `.` or `-` where a letter follows.
fn name_length(text: &str) -> usize {
    let mut length = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let joins = matches!(c, '.' | '-')
            && chars
                .peek()
                .is_some_and(|(_, next)| next.is_alphabetic() || *next == '_');
        if c.is_alphanumeric() || c == '_' || joins {
            length = at + c.len_utf8();
        } else {
            break;
        }
    }
    length
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    /// A division did not end, so the result carries rounding.
    inexact: bool,
    end: usize,
    lookup: &'a dyn Fn(&str) -> Option<BigDecimal>,
}

type Step = Result<BigDecimal, ArithmeticError>;

impl Parser<'_> {
    fn sum(&mut self) -> Step {
        let mut value = self.product()?;
        while let Some(operator) = self.take(&["+", "-"]) {
            let right = self.product()?;
            value = bounded(if operator == "+" { value + right } else { value - right })?;
        }
        Ok(value)
    }

    fn product(&mut self) -> Step {
        let mut value = self.signed()?;
        while let Some(operator) = self.take(&["*", "//", "/", "%"]) {
            let right = self.signed()?;
            value = bounded(match operator {
                "*" => value * right,
                "/" => self.divide(&value, &right)?,
                "//" => floor_divide(&value, &right)?,
                _ => {
                    let whole = floor_divide(&value, &right)?;
                    value - whole * right
                }
            })?;
        }
        Ok(value)
    }

    fn signed(&mut self) -> Step {
        match self.take(&["+", "-"]) {
            Some(operator) => {
                let value = self.nested(Self::signed)?;
                Ok(if operator == "-" { -value } else { value })
            }
            None => self.power(),
        }
    }

    fn power(&mut self) -> Step {
        let base = self.atom()?;
        if self.take(&["**"]).is_none() {
            return Ok(base);
        }
        // To the right, and a sign may stand there: 2 ** -1.
        let exponent = self.nested(Self::signed)?;
        if !exponent.is_integer() {
            return Err(ArithmeticError::FractionalPower);
        }
        let exponent = exponent.to_i64().ok_or(ArithmeticError::TooLarge)?;
        let times = exponent.unsigned_abs();
        if times > MAX_DIGITS.unsigned_abs() || base.digits().saturating_mul(times) > 2 * MAX_DIGITS.unsigned_abs() {
            return Err(ArithmeticError::TooLarge);
        }
        let mut value = BigDecimal::from(1);
        for _ in 0..times {
            value = bounded(value * &base)?;
        }
        if exponent < 0 {
            return self.divide(&BigDecimal::from(1), &value);
        }
        Ok(value)
    }

    fn atom(&mut self) -> Step {
        let Some(token) = self.tokens.get(self.at) else {
            return Err(self.unexpected());
        };
        match &token.sign {
            Sign::Number(number) => {
                self.at += 1;
                Ok(number.value.clone())
            }
            Sign::Name(name) => {
                self.at += 1;
                let value = (self.lookup)(name).ok_or_else(|| ArithmeticError::UnknownName(name.clone()))?;
                bounded(value)
            }
            Sign::Open => {
                self.at += 1;
                let value = self.nested(Self::sum)?;
                match self.tokens.get(self.at) {
                    Some(Token { sign: Sign::Close, .. }) => {
                        self.at += 1;
                        Ok(value)
                    }
                    _ => Err(self.unexpected()),
                }
            }
            Sign::Operator(_) | Sign::Close => Err(self.unexpected()),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Step) -> Step {
        if self.depth == MAX_DEPTH {
            return Err(ArithmeticError::TooLarge);
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn divide(&mut self, left: &BigDecimal, right: &BigDecimal) -> Step {
        if right.is_zero() {
            return Err(ArithmeticError::DivisionByZero);
        }
        let value = left / right;
        if &value * right != *left {
            self.inexact = true;
        }
        Ok(value)
    }

    fn take(&mut self, operators: &[&str]) -> Option<&'static str> {
        match self.tokens.get(self.at) {
            Some(Token {
                sign: Sign::Operator(operator),
                ..
            }) if operators.contains(operator) => {
                self.at += 1;
                Some(operator)
            }
            _ => None,
        }
    }

    fn unexpected(&self) -> ArithmeticError {
        match self.tokens.get(self.at) {
            Some(token) => ArithmeticError::Unexpected {
                what: match &token.sign {
                    Sign::Number(number) => format!("number `{number}`"),
                    Sign::Name(name) => format!("name `{name}`"),
                    Sign::Operator(operator) => format!("`{operator}`"),
                    Sign::Open => "`(`".to_owned(),
                    Sign::Close => "`)`".to_owned(),
                },
                column: token.column,
            },
            None => ArithmeticError::Unexpected {
                what: "end".to_owned(),
                column: self.end,
            },
        }
    }
}

fn bounded(value: BigDecimal) -> Step {
    let scale = value.fractional_digit_count();
    let digits = i64::try_from(value.digits()).unwrap_or(i64::MAX);
    if scale.abs() > MAX_DIGITS || digits > 2 * MAX_DIGITS {
        return Err(ArithmeticError::TooLarge);
    }
    Ok(value)
}

/// The largest whole number not above `left / right`, as Python's `//`.
fn floor_divide(left: &BigDecimal, right: &BigDecimal) -> Step {
    if right.is_zero() {
        return Err(ArithmeticError::DivisionByZero);
    }
    // Both over one power of ten, so that the division is of whole numbers.
    let scale = left.fractional_digit_count().max(right.fractional_digit_count());
    let (left, _) = left.with_scale(scale).into_bigint_and_scale();
    let (right, _) = right.with_scale(scale).into_bigint_and_scale();
    let mut quotient = &left / &right;
    let remainder: BigInt = left - &quotient * &right;
    if !remainder.is_zero() && remainder.is_negative() != right.is_negative() {
        quotient -= 1;
    }
    Ok(BigDecimal::from(quotient))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::str::FromStr;

    fn settings(name: &str) -> Option<BigDecimal> {
        match name {
            "per_device_train_batch_size" | "batch-size" => Some(8.into()),
            "gradient_accumulation_steps" | "train.accumulation" => Some(4.into()),
            _ => None,
        }
    }

    #[test]
    fn computes_as_python_does() {
        let rows: &[(&str, &str)] = &[
            ("970 * 22", "21340"),
            ("970 × 22", "21340"),
            ("$970 \\times 22$", "21340"),
            ("21,340 - 340", "21000"),
            ("21{,}340 + 1", "21341"),
            ("2 + 3 * 4", "14"),
            ("(2 + 3) * 4", "20"),
            ("2 ** 3 ** 2", "512"),
            ("-2 ** 2", "-4"),
            ("2 ** -1", "0.5"),
            ("7 // 2", "3"),
            ("-7 // 2", "-4"),
            ("7 % 3", "1"),
            ("-7 % 3", "2"),
            ("7 % -3", "-2"),
            ("7.5 // 2", "3"),
            ("0.1 + 0.2", "0.3"),
            ("1 / 3 * 3", "1"),
            ("10 / 4", "2.5"),
            ("1e-4*10", "0.001"),
            ("3-4", "-1"),
            ("- - 3", "3"),
            ("0x10 * 2", "32"),
            ("16_000 / 16", "1000"),
            ("per_device_train_batch_size * gradient_accumulation_steps", "32"),
            ("batch-size * train.accumulation - 2", "30"),
        ];
        for (expression, value) in rows {
            assert_eq!(
                evaluate(expression, &settings),
                Ok(BigDecimal::from_str(value).unwrap()),
                "{expression}"
            );
        }
    }

    #[test]
    fn says_why_there_is_no_value() {
        let unexpected = |what: &str, column| ArithmeticError::Unexpected {
            what: what.to_owned(),
            column,
        };
        let rows: &[(&str, ArithmeticError)] = &[
            ("", ArithmeticError::Empty),
            ("970 *", unexpected("end", 6)),
            ("* 22", unexpected("`*`", 1)),
            ("970 22", unexpected("number `22`", 5)),
            ("(970 * 22", unexpected("end", 10)),
            ("970)", unexpected("`)`", 4)),
            ("1.2.3 * 2", unexpected("`1.2.3`", 1)),
            ("3 & 4", unexpected("`&`", 3)),
            ("3 / 0", ArithmeticError::DivisionByZero),
            ("3 // (1 - 1)", ArithmeticError::DivisionByZero),
            ("3 % 0", ArithmeticError::DivisionByZero),
            ("0 ** -1", ArithmeticError::DivisionByZero),
            ("4 ** 0.5", ArithmeticError::FractionalPower),
            ("9 ** 9 ** 9", ArithmeticError::TooLarge),
            ("1e300 ** 900", ArithmeticError::TooLarge),
            ("nodes * 2", ArithmeticError::UnknownName("nodes".to_owned())),
        ];
        for (expression, error) in rows {
            assert_eq!(evaluate(expression, &settings).as_ref(), Err(error), "{expression}");
        }
        assert_eq!(evaluate(&"(".repeat(4000), &settings), Err(ArithmeticError::TooLarge));
        assert_eq!(evaluate(&"1+".repeat(4000), &settings), Err(ArithmeticError::TooLarge));
    }

    proptest! {
        #[test]
        fn no_text_panics_or_hangs(text in "\\PC{0,40}") {
            let _ = evaluate(&text, &settings);
        }

        #[test]
        fn no_expression_panics_or_hangs(text in "[0-9e.+*/%() -]{0,30}") {
            let _ = evaluate(&text, &settings);
        }

        #[test]
        fn floor_and_remainder_make_the_whole(a in -10_000_i64..10_000, b in -300_i64..300) {
            prop_assume!(b != 0);
            let whole = evaluate(&format!("({a} // ({b})) * ({b}) + {a} % ({b})"), &settings).unwrap();
            prop_assert_eq!(whole, BigDecimal::from(a));
        }
    }
}
