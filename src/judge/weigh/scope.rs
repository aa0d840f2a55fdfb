//! Which places a claim looks at: its `in`, its `exclude`, and the file its own sentence stands in.
//!
//! Why it can be wrong: a README that supports the sentence quoted from it is a circle. Prose of the quoted file has no
//! vote; commands and tables of values in it may, but never the quoted row.
//!
//! Example: `at = "README.md:101"` leaves `README.md`'s sentences out, and its `--cutout` command line in.

use crate::claim::Claim;
use crate::evidence::{Evidence, Form, Launch, LaunchId, Scope, ScopeFiles, Statement};
use crate::judge::Case;
use crate::verdict::Message;

/// A claim's scope over the evidence.
pub(crate) struct InScope<'a> {
    claim: &'a Claim,
    files: Option<&'a ScopeFiles>,
    excluded: Option<&'a ScopeFiles>,
    paper: Option<&'a str>,
}

/// The scope of a claim's `exclude` alone: its files are never evidence, wherever links lead.
pub(crate) fn excluded(claim: &Claim) -> Scope {
    Scope {
        include: claim.scope.exclude.clone(),
        exclude: Vec::new(),
    }
}

impl<'a> InScope<'a> {
    pub(crate) fn of(case: &Case<'a>) -> InScope<'a> {
        let find = |scope: &Scope| case.evidence.scopes.iter().find(|files| files.scope == *scope);
        InScope {
            claim: case.claim,
            files: find(&case.claim.scope),
            excluded: if case.claim.scope.exclude.is_empty() {
                None
            } else {
                find(&excluded(case.claim))
            },
            paper: case.file.document.paper.as_deref(),
        }
    }

    /// The files the scope matches, sorted.
    pub(crate) fn files(&self) -> &'a [String] {
        self.files.map_or(&[], |files| &files.files)
    }

    /// Whether it means audio files.
    pub(crate) fn names_audio(&self) -> bool {
        self.files.is_some_and(ScopeFiles::names_audio)
    }

    pub(crate) fn has(&self, file: &str) -> bool {
        self.files().binary_search_by(|other| other.as_str().cmp(file)).is_ok()
    }

    /// A file in scope, or one whose code a launch in scope, or of an entry in scope, runs: `in` chooses occasions,
    /// links lead out of it.
    pub(crate) fn reaches(&self, evidence: &Evidence, file: &str) -> bool {
        let imports = |launch: &Launch| launch.reach.iter().any(|reached| reached == file);
        self.has(file)
            || evidence
                .launches
                .iter()
                .any(|launch| self.chooses(launch) && imports(launch))
    }

    /// A statement of a file in scope, or one that such a launch comes to: a function that it only imports is none.
    pub(crate) fn runs(&self, evidence: &Evidence, statement: &Statement) -> bool {
        self.has(&statement.place.file)
            || evidence
                .launches
                .iter()
                .any(|launch| self.chooses(launch) && launch.runs(statement))
    }

    /// The launches in scope, and those of an entry in scope.
    pub(crate) fn launches<'e>(&self, evidence: &'e Evidence) -> impl Iterator<Item = (LaunchId, &'e Launch)> {
        let launches = evidence.launches.iter().enumerate();
        launches.filter(|(_, launch)| self.chooses(launch))
    }

    fn chooses(&self, launch: &Launch) -> bool {
        self.has(&launch.place.file) || launch.entry.as_deref().is_some_and(|entry| self.has(entry))
    }

    /// Never evidence for this claim, whatever links lead there.
    pub(crate) fn excludes(&self, file: &str) -> bool {
        self.excluded
            .is_some_and(|files| files.files.iter().any(|other| other == file))
    }

    /// Whether a statement of prose may vote: not where the claim's own sentence stands.
    pub(crate) fn may_speak(&self, statement: &Statement) -> bool {
        let file = statement.place.file.as_str();
        if self.excludes(file)
            || self
                .paper
                .is_some_and(|paper| paper.ends_with(file) && file.ends_with(".tex"))
        {
            return false;
        }
        let Some(at) = self.claim.at.as_ref().filter(|at| at.file == file) else {
            return true;
        };
        match statement.form {
            Form::Sentence | Form::Comment | Form::Docstring => false,
            Form::Cell => {
                let (first, last) = (statement.place.line.unwrap_or(0), statement.place.end_line.unwrap_or(0));
                at.line.is_none_or(|line| !(first..=last).contains(&line))
            }
            _ => true,
        }
    }

    /// What is said of a scope whose globs match nothing.
    pub(crate) fn caveats(&self) -> Vec<Message> {
        let unmatched = self.files.map_or(&[][..], |files| &files.unmatched);
        if self.files().is_empty() {
            return Vec::new();
        }
        unmatched
            .iter()
            .map(|glob| Message::new("glob-matches-nothing").with("glob", glob))
            .collect()
    }

    /// The reason for silence: no file matches, or nothing in scope speaks of it.
    pub(crate) fn silence(&self, subject: &str) -> Message {
        if self.files().is_empty() {
            return Message::new("no-file-matches").with("scope", self.claim.scope.include.join(", "));
        }
        Message::new("nothing-in-scope")
            .with("subject", subject)
            .with("files", self.files().len())
    }
}
