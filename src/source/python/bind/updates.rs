//! Calls that lay a mapping over the parsed options: `args.__dict__.update(…)`, `vars(args).update(…)`, `setattr` in a loop.
//!
//! Why it can be wrong: a flag wins again where the options are parsed a second time behind the call. Such a call lays
//! nothing over.
//!
//! Example: `args.__dict__.update(yaml.safe_load(open(args.config)))` behind `args = parser.parse_args()`.

use super::world::World;
use crate::evidence::StatementId;

/// What an object with parsed options is called.
const OPTIONS: &[&str] = &[
    "args",
    "opt",
    "opts",
    "FLAGS",
    "hparams",
    "params",
    "options",
    "arguments",
    "flags",
    "config",
    "cfg",
];

/// A call that lays a mapping over the options.
#[derive(Debug)]
pub struct LaidOver {
    pub call: StatementId,
    /// For `setattr` in a loop over a file's keys: the option that names the file, as written there (`args.config`).
    pub opened: Option<String>,
}

/// The calls.
pub(super) fn updates(world: &World<'_>) -> Vec<LaidOver> {
    let mut found = Vec::new();
    for module in world.modules {
        let text = module.source.text();
        for call in module.calls.iter().filter(|call| !call.dead) {
            let id = module.id(call.statement);
            let place = &world.statements[id].place;
            let Some(written) = place.bytes.and_then(|(start, end)| text.get(start..end)) else {
                continue;
            };
            let by_dict = written.split_once(".__dict__.update").map(|(object, _)| object);
            let by_vars = written
                .strip_prefix("vars(")
                .and_then(|rest| rest.split_once(").update"))
                .map(|(object, _)| object);
            let looped = written.strip_prefix("setattr(").and_then(|rest| {
                let start = place.bytes.map_or(0, |(start, _)| start);
                looped(text.get(..start)?, rest.strip_suffix(')')?)
            });
            let by_loop = looped.as_ref().map(|(object, _)| object.as_str());
            let object = by_dict
                .or(by_vars)
                .or(by_loop)
                .and_then(|object| object.rsplit('.').next());
            if !object.is_some_and(|object| OPTIONS.contains(&object.trim())) {
                continue;
            }
            let behind = place.bytes.and_then(|(_, end)| text.get(end..)).unwrap_or_default();
            let again = [".parse_args(", ".parse_known_args("]
                .iter()
                .any(|parse| behind.contains(parse));
            let before = [".parse_args(", ".parse_known_args("]
                .iter()
                .any(|parse| text.contains(parse));
            if before && !again {
                found.push(LaidOver {
                    call: id,
                    opened: looped.map(|(_, option)| option),
                });
            }
        }
    }
    found
}

/// Lines before the loop within which its file is opened.
const NEAR: usize = 8;

/// `for key, value in loaded.items(): setattr(args, key, value)`, straight below the loop: the object, and the option
/// that names the file which was loaded (`args.config`).
fn looped(before: &str, arguments: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = arguments.split(',').map(str::trim).collect();
    let [object, key, value] = parts.as_slice() else {
        return None;
    };
    let lines: Vec<&str> = before.lines().rev().skip(1).take(NEAR).map(str::trim).collect();
    let (targets, mapping) = lines.first()?.strip_prefix("for ")?.split_once(" in ")?;
    if targets.replace(' ', "") != format!("{key},{value}") {
        return None;
    }
    let mapping = mapping.strip_suffix(".items():")?;
    let loads = mapping.contains("load(")
        || lines.iter().any(|line| {
            line.split_once('=')
                .is_some_and(|(name, loaded)| name.trim() == mapping && loaded.contains("load("))
        });
    let opened = lines
        .iter()
        .find_map(|line| line.split_once("open(").map(|(_, path)| path))?;
    let path: String = opened
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
        .collect();
    let option = path.strip_prefix(object)?.strip_prefix('.')?;
    (loads && !option.is_empty()).then(|| (object.to_string(), path.clone()))
}
