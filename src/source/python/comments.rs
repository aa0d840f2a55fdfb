//! Comments and docstrings as statements: units of bare numbers, documented defaults, lines that were switched off.
//!
//! Why it can be wrong: a commented-out line looks like the line it once was, and a comment on a line of three numbers
//! says the unit of one. A switched-off line is of its own form and decides nothing; a unit needs one number on the line.
//!
//! Example: `# batch_size = 16` is `batch_size`, form `CommentedOut`, value 16, grade documented.

use std::collections::BTreeMap;

use ruff_python_ast as ast;
use ruff_python_parser::parse_module;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::expression::{Names, callee, keyword, path};
use super::remarks;
use super::walk::Walk;
use crate::evidence::{Expr, Form, Subject};
use crate::quantity::Value;

impl<'a> Walk<'a> {
    /// A trailing comment's unit goes to the one bare number that ends on its line.
    pub(super) fn units_from_comments(&mut self) {
        let mut by_line: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (index, statement) in self.out.iter().enumerate() {
            let number = matches!(statement.value, Expr::Value(Value::Number(_)) | Expr::Binary { .. });
            let setting = matches!(statement.subject, Subject::Setting { .. }) && statement.form != Form::Docstring;
            if let (true, true, Some(line)) = (number, setting, statement.place.end_line) {
                by_line.entry(line).or_default().push(index);
            }
        }
        for (line, statements) in by_line {
            if let ([one], Some((text, _))) = (statements.as_slice(), self.comments.get(&line)) {
                let unit = remarks::unit(text);
                self.documented_unit(*one, unit);
            }
        }
    }

    /// What a docstring says of the names of its function or class.
    pub(super) fn docstring(&mut self, body: &'a [ast::Stmt], names: &[String]) {
        let Some(ast::Stmt::Expr(first)) = body.first() else {
            return;
        };
        let ast::Expr::StringLiteral(literal) = &*first.value else {
            return;
        };
        let raw = self.names.slice(literal.range()).to_string();
        self.docstrings.push((literal.range(), self.owner.clone()));
        for mention in remarks::mentions(&raw, names) {
            let start = literal.start().to_usize() + mention.start;
            let end = literal.start().to_usize() + mention.end;
            let range = TextRange::new(size(start), size(end));
            let local = self.setting(&mention.name, Form::Docstring, mention.value, range, self.owner.clone());
            self.documented_unit(local, mention.unit);
            self.out[local].comment = None;
        }
    }

    /// What a comment on a setting's line, or right above it, says of that setting: `# momentum 0.9 as in the paper`.
    pub(super) fn remarked(&mut self) {
        let mut by_line: BTreeMap<u32, Vec<(String, Vec<String>)>> = BTreeMap::new();
        for statement in &self.out {
            if let (Subject::Setting { name }, Some(first)) = (&statement.subject, statement.place.line)
                && !matches!(statement.form, Form::Docstring | Form::CommentedOut)
            {
                let lines = first..=statement.place.end_line.unwrap_or(first);
                for line in lines.take(4) {
                    let here = by_line.entry(line).or_default();
                    if !here.iter().any(|(other, _)| other == name) {
                        here.push((name.clone(), statement.owner.clone()));
                    }
                }
            }
        }
        let comments: Vec<(u32, String, TextRange)> = self
            .comments
            .iter()
            .map(|(line, (said, range))| (*line, said.clone(), *range))
            .collect();
        for (line, said, range) in comments {
            if switched_off(&said).is_empty() {
                // Above the first line that is no comment of its own.
                let own = by_line.contains_key(&line);
                let below = (line..line + 6).find(|at| by_line.contains_key(at) || !self.comments.contains_key(at));
                let settings = by_line.get(&if own { line } else { below.unwrap_or(line) });
                for (name, owner) in settings.into_iter().flatten() {
                    if let Some(value) = remarks::said_of(&said, name) {
                        let local = self.setting(name, Form::Comment, value, range, owner.clone());
                        self.out[local].comment = None;
                    }
                }
            }
        }
    }

    /// What a docstring says, in its sentences, of a setting of its module, class or function.
    pub(super) fn described(&mut self) {
        for (range, owner) in std::mem::take(&mut self.docstrings) {
            let raw = self.names.slice(range).to_string();
            let mut names: Vec<String> = Vec::new();
            let mut known: Vec<String> = Vec::new();
            for statement in self.out.iter().filter(|statement| statement.owner.starts_with(&owner)) {
                let Subject::Setting { name } = &statement.subject else {
                    continue;
                };
                let inside = |place: &crate::place::Place| {
                    let start = place.bytes.map_or(0, |(start, _)| start);
                    range.start().to_usize() <= start && start < range.end().to_usize()
                };
                if inside(&statement.place) {
                    known.push(name.clone());
                } else if name.len() > 3 && !names.contains(name) {
                    names.push(name.clone());
                }
            }
            names.retain(|name| !known.contains(name));
            for name in names {
                if let Some(value) = remarks::said_of(&raw, &name) {
                    let local = self.setting(&name, Form::Docstring, value, range, owner.clone());
                    self.out[local].comment = None;
                }
            }
        }
    }

