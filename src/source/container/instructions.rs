//! A Dockerfile's instructions, and the shell that stands in them.
//!
//! Why it can be wrong: docker takes comment lines out of the middle of a command, and a list of words is no shell. Both
//! are made shell byte for byte, so that places stay where they are.
//!
//! Example: `CMD ["python", "a.py"]` is the command `python a.py`; behind an `ENTRYPOINT` list it is more words of that.

use std::collections::BTreeMap;
use std::ops::Range;

/// One instruction with its continued lines; `rest` is what stands behind its name.
pub(super) struct Instruction {
    pub(super) name: String,
    pub(super) at: usize,
    pub(super) rest: Range<usize>,
}

/// The text with comment lines blank, byte for byte: docker takes them out of the lines that go on, the shell does not.
pub(super) fn without_comments(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut continues = false;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let is_comment = body.trim_start().starts_with('#');
        if is_comment {
            let blank = body.len() - usize::from(continues);
            out.extend(std::iter::repeat_n(b' ', blank));
            if continues {
                out.push(b'\\');
            }
            out.extend_from_slice(&line.as_bytes()[body.len()..]);
        } else {
            out.extend_from_slice(line.as_bytes());
            continues = body.trim_end().ends_with('\\') || continues && body.trim().is_empty();
        }
    }
    String::from_utf8(out).unwrap_or_default()
}

pub(super) fn instructions(text: &str) -> Vec<Instruction> {
    let mut out: Vec<Instruction> = Vec::new();
    let mut at = 0;
    let mut continues = false;
    // The word that ends a here-document.
    let mut until: Option<String> = None;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim_end();
        let end = start + body.len();
        if let Some(last) = out.last_mut().filter(|_| continues || until.is_some()) {
            if until.as_deref() == Some(body.trim()) {
                until = None;
                continue;
            }
            last.rest.end = end.max(last.rest.end);
            continues = until.is_none() && (body.ends_with('\\') || body.is_empty() && continues);
            continue;
        }
        let trimmed = body.trim_start();
        let Some(name) = trimmed.split_whitespace().next() else {
            continue;
        };
        if !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            continue;
        }
        let mut from = start + (body.len() - trimmed.len()) + name.len();
        let here = trimmed[name.len()..].trim_start();
        if let Some(word) = here.strip_prefix("<<") {
            until = Some(word.trim_start_matches('-').trim_matches(['"', '\'']).to_string());
            from = at;
        }
        continues = until.is_none() && body.ends_with('\\');
        out.push(Instruction {
            name: name.to_lowercase(),
            at: start,
            rest: from.min(end.max(from))..end.max(from),
        });
    }
    out
}

