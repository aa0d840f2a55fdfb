//! Lines that install packages, of pip, conda and their kin: packages that a script declares.
//!
//! Why it can be wrong: `pip install -r requirements.txt` declares what that file says, not a package of its name, and
//! `pip install -e .` the repository itself. Both are left out here.
//!
//! Example: `pip install torch==2.1.0 "transformers>=4.30"` declares `torch` with `==2.1.0` and `transformers` with
//! `>=4.30`.

use crate::evidence::{Dead, Expr, Form, Grade, Statement, Subject};
use crate::source::Word;

use super::{Script, literal, toolchain};
use crate::source::manifest::{conda_spec, platform};

/// One package of an install line.
#[derive(Debug, Clone)]
pub(super) struct Requirement {
    /// Normalised as PEP 503.
    pub(super) package: String,
    pub(super) specifier: String,
    /// The word's place among the command's words.
    pub(super) word: Word,
}

/// Options of pip and conda that take a value.
const VALUED: &str = "\
    -r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f --find-links -t --target \
    --platform --python-version --prefix --root -n --name -p --channel --file --cache-dir --trusted-host \
    --no-binary --only-binary --config-settings --timeout --retries --proxy --log --src --python";

/// The packages that a command installs by name; none where it is no install line.
pub(super) fn requirements(words: &[Word]) -> Vec<Requirement> {
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let program = |at: usize| text(at).rsplit('/').next().unwrap_or("").to_string();
    let mut at = 0;
    while matches!(program(at).as_str(), "sudo" | "srun" | "!") {
        at += 1;
    }
    if let Some(found) = toolchain::requirements(&words[at.min(words.len())..]) {
        return found;
    }
    if program(at) == "uv" && text(at + 1) == "pip" {
        at += 1;
    }
    if program(at).starts_with("python") && text(at + 1) == "-m" {
        at += 2;
    }
    let (conda, verbs): (bool, &[&str]) = match program(at).as_str() {
        name if name == "pip" || name == "pip3" || (name.starts_with("pip3.") && name.len() < 9) => {
            (false, &["install"])
        }
        "conda" | "mamba" | "micromamba" => (true, &["install", "create"]),
        "uv" | "poetry" | "pdm" => (false, &["add"]),
        "pipenv" => (false, &["install"]),
        _ => return Vec::new(),
    };
    if !verbs.contains(&text(at + 1)) {
        return Vec::new();
    }
    at += 2;
    let mut out = Vec::new();
    while at < words.len() {
        let word = text(at);
        if matches!(word, "|" | "&&" | ";" | "||") {
            break;
        }
        if word.starts_with('-') {
            let valued = VALUED.split_ascii_whitespace().any(|option| option == word) || (conda && word == "-c");
            let index = if valued { at + 1 } else { at };
            if let Some(version) = cuda_of(text(index)).filter(|_| !conda) {
                out.push(Requirement {
                    package: "cuda".to_string(),
                    specifier: version,
                    word: words[index].clone(),
                });
            }
            at += 1 + usize::from(valued);
            continue;
        }
        if let Some((package, specifier)) = requirement(word, conda) {
            out.push(Requirement {
                package,
                specifier,
                word: words[at].clone(),
            });
        }
        at += 1;
    }
    out
}

