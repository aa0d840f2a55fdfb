//! What runs left behind: the folders that trackers write, and logs that a claim's `in` names.
//!
//! Read as `logged`: wandb's `files/config.yaml` and `wandb-metadata.json`, Hydra's `.hydra/config.yaml`, Lightning's
//! `hparams.yaml`, the results and `trainer_state.json` of transformers' Trainer, MLflow's `params/NAME`, a script's
//! `args.json` in the folder of its run, and the lines of
//! `*.log`, `*.out` and `*.err`. None of them configures anything: no code is taken to open them, and no manifest is.
//!
//! What a run's record does beside the code: it is an occasion of its own, like every launch in scope, and speaks for that
//! run alone. A committed debug run that disagrees with the launch makes `needs-clarification`; only where no occasion
//! agrees is there a discrepancy. Nobody can see from a folder that its run is the paper's, so which runs count is said by
//! `in` and `exclude`, and one counter-example is enough where the claim says `for = "all"`.
//!
//! Why it can be wrong: a number that a run reports while it goes on (a decaying learning rate, a step, an epoch) is no
//! setting of it. Progress is left out, and a name whose value changes along a log is undecidable.
//!
//! Example: `wandb/run-20240101_120000-ab12/files/config.yaml` with `lr: {value: 3e-4}` says `lr` 3e-4, `logged`.

mod arguments;
mod jobs;
mod lines;
mod trackers;

pub(super) use arguments::of_runs;
pub use lines::LOGS;
pub use lines::printed;
pub use trackers::TRACKERS;

use crate::evidence::{Expr, Form, Grade, Statement, Subject};
use crate::place::Place;

/// Whether a tracker wrote a file: then nothing else reads it.
pub(super) fn is_record(path: &str) -> bool {
    (TRACKERS.reads)(path)
}

/// Whether a file is a log, which is read where a claim's `in` names it.
pub(super) fn is_log(path: &str) -> bool {
    (LOGS.reads)(path)
}

/// A setting of a run.
fn setting(name: &str, owner: Vec<String>, value: Expr, place: Place) -> Statement {
    Statement {
        subject: Subject::Setting { name: name.to_string() },
        form: Form::Data,
        value,
        place,
        grade: Grade::Logged,
        owner,
        unit: None,
        guards: Vec::new(),
        comment: None,
        dead: None,
    }
}
