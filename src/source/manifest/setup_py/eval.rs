//! What an expression of a `setup.py` holds.
//!
//! Why it can be wrong: a text that is put together from parts looks like a requirement of its own. Parts are joined
//! only where all of them are known; the text then stands where its first literal stands.
//!
//! Example: `deps["torch"]` with `deps = {b: a for a, b in (re.findall(r"^(([^…]+)…)$", x)[0] for x in _deps)}` is the
//! text `torch>=1.9` of the list `_deps`: a table of requirements by the name that each begins with.

use std::collections::BTreeMap;

use ruff_python_ast as ast;

use super::held::Held;
use super::run::{Run, Setup, range};
use crate::source::manifest::requirements;

/// Functions that give what they are given: as a list, a text, a path.
const SAME: &[&str] = &[
    "list",
    "tuple",
    "set",
    "sorted",
    "frozenset",
    "str",
    "Path",
    "pathlib.Path",
    "PurePath",
    "os.path.abspath",
    "iter",
    "os.path.realpath",
    "os.path.normpath",
    "map",
    "filter",
    "reversed",
];
/// Functions that open a file.
const OPENS: &[&str] = &["open", "io.open", "codecs.open", "file"];

impl<'a> Run<'a> {
    pub(super) fn eval(&mut self, expr: &'a ast::Expr) -> Held {
        if !self.enter() {
            return Held::Unknown(range(expr));
        }
        let held = self.expression(expr);
        self.depth -= 1;
        held
    }

    fn expression(&mut self, expr: &'a ast::Expr) -> Held {
        let unknown = Held::Unknown(range(expr));
        match expr {
            ast::Expr::StringLiteral(text) => Held::Text(text.value.to_str().to_string(), range(expr)),
            ast::Expr::NoneLiteral(_) => Held::List(Vec::new()),
            ast::Expr::List(ast::ExprList { elts, .. })
            | ast::Expr::Tuple(ast::ExprTuple { elts, .. })
            | ast::Expr::Set(ast::ExprSet { elts, .. }) => {
                let mut parts = Vec::new();
                for element in elts {
                    match element {
                        ast::Expr::Starred(starred) => parts.extend(self.eval(&starred.value).parts()),
                        _ => parts.push(self.eval(element)),
                    }
                }
                Held::List(parts)
            }
            ast::Expr::Dict(dict) => {
                let mut out = Held::Map(Vec::new());
                for item in &dict.items {
                    let held = self.eval(&item.value);
                    match item.key.as_ref().map(|key| self.eval(key)) {
                        Some(Held::Text(key, _)) => out.put(&key, held),
                        None => match held {
                            Held::Map(entries) => entries.into_iter().for_each(|(key, held)| out.put(&key, held)),
                            _ => return unknown,
                        },
                        Some(_) => return unknown,
                    }
                }
                out
            }
            ast::Expr::Name(name) => {
                let found = self.scopes.iter().rev().find_map(|scope| scope.get(name.id.as_str()));
                found.cloned().unwrap_or(unknown)
            }
            ast::Expr::Subscript(subscript) => {
                let held = self.eval(&subscript.value);
                if let (Held::List(parts), Some(index)) = (&held, number(&subscript.slice)) {
                    return parts.get(index).cloned().unwrap_or(unknown);
                }
                let key = self.eval(&subscript.slice);
                key.text().and_then(|key| held.entry(key)).cloned().unwrap_or(unknown)
            }
            ast::Expr::BinOp(binary) => {
                let (left, right) = (self.eval(&binary.left), self.eval(&binary.right));
                match (binary.op, left, right) {
                    (ast::Operator::Add, Held::Text(one, at), Held::Text(other, _)) => {
                        Held::Text(format!("{one}{other}"), at)
                    }
                    (ast::Operator::Add, Held::Unknown(_), Held::Text(..))
                    | (ast::Operator::Add, Held::Text(..), Held::Unknown(_)) => unknown,
                    (ast::Operator::Add, left, right) => left.joined(right, range(expr)),
                    // A path below an unknown folder.
                    (ast::Operator::Div, _, right @ Held::Text(..)) => right,
                    _ => unknown,
                }
            }
            ast::Expr::If(choice) => match self.truth(&choice.test) {
                Some(true) => self.eval(&choice.body),
                Some(false) => self.eval(&choice.orelse),
                None => {
                    let condition = self.slice(&*choice.test).to_string();
                    let (yes, no) = (self.eval(&choice.body), self.eval(&choice.orelse));
                    Held::merged(vec![
                        (condition.clone(), Some(yes)),
                        (format!("not ({condition})"), Some(no)),
                    ])
                }
            },
            ast::Expr::FString(joined) => self.formatted(joined).unwrap_or(unknown),
            ast::Expr::ListComp(ast::ExprListComp { elt, generators, .. })
            | ast::Expr::SetComp(ast::ExprSetComp { elt, generators, .. })
            | ast::Expr::Generator(ast::ExprGenerator { elt, generators, .. }) => {
                self.comprehension(generators, &mut |run| run.eval(elt), range(expr))
            }
            ast::Expr::DictComp(table) => self.table(table),
            ast::Expr::Attribute(attribute) => match self.eval(&attribute.value) {
                // `r.req` of a parsed requirement is its line still.
                held @ Held::File(..) => held,
                _ => unknown,
            },
            ast::Expr::Call(call) => self.call(call),
            ast::Expr::Named(named) => {
                let held = self.eval(&named.value);
                self.assign(&named.target, held.clone());
                held
            }
            _ => unknown,
        }
    }

