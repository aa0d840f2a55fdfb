//! Calls and their keywords.
//!
//! Why it can be wrong: `lr=1e-3` says something of whatever is called; without the callee it is anyone's rate. A
//! keyword keeps the callee's path, as the file's imports resolve it, as its innermost owners.
//!
//! Example: `nn.Dropout(p=0.1)` after `import torch.nn as nn` is the keyword `p`, owner `["torch", "nn", "Dropout"]`.

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::expression::{callee, identifier, path};
use super::module::{Assigned, CallSite, Pick, Positional};
use super::values::{Holder, is_dictionary};
use super::walk::Walk;
use crate::evidence::{Form, Subject};

impl<'a> Walk<'a> {
    pub(super) fn call(&mut self, call: &'a ast::ExprCall, held: Option<&Holder>) {
        if let ast::Expr::Name(name) = &*call.func
            && ["locals", "vars", "globals"].contains(&name.id.as_str())
            && call.arguments.is_empty()
        {
            self.module.scopes[self.scope].reads_all = true;
        }
        let method = match &*call.func {
            ast::Expr::Attribute(attribute) => attribute.attr.as_str(),
            ast::Expr::Name(name) => name.id.as_str(),
            _ => "",
        };
        self.named_lookup(call);
        if method == "save_hyperparameters" {
            self.module.scopes[self.scope].reads_all = true;
        }
        if self.option(call, method) || self.set_defaults(call, method) || self.lookup_default(call) {
            return;
        }
        let pick = self.names.pick(&call.func);
        let Some(callee) = callee(&call.func).or_else(|| pick.is_some().then(|| "?".to_string())) else {
            self.expr(&call.func, None);
            self.arguments_only(call);
            return;
        };
        let resolved = self.names.resolved(&callee).trim_start_matches('.').to_string();
        if is_dictionary(&resolved) {
            self.read(callee, call.start().to_usize());
            self.dictionary_call(call, held);
            return;
        }
        if self.update(call, method) {
            self.expr(&call.func, None);
            return;
        }
        if is_declaration(method, &resolved) {
            self.read(callee, call.start().to_usize());
            self.declaration(call, held);
            return;
        }
        self.setattr(call, method);
        self.hold_method(call, method);
        self.runs_command(call, &resolved);
        self.ordinary_call(call, callee, resolved, pick);
    }

    fn arguments_only(&mut self, call: &'a ast::ExprCall) {
        call.arguments.args.iter().for_each(|inner| self.expr(inner, None));
        call.arguments
            .keywords
            .iter()
            .for_each(|keyword| self.expr(&keyword.value, None));
    }

    /// `field(default=…)`, `typer.Option(…)`: its keywords describe the field, and are no settings of their own.
    fn declaration(&mut self, call: &'a ast::ExprCall, held: Option<&Holder>) {
        call.arguments.args.iter().for_each(|inner| self.expr(inner, held));
        for keyword in &call.arguments.keywords {
            match keyword.arg.as_ref().map(|arg| arg.as_str()) {
                Some("metadata" | "help" | "description") => {}
                Some("default") => self.expr(&keyword.value, held),
                _ => self.expr(&keyword.value, None),
            }
        }
    }

    fn ordinary_call(&mut self, call: &'a ast::ExprCall, callee: String, resolved: String, pick: Option<Pick>) {
        // The callee itself is read, and what stands inside it (`Model(a=1).to(x)`) is walked.
        self.expr(&call.func, None);
        // The path of a callable that is chosen is not the callee: the call is shown as it is written.
        let value = match pick {
            None | Some(Pick::Result(_)) => self.names.call(call, 0),
            Some(_) => self.names.opaque(call.range()),
        };
        let statement = self.push(
            Subject::Call {
                callee: resolved.clone(),
            },
            Form::Call,
            value,
            call.range(),
            self.owner.clone(),
        );
        let mut owner = self.owner.clone();
        owner.extend(resolved.split('.').filter(|part| !part.is_empty()).map(str::to_string));
        let mut site = CallSite {
            statement,
            scope: self.scope,
            block: self.block,
            at: call.start().to_usize(),
            callee,
            resolved,
            keywords: Vec::new(),
            positional: Vec::new(),
            starred: None,
            spreads: Vec::new(),
            pick,
            guards: self.guards.clone(),
            owner: self.owner.clone(),
            dead: self.dead.is_some(),
        };
        let unaddressed = Holder {
            root: None,
            owner: owner.clone(),
            path: Vec::new(),
        };
        let mut open = true;
        for argument in &call.arguments.args {
            if let (true, ast::Expr::Starred(starred)) = (open, argument) {
                site.starred = Some(self.names.expr(&starred.value));
            }
            open &= !argument.is_starred_expr();
            if open {
                site.positional.push(self.positional(argument));
            }
            self.expr(argument, Some(&unaddressed));
        }
        for keyword in &call.arguments.keywords {
            match &keyword.arg {
                Some(name) => {
                    let value = self.names.expr(&keyword.value);
                    let local = self.setting(name.as_str(), Form::Keyword, value, keyword.range, owner.clone());
                    site.keywords.push((name.to_string(), local));
                    self.expr_held(&keyword.value, local, name.as_str());
                }
                None => {
                    site.spreads.push(self.positional(&keyword.value));
                    self.expr(&keyword.value, Some(&unaddressed));
                }
            }
        }
        self.module.calls.push(site);
    }

