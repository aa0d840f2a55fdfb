//! GPU cards that prose and job scripts name.
//!
//! Why it can be wrong: a card that is one of several, recommended or required is not the card that was used; such a
//! mention is marked. A partition or constraint named after a card speaks of the model as its directive does.
//!
//! Example: `#SBATCH --partition=3090` names the card RTX 3090 at the directive's own place and grade.

use std::ops::Range;

use crate::evidence::{Expr, Form, Statement, Subject};
use crate::quantity::Value;
use crate::quantity::cards::{Found, beside_a_number, find, find_among_gpus, named};

/// Keys of directives whose value may name a card.
const KEYS: &[&str] = &[
    "partition",
    "queue",
    "constraint",
    "gres",
    "gpus",
    "gpu-type",
    "gpus-per-node",
    "gpus-per-task",
    "select",
    "resource",
];

/// Columns whose cells are cards where they look like one.
const COLUMNS: &[&str] = &[
    "gpu",
    "gpus",
    "card",
    "cards",
    "hardware",
    "device",
    "devices",
    "partition",
    "partición",
    "queue",
    "tarjeta",
    "accelerator",
];

/// The cards of a sentence, or of a cell with its column's name: their span, subject, and the words as written (which
/// [`find`] reads again for count and variant). `requirement`: the sentence says what is needed, not what was used.
pub(crate) fn in_text(text: &str, header: Option<&str>, requirement: bool) -> Vec<(Range<usize>, Subject, Expr)> {
    let about = header.is_some_and(|header| {
        header
            .to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| COLUMNS.contains(&word))
    });
    let mut found = if about { find_among_gpus(text) } else { find(text) };
    if about && found.is_empty() {
        found.extend(named(text));
    }
    // `3090 and A100` are two cards as well, though a bare number alone is none in prose.
    let several = found
        .iter()
        .any(|one| one.card != found[0].card || beside_a_number(text, one));
    let alternatives = several || requirement;
    found
        .into_iter()
        .map(|found| described(text, found, alternatives))
        .collect()
}

/// Adds the cards that scheduler directives name, each beside its directive.
pub fn from_directives(statements: &mut Vec<Statement>) {
    let mut added = Vec::new();
    for statement in statements.iter() {
        let Subject::Directive { key, .. } = &statement.subject else {
            continue;
        };
        if statement.form != Form::Directive || !KEYS.contains(&key.as_str()) {
            continue;
        }
        let label = match &statement.value {
            Expr::Value(Value::Text(text)) => text.clone(),
            // The number of GPUs is no card.
            Expr::Value(Value::Number(number)) if matches!(key.as_str(), "partition" | "queue" | "constraint") => {
                number.text.clone()
            }
            _ => continue,
        };
        // Each part stands for itself: `a100|v100`, `gpu:rtx3090:1,lscratch:10`.
        let labels = label
            .split([',', '|', '&', '[', ']', '(', ')', ' '])
            .filter(|part| !part.is_empty());
        let found: Vec<Found> = labels.filter_map(named).collect();
        let several = found.iter().any(|one| one.card != found[0].card);
        let mut seen = Vec::new();
        for one in found {
            if seen.contains(&one.card.name()) {
                continue;
            }
            seen.push(one.card.name());
            let subject = Subject::Card {
                card: one.card.name().to_string(),
                alternatives: several,
            };
            let written = one.memory.map_or_else(
                || one.card.name().to_string(),
                |gb| format!("{} {gb}GB", one.card.name()),
            );
            added.push(Statement {
                subject,
                value: Expr::Value(Value::from(written.as_str())),
                ..statement.clone()
            });
        }
    }
    statements.extend(added);
}

