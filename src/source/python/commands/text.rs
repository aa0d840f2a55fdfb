//! Expressions as texts and lists of words, each character with its byte in the file.
//!
//! Literals (implicitly joined, with `+`), f-strings, `%`, `.format`, `" ".join([...])`, lists, names that hold such a
//! text, and functions of the file that return one. What is put in and is no text is a hole: a statement that refers to
//! what stands there.
//!
//! Why it can be wrong: `"{:.0e}".format(lr)` prints another number than `lr` is. A hole that changes what it prints has
//! no value.
//!
//! Example: `"python train.py --lr %s" % args.lr` is text, and behind it the hole `args.lr`.

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::super::expression::{callee, path};
use super::super::module::Local;
use super::super::walk::Walk;
use super::formats::{Piece, braces, is_plain, percent};
use super::held::VARIANTS;
use super::parts::{Part, Shape, Variant, flat, is_words, joined_by, product};
use crate::evidence::{Expr, Form, Guard};

/// Expressions inside one another that are read.
const DEPTH: usize = 200;
/// Characters of an expression that are shown for it.
const SHOWN: usize = 60;

impl<'a> Walk<'a> {
    /// The ways an expression can be a text or list; nothing where it is neither.
    pub(super) fn text_of(&mut self, expr: &'a ast::Expr, depth: usize) -> Option<Vec<Variant>> {
        if depth > DEPTH {
            return None;
        }
        match expr {
            ast::Expr::StringLiteral(text) => Some(vec![Variant::line(vec![Part::Letters(self.literal(text))])]),
            ast::Expr::FString(joined) => Some(self.f_string(joined, depth)),
            ast::Expr::BinOp(binary) if binary.op == ast::Operator::Add => {
                let left = self.text_of(&binary.left, depth + 1);
                let right = self.text_of(&binary.right, depth + 1);
                match (left, right) {
                    (None, None) => None,
                    (Some(left), Some(right)) => Some(product(&left, &right)),
                    (Some(left), None) if is_words(&left) => {
                        let at = binary.right.start().to_usize();
                        Some(left.iter().map(|variant| variant.with_unknown(at)).collect())
                    }
                    (Some(left), None) => {
                        let right = self.embedded(&binary.right, true, depth + 1);
                        Some(product(&left, &right))
                    }
                    (None, Some(right)) if is_words(&right) => {
                        let at = binary.left.start().to_usize();
                        let left = vec![Variant {
                            shape: Shape::Words(vec![vec![Part::Unknown { at }]]),
                            guards: Vec::new(),
                        }];
                        Some(product(&left, &right))
                    }
                    (None, Some(right)) => {
                        let left = self.embedded(&binary.left, true, depth + 1);
                        Some(product(&left, &right))
                    }
                }
            }
            ast::Expr::BinOp(binary) if binary.op == ast::Operator::Mod => {
                let base = self.text_of(&binary.left, depth + 1)?;
                Some(self.filled(&base, depth, |parts| percent(parts, &binary.right)))
            }
            ast::Expr::List(ast::ExprList { elts, .. }) | ast::Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                Some(self.words_of(elts, depth))
            }
            ast::Expr::Name(name) => self.held_by(name.id.as_str(), expr.start().to_usize()),
            ast::Expr::If(choice) => {
                let mut out = Vec::new();
                for (inner, holds) in [(&choice.body, true), (&choice.orelse, false)] {
                    let guard = self.guard(&choice.test, holds);
                    self.note_tests(std::slice::from_ref(&guard));
                    for mut variant in self.text_of(inner, depth + 1)? {
                        variant.under(std::slice::from_ref(&guard));
                        out.push(variant);
                    }
                }
                Some(out)
            }
            ast::Expr::Attribute(_) => {
                let whole = self.names.resolved(&path(expr)?);
                // The interpreter that runs this file.
                (whole == "sys.executable").then(|| {
                    let at = expr.start().to_usize();
                    vec![Variant::line(vec![Part::Letters(
                        "python".chars().map(|c| (c, at)).collect(),
                    )])]
                })
            }
            ast::Expr::Call(call) => self.text_of_call(call, depth),
            _ => None,
        }
    }

    fn text_of_call(&mut self, call: &'a ast::ExprCall, depth: usize) -> Option<Vec<Variant>> {
        let first = call.arguments.args.first();
        if let ast::Expr::Attribute(attribute) = &*call.func {
            let method = attribute.attr.as_str();
            match (method, first) {
                ("format", _) => {
                    let base = self.text_of(&attribute.value, depth + 1)?;
                    return Some(self.filled(&base, depth, |parts| braces(parts, &call.arguments)));
                }
                ("join", Some(list)) => {
                    let separator = match &*attribute.value {
                        ast::Expr::StringLiteral(text) => text.value.to_str().to_string(),
                        _ => return None,
                    };
                    let at = list.start().to_usize();
                    let Some(lists) = self.text_of(list, depth + 1) else {
                        return Some(vec![Variant::line(vec![Part::Unknown { at }])]);
                    };
                    return Some(
                        lists
                            .into_iter()
                            .map(|variant| joined_by(variant, &separator, at))
                            .collect(),
                    );
                }
                ("strip" | "rstrip" | "lstrip" | "copy", None) => return self.text_of(&attribute.value, depth + 1),
                ("split", None) => return Some(flat(self.text_of(&attribute.value, depth + 1)?)),
                ("replace", Some(ast::Expr::StringLiteral(what))) if what.value.to_str().trim().is_empty() => {
                    return Some(flat(self.text_of(&attribute.value, depth + 1)?));
                }
                _ => {}
            }
        }
        let name = callee(&call.func)?;
        let resolved = self.names.resolved(&name);
        match (resolved.as_str(), first) {
            ("shlex.split", Some(inner)) => return Some(flat(self.text_of(inner, depth + 1)?)),
            ("textwrap.dedent" | "str" | "list" | "tuple", Some(inner)) => return self.text_of(inner, depth + 1),
            ("shlex.join", Some(inner)) => {
                let at = inner.start().to_usize();
                let lists = self.text_of(inner, depth + 1)?;
                return Some(lists.into_iter().map(|variant| joined_by(variant, " ", at)).collect());
            }
            _ => {}
        }
        let last = name.rsplit('.').next().unwrap_or(&name);
        let own = name == last || name == format!("self.{last}") || name == format!("cls.{last}");
        self.running.returns.get(last).filter(|_| own).cloned()
    }

    /// An expression that is put into a text.
    pub(super) fn embedded(&mut self, expr: &'a ast::Expr, plain: bool, depth: usize) -> Vec<Variant> {
        let at = expr.start().to_usize();
        if let ast::Expr::Call(call) = expr
            && plain
            && let ([inner], Some("str" | "shlex.quote" | "quote")) =
                (&*call.arguments.args, path(&call.func).as_deref())
        {
            return self.embedded(inner, plain, depth + 1);
        }
        if let ast::Expr::Name(name) = expr
            && plain
            && let Some(turn) = self
                .running
                .turns
                .iter()
                .rev()
                .find(|turn| turn.name == name.id.as_str())
        {
            let (of, items) = (turn.of, turn.items.clone());
            return vec![Variant::line(vec![Part::Turn { of, items }])];
        }
        if plain
            && let Some(found) = self.text_of(expr, depth + 1)
            && !is_words(&found)
        {
            return found;
        }
        if plain && (expr.is_number_literal_expr() || is_negative_number(expr)) {
            let letters = self.names.slice(expr.range()).char_indices();
            return vec![Variant::line(vec![Part::Letters(
                letters.map(|(offset, c)| (c, at + offset)).collect(),
            )])];
        }
        let value = match plain {
            true => self.names.expr(expr),
            false => self.names.opaque(expr.range()),
        };
        let (name, local) = self.hole(value, expr.range());
        vec![Variant::line(vec![Part::Hole { name, local, at }])]
    }

    /// A statement that refers to what stands in a hole, and the name it is shown by.
    fn hole(&mut self, value: Expr, range: TextRange) -> (String, Local) {
        let written: String = match &value {
            Expr::Ref(name) => name.clone(),
            _ => self.names.slice(range).chars().take(SHOWN).collect(),
        };
        let plain = !written.contains(['{', '}', '\'', '"', '`', '$', '\\', '\n']);
        let name = if plain {
            format!("${{{written}}}")
        } else {
            format!("${{…{}}}", range.start().to_usize())
        };
        let local = self.setting(&name, Form::Keyword, value, range, self.owner.clone());
        (name, local)
    }

    /// Statements that refer to what conditions look at.
    pub(super) fn note_tests(&mut self, guards: &[Guard]) {
        for guard in guards {
            let Some((start, end)) = guard.place.bytes else {
                continue;
            };
            if self.running.tests.contains_key(&start) {
                continue;
            }
            let mut found: Vec<(String, Local)> = Vec::new();
            for name in guard.test.references() {
                if found.iter().any(|(known, _)| known == name) {
                    continue;
                }
                let range = TextRange::new(
                    u32::try_from(start).unwrap_or_default().into(),
                    u32::try_from(end).unwrap_or_default().into(),
                );
                let shown = format!("${{{name}}}");
                let local = self.setting(
                    &shown,
                    Form::Keyword,
                    Expr::Ref(name.to_string()),
                    range,
                    self.owner.clone(),
                );
                // The condition is looked at whatever comes of it.
                self.out[local].guards.clear();
                found.push((name.to_string(), local));
            }
            self.running.tests.insert(start, found);
        }
    }

    fn words_of(&mut self, items: &'a [ast::Expr], depth: usize) -> Vec<Variant> {
        let mut ways = vec![Variant {
            shape: Shape::Words(Vec::new()),
            guards: Vec::new(),
        }];
        for item in items {
            let found = match item {
                ast::Expr::Starred(starred) => match self.text_of(&starred.value, depth + 1) {
                    Some(found) if is_words(&found) => found,
                    _ => {
                        let at = item.start().to_usize();
                        ways = ways.iter().map(|variant| variant.with_unknown(at)).collect();
                        continue;
                    }
                },
                other => self.embedded(other, true, depth + 1),
            };
            ways = product(&ways, &found);
        }
        ways
    }

    /// A format with what is put into it.
    fn filled(&mut self, base: &[Variant], depth: usize, pieces: impl Fn(&[Part]) -> Vec<Piece<'a>>) -> Vec<Variant> {
        let mut out = Vec::new();
        for variant in base {
            let Shape::Line(parts) = &variant.shape else { continue };
            let mut start = Variant::line(Vec::new());
            start.under(&variant.guards);
            out.extend(self.put_together(start, pieces(parts), depth));
        }
        out.truncate(VARIANTS);
        out
    }

    fn put_together(&mut self, start: Variant, pieces: Vec<Piece<'a>>, depth: usize) -> Vec<Variant> {
        let mut ways = vec![start];
        for piece in pieces {
            let found = match piece {
                Piece::Parts(parts) => vec![Variant::line(parts)],
                Piece::Given { expr, plain } => self.embedded(expr, plain, depth + 1),
                Piece::Lost { at } => vec![Variant::line(vec![Part::Unknown { at }])],
            };
            ways = product(&ways, &found);
        }
        ways
    }

    fn f_string(&mut self, joined: &'a ast::ExprFString, depth: usize) -> Vec<Variant> {
        let mut pieces = Vec::new();
        for part in joined.value.iter() {
            match part {
                ast::FStringPart::Literal(text) => pieces.push(Piece::Parts(vec![Part::Letters(self.letters(
                    text.content_range(),
                    text.flags.prefix().is_raw(),
                    false,
                ))])),
                ast::FStringPart::FString(inner) => {
                    let raw = inner.flags.prefix().is_raw();
                    for element in &inner.elements {
                        match element {
                            ast::InterpolatedStringElement::Literal(literal) => {
                                let letters = self.letters(literal.range, raw, true);
                                pieces.push(Piece::Parts(vec![Part::Letters(letters)]));
                            }
                            ast::InterpolatedStringElement::Interpolation(element) => {
                                let spec = element
                                    .format_spec
                                    .as_ref()
                                    .map_or("", |spec| self.names.slice(spec.range));
                                pieces.push(Piece::Given {
                                    expr: &element.expression,
                                    plain: is_plain(spec),
                                });
                            }
                        }
                    }
                }
            }
        }
        self.put_together(Variant::line(Vec::new()), pieces, depth)
    }
}

fn is_negative_number(expr: &ast::Expr) -> bool {
    matches!(expr, ast::Expr::UnaryOp(unary) if unary.op == ast::UnaryOp::USub && unary.operand.is_number_literal_expr())
}
