//! Imports: the names they bind, the packages they are of, the packages that a symbol needs.
//!
//! Why it can be wrong: a lazy import in one function names what another calls. Aliases count for the whole file.
//!
//! Example: `from transformers import BitsAndBytesConfig` is an import of `transformers`, and one of `bitsandbytes`
//! by way of that symbol.

use std::collections::BTreeMap;

use ruff_python_ast as ast;
use ruff_text_size::TextRange;

use super::module::{Bound, ImportName, Local};
use super::packages;
use super::walk::{DEEPEST, Walk};
use crate::evidence::{Expr, Form, Subject};

/// Names that imports bind anywhere in the file: lazy imports in functions resolve callees there.
pub(super) fn collect_aliases(body: &[ast::Stmt], aliases: &mut BTreeMap<String, String>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    for statement in body {
        match statement {
            ast::Stmt::Import(import) => {
                for alias in &import.names {
                    let (name, target) = match &alias.asname {
                        Some(name) => (name.as_str(), alias.name.as_str()),
                        None => {
                            let top = alias.name.split('.').next().unwrap_or("");
                            (top, top)
                        }
                    };
                    aliases.insert(name.to_string(), target.to_string());
                }
            }
            ast::Stmt::ImportFrom(import) => {
                let module = from_module(import);
                for alias in import.names.iter().filter(|alias| alias.name.as_str() != "*") {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    let dot = if module.ends_with('.') { "" } else { "." };
                    aliases.insert(name.to_string(), format!("{module}{dot}{}", alias.name));
                }
            }
            _ => for_each_body(statement, &mut |inner| collect_aliases(inner, aliases, depth + 1)),
        }
    }
}

/// The module of a `from … import`, with its leading dots.
fn from_module(import: &ast::StmtImportFrom) -> String {
    let dots = ".".repeat(import.level as usize);
    format!("{dots}{}", import.module.as_ref().map_or("", |module| module.as_str()))
}

fn for_each_body(statement: &ast::Stmt, see: &mut impl FnMut(&[ast::Stmt])) {
    match statement {
        ast::Stmt::FunctionDef(def) => see(&def.body),
        ast::Stmt::ClassDef(def) => see(&def.body),
        ast::Stmt::If(branch) => {
            see(&branch.body);
            branch.elif_else_clauses.iter().for_each(|clause| see(&clause.body));
        }
        ast::Stmt::For(ast::StmtFor { body, orelse, .. }) | ast::Stmt::While(ast::StmtWhile { body, orelse, .. }) => {
            see(body);
            see(orelse);
        }
        ast::Stmt::With(with) => see(&with.body),
        ast::Stmt::Try(tried) => {
            see(&tried.body);
            for ast::ExceptHandler::ExceptHandler(handler) in &tried.handlers {
                see(&handler.body);
            }
            see(&tried.orelse);
            see(&tried.finalbody);
        }
        ast::Stmt::Match(matched) => matched.cases.iter().for_each(|case| see(&case.body)),
        _ => {}
    }
}

impl<'a> Walk<'a> {
    pub(super) fn import(&mut self, import: &'a ast::StmtImport) {
        for alias in &import.names {
            let module = alias.name.to_string();
            let statement = self.push_import(&module, &module, alias.range);
            let (name, target) = match &alias.asname {
                Some(name) => (name.to_string(), module.clone()),
                None => {
                    let top = module.split('.').next().unwrap_or("").to_string();
                    (top.clone(), top)
                }
            };
            self.bind(
                &name,
                import.range.end().to_usize(),
                Bound::Import {
                    module: target,
                    symbol: None,
                },
            );
            self.module.imports.push(ImportName {
                module,
                symbol: None,
                statement: Some(statement),
                dead: self.dead.is_some(),
            });
        }
    }

    pub(super) fn import_from(&mut self, import: &'a ast::StmtImportFrom) {
        let module = from_module(import);
        for alias in &import.names {
            let symbol = alias.name.to_string();
            let dotted = if symbol == "*" {
                module.trim_start_matches('.').to_string()
            } else {
                format!("{}.{symbol}", module.trim_start_matches('.'))
                    .trim_start_matches('.')
                    .to_string()
            };
            let statement = self.push_import(&module, &dotted, alias.range);
            if symbol != "*" {
                let name = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                let what = Bound::Import {
                    module: module.clone(),
                    symbol: Some(symbol.clone()),
                };
                self.bind(&name, import.range.end().to_usize(), what);
            }
            self.module.imports.push(ImportName {
                module: module.clone(),
                symbol: Some(symbol),
                statement: Some(statement),
                dead: self.dead.is_some(),
            });
        }
    }

    /// An import, and the package that the imported symbol needs; a relative import is of no package.
    pub(super) fn push_import(&mut self, module: &str, symbol: &str, range: TextRange) -> Local {
        let package = if module.starts_with('.') {
            String::new()
        } else {
            packages::of_import(module)
        };
        let value = Expr::Opaque(String::new());
        let subject = Subject::Import {
            package,
            symbol: symbol.to_string(),
            via: None,
        };
        let local = self.push(subject, Form::Import, value, range, self.owner.clone());
        if !module.starts_with('.') {
            self.push_need(symbol, range);
        }
        local
    }

    /// The package that a symbol needs beside its own, where the table knows one.
    pub(super) fn push_need(&mut self, symbol: &str, range: TextRange) {
        if let Some(package) = packages::needed_by(symbol) {
            let subject = Subject::Import {
                package: package.to_string(),
                symbol: symbol.to_string(),
                via: Some(symbol.to_string()),
            };
            self.push(
                subject,
                Form::Import,
                Expr::Opaque(String::new()),
                range,
                self.owner.clone(),
            );
        }
    }
}
