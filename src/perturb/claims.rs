//! Claims that say something else: each key that can be false, changed alone; and the value found in place of the claimed.
//!
//! Which keys say something is the kind's own word (`says`, and `subject` where a kind has no value); what the other
//! value is follows from the key's shape.
//!
//! Why it can be wrong: a key that only says where to look (`in`, `of`, `select`) is no statement, and changing it would
//! make any verdict fall. So only keys that the kind names are changed.
//!
//! Example: `package = "scipy"` without a version becomes `package = "no-such-value"`; with one, the version is changed.

use super::values::{NOWHERE, Shown};
use crate::claim::{Claim, Field, Fields, Key, Quorum, Shape};
use crate::judge::{Case, Kind};
use crate::quantity::{Locale, Number, Quantity, Stated};
use crate::verdict::Ruling;

/// A claim changed in one key.
pub(crate) struct Mutant {
    pub(crate) claim: Claim,
    pub(crate) key: &'static str,
    /// What the key says now.
    pub(crate) now: String,
}

/// Every change of one key to something that no evidence shows.
pub(super) fn mutants(case: &Case<'_>) -> Vec<Mutant> {
    let claim = case.claim;
    let Some(kind) = Kind::of_name(claim.kind) else {
        return Vec::new();
    };
    let shown = Shown::of(case.evidence);
    let mut mutants = Vec::new();
    if let Some(stated) = &claim.value {
        mutants.extend(values(claim, kind.spec.exact, stated, &shown));
    }
    let own = |name: &str| kind.spec.keys.iter().find(|key| key.name == name);
    let said: Vec<&'static Key> = kind
        .spec
        .says
        .iter()
        .filter(|name| claim.fields.get(name).is_some())
        .filter_map(|name| own(name))
        .collect();
    let subject = kind.spec.subject.filter(|_| said.is_empty() && claim.value.is_none());
    for key in said.into_iter().chain(subject.and_then(own)) {
        if let Some(field) = claim.fields.get(key.name)
            && let Some(other) = other_field(key, field, &shown)
        {
            mutants.push(with_field(claim, key.name, other));
        }
    }
    mutants
}

/// Far away always; the next value as well, where values compare exactly.
fn values(claim: &Claim, exact: bool, stated: &Stated, shown: &Shown) -> Vec<Mutant> {
    // With `for = "any"` a truth value may well hold elsewhere.
    if matches!(stated, Stated::Bool(_)) && matches!(claim.quorum, Quorum::Any | Quorum::AtLeast(_)) {
        return Vec::new();
    }
    let mut others = vec![shown.other(stated)];
    let exactly = exact && claim.tolerance.is_none() && !has_suffix(stated);
    if let (Stated::Exact(quantity), true) = (stated, exactly) {
        others.push(Stated::Exact(Quantity {
            number: shown.near(&quantity.number),
            unit: quantity.unit,
        }));
    }
    others
        .into_iter()
        .map(|other| Mutant {
            now: other.to_string(),
            claim: Claim {
                value: Some(other),
                ..claim.clone()
            },
            key: "value",
        })
        .collect()
}

/// `21k` is known to a thousand only.
fn has_suffix(stated: &Stated) -> bool {
    stated.quantity().is_some_and(|quantity| quantity.number.has_suffix())
}

fn with_field(claim: &Claim, name: &'static str, field: Field) -> Mutant {
    let now = shown_field(&field);
    let fields = claim
        .fields
        .0
        .iter()
        .map(|(key, own)| (*key, if *key == name { field.clone() } else { own.clone() }))
        .collect();
    Mutant {
        claim: Claim {
            fields: Fields(fields),
            ..claim.clone()
        },
        key: name,
        now,
    }
}

fn shown_field(field: &Field) -> String {
    match field {
        Field::Text(text) => text.clone(),
        Field::Texts(texts) => texts.join(", "),
        Field::Integer(number) => number.to_string(),
        Field::Bool(value) => value.to_string(),
        Field::Stated(stated) => stated.to_string(),
        Field::Arguments(arguments) => {
            let said: Vec<String> = arguments
                .iter()
                .map(|(name, stated)| format!("{name} = {stated}"))
                .collect();
            said.join(", ")
        }
        _ => NOWHERE.to_string(),
    }
}

