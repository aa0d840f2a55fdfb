//! What a launcher's own options and the environment say: processes, machines, visible devices, settings of the run.
//!
//! Why it can be wrong: a global batch is a product, and a factor that is counted twice doubles it. Each option is known
//! by what it counts, and a list of several machines' devices, which one number cannot say, is no factor.
//!
//! Example: `CUDA_VISIBLE_DEVICES=0,1 torchrun --nproc_per_node 2 train.py` has two processes and two devices.

use super::strip::{Given, Stripped};
use super::{Binder, spanning};
use crate::evidence::{Arg, Expr, LinkKind, StatementId, Subject};
use crate::quantity::Value;
use crate::source::shell::literal;
use crate::source::{Command, Word};

const VISIBLE_DEVICES: &str = "CUDA_VISIBLE_DEVICES";

impl Binder<'_> {
    /// A launcher's option that is a setting of the run.
    pub(super) fn setting(&mut self, command: &Command, given: &Given) -> StatementId {
        let words = &command.words[given.option..=given.value];
        let value = value_of(&command.words[given.value], given);
        let owner = [strip_name(command)];
        let subject = Subject::Setting {
            name: given.name.to_string(),
        };
        let statement = self.add(command, subject, value, spanning(words), &owner);
        self.fill(command, statement, words);
        statement
    }

    /// Processes and machines: the launcher's options and the visible devices.
    pub(super) fn factors(&mut self, command: &Command, stripped: &Stripped) -> Vec<StatementId> {
        let mut out = Vec::new();
        for given in &stripped.factors {
            let words = &command.words[given.option..=given.value];
            let mut value = value_of(&command.words[given.value], given);
            let bears = words[0].text.trim_start_matches('-').split('=').next().unwrap_or("");
            if matches!(bears, "include" | "i") {
                // `localhost:0,1,2` is three devices; several machines are more than this says.
                let Some(devices) = included(&words[words.len() - 1].text) else {
                    continue;
                };
                value = Expr::Value(devices);
            }
            let subject = Subject::Setting {
                name: given.name.to_string(),
            };
            let statement = self.add(command, subject, value, spanning(words), &[]);
            self.fill(command, statement, words);
            out.push(statement);
        }
        // A launcher that is told how many processes to start starts so many, whatever is visible.
        let told = stripped
            .factors
            .iter()
            .any(|given| matches!(given.name, "nproc_per_node" | "num_processes" | "num_gpus"));
        if told {
            return out;
        }
        for (name, from) in &command.environment {
            if name == VISIBLE_DEVICES {
                out.push(self.visible(command, *from));
            }
        }
        for &at in &stripped.environment {
            let word = &command.words[at];
            if let Some((VISIBLE_DEVICES, devices)) = word.text.split_once('=') {
                let count = devices.split(',').filter(|device| !device.is_empty()).count();
                if !devices.contains('$') {
                    let subject = Subject::Setting {
                        name: VISIBLE_DEVICES.to_string(),
                    };
                    let value = Expr::Value(literal::number(&count.to_string()));
                    out.push(self.add(command, subject, value, word.place.clone(), &[]));
                }
            }
        }
        out
    }

    /// The number of visible devices: the length of the list in the environment.
    fn visible(&mut self, command: &Command, from: StatementId) -> StatementId {
        let slot = VISIBLE_DEVICES.to_string();
        let value = Expr::Call {
            callee: "len".to_string(),
            args: vec![Arg {
                keyword: None,
                value: Expr::Ref(slot.clone()),
            }],
        };
        let place = self.statements[from].place.clone();
        let statement = self.add(command, Subject::Setting { name: slot.clone() }, value, place, &[]);
        self.link(from, statement, LinkKind::Reference, Some(slot), None);
        statement
    }
}

/// The value of a launcher's option: the next word, or what stands behind its `=`.
fn value_of(word: &Word, given: &Given) -> Expr {
    if given.option != given.value {
        return word.value.clone();
    }
    let raw = match &word.value {
        Expr::Opaque(raw) | Expr::Ref(raw) => raw,
        _ => &word.text,
    };
    match (raw.split_once('='), word.text.split_once('=')) {
        (_, Some((_, known))) if !known.contains(['$', '`']) && !raw.contains('$') => literal::expr(known),
        (Some((_, raw)), _) if raw.starts_with('$') => Expr::Ref(raw.to_string()),
        (Some((_, raw)), _) => Expr::Opaque(raw.to_string()),
        _ => Expr::Opaque(raw.clone()),
    }
}

/// Devices of `localhost:0,1,2`, of one machine alone.
fn included(text: &str) -> Option<Value> {
    let text = text.rsplit('=').next().unwrap_or(text);
    if text.contains(['@', '$']) {
        return None;
    }
    let devices = text.split(':').nth(1)?;
    Some(literal::number(
        &devices
            .split(',')
            .filter(|device| !device.is_empty())
            .count()
            .to_string(),
    ))
}

fn strip_name(command: &Command) -> String {
    let launcher = command
        .words
        .iter()
        .find(|word| matches!(word.text.as_str(), "accelerate" | "deepspeed" | "torchrun"));
    launcher.map_or(String::new(), |word| word.text.clone())
}
