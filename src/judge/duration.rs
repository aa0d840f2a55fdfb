//! A length of time that the code is set to: an audio container, a window, a clip.
//!
//! ## What it checks
//! A parameter with the usual names of a duration. The unit of a bare number is the claim's `unit`, a comment on its
//! line, or the suffix of its name (`_ms`, `_seconds`). Where `in` names audio files, the length of each file is an
//! occasion too, or with `take` of all together (`sum`, `mean`, `min`, `max`).
//!
//! ## Why it can be wrong
//! A bare 2 without any of these may be seconds or milliseconds: it is not guessed. A file that was cut off is shorter
//! than its header says: a length that only the header or only the data bears out is to be clarified. AAC, and mp3
//! without a tag of it, are longer than what was recorded: a length within what the codec may have added is, too.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "container"
//! kind = "duration"
//! name = "CONTAINER_DURATION_MS"
//! value = "2000 ms"
//! ```

use super::weigh::compared::How;
use super::weigh::named;
use super::{Case, Kind};
use crate::claim::KindSpec;
use crate::evidence::Grade;
use crate::quantity::Dimension;

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "duration",
        about: include_str!("duration.rs"),
        keys: &[],
        shared: &[
            "name",
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
        usual_names: &[
            "duration",
            "duration_ms",
            "duration_s",
            "duration_sec",
            "duration_seconds",
            "clip_duration",
            "clip_length",
            "audio_length",
            "audio_duration",
            "max_duration",
            "container_duration_ms",
            "segment_length",
            "segment_duration",
        ],
        deciding: Grade::Configured,
        check: |_| Ok(()),
        dimension: Some(Dimension::Time),
    },
    asks: |claim, _| named::asks(claim, &KIND.spec),
    judge: |case: &Case<'_>| named::judge(case, &KIND.spec, How::EXACT),
};
