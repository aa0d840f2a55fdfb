//! The timed run: what `verify` starts, watches and times itself.
//!
//! Why it can be wrong: a time is of one machine on one day. So beside every time stands what else the machine did.
//!
//! Example: `python evaluate.py` for 2,000 of 21,340 clips.

mod again;
pub mod child;
mod environment;
pub mod guard;
pub mod host;
mod interrupt;
mod kept;
pub mod load;
pub mod nvml;
pub mod predict;
pub mod progress;
mod repeats;
mod said;
pub mod slurm;
mod terminal;
pub mod timed;
pub mod watch;

pub use said::say;
