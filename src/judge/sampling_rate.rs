//! Audio is at this sampling rate.
//!
//! ## What it checks
//! A parameter with the usual names of a sampling rate; a bare number is in Hz, and compares exactly (22050 Hz is not
//! 22 kHz). Where `in` names audio files (`data/clips/*.wav`, or a folder that holds little else), each file is an
//! occasion too, as its header says and as it decodes: wav, flac, mp3, ogg with Vorbis, m4a with AAC or ALAC.
//!
//! ## Why it can be wrong
//! A repository may resample from one rate to another: `name` or `of` tells them apart. What lies in a folder may be at
//! another rate than what the code makes of it. AAC up to 24 kHz may be half of a file of twice the rate: it is not read.
//!
//! ## Example
//! ```toml
//! [[claim]]
//! id = "rate"
//! kind = "sampling-rate"
//! value = "16 kHz"
//! ```

use super::weigh::compared::How;
use super::weigh::named;
use super::{Case, Kind};
use crate::claim::KindSpec;
use crate::evidence::Grade;
use crate::quantity::{Dimension, Precision, Unit};

pub(super) const KIND: Kind = Kind {
    spec: KindSpec {
        name: "sampling-rate",
        about: include_str!("sampling_rate.rs"),
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
            "sampling_rate",
            "sample_rate",
            "samplerate",
            "sr",
            "target_sr",
            "target_sample_rate",
            "target_sampling_rate",
            "sample_frequency",
            "sampling_frequency",
            "sample_rate_hz",
            "sampling_rate_hz",
        ],
        deciding: Grade::Configured,
        check: |_| Ok(()),
        dimension: Some(Dimension::Frequency),
    },
    asks: |claim, _| named::asks(claim, &KIND.spec),
    judge: |case: &Case<'_>| {
        named::judge(
            case,
            &KIND.spec,
            How {
                precision: Precision::Exact,
                unit: Some(Unit::Hertz),
            },
        )
    },
};
