//! Numbers with a unit, or beside the name of a setting, in the paper's setup sections, that no claim says.
//!
//! Covered is a number that a claim's value, condition or version says, in the same unit, or that stands inside the quote
//! of a claim that says no number at all.
//!
//! Why it can be wrong: a paper is full of numbers that are no setup: results, years, equations. So only sections whose
//! titles speak of the setup are read, and a bare number counts only beside a word that makes it a setting.
//!
//! Example: "trained for 3 epochs with a learning rate of $5\times10^{-5}$" has two numbers; a claim `value = 3` with the
//! name `num_train_epochs` covers the first.

use std::sync::LazyLock;

use regex::Regex;

use super::Number;
use crate::claim::{Claim, ClaimFile, Field};
use crate::evidence::{Evidence, Statement, Subject};
use crate::place::Place;
use crate::quantity::{Locale, Observed, Outcome, Precision, Quantity, Stated, Value, compare, scan};

/// From here on a bare number is seldom another one's.
const TELLING: u32 = 100;

/// Titles of sections that describe a setup, in English and Spanish.
static SETUP: LazyLock<Regex> = LazyLock::new(|| {
    let words = "set-?up|setting|implementation|experiment|training|train|hyper-?param|detail|hardware|software|infrastructure|comput|\
        runtime|protocol|configuration|pre-?train|fine-?tun|optimi[sz]|decoding|inference|evaluation|data|material|method|\
        configuraci|implementaci|entrenamiento|hiperpar|detalle|infraestructura|protocolo|optimizaci|decodificaci|inferencia|\
        evaluaci|datos|m[ée]todo";
    Regex::new(&format!("(?i)(?:^|[^a-z])(?:{words})")).expect("a constant that the tests compile")
});
/// Titles of sections that describe something else, even where a word of the setup stands in them.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?i)result|related|conclusion|introduction|abstract|discussion|limitation|acknowledg|ablation|analysis|background|resultado|relacionado|introducci|conclusi|discusi|limitaci|an[áa]lisis")
        .expect("a constant that the tests compile")
});
/// What makes a bare number before it a setting: what it counts.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^[\ ~-]?(?: training | total | gradient | warm-?up | random | attention | transformer | hidden | test | NVIDIA \b[^.]{0,12} )?\ ?
        (?: epochs? | (?:optimi[sz]ation\ |update\ )?steps? | iterations? | updates | layers? | heads? | gpus? | nodes? | seeds? | samples? | examples? | utterances? | clips? |
            images? | sentences? | tokens? | beams? | folds? | runs? | workers? | speakers? | classes | dimensions? | units | filters | channels | bits? |
            épocas? | pasos? | capas? | cabezas? | nodos? | semillas? | muestras? | ejemplos? | imágenes | frases? | clases | capas )\b",
    )
    .expect("a constant that the tests compile")
});
/// What makes a bare number behind it a setting: its name.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)(?: batch[\ ~-]?sizes? | learning[\ ~-]rates? | drop-?out(?:\ rate|\ probability)? | weight[\ ~-]decay | momentum | temperature | top-[pk] |
            beam\ (?:size|width) | warm-?up(?:\ ratio|\ steps)? | rank | alpha | gamma | beta | epsilon | label\ smoothing | gradient\ (?:accumulation|clipping)(?:\ steps|\ norm)? |
            hidden\ (?:size|dimension) | embedding\ (?:size|dimension) | patience | seed | window(?:\ size)? | hop(?:\ size|\ length)? | kernel\ size | stride | threshold |
            tamaño\ de\ lote | tasa\ de\ aprendizaje | temperatura | rango | semilla | umbral )
        (?: \ ?(?: \([^)]{0,24}\) | \$[^$]{0,24}\$ ) )?
        \ ?(?: of | is | was | to | at | set\ to | fixed\ to | = | : | de | es | \$\s?=? | \()*[\ ~]?\$?\s?$",
    )
    .expect("a constant that the tests compile")
});

