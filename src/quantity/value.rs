//! A value as it stands in code, configuration, a table or a log, after its own language's quoting and typing.
//!
//! It can be wrong when a reader types a text in another language's way (`yes` in YAML, `012` in Python); readers type,
//! this file only holds the result. Example: `betas = (0.9, 0.95)` is `List([Number(0.9), Number(0.95)])`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Number;

/// What a setting, a cell or a reading is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Value {
    /// Python's `None`, YAML's and JSON's `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number with how it was printed.
    Number(Number),
    /// Anything else that is one text.
    Text(String),
    /// Lists, tuples and sets, in the order written.
    List(Vec<Value>),
    /// Keys and values, in the order written; keys may repeat.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// What kind of value this is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "none",
            Self::Bool(_) => "truth value",
            Self::Number(_) => "number",
            Self::Text(_) => "text",
            Self::List(_) => "list",
            Self::Map(_) => "map",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("none"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            Self::Map(entries) => {
                f.write_str("{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{key}: {value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(Number::from_i64(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_as_people_write_them() {
        let list = Value::List(vec![1.into(), 5.into(), 10.into()]);
        let rows: &[(Value, &str)] = &[
            (Value::Null, "none"),
            (true.into(), "true"),
            (
                Value::Number(Number::parse_literal("5e-5").unwrap()),
                "5e-5",
            ),
            (
                Value::Number(Number::parse_literal("0.930").unwrap()),
                "0.930",
            ),
            ("adamw".into(), "adamw"),
            (list.clone(), "[1, 5, 10]"),
            (
                Value::Map(vec![("a".into(), list), ("b".into(), Value::Null)]),
                "{a: [1, 5, 10], b: none}",
            ),
        ];
        for (value, printed) in rows {
            assert_eq!(value.to_string(), *printed);
            let json = serde_json::to_string(value).unwrap();
            assert_eq!(
                &serde_json::from_str::<Value>(&json).unwrap(),
                value,
                "{json}"
            );
        }
    }
}
