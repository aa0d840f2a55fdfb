//! Claim files and the evidence for them, as every command starts.
//!
//! Why it can be wrong: claims of several files may be about several repositories. Each repository is read once, for
//! all claims about it, and no claim is judged from another's evidence.
//!
//! Example: two claim files about `fixtures/opro2` share one evidence; a third about another root has its own.

use std::path::PathBuf;

use chrono::NaiveDate;

use super::slurm::Accounting;
use super::{Failure, Terminal};
use crate::claim::{self, ClaimFile};
use crate::cli::{Reading, Shown};
use crate::evidence::{Ask, Evidence, Gap, Scope};
use crate::judge::{self, Case};
use crate::report::Language;
use crate::source::file::{SourceError, claim_files, read_named};
use crate::source::{
    self,
    accounted::Answer,
    recorded::Kept,
    site::{About, Site},
};

/// Claim files, the repositories they are about, and what was found there.
pub(super) struct Gathered {
    pub(super) files: Vec<ClaimFile>,
    pub(super) sites: Vec<Site>,
    /// One for each site.
    pub(super) evidence: Vec<Evidence>,
    pub(super) as_of: NaiveDate,
}

impl Gathered {
    /// Reads claim files and repositories, or the evidence that was saved.
    pub(super) fn gather(
        claims: &[String],
        reading: &Reading,
        shown: &Shown,
        terminal: Terminal,
        also: &Also<'_>,
    ) -> Result<Gathered, Failure> {
        let files = read_claims(claims, terminal.colored(shown))?;
        let more = (also.asks)(&files);
        let mut sites = located(&files, reading)?;
        for site in &mut sites {
            site.kept = also.kept.to_vec();
        }
        if sites.len() > 1 && reading.evidence.is_some() {
            return Err(several_sites(&sites));
        }
        let as_of = reading.as_of.unwrap_or_else(source::today);
        let asks: Vec<Ask> = files.iter().flat_map(asks).chain(more.iter().cloned()).collect();
        let needed: &[Ask] = if also.accounting { &asks } else { &[] };
        let accounting = Accounting::of(&reading.live, needed);
        let mut evidence = Vec::new();
        for site in &sites {
            let answer = accounting.below(&site.root);
            evidence.push(collect(reading, site, &files, answer.as_ref(), as_of, &more)?);
        }
        // In replayed evidence the day is the one it was collected on, unless the command line says another.
        let as_of = match (&reading.evidence, reading.as_of) {
            (Some(_), None) => evidence.first().map_or(as_of, |evidence: &Evidence| evidence.as_of),
            _ => as_of,
        };
        Ok(Gathered {
            files,
            sites,
            evidence,
            as_of,
        })
    }

    /// Every claim with all that a judge may look at, in the order of the claim files.
    pub(super) fn cases(&self) -> impl Iterator<Item = Case<'_>> {
        self.files.iter().enumerate().flat_map(|(index, file)| {
            let at = self
                .sites
                .iter()
                .position(|site| site.files.contains(&index))
                .unwrap_or_default();
            let evidence = &self.evidence[at];
            file.claims.iter().map(move |claim| Case { claim, file, evidence })
        })
    }

    /// Notes in the evidence for a claim file what was not done for it.
    pub(super) fn lacks(&mut self, file: &str, gap: Gap) {
        let about = |site: &Site| site.files.iter().any(|&index| self.files[index].path == file);
        let at = self.sites.iter().position(about);
        if let Some(evidence) = at.and_then(|at| self.evidence.get_mut(at)) {
            evidence.gaps.push(gap);
        }
    }

    /// The command line's language, else that of the claim files.
    pub(super) fn language(&self, shown: &Shown) -> Language {
        let document = || self.files.iter().find_map(|file| file.document.language.as_deref());
        shown.lang.unwrap_or_else(|| match document() {
            Some("es") => Language::Spanish,
            _ => Language::English,
        })
    }
}

