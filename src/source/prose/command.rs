//! Commands in prose: fenced shell, `$ ` lines of a session.
//!
//! Why it can be wrong: documentation is no script: it has prompts, placeholders (`<path>`, `...`) and the output of commands. In a
//! session only lines with a prompt are commands; in a fence that names no language only lines that begin with a known
//! program. Control flow is not read: what stands in a loop keeps its variables as written.
//!
//! Example: `$ CUDA_VISIBLE_DEVICES=0 python train.py --lr 1e-4 \` and its next line are one command with one variable of its own.

mod split;

use std::collections::BTreeMap;

use crate::evidence::{Expr, Form, Grade, Statement, StatementId, Subject};
use crate::place::SourceText;
use crate::quantity::{Number, Value};
use crate::source::{Command, FileFacts, Word};
use split::Letter;
pub(crate) use split::{Piece, simple_commands};

/// Programs that a line of an unnamed fence may begin with.
const PROGRAMS: &[&str] = &[
    "python",
    "python3",
    "torchrun",
    "accelerate",
    "deepspeed",
    "bash",
    "sh",
    "sbatch",
    "srun",
    "mpirun",
    "mpiexec",
    "horovodrun",
    "pip",
    "pip3",
    "conda",
    "uv",
    "poetry",
    "make",
    "apptainer",
    "singularity",
    "docker",
    "composer",
    "cd",
    "export",
    "source",
    "fairseq-train",
    "fairseq-generate",
    "lightning",
    "ray",
    "llamafactory-cli",
    "axolotl",
    "swift",
    "tune",
    "jupyter",
    "colossalai",
    "OMP_NUM_THREADS",
    "git",
];

/// Whether a fence's language is a shell's.
pub(crate) fn is_shell(info: &str) -> bool {
    let language = info
        .split([' ', '{', ',', ':'])
        .find(|part| !part.is_empty())
        .unwrap_or("")
        .trim_start_matches('.')
        .to_lowercase();
    matches!(
        language.as_str(),
        "bash"
            | "sh"
            | "shell"
            | "zsh"
            | "console"
            | "shell-session"
            | "sh-session"
            | "bash-session"
            | "terminal"
            | "shellscript"
    )
}

/// Whether a line of an unnamed block is a command: it has a prompt or begins with a known program.
fn is_command(line: &str) -> bool {
    let first = line.split_whitespace().find(|word| !is_assignment(word)).unwrap_or("");
    let program = first.rsplit('/').next().unwrap_or(first);
    let known = PROGRAMS.contains(&program) && line.split_whitespace().count() > 1;
    known || first.starts_with("./") && (first.ends_with(".sh") || first.ends_with(".py"))
}

/// Whether a line in a shell fence is rather what a program printed.
fn is_output(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or("");
    first.starts_with(['[', '-', '|', '*', '=', '+', '>']) || first.ends_with(':') || first.ends_with(',')
}

/// Whether a span of inline code is a command that runs a program of the repository.
pub(crate) fn is_inline(code: &str) -> bool {
    let runs = code
        .split_whitespace()
        .any(|word| word.ends_with(".py") || word.ends_with(".sh") || word == "-m");
    runs && is_command(code) && !code.contains('\n')
}

fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else {
        return false;
    };
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Reads the commands of one block, given as its lines with the byte each begins at.
pub(crate) fn read(
    lines: &[(usize, &str)],
    shell: bool,
    source: &SourceText,
    owner: &[String],
    cloned: &mut Vec<String>,
    facts: &mut FileFacts,
) {
    let session = lines.iter().any(|(_, line)| prompt(line).is_some());
    let mut block = Block {
        source,
        owner,
        facts,
        variables: BTreeMap::new(),
        exported: Vec::new(),
        directory: String::new(),
        known: true,
        cloned,
        nested: 0,
    };
    let mut at = 0;
    while at < lines.len() {
        let (start, line) = lines[at];
        at += 1;
        let trimmed = line.trim_start();
        let body = match prompt(line) {
            Some(body) => body,
            None if session => continue,
            None => trimmed,
        };
        if body.is_empty() || body.starts_with('#') || !(session || shell && !is_output(body) || is_command(body)) {
            continue;
        }
        let offset = start + line.len() - body.len();
        let mut letters: Vec<Letter> = body.char_indices().map(|(byte, c)| (c, offset + byte)).collect();
        while ends_with_continuation(&letters) && at < lines.len() {
            while letters.last().is_some_and(|(c, _)| c.is_whitespace()) {
                letters.pop();
            }
            if let Some(last) = letters.last_mut() {
                last.0 = ' ';
            }
            let (start, line) = lines[at];
            at += 1;
            let body = line.trim_start();
            let body = body.strip_prefix("> ").unwrap_or(body);
            let offset = start + line.len() - body.len();
            letters.extend(body.char_indices().map(|(byte, c)| (c, offset + byte)));
        }
        block.line(&letters);
    }
}

/// The line behind its prompt: `$ `, `% `, `(env) $ `, `>>> ` is Python's.
fn prompt(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let behind = match line.strip_prefix('(').and_then(|rest| rest.split_once(") ")) {
        Some((name, rest)) if !name.contains(' ') => rest,
        _ => line,
    };
    behind
        .strip_prefix("$ ")
        .or_else(|| behind.strip_prefix("% "))
        .map(str::trim_start)
}

fn ends_with_continuation(letters: &[Letter]) -> bool {
    letters
        .iter()
        .rev()
        .find(|(c, _)| !c.is_whitespace())
        .is_some_and(|(c, _)| *c == '\\')
}

struct Block<'b> {
    source: &'b SourceText,
    owner: &'b [String],
    facts: &'b mut FileFacts,
    /// Variables set in the block: their statement and, where it is literal, their text.
    variables: BTreeMap<String, (StatementId, Option<String>)>,
    exported: Vec<(String, StatementId)>,
    /// Where `cd` led, relative to the root.
    directory: String,
    /// False after a `cd` that cannot be followed.
    known: bool,
    /// Folders that `git clone` made: they are the root.
    cloned: &'b mut Vec<String>,
    /// Command substitutions inside each other.
    nested: usize,
}

