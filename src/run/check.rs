//! The check: rulings on every claim, what the gate makes of them, and the reports.
//!
//! Why it can be wrong: a report that counts otherwise than the exit code says two things of one run. Both are made from
//! the same list of judged claims.
//!
//! Example: `verify claims/setup.toml --format markdown=report.md` judges, writes the report, and ends with its code.

use std::collections::BTreeSet;
use std::path::Path;

use super::gathered::{Also, Gathered, several_sites};
use super::{Done, Failure, Terminal, within};
use crate::cli::{Check, Color, Output};
use crate::evidence::{Evidence, Subject};
use crate::exit::Exit;
use crate::gate;
use crate::judge;
use crate::place::Place;
use crate::report::{self, Judged, Options, Report};
use crate::source::site::{Site, lies_beside, way};
use crate::write;

/// `verify CLAIMS`.
pub(super) fn check(arguments: &Check, terminal: Terminal) -> Result<Done, Failure> {
    let within = within::runs(arguments, terminal)?;
    let also = Also {
        kept: &within.kept,
        ..Also::NOTHING
    };
    let mut gathered = Gathered::gather(&arguments.claims, &arguments.reading, &arguments.shown, terminal, &also)?;
    within
        .left
        .into_iter()
        .for_each(|(file, gap)| gathered.lacks(&file, gap));
    if let Some(path) = &arguments.save_evidence {
        let [one] = gathered.evidence.as_slice() else {
            return Err(several_sites(&gathered.sites));
        };
        write::file(path, one.save().map_err(anyhow::Error::from)?.as_bytes())?;
    }
    let mut claims = Vec::new();
    for case in gathered.cases() {
        let mut ruling = judge::judge(&case);
        let status = gate::status(case.claim, &mut ruling, gathered.as_of);
        claims.push(Judged {
            claim: case.claim,
            claim_file: &case.file.path,
            ruling,
            status,
            quote_place: quote_place(case.claim.quote.as_deref(), case.evidence),
        });
    }
    let exit = Exit::of(&claims, arguments.fail_on, arguments.strict);
    let several = together(&gathered.evidence);
    let evidence = several.as_ref().unwrap_or(&gathered.evidence[0]);
    let files = &gathered.files;
    let report = Report {
        title: files
            .iter()
            .find_map(|file| file.document.title.clone())
            .unwrap_or_else(|| files[0].path.clone()),
        claim_files: files.iter().map(|file| file.path.clone()).collect(),
        root: gathered
            .sites
            .iter()
            .map(|site| site.shown.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        language: gathered.language(&arguments.shown),
        as_of: gathered.as_of,
        claims,
        evidence,
        exit: exit.code(),
    };
    let output = render(arguments, terminal, &report, gathered.sites.first())?;
    Ok(Done { output, exit })
}

/// Claims about several repositories share one report: what was not read is listed for all of them, and the records of
/// runs, each of its claim file, stand together.
fn together(evidence: &[Evidence]) -> Option<Evidence> {
    let (first, others) = evidence.split_first().filter(|(_, others)| !others.is_empty())?;
    let mut all = first.clone();
    for other in others {
        all.gaps.extend_from_slice(&other.gaps);
        all.digests.extend(other.digests.clone());
        let records = other
            .statements
            .iter()
            .filter(|statement| matches!(statement.subject, Subject::Timed { .. }));
        all.statements.extend(records.cloned());
    }
    Some(all)
}

pub(super) fn quote_place(quote: Option<&str>, evidence: &Evidence) -> Option<Place> {
    let quote = quote?;
    evidence
        .statements
        .iter()
        .find(|statement| matches!(&statement.subject, Subject::Quote { text } if text == quote))
        .map(|statement| statement.place.clone())
}

/// Renders every format asked for, writes those with a path, and returns what goes to standard output.
fn render(arguments: &Check, terminal: Terminal, report: &Report<'_>, site: Option<&Site>) -> Result<String, Failure> {
    let mut outputs = arguments.format.clone();
    if outputs.is_empty() {
        outputs.push(Output {
            format: "terminal".to_string(),
            path: None,
        });
    }
    if let Some(path) = &arguments.output {
        let Some(last) = outputs.iter_mut().rev().find(|output| output.path.is_none()) else {
            return Err(Failure::Usage(vec![
                "--output: every --format names a path of its own already".to_string(),
            ]));
        };
        last.path = Some(path.clone());
    }
    let mut printed = String::new();
    for output in &outputs {
        let Some(format) = report::format(&output.format) else {
            continue;
        };
        let color = match arguments.shown.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal.color && output.path.is_none(),
        };
        let options = Options {
            width: terminal.width,
            color,
            quiet: arguments.quiet,
            stem: output
                .path
                .as_deref()
                .and_then(Path::file_stem)
                .and_then(|stem| stem.to_str())
                .map(str::to_string),
            links: site.map(|site| links(output.path.as_deref(), site)).unwrap_or_default(),
            beside: site.map(|site| beside(report, site)).unwrap_or_default(),
            here: output
                .path
                .as_deref()
                .and_then(|path| way(path, Path::new(".")))
                .unwrap_or_default(),
        };
        let text = (format.render)(report, &options);
        match &output.path {
            Some(path) => {
                // What a report links to is there before it.
                for companion in (format.companions)(report, &options) {
                    write::file(&path.with_file_name(companion.name), companion.text.as_bytes())?;
                }
                write::file(path, text.as_bytes())?;
            }
            None => printed.push_str(&text),
        }
    }
    Ok(printed)
}

/// Files that the report cites and that lie beside the root.
fn beside(report: &Report<'_>, site: &Site) -> BTreeSet<String> {
    let cited = report.claims.iter().flat_map(|judged| &judged.ruling.citations);
    cited
        .map(|citation| &citation.place.file)
        .filter(|file| lies_beside(site, file))
        .cloned()
        .collect()
}

/// The way from a report's folder to the root.
fn links(path: Option<&Path>, site: &Site) -> String {
    path.and_then(|path| way(path, &site.root)).unwrap_or_default()
}
