//! Python by syntax tree.

#[derive(Debug, Default)]
pub struct Module;
impl Module { pub fn shift(&mut self, _by: usize) {} }
pub fn bind(_: &mut Vec<crate::evidence::Statement>, _: &mut Vec<crate::evidence::Link>, _: &[Module]) {}
pub fn entries(_: &[Module]) -> Vec<String> { Vec::new() }
pub fn reach(_: &str, _: &[Module]) -> Vec<String> { Vec::new() }
