//! `%` and `.format` taken apart: the text between, and what is put in.
//!
//! Why it can be wrong: `%.0e` prints another number than it is given, `%%` and `{{` are text. What changes what it
//! prints is marked as not plain, and has no value.
//!
//! Example: `"--lr %s" % lr` is the text `--lr ` and the expression `lr`.

use ruff_python_ast as ast;

use super::parts::{Letter, Part};

/// What stands between two ends of a format.
pub(super) enum Piece<'a> {
    Parts(Vec<Part>),
    Given { expr: &'a ast::Expr, plain: bool },
    Lost { at: usize },
}

/// Whether a format's specification prints what it is given.
pub(super) fn is_plain(spec: &str) -> bool {
    matches!(spec.trim_start_matches(':'), "" | "d" | "s" | "g" | "i")
}

/// A `%` format taken apart.
pub(super) fn percent<'a>(parts: &[Part], given: &'a ast::Expr) -> Vec<Piece<'a>> {
    let many: Option<&'a [ast::Expr]> = match given {
        ast::Expr::Tuple(ast::ExprTuple { elts, .. }) => Some(elts),
        _ => None,
    };
    let mut next = 0;
    let mut out = Vec::new();
    for part in parts {
        let Part::Letters(letters) = part else {
            out.push(Piece::Parts(vec![part.clone()]));
            continue;
        };
        let mut text: Vec<Letter> = Vec::new();
        let mut at = 0;
        while let Some(&(c, byte)) = letters.get(at) {
            at += 1;
            if c != '%' {
                text.push((c, byte));
                continue;
            }
            if letters.get(at).is_some_and(|(c, _)| *c == '%') {
                at += 1;
                text.push((c, byte));
                continue;
            }
            let mut key = None;
            if letters.get(at).is_some_and(|(c, _)| *c == '(') {
                let close = letters[at..].iter().position(|(c, _)| *c == ')').unwrap_or(0);
                key = Some(
                    letters[at + 1..at + close.max(1)]
                        .iter()
                        .map(|(c, _)| *c)
                        .collect::<String>(),
                );
                at += close + 1;
            }
            let spec_start = at;
            while letters
                .get(at)
                .is_some_and(|(c, _)| c.is_ascii_digit() || ".+-# ".contains(*c))
            {
                at += 1;
            }
            let width = at > spec_start;
            let kind = letters.get(at).map_or('s', |(c, _)| *c);
            at += 1;
            out.push(Piece::Parts(vec![Part::Letters(std::mem::take(&mut text))]));
            let expr = match (&key, many) {
                (Some(key), _) => entry(given, key),
                (None, Some(many)) => many.get(next),
                (None, None) => Some(given),
            };
            next += 1;
            out.push(match expr {
                Some(expr) => Piece::Given {
                    expr,
                    plain: !width && matches!(kind, 's' | 'd' | 'i' | 'r' | 'g'),
                },
                None => Piece::Lost { at: byte },
            });
        }
        out.push(Piece::Parts(vec![Part::Letters(text)]));
    }
    out
}

/// The value of a literal key of a dictionary.
fn entry<'a>(dict: &'a ast::Expr, key: &str) -> Option<&'a ast::Expr> {
    let ast::Expr::Dict(dict) = dict else { return None };
    dict.items.iter().find_map(|item| match &item.key {
        Some(ast::Expr::StringLiteral(text)) if text.value.to_str() == key => Some(&item.value),
        _ => None,
    })
}

/// A `.format` taken apart.
pub(super) fn braces<'a>(parts: &[Part], given: &'a ast::Arguments) -> Vec<Piece<'a>> {
    let mut next = 0;
    let mut out = Vec::new();
    for part in parts {
        let Part::Letters(letters) = part else {
            out.push(Piece::Parts(vec![part.clone()]));
            continue;
        };
        let mut text: Vec<Letter> = Vec::new();
        let mut at = 0;
        while let Some(&(c, byte)) = letters.get(at) {
            at += 1;
            let doubled = matches!(c, '{' | '}') && letters.get(at).is_some_and(|(next, _)| *next == c);
            if doubled {
                at += 1;
            }
            if c != '{' || doubled {
                text.push((c, byte));
                continue;
            }
            let close = letters[at..].iter().position(|(c, _)| *c == '}').unwrap_or(0);
            let field: String = letters[at..at + close].iter().map(|(c, _)| *c).collect();
            at += close + 1;
            let (name, spec) = field.split_once(':').unwrap_or((&field, ""));
            let (name, _) = name.split_once('!').unwrap_or((name, ""));
            let expr = match name.parse::<usize>() {
                Ok(index) => given.args.get(index),
                Err(_) if name.is_empty() => {
                    next += 1;
                    given.args.get(next - 1)
                }
                Err(_) => given
                    .keywords
                    .iter()
                    .find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name))
                    .map(|keyword| &keyword.value),
            };
            out.push(Piece::Parts(vec![Part::Letters(std::mem::take(&mut text))]));
            out.push(match expr {
                Some(expr) if !expr.is_starred_expr() => Piece::Given {
                    expr,
                    plain: is_plain(spec),
                },
                _ => Piece::Lost { at: byte },
            });
        }
        out.push(Piece::Parts(vec![Part::Letters(text)]));
    }
    out
}
