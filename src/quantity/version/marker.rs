//! Environment markers (PEP 508): whether a requirement can hold where a project says that it runs.
//!
//! It can be wrong by knowing too much: a marker of a Python that the manifests leave open, of an extra, or in words that
//! are not read, decides nothing. Only what no declared Python meets is never; what only Windows or macOS meets is
//! elsewhere, since a paper's machine is Linux unless somebody says so.
//!
//! Example: `python_version < "3.6"` beside a declared `>=3.9` is never; `sys_platform == "win32"` is elsewhere.

use super::specifier::Specifier;

/// Where a marker holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It does, or nobody can tell.
    Perhaps,
    /// On no Python that is declared, or on none that is CPython.
    Never,
    /// On another system than Linux.
    Elsewhere,
}

/// Judges a marker by the Pythons that manifests declare; any of them may be the one.
#[must_use]
pub fn holds(marker: &str, pythons: &[Specifier]) -> Holds {
    let Some(tokens) = tokens(marker) else {
        return Holds::Perhaps;
    };
    let on = |linux: bool| {
        let mut reader = Reader {
            tokens: &tokens,
            at: 0,
            pythons,
            linux,
        };
        let truth = reader.any();
        if reader.at == tokens.len() { truth } else { None }
    };
    if on(false) == Some(false) {
        Holds::Never
    } else if on(true) == Some(false) {
        Holds::Elsewhere
    } else {
        Holds::Perhaps
    }
}

#[derive(Debug, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Sign(String),
}

/// Names, quoted texts and signs; none where something else stands there.
fn tokens(marker: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = marker.trim();
    while let Some(c) = rest.chars().next() {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let is_sign = |c: char| "<>=!~".contains(c);
        let length = match c {
            '\'' | '"' => {
                let end = rest[1..].find(c)? + 1;
                found.push(Token::Text(rest[1..end].to_string()));
                end + 1
            }
            '(' | ')' => {
                found.push(Token::Sign(c.to_string()));
                1
            }
            _ if is_name(c) || is_sign(c) => {
                let same = |other: char| if is_name(c) { is_name(other) } else { is_sign(other) };
                let end = rest.find(|other| !same(other)).unwrap_or(rest.len());
                let text = rest[..end].to_string();
                found.push(if is_name(c) {
                    Token::Name(text)
                } else {
                    Token::Sign(text)
                });
                end
            }
            _ => return None,
        };
        rest = rest[length..].trim_start();
    }
    Some(found)
}

/// Reads a marker from left to right; what it cannot decide is none.
struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    pythons: &'t [Specifier],
    linux: bool,
}

