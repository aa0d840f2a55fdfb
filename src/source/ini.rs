//! INI files line by line: sections, keys, values over several lines, each with its bytes.
//!
//! Why it can be wrong: dialects differ. As Python's `configparser` has it: `=` or `:` behind a key, a line that is
//! indented more than its key goes on with the value, `#` and `;` begin a comment only where a line begins. A `#`
//! behind a value is part of it here; who reads the value knows whether its program cuts it off.
//!
//! Example: `[options]` with `install_requires =` and two indented lines is one key with two lines of value.

use std::ops::Range;

/// One section; keys before the first header stand in a section without a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::source) struct Section {
    pub(in crate::source) name: String,
    pub(in crate::source) keys: Vec<Key>,
}

/// One key with its value's lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct Key {
    /// As written, without blanks around it.
    pub(in crate::source) name: String,
    pub(in crate::source) at: usize,
    /// Lines that are neither empty nor comments, in order.
    pub(in crate::source) lines: Vec<Line>,
}

/// One line of a value, without blanks around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct Line {
    pub(in crate::source) text: String,
    pub(in crate::source) bytes: Range<usize>,
}

impl Key {
    /// The bytes from the key to the end of its value.
    pub(in crate::source) fn bytes(&self) -> Range<usize> {
        let end = self
            .lines
            .last()
            .map_or(self.at + self.name.len(), |line| line.bytes.end);
        self.at..end
    }

    /// The value as one text, its lines apart by line ends.
    pub(in crate::source) fn value(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    }
}

/// What a file says, and the bytes of lines that are none of it.
pub(in crate::source) fn sections(text: &str) -> (Vec<Section>, Vec<usize>) {
    let mut sections = vec![Section::default()];
    let mut faults = Vec::new();
    // How far the key that may go on is indented.
    let mut open: Option<usize> = None;
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let start = at;
        at += raw.len();
        let line = raw.trim_end();
        let line_start = if start == 0 && line.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        let body = line[line_start..].trim_start();
        let indent = line.len() - line_start - body.len();
        let body_at = start + line.len() - body.len();
        if body.is_empty() || body.starts_with(['#', ';']) {
            continue;
        }
        let Some(section) = sections.last_mut() else { continue };
        if let (Some(depth), Some(key)) = (open, section.keys.last_mut())
            && indent > depth
        {
            key.lines.push(Line {
                text: body.to_string(),
                bytes: body_at..body_at + body.len(),
            });
            continue;
        }
        if let Some(name) = body.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            sections.push(Section {
                name: name.0.trim().to_string(),
                keys: Vec::new(),
            });
            open = None;
            continue;
        }
        let Some(sign) = body.find(['=', ':']) else {
            faults.push(body_at);
            open = None;
            continue;
        };
        let (name, value) = (body[..sign].trim(), &body[sign + 1..]);
        let value_at = body_at + sign + 1 + (value.len() - value.trim_start().len());
        let value = value.trim();
        let lines = match value {
            "" => Vec::new(),
            _ => vec![Line {
                text: value.to_string(),
                bytes: value_at..value_at + value.len(),
            }],
        };
        section.keys.push(Key {
            name: name.to_string(),
            at: body_at,
            lines,
        });
        open = Some(indent);
    }
    (sections, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_values_and_lines_that_go_on() {
        let text = "top = 1\n[options]\n# a comment\ninstall_requires =\n    torch>=1.9\n    # out\n\n    numpy\nlr: 1e-4 ; kept\n[a:b]\nx\n";
        let (sections, faults) = sections(text);
        let said: Vec<String> = sections
            .iter()
            .flat_map(|section| {
                section
                    .keys
                    .iter()
                    .map(|key| format!("{}/{}={}", section.name, key.name, key.value().replace('\n', "|")))
            })
            .collect();
        assert_eq!(
            said,
            [
                "/top=1",
                "options/install_requires=torch>=1.9|numpy",
                "options/lr=1e-4 ; kept"
            ]
        );
        assert_eq!(faults.len(), 1);
        for key in sections.iter().flat_map(|section| &section.keys) {
            assert!(text[key.at..].starts_with(&key.name));
            assert!(key.lines.iter().all(|line| text[line.bytes.clone()] == line.text));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[\\PC\n\t \\[\\]=:#;a-cé\u{feff}\r]{0,120}") {
            let (sections, _) = sections(&text);
            for line in sections.iter().flat_map(|section| &section.keys).flat_map(|key| &key.lines) {
                proptest::prop_assert_eq!(&text[line.bytes.clone()], line.text.as_str());
            }
        }
    }
}
