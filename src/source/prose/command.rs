//! Commands in prose: fenced shell, `$ ` lines of a session.
//!
//! Why it can be wrong: documentation is no script: it has prompts, placeholders (`<path>`, `...`) and the output of commands. In a
//! session only lines with a prompt are commands; in a fence that names no language only lines that begin with a known
//! program. Control flow is not read: what stands in a loop keeps its variables as written.
//!
//! Example: `$ CUDA_VISIBLE_DEVICES=0 python train.py --lr 1e-4 \` and its next line are one command with one variable of its own.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::evidence::{Expr, Form, Grade, Statement, StatementId, Subject};
use crate::place::SourceText;
use crate::quantity::{Number, Value};
use crate::source::{Command, FileFacts, Word};

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

fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else {
        return false;
    };
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A character of a logical line and its byte in the file.
type Letter = (char, usize);

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
        if body.is_empty() || body.starts_with('#') || !(session || shell || is_command(body)) {
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
                let target = rest[2..].iter().filter(|word| !word.text.starts_with('-')).next_back();
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
        let (name, _) = piece.text.split_once('=')?;
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
            [] => Expr::Value(literal(&text)),
            [one] if *one == piece.text => Expr::Ref(one.clone()),
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

/// A word before variables are put in.
#[derive(Debug, Clone)]
struct Piece {
    text: String,
    /// With its quotation marks.
    raw: String,
    span: Range<usize>,
    /// As written, outside single quotes.
    variables: Vec<String>,
}

/// Splits a line at `;`, `&&`, `||`, `|` and `&`; redirections and comments are left out.
fn simple_commands(letters: &[Letter]) -> Vec<Vec<Piece>> {
    let mut commands = vec![Vec::new()];
    let mut at = 0;
    let mut redirected = false;
    while let Some(&(c, _)) = letters.get(at) {
        let boundary = at == 0 || letters[at - 1].0.is_whitespace();
        match c {
            _ if c.is_whitespace() => at += 1,
            '#' if boundary => break,
            ';' | '|' | '&' => {
                // `2>&1`, `&>`
                if c == '&' && (redirected || letters.get(at + 1).is_some_and(|(c, _)| *c == '>')) {
                    at += 1;
                    continue;
                }
                commands.push(Vec::new());
                at += 1;
            }
            '>' | '<' if placeholder(letters, at).is_none() => {
                redirected = true;
                at += 1;
            }
            _ => {
                let (piece, next) = piece(letters, at);
                at = next;
                let descriptor = piece.text.len() == 1
                    && piece.text.starts_with(['1', '2'])
                    && letters.get(at).is_some_and(|(c, _)| *c == '>');
                if !redirected
                    && !descriptor
                    && let Some(command) = commands.last_mut()
                {
                    command.push(piece);
                }
                redirected = false;
            }
        }
    }
    commands.retain(|command| !command.is_empty());
    commands
}

/// End of `<path to data>`: a placeholder, not a redirection.
fn placeholder(letters: &[Letter], at: usize) -> Option<usize> {
    if letters[at].0 != '<' || !letters.get(at + 1).is_some_and(|(c, _)| c.is_alphabetic() || *c == '/') {
        return None;
    }
    let close = letters[at..].iter().take(80).position(|(c, _)| *c == '>')?;
    Some(at + close + 1)
}

fn piece(letters: &[Letter], start: usize) -> (Piece, usize) {
    let mut text = String::new();
    let mut variables = Vec::new();
    let mut at = start;
    let mut quote: Option<char> = None;
    while let Some(&(c, _)) = letters.get(at) {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '<') => match placeholder(letters, at) {
                Some(end) => {
                    text.extend(letters[at..end].iter().map(|(c, _)| *c));
                    at = end;
                    continue;
                }
                None => break,
            },
            (None, ';' | '|' | '&' | '>') => break,
            (None, _) if c.is_whitespace() => break,
            (None | Some('"'), '\\') if at + 1 < letters.len() => {
                at += 1;
                text.push(letters[at].0);
            }
            (None | Some('"'), '$') => {
                let end = variable_end(letters, at);
                let name: String = letters[at..end].iter().map(|(c, _)| *c).collect();
                text.push_str(&name);
                if name.len() > 1 {
                    variables.push(name);
                }
                at = end;
                continue;
            }
            _ => text.push(c),
        }
        at += 1;
    }
    let at = at.max(start + 1).min(letters.len());
    let raw = letters[start..at].iter().map(|(c, _)| *c).collect();
    let end = letters[at - 1].1 + letters[at - 1].0.len_utf8();
    (
        Piece {
            text,
            raw,
            span: letters[start].1..end,
            variables,
        },
        at,
    )
}