    fn formatted(&mut self, joined: &'a ast::ExprFString) -> Option<Held> {
        let mut text = String::new();
        for part in joined.value.iter() {
            match part {
                ast::FStringPart::Literal(literal) => text.push_str(literal.as_str()),
                ast::FStringPart::FString(inner) => {
                    for element in &inner.elements {
                        match element {
                            ast::InterpolatedStringElement::Literal(literal) => text.push_str(&literal.value),
                            ast::InterpolatedStringElement::Interpolation(hole) => {
                                text.push_str(self.eval(&hole.expression).text()?);
                            }
                        }
                    }
                }
            }
        }
        Some(Held::Text(text, range(joined)))
    }

    fn call(&mut self, call: &'a ast::ExprCall) -> Held {
        let unknown = Held::Unknown(range(call));
        let path = self.slice(&*call.func);
        let last = path.rsplit('.').next().unwrap_or(path);
        let arguments = &call.arguments.args;
        if last == "setup" && matches!(&*call.func, ast::Expr::Name(_) | ast::Expr::Attribute(_)) {
            self.setup(call);
            return unknown;
        }
        if let ast::Expr::Name(name) = &*call.func
            && let Some(&function) = self.functions.get(name.id.as_str())
        {
            let held = self.invoke(function, call);
            return if is_known(&held) {
                held
            } else {
                self.lines_of(call).unwrap_or(held)
            };
        }
        let first = arguments.first();
        if OPENS.contains(&path) || last == "parse_requirements" {
            return self.lines_of(call).unwrap_or(unknown);
        }
        match path {
            "os.path.join" => {
                let mut parts: Vec<String> = Vec::new();
                for argument in arguments {
                    match self.eval(argument).text() {
                        Some(part) => parts.push(part.to_string()),
                        None => parts.clear(),
                    }
                }
                return Held::Text(parts.join("/"), range(call));
            }
            "map" | "filter" => return arguments.get(1).map_or(unknown, |over| self.eval(over)),
            "sum" | "chain" | "itertools.chain" | "chain.from_iterable" | "itertools.chain.from_iterable" => {
                let mut out = Vec::new();
                let taken = if last == "sum" { 1 } else { arguments.len() };
                for argument in arguments.iter().take(taken) {
                    let (held, nested) = match argument {
                        ast::Expr::Starred(starred) => (self.eval(&starred.value), true),
                        _ => (self.eval(argument), last != "chain"),
                    };
                    for part in held.parts() {
                        if nested {
                            out.extend(part.parts())
                        } else {
                            out.push(part)
                        }
                    }
                }
                return Held::List(Vec::new()).joined(Held::List(out), range(call));
            }
            "dict" | "defaultdict" | "collections.defaultdict" | "OrderedDict" => {
                let mut out = match first.map(|first| self.eval(first)) {
                    Some(map @ Held::Map(_)) => map,
                    None => Held::Map(Vec::new()),
                    _ if last == "defaultdict" => Held::Map(Vec::new()),
                    _ => return unknown,
                };
                for keyword in &call.arguments.keywords {
                    let held = self.eval(&keyword.value);
                    match (&keyword.arg, held) {
                        (Some(name), held) => out.put(name, held),
                        (None, Held::Map(entries)) => entries.into_iter().for_each(|(key, held)| out.put(&key, held)),
                        (None, _) => return unknown,
                    }
                }
                return out;
            }
            _ if SAME.contains(&path) => {
                return match first {
                    Some(first) => self.eval(first),
                    None => Held::List(Vec::new()),
                };
            }
            _ => {}
        }
        match &*call.func {
            ast::Expr::Attribute(attribute) => {
                let holder = self.eval(&attribute.value);
                self.method(holder, attribute.attr.as_str(), call).unwrap_or(unknown)
            }
            _ => self.lines_of(call).unwrap_or(unknown),
        }
    }

