//! What decodes a text: a keyword of `.generate(…)` before the object that the call is given, that object before what the
//! code sets at the model, that before the `generation_config.json` beside the model.
//!
//! Why it can be wrong: one call that passes a keyword says nothing of another that leaves it out. So a value is replaced
//! only where every call of the launch that would use it brings its own; and what an object leaves out, some releases of
//! the library take from the model's file and some do not, so it is open. An object that nothing reads decodes nothing.
//!
//! Example: `model.generate(**inputs, do_sample=False)` is greedy, whatever `model/generation_config.json` says.

use std::collections::BTreeMap;

use crate::evidence::{Arg, Dead, Expr, Form, Launch, Link, LinkKind, Statement, StatementId, Subject};
use crate::quantity::Value;

/// The file beside a model.
const FILE: &str = "generation_config.json";
/// The class of the object, and the keyword that takes it.
const CLASS: &str = "GenerationConfig";
const KEYWORD: &str = "generation_config";

/// Links within each launch what replaces what; marks the settings of objects that nothing reads.
pub fn bind(
    statements: &mut [Statement],
    links: &mut Vec<Link>,
    launches: &[Launch],
    is_read: &dyn Fn(&str, &str) -> bool,
) {
    let objects = objects(statements);
    for object in objects.iter().filter(|object| !is_read(&object.file, &object.name)) {
        for &id in &object.says {
            statements[id].dead.get_or_insert(Dead::NeverRead);
        }
    }
    let calls: Vec<StatementId> = (0..statements.len()).filter(|&id| decodes(&statements[id])).collect();
    for (id, launch) in launches.iter().enumerate() {
        let calls: Vec<Decode> = calls
            .iter()
            .filter(|&&call| launch.runs(&statements[call]))
            .map(|&call| Decode::of(call, statements, &objects))
            .collect();
        let files: Vec<&String> = launch.configs.iter().filter(|file| is_config(file)).collect();
        if calls.is_empty() {
            continue;
        }
        let here = Here {
            statements,
            objects: &objects,
            files: &files,
        };
        for (to, source) in here.replaced(launch, &calls) {
            let (from, kind) = match source {
                Source::Statement(from) => (from, LinkKind::Override),
                Source::Unseen(from) => (from, LinkKind::Possible),
            };
            let slot = None;
            links.push(Link {
                from,
                to,
                kind,
                slot,
                launch: Some(id),
            });
        }
    }
}

/// A variable that holds a `GenerationConfig`.
struct Object {
    file: String,
    name: String,
    /// The keywords that it is made with.
    says: Vec<StatementId>,
    /// The folder or file that it is read from.
    folder: Option<String>,
    /// The name is bound to something else as well.
    ambiguous: bool,
}

/// What a call is given for its configuration.
enum Given {
    Nothing,
    Object(usize),
    /// Made in the call itself, with these keywords.
    Inline(Vec<StatementId>),
    Unseen,
}

/// A call of `.generate(…)`.
struct Decode {
    id: StatementId,
    keywords: BTreeMap<String, StatementId>,
    given: Given,
}

#[derive(Clone, Copy, PartialEq)]
enum Source {
    Statement(StatementId),
    /// Something that is not seen, at this call.
    Unseen(StatementId),
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn decodes(statement: &Statement) -> bool {
    matches!(&statement.subject, Subject::Call { callee } if callee.contains('.') && last(callee) == "generate")
        && statement.form == Form::Call
        && statement.dead.is_none()
}

fn is_config(file: &str) -> bool {
    file.rsplit('/').next() == Some(FILE)
}

/// Whether a callee makes the object, and whether it reads it from a folder.
fn makes(callee: &str) -> Option<bool> {
    match callee.strip_suffix(".from_pretrained") {
        Some(class) if last(class) == CLASS => Some(true),
        None if last(callee) == CLASS => Some(false),
        _ => None,
    }
}

fn setting(statement: &Statement) -> Option<&str> {
    match &statement.subject {
        Subject::Setting { name } => Some(name),
        _ => None,
    }
}

/// Keywords within a place whose call's last name is this one.
fn keywords(statements: &[Statement], within: StatementId, callee: &str) -> Vec<StatementId> {
    let place = &statements[within].place;
    let Some((start, end)) = place.bytes else {
        return Vec::new();
    };
    let inside = |statement: &Statement| {
        let bytes = statement
            .place
            .bytes
            .is_some_and(|(from, to)| start <= from && to <= end);
        bytes && statement.place.file == place.file && statement.form == Form::Keyword
    };
    (0..statements.len())
        .filter(|&id| inside(&statements[id]))
        .filter(|&id| statements[id].owner.last().is_some_and(|owner| last(owner) == callee))
        .collect()
}

fn objects(statements: &[Statement]) -> Vec<Object> {
    let mut found: Vec<Object> = Vec::new();
    for (id, statement) in statements.iter().enumerate() {
        let (Form::Variable, Some(name), Expr::Call { callee, args }) =
            (&statement.form, setting(statement), &statement.value)
        else {
            continue;
        };
        let Some(reads) = makes(callee) else { continue };
        let others = statements.iter().filter(|other| {
            other.form == Form::Variable && other.place.file == statement.place.file && setting(other) == Some(name)
        });
        found.push(Object {
            file: statement.place.file.clone(),
            name: name.to_string(),
            says: keywords(statements, id, if reads { "from_pretrained" } else { CLASS }),
            folder: reads.then(|| folder(args)),
            ambiguous: others.count() > 1,
        });
    }
    found
}

/// The first argument as a path; empty where it is none that is seen.
fn folder(args: &[Arg]) -> String {
    match args.iter().find(|arg| arg.keyword.is_none()).map(|arg| &arg.value) {
        Some(Expr::Value(Value::Text(text))) => text.trim_start_matches("./").trim_end_matches('/').to_string(),
        _ => String::new(),
    }
}

impl Decode {
    fn of(id: StatementId, statements: &[Statement], objects: &[Object]) -> Decode {
        let statement = &statements[id];
        let args: &[Arg] = match &statement.value {
            Expr::Call { args, .. } => args,
            _ => &[],
        };
        let named = |value: &Expr| match value {
            Expr::Ref(name) => {
                let known = |object: &&Object| object.file == statement.place.file && object.name == *name;
                objects.iter().position(|object| known(&object))
            }
            _ => None,
        };
        let by_keyword = args.iter().find(|arg| arg.keyword.as_deref() == Some(KEYWORD));
        let by_position = args
            .iter()
            .filter(|arg| arg.keyword.is_none())
            .find_map(|arg| named(&arg.value));
        let object = |at: usize| {
            if objects[at].ambiguous {
                Given::Unseen
            } else {
                Given::Object(at)
            }
        };
        let given = match by_keyword.map(|arg| &arg.value) {
            Some(Expr::Call { callee, .. }) if makes(callee) == Some(false) => {
                Given::Inline(keywords(statements, id, CLASS))
            }
            Some(value) => named(value).map_or(Given::Unseen, object),
            None => by_position.map_or(Given::Nothing, object),
        };
        let keywords = keywords(statements, id, "generate")
            .into_iter()
            .filter_map(|id| Some((setting(&statements[id])?.to_string(), id)))
            .collect();
        Decode { id, keywords, given }
    }
}

/// What a launch loads and runs.
struct Here<'h> {
    statements: &'h [Statement],
    objects: &'h [Object],
    /// The generation configs that it loads.
    files: &'h [&'h String],
}

