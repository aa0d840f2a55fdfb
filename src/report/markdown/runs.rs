//! The timed runs in markdown: what speaks against each, its plot, its figures, what went on beside it, and its files.
//!
//! Why it can be wrong: an image that is linked and not there is a hole in the report. So a plot is linked only where the
//! report has a file of its own, beside which the plot is written, and both ask the same list for its name.
//!
//! Example: `reports/setup.md` has `![Plot of …](setup.eval.svg)` under `### Run `eval``.

use minijinja::context;
use minijinja::value::Value;

use super::super::catalogue::Dress;
use super::super::runs::RunRecord;
use super::super::runs::facts::{Words, facts, grouped};
use super::super::{Companion, Language, Options, Report, markup, plot};
use super::{Numbered, sentence};
use crate::evidence::{Condition, Hashed, Part};

/// Hexadecimal digits that tell one version of a file from another.
const DIGEST: usize = 12;

/// One value for each run.
pub(super) fn values(report: &Report<'_>, claims: &[Numbered<'_>], options: &Options) -> Vec<Value> {
    let runs = report.runs();
    runs.iter().map(|run| value(run, report, claims, options)).collect()
}

/// The plots, where there is something to stand beside.
pub(super) fn plots(report: &Report<'_>, options: &Options) -> Vec<Companion> {
    let plot = |run: &RunRecord<'_>| {
        Some(Companion {
            name: plot_name(run, options)?,
            text: plot::svg(run, report.language)?,
        })
    };
    report.runs().iter().filter_map(plot).collect()
}

/// `setup.eval.svg`, beside `setup.md`.
fn plot_name(run: &RunRecord<'_>, options: &Options) -> Option<String> {
    let stem = options.stem.as_deref()?;
    Some(format!("{stem}.{}.svg", run.slug))
}

fn value(run: &RunRecord<'_>, report: &Report<'_>, claims: &[Numbered<'_>], options: &Options) -> Value {
    let language = report.language;
    let words = Words {
        language,
        dress: Dress::Markdown,
    };
    let notes: Vec<String> = run.notes().iter().map(|note| sentence(note, language)).collect();
    let mut lines = vec![
        line(words, "claims", None, resting(run, claims, language)),
        line(words, "record", None, record(run, report, words, options)),
    ];
    let facts = facts(run, words);
    lines.extend(
        facts
            .into_iter()
            .map(|fact| line(words, fact.label, fact.part, fact.text)),
    );
    if !run.subjects.is_empty() {
        lines.push(line(words, "files", None, roles(run, words)));
    }
    let several = run.timed.parts.len() > 1;
    let conditions: Vec<Value> = run
        .timed
        .parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            let heading = several.then(|| words.say("conditions", context! { number => index + 1 }));
            context! { heading, rows => conditions(part, words) }
        })
        .collect();
    context! {
        heading => words.say("run", context! { name => run.timed.name.as_str() }),
        notes,
        plot => image(run, words, options),
        facts => lines,
        conditions,
        files => files(run, words),
    }
}

fn line(words: Words, label: &str, part: Option<usize>, text: String) -> Value {
    let label = words.say(label, context! {});
    let label = match part {
        Some(number) => words.say("part", context! { label, number }),
        None => label,
    };
    context! { label, text }
}

/// `✅ Runtime (claim 9), ❔ Batch size (claim 13)`.
fn resting(run: &RunRecord<'_>, claims: &[Numbered<'_>], language: Language) -> String {
    let rests = |claim: &&Numbered<'_>| run.claims.iter().any(|judged| std::ptr::eq(*judged, claim.judged));
    let of = claims.iter().filter(rests);
    let shown: Vec<String> = of
        .map(|claim| format!("{} {}", claim.judged.symbol(), claim.reference(language)))
        .collect();
    shown.join(", ")
}

fn record(run: &RunRecord<'_>, report: &Report<'_>, words: Words, options: &Options) -> String {
    let file = &run.place.file;
    let digest = report
        .evidence
        .digests
        .get(file)
        .and_then(|digest| digest.get(..DIGEST));
    let shown = words.say(
        "record-at",
        context! { file => file.as_str(), digest => digest.unwrap_or_default() },
    );
    let name = markup::code(file);
    let link = options.link(&name, file, "");
    shown.replacen(&name, &link, 1)
}

fn image(run: &RunRecord<'_>, words: Words, options: &Options) -> Option<String> {
    let name = plot_name(run, options)?;
    if plot::svg(run, words.language).is_none() {
        return Some(words.say("no-plot", context! {}));
    }
    let alternative = markup::inline(&plot::alternative(run, words.language));
    Some(format!("![{alternative}]({})", markup::target(&name)))
}

fn roles(run: &RunRecord<'_>, words: Words) -> String {
    let of: Vec<String> = run
        .roles()
        .into_iter()
        .map(|(role, count)| words.say("files-of", context! { count, role => role.name() }))
        .collect();
    of.join(", ")
}

/// Their names, to be folded away: there may be thousands.
fn files(run: &RunRecord<'_>, words: Words) -> Option<Value> {
    if run.subjects.is_empty() {
        return None;
    }
    let name = |file: &Hashed| {
        let digest = file.digest.sha256.get(..DIGEST).unwrap_or(&file.digest.sha256);
        format!("{} ({})", markup::code(&file.name), markup::code(digest))
    };
    let names: Vec<String> = run.subjects.iter().map(name).collect();
    let summary = format!(
        "{} ({})",
        words.say("file-list", context! {}),
        grouped(names.len() as u64)
    );
    Some(context! { summary, names })
}

fn conditions(part: &Part, words: Words) -> Vec<Value> {
    let cell = |text: &str| {
        if text.is_empty() {
            "–".to_string()
        } else {
            markup::cell(&markup::inline(text))
        }
    };
    let row = |condition: &Condition| {
        let name = words.say("condition-name", context! { name => condition.name.as_str() });
        let disturbs = if condition.disturbs { "disturbs" } else { "fine" };
        context! {
            name => markup::cell(&name),
            before => cell(&condition.before),
            during => cell(&condition.during),
            after => cell(&condition.after),
            disturbs => words.say(disturbs, context! {}),
        }
    };
    part.conditions.iter().map(row).collect()
}
