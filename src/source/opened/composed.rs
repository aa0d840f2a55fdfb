//! What Hydra composes for one launch: the files it loads, which key overrides which, and what is instantiated from them.
//!
//! Why it can be wrong: the primary file's list names `optimizer: adam`, the launch says `optimizer=sgd`, and an experiment
//! says `optimizer.lr: 0.4`. Each key therefore has its whole path within this launch, of the keys of one path the one
//! merged last counts, and a flag stands above them all.
//!
//! Example: `@hydra.main(config_path="conf", config_name="train")` and `train.py optimizer=sgd` load `conf/train.yaml`
//! and `conf/optimizer/sgd.yaml`; `cfg.optimizer.lr` is the latter's `lr`.

use std::collections::BTreeMap;

use crate::evidence::{Expr, Form, Launch, LaunchId, Link, LinkKind, Statement, StatementId, Subject};
use crate::place::joined;
use crate::quantity::Value;
use crate::source::config::hydra::{Choices, Composition, Defaults, Part, UNKNOWN, options};

/// Flags of Hydra's own that name the primary file and its folder.
const NAME_FLAGS: &[&str] = &["config-name", "config_name", "cn"];
const PATH_FLAGS: &[&str] = &["config-path", "config_path", "cp", "config-dir", "config_dir", "cd"];

/// The keys of all configuration files, by file.
pub(super) struct Keys<'s> {
    statements: &'s [Statement],
    by_file: BTreeMap<&'s str, Vec<StatementId>>,
    /// Parameters of constructors and functions, by the name of the class or function.
    parameters: BTreeMap<&'s str, Vec<StatementId>>,
}

impl<'s> Keys<'s> {
    pub(super) fn new(statements: &'s [Statement]) -> Keys<'s> {
        let mut by_file: BTreeMap<&str, Vec<StatementId>> = BTreeMap::new();
        let mut parameters: BTreeMap<&str, Vec<StatementId>> = BTreeMap::new();
        for (id, statement) in statements.iter().enumerate() {
            match statement.form {
                Form::Key if statement.dead.is_none() => {
                    by_file.entry(&statement.place.file).or_default().push(id);
                }
                Form::Parameter => {
                    let owner = statement.owner.iter().rev().map(String::as_str);
                    if let Some(of) = owner.clone().find(|part| *part != "__init__") {
                        parameters.entry(of).or_default().push(id);
                    }
                }
                _ => {}
            }
        }
        Keys {
            statements,
            by_file,
            parameters,
        }
    }

    fn of(&self, file: &str) -> &[StatementId] {
        self.by_file.get(file).map_or(&[], Vec::as_slice)
    }

    /// Parameters of what a dotted path means: of the file it names, else of the only class or function of that name.
    fn parameters_of(&self, target: &str) -> Vec<StatementId> {
        let (module, last) = target.rsplit_once('.').unwrap_or(("", target));
        let all = self.parameters.get(last).map_or(&[][..], Vec::as_slice);
        let file = format!("{}.py", module.replace('.', "/"));
        let in_file = |id: &&StatementId| {
            let path = &self.statements[**id].place.file;
            *path == file || path.ends_with(&format!("/{file}"))
        };
        let named: Vec<StatementId> = all.iter().filter(in_file).copied().collect();
        if !named.is_empty() {
            return named;
        }
        let mut files: Vec<&str> = all.iter().map(|&id| self.statements[id].place.file.as_str()).collect();
        files.dedup();
        let package = module.split('.').next().unwrap_or("");
        match files.as_slice() {
            // A name that a package offers from one of its files.
            [only] if only.split('/').any(|part| part == package) => all.to_vec(),
            _ => Vec::new(),
        }
    }
}

/// The configuration that Hydra composes for a launch; none where no code of it uses Hydra.
pub(super) fn composition(
    statements: &[Statement],
    starts: &[StatementId],
    launch: &Launch,
    defaults: &Defaults,
    files: &[String],
) -> Option<Composition> {
    let mains = calls(statements, starts, launch);
    if mains.is_empty() {
        return None;
    }
    let flag = |names: &[&str]| {
        launch
            .flags
            .iter()
            .find_map(|&id| match (&statements[id].subject, &statements[id].value) {
                (Subject::Setting { name }, Expr::Value(value)) if names.contains(&name.as_str()) => {
                    Some(value.to_string())
                }
                _ => None,
            })
    };
    let (named, folder) = (flag(NAME_FLAGS), flag(PATH_FLAGS));
    let said = |key: &str| {
        mains
            .iter()
            .find_map(|main| argument(main, key).map(|text| (main.place.file.as_str(), text)))
    };
    let primary = named.or_else(|| said("config_name").map(|(_, name)| name))?;
    let stem = primary.trim_end_matches(".yaml").trim_end_matches(".yml");
    let own = mains.first().map_or("", |main| main.place.file.as_str());
    let above = |file: &str| {
        file.rsplit_once('/')
            .map_or(String::new(), |(folder, _)| folder.to_string())
    };
    let mut roots: Vec<String> = Vec::new();
    if let Some(folder) = folder {
        roots.extend(joined(&above(own), &folder));
        roots.extend(joined("", &folder));
    } else if let Some((file, folder)) = said("config_path").or_else(|| said("config_dir")) {
        roots.extend(joined(&above(file), &folder));
    } else {
        // A folder that is computed: the only one with such a file.
        let end = format!("/{stem}.yaml");
        let mut hits = files.iter().filter_map(|file| file.strip_suffix(end.as_str()));
        if let (Some(only), None) = (hits.next(), hits.next()) {
            roots.push(only.to_string());
        }
    }
    roots
        .iter()
        .find_map(|root| defaults.compose(root, stem, &choices(statements, launch, defaults, root)))
}

/// Calls that start Hydra, its decorator or its functions, of the whole repository.
pub(super) fn starts(statements: &[Statement]) -> Vec<StatementId> {
    let is_start = |statement: &Statement| match &statement.subject {
        Subject::Call { callee } if callee.starts_with("hydra") => {
            let last = callee.rsplit('.').next().unwrap_or(callee);
            ["main", "initialize", "initialize_config_dir", "compose"].contains(&last)
        }
        _ => false,
    };
    statements
        .iter()
        .enumerate()
        .filter(|(_, statement)| statement.form == Form::Call && is_start(statement))
        .map(|(id, _)| id)
        .collect()
}

/// Those of them that a launch comes to, its entry's own first.
fn calls<'s>(statements: &'s [Statement], starts: &[StatementId], launch: &Launch) -> Vec<&'s Statement> {
    let mut found: Vec<&Statement> = starts
        .iter()
        .map(|&id| &statements[id])
        .filter(|statement| launch.runs(statement))
        .collect();
    found.sort_by_key(|statement| launch.entry.as_deref() != Some(statement.place.file.as_str()));
    found
}

