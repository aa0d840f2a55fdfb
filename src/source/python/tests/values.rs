//! What statements hold at the end: links followed by the graph, with and without a launch.

use super::super::Running;
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
            reach: Running::new(&world.statements, &world.modules).reach(entry),
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
        ignored: Vec::new(),
        read_under: Vec::new(),
        scopes: Vec::new(),
        entries: Vec::new(),
        statements: world.statements,
        links: world.links,
        launches,
        unimported: std::collections::BTreeMap::new(),
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

#[test]
fn a_default_that_a_call_out_of_sight_may_replace_is_not_known_to_count() {
    let files = [
        (
            "a.py",
            r#"
import json, models
class A:
    def __init__(self, dim=3, rate=0.1):
        self.dim = dim
class B:
    def __init__(self, dim=4, rate=0.2):
        self.dim = dim
def spread(depth=1, width=2):
    return depth
def chosen(steps=5, seed=6):
    return steps
def loaded(**kw):
    return inner(**kw)
def inner(alpha=1):
    return alpha
def plain(beta=1):
    return beta
def rest(x, *more):
    return starred(x, *more)
def starred(x, gamma=1):
    return gamma
def unused(name, kw, config, flag):
    klass = {"a": A, "b": B}[name]
    klass(**kw)
    values = json.load(open("f.json"))
    spread(width=7, **values)
    pick = chosen if flag else plain
    pick(8)
    loaded(**values)
    rest(1, 2)
    getattr(models, name)(**values)
"#,
        ),
        (
            "models.py",
            "def resnet(layers=18):\n    return layers\ndef other(k, layers=1):\n    return layers\n",
        ),
    ];
    check(
        &files,
        None,
        &[],
        &[
            ("a.py:4 dim", &["3", "?klass(**kw)"]),
            ("a.py:7 rate", &["0.2", "?klass(**kw)"]),
            ("a.py:9 depth", &["1", "?spread(width=7, **values)"]),
            ("a.py:9 width", &["7"]),
            // A position fills the first parameter alone.
            ("a.py:11 steps", &["8"]),
            ("a.py:11 seed", &["6"]),
            ("a.py:17 beta", &["8"]),
            ("a.py:15 alpha", &["1", "?loaded(**values)"]),
            ("a.py:21 gamma", &["1", "?starred(x, *more)"]),
            ("models.py:1 layers", &["18", "?getattr(models, name)(**values)"]),
            ("models.py:3 layers", &["1", "?getattr(models, name)(**values)"]),
        ],
    );
}

#[test]
fn a_default_stands_where_all_that_is_handed_over_is_known() {
    let files = [(
        "a.py",
        r#"
import argparse, threading
from dataclasses import dataclass, asdict
from functools import partial
@dataclass
class Config:
    dim: int = 2
def a(dim=1, rate=0.1):
    return dim
def b(dim=1, rate=0.1):
    return dim
def c(dim=1, rate=0.1):
    return dim
def d(x, dim=1, rate=0.1):
    return dim
def e(dim=1, rate=0.1):
    return dim
def f(dim=1, rate=0.1):
    return dim
def g(dim=1, **kw):
    return h(**kw)
def h(rate=0.1):
    return rate
def i(dim=1, rate=0.1):
    return dim
parser = argparse.ArgumentParser()
parser.add_argument("--dim", default=4)
args = parser.parse_args()
conf = {"dim": 3}
a(**conf)
b(**vars(args))
c(**asdict(Config()))
list(map(partial(d, dim=5), [1]))
threading.Thread(target=e).start()
f(**{"dim": 6})
g(dim=7)
more = dict(conf)
more["rate"] = 0.5
i(**more)
"#,
    )];
    check(
        &files,
        None,
        &[],
        &[
            ("a.py:8 dim", &["3"]),
            ("a.py:8 rate", &["0.1"]),
            ("a.py:10 dim", &["4"]),
            ("a.py:10 rate", &["0.1"]),
            ("a.py:12 dim", &["2"]),
            ("a.py:12 rate", &["0.1"]),
            ("a.py:14 dim", &["5"]),
            ("a.py:14 rate", &["0.1"]),
            ("a.py:16 dim", &["1"]),
            ("a.py:16 rate", &["0.1"]),
            ("a.py:18 dim", &["6"]),
            ("a.py:18 rate", &["0.1"]),
            ("a.py:20 dim", &["7"]),
            ("a.py:22 rate", &["0.1"]),
            ("a.py:24 dim", &["3"]),
            ("a.py:24 rate", &["0.5"]),
        ],
    );
}

