//! Python's expressions as [`Expr`].
//!
//! Why it can be wrong: half of an expression taken for the whole (`[1, *rest]` as `[1]`) is a value no run had. What
//! has a part that is not understood in a place that changes its shape is opaque as a whole.
//!
//! Example: `config["opt"].get("lr", 1e-3)` is the reference `config.opt.lr`; its default is a statement of its own.

use std::collections::BTreeMap;

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::module::Pick;
use crate::evidence::{Arg, Expr};
use crate::quantity::{Number, Value};
use crate::source::opened::is_holder;

/// Levels of nesting that are kept; evidence is dropped and written on ordinary stacks.
const DEPTH: usize = 48;
/// Characters of opaque text that are kept.
const OPAQUE: usize = 400;

/// A file's text and the names its imports bind: all that reading one expression needs.
#[derive(Debug)]
pub(super) struct Names<'a> {
    pub text: &'a str,
    /// Name in the file to dotted path: `nn` to `torch.nn`.
    pub aliases: BTreeMap<String, String>,
}

impl Names<'_> {
    pub(super) fn slice(&self, range: TextRange) -> &str {
        self.text
            .get(range.start().to_usize()..range.end().to_usize())
            .unwrap_or("")
    }

    /// A dotted path with its head replaced by what the file's imports say it is.
    pub(super) fn resolved(&self, path: &str) -> String {
        let (head, rest) = path.split_once('.').map_or((path, ""), |(head, rest)| (head, rest));
        match self.aliases.get(head) {
            Some(target) if rest.is_empty() => target.clone(),
            Some(target) => format!("{target}.{rest}"),
            None => path.to_string(),
        }
    }

    pub(super) fn expr(&self, expr: &ast::Expr) -> Expr {
        self.at(expr, 0)
    }

    /// `sys.argv[1]`, with a literal position.
    fn is_argument(&self, subscript: &ast::ExprSubscript) -> bool {
        let position = self.slice(subscript.slice.range());
        !position.is_empty()
            && position.bytes().all(|byte| byte.is_ascii_digit())
            && path(&subscript.value).is_some_and(|path| self.resolved(&path) == "sys.argv")
    }

    pub(super) fn opaque(&self, range: TextRange) -> Expr {
        let text = self.slice(range);
        Expr::Opaque(match text.char_indices().nth(OPAQUE) {
            Some((cut, _)) => format!("{}…", &text[..cut]),
            None => text.to_string(),
        })
    }

    fn at(&self, expr: &ast::Expr, depth: usize) -> Expr {
        if depth > DEPTH {
            return self.opaque(expr.range());
        }
        let below = |inner: &ast::Expr| self.at(inner, depth + 1);
        let boxed = |inner: &ast::Expr| Box::new(self.at(inner, depth + 1));
        match expr {
            ast::Expr::StringLiteral(text) => Expr::Value(Value::Text(text.value.to_str().to_string())),
            ast::Expr::NumberLiteral(_) => self.number(self.slice(expr.range())),
            ast::Expr::BooleanLiteral(literal) => Expr::Value(Value::Bool(literal.value)),
            ast::Expr::NoneLiteral(_) => Expr::Value(Value::Null),
            ast::Expr::FString(joined) => {
                let mut text = String::new();
                for part in joined.value.iter() {
                    match part {
                        ast::FStringPart::Literal(literal) => text.push_str(literal.as_str()),
                        ast::FStringPart::FString(inner) => {
                            for element in &inner.elements {
                                match element {
                                    ast::InterpolatedStringElement::Literal(literal) => text.push_str(&literal.value),
                                    ast::InterpolatedStringElement::Interpolation(_) => {
                                        return self.opaque(expr.range());
                                    }
                                }
                            }
                        }
                    }
                }
                Expr::Value(Value::Text(text))
            }
            ast::Expr::Subscript(argument) if self.is_argument(argument) => {
                Expr::Ref(format!("sys.argv[{}]", self.slice(argument.slice.range())))
            }
            ast::Expr::Name(_) | ast::Expr::Attribute(_) | ast::Expr::Subscript(_) => {
                path(expr).map_or_else(|| self.opaque(expr.range()), Expr::Ref)
            }
            ast::Expr::BinOp(binary) => {
                let op = binary.op.as_str();
                if !["+", "-", "*", "/", "//", "%", "**"].contains(&op) {
                    return self.opaque(expr.range());
                }
                Expr::Binary {
                    op: op.to_string(),
                    left: boxed(&binary.left),
                    right: boxed(&binary.right),
                }
            }
            ast::Expr::BoolOp(all) => {
                let op = all.op.as_str();
                let mut values = all.values.iter().map(below);
                let Some(first) = values.next() else {
                    return self.opaque(expr.range());
                };
                if all.values.len() > DEPTH {
                    return self.opaque(expr.range());
                }
                values.fold(first, |left, right| Expr::Binary {
                    op: op.to_string(),
                    left: Box::new(left),
                    right: Box::new(right),
                })
            }
            ast::Expr::Compare(chain) => {
                if chain.ops.len() > DEPTH {
                    return self.opaque(expr.range());
                }
                let mut left = &*chain.left;
                let mut whole: Option<Expr> = None;
                for (op, right) in chain.ops.iter().zip(chain.comparators.iter()) {
                    let one = Expr::Binary {
                        op: op.as_str().to_string(),
                        left: boxed(left),
                        right: boxed(right),
                    };
                    whole = Some(match whole {
                        None => one,
                        Some(before) => Expr::Binary {
                            op: "and".to_string(),
                            left: Box::new(before),
                            right: Box::new(one),
                        },
                    });
                    left = right;
                }
                whole.unwrap_or_else(|| self.opaque(expr.range()))
            }
            ast::Expr::UnaryOp(unary) => {
                let op = match unary.op {
                    ast::UnaryOp::Not => "not",
                    ast::UnaryOp::USub => "-",
                    ast::UnaryOp::UAdd => "+",
                    ast::UnaryOp::Invert => return self.opaque(expr.range()),
                };
                if let (ast::UnaryOp::USub, ast::Expr::NumberLiteral(literal)) = (unary.op, &*unary.operand) {
                    return self.number(&format!("-{}", self.slice(literal.range)));
                }
                Expr::Unary {
                    op: op.to_string(),
                    operand: boxed(&unary.operand),
                }
            }
            ast::Expr::List(ast::ExprList { elts, .. })
            | ast::Expr::Tuple(ast::ExprTuple { elts, .. })
            | ast::Expr::Set(ast::ExprSet { elts, .. }) => {
                if elts.iter().any(ast::Expr::is_starred_expr) {
                    return self.opaque(expr.range());
                }
                Expr::List(elts.iter().map(below).collect())
            }
            ast::Expr::Dict(dict) => {
                let entries: Option<Vec<(String, Expr)>> = dict
                    .items
                    .iter()
                    .map(|item| Some((self.key(item.key.as_ref()?)?, below(&item.value))))
                    .collect();
                entries.map_or_else(|| self.opaque(expr.range()), Expr::Map)
            }
            ast::Expr::If(choice) => Expr::Choice {
                test: boxed(&choice.test),
                then: boxed(&choice.body),
                otherwise: boxed(&choice.orelse),
            },
            ast::Expr::Named(named) => below(&named.value),
            ast::Expr::Await(waited) => below(&waited.value),
            ast::Expr::Call(call) => self.call(call, depth),
            _ => self.opaque(expr.range()),
        }
    }

    fn number(&self, text: &str) -> Expr {
        let plain = text.strip_suffix('.').unwrap_or(text);
        Number::parse_literal(text)
            .or_else(|| Number::parse_literal(plain))
            .map_or_else(
                || Expr::Opaque(text.to_string()),
                |number| Expr::Value(Value::Number(number)),
            )
    }

    /// A dictionary's literal key as text.
    fn key(&self, key: &ast::Expr) -> Option<String> {
        match key {
            ast::Expr::StringLiteral(text) => Some(text.value.to_str().to_string()),
            ast::Expr::NumberLiteral(_) | ast::Expr::BooleanLiteral(_) | ast::Expr::NoneLiteral(_) => {
                Some(self.slice(key.range()).to_string())
            }
            _ => None,
        }
    }

    pub(super) fn call(&self, call: &ast::ExprCall, depth: usize) -> Expr {
        if let Some(lookup) = lookup(call) {
            return Expr::Ref(lookup.path());
        }
        let Some(callee) = callee(&call.func) else {
            return self.opaque(call.range());
        };
        let mut args = Vec::new();
        for value in &call.arguments.args {
            args.push(match value {
                ast::Expr::Starred(inner) => Arg {
                    keyword: Some("*".to_string()),
                    value: self.at(&inner.value, depth + 1),
                },
                value => Arg {
                    keyword: None,
                    value: self.at(value, depth + 1),
                },
            });
        }
        for keyword in &call.arguments.keywords {
            let name = keyword.arg.as_ref().map_or("**", |name| name.as_str());
            args.push(Arg {
                keyword: Some(name.to_string()),
                value: self.at(&keyword.value, depth + 1),
            });
        }
        Expr::Call {
            callee: self.resolved(&callee).trim_start_matches('.').to_string(),
            args,
        }
    }
}

