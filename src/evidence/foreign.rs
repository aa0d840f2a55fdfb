//! What one claim may see: evidence without the ignored files that only other claims look at.
//!
//! Why it can be wrong: a file that Git ignores is read because one claim's `in` matches it; a launch that loads it would
//! carry its values into every other claim, so that a claim's verdict changed with its neighbours. Such files are taken
//! out of the evidence before a claim that does not match them is judged. A file that a launch names is no such file: it
//! is read whoever asks.
//!
//! Example: `local.json` is ignored, and claim B says `in = "local.json"`; claim A, without `in`, is judged as if it had
//! not been read.

use std::collections::{BTreeMap, BTreeSet};

use super::{Evidence, LaunchId, Scope, StatementId, Subject};

impl Evidence {
    /// The evidence for a claim that looks at these scopes; nothing where that is all of it.
    pub fn without_foreign(&self, scopes: &[Scope]) -> Option<Evidence> {
        let own = |file: &String| {
            self.scopes
                .iter()
                .any(|one| scopes.contains(&one.scope) && one.files.binary_search(file).is_ok())
        };
        let foreign: BTreeSet<&str> = self
            .ignored
            .iter()
            .filter(|file| !own(file))
            .map(String::as_str)
            .collect();
        (!foreign.is_empty()).then(|| self.without(&foreign))
    }

    /// The evidence without these files, statements and launches numbered anew.
    fn without(&self, files: &BTreeSet<&str>) -> Evidence {
        let mut left = self.clone();
        let gone = |file: &str| files.contains(file);
        let mut number: BTreeMap<LaunchId, LaunchId> = BTreeMap::new();
        let mut launches = Vec::new();
        for (id, mut launch) in std::mem::take(&mut left.launches).into_iter().enumerate() {
            if gone(&launch.place.file) || launch.entry.as_deref().is_some_and(gone) {
                continue;
            }
            launch.reach.retain(|file| !gone(file));
            launch.configs.retain(|file| !gone(file));
            number.insert(id, launches.len());
            launches.push(launch);
        }
        left.launches = launches;
        left.links.retain_mut(|link| match link.launch {
            None => true,
            Some(launch) => {
                link.launch = number.get(&launch).copied();
                link.launch.is_some()
            }
        });
        left.entries.retain(|file| !gone(file));
        left.gaps.retain(|gap| !gone(&gap.file));
        // Whether a quote or a line stands where a claim says it does is no matter of scope.
        let asked_by_place = |subject: &Subject| matches!(subject, Subject::Quote { .. } | Subject::Lines);
        let keep: BTreeSet<StatementId> = (0..left.statements.len())
            .filter(|&id| {
                let statement = &left.statements[id];
                !gone(&statement.place.file) || asked_by_place(&statement.subject)
            })
            .collect();
        left.only(&keep)
    }
}
