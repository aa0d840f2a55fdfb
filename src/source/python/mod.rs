//! Python by syntax tree.

#[derive(Debug, Default)]
pub struct Module;
