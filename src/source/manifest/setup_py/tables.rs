//! Lists and tables that a `setup.py` makes from others: comprehensions, and the usual table of requirements by name.
//!
//! Why it can be wrong: a condition that is not known may leave a part out. The part stays, under that condition.
//!
//! Example: `{k: v for k, v in needs.items() if k != "install"}` is the table `needs` without one key.

use std::collections::BTreeMap;
use std::ops::Range;

use ruff_python_ast as ast;

use super::held::Held;
use super::run::{Run, range};

impl<'a> Run<'a> {
    /// The parts that a comprehension gives, in a scope of its own.
    pub(super) fn comprehension(
        &mut self,
        generators: &'a [ast::Comprehension],
        element: &mut dyn FnMut(&mut Self) -> Held,
        at: Range<usize>,
    ) -> Held {
        let Some((generator, inner)) = generators.split_first() else {
            return element(self);
        };
        let over = match self.eval(&generator.iter) {
            // Lines of a file, less blanks and comments, each stripped: those lines still.
            file @ Held::File(..) => return file,
            held => held.parts(),
        };
        let mut out = Vec::new();
        self.scopes.push(BTreeMap::new());
        for part in over {
            let (condition, part) = match part {
                Held::Under(condition, part) => (Some(condition), *part),
                part => (None, part),
            };
            self.assign(&generator.target, part);
            let mut conditions: Vec<String> = condition.into_iter().collect();
            let mut dropped = false;
            for test in &generator.ifs {
                match self.truth(test) {
                    Some(true) => {}
                    Some(false) => dropped = true,
                    None => conditions.push(self.slice(test).to_string()),
                }
            }
            if dropped {
                continue;
            }
            let held = self.comprehension(inner, element, at.clone());
            let parts = if inner.is_empty() { vec![held] } else { held.parts() };
            out.extend(parts.into_iter().map(|part| match conditions.is_empty() {
                true => part,
                false => Held::Under(conditions.join(" and "), Box::new(part)),
            }));
        }
        self.scopes.pop();
        Held::List(vec![]).joined(Held::List(out), at)
    }

    /// A table made from a list: by known keys, or the usual one of requirements by the name each begins with.
    pub(super) fn table(&mut self, table: &'a ast::ExprDictComp) -> Held {
        if let Some(lookup) = self.by_name(table) {
            return lookup;
        }
        let unknown = Held::Unknown(range(table));
        let Some(key) = &table.key else { return unknown };
        let at = range(table);
        let mut pair = |run: &mut Self| Held::List(vec![run.eval(key), run.eval(&table.value)]);
        let Held::List(pairs) = self.comprehension(&table.generators, &mut pair, at) else {
            return unknown;
        };
        let mut out = Held::Map(Vec::new());
        for pair in pairs {
            match pair {
                Held::List(mut pair) if pair.len() == 2 => {
                    let held = pair.remove(1);
                    match &pair[0] {
                        Held::Text(key, _) => out.put(key, held),
                        _ => return unknown,
                    }
                }
                _ => return unknown,
            }
        }
        out
    }

    /// `{b: a for a, b in (re.findall(r"^((…", x)[0] for x in LIST)}`: the first group is the whole requirement, the
    /// second its name.
    fn by_name(&mut self, table: &'a ast::ExprDictComp) -> Option<Held> {
        let [generator] = &table.generators[..] else {
            return None;
        };
        let ast::Expr::Tuple(target) = &generator.target else {
            return None;
        };
        let [whole, name] = &target.elts[..] else { return None };
        let same = |one: &ast::Expr, other: &ast::Expr| self.slice(one) == self.slice(other);
        if !same(table.key.as_deref()?, name) || !same(&table.value, whole) {
            return None;
        }
        let ast::Expr::Generator(inner) = &generator.iter else {
            return None;
        };
        let [over] = &inner.generators[..] else { return None };
        let ast::Expr::Subscript(first) = &*inner.elt else {
            return None;
        };
        let ast::Expr::Call(call) = &*first.value else {
            return None;
        };
        let finds = self.slice(&*call.func) == "re.findall" && self.slice(&*first.slice) == "0";
        let pattern = match call.arguments.args.first()? {
            ast::Expr::StringLiteral(pattern) => pattern.value.to_str(),
            _ => return None,
        };
        let whole_first = pattern.starts_with("^((") && (pattern.ends_with("$)") || pattern.ends_with(")$"));
        if !finds || !whole_first {
            return None;
        }
        let Held::List(parts) = self.eval(&over.iter) else {
            return None;
        };
        let mut out = Held::Map(Vec::new());
        for part in parts {
            let text = part.text()?.to_string();
            let end = text.find(|c: char| "!=<>~ []".contains(c)).unwrap_or(text.len());
            out.put(&text[..end], part);
        }
        Some(out)
    }

    /// Whether a condition holds, where that is known.
    pub(super) fn truth(&mut self, test: &'a ast::Expr) -> Option<bool> {
        match test {
            ast::Expr::BooleanLiteral(literal) => Some(literal.value),
            ast::Expr::UnaryOp(not) if not.op == ast::UnaryOp::Not => self.truth(&not.operand).map(|holds| !holds),
            ast::Expr::BoolOp(all) => {
                let and = all.op == ast::BoolOp::And;
                let mut known = true;
                for part in &all.values {
                    match self.truth(part) {
                        Some(holds) if holds != and => return Some(!and),
                        Some(_) => {}
                        None => known = false,
                    }
                }
                known.then_some(and)
            }
            ast::Expr::Compare(compare) => {
                if self.slice(&*compare.left) == "__name__" {
                    return Some(true);
                }
                let ([op], [right]) = (&compare.ops[..], &compare.comparators[..]) else {
                    return None;
                };
                let left = self.eval(&compare.left);
                let right = self.eval(right);
                let left = left.text()?;
                match op {
                    ast::CmpOp::Eq => Some(left == right.text()?),
                    ast::CmpOp::NotEq => Some(left != right.text()?),
                    ast::CmpOp::In | ast::CmpOp::NotIn => {
                        let holds = match right {
                            Held::List(parts) => {
                                let texts: Option<Vec<&str>> = parts.iter().map(Held::text).collect();
                                texts?.contains(&left)
                            }
                            Held::Text(text, _) => text.contains(left),
                            Held::Map(entries) => entries.iter().any(|(key, _)| key == left),
                            _ => return None,
                        };
                        Some(holds == (*op == ast::CmpOp::In))
                    }
                    _ => None,
                }
            }
            ast::Expr::Name(_) => self.eval(test).text().map(|text| !text.is_empty()),
            ast::Expr::Call(call) => {
                let ast::Expr::Attribute(attribute) = &*call.func else {
                    return None;
                };
                let [argument] = &call.arguments.args[..] else {
                    return None;
                };
                let holder = self.eval(&attribute.value);
                let argument = self.eval(argument);
                match attribute.attr.as_str() {
                    "startswith" => Some(holder.text()?.starts_with(argument.text()?)),
                    "endswith" => Some(holder.text()?.ends_with(argument.text()?)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