impl Block<'_> {
    fn line(&mut self, letters: &[Letter]) {
        for simple in simple_commands(letters) {
            self.simple(&simple);
        }
    }

    fn simple(&mut self, pieces: &[Piece]) {
        let skip = pieces
            .iter()
            .take_while(|piece| {
                matches!(
                    piece.text.as_str(),
                    "do" | "then" | "else" | "time" | "nohup" | "sudo" | "!" | "{" | "("
                )
            })
            .count();
        let pieces = &pieces[skip..];
        let Some(first) = pieces.first() else { return };
        if matches!(
            first.text.as_str(),
            "for" | "while" | "if" | "until" | "case" | "done" | "fi" | "esac" | "function" | "}" | ")"
        ) {
            return;
        }
        let set = pieces.iter().take_while(|piece| is_assignment(&piece.text)).count();
        let mut own = Vec::new();
        for piece in &pieces[..set] {
            own.extend(self.assign(piece));
        }
        let rest = &pieces[set..];
        let Some(program) = rest.first() else { return };
        match program.text.as_str() {
            "export" | "set" | "setenv" => {
                for piece in rest[1..].iter().filter(|piece| is_assignment(&piece.text)) {
                    let variable = self.assign(piece);
                    self.exported.extend(variable);
                }
                return;
            }
            "cd" => return self.enter(rest.get(1)),
            "git" if rest.get(1).is_some_and(|word| word.text == "clone") => {
                let target = rest[2..].iter().rfind(|word| !word.text.starts_with('-'));
                let name = target.and_then(|target| target.text.trim_end_matches('/').rsplit('/').next());
                self.cloned
                    .extend(name.map(|name| name.trim_end_matches(".git").to_string()));
            }
            _ => {}
        }
        let words: Vec<Word> = rest.iter().map(|piece| self.word(piece)).collect();
        let start = pieces.first().map_or(0, |piece| piece.span.start);
        let end = rest.last().map_or(start, |piece| piece.span.end);
        let text = pieces
            .iter()
            .map(|piece| piece.raw.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        let environment = self.exported.iter().cloned().chain(own).collect();
        let directory = (self.known && !self.directory.is_empty()).then(|| self.directory.clone());
        self.facts.commands.push(Command {
            place: self.source.place(start..end),
            text,
            words,
            environment,
            guards: Vec::new(),
            grade: Grade::Documented,
            directory,
        });
    }

    fn enter(&mut self, target: Option<&Piece>) {
        let target = target.map_or("", |piece| piece.text.as_str()).trim_end_matches('/');
        if target.is_empty() || target.starts_with(['/', '~', '$', '<', '-', '.']) {
            self.known &= target == "." || target == "..";
            if target == ".." {
                self.directory = self
                    .directory
                    .rsplit_once('/')
                    .map_or(String::new(), |(folder, _)| folder.to_string());
            }
        } else if self.cloned.iter().any(|name| name == target) {
            self.directory.clear();
            self.known = true;
        } else if self.directory.is_empty() {
            self.directory = target.to_string();
        } else {
            self.directory = format!("{}/{target}", self.directory);
        }
    }

    /// A variable's statement, remembered for the words behind it.
    fn assign(&mut self, piece: &Piece) -> Option<(String, StatementId)> {
        let (name, text) = piece.text.split_once('=')?;
        // `JOB=$(sbatch --parsable a.job)` runs a command.
        let opened = name.len() + "=$(".len();
        if text.starts_with("$(")
            && text.ends_with(')')
            && self.nested < 3
            && piece.letters.len() == piece.text.chars().count()
        {
            self.nested += 1;
            self.line(&piece.letters[opened..piece.letters.len() - 1]);
            self.nested -= 1;
        }
        let value = Piece {
            text: piece.text[name.len() + 1..].to_string(),
            ..piece.clone()
        };
        let word = self.word(&value);
        let id = self.facts.statements.len();
        let literal = matches!(word.value, Expr::Value(_)).then(|| word.text.clone());
        self.facts.statements.push(Statement {
            subject: Subject::Setting { name: name.to_string() },
            form: Form::ShellVariable,
            value: word.value,
            place: word.place,
            grade: Grade::Documented,
            owner: self.owner.to_vec(),
            unit: None,
            guards: Vec::new(),
            comment: None,
            dead: None,
        });
        self.variables.insert(name.to_string(), (id, literal));
        Some((name.to_string(), id))
    }

    fn word(&self, piece: &Piece) -> Word {
        let mut text = piece.text.clone();
        let mut variables = Vec::new();
        let mut known = true;
        for name in &piece.variables {
            let bare = name.trim_start_matches('$').trim_matches(['{', '}']);
            match self.variables.get(bare) {
                Some((id, literal)) => {
                    variables.push((name.clone(), *id));
                    known &= literal.is_some();
                    if let Some(literal) = literal {
                        text = text.replacen(name, literal, 1);
                    }
                }
                None => known = false,
            }
        }
        let value = match piece.variables.as_slice() {
            // An array, whose items follow.
            _ if piece.text.starts_with('(') => Expr::Opaque(piece.text.clone()),
            [] => Expr::Value(literal(&text)),
            [one] if *one == piece.text && !one.starts_with("$(") => Expr::Ref(one.clone()),
            _ if known => Expr::Value(literal(&text)),
            _ => Expr::Opaque(piece.text.clone()),
        };
        Word {
            text,
            value,
            place: self.source.place(piece.span.clone()),
            variables,
        }
    }
}

/// A word as an option parser would take it.
fn literal(word: &str) -> Value {
    match word {
        "true" | "True" => Value::Bool(true),
        "false" | "False" => Value::Bool(false),
        "null" | "None" => Value::Null,
        _ => Number::parse_literal(word).map_or_else(|| Value::from(word), Value::Number),
    }
}

#[cfg(test)]
mod tests;
