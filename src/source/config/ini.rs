//! INI files as `configparser` has them, and files of environment variables: `.env`.
//!
//! Why it can be wrong: behind a value `#` and `;` are a remark to people and part of the value to Python; a value that
//! holds one, or a `%(name)s`, is therefore not known. What is configured for tools (`tox.ini`, `setup.cfg`) is no setting
//! of a run. A `.env` also holds what must not be shown: keys that sound like a secret are never read.
//!
//! Example: `[train]` with `lr = 1e-4` is the setting `lr`, owner `["train"]`.

use super::scalar;
use super::tree::{Entry, Kind, Node, Tree};
use crate::evidence::Expr;
use crate::source::ini::{Key, sections};

/// Files of tools: nothing in them is a setting of a run.
const TOOLS: &[&str] = &[
    "setup.cfg",
    "tox.ini",
    "pytest.ini",
    "mypy.ini",
    ".mypy.ini",
    ".flake8",
    "alembic.ini",
    "desktop.ini",
    "uwsgi.ini",
    "versioneer.cfg",
    "pyvenv.cfg",
    "readthedocs.cfg",
    "buildout.cfg",
];
/// Words of keys whose values nobody must see.
const SECRETS: &[&str] = &[
    "key",
    "token",
    "secret",
    "password",
    "passwd",
    "pwd",
    "credential",
    "auth",
    "cookie",
    "private",
    "dsn",
];

pub(super) fn reads(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ini = [".ini", ".cfg"].iter().any(|ending| name.ends_with(ending));
    (ini && !TOOLS.contains(&name)) || is_environment(name)
}

/// `.env`, `train.env`, `.env.example`.
fn is_environment(name: &str) -> bool {
    name == ".env" || name.starts_with(".env.") || name.ends_with(".env")
}

/// The tree of a file: a map of its sections, keys before the first one at the top.
pub(super) fn tree(text: &str) -> Tree {
    let (sections, faults) = sections(text);
    let mut top: Vec<Entry> = Vec::new();
    for section in sections {
        let Some(first) = section.keys.first().map(|key| key.at) else {
            continue;
        };
        let end = section.keys.last().map_or(first, |key| key.bytes().end);
        let entries: Vec<Entry> = section
            .keys
            .iter()
            .filter(|key| !is_secret(&key.name))
            .map(entry)
            .collect();
        if section.name.is_empty() {
            top.extend(entries);
            continue;
        }
        top.push(Entry {
            key: section.name,
            key_at: first,
            value: Node {
                bytes: first..end,
                kind: Kind::Map(entries),
            },
        });
    }
    Tree {
        roots: vec![Node {
            bytes: 0..text.len(),
            kind: Kind::Map(top),
        }],
        faults: faults
            .into_iter()
            .map(|at| (at, "neither a section nor a key".to_string()))
            .collect(),
        too_many: false,
    }
}

fn entry(key: &Key) -> Entry {
    let bytes = match (key.lines.first(), key.lines.last()) {
        (Some(first), Some(last)) => first.bytes.start..last.bytes.end,
        _ => key.bytes().end..key.bytes().end,
    };
    // `export LR=0.1` of files that a shell reads too.
    let name = key.name.strip_prefix("export ").unwrap_or(&key.name).trim();
    Entry {
        key: name.to_string(),
        key_at: key.at,
        value: Node {
            bytes,
            kind: Kind::Scalar(value(&key.value())),
        },
    }
}

fn value(text: &str) -> Expr {
    let remark = text.contains(" #") || text.contains(" ;") || text.contains("\t#") || text.contains("\t;");
    if remark || text.contains('\n') || text.contains("%(") || text.contains("${") {
        return Expr::Opaque(text.to_string());
    }
    let inner = text.trim_matches(['"', '\'']);
    if inner.len() + 2 == text.len() {
        return scalar::quoted(inner);
    }
    scalar::plain(text)
}

/// Whether a key sounds like a secret, by its words: `WANDB_API_KEY`, not `keypoints`.
fn is_secret(name: &str) -> bool {
    let lower = name.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| SECRETS.contains(&word) || SECRETS.contains(&word.trim_end_matches('s')))
        || ["apikey", "accesskey", "authtoken"]
            .iter()
            .any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(text: &str) -> Vec<String> {
        fn down(kind: &Kind, path: &str, found: &mut Vec<String>) {
            match kind {
                Kind::Map(entries) => entries
                    .iter()
                    .for_each(|entry| down(&entry.value.kind, &format!("{path}/{}", entry.key), found)),
                Kind::Scalar(Expr::Opaque(text)) => found.push(format!("{path} ? {text}")),
                Kind::Scalar(value) => found.push(format!("{path} {value}")),
                Kind::List(_) => {}
            }
        }
        let mut found = Vec::new();
        tree(text)
            .roots
            .iter()
            .for_each(|root| down(&root.kind, "", &mut found));
        found
    }

    #[test]
    fn sections_and_their_values() {
        let text = "[train]\nlr = 1e-4\nname: \"run one\"\nsteps = 10 ; or 20\npath = %(base)s/x\n[empty]\n";
        assert_eq!(
            leaves(text),
            [
                "/train/lr 1e-4",
                "/train/name run one",
                "/train/steps ? 10 ; or 20",
                "/train/path ? %(base)s/x"
            ]
        );
    }

    #[test]
    fn secrets_are_not_read() {
        let text = "LR=0.1\nWANDB_API_KEY=abc\nHF_TOKEN=hf_x\nDB_PASSWORD='x'\nexport BATCH=8\nkeypoints=17\n";
        assert_eq!(leaves(text), ["/LR 0.1", "/BATCH 8", "/keypoints 17"]);
    }

    #[test]
    fn files_of_tools_are_none() {
        let cases = [
            ("config.ini", true),
            ("conf/train.cfg", true),
            (".env", true),
            ("docker/.env.example", true),
            ("setup.cfg", false),
            ("tox.ini", false),
            ("venv/pyvenv.cfg", false),
            ("environment.yml", false),
        ];
        for (path, want) in cases {
            assert_eq!(reads(path), want, "{path}");
        }
    }
}
