//! The files of code and settings that commands name, before anyone knows which of them there are.
//!
//! Why it can be wrong: ignore rules hide a file that a launch loads (`*.json`, in a checkout without Git's index), and
//! the default that it replaces is taken for what ran. Data stays hidden: reading it costs much and says no setting. So
//! scripts count, and files whose ending or flag says that they hold settings.
//!
//! Example: `deepspeed train.py --deepspeed ./scripts/zero2.json` names `train.py` and `scripts/zero2.json`.

use super::configs::holds_settings;
use crate::place::joined;
use crate::source::Command;
use crate::source::file::Named;

/// What the words of these commands name.
pub fn named<'c>(commands: impl Iterator<Item = &'c Command>) -> Named {
    let mut named = Named::default();
    for command in commands {
        let mut flag = "";
        for word in &command.words {
            let (name, text) = match word.text.split_once('=') {
                Some((name, text)) => (name, text),
                None => (flag, word.text.as_str()),
            };
            flag = if word.text.starts_with('-') { &word.text } else { "" };
            let script = [".py", ".sh"].iter().any(|ending| text.ends_with(ending));
            // Without a flag, the name of the file itself has to speak of settings.
            let speaker = if name.is_empty() { text } else { name };
            if script || holds_settings(speaker, text) {
                add(&mut named, command, text);
            }
        }
    }
    named
}

/// Where the command may find it: in its folder, beside its script, at the root; behind a variable, by its end.
fn add(named: &mut Named, command: &Command, text: &str) {
    if let Some(at) = text.rfind(['$', '`', '~']) {
        let end = text[at..].split_once('/').map_or("", |(_, end)| end);
        if end.contains('/') {
            named.endings.insert(end.to_string());
        }
        return;
    }
    let folder = command.place.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    for base in command.directory.as_deref().into_iter().chain([folder, ""]) {
        named.paths.extend(joined(base, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Expr, Grade};
    use crate::place::SourceText;
    use crate::source::Word;

    #[test]
    fn files_of_code_and_settings() {
        let rows: &[(&str, &[&str], &[&str])] = &[
            (
                "deepspeed train.py --deepspeed ./scripts/zero2.json",
                &[
                    "jobs/scripts/zero2.json",
                    "jobs/train.py",
                    "scripts/zero2.json",
                    "train.py",
                ],
                &[],
            ),
            // Data is left where it is.
            ("python t.py --data_path data/train.json", &["jobs/t.py", "t.py"], &[]),
            (
                "python t.py --config=c.json",
                &["c.json", "jobs/c.json", "jobs/t.py", "t.py"],
                &[],
            ),
            ("python $ROOT/conf/c.yaml", &[], &["conf/c.yaml"]),
            ("python ~/c.yaml", &[], &[]),
        ];
        for (text, paths, endings) in rows {
            let source = SourceText::new("jobs/a.sh", *text);
            let words = text.split(' ').map(|word| Word {
                text: word.to_string(),
                value: Expr::Opaque(word.to_string()),
                place: source.place(0..text.len()),
                variables: Vec::new(),
            });
            let command = Command {
                place: source.place(0..text.len()),
                text: text.to_string(),
                words: words.collect(),
                environment: Vec::new(),
                guards: Vec::new(),
                grade: Grade::Launched,
                directory: None,
            };
            let found = named(std::iter::once(&command));
            assert_eq!(found.paths.iter().collect::<Vec<_>>(), paths.to_vec(), "{text}");
            assert_eq!(found.endings.iter().collect::<Vec<_>>(), endings.to_vec(), "{text}");
        }
    }
}
