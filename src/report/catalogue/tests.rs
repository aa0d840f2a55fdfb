//! The catalogues against the sources: every message code with its values, in every language; nothing beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::*;

const LANGUAGES: [Language; 2] = [Language::English, Language::Spanish];

fn source(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("en.toml"),
        Language::Spanish => include_str!("es.toml"),
    }
}

/// A message as some source makes it: where, its code, and the values that follow it as `.with("name", …)`.
#[derive(Debug)]
struct Made {
    place: String,
    code: String,
    values: BTreeSet<String>,
}

/// Every `Message::new("…")` under `src/`, and `Message::new(if a { "…" } else { "…" })`.
fn made() -> Vec<Made> {
    let mut made = Vec::new();
    for (name, text) in sources() {
        let opening = concat!("Message", "::new(");
        for (at, _) in text.match_indices(opening) {
            let line = text[..at].matches('\n').count() + 1;
            let argument = &text[at + opening.len()..];
            let rest = after_closing(argument);
            let argument = &argument[..argument.len() - rest.len()];
            // Every other part between quotes is a text.
            for code in argument.split('"').skip(1).step_by(2) {
                made.push(Made {
                    place: format!("{name}:{line}"),
                    code: code.to_string(),
                    values: following(rest),
                });
            }
        }
    }
    made
}

/// The sources by path, their comment lines emptied.
fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    files.sort();
    let without_comments = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text
            .lines()
            .map(|line| if line.trim_start().starts_with("//") { "" } else { line });
        lines.collect::<Vec<_>>().join("\n")
    };
    let name = |file: &PathBuf| {
        file.strip_prefix(env!("CARGO_MANIFEST_DIR"))
            .unwrap()
            .display()
            .to_string()
    };
    files.iter().map(|file| (name(file), without_comments(file))).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The names in the chain `.with("name", …).with(…)` that a code is followed by.
fn following(rest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest = rest;
    while let Some(argument) = rest.trim_start().strip_prefix(".with(") {
        let Some(name) = argument.split('"').nth(1) else { break };
        names.insert(name.to_string());
        rest = after_closing(argument);
    }
    names
}