#[test]
fn a_call_out_of_sight_counts_only_where_it_runs() {
    let files = [
        ("lib.py", "def build(dim=1):\n    return dim\n"),
        (
            "train.py",
            "from lib import build\nif __name__ == '__main__':\n    build()\n",
        ),
        (
            "tool.py",
            "import json\nfrom lib import build\nif __name__ == '__main__':\n    build(**json.load(open('c')))\n",
        ),
    ];
    check(&files, Some("train.py"), &[], &[("lib.py:1 dim", &["1"])]);
    let call = "?lib.build(**json.load(open(c)))";
    check(&files, Some("tool.py"), &[], &[("lib.py:1 dim", &["1", call])]);
}

#[test]
fn callables_in_registries_and_parameters_are_called() {
    let files = [(
        "a.py",
        r#"
REGISTRY = {}
def register(name):
    def put(f):
        REGISTRY[name] = f
        return f
    return put
@register("small")
def small(cfg, depth=2):
    return depth
@register("wide")
class Wide:
    def __init__(self, cfg, depth=3):
        self.depth = depth
class Block:
    def __init__(self, planes, stride=1):
        self.stride = stride
class Net:
    def __init__(self, block, planes):
        self.first = block(planes, 2)
def build(name, cfg, kw):
    Net(Block, 64)
    return REGISTRY[name](cfg, **kw)
def known(name):
    return {"x": one}[name](1, k=5)
def one(x, k=2):
    return k
def lookup(name):
    return TABLE.get(name)(k=6)
def two(k=2):
    return k
TABLE = dict(two=two)
"#,
    )];
    check(
        &files,
        None,
        &[],
        &[
            ("a.py:9 depth", &["2", "?REGISTRY[name](cfg, **kw)"]),
            ("a.py:13 depth", &["3", "?REGISTRY[name](cfg, **kw)"]),
            ("a.py:16 stride", &["2"]),
            ("a.py:16 planes", &["64"]),
            ("a.py:26 k", &["5"]),
            ("a.py:30 k", &["6"]),
        ],
    );
}

#[test]
fn a_call_of_itself_is_no_caller() {
    let files = [(
        "a.py",
        r#"
def apply(model, mix, power=1.0, depth=3, **kw):
    if depth:
        kw["power"] = power
        return apply(model, mix, depth=depth - 1, **kw)
    return power
def main(model, mix):
    apply(model, mix)
"#,
    )];
    check(
        &files,
        None,
        &[],
        &[("a.py:2 power", &["1.0"]), ("a.py:2 depth", &["3"])],
    );
}

#[test]
fn positions_that_are_handed_on_are_those_of_the_outermost_caller() {
    let files = [(
        "a.py",
        r#"
def outer(*rest, **kw):
    return middle(*rest, **kw)
def middle(*rest, **kw):
    return inner(*rest, **kw)
def inner(dim=1, rate=2):
    return dim
outer(rate=3)
def first(*rest):
    return second(*rest)
def second(depth=1):
    return depth
first(5)
"#,
    )];
    check(
        &files,
        None,
        &[],
        &[
            ("a.py:6 dim", &["1"]),
            ("a.py:6 rate", &["3"]),
            ("a.py:11 depth", &["1", "?second(*rest)"]),
        ],
    );
}
