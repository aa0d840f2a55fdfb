//! The pipeline on one screen: claim files, asks, evidence, rulings, reports.
//!
//! Why it can be wrong: claims of several files may be about several repositories. Each repository is read once, for
//! all claims about it, and no claim is judged from another's evidence.
//!
//! Example: `run(&Arguments::parse(), terminal)` is the whole of `verify claims/setup.toml`.

use std::path::Path;

use crate::claim::{self, ClaimFile};
use crate::cli::{Arguments, Color, Output};
use crate::evidence::{Ask, Evidence, Scope, Subject};
use crate::exit::Exit;
use crate::gate;
use crate::judge::{self, Case};
use crate::place::Place;
use crate::report::{self, Judged, Language, Options, Report};
use crate::source::file::{SourceError, claim_files, read_named};
use crate::source::{
    self,
    site::{About, Site},
};
use crate::write;

/// What standard output can show.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Columns.
    pub width: u16,
    pub color: bool,
}

/// A check that came to its end.
#[derive(Debug)]
pub struct Done {
    /// What goes to standard output.
    pub output: String,
    pub exit: Exit,
}

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Mistakes in claim files, rendered with their lines and remedies.
    #[error("{0}")]
    ClaimFiles(String),
    /// Arguments, paths and saved evidence that cannot be used, each on its line.
    #[error("{}", .0.iter().map(|problem| format!("error: {problem}\n")).collect::<String>())]
    Usage(Vec<String>),
    /// We could not finish.
    #[error("error: {0:#}\n")]
    Broken(#[from] anyhow::Error),
}

impl Failure {
    pub fn exit(&self) -> Exit {
        match self {
            Failure::ClaimFiles(_) | Failure::Usage(_) => Exit::Usage,
            Failure::Broken(_) => Exit::Failed,
        }
    }
}

/// Everything, from arguments to what is printed.
pub fn run(arguments: &Arguments, terminal: Terminal) -> Result<Done, Failure> {
    if arguments.claims == ["schema"] {
        return schema();
    }
    let files = read_claims(arguments, terminal)?;
    let about: Vec<About<'_>> = files
        .iter()
        .map(|file| About {
            path: &file.path,
            root: file.document.root.as_deref(),
            paper: file.document.paper.as_deref(),
        })
        .collect();
    let sites = source::site::sites(&about, &settings(arguments)).map_err(usage)?;
    if sites.len() > 1 && (arguments.evidence.is_some() || arguments.save_evidence.is_some()) {
        let roots: Vec<String> = sites.iter().map(|site| site.shown.clone()).collect();
        return Err(Failure::Usage(vec![format!(
            "evidence is of one repository; these are {}",
            roots.join(", ")
        )]));
    }
    let as_of = arguments.as_of.unwrap_or_else(source::today);
    let mut evidence = Vec::new();
    for site in &sites {
        evidence.push(collect(arguments, site, &files, as_of)?);
    }
    if let (Some(path), [one]) = (&arguments.save_evidence, evidence.as_slice()) {
        write::file(path, one.save().map_err(anyhow::Error::from)?.as_bytes())?;
    }
    // In replayed evidence the day is the one it was collected on, unless the command line says another.
    let as_of = match (&arguments.evidence, arguments.as_of) {
        (Some(_), None) => evidence.first().map_or(as_of, |evidence| evidence.as_of),
        _ => as_of,
    };
    let mut claims = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let at = sites
            .iter()
            .position(|site| site.files.contains(&index))
            .unwrap_or_default();
        for claim in &file.claims {
            let case = Case {
                claim,
                file,
                evidence: &evidence[at],
            };
            let mut ruling = judge::judge(&case);
            let status = gate::status(claim, &mut ruling, as_of);
            let quote_place = quote_place(claim.quote.as_deref(), &evidence[at]);
            claims.push(Judged {
                claim,
                claim_file: &file.path,
                ruling,
                status,
                quote_place,
            });
        }
    }
    let exit = Exit::of(&claims, arguments.fail_on, arguments.strict);
    let evidence = together(evidence);
    let report = Report {
        title: files
            .iter()
            .find_map(|file| file.document.title.clone())
            .unwrap_or_else(|| files[0].path.clone()),
        claim_files: files.iter().map(|file| file.path.clone()).collect(),
        root: sites
            .iter()
            .map(|site| site.shown.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        language: arguments.lang.unwrap_or_else(|| language(&files)),
        as_of,
        claims,
        evidence: &evidence,
        exit: exit.code(),
    };
    let output = render(arguments, terminal, &report, sites.first())?;
    Ok(Done { output, exit })
}

/// `verify schema`.
fn schema() -> Result<Done, Failure> {
    let schema = claim::schema(&judge::specs());
    let text = serde_json::to_string_pretty(&schema).map_err(anyhow::Error::from)?;
    Ok(Done {
        output: text + "\n",
        exit: Exit::Fine,
    })
}

