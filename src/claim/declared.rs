//! `[run.NAME]`: a timed evaluation run as the author declares it.
//!
//! Why it can be wrong: a key of the other engine that is silently ignored times another run than the one declared. So
//! keys that belong to one engine are an error under the other.
//!
//! Example: `prompt = "…"` under `engine = "command"` is an error; the command has a prompt of its own.

use super::node::{Entry, extent};
use super::problem::{Problem, listed, suggestion, without_what_follows};
use super::read::{Read, keys_of, missing, table_of, text_of};
use super::shape::Reading;
use super::{Fields, Key, RunDeclaration, keys};
use bigdecimal::ToPrimitive as _;

use crate::evidence::{Asked, CommandLine};
use crate::place::SourceText;
use crate::quantity::{Locale, Quantity};

/// Reads one declared run.
pub(super) fn run(reading: &mut Reading<'_>, entry: &Entry<'_>, source: &SourceText) -> Option<RunDeclaration> {
    let name = entry.key;
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')) {
        reading.problem(
            Problem::new(entry.key_span.clone(), format!("`{name}` is no name of a run"))
                .hint("a run's name has letters, digits, `-` and `_`: its record is a file of that name"),
        );
    }
    let before = reading.problems.len();
    let owner = format!("[run.{name}]");
    let table = table_of(reading, entry.node, "[run.NAME]", name)?;
    let known: Vec<&'static Key> = keys::RUN.keys.iter().collect();
    let read = keys_of(reading, table, &known, &mut |unknown| {
        let names: Vec<&str> = known.iter().map(|key| key.name).collect();
        let mut problem = Problem::new(
            unknown.key_span.clone(),
            format!("`{owner}` has no key `{}`", unknown.key),
        );
        problem.hint = suggestion(unknown.key, &names, "its keys are");
        Some(problem)
    });
    let has = |name: &str| table.contains_key(name);
    for key in known.iter().filter(|key| key.required && !has(key.name)) {
        reading.problem(missing(entry.key_span.clone(), &format!("`{owner}`"), key));
    }
    if let Some(engine) = text_of(&read, "engine") {
        let (own, needed, foreign, other) = match engine.as_str() {
            "command" => (keys::COMMAND_KEYS, keys::COMMAND_NEEDS, keys::CANDLE_KEYS, "candle"),
            _ => (keys::CANDLE_KEYS, keys::CANDLE_NEEDS, keys::COMMAND_KEYS, "command"),
        };
        for read in read.iter().filter(|read| foreign.contains(&read.name)) {
            reading.problem(
                Problem::new(
                    read.key_span.clone(),
                    format!("`engine = \"{engine}\"` takes no `{}`", read.name),
                )
                .hint(format!(
                    "`{}` belongs to `engine = \"{other}\"`; `{engine}` takes {}",
                    read.name,
                    listed(own)
                )),
            );
        }
        for key in known.iter().filter(|key| needed.contains(&key.name) && !has(key.name)) {
            reading.problem(missing(
                entry.key_span.clone(),
                &format!("`{owner}` with `engine = \"{engine}\"`"),
                key,
            ));
        }
    }
    more_samples_than_there_are(reading, &read);
    without_what_follows(&mut reading.problems, before);
    let record = text_of(&read, "record").unwrap_or_else(|| format!("runs/{name}.json"));
    Some(RunDeclaration {
        name: name.to_string(),
        engine: text_of(&read, "engine").unwrap_or_default(),
        record,
        place: source.place(entry.key_span.start..extent(entry.node).end.max(entry.key_span.end)),
        settings: Fields(read.into_iter().map(|read| (read.name, read.field)).collect()),
    })
}

/// Half the interval's width over the estimate at most, where the claim file does not say.
const PRECISION: f64 = 0.05;
/// Seconds a run may take, where the claim file does not say.
const BUDGET: f64 = 600.0;
/// The seed, where the claim file does not say.
const SEED: u64 = 0;

impl RunDeclaration {
    /// The declaration as it is named where it was not started: `claims/setup.toml [run.eval]`.
    pub fn named(&self, claims: &str) -> String {
        format!("{claims} [run.{}]", self.name)
    }

    /// What it asks of the run, defaults put in.
    pub fn asked(&self) -> Asked {
        let settings = &self.settings;
        let count = |name: &str| settings.integer(name).and_then(|number| u64::try_from(number).ok());
        let base = |name: &str| {
            let quantity = Quantity::parse(settings.text(name)?, Locale::English)?;
            quantity.base().to_f64()
        };
        Asked {
            population: count("population"),
            samples: count("samples"),
            batch_size: count("batch-size"),
            warm_up: count("warm-up").unwrap_or(0),
            precision: base("precision").unwrap_or(PRECISION),
            budget_seconds: base("budget").unwrap_or(BUDGET),
            repeats: count("repeats").unwrap_or(1),
            seed: count("seed").unwrap_or(SEED),
            device: settings.text("device").map(str::to_string),
            dtype: settings.text("dtype").map(str::to_string),
        }
    }

    /// The command that it declares, its placeholders filled in; none where it has none.
    pub fn command(&self, asked: &Asked) -> Option<CommandLine> {
        let words = self.settings.texts("command");
        (!words.is_empty()).then(|| CommandLine {
            arguments: words.iter().map(|word| filled(word, asked)).collect(),
            directory: self.settings.text("directory").unwrap_or(".").to_string(),
            environment: self.settings.texts("environment").to_vec(),
        })
    }
}

/// `--max-samples={samples}` with the number that is asked for; what nothing is asked of stays as it is written.
fn filled(word: &str, asked: &Asked) -> String {
    let number = |count: Option<u64>| count.map(|count| count.to_string());
    let values = [
        ("{samples}", number(asked.samples.or(asked.population))),
        ("{population}", number(asked.population)),
        ("{batch_size}", number(asked.batch_size)),
        ("{seed}", Some(asked.seed.to_string())),
        ("{device}", asked.device.clone()),
        ("{dtype}", asked.dtype.clone()),
    ];
    values
        .into_iter()
        .fold(word.to_string(), |word, (place, value)| match value {
            Some(value) => word.replace(place, &value),
            None => word,
        })
}

fn more_samples_than_there_are(reading: &mut Reading<'_>, read: &[Read]) {
    let find = |name: &str| {
        read.iter()
            .find(|read| read.name == name)
            .and_then(|read| match read.field {
                super::Field::Integer(number) => Some((number, read.span.clone())),
                _ => None,
            })
    };
    if let (Some((samples, here)), Some((population, there))) = (find("samples"), find("population"))
        && samples > population
    {
        reading.problem(
            Problem::new(
                here,
                format!("{samples} samples are timed of a population of {population}"),
            )
            .also(there, "the population")
            .hint("`samples` is at most `population`"),
        );
    }
}
