//! Small files with what they hold counted by hand.

use super::*;
use crate::evidence::Scope;
use crate::place::SourceText;

fn file(path: &str, text: &str) -> File {
    File {
        path: path.into(),
        bytes: text.as_bytes().to_vec(),
        text: Some(SourceText::new(path, text)),
    }
}

fn answers(path: &str, text: &str, ask: &Ask) -> FileFacts {
    read_data(&file(path, text), &[(ask, true)])
}

fn rows(header: Option<bool>) -> Ask {
    Ask::Rows {
        scope: Scope::default(),
        header,
    }
}

/// `value @line` of each statement.
fn found(facts: &FileFacts) -> Vec<String> {
    facts
        .statements
        .iter()
        .map(|statement| {
            let value = match &statement.value {
                Expr::Value(Value::Text(text)) => format!("{text:?}"),
                Expr::Value(value) => value.to_string(),
                other => format!("{other:?}"),
            };
            let unit = statement.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
            format!("{value}{unit} @{}", statement.place.line.unwrap_or(0))
        })
        .collect()
}

#[test]
fn rows_are_counted() {
    type Case<'a> = (&'a str, &'a str, Option<bool>, Option<(&'a str, u64, u64, &'a str)>);
    let long = format!("LJ001|{}|x\nLJ002|short|y\n", "a sentence of a speaker ".repeat(4));
    let cases: &[Case] = &[
        // A sentence is no column's name.
        ("a.txt", &long, None, Some(("2", 0, 0, "c1 c2 c3"))),
        ("a.csv", "clip,label\na,1\nb,0\n", None, Some(("2", 0, 0, "clip label"))),
        ("a.csv", "clip,label\na,1\nb,0", None, Some(("2", 0, 0, "clip label"))),
        (
            "a.csv",
            "\u{feff}clip,label\r\na,1\r\n\r\nb,0\r\n",
            None,
            Some(("2", 0, 0, "clip label")),
        ),
        (
            "a.csv",
            "clip,text\na,\"one\ntwo\"\nb,x\n",
            None,
            Some(("2", 0, 0, "clip text")),
        ),
        (
            "a.csv",
            "clip,text\na,5\" pipe\nb,x\n",
            None,
            Some(("2", 0, 0, "clip text")),
        ),
        (
            "a.csv",
            "clip,label\na,1\n,\na,1\nb,0\n",
            None,
            Some(("4", 1, 1, "clip label")),
        ),
        // No header: an empty cell, a number, a cell that stands again in its column.
        ("a.csv", "x,\na,1\n", None, Some(("2", 0, 0, "c1 c2"))),
        ("a.csv", "x,0.5\na,1\n", None, Some(("2", 0, 0, "c1 c2"))),
        ("a.csv", "a,train\nb,train\nc,test\n", None, Some(("3", 0, 0, "c1 c2"))),
        ("a.csv", "a,x\na,x\n", None, Some(("2", 0, 1, "c1 c2"))),
        ("a.csv", "x,nan\na,1\n", None, Some(("2", 0, 0, "c1 c2"))),
        // The claim settles it.
        ("a.csv", "a,train\nb,train\n", Some(true), Some(("1", 0, 0, "a train"))),
        ("a.csv", "clip,label\na,1\n", Some(false), Some(("2", 0, 0, "c1 c2"))),
        (
            "a.csv",
            "clip;value\na;0,5\nb;1,5\n",
            None,
            Some(("2", 0, 0, "clip value")),
        ),
        ("a.csv", "one\ntwo\nthree\n", None, Some(("2", 0, 0, "one"))),
        ("a.csv", "clip,label\n", None, Some(("0", 0, 0, "clip label"))),
        ("a.csv", "", None, Some(("0", 0, 0, ""))),
        // Quotes join no lines in other formats.
        (
            "a.tsv",
            "clip\ttext\na\t\"one\nb\ttwo\"\n",
            None,
            Some(("2", 0, 0, "clip text")),
        ),
        (
            "a.txt",
            "clip label\na    1\nb    0\n",
            None,
            Some(("2", 0, 0, "clip label")),
        ),
        ("a.txt", "a|b c\n1|2 3\n", None, Some(("1", 0, 0, "a b c"))),
        ("a.dat", "1.0 2.0\n3.0 4.0\n", None, Some(("2", 0, 0, "c1 c2"))),
        ("a.txt", "Some words of prose\nand a line that is longer\n", None, None),
        ("a.txt", "one\ntwo\n", None, None),
        ("a.txt", "only line\n", None, None),
        (
            "a.jsonl",
            "{\"a\": 1, \"b\": 2}\n{\"a\": NaN, \"b\": 2}\n\n{\"a\": 1, \"b\": 2}\n",
            None,
            Some(("3", 0, 1, "a b")),
        ),
        (
            "a.json",
            "[{\"a\": 1}, {\"a\": 1}, {\"b\": 2}]",
            None,
            Some(("3", 0, 1, "a b")),
        ),
        ("a.json", "[{\"a\": NaN}, {\"a\": 1}]", None, Some(("2", 0, 0, "a"))),
        ("a.json", "{\"a\": [{\"b\": 1}]}", None, None),
        ("a.json", "[1, 2]", None, None),
        ("a.py", "a,b\n1,2\n", None, None),
    ];
    for (path, text, header, want) in cases {
        let facts = answers(path, text, &rows(*header));
        let got = facts.statements.first().map(|statement| {
            let Subject::Rows {
                empty,
                duplicates,
                columns,
                ..
            } = &statement.subject
            else {
                panic!("rows")
            };
            let Expr::Value(value) = &statement.value else {
                panic!("a number")
            };
            (value.to_string(), *empty, *duplicates, columns.join(" "))
        });
        let want =
            want.map(|(rows, empty, duplicates, columns)| (rows.to_string(), empty, duplicates, columns.to_string()));
        assert_eq!(got, want, "{path}: {text:?}");
        // A table that is too large to be held is counted by the same rules; only what stands twice is not looked for.
        if streamed::is_streamed(path) {
            let mut passed = FileFacts::default();
            streamed::rows(path, *header, &mut std::io::Cursor::new(text.as_bytes()), &mut passed);
            let counts = |facts: &FileFacts| {
                facts.statements.first().map(|statement| match &statement.subject {
                    Subject::Rows {
                        empty,
                        columns,
                        guessed,
                        ..
                    } => (statement.value.clone(), *empty, columns.clone(), *guessed),
                    other => panic!("{other:?}"),
                })
            };
            assert_eq!(counts(&passed), counts(&facts), "{path}: {text:?}");
        }
        assert!(facts.gaps.is_empty(), "{text:?}: {:?}", facts.gaps);
    }
}

