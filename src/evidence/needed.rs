//! What the asks need: of everything that was read, the statements that could decide, and all they take values from.
//!
//! Why it can be wrong: a statement that is left out cannot contradict. So what is kept never depends on a value or a
//! scope, only on names, and whatever leads to a kept statement along links is kept with it.
//!
//! Example: asked for `batch_size`, the keyword `batch_size=args.bs`, the option `bs` it takes its value from, and the
//! flags of every launch stay; the option `seed` goes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ask, Dead, Evidence, Expr, Form, LinkKind, Statement, StatementId, Subject};
use crate::quantity::packages::canonical;

impl Evidence {
    /// Leaves out what no ask needs, and numbers the rest anew.
    #[must_use]
    pub fn needed(self) -> Evidence {
        let mut keep: BTreeSet<StatementId> = BTreeSet::new();
        for (id, statement) in self.statements.iter().enumerate() {
            if self.asks.iter().any(|ask| answers(statement, ask)) {
                keep.insert(id);
            }
        }
        // A launch is known by its whole command line: what else it sets may tell two settings apart.
        for launch in &self.launches {
            keep.extend(launch.flags.iter().chain(&launch.factors));
        }
        // Which manifests there are: where an undeclared package would have to be declared.
        if self.asks.iter().any(|ask| matches!(ask, Ask::Dependency { .. })) {
            let mut manifests: BTreeSet<&str> = BTreeSet::new();
            for (id, statement) in self.statements.iter().enumerate() {
                let declares = matches!(statement.subject, Subject::Dependency { .. });
                if declares && statement.form == Form::Requirement && manifests.insert(&statement.place.file) {
                    keep.insert(id);
                }
            }
        }
        if self.asks.contains(&Ask::Launched) {
            self.with_takers(&mut keep);
        }
        self.with_givers(&mut keep);
        self.only(&keep)
    }

    /// Adds what launches and their configuration files set, and all that takes it from there.
    fn with_takers(&self, keep: &mut BTreeSet<StatementId>) {
        let mut takers: BTreeMap<StatementId, Vec<StatementId>> = BTreeMap::new();
        for link in self.links.iter().filter(|link| link.kind != LinkKind::Possible) {
            takers.entry(link.from).or_default().push(link.to);
        }
        let configured = self.links.iter().filter(|link| link.kind == LinkKind::Config);
        let mut queue: Vec<StatementId> = configured.map(|link| link.from).collect();
        queue.extend(self.launches.iter().flat_map(|launch| launch.flags.iter().copied()));
        let mut seen: BTreeSet<StatementId> = queue.iter().copied().collect();
        while let Some(id) = queue.pop() {
            for &taker in takers.get(&id).into_iter().flatten() {
                if seen.insert(taker) {
                    queue.push(taker);
                }
            }
        }
        keep.extend(seen);
    }

    /// Adds everything that gives a kept statement its value, and the arguments of kept calls.
    fn with_givers(&self, keep: &mut BTreeSet<StatementId>) {
        let mut givers: BTreeMap<StatementId, Vec<StatementId>> = BTreeMap::new();
        for link in &self.links {
            givers.entry(link.to).or_default().push(link.from);
        }
        let calls: Vec<&Statement> = keep
            .iter()
            .map(|&id| &self.statements[id])
            .filter(|statement| statement.form == Form::Call)
            .collect();
        let arguments: Vec<StatementId> = self
            .statements
            .iter()
            .enumerate()
            .filter(|(_, statement)| statement.form == Form::Keyword && calls.iter().any(|call| holds(call, statement)))
            .map(|(id, _)| id)
            .collect();
        keep.extend(arguments);
        let kept_reads = self.read_under.iter().filter(|read| keep.contains(&read.statement));
        keep.extend(kept_reads.flat_map(|read| &read.readers).collect::<Vec<_>>());
        let mut queue: Vec<StatementId> = keep.iter().copied().collect();
        while let Some(id) = queue.pop() {
            let shadow = match self.statements[id].dead {
                Some(Dead::Shadowed { by }) => Some(by),
                _ => None,
            };
            for &giver in givers.get(&id).into_iter().flatten().chain(&shadow) {
                if keep.insert(giver) {
                    queue.push(giver);
                }
            }
        }
    }

