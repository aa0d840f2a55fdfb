//! Configuration files that the code lays over the options when they are parsed: they win over flags.
//!
//! Why it can be wrong: a flag on the command line looks like the last word. It is not where the file is laid over the
//! parsed options; and a file that may be laid over them, under a condition that is not known, may win too. So the file
//! must be one that this launch loads, named by the option that the call opens.
//!
//! Example: `train.py --config c.yaml --lr 2e-4` with `args.__dict__.update(yaml.safe_load(open(args.config)))` runs
//! with the `lr` of `c.yaml`.

use std::collections::BTreeSet;

use crate::evidence::{Expr, Form, Launch, LaunchId, Link, LinkKind, Statement, StatementId, Subject};
use crate::quantity::Value;
use crate::source::python::LaidOver;

/// Links the keys of such files to the options of their names. `calls` lay a mapping over the options.
pub fn bind(statements: &[Statement], links: &mut Vec<Link>, launches: &[Launch], calls: &[LaidOver]) {
    let mut found = Vec::new();
    for laid in calls {
        let call = laid.call;
        let opened = match &laid.opened {
            Some(option) => Opened::named(statements, &statements[call].place.file, option),
            None => Opened::by(statements, links, call),
        };
        let Some(opened) = opened else {
            continue;
        };
        for (id, launch) in launches.iter().enumerate() {
            if !launch.runs(&statements[call]) {
                continue;
            }
            let files = opened.files(statements, links, launch, id);
            let sure = opened.surely_runs(&statements[call]);
            let kind = if sure { LinkKind::Overlay } else { LinkKind::Possible };
            for (key, statement) in statements.iter().enumerate() {
                let Subject::Setting { name } = &statement.subject else {
                    continue;
                };
                let laid = statement.form == Form::Key
                    && statement.owner.is_empty()
                    && statement.dead.is_none()
                    && files.contains(&statement.place.file);
                if laid {
                    let options = options_named(statements, launch, name);
                    found.extend(options.map(|to| Link {
                        from: key,
                        to,
                        kind,
                        slot: None,
                        launch: Some(id),
                    }));
                }
            }
        }
    }
    links.extend(found);
}

fn options_named(statements: &[Statement], launch: &Launch, name: &str) -> impl Iterator<Item = StatementId> {
    let alike = |name: &str| name.replace('-', "_");
    let wanted = alike(name);
    let fits = move |statement: &Statement| matches!((&statement.form, &statement.subject), (Form::Option { .. }, Subject::Setting { name }) if alike(name) == wanted);
    let found: Vec<StatementId> = statements
        .iter()
        .enumerate()
        .filter(|(_, statement)| fits(statement) && launch.runs(statement))
        .map(|(id, _)| id)
        .collect();
    found.into_iter()
}

/// What a call opens: the option that names the file, or the path itself.
struct Opened {
    /// The option, and the name under which the code reads it.
    option: Option<(StatementId, String)>,
    path: Option<String>,
}

impl Opened {
    /// The option that a file reads so (`args.config`).
    fn named(statements: &[Statement], file: &str, written: &str) -> Option<Opened> {
        let option = written.rsplit('.').next().unwrap_or(written);
        let is_it = |statement: &Statement| {
            matches!((&statement.form, &statement.subject), (Form::Option { .. }, Subject::Setting { name }) if name.replace('-', "_") == option)
                && statement.place.file == file
        };
        let id = statements.iter().position(is_it)?;
        Some(Opened {
            option: Some((id, written.to_string())),
            path: statements[id].value.literal().map(ToString::to_string),
        })
    }

    fn by(statements: &[Statement], links: &[Link], call: StatementId) -> Option<Opened> {
        let Expr::Call { args, .. } = &statements[call].value else {
            return None;
        };
        let mut at = call;
        let mut value = &args.first()?.value;
        // `loaded = yaml.safe_load(…)` before it.
        if let Expr::Ref(name) = value {
            at = filler(links, at, name)?;
            value = &statements[at].value;
        }
        let (mut loads, mut inner) = (false, value);
        while let Expr::Call { callee, args } = inner {
            let last = callee.rsplit('.').next().unwrap_or(callee);
            loads |= last.contains("load");
            inner = &args.first()?.value;
        }
        match inner {
            Expr::Value(Value::Text(path)) if loads => Some(Opened {
                option: None,
                path: Some(path.clone()),
            }),
            Expr::Ref(name) if loads => {
                let option = filler(links, at, name)?;
                let is_option = matches!(statements[option].form, Form::Option { .. });
                is_option.then(|| Opened {
                    option: Some((option, name.clone())),
                    path: statements[option].value.literal().map(ToString::to_string),
                })
            }
            _ => None,
        }
    }

    /// The files of a launch that the call opens.
    fn files(&self, statements: &[Statement], links: &[Link], launch: &Launch, id: LaunchId) -> BTreeSet<String> {
        let given = self.option.as_ref().and_then(|(option, _)| {
            let passed = |link: &&Link| link.to == *option && link.kind == LinkKind::Flag && link.launch == Some(id);
            let flag = links.iter().find(passed)?;
            statements[flag.from].value.literal().map(ToString::to_string)
        });
        let Some(path) = given.or_else(|| self.path.clone()) else {
            return BTreeSet::new();
        };
        let path = path.trim_start_matches("./");
        let is_it = |file: &&String| {
            file.strip_suffix(path)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        launch.configs.iter().filter(is_it).cloned().collect()
    }

    /// Whether nothing but the option that names the file decides that the call runs (`if args.config:`).
    fn surely_runs(&self, call: &Statement) -> bool {
        call.guards.iter().all(|guard| {
            let mut names = guard.test.references().into_iter().peekable();
            guard.holds
                && names.peek().is_some()
                && names.all(|name| self.option.as_ref().is_some_and(|(_, option)| option == name))
        })
    }
}

/// The one statement that fills a name in another.
fn filler(links: &[Link], to: StatementId, name: &str) -> Option<StatementId> {
    let mut found = links
        .iter()
        .filter(|link| link.to == to && link.kind == LinkKind::Reference && link.slot.as_deref() == Some(name))
        .map(|link| link.from);
    let only = found.next()?;
    found.next().is_none().then_some(only)
}