    /// Comments that are code: an assignment, an argument, an entry, an option, an import.
    pub(super) fn commented_out(&mut self) {
        let comments: Vec<(String, TextRange)> = self.comments.values().cloned().collect();
        for (said, range) in comments {
            if !said.contains(['=', ':', '(']) && !said.starts_with("import ") && !said.starts_with("from ")
                || said.len() > 400
            {
                continue;
            }
            for (subject, value) in switched_off(&said) {
                let local = self.push(subject, Form::CommentedOut, value, range, Vec::new());
                self.out[local].comment = None;
                self.module.sites[local].scope = 0;
            }
        }
    }
}

fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).unwrap_or_default()
}

/// The settings and imports in a comment that parses as code.
fn switched_off(said: &str) -> Vec<(Subject, Expr)> {
    let setting = |name: &str, value: Expr| (Subject::Setting { name: name.to_string() }, value);
    let names = |text| Names {
        text,
        aliases: BTreeMap::new(),
    };
    let plain = said.trim().trim_end_matches(',');
    if let Ok(parsed) = parse_module(plain)
        && let [statement] = parsed.suite().as_slice()
    {
        let names = names(plain);
        match statement {
            ast::Stmt::Assign(assign) => {
                let target = assign.targets.first().and_then(path);
                let name = target.as_deref().and_then(|target| target.rsplit('.').next());
                return name
                    .map(|name| setting(name, names.expr(&assign.value)))
                    .into_iter()
                    .collect();
            }
            ast::Stmt::AnnAssign(assign) => {
                let (Some(target), Some(value)) = (path(&assign.target), &assign.value) else {
                    return Vec::new();
                };
                return vec![setting(&target, names.expr(value))];
            }
            ast::Stmt::Import(import) => {
                return import
                    .names
                    .iter()
                    .map(|alias| {
                        let symbol = alias.name.to_string();
                        let package = super::packages::of_import(&symbol);
                        (
                            Subject::Import {
                                package,
                                symbol,
                                via: None,
                            },
                            Expr::Opaque(String::new()),
                        )
                    })
                    .collect();
            }
            ast::Stmt::ImportFrom(import) if import.level == 0 => {
                let Some(module) = &import.module else {
                    return Vec::new();
                };
                let package = super::packages::of_import(module.as_str());
                return import
                    .names
                    .iter()
                    .map(|alias| {
                        let subject = Subject::Import {
                            package: package.clone(),
                            symbol: format!("{module}.{}", alias.name),
                            via: None,
                        };
                        (subject, Expr::Opaque(String::new()))
                    })
                    .collect();
            }
            ast::Stmt::Expr(expr) => {
                let ast::Expr::Call(call) = &*expr.value else {
                    return Vec::new();
                };
                let method = callee(&call.func).unwrap_or_default();
                if method.ends_with("add_argument") {
                    let flag = call
                        .arguments
                        .args
                        .iter()
                        .filter_map(|arg| arg.as_string_literal_expr())
                        .map(|text| text.value.to_str());
                    let name = flag.map(|flag| flag.trim_start_matches('-').replace('-', "_")).next();
                    let value =
                        keyword(call, "default").map_or(Expr::Opaque(String::new()), |default| names.expr(default));
                    return name.map(|name| setting(&name, value)).into_iter().collect();
                }
                return call
                    .arguments
                    .keywords
                    .iter()
                    .filter_map(|keyword| Some(setting(keyword.arg.as_ref()?.as_str(), names.expr(&keyword.value))))
                    .collect();
            }
            _ => {}
        }
    }
    // `"lr": 1e-3,` of a dictionary.
    if plain.starts_with(['"', '\'']) {
        let text = format!("{{{plain}}}");
        if let Ok(parsed) = ruff_python_parser::parse_expression(&text)
            && let ast::Expr::Dict(_) = parsed.expr()
            && let Expr::Map(entries) = names(&text).expr(parsed.expr())
        {
            return entries.into_iter().map(|(key, value)| setting(&key, value)).collect();
        }
    }
    Vec::new()
}
