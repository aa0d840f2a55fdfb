//! The claim language as a whole: right files, every sort of mistake, arbitrary text, the schema.
//!
//! The kinds here are small tables of the tests' own in the shapes that the real ones have: what is tested is how a
//! table is read, not which tables there are.

mod mistakes;
mod right;
mod schema;

use super::{Claim, ClaimFile, Key, KindSpec, Problem, Shape};
use crate::evidence::Grade;
use crate::quantity::Dimension;

const fn key(name: &'static str, shape: Shape) -> Key {
    Key {
        name,
        shape,
        required: false,
        about: "A key of the tests.",
    }
}

const fn needed(name: &'static str, shape: Shape) -> Key {
    Key {
        name,
        shape,
        required: true,
        about: "A key of the tests.",
    }
}

fn nothing_more(_: &Claim) -> Result<(), String> {
    Ok(())
}

fn at_most_one_version(claim: &Claim) -> Result<(), String> {
    let given: Vec<&str> = ["version", "works-with", "installed"]
        .into_iter()
        .filter(|key| claim.fields.get(key).is_some())
        .collect();
    match given.as_slice() {
        [first, second, ..] => Err(format!("a claim takes one of `{first}` and `{second}`, not both")),
        _ => Ok(()),
    }
}

const SETTING: &[&str] = &[
    "in",
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
];

const fn kind(
    name: &'static str,
    keys: &'static [Key],
    shared: &'static [&'static str],
    dimension: Option<Dimension>,
) -> KindSpec {
    KindSpec {
        name,
        about: "//! A kind of the tests.\n//!\n//! More of it.",
        keys,
        shared,
        says: &[],
        subject: None,
        exact: true,
        usual_names: &[],
        dimension,
        deciding: Grade::Configured,
        check: nothing_more,
    }
}

static PARAMETER: KindSpec = kind("parameter", &[], SETTING, None);
static BATCH_SIZE: KindSpec = kind(
    "batch-size",
    &[key("per", Shape::OneOf(&["device", "step"]))],
    SETTING,
    None,
);
static SAMPLING_RATE: KindSpec = kind("sampling-rate", &[], SETTING, Some(Dimension::Frequency));
static RUNTIME: KindSpec = kind(
    "runtime",
    &[key("samples", Shape::Stated), key("model", Shape::Text)],
    &["in", "of", "value!", "tolerance", "run", "grade"],
    Some(Dimension::Time),
);
static SAMPLES: KindSpec = kind(
    "samples",
    &[key("select", Shape::Select), key("header", Shape::Bool)],
    &["in!", "name", "value!", "take", "for", "tolerance"],
    None,
);
static PATTERN: KindSpec = kind(
    "pattern",
    &[needed("pattern", Shape::Regex), key("matches", Shape::Integer)],
    &["in!", "value", "unit"],
    None,
);
static DEPENDENCY: KindSpec = KindSpec {
    check: at_most_one_version,
    ..kind(
        "dependency",
        &[
            needed("package", Shape::Text),
            key("version", Shape::Version),
            key("works-with", Shape::Version),
            key("installed", Shape::Version),
            key("extra", Shape::BoolOrText),
        ],
        &["in"],
        None,
    )
};
static GPU: KindSpec = KindSpec {
    check: |claim| {
        let says = !claim.fields.0.is_empty();
        if says {
            Ok(())
        } else {
            Err("a gpu claim needs `model`, `count`, or both".to_string())
        }
    },
    ..kind(
        "gpu",
        &[key("model", Shape::Text), key("count", Shape::Integer)],
        &["in", "grade"],
        None,
    )
};
static USAGE: KindSpec = kind(
    "usage",
    &[
        needed("symbol", Shape::Text),
        key("used", Shape::Bool),
        key("with", Shape::Arguments),
    ],
    &["in", "of"],
    None,
);
static FILE: KindSpec = kind(
    "file",
    &[key("sha256", Shape::Sha256), key("lines", Shape::Stated)],
    &["in!", "tolerance"],
    None,
);
static MANUAL: KindSpec = kind(
    "manual",
    &[
        needed("by", Shape::Text),
        needed("on", Shape::Date),
        needed("why", Shape::Text),
        needed("see", Shape::See),
    ],
    &[],
    None,
);

fn kinds() -> Vec<&'static KindSpec> {
    vec![
        &PARAMETER,
        &BATCH_SIZE,
        &SAMPLING_RATE,
        &RUNTIME,
        &SAMPLES,
        &PATTERN,
        &DEPENDENCY,
        &GPU,
        &USAGE,
        &FILE,
        &MANUAL,
    ]
}

fn read(text: &str) -> Result<ClaimFile, Vec<Problem>> {
    ClaimFile::read("claims/setup.toml", text, &kinds())
}
