//! Any text at all: nothing panics, nothing overflows, what is not read is a gap.

use proptest::prelude::*;

use super::{read, world};
use crate::evidence::{GapReason, Subject};

#[test]
fn deep_nesting_is_read_on_an_ordinary_stack() {
    let lists = format!("x = {}{}\ny = 1\n", "[".repeat(2000), "]".repeat(2000));
    let sum = format!("x = {}\ny = 1\n", vec!["1"; 2000].join("+"));
    let calls = format!("x = {}1{}\ny = 1\n", "f(a=".repeat(2000), ")".repeat(2000));
    let attributes = format!("x = a{}\ny = 1\n", ".b".repeat(2000));
    let deepest = format!("x = (\n{}1\n{})\ny = 1\n", "-\\\n".repeat(200_000), "");
    for text in [lists, sum, calls, attributes, deepest] {
        let facts = read("a.py", &text);
        let last = facts
            .statements
            .iter()
            .rfind(|statement| matches!(&statement.subject, Subject::Setting { name } if name == "y"));
        assert!(last.is_some(), "{}", &text[..20]);
        drop(world(&[("a.py", &text)]));
    }
}

#[test]
fn broken_long_and_large_files_are_gaps() {
    let broken = read("a.py", "lr = 0.1\nprint \"x\"\nparser.add_argument('--n', default=3)\n");
    assert_eq!(broken.gaps[0].why, GapReason::Broken);
    assert!(broken.gaps[0].detail.starts_with("line 2"), "{}", broken.gaps[0].detail);
    let names: Vec<&str> = broken
        .statements
        .iter()
        .filter_map(|statement| match &statement.subject {
            Subject::Setting { name } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["lr", "n"], "what stands around the fault is read");
    let long = read("a.py", &format!("x = '{}'\n", "a".repeat(30_000)));
    assert_eq!(long.gaps[0].why, GapReason::LongLine);
    let large = read("a.py", &"x = 1\n".repeat(200_000));
    assert_eq!(large.gaps[0].why, GapReason::TooLarge);
}

#[test]
fn a_byte_order_mark_and_windows_endings_keep_their_lines() {
    let facts = read("a.py", "\u{feff}a = 1\r\nb = 2\r\n");
    let lines: Vec<(Option<u32>, &str)> = facts
        .statements
        .iter()
        .map(|s| (s.place.line, s.place.excerpt.trim_start_matches('\u{feff}')))
        .collect();
    assert_eq!(lines, [(Some(1), "a = 1"), (Some(2), "b = 2")]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_read_without_panic(text in "(?s).{0,200}") {
        drop(world(&[("a.py", &text)]));
    }

    #[test]
    fn anything_made_of_python_words_is_bound_without_panic(words in proptest::collection::vec(
        prop::sample::select(vec![
            "def f(", "x", "=", "1", ")", ":", "\n", "\n    ", "class A", "import ", "from . import ", "a.b", "lambda", "if ", "else", "return ",
            "[", "]", "{", "}", "**", "*", ",", "'s'", "for ", " in ", "while ", "self.", "args.", "global x", "with ", " as ", "@", "f'{x}'", "#", "try",
            "except", "await ", "yield ", ":=", "+=", "parser.add_argument(", "'--x'", "default=", ".get(", "getattr(",
        ]), 0..60)) {
        let text = words.concat();
        drop(world(&[("a.py", &text), ("b.py", "from a import *\nimport a\nx = a.x\n")]));
    }
}
