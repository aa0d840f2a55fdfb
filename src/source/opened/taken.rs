//! Flags that no option takes, because the program makes its options when it runs: from a dictionary of defaults, from
//! its own globals, from the keywords of its hyperparameters.
//!
//! Why it can be wrong: a flag that seems to set nothing leaves a default standing that no run has. But a flag must not
//! reach a dictionary that has nothing to do with it. So only where code makes options of computed names do entries take
//! flags, only those of a dictionary that is a function's or a variable's whole value, and only in code that runs.
//!
//! Example: `for k, v in defaults.items(): parser.add_argument(f"--{k}", default=v)` makes an option of every entry of
//! `defaults = dict(lr=1e-4)`; nanoGPT's `exec(open("configurator.py").read())` makes one of every global.

use std::collections::{BTreeMap, BTreeSet};

use super::laid::{Settings, path_of};
use crate::evidence::{Form, Launch, LaunchId, Link, LinkKind, Statement, StatementId, Subject};
use crate::place::joined;

/// What takes flags without an option of their own, by name.
pub(super) struct Takers<'s> {
    /// Entries of dictionaries that are the whole value of a variable or of what a function returns.
    entries: BTreeMap<String, Vec<StatementId>>,
    /// Keywords of an object of hyperparameters.
    keywords: BTreeMap<String, Vec<StatementId>>,
    /// Calls of `exec`, by file.
    execs: BTreeMap<&'s str, Vec<&'s Statement>>,
}

impl<'s> Takers<'s> {
    pub(super) fn new(statements: &'s [Statement]) -> Takers<'s> {
        let mut execs: BTreeMap<&str, Vec<&Statement>> = BTreeMap::new();
        for statement in statements {
            if matches!(&statement.subject, Subject::Call { callee } if callee == "exec") {
                execs.entry(&statement.place.file).or_default().push(statement);
            }
        }
        let whole = whole_dictionaries(statements);
        let mut entries: BTreeMap<String, Vec<StatementId>> = BTreeMap::new();
        let mut keywords: BTreeMap<String, Vec<StatementId>> = BTreeMap::new();
        for (id, statement) in statements.iter().enumerate() {
            let Subject::Setting { name } = &statement.subject else {
                continue;
            };
            match statement.form {
                Form::Entry if whole.contains(&id) => {
                    entries.entry(name.replace('-', "_")).or_default().push(id);
                }
                Form::Keyword if statement.owner.last().is_some_and(|last| last == "HParams") => {
                    keywords.entry(name.replace('-', "_")).or_default().push(id);
                }
                _ => {}
            }
        }
        Takers {
            entries,
            keywords,
            execs,
        }
    }

    /// The Python files that an entry runs by `exec` under their own name, and whether it runs ones that are named when
    /// it runs.
    pub(super) fn executed(&self, entry: &str, files: &BTreeSet<&str>) -> (Vec<String>, bool) {
        let mut found: Vec<String> = Vec::new();
        let mut open = vec![entry.to_string()];
        let mut by_name = false;
        while let Some(file) = open.pop() {
            for call in self.execs.get(file.as_str()).into_iter().flatten() {
                let text = &call.place.excerpt;
                let named = text.split(['"', '\'']).find(|part| part.ends_with(".py"));
                let Some(named) = named else {
                    by_name |= text.contains("open(");
                    continue;
                };
                let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
                let path = [folder, ""]
                    .iter()
                    .find_map(|folder| joined(folder, named).filter(|path| files.contains(path.as_str())));
                if let Some(path) = path.filter(|path| !found.contains(path)) {
                    found.push(path.clone());
                    open.push(path);
                }
            }
        }
        (found, by_name)
    }
}

/// Entries of dictionaries that are the whole value of a variable, or of what a function gives back.
pub(super) fn whole_dictionaries(statements: &[Statement]) -> BTreeSet<StatementId> {
    let mut holders: BTreeSet<(&str, Vec<&str>)> = BTreeSet::new();
    for statement in statements {
        let file = statement.place.file.as_str();
        match (&statement.subject, &statement.form) {
            (Subject::Setting { .. }, Form::Variable) => {
                holders.insert((file, path_of(statement)));
            }
            (Subject::Definition { symbol }, _) => {
                holders.insert((file, symbol.split('.').collect()));
            }
            _ => {}
        }
    }
    let whole = |statement: &Statement| {
        let owner = statement.owner.iter().map(String::as_str).collect();
        holders.contains(&(statement.place.file.as_str(), owner))
    };
    let all = statements.iter().enumerate();
    all.filter(|(_, statement)| statement.form == Form::Entry && whole(statement))
        .map(|(id, _)| id)
        .collect()
}

/// A launch with what it runs by `exec`.
pub(super) struct Executed<'l> {
    pub(super) launch: &'l Launch,
    pub(super) id: LaunchId,
    /// The Python files that the entry runs over its globals, in order.
    pub(super) files: &'l [String],
    /// It does run such files, and takes flags for its globals.
    pub(super) globals: bool,
}

