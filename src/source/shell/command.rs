//! Simple commands: which may start code, with their words, environment and folder.
//!
//! Why it can be wrong: `echo python train.py --lr 1` runs nothing, `cat <<EOF > config.yaml` neither, and
//! `bash -c "python train.py"` runs what its string says. Only commands that may start code are kept.
//!
//! Example: `CUDA_VISIBLE_DEVICES=0 python train.py --lr 1e-4` has four words and one variable of its environment.

use std::ops::Range;

use tree_sitter::Node;

use super::starters::{is_variable, kept};
use super::walk::children;
use super::words::Variant;
use super::{Script, install, is_script, lex};
use crate::evidence::{Link, LinkKind};
use crate::source::{Command, Word, scheduler};

/// Calls of functions inside one another that are followed.
const CALLS: usize = 6;

impl Script<'_> {
    /// A command with its redirections: a here-document may be the script that it runs.
    pub(super) fn redirected(&mut self, node: Node<'_>) {
        let parts = children(node);
        let (bodies, redirects): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| !is_redirect(*part));
        match bodies.as_slice() {
            [body] if body.kind() == "command" => self.command(*body, &redirects),
            _ => self.walk_all(&bodies),
        }
    }

    pub(super) fn command(&mut self, node: Node<'_>, redirects: &[Node<'_>]) {
        let mut environment = Vec::new();
        let mut ranges: Vec<(Range<usize>, bool)> = Vec::new();
        let mut inner_redirects: Vec<Node<'_>> = redirects.to_vec();
        for part in children(node) {
            match part.kind() {
                "variable_assignment" if ranges.is_empty() => environment.extend(self.for_command(part)),
                _ if is_redirect(part) => inner_redirects.push(part),
                "comment" => {}
                _ if part.is_named() => ranges.push((part.byte_range(), false)),
                _ => {}
            }
        }
        // A lone `-` before a here-document is in no node.
        let redirected = redirects
            .first()
            .map_or(node.end_byte(), Node::start_byte)
            .max(node.end_byte());
        ranges.extend(
            lex::split(self.text, node.end_byte()..redirected)
                .into_iter()
                .map(|range| (range, false)),
        );
        // The grammar takes words behind a redirection into it.
        for redirect in &inner_redirects {
            ranges.extend(words_behind(*redirect).into_iter().map(|range| (range, false)));
        }
        let bodies: Vec<Heredoc> = inner_redirects
            .iter()
            .filter_map(|redirect| self.heredoc(*redirect))
            .collect();
        let end = ranges
            .last()
            .map_or(node.end_byte(), |(range, _)| range.end)
            .max(node.start_byte());
        let whole = node.start_byte()..end.max(node.end_byte());
        let variants = self.variants(&ranges);
        for (number, variant) in variants.into_iter().enumerate() {
            self.simple(whole.clone(), number, variant, &environment, &bodies);
        }
    }

    fn simple(
        &mut self,
        whole: Range<usize>,
        number: usize,
        variant: Variant,
        environment: &[(String, usize)],
        bodies: &[Heredoc],
    ) {
        let Variant { mut words, guards } = variant;
        while words
            .first()
            .is_some_and(|first| matches!(first.text.as_str(), "exec" | "command" | "builtin" | "!"))
        {
            words.remove(0);
        }
        // In a string that is run: `LOG=info python …`.
        let first = words.iter().find(|word| !is_variable(&word.text));
        let Some(first) = first else { return };
        let name = first.text.rsplit('/').next().unwrap_or("").to_string();
        let outer = self.guards.len();
        for guard in guards {
            if !self.guards.contains(&guard) {
                self.guards.push(guard);
            }
        }
        if !self.changes_state(&name, &words, whole.start) {
            self.starts(&name, whole, number, &words, environment, bodies);
        }
        self.guards.truncate(outer);
    }

    /// Commands that change what the script knows; true where there is nothing more to them.
    fn changes_state(&mut self, name: &str, words: &[Word], at: usize) -> bool {
        match name {
            "cd" | "pushd" => {
                let to = words.get(1).map_or("", |word| word.text.as_str());
                self.state.directory = entered(self.state.directory.as_deref(), to);
                true
            }
            "popd" => {
                self.state.directory = None;
                true
            }
            "exit" | "return" => {
                self.state.ended = true;
                true
            }
            "shift" => {
                if self.in_case == 0 {
                    self.state.shift();
                }
                true
            }
            "read" | "mapfile" | "readarray" | "getopts" => {
                for word in words[1..].iter().filter(|word| !word.text.starts_with('-')) {
                    self.state.unset(&word.text);
                }
                true
            }
            "eval" => {
                match words {
                    [_, only] if only.text.contains(' ') => self.nested(only, false),
                    _ => {
                        let words = words[1..].to_vec();
                        let range = words.first().and_then(|word| word.place.bytes).unwrap_or((at, at));
                        let variant = Variant {
                            words,
                            guards: Vec::new(),
                        };
                        self.simple(range.0.min(at)..range.1.max(at), 0, variant, &[], &[]);
                    }
                }
                true
            }
            _ if self.functions.contains_key(name) => {
                self.call(name, &words[1..], at);
                true
            }
            _ => false,
        }
    }

    /// A function of the script: its body with the arguments it is given.
    fn call(&mut self, name: &str, words: &[Word], at: usize) {
        self.called.insert(name.to_string());
        if self.calls.len() >= CALLS {
            return;
        }
        let Some(body) = self.functions.get(name).cloned() else {
            return;
        };
        let outer = self.state.clone();
        for position in 1..10 {
            match words.get(position - 1) {
                Some(word) => {
                    let name = position.to_string();
                    let bytes = word.place.bytes.map_or(at..at, |(start, end)| start..end);
                    let statement = self.variable(bytes.start, &name, word.value.clone(), bytes, &word.variables);
                    let definition = super::state::Definition {
                        statement,
                        literal: super::assign::known_text(word),
                        certain: word.value.literal().is_some(),
                        words: vec![word.clone()],
                        elements: None,
                        guards: self.guards.clone(),
                    };
                    let id = self.define(definition);
                    self.state.set(&name, vec![id]);
                }
                None => self.state.unset(&position.to_string()),
            }
        }
        self.state.arguments = Some(words.to_vec());
        self.calls.push(at);
        self.fragment(body, false);
        self.calls.pop();
        self.state.arguments = outer.arguments.clone();
        self.state.ended = outer.ended;
        for position in 1..10 {
            let name = position.to_string();
            let before: Vec<usize> = outer.reaching(&name).into_iter().flatten().collect();
            if before.is_empty() {
                self.state.unset(&name);
            } else {
                self.state.set(&name, before);
            }
        }
    }

    fn starts(
        &mut self,
        name: &str,
        whole: Range<usize>,
        number: usize,
        words: &[Word],
        environment: &[(String, usize)],
        bodies: &[Heredoc],
    ) {
        if matches!(name, "srun" | "sbatch" | "salloc") {
            let (requests, _) = scheduler::options("slurm", &words[1..]);
            for request in requests {
                self.command_request(request, words);
            }
        }
        let string = words.windows(3).find(|words| {
            let shell = words[0].text.rsplit('/').next().unwrap_or("");
            matches!(shell, "bash" | "sh" | "zsh") && words[1].text.starts_with('-') && words[1].text.ends_with('c')
        });
        if let Some([_, _, script]) = string {
            return self.nested(script, false);
        }
        if name == "sbatch"
            && let Some(wrap) = wrapped(words)
        {
            return self.nested(wrap, true);
        }
        let reads_script = matches!(
            name,
            "sbatch" | "qsub" | "bsub" | "bash" | "sh" | "ssh" | "srun" | "zsh"
        );
        for body in bodies {
            let writes_script = matches!(name, "cat" | "tee") && body.into.as_deref().is_some_and(is_script);
            if (reads_script && (name == "ssh" || !has_script(words))) || writes_script {
                let before = self.state.clone();
                if body.quoted {
                    self.state = super::state::State::default();
                }
                self.fragment(body.range.clone(), true);
                self.state = before;
                return;
            }
        }
        for requirement in install::requirements(words) {
            self.requirement(requirement);
        }
        if !kept(name, words) {
            return;
        }
        let mut environment = environment.to_vec();
        for exported in self.state.exported.clone() {
            if environment.iter().any(|(name, _)| *name == exported) {
                continue;
            }
            let reaching = self.state.reaching(&exported);
            for id in reaching.into_iter().flatten() {
                let statement = self.definitions[id].statement;
                if !environment.contains(&(exported.clone(), statement)) {
                    environment.push((exported.clone(), statement));
                }
            }
        }
        let mut words = words.to_vec();
        let tested = self.tested_by(&self.guards);
        if let Some(first) = words.first_mut() {
            // The names in the conditions around it: whoever binds the command fills them from here.
            first.variables.extend(tested);
        }
        let command = Command {
            place: self.place(whole.clone()),
            text: joined(self.slice(whole.clone())),
            words,
            environment,
            guards: self.guards.clone(),
            grade: self.grade,
            directory: self.state.directory.clone(),
        };
        self.push_command(whole.start, number, command);
    }

    /// A string that is run as a script: the bytes between its quotes, walked in a state of its own.
    fn nested(&mut self, word: &Word, directives: bool) {
        let Some((start, end)) = word.place.bytes else { return };
        let written = self.slice(start..end);
        let open = written.find(['"', '\'']);
        let range = match open {
            Some(open) if written.len() > open + 1 => {
                let close = written
                    .rfind(['"', '\''])
                    .filter(|&close| close > open)
                    .unwrap_or(written.len());
                start + open + 1..start + close
            }
            _ => start..end,
        };
        let before = self.state.clone();
        let parts = lex::split(self.text, range.clone());
        let leads = parts.first().map(|first| lex::pieces(self.text, first.clone(), true));
        if let Some(
            [
                lex::Piece {
                    kind: lex::Kind::Variable(_),
                    ..
                },
                ..,
            ],
        ) = leads.as_deref()
        {
            // `bash -c "$LAUNCHER $CMD"`: the words are what the variables hold.
            let words: Vec<(Range<usize>, bool)> = parts.into_iter().map(|part| (part, true)).collect();
            for (number, variant) in self.variants(&words).into_iter().enumerate() {
                if variant
                    .words
                    .first()
                    .is_some_and(|first| !first.text.contains(['$', ' ']))
                {
                    self.simple(range.clone(), number, variant, &[], &[]);
                }
            }
            self.state = before;
            return;
        }
        self.fragment(range, directives);
        let ended = before.ended;
        self.state = before;
        self.state.ended = ended;
    }

    /// A scheduler option on a command line, with the variables that its value refers to.
    fn command_request(&mut self, request: scheduler::Request, words: &[Word]) {
        let start = request.range.start;
        let key = (
            start,
            self.calls.clone(),
            format!("#{}:{}", request.system, request.key),
        );
        self.request(request, false);
        let Some(&id) = self.statements.get(&key) else { return };
        let variables = words
            .iter()
            .filter(|word| word.place.bytes.is_some_and(|(from, _)| from == start))
            .chain(
                words
                    .windows(2)
                    .filter(|pair| pair[0].place.bytes.is_some_and(|(from, _)| from == start))
                    .map(|pair| &pair[1]),
            );
        let names = self.facts.statements[id]
            .value
            .references()
            .iter()
            .map(|name| name.to_string())
            .collect::<Vec<_>>();
        let links: Vec<Link> = variables
            .flat_map(|word| word.variables.iter())
            .filter(|(slot, _)| names.contains(slot))
            .map(|(slot, from)| Link {
                from: *from,
                to: id,
                kind: LinkKind::Reference,
                slot: Some(slot.clone()),
                launch: None,
            })
            .collect();
        self.links.extend(links);
    }

    fn heredoc(&self, redirect: Node<'_>) -> Option<Heredoc> {
        if redirect.kind() != "heredoc_redirect" {
            return None;
        }
        let mut cursor = redirect.walk();
        let parts: Vec<Node<'_>> = redirect.children(&mut cursor).collect();
        let body = parts.iter().find(|part| part.kind() == "heredoc_body")?;
        let start = parts.iter().find(|part| part.kind() == "heredoc_start")?;
        let quoted = self.slice(start.byte_range()).starts_with(['"', '\'', '\\']);
        let into = redirect
            .parent()
            .into_iter()
            .flat_map(children)
            .chain(parts.iter().copied())
            .filter(|part| part.kind() == "file_redirect")
            .find_map(|part| {
                let destination = children(part).into_iter().rev().find(|part| part.is_named())?;
                Some(
                    self.slice(destination.byte_range())
                        .trim_matches(['"', '\''])
                        .to_string(),
                )
            });
        Some(Heredoc {
            range: body.byte_range(),
            quoted,
            into,
        })
    }
}

