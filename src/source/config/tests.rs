//! Files as people write them, with every leaf counted by hand.

use super::*;
use crate::evidence::{Dead, Expr, Link, LinkKind, Statement, Subject};
use crate::place::SourceText;
use crate::quantity::Value;

fn file(path: &str, text: &str) -> File {
    File {
        path: path.into(),
        bytes: text.as_bytes().to_vec(),
        text: Some(SourceText::new(path, text)),
    }
}

fn facts(path: &str, text: &str) -> FileFacts {
    let reader = [YAML, JSON, TOML]
        .into_iter()
        .find(|reader| (reader.reads)(path))
        .expect("a configuration");
    (reader.read)(&file(path, text), &[])
}

fn shown(value: &Expr) -> String {
    match value {
        Expr::Value(Value::Text(text)) => format!("{text:?}"),
        Expr::Value(value) => value.to_string(),
        Expr::Ref(name) => format!("ref {name}"),
        Expr::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Expr::Opaque(text) => format!("opaque {text}"),
        other => format!("{other:?}"),
    }
}

/// `path.to.key = value :line`, with comment and what is dead.
fn lines(statements: &[Statement]) -> Vec<String> {
    statements
        .iter()
        .map(|statement| {
            let Subject::Setting { name } = &statement.subject else {
                panic!("a setting")
            };
            let path = statement
                .owner
                .iter()
                .chain([name])
                .cloned()
                .collect::<Vec<_>>()
                .join(".");
            let comment = statement
                .comment
                .as_ref()
                .map(|comment| format!(" # {comment}"))
                .unwrap_or_default();
            let dead = if statement.dead.is_some() { " dead" } else { "" };
            format!(
                "{path} = {} :{}{comment}{dead}",
                shown(&statement.value),
                statement.place.line.unwrap()
            )
        })
        .collect()
}

#[test]
fn yaml_leaves() {
    let cases: &[(&str, &[&str])] = &[
        ("batch_size: 50  # per device\n", &["batch_size = 50 :1 # per device"]),
        (
            "trainer:\n  lr: 1e-4\n  amp: yes\n  name: \"yes\"\nseed:\n",
            &[
                "trainer.lr = 1e-4 :2",
                "trainer.amp = true :3",
                "trainer.name = \"yes\" :4",
                "seed = none :5",
            ],
        ),
        ("betas: [0.9, 0.95]  # Adam\n", &["betas = [0.9 0.95] :1 # Adam"]),
        (
            "steps:\n  - 1\n  - 2\nops: [[a, 1], [b, 2]]\n",
            &["steps = [1 2] :1", "ops = [[\"a\" 1] [\"b\" 2]] :4"],
        ),
        (
            "layers:\n  - size: 8\n  - size: 16\n",
            &["layers.0.size = 8 :2", "layers.1.size = 16 :3"],
        ),
        ("a: 1\n---\na: 2\n", &["a = 1 :1", "a = 2 :3"]),
        ("a: 1\na: 2\n", &["a = 1 :1 dead", "a = 2 :2"]),
        (
            "a: &x {b: 1, c: 2}\nd: *x\n",
            &["a.b = 1 :1", "a.c = 2 :1", "d.b = 1 :1", "d.c = 2 :1"],
        ),
        ("a: &x 5\nb: *x\n", &["a = 5 :1", "b = 5 :2"]),
        (
            "base: &b\n  lr: 1\n  wd: 2\nrun:\n  <<: *b\n  lr: 3\n",
            &["base.lr = 1 :2", "base.wd = 2 :3", "run.lr = 3 :6", "run.wd = 2 :3"],
        ),
        (
            "lr: ${opt.lr}\ndir: ${root}/x\n",
            &["lr = ref ${opt.lr} :1", "dir = opaque ${root}/x :2"],
        ),
        (
            "lr: !ref <base_lr>\nn: !ref <a> * 2\nm: !!float 1\ns: !!str 5\n",
            &[
                "lr = ref <base_lr> :1",
                "n = opaque !ref <a> * 2 :2",
                "m = 1 :3",
                "s = \"5\" :4",
            ],
        ),
        ("opt: !new:torch.optim.Adam\n  lr: 0.1\n", &["opt.lr = 0.1 :2"]),
        ("p: !!python/tuple [1, 2]\n", &["p = [1 2] :1"]),
        ("x: {{ y }}\n", &["x = opaque {{ y }} :1"]),
        (
            "text: |\n  one\n  two\nafter: 1\n",
            &["text = \"one\\ntwo\\n\" :1", "after = 1 :4"],
        ),
        ("\u{feff}a: 1\r\nb: 2 # two\r\n", &["a = 1 :1", "b = 2 :2 # two"]),
        ("- a: 1\n- a: 2\n", &[]),
        (
            "defaults:\n  - base\n  - db: mysql\n",
            &["defaults = \"base\" :2", "defaults.1.db = \"mysql\" :3"],
        ),
        (
            "url: http://x/#y\nc: '# no' # yes\n",
            &["url = \"http://x/#y\" :1", "c = \"# no\" :2 # yes"],
        ),
        ("1: one\ntrue: two\n", &["1 = \"one\" :1", "true = \"two\" :2"]),
    ];
    for (text, want) in cases {
        let facts = facts("conf/a.yaml", text);
        assert_eq!(lines(&facts.statements), *want, "{text}");
        assert!(facts.gaps.is_empty(), "{text}: {:?}", facts.gaps);
    }
}

