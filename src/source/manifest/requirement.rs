//! One requirement: `name[extras] specifier ; marker`, `name @ URL`, or a URL alone, as it is written.
//!
//! Why it can be wrong: a library that reads markers drops those it does not understand, and then a requirement of old
//! Pythons holds for all. Nothing is interpreted here: specifier and marker are kept as text, odd ones too
//! (`>=1.*`, `>=1,`), and whoever compares them says what they mean.
//!
//! Example: `PyYAML (>=5.1) ; python_version < "3.8"` is the package `pyyaml`, specifier `>=5.1`.

/// What one requirement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Requirement {
    /// Normalised as PEP 503.
    pub(super) package: String,
    /// As written, without parentheses around it; empty where any version will do; a URL or path where one is given.
    pub(super) specifier: String,
    pub(super) marker: Option<String>,
}

impl Requirement {
    /// None where the text is no requirement.
    pub(super) fn parse(text: &str) -> Option<Requirement> {
        let text = text.trim();
        if let Some(requirement) = Requirement::of_url(text) {
            return Some(requirement);
        }
        let end = text
            .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
            .unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        if !is_name(name) {
            return None;
        }
        let mut rest = rest.trim_start();
        if let Some(extras) = rest.strip_prefix('[') {
            rest = extras.split_once(']')?.1.trim_start();
        }
        if let Some(url) = rest.strip_prefix('@') {
            // In front of a marker a URL ends with a blank: `;` may stand in it.
            let (url, marker) = match url.split_once(" ;") {
                Some((url, marker)) => (url.trim(), Some(marker.trim().to_string())),
                None => (url.trim(), None),
            };
            return (!url.is_empty()).then(|| Requirement {
                package: normal(name),
                specifier: url.into(),
                marker,
            });
        }
        let (specifier, marker) = match rest.split_once(';') {
            Some((specifier, marker)) => (specifier.trim(), Some(marker.trim().to_string())),
            None => (rest.trim(), None),
        };
        let specifier = specifier
            .strip_prefix('(')
            .and_then(|inner| inner.strip_suffix(')'))
            .unwrap_or(specifier)
            .trim();
        let marker = marker.filter(|marker| !marker.is_empty());
        is_specifier(specifier).then(|| Requirement {
            package: normal(name),
            specifier: specifier.into(),
            marker,
        })
    }

    /// A URL, or a path to a built package, that stands alone.
    fn of_url(text: &str) -> Option<Requirement> {
        let (url, marker) = match text.split_once(" ;") {
            Some((url, marker)) => (url.trim(), Some(marker.trim().to_string())),
            None => (text, None),
        };
        let is_file = [".whl", ".tar.gz", ".zip"]
            .iter()
            .any(|ending| url.split('#').next().unwrap_or("").ends_with(ending));
        let scheme = url.split_once("://").is_some_and(|(scheme, _)| {
            !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+')
        });
        let is_path = is_file && !url.contains(char::is_whitespace) && !url.contains('@');
        if !scheme && !is_path {
            return None;
        }
        let (location, fragment) = url.split_once('#').unwrap_or((url, ""));
        let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="));
        let package = match egg {
            Some(egg) => egg.split('[').next().unwrap_or(egg).to_string(),
            None => named_by(location)?,
        };
        is_name(&package).then(|| Requirement {
            package: normal(&package),
            specifier: url.to_string(),
            marker,
        })
    }
}

/// The package that the last part of a URL names: a wheel's or archive's distribution, else the repository.
fn named_by(location: &str) -> Option<String> {
    let last = location.trim_end_matches('/').rsplit('/').next()?;
    if let Some(stem) = last.strip_suffix(".whl") {
        return stem.split('-').next().map(str::to_string);
    }
    for ending in [".tar.gz", ".zip"] {
        if let Some(stem) = last.strip_suffix(ending) {
            let name = stem
                .rsplit_once('-')
                .filter(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()));
            return Some(name.map_or(stem, |(name, _)| name).to_string());
        }
    }
    // A reference stands behind `@`: `repo.git@main`.
    Some(
        last.split('@')
            .next()
            .unwrap_or(last)
            .trim_end_matches(".git")
            .to_string(),
    )
}