/// Something else in the key's shape; none for shapes that say nothing that could be false.
fn other_field(key: &Key, field: &Field, shown: &Shown) -> Option<Field> {
    let text = |text: &str| Some(Field::Text(text.to_string()));
    match (key.shape, field) {
        (Shape::OneOf(words), Field::Text(now)) => words.iter().find(|word| *word != now).and_then(|word| text(word)),
        (_, Field::Text(now)) if key.name == "model" => text(shown.card(now)),
        // What must lie inside the declared range lies inside an open one however high it is; a pin lies outside.
        (Shape::Version, _) if key.name == "works-with" => text("0.0.1-9876.5"),
        (Shape::Version, _) => text("==9876.5"),
        (Shape::Sha256, _) => text(&"0".repeat(64)),
        (Shape::Path, _) => text("no/such/file"),
        (_, Field::Text(_)) => text(NOWHERE),
        (_, Field::Integer(number)) => {
            let other = shown.far(&Number::from_i64(*number));
            other.text.parse().ok().map(Field::Integer)
        }
        (_, Field::Bool(value)) => Some(Field::Bool(!value)),
        (_, Field::Stated(stated)) => Some(Field::Stated(shown.other(stated))),
        (_, Field::Arguments(arguments)) => {
            let others = arguments
                .iter()
                .map(|(name, stated)| (name.clone(), shown.other(stated)))
                .collect();
            Some(Field::Arguments(others))
        }
        _ => None,
    }
}

/// The claim with the value that was found in place of its own; none where it says several things, several values were
/// found, or none.
pub(crate) fn found_instead(case: &Case<'_>, ruling: &Ruling) -> Option<Mutant> {
    let claim = case.claim;
    let found = ruling.found.as_deref().filter(|found| !found.contains(" / "))?;
    let kind = Kind::of_name(claim.kind)?;
    let said: Vec<&'static str> = kind
        .spec
        .says
        .iter()
        .copied()
        .filter(|name| claim.fields.get(name).is_some())
        .collect();
    match (&claim.value, said.as_slice()) {
        (Some(stated), []) => {
            let mut other = Stated::parse(found, Locale::English).ok()?;
            // A claim about a list of one compares as a list.
            if let (Stated::List(_), Stated::Exact(_) | Stated::Text(_)) = (stated, &other) {
                other = list_of(found).unwrap_or_else(|| Stated::List(vec![other]));
            }
            Some(Mutant {
                now: other.to_string(),
                claim: Claim {
                    value: Some(other),
                    ..claim.clone()
                },
                key: "value",
            })
        }
        (None, [name]) => {
            let key = kind.spec.keys.iter().find(|key| key.name == *name)?;
            let field = field_of(key, claim.fields.get(name)?, found)?;
            Some(with_field(claim, key.name, field))
        }
        _ => None,
    }
}

/// Several texts as a report shows them, `[adamw, cosine]`, as a list of them.
fn list_of(found: &str) -> Option<Stated> {
    let inner = found.trim();
    let inner = inner
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(inner);
    // Lists in lists are no list of texts.
    if !inner.contains(", ") || inner.contains(['[', ']', '{', '}', '(', ')']) {
        return None;
    }
    let items = inner.split(", ").map(|item| {
        let item = item.trim().trim_matches(['"', '\'']);
        Stated::parse(item, Locale::English).unwrap_or_else(|_| Stated::Text(item.to_string()))
    });
    Some(Stated::List(items.collect()))
}

/// What was found, in the shape of the key.
fn field_of(key: &Key, field: &Field, found: &str) -> Option<Field> {
    match (key.shape, field) {
        (Shape::Version, _) => {
            let at = found.find(|sign: char| "=<>~!^".contains(sign))?;
            Some(Field::Text(found[at..].to_string()))
        }
        (Shape::OneOf(words), _) => words.contains(&found).then(|| Field::Text(found.to_string())),
        (_, Field::Text(_)) => Some(Field::Text(found.to_string())),
        (_, Field::Integer(_)) => found.replace(',', "").parse().ok().map(Field::Integer),
        (_, Field::Bool(value)) => Some(Field::Bool(!value)),
        (_, Field::Stated(claimed)) => alike(claimed, found).map(Field::Stated),
        (_, Field::Arguments(arguments)) => match arguments.as_slice() {
            [(name, claimed)] => alike(claimed, found).map(|stated| Field::Arguments(vec![(name.clone(), stated)])),
            _ => None,
        },
        _ => None,
    }
}

/// What was found, where it is of the sort that was claimed: a whole call is no argument of it, `do_sample=True` no
/// temperature.
fn alike(claimed: &Stated, found: &str) -> Option<Stated> {
    let stated = Stated::parse(found, Locale::English).ok()?;
    (matches!(claimed, Stated::Text(_)) == matches!(stated, Stated::Text(_))).then_some(stated)
}
