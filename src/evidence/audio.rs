//! What an audio file is: its rate, channels and length, each by its header and as it decodes.
//!
//! Why it can be wrong: a header says what was meant to be written, a truncated file holds less, and an mp3 without a tag
//! of its length is guessed from its first frames. So what the header says and what decoding gives are two statements,
//! and a judge sees both. An audio file that lies about (`assets/beep.wav`) says nothing of a study's data: a scope
//! speaks of audio only where it names such files.
//!
//! Example: `data/clips/a.wav` has the length 2 s by its header and 1.2 s as it decodes: it was cut off.

use serde::{Deserialize, Serialize};

use super::ScopeFiles;

/// What of an audio file a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sound {
    /// Frames a second; its unit is Hz.
    SamplingRate,
    Channels,
    /// Its unit is the second.
    Length,
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Witness {
    /// What the file's header says, or lets a reader estimate.
    Header,
    /// The file, decoded to its end.
    Decoded,
}

/// Endings of files that hold audio, in lower case.
const AUDIO: &[&str] = &[
    "wav", "wave", "flac", "mp3", "ogg", "oga", "m4a", "aac", "opus", "aif", "aiff", "wma", "sph",
];

/// Whether a file holds audio, by its ending.
pub fn is_audio(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default().to_lowercase();
    path.contains('.') && AUDIO.contains(&ending.as_str())
}

impl ScopeFiles {
    /// Whether the scope means audio files: one of its globs ends as these do, or most of what it matches are such files.
    pub fn names_audio(&self) -> bool {
        let audio = self.files.iter().filter(|file| is_audio(file)).count();
        !self.scope.include.is_empty()
            && audio > 0
            && (2 * audio > self.files.len() || self.scope.include.iter().any(|glob| ends_in_audio(glob)))
    }
}

/// `clips/*.wav`, `**/*.{wav,flac}`, `a.WAV`.
fn ends_in_audio(glob: &str) -> bool {
    let name = glob.rsplit('/').next().unwrap_or(glob);
    let Some((_, endings)) = name.split_once('.') else {
        return false;
    };
    endings
        .split(['.', ',', '{', '}'])
        .rfind(|ending| !ending.is_empty())
        .is_some_and(|ending| is_audio(&format!(".{ending}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Scope;

    #[test]
    fn a_scope_means_audio_where_it_names_such_files() {
        let cases: &[(&[&str], &[&str], bool)] = &[
            (&["data/*.wav"], &["data/a.wav"], true),
            (&["data/*.{wav,flac}"], &["data/a.flac", "data/b.wav"], true),
            (
                &["src/*.py", "data/a.WAV"],
                &["data/a.WAV", "src/a.py", "src/b.py"],
                true,
            ),
            (
                &["data/clips"],
                &["data/clips/a.wav", "data/clips/b.wav", "data/clips/LICENSE"],
                true,
            ),
            // A package with a sound in it.
            (&["src"], &["src/a.py", "src/b.py", "src/beep.wav"], false),
            (&[], &["a.wav"], false),
            (&["data/*.wav"], &[], false),
            (&["data/wav"], &["data/wav/a.csv"], false),
        ];
        for (globs, files, want) in cases {
            let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
            let files = ScopeFiles {
                scope: Scope {
                    include: owned(globs),
                    exclude: Vec::new(),
                },
                files: owned(files),
                unmatched: Vec::new(),
            };
            assert_eq!(files.names_audio(), *want, "{globs:?}");
        }
    }
}
