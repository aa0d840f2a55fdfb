//! Small repositories, and their launches as one line each.

use crate::evidence::Guard;
use crate::place::SourceText;
use crate::source::launch::*;
use crate::source::shell::{self, literal};

/// A repository of scripts and Python files; the latter are only names with options.
pub(super) struct World {
    pub(super) files: Vec<String>,
    pub(super) statements: Vec<Statement>,
    pub(super) links: Vec<Link>,
    pub(super) launches: Vec<Launch>,
}

pub(super) fn setting(file: &str, name: &str, form: Form, value: Expr, owner: &[&str]) -> Statement {
    Statement {
        subject: Subject::Setting { name: name.to_string() },
        form,
        value,
        place: Place {
            file: file.to_string(),
            line: Some(1),
            ..Place::default()
        },
        grade: Grade::Configured,
        owner: owner.iter().map(|part| part.to_string()).collect(),
        unit: None,
        guards: Vec::new(),
        comment: None,
        dead: None,
    }
}

pub(super) fn option(file: &str, flags: &[&str], default: &str) -> Statement {
    let name = flags[0].trim_start_matches('-').to_string();
    let flags = flags.iter().map(|flag| flag.to_string()).collect();
    setting(file, &name, Form::Option { flags }, literal::expr(default), &[])
}

pub(super) fn world(files: &[(&str, &str)], known: Vec<Statement>) -> World {
    let mut statements = known;
    let mut links = Vec::new();
    let mut commands = Vec::new();
    for (path, text) in files {
        if !is_script(path) {
            continue;
        }
        let source = SourceText::new(*path, *text);
        let facts = shell::read_range(&source, 0..text.len(), Grade::Launched);
        let base = statements.len();
        statements.extend(facts.statements);
        links.extend(facts.links.into_iter().map(|link| Link {
            from: link.from + base,
            to: link.to + base,
            ..link
        }));
        for mut command in facts.commands {
            command.environment.iter_mut().for_each(|(_, id)| *id += base);
            for word in &mut command.words {
                word.variables.iter_mut().for_each(|(_, id)| *id += base);
            }
            commands.push(command);
        }
    }
    let files: Vec<String> = files.iter().map(|(path, _)| path.to_string()).collect();
    let entries: Vec<String> = files.iter().filter(|file| file.ends_with(".py")).cloned().collect();
    let console = BTreeMap::from([("my-train".to_string(), "pkg.train".to_string())]);
    let reach = |entry: &str| match entry {
        "train.py" => vec!["lib.py".to_string(), "train.py".to_string()],
        other => vec![other.to_string()],
    };
    let repository = Repository {
        files: &files,
        entries: &entries,
        console: &console,
        reach: &reach,
        idle: &|_| Vec::new(),
        shapes: &BTreeMap::new(),
        commanded: &[],
        parameters: &BTreeMap::new(),
    };
    let launches = bind(&commands, &mut statements, &mut links, &repository).launches;
    World {
        files,
        statements,
        links,
        launches,
    }
}

fn shown(expr: &Expr) -> String {
    match expr {
        Expr::Value(value) => value.to_string(),
        Expr::Ref(name) => name.clone(),
        Expr::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Expr::Call { callee, args } => format!(
            "{callee}({})",
            args.iter().map(|arg| shown(&arg.value)).collect::<Vec<_>>().join(", ")
        ),
        Expr::Opaque(text) => format!("?{text}?"),
        _ => "…".to_string(),
    }
}

impl World {
    /// What fills a statement's names, in braces, followed through.
    pub(super) fn value(&self, id: StatementId, launch: LaunchId) -> String {
        let own = shown(&self.statements[id].value);
        let here = |link: &&Link| link.to == id && link.launch.is_none_or(|of| of == launch);
        let supplied: Vec<String> = self
            .links
            .iter()
            .filter(here)
            .filter(|link| link.kind.supplies() && link.kind != LinkKind::Flag)
            .map(|link| self.value(link.from, launch))
            .collect();
        if !supplied.is_empty() {
            return supplied.join("|");
        }
        let fills: Vec<String> = self
            .links
            .iter()
            .filter(here)
            .filter(|link| link.kind == LinkKind::Reference)
            .filter(|link| {
                self.statements[id]
                    .value
                    .references()
                    .iter()
                    .any(|name| Some(*name) == link.slot.as_deref())
            })
            .map(|link| self.value(link.from, launch))
            .collect();
        if fills.is_empty() {
            own
        } else {
            format!("{own}{{{}}}", fills.join("|"))
        }
    }

    pub(super) fn name(&self, id: StatementId) -> String {
        let statement = &self.statements[id];
        let Subject::Setting { name } = &statement.subject else {
            return "?".to_string();
        };
        statement
            .owner
            .iter()
            .map(String::as_str)
            .chain([name.as_str()])
            .collect::<Vec<_>>()
            .join(".")
    }

    /// One line a launch: `file:line entry | flag=value>taker …  | factors | configs`.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut out = Vec::new();
        for (id, launch) in self.launches.iter().enumerate() {
            let flags: Vec<String> = launch
                .flags
                .iter()
                .map(|&flag| {
                    let takers: Vec<String> = self
                        .links
                        .iter()
                        .filter(|link| link.from == flag && link.kind == LinkKind::Flag && link.launch == Some(id))
                        .map(|link| format!(">{}", self.statements[link.to].place.file))
                        .collect();
                    format!("{}={}{}", self.name(flag), self.value(flag, id), takers.concat())
                })
                .collect();
            let factors: Vec<String> = launch
                .factors
                .iter()
                .map(|&flag| format!(" *{}={}", self.name(flag), self.value(flag, id)))
                .collect();
            let configs: Vec<String> = launch.configs.iter().map(|config| format!(" @{config}")).collect();
            let guards: Vec<String> = launch
                .guards
                .iter()
                .map(|guard: &Guard| format!(" if {}{}", if guard.holds { "" } else { "not " }, guard.text))
                .collect();
            out.push(
                format!(
                    "{} {} {}{}{}{}",
                    launch.place.short(),
                    launch.entry.as_deref().unwrap_or("-"),
                    flags.join(" "),
                    factors.concat(),
                    configs.concat(),
                    guards.concat()
                )
                .trim_end()
                .to_string(),
            );
        }
        out
    }
}
