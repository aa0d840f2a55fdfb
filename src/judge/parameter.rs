//! A named setting has a value.
//!
//! ## What it checks
//! The value that took effect: flag, then configuration file, then option default, then the callee's default, seen
//! through every launch in scope; where nothing is launched, each definition. `channels` or `num_channels` of audio files
//! that `in` names are those of the files, too.
//!
//! ## Why it can be wrong
//! Another setting may bear the same name: `of` names the owner. A value that is computed from something unknown is
//! undecided and shown.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "learning-rate"
//! kind = "parameter"
//! name = "learning_rate"
//! value = "5e-5"
//! in = "scripts/train.sh"
//! ```

use super::weigh::compared::How;
use super::weigh::named;
use super::{Case, Kind};
use crate::claim::KindSpec;
use crate::evidence::Grade;

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "parameter",
        about: include_str!("parameter.rs"),
        keys: &[],
        shared: &[
            "name!",
            "of",
            "value!",
            "unit",
            "tolerance",
            "take",
            "given",
            "for",
            "grade",
            "run",
            "in",
        ],
        says: &[],
        subject: None,
        exact: true,
        usual_names: &[],
        deciding: Grade::Configured,
        check: |_| Ok(()),
        dimension: None,
    },
    asks: |claim, _| named::asks(claim, &KIND.spec),
    judge: |case: &Case<'_>| named::judge(case, &KIND.spec, How::EXACT),
};
