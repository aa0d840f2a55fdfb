//! Options that a program defines by calls: argparse, optparse, absl. Those of decorators are read in `decorated.rs`.
//!
//! Why it can be wrong: an option's default is not always written (`store_true` means False), nor of the type written
//! (`type=float, default="1e-3"`), and an option that is required has none. The destination, not the flag, is the name
//! that the code reads.
//!
//! Example: `add_argument("--lr", "--learning-rate", dest="rate", type=float, default="1e-3")` is the setting `rate`,
//! flags `--lr` and `--learning-rate`, value 1e-3.

use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::expression::{keyword, path};
use super::module::Local;
use super::remarks;
use super::takes::Takes;
use super::walk::Walk;
use crate::evidence::{Expr, Form};
use crate::quantity::{Number, Value};

impl<'a> Walk<'a> {
    /// `parser.add_argument(…)`, `flags.DEFINE_integer(…)`; whether the call was one.
    pub(super) fn option(&mut self, call: &'a ast::ExprCall, method: &str) -> bool {
        if method.starts_with("DEFINE_") {
            return self.absl(call, method);
        }
        if !["add_argument", "add_option", "add_arg"].contains(&method) {
            return false;
        }
        let mut flags: Vec<String> = call.arguments.args.iter().map_while(text).collect();
        let Some(name) = destination(&flags, call) else {
            return false;
        };
        self.read_func(call);
        let mut owner = self.owner.clone();
        if let ast::Expr::Attribute(attribute) = &*call.func
            && let Some(group) = path(&attribute.value).and_then(|base| self.groups.get(&base))
        {
            owner.extend(group.iter().cloned());
        }
        let value = self.default_of(call, &flags);
        let (takes, off) = self.takes_of(call, &flags);
        flags.extend(
            off.iter()
                .filter(|off| !flags.contains(off))
                .cloned()
                .collect::<Vec<_>>(),
        );
        let local = self.setting(&name, Form::Option { flags }, value, call.range(), owner);
        self.shaped(local, takes, off);
        self.of_command(call);
        self.walk_keywords(call, local, &name);
        true
    }

    /// The default of an argparse or click option, typed as the parser types it.
    pub(super) fn default_of(&self, call: &ast::ExprCall, flags: &[String]) -> Expr {
        let action = keyword(call, "action")
            .map(|action| text(action).or_else(|| path(action)).unwrap_or_default())
            .unwrap_or_default();
        let positional = flags.first().is_some_and(|flag| !flag.starts_with('-'));
        let required = keyword(call, "required")
            .is_some_and(|value| value.as_boolean_literal_expr().is_some_and(|literal| literal.value));
        let spread = call.arguments.keywords.iter().any(|keyword| keyword.arg.is_none());
        match keyword(call, "default") {
            Some(default) => self.typed(default, keyword(call, "type")),
            None if required || positional || spread => Expr::Opaque(String::new()),
            None => Expr::Value(match action.as_str() {
                "store_true" => Value::Bool(false),
                "store_false" => Value::Bool(true),
                _ => Value::Null,
            }),
        }
    }

    /// A default as its `type` makes it: parsers convert texts, and only texts.
    fn typed(&self, default: &ast::Expr, kind: Option<&ast::Expr>) -> Expr {
        let value = self.names.expr(default);
        if path(default).is_some_and(|path| path.ends_with("SUPPRESS")) {
            return Expr::Opaque(String::new());
        }
        let (Expr::Value(Value::Text(written)), Some(kind)) = (&value, kind) else {
            return value;
        };
        let kind = self.names.slice(kind.range());
        match kind {
            "int" | "float" => {
                Number::parse_literal(written).map_or(value.clone(), |number| Expr::Value(Value::Number(number)))
            }
            "bool" => Expr::Value(Value::Bool(!written.is_empty())),
            _ if kind.to_lowercase().contains("bool") => match written.to_lowercase().as_str() {
                "true" | "yes" | "t" | "y" | "1" => Expr::Value(Value::Bool(true)),
                "false" | "no" | "f" | "n" | "0" => Expr::Value(Value::Bool(false)),
                _ => value,
            },
            _ => value,
        }
    }

    fn read_func(&mut self, call: &'a ast::ExprCall) {
        self.expr(&call.func, None);
    }

    /// What stands in an option's keywords: references in its default, choices, the unit in its help.
    pub(super) fn walk_keywords(&mut self, call: &'a ast::ExprCall, local: Local, name: &str) {
        for keyword in &call.arguments.keywords {
            match keyword.arg.as_ref().map(|arg| arg.as_str()) {
                Some("default") => self.expr_held(&keyword.value, local, name),
                Some("help") => {
                    let unit = text(&keyword.value).as_deref().and_then(remarks::unit);
                    self.documented_unit(local, unit);
                }
                // Its own name is no use of it.
                Some("dest" | "metavar") => {}
                _ => self.expr(&keyword.value, None),
            }
        }
    }