/// What is looked at beside what the claims ask for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Also<'k> {
    pub(super) asks: fn(&[ClaimFile]) -> Vec<Ask>,
    /// Records of runs that the check made itself.
    pub(super) kept: &'k [Kept],
    /// Whether Slurm is asked, where the command line says so.
    pub(super) accounting: bool,
}

impl Also<'static> {
    /// The check asks what the claims ask.
    pub(super) const NOTHING: Also<'static> = Also {
        asks: |_| Vec::new(),
        kept: &[],
        accounting: true,
    };
}

/// The repositories that the claim files are about.
pub(super) fn located(files: &[ClaimFile], reading: &Reading) -> Result<Vec<Site>, Failure> {
    let about: Vec<About<'_>> = files
        .iter()
        .map(|file| About {
            path: &file.path,
            root: file.document.root.as_deref(),
            paper: file.document.paper.as_deref(),
        })
        .collect();
    let settings = source::site::Settings {
        root: reading.root.as_deref(),
        paper: reading.paper.as_deref(),
        allow: &reading.allow_read,
        replayed: reading.evidence.is_some(),
    };
    source::site::sites(&about, &settings).map_err(usage)
}

/// Evidence is of one repository, and these claim files are about several.
pub(super) fn several_sites(sites: &[Site]) -> Failure {
    let roots: Vec<String> = sites.iter().map(|site| site.shown.clone()).collect();
    Failure::Usage(vec![format!(
        "evidence is of one repository; these are {}",
        roots.join(", ")
    )])
}

/// All claim files, or every mistake in all of them.
pub(super) fn read_claims(claims: &[String], color: bool) -> Result<Vec<ClaimFile>, Failure> {
    let paths: Vec<PathBuf> =
        claim_files(claims).map_err(|errors| Failure::Usage(errors.iter().map(ToString::to_string).collect()))?;
    let kinds = judge::specs();
    let mut files = Vec::new();
    let mut mistakes = String::new();
    for path in paths {
        let name = path.to_string_lossy().replace('\\', "/");
        let text = read_named(&path, &name).map_err(|error| Failure::Usage(vec![error.to_string()]))?;
        match ClaimFile::read(&name, text.text(), &kinds) {
            Ok(file) => files.push(file),
            Err(problems) => mistakes.push_str(&claim::render(&problems, &name, text.text(), color)),
        }
    }
    if mistakes.is_empty() {
        Ok(files)
    } else {
        Err(Failure::ClaimFiles(mistakes + "\n"))
    }
}

/// The evidence of one repository: read, or replayed.
fn collect(
    reading: &Reading,
    site: &Site,
    files: &[ClaimFile],
    answer: Option<&Answer>,
    as_of: NaiveDate,
    more: &[Ask],
) -> Result<Evidence, Failure> {
    let about: Vec<&ClaimFile> = site.files.iter().map(|&index| &files[index]).collect();
    let mut asks: Vec<Ask> = about.iter().copied().flat_map(asks).collect();
    asks.extend_from_slice(more);
    let Some(path) = &reading.evidence else {
        let threads = reading.threads.map_or_else(source::cores, usize::from);
        return source::site::gather(site, asks, scopes(&about), answer, as_of, threads).map_err(usage);
    };
    let text = read_named(path, &path.to_string_lossy()).map_err(usage)?;
    let mut evidence =
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
    // How old a reading is, is held against the day that the command line says.
    evidence.as_of = reading.as_of.unwrap_or(evidence.as_of);
    Ok(evidence)
}

/// What the claims of a file ask.
fn asks(file: &ClaimFile) -> impl Iterator<Item = Ask> {
    file.claims.iter().flat_map(|claim| judge::asks(claim, file))
}

/// Every scope that a judge may look at.
fn scopes(files: &[&ClaimFile]) -> Vec<Scope> {
    files
        .iter()
        .flat_map(|file| &file.claims)
        .flat_map(judge::scopes)
        .collect()
}

fn usage(error: SourceError) -> Failure {
    Failure::Usage(vec![error.to_string()])
}