#[test]
fn tables_that_are_not_whole_are_gaps() {
    let cases = [
        ("a.csv", "a,b\n1,2,3\n", GapReason::Broken),
        ("a.jsonl", "{\"a\": 1}\n{\"a\": \n", GapReason::Broken),
        ("a.json", "[{\"a\": 1}, {\"a\": ", GapReason::Broken),
        ("a.parquet", "PAR1", GapReason::Broken),
        ("a.arrow", "ARROW1\0\0", GapReason::Broken),
        ("a.arrow", "x", GapReason::Broken),
        ("a.feather", "FEA1\0\0\0\0", GapReason::UnknownFormat),
        ("a.npy", "NUMPY", GapReason::Broken),
        ("a.npz", "PK", GapReason::UnknownFormat),
        ("a.xlsx", "PK", GapReason::UnknownFormat),
        ("a.csv.gz", "x", GapReason::UnknownFormat),
    ];
    for (path, text, why) in cases {
        assert_eq!(answers(path, text, &rows(None)).gaps[0].why, why, "{path}");
    }
}

#[test]
fn a_file_that_was_cut_off_has_no_rows() {
    for (name, rows) in [
        ("train.parquet", 5),
        ("dev.arrow", 5),
        ("test.arrow", 4),
        ("extra.feather", 3),
        ("features.npy", 4),
        ("records.npy", 3),
    ] {
        let path = format!(
            "{}/fixtures/cases/samples/columnar-files/data/{name}",
            env!("CARGO_MANIFEST_DIR")
        );
        let bytes = std::fs::read(path).unwrap();
        let counted = |bytes: &[u8]| {
            let mut facts = FileFacts::default();
            binary::rows(name, None, &mut std::io::Cursor::new(bytes), &mut facts);
            assert_eq!(facts.statements.len() + facts.gaps.len(), 1, "{name}");
            facts.statements.pop().map(|statement| statement.value)
        };
        assert_eq!(counted(&bytes), Some(whole(rows)), "{name}");
        for length in 0..bytes.len() {
            assert_eq!(counted(&bytes[..length]), None, "{name} up to byte {length}");
        }
    }
}

