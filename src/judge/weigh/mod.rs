//! What judges share: votes, the setting seen through its occasions, comparing, citing, what is impossible in itself.

pub(crate) mod ballot;
pub(crate) mod branches;
pub(crate) mod by_text;
pub(crate) mod cards;
pub(crate) mod cite;
pub(crate) mod compared;
pub(crate) mod effective;
mod elsewhere;
pub(crate) mod environments;
pub(crate) mod gpu_count;
mod held;
pub(crate) mod identity;
pub(crate) mod impossible;
pub(crate) mod machines;
pub(crate) mod named;
mod occasions;
pub(crate) mod processes;
pub(crate) mod product;
pub(crate) mod recommend;
pub(crate) mod scope;
pub(crate) mod selection;
pub(crate) mod setting;
pub(crate) mod settle;
pub(crate) mod several;
pub(crate) mod spread;
pub(crate) mod undeclared;
pub(crate) mod vote;