/// PEP 508: letters, digits, `-_.`, beginning and ending with a letter or digit.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// Clauses of a comparison and a version each, apart by commas; nothing is a specifier too.
fn is_specifier(text: &str) -> bool {
    const OPERATORS: &[&str] = &["===", "==", "~=", "!=", "<=", ">=", "<", ">"];
    let is_version = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || ".*+!-_".contains(c))
    };
    text.split(',')
        .map(str::trim)
        .filter(|clause| !clause.is_empty())
        .all(|clause| {
            OPERATORS
                .iter()
                .find_map(|operator| clause.strip_prefix(operator))
                .is_some_and(|rest| is_version(rest.trim()))
        })
        && text != ","
}

/// PEP 503: lower case, runs of `-_.` as one `-`.
pub(super) fn normal(name: &str) -> String {
    let parts: Vec<String> = name
        .split(['-', '_', '.'])
        .filter(|part| !part.is_empty())
        .map(str::to_lowercase)
        .collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_as_people_write_them() {
        let cases: &[(&str, &str, &str, Option<&str>)] = &[
            ("torch", "torch", "", None),
            ("torch==2.1.0+cu118", "torch", "==2.1.0+cu118", None),
            (
                "Flask_SQLAlchemy >= 2.0 , < 3",
                "flask-sqlalchemy",
                ">= 2.0 , < 3",
                None,
            ),
            ("ruamel.yaml~=0.17", "ruamel-yaml", "~=0.17", None),
            ("transformers[torch,audio]>=4.40", "transformers", ">=4.40", None),
            ("PyYAML (>=5.1.*)", "pyyaml", ">=5.1.*", None),
            ("numpy>=1.*,", "numpy", ">=1.*,", None),
            ("x; python_version < '3.8.*'", "x", "", Some("python_version < '3.8.*'")),
            (
                "x>=1 ; sys_platform == \"linux\"",
                "x",
                ">=1",
                Some("sys_platform == \"linux\""),
            ),
            ("x ;", "x", "", None),
            (
                "clip @ git+https://h/openai/CLIP.git@main",
                "clip",
                "git+https://h/openai/CLIP.git@main",
                None,
            ),
            (
                "a@https://h/a.zip ; python_version<'3'",
                "a",
                "https://h/a.zip",
                Some("python_version<'3'"),
            ),
            (
                "git+https://h/openai/CLIP.git",
                "clip",
                "git+https://h/openai/CLIP.git",
                None,
            ),
            (
                "git+https://h/u/r@abc#egg=Name&subdirectory=x",
                "name",
                "git+https://h/u/r@abc#egg=Name&subdirectory=x",
                None,
            ),
            (
                "https://h/torch-1.9.0%2Bcu111-cp38-cp38-linux_x86_64.whl",
                "torch",
                "https://h/torch-1.9.0%2Bcu111-cp38-cp38-linux_x86_64.whl",
                None,
            ),
            (
                "./wheels/my_pkg-1.0-py3-none-any.whl",
                "my-pkg",
                "./wheels/my_pkg-1.0-py3-none-any.whl",
                None,
            ),
            (
                "https://h/some-pkg-1.2.tar.gz",
                "some-pkg",
                "https://h/some-pkg-1.2.tar.gz",
                None,
            ),
            ("pytz==2004d", "pytz", "==2004d", None),
            ("x===1.0-foo", "x", "===1.0-foo", None),
        ];
        for (text, package, specifier, marker) in cases {
            let want = Requirement {
                package: package.to_string(),
                specifier: specifier.to_string(),
                marker: marker.map(str::to_string),
            };
            assert_eq!(Requirement::parse(text), Some(want), "{text}");
        }
    }

    #[test]
    fn what_is_no_requirement() {
        for text in [
            "",
            ".",
            "-e .",
            "two words",
            "x=1",
            "x >= ",
            ",",
            "x,",
            "https://",
            "> 2",
            "Install with pip:",
            "x>=1 <2",
        ] {
            assert_eq!(Requirement::parse(text), None, "{text}");
        }
    }
}