impl Names<'_> {
    /// How a callable is chosen, where it is no plain path.
    pub(super) fn pick(&self, expr: &ast::Expr) -> Option<Pick> {
        match expr {
            _ if path(expr).is_some() => None,
            ast::Expr::If(choice) => Some(Pick::Of(vec![self.expr(&choice.body), self.expr(&choice.orelse)])),
            ast::Expr::Subscript(subscript) => self.picked_from(&subscript.value),
            ast::Expr::Call(call) => {
                if let Some(found) = lookup(call) {
                    return Some(Pick::Path(found.path()));
                }
                let first = call.arguments.args.first();
                match &*call.func {
                    ast::Expr::Name(name) if name.id.as_str() == "getattr" => Some(Pick::Member(path(first?)?)),
                    ast::Expr::Attribute(attribute) if attribute.attr.as_str() == "get" => {
                        self.picked_from(&attribute.value)
                    }
                    func => callee(func).map(Pick::Result),
                }
            }
            _ => None,
        }
    }

    fn picked_from(&self, container: &ast::Expr) -> Option<Pick> {
        match container {
            ast::Expr::Dict(dict) => Some(Pick::Of(dict.items.iter().map(|item| self.expr(&item.value)).collect())),
            ast::Expr::List(ast::ExprList { elts, .. }) | ast::Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                Some(Pick::Of(elts.iter().map(|item| self.expr(item)).collect()))
            }
            ast::Expr::Call(call) => match (path(&call.func)?.as_str(), call.arguments.args.first()) {
                ("globals" | "locals" | "vars", None) => Some(Pick::Global),
                ("vars", Some(object)) => Some(Pick::Member(path(object)?)),
                _ => None,
            },
            _ => {
                let whole = path(container)?;
                Some(match whole.strip_suffix(".__dict__") {
                    Some(object) => Pick::Member(object.to_string()),
                    None => Pick::From(whole),
                })
            }
        }
    }
}

