//! `verify` finds out whether what a paper says about its experimental setup is true.

pub mod quantity;