    /// The evidence with these statements alone, in their order, renumbered.
    pub(super) fn only(mut self, keep: &BTreeSet<StatementId>) -> Evidence {
        // In the order in which they stand in the repository, whoever found them.
        let mut order: Vec<StatementId> = keep.iter().copied().collect();
        order.sort_by(|&a, &b| {
            let place = |id: StatementId| {
                let place = &self.statements[id].place;
                (&place.file, place.bytes, place.line, place.row, id)
            };
            place(a).cmp(&place(b))
        });
        let number: BTreeMap<StatementId, StatementId> =
            order.iter().enumerate().map(|(new, &old)| (old, new)).collect();
        let renumber = |ids: &mut Vec<StatementId>| {
            *ids = ids.iter().filter_map(|id| number.get(id).copied()).collect();
        };
        let mut found: Vec<Option<Statement>> = std::mem::take(&mut self.statements).into_iter().map(Some).collect();
        let mut statements = Vec::with_capacity(order.len());
        for &id in &order {
            let Some(mut statement) = found[id].take() else {
                continue;
            };
            if let Some(Dead::Shadowed { by }) = &mut statement.dead {
                *by = number.get(&*by).copied().unwrap_or_default();
            }
            statements.push(statement);
        }
        self.statements = statements;
        self.links
            .retain_mut(|link| match (number.get(&link.from), number.get(&link.to)) {
                (Some(&from), Some(&to)) => {
                    (link.from, link.to) = (from, to);
                    true
                }
                _ => false,
            });
        self.links.sort();
        self.links.dedup();
        // A reader that is left out may be the one that runs.
        self.read_under.retain_mut(|read| {
            let readers = read.readers.len();
            renumber(&mut read.readers);
            let statement = number.get(&read.statement).copied();
            read.statement = statement.unwrap_or_default();
            statement.is_some() && read.readers.len() == readers
        });
        self.read_under.sort();
        for launch in &mut self.launches {
            renumber(&mut launch.flags);
            renumber(&mut launch.factors);
        }
        for launch in &mut self.launches {
            let around: BTreeSet<usize> = self
                .statements
                .iter()
                .filter_map(|statement| launch.idle_at(&statement.place))
                .collect();
            let mut at = 0..;
            launch.idle.retain(|_| at.next().is_some_and(|at| around.contains(&at)));
        }
        let named: BTreeSet<&str> = self
            .statements
            .iter()
            .map(|statement| statement.place.file.as_str())
            .chain(self.launches.iter().map(|launch| launch.place.file.as_str()))
            .collect();
        self.digests.retain(|file, _| named.contains(file.as_str()));
        self
    }
}

/// Whether a statement could speak of what is asked.
fn answers(statement: &Statement, ask: &Ask) -> bool {
    match (&statement.subject, ask) {
        (Subject::Setting { name }, Ask::Setting { names }) => named(name, names),
        (Subject::Setting { name }, Ask::Usage { symbol }) => {
            // An owner may be the variable that holds what is built.
            let holds = matches!(statement.form, Form::Variable | Form::Attribute)
                && matches!(statement.value, Expr::Call { .. })
                && symbol.rsplit('.').next() == Some(name);
            holds || statement.form == Form::Flag && alike(name, symbol.trim_start_matches('-'))
        }
        (
            Subject::Dependency { package, .. } | Subject::Import { package, .. },
            Ask::Dependency { package: wanted },
        ) => canonical(package) == canonical(wanted),
        (Subject::Import { symbol: path, .. }, Ask::Usage { symbol }) => shares_a_name(path, symbol),
        (Subject::Call { callee: path } | Subject::Definition { symbol: path }, Ask::Usage { symbol }) => {
            shares_a_name(path, symbol) || statement.looks_up_by_text()
        }
        (Subject::Directive { .. }, Ask::Scheduler | Ask::Cards | Ask::Runtime) => true,
        (Subject::Card { .. }, Ask::Cards) => true,
        (Subject::Prose { .. }, Ask::Prose { .. } | Ask::Runtime) => true,
        (Subject::Rows { .. }, Ask::Rows { .. }) => true,
        (
            Subject::Selected { select, .. } | Subject::NothingSelected { select, .. },
            Ask::Select { select: wanted, .. },
        ) => select == wanted,
        (Subject::Present, Ask::Present { .. }) => true,
        (Subject::Audio { .. }, Ask::Audio { .. }) => true,
        (Subject::Hit { pattern }, Ask::Pattern { pattern: wanted, .. }) => pattern == wanted,
        (Subject::File, Ask::Files { .. }) | (Subject::Lines, Ask::Lines { .. }) => true,
        (Subject::Job { .. }, Ask::Accounting { .. } | Ask::Runtime | Ask::Scheduler) => true,
        (Subject::Timed { .. } | Subject::Observed { .. }, Ask::Record { .. }) => true,
        (Subject::Reading(reading), Ask::Record { .. }) => reading.run.is_some(),
        (Subject::Reading(_), Ask::Cards | Ask::Readings { .. })
        | (Subject::NoReading { .. }, Ask::Readings { .. }) => true,
        (Subject::Quote { .. }, Ask::Quote { .. }) | (Subject::Printed { .. }, Ask::Paper { .. }) => true,
        _ => false,
    }
}

fn named(name: &str, names: &[String]) -> bool {
    names.iter().any(|wanted| alike(name, wanted))
}

/// `-` is `_`, and case is left to the judge; `accum*` is any name of which a word begins so.
fn alike(name: &str, wanted: &str) -> bool {
    if let Some(stem) = wanted.strip_suffix('*') {
        return name
            .to_lowercase()
            .split(['_', '-', '.'])
            .any(|word| word.starts_with(stem));
    }
    name.replace('-', "_").eq_ignore_ascii_case(&wanted.replace('-', "_"))
}

/// The wanted dotted name is a beginning or an end of the path, or the path's last part is the wanted one's.
fn shares_a_name(path: &str, wanted: &str) -> bool {
    let parts: Vec<&str> = path.split('.').collect();
    let wanted: Vec<&str> = wanted.split(['.', '/']).collect();
    parts.starts_with(&wanted) || parts.ends_with(&wanted) || parts.last() == wanted.last()
}

/// Whether an argument stands inside a call.
fn holds(call: &Statement, argument: &Statement) -> bool {
    call.place.file == argument.place.file
        && match (call.place.bytes, argument.place.bytes) {
            (Some((start, end)), Some((first, last))) => first >= start && last <= end,
            _ => false,
        }
}