/// A name or dotted path: `a`, `a.b`, `a["b"]` (written `a.b`).
pub(super) fn path(expr: &ast::Expr) -> Option<String> {
    let mut segments: Vec<&str> = Vec::new();
    let mut here = expr;
    loop {
        match here {
            ast::Expr::Name(name) => {
                segments.push(name.id.as_str());
                break;
            }
            ast::Expr::Attribute(attribute) => {
                segments.push(attribute.attr.as_str());
                here = &attribute.value;
            }
            ast::Expr::Subscript(subscript) => {
                let ast::Expr::StringLiteral(key) = &*subscript.slice else {
                    return None;
                };
                segments.push(identifier(key.value.to_str())?);
                here = &subscript.value;
            }
            _ => return None,
        }
        if segments.len() > DEPTH {
            return None;
        }
    }
    segments.reverse();
    Some(segments.join("."))
}

/// A callee's path; a call of what a call gave (`Model.load(x).to(y)`) is `Model.load.to`.
pub(super) fn callee(func: &ast::Expr) -> Option<String> {
    if let Some(path) = path(func) {
        return Some(path);
    }
    let mut tail: Vec<&str> = Vec::new();
    let mut here = func;
    loop {
        match here {
            ast::Expr::Attribute(attribute) => {
                tail.push(attribute.attr.as_str());
                here = &attribute.value;
            }
            ast::Expr::Call(call) => here = &call.func,
            ast::Expr::Subscript(subscript) => here = &subscript.value,
            ast::Expr::Name(name) => {
                tail.push(name.id.as_str());
                break;
            }
            ast::Expr::StringLiteral(_) | ast::Expr::FString(_) => {
                tail.push("str");
                break;
            }
            _ => break,
        }
        if tail.len() > DEPTH {
            return None;
        }
    }
    tail.reverse();
    (!tail.is_empty()).then(|| tail.join("."))
}

