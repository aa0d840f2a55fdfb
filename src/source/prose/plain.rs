//! reStructuredText and README files without markup: paragraphs, and commands in indented blocks.
//!
//! Why it can be wrong: in plain text nothing says what is code. An indented block counts as one behind `::` or a
//! `code-block` directive, and gives commands only where they begin with a prompt or a known program.
//!
//! Example: a README without an extension that says `We use a batch size of 50.` gives the setting `batch_size`.

use super::command;
use super::markup;
use super::say::Speaker;
use super::sentence;
use super::wanted::Wanted;
use crate::evidence::Ask;
use crate::source::{File, FileFacts, Reader};

/// Files larger than this are data.
const LARGEST: usize = 1_000_000;

pub const PLAIN: Reader = Reader {
    name: "plain text",
    about: include_str!("plain.rs"),
    reads: |path| {
        let name = path.rsplit('/').next().unwrap_or(path);
        path.ends_with(".rst") || matches!(name, "readme" | "readme.txt")
    },
    read,
};

fn read(file: &File, asks: &[Ask]) -> FileFacts {
    let source = match super::source_of(file, LARGEST) {
        Ok(Some(source)) => source,
        Ok(None) => return FileFacts::default(),
        Err(gap) => return gap.into(),
    };
    let wanted = Wanted::of(asks);
    let (text, gaps) = super::without_long_lines(source);
    let locale = super::language(&text);
    let mut facts = FileFacts {
        gaps,
        ..FileFacts::default()
    };
    let mut cloned = Vec::new();
    let mut heading: Vec<String> = Vec::new();
    let mut code: Option<(usize, bool)> = None;
    let blocks = blocks(&text);
    for block in &blocks {
        let (start, first) = block[0];
        let indent = first.len() - first.trim_start().len();
        // Code goes on while blocks are indented deeper than the text that announced it.
        if let Some((outer, shell)) = code.filter(|(outer, _)| indent > *outer) {
            command::read(block, shell, source, &heading, &mut cloned, &mut facts);
            code = Some((outer, shell));
            continue;
        }
        code = None;
        let last = block.last().map_or("", |(_, line)| line.trim());
        let directive = first.trim_start().strip_prefix(".. ");
        if let Some(directive) = directive {
            if let Some((kind, language)) = directive.split_once("::") {
                let is_code = matches!(
                    kind.trim(),
                    "code-block" | "code" | "sourcecode" | "highlight" | "prompt"
                );
                let shell = is_code && command::is_shell(language.trim());
                code = Some((indent, shell));
                let body: Vec<(usize, &str)> = block
                    .iter()
                    .skip(1)
                    .filter(|(_, line)| !line.trim_start().starts_with(':'))
                    .copied()
                    .collect();
                if is_code && !body.is_empty() {
                    command::read(&body, shell, source, &heading, &mut cloned, &mut facts);
                }
            }
            continue;
        }
        if last.ends_with("::") {
            code = Some((indent, false));
        }
        let underlined = block.iter().position(|(_, line)| is_underline(line));
        if let Some(at) = underlined.filter(|at| *at > 0) {
            heading = vec![block[at - 1].1.trim().to_string()];
        }
        if wanted.is_empty() {
            continue;
        }
        let end = block.last().map_or(start, |(at, line)| at + line.len());
        let read = markup::read_range(&text, start..end);
        let mut speaker = Speaker {
            source,
            wanted: &wanted,
            locale,
            statements: &mut facts.statements,
        };
        for span in sentence::spans(&read) {
            speaker.sentence(&read, span, &heading);
        }
    }
    facts
}

/// Runs of lines that are not blank, each line with the byte it begins at.
fn blocks(text: &str) -> Vec<Vec<(usize, &str)>> {
    let mut blocks: Vec<Vec<(usize, &str)>> = Vec::new();
    let mut open = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        if body.trim().is_empty() {
            open = false;
        } else {
            if !open {
                blocks.push(Vec::new());
            }
            open = true;
            if let Some(block) = blocks.last_mut() {
                block.push((start, body));
            }
        }
        start += line.len();
    }
    blocks
}

fn is_underline(line: &str) -> bool {
    let line = line.trim_end();
    line.len() >= 3
        && line
            .chars()
            .next()
            .is_some_and(|first| first.is_ascii_punctuation() && line.chars().all(|c| c == first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Expr, Subject};
    use crate::place::SourceText;

    #[test]
    fn a_readme_in_restructured_text() {
        let text = "Title\n=====\n\nWe use a batch size of 50.\n\n.. code-block:: bash\n\n   python train.py --lr 1e-4\n\nOutput::\n\n    batch size of 99\n    python eval.py --k 3\n\nEnd.\n";
        let file = File {
            path: "README.rst".to_string(),
            bytes: text.into(),
            text: Some(SourceText::new("README.rst", text)),
        };
        let facts = read(
            &file,
            &[Ask::Setting {
                names: vec!["batch_size".to_string()],
            }],
        );
        let settings: Vec<(String, Option<u32>, Vec<String>)> = facts
            .statements
            .iter()
            .filter_map(|statement| match (&statement.subject, &statement.value) {
                (Subject::Setting { name }, Expr::Value(value)) => {
                    Some((format!("{name}={value}"), statement.place.line, statement.owner.clone()))
                }
                _ => None,
            })
            .collect();
        assert_eq!(
            settings,
            [("batch_size=50".to_string(), Some(4), vec!["Title".to_string()])]
        );
        let commands: Vec<(&str, Option<u32>)> = facts
            .commands
            .iter()
            .map(|command| (command.text.as_str(), command.place.line))
            .collect();
        assert_eq!(
            commands,
            [
                ("python train.py --lr 1e-4", Some(8)),
                ("python eval.py --k 3", Some(13))
            ]
        );
    }
}