    /// `getattr(torch.optim, name)`, `import_module(name)`, `eval(name)`: something that only a text names is taken. The
    /// callee is `torch.optim.?`, or `?` alone where it may be of any module.
    fn named_lookup(&mut self, call: &'a ast::ExprCall) {
        let callee = callee(&call.func).map(|callee| self.names.resolved(&callee));
        let args = &call.arguments.args;
        let is_text = |at: usize| args.get(at).is_none_or(ast::Expr::is_string_literal_expr);
        let module = match callee.as_deref() {
            Some("getattr") if !is_text(1) => {
                let Some(base) = args.first().and_then(path) else {
                    return;
                };
                let head = base.split('.').next().unwrap_or("");
                // Of an object it gives an attribute; of what is imported, what others call by name.
                if !self.names.aliases.contains_key(head) {
                    return;
                }
                self.names.resolved(&base)
            }
            Some("importlib.import_module" | "__import__" | "eval") if !is_text(0) => String::new(),
            _ => return,
        };
        let callee = format!("{module}.?").trim_start_matches('.').to_string();
        let value = self.names.call(call, 0);
        self.push(
            Subject::Call { callee },
            Form::Call,
            value,
            call.range(),
            self.owner.clone(),
        );
    }

    fn positional(&self, argument: &ast::Expr) -> Positional {
        let range = argument.range();
        Positional {
            value: self.names.expr(argument),
            start: range.start().to_usize(),
            end: range.end().to_usize(),
        }
    }

    /// `dict(a=1)`, `EasyDict({...})`: the arguments are entries of whoever holds the result.
    fn dictionary_call(&mut self, call: &'a ast::ExprCall, held: Option<&Holder>) {
        let open = Holder {
            root: None,
            owner: self.owner.clone(),
            path: Vec::new(),
        };
        let holder = held.unwrap_or(&open).clone();
        call.arguments
            .args
            .iter()
            .for_each(|argument| self.expr(argument, Some(&holder)));
        for keyword in &call.arguments.keywords {
            match &keyword.arg {
                Some(name) => self.entry(name.as_str(), &keyword.value, keyword.range, &holder),
                None => self.expr(&keyword.value, None),
            }
        }
    }

    /// `d.update({"k": v})`, `d.update(k=v)`: entries that are set after the dictionary was made.
    fn update(&mut self, call: &'a ast::ExprCall, method: &str) -> bool {
        let ast::Expr::Attribute(attribute) = &*call.func else {
            return false;
        };
        // `vars(args).update(…)` sets attributes of `args`.
        let object = match &*attribute.value {
            ast::Expr::Call(inner) if path(&inner.func).as_deref() == Some("vars") => inner.arguments.args.first(),
            other => Some(other),
        };
        let Some(base) = object.and_then(path).filter(|_| method == "update") else {
            return false;
        };
        let base = base.strip_suffix(".__dict__").unwrap_or(&base).to_string();
        let mut pairs: Vec<(String, &'a ast::Expr, TextRange)> = Vec::new();
        for argument in &call.arguments.args {
            if let ast::Expr::Dict(dict) = argument {
                for item in &dict.items {
                    if let Some(ast::Expr::StringLiteral(key)) = &item.key {
                        let range = TextRange::new(key.range.start(), item.value.range().end());
                        pairs.push((key.value.to_str().to_string(), &item.value, range));
                    }
                }
            }
        }
        for keyword in &call.arguments.keywords {
            if let Some(name) = &keyword.arg {
                pairs.push((name.to_string(), &keyword.value, keyword.range));
            }
        }
        let understood = call.arguments.args.iter().all(ast::Expr::is_dict_expr)
            && call.arguments.keywords.iter().all(|keyword| keyword.arg.is_some());
        if pairs.is_empty() || !understood || pairs.iter().any(|(key, ..)| identifier(key).is_none()) {
            return false;
        }
        for (key, value, range) in pairs {
            let expr = self.names.expr(value);
            let local = self.setting(&key, Form::Entry, expr, range, self.owner_of(&base));
            self.module.assigned.push(Assigned {
                path: format!("{base}.{key}"),
                statement: local,
            });
            self.expr_held(value, local, &key);
        }
        true
    }

    /// `setattr(o, "k", v)`.
    fn setattr(&mut self, call: &'a ast::ExprCall, method: &str) {
        if method != "setattr" {
            return;
        }
        let [base, ast::Expr::StringLiteral(key), value] = &*call.arguments.args else {
            return;
        };
        let (Some(base), Some(key)) = (path(base), identifier(key.value.to_str())) else {
            return;
        };
        let expr = self.names.expr(value);
        let local = self.setting(key, Form::Attribute, expr, call.range(), self.owner_of(&base));
        self.module.assigned.push(Assigned {
            path: format!("{base}.{key}"),
            statement: local,
        });
    }
}

/// Callees whose value declares a field or option: the declared default is the statement's value.
pub(super) fn is_declaration(last: &str, resolved: &str) -> bool {
    ["field", "Field", "attrib", "mutable_field", "list_field"].contains(&last)
        || ["attr.ib", "attrs.field", "typer.Option", "typer.Argument"].contains(&resolved)
}