/// What a number with a suffix may count: `300B tokens`.
const OF_DATA: [&str; 4] = ["tokens", "samples", "examples", "images"];

/// The numbers, and how many quantities were looked at.
pub(super) fn uncovered(files: &[&ClaimFile], evidence: &Evidence) -> (Vec<Number>, usize) {
    let claims: Vec<&Claim> = files.iter().flat_map(|file| &file.claims).collect();
    let said: Vec<(&Claim, Vec<Quantity>)> = claims.iter().map(|&claim| (claim, quantities(claim))).collect();
    let has_sections = evidence
        .statements
        .iter()
        .any(|statement| matches!(statement.subject, Subject::Printed { .. }) && !statement.owner.is_empty());
    let mut looked_at = 0;
    let mut numbers: Vec<Number> = Vec::new();
    let mut known: Vec<String> = Vec::new();
    for statement in &evidence.statements {
        let Subject::Printed { stated, before, after } = &statement.subject else {
            continue;
        };
        let setup = is_setup(&statement.owner) && !(has_sections && statement.owner.is_empty());
        if !setup || is_table(before, after) || !is_setting(stated, before, after) {
            continue;
        }
        looked_at += 1;
        let inside = |claim: &Claim| quote_holds(evidence, claim, &statement.place);
        let covered = said.iter().any(|(claim, own)| {
            if own.is_empty() {
                inside(claim)
            } else {
                own.iter()
                    .any(|quantity| says(quantity, stated, inside(claim), claim, statement))
            }
        });
        // The same thing said again is one thing.
        let said_as = thing(stated, before, after);
        if !covered && !known.contains(&said_as) {
            known.push(said_as);
            numbers.push(Number {
                sentence: (before.clone(), stated.to_string(), after.clone()),
                titles: statement.owner.clone(),
                place: statement.place.clone(),
            });
        }
    }
    (numbers, looked_at)
}

/// Rows of a table are read as one sentence, most of whose words are numbers and names of columns.
fn is_table(before: &str, after: &str) -> bool {
    let words = || before.split_whitespace().chain(after.split_whitespace());
    let cells = words().filter(|word| word.chars().count() < 2 || word.starts_with(|sign: char| sign.is_ascii_digit()));
    let (cells, all) = (cells.count(), words().count());
    all >= 12 && cells * 5 >= all * 2
}

/// The number with the word that makes it a setting.
fn thing(stated: &Stated, before: &str, after: &str) -> String {
    let named = NAMED.find(before).map(|found| found.as_str());
    let counted = COUNTED.find(after).map(|found| found.as_str());
    let words = named.or(counted).unwrap_or_default();
    let first = words
        .split(|sign: char| !sign.is_alphanumeric())
        .find(|word| !word.is_empty());
    format!("{stated} {}", first.unwrap_or_default().to_lowercase())
}

/// Without a title everything counts: the text is no LaTeX, or has no sections.
fn is_setup(titles: &[String]) -> bool {
    titles.is_empty()
        || (titles.iter().any(|title| SETUP.is_match(title)) && !titles.iter().any(|title| OTHER.is_match(title)))
}

/// A unit, or a word beside it that makes it a setting.
fn is_setting(stated: &Stated, before: &str, after: &str) -> bool {
    // `3B` is the name of a model, unless it counts something; nobody prints a setting in bytes.
    let name = stated.quantity().is_some_and(|quantity| quantity.number.has_suffix());
    let unit = stated.unit().is_some_and(|unit| unit.symbol() != "B") && !name;
    let counted = COUNTED
        .find(after)
        .is_some_and(|found| !name || !OF_DATA.iter().any(|word| found.as_str().ends_with(word)));
    unit || counted || (NAMED.is_match(before) && !name)
}