/// A text that may be a key of a path: `lr`, `weight-decay`.
pub(super) fn identifier(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    let first = chars.next()?;
    let rest = chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    (rest && (first.is_alphabetic() || first == '_') && text.len() <= 100).then_some(text)
}

/// `d.get("k", default)`, `d.pop("k", default)`, `d.setdefault("k", v)`, `getattr(o, "k", default)`, `os.getenv("K", default)`;
/// configparser's `c.getfloat("section", "k", fallback=default)`.
pub(super) struct Lookup<'a> {
    pub base: String,
    pub key: &'a str,
    pub default: Option<&'a ast::Expr>,
}

impl Lookup<'_> {
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.base, self.key)
    }
}

pub(super) fn lookup(call: &ast::ExprCall) -> Option<Lookup<'_>> {
    let args = &call.arguments.args;
    let text = |at: usize| match args.get(at) {
        Some(ast::Expr::StringLiteral(key)) => identifier(key.value.to_str()),
        _ => None,
    };
    let fallback = keyword(call, "fallback");
    match &*call.func {
        ast::Expr::Attribute(attribute)
            if ["getfloat", "getint", "getboolean"].contains(&attribute.attr.as_str())
                || attribute.attr.as_str() == "get" && fallback.is_some() =>
        {
            let object = path(&attribute.value)?;
            // Whose keys are not found must not fall back.
            if !object.split('.').any(is_holder) {
                return None;
            }
            match (text(0)?, text(1)) {
                (section, Some(key)) => Some(Lookup {
                    base: format!("{object}.{section}"),
                    key,
                    default: fallback,
                }),
                (key, None) => Some(Lookup {
                    base: object,
                    key,
                    default: args.get(1).or(fallback),
                }),
            }
        }
        ast::Expr::Attribute(attribute) if ["get", "pop", "setdefault"].contains(&attribute.attr.as_str()) => {
            let default = args.get(1).or_else(|| keyword(call, "default"));
            Some(Lookup {
                base: path(&attribute.value)?,
                key: text(0)?,
                default,
            })
        }
        ast::Expr::Attribute(attribute) if attribute.attr.as_str() == "getenv" => Some(Lookup {
            base: format!("{}.environ", path(&attribute.value)?),
            key: text(0)?,
            default: args.get(1),
        }),
        ast::Expr::Name(name) if name.id.as_str() == "getattr" => Some(Lookup {
            base: path(args.first()?)?,
            key: text(1)?,
            default: args.get(2),
        }),
        _ => None,
    }
}

/// The value of a call's keyword.
pub(super) fn keyword<'a>(call: &'a ast::ExprCall, name: &str) -> Option<&'a ast::Expr> {
    call.arguments
        .keywords
        .iter()
        .find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name))
        .map(|keyword| &keyword.value)
}
