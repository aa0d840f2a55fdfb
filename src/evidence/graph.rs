//! The effective value: what a statement holds within an occasion, found along the links that lead to it.
//!
//! Flag, then environment, then a later assignment, then configuration file, then `set_defaults`, then the caller's
//! argument, then the statement's own default: the first that supplies wins, the others are shown as overridden.
//!
//! Why it can be wrong: a link that holds in one launch must not carry a value into another, and a branch that is not
//! taken must not speak. So every resolution is for one [`Occasion`], and an expression that is not understood, or a
//! name that nothing fills, is [`Outcome::Unknown`] with its text and never a value.
//!
//! Example: within the launch of `04_eval_base.job`, the keyword `batch_size=args.batch_size` resolves to 50 by way of
//! the option (default 32, overridden) and the flag; without a launch it resolves to 32.

use super::branches::{every_way, set_between};
use super::compute::{evaluated, given, shown};
use super::evaluate::{Lookup, truth};
use super::resolved::{Occasion, Outcome, Resolved};
use super::{Evidence, Form, Guard, LinkKind, Statement, StatementId};
use crate::quantity::Value;

/// Links followed from one statement at most: longer chains are loops that a cycle check missed, or generated code.
const DEPTH: usize = 48;
/// Values that one statement may have at once (branches, several callers); more are cut, and the cut is undecidable.
const ALTERNATIVES: usize = 24;

/// Links and launches of the evidence, indexed by statement.
pub struct Graph<'e> {
    evidence: &'e Evidence,
    /// For every statement, the links that lead to it, strongest kind first.
    incoming: Vec<Vec<usize>>,
}

impl<'e> Graph<'e> {
    pub fn new(evidence: &'e Evidence) -> Graph<'e> {
        let mut incoming = vec![Vec::new(); evidence.statements.len()];
        for (index, link) in evidence.links.iter().enumerate() {
            if let Some(links) = incoming.get_mut(link.to) {
                links.push(index);
            }
        }
        for links in &mut incoming {
            links.sort_by_key(|&index| (evidence.links[index].kind, index));
        }
        Graph { evidence, incoming }
    }

    pub fn evidence(&self) -> &'e Evidence {
        self.evidence
    }

