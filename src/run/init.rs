//! `verify init`: a claim file drafted from a paper, or from the README.
//!
//! Why it can be wrong: a draft that the check cannot read helps nobody, and one that replaces a person's claims does
//! harm. So every claim is read back before it is written, and a file that is there stays unless `--force` is given.
//!
//! Example: `verify init paper/main.tex --output claims/draft.toml`, then `verify claims/draft.toml`.

use std::path::{Path, PathBuf};

use super::{Done, Failure};
use crate::claim::ClaimFile;
use crate::cli::Init;
use crate::draft::text::{Head, Shown};
use crate::draft::{self, Draft, Found};
use crate::evidence::{Ask, Evidence, Scope};
use crate::exit::Exit;
use crate::judge::{self, Case};
use crate::source::file::SourceError;
use crate::source::passages::{self, Text};
use crate::source::site::{self, About, Site};
use crate::verdict::{Ruling, Stance};
use crate::write;

/// `verify init [PAPER]`.
pub(super) fn init(arguments: &Init) -> Result<Done, Failure> {
    if let Some(output) = &arguments.output
        && write::exists(output)
        && !arguments.force
    {
        return Err(usage(format!(
            "`{}` is there already, and may hold what somebody wrote\n\nhelp: name another file with --output, or replace it with --force",
            output.display()
        )));
    }
    let (site, text, from) = text(arguments)?;
    let found = draft::candidates(&text);
    let first = gather(arguments, &site, draft::asks(&found), draft::scopes())?;
    let mut found = draft::settle(found, &first);
    let mut head = head(arguments, &site, &text, from);
    found
        .drafts
        .retain(|draft| read(&head, std::slice::from_ref(draft)).is_some());
    if found.drafts.is_empty() {
        return Err(usage(format!(
            "nothing to draft: no sentence of `{}` about its setup names a setting with its value\n\nhelp: name another text: `verify init PAPER`",
            head.from
        )));
    }
    let shown = shown(arguments, &site, &head, &found)?;
    head.check = check(arguments, &head, &site);
    let written = draft::text::file(&head, &found, &shown);
    let Some(output) = &arguments.output else {
        return Ok(Done {
            output: written,
            exit: Exit::Fine,
        });
    };
    write::new_folder_and_file(output, written.as_bytes())?;
    let spoken = shown.iter().filter(|shown| !shown.is_empty()).count();
    Ok(Done {
        output: format!(
            "{}: {} claims drafted, {spoken} of them with evidence\n`{}` shows it\n",
            output.display(),
            found.drafts.len(),
            head.check
        ),
        exit: Exit::Fine,
    })
}

fn usage(problem: String) -> Failure {
    Failure::Usage(vec![problem])
}

fn failed(error: SourceError) -> Failure {
    usage(error.to_string())
}

/// What to draft from: the paper that is named, the only one there is, else the README.
fn text(arguments: &Init) -> Result<(Site, Text, String), Failure> {
    if let Some(paper) = &arguments.paper {
        let site = site(arguments, paper)?;
        if !paper.is_file() {
            return Err(usage(format!(
                "there is no paper `{}`\n\nhelp: name its main file, or none to draft from the README",
                paper.display()
            )));
        }
        let text = site::text(&site).map_err(failed)?;
        return Ok((site, text, paper.to_string_lossy().replace('\\', "/")));
    }
    let here = site(arguments, Path::new("."))?;
    let papers = passages::papers(&here.root).map_err(failed)?;
    match papers.as_slice() {
        [] => {}
        [only] => {
            let paper = here.root.join(only);
            let mut site = here;
            site.paper = Some(paper);
            let text = site::text(&site).map_err(failed)?;
            return Ok((site, text, only.clone()));
        }
        several => {
            return Err(usage(format!(
                "there are {} papers\n\nhelp: name one: `verify init {}`; there are {}",
                several.len(),
                several[0],
                several.join(", ")
            )));
        }
    }
    let Some(readme) = passages::readme(&here.root).map_err(failed)? else {
        return Err(usage(format!(
            "no paper and no README under `{}`\n\nhelp: name the paper's main file: `verify init paper/main.tex`, and the code with --root",
            here.shown
        )));
    };
    let from = readme.path().to_string();
    Ok((here, Text::Plain(readme), from))
}