    /// `flags.DEFINE_float("lr", 1e-3, "the rate")`.
    fn absl(&mut self, call: &'a ast::ExprCall, method: &str) -> bool {
        let args = &call.arguments.args;
        let name = args
            .first()
            .and_then(text)
            .or_else(|| keyword(call, "name").and_then(text));
        let Some(name) = name else { return false };
        let default = args.get(1).or_else(|| keyword(call, "default"));
        self.read_func(call);
        let value = default.map_or(Expr::Opaque(String::new()), |default| {
            let value = self.names.expr(default);
            match (&value, method.rsplit('_').next()) {
                (Expr::Value(Value::Text(written)), Some("integer" | "float")) => {
                    Number::parse_literal(written).map_or(value.clone(), |number| Expr::Value(Value::Number(number)))
                }
                _ => value,
            }
        });
        let mut flags = vec![format!("--{name}")];
        let switch = matches!(method, "DEFINE_bool" | "DEFINE_boolean");
        let off: Vec<String> = switch.then(|| format!("--no{name}")).into_iter().collect();
        flags.extend(off.iter().cloned());
        let local = self.setting(&name, Form::Option { flags }, value, call.range(), self.owner.clone());
        let takes = match switch {
            true => Takes::Nothing(Expr::Value(Value::Bool(true))),
            false => Takes::One,
        };
        self.shaped(local, Some(takes), off);
        if let Some(default) = default {
            self.expr_held(default, local, &name);
        }
        let help = args.iter().skip(2).chain(keyword(call, "help")).find_map(text);
        self.documented_unit(local, help.as_deref().and_then(remarks::unit));
        true
    }

    /// `parser.set_defaults(x=…)`.
    pub(super) fn set_defaults(&mut self, call: &'a ast::ExprCall, method: &str) -> bool {
        if method != "set_defaults" {
            return false;
        }
        self.read_func(call);
        let mut owner = self.owner.clone();
        if let Some(callee) = path(&call.func) {
            owner = self.owner_of(&callee);
        }
        for keyword in &call.arguments.keywords {
            if let Some(name) = &keyword.arg {
                let value = self.names.expr(&keyword.value);
                let local = self.setting(name.as_str(), Form::Keyword, value, keyword.range, owner.clone());
                self.module.set_defaults.push(local);
                self.of_command(call);
                self.expr_held(&keyword.value, local, name.as_str());
            } else {
                self.expr(&keyword.value, None);
            }
        }
        true
    }

    /// Notes which subcommand a call on its parser belongs to.
    fn of_command(&mut self, call: &ast::ExprCall) {
        let ast::Expr::Attribute(attribute) = &*call.func else {
            return;
        };
        let command = path(&attribute.value).and_then(|base| self.commands.get(&base));
        if let Some(command) = command.filter(|command| !command.is_empty()) {
            let range = call.range();
            let bytes = (range.start().to_usize(), range.end().to_usize());
            self.module.commanded.push((command.clone(), bytes));
        }
    }

    /// Remembers which variable holds an option group or subparser.
    pub(super) fn remember_group(&mut self, target: &ast::Expr, value: &ast::Expr) {
        let (Some(target), ast::Expr::Call(call)) = (path(target), value) else {
            return;
        };
        let ast::Expr::Attribute(attribute) = &*call.func else {
            return;
        };
        let base = path(&attribute.value)
            .and_then(|base| self.groups.get(&base))
            .cloned()
            .unwrap_or_default();
        let title = call
            .arguments
            .args
            .first()
            .and_then(text)
            .or_else(|| keyword(call, "title").and_then(text));
        let mut command = path(&attribute.value)
            .and_then(|base| self.commands.get(&base))
            .cloned()
            .unwrap_or_default();
        match attribute.attr.as_str() {
            "add_parser" => {
                command.extend(title.clone());
                self.commands.insert(target.clone(), command);
                let group = base.into_iter().chain(title).collect();
                self.groups.insert(target, group);
            }
            "add_argument_group" => {
                self.commands.insert(target.clone(), command);
                let group = base.into_iter().chain(title).collect();
                self.groups.insert(target, group);
            }
            "add_mutually_exclusive_group" | "add_subparsers" => {
                self.commands.insert(target.clone(), command);
                self.groups.insert(target, base);
            }
            _ => {
                self.commands.remove(&target);
                self.groups.remove(&target);
            }
        }
    }
}

/// A literal text.
pub(super) fn text(expr: &ast::Expr) -> Option<String> {
    expr.as_string_literal_expr()
        .map(|literal| literal.value.to_str().to_string())
}

/// The name under which the code reads an option: `dest`, else the first long flag, else the first flag.
pub(super) fn destination(flags: &[String], call: &ast::ExprCall) -> Option<String> {
    if let Some(dest) = keyword(call, "dest").and_then(text) {
        return Some(dest);
    }
    let chosen = flags
        .iter()
        .find(|flag| flag.starts_with("--"))
        .or_else(|| flags.first())?;
    let bare = chosen.trim_start_matches('-');
    let name = if chosen.starts_with('-') {
        bare.replace('-', "_")
    } else {
        bare.to_string()
    };
    (!name.is_empty()).then_some(name)
}