fn argument(call: &Statement, key: &str) -> Option<String> {
    let Expr::Call { args, callee } = &call.value else {
        return None;
    };
    let position = match (key, callee.rsplit('.').next()) {
        ("config_path", Some("main" | "initialize")) => Some(0),
        ("config_name", Some("main")) => Some(1),
        ("config_name", Some("compose")) => Some(0),
        _ => None,
    };
    let named = args.iter().find(|arg| arg.keyword.as_deref() == Some(key));
    let positional = position.and_then(|at| args.get(at)).filter(|arg| arg.keyword.is_none());
    match &named.or(positional)?.value {
        Expr::Value(Value::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

/// The groups that the command line chooses.
fn choices(statements: &[Statement], launch: &Launch, defaults: &Defaults, root: &str) -> Choices {
    let mut chosen = Choices::new();
    for &id in &launch.flags {
        let path = path_of(&statements[id]);
        let group = path.join("/");
        if !path.is_empty() && defaults.is_group(root, &group) {
            let known = match &statements[id].value {
                Expr::Value(_) | Expr::List(_) => options(&statements[id].value),
                _ => vec![UNKNOWN.to_string()],
            };
            chosen.insert(group, known);
        }
    }
    // `group@package=option` names where it goes.
    for word in launch.command.split_whitespace() {
        let word = word.trim_matches(['"', '\'']).trim_start_matches('+');
        if let Some((key, option)) = word.split_once('=')
            && let Some((group, _)) = key.split_once('@')
            && defaults.is_group(root, group)
        {
            chosen.remove(group);
            chosen.insert(
                key.to_string(),
                if option.contains('$') {
                    vec![UNKNOWN.to_string()]
                } else {
                    vec![option.to_string()]
                },
            );
        }
    }
    chosen
}

/// Puts the package of a file before the owners of its keys, where all launches have it under the same one.
pub(super) fn own(statements: &mut [Statement], parts: &[Part]) {
    let mut packages: BTreeMap<&str, Option<&[String]>> = BTreeMap::new();
    for part in parts {
        packages
            .entry(&part.file)
            .and_modify(|known| *known = known.filter(|package| *package == part.package))
            .or_insert(Some(&part.package));
    }
    for statement in statements.iter_mut().filter(|statement| statement.form == Form::Key) {
        if let Some(Some(package)) = packages.get(statement.place.file.as_str()) {
            statement.owner.splice(0..0, package.iter().cloned());
        }
    }
}

fn path_of(statement: &Statement) -> Vec<&str> {
    match &statement.subject {
        Subject::Setting { name } => statement
            .owner
            .iter()
            .map(String::as_str)
            .chain([name.as_str()])
            .collect(),
        _ => Vec::new(),
    }
}

/// Links the keys of a launch's composed configuration: the last of one path overrides the others, flags override all,
/// interpolations are filled, and what is instantiated takes its arguments from them.
pub(super) fn link(keys: &Keys<'_>, whole: &Composition, launch: &Launch, id: LaunchId, links: &mut Vec<Link>) {
    let statements = keys.statements;
    let parts = &whole.parts;
    let mut places: BTreeMap<StatementId, usize> = BTreeMap::new();
    let mut paths: BTreeMap<Vec<&str>, Vec<StatementId>> = BTreeMap::new();
    for (at, part) in parts.iter().enumerate() {
        for &key in keys.of(&part.file) {
            let own = path_of(&statements[key]);
            if own.first() == Some(&"defaults") {
                continue;
            }
            let whole = part.package.iter().map(String::as_str).chain(own).collect();
            places.insert(key, at);
            paths.entry(whole).or_default().push(key);
        }
    }
    let mut link = |from: StatementId, to: StatementId, kind: LinkKind, slot: Option<String>| {
        if from != to {
            links.push(Link {
                from,
                to,
                kind,
                slot,
                launch: Some(id),
            });
        }
    };
    for found in paths.values() {
        if let [before @ .., last] = found.as_slice() {
            before
                .iter()
                .for_each(|&key| link(*last, key, LinkKind::Override, None));
        }
    }
    // What a group of unknown option may hold stands over all that was merged before it.
    for (group, package, before) in &whole.open {
        let chooses = |flag: &&StatementId| path_of(&statements[**flag]).join("/") == *group;
        let Some(&flag) = launch.flags.iter().find(chooses) else {
            continue;
        };
        let package: Vec<&str> = package.iter().map(String::as_str).collect();
        for found in paths
            .iter()
            .filter(|(path, _)| path.starts_with(&package))
            .map(|(_, found)| found)
        {
            if found.iter().all(|key| places.get(key).is_some_and(|at| at < before)) {
                found.iter().for_each(|&key| link(flag, key, LinkKind::Possible, None));
            }
        }
    }
    let mut flags: BTreeMap<Vec<&str>, StatementId> = BTreeMap::new();
    for &flag in &launch.flags {
        let path = path_of(&statements[flag]);
        for &key in paths.get(&path).into_iter().flatten() {
            link(flag, key, LinkKind::Flag, None);
        }
        flags.insert(path, flag);
    }
    for (path, found) in &paths {
        for &key in found {
            for written in statements[key].value.references() {
                if let Some(&from) = meant(written, path).and_then(|wanted| paths.get(&wanted)?.last()) {
                    link(from, key, LinkKind::Reference, Some(written.to_string()));
                }
            }
        }
    }
    for (path, found) in &paths {
        let (Some((&"_target_", section)), Some(&last)) = (path.split_last(), found.last()) else {
            continue;
        };
        let Some(Value::Text(target)) = statements[last].value.literal() else {
            continue;
        };
        for parameter in keys.parameters_of(target) {
            let Subject::Setting { name } = &statements[parameter].subject else {
                continue;
            };
            let whole: Vec<&str> = section.iter().copied().chain([name.as_str()]).collect();
            let given = paths
                .get(&whole)
                .and_then(|found| found.last())
                .or_else(|| flags.get(&whole));
            if let Some(&from) = given {
                link(from, parameter, LinkKind::Argument, None);
            }
        }
    }
}

/// The path of an interpolation: `${a.b}` from the top, `${.b}` beside the key.
fn meant<'p>(written: &'p str, path: &[&'p str]) -> Option<Vec<&'p str>> {
    let inside = written.strip_prefix("${")?.strip_suffix('}')?;
    if inside.contains([':', '$']) {
        return None;
    }
    let dots = inside.len() - inside.trim_start_matches('.').len();
    let parts = inside.split(['.', '[', ']']).filter(|part| !part.is_empty());
    Some(match dots {
        0 => parts.collect(),
        dots => {
            let above = path.get(..path.len().checked_sub(dots)?)?;
            above.iter().copied().chain(parts).collect()
        }
    })
}
