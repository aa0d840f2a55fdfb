//! A value as it stands in a file: a literal, a name that stands for one, or an expression over them.
//!
//! Why it can be wrong: an expression that is read as a literal (`lr * 10` as `lr`) gives a value that no run had.
//! What is not understood stays [`Expr::Opaque`] with its text, is shown, and decides nothing.
//!
//! Example: `int(args.batch_size / 2)` is a call of `int` over a division whose left side is the reference
//! `args.batch_size`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::quantity::Value;

/// The callee of a number that a shell puts together from texts: `${LR}e-5`.
pub const DIGITS: &str = "${…}";

/// An expression, in the syntax-free form that Python, shell and configuration files share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Expr {
    Value(Value),
    /// A name or dotted path as written: `args.lr`, `BATCH_SIZE`, `self.config.lr`, `$lr`, `${trainer.lr}`.
    Ref(String),
    /// `op` is one of `+ - * / // % **`, `and`, `or`, or a comparison as Python writes it.
    Binary {
        op: String,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `op` is `-`, `+` or `not`.
    Unary {
        op: String,
        operand: Box<Expr>,
    },
    /// A list, tuple or set.
    List(Vec<Expr>),
    /// A dictionary with literal text keys.
    Map(Vec<(String, Expr)>),
    Call {
        callee: String,
        args: Vec<Arg>,
    },
    /// `then if test else otherwise`.
    Choice {
        test: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// Source text that is not understood.
    Opaque(String),
}

/// An argument of a call: by keyword, by position, or spread (`*args` has the keyword `*`, `**kwargs` has `**`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arg {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
    pub value: Expr,
}

impl Expr {
    pub fn literal(&self) -> Option<&Value> {
        match self {
            Expr::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Every name the expression refers to, in order of appearance.
    pub fn references(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.visit(&mut |expr| {
            if let Expr::Ref(name) = expr {
                found.push(name.as_str());
            }
        });
        found
    }

    /// Whether it is a literal that says the same as another value: `0.90` and `.9`, `"Adam"` and `adam`.
    pub fn same_value(&self, other: &Value) -> bool {
        match (self, other) {
            (Expr::Value(Value::Number(a)), Value::Number(b)) => a.value == b.value,
            (Expr::Value(Value::Text(a)), Value::Text(b)) => a.eq_ignore_ascii_case(b),
            (Expr::Value(a), b) => a == b,
            _ => false,
        }
    }

    /// Whether a part of it is not understood.
    pub fn is_partly_opaque(&self) -> bool {
        let mut found = false;
        self.visit(&mut |expr| found |= matches!(expr, Expr::Opaque(text) if !text.is_empty()));
        found
    }

    fn visit<'e>(&'e self, see: &mut impl FnMut(&'e Expr)) {
        see(self);
        match self {
            Expr::Value(_) | Expr::Ref(_) | Expr::Opaque(_) => {}
            Expr::Binary { left, right, .. } => {
                left.visit(see);
                right.visit(see);
            }
            Expr::Unary { operand, .. } => operand.visit(see),
            Expr::List(items) => items.iter().for_each(|item| item.visit(see)),
            Expr::Map(entries) => entries.iter().for_each(|(_, value)| value.visit(see)),
            Expr::Call { args, .. } => args.iter().for_each(|arg| arg.value.visit(see)),
            Expr::Choice { test, then, otherwise } => {
                test.visit(see);
                then.visit(see);
                otherwise.visit(see);
            }
        }
    }
}

/// As people read it; a call is its callee's name with its arguments.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Value(value) => write!(f, "{value}"),
            Expr::Ref(text) | Expr::Opaque(text) => f.write_str(text),
            Expr::Unary { op, operand } if op == "not" => write!(f, "not {operand}"),
            Expr::Unary { op, operand } => write!(f, "{op}{operand}"),
            Expr::Binary { op, left, right } => write!(f, "{left} {op} {right}"),
            Expr::List(items) => {
                f.write_str("[")?;
                separated(f, items.iter())?;
                f.write_str("]")
            }
            Expr::Map(entries) => {
                f.write_str("{")?;
                separated(f, entries.iter().map(|(key, value)| format!("{key}: {value}")))?;
                f.write_str("}")
            }
            Expr::Call { callee, args } if callee == DIGITS => args.iter().try_for_each(|arg| write!(f, "{arg}")),
            Expr::Call { callee, args } => {
                write!(f, "{callee}(")?;
                separated(f, args.iter())?;
                f.write_str(")")
            }
            Expr::Choice { test, then, otherwise } => write!(f, "{then} if {test} else {otherwise}"),
        }
    }
}

impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.keyword {
            Some(star) if star.starts_with('*') => write!(f, "{star}{}", self.value),
            Some(keyword) => write!(f, "{keyword}={}", self.value),
            None => write!(f, "{}", self.value),
        }
    }
}

fn separated(f: &mut fmt::Formatter<'_>, items: impl Iterator<Item = impl fmt::Display>) -> fmt::Result {
    for (index, item) in items.enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}