#[test]
fn json_and_toml_leaves() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "a.json",
            "{\n  \"lr\": 1e-4, // Adam\n  \"amp\": true,\n  \"x\": {\"y\": null, \"z\": [1, 2.50,]}\n}",
            &[
                "lr = 1e-4 :2 # Adam",
                "amp = true :3",
                "x.y = none :4",
                "x.z = [1 2.50] :4",
            ],
        ),
        (
            "a.json",
            "{\"n\": \"50\", \"n\": 3}",
            &["n = \"50\" :1 dead", "n = 3 :1"],
        ),
        ("a.json", "\u{feff}{\"n\": 3}", &["n = 3 :1"]),
        ("a.json", "[{\"n\": 3}]", &[]),
        ("a.json", "{\"v\": NaN}", &["v = \"NaN\" :1"]),
        (
            "a.toml",
            "seed = 1 # fixed\n[train]\nlr = 5e-5\nz = [1, 2]\nname = \"x\"\n[[run]]\nn = 1\n[[run]]\nn = 2\n",
            &[
                "seed = 1 :1 # fixed",
                "train.lr = 5e-5 :3",
                "train.z = [1 2] :4",
                "train.name = \"x\" :5",
                "run.0.n = 1 :7",
                "run.1.n = 2 :9",
            ],
        ),
        (
            "a.toml",
            "a.b = 1_000\nh = 0x10\nt = { x = 1 }\n",
            &["a.b = 1_000 :1", "h = 0x10 :2", "t.x = 1 :3"],
        ),
    ];
    for (path, text, want) in cases {
        let facts = facts(path, text);
        assert_eq!(lines(&facts.statements), *want, "{text}");
        assert!(facts.gaps.is_empty(), "{text}: {:?}", facts.gaps);
    }
}

#[test]
fn what_is_broken_is_said_and_the_rest_kept() {
    let cases: &[(&str, &str, &[&str], &str)] = &[
        ("a.yaml", "a: 1\nb: [1, 2\nc: 3\n", &["a = 1 :1"], "line"),
        ("a.yaml", "a: 1\n{% if x %}\nb: 2\n", &["a = 1 :1"], "line 2"),
        (
            "a.yaml",
            "a: *gone\nb: 2\n",
            &["a = opaque *gone :1", "b = 2 :2"],
            "line 1",
        ),
        ("a.json", "{\"a\": 1 \"b\": 2}", &[], "line 1"),
        ("a.json", "{\"a\": 1}\n{\"a\": 2}\n", &[], "line 2"),
        ("a.toml", "a = 1\nb = \nc = 3\n", &["a = 1 :1", "c = 3 :3"], "line 2"),
        (
            "a.toml",
            "a = 1\nb = nope\nc = 3\n",
            &["a = 1 :1", "c = 3 :3"],
            "line 2",
        ),
    ];
    for (path, text, want, said) in cases {
        let facts = facts(path, text);
        let got = lines(&facts.statements);
        assert!(
            want.iter().all(|line| got.iter().any(|got| got == line)),
            "{text}: {got:?}"
        );
        assert_eq!(facts.gaps[0].why, GapReason::Broken, "{text}");
        assert!(facts.gaps[0].detail.contains(said), "{text}: {}", facts.gaps[0].detail);
    }
}

