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

#[test]
fn the_last_assignment_that_runs_wins_from_a_branch_too() {
    let files = [(
        "a.py",
        r#"
class Config:
    def __init__(self, model_size, mode):
        self.decay = 0.8
        self.layers = count(model_size)
        if model_size == "large":
            self.decay = 0.9
        if mode == "a":
            rate = 1
        elif mode == "b":
            rate = 2
        else:
            rate = 3
        steps = 10
        if mode == "a":
            steps = 20
        elif mode == "b":
            steps = 30
        use(rate=rate, steps=steps)
        self.shown = 5
        self.show()
        if model_size == "large":
            self.shown = 6
        width = 1
        build(width)
        if mode == "a":
            width = 2
        total = 1
        for i in range(3):
            total = 2
"#,
    )];
    let large = ("model_size", Value::Text("large".to_string()));
    let small = ("model_size", Value::Text("small".to_string()));
    let a = ("mode", Value::Text("a".to_string()));
    let c = ("mode", Value::Text("c".to_string()));
    check(
        &files,
        None,
        &[],
        &[
            ("a.py:4 decay", &["0.8", "0.9"]),
            ("a.py:19 rate", &["1", "2", "3"]),
            ("a.py:14 steps", &["10", "20", "30"]),
            ("a.py:19 steps", &["10", "20", "30"]),
            // Something may have looked before the branch, so the first value counts by itself.
            ("a.py:20 shown", &["5"]),
            ("a.py:24 width", &["1"]),
            ("a.py:28 total", &["1"]),
        ],
    );
    check(
        &files,
        None,
        &[large, a],
        &[
            ("a.py:4 decay", &["0.9"]),
            ("a.py:19 rate", &["1"]),
            ("a.py:19 steps", &["20"]),
            ("a.py:20 shown", &["5"]),
        ],
    );
    check(
        &files,
        None,
        &[small, c],
        &[
            ("a.py:4 decay", &["0.8"]),
            ("a.py:7 decay", &[]),
            ("a.py:19 rate", &["3"]),
            ("a.py:19 steps", &["10"]),
        ],
    );
}

#[test]
fn where_every_branch_sets_it_the_first_value_is_gone() {
    let files = [(
        "a.py",
        r#"
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", default=0.5)
parser.add_argument("--batch", default=4)
args = parser.parse_args()
if args.data == "x":
    args.lr = 0.1
elif args.data == "y":
    args.lr = 0.2
else:
    args.lr = 0.3
if args.data == "x":
    args.batch = 8
conf = {"dim": 1}
if args.data == "x":
    conf["dim"] = 2
"#,
    )];
    check(
        &files,
        None,
        &[],
        &[
            ("a.py:4 lr", &["0.1", "0.2", "0.3"]),
            ("a.py:5 batch", &["4", "8"]),
            ("a.py:15 dim", &["1", "2"]),
        ],
    );
    check(
        &files,
        None,
        &[("data", Value::Text("y".to_string()))],
        &[
            ("a.py:4 lr", &["0.2"]),
            ("a.py:5 batch", &["4"]),
            ("a.py:15 dim", &["1"]),
        ],
    );
}