    pub fn statement(&self, id: StatementId) -> &'e Statement {
        &self.evidence.statements[id]
    }

    /// All values the statement may hold within the occasion; never empty.
    pub fn resolve(&self, id: StatementId, occasion: Occasion<'_>) -> Vec<Resolved> {
        self.walk(id, occasion, &mut Vec::new())
    }

    /// Whether a statement takes the place of another: a later assignment, a flag, an argument.
    pub fn replaces(&self, id: StatementId, other: StatementId) -> bool {
        self.incoming[other].iter().any(|&index| {
            let link = &self.evidence.links[index];
            link.from == id && link.kind == LinkKind::Override
        })
    }

    /// Whether the conditions around a statement let it run: `None` where one cannot be decided.
    pub fn runs(&self, guards: &[Guard], at: StatementId, occasion: Occasion<'_>) -> Option<bool> {
        self.guards_hold(guards, at, occasion, &[at])
    }

    fn guards_hold(
        &self,
        guards: &[Guard],
        at: StatementId,
        occasion: Occasion<'_>,
        visiting: &[StatementId],
    ) -> Option<bool> {
        let mut open = false;
        for guard in guards {
            let decided = truth(&guard.test, &|name| match given(name, occasion.given) {
                Some(value) => Lookup::Value(value.clone()),
                None => self.lookup(at, name, occasion, visiting),
            });
            match decided {
                Some(holds) if holds == guard.holds => {}
                Some(_) => return Some(false),
                None => open = true,
            }
        }
        if open { None } else { Some(true) }
    }

    /// The value that fills a name in a statement's condition, where it has exactly one.
    fn lookup(&self, at: StatementId, name: &str, occasion: Occasion<'_>, visiting: &[StatementId]) -> Lookup {
        let mut visiting = visiting.to_vec();
        let values: Vec<Value> = self
            .active(at, occasion)
            .filter(|&(kind, _, slot)| kind == LinkKind::Reference && slot == Some(name))
            .flat_map(|(_, from, _)| self.walk(from, occasion, &mut visiting))
            .filter_map(|resolved| resolved.value().cloned())
            .collect();
        match values.as_slice() {
            [value] => Lookup::Value(value.clone()),
            [first, rest @ ..] if rest.iter().all(|value| value == first) => Lookup::Value(first.clone()),
            _ => Lookup::Unknown,
        }
    }

    /// Links to a statement that hold within the occasion: kind, giver, slot.
    fn active<'s>(
        &'s self,
        id: StatementId,
        occasion: Occasion<'s>,
    ) -> impl Iterator<Item = (LinkKind, StatementId, Option<&'e str>)> + 's {
        self.incoming[id].iter().filter_map(move |&index| {
            let link = &self.evidence.links[index];
            let here = link.launch.is_none() || link.launch == occasion.launch;
            (here && self.reached(link.from, occasion)).then_some((link.kind, link.from, link.slot.as_deref()))
        })
    }

    /// Whether the occasion runs the file a statement stands in, and nothing says that the statement itself is dead.
    fn reached(&self, id: StatementId, occasion: Occasion<'_>) -> bool {
        let statement = self.statement(id);
        if statement.dead.is_some() || statement.form == Form::CommentedOut {
            return false;
        }
        let Some(launch) = occasion.launch.and_then(|id| self.evidence.launches.get(id)) else {
            let foreign = statement.form == Form::Key
                && occasion
                    .files
                    .is_some_and(|files| files.binary_search(&statement.place.file).is_err());
            return !foreign;
        };
        launch.flags.contains(&id)
            || launch.factors.contains(&id)
            || launch.place.file == statement.place.file
            || launch.runs(statement)
    }

    fn walk(&self, id: StatementId, occasion: Occasion<'_>, visiting: &mut Vec<StatementId>) -> Vec<Resolved> {
        let statement = self.statement(id);
        // `args.lr = args.lr * 2` overrides the option from whose own value it is computed: the second time round, what
        // is being resolved supplies nothing.
        let rounds = visiting.iter().filter(|&&other| other == id).count();
        if rounds > 1 || visiting.len() >= DEPTH {
            return vec![Resolved::own(id, Outcome::Unknown(shown(statement)))];
        }
        visiting.push(id);
        let mut found = self.supplied(id, occasion, visiting);
        if found.is_empty() {
            found = self.own_value(id, occasion, visiting);
        }
        visiting.pop();
        found.truncate(ALTERNATIVES);
        found
    }

    /// What the strongest kind of supplying link gives; several givers of one kind are alternatives.
    fn supplied(&self, id: StatementId, occasion: Occasion<'_>, visiting: &mut Vec<StatementId>) -> Vec<Resolved> {
        let (possible, supplies): (Vec<_>, Vec<_>) = self
            .active(id, occasion)
            .filter(|(kind, from, _)| kind.supplies() && !visiting.contains(from))
            .map(|(kind, from, _)| (kind, from))
            .partition(|(kind, _)| *kind == LinkKind::Possible);
        let mut found: Vec<Resolved> = Vec::new();
        let mut own_may_hold = true;
        let mut strongest: Option<LinkKind> = None;
        let mut open: Vec<Vec<&Guard>> = Vec::new();
        for (kind, from) in supplies {
            if strongest.is_some_and(|strongest| strongest != kind) && !own_may_hold {
                break;
            }
            let giver = self.statement(from);
            let runs = self.guards_hold(&giver.guards, from, occasion, visiting);
            if runs == Some(false) {
                continue;
            }
            strongest = Some(kind);
            own_may_hold &= runs.is_none() && kind != LinkKind::Argument;
            let here = &self.statement(id).guards;
            let undecided = giver.guards.iter().filter(|guard| !here.contains(guard));
            open.push(
                undecided
                    .filter(|guard| {
                        self.guards_hold(std::slice::from_ref(*guard), from, occasion, visiting)
                            .is_none()
                    })
                    .collect(),
            );
            found.extend(self.handed(id, from, kind, runs, occasion, visiting));
        }
        // Where each branch of an `if` gives a value, none is left in which the own one stands.
        own_may_hold &= found.is_empty() || !every_way(&open);
        // A conditional override leaves the value it would replace standing in the other branch.
        if !found.is_empty() && own_may_hold {
            let mut own = self.own_value(id, occasion, visiting);
            own.iter_mut().for_each(|resolved| resolved.open_branch = true);
            own.retain(|resolved| resolved.outcome != Outcome::Absent);
            found.extend(own);
        }
        // `f(); f(x=3)`: the first call has the default.
        if strongest == Some(LinkKind::Argument) && !found.is_empty() && self.left_to_default(id, occasion, visiting) {
            let mut own = self.own_value(id, occasion, visiting);
            own.retain(|resolved| resolved.outcome != Outcome::Absent);
            found.extend(own);
        }
        let surely = strongest.is_some_and(|kind| kind < LinkKind::Argument) && !own_may_hold;
        if !possible.is_empty() && !surely {
            self.beside(id, &possible, &mut found, occasion, visiting);
        }
        found
    }

    /// What one giver hands over.
    fn handed(
        &self,
        id: StatementId,
        from: StatementId,
        kind: LinkKind,
        runs: Option<bool>,
        occasion: Occasion<'_>,
        visiting: &mut Vec<StatementId>,
    ) -> Vec<Resolved> {
        let mut found = self.walk(from, occasion, visiting);
        found.retain(|resolved| resolved.outcome != Outcome::Absent || kind == LinkKind::Argument);
        for resolved in &mut found {
            resolved.path.push(id);
            resolved.open_branch |= runs.is_none();
            if !resolved.overridden.contains(&id) {
                resolved.overridden.push(id);
            }
        }
        found
    }

    /// Whether a call that runs within the occasion leaves the parameter to its default.
    fn left_to_default(&self, id: StatementId, occasion: Occasion<'_>, visiting: &[StatementId]) -> bool {
        self.active(id, occasion).any(|(kind, call, _)| {
            kind == LinkKind::Default
                && self.guards_hold(&self.statement(call).guards, call, occasion, visiting) != Some(false)
        })
    }

    /// Adds what calls that are not wholly seen may give, beside what is known: the given values, else the own one. What
    /// has neither is left as it is, without a value.
    fn beside(
        &self,
        id: StatementId,
        possible: &[(LinkKind, StatementId)],
        found: &mut Vec<Resolved>,
        occasion: Occasion<'_>,
        visiting: &mut Vec<StatementId>,
    ) {
        let mut more: Vec<Resolved> = Vec::new();
        for &(kind, from) in possible {
            let giver = self.statement(from);
            let runs = self.guards_hold(&giver.guards, from, occasion, visiting);
            if runs == Some(false) {
                continue;
            }
            if giver.form != Form::Call {
                more.extend(self.handed(id, from, kind, runs, occasion, visiting));
                continue;
            }
            let mut unseen = Resolved::own(from, Outcome::Unknown(shown(giver)));
            unseen.path.push(id);
            more.push(unseen);
        }
        if more.is_empty() {
            return;
        }
        if found.is_empty() {
            let mut own = self.own_value(id, occasion, visiting);
            own.retain(|resolved| resolved.outcome != Outcome::Absent);
            if own.is_empty() {
                return;
            }
            found.append(&mut own);
        }
        found.append(&mut more);
    }

    /// The statement's own expression, its names filled along the reference links.
    fn own_value(&self, id: StatementId, occasion: Occasion<'_>, visiting: &mut Vec<StatementId>) -> Vec<Resolved> {
        let statement = self.statement(id);
        if let Some(value) = statement.value.literal() {
            return vec![Resolved::own(id, Outcome::Known(value.clone()))];
        }
        if statement.value == super::Expr::Opaque(String::new()) {
            return vec![Resolved::own(id, Outcome::Absent)];
        }
        // Each name may have several values: one evaluation per combination, bounded.
        let mut worlds: Vec<Vec<(String, Resolved)>> = vec![Vec::new()];
        let mut names: Vec<&str> = statement.value.references();
        // What is not understood has no value, and takes it from the names that it reads all the same.
        if statement.value.is_partly_opaque() {
            let tested: Vec<&str> = statement
                .guards
                .iter()
                .flat_map(|guard| guard.test.references())
                .collect();
            let read = self.active(id, occasion).filter_map(|(.., slot)| slot);
            names.extend(read.filter(|slot| !tested.contains(slot)));
        }
        names.sort_unstable();
        names.dedup();
        for name in names {
            let fillers = self.fillers(id, name, occasion, visiting);
            if fillers.is_empty() {
                continue;
            }
            worlds = worlds
                .into_iter()
                .flat_map(|world| {
                    fillers.iter().map(move |filler| {
                        let mut next = world.clone();
                        next.push((name.to_string(), filler.clone()));
                        next
                    })
                })
                .take(ALTERNATIVES)
                .collect();
        }
        worlds
            .into_iter()
            .map(|world| evaluated(id, statement, world, occasion))
            .collect()
    }

    /// The values that fill one name: of those links whose giver runs; sources link only assignments that may be
    /// the last before the use, so a giver hides another only where its own branch decides that.
    fn fillers(
        &self,
        id: StatementId,
        name: &str,
        occasion: Occasion<'_>,
        visiting: &mut Vec<StatementId>,
    ) -> Vec<Resolved> {
        if let Some(value) = given(name, occasion.given) {
            return vec![Resolved::own(id, Outcome::Known(value.clone()))];
        }
        let givers: Vec<StatementId> = self
            .active(id, occasion)
            .filter(|&(kind, _, slot)| kind == LinkKind::Reference && slot == Some(name))
            .map(|(_, from, _)| from)
            .collect();
        let running: Vec<(StatementId, Option<bool>)> = givers
            .into_iter()
            .map(|from| {
                (
                    from,
                    self.guards_hold(&self.statement(from).guards, from, occasion, visiting),
                )
            })
            .filter(|(_, runs)| *runs != Some(false))
            .collect();
        let hidden = |from: StatementId| {
            let decides = |&(other, runs): &(StatementId, Option<bool>)| {
                runs == Some(true)
                    && other != from
                    && set_between(self.statement(from), self.statement(other), self.statement(id))
            };
            running.iter().any(decides)
        };
        let mut found = Vec::new();
        for &(from, runs) in &running {
            if hidden(from) {
                continue;
            }
            for mut resolved in self.walk(from, occasion, visiting) {
                resolved.open_branch |= runs.is_none();
                // An assignment in a branch reaches a use by itself and through the one that it replaces.
                let again = |other: &Resolved| other.giver == resolved.giver && other.outcome == resolved.outcome;
                if !found.iter().any(again) {
                    found.push(resolved);
                }
            }
        }
        found
    }
}