#[test]
fn a_bomb_of_aliases_is_a_gap() {
    let mut text = String::from("a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for level in 1..9 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    let facts = facts("a.yaml", &text);
    assert!(facts.statements.is_empty());
    assert_eq!(facts.gaps[0].why, GapReason::TooLarge);
}

#[test]
fn which_files_are_configuration() {
    let cases = [
        ("conf/a.yaml", "yaml"),
        (".github/workflows/ci.yml", "yaml"),
        ("pnpm-lock.yaml", ""),
        ("a.json", "json"),
        ("package-lock.json", ""),
        ("n.ipynb", ""),
        ("rows.jsonl", ""),
        ("conf/a.toml", "toml"),
        ("pyproject.toml", ""),
    ];
    for (path, want) in cases {
        let readers: Vec<&str> = [YAML, JSON, TOML]
            .into_iter()
            .filter(|reader| (reader.reads)(path))
            .map(|reader| reader.name)
            .collect();
        assert_eq!(readers.concat(), want, "{path}");
    }
}

#[test]
fn a_place_is_the_line_of_key_and_value() {
    let facts = facts("conf/a.yaml", "a:\n  lr: 1e-4  # in ms\n");
    let statement = &facts.statements[0];
    assert_eq!(statement.place.excerpt, "lr: 1e-4  # in ms");
    assert_eq!(statement.place.bytes, Some((5, 13)));
    assert_eq!((statement.place.line, statement.place.end_line), (Some(2), Some(2)));
    assert_eq!(statement.unit, Some(crate::quantity::Unit::Millisecond));
}

#[test]
fn a_list_ends_with_its_last_item() {
    let facts = facts("conf/a.yaml", "steps:\n  - 1\n  - 2 # two\n\n# next\nafter: 1\n");
    let place = &facts.statements[0].place;
    assert_eq!((place.line, place.end_line), (Some(1), Some(3)));
    assert_eq!(facts.statements[0].comment, None);
}

/// Files with their texts, and the links between them.
type World<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

/// The links between several files, as `file:line -> file:line kind slot`.
fn bound(files: &[(&str, &str)]) -> Vec<String> {
    let paths: Vec<String> = files.iter().map(|(path, _)| path.to_string()).collect();
    let mut statements: Vec<Statement> = Vec::new();
    for (path, text) in files {
        let shift = statements.len();
        statements.extend(facts(path, text).statements.into_iter().map(|mut statement| {
            if let Some(Dead::Shadowed { by }) = &mut statement.dead {
                *by += shift;
            }
            statement
        }));
    }
    let mut links: Vec<Link> = Vec::new();
    bind(&statements, &mut links, &paths);
    let place = |id: usize| statements[id].place.short();
    let mut lines: Vec<String> = links
        .iter()
        .map(|link| {
            let kind = if link.kind == LinkKind::Override {
                "over"
            } else {
                "fills"
            };
            format!(
                "{} {kind} {}{}",
                place(link.from),
                place(link.to),
                link.slot.as_deref().map(|slot| format!(" {slot}")).unwrap_or_default()
            )
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn a_child_overrides_its_base() {
    let cases: &[World] = &[
        (
            &[
                ("c/base.yml", "SOLVER:\n  LR: 0.1\n  N: 2\n"),
                ("c/child.yml", "_BASE_: base.yml\nSOLVER:\n  LR: 0.2\n"),
            ],
            &["c/child.yml:3 over c/base.yml:2"],
        ),
        // Through a base that does not have the key, and from the nearest that has.
        (
            &[
                ("a.yml", "x: 1\ny: 1\n"),
                ("b.yml", "_BASE_: a.yml\ny: 2\n"),
                ("c.yml", "_BASE_: b.yml\nx: 3\ny: 3\n"),
            ],
            &["b.yml:2 over a.yml:2", "c.yml:2 over a.yml:1", "c.yml:3 over b.yml:2"],
        ),
        (
            &[("a.yml", "base: b.yml\nx: 1\n"), ("b.yml", "base: a.yml\nx: 2\n")],
            &["a.yml:2 over b.yml:2", "b.yml:2 over a.yml:2"],
        ),
        (
            &[("a.yml", "x: 1\n"), ("sub/b.yml", "extends: ../gone.yml\nx: 2\n")],
            &[],
        ),
        // Hydra: the group's name is the package; before `_self_` the child wins, behind it the base.
        (
            &[
                (
                    "c/config.yaml",
                    "defaults:\n  - db: mysql\n  - _self_\ndb:\n  port: 1\n",
                ),
                ("c/db/mysql.yaml", "port: 2\n"),
            ],
            &["c/config.yaml:5 over c/db/mysql.yaml:1"],
        ),
        (
            &[
                (
                    "c/config.yaml",
                    "defaults:\n  - _self_\n  - db: mysql\ndb:\n  port: 1\n",
                ),
                ("c/db/mysql.yaml", "port: 2\n"),
            ],
            &["c/db/mysql.yaml:1 over c/config.yaml:5"],
        ),
        // A file that says `_global_` keeps its keys where they are; a group counts from a folder above.
        (
            &[
                ("c/config.yaml", "defaults:\n  - dset: m\ndset:\n  rate: 1\n"),
                ("c/dset/m.yaml", "# @package _global_\ndset:\n  rate: 2\n"),
            ],
            &["c/config.yaml:4 over c/dset/m.yaml:3"],
        ),
        (
            &[
                ("c/exp/e.yaml", "defaults:\n  - override /db: m\ndb:\n  port: 1\n"),
                ("c/db/m.yaml", "port: 2\n"),
            ],
            &["c/exp/e.yaml:4 over c/db/m.yaml:1"],
        ),
        (
            &[
                ("c/config.yaml", "defaults: [base]\nlr: 1\n"),
                ("c/base.yaml", "lr: 2\n"),
            ],
            &["c/config.yaml:2 over c/base.yaml:1"],
        ),
    ];
    for (files, want) in cases {
        assert_eq!(bound(files), *want, "{files:?}");
    }
}

#[test]
fn a_key_fills_an_interpolation() {
    let cases: &[World] = &[
        (
            &[("a.yaml", "lr: 1\nopt:\n  lr: ${lr}\n")],
            &["a.yaml:1 fills a.yaml:3 ${lr}"],
        ),
        (
            &[("a.yaml", "opt:\n  base: 1\n  lr: ${.base}\n")],
            &["a.yaml:2 fills a.yaml:3 ${.base}"],
        ),
        (
            &[("a.yaml", "base: 2\nopt:\n  base: 1\n  lr: ${..base}\n")],
            &["a.yaml:1 fills a.yaml:4 ${..base}"],
        ),
        (
            &[("a.yaml", "o:\n  lr: 1\nlr: !ref <o[lr]>\n")],
            &["a.yaml:2 fills a.yaml:3 <o[lr]>"],
        ),
        (&[("a.yaml", "lr: ${gone}\nself: ${self}\n")], &[]),
        (
            &[("a.yaml", "_BASE_: b.yaml\nlr: ${base}\n"), ("b.yaml", "base: 1\n")],
            &["b.yaml:1 fills a.yaml:2 ${base}"],
        ),
    ];
    for (files, want) in cases {
        assert_eq!(bound(files), *want, "{files:?}");
    }
}