/// What stands behind the parenthesis that closes the one open before `text`, texts in quotes left out.
fn after_closing(text: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (1, false, false);
    for (at, sign) in text.char_indices() {
        match sign {
            '"' if !escaped => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        escaped = sign == '\\' && !escaped;
        if depth == 0 {
            return &text[at + 1..];
        }
    }
    ""
}

#[test]
fn the_reader_of_codes_sees_the_values_behind_them() {
    let cases: &[(&str, &[&str])] = &[
        (".with(\"a\", 1)\n    .with(\"b\", f(x, \")\")).other()", &["a", "b"]),
        ("", &[]),
        (".with(\n\"a\",\n y,\n);", &["a"]),
    ];
    for (text, names) in cases {
        assert_eq!(
            following(text),
            names.iter().map(ToString::to_string).collect(),
            "{text}"
        );
    }
}

#[test]
fn every_message_has_a_sentence_for_its_values_in_every_language() {
    let made = made();
    assert!(made.len() > 10, "the reader of codes finds nothing");
    let mut wrong = Vec::new();
    for one in &made {
        for language in LANGUAGES {
            for dress in [Dress::Plain, Dress::Markdown] {
                let values = named(one.values.iter().map(|name| (name.clone(), Value::from("1"))));
                if let Err(error) = render(&format!("sentence.{}", one.code), language, dress, values) {
                    wrong.push(format!("{} {} {language:?}: {error}", one.place, one.code));
                }
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_sentence_is_unused() {
    // A code may come from a table or a variable: any text of the sources that is the code uses it.
    let judges: Vec<String> = sources()
        .into_iter()
        .filter(|(name, _)| !name.starts_with("src/report"))
        .map(|(_, text)| text)
        .collect();
    let is_used = |code: &str| judges.iter().any(|text| text.contains(&format!("\"{code}\"")));
    for language in LANGUAGES {
        for table in ["sentence", "reason"] {
            let tables = tables(source(language));
            let unused: Vec<&String> = tables[table].keys().filter(|code| !is_used(code)).collect();
            assert!(unused.is_empty(), "{language:?} {table}: {unused:?}");
        }
    }
}

/// That none is missing is seen where a run is rendered: it would stand there as `run.NAME`.
#[test]
fn no_word_of_a_timed_run_is_unused() {
    let templates = include_str!("../templates/report.md.j2");
    let sources: Vec<String> = sources()
        .into_iter()
        .filter(|(name, _)| name.starts_with("src/report") && !name.contains("tests"))
        .map(|(_, text)| text)
        .collect();
    let is_used = |entry: &str| {
        templates.contains(&format!("\"run.{entry}\""))
            || sources.iter().any(|text| text.contains(&format!("\"{entry}\"")))
    };
    let tables = tables(source(Language::English));
    let unused: Vec<&String> = tables["run"].keys().filter(|entry| !is_used(entry)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn all_languages_have_the_same_entries_over_the_same_values() {
    let entries = |language| -> BTreeMap<String, BTreeSet<String>> {
        let mut entries = BTreeMap::new();
        for (table, templates) in tables(source(language)) {
            for name in templates.into_keys() {
                let name = format!("{table}.{name}");
                let template = catalogue(language).plain.get_template(&name).unwrap();
                entries.insert(name, template.undeclared_variables(false).into_iter().collect());
            }
        }
        entries
    };
    let (english, spanish) = (entries(Language::English), entries(Language::Spanish));
    for (name, values) in &english {
        assert_eq!(Some(values), spanish.get(name), "{name}");
    }
    assert_eq!(english.len(), spanish.len(), "Spanish has entries that English has not");
}

#[test]
fn sentences_end_and_hold_nothing_that_markdown_would_read_as_markup() {
    for language in LANGUAGES {
        for (code, template) in &tables(source(language))["sentence"] {
            assert!(template.ends_with('.'), "{language:?} {code}");
            // What is left when values, conditions and code spans are taken out.
            let mut text = template.clone();
            for (open, close) in [("{{", "}}"), ("{%", "%}"), ("`", "`")] {
                while let Some((before, rest)) = text.split_once(open) {
                    let (_, after) = rest.split_once(close).unwrap();
                    text = format!("{before}{after}");
                }
            }
            assert!(
                !text.contains(['*', '_', '<', '[', '|', '~']),
                "{language:?} {code}: {text}"
            );
        }
    }
}

#[test]
fn plurals_follow_the_number() {
    for (count, english, spanish) in [
        ("0", "`a.csv` has 0 empty rows.", "`a.csv` tiene 0 filas vacías."),
        ("1", "`a.csv` has 1 empty row.", "`a.csv` tiene 1 fila vacía."),
        ("21", "`a.csv` has 21 empty rows.", "`a.csv` tiene 21 filas vacías."),
    ] {
        let message = Message::new("empty-rows").with("file", "a.csv").with("count", count);
        assert_eq!(sentence(&message, Language::English), english);
        assert_eq!(sentence(&message, Language::Spanish), spanish);
    }
}

#[test]
fn values_are_escaped_in_markdown_and_names_translated() {
    let message = Message::new("no-upper-bound").with("declared", "a|b`<c>");
    assert_eq!(
        sentence_in(&message, Language::English, Dress::Markdown),
        "``a|b`<c>`` sets no upper bound, so a later major version satisfies it too."
    );
    let message = Message::new("only-weak-evidence")
        .with("grade", "declared")
        .with("deciding", "logged");
    assert_eq!(
        sentence(&message, Language::Spanish),
        "Solo habla de ello evidencia débil (declarado); decidiría registrado o mejor."
    );
    let message = Message::new("dead-evidence")
        .with("place", "a.py:84")
        .with("what", "parameter pad_target_ms")
        .with("why", "never-read")
        .with("comment", "");
    assert_eq!(
        sentence(&message, Language::English),
        "`parameter pad_target_ms` at a.py:84 has no vote: nothing reads it."
    );
}

#[test]
fn what_has_no_sentence_is_shown_as_it_is() {
    let message = Message {
        code: "some-new-code".to_string(),
        values: BTreeMap::from([("a".to_string(), "*b*".to_string())]),
    };
    assert_eq!(sentence(&message, Language::English), "some-new-code (a: *b*)");
    assert_eq!(
        sentence_in(&message, Language::Spanish, Dress::Markdown),
        "some-new-code (a: \\*b\\*)"
    );
    // A value that the sentence needs is missing.
    let message = Message {
        code: "no-upper-bound".to_string(),
        values: BTreeMap::new(),
    };
    assert_eq!(sentence(&message, Language::English), "no-upper-bound");
}
