//! Text of the repository made fit for markdown and terminals: escaped, fenced, without control characters.
//!
//! Why it can be wrong: what is quoted comes from files that anyone may have written. An excerpt with three backticks
//! would close its block and the rest would be read as the report's own words; an escape sequence would repaint the
//! terminal; a `|` would shift the columns of a table.
//!
//! Example: `code("a`b")` is ``` ``a`b`` ```, and `inline("2*3 <b>")` is `2\*3 &lt;b>`.

/// The text without characters that act instead of being seen: controls other than newline and tab, and the marks that
/// turn the writing direction (with which a line can look unlike what it is). Each becomes `�`.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .filter(|&sign| sign != '\r')
        .map(|sign| match sign {
            '\n' | '\t' => sign,
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
            sign if sign.is_control() => '\u{FFFD}',
            sign => sign,
        })
        .collect()
}

/// On one line, with single blanks.
pub(crate) fn line(text: &str) -> String {
    visible(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As running text in markdown: what would be markup is shown as it stands. On one line.
pub(crate) fn inline(text: &str) -> String {
    let text = line(text);
    let signs: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, &sign) in signs.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| signs[at]);
        let after = signs.get(at + 1).copied();
        let within_word = |side: Option<char>| side.is_some_and(char::is_alphanumeric);
        match sign {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '[' | ']' | '~' | '$' | '|' => out.extend(['\\', sign]),
            '_' if !(within_word(before) && within_word(after)) => out.extend(['\\', sign]),
            '>' | '#' | '+' | '-' if at == 0 => out.extend(['\\', sign]),
            '.' | ')' if at > 0 && signs[..at].iter().all(char::is_ascii_digit) && after.is_none_or(|s| s == ' ') => {
                out.extend(['\\', sign]);
            }
            sign => out.push(sign),
        }
    }
    out
}

/// As a code span, its backticks outnumbered. On one line; an empty text is shown as `""`.
pub(crate) fn code(text: &str) -> String {
    let text = line(text);
    if text.is_empty() {
        return "`\"\"`".to_string();
    }
    let ticks = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Markdown made fit for a cell of a table: a bare `|` is escaped, also inside code, where tables ask for it too.
pub(crate) fn cell(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut escaped = false;
    for sign in markdown.replace('\n', " ").chars() {
        if sign == '|' && !escaped {
            out.push('\\');
        }
        escaped = sign == '\\' && !escaped;
        out.push(sign);
    }
    out
}

/// A fenced block, its fence longer than any run of backticks inside.
pub(crate) fn fence(language: &str, text: &str) -> String {
    let text = visible(text);
    let ticks = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{ticks}{language}\n{}\n{ticks}", text.trim_end_matches('\n'))
}

/// A link's target: a path with everything that could end or turn the link percent-encoded.
pub(crate) fn target(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The language of a fenced block, by the file's name.
pub(crate) fn block_language(file: &str) -> &'static str {
    let name = file.rsplit('/').next().unwrap_or(file);
    let extension = name
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
        .to_ascii_lowercase();
    match extension.as_str() {
        "py" | "pyi" | "ipynb" => "python",
        "sh" | "bash" | "job" | "slurm" | "sbatch" | "pbs" => "bash",
        "toml" => "toml",
        "md" | "markdown" => "markdown",
        "tex" | "bib" | "sty" => "latex",
        "yaml" | "yml" => "yaml",
        "json" | "jsonl" => "json",
        "csv" => "csv",
        _ => "txt",
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|sign| sign != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_text_is_shown_as_it_stands() {
        for (text, shown) in [
            ("load_in_4bit", "load_in_4bit"),
            ("_private_", "\\_private\\_"),
            ("2*3 <b>", "2\\*3 &lt;b>"),
            (">=2.0.0", "\\>=2.0.0"),
            ("16~kHz, $\\geq$4", "16\\~kHz, \\$\\\\geq\\$4"),
            ("1. first", "1\\. first"),
            ("2.0", "2.0"),
            ("two\n  lines", "two lines"),
            ("[x](javascript:y)", "\\[x\\](javascript:y)"),
        ] {
            assert_eq!(inline(text), shown, "{text:?}");
        }
    }

    #[test]
    fn code_spans_and_fences_outnumber_their_backticks() {
        for (text, shown) in [
            ("x", "`x`"),
            ("a`b", "``a`b``"),
            ("`a`", "`` `a` ``"),
            ("", "`\"\"`"),
            ("a\nb", "`a b`"),
        ] {
            assert_eq!(code(text), shown, "{text:?}");
        }
        assert_eq!(fence("txt", "a\n```\nb"), "````txt\na\n```\nb\n````");
        assert_eq!(fence("txt", "a"), "```txt\na\n```");
    }

    #[test]
    fn cells_keep_their_column() {
        for (text, shown) in [
            ("a|b", "a\\|b"),
            ("a\\|b", "a\\|b"),
            ("`a|b`", "`a\\|b`"),
            ("a\nb", "a b"),
        ] {
            assert_eq!(cell(text), shown, "{text:?}");
        }
    }

    #[test]
    fn what_acts_becomes_visible() {
        assert_eq!(visible("\u{1b}[2J\r\na\tb\u{202e}c"), "\u{FFFD}[2J\na\tb\u{FFFD}c");
    }

    #[test]
    fn links_keep_odd_paths_whole() {
        assert_eq!(target("a b/(c).md"), "a%20b/%28c%29.md");
        assert_eq!(target("../fixtures/opro2/README.md"), "../fixtures/opro2/README.md");
    }

    #[test]
    fn languages_by_name() {
        for (file, language) in [
            ("slurm/04.job", "bash"),
            ("requirements.txt", "txt"),
            ("pyproject.toml", "toml"),
            ("a/b.PY", "python"),
            ("Makefile", "txt"),
            ("paper/main.tex", "latex"),
        ] {
            assert_eq!(block_language(file), language, "{file}");
        }
    }
}
