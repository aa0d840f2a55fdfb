//! Whether something looks at a value between two points: a method of its object, or who is handed the object.
//!
//! Why it can be wrong: a look that is missed makes two values one. So a call counts as a look unless the method is one of
//! the repository that is read whole, and neither it nor what it calls of the object reads the member, or all members.
//!
//! Example: `self.update(kwargs)` that only sets `self.__dict__[key]` does not look at `self.decay`.

use super::super::module::{Module, ScopeId, ScopeKind};
use super::dead;
use super::world::World;
use crate::evidence::Expr;

/// Calls of methods followed within one object.
const DEPTH: usize = 4;

/// Whether a call between two points may look at what a path holds: a method of its object, who is handed the object,
/// or a function around which the object's name is known.
pub(super) fn looked_at(world: &World<'_>, module: &Module, scope: ScopeId, path: &str, span: (usize, usize)) -> bool {
    let base = path.rsplit_once('.').map(|(base, _)| base);
    let head = path.split('.').next().unwrap_or(path);
    let known_inside = module
        .scopes
        .iter()
        .enumerate()
        .filter(|(inner, _)| *inner != scope && dead::within(module, *inner, scope))
        .any(|(_, inner)| inner.reads.iter().any(|(read, _)| read.split('.').next() == Some(head)));
    let handed = |value: &Expr| matches!(value, Expr::Ref(handed) if Some(handed.as_str()) == base);
    module
        .calls
        .iter()
        .filter(|call| call.scope == scope && call.at >= span.0 && call.at < span.1)
        .any(|call| {
            let keywords = call
                .keywords
                .iter()
                .map(|(_, local)| &world.statements[module.id(*local)].value);
            let arguments = call
                .positional
                .iter()
                .chain(&call.spreads)
                .map(|argument| &argument.value);
            let last = call.resolved.rsplit('.').next().unwrap_or("");
            if dead::SHOWS.contains(&last) {
                return false;
            }
            let method = base.and_then(|base| {
                let rest = call.callee.strip_prefix(base)?.strip_prefix('.')?;
                (!rest.contains('.')).then_some(rest)
            });
            let looks = method.is_some_and(|method| {
                let member = path.rsplit('.').next().unwrap_or(path);
                let own = (base == Some("self")).then(|| module.class_of(scope)).flatten();
                let here = world.owner_of(module.id(0)).map(|(index, _)| index);
                match (own, here) {
                    (Some(class), Some(here)) => method_looks(world, (here, class), method, member, 0),
                    _ => true,
                }
            });
            looks || known_inside || arguments.chain(keywords).any(handed)
        })
}

/// Whether a method of a class reads a member of its object: by name, with all others, or by handing the object over.
fn method_looks(world: &World<'_>, class: (usize, ScopeId), method: &str, member: &str, depth: usize) -> bool {
    let Some((at, scope)) = world.method(class.0, class.1, method, 0).filter(|_| depth < DEPTH) else {
        return true;
    };
    let module = &world.modules[at];
    if module.scopes[scope].kind != ScopeKind::Function {
        return true;
    }
    let Some(object) = module.scopes[scope].parameters.first().map(|first| first.name.as_str()) else {
        return false;
    };
    let inside = |inner: ScopeId| dead::within(module, inner, scope);
    let reads = (0..module.scopes.len())
        .filter(|inner| inside(*inner))
        .flat_map(|inner| &module.scopes[inner].reads)
        .any(|(path, _)| match path.strip_prefix(object) {
            Some("") => true,
            Some(rest) => match rest
                .strip_prefix('.')
                .map(|rest| rest.split('.').next().unwrap_or(rest))
            {
                Some("__dict__") => true,
                Some(first) => first == member,
                None => false,
            },
            None => false,
        });
    if reads {
        return true;
    }
    let calls = module.calls.iter().filter(|call| inside(call.scope));
    calls
        .filter_map(|call| call.callee.strip_prefix(object)?.strip_prefix('.'))
        .filter(|rest| !rest.contains('.'))
        .any(|called| called != method && method_looks(world, class, called, member, depth + 1))
}