impl Here<'_> {
    /// What takes the place of what.
    fn replaced(&self, launch: &Launch, calls: &[Decode]) -> Vec<(StatementId, Source)> {
        let mut found = Vec::new();
        for (id, statement) in self.statements.iter().enumerate() {
            let Some(name) = setting(statement).filter(|_| statement.dead.is_none()) else {
                continue;
            };
            let at_model = statement.form == Form::Attribute
                && launch.runs(statement)
                && statement.place.excerpt.contains(&format!("{KEYWORD}.{name}"));
            let of_file = statement.form == Form::Key
                && statement.owner.iter().all(|owner| owner == FILE || owner.contains('/'))
                && self.files.contains(&&statement.place.file);
            let of_object = self
                .objects
                .iter()
                .position(|object| object.says.contains(&id) || of_file && self.is_of(object, &statement.place.file));
            let takers: Vec<&Decode> = match of_object {
                Some(at) => {
                    let takes = |call: &&Decode| matches!(call.given, Given::Object(given) if given == at);
                    calls.iter().filter(takes).collect()
                }
                None if at_model || of_file => calls.iter().collect(),
                None => continue,
            };
            let bring = |call: &&Decode| -> Option<Source> {
                if let Some(&keyword) = call.keywords.get(name) {
                    return Some(Source::Statement(keyword));
                }
                if of_object.is_some() {
                    return None;
                }
                self.of_given(call, name)
                    .or_else(|| of_file.then(|| self.at_model(launch, name)).flatten())
            };
            let brought: Option<Vec<Source>> = takers.iter().map(bring).collect();
            let Some(mut brought) = brought.filter(|brought| !brought.is_empty()) else {
                continue;
            };
            if let Some(unseen) = brought.iter().find(|source| matches!(source, Source::Unseen(_))) {
                brought = vec![*unseen];
            }
            brought.dedup();
            found.extend(brought.into_iter().map(|source| (id, source)));
        }
        found
    }

    /// Whether a file is the one that an object is read from.
    fn is_of(&self, object: &Object, file: &str) -> bool {
        let folder = object.folder.as_deref().unwrap_or_default();
        !folder.is_empty() && (file == folder || file.strip_suffix(FILE) == Some(&format!("{folder}/")))
    }

    /// What the object that a call is given says of a setting.
    fn of_given(&self, call: &Decode, name: &str) -> Option<Source> {
        let says = |ids: &[StatementId]| {
            ids.iter()
                .copied()
                .find(|&id| setting(&self.statements[id]) == Some(name))
        };
        let found = match &call.given {
            Given::Nothing => return None,
            Given::Unseen => None,
            Given::Inline(ids) => says(ids),
            Given::Object(at) => {
                let object = &self.objects[*at];
                let key = |id: &StatementId| {
                    let statement = &self.statements[*id];
                    statement.form == Form::Key
                        && setting(statement) == Some(name)
                        && self.is_of(object, &statement.place.file)
                };
                says(&object.says).or_else(|| (0..self.statements.len()).find(key))
            }
        };
        Some(found.map_or(Source::Unseen(call.id), Source::Statement))
    }

    /// What the code sets at the model, unconditionally and once.
    fn at_model(&self, launch: &Launch, name: &str) -> Option<Source> {
        let sets = |statement: &Statement| {
            statement.form == Form::Attribute
                && setting(statement) == Some(name)
                && statement.guards.is_empty()
                && launch.runs(statement)
                && statement.place.excerpt.contains(&format!("{KEYWORD}.{name}"))
        };
        let mut found = (0..self.statements.len()).filter(|&id| sets(&self.statements[id]));
        let first = found.next()?;
        found.next().is_none().then_some(Source::Statement(first))
    }
}
