//! Makefiles: recipe lines as commands, with make's variables.
//!
//! Why it can be wrong: a recipe runs only when its target is asked for, each line in a shell of its own, and
//! `make LR=3` overrides what the file says. A variable has the value that the file gives it; `cd` ends with its line.
//!
//! Example: `LR ?= 1e-4` and the recipe line `python train.py --lr $(LR)` give the variable `LR` and a command whose
//! last word refers to it.

use std::ops::Range;

use crate::evidence::{Ask, GapReason};
use crate::source::shell::{LARGEST, Recipes};
use crate::source::{File, FileFacts, Reader};

/// Makefiles.
pub const MAKEFILE: Reader = Reader {
    name: "makefile",
    about: include_str!("makefile.rs"),
    reads,
    read,
};

fn reads(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "makefile" | "gnumakefile" | "makefile.am") || name.ends_with(".mk") || name.starts_with("makefile.")
}

fn read(file: &File, _asks: &[Ask]) -> FileFacts {
    if file.bytes.len() > LARGEST {
        return file.gap(GapReason::TooLarge, "Makefiles are read up to 4 MB").into();
    }
    let Some(source) = &file.text else {
        return file.gap(GapReason::NotText, "not UTF-8").into();
    };
    let text = as_shell(source.text());
    let mut recipes = Recipes::new(source, &text);
    let lines = logical_lines(&text);
    // A recipe sees every variable of the file, also those below it.
    let mut conditional = 0usize;
    for line in &lines {
        let written = &text[line.clone()];
        let word = written.split_whitespace().next().unwrap_or("");
        match word {
            "ifeq" | "ifneq" | "ifdef" | "ifndef" => conditional += 1,
            "endif" => conditional = conditional.saturating_sub(1),
            _ if written.starts_with('\t') => {}
            _ => {
                if let Some(assignment) = assignment(&text, line.clone()) {
                    let Assignment {
                        name,
                        value,
                        whole,
                        operator,
                    } = assignment;
                    recipes.variable(name, value, whole, operator, conditional > 0);
                }
            }
        }
    }
    for line in lines.into_iter().filter(|line| text[line.clone()].starts_with('\t')) {
        let recipe = text[line.clone()].trim_start_matches(['\t', ' ', '@', '-', '+']);
        recipes.recipe(line.end - recipe.len()..line.end);
    }
    recipes.finish()
}

/// The text with `$(NAME)` as `${NAME}`: every byte stays where it is.
fn as_shell(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    while at + 2 < bytes.len() {
        if bytes[at] == b'$' && bytes[at + 1] == b'(' {
            let name = bytes[at + 2..]
                .iter()
                .take_while(|byte| **byte == b'_' || byte.is_ascii_alphanumeric())
                .count();
            if name > 0 && bytes.get(at + 2 + name) == Some(&b')') {
                bytes[at + 1] = b'{';
                bytes[at + 2 + name] = b'}';
            }
        }
        at += 1;
    }
    // Only ASCII was exchanged for ASCII.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Lines with their continuations, without the final line end.
fn logical_lines(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let bare = line.trim_end_matches(['\n', '\r']);
        if bare.ends_with('\\') && at < text.len() {
            continue;
        }
        let end = at - (line.len() - bare.len());
        if start < end {
            out.push(start..end);
        }
        start = at;
    }
    out
}

struct Assignment<'t> {
    name: &'t str,
    value: Range<usize>,
    whole: Range<usize>,
    operator: &'t str,
}

/// `NAME = value`, `export NAME := value`; `None` for rules and all else.
fn assignment(text: &str, line: Range<usize>) -> Option<Assignment<'_>> {
    let written = &text[line.clone()];
    let body = written.trim_start();
    let body = body
        .strip_prefix("export ")
        .or_else(|| body.strip_prefix("override "))
        .unwrap_or(body)
        .trim_start();
    let start = line.end - body.len();
    let length = body
        .bytes()
        .take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric())
        .count();
    let (name, rest) = body.split_at(length);
    let behind = rest.trim_start();
    let operator = [":::=", "::=", ":=", "?=", "+=", "="]
        .into_iter()
        .find(|operator| behind.starts_with(operator))?;
    if name.is_empty() {
        return None;
    }
    let value = behind[operator.len()..].trim_start();
    // A comment ends the value.
    let value_start = line.end - value.len();
    let end = value
        .find(" #")
        .or_else(|| value.starts_with('#').then_some(0))
        .unwrap_or(value.len());
    let value = value_start..value_start + value[..end].trim_end().len();
    Some(Assignment {
        name,
        whole: start..value.end.max(start + length),
        value,
        operator,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Expr, Subject};
    use crate::place::SourceText;

    fn facts(text: &str) -> FileFacts {
        let file = File {
            path: "Makefile".to_string(),
            bytes: text.as_bytes().to_vec(),
            text: Some(SourceText::new("Makefile", text)),
        };
        read(&file, &[])
    }

    fn commands(text: &str) -> Vec<String> {
        let facts = facts(text);
        facts
            .commands
            .iter()
            .map(|command| {
                let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
                let folder = command
                    .directory
                    .as_ref()
                    .map_or(String::new(), |folder| format!("{folder}> "));
                format!("{} {folder}{}", command.place.line.unwrap_or(0), words.join(" "))
            })
            .collect()
    }

    #[test]
    fn recipes_are_commands() {
        let cases: &[(&str, &[&str])] = &[
            (
                "LR ?= 1e-4\ntrain:\n\t@python train.py --lr $(LR)\n",
                &["3 python train.py --lr 1e-4"],
            ),
            (
                "train: data\n\tcd src && python a.py --x 1\n\tpython b.py --y 2",
                &["2 src> python a.py --x 1", "3 python b.py --y 2"],
            ),
            ("t:\n\tpython a.py \\\n\t  --lr 1\n", &["2 python a.py --lr 1"]),
            (
                "PY=python\nA := --lr 1 --bf16 # both\nt:\n\t$(PY) a.py ${A}\n",
                &["4 python a.py --lr 1 --bf16"],
            ),
            ("t:\n\techo python a.py\n\tpip install x\n", &["3 pip install x"]),
            ("t: a=b\n", &[]),
            ("t:\n\tpython a.py --lr $(B)\nB = 2\n", &["2 python a.py --lr 2"]),
            ("A = 1\nA += 2\nt:\n\tpython a.py $(A)\n", &["4 python a.py 1 2"]),
        ];
        for (text, expected) in cases {
            assert_eq!(commands(text), *expected, "{text}");
        }
    }

    #[test]
    fn variables_are_statements_with_links() {
        let facts = facts("LR = 1e-4\nt:\n\tpython a.py --lr $(LR)\n");
        assert!(matches!(&facts.statements[0].subject, Subject::Setting { name } if name == "LR"));
        assert_eq!(facts.statements[0].place.line, Some(1));
        let last = facts.commands[0].words.last().unwrap();
        assert_eq!(last.value, Expr::Ref("${LR}".to_string()));
        assert_eq!(last.variables, [("${LR}".to_string(), 0)]);
        let conditional = super::tests::facts("ifdef X\nA = 1\nelse\nA = 2\nendif\nt:\n\tpython a.py --a $(A)\n");
        assert_eq!(
            conditional.commands[0].words.last().map(|word| word.variables.len()),
            Some(2)
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[\\PC\n\t$(){}=:#\\\\+?a-c é\r]{0,120}") {
            let _ = facts(&text);
        }
    }
}