/// All claim files, or every mistake in all of them.
fn read_claims(arguments: &Arguments, terminal: Terminal) -> Result<Vec<ClaimFile>, Failure> {
    let paths = claim_files(&arguments.claims).map_err(|errors| Failure::Usage(shown(&errors)))?;
    let kinds = judge::specs();
    let mut files = Vec::new();
    let mut mistakes = String::new();
    for path in paths {
        let name = path.to_string_lossy().replace('\\', "/");
        let text = read_named(&path, &name).map_err(|error| Failure::Usage(vec![error.to_string()]))?;
        match ClaimFile::read(&name, text.text(), &kinds) {
            Ok(file) => files.push(file),
            Err(problems) => {
                let color = arguments.color == Color::Always || (arguments.color == Color::Auto && terminal.color);
                mistakes.push_str(&claim::render(&problems, &name, text.text(), color));
            }
        }
    }
    if mistakes.is_empty() {
        Ok(files)
    } else {
        Err(Failure::ClaimFiles(mistakes + "\n"))
    }
}

fn settings(arguments: &Arguments) -> source::site::Settings<'_> {
    source::site::Settings {
        root: arguments.root.as_deref(),
        paper: arguments.paper.as_deref(),
        allow: &arguments.allow_read,
        replayed: arguments.evidence.is_some(),
    }
}

/// The evidence of one repository: read, or replayed.
fn collect(
    arguments: &Arguments,
    site: &Site,
    files: &[ClaimFile],
    as_of: chrono::NaiveDate,
) -> Result<Evidence, Failure> {
    let about: Vec<&ClaimFile> = site.files.iter().map(|&index| &files[index]).collect();
    let asks: Vec<Ask> = about
        .iter()
        .flat_map(|file| file.claims.iter().flat_map(|claim| judge::asks(claim, file)))
        .collect();
    let Some(path) = &arguments.evidence else {
        let threads = arguments.threads.map_or_else(source::cores, usize::from);
        return source::site::gather(site, asks, scopes(&about), as_of, threads).map_err(usage);
    };
    let text = read_named(path, &path.to_string_lossy()).map_err(usage)?;
    let evidence =
        Evidence::replay(text.text()).map_err(|error| Failure::Usage(vec![format!("{}: {error}", path.display())]))?;
    let missing = evidence.missing(&asks).len()
        + scopes(&about)
            .iter()
            .filter(|scope| !evidence.scopes.iter().any(|files| files.scope == **scope))
            .count();
    if missing > 0 {
        let problem = format!(
            "{}: this evidence was collected for other claims ({missing} asks are not in it)\n\nhelp: collect again with --save-evidence",
            path.display()
        );
        return Err(Failure::Usage(vec![problem]));
    }
    Ok(evidence)
}

/// Every scope that a judge may look at.
fn scopes(files: &[&ClaimFile]) -> Vec<Scope> {
    files
        .iter()
        .flat_map(|file| &file.claims)
        .flat_map(judge::scopes)
        .collect()
}

/// Claims about several repositories share one report: what was not read is listed for all of them.
fn together(mut evidence: Vec<Evidence>) -> Evidence {
    let mut first = evidence.remove(0);
    for other in evidence {
        first.gaps.extend(other.gaps);
        first.digests.extend(other.digests);
    }
    first
}

fn quote_place(quote: Option<&str>, evidence: &Evidence) -> Option<Place> {
    let quote = quote?;
    evidence
        .statements
        .iter()
        .find(|statement| matches!(&statement.subject, Subject::Quote { text } if text == quote))
        .map(|statement| statement.place.clone())
}

fn language(files: &[ClaimFile]) -> Language {
    match files.iter().find_map(|file| file.document.language.as_deref()) {
        Some("es") => Language::Spanish,
        _ => Language::English,
    }
}

/// Renders every format asked for, writes those with a path, and returns what goes to standard output.
fn render(
    arguments: &Arguments,
    terminal: Terminal,
    report: &Report<'_>,
    site: Option<&Site>,
) -> Result<String, Failure> {
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
        let color = match arguments.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal.color && output.path.is_none(),
        };
        let options = Options {
            width: terminal.width,
            color,
            quiet: arguments.quiet,
            links: site.map(|site| links(output.path.as_deref(), site)).unwrap_or_default(),
        };
        let text = (format.render)(report, &options);
        match &output.path {
            Some(path) => write::file(path, text.as_bytes())?,
            None => printed.push_str(&text),
        }
    }
    Ok(printed)
}

/// The way from a report's folder to the root.
fn links(path: Option<&Path>, site: &Site) -> String {
    path.and_then(|path| source::site::way(path, &site.root))
        .unwrap_or_default()
}

fn usage(error: SourceError) -> Failure {
    Failure::Usage(vec![error.to_string()])
}

fn shown(errors: &[SourceError]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}