/// The CUDA of an index of wheels: `https://download.pytorch.org/whl/cu118`.
fn cuda_of(url: &str) -> Option<String> {
    let url = url.split_once("://")?.1;
    let is_tag = |part: &&str| {
        part.strip_prefix("cu")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    url.split('/').find(is_tag).and_then(platform::tag)
}

/// A package with its specifier; `None` for paths, files and what is no package name.
fn requirement(word: &str, conda: bool) -> Option<(String, String)> {
    if let Some(url) = word.find("git+").map(|at| &word[at..]) {
        let name = match word.split_once('@').filter(|(name, _)| !name.contains("git+")) {
            Some((name, _)) => name.trim(),
            None => {
                let egg = url.split_once("#egg=").map(|(_, egg)| egg);
                egg.unwrap_or_else(|| {
                    let path = url.split('#').next().unwrap_or(url);
                    let path = path
                        .split('@')
                        .next()
                        .filter(|head| head.contains("//"))
                        .unwrap_or(path);
                    path.trim_end_matches('/')
                        .rsplit('/')
                        .next()
                        .unwrap_or(path)
                        .trim_end_matches(".git")
                })
            }
        };
        return Some((normalised(name.split('[').next().unwrap_or(name))?, url.to_string()));
    }
    if word.starts_with(['.', '/', '$', '~']) || word.contains("://") || word.contains('/') && !conda {
        return None;
    }
    if conda {
        let (package, specifier) = conda_spec(word)?;
        let package = normalised(&package)?;
        // conda's `=1.2` is pip's `==1.2.*`; a release of three parts, or one with a build, stays as written.
        let specifier = match specifier.strip_prefix('=') {
            Some(version) if !version.contains('=') && version.matches('.').count() < 2 => {
                format!("=={}.*", version.trim_end_matches(".*"))
            }
            _ => specifier,
        };
        return Some((package, specifier));
    }
    let end = word
        .find(['=', '<', '>', '!', '~', '[', ';', ' ', '@'])
        .unwrap_or(word.len());
    let package = normalised(&word[..end])?;
    let mut rest = &word[end..];
    if rest.starts_with('[') {
        rest = rest.split_once(']').map_or("", |(_, behind)| behind);
    }
    let specifier = rest.split(';').next().unwrap_or("").trim();
    Some((package, specifier.to_string()))
}

/// A package's name as PEP 503 compares it.
fn normalised(name: &str) -> Option<String> {
    let fits = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if name.is_empty() || !fits || !name.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    Some(crate::quantity::packages::normalised(name))
}

impl Script<'_> {
    pub(super) fn requirement(&mut self, requirement: Requirement) {
        let Requirement {
            package,
            specifier,
            word,
        } = requirement;
        let at = word.place.bytes.map_or(0, |(start, _)| start);
        let key = (at, self.calls.clone(), format!("pip:{package}"));
        if self.statements.contains_key(&key) {
            return;
        }
        let documented = self.grade == Grade::Documented;
        let dead: Option<Dead> = self.dead_here();
        self.statements.insert(key, self.facts.statements.len());
        self.facts.statements.push(Statement {
            subject: Subject::Dependency {
                package,
                extra: None,
                marker: None,
                locked: false,
            },
            form: Form::Requirement,
            value: Expr::Value(literal::text(&specifier)),
            place: word.place,
            grade: if documented { Grade::Documented } else { Grade::Declared },
            owner: Vec::new(),
            unit: None,
            guards: self.guards.clone(),
            comment: None,
            dead,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;

    fn packages(line: &str) -> String {
        let words: Vec<Word> = line
            .split_whitespace()
            .map(|word| Word {
                text: word.trim_matches('"').to_string(),
                value: Expr::Opaque(String::new()),
                place: Place::default(),
                variables: Vec::new(),
            })
            .collect();
        let found: Vec<String> = requirements(&words)
            .into_iter()
            .map(|one| one.package + &one.specifier)
            .collect();
        found.join(" ")
    }

    #[test]
    fn install_lines_declare_packages() {
        let cases = [
            (
                "pip install torch==2.1.0 \"transformers>=4.30\" accelerate",
                "torch==2.1.0 transformers>=4.30 accelerate",
            ),
            ("pip3 install -U flash_attn --no-build-isolation", "flash-attn"),
            ("python -m pip install Foo.Bar[x]~=1.0", "foo-bar~=1.0"),
            ("uv pip install a", "a"),
            ("pip install -r requirements.txt", ""),
            ("pip install -e .", ""),
            ("pip install . ./sub", ""),
            (
                "pip install torch --index-url https://x/whl/cu118",
                "torch cuda==11.8.*",
            ),
            ("pip install torch --index-url=https://x/whl/cpu", "torch"),
            ("uv add peft>=0.5", "peft>=0.5"),
            ("poetry add rich", "rich"),
            (
                "mamba install -y pytorch::pytorch=2.1.0=py3.10_cuda11.8_0",
                "pytorch=2.1.0=py3.10_cuda11.8_0",
            ),
            (
                "module load CUDA/11.8.0 cuDNN/8.6.0.163-CUDA-11.8.0",
                "cuda==11.8.0 cudnn==8.6.0.163 cuda==11.8.0",
            ),
            ("ml python/3.10 gcc", "python==3.10.*"),
            (
                "module load nvidia/cuda-11.7 PyTorch/1.12.1-foss-2022a",
                "cuda==11.7.* pytorch==1.12.1",
            ),
            ("module unload cuda/11.8", ""),
            ("module swap cuda/10.2 cuda/11.8", "cuda==11.8.*"),
            ("uv venv env --python 3.11", "python==3.11.*"),
            ("pyenv install 3.10.4", "python==3.10.4"),
            (
                "apt-get install -y git python3.10 cuda-toolkit-11-8",
                "python==3.10.* cuda==11.8.*",
            ),
            (
                "pip install git+https://h/o/peft.git@abc",
                "peftgit+https://h/o/peft.git@abc",
            ),
            ("pip install x@git+https://h/o/y.git", "xgit+https://h/o/y.git"),
            (
                "conda install -c nvidia pytorch=2.1 cudatoolkit==11.8",
                "pytorch==2.1.* cudatoolkit==11.8",
            ),
            ("conda create -n env python=3.10", "python==3.10.*"),
            ("pip list", ""),
            ("python train.py install x", ""),
        ];
        for (line, expected) in cases {
            assert_eq!(packages(line), expected, "{line}");
        }
    }
}