/// A here-document, and the file it is written to.
struct Heredoc {
    range: Range<usize>,
    quoted: bool,
    into: Option<String>,
}

fn is_redirect(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "file_redirect" | "heredoc_redirect" | "herestring_redirect"
    )
}

/// Words that stand behind a redirection's file: they are arguments of the command.
fn words_behind(redirect: Node<'_>) -> Vec<Range<usize>> {
    if redirect.kind() != "file_redirect" {
        return Vec::new();
    }
    let words = children(redirect)
        .into_iter()
        .filter(|part| part.is_named() && part.kind() != "file_descriptor");
    words.skip(1).map(|part| part.byte_range()).collect()
}

/// The word that `--wrap` gives to sbatch.
fn wrapped(words: &[Word]) -> Option<&Word> {
    let at = words
        .iter()
        .position(|word| word.text == "--wrap" || word.text.starts_with("--wrap="))?;
    if words[at].text == "--wrap" {
        words.get(at + 1)
    } else {
        words.get(at)
    }
}

/// Whether a shell or a scheduler is given a script file (else it reads one from its input).
fn has_script(words: &[Word]) -> bool {
    words[1..]
        .iter()
        .any(|word| !word.text.starts_with('-') && (is_script(&word.text) || word.text.contains('/')))
}

/// The folder behind `cd to`, relative to the root; `None` where that is not known.
fn entered(from: Option<&str>, to: &str) -> Option<String> {
    if to.is_empty() || to.starts_with(['/', '~', '-']) || to.contains(['$', '`', '*']) {
        return None;
    }
    let mut parts: Vec<&str> = from
        .unwrap_or(".")
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    for part in to.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    Some(if parts.is_empty() {
        ".".to_string()
    } else {
        parts.join("/")
    })
}

/// A command on one line: continuation lines joined, blanks outside quotes once.
fn joined(written: &str) -> String {
    let words: Vec<&str> = lex::split(written, 0..written.len())
        .into_iter()
        .map(|range| &written[range])
        .collect();
    words.join(" ")
}
