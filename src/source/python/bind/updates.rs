//! Calls that lay a mapping over the parsed options: `args.__dict__.update(…)`, `vars(args).update(…)`.
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

/// The calls, as statements.
pub(super) fn updates(world: &World<'_>) -> Vec<StatementId> {
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
            let object = by_dict.or(by_vars).and_then(|object| object.rsplit('.').next());
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
                found.push(id);
            }
        }
    }
    found
}
