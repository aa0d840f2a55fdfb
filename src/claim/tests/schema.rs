//! The schema against whole files: what the reader takes, it takes; what the reader refuses by its tables, it refuses.

use serde_json::Value;

use super::*;
use crate::claim::{keys, schema};

fn valid(text: &str) -> bool {
    let table: toml::Table = text.parse().unwrap();
    let file = json(&toml::Value::Table(table));
    let schema = schema(&kinds());
    jsonschema::validator_for(&schema).unwrap().is_valid(&file)
}

/// TOML as an editor hands it to a schema: dates as texts.
fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
        toml::Value::Array(items) => items.iter().map(json).collect(),
        other => serde_json::to_value(other).unwrap(),
    }
}

#[test]
fn a_right_file_is_valid() {
    assert!(read(super::right::SETUP).is_ok());
    assert!(valid(super::right::SETUP));
}

#[test]
fn the_schema_is_itself_valid() {
    assert!(jsonschema::draft202012::meta::is_valid(&schema(&kinds())));
}

/// `UPDATE_SCHEMA=1 cargo test --lib schema` writes the file anew.
#[test]
fn the_committed_schema_is_that_of_all_kinds() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/claims.schema.json");
    let text = format!(
        "{}\n",
        serde_json::to_string_pretty(&schema(&crate::judge::specs())).unwrap()
    );
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), text, "{path} is stale");
}

#[test]
fn what_the_tables_refuse_the_schema_refuses() {
    let gpu = "[[claim]]\nid = \"x\"\nkind = \"gpu\"\ncount = 1\n";
    assert!(valid(gpu), "the file that the cases change is right");
    let cases = [
        ("unknown key", format!("{gpu}modle = \"A100\"\n")),
        ("shared key of others", format!("{gpu}value = 3\n")),
        ("unknown table", format!("{gpu}[documnet]\ntitle = \"x\"\n")),
        ("unknown document key", format!("{gpu}[document]\ntitel = \"x\"\n")),
        ("unknown kind", gpu.replace("gpu", "gpus")),
        ("no id", gpu.replace("id = \"x\"", "")),
        ("no kind", gpu.replace("kind = \"gpu\"", "")),
        ("wrong type", gpu.replace('1', "\"one\"")),
        ("negative", gpu.replace('1', "-1")),
        ("empty list", format!("{gpu}in = []\n")),
        ("empty quote", format!("{gpu}quote = \"\"\n")),
        (
            "accept without until",
            format!("{gpu}accept = {{ verdict = \"not-run\", reason = \"r\" }}\n"),
        ),
        (
            "accept supported",
            format!("{gpu}accept = {{ verdict = \"supported\", reason = \"r\", until = 2026-01-01 }}\n"),
        ),
        (
            "missing package",
            "[[claim]]\nid = \"x\"\nkind = \"dependency\"\n".to_string(),
        ),
        (
            "missing value",
            "[[claim]]\nid = \"x\"\nkind = \"batch-size\"\n".to_string(),
        ),
        (
            "key of the other engine",
            format!("{gpu}[run.a]\nengine = \"command\"\ncommand = [\"a\"]\nprompt = \"p\"\n"),
        ),
        ("no command", format!("{gpu}[run.a]\nengine = \"command\"\n")),
        ("no claims", "[document]\ntitle = \"x\"\n".to_string()),
        ("no claim in the list", "claim = []\n".to_string()),
    ];
    for (name, text) in cases {
        assert!(read(&text).is_err(), "the reader takes {name}");
        assert!(!valid(&text), "the schema takes {name}");
    }
}

#[test]
fn every_key_has_a_sentence() {
    let sections = [&keys::DOCUMENT, &keys::SLURM, &keys::MACHINE, &keys::RUN];
    let all = sections
        .iter()
        .flat_map(|section| section.keys)
        .chain(keys::COMMON)
        .chain(keys::SHARED);
    for key in all {
        assert!(
            key.about.ends_with('.') && key.about.len() > 8,
            "{}: {}",
            key.name,
            key.about
        );
    }
}
