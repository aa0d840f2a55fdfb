//! JSON as people write it: with comments and trailing commas, a byte range for each value.
//!
//! Why it can be wrong: a lock file or a notebook is JSON and configures nothing, and a lenient reader makes sense of a
//! broken file. Only comments, trailing commas, NaN and Infinity are let through; JSON Lines and a list at the top are
//! data, read where a claim asks for them.
//!
//! Example: `{"lr": 1e-4, // Adam\n}` is the setting `lr` with the comment `Adam`.

use jsonc_parser::ast::Value as Ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::tree::{Entry, Kind, Node, Tree};
use super::{MOST_NODES, scalar};
use crate::evidence::Expr;
use crate::quantity::Value;

/// JSON that sets nothing.
const OTHERS: &[&str] = &["package-lock.json", "npm-shrinkwrap.json", "composer.lock", "deno.lock"];

pub(super) fn reads(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    (name.ends_with(".json") || name.ends_with(".jsonc") || name.ends_with(".json5")) && !OTHERS.contains(&name)
}

pub(in crate::source) fn tree(text: &str) -> Tree {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_non_finite_numbers: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_extended_string_escapes: false,
    };
    // The parser takes no byte order mark, and offsets count from the file's first byte.
    let mark = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let mut builder = Builder { mark, nodes: 0 };
    match parse_to_ast(&text[mark..], &CollectOptions::default(), &options) {
        Ok(parsed) => {
            let roots = parsed.value.iter().map(|value| builder.node(value)).collect();
            Tree {
                roots,
                faults: Vec::new(),
                too_many: builder.nodes > MOST_NODES,
            }
        }
        Err(fault) => {
            let at = fault.range().start + mark;
            Tree {
                roots: Vec::new(),
                faults: vec![(at, fault.kind().to_string())],
                too_many: false,
            }
        }
    }
}

struct Builder {
    mark: usize,
    nodes: usize,
}

impl Builder {
    /// The parser stops at depth 512, so this can recurse.
    fn node(&mut self, value: &Ast<'_>) -> Node {
        self.nodes += 1;
        let range = value.range();
        let bytes = range.start + self.mark..range.end + self.mark;
        if self.nodes > MOST_NODES {
            return Node {
                bytes,
                kind: Kind::Scalar(Expr::Value(Value::Null)),
            };
        }
        let kind = match value {
            Ast::StringLit(text) => Kind::Scalar(scalar::quoted(&text.value)),
            Ast::NumberLit(number) => Kind::Scalar(match scalar::number(number.value) {
                Some(number) => Expr::Value(Value::Number(number)),
                None => Expr::Value(Value::Text(number.value.to_string())),
            }),
            Ast::BooleanLit(truth) => Kind::Scalar(Expr::Value(Value::Bool(truth.value))),
            Ast::NullKeyword(_) => Kind::Scalar(Expr::Value(Value::Null)),
            Ast::Array(array) => Kind::List(array.elements.iter().map(|element| self.node(element)).collect()),
            Ast::Object(object) => Kind::Map(
                object
                    .properties
                    .iter()
                    .map(|property| Entry {
                        key: property.name.as_str().to_string(),
                        key_at: property.range.start + self.mark,
                        value: self.node(&property.value),
                    })
                    .collect(),
            ),
        };
        Node { bytes, kind }
    }
}