/// Every quantity that a claim says: its value, its own keys, what it gives, and versions.
fn quantities(claim: &Claim) -> Vec<Quantity> {
    let mut found = Vec::new();
    if let Some(stated) = &claim.value {
        of_stated(stated, &mut found);
    }
    for (_, field) in &claim.fields.0 {
        match field {
            Field::Stated(stated) => of_stated(stated, &mut found),
            Field::Arguments(arguments) => arguments.iter().for_each(|(_, stated)| of_stated(stated, &mut found)),
            Field::Integer(number) => found.push(Quantity::bare(crate::quantity::Number::from_i64(*number))),
            Field::Text(text) => scan(text, Locale::English)
                .iter()
                .for_each(|quantity| of_stated(&quantity.stated, &mut found)),
            _ => {}
        }
    }
    for (_, value) in &claim.given {
        if let Value::Number(number) = value {
            found.push(Quantity::bare(number.clone()));
        }
    }
    found
}

fn of_stated(stated: &Stated, found: &mut Vec<Quantity>) {
    match stated {
        Stated::Range(low, high) => found.extend([low.clone(), high.clone()]),
        Stated::List(items) => items.iter().for_each(|item| of_stated(item, found)),
        Stated::Arithmetic(formula, result) => {
            found.push(result.clone());
            of_formula(formula, found);
        }
        Stated::Equation { total, formula, .. } => {
            found.push(total.clone());
            of_formula(formula, found);
        }
        _ => found.extend(stated.quantity().cloned()),
    }
}

fn of_formula(formula: &str, found: &mut Vec<Quantity>) {
    for quantity in scan(&formula.replace(['*', '+', '/', '(', ')'], " , "), Locale::English) {
        of_stated(&quantity.stated, found);
    }
}

/// Whether a claim's quantity is what the paper prints. A bare number is one of many: it has to stand in the claim's
/// quote, or a word of the claim in its sentence.
fn says(ours: &Quantity, printed: &Stated, in_quote: bool, claim: &Claim, statement: &Statement) -> bool {
    let mut theirs = Vec::new();
    of_stated(printed, &mut theirs);
    let agrees = |theirs: &Quantity| {
        let observed = Observed {
            value: Value::Number(theirs.number.clone()),
            unit: theirs.unit.or(ours.unit),
        };
        compare(&Stated::Exact(ours.clone()), &observed, Precision::Printed, None).outcome == Outcome::Agrees
    };
    let telling = |theirs: &Quantity| theirs.unit.is_some() || theirs.number.value.abs() >= TELLING;
    theirs.iter().any(agrees) && (in_quote || theirs.iter().any(telling) || speaks(claim, statement))
}

/// Whether a word of the claim's kind, names, id or title stands in the sentence.
fn speaks(claim: &Claim, statement: &Statement) -> bool {
    let Subject::Printed { before, after, .. } = &statement.subject else {
        return false;
    };
    let sentence = format!("{before} {after}").to_lowercase();
    let words = [claim.kind, &claim.id, claim.title.as_deref().unwrap_or_default()]
        .into_iter()
        .chain(claim.names.iter().map(String::as_str))
        .flat_map(|text| text.split(|sign: char| !sign.is_alphanumeric()))
        .map(str::to_lowercase);
    words
        .filter(|word| word.len() > 2)
        .any(|word| sentence.contains(word.strip_suffix('s').unwrap_or(&word)))
}

/// Whether the claim's quote, where it was found, stands around a place.
fn quote_holds(evidence: &Evidence, claim: &Claim, place: &Place) -> bool {
    let Some(quote) = &claim.quote else { return false };
    let around = |whole: &Place| {
        whole.file == place.file
            && match (whole.bytes, place.bytes) {
                (Some((start, end)), Some((first, last))) => start <= first && last <= end,
                _ => false,
            }
    };
    evidence.statements.iter().any(|statement| {
        matches!(&statement.subject, Subject::Quote { text } if text == quote) && around(&statement.place)
    })
}
