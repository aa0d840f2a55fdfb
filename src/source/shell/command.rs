//! Simple commands: which may start code, with their words, environment and folder.
//!
//! Why it can be wrong: `echo python train.py --lr 1` runs nothing, `cat <<EOF > config.yaml` neither, and
//! `bash -c "python train.py"` runs what its string says. Only commands that may start code are kept.
//!
//! Example: `CUDA_VISIBLE_DEVICES=0 python train.py --lr 1e-4` has four words and one variable of its environment.

use std::ops::Range;

use tree_sitter::Node;

use super::redirect::{Heredoc, is_redirect, words_behind};
use super::starters::{is_variable, kept};
use super::variants::Variant;
use super::walk::children;
use super::{Script, install, is_script, lex};
use crate::evidence::{Link, LinkKind};
use crate::source::{Command, Word, scheduler};

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

    pub(super) fn simple(
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
    pub(super) fn nested(&mut self, word: &Word, directives: bool) {
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

/// A command on one line: continuation lines joined, blanks outside quotes once.
fn joined(written: &str) -> String {
    let words: Vec<&str> = lex::split(written, 0..written.len())
        .into_iter()
        .map(|range| &written[range])
        .collect();
    words.join(" ")
}
