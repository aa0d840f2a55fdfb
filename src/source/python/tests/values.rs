//! What statements hold at the end: links followed by the graph, with and without a launch.

use super::super::{Running, reach};
use super::world;
use crate::evidence::{Evidence, Form, Grade, Graph, Launch, Occasion, Outcome, SCHEMA, Subject, Tool};
use crate::place::Place;
use crate::quantity::Value;

/// Where a setting stands and what it holds: `FILE:LINE NAME` and its values, sorted, `?` before what is not known.
type Expected<'a> = (&'a str, &'a [&'a str]);

/// Holds settings against what they must resolve to; within a launch of the entry, where there is one.
fn check(files: &[(&str, &str)], entry: Option<&str>, given: &[(&str, Value)], expected: &[Expected<'_>]) {
    let world = world(files);
    let launches = entry
        .map(|entry| Launch {
            place: Place::whole(entry.to_string()),
            command: String::new(),
            grade: Grade::Configured,
            entry: Some(entry.to_string()),
            flags: Vec::new(),
            configs: Vec::new(),
            factors: Vec::new(),
            guards: Vec::new(),
            reach: reach(entry, &world.modules),
            idle: Running::new(&world.statements, &world.modules).idle(entry),
        })
        .into_iter()
        .collect();
    let evidence = Evidence {
        tool: Tool::default(),
        schema: SCHEMA,
        as_of: chrono::NaiveDate::default(),
        asks: Vec::new(),
        digests: std::collections::BTreeMap::new(),
        scopes: Vec::new(),
        entries: Vec::new(),
        statements: world.statements,
        links: world.links,
        launches,
        gaps: Vec::new(),
    };
    let graph = Graph::new(&evidence);
    let given: Vec<(String, Value)> = given
        .iter()
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect();
    let occasion = Occasion {
        launch: entry.map(|_| 0),
        given: &given,
        ..Occasion::default()
    };
    for (at, values) in expected {
        let mut found: Vec<String> = Vec::new();
        for (id, statement) in evidence.statements.iter().enumerate() {
            let Subject::Setting { name } = &statement.subject else {
                continue;
            };
            let line = statement.place.line.unwrap_or(0);
            if format!("{}:{line} {name}", statement.place.file) != **at || statement.form == Form::CommentedOut {
                continue;
            }
            if graph.runs(&statement.guards, id, occasion) == Some(false) {
                continue;
            }
            for resolved in graph.resolve(id, occasion) {
                found.push(match resolved.outcome {
                    Outcome::Known(value) => value.to_string(),
                    Outcome::Unknown(text) => format!("?{text}"),
                    Outcome::Absent => "-".to_string(),
                });
            }
        }
        found.sort();
        found.dedup();
        assert_eq!(found, *values, "{at}");
    }
}

#[test]
fn a_keyword_holds_its_parameter_s_default() {
    let files = [(
        "a.py",
        r#"
def spectrum(x, center=False, hop=100):
    return library.stft(x, center=center, hop=hop)
def go(x):
    return spectrum(x, hop=160)
"#,
    )];
    let expected: &[Expected<'_>] = &[("a.py:3 center", &["false"]), ("a.py:3 hop", &["160"])];
    check(&files, None, &[], expected);
    check(&files, Some("a.py"), &[], expected);
}
