//! The JSON Schema of the claim file, for editors: made from the same tables of keys that the reader uses.
//!
//! Why it can be wrong: a schema that lags behind the reader marks right files as wrong. It has no list of its own, and
//! tests hold whole files against reader and schema alike. What a schema cannot say (that a pattern has one capture,
//! that a scope's name is known) only the reader says.
//!
//! Example: the branch for `kind = "samples"` lists its keys and refuses every other one.

use serde_json::{Map, Value, json};

use super::{Key, KindSpec, Shape, keys};

/// JSON Schema (draft 2020-12) of a claim file, TOML read as JSON (dates as texts).
pub fn schema(kinds: &[&KindSpec]) -> Value {
    let branches: Vec<Value> = kinds
        .iter()
        .map(|kind| {
            json!({
                "if": { "properties": { "kind": { "const": kind.name } }, "required": ["kind"] },
                "then": { "$ref": format!("#/$defs/{}", kind.name) },
            })
        })
        .collect();
    let mut definitions: Map<String, Value> = kinds
        .iter()
        .map(|kind| (kind.name.to_string(), of_kind(kind)))
        .collect();
    definitions.insert("run".to_string(), run());
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Claim file of verify",
        "type": "object",
        "properties": {
            "document": section(&keys::DOCUMENT),
            "scope": {
                "type": "object",
                "description": "Names for scopes that claims share.",
                "additionalProperties": of_shape(Shape::Globs),
            },
            "slurm": section(&keys::SLURM),
            "machine": section(&keys::MACHINE),
            "run": {
                "type": "object",
                "description": keys::RUN.about,
                "propertyNames": { "pattern": r"^[\p{L}\p{N}_-]+$" },
                "additionalProperties": { "$ref": "#/$defs/run" },
            },
            "claim": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": { "kind": { "enum": names } },
                    "required": ["id", "kind"],
                    "allOf": branches,
                },
            },
        },
        "required": ["claim"],
        "additionalProperties": false,
        "$defs": definitions,
    })
}

fn section(section: &keys::Section) -> Value {
    object(
        section.about,
        section.keys.iter(),
        section.keys.iter().filter(|key| key.required).map(|key| key.name),
    )
}

fn of_kind(kind: &KindSpec) -> Value {
    let all = kind.all_keys();
    let required = all
        .iter()
        .filter(|key| key.required || kind.requires(key.name))
        .map(|key| key.name);
    let mut object = object(first_paragraph(kind.about).as_str(), all.iter().copied(), required);
    object["properties"]["kind"] = json!({ "const": kind.name, "description": "What is claimed." });
    object
}

/// A declared run; each engine refuses the keys of the other.
fn run() -> Value {
    let mut run = section(&keys::RUN);
    let branch = |engine: &str, needed: &[&str], foreign: &[&str]| {
        let refused: Map<String, Value> = foreign.iter().map(|key| ((*key).to_string(), json!(false))).collect();
        json!({
            "if": { "properties": { "engine": { "const": engine } }, "required": ["engine"] },
            "then": { "required": needed, "properties": refused },
        })
    };
    run["allOf"] = json!([
        branch("command", keys::COMMAND_NEEDS, keys::CANDLE_KEYS),
        branch("candle", keys::CANDLE_NEEDS, keys::COMMAND_KEYS),
    ]);
    run
}

fn object<'k>(about: &str, keys: impl Iterator<Item = &'k Key>, required: impl Iterator<Item = &'static str>) -> Value {
    let properties: Map<String, Value> = keys
        .map(|key| {
            let mut value = of_shape(key.shape);
            value["description"] = json!(key.about);
            (key.name.to_string(), value)
        })
        .collect();
    json!({
        "type": "object",
        "description": about,
        "properties": properties,
        "required": required.collect::<Vec<_>>(),
        "additionalProperties": false,
    })
}

fn of_shape(shape: Shape) -> Value {
    let text = json!({ "type": "string", "pattern": r"\S" });
    let texts = json!({ "anyOf": [text, { "type": "array", "minItems": 1, "items": text }] });
    let date = json!({ "type": "string", "pattern": r"^\s*\d{4}-\d{2}-\d{2}\s*$" });
    let digest = json!({ "type": "string", "pattern": r"^\s*[0-9a-fA-F]{8,64}\s*$" });
    let inline = |properties: Value, required: &[&str]| json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
    match shape {
        Shape::Text
        | Shape::Regex
        | Shape::Select
        | Shape::Version
        | Shape::Path
        | Shape::At
        | Shape::Unit
        | Shape::Tolerance
        | Shape::Duration
        | Shape::Frequency => text,
        Shape::OneOf(words) => json!({ "enum": words }),
        Shape::Texts | Shape::Globs | Shape::Scope | Shape::Names | Shape::Variables => texts,
        Shape::Words => json!({ "type": "array", "minItems": 1, "items": { "type": "string" } }),
        Shape::Integer => json!({ "type": "integer", "minimum": 0 }),
        Shape::Count => json!({ "type": "integer", "minimum": 1 }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::BoolOrText => json!({ "anyOf": [{ "type": "boolean" }, text] }),
        Shape::Stated => json!({ "anyOf": [
            text, { "type": ["number", "boolean"] }, { "type": "array", "minItems": 1 },
        ] }),
        Shape::Arguments => json!({ "anyOf": [
            { "type": "object", "minProperties": 1 }, { "type": "array", "minItems": 1 },
        ] }),
        Shape::Given => json!({ "type": "object", "minProperties": 1 }),
        Shape::Quorum => json!({ "anyOf": [{ "enum": ["all", "any"] }, { "type": "integer", "minimum": 1 }] }),
        Shape::Progress => json!({ "anyOf": [
            { "enum": super::PROGRESS }, { "type": "string", "pattern": r"^/.+/$" },
        ] }),
        Shape::Device => json!({ "type": "string", "pattern": r"^(cpu|metal|cuda(:\d+)?)$" }),
        Shape::Share => json!({ "type": "string", "pattern": "%" }),
        Shape::Date => date,
        Shape::Sha256 => digest,
        Shape::See => inline(json!({ "at": text, "sha256": digest }), &["at", "sha256"]),
        Shape::Accept => inline(
            json!({ "verdict": { "enum": super::shape::ACCEPTABLE }, "reason": text, "until": date }),
            &["verdict", "reason", "until"],
        ),
    }
}

/// The first paragraph of a file's head: what the kind is.
fn first_paragraph(about: &str) -> String {
    let lines = about.lines().map(|line| line.trim_start_matches("//!").trim());
    lines
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
