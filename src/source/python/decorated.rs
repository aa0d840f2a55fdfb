//! Options that stand beside a function: click's decorators, typer's parameters, also in `Annotated`.
//!
//! Why it can be wrong: the flag bears another name than the parameter (`--layers` for `depth`), a switch has an off side
//! with a name of its own, and every plain parameter of a typer command is an option though nothing says so.
//!
//! Example: `depth: Annotated[int, typer.Option("--layers", "-l")] = 12` is the setting `depth`, flags `--layers` and
//! `-l`, value 12.

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::expression::{keyword, path};
use super::module::{Local, ScopeId};
use super::options::{destination, text};
use super::remarks;
use super::takes::Takes;
use super::walk::Walk;
use crate::evidence::{Expr, Form};
use crate::quantity::Value;

/// An option found on a decorator: range, destination, flags as written, and the call.
pub(super) type Decorated<'a> = (TextRange, String, Vec<String>, &'a ast::ExprCall);

impl<'a> Walk<'a> {
    /// `@click.option("--x", default=…)` on a function.
    pub(super) fn decorator_options(&self, def: &'a ast::StmtFunctionDef) -> Vec<Decorated<'a>> {
        let mut found = Vec::new();
        for decorator in &def.decorator_list {
            let ast::Expr::Call(call) = &decorator.expression else {
                continue;
            };
            let Some(callee) = path(&call.func) else { continue };
            let resolved = self.names.resolved(&callee);
            if resolved != "click.option" && resolved != "click.argument" {
                continue;
            }
            let words: Vec<String> = call.arguments.args.iter().map_while(text).collect();
            let named = words
                .iter()
                .find(|word| !word.starts_with('-'))
                .map(|name| name.to_lowercase().replace('-', "_"));
            // `--shuffle/--no-shuffle` is one option with two flags.
            let flags: Vec<String> = words
                .iter()
                .filter(|word| word.starts_with('-') || resolved == "click.argument")
                .flat_map(|word| word.split('/').map(|flag| flag.trim().to_string()).collect::<Vec<_>>())
                .collect();
            if let Some(name) = named.or_else(|| destination(&flags, call)) {
                found.push((decorator.range, name, flags, call));
            }
        }
        found
    }

    /// The statement of a decorator's option.
    pub(super) fn decorated_option(
        &mut self,
        range: TextRange,
        name: &str,
        flags: Vec<String>,
        call: &'a ast::ExprCall,
    ) {
        let off = off_sides(call.arguments.args.iter().map_while(text));
        let is_flag = keyword(call, "is_flag").is_some() || !off.is_empty();
        let value = match self.default_of(call, &flags) {
            Expr::Value(Value::Null) if is_flag && keyword(call, "default").is_none() => {
                Expr::Value(Value::Bool(false))
            }
            other => other,
        };
        let takes = match (is_flag, keyword(call, "flag_value"), &value) {
            (_, Some(gives), _) => Some(Takes::Nothing(self.names.expr(gives))),
            // Alone, a switch that is on turns itself off in some versions and stays on in others.
            (true, None, Expr::Value(Value::Bool(true))) if off.is_empty() => {
                Some(Takes::Nothing(self.names.opaque(call.range())))
            }
            (true, ..) => Some(Takes::Nothing(Expr::Value(Value::Bool(true)))),
            _ if keyword(call, "multiple").is_some() || keyword(call, "count").is_some() => None,
            _ => self.takes_of(call, &flags).0,
        };
        let local = self.setting(name, Form::Option { flags }, value, range, self.owner.clone());
        self.module.sites[local].at = range.start().to_usize();
        self.shaped(local, takes, off);
        self.walk_keywords(call, local, name);
    }

    /// `lr: float = typer.Option(1e-3, "--lr")`, `lr: Annotated[float, typer.Option("--lr")] = 1e-3`: an option that sets
    /// the parameter.
    pub(super) fn typer_option(&mut self, parameter: &'a ast::Parameter, default: Option<&'a ast::Expr>, of: Local) {
        let annotated = parameter
            .annotation
            .as_deref()
            .and_then(|annotation| self.annotated_option(annotation));
        let Some(call) = annotated.or_else(|| default.and_then(|default| self.typer_call(default))) else {
            return;
        };
        let positional = call.arguments.args.iter().skip(usize::from(annotated.is_none()));
        let words: Vec<String> = positional.filter_map(text).collect();
        let off = off_sides(words.iter().cloned());
        let mut flags: Vec<String> = words
            .iter()
            .flat_map(|word| word.split('/'))
            .map(|flag| flag.trim().to_string())
            .collect();
        let name = parameter.name.to_string();
        let is_option = path(&call.func).is_some_and(|callee| callee.ends_with("Option"));
        let kind = parameter.annotation.as_deref().map(first_of);
        let switch = kind.and_then(path).as_deref() == Some("bool");
        let mut negation = Vec::new();
        if flags.is_empty() && is_option {
            let dashed = name.replace('_', "-");
            flags.push(format!("--{dashed}"));
            if switch {
                negation.push(format!("--no-{dashed}"));
            }
        }
        flags.extend(negation.iter().cloned());
        let given = match annotated {
            Some(_) => default,
            None => call.arguments.args.first().or_else(|| keyword(call, "default")),
        };
        let value = match given {
            None | Some(ast::Expr::EllipsisLiteral(_)) => Expr::Opaque(String::new()),
            Some(default) => self.names.expr(default),
        };
        let end = default.map_or(parameter.range.end(), |default| default.range().end());
        let range = TextRange::new(parameter.range.start(), end);
        let local = self.setting(&name, Form::Option { flags }, value.clone(), range, self.owner.clone());
        let takes = match switch {
            true => Takes::Nothing(Expr::Value(Value::Bool(true))),
            false => Takes::One,
        };
        self.shaped(local, Some(takes), [off, negation].concat());
        let unit = keyword(call, "help").and_then(text).as_deref().and_then(remarks::unit);
        self.documented_unit(local, unit);
        // What the function gets is the option's default, not the object that declares it.
        self.out[of].value = value;
    }

    fn typer_call(&self, value: &'a ast::Expr) -> Option<&'a ast::ExprCall> {
        let ast::Expr::Call(call) = value else { return None };
        let resolved = self.names.resolved(&path(&call.func)?);
        (resolved == "typer.Option" || resolved == "typer.Argument").then_some(call)
    }

    /// The `typer.Option(…)` of `Annotated[float, typer.Option(…)]`.
    fn annotated_option(&self, annotation: &'a ast::Expr) -> Option<&'a ast::ExprCall> {
        let ast::Expr::Subscript(subscript) = annotation else {
            return None;
        };
        let named = path(&subscript.value)?;
        if named.rsplit('.').next() != Some("Annotated") {
            return None;
        }
        let items = subscript.slice.as_tuple_expr()?;
        items.elts.iter().skip(1).find_map(|item| self.typer_call(item))
    }

    /// `@cli.command("name")`: what the function does is done by that subcommand alone.
    pub(super) fn remember_command(&mut self, def: &'a ast::StmtFunctionDef, scope: ScopeId) {
        for decorator in &def.decorator_list {
            let (func, call) = match &decorator.expression {
                ast::Expr::Call(call) => (&*call.func, Some(call)),
                other => (other, None),
            };
            let Some(callee) = path(func) else { continue };
            let Some((base, "command")) = callee.rsplit_once('.') else {
                continue;
            };
            if self.names.resolved(base) == "click" {
                continue;
            }
            let named = call.and_then(|call| {
                let first = call.arguments.args.first();
                first.or_else(|| keyword(call, "name")).and_then(text)
            });
            let name = named.unwrap_or_else(|| def.name.to_lowercase().replace('_', "-"));
            let bytes = self.module.scopes[scope].range;
            self.module.commanded.push((vec![name], bytes));
        }
    }
}

/// `--shuffle/--no-shuffle`: what stands behind the stroke turns it off.
fn off_sides(words: impl Iterator<Item = String>) -> Vec<String> {
    let side = |word: String| word.split_once('/').map(|(_, off)| off.trim().to_string());
    words.filter(|word| word.starts_with('-')).filter_map(side).collect()
}

/// The type of `Annotated[float, …]`, else the annotation itself.
fn first_of(annotation: &ast::Expr) -> &ast::Expr {
    match annotation {
        ast::Expr::Subscript(subscript) => match &*subscript.slice {
            ast::Expr::Tuple(items) => items.elts.first().unwrap_or(annotation),
            _ => annotation,
        },
        _ => annotation,
    }
}