/// End of `$name`, `${name}`, `$1`, `$(…)`.
fn variable_end(letters: &[Letter], at: usize) -> usize {
    let close = match letters.get(at + 1).map(|(c, _)| *c) {
        Some('{') => '}',
        Some('(') => ')',
        _ => {
            let name = letters[at + 1..]
                .iter()
                .take_while(|(c, _)| c.is_ascii_alphanumeric() || *c == '_')
                .count();
            return at + 1 + name;
        }
    };
    letters[at..]
        .iter()
        .position(|(c, _)| *c == close)
        .map_or(letters.len(), |offset| at + offset + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(text: &str, shell: bool) -> (Vec<Command>, Vec<Statement>) {
        let source = SourceText::new("README.md", text);
        let mut start = 0;
        let lines: Vec<(usize, &str)> = text
            .split_inclusive('\n')
            .map(|line| {
                start += line.len();
                (start - line.len(), line.trim_end_matches(['\n', '\r']))
            })
            .collect();
        let mut facts = FileFacts::default();
        read(&lines, shell, &source, &[], &mut Vec::new(), &mut facts);
        (facts.commands, facts.statements)
    }

    #[test]
    fn words_of_commands() {
        let rows: &[(&str, bool, &[(&str, u32, u32)])] = &[
            (
                "python train.py --lr 1e-4\n",
                true,
                &[("python|train.py|--lr|1e-4", 1, 1)],
            ),
            (
                "python a.py \\\n  --x 'b c' \\\n  --y=2 # note\n",
                true,
                &[("python|a.py|--x|b c|--y=2", 1, 3)],
            ),
            (
                "$ python a.py\nsome output 3\n$ ls -l\n",
                true,
                &[("python|a.py", 1, 1), ("ls|-l", 3, 3)],
            ),
            ("(env) $ python a.py > log.txt 2>&1\n", true, &[("python|a.py", 1, 1)]),
            (
                "# a comment\n\npython a.py && bash b.sh; make x | tee log\n",
                true,
                &[
                    ("python|a.py", 3, 3),
                    ("bash|b.sh", 3, 3),
                    ("make|x", 3, 3),
                    ("tee|log", 3, 3),
                ],
            ),
            (
                "python a.py --data <path to data> --k\n",
                true,
                &[("python|a.py|--data|<path to data>|--k", 1, 1)],
            ),
            (
                "for s in 1 2; do python a.py --seed $s; done\n",
                true,
                &[("python|a.py|--seed|$s", 1, 1)],
            ),
            // A fence without a language.
            (
                "python a.py --x 1\nEpoch 3 loss 0.2\n",
                false,
                &[("python|a.py|--x|1", 1, 1)],
            ),
            ("data/  the data\nmodel = 3\npython\n", false, &[]),
            ("CUDA_VISIBLE_DEVICES=0 python a.py\n", false, &[("python|a.py", 1, 1)]),
            ("echo \"unclosed\n", true, &[("echo|unclosed", 1, 1)]),
        ];
        for (text, shell, wanted) in rows {
            let found: Vec<(String, u32, u32)> = commands(text, *shell)
                .0
                .iter()
                .map(|command| {
                    let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
                    (
                        words.join("|"),
                        command.place.line.unwrap(),
                        command.place.end_line.unwrap(),
                    )
                })
                .collect();
            let wanted: Vec<(String, u32, u32)> = wanted
                .iter()
                .map(|(words, first, last)| (words.to_string(), *first, *last))
                .collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn variables_of_a_block() {
        let (found, statements) = commands(
            "export GPUS=0,1\nlr=1e-4\nSEED=3 python a.py --lr $lr --out ${lr}_x --z $Z\n",
            true,
        );
        assert_eq!(statements.len(), 3);
        let command = &found[0];
        assert_eq!(command.environment, [("GPUS".to_string(), 0), ("SEED".to_string(), 2)]);
        assert_eq!(command.text, "SEED=3 python a.py --lr $lr --out ${lr}_x --z $Z");
        assert_eq!(command.grade, Grade::Documented);
        let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(
            words,
            ["python", "a.py", "--lr", "1e-4", "--out", "1e-4_x", "--z", "$Z"]
        );
        assert_eq!(command.words[3].value, Expr::Ref("$lr".to_string()));
        assert_eq!(command.words[3].variables, [("$lr".to_string(), 1)]);
        assert_eq!(command.words[7].value, Expr::Ref("$Z".to_string()));
    }

    #[test]
    fn folders_that_cd_enters() {
        let rows: &[(&str, Option<&str>)] = &[
            ("cd egs/esc50\nsh run.sh\n", Some("egs/esc50")),
            ("git clone https://x.org/a/tool.git\ncd tool\npython a.py\n", None),
            ("cd /abs/path\npython a.py\n", None),
            ("cd a && cd b && python a.py\n", Some("a/b")),
            ("cd a\ncd ..\npython a.py\n", None),
        ];
        for (text, directory) in rows {
            let found = commands(text, true).0;
            assert_eq!(found.last().unwrap().directory.as_deref(), *directory, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_block_is_read(text in "[-a-z$ \\\\'\"<>|&;#{}()=\n0-9é]{0,80}") {
            commands(&text, true);
            commands(&text, false);
        }
    }
}