    /// The file whose requirements a call gives: it opens it, or is given the name of a requirements file.
    fn lines_of(&mut self, call: &'a ast::ExprCall) -> Option<Held> {
        let opens = OPENS.contains(&self.slice(&*call.func));
        let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
        for argument in call.arguments.args.iter().chain(keywords) {
            match self.eval(argument) {
                file @ Held::File(..) => return Some(file),
                Held::Text(path, at) if opens || requirements::reads(&path.to_lowercase()) => {
                    return Some(Held::File(path, at));
                }
                _ => {}
            }
        }
        None
    }

    /// A function of the file, with what it is given.
    fn invoke(&mut self, function: &'a ast::StmtFunctionDef, call: &'a ast::ExprCall) -> Held {
        if !self.enter() {
            return Held::Unknown(range(call));
        }
        let mut own: BTreeMap<String, Held> = BTreeMap::new();
        let mut given = Vec::new();
        for argument in &call.arguments.args {
            match argument {
                ast::Expr::Starred(starred) => given.extend(self.eval(&starred.value).parts()),
                _ => given.push(self.eval(argument)),
            }
        }
        let mut given = given.into_iter();
        let parameters = &*function.parameters;
        for parameter in parameters.posonlyargs.iter().chain(parameters.args.iter()) {
            let held = given
                .next()
                .or_else(|| parameter.default.as_ref().map(|default| self.eval(default)));
            own.insert(
                parameter.parameter.name.to_string(),
                held.unwrap_or(Held::Unknown(range(call))),
            );
        }
        if let Some(rest) = &parameters.vararg {
            own.insert(rest.name.to_string(), Held::List(given.collect()));
        }
        for parameter in &parameters.kwonlyargs {
            let held = parameter.default.as_ref().map(|default| self.eval(default));
            own.insert(
                parameter.parameter.name.to_string(),
                held.unwrap_or(Held::Unknown(range(call))),
            );
        }
        for keyword in &call.arguments.keywords {
            if let Some(name) = &keyword.arg {
                let held = self.eval(&keyword.value);
                own.insert(name.to_string(), held);
            }
        }
        self.scopes.push(own);
        let returned = self.block(&function.body);
        self.scopes.pop();
        self.depth -= 1;
        returned.unwrap_or(Held::Unknown(range(call)))
    }

    fn setup(&mut self, call: &'a ast::ExprCall) {
        let mut setup = Setup {
            at: range(call),
            keywords: Vec::new(),
            more: None,
        };
        for keyword in &call.arguments.keywords {
            let held = self.eval(&keyword.value);
            match (&keyword.arg, held) {
                (Some(name), held) => setup.keywords.push((name.to_string(), held)),
                (None, Held::Map(entries)) => setup.keywords.extend(entries),
                (None, _) => setup.more = Some(range(&keyword.value)),
            }
        }
        self.setups.push(setup);
    }
}

/// Whether nothing of it is unknown.
fn is_known(held: &Held) -> bool {
    match held {
        Held::Unknown(_) => false,
        Held::List(parts) => parts.iter().all(is_known),
        Held::Map(entries) => entries.iter().all(|(_, held)| is_known(held)),
        Held::Under(_, inner) => is_known(inner),
        Held::Text(..) | Held::File(..) => true,
    }
}

/// A whole number that is written out.
fn number(expr: &ast::Expr) -> Option<usize> {
    match expr {
        ast::Expr::NumberLiteral(literal) => match &literal.value {
            ast::Number::Int(number) => number.as_usize(),
            _ => None,
        },
        _ => None,
    }
}
