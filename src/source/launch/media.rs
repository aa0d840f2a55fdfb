//! Programs that convert audio: what their options set, by the name that people know it by.
//!
//! Why it can be wrong: an option before the input describes the input, and `sox` and `ffmpeg` both take it there. The
//! last one counts, which is the output's; of ffmpeg only what stands behind the last input.
//!
//! Example: `sox in.wav -r 16000 -c 1 out.wav` sets `sample_rate` to 16000 and `channels` to 1, owner `sox`.

use super::flags::Flag;
use crate::evidence::Expr;
use crate::source::Word;
use crate::source::shell::literal;

/// Options with the setting they stand for.
struct Program {
    name: &'static str,
    options: &'static [(&'static str, &'static str)],
    /// An effect that is no option: `rate 16000`.
    effect: Option<(&'static str, &'static str)>,
    /// The option that names an input.
    input: Option<&'static str>,
}

const PROGRAMS: &[Program] = &[
    Program {
        name: "sox",
        options: &[
            ("-r", "sample_rate"),
            ("--rate", "sample_rate"),
            ("-c", "channels"),
            ("--channels", "channels"),
            ("-b", "bits"),
            ("--bits", "bits"),
        ],
        effect: Some(("rate", "sample_rate")),
        input: None,
    },
    Program {
        name: "ffmpeg",
        options: &[("-ar", "sample_rate"), ("-ac", "channels")],
        effect: None,
        input: Some("-i"),
    },
];

/// The settings of a command of such a program; nothing where it is none.
pub(super) fn read(program: &str, words: &[Word], from: usize) -> Option<Vec<Flag>> {
    let known = PROGRAMS.iter().find(|known| known.name == program)?;
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let behind = known
        .input
        .and_then(|input| (from..words.len()).rev().find(|&at| text(at) == input));
    let mut out = Vec::new();
    let mut at = behind.map_or(from, |input| input + 2);
    while at < words.len() {
        let (option, inline) = match text(at).split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (text(at), None),
        };
        let named = known
            .options
            .iter()
            .find(|(other, _)| *other == option)
            .map(|(_, name)| *name);
        if let (Some(name), Some(value)) = (named, inline) {
            out.push(flag(known.name, option, name, literal::expr(value), (at, at)));
            at += 1;
            continue;
        }
        if let Some(name) = named.filter(|_| at + 1 < words.len()) {
            out.push(flag(
                known.name,
                option,
                name,
                words[at + 1].value.clone(),
                (at, at + 1),
            ));
            at += 2;
            continue;
        }
        if let Some((effect, name)) = known.effect
            && option == effect
        {
            // Switches of the effect, then its value.
            let value = (at + 1..words.len()).find(|&next| !text(next).starts_with('-'));
            if let Some(value) = value {
                out.push(flag(
                    known.name,
                    effect,
                    name,
                    words[value].value.clone(),
                    (value, value),
                ));
                at = value;
            }
        }
        at += 1;
    }
    Some(out)
}

fn flag(program: &str, written: &str, name: &str, value: Expr, words: (usize, usize)) -> Flag {
    Flag {
        written: written.to_string(),
        name: name.to_string(),
        owner: vec![program.to_string()],
        value,
        words,
        assigns: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;

    #[test]
    fn the_outputs_rate_is_the_last_one() {
        let shown = |line: &str| -> String {
            let words: Vec<Word> = line
                .split_whitespace()
                .map(|word| Word {
                    text: word.to_string(),
                    value: literal::expr(word),
                    place: Place::default(),
                    variables: Vec::new(),
                })
                .collect();
            let Some(flags) = read(line.split(' ').next().unwrap_or(""), &words, 1) else {
                return "-".to_string();
            };
            let flags: Vec<String> = flags
                .iter()
                .map(|flag| format!("{}={}", flag.name, flag.value))
                .collect();
            flags.join(" ")
        };
        let cases = [
            ("sox a.wav -r 16000 -c 1 b.wav", "sample_rate=16000 channels=1"),
            (
                "sox -r 8000 a.raw --rate=16000 b.wav",
                "sample_rate=8000 sample_rate=16000",
            ),
            ("sox a.wav b.wav rate -v 22050", "sample_rate=22050"),
            ("sox a.wav b.wav", ""),
            (
                "ffmpeg -ar 8000 -i a.mp4 -ac 1 -ar 16000 b.wav",
                "channels=1 sample_rate=16000",
            ),
            ("play -r 8000 a.wav", "-"),
        ];
        for (line, expected) in cases {
            assert_eq!(shown(line), expected, "{line}");
        }
    }
}