/// Links the flags of a launch that no option takes.
pub(super) fn link(takers: &Takers<'_>, settings: &Settings<'_>, run: &Executed<'_>, links: &mut Vec<Link>) {
    let &Executed {
        launch,
        id,
        files: run,
        globals,
    } = run;
    if launch.flags.is_empty() && run.is_empty() {
        return;
    }
    let statements = settings.statements;
    let taken: BTreeSet<StatementId> = links
        .iter()
        .filter(|link| link.launch == Some(id) && link.kind == LinkKind::Flag)
        .map(|link| link.from)
        .collect();
    let computed = settings.calls(&launch.reach, &["add_argument", "add_option"]);
    let parsed = settings.calls(&launch.reach, &["parse"]);
    let entry = launch.entry.as_deref().unwrap_or_default();
    let of_entry = |path: &[&str]| {
        let all = settings.of(entry).iter();
        let own =
            all.filter(|setting| globals && setting.path == path && statements[setting.id].form == Form::Variable);
        own.map(|setting| setting.id).collect::<Vec<_>>()
    };
    let mut link = |from: StatementId, to: StatementId, kind: LinkKind| {
        links.push(Link {
            from,
            to,
            kind,
            slot: None,
            launch: Some(id),
        });
    };
    for (at, file) in run.iter().enumerate() {
        for setting in settings.of(file).iter().filter(|setting| setting.path.len() == 1) {
            of_entry(&setting.path)
                .into_iter()
                .for_each(|to| link(setting.id, to, LinkKind::Config));
            for earlier in run[..at].iter().flat_map(|file| settings.of(file)) {
                if earlier.path == setting.path {
                    link(setting.id, earlier.id, LinkKind::Override);
                }
            }
        }
    }
    for &flag in launch.flags.iter().filter(|flag| !taken.contains(flag)) {
        let path = path_of(&statements[flag]);
        let [name] = path.as_slice() else { continue };
        let name = name.replace('-', "_");
        let mut found = of_entry(&[name.as_str()]);
        for file in run {
            let set = settings
                .of(file)
                .iter()
                .filter(|setting| setting.path == [name.as_str()]);
            found.extend(set.map(|setting| setting.id));
        }
        if computed {
            found.extend(takers.entries.get(&name).into_iter().flatten());
        }
        if parsed {
            found.extend(takers.keywords.get(&name).into_iter().flatten());
        }
        for to in found.into_iter().filter(|&to| launch.runs(&statements[to])) {
            link(flag, to, LinkKind::Flag);
        }
    }
}

/// Links a word that may hold any flag to all that takes one without an option of its own.
pub(super) fn link_unseen(
    takers: &Takers<'_>,
    settings: &Settings<'_>,
    run: &Executed<'_>,
    unseen: StatementId,
    links: &mut Vec<Link>,
) {
    let &Executed {
        launch,
        id,
        files: run,
        globals,
    } = run;
    let mut found: Vec<StatementId> = Vec::new();
    if globals {
        let entry = launch.entry.iter().chain(run);
        let all = entry.flat_map(|file| settings.of(file));
        found.extend(all.filter(|setting| setting.path.len() == 1).map(|setting| setting.id));
    }
    if settings.calls(&launch.reach, &["add_argument", "add_option"]) {
        found.extend(takers.entries.values().flatten());
    }
    if settings.calls(&launch.reach, &["parse"]) {
        found.extend(takers.keywords.values().flatten());
    }
    let runs = found.into_iter().filter(|&to| launch.runs(&settings.statements[to]));
    links.extend(runs.map(|to| Link {
        from: unseen,
        to,
        kind: LinkKind::Possible,
        slot: None,
        launch: Some(id),
    }));
}