impl Reader<'_> {
    fn any(&mut self) -> Option<bool> {
        let mut truth = self.all();
        while self.word("or") {
            let other = self.all();
            truth = match (truth, other) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
        truth
    }

    fn all(&mut self) -> Option<bool> {
        let mut truth = self.one();
        while self.word("and") {
            let other = self.one();
            truth = match (truth, other) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        truth
    }

    fn one(&mut self) -> Option<bool> {
        if self.tokens.get(self.at) == Some(&Token::Sign("(".to_string())) {
            self.at += 1;
            let truth = self.any();
            self.at += usize::from(self.tokens.get(self.at) == Some(&Token::Sign(")".to_string())));
            return truth;
        }
        match self.tokens.get(self.at..self.at + 3)? {
            [Token::Name(name), Token::Sign(sign), Token::Text(text)] => {
                self.at += 3;
                self.atom(name, sign, text)
            }
            [Token::Text(text), Token::Sign(sign), Token::Name(name)] => {
                self.at += 3;
                let turned = match sign.as_str() {
                    "<" => ">",
                    "<=" => ">=",
                    ">" => "<",
                    ">=" => "<=",
                    same => same,
                };
                self.atom(name, turned, text)
            }
            // `in` and `not in` are read over, and decide nothing.
            [_, Token::Name(word), _] if word == "in" => {
                self.at += 3;
                None
            }
            [_, Token::Name(not), Token::Name(word)] if not == "not" && word == "in" => {
                self.at += 4;
                None
            }
            _ => None,
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let here = matches!(self.tokens.get(self.at), Some(Token::Name(name)) if name == word);
        self.at += usize::from(here);
        here
    }

    fn atom(&self, name: &str, sign: &str, text: &str) -> Option<bool> {
        let is = |own: &str| match sign {
            "==" | "===" => Some(text.eq_ignore_ascii_case(own)),
            "!=" => Some(!text.eq_ignore_ascii_case(own)),
            _ => None,
        };
        match name {
            "python_version" | "python_full_version" => self.python(&range(name, sign, text)?),
            "sys_platform" | "sys.platform" if self.linux && text != "linux2" => is("linux"),
            "platform_system" if self.linux => is("Linux"),
            "os_name" | "os.name" if self.linux => is("posix"),
            "platform_python_implementation" => is("CPython"),
            "implementation_name" => is("cpython"),
            _ => None,
        }
    }

    fn python(&self, range: &Specifier) -> Option<bool> {
        let inside = |python: &Specifier| python.is_inside(range);
        let apart = |python: &Specifier| python.release_ranges().is_disjoint(&range.release_ranges());
        if self.pythons.is_empty() {
            None
        } else if self.pythons.iter().all(inside) {
            Some(true)
        } else {
            self.pythons.iter().all(apart).then_some(false)
        }
    }
}

/// The Pythons of one comparison. `python_version` has two parts alone: `<= "3.8"` holds for 3.8.10.
fn range(name: &str, sign: &str, text: &str) -> Option<Specifier> {
    let text = text.trim();
    let plain = text.strip_suffix(".*").unwrap_or(text);
    let parts: Option<Vec<u32>> = plain.split('.').map(|part| part.parse().ok()).collect();
    let written = match (name, parts?.as_slice(), sign) {
        ("python_version", [major, minor], "<=") => format!("<{major}.{}", minor + 1),
        ("python_version", [major, minor], ">") => format!(">={major}.{}", minor + 1),
        ("python_version", [major, minor], "==" | "!=") => format!("{sign}{major}.{minor}.*"),
        ("python_version", [_] | [_, _], "<" | ">=") => format!("{sign}{plain}"),
        ("python_full_version", [_, _, ..], "==" | "!=") if plain != text => format!("{sign}{text}"),
        ("python_full_version", [_, _, ..], "<" | "<=" | ">" | ">=" | "==" | "!=") => format!("{sign}{plain}"),
        _ => return None,
    };
    Specifier::pep440(&written).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_and_where_they_hold() {
        use Holds::{Elsewhere, Never, Perhaps};
        let cases: &[(&str, &[&str], Holds)] = &[
            ("python_version < \"3.6\"", &[">=3.9"], Never),
            ("python_version < '3.6'", &[], Perhaps),
            ("python_version < '3.6'", &[">=3.5"], Perhaps),
            ("python_version < '3.10'", &[">=3.9"], Perhaps),
            ("python_version <= '3.8'", &["==3.8.10"], Perhaps),
            ("python_version > '3.8'", &["==3.8.*"], Never),
            ("python_version == '3.9'", &["==3.9.7"], Perhaps),
            ("python_version != '3.9'", &["==3.9.7"], Never),
            ("python_full_version < '3.8.1'", &[">=3.9"], Never),
            ("'3.7' > python_version", &[">=3.8"], Never),
            // Any of the manifests may be the one.
            ("python_version < '3.8'", &[">=3.9", "==3.7.*"], Perhaps),
            ("python_version < '3.8'", &[">=3.9", "==3.10.*"], Never),
            (
                "python_version < '3.8' or sys_platform == 'win32'",
                &[">=3.9"],
                Elsewhere,
            ),
            ("python_version < '3.8' and sys_platform == 'win32'", &[">=3.9"], Never),
            ("python_version < '3.8' and extra == 'x'", &[">=3.9"], Never),
            (
                "(python_version < '3.8' or extra == 'x') and os_name == 'posix'",
                &[">=3.9"],
                Perhaps,
            ),
            ("sys_platform == 'win32'", &[], Elsewhere),
            ("sys_platform != 'darwin'", &[], Perhaps),
            ("sys_platform == 'linux'", &[], Perhaps),
            ("sys_platform == 'linux2'", &[], Perhaps),
            ("platform_system == \"Windows\"", &[], Elsewhere),
            ("platform_system != 'Linux'", &[], Elsewhere),
            ("platform_machine == 'aarch64'", &[], Perhaps),
            ("platform_python_implementation == 'PyPy'", &[], Never),
            ("python_version in '2.7 3.5'", &[">=3.9"], Perhaps),
            (
                "python_version not in '2.7 3.5' and sys_platform == 'win32'",
                &[],
                Elsewhere,
            ),
            ("build stage kernels", &[">=3.9"], Perhaps),
            ("python_version < '3.8' ???", &[">=3.9"], Perhaps),
            ("python_version <", &[">=3.9"], Perhaps),
            ("", &[">=3.9"], Perhaps),
        ];
        for (marker, pythons, expected) in cases {
            let pythons: Vec<Specifier> = pythons.iter().map(|text| Specifier::pep440(text).unwrap()).collect();
            assert_eq!(holds(marker, &pythons), *expected, "{marker} {pythons:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(marker in "(python_version|sys_platform|and|or|not|in|[()<>=!'\" 0-9.]|\\PC){0,24}") {
            let _ = holds(&marker, &[Specifier::pep440(">=3.9").unwrap()]);
        }
    }
}
