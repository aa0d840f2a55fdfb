//! Python by syntax tree.