/// The repository: the one named, else the project that the paper (or this folder) lies in.
fn site(arguments: &Init, paper: &Path) -> Result<Site, Failure> {
    let beside = if paper == Path::new(".") {
        PathBuf::from("./claims.toml")
    } else {
        paper.to_path_buf()
    };
    let shown = beside.to_string_lossy().into_owned();
    let about = [About {
        path: &shown,
        root: None,
        paper: None,
    }];
    let settings = site::Settings {
        root: arguments.root.as_deref(),
        paper: arguments.paper.as_deref(),
        allow: &arguments.allow_read,
        replayed: false,
    };
    let mut sites = site::sites(&about, &settings).map_err(failed)?;
    sites.pop().ok_or_else(|| usage("there is nothing to read".to_string()))
}

fn gather(arguments: &Init, site: &Site, asks: Vec<Ask>, scopes: Vec<Scope>) -> Result<Evidence, Failure> {
    let threads = arguments.threads.map_or_else(crate::source::cores, usize::from);
    let as_of = arguments.as_of.unwrap_or_else(crate::source::today);
    site::gather(site, asks, scopes, None, as_of, threads).map_err(failed)
}

/// What stands above the claims; paths as seen from the claim file, or from here where it is printed.
fn head(arguments: &Init, site: &Site, text: &Text, from: String) -> Head {
    let folder = arguments
        .output
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let may = |path: &Path| site::may_name(folder, path).then(|| site::way_between(folder, path));
    let paper = site.paper.as_deref().filter(|_| matches!(text, Text::Paper(_)));
    Head {
        title: Some(format!("Setup of {from}")),
        from,
        paper: paper.and_then(may),
        root: may(&site.root),
        check: String::new(),
        spanish: text.language().is_spanish(),
        notes: text
            .missing()
            .iter()
            .map(|missing| format!("Not read: `{}`, which {} names.", missing.path, missing.place.short()))
            .collect(),
    }
}

/// What to type to see the evidence.
fn check(arguments: &Init, head: &Head, site: &Site) -> String {
    let file = arguments.output.as_deref().unwrap_or(Path::new("claims.toml"));
    let mut words = format!("verify {}", file.display());
    if head.root.is_none() {
        words.push_str(&format!(" --root {}", site.root.display()));
    }
    if let (None, Some(paper)) = (&head.paper, &site.paper)
        && paper.extension().is_some_and(|end| end.eq_ignore_ascii_case("tex"))
    {
        words.push_str(&format!(" --paper {}", paper.display()));
    }
    words
}

/// These drafts as the check reads them; none where it does not.
fn read(head: &Head, drafts: &[Draft]) -> Option<ClaimFile> {
    let found = Found {
        drafts: drafts.to_vec(),
        ..Found::default()
    };
    // The check looks quotes up in a paper, wherever that lies.
    let head = Head {
        paper: head.paper.clone().or_else(|| Some("paper.tex".to_string())),
        ..head.clone()
    };
    ClaimFile::read("draft.toml", &draft::text::file(&head, &found, &[]), &judge::specs()).ok()
}

/// For each draft, what the repository says: the places that its judge would cite.
fn shown(arguments: &Init, site: &Site, head: &Head, found: &Found) -> Result<Vec<Vec<Shown>>, Failure> {
    let Some(file) = read(head, &found.drafts) else {
        return Err(Failure::Broken(anyhow::anyhow!(
            "the drafts do not read back as a claim file"
        )));
    };
    let asks = file.claims.iter().flat_map(|claim| judge::asks(claim, &file)).collect();
    let scopes = file.claims.iter().flat_map(judge::scopes).collect();
    let evidence = gather(arguments, site, asks, scopes)?;
    let cited = |ruling: &Ruling| -> Vec<Shown> {
        let mut citations: Vec<_> = ruling.citations.iter().collect();
        citations.sort_by_key(|citation| citation.stance == Stance::Context);
        let mut shown: Vec<Shown> = Vec::new();
        for citation in citations {
            let line = citation
                .place
                .excerpt
                .lines()
                .map(str::trim)
                .find(|line| !line.is_empty());
            let one = Shown {
                place: citation.place.short(),
                line: line.unwrap_or(&citation.value).to_string(),
                grade: citation.grade,
            };
            if !shown.iter().any(|other| other.place == one.place) {
                shown.push(one);
            }
        }
        shown
    };
    Ok(file
        .claims
        .iter()
        .map(|claim| {
            cited(&judge::judge(&Case {
                claim,
                file: &file,
                evidence: &evidence,
            }))
        })
        .collect())
}