/// `NAME=value` several times, or `NAME value`: the name, its value's bytes, all its bytes.
pub(super) fn settings(text: &str, rest: Range<usize>) -> Vec<(String, Range<usize>, Range<usize>)> {
    let written = &text[rest.clone()];
    let first = written.split_whitespace().next().unwrap_or("");
    if !first.contains('=') {
        let Some((name, value)) = written.trim().split_once(char::is_whitespace) else {
            return Vec::new();
        };
        let value = value.trim();
        let start = rest.start + written.rfind(value).unwrap_or(0);
        let name_at = rest.start + (written.len() - written.trim_start().len());
        return vec![(
            name.to_string(),
            start..start + value.len(),
            name_at..start + value.len(),
        )];
    }
    let mut out = Vec::new();
    let mut at = rest.start;
    let mut quote: Option<char> = None;
    let mut start = at;
    let mut ends: Vec<Range<usize>> = Vec::new();
    for c in written.chars().chain([' ']) {
        match quote {
            Some(sign) if c == sign => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c.is_whitespace() => {
                if start < at {
                    ends.push(start..at);
                }
                start = at + c.len_utf8();
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    for range in ends {
        if let Some((name, value)) = text[range.clone()].split_once('=') {
            out.push((name.to_string(), range.end - value.len()..range.end, range));
        }
    }
    out
}

/// A text with its variables put in: `$NAME` as far as a name goes, `${NAME}`, `${NAME:-default}`. One without a value is
/// nothing.
pub(super) fn filled(text: &str, values: &BTreeMap<String, String>) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        let end = |text: &str| text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        match behind.strip_prefix('{') {
            Some(inside) => {
                let Some((inside, behind)) = inside.split_once('}') else {
                    out.push('$');
                    rest = behind;
                    continue;
                };
                let (name, default) = inside.split_at(end(inside).unwrap_or(inside.len()));
                let default = default.strip_prefix(":-").or_else(|| default.strip_prefix('-'));
                let value = values.get(name).map(String::as_str).filter(|value| !value.is_empty());
                out.push_str(value.or(default).unwrap_or_default());
                rest = behind;
            }
            None => {
                let (name, behind) = behind.split_at(end(behind).unwrap_or(behind.len()));
                match values.get(name) {
                    Some(value) => out.push_str(value),
                    None if name.is_empty() => out.push('$'),
                    None => {}
                }
                rest = behind;
            }
        }
    }
    out + rest
}

/// Whether what is copied out of a stage may bring the packages that it installs: all of it, a folder that packages are
/// installed in, or any folder where the stage makes an environment of its own.
pub(super) fn brings_packages(copied: &str, stage: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "site-packages",
        "dist-packages",
        "venv",
        "conda",
        "mamba",
        ".local",
        "wheel",
        "install",
        "python",
        "deps",
        "packages",
        "pyenv",
        ".uv",
    ];
    let copied = copied.trim_matches(['"', '\'', '[', ']', ',']).to_lowercase();
    let own = stage.to_lowercase();
    let folder = copied.trim_end_matches('/');
    let makes = [
        "venv",
        "virtualenv",
        "uv sync",
        "in-project",
        "conda create",
        "poetry install",
        "pipenv",
    ];
    let is_folder = !folder.rsplit('/').next().unwrap_or(folder).contains('.');
    matches!(
        folder,
        "" | "." | "/usr" | "/usr/local" | "/usr/local/lib" | "/opt" | "/root" | "/home" | "/lib"
    ) || FOLDERS.iter().any(|name| folder.contains(name))
        || folder.contains('$')
        || is_folder && makes.iter().any(|word| own.contains(word))
        || folder.len() > 1
            && ["--prefix", "--target", "-t ", "--root", "--user"]
                .iter()
                .any(|flag| own.contains(flag))
            && own.contains(folder)
}

/// A Dockerfile as the shell is to read it.
pub(super) struct Commanded {
    pub(super) text: String,
    /// The entry point and the `CMD` behind it that are one command.
    pub(super) joined: Option<(usize, usize)>,
    /// Where an entry point stands that could not be joined with its `CMD`.
    pub(super) left_out: Option<usize>,
}

/// The text with lists of words (`["python", "a.py"]`) as shell words, byte for byte, and an entry point with the
/// words that `CMD` adds to it as one command; where other instructions stand between, neither is a command.
pub(super) fn commanded(text: &str, instructions: &[Instruction]) -> Commanded {
    let mut bytes = text.as_bytes().to_vec();
    let is_list = |instruction: &Instruction| text[instruction.rest.clone()].trim_start().starts_with('[');
    for instruction in instructions.iter().filter(|instruction| is_list(instruction)) {
        if matches!(instruction.name.as_str(), "run" | "cmd" | "entrypoint") {
            let mut quoted = false;
            for at in instruction.rest.clone() {
                match bytes[at] {
                    b'"' if at == 0 || bytes[at - 1] != b'\\' => quoted = !quoted,
                    b'[' | b']' | b',' if !quoted => bytes[at] = b' ',
                    _ => {}
                }
            }
        }
    }
    let (mut joined, mut left_out) = (None, None);
    let last = |name: &str| instructions.iter().rposition(|instruction| instruction.name == name);
    let stage = last("from").unwrap_or(0);
    if let (Some(entry), Some(cmd)) = (last("entrypoint"), last("cmd"))
        && entry > stage
        && cmd > stage
        && is_list(&instructions[entry])
    {
        let quiet = |instruction: &Instruction| {
            matches!(
                instruction.name.as_str(),
                "workdir" | "expose" | "user" | "label" | "volume" | "copy" | "cmd"
            )
        };
        if entry < cmd && is_list(&instructions[cmd]) && instructions[entry + 1..cmd].iter().all(quiet) {
            // Line ends too: for the shell the two are one line.
            bytes[instructions[entry].rest.end..instructions[cmd].rest.start].fill(b' ');
            joined = Some((entry, cmd));
        } else {
            for instruction in [&instructions[entry], &instructions[cmd]] {
                bytes[instruction.rest.clone()].fill(b' ');
            }
            left_out = Some(instructions[entry].at);
        }
    }
    Commanded {
        text: String::from_utf8(bytes).unwrap_or_default(),
        joined,
        left_out,
    }
}
