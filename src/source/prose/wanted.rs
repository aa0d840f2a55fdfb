//! What the claims ask of prose, put together once for a file.
//!
//! Why it can be wrong: prose that no ask needs is left out, so an ask that is understood too narrowly is evidence lost. Names are compared
//! as identifiers, words one by one and without a plural `s`.
//!
//! Example: the ask for `num_samples` is answered by a number beside `samples` or `sample`.

use std::collections::BTreeSet;

use crate::evidence::Ask;

/// Parts of a name that prose leaves out: `num_samples` is `samples` there.
const COUNTING: &[&str] = &["num", "n", "number", "nr", "no"];

#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// Identifiers as [`identifier`] writes them.
    settings: BTreeSet<String>,
    /// Parts of every asked word, of which all must stand beside the number.
    phrases: BTreeSet<Vec<String>>,
    pub(crate) cards: bool,
    pub(crate) runtime: bool,
}

impl Wanted {
    pub(crate) fn of(asks: &[Ask]) -> Wanted {
        let mut wanted = Wanted::default();
        for ask in asks {
            match ask {
                Ask::Setting { names } => {
                    wanted.settings.extend(names.iter().map(|name| identifier(name)));
                    wanted.phrases.extend(names.iter().map(|name| parts(name)));
                }
                Ask::Prose { words } => wanted.phrases.extend(words.iter().map(|word| parts(word))),
                Ask::Cards => wanted.cards = true,
                Ask::Runtime => wanted.runtime = true,
                _ => {}
            }
        }
        wanted.phrases.remove(&Vec::new());
        wanted
    }

    /// Whether the asks need nothing but commands.
    pub(crate) fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.phrases.is_empty() && !self.cards && !self.runtime
    }

    /// Whether a setting of this name is asked for.
    pub(crate) fn setting(&self, name: &str) -> bool {
        self.settings.contains(&identifier(name))
    }

    /// Whether these words speak of something asked for.
    pub(crate) fn speaks(&self, words: &[String]) -> bool {
        let stems: BTreeSet<String> = words.iter().flat_map(|word| parts(word)).collect();
        self.phrases
            .iter()
            .any(|phrase| phrase.iter().all(|part| stems.contains(part)))
    }
}

/// A name in one spelling: lower case, `_` for `-` and blanks, without leading dashes.
pub(crate) fn identifier(name: &str) -> String {
    let name = name.trim().trim_start_matches('-').to_lowercase();
    name.split(|c: char| c.is_whitespace() || c == '-' || c == '_')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

/// The parts of a name or word, without counting words and plural endings.
fn parts(name: &str) -> Vec<String> {
    let all: Vec<String> = identifier(name)
        .split(['_', '.', '/'])
        .filter(|part| !part.is_empty())
        .map(|part| {
            if part.chars().count() > 3 {
                part.strip_suffix('s').unwrap_or(part).to_string()
            } else {
                part.to_string()
            }
        })
        .collect();
    let said: Vec<String> = all
        .iter()
        .filter(|part| !COUNTING.contains(&part.as_str()))
        .cloned()
        .collect();
    if said.is_empty() { all } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_answer_names() {
        let wanted = Wanted::of(&[
            Ask::Setting {
                names: vec!["per_device_train_batch_size".to_string(), "batch-size".to_string()],
            },
            Ask::Prose {
                words: vec!["num_samples".to_string()],
            },
        ]);
        let rows: &[(&[&str], bool)] = &[
            (&["samples"], true),
            (&["test", "sample"], true),
            (&["batch", "size"], true),
            (&["batch"], false),
            (&["characters"], false),
            (&[], false),
        ];
        for (words, speaks) in rows {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            assert_eq!(wanted.speaks(&words), *speaks, "{words:?}");
        }
        for (name, asked) in [
            ("Batch Size", true),
            ("--batch_size", true),
            ("batch", false),
            ("test_batch_size", false),
        ] {
            assert_eq!(wanted.setting(name), asked, "{name}");
        }
    }
}