#[test]
fn selections() {
    let json = "{\n  \"test\": {\"BA\": 0.930, \"n\": 21340},\n  \"runs\": [{\"ba\": 0.9},\n {\"ba\": 0.91}],\n  \"o'k\": \"x\"\n}";
    let log = "epoch 1 BA=0.91\r\nepoch 2 BA=0.930\r\nrate: 93.7%\nmodel: 7B\n";
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("r.json", json, "$.test.BA", &["0.930 @2"]),
        ("r.json", json, "$.runs[*].ba", &["0.9 @3", "0.91 @4"]),
        ("r.json", json, "$.runs[?@.ba > 0.905].ba", &["0.91 @4"]),
        ("r.json", json, "$['o\\'k']", &["\"x\" @5"]),
        ("r.json", json, "$.gone", &[]),
        ("r.json", "{\"a\": 1, \"a\": 2}", "$.a", &["2 @1"]),
        ("r.json", "{\"a\": NaN, \"b\": 1}", "$.b", &["1 @1"]),
        ("r.log", log, "/BA=([0-9.]+)$/", &["0.91 @1", "0.930 @2"]),
        ("r.log", log, "/^rate: (.*)$/", &["93.7 % @3"]),
        ("r.log", log, "/model: (\\S+)/", &["\"7B\" @4"]),
        ("r.log", log, "$.a", &[]),
        ("r.csv", "a,b\n1,2\n", "a where b = 2", &["1 @2"]),
    ];
    for (path, text, select, want) in cases {
        let ask = Ask::Select {
            scope: Scope::default(),
            select: select.to_string(),
        };
        assert_eq!(found(&answers(path, text, &ask)), *want, "{select}");
    }
    let ask = Ask::Select {
        scope: Scope::default(),
        select: "$.a".into(),
    };
    assert_eq!(answers("r.json", "{\"a\": ", &ask).gaps[0].why, GapReason::Broken);
}

#[test]
fn pattern_hits() {
    let text = "# RATE = 8000\nRATE = 16_000  # Hz\nfor i in range(970):\n    pass\n";
    let cases: &[(&str, &[&str])] = &[
        (r"RATE = ([\d_]+)", &["8000 @1", "16_000 @2"]),
        (r"^RATE = ([\d_]+)", &["16_000 @2"]),
        (r"range\((\d+)\)", &["970 @3"]),
        (r"pass$", &["\"pass\" @4"]),
        (r"gone", &[]),
    ];
    for (pattern, want) in cases {
        let ask = Ask::Pattern {
            scope: Scope::default(),
            pattern: pattern.to_string(),
        };
        assert_eq!(found(&answers("a.py", text, &ask)), *want, "{pattern}");
    }
    let latin = File {
        path: "a.py".into(),
        bytes: b"caf\xe9 = 1".to_vec(),
        text: None,
    };
    let ask = Ask::Pattern {
        scope: Scope::default(),
        pattern: "1".into(),
    };
    assert_eq!(read_data(&latin, &[(&ask, true)]).gaps[0].why, GapReason::NotText);
}

#[test]
fn files_and_lines() {
    let ask = Ask::Files {
        scope: Scope::default(),
    };
    assert_eq!(found(&answers("a", "x\ny\n", &ask)), ["2 @0"]);
    assert_eq!(found(&answers("a", "x\ny", &ask)), ["2 @0"]);
    assert_eq!(found(&answers("a", "", &ask)), ["0 @0"]);

    // printf 'b\nc\n' | sha256sum
    let want = "bb9ead4c391dab4c05bd498dafac47a54f8b212625f2124a911202cc6ea61d27";
    let lines = |first, last| Ask::Lines {
        file: "a".into(),
        first,
        last,
    };
    assert_eq!(
        found(&answers("a", "a\r\nb\r\nc\r\n", &lines(2, 3))),
        [format!("\"{want}\" @2")]
    );
    for (first, last) in [(0, 1), (3, 2), (2, 4)] {
        assert!(
            answers("a", "a\nb\nc\n", &lines(first, last)).statements.is_empty(),
            "{first}-{last}"
        );
    }
}

#[test]
fn only_what_is_in_scope_is_answered_and_once() {
    let text = "a,b\n1,2\n";
    let (ask, other) = (
        rows(None),
        Ask::Pattern {
            scope: Scope::default(),
            pattern: "1".into(),
        },
    );
    assert!(
        read_data(&file("a.csv", text), &[(&ask, false), (&other, false)])
            .statements
            .is_empty()
    );
    assert_eq!(
        read_data(&file("a.csv", text), &[(&ask, true), (&ask, true)])
            .statements
            .len(),
        1
    );
    // A claim that settles the header is answered apart from one that does not.
    let settled = rows(Some(false));
    let both = read_data(&file("a.csv", text), &[(&ask, true), (&settled, true)]);
    assert_eq!(
        both.statements
            .iter()
            .map(|statement| statement.owner.join(""))
            .collect::<Vec<_>>(),
        ["", "header = false"]
    );
}
