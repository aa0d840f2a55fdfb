//! The commands beside the check: each gathers as the check does, and makes something else of it.
//!
//! Why it can be wrong: a command that judges from other evidence than the check explains another verdict. `explain` and
//! `mutate` ask nothing more than the claims ask; `uncovered`, which asks more, judges nothing.
//!
//! Example: `verify explain claims/setup.toml batch-size` judges that one claim, and tries what would change its verdict.

use super::gathered::{Also, Gathered};
use super::{Done, Failure, Terminal};
use crate::claim::ClaimFile;
use crate::cli::{Explain, Mutate, Shown, Uncovered};
use crate::exit::Exit;
use crate::gate;
use crate::judge::{self, Kind};
use crate::perturb;
use crate::report::answers::{self, Explained, Mutated};
use crate::report::{Judged, Options};
use crate::uncovered;

fn options(terminal: Terminal, shown: &Shown, quiet: bool) -> Options {
    Options {
        width: terminal.width,
        color: terminal.colored(shown),
        quiet,
        ..Options::default()
    }
}

/// `verify explain CLAIMS ID`.
pub(super) fn explain(arguments: &Explain, terminal: Terminal) -> Result<Done, Failure> {
    let claims = std::slice::from_ref(&arguments.claims);
    let gathered = Gathered::gather(claims, &arguments.reading, &arguments.shown, terminal, &Also::NOTHING)?;
    let named: Vec<judge::Case<'_>> = gathered.cases().filter(|case| case.claim.id == arguments.id).collect();
    let [case] = named.as_slice() else {
        return Err(Failure::Usage(vec![no_such_claim(&gathered, &named, &arguments.id)]));
    };
    let tried = perturb::tried(case);
    let mut trials = tried.trials;
    trials.extend(perturb::counterfactuals(case, &tried.before));
    let mut ruling = tried.before;
    let status = gate::status(case.claim, &mut ruling, gathered.as_of);
    let Some(kind) = Kind::of_name(case.claim.kind) else {
        return Err(Failure::Broken(anyhow::anyhow!("no kind `{}`", case.claim.kind)));
    };
    let explained = Explained {
        judged: Judged {
            claim: case.claim,
            claim_file: &case.file.path,
            ruling,
            status,
            quote_place: super::check::quote_place(case.claim.quote.as_deref(), case.evidence),
        },
        kind: &kind.spec,
        trials,
    };
    let options = options(terminal, &arguments.shown, false);
    let output = answers::explain(&explained, gathered.language(&arguments.shown), &options);
    Ok(Done {
        output,
        exit: Exit::of(std::slice::from_ref(&explained.judged), None, false),
    })
}

fn no_such_claim(gathered: &Gathered, named: &[judge::Case<'_>], id: &str) -> String {
    if named.len() > 1 {
        let files: Vec<&str> = named.iter().map(|case| case.file.path.as_str()).collect();
        return format!(
            "several claims have the id `{id}`\n\nhelp: name one of {}",
            files.join(", ")
        );
    }
    let ids: Vec<&str> = gathered.cases().map(|case| case.claim.id.as_str()).collect();
    match crate::claim::nearest(id, ids.iter().copied()) {
        Some(near) => format!("no claim has the id `{id}`\n\nhelp: did you mean `{near}`?"),
        None => format!("no claim has the id `{id}`\n\nhelp: the ids are {}", ids.join(", ")),
    }
}

/// `verify mutate CLAIMS`.
pub(super) fn mutate(arguments: &Mutate, terminal: Terminal) -> Result<Done, Failure> {
    let gathered = Gathered::gather(
        &arguments.claims,
        &arguments.reading,
        &arguments.shown,
        terminal,
        &Also::NOTHING,
    )?;
    let claims: Vec<Mutated<'_>> = gathered
        .cases()
        .map(|case| Mutated {
            id: &case.claim.id,
            claim_file: &case.file.path,
            tried: perturb::tried(&case),
        })
        .collect();
    let moved = claims.iter().all(Mutated::holds);
    let options = options(terminal, &arguments.shown, arguments.quiet);
    let output = answers::mutate(&claims, gathered.language(&arguments.shown), &options);
    Ok(Done {
        output,
        exit: if moved { Exit::Fine } else { Exit::Discrepancy },
    })
}

/// `verify uncovered CLAIMS`.
pub(super) fn uncovered(arguments: &Uncovered, terminal: Terminal) -> Result<Done, Failure> {
    let (claims, reading, shown) = (&arguments.claims, &arguments.reading, &arguments.shown);
    let also = Also {
        asks: uncovered::asks,
        ..Also::NOTHING
    };
    let gathered = Gathered::gather(claims, reading, shown, terminal, &also)?;
    let language = gathered.language(shown);
    let options = options(terminal, shown, false);
    let mut outputs = Vec::new();
    let mut exit = Exit::Fine;
    for (site, evidence) in gathered.sites.iter().zip(&gathered.evidence) {
        let files: Vec<&ClaimFile> = site.files.iter().map(|&index| &gathered.files[index]).collect();
        let found = uncovered::uncovered(&files, evidence);
        if !found.settings.is_empty() || !found.numbers.is_empty() {
            exit = Exit::BelowSupported;
        }
        outputs.push(answers::uncovered(&found, language, &options));
    }
    Ok(Done {
        output: outputs.join("\n"),
        exit,
    })
}