fn described(text: &str, found: Found, alternatives: bool) -> (Range<usize>, Subject, Expr) {
    let subject = Subject::Card {
        card: found.card.name().to_string(),
        alternatives,
    };
    // A bare number (`3090` in a column of partitions) is written out, so that it reads as a card elsewhere too.
    let written = &text[found.span.clone()];
    let value = if find_among_gpus(written).is_empty() {
        found.card.name()
    } else {
        written
    };
    (found.span.clone(), subject, Expr::Value(Value::from(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Grade;
    use crate::place::SourceText;

    #[test]
    fn cards_of_sentences_and_cells() {
        type Row<'r> = (&'r str, Option<&'r str>, bool, &'r [(&'r str, &'r str, bool)]);
        let rows: &[Row<'_>] = &[
            ("GPU: 1x RTX 3090", None, false, &[("RTX 3090", "1x RTX 3090", false)]),
            ("at least an RTX 3090", None, true, &[("RTX 3090", "RTX 3090", true)]),
            (
                "24GB (RTX 3090, A6000, V100)",
                None,
                false,
                &[
                    ("RTX 3090", "RTX 3090", true),
                    ("RTX A6000", "A6000", true),
                    ("V100", "V100", true),
                ],
            ),
            ("GPUs (3090 and A100)", None, false, &[("A100", "A100", true)]),
            ("on an A100 or a 3090", None, false, &[("A100", "A100", true)]),
            ("RTX 3080/3090", None, false, &[("RTX 3080", "RTX 3080", true)]),
            ("3090 clips on an A100", None, false, &[("A100", "A100", false)]),
            ("3090", Some("Partición"), false, &[("RTX 3090", "RTX 3090", false)]),
            ("3090", Some("Clips"), false, &[]),
            ("4 x T4", Some("GPU"), false, &[("T4", "4 x T4", false)]),
        ];
        for (text, header, requirement, wanted) in rows {
            let found: Vec<(String, String, bool)> = in_text(text, *header, *requirement)
                .into_iter()
                .map(|(_, subject, value)| match (subject, value) {
                    (Subject::Card { card, alternatives }, Expr::Value(value)) => {
                        (card, value.to_string(), alternatives)
                    }
                    other => panic!("{other:?}"),
                })
                .collect();
            let wanted: Vec<(String, String, bool)> = wanted
                .iter()
                .map(|(card, text, one)| (card.to_string(), text.to_string(), *one))
                .collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn cards_of_directives() {
        type Directive<'r> = (&'r str, Value, &'r [(&'r str, bool)]);
        let rows: &[Directive<'_>] = &[
            ("partition", 3090.into(), &[("RTX 3090", false)]),
            ("partition", "3090".into(), &[("RTX 3090", false)]),
            ("gres", "gpu:rtx3090:2".into(), &[("RTX 3090", false)]),
            ("constraint", "a100|v100".into(), &[("A100", true), ("V100", true)]),
            ("constraint", "a100&a100_80gb".into(), &[("A100", false)]),
            ("gpus", 3090.into(), &[]),
            ("gpus", 1.into(), &[]),
            ("partition", "debug".into(), &[]),
            ("job-name", "a100".into(), &[]),
        ];
        for (key, value, wanted) in rows {
            let mut statements = vec![Statement {
                subject: Subject::Directive {
                    system: "slurm".to_string(),
                    key: key.to_string(),
                },
                form: Form::Directive,
                value: Expr::Value(value.clone()),
                place: SourceText::new("a.job", "#SBATCH").place(0..7),
                grade: Grade::Declared,
                owner: Vec::new(),
                unit: None,
                guards: Vec::new(),
                comment: None,
                dead: None,
            }];
            from_directives(&mut statements);
            let found: Vec<(String, bool)> = statements[1..]
                .iter()
                .map(|statement| match &statement.subject {
                    Subject::Card { card, alternatives } => (card.clone(), *alternatives),
                    other => panic!("{other:?}"),
                })
                .collect();
            let wanted: Vec<(String, bool)> = wanted.iter().map(|(card, one)| (card.to_string(), *one)).collect();
            assert_eq!(found, wanted, "{key} {value}");
            assert!(statements.iter().all(|statement| statement.grade == Grade::Declared));
        }
    }
}
