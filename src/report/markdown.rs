//! The report in markdown, for co-authors: what the paper says, what the evidence says, where, and what to change.
//!
//! Sections stand as in the paper, in the order in which they first appear; claims without one come last, and numbers
//! follow that order. `templates/report.md.j2` has the shape; here and in `markdown/` its values are made, escaped.
//!
//! Why it can be wrong: a reader takes what is not listed for not existing. So every citation of every claim stands
//! here with its file and line, also those that contradict a claim that holds; only the files that were not read are
//! cut, with their number.
//!
//! Example: `### ✅ Claim 13: Batch size 50`, its quote, `# slurm/04_eval_base.job:58` over the line itself, the steps
//! by which 50 gets to the call, and `**Status:** ✅ **SUPPORTED** (evidence: launched)`.

mod claim;
mod findings;
mod places;
mod runs;

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, State, UndefinedBehavior, context};

use super::catalogue::{self, Dress};
use super::{Format, Judged, Language, Options, Report, Status, markup, place_text};
use crate::evidence::Grade;
use crate::place::MARK;
use crate::verdict::{Message, Verdict};

pub(super) const FORMAT: Format = Format {
    name: "markdown",
    render,
    companions: runs::plots,
    about: "a report for co-authors, in the language of the document; plots of timed runs stand beside its file",
};

static TEMPLATE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .expect("no delimiters are changed");
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.add_function("say", |state: &State, name: &str, values: Kwargs| {
        let spanish = state.lookup("spanish").is_some_and(|value| value.is_true());
        let language = if spanish { Language::Spanish } else { Language::English };
        let named = values
            .args()
            .map(|name| values.get::<Value>(name).map(|value| (name.to_string(), value)));
        let named = named.collect::<Result<Vec<_>, _>>()?;
        Ok::<_, minijinja::Error>(catalogue::words(
            name,
            language,
            Dress::Markdown,
            catalogue::named(named),
        ))
    });
    environment
        .add_template("report.md", include_str!("templates/report.md.j2"))
        .expect("the template is part of the program, and a test renders it");
    environment
});

fn render(report: &Report<'_>, options: &Options) -> String {
    let sections = sections(report);
    let numbered: Vec<Numbered<'_>> = sections
        .iter()
        .flat_map(|section| section.claims.iter().copied())
        .collect();
    let language = report.language;
    let values = context! {
        spanish => language == Language::Spanish,
        mark => MARK,
        title => markup::inline(&report.title),
        date => report.as_of.to_string(),
        claim_files => report.claim_files.iter().map(|file| markup::code(file)).collect::<Vec<_>>(),
        root => markup::code(&report.root),
        count => report.claims.len(),
        findings => findings::counts(report, &numbered),
        overview => numbered.iter().map(|claim| overview_row(*claim, language)).collect::<Vec<_>>(),
        grades => grades_used(&numbered, language),
        sections => sections.iter().map(|section| section.value(language)).collect::<Vec<_>>(),
        runs => runs::values(report, &numbered, options),
        supported => findings::supported(&numbered, language),
        open => findings::open(&numbered, language),
        drafts => findings::drafts(&numbered, language),
        files => places::by_file(&numbered, report.evidence, language, options),
        gaps => places::gaps(report),
        gap_count => report.gaps().values().map(Vec::len).sum::<usize>(),
        conclusion => findings::conclusion(report, &numbered),
        ..findings::recommendations(&numbered, language)
    };
    let template = TEMPLATE
        .get_template("report.md")
        .expect("it was added when the environment was made");
    template
        .render(values)
        .expect("every value that the template names is given above; a test renders each branch")
}

/// A claim with its number in this report.
#[derive(Debug, Clone, Copy)]
struct Numbered<'r> {
    number: usize,
    judged: &'r Judged<'r>,
}

impl Numbered<'_> {
    fn title(&self) -> String {
        markup::inline(self.judged.title())
    }

    /// `Runtime (claim 9)`.
    fn reference(&self, language: Language) -> String {
        let number = say("word.claim-number", language, context! { number => self.number });
        format!("{} ({number})", self.title())
    }

    /// `✅ **CORRECTO**`.
    fn verdict(&self, language: Language) -> String {
        let word = catalogue::word(&format!("verdict.{}", self.judged.verdict_name()), language);
        format!("{} **{word}**", self.judged.symbol())
    }

    /// Whether it stands among the claims that hold.
    fn is_supported(&self) -> bool {
        self.judged.verdict() == Some(Verdict::Supported)
    }
}

struct Section<'r> {
    name: Option<&'r str>,
    claims: Vec<Numbered<'r>>,
    /// Whether it stands beside others; a report without sections calls its only one otherwise.
    beside: bool,
}

impl Section<'_> {
    fn value(&self, language: Language) -> Value {
        let name = match self.name {
            Some(name) => markup::inline(name),
            None if self.beside => catalogue::word("word.other-claims", language),
            None => catalogue::word("word.claims", language),
        };
        context! { name, claims => self.claims.iter().map(|claim| claim::value(*claim, language)).collect::<Vec<_>>() }
    }
}

/// Sections in the order of their first claim, those without a section last.
fn sections<'r>(report: &'r Report<'r>) -> Vec<Section<'r>> {
    let mut names: Vec<Option<&str>> = Vec::new();
    for judged in &report.claims {
        let name = judged.claim.section.as_deref();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort_by_key(Option::is_none);
    let beside = names.len() > 1;
    let mut number = 0;
    let mut numbered = |judged| {
        number += 1;
        Numbered { number, judged }
    };
    names
        .into_iter()
        .map(|name| {
            let of_section = report
                .claims
                .iter()
                .filter(|judged| judged.claim.section.as_deref() == name);
            Section {
                name,
                claims: of_section.map(&mut numbered).collect(),
                beside,
            }
        })
        .collect()
}

fn overview_row(claim: Numbered<'_>, language: Language) -> Value {
    let ruling = &claim.judged.ruling;
    let place = claim
        .judged
        .deciding()
        .map(|citation| markup::code(&place_text(&citation.place, language)));
    let mut verdict = claim.verdict(language);
    if matches!(claim.judged.status, Status::Accepted(_)) {
        verdict = format!("{verdict} ({})", catalogue::word("mark.accepted", language));
    }
    context! {
        number => claim.number,
        title => markup::cell(&claim.title()),
        verdict,
        grade => ruling.grade.map_or_else(|| "–".to_string(), |grade| grade_name(grade, language)),
        found => ruling.found.as_deref().map_or_else(|| "–".to_string(), |found| markup::cell(&markup::code(found))),
        place => place.map_or_else(|| "–".to_string(), |place| markup::cell(&place)),
    }
}

/// The grades that a ruling rests on, strongest first, with what they mean.
fn grades_used(claims: &[Numbered<'_>], language: Language) -> Vec<Value> {
    Grade::ALL
        .into_iter()
        .filter(|grade| claims.iter().any(|claim| claim.judged.ruling.grade == Some(*grade)))
        .map(|grade| {
            let about = catalogue::word(&format!("grade-about.{}", grade.name()), language);
            context! { name => grade_name(grade, language), about }
        })
        .collect()
}

fn grade_name(grade: Grade, language: Language) -> String {
    catalogue::word(&format!("grade.{}", grade.name()), language)
}

fn sentence(message: &Message, language: Language) -> String {
    catalogue::sentence_in(message, language, Dress::Markdown)
}

fn say(name: &str, language: Language, values: Value) -> String {
    catalogue::words(name, language, Dress::Markdown, values)
}
